//! What hands packets on: NAT gateways, devices that inspect, machines, transit gateways.

use crate::check::reach::fabric::{Crossing, Hop, Mode, Obstacle, Spot, Start};
use crate::check::reach::filters::{Candidate, Direction, family, longest_prefix, to_part};
use crate::check::reach::network::{
    AttachmentEnd, AttachmentId, InspectorId, InterfaceId, NatId, SubnetId, Sure, TransitId, TransitTableId,
};
use crate::check::reach::packets::{Bounds, ICMP, TCP, UDP, all_of};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::search::{Flow, Position, Search};

impl Search<'_> {
    /// From one subnet into another that hands on, unless they are the same.
    pub(super) fn cross(
        &mut self,
        flow: &Flow,
        packets: &Bounds,
        from: SubnetId,
        to: SubnetId,
        by: Hop,
    ) -> Option<Flow> {
        if from == to {
            return Some(flow.to(flow.at, packets.clone(), &[by]));
        }
        let packets = self.past(flow, packets, from, Direction::Out)?;
        let flow = flow.to(flow.at, packets.clone(), &[Hop::Leaves(from), by]);
        let packets = self.past(&flow, &packets, to, Direction::In)?;
        Some(flow.to(flow.at, packets, &[Hop::Enters(to)]))
    }

    pub(super) fn nat(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: NatId, by: Hop) {
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

    pub(super) fn inspect(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: InspectorId, by: Hop) {
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

    pub(super) fn through(&mut self, flow: &Flow, id: InspectorId, place: SubnetId) {
        let mut next = flow.to(Position::Leaving(place, false), flow.packets.clone(), &[Hop::Inspector(id)]);
        next.inspectors.push(id);
        next.groups = Sure::No;
        self.queue.push(next);
    }

    /// What a machine does with what is not for it, it alone knows.
    pub(super) fn forward(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: InterfaceId, by: Hop) {
        let machine = self.net.interface(id);
        if !machine.forwards {
            return self.stop(flow, Obstacle::NotCarried(by));
        }
        let Some(flow) = self.cross(flow, packets, subnet, machine.subnet, by) else { return };
        self.forwarded(&flow, id);
    }

    pub(super) fn forwarded(&mut self, flow: &Flow, id: InterfaceId) {
        let machine = self.net.interface(id);
        let may = flow.packets.may.or(&flow.packets.may.coming_from(&machine.addresses));
        let mut next = flow.to(Position::Leaving(machine.subnet, false), Bounds::at_most(may), &[Hop::Forwarder(id)]);
        next.groups = Sure::Unknown;
        next.public = next.public.max(machine.public);
        self.queue.push(next);
    }

    pub(super) fn take_transit(&mut self, flow: &Flow, packets: &Bounds, subnet: SubnetId, id: TransitId, by: Hop) {
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
    pub(super) fn in_zone(&self, places: &[SubnetId], zone: Option<&str>) -> (Vec<SubnetId>, bool) {
        let known = zone.is_some() && places.iter().all(|place| self.net.subnet(*place).zone.is_some());
        if !known {
            return (places.to_vec(), places.len() == 1);
        }
        let there = places.iter().copied().filter(|place| self.net.subnet(*place).zone.as_deref() == zone);
        (there.collect(), true)
    }

    pub(super) fn transit(&mut self, flow: &Flow, id: TransitId, table: Option<TransitTableId>) {
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
                    self.reach_unknown_subnets(&flow);
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
    pub(super) fn out_of_transit(&mut self, flow: &Flow, places: &[SubnetId]) {
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
