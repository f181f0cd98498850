//! CloudFormation templates as they are found: JSON or YAML read with its places, and what their functions give as far as that is known
//! before a deployment.
//!
//! `document` is the tree, `json` and `yaml` read it, `template` knows its sections, `value` is what a template's values become, and
//! `evaluate` is how. Nothing here knows what a resource type is: the catalog does.

mod condition;
mod document;
mod evaluate;
mod facts;
mod functions;
mod json;
mod loops;
mod parameters;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

pub use document::{Item, Map, Node};
pub use evaluate::{Evaluated, Output, Resource, evaluate};
pub use parameters::{Parameters, parameters};
pub use template::{Template, template};
pub use value::{Open, Truth, Value, ValueKind, same};

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, codes};

/// Reads a document of either form. Nothing comes back where it cannot be read; then there is a diagnostic.
pub fn document(file: FileId, text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let is_json = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with(['{', '[']);
    let read = if is_json { json::read(file, text) } else { yaml::read(file, text) };
    match read {
        Ok(node) => (Some(node), Vec::new()),
        Err(diagnostic) => (None, vec![*diagnostic]),
    }
}

/// A document that cannot be what it should be.
fn malformed(span: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(codes::MALFORMED_TEMPLATE, span, message))
}

/// A document that goes deeper than any template needs.
fn too_deep(span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(codes::TOO_DEEP, span, "values are nested too deeply around here"))
}
