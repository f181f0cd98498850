//! What a change of a path means, by the catalog.

use crate::catalog::{Kind, Property, ResourceType, Shape, catalog};
use crate::cfn::Value;
use crate::diff::changes::Step;
use crate::diff::{CauseKind, Replacement, facts};

/// A verdict on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) kind: CauseKind,
    pub(super) requires: Replacement,
}

const IN_PLACE: Meaning = Meaning { kind: CauseKind::Updatable, requires: Replacement::Never };
const CREATE_ONLY: Meaning = Meaning { kind: CauseKind::CreateOnly, requires: Replacement::Always };
const CONDITIONAL: Meaning = Meaning { kind: CauseKind::Conditional, requires: Replacement::Maybe };
/// Of what nothing is known it is never said that it is safe.
const UNKNOWN: Meaning = Meaning { kind: CauseKind::Unknown, requires: Replacement::Maybe };

/// What is known of a type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    /// The catalog has it.
    Type(ResourceType),
    /// It is a custom resource: whoever implements it decides.
    Custom(ResourceType),
    /// Nothing.
    Nothing,
}

impl Known {
    pub(super) fn of(ty: &str) -> Known {
        let known = catalog().resource_type(if facts::is_custom(ty) { facts::CUSTOM } else { ty });
        match known {
            Some(known) if facts::is_custom(ty) => Known::Custom(known),
            Some(known) => Known::Type(known),
            None => Known::Nothing,
        }
    }

    /// Its entry in the catalog.
    pub(super) fn ty(self) -> Option<ResourceType> {
        match self {
            Known::Type(ty) | Known::Custom(ty) => Some(ty),
            Known::Nothing => None,
        }
    }

    /// What a change at a path of its properties means. `old` and `new` are what stands there.
    pub(super) fn meaning(self, path: &[Step], old: Option<&Value>, new: Option<&Value>) -> Meaning {
        let ty = match self {
            Known::Nothing => return UNKNOWN,
            Known::Custom(ty) => {
                let Some(Step::Key(first)) = path.first() else { return UNKNOWN };
                return ty.property(first).map_or(UNKNOWN, |property| own(property).unwrap_or(IN_PLACE));
            }
            // What a transform makes of a resource is not seen here.
            Known::Type(ty) if ty.transform().is_some() => return UNKNOWN,
            Known::Type(ty) => ty,
        };
        let mut meaning = Walk { found: IN_PLACE }.path(ty.shape(), path, old, new);
        // A type that cannot be updated is made anew, whatever changes.
        if has_no_update(ty) && meaning.requires < Replacement::Always {
            meaning = CREATE_ONLY;
        }
        meaning
    }
}

/// Whether AWS implements making and deleting one, but no update. Where nothing is known of its operations, the flags of properties decide.
fn has_no_update(ty: ResourceType) -> bool {
    let mut handlers = ty.handlers().peekable();
    handlers.peek().is_some() && handlers.all(|(operation, _)| operation != "update")
}

fn own(property: Property) -> Option<Meaning> {
    if property.create_only() {
        Some(CREATE_ONLY)
    } else if property.conditional_create_only() {
        Some(CONDITIONAL)
    } else {
        None
    }
}

struct Walk {
    found: Meaning,
}

impl Walk {
    fn path(mut self, root: Shape, path: &[Step], old: Option<&Value>, new: Option<&Value>) -> Meaning {
        let mut shapes = vec![root];
        for step in path {
            let next = match step {
                Step::Key(key) => self.key(&shapes, key),
                Step::Item(_) => {
                    Some(shapes.iter().flat_map(|shape| alternatives(*shape)).filter_map(Shape::items).collect())
                }
            };
            match next {
                // Inside of what the schema leaves open, the flags above count.
                Some(next) if next.is_empty() => return self.found,
                Some(next) => shapes = next,
                None => return self.worse(UNKNOWN),
            }
        }
        for value in [old, new].into_iter().flatten() {
            self.below(&shapes, value);
        }
        self.found
    }

    /// The shapes of a property or of an entry of a map; nothing if there is no such property.
    fn key(&mut self, shapes: &[Shape], key: &str) -> Option<Vec<Shape>> {
        let mut next = Vec::new();
        let mut is_known = false;
        for shape in shapes.iter().flat_map(|shape| alternatives(*shape)) {
            if let Some(property) = shape.property(key) {
                self.found = self.worse(own(property).unwrap_or(self.found));
                next.push(property.shape());
                is_known = true;
            } else {
                match shape.kind() {
                    Kind::Map => {
                        next.extend(shape.items());
                        is_known = true;
                    }
                    Kind::Json => is_known = true,
                    // An object without properties of its own is free.
                    Kind::Object if shape.properties().next().is_none() && !shape.is_closed() => is_known = true,
                    Kind::Object
                    | Kind::List
                    | Kind::Union
                    | Kind::String
                    | Kind::Integer
                    | Kind::Number
                    | Kind::Boolean => {}
                }
            }
        }
        is_known.then_some(next)
    }

    /// What stands below a place that appears, goes away or takes another form: each of its parts changes as well.
    fn below(&mut self, shapes: &[Shape], value: &Value) {
        if self.found.requires == Replacement::Always {
            return;
        }
        if let Some(map) = value.map() {
            for (key, value) in map {
                if let Some(next) = self.key(shapes, key) {
                    self.below(&next, value);
                }
            }
        } else if let Some(items) = value.list() {
            let next: Vec<Shape> =
                shapes.iter().flat_map(|shape| alternatives(*shape)).filter_map(Shape::items).collect();
            items.iter().for_each(|item| self.below(&next, item));
        }
    }

    fn worse(&self, other: Meaning) -> Meaning {
        if other.requires > self.found.requires { other } else { self.found }
    }
}

/// A shape and those that a value may have instead of it or besides it.
fn alternatives(shape: Shape) -> Vec<Shape> {
    let mut all = vec![shape];
    let mut at = 0;
    // Alternatives of alternatives are rare, and never many.
    while let Some(shape) = all.get(at).copied().filter(|_| all.len() < 64) {
        for other in shape.one_of().chain(shape.any_of()).chain(shape.all_of()) {
            if !all.contains(&other) {
                all.push(other);
            }
        }
        at += 1;
    }
    all
}
