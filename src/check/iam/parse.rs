//! JSON to policies. What AWS would refuse is refused here, with its place.

use std::fmt;

use serde_json::{Map, Value};

use crate::check::iam::json;
use crate::check::iam::policy::{Condition, Effect, Kind, Operator, Policy, Principals, Scope, Statement, Who};

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The place: a JSON pointer.
    pub place: String,
    /// What is wrong there.
    pub reason: String,
}

impl Malformed {
    pub(super) fn new(place: &str, reason: impl Into<String>) -> Malformed {
        Malformed { place: place.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        write!(f, "at `{place}`: {}", self.reason)
    }
}

/// Reads a policy: an object, or its text.
pub fn parse(value: &Value, kind: Kind, place: &str) -> Result<Policy, Malformed> {
    match value {
        Value::String(text) => {
            let inner = json::read(text)
                .map_err(|error| Malformed::new(place, format!("the policy's text is not JSON: {error}")))?;
            document(object(&inner, place)?, kind, place)
        }
        Value::Object(entries) => document(entries, kind, place),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Err(Malformed::new(place, format!("a policy is an object or its text, and this is {}", shape(value))))
        }
    }
}

fn document(entries: &Map<String, Value>, kind: Kind, place: &str) -> Result<Policy, Malformed> {
    only(entries, &["Version", "Id", "Statement"], place)?;
    let at = format!("{place}/Version");
    let variables = match entries.get("Version").map(|version| text(version, &at)).transpose()? {
        Some("2012-10-17") => true,
        // The older language has no variables, and it is what a policy without a version is read as.
        Some("2008-10-17") | None => false,
        Some(other) => {
            return Err(Malformed::new(&at, format!("there is no version `{other}`: write `2012-10-17`")));
        }
    };
    if let Some(id) = entries.get("Id") {
        text(id, &format!("{place}/Id"))?;
    }
    let at = format!("{place}/Statement");
    let list = entries.get("Statement").ok_or_else(|| Malformed::new(place, "the policy has no `Statement`"))?;
    let statements = match list {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| statement(item, kind, &format!("{at}/{index}")))
            .collect::<Result<_, _>>()?,
        Value::Object(_) => vec![statement(list, kind, &at)?],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(Malformed::new(
                &at,
                format!("`Statement` is an object or a list, and this is {}", shape(list)),
            ));
        }
    };
    Ok(Policy { variables, statements })
}

const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

fn statement(value: &Value, kind: Kind, place: &str) -> Result<Statement, Malformed> {
    let entries = object(value, place)?;
    only(entries, &ELEMENTS, place)?;
    let within = |name: &str| format!("{place}/{name}");
    let sid = entries.get("Sid").map(|sid| text(sid, &within("Sid"))).transpose()?.map(str::to_owned);
    let effect = entries.get("Effect").ok_or_else(|| Malformed::new(place, "the statement has no `Effect`"))?;
    let effect = match effect.as_str() {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(_) | None => {
            return Err(Malformed::new(&within("Effect"), "`Effect` is `\"Allow\"` or `\"Deny\"`, in this case"));
        }
    };
    let actions = scope(entries, "Action", "NotAction", place)?
        .ok_or_else(|| Malformed::new(place, "the statement has no `Action`"))?;
    let (Scope::Of(patterns) | Scope::AllBut(patterns)) = &actions;
    let key = if matches!(actions, Scope::Of(_)) { "Action" } else { "NotAction" };
    if let Some(wrong) = patterns.iter().find(|pattern| *pattern != "*" && !pattern.contains(':')) {
        return Err(Malformed::new(&within(key), format!("`{wrong}` is no action: write `service:Action` or `*`")));
    }
    let resources = scope(entries, "Resource", "NotResource", place)?;
    if resources.is_none() && !matches!(kind, Kind::Resource | Kind::Endpoint) {
        return Err(Malformed::new(place, "the statement has no `Resource`"));
    }
    let who = who(entries, kind, place)?;
    let conditions = match entries.get("Condition") {
        Some(value) => conditions(object(value, &within("Condition"))?, &within("Condition"))?,
        None => Vec::new(),
    };
    Ok(Statement { sid, effect, who, actions, resources, conditions })
}

fn scope(entries: &Map<String, Value>, name: &str, negated: &str, place: &str) -> Result<Option<Scope>, Malformed> {
    match (entries.get(name), entries.get(negated)) {
        (Some(_), Some(_)) => Err(Malformed::new(place, format!("`{name}` and `{negated}` exclude each other"))),
        (Some(value), None) => Ok(Some(Scope::Of(texts(value, &format!("{place}/{name}"))?))),
        (None, Some(value)) => Ok(Some(Scope::AllBut(texts(value, &format!("{place}/{negated}"))?))),
        (None, None) => Ok(None),
    }
}

