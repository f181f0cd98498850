//! Which facts are covered, which are not, and why.

use std::collections::BTreeSet;

use crate::damage::Report;
use crate::{diagnosed, hr_lab};

/// All facts of the lab: id, check (T template, C compiler, R run time, D documentation), subject.
const FACTS: &str = include_str!("hr_lab/facts.txt");

/// Facts from which the lab departs, each with the reason. In all of them the compiler does not say what the fact asks it to
/// say; what stands in the templates is as the fact wants it, and is checked.
pub const DEVIATIONS: [(&str, &str); 0] = [];

/// C facts whose diagnosis needs a proof that a later issue builds. Their resolution is checked all the same.
pub const WAITING: [(&str, &str, &str); 1] =
    [("HR-394", "issue 6", "the longest value of every name needs the proof over all values of its type")];

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
    pub fn line(&self, report: &Report) -> String {
        format!(
            "HR Lab: {} of {} T and C facts covered, {} deviations, {} waiting. Of {} damages to templates {:.1} % are \
             noticed by no fact; of {} to plans {}; of {} to lines of scripts {}; of {} planted mistakes {}.",
            self.covered,
            self.facts,
            DEVIATIONS.len(),
            WAITING.len(),
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

/// Holds the facts against the checks that were proven by damage, and against those proven by a broken source.
pub fn of(report: &Report) -> Summary {
    let checked: BTreeSet<&str> = hr_lab::all().iter().map(|fact| fact.id).collect();
    let diagnosed: BTreeSet<&str> = diagnosed::facts().collect();
    let mut summary = Summary::default();
    let mut known = BTreeSet::new();
    for line in FACTS.lines() {
        let [id, check, subject] = line.split('|').collect::<Vec<_>>()[..] else { panic!("facts.txt: {line}") };
        assert!(known.insert(id), "facts.txt names {id} twice");
        if check != "T" && check != "C" {
            continue;
        }
        summary.facts += 1;
        let listed = DEVIATIONS.iter().any(|(fact, _)| *fact == id) || WAITING.iter().any(|(fact, _, _)| *fact == id);
        let proven = report.proven.contains(id) || diagnosed.contains(id);
        let wrong = |why: &str| format!("{id} ({subject}) {why}");
        if listed {
            continue;
        } else if report.failing.contains(id) {
            summary.wrong.push(wrong("does not hold"));
        } else if proven {
            summary.covered += 1;
        } else if checked.contains(id) {
            summary.wrong.push(wrong("has a check that no damage makes fail"));
        } else {
            summary.wrong.push(wrong("has no check and is not listed"));
        }
    }
    summary.wrong.extend(report.overlooked.iter().map(|plant| format!("no fact notices {plant}")));
    let named = checked
        .iter()
        .chain(&diagnosed)
        .copied()
        .chain(DEVIATIONS.iter().map(|(id, _)| *id))
        .chain(WAITING.iter().map(|(id, _, _)| *id));
    summary.wrong.extend(named.filter(|id| !known.contains(id)).map(|id| format!("{id} is no fact of the lab")));
    let waiting = WAITING.iter().filter(|(id, _, _)| !FACTS.lines().any(|line| line.starts_with(&format!("{id}|C|"))));
    summary.wrong.extend(waiting.map(|(id, _, _)| format!("{id} waits, but only a C fact may")));
    summary
}
