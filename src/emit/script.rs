//! `deploy.sh`: the plan with the AWS CLI alone. What a deployment is stands in `runtime.sh`; here only the plan is written into it, as
//! `plan.json` has it.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use crate::emit::facts;

const RUNTIME: &str = include_str!("runtime.sh");

/// An update in phases, as a script carries it out.
#[derive(Debug, Default)]
pub struct ScriptPhase {
    /// What it is called, and what it does.
    pub title: String,
    /// The updates, in order.
    pub updates: Vec<ScriptUpdate>,
}

/// What is done in a phase.
#[derive(Debug)]
pub enum ScriptUpdate {
    /// A stack gets a template.
    Deploy {
        /// The template.
        template: ScriptTemplate,
        /// The SHA-256 of the templates that the stack gets in later phases.
        later: Vec<String>,
    },
    /// A stack is deleted.
    Delete {
        /// The stack.
        stack: String,
    },
    /// Resources go from stack to stack.
    Refactor {
        /// Where the stacks stand.
        region: String,
        /// What each has afterwards.
        templates: Vec<ScriptTemplate>,
        /// Each resource's id, and the stacks that it comes from and goes to.
        moves: Vec<[String; 3]>,
        /// Whether a stack is made by it.
        creates: bool,
    },
}

/// A template beside the script.
#[derive(Debug)]
pub struct ScriptTemplate {
    /// The stack.
    pub stack: String,
    /// The template's file.
    pub file: String,
    /// Its size.
    pub bytes: usize,
    /// Its SHA-256.
    pub hash: String,
}

/// The script of a plan.
pub(super) fn script(plan: &Value) -> String {
    written(plan, &|text| deploy_all(text, plan))
}

/// The script of an update in phases. What is deleted on the way is as the old plan has it.
pub fn phased_script(old: &Value, new: &Value, phases: &[ScriptPhase]) -> String {
    written(new, &|text| {
        writeln!(text, "  no_single_steps")?;
        for step in list(new, "steps").filter(|step| word(step, "do") == "upload") {
            upload(text, "  ", step)?;
        }
        for (at, phase) in phases.iter().enumerate() {
            writeln!(text, "  phase {} {} {}", at + 1, phases.len(), quote(&phase.title))?;
            for update in &phase.updates {
                match update {
                    ScriptUpdate::Deploy { template: it, later } => {
                        stack_lines(text, "  ", new, it)?;
                        if !later.is_empty() {
                            let later: Vec<String> = later.iter().map(|hash| quote(hash)).collect();
                            writeln!(text, "  later {}", later.join(" "))?;
                        }
                        writeln!(text, "  deploy")?;
                    }
                    ScriptUpdate::Delete { stack } => delete(text, old, stack)?,
                    ScriptUpdate::Refactor { region, templates, moves, creates } => {
                        refactor(text, region, templates, moves, *creates)?;
                    }
                }
            }
        }
        Ok(())
    })
}

fn refactor(
    text: &mut String,
    region: &str,
    templates: &[ScriptTemplate],
    moves: &[[String; 3]],
    creates: bool,
) -> fmt::Result {
    let Some([id, _, to]) = moves.first() else { return Ok(()) };
    writeln!(text, "  if to_move {} {} {}; then", quote(to), quote(region), quote(id))?;
    for it in templates {
        writeln!(text, "    definition {} {} {} {}", quote(&it.stack), quote(&it.file), it.bytes, quote(&it.hash))?;
    }
    let place = |stack: &String, id: &String| json!({ "StackName": stack, "LogicalResourceId": id });
    let mappings =
        moves.iter().map(|[id, from, to]| json!({ "Source": place(from, id), "Destination": place(to, id) }));
    let mappings = Value::from_iter(mappings).to_string();
    let create = if creates { "yes" } else { "no" };
    writeln!(text, "    refactor {} {create}\n  fi", quote(&mappings))
}

fn written(plan: &Value, deploy: &dyn Fn(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, plan, deploy);
    text
}

fn write(text: &mut String, plan: &Value, deploy: &dyn Fn(&mut String) -> fmt::Result) -> fmt::Result {
    let what = match word(plan, "environment") {
        "" => format!("account {} {}", word(plan, "account"), word(plan, "region")),
        environment => environment.to_owned(),
    };
    let confirm = plan.get("confirm").and_then(Value::as_bool).unwrap_or(false);
    writeln!(text, "#!/usr/bin/env bash")?;
    writeln!(
        text,
        "# The order of plan.json with the AWS CLI alone. Made by infrac; changes are lost with the next build."
    )?;
    writeln!(text, "set -euo pipefail\n")?;
    writeln!(text, "system={}", quote(word(plan, "system")))?;
    writeln!(text, "deployment={}", quote(&what))?;
    writeln!(text, "account={}", quote(word(plan, "account")))?;
    writeln!(text, "confirm={confirm}\n")?;
    text.push_str(RUNTIME);
    writeln!(text, "\ndeploy_all() {{")?;
    deploy(text)?;
    writeln!(text, "  say 'done'\n}}\n\ndestroy_all() {{")?;
    let destroy = plan.get("destroy").unwrap_or(&Value::Null);
    for name in list(destroy, "order").filter_map(|id| id.as_str()?.strip_prefix("delete:")) {
        delete(text, plan, name)?;
    }
    for left in list(destroy, "left_behind") {
        let words = format!("left behind: {} of {} ({})", word(left, "id"), word(left, "stack"), word(left, "why"));
        writeln!(text, "  say {}", quote(&words))?;
    }
    for step in list(plan, "steps").filter(|step| word(step, "do") == "account") {
        writeln!(
            text,
            "  say {}",
            quote(&format!("not touched: {}, which other environments share", word(step, "stack")))
        )?;
    }
    writeln!(text, "  say 'done'\n}}\n\nmain \"$@\"")
}

