//! Both implementations on the same networks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use infrac::check::reach::fabric::Hop;
use infrac::check::reach::legs::Party;
use infrac::check::reach::network::*;
use infrac::check::reach::paths::Touching;
use infrac::check::reach::ranges::{Ranges, address, internet, number};
use infrac::check::reach::solver::Solver;
use infrac::eval::paths::Truth;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::generate::{Choices, ELSEWHERE, ON_THE_INTERNET, carried_things, network};
use crate::naive::{Addresses, Naive, Packet};
use crate::replay::replay;

/// How many networks are tried. Of those with unknowns, among the next four thousand is one of which the solver says no where a walk
/// may arrive: see `docs/network.md`.
fn cases(unknowns: bool) -> u32 {
    match (std::env::var_os("INFRAC_THOROUGH").is_some(), unknowns) {
        (true, false) => 10_000,
        (true, true) => 6_000,
        (false, _) => 400,
    }
}

/// What was tried, by the name of a hop or of an answer.
type Counts = BTreeMap<String, u64>;

fn kind(hop: Hop, net: &Network) -> String {
    match hop {
        Hop::Leaves(_) => "network ACL, out",
        Hop::Enters(_) => "network ACL, in",
        Hop::Local(_) => "route within the VPC",
        Hop::Route(..) => "route of a table",
        Hop::Gateway(id) => match net.gateway(id).kind {
            GatewayKind::Internet => "internet gateway",
            GatewayKind::EgressOnly => "egress-only gateway",
            GatewayKind::Private(_) => "private gateway",
        },
        Hop::Nat(id) if net.nat(id).public => "public NAT gateway",
        Hop::Nat(_) => "private NAT gateway",
        Hop::Peering(_) => "peering",
        Hop::Transit(_) => "transit gateway",
        Hop::TransitRoute(..) => "route of a transit gateway",
        Hop::Inspector(_) => "inspecting device",
        Hop::Forwarder(_) => "machine that hands on",
        Hop::Endpoint(_) => "gateway endpoint",
        Hop::UnknownRoutes(_) => "unknown routes",
        Hop::UnknownTarget(..) => "unknown target",
    }
    .to_owned()
}

/// The single addresses of a party.
fn addresses(net: &Network, party: &Party) -> Vec<u128> {
    let each = |ranges: &Ranges| ranges.iter().flat_map(|(low, high)| low..=high).collect::<Vec<u128>>();
    let listed = |texts: &[&str], within: &Ranges| -> Vec<u128> {
        let all = texts.iter().map(|text| number(text.parse().unwrap()));
        all.filter(|number| within.contains(*number)).collect()
    };
    match party {
        Party::Interface(id) => {
            let own = net.interface(*id);
            let mut all = each(&own.addresses);
            all.retain(|one| own.v6 != Sure::No || address(*one).is_ipv4());
            all
        }
        Party::Host(subnet, ranges) => each(&ranges.and(&net.subnet(*subnet).addresses)),
        Party::Internet(ranges) => listed(&ON_THE_INTERNET, ranges),
        Party::Outside(_, ranges) => listed(&ELSEWHERE, ranges),
        Party::Service(_) => listed(&ON_THE_INTERNET[..3], &Ranges::all()),
        Party::Wearer(..) => Vec::new(),
    }
}

fn is_anybody(party: &Party) -> bool {
    matches!(party, Party::Host(..) | Party::Internet(_) | Party::Outside(..))
}

/// All ways to give each NAT gateway one of its addresses.
fn worlds(net: &Network) -> Vec<Addresses> {
    let mut worlds = vec![Addresses::new()];
    for (at, nat) in net.nats.iter().enumerate() {
        let own: Vec<u128> = nat.addresses.iter().flat_map(|(low, high)| low..=high).collect();
        let with = |world: &Addresses| {
            let world = world.clone();
            own.clone().into_iter().map(move |one| {
                let mut world = world.clone();
                world.insert(NatId(at), one);
                world
            })
        };
        worlds = worlds.iter().flat_map(with).collect();
    }
    worlds
}

