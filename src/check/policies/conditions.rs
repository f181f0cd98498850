//! Conditions: keys that a request brings along, compared as their values are.

use crate::base::Span;
use crate::catalog::{Action, ConditionKey, KeyType, catalog};
use crate::check::iam::{Operator, Qualifier, Test};
use crate::check::policies::facts;
use crate::check::policies::said::{Asked, Kind, Said, Word};
use crate::check::policies::words::masked;
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::Model;

/// A request has the keys that its condition asks for.
pub(super) fn keys_come_with_the_request(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for asked in &said.conditions {
        let key = asked.key.text.as_str();
        let Some(operator) = Operator::parse(&asked.operator) else { continue };
        // Where the key may be missing, nothing is wrong if it is.
        if !needs_the_key(operator, asked) || facts::is_carried_anywhere(key) {
            continue;
        }
        let Some(known) = catalog().condition_key(key) else {
            if said.document {
                let message = format!("there is no condition key `{key}`");
                found.push(
                    Diagnostic::new(codes::UNKNOWN_CONDITION_KEY, asked.key.at, message)
                        .help("write a key that the reference of the service lists"),
                );
            }
            continue;
        };
        let actions: Vec<(&Word, Action)> =
            said.actions.iter().filter_map(|word| Some((word, catalog().action(&word.text)?))).collect();
        let without: Vec<&str> =
            actions.iter().filter(|(_, action)| !carries(*action, key)).map(|(word, _)| word.text.as_str()).collect();
        if without.is_empty() || said.but[0] || (said.kind == Kind::Endpoint) {
            continue;
        }
        let what = if said.allows() { "is never allowed" } else { "is never denied" };
        let message = format!("{} comes without `{}`, and {what} by this", quoted_list(without, 3), known.name);
        found.push(
            Diagnostic::new(codes::CONDITION_NOT_APPLICABLE, asked.key.at, message)
                .label(said.at, "in this statement")
                .help("leave it out, or give these actions a statement of their own"),
        );
    }
    found
}

fn needs_the_key(operator: Operator, asked: &Asked) -> bool {
    match operator.test {
        Test::Null => asked.values.iter().all(|value| value.text == "false"),
        test => !operator.if_exists && !test.is_negated() && operator.qualifier != Qualifier::ForAllValues,
    }
}

/// Whether requests for an action can have a key.
fn carries(action: Action, key: &str) -> bool {
    let stands = |name: &str| name == key || catalog().condition_key(name).is_some_and(|known| known.stands_for(key));
    let of_service = key.split_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(action.prefix()));
    if key.to_ascii_lowercase().starts_with("aws:") && !facts::is_of_tags(key) {
        return true;
    }
    action.condition_keys().into_iter().any(stands)
        || action.resources().any(|resource| {
            resource.conditions.into_iter().any(stands)
                || resource.resource_kind().is_some_and(|kind| kind.condition_keys().into_iter().any(stands))
        })
        // A service's keys that the reference lists for no action at all come with each.
        || (of_service && !listed_somewhere(action, key))
}

fn listed_somewhere(action: Action, key: &str) -> bool {
    let stands = |name: &str| catalog().condition_key(name).is_some_and(|known| known.stands_for(key));
    action.service().is_some_and(|service| {
        service.actions().any(|action| action.condition_keys().into_iter().any(stands))
            || service.resource_kinds().any(|kind| kind.condition_keys().into_iter().any(stands))
    })
}

/// A key is compared with what it can be, in a way that its type knows.
pub(super) fn operators_fit_their_keys(_: &Model, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut keys: Vec<(String, String)> = Vec::new();
    for asked in &said.conditions {
        let pair = (asked.operator.to_ascii_lowercase(), asked.key.text.to_ascii_lowercase());
        if keys.contains(&pair) && said.document {
            let message = format!("`{}` stands there twice, and one of them is lost", asked.key.text);
            found.push(mismatch(asked.key.at, message).help("put all values into one list"));
        }
        keys.push(pair);
        let (Some(operator), Some(key)) = (Operator::parse(&asked.operator), catalog().condition_key(&asked.key.text))
        else {
            continue;
        };
        found.extend(qualified(said, asked, operator, key));
        found.extend(compared(said, asked, operator, key));
    }
    found
}

fn mismatch(at: Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::CONDITION_MISMATCH, at, message)
}

fn qualified(said: &Said, asked: &Asked, operator: Operator, key: ConditionKey) -> Option<Diagnostic> {
    let name = &asked.key.text;
    if operator.test == Test::Null || !said.document {
        return None;
    }
    match (operator.qualifier, key.many) {
        (Qualifier::ForAllValues, false) if said.allows() => Some(
            mismatch(
                asked.key.at,
                format!("`{}` holds where `{name}` is missing, which has one value", asked.operator),
            )
            .help("leave `ForAllValues:` out"),
        ),
        (Qualifier::ForAnyValue, false) => Some(
            mismatch(asked.key.at, format!("`{name}` has one value, and `{}` asks for many", asked.operator))
                .help("leave the qualifier out"),
        ),
        (Qualifier::None, true) => Some(
            mismatch(
                asked.key.at,
                format!("`{name}` has many values, and `{}` does not say how many must fit", asked.operator),
            )
            .help("write `ForAllValues:` or `ForAnyValue:` before the operator"),
        ),
        (Qualifier::ForAllValues, true)
            if said.allows()
                && !operator.test.is_negated()
                && !said.conditions.iter().any(|other| other.operator == "Null" && other.key.text == *name) =>
        {
            Some(
                mismatch(asked.key.at, format!("`{}` holds where `{name}` is missing", asked.operator))
                    .help(format!("add `Null = {{ \"{name}\" = \"false\" }}`")),
            )
        }
        (Qualifier::ForAllValues | Qualifier::ForAnyValue | Qualifier::None, _) => None,
    }
}

