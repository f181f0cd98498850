//! Shapes that are joined, chosen from, excluded, or asked for under a condition.

use crate::catalog::{Conditional, Property, Shape};
use crate::types::shape::walk::{Walk, in_order, settable};
use crate::types::shape::{Fault, Problem, Reason, Subject, Truth, View, holds, scalar};

impl<'a, S: Subject<'a>> Walk<'_, S> {
    /// What a shape asks for besides its own keywords.
    pub(super) fn combined(&mut self, value: S, shape: Shape) {
        for inner in shape.all_of().chain(shape.conditions()) {
            self.value(value, inner);
        }
        let any: Vec<Shape> = shape.any_of().collect();
        if !any.is_empty() {
            self.any_of(value, &any);
        }
        let one: Vec<Shape> = shape.one_of().collect();
        if !one.is_empty() {
            self.one_of(value, &one);
        }
        if let Some(excluded) = shape.excluded()
            && holds(value, excluded, self.place) == Truth::Yes
        {
            self.excluded(value, excluded);
        }
        if let Some(conditional) = shape.conditional() {
            self.conditional(value, conditional);
        }
    }

    fn conditional(&mut self, value: S, conditional: Conditional) {
        let branch = match holds(value, conditional.condition, self.place) {
            Truth::Yes => conditional.then,
            Truth::No => conditional.otherwise,
            Truth::Unknown => None,
        };
        if let Some(branch) = branch {
            let before = self.found.len();
            self.value(value, branch);
            if self.found.len() > before {
                let reasons = reasons(value, conditional.condition);
                for fault in self.found.iter_mut().skip(before) {
                    fault.because.extend_from_slice(&reasons);
                }
            }
        }
    }

    fn any_of(&mut self, value: S, alternatives: &[Shape]) {
        if alternatives.iter().all(|inner| holds(value, *inner, self.place) == Truth::No) {
            self.none_fits(value, alternatives);
        }
    }

    fn one_of(&mut self, value: S, alternatives: &[Shape]) {
        let answers: Vec<(Shape, Truth)> =
            alternatives.iter().map(|inner| (*inner, holds(value, *inner, self.place))).collect();
        let possible: Vec<Shape> =
            answers.iter().filter(|(_, answer)| *answer != Truth::No).map(|(inner, _)| *inner).collect();
        let certain: Vec<Shape> =
            answers.iter().filter(|(_, answer)| *answer == Truth::Yes).map(|(inner, _)| *inner).collect();
        match (possible.as_slice(), certain.as_slice()) {
            ([], _) => self.none_fits(value, alternatives),
            // What only this one can be has all that this one asks for.
            ([only], _) => self.value(value, *only),
            (_, [first, second, ..]) => self.both_fit(value, *first, *second),
            (_, _) => {}
        }
    }

    /// Two alternatives fit where only one may: because of properties of both.
    fn both_fit(&mut self, value: S, first: Shape, second: Shape) {
        let of = |shape: Shape, other: Shape| {
            shape.required().find(|name| value.get(name).is_some() && !other.required().has(name))
        };
        if let (Some(one), Some(two)) = (of(first, second), of(second, first))
            && let [earlier, later] = in_order(value, &[one, two]).as_slice()
        {
            self.exclude(value, later, earlier);
        }
    }

    fn none_fits(&mut self, value: S, alternatives: &[Shape]) {
        match value.view() {
            View::Object => self.no_object_fits(value, alternatives),
            View::Open | View::Broken | View::SomeText => {}
            View::Bool(_) | View::Int(_) | View::Float(_) | View::Text(_) | View::List => {
                self.nearest(value, alternatives);
            }
        }
    }

    fn no_object_fits(&mut self, value: S, alternatives: &[Shape]) {
        let set = |name: &str| value.get(name).is_some();
        let begun: Vec<Shape> = alternatives
            .iter()
            .copied()
            .filter(|inner| inner.properties().any(|property| set(property.name())) || inner.required().any(set))
            .collect();
        if begun.is_empty() {
            let mut names: Vec<&'static str> = alternatives.iter().flat_map(|inner| inner.required().take(1)).collect();
            names.dedup();
            let strange = value.entries().next();
            let closed = alternatives.iter().all(|inner| inner.is_closed());
            match strange {
                Some((key, inner)) if closed => {
                    let known = alternatives.iter().flat_map(|inner| settable(*inner)).collect();
                    self.push_in(key, inner, Problem::Unknown { key: key.to_owned(), known });
                }
                Some(_) | None if names.is_empty() => self.nearest(value, alternatives),
                Some(_) | None => self.push(value, Problem::Missing { names, one: true, needed_by: None }),
            }
            return;
        }
        self.nearest(value, &begun);
    }

    /// Says what the alternative that is nearest to the value finds wrong with it.
    fn nearest(&mut self, value: S, alternatives: &[Shape]) {
        let mut best: Option<(usize, usize, Shape, Vec<Fault<S>>)> = None;
        for inner in alternatives {
            let faults = self.apart(value, *inner);
            let unlike = value.entries().filter(|(key, _)| inner.property(key).is_none()).count();
            let nearer = best.as_ref().is_none_or(|(most, count, ..)| (unlike, faults.len()) < (*most, *count));
            if nearer && !faults.is_empty() {
                best = Some((unlike, faults.len(), *inner, faults));
            }
        }
        let Some((_, _, chosen, faults)) = best else {
            self.push(value, Problem::Alternatives);
            return;
        };
        let mut lists: Vec<&'static str> = Vec::new();
        for fault in faults {
            match &fault.problem {
                // What another alternative knows is not unknown, but cannot stand beside what this one has.
                Problem::Unknown { key, .. } if alternatives.iter().any(|inner| inner.property(key).is_some()) => {
                    let key = key.clone();
                    let beside = value.entries().map(|(known, _)| known).find(|known| chosen.property(known).is_some());
                    match beside.map(|beside| in_order(value, &[&key, beside])).as_deref() {
                        Some([first, second]) => self.exclude(value, second, first),
                        Some(_) | None => self.found.push(fault),
                    }
                }
                // Several lists of values are one.
                Problem::NotAllowed { shown, .. } if fault.path == self.path => {
                    for inner in alternatives {
                        lists.extend(inner.enum_values());
                    }
                    let problem = Problem::NotAllowed { shown: shown.clone(), allowed: std::mem::take(&mut lists) };
                    self.push(fault.at, problem);
                }
                _ => self.found.push(fault),
            }
        }
    }

    /// What is excluded, said of the property that makes it so.
    fn excluded(&mut self, value: S, excluded: Shape) {
        let mut names: Vec<&'static str> = excluded.required().collect();
        names.extend(excluded.any_of().flat_map(|inner| inner.required()).filter(|name| value.get(name).is_some()));
        names.dedup();
        let view = value.view();
        match (names.as_slice(), view.spelt()) {
            ([_, ..], _) => {
                for name in names {
                    if let Some(at) = value.get(name) {
                        self.push_in(name, at, Problem::Excluded { other: None });
                    }
                }
            }
            ([], Some(_)) => self.push(value, Problem::Forbidden { shown: scalar::shown(&view) }),
            ([], None) => self.push(value, Problem::Alternatives),
        }
    }
}

/// The properties that a condition is about.
fn reasons<'a, S: Subject<'a>>(value: S, condition: Shape) -> Vec<Reason<S>> {
    let own = condition.properties().map(Property::name).chain(condition.required());
    let inner = condition.any_of().chain(condition.one_of()).chain(condition.all_of()).chain(condition.excluded());
    let inner =
        inner.flat_map(|inner| inner.properties().map(Property::name).chain(inner.required()).collect::<Vec<_>>());
    let mut names: Vec<&'static str> = Vec::new();
    for name in own.chain(inner) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| Reason { name, value: value.get(name) }).collect()
}
