//! The commands, one file each.

mod build;
mod can;
mod catalog;
mod check;
mod diff;
mod explain;
mod fmt;
mod iam;
mod init;
mod man;
mod plan;
mod report;
mod test;
mod why;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::CommandFactory;

use super::Answer;
use super::args::{Arguments, Color, Command, Common, Deny, IamCommand};
use super::render::{self, Batch, Format};
use super::terminal::{Stream, look};
use crate::base::limits;
use crate::diag::{Diagnostic, Level};
use crate::driver::{self, Baseline, Checked, Options};
use crate::world::{Found, Shelf, SystemFolder, World, WorldError, find_systems};

#[cfg(test)]
pub(super) use explain::GROUPS;

/// Runs a command on this machine.
pub(super) fn run(arguments: &Arguments) -> Answer {
    let world = crate::world::Disk;
    let shown = Shown { color: arguments.color, quiet: arguments.quiet };
    let answer = match &arguments.command {
        Command::Check(arguments) => check::run(&world, arguments, shown),
        Command::Build(arguments) => build::run(&world, arguments, shown),
        Command::Plan(arguments) => plan::run(&world, arguments, shown),
        Command::Diff(arguments) => diff::run(&world, arguments, shown),
        Command::Test(arguments) => test::run(&world, arguments, shown),
        Command::Can(arguments) => can::run(&world, arguments, shown),
        Command::WhoCan(arguments) => can::run_who(&world, arguments, shown),
        Command::Report(arguments) => report::run(&world, arguments, shown),
        Command::Why(arguments) => why::run(&world, arguments, shown),
        Command::Fmt(arguments) => fmt::run(&world, arguments, shown),
        Command::Lsp => match crate::lsp::serve(&world, &Shelf::of_user()) {
            Ok(()) => Ok(Answer::default()),
            Err(reason) => Ok(refused(&reason)),
        },
        Command::Iam(IamCommand::Simulate(arguments)) => iam::run(&world, arguments),
        Command::Init(arguments) => init::run(&world, arguments),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Catalog { what, format } => Ok(catalog::run(what.as_deref(), *format)),
        Command::Man { folder } => man::run(folder),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "infrac", &mut script);
            Ok(Answer { out: String::from_utf8_lossy(&script).into_owned(), ..Answer::default() })
        }
    };
    answer.unwrap_or_else(|refusal| refused(&refusal.to_string()))
}

/// What stands in standard input.
fn standard_input(limit: u64) -> Result<Vec<u8>, WorldError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| WorldError::new(Path::new("-"), "read", &error))?;
    Ok(bytes)
}

/// The command could not do its work.
fn refused(reason: &str) -> Answer {
    Answer { err: format!("error: {reason}\n"), code: 2, ..Answer::default() }
}

/// How things are shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    color: Color,
    quiet: bool,
}

impl Shown {
    /// Who wants it quiet gets no advice.
    fn wanted(self, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let wanted = |diagnostic: &&Diagnostic| !self.quiet || diagnostic.level != Level::Advice;
        diagnostics.iter().filter(wanted).cloned().collect()
    }

    fn diagnostics(self, stream: Stream, format: Format, all: &[Checked]) -> String {
        let told: Vec<Vec<Diagnostic>> = all.iter().map(|checked| self.wanted(&checked.diagnostics)).collect();
        let batches: Vec<Batch<'_>> = all
            .iter()
            .zip(&told)
            .map(|(checked, diagnostics)| Batch { sources: &checked.sources, diagnostics })
            .collect();
        render::render(format, &batches, look(stream, self.color))
    }
}

/// Finds the systems of paths; what is wrong on the way is a check's result without files.
fn find(
    world: &dyn World,
    paths: &[PathBuf],
    common: &Common,
) -> Result<(Vec<SystemFolder>, Vec<Checked>), WorldError> {
    let Found { systems, problems } = find_systems(world, paths)?;
    let mut found = Checked { diagnostics: problems.iter().map(driver::diagnostic_of).collect(), ..Checked::default() };
    deny(&mut found, common);
    Ok((systems, if found.diagnostics.is_empty() { Vec::new() } else { vec![found] }))
}

/// Finds the one system that a command works on, or says why there is none.
fn find_one(
    world: &dyn World,
    path: Option<&PathBuf>,
    common: &Common,
) -> Result<Result<SystemFolder, Vec<Checked>>, WorldError> {
    let paths: Vec<PathBuf> = path.into_iter().cloned().collect();
    let (mut systems, problems) = find(world, &paths, common)?;
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    if systems.len() > 1 {
        let named = path.cloned().unwrap_or_else(|| PathBuf::from("."));
        let reason = format!("there are {} systems below it, and this command works on one", systems.len());
        return Err(WorldError { path: named, wanted: "choose a system in", reason });
    }
    Ok(systems.pop().ok_or(problems))
}

fn options(world: &dyn World, common: &Common) -> Result<Options, WorldError> {
    let baseline = common.baseline.as_ref().map(|path| baseline(world, path)).transpose()?;
    Ok(Options {
        environments: common.env.clone(),
        stacks: common.stack.clone(),
        set: common.set.clone(),
        as_of: common.as_of,
        jobs: common.jobs.map(usize::from),
        policies: common.policy.clone(),
        baseline: baseline.map(Arc::new),
        ..Options::default()
    })
}

/// The findings that a file accepts.
fn baseline(world: &dyn World, path: &Path) -> Result<Baseline, WorldError> {
    let wrong = |reason: String| WorldError { path: path.to_owned(), wanted: "read", reason };
    let limit = limits::MAX_FILE_BYTES as u64;
    let bytes = world.read_at_most(path, limit + 1)?;
    if bytes.len() as u64 > limit {
        return Err(wrong(String::from("it is larger than 4 MiB")));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong(String::from("it is not UTF-8 text")))?;
    Baseline::read(&text).map_err(wrong)
}

/// Makes errors of what the user denies.
fn deny(checked: &mut Checked, common: &Common) {
    match common.deny {
        Some(Deny::Warnings) => checked.diagnostics.iter_mut().for_each(as_error),
        None => {}
    }
}

fn as_error(diagnostic: &mut Diagnostic) {
    match diagnostic.level {
        Level::Warning => diagnostic.level = Level::Error,
        Level::Error | Level::Advice => {}
    }
}

fn code(all: &[Checked]) -> u8 {
    u8::from(all.iter().any(Checked::has_errors))
}

/// "1 file", "2 files".
fn counted(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
