//! Resource types: what the generated files and the hand-written overrides say of each, joined.

use super::layout::*;
use super::pool::Pool;
use super::references::Targets;
use super::shape::{Marks, Shapes};
use super::{Fail, string, texts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is said beside the types' own files.
#[derive(Clone, Copy)]
pub struct Stated<'a> {
    /// By hand.
    pub overrides: &'a Value,
    /// What holds only under a condition.
    pub conditions: &'a Value,
    /// The regions whose availability is known.
    pub regions: &'a [&'a str],
}

/// Writes every type; the index of their list.
pub fn write_all(
    pool: &mut Pool,
    files: &[(String, Value)],
    stated: Stated<'_>,
) -> Result<BTreeMap<String, u32>, Fail> {
    let mut entries: Vec<(&String, &Value)> = files.iter().flat_map(|(_, file)| file.as_object()).flatten().collect();
    entries.sort_by(|a, b| a.0.cmp(b.0));
    check_overrides(stated.overrides, &entries)?;
    let targets = Targets::new(&entries, stated.overrides);
    let mut records = BTreeMap::new();
    for (name, entry) in entries {
        let Stated { overrides, conditions, regions } = stated;
        let writer = Writer { name, entry, overrides, conditions, regions, targets: &targets };
        let record = writer.write(pool).map_err(|error| format!("{name}: {error}"))?;
        records.insert(name.clone(), record);
    }
    Ok(records)
}

/// An override of a type that does not exist, or without a source, is a mistake.
fn check_overrides(overrides: &Value, entries: &[(&String, &Value)]) -> Result<(), Fail> {
    let known: BTreeSet<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    for (subject, table) in overrides.as_object().ok_or("overrides.json is no object")? {
        if ![
            "names",
            "refs",
            "arns",
            "singletons",
            "snapshots",
            "stateful",
            "tagging",
            "references",
            "alike",
            "metrics",
            "replacement",
            "passesOn",
        ]
        .contains(&subject.as_str())
        {
            return Err(format!("overrides.json: unknown subject {subject}").into());
        }
        for (name, fact) in table.as_object().ok_or_else(|| format!("overrides.json: {subject} is no object"))? {
            if subject != "alike" && !known.contains(name.as_str()) {
                return Err(format!("overrides.json: {subject}: no type {name}").into());
            }
            if string(&fact["source"]).is_empty() {
                return Err(format!("overrides.json: {subject}: {name} cites no source").into());
            }
        }
    }
    Ok(())
}

struct Writer<'a> {
    name: &'a str,
    entry: &'a Value,
    overrides: &'a Value,
    conditions: &'a Value,
    regions: &'a [&'a str],
    targets: &'a Targets<'a>,
}

