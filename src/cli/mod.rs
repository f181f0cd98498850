//! Arguments, printing and exit codes. Nothing else in the crate prints or ends the process.

pub mod args;
mod commands;
mod facts;
mod failure;
pub mod failures;
pub mod pages;
pub mod render;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

pub use failure::install_panic_hook;

/// What a command has to say, and the exit code.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// 0: no error; 1: errors were found in what was read; 2: the command could not do its work.
    pub code: u8,
}

/// Runs the command of this process's arguments.
pub fn run() -> ExitCode {
    install_panic_hook();
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; the rest is a command that could not do its work.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let answer = commands::run(&arguments);
    // A reader that has gone away (`| head`) has seen enough: nothing more is written, nothing is said.
    let _ = std::io::stderr().lock().write_all(answer.err.as_bytes());
    let mut out = std::io::stdout().lock();
    match out.write_all(answer.out.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = writeln!(std::io::stderr(), "error: cannot write the answer: {error}");
            ExitCode::from(2)
        }
        Ok(()) | Err(_) => ExitCode::from(answer.code),
    }
}
