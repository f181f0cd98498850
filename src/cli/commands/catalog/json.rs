//! The same as data.

use serde_json::{Map, Value, json};

use super::types::replacing;
use crate::catalog::{
    AccessLevel, Action, Availability, Kind, NameCase, NameScope, Obtain, Property, ResourceType, Shape, TagStyle,
    Texts, catalog,
};

/// Shapes may contain themselves: they are written down to here.
const DEPTH: usize = 12;

/// All that is known of a type.
pub(super) fn of_type(ty: ResourceType) -> Value {
    let (always, sometimes) = replacing(ty);
    let regions = |wanted: Availability| -> Vec<&'static str> {
        catalog().regions().filter(|region| ty.availability(region) == wanted).collect()
    };
    let handlers: Map<String, Value> =
        ty.handlers().map(|(operation, actions)| (operation.to_owned(), texts(actions))).collect();
    let attributes: Map<String, Value> =
        ty.attributes().map(|(name, found)| (name.to_owned(), shape(found, &mut vec![found]))).collect();
    json!({
        "format": 1,
        "type": ty.name(),
        "date": catalog().date(),
        "ref": texts(ty.ref_value()),
        "arn": ty.arn().map(|obtain| match obtain { Obtain::Ref => "Ref", Obtain::GetAtt(name) => name }),
        "arn_template": ty.arn_template(),
        "identifier": texts(ty.primary_identifier()),
        "name": name(ty),
        "tags": tags(ty),
        "stateful": ty.is_stateful(),
        "snapshots": ty.takes_snapshots(),
        "singleton": ty.singleton().map(scope),
        "lifecycle": ty.lifecycle().map(|(status, date)| json!({ "status": status, "date": date })),
        "transform": ty.transform(),
        "regions": { "available": regions(Availability::Available), "absent": regions(Availability::Absent) },
        "properties": shape(ty.shape(), &mut vec![ty.shape()]).get("properties"),
        "rules": rules(ty.shape()),
        "attributes": attributes,
        "replaced_by": { "always": always, "sometimes": sometimes },
        "permissions": handlers,
    })
}

/// One property of a type.
pub(super) fn of_part(ty: ResourceType, path: &str, found: Property) -> Value {
    json!({ "format": 1, "type": ty.name(), "date": catalog().date(), "path": path, "property": property(found, &mut vec![ty.shape()]) })
}

/// All that is known of an action.
pub(super) fn of_action(action: Action) -> Value {
    let resources: Vec<Value> = action
        .resources()
        .map(|found| {
            let arn = found.resource_kind().map(|kind| kind.arn());
            json!({ "kind": found.kind, "arn": arn, "required": found.required, "condition_keys": texts(found.conditions) })
        })
        .collect();
    json!({
        "format": 1,
        "action": action.to_string(),
        "date": catalog().iam_date(),
        "access": action.levels().map(level).collect::<Vec<_>>(),
        "resources": resources,
        "condition_keys": texts(action.condition_keys()),
        "dependents": texts(action.dependents()),
    })
}

/// An access level in a word.
pub(super) fn level(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::List => "list",
        AccessLevel::Read => "read",
        AccessLevel::Write => "write",
        AccessLevel::PermissionsManagement => "permissions",
        AccessLevel::Tagging => "tagging",
    }
}

fn texts(texts: Texts) -> Value {
    texts.collect::<Vec<_>>().into()
}

fn scope(scope: NameScope) -> &'static str {
    match scope {
        NameScope::Global => "global",
        NameScope::Account => "account",
        NameScope::AccountRegion => "account-region",
        NameScope::Parent => "parent",
        NameScope::Nowhere => "none",
    }
}

fn name(ty: ResourceType) -> Option<Value> {
    let rules = ty.name_rules()?;
    let case = rules.case().map(|case| match case {
        NameCase::Sensitive => "sensitive",
        NameCase::Lower => "lower",
        NameCase::Ignored => "ignored",
    });
    Some(json!({
        "property": rules.property(), "min": rules.min(), "max": rules.max(), "pattern": rules.pattern(),
        "scope": rules.scope().map(scope), "case": case, "source": rules.source(),
    }))
}

