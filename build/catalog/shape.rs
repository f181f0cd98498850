//! Property schemas become nodes. Equal ones are shared; what a path says of a nested property is woven in.

use super::layout::*;
use super::pool::Pool;
use super::references::Targets;
use super::{Fail, texts};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What the lists of paths say of one property and of those inside it. Steps through lists and maps are left out.
#[derive(Default)]
pub struct Marks {
    flags: u32,
    references: BTreeSet<String>,
    /// What was seen there; other kinds may be as good.
    sightings: BTreeSet<String>,
    /// Schemas that the value has to fit, too.
    also: Vec<Value>,
    /// The same of each item, if it is a list.
    also_items: Vec<Value>,
    inside: BTreeMap<String, Marks>,
}

impl Marks {
    /// The marks at a path such as `Rules/*/Name`.
    fn at(&mut self, path: &str) -> &mut Marks {
        path.split('/')
            .filter(|step| !matches!(*step, "*" | ""))
            .fold(self, |marks, step| marks.inside.entry(step.into()).or_default())
    }

    /// Adds property flags.
    pub fn flag(&mut self, path: &str, flags: u32) {
        self.at(path).flags |= flags;
    }

    /// Adds references such as `AWS::IAM::Role.Arn`.
    pub fn refer(&mut self, path: &str, references: &[&str]) {
        self.at(path).references.extend(references.iter().map(|reference| (*reference).to_owned()));
    }

    /// Adds a schema that the value at a path has to fit, too.
    pub fn also(&mut self, path: &str, schema: &Value) {
        let marks = self.at(path);
        let list = if path.ends_with('*') { &mut marks.also_items } else { &mut marks.also };
        list.push(schema.clone());
    }

    /// Adds references that were seen, though others may be as good.
    pub fn saw(&mut self, path: &str, references: &[&str]) {
        self.at(path).sightings.extend(references.iter().map(|reference| (*reference).to_owned()));
    }

    fn says_something_inside(&self) -> bool {
        !self.inside.is_empty()
            || !self.references.is_empty()
            || !self.sightings.is_empty()
            || !self.also.is_empty()
            || !self.also_items.is_empty()
    }
}

/// Where a definition stands: being written (with room reserved once something inside points to it), or written.
enum Progress {
    Open(Option<u32>),
    Done(u32),
}

/// Writes the nodes of one resource type.
pub struct Shapes<'a> {
    pool: &'a mut Pool,
    definitions: &'a Value,
    regions: &'a [&'a str],
    targets: Option<&'a Targets<'a>>,
    /// By name, by the address of the marks that apply, and by what stands beside the reference.
    known: HashMap<(String, usize, String), Progress>,
}

