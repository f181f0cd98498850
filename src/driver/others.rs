//! Other systems of ours that a system names with `external … from "folder"`: checked together with it, in the environments
//! that it asks for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{HashMap, IndexMap, Symbol};
use crate::diag::{Diagnostic, Level, Sink, codes};
use crate::driver::Options;
use crate::driver::folders::{Finder, folder_of};
use crate::driver::run::{Run, run_in};
use crate::driver::trees::Trees;
use crate::eval::model::{Model, Output};
use crate::eval::value::{Attribute, Hole, NodeKind};
use crate::eval::{OtherEnvironment, OtherOutput, OtherSystem, Others};
use crate::resolve::{Global, Program};
use crate::world::{Sources, SystemFolder, World, WorldError};

/// What the systems of one run share.
pub(super) struct Session<'w> {
    pub(super) world: &'w dyn World,
    /// The files of all of them.
    pub(super) sources: Sources,
    /// What was found in others than the one that the run is about.
    pub(super) found: Vec<Diagnostic>,
    /// The systems that are being read, outermost first.
    trail: Vec<PathBuf>,
    known: HashMap<PathBuf, Arc<OtherSystem>>,
    /// Trees of earlier runs.
    pub(super) trees: Option<&'w Trees>,
}

impl<'w> Session<'w> {
    /// Nothing read yet.
    pub(super) fn new(world: &'w dyn World) -> Session<'w> {
        let sources = Sources::with_library(crate::resolve::Library.sources());
        Session { world, sources, found: Vec::new(), trail: Vec::new(), known: HashMap::default(), trees: None }
    }
}

/// Checks the systems that a program names, and gathers what they offer.
pub(super) fn read(
    session: &mut Session<'_>,
    system: &SystemFolder,
    program: &Program<'_>,
    options: &Options,
    sink: &mut Sink,
) -> Result<Others, WorldError> {
    let mut others = Others::default();
    let mut named: Vec<_> = program
        .globals
        .values()
        .filter_map(|global| match global {
            Global::External(external) => external.from.as_ref(),
            _ => None,
        })
        .collect();
    if named.is_empty() {
        return Ok(others);
    }
    named.sort_by_key(|path| path.span);
    let world = session.world;
    let own = world.canonical(&system.root)?;
    session.trail.push(own);
    for path in named {
        let finder = Finder::new(world, &system.root)?;
        let found = match finder.find(&folder_of(&session.sources, path.span), path) {
            Ok(found) => found,
            Err(diagnostic) => {
                sink.push(*diagnostic);
                continue;
            }
        };
        if session.trail.contains(&found.canonical) {
            sink.push(
                Diagnostic::new(
                    codes::DEFINITION_CYCLE,
                    path.span,
                    format!("the system in `{}` needs this one, which needs it", found.relative),
                )
                .help("neither could be deployed first: move what both need into a system of its own"),
            );
            continue;
        }
        if let Some(known) = session.known.get(&found.canonical) {
            others.insert(path.span, Arc::clone(known));
            continue;
        }
        let folder = SystemFolder::at(world, &found.path)?;
        let mut own = Sink::new();
        let all = Options { as_of: options.as_of, jobs: options.jobs, ..Options::default() };
        let run = run_in(session, &folder, &all, &mut own)?;
        let errors = run.diagnostics.iter().filter(|found| found.level == Level::Error).count();
        let name = run.system;
        let offered = offered(&run, found.relative.clone());
        session.found.extend(run.diagnostics);
        match name {
            None => sink.push(
                Diagnostic::new(
                    codes::UNUSABLE_FOLDER,
                    path.span,
                    format!("`{}` is no system: no file there has a `system` line", found.relative),
                )
                .help("name the folder of a system; components of a plain folder are taken with `use`"),
            ),
            Some(_) if errors > 0 => sink.push(
                Diagnostic::new(
                    codes::UNUSABLE_FOLDER,
                    path.span,
                    format!(
                        "the system in `{}` has {errors} error{}",
                        found.relative,
                        if errors == 1 { "" } else { "s" }
                    ),
                )
                .help("mend it first: what it offers is known only when it is right"),
            ),
            Some(_) => {
                let offered = Arc::new(offered);
                session.known.insert(found.canonical, Arc::clone(&offered));
                others.insert(path.span, offered);
            }
        }
    }
    session.trail.pop();
    Ok(others)
}

/// What the stacks of a system offer, in each environment.
fn offered(run: &Run, folder: String) -> OtherSystem {
    let mut environments = IndexMap::default();
    for (model, _, _) in &run.builds {
        let mut outputs: IndexMap<Symbol, Vec<OtherOutput>> = IndexMap::default();
        for stack in &model.stacks {
            for output in &stack.outputs {
                outputs.entry(output.name).or_default().push(OtherOutput {
                    stack: stack.name,
                    region: stack.region.clone(),
                    export: output.export.as_ref().and_then(|export| model.fill(&export.text)),
                    ty: resource_type(model, output),
                    span: model.origins.span(output.origin),
                });
            }
        }
        let environment = OtherEnvironment { account: model.environment.account.clone(), outputs };
        environments.insert(model.environment.name, environment);
    }
    OtherSystem { name: run.system.unwrap_or_else(|| Symbol::new("")), environments, folder }
}

/// The type of the resource that an output stands for, if it is one's id, name or ARN.
fn resource_type(model: &Model, output: &Output) -> Option<Symbol> {
    let NodeKind::Text(text) = &output.value.kind else { return None };
    match text.single_hole()? {
        Hole::Resource(resource, Attribute::Id | Attribute::Name | Attribute::Arn) => {
            model.resources.get(resource.index()).map(|resource| resource.ty)
        }
        _ => None,
    }
}
