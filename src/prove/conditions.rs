//! Conditions of both sides in one form, and which of them follow from which.

use std::cmp::Ordering;

use crate::catalog::{KeyType, catalog};
use crate::check::iam::{Operator, Order, Qualifier, Test};
use crate::eval::model::Effect;
use crate::prove::automata::covers;
use crate::prove::claims::{Party, folded};
use crate::prove::facts;
use crate::prove::letters::{ANY, Letters, ONE, Scribe, is_symbol};
use crate::syntax::ast::ConditionOperator;

/// One key of a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    /// The key, in small letters: it has no case.
    pub(super) key: String,
    /// The operator; an unknown one as it is written.
    pub(super) operator: Comparison,
    /// Sorted, each once.
    pub(super) values: Vec<Letters>,
}

/// How a key is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison(pub(super) Option<Operator>);

impl PartialOrd for Comparison {
    fn partial_cmp(&self, other: &Comparison) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Comparison {
    fn cmp(&self, other: &Comparison) -> Ordering {
        format!("{:?}", self.0).cmp(&format!("{:?}", other.0))
    }
}

impl Condition {
    /// A condition in the one form of all that hold for the same requests: without what can match nothing, and without what an
    /// operator adds that makes no difference.
    pub(super) fn new(key: &str, operator: Comparison, mut values: Vec<Letters>) -> Condition {
        let key = key.to_ascii_lowercase();
        let operator = Comparison(operator.0.map(|operator| plainest(&key, operator, &mut values)));
        values.sort();
        values.dedup();
        Condition { key, operator, values }
    }

    /// Whether no request of a party can hold it.
    pub(super) fn never_holds(&self, party: &Party) -> bool {
        let Some(operator) = self.operator.0 else { return false };
        let needs_a_match = !operator.test.is_negated()
            && operator.qualifier != Qualifier::ForAllValues
            && operator.test != Test::Null
            && !operator.if_exists;
        let service = matches!(party, Party::Named(kind, _) if kind == "Service");
        needs_a_match && (self.values.is_empty() || (service && facts::says_whose_identity(&self.key)))
    }

    /// Whether every request holds it.
    pub(super) fn always_holds(&self) -> bool {
        let excludes = |operator: Operator| operator.test.is_negated() && operator.qualifier == Qualifier::None;
        self.values.is_empty() && self.operator.0.is_some_and(excludes)
    }

    /// Whether it holds exactly if it would hold with one of its values alone.
    pub(super) fn is_one_of_its_values(&self) -> bool {
        let Some(operator) = self.operator.0 else { return false };
        let of_sets = operator.qualifier == Qualifier::ForAllValues;
        !of_sets && !operator.test.is_negated()
    }

