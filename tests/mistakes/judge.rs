//! What is said of a mistake, held against where it was made.

use std::fmt::Write;

use infrac::base::Span;
use infrac::diag::Diagnostic;
use infrac::world::Sources;

use crate::mistake::Mistake;
use crate::systems::System;

/// What became of a mistake.
pub enum Verdict {
    /// Nothing is said that was not said before.
    Accepted,
    /// Something is.
    Told {
        /// What the first diagnostic has to do with the edit.
        place: Place,
        /// How many diagnostics follow the first.
        follow: usize,
        /// All of them, for a person.
        said: String,
    },
}

/// Where the first diagnostic leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Its own place is at the edited line.
    First,
    /// Another of its places is.
    Other,
    /// It names what was edited.
    Named,
    /// Nothing in it leads to the edit.
    Missed,
}

pub fn judge(system: &System, mistake: &Mistake) -> Verdict {
    let checked = system.with(&mistake.path, &mistake.text);
    let before = |found: &Diagnostic| {
        system.said.iter().any(|(code, message)| code == found.code.name() && *message == found.message)
    };
    let new: Vec<&Diagnostic> = checked.diagnostics.iter().filter(|found| !before(found)).collect();
    let Some(first) = new.first() else { return Verdict::Accepted };
    let at_edit = |span: Span| is_edited(&checked.sources, mistake, span);
    let place = if at_edit(first.span()) {
        Place::First
    } else if first.labels.iter().any(|label| at_edit(label.span)) {
        Place::Other
    } else if names(first, mistake) {
        Place::Named
    } else {
        Place::Missed
    };
    let mut said = String::new();
    for found in &new {
        let _ = writeln!(said, "    {}", one_line(&checked.sources, found));
    }
    Verdict::Told { place, follow: new.len() - 1, said }
}

/// Whether a place touches an edited line.
fn is_edited(sources: &Sources, mistake: &Mistake, span: Span) -> bool {
    let Some(place) = sources.place(span) else { return false };
    // A block that is shown as a whole leads to its first line.
    let last = if place.end.line - place.start.line > 3 { place.start.line } else { place.end.line };
    let touches = |lines: &std::ops::Range<u32>| place.start.line < lines.end && lines.start <= last;
    std::path::Path::new(place.file) == mistake.path && mistake.lines.iter().any(touches)
}

/// Whether a message has one of the edited words in backticks.
fn names(found: &Diagnostic, mistake: &Mistake) -> bool {
    let help = found.help.as_deref().unwrap_or_default();
    let texts = found.labels.iter().map(|label| label.text.as_str()).chain([found.message.as_str(), help]);
    let quoted: Vec<&str> = texts.flat_map(|text| text.split('`').skip(1).step_by(2)).collect();
    let has = |word: &String| {
        let parts = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word);
        quoted.iter().any(|text| parts(text))
    };
    mistake.words.iter().any(has)
}

fn one_line(sources: &Sources, found: &Diagnostic) -> String {
    let place = sources.place(found.span()).map_or_else(String::new, |place| {
        format!("{}:{}:{}: ", place.file, place.start.line + 1, place.start.column + 1)
    });
    format!("{place}{}[{}]: {}", found.level.word(), found.code.name(), found.message)
}
