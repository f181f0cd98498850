//! The facts of the HR Lab, held against what a build writes.
//!
//! These tests read templates and plans as a stranger would: they share no code with the compiler. `tree` and
//! `meaning` read CloudFormation, `hr_lab` has a check for each fact, and `damage` proves that the checks look: a
//! fact counts as covered only if its own check fails on some damage to what was written.
//!
//! `INFRAC_FACTS_DIR` names a tree that is already built. `INFRAC_FACTS_UNNOTICED` prints the damages no fact notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test speaks by failing"
)]

mod broken;
mod built;
mod coverage;
mod damage;
mod diagnosed;
mod hr_lab;
mod meaning;
mod meaning_tests;
mod plants;
mod policy;
mod resource;
mod script;
mod settings;
mod tree;

use tree::Tree;

#[test]
fn every_fact_of_the_hr_lab_holds_in_what_a_build_writes() {
    let tree = Tree::load(built::dir());
    let wrong: Vec<String> = hr_lab::cases()
        .iter()
        .filter_map(|case| case.run(&tree).err().map(|message| format!("{}: {message}", case.name())))
        .collect();
    assert!(wrong.is_empty(), "{} checks fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_t_and_c_fact_is_covered_by_a_check_that_notices_damage_or_is_listed_with_a_reason() {
    let tree = Tree::load(built::dir());
    let report = damage::everywhere(&tree);
    let summary = coverage::of(&report);
    println!("{}", summary.line(&report));
    if std::env::var_os("INFRAC_FACTS_UNNOTICED").is_some() {
        report.unnoticed.iter().for_each(|damage| println!("unnoticed: {damage}"));
    }
    assert!(summary.wrong.is_empty(), "{}", summary.wrong.join("\n"));
}
