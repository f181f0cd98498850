//! What the values of a template are, as far as that can be known before a deployment.

use indexmap::IndexMap;
use serde_json::json;

use crate::base::Span;

/// A value, and where it stands in the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Map(IndexMap<String, Value>),
    /// What only the deployment knows.
    Open(Open),
}

/// What only the deployment knows, or nobody may read.
#[derive(Debug, Clone, PartialEq)]
pub enum Open {
    /// `Ref` of a resource.
    Resource(String),
    /// `Fn::GetAtt`.
    Attribute(String, String),
    /// A pseudo parameter.
    Pseudo(String),
    /// A parameter without a value.
    Parameter(String),
    /// A parameter that may not be shown, with its value.
    Secret(String, String),
    /// `Fn::ImportValue`.
    Import(Box<Value>),
    /// An output of another stack, by `Fn::GetStackOutput` or through a parameter: the stack's name, and the output.
    Output(String, String),
    /// Text of several parts, some of which are open.
    Text(Vec<Value>),
    /// `Fn::If` whose condition is open.
    Either(Box<[Value; 3]>),
    /// A function that only CloudFormation computes, with its arguments.
    Call(String, Vec<Value>),
}

/// Whether something holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Only the deployment knows; the value says on what it depends.
    Open(Value),
}

impl Value {
    /// A value at a place.
    pub fn new(kind: ValueKind, span: Span) -> Value {
        Value { kind, span }
    }

    /// Text at a place.
    pub fn text(text: impl Into<String>, span: Span) -> Value {
        Value::new(ValueKind::Text(text.into()), span)
    }

    /// An open value at a place.
    pub fn open(open: Open, span: Span) -> Value {
        Value::new(ValueKind::Open(open), span)
    }

    /// An object without entries.
    pub fn empty(span: Span) -> Value {
        Value::new(ValueKind::Map(IndexMap::new()), span)
    }

    /// A known scalar as text, as CloudFormation hands it on.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            ValueKind::Bool(truth) => Some(truth.to_string()),
            ValueKind::Number(text) | ValueKind::Text(text) => Some(text.clone()),
            ValueKind::Null | ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Open(_) => None,
        }
    }

    /// Its entries, if it is an object.
    pub fn map(&self) -> Option<&IndexMap<String, Value>> {
        match &self.kind {
            ValueKind::Map(map) => Some(map),
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::List(_)
            | ValueKind::Open(_) => None,
        }
    }

    /// Its items, if it is a list.
    pub fn list(&self) -> Option<&[Value]> {
        match &self.kind {
            ValueKind::List(items) => Some(items),
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_) => None,
        }
    }

    /// What an object has under a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.map()?.get(key)
    }

    /// What a path of keys leads to.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Calls a function with every open part, the outer ones first.
    pub fn each_open<'a>(&'a self, found: &mut dyn FnMut(&'a Open)) {
        match &self.kind {
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
            ValueKind::List(items) => items.iter().for_each(|item| item.each_open(found)),
            ValueKind::Map(map) => map.values().for_each(|item| item.each_open(found)),
            ValueKind::Open(open) => {
                found(open);
                open.parts().for_each(|part| part.each_open(found));
            }
        }
    }

    /// Whether some part is known only when deployed.
    pub fn is_open(&self) -> bool {
        let mut open = false;
        self.each_open(&mut |_| open = true);
        open
    }

    /// The value in CloudFormation's words. A secret is not shown.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            ValueKind::Null => serde_json::Value::Null,
            ValueKind::Bool(truth) => json!(truth),
            ValueKind::Number(text) => text.parse().map_or_else(|_| json!(text), serde_json::Value::Number),
            ValueKind::Text(text) => json!(text),
            ValueKind::List(items) => items.iter().map(Value::to_json).collect(),
            ValueKind::Map(map) => map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
            ValueKind::Open(open) => open.to_json(),
        }
    }
}

impl Open {
    fn parts(&self) -> impl Iterator<Item = &Value> {
        let (one, many): (Option<&Value>, &[Value]) = match self {
            Open::Resource(_)
            | Open::Attribute(..)
            | Open::Pseudo(_)
            | Open::Parameter(_)
            | Open::Secret(..)
            | Open::Output(..) => (None, &[]),
            Open::Import(name) => (Some(name.as_ref()), &[]),
            Open::Text(parts) | Open::Call(_, parts) => (None, parts),
            Open::Either(parts) => (None, parts.as_slice()),
        };
        one.into_iter().chain(many)
    }

