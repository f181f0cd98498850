//! `manifest.json`: with the templates, a cloud assembly that the CDK's command line deploys.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::derive::template::ParameterSource;
use crate::emit::Part;
use crate::emit::plan_json::{field, kind, not_carried, not_in_assembly};
use crate::eval::value::asset_key;
use crate::order::{Plan, PlanStep, StepKind};

/// An old version of the schema: every command line since then reads it, and a newer one has nothing that is needed here.
const VERSION: &str = "36.0.0";

/// The document.
pub(super) fn manifest(plan: &Plan, parts: &[Part<'_>]) -> Value {
    let mut artifacts = Map::new();
    for step in &plan.steps {
        let StepKind::Deploy { stack } = &step.kind else { continue };
        let part = parts.iter().find(|part| part.name == *stack);
        let (Some(part), Some(facts)) = (part, plan.stacks.get(stack)) else { continue };
        let mut needs = dependencies(plan, step);
        let mut properties = json!({
            "templateFile": part.file,
            "stackName": stack,
            "tags": part.template.tags,
            "terminationProtection": plan.confirm,
            "validateOnSynth": false,
        });
        if let (Some(parameter), Some(object)) = (asset_parameter(part), properties.as_object_mut()) {
            let artifact = format!("{stack}.assets");
            object.insert("parameters".into(), json!({ parameter: bucket(plan, &facts.region) }));
            artifacts.insert(
                artifact.clone(),
                json!({ "type": "cdk:asset-manifest", "properties": { "file": asset_file(stack) } }),
            );
            needs.push(artifact);
        }
        artifacts.insert(
            stack.clone(),
            json!({
                "type": "aws:cloudformation:stack",
                "environment": format!("aws://{}/{}", plan.account, facts.region),
                "displayName": stack,
                "properties": properties,
                "dependencies": needs,
                "metadata": { format!("/{stack}"): metadata(plan, step, part) },
            }),
        );
    }
    json!({ "version": VERSION, "artifacts": artifacts })
}

/// What the stacks of an assembly upload, each in a file of its own: into the bucket that `cdk bootstrap` makes.
pub(super) fn asset_manifests(plan: &Plan, parts: &[Part<'_>]) -> Vec<(String, Value)> {
    let stacks = parts.iter().filter(|part| !part.template.assets.is_empty());
    stacks
        .filter_map(|part| {
            let region = &plan.stacks.get(&part.name)?.region;
            let files: Map<String, Value> = part
                .template
                .assets
                .iter()
                .map(|file| {
                    let key = asset_key(file.as_str());
                    let place = json!({ "bucketName": bucket(plan, region), "objectKey": key, "region": region });
                    let entry = json!({
                        "displayName": part.model.assets.get(file).map(|asset| asset.path.as_str()),
                        "source": { "path": key, "packaging": "file" },
                        "destinations": { format!("{}-{region}", plan.account): place },
                    });
                    (file.as_str().to_owned(), entry)
                })
                .collect();
            Some((asset_file(&part.name), json!({ "version": VERSION, "files": files, "dockerImages": {} })))
        })
        .collect()
}

fn asset_file(stack: &str) -> String {
    format!("{stack}.assets.json")
}

/// The parameter for the bucket of assets.
fn asset_parameter<'a>(part: &'a Part<'_>) -> Option<&'a str> {
    let found = part.template.parameters.iter().find(|(_, parameter)| parameter.source == ParameterSource::Assets);
    found.map(|(name, _)| name.as_str())
}

/// How the CDK calls the bucket of an account and region, unless it was told otherwise.
fn bucket(plan: &Plan, region: &str) -> String {
    format!("cdk-hnb659fds-assets-{}-{region}", plan.account)
}

/// The nearest stacks before a step: manual steps and external systems between two stacks are passed over.
fn dependencies(plan: &Plan, step: &PlanStep) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([step.id.as_str()]);
    let mut queue = VecDeque::from([step.id.as_str()]);
    while let Some(at) = queue.pop_front() {
        for edge in plan.needs(at) {
            if !seen.insert(&edge.before) {
                continue;
            }
            match plan.step(&edge.before).map(|step| &step.kind) {
                Some(StepKind::Deploy { .. }) => {
                    found.insert(edge.before.as_str());
                }
                Some(StepKind::Manual { .. } | StepKind::External { .. }) => queue.push_back(&edge.before),
                Some(StepKind::Account { .. } | StepKind::Upload { .. }) | None => {}
            }
        }
    }
    let in_order = plan.steps.iter().filter(|step| found.contains(step.id.as_str()));
    in_order
        .filter_map(|step| match &step.kind {
            StepKind::Deploy { stack } => Some(stack.clone()),
            StepKind::Account { .. }
            | StepKind::Upload { .. }
            | StepKind::Manual { .. }
            | StepKind::External { .. } => None,
        })
        .collect()
}

/// Why the stack comes where it does, and what this form of the plan does not say.
fn metadata(plan: &Plan, step: &PlanStep, part: &Part<'_>) -> Value {
    let needs = plan.needs(&step.id).map(|edge| {
        let from = edge.because.iter().map(|because| because.from.as_str());
        json!({ "needs": edge.before, "kind": kind(edge.kind), "because": from.collect::<Vec<_>>() })
    });
    let mut entries = vec![json!({ "type": "infrac:why", "data": needs.collect::<Vec<_>>() })];
    let mut without: Vec<Value> = Vec::new();
    for (name, parameter) in &part.template.parameters {
        let default = field(&parameter.declaration, "Default").is_some();
        if let Some(why) = not_carried(name, &parameter.source, default) {
            without.push(json!({ "parameter": name, "why": why }));
        }
    }
    let steps = not_in_assembly(plan, &[]).into_iter();
    without.extend(steps.filter(|lost| {
        let id = lost.get("step").and_then(Value::as_str).unwrap_or_default();
        plan.needs(&step.id).any(|edge| edge.before == id)
    }));
    if !without.is_empty() {
        entries.push(json!({ "type": "infrac:not-carried", "data": without }));
    }
    Value::Array(entries)
}
