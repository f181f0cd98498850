//! Tidy checks: who may use whom, where AWS's names may stand, how long files are.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test may fail")]

mod editors;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder, with their text.
fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// The table of `docs/ARCHITECTURE.md`: each room and those it may use.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let rows =
        text.lines().skip_while(|line| !line.starts_with("| room |")).skip(2).take_while(|line| line.starts_with('|'));
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0].trim_matches('`').to_owned();
        let all = cells[2] == "every room above";
        let allowed = if all {
            rooms.keys().cloned().collect()
        } else {
            cells[2]
                .split(',')
                .map(|room| room.trim().trim_matches('`').to_owned())
                .filter(|room| !room.is_empty())
                .collect()
        };
        rooms.insert(name, allowed);
    }
    rooms
}

/// The room that a file of `src/` belongs to: its first folder.
fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    (inside.components().count() > 1)
        .then(|| inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned())
}

#[test]
fn rooms_use_only_those_that_their_row_names() {
    let rooms = rooms();
    assert!(rooms.len() >= 12, "the table of rooms cannot be read");
    let mut wrong = Vec::new();
    for (path, text) in rust_files(&root().join("src")) {
        let Some(room) = room_of(&path) else { continue };
        // A test may make with other rooms what its own room is tested on.
        if is_test(&path) {
            continue;
        }
        let allowed =
            rooms.get(&room).unwrap_or_else(|| panic!("`{room}` is not in the table of docs/ARCHITECTURE.md"));
        for (at, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for part in code.split("crate::").skip(1) {
                let names: Vec<String> = if let Some(group) = part.strip_prefix('{') {
                    group
                        .split([',', '}'])
                        .map(|name| name.trim().split("::").next().unwrap_or_default().to_owned())
                        .collect()
                } else {
                    vec![part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()]
                };
                for used in names {
                    if rooms.contains_key(&used) && used != room && !allowed.contains(&used) {
                        wrong.push(format!("{}:{}: `{room}` may not use `{used}`", path.display(), at + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_table_is_there() {
    for room in rooms().keys() {
        assert!(
            root().join("src").join(room).is_dir(),
            "docs/ARCHITECTURE.md names the room `{room}`, which is not there"
        );
    }
}

#[test]
fn only_syntax_sees_the_parser_and_only_world_and_cli_the_file_system() {
    let rules: [(&str, &[&str]); 4] =
        [("pest", &["syntax"]), ("std::fs", &["world", "cli"]), ("miette", &["cli"]), ("codespan_reporting", &["cli"])];
    let mut wrong = Vec::new();
    for (path, text) in rust_files(&root().join("src")) {
        let Some(room) = room_of(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for (word, rooms) in rules {
                // A test may go through the repository's own files.
                if word == "std::fs" && is_test(&path) {
                    continue;
                }
                let used = code.contains(&format!("{word}::")) || code.contains(&format!("use {word};"));
                if used && !rooms.contains(&room.as_str()) {
                    wrong.push(format!("{}:{}: `{word}` belongs in {}", path.display(), at + 1, rooms.join(" and ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_of_aws_stand_in_facts_alone() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files(&root().join("src")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Knowledge has its files; tests may name what they test; help shows examples.
        if name == "facts.rs" || is_test(&path) {
            continue;
        }
        let mut in_tests = false;
        for (at, line) in text.lines().enumerate() {
            in_tests |= line.starts_with("mod tests {") || line.contains("#[cfg(test)]");
            let code = line.split("//").next().unwrap_or_default();
            let prose = code.contains("`name = ")
                || code.contains("help(")
                || code.contains("format!(\"write")
                || code.contains("`AWS::");
            if !in_tests && !prose && mentions_a_type(code) {
                wrong.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "a type of AWS is named outside of facts.rs:\n{}", wrong.join("\n"));
}

/// Whether a file holds tests alone, or what they are made of.
fn is_test(path: &Path) -> bool {
    path.components()
        .any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs" | "sample.rs" | "fixture.rs")))
}

/// Whether a line names a resource type: `AWS::S3::Bucket`, but not a pseudo parameter such as `AWS::Region`.
fn mentions_a_type(code: &str) -> bool {
    code.match_indices("AWS::").any(|(at, _)| {
        let rest = &code[at + 5..];
        let service: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        rest[service.len()..].starts_with("::")
    })
}

#[test]
fn files_have_one_job() {
    let long: Vec<String> = rust_files(&root().join("src"))
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 900)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "too long to have one job:\n{}", long.join("\n"));
}
