//! Values.

use super::build::{Builder, CALL, ENTRIES, Element, LIST, Part};
use super::cursor::{Built, Mismatch, Remark};
use super::doc::{Block, Cell, Content, Doc, Kind, Row};
use crate::base::Span;
use crate::syntax::ast::{
    Argument, BinaryOp, Comprehension, Entry, EntryKey, Expr, ExprKind, PathSentence, PerArm, PerKey, PortSpec,
};

impl<'s> Builder<'s> {
    /// A value with the parentheses around it.
    pub(super) fn expr(&mut self, value: &Expr, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.blanks(out);
        if self.cursor.at != value.span.lo as usize {
            return Err(Mismatch);
        }
        let first = first(value).map_or(usize::MAX, |span| span.lo as usize);
        self.parenthesised(value, first, 0, out)
    }

    fn parenthesised(&mut self, value: &Expr, first: usize, depth: usize, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.blanks(out);
        if self.cursor.at < first && self.cursor.peek() == Some('(') {
            return self
                .enclosed("(", ")", out, |builder, inner| builder.parenthesised(value, first, depth + 1, inner));
        }
        self.bare(value, depth, out)
    }

    /// A value without its parentheses.
    fn bare(&mut self, value: &Expr, depth: usize, out: &mut Vec<Doc>) -> Built<()> {
        match &value.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Percent(_)
            | ExprKind::Cidr(_)
            | ExprKind::Date(_)
            | ExprKind::Name(_)
            | ExprKind::TypeName(_) => {
                let span = self.inside(value.span, depth)?;
                self.cursor.leaf(span, out)
            }
            ExprKind::Text(text) => {
                let span = self.inside(value.span, depth)?;
                self.text(text, span, out)
            }
            ExprKind::Every(inner) => self.sentence(&[Part::Expr(inner)], out),
            ExprKind::Field(base, name) => {
                self.expr(base, out)?;
                self.cursor.sign(".", out)?;
                self.cursor.leaf(name.span, out)
            }
            ExprKind::Index(base, index) => {
                self.expr(base, out)?;
                self.enclosed("[", "]", out, |builder, inner| builder.expr(index, inner))
            }
            ExprKind::Call(base, arguments) => {
                self.expr(base, out)?;
                self.sequence(CALL, arguments.iter().map(argument).collect(), out)
            }
            ExprKind::List(items) => self.sequence(LIST, items.iter().map(item).collect(), out),
            ExprKind::Record(entries) => self.entries(entries, out),
            ExprKind::ListFor(all, each) => self.enclosed("[", "]", out, |builder, inner| {
                builder.comprehension(all, inner)?;
                let mut docs = vec![if is_bracketed(each) { Doc::Space } else { Doc::Line }];
                builder.expr(each, &mut docs)?;
                inner.push(Doc::Group(vec![Doc::Nest(docs)]));
                Ok(())
            }),
            ExprKind::RecordFor(all, each) => self.enclosed("{", "}", out, |builder, inner| {
                builder.comprehension(all, inner)?;
                let mut docs = vec![Doc::Line];
                docs.extend(builder.entry(each)?.into_docs());
                inner.push(Doc::Group(vec![Doc::Nest(docs)]));
                Ok(())
            }),
            ExprKind::Unary(_, inner) => {
                let mut sign = Vec::new();
                self.words(inner.span.lo as usize, &mut sign)?;
                let is_word = matches!(sign.last(), Some(Doc::Text(text)) if text == "not");
                out.append(&mut sign);
                if is_word {
                    out.push(Doc::Space);
                }
                self.expr(inner, out)
            }
            ExprKind::Binary(op, left, right) => {
                let mut docs = Vec::new();
                self.operands(*op, left, right, &mut docs)?;
                out.push(operation(docs));
                Ok(())
            }
            ExprKind::Compare(left, rest) => {
                let mut docs = Vec::new();
                self.expr(left, &mut docs)?;
                for (_, right) in rest {
                    self.operator(right, &mut docs)?;
                }
                out.push(operation(docs));
                Ok(())
            }
            ExprKind::If(condition, then, otherwise) => self.choice(condition, then, otherwise.as_deref(), out),
            ExprKind::Per(subject, arms) => {
                self.sentence(&[Part::Expr(subject)], out)?;
                out.push(Doc::Space);
                self.sequence(ENTRIES, arms.iter().map(arm).collect(), out)
            }
            ExprKind::Quantified(_, binder, source, body) => {
                self.sentence(&[Part::Leaf(binder.span), Part::Expr(source)], out)?;
                let mut docs = Vec::new();
                self.cursor.sign(":", &mut docs)?;
                docs.push(Doc::Line);
                self.expr(body, &mut docs)?;
                out.push(Doc::Group(vec![Doc::Nest(docs)]));
                Ok(())
            }
            ExprKind::Connects { from, to, ports, .. } => {
                let mut parts = vec![Part::Expr(from), Part::Expr(to)];
                ports.iter().for_each(|port| parts.extend(port_parts(port)));
                self.sentence(&parts, out)
            }
            ExprKind::Matching(value, pattern) => self.sentence(&[Part::Expr(value), Part::Leaf(pattern.span)], out),
            ExprKind::Path(path) => self.sentence(&path_parts(path), out),
            ExprKind::Can { who, action, on, .. } => {
                self.sentence(&[Part::Expr(who), Part::Leaf(action.span), Part::Expr(on)], out)
            }
            ExprKind::Error => Err(Mismatch),
        }
    }

    /// Values with words between them.
    fn sentence(&mut self, parts: &[Part<'_>], out: &mut Vec<Doc>) -> Built<()> {
        out.append(&mut self.head(parts, None)?);
        Ok(())
    }

    /// The span of a word or text without the parentheses around it.
    fn inside(&self, span: Span, depth: usize) -> Built<Span> {
        let lo = self.cursor.at;
        let mut text = self.cursor.source.get(lo..span.hi as usize).ok_or(Mismatch)?;
        for _ in 0..depth {
            text = text.trim_end().strip_suffix(')').ok_or(Mismatch)?;
        }
        Ok(Span::new(span.file, lo, lo + text.trim_end().len()))
    }

    /// A chain of one operator, however it is nested.
    fn operands(&mut self, op: BinaryOp, left: &Expr, right: &Expr, docs: &mut Vec<Doc>) -> Built<()> {
        match &left.kind {
            ExprKind::Binary(other, first, second) if *other == op && left.span.lo == first.span.lo => {
                self.operands(op, first, second, docs)?;
            }
            _ => self.expr(left, docs)?,
        }
        self.operator(right, docs)
    }

    /// An operator and the value behind it.
    fn operator(&mut self, right: &Expr, docs: &mut Vec<Doc>) -> Built<()> {
        // Behind a closing bracket that may stand on a line of its own.
        let after_brackets = matches!(docs.last(), Some(Doc::Block(block)) if block.open == "{");
        let mut sign = Vec::new();
        self.words(right.span.lo as usize, &mut sign)?;
        // The words of an operator stay together.
        sign.iter_mut().filter(|doc| **doc == Doc::Fill).for_each(|doc| *doc = Doc::Space);
        docs.push(if after_brackets { Doc::Space } else { Doc::Line });
        docs.append(&mut sign);
        docs.push(Doc::Space);
        self.expr(right, docs)
    }

    fn choice(&mut self, condition: &Expr, then: &Expr, otherwise: Option<&Expr>, out: &mut Vec<Doc>) -> Built<()> {
        let mut docs = Vec::new();
        let (mut then, mut otherwise) = (then, otherwise);
        self.words(condition.span.lo as usize, &mut docs)?;
        docs.push(Doc::Space);
        self.expr(condition, &mut docs)?;
        loop {
            // A value in brackets breaks inside of them.
            let mut lead = vec![if is_bracketed(then) { Doc::Space } else { Doc::Line }];
            self.words(then.span.lo as usize, &mut lead)?;
            lead.push(Doc::Space);
            docs.append(&mut lead);
            self.expr(then, &mut docs)?;
            let Some(other) = otherwise else { break };
            let mut lead = vec![if is_bracketed(then) { Doc::Space } else { Doc::Line }];
            match &other.kind {
                // `else if` goes on as the same choice.
                ExprKind::If(next, value, rest) if self.is_bare_if(other)? => {
                    docs.append(&mut lead);
                    self.cursor.sign("else", &mut docs)?;
                    docs.push(Doc::Space);
                    self.cursor.sign("if", &mut docs)?;
                    docs.push(Doc::Space);
                    self.expr(next, &mut docs)?;
                    (then, otherwise) = (value, rest.as_deref());
                }
                _ => {
                    self.words(other.span.lo as usize, &mut lead)?;
                    lead.push(Doc::Space);
                    docs.append(&mut lead);
                    self.expr(other, &mut docs)?;
                    break;
                }
            }
        }
        out.push(Doc::Group(vec![Doc::Nest(docs)]));
        Ok(())
    }

    /// Whether a choice stands without parentheses, and without a comment before it.
    fn is_bare_if(&self, value: &Expr) -> Built<bool> {
        let source = self.cursor.source;
        let between = source.get(self.cursor.at..value.span.lo as usize).ok_or(Mismatch)?;
        Ok(between.trim() == "else" && source.get(value.span.range()).is_some_and(|text| text.starts_with("if")))
    }

    /// `for x in xs if c:`
    fn comprehension(&mut self, all: &Comprehension, out: &mut Vec<Doc>) -> Built<()> {
        let mut parts: Vec<Part<'_>> = all.binders.iter().map(|binder| Part::Leaf(binder.span)).collect();
        parts.push(Part::Expr(&all.source));
        parts.extend(all.condition.as_ref().map(Part::Expr));
        out.append(&mut self.head(&parts, None)?);
        self.cursor.sign(":", out)
    }

    /// Brackets with one thing in them.
    pub(super) fn enclosed(
        &mut self,
        open: &'static str,
        close: &'static str,
        out: &mut Vec<Doc>,
        build: impl FnOnce(&mut Builder<'s>, &mut Vec<Doc>) -> Built<()>,
    ) -> Built<()> {
        self.cursor.sign(open, &mut Vec::new())?;
        let gap = self.cursor.gap(false);
        let mut inner = Vec::new();
        inner.extend(gap.remarks.into_iter().map(Remark::doc));
        build(self, &mut inner)?;
        self.cursor.blanks(&mut inner);
        self.cursor.sign(close, &mut Vec::new())?;
        out.push(Doc::Block(Box::new(Block {
            open,
            close,
            padded: false,
            commas: false,
            expanded: false,
            is_body: false,
            behind: None,
            rows: vec![Row { blank: false, content: Content::Cells(vec![Cell::plain(inner)]), behind: None }],
        })));
        Ok(())
    }

    /// `{ entries }`
    pub(super) fn entries(&mut self, entries: &[Entry], out: &mut Vec<Doc>) -> Built<()> {
        self.sequence(ENTRIES, entries.iter().map(entry).collect(), out)
    }

    pub(super) fn entry(&mut self, entry: &Entry) -> Built<Cell> {
        let mut head = Vec::new();
        match &entry.key {
            EntryKey::Word(word) => self.cursor.leaf(word.span, &mut head)?,
            EntryKey::Text(text) => self.expr(text, &mut head)?,
        }
        if entry.shorthand {
            return Ok(Cell::plain(head));
        }
        let mut body = Vec::new();
        self.assigned(&entry.value, &mut body)?;
        Ok(Cell { head: Some((Kind::Entry, head)), body })
    }

    /// The sign before a value, and the value.
    pub(super) fn assigned(&mut self, value: &Expr, body: &mut Vec<Doc>) -> Built<()> {
        self.words(value.span.lo as usize, body)?;
        body.push(Doc::Space);
        self.expr(value, body)
    }
}

impl Cell {
    /// Without alignment.
    pub(super) fn into_docs(self) -> Vec<Doc> {
        let mut docs = Vec::new();
        if let Some((_, head)) = self.head {
            docs.extend(head);
            docs.push(Doc::Space);
        }
        docs.extend(self.body);
        docs
    }
}

pub(super) fn entry<'e, 's>(entry: &'e Entry) -> Element<'e, 's> {
    Element::new(entry.span, move |builder| builder.entry(entry))
}

pub(super) fn item<'e, 's>(value: &'e Expr) -> Element<'e, 's> {
    Element::plain(value.span, move |builder, out| builder.expr(value, out))
}

fn argument<'e, 's>(argument: &'e Argument) -> Element<'e, 's> {
    let Some(name) = argument.name else { return item(&argument.value) };
    Element::plain(name.span.to(argument.value.span), move |builder, out| {
        builder.cursor.leaf(name.span, out)?;
        out.push(Doc::Space);
        builder.assigned(&argument.value, out)
    })
}

fn arm<'e, 's>(arm: &'e PerArm) -> Element<'e, 's> {
    Element::new(arm.span.to(arm.value.span), move |builder| {
        let mut head = Vec::new();
        match &arm.key {
            Some(PerKey::Literal(key)) => builder.expr(key, &mut head)?,
            Some(PerKey::Word(_)) | None => builder.cursor.leaf(arm.span, &mut head)?,
        }
        let mut body = Vec::new();
        builder.assigned(&arm.value, &mut body)?;
        Ok(Cell { head: Some((Kind::Entry, head)), body })
    })
}

pub(super) fn path_parts(path: &PathSentence) -> Vec<Part<'_>> {
    let mut parts = vec![Part::Expr(&path.from), Part::Expr(&path.to)];
    path.ports.iter().for_each(|port| parts.extend(port_parts(port)));
    parts.extend(path.through.iter().chain(&path.without).map(Part::Expr));
    parts
}

