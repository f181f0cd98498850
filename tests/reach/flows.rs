//! The table of who may talk to whom looks at few pairs. Looking at all of them finds no other.

use std::collections::{BTreeSet, HashMap};

use infrac::base::Symbol;
use infrac::check::reach::legs::Party;
use infrac::check::reach::network::{InterfaceId, Network, OutsideId};
use infrac::check::reach::ranges::{Ranges, internet};
use infrac::check::reach::{Read, solver::Solver};
use infrac::eval::model::Model;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::generate::{Choices, network};

fn cases() -> u32 {
    if std::env::var_os("INFRAC_THOROUGH").is_some() { 3_000 } else { 150 }
}

/// Something of the network, or outside of it, by the name of which the table speaks.
fn parties(net: &Network) -> Vec<(String, Party)> {
    let own = net.interfaces.iter().enumerate();
    let mut all: Vec<(String, Party)> =
        own.map(|(at, one)| (one.named.name.clone(), Party::Interface(InterfaceId(at)))).collect();
    for (at, outside) in net.outsides.iter().enumerate() {
        let addresses = outside.addresses.clone().unwrap_or_else(Ranges::all);
        all.push((outside.named.name.clone(), Party::Outside(OutsideId(at), addresses)));
    }
    all.push((String::from("the internet"), Party::Internet(internet().clone())));
    all
}

fn compare(numbers: &[u16], found: &mut u64) -> Result<(), String> {
    let net = network(&mut Choices::new(numbers), false);
    let read = Read {
        solver: Solver::new(net.clone()),
        groups: HashMap::new(),
        interfaces: HashMap::new(),
        balancers: HashMap::new(),
        groupless: Vec::new(),
        edges: Vec::new(),
    };
    let flows = read.flows(&Model::empty(Symbol::new("lab"), Symbol::new("live")));
    // A part of the internet is told by its range.
    let shown = |name: &str| match name.chars().next() {
        Some(first) if first.is_ascii_hexdigit() && name.contains(['.', ':']) => String::from("the internet"),
        _ => name.to_owned(),
    };
    let told: BTreeSet<(String, String)> =
        flows.flows.iter().map(|flow| (shown(flow.from.name()), shown(flow.to.name()))).collect();
    let all = parties(&net);
    for (from_name, from) in &all {
        for (to_name, to) in &all {
            let inside = |party: &Party| matches!(party, Party::Interface(_));
            if from == to || !inside(from) && !inside(to) {
                continue;
            }
            // A load balancer sends to its targets alone.
            let sends = net.balancers.iter().all(|one| !one.interfaces.iter().any(|id| *from == Party::Interface(*id)));
            let open = sends && !read.solver.leg(from, to, &|_| false).may.is_empty();
            let told = told.contains(&(from_name.clone(), to_name.clone()));
            *found += u64::from(open);
            if open && !told {
                return Err(format!("from {from_name} to {to_name}: open, and not told\n{net:#?}"));
            }
            // What a load balancer passes on, and whoever has a range that is no part of the model, is told besides.
            if told
                && !open
                && sends
                && inside(from)
                && inside(to)
                && net.balancers.iter().all(|balancer| !balancer.passes)
            {
                return Err(format!("from {from_name} to {to_name}: told, and not open\n{net:#?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn the_table_of_flows_misses_none() {
    let mut found = 0;
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let cell = std::cell::RefCell::new(&mut found);
    let outcome = runner.run(&proptest::collection::vec(any::<u16>(), 260..420), |numbers| {
        compare(&numbers, &mut cell.borrow_mut()).map_err(TestCaseError::fail)
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    println!("{found:>9}  open pairs told");
    assert!(found > 0);
}
