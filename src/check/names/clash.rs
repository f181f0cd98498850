//! Physical names: each once in its scope, in all environments as they are declared.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use crate::base::{HashMap, Span};
use crate::check::World;
use crate::check::names::gather::{Entry, Kind, Kinds, Scope, Thing, described, place_of};
use crate::derive::known_text;
use crate::derive::template::{Derived, Json};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId, StackId};
use crate::eval::value::{Hole, Piece, Pseudo, Template};

/// In what two equal names meet, and the name as AWS compares it: the bytes of both. They go into one buffer again and again.
struct Key(Vec<u8>);

impl Key {
    /// Where the name begins.
    const SPLIT: u8 = 0xff;

    /// `None`: the name is not known.
    fn of_resource(&mut self, model: &Model, kinds: &mut Kinds, id: ResourceId) -> Option<&[u8]> {
        let (kind, name) = kinds.of(model, id)?;
        let stack = model.resource(id).stack;
        self.begin(model, kind, stack);
        let start = self.0.len();
        self.write(model, stack, &name.text)?;
        if kind.folded {
            let folded = std::str::from_utf8(self.0.get(start..)?).ok()?.to_lowercase();
            self.0.truncate(start);
            self.0.extend(folded.as_bytes());
        }
        Some(&self.0)
    }

    fn begin(&mut self, model: &Model, kind: Kind, stack: StackId) {
        self.0.clear();
        self.0.extend(kind.what.as_str().as_bytes());
        let (account, region) = (&model.environment.account, &model.stack(stack).region);
        let place: &[&str] = match kind.scope {
            Scope::Global => &[],
            Scope::Account => &[account],
            Scope::AccountRegion => &[account, region],
        };
        for part in place {
            self.0.push(b' ');
            self.0.extend(part.as_bytes());
        }
        self.0.push(Key::SPLIT);
    }

    fn write(&mut self, model: &Model, stack: StackId, text: &Template) -> Option<()> {
        for piece in text.pieces.iter() {
            match piece {
                Piece::Literal(text) => self.0.extend(text.as_bytes()),
                Piece::Hole(Hole::Pseudo(Pseudo::Account)) => self.0.extend(model.environment.account.as_bytes()),
                Piece::Hole(Hole::Pseudo(Pseudo::Region)) => self.0.extend(model.stack(stack).region.as_bytes()),
                Piece::Hole(hole) => self.0.extend(known_text(model, stack, &Template::hole(*hole))?.as_bytes()),
            }
        }
        Some(())
    }
}

/// The name in a key.
fn name(key: &[u8]) -> String {
    let name = key.splitn(2, |byte| *byte == Key::SPLIT).nth(1).unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

/// No two resources of an environment have the same name where it must be unique.
pub(in crate::check) fn names_differ(world: &mut World<'_>) {
    let model = world.model;
    let (mut kinds, mut key) = (Kinds::default(), Key(Vec::new()));
    let mut seen: HashMap<Box<[u8]>, ResourceId> = HashMap::default();
    for id in model.resource_ids() {
        let Some(key) = key.of_resource(model, &mut kinds, id) else { continue };
        if let Some(first) = seen.get(key) {
            let (first, second) = (model.resource(*first), model.resource(id));
            world.found.push(clash(model, second, first, &name(key)));
        } else {
            seen.insert(key.into(), id);
        }
    }
}

fn clash(model: &Model, second: &Resource, first: &Resource, name: &str) -> Diagnostic {
    let place = |resource: &Resource| model.origins.user_span(resource.origin);
    let message = format!("`{}` and `{}` are both named `{name}`", first.path, second.path);
    let mut diagnostic = Diagnostic::new(codes::NAME_CLASH, place(second), message)
        .here("the second one")
        .label(place(first), "the first one");
    if let Some(rule) = &second.name {
        diagnostic = diagnostic.label(model.origins.user_span(rule.origin), "the rule that names them");
    }
    diagnostic.help("set another `id = \"…\"` on one of them, or let the naming rule tell them apart")
}

/// Two environments of one account do not meet in a name. What they share on purpose is built once.
pub(in crate::check) fn names_differ_across_environments(environments: &[(&Model, &Derived)]) -> Vec<Diagnostic> {
    let count = environments.iter().map(|(model, _)| model.resources.len() + model.stacks.len()).sum();
    let mut across = Across {
        environments,
        kinds: Kinds::default(),
        entries: Vec::with_capacity(count),
        seen: HashMap::with_capacity_and_hasher(count, FxBuildHasher),
        alike: HashMap::default(),
        found: Vec::new(),
    };
    let mut key = Key(Vec::new());
    for (number, (model, derived)) in environments.iter().enumerate() {
        let mut meet = |thing: Thing| {
            let at = At { environment: u32::try_from(number).unwrap_or(u32::MAX), thing };
            if across.write(&mut key, at).is_some() {
                across.meet(&key.0, at);
            }
        };
        for id in model.stack_ids().filter(|id| !model.stack(*id).per_account) {
            meet(Thing::Stack(id));
        }
        for id in model.resource_ids().filter(|id| !model.stack(model.resource(*id).stack).per_account) {
            meet(Thing::Resource(id));
        }
        for template in derived.templates.iter().filter(|template| !model.stack(template.stack).per_account) {
            (0..template.outputs.len()).for_each(|place| meet(Thing::Export(template.stack, place)));
        }
    }
    across.found
}

/// Something in an environment.
#[derive(Debug, Clone, Copy)]
struct At {
    environment: u32,
    thing: Thing,
}

/// The names of all environments so far. There can be many: of each only a hash is kept, and a name that has the hash of another one is
/// made again to be compared.
struct Across<'a> {
    environments: &'a [(&'a Model, &'a Derived)],
    kinds: Kinds,
    entries: Vec<At>,
    /// The first name of each hash.
    seen: HashMap<u64, u32>,
    /// Names that share their hash with another one.
    alike: HashMap<Box<[u8]>, u32>,
    found: Vec<Diagnostic>,
}

