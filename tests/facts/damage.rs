//! Damage, to see whether the checks look: resources, outputs and leaves are taken away or changed, one at a time, and the
//! checks that had read them run again. For each fact damages are tried until its check fails. Then every how many-th of all
//! damages shows the share that no check notices.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::plants::Plant;
use crate::system::{Case, System};
use crate::tree::{Kind, Tree};

/// What was tried, and what came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// The facts whose own check failed on some damage.
    pub proven: BTreeSet<&'static str>,
    /// The facts whose check fails without any damage.
    pub failing: BTreeSet<&'static str>,
    /// How many damages to templates were tried: to resources, outputs and leaves.
    pub tried: usize,
    /// Those that no check noticed.
    pub unnoticed: Vec<String>,
    /// How many damages to plans were tried; they are not among the others.
    pub plan_tried: usize,
    /// How many of those no check noticed.
    pub plan_unnoticed: usize,
    /// How many things that must not be there were planted.
    pub planted: usize,
    /// Those that no check noticed.
    pub overlooked: Vec<String>,
    /// How many damages to single lines of scripts were tried.
    pub lines_tried: usize,
    /// How many of those no check noticed.
    pub lines_unnoticed: usize,
}

impl Report {
    /// The share of damages that no fact notices, in per cent.
    pub fn share(&self) -> f64 {
        100.0 * self.unnoticed.len() as f64 / self.tried.max(1) as f64
    }

    fn count(&mut self, tree: &Tree, unit: usize, damage: &Damage, noticed: bool) {
        let place = || format!("{}{}", tree.place_of(unit), described(damage));
        match damage {
            Damage::Line { .. } => {
                self.lines_tried += 1;
                self.lines_unnoticed += usize::from(!noticed);
            }
            Damage::Planted(_) => {
                self.planted += 1;
                self.overlooked.extend((!noticed).then(place));
            }
            Damage::Gone | Damage::Without(_) | Damage::Changed(_) if tree.units[unit].kind == Kind::Plan => {
                self.plan_tried += 1;
                self.plan_unnoticed += usize::from(!noticed);
            }
            Damage::Gone | Damage::Without(_) | Damage::Changed(_) => {
                self.tried += 1;
                self.unnoticed.extend((!noticed).then(place));
            }
        }
    }

    fn join(mut self, other: Report) -> Report {
        self.proven.extend(other.proven);
        self.failing.extend(other.failing);
        self.tried += other.tried;
        self.unnoticed.extend(other.unnoticed);
        self.plan_tried += other.plan_tried;
        self.plan_unnoticed += other.plan_unnoticed;
        self.planted += other.planted;
        self.overlooked.extend(other.overlooked);
        self.lines_tried += other.lines_tried;
        self.lines_unnoticed += other.lines_unnoticed;
        self
    }
}

