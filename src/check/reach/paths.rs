//! Ways from some parties to others: straight ones, those that a load balancer only passes on, and those through others.

use crate::check::reach::fabric::{Arrival, Hop};
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::{Leg, Party};
use crate::check::reach::network::{BalancerId, GatewayKind, InterfaceId, Named, Network, Peer, Sure, TargetsId};
use crate::check::reach::packets::{Bounds, Packets, anything};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::solver::Solver;
use crate::check::reach::trails::{Step, StepKind, Trail};
use crate::eval::model::ResourceId;
use crate::eval::paths::Truth;

/// What a way may not touch, and what it has to.
#[derive(Debug, Clone, Default)]
pub struct Touching {
    /// Resources that it may not.
    pub without: Vec<ResourceId>,
    /// Whether it may not go over the internet.
    pub without_internet: bool,
    /// Resources that it has to, in this order; one of each.
    pub through: Vec<Vec<ResourceId>>,
    /// Whether it has to go over the internet.
    pub over_internet: bool,
}

/// A way that was found, with how certain it is.
#[derive(Debug, Clone)]
pub struct Way {
    /// How certain.
    pub truth: Truth,
    /// By which steps; empty if there is none.
    pub trail: Trail,
}

impl Way {
    /// There is none.
    pub fn none() -> Way {
        Way { truth: Truth::No, trail: Trail::default() }
    }

    /// The more certain of two.
    fn better(self, other: Way) -> Way {
        if other.truth > self.truth { other } else { self }
    }
}

/// The resources that a hop is.
pub(super) fn named_of(network: &Network, hop: Hop) -> Option<&Named> {
    match hop {
        Hop::Gateway(id) => Some(&network.gateway(id).named),
        Hop::Nat(id) => Some(&network.nat(id).named),
        Hop::Peering(id) => Some(&network.peering(id).named),
        Hop::Transit(id) => Some(&network.transit(network.attachment(id).transit).named),
        Hop::Inspector(id) => Some(&network.inspector(id).named),
        Hop::Forwarder(id) => Some(&network.interface(id).named),
        Hop::Endpoint(id) => Some(&network.endpoint(id).named),
        Hop::Leaves(_)
        | Hop::Enters(_)
        | Hop::Local(_)
        | Hop::Route(..)
        | Hop::TransitRoute(..)
        | Hop::UnknownRoutes(_)
        | Hop::UnknownTarget(..) => None,
    }
}

impl Touching {
    /// Whether a way is not the one that is asked about.
    fn excludes(&self, network: &Network, way: &Arrival) -> bool {
        let on_internet = way.hops.iter().any(|hop| match hop {
            Hop::Gateway(id) => {
                matches!(network.gateway(*id).kind, GatewayKind::Internet | GatewayKind::EgressOnly)
            }
            _ => false,
        });
        if self.without_internet && on_internet || self.over_internet && !on_internet {
            return true;
        }
        let touch = |hop: &Hop| match hop {
            Hop::Leaves(subnet) | Hop::Enters(subnet) => network.subnet(*subnet).named.resource,
            _ => named_of(network, *hop)?.resource,
        };
        let touched: Vec<ResourceId> = way.hops.iter().filter_map(touch).collect();
        if touched.iter().any(|resource| self.without.contains(resource)) {
            return true;
        }
        let mut rest = touched.iter();
        !self.through.iter().all(|any| rest.by_ref().any(|resource| any.contains(resource)))
    }
}

