//! The binary form, as the build script writes it and [`super`] reads it.
//!
//! A file is a header, then words (little-endian `u32`), then text. Whatever stands in the words is one of:
//!
//! * a **text**: an offset into the text part, where a length word is followed by that many bytes;
//! * a **list**: the number of words that follow, then those words. [`EMPTY`] is the empty list;
//! * a **record**: a fixed number of words.
//!
//! Equal texts, lists and records are stored once. [`NONE`] stands where there is nothing.
//! The build script includes this file by path, so that writer and reader can't drift apart.

/// There is no such text, record or node.
pub const NONE: u32 = u32::MAX;
/// The list without entries.
pub const EMPTY: u32 = 0;

/// Words of the header, in order: where the text starts in bytes, then the tables.
pub const HEADER_WORDS: usize = 10;
/// Byte offset of the text part.
pub const H_TEXT: usize = 0;
/// List of resource types, sorted by name.
pub const H_TYPES: usize = 1;
/// List of IAM services, sorted by prefix.
pub const H_SERVICES: usize = 2;
/// List of regions whose availability is known.
pub const H_REGIONS: usize = 3;
/// List of regions whose availability is not known.
pub const H_REGIONS_UNKNOWN: usize = 4;
/// Text: date of the schemas.
pub const H_SCHEMA_DATE: usize = 5;
/// Text: date of the IAM data.
pub const H_IAM_DATE: usize = 6;
/// List of (key, type) pairs: condition keys every service understands.
pub const H_GLOBAL_KEYS: usize = 7;
/// List of (package, version) pairs.
pub const H_SOURCES: usize = 8;
/// List of (name, resource type) pairs: a hash table with a power of two places, empty ones [`NONE`]. A type stands at the
/// place of its name's [`hash`], or at the next free one behind it. A run asks for types by the hundred: this way one touches
/// one or two pages of the file and not a dozen.
pub const H_TYPE_PLACES: usize = 9;

/// The hash of a resource type's name (FNV-1a).
pub fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Words of a resource type.
pub const TYPE_WORDS: usize = 23;
/// Text: its name.
pub const T_NAME: usize = 0;
/// Node: an object with all its properties.
pub const T_ROOT: usize = 1;
/// List of (name, node) pairs, sorted: what `Fn::GetAtt` gives.
pub const T_ATTRIBUTES: usize = 2;
/// List of texts: property paths.
pub const T_IDENTIFIER: usize = 3;
/// List of lists of texts.
pub const T_OTHER_IDENTIFIERS: usize = 4;
/// List of texts: property paths that `Ref` gives.
pub const T_REF: usize = 5;
/// Text: its ARN with placeholders.
pub const T_ARN_TEMPLATE: usize = 6;
/// Text: the attribute that is the ARN, or `Ref`.
pub const T_ARN: usize = 7;
/// Record of tagging.
pub const T_TAGGING: usize = 8;
/// Bits, in the order of the header's regions: the first 32.
pub const T_REGIONS_LOW: usize = 9;
/// The next 32.
pub const T_REGIONS_HIGH: usize = 10;
/// Bits `TF_…`.
pub const T_FLAGS: usize = 11;
/// List of (operation, list of actions) pairs.
pub const T_HANDLERS: usize = 12;
/// Record of the physical name.
pub const T_PHYSICAL_NAME: usize = 13;
/// Text: `sunset` and the like.
pub const T_LIFECYCLE: usize = 14;
/// Text: the date of that.
pub const T_LIFECYCLE_DATE: usize = 15;
/// Text: the transform a template needs.
pub const T_TRANSFORM: usize = 16;
/// List of (namespace, list of dimensions, list of names) triples.
pub const T_METRICS: usize = 17;
/// One of `SCOPE_…`: at most one of these exists in that scope.
pub const T_SINGLETON: usize = 18;
/// Text: where the singleton fact comes from.
pub const T_SINGLETON_SOURCE: usize = 19;
/// List of (dimension, what fills it) pairs: `Ref`, `name`, an attribute, `=` and a text, or `{region}`.
pub const T_DIMENSIONS: usize = 20;
/// List of (property, its value, list of names) triples: with this value, these metrics alone are published.
pub const T_METRIC_KINDS: usize = 21;
/// List of (path, how, what is created, another property) quadruples: how its tags come to what it creates.
pub const T_PASSES_ON: usize = 22;

/// It holds data.
pub const TF_STATEFUL: u32 = 1;
/// `DeletionPolicy: Snapshot` works.
pub const TF_SNAPSHOT: u32 = 2;
/// A replacement deletes the old one first.
pub const TF_DELETE_FIRST: u32 = 4;

