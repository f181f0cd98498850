//! Whether a value has the type that is written: kinds, limits, patterns.

use std::sync::Arc;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::scope::Scope;
use crate::eval::value::{Kind, Template, Value};
use crate::eval::{Evaluator, units};
use crate::syntax::ast::{FieldType, Pattern, Range, TypeExpr, TypeExprKind, TypeName};

pub(crate) use crate::resolve::words::PRIMITIVES;

impl<'p> Evaluator<'p> {
    /// The value, if it has the type; reports and gives an error value otherwise. `span` is where it is given, `what` whose value it is.
    pub(super) fn conform(
        &mut self,
        value: Value,
        ty: &'p TypeExpr,
        scope: &Scope<'p>,
        span: Span,
        what: &str,
    ) -> Value {
        if value.is_error() {
            return value;
        }
        let fitted = match &ty.kind {
            TypeExprKind::Error => Some(value.clone()),
            TypeExprKind::Optional(inner) => {
                if value.is_none() {
                    return Value::new(Kind::None, value.origin).spread(value.spread);
                }
                return self.conform(value, inner, scope, span, what);
            }
            TypeExprKind::Union(members) => self.conform_union(&value, members, scope),
            TypeExprKind::Literal(literal) => {
                let wanted = self.evaluate(literal, scope);
                (self.equal(&value, &wanted) == Some(true)).then(|| value.clone())
            }
            TypeExprKind::List(item) => match &value.kind {
                Kind::List(items) => {
                    let items: Vec<Value> = items
                        .iter()
                        .map(|one| self.conform(one.clone(), item, scope, self.place(one, span), what))
                        .collect();
                    Some(Value::new(Kind::List(Arc::new(items)), value.origin).spread(value.spread))
                }
                Kind::Family(family) => {
                    let items = family.values().map(|id| Value::new(Kind::Instance(*id), value.origin));
                    let items: Vec<Value> = items.map(|one| self.conform(one, item, scope, span, what)).collect();
                    Some(Value::new(Kind::List(Arc::new(items)), value.origin))
                }
                _ => None,
            },
            TypeExprKind::Map(item) => match &value.kind {
                Kind::Record(record) => {
                    let entries = record
                        .iter()
                        .map(|(key, one)| (*key, self.conform(one.clone(), item, scope, self.place(one, span), what)))
                        .collect();
                    Some(Value::new(Kind::Record(Arc::new(entries)), value.origin).spread(value.spread))
                }
                _ => None,
            },
            TypeExprKind::Record(fields) => match &value.kind {
                Kind::Record(_) => return self.conform_record(&value, fields, scope, span, what),
                _ => None,
            },
            TypeExprKind::Named(named) => match self.conform_named(&value, *named, scope, span, what) {
                Some(Named::Fits(fitted)) => Some(fitted),
                Some(Named::Done(done)) => return done,
                None => None,
            },
        };
        let Some(fitted) = fitted else { return self.wrong_param(&value, ty, span, what) };
        let told = self.diagnostics.len();
        self.check_limits(&fitted, ty, scope, span, what);
        if self.diagnostics.len() > told {
            // What follows from a value that was reported is not told.
            return Value::new(Kind::Error, fitted.origin);
        }
        self.check_spread_of(&fitted, ty, scope, span, what);
        fitted
    }

    fn place(&self, value: &Value, otherwise: Span) -> Span {
        let span = self.model.origins.span(value.origin);
        if span.is_none() { otherwise } else { span }
    }

    fn wrong_param(&mut self, value: &Value, ty: &TypeExpr, span: Span, what: &str) -> Value {
        if let Kind::Absent(name) = value.kind {
            return self.absent(name, span);
        }
        let found = self.describe(value);
        let wanted = describe_type(ty);
        let union = matches!(ty.kind, TypeExprKind::Union(_));
        let code = if union { codes::PARAM_OUT_OF_RANGE } else { codes::WRONG_TYPE };
        let mut diagnostic = Diagnostic::new(code, span, format!("`{what}` is {wanted}, not {found}"))
            .label(ty.span, "its type is stated here");
        if let (TypeExprKind::Union(members), Kind::Text(text)) = (&ty.kind, &value.kind)
            && let Some(text) = self.by_value(text)
        {
            let words: Vec<String> = members.iter().filter_map(literal_text).collect();
            diagnostic = diagnostic.help(format!("write one of {}", quoted_list(words.iter().map(String::as_str), 8)));
            if let Some(near) = crate::diag::nearest(&text, words.iter().map(String::as_str)) {
                diagnostic = diagnostic
                    .suggest(format!("write {near:?}"), span, format!("{near:?}"))
                    .help(format!("did you mean {near:?}?"));
            }
        }
        if let Some(help) = self.instead(value, ty) {
            diagnostic = diagnostic.help(help);
        }
        if matches!(value.kind, Kind::None) {
            diagnostic = diagnostic.help(format!(
                "give it a value, or make its type optional: `{}?`",
                describe_type(ty).trim_start_matches("a ").trim_start_matches("an ")
            ));
        }
        self.error(self.and_its_source(diagnostic, value, span))
    }

