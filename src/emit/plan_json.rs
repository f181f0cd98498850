//! `plan.json`: the plan for programs, with everything that a deployment needs to know.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::catalog::catalog;
use crate::derive::template::{EdgeKind, Json, ParameterSource, Tree};
use crate::emit::source::{SourceNames, place};
use crate::emit::{Part, template};
use crate::order::{Edge, Plan, PlanStack, PlanStep, Scope, Stateful, StepKind};

/// How long CloudFormation lets a stack policy be.
const STACK_POLICY: usize = 16_384;

/// The document.
pub(super) fn plan_json(plan: &Plan, parts: &[Part<'_>], sources: &dyn SourceNames) -> Value {
    let environment = match plan.scope {
        Scope::Environment(name) => Value::from(name.as_str()),
        Scope::Account => Value::Null,
    };
    let stacks = plan.stacks.iter().filter_map(|(name, facts)| {
        let part = parts.iter().find(|part| part.name == *name)?;
        Some((name.clone(), stack(plan, facts, part, sources)))
    });
    let stacks: Map<String, Value> = stacks.collect();
    let mut document = json!({
        "format": 1,
        "system": plan.system.as_str(),
        "environment": environment,
        "account": plan.account,
        "region": plan.region,
        "compiler": { "name": "infrac", "version": env!("CARGO_PKG_VERSION"), "catalog": catalog().date() },
        "plan_hash": "",
        "confirm": plan.confirm,
        "stacks": stacks,
        "steps": plan.steps.iter().map(|item| step(item, sources)).collect::<Vec<_>>(),
        "edges": plan.edges.iter().map(|item| edge(item, sources)).collect::<Vec<_>>(),
        "given_way": plan.given_way.iter().map(|item| edge(item, sources)).collect::<Vec<_>>(),
        "order": plan.order,
        "waves": plan.waves,
        "moved": moved(parts, sources),
        "destroy": destroy(plan),
        "carries": carries(plan, parts),
    });
    let hash = format!("sha256:{}", hex(document.to_string().as_bytes()));
    if let Some(slot) = document.get_mut("plan_hash") {
        *slot = Value::from(hash);
    }
    document
}

/// A SHA-256 in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The word for a kind of edge.
pub(super) fn kind(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Import => "import",
        EdgeKind::Parameter => "parameter",
        EdgeKind::Upload => "upload",
        EdgeKind::Explicit => "explicit",
        EdgeKind::Name => "name",
    }
}

/// Whether what is used can go away or change while it is in use: CloudFormation refuses it, or the plan's order alone keeps it.
fn strength(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Import => "strong",
        EdgeKind::Parameter | EdgeKind::Name => "weak",
        EdgeKind::Upload | EdgeKind::Explicit => "order",
    }
}

fn stack(plan: &Plan, facts: &PlanStack, part: &Part<'_>, sources: &dyn SourceNames) -> Value {
    let scope = match plan.scope {
        Scope::Environment(_) => "environment",
        Scope::Account => "account",
    };
    let capabilities = part.template.capabilities.iter();
    let stateful = facts.stateful.iter().map(|item| {
        let on_replace = template::on_replace(&item.on_delete);
        json!({ "id": item.id, "type": item.ty, "on_delete": item.on_delete, "on_replace": on_replace })
    });
    json!({
        "name": facts.physical_name,
        "stack": facts.name.as_str(),
        "title": facts.title,
        "template": {
            "file": part.file,
            "sha256": hex(&part.bytes),
            "bytes": part.bytes.len(),
            "resources": facts.resources,
            "outputs": facts.outputs,
        },
        "account": plan.account,
        "region": facts.region,
        "capabilities": capabilities.map(|(name, because)| json!({ "name": name, "because": because })).collect::<Vec<_>>(),
        "parameters": parameters(part),
        "tags": part.template.tags,
        "termination_protection": plan.confirm,
        "stack_policy": stack_policy(plan, facts),
        "scope": scope,
        "source": place(sources, facts.span),
        "stateful": stateful.collect::<Vec<_>>(),
    })
}

