//! `stack-sets/stack-sets.template.json`: a stack set for each stack whose template is the same in several accounts or regions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Folder, Rendered, facts, is_secret, logical, regional, source};
use crate::emit::script::{list, word};

const PATH: &str = "stack-sets/stack-sets.template.json";
/// What CloudFormation takes within a request; more it reads from a bucket.
const INLINE: usize = 51_200;

/// A stack in each of its places.
struct Set<'f> {
    /// Its physical name.
    name: &'f str,
    /// Its template.
    body: &'f [u8],
    /// What a plan says of it, and the plan's folder.
    places: Vec<(&'f Folder<'f>, &'f Value)>,
}

pub(super) fn render(folders: &[Folder<'_>], rendered: &mut Rendered) {
    let sets = sets(folders, rendered);
    if sets.is_empty() {
        return;
    }
    let mut parameters = Map::new();
    let roles = [
        ("AdministrationRole", "The ARN of the role that CloudFormation takes here to reach the accounts", None),
        (
            "ExecutionRoleName",
            "The name of the role that it takes in each account",
            Some("AWSCloudFormationStackSetExecutionRole"),
        ),
    ];
    for (name, description, default) in roles {
        let mut parameter = json!({ "Type": "String", "Description": description });
        if let (Some(default), Some(parameter)) = (default, parameter.as_object_mut()) {
            parameter.insert("Default".into(), default.into());
        }
        parameters.insert(name.into(), parameter);
    }
    let mut resources = Map::new();
    let mut known: Vec<&Set<'_>> = Vec::new();
    for set in &sets {
        let before = known.iter().filter(|other| comes_before(other, set)).map(|other| logical(other.name));
        let before: Vec<String> = before.collect();
        resources.insert(logical(set.name), resource(set, before, &mut parameters, rendered));
        known.push(set);
    }
    let document = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Stack sets for stacks that are the same in several accounts or regions. Made by infrac.",
        "Parameters": parameters,
        "Resources": resources,
    });
    rendered.put(PATH.to_owned(), &document);
    for set in &sets {
        if set
            .places
            .iter()
            .any(|(_, entry)| entry.get("termination_protection").and_then(Value::as_bool) == Some(true))
        {
            rendered.loses(PATH, format!("termination protection of `{}`", set.name));
        }
        if set.places.iter().any(|(_, entry)| entry.get("stack_policy").is_some_and(|policy| !policy.is_null())) {
            rendered.loses(PATH, format!("the stack policy of `{}`", set.name));
        }
    }
    for folder in folders {
        for step in list(&folder.plan, "steps").filter(|step| word(step, "do") != "deploy") {
            rendered.loses(PATH, format!("the step `{}` of `{}`", word(step, "id"), folder.name));
        }
    }
    rendered.loses(PATH, "asking before a change, and updates in phases");
}

/// The stacks that are the same in several places, in the order of deployment. What differs stays where it is, and is told.
fn sets<'f>(folders: &'f [Folder<'f>], rendered: &mut Rendered) -> Vec<Set<'f>> {
    let mut by_source: BTreeMap<&str, Vec<Set<'f>>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for folder in folders {
        for step in list(&folder.plan, "steps").filter(|step| word(step, "do") == "deploy") {
            let entry = folder.stack(word(step, "stack"));
            let (source, name) = (word(entry, "stack"), word(entry, "name"));
            let file = entry.get("template").map_or("", |template| word(template, "file"));
            let Some(body) = folder.file(file) else { continue };
            if !order.contains(&source) {
                order.push(source);
            }
            let known = by_source.entry(source).or_default();
            match known.iter_mut().find(|set| set.name == name && set.body == body) {
                Some(set) => set.places.push((folder, entry)),
                None => known.push(Set { name, body, places: vec![(folder, entry)] }),
            }
        }
    }
    let mut chosen = Vec::new();
    for source in order {
        let Some(mut variants) = by_source.remove(source) else { continue };
        if variants.len() == 1
            && let Some(set) = variants.pop()
        {
            match unfit(&set) {
                None => chosen.push(set),
                Some(why) => rendered.loses(PATH, format!("the stack `{source}`: {why}")),
            }
        } else {
            let folders: Vec<&str> =
                variants.iter().filter_map(|set| set.places.first()).map(|(folder, _)| folder.name).collect();
            let why = "its template, or its name, is not the same";
            rendered.loses(PATH, format!("the stack `{source}`: {why} in {}", folders.join(", ")));
        }
    }
    // What needs a stack that is in no set would come too early.
    while let Some(at) = chosen.iter().position(|set| needs_another(set, &chosen)) {
        let set = chosen.remove(at);
        rendered.loses(PATH, format!("the stack `{}`: it needs one that is in no stack set", set.name));
    }
    chosen
}

/// Why a stack cannot be in a set.
fn unfit(set: &Set<'_>) -> Option<String> {
    let parameters = set.places.iter().flat_map(|(_, entry)| list(entry, "parameters"));
    for parameter in parameters {
        let name = word(parameter, "name");
        match source(parameter) {
            "stack_output" => {
                return Some(format!("`{name}` is an output of another stack, which a stack set cannot read"));
            }
            _ if is_secret(parameter) => {
                return Some(format!("`{name}` is a secret, which would stand in the stack set"));
            }
            _ => {}
        }
    }
    let mut tags = set.places.iter().map(|(_, entry)| entry.get("tags"));
    let first = tags.next();
    (!tags.all(|tags| Some(tags) == first)).then(|| String::from("its tags differ"))
}

