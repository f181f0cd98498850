//! Section 2: the stacks, their real dependencies, and the order of work.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Fact, STACKS, fact};
use crate::meaning::plain;
use crate::tree::{Check, Env, want};

type Edges = BTreeMap<String, BTreeSet<String>>;

fn list<'v>(plan: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    plan.get(key).and_then(Value::as_array).ok_or_else(|| format!("the plan has no {key}"))
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).map(plain).unwrap_or_default()
}

/// The stack that a step is about: one it deploys, or one of the account's that must stand before.
fn stack_of(plan: &Value, step: &str) -> Result<Option<String>, String> {
    let steps = list(plan, "steps")?;
    let found = steps.iter().find(|other| text(other, "id") == step).ok_or_else(|| format!("no step {step}"))?;
    let about_a_stack = ["deploy", "account"].contains(&text(found, "do").as_str());
    Ok(about_a_stack.then(|| text(found, "stack")))
}

/// The stacks in the order the plan deploys them, by their physical names.
pub fn order(env: &Env) -> Result<Vec<String>, String> {
    let plan = env.plan()?;
    let mut stacks = Vec::new();
    for step in list(plan, "order")? {
        stacks.extend(stack_of(plan, &plain(step))?);
    }
    Ok(stacks)
}

/// A stack's entry in the plan.
fn entry<'t>(env: &Env<'t>, stack: &str) -> Result<&'t Value, String> {
    let plan = if stack == "security" { env.plan_of(&account_folder(env)?)? } else { env.plan()? };
    let (stacks, name) = (plan.get("stacks").ok_or("the plan has no stacks")?, env.stack_name(stack));
    let entry = stacks.get(&name).ok_or_else(|| format!("the plan has no stack {name}"))?;
    if text(entry, "name") == name { Ok(entry) } else { Err(format!("{name} is called {}", text(entry, "name"))) }
}

/// The region a stack is deployed to.
pub fn region(env: &Env, stack: &str) -> Result<String, String> {
    Ok(text(entry(env, stack)?, "region"))
}

/// The folder of the account's own stacks.
fn account_folder(env: &Env) -> Result<String, String> {
    let folders = env.tree.folders.iter().filter(|folder| folder.starts_with("account-"));
    match folders.collect::<Vec<_>>()[..] {
        [only] => Ok(only.clone()),
        _ => Err("not exactly one folder of an account".to_owned()),
    }
}

/// What CloudFormation must be allowed to do for a stack.
pub fn capabilities(env: &Env, stack: &str) -> Result<Vec<String>, String> {
    Ok(list(entry(env, stack)?, "capabilities")?.iter().map(|one| text(one, "name")).collect())
}

/// That the plan says what must be done to a resource before its stack can be deleted.
pub fn says_before_deletion(env: &Env, stack: &str, action: &str, resource: &str) -> Check {
    let path = format!("/destroy/before/{}", env.stack_name(stack));
    let steps = env.plan()?.pointer(&path).and_then(Value::as_array).cloned().unwrap_or_default();
    let said = steps.iter().any(|step| text(step, "do") == action && text(step, "id") == resource);
    want(said, || format!("{stack} is deleted after {steps:?}"))
}

/// Which stack needs which, by their short names, as the plan says it.
fn edges(env: &Env) -> Result<Edges, String> {
    let (plan, mut edges) = (env.plan()?, Edges::new());
    for edge in list(plan, "edges")? {
        let ends = [stack_of(plan, &text(edge, "before"))?, stack_of(plan, &text(edge, "after"))?];
        let [Some(before), Some(after)] = ends else { continue };
        want(!list(edge, "because")?.is_empty(), || format!("{after} comes after {before} without a reason"))?;
        edges.entry(short(env, &after)?).or_default().insert(short(env, &before)?);
    }
    Ok(edges)
}

fn short(env: &Env, name: &str) -> Result<String, String> {
    STACKS
        .iter()
        .find(|stack| env.stack_name(stack) == name)
        .map(|stack| (*stack).to_owned())
        .ok_or_else(|| format!("an edge of `{name}`"))
}