/// Words of a node.
pub const NODE_WORDS: usize = 4;
/// Kind in the low byte; in the next, as bits, the kinds that the schema states (none, if it states no type).
pub const N_KIND: usize = 0;
/// List of (name, node, flags) triples, sorted by name.
pub const N_PROPERTIES: usize = 1;
/// Node of a list's items or a map's values.
pub const N_ITEMS: usize = 2;
/// List of (facet, value) pairs, sorted by facet.
pub const N_FACETS: usize = 3;

/// Kinds of node.
pub const K_STRING: u32 = 0;
/// A whole number.
pub const K_INTEGER: u32 = 1;
/// Any number.
pub const K_NUMBER: u32 = 2;
/// True or false.
pub const K_BOOLEAN: u32 = 3;
/// Named properties.
pub const K_OBJECT: u32 = 4;
/// Free keys.
pub const K_MAP: u32 = 5;
/// Items.
pub const K_LIST: u32 = 6;
/// Anything.
pub const K_JSON: u32 = 7;
/// One of several.
pub const K_UNION: u32 = 8;

/// Property flags.
pub const P_REQUIRED: u32 = 1;
/// Set by AWS.
pub const P_READ_ONLY: u32 = 2;
/// A change replaces the resource.
pub const P_CREATE_ONLY: u32 = 4;
/// A change may replace the resource.
pub const P_CONDITIONAL_CREATE_ONLY: u32 = 8;
/// Never read back.
pub const P_WRITE_ONLY: u32 = 16;
/// Not to be used in new templates.
pub const P_DEPRECATED: u32 = 32;

/// List of texts.
pub const F_ENUM: u32 = 1;
/// The enumeration ignores case.
pub const F_ENUM_ANY_CASE: u32 = 2;
/// Text.
pub const F_PATTERN: u32 = 3;
/// Text.
pub const F_FORMAT: u32 = 4;
/// Text: JSON.
pub const F_CONST: u32 = 5;
/// Text: JSON.
pub const F_DEFAULT: u32 = 6;
/// Number.
pub const F_MIN_LENGTH: u32 = 7;
/// Number.
pub const F_MAX_LENGTH: u32 = 8;
/// Number.
pub const F_MIN_ITEMS: u32 = 9;
/// Number.
pub const F_MAX_ITEMS: u32 = 10;
/// Number.
pub const F_MIN_PROPERTIES: u32 = 11;
/// Number.
pub const F_MAX_PROPERTIES: u32 = 12;
/// Record of two words: the bits of an `f64`.
pub const F_MINIMUM: u32 = 13;
/// As above.
pub const F_MAXIMUM: u32 = 14;
/// As above.
pub const F_EXCLUSIVE_MINIMUM: u32 = 15;
/// As above.
pub const F_EXCLUSIVE_MAXIMUM: u32 = 16;
/// As above.
pub const F_MULTIPLE_OF: u32 = 17;
/// One.
pub const F_UNIQUE_ITEMS: u32 = 18;
/// List of (type name, attribute) pairs.
pub const F_REFERENCES: u32 = 19;
/// List of texts.
pub const F_REQUIRED: u32 = 20;
/// List of nodes.
pub const F_ONE_OF: u32 = 21;
/// List of nodes.
pub const F_ANY_OF: u32 = 22;
/// List of nodes.
pub const F_ALL_OF: u32 = 23;
/// Node.
pub const F_NOT: u32 = 24;
/// Node.
pub const F_IF: u32 = 25;
/// Node.
pub const F_THEN: u32 = 26;
/// Node.
pub const F_ELSE: u32 = 27;
/// List of (name, list of names) pairs.
pub const F_DEPENDENT_REQUIRED: u32 = 28;
/// List of (name, list of names) pairs.
pub const F_DEPENDENT_EXCLUDED: u32 = 29;
/// List of texts.
pub const F_REQUIRED_XOR: u32 = 30;
/// List of texts.
pub const F_REQUIRED_OR: u32 = 31;
/// List of texts.
pub const F_UNIQUE_KEYS: u32 = 32;
/// Text: pattern of a map's keys.
pub const F_KEY_PATTERN: u32 = 33;
/// List of nodes.
pub const F_PREFIX_ITEMS: u32 = 34;
/// One: no other properties.
pub const F_CLOSED: u32 = 35;
/// List of (name, node) pairs.
pub const F_DEPENDENT_SHAPES: u32 = 36;
/// One: no value has this shape.
pub const F_NEVER: u32 = 37;
/// Node: one of the items has this shape.
pub const F_CONTAINS: u32 = 38;
/// Node: every key has this shape.
pub const F_KEYS: u32 = 39;
/// List of (text, low bits, high bits) triples, sorted: values, and the regions that have them.
pub const F_REGIONAL: u32 = 40;
/// List of two words: the bits of the regions whose values are known.
pub const F_REGIONAL_KNOWN: u32 = 41;
/// List of texts: versions, each with those below it.
pub const F_VERSIONS: u32 = 42;
/// One: AWS gives up a value of this shape.
pub const F_DEPRECATED: u32 = 43;
/// List of nodes.
pub const F_CONDITIONS: u32 = 44;
/// One: the references are examples.
pub const F_REFERENCES_OPEN: u32 = 45;

