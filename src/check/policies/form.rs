//! What IAM would refuse, or take and ignore.

use std::collections::BTreeMap;

use crate::base::{Span, Symbol};
use crate::catalog::{Action, catalog};
use crate::check::access::{texts, value_of};
use crate::check::iam;
use crate::check::policies::facts;
use crate::check::policies::said::{Kind, Said, Word};
use crate::check::policies::words::{covers, fault, form, masked, meet};
use crate::diag::{Diagnostic, codes, nearest, quoted_list};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Node, NodeKind};

/// ARNs have six parts, each of which can be what it is.
pub(super) fn arns_are_whole(model: &Model, said: &Said) -> Vec<Diagnostic> {
    let partition = &model.environment.partition;
    let known = |region: &str| catalog().has_region(region);
    let named = said.who.iter().filter(|named| named.kind == "AWS").map(|named| &named.name);
    let principals = named.filter(|name| name.text.contains(':'));
    let wrong = |word: &Word| {
        let why = fault(&word.text, partition, known)?;
        let message = format!("`{}` is no ARN: {why}", word.text);
        Some(
            Diagnostic::new(codes::MALFORMED_ARN, word.at, message)
                .help("refer to the resource, `queue.arn`, or write `arn:{partition}:SERVICE:{region}:{account}:NAME`"),
        )
    };
    let mut found: Vec<Diagnostic> = said.resources.iter().chain(principals).filter_map(wrong).collect();
    found.extend(said.who.iter().filter(|named| named.kind == "AWS").filter_map(|named| nobody(&named.name)));
    found
}

/// What stands where a principal of AWS has to, and is none.
fn nobody(name: &Word) -> Option<Diagnostic> {
    let text = name.text.as_str();
    if text.contains("${") {
        let message = format!("`{text}` names a principal, and IAM reads no variables there");
        return Some(
            Diagnostic::new(codes::UNKNOWN_POLICY_VARIABLE, name.at, message)
                .help("name everyone, and say who in a condition on `aws:PrincipalArn`"),
        );
    }
    let account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if account || text == "*" || text.contains([':', '⟨']) {
        return None;
    }
    let (message, help) = if facts::IDS_OF_THE_DELETED.iter().any(|start| text.starts_with(start)) {
        (format!("`{text}` is the id of a role or user that was deleted"), "name who is meant today")
    } else {
        (format!("`{text}` is no principal"), "write an ARN, the 12 digits of an account, or refer to a role")
    };
    Some(Diagnostic::new(codes::MALFORMED_ARN, name.at, message).help(help))
}

/// A pattern of actions matches some that there are.
pub(super) fn patterns_match_actions(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for word in said.actions.iter().filter(|word| word.text.contains(['*', '?']) && word.text != "*") {
        let Some((prefix, _)) = word.text.split_once(':') else { continue };
        let why = if prefix.contains(['*', '?']) {
            "has a wildcard in the name of its service, which IAM refuses"
        } else {
            let service = catalog().service(&prefix.to_ascii_lowercase());
            let some = |action: Action| iam::matches_action(&word.text, &action.to_string());
            match service {
                Some(service) if service.actions().any(some) => continue,
                Some(_) => "matches no action that there is",
                None => "names no service that there is",
            }
        };
        let message = format!("`{}` {why}", word.text);
        found.push(Diagnostic::new(codes::UNKNOWN_ACTION, word.at, message).help("name the actions"));
    }
    found
}

/// Each action can be done on one of the resources, and each resource is one of an action's.
pub(super) fn actions_meet_their_resources(model: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = matches!(said.kind, Kind::Trust | Kind::Endpoint) || said.about.is_some_and(|id| in_itself(model, id));
    if own || said.but[0] || said.but[1] || said.resources.is_empty() || said.actions.is_empty() {
        return found;
    }
    let patterns: Vec<String> = said.resources.iter().map(|word| masked(&word.text)).collect();
    // What is no ARN is told as that.
    let faulty = |pattern: &String| fault(pattern, &model.environment.partition, |_| true).is_some();
    if patterns.iter().any(|pattern| pattern == "*" || faulty(pattern)) {
        return found;
    }
    let actions: Vec<Option<Action>> = said.actions.iter().map(|word| catalog().action(&word.text)).collect();
    let mut used = vec![false; patterns.len()];
    for (word, action) in said.actions.iter().zip(&actions) {
        let Some(action) = action else {
            // What has wildcards, or is not known, is told elsewhere.
            used.fill(true);
            continue;
        };
        let kinds: Vec<String> =
            action.resources().filter_map(|resource| resource.resource_kind()).map(|kind| form(kind.arn())).collect();
        let mut meets = false;
        for (pattern, used) in patterns.iter().zip(&mut used) {
            if kinds.iter().any(|kind| meet(kind, pattern)) {
                meets = true;
                *used = true;
            }
        }
        if kinds.is_empty() {
            used.fill(true);
            let message = format!("`{}` takes no resource, so this gives nothing", word.text);
            found.push(
                Diagnostic::new(codes::ACTION_NOT_APPLICABLE, word.at, message)
                    .help("put it in a statement of its own, on `\"*\"`"),
            );
        } else if !meets {
            let message = format!("`{}` cannot be done on {}", word.text, listed(&said.resources));
            found.push(
                Diagnostic::new(codes::ACTION_NOT_APPLICABLE, word.at, message)
                    .help(format!("it takes {}", quoted_list(kinds.iter().map(String::as_str), 4))),
            );
        }
    }
    if found.is_empty() {
        for (word, _) in said.resources.iter().zip(used).filter(|(_, used)| !used) {
            let message = format!("none of the actions can be done on `{}`", word.text);
            found.push(
                Diagnostic::new(codes::ACTION_NOT_APPLICABLE, word.at, message)
                    .help("leave it out, or name an action that takes it"),
            );
        }
    }
    found
}

