//! What a formatted source looks like; that formatting is idempotent, and loses nothing, whatever it is given.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod layout;
mod mutants;

use super::format;

/// What becomes of a source.
fn formatted(source: &str) -> String {
    format(source).unwrap_or_else(|unproved| panic!("{unproved:?}\n{source}"))
}

/// Holds a source against its canonical form, both without the indentation of the test.
fn becomes(source: &str, canonical: &str) {
    let text = |text: &str| {
        let lines: Vec<&str> = text.trim_matches(['\n', ' ']).lines().collect();
        let margin = lines.iter().skip(1).filter(|line| !line.trim().is_empty());
        let margin = margin.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        let line = |(at, line): (usize, &&str)| match at {
            0 => (*line).to_owned(),
            _ => line.get(margin..).unwrap_or_default().to_owned(),
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n") + "\n"
    };
    assert_eq!(formatted(&text(source)), text(canonical), "\n{source}");
}

/// All sources of this repository, by their paths.
fn corpus() -> Vec<(std::path::PathBuf, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders: Vec<_> = ["specs", "stdlib", "tests"].iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "infra")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files.push((path, text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "the sources cannot be found");
    files
}

/// Layouts that people write; what they become is of no interest.
const SKETCHES: &str = "tests/syntax/sketches";

#[test]
fn every_source_of_this_repository_is_in_canonical_form() {
    let differs =
        |(path, text): &(std::path::PathBuf, String)| (formatted(text) != *text).then(|| path.display().to_string());
    let wrong: Vec<String> = corpus().iter().filter_map(differs).filter(|path| !path.contains(SKETCHES)).collect();
    assert!(wrong.is_empty(), "run `infrac fmt` on\n{}", wrong.join("\n"));
}
