//! `@was(old)`: what a thing was called when it was first deployed. Its ids and names stay what they were.

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::naming::{kebab, pascal};
use crate::syntax::ast::{Item, ItemKind, Mark, MarkArgument};

/// What an instance was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Was {
    /// The stack it stood in, if it is another one than today.
    pub(super) stack: Option<Symbol>,
    /// Its path there, or in its component.
    path: Vec<String>,
    /// Where that is said.
    pub(super) span: Span,
}

impl Was {
    /// Its part of a logical id.
    pub(super) fn logical(&self) -> String {
        self.path.iter().map(|name| pascal(name)).collect()
    }

    /// Its part of `{id}`.
    pub(super) fn id(&self) -> String {
        let parts: Vec<String> = self.path.iter().map(|name| kebab(name)).collect();
        parts.join("-")
    }
}

impl<'p> Evaluator<'p> {
    /// What an instance was called, if its declaration says so.
    pub(super) fn was(&mut self, item: &'p Item) -> Option<Was> {
        let (word, span) = self.old_name(item)?;
        let mut path: Vec<&str> = word.split('.').collect();
        // Stacks are written in Pascal case, and instances are not.
        let outside = path.len() > 1 && path.first().is_some_and(|first| first.starts_with(char::is_uppercase));
        let stack = outside.then(|| Symbol::new(path.remove(0)));
        Some(Was { stack, path: path.into_iter().map(str::to_owned).collect(), span })
    }

    /// What a stack was called, if one of its parts says so.
    pub(super) fn stack_was(&mut self, items: &[&'p Item]) -> Option<Symbol> {
        items.iter().find_map(|item| self.old_name(item)).map(|(word, _)| Symbol::new(word))
    }

    /// The one argument of the one `@was` before a declaration.
    fn old_name(&mut self, item: &'p Item) -> Option<(&'static str, Span)> {
        let mut marks = item.marks.iter().filter(|mark| mark.name.name == "was");
        let mark = marks.next()?;
        if let Some(second) = marks.next() {
            self.report(
                Diagnostic::new(codes::DUPLICATE_DEFINITION, second.span, "an old name is said twice")
                    .label(mark.span, "said here already")
                    .help("keep the oldest one: ids and names have stayed what they were then"),
            );
        }
        match mark.arguments.as_slice() {
            [MarkArgument::Word(word)] => Some((word.name.as_str(), word.span)),
            _ => {
                self.report(
                    Diagnostic::new(codes::WRONG_ARGUMENTS, mark.span, "`@was` takes one old name")
                        .help("write `@was(old_name)`, or `@was(OldStack.old_name)` for what stood in another stack"),
                );
                None
            }
        }
    }

    /// Reports an `@was` where nothing has ids or names.
    pub(super) fn check_place_of_was(&mut self, mark: &'p Mark, item: &'p Item) {
        if !matches!(item.kind, ItemKind::Instance(_) | ItemKind::Stack(_)) {
            self.report(
                Diagnostic::new(codes::MISPLACED, mark.span, "`@was` stands before an instance or a stack")
                    .help("only these have ids that a new name would change; remove the mark"),
            );
        }
    }
}
