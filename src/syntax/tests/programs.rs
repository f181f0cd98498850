//! The programs that the language was tried on must parse, without a diagnostic.

use super::good;

/// The programs, by name.
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

#[test]
fn the_sketches_parse_without_a_diagnostic() {
    for (name, text) in SKETCHES {
        let parsed = good(text);
        assert!(!parsed.file.items.is_empty(), "{name}");
    }
}

#[test]
fn a_mark_at_the_beginning_and_line_ends_of_windows_change_nothing() {
    for (name, text) in SKETCHES {
        let plain = good(text);
        let windows = good(&format!("\u{feff}{}", text.replace('\n', "\r\n")));
        let kinds = |parsed: &super::Parsed| -> Vec<_> {
            parsed.file.items.iter().map(|item| std::mem::discriminant(&item.kind)).collect()
        };
        assert_eq!(kinds(&plain), kinds(&windows), "{name}");
    }
}
