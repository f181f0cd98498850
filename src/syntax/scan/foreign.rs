//! Functions of CloudFormation's templates, and `new`: known by sight, wherever they stand outside of texts.

use crate::diag::{Diagnostic, codes};
use crate::syntax::scan::Scanner;

/// Functions of templates, each with what says the same here.
const FUNCTIONS: &[(&str, &str)] = &[
    ("And", "write `a and b`"),
    ("Base64", "write `base64(\"…\")`"),
    ("Cidr", "write `subnets(range, mask)`"),
    ("Condition", "what exists under a condition stands in `if condition { … }`"),
    ("Equals", "write `a == b`"),
    ("FindInMap", "write `per env { production = …, else = … }`, or take it from a map: `map[key]`"),
    ("GetAZs", "write `zone(0)`, `zone(1)`"),
    ("GetAtt", "write the attribute behind the name, as in `letters.Arn`"),
    ("If", "write `if condition then a else b`"),
    ("ImportValue", "name what is meant, as in `Network.vpc`: what crosses stacks is exported and imported by itself"),
    ("Join", "write `join(\",\", list)`, or one text: `\"{a}-{b}\"`"),
    ("Length", "write `length(list)`"),
    ("Not", "write `not a`"),
    ("Or", "write `a or b`"),
    ("Ref", "name what is meant, as in `letters` or `letters.id`"),
    ("Select", "write `list[0]`"),
    ("Split", "write `split(text, \",\")`"),
    ("Sub", "a text is filled in between braces, as in `\"{system}-{region}\"`"),
    ("ToJsonString", "write `json(value)`"),
    ("Transform", "a template's transforms follow from what is in it"),
];

/// Nobody gives a class a longer name.
const LONGEST_NAME: usize = 100;

/// What stands for a value that cannot be read.
const VALUE: &[u8] = b"none";

/// What says the same as a function of templates, by its name with or without `Fn::`.
pub fn instead_of(function: &str) -> Option<&'static str> {
    let name = function.strip_prefix("Fn::").unwrap_or(function);
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, instead)| *instead)
}

impl Scanner<'_> {
    /// `!Sub` and its like, at an exclamation mark. Gives where to read on.
    pub(super) fn short_function(&mut self, at: usize) -> usize {
        let end = self.word_end(at + 1);
        // `!` in front of a value is another mistake; the short form of a function has a blank or a line end behind it.
        let apart = self.byte(end).is_none_or(|byte| byte.is_ascii_whitespace());
        match self.source.get(at + 1..end).filter(|_| apart).and_then(instead_of) {
            Some(instead) => {
                self.function(at, end, instead);
                self.left_out(at, end)
            }
            None => at + 1,
        }
    }

    /// Takes a short function with its arguments out of the line, so that what stands beside it can be read. A value is left in its
    /// place.
    fn left_out(&mut self, at: usize, from: usize) -> usize {
        let (mut end, mut depth, mut quote) = (from, 0_usize, None);
        while let Some(byte) = self.byte(end).filter(|byte| *byte != b'\n') {
            match (byte, quote) {
                (_, Some(open)) if byte == open => quote = None,
                (_, Some(_)) => {}
                (b'"' | b'\'', None) => quote = Some(byte),
                (b'[' | b'{' | b'(', None) => depth += 1,
                (b',' | b']' | b'}' | b')', None) if depth == 0 => break,
                (b']' | b'}' | b')', None) => depth -= 1,
                _ => {}
            }
            end += 1;
        }
        self.blank(at, end);
        if let Some(place) = self.bytes.get_mut(at..end).and_then(|part| part.get_mut(..VALUE.len())) {
            place.copy_from_slice(VALUE);
        }
        end
    }

    /// `Fn::Sub`, at its first letter. Gives where to read on.
    pub(super) fn long_function(&mut self, at: usize, end: usize) -> usize {
        if self.source.get(at..end) != Some("Fn") || self.source.get(end..end + 2) != Some("::") {
            return end;
        }
        let last = self.word_end(end + 2);
        match self.source.get(end + 2..last).and_then(instead_of) {
            Some(instead) => self.function(at, last, instead),
            None => end,
        }
    }

    fn function(&mut self, at: usize, end: usize, instead: &str) -> usize {
        let name = self.source.get(at..end).unwrap_or_default();
        let span = self.span(at, end);
        let message = format!("`{name}` is a function of CloudFormation's templates");
        self.diagnostics.push(Diagnostic::new(codes::FOREIGN_SYNTAX, span, message).help(instead));
        self.foreign.push(span);
        end
    }

    /// `new Thing(…)`, at its first letter.
    pub(super) fn made_anew(&mut self, at: usize, end: usize) {
        if self.source.get(at..end) != Some("new") || self.byte(end) != Some(b' ') {
            return;
        }
        let rest = self.source.as_bytes().get(end + 1..).unwrap_or_default();
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let length = rest.iter().take(LONGEST_NAME).take_while(is_name).count();
        if length > 0 && rest.get(length) == Some(&b'(') {
            let span = self.span(at, end);
            self.diagnostics.push(
                Diagnostic::new(codes::FOREIGN_SYNTAX, span, "`new` makes nothing here")
                    .help("an instance is `name = Type { … }`, with its settings between the braces"),
            );
            self.foreign.push(span);
        }
    }
}
