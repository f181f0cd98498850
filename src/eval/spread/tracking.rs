//! How evaluation keeps track of params: what was read on the way to a value, and what the value would be along the ways not taken.

use std::sync::Arc;

use super::{Change, LeafId, Part, Reads, Spread, What, language_of, numbers};
use crate::base::Symbol;
use crate::eval::scope::{FrameKind, Scope, State};
use crate::eval::value::{Hole, Kind, Template, Value};
use crate::eval::{Evaluator, units};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, TextPiece};
use crate::types::text::{self, Link};

/// Texts that lower case does not change.
const LOWER: &str = r"[^\p{Lu}\p{Lt}]*";

impl<'p> Evaluator<'p> {
    /// Notes what was read on the way to a value, unless the value says so itself. What is built is decided for each environment:
    /// an instance depends on no param.
    pub(in crate::eval) fn tracked(&mut self, mut value: Value, before: Reads) -> Value {
        let reads = self.reading.and(self.model.spreads.reads(value.spread));
        match &value.kind {
            Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Text(_)
            | Kind::Duration(_)
            | Kind::Size(_)
            | Kind::Percent(_)
            | Kind::Cidr(_)
            | Kind::Date(_)
            | Kind::Every(_)
            | Kind::Cron(_)
            | Kind::List(_)
            | Kind::Record(_)
            | Kind::None
            | Kind::Json(_)
            | Kind::Base64(_)
            | Kind::Zone(_)
            | Kind::Secret(_) => {
                if value.spread.is_none() && !reads.is_none() {
                    value.spread = self.model.spreads.lost(reads);
                }
                self.reading = before.and(reads);
            }
            Kind::Error
            | Kind::Absent(_)
            | Kind::Instance(_)
            | Kind::Family(_)
            | Kind::Stack(_)
            | Kind::External(_)
            | Kind::AttributePath(..)
            | Kind::Principal(_)
            | Kind::Type(_)
            | Kind::Asset(_)
            | Kind::Metric(_)
            | Kind::Threshold(_)
            | Kind::Builtin(_) => self.reading = before,
        }
        value
    }