/// Words of a tagging record.
pub const TAGGING_WORDS: usize = 5;
/// Text: path of the property.
pub const G_PROPERTY: usize = 0;
/// One of `STYLE_…`.
pub const G_STYLE: usize = 1;
/// Bits `GF_…`.
pub const G_FLAGS: usize = 2;
/// List of actions.
pub const G_PERMISSIONS: usize = 3;
/// Text: what it is called where tags say for what they are.
pub const G_KIND: usize = 4;
/// A list of `Key` and `Value`.
pub const STYLE_LIST: u32 = 0;
/// A map.
pub const STYLE_MAP: u32 = 1;
/// A list of `Key`, `Value` and `PropagateAtLaunch`.
pub const STYLE_PROPAGATE: u32 = 2;
/// A list of `ResourceType` and `Tags`.
pub const STYLE_SPECIFICATIONS: u32 = 3;
/// Tags are set when it is created.
pub const GF_ON_CREATE: u32 = 1;
/// Tags can be changed later.
pub const GF_UPDATABLE: u32 = 2;
/// CloudFormation adds its own tags.
pub const GF_SYSTEM: u32 = 4;

/// Words of a physical name.
pub const NAME_WORDS: usize = 8;
/// Text: path of the property.
pub const M_PROPERTY: usize = 0;
/// Number.
pub const M_MIN: usize = 1;
/// Number.
pub const M_MAX: usize = 2;
/// Text.
pub const M_PATTERN: usize = 3;
/// One of `SCOPE_…`.
pub const M_SCOPE: usize = 4;
/// One of `CASE_…`.
pub const M_CASE: usize = 5;
/// Text: where it says so.
pub const M_SOURCE: usize = 6;
/// Text: a pattern that keeps off what AWS has reserved.
pub const M_RESERVED: usize = 7;
/// Unique in the partition.
pub const SCOPE_GLOBAL: u32 = 0;
/// Unique in the account.
pub const SCOPE_ACCOUNT: u32 = 1;
/// Unique in account and region.
pub const SCOPE_ACCOUNT_REGION: u32 = 2;
/// Unique in what it belongs to.
pub const SCOPE_PARENT: u32 = 3;
/// Need not be unique.
pub const SCOPE_NONE: u32 = 4;
/// Names that differ in case differ.
pub const CASE_SENSITIVE: u32 = 0;
/// Stored and compared in lower case.
pub const CASE_LOWER: u32 = 1;
/// Names that differ in case alone are the same.
pub const CASE_IGNORED: u32 = 2;

/// Words of a service.
pub const SERVICE_WORDS: usize = 6;
/// Text: prefix.
pub const S_PREFIX: usize = 0;
/// Text: title.
pub const S_NAME: usize = 1;
/// List of actions, sorted without regard to case.
pub const S_ACTIONS: usize = 2;
/// List of resource kinds, sorted.
pub const S_RESOURCES: usize = 3;
/// List of (key, type) pairs.
pub const S_KEYS: usize = 4;
/// One if resource control policies apply.
pub const S_RCP: usize = 5;

/// Words of an action.
pub const ACTION_WORDS: usize = 6;
/// Text: name without prefix.
pub const A_NAME: usize = 0;
/// Text: its service's prefix.
pub const A_SERVICE: usize = 1;
/// Bits `ACCESS_…`.
pub const A_ACCESS: usize = 2;
/// List of (kind, required, list of keys) triples.
pub const A_RESOURCES: usize = 3;
/// List of texts.
pub const A_CONDITIONS: usize = 4;
/// List of texts: other actions, with prefix.
pub const A_DEPENDENTS: usize = 5;
/// Access levels, in the order of their bits.
pub const ACCESS_LEVELS: [&str; 5] = ["List", "Read", "Write", "Permissions management", "Tagging"];

/// Words of a resource kind.
pub const KIND_WORDS: usize = 4;
/// Text: name.
pub const R_NAME: usize = 0;
/// Text: its service's prefix.
pub const R_SERVICE: usize = 1;
/// Text: ARN with placeholders.
pub const R_ARN: usize = 2;
/// List of texts.
pub const R_CONDITIONS: usize = 3;
