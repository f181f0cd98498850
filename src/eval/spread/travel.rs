//! Limits travel: from the types of params, through values, to the params of components and the properties of resources.

use std::sync::Arc;

use super::fit::{Limits, Verdict, fit};
use super::{Domain, Interval, Leaf, Reads, Spread, numbers, say};
use crate::base::{Span, Symbol};
use crate::catalog::{Kind as ShapeKind, Shape};
use crate::diag::Diagnostic;
use crate::eval::instances::entry_is;
use crate::eval::model::InstanceId;
use crate::eval::scope::Scope;
use crate::eval::value::{Kind, Node, NodeKind, Template, Value};
use crate::eval::{Evaluator, units};
use crate::syntax::ast::{TypeExpr, TypeExprKind};

/// A param whose value gets its spread.
struct Spreading<'p, 's> {
    scope: &'s Scope<'p>,
    reads: Reads,
    deploy: bool,
}

/// Where a property is set.
#[derive(Clone, Copy)]
struct Setting<'a> {
    /// The property and its type, without the outer quotes.
    path: &'a str,
    span: Option<Span>,
}

impl<'p> Evaluator<'p> {
    /// A param's value with what it could be otherwise.
    pub(in crate::eval) fn spread_param(
        &mut self,
        value: Value,
        name: Symbol,
        ty: &'p TypeExpr,
        scope: &Scope<'p>,
        deploy: bool,
    ) -> Value {
        if value.is_error() {
            return value;
        }
        let reads = self.model.spreads.param(name);
        let spreading = Spreading { scope, reads, deploy };
        let value = self.spread(value, name.as_str(), ty, &spreading);
        // What the limits themselves read is no part of it.
        self.reading = Reads::NONE;
        value
    }

    fn spread(&mut self, mut value: Value, name: &str, ty: &'p TypeExpr, with: &Spreading<'p, '_>) -> Value {
        let lost = self.model.spreads.lost(with.reads);
        match &ty.kind {
            TypeExprKind::Optional(inner) => {
                if value.is_none() {
                    value.spread = lost;
                    return value;
                }
                return self.spread(value, name, inner, with);
            }
            TypeExprKind::Named(named) => {
                if let Some(alias) = self.program.type_alias(*named) {
                    return self.spread(value, name, &alias.ty, with);
                }
            }
            TypeExprKind::Literal(_) => return value,
            TypeExprKind::Record(fields) => {
                let Kind::Record(record) = &value.kind else { return value };
                let mut spread = (**record).clone();
                for field in fields {
                    let Some(inner) = spread.get(&field.name.name).cloned() else { continue };
                    let inner = self.spread(inner, &format!("{name}.{}", field.name.name), &field.ty, with);
                    spread.insert(field.name.name, inner);
                }
                return Value {
                    spread: self.model.spreads.parted(with.reads),
                    ..Value::new(Kind::Record(Arc::new(spread)), value.origin)
                };
            }
            TypeExprKind::List(item) => {
                let Kind::List(items) = &value.kind else { return value };
                let items: Vec<Value> = items.iter().cloned().map(|one| self.spread(one, name, item, with)).collect();
                return Value { spread: lost, ..Value::new(Kind::List(Arc::new(items)), value.origin) };
            }
            TypeExprKind::Map(item) => {
                let Kind::Record(record) = &value.kind else { return value };
                let entries: Vec<(Symbol, Value)> = record.iter().map(|(key, one)| (*key, one.clone())).collect();
                let entries = entries.into_iter().map(|(key, one)| (key, self.spread(one, name, item, with))).collect();
                return Value { spread: lost, ..Value::new(Kind::Record(Arc::new(entries)), value.origin) };
            }
            TypeExprKind::Union(_) | TypeExprKind::Error => {}
        }
        let domain = self.domain(ty, with.scope);
        let word = match &ty.kind {
            TypeExprKind::Named(named) => named.name,
            TypeExprKind::List(_)
            | TypeExprKind::Map(_)
            | TypeExprKind::Record(_)
            | TypeExprKind::Union(_)
            | TypeExprKind::Literal(_)
            | TypeExprKind::Optional(_)
            | TypeExprKind::Error => Symbol::new("text"),
        };
        let (name, deploy, reads) = (Symbol::new(name), with.deploy, with.reads);
        let leaf = Leaf { name, domain, ty: ty.span, word, deploy, reads };
        value.spread = self.model.spreads.given(leaf);
        value
    }

