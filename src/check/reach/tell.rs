//! Steps and barriers in words, each with its place.

use crate::check::reach::blocked::{Barrier, Blocked};
use crate::check::reach::fabric::{Hop, Obstacle};
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{BalancerId, Destination, Listens, Named, Peer, SubnetId};
use crate::check::reach::packets::{ICMP, ICMP6, TCP, UDP, anything, protocol_and_port};
use crate::check::reach::ranges::{Ranges, address};
use crate::check::reach::solver::Solver;
use crate::check::reach::trails::{RuleAt, Step, StepKind, Trail};
use crate::eval::model::Model;
use crate::eval::origin::Origin;
use crate::eval::paths::Shown;

/// What is carried, in words: `tcp 443`, `tcp 80-90, udp`, `anything`.
pub fn carried(on: &Ranges) -> String {
    if *on == anything() {
        return String::from("anything");
    }
    let mut words = Vec::new();
    for (low, high) in on.iter() {
        let ((first, from), (last, to)) = (protocol_and_port(low), protocol_and_port(high));
        let name = |protocol: u8| match protocol {
            TCP => String::from("tcp"),
            UDP => String::from("udp"),
            ICMP => String::from("icmp"),
            ICMP6 => String::from("icmpv6"),
            other => format!("protocol {other}"),
        };
        let whole = from == 0 && to == u16::MAX;
        words.push(match (first == last, whole) {
            (true, true) => name(first),
            (true, false) if from == to => format!("{} {from}", name(first)),
            (true, false) => format!("{} {from}-{to}", name(first)),
            (false, _) => format!("{} to {}", name(first), name(last)),
        });
    }
    words.join(", ")
}

/// Addresses, in words.
pub fn addressed(addresses: &Ranges) -> String {
    let mut words: Vec<String> = Vec::new();
    for (low, high) in addresses.iter() {
        let (first, last) = (address(low), address(high));
        let net = ipnet::IpNet::new(first, if first.is_ipv4() { 32 } else { 128 }).ok().and_then(|net| {
            let mut net = net;
            while Ranges::of(net) != Ranges::span(low, high) {
                net = net.supernet().filter(|net| net.network() == first)?;
            }
            Some(net)
        });
        words.push(net.map_or_else(|| format!("{first} to {last}"), |net| format!("`{net}`")));
    }
    words.join(", ")
}

/// A destination, in words.
fn destination(to: &Destination) -> String {
    match to {
        Destination::Nets(nets) => nets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Destination::Service(_) => String::from("the service"),
        Destination::SomeOf(_) => String::from("a range that is known only when deployed"),
    }
}

impl Solver {
    /// What a party is called.
    pub fn name(&self, party: &Party) -> String {
        match party {
            Party::Interface(id) => format!("`{}`", self.network().interface(*id).named.name),
            Party::Wearer(group, _) => format!("whatever wears `{}`", self.network().group(*group).named.name),
            Party::Host(subnet, _) => format!("whoever is in {}", quoted(&self.network().subnet(*subnet).named.name)),
            Party::Internet(_) => String::from("the internet"),
            Party::Outside(outside, _) => self.network().outside(*outside).named.name.clone(),
            Party::Service(service) => format!("the API of `{}`", self.network().service(*service).name),
        }
    }

    /// The other side of a rule, in words.
    pub(super) fn peer(&self, peer: &Peer) -> String {
        match peer {
            Peer::Addresses(addresses) => addressed(addresses),
            Peer::Group(group) => format!("whatever wears {}", quoted(&self.network().group(*group).named.name)),
            Peer::Service(service) => format!("the API of `{}`", self.network().service(*service).name),
            Peer::Unknown => String::from("somebody who is known only when deployed"),
        }
    }

    /// What a party is called, and where it stands.
    pub fn whereabouts(&self, party: &Party) -> String {
        match party {
            Party::Interface(id) => {
                let own = self.network().interface(*id);
                let place = &self.network().subnet(own.subnet).named.name;
                format!("`{}` in {}", own.named.name, quoted(place))
            }
            Party::Wearer(..) | Party::Host(..) | Party::Internet(_) | Party::Outside(..) | Party::Service(_) => {
                self.name(party)
            }
        }
    }

