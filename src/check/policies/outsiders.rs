//! Policies of resources: who is let in from outside, and who is left out for good.

use crate::check::known;
use crate::check::policies::facts;
use crate::check::policies::said::{Asked, Kind, Said};
use crate::check::policies::trust::account_of;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::Model;

/// Nobody is let in of whom nothing is asked.
pub(super) fn nobody_is_public(model: &Model, said: &Said) -> Vec<Diagnostic> {
    if !matches!(said.kind, Kind::Resource | Kind::Trust) || !said.allows() {
        return Vec::new();
    }
    let everyone = said.who.iter().find(|named| named.name.text == "*");
    let at = match (everyone, said.but[2]) {
        (Some(everyone), _) => everyone.name.at,
        (None, true) => said.at,
        (None, false) => return Vec::new(),
    };
    if said.conditions.iter().any(narrows) {
        return Vec::new();
    }
    let owner = said.about.map_or("", |id| model.resource(id).path.as_str());
    let message = format!("a statement in `{owner}` lets everyone in");
    let mut diagnostic = Diagnostic::new(codes::PUBLIC_PRINCIPAL, at, message);
    if let Some(asked) = said.conditions.first() {
        diagnostic = diagnostic.label(asked.key.at, format!("`{}` does not say who asks", asked.key.text));
    }
    vec![diagnostic.help(
        "name who needs it, or add a condition that does: `aws:PrincipalOrgID`, `aws:SourceArn`, `aws:SourceVpce`",
    )]
}

/// Whether a condition leaves fewer than everyone.
fn narrows(asked: &Asked) -> bool {
    let key = facts::NARROWS.iter().find(|key| asked.key.text.eq_ignore_ascii_case(key));
    let (Some(key), false) = (key, asked.operator.contains("Not")) else { return false };
    let if_exists = asked.operator.ends_with("IfExists") || asked.operator.starts_with("ForAllValues");
    let wide = |text: &str| text == "*" || (*key == facts::SOURCE_IP && facts::ANYWHERE.contains(&text));
    !if_exists && !asked.values.iter().any(|value| wide(&value.text))
}

/// Another account is let in on purpose.
pub(super) fn accounts_are_known(model: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if said.kind != Kind::Resource || !said.allows() || !said.document || said.answered || said.but[2] {
        return found;
    }
    for named in said.who.iter().filter(|named| named.kind == "AWS") {
        let of_arn = named.name.text.split(':').nth(4).filter(|part| part.len() == 12).map(str::to_owned);
        let Some(account) = account_of(named).or(of_arn) else { continue };
        if account == model.environment.account || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let owner = said.about.map_or("", |id| model.resource(id).path.as_str());
        let message =
            format!("`{owner}` lets in account `{account}`, which is not that of `{}`", model.environment.name);
        found.push(
            Diagnostic::new(codes::FOREIGN_ACCOUNT, named.name.at, message)
                .help("say it with `grant \"arn:…\" … on …`, or waive it with who they are"),
        );
    }
    found
}

/// A key's policy does not leave it to all other policies who may use the key.
pub(super) fn keys_are_not_handed_on(model: &Model, said: &Said) -> Vec<Diagnostic> {
    let of_key = said.about.is_some_and(|id| model.resource(id).ty == *facts::KEY);
    let all = said.actions.iter().find(|word| word.text == "*" || word.text.eq_ignore_ascii_case(facts::ALL_OF_KEYS));
    let own =
        |named: &super::said::Named| account_of(named).is_some_and(|account| account == model.environment.account);
    let (true, true, Some(all), true) = (of_key, said.allows() && !said.answered, all, said.who.iter().any(own)) else {
        return Vec::new();
    };
    let message = String::from("whoever the account's other policies let may use and delete this key");
    vec![Diagnostic::new(codes::KEY_HANDED_ON, all.at, message).label(said.at, "in this statement").help(
        "name the actions that administer it; who uses it is granted: `grant app decrypt on key in both policies`",
    )]
}

