//! Walks a shown way again, step by step, with single packets: each hop has to be one that the packet can take from where it is.

use infrac::check::reach::fabric::Hop;
use infrac::check::reach::filters::Direction;
use infrac::check::reach::legs::Party;
use infrac::check::reach::network::*;
use infrac::check::reach::ranges::internet;
use infrac::check::reach::trails::{RuleAt, Step, StepKind, Trail};

use crate::naive::{Addresses, Naive, Packet};

/// Where the packet is.
#[derive(Clone, Debug, PartialEq)]
enum At {
    Nowhere,
    Subnet(SubnetId),
    /// Past the ACL of a subnet, on the way out of it.
    Out(SubnetId),
    /// By a route of a table, with the subnet it left, if it did.
    Routed(TableId, usize, Option<SubnetId>),
    Vpc(VpcId),
    Transit(TransitId, TransitTableId),
    Attachment(AttachmentId),
    /// At the edge of a VPC.
    Edge(GatewayId),
    Internet,
    Outside,
    Service,
    /// Somewhere that is known only when deployed.
    Unknown,
}

/// Checks a whole way.
pub fn replay(net: &Network, trail: &Trail, certain: bool) -> Result<(), String> {
    let naive = Naive { net, addresses: Addresses::new() };
    let mut at = At::Nowhere;
    let mut sender: Option<Party> = None;
    let mut ends = 0;
    for (index, step) in trail.steps.iter().enumerate() {
        let packet = Packet { from: step.packet.from, to: step.packet.to, on: step.packet.on };
        let next = trail.steps.get(index + 1);
        at = match &step.kind {
            StepKind::Sends(party, rule) => {
                sender = Some(party.clone());
                sent(&naive, party, rule.as_ref(), packet, certain)?
            }
            StepKind::Reaches(party, rule) => {
                ends += 1;
                let from = sender.clone().ok_or("nobody sends")?;
                reached(&naive, &from, party, rule.as_ref(), packet, certain, &at)?;
                At::Nowhere
            }
            StepKind::HandsOn(balancer, listener, targets) => {
                let listener = &net.balancer(*balancer).listeners[*listener];
                if !listener.targets.contains(targets) || !net.targets(*targets).on.contains(packet.on) {
                    return Err(format!("{balancer:?} does not hand that on"));
                }
                At::Nowhere
            }
            StepKind::Hop(hop) => {
                hopped(&naive, &at, *hop, packet, next, certain).map_err(|why| format!("step {index}: {why}"))?
            }
        };
    }
    if ends == 0 { Err(String::from("it reaches nobody")) } else { Ok(()) }
}

fn rule<'n>(net: &'n Network, at: &RuleAt) -> &'n Rule {
    let group = net.group(at.group);
    match at.direction {
        Direction::In => &group.ingress[at.index],
        Direction::Out => &group.egress[at.index],
    }
}

/// The other side of a rule is right; which groups the other party wears, was asked before.
fn fits(rule: &Rule, address: u128, packet: Packet, worn: &[GroupId], certain: bool) -> Result<(), String> {
    let on = rule.on.as_ref().map_or(!certain, |on| on.contains(packet.on));
    let peer = match &rule.peer {
        Peer::Addresses(addresses) => addresses.contains(address),
        Peer::Group(group) => worn.contains(group),
        Peer::Service(_) => true,
        Peer::Unknown => !certain,
    };
    if on && peer { Ok(()) } else { Err(format!("{rule:?} does not let {packet:?} pass")) }
}

fn sent(naive: &Naive, party: &Party, at: Option<&RuleAt>, packet: Packet, certain: bool) -> Result<At, String> {
    Ok(match party {
        Party::Interface(id) => {
            let card = naive.net.interface(*id);
            if !card.sends || !card.addresses.contains(packet.from) {
                return Err(format!("{card:?} does not send {packet:?}"));
            }
            let open = card.groups.is_empty() || card.groups.iter().any(|group| !naive.net.group(*group).complete);
            match at {
                Some(at) => {
                    let all: Vec<GroupId> = (0..naive.net.groups.len()).map(GroupId).collect();
                    fits(rule(naive.net, at), packet.to, packet, &all, certain)?;
                }
                None if open => {}
                None => return Err(String::from("no rule lets it out")),
            }
            At::Subnet(card.subnet)
        }
        Party::Wearer(_, subnet) | Party::Host(subnet, _) => At::Subnet(*subnet),
        Party::Internet(_) => At::Internet,
        Party::Outside(..) => At::Outside,
        Party::Service(_) => return Err(String::from("an API asks nobody")),
    })
}

