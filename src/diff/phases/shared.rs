//! What stacks share: exports, and outputs that a plan passes on.

use std::collections::{BTreeMap, BTreeSet};

use crate::cfn::{self, Evaluated, Open, same};
use crate::diff::statements::shown;
use crate::diff::{Pair, Replacement, ResourceDifference};
use crate::order::phases::{Shared, Side};

/// A shared value.
#[derive(Debug)]
pub(super) struct Value {
    /// Its name: the export's, or `stack.output`.
    pub(super) name: String,
    /// Who gives and takes it.
    pub(super) shared: Shared,
    /// The pair and output that give it in the new.
    pub(super) new: Option<(usize, String)>,
    /// The same in the old.
    pub(super) old: Option<(usize, String)>,
}

/// A name, and the account and region where it is one.
type Name = (String, String);
/// What a side shares: by name, the pair and the output.
type Given = BTreeMap<Name, (usize, String)>;
/// Who takes what: by name, the pairs.
type Taken = BTreeMap<Name, BTreeSet<usize>>;

/// Everything that is shared in the old or the new.
pub(super) fn values(pairs: &[Pair<'_>], resources: &[&[ResourceDifference]]) -> Vec<Value> {
    let (olds, old_taken) = side(pairs, |pair| pair.old);
    let (news, new_taken) = side(pairs, |pair| pair.new);
    let names: BTreeSet<&Name> = olds.keys().chain(news.keys()).collect();
    let mut values = Vec::new();
    for name in names {
        let of = |given: &Given, taken: &Taken| {
            given.get(name).map(|(producer, _)| {
                let mut consumers = taken.get(name).cloned().unwrap_or_default();
                consumers.remove(producer);
                Side { producer: *producer, consumers }
            })
        };
        let (old, new) = (of(&olds, &old_taken), of(&news, &new_taken));
        let mut stays = stays(name, &olds, &news, pairs, resources);
        let is_export = exports(pairs).any(|export| export == *name);
        if !is_export {
            // An output that a plan passes on may change: CloudFormation does not watch it. It must only not go away too soon.
            stays |= old.is_some() && new.is_some();
        }
        let shared = Shared { old, new, stays };
        values.push(Value { name: name.1.clone(), shared, new: news.get(name).cloned(), old: olds.get(name).cloned() });
    }
    values
}

fn exports<'e>(pairs: &'e [Pair<'e>]) -> impl Iterator<Item = Name> {
    let sides = pairs.iter().flat_map(|pair| [pair.old, pair.new].map(|side| (pair.place, side)));
    let outputs = sides.flat_map(|(place, side)| {
        side.into_iter().flat_map(move |it| it.outputs.values().map(move |output| (place, output)))
    });
    outputs.filter_map(|(place, output)| Some((place.to_owned(), shown(output.export.as_ref()?))))
}

fn side<'e>(pairs: &[Pair<'e>], pick: impl Fn(&Pair<'e>) -> Option<&'e Evaluated>) -> (Given, Taken) {
    let (mut given, mut taken) = (Given::new(), Taken::new());
    for (at, pair) in pairs.iter().enumerate() {
        let Some(template) = pick(pair) else { continue };
        for (name, is_export) in taken_names(template) {
            // An output that a plan passes on may come from anywhere.
            let place = if is_export { pair.place } else { "" };
            taken.entry((place.to_owned(), name)).or_default().insert(at);
        }
        for (id, output) in &template.outputs {
            let name = match &output.export {
                Some(export) => (pair.place.to_owned(), shown(export)),
                None => (String::new(), format!("{}.{id}", pair.name)),
            };
            given.insert(name, (at, id.clone()));
        }
    }
    // Of outputs without an export those alone matter that somebody reads.
    let exported: BTreeSet<Name> = exports(pairs).collect();
    given.retain(|name, _| exported.contains(name) || taken.contains_key(name));
    (given, taken)
}

/// The names of what a template takes from other stacks.
pub(in crate::diff) fn imports(template: &Evaluated) -> BTreeSet<String> {
    taken_names(template).into_iter().map(|(name, _)| name).collect()
}

/// The same, each with whether it is an export's.
fn taken_names(template: &Evaluated) -> BTreeSet<(String, bool)> {
    let mut names = BTreeSet::new();
    let properties = template.resources.values().map(|resource| &resource.properties);
    for value in properties.chain(template.outputs.values().map(|output| &output.value)) {
        names.extend(names_of(value));
    }
    names
}

/// The names of what a value takes from other stacks.
pub(super) fn imports_of(value: &cfn::Value) -> BTreeSet<String> {
    names_of(value).into_iter().map(|(name, _)| name).collect()
}

fn names_of(value: &cfn::Value) -> BTreeSet<(String, bool)> {
    let mut names = BTreeSet::new();
    value.each_open(&mut |open| match open {
        Open::Import(name) => {
            names.insert((shown(name), true));
        }
        Open::Output(stack, output) => {
            names.insert((format!("{stack}.{output}"), false));
        }
        Open::Resource(_)
        | Open::Attribute(..)
        | Open::Pseudo(_)
        | Open::Parameter(_)
        | Open::Secret(..)
        | Open::Text(_)
        | Open::Either(_)
        | Open::Call(..) => {}
    });
    names
}

/// The logical ids that a resource refers to.
pub(in crate::diff) fn references(resource: &cfn::Resource) -> BTreeSet<String> {
    let mut ids = references_of(&resource.properties);
    for attribute in resource.attributes.values() {
        ids.extend(references_of(attribute));
    }
    ids.extend(resource.depends_on.iter().cloned());
    ids
}

/// The logical ids that a value refers to.
pub(in crate::diff) fn references_of(value: &cfn::Value) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    value.each_open(&mut |open| {
        if let Open::Resource(id) | Open::Attribute(id, _) = open {
            ids.insert(id.clone());
        }
    });
    ids
}

/// Whether a value stays what it is for those that import it: written the same, and behind it nothing that is replaced for certain.
fn stays(name: &Name, olds: &Given, news: &Given, pairs: &[Pair<'_>], resources: &[&[ResourceDifference]]) -> bool {
    let (Some((old, was)), Some((new, is))) = (olds.get(name), news.get(name)) else { return false };
    let output =
        |side: Option<&'_ Evaluated>, id: &str| side.and_then(|side| side.outputs.get(id)).map(|it| it.value.clone());
    let Some(pair) = pairs.get(*new) else { return false };
    let (Some(was), Some(is)) = (output(pair.old, was), output(pair.new, is)) else { return false };
    let behind = references_of(&is);
    let is_replaced = |resource: &ResourceDifference| {
        resource.replacement == Replacement::Always && behind.contains(&resource.logical_id)
    };
    old == new && same(&was, &is) && !resources.get(*new).copied().unwrap_or_default().iter().any(is_replaced)
}
