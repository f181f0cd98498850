//! Who may do what: what is emitted equals what is declared, in both directions, as sets of single permissions.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::model::{Effect, Model, ResourceId};
use crate::eval::value::{Attribute, Hole, Principal, Template as Text};
use crate::prove::declared::{self, Condition, Named, Operator, Permission as Declared};
use crate::prove::documents::{self, Permission, Who};
use crate::prove::read::Emitted;
use crate::prove::text::{matches, shown};
use crate::prove::{facts, failed};
use crate::syntax::ast::ConditionOperator;

/// Permissions without a declaration, and declarations without a permission.
pub(super) fn prove(emitted: &Emitted<'_>) -> Vec<Diagnostic> {
    let model = emitted.model;
    let declared = declared::permissions(model);
    let mut found = Vec::new();
    let mut given: Vec<(bool, bool)> = vec![(false, false); declared.len()];
    for template in &emitted.templates {
        for permission in documents::permissions(emitted, template) {
            let mut known = false;
            let in_identity = matches!(permission.who, Who::Role(_) | Who::Other(_));
            for (declaration, given) in declared.iter().zip(&mut given) {
                if same(model, declaration, &permission) {
                    known = true;
                    given.0 |= in_identity;
                    given.1 |= !in_identity;
                }
            }
            if !known {
                let span = permission.own.map_or(Span::NONE, |id| model.origins.user_span(model.resource(id).origin));
                let span = if span.is_none() { model.origins.user_span(template.stack.origin) } else { span };
                let message = format!("a policy in stack `{}` says what nothing declares", template.stack.name);
                found.push(failed(span, message, said(model, &permission)));
            }
        }
    }
    for (declaration, (identity, resource)) in declared.iter().zip(given) {
        let there = if declaration.both { identity && resource } else { identity || resource };
        if !there {
            let message = String::from("a declared permission stands in no emitted policy");
            let missing = if declaration.both && (identity || resource) { " in both policies" } else { "" };
            let action = declaration.action.known().unwrap_or("an action");
            found.push(failed(declaration.span, message, format!("{action}{missing}")));
        }
    }
    found
}

fn same(model: &Model, declared: &Declared, emitted: &Permission) -> bool {
    if declared.effect != emitted.effect || !matches(model, &declared.action, &emitted.action) {
        return false;
    }
    let resource = match (&declared.resource, &emitted.resource) {
        (Some(declared), Some(emitted_text)) => {
            // In a resource's own document `*` is that resource.
            let itself = emitted_text == "*" && emitted.own.is_some() && emitted.own == only_resource(declared);
            itself || matches(model, declared, emitted_text)
        }
        (None, None) => true,
        // A trust policy is about its role.
        (Some(_), None) => declared.target.is_some() && declared.target == emitted.own,
        (None, Some(_)) => false,
    };
    if !resource {
        return false;
    }
    let Some(asked) = principal(model, &declared.who, emitted) else { return false };
    conditions(model, &declared.conditions, emitted, asked)
}

fn only_resource(text: &Text) -> Option<ResourceId> {
    match text.single_hole() {
        Some(Hole::Resource(id, _)) => Some(id),
        Some(_) | None => None,
    }
}

/// Whether the principals are the same: `Some(Some(…))` if only together with a condition on that ARN.
fn principal(model: &Model, declared: &Named, emitted: &Permission) -> Option<Option<Text>> {
    let named = |kind: &str, text: &Text| match &emitted.who {
        Who::Named(own, value) => own == kind && matches(model, text, value),
        Who::Role(_) | Who::Other(_) => false,
    };
    let account = || match &emitted.who {
        Who::Named(kind, value) => kind == "AWS" && is_account(value),
        Who::Role(_) | Who::Other(_) => false,
    };
    let plain = |yes: bool| yes.then_some(None);
    match declared {
        Named::Role(role) => {
            if emitted.who == Who::Role(*role) {
                return Some(None);
            }
            let arn = Text::hole(Hole::Resource(*role, Attribute::Arn));
            if named("AWS", &arn) {
                return Some(None);
            }
            // A role that may not exist yet is written as the account, or as everyone, whose ARN is that role's.
            (account() || matches!(&emitted.who, Who::Named(kind, value) if kind == "AWS" && value == "*"))
                .then_some(Some(arn))
        }
        Named::Principal(Principal::Service(text)) => plain(named("Service", text)),
        Named::Principal(Principal::Everyone) => plain(named("AWS", &Text::literal("*"))),
        Named::Principal(Principal::Account) => plain(account()),
        Named::Principal(Principal::Arn(text)) => plain(named("AWS", text)),
        Named::Principal(Principal::Federated(text)) => plain(named("Federated", text)),
        Named::Written(kind, text) => plain(named(kind, text)),
        Named::Holder => plain(matches!(&emitted.who, Who::Other(_))),
    }
}