fn reached(
    naive: &Naive,
    from: &Party,
    party: &Party,
    at_rule: Option<&RuleAt>,
    packet: Packet,
    certain: bool,
    at: &At,
) -> Result<(), String> {
    let there = match party {
        Party::Interface(id) => At::Subnet(naive.net.interface(*id).subnet),
        Party::Wearer(_, subnet) | Party::Host(subnet, _) => At::Subnet(*subnet),
        Party::Internet(_) => At::Internet,
        Party::Outside(..) => At::Outside,
        Party::Service(_) => At::Service,
    };
    let lost = *at == At::Unknown && !certain;
    if *at != there && !lost {
        return Err(format!("it is at {at:?}, and not at {party:?}"));
    }
    if let Party::Interface(id) = party {
        let card = naive.net.interface(*id);
        if !card.addresses.contains(packet.to) {
            return Err(format!("{packet:?} is not for {card:?}"));
        }
        if matches!(card.listens, Listens::Nowhere)
            || matches!(&card.listens, Listens::On(on) if !on.contains(packet.on))
        {
            return Err(String::from("nobody listens"));
        }
        let open = card.groups.is_empty() || card.groups.iter().any(|group| !naive.net.group(*group).complete);
        let worn = naive.card(from).map(|card| card.groups.clone()).unwrap_or_default();
        match at_rule {
            Some(at) => fits(rule(naive.net, at), packet.from, packet, &worn, certain)?,
            None if open => {}
            None => return Err(String::from("no rule lets it in")),
        }
    }
    Ok(())
}