    fn conform_union(&mut self, value: &Value, members: &'p [TypeExpr], scope: &Scope<'p>) -> Option<Value> {
        if self.is_misspelt(value, members) {
            return None;
        }
        for member in members {
            let fits = match &member.kind {
                TypeExprKind::Literal(literal) => {
                    let wanted = self.evaluate(literal, scope);
                    (self.equal(value, &wanted) == Some(true)).then(|| value.clone())
                }
                _ => {
                    // Tried silently: what does not fit this member may fit the next.
                    let before = self.diagnostics.len();
                    let fitted = self.conform(value.clone(), member, scope, member.span, "");
                    let silent = self.diagnostics.len() == before;
                    self.diagnostics.truncate(before);
                    (silent && !fitted.is_error()).then_some(fitted)
                }
            };
            if fits.is_some() {
                return fits;
            }
        }
        None
    }

    /// Whether a text looks like one of the words of a union and is none: it is no id of something else, which the union
    /// may take as well.
    fn is_misspelt(&self, value: &Value, members: &[TypeExpr]) -> bool {
        let Kind::Text(text) = &value.kind else { return false };
        let Some(text) = self.by_value(text) else { return false };
        let words: Vec<String> = members.iter().filter_map(literal_text).collect();
        !words.contains(&text) && crate::diag::nearest(&text, words.iter().map(String::as_str)).is_some()
    }

