//! From a subnet, the internet or another network through routes, gateways and network ACLs: where packets arrive, and by which
//! hops. Security groups are not looked at here; they depend on who sends and who is asked (see [`legs`](super::legs)).
//!
//! A packet has one way, as routes depend on where it goes alone. So sets of packets are pushed along and divided; a set that comes
//! back to where it was goes round for ever, and is lost. Where something is known only when deployed, a set goes all ways that it
//! may, and nothing about it is certain any more.

use crate::base::limits;
use crate::check::reach::filters::{Candidate, Direction, Part, family, for_service, longest_prefix, to_part};
use crate::check::reach::network::{
    AttachmentEnd, AttachmentId, Destination, GatewayId, GatewayKind, InspectorId, InterfaceId, NatId, Network,
    OutsideId, PeeringEnd, PeeringId, ServiceId, SubnetId, Sure, TableId, Target, TransitId, TransitTableId, VpcId,
};
use crate::check::reach::packets::{Bounds, ICMP, Packets, TCP, UDP, all_of, anything};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::solver::Solver;

/// Where packets begin, seen without security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Start {
    /// In a subnet; whether the sender has a public address of IPv4.
    Subnet(SubnetId, Sure),
    /// On the internet.
    Internet,
    /// In a network that is not of the model.
    Outside(OutsideId),
}

/// Where packets end, seen without security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// In a subnet.
    Subnet(SubnetId),
    /// On the internet.
    Internet,
    /// In a network that is not of the model.
    Outside(OutsideId),
    /// At an API of AWS.
    Service(ServiceId),
}

/// Packets that ask, or those that answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// What opens a connection.
    Ask,
    /// What comes back. It needs routes and network ACLs as well, but nothing translates it that did not translate the question.
    Answer,
}

/// One hop of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hop {
    /// Past the network ACL, out of a subnet.
    Leaves(SubnetId),
    /// Past the network ACL, into a subnet.
    Enters(SubnetId),
    /// By the route within a VPC that every table has.
    Local(VpcId),
    /// By a route of a table.
    Route(TableId, usize),
    /// Through a gateway of a VPC.
    Gateway(GatewayId),
    /// Through a NAT gateway, with its address from here on.
    Nat(NatId),
    /// Into the other VPC.
    Peering(PeeringId),
    /// Into a transit gateway, by an attachment.
    Transit(AttachmentId),
    /// By a route of a transit gateway, to its attachment.
    TransitRoute(TransitTableId, usize),
    /// Through a device.
    Inspector(InspectorId),
    /// Through a machine that may hand on what is not for it.
    Forwarder(InterfaceId),
    /// Through an endpoint that routes lead to.
    Endpoint(super::network::EndpointId),
    /// By routes that are known only when deployed.
    UnknownRoutes(SubnetId),
    /// By a route whose target is known only when deployed.
    UnknownTarget(TableId, usize),
}

/// A NAT gateway on a way: what got as far as there, and what it looked like from there on.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// The gateway.
    pub nat: NatId,
    /// The packets as they came to it.
    pub before: Bounds,
    /// Where they had begun: the sender's subnet, or that of the gateway before.
    pub begun: Start,
}

/// Packets that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where.
    pub at: Spot,
    /// Which; behind a NAT gateway they come from that.
    pub packets: Bounds,
    /// By which hops.
    pub hops: Vec<Hop>,
    /// Whether rules can tell the sender by its groups.
    pub groups: Sure,
    /// Devices on the way.
    pub inspectors: Vec<InspectorId>,
    /// NAT gateways on the way.
    pub crossings: Vec<Crossing>,
}

/// Where a set of packets came to nothing, and by which hops it had come there.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The hops before.
    pub hops: Vec<Hop>,
    /// What stopped it.
    pub at: Obstacle,
}