/// Where a person is asked before a change, no update replaces or deletes what holds data unless that is said once more.
fn stack_policy(plan: &Plan, facts: &PlanStack) -> Value {
    let protected: Vec<&Stateful> = facts.stateful.iter().filter(|item| item.on_delete != "Delete").collect();
    if !plan.confirm || protected.is_empty() {
        return Value::Null;
    }
    let allow = json!({ "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" });
    let mut deny = json!({ "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*" });
    let ids: Vec<String> = protected.iter().map(|item| format!("LogicalResourceId/{}", item.id)).collect();
    let is_short = ids.iter().map(|id| id.len() + 4).sum::<usize>() < STACK_POLICY / 2;
    if let Some(deny) = deny.as_object_mut() {
        if is_short {
            deny.insert("Resource".into(), json!(ids));
        } else {
            let types: BTreeSet<&str> = protected.iter().map(|item| item.ty.as_str()).collect();
            deny.insert("Resource".into(), json!("*"));
            deny.insert("Condition".into(), json!({ "StringEquals": { "ResourceType": types } }));
        }
    }
    let ids: Vec<&str> = protected.iter().map(|item| item.id.as_str()).collect();
    json!({ "protects": ids, "document": { "Statement": [allow, deny] } })
}

fn parameters(part: &Part<'_>) -> Vec<Value> {
    let mut list = Vec::new();
    for (name, parameter) in &part.template.parameters {
        let mut object = Map::new();
        object.insert(String::from("name"), Value::from(name.as_str()));
        let from = match &parameter.source {
            ParameterSource::Deployer => json!({ "kind": "deployer" }),
            ParameterSource::Assets => json!({ "kind": "asset_bucket" }),
            ParameterSource::Output { stack, output } => {
                let producer = part.model.stack(*stack);
                json!({
                    "kind": "stack_output",
                    "stack": producer.physical_name,
                    "output": output,
                    "region": producer.region,
                })
            }
        };
        object.insert(String::from("from"), from);
        for (key, property) in
            [("type", "Type"), ("default", "Default"), ("secret", "NoEcho"), ("description", "Description")]
        {
            if let Some(tree) = field(&parameter.declaration, property) {
                object.insert(key.to_owned(), super::json::value(tree));
            }
        }
        list.push(Value::Object(object));
    }
    list
}

/// What an object has under a key.
pub(super) fn field<'a>(tree: &'a Tree, key: &str) -> Option<&'a Tree> {
    match &tree.json {
        Json::Map(map) => map.get(key),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
    }
}

fn step(step: &PlanStep, sources: &dyn SourceNames) -> Value {
    let mut object = match &step.kind {
        StepKind::Deploy { stack } => json!({ "id": step.id, "do": "deploy", "stack": stack }),
        StepKind::Account { stack, folder } => {
            json!({ "id": step.id, "do": "account", "stack": stack, "plan": format!("../{folder}/plan.json") })
        }
        StepKind::Upload { region, files } => {
            let files = files.iter().map(|(file, from)| json!({ "file": file, "from": from }));
            json!({ "id": step.id, "do": "upload", "region": region, "files": files.collect::<Vec<_>>() })
        }
        StepKind::Manual { text } => json!({ "id": step.id, "do": "manual", "text": text }),
        StepKind::External { title, deployed_by } => {
            json!({ "id": step.id, "do": "external", "text": title, "deployed_by": deployed_by })
        }
    };
    if let Some(object) = object.as_object_mut() {
        object.insert(String::from("source"), Value::from(place(sources, step.span)));
    }
    object
}

fn edge(edge: &Edge, sources: &dyn SourceNames) -> Value {
    let because = edge.because.iter().map(|reason| {
        json!({
            "from": reason.from,
            "via": reason.via,
            "kind": kind(reason.kind),
            "source": place(sources, reason.span),
        })
    });
    json!({
        "before": edge.before,
        "after": edge.after,
        "kind": kind(edge.kind),
        "strength": strength(edge.kind),
        "because": because.collect::<Vec<_>>(),
    })
}

