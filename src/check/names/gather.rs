//! The names of all environments as rows of pieces: what stands there, and what params, the environment and its account fill in.
//!
//! There can be many: a row is made once, and each further name that is made of the same pieces adds a few bytes to it.

use std::collections::BTreeSet;

use crate::base::{HashMap, Span, Symbol};
use crate::catalog::{NameCase, NameScope, catalog};
use crate::derive::template::{Derived, TemplateOutput};
use crate::eval::model::{Model, Name, Resource, ResourceId, StackId};
use crate::eval::spread::{Change, Domain, LeafId, Part};
use crate::eval::value::{Attribute, Hole, Pseudo, Template};
use crate::types::text::Piece;

/// How far names lead into names.
const MAX_NESTING: usize = 8;

/// What stands for a hole in a key: no byte of a text.
const HOLE: u8 = 0xff;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// A resource type, or what else has names.
    pub(super) what: Symbol,
    pub(super) scope: Scope,
    /// Names that differ in case alone are the same.
    pub(super) folded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    Global,
    Account,
    AccountRegion,
}

impl Kind {
    /// The names of stacks.
    pub(super) fn stack() -> Kind {
        Kind { what: Symbol::new("stack"), scope: Scope::AccountRegion, folded: false }
    }

    /// The names of exports.
    pub(super) fn export() -> Kind {
        Kind { what: Symbol::new("export"), scope: Scope::AccountRegion, folded: false }
    }

    /// Of a resource's names; nothing if they need not be unique.
    fn of(model: &Model, id: ResourceId, resource: &Resource) -> Option<Kind> {
        let rules = catalog().resource_type(resource.ty.as_str())?.name_rules();
        let scope = rules.and_then(|rules| rules.scope());
        let scope = scope.or(identifies(model, id, resource).then_some(NameScope::AccountRegion))?;
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
        Some(Kind { what: resource.ty, scope, folded })
    }
}

/// Whether `Ref` gives the name: then it identifies the resource.
fn identifies(model: &Model, id: ResourceId, resource: &Resource) -> bool {
    let reference = Template::hole(Hole::Resource(id, Attribute::Id));
    let place = crate::derive::Place { stack: resource.stack, policy: true };
    let atoms = crate::derive::expand(model, &reference, place);
    !atoms.iter().any(|atom| matches!(atom, crate::derive::Atom::Resource(..)))
}

/// The kinds of names by type: what the catalog says is looked up once.
#[derive(Debug, Default)]
pub(super) struct Kinds(HashMap<Symbol, Option<Kind>>);

impl Kinds {
    /// Within what a resource's name is unique, and the name; nothing if it has none that must be.
    pub(super) fn of<'m>(&mut self, model: &'m Model, id: ResourceId) -> Option<(Kind, &'m Name)> {
        let resource = model.resource(id);
        let name = resource.name.as_ref().filter(|name| name.property.is_some())?;
        let kind = *self.0.entry(resource.ty).or_insert_with(|| Kind::of(model, id, resource));
        kind.map(|kind| (kind, name))
    }
}

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    Stack(StackId),
    Resource(ResourceId),
    /// An output of a stack's template, by its place.
    Export(StackId, usize),
}

/// One name in one environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The environment's number.
    pub(super) environment: usize,
    pub(super) thing: Thing,
    /// Built once for all environments.
    pub(super) shared: bool,
    /// The source says why it has a name of its own.
    pub(super) excused: bool,
}

/// Names that are made of the same pieces.
#[derive(Debug)]
pub(super) struct Row {
    /// The holes are those of [`Gathered::fillers`].
    pub(super) pieces: Vec<Piece>,
    pub(super) entries: Vec<Entry>,
}

/// All names of a kind.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) kind: Kind,
    pub(super) rows: Vec<Row>,
    /// Names into which these params go in a way that is not followed.
    pub(super) open: Vec<(Entry, Vec<Symbol>)>,
    by_key: HashMap<Box<[u8]>, usize>,
}