fn deploy_all(text: &mut String, plan: &Value) -> fmt::Result {
    let steps: Vec<&Value> = list(plan, "steps").collect();
    for (index, step) in steps.iter().enumerate() {
        let id = word(step, "id");
        writeln!(text, "  if step {} {} {}; then", index + 1, steps.len(), quote(id))?;
        match word(step, "do") {
            "deploy" => {
                let stack = word(step, "stack");
                let template = entry(plan, stack).and_then(|stack| stack.get("template")).unwrap_or(&Value::Null);
                let bytes = template.get("bytes").and_then(Value::as_u64).unwrap_or(0);
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                let template = ScriptTemplate {
                    stack: stack.to_owned(),
                    file: word(template, "file").to_owned(),
                    bytes,
                    hash: word(template, "sha256").to_owned(),
                };
                stack_lines(text, "    ", plan, &template)?;
                writeln!(text, "    deploy")?;
            }
            "account" => {
                let folder = word(step, "plan").trim_end_matches("/plan.json");
                writeln!(text, "    account_stacks {}", quote(&format!("{folder}/deploy.sh")))?;
            }
            "upload" => upload(text, "    ", step)?,
            "manual" => writeln!(text, "    manual {}", quote(word(step, "text")))?,
            _ => external(text, "    ", plan, step)?,
        }
        writeln!(text, "  fi")?;
    }
    Ok(())
}

fn upload(text: &mut String, pad: &str, step: &Value) -> fmt::Result {
    writeln!(text, "{pad}assets {}", quote(word(step, "region")))?;
    for file in list(step, "files") {
        writeln!(text, "{pad}asset {} {}", quote(word(file, "file")), quote(word(file, "from")))?;
    }
    Ok(())
}

/// What a stack is to be, up to the order to deploy it.
fn stack_lines(text: &mut String, pad: &str, plan: &Value, template: &ScriptTemplate) -> fmt::Result {
    let stack = entry(plan, &template.stack).unwrap_or(&Value::Null);
    let [name, region, file, hash] =
        [&template.stack, word(stack, "region"), &template.file, &template.hash].map(|text: &str| quote(text));
    writeln!(text, "{pad}stack {name} {region} {file} {} {hash}", template.bytes)?;
    for capability in list(stack, "capabilities") {
        writeln!(text, "{pad}capability {}", quote(word(capability, "name")))?;
    }
    let tags = stack.get("tags").and_then(Value::as_object);
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        writeln!(text, "{pad}tags {}", quote(&Value::from(tags).to_string()))?;
    }
    if stack.get("termination_protection").and_then(Value::as_bool) == Some(true) {
        writeln!(text, "{pad}protected")?;
    }
    if let Some(policy) = stack.get("stack_policy").and_then(|policy| policy.get("document")) {
        writeln!(text, "{pad}policy {}", quote(&policy.to_string()))?;
    }
    for parameter in list(stack, "parameters") {
        let name = quote(word(parameter, "name"));
        let from = parameter.get("from").unwrap_or(&Value::Null);
        match word(from, "kind") {
            "stack_output" => {
                let of = ["stack", "region", "output"].map(|key| quote(word(from, key)));
                writeln!(text, "{pad}parameter_from_output {name} {}", of.join(" "))?;
            }
            "asset_bucket" => writeln!(text, "{pad}parameter_from_assets {name}")?,
            _ => {
                let is = |yes: bool| if yes { "yes" } else { "no" };
                let secret = parameter.get("secret").and_then(Value::as_bool).unwrap_or(false);
                let default = parameter.get("default").is_some();
                writeln!(text, "{pad}parameter_from_deployer {name} {} {}", is(default), is(secret))?;
            }
        }
    }
    Ok(())
}

/// What nothing comes before is a condition for everything, and is only said; what comes behind something is waited for.
fn external(text: &mut String, pad: &str, plan: &Value, step: &Value) -> fmt::Result {
    let id = word(step, "id");
    let mut words = format!("{} must be there", id.strip_prefix("external:").unwrap_or(id));
    if !word(step, "text").is_empty() {
        write!(words, ": {}", word(step, "text"))?;
    }
    if !word(step, "deployed_by").is_empty() {
        write!(words, " (deployed by {})", word(step, "deployed_by"))?;
    }
    let waits = list(plan, "edges").any(|edge| word(edge, "after") == id);
    writeln!(text, "{pad}{} {}", if waits { "manual" } else { "say" }, quote(&words))
}

fn delete(text: &mut String, plan: &Value, name: &str) -> fmt::Result {
    let region = entry(plan, name).map_or("", |stack| word(stack, "region"));
    let region = if region.is_empty() { word(plan, "region") } else { region };
    writeln!(text, "  if exists {} {}; then", quote(name), quote(region))?;
    let before = plan.get("destroy").and_then(|destroy| destroy.get("before")).unwrap_or(&Value::Null);
    for step in list(before, name) {
        let id = quote(word(step, "id"));
        match word(step, "do") {
            "disable_deletion_protection" => {
                if let Some(command) = facts::unprotect(word(step, "type")) {
                    writeln!(text, "    unprotect {id} {command}")?;
                }
            }
            "disable_termination_protection" => writeln!(text, "    unprotect_stack")?,
            "empty_bucket" => writeln!(text, "    empty_bucket {id}")?,
            _ => {}
        }
    }
    writeln!(text, "    delete\n  fi")
}

/// What a plan says of a stack.
fn entry<'p>(plan: &'p Value, stack: &str) -> Option<&'p Value> {
    plan.get("stacks")?.get(stack)
}

/// A word of an object; empty if it is not there.
pub(super) fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list in an object.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// A word that the shell takes as it stands.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
