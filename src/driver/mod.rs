//! The whole pipeline on one screen.

mod reading;

use std::collections::BTreeMap;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, Level, Sink};
use crate::syntax::{self, ast::Date};
use crate::world::{Sources, SystemFolder, World, WorldError};

pub use reading::diagnostic_of;

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
}

impl Checked {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// A build.
#[derive(Debug)]
pub struct Built {
    /// What the check found.
    pub checked: Checked,
    /// The files by their relative paths; none if there is an error.
    pub files: Option<BTreeMap<String, Vec<u8>>>,
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
pub fn check(world: &dyn World, system: &SystemFolder, _options: &Options) -> Result<Checked, WorldError> {
    let mut sink = Sink::new();
    let mut sources = Sources::new();
    let reading = system.read(world, &mut sources)?;
    sink.extend(reading.problems.iter().map(diagnostic_of));
    for file in reading.files {
        sink.extend(syntax::parse(file, sources.text(file)).diagnostics);
    }
    Ok(Checked { sources, diagnostics: sink.finish(0), environments: 0 })
}

/// Builds a system, if there is no error in it.
pub fn build(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Built, WorldError> {
    Ok(Built { checked: check(world, system, options)?, files: None })
}

/// The deploy order of a system, if there is no error in it.
pub fn plan(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    _form: &PlanForm,
) -> Result<Planned, WorldError> {
    Ok(Planned { checked: check(world, system, options)?, text: None })
}

/// Runs the tests of a system.
pub fn test(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Tested, WorldError> {
    Ok(Tested { checked: check(world, system, options)?, results: Vec::new() })
}
