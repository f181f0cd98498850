//! Types as written.

use super::build::{Builder, Element, FIELDS, Part};
use super::cursor::{Built, Mismatch};
use super::doc::Doc;
use crate::syntax::ast::{FieldType, Range, TypeExpr, TypeExprKind};

impl<'s> Builder<'s> {
    pub(super) fn type_expr(&mut self, ty: &TypeExpr, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.blanks(out);
        match &ty.kind {
            TypeExprKind::Union(members) => {
                let mut docs = Vec::new();
                let mut rest = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    if at == 0 {
                        self.type_expr(member, &mut docs)?;
                        continue;
                    }
                    // A comment belongs to the member before it.
                    self.cursor.blanks(&mut rest);
                    rest.push(Doc::Line);
                    self.cursor.sign("|", &mut rest)?;
                    rest.push(Doc::Space);
                    self.type_expr(member, &mut rest)?;
                }
                docs.push(Doc::Nest(rest));
                out.push(Doc::Group(docs));
                return Ok(());
            }
            TypeExprKind::Optional(inner) => self.type_base(inner, out)?,
            _ => self.type_base(ty, out)?,
        }
        // Limits, pattern and `?` stand in any order.
        let bare = match &ty.kind {
            TypeExprKind::Optional(inner) => inner,
            _ => ty,
        };
        loop {
            if self.cursor.at >= ty.span.hi as usize {
                return Ok(());
            }
            self.cursor.blanks(out);
            match self.cursor.peek() {
                Some('(') => self.range(bare.range.as_ref().ok_or(Mismatch)?, out)?,
                Some('?') => self.cursor.sign("?", out)?,
                _ => {
                    let pattern = bare.pattern.as_ref().ok_or(Mismatch)?;
                    out.push(Doc::Space);
                    out.append(&mut self.head(&[Part::Leaf(pattern.span)], None)?);
                }
            }
        }
    }

    /// A type without what limits it.
    fn type_base(&mut self, ty: &TypeExpr, out: &mut Vec<Doc>) -> Built<()> {
        match &ty.kind {
            TypeExprKind::Named(name) => self.cursor.leaf(name.span, out),
            TypeExprKind::Literal(value) => self.expr(value, out),
            TypeExprKind::List(item) => self.enclosed("[", "]", out, |builder, inner| builder.type_expr(item, inner)),
            TypeExprKind::Map(item) => {
                let element = Element::open(ty.span.lo, |builder| {
                    let mut docs = Vec::new();
                    builder.words(item.span.lo as usize, &mut docs)?;
                    docs.push(Doc::Space);
                    builder.type_expr(item, &mut docs)?;
                    Ok(super::doc::Cell::plain(docs))
                });
                self.sequence(FIELDS, vec![element], out)
            }
            TypeExprKind::Record(fields) => self.sequence(FIELDS, fields.iter().map(field).collect(), out),
            TypeExprKind::Union(_) | TypeExprKind::Optional(_) | TypeExprKind::Error => Err(Mismatch),
        }
    }

    fn range(&mut self, range: &Range, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.sign("(", out)?;
        let ends = match (&range.lo, &range.hi) {
            (Some(lo), Some(hi)) if lo.span == hi.span => [Some(lo), None],
            (lo, hi) => [lo.as_ref(), hi.as_ref()],
        };
        for end in ends.into_iter().flatten() {
            self.words(end.span.lo as usize, out)?;
            self.expr(end, out)?;
        }
        self.cursor.blanks(out);
        if self.cursor.peek() == Some('.') {
            self.cursor.sign("..", out)?;
        }
        self.cursor.sign(")", out)
    }
}

fn field<'e, 's>(field: &'e FieldType) -> Element<'e, 's> {
    let end = field.default.as_ref().map_or(field.ty.span, |default| default.span);
    Element::plain(field.name.span.to(end), move |builder, out| {
        out.append(&mut builder.head(&[Part::Leaf(field.name.span), Part::Type(&field.ty)], None)?);
        if let Some(default) = &field.default {
            out.push(Doc::Space);
            builder.assigned(default, out)?;
        }
        Ok(())
    })
}
