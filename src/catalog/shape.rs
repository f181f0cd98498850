//! What a property's value may be.

use super::data::{List, Texts, float, header, some, text, word};
use super::layout::*;
use super::{Availability, Obtain, ResourceType, catalog};

/// The kind of a value.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Named properties.
    Object,
    /// Free keys, all with values of one shape ([`Shape::items`]).
    Map,
    /// Items of one shape ([`Shape::items`]).
    List,
    /// Anything: the schema says no more. Policy documents are of this kind.
    Json,
    /// One of several: see [`Shape::primitives`], [`Shape::one_of`] and [`Shape::any_of`].
    Union,
}

impl Kind {
    fn of(word: u32) -> Kind {
        match word {
            K_STRING => Kind::String,
            K_INTEGER => Kind::Integer,
            K_NUMBER => Kind::Number,
            K_BOOLEAN => Kind::Boolean,
            K_OBJECT => Kind::Object,
            K_MAP => Kind::Map,
            K_LIST => Kind::List,
            K_UNION => Kind::Union,
            _ => Kind::Json,
        }
    }
}

/// A named property of a resource type or of an object inside one.
#[derive(Copy, Clone)]
pub struct Property {
    name: u32,
    node: u32,
    flags: u32,
}

impl Property {
    /// Its name, in AWS's spelling.
    pub fn name(self) -> &'static str {
        text(self.name)
    }

    /// What its value may be.
    pub fn shape(self) -> Shape {
        Shape::at(self.node)
    }

    /// It has to be set.
    pub fn required(self) -> bool {
        self.flags & P_REQUIRED != 0
    }

    /// AWS sets it; a template may not. An object all of whose properties are so is so, too.
    pub fn read_only(self) -> bool {
        self.flags & P_READ_ONLY != 0
    }

    /// A change replaces the resource.
    pub fn create_only(self) -> bool {
        self.flags & P_CREATE_ONLY != 0
    }

    /// Some changes replace the resource.
    pub fn conditional_create_only(self) -> bool {
        self.flags & P_CONDITIONAL_CREATE_ONLY != 0
    }

    /// AWS never gives it back: a password and the like.
    pub fn write_only(self) -> bool {
        self.flags & P_WRITE_ONLY != 0
    }

    /// AWS advises against it.
    pub fn deprecated(self) -> bool {
        self.flags & P_DEPRECATED != 0
    }
}

impl std::fmt::Debug for Property {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Property({}, {:?}, {:#b})", self.name(), self.shape().kind(), self.flags)
    }
}

/// The value of a property may be any that a resource of this type gives as this attribute.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As in `AWS::IAM::Role`.
    pub type_name: &'static str,
    /// As in `Arn`, `Id`, `BucketName`.
    pub attribute: &'static str,
}

impl Reference {
    /// The type, if the catalog has it.
    pub fn target(self) -> Option<ResourceType> {
        catalog().resource_type(self.type_name)
    }

    /// How a template gets the value from a resource of that type.
    pub fn obtain(self) -> Option<Obtain> {
        self.target()?.obtain(self.attribute)
    }
}

/// `if`, `then` and `else` of a schema.
#[derive(Copy, Clone, Debug)]
pub struct Conditional {
    /// When a value has this shape …
    pub condition: Shape,
    /// … it has to have this one, too,
    pub then: Option<Shape>,
    /// and otherwise this one.
    pub otherwise: Option<Shape>,
}

/// Values that only some regions have, such as classes of instances.
#[derive(Copy, Clone)]
pub struct Regional {
    list: List,
    known: List,
}

impl Regional {
    /// Whether a region has a value; [`Availability::Unknown`] if nothing is known of the region.
    pub fn availability(self, value: &str, region: &str) -> Availability {
        let Some(at) = region_index(region) else { return Availability::Unknown };
        let bit = |low: u32, high: u32| (u64::from(low) | u64::from(high) << 32) >> at & 1 == 1;
        if !bit(self.known.get(0), self.known.get(1)) {
            return Availability::Unknown;
        }
        match self.list.find_text(3, value) {
            Some(found) if bit(self.list.get(found + 1), self.list.get(found + 2)) => Availability::Available,
            Some(_) | None => Availability::Absent,
        }
    }