    /// The spread of a record or list of these values.
    pub(in crate::eval) fn spread_of_parts<'v>(&mut self, values: impl Iterator<Item = &'v Value>) -> Spread {
        let reads = values.fold(Reads::NONE, |reads, value| reads.and(self.model.spreads.reads(value.spread)));
        self.model.spreads.parted(reads)
    }

    /// A field of a value: it depends on params as the value does, unless that says it of its parts alone.
    pub(in crate::eval) fn as_part_of(&mut self, mut part: Value, whole: &Value, unit: &str) -> Value {
        if !part.spread.is_none() {
            return part;
        }
        let reads = self.model.spreads.reads(whole.spread);
        part.spread = match self.model.spreads.what(whole.spread) {
            None | Some(What::Parts) => Spread::NONE,
            Some(What::Given(_) | What::Text(_) | What::Whole(_) | What::Lost) => {
                let interval = self.model.spreads.interval(whole.spread);
                match interval.zip(units::unit(&whole.kind, unit)) {
                    Some((interval, unit)) => self.model.spreads.whole(numbers::counted(interval, unit), reads),
                    None => self.model.spreads.lost(reads),
                }
            }
        };
        part
    }

    /// What a value may be, as a part of text.
    pub(in crate::eval) fn parts_of(&self, value: &Value, template: &Template) -> Vec<Part> {
        let scalar = matches!(value.kind, Kind::Text(_) | Kind::Secret(_) | Kind::Int(_) | Kind::Bool(_));
        if scalar || value.spread.is_none() {
            self.model.spreads.parts(value.spread, template)
        } else {
            vec![Part::Lost(self.model.spreads.reads(value.spread))]
        }
    }

    /// A text with its case changed.
    pub(in crate::eval) fn changed(&mut self, function: &str, text: &Value, template: &Template) -> Spread {
        let parts = self.parts_of(text, template);
        let change = match function {
            "lower" => Change::Lower,
            "upper" => Change::Upper,
            "flat" => Change::Flat,
            _ => return self.model.spreads.lost(self.model.spreads.reads(text.spread)),
        };
        if text.spread.is_none() {
            return Spread::NONE;
        }
        let changed = parts.into_iter().map(|part| match part {
            Part::Text(text) => Part::Text(change.text(&text).into()),
            Part::Env(name) if change.text(&name) == *name => Part::Env(name),
            Part::Lost(reads) => Part::Lost(reads),
            // What was lower case before, or has none, does not change.
            Part::Changed(done @ (Change::Lower | Change::Flat), parts) if change == Change::Lower => {
                Part::Changed(done, parts)
            }
            Part::Given(leaf) if change == Change::Lower && self.is_lower(leaf) => Part::Given(leaf),
            Part::Hole(hole @ Hole::Pseudo(_)) if change == Change::Lower => Part::Hole(hole),
            part @ (Part::Env(_) | Part::Given(_) | Part::Changed(..) | Part::Either(..) | Part::Hole(_)) => {
                Part::Changed(change, Arc::new([part]))
            }
        });
        let changed = changed.collect();
        self.model.spreads.text(changed)
    }

    /// Whether whatever a leaf's type allows is in lower case.
    fn is_lower(&self, leaf: LeafId) -> bool {
        let Some(leaf) = self.model.spreads.leaf(leaf) else { return false };
        text::with(|table| {
            let (Some(lang), Some(lower)) = (language_of(table, &leaf.domain, None), table.whole(LOWER)) else {
                return false;
            };
            table.is_proved(&[Link::Any(lang)], lower)
        })
    }

    /// A number calculated from two.
    pub(in crate::eval) fn calculated(&mut self, operator: BinaryOp, first: &Value, second: &Value) -> Spread {
        let spreads = &self.model.spreads;
        let reads = spreads.reads(first.spread).and(spreads.reads(second.spread));
        let interval = |value: &Value| match &value.kind {
            Kind::Int(number) if value.spread.is_none() => Some((Some(*number), Some(*number))),
            Kind::Int(_) => spreads.interval(value.spread),
            _ => None,
        };
        // Of one param on both sides, the ends would not come together.
        let apart = !spreads.reads(first.spread).meets(spreads.reads(second.spread));
        let both = interval(first).zip(interval(second)).filter(|_| apart);
        let found = both.and_then(|(a, b)| numbers::calculated(operator, a, b));
        match found {
            Some(found) => self.model.spreads.whole(found, reads),
            None => self.model.spreads.lost(reads),
        }
    }

    /// The value of the way that is taken, which may be that of another one where params are otherwise. The other ways are looked at
    /// only where that has no consequences: they may say what does not hold here.
    pub(in crate::eval) fn or_others(
        &mut self,
        taken: Value,
        decided_by: Reads,
        others: &[&'p Expr],
        scope: &Scope<'p>,
    ) -> Value {
        if decided_by.is_none() || taken.is_error() {
            return taken;
        }
        let lost = self.model.spreads.reads(taken.spread).and(decided_by);
        if !others.iter().all(|other| self.is_plain(other, scope)) {
            return Value { spread: self.model.spreads.lost(lost), ..taken };
        }
        let mut all = vec![taken.clone()];
        // What another way gets wrong is told where it is taken.
        let told = self.diagnostics.len();
        for other in others {
            all.push(self.evaluate(other, scope));
        }
        self.diagnostics.truncate(told);
        let spread = self.either(decided_by, &all).unwrap_or_else(|| self.model.spreads.lost(lost));
        Value { spread, ..taken }
    }

    fn either(&mut self, decided_by: Reads, all: &[Value]) -> Option<Spread> {
        let numbers: Option<Vec<super::Interval>> = all
            .iter()
            .map(|value| match &value.kind {
                Kind::Int(number) if value.spread.is_none() => Some((Some(*number), Some(*number))),
                Kind::Int(_) => self.model.spreads.interval(value.spread),
                _ => None,
            })
            .collect();
        if let Some(numbers) = numbers {
            let joined = numbers
                .into_iter()
                .reduce(|a, b| (a.0.zip(b.0).map(|(a, b)| a.min(b)), a.1.zip(b.1).map(|(a, b)| a.max(b))))?;
            let reads = all.iter().fold(decided_by, |reads, value| reads.and(self.model.spreads.reads(value.spread)));
            return Some(self.model.spreads.whole(joined, reads));
        }
        let mut ways: Vec<Arc<[Part]>> = Vec::with_capacity(all.len());
        for value in all {
            match &value.kind {
                Kind::Text(text) => ways.push(self.parts_of(value, text).into()),
                // What is left out fits everywhere.
                Kind::None => {}
                _ => return None,
            }
        }
        Some(self.model.spreads.text(vec![Part::Either(decided_by, ways.into())]))
    }

    /// Whether an expression is made of texts, numbers and known params alone, so that looking at it has no consequences.
    fn is_plain(&self, expr: &Expr, scope: &Scope<'p>) -> bool {
        match &expr.kind {
            ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) => true,
            ExprKind::Text(text) => text.pieces.iter().all(|piece| match piece {
                TextPiece::Literal(..) => true,
                TextPiece::Variable(..) => false,
                TextPiece::Interpolation(inner) => self.is_plain(inner, scope),
            }),
            ExprKind::Name(name) => self.is_known(*name, scope),
            _ => false,
        }
    }

    /// Whether a name's value is found already, or cannot fail.
    fn is_known(&self, name: Symbol, scope: &Scope<'p>) -> bool {
        let mut at = scope.frame();
        while let Some(frame) = at {
            match &frame.kind {
                FrameKind::Binding(bound, _) if *bound == name => return true,
                FrameKind::Values(values) if values.contains_key(&name) => return true,
                FrameKind::Lets(cells) => {
                    if let Some(cell) = cells.iter().find(|cell| cell.name == name) {
                        return matches!(&*cell.state.borrow(), State::Known(value) if !value.is_error());
                    }
                }
                FrameKind::Body(body) => {
                    if let Some((_, state)) = self.body(*body).and_then(|body| body.params.get(&name)) {
                        return matches!(&*state.borrow(), State::Known(value) if !value.is_error());
                    }
                    if self.body(*body).is_some_and(|body| body.possible.contains_key(&name)) {
                        return false;
                    }
                }
                FrameKind::Properties(_) => return false,
                FrameKind::Root(_) => {
                    let param = self.params.get(&name).map(|state| state.borrow().clone());
                    return match param {
                        Some(State::Known(value)) => !value.is_error(),
                        Some(State::Busy | State::Unknown) => false,
                        None => ["system", "env", "account", "region", "partition"].contains(&name.as_str()),
                    };
                }
                FrameKind::Binding(..) | FrameKind::Values(_) => {}
            }
            at = frame.outer.frame();
        }
        false
    }
}
