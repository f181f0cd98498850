//! What a property's value may be, in a line or a few.

use crate::catalog::{Kind, NameScope, Property, ResourceType, Shape};

/// A list of values shows this many.
const VALUES: usize = 12;

/// A shape in a few words: `text(1..80)`, `[AWS::EC2::Subnet]`, `"a" | "b"`.
pub(super) fn shape(shape: Shape) -> String {
    described(shape, 0)
}

fn described(shape: Shape, depth: usize) -> String {
    let values: Vec<&str> = shape.enum_values().collect();
    if !values.is_empty() && values.len() <= VALUES {
        let quoted = |value: &&str| match shape.kind() {
            Kind::Integer | Kind::Number | Kind::Boolean => (*value).to_owned(),
            Kind::String | Kind::Object | Kind::Map | Kind::List | Kind::Json | Kind::Union => format!("\"{value}\""),
        };
        return values.iter().map(quoted).collect::<Vec<String>>().join(" | ");
    }
    let range = |least: Option<u32>, most: Option<u32>| match (least, most) {
        (None, None) => String::new(),
        (least, most) => {
            let word = |end: Option<u32>| end.map(|end| end.to_string()).unwrap_or_default();
            format!("({}..{})", word(least), word(most))
        }
    };
    let bounds = || match (shape.minimum(), shape.maximum()) {
        (None, None) => String::new(),
        (least, most) => {
            let word = |end: Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
            format!("({}..{})", word(least), word(most))
        }
    };
    let items = || match shape.items() {
        Some(items) if depth < 2 => described(items, depth + 1),
        Some(_) | None => String::from("…"),
    };
    match shape.kind() {
        Kind::String => match (shape.references().next(), values.is_empty()) {
            (Some(reference), _) => reference.type_name.to_owned(),
            (None, false) => format!("one of {} values", values.len()),
            (None, true) => format!("text{}", range(shape.min_length(), shape.max_length())),
        },
        Kind::Integer => format!("int{}", bounds()),
        Kind::Number => format!("float{}", bounds()),
        Kind::Boolean => String::from("bool"),
        Kind::Object => String::from("{ … }"),
        Kind::Map => format!("{{text: {}}}", items()),
        Kind::List => format!("[{}]{}", items(), range(shape.min_items(), shape.max_items())),
        Kind::Json => String::from("json"),
        Kind::Union => {
            let kinds: Vec<String> =
                shape.one_of().chain(shape.any_of()).take(4).map(|one| described(one, depth + 1)).collect();
            if kinds.is_empty() || depth > 1 { String::from("…") } else { kinds.join(" | ") }
        }
    }
}

/// What else a property is held against, a line each.
pub(super) fn facts(property: Property) -> Vec<String> {
    let shape = property.shape();
    let mut facts = Vec::new();
    if property.required() {
        facts.push(String::from("must be set"));
    }
    if property.read_only() {
        facts.push(String::from("AWS sets it; a template may not"));
    }
    if property.create_only() {
        facts.push(String::from("a change **replaces** the resource"));
    } else if property.conditional_create_only() {
        facts.push(String::from("some changes **replace** the resource"));
    }
    if property.write_only() {
        facts.push(String::from("AWS never gives it back"));
    }
    if property.deprecated() {
        facts.push(String::from("AWS advises against it"));
    }
    if let Some(pattern) = shape.pattern() {
        facts.push(format!("matches `{pattern}`"));
    }
    if let Some(default) = shape.default() {
        facts.push(format!("without it: `{default}`"));
    }
    let values: Vec<&str> = shape.enum_values().collect();
    if values.len() > VALUES {
        let shown: Vec<&str> = values.iter().take(VALUES * 3).copied().collect();
        let more = if values.len() > shown.len() { ", …" } else { "" };
        facts.push(format!("one of {}{more}", shown.join(", ")));
    }
    facts
}

/// What is known of a type as a whole, a line each.
pub(super) fn of_type(ty: ResourceType) -> Vec<String> {
    let mut facts = Vec::new();
    let named = |wanted: fn(&Property) -> bool| {
        let names: Vec<String> =
            ty.properties().filter(wanted).map(|property| format!("`{}`", property.name())).collect();
        names.join(", ")
    };
    let required = named(|property| property.required());
    if !required.is_empty() {
        facts.push(format!("must be set: {required}"));
    }
    let replacing = named(|property| property.create_only() && !property.read_only());
    if !replacing.is_empty() {
        facts.push(format!("a change replaces it: {replacing}"));
    }
    if let Some(rules) = ty.name_rules() {
        let within = match rules.scope() {
            Some(NameScope::Global) => ", unique everywhere",
            Some(NameScope::Account) => ", unique in the account",
            Some(NameScope::AccountRegion) => ", unique in account and region",
            Some(NameScope::Parent) => ", unique in what it belongs to",
            Some(NameScope::Nowhere) | None => "",
        };
        let length = match (rules.min(), rules.max()) {
            (Some(least), Some(most)) => format!(", {least} to {most} characters"),
            (None, Some(most)) => format!(", at most {most} characters"),
            (_, None) => String::new(),
        };
        facts.push(format!("named by `{}`{length}{within}", rules.property()));
    }
    if ty.is_stateful() {
        facts.push(String::from("holds data"));
    }
    facts
}

/// AWS's page of a resource type.
pub(super) fn page(ty: ResourceType) -> Option<String> {
    let mut parts = ty.name().strip_prefix("AWS::")?.split("::");
    let (service, name) = (parts.next()?.to_lowercase(), parts.next()?.to_lowercase());
    if parts.next().is_some() {
        return None;
    }
    Some(format!(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-{service}-{name}.html"
    ))
}

/// The place of a property of the type itself on that page.
pub(super) fn place_on_page(ty: ResourceType, property: &str) -> Option<String> {
    let mut parts = ty.name().strip_prefix("AWS::")?.split("::");
    let (service, name) = (parts.next()?.to_lowercase(), parts.next()?.to_lowercase());
    Some(format!("{}#cfn-{service}-{name}-{}", page(ty)?, property.to_lowercase()))
}

/// AWS's page of a service's actions.
pub(super) fn actions_page(service: crate::catalog::Service) -> String {
    let name: String =
        service.name().chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    format!("https://docs.aws.amazon.com/service-authorization/latest/reference/list_{name}.html")
}
