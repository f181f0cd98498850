//! Every snapshot belongs to a test: one that nobody compares with anything is a promise that nobody keeps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// Everything below a folder, builds and what git keeps left out.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            below(&path, found);
        }
        found.push(path);
    }
}

/// What a snapshot is called by its test: the last part of its name, without the number of a second one in the same test.
fn called(snapshot: &Path) -> String {
    let stem = snapshot.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = stem.rsplit("__").next().unwrap_or_default().to_owned();
    match name.rsplit_once('-') {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => name,
    }
}

#[test]
fn every_snapshot_belongs_to_a_test() {
    let mut all = Vec::new();
    for folder in ["src", "tests"] {
        below(&root().join(folder), &mut all);
    }
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|found| found == ending);
    let snapshots: Vec<&PathBuf> = all.iter().filter(|path| is(path, "snap")).collect();
    let mut stale = Vec::new();
    for snapshot in &snapshots {
        let name = called(snapshot);
        let home = snapshot.parent().and_then(Path::parent).unwrap();
        let near = all.iter().filter(|path| path.starts_with(home));
        // A test's own name, a name that it gives, or the name of the program that it reads.
        let known = near.filter(|path| !path.components().any(|part| part.as_os_str() == "snapshots")).any(|path| {
            let named = path.file_stem().is_some_and(|stem| stem.to_string_lossy() == name);
            named && !is(path, "rs")
                || is(path, "rs") && {
                    let text = fs::read_to_string(path).unwrap();
                    text.contains(&format!("fn {name}(")) || text.contains(&format!("\"{name}\""))
                }
        });
        if !known {
            stale.push(snapshot.display().to_string());
        }
    }
    assert!(snapshots.len() > 50, "there are no snapshots where they are looked for");
    assert!(stale.is_empty(), "no test compares these with anything:\n{}", stale.join("\n"));
}