    /// The values that a region has, sorted.
    pub fn values(self, region: &str) -> impl Iterator<Item = &'static str> + Clone {
        let at = region_index(region);
        self.list.triples().filter_map(move |(value, low, high)| {
            let bits = u64::from(low) | u64::from(high) << 32;
            (bits >> at? & 1 == 1).then(|| text(value))
        })
    }

    /// Whether some region has the value.
    pub fn exists(self, value: &str) -> bool {
        self.list.find_text(3, value).is_some()
    }
}

fn region_index(region: &str) -> Option<usize> {
    Texts::at(header(H_REGIONS)).place_of(region)
}

/// What a value may be. Shapes may contain themselves (a rule inside a rule): walk them only as deep as a value goes.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Shape(u32);

impl Shape {
    pub(super) fn at(node: u32) -> Shape {
        Shape(node)
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        Kind::of(word(self.0, N_KIND) & 0xff)
    }

    /// The primitive kinds a value may have: several for a union such as number or text.
    pub fn primitives(self) -> impl Iterator<Item = Kind> {
        let mask = word(self.0, N_KIND) >> 8 & 0xff;
        [K_STRING, K_INTEGER, K_NUMBER, K_BOOLEAN].into_iter().filter(move |kind| mask & 1 << kind != 0).map(Kind::of)
    }

    /// Whether the schema states that a value may be of this kind; `None` if it states no type, as conditions often do.
    pub fn states(self, kind: Kind) -> Option<bool> {
        let mask = word(self.0, N_KIND) >> 8 & 0xff;
        let bit = match kind {
            Kind::String => K_STRING,
            Kind::Integer => K_INTEGER,
            Kind::Number => K_NUMBER,
            Kind::Boolean => K_BOOLEAN,
            Kind::Object | Kind::Map => K_OBJECT,
            Kind::List => K_LIST,
            Kind::Json | Kind::Union => return None,
        };
        (mask != 0).then_some(mask & 1 << bit != 0)
    }

    /// The properties of an object, sorted by name.
    pub fn properties(self) -> impl Iterator<Item = Property> + Clone {
        List::of(self.0, N_PROPERTIES).triples().map(|(name, node, flags)| Property { name, node, flags })
    }

    /// One property of an object.
    pub fn property(self, name: &str) -> Option<Property> {
        let list = List::of(self.0, N_PROPERTIES);
        let at = list.find_text(3, name)?;
        Some(Property { name: list.get(at), node: list.get(at + 1), flags: list.get(at + 2) })
    }

    /// Whether an object may have no other properties than its own.
    pub fn is_closed(self) -> bool {
        self.facet(F_CLOSED).is_some()
    }

    /// The shape of a list's items or a map's values.
    pub fn items(self) -> Option<Shape> {
        some(word(self.0, N_ITEMS)).map(Shape)
    }

    /// Shapes of a list's first items, where they differ from the others.
    pub fn prefix_items(self) -> impl Iterator<Item = Shape> {
        self.shapes(F_PREFIX_ITEMS)
    }

