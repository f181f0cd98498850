//! Route tables, against what subnets are called.

use crate::check::World;
use crate::check::reach::network::{Destination, GatewayKind, Network, Route, Subnet, Target};
use crate::diag::{Diagnostic, codes};

/// Words by which a subnet says that the internet does not reach it, and those by which it says that nothing else does either.
const PRIVATE: [&str; 4] = ["private", "internal", "isolated", "database"];
const ISOLATED: [&str; 1] = ["isolated"];

/// A subnet that is called private has no route to the internet gateway; one that is called isolated leads nowhere.
pub(in crate::check) fn private_subnets_are_private(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    for subnet in &network.subnets {
        let Some(table) = subnet.table.map(|table| network.table(table)) else { continue };
        let Some(word) = called(subnet, &PRIVATE) else { continue };
        let isolated = called(subnet, &ISOLATED).is_some();
        let leads = |route: &&Route| to_internet(network, route) || isolated && leads_out(route);
        if let Some(route) = table.routes.iter().find(leads) {
            let place = model.origins.user_span(subnet.named.origin);
            let to = match &route.to {
                Destination::Nets(nets) => nets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                Destination::Service(_) | Destination::SomeOf(_) => String::from("some addresses"),
            };
            let message =
                format!("`{}` is called {word}, and `{}` leads {to} out of it", subnet.named.name, route.named.name);
            world.found.push(
                Diagnostic::new(codes::PRIVATE_SUBNET_OPEN, place, message)
                    .label(model.origins.user_span(route.named.origin), "the route")
                    .help("lead it to a NAT gateway, or call the subnet what it is"),
            );
        }
    }
}

fn called(subnet: &Subnet, words: &[&'static str]) -> Option<&'static str> {
    // Its own name, without the stack's.
    let name = subnet.named.name.split_once('.').map_or(subnet.named.name.as_str(), |(_, name)| name);
    let name = name.to_ascii_lowercase();
    words.iter().copied().find(|word| name.contains(word))
}

fn to_internet(network: &Network, route: &Route) -> bool {
    match route.target {
        Target::Gateway(id) => network.gateway(id).kind == GatewayKind::Internet,
        Target::Nat(_)
        | Target::Peering(_)
        | Target::Transit(_)
        | Target::Inspector(_)
        | Target::Interface(_)
        | Target::Endpoint(_)
        | Target::Nowhere
        | Target::Unknown => false,
    }
}

/// Whether a route leads anywhere but to an API.
fn leads_out(route: &Route) -> bool {
    match route.target {
        Target::Gateway(_) | Target::Nat(_) | Target::Peering(_) | Target::Transit(_) | Target::Interface(_) => true,
        Target::Inspector(_) | Target::Endpoint(_) | Target::Nowhere | Target::Unknown => false,
    }
}
