//! Bad input: each program gives a clear diagnostic and an exit code, soon, and leaves nothing behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod depth;
mod machine;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing takes longer, even unoptimised on a busy machine; what does hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// What a run left behind.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the command in a folder; fails if it does not end in time or ends with a bug.
pub fn infrac(folder: &Path, arguments: &[&str]) -> Run {
    let streams = tempfile::tempdir().unwrap();
    let (out, err) = (streams.path().join("out"), streams.path().join("err"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_infrac"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE"] {
        command.env_remove(name);
    }
    let mut child = command.env("LANG", "C.UTF-8").env("TERM", "xterm").spawn().unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("infrac {arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let run = Run {
        code: status.code().unwrap_or(-1),
        out: fs::read_to_string(&out).unwrap(),
        err: fs::read_to_string(&err).unwrap(),
    };
    assert!(matches!(run.code, 0..=2), "infrac {arguments:?} ends with {}:\n{}{}", run.code, run.out, run.err);
    run
}

/// Everything that a run said, as a snapshot shows it.
pub fn told(run: &Run) -> String {
    let mut told = format!("exit {}\n", run.code);
    for (stream, text) in [("standard output", &run.out), ("standard error", &run.err)] {
        if !text.is_empty() {
            told.push_str(&format!("\n--- {stream}\n{text}"));
        }
    }
    told
}

/// Checks the program of a folder; `build` must refuse it in the same way and write nothing.
fn refused(folder: &Path) -> Run {
    let checked = infrac(folder, &["check"]);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let built = infrac(folder, &["build", "-o", out.to_str().unwrap()]);
    assert_eq!(built.code, checked.code, "{}", told(&built));
    if checked.code != 0 {
        assert!(!out.exists(), "a refused build writes something");
    }
    checked
}

/// The system of a program: its folder, or `shop` in it where the program has several.
fn system_in(program: &Path) -> PathBuf {
    let shop = program.join("shop");
    if shop.is_dir() { shop } else { program.to_owned() }
}

#[test]
fn wrong_programs_say_what_is_wrong() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/programs");
    let mut names: Vec<String> =
        fs::read_dir(&programs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 30, "programs are missing");
    for name in names {
        let run = refused(&system_in(&programs.join(&name)));
        assert!(!run.out.is_empty(), "{name}: nothing is said");
        insta::assert_snapshot!(name, told(&run));
    }
}

#[test]
fn every_program_but_those_with_warnings_alone_is_refused() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/programs");
    for entry in fs::read_dir(&programs).unwrap() {
        let program = entry.unwrap().path();
        let name = program.file_name().unwrap().to_str().unwrap();
        let folder = system_in(&program);
        let warning = matches!(name, "unreachable_arm" | "unused_let" | "names_waived");
        let arguments: &[&str] = if warning { &["check", "--deny", "warnings"] } else { &["check"] };
        assert_eq!(infrac(&folder, arguments).code, 1, "{name}");
    }
}
