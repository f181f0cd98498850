//! What a system lifts by waivers: the rule, where, for how long, and why.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::Span;
use crate::derive::outside;
use crate::eval::model::Waiver;
use crate::report::{Report, Section, System};

/// So much of a declaration says which one it is.
const LONGEST: usize = 60;

/// A waiver, and the environments that it is in.
struct Entry<'s> {
    waiver: &'s Waiver,
    environments: Vec<&'static str>,
}

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let mut all: BTreeMap<(&str, Span), Entry<'_>> = BTreeMap::new();
    for (model, ..) in system.builds {
        for waiver in &model.waivers {
            let entry = all.entry((waiver.rule.as_str(), waiver.span));
            let entry = entry.or_insert_with(|| Entry { waiver, environments: Vec::new() });
            if !entry.environments.contains(&model.environment.name.as_str()) {
                entry.environments.push(model.environment.name.as_str());
            }
        }
    }
    let everywhere = |entry: &Entry<'_>| entry.environments.len() == system.builds.len();
    let mut section = Section { title: String::from("what is waived"), ..Section::default() };
    if all.is_empty() {
        section.notes.push(String::from("nothing is waived"));
        return Report { sections: vec![section], ..Report::default() };
    }
    section.columns = ["rule", "on", "at", "until", "because"].map(str::to_owned).to_vec();
    let mut data = Vec::new();
    for entry in all.values() {
        let Entry { waiver, environments } = entry;
        let until = waiver.until.map(crate::check::day);
        let at = system.place(waiver.span).unwrap_or_default();
        let on = on(system, waiver);
        let because = waiver.because.clone().unwrap_or_default();
        let only = if everywhere(entry) { String::new() } else { format!("\nin {}", environments.join(", ")) };
        section.rows.push(vec![
            waiver.rule.as_str().to_owned(),
            format!("{on}{only}"),
            at.clone(),
            until.clone().unwrap_or_default(),
            because.clone(),
        ]);
        data.push(json!({
            "rule": waiver.rule.as_str(),
            "on": on,
            "at": at,
            "until": until,
            "because": because,
            "environments": if everywhere(entry) { Value::Array(Vec::new()) } else { json!(environments) },
        }));
    }
    Report { sections: vec![section], data, ..Report::default() }
}

/// What a waiver is about, in words.
fn on(system: System<'_>, waiver: &Waiver) -> String {
    if !waiver.everywhere || outside(waiver.rule.as_str()).is_none() {
        return declaration(system, waiver.covers);
    }
    if waiver.types.is_empty() {
        return String::from("the whole system");
    }
    let types: Vec<&str> = waiver.types.iter().map(|ty| ty.as_str()).collect();
    format!("every {}", types.join(", "))
}

/// The first line of what a waiver covers.
fn declaration(system: System<'_>, covers: Span) -> String {
    let text = system.sources.slice(covers);
    let marks = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with(['@', '/']);
    let line = text.lines().find(marks).unwrap_or_default().trim();
    let line = line.strip_suffix('{').unwrap_or(line).trim_end();
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let short: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", short.trim_end())
}
