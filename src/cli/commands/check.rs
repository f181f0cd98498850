//! `infrac check`: diagnostics are the answer.

use std::fmt::Write;
use std::path::Path;

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find, options};
use crate::cli::args::{CheckArguments, Common};
use crate::cli::render::Format;
use crate::driver::{self, Applied, Baseline, Checked, Options};
use crate::world::write::write_file;
use crate::world::{SystemFolder, World};

pub(super) fn run(world: &dyn World, arguments: &CheckArguments, shown: Shown) -> Result<Answer, WorldError> {
    // A baseline that is written anew accepts what is there now, whatever it accepted before.
    let writes = arguments.common.baseline.as_ref().filter(|_| arguments.write_baseline);
    let read = if writes.is_some() { None } else { arguments.common.baseline.clone() };
    let options = options(world, &Common { baseline: read, ..arguments.common.clone() })?;
    let (systems, mut all) = find(world, &arguments.paths, &arguments.common)?;
    let mut applied = Vec::new();
    for system in &systems {
        let checked = if arguments.fix {
            fixed(world, system, &options, &mut applied)?
        } else {
            driver::check(world, system, &options)?
        };
        all.push(checked);
    }
    let written = writes.map(|path| write_baseline(path, &mut all)).transpose()?;
    all.iter_mut().for_each(|checked| deny(checked, &arguments.common));
    let mut out = String::new();
    let is_for_people = matches!(arguments.format, Format::Human | Format::Plain) && !shown.quiet;
    if is_for_people {
        out.push_str(&told(&applied));
    }
    out.push_str(&shown.diagnostics(Stream::Out, arguments.format, &all));
    if is_for_people && all.iter().all(|checked| checked.diagnostics.is_empty()) {
        let files = all.iter().map(|checked| checked.sources.len()).sum();
        let environments = all.iter().map(|checked| checked.environments).sum();
        out.push_str(&format!(
            "no mistakes in {} and {}\n",
            counted(files, "file"),
            counted(environments, "environment")
        ));
    }
    if is_for_people {
        out.push_str(&written.unwrap_or_default());
        out.push_str(&accepted(&options, &arguments.common, &all));
    }
    Ok(Answer { out, code: code(&all), ..Answer::default() })
}

/// Writes what may be accepted of what was found, and takes it away.
fn write_baseline(path: &Path, all: &mut [Checked]) -> Result<String, WorldError> {
    let baseline = Baseline::of(all);
    write_file(path, baseline.text().as_bytes())?;
    for checked in all {
        baseline.take(&mut checked.diagnostics, checked.system, &checked.sources);
    }
    Ok(format!("{} accepted in {}\n", counted(baseline.len(), "finding"), path.display()))
}

/// How much the baseline takes away, and whether it holds what is mended.
fn accepted(options: &Options, common: &Common, all: &[Checked]) -> String {
    let Some(baseline) = options.baseline.as_ref().filter(|baseline| !baseline.is_empty()) else {
        return String::new();
    };
    let there: usize = all.iter().map(|checked| checked.accepted.len()).sum();
    let mut text = format!("{} accepted by the baseline\n", counted(there, "finding"));
    // Nobody knows what is found where nobody looks.
    let gone = baseline.gone(all);
    if gone > 0 && common.env.is_empty() {
        let _ = writeln!(
            text,
            "{} of it {} no longer found; --write-baseline writes it anew",
            counted(gone, "finding"),
            if gone == 1 { "is" } else { "are" }
        );
    }
    text
}

/// Fixes a system's files, and gives what the check says of them then.
fn fixed(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    applied: &mut Vec<Applied>,
) -> Result<Checked, WorldError> {
    let mended = driver::mend(world, system, options)?;
    for (path, text) in &mended.texts {
        write_file(path, text.as_bytes())?;
    }
    applied.extend(mended.applied);
    Ok(mended.checked)
}

/// What was fixed, a line each.
fn told(applied: &[Applied]) -> String {
    let mut text = String::new();
    for fix in applied {
        let _ = writeln!(text, "fixed {}:{}: {}", fix.file, fix.line, fix.title);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
