//! What an update does: two templates, or two builds, and for each resource what becomes of it, of its data, and of who may reach it.
//!
//! `changes` finds the paths that differ, `classify` says what a change of a path means, `propagate` carries it along references,
//! `data` what is lost, `access` who gains and loses what, `exposure` what becomes public or loses protection, and `verdict` sums it up.
//! `json` and `text` show it.

mod access;
mod changes;
mod classify;
mod data;
mod exposure;
pub mod facts;
mod json;
mod moves;
mod phases;
mod propagate;
mod resources;
mod statements;
#[cfg(test)]
mod tests;
mod text;
mod verdict;

use crate::base::{IndexMap, Span};
use crate::cfn::{Evaluated, Node, Parameters, Resource, Value};

pub use access::{Access, AccessChange};
pub use exposure::{Exposure, ExposureChange};
pub use json::to_json;
pub use moves::{Move, Refactoring};
pub use phases::{Phase, Phases, Update, UpdateKind};
pub use text::to_text;
pub use verdict::Verdict;

/// What an update does.
#[derive(Debug)]
pub struct Difference {
    /// Stack by stack.
    pub stacks: Vec<StackDifference>,
    /// Who gains and loses what.
    pub access: Vec<Access>,
    /// What becomes public or loses protection.
    pub exposure: Vec<Exposure>,
    /// In which updates it can be done.
    pub phases: Phases,
    /// What to make of it.
    pub verdict: Verdict,
}

/// What an update does to a stack.
#[derive(Debug)]
pub struct StackDifference {
    /// The stack's name, or the template's file.
    pub stack: String,
    /// Its resources, in the order of the new template, those that go away last.
    pub resources: Vec<ResourceDifference>,
    /// Its outputs that differ.
    pub outputs: Vec<OutputDifference>,
    /// What cannot be said, and why.
    pub notes: Vec<String>,
}

/// What an update does to a resource.
#[derive(Debug)]
pub struct ResourceDifference {
    /// Its logical id.
    pub logical_id: String,
    /// Its type; the new one, if it changes.
    pub ty: String,
    /// What becomes of it.
    pub action: Action,
    /// Whether it is replaced.
    pub replacement: Replacement,
    /// What becomes of its data.
    pub data: Data,
    /// Whether it is out of service for a while.
    pub downtime: bool,
    /// Why.
    pub causes: Vec<Cause>,
    /// Why CloudFormation refuses it.
    pub blocked: Option<Blocked>,
    /// The stack that it comes from, if it is another one.
    pub moved: Option<String>,
    /// Where it stands: in the new template, or in the old one if it goes away.
    pub span: Span,
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Add,
    /// It goes away.
    Remove,
    /// It is changed, perhaps by a replacement.
    Modify,
    /// It goes to another place and stays what it is.
    Move,
    /// Nothing; a value that it reads may change.
    None,
}

/// Whether a resource is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// It is not.
    Never,
    /// It depends on what cannot be known here.
    Maybe,
    /// It is.
    Always,
}

/// What becomes of a resource's data, if the worst happens that may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// It stays where it is.
    Kept,
    /// The resource stays without the stack, and its data with it.
    Retained,
    /// A snapshot stays.
    Snapshot,
    /// It is lost.
    Lost,
}

/// Why CloudFormation refuses an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// It would have to exist twice under one name for a while. The path of the name, and the name.
    Named(String, String),
    /// A resource cannot become one of another type. The old type.
    Type(String),
    /// A property that no update may change.
    Fixed(String),
}

/// A path that differs, and what that means.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The path within the resource, as a JSON pointer.
    pub path: String,
    /// What kind of change it is.
    pub kind: CauseKind,
    /// Whether it replaces the resource.
    pub requires: Replacement,
    /// The old value; nothing if there was none.
    pub from: Option<Value>,
    /// The new value; nothing if there is none.
    pub to: Option<Value>,
    /// What the change comes from, if it stands elsewhere: another resource, or an export.
    pub through: Option<String>,
    /// Where the new value stands, or the old one if there is no new one.
    pub span: Span,
}

/// What a change of a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CauseKind {
    /// Only set when the resource is made.
    CreateOnly,
    /// Some changes replace the resource.
    Conditional,
    /// Changed in place.
    Updatable,
    /// Nothing is known of it.
    Unknown,
    /// The value comes from something that changes.
    Propagated,
}

/// An output that differs.
#[derive(Debug, Clone)]
pub struct OutputDifference {
    /// Its logical id.
    pub output: String,
    /// The export's name in the old template.
    pub export: Option<Value>,
    /// The old value.
    pub from: Option<Value>,
    /// The new value.
    pub to: Option<Value>,
    /// Where it stands.
    pub span: Span,
}

/// A stack on one side.
#[derive(Debug, Clone)]
pub struct Stack {
    /// What it is called in the answer: its physical name, or its template's file.
    pub name: String,
    /// Where it stands, its account and region: the same name elsewhere is another stack.
    pub place: String,
    /// The folder of its plan in the build.
    pub folder: String,
    /// Its template, as it is written.
    pub document: Node,
    /// The values of its parameters.
    pub parameters: Parameters,
    /// Its template, evaluated.
    pub template: Evaluated,
    /// What a deployment tells CloudFormation beside the template, in words.
    pub settings: IndexMap<String, String>,
    /// Its name in the source, if it is a build's.
    pub source: String,
    /// Its resources that stood in another stack, with that stack's name in the source.
    pub moved: Vec<(String, String)>,
}

