//! A value and its shape, side by side.

use crate::catalog::{Kind, Property, Shape, Texts};
use crate::diag::nearest;
use crate::types::shape::holds::is_set;
use crate::types::shape::{Bound, Fault, Place, Problem, Reason, Subject, Truth, View, holds, scalar};
use crate::types::text;

/// Everything that is certainly wrong with a value.
pub fn faults<'a, S: Subject<'a>>(value: S, shape: Shape, place: Place<'_>) -> Vec<Fault<S>> {
    let mut walk = Walk { place, path: String::new(), because: Vec::new(), found: Vec::new() };
    walk.value(value, shape);
    walk.found
}

/// The property of an object under a key: its own, or one of the alternative that fits the object's keys best.
pub fn property_of(shape: Shape, key: &str, is_set: &dyn Fn(&str) -> bool) -> Option<Property> {
    let own = shape.property(key);
    let joined = || shape.all_of().find_map(|inner| property_of(inner, key, is_set));
    let alternative = || {
        let known = |inner: Shape| property_of(inner, key, is_set).map(|property| (inner, property));
        let score = |inner: Shape| inner.properties().filter(|property| is_set(property.name())).count();
        let alternatives = shape.one_of().chain(shape.any_of()).filter_map(known);
        // The first of the best: what is written first says which alternative is meant.
        let mut best: Option<(usize, Property)> = None;
        for (inner, property) in alternatives {
            let points = score(inner);
            if best.as_ref().is_none_or(|(most, _)| points > *most) {
                best = Some((points, property));
            }
        }
        best.map(|(_, property)| property)
    };
    own.or_else(joined).or_else(alternative)
}

/// The way through a value.
pub(super) struct Walk<'p, S> {
    pub(super) place: Place<'p>,
    /// The names on the way here.
    pub(super) path: String,
    /// The conditions that led here.
    pub(super) because: Vec<Reason<S>>,
    pub(super) found: Vec<Fault<S>>,
}

