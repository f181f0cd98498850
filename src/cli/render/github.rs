//! Annotations of a GitHub workflow.

use std::fmt::Write;

use super::notes;
use crate::diag::{Diagnostic, Level};
use crate::world::Sources;

pub(super) fn render(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "notice",
    };
    let mut line = format!("::{command} ");
    if let Some(place) = sources.place(diagnostic.span()) {
        let file = property(place.file);
        let _ = write!(line, "file={file},line={},endLine={},", place.start.line + 1, place.end.line + 1);
        // A range of columns is understood on one line only.
        if place.start.line == place.end.line {
            let _ = write!(line, "col={},endColumn={},", place.start.column + 1, place.end.column + 1);
        }
    }
    let mut text = diagnostic.message.clone();
    for (word, note) in notes(diagnostic) {
        let _ = write!(text, "\n{word}: {note}");
    }
    let _ = writeln!(line, "title={}::{}", property(diagnostic.code.name()), data(&text));
    line
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