fn compared(said: &Said, asked: &Asked, operator: Operator, key: ConditionKey) -> Vec<Diagnostic> {
    let name = &asked.key.text;
    let fits = match (key.value, operator.test) {
        (_, Test::Null)
        | (KeyType::Bool, Test::Bool)
        | (KeyType::Numeric, Test::Number(_))
        | (KeyType::Date, Test::Date(_))
        | (KeyType::IpAddress, Test::Address { .. })
        | (KeyType::Arn, Test::Arn { .. } | Test::Text { .. })
        // The reference calls some keys texts that hold ARNs.
        | (KeyType::String, Test::Text { .. } | Test::Arn { .. } | Test::Binary) => true,
        (KeyType::Bool | KeyType::Numeric | KeyType::Date | KeyType::IpAddress | KeyType::Arn | KeyType::String, _) => false,
    };
    if !fits {
        let kind = match key.value {
            KeyType::Bool => "a truth value: `Bool`",
            KeyType::Numeric => "a number: `NumericEquals`",
            KeyType::Date => "a date: `DateEquals`",
            KeyType::IpAddress => "an address: `IpAddress`",
            KeyType::Arn => "an ARN: `ArnLike`",
            KeyType::String => "a text: `StringEquals`",
        };
        let message = format!("`{}` never fits `{name}`", asked.operator);
        return vec![mismatch(asked.key.at, message).help(format!("its value is {kind} and the like"))];
    }
    let both = |word: &str| asked.values.iter().any(|value| value.text.eq_ignore_ascii_case(word));
    if matches!(operator.test, Test::Bool | Test::Null) && both("true") && both("false") {
        let message = format!("`{name}` is one of `true` and `false` anyway");
        return vec![mismatch(asked.key.at, message).help("keep the one that is meant")];
    }
    asked.values.iter().filter_map(|value| valued(said, asked, operator, key, value)).collect()
}

fn valued(said: &Said, asked: &Asked, operator: Operator, key: ConditionKey, value: &Word) -> Option<Diagnostic> {
    let name = &asked.key.text;
    let text = masked(&value.text);
    if text.contains('\u{1}') {
        return None;
    }
    match operator.test {
        Test::Text { like: false, .. } if text.contains(['*', '?']) => {
            let message = format!("`{}` compares with `{}` letter by letter", asked.operator, value.text);
            let help = if said.document { "write `StringLike`" } else { "write `like` instead of `==` or `in`" };
            Some(mismatch(value.at, message).help(help))
        }
        Test::Bool if text != "true" && text != "false" => Some(
            mismatch(value.at, format!("`{}` is neither `true` nor `false`", value.text)).help("write one of them"),
        ),
        Test::Number(_) if text.parse::<f64>().is_err() => {
            Some(mismatch(value.at, format!("`{}` is no number", value.text)).help("write digits only"))
        }
        Test::Address { .. } => address(name, value),
        Test::Arn { .. } if key.value == KeyType::Arn && !text.starts_with("arn:") && !text.starts_with('*') => {
            Some(mismatch(value.at, format!("`{}` is no ARN", value.text)).help("write `arn:…`, or a reference"))
        }
        Test::Text { .. }
        | Test::Bool
        | Test::Number(_)
        | Test::Arn { .. }
        | Test::Date(_)
        | Test::Binary
        | Test::Null => None,
    }
}

fn address(key: &str, value: &Word) -> Option<Diagnostic> {
    let text = &value.text;
    let net =
        text.parse::<ipnet::IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(ipnet::IpNet::from));
    let Some(net) = net else {
        return Some(mismatch(value.at, format!("`{text}` is no address")).help("write `192.0.2.0/24`"));
    };
    if net.trunc() != net {
        let message = format!("`{text}` has bits behind its mask");
        return Some(mismatch(value.at, message).help(format!("write `{}`", net.trunc())));
    }
    let private = match net {
        ipnet::IpNet::V4(net) => net.network().is_private() && net.prefix_len() >= 8,
        ipnet::IpNet::V6(net) => net.network().is_unique_local(),
    };
    if private && key.eq_ignore_ascii_case(facts::SOURCE_IP) {
        let message = format!("no request comes from `{text}`: `{key}` is an address of the internet");
        return Some(mismatch(value.at, message).help("within a VPC write `aws:VpcSourceIp` with `aws:SourceVpc`"));
    }
    None
}
