//! What could be written at a place.
//!
//! A text that is being written is seldom whole. So a word is put where the cursor stands, in one of a few forms, until the text
//! can be read with it; then the walk tells what is wanted there. Only the declaration around the cursor is read again.

mod keys;
mod statements;
mod values;

pub(super) use keys::required;

use std::sync::Arc;

use crate::base::{FileId, Span, Symbol};
use crate::driver::{Analysis, Outline};
use crate::ide::scope::Scope;
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::view::{View, with_files};
use crate::ide::walk::{Listener, Walk, Word};
use crate::resolve::ProgramFiles;
use crate::syntax;
use crate::syntax::ast::{
    Component, Entry, Expr, ExprKind, File, Ident, Item, ItemKind, TextPiece, TextStyle, TypeName,
};

/// At most this many are offered; whoever types on is asked again.
const MOST: usize = 300;

/// The word that stands for what is not written yet, in the forms in which a text may be whole with it.
const FORMS: [&str; 8] =
    ["zz", "zz {}", "zz on zz", "zz = zz", "zz -> zz", "zz == zz", "zz zz on zz", "zz then zz else zz"];

/// What could be written at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// What is replaced: the beginning of a word.
    pub replace: Option<Span>,
    /// The best first.
    pub items: Vec<Completion>,
    /// Whether there are more than these.
    pub more: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: Offer,
    /// More about it, on the same line.
    pub detail: String,
    /// What is written, with `$0` where the cursor goes on.
    pub insert: String,
    /// The lower, the better it fits.
    pub rank: u8,
    /// AWS advises against it.
    pub deprecated: bool,
}

/// What can be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// A property or a param to set.
    Key,
    /// A value that is written out.
    Value,
    /// A param, a `let`, the name of a loop.
    Name,
    /// A function.
    Function,
    /// An instance.
    Instance,
    /// A stack, an external system.
    Module,
    /// A component or a type.
    Type,
    /// What stands behind a dot.
    Field,
    /// A verb or an action.
    Verb,
    /// A word of the language.
    Keyword,
    /// An environment.
    Environment,
    /// The code of a diagnostic.
    Code,
}

impl Completion {
    fn new(label: impl Into<String>, kind: Offer, detail: impl Into<String>) -> Completion {
        let label = label.into();
        let insert = label.replace('$', "\\$");
        Completion { label, kind, detail: detail.into(), insert, rank: 5, deprecated: false }
    }

    fn rank(self, rank: u8) -> Completion {
        Completion { rank, ..self }
    }

    fn insert(self, insert: impl Into<String>) -> Completion {
        Completion { insert: insert.into(), ..self }
    }
}

/// What could be written at a place.
pub fn complete(outline: &Outline, known: Option<&Analysis>, file: FileId, offset: u32) -> Completions {
    let text = outline.sources.text(file);
    let at = offset as usize;
    if file.is_stdlib() || !text.is_char_boundary(at) || in_comment(outline, file, text, offset) {
        return Completions::default();
    }
    let whole = Arc::new(File::default());
    let tree = tree(&outline.files, file).unwrap_or(&whole);
    let part = part_around(tree, text, file, offset);
    // Blanks keep the places of what stands behind them.
    let before: String = text.get(..part.lo as usize).unwrap_or_default().bytes().map(|_| ' ').collect();
    let (head, tail) =
        (text.get(part.lo as usize..at).unwrap_or_default(), text.get(at..part.hi as usize).unwrap_or_default());
    // Behind the name of an instance stands its type, though a value could be read there, too.
    let first = usize::from(statements::is_type(tree, text, offset));
    for form in FORMS.iter().skip(first).chain(FORMS.iter().take(first)) {
        let parsed = syntax::parse(file, &format!("{before}{head}{form}{tail}"));
        let found = with_files(&outline.sources, &replaced(&outline.files, tree, part, &parsed.file), known, |view| {
            let mut finder = Finder { view, offset, found: None };
            let end = Span { hi: part.hi + 16, ..part };
            Walk::part(view, end, &mut finder);
            finder.found
        });
        if let Some((replace, items)) = found {
            return best(text, Span { file, lo: replace.min(offset), hi: offset }, items);
        }
    }
    statements::complete(tree, text, file, offset)
}

/// Whether a place is in a comment.
fn in_comment(outline: &Outline, file: FileId, text: &str, offset: u32) -> bool {
    let line = text.get(..offset as usize).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let parsed = outline.parsed.iter().find(|(of, _)| *of == file);
    line.trim_start().starts_with("//")
        || parsed.is_some_and(|(_, parsed)| {
            parsed.comments.iter().any(|comment| comment.span.lo < offset && offset <= comment.span.hi)
        })
}

fn tree(files: &ProgramFiles, file: FileId) -> Option<&Arc<File>> {
    let used = files.folders.iter().flat_map(|folder| folder.files.iter().map(|(_, tree)| tree));
    files.system.iter().chain(used).find(|tree| tree.items.first().is_some_and(|item| item.span.file == file))
}