    /// The place of a party.
    fn place_of(&self, party: &Party) -> Origin {
        match party {
            Party::Interface(id) => self.network().interface(*id).named.origin,
            Party::Wearer(group, _) => self.network().group(*group).named.origin,
            Party::Host(subnet, _) => self.network().subnet(*subnet).named.origin,
            Party::Outside(outside, _) => self.network().outside(*outside).named.origin,
            Party::Internet(_) | Party::Service(_) => Origin::INHERITED,
        }
    }

    /// The steps of a way. Those that have nothing to tell, such as a network ACL that lets everything pass, are left out; those
    /// at one place are told together.
    pub fn told(&self, model: &Model, trail: &Trail) -> Vec<Shown> {
        let mut told: Vec<Shown> = Vec::new();
        // What is in no file is told with the next step.
        let mut before = String::new();
        for step in &trail.steps {
            let Some(mut shown) = self.told_step(step) else { continue };
            let place = model.origins.user_span(shown.origin);
            if place.is_none() {
                before = format!("{before}{}; ", shown.text);
                continue;
            }
            shown.text = format!("{}{}", std::mem::take(&mut before), shown.text);
            match told.last_mut() {
                Some(last) if model.origins.user_span(last.origin) == place => {
                    last.text = format!("{}; {}", last.text, shown.text);
                }
                Some(_) | None => told.push(shown),
            }
        }
        if let Some(last) = told.last_mut().filter(|_| !before.is_empty()) {
            last.text = format!("{}; {}", last.text, before.trim_end_matches("; "));
        }
        for (at, shown) in told.iter_mut().enumerate() {
            shown.text = format!("{}. {}", at + 1, shown.text);
        }
        told
    }

    fn told_step(&self, step: &Step) -> Option<Shown> {
        let on = carried(&Ranges::one(step.packet.on));
        match &step.kind {
            StepKind::Sends(party @ (Party::Internet(_) | Party::Outside(..) | Party::Host(..)), _) => {
                let origin = self.place_of(party);
                Some(Shown { origin, text: format!("{} sends {on}", self.name(party)) })
            }
            StepKind::Sends(party, rule) => {
                let origin = rule.and_then(|rule| self.rule_place(rule)).unwrap_or_else(|| self.place_of(party));
                Some(Shown { origin, text: format!("{} may send {on}", self.name(party)) })
            }
            StepKind::Reaches(party @ (Party::Internet(_) | Party::Outside(..) | Party::Service(_)), _) => {
                Some(Shown { origin: self.place_of(party), text: format!("so it reaches {}", self.name(party)) })
            }
            StepKind::Reaches(party, rule) => {
                let origin = rule.and_then(|rule| self.rule_place(rule)).unwrap_or_else(|| self.place_of(party));
                Some(Shown { origin, text: format!("{} lets {on} in", self.name(party)) })
            }
            StepKind::HandsOn(balancer, listener, targets) => {
                let balancer = self.network().balancer(*balancer);
                let listener = balancer.listeners.get(*listener)?;
                let to = &self.network().targets(*targets).on;
                let text = format!(
                    "`{}` takes {} and hands it on as {}",
                    balancer.named.name,
                    carried(&listener.on),
                    carried(to)
                );
                Some(Shown { origin: listener.named.origin, text })
            }
            StepKind::Hop(hop) => self.told_hop(*hop),
        }
    }

    pub(super) fn rule_place(&self, at: RuleAt) -> Option<Origin> {
        let group = self.network().group(at.group);
        let rules = match at.direction {
            Direction::In => &group.ingress,
            Direction::Out => &group.egress,
        };
        rules.get(at.index).map(|rule| rule.named.origin)
    }