    /// What a type allows.
    fn domain(&mut self, ty: &'p TypeExpr, scope: &Scope<'p>) -> Domain {
        match &ty.kind {
            TypeExprKind::Named(named) => match named.name.as_str() {
                "text" => {
                    let (least, most) = self.limits(ty.range.as_ref(), scope);
                    let count = |limit: i64| u32::try_from(limit.max(0)).unwrap_or(u32::MAX);
                    let pattern = ty.pattern.as_ref().map(|pattern| Arc::from(pattern.text.as_str()));
                    Domain::Text { least: least.map_or(0, count), most: most.map(count), pattern }
                }
                "int" => Domain::Whole(self.limits(ty.range.as_ref(), scope)),
                "port" => {
                    let (least, most) = self.limits(ty.range.as_ref(), scope);
                    Domain::Whole((least.or(Some(0)), most.or(Some(65_535))))
                }
                "duration" | "size" => {
                    let (least, most) = self.limits(ty.range.as_ref(), scope);
                    Domain::Amount((least.or(Some(0)), most))
                }
                "bool" => Domain::Words(Arc::new([Arc::from("true"), Arc::from("false")])),
                _ => Domain::Anything,
            },
            TypeExprKind::Union(members) => {
                let mut words = Vec::with_capacity(members.len());
                for member in members {
                    let TypeExprKind::Literal(literal) = &member.kind else { return Domain::Anything };
                    match self.evaluate(literal, scope).kind {
                        Kind::Text(text) => match text.known() {
                            Some(word) => words.push(Arc::from(word)),
                            None => return Domain::Anything,
                        },
                        Kind::Bool(known) => words.push(Arc::from(if known { "true" } else { "false" })),
                        Kind::Int(number) => words.push(Arc::from(number.to_string())),
                        _ => return Domain::Anything,
                    }
                }
                Domain::Words(words.into())
            }
            TypeExprKind::List(_)
            | TypeExprKind::Map(_)
            | TypeExprKind::Record(_)
            | TypeExprKind::Literal(_)
            | TypeExprKind::Optional(_)
            | TypeExprKind::Error => Domain::Anything,
        }
    }

    /// Holds all that a value may be against the type of what it is given to.
    pub(in crate::eval) fn check_spread_of(
        &mut self,
        value: &Value,
        ty: &'p TypeExpr,
        scope: &Scope<'p>,
        span: Span,
        what: &str,
    ) {
        if value.spread.is_none() || value.is_error() {
            return;
        }
        let found = match (self.domain(ty, scope), &value.kind) {
            (Domain::Text { least, most, pattern }, Kind::Text(text)) => {
                let pattern = pattern.as_deref().map(|pattern| (pattern, true));
                let limits = Limits { least: Some(least), most, pattern, ..Limits::default() };
                self.text_break(value.spread, text, &limits, what, span)
            }
            (Domain::Words(words), Kind::Text(text)) => {
                let limits = Limits { words: words.iter().map(|word| &**word).collect(), ..Limits::default() };
                self.text_break(value.spread, text, &limits, what, span)
            }
            (Domain::Whole(limits), Kind::Int(_) | Kind::Text(_))
            | (Domain::Amount(limits), Kind::Duration(_) | Kind::Size(_)) => {
                #[expect(clippy::cast_precision_loss, reason = "limits are small")]
                let end = |end: Option<i64>| end.map(|end| end as f64);
                let written: Option<fn(i64) -> String> = match &value.kind {
                    Kind::Duration(_) => Some(units::time),
                    Kind::Size(_) => Some(units::size),
                    _ => None,
                };
                self.number_break(value.spread, (end(limits.0), end(limits.1)), written, what, span)
            }
            _ => None,
        };
        if let Some(diagnostic) = found {
            self.report(diagnostic.label(ty.span, format!("`{what}` has this type")));
        }
    }

    fn text_break(
        &self,
        spread: Spread,
        text: &Template,
        limits: &Limits<'_>,
        what: &str,
        span: Span,
    ) -> Option<Diagnostic> {
        let parts = self.model.spreads.parts(spread, text);
        match fit(&self.model.spreads, &parts, limits, &self.model) {
            Verdict::Breaks(found) => Some(say::text(&self.model.spreads, &found, &format!("`{what}`"), limits, span)),
            Verdict::Fits | Verdict::Unknown => None,
        }
    }

    fn number_break(
        &self,
        spread: Spread,
        limits: (Option<f64>, Option<f64>),
        written: Option<fn(i64) -> String>,
        what: &str,
        span: Span,
    ) -> Option<Diagnostic> {
        let interval = self.model.spreads.interval(spread)?;
        let beyond = numbers::beyond(interval, limits.0, limits.1)?;
        Some(say::number(&self.model.spreads, spread, beyond, limits, written, &format!("`{what}`"), span))
    }

