//! Ranges and ports as numbers: what contains what, what overlaps, and whether there is room for what a service needs.

use ipnet::IpNet;

use super::{named, of_type, place, range};
use crate::base::Span;
use crate::check::facts::{self, Room};
use crate::check::{World, items, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Hole, Node};

/// The place of a value, or of the resource that holds it.
fn spot(model: &Model, id: ResourceId, node: &Node) -> Span {
    let span = model.origins.user_span(node.origin);
    if span.is_none() { place(model, id) } else { span }
}

fn text(model: &Model, id: ResourceId, node: Option<&Node>) -> Option<String> {
    known(model, model.resource(id).stack, node?)
}

fn number(model: &Model, id: ResourceId, node: Option<&Node>) -> Option<i64> {
    text(model, id, node)?.parse().ok()
}

/// Networks and subnets are as large as EC2 makes them.
pub(in crate::check) fn ranges_have_a_size(world: &mut World<'_>) {
    let model = world.model;
    for (ty, property, sizes) in facts::RANGE_SIZES {
        for id in of_type(model, ty) {
            let Some(node) = model.resource(id).properties.get(property) else { continue };
            let Some(own) = text(model, id, Some(node)).and_then(|own| own.parse::<IpNet>().ok()) else { continue };
            let mask = own.prefix_len();
            if !sizes.contains(&mask) {
                let (first, last) = (sizes.iter().min(), sizes.iter().max());
                let bounds = first.zip(last).map_or_else(String::new, |(first, last)| format!("/{first} to /{last}"));
                let message = format!("EC2 makes ranges from {bounds} here, and this is `{own}`");
                let mut diagnostic = Diagnostic::new(codes::VALUE_OUT_OF_RANGE, spot(model, id, node), message)
                    .label(place(model, id), format!("`{property}` of `{ty}`"));
                if first.zip(last).is_some_and(|(first, last)| (*first..=*last).contains(&mask)) {
                    diagnostic = diagnostic.help("between them, masks go in steps of 4");
                }
                world.found.push(diagnostic);
            }
        }
    }
}

/// No two ranges of one network overlap, and none of two networks that are peers.
pub(in crate::check) fn ranges_do_not_overlap(world: &mut World<'_>) {
    let model = world.model;
    let ranges_of = |vpc: ResourceId| -> Vec<(ResourceId, IpNet)> {
        let further = of_type(model, facts::VPC_RANGE).filter(move |id| named(model, *id, "VpcId") == Some(vpc));
        std::iter::once(vpc).chain(further).filter_map(|id| Some((id, range(model, id)?))).collect()
    };
    let meet = |one: &IpNet, other: &IpNet| one.contains(other) || other.contains(one);
    let mut found = Vec::new();
    for vpc in of_type(model, facts::VPC) {
        let own = ranges_of(vpc);
        for (at, (id, range)) in own.iter().enumerate() {
            if let Some((other, before)) = own.iter().take(at).find(|(_, before)| meet(before, range)) {
                let message =
                    format!("`{range}` overlaps `{before}`, which `{}` has already", model.resource(vpc).path);
                found.push(
                    Diagnostic::new(codes::RANGES_OVERLAP, place(model, *id), message)
                        .label(place(model, *other), "the other one")
                        .help("add a range that shares no address with those that are there"),
                );
            }
        }
    }
    for peering in of_type(model, facts::PEERING) {
        let (Some(one), Some(other)) = (named(model, peering, "VpcId"), named(model, peering, "PeerVpcId")) else {
            continue;
        };
        let theirs = ranges_of(other);
        let clash = ranges_of(one)
            .into_iter()
            .find_map(|(id, own)| theirs.iter().find(|(_, range)| meet(range, &own)).map(|found| (id, own, *found)));
        if let Some((id, own, (with, range))) = clash.filter(|_| one != other) {
            let message = format!("`{own}` and `{range}` overlap, and their networks cannot be peers");
            found.push(
                Diagnostic::new(codes::RANGES_OVERLAP, place(model, peering), message)
                    .label(place(model, id), "the one")
                    .label(place(model, with), "the other")
                    .help("give one of the networks another range"),
            );
        }
    }
    world.found.append(&mut found);
}

/// A table has one route to each destination.
pub(in crate::check) fn routes_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: Vec<(ResourceId, String, ResourceId)> = Vec::new();
    for route in of_type(model, facts::ROUTE) {
        let Some(table) = named(model, route, "RouteTableId") else { continue };
        for property in facts::DESTINATIONS {
            let Some(written) = text(model, route, model.resource(route).properties.get(property)) else { continue };
            let to = written.parse::<IpNet>().map_or(written, |range| range.trunc().to_string());
            match seen.iter().find(|(other, there, _)| *other == table && *there == to) {
                Some((_, _, first)) => {
                    let message = format!("`{}` has a route to `{to}` already", model.resource(table).path);
                    world.found.push(
                        Diagnostic::new(codes::ROUTE_TWICE, place(model, route), message)
                            .label(place(model, *first), "the first one")
                            .help("remove one of the two, or put it into another table"),
                    );
                }
                None => seen.push((table, to, route)),
            }
        }
    }
}

