//! Why there is no way: the first thing on it that lets nothing through.

use crate::check::reach::fabric::{Arrival, Hop, Mode, Obstacle, Spot, Start, Stop};
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{Listens, Sure};
use crate::check::reach::packets::{Bounds, CLIENT_PORTS, Packets, TCP, UDP, carried, protocol_and_port};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::search::{Search, outset};
use crate::check::reach::solver::Solver;

/// What stands against a way, and by which hops it is reached.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// The hops before.
    pub hops: Vec<Hop>,
    /// What stands there.
    pub by: Barrier,
}

/// What stands against a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// Nothing is sent from there.
    NeverAsks,
    /// AWS lets nothing in there.
    NeverHears,
    /// Nobody listens on it.
    NotListening,
    /// No rule of the sender's groups lets it out.
    NoRuleOut,
    /// No rule of the other side's groups lets it in.
    NoRuleIn,
    /// It is not reachable from the internet: it has no public address.
    NoPublicAddress,
    /// Something on the way there.
    Way(Obstacle),
    /// Something on the way back.
    Back(Obstacle),
    /// Nothing leads there.
    NoWay,
}

impl Solver {
    /// Why nothing of what may be carried passes from one party to another.
    pub fn blocked(&self, from: &Party, to: &Party, on: &Ranges) -> Blocked {
        let here = |by: Barrier| Blocked { hops: Vec::new(), by };
        let sender = self.card(from);
        let asked = self.card(to);
        if sender.as_ref().is_some_and(|own| !own.sends) || matches!(from, Party::Service(_)) {
            return here(Barrier::NeverAsks);
        }
        match asked.as_ref().map(|own| &own.listens) {
            Some(Listens::Nowhere) => return here(Barrier::NeverHears),
            Some(Listens::On(heard)) if !heard.meets(on) => return here(Barrier::NotListening),
            Some(Listens::On(_) | Listens::Anywhere) | None => {}
        }
        let service = match to {
            Party::Service(service) => Some(*service),
            _ => None,
        };
        let (sources, targets) = (self.all_addresses(from).0, self.all_addresses(to).0);
        let mut packets = Packets::all().from(&sources).to(&targets).on(on);
        let groups = Sure::Yes;
        if let Some(own) = &sender {
            let out = self.guard(own, to, service, groups, Direction::Out);
            packets = packets.and(&out.may);
            if packets.is_empty() {
                return here(Barrier::NoRuleOut);
            }
        }
        if let (Some(own), Party::Internet(_)) = (&asked, from)
            && own.public == Sure::No
            && !targets.meets(&Ranges::v6())
        {
            return here(Barrier::NoPublicAddress);
        }
        let (Some(start), Some(spot)) = (self.start(from), spot_of(self, to)) else { return here(Barrier::NoWay) };
        if spot_of(self, from) == Some(spot) {
            return here(Barrier::NoRuleIn);
        }
        let begun = outset(self.network(), start, Mode::Ask, service).and(&Bounds::known(packets.clone()));
        let search = Search::run(self, start, begun, Mode::Ask, service);
        let arrived: Vec<_> = search.arrivals.iter().filter(|arrival| arrival.at == spot).collect();
        let Some(first) = arrived.first() else {
            return match deepest(search.stops) {
                Some(stop) => Blocked { hops: stop.hops, by: Barrier::Way(stop.at) },
                None => here(Barrier::NoWay),
            };
        };
        if let Some(own) = &asked {
            let lets_in = |arrival: &&&Arrival| {
                let within = self.guard(own, from, None, arrival.groups, Direction::In);
                !arrival.packets.may.and(&within.may).to(&targets).is_empty()
            };
            if !arrived.iter().any(|arrival| lets_in(&arrival)) {
                return Blocked { hops: first.hops.clone(), by: Barrier::NoRuleIn };
            }
        }
        self.unanswered(start, spot, &first.packets.may, first.hops.clone())
    }

    /// What stops the answers.
    fn unanswered(&self, start: Start, spot: Spot, asked: &Packets, hops: Vec<Hop>) -> Blocked {
        let nothing = Blocked { hops: hops.clone(), by: Barrier::NoWay };
        let from = match spot {
            Spot::Subnet(subnet) => Start::Subnet(subnet, Sure::Yes),
            Spot::Internet | Spot::Service(_) => Start::Internet,
            Spot::Outside(outside) => Start::Outside(outside),
        };
        let back = match start {
            Start::Subnet(subnet, _) => Spot::Subnet(subnet),
            Start::Internet => Spot::Internet,
            Start::Outside(outside) => Spot::Outside(outside),
        };
        let answer = match asked.carried().first().map(protocol_and_port) {
            Some((protocol @ (TCP | UDP), _)) => carried(protocol, CLIENT_PORTS.0, CLIENT_PORTS.1),
            Some((protocol, _)) => carried(protocol, 0, u16::MAX),
            None => return nothing,
        };
        let answers = Bounds::known(asked.carrying(&answer).turned());
        let search = Search::run(self, from, answers, Mode::Answer, None);
        if search.arrivals.iter().any(|arrival| arrival.at == back) {
            return nothing;
        }
        match deepest(search.stops) {
            Some(stop) => Blocked { hops, by: Barrier::Back(stop.at) },
            None => nothing,
        }
    }
}

fn spot_of(solver: &Solver, party: &Party) -> Option<Spot> {
    match party {
        Party::Interface(_) | Party::Wearer(..) => solver.card(party).map(|own| Spot::Subnet(own.subnet)),
        Party::Host(subnet, _) => Some(Spot::Subnet(*subnet)),
        Party::Internet(_) => Some(Spot::Internet),
        Party::Outside(outside, _) => Some(Spot::Outside(*outside)),
        Party::Service(service) => Some(Spot::Service(*service)),
    }
}

/// Where a set came furthest.
fn deepest(stops: Vec<Stop>) -> Option<Stop> {
    stops.into_iter().reduce(|best, stop| if stop.hops.len() > best.hops.len() { stop } else { best })
}
