//! Policies that are too long for one: how long a statement gets, and which statements go where.

use crate::derive::facts::policy;
use crate::derive::refs::Atom;
use crate::derive::statements::{Open, Who};
use crate::eval::model::Model;
use crate::eval::value::{Node, NodeKind, Piece, Pseudo};

/// The statements of a role in portions: as many as its own policies can hold, and the rest for policies that are attached to it.
pub fn portions(model: &Model, statements: Vec<Open>, own: usize) -> (Vec<Open>, Vec<Vec<Open>>) {
    let total: usize = statements.iter().map(|open| length(model, open)).sum();
    if total <= own {
        return (statements, Vec::new());
    }
    let (mut first, mut used) = (Vec::new(), 0);
    let mut rest: Vec<Vec<Open>> = Vec::new();
    let mut room = 0;
    for statement in statements.into_iter().flat_map(|open| cut(model, open)) {
        let long = length(model, &statement);
        // What fits comes first, whatever did not fit before it.
        if used + long <= own {
            used += long;
            first.push(statement);
        } else if let Some(last) = rest.last_mut().filter(|_| long <= room) {
            room -= long;
            last.push(statement);
        } else {
            room = policy::ATTACHED.saturating_sub(policy::FRAME + long);
            rest.push(vec![statement]);
        }
    }
    (first, rest)
}

/// A statement that is too long for a policy of its own, cut by its resources.
fn cut(model: &Model, open: Open) -> Vec<Open> {
    if length(model, &open) + policy::FRAME <= policy::ATTACHED || open.resources.len() < 2 {
        return vec![open];
    }
    let half = open.resources.len() / 2;
    let part = |resources: &mut dyn Iterator<Item = &Vec<Atom>>| Open {
        resources: resources.cloned().collect(),
        ..open.clone()
    };
    let parts = [part(&mut open.resources.iter().take(half)), part(&mut open.resources.iter().skip(half))];
    parts.into_iter().flat_map(|part| cut(model, part)).collect()
}

/// How many characters a statement has once everything in it is known, white space aside; where that is open, the most that it can be.
pub fn length(model: &Model, open: &Open) -> usize {
    let text = |atoms: &Vec<Atom>| atoms.iter().map(|atom| of_atom(model, atom)).sum::<usize>() + 3;
    let actions: usize = open.actions.iter().map(|action| action.as_str().len() + 3).sum();
    let resources: usize = open.resources.iter().map(text).sum();
    let conditions: usize = open
        .conditions
        .iter()
        .map(|((operator, key), values)| operator.len() + key.len() + 12 + values.iter().map(text).sum::<usize>())
        .sum();
    let principal = match &open.principal {
        None => 0,
        Some(Who::Everyone) => r#""Principal":"*","#.len(),
        Some(Who::One(kind, atoms)) => kind.len() + text(atoms) + 20,
    };
    let sid = open.name().len() + 12;
    sid + r#"{"Effect":"Allow","Action":[],"Resource":[],"Condition":{}},"#.len()
        + actions
        + resources
        + conditions
        + principal
}

fn of_atom(model: &Model, atom: &Atom) -> usize {
    match atom {
        Atom::Text(text) => text.chars().count(),
        Atom::Variable(name) => name.as_str().len() + 3,
        Atom::Pseudo(Pseudo::Account) => 12,
        Atom::Pseudo(Pseudo::Region) => {
            model.stacks.iter().map(|stack| stack.region.len()).max().unwrap_or(policy::REGION)
        }
        Atom::Pseudo(Pseudo::RegionOf(stack)) => model.stack(*stack).region.len(),
        Atom::Pseudo(Pseudo::Partition) => model.environment.partition.len(),
        Atom::Pseudo(Pseudo::UrlSuffix | Pseudo::StackName) => policy::UNKNOWN,
        Atom::Resource(..) | Atom::Param(_) | Atom::External(..) | Atom::Asset(_) | Atom::Export(..) => policy::UNKNOWN,
        Atom::Mention(..) => 0,
    }
}

/// How many characters a value that the source writes has, at the most: a name in it stands for a long one.
pub fn of_value(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Text(text) => {
            let of = |piece: &Piece| match piece {
                Piece::Literal(literal) => literal.chars().count(),
                Piece::Hole(_) => policy::UNKNOWN,
            };
            text.pieces.iter().map(of).sum::<usize>() + 3
        }
        NodeKind::List(items) => items.iter().map(of_value).sum::<usize>() + 2,
        NodeKind::Map(map) => map.iter().map(|(key, item)| key.as_str().len() + 4 + of_value(item)).sum::<usize>() + 2,
        NodeKind::Json(inner) => of_value(inner),
        NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_)
        | NodeKind::Error => 8,
    }
}