    /// A condition as a person reads it.
    pub(super) fn shown(&self, scribe: &Scribe<'_>) -> String {
        let values: Vec<String> = self.values.iter().map(|value| scribe.shown(value)).collect();
        let operator = self.operator.0.map_or_else(|| String::from("?"), |operator| operator.to_string());
        format!("{} {operator} {}", self.key, values.join(", "))
    }
}

/// An operator without what makes no difference for a key and values, which lose what can match nothing.
fn plainest(key: &str, mut operator: Operator, values: &mut Vec<Letters>) -> Operator {
    let wild = |value: &Letters| value.contains(&ANY) || value.contains(&ONE);
    match &mut operator.test {
        Test::Text { like, .. } => *like &= values.iter().any(wild),
        Test::Bool | Test::Null => {
            values.iter_mut().for_each(|value| *value = folded(std::mem::take(value)));
            values.retain(|value| is_open(value) || ["true", "false"].iter().any(|known| reads(value, known)));
        }
        Test::Arn { .. } => values.retain(|value| is_open(value) || *value == [ANY] || parts(value) >= PARTS_OF_AN_ARN),
        Test::Number(_) => values.retain(|value| is_open(value) || is_number(value)),
        Test::Date(_) | Test::Binary | Test::Address { .. } => {}
    }
    // Where the key is missing, these hold anyway; and some keys never are.
    let anyway = match operator.qualifier {
        Qualifier::None => operator.test.is_negated(),
        Qualifier::ForAllValues => true,
        Qualifier::ForAnyValue => false,
    };
    operator.if_exists &= !anyway && !facts::comes_with_every_request(key);
    operator
}

const PARTS_OF_AN_ARN: usize = 6;

/// Whether only a deployment knows all of a value.
fn is_open(value: &Letters) -> bool {
    value.iter().any(|letter| is_symbol(*letter))
}

fn reads(value: &Letters, text: &str) -> bool {
    value.iter().copied().eq(text.chars().map(u32::from))
}

fn parts(value: &Letters) -> usize {
    value.iter().filter(|letter| **letter == u32::from(':')).count() + 1
}

fn is_number(value: &Letters) -> bool {
    let text: Option<String> = value.iter().map(|letter| char::from_u32(*letter)).collect();
    text.is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
}

/// What a comparison in the source means, and whether the key has to be there besides. It follows the type of the key. Of a key with
/// many values a permission wants all to pass, and some to be there; a denial one; and where the key says what somebody is, one is enough.
pub(super) fn said(
    key: &str,
    operator: ConditionOperator,
    effect: Effect,
    (is_bool, is_number): (bool, bool),
) -> (Comparison, bool) {
    use ConditionOperator as Said;
    let known = catalog().condition_key(key);
    let order = match operator {
        Said::Equal | Said::In | Said::Like => Order::Equals,
        Said::NotEqual => Order::NotEquals,
        Said::Less => Order::LessThan,
        Said::LessEqual => Order::LessThanEquals,
        Said::Greater => Order::GreaterThan,
        Said::GreaterEqual => Order::GreaterThanEquals,
    };
    let negated = operator == Said::NotEqual;
    let ordered = !matches!(order, Order::Equals | Order::NotEquals);
    let test = match known.map(|key| key.value) {
        Some(KeyType::Bool) => Test::Bool,
        Some(KeyType::Date) => Test::Date(order),
        Some(KeyType::Numeric) => Test::Number(order),
        Some(KeyType::IpAddress) => Test::Address { negated },
        Some(KeyType::Arn) => Test::Arn { negated },
        None if is_bool => Test::Bool,
        None if is_number => Test::Number(order),
        Some(KeyType::String) | None if ordered => Test::Number(order),
        Some(KeyType::String) | None => Test::Text { negated, ignore_case: false, like: operator == Said::Like },
    };
    let many = known.is_some_and(|key| key.many);
    let qualifier = match effect {
        _ if !many => Qualifier::None,
        Effect::Allow if negated || !facts::is_of_a_kind(key) => Qualifier::ForAllValues,
        Effect::Allow | Effect::Deny => Qualifier::ForAnyValue,
    };
    let present = qualifier == Qualifier::ForAllValues && !negated;
    (Comparison(Some(Operator { qualifier, test, if_exists: false })), present)
}

/// The condition that a key is there.
pub(super) fn present(key: &str) -> Condition {
    let test = Operator { qualifier: Qualifier::None, test: Test::Null, if_exists: false };
    Condition::new(key, Comparison(Some(test)), vec!["false".chars().map(u32::from).collect()])
}

/// Whether all of `narrow` together are at least as strict as each of `wide`.
pub(super) fn imply(narrow: &[Condition], wide: &[Condition]) -> bool {
    wide.iter().all(|wanted| narrow.iter().any(|given| implies(given, wanted)))
}

fn implies(given: &Condition, wanted: &Condition) -> bool {
    if given == wanted {
        return true;
    }
    let (Some(strict), Some(loose)) = (given.operator.0, wanted.operator.0) else { return false };
    if given.key != wanted.key || strict.qualifier != loose.qualifier || (strict.if_exists && !loose.if_exists) {
        return false;
    }
    let each_of = |few: &[Letters], many: &[Letters], fits: &dyn Fn(&Letters, &Letters) -> bool| {
        few.iter().all(|one| many.iter().any(|other| fits(one, other)))
    };
    let (few, many) = (&given.values, &wanted.values);
    let same = |one: &Letters, other: &Letters| one == other;
    // Of what must not be, more is stricter.
    let exclude = |fits: &dyn Fn(&Letters, &Letters) -> bool| each_of(many, few, fits);
    match (strict.test, loose.test) {
        (one, other) if one == other => match one {
            Test::Text { negated: false, like: true, .. } | Test::Arn { negated: false } => {
                each_of(few, many, &|one, other| covers(other, one))
            }
            Test::Text { negated: true, like: true, .. } | Test::Arn { negated: true } => {
                exclude(&|one, other| covers(other, one))
            }
            Test::Text { negated: false, .. }
            | Test::Bool
            | Test::Binary
            | Test::Null
            | Test::Address { negated: false } => each_of(few, many, &same),
            Test::Text { negated: true, .. } | Test::Address { negated: true } => exclude(&same),
            Test::Number(order) | Test::Date(order) => match order {
                Order::Equals => each_of(few, many, &same),
                Order::NotEquals => exclude(&same),
                Order::LessThan | Order::LessThanEquals | Order::GreaterThan | Order::GreaterThanEquals => {
                    each_of(few, many, &|one, other| within(order, one, other))
                }
            },
        },
        // One of these texts is also one that looks so.
        (
            Test::Text { negated: false, ignore_case: false, like: false },
            Test::Text { negated: false, like: true, .. },
        ) => {
            few.iter().all(|value| !value.contains(&ANY) && !value.contains(&ONE))
                && each_of(few, many, &|one, other| covers(other, one))
        }
        (_, _) => false,
    }
}

/// Whether a bound is at least as tight as another one.
fn within(order: Order, one: &Letters, other: &Letters) -> bool {
    let number = |letters: &Letters| -> Option<i64> {
        letters.iter().copied().filter_map(char::from_u32).collect::<String>().parse().ok()
    };
    one == other
        || match (number(one), number(other)) {
            (Some(one), Some(other)) => match order {
                Order::LessThan | Order::LessThanEquals => one <= other,
                Order::GreaterThan | Order::GreaterThanEquals => one >= other,
                Order::Equals | Order::NotEquals => one == other,
            },
            (Some(_) | None, Some(_) | None) => false,
        }
}
