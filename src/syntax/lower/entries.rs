//! Entries of blocks and records, and what is set `with` an instance.

use super::super::ast::{Entry, EntryKey, Expr, ExprKind, With, WithEntry};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};

/// What stood before an entry on the way through a block.
#[derive(Clone, Copy)]
pub(super) struct Before {
    /// Where it stands.
    pub span: Span,
    /// Whether it could be read.
    pub good: bool,
}

impl<'t> Lower<'t> {
    /// `{ entries }`.
    pub(super) fn settings(&mut self, node: Node<'t>) -> Vec<Entry> {
        self.entries(node.into_inner())
    }

    pub(super) fn entries(&mut self, nodes: impl Iterator<Item = Node<'t>>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut before = None;
        for node in nodes {
            match node.as_rule() {
                Rule::entry => {
                    let span = self.span(&node);
                    if let Some(entry) = self.entry(node) {
                        let glued = self.glued_unit(before, &entry, entries.last());
                        before = self.separated(before, span, glued);
                        entries.push(entry);
                    }
                }
                Rule::bad_entry => {
                    before = self.bad_entry(&node, before, entries.last(), Rule::one_entry, Context::Entry)
                }
                Rule::semicolon => self.semicolon(&node),
                _ => {}
            }
        }
        entries
    }

    /// Checks that an entry stands on a line of its own or behind a comma; it then is the one before the next.
    pub(super) fn separated(&mut self, before: Option<Before>, span: Span, said: bool) -> Option<Before> {
        if let Some(last) = before
            && last.good
            && !said
            && !self.is_separated(last.span.hi as usize, span.lo as usize)
        {
            let gap = self.at(last.span.hi as usize, last.span.hi as usize);
            self.report(
                Diagnostic::new(
                    codes::TWO_ENTRIES_ON_ONE_LINE,
                    span,
                    "two entries on one line need a comma between them",
                )
                .label(last.span, "the first one")
                .fix("write a comma", gap, ","),
            );
        }
        Some(Before { span, good: true })
    }

    /// `20 GiB`: a unit that a blank separates from its number. Says so, and returns whether it did.
    fn glued_unit(&mut self, before: Option<Before>, entry: &Entry, last: Option<&Entry>) -> bool {
        let (Some(before), Some(last), EntryKey::Word(word)) = (before, last, &entry.key) else { return false };
        let is_number = matches!(last.value.kind, ExprKind::Int(_) | ExprKind::Float(_));
        if !entry.shorthand
            || !is_number
            || !super::literals::is_unit(word.name.as_str())
            || self.is_separated(before.span.hi as usize, entry.span.lo as usize)
        {
            return false;
        }
        let number = self.source.get(last.value.span.range()).unwrap_or_default().to_owned();
        let both = last.value.span.to(word.span);
        let right = format!("{number}{}", word.name);
        self.report(
            Diagnostic::new(
                codes::TWO_ENTRIES_ON_ONE_LINE,
                word.span,
                format!("`{}` stands apart from its number", word.name),
            )
            .label(last.value.span, "the number")
            .help(format!("a unit follows its number without a blank: `{right}`"))
            .fix(format!("write `{right}`"), both, right),
        );
        true
    }

    /// Reports an entry that could not be read, unless it only continues one that could not.
    pub(super) fn bad_entry(
        &mut self,
        node: &Node<'t>,
        before: Option<Before>,
        last: Option<&Entry>,
        rule: Rule,
        context: Context,
    ) -> Option<Before> {
        let span = self.span(node);
        if let Some(before) = before
            && !self.is_separated(before.span.hi as usize, span.lo as usize)
        {
            if before.good {
                let diagnostic = match last {
                    Some(Entry { value: Expr { kind: ExprKind::Name(name), span: place }, key, .. })
                        if node.as_str().starts_with('{') =>
                    {
                        self.nested_instance(*name, *place, key)
                    }
                    // Only a name alone can be followed so.
                    Some(Entry { value: Expr { span: place, .. }, key: EntryKey::Word(word), .. })
                        if word.span == *place && node.as_str().starts_with("==") =>
                    {
                        let sign = Span::new(self.file, span.lo as usize, span.lo as usize + "==".len());
                        Diagnostic::new(codes::FOREIGN_SYNTAX, sign, "`==` gives no value")
                            .help("`==` compares; `=` gives a value, `:` a type")
                            .fix("write `=`", sign, "=")
                    }
                    _ => super::super::explain::trailing(self.file, self.written(), before.span, span),
                };
                self.report(diagnostic);
            }
        } else {
            self.bad(node, rule, context);
        }
        Some(Before { span, good: false })
    }

