//! Load balancers and those to whom they hand on.

use std::collections::BTreeSet;

use crate::base::Span;
use crate::check::World;
use crate::check::network::ways::Missing;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{Balancer, Sure, TargetsId};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::{Read, tell};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::Model;

/// The target groups of a load balancer, each once.
fn target_groups(balancer: &Balancer) -> BTreeSet<TargetsId> {
    balancer.listeners.iter().flat_map(|listener| listener.targets.iter().copied()).collect()
}

fn place(model: &Model, balancer: &Balancer) -> Span {
    model.origins.user_span(balancer.named.origin)
}

/// A load balancer has a way to each of its targets, on the port that it asks and on that of the health check.
pub(in crate::check) fn targets_are_in_reach(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    for balancer in &network.balancers {
        for id in target_groups(balancer) {
            let targets = network.targets(id);
            // Where targets see the client, its rules are the client's; the health check is always the load balancer's.
            let on = match targets.sees_client {
                Sure::No => targets.on.or(&targets.health),
                Sure::Unknown | Sure::Yes => targets.health.clone(),
            };
            let pairs = balancer.interfaces.iter().flat_map(|from| targets.members.iter().map(move |to| (from, to)));
            let closed = pairs
                .filter(|(from, to)| {
                    let zone = |id| network.subnet(network.interface(id).subnet).zone.as_deref();
                    balancer.crosses_zones != Sure::No || zone(**from) == zone(**to)
                })
                .map(|(from, to)| (Party::Interface(*from), Party::Interface(*to)))
                .map(|(from, to)| (on.minus(&read.solver.open(&from, &to, &|_| false)), from, to))
                .find(|(closed, ..)| !closed.is_empty());
            if let Some((closed, from, to)) = closed {
                world.found.push(unreachable(model, read, balancer, (from, to), closed));
            }
        }
    }
}

fn unreachable(model: &Model, read: &Read, balancer: &Balancer, (from, to): (Party, Party), on: Ranges) -> Diagnostic {
    let (what, whom) = (tell::carried(&on), read.solver.whereabouts(&to));
    let message = format!("`{}` hands on to {whom}, and {what} does not get there", balancer.named.name);
    let diagnostic = Diagnostic::new(codes::TARGETS_UNREACHABLE, place(model, balancer), message);
    Missing { read, from, to, on }
        .label(model, diagnostic)
        .help(format!("connect it to its targets on the port that they listen on: `connect … -> … on {what}`"))
}

/// Targets stand in zones of their load balancer; and if it does not cross zones, each of its zones has some.
pub(in crate::check) fn targets_are_in_zones(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    let zone = |id| network.subnet(network.interface(id).subnet).zone.clone();
    for balancer in &network.balancers {
        let own: Option<BTreeSet<String>> = balancer.interfaces.iter().map(|id| zone(*id)).collect();
        let Some(own) = own.filter(|own| !own.is_empty()) else { continue };
        for id in target_groups(balancer) {
            let targets = network.targets(id);
            let theirs: Option<BTreeSet<String>> = targets.members.iter().map(|id| zone(*id)).collect();
            let Some(theirs) = theirs.filter(|theirs| !theirs.is_empty()) else { continue };
            let beyond = targets.members.iter().find(|id| zone(**id).is_some_and(|zone| !own.contains(&zone)));
            let empty: Vec<String> = own.difference(&theirs).map(|zone| zone_name(zone)).collect();
            let diagnostic = if let Some(member) = beyond {
                let member = network.interface(*member);
                let subnet = network.subnet(member.subnet);
                let message = format!(
                    "`{}` stands in `{}`, in a zone where `{}` has no subnet",
                    member.named.name, subnet.named.name, balancer.named.name
                );
                let theirs = model.origins.user_span(member.named.origin);
                Diagnostic::new(codes::TARGETS_OUT_OF_ZONE, place(model, balancer), message)
                    .label(theirs, "a load balancer sends nothing to targets in zones that it is not in")
                    .help("give the load balancer a subnet in each zone of its targets")
            } else if balancer.crosses_zones == Sure::No && !empty.is_empty() {
                let zones = quoted_list(empty.iter().map(String::as_str), 3);
                let message = format!(
                    "`{}` does not send to other zones, and there is no target in {zones}",
                    balancer.named.name
                );
                Diagnostic::new(codes::TARGETS_OUT_OF_ZONE, place(model, balancer), message)
                    .label(model.origins.user_span(targets.named.origin), "its targets")
                    .help("put targets into each of its zones, or let it send to other zones: `load_balancing.cross_zone.enabled`")
            } else {
                continue;
            };
            world.found.push(diagnostic);
        }
    }
}

/// `#0` is the first zone of the region.
fn zone_name(zone: &str) -> String {
    match zone.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => format!("zone {}", number + 1),
        None => zone.to_owned(),
    }
}
