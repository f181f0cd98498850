//! CloudFormation's functions in emitted values.

use serde_json::{Map, Value};

/// What a value in a template is.
pub(super) enum Written<'a> {
    /// A text as it stands.
    Text(&'a str),
    /// A number, a boolean, a list.
    Scalar,
    /// `Ref`.
    Ref(&'a str),
    /// `Fn::GetAtt`.
    GetAtt(&'a Value),
    /// `Fn::Sub`.
    Sub(&'a Value),
    /// `Fn::Join`.
    Join(&'a str, &'a [Value]),
    /// `Fn::ImportValue`.
    Import(&'a Value),
    /// Something else.
    Unknown,
}

impl Written<'_> {
    /// Reads a value.
    pub(super) fn of(value: &Value) -> Written<'_> {
        match value {
            Value::String(text) => Written::Text(text),
            Value::Bool(_) | Value::Number(_) | Value::Null | Value::Array(_) => Written::Scalar,
            Value::Object(map) => {
                let only = if map.len() == 1 { map.iter().next() } else { None };
                match only.map(|(key, item)| (key.as_str(), item)) {
                    Some(("Ref", Value::String(name))) => Written::Ref(name),
                    Some(("Fn::GetAtt", item)) => Written::GetAtt(item),
                    Some(("Fn::Sub", item)) => Written::Sub(item),
                    Some(("Fn::Join", Value::Array(parts))) => match parts.as_slice() {
                        [Value::String(between), Value::Array(items)] => Written::Join(between, items),
                        _ => Written::Unknown,
                    },
                    Some(("Fn::ImportValue", name)) => Written::Import(name),
                    Some(_) | None => Written::Unknown,
                }
            }
        }
    }
}

/// Resource and attribute of an `Fn::GetAtt`.
pub(super) fn attribute(value: &Value) -> (&str, &str) {
    match value {
        Value::String(text) => text.split_once('.').unwrap_or((text, "")),
        Value::Array(items) => match items.as_slice() {
            [Value::String(resource), Value::String(name)] => (resource, name),
            _ => ("", ""),
        },
        _ => ("", ""),
    }
}

/// The pattern of an `Fn::Sub` and its own values.
pub(super) fn sub(value: &Value) -> (&str, Option<&Map<String, Value>>) {
    match value {
        Value::String(pattern) => (pattern, None),
        Value::Array(items) => match items.as_slice() {
            [Value::String(pattern), own] => (pattern, own.as_object()),
            _ => ("", None),
        },
        _ => ("", None),
    }
}

/// The parts of an `Fn::Sub`.
pub(super) enum SubPart<'a> {
    /// Text.
    Text(&'a str),
    /// `${name}`.
    Hole(&'a str),
    /// `${!name}`, which is `${name}` as text.
    Escaped(&'a str),
}

/// An `Fn::Sub` in parts.
pub(super) fn parts(pattern: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, after)) = behind.split_once('}') else { break };
        parts.push(SubPart::Text(before));
        parts.push(name.strip_prefix('!').map_or(SubPart::Hole(name), SubPart::Escaped));
        rest = after;
    }
    parts.push(SubPart::Text(rest));
    parts
}

/// The names in an `Fn::Sub`.
pub(super) fn holes(pattern: &str) -> impl Iterator<Item = &str> {
    parts(pattern).into_iter().filter_map(|part| match part {
        SubPart::Hole(name) => Some(name),
        SubPart::Text(_) | SubPart::Escaped(_) => None,
    })
}
