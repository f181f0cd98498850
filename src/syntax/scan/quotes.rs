//! Texts: where they end, and what is done where they don't.

use super::Scanner;
use crate::base::limits::MAX_BRACKETS;
use crate::diag::{Diagnostic, codes};

/// What is open inside of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `"…"`
    Quoted(usize),
    /// `"""`
    Block(usize),
    /// `{` of an interpolation, or a bracket in one.
    Bracket(usize, u8),
}

/// Why a text cannot be read to its end.
enum Trouble {
    /// Its quotes are not closed on their line, or not at all.
    Unclosed,
    /// A bracket in it is not closed, or closed by another.
    Bracket(usize),
    /// Too many texts in texts.
    Deep(usize),
}

impl Scanner<'_> {
    /// From a quote to behind the text.
    pub(super) fn text(&mut self, at: usize, quote: u8) -> usize {
        let triple = self.is_triple(at, quote);
        if quote == b'\'' {
            return if triple { self.raw_block(at) } else { self.raw(at) };
        }
        match self.text_end(at) {
            Ok(end) => {
                if triple {
                    self.blocks.push(at..end);
                }
                end
            }
            Err(trouble) if triple => self.mend_block(at, &trouble),
            Err(trouble) => self.mend_line(at, &trouble),
        }
    }

    fn is_triple(&self, at: usize, quote: u8) -> bool {
        self.byte(at + 1) == Some(quote) && self.byte(at + 2) == Some(quote)
    }

    /// The end of an interpolated text, nested ones included.
    fn text_end(&self, start: usize) -> Result<usize, Trouble> {
        let mut open = vec![self.opened(start)];
        let mut at = start + self.quote_length(start);
        while let Some(innermost) = open.last().copied() {
            // Each text in a text opens its quotes and a brace.
            if open.len() > 2 * MAX_BRACKETS {
                return Err(Trouble::Deep(at));
            }
            let Some(byte) = self.byte(at) else { return Err(self.trouble(&open)) };
            match innermost {
                Open::Quoted(_) | Open::Block(_) => {
                    let block = matches!(innermost, Open::Block(_));
                    match byte {
                        b'\n' if !block => return Err(self.trouble(&open)),
                        b'\\' if !block && self.byte(at + 1) != Some(b'\n') => at += 2,
                        b'"' if !block => {
                            open.pop();
                            at += 1;
                        }
                        b'"' if self.is_triple(at, b'"') => {
                            open.pop();
                            at += 3;
                        }
                        b'$' if self.byte(at + 1) == Some(b'{') => {
                            at = self.variable_end(at).ok_or(Trouble::Bracket(at + 1))?
                        }
                        b'{' | b'}' if self.byte(at + 1) == Some(byte) => at += 2,
                        b'{' => {
                            open.push(Open::Bracket(at, b'{'));
                            at += 1;
                        }
                        _ => at += 1,
                    }
                }
                Open::Bracket(opener, bracket) => match byte {
                    b'\n' if open.iter().any(|frame| matches!(frame, Open::Quoted(_))) => {
                        return Err(Trouble::Bracket(opener));
                    }
                    b'"' => {
                        open.push(self.opened(at));
                        at += self.quote_length(at);
                    }
                    b'\'' => at = self.raw_end(at).ok_or(Trouble::Bracket(opener))?,
                    b'{' | b'[' | b'(' => {
                        open.push(Open::Bracket(at, byte));
                        at += 1;
                    }
                    b'}' | b']' | b')' => {
                        if byte != closer(bracket) {
                            return Err(Trouble::Bracket(opener));
                        }
                        open.pop();
                        at += 1;
                    }
                    _ => at += 1,
                },
            }
        }
        Ok(at)
    }

    fn opened(&self, at: usize) -> Open {
        if self.is_triple(at, b'"') { Open::Block(at) } else { Open::Quoted(at) }
    }

    fn quote_length(&self, at: usize) -> usize {
        if self.is_triple(at, b'"') { 3 } else { 1 }
    }

    fn trouble(&self, open: &[Open]) -> Trouble {
        open.iter()
            .find_map(|frame| match frame {
                Open::Bracket(at, _) => Some(Trouble::Bracket(*at)),
                Open::Quoted(_) | Open::Block(_) => None,
            })
            .unwrap_or(Trouble::Unclosed)
    }

    /// Behind `${…}`, whose braces may be nested.
    fn variable_end(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = at;
        loop {
            match self.byte(at)? {
                b'\n' => return None,
                b'$' if self.byte(at + 1) == Some(b'{') => {
                    depth += 1;
                    if depth > MAX_BRACKETS {
                        return None;
                    }
                    at += 2;
                }
                b'}' => {
                    depth -= 1;
                    at += 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => at += 1,
            }
        }
    }

    fn raw_end(&self, at: usize) -> Option<usize> {
        let rest = self.source.get(at..)?;
        if self.is_triple(at, b'\'') {
            return rest.get(3..)?.find("'''").map(|length| at + 3 + length + 3);
        }
        let line = rest.get(1..)?;
        let length = line.find(['\'', '\n'])?;
        (line.as_bytes().get(length) == Some(&b'\'')).then_some(at + 1 + length + 1)
    }

    fn raw(&mut self, at: usize) -> usize {
        self.raw_end(at).unwrap_or_else(|| self.mend_line(at, &Trouble::Unclosed))
    }

    fn raw_block(&mut self, at: usize) -> usize {
        match self.raw_end(at) {
            Some(end) => {
                self.blocks.push(at..end);
                end
            }
            None => self.mend_block(at, &Trouble::Unclosed),
        }
    }

    fn report(&mut self, at: usize, end: usize, trouble: &Trouble) {
        let quote = if self.byte(at) == Some(b'\'') { "'" } else { "\"" };
        let triple = self.is_triple(at, self.byte(at).unwrap_or(b'"'));
        let quotes = if triple { quote.repeat(3) } else { quote.to_owned() };
        let span = self.span(at, at + quotes.len());
        self.diagnostics.push(match trouble {
            Trouble::Unclosed if triple => Diagnostic::new(
                codes::UNCLOSED_TEXT,
                span,
                format!("the text that begins here with `{quotes}` is not closed"),
            )
            .help(format!("close it with `{quotes}` on a line of its own")),
            Trouble::Unclosed => {
                Diagnostic::new(codes::UNCLOSED_TEXT, span, "the text that begins here is not closed on its line")
                    .label(self.span(end, end), "the line ends here")
                    .help(format!("close it with `{quotes}`; a text of several lines stands between `\"\"\"`"))
            }
            Trouble::Bracket(bracket) => Diagnostic::new(
                codes::UNCLOSED_BRACKET,
                self.span(*bracket, bracket + 1),
                format!("`{}` is not closed in this text", self.source.get(*bracket..bracket + 1).unwrap_or_default()),
            )
            .label(span, "the text begins here")
            .help(
                "`{name}` puts a value in; a brace itself is written `{{` or `}}`, and `'…'` takes everything as it is",
            ),
            Trouble::Deep(place) => Diagnostic::new(
                codes::TOO_DEEP,
                self.span(*place, *place),
                format!("texts in texts are nested more than {MAX_BRACKETS} deep"),
            )
            .help("give the inner ones names with `let`"),
        });
    }

    /// Makes a text that ends on its line of whatever stands there.
    fn mend_line(&mut self, at: usize, trouble: &Trouble) -> usize {
        let line_end = at + self.source.get(at..self.line_end(at)).unwrap_or_default().trim_end().len();
        let quote = self.byte(at).unwrap_or(b'"');
        self.report(at, line_end, trouble);
        if !matches!(trouble, Trouble::Unclosed)
            && let Some(end) = self.plain_end(at, line_end)
        {
            self.flatten(at + 1, end - 1);
            return end;
        }
        // Closing brackets at the line's end belong to what was opened on this line.
        let line_start = self.line_start(at);
        let mut opened = 0_usize;
        for bracket in self.brackets.iter().rev().take_while(|bracket| bracket.at >= line_start) {
            match bracket.byte {
                b'{' | b'[' | b'(' => opened += 1,
                _ => opened = opened.saturating_sub(1),
            }
        }
        let mut end = line_end;
        while end > at + 1 {
            match self.byte(end - 1) {
                Some(b' ' | b'\t' | b',') => end -= 1,
                Some(b'}' | b']' | b')') if opened > 0 => {
                    opened -= 1;
                    end -= 1;
                }
                _ => break,
            }
        }
        let mut last = end - 1;
        while !self.source.is_char_boundary(last) {
            last -= 1;
        }
        if last <= at {
            // Nothing but the quote: any value will do.
            self.set(at, b'0');
            return at + 1;
        }
        self.flatten(at + 1, last);
        self.blank(last, end);
        // At its last byte, so that the text ends where a character does.
        self.set(end - 1, quote);
        end
    }

    /// Where a text ends if nothing in it is taken for an interpolation.
    fn plain_end(&self, at: usize, line_end: usize) -> Option<usize> {
        let quote = self.byte(at)?;
        let mut place = at + 1;
        while place < line_end {
            match self.byte(place)? {
                b'\\' => place += 2,
                byte if byte == quote => return Some(place + 1),
                _ => place += 1,
            }
        }
        None
    }

    /// Makes plain characters of everything that means something in a text.
    fn flatten(&mut self, lo: usize, hi: usize) {
        for byte in self.bytes.get_mut(lo..hi).unwrap_or_default() {
            if matches!(byte, b'{' | b'}' | b'\\' | b'$' | b'"' | b'\'') {
                *byte = b'_';
            }
        }
    }

    fn set(&mut self, at: usize, byte: u8) {
        if let Some(place) = self.bytes.get_mut(at) {
            *place = byte;
        }
    }

    /// Makes an end for a text of several lines: at its closing quotes if only a brace is wrong; else before the first
    /// line that is indented no deeper than the one the text begins on.
    fn mend_block(&mut self, at: usize, trouble: &Trouble) -> usize {
        let quote = self.byte(at).unwrap_or(b'"');
        let quotes = if quote == b'\'' { "'''" } else { "\"\"\"" };
        let found = self.source.get(at + 3..).unwrap_or_default().find(quotes).map(|length| at + 3 + length + 3);
        self.report(at, at, trouble);
        if let (Some(end), false) = (found, matches!(trouble, Trouble::Unclosed)) {
            self.flatten(at + 3, end - 3);
            self.blocks.push(at..end);
            return end;
        }
        let base = self.indentation(self.line_start(at));
        let mut line = self.line_end(at) + 1;
        while line < self.source.len() {
            let end = self.line_end(line);
            let is_blank = self.source.get(line..end).is_some_and(|line| line.trim().is_empty());
            if !is_blank && self.indentation(line) <= base {
                break;
            }
            line = end + 1;
        }
        let end = line.min(self.source.len());
        // The opening quotes and what follows become an empty text.
        self.blank(at, end);
        self.set(at, b'\'');
        self.set(at + 1, b'\'');
        end
    }
}

/// The bracket that closes another.
pub(in crate::syntax) fn closer(opener: u8) -> u8 {
    match opener {
        b'{' => b'}',
        b'[' => b']',
        _ => b')',
    }
}
