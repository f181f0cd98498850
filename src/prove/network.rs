//! Who talks to whom: the emitted security-group rules are those of the declared connections, and no others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::model::{End, Model, ResourceId};
use crate::eval::value::{Hole, Node, NodeKind, Template as Text};
use crate::prove::declared::items;
use crate::prove::read::{Emitted, list, text};
use crate::prove::text::{emitted as flat, matches, resource, shown};
use crate::prove::{facts, failed};

/// One rule of one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    group: ResourceId,
    direction: Direction,
    peer: String,
    protocol: String,
    ports: (i64, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    In,
    Out,
}

/// The properties that name the other side, in rules and inline.
const PEERS: [(&str, Direction); 4] = [
    ("SourceSecurityGroupId", Direction::In),
    ("SourcePrefixListId", Direction::In),
    ("DestinationSecurityGroupId", Direction::Out),
    ("DestinationPrefixListId", Direction::Out),
];
const RANGES: [&str; 2] = ["CidrIp", "CidrIpv6"];
const INLINE: [(&str, Direction); 2] =
    [("SecurityGroupIngress", Direction::In), ("SecurityGroupEgress", Direction::Out)];

/// Rules without a connection, connections without a rule, groups that are open because they say nothing.
pub(super) fn prove(all: &Emitted<'_>) -> Vec<Diagnostic> {
    let model = all.model;
    let declared = declared(model);
    let mut found = Vec::new();
    let mut seen: BTreeSet<Rule> = BTreeSet::new();
    let closed =
        |group: ResourceId| !declared.keys().any(|rule| rule.group == group && rule.direction == Direction::Out);
    for template in &all.templates {
        let mut check = |group: ResourceId, direction: Direction, value: &Value, at: String| {
            let rule = rule(model, group, direction, value, |value| flat(all, template, value));
            let placeholder = direction == Direction::Out && rule.peer == facts::NOWHERE && closed(group);
            let known = declared.contains_key(&rule) || {
                let mut ranges = open_ranges(model).into_iter();
                ranges.any(|(open, range)| {
                    Rule { peer: String::new(), ..rule.clone() } == open && matches(model, &range, &rule.peer)
                })
            };
            if !placeholder && !known {
                let span = model.origins.user_span(model.resource(group).origin);
                let message =
                    format!("security group `{}` has a rule that nothing declares", model.resource(group).path);
                found.push(failed(span, message, format!("{} ({at})", said(model, &rule))));
            }
            seen.insert(rule);
        };
        for (id, value) in template.resources() {
            let Some(properties) = value.get("Properties") else { continue };
            let at = |rest: &str| format!("{}#/Resources/{id}/Properties{rest}", template.file);
            let standing = match text(value, "Type") {
                Some(facts::GROUP) => {
                    let Some(group) = all.resource(template, id) else { continue };
                    for (key, direction) in INLINE {
                        for (index, item) in list(properties, key).enumerate() {
                            check(group, direction, item, at(&format!("/{key}/{index}")));
                        }
                    }
                    continue;
                }
                Some(facts::INGRESS) => Direction::In,
                Some(facts::EGRESS) => Direction::Out,
                Some(_) | None => continue,
            };
            let owner = properties.get("GroupId").map(|group| flat(all, template, group)).unwrap_or_default();
            if let Some(group) = resource(model, &owner) {
                check(group, standing, properties, at(""));
            }
        }
        for (id, value) in template.resources().filter(|(_, value)| text(value, "Type") == Some(facts::GROUP)) {
            let rules = value.get("Properties").and_then(|properties| properties.get("SecurityGroupEgress"));
            let group = all.resource(template, id);
            // Rules that stand alone do not keep CloudFormation from opening the group.
            let open = rules.and_then(Value::as_array).is_none_or(Vec::is_empty);
            if let (true, Some(group)) = (open, group) {
                let span = model.origins.user_span(model.resource(group).origin);
                let message = format!("security group `{}` would be open to everywhere", model.resource(group).path);
                found.push(failed(span, message, format!("{}#/Resources/{id} has no egress rule", template.file)));
            }
        }
    }
    for (rule, (span, must)) in &declared {
        if *must && !seen.contains(rule) {
            found.push(failed(*span, "a declared connection has no rule", said(model, rule)));
        }
    }
    found
}

/// What is declared, where, and whether it must be there: the internet is a range of either family, but only the older one is due.
fn declared(model: &Model) -> BTreeMap<Rule, (Span, bool)> {
    let mut rules = BTreeMap::new();
    for connection in &model.connections {
        let span = model.origins.user_span(connection.origin);
        for ports in &connection.ports {
            let mut add = |group: ResourceId, direction: Direction, peer: String, must: bool| {
                let ports = normal(&ports.protocol, ports.range);
                rules.insert(Rule { group, direction, peer, protocol: ports.0, ports: ports.1 }, (span, must));
            };
            for (own, other, direction) in
                [(&connection.from, &connection.to, Direction::Out), (&connection.to, &connection.from, Direction::In)]
            {
                let End::Group(group, _) = own else { continue };
                match other {
                    End::Group(peer, _) => add(*group, direction, model.resource(*peer).path.clone(), true),
                    End::Cidr(range) => add(*group, direction, range.to_string(), true),
                    End::Internet => {
                        add(*group, direction, String::from("0.0.0.0/0"), true);
                        add(*group, direction, String::from("::/0"), false);
                    }
                }
            }
        }
    }
    each_written(model, &mut |group, direction, node, span| {
        let rule = written(model, group, direction, node);
        // A range that is known only when deployed is compared as text.
        let is_known = !rule.peer.is_empty();
        rules.insert(rule, (span, is_known));
    });
    rules
}

