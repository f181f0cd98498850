//! Who may talk to whom, on what, by which way, and because of which lines: as a table, as data, and as a drawing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::base::Span;
use crate::base::limits::MAX_NETWORK_LEGS;
use crate::check::Reach;
use crate::check::reach::ranges::Ranges;
use crate::check::reach::{Flow, Flows, Speaker, tell};
use crate::eval::model::Model;
use crate::report::{Report, Section, System};

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let mut report = Report::default();
    for (model, ..) in system.builds {
        let flows = Reach::default().network(model).flows(model);
        report.sections.push(section(model, &flows, system));
        report.data.push(data(model, &flows, system));
        report.drawings.push(drawing(model, &flows));
    }
    report
}

/// A flow as the table has it: several ports of one line are one.
struct Row<'f> {
    from: &'f Speaker,
    to: &'f Speaker,
    on: Ranges,
    certain: bool,
    ways: BTreeSet<&'f [String]>,
    lines: Vec<String>,
}

fn rows<'f>(flows: &'f [Flow], system: System<'_>) -> Vec<Row<'f>> {
    let mut rows: Vec<Row<'f>> = Vec::new();
    for flow in flows {
        let lines = places(&flow.because, system);
        let ways = flow.ways.iter().map(Vec::as_slice);
        let same = rows.iter_mut().rev().take_while(|row| row.from == &flow.from && row.to == &flow.to);
        match same.into_iter().find(|row| row.lines == lines && row.certain == flow.certain) {
            Some(row) => {
                row.on = row.on.or(&flow.on);
                row.ways.extend(ways);
            }
            None => rows.push(Row {
                from: &flow.from,
                to: &flow.to,
                on: flow.on.clone(),
                certain: flow.certain,
                ways: ways.collect(),
                lines,
            }),
        }
    }
    rows
}

fn places(spans: &[Span], system: System<'_>) -> Vec<String> {
    let mut places: Vec<String> = spans.iter().filter_map(|span| system.place(*span)).collect();
    places.dedup();
    places
}

fn section(model: &Model, flows: &Flows, system: System<'_>) -> Section {
    let title = format!("{}: who may talk to whom", model.environment.name);
    let rows = rows(&flows.flows, system);
    let mut notes = notes(flows);
    if rows.is_empty() {
        notes.insert(0, String::from("nothing is connected"));
        return Section { title, notes, ..Section::default() };
    }
    let cells = rows.iter().map(|row| {
        let ways: Vec<String> = row.ways.iter().filter(|way| !way.is_empty()).map(|way| way.join(", ")).collect();
        let doubt = if row.certain { "" } else { " ?" };
        vec![
            row.from.name().to_owned(),
            row.to.name().to_owned(),
            format!("{}{doubt}", tell::carried(&row.on)),
            ways.join("\n"),
            row.lines.join("\n"),
        ]
    });
    let columns = ["from", "to", "on", "by", "because of"].map(str::to_owned).to_vec();
    let rows_of_text = cells.collect();
    if rows.iter().any(|row| !row.certain) {
        notes.push(String::from("`?`: whether it is open is known only when deployed"));
    }
    Section { title, columns, rows: rows_of_text, notes }
}

fn notes(flows: &Flows) -> Vec<String> {
    let mut notes: Vec<String> = flows
        .unknown
        .iter()
        .map(|group| format!("the rules of {group} are known only when deployed; what they let in is not told"))
        .collect();
    if flows.cut {
        notes.push(format!("there may be more: {MAX_NETWORK_LEGS} pairs were looked at"));
    }
    notes
}

fn data(model: &Model, flows: &Flows, system: System<'_>) -> Value {
    let list: Value = rows(&flows.flows, system)
        .iter()
        .map(|row| {
            json!({
                "from": row.from.name(),
                "to": row.to.name(),
                "on": tell::carried(&row.on),
                "certain": row.certain,
                "ways": row.ways,
                "because": row.lines,
            })
        })
        .collect();
    json!({
        "environment": model.environment.name.as_str(),
        "flows": list,
        "unknown": flows.unknown,
        "complete": !flows.cut && flows.unknown.is_empty(),
    })
}

/// Mermaid: a box for each VPC, an arrow for each pair.
fn drawing(model: &Model, flows: &Flows) -> String {
    let mut arrows: BTreeMap<(&Speaker, &Speaker), (Ranges, bool)> = BTreeMap::new();
    for flow in &flows.flows {
        let arrow = arrows.entry((&flow.from, &flow.to)).or_insert((Ranges::none(), true));
        *arrow = (arrow.0.or(&flow.on), arrow.1 && flow.certain);
    }
    let speakers: BTreeSet<&Speaker> = arrows.keys().flat_map(|(from, to)| [*from, *to]).collect();
    let ids: BTreeMap<&Speaker, String> =
        speakers.iter().enumerate().map(|(at, speaker)| (*speaker, format!("n{at}"))).collect();
    let id = |speaker: &Speaker| ids.get(speaker).cloned().unwrap_or_default();
    let mut boxes: BTreeMap<Option<&str>, Vec<&Speaker>> = BTreeMap::new();
    speakers.iter().for_each(|speaker| boxes.entry(speaker.vpc()).or_default().push(speaker));

    // Writing to a `String` does not fail.
    let mut text = format!("flowchart LR\n  %% {}\n", model.environment.name);
    for (at, (vpc, inside)) in boxes.iter().enumerate() {
        let indent = if vpc.is_some() { "    " } else { "  " };
        if let Some(vpc) = vpc {
            let _ = writeln!(text, "  subgraph v{at}[\"{}\"]", escaped(vpc));
        }
        for speaker in inside {
            let name = escaped(speaker.name());
            let _ = match vpc {
                Some(_) => writeln!(text, "{indent}{}[\"{name}\"]", id(speaker)),
                None => writeln!(text, "{indent}{}([\"{name}\"])", id(speaker)),
            };
        }
        if vpc.is_some() {
            text.push_str("  end\n");
        }
    }
    for ((from, to), (on, certain)) in &arrows {
        let line = if *certain { "-->" } else { "-.->" };
        let _ = writeln!(text, "  {} {line}|\"{}\"| {}", id(from), escaped(&tell::carried(on)), id(to));
    }
    text
}

/// Mermaid reads HTML entities, written with `#`, and ends labels at quotes.
fn escaped(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
