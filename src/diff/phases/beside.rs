//! Parts of templates under other names: copies beside the old ones, and exports for the time being.

use std::collections::BTreeSet;

use crate::cfn::{Item, Node};

/// What is put behind a logical id for a copy beside the old one.
pub(super) const BESIDE: &str = "Beside";

/// The name of an export for the time being.
pub(super) fn export_beside(name: &str) -> String {
    format!("{name}-beside")
}

/// A part of a template in which references to some resources go to the copies beside them.
pub(super) fn renamed(node: &Node, ids: &BTreeSet<String>) -> Node {
    let other = |id: &str| ids.contains(id).then(|| format!("{id}{BESIDE}"));
    node.replaced(&|part| match part.only()? {
        (function @ "Ref", argument) => Some(Node::made_call(function, Node::made(other(argument.text()?)?))),
        (function @ "Fn::GetAtt", argument) => match &argument.item {
            Item::Text(text) => {
                let (id, attribute) = text.split_once('.')?;
                Some(Node::made_call(function, Node::made(format!("{}.{attribute}", other(id)?))))
            }
            Item::List(items) => {
                let (first, rest) = items.split_first()?;
                let mut items = vec![Node::made(other(first.text()?)?)];
                items.extend(rest.iter().cloned());
                Some(Node::made_call(function, Node { item: Item::List(items), span: argument.span }))
            }
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Map(_) => None,
        },
        (function @ "Fn::Sub", argument) => match &argument.item {
            Item::Text(text) => Some(Node::made_call(function, Node::made(substituted(text, ids)))),
            Item::List(items) => {
                let (first, rest) = items.split_first()?;
                let mut items = vec![Node::made(substituted(first.text()?, ids))];
                items.extend(rest.iter().map(|item| renamed(item, ids)));
                Some(Node::made_call(function, Node { item: Item::List(items), span: argument.span }))
            }
            Item::Null | Item::Bool(_) | Item::Number(_) | Item::Map(_) => None,
        },
        _ => None,
    })
}

fn substituted(text: &str, ids: &BTreeSet<String>) -> String {
    let mut text = text.to_owned();
    for id in ids {
        for end in ["}", "."] {
            text = text.replace(&format!("${{{id}{end}"), &format!("${{{id}{BESIDE}{end}"));
        }
    }
    text
}

/// A resource that waits for the copies beside those that it waited for.
pub(super) fn waits_renamed(resource: &mut Node, ids: &BTreeSet<String>) {
    let Item::Map(map) = &mut resource.item else { return };
    let Some((_, on)) = map.get_mut("DependsOn") else { return };
    let other = |node: &Node| match node.text() {
        Some(id) if ids.contains(id) => Node::made(format!("{id}{BESIDE}")),
        Some(_) | None => node.clone(),
    };
    *on = match on.list() {
        Some(items) => Node { item: Item::List(items.iter().map(other).collect()), span: on.span },
        None => other(on),
    };
}
