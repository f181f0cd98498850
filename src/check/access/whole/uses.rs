//! What code is told of, and what it may: one without the other is a mistake.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::access::{Holdings, facts};
use crate::check::iam::{Effect, Scope};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId, Who};
use crate::eval::origin::Origin;
use crate::eval::value::{Hole, Node, NodeKind, Piece};

/// A resource that code is told of is one that its role may do something with.
pub(super) fn names_come_with_rights(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let model = holdings.model;
    let mut found = Vec::new();
    for id in model.resource_ids() {
        let workload = model.resource(id);
        let Some((role, told)) = told(model, workload) else { continue };
        for (target, origin) in told {
            if may_anything(holdings, role, target) || !holdings.foreign(role).is_empty() {
                continue;
            }
            let own = model.origins.user_span(origin);
            let at = if own.is_none() { model.origins.user_span(workload.origin) } else { own };
            let resource = model.resource(target);
            let message = format!("`{}` is told of `{}`, and may do nothing with it", workload.path, resource.path);
            found.push(
                Diagnostic::new(codes::USE_WITHOUT_GRANT, at, message)
                    .label(model.origins.user_span(resource.origin), "what it is told of")
                    .help("grant what it needs, `grant … read on …`, or do not tell it"),
            );
        }
    }
    found
}

/// What code may use is something that it is told of, or that somebody connects it with.
pub(super) fn rights_come_with_a_use(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let model = holdings.model;
    let mut found = Vec::new();
    // Of each role, the workload and what it is told of; none if it has several.
    let mut workloads: BTreeMap<ResourceId, Option<(ResourceId, BTreeSet<ResourceId>)>> = BTreeMap::new();
    for id in model.resource_ids() {
        let Some((role, told)) = told(model, model.resource(id)) else { continue };
        let told = told.into_iter().map(|(target, _)| target).collect();
        workloads.entry(role).and_modify(|known| *known = None).or_insert(Some((id, told)));
    }
    for statement in &model.statements {
        let (Who::Role(role), Some(target)) = (&statement.who, statement.target) else { continue };
        let Some(Some((workload, told))) = workloads.get(role) else { continue };
        // Code that is told of nothing finds what it needs by itself.
        if told.is_empty() || told.contains(&target) || !facts::TOLD_OF.contains(&model.resource(target).ty.as_str()) {
            continue;
        }
        if statement.because.is_some() || connected(model, *workload, target) {
            continue;
        }
        let message = format!(
            "`{}` may use `{}`, and nothing tells it of that",
            model.resource(*workload).path,
            model.resource(target).path
        );
        found.push(
            Diagnostic::new(codes::UNUSED_GRANT, model.origins.user_span(statement.origin), message)
                .label(model.origins.user_span(model.resource(*workload).origin), "told of others")
                .help("take it back, or hand over its name"),
        );
    }
    found
}

/// The role of a workload, and what its settings name.
fn told(model: &Model, workload: &Resource) -> Option<(ResourceId, Vec<(ResourceId, Origin)>)> {
    let (_, role, settings) = facts::WORKLOADS.iter().find(|(ty, ..)| workload.ty == **ty)?;
    let role = workload.properties.get(role).and_then(super::keys::reference)?;
    let mut told = Vec::new();
    if let Some(node) = workload.properties.get(settings) {
        named(model, node, &mut told);
    }
    Some((role, told))
}

fn named(model: &Model, node: &Node, found: &mut Vec<(ResourceId, Origin)>) {
    match &node.kind {
        NodeKind::Text(text) => {
            for piece in text.pieces.iter() {
                let Piece::Hole(Hole::Resource(id, _)) = piece else { continue };
                let is_data = facts::TOLD_OF.contains(&model.resource(*id).ty.as_str());
                if is_data && !found.iter().any(|(known, _)| known == id) {
                    found.push((*id, node.origin));
                }
            }
        }
        NodeKind::Map(entries) => {
            let told = entries.iter().filter(|(key, _)| !facts::READ_FOR_IT.contains(&key.as_str()));
            told.for_each(|(_, value)| named(model, value, found));
        }
        NodeKind::List(items) => items.iter().for_each(|item| named(model, item, found)),
        NodeKind::Json(inner) => named(model, inner, found),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

/// Whether a role has any permission on a resource, or what is below it.
fn may_anything(holdings: &Holdings<'_>, role: ResourceId, target: ResourceId) -> bool {
    let arn = holdings.arn(target);
    let mine = holdings.arn(role);
    let on_it = |pattern: &String| {
        let start = pattern.split(['*', '?']).next().unwrap_or_default();
        pattern.starts_with(arn.as_str()) || (start.len() < pattern.len() && arn.starts_with(start))
    };
    let own = holdings.of_role(role).iter().any(|rule| {
        let on = match &rule.statement.resources {
            Some(Scope::Of(patterns)) => patterns.iter().any(on_it),
            Some(Scope::AllBut(_)) => true,
            None => false,
        };
        on && rule.statement.effect == Effect::Allow
    });
    own || holdings.of_resource(target).iter().any(|rule| match &rule.statement.who {
        Some(crate::check::iam::Who::Of(who)) => who.aws.contains(&mine),
        Some(crate::check::iam::Who::AllBut(_)) | None => false,
    })
}

/// Whether some resource names both: an event source, a trigger, an integration. The workload itself may, besides what it tells
/// its code: where its failed calls go, say.
fn connected(model: &Model, workload: ResourceId, target: ResourceId) -> bool {
    model.resource_ids().any(|id| {
        let mut holes = Vec::new();
        all_named(&model.resource(id).properties, &mut holes);
        (id == target || holes.contains(&target)) && (id == workload || holes.contains(&workload))
    })
}

fn all_named(node: &Node, found: &mut Vec<ResourceId>) {
    match &node.kind {
        NodeKind::Text(text) => {
            let of = |piece: &Piece| match piece {
                Piece::Hole(Hole::Resource(id, _)) => Some(*id),
                Piece::Hole(_) | Piece::Literal(_) => None,
            };
            found.extend(text.pieces.iter().filter_map(of));
        }
        NodeKind::Map(entries) => entries.values().for_each(|value| all_named(value, found)),
        NodeKind::List(items) => items.iter().for_each(|item| all_named(item, found)),
        NodeKind::Json(inner) => all_named(inner, found),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}
