//! CloudFormation's quotas.

use crate::check::World;
use crate::check::facts::quota;
use crate::derive::template::{Json, Template, TemplateResource, Tree};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::Model;

/// Every template is within the quotas.
pub(super) fn templates_fit(world: &mut World<'_>) {
    let model = world.model;
    for template in &world.derived.templates {
        let stack = model.stack(template.stack);
        let place = model.origins.user_span(stack.origin);
        let counts = [
            (template.resources.len(), quota::RESOURCES, "resources"),
            (template.outputs.len(), quota::OUTPUTS, "outputs"),
            (template.parameters.len(), quota::PARAMETERS, "parameters"),
            (bytes(template), quota::BYTES, "bytes"),
            (dynamic_references(template), quota::DYNAMIC_REFERENCES, "dynamic references"),
            (stack.title.as_ref().map_or(0, String::len), quota::DESCRIPTION, "bytes of description"),
        ];
        if template.resources.is_empty() {
            let message = format!("stack `{}` has no resource", stack.name);
            let help = format!("give it one, or leave it out where it has none: `stack {} if … {{`", stack.name);
            world.found.push(Diagnostic::new(codes::EMPTY_STACK, place, message).help(help));
        }
        for (count, most, what) in counts {
            if count > most {
                let message = format!("stack `{}` has {count} {what}, {most} are the most", stack.name);
                let help = "move a part of it into a stack of its own; what they use of each other is exported";
                world.found.push(Diagnostic::new(codes::QUOTA_EXCEEDED, place, message).help(help));
            }
        }
        for (id, resource) in &template.resources {
            lists_fit(model, resource, &mut world.found);
            if id.len() > quota::ID {
                let message = format!(
                    "the logical id of `{}` has {} characters, {} are the most",
                    resource.title,
                    id.len(),
                    quota::ID
                );
                let place = model.origins.user_span(resource.origin);
                world.found.push(
                    Diagnostic::new(codes::QUOTA_EXCEEDED, place, message).help("shorten the names that lead to it"),
                );
            }
        }
    }
}

/// No policy is longer than its service takes.
pub(super) fn policies_fit(world: &mut World<'_>) {
    let model = world.model;
    for (id, resource) in world.derived.templates.iter().flat_map(|template| &template.resources) {
        for (_, property, most) in quota::POLICIES.iter().filter(|(ty, ..)| *ty == resource.ty) {
            let Json::Map(properties) = &resource.properties.json else { continue };
            let count = properties.get(*property).map_or(0, written);
            if count > *most {
                let message = format!("`{property}` of `{id}` has {count} characters or more, {most} are the most");
                let place = model.origins.user_span(resource.origin);
                world.found.push(
                    Diagnostic::new(codes::QUOTA_EXCEEDED, place, message).help(
                        "say less about single principals: name a role that several can act as, or a path of names",
                    ),
                );
            }
        }
    }
}

/// Lists and maps are within the services' limits.
fn lists_fit(model: &Model, resource: &TemplateResource, found: &mut Vec<Diagnostic>) {
    let Json::Map(properties) = &resource.properties.json else { return };
    let mut counts = Vec::new();
    for (ty, property, most) in quota::LISTS.iter().filter(|(ty, ..)| resource.ty == *ty) {
        if let Some(Json::List(items)) = properties.get(*property).map(|tree| &tree.json) {
            counts.push((
                items.len(),
                *most,
                format!("items of `{property}`"),
                format!("keep `{property}` of `{ty}` short"),
            ));
        }
    }
    for (_, property, inside, most) in quota::MAPS.iter().filter(|(ty, ..)| resource.ty == *ty) {
        let map = properties.get(*property).and_then(|tree| match &tree.json {
            Json::Map(entries) => entries.get(*inside),
            Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
        });
        if let Some(Json::Map(entries)) = map.map(|tree| &tree.json) {
            let bytes = entries.iter().map(|(key, value)| key.len() + written(value).saturating_sub(2)).sum();
            let help = String::from("keep what is long in a parameter or a file, and its name here");
            counts.push((bytes, *most, format!("bytes of `{inside}`"), help));
        }
    }
    for (count, most, what, help) in counts.into_iter().filter(|(count, most, ..)| count > most) {
        let message = format!("`{}` has {count} {what}, {most} are the most", resource.title);
        let place = model.origins.user_span(resource.origin);
        found.push(Diagnostic::new(codes::QUOTA_EXCEEDED, place, message).help(help));
    }
}

/// At least so many characters in the end: of what a function gives, only what is known counts.
fn written(tree: &Tree) -> usize {
    let known = |text: &str| {
        let (mut count, mut rest) = (0, text);
        while let Some((before, after)) = rest.split_once("${") {
            count += before.chars().count();
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        count + rest.chars().count()
    };
    match &tree.json {
        Json::Map(entries) => match entries.iter().next() {
            Some((function, value)) if entries.len() == 1 && (function.starts_with("Fn::") || function == "Ref") => {
                match &value.json {
                    Json::Text(text) if function == "Fn::Sub" => known(text) + 2,
                    Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) | Json::Map(_) => 2,
                }
            }
            Some(_) | None => entries.iter().map(|(key, value)| key.len() + written(value) + 4).sum::<usize>() + 1,
        },
        Json::List(items) => items.iter().map(|item| written(item) + 1).sum::<usize>() + 1,
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) => size(tree),
    }
}

/// How many secrets and parameters the template reads while it is deployed.
fn dynamic_references(template: &Template) -> usize {
    fn count(tree: &Tree) -> usize {
        match &tree.json {
            // Brackets are found sooner than longer texts.
            Json::Text(text) => {
                let opened = text.match_indices('{').filter_map(|(at, _)| text.get(at..));
                opened.filter(|rest| rest.starts_with("{{resolve:")).count()
            }
            Json::List(items) => items.iter().map(count).sum(),
            Json::Map(entries) => entries.values().map(count).sum(),
            Json::Bool(_) | Json::Int(_) | Json::Float(_) => 0,
        }
    }
    template.resources.values().map(|resource| count(&resource.properties)).sum()
}

/// At least so many bytes: without the white space that is emitted between them.
fn bytes(template: &Template) -> usize {
    let resources = template.resources.iter().map(|(id, resource)| {
        id.len()
            + resource.ty.len()
            + size(&resource.properties)
            + resource.attributes.values().map(size).sum::<usize>()
    });
    let outputs = template.outputs.iter().map(|(id, output)| id.len() + size(&output.value));
    resources.sum::<usize>() + outputs.sum::<usize>()
}

fn size(tree: &Tree) -> usize {
    match &tree.json {
        Json::Bool(_) => 4,
        Json::Int(number) => number.to_string().len(),
        Json::Float(number) => number.to_string().len(),
        Json::Text(text) => text.len() + 2,
        Json::List(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Json::Map(entries) => entries.iter().map(|(key, value)| key.len() + size(value) + 4).sum::<usize>() + 2,
    }
}
