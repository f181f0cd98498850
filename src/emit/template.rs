//! A template as one tree, in the order in which people read it.

use crate::base::IndexMap;
use crate::derive::template::{Json, Template, TemplateOutput, TemplateResource, Tree};
use crate::eval::model::Model;

/// Attributes of a resource behind its deletion policies.
const ATTRIBUTES: [&str; 3] = ["UpdatePolicy", "CreationPolicy", "Metadata"];

/// The whole template. The stack's declaration is the cause of everything that has none of its own.
pub(super) fn document(model: &Model, template: &Template) -> Tree {
    let stack = model.stack(template.stack);
    let mut map: IndexMap<String, Tree> = IndexMap::default();
    let mut put = |key: &str, tree: Tree| map.insert(key.to_owned(), tree);
    put("AWSTemplateFormatVersion", Tree::text("2010-09-09"));
    if let Some(title) = &stack.title {
        put("Description", Tree::text(title));
    }
    match template.transforms.as_slice() {
        [] => {}
        [one] => {
            put("Transform", Tree::text(one));
        }
        several => {
            put("Transform", Tree::list(several.iter().map(Tree::text)));
        }
    }
    if !template.parameters.is_empty() {
        let parameters = template.parameters.iter().map(|(id, parameter)| (id, parameter.declaration.clone()));
        put("Parameters", Tree::map(parameters));
    }
    if let Some(rules) = &template.rules {
        put("Rules", rules.clone());
    }
    put("Resources", Tree::map(template.resources.iter().map(|(id, item)| (id, resource(item)))));
    if !template.outputs.is_empty() {
        put("Outputs", Tree::map(template.outputs.iter().map(|(id, item)| (id, output(item)))));
    }
    Tree::new(Json::Map(map), stack.origin)
}

fn resource(resource: &TemplateResource) -> Tree {
    let mut map: IndexMap<String, Tree> = IndexMap::default();
    let mut put = |key: &str, tree: Tree| map.insert(key.to_owned(), tree);
    put("Type", Tree::text(&resource.ty));
    if !matches!(&resource.properties.json, Json::Map(properties) if properties.is_empty()) {
        put("Properties", resource.properties.clone());
    }
    if !resource.depends_on.is_empty() {
        put("DependsOn", Tree::list(resource.depends_on.iter().map(|(id, origin)| Tree::text(id).because(*origin))));
    }
    if let Some((policy, origin)) = &resource.deletion {
        put("DeletionPolicy", Tree::text(policy).because(*origin));
        put("UpdateReplacePolicy", Tree::text(on_replace(policy)).because(*origin));
    }
    for name in ATTRIBUTES {
        if let Some(tree) = resource.attributes.get(name) {
            put(name, tree.clone());
        }
    }
    for (name, tree) in &resource.attributes {
        if !ATTRIBUTES.contains(&name.as_str()) {
            put(name, tree.clone());
        }
    }
    Tree::new(Json::Map(map), resource.origin)
}

/// `UpdateReplacePolicy` has one word less than `DeletionPolicy`.
pub(super) fn on_replace(deletion: &str) -> &str {
    if deletion == "RetainExceptOnCreate" { "Retain" } else { deletion }
}

fn output(output: &TemplateOutput) -> Tree {
    let mut map: IndexMap<String, Tree> = IndexMap::default();
    if let Some(description) = &output.description {
        map.insert(String::from("Description"), Tree::text(description));
    }
    map.insert(String::from("Value"), output.value.clone());
    if let Some(export) = &output.export {
        map.insert(String::from("Export"), Tree::map([("Name", export.clone())]));
    }
    Tree::new(Json::Map(map), output.origin)
}
