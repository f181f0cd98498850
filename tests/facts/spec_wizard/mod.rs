//! The Specification Wizard, each of its facts with the check that proves it on what a build wrote.

pub mod api;
pub mod cdn;
pub mod database;
pub mod decisions;
pub mod email;
pub mod iam;
pub mod mistakes;
pub mod monitoring;
pub mod plants;
pub mod security;
pub mod settings;
pub mod stacks;
pub mod storage;

use crate::system::{Environment, System};
pub use crate::system::{Fact, fact, fact_in, fact_of_all};
use crate::tree::Env;

/// The seven stacks, in the order in which the facts deploy them.
pub const STACKS: [&str; 7] = ["security", "database", "storage", "email", "cdn", "apigateway", "monitoring"];

/// The Wizard: three environments, each in an account of its own.
pub static SYSTEM: System = System {
    name: "spec-wizard",
    facts: include_str!("facts.txt"),
    environments: &[
        Environment { folder: "dev", id: "dev" },
        Environment { folder: "staging", id: "staging" },
        Environment { folder: "prod", id: "prod" },
    ],
    stacks: &STACKS,
    stack_name: name,
    name_of: name,
    checks: all,
    mistakes: &mistakes::MISTAKES,
    variants: &settings::VARIANTS,
    plants: &plants::PLANTS,
    deviations: &[],
    waiting: &[],
    sample: 12,
};

fn name(at: &Environment, rest: &str) -> String {
    format!("spec-wizard-{rest}-{}", at.id)
}

/// Whether this is production, where everything is done so that nothing is lost.
pub fn production(env: &Env) -> bool {
    env.at.id == "prod"
}

/// What becomes of data here.
pub fn fate(env: &Env) -> &'static str {
    if production(env) { "Retain" } else { "Delete" }
}

/// `arn:…:SERVICE:REGION:ACCOUNT:REST` of this account and region.
pub fn arn(service: &str, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
}

/// Every fact that what a build wrote can show.
fn all() -> Vec<Fact> {
    let sections = [
        stacks::facts(),
        security::facts(),
        database::facts(),
        storage::facts(),
        cdn::facts(),
        email::facts(),
        api::facts(),
        monitoring::facts(),
        iam::facts(),
        decisions::facts(),
    ];
    sections.into_iter().flatten().collect()
}