    fn nested_instance(&self, name: Symbol, place: Span, key: &EntryKey) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            codes::MISPLACED,
            place,
            format!("`{name} {{ … }}` is an instance, and instances are no values"),
        );
        match key {
            EntryKey::Word(key) => diagnostic.help(format!(
                "declare it in the stack or component, `{0} = {name} {{ … }}`, and name it here: `{0} = {0}`, or just `{0}`",
                key.name
            )),
            EntryKey::Text(_) => diagnostic.help("declare it in the stack or component, and write its name here"),
        }
    }

    /// `key = value`, or a name that stands for both.
    pub(super) fn entry(&mut self, node: Node<'t>) -> Option<Entry> {
        let span = self.span(&node);
        let mut key = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::word => key = Some(EntryKey::Word(self.ident(&child))),
                Rule::text => key = Some(EntryKey::Text(self.text(child))),
                Rule::shorthand => {
                    let name = child.into_inner().next()?;
                    let ident = self.ident(&name);
                    let value = self.name(&name);
                    return Some(Entry { key: EntryKey::Word(ident), value, shorthand: true, span });
                }
                Rule::assign => self.assign(&child),
                Rule::expr => {
                    let value = self.expr(child);
                    return Some(Entry { key: key?, value, shorthand: false, span });
                }
                _ => {}
            }
        }
        None
    }

    /// The sign between a name and its value; other languages have others.
    pub(super) fn assign(&mut self, node: &Node<'t>) {
        let sign = node.as_str();
        if sign == "=" {
            return;
        }
        let span = self.span(node);
        let lo = span.lo as usize;
        let blank = self.source.as_bytes().get(..lo).and_then(<[u8]>::last).is_some_and(u8::is_ascii_whitespace);
        let right = if blank { "=" } else { " =" };
        self.report(
            Diagnostic::new(codes::FOREIGN_SYNTAX, span, format!("`{sign}` gives no value"))
                .help("`=` gives a value, `:` a type")
                .fix("write `=`", span, right),
        );
    }

    /// `with { inner { … } }`.
    pub(super) fn with(&mut self, node: Node<'t>) -> Vec<With> {
        let mut targets = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::with_target => {
                    before = self.separated(before, span, false);
                    targets.push(self.with_target(child));
                }
                Rule::with_entry => {
                    self.report(
                        Diagnostic::new(
                            codes::SYNTAX_ERROR,
                            span,
                            "`with` does not say which inner instance this is set on",
                        )
                        .help("write `with { inner { Key = value } }`"),
                    );
                    before = Some(Before { span, good: false });
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_with, Context::Entry),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        targets
    }

    fn with_target(&mut self, node: Node<'t>) -> With {
        let span = self.span(&node);
        let mut with = With { target: self.nameless(span), entries: Vec::new(), inner: Vec::new(), span };
        if !self.enter(1, span) {
            return with;
        }
        let mut before = None;
        for child in node.into_inner() {
            let place = self.span(&child);
            match child.as_rule() {
                Rule::word => with.target = self.ident(&child),
                Rule::with_target => {
                    before = self.separated(before, place, false);
                    let inner = self.with_target(child);
                    with.inner.push(inner);
                }
                Rule::with_entry => {
                    before = self.separated(before, place, false);
                    with.entries.extend(self.with_entry(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_with, Context::Entry),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        self.leave(1);
        with
    }

    fn with_entry(&mut self, node: Node<'t>) -> Option<WithEntry> {
        let mut overrides = None;
        let mut because = None;
        let mut entry = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_override => overrides = Some(self.span(&child)),
                Rule::entry => entry = self.entry(child),
                Rule::because => because = Some(self.only_chain(child)),
                _ => {}
            }
        }
        Some(WithEntry { entry: entry?, because, overrides })
    }
}
