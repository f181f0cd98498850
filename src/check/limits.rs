//! CloudFormation's quotas.

use crate::check::World;
use crate::check::facts::quota;
use crate::derive::template::{Json, Template, Tree};
use crate::diag::{Diagnostic, codes};

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
        ];
        for (count, most, what) in counts {
            if count > most {
                let message = format!("stack `{}` has {count} {what}, {most} are the most", stack.name);
                let help = "move a part of it into a stack of its own; what they use of each other is exported";
                world.found.push(Diagnostic::new(codes::QUOTA_EXCEEDED, place, message).help(help));
            }
        }
        for (id, resource) in &template.resources {
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
