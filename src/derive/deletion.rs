//! What happens to a resource that is deleted or replaced: data stays unless the source says otherwise.

use crate::catalog::catalog;
use crate::derive::build::Build;
use crate::derive::facts;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{OnDelete, Resource};
use crate::eval::origin::Origin;

impl Build<'_> {
    /// `DeletionPolicy` and `UpdateReplacePolicy`, both the same.
    pub fn deletion(&mut self) {
        let model = self.model;
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let policy = self.policy_of(resource);
            let template = &mut self.templates[resource.stack.index()];
            if let Some(lowered) = template.resources.get_mut(&resource.logical_id) {
                lowered.deletion = policy.map(|(word, origin)| (word.to_owned(), origin));
            }
        }
    }

    fn policy_of(&mut self, resource: &Resource) -> Option<(&'static str, Origin)> {
        let ty = catalog().resource_type(resource.ty.as_str());
        let elsewhere = facts::DATA_ELSEWHERE
            .iter()
            .any(|(ty, property)| resource.ty == **ty && resource.properties.get(property).is_some());
        let snapshots = !elsewhere && ty.is_some_and(|ty| ty.takes_snapshots());
        match resource.on_delete {
            Some((OnDelete::Retain, origin)) => Some(("Retain", origin)),
            Some((OnDelete::Delete, origin)) => Some(("Delete", origin)),
            Some((OnDelete::Snapshot, origin)) if snapshots => Some(("Snapshot", origin)),
            Some((OnDelete::Snapshot, origin)) => {
                let message =
                    format!("`{}` has no snapshots, so `{}` cannot be kept as one", resource.ty, resource.path);
                let diagnostic = Diagnostic::new(codes::VALUE_NOT_ALLOWED, self.span(origin), message)
                    .label(self.span(resource.origin), "set for this resource")
                    .why("CloudFormation refuses `DeletionPolicy: Snapshot` on a type that cannot make one")
                    .help("write `on_delete = \"retain\"`");
                self.diagnostics.push(diagnostic);
                None
            }
            None if elsewhere || !ty.is_some_and(|ty| ty.is_stateful()) => None,
            None if snapshots => Some(("Snapshot", resource.origin)),
            None => Some(("Retain", resource.origin)),
        }
    }
}
