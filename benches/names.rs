//! What it costs to decide all names: 10,000 resources in 50 environments, all pairs of them: `cargo bench --bench names`. The figures
//! are reported and decide nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write;
use std::time::Instant;

use infrac::base::FileId;
use infrac::check;
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

const STACKS: usize = 25;
const RESOURCES: usize = 10_000;
const ENVIRONMENTS: usize = 50;

fn source(rule: &str, accounts: usize) -> String {
    let mut text = String::from(
        "system shop\n\
         param deployment: text(2..12) matching /[a-z0-9]+/ = \"blue\"\n\
         param team: text(2..12) matching /[a-z0-9-]+/ = \"books\"\n",
    );
    for number in 0..ENVIRONMENTS {
        let account = 111_122_223_333 + number % accounts;
        let _ = writeln!(text, "environment env-{number} {{ account = \"{account}\", region = \"eu-west-2\" }}");
    }
    let _ = writeln!(text, "naming {{ stack = \"{{system}}-{{env}}-{{deployment}}-{{stack}}\", default = {rule} }}");
    for stack in 0..STACKS {
        let _ = writeln!(text, "stack Part{stack} {{\n  for n in range({}) {{", RESOURCES / STACKS);
        let _ = writeln!(text, "    queue[n] = AWS::SQS::Queue {{ id = \"waiting-{stack}-{{n}}\" }}\n  }}\n}}");
    }
    text
}

fn measure(what: &str, rule: &str, accounts: usize) {
    let text = source(rule, accounts);
    let parsed = syntax::parse(FileId(0), &text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let files = ProgramFiles { system: vec![parsed.file], ..ProgramFiles::default() };
    let (program, found) = Program::gather(&files, Library);
    assert!(found.is_empty(), "{found:?}");
    let program = program.unwrap();
    let given = Given { set: Vec::new(), files: &NoFiles, others: &Others::default() };
    let start = Instant::now();
    let all: Vec<_> = program
        .built_environments()
        .map(|(_, environment)| {
            let (evaluated, _) = evaluate(&program, environment.name.name, &given);
            let model = evaluated.into_model();
            let (derived, _) = derive(&model);
            (model, derived)
        })
        .collect();
    let made = start.elapsed();
    let names: usize = all.iter().map(|(model, _)| model.resources.len()).sum();
    let borrowed: Vec<_> = all.iter().map(|(model, derived)| (model, derived)).collect();
    let start = Instant::now();
    let found = check::check_environments(&borrowed);
    let decided = start.elapsed();
    println!("{what:<44} {names} names, {} found: {decided:.1?} (made in {made:.1?})", found.len());
    if let Some(first) = found.first() {
        println!("    {}", first.message);
    }
}

fn main() {
    measure("free, one account", "\"{system}-{env}-{deployment}-{id}\"", 1);
    measure("free, an account each", "\"{system}-{env}-{deployment}-{id}\"", ENVIRONMENTS);
    measure("a hyphen in a param, one account", "\"{system}-{env}-{deployment}-{team}-{id}\"", 1);
    measure("a hyphen in a param, an account each", "\"{system}-{env}-{deployment}-{team}-{id}\"", ENVIRONMENTS);
}
