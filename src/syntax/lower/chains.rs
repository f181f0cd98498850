//! Precedence, and what follows a value: fields, indices, calls.

use super::super::ast::{BinaryOp, CompareOp, Expr, ExprKind, UnaryOp};
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::Span;

/// One link of a flat chain.
pub(super) enum Link {
    Operand(Expr),
    Prefix(UnaryOp, Span),
    Op(Operator),
}

/// An operator between two operands.
#[derive(Clone, Copy)]
pub(super) enum Operator {
    Binary(BinaryOp),
    Compare(CompareOp),
}

const NOT: u8 = 3;
const NEGATE: u8 = 9;

impl Operator {
    /// How tightly it binds.
    fn strength(self) -> u8 {
        match self {
            Operator::Binary(BinaryOp::Or) => 1,
            Operator::Binary(BinaryOp::And) => 2,
            Operator::Compare(_) | Operator::Binary(BinaryOp::In | BinaryOp::NotIn) => 4,
            Operator::Binary(BinaryOp::Else) => 5,
            Operator::Binary(BinaryOp::Join) => 6,
            Operator::Binary(BinaryOp::Add | BinaryOp::Subtract) => 7,
            Operator::Binary(BinaryOp::Multiply | BinaryOp::Divide) => 8,
        }
    }
}

/// A chain being made a tree of. Its length is limited by [`Lower::enter`], and so is the recursion here.
pub(super) struct Chain {
    links: std::iter::Peekable<std::vec::IntoIter<Link>>,
}

impl Chain {
    pub(super) fn new(links: Vec<Link>) -> Chain {
        Chain { links: links.into_iter().peekable() }
    }

    pub(super) fn read(mut self, span: Span) -> Expr {
        self.tree(0, span)
    }

    fn tree(&mut self, least: u8, span: Span) -> Expr {
        let mut left = match self.links.next() {
            Some(Link::Operand(value)) => value,
            Some(Link::Prefix(op, place)) => {
                let strength = if op == UnaryOp::Not { NOT } else { NEGATE };
                let value = self.tree(strength, span);
                Expr { span: place.to(value.span), kind: ExprKind::Unary(op, Box::new(value)) }
            }
            Some(Link::Op(_)) | None => Expr { span, kind: ExprKind::Error },
        };
        while let Some(Link::Op(op)) = self.links.peek() {
            let op = *op;
            if op.strength() <= least {
                break;
            }
            self.links.next();
            let right = self.tree(op.strength(), span);
            left = join(left, op, right);
        }
        left
    }
}

fn join(left: Expr, op: Operator, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    match op {
        Operator::Binary(op) => Expr { span, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) },
        Operator::Compare(op) => match left.kind {
            // Comparisons chain; one in parentheses is a value of its own, and its span says so.
            ExprKind::Compare(first, mut rest) if rest.last().is_some_and(|(_, last)| last.span.hi == left.span.hi) => {
                rest.push((op, right));
                Expr { span, kind: ExprKind::Compare(first, rest) }
            }
            kind => {
                let first = Expr { span: left.span, kind };
                Expr { span, kind: ExprKind::Compare(Box::new(first), vec![(op, right)]) }
            }
        },
    }
}

impl<'t> Lower<'t> {
    /// A value with what follows it.
    pub(super) fn chain(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let Some(first) = parts.next() else { return self.error_at(span) };
        let links = parts.clone().count();
        if !self.enter(links, span) {
            return self.error_at(span);
        }
        let mut value = self.primary(first);
        for part in parts {
            let span = value.span.to(self.span(&part));
            let kind = match part.as_rule() {
                Rule::field => match part.into_inner().next() {
                    Some(word) => ExprKind::Field(Box::new(value), self.ident(&word)),
                    None => ExprKind::Error,
                },
                Rule::index => {
                    let index = self.bracketed(part);
                    ExprKind::Index(Box::new(value), Box::new(index))
                }
                Rule::call => {
                    let arguments = self.arguments(part);
                    ExprKind::Call(Box::new(value), arguments)
                }
                _ => ExprKind::Error,
            };
            value = Expr { span, kind };
        }
        self.leave(links);
        value
    }

    fn primary(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::name => return self.name(&node),
            Rule::text => return self.text(node),
            Rule::number => return self.number(&node),
            Rule::date => return self.date(&node),
            Rule::cidr | Rule::cidr6 => return self.cidr(&node),
            Rule::list => self.list(node),
            Rule::record => self.record(node),
            // A value in parentheses has their span, so that it is known to be one.
            Rule::paren => self.bracketed(node).kind,
            _ => ExprKind::Error,
        };
        Expr { span, kind }
    }

    /// The one value between brackets.
    pub(super) fn bracketed(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut value = None;
        let mut said = false;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::expr => value = Some(self.expr(child)),
                Rule::bad_rest => {
                    if value.is_some() {
                        self.bad_rest(&child);
                    } else {
                        self.bad(&child, Rule::one_value, super::super::explain::Context::Value);
                    }
                    said = true;
                }
                _ => {}
            }
        }
        value.unwrap_or_else(|| {
            if !said {
                self.report(super::super::explain::empty_brackets(span));
            }
            self.error_at(span)
        })
    }

    /// The one chain in a clause, such as `under "…"`.
    pub(super) fn only_chain(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        match Self::child(&node, Rule::chain) {
            Some(chain) => self.chain(chain),
            None => self.error_at(span),
        }
    }

    /// The two ends of an arrow.
    pub(super) fn two_chains(&mut self, node: Node<'t>) -> (Expr, Expr) {
        let span = self.span(&node);
        let mut ends = Self::children(&node, Rule::chain);
        let (from, to) = (ends.next(), ends.next());
        let mut end = |chain: Option<Node<'t>>| match chain {
            Some(chain) => self.chain(chain),
            None => self.error_at(span),
        };
        (end(from), end(to))
    }
}
