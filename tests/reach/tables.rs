//! Who may talk to whom in the systems of `specs/`: exactly what their documents state is open, in every environment, and nothing else.
//!
//! A table is a file of its own in `tables/`, written by hand from the system's document: one flow in a line, `//` for comments. Flows
//! that a single environment has stand below its name, `[team02]`. A system without a network needs none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use infrac::check::Reach;
use infrac::check::reach::ranges::Ranges;
use infrac::check::reach::{Flow, tell};
use infrac::driver::{self, Options};
use infrac::world::{Disk, find_systems};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is common to the flows between two.
#[derive(Default)]
struct Row {
    on: Ranges,
    doubtful: bool,
    ways: BTreeSet<Vec<String>>,
}

/// `Compute.alb -> Compute.app on tcp 5000`, with what lies between; the lines that open it are left to the table of the report.
fn lines(flows: &[Flow]) -> BTreeSet<String> {
    let mut rows: BTreeMap<(&str, &str), Row> = BTreeMap::new();
    for flow in flows {
        let row = rows.entry((flow.from.name(), flow.to.name())).or_default();
        row.on = row.on.or(&flow.on);
        row.doubtful |= !flow.certain;
        row.ways.extend(flow.ways.iter().cloned());
    }
    let mut lines = BTreeSet::new();
    for ((from, to), row) in rows {
        let by: Vec<String> = row.ways.iter().filter(|way| !way.is_empty()).map(|way| way.join(", ")).collect();
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" or ")) };
        let doubt = if row.doubtful { " (known only when deployed)" } else { "" };
        lines.insert(format!("{from} -> {to} on {}{by}{doubt}", tell::carried(&row.on)));
    }
    lines
}

/// What a table states of an environment.
fn stated(table: &str, environment: &str) -> BTreeSet<String> {
    let mut here = true;
    let mut lines = BTreeSet::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => here = name == environment,
            None if here => {
                lines.insert(line.to_owned());
            }
            None => {}
        }
    }
    lines
}

#[test]
fn exactly_the_flows_that_the_documents_state_are_open() {
    let found = find_systems(&Disk, &[root().join("specs")]).unwrap();
    let mut wrong = Vec::new();
    for system in &found.systems {
        let name = system.root.file_name().unwrap().to_string_lossy().into_owned();
        let table = fs::read_to_string(root().join(format!("tests/reach/tables/{name}.txt"))).unwrap_or_default();
        let modelled = driver::models(&Disk, system, &Options::default()).unwrap();
        assert!(!modelled.models.is_empty(), "{name} has no environment");
        for model in &modelled.models {
            let environment = model.environment.name.as_str();
            let flows = Reach::default().network(model).flows(model);
            let open = lines(&flows.flows);
            let stated = stated(&table, environment);
            wrong.extend(open.difference(&stated).map(|flow| format!("{name} {environment} + {flow}")));
            wrong.extend(stated.difference(&open).map(|flow| format!("{name} {environment} - {flow}")));
            wrong.extend(flows.unknown.iter().map(|group| format!("{name} {environment} ? {group}")));
        }
    }
    assert!(wrong.is_empty(), "`+` is open and not stated, `-` stated and not open:\n{}", wrong.join("\n"));
}
