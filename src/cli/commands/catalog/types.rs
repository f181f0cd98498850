//! A resource type as a person wants to read it.

use std::fmt::Write;

use super::words;
use crate::catalog::{Availability, Obtain, Property, ResourceType, Shape, TagStyle, catalog};

/// Of a whole type, properties within properties are shown so deep; a part of it is shown down to the bottom.
const DEPTH: usize = 3;
const BOTTOM: usize = 12;

/// All that is known of a type.
pub(super) fn page(ty: ResourceType) -> String {
    let mut out = format!("{}\n\n", ty.name());
    facts(&mut out, ty);
    out.push_str("\nProperties\n\n");
    let mut cut = false;
    properties(&mut out, ty.shape(), 1, DEPTH, &mut vec![ty.shape()], &mut cut);
    if cut {
        let _ = writeln!(out, "\n  `infrac catalog {}.PROPERTY` shows what `…` leaves out.", ty.name());
    }
    rules(&mut out, ty.shape());
    attributes(&mut out, ty);
    replacements(&mut out, ty);
    permissions(&mut out, ty);
    let _ = writeln!(out, "\nFrom CloudFormation's schema of {}.", catalog().date());
    out
}

/// One property and all that is in it.
pub(super) fn part(ty: ResourceType, path: &str, property: Property) -> String {
    let mut out = format!("{}.{path}\n\n", ty.name());
    line(&mut out, property, 0, property.name().len());
    let mut cut = false;
    let shape = inner(property.shape());
    properties(&mut out, shape, 1, BOTTOM, &mut vec![ty.shape(), shape], &mut cut);
    rules(&mut out, shape);
    let _ = writeln!(out, "\nFrom CloudFormation's schema of {}.", catalog().date());
    out
}

fn facts(out: &mut String, ty: ResourceType) {
    let mut fact = |what: &str, said: String| {
        let _ = writeln!(out, "  {what:9} {said}");
    };
    let reference: Vec<&str> = ty.ref_value().collect();
    if !reference.is_empty() {
        fact("Ref", reference.join("|"));
    }
    let arn = ty.arn().map(|obtain| match obtain {
        Obtain::Ref => String::from("Ref"),
        Obtain::GetAtt(name) => name.to_owned(),
    });
    match (arn, ty.arn_template()) {
        (Some(way), Some(template)) => fact("ARN", format!("{way}, as in {template}")),
        (Some(one), None) => fact("ARN", one),
        (None, Some(template)) => fact("ARN", template.to_owned()),
        (None, None) => {}
    }
    match ty.name_rules() {
        Some(rules) => {
            fact("Name", words::name(rules));
            if let Some(source) = rules.source() {
                fact("", source.to_owned());
            }
        }
        None => fact("Name", String::from("AWS makes it")),
    }
    fact("Tags", tags(ty));
    if ty.is_stateful() {
        let snapshot = if ty.takes_snapshots() { ", or in a snapshot" } else { "" };
        fact(
            "Data",
            format!("holds data, and is kept when it is deleted{snapshot}, unless `on_delete` says otherwise"),
        );
    }
    if let Some(scope) = ty.singleton() {
        fact("Number", format!("one {}", words::scope(scope)));
    }
    if let Some((status, date)) = ty.lifecycle() {
        fact("Lifecycle", format!("{status}{}", date.map_or_else(String::new, |date| format!(", {date}"))));
    }
    if let Some(transform) = ty.transform() {
        fact("Transform", transform.to_owned());
    }
    fact("Regions", regions(ty));
}

fn tags(ty: ResourceType) -> String {
    let Some(tagging) = ty.tagging() else { return String::from("none") };
    let style = match tagging.style() {
        TagStyle::List => "a list of `Key` and `Value`",
        TagStyle::Map => "a map",
        TagStyle::Propagate => "a list of `Key`, `Value` and `PropagateAtLaunch`",
        TagStyle::Specifications => "a list of `ResourceType` and `Tags`",
    };
    let mut words = format!("{}: {style}", tagging.property());
    if !tagging.on_create() {
        words.push_str("; added after creation");
    }
    if !tagging.updatable() {
        words.push_str("; a change replaces");
    }
    words
}

fn regions(ty: ResourceType) -> String {
    let of = |wanted: Availability| -> Vec<&'static str> {
        catalog().regions().filter(|region| ty.availability(region) == wanted).collect()
    };
    let (here, absent) = (of(Availability::Available), of(Availability::Absent));
    match (here.as_slice(), absent.as_slice()) {
        ([], _) => String::from("not known"),
        (_, []) => String::from("all"),
        (here, absent) if here.len() <= absent.len() => here.join(" "),
        (_, absent) => format!("all but {}", absent.join(" ")),
    }
}

