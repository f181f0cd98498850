//! Tags: the system's, then the stack's, then an instance's own, in the form that each type wants.

use crate::base::{IndexMap, Symbol};
use crate::catalog::{TagStyle, catalog};
use crate::derive::build::Build;
use crate::derive::facts;
use crate::derive::lower::known_text;
use crate::derive::refs::{Place, has_name};
use crate::derive::template::{Json, Tree};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Model, RequiredTag, Resource, ResourceId, Tag};
use crate::eval::origin::Origin;
use crate::eval::value::Template;

/// The tag that consoles show as a thing's name.
const NAME: &str = "Name";

impl Build<'_> {
    /// Tags of every resource that takes some.
    pub fn tags(&mut self) {
        let model = self.model;
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let tagged = Tagged::of(resource);
            if tagged.is_none() {
                continue;
            }
            let tags = effective(model, id);
            self.require(resource, &tags);
            match tagged {
                Some(Tagged::Property(path, style)) => self.tag_property(resource, path, style, &tags),
                Some(Tagged::LaunchTemplate) => self.tag_launch_template(resource, &tags),
                None => {}
            }
        }
    }

    fn tag_trees(&mut self, resource: &Resource, tags: &[Effective]) -> Vec<(String, Tree, Origin)> {
        let place = Place { stack: resource.stack, policy: false };
        let lower = |tag: &Effective| {
            let value = self.text(&tag.value, place, tag.origin);
            (tag.key.as_str().to_owned(), value, tag.origin)
        };
        tags.iter().map(lower).collect()
    }

    fn tag_property(&mut self, resource: &Resource, path: &str, style: TagStyle, tags: &[Effective]) {
        let tags = self.tag_trees(resource, tags);
        let Some(Json::Map(properties)) = self.properties(resource) else { return };
        match style {
            TagStyle::List => merge_list(properties, path, tags, false),
            TagStyle::Propagate => merge_list(properties, path, tags, true),
            TagStyle::Map => merge_map(properties, path, tags),
            TagStyle::Specifications => {
                let Some((property, _)) = path.split_once('/') else { return };
                let kind = kebab(resource.ty.as_str().rsplit("::").next().unwrap_or_default());
                merge_specification(properties, property, &kind, tags);
            }
        }
    }

    fn tag_launch_template(&mut self, resource: &Resource, tags: &[Effective]) {
        let tags = self.tag_trees(resource, tags);
        let Some(Json::Map(properties)) = self.properties(resource) else { return };
        let (data, specifications) = facts::LAUNCH_TEMPLATE_DATA;
        merge_specification(properties, specifications, facts::LAUNCH_TEMPLATE_KIND, tags.clone());
        if let Some(Tree { json: Json::Map(data), .. }) = properties.get_mut(data) {
            for kind in facts::LAUNCHED_KINDS {
                merge_specification(data, specifications, kind, tags.clone());
            }
        }
    }

    /// A resource's lowered properties.
    pub fn properties(&mut self, resource: &Resource) -> Option<&mut Json> {
        let template = self.templates.get_mut(resource.stack.index())?;
        template.resources.get_mut(&resource.logical_id).map(|lowered| &mut lowered.properties.json)
    }

    fn require(&mut self, resource: &Resource, tags: &[Effective]) {
        let model = self.model;
        for required in &model.required_tags {
            if let Some(problem) = missing(model, resource, required, tags) {
                let RequiredTag { key, span, .. } = required;
                let at = self.span(resource.origin);
                let diagnostic = Diagnostic::new(codes::MISSING_TAG, at, problem)
                    .label(*span, "required here")
                    .help(format!("write `tags {{ {key} = \"…\" }}` in the system, in the stack or in the instance"));
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

fn missing(model: &Model, resource: &Resource, required: &RequiredTag, tags: &[Effective]) -> Option<String> {
    let by_hand = hand_written(resource);
    let Some(tag) = tags.iter().find(|tag| tag.key == required.key) else {
        let known = by_hand.iter().any(|key| key == required.key.as_str());
        return (!known).then(|| {
            let has = tags.iter().map(|tag| tag.key.as_str());
            let has = if tags.is_empty() { "no tag".to_owned() } else { quoted_list(has, 5) };
            format!("`{}` has no tag `{}`, only {has}", resource.path, required.key)
        });
    };
    let (pattern, value) = (required.pattern.as_ref()?, known_text(model, resource.stack, &tag.value)?);
    let matches = crate::types::text::matches(pattern, &value)?;
    (!matches).then(|| {
        format!("tag `{}` of `{}` is `{value}`, which does not match `/{pattern}/`", required.key, resource.path)
    })
}

/// Keys that the source sets in the property itself.
fn hand_written(resource: &Resource) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(Tagged::Property(path, _)) = Tagged::of(resource)
        && let Some(node) = resource.properties.get(path)
    {
        use crate::eval::value::NodeKind;
        match &node.kind {
            NodeKind::Map(map) => keys.extend(map.keys().map(|key| key.as_str().to_owned())),
            NodeKind::List(items) => {
                for item in items {
                    if let Some(NodeKind::Text(text)) = item.get("Key").map(|key| &key.kind) {
                        keys.extend(text.known().map(str::to_owned));
                    }
                }
            }
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
    }
    keys
}

/// How a resource takes tags.
enum Tagged {
    Property(&'static str, TagStyle),
    LaunchTemplate,
}

impl Tagged {
    fn of(resource: &Resource) -> Option<Tagged> {
        if resource.ty == *facts::LAUNCH_TEMPLATE {
            return Some(Tagged::LaunchTemplate);
        }
        let tagging = catalog().resource_type(resource.ty.as_str())?.tagging()?;
        Some(Tagged::Property(tagging.property(), tagging.style()))
    }
}

/// A tag that a resource ends up with.
#[derive(Debug, Clone)]
struct Effective {
    key: Symbol,
    value: Template,
    origin: Origin,
}

/// The nearest declaration of a key wins; its place is that of the first one.
fn effective(model: &Model, id: ResourceId) -> Vec<Effective> {
    let resource = model.resource(id);
    let mut tags: IndexMap<Symbol, Effective> = IndexMap::default();
    let stack = model.stack(resource.stack);
    for Tag { key, value, origin, .. } in model.tags.iter().chain(&stack.tags).chain(&resource.tags) {
        tags.insert(*key, Effective { key: *key, value: value.clone(), origin: *origin });
    }
    let ty = resource.ty.as_str();
    let shows = facts::shows_name_tag(ty) || ty == facts::LAUNCH_TEMPLATE || !has_name(resource);
    if let Some(name) = resource.name.as_ref().filter(|_| shows) {
        let key = Symbol::new(NAME);
        tags.entry(key).or_insert_with(|| Effective { key, value: name.text.clone(), origin: name.origin });
    }
    tags.into_values().collect()
}

fn entry(key: String, value: Tree, propagate: bool, origin: Origin) -> Tree {
    let mut fields = IndexMap::from_iter([("Key".to_owned(), Tree::text(key)), ("Value".to_owned(), value)]);
    if propagate {
        fields.insert("PropagateAtLaunch".to_owned(), Tree::new(Json::Bool(true), Origin::INHERITED));
    }
    Tree::map(fields).because(origin)
}

/// What stands there by hand stays, and wins for its key.
fn merge_list(
    entries: &mut IndexMap<String, Tree>,
    property: &str,
    tags: Vec<(String, Tree, Origin)>,
    propagate: bool,
) {
    let empty = || Tree::list([]);
    let Json::List(list) = &mut entries.entry(property.to_owned()).or_insert_with(empty).json else { return };
    let own: Vec<String> = list.iter().filter_map(key_of).collect();
    let derived = tags
        .into_iter()
        .filter(|(key, ..)| !own.contains(key))
        .map(|(key, value, origin)| entry(key, value, propagate, origin));
    let by_hand = std::mem::take(list);
    list.extend(derived.chain(by_hand));
    if list.is_empty() {
        entries.shift_remove(property);
    }
}

fn key_of(tag: &Tree) -> Option<String> {
    let Json::Map(fields) = &tag.json else { return None };
    match &fields.get("Key")?.json {
        Json::Text(key) => Some(key.clone()),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::List(_) | Json::Map(_) => None,
    }
}

fn merge_map(entries: &mut IndexMap<String, Tree>, property: &str, tags: Vec<(String, Tree, Origin)>) {
    let empty = || Tree::map::<String>([]);
    let Json::Map(map) = &mut entries.entry(property.to_owned()).or_insert_with(empty).json else { return };
    let by_hand = std::mem::take(map);
    for (key, value, origin) in tags {
        map.insert(key, value.because(origin));
    }
    map.extend(by_hand);
    if map.is_empty() {
        entries.shift_remove(property);
    }
}

fn merge_specification(
    entries: &mut IndexMap<String, Tree>,
    property: &str,
    kind: &str,
    tags: Vec<(String, Tree, Origin)>,
) {
    if tags.is_empty() {
        return;
    }
    let empty = || Tree::list([]);
    let Json::List(list) = &mut entries.entry(property.to_owned()).or_insert_with(empty).json else { return };
    let is_kind = |tree: &Tree| match &tree.json {
        Json::Map(fields) => fields.get("ResourceType").is_some_and(|ty| ty.json == Json::Text(kind.to_owned())),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => false,
    };
    if !list.iter().any(is_kind) {
        list.push(Tree::map([("ResourceType", Tree::text(kind))]));
    }
    if let Some(Tree { json: Json::Map(fields), .. }) = list.iter_mut().find(|tree| is_kind(tree)) {
        merge_list(fields, "Tags", tags, false);
    }
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
