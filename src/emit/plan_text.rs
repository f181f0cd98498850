//! The plan as people read it.

use std::fmt::{self, Write as _};

use crate::derive::template::EdgeKind;
use crate::emit::plan_json::kind;
use crate::emit::source::{SourceNames, place};
use crate::order::{Edge, Plan, PlanStep, Scope, StepKind};

/// Reasons shown under a step for each edge; the rest is counted.
const REASONS: usize = 2;

/// A tree: waves, their steps, and under each step what it needs.
pub fn plan_text(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, plan);
    text
}

/// A chain of edges as an explanation, one line for each reason.
pub fn why_text(plan: &Plan, chain: &[&Edge], sources: &dyn SourceNames) -> String {
    let mut text = String::new();
    for edge in chain {
        let _ = writeln!(text, "{} comes before {}", spoken(plan, &edge.before), spoken(plan, &edge.after));
        for because in &edge.because {
            let via = because.via.as_ref().map(|via| format!(" as {via}")).unwrap_or_default();
            let at = place(sources, because.span).map(|at| format!("  {at}")).unwrap_or_default();
            let _ = writeln!(text, "   {} {}{via}{at}", verb(because.kind), because.from);
        }
    }
    text
}

fn write(text: &mut String, plan: &Plan) -> fmt::Result {
    let whose = match plan.scope {
        Scope::Environment(name) => format!("environment {name}"),
        Scope::Account => String::from("what its environments share"),
    };
    writeln!(text, "{}, {whose}: account {}, {}", plan.system, plan.account, plan.region)?;
    writeln!(text, "{} in {}\n", count(plan.order.len(), "step"), count(plan.waves.len(), "wave"))?;
    for (index, wave) in plan.waves.iter().enumerate() {
        writeln!(text, "wave {}", index + 1)?;
        for (at, id) in wave.iter().enumerate() {
            let last = at + 1 == wave.len();
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let Some(step) = plan.step(id) else { continue };
            writeln!(text, "{branch}{}", line(plan, step))?;
            for edge in plan.needs(id) {
                writeln!(text, "{below}   needs {}: {}", spoken(plan, &edge.before), reasons(edge))?;
            }
        }
    }
    for edge in &plan.given_way {
        let (before, after) = (spoken(plan, &edge.before), spoken(plan, &edge.after));
        writeln!(text, "\n{after} names something of {before}, which is deployed later: {}", reasons(edge))?;
    }
    let deleted: Vec<&str> = plan.destroy.order.iter().filter_map(|id| id.strip_prefix("delete:")).collect();
    if !deleted.is_empty() {
        writeln!(text, "\ndestroy")?;
        for (at, stack) in deleted.iter().enumerate() {
            let branch = if at + 1 == deleted.len() { "└─ " } else { "├─ " };
            let before = plan.destroy.before.get(*stack).into_iter().flatten();
            let before: Vec<String> = before
                .map(|step| match &step.resource {
                    Some((id, _)) => format!("{} of {id}", step.action.word()),
                    None => step.action.word().to_owned(),
                })
                .collect();
            let first = if before.is_empty() { String::new() } else { format!("  first {}", before.join(", ")) };
            writeln!(text, "{branch}{stack}{first}")?;
        }
        for left in &plan.destroy.left_behind {
            writeln!(text, "   left behind: {} of {} ({})", left.id, left.stack, left.why)?;
        }
    }
    Ok(())
}

fn line(plan: &Plan, step: &PlanStep) -> String {
    match &step.kind {
        StepKind::Deploy { stack } => {
            let Some(facts) = plan.stacks.get(stack) else { return stack.clone() };
            let title = facts.title.as_ref().map(|title| format!("  {title}")).unwrap_or_default();
            let region = if facts.region == plan.region { String::new() } else { format!(" in {}", facts.region) };
            format!("{stack}{title} ({}{region})", count(facts.resources, "resource"))
        }
        StepKind::Account { stack, folder } => format!("{stack}  shared by the account's environments (see {folder})"),
        StepKind::Upload { region, files } => {
            let to = if *region == plan.region { String::new() } else { format!(" to {region}") };
            let from: Vec<&str> = files.iter().map(|(_, from)| from.as_str()).collect();
            format!("upload{to}: {}", from.join(", "))
        }
        StepKind::Manual { text } => format!("{}  by hand: {text}", step.name),
        StepKind::External { title, deployed_by } => {
            let title = title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
            let by = deployed_by.as_ref().map(|by| format!(", deployed by {by}")).unwrap_or_default();
            format!("{}  elsewhere{title}{by}", step.name)
        }
    }
}

fn reasons(edge: &Edge) -> String {
    let shown = edge.because.iter().take(REASONS);
    let shown: Vec<String> = shown.map(|because| format!("{} ({})", because.from, kind(because.kind))).collect();
    let rest = edge.because.len().saturating_sub(REASONS);
    let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{}{rest}", shown.join(", "))
}

/// A step without the kind in front of its id.
fn spoken<'a>(plan: &'a Plan, id: &'a str) -> &'a str {
    match plan.step(id).map(|step| &step.kind) {
        Some(StepKind::Deploy { stack } | StepKind::Account { stack, .. }) => stack,
        Some(StepKind::Upload { .. } | StepKind::Manual { .. } | StepKind::External { .. }) | None => id,
    }
}

fn verb(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Import => "imports",
        EdgeKind::Parameter => "is given",
        EdgeKind::Upload => "needs the upload of",
        EdgeKind::Explicit => "says after",
        EdgeKind::Name => "names",
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