/// The properties of an object, those of its alternatives included.
fn members(shape: Shape) -> Vec<Property> {
    let mut found: Vec<Property> = shape.properties().collect();
    let others = shape.all_of().chain(shape.one_of()).chain(shape.any_of());
    for property in others.flat_map(|other| other.properties()) {
        if found.iter().all(|known| known.name() != property.name()) {
            found.push(property);
        }
    }
    found.retain(|property| !property.read_only());
    found
}

/// What is in a list or map, however deep.
pub(super) fn inner(shape: Shape) -> Shape {
    let mut at = shape;
    while at.properties().next().is_none() && at.one_of().chain(at.any_of()).next().is_none() {
        match at.items() {
            Some(items) => at = items,
            None => break,
        }
    }
    at
}

fn line(out: &mut String, property: Property, depth: usize, width: usize) {
    let indent = "  ".repeat(depth);
    let notes = words::notes(property);
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
    let _ = writeln!(out, "{indent}{:width$}  {}{notes}", property.name(), words::shape(property.shape()));
}

fn properties(out: &mut String, shape: Shape, depth: usize, most: usize, above: &mut Vec<Shape>, cut: &mut bool) {
    let members = members(shape);
    let width = members.iter().map(|property| property.name().len()).max().unwrap_or(0);
    for property in members {
        line(out, property, depth, width);
        let inside = inner(property.shape());
        if self::members(inside).is_empty() {
            continue;
        }
        if depth >= most || above.contains(&inside) {
            *cut |= depth >= most;
            let _ = writeln!(out, "{}…", "  ".repeat(depth + 1));
            continue;
        }
        above.push(inside);
        properties(out, inside, depth + 1, most, above, cut);
        above.pop();
    }
}

/// Which properties go together, and which do not.
fn rules(out: &mut String, shape: Shape) {
    let joined = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>().join(", ");
    let mut said: Vec<String> = Vec::new();
    if !shape.required_xor().is_empty() {
        said.push(format!("exactly one of {}", joined(&mut shape.required_xor())));
    }
    if !shape.required_or().is_empty() {
        said.push(format!("at least one of {}", joined(&mut shape.required_or())));
    }
    for (name, mut others) in shape.dependent_required() {
        said.push(format!("{name} needs {}", joined(&mut others)));
    }
    for (name, mut others) in shape.dependent_excluded() {
        said.push(format!("{name} excludes {}", joined(&mut others)));
    }
    let conditions = shape.conditions().chain(shape.all_of().filter(|inner| inner.conditional().is_some())).count();
    if conditions > 0 {
        said.push(format!("{conditions} more that hold under conditions, such as for one engine or class"));
    }
    if !said.is_empty() {
        out.push_str("\nRules\n\n");
        said.iter().for_each(|rule| {
            let _ = writeln!(out, "  {rule}");
        });
    }
}

fn attributes(out: &mut String, ty: ResourceType) {
    let width = ty.attributes().map(|(name, _)| name.len()).max().unwrap_or(0);
    if width > 0 {
        out.push_str("\nAttributes\n\n");
    }
    for (name, shape) in ty.attributes() {
        let _ = writeln!(out, "  {name:width$}  {}", words::shape(shape));
    }
}

/// The paths of the properties whose change replaces the resource: always, and now and then.
pub(super) fn replacing(ty: ResourceType) -> (Vec<String>, Vec<String>) {
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    let mut open = vec![(String::new(), ty.shape(), 0)];
    while let Some((path, shape, depth)) = open.pop() {
        let inside = members(shape);
        for property in inside.iter().rev() {
            let path = if path.is_empty() { property.name().to_owned() } else { format!("{path}.{}", property.name()) };
            if property.create_only() {
                always.push(path);
            } else {
                if property.conditional_create_only() {
                    sometimes.push(path.clone());
                }
                if depth < BOTTOM / 2 {
                    open.push((path, inner(property.shape()), depth + 1));
                }
            }
        }
    }
    always.sort();
    sometimes.sort();
    (always, sometimes)
}

fn replacements(out: &mut String, ty: ResourceType) {
    let (always, sometimes) = replacing(ty);
    if always.is_empty() && sometimes.is_empty() {
        return;
    }
    out.push_str("\nReplaced by a change of\n\n");
    for path in always {
        let _ = writeln!(out, "  {path}");
    }
    for path in sometimes {
        let _ = writeln!(out, "  {path} (some changes)");
    }
    if ty.deletes_before_replacing() {
        out.push_str("\n  The old one is deleted before the new one is created.\n");
    }
}

fn permissions(out: &mut String, ty: ResourceType) {
    let mut handlers = ty.handlers().peekable();
    if handlers.peek().is_some() {
        out.push_str("\nWho deploys it needs\n\n");
    }
    for (operation, actions) in handlers {
        let _ = writeln!(out, "  {operation:7}  {}", actions.collect::<Vec<_>>().join(" "));
    }
}