    fn told_hop(&self, hop: Hop) -> Option<Shown> {
        let net = self.network();
        let at = |named: &Named, text: String| Some(Shown { origin: named.origin, text });
        match hop {
            Hop::Leaves(subnet) => self.told_acl(subnet, "out of"),
            Hop::Enters(subnet) => self.told_acl(subnet, "into"),
            Hop::Local(_) => None,
            Hop::Route(table, index) => {
                let route = net.table(table).routes.get(index)?;
                at(&route.named, format!("by `{}` for {}", route.named.name, destination(&route.to)))
            }
            Hop::Gateway(id) => {
                let gateway = net.gateway(id);
                at(&gateway.named, format!("through `{}`", gateway.named.name))
            }
            Hop::Nat(id) => {
                let nat = net.nat(id);
                at(&nat.named, format!("through `{}`", nat.named.name))
            }
            Hop::Peering(id) => {
                let peering = net.peering(id);
                at(&peering.named, format!("into the other VPC by `{}`", peering.named.name))
            }
            Hop::Transit(id) => {
                let attachment = net.attachment(id);
                at(&attachment.named, format!("into the transit gateway by `{}`", attachment.named.name))
            }
            Hop::TransitRoute(table, index) => {
                let route = net.transit_table(table).routes.get(index)?;
                at(&route.named, format!("by `{}` for {}", route.named.name, destination(&route.to)))
            }
            Hop::Inspector(id) => {
                let inspector = net.inspector(id);
                at(&inspector.named, format!("through `{}`, which may refuse it", inspector.named.name))
            }
            Hop::Forwarder(id) => {
                let machine = net.interface(id);
                at(&machine.named, format!("through `{}`, if that hands it on", machine.named.name))
            }
            Hop::Endpoint(id) => {
                let endpoint = net.endpoint(id);
                at(&endpoint.named, format!("through `{}`", endpoint.named.name))
            }
            Hop::UnknownRoutes(subnet) => {
                let subnet = net.subnet(subnet);
                at(&subnet.named, format!("the routes of {} are known only when deployed", quoted(&subnet.named.name)))
            }
            Hop::UnknownTarget(table, index) => {
                let route = net.table(table).routes.get(index)?;
                at(&route.named, format!("where `{}` leads is known only when deployed", route.named.name))
            }
        }
    }

    /// Network ACLs that let everything pass are not worth a word.
    fn told_acl(&self, subnet: SubnetId, way: &str) -> Option<Shown> {
        let net = self.network();
        let place = net.subnet(subnet);
        let acl = net.acl(place.acl?);
        let refuses = acl.ingress.iter().chain(&acl.egress).any(|rule| !rule.allow);
        let plain = !refuses && acl.named.name.starts_with("the default network ACL");
        (!plain).then(|| Shown {
            origin: acl.named.origin,
            text: format!("`{}` lets it {way} {}", acl.named.name, quoted(&place.named.name)),
        })
    }

    /// What stands against a way, with its place.
    pub fn told_barrier(&self, from: &Party, to: &Party, on: &Ranges, blocked: &Blocked) -> Shown {
        let (sender, asked, what) = (self.name(from), self.name(to), carried(on));
        let at = |origin: Origin, text: String| Shown { origin, text };
        match blocked.by {
            Barrier::NeverAsks => at(self.place_of(from), format!("{sender} never asks anybody")),
            Barrier::NeverHears => at(self.place_of(to), format!("AWS lets nothing in to {asked}")),
            Barrier::NotListening => {
                let heard = match self.card(to).map(|own| own.listens.clone()) {
                    Some(Listens::On(heard)) if !heard.is_empty() => format!("; it listens on {}", carried(&heard)),
                    _ => String::new(),
                };
                at(self.place_of(to), format!("{asked} does not listen on {what}{heard}"))
            }
            Barrier::NoRuleOut => at(self.group_place(from), format!("no rule lets {what} to {asked} out of {sender}")),
            Barrier::NoRuleIn => at(self.group_place(to), format!("no rule lets {what} from {sender} in to {asked}")),
            Barrier::NoPublicAddress => at(self.place_of(to), format!("{asked} has no public address")),
            Barrier::NoWay => at(self.place_of(from), format!("nothing leads from {sender} to {asked}")),
            Barrier::Way(obstacle) => self.told_obstacle(obstacle, ""),
            Barrier::Back(obstacle) => self.told_obstacle(obstacle, "the answer does not come back: "),
        }
    }

