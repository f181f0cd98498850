//! The smallest role that can deploy a stack: what the handlers of the types in it ask for, on the resources that it makes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::catalog::{ResourceType, catalog};
use crate::check::access::Holdings;
use crate::derive::is_custom;
use crate::derive::template::{Derived, Template};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Hole, Node, NodeKind, Piece};
use crate::report::Section;

/// Handing a role to a service.
const PASS: &str = "iam:PassRole";
/// Making the role that a service keeps for itself.
const SERVICE_ROLE: &str = "iam:CreateServiceLinkedRole";

/// What deploying a stack takes.
struct Needs {
    /// Actions by the resources that they are done on.
    actions: BTreeMap<BTreeSet<String>, BTreeSet<&'static str>>,
    /// Types whose handlers the registry does not list.
    unknown: BTreeSet<String>,
}

/// For people.
pub(super) fn section(model: &Model, derived: &Derived, holdings: &Holdings<'_>) -> Section {
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    for template in &derived.templates {
        let stack = model.stack(template.stack).name;
        let needs = needs(template, holdings);
        for (on, actions) in &needs.actions {
            let on: Vec<&str> = on.iter().map(String::as_str).collect();
            let actions: Vec<&str> = actions.iter().copied().collect();
            rows.push(vec![stack.to_string(), on.join("\n"), actions.join("\n")]);
        }
        if !needs.unknown.is_empty() {
            let types: Vec<&str> = needs.unknown.iter().map(String::as_str).collect();
            notes.push(format!("what {} in {stack} asks for is in no list", types.join(", ")));
        }
    }
    notes.push(String::from("reading assets and telling CloudFormation itself to begin come on top"));
    Section {
        title: format!("deploying {}: what the role of CloudFormation has to allow", model.environment.name),
        columns: ["stack", "on", "actions"].map(String::from).to_vec(),
        rows,
        notes,
    }
}

/// For scripts: statements for each stack, as a policy takes them.
pub(super) fn data(model: &Model, derived: &Derived, holdings: &Holdings<'_>) -> Value {
    let stacks = derived.templates.iter().map(|template| {
        let needs = needs(template, holdings);
        let statements: Vec<Value> = needs
            .actions
            .iter()
            .map(|(on, actions)| json!({ "Effect": "Allow", "Action": actions, "Resource": on }))
            .collect();
        let stack = model.stack(template.stack).name.to_string();
        (stack, json!({ "policy": { "Version": "2012-10-17", "Statement": statements }, "unknown": needs.unknown }))
    });
    Value::Object(stacks.collect())
}

fn needs(template: &Template, holdings: &Holdings<'_>) -> Needs {
    let mut by_action: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for resource in template.resources.values() {
        let Some(ty) = catalog().resource_type(&resource.ty) else {
            unknown.insert(resource.ty.clone());
            continue;
        };
        // A resource of one's own is a call of the function behind it.
        let mut handlers = ty.handlers().filter(|(operation, _)| *operation != "list").peekable();
        if handlers.peek().is_none() || is_custom(&resource.ty) {
            unknown.insert(resource.ty.clone());
        }
        for action in handlers.flat_map(|(_, actions)| actions) {
            by_action.entry(action).or_default().extend(on(holdings, ty, resource.resource, action));
        }
    }
    let mut actions: BTreeMap<BTreeSet<String>, BTreeSet<&'static str>> = BTreeMap::new();
    for (action, on) in by_action.into_iter().filter(|(_, on)| !on.is_empty()) {
        // What is done on everything need not be named one by one.
        let on = if on.contains("*") { BTreeSet::from([String::from("*")]) } else { on };
        actions.entry(on).or_default().insert(action);
    }
    Needs { actions, unknown }
}

/// What an action is done on for a resource: itself where IAM takes that, else everything.
fn on(holdings: &Holdings<'_>, ty: ResourceType, id: Option<ResourceId>, action: &str) -> BTreeSet<String> {
    let everything = BTreeSet::from([String::from("*")]);
    let Some(id) = id else { return everything };
    if action.eq_ignore_ascii_case(PASS) {
        let mut roles = BTreeSet::new();
        passed(holdings, &holdings.model.resource(id).properties, &mut roles);
        return roles;
    }
    if action.eq_ignore_ascii_case(SERVICE_ROLE) {
        let environment = &holdings.model.environment;
        let path = "role/aws-service-role/*";
        return BTreeSet::from([format!("arn:{}:iam::{}:{path}", environment.partition, environment.account)]);
    }
    let Some(own) = ty.arn_template().map(form) else { return everything };
    let takes = catalog().action(action).is_some_and(|action| {
        action.resources().filter_map(|resource| resource.resource_kind()).any(|kind| form(kind.arn()) == own)
    });
    if takes { BTreeSet::from([open(&holdings.arn(id))]) } else { everything }
}

/// The roles that a resource names, which CloudFormation hands on.
fn passed(holdings: &Holdings<'_>, node: &Node, found: &mut BTreeSet<String>) {
    match &node.kind {
        NodeKind::Text(text) => {
            for piece in text.pieces.iter() {
                let Piece::Hole(Hole::Resource(id, _)) = piece else { continue };
                if holdings.roles().any(|role| role == *id) {
                    found.insert(open(&holdings.arn(*id)));
                }
            }
        }
        NodeKind::Map(entries) => entries.values().for_each(|value| passed(holdings, value, found)),
        NodeKind::List(items) => items.iter().for_each(|item| passed(holdings, item, found)),
        NodeKind::Json(inner) => passed(holdings, inner, found),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

/// An ARN with `*` for what only a deployment knows.
fn open(arn: &str) -> String {
    let mut whole = String::new();
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once('⟨') {
        whole.push_str(before);
        whole.push('*');
        rest = after.split_once('⟩').map_or("", |(_, after)| after);
    }
    whole.push_str(rest);
    whole
}

/// An ARN's form with its gaps made `*`.
fn form(arn: &str) -> String {
    let mut whole = String::new();
    let mut rest = arn;
    while let Some((before, after)) = rest.split_once("${") {
        whole.push_str(before);
        whole.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_open() {
        assert_eq!(
            open("arn:aws:kms:eu-west-2:123456789012:key/⟨Files.vault⟩"),
            "arn:aws:kms:eu-west-2:123456789012:key/*"
        );
        assert_eq!(form("arn:${Partition}:s3:::${BucketName}"), "arn:*:s3:::*");
    }
}
