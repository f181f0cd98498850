//! The sections of a template, and what a document must be to have them.

use crate::base::Span;
use crate::cfn::document::{Item, Map, Node};
use crate::cfn::malformed;
use crate::diag::Diagnostic;

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    root: Node,
}

/// Makes sure that a document is a template.
pub fn template(root: Node) -> (Option<Template>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    match root.get("Resources") {
        None if root.map().is_some() => {
            found.push(*malformed(root.span, "this is no template: it has no `Resources`"));
        }
        None => found.push(*malformed(root.span, format!("a template is an object, and this is {}", root.kind()))),
        Some(resources) => check_resources(resources, &mut found),
    }
    for section in ["Parameters", "Mappings", "Conditions", "Outputs"] {
        if let Some(node) = root.get(section)
            && node.map().is_none()
            && node.item != Item::Null
        {
            found.push(*malformed(node.span, format!("`{section}` is an object, and this is {}", node.kind())));
        }
    }
    (found.is_empty().then_some(Template { root }), found)
}

fn check_resources(resources: &Node, found: &mut Vec<Diagnostic>) {
    let Some(map) = resources.map() else {
        found.push(*malformed(resources.span, format!("`Resources` is an object, and this is {}", resources.kind())));
        return;
    };
    for (id, (key, resource)) in map {
        if id.starts_with("Fn::") {
            continue;
        }
        if resource.map().is_none() {
            found.push(*malformed(*key, format!("resource `{id}` is an object, and this is {}", resource.kind())));
        } else if resource.get("Type").and_then(Node::text).is_none() {
            found.push(*malformed(*key, format!("resource `{id}` has no `Type`")));
        } else if let Some(properties) = resource.get("Properties")
            && properties.map().is_none()
            && properties.item != Item::Null
        {
            let message = format!("the properties of `{id}` are an object, and this is {}", properties.kind());
            found.push(*malformed(properties.span, message));
        }
    }
}

impl Template {
    /// The whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.root.span
    }

    /// The entries of a section.
    pub fn section(&self, name: &str) -> Option<&Map> {
        self.root.get(name)?.map()
    }

    /// The names of its transforms.
    pub fn transforms(&self) -> Vec<&str> {
        let Some(node) = self.root.get("Transform") else { return Vec::new() };
        let nodes = node.list().unwrap_or(std::slice::from_ref(node));
        nodes.iter().filter_map(|node| node.text().or_else(|| node.get("Name").and_then(Node::text))).collect()
    }
}
