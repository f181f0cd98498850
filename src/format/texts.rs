//! Texts in quotes: as they stand, but for the indentation of those with several lines.

use super::build::Builder;
use super::cursor::{Built, Mismatch};
use super::doc::{Doc, Indent};
use crate::base::Span;
use crate::syntax::ast::{Expr, Text, TextPiece, TextStyle};

impl Builder<'_> {
    pub(super) fn text(&mut self, text: &Text, span: Span, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.blanks(out);
        if self.cursor.at != span.lo as usize {
            return Err(Mismatch);
        }
        let written = match text.style {
            TextStyle::Quoted | TextStyle::Block => self.without_blanks(text, span)?,
            TextStyle::Raw | TextStyle::RawBlock => self.cursor.source.get(span.range()).ok_or(Mismatch)?.to_owned(),
        };
        out.push(match text.style {
            TextStyle::Quoted | TextStyle::Raw => Doc::Text(written),
            TextStyle::Block | TextStyle::RawBlock => lines(&written)?,
        });
        self.cursor.at = span.hi as usize;
        Ok(())
    }

    /// A text as written, `{ name }` as `{name}`.
    fn without_blanks(&self, text: &Text, span: Span) -> Built<String> {
        let source = self.cursor.source;
        let mut written = String::new();
        let mut from = span.lo as usize;
        for piece in &text.pieces {
            let TextPiece::Interpolation(Expr { span: inner, .. }) = piece else { continue };
            let (lo, hi) = (inner.lo as usize, inner.hi as usize);
            let before = source.get(from..lo).ok_or(Mismatch)?;
            let rest = source.get(hi..span.hi as usize).ok_or(Mismatch)?;
            let (opened, closed) = (before.trim_end(), rest.trim_start());
            if opened.ends_with('{') && closed.starts_with('}') {
                written.push_str(opened);
                written.push_str(source.get(lo..hi).ok_or(Mismatch)?);
                from = hi + rest.len() - closed.len();
            }
        }
        written.push_str(source.get(from..span.hi as usize).ok_or(Mismatch)?);
        Ok(written)
    }
}

/// A text of several lines. The indentation of its closing quotes is taken from each.
fn lines(written: &str) -> Built<Doc> {
    let mut lines = written.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let more: Vec<&str> = lines.collect();
    let closing = more.last().copied().ok_or(Mismatch)?;
    let quotes = closing.trim_start();
    let margin = closing.get(..closing.len() - quotes.len()).ok_or(Mismatch)?;
    if first.trim_end() != quotes {
        return Err(Mismatch);
    }
    let line = |line: &&str| {
        if line.trim().is_empty() {
            return Ok((Indent::None, String::new()));
        }
        Ok((Indent::Deeper, line.strip_prefix(margin).ok_or(Mismatch)?.to_owned()))
    };
    let more: Vec<(Indent, String)> = more.iter().map(line).collect::<Built<_>>()?;
    Ok(Doc::Lines(first.trim_end().to_owned(), more))
}