impl<'a, S: Subject<'a>> Walk<'_, S> {
    /// Says that something is wrong, unless something was said of the same place before.
    pub(super) fn push(&mut self, at: S, problem: Problem<S>) {
        let same = |fault: &Fault<S>| fault.path == self.path && is_same(&fault.problem, &problem);
        if !self.found.iter().any(same) {
            self.found.push(Fault { at, path: self.path.clone(), problem, because: self.because.clone() });
        }
    }

    /// The same of a property of the value here.
    pub(super) fn push_in(&mut self, name: &str, at: S, problem: Problem<S>) {
        self.inside(name, |walk| walk.push(at, problem));
    }

    fn inside(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        work(self);
        self.path.truncate(length);
    }

    /// What a shape finds wrong with a value, without saying it yet.
    pub(super) fn apart(&mut self, value: S, shape: Shape) -> Vec<Fault<S>> {
        let before = std::mem::take(&mut self.found);
        self.value(value, shape);
        std::mem::replace(&mut self.found, before)
    }

    pub(super) fn value(&mut self, value: S, shape: Shape) {
        let view = value.view();
        if view == View::Broken {
            return;
        }
        if shape.is_never() {
            self.push(value, Problem::Excluded { other: None });
            return;
        }
        if holds::kind_holds(&view, shape) == Truth::No {
            self.push(value, Problem::Kind(shape));
            return;
        }
        if shape.is_deprecated() {
            self.push(value, Problem::Deprecated);
        }
        let before = self.found.len();
        match view {
            View::Open | View::Broken | View::SomeText => {}
            View::Bool(_) | View::Int(_) | View::Float(_) | View::Text(_) => {
                if let Some(problem) = scalar::problem(&view, shape, self.place) {
                    self.push(value, problem);
                }
            }
            View::List => self.list(value, shape),
            View::Object => self.object(value, shape),
        }
        if self.found.iter().skip(before).any(|fault| fault.problem.is_refused()) {
            // What follows from a mistake is no second one.
            return;
        }
        self.combined(value, shape);
    }

    fn list(&mut self, value: S, shape: Shape) {
        let count = value.items().count();
        let short = shape.min_items().filter(|limit| count < *limit as usize).map(|limit| (limit, Bound::Least));
        let long = shape.max_items().filter(|limit| count > *limit as usize).map(|limit| (limit, Bound::Most));
        if let Some((limit, bound)) = short.or(long) {
            self.push(value, Problem::Items { count, limit, bound });
        }
        if shape.unique_items() {
            self.twice(value, Texts::default(), |one, other| one.equals(other));
        }
        let keys = shape.unique_keys();
        if !keys.is_empty() {
            self.twice(value, keys, |one, other| {
                let mut keys = keys;
                keys.all(|key| match (one.get(key), other.get(key)) {
                    (Some(one), Some(other)) => one.equals(other),
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                })
            });
        }
        if let Some(wanted) = shape.contains()
            && value.items().all(|item| holds(item, wanted, self.place) == Truth::No)
        {
            self.push(value, Problem::LacksItem);
        }
        let mut prefix = shape.prefix_items();
        for item in value.items() {
            if let Some(inner) = prefix.next().or(shape.items()) {
                self.value(item, inner);
            }
        }
    }

    fn twice(&mut self, value: S, keys: Texts, same: impl Fn(S, S) -> bool) {
        let items: Vec<S> = value.items().collect();
        for (index, item) in items.iter().enumerate() {
            if let Some(first) = items.iter().take(index).find(|first| same(**first, *item)) {
                // Equal items have one path, and each is a mistake of its own.
                let (at, problem) = (*item, Problem::Twice { first: *first, keys });
                self.found.push(Fault { at, path: self.path.clone(), problem, because: self.because.clone() });
            }
        }
    }

    fn object(&mut self, value: S, shape: Shape) {
        let mut misspelt: Vec<&str> = Vec::new();
        let mut count = 0;
        for (key, inner) in value.entries() {
            count += 1;
            match shape.property(key) {
                Some(property) => self.property(key, inner, property),
                // A map, or something that is one unless it is a text.
                None if shape.kind() == Kind::Map || shape.key_pattern().is_some() => self.keyed(key, inner, shape),
                None if shape.is_closed() => {
                    misspelt.push(key);
                    let known = settable(shape);
                    self.push_in(key, inner, Problem::Unknown { key: key.to_owned(), known });
                }
                None => {}
            }
            if let Some(keys) = shape.keys()
                && holds(Key(key), keys, self.place) == Truth::No
            {
                self.push_in(key, inner, Problem::Key { key: key.to_owned(), pattern: keys.pattern() });
            }
        }
        let few = shape.min_properties().filter(|limit| count < *limit as usize).map(|limit| (limit, Bound::Least));
        let many = shape.max_properties().filter(|limit| count > *limit as usize).map(|limit| (limit, Bound::Most));
        if let Some((limit, bound)) = few.or(many) {
            self.push(value, Problem::Keys { count, limit, bound });
        }
        self.missing(value, shape, &misspelt);
        self.together(value, shape);
    }

    fn property(&mut self, key: &str, value: S, property: Property) {
        let shape = property.shape();
        self.inside(key, |walk| {
            // An object all of whose properties are AWS's own is told by those that are set.
            let parts = shape.properties().next().is_some() && shape.properties().all(Property::read_only);
            let view = value.view();
            if property.read_only() && view != View::Broken && !(parts && view == View::Object) {
                walk.push(value, Problem::ReadOnly);
                return;
            }
            if property.deprecated() {
                walk.push(value, Problem::Deprecated);
            }
            walk.value(value, shape);
        });
    }

    fn keyed(&mut self, key: &str, value: S, shape: Shape) {
        let fits = shape.key_pattern().is_none_or(|found| text::contains(found, key) != Some(false));
        if !fits && shape.is_closed() {
            self.push_in(key, value, Problem::Key { key: key.to_owned(), pattern: shape.key_pattern() });
        } else if let (true, Some(items)) = (fits, shape.items()) {
            self.inside(key, |walk| walk.value(value, items));
        }
    }

    /// Properties that are needed whatever else is set, or because another one is.
    fn missing(&mut self, value: S, shape: Shape, misspelt: &[&str]) {
        let set = |name: &str| value.get(name).is_some();
        for name in shape.required() {
            let by_aws = shape.property(name).is_some_and(Property::read_only);
            let meant = misspelt.iter().any(|key| nearest(key, [name]).is_some());
            if !set(name) && !by_aws && !meant {
                self.push(value, Problem::Missing { names: vec![name], one: false, needed_by: None });
            }
        }
        let one_of = |names: Texts| {
            (!names.is_empty() && !{ names }.any(set)).then(|| Problem::Missing {
                names: names.collect(),
                one: true,
                needed_by: None,
            })
        };
        for problem in [one_of(shape.required_or()), one_of(shape.required_xor())].into_iter().flatten() {
            self.push(value, problem);
        }
        for (name, others) in shape.dependent_required() {
            let Some(given) = value.get(name) else { continue };
            if given.view() == View::Broken {
                continue;
            }
            let names: Vec<&'static str> = others.filter(|other| !set(other)).collect();
            if !names.is_empty() {
                self.push(value, Problem::Missing { names, one: false, needed_by: Some((name, given)) });
            }
        }
    }

    /// Properties that exclude each other, and shapes that one of them asks for.
    fn together(&mut self, value: S, shape: Shape) {
        let exclusive: Vec<&str> = shape.required_xor().filter(|name| value.get(name).is_some()).collect();
        if let [first, others @ ..] = in_order(value, &exclusive).as_slice() {
            for other in others {
                self.exclude(value, other, first);
            }
        }
        let mut told: Vec<(&str, &str)> = Vec::new();
        for (name, others) in shape.dependent_excluded() {
            for other in others {
                let both = in_order(value, &[name, other]);
                if let [first, second] = both.as_slice()
                    && first != second
                    && !told.contains(&(*first, *second))
                {
                    told.push((*first, *second));
                    self.exclude(value, second, first);
                }
            }
        }
        for (name, inner) in shape.dependent_shapes() {
            if let Some(given) = value.get(name)
                && is_set(value, name) == Truth::Yes
            {
                self.under(&[Reason { name, value: Some(given) }], |walk| walk.value(value, inner));
            }
        }
    }

    /// Says that a property may not stand beside another one.
    pub(super) fn exclude(&mut self, value: S, name: &str, other: &str) {
        let (Some(at), Some(beside)) = (value.get(name), value.get(other)) else { return };
        self.push_in(name, at, Problem::Excluded { other: Some((other.to_owned(), beside)) });
    }

    /// Looks on under further conditions.
    pub(super) fn under(&mut self, reasons: &[Reason<S>], work: impl FnOnce(&mut Self)) {
        let length = self.because.len();
        self.because.extend_from_slice(reasons);
        work(self);
        self.because.truncate(length);
    }
}

