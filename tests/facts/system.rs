//! A system whose facts are proved: its environments, what its stacks are called, its facts and their checks.

use crate::broken::Source;
use crate::plants::Plant;
use crate::tree::{Check, Env, Tree};

/// A system under `specs`, and all that is to be proved of it.
pub struct System {
    /// Its folder under `specs`.
    pub name: &'static str,
    /// All facts: a line `id|check|subject` each. The check is T (what is built), C (the compiler), R (run time) or D
    /// (documentation).
    pub facts: &'static str,
    /// The environments whose templates are held against the facts.
    pub environments: &'static [Environment],
    /// The short names of all stacks.
    pub stacks: &'static [&'static str],
    /// What a stack is called in an environment.
    pub stack_name: fn(&Environment, &str) -> String,
    /// What a thing is called in an environment.
    pub name_of: fn(&Environment, &str) -> String,
    /// Every fact that what a build wrote can show.
    pub checks: fn() -> Vec<Fact>,
    /// Mistakes in the source that the compiler must tell of.
    pub mistakes: &'static [Mistake],
    /// The system with something else in it, built, and what must be true of it then.
    pub variants: &'static [Variant],
    /// What must not be there, and is planted to see whether some fact notices.
    pub plants: &'static [Plant],
    /// Facts from which the system departs, each with the reason.
    pub deviations: &'static [(&'static str, &'static str)],
    /// Facts whose proof waits for a mechanism, each with what it waits for.
    pub waiting: &'static [(&'static str, &'static str)],
    /// Each how many-th damage is tried for the share that goes unnoticed; all of them with `INFRAC_THOROUGH`.
    pub sample: usize,
}

/// An environment: its folder in what a build writes, and the part it has in names.
#[derive(Debug, PartialEq, Eq)]
pub struct Environment {
    /// The folder's name.
    pub folder: &'static str,
    /// Its part of names.
    pub id: &'static str,
}

/// How a fact's check is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// For each environment by itself.
    Each(fn(&Env) -> Check),
    /// For one environment alone, by its folder.
    Only(&'static str, fn(&Env) -> Check),
    /// Over all environments at once.
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

/// A fact that holds in each environment.
pub fn fact(id: &'static str, check: fn(&Env) -> Check) -> Fact {
    Fact { id, run: Run::Each(check) }
}

/// A fact of one environment.
pub fn fact_in(folder: &'static str, id: &'static str, check: fn(&Env) -> Check) -> Fact {
    Fact { id, run: Run::Only(folder, check) }
}

/// A fact over all environments.
pub fn fact_of_all(id: &'static str, check: fn(&Tree) -> Check) -> Fact {
    Fact { id, run: Run::All(check) }
}

/// A mistake, and what must be said of it.
pub struct Mistake {
    /// The fact that asks for it.
    pub fact: &'static str,
    /// Its name, a sentence in kebab case; what several facts ask for has one.
    pub name: &'static str,
    /// How it is made.
    pub make: fn(&mut Source),
    /// The codes of which it must get one; the intact source has none of them, or fewer.
    pub codes: &'static [&'static str],
    /// The exit code: 1 for an error, 0 for less.
    pub exit: i32,
}

impl Mistake {
    /// A mistake that nothing is built with.
    pub const fn error(
        fact: &'static str,
        name: &'static str,
        codes: &'static [&'static str],
        make: fn(&mut Source),
    ) -> Mistake {
        Mistake { fact, name, make, codes, exit: 1 }
    }

    /// A mistake of which people are told, and that is built all the same.
    pub const fn warning(
        fact: &'static str,
        name: &'static str,
        codes: &'static [&'static str],
        make: fn(&mut Source),
    ) -> Mistake {
        Mistake { fact, name, make, codes, exit: 0 }
    }
}

/// Another form of the system, built in one environment.
pub struct Variant {
    /// The facts that it shows.
    pub facts: &'static [&'static str],
    /// Its name, a sentence in kebab case.
    pub name: &'static str,
    /// How it differs.
    pub make: fn(&mut Source),
    /// The environment that is built.
    pub environment: Environment,
    /// What is true of it; the system as it stands does not pass.
    pub check: fn(&Env) -> Check,
}

/// One check on one environment, or on all.
#[derive(Clone, Copy)]
pub struct Case {
    /// The fact.
    pub fact: Fact,
    place: Option<(&'static System, &'static Environment)>,
}

impl Case {
    /// Runs it.
    pub fn run(&self, tree: &Tree) -> Check {
        match (self.fact.run, self.place) {
            (Run::Each(check) | Run::Only(_, check), Some((system, at))) => check(&Env { tree, system, at }),
            (Run::All(check), _) => check(tree),
            (Run::Each(_) | Run::Only(..), None) => Err("a check without its environment".to_owned()),
        }
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self.place {
            Some((_, at)) => format!("{} in {}", self.fact.id, at.folder),
            None => self.fact.id.to_owned(),
        }
    }
}

impl System {
    /// Every check, with every environment it applies to.
    pub fn cases(&'static self) -> Vec<Case> {
        let mut cases = Vec::new();
        for fact in (self.checks)() {
            let suits = |at: &&Environment| match fact.run {
                Run::Each(_) => true,
                Run::Only(folder, _) => at.folder == folder,
                Run::All(_) => false,
            };
            let before = cases.len();
            cases.extend(self.environments.iter().filter(suits).map(|at| Case { fact, place: Some((self, at)) }));
            match fact.run {
                Run::Each(_) | Run::Only(..) => assert!(before < cases.len(), "{} has no environment", fact.id),
                Run::All(_) => cases.push(Case { fact, place: None }),
            }
        }
        cases
    }

    /// The facts that a mistake or a variant shows.
    pub fn shown_elsewhere(&self) -> impl Iterator<Item = &'static str> {
        let mistakes = self.mistakes.iter().map(|mistake| mistake.fact);
        mistakes.chain(self.variants.iter().flat_map(|variant| variant.facts.iter().copied()))
    }
}