/// All names.
pub(super) struct Gathered<'a> {
    pub(super) environments: &'a [(&'a Model, &'a Derived)],
    pub(super) fillers: Vec<Filler>,
    numbers: HashMap<Filler, usize>,
    pub(super) kinds: Vec<Rows>,
    by_kind: HashMap<Kind, usize>,
    /// What tells deployments apart: what stands in the names of their stacks.
    pub(super) telling: BTreeSet<Symbol>,
    /// The environment's name stands there, too.
    pub(super) env_tells: bool,
    /// The holes of the leaves of the model that is looked at, by leaf and change.
    leaves: HashMap<(LeafId, Option<Change>), usize>,
    key: Vec<u8>,
}

impl<'a> Gathered<'a> {
    /// Gathers the names of all environments.
    pub(super) fn of(environments: &'a [(&'a Model, &'a Derived)]) -> Gathered<'a> {
        let mut gathered = Gathered {
            environments,
            fillers: Vec::new(),
            numbers: HashMap::default(),
            kinds: Vec::new(),
            by_kind: HashMap::default(),
            telling: BTreeSet::new(),
            env_tells: false,
            leaves: HashMap::default(),
            key: Vec::new(),
        };
        let mut kinds = Kinds::default();
        for (number, (model, derived)) in environments.iter().enumerate() {
            gathered.leaves.clear();
            gathered.stacks(number, model);
            gathered.resources(number, model, &mut kinds);
            gathered.exports(number, model, derived);
        }
        gathered
    }

    /// An environment's model.
    pub(super) fn model(&self, entry: &Entry) -> Option<&'a Model> {
        self.environments.get(entry.environment).map(|(model, _)| *model)
    }

    fn stacks(&mut self, environment: usize, model: &Model) {
        for id in model.stack_ids() {
            let stack = model.stack(id);
            let template = Template::literal(&stack.physical_name);
            let parts = model.spreads.parts(stack.name_spread, &template);
            if !stack.per_account {
                self.env_tells |= parts.iter().any(|part| matches!(part, Part::Env(_)));
                self.telling.extend(model.spreads.names(model.spreads.reads(stack.name_spread)));
            }
            let entry = Entry { environment, thing: Thing::Stack(id), shared: stack.per_account, excused: false };
            self.add(Kind::stack(), model, &parts, entry);
        }
    }

    fn resources(&mut self, environment: usize, model: &Model, kinds: &mut Kinds) {
        for id in model.resource_ids() {
            let Some((kind, name)) = kinds.of(model, id) else { continue };
            let shared = model.stack(model.resource(id).stack).per_account;
            let entry = Entry { environment, thing: Thing::Resource(id), shared, excused: name.excused };
            let written = |part: &Part| !matches!(part, Part::Hole(Hole::Resource(..)));
            match model.spreads.text_parts(name.spread) {
                Some(parts) if parts.iter().all(written) => self.add(kind, model, parts, entry),
                _ => {
                    let parts = model.spreads.parts(name.spread, &name.text);
                    // Of a name of which AWS makes a part, nothing is to be said.
                    if let Some(parts) = whole(model, parts, 0) {
                        self.add(kind, model, &parts, entry);
                    }
                }
            }
        }
    }

    fn exports(&mut self, environment: usize, model: &Model, derived: &Derived) {
        for template in &derived.templates {
            let stack = model.stack(template.stack);
            for (place, (name, output)) in template.outputs.iter().enumerate() {
                if output.export.is_none() {
                    continue;
                }
                let declared = stack.outputs.iter().find(|declared| Some(declared.name) == output.name);
                let parts = match declared.and_then(|declared| declared.export.as_ref()) {
                    Some(spoken) => model.spreads.parts(spoken.spread, &spoken.text),
                    None => {
                        let template = Template::literal(&stack.physical_name);
                        let mut parts = model.spreads.parts(stack.name_spread, &template);
                        parts.push(Part::Text(format!("-{name}").into()));
                        parts
                    }
                };
                let thing = Thing::Export(template.stack, place);
                let entry = Entry { environment, thing, shared: stack.per_account, excused: false };
                self.add(Kind::export(), model, &parts, entry);
            }
        }
    }

