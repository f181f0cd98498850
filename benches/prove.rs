//! What the proof of policies costs, and their checks: `cargo bench --bench prove`. Figures are medians; they are reported and decide nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use infrac::check::access::Holdings;
use infrac::driver::{self, Options};
use infrac::prove::prove;
use infrac::world::{Memory, find_systems};

const ROUNDS: usize = 11;

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Roles, and what each may: two verbs on each of some queues of its own, and below a path of a bucket that all share.
fn program(roles: usize, grants: usize) -> String {
    let mut text = String::from(
        "system crowd\nenvironment production { account = \"123456789012\", region = \"eu-west-2\" }\n\
         naming {\n  default = \"{system}-{env}-{id}\"\n  AWS::S3::Bucket = \"{system}-{env}-{id}-{account}\"\n}\n\
         stack Files { letters = Bucket {} }\n",
    );
    for role in 0..roles {
        let _ = writeln!(text, "stack S{role} {{\n  worker{role} = Role {{ trusted = \"lambda.amazonaws.com\" }}");
        let _ = writeln!(text, "  grant worker{role} read, write on Files.letters under \"s{role}/*\"");
        for grant in 1..grants {
            let _ = writeln!(text, "  queue{role}x{grant} = AWS::SQS::Queue {{}}");
            let _ = writeln!(
                text,
                "  grant worker{role} send, consume on queue{role}x{grant} when aws:SourceIp == \"192.0.2.{grant}/32\""
            );
        }
        text.push_str("}\n");
    }
    text
}

fn main() {
    println!("roles  grants each    emit       proof      per role   policies   check");
    for (roles, grants) in [(10, 1), (10, 5), (10, 10), (10, 20), (10, 40), (100, 5), (300, 5), (1000, 5)] {
        let files = vec![(PathBuf::from("crowd/main.infra"), program(roles, grants))];
        let world = Memory::with(files);
        let system = find_systems(&world, &[PathBuf::from("crowd")]).unwrap().systems.pop().unwrap();
        let one = Options { jobs: Some(1), ..Options::default() };
        let emission = driver::emission(&world, &system, &one).unwrap();
        assert!(!emission.models.is_empty(), "{:?}", emission.checked.diagnostics.first());
        let emit = median(|| {
            black_box(driver::emission(&world, &system, &one).unwrap());
        });
        let proof = median(|| {
            for model in &emission.models {
                assert!(black_box(prove(model, &emission.files)).is_empty());
            }
        });
        let policies = median(|| {
            for model in &emission.models {
                black_box(Holdings::of(model));
            }
        });
        let check = median(|| {
            black_box(driver::check(&world, &system, &one).unwrap());
        });
        let each = proof / u32::try_from(roles).unwrap();
        println!(
            "{roles:>5}  {grants:>11}  {emit:>9.1?}  {proof:>9.1?}  {each:>9.1?}  {policies:>9.1?}  {check:>9.1?}"
        );
    }
}
