//! Who may do what: no more than is said, and nothing that IAM would ignore.

use crate::base::Span;
use crate::catalog::catalog;
use crate::check::{World, facts, items, known};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Effect, Model, Permission, Resource, Statement};
use crate::eval::value::{Node, NodeKind};

fn place(model: &Model, statement: &Statement, permission: &Permission) -> Span {
    let own = model.origins.user_span(permission.origin);
    if own.is_none() { model.origins.user_span(statement.origin) } else { own }
}

/// `*` stands as a resource only where the action takes none, and in no action that is allowed.
pub(super) fn no_wildcards(world: &mut World<'_>) {
    let model = world.model;
    for statement in model.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        for permission in &statement.permissions {
            let at = place(model, statement, permission);
            for action in permission.actions.iter().filter(|action| action.as_str().contains(['*', '?'])) {
                let message = format!("`{action}` grants more than can be named today");
                world.found.push(
                    Diagnostic::new(codes::ACTION_WILDCARD, at, message)
                        .help("name the actions, or use one of the target's verbs"),
                );
            }
            let everything = permission.resources.iter().any(|resource| resource.known() == Some("*"));
            let scoped: Vec<&str> = permission
                .actions
                .iter()
                .map(|action| action.as_str())
                .filter(|action| takes_resources(action))
                .collect();
            if everything && !scoped.is_empty() {
                let verb = if scoped.len() == 1 { "takes" } else { "take" };
                let message = format!("{} {verb} a resource, and `*` grants it on all", quoted_list(scoped, 4));
                let diagnostic = Diagnostic::new(codes::RESOURCE_WILDCARD, at, message)
                    .label(model.origins.user_span(statement.origin), "granted here")
                    .help("name the resource: `grant … on bucket`, or its ARN: `on \"arn:{partition}:…\"`");
                world.found.push(diagnostic);
            }
        }
    }
}

fn takes_resources(action: &str) -> bool {
    catalog().action(action).is_some_and(|action| action.resources().next().is_some())
}

/// A role is handed to a service that is named.
pub(super) fn roles_are_passed_to_a_service(world: &mut World<'_>) {
    let model = world.model;
    for statement in model.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        for permission in &statement.permissions {
            let passes = permission.actions.iter().any(|action| action.as_str().eq_ignore_ascii_case(facts::PASS_ROLE));
            let named = |key: &str| key.eq_ignore_ascii_case(facts::PASSED_TO);
            if passes && !permission.conditions.iter().any(|condition| named(condition.key.as_str())) {
                let at = place(model, statement, permission);
                let message = format!("`{}` says no service that may get the role", facts::PASS_ROLE);
                world.found.push(
                    Diagnostic::new(codes::PASS_ROLE_WITHOUT_SERVICE, at, message).help(format!(
                        "add `when {} == \"ecs-tasks.amazonaws.com\"`, or what takes it",
                        facts::PASSED_TO
                    )),
                );
            }
        }
    }
}

/// No role has a managed policy with which its holder can do everything.
pub(super) fn no_administrators(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        for arn in items(resource.properties.get(facts::MANAGED_POLICIES)) {
            let Some(text) = known(model, resource.stack, arn) else { continue };
            if facts::ADMINISTRATOR_POLICIES.iter().any(|policy| text.ends_with(policy)) {
                let span = model.origins.user_span(arn.origin);
                let span = if span.is_none() { model.origins.user_span(resource.origin) } else { span };
                let name = text.rsplit('/').next().unwrap_or(&text);
                let message = format!("`{}` has the policy `{name}`", resource.path);
                world.found.push(
                    Diagnostic::new(codes::ADMINISTRATOR_POLICY, span, message)
                        .help("grant what is needed: `grant … read on …`"),
                );
            }
        }
    }
}