impl<'a> Shapes<'a> {
    /// For a type with these definitions.
    pub fn new(
        pool: &'a mut Pool,
        definitions: &'a Value,
        regions: &'a [&'a str],
        targets: Option<&'a Targets<'a>>,
    ) -> Shapes<'a> {
        Shapes { pool, definitions, regions, targets, known: HashMap::new() }
    }

    /// The node of a schema.
    pub fn node(&mut self, schema: &Value, marks: Option<&Marks>) -> Result<u32, Fail> {
        let Some(object) = schema.as_object() else { return Ok(self.constant(schema != &Value::Bool(false))) };
        let Some(name) = object.get("$ref").and_then(Value::as_str) else { return self.plain(object, marks) };
        let marks = marks.filter(|marks| marks.says_something_inside());
        let mut beside = object.clone();
        beside.shift_remove("$ref");
        let address = marks.map_or(0, |marks| std::ptr::from_ref(marks) as usize);
        let key = (name.to_owned(), address, Value::Object(beside.clone()).to_string());
        match self.known.get_mut(&key) {
            Some(Progress::Done(node)) => return Ok(*node),
            Some(Progress::Open(slot)) => return Ok(*slot.get_or_insert_with(|| self.pool.reserve(NODE_WORDS))),
            None => {}
        }
        self.known.insert(key.clone(), Progress::Open(None));
        let mut definition = self.definitions[name].clone();
        let target = definition.as_object_mut().ok_or_else(|| format!("no definition {name}"))?;
        target.extend(beside);
        let mut node = self.node(&definition, marks)?;
        if let Some(Progress::Open(Some(slot))) = self.known.get(&key) {
            let words = self.pool.read(node).get(..NODE_WORDS).unwrap_or_default().to_vec();
            self.pool.fill(*slot, &words);
            node = *slot;
        }
        self.known.insert(key, Progress::Done(node));
        Ok(node)
    }

    /// A schema that takes everything, or nothing.
    fn constant(&mut self, everything: bool) -> u32 {
        let mut record = [EMPTY; NODE_WORDS];
        record[N_KIND] = K_JSON;
        record[N_ITEMS] = NONE;
        if !everything {
            record[N_FACETS] = self.pool.list(&[F_NEVER, 1]);
        }
        self.pool.record(&record)
    }

    /// A schema that is no reference.
    pub fn plain(&mut self, schema: &Map<String, Value>, marks: Option<&Marks>) -> Result<u32, Fail> {
        let mut record = [EMPTY; NODE_WORDS];
        record[N_KIND] = kind(schema);
        record[N_PROPERTIES] = self.properties(schema, marks)?;
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let first_pattern = patterns.and_then(|patterns| patterns.iter().next());
        let values = schema.get("additionalProperties").filter(|value| value.is_object());
        let items = schema.get("items").or(first_pattern.map(|(_, value)| value)).or(values);
        record[N_ITEMS] = match items {
            Some(items) => self.node(items, marks)?,
            None => NONE,
        };
        let mut facets = BTreeMap::new();
        if let Some((pattern, _)) = first_pattern {
            facets.insert(F_KEY_PATTERN, self.pool.text(pattern));
        }
        self.facets(schema, marks, &mut facets)?;
        self.also(record[N_KIND] & 0xff, marks, &mut facets)?;
        let words: Vec<u32> = facets.into_iter().flat_map(|(facet, value)| [facet, value]).collect();
        record[N_FACETS] = self.pool.list(&words);
        Ok(self.pool.record(&record))
    }

    fn properties(&mut self, schema: &Map<String, Value>, marks: Option<&Marks>) -> Result<u32, Fail> {
        let required = schema.get("required").map(texts).unwrap_or_default();
        let mut sorted: Vec<_> = schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        sorted.sort_by(|a, b| a.0.cmp(b.0));
        let mut words = Vec::new();
        for (name, value) in sorted {
            let marks = marks.and_then(|marks| marks.inside.get(name));
            let node = self.node(value, marks)?;
            let mut flags = marks.map_or(0, |marks| marks.flags);
            if self.is_all_read_only(node) {
                flags |= P_READ_ONLY;
            }
            if required.contains(&name.as_str()) && flags & P_READ_ONLY == 0 {
                flags |= P_REQUIRED;
            }
            words.extend([self.pool.text(name), node, flags]);
        }
        Ok(self.pool.list(&words))
    }

    /// An object with properties, none of which can be set.
    fn is_all_read_only(&self, node: u32) -> bool {
        let list = self.pool.read(self.pool.read(node).get(N_PROPERTIES).copied().unwrap_or(EMPTY));
        let length = list.first().copied().unwrap_or(0) as usize;
        let mut flags =
            list.get(1..=length).unwrap_or_default().chunks(3).map(|entry| entry.last().copied().unwrap_or(0));
        length > 0 && length != NONE as usize && flags.all(|flags| flags & P_READ_ONLY != 0)
    }

    fn facets(
        &mut self,
        schema: &Map<String, Value>,
        marks: Option<&Marks>,
        facets: &mut BTreeMap<u32, u32>,
    ) -> Result<(), Fail> {
        let mut references: BTreeSet<String> = BTreeSet::new();
        let mut sightings: BTreeSet<String> = BTreeSet::new();
        if record_kind(schema) != K_LIST
            && let Some(marks) = marks
        {
            let gives = |reference: &&String| self.targets.is_none_or(|targets| targets.gives(reference));
            references.extend(marks.references.iter().filter(gives).cloned());
            sightings.extend(marks.sightings.iter().filter(gives).cloned());
        }
        for (key, value) in schema {
            let found = match key.as_str() {
                "enum" | "enumCaseInsensitive" => {
                    if key == "enumCaseInsensitive" {
                        facets.insert(F_ENUM_ANY_CASE, 1);
                    }
                    let values: Vec<String> = value.as_array().into_iter().flatten().map(scalar).collect();
                    (F_ENUM, self.pool.texts(&values))
                }
                "pattern" => (F_PATTERN, self.pool.text(value.as_str().ok_or("a pattern that is no text")?)),
                "format" => (F_FORMAT, self.pool.text(value.as_str().ok_or("a format that is no text")?)),
                "const" => (F_CONST, self.pool.text(&value.to_string())),
                "default" => (F_DEFAULT, self.pool.text(&value.to_string())),
                "minLength" => (F_MIN_LENGTH, size(value)?),
                "maxLength" => (F_MAX_LENGTH, size(value)?),
                "minItems" => (F_MIN_ITEMS, size(value)?),
                "maxItems" => (F_MAX_ITEMS, size(value)?),
                "minProperties" => (F_MIN_PROPERTIES, size(value)?),
                "maxProperties" => (F_MAX_PROPERTIES, size(value)?),
                "minimum" => (F_MINIMUM, self.pool.float(number(value)?)),
                "maximum" => (F_MAXIMUM, self.pool.float(number(value)?)),
                "exclusiveMinimum" => (F_EXCLUSIVE_MINIMUM, self.pool.float(number(value)?)),
                "exclusiveMaximum" => (F_EXCLUSIVE_MAXIMUM, self.pool.float(number(value)?)),
                "multipleOf" => (F_MULTIPLE_OF, self.pool.float(number(value)?)),
                "uniqueItems" if value == true => (F_UNIQUE_ITEMS, 1),
                "additionalProperties" if value == false => (F_CLOSED, 1),
                "references" => {
                    references.extend(texts(value).into_iter().map(str::to_owned));
                    continue;
                }
                "regional" => {
                    self.regional(value, facets)?;
                    continue;
                }
                "versions" => (F_VERSIONS, self.pool.texts(&texts(value))),
                "deprecated" if value == true => (F_DEPRECATED, 1),
                "contains" => (F_CONTAINS, self.node(value, None)?),
                "propertyNames" => (F_KEYS, self.node(value, None)?),
                "required" if !value.is_array() => continue,
                "required" => (F_REQUIRED, self.pool.texts(&texts(value))),
                "requiredXor" => (F_REQUIRED_XOR, self.pool.texts(&texts(value))),
                "requiredOr" => (F_REQUIRED_OR, self.pool.texts(&texts(value))),
                "uniqueKeys" => (F_UNIQUE_KEYS, self.pool.texts(&texts(value))),
                "dependentRequired" => (F_DEPENDENT_REQUIRED, self.dependents(value)),
                "dependentExcluded" => (F_DEPENDENT_EXCLUDED, self.dependents(value)),
                "dependentSchemas" => (F_DEPENDENT_SHAPES, self.dependent_shapes(value)?),
                "oneOf" => (F_ONE_OF, self.nodes(value, marks)?),
                "anyOf" => (F_ANY_OF, self.nodes(value, marks)?),
                "allOf" => (F_ALL_OF, self.nodes(value, marks)?),
                "prefixItems" => (F_PREFIX_ITEMS, self.nodes(value, marks)?),
                "not" => (F_NOT, self.node(value, None)?),
                "if" => (F_IF, self.node(value, None)?),
                "then" => (F_THEN, self.node(value, None)?),
                "else" => (F_ELSE, self.node(value, None)?),
                _ => continue,
            };
            facets.insert(found.0, found.1);
        }
        if references.is_empty() && !sightings.is_empty() {
            facets.insert(F_REFERENCES_OPEN, 1);
        }
        references.extend(sightings);
        if !references.is_empty() {
            let alike = |reference: String| match self.targets {
                Some(targets) => targets.alike(&reference),
                None => BTreeSet::from([reference]),
            };
            let references: BTreeSet<String> = references.into_iter().flat_map(alike).collect();
            let pairs: Vec<u32> = references
                .iter()
                .filter_map(|reference| reference.split_once('.'))
                .flat_map(|(kind, attribute)| [self.pool.text(kind), self.pool.text(attribute)])
                .collect();
            facets.insert(F_REFERENCES, self.pool.list(&pairs));
        }
        Ok(())
    }

    /// What is stated besides the schema: shapes that the value has to have under some condition.
    fn also(&mut self, kind: u32, marks: Option<&Marks>, facets: &mut BTreeMap<u32, u32>) -> Result<(), Fail> {
        let Some(marks) = marks else { return Ok(()) };
        let further = if kind == K_LIST || marks.also_items.is_empty() { &marks.also } else { &marks.also_items };
        if further.is_empty() {
            return Ok(());
        }
        let mut nodes = Vec::new();
        for schema in further {
            nodes.push(self.node(schema, None)?);
        }
        facets.insert(F_CONDITIONS, self.pool.list(&nodes));
        Ok(())
    }

    /// Values that only some regions have, and the regions that the list knows.
    fn regional(&mut self, groups: &Value, facets: &mut BTreeMap<u32, u32>) -> Result<(), Fail> {
        let mut values: BTreeMap<&str, u64> = BTreeMap::new();
        let mut known = 0;
        for group in groups.as_array().into_iter().flatten() {
            let bits = |key: &str| {
                texts(&group[key]).into_iter().filter_map(|name| self.regions.iter().position(|known| *known == name))
            };
            known = bits("regions").fold(known, |bits, at| bits | 1u64 << at);
            let mut present = if group["only"].is_array() { 0 } else { u64::MAX };
            present = bits("only").fold(present, |bits, at| bits | 1u64 << at);
            present = bits("except").fold(present, |bits, at| bits & !(1u64 << at));
            for value in texts(&group["values"]) {
                values.insert(value, present);
            }
        }
        let words: Vec<u32> = values
            .into_iter()
            .flat_map(|(value, bits)| [self.pool.text(value), (bits & known) as u32, ((bits & known) >> 32) as u32])
            .collect();
        facets.insert(F_REGIONAL, self.pool.list(&words));
        facets.insert(F_REGIONAL_KNOWN, self.pool.list(&[known as u32, (known >> 32) as u32]));
        Ok(())
    }

    fn nodes(&mut self, value: &Value, marks: Option<&Marks>) -> Result<u32, Fail> {
        let mut nodes = Vec::new();
        for branch in value.as_array().into_iter().flatten() {
            nodes.push(self.node(branch, marks)?);
        }
        Ok(self.pool.list(&nodes))
    }

    fn dependent_shapes(&mut self, value: &Value) -> Result<u32, Fail> {
        let mut words = Vec::new();
        for (name, schema) in value.as_object().into_iter().flatten() {
            words.extend([self.pool.text(name), self.node(schema, None)?]);
        }
        Ok(self.pool.list(&words))
    }

    fn dependents(&mut self, value: &Value) -> u32 {
        let mut words = Vec::new();
        for (name, others) in value.as_object().into_iter().flatten() {
            words.extend([self.pool.text(name), self.pool.texts(&texts(others))]);
        }
        self.pool.list(&words)
    }
}

