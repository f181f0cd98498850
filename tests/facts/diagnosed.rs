//! What the compiler must tell of, and other forms of a system: each is a change to its source.

use std::collections::BTreeMap;

use crate::broken::{Said, Source};
use crate::built::build;
use crate::system::{Mistake, System, Variant};
use crate::tree::{Env, Tree};

/// The mistakes of which the compiler does not say what it should. One that several facts ask for is tried once. Most show in
/// the last environment, which is quicker than all: only the others, or all with `INFRAC_THOROUGH`, are tried in each.
pub fn untold(system: &'static System) -> Vec<String> {
    let intact = Source::of(system).check("intact");
    assert_eq!(intact.exit, Some(0), "{} has errors:\n{}", system.name, intact.text);
    let last = system.environments.last().filter(|_| std::env::var_os("INFRAC_THOROUGH").is_none());
    let mut found: BTreeMap<&str, Result<(), String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for mistake in system.mistakes {
        let answer = found.entry(mistake.name).or_insert_with(|| {
            let mut source = Source::of(system);
            (mistake.make)(&mut source);
            let quick = last.map(|at| told(mistake, &intact, &source.check_in(mistake.name, at.folder)));
            if quick.is_some_and(|answer| answer.is_ok()) {
                return Ok(());
            }
            told(mistake, &intact, &source.check(mistake.name))
        });
        wrong.extend(answer.clone().err());
    }
    wrong
}

fn told(mistake: &Mistake, intact: &Said, said: &Said) -> Result<(), String> {
    let more = mistake.codes.iter().any(|code| said.times(code) > intact.times(code));
    if more && said.exit == Some(mistake.exit) {
        return Ok(());
    }
    let (fact, name, exit) = (mistake.fact, mistake.name, said.exit);
    Err(format!("{fact} {name}: exit {exit:?} with {:?}, not {:?}", said.codes, mistake.codes))
}

/// The variants that are not what they should be. A check that the system as it stands passes as well shows nothing.
pub fn amiss(system: &'static System, intact: &Tree) -> Vec<String> {
    let wrong = |variant: &'static Variant| {
        let mut source = Source::of(system);
        (variant.make)(&mut source);
        let name = format!("{}-built-{}", system.name, variant.name);
        let at = &variant.environment;
        let tree = Tree::load(&build(&source.write(variant.name), &name, &["--env", at.folder]));
        match (variant.check)(&Env { tree: &tree, system, at }) {
            Err(message) => Some(format!("{}: {message}", variant.name)),
            Ok(()) if (variant.check)(&Env { tree: intact, system, at }).is_ok() => {
                Some(format!("{}: the system as it stands passes as well", variant.name))
            }
            Ok(()) => None,
        }
    };
    system.variants.iter().filter_map(wrong).collect()
}
