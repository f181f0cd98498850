//! What is wider than anybody needs, or gives more than it says.

use crate::base::Span;
use crate::catalog::{AccessLevel, catalog};
use crate::check::access::texts;
use crate::check::policies::facts;
use crate::check::policies::said::{Asked, Kind, Said};
use crate::check::policies::words::{covers, form, masked};
use crate::check::{facts as known, items};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Hole, Node, NodeKind};

/// A pattern that names all there is of a kind is as wide as `*`.
pub(super) fn nothing_is_as_good_as_everything(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Identity || !said.allows() || said.but[1] || said.conditions.iter().any(says_which) {
        return found;
    }
    for word in said.resources.iter().filter(|word| word.text != "*") {
        let anywhere = anywhere(&masked(&word.text));
        let whole = |action: &&str| {
            let Some(action) = catalog().action(action) else { return false };
            let mut kinds = action.resources().filter_map(|resource| resource.resource_kind());
            kinds.any(|kind| covers(&anywhere, &form(kind.arn())))
        };
        let all: Vec<&str> = said.actions.iter().map(|word| word.text.as_str()).filter(whole).collect();
        if !all.is_empty() {
            let message = format!("`{}` is everything that {} can be done on", word.text, quoted_list(all, 3));
            found.push(
                Diagnostic::new(codes::RESOURCE_WILDCARD, word.at, message)
                    .help("name the resource: `grant … on bucket`, or its ARN with its own name"),
            );
        }
    }
    found
}

/// Whether a condition says which resource is meant: then the pattern beside it is not what limits.
fn says_which(asked: &Asked) -> bool {
    let key = asked.key.text.to_ascii_lowercase();
    let surely = !asked.operator.contains("Not") && !asked.operator.ends_with("IfExists");
    let some =
        surely && !asked.operator.starts_with("ForAllValues") && !asked.values.iter().any(|word| word.text == "*");
    some && facts::NAME_THE_RESOURCE.contains(&key.as_str())
}

/// An ARN's pattern without its partition, region and account: these are the environment's own.
fn anywhere(pattern: &str) -> String {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    match parts.as_slice() {
        [arn, _, service, region, account, rest] => {
            let open = |part: &str| if part.is_empty() { String::new() } else { String::from("*") };
            format!("{arn}:*:{service}:{}:{}:{rest}", open(region), open(account))
        }
        _ => pattern.to_owned(),
    }
}

/// What takes no resource is scoped by a condition, where it has one that can.
pub(super) fn what_has_no_resource_is_scoped(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Identity || !said.allows() || said.but[0] || (said.document && said.answered) {
        return found;
    }
    for word in &said.actions {
        let Some(action) = catalog().action(&word.text) else { continue };
        let looks = action.levels().all(|level| matches!(level, AccessLevel::List | AccessLevel::Read));
        if looks || action.resources().next().is_some() {
            continue;
        }
        let own = |key: &&str| {
            let lower = key.to_ascii_lowercase();
            let of_service = key.split(':').next() == Some(action.prefix());
            // Tags and regions say nothing of what it is for.
            of_service && !lower.contains("tag") && !lower.ends_with(":region")
        };
        let keys: Vec<&str> = action.condition_keys().filter(own).collect();
        if keys.is_empty() || keys.iter().any(|key| said.asks(key)) || said.conditions.iter().any(narrows) {
            continue;
        }
        let message = format!("`{}` takes no resource, and nothing says what it is for", word.text);
        found.push(
            Diagnostic::new(codes::UNSCOPED_ACTION, word.at, message)
                .help(format!("add `when` with {}", quoted_list(keys, 3))),
        );
    }
    found
}

fn narrows(asked: &Asked) -> bool {
    let key = asked.key.text.to_ascii_lowercase();
    key.starts_with("aws:resource") || key.starts_with("aws:calledvia")
}

/// A role is passed to a service that it trusts.
pub(super) fn roles_are_passed_to_who_takes_them(model: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Identity || !said.allows() || !said.names(known::PASS_ROLE) {
        return found;
    }
    let to: Vec<_> = said
        .conditions
        .iter()
        .filter(|asked| asked.key.text.eq_ignore_ascii_case(known::PASSED_TO) && !asked.operator.contains("Not"))
        .flat_map(|asked| &asked.values)
        .filter(|value| !value.text.contains(['*', '⟨']))
        .collect();
    if to.is_empty() {
        return found;
    }
    for id in model.resource_ids().filter(|id| model.resource(*id).ty == *facts::ROLE) {
        let arn = texts::arn(model, id);
        if !said.resources.iter().any(|word| word.text == arn) {
            continue;
        }
        let trusted = trusted(model, id);
        for service in to.iter().filter(|service| !trusted.contains(&service.text)) {
            let role = model.resource(id);
            let message = format!("`{}` does not trust `{}`, which would get it", role.path, service.text);
            found.push(
                Diagnostic::new(codes::PASSED_TO_STRANGER, service.at, message)
                    .label(
                        model.origins.user_span(role.origin),
                        format!("trusts {}", quoted_list(trusted.iter().map(String::as_str), 3)),
                    )
                    .help("name the service that acts as it"),
            );
        }
    }
    found
}

/// A document says to which service a role may be handed, too.
pub(super) fn documents_pass_to_a_service(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let passes = said.document && said.kind == Kind::Identity && said.allows() && said.names(known::PASS_ROLE);
    if !passes || said.asks(known::PASSED_TO) {
        return Vec::new();
    }
    let at = said.actions.iter().find(|word| crate::check::iam::matches_action(&word.text, known::PASS_ROLE));
    let message = format!("`{}` says no service that may get the role", known::PASS_ROLE);
    vec![
        Diagnostic::new(codes::PASS_ROLE_WITHOUT_SERVICE, at.map_or(said.at, |word| word.at), message)
            .help(format!("add a condition on `{}`", known::PASSED_TO)),
    ]
}