    fn add(&mut self, kind: Kind, model: &Model, parts: &[Part], entry: Entry) {
        let at = *self.by_kind.entry(kind).or_insert_with(|| {
            self.kinds.push(Rows { kind, rows: Vec::new(), open: Vec::new(), by_key: HashMap::default() });
            self.kinds.len() - 1
        });
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let written = self.write(model, parts, kind.folded.then_some(Change::Lower), &mut key);
        if let Some(rows) = self.kinds.get_mut(at) {
            match written {
                Err(reads) if reads.is_empty() => {}
                Err(reads) => rows.open.push((entry, reads)),
                Ok(()) => {
                    let row = match rows.by_key.get(key.as_slice()) {
                        Some(row) => *row,
                        None => {
                            rows.by_key.insert(key.clone().into(), rows.rows.len());
                            rows.rows.push(Row { pieces: pieces(&key), entries: Vec::new() });
                            rows.rows.len() - 1
                        }
                    };
                    if let Some(row) = rows.rows.get_mut(row) {
                        row.entries.push(entry);
                    }
                }
            }
        }
        self.key = key;
    }

    /// Parts as a key: their texts, and a number for each hole. `Err`: the params of a part that is not followed.
    fn write(
        &mut self,
        model: &Model,
        parts: &[Part],
        change: Option<Change>,
        key: &mut Vec<u8>,
    ) -> Result<(), Vec<Symbol>> {
        for part in parts {
            let hole = match part {
                Part::Text(text) => {
                    write_text(text, change, key);
                    continue;
                }
                Part::Env(name) if change.is_none_or(|change| change.text(name) == **name) => self.hole(Filler::Env),
                Part::Env(name) => {
                    write_text(name, change, key);
                    continue;
                }
                Part::Given(leaf) => self.leaf(model, *leaf, change)?,
                Part::Changed(inner, parts) => match (&**parts, change) {
                    // In lower case, the case that was made before does not matter.
                    ([Part::Given(leaf)], None | Some(Change::Lower)) => {
                        let lower = change.is_some() && *inner == Change::Upper;
                        self.leaf(model, *leaf, Some(if lower { Change::Lower } else { *inner }))?
                    }
                    _ => return Err(model.spreads.names(model.spreads.reads_in(parts))),
                },
                Part::Hole(Hole::Pseudo(Pseudo::Account)) => self.hole(Filler::Account),
                Part::Hole(Hole::Pseudo(Pseudo::Region)) => self.hole(Filler::Region),
                Part::Hole(Hole::Pseudo(Pseudo::Partition)) => {
                    write_text(&model.environment.partition, change, key);
                    continue;
                }
                Part::Hole(_) => return Err(Vec::new()),
                Part::Either(..) | Part::Lost(_) => {
                    return Err(model.spreads.names(model.spreads.reads_in(std::slice::from_ref(part))));
                }
            };
            key.push(HOLE);
            key.extend(u32::try_from(hole).unwrap_or(u32::MAX).to_le_bytes());
        }
        Ok(())
    }

    fn leaf(&mut self, model: &Model, leaf: LeafId, change: Option<Change>) -> Result<usize, Vec<Symbol>> {
        if let Some(known) = self.leaves.get(&(leaf, change)) {
            return Ok(*known);
        }
        let of = model.spreads.leaf(leaf).ok_or_else(Vec::new)?;
        let hole = self.hole(Filler::Param(of.name, of.domain.clone(), change));
        self.leaves.insert((leaf, change), hole);
        Ok(hole)
    }

    fn hole(&mut self, filler: Filler) -> usize {
        if let Some(known) = self.numbers.get(&filler) {
            return *known;
        }
        let number = self.fillers.len();
        self.fillers.push(filler.clone());
        self.numbers.insert(filler, number);
        number
    }