    /// That a load balancer sends to its targets alone.
    pub(super) fn told_targets(&self, balancer: BalancerId, to: &Party) -> Shown {
        let own = &self.network().balancer(balancer).named;
        let text = format!("`{}` sends to its targets alone, and {} is none that it reaches", own.name, self.name(to));
        Shown { origin: own.origin, text }
    }

    fn group_place(&self, party: &Party) -> Origin {
        let group = self.card(party).and_then(|own| own.groups.first().copied());
        group.map_or_else(|| self.place_of(party), |group| self.network().group(group).named.origin)
    }

    fn told_obstacle(&self, obstacle: Obstacle, before: &str) -> Shown {
        let net = self.network();
        let at = |named: &Named, text: String| Shown { origin: named.origin, text: format!("{before}{text}") };
        match obstacle {
            Obstacle::Acl(subnet, direction) => {
                let place = net.subnet(subnet);
                let way = match direction {
                    Direction::In => "into",
                    Direction::Out => "out of",
                };
                match place.acl.map(|acl| net.acl(acl)) {
                    Some(acl) => at(
                        &acl.named,
                        format!("`{}` does not let it {way} {}", acl.named.name, quoted(&place.named.name)),
                    ),
                    None => {
                        at(&place.named, format!("a network ACL does not let it {way} {}", quoted(&place.named.name)))
                    }
                }
            }
            Obstacle::NoRoute(subnet) => {
                let subnet = net.subnet(subnet);
                at(&subnet.named, format!("{} has no route there", quoted(&subnet.named.name)))
            }
            Obstacle::NoTransitRoute(table) => {
                let table = net.transit_table(table);
                at(&table.named, format!("{} has no route there", quoted(&table.named.name)))
            }
            Obstacle::Nowhere(table, index) => match net.table(table).routes.get(index) {
                Some(route) => at(&route.named, format!("`{}` leads nowhere", route.named.name)),
                None => at(&net.table(table).named, String::from("a route leads nowhere")),
            },
            Obstacle::TransitNowhere(table, index) => match net.transit_table(table).routes.get(index) {
                Some(route) => at(&route.named, format!("`{}` leads nowhere", route.named.name)),
                None => at(&net.transit_table(table).named, String::from("a route leads nowhere")),
            },
            Obstacle::NoPublicAddress(gateway) => {
                let gateway = net.gateway(gateway);
                let text = format!("`{}` passes only what has a public address", gateway.named.name);
                at(&gateway.named, text)
            }
            Obstacle::Detached(table, index) => match net.table(table).routes.get(index) {
                Some(route) => {
                    at(&route.named, format!("`{}` leads to something that is not attached there", route.named.name))
                }
                None => at(&net.table(table).named, String::from("a route leads to something that is not attached")),
            },
            Obstacle::NotCarried(hop) => match self.told_hop(hop) {
                Some(shown) => Shown { text: format!("{before}this does not carry such packets"), ..shown },
                None => Shown { origin: Origin::INHERITED, text: format!("{before}it is not carried") },
            },
            Obstacle::NoSubnet(vpc) => {
                let vpc = net.vpc(vpc);
                at(&vpc.named, format!("{} has no subnet with such an address", quoted(&vpc.named.name)))
            }
            Obstacle::NoZone(attachment) => {
                let attachment = net.attachment(attachment);
                at(&attachment.named, format!("`{}` has no subnet in the sender's zone", attachment.named.name))
            }
            Obstacle::NoTransitTable(attachment) => {
                let attachment = net.attachment(attachment);
                at(&attachment.named, format!("`{}` is in no route table", attachment.named.name))
            }
            Obstacle::NoEntrance => {
                Shown { origin: Origin::INHERITED, text: format!("{before}no gateway leads in from there") }
            }
            Obstacle::Circle(subnet) => {
                let subnet = net.subnet(subnet);
                at(&subnet.named, format!("routes lead round in a circle at {}", quoted(&subnet.named.name)))
            }
            Obstacle::AnswerTranslated(nat) => {
                let nat = net.nat(nat);
                at(&nat.named, format!("`{}` would give it another address", nat.named.name))
            }
        }
    }
}

/// Names that a source spells are quoted; words are not.
fn quoted(name: &str) -> String {
    if name.contains(' ') { name.to_owned() } else { format!("`{name}`") }
}
