//! The way back: stacks in reverse order, what stands in the way of their deletion, and what outlives them.

use crate::derive::template::{Derived, TemplateResource};
use crate::eval::model::{Model, StackId};
use crate::order::facts;
use crate::order::plan::{Destroy, DestroyAction, DestroyStep, LeftBehind, Plan, StepKind};

/// The way back of a plan over the stacks that it deploys.
pub(super) fn destroy(plan: &Plan, deployed: &[(&Model, &Derived, Vec<StackId>)]) -> Destroy {
    let mut destroy = Destroy::default();
    for step in plan.steps.iter().rev() {
        let StepKind::Deploy { stack } = &step.kind else { continue };
        destroy.order.push(format!("delete:{stack}"));
        if plan.confirm {
            let step = DestroyStep { action: DestroyAction::DisableTerminationProtection, resource: None };
            destroy.before.entry(stack.clone()).or_default().push(step);
        }
        let template = deployed.iter().find_map(|(model, derived, ids)| {
            let id = ids.iter().find(|id| model.stack(**id).physical_name == *stack)?;
            derived.templates.iter().find(|template| template.stack == *id)
        });
        for (id, resource) in template.into_iter().flat_map(|template| &template.resources) {
            if let Some(action) = in_the_way(resource) {
                let step = DestroyStep { action, resource: Some((id.clone(), resource.ty.clone())) };
                destroy.before.entry(stack.clone()).or_default().push(step);
            }
            if let Some(why) = stays(resource) {
                let left = LeftBehind { stack: stack.clone(), id: id.clone(), ty: resource.ty.clone(), why };
                destroy.left_behind.push(left);
            }
        }
    }
    destroy
}

fn policy(resource: &TemplateResource) -> Option<&str> {
    resource.deletion.as_ref().map(|(policy, _)| policy.as_str())
}

fn is_retained(resource: &TemplateResource) -> bool {
    policy(resource).is_some_and(|policy| policy.starts_with("Retain"))
}

fn in_the_way(resource: &TemplateResource) -> Option<DestroyAction> {
    if is_retained(resource) {
        return None;
    }
    if facts::is_protected(&resource.ty, &resource.properties) {
        return Some(DestroyAction::DisableDeletionProtection);
    }
    facts::must_be_empty(&resource.ty).then_some(DestroyAction::EmptyBucket)
}

fn stays(resource: &TemplateResource) -> Option<String> {
    let policy = policy(resource)?;
    match policy {
        "Delete" => None,
        "Snapshot" => Some(String::from("DeletionPolicy Snapshot: a final snapshot of its data stays")),
        _ => Some(format!("DeletionPolicy {policy}")),
    }
}