/// What passes from one party to another, packet by packet: what may, and what certainly does.
fn by_packets(net: &Network, worlds: &[Addresses], from: &Party, to: &Party, on: u128) -> (bool, bool) {
    let (senders, asked) = (addresses(net, from), addresses(net, to));
    let mut may = false;
    let mut must = false;
    for v6 in [false, true] {
        let family = |all: &[u128]| all.iter().copied().filter(|one| address(*one).is_ipv6() == v6).collect::<Vec<_>>();
        let (senders, asked) = (family(&senders), family(&asked));
        if senders.is_empty() || asked.is_empty() {
            continue;
        }
        let mut certain = BTreeMap::new();
        for (from_address, to_address) in senders.iter().flat_map(|from| asked.iter().map(move |to| (*from, *to))) {
            let packet = Packet { from: from_address, to: to_address, on };
            let each: Vec<(bool, bool)> =
                worlds.iter().map(|world| Naive { net, addresses: world.clone() }.passes(from, to, packet)).collect();
            may |= each.iter().any(|(may, _)| *may);
            certain.insert((from_address, to_address), each.iter().all(|(_, must)| *must));
        }
        let sure_v6 = |party: &Party| match party {
            Party::Interface(id) => net.interface(*id).v6 == Sure::Yes,
            _ => is_anybody(party),
        };
        if v6 && !(sure_v6(from) && sure_v6(to)) {
            continue;
        }
        let open = |from: &u128, to: &u128| certain[&(*from, *to)];
        must |= match (is_anybody(from), is_anybody(to)) {
            (false, false) => senders.iter().all(|from| asked.iter().all(|to| open(from, to))),
            (true, false) => asked.iter().all(|to| senders.iter().any(|from| open(from, to))),
            (false, true) => senders.iter().all(|from| asked.iter().any(|to| open(from, to))),
            (true, true) => senders.iter().any(|from| asked.iter().any(|to| open(from, to))),
        };
    }
    (may, must)
}

/// What passes by load balancers that only hand on.
fn passed_on(net: &Network, worlds: &[Addresses], from: &Party, to: &Party, on: u128) -> (bool, bool) {
    let (mut may, mut must) = (false, false);
    for balancer in net.balancers.iter().filter(|balancer| balancer.passes) {
        for entrance in balancer.interfaces.iter().map(|id| Party::Interface(*id)) {
            for listener in &balancer.listeners {
                for targets in listener.targets.iter().map(|id| net.targets(*id)) {
                    let member = |id: &InterfaceId| *to == Party::Interface(*id);
                    if !targets.members.iter().any(member) || !targets.on.contains(on) || *from == entrance {
                        continue;
                    }
                    let first = listener.on.first().unwrap();
                    let (first_may, first_must) = by_packets(net, worlds, from, &entrance, first);
                    let (next_may, next_must) = by_packets(net, worlds, &entrance, to, on);
                    may |= first_may && next_may && *to != entrance;
                    must |= first_must && next_must && *to != entrance;
                }
            }
        }
    }
    (may, must)
}

fn parties(net: &Network) -> Vec<Party> {
    let mut all: Vec<Party> = (0..net.interfaces.len()).map(|at| Party::Interface(InterfaceId(at))).collect();
    all.push(Party::Internet(internet().clone()));
    all.push(Party::Internet(Ranges::of("203.0.113.0/24".parse().unwrap())));
    for (at, outside) in net.outsides.iter().enumerate() {
        let own = outside.addresses.clone().unwrap_or_else(|| Ranges::of("192.168.0.0/16".parse().unwrap()));
        all.push(Party::Outside(OutsideId(at), own));
    }
    all.push(Party::Service(ServiceId(0)));
    if let Some((at, subnet)) = net.subnets.iter().enumerate().find(|(_, subnet)| subnet.exact) {
        all.push(Party::Host(SubnetId(at), subnet.addresses.clone()));
    }
    all
}

/// The hops by which walks from one party to another arrive.
fn count_hops(net: &Network, worlds: &[Addresses], from: &Party, to: &Party, on: u128, counts: &mut Counts) {
    let (senders, asked) = (addresses(net, from), addresses(net, to));
    let naive = Naive { net, addresses: worlds[0].clone() };
    let public = naive.card(from).map_or(Sure::Yes, |card| card.public);
    let service = match to {
        Party::Service(service) => Some(*service),
        _ => None,
    };
    let mut kinds = BTreeSet::new();
    for v6 in [false, true] {
        let first = |all: &[u128]| all.iter().copied().find(|one| address(*one).is_ipv6() == v6);
        let (Some(from_address), Some(to_address)) = (first(&senders), first(&asked)) else { continue };
        let packet = Packet { from: from_address, to: to_address, on };
        if naive.passes(from, to, packet).0 {
            let ends = naive.walk(naive.place(from), packet, public, false, service);
            let there = ends.iter().filter(|end| end.at == naive.place(to));
            kinds.extend(there.flat_map(|end| end.hops.iter().map(|hop| kind(*hop, net))));
        }
    }
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
}

