//! What the documents show is so: their examples are checked, their commands run, their links followed.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the outputs of commands that have changed, and formats the examples.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod blocks;
mod components;
mod examples;
mod transcripts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use blocks::{Block, of_comments, of_markdown};

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files of a folder with an ending, sorted.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

/// All documents but the pages of diagnostics, which have a test of their own.
fn documents() -> Vec<PathBuf> {
    ["", "docs", "docs/walkthroughs"].into_iter().flat_map(|folder| files(folder, "md")).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file as it is called in messages.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// A command with `infrac` on its path and a locale that does not depend on the machine.
fn command(program: &str, folder: &Path) -> Command {
    let built = Path::new(env!("CARGO_BIN_EXE_infrac")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(built).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).env("PATH", path);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LANG", "LC_CTYPE"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm");
    command
}

fn all_examples() -> Vec<Block> {
    let documents = documents().into_iter().flat_map(|path| of_markdown(&shown(&path), &read(&path)));
    let library = ["stdlib", "stdlib/policies"].into_iter().flat_map(|folder| files(folder, "infra"));
    let library = library.flat_map(|path| of_comments(&shown(&path), &read(&path)));
    documents.chain(library).filter(|block| block.info.split(',').next() == Some("infra")).collect()
}

#[test]
fn examples_are_what_they_are_called() {
    let mistakes: Vec<String> = all_examples().iter().filter_map(examples::mistake).collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn examples_are_in_canonical_form() {
    // An example of a mistake in the layout would be mended.
    let is_source = |block: &Block| {
        (block.info == "infra" || block.info.starts_with("infra,"))
            && infrac::syntax::parse(infrac::base::FileId(0), &block.text).diagnostics.is_empty()
    };
    let mut wrong = Vec::new();
    for path in documents().into_iter().chain(files("docs/diagnostics", "md")) {
        let mut text = read(&path);
        for block in of_markdown(&shown(&path), &text.clone()).iter().rev().filter(|block| is_source(block)) {
            let formatted = infrac::format::format(&block.text).expect("an example can be formatted");
            if formatted != block.text {
                wrong.push(block.place.clone());
                text.replace_range(block.range.clone(), &formatted);
            }
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, text).unwrap();
        }
    }
    for path in ["stdlib", "stdlib/policies"].into_iter().flat_map(|folder| files(folder, "infra")) {
        let blocks = of_comments(&shown(&path), &read(&path));
        let differs = |block: &&Block| infrac::format::format(&block.text).as_ref() != Ok(&block.text);
        wrong.extend(blocks.iter().filter(|block| is_source(block)).filter(differs).map(|block| block.place.clone()));
    }
    assert!(wrong.is_empty(), "`infrac fmt` has another form for\n{}", wrong.join("\n"));
}

#[test]
fn the_reference_has_examples_right_and_wrong() {
    let blocks = of_markdown("docs/language.md", &read(&root().join("docs/language.md")));
    let count = |wanted: &dyn Fn(&str) -> bool| blocks.iter().filter(|block| wanted(&block.info)).count();
    assert!(count(&|info| info == "infra") >= 20);
    assert!(count(&|info| info.starts_with("infra,fails(")) >= 10);
}

#[test]
fn every_component_of_the_library_shows_how_it_is_used() {
    for path in files("stdlib", "infra") {
        let text = read(&path);
        let examples = of_comments(&shown(&path), &text);
        for name in text.lines().filter_map(|line| line.strip_prefix("component ")) {
            let name = name.split_whitespace().next().unwrap();
            let used = examples.iter().any(|block| block.text.contains(&format!("= {name} {{")));
            assert!(used, "{}: `{name}` has no example", shown(&path));
        }
    }
}

#[test]
fn every_rule_that_stands_is_shown_broken_and_kept() {
    let mut known = 0;
    for path in files("stdlib/policies", "infra") {
        let text = read(&path);
        let examples = of_comments(&shown(&path), &text);
        let rules: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("rule "))
            .filter_map(|rule| rule.split_whitespace().next())
            .collect();
        known += rules.len();
        for rule in &rules {
            let broken = examples.iter().filter(|block| block.info == format!("infra,fails({rule})")).count();
            assert_eq!(broken, 1, "{}: rule `{rule}` is shown broken once", shown(&path));
        }
        let kept = examples.iter().filter(|block| block.info == "infra").count();
        assert!(kept >= rules.len(), "{}: each rule is shown kept, too", shown(&path));
    }
    assert!(known >= 10);
}

#[test]
fn every_word_of_the_grammar_is_in_the_reference() {
    let reference = read(&root().join("docs/language.md"));
    let code: String = reference.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let written: BTreeSet<&str> = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let missing: Vec<&str> = infrac::syntax::keywords().into_iter().filter(|word| !written.contains(word)).collect();
    assert!(missing.is_empty(), "docs/language.md does not know {missing:?}");
}

#[test]
fn commands_give_what_is_shown() {
    let mistakes: Vec<String> = documents().iter().flat_map(|path| transcripts::mistakes(path)).collect();
    assert!(
        mistakes.is_empty(),
        "{}\n`UPDATE_DOCS=1 cargo test --test docs` writes what they give",
        mistakes.join("\n")
    );
}

#[test]
fn the_first_command_is_shown_with_what_it_writes() {
    let readme = read(&root().join("README.md"));
    let blocks = of_markdown("README.md", &readme);
    let first = blocks.iter().find(|block| block.info == "console").unwrap();
    assert!(first.text.starts_with("$ cargo run --release --locked -- build specs/hr-lab -o out/hr-lab\n"));
    assert!(first.text.lines().last().unwrap().starts_with("out/hr-lab: "));
    assert!(readme.contains("\nscripts/test\n"));
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for path in documents() {
        let text = read(&path);
        for link in blocks::links(&text) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let found = target.exists()
                && (anchor.is_empty() || blocks::anchors(&read(&target)).iter().any(|known| known == anchor));
            if !found {
                broken.push(format!("{}: {link}", shown(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}
