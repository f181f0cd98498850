//! The plan as a picture, for tools that draw.

use std::fmt::{self, Write as _};

use crate::order::{Edge, Plan, PlanStep, StepKind};

/// A Mermaid flow chart, from left to right.
pub fn mermaid(plan: &Plan) -> String {
    let mut text = String::from("flowchart LR\n");
    // Writing to a `String` does not fail.
    let _ = write_mermaid(&mut text, plan);
    text
}

/// A graph for Graphviz, each wave a rank.
pub fn dot(plan: &Plan) -> String {
    let mut text = String::new();
    let _ = write_dot(&mut text, plan);
    text
}

fn write_mermaid(text: &mut String, plan: &Plan) -> fmt::Result {
    for (index, step) in plan.steps.iter().enumerate() {
        let (open, close) = match step.kind {
            StepKind::Deploy { .. } => ("[\"", "\"]"),
            StepKind::Account { .. } => ("[[\"", "\"]]"),
            StepKind::Upload { .. } => ("[\\\"", "\"\\]"),
            StepKind::Manual { .. } => ("[/\"", "\"/]"),
            StepKind::External { .. } => ("([\"", "\"])"),
        };
        writeln!(text, "  s{index}{open}{}{close}", for_mermaid(&label(step)))?;
    }
    for edge in &plan.edges {
        if let Some((before, after)) = ends(plan, edge) {
            writeln!(text, "  s{before} -->|\"{}\"| s{after}", for_mermaid(&reason(edge)))?;
        }
    }
    for edge in &plan.given_way {
        if let Some((before, after)) = ends(plan, edge) {
            writeln!(text, "  s{before} -.-|\"{}\"| s{after}", for_mermaid(&reason(edge)))?;
        }
    }
    Ok(())
}

fn write_dot(text: &mut String, plan: &Plan) -> fmt::Result {
    writeln!(text, "digraph {} {{", for_dot(&plan.folder()))?;
    writeln!(text, "  rankdir=LR;")?;
    for step in &plan.steps {
        let shape = match step.kind {
            StepKind::Deploy { .. } => "box",
            StepKind::Account { .. } => "box3d",
            StepKind::Upload { .. } => "folder",
            StepKind::Manual { .. } => "parallelogram",
            StepKind::External { .. } => "ellipse",
        };
        writeln!(text, "  {} [label={}, shape={shape}];", for_dot(&step.id), for_dot(&label(step)))?;
    }
    for wave in &plan.waves {
        let ids: Vec<String> = wave.iter().map(|id| for_dot(id)).collect();
        writeln!(text, "  {{ rank=same; {}; }}", ids.join("; "))?;
    }
    for (edges, style) in [(&plan.edges, ""), (&plan.given_way, ", style=dashed, constraint=false")] {
        for edge in edges {
            let (before, after) = (for_dot(&edge.before), for_dot(&edge.after));
            writeln!(text, "  {before} -> {after} [label={}{style}];", for_dot(&reason(edge)))?;
        }
    }
    writeln!(text, "}}")
}

fn ends(plan: &Plan, edge: &Edge) -> Option<(usize, usize)> {
    let at = |id: &str| plan.steps.iter().position(|step| step.id == id);
    Some((at(&edge.before)?, at(&edge.after)?))
}

fn label(step: &PlanStep) -> String {
    match &step.kind {
        StepKind::Deploy { stack } | StepKind::Account { stack, .. } => stack.clone(),
        StepKind::Upload { files, .. } if files.len() == 1 => String::from("upload 1 file"),
        StepKind::Upload { files, .. } => format!("upload {} files", files.len()),
        StepKind::Manual { text } => text.clone(),
        StepKind::External { title, .. } => title.clone().unwrap_or_else(|| step.name.to_string()),
    }
}

/// The first reason, and how many there are besides.
fn reason(edge: &Edge) -> String {
    let first = edge.because.first().map_or("", |because| because.from.as_str());
    match edge.because.len() {
        0 | 1 => first.to_owned(),
        several => format!("{first} +{}", several - 1),
    }
}

/// Mermaid reads HTML entities, written with `#`, and ends labels at quotes.
fn for_mermaid(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => safe.push_str("#quot;"),
            '#' => safe.push_str("#35;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '\n' | '\r' => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

fn for_dot(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}
