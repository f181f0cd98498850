//! Commands in `console` blocks and what they print. All blocks of a document run in one folder, in order, beside a copy of
//! the example systems; those of a walkthrough begin in an empty folder. A line of `…` stands for any number of lines.
//!
//! In walkthroughs, a block of `infra shop.infra` is that file from then on; `infra shop.infra +` is added to its end.

use std::path::Path;

use crate::blocks::{Block, of_markdown};
use crate::{command, read, root, shown};

/// How a reader without an installed infrac calls it.
const FROM_SOURCE: &str = "cargo run --release --locked -- ";

/// What stands for lines that are left out.
const LEFT_OUT: &str = "…";

/// The commands of a document that print something else than is shown. With `UPDATE_DOCS`, the document is changed, too.
pub fn mistakes(path: &Path) -> Vec<String> {
    let text = read(path);
    let blocks = of_markdown(&shown(path), &text);
    let is_used = |block: &&Block| block.info == "console" || written(&block.info).is_some();
    let mut blocks = blocks.iter().filter(is_used).peekable();
    if blocks.peek().is_none() {
        return Vec::new();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    if !is_walkthrough(path) {
        copy(&root().join("specs"), &folder.path().join("specs"));
    }
    let mut mistakes = Vec::new();
    let mut updated = String::new();
    let mut kept = 0;
    for block in blocks {
        if let Some((file, adds)) = written(&block.info) {
            write(&folder.path().join(file), adds, &block.text);
            continue;
        }
        updated.push_str(&text[kept..block.range.start]);
        kept = block.range.end;
        for (line, expected) in commands(&block.text) {
            let printed = run(line, folder.path());
            updated.push_str(&format!("$ {line}\n"));
            let agrees = agrees(&expected, &printed);
            // What was left out by hand cannot be left out again by itself.
            if agrees || expected.contains(&LEFT_OUT) {
                updated.extend(expected.iter().map(|line| format!("{line}\n")));
            } else {
                updated.extend(printed.iter().map(|line| format!("{line}\n")));
            }
            if !agrees {
                mistakes.push(format!("{}: `{line}` prints\n{}", block.place, printed.join("\n")));
            }
        }
    }
    updated.push_str(&text[kept..]);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, updated).expect("the document can be written");
    }
    mistakes
}

/// Whether a document begins in an empty folder.
pub fn is_walkthrough(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("docs/walkthroughs"))
}

/// The file that a block is, and whether it is added to what there is.
fn written(info: &str) -> Option<(&str, bool)> {
    let rest = info.split_once(' ')?.1;
    Some(rest.strip_suffix(" +").map_or((rest, false), |file| (file, true)))
}

fn write(path: &Path, adds: bool, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder for the file");
    let before =
        if adds { std::fs::read_to_string(path).expect("a file that was written before") } else { String::new() };
    std::fs::write(path, before + text).expect("the file can be written");
}

/// The commands of a block, each with the lines shown after it.
fn commands(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => panic!("a console block begins with a command, not with `{line}`"),
        }
    }
    commands
}

/// What a command prints, on both streams.
fn run(line: &str, folder: &Path) -> Vec<String> {
    let line = line.replace(FROM_SOURCE, "infrac ");
    let script = format!("exec 2>&1\n{line}");
    let output = command("bash", folder).args(["-c", &script]).output().expect("bash starts");
    let text = String::from_utf8(output.stdout).expect("commands print UTF-8");
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Whether lines are those that are shown.
fn agrees(shown: &[&str], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if *first == LEFT_OUT => (0..=printed.len()).any(|from| agrees(rest, &printed[from..])),
        Some((first, rest)) => printed.first().is_some_and(|line| line == first) && agrees(rest, &printed[1..]),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder in a temporary one");
    for entry in std::fs::read_dir(from).expect("the example systems") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn lines_may_be_left_out_but_not_changed() {
    let printed: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
    assert!(agrees(&["a", "b", "c"], &printed));
    assert!(agrees(&["a", "…", "c"], &printed));
    assert!(agrees(&["a", "b", "c", "…"], &printed));
    assert!(!agrees(&["a", "…", "d"], &printed));
    assert!(!agrees(&["a", "b"], &printed));
    assert!(!agrees(&[], &printed));
}

#[test]
fn commands_are_run_where_infrac_is_known() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(run("infrac --version; echo done >&2", folder.path()), ["infrac 0.1.0", "done"]);
    assert_eq!(commands("$ a\nb\n\n$ c\n"), [("a", vec!["b", ""]), ("c", vec![])]);
}