/// Subnets have room for what is put into them.
pub(in crate::check) fn subnets_have_room(world: &mut World<'_>) {
    let model = world.model;
    for room in facts::ROOMS {
        for id in of_type(model, room.ty) {
            let resource = model.resource(id);
            let of_kind = |(property, value): (&str, &str)| {
                text(model, id, resource.properties.get(property)).is_none_or(|found| found == value)
            };
            if !room.only.is_none_or(of_kind) {
                continue;
            }
            let subnets: Vec<(ResourceId, IpNet)> = room
                .subnets
                .iter()
                .filter_map(|path| at(&resource.properties, path))
                .flat_map(resources_in)
                .filter(|subnet| model.resource(*subnet).ty == *facts::SUBNET)
                .filter_map(|subnet| Some((subnet, range(model, subnet)?)))
                .collect();
            if subnets.is_empty() {
                continue;
            }
            let found = each_is_large(model, id, room, &subnets).or_else(|| all_are_large(model, id, room, &subnets));
            world.found.extend(found);
        }
    }
}

fn each_is_large(model: &Model, id: ResourceId, room: &Room, subnets: &[(ResourceId, IpNet)]) -> Option<Diagnostic> {
    let longest = room.mask?;
    let (subnet, range) = subnets.iter().find(|(_, range)| range.prefix_len() > longest && range.addr().is_ipv4())?;
    let path = &model.resource(id).path;
    let message = format!("`{path}` needs subnets of at least /{longest}, and `{range}` is smaller");
    Some(
        Diagnostic::new(codes::SUBNET_TOO_SMALL, place(model, id), message)
            .label(place(model, *subnet), format!("`{}`", model.resource(*subnet).path))
            .help("make the subnet larger, or take another one"),
    )
}

/// Instances or tasks, each with an address of its own, against what all subnets have.
fn all_are_large(model: &Model, id: ResourceId, room: &Room, subnets: &[(ResourceId, IpNet)]) -> Option<Diagnostic> {
    let node = at(&model.resource(id).properties, room.count?)?;
    let count = number(model, id, Some(node))?;
    let mut apart: Vec<(ResourceId, IpNet)> = Vec::new();
    for subnet in subnets {
        if !apart.contains(subnet) {
            apart.push(*subnet);
        }
    }
    let free = |range: &IpNet| (1_i64 << (32 - range.prefix_len()).min(32)) - facts::KEPT_ADDRESSES;
    if apart.iter().any(|(_, range)| !range.addr().is_ipv4()) {
        return None;
    }
    let most: i64 = apart.iter().map(|(_, range)| free(range).max(0)).sum();
    if count <= most {
        return None;
    }
    let message = format!("`{}` may grow to {count}, and its subnets have {most} addresses", model.resource(id).path);
    let mut diagnostic = Diagnostic::new(codes::SUBNET_TOO_SMALL, spot(model, id, node), message)
        .help("each takes an address of its own, and EC2 keeps 5 of each subnet: take larger ones, or fewer");
    for (subnet, range) in apart.iter().take(3) {
        diagnostic = diagnostic.label(place(model, *subnet), format!("`{range}` has {}", free(range).max(0)));
    }
    Some(diagnostic)
}

/// What stands at a path within an object.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, step| node.get(step))
}

fn resources_in(node: &Node) -> Vec<ResourceId> {
    let mut found = Vec::new();
    node.each_template(&mut |text, _| {
        if let Some(Hole::Resource(id, _)) = text.single_hole() {
            found.push(id);
        }
    });
    found
}

/// Ports are ports, and a range of them begins before it ends.
pub(in crate::check) fn ports_are_in_order(world: &mut World<'_>) {
    let model = world.model;
    for (ty, path) in facts::PORT_RULES {
        for id in of_type(model, ty) {
            let properties = &model.resource(id).properties;
            let rules = if path.is_empty() { std::slice::from_ref(properties) } else { items(properties.get(path)) };
            for rule in rules {
                world.found.extend(wrong_ports(model, id, rule));
            }
        }
    }
}

fn wrong_ports(model: &Model, id: ResourceId, rule: &Node) -> Option<Diagnostic> {
    let protocol = text(model, id, rule.get("IpProtocol").or_else(|| rule.get("Protocol")))?;
    if !facts::WITH_PORTS.contains(&protocol.to_ascii_lowercase().as_str()) {
        return None;
    }
    let first = rule.get("FromPort").or_else(|| at(rule, "PortRange.From"))?;
    let last = rule.get("ToPort").or_else(|| at(rule, "PortRange.To"))?;
    let (from, to) = (number(model, id, Some(first))?, number(model, id, Some(last))?);
    // All of them.
    if (from, to) == (-1, -1) {
        return None;
    }
    for (port, node) in [(from, first), (to, last)] {
        if !(0..=65_535).contains(&port) {
            let message = format!("a port is a number from 0 to 65535, and this is {port}");
            let diagnostic = Diagnostic::new(codes::VALUE_OUT_OF_RANGE, spot(model, id, node), message);
            return Some(diagnostic.label(place(model, id), "in this rule"));
        }
    }
    (from > to).then(|| {
        let message = format!("these ports begin with {from} and end with {to}");
        Diagnostic::new(codes::VALUE_OUT_OF_RANGE, spot(model, id, last), message)
            .label(spot(model, id, first), "they begin here")
            .help("write the smaller one first")
    })
}