/// One damage to a unit.
enum Damage {
    /// The unit is gone.
    Gone,
    /// The value at this path is gone.
    Without(Vec<Step>),
    /// The scalar at this path is another one.
    Changed(Vec<Step>),
    /// Something that must not be there was put in.
    Planted(&'static Plant),
    /// A line of the text at this path is gone, or another one.
    Line { path: Vec<Step>, line: usize, gone: bool },
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// Damages a system, in two threads.
pub fn everywhere(system: &'static System, tree: &Tree) -> Report {
    let parts: Vec<Tree> = (0..2).map(|_| tree.clone()).collect();
    std::thread::scope(|scope| {
        let work = |(half, tree): (usize, Tree)| scope.spawn(move || half_of(system, tree, half));
        let threads: Vec<_> = parts.into_iter().enumerate().map(work).collect();
        threads.into_iter().fold(Report::default(), |report, thread| report.join(thread.join().unwrap()))
    })
}

/// A check, and the units that it reads.
struct Reading {
    case: Case,
    units: Vec<usize>,
}

/// Every second fact, and damages to every second unit.
fn half_of(system: &'static System, mut tree: Tree, half: usize) -> Report {
    let mut report = Report::default();
    let mut reading = Vec::new();
    for case in system.cases() {
        let (answer, reads) = tree.reads_of(|tree| case.run(tree));
        if answer.is_err() {
            report.failing.insert(case.fact.id);
            continue;
        }
        let units = reads.iter().enumerate().filter(|(_, read)| **read).map(|(unit, _)| unit).collect();
        reading.push(Reading { case, units });
    }
    for (index, fact) in facts_of(&reading).into_iter().enumerate() {
        if index % 2 == half && provable(system, &mut tree, &reading, fact) {
            report.proven.insert(fact);
        }
    }
    // Those that read little go first: they are quick, and most damages are noticed by one of them.
    reading.sort_by_key(|reading| reading.units.len());
    let mut readers: Vec<Vec<Case>> = vec![Vec::new(); tree.units.len()];
    for reading in reading {
        reading.units.iter().for_each(|unit| readers[*unit].push(reading.case));
    }
    let every = if std::env::var_os("INFRAC_THOROUGH").is_some() { 1 } else { system.sample };
    for unit in (0..tree.units.len()).filter(|unit| unit % 2 == half) {
        let sampled = |(index, _): &(usize, Damage)| (unit / 2 + index) % every == 0;
        let leaves = all_damages(system, &tree, unit).into_iter().enumerate().filter(sampled).map(|(_, damage)| damage);
        for damage in leaves.chain(plants(system, &tree, unit)).collect::<Vec<_>>() {
            let noticed =
                with_damage(&mut tree, unit, &damage, |tree| readers[unit].iter().any(|case| case.run(tree).is_err()));
            report.count(&tree, unit, &damage, noticed);
        }
    }
    report
}

/// The facts of some checks, each once.
fn facts_of(reading: &[Reading]) -> Vec<&'static str> {
    let mut facts: Vec<&str> = Vec::new();
    for reading in reading {
        if !facts.contains(&reading.case.fact.id) {
            facts.push(reading.case.fact.id);
        }
    }
    facts
}

/// Whether some damage makes a fact's check fail: first those to whole resources, then those to their leaves.
fn provable(system: &System, tree: &mut Tree, reading: &[Reading], fact: &str) -> bool {
    let of_it: Vec<&Reading> = reading.iter().filter(|reading| reading.case.fact.id == fact).collect();
    [true, false].into_iter().any(|whole| {
        of_it.iter().any(|reading| {
            reading.units.iter().any(|unit| {
                let mut damages = all_damages(system, tree, *unit);
                damages.retain(|damage| whole == matches!(damage, Damage::Gone));
                if whole {
                    damages.extend(plants(system, tree, *unit));
                }
                damages.iter().any(|damage| with_damage(tree, *unit, damage, |tree| reading.case.run(tree).is_err()))
            })
        })
    })
}

/// What holds of the tree while a unit is damaged.
fn with_damage(tree: &mut Tree, unit: usize, damage: &Damage, holds: impl FnOnce(&Tree) -> bool) -> bool {
    let Some(body) = tree.units[unit].body.clone() else { return false };
    let old = tree.replace(unit, apply(&body, damage).map(Arc::new));
    let answer = holds(tree);
    tree.restore(unit, old);
    answer
}

/// Every damage to a unit but plants. Scripts are the same in all environments but for names: one is enough for their lines.
fn all_damages(system: &System, tree: &Tree, unit: usize) -> Vec<Damage> {
    let lines = system.environments.first().is_some_and(|first| tree.folder_of(unit) == first.folder);
    let Some(body) = &tree.units[unit].body else { return Vec::new() };
    damages(tree.units[unit].kind, body, lines)
}

fn damages(kind: Kind, body: &Value, by_line: bool) -> Vec<Damage> {
    let mut all = Vec::new();
    if matches!(kind, Kind::Resource | Kind::Output) {
        all.push(Damage::Gone);
    }
    let mut leaves = Vec::new();
    find_leaves(body, &mut Vec::new(), &mut leaves);
    for (path, leaf) in leaves {
        if let Some(lines) =
            leaf.as_str().filter(|text| by_line && text.contains('\n')).map(|text| text.lines().count())
        {
            for line in 0..lines {
                all.extend([true, false].map(|gone| Damage::Line { path: path.clone(), line, gone }));
            }
        }
        all.push(Damage::Changed(path.clone()));
        all.push(Damage::Without(path));
    }
    all
}

/// What can be planted in a unit.
fn plants(system: &System, tree: &Tree, unit: usize) -> Vec<Damage> {
    let (kind, ty) = (tree.units[unit].kind, tree.type_of(unit).to_owned());
    let stack = if kind == Kind::Resource { tree.stacks[tree.units[unit].place].name.clone() } else { String::new() };
    let suits = |plant: &&Plant| kind == Kind::Resource && plant.suits(&ty, &stack);
    system.plants.iter().filter(suits).map(Damage::Planted).collect()
}

fn find_leaves<'v>(value: &'v Value, path: &mut Vec<Step>, leaves: &mut Vec<(Vec<Step>, &'v Value)>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, inner)| (Step::Key(key.clone()), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, inner)| (Step::Index(index), inner)).collect(),
        _ => Vec::new(),
    };
    if children.is_empty() && !path.is_empty() {
        leaves.push((path.clone(), value));
    }
    for (step, inner) in children {
        path.push(step);
        find_leaves(inner, path, leaves);
        path.pop();
    }
}

