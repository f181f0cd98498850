//! The words and signs of a source, told apart as a person does. It shares nothing with the compiler.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `vpc`, `AWS::S3::Bucket`, `s3:GetObject`.
    Word,
    /// `80`, `20GiB`, `10.0.0.0/16`.
    Number,
    /// A text on one line, quotes included.
    Text,
    /// A text over several lines, quotes included.
    Block,
    /// `/…/` behind `matching`.
    Pattern,
    /// A bracket, one character.
    Bracket,
    /// Anything else: `=`, `->`, `,`.
    Sign,
}

/// A token and where it stands.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
    /// Whether it stands in the braces of a text.
    pub in_text: bool,
}

/// The tokens of a source. Comments are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let behind_matching = found.last().is_some_and(|last| &text[last.range.clone()] == "matching");
        let (kind, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if let Some(quotes) = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes)) {
            (Kind::Block, 3 + rest[3..].find(quotes).unwrap() + 3)
        } else if c == '"' {
            (Kind::Text, text_length(rest))
        } else if c == '\'' {
            (Kind::Text, 1 + rest[1..].find('\'').unwrap() + 1)
        } else if c == '/' && behind_matching {
            (Kind::Pattern, 1 + rest[1..].find('/').unwrap() + 1)
        } else if c.is_ascii_digit() {
            (Kind::Number, number_length(rest))
        } else if is_word(c) {
            (Kind::Word, word_length(rest))
        } else if "{}[]()".contains(c) {
            (Kind::Bracket, 1)
        } else {
            (Kind::Sign, sign_length(rest))
        };
        let range = at..at + length;
        found.push(Token { kind, range: range.clone(), in_text: false });
        if matches!(kind, Kind::Text | Kind::Block) && c == '"' {
            found.extend(interpolated(text, range));
        }
        at += length;
    }
    found
}

/// The words in the braces of a text.
fn interpolated(text: &str, range: Range<usize>) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = text[at..range.end].find('{') {
        let lo = at + open + 1;
        let before = &text[range.start..lo - 1];
        let Some(close) = text[lo..range.end].find('}') else { break };
        let inside = &text[lo..lo + close];
        let is_simple = inside.chars().all(|c| is_word(c) || c == '.') && !inside.is_empty();
        if is_simple && !before.ends_with(['$', '{']) {
            let mut part = lo;
            for word in inside.split('.') {
                let range = part..part + word.len();
                found.push(Token { kind: Kind::Word, range, in_text: true });
                part += word.len() + 1;
            }
        }
        at = lo + close;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// A word, with the colons of AWS's types and actions.
fn word_length(text: &str) -> usize {
    let mut length = text.find(|c| !is_word(c)).unwrap_or(text.len());
    loop {
        let rest = &text[length..];
        let colons = if rest.starts_with("::") { 2 } else { usize::from(rest.starts_with(':')) };
        let more = rest[colons..].find(|c| !is_word(c) && c != '*').unwrap_or(rest.len() - colons);
        if colons == 0 || more == 0 {
            return length;
        }
        length += colons + more;
    }
}

/// A number with its unit, a date, or an address range.
fn number_length(text: &str) -> usize {
    let mut length = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let joins = matches!(c, '.' | '/' | '-') && next.is_some_and(|next| next.is_ascii_digit());
        if !is_word(c) && c != '%' && !joins {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}

fn sign_length(text: &str) -> usize {
    let two = ["->", "==", "!=", "<=", ">=", "++", "??", ".."];
    if two.iter().any(|sign| text.starts_with(sign)) { 2 } else { text.chars().next().unwrap().len_utf8() }
}
