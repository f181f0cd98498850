//! A second implementation, as simple as can be: one packet at a time, with fixed addresses and a fixed port, walked from hop to hop.
//! It shares with the solver nothing but the plain data of a network. What is known only when deployed splits a walk into all that
//! may happen, and makes it unsure.

use std::collections::BTreeMap;
use std::net::IpAddr;

use infrac::check::reach::fabric::Hop;
use infrac::check::reach::filters::Direction;
use infrac::check::reach::legs::Party;
use infrac::check::reach::network::*;
use infrac::check::reach::ranges::{Ranges, address, internet};

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub from: u128,
    pub to: u128,
    pub on: u128,
}

/// Where a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Subnet(SubnetId),
    Internet,
    Outside(OutsideId),
    Service(ServiceId),
}

/// Which address a NAT gateway has, in one of the worlds that are looked at.
pub type Addresses = BTreeMap<NatId, u128>;

/// How a walk ended.
#[derive(Clone, Debug)]
pub struct End {
    pub at: Place,
    pub packet: Packet,
    pub hops: Vec<Hop>,
    pub sure: bool,
    pub groups: Sure,
    pub devices: Vec<InspectorId>,
    /// For each NAT gateway on the way: where the packet had begun, and the packet before it.
    pub nats: Vec<(NatId, Place, Packet)>,
}

#[derive(Clone)]
struct Walk {
    packet: Packet,
    public: Sure,
    zone: Option<String>,
    begun: Place,
    hops: Vec<Hop>,
    sure: bool,
    groups: Sure,
    devices: Vec<InspectorId>,
    nats: Vec<(NatId, Place, Packet)>,
    seen: Vec<String>,
    answer: bool,
    aim: Option<ServiceId>,
}

impl Walk {
    fn with(&self, hop: Hop) -> Walk {
        let mut next = self.clone();
        next.hops.push(hop);
        next
    }

    fn unsure(mut self) -> Walk {
        self.sure = false;
        self
    }

    fn is_v6(&self) -> bool {
        matches!(address(self.packet.to), IpAddr::V6(_)) && matches!(address(self.packet.from), IpAddr::V6(_))
    }

    fn is_v4(&self) -> bool {
        matches!(address(self.packet.to), IpAddr::V4(_)) && matches!(address(self.packet.from), IpAddr::V4(_))
    }
}

/// A network, walked packet by packet.
pub struct Naive<'n> {
    pub net: &'n Network,
    pub addresses: Addresses,
}

fn both(a: Sure, b: Sure) -> Sure {
    a.min(b)
}

fn holds(set: Option<&Ranges>, number: u128) -> Sure {
    set.map_or(Sure::Unknown, |set| Sure::of(set.contains(number)))
}

/// Protocol of what is carried.
pub fn protocol(on: u128) -> u8 {
    (on >> 16) as u8
}

