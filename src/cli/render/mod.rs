//! Diagnostics as people and machines read them: six forms of the same data.

mod github;
mod human;
mod json;
mod plain;
mod sarif;
mod short;

use crate::base::Symbol;
use crate::diag::{Diagnostic, Level};
use crate::world::Sources;

/// At most this many diagnostics are shown to a person; the rest is counted.
const MOST: usize = 50;

/// The form of diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the source around each place, for a terminal.
    Human,
    /// The same in plain characters, for logs.
    Plain,
    /// One line each.
    Short,
    /// A JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
}

/// What the reader's side can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are shown.
    pub color: bool,
    /// Whether lines may be drawn with characters beyond ASCII.
    pub unicode: bool,
    /// How many columns there are.
    pub width: usize,
}

/// The diagnostics of one system, and the files they are about.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// What was found in them.
    pub diagnostics: &'a [Diagnostic],
}

/// Diagnostics in a form, with the number of each level at the end where a person reads them. Nothing was found: an
/// empty text, or an empty document.
pub fn render(format: Format, batches: &[Batch<'_>], look: Look) -> String {
    match format {
        Format::Human => for_people(batches, |batch, diagnostic| human::render(batch.sources, diagnostic, look)),
        Format::Plain => for_people(batches, |batch, diagnostic| plain::render(batch.sources, diagnostic)),
        Format::Short => each(batches).map(|(batch, diagnostic)| short::render(batch.sources, diagnostic)).collect(),
        Format::Github => each(batches).map(|(batch, diagnostic)| github::render(batch.sources, diagnostic)).collect(),
        Format::Json => json::render(batches),
        Format::Sarif => sarif::render(batches),
    }
}

/// "2 errors, 1 warning"; nothing if nothing was found.
pub fn summary(batches: &[Batch<'_>]) -> Option<String> {
    let count = |level: Level| each(batches).filter(|(_, diagnostic)| diagnostic.level == level).count();
    let parts: Vec<String> =
        [(Level::Error, "errors"), (Level::Warning, "warnings"), (Level::Advice, "pieces of advice")]
            .into_iter()
            .filter_map(|(level, many)| match (count(level), level) {
                (0, _) => None,
                (1, Level::Advice) => Some(String::from("1 piece of advice")),
                (1, Level::Error | Level::Warning) => Some(format!("1 {}", level.word())),
                (number, _) => Some(format!("{number} {many}")),
            })
            .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn each<'a>(batches: &'a [Batch<'a>]) -> impl Iterator<Item = (&'a Batch<'a>, &'a Diagnostic)> {
    batches.iter().flat_map(|batch| batch.diagnostics.iter().map(move |diagnostic| (batch, diagnostic)))
}

/// Errors first when not all are shown, so that what stops a build is never what is left out.
fn for_people(batches: &[Batch<'_>], show: impl Fn(&Batch<'_>, &Diagnostic) -> String) -> String {
    let mut all: Vec<_> = each(batches).collect();
    let rest = all.len().saturating_sub(MOST);
    if rest > 0 {
        all.sort_by_key(|(_, diagnostic)| diagnostic.level);
        all.truncate(MOST);
    }
    let mut text: String = all.into_iter().map(|(batch, diagnostic)| show(batch, diagnostic) + "\n").collect();
    if rest > 0 {
        text.push_str(&format!("and {rest} more\n"));
    }
    if let Some(summary) = summary(batches) {
        text.push_str(&summary);
        text.push('\n');
    }
    text
}

/// "team01 and team02"; nothing if it holds whatever the environment.
fn environments(diagnostic: &Diagnostic) -> Option<String> {
    let names: Vec<&str> = diagnostic.environments.iter().copied().map(Symbol::as_str).collect();
    let (last, before) = names.split_last()?;
    Some(if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) })
}

/// What to write instead: the help, and the fixes that it does not already spell out.
fn remedies(diagnostic: &Diagnostic) -> Vec<&str> {
    let help = diagnostic.help.as_deref();
    let said = |text: &str| help.is_some_and(|help| !text.is_empty() && help.contains(text));
    let fixes =
        diagnostic.fixes.iter().filter(|fix| !said(&fix.title) && !fix.edits.iter().any(|edit| said(edit.text.trim())));
    help.into_iter().chain(fixes.map(|fix| fix.title.as_str())).collect()
}

/// The notes below a diagnostic, each with the word before it.
fn notes(diagnostic: &Diagnostic) -> Vec<(&'static str, String)> {
    let help = remedies(diagnostic).into_iter().map(|text| ("help", text.to_owned()));
    let why = ("why", diagnostic.reason().to_owned());
    help.chain([why]).chain(environments(diagnostic).map(|names| ("in", names))).collect()
}

#[cfg(test)]
mod tests;
