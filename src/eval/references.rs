//! Instances where a property wants an id, a name or an ARN: which of them it is, and whether the instance is of the right kind.

use crate::base::Symbol;
use crate::catalog::{Kind as ShapeKind, Obtain, Reference, ResourceType, Shape};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::Evaluator;
use crate::eval::model::{InstanceId, ResourceId};
use crate::eval::properties::{Slot, last};
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Template, Value};

const OF_THAT_TYPE: &str = "refer to an instance of that type";

/// What a property takes of others.
struct Wanted {
    references: Vec<Reference>,
    /// Resources of other types may belong there as well.
    open: bool,
}

impl Wanted {
    fn of(shape: Shape) -> Wanted {
        let shapes = with_alternatives(shape);
        let references: Vec<Reference> = shapes.iter().flat_map(|inner| inner.references()).collect();
        let open = references.is_empty() || shapes.iter().any(|inner| inner.takes_other_kinds());
        Wanted { references, open }
    }

    fn of_type(&self, ty: &str) -> impl Iterator<Item = Reference> {
        self.references.iter().copied().filter(move |reference| reference.type_name == ty)
    }

    /// The types, as a message names them.
    fn types(&self) -> String {
        let mut names: Vec<&str> = self.references.iter().map(|reference| reference.type_name).collect();
        names.sort_unstable();
        names.dedup();
        quoted_list(names, 3)
    }
}

impl Evaluator<'_> {
    /// An instance where a value of this shape is wanted: its id, an attribute, or its ARN.
    pub(super) fn reference(&mut self, id: InstanceId, shape: Shape, value: &Value, slot: Slot<'_>) -> Option<Node> {
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
        if !takes_text(shape) {
            return self.wrong_property(value, shape, slot);
        }
        let attribute = self.wanted_attribute(resource, shape, slot)?;
        Some(Node::new(NodeKind::Text(Template::hole(Hole::Resource(resource, attribute))), value.origin))
    }

    fn wanted_attribute(&mut self, resource: ResourceId, shape: Shape, slot: Slot<'_>) -> Option<Attribute> {
        let ty = self.model.resources.get(resource.index())?.ty;
        let wanted = Wanted::of(shape);
        let known = self.catalog.resource_type(ty.as_str());
        let by_type: Vec<Reference> = wanted.of_type(ty.as_str()).collect();
        if let Some(known) = known {
            let own = by_type.iter().find(|reference| known.is_identity(reference.attribute));
            if let Some(reference) = own {
                return Some(attribute_of(known, reference.attribute));
            }
        }
        if let Some(reference) = by_type.first() {
            // What belongs to the instance is meant; a reader must see that.
            let help = format!("write `.{}` behind it, if that is meant", reference.attribute);
            self.wrong_kind(&wanted, ty.as_str(), slot, help);
        } else if !wanted.open && known.is_some() {
            self.wrong_kind(&wanted, ty.as_str(), slot, String::from(OF_THAT_TYPE));
        }
        let name = last(slot.path);
        Some(if is_arn(name) { Attribute::Arn } else { Attribute::Id })
    }

    fn wrong_kind(&mut self, wanted: &Wanted, ty: &str, slot: Slot<'_>, help: String) {
        let message = format!("`{}` of `{}` takes {}, and this is a `{ty}`", slot.path, slot.ty, wanted.types());
        self.report(Diagnostic::new(codes::WRONG_REFERENCE_KIND, slot.span, message).help(help));
    }

    /// A reference that is spelled out (`queue.arn`) must fit as well as one that is not.
    pub(super) fn check_reference(&mut self, hole: Hole, shape: Shape, slot: Slot<'_>) {
        let (ty, attribute) = match hole {
            Hole::Resource(resource, attribute) => {
                (self.model.resources.get(resource.index()).map(|resource| resource.ty), Some(attribute))
            }
            Hole::External(external, output) => {
                let external = self.model.externals.get(external.index());
                (external.and_then(|external| external.outputs.get(&output)).and_then(|output| output.ty), None)
            }
            Hole::Pseudo(_) | Hole::Param(_) | Hole::Variable(_) | Hole::Asset(..) => (None, None),
        };
        let Some(known) = ty.and_then(|ty| self.catalog.resource_type(ty.as_str())) else { return };
        let wanted = Wanted::of(shape);
        if wanted.references.is_empty() {
            return;
        }
        let path = attribute.and_then(|attribute| path_of(known, attribute));
        if wanted.of_type(known.name()).next().is_some() {
            if let Some(path) = path {
                self.check_attribute(&wanted, known, path, slot);
            }
        } else if !wanted.open && !path.is_some_and(|path| belongs(known, path, &wanted)) {
            self.wrong_kind(&wanted, known.name(), slot, String::from(OF_THAT_TYPE));
        }
    }

    /// An attribute of an instance of the right type: where only its ARN is taken, its name or id is not.
    fn check_attribute(&mut self, wanted: &Wanted, known: ResourceType, path: &str, slot: Slot<'_>) {
        let arns = wanted.of_type(known.name()).all(|reference| is_arn_of(known, reference.attribute));
        if !arns || is_arn_of(known, path) || !known.is_identity(path) || !is_arn(last(slot.path)) {
            return;
        }
        let name = known.name();
        let message = format!("`{}` of `{}` takes the ARN of a `{name}`, and this is its `{path}`", slot.path, slot.ty);
        self.report(
            Diagnostic::new(codes::WRONG_REFERENCE_KIND, slot.span, message)
                .help("write the instance alone, or `.arn` behind it"),
        );
    }
}