/// The account's root, or its number.
fn is_account(value: &str) -> bool {
    let shown = shown(value);
    let number = "⟨AWS::AccountId!pseudo⟩";
    shown == number
        || shown
            .strip_suffix(&format!("{number}:root"))
            .is_some_and(|rest| rest.starts_with("arn:") && rest.ends_with(":iam::"))
}

/// Whether the conditions are the same; `asked` is one more that must be there.
fn conditions(model: &Model, declared: &[Condition], emitted: &Permission, asked: Option<Text>) -> bool {
    let mut left: Vec<_> = emitted.conditions.iter().collect();
    if let Some(arn) = asked {
        let at = left.iter().position(|(operator, key, values)| {
            key == facts::PRINCIPAL_ARN
                && matches!(operator.as_str(), "ArnEquals" | "ArnLike" | "StringEquals")
                && !values.is_empty()
                && values.iter().all(|value| matches(model, &arn, value))
        });
        let Some(at) = at else { return false };
        left.remove(at);
    }
    // Equal keys under one operator are one entry in JSON.
    for condition in declared {
        let same = left.iter().position(|(operator, key, values)| {
            condition.key == key.as_str()
                && compares(&condition.operator, operator)
                && values.iter().all(|value| condition.values.iter().any(|own| matches(model, own, value)))
                && condition.values.iter().all(|own| values.iter().any(|value| matches(model, own, value)))
        });
        let Some(same) = same else { return false };
        left.remove(same);
    }
    left.is_empty()
}

fn compares(declared: &Operator, emitted: &str) -> bool {
    let said = match declared {
        Operator::Written(name) => return name.as_str() == emitted,
        Operator::Said(operator) => *operator,
    };
    // For a key with many values: one of them is enough.
    let plain = emitted.strip_prefix("ForAnyValue:").unwrap_or(emitted);
    match plain {
        "StringEquals" | "ArnEquals" | "NumericEquals" | "DateEquals" | "IpAddress" | "Bool" => {
            matches!(said, ConditionOperator::Equal | ConditionOperator::In)
        }
        "StringNotEquals" | "ArnNotEquals" | "NumericNotEquals" | "DateNotEquals" | "NotIpAddress" => {
            said == ConditionOperator::NotEqual
        }
        "StringLike" | "ArnLike" => said == ConditionOperator::Like,
        "NumericLessThan" | "DateLessThan" => said == ConditionOperator::Less,
        "NumericLessThanEquals" | "DateLessThanEquals" => said == ConditionOperator::LessEqual,
        "NumericGreaterThan" | "DateGreaterThan" => said == ConditionOperator::Greater,
        "NumericGreaterThanEquals" | "DateGreaterThanEquals" => said == ConditionOperator::GreaterEqual,
        _ => false,
    }
}

/// The witness: who, what, on what, under which conditions, and where it stands.
fn said(model: &Model, permission: &Permission) -> String {
    let who = match &permission.who {
        Who::Role(id) => model.resource(*id).path.clone(),
        Who::Named(kind, value) => format!("{kind} {}", shown(value)),
        Who::Other(text) => shown(text),
    };
    let may = match permission.effect {
        Effect::Allow => "may",
        Effect::Deny => "may not",
    };
    let resource = permission.resource.as_deref().map(|text| format!(" on {}", shown(text))).unwrap_or_default();
    let conditions: Vec<String> = permission
        .conditions
        .iter()
        .map(|(operator, key, values)| format!(" when {key} {operator} {}", shown(&values.join(", "))))
        .collect();
    format!("{who} {may} {}{resource}{} ({})", permission.action, conditions.concat(), permission.at)
}
