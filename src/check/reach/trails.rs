//! One packet's way, hop by hop: what is shown of a set of packets that may pass, and what can be checked again.

use crate::check::reach::fabric::Hop;
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::{Party, Stretch};
use crate::check::reach::network::{BalancerId, GroupId, Interface, Peer, Rule, ServiceId, Sure, TargetsId};
use crate::check::reach::packets::{Bounds, Packets};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::solver::Solver;

/// A single packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// From which address.
    pub from: u128,
    /// To which address.
    pub to: u128,
    /// What it carries.
    pub on: u128,
}

/// A rule of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleAt {
    /// The group.
    pub group: GroupId,
    /// The list.
    pub direction: Direction,
    /// Its place there.
    pub index: usize,
}

/// One step of a way, and the packet as it looks there.
#[derive(Debug, Clone)]
pub struct Step {
    /// The packet.
    pub packet: Packet,
    /// What happens to it.
    pub kind: StepKind,
}

/// What happens to a packet.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// A party sends it; which rule lets it out, if the party wears groups whose rules are known.
    Sends(Party, Option<RuleAt>),
    /// It takes a hop.
    Hop(Hop),
    /// It reaches a party; which rule lets it in, if the party wears groups whose rules are known.
    Reaches(Party, Option<RuleAt>),
    /// A load balancer takes it at one of its listeners, and sends another one on.
    HandsOn(BalancerId, usize, TargetsId),
}

/// A way from one party to another, or through several.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    /// All steps, in order.
    pub steps: Vec<Step>,
    /// What is known of it only when deployed.
    pub doubts: Vec<String>,
}

impl Solver {
    /// The steps of one packet that takes a stretch: of a certain one, if there is any.
    pub(super) fn trail(&self, from: &Party, to: &Party, stretch: &Stretch, on: &Ranges) -> Option<Trail> {
        let (part, certain) = certain_part(&stretch.packets, on);
        let first = part.cubes().first()?;
        let (sent, to_address, carried) = (first.from.first()?, first.to.first()?, first.on.first()?);
        let narrow = |bounds: &Bounds| {
            let packets = if certain { &bounds.must } else { &bounds.may };
            packets.to(&Ranges::one(to_address)).on(&Ranges::one(carried)).cubes().first()?.from.first()
        };
        let service = match to {
            Party::Service(service) => Some(*service),
            _ => None,
        };
        let mut packet = Packet { from: sent, to: to_address, on: carried };
        let out = self.card(from).and_then(|own| self.rule_for(&own, to, service, Direction::Out, &packet));
        let mut steps = vec![Step { packet, kind: StepKind::Sends(from.clone(), out) }];
        let mut crossings = stretch.way.crossings.iter().skip(1);
        for hop in &stretch.way.hops {
            steps.push(Step { packet, kind: StepKind::Hop(*hop) });
            if let Hop::Nat(_) = hop {
                let behind = crossings.next().map_or(&stretch.way.packets, |crossing| &crossing.before);
                packet.from = narrow(behind)?;
            }
        }
        let within = self.card(to).and_then(|own| self.rule_for(&own, from, None, Direction::In, &packet));
        steps.push(Step { packet, kind: StepKind::Reaches(to.clone(), within) });
        let mut trail = Trail { steps, doubts: Vec::new() };
        if !certain {
            trail.doubts = self.doubts(from, to, stretch);
        }
        Some(trail)
    }

    /// The first rule that lets a packet pass; a certain one, if there is any.
    fn rule_for(
        &self,
        own: &Interface,
        other: &Party,
        service: Option<ServiceId>,
        direction: Direction,
        packet: &Packet,
    ) -> Option<RuleAt> {
        let worn = self.card(other).map(|other| other.groups.clone()).unwrap_or_default();
        let address = match direction {
            Direction::In => packet.from,
            Direction::Out => packet.to,
        };
        let fits = |rule: &Rule| {
            let peer = match &rule.peer {
                Peer::Addresses(range) => Sure::of(range.contains(address)),
                Peer::Group(group) => Sure::of(worn.contains(group)),
                Peer::Service(named) => Sure::of(service == Some(*named)),
                Peer::Unknown => Sure::Unknown,
            };
            let on = rule.on.as_ref().map_or(Sure::Unknown, |on| Sure::of(on.contains(packet.on)));
            peer.min(on)
        };
        let mut best: Option<(Sure, RuleAt)> = None;
        for group in &own.groups {
            let rules = match direction {
                Direction::In => &self.network.group(*group).ingress,
                Direction::Out => &self.network.group(*group).egress,
            };
            for (index, rule) in rules.iter().enumerate() {
                let fits = fits(rule);
                if fits != Sure::No && best.is_none_or(|(before, _)| before < fits) {
                    best = Some((fits, RuleAt { group: *group, direction, index }));
                }
            }
        }
        best.map(|(_, rule)| rule)
    }

    /// Why it is not certain that a stretch passes.
    fn doubts(&self, from: &Party, to: &Party, stretch: &Stretch) -> Vec<String> {
        let mut doubts = Vec::new();
        for party in [from, to] {
            let Some(own) = self.card(party) else { continue };
            if own.public == Sure::Unknown && matches!(from, Party::Internet(_)) {
                doubts.push(format!("whether `{}` has a public address", own.named.name));
            }
            for group in &own.groups {
                let group = self.network.group(*group);
                let rules = group.ingress.iter().chain(&group.egress);
                let unknown = rules.filter(|rule| rule.peer == Peer::Unknown || rule.on.is_none());
                doubts.extend(unknown.map(|rule| format!("the other side of a rule of `{}`", rule.named.name)));
                if !group.complete {
                    doubts.push(format!("the rules of {}", group.named.name));
                }
            }
        }
        for hop in &stretch.way.hops {
            match hop {
                Hop::UnknownRoutes(subnet) => {
                    doubts.push(format!("the routes of {}", self.network.subnet(*subnet).named.name));
                }
                Hop::UnknownTarget(table, index) => {
                    let route = self.network.table(*table).routes.get(*index);
                    doubts.extend(route.map(|route| format!("where `{}` leads", route.named.name)));
                }
                Hop::Forwarder(interface) => {
                    let name = &self.network.interface(*interface).named.name;
                    doubts.push(format!("what `{name}` hands on"));
                }
                Hop::Leaves(subnet) | Hop::Enters(subnet) => {
                    if self.network.subnet(*subnet).acl.is_none() {
                        doubts.push(format!("the network ACL of {}", self.network.subnet(*subnet).named.name));
                    }
                }
                Hop::Local(_)
                | Hop::Route(..)
                | Hop::Gateway(_)
                | Hop::Nat(_)
                | Hop::Peering(_)
                | Hop::Transit(_)
                | Hop::TransitRoute(..)
                | Hop::Inspector(_)
                | Hop::Endpoint(_) => {}
            }
        }
        if doubts.is_empty() {
            doubts.push(String::from("which address each side gets"));
        }
        doubts.dedup();
        doubts
    }
}

/// The packets that are certain, if there are any; else those that may be.
fn certain_part(packets: &Bounds, on: &Ranges) -> (Packets, bool) {
    let certain = packets.must.on(on);
    if certain.is_empty() { (packets.may.on(on), false) } else { (certain, true) }
}
