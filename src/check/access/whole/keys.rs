//! Keys: who writes to what is encrypted with one, or reads it, can use the key.

use crate::base::Span;
use crate::check::access::ask::{Asked, permitted};
use crate::check::access::{Holdings, facts, texts};
use crate::check::iam::{Caller, Effect, Scope, Who};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::ResourceId;
use crate::eval::value::{Hole, Node, NodeKind};

/// Whoever may write or read what is encrypted may use its key: services that are let in, and roles.
pub(super) fn keys_let_in_who_needs_them(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let model = holdings.model;
    let mut found = Vec::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(encrypted) = facts::ENCRYPTED.iter().find(|known| resource.ty == *known.ty) else { continue };
        let mut keys = Vec::new();
        values(&resource.properties, encrypted.key, &mut keys);
        let Some(node) = keys.first() else { continue };
        match reference(node).filter(|key| model.resource(*key).ty == *facts::KEY) {
            Some(key) => {
                services(holdings, id, key, encrypted, &mut found);
                roles(holdings, id, key, encrypted, &mut found);
                owner(holdings, id, key, encrypted, &mut found);
            }
            None => aws_key(holdings, id, node, encrypted, &mut found),
        }
    }
    found
}

/// What of a key an action on what it encrypts needs.
fn needed(encrypted: &facts::Encrypted, actions: &Scope) -> Vec<&'static str> {
    let uses = encrypted.uses.iter().filter(|(action, _)| actions.has_action(action));
    let mut needed: Vec<&str> = uses.flat_map(|(_, needed)| needed.iter().copied()).collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}

fn missing(
    holdings: &Holdings<'_>,
    caller: &Caller,
    role: Option<ResourceId>,
    key: ResourceId,
    needed: &[&'static str],
) -> Vec<&'static str> {
    let asked = Asked { resource: Some(key), arns: vec![holdings.arn(key)] };
    needed.iter().copied().filter(|action| permitted(holdings, caller, role, action, &asked).is_err()).collect()
}

fn say(holdings: &Holdings<'_>, at: Span, who: &str, does: &str, (key, missing): (ResourceId, &[&str])) -> Diagnostic {
    let model = holdings.model;
    let resource = model.resource(key);
    let message = format!("`{who}` {does}, and may not {} with its key", missing.join(" and "));
    Diagnostic::new(codes::KEY_NOT_GRANTED, at, message)
        .label(model.origins.user_span(resource.origin), format!("`{}` is the key", resource.path))
        .help(format!("the key's policy has to let it: {}", quoted_list(missing.iter().copied(), 3)))
}

/// Services that the policy of a resource lets in.
fn services(
    holdings: &Holdings<'_>,
    id: ResourceId,
    key: ResourceId,
    encrypted: &facts::Encrypted,
    found: &mut Vec<Diagnostic>,
) {
    let model = holdings.model;
    for rule in holdings.of_resource(id).iter().filter(|rule| rule.statement.effect == Effect::Allow) {
        let Some(Who::Of(who)) = &rule.statement.who else { continue };
        let needed = needed(encrypted, &rule.statement.actions);
        for service in &who.services {
            let Some(caller) = Caller::parse(service).filter(|_| !needed.is_empty()) else { continue };
            let missing = missing(holdings, &caller, None, key, &needed);
            if !missing.is_empty() {
                let at = model.origins.user_span(rule.origin);
                let does = format!("is let into `{}`", holdings.names.path(id));
                found.push(say(holdings, at, service, &does, (key, &missing)));
            }
        }
    }
}

/// Roles with an action on a resource.
fn roles(
    holdings: &Holdings<'_>,
    id: ResourceId,
    key: ResourceId,
    encrypted: &facts::Encrypted,
    found: &mut Vec<Diagnostic>,
) {
    let model = holdings.model;
    let arn = holdings.arn(id);
    for role in holdings.roles() {
        let Some(caller) = holdings.caller(role) else { continue };
        let Some(rule) = holdings.of_role(role).iter().find(|rule| {
            let on = match &rule.statement.resources {
                Some(Scope::Of(patterns)) => patterns.iter().any(|pattern| {
                    pattern
                        .strip_prefix(arn.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
                }),
                Some(Scope::AllBut(_)) | None => false,
            };
            on && rule.statement.effect == Effect::Allow && !needed(encrypted, &rule.statement.actions).is_empty()
        }) else {
            continue;
        };
        let missing = missing(holdings, &caller, Some(role), key, &needed(encrypted, &rule.statement.actions));
        if !missing.is_empty() {
            let does = format!("may use `{}`", holdings.names.path(id));
            let at = model.origins.user_span(rule.origin);
            found.push(say(holdings, at, holdings.called(role), &does, (key, &missing)));
        }
    }
}

/// The service whose resource it is, where that uses the key in its own name.
fn owner(
    holdings: &Holdings<'_>,
    id: ResourceId,
    key: ResourceId,
    encrypted: &facts::Encrypted,
    found: &mut Vec<Diagnostic>,
) {
    let model = holdings.model;
    let Some((prefix, needed)) = encrypted.owner else { return };
    let resource = model.resource(id);
    let service = format!("{prefix}.{}.amazonaws.com", model.stack(resource.stack).region);
    let Some(caller) = Caller::parse(&service) else { return };
    let missing = missing(holdings, &caller, None, key, needed);
    if !missing.is_empty() {
        let at = model.origins.user_span(resource.origin);
        let does = format!("keeps `{}`", holdings.names.path(id));
        found.push(say(holdings, at, &service, &does, (key, &missing)));
    }
}

/// A key of AWS's own lets no service in but its own.
fn aws_key(
    holdings: &Holdings<'_>,
    id: ResourceId,
    node: &Node,
    encrypted: &facts::Encrypted,
    found: &mut Vec<Diagnostic>,
) {
    let model = holdings.model;
    let resource = model.resource(id);
    let NodeKind::Text(text) = &node.kind else { return };
    let name = texts::written(model, text, resource.stack);
    if !name.contains("alias/aws/") {
        return;
    }
    for rule in holdings.of_resource(id).iter().filter(|rule| rule.statement.effect == Effect::Allow) {
        let Some(Who::Of(who)) = &rule.statement.who else { continue };
        let needs = !needed(encrypted, &rule.statement.actions).is_empty();
        for service in who.services.iter().filter(|_| needs) {
            let message =
                format!("`{service}` is let into `{}`, and can never use its key `{name}`", holdings.names.path(id));
            found.push(
                Diagnostic::new(codes::KEY_NOT_GRANTED, model.origins.user_span(rule.origin), message)
                    .label(model.origins.user_span(resource.origin), "encrypted with a key of AWS's own")
                    .why("nobody can change the policy of such a key, so what the service sends is lost")
                    .help("encrypt it with a key of this system, whose policy lets the service in"),
            );
        }
    }
}

/// The values of a property, at whatever depth.
fn values<'n>(node: &'n Node, name: &str, found: &mut Vec<&'n Node>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                if key.as_str() == name {
                    found.push(value);
                } else {
                    values(value, name, found);
                }
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| values(item, name, found)),
        NodeKind::Json(_)
        | NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

pub(super) fn reference(node: &Node) -> Option<ResourceId> {
    match &node.kind {
        NodeKind::Text(text) => match text.single_hole() {
            Some(Hole::Resource(id, _)) => Some(id),
            Some(_) | None => None,
        },
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}