impl Stack {
    /// A stack of which no more is known than its template.
    pub fn new(name: String, place: String, document: Node, parameters: Parameters, template: Evaluated) -> Stack {
        let (folder, source, settings) = (String::new(), String::new(), IndexMap::default());
        Stack { name, place, folder, document, parameters, template, settings, source, moved: Vec::new() }
    }
}

/// A stack on both sides, where it is there.
#[derive(Debug, Clone, Copy)]
struct Pair<'e> {
    name: &'e str,
    place: &'e str,
    old: Option<&'e Evaluated>,
    new: Option<&'e Evaluated>,
}

impl<'e> Pair<'e> {
    /// A resource on each side.
    fn resource(&self, id: &str) -> (Option<&'e Resource>, Option<&'e Resource>) {
        let old = self.old.and_then(|old| old.resources.get(id));
        (old, self.new.and_then(|new| new.resources.get(id)))
    }
}

/// Settings that differ.
fn settings(old: &Stack, new: &Stack) -> Vec<String> {
    let changed = new.settings.iter().filter(|(name, value)| old.settings.get(*name).is_some_and(|old| old != *value));
    changed
        .map(|(name, value)| format!("{name}: {} → {value}", old.settings.get(name).map_or("", String::as_str)))
        .collect()
}

/// What the update from some stacks to others does. What moves to another stack is moved first; then the rest is compared.
pub fn compare(old: &[Stack], new: &[Stack]) -> Difference {
    match moves::carry_out(old, new) {
        moves::Outcome::None => compare_in_place(old, new, &[]),
        moves::Outcome::Done(moved) => {
            let moves: Vec<Move> = moved.refactorings.iter().flat_map(|it| it.moves.iter().cloned()).collect();
            let mut difference = compare_in_place(&moved.stacks, new, &moved.created);
            for stack in &mut difference.stacks {
                mark(&stack.stack, &mut stack.resources, &moves);
            }
            difference.phases = difference.phases.after_moves(moved.refactorings);
            verdict::again(difference)
        }
        moves::Outcome::Impossible(why) => {
            let mut difference = compare_in_place(old, new, &[]);
            difference.phases.impossible = Some(why);
            verdict::again(difference)
        }
    }
}

/// Marks what has moved.
fn mark(stack: &str, resources: &mut [ResourceDifference], moves: &[Move]) {
    for resource in resources {
        let Some(from) = moves.iter().find(|it| it.to == stack && it.id == resource.logical_id) else { continue };
        resource.moved = Some(from.from.clone());
        if resource.replacement == Replacement::Never && resource.action != Action::Remove {
            resource.action = Action::Move;
        }
    }
}

/// The same where nothing moves. Stacks that a refactoring made have their tags and protection from an update, though nothing else of them changes.
fn compare_in_place(old: &[Stack], new: &[Stack], created: &[String]) -> Difference {
    let twin = |stack: &Stack, others: &'_ [Stack]| {
        others.iter().position(|other| (&other.name, &other.place) == (&stack.name, &stack.place))
    };
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    let mut sides: Vec<(Option<&Stack>, Option<&Stack>)> = Vec::new();
    let mut notes: Vec<Vec<String>> = Vec::new();
    for stack in new {
        let before = twin(stack, old).and_then(|at| old.get(at));
        let (name, place) = (stack.name.as_str(), stack.place.as_str());
        pairs.push(Pair { name, place, old: before.map(|stack| &stack.template), new: Some(&stack.template) });
        sides.push((before, Some(stack)));
        notes.push(before.map(|before| settings(before, stack)).unwrap_or_default());
    }
    for stack in old.iter().filter(|stack| twin(stack, new).is_none()) {
        pairs.push(Pair { name: &stack.name, place: &stack.place, old: Some(&stack.template), new: None });
        sides.push((Some(stack), None));
        notes.push(vec![String::from("the stack is not in the new build: it is deleted")]);
    }
    let resources = resources::compare(&pairs);
    let mut exposure = Vec::new();
    let mut stacks = Vec::new();
    for ((pair, resources), mut notes) in pairs.iter().zip(resources).zip(notes) {
        exposure.extend(exposure::compare(pair, &resources));
        notes.extend(resources::notes(pair));
        stacks.push(StackDifference {
            stack: pair.name.to_owned(),
            resources,
            outputs: resources::outputs(pair),
            notes,
        });
    }
    exposure.sort_by_key(|exposure| exposure.change);
    let access = access::compare(&pairs);
    let all: Vec<&[ResourceDifference]> = stacks.iter().map(|stack| stack.resources.as_slice()).collect();
    let differ: Vec<bool> =
        stacks.iter().map(|stack| !stack.outputs.is_empty() || created.contains(&stack.stack)).collect();
    let phases = phases::phases(&pairs, &sides, &all, &differ);
    verdict::sum_up(stacks, access, exposure, phases)
}
