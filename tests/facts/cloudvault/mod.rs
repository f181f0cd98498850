//! CloudVault, each of its facts with the check that proves it on what a build wrote.

pub mod api;
pub mod cicd;
pub mod configuration;
pub mod conflicts;
pub mod events;
pub mod files;
pub mod functions;
pub mod iam;
pub mod identity;
pub mod mistakes;
pub mod monitoring;
pub mod names_tags;
pub mod network;
pub mod outputs;
pub mod parameters;
pub mod plants;
pub mod security;
pub mod stacks;
pub mod tables;
pub mod variants;

use crate::system::{Environment, System};
pub use crate::system::{Fact, fact, fact_in, fact_of_all};
use crate::tree::{Check, Env, Res, Tree, want};

/// The eight stacks, in the order in which they are deployed.
pub const STACKS: [&str; 8] = ["network", "security", "replica", "foundation", "api", "events", "monitoring", "cicd"];

/// CloudVault: two environments with one definition, in one account.
pub static SYSTEM: System = System {
    name: "cloudvault",
    facts: include_str!("facts.txt"),
    environments: &[Environment { folder: "dev", id: "dev" }, Environment { folder: "production", id: "production" }],
    stacks: &STACKS,
    stack_name: name,
    name_of: name,
    checks: all,
    mistakes: &mistakes::MISTAKES,
    variants: &variants::VARIANTS,
    plants: &plants::PLANTS,
    deviations: &DEVIATIONS,
    waiting: &[],
    sample: 40,
};

/// Facts from which the system departs. Of most of them the compiler says nothing that they ask it to say; what was made of
/// them stands in the templates all the same, and is checked.
const DEVIATIONS: [(&str, &str); 14] = [
    ("CV-134", "the addresses of all environments are not summed up against the account's quota; there are 4 of 5"),
    ("CV-476", "S3 Select is a request that s3:GetObject allows: no template shows whether a program makes it"),
    ("CV-488", "nothing is said of a way out that is open to everything; it is there, as stated"),
    ("CV-494", "nothing is said of bounds that an on-demand table does not use"),
    ("CV-495", "nothing is said of reserved capacity, which is no resource"),
    ("CV-501", "a step is text: nothing tells a sandbox from another one; the plan has none"),
    ("CV-504", "nothing is said of a pipeline that leaves stacks out; this one deploys each, in the order of the plan"),
    ("CV-505", "nothing is said of two pipelines that deploy the same stacks; each follows its own branch"),
    ("CV-507", "nothing is said of `*` among the headers of CORS; production lists them"),
    ("CV-512", "nothing is said of bucket names that are the same in every account; they are as stated"),
    ("CV-513", "nothing is said of fixed names of what may have to be replaced; they are as stated"),
    ("CV-514", "nothing is said of TLS 1.3; buckets and queues take nothing but TLS"),
    ("CV-515", "a claim is not held against a schedule; both stand in the source"),
    ("CV-498", "an upload calls a function by a rule: there is no notification that could refer back to it"),
];

fn name(at: &Environment, rest: &str) -> String {
    format!("cloudvault-{}-{rest}", at.id)
}

/// The document's configuration of an environment, and what goes with it.
#[derive(Debug)]
pub struct Config {
    env: &'static str,
    /// What a table can do at least, where capacity is bought in advance.
    pub min: u32,
    /// What it can do at most.
    pub max: u32,
    /// For how many days log lines are kept.
    pub logs: u32,
    /// For how many days backups are kept.
    pub backups: u32,
    /// Whether this is the environment with everything that costs: capacity, WAF, GuardDuty, detailed metrics.
    pub full: bool,
    /// Who is told of alarms.
    pub email: &'static str,
    /// How many NAT gateways there are.
    pub nats: usize,
    /// The pages that may use the API.
    pub origin: &'static str,
    /// The branch that its pipeline follows.
    pub branch: &'static str,
}

static CONFIGS: [Config; 2] = [
    Config {
        env: "dev",
        min: 1,
        max: 10,
        logs: 7,
        backups: 7,
        full: false,
        email: "dev-team@cloudvault.com",
        nats: 1,
        origin: "https://dev.cloudvault.com",
        branch: "develop",
    },
    Config {
        env: "production",
        min: 5,
        max: 100,
        logs: 30,
        backups: 90,
        full: true,
        email: "ops-team@cloudvault.com",
        nats: 3,
        origin: "https://app.cloudvault.com",
        branch: "main",
    },
];

/// What is expected of an environment.
pub fn config(env: &Env) -> &'static Config {
    CONFIGS.iter().find(|config| config.env == env.at.folder).unwrap_or(&CONFIGS[0])
}

/// Both environments.
pub fn environments(tree: &Tree) -> impl Iterator<Item = Env<'_>> {
    SYSTEM.environments.iter().map(move |at| Env { tree, system: &SYSTEM, at })
}

/// That something holds of each of some resources, and that there are as many as there should be.
pub fn each(count: usize, all: Vec<Res>, check: impl Fn(&Res) -> Check) -> Check {
    want(all.len() == count, || format!("{} of them, not {count}: {all:?}", all.len()))?;
    all.iter().try_for_each(check)
}

/// Every fact that what a build wrote can show.
fn all() -> Vec<Fact> {
    let sections = [
        configuration::facts(),
        stacks::facts(),
        names_tags::facts(),
        network::facts(),
        security::facts(),
        identity::facts(),
        tables::facts(),
        files::facts(),
        functions::facts(),
        iam::facts(),
        api::facts(),
        events::facts(),
        monitoring::facts(),
        cicd::facts(),
        outputs::facts(),
        parameters::facts(),
        conflicts::facts(),
    ];
    sections.into_iter().flatten().collect()
}
