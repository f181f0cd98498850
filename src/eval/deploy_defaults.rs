//! Whether the defaults of `deploy param`s satisfy what is demanded of them: whoever deploys without a word takes them.

use crate::base::IndexMap;
use crate::base::Symbol;
use crate::eval::model::DeployParam;
use crate::eval::value::{Hole, Node, NodeKind, Piece, Template};

type Params = IndexMap<Symbol, DeployParam>;

/// What a rule's condition comes to with the defaults; `None` where one without a default decides.
pub(super) fn holds(condition: &Node, params: &Params) -> Option<bool> {
    let NodeKind::Map(map) = &condition.kind else { return None };
    let (function, arguments) = map.iter().next()?;
    let NodeKind::List(arguments) = &arguments.kind else { return None };
    match (function.as_str(), arguments.as_slice()) {
        ("Fn::Equals", [one, other]) => Some(text(one, params)? == text(other, params)?),
        ("Fn::Not", [inner]) => holds(inner, params).map(|held| !held),
        ("Fn::And", all) => decided(all, params, false),
        ("Fn::Or", all) => decided(all, params, true),
        ("Fn::Contains", [list, item]) => {
            let NodeKind::List(items) = &list.kind else { return None };
            let item = text(item, params)?;
            let items: Option<Vec<String>> = items.iter().map(|one| text(one, params)).collect();
            Some(items?.contains(&item))
        }
        _ => None,
    }
}

/// One that is `decisive` decides, whatever the others are.
fn decided(all: &[Node], params: &Params, decisive: bool) -> Option<bool> {
    let found: Vec<Option<bool>> = all.iter().map(|one| holds(one, params)).collect();
    if found.contains(&Some(decisive)) {
        return Some(decisive);
    }
    if found.contains(&None) { None } else { Some(!decisive) }
}

/// A value as CloudFormation compares it: as text.
fn text(node: &Node, params: &Params) -> Option<String> {
    match &node.kind {
        NodeKind::Bool(known) => Some(known.to_string()),
        NodeKind::Int(number) => Some(number.to_string()),
        NodeKind::Float(number) => Some(number.to_string()),
        NodeKind::Text(template) => filled(template, params),
        NodeKind::Error
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}

fn filled(template: &Template, params: &Params) -> Option<String> {
    let mut whole = String::new();
    for piece in template.pieces.iter() {
        match piece {
            Piece::Literal(literal) => whole.push_str(literal),
            Piece::Hole(Hole::Param(name)) => whole.push_str(&text(params.get(name)?.default.as_ref()?, params)?),
            Piece::Hole(_) => return None,
        }
    }
    Some(whole)
}
