//! What becomes of each resource, and of each output.

use indexmap::IndexMap;

use crate::catalog::NameScope;
use crate::cfn::{Resource, Truth, Value, same};
use crate::diff::changes::{changes, pointer, surely_differ};
use crate::diff::classify::Known;
use crate::diff::{
    Action, Blocked, Cause, CauseKind, Data, OutputDifference, Pair, Replacement, ResourceDifference, data, facts,
    propagate,
};
use propagate::Outcomes;

/// What is known of a resource while the comparison goes on.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) action: Action,
    pub(super) replacement: Replacement,
    pub(super) causes: Vec<Cause>,
}

/// Every resource of either side, pair by pair.
pub(super) fn compare(pairs: &[Pair<'_>]) -> Vec<Vec<ResourceDifference>> {
    let mut outcomes: Outcomes = pairs.iter().map(of_pair).collect();
    propagate::propagate(pairs, &mut outcomes);
    let mut all = Vec::new();
    for (pair, outcomes) in pairs.iter().zip(outcomes) {
        all.push(outcomes.into_iter().filter_map(|(id, outcome)| finished(&id, outcome, pair.resource(&id))).collect());
    }
    all
}

/// What is known of a pair's resources before anything is carried along references.
fn of_pair(pair: &Pair<'_>) -> IndexMap<String, Outcome> {
    let of_old = |id: &str| pair.old.and_then(|old| old.resources.get(id));
    let mut outcomes: IndexMap<String, Outcome> = IndexMap::new();
    for (id, resource) in pair.new.into_iter().flat_map(|new| &new.resources) {
        let outcome = match of_old(id) {
            None => Outcome { action: Action::Add, replacement: Replacement::Never, causes: Vec::new() },
            Some(before) => both(before, resource, &|id| of_old(id).is_none()),
        };
        outcomes.insert(id.clone(), outcome);
    }
    for id in pair.old.into_iter().flat_map(|old| old.resources.keys()) {
        if !outcomes.contains_key(id) {
            let outcome = Outcome { action: Action::Remove, replacement: Replacement::Never, causes: Vec::new() };
            outcomes.insert(id.clone(), outcome);
        }
    }
    outcomes
}

fn finished(
    id: &str,
    outcome: Outcome,
    (old, new): (Option<&Resource>, Option<&Resource>),
) -> Option<ResourceDifference> {
    let either = new.or(old)?;
    let Outcome { action, replacement, causes } = outcome;
    let blocked = match (old, new) {
        (Some(old), Some(new)) if replacement == Replacement::Always => blocked(old, new, &causes),
        (Some(_) | None, Some(_) | None) => None,
    };
    let data = match (action, old, new) {
        (Action::Remove, Some(old), _) => data::when_removed(old),
        (Action::Modify, Some(old), Some(new)) if replacement > Replacement::Never => data::when_replaced(old, new),
        (
            Action::Add | Action::Remove | Action::Modify | Action::Move | Action::None,
            Some(_) | None,
            Some(_) | None,
        ) => Data::Kept,
    };
    let downtime = match replacement {
        Replacement::Always => {
            blocked.is_some() || Known::of(&either.ty).ty().is_some_and(|ty| ty.deletes_before_replacing())
        }
        Replacement::Never | Replacement::Maybe => causes.iter().any(|cause| {
            let property = cause.path.strip_prefix("/Properties/").unwrap_or_default();
            facts::interrupts(&either.ty, property.split('/').next().unwrap_or_default())
        }),
    };
    let (logical_id, ty, span) = (id.to_owned(), either.ty.clone(), either.span);
    Some(ResourceDifference { logical_id, ty, action, replacement, data, downtime, causes, blocked, moved: None, span })
}

/// A resource that both templates have, before anything is carried along references.
fn both(old: &Resource, new: &Resource, is_added: &dyn Fn(&str) -> bool) -> Outcome {
    let mut causes = Vec::new();
    if old.ty != new.ty {
        causes.push(Cause {
            path: String::from("/Type"),
            kind: CauseKind::CreateOnly,
            requires: Replacement::Always,
            from: Some(Value::text(old.ty.clone(), old.type_span)),
            to: Some(Value::text(new.ty.clone(), new.type_span)),
            through: None,
            span: new.type_span,
        });
    } else {
        let known = Known::of(&new.ty);
        for change in changes(Some(&old.properties), Some(&new.properties)) {
            let meaning = known.meaning(&change.path, change.from, change.to);
            let certain = surely_differ(change.from, change.to, is_added);
            let requires = if certain { meaning.requires } else { meaning.requires.min(Replacement::Maybe) };
            causes.push(Cause {
                path: pointer("/Properties", &change.path),
                kind: meaning.kind,
                requires,
                from: change.from.cloned(),
                to: change.to.cloned(),
                through: None,
                span: change.to.or(change.from).map_or(new.span, |value| value.span),
            });
        }
        attributes(old, new, &mut causes);
    }
    let replacement = causes.iter().map(|cause| cause.requires).max().unwrap_or(Replacement::Never);
    let action = if causes.is_empty() { Action::None } else { Action::Modify };
    Outcome { action, replacement, causes }
}

/// What stands beside the properties changes nothing of the resource itself, but for whether it exists.
fn attributes(old: &Resource, new: &Resource, causes: &mut Vec<Cause>) {
    let gone = old.attributes.keys().filter(|name| !new.attributes.contains_key(*name));
    for name in new.attributes.keys().chain(gone) {
        for change in changes(old.attributes.get(name), new.attributes.get(name)) {
            causes.push(Cause {
                path: pointer(&format!("/{name}"), &change.path),
                kind: CauseKind::Updatable,
                requires: Replacement::Never,
                from: change.from.cloned(),
                to: change.to.cloned(),
                through: None,
                span: change.to.or(change.from).map_or(new.span, |value| value.span),
            });
        }
    }
    let (was, is) = (condition(&old.exists), condition(&new.exists));
    let is_the_same = match (was, is) {
        (Some(was), Some(is)) => same(was, is),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !is_the_same {
        causes.push(Cause {
            path: String::from("/Condition"),
            kind: CauseKind::Unknown,
            requires: Replacement::Maybe,
            from: was.cloned(),
            to: is.cloned(),
            through: None,
            span: is.or(was).map_or(new.span, |value| value.span),
        });
    }
}

fn condition(truth: &Truth) -> Option<&Value> {
    match truth {
        Truth::Open(value) => Some(value),
        Truth::Yes | Truth::No => None,
    }
}

/// Why CloudFormation refuses a replacement.
fn blocked(old: &Resource, new: &Resource, causes: &[Cause]) -> Option<Blocked> {
    if old.ty != new.ty {
        return Some(Blocked::Type(old.ty.clone()));
    }
    let token = format!("/Properties/{}", facts::SERVICE_TOKEN);
    if facts::is_custom(&new.ty) && causes.iter().any(|cause| cause.path == token && cause.through.is_none()) {
        return Some(Blocked::Fixed(token));
    }
    let ty = Known::of(&new.ty).ty()?;
    let rules = ty.name_rules()?;
    let path: Vec<&str> = rules.property().split('/').collect();
    let (was, is) = (old.properties.at(&path)?, new.properties.at(&path)?);
    let identifies = ty.primary_identifier().any(|identifier| identifier == rules.property());
    let is_unique = match rules.scope() {
        Some(NameScope::Global | NameScope::Account | NameScope::AccountRegion) => true,
        // In another parent the name is free.
        Some(NameScope::Parent) => {
            let moves = |cause: &Cause| {
                let is_open = cause.to.as_ref().is_some_and(Value::is_open);
                cause.requires == Replacement::Always && (cause.kind == CauseKind::Propagated || is_open)
            };
            !causes.iter().any(moves)
        }
        Some(NameScope::Nowhere) => false,
        None => identifies,
    };
    let holds = is_unique && !ty.deletes_before_replacing() && same(was, is);
    holds.then(|| Blocked::Named(format!("/Properties/{}", rules.property()), super::statements::shown(is)))
}

/// Every output that differs.
pub(super) fn outputs(pair: &Pair<'_>) -> Vec<OutputDifference> {
    let none = IndexMap::new();
    let (olds, news) = (pair.old.map_or(&none, |old| &old.outputs), pair.new.map_or(&none, |new| &new.outputs));
    let gone = olds.keys().filter(|id| !news.contains_key(*id));
    let mut found = Vec::new();
    for id in news.keys().chain(gone) {
        let (was, is) = (olds.get(id), news.get(id));
        let export = |output: Option<&crate::cfn::Output>| output.and_then(|output| output.export.clone());
        let is_the_same = match (was, is) {
            (Some(was), Some(is)) => same(&was.value, &is.value) && all_same(&export(Some(was)), &export(Some(is))),
            (Some(_), None) | (None, Some(_)) | (None, None) => false,
        };
        if !is_the_same {
            found.push(OutputDifference {
                output: id.clone(),
                export: export(was),
                from: was.map(|output| output.value.clone()),
                to: is.map(|output| output.value.clone()),
                span: is.or(was).map_or(crate::base::Span::NONE, |output| output.span),
            });
        }
    }
    found
}

fn all_same(one: &Option<Value>, other: &Option<Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// What cannot be said of a template.
pub(super) fn notes(pair: &Pair<'_>) -> Vec<String> {
    let mut transforms: Vec<&String> =
        [pair.old, pair.new].into_iter().flatten().flat_map(|side| &side.transforms).collect();
    transforms.sort();
    transforms.dedup();
    let unknown = transforms.into_iter().filter(|name| *name != facts::LANGUAGE_EXTENSIONS);
    unknown.map(|name| format!("what the transform `{name}` makes of the template is not seen here")).collect()
}
