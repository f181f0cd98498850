//! Who may talk to whom: every leg between parties of a network, told by what people call its ends, with the lines that open it.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Span;
use crate::base::limits::MAX_NETWORK_LEGS;
use crate::check::reach::fabric::Hop;
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::{Leg, Party};
use crate::check::reach::network::{
    BalancerId, EndpointKind, Group, GroupId, Interface, InterfaceId, Listens, Named, Peer, Rule, SubnetId, Sure,
};
use crate::check::reach::packets::anything;
use crate::check::reach::paths::{Touching, named_of};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::read::Read;
use crate::check::reach::tell::addressed;
use crate::check::reach::trails::StepKind;
use crate::eval::model::Model;
use crate::eval::paths::Truth;

/// Who speaks, or is spoken to. What stands in several subnets is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaker {
    /// Something of the system, by its path, in a VPC.
    Own(String, String),
    /// Whoever stands there, in a VPC: in words.
    Unnamed(String, String),
    /// Somebody outside: in words.
    Outside(String),
}

impl Speaker {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Speaker::Own(name, _) | Speaker::Unnamed(name, _) | Speaker::Outside(name) => name,
        }
    }

    /// The VPC in which it stands.
    pub fn vpc(&self) -> Option<&str> {
        match self {
            Speaker::Own(_, vpc) | Speaker::Unnamed(_, vpc) => Some(vpc),
            Speaker::Outside(_) => None,
        }
    }
}

/// One who may open connections to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who asks.
    pub from: Speaker,
    /// Who is asked.
    pub to: Speaker,
    /// On what.
    pub on: Ranges,
    /// Whether that is certain before anything is deployed.
    pub certain: bool,
    /// The ways: through which gateways, load balancers and endpoints each of them leads. Within a network there is nothing between.
    pub ways: BTreeSet<Vec<String>>,
    /// The lines that open it.
    pub because: Vec<Span>,
}

/// All flows of a network.
#[derive(Debug, Clone, Default)]
pub struct Flows {
    /// Sorted by who asks, and who is asked.
    pub flows: Vec<Flow>,
    /// Groups whose rules are known only when deployed: what they let pass is not told.
    pub unknown: Vec<String>,
    /// Whether there are more than were looked at.
    pub cut: bool,
}

/// What makes two legs one flow: the ends and the lines.
type Key = (Speaker, Speaker, Vec<Span>);

/// What is common to the legs of a flow.
struct Common {
    on: Ranges,
    certain: bool,
    ways: BTreeSet<Vec<String>>,
}

struct Gathering<'r> {
    read: &'r Read,
    model: &'r Model,
    by_subnet: Vec<Vec<InterfaceId>>,
    rows: BTreeMap<Key, Common>,
    asked: usize,
}

impl Read {
    /// Who may talk to whom.
    pub fn flows(&self, model: &Model) -> Flows {
        let network = self.solver.network();
        let mut by_subnet = vec![Vec::new(); network.subnets.len()];
        for (at, interface) in network.interfaces.iter().enumerate() {
            if let Some(list) = by_subnet.get_mut(interface.subnet.0) {
                list.push(InterfaceId(at));
            }
        }
        let mut gathering = Gathering { read: self, model, by_subnet, rows: BTreeMap::new(), asked: 0 };
        for party in gathering.residents() {
            gathering.those_who_ask(&party);
            gathering.those_outside(&party);
        }
        gathering.passed_on();
        let unknown = network.groups.iter().filter(|group| !group.complete).map(|group| group.named.name.clone());
        let unknown: BTreeSet<String> = unknown.collect();
        let cut = gathering.asked > MAX_NETWORK_LEGS;
        let rows = gathering.rows.into_iter();
        let mut flows: Vec<Flow> = rows
            .map(|((from, to, because), Common { on, certain, ways })| Flow { from, to, on, certain, ways, because })
            .collect();
        flows.extend(self.edges.iter().filter(|edge| edge.open != Sure::No).map(|edge| Flow {
            from: Speaker::Outside(String::from("the internet")),
            to: Speaker::Outside(model.called(edge.resource).to_owned()),
            on: edge.on.clone(),
            certain: edge.open == Sure::Yes,
            ways: BTreeSet::new(),
            because: vec![model.origins.user_span(edge.named.origin)],
        }));
        flows.sort_by(|a, b| {
            let of = |flow: &Flow| (flow.from.clone(), flow.to.clone(), flow.on.iter().collect::<Vec<_>>());
            of(a).cmp(&of(b))
        });
        Flows { flows, unknown: unknown.into_iter().collect(), cut }
    }
}

