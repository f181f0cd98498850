//! Security groups: what they open, to whom, and whether anybody needs it.

use std::collections::BTreeSet;

use crate::base::Span;
use crate::check::World;
use crate::check::reach::filters::Direction;
use crate::check::reach::network::{Group, GroupId, Interface, Listens, Network, Peer, Rule, Sure};
use crate::check::reach::packets::all_of;
use crate::check::reach::ranges::Ranges;
use crate::check::reach::{Read, is_edge, tell};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Connection, End, Model, ResourceId};
use crate::eval::value::Hole;

fn at(model: &Model, connection: &Connection) -> Span {
    model.origins.user_span(connection.origin)
}

fn place_of(model: &Model, resource: Option<ResourceId>) -> Span {
    resource.map_or(Span::NONE, |id| model.origins.user_span(model.resource(id).origin))
}

/// What wears a group.
fn wearers(read: &Read, group: ResourceId) -> impl Iterator<Item = &Interface> {
    let id = read.groups.get(&group).copied();
    let all = id.map_or(&[] as &[_], |id| read.solver.wearers(id));
    all.iter().map(|interface| read.solver.network().interface(*interface))
}

/// A port that is open has somebody who listens on it, where that is known.
pub(in crate::check) fn open_ports_have_listeners(world: &mut World<'_>) {
    let model = world.model;
    for connection in &model.connections {
        let End::Group(group, _) = &connection.to else { continue };
        let read = world.reach.network(model);
        let hearing: Vec<&Interface> =
            wearers(read, *group).filter(|interface| interface.listens != Listens::Nowhere).collect();
        let Some(first) = hearing.first() else { continue };
        let heard: Option<Ranges> = hearing.iter().map(|interface| heard(interface)).collect();
        let Some(heard) = heard else { continue };
        for ports in &connection.ports {
            let open = Read::carried(std::slice::from_ref(ports));
            if !heard.meets(&open) {
                let what = tell::carried(&open);
                let message = format!("nothing listens on {what} of `{}`", first.named.name);
                world.found.push(
                    Diagnostic::new(codes::OPEN_PORT_WITHOUT_LISTENER, at(model, connection), message)
                        .here("opened here")
                        .label(place_of(model, first.named.resource), "this would have to listen")
                        .help(format!("take `{what}` away, or add a listener for it")),
                );
            }
        }
    }
}

/// On what something listens, if that is known.
fn heard(interface: &Interface) -> Option<Ranges> {
    match &interface.listens {
        Listens::On(on) => Some(on.clone()),
        Listens::Nowhere => Some(Ranges::none()),
        Listens::Anywhere => None,
    }
}

/// What is open is no wider than what listens.
pub(in crate::check) fn ranges_fit_what_listens(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    for (at, group) in network.groups.iter().enumerate() {
        let worn = read.solver.wearers(GroupId(at)).iter().map(|id| network.interface(*id));
        let worn: Vec<&Interface> = worn.filter(|interface| interface.listens != Listens::Nowhere).collect();
        let heard: Option<Ranges> = worn.iter().map(|interface| heard(interface)).collect();
        let (Some(heard), Some(first)) = (heard, worn.first()) else { continue };
        for rule in &group.ingress {
            let Some(on) = rule.on.as_ref().filter(|on| on.meets(&heard)) else { continue };
            // ICMP carries what the network itself says.
            let rest = on.minus(&heard).minus(&all_of(1)).minus(&all_of(58));
            if !rest.is_empty() {
                let (open, wanted) = (tell::carried(on), tell::carried(&heard));
                let message = format!("{open} is open to `{}`, which listens on {wanted}", first.named.name);
                world.found.push(
                    Diagnostic::new(codes::WIDER_THAN_LISTENER, model.origins.user_span(rule.named.origin), message)
                        .label(place_of(model, first.named.resource), "this listens")
                        .help(format!("open {wanted} alone")),
                );
            }
        }
    }
}

/// Ports that the whole internet can reach are shown; those of what is no edge are errors.
pub(in crate::check) fn the_world_is_let_in_on_purpose(world: &mut World<'_>) {
    let model = world.model;
    for connection in &model.connections {
        let open = match &connection.from {
            End::Internet => true,
            End::Cidr(range) => range.prefix_len() == 0,
            End::Group(..) => false,
        };
        if let (true, End::Group(group, _)) = (open, &connection.to) {
            let read = world.reach.network(model);
            // Who writes `internet` before what is made to face it has said what there is to say.
            if connection.from == End::Internet && faces_the_internet(model, read, *group) {
                continue;
            }
            world.found.push(let_in(model, read, *group, at(model, connection), &connection.text));
        }
    }
    // Rules that are written in properties.
    let read = world.reach.network(model);
    for group in &read.solver.network().groups {
        let Some(id) = group.named.resource else { continue };
        let all = |rule: &&Rule| match &rule.peer {
            Peer::Addresses(range) => range.covers(&Ranges::v4()) || range.covers(&Ranges::v6()),
            Peer::Group(_) | Peer::Service(_) | Peer::Unknown => false,
        };
        for rule in group.ingress.iter().filter(|rule| rule.named.resource.is_some()).filter(all) {
            let place = model.origins.user_span(rule.named.origin);
            let found = let_in(model, read, id, place, &format!("a rule of {}", group.named.name));
            world.found.push(found);
        }
    }
}

