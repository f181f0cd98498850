//! Instances where a property wants an id, a name or an ARN: which of them it is, and whether the instance is of the right kind.

use crate::base::Symbol;
use crate::catalog::{Obtain, Shape};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::Evaluator;
use crate::eval::model::ResourceId;
use crate::eval::properties::{Slot, last};
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Template, Value};

impl Evaluator<'_> {
    /// An instance where a value of this shape is wanted: its id, an attribute, or its ARN.
    pub(super) fn reference(
        &mut self,
        id: crate::eval::model::InstanceId,
        shape: Shape,
        value: &Value,
        slot: Slot<'_>,
    ) -> Option<Node> {
        let Some(resource) = self.model.instances.get(id.index()).and_then(|instance| instance.resource) else {
            let ty = self.instance_type(id);
            self.report(
                Diagnostic::new(
                    codes::MISSING_MAIN,
                    slot.span,
                    format!("`{ty}` has no `main` instance, so it stands for nothing"),
                )
                .help("use one of its outputs"),
            );
            return None;
        };
        let attribute = self.wanted_attribute(resource, shape, slot)?;
        Some(Node::new(NodeKind::Text(Template::hole(Hole::Resource(resource, attribute))), value.origin))
    }

    fn wanted_attribute(&mut self, resource: ResourceId, shape: Shape, slot: Slot<'_>) -> Option<Attribute> {
        let ty = self.model.resources.get(resource.index())?.ty;
        let mut references: Vec<(&'static str, &'static str)> = references_of(shape);
        references.dedup();
        if let Some((_, attribute)) = references.iter().find(|(target, _)| *target == ty.as_str()) {
            let known = self.catalog.resource_type(ty.as_str())?;
            let obtained = known.obtain(attribute);
            return Some(match obtained {
                Some(Obtain::Ref) => Attribute::Id,
                Some(found) if known.arn() == Some(found) => Attribute::Arn,
                Some(Obtain::GetAtt(name)) => Attribute::Named(Symbol::new(name)),
                None if *attribute == "Arn" => Attribute::Arn,
                None => Attribute::Id,
            });
        }
        if !references.is_empty() {
            let mut wanted: Vec<&str> = references.iter().map(|(target, _)| *target).collect();
            wanted.dedup();
            let diagnostic = Diagnostic::new(
                codes::WRONG_REFERENCE_KIND,
                slot.span,
                format!("`{}` of `{}` takes {}, and this is a `{ty}`", slot.path, slot.ty, quoted_list(wanted, 3)),
            )
            .help("refer to an instance of that type; if AWS takes this one as well, write `.id`, `.name` or `.arn` behind it");
            self.report(diagnostic);
            return None;
        }
        let name = last(slot.path);
        Some(if name.ends_with("Arn") || name.ends_with("ARN") || name.ends_with("Arns") {
            Attribute::Arn
        } else {
            Attribute::Id
        })
    }

    /// A reference that is spelled out (`queue.arn`) must fit as well as one that is not.
    pub(super) fn reference_fits(&mut self, hole: Hole, shape: Shape, slot: Slot<'_>) -> bool {
        let Hole::Resource(resource, Attribute::Id | Attribute::Arn) = hole else { return true };
        let references = references_of(shape);
        let Some(ty) = self.model.resources.get(resource.index()).map(|resource| resource.ty) else { return true };
        if references.is_empty() || references.iter().any(|(target, _)| *target == ty.as_str()) {
            return true;
        }
        let mut wanted: Vec<&str> = references.iter().map(|(target, _)| *target).collect();
        wanted.dedup();
        let diagnostic = Diagnostic::new(
            codes::WRONG_REFERENCE_KIND,
            slot.span,
            format!("`{}` of `{}` takes {}, and this is a `{ty}`", slot.path, slot.ty, quoted_list(wanted, 3)),
        )
        .help("refer to an instance of that type");
        self.report(diagnostic);
        false
    }
}

/// What a shape, or one of its alternatives, refers to.
pub(super) fn references_of(shape: Shape) -> Vec<(&'static str, &'static str)> {
    shape
        .references()
        .chain(
            shape
                .one_of()
                .chain(shape.any_of())
                .chain(shape.all_of())
                .flat_map(|inner| inner.references().collect::<Vec<_>>()),
        )
        .map(|reference| (reference.type_name, reference.attribute))
        .collect()
}
