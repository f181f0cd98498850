//! Whether a value has a shape: yes, no, or it cannot be known yet.

use crate::catalog::{Availability, Kind, Shape};
use crate::types::shape::{Place, Subject, View, scalar};
use crate::types::text;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Certainly not.
    No,
    /// It depends on what is not known yet.
    Unknown,
    /// Certainly.
    Yes,
}

impl Truth {
    /// Of something that is known.
    pub fn of(known: bool) -> Truth {
        if known { Truth::Yes } else { Truth::No }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// At least one.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }

    /// All of them; stops at the first that certainly is not.
    pub fn all(answers: impl IntoIterator<Item = Truth>) -> Truth {
        let mut whole = Truth::Yes;
        for answer in answers {
            whole = whole.and(answer);
            if whole == Truth::No {
                break;
            }
        }
        whole
    }

    /// At least one of them; stops at the first that certainly is.
    pub fn any(answers: impl IntoIterator<Item = Truth>) -> Truth {
        let mut whole = Truth::No;
        for answer in answers {
            whole = whole.or(answer);
            if whole == Truth::Yes {
                break;
            }
        }
        whole
    }
}

/// Whether a value has a shape, as a validator of JSON schemas means it: a keyword asks nothing of values of other kinds.
pub fn holds<'a, S: Subject<'a>>(value: S, shape: Shape, place: Place<'_>) -> Truth {
    let view = value.view();
    if shape.is_never() {
        return if view == View::Broken { Truth::Unknown } else { Truth::No };
    }
    let mut whole = kind_holds(&view, shape);
    if whole == Truth::No {
        return whole;
    }
    whole = whole.and(match &view {
        // Nothing is known, so only what asks nothing is certain.
        View::Open | View::Broken | View::SomeText => Truth::of(shape.is_free()).or(Truth::Unknown),
        View::Text(text) => scalar_holds(text, &view, shape, place),
        View::Bool(_) | View::Int(_) | View::Float(_) => {
            scalar_holds(&view.spelt().unwrap_or_default(), &view, shape, place)
        }
        View::List => list_holds(value, shape, place),
        View::Object => object_holds(value, shape, place),
    });
    if whole == Truth::No {
        return whole;
    }
    whole.and(combined(value, shape, place))
}

/// Whether a value may be of the kind that the schema states.
pub(super) fn kind_holds(view: &View<'_>, shape: Shape) -> Truth {
    let kind = match view {
        View::Broken => return Truth::Unknown,
        View::Open => return if shape.states(Kind::String).is_some() { Truth::Unknown } else { Truth::Yes },
        View::SomeText | View::Text(_) => Kind::String,
        View::Bool(_) => Kind::Boolean,
        View::Int(_) => Kind::Integer,
        View::Float(_) => Kind::Number,
        View::List => Kind::List,
        View::Object => Kind::Object,
    };
    let fits = |kind| shape.states(kind).unwrap_or(true);
    // CloudFormation takes a number for its text, and a text for the number or the truth that it spells.
    let also = match kind {
        Kind::Integer => fits(Kind::Number) || fits(Kind::String),
        Kind::Number | Kind::Boolean => fits(Kind::String),
        Kind::String => {
            (view.number().is_some() && (fits(Kind::Integer) || fits(Kind::Number)))
                || (matches!(view, View::Text(text) if scalar::truth(text).is_some()) && fits(Kind::Boolean))
                || (matches!(view, View::SomeText) && (fits(Kind::Integer) || fits(Kind::Number)))
        }
        Kind::Object | Kind::Map | Kind::List | Kind::Json | Kind::Union => false,
    };
    Truth::of(fits(kind) || also)
}

fn scalar_holds(text: &str, view: &View<'_>, shape: Shape, place: Place<'_>) -> Truth {
    let allowed = scalar::is_listed(text, view, shape).unwrap_or(true)
        && shape.constant().is_none_or(|constant| scalar::is_constant(view, constant))
        && (shape.versions().is_empty() || shape.versions().any(|version| scalar::is_version(text, version)))
        && scalar::out_of_range(view, shape).is_none()
        && scalar::off_length(view, shape).is_none();
    if !allowed {
        return Truth::No;
    }
    if let Some(regional) = shape.regional() {
        match regional.availability(text, place.region) {
            Availability::Absent => return Truth::No,
            Availability::Unknown => return Truth::Unknown,
            Availability::Available => {}
        }
    }
    match shape.pattern() {
        Some(pattern) if matches!(view, View::Text(_) | View::Int(_) | View::Float(_)) => {
            text::contains(pattern, text).map_or(Truth::Unknown, Truth::of)
        }
        Some(_) | None => Truth::Yes,
    }
}

fn list_holds<'a, S: Subject<'a>>(value: S, shape: Shape, place: Place<'_>) -> Truth {
    let count = value.items().count();
    if shape.min_items().is_some_and(|least| count < least as usize)
        || shape.max_items().is_some_and(|most| count > most as usize)
    {
        return Truth::No;
    }
    if !shape.enum_values().is_empty() || shape.constant().is_some() {
        return Truth::No;
    }
    let items = match shape.items() {
        Some(items) if shape.kind() == Kind::List => Truth::all(value.items().map(|item| holds(item, items, place))),
        Some(_) | None => Truth::Yes,
    };
    let contains = match shape.contains() {
        Some(wanted) => Truth::any(value.items().map(|item| holds(item, wanted, place))),
        None => Truth::Yes,
    };
    items.and(contains)
}

fn object_holds<'a, S: Subject<'a>>(value: S, shape: Shape, place: Place<'_>) -> Truth {
    if !shape.enum_values().is_empty() || shape.constant().is_some() {
        return Truth::No;
    }
    let set = |name: &str| is_set(value, name);
    let mut whole = Truth::all(shape.required().map(set));
    if whole == Truth::No {
        return whole;
    }
    let mut count = 0;
    for (key, inner) in value.entries() {
        count += 1;
        if let Some(property) = shape.property(key) {
            whole = whole.and(holds(inner, property.shape(), place));
        } else if let (true, Some(items)) = (shape.kind() == Kind::Map || shape.key_pattern().is_some(), shape.items())
        {
            whole = whole.and(holds(inner, items, place));
        } else if shape.is_closed() {
            return Truth::No;
        }
        if whole == Truth::No {
            return whole;
        }
    }
    if shape.min_properties().is_some_and(|least| count < least as usize)
        || shape.max_properties().is_some_and(|most| count > most as usize)
    {
        return Truth::No;
    }
    if !shape.required_or().is_empty() {
        whole = whole.and(Truth::any(shape.required_or().map(set)));
    }
    if !shape.required_xor().is_empty() {
        whole = whole.and(exactly_one(&shape.required_xor().map(set).collect::<Vec<_>>()));
    }
    let needed = shape.dependent_required().map(|(name, others)| set(name).opposite().or(Truth::all(others.map(set))));
    let excluded =
        shape.dependent_excluded().map(|(name, others)| set(name).and(Truth::any(others.map(set))).opposite());
    let dependent = shape.dependent_shapes().map(|(name, inner)| set(name).opposite().or(holds(value, inner, place)));
    whole.and(Truth::all(needed)).and(Truth::all(excluded)).and(Truth::all(dependent))
}

/// Whether a property of an object is set.
pub(super) fn is_set<'a, S: Subject<'a>>(value: S, name: &str) -> Truth {
    match value.get(name).map(|inner| inner.view()) {
        None => Truth::No,
        Some(View::Broken) => Truth::Unknown,
        Some(_) => Truth::Yes,
    }
}

fn exactly_one(answers: &[Truth]) -> Truth {
    let certain = answers.iter().filter(|answer| **answer == Truth::Yes).count();
    let possible = answers.iter().filter(|answer| **answer != Truth::No).count();
    match (certain, possible) {
        (2.., _) | (_, 0) => Truth::No,
        (1, 1) => Truth::Yes,
        _ => Truth::Unknown,
    }
}

fn combined<'a, S: Subject<'a>>(value: S, shape: Shape, place: Place<'_>) -> Truth {
    let mut whole = Truth::all(shape.all_of().chain(shape.conditions()).map(|inner| holds(value, inner, place)));
    if shape.any_of().next().is_some() {
        whole = whole.and(Truth::any(shape.any_of().map(|inner| holds(value, inner, place))));
    }
    if shape.one_of().next().is_some() {
        let answers: Vec<Truth> = shape.one_of().map(|inner| holds(value, inner, place)).collect();
        whole = whole.and(exactly_one(&answers));
    }
    if let Some(excluded) = shape.excluded() {
        whole = whole.and(holds(value, excluded, place).opposite());
    }
    if let Some(conditional) = shape.conditional() {
        let branch = |shape: Option<Shape>| shape.map_or(Truth::Yes, |shape| holds(value, shape, place));
        whole = whole.and(match holds(value, conditional.condition, place) {
            Truth::Yes => branch(conditional.then),
            Truth::No => branch(conditional.otherwise),
            Truth::Unknown => match (branch(conditional.then), branch(conditional.otherwise)) {
                (Truth::Yes, Truth::Yes) => Truth::Yes,
                (Truth::No, Truth::No) => Truth::No,
                (_, _) => Truth::Unknown,
            },
        });
    }
    whole
}
