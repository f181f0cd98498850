//! A pattern as a tree: what is left of `regex-syntax`'s when capture groups, greed and spelling do not matter.

use std::cell::RefCell;
use std::rc::Rc;

use regex_syntax::ast::{self, Ast, Flag, FlagsItemKind};

use super::dialect::{self, Look, marked};
use super::set::CharSet;
use crate::base::{HashMap, limits};

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The empty text.
    Empty,
    /// One character of a set.
    Set(CharSet),
    /// `^`
    Start,
    /// `$`
    End,
    /// `\b`, or with `false` `\B`
    WordBoundary(bool),
    /// One after another.
    Seq(Vec<Rc<Tree>>),
    /// One of several.
    Either(Vec<Rc<Tree>>),
    /// So often; without a second number as often as one likes.
    Repeat(Rc<Tree>, u32, Option<u32>),
    /// `(?=…)`, or if it forbids `(?!…)`
    Ahead {
        /// What comes next.
        inner: Rc<Tree>,
        /// It must not.
        negative: bool,
    },
    /// `(?<=…)`, or if it forbids `(?<!…)`
    Behind {
        /// What stands before.
        inner: Rc<Tree>,
        /// It must not.
        negative: bool,
    },
}

impl Tree {
    /// Whether it says anything about its surroundings.
    pub fn asserts(&self) -> bool {
        match self {
            Tree::Empty | Tree::Set(_) => false,
            Tree::Start | Tree::End | Tree::WordBoundary(_) | Tree::Ahead { .. } | Tree::Behind { .. } => true,
            Tree::Seq(parts) | Tree::Either(parts) => parts.iter().any(|part| part.asserts()),
            Tree::Repeat(inner, ..) => inner.asserts(),
        }
    }

    /// Fewest and most characters of what it matches; `None`: there is no most.
    pub fn lengths(&self) -> (u64, Option<u64>) {
        match self {
            Tree::Set(_) => (1, Some(1)),
            Tree::Empty
            | Tree::Start
            | Tree::End
            | Tree::WordBoundary(_)
            | Tree::Ahead { .. }
            | Tree::Behind { .. } => (0, Some(0)),
            Tree::Seq(parts) => parts.iter().map(|part| part.lengths()).fold((0, Some(0)), |(least, most), one| {
                (least + one.0, most.zip(one.1).map(|(a, b)| a.saturating_add(b)))
            }),
            Tree::Either(parts) => parts
                .iter()
                .map(|part| part.lengths())
                .reduce(|(least, most), one| (least.min(one.0), most.zip(one.1).map(|(a, b)| a.max(b))))
                .unwrap_or((0, Some(0))),
            Tree::Repeat(inner, low, high) => {
                let (least, most) = inner.lengths();
                let most = match (most, high) {
                    (Some(0), _) | (_, Some(0)) => Some(0),
                    (Some(most), Some(high)) => Some(most.saturating_mul(u64::from(*high))),
                    (None, _) | (_, None) => None,
                };
                (least.saturating_mul(u64::from(*low)), most)
            }
        }
    }
}

/// Reads a pattern. `None`: it is not regular, or of a dialect that is not known.
pub fn parse(pattern: &str) -> Option<Tree> {
    Reader { ignore_case: false, dot_is_all: false, looks: Vec::new(), depth: 0 }.read(pattern)
}

struct Reader {
    ignore_case: bool,
    dot_is_all: bool,
    looks: Vec<Look>,
    depth: usize,
}

impl Reader {
    fn read(&mut self, pattern: &str) -> Option<Tree> {
        let (text, looks) = dialect::translate(pattern)?;
        self.depth += 1;
        if self.depth > limits::MAX_PATTERN_DEPTH {
            return None;
        }
        let outer = std::mem::replace(&mut self.looks, looks);
        let parsed = ast::parse::ParserBuilder::new().nest_limit(limits::MAX_PATTERN_DEPTH as u32).build().parse(&text);
        let tree = parsed.ok().and_then(|ast| self.tree(&ast));
        self.looks = outer;
        self.depth -= 1;
        tree
    }