/// Names of properties that certainly are set, in the order in which they are.
pub(super) fn in_order<'a, 'n, S: Subject<'a>>(value: S, names: &[&'n str]) -> Vec<&'n str> {
    let certain = value.entries().filter(|(_, inner)| inner.view() != View::Broken);
    let found = certain.filter_map(|(key, _)| names.iter().find(|name| **name == key).copied());
    let mut sorted: Vec<&'n str> = found.collect();
    sorted.dedup();
    sorted
}

/// The properties of an object that can be set.
pub(super) fn settable(shape: Shape) -> Vec<&'static str> {
    shape.properties().filter(|property| !property.read_only()).map(Property::name).collect()
}

/// Whether one problem says what another one does.
fn is_same<S>(one: &Problem<S>, other: &Problem<S>) -> bool {
    match (one, other) {
        (Problem::Missing { names: one, .. }, Problem::Missing { names: other, .. }) => one == other,
        (Problem::Deprecated, Problem::Deprecated) => true,
        (Problem::Missing { .. } | Problem::Deprecated, _) | (_, Problem::Missing { .. } | Problem::Deprecated) => {
            false
        }
        (_, _) => true,
    }
}

/// A key as a value.
#[derive(Clone, Copy)]
struct Key<'a>(&'a str);

impl<'a> Subject<'a> for Key<'a> {
    fn view(self) -> View<'a> {
        View::Text(self.0.into())
    }

    fn items(self) -> impl Iterator<Item = Self> {
        std::iter::empty()
    }

    fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        std::iter::empty()
    }

    fn equals(self, other: Self) -> bool {
        self.0 == other.0
    }
}
