//! Matches brackets before anything is parsed, so that one lost bracket is reported where it was lost and damages one
//! declaration.
//!
//! If all brackets match, indentation plays no part. If not, it tells which one was left open: a closing brace that begins a line
//! and stands further left than the line its opener is on was meant for another opener.

use std::collections::BTreeSet;

use super::scan::{Bracket, Scanned, closer};
use crate::base::limits::{MAX_BRACKETS, MAX_SYNTAX_DIAGNOSTICS};
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, codes};

/// Reports brackets that do not match, and mends the text so that all do.
pub(super) fn balance(file: FileId, source: &str, scanned: &mut Scanned) {
    let mut text = std::mem::take(&mut scanned.text).into_bytes();
    let brackets = std::mem::take(&mut scanned.brackets);
    if is_balanced(&brackets) {
        flatten_deep(file, &brackets, &mut text, &mut scanned.diagnostics);
    } else {
        let lines = Lines::of(&text, &scanned.blocks);
        let mut balancer = Balancer {
            file,
            source,
            lines,
            text,
            open: Vec::new(),
            kept: Vec::new(),
            dropped: BTreeSet::new(),
            diagnostics: Vec::new(),
        };
        balancer.run(&brackets);
        text = balancer.text;
        scanned.diagnostics.append(&mut balancer.diagnostics);
        let dropped = std::mem::take(&mut balancer.dropped);
        balancer.kept.retain(|bracket| !dropped.contains(&bracket.at));
        balancer.kept.sort_unstable_by_key(|bracket| bracket.at);
        flatten_deep(file, &balancer.kept, &mut text, &mut scanned.diagnostics);
    }
    scanned.text = String::from_utf8(text).unwrap_or_else(|bad| " ".repeat(bad.as_bytes().len()));
}

fn is_balanced(brackets: &[Bracket]) -> bool {
    let mut open = Vec::new();
    for bracket in brackets {
        if is_opener(bracket.byte) {
            open.push(bracket.byte);
        } else if open.pop().map(closer) != Some(bracket.byte) {
            return false;
        }
    }
    open.is_empty()
}

/// The opener that a closer is for.
fn opener(closing: u8) -> u8 {
    match closing {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

fn is_opener(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'(')
}

/// Replaces what is nested too deeply by a value, so that nothing behind this needs more stack than it has.
fn flatten_deep(file: FileId, brackets: &[Bracket], text: &mut [u8], diagnostics: &mut Vec<Diagnostic>) {
    let mut depth = 0_usize;
    let mut from = None;
    for bracket in brackets {
        if is_opener(bracket.byte) {
            if depth == MAX_BRACKETS {
                from = Some(bracket.at);
                let message = format!("brackets are nested more than {MAX_BRACKETS} deep");
                diagnostics.push(
                    Diagnostic::new(codes::TOO_DEEP, Span::new(file, bracket.at, bracket.at + 1), message)
                        .help("give inner values names with `let`, or make a component of them"),
                );
            }
            depth += 1;
        } else {
            depth = depth.saturating_sub(1);
            if depth == MAX_BRACKETS
                && let Some(start) = from.take()
            {
                blank(text, start, bracket.at + 1);
                if let Some(place) = text.get_mut(start) {
                    *place = b'0';
                }
            }
        }
    }
}

fn blank(text: &mut [u8], lo: usize, hi: usize) {
    for byte in text.get_mut(lo..hi).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// A line that holds something.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Offset of its first character that is no blank.
    first: usize,
    indentation: usize,
    /// Offset behind its last character that is no blank.
    end: usize,
}

/// The lines outside of texts, in order.
struct Lines(Vec<Line>);

impl Lines {
    fn of(text: &[u8], blocks: &[std::ops::Range<usize>]) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        let mut blocks = blocks.iter().peekable();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let next = start + line.len();
            while blocks.next_if(|block| block.end <= start).is_some() {}
            let in_text = blocks.peek().is_some_and(|block| block.start < start);
            let indentation = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let length = line.trim_ascii_end().len();
            if length > indentation {
                if in_text {
                    // The line continues the one the text begins on.
                    if let Some(last) = lines.last_mut() {
                        let last: &mut Line = last;
                        last.end = start + length;
                    }
                } else {
                    lines.push(Line { first: start + indentation, indentation, end: start + length });
                }
            }
            start = next;
        }
        Lines(lines)
    }

    /// The number of the line that an offset stands in.
    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|line| line.first <= at).saturating_sub(1)
    }

    fn at(&self, at: usize) -> Option<Line> {
        self.0.get(self.number(at)).copied()
    }
}