impl Writer<'_> {
    fn write(&self, pool: &mut Pool) -> Result<u32, Fail> {
        let entry = self.entry;
        let marks = self.marks()?;
        let root = Shapes::new(pool, &entry["definitions"], self.regions, Some(self.targets))
            .plain(entry.as_object().ok_or("the entry is no object")?, Some(&marks))?;
        self.check_references(pool, root)?;
        let identifier = texts(&entry["primaryIdentifier"]);
        let references = self.references(&identifier);
        let (low, high) = self.availability()?;
        let mut record = [EMPTY; TYPE_WORDS];
        record[T_NAME] = pool.text(self.name);
        record[T_ROOT] = root;
        record[T_ATTRIBUTES] = self.attributes(pool, root)?;
        record[T_IDENTIFIER] = pool.texts(&identifier);
        let others: Vec<u32> = list(&entry["additionalIdentifiers"]).map(|group| pool.texts(&texts(group))).collect();
        record[T_OTHER_IDENTIFIERS] = pool.list(&others);
        record[T_REF] = pool.texts(&references);
        record[T_ARN_TEMPLATE] = pool.maybe_text(entry["arnTemplate"].as_str());
        record[T_ARN] = pool.maybe_text(self.arn(&references).as_deref());
        record[T_TAGGING] = self.tagging(pool)?;
        record[T_PASSES_ON] = self.passes_on(pool, root)?;
        record[T_REGIONS_LOW] = low;
        record[T_REGIONS_HIGH] = high;
        record[T_FLAGS] = self.flags();
        record[T_HANDLERS] = handlers(pool, &entry["handlers"]);
        record[T_PHYSICAL_NAME] = self.physical_name(pool, root, &identifier)?;
        record[T_LIFECYCLE] = pool.maybe_text(entry["lifecycle"]["status"].as_str());
        record[T_LIFECYCLE_DATE] = pool.maybe_text(entry["lifecycle"]["date"].as_str());
        record[T_TRANSFORM] = pool.maybe_text(entry["transform"].as_str());
        let stated = &self.overrides["metrics"][self.name];
        record[T_METRICS] = metrics(pool, list(&entry["metrics"]).chain(list(&stated["more"])));
        record[T_DIMENSIONS] = self.dimensions(pool, stated, &references);
        record[T_METRIC_KINDS] = metric_kinds(pool, &stated["kinds"]);
        let singleton = &self.overrides["singletons"][self.name];
        record[T_SINGLETON] = if singleton.is_null() { NONE } else { scope(string(&singleton["scope"]))? };
        record[T_SINGLETON_SOURCE] = pool.maybe_text(singleton["source"].as_str());
        Ok(pool.record(&record))
    }

    fn marks(&self) -> Result<Marks, Fail> {
        let mut marks = Marks::default();
        for (key, flag) in [
            ("readOnly", P_READ_ONLY),
            ("createOnly", P_CREATE_ONLY),
            ("conditionalCreateOnly", P_CONDITIONAL_CREATE_ONLY),
            ("writeOnly", P_WRITE_ONLY),
            ("deprecated", P_DEPRECATED),
        ] {
            for path in texts(&self.entry[key]) {
                marks.flag(path, flag);
            }
        }
        let replacement = &self.overrides["replacement"][self.name];
        for (key, flag) in [("always", P_CREATE_ONLY), ("maybe", P_CONDITIONAL_CREATE_ONLY)] {
            texts(&replacement[key]).into_iter().for_each(|path| marks.flag(path, flag));
        }
        let stated = &self.overrides["references"][self.name]["paths"];
        for (path, references) in
            [&self.entry["relationships"], stated].into_iter().filter_map(Value::as_object).flatten()
        {
            marks.refer(path, &texts(references));
        }
        for (path, references) in self.entry["sightings"].as_object().into_iter().flatten() {
            marks.saw(path, &texts(references));
        }
        for condition in list(&self.conditions["types"][self.name]) {
            let schema = &self.conditions["schemas"][string(&condition["schema"])];
            if schema.is_null() {
                return Err(format!("conditions.json: no schema {}", condition["schema"]).into());
            }
            marks.also(string(&condition["at"]), schema);
        }
        Ok(marks)
    }

    /// A stated reference from a property that does not exist is a mistake.
    fn check_references(&self, pool: &mut Pool, root: u32) -> Result<(), Fail> {
        for (path, _) in self.overrides["references"][self.name]["paths"].as_object().into_iter().flatten() {
            if walk(pool, root, &path.replace('/', ".")).is_none() {
                return Err(format!("overrides.json: references: {path} is no property").into());
            }
        }
        Ok(())
    }

    fn references<'a>(&'a self, identifier: &[&'a str]) -> Vec<&'a str> {
        let stated = [&self.overrides["refs"][self.name]["paths"], &self.entry["ref"]];
        stated.into_iter().find(|paths| paths.is_array()).map_or_else(|| identifier.to_vec(), texts)
    }

    /// An attribute called after the ARN or the type, else `Ref` if that is one.
    fn arn(&self, references: &[&str]) -> Option<String> {
        if let Some(stated) = self.overrides["arns"][self.name]["attribute"].as_str() {
            return Some(stated.to_owned());
        }
        let last = self.name.rsplit("::").next().unwrap_or_default();
        let attributes = texts(&self.entry["attributes"]);
        let called = ["Arn".to_owned(), "ARN".to_owned(), format!("{last}Arn"), format!("{last}ARN")];
        let is_arn = |path: &str| path.ends_with("Arn") || path.ends_with("ARN");
        let others = list(&self.entry["additionalIdentifiers"]).flat_map(texts);
        // `Ref` is older than many attributes, and says the same.
        if let [one] = references
            && called.iter().any(|name| name == one)
        {
            return Some("Ref".to_owned());
        }
        called.into_iter().find(|name| attributes.contains(&name.as_str())).or_else(|| match references {
            [one] if is_arn(one) => Some("Ref".to_owned()),
            _ => others.into_iter().find(|path| is_arn(path) && attributes.contains(path)).map(str::to_owned),
        })
    }

    fn availability(&self) -> Result<(u32, u32), Fail> {
        let facts = &self.entry["regions"];
        let every = if self.regions.len() == 64 { u64::MAX } else { (1 << self.regions.len()) - 1 };
        let bits = |names: &Value| -> Result<u64, Fail> {
            texts(names).into_iter().try_fold(0, |bits, name| {
                let at = self.regions.iter().position(|region| *region == name);
                Ok(bits | 1u64 << at.ok_or_else(|| format!("unknown region {name}"))?)
            })
        };
        let present = if facts == "all" {
            every
        } else if facts["only"].is_array() {
            bits(&facts["only"])?
        } else {
            every & !bits(&facts["except"])?
        };
        Ok((present as u32, (present >> 32) as u32))
    }

    fn attributes(&self, pool: &mut Pool, root: u32) -> Result<u32, Fail> {
        let mut found = Vec::new();
        for name in texts(&self.entry["attributes"]) {
            let node = match name.strip_suffix('*') {
                Some("") => plain(pool, &serde_json::json!({}))?,
                Some(_) => plain(pool, &serde_json::json!({ "type": "string" }))?,
                None => match walk(pool, root, name) {
                    Some((node, _)) => node,
                    None => plain(pool, &serde_json::json!({ "type": "string" }))?,
                },
            };
            found.push((name, node));
        }
        for (name, schema) in self.entry["unlistedAttributes"].as_object().into_iter().flatten() {
            found.push((name, plain(pool, schema)?));
        }
        found.sort();
        let words: Vec<u32> = found.into_iter().flat_map(|(name, node)| [pool.text(name), node]).collect();
        Ok(pool.list(&words))
    }

    fn tagging(&self, pool: &mut Pool) -> Result<u32, Fail> {
        let stated = &self.overrides["tagging"][self.name];
        let seen = self.tags_seen();
        let facts = [stated, &self.entry["tagging"], &seen].into_iter().find(|facts| !facts.is_null());
        let Some(facts) = facts else { return Ok(NONE) };
        let mut record = [EMPTY; TAGGING_WORDS];
        record[G_PROPERTY] = pool.text(string(&facts["property"]));
        record[G_STYLE] = match string(&facts["style"]) {
            "list" => STYLE_LIST,
            "map" => STYLE_MAP,
            "propagate" => STYLE_PROPAGATE,
            "specifications" => STYLE_SPECIFICATIONS,
            other => return Err(format!("unknown tag style {other}").into()),
        };
        let flag = |key: &str, bit: u32| if facts[key] == false { 0 } else { bit };
        record[G_FLAGS] = flag("tagOnCreate", GF_ON_CREATE)
            | flag("tagUpdatable", GF_UPDATABLE)
            | flag("cloudFormationSystemTags", GF_SYSTEM);
        record[G_PERMISSIONS] = pool.texts(&texts(&facts["permissions"]));
        record[G_KIND] = pool.maybe_text(facts["kind"].as_str());
        Ok(pool.record(&record))
    }

    /// The schemas of older types say nothing of tags, though they have a property for them: its form says how it takes them.
    fn tags_seen(&self) -> Value {
        let resolved = |schema: &'_ Value| match string(&schema["$ref"]) {
            "" => schema.clone(),
            name => self.entry["definitions"][name].clone(),
        };
        for property in ["Tags", "TagSpecifications"] {
            let schema = resolved(&self.entry["properties"][property]);
            if schema.is_null() {
                continue;
            }
            let item = resolved(&schema["items"])["properties"].clone();
            let style = match (string(&schema["type"]), property) {
                ("array", "Tags") if item["Key"].is_object() && item["Value"].is_object() => "list",
                ("array", "TagSpecifications") if item["Tags"].is_object() => "specifications",
                ("array" | "string", _) | (_, "TagSpecifications") => continue,
                _ => "map",
            };
            return serde_json::json!({ "property": property, "style": style });
        }
        Value::Null
    }

    /// How its tags come to what it creates.
    fn passes_on(&self, pool: &mut Pool, root: u32) -> Result<u32, Fail> {
        let mut words = Vec::new();
        for way in list(&self.overrides["passesOn"][self.name]["ways"]) {
            let path = string(&way["path"]);
            if walk(pool, root, &path.replace('/', ".")).is_none() {
                return Err(format!("overrides.json: passesOn: {path} is no property").into());
            }
            words.extend([
                pool.text(path),
                pool.text(string(&way["how"])),
                pool.text(string(&way["to"])),
                pool.maybe_text(way["unless"].as_str()),
            ]);
        }
        Ok(pool.list(&words))
    }

    /// What fills the dimensions of its metrics: what is stated; else those that are called like what `Ref` or `Fn::GetAtt` gives.
    fn dimensions(&self, pool: &mut Pool, stated: &Value, references: &[&str]) -> u32 {
        let mut words = Vec::new();
        if let Some(table) = stated["dimensions"].as_object() {
            for (dimension, source) in table {
                words.extend([pool.text(dimension), pool.text(string(source))]);
            }
            return pool.list(&words);
        }
        let attributes = texts(&self.entry["attributes"]);
        let dimensions: BTreeSet<&str> =
            list(&self.entry["metrics"]).flat_map(|group| texts(&group["dimensions"])).collect();
        for dimension in dimensions {
            let source = match references {
                [one] if *one == dimension => "Ref",
                _ if attributes.contains(&dimension) => dimension,
                _ => continue,
            };
            words.extend([pool.text(dimension), pool.text(source)]);
        }
        pool.list(&words)
    }

    fn flags(&self) -> u32 {
        let stated = |subject: &str| !self.overrides[subject][self.name].is_null();
        let stateful = self.entry["stateful"] == true || stated("stateful");
        let first = self.entry["replacementStrategy"] == "delete_then_create";
        (if stateful { TF_STATEFUL } else { 0 })
            | (if stated("snapshots") { TF_SNAPSHOT } else { 0 })
            | (if first { TF_DELETE_FIRST } else { 0 })
    }

    /// The stated rule; else the settable text that identifies the resource, or is called after it.
    fn physical_name(&self, pool: &mut Pool, root: u32, identifier: &[&str]) -> Result<u32, Fail> {
        let stated = &self.overrides["names"][self.name];
        let last = self.name.rsplit("::").next().unwrap_or_default();
        let called = format!("{last}Name");
        let mut candidates: Vec<&str> = Vec::new();
        if let [one] = identifier
            && ["Name", "Identifier", "Id"].iter().any(|end| one.ends_with(end))
        {
            candidates.push(one);
        }
        candidates.extend([called.as_str(), "Name"]);
        let path = match stated["property"].as_str() {
            Some(path) => {
                walk(pool, root, &path.replace('/', ".")).ok_or_else(|| format!("the name {path} is no property"))?;
                Some(path)
            }
            None if stated.is_object() => return Err("a name without property".into()),
            None => candidates.into_iter().find(|path| is_settable_text(pool, root, path)),
        };
        let Some(path) = path else { return Ok(NONE) };
        let mut record = [NONE; NAME_WORDS];
        record[M_PROPERTY] = pool.text(path);
        record[M_MIN] = limit(&stated["min"]);
        record[M_MAX] = limit(&stated["max"]);
        record[M_PATTERN] = pool.maybe_text(stated["pattern"].as_str());
        record[M_RESERVED] = pool.maybe_text(stated["reserved"].as_str());
        record[M_SCOPE] = stated["scope"].as_str().map_or(Ok(NONE), scope)?;
        record[M_CASE] = match stated["case"].as_str() {
            None => NONE,
            Some("sensitive") => CASE_SENSITIVE,
            Some("lower") => CASE_LOWER,
            Some("ignored") => CASE_IGNORED,
            Some(other) => return Err(format!("unknown case {other}").into()),
        };
        record[M_SOURCE] = pool.maybe_text(stated["source"].as_str());
        Ok(pool.record(&record))
    }
}

