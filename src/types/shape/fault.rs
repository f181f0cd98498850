//! What can be wrong with a value.

use crate::catalog::{Shape, Texts};

/// Something that is certainly wrong.
#[derive(Debug, Clone)]
pub struct Fault<S> {
    /// The value that is wrong, or that lacks something.
    pub at: S,
    /// The names that lead to it from the root, dots between them.
    pub path: String,
    /// What is wrong with it.
    pub problem: Problem<S>,
    /// Why this is asked of it, if it is asked only under a condition.
    pub because: Vec<Reason<S>>,
}

/// A part of a condition that made something wrong.
#[derive(Debug, Clone)]
pub struct Reason<S> {
    /// The property that the condition is about.
    pub name: &'static str,
    /// Its value; none if it matters that it is not set.
    pub value: Option<S>,
}

/// What a number is to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is at least the limit.
    Least,
    /// It is at most the limit.
    Most,
    /// It is above the limit.
    Above,
    /// It is below the limit.
    Below,
    /// It is a multiple of the limit.
    Multiple,
}

/// What is wrong with a value.
#[derive(Debug, Clone)]
pub enum Problem<S> {
    /// Its kind is another one.
    Kind(Shape),
    /// It is none of the allowed values.
    NotAllowed {
        /// What it is.
        shown: String,
        /// Those that are allowed.
        allowed: Vec<&'static str>,
    },
    /// It is one of the values that are not allowed.
    Forbidden {
        /// What it is.
        shown: String,
    },
    /// It is a value of another region.
    OtherRegion {
        /// What it is.
        shown: String,
        /// Those that this region has.
        allowed: Vec<&'static str>,
    },
    /// It does not match a pattern.
    Pattern {
        /// What it is.
        shown: String,
        /// The pattern.
        pattern: &'static str,
    },
    /// It has not the form that it should have.
    Format {
        /// What it is.
        shown: String,
        /// The form, in words.
        wanted: &'static str,
    },
    /// It has too few or too many characters.
    Length {
        /// How many it has.
        count: usize,
        /// How many it may have.
        limit: u32,
        /// Which limit that is.
        bound: Bound,
    },
    /// It is too small or too great a number.
    Range {
        /// What it is.
        shown: String,
        /// What it may be.
        limit: f64,
        /// Which limit that is.
        bound: Bound,
    },
    /// It has too few or too many items.
    Items {
        /// How many it has.
        count: usize,
        /// How many it may have.
        limit: u32,
        /// Which limit that is.
        bound: Bound,
    },
    /// It has too few or too many keys.
    Keys {
        /// How many it has.
        count: usize,
        /// How many it may have.
        limit: u32,
        /// Which limit that is.
        bound: Bound,
    },
    /// It equals an earlier item, in these properties or as a whole.
    Twice {
        /// The earlier one.
        first: S,
        /// The properties.
        keys: Texts,
    },
    /// No item is as one has to be.
    LacksItem,
    /// There is no such property.
    Unknown {
        /// Its name.
        key: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// A key of a map does not match the pattern of keys, or is not among the allowed ones.
    Key {
        /// The key.
        key: String,
        /// The pattern, if it is one.
        pattern: Option<&'static str>,
    },
    /// AWS sets it itself.
    ReadOnly,
    /// Properties are not set.
    Missing {
        /// Their names. All of them are needed, or one of them.
        names: Vec<&'static str>,
        /// One of them suffices.
        one: bool,
        /// The property that needs them, if it is one.
        needed_by: Option<(&'static str, S)>,
    },
    /// It may not be set together with another property, or not under this condition.
    Excluded {
        /// The other property, with its value.
        other: Option<(String, S)>,
    },
    /// AWS gives it up.
    Deprecated,
    /// It has none of several shapes, or more than one.
    Alternatives,
}

impl<S> Problem<S> {
    /// Whether AWS refuses it; otherwise it only advises against it.
    pub fn is_refused(&self) -> bool {
        !matches!(self, Problem::Deprecated)
    }
}
