//! The source around each place, drawn by miette.
//!
//! miette knows one source for a diagnostic's places. Ours may stand in several files, so all of them are given to it
//! as one: each file has its own range of offsets ([`Joined`]), and nothing may be read across two ranges. miette then
//! draws a snippet for each file, under its own name.

use std::fmt::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{Look, notes};
use crate::base::FileId;
use crate::diag::{Diagnostic, Level};
use crate::world::{Source, Sources};

pub(super) fn render(sources: &Sources, diagnostic: &Diagnostic, look: Look) -> String {
    let shown = Shown::new(sources, diagnostic);
    let theme = GraphicalTheme {
        characters: if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_context_lines(1)
        .with_links(false)
        .tab_width(4)
        .without_cause_chain();
    let mut text = String::new();
    if handler.render_report(&mut text, &shown).is_err() {
        return super::short::render(sources, diagnostic);
    }
    for (word, note) in notes(diagnostic) {
        let (on, off) = match (look.color, word) {
            (true, "help") => ("\u{1b}[36m", "\u{1b}[0m"),
            (true, _) => ("\u{1b}[2m", "\u{1b}[0m"),
            (false, _) => ("", ""),
        };
        let indent = " ".repeat(6_usize.saturating_sub(word.len()));
        let _ = writeln!(text, "{indent}{on}{word}:{off} {}", wrapped(&note, look.width, 8));
    }
    text.lines().map(str::trim_end).fold(String::new(), |text, line| text + line + "\n")
}

/// A text in lines that fit, each but the first behind an indent.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let gap = format!("\n{}", " ".repeat(indent));
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join(&gap)
}

/// A diagnostic as miette wants it.
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    code: String,
    joined: Joined<'a>,
}

impl<'a> Shown<'a> {
    fn new(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Shown<'a> {
        let mut joined = Joined { files: Vec::new() };
        for label in &diagnostic.labels {
            if let Some(source) = sources.get(label.span.file) {
                joined.add(label.span.file, source);
            }
        }
        Shown { diagnostic, code: format!("{}[{}]", diagnostic.level.word(), diagnostic.code.name()), joined }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.diagnostic, f)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Advice => Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.joined.files.is_empty()).then_some(&self.joined as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.diagnostic.labels.iter().enumerate().filter_map(|(at, label)| {
            let span = self.joined.span(label.span.file, label.span.range())?;
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            Some(if at == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            })
        })))
    }
}

/// Several files, one behind the other.
struct Joined<'a> {
    /// Each file with the offset of its first byte.
    files: Vec<(FileId, usize, &'a Source)>,
}

impl<'a> Joined<'a> {
    fn add(&mut self, file: FileId, source: &'a Source) {
        if !self.files.iter().any(|(known, ..)| *known == file) {
            // One byte between two files keeps the end of one apart from the start of the next.
            let base = self.files.last().map_or(0, |(_, base, last)| base + last.text.len() + 1);
            self.files.push((file, base, source));
        }
    }

    fn span(&self, file: FileId, range: std::ops::Range<usize>) -> Option<SourceSpan> {
        let (_, base, source) = self.files.iter().find(|(known, ..)| *known == file)?;
        let length = source.text.len();
        let (mut lo, hi) = (range.start.min(length), range.end.min(length));
        if lo == length {
            // miette draws nothing behind the last character: the file's end is shown at the end of its last line.
            let end = source.text.trim_end();
            lo = if end.len() < length { end.len() } else { end.char_indices().next_back().map_or(0, |(at, _)| at) };
        }
        Some((base + lo, hi.max(lo) - lo).into())
    }
}

impl SourceCode for Joined<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let (lo, hi) = (span.offset(), span.offset() + span.len());
        let (_, base, source) = self
            .files
            .iter()
            .find(|(_, base, source)| *base <= lo && hi <= base + source.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let lines = source.lines();
        let (first, _) = lines.line(clamp(lo - base));
        let (last, _) = lines.line(clamp((hi - base).saturating_sub(usize::from(hi > lo))));
        let from = first.saturating_sub(clamp(before));
        let to = last.saturating_add(clamp(after)).saturating_add(1);
        let (start, end) = (lines.start(from) as usize, lines.start(to) as usize);
        let data = source.text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        // miette asks without context for the place in a snippet's heading, and only then for its column.
        let column = if before == 0 { lines.characters(&source.text, clamp(lo - base)).column as usize } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            source.shown.clone(),
            data.as_bytes(),
            (base + start, end - start).into(),
            from as usize,
            column,
            (to.min(lines.lines()) - from) as usize,
        )))
    }
}