    fn conform_record(
        &mut self,
        value: &Value,
        fields: &'p [FieldType],
        scope: &Scope<'p>,
        span: Span,
        what: &str,
    ) -> Value {
        let Kind::Record(record) = &value.kind else { return value.clone() };
        let mut fitted = crate::base::IndexMap::with_capacity_and_hasher(fields.len(), Default::default());
        let mut broken = false;
        for field in fields {
            let name = field.name.name;
            let inner = format!("{what}.{name}");
            match (record.get(&name), &field.default) {
                (Some(given), _) if !(given.is_none() && field.default.is_some()) => {
                    let place = self.place(given, span);
                    fitted.insert(name, self.conform(given.clone(), &field.ty, scope, place, &inner));
                }
                (_, Some(default)) => {
                    let given = self.evaluate(default, scope);
                    fitted.insert(name, self.conform(given, &field.ty, scope, default.span, &inner));
                }
                (_, None) if super::instances::is_optional(&field.ty) => {
                    fitted.insert(name, Value::new(Kind::None, value.origin));
                }
                (_, None) => {
                    broken = true;
                    let diagnostic =
                        Diagnostic::new(codes::MISSING_PARAM, span, format!("`{what}` lacks its `{name}`"))
                            .label(field.name.span, "declared here, without a default")
                            .help(format!("add `{name} = …`"));
                    self.report(diagnostic);
                }
            }
        }
        for (key, given) in record.iter() {
            if !fields.iter().any(|field| field.name.name == *key) {
                broken = true;
                let place = self.place(given, span);
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, place, format!("`{what}` has no `{key}`"))
                    .label(span, "in this record")
                    .did_you_mean(place, key.as_str(), fields.iter().map(|field| field.name.name.as_str()));
                let mut diagnostic = diagnostic;
                // The edit would replace the value, not the key, whose place is not kept.
                diagnostic.fixes.clear();
                self.report(diagnostic);
            }
        }
        let kind = if broken { Kind::Error } else { Kind::Record(Arc::new(fitted)) };
        Value::new(kind, value.origin).spread(value.spread)
    }

    fn conform_named(
        &mut self,
        value: &Value,
        named: TypeName,
        scope: &Scope<'p>,
        span: Span,
        what: &str,
    ) -> Option<Named> {
        let name = named.name.as_str();
        if PRIMITIVES.contains(&name) {
            return primitive(value, name).map(Named::Fits);
        }
        if let Some(alias) = self.program.type_alias(named) {
            return Some(Named::Done(self.conform(value.clone(), &alias.ty, scope, span, what)));
        }
        let wanted = self.program.whole_name(named.name, named.span.file);
        match &value.kind {
            Kind::Instance(id) => {
                let own = self.instance_type(*id);
                let stands_for = self
                    .model
                    .instances
                    .get(id.index())
                    .and_then(|instance| instance.resource)
                    .and_then(|resource| self.model.resources.get(resource.index()))
                    .map(|resource| resource.ty);
                if own == wanted || stands_for == Some(named.name) {
                    return Some(Named::Fits(value.clone()));
                }
                if self.component(wanted).is_none() && !self.is_resource_type(named.name) {
                    return Some(Named::Done(self.unknown_type_name(named)));
                }
                let found = stands_for
                    .filter(|ty| *ty != own)
                    .map_or_else(|| format!("`{own}`"), |ty| format!("`{own}` (`{ty}`)"));
                let diagnostic = Diagnostic::new(
                    codes::WRONG_REFERENCE_KIND,
                    span,
                    format!("`{what}` is a `{wanted}`, and this is a {found}"),
                )
                .help(format!("refer to an instance of `{wanted}`"))
                .rests_on(self.declaration(*id))
                .label(named.span, "its type is stated here");
                Some(Named::Done(self.error(diagnostic)))
            }
            // The id or ARN of something that stands in no file of ours.
            Kind::Text(_) if self.is_resource_type(named.name) => Some(Named::Fits(value.clone())),
            _ if self.component(wanted).is_none() && !self.is_resource_type(named.name) => {
                Some(Named::Done(self.unknown_type_name(named)))
            }
            _ => None,
        }
    }

    fn unknown_type_name(&mut self, named: TypeName) -> Value {
        self.error(self.program.unknown_type(named))
    }

    /// Least and greatest value of a range, in the smallest unit.
    pub(super) fn limits(&mut self, range: Option<&'p Range>, scope: &Scope<'p>) -> (Option<i64>, Option<i64>) {
        let Some(range) = range else { return (None, None) };
        let mut end = |expr: Option<&'p crate::syntax::ast::Expr>| {
            let value = self.evaluate(expr?, scope);
            match value.kind {
                Kind::Int(number) | Kind::Duration(number) | Kind::Size(number) => Some(number),
                _ => None,
            }
        };
        (end(range.lo.as_ref()), end(range.hi.as_ref()))
    }

    fn check_limits(&mut self, value: &Value, ty: &'p TypeExpr, scope: &Scope<'p>, span: Span, what: &str) {
        if let Some(range) = &ty.range {
            let (lo, hi) = self.limits(Some(range), scope);
            let count_of = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let plain = |number: i64| number.to_string();
            // What is measured, in words; and how its limits are written.
            let measured: Option<Measured> = match &value.kind {
                Kind::Int(number) => Some((*number, format!("{number} is"), plain)),
                Kind::Duration(time) => Some((*time, format!("`{}` is", units::time(*time)), units::time)),
                Kind::Size(size) => Some((*size, format!("`{}` is", units::size(*size)), units::size)),
                Kind::Text(text) => self.by_value(text).map(|text| {
                    let count = count_of(text.chars().count());
                    (count, format!("{text:?} has {count} characters and is"), plain as fn(i64) -> String)
                }),
                Kind::List(items) => {
                    let count = count_of(items.len());
                    Some((count, format!("this list has {count} elements and is"), plain))
                }
                Kind::Cidr(cidr) => {
                    let mask = i64::from(cidr.prefix_len());
                    Some((mask, format!("`{cidr}` has a mask of {mask} and is"), plain))
                }
                _ => None,
            };
            if let Some((amount, shown, written)) = measured {
                let below = lo.filter(|lo| amount < *lo);
                let above = hi.filter(|hi| amount > *hi);
                let wrong = match (below, above) {
                    (Some(least), _) => Some(("below", format!("at least {}", written(least)))),
                    (None, Some(most)) => Some(("above", format!("at most {}", written(most)))),
                    (None, None) => None,
                };
                if let Some((direction, limit)) = wrong {
                    let message = format!("{shown} {direction} the limits of `{what}`");
                    let diagnostic = Diagnostic::new(codes::PARAM_OUT_OF_RANGE, span, message)
                        .help(format!("{limit} fits; other limits are set where `{what}` is declared"))
                        .here(limit)
                        .label(range.span, "the limits are stated here");
                    self.report(diagnostic);
                }
            }
        }
        if let Some(pattern) = &ty.pattern {
            self.check_pattern(value, pattern, span, what);
        }
    }

    fn check_pattern(&mut self, value: &Value, pattern: &'p Pattern, span: Span, what: &str) {
        let Kind::Text(text) = &value.kind else { return };
        let Some(text) = self.by_value(text) else { return };
        if crate::types::text::matches(&pattern.text, &text) == Some(false) {
            let diagnostic = Diagnostic::new(
                codes::PARAM_OUT_OF_RANGE,
                span,
                format!("{text:?} does not match the pattern of `{what}`"),
            )
            .help(format!("write a text that matches `/{}/` as a whole", pattern.text))
            .label(pattern.span, "the whole text must match this");
            self.report(diagnostic);
        }
    }

    /// A symbol as a value, for messages.
    pub(super) fn symbol_value(&mut self, symbol: Symbol, span: Span) -> Value {
        self.value(Kind::Text(Template::literal(symbol.as_str())), span)
    }
}

