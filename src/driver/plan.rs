//! The deploy order in the form that was asked for.

use crate::derive::template::Derived;
use crate::driver::PlanForm;
use crate::emit::{self, SourceNames};
use crate::eval::model::Model;
use crate::order::{self, Plan};

/// All environments' plans, one after the other; a list in JSON if there are several.
pub(super) fn render(builds: &[(Model, Derived, Plan)], sources: &dyn SourceNames, form: &PlanForm) -> String {
    match form {
        PlanForm::Json => {
            let mut plans: Vec<serde_json::Value> =
                builds.iter().map(|(model, derived, plan)| emit::plan_json(model, derived, plan, sources)).collect();
            let document = if plans.len() == 1 { plans.remove(0) } else { serde_json::Value::Array(plans) };
            let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
            text.push('\n');
            text
        }
        PlanForm::Text => each(builds, emit::plan_text),
        PlanForm::Mermaid => each(builds, emit::mermaid),
        PlanForm::Dot => each(builds, emit::dot),
        PlanForm::Why(before, after) => each(builds, |plan| match order::why(plan, before, after) {
            Some(chain) => emit::why_text(plan, &chain, sources),
            None => format!("nothing makes `{before}` come before `{after}`\n"),
        }),
    }
}

fn each(builds: &[(Model, Derived, Plan)], render: impl Fn(&Plan) -> String) -> String {
    let texts: Vec<String> = builds.iter().map(|(_, _, plan)| render(plan)).collect();
    texts.join("\n")
}
