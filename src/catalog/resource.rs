//! Resource types.

use super::data::{List, Texts, header, maybe_text, number, some, text, word};
use super::layout::*;
use super::shape::{Property, Shape};

/// A resource type, by its place in the catalog.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct ResourceType(u32);

/// How a template gets a value from a resource.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Obtain {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt` with this attribute.
    GetAtt(&'static str),
}

/// Whether a type exists in a region.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Availability {
    /// It does.
    Available,
    /// It does not.
    Absent,
    /// The sources do not say, or do not know the region.
    Unknown,
}

/// How a type takes tags.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum TagStyle {
    /// A list of `Key` and `Value`.
    List,
    /// A map.
    Map,
    /// A list of `Key`, `Value` and `PropagateAtLaunch`.
    Propagate,
    /// A list of `ResourceType` and `Tags`.
    Specifications,
}

/// How and where a type takes tags.
#[derive(Copy, Clone, Debug)]
pub struct Tagging(u32);

impl Tagging {
    /// The path of the property that holds them, nearly always `Tags`.
    pub fn property(self) -> &'static str {
        text(word(self.0, G_PROPERTY))
    }

    /// How that property holds them.
    pub fn style(self) -> TagStyle {
        match word(self.0, G_STYLE) {
            STYLE_MAP => TagStyle::Map,
            STYLE_PROPAGATE => TagStyle::Propagate,
            STYLE_SPECIFICATIONS => TagStyle::Specifications,
            _ => TagStyle::List,
        }
    }

    /// Whether tags are there from the moment of creation.
    pub fn on_create(self) -> bool {
        word(self.0, G_FLAGS) & GF_ON_CREATE != 0
    }

    /// Whether tags can be changed without replacing the resource.
    pub fn updatable(self) -> bool {
        word(self.0, G_FLAGS) & GF_UPDATABLE != 0
    }

    /// Whether CloudFormation adds its own tags.
    pub fn system_tags(self) -> bool {
        word(self.0, G_FLAGS) & GF_SYSTEM != 0
    }

    /// The actions that tagging needs.
    pub fn permissions(self) -> Texts {
        Texts::of(self.0, G_PERMISSIONS)
    }

    /// What it is called in [`TagStyle::Specifications`], if that is not its type's name.
    pub fn kind(self) -> Option<&'static str> {
        maybe_text(self.0, G_KIND)
    }
}

/// A way by which a resource's tags come to what it creates.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct PassesOn {
    /// The path of the property that does it.
    pub path: &'static str,
    /// What to write there.
    pub how: How,
    /// What is created.
    pub to: &'static str,
    /// A property beside which it has no effect.
    pub unless: Option<&'static str>,
}

/// What a property takes that passes tags on.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// This value.
    Value(&'static str),
    /// The tags once more, under the word for what is created.
    Specifications,
}

/// Within what a name has to be unique, or a resource may exist only once.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameScope {
    /// Everybody's accounts and regions.
    Global,
    /// One account, all its regions.
    Account,
    /// One account in one region.
    AccountRegion,
    /// The resource it belongs to: an API's stages, a bus's rules.
    Parent,
    /// Nothing: two may have the same name.
    Nowhere,
}

fn scope(word: u32) -> Option<NameScope> {
    match word {
        SCOPE_GLOBAL => Some(NameScope::Global),
        SCOPE_ACCOUNT => Some(NameScope::Account),
        SCOPE_ACCOUNT_REGION => Some(NameScope::AccountRegion),
        SCOPE_PARENT => Some(NameScope::Parent),
        SCOPE_NONE => Some(NameScope::Nowhere),
        _ => None,
    }
}

/// What a service does with the case of a name.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameCase {
    /// Names that differ in case differ.
    Sensitive,
    /// Names are stored in lower case.
    Lower,
    /// Names that differ in case alone are the same.
    Ignored,
}

/// What is known of a type's physical name.
#[derive(Copy, Clone, Debug)]
pub struct NameRules {
    record: u32,
    shape: Shape,
}

impl NameRules {
    /// The path of the property that holds it.
    pub fn property(self) -> &'static str {
        text(word(self.record, M_PROPERTY))
    }

    /// Fewest characters.
    pub fn min(self) -> Option<u32> {
        number(self.record, M_MIN).or_else(|| self.shape.min_length())
    }

    /// Most characters.
    pub fn max(self) -> Option<u32> {
        number(self.record, M_MAX).or_else(|| self.shape.max_length())
    }

    /// The pattern of names: a stated one is anchored, a schema's need not be.
    pub fn pattern(self) -> Option<&'static str> {
        maybe_text(self.record, M_PATTERN).or_else(|| self.shape.pattern())
    }

    /// A pattern that it must meet, too: it keeps off beginnings and ends that AWS has reserved.
    pub fn reserved(self) -> Option<&'static str> {
        maybe_text(self.record, M_RESERVED)
    }

    /// Within what it has to be unique, where that is known.
    pub fn scope(self) -> Option<NameScope> {
        scope(word(self.record, M_SCOPE))
    }

    /// What the service does with its case, where that is known.
    pub fn case(self) -> Option<NameCase> {
        match word(self.record, M_CASE) {
            CASE_SENSITIVE => Some(NameCase::Sensitive),
            CASE_LOWER => Some(NameCase::Lower),
            CASE_IGNORED => Some(NameCase::Ignored),
            _ => None,
        }
    }

    /// Where AWS says so, if the rules go beyond the schema.
    pub fn source(self) -> Option<&'static str> {
        maybe_text(self.record, M_SOURCE)
    }
}

