//! The table of what is checked (`docs/checks.md`) names codes that there are, and nothing that is not told.

use std::path::Path;

use infrac::diag::codes;

/// The cells of all rows, without heads and lines.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows =
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.contains("| here |"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn each_row_names_a_code_or_says_why_there_is_none() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let rows = rows(&std::fs::read_to_string(path).unwrap());
    assert!(rows.len() >= 80, "{} rows", rows.len());
    for row in rows {
        let [what, here] = row.as_slice() else { panic!("{row:?}") };
        let words = here.split('`').skip(1).step_by(2);
        // A word with `_` and nothing else is a code.
        let named = words.filter(|word| word.contains('_') && word.chars().all(|c| c == '_' || c.is_ascii_lowercase()));
        for word in named {
            assert!(codes::ALL.iter().any(|code| code.name() == word), "{what}: there is no code `{word}`");
        }
        assert!(
            here.contains('`') || here.starts_with("missing: ") || here.starts_with("cannot arise"),
            "{what}: {here}"
        );
    }
}
