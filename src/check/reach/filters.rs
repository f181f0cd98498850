//! What network ACLs and route tables do to packets: first match, and longest prefix.

use ipnet::IpNet;

use crate::check::reach::network::{Acl, AclRule, Destination, ServiceId};
use crate::check::reach::packets::{Bounds, Cube, Packets, anything};
use crate::check::reach::ranges::Ranges;

/// Into a subnet or a group, or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Into it.
    In,
    /// Out of it.
    Out,
}

/// All packets whose other side has certain addresses.
pub(super) fn with_peer(direction: Direction, peer: &Ranges, on: &Ranges) -> Cube {
    match direction {
        Direction::In => Cube { from: peer.clone(), to: Ranges::all(), on: on.clone() },
        Direction::Out => Cube { from: Ranges::all(), to: peer.clone(), on: on.clone() },
    }
}

impl Acl {
    /// The rules of a direction.
    pub fn rules(&self, direction: Direction) -> &[AclRule] {
        match direction {
            Direction::In => &self.ingress,
            Direction::Out => &self.egress,
        }
    }

    /// What the rules of a direction let through.
    pub(super) fn lets_through(&self, direction: Direction) -> Bounds {
        let mut rules: Vec<&AclRule> = self.rules(direction).iter().collect();
        rules.sort_by_key(|rule| rule.number);
        let mut allowed = Bounds::none();
        let mut left = Bounds::all();
        for rule in rules {
            let whole = with_peer(
                direction,
                rule.peer.as_ref().unwrap_or(&Ranges::all()),
                rule.on.as_ref().unwrap_or(&anything()),
            );
            let certain = rule.peer.is_some() && rule.on.is_some();
            if rule.allow {
                allowed.may = allowed.may.or(&left.may.within(&whole));
                if certain {
                    allowed.must = allowed.must.or(&left.must.within(&whole));
                }
                left.may = left.may.without(&whole);
                // What an uncertain rule does not allow may be refused by a later one.
                if certain {
                    left.must = left.must.without(&whole);
                }
            } else {
                // What it may refuse is not certain; what it may let pass is possible.
                if certain {
                    left.may = left.may.without(&whole);
                }
                left.must = left.must.without(&whole);
            }
        }
        allowed
    }
}

/// A part of a route table: the packets to certain addresses take a certain route.
#[derive(Debug, Clone)]
pub(super) struct Part<R> {
    /// The route.
    pub route: R,
    /// All addresses that may take it.
    pub may: Ranges,
    /// All that certainly do.
    pub must: Ranges,
}

/// A route as the longest prefix sees it.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a, R> {
    /// The route.
    pub route: R,
    /// For what it is.
    pub to: &'a Destination,
    /// Of two with equal prefixes the lower one wins.
    pub rank: u8,
    /// Whether no other route can be longer without being known.
    pub firm: bool,
}

/// Divides all addresses among routes: the longest prefix wins. Routes to services are left out: see [`for_service`].
pub(super) fn longest_prefix<R: Copy>(candidates: &[Candidate<'_, R>]) -> Vec<Part<R>> {
    let mut nets: Vec<(u8, u8, IpNet, R, bool)> = Vec::new();
    let mut parts = Vec::new();
    let mut doubtful = Ranges::none();
    for candidate in candidates {
        match candidate.to {
            Destination::Nets(all) => nets.extend(
                all.iter().map(|net| (net.prefix_len(), candidate.rank, *net, candidate.route, candidate.firm)),
            ),
            Destination::SomeOf(addresses) => {
                doubtful = doubtful.or(addresses);
                parts.push(Part { route: candidate.route, may: addresses.clone(), must: Ranges::none() });
            }
            Destination::Service(_) => {}
        }
    }
    nets.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = Ranges::all();
    for (_, _, net, route, firm) in nets {
        let all = Ranges::of(net);
        let taken = left.and(&all);
        left = left.minus(&all);
        if !taken.is_empty() {
            let must = if firm { taken.clone() } else { taken.minus(&doubtful) };
            parts.push(Part { route, may: taken, must });
        }
    }
    parts
}

/// The route that packets to a service take, if one is for it.
pub(super) fn for_service<R: Copy>(candidates: &[Candidate<'_, R>], service: ServiceId) -> Option<R> {
    candidates.iter().find(|candidate| *candidate.to == Destination::Service(service)).map(|candidate| candidate.route)
}

/// The packets of a part.
pub(super) fn to_part(packets: &Bounds, may: &Ranges, must: &Ranges) -> Bounds {
    Bounds { may: packets.may.to(may), must: packets.must.to(must) }
}

/// Packets of both families apart.
pub(super) fn family(packets: &Bounds, v6: bool) -> Bounds {
    let addresses = if v6 { Ranges::v6() } else { Ranges::v4() };
    packets.cut(|packets: &Packets| packets.to(&addresses).from(&addresses))
}
