//! The whole pipeline on one screen.

mod analyse;
mod baseline;
mod compare;
mod folders;
mod lints;
mod load;
mod mend;
mod others;
mod plan;
mod reading;
mod run;
mod tests;
mod trees;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Span, Symbol};
use crate::derive::template::Derived;
use crate::diag::{Diagnostic, Level, Sink};
use crate::eval::model::Model;
use crate::order::Plan;
use crate::syntax::ast::Date;
use crate::world::{Sources, SystemFolder, World, WorldError, pack};
use crate::{emit, prove, report};

pub use analyse::{Analysis, Environment, Outline, analyse, outline};
pub use baseline::{Accepted, Baseline};
pub use compare::{Compared, Side, compare};
pub use mend::{Applied, Mended, mend};
pub use reading::diagnostic_of;
pub use trees::Trees;

/// What a run is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The environments to look at; none: all of them.
    pub environments: Vec<String>,
    /// The stacks to look at; none: all of them.
    pub stacks: Vec<String>,
    /// Values of params, as written on the command line.
    pub set: Vec<(String, String)>,
    /// The day that waivers and lifecycles are held against; none: the world's today.
    pub as_of: Option<Date>,
    /// How many threads may work; none: as many as the machine has.
    pub jobs: Option<usize>,
    /// Whether that is found by which environments are compared, though nothing in the system asks for it.
    pub compares: bool,
    /// Whether assets are read to name them, and not only looked for.
    pub contents: bool,
    /// Folders with policies that are demanded of every system.
    pub policies: Vec<PathBuf>,
    /// What is accepted for now, and so not told.
    pub baseline: Option<Arc<Baseline>>,
    /// The engines for which the deploy order is written beside the script and the assembly.
    pub renderings: Vec<emit::Rendering>,
    /// Whether what is known is wanted also where something is wrong, with the values of params and `let`s: for editors.
    pub partial: bool,
}

/// What is known of a system.
#[derive(Debug, Default)]
pub struct Checked {
    /// The files that were read.
    pub sources: Sources,
    /// What was found, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// How many environments were looked at.
    pub environments: usize,
    /// The system's name, if it has one.
    pub system: Option<Symbol>,
    /// What was found and is accepted.
    pub accepted: BTreeSet<Accepted>,
}

impl Checked {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// A build.
#[derive(Debug, Default)]
pub struct Built {
    /// What the check found.
    pub checked: Checked,
    /// The files by their relative paths; none if there is an error.
    pub files: Option<BTreeMap<String, Vec<u8>>>,
    /// What the renderings for other engines do not carry: a file and a sentence.
    pub lost: Vec<(String, String)>,
}

/// The form of a deploy order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanForm {
    /// For people.
    Text,
    /// `plan.json` of each environment.
    Json,
    /// A Mermaid diagram.
    Mermaid,
    /// A Graphviz diagram.
    Dot,
    /// Why one stack or step comes before another.
    Why(String, String),
}

/// A deploy order.
#[derive(Debug)]
pub struct Planned {
    /// What the check found.
    pub checked: Checked,
    /// The order in the form that was asked for; none if there is an error.
    pub text: Option<String>,
}

/// What the tests of a system gave.
#[derive(Debug)]
pub struct Tested {
    /// What the check found, failed tests included.
    pub checked: Checked,
    /// Each test in each of its environments.
    pub results: Vec<TestResult>,
}

/// One test in one environment.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// Its title.
    pub name: String,
    /// The environment.
    pub environment: Option<Symbol>,
    /// Where it stands.
    pub place: Span,
    /// Why it failed; none if it passed.
    pub failure: Option<String>,
}

