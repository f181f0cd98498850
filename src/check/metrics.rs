//! Metrics: where they are published.

use crate::check::{World, facts, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::StackId;
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
        NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}
