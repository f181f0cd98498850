//! The first pass over a file's bytes: comments are taken out, texts are closed, brackets are listed.
//!
//! What is taken out or mended is overwritten with as many bytes, so that every offset stays what it is in the file.

mod foreign;
mod quotes;

pub use foreign::instead_of;
pub(super) use quotes::closer;

use crate::base::limits::MAX_SYNTAX_DIAGNOSTICS;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, codes};
use crate::syntax::Comment;
use crate::syntax::ast::Doc;

/// A file made ready for the grammar.
pub(super) struct Scanned {
    /// The text, as long as the file's.
    pub text: String,
    /// Comments that are no documentation.
    pub comments: Vec<Comment>,
    /// Runs of `///` lines, each with the offset of the first thing after it.
    pub docs: Vec<(usize, Doc)>,
    /// Brackets outside of texts.
    pub brackets: Vec<Bracket>,
    /// Texts of several lines: their lines say nothing about indentation.
    pub blocks: Vec<std::ops::Range<usize>>,
    /// Parts in another language's words: what else is wrong on their lines follows from them.
    pub foreign: Vec<Span>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}

/// A bracket outside of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bracket {
    /// Its offset.
    pub at: usize,
    /// Which one.
    pub byte: u8,
}

pub(super) fn scan(file: FileId, text: &str) -> Scanned {
    let mut scanner = Scanner {
        file,
        source: text,
        bytes: text.as_bytes().to_vec(),
        comments: Vec::new(),
        docs: Vec::new(),
        open_doc: None,
        brackets: Vec::new(),
        blocks: Vec::new(),
        foreign: Vec::new(),
        diagnostics: Vec::new(),
    };
    scanner.run();
    let text = String::from_utf8(scanner.bytes).unwrap_or_else(|bad| {
        // Mending writes ASCII over whole characters only; should it ever fail, no text is better than a wrong one.
        " ".repeat(bad.as_bytes().len())
    });
    Scanned {
        text,
        comments: scanner.comments,
        docs: scanner.docs,
        brackets: scanner.brackets,
        blocks: scanner.blocks,
        foreign: scanner.foreign,
        diagnostics: scanner.diagnostics,
    }
}

