//! What a value may be, in the words of the language: `text(1..80)`, `int(0..900)`, `"a" | "b"`, `[T](..5)`.

use crate::catalog::{Kind, NameCase, NameRules, NameScope, Property, Shape};

/// So many of several values or kinds are spelt out.
const MOST: usize = 8;
/// Kinds within kinds are spelt out so deep.
const DEPTH: usize = 3;

/// A shape in words, in one line.
pub(super) fn shape(shape: Shape) -> String {
    nested(shape, 0)
}

fn nested(shape: Shape, depth: usize) -> String {
    if depth > DEPTH {
        return String::from("…");
    }
    let values: Vec<&str> = shape.enum_values().collect();
    if !values.is_empty() {
        return listed(&values, shape);
    }
    match shape.kind() {
        Kind::String => text(shape),
        Kind::Integer => format!("int{}{}", numbers(shape), multiple(shape)),
        Kind::Number => format!("float{}{}", numbers(shape), multiple(shape)),
        Kind::Boolean => String::from("bool"),
        Kind::Object => String::from("record"),
        Kind::Json => String::from("json"),
        Kind::Map => {
            let key = shape.key_pattern().filter(|pattern| *pattern != ".*").map_or_else(String::new, matching);
            let item = shape.items().map_or_else(|| String::from("json"), |inner| nested(inner, depth + 1));
            format!("{{text{key}: {item}}}{}", counts(shape.min_properties(), shape.max_properties()))
        }
        Kind::List => {
            let item = shape.items().map_or_else(|| String::from("json"), |inner| nested(inner, depth + 1));
            let unique = if shape.unique_items() || !shape.unique_keys().is_empty() { ", each once" } else { "" };
            format!("[{item}]{}{unique}", counts(shape.min_items(), shape.max_items()))
        }
        Kind::Union => union(shape, depth),
    }
}

fn union(shape: Shape, depth: usize) -> String {
    let mut kinds: Vec<String> = shape
        .primitives()
        .map(|kind| match kind {
            Kind::Integer => format!("int{}", numbers(shape)),
            Kind::Number => format!("float{}", numbers(shape)),
            Kind::Boolean => String::from("bool"),
            Kind::String | Kind::Object | Kind::Map | Kind::List | Kind::Json | Kind::Union => text(shape),
        })
        .collect();
    kinds.extend(shape.one_of().chain(shape.any_of()).map(|inner| nested(inner, depth + 1)));
    let mut apart: Vec<String> = Vec::new();
    for kind in kinds {
        if !apart.contains(&kind) {
            apart.push(kind);
        }
    }
    match apart.len() {
        0 => String::from("json"),
        count if count > MOST => format!("{} | … {} more", apart.get(..MOST).unwrap_or(&[]).join(" | "), count - MOST),
        _ => apart.join(" | "),
    }
}

fn listed(values: &[&str], shape: Shape) -> String {
    let is_text = shape.kind() == Kind::String || shape.primitives().any(|kind| kind == Kind::String);
    let spelt = |value: &&str| if is_text { format!("{value:?}") } else { (*value).to_owned() };
    let shown: Vec<String> = values.iter().take(MOST).map(spelt).collect();
    let more = if values.len() > MOST { format!(" | … {} more", values.len() - MOST) } else { String::new() };
    let case = if shape.enum_ignores_case() { ", in any case" } else { "" };
    format!("{}{more}{case}", shown.join(" | "))
}

fn text(shape: Shape) -> String {
    let mut targets: Vec<String> = Vec::new();
    let mut before = "";
    for found in shape.references() {
        match targets.last_mut() {
            Some(last) if before == found.type_name => last.push_str(&format!("|{}", found.attribute)),
            Some(_) | None => targets.push(format!("{}.{}", found.type_name, found.attribute)),
        }
        before = found.type_name;
    }
    if targets.len() > MOST {
        let more = format!("… {} more", targets.len() - MOST);
        targets.truncate(MOST);
        targets.push(more);
    }
    let mut words = if targets.is_empty() { String::from("text") } else { targets.join(" | ") };
    if targets.is_empty() {
        words.push_str(&counts(shape.min_length(), shape.max_length()));
        if let Some(format) = shape.format().filter(|format| !format.contains("::")) {
            words.push_str(&format!(" of the form {format}"));
        }
    }
    if let Some(pattern) = shape.pattern() {
        words.push_str(&matching(pattern));
    }
    words
}

fn matching(pattern: &str) -> String {
    format!(" matching /{pattern}/")
}

/// `(1..80)`, or nothing where nothing is limited.
pub(super) fn counts(least: Option<u32>, most: Option<u32>) -> String {
    match (least.filter(|least| *least > 0), most) {
        (None, None) => String::new(),
        (least, most) if least == most => format!("({})", most.unwrap_or_default()),
        (least, most) => {
            let word = |limit: Option<u32>| limit.map_or_else(String::new, |limit| limit.to_string());
            format!("({}..{})", word(least), word(most))
        }
    }
}

fn numbers(shape: Shape) -> String {
    let word = |limit: Option<f64>| limit.map_or_else(String::new, |limit| limit.to_string());
    let bounds = match (shape.minimum(), shape.maximum()) {
        (None, None) => String::new(),
        (least, most) => format!("({}..{})", word(least), word(most)),
    };
    let above = shape.exclusive_minimum().map_or_else(String::new, |limit| format!(" above {limit}"));
    let below = shape.exclusive_maximum().map_or_else(String::new, |limit| format!(" below {limit}"));
    format!("{bounds}{above}{below}")
}

fn multiple(shape: Shape) -> String {
    shape.multiple_of().map_or_else(String::new, |step| format!(", a multiple of {step}"))
}

/// What is to be known of a property besides its kind.
pub(super) fn notes(property: Property) -> Vec<&'static str> {
    let mut notes = Vec::new();
    for (holds, word) in [
        (property.required(), "required"),
        (property.create_only(), "a change replaces"),
        (property.conditional_create_only(), "some changes replace"),
        (property.write_only(), "never given back"),
        (property.deprecated(), "deprecated"),
    ] {
        if holds {
            notes.push(word);
        }
    }
    notes
}

/// The rules of a name, in words.
pub(super) fn name(rules: NameRules) -> String {
    let mut words = format!("{}: text{}", rules.property(), counts(rules.min(), rules.max()));
    if let Some(pattern) = rules.pattern() {
        words.push_str(&matching(pattern));
    }
    if let Some(scope) = rules.scope().map(scope) {
        words.push_str(&format!("; unique {scope}"));
    }
    match rules.case() {
        Some(NameCase::Lower) => words.push_str("; kept in lower case"),
        Some(NameCase::Ignored) => words.push_str("; case makes no difference"),
        Some(NameCase::Sensitive) | None => {}
    }
    words
}

/// Within what a name has to be unique.
pub(super) fn scope(scope: NameScope) -> &'static str {
    match scope {
        NameScope::Global => "in all of AWS",
        NameScope::Account => "in its account",
        NameScope::AccountRegion => "in its account and region",
        NameScope::Parent => "in what it belongs to",
        NameScope::Nowhere => "nowhere: two may have the same",
    }
}
