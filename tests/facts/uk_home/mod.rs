//! The UK Home Improvement Platform, each of its facts with the check that proves it on what a build wrote.

pub mod access;
pub mod api;
pub mod backup;
pub mod compute;
pub mod conflicts;
pub mod data;
pub mod edge;
pub mod environments;
pub mod foundation;
pub mod identity;
pub mod mistakes;
pub mod monitoring;
pub mod names;
pub mod outputs;
pub mod plan;
pub mod plants;
pub mod variants;

use serde_json::Value;

use crate::system::{Environment, Fact, System, fact_in};
use crate::tree::{Check, Env, Res, Tree, want};

/// The platform: a stack for everything, one for the site's firewall, and one for copies; development has the first alone.
pub static SYSTEM: System = System {
    name: "uk-home-improvement",
    facts: include_str!("facts.txt"),
    environments: &[
        Environment { folder: "dev", id: "dev" },
        Environment { folder: "staging", id: "staging" },
        Environment { folder: "prod", id: "prod" },
    ],
    stacks: &["main", "edge", "dr"],
    stack_name,
    name_of: name,
    checks: all,
    mistakes: &mistakes::MISTAKES,
    variants: &variants::VARIANTS,
    plants: &plants::PLANTS,
    deviations: &[
        (
            "UK-263",
            "the number is asked for instead of left empty: a subscription without one fails at deployment, and where there \
             is one (UK-197) it stands in the template whatever the parameter says",
        ),
        ("UK-264", "workspace and channel are asked for, for the same reason (UK-199)"),
        (
            "UK-266",
            "whether there is a certificate is a setting of the environment, since it decides what is built (UK-311); where \
             there is one, it is asked for",
        ),
    ],
    waiting: &[
        (
            "UK-309",
            "a claim is not held against schedules: that a copy is a day old, and the claim five minutes, stands in a comment",
        ),
        (
            "UK-313",
            "nothing asks yet whether a function is ever called without waiting; the comment at the function says it",
        ),
    ],
    sample: 40,
};

fn stack_name(at: &Environment, stack: &str) -> String {
    let env = match at.id {
        "dev" => "Dev",
        "staging" => "Staging",
        _ => "Prod",
    };
    let rest = match stack {
        "edge" => "Edge",
        "dr" => "Dr",
        _ => "",
    };
    format!("UKHomeImprovement{env}{rest}")
}

fn name(at: &Environment, rest: &str) -> String {
    if at.id == "prod" {
        format!("uk-home-improvement-{rest}")
    } else {
        format!("uk-home-improvement-{}-{rest}", at.id)
    }
}

/// Whether an environment has everything: the document's matrix gives development less.
pub fn full(env: &Env) -> bool {
    env.at.id != "dev"
}

/// A fact of staging and production.
pub fn fact_full(id: &'static str, check: fn(&Env) -> Check) -> [Fact; 2] {
    [fact_in("staging", id, check), fact_in("prod", id, check)]
}

/// All environments.
pub fn environments(tree: &Tree) -> impl Iterator<Item = Env<'_>> {
    SYSTEM.environments.iter().map(move |at| Env { tree, system: &SYSTEM, at })
}

/// The stacks that an environment has.
pub fn stacks(env: &Env) -> &'static [&'static str] {
    if full(env) { &["main", "edge", "dr"] } else { &["main"] }
}

/// All resources of a type in the stacks that an environment has.
pub fn anywhere<'t>(env: &Env<'t>, ty: &str) -> Result<Vec<Res<'t>>, String> {
    let mut found = Vec::new();
    for stack in stacks(env) {
        found.extend(env.all(stack, ty)?);
    }
    Ok(found)
}

/// What an output says, by its name.
pub fn output(env: &Env, name: &str) -> Result<Value, String> {
    let found = env.outputs("main")?.into_iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value).ok_or_else(|| format!("no output {name}"))
}

/// An ARN in this account and region.
pub fn arn(service: &str, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
}

/// That a role may be assumed by one service alone.
pub fn trusted_by(role: &Res, service: &str) -> Check {
    let statements = crate::policy::statements(&role.get("AssumeRolePolicyDocument"))?;
    let wanted = format!("Service:{service}");
    let sound = matches!(&statements[..], [only] if only.allows && only.actions == ["sts:AssumeRole"] && only.principals == [wanted.clone()]);
    want(sound, || format!("{} is trusted by {statements:?}, not {service}", role.place()))
}

/// That a bucket is closed to the public on all four ways.
pub fn blocks_public(bucket: &Res) -> Check {
    for key in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        bucket.is(&format!("PublicAccessBlockConfiguration.{key}"), true)?;
    }
    Ok(())
}

/// That a thing outlives its place in the sources.
pub fn retained(res: &Res) -> Check {
    res.policy("DeletionPolicy", &["Retain", "RetainExceptOnCreate"])
}

/// Every fact that what a build wrote can show.
fn all() -> Vec<Fact> {
    let sections = [
        environments::facts(),
        plan::facts(),
        names::facts(),
        foundation::facts(),
        identity::facts(),
        data::facts(),
        compute::facts(),
        api::facts(),
        edge::facts(),
        monitoring::facts(),
        backup::facts(),
        outputs::facts(),
        access::facts(),
        conflicts::facts(),
    ];
    sections.concat()
}
