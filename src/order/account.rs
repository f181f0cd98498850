//! The plan of what the environments of one account and region have in common.

use crate::derive::template::Derived;
use crate::diag::Diagnostic;
use crate::eval::model::{After, Model, StackId};
use crate::order::destroy;
use crate::order::graph::Graph;
use crate::order::nodes;
use crate::order::plan::{self, Destroy, Plan, Scope};

/// The plan of the stacks declared `per account` in one account and region, over all environments there. Environments need not all have
/// the same ones; a stack is taken from the first that has it.
pub fn account(models: &[(&Model, &Derived)], account: &str, region: &str) -> Option<(Plan, Vec<Diagnostic>)> {
    let there: Vec<(&Model, &Derived)> =
        models.iter().copied().filter(|(model, _)| model.environment.account == account).collect();
    let (first, _) = there.first()?;
    let mut graph = Graph::default();
    let mut stacks = crate::base::IndexMap::default();
    let mut taken: Vec<(&Model, &Derived, Vec<StackId>)> = Vec::new();
    for (model, derived) in &there {
        let mut own = Vec::new();
        for id in model.stack_ids() {
            let stack = model.stack(id);
            if stack.per_account && stack.region == region && !stacks.contains_key(&stack.physical_name) {
                graph.step(nodes::stack_step(model, id, false));
                stacks.insert(stack.physical_name.clone(), plan::stack(model, derived, id));
                own.push(id);
            }
        }
        taken.push((model, derived, own));
    }
    if stacks.is_empty() {
        return None;
    }
    for (model, _) in &there {
        for step in model.steps.iter().filter(|step| nodes::belongs_to_account(model, step, Some(region))) {
            graph.step(nodes::manual_step(step));
        }
    }
    for (model, derived) in &there {
        nodes::edges(model, derived, &mut graph, &|what| nodes::id_in(model, what, true));
        nodes::uploads(model, derived, &mut graph, &|id| {
            let stack = model.stack(id);
            (stack.per_account && stack.region == region).then(|| nodes::id_in(model, After::Stack(id), true))
        });
    }
    let (sorted, diagnostics) = graph.sort();
    let mut plan = Plan {
        system: first.system,
        scope: Scope::Account,
        account: account.to_owned(),
        region: region.to_owned(),
        confirm: there.iter().any(|(model, _)| model.environment.confirm),
        stacks,
        steps: sorted.steps,
        edges: sorted.edges,
        given_way: sorted.given_way,
        order: sorted.order,
        waves: sorted.waves,
        destroy: Destroy::default(),
    };
    plan.destroy = destroy::destroy(&plan, &taken);
    Some((plan, diagnostics))
}