    /// Holds all that a resource's properties may be against the shape of its type, but for a name that a rule made: names are held
    /// against more than the shape.
    pub(in crate::eval) fn check_spread_properties(
        &mut self,
        properties: &Node,
        shape: Shape,
        id: InstanceId,
        derived: Option<&str>,
    ) {
        let NodeKind::Map(map) = &properties.kind else { return };
        let ty = self.instance_type(id);
        let mut found = Vec::new();
        for (name, node) in map {
            if derived == Some(name.as_str()) {
                continue;
            }
            if let Some(property) = shape.property(name.as_str()) {
                // Where the property is set, not where the param got the value of this environment.
                let set = self.data(id).and_then(|data| {
                    let entry = data.syntax.settings.iter().find(|entry| entry_is(entry, *name));
                    entry.map(|entry| entry.value.span)
                });
                let set = set.filter(|set| !set.file.is_stdlib()).or_else(|| {
                    // Within a component of the library: the instance that is made of it.
                    let data = self.data(id)?;
                    Some(self.model.origins.user_span(data.through)).filter(|span| !span.is_none())
                });
                let at = Setting { path: &format!("{name}` of `{ty}"), span: set };
                self.spread_faults(node, property.shape(), at, &mut found);
            }
        }
        for diagnostic in found {
            self.report(diagnostic);
        }
    }

    fn spread_faults(&self, node: &Node, shape: Shape, at: Setting<'_>, found: &mut Vec<Diagnostic>) {
        match &node.kind {
            NodeKind::List(items) => {
                if let Some(inner) = shape.items() {
                    items.iter().for_each(|item| self.spread_faults(item, inner, at, found));
                }
            }
            NodeKind::Map(map) => {
                for (key, node) in map {
                    let property = shape.property(key.as_str()).map(|property| property.shape());
                    let inner = property.or_else(|| (shape.kind() == ShapeKind::Map).then(|| shape.items()).flatten());
                    if let Some(inner) = inner {
                        let path = format!("{key}` in `{}", at.path);
                        self.spread_faults(node, inner, Setting { path: &path, ..at }, found);
                    }
                }
            }
            NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Text(_) if !node.spread.is_none() => {
                found.extend(self.spread_fault(node, shape, at));
            }
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
    }

    fn spread_fault(&self, node: &Node, shape: Shape, at: Setting<'_>) -> Option<Diagnostic> {
        let several: Vec<Shape> = shape.one_of().chain(shape.any_of()).collect();
        if shape.kind() == ShapeKind::Union && shape.primitives().next().is_some() && several.is_empty() {
            return None;
        }
        let mut broken = several.iter().map(|one| self.spread_fault(node, *one, at));
        // One of the alternatives is enough.
        let first = broken.next().flatten();
        if let Some(first) = first
            && broken.all(|other| other.is_some())
        {
            return Some(first);
        }
        if let Some(found) = shape.all_of().find_map(|one| self.spread_fault(node, one, at)) {
            return Some(found);
        }
        let span = at.span.unwrap_or_else(|| self.model.origins.user_span(node.origin));
        match (&node.kind, shape.kind()) {
            (NodeKind::Text(text), ShapeKind::String) => {
                let limits = Limits {
                    least: shape.min_length(),
                    most: shape.max_length(),
                    pattern: shape.pattern().map(|pattern| (pattern, false)),
                    words: shape.enum_values().collect(),
                    any_case: shape.enum_ignores_case(),
                };
                // What is wrong in this environment is told without the others.
                let known = self.by_value(text).filter(|text| limits.refuse(text).is_some());
                if known.is_some() { None } else { self.text_break(node.spread, text, &limits, at.path, span) }
            }
            (NodeKind::Int(_) | NodeKind::Text(_), ShapeKind::Integer | ShapeKind::Number) => {
                let limits = (shape.minimum(), shape.maximum());
                let now = match &node.kind {
                    NodeKind::Int(number) => numbers::beyond((Some(*number), Some(*number)), limits.0, limits.1),
                    _ => None,
                };
                if now.is_some() {
                    return None;
                }
                self.number_break(node.spread, limits, None, at.path, span)
            }
            _ => None,
        }
    }

    /// What a number may be where a property counts a time or size in its own unit.
    pub(in crate::eval) fn counted_spread(&mut self, value: &Value, unit: &str) -> Spread {
        let reads = self.model.spreads.reads(value.spread);
        let interval: Option<Interval> = self.model.spreads.interval(value.spread);
        match interval.zip(units::unit(&value.kind, unit)) {
            Some((interval, unit)) => self.model.spreads.whole(numbers::counted(interval, unit), reads),
            None => self.model.spreads.lost(reads),
        }
    }
}
