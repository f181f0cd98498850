//! The names of all environments as rows of pieces: what stands there, and what params, the environment and its account fill in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::base::{Span, Symbol};
use crate::catalog::{NameCase, NameScope, catalog};
use crate::derive::template::Derived;
use crate::eval::model::{Model, Resource, ResourceId, StackId};
use crate::eval::spread::{Change, Domain, LeafId, Part, Reads};
use crate::eval::value::{Attribute, Hole, Pseudo, Template};
use crate::types::text::{Piece, joined};

/// How far names lead into names.
const MAX_NESTING: usize = 8;

/// What fills a hole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Filler {
    /// A param, perhaps with its case changed.
    Param(Symbol, Domain, Option<Change>),
    /// The environment's name.
    Env,
    /// Its account.
    Account,
    /// Its stack's region.
    Region,
}

/// Within what a name is unique: two with the same kind and place must differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    /// A resource type, or what else has names.
    pub(super) what: String,
    pub(super) scope: Scope,
    /// Names that differ in case alone are the same.
    pub(super) folded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Global,
    Account,
    AccountRegion,
}

/// One name in one environment.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The environment's number.
    pub(super) environment: usize,
    /// What has the name, as the source spells it.
    pub(super) whose: String,
    pub(super) at: Span,
    pub(super) rule: Span,
    pub(super) region: String,
    /// Built once for all environments.
    pub(super) shared: bool,
    /// The source says why it has a name of its own.
    pub(super) excused: bool,
    /// The pieces; the holes are those of [`Gathered::fillers`]. `Err`: the params that go into it in a way that is not followed.
    pub(super) pieces: Result<Vec<Piece>, Vec<Symbol>>,
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) fillers: Vec<Filler>,
    numbers: HashMap<Filler, usize>,
    pub(super) kinds: BTreeMap<Kind, Vec<Entry>>,
    /// What tells deployments apart: what stands in the names of their stacks.
    pub(super) telling: BTreeSet<Symbol>,
    /// The environment's name stands there, too.
    pub(super) env_tells: bool,
}

impl Gathered {
    /// Gathers the names of all environments.
    pub(super) fn of(environments: &[(&Model, &Derived)]) -> Gathered {
        let mut gathered = Gathered::default();
        for (number, (model, derived)) in environments.iter().enumerate() {
            gathered.stacks(number, model);
            gathered.resources(number, model);
            gathered.exports(number, model, derived);
        }
        gathered
    }

    fn stacks(&mut self, environment: usize, model: &Model) {
        for stack in &model.stacks {
            let template = Template::literal(&stack.physical_name);
            let parts = model.spreads.parts(stack.name_spread, &template);
            if !stack.per_account {
                self.env_tells |= parts.iter().any(|part| matches!(part, Part::Env(_)));
                self.telling.extend(model.spreads.names(model.spreads.reads(stack.name_spread)));
            }
            let kind = Kind { what: String::from("stack"), scope: Scope::AccountRegion, folded: false };
            let at = model.origins.user_span(stack.origin);
            let entry = Entry {
                environment,
                whose: format!("stack `{}`", stack.name),
                at,
                rule: Span::NONE,
                region: stack.region.clone(),
                shared: stack.per_account,
                excused: false,
                pieces: self.pieces(model, &parts, false),
            };
            self.kinds.entry(kind).or_default().push(entry);
        }
    }