fn apply(body: &Value, damage: &Damage) -> Option<Value> {
    let mut copy = body.clone();
    match damage {
        Damage::Gone => return None,
        Damage::Planted(plant) => return Some(plant.planted_in(body)),
        Damage::Without(path) => {
            let (last, parent) = path.split_last().unwrap();
            match (at(&mut copy, parent), last) {
                (Value::Object(map), Step::Key(key)) => drop(map.shift_remove(key)),
                (Value::Array(items), Step::Index(index)) => drop(items.remove(*index)),
                _ => unreachable!("a path that is not in the value"),
            }
        }
        Damage::Changed(path) => {
            let leaf = at(&mut copy, path);
            *leaf = changed(leaf);
        }
        Damage::Line { path, line, gone } => {
            let leaf = at(&mut copy, path);
            let mut lines: Vec<String> = leaf.as_str().unwrap_or("").lines().map(str::to_owned).collect();
            if *gone {
                lines.remove(*line);
            } else {
                lines[*line].push('x');
            }
            *leaf = Value::from(lines.join("\n") + "\n");
        }
    }
    Some(copy)
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |here, step| match step {
        Step::Key(key) => here.get_mut(key).unwrap(),
        Step::Index(index) => here.get_mut(index).unwrap(),
    })
}

fn changed(leaf: &Value) -> Value {
    match leaf {
        Value::String(text) => Value::from(format!("{text}x")),
        Value::Number(number) => number.as_i64().map_or_else(|| Value::from(1.5), |number| Value::from(number + 1)),
        Value::Bool(flag) => Value::from(!flag),
        Value::Null | Value::Array(_) | Value::Object(_) => Value::from("x"),
    }
}

fn described(damage: &Damage) -> String {
    let pointer = |path: &[Step]| {
        let step = |step: &Step| match step {
            Step::Key(key) => format!("/{key}"),
            Step::Index(index) => format!("/{index}"),
        };
        path.iter().map(step).collect::<String>()
    };
    match damage {
        Damage::Gone => " gone".to_owned(),
        Damage::Planted(plant) => plant.name(),
        Damage::Without(path) => format!("{} gone", pointer(path)),
        Damage::Changed(path) => format!("{} changed", pointer(path)),
        Damage::Line { path, line, .. } => format!("{} line {line}", pointer(path)),
    }
}