/// Everything that can be known of a system without building it. The machine's refusal to read is an error.
pub fn check(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Checked, WorldError> {
    Ok(run::run(world, system, options)?.checked())
}

/// Builds a system, if there is no error in it. What is emitted is read back and proved before it is given away.
pub fn build(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Built, WorldError> {
    let mut run = run::run(world, system, &Options { contents: true, ..options.clone() })?;
    let builds = std::mem::take(&mut run.builds);
    let chosen = std::mem::take(&mut run.chosen);
    let mut checked = run.checked();
    if checked.has_errors() {
        return Ok(Built { checked, ..Built::default() });
    }
    let assets = assets(world, &builds)?;
    let (files, found) = emit::emit(&builds, &checked.sources, &assets);
    let mut sink = Sink::new();
    sink.extend(found);
    for (model, _, _) in &builds {
        sink.extend_in(model.environment.name, prove::prove(model, &files));
    }
    checked.diagnostics.extend(sink.finish(checked.environments));
    if checked.has_errors() {
        return Ok(Built { checked, ..Built::default() });
    }
    // All of it is proved, also where only a part is wanted.
    let mut files = if chosen.is_empty() { files } else { part(builds, &chosen, &checked.sources, &assets) };
    let rendered = emit::renderings(&files, &options.renderings);
    files.extend(rendered.files);
    Ok(Built { checked, files: Some(files), lost: rendered.lost })
}

/// What a system is, for those who ask.
#[derive(Debug)]
pub struct Modelled {
    /// What the check found.
    pub checked: Checked,
    /// One for each environment; none if there is an error.
    pub models: Vec<Model>,
}

/// The models of a system, if there is no error in it.
pub fn models(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Modelled, WorldError> {
    let mut run = run::run(world, system, options)?;
    let models = std::mem::take(&mut run.builds).into_iter().map(|(model, ..)| model).collect();
    Ok(Modelled { checked: run.checked(), models })
}

/// Everything that is emitted for a system, with the models that it comes from.
#[derive(Debug)]
pub struct Emission {
    /// What the check found.
    pub checked: Checked,
    /// One for each environment; none if there is an error.
    pub models: Vec<Model>,
    /// The files by their relative paths.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Emits a system, if there is no error in it, without a proof of it.
pub fn emission(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Emission, WorldError> {
    let mut run = run::run(world, system, &Options { contents: true, ..options.clone() })?;
    let builds = std::mem::take(&mut run.builds);
    let mut checked = run.checked();
    if checked.has_errors() {
        return Ok(Emission { checked, models: Vec::new(), files: BTreeMap::new() });
    }
    let assets = assets(world, &builds)?;
    let (files, found) = emit::emit(&builds, &checked.sources, &assets);
    checked.diagnostics.extend(found);
    Ok(Emission { checked, models: builds.into_iter().map(|(model, ..)| model).collect(), files })
}

/// What is uploaded, by name.
fn assets(world: &dyn World, builds: &[(Model, Derived, Plan)]) -> Result<BTreeMap<String, Vec<u8>>, WorldError> {
    let mut found = BTreeMap::new();
    for (file, asset) in builds.iter().flat_map(|(model, ..)| &model.assets) {
        if found.contains_key(file.as_str()) {
            continue;
        }
        let refused =
            |reason: &str| WorldError { path: asset.location.clone(), wanted: "read", reason: String::from(reason) };
        let read = pack(world, &asset.location, true).map_err(|error| refused(&error.to_string()))?;
        if read.file_name() != file.as_str() {
            return Err(refused("it changed while it was read"));
        }
        let bytes = emit::uploaded(&read).ok_or_else(|| refused("it has more than an archive can hold"))?;
        found.insert(file.as_str().to_owned(), bytes);
    }
    Ok(found)
}

/// The files of some stacks alone.
fn part(
    builds: Vec<(Model, Derived, Plan)>,
    chosen: &[Symbol],
    sources: &Sources,
    assets: &BTreeMap<String, Vec<u8>>,
) -> BTreeMap<String, Vec<u8>> {
    let shared = builds
        .iter()
        .any(|(model, ..)| model.stacks.iter().any(|stack| stack.per_account && chosen.contains(&stack.name)));
    let builds: Vec<(Model, Derived, Plan)> =
        builds.into_iter().map(|(model, derived, plan)| (model, derived, plan.only(chosen))).collect();
    let (mut files, _) = emit::emit(&builds, sources, assets);
    files.retain(|path, _| shared || !path.starts_with("account-"));
    files
}

/// The deploy order of a system, if there is no error in it.
pub fn plan(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    form: &PlanForm,
) -> Result<Planned, WorldError> {
    let mut run = run::run(world, system, &Options { contents: true, ..options.clone() })?;
    let mut builds = std::mem::take(&mut run.builds);
    if !run.chosen.is_empty() {
        for (_, _, plan) in &mut builds {
            *plan = plan.only(&run.chosen);
        }
    }
    let checked = run.checked();
    if checked.has_errors() {
        return Ok(Planned { checked, text: None });
    }
    let text = plan::render(&builds, &checked.sources, form);
    Ok(Planned { checked, text: Some(text) })
}

/// A report.
#[derive(Debug)]
pub struct Reported {
    /// What the check found.
    pub checked: Checked,
    /// The report; none if there is an error.
    pub report: Option<report::Report>,
}

/// A table about a system, if there is no error in it.
pub fn report(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    kind: report::Kind,
) -> Result<Reported, WorldError> {
    let options = Options { compares: kind.compares, ..options.clone() };
    let mut run = run::run(world, system, &options)?;
    let builds = std::mem::take(&mut run.builds);
    let checked = run.checked();
    if checked.has_errors() {
        return Ok(Reported { checked, report: None });
    }
    let report = (kind.make)(report::System { builds: &builds, sources: &checked.sources });
    Ok(Reported { checked, report: Some(report) })
}

/// Runs the tests of a system.
pub fn test(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Tested, WorldError> {
    tests::tests(world, system, options)
}
