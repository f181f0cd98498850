//! Which facts are covered, which are not, and why.

use std::collections::BTreeSet;

use crate::damage::Report;
use crate::system::System;

/// What the coverage came to.
#[derive(Debug, Default)]
pub struct Summary {
    facts: usize,
    covered: usize,
    /// What keeps the test from passing.
    pub wrong: Vec<String>,
}

impl Summary {
    /// One line for people.
    pub fn line(&self, system: &System, report: &Report) -> String {
        format!(
            "{}: {} of {} T and C facts covered, {} deviations, {} waiting. Of {} damages to templates {:.1} % are \
             noticed by no fact; of {} to plans {}; of {} to lines of scripts {}; of {} planted mistakes {}.",
            system.name,
            self.covered,
            self.facts,
            system.deviations.len(),
            system.waiting.len(),
            report.tried,
            report.share(),
            report.plan_tried,
            report.plan_unnoticed,
            report.lines_tried,
            report.lines_unnoticed,
            report.planted,
            report.overlooked.len(),
        )
    }
}

/// Holds a system's facts against the checks that were proven by damage, and against those proven by a changed source.
pub fn of(system: &System, report: &Report) -> Summary {
    let checked: BTreeSet<&str> = (system.checks)().iter().map(|fact| fact.id).collect();
    let elsewhere: BTreeSet<&str> = system.shown_elsewhere().collect();
    let listed: Vec<&str> = system.deviations.iter().chain(system.waiting).map(|(id, _)| *id).collect();
    let mut summary = Summary::default();
    let mut known = BTreeSet::new();
    for line in system.facts.lines() {
        let [id, check, subject] = line.splitn(3, '|').collect::<Vec<_>>()[..] else { panic!("facts.txt: {line}") };
        assert!(known.insert(id), "facts.txt names {id} twice");
        if check != "T" && check != "C" {
            continue;
        }
        summary.facts += 1;
        let wrong = |why: &str| format!("{id} ({subject}) {why}");
        if listed.contains(&id) {
            continue;
        } else if report.failing.contains(id) {
            summary.wrong.push(wrong("does not hold"));
        } else if report.proven.contains(id) || elsewhere.contains(id) {
            summary.covered += 1;
        } else if checked.contains(id) {
            summary.wrong.push(wrong("has a check that no damage makes fail"));
        } else {
            summary.wrong.push(wrong("has no check and is not listed"));
        }
    }
    summary.wrong.extend(report.overlooked.iter().map(|plant| format!("no fact notices {plant}")));
    let named = checked.iter().chain(&elsewhere).copied().chain(listed);
    summary.wrong.extend(named.filter(|id| !known.contains(id)).map(|id| format!("{id} is no fact")));
    let c_only = |id: &str| system.facts.lines().any(|line| line.starts_with(&format!("{id}|C|")));
    let waiting = system.waiting.iter().filter(|(id, _)| !c_only(id));
    summary.wrong.extend(waiting.map(|(id, _)| format!("{id} waits, but only a C fact may")));
    summary
}