    fn tree(&mut self, ast: &Ast) -> Option<Tree> {
        Some(match ast {
            Ast::Empty(_) => Tree::Empty,
            Ast::Flags(flags) => {
                self.set(&flags.flags)?;
                Tree::Empty
            }
            Ast::Literal(literal) => match marked(literal.c) {
                Some(number) => return self.look(number),
                None => Tree::Set(self.letter(literal.c)),
            },
            Ast::Dot(_) if self.dot_is_all => Tree::Set(CharSet::all()),
            Ast::Dot(_) => Tree::Set(CharSet::of("\n\r\u{2028}\u{2029}").complement()),
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartLine | ast::AssertionKind::StartText => Tree::Start,
                ast::AssertionKind::EndLine | ast::AssertionKind::EndText => Tree::End,
                ast::AssertionKind::WordBoundary => Tree::WordBoundary(true),
                ast::AssertionKind::NotWordBoundary => Tree::WordBoundary(false),
                _ => return None,
            },
            Ast::ClassUnicode(class) => Tree::Set(unicode(class)?),
            Ast::ClassPerl(class) => Tree::Set(perl(class)),
            Ast::ClassBracketed(class) => Tree::Set(self.bracketed(class)?),
            Ast::Repetition(repetition) => {
                let (low, high) = match &repetition.op.kind {
                    ast::RepetitionKind::ZeroOrOne => (0, Some(1)),
                    ast::RepetitionKind::ZeroOrMore => (0, None),
                    ast::RepetitionKind::OneOrMore => (1, None),
                    ast::RepetitionKind::Range(ast::RepetitionRange::Exactly(count)) => (*count, Some(*count)),
                    ast::RepetitionKind::Range(ast::RepetitionRange::AtLeast(count)) => (*count, None),
                    ast::RepetitionKind::Range(ast::RepetitionRange::Bounded(low, high)) => (*low, Some(*high)),
                };
                Tree::Repeat(Rc::new(self.tree(&repetition.ast)?), low, high)
            }
            Ast::Group(group) => {
                let outer = (self.ignore_case, self.dot_is_all);
                if let Some(flags) = group.flags() {
                    self.set(flags)?;
                }
                let tree = self.tree(&group.ast)?;
                (self.ignore_case, self.dot_is_all) = outer;
                tree
            }
            Ast::Alternation(alternation) => Tree::Either(self.all(&alternation.asts)?),
            Ast::Concat(concat) => Tree::Seq(self.all(&concat.asts)?),
        })
    }

    fn all(&mut self, asts: &[Ast]) -> Option<Vec<Rc<Tree>>> {
        asts.iter().map(|ast| self.tree(ast).map(Rc::new)).collect()
    }

    fn look(&mut self, number: usize) -> Option<Tree> {
        let Look { behind, negative, inner } = self.looks.get(number)?.clone();
        let flags = (self.ignore_case, self.dot_is_all);
        let inner = Rc::new(self.read(&inner)?);
        (self.ignore_case, self.dot_is_all) = flags;
        Some(if behind { Tree::Behind { inner, negative } } else { Tree::Ahead { inner, negative } })
    }

    /// Takes over flags. `None`: one of them changes what is matched in a way that is not followed.
    fn set(&mut self, flags: &ast::Flags) -> Option<()> {
        let mut value = true;
        for item in &flags.items {
            match &item.kind {
                FlagsItemKind::Negation => value = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.ignore_case = value,
                FlagsItemKind::Flag(Flag::DotMatchesNewLine) => self.dot_is_all = value,
                FlagsItemKind::Flag(Flag::SwapGreed | Flag::Unicode) => {}
                FlagsItemKind::Flag(Flag::MultiLine | Flag::CRLF | Flag::IgnoreWhitespace) => return None,
            }
        }
        Some(())
    }

    fn letter(&self, letter: char) -> CharSet {
        self.cased(CharSet::one(letter))
    }

    fn cased(&self, set: CharSet) -> CharSet {
        if self.ignore_case { set.in_both_cases() } else { set }
    }

    fn bracketed(&self, class: &ast::ClassBracketed) -> Option<CharSet> {
        let set = self.cased(self.class_set(&class.kind)?);
        Some(if class.negated { set.complement() } else { set })
    }

    fn class_set(&self, set: &ast::ClassSet) -> Option<CharSet> {
        Some(match set {
            ast::ClassSet::Item(item) => self.class_item(item)?,
            ast::ClassSet::BinaryOp(operation) => {
                let (left, right) = (self.class_set(&operation.lhs)?, self.class_set(&operation.rhs)?);
                match operation.kind {
                    ast::ClassSetBinaryOpKind::Intersection => left.intersection(&right),
                    ast::ClassSetBinaryOpKind::Difference => left.without(&right),
                    ast::ClassSetBinaryOpKind::SymmetricDifference => left.without(&right).union(&right.without(&left)),
                }
            }
        })
    }

    fn class_item(&self, item: &ast::ClassSetItem) -> Option<CharSet> {
        Some(match item {
            ast::ClassSetItem::Empty(_) => CharSet::default(),
            ast::ClassSetItem::Literal(literal) => CharSet::one(literal.c),
            ast::ClassSetItem::Range(range) => CharSet::range(range.start.c, range.end.c),
            ast::ClassSetItem::Ascii(class) => ascii(class)?,
            ast::ClassSetItem::Unicode(class) => unicode(class)?,
            ast::ClassSetItem::Perl(class) => perl(class),
            ast::ClassSetItem::Bracketed(class) => self.bracketed(class)?,
            ast::ClassSetItem::Union(union) => {
                let sets: Vec<CharSet> = union.items.iter().map(|item| self.class_item(item)).collect::<Option<_>>()?;
                CharSet::union_of(&sets)
            }
        })
    }
}

