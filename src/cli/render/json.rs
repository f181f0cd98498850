//! The documented JSON form (`docs/messages.md`).

use serde_json::{Value, json};

use super::{Batch, each};
use crate::base::Span;
use crate::diag::{Diagnostic, Level};
use crate::world::Sources;

/// The version of the form; it changes when a reader of the old one would misunderstand the new one.
const FORMAT: u32 = 1;

pub(super) fn render(batches: &[Batch<'_>]) -> String {
    let diagnostics: Vec<Value> = each(batches).map(|(batch, diagnostic)| one(batch.sources, diagnostic)).collect();
    let count = |level: Level| each(batches).filter(|(_, diagnostic)| diagnostic.level == level).count();
    let document = json!({
        "format": FORMAT,
        "diagnostics": diagnostics,
        "errors": count(Level::Error),
        "warnings": count(Level::Warning),
        "advice": count(Level::Advice),
    });
    format!("{document:#}\n")
}

fn one(sources: &Sources, diagnostic: &Diagnostic) -> Value {
    let places: Vec<Value> = diagnostic
        .labels
        .iter()
        .filter_map(|label| {
            let mut place = place(sources, label.span)?;
            place.as_object_mut()?.insert(String::from("text"), json!(label.text));
            Some(place)
        })
        .collect();
    let fixes: Vec<Value> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let edits = fix.edits.iter().filter_map(|edit| {
                let mut place = place(sources, edit.span)?;
                place.as_object_mut()?.insert(String::from("text"), json!(edit.text));
                Some(place)
            });
            json!({ "title": fix.title, "certain": fix.certain, "edits": edits.collect::<Vec<_>>() })
        })
        .collect();
    let environments: Vec<&str> = diagnostic.environments.iter().map(|name| name.as_str()).collect();
    json!({
        "code": diagnostic.code.name(),
        "level": diagnostic.level.word(),
        "message": diagnostic.message,
        "places": places,
        "why": diagnostic.reason(),
        "help": diagnostic.help,
        "fixes": fixes,
        "environments": environments,
    })
}

/// Lines and columns count from 1, columns in characters; `start` and `end` are byte offsets.
fn place(sources: &Sources, span: Span) -> Option<Value> {
    let place = sources.place(span)?;
    Some(json!({
        "file": place.file,
        "line": place.start.line + 1,
        "column": place.start.column + 1,
        "end_line": place.end.line + 1,
        "end_column": place.end.column + 1,
        "start": span.lo,
        "end": span.hi.max(span.lo),
    }))
}
