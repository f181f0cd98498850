//! What the catalog says of each resource: where its type exists and what AWS gives up. And one logical id for each.

use crate::base::IndexMap;
use crate::catalog::{Availability, catalog};
use crate::check::World;
use crate::check::waive::day;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{ResourceId, StackId};

/// The status of a type whose service does not answer any more.
const SHUT_DOWN: &str = "shutdown";

/// Every type exists in its stack's region.
pub(super) fn types_exist_there(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let stack = model.stack(resource.stack);
        let Some(known) = catalog().resource_type(resource.ty.as_str()) else { continue };
        if !matches!(known.availability(&stack.region), Availability::Absent) {
            continue;
        }
        let message = format!("`{}` does not exist in region `{}`", resource.ty, stack.region);
        world.found.push(
            Diagnostic::new(codes::UNAVAILABLE_IN_REGION, model.origins.user_span(resource.origin), message)
                .label(model.origins.user_span(stack.origin), "this stack is deployed there")
                .help("put it into a stack of another region: `stack NAME in \"us-east-1\" { … }`"),
        );
    }
}

/// What is not checked is told, so that nobody takes it for checked. What the library itself makes it answers for.
pub(super) fn the_unchecked_is_told(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(reason) = &resource.unchecked else { continue };
        let place = model.origins.span(resource.origin);
        if place.file.is_stdlib() {
            continue;
        }
        let message = format!("nothing of `{}`, a `{}`, is checked: {reason}", resource.path, resource.ty);
        world.found.push(
            Diagnostic::new(codes::UNCHECKED_RESOURCE, place, message)
                .help("it is emitted as it is written; hold it against its documentation"),
        );
    }
}

/// No type is used that AWS gives up. What it says of properties is told where they are set.
pub(super) fn nothing_goes_away(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(known) = catalog().resource_type(resource.ty.as_str()) else { continue };
        let Some((status, date)) = known.lifecycle() else { continue };
        let ended =
            status == SHUT_DOWN && date.is_none_or(|date| world.today.is_some_and(|today| date <= day(today).as_str()));
        let (code, message) = match (status, date) {
            (SHUT_DOWN, Some(date)) if ended => {
                (codes::RETIRED_TYPE, format!("AWS has shut down what `{}` belongs to, on {date}", resource.ty))
            }
            (SHUT_DOWN, None) => (codes::RETIRED_TYPE, format!("AWS has shut down what `{}` belongs to", resource.ty)),
            (SHUT_DOWN, Some(date)) => {
                (codes::DEPRECATED_VALUE, format!("AWS shuts down what `{}` belongs to, on {date}", resource.ty))
            }
            (_, date) => {
                let begun = |date: &str| world.today.is_none_or(|today| date <= day(today).as_str());
                let since = |date: &str| if begun(date) { "since" } else { "from then on:" };
                let when = date.map(|date| format!(", {} {date}", since(date))).unwrap_or_default();
                (codes::DEPRECATED_VALUE, format!("AWS gives up `{}`: its status is `{status}`{when}", resource.ty))
            }
        };
        world.found.push(
            Diagnostic::new(code, model.origins.user_span(resource.origin), message).help("plan what takes its place"),
        );
    }
}

/// Custom resources run code of the user's own, as somebody, whenever the stack changes.
pub(super) fn custom_resources_are_meant(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if !crate::derive::is_custom(resource.ty.as_str()) {
            continue;
        }
        let message = format!("`{}` is a custom resource: its function runs with a role of its own", resource.path);
        world.found.push(
            Diagnostic::new(codes::CUSTOM_RESOURCE, model.origins.user_span(resource.origin), message)
                .here(format!("this makes a `{}`", resource.ty))
                .help("use a type of CloudFormation, if there is one by now; else say why: `@waive(custom_resource, because \"…\")`"),
        );
    }
}

/// No two resources of a stack have one logical id.
pub(super) fn logical_ids_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut firsts: IndexMap<(StackId, &str), ResourceId> = IndexMap::default();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(first) = firsts.get(&(resource.stack, resource.logical_id.as_str())) else {
            firsts.insert((resource.stack, &resource.logical_id), id);
            continue;
        };
        let first = model.resource(*first);
        let message =
            format!("`{}` and `{}` both get the logical id `{}`", first.path, resource.path, resource.logical_id);
        world.found.push(
            Diagnostic::new(codes::LOGICAL_ID_CLASH, model.origins.user_span(resource.origin), message)
                .label(model.origins.user_span(first.origin), "the first one")
                .help("give one of them another name"),
        );
    }
}
