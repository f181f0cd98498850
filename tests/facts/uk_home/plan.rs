//! Section 2: the stacks, where they stand, and their order.

use serde_json::Value;

use super::{fact_full, full, stacks};
use crate::meaning::plain;
use crate::system::{Fact, fact, fact_in};
use crate::tree::{Check, Env, want};

fn text(value: &Value, key: &str) -> String {
    value.get(key).map(plain).unwrap_or_default()
}

fn items<'v>(value: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    value.get(key).and_then(Value::as_array).ok_or_else(|| format!("the plan has no {key}"))
}

/// A stack's entry in the plan.
fn entry<'t>(env: &Env<'t>, stack: &str) -> Result<&'t Value, String> {
    let name = env.stack_name(stack);
    env.plan()?.get("stacks").and_then(|all| all.get(&name)).ok_or_else(|| format!("the plan has no stack {name}"))
}

/// That a stack stands in a region.
pub fn in_region(env: &Env, stack: &str, region: &str) -> Check {
    env.resources(stack)?;
    let found = text(entry(env, stack)?, "region");
    want(found == region, || format!("{stack} in {found}"))
}

/// The stacks in the order in which the plan deploys them.
fn order(env: &Env) -> Result<Vec<String>, String> {
    let plan = env.plan()?;
    let steps = items(plan, "steps")?;
    let mut found = Vec::new();
    for id in items(plan, "order")? {
        let step = steps.iter().find(|step| step.get("id") == Some(id)).ok_or_else(|| format!("no step {id}"))?;
        if text(step, "do") == "deploy" {
            found.push(text(step, "stack"));
        }
    }
    Ok(found)
}

/// That an environment has these stacks, and the main one comes last.
fn main_last(env: &Env) -> Check {
    let found = order(env)?;
    let mut wanted: Vec<String> = stacks(env).iter().map(|stack| env.stack_name(stack)).collect();
    let last = env.stack_name("main");
    want(found.last() == Some(&last), || format!("{found:?} do not end with {last}"))?;
    let mut sorted = found.clone();
    sorted.sort();
    wanted.sort();
    want(sorted == wanted, || format!("{found:?}, not {wanted:?}"))
}

/// Why the main stack comes after another one.
fn handed_over(env: &Env, stack: &str) -> Result<Vec<String>, String> {
    let (before, after) = (format!("deploy:{}", env.stack_name(stack)), format!("deploy:{}", env.stack_name("main")));
    let edges = items(env.plan()?, "edges")?;
    let edge = edges.iter().find(|edge| text(edge, "before") == before && text(edge, "after") == after);
    let edge = edge.ok_or_else(|| format!("{after} does not wait for {before}"))?;
    Ok(items(edge, "because")?.iter().map(|why| text(why, "via")).collect())
}

/// Where the plan takes a parameter of the main stack from: stack and output.
pub fn source(env: &Env, parameter: &str) -> Result<(String, String), String> {
    let found = items(entry(env, "main")?, "parameters")?.iter().find(|one| text(one, "name") == parameter);
    let from = found.and_then(|one| one.get("from")).ok_or_else(|| format!("no parameter {parameter}"))?;
    Ok((text(from, "stack"), text(from, "output")))
}

/// That the plan tells people to do something.
pub fn tells(env: &Env, what: &str) -> Check {
    let steps = items(env.plan()?, "steps")?;
    let told = steps.iter().any(|step| text(step, "do") == "manual" && text(step, "text").contains(what));
    want(told, || format!("nobody is told of {what}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-021", |e| {
            main_last(e)?;
            want(e.resources("main")?.len() > 60, || "the main stack is nearly empty".into())
        }),
        fact_in("dev", "UK-022", |e| {
            let found = order(e)?;
            want(found == ["UKHomeImprovementDev"], || format!("stacks {found:?}"))
        }),
        fact_in("staging", "UK-023", |e| {
            let found = order(e)?;
            want(found.last().is_some_and(|last| last == "UKHomeImprovementStaging"), || format!("stacks {found:?}"))
        }),
        fact("UK-026", |e| {
            main_last(e)?;
            if full(e) {
                handed_over(e, "edge")?;
                handed_over(e, "dr")?;
            }
            Ok(())
        }),
        fact("UK-028", main_last),
    ];
    for more in [
        fact_full("UK-024", |e| {
            in_region(e, "edge", "us-east-1")?;
            e.one("edge", "AWS::WAFv2::WebACL")?.is("Scope", "CLOUDFRONT")?;
            handed_over(e, "edge").map(drop)
        }),
        fact_full("UK-025", |e| {
            in_region(e, "dr", "eu-west-1")?;
            for ty in ["AWS::Backup::BackupVault", "AWS::S3::Bucket", "AWS::KMS::Key"] {
                e.one("dr", ty)?;
            }
            handed_over(e, "dr").map(drop)
        }),
        fact_full("UK-027", |e| {
            let (edge, dr) = (handed_over(e, "edge")?, handed_over(e, "dr")?);
            want(edge == ["EdgeWebAclArn"] && dr.contains(&"DrVaultArn".to_owned()), || format!("{edge:?}, {dr:?}"))
        }),
    ] {
        facts.extend(more);
    }
    facts
}