impl Across<'_> {
    /// Writes the name of something, and within what it is unique. `None`: it has none, or it is not known.
    fn write(&mut self, key: &mut Key, at: At) -> Option<()> {
        let (model, derived) = self.environments.get(usize::try_from(at.environment).ok()?)?;
        match at.thing {
            Thing::Stack(id) => {
                key.begin(model, Kind::stack(), id);
                key.0.extend(model.stack(id).physical_name.as_bytes());
            }
            Thing::Resource(id) => {
                key.of_resource(model, &mut self.kinds, id)?;
            }
            Thing::Export(stack, place) => {
                let template = derived.templates.iter().find(|template| template.stack == stack)?;
                let output = template.outputs.values().nth(place)?;
                let Json::Text(export) = &output.export.as_ref()?.json else { return None };
                key.begin(model, Kind::export(), stack);
                key.0.extend(export.as_bytes());
            }
        }
        Some(())
    }

    /// The first thing of a name, if it is not this one.
    fn first(&mut self, key: &[u8], at: At) -> Option<At> {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let hash = FxBuildHasher.hash_one(key);
        let Some(first) = self.seen.get(&hash).copied() else {
            self.seen.insert(hash, number);
            self.entries.push(at);
            return None;
        };
        let first = self.entries.get(first as usize).copied()?;
        let mut other = Key(Vec::new());
        if self.write(&mut other, first).is_some() && other.0 == key {
            return Some(first);
        }
        if let Some(first) = self.alike.get(key) {
            return self.entries.get(*first as usize).copied();
        }
        self.alike.insert(key.into(), number);
        self.entries.push(at);
        None
    }

    fn meet(&mut self, key: &[u8], at: At) {
        let Some(first) = self.first(key, at).filter(|first| first.environment != at.environment) else { return };
        let entry =
            |at: At| Entry { environment: at.environment as usize, thing: at.thing, shared: false, excused: false };
        let (first, entry) = (entry(first), entry(at));
        let environment = |entry: &Entry| self.environments.get(entry.environment).map(|(model, _)| &model.environment);
        let (Some(one), Some(two)) = (environment(&first), environment(&entry)) else { return };
        let (whose, other) = (described(self.environments, &entry), described(self.environments, &first));
        let (at, there): (Span, Span) = (place_of(self.environments, &entry), place_of(self.environments, &first));
        let (name, one_name, two_name) = (name(key), one.name, two.name);
        let message = format!("{whose} is named `{name}` in `{one_name}` and in `{two_name}`, which share an account");
        let mut diagnostic = Diagnostic::new(codes::NAME_CLASH, at, message);
        if other != whose {
            diagnostic = diagnostic.label(there, format!("the one in `{one_name}`"));
        }
        self.found.push(
            diagnostic
                .root_at(&[one.span, two.span])
                .label(two.span, format!("`{two_name}` is declared here"))
                .label(one.span, format!("`{one_name}` is declared here"))
                .help("put what differs into the naming rule: `default = \"{system}-{env}-{id}\"`"),
        );
    }
}

/// No two stacks of a region export under the same name.
pub(in crate::check) fn exports_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: BTreeMap<(&str, &str), crate::eval::origin::Origin> = BTreeMap::new();
    for template in &world.derived.templates {
        let region = model.stack(template.stack).region.as_str();
        for output in template.outputs.values() {
            let Some(Json::Text(name)) = output.export.as_ref().map(|export| &export.json) else { continue };
            if let Some(first) = seen.get(&(region, name.as_str())) {
                let message = format!("two outputs are exported as `{name}`");
                let diagnostic = Diagnostic::new(codes::NAME_CLASH, model.origins.user_span(output.origin), message)
                    .here("the second one")
                    .label(model.origins.user_span(*first), "the first one")
                    .help("write another name behind `as`");
                world.found.push(diagnostic);
            } else {
                seen.insert((region, name), output.origin);
            }
        }
    }
}