fn direct(edges: &Edges, from: &str, to: &str) -> bool {
    edges.get(from).is_some_and(|needs| needs.contains(to))
}

fn reaches(edges: &Edges, from: &str, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(here) = open.pop() {
        for next in edges.get(here).into_iter().flatten() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

/// Which stack imports from which, as the templates say it.
fn imports(env: &Env) -> Result<Edges, String> {
    let mut found = Edges::new();
    for stack in STACKS {
        let mut names = BTreeSet::new();
        for res in env.resources(stack)? {
            imported(res.body(), &mut names);
        }
        let folder = env.tree.stacks[env.stack(stack)?].folder;
        for name in names {
            let unit = env
                .tree
                .export(folder, &name)
                .ok_or_else(|| format!("{stack} imports {name}, which nothing exports"))?;
            env.tree.body(unit);
            let home = &env.tree.stacks[env.tree.units[unit].place].name;
            found.entry(stack.to_owned()).or_default().insert(short(env, home)?);
        }
    }
    Ok(found)
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

/// That the plan's list of a stack's needs, its waves and its way back say the same as its edges.
fn consistent(env: &Env) -> Check {
    let (plan, edges, order) = (env.plan()?, edges(env)?, order(env)?);
    let mut waves = Vec::new();
    for wave in list(plan, "waves")? {
        let mut stacks = Vec::new();
        for step in wave.as_array().ok_or("a wave is no list")? {
            stacks.extend(stack_of(plan, &plain(step))?);
        }
        waves.push(stacks);
    }
    let steps = list(plan.get("destroy").ok_or("no way back")?, "order")?;
    let destroy: Vec<String> =
        steps.iter().filter_map(|step| Some(step.as_str()?.strip_prefix("delete:")?.to_owned())).collect();
    want(destroy.len() == 5 && !destroy.contains(&"hrapp-security".to_owned()), || {
        format!("destroyed as {destroy:?}")
    })?;
    for (from, needs) in &edges {
        let wave = |stack: &str| waves.iter().position(|wave| wave.contains(&env.stack_name(stack)));
        let place = |stack: &str| order.iter().position(|name| *name == env.stack_name(stack));
        for to in needs.iter().filter(|to| *to != "security") {
            let later = place(to) < place(from) && place(to).is_some() && wave(to) < wave(from) && wave(to).is_some();
            want(later, || format!("{from} does not come after {to}"))?;
            let back = |stack: &str| destroy.iter().position(|name| *name == env.stack_name(stack));
            want(back(from).is_some() && back(from) < back(to), || format!("{to} is destroyed before {from}"))?;
        }
    }
    Ok(())
}

/// Every stack stands in the plan, and its template is the file the plan names.
fn exists(env: &Env, stack: &str) -> Check {
    env.frame(stack)?;
    let (name, entry) = (env.stack_name(stack), entry(env, stack)?);
    let file = entry.pointer("/template/file").map(plain).unwrap_or_default();
    want(file == format!("{name}.template.json"), || format!("{stack}: template {file}"))?;
    let placed = order(env)?.contains(&name);
    want(placed, || format!("{name} is no step of the plan"))
}

/// Which stacks a stack needs, at most and at least.
fn needs(env: &Env, stack: &str, all: &[&str], none: &[&str]) -> Check {
    exists(env, stack)?;
    let edges = edges(env)?;
    for other in all {
        want(reaches(&edges, stack, other), || format!("{stack} does not need {other}"))?;
    }
    for other in none {
        want(!reaches(&edges, stack, other), || format!("{stack} needs {other}"))?;
    }
    Ok(())
}

/// The stated order. The account's stack is nobody's reference, and may come before the network.
fn stated_order(env: &Env) -> Check {
    let order = order(env)?;
    let place = |stack: &str| order.iter().position(|name| *name == env.stack_name(stack));
    let stated = ["network", "storage", "data", "secrets", "compute"].map(place);
    want(stated.iter().all(Option::is_some) && stated.is_sorted(), || format!("deployed as {order:?}"))?;
    want(place("security").is_some() && place("security") < place("storage"), || format!("deployed as {order:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [stacks(), rules()].concat()
}

fn stacks() -> Vec<Fact> {
    vec![
        fact("HR-020", |e| needs(e, "network", &[], &["security", "storage", "data", "secrets", "compute"])),
        fact("HR-021", |e| needs(e, "security", &[], &["network", "storage", "data", "secrets", "compute"])),
        fact("HR-022", |e| needs(e, "storage", &[], &["data", "secrets", "compute"])),
        fact("HR-023", |e| needs(e, "data", &["network"], &["secrets", "compute", "storage"])),
        fact("HR-024", |e| needs(e, "secrets", &["data"], &["compute", "storage"])),
        fact("HR-025", |e| needs(e, "compute", &["network", "data", "secrets", "storage"], &[])),
    ]
}

fn rules() -> Vec<Fact> {
    vec![
        fact("HR-026", |e| {
            let here = e.tree.stacks.iter().filter(|stack| e.tree.folders[stack.folder] == e.at.folder).count();
            want(here == 5, || format!("{here} templates of the deployment's own"))?;
            STACKS.iter().try_for_each(|stack| exists(e, stack))
        }),
        fact("HR-027", |e| {
            stated_order(e)?;
            consistent(e)
        }),
        fact("HR-028", |e| {
            let edges = edges(e)?;
            want(!direct(&edges, "security", "network") && !direct(&edges, "network", "security"), || {
                "network and security".into()
            })?;
            stated_order(e)
        }),
        fact("HR-029", |e| {
            let edges = edges(e)?;
            want(direct(&edges, "compute", "secrets") && reaches(&edges, "secrets", "data"), || format!("{edges:?}"))
        }),
        fact("HR-030", |e| {
            let edges = edges(e)?;
            want(!reaches(&edges, "storage", "network"), || "storage needs the network".into())?;
            stated_order(e)
        }),
        // Each can be updated by itself: a template of its own, none nested in another, no circle between them.
        fact("HR-031", |e| {
            want(e.everywhere("AWS::CloudFormation::Stack")?.is_empty(), || "a nested stack".into())?;
            let imports = imports(e)?;
            want(STACKS.iter().all(|stack| !reaches(&imports, stack, stack)), || format!("a circle in {imports:?}"))
        }),
        fact("HR-032", |e| {
            let (edges, imports) = (edges(e)?, imports(e)?);
            let wanted = [
                ("data", "network"),
                ("secrets", "data"),
                ("secrets", "network"),
                ("compute", "network"),
                ("compute", "secrets"),
                ("compute", "storage"),
            ];
            want(wanted.iter().all(|(from, to)| direct(&edges, from, to)), || format!("{edges:?}"))?;
            want(reaches(&edges, "compute", "data"), || "compute does not reach data".into())?;
            let planned = imports.iter().all(|(from, needs)| needs.iter().all(|to| direct(&edges, from, to)));
            want(planned, || format!("imports {imports:?} beyond the plan's {edges:?}"))
        }),
        fact("HR-033", |e| {
            let order = order(e)?;
            for stack in STACKS.into_iter().filter(|stack| *stack != "security") {
                e.stack(stack)?;
                want(order.contains(&e.name(stack)), || format!("{order:?}"))?;
            }
            Ok(())
        }),
        fact("HR-034", |e| {
            let stack = e.stack("security")?;
            let folder = &e.tree.folders[e.tree.stacks[stack].folder];
            want(*folder == account_folder(e)? && folder.ends_with("-us-east-1"), || {
                format!("security lies in {folder}")
            })?;
            let steps = list(e.plan()?, "steps")?;
            let step =
                steps.iter().find(|step| text(step, "stack") == "hrapp-security").ok_or("the plan does not name it")?;
            let elsewhere = text(step, "do") == "account" && text(step, "plan") == format!("../{folder}/plan.json");
            want(elsewhere && order(e)?.contains(&"hrapp-security".to_owned()), || format!("step {step}"))?;
            want(super::security::hub(e)?.tag("DeploymentID").as_deref() == Some("shared"), || {
                "the hub belongs to a team".into()
            })
        }),
    ]
}