/// The declaration around a place, and the one before it: it may go on.
fn part_around(tree: &File, text: &str, file: FileId, offset: u32) -> Span {
    let begins = |item: &Item| {
        let marks = item.marks.iter().map(|mark| mark.span.lo);
        item.doc.iter().map(|doc| doc.span.lo).chain(marks).min().unwrap_or(item.span.lo).min(item.span.lo)
    };
    let whole = |item: &&Item| !matches!(item.kind, ItemKind::Error);
    let before = tree.items.iter().filter(whole).rfind(|item| item.span.hi < offset);
    let lo = before.map_or(0, begins);
    // What cannot be read, or goes on in the same line, may belong to what is being written.
    let ends = |begin: u32| {
        begin > offset && text.get(offset as usize..begin as usize).is_some_and(|text| text.contains('\n'))
    };
    let hi = tree.items.iter().filter(whole).map(begins).find(|begin| ends(*begin));
    Span::new(file, lo as usize, hi.map_or(text.len(), |hi| hi as usize))
}

/// The files with another tree for a part of one.
fn replaced(files: &ProgramFiles, tree: &Arc<File>, part: Span, new: &File) -> ProgramFiles {
    let outside = |item: &&Item| item.span.hi <= part.lo || item.span.lo >= part.hi;
    let mut items: Vec<Item> = tree.items.iter().filter(outside).cloned().collect();
    let behind = items.partition_point(|item| item.span.lo < part.lo);
    items.splice(behind..behind, new.items.iter().cloned());
    let whole = Arc::new(File { items });
    let mut files = files.clone();
    let used = files.folders.iter_mut().flat_map(|folder| folder.files.iter_mut().map(|(_, tree)| tree));
    match files.system.iter_mut().chain(used).find(|known| Arc::ptr_eq(known, tree)) {
        Some(known) => *known = whole,
        None => files.system.push(whole),
    }
    files
}

/// What fits what is written already, the best first.
fn best(text: &str, replace: Span, mut items: Vec<Completion>) -> Completions {
    let written = text.get(replace.range()).unwrap_or_default().to_lowercase();
    items.retain(|item| follows(&item.label, &written));
    let begins = |item: &Completion| !item.label.to_lowercase().starts_with(&written);
    items.sort_by_cached_key(|item| (begins(item), item.rank, item.label.clone()));
    items.dedup_by(|a, b| a.label == b.label);
    let more = items.len() > MOST;
    items.truncate(MOST);
    Completions { replace: Some(replace), items, more }
}

/// Whether the letters of a word stand in a label, in this order.
fn follows(label: &str, written: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    written.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// Looks for the word at the cursor, and gathers what could stand there.
struct Finder<'w, 'p> {
    view: &'w View<'p>,
    offset: u32,
    /// Where the word begins, and what could stand there.
    found: Option<(u32, Vec<Completion>)>,
}

impl Finder<'_, '_> {
    fn here(&self, place: Span) -> bool {
        place.lo <= self.offset && self.offset < place.hi
    }

    fn offer(&mut self, place: Span, items: Vec<Completion>) {
        match &mut self.found {
            // A shorthand entry is a key and a value.
            Some((_, known)) => known.extend(items),
            None => self.found = Some((place.lo, items)),
        }
    }
}

impl<'p> Listener<'p> for Finder<'_, 'p> {
    fn value(&mut self, expr: &'p Expr, wanted: Wanted<'p>, scope: &Scope<'_, 'p>) {
        if !self.here(expr.span) {
            return;
        }
        match &expr.kind {
            ExprKind::Name(_) if self.found.is_none() => {
                self.offer(expr.span, values::values(self.view, wanted, scope));
            }
            ExprKind::Text(text) => {
                let literal = |piece: &TextPiece| match piece {
                    TextPiece::Literal(_, span) | TextPiece::Variable(_, span) => self.here(*span),
                    TextPiece::Interpolation(_) => false,
                };
                if text.pieces.iter().any(literal) {
                    let quotes = if text.style == TextStyle::Quoted { 1 } else { 3 };
                    let inside = Span { lo: expr.span.lo + quotes, ..expr.span };
                    self.offer(inside, values::in_text(self.view, wanted));
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, key: Ident, _entry: &'p Entry, keys: Keys<'p>, beside: &[Ident]) {
        if self.here(key.span) {
            let set: Vec<Symbol> =
                beside.iter().filter(|other| other.span != key.span).map(|other| other.name).collect();
            self.offer(key.span, keys::keys(self.view, keys, &set));
        }
    }

    fn field(&mut self, name: Ident, of: &Ty<'p>) {
        if self.here(name.span) {
            self.offer(name.span, values::fields(self.view, of));
        }
    }

    fn verb(&mut self, verb: Ident, on: &Ty<'p>, action: bool) {
        if self.here(verb.span) {
            self.offer(verb.span, values::verbs(self.view, verb.name.as_str(), on, action));
        }
    }

    fn type_name(&mut self, name: TypeName, instance: bool) {
        if self.here(name.span) {
            self.offer(name.span, keys::types(self.view, instance));
        }
    }

    fn word(&mut self, word: Ident, what: Word) {
        if self.here(word.span) {
            self.offer(word.span, keys::words(self.view, what));
        }
    }

    fn inner(&mut self, word: Ident, of: &'p Component) {
        if self.here(word.span) {
            let inner = self.view.instances(of.body.iter()).into_iter();
            let offers = inner.map(|local| {
                let detail = values::ty(&local.ty);
                Completion::new(local.name.as_str(), Offer::Instance, detail).insert(format!("{} {{ $0 }}", local.name))
            });
            self.offer(word.span, offers.collect());
        }
    }
}
