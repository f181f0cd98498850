//! What `connect` becomes, on random systems: both sides have their rule, nothing else is open, every rule says which connection it is
//! from, and whatever connects to whatever, no stacks and no resources need each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use infrac::driver::{self, Options};
use infrac::world::{Memory, find_systems};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

const STACKS: usize = 4;
const GROUPS: usize = 2;

fn cases() -> u32 {
    if std::env::var_os("INFRAC_THOROUGH").is_some() { 2_000 } else { 30 }
}

/// A connection: from which group to which, on which port; beyond the groups stand two ranges.
type Connection = (usize, usize, u16);

fn name(end: usize) -> String {
    match end.checked_sub(STACKS * GROUPS) {
        None => format!("S{}.group{}", end / GROUPS, end % GROUPS),
        Some(0) => String::from("203.0.113.0/24"),
        Some(_) => String::from("2001:db8::/32"),
    }
}

fn source(connections: &BTreeSet<Connection>, outputs: &[(usize, usize)]) -> String {
    let mut text = String::from(
        "system shop\nenvironment live { account = \"111122223333\", region = \"eu-west-2\" }\n\
         naming { default = generated, stack = \"{system}-{env}-{stack}\" }\n\
         stack Net { vpc = Vpc { cidr = 10.0.0.0/16, private = [10.0.0.0/24] } }\n",
    );
    for stack in 0..STACKS {
        let _ = writeln!(text, "stack S{stack} {{");
        for group in 0..GROUPS {
            let _ = writeln!(text, "  group{group} = SecurityGroup {{ vpc = Net.vpc, description = \"group\" }}");
        }
        let _ = writeln!(text, "}}");
    }
    // One stack takes another one's output, as stacks do for other reasons; always the later one, so that there is an order.
    for (at, (from, to)) in outputs.iter().enumerate().filter(|(_, (from, to))| from < to) {
        let _ = writeln!(
            text,
            "stack S{to} {{ note{at} = AWS::SSM::Parameter {{ Type = \"String\", Value = S{from}.group0.id }} }}"
        );
    }
    for (from, to, port) in connections {
        let _ = writeln!(text, "connect {} -> {} on tcp {port}", name(*from), name(*to));
    }
    text
}

/// All templates of a system, or what is wrong with it.
fn templates(text: &str) -> Result<Vec<Value>, String> {
    let world = Memory::with([(PathBuf::from("shop/main.infra"), text.to_owned())]);
    let system = find_systems(&world, &[PathBuf::from("shop")]).unwrap().systems.remove(0);
    let emission = driver::emission(&world, &system, &Options { jobs: Some(1), ..Options::default() }).unwrap();
    let errors: Vec<&str> = emission
        .checked
        .diagnostics
        .iter()
        .filter(|found| found.level == infrac::diag::Level::Error)
        .map(|found| found.message.as_str())
        .collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    let templates = emission.files.iter().filter(|(path, _)| path.ends_with(".template.json"));
    Ok(templates.map(|(_, bytes)| serde_json::from_slice(bytes).unwrap()).collect())
}

/// The rules of a side that say which connection they are from, counted.
fn described(templates: &[Value], inline: &str, resource: &str) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let resources = templates.iter().filter_map(|template| template["Resources"].as_object()).flatten();
    for (_, declared) in resources {
        let properties = &declared["Properties"];
        let rules: Vec<&Value> = match declared["Type"].as_str().unwrap() {
            "AWS::EC2::SecurityGroup" => properties[inline].as_array().into_iter().flatten().collect(),
            ty if ty == resource => vec![properties],
            _ => Vec::new(),
        };
        for rule in rules {
            *found.entry(rule["Description"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    found
}

fn check(connections: &BTreeSet<Connection>, outputs: &[(usize, usize)]) -> Result<(), String> {
    let text = source(connections, outputs);
    let templates = templates(&text).map_err(|errors| format!("{errors}\n{text}"))?;
    let groups = STACKS * GROUPS;
    let said = |(from, to, port): &Connection| format!("{} to {} on tcp {port}", name(*from), name(*to));
    let expected = |side: fn(&Connection) -> usize| {
        let own = connections.iter().filter(|one| side(one) < groups);
        own.map(|one| (said(one), 1)).collect::<BTreeMap<String, usize>>()
    };
    let ingress = described(&templates, "SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress");
    if ingress != expected(|(_, to, _)| *to) {
        return Err(format!("what may come in is {ingress:#?}\n{text}"));
    }
    let mut egress = described(&templates, "SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress");
    egress.remove("nothing may leave");
    if egress != expected(|(from, ..)| *from) {
        return Err(format!("what may go out is {egress:#?}\n{text}"));
    }
    // CloudFormation opens a group that says nothing of what may go out.
    for (id, declared) in templates.iter().filter_map(|template| template["Resources"].as_object()).flatten() {
        let closed = declared["Properties"]["SecurityGroupEgress"].as_array().is_some_and(|rules| !rules.is_empty());
        if declared["Type"] == "AWS::EC2::SecurityGroup" && !closed {
            return Err(format!("`{id}` is open\n{text}"));
        }
    }
    Ok(())
}

#[test]
fn both_sides_have_their_rule_and_nothing_goes_round_in_a_circle() {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let ends = STACKS * GROUPS + 2;
    let connection = (0..ends, 0..ends, 8000_u16..8003)
        .prop_filter("one end is a group", |(from, to, _)| *from < STACKS * GROUPS || *to < STACKS * GROUPS);
    let all =
        (proptest::collection::btree_set(connection, 0..16), proptest::collection::vec((0..STACKS, 0..STACKS), 0..4));
    let outcome = runner.run(&all, |(connections, outputs)| check(&connections, &outputs).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