impl Naive<'_> {
    /// What the first fitting rule of an ACL says.
    pub fn acl(&self, subnet: SubnetId, packet: Packet, direction: Direction) -> Sure {
        let Some(acl) = self.net.subnet(subnet).acl else { return Sure::Unknown };
        let acl = self.net.acl(acl);
        let (rules, other) = match direction {
            Direction::In => (&acl.ingress, packet.from),
            Direction::Out => (&acl.egress, packet.to),
        };
        let mut rules: Vec<&AclRule> = rules.iter().collect();
        rules.sort_by_key(|rule| rule.number);
        let (mut yes, mut no) = (false, false);
        let mut decided = false;
        for rule in rules {
            match both(holds(rule.peer.as_ref(), other), holds(rule.on.as_ref(), packet.on)) {
                Sure::No => continue,
                fits => {
                    yes |= rule.allow;
                    no |= !rule.allow;
                    decided = fits == Sure::Yes;
                }
            }
            if decided {
                break;
            }
        }
        no |= !decided;
        match (yes, no) {
            (true, false) => Sure::Yes,
            (false, _) => Sure::No,
            (true, true) => Sure::Unknown,
        }
    }

    /// The routes that a packet may take, and whether it certainly does; `None` is within the VPC.
    pub fn route(&self, table: TableId, vpc: VpcId, to: u128) -> Vec<(Option<usize>, bool)> {
        let mut known: Vec<(u8, u8, Option<usize>)> = Vec::new();
        let mut unknown: Vec<Option<usize>> = Vec::new();
        let own = self.net.vpc(vpc);
        match &own.nets {
            None => unknown.push(None),
            Some(nets) => {
                known.extend(
                    nets.iter().filter(|net| net.contains(&address(to))).map(|net| (net.prefix_len(), 0, None)),
                );
                let v6 = matches!(address(to), IpAddr::V6(_)) && internet().contains(to);
                unknown.extend((own.given_v6 && v6).then_some(None));
            }
        }
        for (index, route) in self.net.table(table).routes.iter().enumerate() {
            match &route.to {
                Destination::Nets(nets) => {
                    let fitting = nets.iter().filter(|net| net.contains(&address(to)));
                    let rank = 1 + u8::from(route.learned);
                    known.extend(fitting.map(|net| (net.prefix_len(), rank, Some(index))));
                }
                Destination::SomeOf(some) if some.contains(to) => unknown.push(Some(index)),
                Destination::SomeOf(_) | Destination::Service(_) => {}
            }
        }
        let longest = known.iter().map(|(length, ..)| *length).max();
        let best = known.iter().filter(|(length, ..)| Some(*length) == longest).min_by_key(|(_, rank, _)| *rank);
        let mut taken: Vec<(Option<usize>, bool)> = Vec::new();
        if let Some((_, _, route)) = best {
            taken.push((*route, unknown.is_empty() || route.is_none()));
        }
        taken.extend(unknown.into_iter().map(|route| (route, false)));
        taken
    }

    /// All that may become of a packet.
    pub fn walk(&self, from: Place, packet: Packet, public: Sure, answer: bool, aim: Option<ServiceId>) -> Vec<End> {
        let mut walk = Walk {
            packet,
            public,
            zone: None,
            begun: from,
            hops: Vec::new(),
            sure: true,
            groups: Sure::Yes,
            devices: Vec::new(),
            nats: Vec::new(),
            seen: Vec::new(),
            answer,
            aim,
        };
        let mut ends = Vec::new();
        match from {
            Place::Subnet(subnet) => {
                walk.zone = self.net.subnet(subnet).zone.clone();
                self.leave(walk, subnet, true, &mut ends);
            }
            Place::Internet => {
                walk.groups = Sure::No;
                for (at, gateway) in self.net.gateways.iter().enumerate() {
                    let open = match gateway.kind {
                        GatewayKind::Internet => true,
                        GatewayKind::EgressOnly => answer && walk.is_v6(),
                        GatewayKind::Private(_) => false,
                    };
                    if let (true, Some(vpc)) = (open, gateway.vpc) {
                        self.enter(walk.clone(), GatewayId(at), vpc, &mut ends);
                    }
                }
                self.reach_the_unknown(&walk, &mut ends);
            }
            Place::Outside(outside) => {
                for (at, gateway) in self.net.gateways.iter().enumerate() {
                    if let (GatewayKind::Private(behind), Some(vpc)) = (gateway.kind, gateway.vpc)
                        && behind == outside
                    {
                        let mut walk = walk.clone();
                        walk.groups = Sure::No;
                        self.enter(walk, GatewayId(at), vpc, &mut ends);
                    }
                }
                for (at, peering) in self.net.peerings.iter().enumerate() {
                    for pair in [[0, 1], [1, 0]] {
                        if let [PeeringEnd::Outside(end), PeeringEnd::Vpc(vpc)] = pair.map(|end| peering.ends[end])
                            && end == outside
                        {
                            let mut walk = walk.with(Hop::Peering(PeeringId(at)));
                            walk.groups = peering.groups;
                            self.deliver(walk, vpc, &mut ends);
                        }
                    }
                }
                for (at, attachment) in self.net.attachments.iter().enumerate() {
                    if attachment.end == AttachmentEnd::Outside(outside)
                        && let Some(table) = attachment.table
                    {
                        let mut walk = walk.with(Hop::Transit(AttachmentId(at)));
                        walk.groups = Sure::No;
                        self.transit(walk, attachment.transit, table, &mut ends);
                    }
                }
                let mut walk = walk;
                walk.groups = Sure::Yes;
                self.reach_the_unknown(&walk, &mut ends);
            }
            Place::Service(_) => {}
        }
        ends
    }

    fn end(&self, walk: &Walk, at: Place, ends: &mut Vec<End>) {
        ends.push(End {
            at,
            packet: walk.packet,
            hops: walk.hops.clone(),
            sure: walk.sure,
            groups: walk.groups,
            devices: walk.devices.clone(),
            nats: walk.nats.clone(),
        });
    }

    /// Past the ACL of a subnet, if it may pass.
    fn past(&self, walk: &Walk, subnet: SubnetId, direction: Direction) -> Option<Walk> {
        match self.acl(subnet, walk.packet, direction) {
            Sure::No => None,
            Sure::Unknown => Some(walk.clone().unsure()),
            Sure::Yes => Some(walk.clone()),
        }
    }

    fn leave(&self, mut walk: Walk, subnet: SubnetId, first: bool, ends: &mut Vec<End>) {
        let mark = format!("{subnet:?} {first}");
        if walk.seen.contains(&mark) {
            return;
        }
        walk.seen.push(mark);
        let place = self.net.subnet(subnet);
        let own = place.addresses.contains(walk.packet.to);
        if place.exact && own {
            if !first {
                self.end(&walk, Place::Subnet(subnet), ends);
            }
            return;
        }
        if !place.exact && !first {
            self.end(&walk.clone().unsure(), Place::Subnet(subnet), ends);
        }
        let Some(table) = place.table else {
            return self.anywhere(walk.with(Hop::UnknownRoutes(subnet)), ends);
        };
        let by_service = self
            .net
            .table(table)
            .routes
            .iter()
            .position(|route| walk.aim.is_some_and(|service| route.to == Destination::Service(service)));
        let inside = matches!(walk.begun, Place::Subnet(begun) if self.net.subnet(begun).vpc == place.vpc);
        let routes = match by_service {
            Some(_) if !inside => return,
            Some(index) => vec![(Some(index), true)],
            None => self.route(table, place.vpc, walk.packet.to),
        };
        for (route, sure) in routes {
            let walk = if sure { walk.clone() } else { walk.clone().unsure() };
            let Some(index) = route else {
                if let Some(walk) = self.past(&walk, subnet, Direction::Out) {
                    self.deliver(walk.with(Hop::Leaves(subnet)).with(Hop::Local(place.vpc)), place.vpc, ends);
                }
                continue;
            };
            let by = Hop::Route(table, index);
            match self.net.table(table).routes[index].target {
                Target::Nat(nat) => self.nat(&walk, subnet, nat, by, ends),
                Target::Inspector(device) => {
                    for stand in &self.net.inspector(device).subnets {
                        let Some(mut walk) = self.cross(&walk, subnet, *stand, by) else { continue };
                        walk.sure &= self.net.inspector(device).subnets.len() == 1;
                        self.through(walk, device, *stand, ends);
                    }
                }
                Target::Interface(machine) => {
                    let card = self.net.interface(machine);
                    if card.forwards
                        && let Some(walk) = self.cross(&walk, subnet, card.subnet, by)
                    {
                        self.hand_on(walk, machine, ends);
                    }
                }
                Target::Transit(transit) => self.to_transit(&walk, subnet, transit, by, ends),
                target => {
                    if let Some(walk) = self.past(&walk, subnet, Direction::Out) {
                        self.out(walk.with(Hop::Leaves(subnet)).with(by), place.vpc, target, (table, index), ends);
                    }
                }
            }
        }
    }

    fn out(&self, walk: Walk, vpc: VpcId, target: Target, route: (TableId, usize), ends: &mut Vec<End>) {
        let public = internet().contains(walk.packet.to);
        match target {
            Target::Gateway(id) if self.net.gateway(id).vpc == Some(vpc) => {
                let mut walk = walk.with(Hop::Gateway(id));
                match self.net.gateway(id).kind {
                    GatewayKind::Internet => {
                        let passes = if walk.is_v6() {
                            Sure::Yes
                        } else if walk.is_v4() {
                            walk.public
                        } else {
                            Sure::No
                        };
                        walk.sure &= passes == Sure::Yes;
                        if passes != Sure::No && public {
                            self.end(&walk, walk.aim.map_or(Place::Internet, Place::Service), ends);
                        }
                    }
                    GatewayKind::EgressOnly => {
                        if walk.is_v6() && public && !walk.answer {
                            self.end(&walk, walk.aim.map_or(Place::Internet, Place::Service), ends);
                        }
                    }
                    GatewayKind::Private(outside) => self.outside(&walk, outside, ends),
                }
            }
            Target::Peering(id) => {
                let peering = self.net.peering(id);
                let other = match peering.ends {
                    [PeeringEnd::Vpc(one), other] if one == vpc => other,
                    [other, PeeringEnd::Vpc(two)] if two == vpc => other,
                    _ => return,
                };
                let mut walk = walk.with(Hop::Peering(id));
                walk.groups = both(walk.groups, peering.groups);
                match other {
                    PeeringEnd::Vpc(other) => {
                        if self.net.vpc(other).addresses().contains(walk.packet.to) {
                            self.deliver(walk, other, ends);
                        }
                    }
                    PeeringEnd::Outside(outside) => self.outside(&walk, outside, ends),
                }
            }
            Target::Endpoint(id) => {
                let walk = walk.with(Hop::Endpoint(id));
                self.end(&walk, Place::Service(self.net.endpoint(id).service), ends);
            }
            Target::Unknown => {
                let mut walk = walk;
                walk.hops.pop();
                self.anywhere(walk.with(Hop::UnknownTarget(route.0, route.1)), ends);
            }
            _ => {}
        }
    }

    fn outside(&self, walk: &Walk, outside: OutsideId, ends: &mut Vec<End>) {
        if self.net.outside(outside).addresses.as_ref().is_none_or(|own| own.contains(walk.packet.to)) {
            self.end(walk, Place::Outside(outside), ends);
            self.reach_the_unknown(walk, ends);
        }
    }

    fn cross(&self, walk: &Walk, from: SubnetId, to: SubnetId, by: Hop) -> Option<Walk> {
        if from == to {
            return Some(walk.with(by));
        }
        let walk = self.past(walk, from, Direction::Out)?.with(Hop::Leaves(from)).with(by);
        Some(self.past(&walk, to, Direction::In)?.with(Hop::Enters(to)))
    }

    fn nat(&self, walk: &Walk, subnet: SubnetId, id: NatId, by: Hop, ends: &mut Vec<End>) {
        let nat = self.net.nat(id);
        let again = walk.nats.iter().any(|(known, ..)| *known == id);
        let translated = matches!(protocol(walk.packet.on), 1 | 6 | 17);
        if walk.answer || again || !walk.is_v4() || !translated {
            return;
        }
        let Some(walk) = self.cross(walk, subnet, nat.subnet, by) else { return };
        let mut next = walk.with(Hop::Nat(id));
        next.nats.push((id, walk.begun, walk.packet));
        next.begun = Place::Subnet(nat.subnet);
        next.packet.from = self.addresses[&id];
        next.public = Sure::of(nat.public);
        next.groups = Sure::No;
        next.zone = self.net.subnet(nat.subnet).zone.clone();
        next.seen.clear();
        self.leave(next, nat.subnet, false, ends);
    }

    fn through(&self, walk: Walk, device: InspectorId, stand: SubnetId, ends: &mut Vec<End>) {
        let mut walk = walk.with(Hop::Inspector(device));
        walk.devices.push(device);
        walk.groups = Sure::No;
        self.leave(walk, stand, false, ends);
    }

    /// A machine may drop a packet, pass it on, or pass it on with its own address.
    fn hand_on(&self, walk: Walk, machine: InterfaceId, ends: &mut Vec<End>) {
        let card = self.net.interface(machine);
        let mut walk = walk.with(Hop::Forwarder(machine)).unsure();
        walk.groups = Sure::Unknown;
        walk.public = walk.public.max(card.public);
        self.leave(walk.clone(), card.subnet, false, ends);
        for (low, high) in card.addresses.iter() {
            for own in low..=high.min(low + 7) {
                let mut walk = walk.clone();
                walk.packet.from = own;
                self.leave(walk, card.subnet, false, ends);
            }
        }
    }

    fn enter(&self, walk: Walk, id: GatewayId, vpc: VpcId, ends: &mut Vec<End>) {
        let walk = walk.with(Hop::Gateway(id));
        let Some(table) = self.net.gateway(id).edge else { return self.deliver(walk, vpc, ends) };
        for (route, sure) in self.route(table, vpc, walk.packet.to) {
            let walk = if sure { walk.clone() } else { walk.clone().unsure() };
            let Some(index) = route else {
                self.deliver(walk, vpc, ends);
                continue;
            };
            match self.net.table(table).routes[index].target {
                Target::Inspector(device) => {
                    for stand in &self.net.inspector(device).subnets {
                        let Some(mut walk) = self.past(&walk.with(Hop::Route(table, index)), *stand, Direction::In)
                        else {
                            continue;
                        };
                        walk.sure &= self.net.inspector(device).subnets.len() == 1;
                        self.through(walk.with(Hop::Enters(*stand)), device, *stand, ends);
                    }
                }
                Target::Interface(machine) => {
                    let stand = self.net.interface(machine).subnet;
                    if let Some(walk) = self.past(&walk.with(Hop::Route(table, index)), stand, Direction::In) {
                        self.hand_on(walk.with(Hop::Enters(stand)), machine, ends);
                    }
                }
                Target::Unknown => {
                    self.deliver(walk.with(Hop::UnknownTarget(table, index)).unsure(), vpc, ends);
                }
                _ => {}
            }
        }
    }

    fn deliver(&self, mut walk: Walk, vpc: VpcId, ends: &mut Vec<End>) {
        let mark = format!("{vpc:?}");
        if walk.seen.contains(&mark) {
            return;
        }
        walk.seen.push(mark);
        for (at, subnet) in self.net.subnets.iter().enumerate() {
            if subnet.vpc == vpc && subnet.addresses.contains(walk.packet.to) {
                let Some(mut walk) = self.past(&walk, SubnetId(at), Direction::In) else { continue };
                walk.sure &= subnet.exact || self.net.vpc(vpc).nets.is_some();
                self.end(&walk.with(Hop::Enters(SubnetId(at))), Place::Subnet(SubnetId(at)), ends);
            }
        }
        if self.net.vpc(vpc).nets.is_some() {
            self.reach_the_unknown(&walk, ends);
        }
    }

    fn reach_the_unknown(&self, walk: &Walk, ends: &mut Vec<End>) {
        for (at, subnet) in self.net.subnets.iter().enumerate() {
            if self.net.vpc(subnet.vpc).nets.is_none()
                && let Some(walk) = self.past(walk, SubnetId(at), Direction::In)
            {
                self.end(&walk.unsure().with(Hop::Enters(SubnetId(at))), Place::Subnet(SubnetId(at)), ends);
            }
        }
    }

    fn anywhere(&self, walk: Walk, ends: &mut Vec<End>) {
        let mut walk = walk.unsure();
        walk.groups = both(walk.groups, Sure::Unknown);
        let reaches = if walk.answer && walk.public == Sure::No { walk.is_v6() } else { true };
        if internet().contains(walk.packet.to) && reaches {
            self.end(&walk, walk.aim.map_or(Place::Internet, Place::Service), ends);
        }
        for at in 0..self.net.outsides.len() {
            self.end(&walk, Place::Outside(OutsideId(at)), ends);
        }
        for at in 0..self.net.vpcs.len() {
            self.deliver(walk.clone(), VpcId(at), ends);
        }
    }

    fn in_zone(&self, places: &[SubnetId], zone: Option<&String>) -> (Vec<SubnetId>, bool) {
        let known = zone.is_some() && places.iter().all(|place| self.net.subnet(*place).zone.is_some());
        if !known {
            return (places.to_vec(), places.len() == 1);
        }
        (places.iter().copied().filter(|place| self.net.subnet(*place).zone.as_ref() == zone).collect(), true)
    }

    fn to_transit(&self, walk: &Walk, subnet: SubnetId, transit: TransitId, by: Hop, ends: &mut Vec<End>) {
        let vpc = self.net.subnet(subnet).vpc;
        for (at, attachment) in self.net.attachments.iter().enumerate() {
            let AttachmentEnd::Vpc(attached, places) = &attachment.end else { continue };
            let (true, Some(table)) = (attachment.transit == transit && *attached == vpc, attachment.table) else {
                continue;
            };
            let (places, sure) = self.in_zone(places, walk.zone.as_ref());
            let sure = sure && places.len() == 1;
            for place in places {
                let Some(walk) = self.cross(walk, subnet, place, by) else { continue };
                let mut walk = walk.with(Hop::Transit(AttachmentId(at)));
                walk.sure &= sure;
                walk.groups = both(walk.groups, self.net.transit(transit).groups);
                self.transit(walk, transit, table, ends);
            }
        }
    }

    fn transit(&self, mut walk: Walk, transit: TransitId, table: TransitTableId, ends: &mut Vec<End>) {
        let mark = format!("{transit:?} {table:?}");
        if walk.seen.contains(&mark) {
            return;
        }
        walk.seen.push(mark);
        for (index, sure) in self.transit_route(table, walk.packet.to) {
            let route = &self.net.transit_table(table).routes[index];
            let Some(to) = route.to_attachment.map(|to| self.net.attachment(to)) else { continue };
            if to.transit != transit {
                continue;
            }
            let mut walk = walk.with(Hop::TransitRoute(table, index));
            walk.sure &= sure;
            match &to.end {
                AttachmentEnd::Outside(outside) => self.outside(&walk, *outside, ends),
                AttachmentEnd::Vpc(_, places) => {
                    let (near, _) = self.in_zone(places, walk.zone.as_ref());
                    let places = if near.is_empty() { places.clone() } else { near };
                    for place in &places {
                        let mut walk = walk.clone();
                        walk.sure &= places.len() == 1;
                        walk.zone = self.net.subnet(*place).zone.clone().or(walk.zone);
                        self.leave(walk, *place, false, ends);
                    }
                }
            }
        }
    }

    /// The routes of a transit gateway that a packet may take.
    pub fn transit_route(&self, table: TransitTableId, to: u128) -> Vec<(usize, bool)> {
        let routes = &self.net.transit_table(table).routes;
        let mut known: Vec<(u8, u8, usize)> = Vec::new();
        let mut unknown = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            match &route.to {
                Destination::Nets(nets) => {
                    let fitting = nets.iter().filter(|net| net.contains(&address(to)));
                    known.extend(fitting.map(|net| (net.prefix_len(), u8::from(route.learned), index)));
                }
                Destination::SomeOf(some) if some.contains(to) => unknown.push(index),
                Destination::SomeOf(_) | Destination::Service(_) => {}
            }
        }
        let longest = known.iter().map(|(length, ..)| *length).max();
        let best = known.iter().filter(|(length, ..)| Some(*length) == longest).min_by_key(|(_, rank, _)| *rank);
        let mut taken: Vec<(usize, bool)> = best.iter().map(|(_, _, index)| (*index, unknown.is_empty())).collect();
        taken.extend(unknown.into_iter().map(|index| (index, false)));
        taken
    }

    /// Whether groups let a packet pass.
    pub fn guard(
        &self,
        groups: &[GroupId],
        packet: Packet,
        other: &[GroupId],
        by_group: Sure,
        service: Option<ServiceId>,
        direction: Direction,
    ) -> Sure {
        if groups.is_empty() {
            return Sure::Yes;
        }
        let mut best = Sure::No;
        for group in groups.iter().map(|group| self.net.group(*group)) {
            if !group.complete {
                best = best.max(Sure::Unknown);
            }
            let (rules, address) = match direction {
                Direction::In => (&group.ingress, packet.from),
                Direction::Out => (&group.egress, packet.to),
            };
            for rule in rules {
                let peer = match &rule.peer {
                    Peer::Addresses(addresses) => Sure::of(addresses.contains(address)),
                    Peer::Group(group) if other.contains(group) => by_group,
                    Peer::Group(_) => Sure::No,
                    Peer::Service(named) => Sure::of(service == Some(*named)),
                    Peer::Unknown => Sure::Unknown,
                };
                best = best.max(both(peer, holds(rule.on.as_ref(), packet.on)));
            }
        }
        best
    }

    /// The answers to a packet that a client may have to get: one for each kind of port that rules tell apart.
    fn answers(on: u128) -> Vec<u128> {
        let base = u128::from(protocol(on)) << 16;
        match protocol(on) {
            6 | 17 => [1024, 32_767, 32_768, 65_535].map(|port| base + port).to_vec(),
            1 | 58 => [0, 0x0800, 0xffff].map(|kind| base + kind).to_vec(),
            _ => vec![on],
        }
    }

    /// Whether what is sent back from a place arrives: for some port, and for all of them certainly.
    fn answered(&self, from: Place, to: Place, packet: Packet, devices: &[InspectorId]) -> (bool, bool) {
        if from == to && matches!(from, Place::Subnet(_)) {
            return (true, true);
        }
        let (mut some, mut all) = (false, true);
        for on in Self::answers(packet.on) {
            let back = Packet { from: packet.to, to: packet.from, on };
            let ends = self.walk(from, back, Sure::Yes, true, None);
            let mut here = ends.iter().filter(|end| end.at == to);
            some |= here.clone().next().is_some();
            all &= here.any(|end| end.sure && end.devices.iter().rev().eq(devices.iter()));
        }
        (some, some && all)
    }

    /// Whether one packet gets from one party to another and is answered: possibly, certainly.
    pub fn passes(&self, from: &Party, to: &Party, packet: Packet) -> (bool, bool) {
        let sender = self.card(from);
        let asked = self.card(to);
        let service = match to {
            Party::Service(service) => Some(*service),
            _ => None,
        };
        if sender.is_some_and(|card| !card.sends) || matches!(from, Party::Service(_)) {
            return (false, false);
        }
        if let Some(card) = asked {
            let heard = match &card.listens {
                Listens::Anywhere => true,
                Listens::Nowhere => false,
                Listens::On(on) => on.contains(packet.on),
            };
            if !heard {
                return (false, false);
            }
        }
        let groups = |card: Option<&Interface>| card.map(|card| card.groups.clone()).unwrap_or_default();
        let (ours, theirs) = (groups(sender), groups(asked));
        let (here, there) = (self.place(from), self.place(to));
        let ends = if here == there && matches!(here, Place::Subnet(_)) {
            vec![End {
                at: there,
                packet,
                hops: Vec::new(),
                sure: true,
                groups: Sure::Yes,
                devices: Vec::new(),
                nats: Vec::new(),
            }]
        } else {
            let public = match from {
                Party::Host(..) => Sure::Unknown,
                _ => sender.map_or(Sure::Yes, |card| card.public),
            };
            let mut ends = self.walk(here, packet, public, false, service);
            if let Party::Outside(outside, _) = from
                && self.net.outside(*outside).addresses.is_none()
            {
                ends.iter_mut().for_each(|end| end.sure = false);
            }
            ends
        };
        let (mut may, mut must) = (false, false);
        for end in ends.iter().filter(|end| end.at == there) {
            let mut sure = if end.sure { Sure::Yes } else { Sure::Unknown };
            sure = both(sure, self.guard(&ours, packet, &theirs, end.groups, service, Direction::Out));
            sure = both(sure, self.guard(&theirs, end.packet, &ours, end.groups, None, Direction::In));
            if let (Party::Internet(_), Some(card)) = (from, asked)
                && matches!(address(end.packet.to), IpAddr::V4(_))
            {
                sure = both(sure, card.public);
            }
            // Back to the last one who translated, and from there to the one before.
            let last = end.nats.last().map_or(here, |(nat, ..)| Place::Subnet(self.net.nat(*nat).subnet));
            let by_endpoint = matches!(end.hops.last(), Some(Hop::Endpoint(_)));
            let (mut some, mut all) = match end.at {
                Place::Service(_) if by_endpoint => {
                    let Place::Subnet(subnet) = last else { continue };
                    let each: Vec<Sure> = Self::answers(packet.on)
                        .into_iter()
                        .map(|on| Packet { from: end.packet.to, to: end.packet.from, on })
                        .map(|back| self.acl(subnet, back, Direction::In))
                        .collect();
                    (each.iter().any(|sure| *sure != Sure::No), each.iter().all(|sure| *sure == Sure::Yes))
                }
                Place::Service(_) => self.answered(Place::Internet, last, end.packet, &end.devices),
                at => self.answered(at, last, end.packet, &end.devices),
            };
            for (nat, begun, before) in &end.nats {
                let subnet = Place::Subnet(self.net.nat(*nat).subnet);
                let (other_some, other_all) = self.answered(subnet, *begun, *before, &[]);
                (some, all) = (some && other_some, all && other_all);
            }
            may |= sure != Sure::No && some;
            must |= sure == Sure::Yes && all;
        }
        (may, must)
    }

    pub fn card(&self, party: &Party) -> Option<&Interface> {
        match party {
            Party::Interface(id) => Some(self.net.interface(*id)),
            _ => None,
        }
    }

    pub fn place(&self, party: &Party) -> Place {
        match party {
            Party::Interface(id) => Place::Subnet(self.net.interface(*id).subnet),
            Party::Wearer(_, subnet) | Party::Host(subnet, _) => Place::Subnet(*subnet),
            Party::Internet(_) => Place::Internet,
            Party::Outside(outside, _) => Place::Outside(*outside),
            Party::Service(service) => Place::Service(*service),
        }
    }
}