/// Whether a load balancer hands on to something what the internet sends, with the address of who sent it.
fn stands_behind_edge(network: &Network, interface: &Interface) -> bool {
    let passing = network.balancers.iter().filter(|balancer| balancer.passes);
    let targets = passing.flat_map(|balancer| &balancer.listeners).flat_map(|listener| &listener.targets);
    let seeing = targets.map(|id| network.targets(*id)).filter(|targets| targets.sees_client != Sure::No);
    let mut members = seeing.flat_map(|targets| &targets.members).map(|id| network.interface(*id));
    members.any(|member| member.named.resource == interface.named.resource)
}

/// Whether a resource is an edge of the network.
fn is_of_edge(model: &Model, interface: &Interface) -> bool {
    interface.named.resource.map(|id| model.resource(id).ty.as_str()).is_some_and(is_edge)
}

/// Whether all that wears a group is made to be reached from the internet.
fn faces_the_internet(model: &Model, read: &Read, group: ResourceId) -> bool {
    let mut worn = wearers(read, group).peekable();
    worn.peek().is_some() && worn.all(|interface| is_of_edge(model, interface) && interface.public == Sure::Yes)
}

fn let_in(model: &Model, read: &Read, group: ResourceId, place: Span, what: &str) -> Diagnostic {
    let network = read.solver.network();
    let inner = wearers(read, group).find(|interface| {
        let is_inside = interface.public != Sure::No || !stands_behind_edge(network, interface);
        interface.listens != Listens::Nowhere && !is_of_edge(model, interface) && is_inside
    });
    match inner {
        Some(inner) => {
            let message = format!("`{what}` lets anyone on the internet in to `{}`", inner.named.name);
            Diagnostic::new(codes::OPEN_INSIDE, place, message)
                .label(place_of(model, inner.named.resource), "this is no edge of the network")
                .help("let the internet in to a load balancer, and connect that to it")
        }
        None => Diagnostic::new(codes::OPEN_TO_THE_WORLD, place, format!("`{what}` lets anyone on the internet in"))
            .label(place_of(model, Some(group)), "the group that is open")
            .help("name the addresses that need it: `connect 203.0.113.0/24 -> …`"),
    }
}