/// The kind, and in the second byte the kinds that the schema states.
fn kind(schema: &Map<String, Value>) -> u32 {
    let mut mask = primitive_kinds(schema).iter().fold(0, |mask, kind| mask | 1 << kind);
    for name in type_names(schema) {
        mask |= match name {
            "object" => 1 << K_OBJECT,
            "array" => 1 << K_LIST,
            _ => 0,
        };
    }
    record_kind(schema) | mask << 8
}

fn primitive_kinds(schema: &Map<String, Value>) -> Vec<u32> {
    type_names(schema)
        .into_iter()
        .filter_map(|name| match name {
            "string" => Some(K_STRING),
            "integer" => Some(K_INTEGER),
            "number" => Some(K_NUMBER),
            "boolean" => Some(K_BOOLEAN),
            _ => None,
        })
        .collect()
}

fn record_kind(schema: &Map<String, Value>) -> u32 {
    let names = type_names(schema);
    let structured = names.iter().any(|name| matches!(*name, "object" | "array"));
    match (names.as_slice(), primitive_kinds(schema).as_slice()) {
        (["array"], _) => K_LIST,
        (["object"], _) => object_kind(schema),
        (_, [one]) if !structured => *one,
        (_, [_, _, ..]) if !structured => K_UNION,
        ([], _) => untyped_kind(schema),
        _ => K_JSON,
    }
}

