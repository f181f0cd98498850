//! Section 2: the stacks and the order in which they are deployed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fact, STACKS, config, fact};
use crate::meaning::plain;
use crate::tree::{Check, Env, want};

/// A stack's entry in the plan.
pub fn entry<'t>(env: &Env<'t>, stack: &str) -> Result<&'t Value, String> {
    let name = env.stack_name(stack);
    let found = env.plan()?.get("stacks").and_then(|stacks| stacks.get(&name));
    let entry = found.ok_or_else(|| format!("the plan has no stack {name}"))?;
    let file = entry.pointer("/template/file").map(plain).unwrap_or_default();
    let right = entry.get("name").is_some_and(|own| *own == name) && file == format!("{name}.template.json");
    want(right, || format!("{name} is {entry}"))?;
    env.frame(stack)?;
    Ok(entry)
}

fn list<'v>(plan: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    plan.get(key).and_then(Value::as_array).ok_or_else(|| format!("the plan has no {key}"))
}

/// The short name of the stack that a step deploys.
fn deployed<'v>(env: &Env, step: &'v Value) -> Option<&'v str> {
    step.as_str()?.strip_prefix("deploy:")?.strip_prefix(&env.name(""))
}

/// The stacks in the order of the plan.
pub fn order<'t>(env: &Env<'t>) -> Result<Vec<&'t str>, String> {
    Ok(list(env.plan()?, "order")?.iter().filter_map(|step| deployed(env, step)).collect())
}

/// Which stack comes after which, with a reason.
fn edges(env: &Env) -> Result<BTreeSet<(String, String)>, String> {
    let mut edges = BTreeSet::new();
    for edge in list(env.plan()?, "edges")? {
        let ends = [deployed(env, &edge["after"]), deployed(env, &edge["before"])];
        let [Some(after), Some(before)] = ends else { continue };
        want(!list(edge, "because")?.is_empty(), || format!("{after} comes after {before} without a reason"))?;
        edges.insert((after.to_owned(), before.to_owned()));
    }
    Ok(edges)
}

fn needs(env: &Env, stack: &str, others: &[&str]) -> Check {
    let edges = edges(env)?;
    let missing = others.iter().find(|other| !edges.contains(&(stack.to_owned(), (**other).to_owned())));
    want(missing.is_none(), || format!("{stack} does not need {missing:?}: {edges:?}"))
}

/// The stacks from which a stack imports, each with the name of the export.
pub fn imports(env: &Env, stack: &str) -> Result<Vec<(Option<String>, String)>, String> {
    let mut names = BTreeSet::new();
    for res in env.resources(stack)? {
        imported(res.body(), &mut names);
    }
    let folder = env.tree.stacks[env.stack(stack)?].folder;
    let home = |name: String| {
        let unit = env.tree.export(folder, &name).filter(|unit| env.tree.body(*unit).is_some());
        (unit.map(|unit| env.tree.stacks[env.tree.units[unit].place].name.clone()), name)
    };
    Ok(names.into_iter().map(home).collect())
}

fn imported(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| imported(item, names)),
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("Fn::ImportValue", Value::String(name)) => drop(names.insert(name.clone())),
                    _ => imported(inner, names),
                }
            }
        }
        _ => {}
    }
}

/// Nothing is imported from a stack that comes later, and no edge points back.
pub fn in_order(env: &Env) -> Check {
    let order = order(env)?;
    let place = |stack: &str| order.iter().position(|other| *other == stack);
    for stack in STACKS {
        for (home, name) in imports(env, stack)? {
            let home = home.ok_or_else(|| format!("nothing exports {name}"))?;
            let before = home.strip_prefix(&env.name("")).and_then(place);
            want(before.is_some() && before < place(stack), || format!("{stack} imports {name} of {home}"))?;
        }
    }
    let back = edges(env)?.into_iter().find(|(after, before)| place(before) >= place(after));
    want(back.is_none(), || format!("deployed before what it needs: {back:?}"))
}

fn stands_at(env: &Env, stack: &str, position: usize) -> Check {
    entry(env, stack)?;
    let order = order(env)?;
    want(order.get(position - 1) == Some(&stack), || format!("{stack} is not number {position} of {order:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("CV-040", |e| stands_at(e, "network", 1)),
        fact("CV-041", |e| stands_at(e, "security", 2)),
        fact("CV-042", |e| {
            let region = entry(e, "replica")?.get("region").map(plain);
            want(region.as_deref() == Some("us-west-2"), || format!("copies in {region:?}"))?;
            stands_at(e, "replica", 3)
        }),
        fact("CV-043", |e| stands_at(e, "foundation", 4)),
        fact("CV-044", |e| stands_at(e, "api", 5)),
        fact("CV-045", |e| stands_at(e, "events", 6)),
        fact("CV-046", |e| stands_at(e, "monitoring", 7)),
        fact("CV-047", |e| stands_at(e, "cicd", 8)),
        fact("CV-048", |e| {
            let order = order(e)?;
            want(order == STACKS, || format!("deployed as {order:?}"))
        }),
        fact("CV-050", |e| {
            needs(e, "foundation", &["network", "security", "replica"])?;
            needs(e, "api", if config(e).full { &["foundation", "security"] } else { &["foundation"] })?;
            needs(e, "events", &["foundation"])?;
            needs(e, "monitoring", &["foundation", "api", "events"])?;
            let of_cicd: Vec<_> = imports(e, "cicd")?;
            want(of_cicd.is_empty(), || format!("the pipeline imports {of_cicd:?}"))
        }),
        fact("CV-051", |e| {
            in_order(e)?;
            let order = order(e)?;
            let place = |stack: &str| order.iter().position(|other| *other == stack);
            let pairs = [
                ("network", "foundation"),
                ("security", "foundation"),
                ("foundation", "api"),
                ("foundation", "events"),
                ("api", "monitoring"),
                ("foundation", "monitoring"),
            ];
            let wrong = pairs.iter().find(|(a, b)| place(a).is_none() || place(a) >= place(b));
            want(wrong.is_none(), || format!("{wrong:?} in {order:?}"))
        }),
        fact("CV-054", |e| {
            let stacks = e.plan()?.get("stacks").and_then(Value::as_object).ok_or("no stacks")?;
            want(stacks.len() == STACKS.len(), || format!("{:?}", stacks.keys()))?;
            STACKS.iter().try_for_each(|stack| entry(e, stack).map(|_| ()))
        }),
    ]
}