/// Whether an attribute of a type is something else than the resource itself, and, if it is known what, is of a wanted kind.
fn belongs(known: ResourceType, path: &str, wanted: &Wanted) -> bool {
    if known.is_identity(path) {
        return false;
    }
    let Some(shape) = known.attribute(path) else { return true };
    let mut kinds =
        with_alternatives(shape).into_iter().flat_map(|inner| inner.references().collect::<Vec<_>>()).peekable();
    kinds.peek().is_none()
        || kinds.any(|kind| wanted.references.iter().any(|reference| reference.type_name == kind.type_name))
}

/// The attribute that a way to get it stands for, as the catalog calls it; `None` where it has no single name.
fn path_of(known: ResourceType, attribute: Attribute) -> Option<&'static str> {
    match attribute {
        Attribute::Id => known.ref_value().only(),
        Attribute::Name => known.name_rules().map(|rules| rules.property()).or_else(|| known.ref_value().only()),
        Attribute::Arn => Some("Arn"),
        Attribute::Named(name) => Some(name.as_str()),
    }
}

fn attribute_of(known: ResourceType, attribute: &'static str) -> Attribute {
    match known.obtain(attribute) {
        Some(Obtain::Ref) => Attribute::Id,
        Some(found) if known.arn() == Some(found) => Attribute::Arn,
        Some(Obtain::GetAtt(name)) => Attribute::Named(Symbol::new(name)),
        None if attribute == "Arn" => Attribute::Arn,
        None => Attribute::Id,
    }
}

fn is_arn_of(known: ResourceType, path: &str) -> bool {
    let is_ref = known.ref_value().only() == Some(path);
    is_arn(path)
        || match known.arn() {
            Some(Obtain::Ref) => is_ref,
            Some(Obtain::GetAtt(name)) => name == path,
            None => false,
        }
}

/// Whether a property or an attribute is called an ARN.
fn is_arn(name: &str) -> bool {
    ["Arn", "ARN", "Arns", "ARNs"].iter().any(|end| name.ends_with(end))
}

/// Whether text is among what a shape takes.
fn takes_text(shape: Shape) -> bool {
    match shape.kind() {
        ShapeKind::String => shape.enum_values().is_empty(),
        ShapeKind::Union => {
            let inner = with_alternatives(shape);
            shape.primitives().any(|kind| kind == ShapeKind::String)
                || inner.iter().any(|inner| matches!(inner.kind(), ShapeKind::String | ShapeKind::Json))
        }
        ShapeKind::Json => true,
        ShapeKind::Integer
        | ShapeKind::Number
        | ShapeKind::Boolean
        | ShapeKind::Object
        | ShapeKind::Map
        | ShapeKind::List => false,
    }
}

fn with_alternatives(shape: Shape) -> Vec<Shape> {
    let others = shape.one_of().chain(shape.any_of()).chain(shape.all_of());
    std::iter::once(shape).chain(others).collect()
}

/// The types that a shape, or one of its alternatives, refers to.
pub(super) fn types_of(shape: Shape) -> Vec<&'static str> {
    Wanted::of(shape).references.iter().map(|reference| reference.type_name).collect()
}