/// Metrics that share a namespace and dimensions.
#[derive(Copy, Clone, Debug)]
pub struct Metrics {
    /// As in `AWS/RDS`.
    pub namespace: &'static str,
    /// As in `DBInstanceIdentifier`.
    pub dimensions: Texts,
    /// As in `CPUUtilization`.
    pub names: Texts,
}

/// What fills a dimension of a resource's metrics.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// What `Ref` gives.
    Ref,
    /// Its name.
    Name,
    /// An attribute.
    Attribute(&'static str),
    /// The region that it is in.
    Region,
    /// Always the same.
    Text(&'static str),
}

impl ResourceType {
    pub(super) fn at(record: u32) -> ResourceType {
        ResourceType(record)
    }

    /// Its name, as in `AWS::EC2::VPC`.
    pub fn name(self) -> &'static str {
        text(word(self.0, T_NAME))
    }

    /// The object of all its properties, with the combinations that are required.
    pub fn shape(self) -> Shape {
        Shape::at(word(self.0, T_ROOT))
    }

    /// Its properties, sorted by name; read-only ones as well.
    pub fn properties(self) -> impl Iterator<Item = Property> + Clone {
        self.shape().properties()
    }

    /// One property.
    pub fn property(self, name: &str) -> Option<Property> {
        self.shape().property(name)
    }

    /// What `Fn::GetAtt` gives, sorted by name. A name that ends with `*` stands for every name that begins so.
    pub fn attributes(self) -> impl Iterator<Item = (&'static str, Shape)> + Clone {
        List::of(self.0, T_ATTRIBUTES).pairs().map(|(name, node)| (text(name), Shape::at(node)))
    }

    /// What `Fn::GetAtt` gives for one attribute, as in `Endpoint.Address`.
    pub fn attribute(self, name: &str) -> Option<Shape> {
        let list = List::of(self.0, T_ATTRIBUTES);
        let exact = list.find_text(2, name).map(|at| Shape::at(list.get(at + 1)));
        let wildcard = || self.attributes().find(|(known, _)| begins(known, name)).map(|(_, shape)| shape);
        exact.or_else(wildcard)
    }

    /// The paths of the properties that identify a resource of this type together.
    pub fn primary_identifier(self) -> Texts {
        Texts::of(self.0, T_IDENTIFIER)
    }

    /// Other groups of properties that identify one.
    pub fn additional_identifiers(self) -> impl Iterator<Item = Texts> {
        List::of(self.0, T_OTHER_IDENTIFIERS).words().map(Texts::at)
    }

    /// The paths of the properties whose values `Ref` gives; several are joined with `|`.
    pub fn ref_value(self) -> Texts {
        Texts::of(self.0, T_REF)
    }

    /// The shape of what `Ref` gives, if that is one property.
    pub fn ref_shape(self) -> Option<Shape> {
        Some(self.shape().find(self.ref_value().only()?)?.shape())
    }

    /// How a template gets an attribute, or what is commonly called `Id`, `Name` or `Arn`.
    pub fn obtain(self, attribute: &str) -> Option<Obtain> {
        let reference = self.ref_value().only();
        if reference == Some(attribute) {
            return Some(Obtain::Ref);
        }
        let list = List::of(self.0, T_ATTRIBUTES);
        let listed = |name: &str| list.find_text(2, name).map(|at| Obtain::GetAtt(text(list.get(at))));
        listed(attribute).or_else(|| match attribute {
            "Arn" => self.arn(),
            "Name" => self.name_rules().and_then(|rules| {
                let is_ref = reference == Some(rules.property());
                if is_ref { Some(Obtain::Ref) } else { listed(rules.property()) }
            }),
            "Id" => {
                let identifier = self.primary_identifier().only();
                let is_ref = identifier == reference || reference.is_some_and(|path| path.ends_with("Id"));
                if is_ref && reference.is_some() { Some(Obtain::Ref) } else { identifier.and_then(listed) }
            }
            _ => None,
        })
    }

    /// Whether an attribute names the resource itself, rather than something that belongs to it.
    pub fn is_identity(self, attribute: &str) -> bool {
        let named = self.name_rules().is_some_and(|rules| rules.property() == attribute);
        named
            || ["Arn", "Id", "Name"].contains(&attribute)
            || matches!(self.arn(), Some(Obtain::GetAtt(name)) if name == attribute)
            || self.ref_value().has(attribute)
            || self.primary_identifier().has(attribute)
            || self.additional_identifiers().any(|group| group.has(attribute))
    }

    /// How a template gets the ARN, if the type gives it.
    pub fn arn(self) -> Option<Obtain> {
        match maybe_text(self.0, T_ARN)? {
            "Ref" => Some(Obtain::Ref),
            name => Some(Obtain::GetAtt(name)),
        }
    }

    /// The ARN with placeholders, as in `arn:${Partition}:s3:::${BucketName}`.
    pub fn arn_template(self) -> Option<&'static str> {
        maybe_text(self.0, T_ARN_TEMPLATE)
    }

    /// How it takes tags, if it does.
    pub fn tagging(self) -> Option<Tagging> {
        number(self.0, T_TAGGING).map(Tagging)
    }

    /// How its tags come to what it creates.
    pub fn passes_on(self) -> impl Iterator<Item = PassesOn> {
        let mut words = List::at(word(self.0, T_PASSES_ON)).words();
        std::iter::from_fn(move || {
            let (path, how, to, unless) = (words.next()?, words.next()?, words.next()?, words.next()?);
            let how = match text(how).strip_prefix('=') {
                Some(value) => How::Value(value),
                None => How::Specifications,
            };
            Some(PassesOn { path: text(path), how, to: text(to), unless: some(unless).map(text) })
        })
    }

    /// Its physical name, if it has one that a template may set.
    pub fn name_rules(self) -> Option<NameRules> {
        let record = number(self.0, T_PHYSICAL_NAME)?;
        let shape = self.shape().find(text(word(record, M_PROPERTY)))?.shape();
        Some(NameRules { record, shape })
    }

    /// It holds data that is lost with it.
    pub fn is_stateful(self) -> bool {
        word(self.0, T_FLAGS) & TF_STATEFUL != 0
    }

    /// `DeletionPolicy: Snapshot` is allowed.
    pub fn takes_snapshots(self) -> bool {
        word(self.0, T_FLAGS) & TF_SNAPSHOT != 0
    }

    /// A replacement deletes the old one before it creates the new one.
    pub fn deletes_before_replacing(self) -> bool {
        word(self.0, T_FLAGS) & TF_DELETE_FIRST != 0
    }

    /// There can be only one in this scope.
    pub fn singleton(self) -> Option<NameScope> {
        scope(word(self.0, T_SINGLETON))
    }

    /// Where AWS says that there can be only one.
    pub fn singleton_source(self) -> Option<&'static str> {
        maybe_text(self.0, T_SINGLETON_SOURCE)
    }

    /// Whether it exists in a region.
    pub fn availability(self, region: &str) -> Availability {
        let known = Texts::at(header(H_REGIONS));
        let bits = u64::from(word(self.0, T_REGIONS_LOW)) | u64::from(word(self.0, T_REGIONS_HIGH)) << 32;
        match known.place_of(region) {
            Some(at) if bits >> at & 1 == 1 => Availability::Available,
            Some(_) => Availability::Absent,
            None => Availability::Unknown,
        }
    }

    /// The operations AWS implements (`create`, `read`, …), each with the actions it calls.
    pub fn handlers(self) -> impl Iterator<Item = (&'static str, Texts)> {
        List::of(self.0, T_HANDLERS).pairs().map(|(operation, actions)| (text(operation), Texts::at(actions)))
    }

    /// `sunset` and the like with its date, for a type that goes away.
    pub fn lifecycle(self) -> Option<(&'static str, Option<&'static str>)> {
        maybe_text(self.0, T_LIFECYCLE).map(|status| (status, maybe_text(self.0, T_LIFECYCLE_DATE)))
    }

    /// The transform that a template with this type has to name.
    pub fn transform(self) -> Option<&'static str> {
        maybe_text(self.0, T_TRANSFORM)
    }

    /// The metrics its resources publish, as far as the sources know.
    pub fn metrics(self) -> impl Iterator<Item = Metrics> {
        List::of(self.0, T_METRICS).triples().map(|(namespace, dimensions, names)| Metrics {
            namespace: text(namespace),
            dimensions: Texts::at(dimensions),
            names: Texts::at(names),
        })
    }

    /// The dimensions of its metrics that one of its resources fills by itself.
    pub fn dimensions(self) -> impl Iterator<Item = (&'static str, Dimension)> {
        List::of(self.0, T_DIMENSIONS).pairs().map(|(dimension, source)| {
            let source = text(source);
            let source = match (source, source.strip_prefix('=')) {
                (_, Some(fixed)) => Dimension::Text(fixed),
                ("Ref", None) => Dimension::Ref,
                ("name", None) => Dimension::Name,
                ("{region}", None) => Dimension::Region,
                (attribute, None) => Dimension::Attribute(attribute),
            };
            (text(dimension), source)
        })
    }

    /// Properties on whose value it depends which metrics there are: property, value, and the metrics with this value.
    pub fn metric_kinds(self) -> impl Iterator<Item = (&'static str, &'static str, Texts)> {
        List::of(self.0, T_METRIC_KINDS)
            .triples()
            .map(|(property, value, names)| (text(property), text(value), Texts::at(names)))
    }
}

fn begins(known: &str, name: &str) -> bool {
    known.strip_suffix('*').is_some_and(|start| name.len() > start.len() && name.starts_with(start))
}

impl std::fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ResourceType({})", self.name())
    }
}
