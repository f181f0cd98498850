//! Arithmetic, joining, comparison.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::Resource;
use crate::eval::scope::Scope;
use crate::eval::value::{Attribute, Hole, Kind, Template, Value};
use crate::syntax::ast::{BinaryOp, CompareOp, Expr};

impl<'p> Evaluator<'p> {
    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        left: &'p Expr,
        right: &'p Expr,
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        match operator {
            BinaryOp::And | BinaryOp::Or if self.querying => {
                self.logic(operator == BinaryOp::Or, left, right, span, scope)
            }
            BinaryOp::And | BinaryOp::Or => {
                let Some(first) = self.condition(left, scope) else { return self.value(Kind::Error, span) };
                if first == (operator == BinaryOp::Or) {
                    return self.value(Kind::Bool(first), span);
                }
                match self.condition(right, scope) {
                    Some(second) => self.value(Kind::Bool(second), span),
                    None => self.value(Kind::Error, span),
                }
            }
            BinaryOp::Else => {
                let first = self.if_there(left, scope);
                let by = std::mem::take(&mut self.reading);
                if first.is_none() {
                    let second = self.evaluate(right, scope);
                    let reads = self.model.spreads.reads(second.spread).and(by);
                    // What the left side would be if it were there is not looked for.
                    let spread = if by.is_none() { second.spread } else { self.model.spreads.lost(reads) };
                    return second.spread(spread);
                }
                self.or_others(first, by, &[right], scope)
            }
            BinaryOp::In | BinaryOp::NotIn => {
                let item = self.evaluate(left, scope);
                let whole = self.evaluate(right, scope);
                let Some(found) = self.contains(&item, &whole, right.span) else {
                    return self.value(Kind::Error, span);
                };
                self.value(Kind::Bool(found == (operator == BinaryOp::In)), span)
            }
            BinaryOp::Join => {
                let first = self.evaluate(left, scope);
                let second = self.evaluate(right, scope);
                self.join(&first, &second, left.span, right.span, span)
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                let first = self.evaluate(left, scope);
                let second = self.evaluate(right, scope);
                self.arithmetic(operator, &first, &second, (left.span, right.span, span))
            }
        }
    }

    /// `and` and `or` where the model is asked: what is unknown decides nothing, unless the other side decides it alone.
    fn logic(&mut self, or: bool, left: &'p Expr, right: &'p Expr, span: Span, scope: &Scope<'p>) -> Value {
        let mut unknown = None;
        for side in [left, right] {
            let value = self.evaluate(side, scope);
            match &value.kind {
                Kind::Bool(known) if *known == or => return self.value(Kind::Bool(or), span),
                Kind::Bool(_) => {}
                Kind::Error => return value,
                _ if self.is_deployed(&value) => unknown = Some(value),
                _ => return self.wrong_type(&value, side.span, "a condition is true or false"),
            }
        }
        unknown.unwrap_or_else(|| self.value(Kind::Bool(!or), span))
    }

    fn join(&mut self, first: &Value, second: &Value, left: Span, right: Span, span: Span) -> Value {
        match (&first.kind, &second.kind) {
            (Kind::Error, _) | (_, Kind::Error) => self.value(Kind::Error, span),
            (_, Kind::None) => first.clone(),
            (Kind::None, _) => second.clone(),
            (Kind::List(a), Kind::List(b)) => {
                let joined = a.iter().chain(b.iter()).cloned().collect();
                self.value(Kind::List(Arc::new(joined)), span)
            }
            (Kind::Record(a), Kind::Record(b)) => {
                let mut joined = (**a).clone();
                for (key, value) in b.iter() {
                    if joined.contains_key(key) {
                        self.report(
                            Diagnostic::new(
                                codes::DUPLICATE_KEY,
                                right,
                                format!("both sides of `++` have the key `{key}`"),
                            )
                            .label(left, "here as well")
                            .help("leave it out on one side; `++` joins and never replaces"),
                        );
                    }
                    joined.insert(*key, value.clone());
                }
                self.value(Kind::Record(Arc::new(joined)), span)
            }
            (Kind::List(_) | Kind::Record(_), _) => self.wrong_type(second, right, "`++` joins two lists or two maps"),
            _ => self.wrong_type(first, left, "`++` joins two lists or two maps"),
        }
    }

    fn arithmetic(&mut self, operator: BinaryOp, first: &Value, second: &Value, spans: (Span, Span, Span)) -> Value {
        let (left, right, span) = spans;
        let whole = |a: i64, b: i64| match operator {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            BinaryOp::Multiply => a.checked_mul(b),
            _ => a.checked_div(b),
        };
        let real = |a: f64, b: f64| match operator {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => a * b,
            _ => a / b,
        };
        let zero = matches!(second.kind, Kind::Int(0)) || matches!(second.kind, Kind::Float(number) if number == 0.0);
        if operator == BinaryOp::Divide && zero {
            return self.error(
                Diagnostic::new(codes::DIVISION_BY_ZERO, right, "this divides by zero")
                    .help("ask first: `if n == 0 then … else a / n`"),
            );
        }
        if (matches!(first.kind, Kind::Metric(_)) || matches!(second.kind, Kind::Metric(_)))
            && let Some(kind) = self.metric_arithmetic(operator, (first, second), span)
        {
            return self.value(kind, span);
        }
        let additive = matches!(operator, BinaryOp::Add | BinaryOp::Subtract);
        let scaling = matches!(operator, BinaryOp::Multiply | BinaryOp::Divide);
        let kind = match (&first.kind, &second.kind) {
            (Kind::Error, _) | (_, Kind::Error) => Some(Kind::Error),
            (Kind::Int(a), Kind::Int(b)) if operator == BinaryOp::Divide && a % b != 0 =>
            {
                #[expect(clippy::cast_precision_loss, reason = "a quotient of whole numbers as people write them")]
                Some(Kind::Float(*a as f64 / *b as f64))
            }
            (Kind::Int(a), Kind::Int(b)) => whole(*a, *b).map(Kind::Int),
            #[expect(clippy::cast_precision_loss, reason = "mixed arithmetic is done in floating point")]
            (Kind::Int(a), Kind::Float(b)) => Some(Kind::Float(real(*a as f64, *b))),
            #[expect(clippy::cast_precision_loss, reason = "mixed arithmetic is done in floating point")]
            (Kind::Float(a), Kind::Int(b)) => Some(Kind::Float(real(*a, *b as f64))),
            (Kind::Float(a), Kind::Float(b)) => Some(Kind::Float(real(*a, *b))),
            (Kind::Duration(a), Kind::Duration(b)) if additive => whole(*a, *b).map(Kind::Duration),
            (Kind::Size(a), Kind::Size(b)) if additive => whole(*a, *b).map(Kind::Size),
            (Kind::Duration(a), Kind::Int(b)) if scaling => whole(*a, *b).map(Kind::Duration),
            (Kind::Int(a), Kind::Duration(b)) if operator == BinaryOp::Multiply => whole(*a, *b).map(Kind::Duration),
            (Kind::Size(a), Kind::Int(b)) if scaling => whole(*a, *b).map(Kind::Size),
            (Kind::Int(a), Kind::Size(b)) if operator == BinaryOp::Multiply => whole(*a, *b).map(Kind::Size),
            (Kind::Duration(a), Kind::Duration(b)) if operator == BinaryOp::Divide && *b != 0 => Some(Kind::Int(a / b)),
            _ if self.is_deployed(first) || self.is_deployed(second) => {
                let (open, place) = if self.is_deployed(first) { (first, left) } else { (second, right) };
                let diagnostic = self.deployed(open, place, "one calculates with what is known when built");
                return self.error(diagnostic.help("take the number from a `param`, or hand it on as it is"));
            }
            (Kind::Text(_), _) | (_, Kind::Text(_)) if operator == BinaryOp::Add => {
                let diagnostic = Diagnostic::new(codes::WRONG_TYPE, span, "`+` adds numbers; it does not join texts")
                    .help("write one text with `{…}` in it: \"{first}-{second}\"");
                return self.error(diagnostic);
            }
            (Kind::Int(_) | Kind::Float(_) | Kind::Duration(_) | Kind::Size(_), _) => {
                return self.wrong_type(second, right, "this does not go together with what stands before it");
            }
            _ => return self.wrong_type(first, left, "arithmetic takes numbers"),
        };
        match kind {
            Some(kind) => {
                let spread = self.calculated(operator, first, second);
                self.value(kind, span).spread(spread)
            }
            None => self.overflow(span),
        }
    }

    pub(super) fn compare(
        &mut self,
        first: &'p Expr,
        rest: &'p [(CompareOp, Expr)],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let mut left = self.evaluate(first, scope);
        let mut left_span = first.span;
        let mut result = true;
        for (operator, right_expr) in rest {
            let right = self.evaluate(right_expr, scope);
            if left.is_error() || right.is_error() {
                return self.value(Kind::Error, span);
            }
            if let Some(value) = self.metric_comparison(*operator, (&left, &right), rest.len() == 1, span) {
                return value;
            }
            let holds = match operator {
                CompareOp::Equal => self.equal(&left, &right),
                CompareOp::NotEqual => self.equal(&left, &right).map(|equal| !equal),
                CompareOp::Less => self.ordering(&left, &right).map(Ordering::is_lt),
                CompareOp::LessEqual => self.ordering(&left, &right).map(Ordering::is_le),
                CompareOp::Greater => self.ordering(&left, &right).map(Ordering::is_gt),
                CompareOp::GreaterEqual => self.ordering(&left, &right).map(Ordering::is_ge),
            };
            match holds {
                Some(holds) => result &= holds,
                None if self.is_deployed(&left) || self.is_deployed(&right) => {
                    // Known only when deployed: passed on as such, so that whoever needs it now can say so.
                    let unknown = if self.is_deployed(&left) { left } else { right };
                    // It is an answer and no longer what was asked about, so its limits do not go with it.
                    let spread = self.model.spreads.lost(self.model.spreads.reads(unknown.spread));
                    return Value::new(unknown.kind, unknown.origin).spread(spread);
                }
                None => {
                    let (a, b) = (self.describe(&left), self.describe(&right));
                    let diagnostic =
                        Diagnostic::new(codes::WRONG_TYPE, span, format!("{a} cannot be compared with {b}"))
                            .label(left_span, a.clone())
                            .label(right_expr.span, b.clone());
                    return self.error(diagnostic);
                }
            }
            left = right;
            left_span = right_expr.span;
        }
        self.value(Kind::Bool(result), span)
    }

    /// Whether two texts are the ids, names or ARNs of two things of one type that have different names, and so cannot be equal.
    fn of_other_things(&self, x: &Template, y: &Template) -> bool {
        let (Some(Hole::Resource(x, of_x)), Some(Hole::Resource(y, of_y))) = (x.single_hole(), y.single_hole()) else {
            return false;
        };
        let plain = |what: Attribute| matches!(what, Attribute::Id | Attribute::Name | Attribute::Arn);
        let (x, y) = (self.model.resource(x), self.model.resource(y));
        let named = |resource: &Resource| {
            let name = resource.name.as_ref().filter(|name| name.property.is_some())?;
            self.by_value(&name.text)
        };
        of_x == of_y && plain(of_x) && x.ty == y.ty && named(x).zip(named(y)).is_some_and(|(x, y)| x != y)
    }

    /// Whether two values are the same; `None` if that is not known now.
    pub(super) fn equal(&self, a: &Value, b: &Value) -> Option<bool> {
        match (&a.kind, &b.kind) {
            (Kind::None | Kind::Absent(_), Kind::None | Kind::Absent(_)) => Some(true),
            (Kind::None | Kind::Absent(_), _) | (_, Kind::None | Kind::Absent(_)) => Some(false),
            (Kind::Text(x), Kind::Text(y)) => {
                if x == y {
                    return Some(true);
                }
                match (self.by_value(x), self.by_value(y)) {
                    (Some(x), Some(y)) => Some(x == y),
                    (Some(known), None) => {
                        if y.may_be(&known) {
                            None
                        } else {
                            Some(false)
                        }
                    }
                    (None, Some(known)) => {
                        if x.may_be(&known) {
                            None
                        } else {
                            Some(false)
                        }
                    }
                    (None, None) => self.of_other_things(x, y).then_some(false),
                }
            }
            (Kind::List(x), Kind::List(y)) => {
                if x.len() != y.len() {
                    return Some(false);
                }
                let mut all = Some(true);
                for (x, y) in x.iter().zip(y.iter()) {
                    match self.equal(x, y) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            (Kind::Record(x), Kind::Record(y)) => {
                if x.len() != y.len() {
                    return Some(false);
                }
                let mut all = Some(true);
                for (key, value) in x.iter() {
                    match y.get(key).map(|other| self.equal(value, other)) {
                        None | Some(Some(false)) => return Some(false),
                        Some(Some(true)) => {}
                        Some(None) => all = None,
                    }
                }
                all
            }
            (Kind::Cidr(cidr), Kind::Text(text)) | (Kind::Text(text), Kind::Cidr(cidr)) => {
                self.by_value(text).map(|text| text == cidr.to_string())
            }
            (Kind::Int(_) | Kind::Float(_), Kind::Int(_) | Kind::Float(_))
            | (Kind::Duration(_), Kind::Duration(_))
            | (Kind::Size(_), Kind::Size(_))
            | (Kind::Percent(_), Kind::Percent(_)) => self.ordering(a, b).map(Ordering::is_eq),
            (x, y) if std::mem::discriminant(x) == std::mem::discriminant(y) => Some(x == y),
            (Kind::Text(text), _) | (_, Kind::Text(text)) if self.by_value(text).is_none() => None,
            _ => Some(false),
        }
    }

    /// Which of two values is the greater; `None` if that makes no sense or is not known now.
    pub(super) fn ordering(&self, a: &Value, b: &Value) -> Option<Ordering> {
        #[expect(clippy::cast_precision_loss, reason = "mixed comparison is done in floating point")]
        match (&a.kind, &b.kind) {
            (Kind::Int(x), Kind::Int(y)) | (Kind::Duration(x), Kind::Duration(y)) | (Kind::Size(x), Kind::Size(y)) => {
                Some(x.cmp(y))
            }
            (Kind::Float(x), Kind::Float(y)) | (Kind::Percent(x), Kind::Percent(y)) => x.partial_cmp(y),
            (Kind::Int(x), Kind::Float(y)) => (*x as f64).partial_cmp(y),
            (Kind::Float(x), Kind::Int(y)) => x.partial_cmp(&(*y as f64)),
            (Kind::Date(x), Kind::Date(y)) => Some(x.cmp(y)),
            _ => None,
        }
    }

    /// Whether one value is in another: an item in a list, a key in a map, a range or address in a range.
    fn contains(&mut self, item: &Value, whole: &Value, span: Span) -> Option<bool> {
        match (&item.kind, &whole.kind) {
            (Kind::Error, _) | (_, Kind::Error) => None,
            (Kind::Cidr(inner), Kind::Cidr(outer)) => Some(outer.contains(inner)),
            (_, Kind::List(items)) => {
                let mut unknown = false;
                for other in items.iter() {
                    match self.equal(item, other) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => unknown = true,
                    }
                }
                if unknown {
                    let open = if self.is_deployed(item) { item } else { whole };
                    let diagnostic = self.deployed(open, span, "what is in this list is known only when deployed");
                    self.report(diagnostic.help("ask about params, names or other values that are known when built"));
                    return None;
                }
                Some(false)
            }
            (Kind::Text(key), Kind::Record(record)) => {
                let key = self.by_value(key)?;
                Some(record.contains_key(&crate::base::Symbol::new(&key)))
            }
            (Kind::Text(key), Kind::Family(family)) => {
                let key = self.by_value(key)?;
                Some(family.contains_key(&crate::base::Symbol::new(&key)))
            }
            (Kind::Text(part), Kind::Text(text)) => {
                let (part, text) = (self.by_value(part)?, self.by_value(text)?);
                Some(text.contains(&part))
            }
            _ => {
                self.wrong_type(whole, span, "`in` looks into a list, a map, a text or an address range");
                None
            }
        }
    }
}
