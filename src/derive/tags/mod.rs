//! Tags: the system's, then the stack's, then an instance's own, in the form that each type wants; and their way to what a
//! resource creates.

mod merge;

use crate::base::{IndexMap, Symbol};
use crate::catalog::{How, PassesOn, TagStyle, Tagging, catalog};
use crate::derive::build::Build;
use crate::derive::facts;
use crate::derive::refs::{Place, has_name};
use crate::derive::template::{Json, Tree};
use crate::eval::model::{Model, Resource, ResourceId, Tag};
use crate::eval::origin::Origin;
use crate::eval::spread::Spread;
use crate::eval::value::{NodeKind, Template};
use merge::Lowered;

/// The tag that consoles show as a thing's name.
const NAME: &str = "Name";

impl Build<'_> {
    /// Tags of every resource that takes some.
    pub fn tags(&mut self) {
        let model = self.model;
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let Some(tagging) = tagging(resource) else { continue };
            let tags = effective(model, id);
            let tags = self.tag_trees(resource, &tags);
            let Some(Json::Map(properties)) = self.properties(resource) else { continue };
            match tagging.style() {
                TagStyle::List => merge::list(properties, tagging.property(), tags.clone(), false),
                TagStyle::Propagate => merge::list(properties, tagging.property(), tags.clone(), true),
                TagStyle::Map => merge::map(properties, tagging.property(), tags.clone()),
                TagStyle::Specifications => {
                    let property = tagging.property().split('/').next().unwrap_or_default();
                    let last = resource.ty.as_str().rsplit("::").next().unwrap_or_default();
                    let kind = tagging.kind().map_or_else(|| kebab(last), str::to_owned);
                    merge::specification(properties, property, &kind, tags.clone());
                }
            }
            if let (Some(ty), Some((_, _, origin))) = (catalog().resource_type(resource.ty.as_str()), tags.first()) {
                for way in ty.passes_on() {
                    pass_on(properties, &way, &tags, *origin);
                }
            }
        }
    }

    fn tag_trees(&mut self, resource: &Resource, tags: &[Effective]) -> Vec<Lowered> {
        let place = Place { stack: resource.stack, policy: false };
        let lower = |tag: &Effective| {
            let value = self.text(&tag.value, place, tag.origin);
            (tag.key.as_str().to_owned(), value, tag.origin)
        };
        tags.iter().map(lower).collect()
    }

    /// A resource's lowered properties.
    pub fn properties(&mut self, resource: &Resource) -> Option<&mut Json> {
        let template = self.templates.get_mut(resource.stack.index())?;
        template.resources.get_mut(&resource.logical_id).map(|lowered| &mut lowered.properties.json)
    }
}

/// How a resource takes tags, if it does.
pub fn tagging(resource: &Resource) -> Option<Tagging> {
    catalog().resource_type(resource.ty.as_str())?.tagging()
}

/// Sets a property that passes tags on, unless the source does.
fn pass_on(properties: &mut IndexMap<String, Tree>, way: &PassesOn, tags: &[Lowered], origin: Origin) {
    if way.unless.is_some_and(|other| properties.contains_key(other)) {
        return;
    }
    let (property, within) = match way.path.split_once('/') {
        Some((outer, inner)) => match properties.get_mut(outer) {
            Some(Tree { json: Json::Map(fields), .. }) => (inner, fields),
            // There is nothing of the kind to create.
            Some(_) | None => return,
        },
        None => (way.path, properties),
    };
    match way.how {
        How::Specifications => merge::specification(within, property, way.to, tags.to_vec()),
        How::Value(value) => {
            let json = if value == "true" { Json::Bool(true) } else { Json::Text(value.to_owned()) };
            within.entry(property.to_owned()).or_insert_with(|| Tree::new(json, origin));
        }
    }
}

/// A tag that a resource ends up with.
#[derive(Debug, Clone)]
pub struct Effective {
    /// Its key.
    pub key: Symbol,
    /// Its value.
    pub value: Template,
    /// Where it is said.
    pub origin: Origin,
    /// How the value depends on params.
    pub spread: Spread,
}

/// What a resource is tagged with. The nearest declaration of a key wins; its place is that of the first one.
pub fn effective(model: &Model, id: ResourceId) -> Vec<Effective> {
    let resource = model.resource(id);
    let mut tags: IndexMap<Symbol, Effective> = IndexMap::default();
    let stack = model.stack(resource.stack);
    for Tag { key, value, origin, spread } in model.tags.iter().chain(&stack.tags).chain(&resource.tags) {
        tags.insert(*key, Effective { key: *key, value: value.clone(), origin: *origin, spread: *spread });
    }
    if let Some(name) = shown_name(resource) {
        tags.entry(name.key).or_insert(name);
    }
    tags.into_values().collect()
}

/// The `Name` tag of a resource that is called by it.
pub fn shown_name(resource: &Resource) -> Option<Effective> {
    let shows = facts::shows_name_tag(resource.ty.as_str()) || !has_name(resource);
    let name = resource.name.as_ref().filter(|_| shows)?;
    Some(Effective { key: Symbol::new(NAME), value: name.text.clone(), origin: name.origin, spread: name.spread })
}

/// Keys that the source sets in the property itself.
pub fn by_hand(resource: &Resource) -> Vec<String> {
    let mut keys = Vec::new();
    let property = tagging(resource).and_then(|tagging| resource.properties.get(tagging.property()));
    match property.map(|node| &node.kind) {
        Some(NodeKind::Map(map)) => keys.extend(map.keys().map(|key| key.as_str().to_owned())),
        Some(NodeKind::List(items)) => {
            for item in items {
                if let Some(NodeKind::Text(text)) = item.get("Key").map(|key| &key.kind) {
                    keys.extend(text.known().map(str::to_owned));
                }
            }
        }
        Some(
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_),
        )
        | None => {}
    }
    keys
}

/// `CapacityReservation` is `capacity-reservation` among EC2's resource types.
fn kebab(kind: &str) -> String {
    let mut text = String::new();
    for (position, letter) in kind.char_indices() {
        if letter.is_ascii_uppercase() && position > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
