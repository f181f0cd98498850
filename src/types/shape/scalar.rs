//! What is asked of texts, numbers and truths.

use crate::catalog::{Availability, Kind, Shape};
use crate::types::shape::{Bound, Place, Problem, View, formats};
use crate::types::text;

/// The first thing that is wrong with a scalar.
pub(super) fn problem<S>(view: &View<'_>, shape: Shape, place: Place<'_>) -> Option<Problem<S>> {
    let text = view.spelt()?;
    if let Some(problem) = off_list(&text, view, shape, place) {
        return Some(problem);
    }
    if let Some((count, limit, bound)) = off_length(view, shape) {
        return Some(Problem::Length { count, limit, bound });
    }
    if let Some((limit, bound)) = out_of_range(view, shape) {
        return Some(Problem::Range { shown: shown(view), limit, bound });
    }
    if !matches!(view, View::Text(_)) {
        return None;
    }
    if let Some(pattern) = shape.pattern()
        && text::contains(pattern, &text) == Some(false)
    {
        return Some(Problem::Pattern { shown: shown(view), pattern });
    }
    let wanted = formats::wanted(shape.format()?, &text)?;
    Some(Problem::Format { shown: shown(view), wanted })
}

/// A value that is not among those that are allowed.
fn off_list<S>(text: &str, view: &View<'_>, shape: Shape, place: Place<'_>) -> Option<Problem<S>> {
    let not_allowed = |allowed| Some(Problem::NotAllowed { shown: shown(view), allowed });
    if is_listed(text, view, shape) == Some(false) {
        return not_allowed(shape.enum_values().collect());
    }
    if let Some(constant) = shape.constant()
        && !is_constant(view, constant)
    {
        return not_allowed(vec![constant.trim_matches('"')]);
    }
    if !shape.versions().is_empty() && !shape.versions().any(|version| is_version(text, version)) {
        return not_allowed(shape.versions().collect());
    }
    let regional = shape.regional()?;
    match regional.availability(text, place.region) {
        Availability::Absent if regional.exists(text) => {
            Some(Problem::OtherRegion { shown: shown(view), allowed: regional.values(place.region).collect() })
        }
        Availability::Absent => not_allowed(regional.values(place.region).collect()),
        Availability::Available | Availability::Unknown => None,
    }
}

/// A scalar as a message shows it.
pub(super) fn shown(view: &View<'_>) -> String {
    match view {
        View::Text(text) => format!("{text:?}"),
        View::Int(_) | View::Float(_) | View::Bool(_) => view.spelt().unwrap_or_default().into_owned(),
        View::Open | View::Broken | View::SomeText | View::List | View::Object => String::from("this"),
    }
}

/// Whether a scalar is among the values that a shape lists; `None` if it lists none.
pub(super) fn is_listed(text: &str, view: &View<'_>, shape: Shape) -> Option<bool> {
    let mut values = shape.enum_values();
    if values.is_empty() {
        return None;
    }
    let number = if matches!(view, View::Text(_)) { None } else { view.number() };
    Some(if shape.enum_ignores_case() {
        values.any(|value| value.eq_ignore_ascii_case(text))
    } else {
        values.has(text) || number.is_some_and(|number| values.any(|value| value.parse() == Ok(number)))
    })
}

/// Whether a scalar is the one that a schema allows, given as JSON.
pub(super) fn is_constant(view: &View<'_>, constant: &str) -> bool {
    let wanted = constant.trim_matches('"');
    let text = view.spelt();
    text.as_deref() == Some(wanted)
        || view.number().is_some_and(|number| wanted.parse() == Ok(number))
        || text.as_deref().and_then(truth).is_some_and(|known| truth(wanted) == Some(known))
}

/// Whether a text is a version, or one below it.
pub(super) fn is_version(text: &str, version: &str) -> bool {
    text.strip_prefix(version).is_some_and(|rest| rest.is_empty() || (rest.len() > 1 && rest.starts_with('.')))
}

/// The truth that a text spells.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

/// Too few or too many characters: how many there are, the limit, and which one.
pub(super) fn off_length(view: &View<'_>, shape: Shape) -> Option<(usize, u32, Bound)> {
    let View::Text(text) = view else { return None };
    let (least, most) = (shape.min_length(), shape.max_length());
    if least.is_none() && most.is_none() {
        return None;
    }
    let count = text.chars().count();
    let short = least.filter(|limit| count < *limit as usize).map(|limit| (count, limit, Bound::Least));
    short.or_else(|| most.filter(|limit| count > *limit as usize).map(|limit| (count, limit, Bound::Most)))
}

/// Too small or too great a number: the limit, and which one.
pub(super) fn out_of_range(view: &View<'_>, shape: Shape) -> Option<(f64, Bound)> {
    if shape.kind() == Kind::String || matches!(view, View::Bool(_)) {
        return None;
    }
    let number = view.number()?;
    let wrong = |limit: Option<f64>, bound, broken: fn(f64, f64) -> bool| {
        limit.filter(|limit| broken(number, *limit)).map(|limit| (limit, bound))
    };
    wrong(shape.minimum(), Bound::Least, |number, limit| number < limit)
        .or_else(|| wrong(shape.maximum(), Bound::Most, |number, limit| number > limit))
        .or_else(|| wrong(shape.exclusive_minimum(), Bound::Above, |number, limit| number <= limit))
        .or_else(|| wrong(shape.exclusive_maximum(), Bound::Below, |number, limit| number >= limit))
        .or_else(|| wrong(shape.multiple_of(), Bound::Multiple, |number, step| !is_multiple(number, step)))
}

fn is_multiple(number: f64, step: f64) -> bool {
    let times = number / step;
    step == 0.0 || (times - times.round()).abs() < 1e-6
}