impl Solver {
    /// The best way from any of some parties to any of others, without anybody between who opens what is sent.
    pub fn way(&self, from: &[Party], to: &[Party], on: &Ranges, touching: &Touching) -> Way {
        let mut best = Way::none();
        for (sender, asked) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
            best = best.better(self.straight(sender, asked, on, touching));
            if best.truth == Truth::Yes {
                return best;
            }
        }
        for sender in from {
            best = best.better(self.passed_on(sender, to, on, touching));
            if best.truth == Truth::Yes {
                return best;
            }
        }
        best
    }

    fn straight(&self, from: &Party, to: &Party, on: &Ranges, touching: &Touching) -> Way {
        let leg = self.leg(from, to, &|way| touching.excludes(&self.network, way));
        self.on_leg(from, to, &leg, on)
    }

    fn on_leg(&self, from: &Party, to: &Party, leg: &Leg, on: &Ranges) -> Way {
        let certain = leg.must.and(on);
        let (truth, on) = if certain.is_empty() { (Truth::Unknown, leg.may.and(on)) } else { (Truth::Yes, certain) };
        if on.is_empty() {
            return Way::none();
        }
        let mut trails = leg.stretches.iter().filter_map(|stretch| self.trail(from, to, stretch, &on));
        let first = trails.next();
        let best = if truth == Truth::Yes {
            first.iter().cloned().chain(trails).find(|trail| trail.doubts.is_empty()).or(first)
        } else {
            first
        };
        Way { truth, trail: best.unwrap_or_default() }
    }

    /// By a load balancer that hands on what it gets without opening it.
    pub(super) fn passed_on(&self, from: &Party, to: &[Party], on: &Ranges, touching: &Touching) -> Way {
        let mut best = Way::none();
        for (at, balancer) in self.network.balancers.iter().enumerate() {
            let avoided = balancer.named.resource.is_some_and(|resource| touching.without.contains(&resource));
            if !balancer.passes || avoided {
                continue;
            }
            best = best.better(self.by_balancer(from, BalancerId(at), to, on, touching));
        }
        best
    }

    /// What is carried from one party to another by load balancers that hand on what they get without opening it.
    pub fn carried_by_balancers(&self, from: &Party, to: &Party, on: &Ranges) -> Ranges {
        let listeners = self.network.balancers.iter().filter(|balancer| balancer.passes).flat_map(|one| &one.listeners);
        let targets = listeners.flat_map(|listener| &listener.targets).map(|id| self.network.targets(*id));
        let own = targets.filter(|targets| targets.members.iter().any(|id| *to == Party::Interface(*id)));
        let mut carried = Ranges::none();
        for part in own.map(|targets| targets.on.and(on)) {
            let way = self.passed_on(from, std::slice::from_ref(to), &part, &Touching::default());
            if way.truth != Truth::No {
                carried = carried.or(&part);
            }
        }
        carried
    }

    /// To a load balancer, and from there to some of its targets.
    pub(super) fn by_balancer(
        &self,
        from: &Party,
        id: BalancerId,
        to: &[Party],
        on: &Ranges,
        touching: &Touching,
    ) -> Way {
        let balancer = self.network.balancer(id);
        let mut best = Way::none();
        for (index, listener) in balancer.listeners.iter().enumerate() {
            for entrance in &balancer.interfaces {
                let entrance = Party::Interface(*entrance);
                let first = self.straight(from, &entrance, &listener.on, touching);
                if first.truth == Truth::No {
                    continue;
                }
                for targets in &listener.targets {
                    let second = self.to_targets(&entrance, *targets, to, on, Some(from));
                    best = best.better(joined(&first, second, (id, index, *targets)));
                }
            }
        }
        best
    }

    /// From a load balancer to those of its targets that are asked about.
    pub(super) fn to_targets(
        &self,
        entrance: &Party,
        id: TargetsId,
        to: &[Party],
        on: &Ranges,
        client: Option<&Party>,
    ) -> Way {
        let targets = self.network.targets(id);
        let mut best = Way::none();
        for member in targets.members.iter().map(|member| Party::Interface(*member)) {
            if !to.contains(&member) {
                continue;
            }
            let inward = match (targets.sees_client, client) {
                (Sure::No, _) | (_, None) => None,
                (sees, Some(client)) => self.as_seen(sees, client, entrance, &member),
            };
            let leg = self.leg_let_in(entrance, &member, &|_| false, inward.as_ref());
            best = best.better(self.on_leg(entrance, &member, &leg, &targets.on.and(on)));
        }
        best
    }

    /// What a target lets in that sees its client's address: what its groups let in from the client, or from wearers of the load
    /// balancer's groups.
    fn as_seen(&self, sees: Sure, client: &Party, entrance: &Party, member: &Party) -> Option<Bounds> {
        let own = self.card(member)?;
        let worn = self.card(entrance).map(|card| card.groups.clone()).unwrap_or_default();
        let (addresses, any) = self.all_addresses(client);
        let (mut may, mut must) = (Ranges::none(), Ranges::none());
        if own.groups.is_empty() {
            return None;
        }
        for group in own.groups.iter().map(|group| self.network.group(*group)) {
            if !group.complete {
                may = anything();
            }
            for rule in &group.ingress {
                let fits = match &rule.peer {
                    Peer::Addresses(range) if range.covers(&addresses) || any && range.meets(&addresses) => Sure::Yes,
                    Peer::Addresses(range) if range.meets(&addresses) => Sure::Unknown,
                    Peer::Group(group) => Sure::of(worn.contains(group)),
                    Peer::Unknown => Sure::Unknown,
                    Peer::Addresses(_) | Peer::Service(_) => Sure::No,
                };
                let all = anything();
                let on = rule.on.as_ref().unwrap_or(&all);
                if fits != Sure::No {
                    may = may.or(on);
                }
                if fits == Sure::Yes && rule.on.is_some() {
                    must = must.or(on);
                }
            }
        }
        let all = Packets::all();
        let seen = Bounds { may: all.on(&may), must: all.on(&must) };
        if sees == Sure::Yes {
            return Some(seen);
        }
        let unseen = self.guard(&own, entrance, None, Sure::Yes, Direction::In);
        Some(Bounds { may: seen.may.or(&unseen.may), must: seen.must.and(&unseen.must) })
    }

    /// From some parties to others through one after the other, each of whom takes something in and sends something on.
    /// If there is no such way, the number says to which stop none leads.
    pub fn way_through(&self, stops: &[Vec<Party>], touchings: &[Touching], on: &Ranges) -> (Way, usize) {
        let Some((first, rest)) = stops.split_first() else { return (Way::none(), 0) };
        let whatever = Ranges::all();
        let mut reached: Vec<(Party, Way)> =
            first.iter().map(|party| (party.clone(), Way { truth: Truth::Yes, trail: Trail::default() })).collect();
        for (at, next) in rest.iter().enumerate() {
            let last = at + 1 == rest.len();
            let on = if last { on } else { &whatever };
            let none = Touching::default();
            let touching = touchings.get(at).unwrap_or(&none);
            let mut there: Vec<(Party, Way)> = Vec::new();
            for party in next {
                let mut best = Way::none();
                for (sender, before) in &reached {
                    let one = std::slice::from_ref(party);
                    let way = match self.balancer_of(sender).filter(|_| at > 0) {
                        Some(balancer) => self.onward(sender, balancer, one, on),
                        None => self.way(std::slice::from_ref(sender), one, on, touching),
                    };
                    best = best.better(appended(before, way));
                }
                if best.truth != Truth::No {
                    there.push((party.clone(), best));
                }
            }
            if there.is_empty() {
                return (Way::none(), at + 1);
            }
            reached = there;
        }
        let best = reached.into_iter().fold(Way::none(), |best, (_, way)| best.better(way));
        (best, rest.len())
    }

    /// From a load balancer that was reached: to its targets, and to nobody else.
    fn onward(&self, entrance: &Party, id: BalancerId, to: &[Party], on: &Ranges) -> Way {
        let mut best = Way::none();
        for (index, listener) in self.network.balancer(id).listeners.iter().enumerate() {
            for targets in &listener.targets {
                let way = self.to_targets(entrance, *targets, to, on, None);
                let empty = Way { truth: Truth::Yes, trail: Trail::default() };
                best = best.better(joined(&empty, way, (id, index, *targets)));
            }
        }
        best
    }

    pub(super) fn balancer_of(&self, party: &Party) -> Option<BalancerId> {
        let Party::Interface(id) = party else { return None };
        let holds = |interfaces: &[InterfaceId]| interfaces.contains(id);
        self.network.balancers.iter().position(|balancer| holds(&balancer.interfaces)).map(BalancerId)
    }
}

/// One way after the other.
fn appended(before: &Way, after: Way) -> Way {
    let truth = before.truth.min(after.truth);
    if truth == Truth::No {
        return Way::none();
    }
    let mut trail = before.trail.clone();
    trail.steps.extend(after.trail.steps);
    trail.doubts.extend(after.trail.doubts);
    Way { truth, trail }
}

/// Two ways with a load balancer between.
fn joined(before: &Way, after: Way, by: (BalancerId, usize, TargetsId)) -> Way {
    let Some(packet) = after.trail.steps.first().map(|step| step.packet) else { return Way::none() };
    let mut with = before.clone();
    with.trail.steps.push(Step { packet, kind: StepKind::HandsOn(by.0, by.1, by.2) });
    appended(&with, after)
}
