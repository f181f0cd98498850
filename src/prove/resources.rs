//! Each resource of the model stands in exactly one template, and nothing else does but what is added by rule.

use crate::diag::Diagnostic;
use crate::eval::model::ResourcePolicyForm;
use crate::prove::read::{Emitted, text};
use crate::prove::{facts, failed};

/// Missing, doubled and unexplained resources.
pub(super) fn prove(emitted: &Emitted<'_>) -> Vec<Diagnostic> {
    let model = emitted.model;
    let mut found = Vec::new();
    for resource in &model.resources {
        let span = model.origins.user_span(resource.origin);
        let there = emitted.templates.iter().find(|template| template.id == resource.stack);
        let ty = there.and_then(|template| {
            let (_, value) = template.resources().find(|(id, _)| **id == resource.logical_id)?;
            text(value, "Type")
        });
        if ty != Some(resource.ty.as_str()) {
            let message = format!("`{}` is declared, but its template has no such resource", resource.path);
            found.push(failed(span, message, format!("{} `{}`", resource.ty, resource.logical_id)));
        }
    }
    let forms = model.resource_policies.values().filter_map(|form| match form {
        ResourcePolicyForm::Resource { ty, .. } => Some(ty.as_str()),
        ResourcePolicyForm::Property(_) => None,
    });
    let added: Vec<&str> = facts::ADDED.into_iter().chain(forms).collect();
    for template in &emitted.templates {
        for (id, value) in template.resources() {
            let ty = text(value, "Type").unwrap_or_default();
            if emitted.resource(template, id).is_none() && !added.contains(&ty) {
                let span = model.origins.user_span(template.stack.origin);
                let message = format!("stack `{}` has a resource that nothing declares", template.stack.name);
                found.push(failed(span, message, format!("{}#/Resources/{id} ({ty})", template.file)));
            }
        }
    }
    found
}