    fn to_json(&self) -> serde_json::Value {
        match self {
            Open::Resource(name) | Open::Pseudo(name) | Open::Parameter(name) => json!({ "Ref": name }),
            Open::Secret(..) => json!("****"),
            Open::Attribute(id, attribute) => json!({ "Fn::GetAtt": [id, attribute] }),
            Open::Import(name) => json!({ "Fn::ImportValue": name.to_json() }),
            Open::Output(stack, output) => {
                json!({ "Fn::GetStackOutput": { "StackName": stack, "OutputName": output } })
            }
            Open::Text(parts) => match parts.iter().map(substituted).collect::<Option<String>>() {
                Some(text) => json!({ "Fn::Sub": text }),
                None => json!({ "Fn::Join": ["", parts.iter().map(Value::to_json).collect::<Vec<_>>()] }),
            },
            Open::Either(parts) => json!({ "Fn::If": parts.iter().map(Value::to_json).collect::<Vec<_>>() }),
            Open::Call(name, arguments) => match arguments.as_slice() {
                [one] => json!({ name: one.to_json() }),
                several => json!({ name: several.iter().map(Value::to_json).collect::<Vec<_>>() }),
            },
        }
    }
}

/// A part of text as `Fn::Sub` writes it.
fn substituted(part: &Value) -> Option<String> {
    match &part.kind {
        ValueKind::Open(Open::Resource(name) | Open::Pseudo(name) | Open::Parameter(name)) => {
            Some(format!("${{{name}}}"))
        }
        ValueKind::Open(Open::Attribute(id, attribute)) => Some(format!("${{{id}.{attribute}}}")),
        ValueKind::Open(Open::Secret(..)) => Some(String::from("****")),
        ValueKind::Open(Open::Import(_) | Open::Output(..) | Open::Text(_) | Open::Either(_) | Open::Call(..)) => None,
        ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::Text(_)
        | ValueKind::List(_)
        | ValueKind::Map(_) => part.scalar().map(|text| text.replace("${", "${!")),
    }
}

/// Whether two values are the same for CloudFormation, wherever they stand: `"true"` is `true`, and `1.0` is `1`.
pub fn same(one: &Value, other: &Value) -> bool {
    use ValueKind::{Bool, List, Map, Null, Number, Open, Text};
    match (&one.kind, &other.kind) {
        (Null, Null) => true,
        (Bool(_) | Number(_) | Text(_), Bool(_) | Number(_) | Text(_)) => same_scalar(one, other),
        (List(ones), List(others)) => all_same(ones, others),
        (Map(ones), Map(others)) => {
            ones.len() == others.len()
                && ones.iter().all(|(key, one)| others.get(key).is_some_and(|other| same(one, other)))
        }
        (Open(one), Open(other)) => same_open(one, other),
        (Null | Bool(_) | Number(_) | Text(_) | List(_) | Map(_) | Open(_), _) => false,
    }
}

/// Whether the values of two lists are the same, one after the other.
fn all_same(ones: &[Value], others: &[Value]) -> bool {
    ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
}

fn same_scalar(one: &Value, other: &Value) -> bool {
    let (Some(first), Some(second)) = (one.scalar(), other.scalar()) else { return false };
    if first == second {
        return true;
    }
    let is_number = |value: &Value| matches!(value.kind, ValueKind::Number(_));
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    (is_number(one) || is_number(other)) && number(&first).is_some() && number(&first) == number(&second)
}

fn same_open(one: &Open, other: &Open) -> bool {
    match (one, other) {
        (Open::Import(one), Open::Import(other)) => same(one, other),
        (Open::Text(ones), Open::Text(others)) => all_same(ones, others),
        (Open::Either(ones), Open::Either(others)) => all_same(ones.as_slice(), others.as_slice()),
        (Open::Call(one, ones), Open::Call(other, others)) => one == other && all_same(ones, others),
        (
            Open::Resource(_)
            | Open::Attribute(..)
            | Open::Pseudo(_)
            | Open::Parameter(_)
            | Open::Secret(..)
            | Open::Import(_)
            | Open::Output(..)
            | Open::Text(_)
            | Open::Either(_)
            | Open::Call(..),
            _,
        ) => one == other,
    }
}