/// What `\w` means: letters, digits and `_` of ASCII.
pub fn word() -> CharSet {
    CharSet::from_ranges([(48, 57), (65, 90), (95, 95), (97, 122)])
}

/// `\d`, `\s`, `\w`: ASCII's, as in most dialects.
fn perl(class: &ast::ClassPerl) -> CharSet {
    let set = match class.kind {
        ast::ClassPerlKind::Digit => CharSet::range('0', '9'),
        ast::ClassPerlKind::Space => CharSet::of(" \t\n\r\u{b}\u{c}"),
        ast::ClassPerlKind::Word => word(),
    };
    if class.negated { set.complement() } else { set }
}

fn ascii(class: &ast::ClassAscii) -> Option<CharSet> {
    hir(&format!("[[:{}{}:]]", if class.negated { "^" } else { "" }, name_of(&class.kind)))
}

fn name_of(kind: &ast::ClassAsciiKind) -> &'static str {
    match kind {
        ast::ClassAsciiKind::Alnum => "alnum",
        ast::ClassAsciiKind::Alpha => "alpha",
        ast::ClassAsciiKind::Ascii => "ascii",
        ast::ClassAsciiKind::Blank => "blank",
        ast::ClassAsciiKind::Cntrl => "cntrl",
        ast::ClassAsciiKind::Digit => "digit",
        ast::ClassAsciiKind::Graph => "graph",
        ast::ClassAsciiKind::Lower => "lower",
        ast::ClassAsciiKind::Print => "print",
        ast::ClassAsciiKind::Punct => "punct",
        ast::ClassAsciiKind::Space => "space",
        ast::ClassAsciiKind::Upper => "upper",
        ast::ClassAsciiKind::Word => "word",
        ast::ClassAsciiKind::Xdigit => "xdigit",
    }
}

/// `\p{L}`. Java's names for ASCII's classes are those of POSIX.
fn unicode(class: &ast::ClassUnicode) -> Option<CharSet> {
    let negated = class.is_negated();
    let set = match &class.kind {
        ast::ClassUnicodeKind::OneLetter(letter) => hir(&format!("\\p{{{letter}}}"))?,
        ast::ClassUnicodeKind::Named(name) => {
            let name = name.strip_prefix("Is").unwrap_or(name);
            let posix = ast::ClassAsciiKind::from_name(&name.to_ascii_lowercase());
            match posix.filter(|_| name.len() > 2) {
                Some(kind) => hir(&format!("[[:{}:]]", name_of(&kind)))?,
                None => hir(&format!("\\p{{{name}}}"))?,
            }
        }
        ast::ClassUnicodeKind::NamedValue { name, value, .. } => hir(&format!("\\p{{{name}={value}}}"))?,
    };
    Some(if negated { set.complement() } else { set })
}

thread_local! {
    /// Classes that were read: the letters of all scripts are many, and stand in many patterns.
    static CLASSES: RefCell<HashMap<String, Option<CharSet>>> = RefCell::default();
}

/// A class as `regex-syntax` knows it.
fn hir(class: &str) -> Option<CharSet> {
    CLASSES.with_borrow_mut(|known| match known.get(class) {
        Some(known) => known.clone(),
        None => {
            let read = read_class(class);
            if known.len() < limits::MAX_PATTERN_CLASSES {
                known.insert(class.to_owned(), read.clone());
            }
            read
        }
    })
}

fn read_class(class: &str) -> Option<CharSet> {
    use regex_syntax::hir::{Class, HirKind};
    match regex_syntax::parse(class).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(CharSet::from_ranges(
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))),
        )),
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(CharSet::of),
        _ => None,
    }
}
