//! What it costs to decide a network, and how that grows with its size, up to 5,000 groups with 20,000 rules:
//! `cargo bench --bench reach`. The figures are reported and decide nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write;
use std::time::Instant;

use infrac::base::FileId;
use infrac::check::{self, Reach};
use infrac::derive::derive;
use infrac::eval::{Files, Given, Others, evaluate};
use infrac::resolve::{Library, Program, ProgramFiles};
use infrac::syntax;

/// The program names no file.
struct NoFiles;

impl Files for NoFiles {
    fn text(&self, _: FileId, path: &str) -> Result<String, String> {
        Err(path.to_owned())
    }

    fn asset(&self, _: FileId, path: &str) -> Result<(String, String, std::path::PathBuf), String> {
        Err(path.to_owned())
    }
}

/// So many groups in each stack, which has a VPC of its own with three private subnets.
const IN_A_STACK: usize = 250;

/// Services that ask two others each, on one port: two groups' rules for each connection, so four for each group.
fn source(groups: usize) -> String {
    let mut text = String::from(
        "system shop\n\
         environment live { account = \"111122223333\", region = \"eu-west-2\" }\n\
         naming { default = generated, stack = \"{system}-{env}-{stack}\" }\n",
    );
    let stacks = groups / IN_A_STACK;
    for stack in 0..stacks {
        let _ = writeln!(
            text,
            "stack Part{stack} {{\n\
             \x20 vpc = Vpc {{ cidr = 10.{stack}.0.0/16, private = [10.{stack}.0.0/20, 10.{stack}.16.0/20, 10.{stack}.32.0/20], nat_gateways = 0 }}\n\
             \x20 for n in range({IN_A_STACK}) {{\n\
             \x20   group[n] = SecurityGroup {{ vpc, description = \"Service\" }}\n\
             \x20   card[n] = AWS::EC2::NetworkInterface {{ SubnetId = vpc.private.subnets[{at}].id, GroupSet = [group[n].GroupId] }}\n\
             \x20 }}\n}}",
            at = stack % 3,
        );
    }
    for number in 0..groups {
        let (stack, own) = (number / IN_A_STACK, number % IN_A_STACK);
        // Downward only, so that no chain of connections comes back.
        for step in [1, 7] {
            let other = own + step;
            if other < IN_A_STACK {
                let port = 8000 + number % 1000;
                let _ = writeln!(text, "connect Part{stack}.group[{own}] -> Part{stack}.group[{other}] on tcp {port}");
            }
        }
    }
    for stack in 0..stacks {
        let _ = writeln!(text, "forbid path internet -> Part{stack}.group");
    }
    text
}

fn measure(groups: usize) {
    let text = source(groups);
    let parsed = syntax::parse(FileId(0), &text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let files = ProgramFiles { system: vec![parsed.file], ..ProgramFiles::default() };
    let (program, found) = Program::gather(&files, Library);
    assert!(found.is_empty(), "{found:?}");
    let program = program.unwrap();
    let given = Given { set: Vec::new(), files: &NoFiles, others: &Others::default() };
    let (_, environment) = program.built_environments().next().unwrap();
    let start = Instant::now();
    let (evaluated, found) = evaluate(&program, environment.name.name, &given);
    assert!(found.is_empty(), "{:?}", found.first());
    let model = evaluated.into_model();
    let evaluating = start.elapsed();
    let start = Instant::now();
    let (derived, _) = derive(&model);
    let deriving = start.elapsed();
    let reach = Reach::default();
    let start = Instant::now();
    let read = reach.network(&model);
    let reading = start.elapsed();
    let rules: usize = read.solver.network().groups.iter().map(|group| group.ingress.len() + group.egress.len()).sum();
    let start = Instant::now();
    let flows = read.flows(&model);
    let solving = start.elapsed();
    let start = Instant::now();
    let found = check::check(&model, &derived, &reach, None);
    let checking = start.elapsed();
    println!(
        "{:>6} groups {rules:>7} rules {:>7} flows  read {reading:>8.1?}  all flows {solving:>8.1?}  all checks {checking:>8.1?} \
         ({} found; evaluated in {evaluating:.1?}, derived in {deriving:.1?})",
        read.solver.network().groups.len(),
        flows.flows.len(),
        found.len(),
    );
}

fn main() {
    for groups in [500, 1_000, 2_500, 5_000] {
        measure(groups);
    }
}
