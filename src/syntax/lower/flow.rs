//! Statements that hold others, and functions.

use super::super::ast::{Fn, For, If, Item, ItemKind, Match, MatchArm};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::Span;

impl<'t> Lower<'t> {
    /// `if … { } else if … { } else { }`: the grammar reads it flat, the tree nests it.
    pub(super) fn if_item(&mut self, node: Node<'t>) -> ItemKind {
        let whole = self.span(&node);
        // The body itself counts one; each `else if` is one deeper.
        let levels = Self::children(&node, Rule::expr).count().saturating_sub(1);
        if !self.enter(levels, whole) {
            return ItemKind::Error;
        }
        let (mut conditions, mut bodies) = (Vec::new(), Vec::new());
        let mut starts = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_if => starts.push(self.span(&child)),
                Rule::expr => conditions.push(self.expr(child)),
                Rule::body => bodies.push(self.body(child)),
                _ => {}
            }
        }
        self.leave(levels);
        let mut otherwise = if bodies.len() > conditions.len() { bodies.pop().unwrap_or_default() } else { Vec::new() };
        while let (Some(condition), Some(then)) = (conditions.pop(), bodies.pop()) {
            let kind = ItemKind::If(If { condition, then, otherwise: std::mem::take(&mut otherwise) });
            if conditions.is_empty() {
                return kind;
            }
            let span = starts.get(conditions.len()).map_or(whole, |start| start.to(whole));
            let span = Span { lo: starts.get(conditions.len()).map_or(span.lo, |start| start.lo), ..span };
            otherwise = vec![Item { span, doc: None, marks: Vec::new(), kind }];
        }
        ItemKind::Error
    }

    pub(super) fn for_item(&mut self, node: Node<'t>) -> ItemKind {
        let binders: Vec<_> = Self::children(&node, Rule::word).map(|word| self.ident(&word)).collect();
        for binder in &binders {
            self.not_reserved(*binder);
        }
        let source = self.own_value(&node);
        ItemKind::For(For { binders, source, body: self.own_body(&node) })
    }

    pub(super) fn match_item(&mut self, node: Node<'t>) -> ItemKind {
        let subject = self.own_value(&node);
        let mut arms = Vec::new();
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::match_arm => {
                    let (mut values, mut body) = (Vec::new(), Vec::new());
                    for part in child.into_inner() {
                        match part.as_rule() {
                            Rule::expr => values.push(self.expr(part)),
                            Rule::body => body = self.body(part),
                            _ => {}
                        }
                    }
                    arms.push(MatchArm { values, body, span });
                }
                Rule::bad_item => self.bad(&child, Rule::one_match_arm, Context::MatchArm),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Match(Match { subject, arms })
    }

    pub(super) fn fn_item(&mut self, node: Node<'t>) -> ItemKind {
        let name = self.declared(&node);
        let result = Self::child(&node, Rule::type_expr).map(|ty| self.type_expr(ty));
        let mut params = Vec::new();
        let mut before = None;
        for child in node.clone().into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::fn_param => {
                    before = self.comma_before(before, span, "parameters");
                    params.push(self.param(child));
                }
                Rule::bad_element => before = self.bad_element(&child, before, Rule::one_fn_param, Context::FnParam),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Fn(Fn { name, params, result, body: self.own_value(&node) })
    }
}