fn who(entries: &Map<String, Value>, kind: Kind, place: &str) -> Result<Option<Who>, Malformed> {
    let takes = match kind {
        Kind::Resource | Kind::ResourceControl | Kind::Endpoint => true,
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::ServiceControl => false,
    };
    let at = |name: &str| format!("{place}/{name}");
    match (entries.get("Principal"), entries.get("NotPrincipal")) {
        (Some(_), Some(_)) => Err(Malformed::new(place, "`Principal` and `NotPrincipal` exclude each other")),
        (Some(_), None) if !takes => {
            Err(Malformed::new(&at("Principal"), "a policy of this kind names no principal: it has one already"))
        }
        (None, Some(_)) if !takes => {
            Err(Malformed::new(&at("NotPrincipal"), "a policy of this kind names no principal: it has one already"))
        }
        (Some(value), None) => Ok(Some(Who::Of(principals(value, &at("Principal"))?))),
        (None, Some(value)) => Ok(Some(Who::AllBut(principals(value, &at("NotPrincipal"))?))),
        (None, None) if kind == Kind::Resource => {
            Err(Malformed::new(place, "a statement of a resource's policy needs a `Principal`"))
        }
        (None, None) => Ok(None),
    }
}

fn principals(value: &Value, place: &str) -> Result<Principals, Malformed> {
    let mut principals = Principals::default();
    if let Value::String(name) = value {
        if name == "*" {
            principals.everyone = true;
            return Ok(principals);
        }
        return Err(Malformed::new(place, format!("`{name}` needs a kind: `{{\"AWS\": \"{name}\"}}`, or `\"*\"`")));
    }
    for (kind, value) in object(value, place)? {
        let names = texts(value, &format!("{place}/{kind}"))?;
        match kind.as_str() {
            "AWS" => principals.aws = names,
            "Service" => principals.services = names,
            "Federated" => principals.federated = names,
            "CanonicalUser" => principals.canonical = names,
            other => {
                let reason = format!("there are no principals of kind `{other}`");
                return Err(Malformed::new(&format!("{place}/{other}"), reason));
            }
        }
    }
    Ok(principals)
}

fn conditions(operators: &Map<String, Value>, place: &str) -> Result<Vec<Condition>, Malformed> {
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let at = format!("{place}/{}", escaped(name));
        let operator =
            Operator::parse(name).ok_or_else(|| Malformed::new(&at, format!("there is no operator `{name}`")))?;
        for (key, values) in object(keys, &at)? {
            let at = format!("{at}/{}", escaped(key));
            conditions.push(Condition { operator, key: key.clone(), values: scalars(values, &at)? });
        }
    }
    Ok(conditions)
}

/// A text or a list of texts.
pub(super) fn texts(value: &Value, place: &str) -> Result<Vec<String>, Malformed> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| text(item, &format!("{place}/{index}")).map(str::to_owned))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Err(Malformed::new(
            place,
            format!("a text or a list of texts has to be here, and this is {}", shape(value)),
        )),
    }
}

/// The same, where a number, `true` or `false` is as good as its text.
pub(super) fn scalars(value: &Value, place: &str) -> Result<Vec<String>, Malformed> {
    let one = |value: &Value, place: &str| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Malformed::new(place, format!("a value is a text, and this is {}", shape(value))))
        }
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| one(item, &format!("{place}/{index}"))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Ok(vec![one(value, place)?])
        }
    }
}

pub(super) fn text<'v>(value: &'v Value, place: &str) -> Result<&'v str, Malformed> {
    value.as_str().ok_or_else(|| Malformed::new(place, format!("a text has to be here, and this is {}", shape(value))))
}

pub(super) fn object<'v>(value: &'v Value, place: &str) -> Result<&'v Map<String, Value>, Malformed> {
    value
        .as_object()
        .ok_or_else(|| Malformed::new(place, format!("an object has to be here, and this is {}", shape(value))))
}

/// Refuses what is not among the known names.
pub(super) fn only(entries: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), Malformed> {
    match entries.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Malformed::new(
            &format!("{place}/{}", escaped(name)),
            format!(
                "there is no `{name}` here; there is {}",
                known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
        )),
        None => Ok(()),
    }
}

pub(super) fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A name as a JSON pointer writes it.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