struct Scanner<'t> {
    file: FileId,
    source: &'t str,
    bytes: Vec<u8>,
    comments: Vec<Comment>,
    docs: Vec<(usize, Doc)>,
    open_doc: Option<Doc>,
    brackets: Vec<Bracket>,
    blocks: Vec<std::ops::Range<usize>>,
    foreign: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        if self.source.starts_with('\u{feff}') {
            at = '\u{feff}'.len_utf8();
            self.blank(0, at);
        }
        while let Some(byte) = self.byte(at) {
            if self.diagnostics.len() >= MAX_SYNTAX_DIAGNOSTICS {
                // Nobody reads more; each further mistake would cost a search to the end of its line.
                self.blank(at, self.source.len());
                break;
            }
            at = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => at + 1,
                b'/' if self.byte(at + 1) == Some(b'/') => self.comment(at),
                b'/' if self.byte(at + 1) == Some(b'*') => self.foreign_block_comment(at),
                b'#' => self.foreign_comment(at),
                _ => {
                    self.close_doc(at);
                    self.token(at, byte)
                }
            };
        }
        self.close_doc(at);
    }

    fn token(&mut self, at: usize, byte: u8) -> usize {
        match byte {
            b'"' | b'\'' => self.text(at, byte),
            b'{' | b'}' | b'[' | b']' | b'(' | b')' => {
                self.brackets.push(Bracket { at, byte });
                at + 1
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let end = self.word_end(at);
                if self.source.get(at..end) == Some("matching") {
                    return self.pattern(end);
                }
                self.made_anew(at, end);
                self.long_function(at, end)
            }
            b'!' => self.short_function(at),
            _ => at + 1,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn span(&self, lo: usize, hi: usize) -> Span {
        Span::new(self.file, lo, hi)
    }

    fn word_end(&self, from: usize) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| **byte != b'\n').count()
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.source.as_bytes().get(..at).unwrap_or_default();
        before.iter().rposition(|byte| *byte == b'\n').map_or(0, |line| line + 1)
    }

    /// How far a line is indented.
    fn indentation(&self, line_start: usize) -> usize {
        let rest = self.source.as_bytes().get(line_start..).unwrap_or_default();
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Overwrites all but line ends with blanks.
    fn blank(&mut self, lo: usize, hi: usize) {
        for byte in self.bytes.get_mut(lo..hi).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    fn comment(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let line = self.source.get(at..end).unwrap_or_default().trim_end();
        let span = self.span(at, at + line.len());
        let own_line = self
            .source
            .get(self.line_start(at)..at)
            .is_some_and(|before| before.trim_start_matches('\u{feff}').trim().is_empty());
        match line.strip_prefix("///").filter(|rest| !rest.starts_with('/')) {
            Some(rest) if own_line => {
                let rest = rest.strip_prefix(' ').unwrap_or(rest);
                match &mut self.open_doc {
                    Some(doc) => {
                        doc.text.push('\n');
                        doc.text.push_str(rest);
                        doc.span = doc.span.to(span);
                    }
                    None => self.open_doc = Some(Doc { text: rest.to_owned(), span }),
                }
            }
            Some(_) => {
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::STRAY_DOC,
                        span,
                        "documentation stands on lines of its own, before what it documents",
                    )
                    .help("write `//` for a remark at the end of a line")
                    .fix("make it a comment", self.span(at, at + 3), "//"),
                );
                self.comments.push(Comment { span, text: line.get(3..).unwrap_or_default().to_owned(), own_line });
            }
            None => {
                self.comments.push(Comment { span, text: line.get(2..).unwrap_or_default().to_owned(), own_line });
            }
        }
        self.blank(at, end);
        end
    }

    fn close_doc(&mut self, at: usize) {
        if let Some(doc) = self.open_doc.take() {
            self.docs.push((at, doc));
        }
    }

    fn foreign_comment(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let span = self.span(at, at + self.source.get(at..end).unwrap_or_default().trim_end().len());
        self.diagnostics.push(
            Diagnostic::new(codes::FOREIGN_SYNTAX, span, "`#` begins no comment here")
                .help("a comment begins with `//`")
                .fix("write `//`", self.span(at, at + 1), "//"),
        );
        self.blank(at, end);
        end
    }

    fn foreign_block_comment(&mut self, at: usize) -> usize {
        let length = self.source.get(at + 2..).unwrap_or_default().find("*/").map(|length| length + 4);
        let end = length.map_or(self.line_end(at), |length| at + length);
        let diagnostic =
            Diagnostic::new(codes::FOREIGN_SYNTAX, self.span(at, end), "there are no comments between `/*` and `*/`")
                .help("begin each line of a comment with `//`");
        let inside = self.source.get(at + 2..end).unwrap_or_default();
        let at_line_end = self.source.get(end..self.line_end(end)).is_some_and(|rest| rest.trim().is_empty());
        self.diagnostics.push(match inside.strip_suffix("*/") {
            Some(inside) if at_line_end && !inside.contains('\n') => {
                diagnostic.fix("write `//`", self.span(at, end), format!("//{}", inside.trim_end()))
            }
            _ => diagnostic,
        });
        self.blank(at, end);
        end
    }

    /// After `matching`: to the end of a pattern, if one begins there.
    fn pattern(&mut self, from: usize) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        let start = from + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if self.byte(start) != Some(b'/') {
            return from;
        }
        let mut at = start + 1;
        loop {
            match self.byte(at) {
                Some(b'\\') if self.byte(at + 1).is_some_and(|byte| byte != b'\n') => at += 2,
                Some(b'/') => return at + 1,
                None | Some(b'\n') => break,
                Some(_) => at += 1,
            }
        }
        self.diagnostics.push(
            Diagnostic::new(codes::INVALID_PATTERN, self.span(start, at), "this pattern has no end on its line")
                .help("a pattern ends with `/`; a slash in it is written `\\/`"),
        );
        self.blank(start, at);
        for (offset, byte) in [(start, b'/'), (at - 1, b'/')] {
            if let Some(place) = self.bytes.get_mut(offset).filter(|_| at > start + 1) {
                *place = byte;
            }
        }
        at
    }
}
