//! The search: sets of packets in positions, each pushed on until all have arrived or come to nothing.

use crate::base::limits;
use crate::check::reach::fabric::{Arrival, Crossing, Hop, Mode, Obstacle, Spot, Start, Stop};
use crate::check::reach::filters::{Candidate, Direction, Part, family, for_service, to_part};
use crate::check::reach::network::{
    AttachmentEnd, AttachmentId, Destination, GatewayId, GatewayKind, InspectorId, Network, OutsideId, PeeringEnd,
    PeeringId, ServiceId, SubnetId, Sure, TableId, Target, TransitId, TransitTableId, VpcId,
};
use crate::check::reach::packets::{Bounds, Packets, anything};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::solver::Solver;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
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
pub(super) struct Flow {
    pub(super) at: Position,
    pub(super) packets: Bounds,
    /// Whether whoever seems to send it has a public address.
    pub(super) public: Sure,
    pub(super) zone: Option<String>,
    pub(super) begun: Start,
    pub(super) hops: Vec<Hop>,
    pub(super) groups: Sure,
    pub(super) inspectors: Vec<InspectorId>,
    pub(super) crossings: Vec<Crossing>,
    /// Where it was since its last translation.
    pub(super) seen: Vec<Position>,
}

impl Flow {
    /// The same flow further on.
    pub(super) fn to(&self, at: Position, packets: Bounds, hops: &[Hop]) -> Flow {
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
    pub(super) net: &'s Network,
    pub(super) mode: Mode,
    aim: Option<ServiceId>,
    pub(super) queue: Vec<Flow>,
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
        self.reach_unknown_subnets(flow);
        if !any {
            self.stop(flow, Obstacle::NoEntrance);
        }
    }

    pub(super) fn stop(&mut self, flow: &Flow, at: Obstacle) {
        self.stops.push(Stop { hops: flow.hops.clone(), at });
    }

    pub(super) fn arrive(&mut self, flow: &Flow, at: Spot, packets: Bounds, hops: &[Hop]) {
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
    pub(super) fn past(
        &mut self,
        flow: &Flow,
        packets: &Bounds,
        subnet: SubnetId,
        direction: Direction,
    ) -> Option<Bounds> {
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
            // An endpoint serves those who are in its VPC, and nobody who comes through it.
            let inside = matches!(flow.begun, Start::Subnet(begun, _) if self.net.subnet(begun).vpc == place.vpc);
            if inside {
                let flow = Flow { packets: packets.clone(), ..flow.clone() };
                self.take(&flow, &packets, subnet, table, Some(index));
            } else {
                self.stop(flow, Obstacle::NotCarried(Hop::Route(table, index)));
            }
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
            Target::Transit(transit) => return self.take_transit(flow, packets, subnet, transit, by),
            Target::Gateway(_) | Target::Peering(_) | Target::Endpoint(_) | Target::Nowhere | Target::Unknown => {}
        }
        let Some(packets) = self.past(flow, packets, subnet, Direction::Out) else { return };
        match target {
            Target::Gateway(gateway) => self.out(flow, &packets, vpc, gateway, table, index),
            Target::Peering(peering) => self.peer(flow, &packets, vpc, peering, (table, index)),
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
            GatewayKind::EgressOnly if self.mode == Mode::Answer => (Spot::Internet, Bounds::none()),
            GatewayKind::EgressOnly => (Spot::Internet, family(packets, true).cut(|packets| packets.to(internet()))),
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
            self.reach_unknown_subnets(flow);
        }
    }

    fn peer(&mut self, flow: &Flow, packets: &Bounds, vpc: VpcId, id: PeeringId, (table, index): (TableId, usize)) {
        let peering = self.net.peering(id);
        let other = match peering.ends {
            [PeeringEnd::Vpc(one), other] if one == vpc => other,
            [other, PeeringEnd::Vpc(two)] if two == vpc => other,
            _ => return self.stop(flow, Obstacle::Detached(table, index)),
        };
        let hops = [flow_leaves(flow), Some(Hop::Route(table, index)), Some(Hop::Peering(id))];
        let hops: Vec<Hop> = hops.into_iter().flatten().collect();
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
                self.reach_unknown_subnets(&next);
            }
        }
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
                    Target::Gateway(_) | Target::Nat(_) | Target::Peering(_) | Target::Transit(_) | Target::Endpoint(_),
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
            self.reach_unknown_subnets(flow);
        }
        if !any {
            self.stop(flow, Obstacle::NoSubnet(vpc));
        }
    }

    /// A subnet of which nothing is known may be anywhere.
    pub(super) fn reach_unknown_subnets(&mut self, flow: &Flow) {
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
pub(super) fn candidates<'n>(
    net: &'n Network,
    table: TableId,
    local: &'n [Destination],
) -> Vec<Candidate<'n, RouteAt>> {
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
