//! `deploy.sh`: the plan with the AWS CLI alone. What a deployment is stands in `runtime.sh`; here only the plan is written into it.

use std::fmt::Write as _;

use serde_json::json;

use crate::derive::template::{Json, ParameterSource};
use crate::emit::Part;
use crate::emit::facts;
use crate::emit::plan_json::{field, hex};
use crate::order::{DestroyAction, Plan, PlanStep, Scope, StepKind};

const RUNTIME: &str = include_str!("runtime.sh");

/// The script.
pub(super) fn script(plan: &Plan, parts: &[Part<'_>]) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, plan, parts);
    text
}

fn write(text: &mut String, plan: &Plan, parts: &[Part<'_>]) -> std::fmt::Result {
    let what = match plan.scope {
        Scope::Environment(name) => name.to_string(),
        Scope::Account => format!("account {} {}", plan.account, plan.region),
    };
    writeln!(text, "#!/usr/bin/env bash")?;
    writeln!(
        text,
        "# The order of plan.json with the AWS CLI alone. Made by infrac; changes are lost with the next build."
    )?;
    writeln!(text, "set -euo pipefail\n")?;
    writeln!(text, "system={}", quote(plan.system.as_str()))?;
    writeln!(text, "deployment={}", quote(&what))?;
    writeln!(text, "account={}", quote(&plan.account))?;
    writeln!(text, "confirm={}\n", plan.confirm)?;
    text.push_str(RUNTIME);
    writeln!(text, "\ndeploy_all() {{")?;
    let mut folders: Vec<&str> = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        writeln!(text, "  step {} {} {}", index + 1, plan.steps.len(), quote(&step.id))?;
        match &step.kind {
            StepKind::Deploy { stack } => {
                if let Some(part) = parts.iter().find(|part| part.name == *stack) {
                    deploy(text, plan, part)?;
                }
            }
            StepKind::Account { folder, .. } => {
                // One script deploys all that an account and region share.
                if folders.contains(&folder.as_str()) {
                    writeln!(text, "  say {}", quote("deployed with the account's other stacks"))?;
                } else {
                    folders.push(folder);
                    writeln!(text, "  account_stacks {}", quote(&format!("../{folder}/deploy.sh")))?;
                }
            }
            StepKind::Upload { region, files } => {
                writeln!(text, "  assets {}", quote(region))?;
                for (file, from) in files {
                    writeln!(text, "  asset {} {}", quote(file), quote(from))?;
                }
            }
            StepKind::Manual { text: words } => writeln!(text, "  manual {}", quote(words))?,
            StepKind::External { title, deployed_by } => {
                external(text, plan, step, title.as_deref(), deployed_by.as_deref())?
            }
        }
    }
    writeln!(text, "  say 'done'\n}}\n\ndestroy_all() {{")?;
    for name in plan.destroy.order.iter().filter_map(|id| id.strip_prefix("delete:")) {
        let region = plan.stacks.get(name).map_or(plan.region.as_str(), |stack| stack.region.as_str());
        writeln!(text, "  if exists {} {}; then", quote(name), quote(region))?;
        for step in plan.destroy.before.get(name).into_iter().flatten() {
            match step.action {
                DestroyAction::DisableDeletionProtection => {
                    let Some(command) = facts::unprotect(&step.ty) else { continue };
                    writeln!(text, "    unprotect {} {command}", quote(&step.id))?;
                }
                DestroyAction::EmptyBucket => writeln!(text, "    empty_bucket {}", quote(&step.id))?,
            }
        }
        writeln!(text, "    delete\n  fi")?;
    }
    for left in &plan.destroy.left_behind {
        let words = format!("left behind: {} of {} ({})", left.id, left.stack, left.why);
        writeln!(text, "  say {}", quote(&words))?;
    }
    for step in &plan.steps {
        if let StepKind::Account { stack, .. } = &step.kind {
            writeln!(text, "  say {}", quote(&format!("not touched: {stack}, which other environments share")))?;
        }
    }
    writeln!(text, "  say 'done'\n}}\n\nmain \"$@\"")
}

fn deploy(text: &mut String, plan: &Plan, part: &Part<'_>) -> std::fmt::Result {
    let region = plan.stacks.get(&part.name).map_or(plan.region.as_str(), |stack| stack.region.as_str());
    let hash = hex(&part.bytes);
    writeln!(
        text,
        "  stack {} {} {} {} {}",
        quote(&part.name),
        quote(region),
        quote(&part.file),
        part.bytes.len(),
        quote(&hash)
    )?;
    for name in part.template.capabilities.keys() {
        writeln!(text, "  capability {}", quote(name))?;
    }
    if !part.template.tags.is_empty() {
        let tags: Vec<_> =
            part.template.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        writeln!(text, "  tags {}", quote(&serde_json::Value::from(tags).to_string()))?;
    }
    for (name, parameter) in &part.template.parameters {
        match &parameter.source {
            ParameterSource::Output { stack, output } => {
                let from = part.model.stack(*stack);
                let (stack, region) = (quote(&from.physical_name), quote(&from.region));
                writeln!(text, "  parameter_from_output {} {stack} {region} {}", quote(name), quote(output))?;
            }
            ParameterSource::Assets => writeln!(text, "  parameter_from_assets {}", quote(name))?,
            ParameterSource::Deployer => {
                let is = |yes: bool| if yes { "yes" } else { "no" };
                let default = field(&parameter.declaration, "Default").is_some();
                let secret = field(&parameter.declaration, "NoEcho").is_some_and(|tree| tree.json == Json::Bool(true));
                writeln!(text, "  parameter_from_deployer {} {} {}", quote(name), is(default), is(secret))?;
            }
        }
    }
    writeln!(text, "  deploy")
}

/// What nothing comes before is a condition for everything, and is only said; what comes behind something is waited for.
fn external(
    text: &mut String,
    plan: &Plan,
    step: &PlanStep,
    title: Option<&str>,
    deployed_by: Option<&str>,
) -> std::fmt::Result {
    let mut words = format!("{} must be there", step.name);
    if let Some(title) = title {
        let _ = write!(words, ": {title}");
    }
    if let Some(by) = deployed_by {
        let _ = write!(words, " (deployed by {by})");
    }
    let command = if plan.needs(&step.id).next().is_some() { "manual" } else { "say" };
    writeln!(text, "  {command} {}", quote(&words))
}

/// A word that the shell takes as it stands.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
