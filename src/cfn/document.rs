//! The tree of a document, whichever form it was written in.

use indexmap::IndexMap;

use crate::base::Span;

/// The entries of an object, each with the place of its key.
pub type Map = IndexMap<String, (Span, Node)>;

/// Something in a document, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub item: Item,
    /// Where it stands.
    pub span: Span,
}

/// What stands in a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Nothing: `null`.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Map(Map),
}

impl Node {
    /// Its entries, if it is an object.
    pub fn map(&self) -> Option<&Map> {
        match &self.item {
            Item::Map(map) => Some(map),
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) | Item::List(_) => None,
        }
    }

    /// Its items, if it is a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.item {
            Item::List(items) => Some(items),
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) | Item::Map(_) => None,
        }
    }

    /// Its text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.item {
            Item::Text(text) => Some(text),
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::List(_) | Item::Map(_) => None,
        }
    }

    /// What an object has under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.get(key).map(|(_, node)| node)
    }

    /// Text, a number or a truth value as CloudFormation hands it on: as text.
    pub fn scalar(&self) -> Option<String> {
        match &self.item {
            Item::Bool(truth) => Some(truth.to_string()),
            Item::Number(text) | Item::Text(text) => Some(text.clone()),
            Item::Null | Item::List(_) | Item::Map(_) => None,
        }
    }

    /// What people call this kind of thing.
    pub fn kind(&self) -> &'static str {
        match &self.item {
            Item::Null => "null",
            Item::Bool(_) => "a truth value",
            Item::Number(_) => "a number",
            Item::Text(_) => "text",
            Item::List(_) => "a list",
            Item::Map(_) => "an object",
        }
    }

    /// The document as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.item {
            Item::Null => serde_json::Value::Null,
            Item::Bool(truth) => serde_json::Value::Bool(*truth),
            Item::Number(text) => text.parse().map_or_else(|_| text.as_str().into(), serde_json::Value::Number),
            Item::Text(text) => text.as_str().into(),
            Item::List(items) => items.iter().map(Node::to_json).collect(),
            Item::Map(map) => map.iter().map(|(key, (_, node))| (key.clone(), node.to_json())).collect(),
        }
    }

    /// The same document with some parts replaced: where `with` gives something for a part, that stands in its place.
    #[must_use]
    pub fn replaced(&self, with: &dyn Fn(&Node) -> Option<Node>) -> Node {
        if let Some(other) = with(self) {
            return other;
        }
        let item = match &self.item {
            Item::List(items) => Item::List(items.iter().map(|item| item.replaced(with)).collect()),
            Item::Map(map) => {
                let entries = map.iter().map(|(key, (span, node))| (key.clone(), (*span, node.replaced(with))));
                Item::Map(entries.collect())
            }
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) => self.item.clone(),
        };
        Node { item, span: self.span }
    }

    /// The entries of a section of an object, which is made if it is not there.
    pub fn section_mut(&mut self, name: &str) -> Option<&mut Map> {
        let Item::Map(map) = &mut self.item else { return None };
        let empty = || (Span::NONE, Node { item: Item::Map(Map::default()), span: Span::NONE });
        let (_, node) = map.entry(name.to_owned()).or_insert_with(empty);
        match &mut node.item {
            Item::Map(map) => Some(map),
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) | Item::List(_) => None,
        }
    }

    /// Text without a place.
    pub fn made(text: impl Into<String>) -> Node {
        Node { item: Item::Text(text.into()), span: Span::NONE }
    }

    /// An object of one entry without a place: the form of a function call.
    pub fn made_call(function: &str, argument: Node) -> Node {
        let map = Map::from_iter([(function.to_owned(), (Span::NONE, argument))]);
        Node { item: Item::Map(map), span: Span::NONE }
    }

    /// The only entry of an object with one entry: the form of a function call.
    pub fn only(&self) -> Option<(&str, &Node)> {
        match self.map()?.iter().collect::<Vec<_>>().as_slice() {
            [(key, (_, value))] => Some((key, value)),
            _ => None,
        }
    }
}
