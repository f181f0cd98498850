//! Where every leaf of the templates comes from: `provenance.json`.
//!
//! A value whose cause is that of what it stands in gets no entry, so the file stays small: look up the nearest entry above.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::derive::template::{Json, Tree};
use crate::emit::json::token;
use crate::emit::source::{SourceNames, place};
use crate::emit::{Part, template};
use crate::eval::model::Model;
use crate::eval::origin::Origin;

/// An entry of the file.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    file: String,
    line: usize,
    reason: &'static str,
    library: Option<String>,
}

/// The file, one entry to a line.
pub(super) fn provenance(parts: &[Part<'_>], sources: &dyn SourceNames) -> Vec<u8> {
    let mut walk = Walk { sources, lines: Vec::new(), files: BTreeSet::new() };
    for part in parts {
        walk.model(part);
    }
    let mut text = String::from("{\n  \"format\": 1,\n  \"files\": ");
    // Writing to a `String` does not fail.
    let _ = write!(text, "{}", Value::from_iter(walk.files.iter().cloned()));
    text.push_str(",\n  \"entries\": {");
    for (index, (pointer, entry)) in walk.lines.iter().enumerate() {
        let mut object = json!({ "file": entry.file, "line": entry.line, "reason": entry.reason });
        if let (Some(library), Some(object)) = (&entry.library, object.as_object_mut()) {
            object.insert(String::from("library"), Value::from(library.as_str()));
        }
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n    {}: {object}", Value::from(pointer.as_str()));
    }
    text.push_str("\n  }\n}\n");
    text.into_bytes()
}

struct Walk<'a> {
    sources: &'a dyn SourceNames,
    lines: Vec<(String, Entry)>,
    files: BTreeSet<String>,
}

impl Walk<'_> {
    fn model(&mut self, part: &Part<'_>) {
        let tree = template::document(part.model, part.template);
        // Every leaf has a cause, if only the declaration of its environment.
        let environment = self.sources.locate(part.model.environment.span);
        let (file, line) = environment.map_or((String::new(), 0), |at| (at.file, at.line));
        let fallback = Entry { file, line, reason: "the environment that is built", library: None };
        let root = self.entry(part.model, tree.origin).unwrap_or(fallback);
        let mut pointer = format!("{}#", part.file);
        self.put(&pointer, &root);
        self.children(part.model, &tree, &mut pointer, &root);
    }

    fn put(&mut self, pointer: &str, entry: &Entry) {
        self.files.insert(entry.file.clone());
        self.lines.push((pointer.to_owned(), entry.clone()));
    }

    fn children(&mut self, model: &Model, tree: &Tree, pointer: &mut String, above: &Entry) {
        match &tree.json {
            Json::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.child(model, item, &index.to_string(), pointer, above);
                }
            }
            Json::Map(map) => {
                for (key, item) in map {
                    self.child(model, item, &token(key), pointer, above);
                }
            }
            Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) => {}
        }
    }

    fn child(&mut self, model: &Model, tree: &Tree, key: &str, pointer: &mut String, above: &Entry) {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(key);
        match self.entry(model, tree.origin) {
            Some(own) if own != *above => {
                self.put(pointer, &own);
                self.children(model, tree, pointer, &own);
            }
            Some(_) | None => self.children(model, tree, pointer, above),
        }
        pointer.truncate(length);
    }

    /// What an origin says for itself; nothing if no file stands behind it.
    fn entry(&self, model: &Model, origin: Origin) -> Option<Entry> {
        let cause = model.origins.get(origin)?;
        let location = self.sources.locate(model.origins.user_span(origin))?;
        let reason = if cause.reason.is_empty() { "as written" } else { cause.reason };
        let library = if cause.span.file.is_stdlib() { place(self.sources, cause.span) } else { None };
        Some(Entry { file: location.file, line: location.line, reason, library })
    }
}
