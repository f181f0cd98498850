//! Networks: ranges, listeners, what is open.

pub(super) mod balancers;
pub(super) mod crossings;
pub(super) mod groups;
pub(super) mod ranges;
pub(super) mod routes;
pub(super) mod ways;

use ipnet::IpNet;

use crate::check::{World, facts, items, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
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

/// Clients are answered in plain text only to send them elsewhere.
pub(super) fn listeners_encrypt(world: &mut World<'_>) {
    let model = world.model;
    for id in of_type(model, facts::LISTENER) {
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
