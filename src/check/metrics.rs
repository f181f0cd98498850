//! Metrics: where they are published, and what comes of watching them.

use crate::check::{World, facts, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Resource, ResourceId, StackId};
use crate::eval::value::{Node, NodeKind};

/// No alarm watches what is never published in its region.
pub(super) fn metrics_are_published_there(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if resource.ty != *facts::ALARM {
            continue;
        }
        let region = &model.stack(resource.stack).region;
        let mut namespaces = Vec::new();
        collect(world, resource.stack, &resource.properties, &mut namespaces);
        for namespace in namespaces {
            let Some((_, home)) = facts::GLOBAL_METRICS.iter().find(|(known, _)| *known == namespace) else { continue };
            if home != region {
                let message = format!(
                    "`{}` watches `{namespace}` in `{region}`, which is published in `{home}` only",
                    resource.path
                );
                let stack = model.stack(resource.stack);
                let diagnostic =
                    Diagnostic::new(codes::METRIC_ELSEWHERE, model.origins.user_span(resource.origin), message)
                        .label(model.origins.user_span(stack.origin), format!("in `{region}`"))
                        .help(format!("put it into a stack of its own: `stack Billing in \"{home}\" {{ … }}`"));
                world.found.push(diagnostic);
            }
        }
    }
}

/// An alarm tells somebody.
pub(super) fn alarms_tell_somebody(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if resource.ty != *facts::ALARM {
            continue;
        }
        let told = facts::ALARM_ACTIONS.iter().any(|name| resource.properties.get(name).is_some());
        let off =
            matches!(resource.properties.get(facts::ALARM_SWITCH).map(|node| &node.kind), Some(NodeKind::Bool(false)));
        if !told || off {
            let message = match off {
                true => format!("the actions of `{}` are switched off", resource.path),
                false => format!("`{}` tells nobody", resource.path),
            };
            let place = model.origins.user_span(resource.origin);
            let diagnostic =
                Diagnostic::new(codes::ALARM_WITHOUT_ACTION, place, message).help("name a topic: `notify = [pager]`");
            world.found.push(diagnostic);
        }
    }
}

/// No two alarms ask the same.
pub(super) fn alarms_differ(world: &mut World<'_>) {
    let model = world.model;
    let is_alarm = |id: &ResourceId| model.resource(*id).ty == *facts::ALARM;
    let alarms: Vec<ResourceId> = model.resource_ids().filter(is_alarm).collect();
    for (at, second) in alarms.iter().enumerate() {
        let second = model.resource(*second);
        let same = |name: &&str, first: &Resource| match (first.properties.get(name), second.properties.get(name)) {
            (Some(one), Some(two)) => one.same(two),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let twin = alarms.iter().take(at).map(|first| model.resource(*first)).find(|first| {
            let region = |resource: &Resource| &model.stack(resource.stack).region;
            region(first) == region(second) && facts::ALARM_QUESTION.iter().all(|name| same(name, first))
        });
        let Some(first) = twin else { continue };
        let message = format!("`{}` asks the same as `{}`", second.path, first.path);
        let diagnostic = Diagnostic::new(codes::DUPLICATE_ALARM, model.origins.user_span(second.origin), message)
            .label(model.origins.user_span(first.origin), "asked here already")
            .help("remove one of them, and let the other tell everybody");
        world.found.push(diagnostic);
    }
}

fn collect(world: &World<'_>, stack: StackId, node: &Node, namespaces: &mut Vec<String>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            for (key, value) in entries {
                if *key == *"Namespace" {
                    namespaces.extend(known(world.model, stack, value));
                }
                collect(world, stack, value, namespaces);
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| collect(world, stack, item, namespaces)),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}
