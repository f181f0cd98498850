//! `infrac check`: diagnostics are the answer.

use std::fmt::Write;

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find, options};
use crate::cli::args::CheckArguments;
use crate::cli::render::Format;
use crate::driver::{self, Applied, Checked, Options};
use crate::world::write::write_file;
use crate::world::{SystemFolder, World};

pub(super) fn run(world: &dyn World, arguments: &CheckArguments, shown: Shown) -> Result<Answer, WorldError> {
    let options = options(&arguments.common);
    let (systems, mut all) = find(world, &arguments.paths, &arguments.common)?;
    let mut applied = Vec::new();
    for system in &systems {
        let mut checked = if arguments.fix {
            fixed(world, system, &options, &mut applied)?
        } else {
            driver::check(world, system, &options)?
        };
        deny(&mut checked, &arguments.common);
        all.push(checked);
    }
    let mut out = String::new();
    let is_for_people = matches!(arguments.format, Format::Human | Format::Plain);
    if is_for_people && !shown.quiet {
        out.push_str(&told(&applied));
    }
    out.push_str(&shown.diagnostics(Stream::Out, arguments.format, &all));
    if is_for_people && !shown.quiet && all.iter().all(|checked| checked.diagnostics.is_empty()) {
        let files = all.iter().map(|checked| checked.sources.len()).sum();
        let environments = all.iter().map(|checked| checked.environments).sum();
        out.push_str(&format!(
            "no mistakes in {} and {}\n",
            counted(files, "file"),
            counted(environments, "environment")
        ));
    }
    Ok(Answer { out, code: code(&all), ..Answer::default() })
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