/// No policy of a principal is written by hand, neither as a document nor with `permit` without a reason.
pub(super) fn no_hand_written_policies(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        for (ty, property) in facts::IDENTITY_POLICIES {
            let Some(document) = resource.properties.get(property).filter(|_| resource.ty == **ty) else { continue };
            let own = model.origins.span(document.origin);
            let own = if own.is_none() { model.origins.span(resource.origin) } else { own };
            if items(Some(document)).is_empty() || own.file.is_stdlib() {
                continue;
            }
            let message = format!("`{property}` of `{}` is written by hand", resource.path);
            world.found.push(
                Diagnostic::new(codes::HAND_WRITTEN_POLICY, own, message)
                    .label(model.origins.user_span(resource.origin), format!("a `{ty}`"))
                    .help("say it with `grant`; what no grant says: `permit … because \"…\"`"),
            );
        }
    }
}

/// Statements in documents that sources write: actions that exist, nobody public, no wildcards.
pub(super) fn documents_are_sound(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let mut statements = Vec::new();
        collect(&resource.properties, &mut statements);
        for statement in statements {
            let found = sound(model, resource, statement);
            world.found.extend(found);
        }
    }
}

/// What looks like a statement: an effect with an action.
fn collect<'n>(node: &'n Node, statements: &mut Vec<&'n Node>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            if node.get("Effect").is_some() && (node.get("Action").is_some() || node.get("NotAction").is_some()) {
                statements.push(node);
            } else {
                entries.values().for_each(|value| collect(value, statements));
            }
        }
        NodeKind::List(list) => list.iter().for_each(|item| collect(item, statements)),
        NodeKind::Json(inner) => collect(inner, statements),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

fn sound(model: &Model, resource: &Resource, statement: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let text = |key: &str| -> Vec<(String, Span)> {
        let nodes = items(statement.get(key)).iter();
        nodes.filter_map(|node| Some((known(model, resource.stack, node)?, at(model, resource, node)))).collect()
    };
    let allows = text("Effect").iter().any(|(effect, _)| effect == "Allow");
    let of_resource = statement.get("Principal").is_some();
    let resources = text("Resource");
    let everything = resources.iter().find(|(arn, _)| arn == "*");
    for (action, span) in text("Action") {
        if action.contains(['*', '?']) {
            // Only a key's policy must name everything of the key: it is the key's own administration.
            if allows && !of_resource {
                let message = format!("`{action}` grants more than can be named today");
                found.push(Diagnostic::new(codes::ACTION_WILDCARD, span, message).help("name the actions"));
            }
            continue;
        }
        let Some(known) = catalog().action(&action) else {
            found.push(unknown_action(&action, span));
            continue;
        };
        if let Some((_, star)) = everything
            && allows
            && !of_resource
            && known.resources().next().is_some()
        {
            let message = format!("`{action}` takes a resource, and `*` grants it on all");
            found.push(
                Diagnostic::new(codes::RESOURCE_WILDCARD, *star, message)
                    .label(span, "granted here")
                    .help("write the resource's ARN: `Resource = bucket.arn`"),
            );
        }
    }
    if allows && let Some(negated) = statement.get("NotAction").or_else(|| statement.get("NotResource")) {
        let message = format!("an exception in `{}` allows everything else", resource.path);
        found.push(
            Diagnostic::new(codes::ACTION_WILDCARD, at(model, resource, negated), message)
                .help("say what is allowed with `Action` and `Resource`"),
        );
    }
    found
}

fn unknown_action(action: &str, span: Span) -> Diagnostic {
    let service = action.split_once(':').and_then(|(prefix, _)| catalog().service(&prefix.to_ascii_lowercase()));
    let known: Vec<String> =
        service.into_iter().flat_map(|service| service.actions().map(|action| action.to_string())).collect();
    Diagnostic::new(codes::UNKNOWN_ACTION, span, format!("IAM knows no action `{action}`")).did_you_mean(
        span,
        action,
        known.iter().map(String::as_str),
    )
}

fn at(model: &Model, resource: &Resource, node: &Node) -> Span {
    let span = model.origins.user_span(node.origin);
    if span.is_none() { model.origins.user_span(resource.origin) } else { span }
}