fn limit(value: &Value) -> u32 {
    value.as_u64().and_then(|limit| u32::try_from(limit).ok()).unwrap_or(NONE)
}

fn scope(name: &str) -> Result<u32, Fail> {
    match name {
        "global" => Ok(SCOPE_GLOBAL),
        "account" => Ok(SCOPE_ACCOUNT),
        "account-region" => Ok(SCOPE_ACCOUNT_REGION),
        "parent" => Ok(SCOPE_PARENT),
        "none" => Ok(SCOPE_NONE),
        other => Err(format!("unknown scope {other}").into()),
    }
}

fn plain(pool: &mut Pool, schema: &Value) -> Result<u32, Fail> {
    Shapes::new(pool, &Value::Null, &[], None).node(schema, None)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The node and flags of a dotted path; lists and maps are stepped into.
fn walk(pool: &mut Pool, root: u32, path: &str) -> Option<(u32, u32)> {
    let mut found = (root, 0);
    for step in path.split('.') {
        let name = pool.text(step);
        while let (Some(K_LIST | K_MAP), Some(&items)) =
            (pool.read(found.0).get(N_KIND).map(|kind| kind & 0xff), pool.read(found.0).get(N_ITEMS))
        {
            found.0 = items;
        }
        let at = pool.read(found.0).get(N_PROPERTIES).copied()?;
        let (length, words) = pool.read(at).split_first()?;
        let entry = words.get(..*length as usize)?.chunks(3).find(|entry| entry.first() == Some(&name))?;
        found = (*entry.get(1)?, *entry.get(2)?);
    }
    Some(found)
}

fn is_settable_text(pool: &mut Pool, root: u32, path: &str) -> bool {
    walk(pool, root, path).is_some_and(|(node, flags)| {
        flags & P_READ_ONLY == 0 && pool.read(node).get(N_KIND).is_some_and(|kind| kind & 0xff == K_STRING)
    })
}

fn handlers(pool: &mut Pool, table: &Value) -> u32 {
    let mut words = Vec::new();
    for (operation, actions) in table.as_object().into_iter().flatten() {
        words.extend([pool.text(operation), pool.texts(&texts(actions))]);
    }
    pool.list(&words)
}

fn metrics<'a>(pool: &mut Pool, groups: impl Iterator<Item = &'a Value>) -> u32 {
    let mut words = Vec::new();
    for group in groups {
        words.extend([
            pool.text(string(&group["namespace"])),
            pool.texts(&texts(&group["dimensions"])),
            pool.texts(&texts(&group["names"])),
        ]);
    }
    pool.list(&words)
}

fn metric_kinds(pool: &mut Pool, kinds: &Value) -> u32 {
    let mut words = Vec::new();
    for (property, values) in kinds.as_object().into_iter().flatten() {
        for (value, names) in values.as_object().into_iter().flatten() {
            words.extend([pool.text(property), pool.text(value), pool.texts(&texts(names))]);
        }
    }
    pool.list(&words)
}