fn needs_another(set: &Set<'_>, chosen: &[Set<'_>]) -> bool {
    set.places.iter().any(|(folder, _)| {
        let edges = list(&folder.plan, "edges").filter(|edge| word(edge, "after") == format!("deploy:{}", set.name));
        edges
            .filter_map(|edge| word(edge, "before").split_once(':'))
            .any(|(kind, name)| matches!(kind, "deploy" | "account") && !chosen.iter().any(|other| other.name == name))
    })
}

fn comes_before(first: &Set<'_>, then: &Set<'_>) -> bool {
    then.places.iter().any(|(folder, _)| {
        let is_need = |kind: &str, edge: &Value| word(edge, "before") == format!("{kind}:{}", first.name);
        list(&folder.plan, "edges")
            .filter(|edge| word(edge, "after") == format!("deploy:{}", then.name))
            .any(|edge| is_need("deploy", edge) || is_need("account", edge))
    })
}

fn resource(set: &Set<'_>, before: Vec<String>, parameters: &mut Map<String, Value>, rendered: &mut Rendered) -> Value {
    let entry = set.places.first().map_or(&Value::Null, |(_, entry)| *entry);
    let mut properties = json!({
        "StackSetName": set.name,
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleARN": { "Ref": "AdministrationRole" },
        "ExecutionRoleName": { "Ref": "ExecutionRoleName" },
        "ManagedExecution": { "Active": true },
        "OperationPreferences": {
            "RegionConcurrencyType": "SEQUENTIAL",
            "MaxConcurrentCount": 1,
            "FailureToleranceCount": 0,
        },
        "StackInstancesGroup": groups(set, parameters),
    });
    let mut put = |key: &str, value: Value| {
        if let Some(properties) = properties.as_object_mut() {
            properties.insert(key.to_owned(), value);
        }
    };
    // What a template has CloudFormation look up would be looked up here already, where it stands in another template.
    let looks_up = String::from_utf8_lossy(set.body).contains("{{resolve:");
    if set.body.len() <= INLINE && !looks_up {
        // On one line: the space between tokens counts against the limit.
        let body = serde_json::from_slice::<Value>(set.body).unwrap_or_default();
        put("TemplateBody", Value::from(body.to_string()));
    } else {
        let name = format!("{}TemplateUrl", logical(set.name));
        let description = format!("Where the template of {} was put, as an https URL of S3", set.name);
        parameters.insert(name.clone(), json!({ "Type": "String", "Description": description }));
        put("TemplateURL", json!({ "Ref": name }));
        rendered.loses(PATH, format!("the upload of the template of `{}`, which cannot stand within", set.name));
    }
    let capabilities: Vec<&str> = list(entry, "capabilities").map(|it| word(it, "name")).collect();
    if !capabilities.is_empty() {
        put("Capabilities", json!(capabilities));
    }
    let tags = entry.get("tags").and_then(Value::as_object);
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        put("Tags", tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect());
    }
    let own: Vec<Value> = list(entry, "parameters")
        .filter(|parameter| source(parameter) == "deployer")
        .map(|parameter| {
            let name = word(parameter, "name");
            let outer = format!("{}{name}", logical(set.name));
            let mut declared = json!({ "Type": "String" });
            for (key, from) in [("Description", "description"), ("Default", "default")] {
                if let (Some(value), Some(declared)) = (parameter.get(from), declared.as_object_mut()) {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    declared.insert(key.into(), Value::from(value));
                }
            }
            parameters.insert(outer.clone(), declared);
            json!({ "ParameterKey": name, "ParameterValue": { "Ref": outer } })
        })
        .chain(list(entry, "parameters").filter(|parameter| source(parameter) == "asset_bucket").map(|parameter| {
            // Each region's own value stands with the region.
            json!({ "ParameterKey": word(parameter, "name"), "ParameterValue": "none" })
        }))
        .collect();
    if !own.is_empty() {
        put("Parameters", Value::from(own));
    }
    let mut resource = json!({ "Type": facts::STACK_SET });
    if let Some(resource) = resource.as_object_mut() {
        if !before.is_empty() {
            resource.insert("DependsOn".into(), json!(before));
        }
        resource.insert("Properties".into(), properties);
    }
    resource
}

/// Where a set has instances: the accounts of each region.
fn groups(set: &Set<'_>, parameters: &mut Map<String, Value>) -> Value {
    let mut regions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, entry) in &set.places {
        regions.entry(word(entry, "region")).or_default().insert(word(entry, "account"));
    }
    let entry = set.places.first().map_or(&Value::Null, |(_, entry)| *entry);
    let groups = regions.into_iter().map(|(region, accounts)| {
        let mut group = json!({ "DeploymentTargets": { "Accounts": accounts }, "Regions": [region] });
        let buckets: Vec<Value> = list(entry, "parameters")
            .filter(|parameter| source(parameter) == "asset_bucket")
            .map(|parameter| {
                let name = format!("AssetBucket{}", regional(region));
                let description = format!("The bucket of {region} with code and files, which the accounts may read");
                parameters.insert(name.clone(), json!({ "Type": "String", "Description": description }));
                json!({ "ParameterKey": word(parameter, "name"), "ParameterValue": { "Ref": name } })
            })
            .collect();
        if let (false, Some(group)) = (buckets.is_empty(), group.as_object_mut()) {
            group.insert("ParameterOverrides".into(), Value::from(buckets));
        }
        group
    });
    groups.collect()
}