/// Rules name groups where the other side has one.
pub(in crate::check) fn ranges_name_no_neighbours(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for group in &network.groups {
        let Some(vpc) = group.vpc.map(|vpc| network.vpc(vpc)).filter(|vpc| vpc.nets.is_some()) else { continue };
        let own = vpc.addresses();
        for rule in group.ingress.iter().chain(&group.egress) {
            let Peer::Addresses(range) = &rule.peer else { continue };
            if !own.covers(range) {
                continue;
            }
            let there: Vec<&Interface> = network
                .interfaces
                .iter()
                .filter(|one| Some(network.subnet(one.subnet).vpc) == group.vpc && one.addresses.meets(range))
                .collect();
            // What wears no group can be named by its range alone.
            if there.is_empty() || there.iter().any(|one| one.groups.is_empty()) {
                continue;
            }
            let place = model.origins.user_span(rule.named.origin);
            if place.is_none() || !told.insert(place) {
                continue;
            }
            let mut names: Vec<&str> = there.iter().map(|one| one.named.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let message = format!(
                "{} is a range of the group's own network, where {} stand{}",
                tell::addressed(range),
                quoted_list(names.iter().copied(), 3),
                if names.len() == 1 { "s" } else { "" }
            );
            world.found.push(
                Diagnostic::new(codes::RANGE_FOR_GROUP, place, message)
                    .help("name what is meant: `connect web -> …` lets in what wears its group, wherever it is"),
            );
        }
    }
}

/// The rules of a direction.
fn rules(group: &Group, direction: Direction) -> &[Rule] {
    match direction {
        Direction::In => &group.ingress,
        Direction::Out => &group.egress,
    }
}

/// Whether one rule lets everything pass that another one does.
fn includes(wide: &Rule, narrow: &Rule) -> bool {
    let on = match (&wide.on, &narrow.on) {
        (Some(wide), Some(narrow)) => wide.covers(narrow),
        (None, _) | (_, None) => false,
    };
    let peer = match (&wide.peer, &narrow.peer) {
        (Peer::Addresses(wide), Peer::Addresses(narrow)) => wide.covers(narrow),
        (Peer::Group(wide), Peer::Group(narrow)) => wide == narrow,
        (Peer::Service(wide), Peer::Service(narrow)) => wide == narrow,
        (Peer::Addresses(_) | Peer::Group(_) | Peer::Service(_) | Peer::Unknown, _) => false,
    };
    on && peer
}

/// Each rule lets something pass that no other one does, and that the other side lets pass, too.
pub(in crate::check) fn rules_are_needed(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for (at, group) in network.groups.iter().enumerate() {
        if group.named.resource.is_none() {
            continue;
        }
        for direction in [Direction::In, Direction::Out] {
            let all = rules(group, direction);
            for (index, rule) in all.iter().enumerate() {
                let place = model.origins.user_span(rule.named.origin);
                let wider = all.iter().enumerate().find(|(other, wide)| {
                    // Of two equal ones the first counts.
                    *other != index && includes(wide, rule) && (*other < index || !includes(rule, wide))
                });
                let diagnostic = if let Some((_, wider)) = wider {
                    let message = format!("`{}` lets nothing pass that is not open already", rule.named.name);
                    Diagnostic::new(codes::RULE_WITHOUT_USE, place, message)
                        .label(model.origins.user_span(wider.named.origin), "this opens all of it")
                        .help("take it away, or narrow the other one")
                } else if let Some(other) = one_sided(network, GroupId(at), direction, rule) {
                    let (side, back) = match direction {
                        Direction::In => ("lets in", "lets nothing like it out"),
                        Direction::Out => ("lets out", "lets nothing like it in"),
                    };
                    let message = format!("`{}` {side} what the other side's group does not", group.named.name);
                    Diagnostic::new(codes::RULE_WITHOUT_USE, place, message)
                        .label(place_of(model, other.named.resource), format!("this group {back}"))
                        .help("write `connect A -> B` instead: it gives both sides their rule")
                } else {
                    continue;
                };
                if told.insert(place) {
                    world.found.push(diagnostic);
                }
            }
        }
    }
}

/// The group at the other side of a rule, if nothing can pass because of its rules.
fn one_sided<'n>(network: &'n Network, own: GroupId, direction: Direction, rule: &Rule) -> Option<&'n Group> {
    let Peer::Group(peer) = &rule.peer else { return None };
    // Connections have both sides.
    rule.named.resource?;
    let other = network.group(*peer);
    let back = match direction {
        Direction::In => &other.egress,
        Direction::Out => &other.ingress,
    };
    let agrees = |back: &Rule| {
        let peer = match &back.peer {
            Peer::Group(group) => *group == own,
            Peer::Addresses(_) | Peer::Unknown => true,
            Peer::Service(_) => false,
        };
        let on = match (&back.on, &rule.on) {
            (Some(back), Some(own)) => back.meets(own),
            (None, _) | (_, None) => true,
        };
        peer && on
    };
    (other.complete && !back.iter().any(agrees)).then_some(other)
}

/// Something wears each group, or is told of it.
pub(in crate::check) fn groups_are_worn(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    for (at, group) in read.solver.network().groups.iter().enumerate() {
        let Some(id) = group.named.resource else { continue };
        if !read.solver.wearers(GroupId(at)).is_empty() || is_handed_on(model, id) {
            continue;
        }
        let message = format!("nothing wears `{}`", group.named.name);
        world.found.push(
            Diagnostic::new(codes::GROUP_WITHOUT_WEARER, place_of(model, Some(id)), message)
                .help("take it away, or give it to what it is for; an output hands it on to others"),
        );
    }
}

/// Whether a group is an output, or something of which the network knows nothing names it.
fn is_handed_on(model: &Model, group: ResourceId) -> bool {
    let names = |hole: Hole| matches!(hole, Hole::Resource(id, _) if id == group);
    let mut handed = false;
    for output in model.stacks.iter().flat_map(|stack| &stack.outputs) {
        output.value.each_template(&mut |text, _| handed |= text.holes().any(names));
    }
    let rule_types = crate::check::facts::GROUP_TYPES;
    for resource in model.resources.iter().filter(|resource| !rule_types.contains(&resource.ty.as_str())) {
        resource.properties.each_template(&mut |text, _| handed |= text.holes().any(names));
    }
    handed
}

/// Nothing wears the group that AWS gives to what names none.
pub(in crate::check) fn default_groups_rest(world: &mut World<'_>) {
    let model = world.model;
    let read = world.reach.network(model);
    let network = read.solver.network();
    let mut told: BTreeSet<ResourceId> = BTreeSet::new();
    for (at, group) in network.groups.iter().enumerate() {
        // A group of a network that is no resource is the network's own.
        if group.named.resource.is_some() || group.vpc.is_none() || !group.complete {
            continue;
        }
        for interface in read.solver.wearers(GroupId(at)).iter().map(|id| network.interface(*id)) {
            let Some(id) = interface.named.resource.filter(|id| told.insert(*id)) else { continue };
            let says = if read.groupless.contains(&id) { "names no group, and so wears" } else { "wears" };
            let message = format!("`{}` {says} {}", interface.named.name, group.named.name);
            world.found.push(
                Diagnostic::new(codes::DEFAULT_GROUP_USED, place_of(model, Some(id)), message)
                    .help("give it a group of its own: its rules come from `connect`"),
            );
        }
    }
}
