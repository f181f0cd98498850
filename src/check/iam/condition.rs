//! Whether conditions hold.

use crate::check::iam::context::Context;
use crate::check::iam::glyphs::{expand, literal, matches, matches_arn};
use crate::check::iam::policy::{Condition, Qualifier, Test};
use crate::check::iam::values::{Moment, Number, fits, within};

/// Whether a condition holds for a request.
pub(super) fn holds(condition: &Condition, variables: bool, context: &Context) -> bool {
    let operator = condition.operator;
    let values = context.values(&condition.key);
    if operator.test == Test::Null {
        let absent = values.is_empty();
        return condition.values.iter().any(|value| value.eq_ignore_ascii_case(if absent { "true" } else { "false" }));
    }
    if values.is_empty() && operator.if_exists {
        return true;
    }
    let one = |value: &String| passes(condition, value, variables, context);
    // No values and empty ones are the same to a set: there is nothing in it.
    let empty = values.iter().all(String::is_empty);
    match operator.qualifier {
        Qualifier::ForAllValues => empty || values.iter().all(one),
        Qualifier::ForAnyValue => !empty && values.iter().any(one),
        Qualifier::None if values.is_empty() => operator.test.is_negated(),
        Qualifier::None if operator.test.is_negated() => values.iter().all(one),
        Qualifier::None => values.iter().any(one),
    }
}

/// Whether one value of the request passes: one of the policy's values matches it, or none if the operator is negated. A policy's
/// value with a variable that has no value matches nothing, and lets nothing pass either.
fn passes(condition: &Condition, value: &str, variables: bool, context: &Context) -> bool {
    let test = condition.operator.test;
    let variables = variables && test.takes_variables();
    let mut known = true;
    let found = condition.values.iter().any(|wanted| {
        let matched = compare(test, value, wanted, variables, context);
        known &= matched.is_some();
        matched == Some(true)
    });
    if test.is_negated() { known && !found } else { found }
}

/// Whether a value matches, whatever the operator makes of it; none if nothing can be said.
fn compare(test: Test, value: &str, wanted: &str, variables: bool, context: &Context) -> Option<bool> {
    Some(match test {
        Test::Text { like: true, .. } => matches(&expand(wanted, variables, context)?, value),
        Test::Text { ignore_case: true, .. } => {
            literal(wanted, variables, context)?.to_lowercase() == value.to_lowercase()
        }
        Test::Text { .. } => literal(wanted, variables, context)? == value,
        Test::Arn { .. } => matches_arn(&expand(wanted, variables, context)?, value),
        Test::Number(order) => match (Number::parse(value), Number::parse(wanted)) {
            (Some(value), Some(wanted)) => fits(order, value.cmp(&wanted)),
            (Some(_) | None, Some(_) | None) => false,
        },
        Test::Date(order) => match (Moment::parse(value), Moment::parse(wanted)) {
            (Some(value), Some(wanted)) => fits(order, value.cmp(&wanted)),
            (Some(_) | None, Some(_) | None) => false,
        },
        Test::Bool => value.eq_ignore_ascii_case(wanted) && matches!(&*value.to_ascii_lowercase(), "true" | "false"),
        Test::Binary => value == wanted,
        Test::Address { .. } => within(value, wanted),
        Test::Null => false,
    })
}

/// Whether a value of a policy has no variable without a value.
pub(super) fn is_resolved(condition: &Condition, value: &str, context: &Context) -> bool {
    !condition.operator.test.takes_variables() || expand(value, true, context).is_some()
}