    /// The pattern of a map's keys.
    pub fn key_pattern(self) -> Option<&'static str> {
        self.facet(F_KEY_PATTERN).map(text)
    }

    /// The values it is limited to, numbers in decimal; empty if it is not limited so.
    pub fn enum_values(self) -> Texts {
        self.texts(F_ENUM)
    }

    /// Whether the case of those values is ignored.
    pub fn enum_ignores_case(self) -> bool {
        self.facet(F_ENUM_ANY_CASE).is_some()
    }

    /// A pattern, in the dialect of JSON schemas: found anywhere in the text unless anchored.
    pub fn pattern(self) -> Option<&'static str> {
        self.facet(F_PATTERN).map(text)
    }

    /// A format such as `date-time`, `json` or `ipv4-network`.
    pub fn format(self) -> Option<&'static str> {
        self.facet(F_FORMAT).map(text)
    }

    /// The only value, as JSON.
    pub fn constant(self) -> Option<&'static str> {
        self.facet(F_CONST).map(text)
    }

    /// The value AWS takes if none is set, as JSON, where the schema says it.
    pub fn default(self) -> Option<&'static str> {
        self.facet(F_DEFAULT).map(text)
    }

    /// Fewest characters.
    pub fn min_length(self) -> Option<u32> {
        self.facet(F_MIN_LENGTH)
    }

    /// Most characters.
    pub fn max_length(self) -> Option<u32> {
        self.facet(F_MAX_LENGTH)
    }

    /// Fewest items.
    pub fn min_items(self) -> Option<u32> {
        self.facet(F_MIN_ITEMS)
    }

    /// Most items.
    pub fn max_items(self) -> Option<u32> {
        self.facet(F_MAX_ITEMS)
    }

    /// Fewest keys.
    pub fn min_properties(self) -> Option<u32> {
        self.facet(F_MIN_PROPERTIES)
    }

    /// Most keys.
    pub fn max_properties(self) -> Option<u32> {
        self.facet(F_MAX_PROPERTIES)
    }

    /// Least number.
    pub fn minimum(self) -> Option<f64> {
        self.facet(F_MINIMUM).map(float)
    }

    /// Greatest number.
    pub fn maximum(self) -> Option<f64> {
        self.facet(F_MAXIMUM).map(float)
    }

    /// Numbers are greater than this.
    pub fn exclusive_minimum(self) -> Option<f64> {
        self.facet(F_EXCLUSIVE_MINIMUM).map(float)
    }

    /// Numbers are less than this.
    pub fn exclusive_maximum(self) -> Option<f64> {
        self.facet(F_EXCLUSIVE_MAXIMUM).map(float)
    }

    /// Numbers are multiples of this.
    pub fn multiple_of(self) -> Option<f64> {
        self.facet(F_MULTIPLE_OF).map(float)
    }

    /// No two items are equal.
    pub fn unique_items(self) -> bool {
        self.facet(F_UNIQUE_ITEMS).is_some()
    }

    /// No two items are equal in these properties.
    pub fn unique_keys(self) -> Texts {
        self.texts(F_UNIQUE_KEYS)
    }

    /// What the value may stand for. Of a list, ask its items.
    pub fn references(self) -> impl Iterator<Item = Reference> + Clone {
        self.list(F_REFERENCES)
            .pairs()
            .map(|(name, attribute)| Reference { type_name: text(name), attribute: text(attribute) })
    }

    /// Whether those references are only examples: resources of other types may belong there as well.
    pub fn takes_other_kinds(self) -> bool {
        self.facet(F_REFERENCES_OPEN).is_some()
    }

    /// Properties that have to be set, also where the shape is only one of several alternatives.
    pub fn required(self) -> Texts {
        self.texts(F_REQUIRED)
    }

    /// Exactly one of these properties has to be set.
    pub fn required_xor(self) -> Texts {
        self.texts(F_REQUIRED_XOR)
    }

    /// At least one of these properties has to be set.
    pub fn required_or(self) -> Texts {
        self.texts(F_REQUIRED_OR)
    }

    /// If the first is set, the others have to be.
    pub fn dependent_required(self) -> impl Iterator<Item = (&'static str, Texts)> {
        self.list(F_DEPENDENT_REQUIRED).pairs().map(|(name, others)| (text(name), Texts::at(others)))
    }

    /// If the first is set, the others may not be.
    pub fn dependent_excluded(self) -> impl Iterator<Item = (&'static str, Texts)> {
        self.list(F_DEPENDENT_EXCLUDED).pairs().map(|(name, others)| (text(name), Texts::at(others)))
    }

    /// If the property is set, the object that has it is to have this shape, too.
    pub fn dependent_shapes(self) -> impl Iterator<Item = (&'static str, Shape)> {
        self.list(F_DEPENDENT_SHAPES).pairs().map(|(name, node)| (text(name), Shape(node)))
    }

    /// The value has exactly one of these shapes, besides this one.
    pub fn one_of(self) -> impl Iterator<Item = Shape> + Clone {
        self.shapes(F_ONE_OF)
    }

    /// The value has at least one of these shapes, besides this one.
    pub fn any_of(self) -> impl Iterator<Item = Shape> + Clone {
        self.shapes(F_ANY_OF)
    }

    /// The value has all of these shapes, besides this one.
    pub fn all_of(self) -> impl Iterator<Item = Shape> + Clone {
        self.shapes(F_ALL_OF)
    }

    /// The value has all of these shapes, too. They describe nothing new, but what holds under some condition: which versions an
    /// engine has, which classes of instances a region.
    pub fn conditions(self) -> impl Iterator<Item = Shape> + Clone {
        self.shapes(F_CONDITIONS)
    }

    /// The value does not have this shape.
    pub fn excluded(self) -> Option<Shape> {
        self.facet(F_NOT).map(Shape)
    }

    /// What holds only under a condition.
    pub fn conditional(self) -> Option<Conditional> {
        let condition = self.facet(F_IF).map(Shape)?;
        let (then, otherwise) = (self.facet(F_THEN).map(Shape), self.facet(F_ELSE).map(Shape));
        Some(Conditional { condition, then, otherwise })
    }

    /// The property a path such as `Rules/*/Name` or `Endpoint.Address` leads to; `*` steps into items and may be left out.
    pub fn find(self, path: &str) -> Option<Property> {
        let mut steps = path.split(['/', '.']).filter(|step| *step != "*");
        let first = self.property(steps.next()?)?;
        steps.try_fold(first, |found, step| {
            let mut shape = found.shape();
            while let (Kind::List | Kind::Map, Some(items)) = (shape.kind(), shape.items()) {
                shape = items;
            }
            shape.property(step)
        })
    }

    /// Nothing has this shape: the property may not be set at all.
    pub fn is_never(self) -> bool {
        self.facet(F_NEVER).is_some()
    }

    /// It limits nothing but, perhaps, the kind of value.
    pub fn is_free(self) -> bool {
        let limits =
            self.facets().any(|(facet, _)| !matches!(facet, F_REFERENCES | F_REFERENCES_OPEN | F_DEFAULT | F_FORMAT));
        !limits && self.items().is_none() && self.properties().next().is_none()
    }

    /// At least one of a list's items has this shape.
    pub fn contains(self) -> Option<Shape> {
        self.facet(F_CONTAINS).map(Shape)
    }

    /// The shape of an object's keys.
    pub fn keys(self) -> Option<Shape> {
        self.facet(F_KEYS).map(Shape)
    }

    /// Versions, each with those below it: `16.8` stands for `16.8.2`, too. Empty if it is not limited so.
    pub fn versions(self) -> Texts {
        self.texts(F_VERSIONS)
    }

    /// AWS gives up a value of this shape.
    pub fn is_deprecated(self) -> bool {
        self.facet(F_DEPRECATED).is_some()
    }

    /// The values that each region has, where they differ.
    pub fn regional(self) -> Option<Regional> {
        self.facet(F_REGIONAL).map(|list| Regional { list: List::at(list), known: self.list(F_REGIONAL_KNOWN) })
    }

    fn facet(self, facet: u32) -> Option<u32> {
        self.facets().find(|(found, _)| *found == facet).map(|(_, value)| value)
    }

    pub(super) fn facets(self) -> impl Iterator<Item = (u32, u32)> + Clone {
        List::of(self.0, N_FACETS).pairs()
    }

    fn list(self, facet: u32) -> List {
        self.facet(facet).map_or(List::empty(), List::at)
    }

    fn texts(self, facet: u32) -> Texts {
        self.facet(facet).map_or(Texts::none(), Texts::at)
    }

    fn shapes(self, facet: u32) -> impl Iterator<Item = Shape> + Clone + use<> {
        self.list(facet).words().map(Shape)
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shape({:?}, {})", self.kind(), self.0)
    }
}
