//! Going through a source beside its tree: whatever stands between the parts of the tree is taken over as it is, so that
//! nothing is lost. What does not fit the tree is a [`Mismatch`]; then the part is left as it stands.

use super::doc::{Doc, Indent};
use crate::base::Span;

/// The source does not say what its tree says: something in it could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch;

pub(super) type Built<T> = Result<T, Mismatch>;

/// A comment, documentation included, on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    /// With its slashes.
    pub text: String,
    /// Nothing but blanks stands before it on its line.
    pub alone: bool,
    /// An empty line stands before it.
    pub blank: bool,
}

impl Remark {
    /// Inside of a part.
    pub(super) fn doc(self) -> Doc {
        if self.alone { Doc::Alone(self.text) } else { Doc::Behind(self.text) }
    }
}

/// What stands between two parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Gap {
    pub remarks: Vec<Remark>,
    /// The next part begins a line.
    pub newline: bool,
    /// An empty line stands before the next part.
    pub blank: bool,
    /// There was a comma.
    pub comma: bool,
    /// There was anything.
    pub wide: bool,
}

/// A place in a source.
pub(super) struct Cursor<'s> {
    pub source: &'s str,
    pub at: usize,
}

/// Signs of several characters, the longest first.
const SIGNS: [&str; 14] = ["->", "..", "=>", ":=", "==", "!=", "<=", ">=", "&&", "||", "??", "++", "::", "//"];

impl<'s> Cursor<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether a line begins here.
    pub(super) fn is_at_margin(&self) -> bool {
        self.source.get(..self.at).is_some_and(|before| before.is_empty() || before.ends_with(['\n', '\u{feff}']))
    }

    /// Whether a word stands here.
    pub(super) fn is_at_word(&self, word: &str) -> bool {
        self.rest()
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_'))
    }

    /// Goes over blanks, comments and, if they may stand here, commas.
    pub(super) fn gap(&mut self, commas: bool) -> Gap {
        let mut gap = Gap::default();
        let start = self.at;
        let mut newlines = 0;
        loop {
            match self.peek() {
                Some('\n') => {
                    newlines += 1;
                    self.at += 1;
                }
                Some('\u{feff}') if self.at == 0 => self.at = '\u{feff}'.len_utf8(),
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some(',') if commas => {
                    gap.comma = true;
                    self.at += 1;
                }
                Some('/') if self.rest().starts_with("//") => {
                    let line = self.rest().split('\n').next().unwrap_or_default();
                    self.at += line.len();
                    let begins_file =
                        self.source.get(..self.at - line.len()).is_some_and(|before| before.trim().is_empty());
                    gap.remarks.push(Remark {
                        text: line.trim_end().to_owned(),
                        alone: newlines > 0 || begins_file,
                        blank: newlines > 1,
                    });
                    newlines = 0;
                    gap.newline = true;
                }
                _ => break,
            }
        }
        gap.wide = self.at > start;
        gap.newline |= newlines > 0;
        gap.blank = newlines > 1;
        gap
    }

    /// Goes over blanks and comments inside of a part; the comments go along.
    pub(super) fn blanks(&mut self, out: &mut Vec<Doc>) {
        out.extend(self.gap(false).remarks.into_iter().map(Remark::doc));
    }

    /// Takes a part of the tree that is a single word or sign, which must stand here.
    pub(super) fn leaf(&mut self, span: Span, out: &mut Vec<Doc>) -> Built<()> {
        self.blanks(out);
        if self.at != span.lo as usize {
            return Err(Mismatch);
        }
        out.push(Doc::text(self.source.get(span.range()).ok_or(Mismatch)?));
        self.at = span.hi as usize;
        Ok(())
    }

    /// Takes one sign, which must stand here.
    pub(super) fn sign(&mut self, sign: &str, out: &mut Vec<Doc>) -> Built<()> {
        self.blanks(out);
        if !self.rest().starts_with(sign) {
            return Err(Mismatch);
        }
        out.push(Doc::text(sign));
        self.at += sign.len();
        Ok(())
    }

    /// The next word or sign, if it ends before an offset.
    pub(super) fn token(&mut self, until: usize) -> Built<&'s str> {
        let rest = self.rest();
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let length = match rest.chars().next() {
            Some(letter) if is_word(letter) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            Some(letter) if letter.is_ascii_punctuation() => {
                SIGNS.iter().find(|sign| rest.starts_with(**sign)).map_or(1, |sign| sign.len())
            }
            _ => return Err(Mismatch),
        };
        if self.at + length > until {
            return Err(Mismatch);
        }
        self.at += length;
        rest.get(..length).ok_or(Mismatch)
    }

    /// Lines as they stand, with the blanks before them.
    pub(super) fn verbatim_lines(&mut self, from: usize, until: usize) -> Doc {
        self.at = until;
        let before = self.source.get(..from).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let is_first =
            before.get(line..).is_some_and(|before| before.trim().is_empty() && !before.contains('\u{feff}'));
        let text = self.source.get(if is_first { line } else { from }..until).unwrap_or_default();
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let first = lines.next().unwrap_or_default().to_owned();
        Doc::Lines(first, lines.map(|line| (Indent::None, line.to_owned())).collect())
    }

    /// A part as it stands, moved as a whole to where it is printed.
    pub(super) fn verbatim(&mut self, from: usize, until: usize) -> Doc {
        self.at = until;
        let text = self.source.get(from..until).unwrap_or_default();
        let before = self.source.get(..from).unwrap_or_default();
        let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
        let base = line.len() - line.trim_start_matches(' ').len();
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let first = lines.next().unwrap_or_default().to_owned();
        let more: Vec<&str> = lines.collect();
        let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
        // Lines that stand further left, or are indented by tabs, cannot be moved with the others.
        let fixed = more.iter().any(|line| {
            !line.trim().is_empty() && (blanks(line) < base || line.trim_start_matches(' ').starts_with('\t'))
        });
        let moved = |line: &str| {
            if line.trim().is_empty() {
                (Indent::None, String::new())
            } else if fixed {
                (Indent::None, line.to_owned())
            } else {
                let shift = isize::try_from(blanks(line) - base).unwrap_or(0);
                (Indent::Same(shift), line.trim_start_matches(' ').to_owned())
            }
        };
        Doc::Lines(first, more.into_iter().map(moved).collect())
    }
}