/// What stops packets between subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The network ACL of a subnet.
    Acl(SubnetId, Direction),
    /// No route of the subnet is for it.
    NoRoute(SubnetId),
    /// The table of a transit gateway has no route for it.
    NoTransitRoute(TransitTableId),
    /// A route that leads nowhere.
    Nowhere(TableId, usize),
    /// A route of a transit gateway that leads nowhere.
    TransitNowhere(TransitTableId, usize),
    /// The sender has no public address, so the internet gateway does not pass it.
    NoPublicAddress(GatewayId),
    /// The gateway is attached to another VPC, or to none.
    Detached(TableId, usize),
    /// The target does not carry such packets: the wrong family, the wrong addresses.
    NotCarried(Hop),
    /// No subnet has the address.
    NoSubnet(VpcId),
    /// The attachment has no subnet in the sender's zone.
    NoZone(AttachmentId),
    /// A transit gateway's attachment is in no table.
    NoTransitTable(AttachmentId),
    /// The VPC has no way in from there.
    NoEntrance,
    /// It goes round in a circle.
    Circle(SubnetId),
    /// An answer would be translated by a NAT gateway and not be known as one.
    AnswerTranslated(NatId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Not yet in any VPC.
    Outside,
    /// Out of a subnet; whether the sender itself is there, or something that hands on.
    Leaving(SubnetId, bool),
    /// Into a VPC through a gateway.
    Edge(GatewayId, VpcId),
    /// Somewhere in a VPC.
    Deliver(VpcId),
    /// In a transit gateway.
    Transit(TransitId, Option<TransitTableId>),
}

#[derive(Debug, Clone)]
struct Flow {
    at: Position,
    packets: Bounds,
    /// Whether whoever seems to send it has a public address.
    public: Sure,
    zone: Option<String>,
    begun: Start,
    hops: Vec<Hop>,
    groups: Sure,
    inspectors: Vec<InspectorId>,
    crossings: Vec<Crossing>,
    /// Where it was since its last translation.
    seen: Vec<Position>,
}

impl Flow {
    fn to(&self, at: Position, packets: Bounds, hops: &[Hop]) -> Flow {
        let mut next = self.clone();
        next.at = at;
        next.packets = packets;
        next.hops.extend_from_slice(hops);
        next
    }
}

/// A search from one start.
pub(super) struct Search<'s> {
    solver: &'s Solver,
    net: &'s Network,
    mode: Mode,
    aim: Option<ServiceId>,
    queue: Vec<Flow>,
    left: usize,
    /// What arrived.
    pub arrivals: Vec<Arrival>,
    /// What came to nothing.
    pub stops: Vec<Stop>,
    /// Whether the limit was reached: then anything may arrive that did not.
    pub exhausted: bool,
}

/// Where a route leads to: one within the VPC, or one of the table.
type RouteAt = Option<usize>;