/// Whether a resource's policy is a property of it: there, `*` and even nothing is the resource.
fn in_itself(model: &Model, id: ResourceId) -> bool {
    facts::OWN_POLICY.contains(&model.resource(id).ty.as_str())
}

fn listed(words: &[Word]) -> String {
    quoted_list(words.iter().map(|word| word.text.as_str()), 3)
}

/// `${…}` in texts stands for a key of the request.
pub(super) fn variables_are_known(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let values = said.conditions.iter().flat_map(|asked| &asked.values);
    let mut found = Vec::new();
    for word in said.resources.iter().chain(values) {
        let mut rest = word.text.as_str();
        while let Some((_, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else {
                let message = format!("`{}` has a `${{` that nothing closes", word.text);
                found.push(variable(word.at, message));
                break;
            };
            rest = tail;
            let key = name.split_once(',').map_or(name, |(key, _)| key).trim();
            if matches!(key, "*" | "?" | "$")
                || catalog().condition_key(key).is_some()
                || key.contains(".amazonaws.com:")
            {
                continue;
            }
            let message = format!("`${{{name}}}` stands for nothing that a request has");
            let known: Vec<&str> = catalog().global_condition_keys().map(|key| key.name).collect();
            let mut diagnostic = variable(word.at, message);
            if let Some(near) = nearest(key, known) {
                diagnostic = diagnostic.help(format!("did you mean `${{{near}}}`?"));
            }
            found.push(diagnostic);
        }
    }
    found
}

fn variable(at: Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_POLICY_VARIABLE, at, message)
        .help("write a key of the request, `${aws:PrincipalTag/team}`, or the character itself: `${*}`, `${?}`, `${$}`")
}

/// Documents are what IAM takes.
pub(super) fn documents_are_well_formed(model: &Model) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if let NodeKind::Map(properties) = &resource.properties.kind {
            for (property, node) in properties {
                let kind = facts::kind_of_document(resource.ty.as_str(), property.as_str());
                documents(model, id, kind, node, &mut found);
            }
        }
    }
    found
}

fn documents(model: &Model, id: ResourceId, kind: Option<iam::Kind>, node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            let is_document = node.get("Statement").is_some_and(has_statements);
            match (is_document, kind) {
                (true, Some(kind)) => found.extend(well_formed(model, id, kind, node)),
                (true, None) => {
                    let principals = crate::check::items(node.get("Statement")).iter().any(|statement| {
                        statement.get("Principal").is_some() || statement.get("NotPrincipal").is_some()
                    });
                    let kind = if principals { iam::Kind::Resource } else { iam::Kind::Identity };
                    found.extend(well_formed(model, id, kind, node));
                }
                (false, _) => entries.values().for_each(|value| documents(model, id, kind, value, found)),
            }
        }
        NodeKind::List(list) => list.iter().for_each(|item| documents(model, id, kind, item, found)),
        NodeKind::Json(inner) => documents(model, id, kind, inner, found),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

/// Whether a `Statement` is one of IAM's: other services use the word as well.
fn has_statements(node: &Node) -> bool {
    let items = crate::check::items(Some(node));
    items.iter().any(|item| item.get("Effect").is_some())
}

