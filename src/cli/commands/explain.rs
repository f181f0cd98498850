//! `infrac explain`: the page of a diagnostic.

use std::fmt::Write;

use super::Answer;
use crate::cli::pages;
use crate::diag::codes::ALL;
use crate::diag::{Code, Level, nearest};

pub(super) fn run(code: Option<&str>) -> Answer {
    let Some(wanted) = code else { return Answer { out: list(), ..Answer::default() } };
    // As a diagnostic shows it: `error[unknown_name]`.
    let name = wanted.split_once('[').map_or(wanted, |(_, rest)| rest.trim_end_matches([']', ':'])).trim();
    if let Some(page) = pages::page(name) {
        return Answer { out: page.to_owned(), ..Answer::default() };
    }
    let mut err = format!("error: there is no diagnostic `{name}`\n");
    match nearest(name, ALL.iter().map(|code| code.name())) {
        Some(near) => {
            let _ = writeln!(err, "did you mean `{near}`?");
        }
        None => err.push_str("`infrac explain` lists all of them\n"),
    }
    Answer { err, code: 2, ..Answer::default() }
}

fn list() -> String {
    let width = ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (title, belongs) in GROUPS {
        let _ = writeln!(text, "{title}\n");
        for code in ALL.iter().filter(|code| belongs(**code)) {
            let _ = writeln!(text, "  {:width$}  {}", code.name(), code.why());
        }
        text.push('\n');
    }
    text.push_str("`infrac explain CODE` shows the page of one.\n");
    text
}

type Belongs = fn(Code) -> bool;

/// The levels, in the order of their weight.
pub(crate) const GROUPS: [(&str, Belongs); 4] = [
    ("Errors", |code| code.level() == Level::Error && !code.waivable()),
    ("Guarded errors, which a waiver with a reason lifts", |code| code.level() == Level::Error && code.waivable()),
    ("Warnings", |code| code.level() == Level::Warning),
    ("Advice", |code| code.level() == Level::Advice),
];