struct Balancer<'t> {
    file: FileId,
    source: &'t str,
    lines: Lines,
    text: Vec<u8>,
    open: Vec<Bracket>,
    kept: Vec<Bracket>,
    /// Openers that were given up.
    dropped: BTreeSet<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Balancer<'_> {
    fn run(&mut self, brackets: &[Bracket]) {
        for (at, bracket) in brackets.iter().enumerate() {
            if is_opener(bracket.byte) {
                self.leave_unfinished(*bracket);
                self.open.push(*bracket);
                self.kept.push(*bracket);
            } else if !self.is_of_another_kind(*bracket, brackets.get(at + 1)) {
                self.close(*bracket);
            }
        }
        // Room for the closers that a file lacks at its end.
        self.text.resize(self.source.len() + self.open.len(), b' ');
        let mut unfinished: Option<Diagnostic> = None;
        while let Some(opener) = self.open.pop() {
            let Some(found) = self.unclosed(opener, self.text.len(), "the file ends here") else { continue };
            // A file that ends too soon leaves several brackets open, and is one mistake. The innermost tells it.
            unfinished = Some(match unfinished {
                Some(inner) => inner.label(found.span(), "this is open as well"),
                None => found,
            });
        }
        unfinished.into_iter().for_each(|found| self.report(found));
    }

    /// An opener at the margin begins a declaration; whatever is open before it on lines indented as deep was left open.
    fn leave_unfinished(&mut self, bracket: Bracket) {
        let Some(line) = self.lines.at(bracket.at) else { return };
        if line.indentation > 0 || !self.begins_declaration(line) {
            return;
        }
        while let Some(opener) = self.open.pop_if(|opener| opener.at < line.first) {
            let found = self.unclosed(opener, line.first, "a new declaration begins here");
            found.into_iter().for_each(|found| self.report(found));
        }
    }

    fn begins_declaration(&self, line: Line) -> bool {
        self.text.get(line.first).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'@')
    }

    /// A closer of another kind where that of the last opener belongs: on the same line, or on one that stands as far right.
    /// It is taken for the right one.
    fn is_of_another_kind(&mut self, bracket: Bracket, next: Option<&Bracket>) -> bool {
        let Some(opener) = self.open.last().copied() else { return false };
        let wanted = closer(opener.byte);
        let near = self.open.iter().rev().take(MAX_BRACKETS);
        if wanted == bracket.byte || near.into_iter().any(|outer| closer(outer.byte) == bracket.byte) {
            return false;
        }
        let (Some(opening), Some(closing)) = (self.lines.at(opener.at), self.lines.at(bracket.at)) else {
            return false;
        };
        let is_own_line = opening.first == closing.first;
        let is_below = closing.first == bracket.at && closing.indentation == opening.indentation;
        // The right one may still come on this line.
        let comes = next.is_some_and(|next| next.byte == wanted && next.at <= closing.end);
        if comes || !(is_own_line || is_below) {
            return false;
        }
        let place = |at: usize| Span::new(self.file, at, at + 1);
        let (open_text, text) = (char::from(opener.byte), char::from(bracket.byte));
        let (right, other) = (char::from(wanted), char::from(self::opener(bracket.byte)));
        let message = format!("`{open_text}` cannot be closed by `{text}`");
        let diagnostic = Diagnostic::new(codes::UNEXPECTED_BRACKET, place(bracket.at), message)
            .label(place(opener.at), "this is open")
            .help(format!("close it with `{right}`, or open it with `{other}`"));
        self.report(diagnostic);
        if let Some(byte) = self.text.get_mut(bracket.at) {
            *byte = wanted;
        }
        self.open.pop();
        self.kept.push(Bracket { at: bracket.at, byte: wanted });
        true
    }

    fn close(&mut self, bracket: Bracket) {
        let line = self.lines.at(bracket.at);
        let begins_line = line.is_some_and(|line| line.first == bracket.at);
        // Openers that this closer cannot mean: of another kind below one of its kind, or indented deeper.
        loop {
            let Some(opener) = self.open.last().copied() else {
                return self.without_opener(bracket);
            };
            let same_kind = closer(opener.byte) == bracket.byte;
            // Nearly always near the top; far below it, a closer is more likely a stray one.
            let outer =
                self.open.iter().rev().skip(1).take(MAX_BRACKETS).any(|outer| closer(outer.byte) == bracket.byte);
            let deeper = begins_line
                && line.is_some_and(|line| {
                    self.lines
                        .at(opener.at)
                        .is_some_and(|its| its.indentation > line.indentation && its.first < line.first)
                });
            if same_kind && !(deeper && outer) {
                if self.is_closed_later(opener, bracket) {
                    return self.without_opener(bracket);
                }
                self.open.pop();
                self.kept.push(bracket);
                return;
            }
            if !outer {
                return self.without_opener(bracket);
            }
            self.open.pop();
            let found = self.unclosed(opener, bracket.at, "this closes an outer one");
            found.into_iter().for_each(|found| self.report(found));
        }
    }

    /// Whether an opener at the end of its line has a closer of its own, at the beginning of a line that stands as far right
    /// and comes behind this one.
    fn is_closed_later(&self, opener: Bracket, bracket: Bracket) -> bool {
        let number = self.lines.number(opener.at);
        let Some(line) = self.lines.0.get(number).filter(|line| line.end == opener.at + 1) else { return false };
        let mine = self.lines.at(bracket.at).filter(|mine| mine.first == bracket.at);
        if mine.is_some_and(|mine| mine.indentation == line.indentation)
            || self.diagnostics.len() >= MAX_SYNTAX_DIAGNOSTICS
        {
            return false;
        }
        let behind = self.lines.0.get(number + 1..).unwrap_or_default();
        behind.iter().find(|behind| behind.indentation <= line.indentation).is_some_and(|behind| {
            behind.first > bracket.at
                && behind.indentation == line.indentation
                && self.text.get(behind.first) == Some(&closer(opener.byte))
        })
    }

    /// A closer whose opener was lost: at the end of the line above that stands as far right, if that begins something that
    /// the lines between belong to. Otherwise it closes nothing.
    fn without_opener(&mut self, bracket: Bracket) {
        match self.lost_opener(bracket) {
            Some(place) => {
                let opening = opener(bracket.byte);
                let text = char::from(opening);
                let at = Span::new(self.file, place, place);
                let closer = Span::new(self.file, bracket.at, bracket.at + 1);
                self.report(
                    Diagnostic::new(
                        codes::UNEXPECTED_BRACKET,
                        at,
                        format!("`{text}` is missing at the end of this line"),
                    )
                    .label(closer, format!("this `{}` closes nothing else", char::from(bracket.byte)))
                    .help(format!("open what follows with `{text}`"))
                    .suggest(format!("write `{text}`"), at, format!(" {text}")),
                );
                if let Some(byte) = self.text.get_mut(place) {
                    *byte = opening;
                }
                self.kept.push(Bracket { at: place, byte: opening });
                self.kept.push(bracket);
            }
            None => self.unexpected(bracket),
        }
    }

    fn lost_opener(&self, bracket: Bracket) -> Option<usize> {
        if self.diagnostics.len() >= MAX_SYNTAX_DIAGNOSTICS {
            return None;
        }
        let number = self.lines.number(bracket.at);
        let line = self.lines.0.get(number).filter(|line| line.first == bracket.at)?;
        let above = self.lines.0.get(..number)?;
        let deeper = above.iter().rev().take_while(|above| above.indentation > line.indentation).count();
        let head = above.len().checked_sub(deeper + 1).filter(|_| deeper > 0).and_then(|at| above.get(at))?;
        let begins = head.indentation == line.indentation && self.begins_declaration(*head);
        let opened = head.end.checked_sub(1).and_then(|last| self.text.get(last)).is_some_and(|last| is_opener(*last));
        let is_blank = self.text.get(head.end).is_some_and(u8::is_ascii_whitespace);
        (begins && !opened && is_blank).then_some(head.end)
    }

    /// Writes a closer where the indentation says that it was lost. What is to be said of it is reported here if the
    /// indentation shows the place, and given back if not.
    fn unclosed(&mut self, opener: Bracket, noticed: usize, why: &str) -> Option<Diagnostic> {
        if self.diagnostics.len() >= MAX_SYNTAX_DIAGNOSTICS {
            // Nobody reads more; what is left open is given up without a search.
            self.give_up(opener);
            return None;
        }
        let mine = self.lines.number(opener.at);
        let base = self.lines.0.get(mine).map_or(0, |line| line.indentation);
        let limit = self.lines.0.partition_point(|line| line.first < noticed);
        let next =
            (mine + 1..limit).find(|number| self.lines.0.get(*number).is_some_and(|line| line.indentation <= base));
        let own_line = self.lines.0.get(mine).is_some_and(|line| noticed <= line.end);
        let lost_before = match next {
            Some(number) => self.lines.0.get(number).map_or(noticed, |line| line.first),
            None => noticed,
        };
        let bytes = self.text.get(..lost_before).unwrap_or_default();
        let place = bytes.trim_ascii_end().len();
        let closing = closer(opener.byte);
        let (open_text, close_text) = (char::from(opener.byte), char::from(closing));
        let mut diagnostic = Diagnostic::new(
            codes::UNCLOSED_BRACKET,
            Span::new(self.file, opener.at, opener.at + 1),
            format!("`{open_text}` is not closed"),
        );
        let end = self.source.len();
        let is_shown = !own_line && lost_before != noticed;
        if !own_line && place > opener.at + 1 {
            let here = place.min(end);
            let how = if is_shown { ", as the indentation shows" } else { "" };
            diagnostic =
                diagnostic.label(Span::new(self.file, here, here), format!("`{close_text}` is missing here{how}"));
        }
        let noticed_at = noticed.min(end);
        diagnostic = diagnostic
            .label(Span::new(self.file, noticed_at, (noticed_at + 1).min(end)), why)
            .help(format!("close it with `{close_text}`"));
        self.write(opener, place, closing);
        if is_shown {
            self.report(diagnostic);
            return None;
        }
        Some(diagnostic)
    }

    /// Writes a closer over a blank; where there is none, what is in the brackets is given up.
    fn write(&mut self, opener: Bracket, place: usize, closing: u8) {
        // A character of several bytes may have been taken out here: the bracket stands at the last of them.
        let behind = self.source.as_bytes().get(place + 1..).unwrap_or_default();
        let rest = behind.iter().take_while(|byte| (0x80..0xc0).contains(*byte)).count();
        let place = place + rest;
        if place > opener.at
            && let Some(byte) = self.text.get_mut(place).filter(|byte| byte.is_ascii_whitespace())
        {
            *byte = closing;
            self.kept.push(Bracket { at: place, byte: closing });
            return;
        }
        self.give_up(opener);
    }

    fn give_up(&mut self, opener: Bracket) {
        if let Some(byte) = self.text.get_mut(opener.at) {
            *byte = b' ';
        }
        self.dropped.insert(opener.at);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_SYNTAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn unexpected(&mut self, bracket: Bracket) {
        let text = char::from(bracket.byte);
        let span = Span::new(self.file, bracket.at, bracket.at + 1);
        let mut diagnostic = Diagnostic::new(codes::UNEXPECTED_BRACKET, span, format!("`{text}` closes nothing"));
        if let Some(opener) = self.open.last() {
            let open_text = char::from(opener.byte);
            let message = format!("this `{open_text}` is closed by `{}`", char::from(closer(opener.byte)));
            diagnostic = diagnostic.label(Span::new(self.file, opener.at, opener.at + 1), message);
        }
        self.report(diagnostic.help("remove it, or write what it should close").suggest("remove it", span, ""));
        if let Some(byte) = self.text.get_mut(bracket.at) {
            *byte = b' ';
        }
    }
}