pub(super) fn port_parts(port: &PortSpec) -> Vec<Part<'_>> {
    let mut parts = vec![Part::Leaf(port.protocol.span)];
    parts.extend(port.from.as_ref().map(Part::Expr));
    parts.extend(port.to.as_ref().map(Part::Expr));
    parts
}

/// Operands below each other if they do not fit.
fn operation(mut docs: Vec<Doc>) -> Doc {
    let first = docs.iter().position(|doc| *doc == Doc::Line).unwrap_or(docs.len());
    let rest = docs.split_off(first);
    docs.push(Doc::Nest(rest));
    Doc::Group(docs)
}

/// Whether a value breaks inside of its own brackets.
fn is_bracketed(value: &Expr) -> bool {
    matches!(
        value.kind,
        ExprKind::List(_) | ExprKind::Record(_) | ExprKind::ListFor(..) | ExprKind::RecordFor(..) | ExprKind::Per(..)
    )
}

/// What a value begins with, if that is another value: what stands before it are parentheses.
fn first(value: &Expr) -> Option<Span> {
    match &value.kind {
        ExprKind::Field(first, _)
        | ExprKind::Index(first, _)
        | ExprKind::Call(first, _)
        | ExprKind::Binary(_, first, _)
        | ExprKind::Compare(first, _)
        | ExprKind::Matching(first, _)
        | ExprKind::Connects { only: false, from: first, .. }
        | ExprKind::Can { only: false, who: first, .. } => Some(first.span),
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Percent(_)
        | ExprKind::Cidr(_)
        | ExprKind::Date(_)
        | ExprKind::Text(_)
        | ExprKind::Every(_)
        | ExprKind::Name(_)
        | ExprKind::TypeName(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::ListFor(..)
        | ExprKind::RecordFor(..)
        | ExprKind::Unary(..)
        | ExprKind::If(..)
        | ExprKind::Per(..)
        | ExprKind::Quantified(..)
        | ExprKind::Connects { only: true, .. }
        | ExprKind::Path(..)
        | ExprKind::Can { only: true, .. }
        | ExprKind::Error => None,
    }
}
