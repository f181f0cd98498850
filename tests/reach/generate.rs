//! Random small networks: two VPCs at most, a handful of subnets with two addresses each, and every kind of hop.

use infrac::check::reach::network::*;
use infrac::check::reach::packets::{TCP, UDP, all_of, anything, carried};
use infrac::check::reach::ranges::Ranges;
use ipnet::IpNet;

/// Numbers to decide by, used up one after the other; when they are used up, the plainest choice is taken.
pub struct Choices<'c> {
    numbers: &'c [u16],
    at: usize,
}

impl<'c> Choices<'c> {
    pub fn new(numbers: &'c [u16]) -> Choices<'c> {
        Choices { numbers, at: 0 }
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % limit.max(1)
    }

    /// True in one of so many cases.
    pub fn one_in(&mut self, cases: usize) -> bool {
        self.below(cases) == cases - 1
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// What stands on the internet, for those who look at single addresses: one for each part that a rule or route can tell apart.
pub const ON_THE_INTERNET: [&str; 5] = ["203.0.113.1", "198.51.100.1", "8.8.8.8", "2001:db8:f::1", "2600::1"];
/// And in other networks.
pub const ELSEWHERE: [&str; 2] = ["192.168.0.1", "192.168.1.1"];

const RANGES: [&str; 18] = [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/28",
    "10.0.1.0/28",
    "10.0.0.0/31",
    "10.0.0.2/31",
    "10.0.1.0/31",
    "10.0.0.0/32",
    "10.0.1.1/32",
    "10.0.0.0/23",
    "203.0.113.0/24",
    "198.51.100.0/24",
    "192.168.0.0/24",
    "192.168.0.0/16",
    "2001:db8::/32",
    "fd00:a::/124",
    "fd00:b::/124",
    "fd00:a::/128",
];

fn ranges(choices: &mut Choices) -> Ranges {
    Ranges::of(net(RANGES[choices.below(RANGES.len())]))
}

fn some_on(choices: &mut Choices) -> Ranges {
    match choices.below(12) {
        0 | 1 => anything(),
        2 => all_of(TCP),
        3 => carried(TCP, 443, 443),
        4 => carried(TCP, 0, 1023),
        5 => carried(TCP, 1024, 65_535),
        6 => carried(TCP, 32_768, 65_535),
        7 => carried(TCP, 22, 443),
        8 => all_of(UDP),
        9 => carried(UDP, 53, 53),
        10 => all_of(1),
        _ => all_of(47),
    }
}

/// What packets may carry, one for each part that a rule can tell apart.
pub fn carried_things() -> Vec<u128> {
    let tcp = [22u128, 100, 443, 1024, 2000, 40_000];
    let mut all: Vec<u128> = tcp.iter().map(|port| (6 << 16) + port).collect();
    all.extend([(17 << 16) + 53, (17 << 16) + 5000, (1 << 16) + 0x0800, 47 << 16]);
    all
}

fn named(what: &str, number: usize) -> Named {
    Named::new(format!("{what}{number}"))
}

/// A random network. Without `unknowns`, everything in it is known.
pub fn network(choices: &mut Choices, unknowns: bool) -> Network {
    let mut made = Network::default();
    let two = choices.below(3) != 0;
    let v6 = choices.below(2) == 1;
    for (at, letter) in ["a", "b"].iter().enumerate().take(if two { 2 } else { 1 }) {
        let mut nets = vec![net(&format!("10.0.{at}.0/28"))];
        if v6 {
            nets.push(net(&format!("fd00:{letter}::/124")));
        }
        made.vpcs.push(Vpc { named: named("vpc", at), nets: Some(nets), given_v6: false });
    }
    if unknowns && choices.one_in(3) {
        made.vpcs.push(Vpc { named: named("vpc", 9), nets: None, given_v6: false });
    }
    acls(choices, &mut made, unknowns);
    subnets(choices, &mut made, unknowns, v6);
    gateways(choices, &mut made, unknowns);
    groups(choices, &mut made, unknowns);
    interfaces(choices, &mut made, unknowns, v6);
    inspectors(choices, &mut made);
    services(choices, &mut made);
    transits(choices, &mut made, unknowns);
    routes(choices, &mut made, unknowns);
    balancers(choices, &mut made);
    match choices.below(5) {
        0 => behind_nat(choices, &mut made),
        1 => by_transit(choices, &mut made),
        2 => by_acls(choices, &mut made),
        _ => {}
    }
    made
}

/// A route instead of those that a table has for the same range.
fn lead(made: &mut Network, subnet: usize, to: &str, target: Target) {
    let Some(table) = made.subnets[subnet].table else { return };
    let routes = &mut made.tables[table.0].routes;
    let to = Destination::Nets(vec![net(to)]);
    routes.retain(|route| route.to != to);
    routes.push(Route { named: named("theme", routes.len()), to, target, learned: false });
}

/// Everything of the first VPC goes through a NAT gateway of its first subnet.
fn behind_nat(choices: &mut Choices, made: &mut Network) {
    let own: Vec<usize> = (0..made.subnets.len()).filter(|at| made.subnets[*at].vpc == VpcId(0)).collect();
    let Some(host) = own.first().copied().filter(|host| made.subnets[*host].exact) else { return };
    let addresses = made.subnets[host].addresses.and(&Ranges::v4());
    let public = choices.below(2) == 1;
    let nat = NatId(made.nats.len());
    made.nats.push(Nat { named: named("nat", nat.0), subnet: SubnetId(host), addresses, public });
    for subnet in own {
        for to in ["0.0.0.0/0", "10.0.1.0/28"] {
            if subnet != host || choices.one_in(4) {
                lead(made, subnet, to, Target::Nat(nat));
            }
        }
    }
    if choices.below(2) == 1 {
        made.subnets[host].acl = Some(tight_acl(choices, made));
    }
    let door = GatewayId(made.gateways.len());
    let kind = GatewayKind::Internet;
    made.gateways.push(Gateway { named: named("gateway", door.0), vpc: Some(VpcId(0)), kind, edge: None });
    lead(made, host, "0.0.0.0/0", Target::Gateway(door));
    if made.vpcs.len() > 1 {
        let peering = PeeringId(made.peerings.len());
        let ends = [PeeringEnd::Vpc(VpcId(0)), PeeringEnd::Vpc(VpcId(1))];
        made.peerings.push(Peering { named: named("peering", peering.0), ends, groups: Sure::Yes });
        lead(made, host, "10.0.1.0/28", Target::Peering(peering));
        for other in (0..made.subnets.len()).filter(|at| made.subnets[*at].vpc == VpcId(1)).collect::<Vec<_>>() {
            lead(made, other, "10.0.0.0/28", Target::Peering(peering));
        }
    }
}

/// Two VPCs with subnets in two zones each, connected by a transit gateway.
fn by_transit(choices: &mut Choices, made: &mut Network) {
    if made.vpcs.len() < 2 || made.vpcs.iter().any(|vpc| vpc.nets.is_none()) {
        return;
    }
    let transit = TransitId(made.transits.len());
    let table = TransitTableId(made.transit_tables.len());
    made.transits.push(Transit { named: named("transit", transit.0), groups: choices.pick(&[Sure::Yes, Sure::No]) });
    made.transit_tables.push(TransitTable { named: named("transit table", table.0), routes: Vec::new() });
    for vpc in 0..2 {
        let own: Vec<usize> = (0..made.subnets.len()).filter(|at| made.subnets[*at].vpc == VpcId(vpc)).collect();
        for (at, subnet) in own.iter().enumerate() {
            made.subnets[*subnet].zone = Some(format!("#{}", at % 2));
            lead(made, *subnet, ["10.0.1.0/28", "10.0.0.0/28"][vpc], Target::Transit(transit));
            if choices.one_in(3) {
                made.subnets[*subnet].acl = Some(AclId(choices.below(made.acls.len())));
            }
        }
        let places = own.iter().take(1 + choices.below(2)).map(|at| SubnetId(*at)).collect();
        let id = AttachmentId(made.attachments.len());
        let end = AttachmentEnd::Vpc(VpcId(vpc), places);
        let attachment = Attachment { named: named("attachment", id.0), transit, end, table: Some(table) };
        made.attachments.push(attachment);
        let to = Destination::Nets(made.vpcs[vpc].nets.clone().unwrap());
        let route = TransitRoute { named: named("route", vpc), to, to_attachment: Some(id), learned: false };
        made.transit_tables[table.0].routes.push(route);
    }
}

/// A network ACL with few rules that overlap, in any order.
fn tight_acl(choices: &mut Choices, made: &mut Network) -> AclId {
    let rules = |choices: &mut Choices| {
        let each = |choices: &mut Choices, index: usize| AclRule {
            named: named("rule", index),
            number: choices.below(8) as i64 * 10 + index as i64,
            allow: choices.below(3) != 0,
            peer: Some(Ranges::of(net(choices.pick(&["0.0.0.0/0", "10.0.0.0/28", "10.0.0.0/31", "10.0.0.2/32"])))),
            on: Some(choices.pick(&[anything(), all_of(TCP), carried(TCP, 443, 443), carried(TCP, 1024, 65_535)])),
        };
        (0..3).map(|index| each(choices, index)).collect::<Vec<_>>()
    };
    let (ingress, egress) = (rules(choices), rules(choices));
    let id = AclId(made.acls.len());
    made.acls.push(Acl { named: named("acl", id.0), ingress, egress });
    id
}

/// Only network ACLs stand between, with rules that overlap, in any order.
fn by_acls(choices: &mut Choices, made: &mut Network) {
    made.interfaces.iter_mut().for_each(|interface| interface.groups.clear());
    let first = made.acls.len();
    for _ in 0..2 {
        tight_acl(choices, made);
    }
    for subnet in &mut made.subnets {
        if subnet.acl.is_some() {
            subnet.acl = Some(AclId(choices.pick(&[0, first, first + 1])));
        }
    }
}

fn acls(choices: &mut Choices, made: &mut Network, unknowns: bool) {
    let open = |number: i64, family: Ranges| AclRule {
        named: named("rule", 0),
        number,
        allow: true,
        peer: Some(family),
        on: Some(anything()),
    };
    let all = vec![open(100, Ranges::v4()), open(101, Ranges::v6())];
    made.acls.push(Acl { named: named("acl", 0), ingress: all.clone(), egress: all.clone() });
    let rules = |choices: &mut Choices| {
        let mut rules = if choices.one_in(3) { all.clone() } else { Vec::new() };
        for _ in 0..choices.below(5) {
            let unknown = unknowns && choices.one_in(6);
            rules.push(AclRule {
                named: named("rule", rules.len()),
                number: choices.below(300) as i64,
                allow: choices.below(3) != 0,
                peer: (!unknown).then(|| ranges(choices)),
                on: Some(some_on(choices)),
            });
        }
        rules
    };
    for at in 1..=1 + choices.below(2) {
        let (ingress, egress) = (rules(choices), rules(choices));
        made.acls.push(Acl { named: named("acl", at), ingress, egress });
    }
}

fn subnets(choices: &mut Choices, made: &mut Network, unknowns: bool, v6: bool) {
    for at in 0..3 + choices.below(2) {
        let vpc = choices.below(made.vpcs.len());
        let known = made.vpcs[vpc].nets.is_some();
        let place = at * 2;
        let mut addresses = Ranges::of(net(&format!("10.0.{vpc}.{place}/31")));
        if v6 && choices.below(3) != 0 {
            let letter = ["a", "b", "c"][vpc];
            addresses = addresses.or(&Ranges::of(net(&format!("fd00:{letter}::{place:x}/127"))));
        }
        let zone = choices.pick(&[Some("#0"), Some("#1"), Some("#0"), None]).map(str::to_owned);
        let table = made.tables.len();
        made.tables.push(Table { named: named("table", at), routes: Vec::new() });
        let lost = unknowns && (!known || choices.one_in(8));
        let number = if choices.below(5) < 3 { 0 } else { choices.below(made.acls.len()) };
        let acl = (!lost).then_some(AclId(number));
        made.subnets.push(Subnet {
            named: named("subnet", at),
            vpc: VpcId(vpc),
            addresses: if known { addresses } else { Ranges::all() },
            exact: known,
            zone,
            table: (!lost).then_some(TableId(table)),
            acl,
        });
    }
}

fn gateways(choices: &mut Choices, made: &mut Network, unknowns: bool) {
    let addresses = if unknowns && choices.one_in(2) { None } else { Some(Ranges::of(net("192.168.0.0/16"))) };
    made.outsides.push(Outside { named: named("outside", 0), addresses });
    for vpc in 0..made.vpcs.len() {
        for kind in [GatewayKind::Internet, GatewayKind::EgressOnly, GatewayKind::Private(OutsideId(0))] {
            if choices.below(4) != 0 {
                let attached = choices.below(12) != 0;
                let named = named("gateway", made.gateways.len());
                made.gateways.push(Gateway { named, vpc: attached.then_some(VpcId(vpc)), kind, edge: None });
            }
        }
    }
    for at in 0..choices.below(3) {
        let subnet = choices.below(made.subnets.len());
        let place = &made.subnets[subnet];
        let addresses = if place.exact { place.addresses.and(&Ranges::v4()) } else { Ranges::of(net("10.0.9.2/31")) };
        let public = choices.below(3) != 0;
        made.nats.push(Nat { named: named("nat", at), subnet: SubnetId(subnet), addresses, public });
    }
    if made.vpcs.len() > 1 {
        for at in 0..choices.below(3) {
            let other = if choices.one_in(4) {
                let number = made.outsides.len();
                made.outsides.push(Outside {
                    named: named("outside", number),
                    addresses: Some(Ranges::of(net("192.168.1.0/24"))),
                });
                PeeringEnd::Outside(OutsideId(number))
            } else {
                PeeringEnd::Vpc(VpcId(1))
            };
            let groups = choices.pick(&[Sure::Yes, Sure::Yes, Sure::No]);
            let ends = [PeeringEnd::Vpc(VpcId(0)), other];
            made.peerings.push(Peering { named: named("peering", at), ends, groups });
        }
    }
}

fn groups(choices: &mut Choices, made: &mut Network, unknowns: bool) {
    let count = 2 + choices.below(3);
    for at in 0..count {
        let rules = |choices: &mut Choices| {
            let mut rules = Vec::new();
            for index in 0..1 + choices.below(3) {
                let peer = match choices.below(10) {
                    0..=3 => Peer::Group(GroupId(choices.below(count))),
                    4 => Peer::Service(ServiceId(0)),
                    5 if unknowns => Peer::Unknown,
                    _ => Peer::Addresses(ranges(choices)),
                };
                let on = if unknowns && choices.one_in(10) { None } else { Some(some_on(choices)) };
                rules.push(Rule { named: named("rule", index), peer, on });
            }
            rules
        };
        let (ingress, egress) = (rules(choices), rules(choices));
        let complete = !(unknowns && choices.one_in(8));
        made.groups.push(Group { named: named("group", at), vpc: None, ingress, egress, complete });
    }
}

fn interfaces(choices: &mut Choices, made: &mut Network, unknowns: bool, v6: bool) {
    for at in 0..3 + choices.below(3) {
        let subnet = choices.below(made.subnets.len());
        let place = &made.subnets[subnet];
        let addresses = match place.exact {
            true if choices.one_in(5) => Ranges::one(place.addresses.first().unwrap()),
            true => place.addresses.clone(),
            false => Ranges::of(net("10.0.9.0/31")),
        };
        let mut worn = Vec::new();
        for _ in 0..choices.below(4).saturating_sub(1) {
            let group = GroupId(choices.below(made.groups.len()));
            if !worn.contains(&group) {
                worn.push(group);
            }
        }
        let public = if unknowns && choices.one_in(4) { Sure::Unknown } else { Sure::of(choices.below(2) == 1) };
        let v6 = match (v6 && addresses.meets(&Ranges::v6()), choices.below(3)) {
            (false, _) | (true, 0) => Sure::No,
            (true, 1) => Sure::Yes,
            (true, _) => {
                if unknowns {
                    Sure::Unknown
                } else {
                    Sure::Yes
                }
            }
        };
        made.interfaces.push(Interface {
            named: named("interface", at),
            subnet: SubnetId(subnet),
            groups: worn,
            addresses,
            v6,
            public,
            sends: choices.below(10) != 0,
            listens: match choices.below(10) {
                0 => Listens::Nowhere,
                1 => Listens::On(some_on(choices)),
                _ => Listens::Anywhere,
            },
            forwards: choices.one_in(2),
        });
    }
}

fn inspectors(choices: &mut Choices, made: &mut Network) {
    for at in 0..choices.below(3) {
        let mut subnets = vec![SubnetId(choices.below(made.subnets.len()))];
        if choices.one_in(4) {
            subnets.push(SubnetId(choices.below(made.subnets.len())));
            subnets.dedup();
        }
        made.inspectors.push(Inspector { named: named("inspector", at), subnets });
    }
}

fn services(choices: &mut Choices, made: &mut Network) {
    made.services.push(Service { name: String::from("s3") });
    if choices.below(2) == 1 {
        let vpc = VpcId(choices.below(made.vpcs.len()));
        let kind = EndpointKind::Gateway;
        made.endpoints.push(Endpoint { named: named("endpoint", 0), vpc, service: ServiceId(0), kind });
    }
}

fn transits(choices: &mut Choices, made: &mut Network, unknowns: bool) {
    if choices.below(2) == 0 {
        return;
    }
    let groups = choices.pick(&[Sure::No, Sure::Yes]);
    made.transits.push(Transit { named: named("transit", 0), groups });
    for at in 0..1 + choices.below(2) {
        made.transit_tables.push(TransitTable { named: named("transit table", at), routes: Vec::new() });
    }
    for vpc in 0..made.vpcs.len() {
        let own: Vec<SubnetId> =
            (0..made.subnets.len()).map(SubnetId).filter(|id| made.subnets[id.0].vpc == VpcId(vpc)).collect();
        if own.is_empty() || choices.one_in(5) {
            continue;
        }
        let mut places = vec![choices.pick(&own)];
        if choices.one_in(2) {
            places.push(choices.pick(&own));
            places.dedup();
        }
        attach(choices, made, AttachmentEnd::Vpc(VpcId(vpc), places));
    }
    if choices.one_in(2) {
        attach(choices, made, AttachmentEnd::Outside(OutsideId(0)));
    }
    for table in 0..made.transit_tables.len() {
        // What leads to the attached networks, and some more.
        for index in 0..made.attachments.len() + choices.below(3) {
            let attachment = AttachmentId(if made.attachments.is_empty() { 0 } else { index % made.attachments.len() });
            let end = made.attachments.get(attachment.0).map(|known| known.end.clone());
            let mut to_attachment = end.is_some().then_some(attachment);
            let mut to = match end {
                Some(AttachmentEnd::Vpc(vpc, _)) if choices.below(4) != 0 => {
                    Destination::Nets(made.vpcs[vpc.0].nets.clone().unwrap_or_default())
                }
                _ => Destination::Nets(vec![net(RANGES[choices.below(RANGES.len())])]),
            };
            match choices.below(12) {
                0 => to_attachment = None,
                1 => to = Destination::Nets(vec![net(RANGES[choices.below(2)])]),
                2 if unknowns => to = Destination::SomeOf(ranges(choices)),
                _ => {}
            }
            let route = TransitRoute { named: named("route", index), to, to_attachment, learned: choices.one_in(3) };
            made.transit_tables[table].routes.push(route);
        }
    }
}

fn attach(choices: &mut Choices, made: &mut Network, end: AttachmentEnd) {
    let table = (choices.below(6) != 0).then(|| TransitTableId(choices.below(made.transit_tables.len())));
    let named = named("attachment", made.attachments.len());
    made.attachments.push(Attachment { named, transit: TransitId(0), end, table });
}

/// Where a route may lead that is for these packets.
fn target(choices: &mut Choices, made: &Network, to: IpNet, vpc: VpcId, unknowns: bool) -> Target {
    let mut all = Vec::new();
    for (at, gateway) in made.gateways.iter().enumerate() {
        let fits = match gateway.kind {
            GatewayKind::Internet => true,
            GatewayKind::EgressOnly => to.network().is_ipv6(),
            GatewayKind::Private(_) => to.prefix_len() == 0 || to == net("192.168.0.0/16"),
        };
        if gateway.vpc == Some(vpc) && fits {
            all.push(Target::Gateway(GatewayId(at)));
        }
    }
    if to.network().is_ipv4() {
        let near = made.nats.iter().enumerate().filter(|(_, nat)| made.subnets[nat.subnet.0].vpc == vpc);
        all.extend(near.map(|(at, _)| Target::Nat(NatId(at))));
    }
    let ours = |end: &PeeringEnd| *end == PeeringEnd::Vpc(vpc);
    let peerings = made.peerings.iter().enumerate().filter(|(_, peering)| peering.ends.iter().any(ours));
    all.extend(peerings.map(|(at, _)| Target::Peering(PeeringId(at))));
    all.extend((0..made.transits.len()).map(|at| Target::Transit(TransitId(at))));
    all.extend((0..made.inspectors.len()).map(|at| Target::Inspector(InspectorId(at))));
    if all.is_empty() || choices.one_in(12) {
        all.push(Target::Nowhere);
        all.extend((0..made.gateways.len()).map(|at| Target::Gateway(GatewayId(at))));
    }
    if unknowns {
        all.push(Target::Unknown);
        all.push(Target::Interface(InterfaceId(choices.below(made.interfaces.len()))));
    }
    choices.pick(&all)
}

fn routes(choices: &mut Choices, made: &mut Network, unknowns: bool) {
    for table in 0..made.tables.len() {
        let vpc = made.subnets.iter().find(|subnet| subnet.table == Some(TableId(table)));
        let vpc = vpc.map_or(VpcId(0), |subnet| subnet.vpc);
        let mut used: Vec<(IpNet, bool)> = Vec::new();
        let usual = ["0.0.0.0/0", "::/0", if vpc.0 == 0 { "10.0.1.0/28" } else { "10.0.0.0/28" }, "192.168.0.0/16"];
        for index in 0..usual.len() + choices.below(3) {
            if choices.one_in(5) {
                continue;
            }
            let to = net(usual.get(index).copied().unwrap_or_else(|| RANGES[choices.below(RANGES.len())]));
            let learned = choices.one_in(6);
            // A table has one route for a range, and another one only if a gateway told of it.
            if used.contains(&(to, learned)) {
                continue;
            }
            used.push((to, learned));
            let mut target = target(choices, made, to, vpc, unknowns);
            // Behind a public NAT gateway there is usually the internet.
            let hosts = |nat: &Nat| nat.public && made.subnets[nat.subnet.0].table == Some(TableId(table));
            let door = made
                .gateways
                .iter()
                .position(|gateway| gateway.vpc == Some(vpc) && gateway.kind == GatewayKind::Internet);
            if let (true, Some(door)) = (made.nats.iter().any(hosts) && to.prefix_len() == 0, door)
                && choices.below(3) != 0
            {
                target = Target::Gateway(GatewayId(door));
            }
            let to = if unknowns && choices.one_in(8) {
                Destination::SomeOf(Ranges::of(to))
            } else {
                Destination::Nets(vec![to])
            };
            made.tables[table].routes.push(Route { named: named("route", index), to, target, learned });
        }
        if !made.endpoints.is_empty() && choices.one_in(2) {
            let (to, target) = (Destination::Service(ServiceId(0)), Target::Endpoint(EndpointId(0)));
            let route = Route { named: named("route", 99), to, target, learned: false };
            made.tables[table].routes.push(route);
        }
    }
    for gateway in 0..made.gateways.len() {
        if choices.one_in(5) {
            let table = TableId(made.tables.len());
            let mut routes = Vec::new();
            if !made.inspectors.is_empty() {
                let to = Destination::Nets(vec![net(RANGES[4 + choices.below(3)])]);
                let target = Target::Inspector(InspectorId(choices.below(made.inspectors.len())));
                routes.push(Route { named: named("route", 0), to, target, learned: false });
            }
            made.tables.push(Table { named: named("edge", gateway), routes });
            made.gateways[gateway].edge = Some(table);
        }
    }
}

fn balancers(choices: &mut Choices, made: &mut Network) {
    if choices.below(2) == 0 {
        return;
    }
    let members = (0..made.interfaces.len()).map(InterfaceId).filter(|_| choices.below(2) == 1).collect();
    let on = carried(TCP, 443, 443);
    made.target_groups.push(Targets {
        named: named("targets", 0),
        on: on.clone(),
        health: on,
        members,
        sees_client: Sure::No,
    });
    let entrance = InterfaceId(choices.below(made.interfaces.len()));
    let on = carried(TCP, 22, 22);
    made.interfaces[entrance.0].listens = Listens::On(on.clone());
    made.interfaces[entrance.0].sends = true;
    made.balancers.push(Balancer {
        named: named("balancer", 0),
        interfaces: vec![entrance],
        passes: true,
        crosses_zones: Sure::Yes,
        listeners: vec![Listener { named: named("listener", 0), on, targets: vec![TargetsId(0)] }],
    });
}
