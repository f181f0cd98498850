//! The command as a script sees it: exit codes, streams, formats.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod baseline;
mod building;
mod catalog;
mod diff;
mod formatting;
mod help;
mod init;
mod policy;
mod reading;
mod reports;
mod rules;
mod streams;
mod why;

use std::path::Path;
use std::process::{Command, Stdio};

/// What a run left behind.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The command in a folder, with a plain environment.
pub fn infrac(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infrac"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env("TERM", "xterm");
    command
}

/// Runs the command to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(&mut infrac(folder, arguments))
}

/// Runs a prepared command to its end.
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the command starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("answers are UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// A folder with files.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}
