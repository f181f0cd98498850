//! The HR Lab, each of its facts with the check that proves it on what a build wrote.

pub mod compute;
pub mod conflicts;
pub mod data;
pub mod deployments;
pub mod iam;
pub mod mistakes;
pub mod names_tags;
pub mod network;
pub mod plan;
pub mod plants;
pub mod secrets;
pub mod security;
pub mod settings;
pub mod storage;
pub mod user_data;
pub mod validations;

use crate::system::{Environment, System};
pub use crate::system::{Fact, fact, fact_in, fact_of_all};
use crate::tree::{Env, Tree};

/// The six stacks, in the order the document lists them.
pub const STACKS: [&str; 6] = ["network", "security", "storage", "data", "secrets", "compute"];

/// The lab: two deployments, and a stack of the account that both share.
pub static SYSTEM: System = System {
    name: "hr-lab",
    facts: include_str!("facts.txt"),
    environments: &[Environment { folder: "team01", id: "team01" }, Environment { folder: "team02", id: "team02" }],
    stacks: &STACKS,
    stack_name: |at, stack| if stack == "security" { "hrapp-security".to_owned() } else { name(at, stack) },
    name_of: name,
    checks: all,
    mistakes: &mistakes::MISTAKES,
    variants: &[settings::VARIANT],
    plants: &plants::PLANTS,
    deviations: &[],
    waiting: &[],
    sample: 8,
};

fn name(at: &Environment, rest: &str) -> String {
    format!("hrapp-{}-{rest}", at.id)
}

/// What a deployment's templates must show of its settings.
#[derive(Debug)]
pub struct Team {
    /// The deployment's id.
    pub id: &'static str,
    /// The owner in its tags.
    pub owner: &'static str,
    /// How many NAT gateways its mode asks for.
    pub nats: usize,
    /// Whether its database stands in two zones.
    pub multi_az: bool,
}

/// The two deployments that the facts are tried on: all defaults, and everything that has two forms in its other one. The
/// third is that of `settings`.
static TEAMS: [Team; 3] = [
    Team { id: "team01", owner: "training-admin", nats: 1, multi_az: false },
    Team { id: "team02", owner: "training-admin", nats: 2, multi_az: true },
    Team { id: "blue7", owner: "somebody else", nats: 2, multi_az: true },
];

/// What is expected of a deployment.
pub fn team(env: &Env) -> &'static Team {
    TEAMS.iter().find(|team| team.id == env.at.id).unwrap()
}

/// Both deployments.
pub fn environments(tree: &Tree) -> impl Iterator<Item = Env<'_>> {
    SYSTEM.environments.iter().map(move |at| Env { tree, system: &SYSTEM, at })
}

/// Every fact that what a build wrote can show.
fn all() -> Vec<Fact> {
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
