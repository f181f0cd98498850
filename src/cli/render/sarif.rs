//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Batch, each, environments, remedies};
use crate::base::Span;
use crate::diag::{Code, Diagnostic, Level};
use crate::world::{Place, Sources};

pub(super) fn render(batches: &[Batch<'_>]) -> String {
    let codes: BTreeMap<&str, Code> =
        each(batches).map(|(_, diagnostic)| (diagnostic.code.name(), diagnostic.code)).collect();
    let rules: Vec<Value> = codes.values().map(|code| rule(*code)).collect();
    let results: Vec<Value> = each(batches)
        .map(|(batch, diagnostic)| {
            let at = codes.keys().position(|name| *name == diagnostic.code.name());
            result(batch.sources, diagnostic, at)
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "infrac",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Value {
    let mut rule = json!({
        "id": code.name(),
        "shortDescription": { "text": code.why() },
        "defaultConfiguration": { "level": level(code.level()) },
    });
    if let (Some(page), Some(rule)) = (crate::cli::pages::page(code.name()), rule.as_object_mut()) {
        rule.insert(String::from("help"), json!({ "text": page, "markdown": page }));
    }
    rule
}

fn result(sources: &Sources, diagnostic: &Diagnostic, rule: Option<usize>) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(names) = environments(diagnostic) {
        text.push_str(&format!(" (in {names})"));
    }
    for remedy in remedies(diagnostic) {
        text.push_str(&format!("\nhelp: {remedy}"));
    }
    let mut places = diagnostic.labels.iter().filter_map(|label| {
        let location = physical(&sources.place(label.span)?);
        Some(if label.text.is_empty() {
            json!({ "physicalLocation": location })
        } else {
            json!({ "physicalLocation": location, "message": { "text": label.text } })
        })
    });
    let locations: Vec<Value> = places.by_ref().take(1).collect();
    let related: Vec<Value> = places.collect();
    let fixes: Vec<Value> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let changes = fix.edits.iter().filter_map(|edit| change(sources, edit.span, &edit.text));
            json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<_>>() })
        })
        .collect();
    let names: Vec<&str> = diagnostic.environments.iter().map(|name| name.as_str()).collect();
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": rule,
        "level": level(diagnostic.level),
        "message": { "text": text },
        "locations": locations,
    });
    if let Some(result) = result.as_object_mut() {
        let optional = [("relatedLocations", related), ("fixes", fixes)];
        for (key, list) in optional.into_iter().filter(|(_, list)| !list.is_empty()) {
            result.insert(String::from(key), Value::Array(list));
        }
        if !names.is_empty() {
            result.insert(String::from("properties"), json!({ "environments": names }));
        }
    }
    result
}

fn change(sources: &Sources, span: Span, text: &str) -> Option<Value> {
    let place = sources.place(span)?;
    Some(json!({
        "artifactLocation": artifact(place.file),
        "replacements": [{ "deletedRegion": region(&place), "insertedContent": { "text": text } }],
    }))
}

fn physical(place: &Place<'_>) -> Value {
    json!({ "artifactLocation": artifact(place.file), "region": region(place) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line + 1,
        "startColumn": place.start.column + 1,
        "endLine": place.end.line + 1,
        "endColumn": place.end.column + 1,
    })
}

/// A path as a URI reference.
fn artifact(path: &str) -> Value {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    json!({ "uri": uri })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "note",
    }
}
