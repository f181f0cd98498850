//! `infrac check`: diagnostics are the answer.

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find, options};
use crate::cli::args::CheckArguments;
use crate::cli::render::Format;
use crate::driver;
use crate::world::World;

pub(super) fn run(world: &dyn World, arguments: &CheckArguments, shown: Shown) -> Result<Answer, WorldError> {
    let options = options(&arguments.common);
    let (systems, mut all) = find(world, &arguments.paths, &arguments.common)?;
    for system in &systems {
        let mut checked = driver::check(world, system, &options)?;
        deny(&mut checked, &arguments.common);
        all.push(checked);
    }
    let mut out = shown.diagnostics(Stream::Out, arguments.format, &all);
    let is_for_people = matches!(arguments.format, Format::Human | Format::Plain);
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