fn well_formed(model: &Model, id: ResourceId, kind: iam::Kind, node: &Node) -> Option<Diagnostic> {
    let resource = model.resource(id);
    let place = |node: &Node| {
        let own = model.origins.user_span(node.origin);
        if own.is_none() { model.origins.user_span(resource.origin) } else { own }
    };
    let value = value_of(model, node, resource.stack);
    let malformed = |at: Span, reason: String| {
        Diagnostic::new(
            codes::MALFORMED_POLICY,
            at,
            format!("IAM does not take a policy of `{}`: {reason}", resource.path),
        )
        .help("say it with `grant`, or write the document as IAM takes it")
    };
    if let Err(wrong) = iam::parse(&value, kind, "") {
        let mut at = place(node);
        let mut inner = Some(node);
        for step in wrong.place.split('/').skip(1) {
            inner = inner.and_then(|node| match (&node.kind, step.parse::<usize>()) {
                (NodeKind::List(items), Ok(index)) => items.get(index),
                _ => node.get(step),
            });
            if let Some(node) = inner {
                let own = model.origins.user_span(node.origin);
                at = if own.is_none() { at } else { own };
            }
        }
        return Some(malformed(at, wrong.reason));
    }
    let old = node.get("Version").filter(|version| value_of(model, version, resource.stack) == facts::OLD_LANGUAGE);
    if let Some(version) = old {
        return Some(
            malformed(place(version), String::from("its version is of 2008"))
                .why("IAM then reads `${…}` as text like any other")
                .help("write `Version = \"2012-10-17\"`"),
        );
    }
    if let Some((at, what)) = emptiness(node) {
        return Some(malformed(place(at), format!("a statement with {what} says nothing")));
    }
    if node.get("Version").is_none() {
        let message = format!("a policy of `{}` has no version", resource.path);
        return Some(
            Diagnostic::new(codes::MALFORMED_POLICY, place(node), message)
                .why("without one IAM reads it as of 2008, when `${…}` was text like any other")
                .help("write `Version = \"2012-10-17\"`"),
        );
    }
    let mut taken: Vec<String> = Vec::new();
    for statement in crate::check::items(node.get("Statement")) {
        let Some(sid) = statement.get("Sid") else { continue };
        let NodeKind::Text(text) = &sid.kind else { continue };
        let name = texts::written(model, text, resource.stack);
        let letters = name.chars().all(|character| character.is_ascii_alphanumeric());
        if !letters && kind == iam::Kind::Identity {
            return Some(malformed(place(sid), format!("`{name}` is no `Sid`, which has letters and digits only")));
        }
        if taken.contains(&name) {
            return Some(malformed(place(sid), format!("two statements have the `Sid` `{name}`")));
        }
        taken.push(name);
    }
    None
}

/// The entries of a map.
fn entries(node: Option<&Node>) -> Vec<(&Symbol, &Node)> {
    match node.map(|node| &node.kind) {
        Some(NodeKind::Map(entries)) => entries.iter().collect(),
        Some(_) | None => Vec::new(),
    }
}

/// A list with nothing in it, where a statement needs something.
fn emptiness(document: &Node) -> Option<(&Node, String)> {
    let empty = |node: &&Node| matches!(&node.kind, NodeKind::List(items) if items.is_empty());
    for statement in crate::check::items(document.get("Statement")) {
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(node) = statement.get(element).filter(empty) {
                return Some((node, format!("no `{element}`")));
            }
        }
        for element in ["Principal", "NotPrincipal"] {
            if let Some((_, node)) = entries(statement.get(element)).into_iter().find(|(_, node)| empty(node)) {
                return Some((node, format!("nobody in its `{element}`")));
            }
        }
        for (_, keys) in entries(statement.get("Condition")) {
            if let Some((key, node)) = entries(Some(keys)).into_iter().find(|(_, node)| empty(node)) {
                return Some((node, format!("no value for `{key}`")));
            }
        }
    }
    None
}

/// No grant says only what another one of the same principal says already.
pub(super) fn nothing_is_said_twice(model: &Model, all: &[Said]) -> Vec<Diagnostic> {
    let mut by_role: BTreeMap<ResourceId, Vec<&Said>> = BTreeMap::new();
    let plain = |said: &&Said| said.kind == Kind::Identity && said.allows() && said.but == [false; 3];
    for said in all.iter().filter(plain) {
        if let Some(role) = said.role {
            by_role.entry(role).or_default().push(said);
        }
    }
    by_role.values().flat_map(|candidates| said_twice(model, candidates)).collect()
}

fn said_twice(model: &Model, candidates: &[&Said]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, said) in candidates.iter().enumerate() {
        let same = |other: &&&Said| other.role == said.role && other.at != said.at;
        let others = candidates.iter().enumerate().filter(|(_, other)| same(other));
        let wider = others.into_iter().find(|(index, other)| says(other, said) && (!says(said, other) || *index < at));
        let Some((_, wider)) = wider else { continue };
        // One statement can mean several permissions: told is only what is said twice as a whole.
        let whole = candidates.iter().filter(|other| other.at == said.at && other.role == said.role);
        let all_said =
            |part: &&Said| candidates.iter().any(|other| same(&other) && other.at == wider.at && says(other, part));
        if !whole.into_iter().all(all_said) || said.at.is_none() {
            continue;
        }
        let who = said.role.map_or("", |role| model.resource(role).path.as_str());
        let message = format!("`{who}` may do this already");
        let diagnostic = Diagnostic::new(codes::REDUNDANT_GRANT, said.at, message)
            .label(wider.at, "this says as much")
            .help("leave one of them out");
        if !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }
    found
}

/// Whether a statement allows all that another one allows.
fn says(wide: &Said, narrow: &Said) -> bool {
    let action = |word: &Word| wide.names(&word.text);
    let resource = |word: &Word| wide.resources.iter().any(|pattern| covers(&pattern.text, &word.text));
    let condition = |asked: &super::said::Asked| {
        narrow.conditions.iter().any(|own| {
            let values = |values: &[Word]| values.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
            own.operator == asked.operator
                && own.key.text == asked.key.text
                && values(&own.values) == values(&asked.values)
        })
    };
    narrow.actions.iter().all(action) && narrow.resources.iter().all(resource) && wide.conditions.iter().all(condition)
}