/// The services that a role trusts.
fn trusted(model: &Model, role: ResourceId) -> Vec<String> {
    let resource = model.resource(role);
    let document = resource.properties.get(known::TRUST);
    let statements = items(document.and_then(|document| document.get("Statement")));
    let services = statements
        .iter()
        .flat_map(|statement| items(statement.get("Principal").and_then(|principal| principal.get("Service"))));
    services.filter_map(|node| crate::check::known(model, resource.stack, node)).collect()
}

/// Whoever may make a service's own role may make it for one service.
pub(super) fn service_roles_are_of_a_service(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let makes = said.kind == Kind::Identity && said.allows() && said.names(facts::MAKE_SERVICE_ROLE);
    if !makes || said.asks(facts::SERVICE_NAME) {
        return Vec::new();
    }
    let message = format!("`{}` says no service whose role it makes", facts::MAKE_SERVICE_ROLE);
    vec![
        Diagnostic::new(codes::SERVICE_ROLE_OPEN, said.at, message)
            .help(format!("add `when {} == \"autoscaling.amazonaws.com\"`, or whose it is", facts::SERVICE_NAME)),
    ]
}

/// What changes who may do what, or acts as somebody else, is written with a reason.
pub(super) fn rights_are_not_handed_out(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Identity || !said.allows() || said.answered || said.but[0] {
        return found;
    }
    for word in &said.actions {
        let Some(action) = catalog().action(&word.text) else { continue };
        let manages = action.levels().any(|level| level == AccessLevel::PermissionsManagement);
        let lends = facts::GIVES_CREDENTIALS.iter().any(|known| known.eq_ignore_ascii_case(&word.text));
        let what = match (manages, lends) {
            (true, _) => "changes who may do what",
            (false, true) => "lets its holder act as somebody else",
            (false, false) => continue,
        };
        found.push(
            Diagnostic::new(codes::SENSITIVE_ACTION, word.at, format!("`{}` {what}", word.text))
                .help(format!("if it is meant: `permit … {} on … because \"…\"`", word.text)),
        );
    }
    found
}

/// No policy that AWS writes and changes is attached.
pub(super) fn policies_of_others_are_named(model: &Model) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        for arn in items(resource.properties.get(known::MANAGED_POLICIES)) {
            let Some(text) = crate::check::known(model, resource.stack, arn) else { continue };
            let Some((_, name)) = text.split_once(":iam::aws:policy/") else { continue };
            let span = model.origins.span(arn.origin);
            let told = known::ADMINISTRATOR_POLICIES.iter().any(|policy| text.ends_with(policy));
            if span.is_none() || span.file.is_stdlib() || told {
                continue;
            }
            let message = format!("what `{name}` allows `{}` is AWS's to decide", resource.path);
            found.push(
                Diagnostic::new(codes::POLICY_OF_AWS, span, message)
                    .help("grant what is needed: `grant … write on logs`"),
            );
        }
    }
    found
}

/// Nobody has a password or a key that lasts.
pub(super) fn nobody_has_lasting_keys(model: &Model) -> Vec<Diagnostic> {
    let lasting = |id: &ResourceId| facts::LASTING.contains(&model.resource(*id).ty.as_str());
    model
        .resource_ids()
        .filter(lasting)
        .map(|id| {
            let resource = model.resource(id);
            let message =
                format!("`{}` is a `{}`, whose keys last until somebody takes them away", resource.path, resource.ty);
            Diagnostic::new(codes::LASTING_KEYS, model.origins.user_span(resource.origin), message)
                .help("let people sign in by way of an identity provider, and code act as a role")
        })
        .collect()
}

/// No role is that of two different pieces of code.
pub(super) fn roles_have_one_use(model: &Model) -> Vec<Diagnostic> {
    let mut users: Vec<(ResourceId, Vec<ResourceId>)> = Vec::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some((_, property)) = facts::RUNS_AS.iter().find(|(ty, _)| resource.ty == **ty) else { continue };
        for role in items(resource.properties.get(property)).iter().filter_map(reference) {
            match users.iter_mut().find(|(known, _)| *known == role) {
                Some((_, users)) => users.push(id),
                None => users.push((role, vec![id])),
            }
        }
    }
    let shared = users.into_iter().filter(|(_, users)| users.len() > 1);
    shared
        .filter_map(|(role, users)| {
            let place = |id: &ResourceId| model.origins.user_span(model.resource(*id).origin);
            let (first, rest) = users.split_first()?;
            // What one line makes several of is one piece of code.
            let others: Vec<Span> = rest.iter().map(place).filter(|span| *span != place(first)).collect();
            let second = others.first()?;
            let message = format!("`{}` acts for {} at once", model.resource(role).path, counted(users.len()));
            let diagnostic = Diagnostic::new(codes::SHARED_ROLE, place(&role), message)
                .label(place(first), format!("`{}` acts as it", model.resource(*first).path))
                .label(*second, "and so does this")
                .help("give each a role of its own: each may do what it needs, and no more");
            Some(diagnostic)
        })
        .collect()
}

fn counted(number: usize) -> String {
    if number == 2 { String::from("two") } else { number.to_string() }
}

fn reference(node: &Node) -> Option<ResourceId> {
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
