//! What stands in properties, as the network needs it.

use std::fmt;

use ipnet::IpNet;

use crate::base::Symbol;
use crate::check::reach::packets::{ICMP, ICMP6, all_of, anything, carried};
use crate::check::reach::ranges::Ranges;
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Piece, Template};

/// What a property names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Ref {
    /// A resource, by its id or by another attribute.
    Resource(ResourceId, Option<Symbol>),
    /// Something that is not of the model.
    Other(String),
}

impl Ref {
    pub(super) fn without_attribute(&self) -> Ref {
        match self {
            Ref::Resource(id, _) => Ref::Resource(*id, None),
            Ref::Other(text) => Ref::Other(text.clone()),
        }
    }

    pub(super) fn resource(&self) -> Option<ResourceId> {
        match self {
            Ref::Resource(id, _) => Some(*id),
            Ref::Other(_) => None,
        }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ref::Resource(..) => f.write_str("of this system"),
            Ref::Other(text) => write!(f, "`{text}`"),
        }
    }
}

/// Everything that a node names: one thing, a list, or a text with several between commas.
pub(super) fn refs(node: &Node) -> Vec<Ref> {
    let mut found = Vec::new();
    node.each_template(&mut |text, _| found.extend(refs_of_text(text)));
    found
}

/// The same of one text.
pub(super) fn refs_of_text(text: &Template) -> Vec<Ref> {
    let mut found = Vec::new();
    for piece in text.pieces.iter() {
        match piece {
            Piece::Hole(hole) => found.push(ref_of(*hole)),
            Piece::Literal(literal) => {
                let parts = literal.split(',').map(str::trim).filter(|part| !part.is_empty());
                found.extend(parts.map(|part| Ref::Other(part.to_owned())));
            }
        }
    }
    found
}

fn ref_of(hole: Hole) -> Ref {
    match hole {
        Hole::Resource(id, Attribute::Named(name)) => Ref::Resource(id, Some(name)),
        Hole::Resource(id, Attribute::Id | Attribute::Name | Attribute::Arn) => Ref::Resource(id, None),
        Hole::Param(name) => Ref::Other(name.as_str().to_owned()),
        Hole::External(_, name) => Ref::Other(name.as_str().to_owned()),
        Hole::Pseudo(pseudo) => Ref::Other(format!("{pseudo:?}").to_lowercase()),
        Hole::Variable(name) => Ref::Other(format!("${{{name}}}")),
        Hole::Asset(..) => Ref::Other(String::from("an asset")),
    }
}

/// The first resource that a node names.
pub(super) fn resource(node: Option<&Node>) -> Option<ResourceId> {
    node.and_then(|node| refs(node).iter().find_map(Ref::resource))
}

/// The text of a node, with the environment's values, if all of it is known.
pub(super) fn known(model: &Model, id: ResourceId, node: &Node) -> Option<String> {
    crate::check::known(model, model.resource(id).stack, node)
}

/// A whole number.
pub(super) fn number(model: &Model, id: ResourceId, node: Option<&Node>) -> Option<i64> {
    known(model, id, node?)?.parse().ok()
}

/// An address range; `None`: it is known only when deployed.
pub(super) fn net(model: &Model, id: ResourceId, node: &Node) -> Option<IpNet> {
    let text = known(model, id, node)?;
    text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

/// Whether a node is there, and what it says: `None` is left out, `Some(None)` is known only when deployed.
pub(super) type Said<T> = Option<Option<T>>;

/// What is carried, of a rule with a protocol and ports; types and codes are the ports of ICMP, and -1 is any.
pub(super) fn on(protocol: Said<String>, first: Said<i64>, last: Said<i64>) -> Option<Ranges> {
    let protocol = match protocol {
        None => return Some(anything()),
        Some(None) => return None,
        Some(Some(name)) => name,
    };
    let Some(number) = protocol_number(&protocol) else { return Some(anything()) };
    if first == Some(None) || last == Some(None) {
        return None;
    }
    let (first, last) = (first.flatten().unwrap_or(-1), last.flatten().unwrap_or(-1));
    Some(match number {
        ICMP | ICMP6 => {
            let Ok(kind) = u8::try_from(first) else { return Some(all_of(number)) };
            let whole = u16::from(kind) << 8;
            match u8::try_from(last) {
                Ok(code) => carried(number, whole | u16::from(code), whole | u16::from(code)),
                Err(_) => carried(number, whole, whole | 0xff),
            }
        }
        _ => match (u16::try_from(first), u16::try_from(last)) {
            (Ok(first), Ok(last)) => carried(number, first, last),
            _ => all_of(number),
        },
    })
}

/// The number of a protocol; `None` for all of them.
fn protocol_number(name: &str) -> Option<u8> {
    match name.to_ascii_lowercase().as_str() {
        "-1" | "all" => None,
        "tcp" => Some(6),
        "udp" => Some(17),
        "icmp" => Some(1),
        "icmpv6" => Some(58),
        other => other.parse().ok(),
    }
}

/// The items of a list, or the one thing that stands for a list of one.
pub(super) fn items(node: Option<&Node>) -> &[Node] {
    crate::check::items(node)
}

/// What a map says under a key, wherever in the tree the key stands first.
pub(super) fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.kind {
        NodeKind::Map(map) => map.get(&Symbol::new(key)).or_else(|| map.values().find_map(|inner| find(inner, key))),
        NodeKind::List(items) => items.iter().find_map(|item| find(item, key)),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}