    /// What has a name, as the source spells it.
    pub(super) fn whose(&self, entry: &Entry) -> String {
        described(self.environments, entry)
    }

    fn output(&self, entry: &Entry) -> Option<(&'a str, &'a TemplateOutput)> {
        output(self.environments, entry)
    }

    /// Where it stands.
    pub(super) fn at(&self, entry: &Entry) -> Span {
        place_of(self.environments, entry)
    }

    /// The rule that made it, if there is one.
    pub(super) fn rule(&self, entry: &Entry) -> Span {
        let Some(model) = self.model(entry) else { return Span::NONE };
        let origin = match entry.thing {
            Thing::Stack(_) => return Span::NONE,
            Thing::Resource(id) => model.resource(id).name.as_ref().map(|name| name.origin),
            Thing::Export(stack, _) => self.output(entry).and_then(|(_, output)| {
                let declared = model.stack(stack).outputs.iter().find(|one| Some(one.name) == output.name)?;
                declared.export.as_ref().map(|export| export.origin)
            }),
        };
        origin.map_or(Span::NONE, |origin| model.origins.user_span(origin))
    }

    /// The region where it is built.
    pub(super) fn region(&self, entry: &Entry) -> &'a str {
        let Some(model) = self.model(entry) else { return "" };
        let stack = match entry.thing {
            Thing::Stack(id) | Thing::Export(id, _) => id,
            Thing::Resource(id) => model.resource(id).stack,
        };
        &model.stack(stack).region
    }
}

type Environments<'a> = &'a [(&'a Model, &'a Derived)];

fn output<'a>(environments: Environments<'a>, entry: &Entry) -> Option<(&'a str, &'a TemplateOutput)> {
    let Thing::Export(stack, place) = entry.thing else { return None };
    let (_, derived) = environments.get(entry.environment)?;
    let template = derived.templates.iter().find(|template| template.stack == stack)?;
    template.outputs.iter().nth(place).map(|(name, output)| (name.as_str(), output))
}

/// What has a name, as the source spells it.
pub(super) fn described(environments: Environments<'_>, entry: &Entry) -> String {
    let Some((model, _)) = environments.get(entry.environment) else { return String::new() };
    match entry.thing {
        Thing::Stack(id) => format!("stack `{}`", model.stack(id).name),
        Thing::Resource(id) => format!("`{}`", model.resource(id).path),
        Thing::Export(stack, _) => {
            let name = output(environments, entry).map_or("", |(name, _)| name);
            format!("output `{name}` of stack `{}`", model.stack(stack).name)
        }
    }
}

/// Where it stands.
pub(super) fn place_of(environments: Environments<'_>, entry: &Entry) -> Span {
    let Some((model, _)) = environments.get(entry.environment) else { return Span::NONE };
    match entry.thing {
        Thing::Stack(id) => model.origins.user_span(model.stack(id).origin),
        Thing::Resource(id) => model.origins.user_span(model.resource(id).origin),
        Thing::Export(..) => {
            output(environments, entry).map_or(Span::NONE, |(_, output)| model.origins.user_span(output.origin))
        }
    }
}

fn write_text(text: &str, change: Option<Change>, key: &mut Vec<u8>) {
    match change {
        None => key.extend(text.as_bytes()),
        Some(change) => key.extend(change.text(text).as_bytes()),
    }
}

/// The pieces that a key stands for.
fn pieces(key: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        let text = rest.iter().position(|byte| *byte == HOLE).unwrap_or(rest.len());
        let (before, behind) = rest.split_at(text);
        if !before.is_empty() {
            pieces.push(Piece::Text(String::from_utf8_lossy(before).into_owned()));
        }
        rest = match behind.split_first_chunk::<5>() {
            Some(([_, hole @ ..], behind)) => {
                pieces.push(Piece::Hole(usize::try_from(u32::from_le_bytes(*hole)).unwrap_or(usize::MAX)));
                behind
            }
            None => &[],
        };
    }
    pieces
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
