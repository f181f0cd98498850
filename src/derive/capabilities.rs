//! What a deployer must agree to, and why; and the transforms that a template needs.

use crate::catalog::catalog;
use crate::derive::build::Build;
use crate::derive::facts::{self, capability};
use crate::derive::template::{Json, Template, Tree};

impl Build<'_> {
    /// `Transform` and capabilities of each template.
    pub fn capabilities(&mut self) {
        for template in &mut self.templates {
            let transforms = transforms(template);
            let mut named = Vec::new();
            let mut unnamed = Vec::new();
            for (id, resource) in &template.resources {
                if !facts::IAM_TYPES.contains(&resource.ty.as_str()) {
                    continue;
                }
                let name = facts::IAM_NAMES.iter().find(|(ty, _)| *ty == resource.ty).map(|(_, property)| *property);
                match name.filter(|property| has(&resource.properties, property)) {
                    Some(property) => named.push(format!("{id}.{property}")),
                    None => unnamed.push(id.clone()),
                }
            }
            let mut expanded = Vec::new();
            for (transform, cause) in &transforms {
                expanded.push(cause.clone());
                if facts::TRANSFORMS_WITH_ROLES.contains(&transform.as_str()) {
                    unnamed.push(cause.clone());
                }
            }
            // Agreeing to names includes the rest.
            if !named.is_empty() {
                template.capabilities.insert(capability::NAMED_IAM.into(), named);
            } else if !unnamed.is_empty() {
                template.capabilities.insert(capability::IAM.into(), unnamed);
            }
            if !expanded.is_empty() {
                template.capabilities.insert(capability::AUTO_EXPAND.into(), expanded);
            }
            template.transforms = transforms.into_iter().map(|(transform, _)| transform).collect();
            template.transforms.dedup();
        }
    }
}

/// The transforms with what needs each, sorted.
fn transforms(template: &Template) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (id, resource) in &template.resources {
        let of_type = catalog().resource_type(&resource.ty).and_then(|ty| ty.transform());
        if let Some(transform) = of_type.or_else(|| facts::transform_of(&resource.ty)) {
            found.push((transform.to_owned(), id.clone()));
        }
        for (ty, property, transform) in facts::TRANSFORM_PROPERTIES {
            if *ty == resource.ty && has(&resource.properties, property) {
                found.push(((*transform).to_owned(), format!("{id}.{property}")));
            }
        }
    }
    found.sort();
    found
}

fn has(properties: &Tree, property: &str) -> bool {
    matches!(&properties.json, Json::Map(entries) if entries.contains_key(property))
}
