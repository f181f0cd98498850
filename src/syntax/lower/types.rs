//! Types as written.

use super::super::ast::{Expr, ExprKind, FieldType, Range, TypeExpr, TypeExprKind, UnaryOp};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::Span;

impl<'t> Lower<'t> {
    pub(super) fn no_type(&self, span: Span) -> TypeExpr {
        TypeExpr { kind: TypeExprKind::Error, range: None, pattern: None, span }
    }

    pub(super) fn type_expr(&mut self, node: Node<'t>) -> TypeExpr {
        let span = self.span(&node);
        if !self.enter(1, span) {
            return self.no_type(span);
        }
        let mut members: Vec<TypeExpr> = Vec::new();
        for one in Self::children(&node, Rule::type_one) {
            members.push(self.type_one(one));
        }
        self.leave(1);
        if members.len() > 1 {
            // In `A | B?` the mark is about the whole: there is nothing that only `B` could lack.
            let mut optional = false;
            if let Some(last) = members.last_mut()
                && let TypeExprKind::Optional(inner) = &mut last.kind
            {
                optional = true;
                *last = std::mem::replace(
                    &mut **inner,
                    TypeExpr { kind: TypeExprKind::Error, range: None, pattern: None, span },
                );
            }
            let union = TypeExpr { kind: TypeExprKind::Union(members), range: None, pattern: None, span };
            return if optional {
                TypeExpr { kind: TypeExprKind::Optional(Box::new(union)), range: None, pattern: None, span }
            } else {
                union
            };
        }
        members.pop().unwrap_or_else(|| self.no_type(span))
    }

    fn type_one(&mut self, node: Node<'t>) -> TypeExpr {
        let whole = self.span(&node);
        let mut ty = self.no_type(whole);
        let mut optional = false;
        for child in node.into_inner() {
            let literal = |value: Expr| TypeExprKind::Literal(value);
            match child.as_rule() {
                Rule::type_name => {
                    ty.kind = match child.as_str() {
                        "true" | "false" | "none" => literal(self.name(&child)),
                        _ => TypeExprKind::Named(self.type_name(&child)),
                    };
                }
                Rule::text => ty.kind = literal(self.text(child)),
                Rule::number => ty.kind = literal(self.number(&child)),
                Rule::date => ty.kind = literal(self.date(&child)),
                Rule::cidr | Rule::cidr6 => ty.kind = literal(self.cidr(&child)),
                Rule::type_list => ty.kind = self.type_list(child),
                Rule::type_record => ty.kind = self.type_record(child),
                Rule::range => ty.range = Some(self.range(child)),
                Rule::matching => {
                    if let Some(pattern) = Self::child(&child, Rule::pattern) {
                        ty.pattern = Some(self.pattern(&pattern));
                    }
                }
                Rule::optional => optional = true,
                _ => {}
            }
        }
        ty.span = whole;
        if optional {
            let kind = TypeExprKind::Optional(Box::new(ty));
            return TypeExpr { kind, range: None, pattern: None, span: whole };
        }
        ty
    }

    fn type_list(&mut self, node: Node<'t>) -> TypeExprKind {
        let mut kind = TypeExprKind::Error;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::type_expr => kind = TypeExprKind::List(Box::new(self.type_expr(child))),
                Rule::bad_rest => self.bad(&child, Rule::one_type, Context::Rest),
                _ => {}
            }
        }
        kind
    }

    /// A record; with `text` as its one name, a map.
    fn type_record(&mut self, node: Node<'t>) -> TypeExprKind {
        let mut fields = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::field_type => {
                    before = self.separated(before, span, false);
                    fields.push(self.field_type(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_field, Context::FieldType),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        match fields.as_slice() {
            [FieldType { name, default: None, .. }] if name.name == "text" => match fields.pop() {
                Some(field) => TypeExprKind::Map(Box::new(field.ty)),
                None => TypeExprKind::Error,
            },
            _ => TypeExprKind::Record(fields),
        }
    }

    fn field_type(&mut self, node: Node<'t>) -> FieldType {
        let span = self.span(&node);
        let (mut name, mut ty, mut default) = (self.nameless(span), self.no_type(span), None);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::word => name = self.ident(&child),
                Rule::type_expr => ty = self.type_expr(child),
                Rule::expr => default = Some(self.expr(child)),
                _ => {}
            }
        }
        FieldType { name, ty, default }
    }

    fn range(&mut self, node: Node<'t>) -> Range {
        let span = self.span(&node);
        let (mut lo, mut hi, mut open, mut said) = (None, None, false, false);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::dots => open = true,
                Rule::range_end if open => hi = Some(self.range_end(child)),
                Rule::range_end => lo = Some(self.range_end(child)),
                Rule::bad_rest => {
                    said = true;
                    self.bad(&child, Rule::one_value, Context::Rest);
                }
                _ => {}
            }
        }
        if !open {
            if lo.is_none() && !said {
                self.report(super::super::explain::empty_brackets(span));
            }
            hi.clone_from(&lo);
        }
        Range { lo, hi, span }
    }

    fn range_end(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let negative = Self::child(&node, Rule::minus).is_some();
        let value = self.only_chain(node);
        if negative {
            return Expr { span, kind: ExprKind::Unary(UnaryOp::Negate, Box::new(value)) };
        }
        value
    }
}