impl Gathering<'_> {
    /// Whatever stands in the network, and for groups that nothing wears, whatever may wear them.
    fn residents(&self) -> Vec<Party> {
        let network = self.read.solver.network();
        let standing = (0..network.interfaces.len()).map(|at| Party::Interface(InterfaceId(at)));
        let unworn = network.groups.iter().enumerate().filter(|(at, group)| {
            let open = !group.ingress.is_empty() || !group.egress.is_empty();
            open && group.named.resource.is_some() && self.read.solver.wearers(GroupId(*at)).is_empty()
        });
        standing.chain(unworn.flat_map(|(at, _)| self.read.imagined(GroupId(at)))).collect()
    }

    /// Whoever may ask a party.
    fn those_who_ask(&mut self, to: &Party) {
        let read = self.read;
        let network = read.solver.network();
        let Some(own) = read.solver.card(to).map(std::borrow::Cow::into_owned) else { return };
        if own.listens == Listens::Nowhere {
            return;
        }
        let mut within: BTreeSet<InterfaceId> = BTreeSet::new();
        let mut others: Vec<Party> = Vec::new();
        if own.groups.is_empty() {
            within.extend((0..network.interfaces.len()).map(InterfaceId));
            others.extend(outsiders(read, &Ranges::all()));
        }
        for group in own.groups.iter().map(|group| network.group(*group)).filter(|group| group.complete) {
            for rule in &group.ingress {
                match &rule.peer {
                    Peer::Group(peer) => {
                        let worn = read.solver.wearers(*peer);
                        within.extend(worn);
                        if worn.is_empty() {
                            others.extend(read.imagined(*peer));
                        }
                    }
                    Peer::Addresses(addresses) => {
                        within.extend(self.at(addresses).filter(|id| names(network.interface(*id), to, &own, read)));
                        others.extend(outsiders(read, addresses));
                    }
                    Peer::Service(_) | Peer::Unknown => {}
                }
            }
        }
        for id in within {
            self.leg(&Party::Interface(id), to);
        }
        let mut seen: Vec<&Party> = Vec::new();
        for other in &others {
            if !seen.contains(&other) {
                seen.push(other);
                self.leg(other, to);
            }
        }
    }

    /// Whom outside of the network a party may ask.
    fn those_outside(&mut self, from: &Party) {
        let read = self.read;
        let network = read.solver.network();
        let Some(own) = read.solver.card(from).map(std::borrow::Cow::into_owned) else { return };
        if !own.sends {
            return;
        }
        let mut others: Vec<Party> = Vec::new();
        if own.groups.is_empty() {
            others.extend(outsiders(read, &Ranges::all()));
        }
        let groups = own.groups.iter().map(|group| network.group(*group)).filter(|group| group.complete);
        for rule in groups.flat_map(|group| &group.egress) {
            match &rule.peer {
                Peer::Addresses(addresses) => others.extend(outsiders(read, addresses)),
                Peer::Service(service) => others.push(Party::Service(*service)),
                Peer::Group(_) | Peer::Unknown => {}
            }
        }
        let vpc = read.vpc_of(from);
        let near = network.endpoints.iter().filter(|endpoint| Some(endpoint.vpc) == vpc);
        let by_route = near.filter(|endpoint| endpoint.kind == EndpointKind::Gateway);
        others.extend(by_route.map(|endpoint| Party::Service(endpoint.service)));
        let mut seen: Vec<&Party> = Vec::new();
        for other in &others {
            if !seen.contains(&other) {
                seen.push(other);
                self.leg(from, other);
            }
        }
    }

    /// What stands at some addresses.
    fn at<'a>(&'a self, addresses: &'a Ranges) -> impl Iterator<Item = InterfaceId> + 'a {
        let network = self.read.solver.network();
        let near = network.subnets.iter().zip(&self.by_subnet);
        let near = near.filter(|(subnet, _)| subnet.addresses.meets(addresses)).flat_map(|(_, ids)| ids);
        near.copied().filter(|id| network.interface(*id).addresses.meets(addresses))
    }

    /// By load balancers that hand on what they get without opening it: targets that see the client's address let that in.
    fn passed_on(&mut self) {
        let read = self.read;
        let network = read.solver.network();
        for balancer in network.balancers.iter().filter(|balancer| balancer.passes) {
            let members = balancer.listeners.iter().flat_map(|listener| &listener.targets);
            let members: BTreeSet<InterfaceId> =
                members.flat_map(|targets| &network.targets(*targets).members).copied().collect();
            for member in members {
                let to = Party::Interface(member);
                let groups = network.interface(member).groups.iter().map(|group| network.group(*group));
                let rules = groups.flat_map(|group| &group.ingress);
                let mut clients: Vec<Party> = Vec::new();
                for rule in rules {
                    let more = match &rule.peer {
                        Peer::Addresses(addresses) => {
                            let near = self.at(addresses).map(Party::Interface);
                            near.chain(outsiders(read, addresses)).collect()
                        }
                        Peer::Group(group) => {
                            read.solver.wearers(*group).iter().map(|id| Party::Interface(*id)).collect()
                        }
                        Peer::Service(_) | Peer::Unknown => Vec::new(),
                    };
                    clients.extend(more);
                }
                for client in &clients {
                    let is_balancer = matches!(client, Party::Interface(id) if balancer.interfaces.contains(id));
                    if !is_balancer && *client != to {
                        self.leg_by_balancer(client, &to);
                    }
                }
            }
        }
    }

    fn leg_by_balancer(&mut self, from: &Party, to: &Party) {
        self.asked += 1;
        if self.asked > MAX_NETWORK_LEGS {
            return;
        }
        let solver = &self.read.solver;
        let way = solver.passed_on(from, std::slice::from_ref(to), &anything(), &Touching::default());
        if way.truth == Truth::No {
            return;
        }
        let (mut by, mut because, mut on) = (Vec::new(), Vec::new(), Ranges::none());
        for step in &way.trail.steps {
            let mut place = |origin| because.push(self.model.origins.user_span(origin));
            match &step.kind {
                StepKind::HandsOn(id, listener, targets) => {
                    let balancer = solver.network().balancer(*id);
                    by.push(self.called(&balancer.named));
                    balancer.listeners.get(*listener).into_iter().for_each(|listener| place(listener.named.origin));
                    on = solver.network().targets(*targets).on.clone();
                }
                StepKind::Hop(hop) => by.extend(self.hop(*hop)),
                StepKind::Sends(_, rule) | StepKind::Reaches(_, rule) => {
                    rule.and_then(|rule| solver.rule_place(rule)).into_iter().for_each(place);
                }
            }
        }
        self.row((from, to), BTreeSet::from([by]), because, (on, way.truth == Truth::Yes));
    }

    /// Adds what passes from one party to another.
    fn leg(&mut self, from: &Party, to: &Party) {
        self.asked += 1;
        if self.asked > MAX_NETWORK_LEGS {
            return;
        }
        let solver = &self.read.solver;
        if solver.balancer_of(from).is_some_and(|balancer| !self.hands_on(balancer, to)) {
            return;
        }
        let leg = solver.leg(from, to, &|_| false);
        if leg.may.is_empty() {
            return;
        }
        let out = self.rules(from, to, Direction::Out);
        let within = self.rules(to, from, Direction::In);
        let anyone = [(anything(), None)];
        let sides = |rules: Vec<(Ranges, Option<Span>)>| if rules.is_empty() { anyone.to_vec() } else { rules };
        let (out, within) = (sides(out), sides(within));
        for (lets_out, out_place) in &out {
            for (lets_in, in_place) in &within {
                let on = leg.may.and(lets_out).and(lets_in);
                if !on.is_empty() {
                    let because = out_place.iter().chain(in_place).copied().collect();
                    let certain = leg.must.covers(&on);
                    self.row((from, to), self.between(&leg, &on), because, (on, certain));
                }
            }
        }
    }

    /// Whether a load balancer may hand on to a party. It sends to its targets alone; not all of them may be known.
    fn hands_on(&self, balancer: BalancerId, to: &Party) -> bool {
        let network = self.read.solver.network();
        let targets = network.balancer(balancer).listeners.iter().flat_map(|listener| &listener.targets);
        let mut targets = targets.map(|id| &network.targets(*id).members).peekable();
        let Party::Interface(to) = to else { return false };
        targets.peek().is_none() || targets.any(|members| members.is_empty() || members.contains(to))
    }

    fn row(
        &mut self,
        (from, to): (&Party, &Party),
        ways: BTreeSet<Vec<String>>,
        mut because: Vec<Span>,
        (on, certain): (Ranges, bool),
    ) {
        because.retain(|span| !span.is_none());
        because.sort_unstable();
        because.dedup();
        let key = (self.speaker(from), self.speaker(to), because);
        let row = self.rows.entry(key);
        let row = row.or_insert_with(|| Common { on: Ranges::none(), certain: true, ways: BTreeSet::new() });
        row.on = row.on.or(&on);
        row.certain &= certain;
        row.ways.extend(ways);
    }

    /// What lies between, way by way.
    fn between(&self, leg: &Leg, on: &Ranges) -> BTreeSet<Vec<String>> {
        let ways = leg.stretches.iter().filter(|stretch| !stretch.packets.may.on(on).is_empty());
        ways.map(|stretch| stretch.way.hops.iter().filter_map(|hop| self.hop(*hop)).collect()).collect()
    }

    /// What people call a hop, if they have a name for it.
    fn hop(&self, hop: Hop) -> Option<String> {
        named_of(self.read.solver.network(), hop).map(|named| self.called(named))
    }

    fn called(&self, named: &Named) -> String {
        named.resource.map_or(named.name.as_str(), |id| self.model.called(id)).to_owned()
    }

    /// The rules of a party's groups that let another one pass, each with what it lets pass and its place.
    fn rules(&self, own: &Party, other: &Party, direction: Direction) -> Vec<(Ranges, Option<Span>)> {
        let solver = &self.read.solver;
        let Some(card) = solver.card(own) else { return Vec::new() };
        let worn = solver.card(other).map(|other| other.groups.clone()).unwrap_or_default();
        let addresses = solver.all_addresses(other).0;
        let fits = |rule: &&Rule| match &rule.peer {
            Peer::Addresses(range) => range.meets(&addresses),
            Peer::Group(group) => worn.contains(group),
            Peer::Service(service) => *other == Party::Service(*service),
            Peer::Unknown => true,
        };
        let of = |group: GroupId| -> &[Rule] {
            let group: &Group = solver.network().group(group);
            match direction {
                Direction::In => &group.ingress,
                Direction::Out => &group.egress,
            }
        };
        let rules = card.groups.iter().flat_map(|group| of(*group)).filter(fits);
        rules
            .map(|rule| {
                let place = self.model.origins.user_span(rule.named.origin);
                (rule.on.clone().unwrap_or_else(anything), Some(place))
            })
            .collect()
    }

    fn speaker(&self, party: &Party) -> Speaker {
        let network = self.read.solver.network();
        let vpc = |subnet: SubnetId| self.called(&network.vpc(network.subnet(subnet).vpc).named);
        match party {
            Party::Interface(id) => {
                let own = network.interface(*id);
                Speaker::Own(self.called(&own.named), vpc(own.subnet))
            }
            Party::Wearer(group, subnet) => {
                Speaker::Unnamed(format!("whatever wears {}", self.called(&network.group(*group).named)), vpc(*subnet))
            }
            Party::Host(subnet, addresses) => {
                let range = addressed(addresses).replace('`', "");
                Speaker::Unnamed(format!("whoever has {range}"), vpc(*subnet))
            }
            Party::Internet(addresses) if addresses.covers(&internet().and(&Ranges::v4())) => {
                Speaker::Outside(String::from("the internet"))
            }
            Party::Internet(addresses) => Speaker::Outside(addressed(addresses).replace('`', "")),
            Party::Outside(outside, _) => Speaker::Outside(self.called(&network.outside(*outside).named)),
            Party::Service(service) => Speaker::Outside(format!("the API of {}", network.service(*service).name)),
        }
    }
}

/// Whether what stands somewhere may ask a party, as far as its own rules say.
fn names(sender: &Interface, to: &Party, asked: &Interface, read: &Read) -> bool {
    let network = read.solver.network();
    let groups = || sender.groups.iter().map(|group| network.group(*group));
    let lets_out = |rule: &Rule| match &rule.peer {
        Peer::Addresses(range) => range.meets(&asked.addresses),
        Peer::Group(group) => asked.groups.contains(group),
        Peer::Service(service) => *to == Party::Service(*service),
        Peer::Unknown => true,
    };
    sender.sends
        && (sender.groups.is_empty() || groups().any(|group| !group.complete || group.egress.iter().any(lets_out)))
}

/// Whoever has one of some addresses and is nothing of the model. Of a range that the internet has, nobody inside is spoken of.
fn outsiders(read: &Read, addresses: &Ranges) -> Vec<Party> {
    let on_the_internet = addresses.meets(internet());
    let all = read.at_addresses(addresses).into_iter();
    all.filter(|party| match party {
        Party::Host(..) => !on_the_internet,
        Party::Interface(_) | Party::Wearer(..) | Party::Internet(_) | Party::Outside(..) | Party::Service(_) => true,
    })
    .collect()
}