/// What a limit is held against, that in words, and how limits of its kind are written.
type Measured = (i64, String, fn(i64) -> String);

/// What became of a value that should have a named type.
enum Named {
    /// It fits; limits of this place are still to be checked.
    Fits(Value),
    /// It was checked, or reported.
    Done(Value),
}

fn primitive(value: &Value, name: &str) -> Option<Value> {
    let kind = match (name, &value.kind) {
        ("text", Kind::Text(_))
        | ("int", Kind::Int(_))
        | ("float", Kind::Float(_))
        | ("bool", Kind::Bool(_))
        | ("duration", Kind::Duration(_))
        | ("size", Kind::Size(_))
        | ("percent", Kind::Percent(_))
        | ("cidr", Kind::Cidr(_))
        | ("date", Kind::Date(_))
        | ("schedule", Kind::Every(_) | Kind::Cron(_))
        | ("secret", Kind::Secret(_))
        | ("asset", Kind::Asset(_))
        | ("metric", Kind::Metric(_))
        | ("condition", Kind::Threshold(_)) => value.kind.clone(),
        #[expect(clippy::cast_precision_loss, reason = "a whole number where any number is wanted")]
        ("float", Kind::Int(number)) => Kind::Float(*number as f64),
        ("port", Kind::Int(number)) if (0..=65_535).contains(number) => Kind::Int(*number),
        ("json", Kind::Error) => return None,
        ("json", _) => value.kind.clone(),
        // A value that is known only when deployed has no kind of its own yet.
        ("int" | "port" | "bool" | "float", Kind::Text(text)) if text.single_hole().is_some() => value.kind.clone(),
        _ => return None,
    };
    Some(Value::new(kind, value.origin).spread(value.spread))
}

fn literal_text(ty: &TypeExpr) -> Option<String> {
    match &ty.kind {
        TypeExprKind::Literal(literal) => match &literal.kind {
            crate::syntax::ast::ExprKind::Text(text) => {
                text.pieces.first().map_or(Some(String::new()), |piece| match piece {
                    crate::syntax::ast::TextPiece::Literal(text, _) => Some(text.clone()),
                    _ => None,
                })
            }
            crate::syntax::ast::ExprKind::Int(number) => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A type in words: "a text", "a list", "one of …".
pub(super) fn describe_type(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeExprKind::Named(named) => match named.name.as_str() {
            "int" => String::from("a whole number"),
            "float" => String::from("a number"),
            "bool" => String::from("`true` or `false`"),
            "duration" => String::from("a time such as `30s` or `7d`"),
            "size" => String::from("a size such as `20GiB`"),
            "percent" => String::from("a percentage such as `80%`"),
            "cidr" => String::from("an address range such as `10.0.0.0/16`"),
            "port" => String::from("a port from 0 to 65535"),
            "schedule" => String::from("a schedule such as `every 1d` or `cron(\"0 2 * * ? *\")`"),
            "json" => String::from("a JSON document"),
            "condition" => {
                String::from("a metric that is compared with a number, such as `sum(x.metric(\"Errors\"), 5min) > 10`")
            }
            "text" => String::from("a text"),
            name => format!("a `{name}`"),
        },
        TypeExprKind::List(_) => String::from("a list"),
        TypeExprKind::Map(_) => String::from("a map"),
        TypeExprKind::Record(_) => String::from("a record"),
        TypeExprKind::Union(members) => {
            let words: Vec<String> =
                members.iter().map(|member| literal_text(member).unwrap_or_else(|| describe_type(member))).collect();
            format!("one of {}", quoted_list(words.iter().map(String::as_str), 8))
        }
        TypeExprKind::Literal(_) => {
            literal_text(ty).map_or_else(|| String::from("a fixed value"), |text| format!("`{text}`"))
        }
        TypeExprKind::Optional(inner) => describe_type(inner),
        TypeExprKind::Error => String::from("something"),
    }
}
