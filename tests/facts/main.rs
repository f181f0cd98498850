//! The facts of the systems under `specs`, held against what a build writes.
//!
//! These tests read templates and plans as a stranger would: they share no code with the compiler. `tree`, `env` and
//! `meaning` read CloudFormation; a folder for each system has a check for each of its facts; and `damage` proves that
//! the checks look: a fact counts as covered only if its own check fails on some damage to what was written.
//!
//! To add a system: a folder with `facts.txt` (a line `id|check|subject` for each fact) and a `SYSTEM` (see `system`), and a
//! line in the list below. Checks stand in files by subject; those of C facts are mistakes in the source (`mistakes`) or
//! other forms of the system (`variants`). Types whose `Ref` is a name, and things that must not be there, may need a line
//! in `meaning` and in the system's `plants`.
//!
//! Damages that no fact needs for its proof are only sampled; `INFRAC_THOROUGH` tries them all.
//! `INFRAC_FACTS_DIR` names a folder with systems that are already built. `INFRAC_FACTS_UNNOTICED` prints the damages that
//! no fact notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test speaks by failing"
)]

mod broken;
mod built;
mod cloudvault;
mod coverage;
mod damage;
mod diagnosed;
mod env;
mod hr_lab;
mod json_upload;
mod meaning;
mod meaning_tests;
mod plants;
mod policy;
mod resource;
mod rules;
mod script;
mod spec_wizard;
mod system;
mod tree;
mod uk_home;

/// Four tests for each system.
macro_rules! systems {
    ($($tests:ident: $system:expr,)*) => { $(
        mod $tests {
            use std::sync::OnceLock;

            use crate::system::System;
            use crate::tree::Tree;
            use crate::{built, coverage, damage, diagnosed};

            static SYSTEM: &System = &$system;

            fn tree() -> Tree {
                static DIR: OnceLock<std::path::PathBuf> = OnceLock::new();
                Tree::load(DIR.get_or_init(|| built::dir(SYSTEM)))
            }

            #[test]
            fn every_fact_holds_in_what_a_build_writes() {
                let (tree, cases) = (tree(), SYSTEM.cases());
                let failing = cases.iter().filter_map(|case| case.run(&tree).err().map(|e| format!("{}: {e}", case.name())));
                let wrong: Vec<String> = failing.collect();
                assert!(wrong.is_empty(), "{} checks fail:\n{}", wrong.len(), wrong.join("\n"));
            }

            #[test]
            fn every_t_and_c_fact_is_covered_by_a_check_that_notices_damage_or_is_listed_with_a_reason() {
                let report = damage::everywhere(SYSTEM, &tree());
                let summary = coverage::of(SYSTEM, &report);
                println!("{}", summary.line(SYSTEM, &report));
                if std::env::var_os("INFRAC_FACTS_UNNOTICED").is_some() {
                    report.unnoticed.iter().for_each(|damage| println!("unnoticed: {damage}"));
                }
                assert!(summary.wrong.is_empty(), "{}", summary.wrong.join("\n"));
            }

            #[test]
            fn each_mistake_that_a_fact_names_is_diagnosed_and_the_intact_source_is_not() {
                let wrong = diagnosed::untold(SYSTEM);
                assert!(wrong.is_empty(), "{}", wrong.join("\n"));
            }

            #[test]
            fn each_variant_that_a_fact_names_is_what_it_should_be() {
                let wrong = diagnosed::amiss(SYSTEM, &tree());
                assert!(wrong.is_empty(), "{}", wrong.join("\n"));
            }
        }
    )* };
}

systems! {
    the_vault: crate::cloudvault::SYSTEM,
    the_hr_lab: crate::hr_lab::SYSTEM,
    the_json_upload: crate::json_upload::SYSTEM,
    the_specification_wizard: crate::spec_wizard::SYSTEM,
    the_uk_home_improvement_platform: crate::uk_home::SYSTEM,
}
