//! A value as the checks see it.

use std::borrow::Cow;

/// A handle on a value that is held against shapes.
pub trait Subject<'a>: Copy {
    /// What is known of it.
    fn view(self) -> View<'a>;

    /// Its items, if it is a list.
    fn items(self) -> impl Iterator<Item = Self>;

    /// Its keys and values in the order written, if it is an object.
    fn entries(self) -> impl Iterator<Item = (&'a str, Self)>;

    /// The value under a key, if it is an object.
    fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Whether it certainly equals another value, once deployed.
    fn equals(self, other: Self) -> bool;
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum View<'a> {
    /// Nothing: it is known when deployed.
    Open,
    /// Not even whether it is there: a mistake in it was reported.
    Broken,
    /// It is text, but not which.
    SomeText,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List,
    /// Keys and values.
    Object,
}

impl View<'_> {
    /// The number that it is, or that its text spells: CloudFormation makes no difference.
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "limits are far below")]
            View::Int(number) => Some(*number as f64),
            View::Float(number) => Some(*number),
            View::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            View::Open | View::Broken | View::SomeText | View::Bool(_) | View::List | View::Object => None,
        }
    }

    /// A scalar as text, as templates write it.
    pub fn spelt(&self) -> Option<Cow<'_, str>> {
        match self {
            View::Text(text) => Some(Cow::Borrowed(text)),
            View::Int(number) => Some(Cow::Owned(number.to_string())),
            View::Float(number) => Some(Cow::Owned(number.to_string())),
            View::Bool(known) => Some(Cow::Borrowed(if *known { "true" } else { "false" })),
            View::Open | View::Broken | View::SomeText | View::List | View::Object => None,
        }
    }
}
