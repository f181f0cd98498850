//! `infrac explain`: the page of a diagnostic, also of the one that would have told what CloudFormation says.

use std::fmt::Write;

use super::{Answer, WorldError, standard_input};
use crate::cli::failures::{self, Failure, Told};
use crate::cli::pages;
use crate::diag::codes::ALL;
use crate::diag::{Code, Level, nearest};
use crate::resolve::Library;
use crate::syntax::ast::{ExprKind, ItemKind, Policy, PolicyRule, TextPiece};

/// So much is read of what stands in standard input.
const MOST: u64 = 1 << 20;

pub(super) fn run(code: Option<&str>) -> Result<Answer, WorldError> {
    match code {
        None => Ok(Answer { out: list(), ..Answer::default() }),
        Some("-") => Ok(one(&String::from_utf8_lossy(&standard_input(MOST)?))),
        Some(wanted) => Ok(one(wanted)),
    }
}

fn one(wanted: &str) -> Answer {
    // As a diagnostic shows it: `error[unknown_name]`.
    let name = wanted.split_once('[').map_or(wanted, |(_, rest)| rest.trim_end_matches([']', ':'])).trim();
    if let Some(page) = pages::page(name) {
        return Answer { out: page.to_owned(), ..Answer::default() };
    }
    if let Some(page) = rule_page(name) {
        return Answer { out: page, ..Answer::default() };
    }
    let found = failures::find(wanted);
    if !found.is_empty() {
        return Answer { out: told(&found), ..Answer::default() };
    }
    if wanted.trim().contains(char::is_whitespace) {
        let err = "error: no message that is known stands in this text\nfor a logical id or a path in it, `infrac why` shows the source\n";
        return Answer { err: err.to_owned(), code: 2, ..Answer::default() };
    }
    let mut err = format!("error: there is no diagnostic `{name}`\n");
    let rules = rules().map(|(_, rule)| rule.name.name.as_str());
    match nearest(name, ALL.iter().map(|code| code.name()).chain(rules)) {
        Some(near) => {
            let _ = writeln!(err, "did you mean `{near}`?");
        }
        None => err.push_str("`infrac explain` lists all of them\n"),
    }
    Answer { err, code: 2, ..Answer::default() }
}

/// What is known of messages; the page, if all of it is about one diagnostic.
fn told(found: &[Failure]) -> String {
    let mut text = String::new();
    for row in found {
        let who = match row.told {
            Told::Code(code) => format!("`infrac check` tells it as `{code}`"),
            Told::Built => String::from("no build has this mistake; was the template changed afterwards?"),
            Told::Plan => String::from("the deploy order and its script see to it"),
            Told::Diff => String::from("`infrac diff` tells it before the update"),
            Told::Open => String::from("infrac cannot know it before"),
        };
        let _ = writeln!(text, "{}\n  {who}\n  {}\n", row.messages.join("\n"), row.words);
    }
    if let [Failure { told: Told::Code(code), .. }] = found
        && let Some(page) = pages::page(code)
    {
        text.push_str(page);
    }
    text
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
    text.push_str("Rules that stand in every system\n\n");
    for (_, rule) in rules() {
        let _ = writeln!(text, "  {:width$}  {}", rule.name.name.as_str(), said(rule));
    }
    text.push('\n');
    text.push_str("`infrac explain CODE` shows the page of one.\n");
    text
}

/// The rules of the standard library that stand in every system.
fn rules() -> impl Iterator<Item = (&'static Policy, &'static PolicyRule)> {
    Library.standing().flat_map(|item| match &item.kind {
        ItemKind::Policy(policy) => policy.rules.iter().map(|rule| (policy, rule)).collect(),
        _ => Vec::new(),
    })
}

/// The page of a rule of the standard library: its documentation, and how it is lifted.
fn rule_page(name: &str) -> Option<String> {
    let policies =
        Library.items().filter_map(|item| if let ItemKind::Policy(policy) = &item.kind { Some(policy) } else { None });
    let mut all = policies.flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)));
    let (policy, rule) = all.find(|(_, rule)| rule.name.name == *name)?;
    let stands = rules().any(|(_, standing)| standing.name.name == *name);
    let doc = rule.doc.as_ref().map_or("", |doc| doc.text.trim());
    let policy = policy.name.name;
    let binds = if stands {
        String::from("stands in every system")
    } else {
        format!("a system takes with `use policy {policy}`")
    };
    Some(format!(
        "# {name}\n\nA rule of the policy `{policy}`, which {binds}: {}.\n\n{doc}\n\n## How to waive\n\n\
         `@waive({name}, because \"…\")` before the instance that breaks it.\n",
        said(rule)
    ))
}

/// A rule in words.
fn said(rule: &PolicyRule) -> String {
    match rule.text.as_ref().map(|text| &text.kind) {
        Some(ExprKind::Text(text)) => {
            let literal = |piece: &TextPiece| match piece {
                TextPiece::Literal(literal, _) => literal.clone(),
                TextPiece::Interpolation(_) | TextPiece::Variable(..) => String::new(),
            };
            text.pieces.iter().map(literal).collect()
        }
        _ => rule.name.name.to_string(),
    }
}

type Belongs = fn(Code) -> bool;

/// The levels, in the order of their weight.
pub(crate) const GROUPS: [(&str, Belongs); 4] = [
    ("Errors", |code| code.level() == Level::Error && !code.waivable()),
    ("Guarded errors, which a waiver with a reason lifts", |code| code.level() == Level::Error && code.waivable()),
    ("Warnings", |code| code.level() == Level::Warning),
    ("Advice", |code| code.level() == Level::Advice),
];
