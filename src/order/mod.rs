//! The order of deployment: stacks, manual steps and external systems as a graph whose every edge says why it is there.
//!
//! The graph is the truth; the order and the waves are read off it. Nothing here knows how any of it is written down.

mod account;
mod destroy;
mod facts;
mod graph;
mod nodes;
pub mod phases;
mod plan;
mod why;

pub use account::account;
pub use plan::{
    Because, Destroy, DestroyAction, DestroyStep, Edge, LeftBehind, Plan, PlanStack, PlanStep, Scope, Stateful,
    StepKind,
};
pub use why::{find, why};

use crate::derive::template::Derived;
use crate::diag::Diagnostic;
use crate::eval::model::Model;

/// The plan of one environment. Stacks that it shares with others are steps in it (`account:…`), but not deployed by it.
pub fn order(model: &Model, derived: &Derived) -> (Plan, Vec<Diagnostic>) {
    let mut graph = graph::Graph::default();
    let mut diagnostics = nodes::environment(model, derived, &mut graph);
    let (sorted, found) = graph.sort();
    diagnostics.extend(found);
    let deployed: Vec<_> = model.stack_ids().filter(|id| !model.stack(*id).per_account).collect();
    let stacks = deployed.iter().map(|id| plan::stack(model, derived, *id)).map(|s| (s.physical_name.clone(), s));
    let mut plan = Plan {
        system: model.system,
        scope: Scope::Environment(model.environment.name),
        account: model.environment.account.clone(),
        region: model.environment.region.clone(),
        confirm: model.environment.confirm,
        stacks: stacks.collect(),
        steps: sorted.steps,
        edges: sorted.edges,
        given_way: sorted.given_way,
        order: sorted.order,
        waves: sorted.waves,
        destroy: Destroy::default(),
    };
    plan.destroy = destroy::destroy(&plan, &[(model, derived, deployed)]);
    (plan, diagnostics)
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
