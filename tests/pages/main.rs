//! The examples of the diagnostics' pages are programs: the wrong one gives its code, the right one nothing at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use infrac::cli::pages;
use infrac::diag::{Diagnostic, Level};
use infrac::driver::{self, Options};
use infrac::syntax::ast::Date;
use infrac::world::{Memory, find_systems};

/// The program of a section; none if its example is no program.
fn program<'a>(page: &'a str, section: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n## {section}\n"))?;
    let (_, rest) = rest.split_once("\n```")?;
    let (language, rest) = rest.split_once('\n')?;
    let (program, _) = rest.split_once("```")?;
    (language == "infra").then_some(program)
}

/// The files of a program, by path: a comment that is nothing but a path begins another one.
fn files(program: &str) -> Vec<(String, String)> {
    let mut files = vec![(String::from("system/main.infra"), String::new())];
    for line in program.lines() {
        match line.strip_prefix("// ").filter(|path| path.ends_with(".infra") && !path.contains(' ')) {
            Some(path) => files.push((path.replace("../", ""), String::new())),
            None => files.last_mut().unwrap().1.push_str(&format!("{line}\n")),
        }
    }
    files
}

/// Everything that is said of a program, its failed tests included.
fn diagnostics_of(program: &str) -> Vec<Diagnostic> {
    let world = Memory::with(files(program));
    let found = find_systems(&world, &[PathBuf::from("system")]).expect("memory refuses nothing");
    if found.systems.is_empty() {
        return found.problems.iter().map(driver::diagnostic_of).collect();
    }
    let options = Options { as_of: Some(Date { year: 2026, month: 11, day: 22 }), ..Options::default() };
    driver::test(&world, &found.systems[0], &options).expect("memory refuses nothing").checked.diagnostics
}

fn told(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|found| format!("    {}: {}\n", found.code.name(), found.message)).collect()
}

#[test]
fn wrong_programs_give_their_code_and_no_other_error() {
    let mut mistakes = String::new();
    for code in pages::codes() {
        let Some(program) = program(pages::page(code).unwrap(), "Wrong") else { continue };
        let found = diagnostics_of(program);
        let gives = found.iter().any(|found| found.code.name() == code);
        let other = found.iter().any(|found| found.code.name() != code && found.level == Level::Error);
        if !gives || other {
            mistakes.push_str(&format!("  {code} gives\n{}", told(&found)));
        }
    }
    assert!(mistakes.is_empty(), "wrong programs that are wrong in another way:\n{mistakes}");
}

#[test]
fn right_programs_give_nothing() {
    let mut mistakes = String::new();
    for code in pages::codes() {
        let Some(program) = program(pages::page(code).unwrap(), "Right") else { continue };
        let found = diagnostics_of(program);
        if !found.is_empty() {
            mistakes.push_str(&format!("  {code} gives\n{}", told(&found)));
        }
    }
    assert!(mistakes.is_empty(), "right programs that are wrong:\n{mistakes}");
}

#[test]
fn most_pages_have_programs() {
    let programs = pages::codes().filter(|code| program(pages::page(code).unwrap(), "Wrong").is_some()).count();
    assert!(programs * 10 >= pages::codes().count() * 9, "only {programs} pages have programs");
}
