//! What an editor wants to know: how the sources are made, at once; and what they mean, also where something is wrong.

use std::sync::Arc;

use crate::base::{FileId, Span};
use crate::derive::template::Derived;
use crate::diag::{Diagnostic, Sink};
use crate::driver::load::read;
use crate::driver::others::Session;
use crate::driver::run::{dated, run_in};
use crate::driver::{Checked, Options, Trees};
use crate::eval::model::Model;
use crate::eval::value::Value;
use crate::order::Plan;
use crate::resolve::ProgramFiles;
use crate::syntax::Parsed;
use crate::world::{Sources, SystemFolder, World, WorldError};

/// A system's sources as they are now, not yet understood.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The files that were read.
    pub sources: Sources,
    /// Their trees, the system's own and those of folders that it uses.
    pub files: ProgramFiles,
    /// The same with comments, and with what is wrong with the syntax.
    pub parsed: Vec<(FileId, Arc<Parsed>)>,
    /// Mistakes of syntax, of encoding, of paths.
    pub found: Vec<Diagnostic>,
}

/// What is known of a system.
#[derive(Debug, Default)]
pub struct Analysis {
    /// What a check finds.
    pub checked: Checked,
    /// What is known of each environment.
    pub environments: Vec<Environment>,
}

/// What is known of one environment.
#[derive(Debug)]
pub struct Environment {
    /// Its model; where something is wrong, as far as it could be evaluated.
    pub model: Model,
    /// What is derived from it, and its deploy order; none where something is wrong.
    pub made: Option<(Derived, Plan)>,
    /// What params and `let`s turned out to be, by the places of their names.
    pub values: Vec<(Span, Value)>,
}

/// Reads a system's sources. Files that are as they were are not parsed again.
pub fn outline(world: &dyn World, system: &SystemFolder, trees: &Trees) -> Result<Outline, WorldError> {
    let mut session = Session::new(world);
    session.trees = Some(trees);
    let (files, parsed) = read(&mut session, system, &[])?;
    let (parsed, found) = (parsed.files, parsed.found);
    Ok(Outline { sources: session.sources, files, parsed, found })
}

/// Checks a system and keeps what was found out on the way.
pub fn analyse(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    trees: &Trees,
) -> Result<Analysis, WorldError> {
    let mut session = Session::new(world);
    session.trees = Some(trees);
    let mut sink = Sink::new();
    let options = Options { partial: true, ..dated(world, options) };
    let mut run = run_in(&mut session, system, &options, &mut sink)?;
    run.diagnostics.splice(0..0, session.found);
    run.sources = session.sources;
    let mut builds = std::mem::take(&mut run.builds).into_iter();
    let mut environments = Vec::new();
    for known in std::mem::take(&mut run.known) {
        let (model, made) = match known.partial {
            Some(model) => (model, None),
            None => match builds.next() {
                Some((model, derived, plan)) => (model, Some((derived, plan))),
                None => continue,
            },
        };
        environments.push(Environment { model, made, values: known.values });
    }
    Ok(Analysis { checked: run.checked(), environments })
}