/// Nobody locks out those who would have to open again.
pub(super) fn administrators_stay_in(model: &Model, said: &Said) -> Vec<Diagnostic> {
    if said.allows() || said.kind != Kind::Resource {
        return Vec::new();
    }
    let owner = said.about.map_or("", |id| model.resource(id).path.as_str());
    if said.but[2] {
        let message = format!("a denial in `{owner}` for all but some denies it to their sessions as well");
        return vec![
            Diagnostic::new(codes::LOCKED_OUT, said.at, message)
                .help("deny it to everyone, with a condition on `aws:PrincipalArn` that spares them"),
        ];
    }
    let everyone = said.who.iter().any(|named| named.name.text == "*");
    let everything =
        said.actions.iter().any(|word| word.text.ends_with('*') && !word.text.contains(char::is_uppercase))
            || said.but[0];
    if !everyone || !everything || !said.conditions.is_empty() {
        return Vec::new();
    }
    let message = format!("a denial in `{owner}` leaves nobody who could take it back");
    vec![
        Diagnostic::new(codes::LOCKED_OUT, said.at, message)
            .help("name the actions, or add a condition that spares who administers it"),
    ]
}

/// A function is called by a service on behalf of somebody known.
pub(super) fn functions_know_who_calls(model: &Model) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if resource.ty != *facts::FUNCTION_PERMISSION {
            continue;
        }
        let has = |name: &str| resource.properties.get(name).is_some();
        let Some(principal) = resource.properties.get("Principal") else { continue };
        let Some(text) = known(model, resource.stack, principal) else { continue };
        let own = model.origins.user_span(principal.origin);
        let at = if own.is_none() { model.origins.user_span(resource.origin) } else { own };
        let asked = has("SourceArn") || has("SourceAccount") || has("PrincipalOrgID");
        if text == "*" {
            let open =
                resource.properties.get("FunctionUrlAuthType").and_then(|node| known(model, resource.stack, node));
            if !asked && open.as_deref() != Some("AWS_IAM") {
                let message = format!("`{}` lets everyone in", resource.path);
                found.push(
                    Diagnostic::new(codes::PUBLIC_PRINCIPAL, at, message)
                        .help("name who calls it, or set `FunctionUrlAuthType = \"AWS_IAM\"`"),
                );
            }
            continue;
        }
        let needs_account = text == facts::BUCKETS && !has("SourceAccount");
        if !text.ends_with(".amazonaws.com") || (asked && !needs_account) {
            continue;
        }
        let (message, help) = if needs_account && asked {
            (
                format!("`{text}` names a bucket, whose ARN has no account: somebody else may own that name one day"),
                "add `SourceAccount = account`",
            )
        } else {
            (format!("`{text}` may call it for anybody who asks it to"), "add `SourceArn`, and `SourceAccount` for S3")
        };
        found.push(Diagnostic::new(codes::CONFUSED_DEPUTY, at, message).help(help));
    }
    found
}

/// Those who have not signed in get credentials on purpose.
pub(super) fn guests_are_meant(model: &Model) -> Vec<Diagnostic> {
    let pools = model.resource_ids().filter(|id| model.resource(*id).ty == *facts::POOL);
    let opens = pools.filter_map(|id| {
        let resource = model.resource(id);
        let node = resource.properties.get(facts::GUESTS)?;
        (known(model, resource.stack, node)? == "true").then_some((resource, node))
    });
    opens
        .map(|(resource, node)| {
            let own = model.origins.user_span(node.origin);
            let at = if own.is_none() { model.origins.user_span(resource.origin) } else { own };
            let message = format!("`{}` gives credentials to those who have not signed in", resource.path);
            Diagnostic::new(codes::GUESTS_LET_IN, at, message).help(format!("write `{} = false`", facts::GUESTS))
        })
        .collect()
}

/// No bucket is opened by one of the lists that were there before policies.
pub(super) fn lists_let_nobody_in(model: &Model) -> Vec<Diagnostic> {
    let buckets = model.resource_ids().filter(|id| model.resource(*id).ty == *facts::BUCKET);
    let open = buckets.filter_map(|id| {
        let resource = model.resource(id);
        let node = resource.properties.get(facts::CANNED)?;
        let list = known(model, resource.stack, node).filter(|list| facts::OPEN_LISTS.contains(&list.as_str()))?;
        Some((resource, node, list))
    });
    open.map(|(resource, node, list)| {
        let own = model.origins.user_span(node.origin);
        let at = if own.is_none() { model.origins.user_span(resource.origin) } else { own };
        let message = format!("the list `{list}` of `{}` lets everyone in", resource.path);
        Diagnostic::new(codes::PUBLIC_PRINCIPAL, at, message)
            .help("leave it out, and grant who needs it: `grant reader read on bucket`")
    })
    .collect()
}
