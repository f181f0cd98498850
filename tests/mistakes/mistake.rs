//! One mistake: what was edited, and where that is afterwards.

use std::ops::Range;
use std::path::PathBuf;

use crate::chance::Chance;
use crate::systems::{Source, System};
use crate::tokens::{Kind, Token};

/// A replacement of text.
#[derive(Debug, Clone)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

/// Makes one mistake of its kind in a source, if there is a place for it.
pub type Maker = fn(&View<'_>, &mut Chance) -> Option<Vec<Edit>>;

/// A kind of mistake.
pub struct KindOfMistake {
    pub name: &'static str,
    /// Whether nobody could mean the result, so that it has to be refused. Other mistakes may give a correct system.
    pub certain: bool,
    pub make: Maker,
}

/// A source with one mistake in it.
pub struct Mistake {
    pub kind: &'static str,
    pub certain: bool,
    pub path: PathBuf,
    pub text: String,
    /// The lines that were edited, counted from 0, in the edited text.
    pub lines: Vec<Range<u32>>,
    /// The words that were edited, old and new.
    pub words: Vec<String>,
    /// What was done, on one line.
    pub shown: String,
}

/// A source as the makers see it.
pub struct View<'a> {
    pub system: &'a System,
    pub source: &'a Source,
}

impl View<'_> {
    pub fn tokens(&self) -> &[Token] {
        &self.source.tokens
    }

    pub fn kind(&self, at: usize) -> Kind {
        self.source.tokens[at].kind
    }

    /// The text of a token; empty outside.
    pub fn word(&self, at: usize) -> &str {
        self.source.tokens.get(at).map_or("", |token| &self.source.text[token.range.clone()])
    }

    /// The text of the token before; empty at the start.
    pub fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    pub fn range(&self, at: usize) -> Range<usize> {
        self.source.tokens[at].range.clone()
    }

    /// One of the tokens outside of texts that are as asked.
    pub fn choose(&self, chance: &mut Chance, wanted: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let all: Vec<usize> =
            (0..self.tokens().len()).filter(|at| !self.tokens()[*at].in_text && wanted(self, *at)).collect();
        chance.one_of(&all).copied()
    }

    /// The start of the line of an offset.
    pub fn line_start(&self, at: usize) -> usize {
        self.source.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// The end of the line of an offset, its line break included.
    pub fn line_end(&self, at: usize) -> usize {
        self.source.text[at..].find('\n').map_or(self.source.text.len(), |end| at + end + 1)
    }

    /// Whether a token is the first of its line.
    pub fn is_first(&self, at: usize) -> bool {
        let range = self.range(at);
        self.source.text[self.line_start(range.start)..range.start].trim().is_empty()
    }

    /// The whole lines of what begins with a token: to the end of the line where its brackets close.
    pub fn unit(&self, at: usize) -> Range<usize> {
        let lo = self.line_start(self.range(at).start);
        let mut depth = 0_i32;
        let mut hi = self.range(at).end;
        for token in &self.tokens()[at..] {
            if depth <= 0 && token.range.start >= self.line_end(hi) {
                break;
            }
            match &self.source.text[token.range.clone()] {
                "{" | "(" | "[" if token.kind == Kind::Bracket => depth += 1,
                "}" | ")" | "]" if token.kind == Kind::Bracket => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                break;
            }
            hi = hi.max(token.range.end);
        }
        lo..self.line_end(hi)
    }

    /// Whether a token is a word that names something else: neither a key nor a word of the language.
    pub fn is_reference(&self, at: usize) -> bool {
        let next = self.word(at + 1);
        self.kind(at) == Kind::Word
            && !KEYWORDS.contains(&self.word(at))
            && !self.word(at).contains(':')
            && self.word(at).len() > 2
            && !matches!(next, "=" | ":")
            && !matches!(self.before(at), "param" | "let" | "output" | "stack" | "system" | "environment" | "@" | "for")
    }

    /// Whether a token is a key or a name that is defined: a word before `=`.
    pub fn is_key(&self, at: usize) -> bool {
        self.kind(at) == Kind::Word && self.word(at + 1) == "=" && self.word(at).len() > 2
    }
}

/// The words that begin or join statements.
pub const KEYWORDS: &[&str] = &[
    "access",
    "after",
    "and",
    "as",
    "assert",
    "base",
    "because",
    "before",
    "both",
    "can",
    "component",
    "connect",
    "connects",
    "count",
    "deny",
    "deploy",
    "else",
    "ensure",
    "environment",
    "everyone",
    "extend",
    "external",
    "fails",
    "false",
    "fn",
    "for",
    "forbid",
    "from",
    "grant",
    "if",
    "in",
    "internet",
    "let",
    "main",
    "matching",
    "naming",
    "none",
    "not",
    "on",
    "only",
    "or",
    "output",
    "param",
    "path",
    "per",
    "permit",
    "policies",
    "policy",
    "require",
    "stack",
    "step",
    "system",
    "tag",
    "tags",
    "tcp",
    "test",
    "then",
    "to",
    "true",
    "type",
    "udp",
    "under",
    "until",
    "use",
    "when",
    "with",
];

/// Replaces one token.
pub fn replaced(view: &View<'_>, at: usize, text: impl Into<String>) -> Option<Vec<Edit>> {
    Some(vec![Edit { range: view.range(at), text: text.into() }])
}

/// The mistake that edits make in a source.
pub fn mistake(kind: &KindOfMistake, source: &Source, mut edits: Vec<Edit>) -> Mistake {
    edits.sort_by_key(|edit| edit.range.start);
    let (mut text, mut lines, mut words, mut shown) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    let mut done = 0;
    for edit in &edits {
        text.push_str(&source.text[done..edit.range.start]);
        let first = count_lines(&text);
        text.push_str(&edit.text);
        let last = count_lines(&text);
        let old = &source.text[edit.range.clone()];
        // What is gone with its lines, or alone on its line, leaves a gap between two others.
        let before = source.text[..edit.range.start].rsplit('\n').next().unwrap_or_default();
        let behind = source.text[edit.range.end..].split('\n').next().unwrap_or_default();
        let alone = format!("{before}{behind}").trim().is_empty();
        let gap = u32::from(edit.text.is_empty() && (old.contains('\n') || alone));
        lines.push(first.saturating_sub(gap)..last + 1 + u32::from(gap > 0 && alone));
        words.extend([old, &edit.text].iter().flat_map(|text| words_of(text)));
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        shown.push(format!("{}: `{}` -> `{}`", first + 1, one_line(old), one_line(&edit.text)));
        done = edit.range.end;
    }
    text.push_str(&source.text[done..]);
    let shown = format!("{}:{}", source.path.display(), shown.join(", "));
    Mistake { kind: kind.name, certain: kind.certain, path: source.path.clone(), text, lines, words, shown }
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap()
}

/// The words of an edit by which a message could name it.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 1);
    words.filter(|word| !KEYWORDS.contains(word)).map(str::to_owned).collect()
}
