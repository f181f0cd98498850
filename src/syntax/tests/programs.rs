//! The programs that the language was tried on must parse, without a diagnostic.

use super::super::parse;
use crate::base::{FileId, LineIndex};

pub(super) const SKETCHES: &[(&str, &str)] = &[
    ("whole_system", include_str!("../../../tests/syntax/sketches/whole_system.infra")),
    ("enhanced_function", include_str!("../../../tests/syntax/sketches/enhanced_function.infra")),
    ("tables", include_str!("../../../tests/syntax/sketches/tables.infra")),
    ("http_api", include_str!("../../../tests/syntax/sketches/http_api.infra")),
    ("feature_matrix", include_str!("../../../tests/syntax/sketches/feature_matrix.infra")),
    ("state_machine", include_str!("../../../tests/syntax/sketches/state_machine.infra")),
    ("spec_wizard", include_str!("../../../tests/syntax/sketches/spec_wizard.infra")),
    ("the_rest", include_str!("../../../tests/syntax/sketches/the_rest.infra")),
];

/// Diagnostics as text: `code @line:column message`.
pub(super) fn shown(text: &str) -> String {
    let lines = LineIndex::new(text);
    let mut shown = String::new();
    for diagnostic in parse(FileId(0), text).diagnostics {
        let at = lines.characters(text, diagnostic.span().lo);
        shown.push_str(&format!(
            "{} @{}:{} {}\n",
            diagnostic.code.name(),
            at.line + 1,
            at.column + 1,
            diagnostic.message
        ));
    }
    shown
}

#[test]
fn the_sketches_parse_without_a_diagnostic() {
    for (name, text) in SKETCHES {
        assert_eq!(shown(text), "", "{name}");
    }
}
