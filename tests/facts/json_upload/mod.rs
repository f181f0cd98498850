//! JSON upload, each of its facts with the check that proves it on what a build wrote.

pub mod alarms;
pub mod api;
pub mod auth;
pub mod data;
pub mod iam;
pub mod mistakes;
pub mod names;
pub mod network;
pub mod plan;
pub mod plants;
pub mod settings;
pub mod storage;
pub mod workflow;

use crate::system::{Environment, System};
pub use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The stacks, in the order the document lists them.
pub const STACKS: [&str; 5] = ["data", "storage", "auth", "workflow", "jsonupload"];

/// The one deployment.
pub static SYSTEM: System = System {
    name: "json-upload",
    facts: include_str!("facts.txt"),
    environments: &[Environment { folder: "prod", id: "prod" }],
    stacks: &STACKS,
    stack_name: name,
    name_of: name,
    checks: all,
    mistakes: &mistakes::MISTAKES,
    variants: &settings::VARIANTS,
    plants: &plants::PLANTS,
    deviations: &[],
    waiting: &[
        ("JU-273", "a claim is a text: nothing tells yet that a rate rule is no defence against a flood from many"),
        (
            "JU-276",
            "a rule cannot ask for a resource's DeletionPolicy, so none can tell of a kept thing with a name of its own",
        ),
    ],
    sample: 4,
};

fn name(at: &Environment, rest: &str) -> String {
    format!("json-upload-{}-{rest}", at.id)
}

/// The resource of this type and logical id.
pub fn called<'t>(env: &Env<'t>, stack: &str, ty: &str, id: &str) -> Result<Res<'t>, String> {
    let found = env.all(stack, ty)?.into_iter().find(|res| res.logical_id() == id);
    found.ok_or_else(|| format!("no {ty} is called {id} in {stack}"))
}

/// That something holds for each of some resources, of which there are so many.
pub fn each<'t>(count: usize, all: Vec<Res<'t>>, check: impl Fn(&Res<'t>) -> Check) -> Check {
    want(all.len() == count, || format!("{} resources, not {count}", all.len()))?;
    all.iter().try_for_each(check)
}

/// Every fact that what a build wrote can show.
fn all() -> Vec<Fact> {
    let sections = [
        plan::facts(),
        names::facts(),
        network::facts(),
        data::facts(),
        storage::facts(),
        auth::facts(),
        workflow::facts(),
        api::facts(),
        alarms::facts(),
        iam::facts(),
    ];
    sections.into_iter().flatten().collect()
}