impl<'s> Search<'s> {
    /// All that packets reach from a start; of those that aim at a service, which routes can tell from others.
    pub fn run(solver: &'s Solver, start: Start, packets: Bounds, mode: Mode, aim: Option<ServiceId>) -> Search<'s> {
        let net = &solver.network;
        let left = limits::MAX_NETWORK_HOPS;
        let mut search = Search {
            solver,
            net,
            mode,
            aim,
            queue: Vec::new(),
            left,
            arrivals: Vec::new(),
            stops: Vec::new(),
            exhausted: false,
        };
        search.begin(start, packets);
        while let Some(flow) = search.queue.pop() {
            if search.left == 0 {
                search.exhausted = true;
                break;
            }
            search.left -= 1;
            search.step(flow);
        }
        search
    }

    fn begin(&mut self, start: Start, packets: Bounds) {
        let flow = |at: Position, public: Sure, zone: Option<String>| Flow {
            at,
            packets: packets.clone(),
            public,
            zone,
            begun: start,
            hops: Vec::new(),
            groups: Sure::Yes,
            inspectors: Vec::new(),
            crossings: Vec::new(),
            seen: Vec::new(),
        };
        match start {
            Start::Subnet(subnet, public) => {
                let zone = self.net.subnet(subnet).zone.clone();
                self.queue.push(flow(Position::Leaving(subnet, true), public, zone));
            }
            Start::Internet => {
                let mut any = false;
                for (at, gateway) in self.net.gateways.iter().enumerate() {
                    let Some(vpc) = gateway.vpc else { continue };
                    let open = match gateway.kind {
                        GatewayKind::Internet => true,
                        GatewayKind::EgressOnly => self.mode == Mode::Answer,
                        GatewayKind::Private(_) => false,
                    };
                    if open {
                        any = true;
                        let mut flow = flow(Position::Edge(GatewayId(at), vpc), Sure::Yes, None);
                        if gateway.kind == GatewayKind::EgressOnly {
                            flow.packets = family(&flow.packets, true);
                        }
                        flow.groups = Sure::No;
                        self.queue.push(flow);
                    }
                }
                self.begin_unknown(&flow(Position::Outside, Sure::Yes, None), any);
            }
            Start::Outside(outside) => {
                let mut any = false;
                for (at, gateway) in self.net.gateways.iter().enumerate() {
                    if let (Some(vpc), GatewayKind::Private(behind)) = (gateway.vpc, gateway.kind)
                        && behind == outside
                    {
                        any = true;
                        let mut flow = flow(Position::Edge(GatewayId(at), vpc), Sure::No, None);
                        flow.groups = Sure::No;
                        self.queue.push(flow);
                    }
                }
                for (at, peering) in self.net.peerings.iter().enumerate() {
                    for (own, other) in [(0, 1), (1, 0)] {
                        if let (PeeringEnd::Outside(end), PeeringEnd::Vpc(vpc)) =
                            (peering.ends[own], peering.ends[other])
                            && end == outside
                        {
                            any = true;
                            let mut flow = flow(Position::Deliver(vpc), Sure::No, None);
                            flow.hops.push(Hop::Peering(PeeringId(at)));
                            flow.groups = peering.groups;
                            self.queue.push(flow);
                        }
                    }
                }
                for (at, attachment) in self.net.attachments.iter().enumerate() {
                    if attachment.end == AttachmentEnd::Outside(outside) {
                        any = true;
                        let at = AttachmentId(at);
                        let mut flow = flow(Position::Transit(attachment.transit, attachment.table), Sure::No, None);
                        flow.hops.push(Hop::Transit(at));
                        flow.groups = Sure::No;
                        if attachment.table.is_none() {
                            self.stop(&flow, Obstacle::NoTransitTable(at));
                        } else {
                            self.queue.push(flow);
                        }
                    }
                }
                self.begin_unknown(&flow(Position::Outside, Sure::No, None), any);
            }
        }
    }

    /// Whoever is outside may reach subnets of which nothing is known.
    fn begin_unknown(&mut self, flow: &Flow, any: bool) {
        self.to_unknown_subnets(flow);
        if !any {
            self.stop(flow, Obstacle::NoEntrance);
        }
    }

    fn stop(&mut self, flow: &Flow, at: Obstacle) {
        self.stops.push(Stop { hops: flow.hops.clone(), at });
    }

    fn arrive(&mut self, flow: &Flow, at: Spot, packets: Bounds, hops: &[Hop]) {
        if packets.is_empty() {
            return;
        }
        let mut way = flow.hops.clone();
        way.extend_from_slice(hops);
        self.arrivals.push(Arrival {
            at,
            packets,
            hops: way,
            groups: flow.groups,
            inspectors: flow.inspectors.clone(),
            crossings: flow.crossings.clone(),
        });
    }

    fn step(&mut self, mut flow: Flow) {
        if flow.packets.is_empty() {
            return;
        }
        if flow.seen.contains(&flow.at) {
            if let Position::Leaving(subnet, _) = flow.at {
                self.stop(&flow, Obstacle::Circle(subnet));
            }
            return;
        }
        flow.seen.push(flow.at);
        match flow.at {
            Position::Outside => {}
            Position::Leaving(subnet, first) => self.leave(&flow, subnet, first),
            Position::Edge(gateway, vpc) => self.edge(&flow, gateway, vpc),
            Position::Deliver(vpc) => self.deliver(&flow, vpc),
            Position::Transit(transit, table) => self.transit(&flow, transit, table),
        }
    }

    /// Past the ACL of a subnet.
    fn past(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, direction: Direction) -> Option<Bounds> {
        let passed = match self.solver.acl_of(subnet, direction) {
            Some(lets_through) => packets.and(&lets_through),
            None => packets.clone().doubted(),
        };
        if passed.is_empty() {
            if !packets.is_empty() {
                self.stop(flow, Obstacle::Acl(subnet, direction));
            }
            return None;
        }
        Some(passed)
    }

    fn leave(&mut self, flow: &Flow, subnet: SubnetId, first: bool) {
        let place = self.net.subnet(subnet);
        let mut packets = flow.packets.clone();
        if place.exact {
            let own = &place.addresses;
            if !first {
                let to_own = packets.cut(|packets| packets.to(own));
                self.arrive(flow, Spot::Subnet(subnet), to_own, &[]);
            }
            let others = Ranges::all().minus(own);
            packets = packets.cut(|packets| packets.to(&others));
        } else if !first {
            self.arrive(flow, Spot::Subnet(subnet), packets.clone().doubted(), &[]);
        }
        let Some(table) = place.table else {
            self.anywhere(flow, &packets, Hop::UnknownRoutes(subnet));
            return;
        };
        let parts = self.routes(table, place.vpc);
        if let Some(service) = self.aim
            && let Some(index) = self.service_route(table, place.vpc, service)
        {
            let flow = Flow { packets: packets.clone(), ..flow.clone() };
            self.take(&flow, &packets, subnet, table, Some(index));
            return;
        }
        let mut routed = Ranges::none();
        for part in parts.iter() {
            routed = routed.or(&part.may);
            let packets = to_part(&packets, &part.may, &part.must);
            if !packets.is_empty() {
                self.take(flow, &packets, subnet, table, part.route);
            }
        }
        let lost = packets.may.to(&Ranges::all().minus(&routed));
        if !lost.is_empty() {
            self.stop(flow, Obstacle::NoRoute(subnet));
        }
    }

    fn routes(&self, table: TableId, vpc: VpcId) -> std::rc::Rc<Vec<Part<RouteAt>>> {
        self.solver.routes_of(table, vpc)
    }

    fn service_route(&self, table: TableId, vpc: VpcId, service: ServiceId) -> Option<usize> {
        let local = local_destinations(self.net, vpc);
        for_service(&candidates(self.net, table, &local), service).flatten()
    }

    /// Out of a subnet by a route.
    fn take(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, table: TableId, route: RouteAt) {
        let vpc = self.net.subnet(subnet).vpc;
        let Some(index) = route else {
            if let Some(passed) = self.past(flow, packets, subnet, Direction::Out) {
                let hops = [Hop::Leaves(subnet), Hop::Local(vpc)];
                self.queue.push(flow.to(Position::Deliver(vpc), passed, &hops));
            }
            return;
        };
        let by = Hop::Route(table, index);
        let Some(target) = self.net.table(table).routes.get(index).map(|route| route.target) else { return };
        // What stands in the same subnet is met before the ACL.
        match target {
            Target::Nat(nat) => return self.nat(flow, packets, subnet, nat, by),
            Target::Inspector(inspector) => return self.inspect(flow, packets, subnet, inspector, by),
            Target::Interface(interface) => return self.forward(flow, packets, subnet, interface, by),
            Target::Transit(transit) => return self.into_transit(flow, packets, subnet, transit, by),
            Target::Gateway(_)
            | Target::Peering(_)
            | Target::Endpoint(_)
            | Target::Nowhere
            | Target::Unknown => {}
        }
        let Some(packets) = self.past(flow, packets, subnet, Direction::Out) else { return };
        let out = [Hop::Leaves(subnet), by];
        match target {
            Target::Gateway(gateway) => self.out(flow, &packets, vpc, gateway, table, index),
            Target::Peering(peering) => self.peer(flow, &packets, vpc, peering, &out, table, index),
            Target::Endpoint(endpoint) => {
                let service = self.net.endpoint(endpoint).service;
                let hops = [Hop::Leaves(subnet), by, Hop::Endpoint(endpoint)];
                self.arrive(flow, Spot::Service(service), packets, &hops);
            }
            Target::Nowhere => self.stop(flow, Obstacle::Nowhere(table, index)),
            Target::Unknown => {
                let flow = flow.to(flow.at, packets.clone(), &[Hop::Leaves(subnet)]);
                self.anywhere(&flow, &packets, Hop::UnknownTarget(table, index));
            }
            Target::Nat(_) | Target::Inspector(_) | Target::Interface(_) | Target::Transit(_) => {}
        }
    }

    /// Out of a VPC through one of its gateways.
    fn out(&mut self, flow: &Flow, packets: &Bounds, vpc: VpcId, id: GatewayId, table: TableId, index: usize) {
        let gateway = self.net.gateway(id);
        let hops = [flow_leaves(flow), Some(Hop::Route(table, index)), Some(Hop::Gateway(id))];
        let hops: Vec<Hop> = hops.into_iter().flatten().collect();
        if gateway.vpc != Some(vpc) {
            return self.stop(flow, Obstacle::Detached(table, index));
        }
        let (at, carried) = match gateway.kind {
            GatewayKind::Internet => {
                let mut old = family(packets, false);
                if flow.public != Sure::Yes {
                    old = old.doubted();
                }
                let passed = if flow.public == Sure::No {
                    if !old.is_empty() {
                        self.stop(flow, Obstacle::NoPublicAddress(id));
                    }
                    family(packets, true)
                } else {
                    old.or(&family(packets, true))
                };
                (Spot::Internet, passed.cut(|packets| packets.to(internet())))
            }
            GatewayKind::EgressOnly if self.mode == Mode::Answer => {
                (Spot::Internet, Bounds::none())
            }
            GatewayKind::EgressOnly => {
                (Spot::Internet, family(packets, true).cut(|packets| packets.to(internet())))
            }
            GatewayKind::Private(outside) => {
                let carried = match &self.net.outside(outside).addresses {
                    Some(addresses) => packets.cut(|packets| packets.to(addresses)),
                    None => packets.clone(),
                };
                (Spot::Outside(outside), carried)
            }
        };
        if carried.is_empty() {
            return self.stop(flow, Obstacle::NotCarried(Hop::Route(table, index)));
        }
        let at = match (at, self.aim) {
            (Spot::Internet, Some(service)) => Spot::Service(service),
            (at, _) => at,
        };
        self.arrive(flow, at, carried, &hops);
        if let Spot::Outside(_) = at {
            self.to_unknown_subnets(flow);
        }
    }

    fn peer(
        &mut self,
        flow: &Flow,
        packets: &Bounds,
        vpc: VpcId,
        id: PeeringId,
        out: &[Hop],
        table: TableId,
        index: usize,
    ) {
        let peering = self.net.peering(id);
        let other = match peering.ends {
            [PeeringEnd::Vpc(one), other] if one == vpc => other,
            [other, PeeringEnd::Vpc(two)] if two == vpc => other,
            _ => return self.stop(flow, Obstacle::Detached(table, index)),
        };
        let mut hops = out.to_vec();
        hops.push(Hop::Peering(id));
        let mut next = flow.to(flow.at, packets.clone(), &hops);
        next.groups = next.groups.min(peering.groups);
        match other {
            PeeringEnd::Vpc(other) => {
                let addresses = self.net.vpc(other).addresses();
                // A peering connection leads into the other VPC, never through it.
                let packets = packets.cut(|packets| packets.to(&addresses));
                if packets.is_empty() {
                    return self.stop(flow, Obstacle::NotCarried(Hop::Route(table, index)));
                }
                self.queue.push(next.to(Position::Deliver(other), packets, &[]));
            }
            PeeringEnd::Outside(outside) => {
                let carried = match &self.net.outside(outside).addresses {
                    Some(addresses) => packets.cut(|packets| packets.to(addresses)),
                    None => packets.clone(),
                };
                self.arrive(&next, Spot::Outside(outside), carried, &[]);
                self.to_unknown_subnets(&next);
            }
        }
    }

    /// From one subnet into another that hands on, unless they are the same.
    fn cross(&mut self, flow: &Flow, packets: &Bounds, from: SubnetId, to: SubnetId, by: Hop) -> Option<Flow> {
        if from == to {
            return Some(flow.to(flow.at, packets.clone(), &[by]));
        }
        let packets = self.past(flow, packets, from, Direction::Out)?;
        let flow = flow.to(flow.at, packets.clone(), &[Hop::Leaves(from), by]);
        let packets = self.past(&flow, &packets, to, Direction::In)?;
        Some(flow.to(flow.at, packets, &[Hop::Enters(to)]))
    }

    fn nat(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: NatId, by: Hop) {
        if self.mode == Mode::Answer {
            return self.stop(flow, Obstacle::AnswerTranslated(id));
        }
        let nat = self.net.nat(id);
        let Some(flow) = self.cross(flow, packets, subnet, nat.subnet, by) else { return };
        let translated = all_of(TCP).or(&all_of(UDP)).or(&all_of(ICMP));
        let before = family(&flow.packets, false).cut(|packets| packets.on(&translated));
        if before.is_empty() || flow.crossings.iter().any(|crossing| crossing.nat == id) {
            return self.stop(&flow, Obstacle::NotCarried(Hop::Nat(id)));
        }
        let behind = Bounds::known(before.may.coming_from(&nat.addresses));
        let mut next = flow.to(Position::Leaving(nat.subnet, false), behind, &[Hop::Nat(id)]);
        next.crossings.push(Crossing { nat: id, before, begun: flow.begun });
        next.begun = Start::Subnet(nat.subnet, Sure::of(nat.public));
        next.public = Sure::of(nat.public);
        next.groups = Sure::No;
        next.zone = self.net.subnet(nat.subnet).zone.clone();
        next.seen.clear();
        self.queue.push(next);
    }

    fn inspect(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: InspectorId, by: Hop) {
        let places = self.net.inspector(id).subnets.clone();
        let certain = places.len() == 1;
        for place in places {
            let Some(mut flow) = self.cross(flow, packets, subnet, place, by) else { continue };
            if !certain {
                flow.packets = flow.packets.doubted();
            }
            self.through(&flow, id, place);
        }
    }

    fn through(&mut self, flow: &Flow, id: InspectorId, place: SubnetId) {
        let mut next = flow.to(Position::Leaving(place, false), flow.packets.clone(), &[Hop::Inspector(id)]);
        next.inspectors.push(id);
        next.groups = Sure::No;
        self.queue.push(next);
    }

    /// What a machine does with what is not for it, it alone knows.
    fn forward(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: InterfaceId, by: Hop) {
        let machine = self.net.interface(id);
        if !machine.forwards {
            return self.stop(flow, Obstacle::NotCarried(by));
        }
        let Some(flow) = self.cross(flow, packets, subnet, machine.subnet, by) else { return };
        self.forwarded(&flow, id);
    }

    fn forwarded(&mut self, flow: &Flow, id: InterfaceId) {
        let machine = self.net.interface(id);
        let may = flow.packets.may.or(&flow.packets.may.coming_from(&machine.addresses));
        let mut next =
            flow.to(Position::Leaving(machine.subnet, false), Bounds::at_most(may), &[Hop::Forwarder(id)]);
        next.groups = Sure::Unknown;
        next.public = next.public.max(machine.public);
        self.queue.push(next);
    }

    fn edge(&mut self, flow: &Flow, id: GatewayId, vpc: VpcId) {
        let gateway = self.net.gateway(id);
        let flow = &flow.to(flow.at, flow.packets.clone(), &[Hop::Gateway(id)]);
        let Some(table) = gateway.edge else {
            self.queue.push(flow.to(Position::Deliver(vpc), flow.packets.clone(), &[]));
            return;
        };
        for part in self.routes(table, vpc).iter() {
            let packets = to_part(&flow.packets, &part.may, &part.must);
            if packets.is_empty() {
                continue;
            }
            let Some(index) = part.route else {
                self.queue.push(flow.to(Position::Deliver(vpc), packets, &[]));
                continue;
            };
            let by = Hop::Route(table, index);
            match self.net.table(table).routes.get(index).map(|route| route.target) {
                Some(Target::Inspector(inspector)) => {
                    let places = self.net.inspector(inspector).subnets.clone();
                    for place in &places {
                        let packets = if places.len() == 1 { packets.clone() } else { packets.clone().doubted() };
                        if let Some(packets) = self.past(flow, &packets, *place, Direction::In) {
                            let flow = flow.to(flow.at, packets, &[by, Hop::Enters(*place)]);
                            self.through(&flow, inspector, *place);
                        }
                    }
                }
                Some(Target::Interface(interface)) => {
                    let place = self.net.interface(interface).subnet;
                    if let Some(packets) = self.past(flow, &packets, place, Direction::In) {
                        let flow = flow.to(flow.at, packets, &[by, Hop::Enters(place)]);
                        self.forwarded(&flow, interface);
                    }
                }
                Some(Target::Nowhere) => self.stop(flow, Obstacle::Nowhere(table, index)),
                Some(Target::Unknown) => {
                    let flow = flow.to(flow.at, packets.clone(), &[Hop::UnknownTarget(table, index)]);
                    self.queue.push(flow.to(Position::Deliver(vpc), packets.doubted(), &[]));
                }
                // AWS allows no other target there.
                Some(
                    Target::Gateway(_)
                    | Target::Nat(_)
                    | Target::Peering(_)
                    | Target::Transit(_)
                    | Target::Endpoint(_),
                )
                | None => self.stop(flow, Obstacle::NotCarried(Hop::Route(table, index))),
            }
        }
    }

    /// To whichever subnet of a VPC has the address.
    fn deliver(&mut self, flow: &Flow, vpc: VpcId) {
        let mut any = false;
        for (at, subnet) in self.net.subnets.iter().enumerate() {
            if subnet.vpc != vpc {
                continue;
            }
            let mut packets = flow.packets.cut(|packets| packets.to(&subnet.addresses));
            if !subnet.exact && self.net.vpc(vpc).nets.is_none() {
                packets = packets.doubted();
            }
            if packets.is_empty() {
                continue;
            }
            any = true;
            let id = SubnetId(at);
            if let Some(packets) = self.past(flow, &packets, id, Direction::In) {
                self.arrive(flow, Spot::Subnet(id), packets, &[Hop::Enters(id)]);
            }
        }
        if self.net.vpc(vpc).nets.is_some() {
            self.to_unknown_subnets(flow);
        }
        if !any {
            self.stop(flow, Obstacle::NoSubnet(vpc));
        }
    }

    /// A subnet of which nothing is known may be anywhere.
    fn to_unknown_subnets(&mut self, flow: &Flow) {
        for (at, subnet) in self.net.subnets.iter().enumerate() {
            if self.net.vpc(subnet.vpc).nets.is_none() {
                let id = SubnetId(at);
                if let Some(packets) = self.past(flow, &flow.packets, id, Direction::In) {
                    self.arrive(flow, Spot::Subnet(id), packets.doubted(), &[Hop::Enters(id)]);
                }
            }
        }
    }

    /// To wherever it may go, without any certainty.
    fn anywhere(&mut self, flow: &Flow, packets: &Bounds, hop: Hop) {
        let mut flow = flow.to(flow.at, packets.clone().doubted(), &[hop]);
        flow.groups = flow.groups.min(Sure::Unknown);
        let on_the_internet = flow.packets.cut(|packets| packets.to(internet()));
        let at = self.aim.map_or(Spot::Internet, Spot::Service);
        let new = if flow.public == Sure::No { family(&on_the_internet, true) } else { on_the_internet.clone() };
        // Something that translates may lie on a way that is not known.
        let may = if self.mode == Mode::Ask { on_the_internet } else { new };
        self.arrive(&flow, at, may, &[]);
        for at in 0..self.net.outsides.len() {
            self.arrive(&flow, Spot::Outside(OutsideId(at)), flow.packets.clone(), &[]);
        }
        for at in 0..self.net.vpcs.len() {
            let id = VpcId(at);
            if !flow.seen.contains(&Position::Deliver(id)) {
                self.queue.push(flow.to(Position::Deliver(id), flow.packets.clone(), &[]));
            }
        }
    }

    fn into_transit(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: TransitId, by: Hop) {
        let vpc = self.net.subnet(subnet).vpc;
        let mut any = false;
        for (at, attachment) in self.net.attachments.iter().enumerate() {
            let AttachmentEnd::Vpc(attached, places) = &attachment.end else { continue };
            if attachment.transit != id || *attached != vpc {
                continue;
            }
            any = true;
            let at = AttachmentId(at);
            let (places, certain) = self.in_zone(places, flow.zone.as_deref());
            if places.is_empty() {
                self.stop(flow, Obstacle::NoZone(at));
            }
            let certain = certain && places.len() == 1;
            for place in places {
                let Some(mut flow) = self.cross(flow, packets, subnet, place, by) else { continue };
                flow.hops.push(Hop::Transit(at));
                if !certain {
                    flow.packets = flow.packets.doubted();
                }
                flow.groups = flow.groups.min(self.net.transit(id).groups);
                if attachment.table.is_none() {
                    self.stop(&flow, Obstacle::NoTransitTable(at));
                } else {
                    let packets = flow.packets.clone();
                    self.queue.push(flow.to(Position::Transit(id, attachment.table), packets, &[]));
                }
            }
        }
        if !any && let Hop::Route(table, index) = by {
            self.stop(flow, Obstacle::Detached(table, index));
        }
    }

    /// Which subnets of an attachment serve a zone, and whether that is certain.
    fn in_zone(&self, places: &[SubnetId], zone: Option<&str>) -> (Vec<SubnetId>, bool) {
        let known = zone.is_some() && places.iter().all(|place| self.net.subnet(*place).zone.is_some());
        if !known {
            return (places.to_vec(), places.len() == 1);
        }
        let there = places.iter().copied().filter(|place| self.net.subnet(*place).zone.as_deref() == zone);
        (there.collect(), true)
    }

    fn transit(&mut self, flow: &Flow, id: TransitId, table: Option<TransitTableId>) {
        let Some(table) = table else { return };
        let routes = &self.net.transit_table(table).routes;
        let candidates: Vec<Candidate<'_, usize>> = routes
            .iter()
            .enumerate()
            .map(|(at, route)| Candidate { route: at, to: &route.to, rank: u8::from(route.learned), firm: false })
            .collect();
        let mut routed = Ranges::none();
        for part in longest_prefix(&candidates) {
            routed = routed.or(&part.may);
            let packets = to_part(&flow.packets, &part.may, &part.must);
            let Some(route) = routes.get(part.route).filter(|_| !packets.is_empty()) else { continue };
            let hop = Hop::TransitRoute(table, part.route);
            let Some(to) = route.to_attachment else {
                self.stop(flow, Obstacle::TransitNowhere(table, part.route));
                continue;
            };
            let attachment = self.net.attachment(to);
            if attachment.transit != id {
                continue;
            }
            let flow = flow.to(flow.at, packets.clone(), &[hop]);
            match &attachment.end {
                AttachmentEnd::Outside(outside) => {
                    let carried = match &self.net.outside(*outside).addresses {
                        Some(addresses) => packets.cut(|packets| packets.to(addresses)),
                        None => packets,
                    };
                    self.arrive(&flow, Spot::Outside(*outside), carried, &[]);
                    self.to_unknown_subnets(&flow);
                }
                AttachmentEnd::Vpc(_, places) => {
                    let places = places.clone();
                    self.out_of_transit(&flow, &places);
                }
            }
        }
        if !flow.packets.may.to(&Ranges::all().minus(&routed)).is_empty() {
            self.stop(flow, Obstacle::NoTransitRoute(table));
        }
    }

    /// Into a VPC from a transit gateway: in the sender's zone, if the attachment has a subnet there.
    fn out_of_transit(&mut self, flow: &Flow, places: &[SubnetId]) {
        let (near, _) = self.in_zone(places, flow.zone.as_deref());
        let places = if near.is_empty() { places.to_vec() } else { near };
        let certain = places.len() == 1;
        for place in places {
            let mut packets = flow.packets.clone();
            if !certain {
                packets = packets.doubted();
            }
            let mut next = flow.to(Position::Leaving(place, false), packets, &[]);
            next.zone = self.net.subnet(place).zone.clone().or(next.zone);
            self.queue.push(next);
        }
    }
}

/// The hop out of the subnet where a flow is.
fn flow_leaves(flow: &Flow) -> Option<Hop> {
    match flow.at {
        Position::Leaving(subnet, _) => Some(Hop::Leaves(subnet)),
        Position::Outside | Position::Edge(..) | Position::Deliver(_) | Position::Transit(..) => None,
    }
}

/// The routes that every table of a VPC has: for its own ranges, also those that are known only when deployed.
pub(super) fn local_destinations(net: &Network, vpc: VpcId) -> Vec<Destination> {
    let vpc = net.vpc(vpc);
    let mut all: Vec<Destination> = vpc.nets.iter().map(|nets| Destination::Nets(nets.clone())).collect();
    if vpc.nets.is_none() {
        all.push(Destination::SomeOf(Ranges::all()));
    } else if vpc.given_v6 {
        all.push(Destination::SomeOf(internet().and(&Ranges::v6())));
    }
    all
}

/// The routes of a table, and those within the VPC.
pub(super) fn candidates<'n>(net: &'n Network, table: TableId, local: &'n [Destination]) -> Vec<Candidate<'n, RouteAt>> {
    let within = local.iter().map(|to| Candidate { route: None, to, rank: 0, firm: true });
    let written = net.table(table).routes.iter().enumerate().map(|(at, route)| Candidate {
        route: Some(at),
        to: &route.to,
        rank: 1 + u8::from(route.learned),
        firm: false,
    });
    within.chain(written).collect()
}

/// What may be sent to begin with.
pub(super) fn outset(net: &Network, start: Start, mode: Mode, aim: Option<ServiceId>) -> Bounds {
    let whole = Packets::all();
    let on = anything();
    let from = match (mode, start) {
        (Mode::Answer, _) => Bounds::known(whole),
        (Mode::Ask, Start::Subnet(subnet, _)) => Bounds::known(whole.from(&net.subnet(subnet).addresses)),
        (Mode::Ask, Start::Internet) => Bounds::known(whole.from(internet())),
        (Mode::Ask, Start::Outside(outside)) => match &net.outside(outside).addresses {
            Some(addresses) => Bounds::known(whole.from(addresses)),
            None => Bounds::at_most(whole),
        },
    };
    let old = internet().and(&Ranges::v4());
    let aimed = if aim.is_some() { from.cut(|packets| packets.to(&old)) } else { from };
    aimed.cut(|packets| packets.on(&on))
}