fn object_kind(schema: &Map<String, Value>) -> u32 {
    let named = schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
    let valued =
        schema.contains_key("patternProperties") || schema.get("additionalProperties").is_some_and(Value::is_object);
    if named || ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.contains_key(*key)) {
        K_OBJECT
    } else if valued {
        K_MAP
    } else if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        K_OBJECT
    } else {
        K_JSON
    }
}

fn untyped_kind(schema: &Map<String, Value>) -> u32 {
    let has = |key: &str| schema.contains_key(key);
    if has("regional") || has("versions") {
        K_STRING
    } else if has("properties") || has("patternProperties") {
        object_kind(schema)
    } else if has("items") {
        K_LIST
    } else if has("oneOf") || has("anyOf") || has("allOf") {
        K_UNION
    } else if has("pattern") || has("minLength") || has("maxLength") || has("references") || has("enumCaseInsensitive")
    {
        K_STRING
    } else if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        if values.iter().all(Value::is_string) { K_STRING } else { K_INTEGER }
    } else {
        K_JSON
    }
}

fn type_names(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(list) => texts(list).into_iter().filter(|name| *name != "null").collect(),
        None => Vec::new(),
    }
}

/// A value of an enumeration as text; numbers in decimal.
fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn size(value: &Value) -> Result<u32, Fail> {
    let size = value.as_u64().or(value.as_f64().map(|size| size as u64)).ok_or("a size that is no number")?;
    Ok(u32::try_from(size).unwrap_or(NONE - 1).min(NONE - 1))
}

fn number(value: &Value) -> Result<f64, Fail> {
    Ok(value.as_f64().ok_or("a limit that is no number")?)
}