/// Both implementations on one network.
fn agree(numbers: &[u16], unknowns: bool, counts: &mut Counts) -> Result<(), String> {
    let mut choices = Choices::new(numbers);
    let net = network(&mut choices, unknowns);
    let solver = Solver::new(net.clone());
    let worlds = worlds(&net);
    let all = parties(&net);
    for _ in 0..7 {
        // Half of them are between things of the network.
        let some = if choices.below(2) == 1 { &all } else { &all[..net.interfaces.len()] };
        let (from, to) = (choices.pick(some), choices.pick(some));
        if from == to || addresses(&net, &from).is_empty() || addresses(&net, &to).is_empty() {
            continue;
        }
        let leg = solver.leg(&from, &to, &|_| false);
        for on in carried_things() {
            let (may, must) = by_packets(&net, &worlds, &from, &to, on);
            let (solved_may, solved_must) = (leg.may.contains(on), leg.must.contains(on));
            let fits = if unknowns {
                (!may || solved_may) && (!solved_must || must)
            } else {
                may == solved_may && must == solved_must
            };
            if !fits {
                return Err(format!(
                    "from {from:?} to {to:?} carrying {on:#x}: walked {may} {must}, solved {solved_may} {solved_must}\n{net:#?}"
                ));
            }
            let answer = match (must, may) {
                (true, _) => "answer: certainly",
                (false, true) => "answer: possibly",
                (false, false) => "answer: no",
            };
            *counts.entry(answer.to_owned()).or_default() += 1;
            if may {
                count_hops(&net, &worlds, &from, &to, on, counts);
            }
            let way = solver.way(
                std::slice::from_ref(&from),
                std::slice::from_ref(&to),
                &Ranges::one(on),
                &Touching::default(),
            );
            if way.truth != Truth::No {
                replay(&net, &way.trail, way.truth == Truth::Yes).map_err(|why| {
                    format!("the way from {from:?} to {to:?} cannot be walked: {why}\n{:#?}\n{net:#?}", way.trail)
                })?;
                *counts.entry(String::from("ways replayed")).or_default() += 1;
            }
            let (passed_may, passed_must) = passed_on(&net, &worlds, &from, &to, on);
            let fits = match way.truth {
                Truth::Yes => must || passed_must,
                Truth::Unknown => unknowns || (may || passed_may) && !must && !passed_must,
                Truth::No => !may && !passed_may,
            };
            if !fits {
                return Err(format!(
                    "the way from {from:?} to {to:?} carrying {on:#x} is {:?}; walked {may} {must}, by load balancers \
                     {passed_may} {passed_must}\n{net:#?}",
                    way.truth
                ));
            }
            if passed_may {
                *counts.entry(String::from("load balancer")).or_default() += 1;
            }
        }
    }
    *counts.entry(String::from("networks")).or_default() += 1;
    Ok(())
}

fn run(unknowns: bool, wanted: &[&str]) {
    let counts = Mutex::new(Counts::new());
    let config = Config { cases: cases(unknowns), failure_persistence: None, ..Config::default() };
    // The same networks in every run.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&proptest::collection::vec(any::<u16>(), 260..420), |numbers| {
        agree(&numbers, unknowns, &mut counts.lock().unwrap()).map_err(TestCaseError::fail)
    });
    let counts = counts.into_inner().unwrap();
    for (what, count) in &counts {
        println!("{count:>9}  {what}");
    }
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let missing: Vec<&&str> = wanted.iter().filter(|kind| !counts.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never exercised: {missing:?}");
}

const HOPS: [&str; 15] = [
    "load balancer",
    "network ACL, out",
    "network ACL, in",
    "route within the VPC",
    "route of a table",
    "internet gateway",
    "egress-only gateway",
    "private gateway",
    "public NAT gateway",
    "private NAT gateway",
    "peering",
    "transit gateway",
    "route of a transit gateway",
    "inspecting device",
    "gateway endpoint",
];

#[test]
fn where_everything_is_known_both_say_the_same() {
    run(false, &HOPS);
}

#[test]
fn where_something_is_unknown_the_bounds_hold() {
    run(true, &["machine that hands on", "unknown routes", "unknown target"]);
}
