//! Networks: ranges, listeners, what is open.

use ipnet::IpNet;

use crate::base::Symbol;
use crate::check::{World, facts, items, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Connection, End, Model, ResourceId};
use crate::eval::value::{Hole, Node};

/// The resource that a property names, if it names one of ours.
fn named(model: &Model, id: ResourceId, property: &str) -> Option<ResourceId> {
    model.resource(id).properties.get(property).and_then(only_resource)
}

fn only_resource(node: &Node) -> Option<ResourceId> {
    let mut found = None;
    node.each_template(&mut |text, _| {
        if let Some(Hole::Resource(id, _)) = text.single_hole() {
            found = Some(id);
        }
    });
    found
}

fn range(model: &Model, id: ResourceId) -> Option<IpNet> {
    let resource = model.resource(id);
    known(model, resource.stack, resource.properties.get("CidrBlock")?)?.parse().ok()
}

fn of_type<'m>(model: &'m Model, ty: &'m str) -> impl Iterator<Item = ResourceId> + 'm {
    model.resource_ids().filter(move |id| model.resource(*id).ty == *ty)
}

/// Every subnet lies in one of its network's ranges.
pub(super) fn subnets_lie_in_their_network(world: &mut World<'_>) {
    let model = world.model;
    for subnet in of_type(model, facts::SUBNET) {
        let (Some(vpc), Some(own)) = (named(model, subnet, "VpcId"), range(model, subnet)) else { continue };
        if model.resource(vpc).ty != *facts::VPC {
            continue;
        }
        let further = of_type(model, facts::VPC_RANGE).filter(|id| named(model, *id, "VpcId") == Some(vpc));
        let ranges: Option<Vec<IpNet>> = std::iter::once(vpc).chain(further).map(|id| range(model, id)).collect();
        let Some(ranges) = ranges else { continue };
        if !ranges.iter().any(|range| range.contains(&own)) {
            let (resource, network) = (model.resource(subnet), model.resource(vpc));
            let written: Vec<String> = ranges.iter().map(|range| format!("`{range}`")).collect();
            let message = format!(
                "`{own}` of `{}` is outside {}, the range of `{}`",
                resource.path,
                written.join(" and "),
                network.path
            );
            world.found.push(
                Diagnostic::new(codes::SUBNET_OUTSIDE_VPC, place(model, subnet), message)
                    .label(place(model, vpc), "the network")
                    .help("choose a range within the network's: `subnets(10.0.0.0/16, 8)` lists such"),
            );
        }
    }
}

/// No two subnets of a network share addresses.
pub(super) fn subnets_do_not_overlap(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: Vec<(ResourceId, ResourceId, IpNet)> = Vec::new();
    for subnet in of_type(model, facts::SUBNET) {
        let (Some(vpc), Some(own)) = (named(model, subnet, "VpcId"), range(model, subnet)) else { continue };
        let meets = |other: &&(ResourceId, ResourceId, IpNet)| {
            other.1 == vpc && (other.2.contains(&own) || own.contains(&other.2))
        };
        if let Some((other, _, range)) = seen.iter().find(meets) {
            let (first, second) = (&model.resource(*other).path, &model.resource(subnet).path);
            let message = format!("`{own}` of `{second}` overlaps `{range}` of `{first}`");
            world.found.push(
                Diagnostic::new(codes::SUBNET_OVERLAP, place(model, subnet), message)
                    .label(place(model, *other), "the other one")
                    .help("give each subnet a range of its own"),
            );
        }
        seen.push((subnet, vpc, own));
    }
}

fn place(model: &Model, id: ResourceId) -> crate::base::Span {
    model.origins.user_span(model.resource(id).origin)
}

/// The load balancers that wear a group.
fn balancers(model: &Model, group: ResourceId) -> Vec<ResourceId> {
    let (ty, groups) = facts::LOAD_BALANCER;
    let wears = |id: &ResourceId| {
        items(model.resource(*id).properties.get(groups)).iter().any(|node| only_resource(node) == Some(group))
    };
    of_type(model, ty).filter(wears).collect()
}

/// A port that is open on a load balancer has a listener.
pub(super) fn open_ports_have_listeners(world: &mut World<'_>) {
    let model = world.model;
    let (listener, balancer) = facts::LISTENER;
    for connection in &model.connections {
        let End::Group(group, _) = &connection.to else { continue };
        let balancers = balancers(model, *group);
        let Some(worn) = balancers.first() else { continue };
        let listening: Vec<i64> = of_type(model, listener)
            .filter(|id| named(model, *id, balancer).is_some_and(|named| balancers.contains(&named)))
            .filter_map(|id| {
                let resource = model.resource(id);
                known(model, resource.stack, resource.properties.get("Port")?)?.parse().ok()
            })
            .collect();
        for ports in &connection.ports {
            let (first, last) = ports.range;
            if ports.protocol == "tcp" && !listening.iter().any(|port| (first..=last).contains(port)) {
                let port = if first == last { first.to_string() } else { format!("{first}-{last}") };
                let message = format!("nothing listens on tcp {port} of `{}`", model.resource(*worn).path);
                world.found.push(
                    Diagnostic::new(codes::OPEN_PORT_WITHOUT_LISTENER, at(model, connection), message)
                        .here("opened here")
                        .label(place(model, *worn), "the load balancer")
                        .help(format!("take `tcp {port}` away, or add a listener for it")),
                );
            }
        }
    }
}

fn at(model: &Model, connection: &Connection) -> crate::base::Span {
    model.origins.user_span(connection.origin)
}

/// Clients are answered in plain text only to send them elsewhere.
pub(super) fn listeners_encrypt(world: &mut World<'_>) {
    let model = world.model;
    for id in of_type(model, facts::LISTENER.0) {
        let resource = model.resource(id);
        let text = |node: Option<&Node>| node.and_then(|node| known(model, resource.stack, node));
        let redirects = |action: &Node| text(action.get("Type")).as_deref() == Some("redirect");
        let actions = items(resource.properties.get("DefaultActions"));
        let is_plain = text(resource.properties.get("Protocol")).as_deref() == Some("HTTP");
        if is_plain && !actions.iter().all(redirects) {
            let port = text(resource.properties.get("Port")).unwrap_or_default();
            let message = format!("`{}` answers on port {port} in plain HTTP", resource.path);
            world.found.push(
                Diagnostic::new(codes::PLAINTEXT_LISTENER, place(model, id), message)
                    .help("listen with HTTPS and a certificate, and let port 80 redirect to it"),
            );
        }
    }
}

/// Every port that the whole internet can reach is shown.
pub(super) fn the_world_is_let_in_on_purpose(world: &mut World<'_>) {
    let model = world.model;
    for connection in &model.connections {
        let open = match &connection.from {
            End::Internet => true,
            End::Cidr(range) => range.prefix_len() == 0,
            End::Group(..) => false,
        };
        if let (true, End::Group(group, _)) = (open, &connection.to) {
            let text = Symbol::new(&connection.text);
            let message = format!("`{text}` lets anyone on the internet in");
            world.found.push(
                Diagnostic::new(codes::OPEN_TO_THE_WORLD, at(model, connection), message)
                    .label(place(model, *group), "the group that is open")
                    .help("name the addresses that need it: `connect 203.0.113.0/24 -> …`"),
            );
        }
    }
}