/// Rules as written whose range, or list of ranges, is known only when deployed: the rule without its peer, and that text.
fn open_ranges(model: &Model) -> Vec<(Rule, Text)> {
    let mut found = Vec::new();
    each_written(model, &mut |group, direction, node, _| {
        let range = RANGES.iter().copied().chain(peers(direction)).find_map(|key| node.get(key));
        if let Some(Node { kind: NodeKind::Text(text), .. }) = range
            && text.known().is_none()
            && !matches!(text.single_hole(), Some(Hole::Resource(..)))
        {
            found.push((written(model, group, direction, node), text.clone()));
        }
    });
    found
}

/// Calls a function for every rule that stands in properties as written.
fn each_written(model: &Model, visit: &mut impl FnMut(ResourceId, Direction, &Node, Span)) {
    for (id, own) in model.resource_ids().zip(&model.resources) {
        let span = model.origins.user_span(own.origin);
        match own.ty.as_str() {
            facts::GROUP => {
                for (key, direction) in INLINE {
                    items(own.properties.get(key)).into_iter().for_each(|node| visit(id, direction, node, span));
                }
            }
            ty @ (facts::INGRESS | facts::EGRESS) => {
                let group = own.properties.get("GroupId").and_then(group_of);
                let direction = if ty == facts::INGRESS { Direction::In } else { Direction::Out };
                group.into_iter().for_each(|group| visit(group, direction, &own.properties, span));
            }
            _ => {}
        }
    }
}

/// A rule that stands in properties as written.
fn written(model: &Model, group: ResourceId, direction: Direction, node: &Node) -> Rule {
    let plain = |key: &str| match node.get(key).map(|node| &node.kind) {
        Some(NodeKind::Int(number)) => Some(number.to_string()),
        Some(NodeKind::Text(text)) => text.known().map(str::to_owned),
        _ => None,
    };
    let number = |key: &str| plain(key).and_then(|text| text.parse().ok()).unwrap_or(-1);
    let peer_group = peers(direction).find_map(|key| node.get(key)).and_then(group_of);
    let peer = peer_group
        .map(|id| model.resource(id).path.clone())
        .or_else(|| RANGES.iter().copied().chain(peers(direction)).find_map(plain));
    let ports = normal(&plain("IpProtocol").unwrap_or_default(), (number("FromPort"), number("ToPort")));
    Rule { group, direction, peer: peer.unwrap_or_default(), protocol: ports.0, ports: ports.1 }
}

/// The properties that name the other side of a rule in this direction.
fn peers(direction: Direction) -> impl Iterator<Item = &'static str> {
    PEERS.iter().filter(move |(_, of)| *of == direction).map(|(key, _)| *key)
}

fn group_of(node: &Node) -> Option<ResourceId> {
    match &node.kind {
        NodeKind::Text(text) => match text.single_hole() {
            Some(Hole::Resource(id, _)) => Some(id),
            Some(_) | None => None,
        },
        _ => None,
    }
}

/// An emitted rule.
fn rule(
    model: &Model,
    group: ResourceId,
    direction: Direction,
    value: &Value,
    flat: impl Fn(&Value) -> String,
) -> Rule {
    let get = |key: &str| value.get(key).map(&flat);
    let number = |key: &str| get(key).and_then(|text| text.parse().ok()).unwrap_or(-1);
    let named = peers(direction).find_map(&get);
    let named = named.map(|text| resource(model, &text).map_or(text, |id| model.resource(id).path.clone()));
    let peer = named.or_else(|| RANGES.iter().find_map(|key| get(key))).unwrap_or_default();
    let ports = normal(&get("IpProtocol").unwrap_or_default(), (number("FromPort"), number("ToPort")));
    Rule { group, direction, peer, protocol: ports.0, ports: ports.1 }
}

/// All protocols have no ports.
fn normal(protocol: &str, ports: (i64, i64)) -> (String, (i64, i64)) {
    let ports = if protocol == "-1" { (-1, -1) } else { ports };
    (protocol.to_owned(), ports)
}

fn said(model: &Model, rule: &Rule) -> String {
    let (verb, group) = (if rule.direction == Direction::In { "from" } else { "to" }, &model.resource(rule.group).path);
    format!("{group} {verb} {} on {} {}-{}", shown(&rule.peer), rule.protocol, rule.ports.0, rule.ports.1)
}
