//! The facts of the HR Lab, each with the check that proves it on what a build wrote.

pub mod compute;
pub mod conflicts;
pub mod data;
pub mod deployments;
pub mod iam;
pub mod names_tags;
pub mod network;
pub mod plan;
pub mod secrets;
pub mod security;
pub mod storage;
pub mod user_data;
pub mod validations;

use crate::tree::{Check, Env, TEAMS, Tree};

/// How a fact's check is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// For each deployment by itself.
    Each(fn(&Env) -> Check),
    /// Over all deployments at once.
    All(fn(&Tree) -> Check),
}

/// A fact's id and its check.
#[derive(Clone, Copy)]
pub struct Fact {
    /// Its id in `facts.txt`.
    pub id: &'static str,
    /// Its check.
    pub run: Run,
}

/// A fact that holds in each deployment.
pub fn fact(id: &'static str, check: fn(&Env) -> Check) -> Fact {
    Fact { id, run: Run::Each(check) }
}

/// A fact over all deployments.
pub fn fact_of_all(id: &'static str, check: fn(&Tree) -> Check) -> Fact {
    Fact { id, run: Run::All(check) }
}

/// Every fact that what a build wrote can show.
pub fn all() -> Vec<Fact> {
    let sections = [
        deployments::facts(),
        plan::facts(),
        names_tags::facts(),
        network::facts(),
        security::facts(),
        storage::facts(),
        data::facts(),
        secrets::facts(),
        compute::facts(),
        iam::facts(),
        user_data::facts(),
        validations::facts(),
        conflicts::facts(),
    ];
    sections.into_iter().flatten().collect()
}

/// One check on one deployment, or on all.
#[derive(Clone, Copy)]
pub struct Case {
    /// The fact.
    pub fact: Fact,
    team: Option<usize>,
}

impl Case {
    /// Runs it.
    pub fn run(&self, tree: &Tree) -> Check {
        match (self.fact.run, self.team) {
            (Run::Each(check), Some(team)) => check(&tree.env(&TEAMS[team])),
            (Run::All(check), _) => check(tree),
            (Run::Each(_), None) => Err("a check without its deployment".to_owned()),
        }
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self.team {
            Some(team) => format!("{} in {}", self.fact.id, TEAMS[team].id),
            None => self.fact.id.to_owned(),
        }
    }
}

/// Every check, with every deployment it applies to.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for fact in all() {
        match fact.run {
            Run::Each(_) => cases.extend((0..TEAMS.len()).map(|team| Case { fact, team: Some(team) })),
            Run::All(_) => cases.push(Case { fact, team: None }),
        }
    }
    cases
}
