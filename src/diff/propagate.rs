//! What a replacement or a change means for those that refer to it, in the same stack and in others.

use indexmap::IndexMap;

use crate::catalog::{Obtain, Texts};
use crate::cfn::{Open, Value, same};
use crate::diff::changes::{Step, pointer, surely_differ};
use crate::diff::classify::Known;
use crate::diff::resources::Outcome;
use crate::diff::statements::shown;
use crate::diff::{Action, Cause, CauseKind, Pair, Replacement};

/// The outcomes of each pair's resources, by logical id.
pub(super) type Outcomes = Vec<IndexMap<String, Outcome>>;

/// Carries every change along references until nothing more follows.
pub(super) fn propagate(pairs: &[Pair<'_>], outcomes: &mut Outcomes) {
    let exports = Exports::of(pairs);
    let uses = uses(pairs, &exports);
    // A resource can become worse twice at most: from never to maybe, from maybe to always.
    let rounds = 2 * outcomes.iter().map(IndexMap::len).sum::<usize>();
    for _ in 0..=rounds {
        let mut worse = false;
        for each in &uses {
            worse |= carry(each, pairs, outcomes);
        }
        if !worse {
            break;
        }
    }
}

/// Which output is exported under a name, and which stack has which name: by the place of the pair.
struct Exports {
    /// By place and name.
    outputs: IndexMap<(String, String), (usize, String)>,
    stacks: IndexMap<String, usize>,
}

impl Exports {
    fn of(pairs: &[Pair<'_>]) -> Exports {
        let mut outputs = IndexMap::new();
        let mut stacks = IndexMap::new();
        for (at, pair) in pairs.iter().enumerate() {
            stacks.insert(pair.name.to_owned(), at);
            for (id, output) in pair.new.into_iter().flat_map(|new| &new.outputs) {
                if let Some(name) = &output.export {
                    outputs.insert((pair.place.to_owned(), shown(name)), (at, id.clone()));
                }
            }
        }
        Exports { outputs, stacks }
    }
}

/// A place in a resource that speaks of something else.
struct Use<'e> {
    user: (usize, &'e str),
    path: Vec<Step>,
    of: Of<'e>,
    value: &'e Value,
    /// How people call what is used.
    through: String,
}

/// What a place speaks of.
enum Of<'e> {
    /// A resource or an attribute of it, in its own stack or in another one.
    Resource { pair: usize, id: &'e str, attribute: Option<&'e str> },
    /// An output as it is written in its template.
    Output { pair: usize, id: String },
}

fn uses<'e>(pairs: &[Pair<'e>], exports: &Exports) -> Vec<Use<'e>> {
    let mut found = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let (Some(old), Some(new)) = (pair.old, pair.new) else { continue };
        for (id, resource) in new.resources.iter().filter(|(id, _)| old.resources.contains_key(*id)) {
            let mut walk = Walk { pairs, exports, user: (at, id), path: Vec::new(), found: &mut found };
            walk.value(&resource.properties);
        }
    }
    found
}

struct Walk<'w, 'e> {
    pairs: &'w [Pair<'e>],
    exports: &'w Exports,
    user: (usize, &'e str),
    path: Vec<Step>,
    found: &'w mut Vec<Use<'e>>,
}

impl<'e> Walk<'_, 'e> {
    fn value(&mut self, value: &'e Value) {
        if let Some(map) = value.map() {
            for (key, value) in map {
                self.inside(Step::Key(key.clone()), value);
            }
        } else if let Some(items) = value.list() {
            for (at, value) in items.iter().enumerate() {
                self.inside(Step::Item(at), value);
            }
        } else {
            let mut open = Vec::new();
            value.each_open(&mut |part| open.push(part));
            open.into_iter().for_each(|part| self.open(part, value));
        }
    }

    fn inside(&mut self, step: Step, value: &'e Value) {
        self.path.push(step);
        self.value(value);
        self.path.pop();
    }

    fn open(&mut self, open: &'e Open, value: &'e Value) {
        match open {
            Open::Resource(id) => self.resource(self.user.0, id, None, value, None),
            Open::Attribute(id, attribute) => self.resource(self.user.0, id, Some(attribute), value, None),
            Open::Import(name) => {
                let name = shown(name);
                let place = self.pairs.get(self.user.0).map_or("", |pair| pair.place).to_owned();
                if let Some((pair, output)) = self.exports.outputs.get(&(place, name.clone())).cloned() {
                    self.output(pair, output, value, &format!("the export {name}"));
                }
            }
            Open::Output(stack, output) => {
                if let Some(pair) = self.exports.stacks.get(stack).copied() {
                    self.output(pair, output.clone(), value, &format!("the output {output} of {stack}"));
                }
            }
            Open::Pseudo(_)
            | Open::Parameter(_)
            | Open::Secret(..)
            | Open::Text(_)
            | Open::Either(_)
            | Open::Call(..) => {}
        }
    }

    fn resource(&mut self, pair: usize, id: &'e str, attribute: Option<&'e str>, value: &'e Value, way: Option<&str>) {
        if (pair, id) == self.user {
            return;
        }
        let named = attribute.map_or_else(|| id.to_owned(), |attribute| format!("{id}.{attribute}"));
        let through = way.map_or(named, str::to_owned);
        let of = Of::Resource { pair, id, attribute };
        self.found.push(Use { user: self.user, path: self.path.clone(), of, value, through });
    }

    /// Another stack's output: what it is written as, and the resources it speaks of.
    fn output(&mut self, pair: usize, id: String, value: &'e Value, way: &str) {
        let output = self.pairs.get(pair).and_then(|pair| pair.new?.outputs.get(&id));
        let mut open = Vec::new();
        if let Some(output) = output {
            output.value.each_open(&mut |part| open.push(part));
        }
        for part in open {
            match part {
                Open::Resource(id) => self.resource(pair, id, None, value, Some(way)),
                Open::Attribute(id, attribute) => self.resource(pair, id, Some(attribute), value, Some(way)),
                // What an output takes from a third stack changes there.
                Open::Pseudo(_)
                | Open::Parameter(_)
                | Open::Secret(..)
                | Open::Import(_)
                | Open::Output(..)
                | Open::Text(_)
                | Open::Either(_)
                | Open::Call(..) => {}
            }
        }
        let of = Of::Output { pair, id };
        self.found.push(Use { user: self.user, path: self.path.clone(), of, value, through: way.to_owned() });
    }
}

