//! Comparisons that can have one answer only, and limits of types that cannot be compared with what they limit.

use crate::base::{Span, Symbol};
use crate::catalog::catalog;
use crate::diag::{Diagnostic, codes};
use crate::resolve::names::Walker;
use crate::resolve::names::expressions::word_of;
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Range, TypeExpr, TypeExprKind};

impl<'p> Walker<'p> {
    /// `region == "us-eats-1"`, or a param with a few values, with a value that it never has.
    pub(super) fn comparison(&mut self, first: &'p Expr, rest: &'p [(CompareOp, Expr)]) {
        let [(CompareOp::Equal | CompareOp::NotEqual, second)] = rest else { return };
        let found = self.never_equal(first, second);
        let found = if found.is_some() { found } else { self.never_equal(second, first) };
        found.into_iter().for_each(|found| self.report(found));
    }

    fn never_equal(&mut self, subject: &'p Expr, literal: &'p Expr) -> Option<Diagnostic> {
        let ExprKind::Name(name) = &subject.kind else { return None };
        let case = word_of(literal)?;
        let (values, declared): (Vec<String>, Span) = match self.values_at(subject) {
            Some((values, declared)) => (values.into_iter().map(|value| value.word).collect(), declared),
            None if *name == "region" && !self.is_bound(*name) => {
                (catalog().regions().map(str::to_owned).collect(), Span::NONE)
            }
            None => return None,
        };
        if values.contains(&case.word) {
            return None;
        }
        let known = values.iter().map(String::as_str);
        let message = format!("`{name}` is never {}", case.shown);
        let mut diagnostic = Diagnostic::new(codes::IMPOSSIBLE_COMPARISON, literal.span, message)
            .label(declared, "these are its values")
            .help(format!("its values are {}", crate::diag::quoted_list(known.clone(), 8)));
        if let (Some(near), ExprKind::Text(_)) = (crate::diag::nearest(&case.word, known), &literal.kind) {
            diagnostic = diagnostic.help(format!("did you mean {near:?}?")).suggest(
                format!("write {near:?}"),
                literal.span,
                format!("{near:?}"),
            );
        }
        Some(diagnostic)
    }

    fn is_bound(&self, name: Symbol) -> bool {
        self.levels.iter().flatten().any(|known| known.name == name && !known.span.is_none())
    }

    /// The ends of a range are of the kind that they limit; `size(20..)` would be 20 bytes, or nothing at all.
    pub(super) fn limits(&mut self, ty: &'p TypeExpr, range: &'p Range) {
        let TypeExprKind::Named(named) = &ty.kind else { return };
        let wanted = match named.name.as_str() {
            "duration" => "a time such as `30s` or `7d`",
            "size" => "a size such as `20GiB`",
            "percent" => "a percentage such as `80%`",
            "text" | "int" | "port" | "cidr" => "a whole number",
            _ => return,
        };
        for end in range.lo.iter().chain(&range.hi) {
            let fits = match (&end.kind, named.name.as_str()) {
                (ExprKind::Int(_), "text" | "int" | "port" | "cidr")
                | (ExprKind::Duration(_), "duration")
                | (ExprKind::Size(_), "size")
                | (ExprKind::Percent(_), "percent") => true,
                (
                    ExprKind::Int(_)
                    | ExprKind::Float(_)
                    | ExprKind::Duration(_)
                    | ExprKind::Size(_)
                    | ExprKind::Percent(_)
                    | ExprKind::Text(_)
                    | ExprKind::Bool(_),
                    _,
                ) => false,
                // Seen when it is evaluated.
                _ => true,
            };
            if !fits {
                let message = format!("a limit of `{}` is {wanted}", named.name);
                self.report(
                    Diagnostic::new(codes::WRONG_TYPE, end.span, message)
                        .label(named.span, "this is limited")
                        .help("write it with the unit that its values have, or without one where they have none"),
                );
            }
        }
    }
}
