//! Whole numbers from one to another, and what becomes of them.

use super::Interval;
use crate::syntax::ast::BinaryOp;

/// What a calculation with two numbers can give. `None`: it is not followed.
pub(in crate::eval) fn calculated(operator: BinaryOp, left: Interval, right: Interval) -> Option<Interval> {
    let both = |a: Option<i64>, b: Option<i64>, with: fn(i64, i64) -> Option<i64>| match (a, b) {
        (Some(a), Some(b)) => with(a, b).map(Some),
        (None, _) | (_, None) => Some(None),
    };
    match operator {
        BinaryOp::Add => Some((both(left.0, right.0, i64::checked_add)?, both(left.1, right.1, i64::checked_add)?)),
        BinaryOp::Subtract => {
            Some((both(left.0, right.1, i64::checked_sub)?, both(left.1, right.0, i64::checked_sub)?))
        }
        BinaryOp::Multiply => {
            let (Some(a), Some(b), Some(c), Some(d)) = (left.0, left.1, right.0, right.1) else { return None };
            let corners = [a.checked_mul(c)?, a.checked_mul(d)?, b.checked_mul(c)?, b.checked_mul(d)?];
            Some((corners.iter().min().copied(), corners.iter().max().copied()))
        }
        BinaryOp::Divide
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Else
        | BinaryOp::In
        | BinaryOp::NotIn
        | BinaryOp::Join => None,
    }
}

/// The amounts of an interval counted in a unit, those that are no whole number of it left out.
pub(in crate::eval) fn counted((least, most): Interval, unit: i64) -> Interval {
    (least.map(|least| ceiling(least, unit)), most.map(|most| most.div_euclid(unit)))
}

fn ceiling(number: i64, unit: i64) -> i64 {
    number.div_euclid(unit) + i64::from(number.rem_euclid(unit) != 0)
}

/// A number that an interval has and that lies beyond a limit: the nearest one.
pub(in crate::eval) fn beyond((least, most): Interval, lowest: Option<f64>, highest: Option<f64>) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "limits are small")]
    let below = |number: i64, limit: f64| (number as f64) < limit;
    #[expect(clippy::cast_possible_truncation, reason = "limits are small")]
    let whole = |limit: f64| limit as i64;
    if let Some(limit) = lowest {
        let nearest = whole(limit.ceil()).saturating_sub(1);
        let found = most.map_or(nearest, |most| most.min(nearest));
        if least.is_none_or(|least| least <= found) && below(found, limit) {
            return Some(found);
        }
    }
    if let Some(limit) = highest {
        let nearest = whole(limit.floor()).saturating_add(1);
        let found = least.map_or(nearest, |least| least.max(nearest));
        #[expect(clippy::cast_precision_loss, reason = "limits are small")]
        let above = found as f64 > limit;
        if most.is_none_or(|most| found <= most) && above {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval() -> impl Strategy<Value = Interval> {
        (prop::option::of(-20_i64..20), prop::option::of(-20_i64..20))
            .prop_filter("not empty", |(least, most)| least.zip(*most).is_none_or(|(least, most)| least <= most))
    }

    fn members((least, most): Interval) -> std::ops::RangeInclusive<i64> {
        least.unwrap_or(-40)..=most.unwrap_or(40)
    }

    fn has((least, most): Interval, number: i64) -> bool {
        least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)
    }

    proptest! {
        #[test]
        fn a_calculation_stays_within_what_is_said_of_it(left in interval(), right in interval()) {
            type Operation = fn(i64, i64) -> i64;
            let all: [(BinaryOp, Operation); 3] = [
                (BinaryOp::Add, |a, b| a + b),
                (BinaryOp::Subtract, |a, b| a - b),
                (BinaryOp::Multiply, |a, b| a * b),
            ];
            for (operator, with) in all {
                let Some(found) = calculated(operator, left, right) else { continue };
                for a in members(left) {
                    prop_assert!(members(right).all(|b| has(found, with(a, b))));
                }
            }
        }

        #[test]
        fn what_lies_beyond_is_found_if_there_is_any(
            of in interval(), lowest in prop::option::of(-20_i64..20), highest in prop::option::of(-20_i64..20),
        ) {
            let beyond_of = |number: i64| {
                lowest.is_some_and(|limit| number < limit) || highest.is_some_and(|limit| number > limit)
            };
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let found = beyond(of, lowest.map(|limit| limit as f64), highest.map(|limit| limit as f64));
            match found {
                Some(number) => prop_assert!(has(of, number) && beyond_of(number)),
                None => prop_assert!(!members(of).any(beyond_of)),
            }
        }
    }

    #[test]
    fn amounts_are_counted_in_whole_units() {
        assert_eq!(counted((Some(1), Some(3_599_999)), 60_000), (Some(1), Some(59)));
        assert_eq!(counted((None, Some(-1)), 60_000), (None, Some(-1)));
    }
}
