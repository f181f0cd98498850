//! The law of messages (`docs/messages.md`): one sentence, lower case, backticks, a place, a reason, and what to write.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use infrac::diag::codes::ALL;
use infrac::diag::{Diagnostic, Level};

use crate::programs::{of_cases, of_pages, of_subjects};

/// What is about no place in a file: a folder, or the command line.
const NOWHERE: &[&str] =
    &["not_a_system", "file_too_large", "too_deep", "unknown_environment", "unknown_stack", "unknown_param"];

/// Codes whose sentence says what is wanted: "is at most 900", "is a text, not …", "expected `->`", or what the system
/// itself asks for.
const SAYS_ITSELF: &[&str] = &["ensure_failed", "syntax_error", "test_failed", "value_out_of_range", "wrong_type"];

/// Names that begin with a capital wherever they stand.
const NAMES: &[&str] =
    &["AWS", "CloudFormation", "IAM", "EC2", "S3", "GiB", "MiB", "UTF-8", "JSON", "ARN", "RDS", "VPC", "HTTPS"];

/// What is wrong with a sentence.
fn faults(sentence: &str) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let first = sentence.split_whitespace().next().unwrap_or_default();
    let is_name = NAMES.iter().any(|name| first.trim_end_matches("'s").trim_end_matches(',') == *name);
    if sentence.trim() != sentence || sentence.is_empty() {
        faults.push("is empty, or has blanks around it");
    }
    if first.starts_with(|c: char| c.is_uppercase()) && !is_name {
        faults.push("begins with a capital");
    }
    if sentence.contains('\n') {
        faults.push("has several lines");
    }
    let outside: String = sentence.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let outside: String = outside.split(['“', '”']).step_by(2).collect();
    if outside.ends_with(['.', '!']) || outside.contains(". ") || outside.contains("! ") {
        faults.push("is more than one sentence, or ends with a full stop");
    }
    if !sentence.matches('`').count().is_multiple_of(2) {
        faults.push("has a backtick without its other half");
    }
    faults
}

/// What is wrong with a diagnostic.
fn breaks(found: &Diagnostic) -> Vec<String> {
    let mut breaks: Vec<String> =
        faults(&found.message).iter().map(|fault| format!("its message {fault}: {}", found.message)).collect();
    breaks.extend(faults(found.reason()).iter().map(|fault| format!("its reason {fault}: {}", found.reason())));
    for label in &found.labels {
        // The hops of a path are numbered.
        let text = label.text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(". ");
        if !text.is_empty() {
            breaks.extend(faults(text).iter().map(|fault| format!("a label {fault}: {}", label.text)));
        }
    }
    if let Some(help) = &found.help {
        breaks.extend(faults(help).iter().map(|fault| format!("its help {fault}: {help}")));
    }
    if found.span().is_none() && !NOWHERE.contains(&found.code.name()) {
        breaks.push(format!("it has no place: {}", found.message));
    }
    let rule = !ALL.contains(&found.code);
    let itself = rule || SAYS_ITSELF.contains(&found.code.name()) || found.level == Level::Advice;
    if found.help.is_none() && found.fixes.is_empty() && !itself {
        breaks.push(format!("it says nothing of what to write instead: {}", found.message));
    }
    breaks
}

#[test]
fn every_message_keeps_the_law() {
    let mut broken = BTreeSet::new();
    let subjects = of_subjects().into_iter().flat_map(|(_, programs)| programs);
    for program in of_pages("Wrong").into_iter().chain(of_cases()).chain(subjects) {
        for found in program.said().diagnostics {
            broken.extend(breaks(&found).into_iter().map(|text| format!("{}: {text}", found.code.name())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_reason_of_the_registry_keeps_the_law() {
    let all =
        ALL.iter().flat_map(|code| faults(code.why()).into_iter().map(|fault| format!("{}: {fault}", code.name())));
    let broken: Vec<String> = all.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_message_in_a_snapshot_keeps_the_law() {
    let mut broken = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in snapshots(&[root.join("src"), root.join("tests")]) {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let short = ["error[", "warning[", "advice["].iter().find_map(|level| {
                let (_, rest) = line.split_once(level)?;
                Some(rest.split_once("]: ")?.1)
            });
            let sign = ["  × ", "  ⚠ ", "  ☞ "].iter().find_map(|sign| line.strip_prefix(sign));
            let Some(message) = short.or(sign) else { continue };
            // A message may go on in the next line.
            let whole = message.matches('`').count() % 2 == 0;
            for fault in faults(message).into_iter().filter(|fault| whole || !fault.contains("backtick")) {
                broken.push(format!("{}:{}: {fault}: {message}", path.display(), number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_snapshot_is_left_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left = Vec::new();
    for path in snapshots(&[root.join("src"), root.join("tests")]) {
        let text = fs::read_to_string(&path).unwrap();
        let source = text.lines().find_map(|line| line.strip_prefix("source: ")).unwrap();
        let source = root.join(source.trim_matches('"'));
        let name = path.file_stem().unwrap().to_str().unwrap();
        let code = fs::read_to_string(&source).unwrap_or_default();
        // A name that is computed is that of a file or folder beside the test.
        let beside = source.parent().unwrap_or(root);
        if !is_named(name, &code) && !is_beside(name, beside) {
            left.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
    assert!(left.is_empty(), "no test makes these snapshots:\n{}", left.join("\n"));
}

/// Whether a test of this name, or a text that says it, stands in a source.
fn is_named(name: &str, code: &str) -> bool {
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    let parts: Vec<usize> = plain.match_indices("__").map(|(at, _)| at + 2).collect();
    parts.iter().any(|at| {
        let last = &plain[*at..];
        code.contains(&format!("fn {last}(")) || code.contains(&format!("\"{last}\""))
    })
}

fn is_beside(name: &str, folder: &Path) -> bool {
    let last = name.rsplit("__").next().unwrap_or_default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_snapshot = path.extension().is_some_and(|extension| extension == "snap");
            if !is_snapshot && path.file_stem().is_some_and(|stem| stem == last) {
                return true;
            }
            if path.is_dir() && !path.ends_with("snapshots") {
                folders.push(path);
            }
        }
    }
    false
}

/// All snapshots below folders.
pub fn snapshots(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = folders.to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "snap") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
