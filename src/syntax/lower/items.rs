//! Declarations and statements, with their documentation and marks.

use super::super::ast::{Component, Ident, If, Item, ItemKind, Mark, MarkArgument, Stack};
use super::super::explain::{self, Context};
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};

impl<'t> Lower<'t> {
    /// The statements of a body, or of a file.
    pub(super) fn items(&mut self, nodes: impl Iterator<Item = Node<'t>>) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        // Where the last statement ended, and whether it could be read.
        let mut last: Option<(Span, bool)> = None;
        for node in nodes {
            match node.as_rule() {
                Rule::item => {
                    let (item, good) = self.item(node, last);
                    if let Some((before, true)) = last
                        && good
                        && !self.is_separated(before.hi as usize, item.span.lo as usize)
                    {
                        self.report(two_on_one_line(before, item.span));
                    }
                    last = Some((item.span, good));
                    items.push(item);
                }
                Rule::bad_item => {
                    let span = self.span(&node);
                    self.bad_item(&node, last);
                    last = Some((span, false));
                }
                Rule::semicolon => self.semicolon(&node),
                _ => {}
            }
        }
        items
    }

    pub(super) fn body(&mut self, node: Node<'t>) -> Vec<Item> {
        let span = self.span(&node);
        if !self.enter(1, span) {
            return Vec::new();
        }
        let items = self.items(node.into_inner());
        self.leave(1);
        items
    }

    fn item(&mut self, node: Node<'t>, last: Option<(Span, bool)>) -> (Item, bool) {
        let whole = self.span(&node);
        let doc = self.docs.remove(&(whole.lo as usize));
        let mut marks = Vec::new();
        let mut statement = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::mark => marks.push(self.mark(child)),
                _ => statement = Some(child),
            }
        }
        let Some(statement) = statement else {
            self.report(
                Diagnostic::new(
                    codes::SYNTAX_ERROR,
                    whole,
                    "a mark belongs to the declaration behind it, and there is none",
                )
                .help("put it on the line before what it marks, or remove it"),
            );
            return (Item { span: whole, doc, marks, kind: ItemKind::Error }, false);
        };
        let span = self.span(&statement);
        let (kind, good) = match statement.as_rule() {
            Rule::bad_item => {
                self.bad_item(&statement, last);
                (ItemKind::Error, false)
            }
            Rule::bad_block => (self.bad_block(statement), false),
            _ => (self.statement(statement), true),
        };
        (Item { span, doc, marks, kind }, good)
    }

    /// Reports a statement that could not be read, unless it only continues one that could not.
    pub(super) fn bad_item(&mut self, node: &Node<'t>, last: Option<(Span, bool)>) {
        let span = self.span(node);
        if let Some((before, false)) = last {
            let between = self.source.get(before.hi as usize..span.lo as usize).unwrap_or_default();
            let continues = !between.contains('\n') || self.indentation(span.lo) > self.indentation(before.lo);
            if continues {
                return;
            }
        }
        if let Some((before, true)) = last
            && !self.is_separated(before.hi as usize, span.lo as usize)
        {
            let diagnostic = explain::trailing_statement(self.file, self.written(), before, span);
            self.report(diagnostic);
            return;
        }
        self.bad(node, Rule::one_item, Context::Statement);
    }

    fn indentation(&self, at: u32) -> usize {
        let before = self.source.get(..at as usize).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |line| line + 1);
        let rest = self.source.as_bytes().get(line..).unwrap_or_default();
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// A statement whose head could not be read. What is in its block is looked at all the same.
    fn bad_block(&mut self, node: Node<'t>) -> ItemKind {
        let mut kind = ItemKind::Error;
        // The statement's word and the name behind it, which other declarations may refer to.
        let mut words = (String::new(), None);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::bad_head => {
                    words = self.head_words(&child);
                    // With its brace, so that the head itself is where reading fails.
                    self.bad(&child, Rule::one_item, Context::Head);
                }
                Rule::body => {
                    let body = self.body(child);
                    kind = match (words.0.as_str(), words.1) {
                        ("stack", Some(name)) => ItemKind::Stack(Box::new(Stack { body, ..Stack::named(name) })),
                        ("component", Some(name)) => ItemKind::Component(Component { name, body }),
                        ("stack" | "component", None) => ItemKind::Error,
                        _ => {
                            let condition = self.error_at(Span::NONE);
                            ItemKind::If(If { condition, then: body, otherwise: Vec::new() })
                        }
                    };
                }
                _ => {}
            }
        }
        kind
    }

    /// The word that a head begins with, and the name behind it.
    fn head_words(&self, head: &Node<'t>) -> (String, Option<Ident>) {
        let text = head.as_str();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(length);
        let name = rest.trim_start();
        let lo = head.as_span().start() + text.len() - name.len();
        let length = name.find(|c: char| !is_word(c)).unwrap_or(name.len());
        let name = name.get(..length).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        let ident = name.map(|name| Ident { name: Symbol::new(name), span: self.at(lo, lo + length) });
        (word.to_owned(), ident)
    }

    fn mark(&mut self, node: Node<'t>) -> Mark {
        let span = self.span(&node);
        let mut name = self.nameless(span);
        let mut arguments = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::word => name = self.ident(&child),
                Rule::mark_arguments => {
                    for argument in child.into_inner() {
                        match argument.as_rule() {
                            Rule::mark_argument => arguments.extend(self.mark_argument(argument)),
                            Rule::bad_element => self.bad(&argument, Rule::one_mark_argument, Context::MarkArgument),
                            Rule::semicolon => self.semicolon(&argument),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Mark { name, arguments, span }
    }

    fn mark_argument(&mut self, node: Node<'t>) -> Option<MarkArgument> {
        let child = node.into_inner().next()?;
        Some(match child.as_rule() {
            Rule::because => MarkArgument::Because(self.only_chain(child)),
            Rule::until => MarkArgument::Until(self.only_chain(child)),
            Rule::on_type => {
                MarkArgument::On(self.type_name(&child.into_inner().find(|part| part.as_rule() == Rule::type_name)?))
            }
            Rule::entry_set => MarkArgument::Entry(self.entry(child)?),
            _ => {
                let word = self.ident(&child);
                if word.name == "because" || word.name == "until" {
                    let wanted = if word.name == "because" {
                        "a reason: `because \"…\"`"
                    } else {
                        "a date: `until 2027-01-31`"
                    };
                    self.report(
                        Diagnostic::new(
                            codes::SYNTAX_ERROR,
                            word.span,
                            format!("expected a value after `{}`, found nothing", word.name),
                        )
                        .help(format!("write {wanted}")),
                    );
                    return None;
                }
                MarkArgument::Word(word)
            }
        })
    }
}

fn two_on_one_line(before: Span, here: Span) -> Diagnostic {
    Diagnostic::new(codes::TWO_ENTRIES_ON_ONE_LINE, here, "two statements stand on one line")
        .label(before, "the first one")
        .help("a statement begins on a line of its own; instances may be separated by commas")
}
