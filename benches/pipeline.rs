//! What a run costs, phase by phase, on the HR Lab: `cargo bench`. Figures are medians; they are reported and decide nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use infrac::base::FileId;
use infrac::catalog::catalog;
use infrac::driver::{self, Options};
use infrac::syntax;
use infrac::world::{Disk, find_systems};

/// The median time of a piece of work over many rounds.
fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/hr-lab");
    let world = Disk;
    let found = find_systems(&world, &[PathBuf::from(&lab)]).unwrap();
    let system = &found.systems[0];
    let texts: Vec<String> = system.files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let one = Options { jobs: Some(1), ..Options::default() };

    let parse = median(50, || {
        for (at, text) in texts.iter().enumerate() {
            black_box(syntax::parse(FileId(u32::try_from(at).unwrap()), text));
        }
    });
    let look_up = median(50, || {
        black_box(catalog().resource_type("AWS::RDS::DBInstance").unwrap().property("Engine"));
    });
    let check = median(30, || {
        black_box(driver::check(&world, system, &one).unwrap());
    });
    let build = median(30, || {
        black_box(driver::build(&world, system, &one).unwrap());
    });

    println!("the HR Lab: {} files, {bytes} bytes, two environments, one thread", texts.len());
    println!("parse        {parse:>12.1?}  ({:.1} MB/s)", bytes as f64 / parse.as_secs_f64() / 1e6);
    println!("look a property up {look_up:>6.1?}");
    println!("check        {check:>12.1?}");
    println!("build        {build:>12.1?}");
}
