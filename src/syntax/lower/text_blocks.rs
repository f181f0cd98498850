//! Texts of several lines: they begin on the line after their quotes and lose the indentation of their closing line.

use super::super::grammar::Node;
use super::Lower;
use super::texts::Pieces;
use crate::base::Span;
use crate::diag::{Diagnostic, codes};

/// What is taken from the beginning of each line.
pub(super) struct Margin {
    /// The blanks before the closing quotes.
    indentation: String,
    /// Where the closing quotes stand.
    closing: Span,
    /// The line after the opening quotes has not begun yet.
    before_first: bool,
    /// The next character is the first of its line.
    line_start: bool,
    /// A shallow line was reported: one is enough.
    reported: bool,
}

impl Default for Margin {
    fn default() -> Margin {
        Margin {
            indentation: String::new(),
            closing: Span::NONE,
            before_first: false,
            line_start: false,
            reported: false,
        }
    }
}

impl<'t> Lower<'t> {
    pub(super) fn margin(&mut self, node: &Node<'t>) -> Margin {
        let text = node.as_str();
        let lo = node.as_span().start();
        let inside = text.get(3..text.len().saturating_sub(3)).unwrap_or_default();
        let closing = self.at(lo + text.len().saturating_sub(3), lo + text.len());
        let first = inside.split('\n').next().unwrap_or_default();
        let last = inside.rsplit('\n').next().unwrap_or_default();
        let mut margin = Margin { closing, before_first: true, ..Margin::default() };
        if !inside.contains('\n') || !first.trim().is_empty() {
            self.report(
                Diagnostic::new(
                    codes::BAD_INDENTATION,
                    self.at(lo, lo + 3),
                    "a text of several lines begins on the line after its quotes",
                )
                .help("break the line after the quotes, or use single quotes for one line"),
            );
            margin.before_first = inside.contains('\n') && first.trim().is_empty();
            margin.reported = true;
        }
        if inside.contains('\n') && !last.trim().is_empty() {
            self.report(
                Diagnostic::new(codes::BAD_INDENTATION, closing, "the closing quotes stand on a line of their own")
                    .help("their indentation is taken from each line; break the line before them"),
            );
            margin.reported = true;
        } else if inside.contains('\n') {
            last.clone_into(&mut margin.indentation);
        }
        margin
    }

    /// Something that is no plain run of characters begins here.
    pub(super) fn check_margin(&mut self, margin: &mut Margin, place: Span) {
        if margin.line_start && !margin.indentation.is_empty() {
            self.shallow(margin, place);
        }
        margin.line_start = false;
    }

    /// A run of characters, without the margin.
    pub(super) fn block_run(&mut self, run: &str, span: Span, margin: &mut Margin, pieces: &mut Pieces) {
        let mut at = span.lo as usize;
        for line in run.split_inclusive('\n') {
            let lo = at;
            at += line.len();
            let ended = line.ends_with('\n');
            if std::mem::take(&mut margin.before_first) && ended {
                margin.line_start = true;
                continue;
            }
            let mut kept = line;
            let mut from = lo;
            if std::mem::replace(&mut margin.line_start, ended) {
                if line.trim().is_empty() && ended {
                    kept = "\n";
                    from = at - 1;
                } else if let Some(rest) = line.strip_prefix(margin.indentation.as_str()) {
                    kept = rest;
                    from = lo + margin.indentation.len();
                } else {
                    let blanks = line.len() - line.trim_start().len();
                    let place = self.at(lo, lo + blanks.max(1));
                    self.shallow(margin, place);
                    kept = line.trim_start();
                    from = lo + blanks;
                }
            }
            let place = self.at(from, at);
            match kept.strip_suffix("\r\n") {
                Some(content) => {
                    pieces.literal(content, place);
                    pieces.literal("\n", place);
                }
                None => pieces.literal(kept, place),
            }
        }
    }

    fn shallow(&mut self, margin: &mut Margin, place: Span) {
        if std::mem::replace(&mut margin.reported, true) {
            return;
        }
        self.report(
            Diagnostic::new(codes::BAD_INDENTATION, place, "this line is indented less than the closing quotes")
                .label(margin.closing, "their indentation is taken from each line")
                .help("indent the line, or move the closing quotes to the left"),
        );
    }
}