fn hopped(naive: &Naive, at: &At, hop: Hop, packet: Packet, next: Option<&Step>, certain: bool) -> Result<At, String> {
    let net = naive.net;
    let wrong = |why: &str| Err(format!("{hop:?} from {at:?} with {packet:?}: {why}"));
    let passes = |subnet: SubnetId, direction: Direction| match naive.acl(subnet, packet, direction) {
        Sure::Yes => true,
        Sure::Unknown => !certain,
        Sure::No => false,
    };
    let next_hop = next.and_then(|step| match step.kind {
        StepKind::Hop(hop) => Some(hop),
        _ => None,
    });
    Ok(match hop {
        Hop::Leaves(subnet) => match at {
            At::Subnet(own) if *own == subnet && passes(subnet, Direction::Out) => At::Out(subnet),
            _ => return wrong("the ACL refuses, or it is elsewhere"),
        },
        Hop::Enters(subnet) if !passes(subnet, Direction::In) => return wrong("the ACL refuses"),
        Hop::Enters(subnet) => match at {
            At::Vpc(vpc) if net.subnet(subnet).vpc == *vpc && net.subnet(subnet).addresses.contains(packet.to) => {
                At::Subnet(subnet)
            }
            At::Edge(gateway) if net.gateway(*gateway).vpc == Some(net.subnet(subnet).vpc) => At::Subnet(subnet),
            At::Routed(table, index, _) if stands(net, net.table(*table).routes[*index].target, subnet) => {
                At::Subnet(subnet)
            }
            At::Unknown => At::Subnet(subnet),
            _ if net.vpc(net.subnet(subnet).vpc).nets.is_none() && !certain => At::Subnet(subnet),
            _ => return wrong("it does not lead there"),
        },
        Hop::Local(vpc) => match at {
            At::Out(subnet) if net.subnet(*subnet).vpc == vpc => {
                let table = net.subnet(*subnet).table.ok_or("no table")?;
                let routes = naive.route(table, vpc, packet.to);
                match routes.iter().any(|(route, sure)| route.is_none() && (*sure || !certain)) {
                    true => At::Vpc(vpc),
                    false => return wrong("another route is longer"),
                }
            }
            _ => return wrong("it is elsewhere"),
        },
        Hop::Route(table, index) => {
            let (vpc, from) = match at {
                At::Subnet(subnet) | At::Out(subnet) => (net.subnet(*subnet).vpc, Some(*subnet)),
                At::Edge(gateway) => (net.gateway(*gateway).vpc.ok_or("detached")?, None),
                _ => return wrong("it is elsewhere"),
            };
            let own = from.map_or_else(
                || matches!(at, At::Edge(id) if net.gateway(*id).edge == Some(table)),
                |subnet| net.subnet(subnet).table == Some(table),
            );
            let by_service = matches!(net.table(table).routes[index].to, Destination::Service(_));
            let routes = naive.route(table, vpc, packet.to);
            let taken = routes.iter().any(|(route, sure)| *route == Some(index) && (*sure || !certain));
            match own && (taken || by_service) {
                true => At::Routed(table, index, from),
                false => return wrong("the route is not its own, or another one is longer"),
            }
        }
        Hop::Gateway(id) => {
            let gateway = net.gateway(id);
            match at {
                At::Routed(table, index, Some(subnet))
                    if net.table(*table).routes[*index].target == Target::Gateway(id)
                        && gateway.vpc == Some(net.subnet(*subnet).vpc) =>
                {
                    match gateway.kind {
                        GatewayKind::Private(_) => At::Outside,
                        GatewayKind::Internet | GatewayKind::EgressOnly if !internet().contains(packet.to) => {
                            return wrong("that is not on the internet");
                        }
                        GatewayKind::Internet | GatewayKind::EgressOnly => match next.map(|step| &step.kind) {
                            Some(StepKind::Reaches(Party::Service(_), _)) => At::Service,
                            _ => At::Internet,
                        },
                    }
                }
                At::Internet if gateway.kind == GatewayKind::Internet => At::Edge(id),
                At::Outside if matches!(gateway.kind, GatewayKind::Private(_)) => At::Edge(id),
                _ => return wrong("it does not lead there"),
            }
        }
        .entered(net, next_hop),
        Hop::Nat(id) => match at {
            At::Routed(table, index, Some(subnet))
                if net.table(*table).routes[*index].target == Target::Nat(id) && net.nat(id).subnet == *subnet =>
            {
                At::Subnet(*subnet)
            }
            At::Subnet(subnet) if net.nat(id).subnet == *subnet => At::Subnet(*subnet),
            _ => return wrong("it does not lead there"),
        },
        Hop::Peering(id) => {
            let ends = net.peering(id).ends;
            let other = match at {
                At::Routed(table, index, Some(subnet))
                    if net.table(*table).routes[*index].target == Target::Peering(id) =>
                {
                    let own = PeeringEnd::Vpc(net.subnet(*subnet).vpc);
                    ends.into_iter().find(|end| *end != own)
                }
                At::Outside => ends.into_iter().find(|end| matches!(end, PeeringEnd::Vpc(_))),
                _ => return wrong("it does not lead there"),
            };
            match other {
                Some(PeeringEnd::Vpc(vpc)) => At::Vpc(vpc),
                Some(PeeringEnd::Outside(_)) => At::Outside,
                None => return wrong("it has no other end"),
            }
        }
        Hop::Transit(id) => {
            let attachment = net.attachment(id);
            let table = attachment.table.ok_or("it is in no table")?;
            let leads = match (at, &attachment.end) {
                (At::Subnet(subnet) | At::Routed(_, _, Some(subnet)), AttachmentEnd::Vpc(_, places)) => {
                    places.contains(subnet)
                }
                (At::Outside, AttachmentEnd::Outside(_)) => true,
                _ => false,
            };
            match leads {
                true => At::Transit(attachment.transit, table),
                false => return wrong("it does not lead there"),
            }
        }
        Hop::TransitRoute(table, index) => match at {
            At::Transit(transit, own) if *own == table => {
                let routes = naive.transit_route(table, packet.to);
                if !routes.iter().any(|(route, sure)| *route == index && (*sure || !certain)) {
                    return wrong("another route is longer");
                }
                let to = net.transit_table(table).routes[index].to_attachment.ok_or("it leads nowhere")?;
                if net.attachment(to).transit != *transit {
                    return wrong("that is another gateway's");
                }
                At::Attachment(to)
            }
            _ => return wrong("it is elsewhere"),
        }
        .out_of_transit(net, next),
        Hop::Inspector(id) => match at {
            At::Subnet(subnet) if net.inspector(id).subnets.contains(subnet) => At::Subnet(*subnet),
            At::Routed(_, _, Some(subnet)) if net.inspector(id).subnets.contains(subnet) => At::Subnet(*subnet),
            _ => return wrong("it does not stand there"),
        },
        Hop::Forwarder(id) => match at {
            At::Subnet(subnet) | At::Routed(_, _, Some(subnet))
                if !certain && net.interface(id).forwards && net.interface(id).subnet == *subnet =>
            {
                At::Subnet(*subnet)
            }
            _ => return wrong("it is not certain, or it does not stand there"),
        },
        Hop::Endpoint(id) => match at {
            At::Routed(table, index, Some(_)) if net.table(*table).routes[*index].target == Target::Endpoint(id) => {
                At::Service
            }
            _ => return wrong("it does not lead there"),
        },
        Hop::UnknownRoutes(_) | Hop::UnknownTarget(..) if certain => return wrong("it is not certain"),
        Hop::UnknownRoutes(_) | Hop::UnknownTarget(..) => At::Unknown,
    })
}

