//! The source around each place in plain characters, by codespan-reporting.

use codespan_reporting::diagnostic::{Diagnostic as Report, Label, LabelStyle, Severity};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Chars, Config};

use super::notes;
use crate::base::FileId;
use crate::diag::{Diagnostic, Level};
use crate::world::Sources;

pub(super) fn render(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Advice => Severity::Note,
    };
    let labels = diagnostic.labels.iter().enumerate().filter(|(_, label)| sources.get(label.span.file).is_some());
    let labels = labels.map(|(at, label)| {
        let style = if at == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
        Label::new(style, label.span.file, label.span.range()).with_message(&label.text)
    });
    let report = Report::new(severity)
        .with_code(diagnostic.code.name())
        .with_message(&diagnostic.message)
        .with_labels(labels.collect())
        .with_notes(notes(diagnostic).into_iter().map(|(word, text)| format!("{word}: {text}")).collect());
    let config = Config { chars: Chars::ascii(), ..Config::default() };
    let mut writer = term::termcolor::NoColor::new(Vec::new());
    match term::emit(&mut writer, &config, &Shown(sources), &report) {
        Ok(()) => trimmed(&String::from_utf8_lossy(&writer.into_inner())),
        // A place that is not in its file is our mistake; the message must still arrive.
        Err(_) => super::short::render(sources, diagnostic),
    }
}

/// Without blanks at the ends of lines and empty lines at the end.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

struct Shown<'a>(&'a Sources);

impl<'a> Files<'a> for Shown<'a> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.0.get(id).ok_or(Error::FileMissing)?.shown)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.0.get(id).ok_or(Error::FileMissing)?.text)
    }

    fn line_index(&'a self, id: FileId, at: usize) -> Result<usize, Error> {
        let source = self.0.get(id).ok_or(Error::FileMissing)?;
        Ok(source.lines().line(u32::try_from(at).unwrap_or(u32::MAX)).0 as usize)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let source = self.0.get(id).ok_or(Error::FileMissing)?;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Ok(source.lines().start(line) as usize..source.lines().start(line.saturating_add(1)) as usize)
    }
}