    fn resources(&mut self, environment: usize, model: &Model) {
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let Some((kind, name)) = kind_of(model, id) else { continue };
            let parts = whole(model, model.spreads.parts(name.spread, &name.text), 0);
            let stack = model.stack(resource.stack);
            let pieces = match parts {
                Some(parts) => self.pieces(model, &parts, kind.folded),
                // AWS makes a part of it.
                None => continue,
            };
            let entry = Entry {
                environment,
                whose: format!("`{}`", resource.path),
                at: model.origins.user_span(resource.origin),
                rule: model.origins.user_span(name.origin),
                region: stack.region.clone(),
                shared: stack.per_account,
                excused: name.excused,
                pieces,
            };
            self.kinds.entry(kind).or_default().push(entry);
        }
    }

    fn exports(&mut self, environment: usize, model: &Model, derived: &Derived) {
        for template in &derived.templates {
            let stack = model.stack(template.stack);
            for (name, output) in &template.outputs {
                if output.export.is_none() {
                    continue;
                }
                let declared = stack.outputs.iter().find(|declared| Some(declared.name) == output.name);
                let spoken = declared.and_then(|declared| declared.export.as_ref());
                let (parts, rule) = match spoken {
                    Some(spoken) => {
                        (model.spreads.parts(spoken.spread, &spoken.text), model.origins.user_span(spoken.origin))
                    }
                    None => (export_parts(model, template.stack, name), Span::NONE),
                };
                let entry = Entry {
                    environment,
                    whose: format!("output `{name}` of stack `{}`", stack.name),
                    at: model.origins.user_span(output.origin),
                    rule,
                    region: stack.region.clone(),
                    shared: stack.per_account,
                    excused: false,
                    pieces: self.pieces(model, &parts, false),
                };
                let kind = Kind { what: String::from("export"), scope: Scope::AccountRegion, folded: false };
                self.kinds.entry(kind).or_default().push(entry);
            }
        }
    }

    fn pieces(&mut self, model: &Model, parts: &[Part], folded: bool) -> Result<Vec<Piece>, Vec<Symbol>> {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(self.piece(model, part, folded.then_some(Change::Lower))?);
        }
        Ok(joined(pieces))
    }

    fn piece(&mut self, model: &Model, part: &Part, change: Option<Change>) -> Result<Piece, Vec<Symbol>> {
        let changed = |text: &str| change.map_or_else(|| text.to_owned(), |change| change.text(text));
        let names = |reads: Reads| model.spreads.names(reads);
        Ok(match part {
            Part::Text(text) => Piece::Text(changed(text)),
            Part::Env(name) if changed(name) == **name => self.hole(Filler::Env),
            Part::Env(name) => Piece::Text(changed(name)),
            Part::Given(leaf) => {
                let filler = filler(model, *leaf, change).ok_or_else(Vec::new)?;
                self.hole(filler)
            }
            Part::Changed(inner, parts) => match (&**parts, change) {
                // In lower case, the case that was made before does not matter.
                ([Part::Given(leaf)], None | Some(Change::Lower)) => {
                    let change = if change.is_some() && *inner == Change::Upper { Change::Lower } else { *inner };
                    let filler = filler(model, *leaf, Some(change)).ok_or_else(Vec::new)?;
                    self.hole(filler)
                }
                _ => return Err(names(model.spreads.reads_in(parts))),
            },
            Part::Hole(Hole::Pseudo(Pseudo::Account)) => self.hole(Filler::Account),
            Part::Hole(Hole::Pseudo(Pseudo::Region)) => self.hole(Filler::Region),
            Part::Hole(Hole::Pseudo(Pseudo::Partition)) => Piece::Text(model.environment.partition.clone()),
            Part::Hole(_) => return Err(Vec::new()),
            Part::Either(..) | Part::Lost(_) => return Err(names(model.spreads.reads_in(std::slice::from_ref(part)))),
        })
    }

    fn hole(&mut self, filler: Filler) -> Piece {
        if let Some(known) = self.numbers.get(&filler) {
            return Piece::Hole(*known);
        }
        let number = self.fillers.len();
        self.fillers.push(filler.clone());
        self.numbers.insert(filler, number);
        Piece::Hole(number)
    }
}

fn filler(model: &Model, leaf: LeafId, change: Option<Change>) -> Option<Filler> {
    let leaf = model.spreads.leaf(leaf)?;
    Some(Filler::Param(leaf.name, leaf.domain.clone(), change))
}

/// Within what a resource's name is unique, and the name; nothing if it has none that must be.
pub(super) fn kind_of(model: &Model, id: ResourceId) -> Option<(Kind, &crate::eval::model::Name)> {
    let resource = model.resource(id);
    let name = resource.name.as_ref().filter(|name| name.property.is_some())?;
    let rules = catalog().resource_type(resource.ty.as_str())?.name_rules();
    let scope =
        rules.and_then(|rules| rules.scope()).or(identifies(model, id, resource).then_some(NameScope::AccountRegion))?;
    let scope = match scope {
        NameScope::Global => Scope::Global,
        NameScope::Account => Scope::Account,
        NameScope::AccountRegion => Scope::AccountRegion,
        NameScope::Parent | NameScope::Nowhere => return None,
    };
    let folded = match rules.and_then(|rules| rules.case()) {
        Some(NameCase::Lower | NameCase::Ignored) => true,
        Some(NameCase::Sensitive) | None => false,
    };
    Some((Kind { what: resource.ty.to_string(), scope, folded }, name))
}

/// Whether `Ref` gives the name: then it identifies the resource.
fn identifies(model: &Model, id: ResourceId, resource: &Resource) -> bool {
    let reference = Template::hole(Hole::Resource(id, Attribute::Id));
    let place = crate::derive::Place { stack: resource.stack, policy: true };
    let atoms = crate::derive::expand(model, &reference, place);
    !atoms.iter().any(|atom| matches!(atom, crate::derive::Atom::Resource(..)))
}

/// Parts with the names of other resources written out. `None`: AWS makes one of them.
pub(super) fn whole(model: &Model, parts: Vec<Part>, depth: usize) -> Option<Vec<Part>> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Hole(Hole::Resource(id, Attribute::Name)) if depth < MAX_NESTING => {
                let name = model.resource(id).name.as_ref()?;
                all.extend(whole(model, model.spreads.parts(name.spread, &name.text), depth + 1)?);
            }
            Part::Hole(Hole::Resource(..)) => return None,
            part => all.push(part),
        }
    }
    Some(all)
}

/// The name of an export that the source does not name.
fn export_parts(model: &Model, stack: StackId, output: &str) -> Vec<Part> {
    let stack = model.stack(stack);
    let template = Template::literal(&stack.physical_name);
    let mut parts = model.spreads.parts(stack.name_spread, &template);
    parts.push(Part::Text(format!("-{output}").into()));
    parts
}