/// Whether a target of a route stands in a subnet.
fn stands(net: &Network, target: Target, subnet: SubnetId) -> bool {
    match target {
        Target::Nat(id) => net.nat(id).subnet == subnet,
        Target::Inspector(id) => net.inspector(id).subnets.contains(&subnet),
        Target::Interface(id) => net.interface(id).subnet == subnet,
        Target::Transit(id) => net.attachments.iter().any(|attachment| {
            attachment.transit == id
                && matches!(&attachment.end, AttachmentEnd::Vpc(_, places) if places.contains(&subnet))
        }),
        _ => false,
    }
}

impl At {
    /// Within a VPC a packet that came in through a gateway goes straight to its subnet, unless a route of the edge says otherwise.
    fn entered(self, net: &Network, next: Option<Hop>) -> At {
        match (&self, next) {
            (At::Edge(gateway), Some(Hop::Enters(_))) => net.gateway(*gateway).vpc.map_or(At::Unknown, At::Vpc),
            _ => self,
        }
    }

    /// This place, if it is one of some subnets.
    fn among(self, places: &[SubnetId]) -> At {
        match self {
            At::Subnet(subnet) if places.contains(&subnet) => self,
            _ => At::Unknown,
        }
    }

    /// Out of a transit gateway a packet is in one of the attachment's subnets, or in the other network.
    fn out_of_transit(self, net: &Network, next: Option<&Step>) -> At {
        let At::Attachment(id) = self else { return self };
        match &net.attachment(id).end {
            AttachmentEnd::Outside(_) => At::Outside,
            AttachmentEnd::Vpc(_, places) => match next.map(|step| &step.kind) {
                Some(StepKind::Hop(Hop::Leaves(subnet) | Hop::UnknownRoutes(subnet))) if places.contains(subnet) => {
                    At::Subnet(*subnet)
                }
                Some(StepKind::Hop(Hop::Route(table, _))) => {
                    let own = places.iter().find(|place| net.subnet(**place).table == Some(*table));
                    own.map_or(At::Unknown, |place| At::Subnet(*place))
                }
                Some(StepKind::Reaches(Party::Interface(id), _)) => At::Subnet(net.interface(*id).subnet).among(places),
                Some(StepKind::Reaches(Party::Host(subnet, _), _)) => At::Subnet(*subnet).among(places),
                _ => places.first().map_or(At::Unknown, |place| At::Subnet(*place)),
            },
        }
    }
}
