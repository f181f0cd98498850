//! Why one step comes before another.

use crate::base::IndexMap;
use std::collections::VecDeque;

use crate::order::plan::{Edge, Plan, PlanStep, StepKind};

/// The step that a person means: by its id, its stack's physical name, or its name in the source.
pub fn find<'a>(plan: &'a Plan, name: &str) -> Option<&'a PlanStep> {
    let by_id = plan.steps.iter().find(|step| step.id == name);
    let by_stack = || {
        plan.steps.iter().find(|step| match &step.kind {
            StepKind::Deploy { stack } | StepKind::Account { stack, .. } => stack == name,
            StepKind::Upload { .. } | StepKind::Manual { .. } | StepKind::External { .. } => false,
        })
    };
    by_id.or_else(by_stack).or_else(|| plan.steps.iter().find(|step| step.name == name))
}

/// The shortest chain of edges that puts the first step before the second; `None` if nothing orders them that way. Steps are named as for
/// [`find`].
pub fn why<'a>(plan: &'a Plan, before: &str, after: &str) -> Option<Vec<&'a Edge>> {
    let from = find(plan, before)?.id.as_str();
    let to = find(plan, after)?.id.as_str();
    let mut came: IndexMap<&str, &'a Edge> = IndexMap::default();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for edge in plan.edges.iter().filter(|edge| edge.before == at) {
            if edge.after == from || came.contains_key(edge.after.as_str()) {
                continue;
            }
            came.insert(&edge.after, edge);
            queue.push_back(&edge.after);
        }
    }
    let mut chain = Vec::new();
    let mut at = to;
    while at != from {
        let edge = came.get(at)?;
        chain.push(*edge);
        at = &edge.before;
    }
    chain.reverse();
    (!chain.is_empty()).then_some(chain)
}
