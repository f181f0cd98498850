//! Tags in the form that each type wants, put beside what stands there by hand.

use crate::base::IndexMap;
use crate::derive::template::{Json, Tree};
use crate::eval::origin::Origin;

/// A tag, lowered: its key, its value, and who said so.
pub type Lowered = (String, Tree, Origin);

fn entry(key: String, value: Tree, propagate: bool, origin: Origin) -> Tree {
    let mut fields = IndexMap::from_iter([("Key".to_owned(), Tree::text(key)), ("Value".to_owned(), value)]);
    if propagate {
        fields.insert("PropagateAtLaunch".to_owned(), Tree::new(Json::Bool(true), Origin::INHERITED));
    }
    Tree::map(fields).because(origin)
}

/// A list of keys and values. What stands there by hand stays, and wins for its key.
pub fn list(entries: &mut IndexMap<String, Tree>, property: &str, tags: Vec<Lowered>, propagate: bool) {
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

/// A map of keys and values.
pub fn map(entries: &mut IndexMap<String, Tree>, property: &str, tags: Vec<Lowered>) {
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

/// A list of tags, each for a kind of thing.
pub fn specification(entries: &mut IndexMap<String, Tree>, property: &str, kind: &str, tags: Vec<Lowered>) {
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
        self::list(fields, "Tags", tags, false);
    }
}
