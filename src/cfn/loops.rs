//! `Fn::ForEach`, unfolded before anything is evaluated.

use indexmap::IndexMap;

use crate::base::limits::MAX_TEMPLATE_NODES;
use crate::cfn::document::{Item, Map, Node};
use crate::cfn::malformed;
use crate::cfn::template::Template;
use crate::cfn::value::Value;
use crate::diag::Diagnostic;

const PREFIX: &str = "Fn::ForEach::";

/// The template with every loop unfolded. A loop over what is not known is a mistake: what it makes cannot be said.
pub(super) fn unfold(template: &Template, values: &IndexMap<String, Value>, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let mut unfolder = Unfolder { template, values, diagnostics, nodes: 0 };
    unfolder.node(template.root(), &IndexMap::new())
}

struct Unfolder<'a> {
    template: &'a Template,
    values: &'a IndexMap<String, Value>,
    diagnostics: &'a mut Vec<Diagnostic>,
    nodes: usize,
}

/// The values of the loops around a place, by their identifiers.
type Bound = IndexMap<String, String>;

impl Unfolder<'_> {
    fn node(&mut self, node: &Node, bound: &Bound) -> Node {
        self.nodes += 1;
        let item = match &node.item {
            Item::Map(map) => {
                if let Some(("Ref", argument)) = node.only()
                    && let Some(value) = argument.text().and_then(|name| bound.get(name))
                {
                    return Node { item: Item::Text(value.clone()), span: node.span };
                }
                Item::Map(self.map(map, bound))
            }
            Item::List(items) => Item::List(items.iter().map(|item| self.node(item, bound)).collect()),
            Item::Text(text) => Item::Text(substituted(text, bound)),
            Item::Null | Item::Bool(_) | Item::Number(_) => node.item.clone(),
        };
        Node { item, span: node.span }
    }

    fn map(&mut self, map: &Map, bound: &Bound) -> Map {
        let mut unfolded = Map::with_capacity(map.len());
        for (key, (span, node)) in map {
            if key.starts_with(PREFIX) {
                for (key, entry) in self.rounds(node, bound) {
                    unfolded.insert(key, entry);
                }
            } else {
                let node = self.node(node, bound);
                unfolded.insert(substituted(key, bound), (*span, node));
            }
        }
        unfolded
    }

    fn rounds(&mut self, node: &Node, bound: &Bound) -> Map {
        let mut made = Map::new();
        let parts = match node.list() {
            Some([identifier, collection, body]) => identifier.text().zip(body.map()).map(|pair| (pair, collection)),
            _ => None,
        };
        let Some(((identifier, body), collection)) = parts else {
            let message = "a loop has an identifier, a list, and what is made in each round";
            self.diagnostics.push(*malformed(node.span, message));
            return made;
        };
        let Some(items) = self.items(collection, bound) else {
            let message = format!("what `{identifier}` runs through is not known before the deployment");
            let help = "give the parameter it refers to a value";
            self.diagnostics.push(malformed(collection.span, message).help(help));
            return made;
        };
        for item in items {
            if self.nodes > MAX_TEMPLATE_NODES {
                let message = format!("with its loops unfolded the template has more than {MAX_TEMPLATE_NODES} values");
                self.diagnostics.push(*malformed(node.span, message));
                return made;
            }
            let mut inner = bound.clone();
            inner.insert(identifier.to_owned(), item);
            made.extend(self.map(body, &inner));
        }
        made
    }

    /// The items of a loop's list.
    fn items(&self, node: &Node, bound: &Bound) -> Option<Vec<String>> {
        if let Some(items) = node.list() {
            let mut all = Vec::new();
            for item in items {
                match item.scalar() {
                    Some(text) => all.push(substituted(&text, bound)),
                    None => all.extend(self.items(item, bound)?),
                }
            }
            return Some(all);
        }
        match node.only()? {
            ("Ref", name) => {
                let name = name.text()?;
                match (bound.get(name), self.values.get(name)?.list()) {
                    (Some(value), _) => Some(vec![value.clone()]),
                    (None, Some(items)) => items.iter().map(Value::scalar).collect(),
                    (None, None) => self.values.get(name)?.scalar().map(|text| vec![text]),
                }
            }
            ("Fn::FindInMap", keys) => {
                let [map, first, second] = keys.list()? else { return None };
                let key = |node: &Node| {
                    let text = node.scalar().map(|text| substituted(&text, bound));
                    text.or_else(|| self.items(node, bound)?.into_iter().next())
                };
                let mappings = self.template.section("Mappings")?;
                let (_, map) = mappings.get(&key(map)?)?;
                let entry = map.get(&key(first)?)?.get(&key(second)?)?;
                entry.list().map(|items| items.iter().filter_map(Node::scalar).collect())
            }
            _ => None,
        }
    }
}

/// Text with the identifiers of loops replaced: `${Id}` by the value, `&{Id}` by its letters and digits.
fn substituted(text: &str, bound: &Bound) -> String {
    let mut text = text.to_owned();
    for (identifier, value) in bound {
        if text.contains('{') {
            let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            text = text.replace(&format!("${{{identifier}}}"), value).replace(&format!("&{{{identifier}}}"), &plain);
        }
    }
    text
}