/// What a change elsewhere means for a place that reads it.
struct Effect<'e> {
    requires: Replacement,
    /// Whether the value changes for certain.
    surely: bool,
    from: Option<&'e Value>,
    to: Option<&'e Value>,
}

/// Carries one change; whether anything became worse.
fn carry(each: &Use<'_>, pairs: &[Pair<'_>], outcomes: &mut Outcomes) -> bool {
    let (at, user) = each.user;
    let resource = pairs.get(at).and_then(|pair| pair.new?.resources.get(user));
    let known = resource.map_or(Known::Nothing, |user| Known::of(&user.ty));
    let requires = known.meaning(&each.path, None, None).requires;
    let Some(effect) = effect(each, requires, pairs, outcomes) else { return false };
    let made = Cause {
        path: pointer("/Properties", &each.path),
        kind: CauseKind::Propagated,
        requires: effect.requires,
        from: Some(effect.from.unwrap_or(each.value).clone()),
        to: Some(effect.to.unwrap_or(each.value).clone()),
        through: Some(each.through.clone()),
        span: each.value.span,
    };
    let Some(user) = outcomes.get_mut(at).and_then(|outcomes| outcomes.get_mut(user)) else { return false };
    let known = user.causes.iter_mut().find(|known| known.path == made.path && known.through == made.through);
    match known {
        Some(known) if known.requires >= made.requires => return false,
        Some(known) => known.requires = made.requires,
        None => user.causes.push(made),
    }
    if user.action == Action::None && (effect.surely || effect.requires > Replacement::Never) {
        user.action = Action::Modify;
    }
    user.replacement = user.replacement.max(effect.requires);
    true
}

fn effect<'e>(each: &Use<'e>, requires: Replacement, pairs: &[Pair<'e>], outcomes: &Outcomes) -> Option<Effect<'e>> {
    match &each.of {
        Of::Output { pair, id } => {
            let pair = pairs.get(*pair)?;
            let (from, to) = (&pair.old?.outputs.get(id)?.value, &pair.new?.outputs.get(id)?.value);
            if same(from, to) {
                return None;
            }
            let surely = surely_differ(Some(from), Some(to), &|_| false);
            let requires = if surely { requires } else { requires.min(Replacement::Maybe) };
            Some(Effect { requires, surely, from: Some(from), to: Some(to) })
        }
        Of::Resource { pair, id, attribute } => {
            let cause = outcomes.get(*pair)?.get(*id)?;
            let pair = pairs.get(*pair)?;
            let (was, is) = (pair.old?.resources.get(*id)?, pair.new?.resources.get(*id)?);
            let plain = |requires, surely| Some(Effect { requires, surely, from: None, to: None });
            match cause.replacement {
                Replacement::Always => plain(requires, true),
                Replacement::Maybe => plain(requires.min(Replacement::Maybe), true),
                Replacement::Never => {
                    let attribute = (*attribute)?;
                    let in_properties = |cause: &Cause| cause.path.starts_with("/Properties");
                    if cause.action != Action::Modify || !cause.causes.iter().any(in_properties) {
                        return None;
                    }
                    let path: Vec<&str> = attribute.split('.').collect();
                    match (was.properties.at(&path), is.properties.at(&path)) {
                        // The attribute gives back what the template sets.
                        (Some(before), Some(after)) if same(before, after) => None,
                        (Some(from), Some(to)) => {
                            Some(Effect { requires, surely: true, from: Some(from), to: Some(to) })
                        }
                        (None, _) | (_, None) if stays(Known::of(&is.ty), attribute) => None,
                        (None, _) | (_, None) => plain(requires.min(Replacement::Maybe), false),
                    }
                }
            }
        }
    }
}

/// Whether an attribute identifies the resource, so that no change in place gives it another value.
fn stays(known: Known, attribute: &str) -> bool {
    let Some(ty) = known.ty() else { return false };
    let listed = |mut texts: Texts| texts.any(|path| path.replace('/', ".") == attribute);
    listed(ty.primary_identifier())
        || listed(ty.ref_value())
        || ty.additional_identifiers().any(listed)
        || matches!(ty.arn(), Some(Obtain::GetAtt(arn)) if arn == attribute)
}