fn tags(ty: ResourceType) -> Option<Value> {
    let tagging = ty.tagging()?;
    let style = match tagging.style() {
        TagStyle::List => "list",
        TagStyle::Map => "map",
        TagStyle::Propagate => "propagate",
        TagStyle::Specifications => "specifications",
    };
    Some(json!({
        "property": tagging.property(), "style": style, "on_create": tagging.on_create(),
        "updatable": tagging.updatable(), "permissions": texts(tagging.permissions()),
    }))
}

fn rules(shape: Shape) -> Value {
    let pairs = |found: &mut dyn Iterator<Item = (&'static str, Texts)>| -> Map<String, Value> {
        found.map(|(name, others)| (name.to_owned(), texts(others))).collect()
    };
    json!({
        "exactly_one": texts(shape.required_xor()),
        "at_least_one": texts(shape.required_or()),
        "needs": pairs(&mut shape.dependent_required()),
        "excludes": pairs(&mut shape.dependent_excluded()),
    })
}

fn property(found: Property, above: &mut Vec<Shape>) -> Value {
    let mut value = shape(found.shape(), above);
    if let Value::Object(map) = &mut value {
        for (holds, word) in [
            (found.required(), "required"),
            (found.read_only(), "read_only"),
            (found.create_only(), "create_only"),
            (found.conditional_create_only(), "conditional_create_only"),
            (found.write_only(), "write_only"),
            (found.deprecated(), "deprecated"),
        ] {
            if holds {
                map.insert(word.to_owned(), true.into());
            }
        }
    }
    value
}

/// A shape; one that contains itself is named once.
fn shape(found: Shape, above: &mut Vec<Shape>) -> Value {
    let kind = match found.kind() {
        Kind::String => "text",
        Kind::Integer => "int",
        Kind::Number => "float",
        Kind::Boolean => "bool",
        Kind::Object => "record",
        Kind::Map => "map",
        Kind::List => "list",
        Kind::Json => "json",
        Kind::Union => "union",
    };
    let mut map = Map::new();
    map.insert("kind".to_owned(), kind.into());
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    put("values", (!found.enum_values().is_empty()).then(|| texts(found.enum_values())));
    put("pattern", found.pattern().map(Value::from));
    put("format", found.format().map(Value::from));
    put("min_length", found.min_length().map(Value::from));
    put("max_length", found.max_length().map(Value::from));
    put("min_items", found.min_items().map(Value::from));
    put("max_items", found.max_items().map(Value::from));
    put("minimum", found.minimum().map(Value::from));
    put("maximum", found.maximum().map(Value::from));
    put("above", found.exclusive_minimum().map(Value::from));
    put("below", found.exclusive_maximum().map(Value::from));
    put("multiple_of", found.multiple_of().map(Value::from));
    put("unique", found.unique_items().then(|| true.into()));
    put("key_pattern", found.key_pattern().map(Value::from));
    put("default", found.default().map(Value::from));
    let references: Vec<String> =
        found.references().map(|reference| format!("{}.{}", reference.type_name, reference.attribute)).collect();
    put("references", (!references.is_empty()).then(|| references.into()));
    if above.len() > DEPTH {
        return Value::Object(map);
    }
    let mut within = |inner: Shape, work: &mut dyn FnMut(&mut Vec<Shape>) -> Value| {
        if above.contains(&inner) {
            return Value::from("…");
        }
        above.push(inner);
        let value = work(above);
        above.pop();
        value
    };
    if let Some(items) = found.items() {
        let value = within(items, &mut |above| shape(items, above));
        map.insert("items".to_owned(), value);
    }
    let properties: Map<String, Value> = found
        .properties()
        .map(|inner| (inner.name().to_owned(), within(inner.shape(), &mut |above| property(inner, above))))
        .collect();
    if !properties.is_empty() {
        map.insert("properties".to_owned(), properties.into());
    }
    for (word, alternatives) in [("one_of", found.one_of().collect::<Vec<_>>()), ("any_of", found.any_of().collect())] {
        let values: Vec<Value> =
            alternatives.into_iter().map(|inner| within(inner, &mut |above| shape(inner, above))).collect();
        if !values.is_empty() {
            map.insert(word.to_owned(), values.into());
        }
    }
    Value::Object(map)
}