/// Resources that stood in another stack, by that stack's name in the source.
fn moved(parts: &[Part<'_>], sources: &dyn SourceNames) -> Value {
    let resources = parts.iter().flat_map(|part| part.template.resources.iter().map(move |it| (part, it)));
    let moved = resources.filter_map(|(part, (id, resource))| {
        let (from, span) = part.model.resources.get(resource.resource?.index())?.moved_from?;
        Some(json!({ "stack": part.name, "id": id, "from": from.as_str(), "source": place(sources, span) }))
    });
    moved.collect()
}

fn destroy(plan: &Plan) -> Value {
    let before: Map<String, Value> = plan
        .destroy
        .before
        .iter()
        .map(|(stack, steps)| {
            let steps = steps.iter().map(|step| match &step.resource {
                Some((id, ty)) => json!({ "do": step.action.word(), "id": id, "type": ty }),
                None => json!({ "do": step.action.word() }),
            });
            (stack.clone(), Value::from_iter(steps))
        })
        .collect();
    let left = plan.destroy.left_behind.iter();
    let left = left.map(|item| json!({ "stack": item.stack, "id": item.id, "type": item.ty, "why": item.why }));
    json!({ "order": plan.destroy.order, "before": before, "left_behind": left.collect::<Vec<_>>() })
}

/// Which of the other files carries the whole plan, and what the others leave out.
fn carries(plan: &Plan, parts: &[Part<'_>]) -> Value {
    let lost = not_in_assembly(plan, parts);
    json!({
        "deploy.sh": { "complete": true, "without": [] },
        "manifest.json": { "complete": lost.is_empty(), "without": lost },
    })
}

/// What a cloud assembly has no words for.
pub(super) fn not_in_assembly(plan: &Plan, parts: &[Part<'_>]) -> Vec<Value> {
    let mut lost = Vec::new();
    for part in parts {
        let facts = plan.stacks.get(&part.name);
        if facts.is_some_and(|facts| !stack_policy(plan, facts).is_null()) {
            lost.push(json!({ "stack": part.name, "why": "the cdk command sets no stack policies" }));
        }
    }
    for step in &plan.steps {
        match &step.kind {
            StepKind::Deploy { .. } | StepKind::Upload { .. } => {}
            StepKind::Account { .. } => lost.push(json!({ "step": step.id, "why": "it has an assembly of its own" })),
            StepKind::Manual { .. } => {
                lost.push(json!({ "step": step.id, "why": "an assembly knows no manual steps" }))
            }
            StepKind::External { .. } => lost.push(json!({ "step": step.id, "why": "another tool deploys it" })),
        }
    }
    for part in parts {
        for (name, parameter) in &part.template.parameters {
            lost.extend(
                not_carried(name, &parameter.source, field(&parameter.declaration, "Default").is_some())
                    .map(|why| json!({ "stack": part.name, "parameter": name, "why": why })),
            );
        }
    }
    lost
}

/// Why an assembly does not give a parameter its value.
pub(super) fn not_carried(name: &str, source: &ParameterSource, default: bool) -> Option<String> {
    match source {
        ParameterSource::Output { output, .. } => Some(format!(
            "its value is the output {output} of another stack: give it with --parameters STACK:{name}=VALUE"
        )),
        ParameterSource::Deployer if !default => {
            Some(format!("whoever deploys gives its value: --parameters STACK:{name}=VALUE"))
        }
        // The manifest says it, but the command does not hand it on.
        ParameterSource::Assets => Some(format!(
            "it is the bucket of `cdk bootstrap`: give it with --parameters STACK:{name}=cdk-hnb659fds-assets-ACCOUNT-REGION"
        )),
        ParameterSource::Deployer => None,
    }
}
