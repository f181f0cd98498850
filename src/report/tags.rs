//! Whether everything is tagged: read from the templates, held against what the source asks for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::catalog::{How, PassesOn, ResourceType, TagStyle, Tagging, catalog};
use crate::derive::covers;
use crate::derive::template::{Derived, Json, TemplateResource, Tree};
use crate::diag::codes;
use crate::eval::model::{Model, StackId};
use crate::report::{Report, Section, System};

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let mut report = Report::default();
    for (model, derived, _) in system.builds {
        let entries = entries(model, derived);
        report.sections.push(section(model, &entries));
        report.data.push(data(model, &entries));
    }
    report
}

/// A resource of a template.
struct Entry {
    stack: String,
    /// How people call it.
    title: String,
    id: String,
    ty: String,
    /// The property that holds its tags.
    property: Option<&'static str>,
    keys: BTreeSet<String>,
    verdict: Verdict,
    /// Its tags stay as they are when it is created.
    fixed: bool,
    /// What it creates, and whether that gets its tags.
    creates: Vec<(&'static str, bool)>,
}

/// Whether a resource is tagged as the source asks for.
enum Verdict {
    Tagged,
    /// Its type takes no tags.
    TakesNone,
    /// Nothing is known of its type.
    Unknown,
    /// Without these keys, as a waiver allows.
    Waived(Vec<String>),
    /// Without these keys; none: the source asks for none at all.
    Lacks(Vec<String>),
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Verdict::Tagged => "tagged",
            Verdict::TakesNone => "takes no tags",
            Verdict::Unknown => "not known",
            Verdict::Waived(_) => "waived",
            Verdict::Lacks(_) => "not tagged",
        }
    }
}

fn entries(model: &Model, derived: &Derived) -> Vec<Entry> {
    let mut entries = Vec::new();
    for template in &derived.templates {
        for (id, resource) in &template.resources {
            let entry = entry(model, template.stack, id, resource);
            entries.push(entry);
        }
    }
    entries
}

fn entry(model: &Model, stack: StackId, id: &str, resource: &TemplateResource) -> Entry {
    let ty = catalog().resource_type(&resource.ty);
    let tagging = ty.and_then(ResourceType::tagging);
    let keys = tagging.map(|tagging| keys(&resource.properties, tagging)).unwrap_or_default();
    let verdict = match (ty, tagging) {
        (None, _) if !crate::derive::is_custom(&resource.ty) => Verdict::Unknown,
        (_, None) => Verdict::TakesNone,
        (_, Some(_)) => {
            let lacks = lacks(model, stack, &keys);
            let waived = || {
                let code = codes::MISSING_TAG.name();
                model
                    .waivers
                    .iter()
                    .any(|waiver| waiver.rule.as_str() == code && covers(model, waiver, resource.origin))
            };
            if lacks.is_empty() && !keys.is_empty() {
                Verdict::Tagged
            } else if waived() {
                Verdict::Waived(lacks)
            } else {
                Verdict::Lacks(lacks)
            }
        }
    };
    let ways = ty.map(|ty| ty.passes_on().collect::<Vec<_>>()).unwrap_or_default();
    Entry {
        stack: model.stack(stack).name.to_string(),
        title: resource.title.clone(),
        id: id.to_owned(),
        ty: resource.ty.clone(),
        property: tagging.map(|tagging| tagging.property().split('/').next().unwrap_or_default()),
        keys,
        verdict,
        fixed: tagging.is_some_and(|tagging| !tagging.updatable()),
        creates: ways.iter().filter_map(|way| Some((way.to, passed_on(&resource.properties, way)?))).collect(),
    }
}

/// What the source asks for, and a resource does not have.
fn lacks(model: &Model, stack: StackId, keys: &BTreeSet<String>) -> Vec<String> {
    let required = model.required_tags.iter().map(|required| required.key);
    let common = model.tags.iter().chain(&model.stack(stack).tags).map(|tag| tag.key);
    let wanted: BTreeSet<&str> = required.chain(common).map(|key| key.as_str()).collect();
    wanted.into_iter().filter(|key| !keys.contains(*key)).map(str::to_owned).collect()
}

/// The keys of the tags that stand in a template.
fn keys(properties: &Tree, tagging: Tagging) -> BTreeSet<String> {
    let property = tagging.property().split('/').next().unwrap_or_default();
    let Some(held) = field(properties, property) else { return BTreeSet::new() };
    match tagging.style() {
        TagStyle::Map => match &held.json {
            Json::Map(map) => map.keys().cloned().collect(),
            Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => BTreeSet::new(),
        },
        TagStyle::List | TagStyle::Propagate => listed(held),
        TagStyle::Specifications => items(held).filter_map(|item| field(item, "Tags")).flat_map(listed).collect(),
    }
}

fn listed(list: &Tree) -> BTreeSet<String> {
    items(list).filter_map(|item| field(item, "Key")).filter_map(text).map(str::to_owned).collect()
}

fn items(tree: &Tree) -> impl Iterator<Item = &Tree> {
    match &tree.json {
        Json::List(items) => items.as_slice(),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::Map(_) => &[],
    }
    .iter()
}

fn field<'t>(tree: &'t Tree, name: &str) -> Option<&'t Tree> {
    match &tree.json {
        Json::Map(map) => map.get(name),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
    }
}

fn text(tree: &Tree) -> Option<&str> {
    match &tree.json {
        Json::Text(text) => Some(text),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::List(_) | Json::Map(_) => None,
    }
}

/// Whether what a resource creates gets its tags; nothing if it creates nothing of the kind.
fn passed_on(properties: &Tree, way: &PassesOn) -> Option<bool> {
    if way.unless.is_some_and(|other| field(properties, other).is_some()) {
        return None;
    }
    let (within, property) = match way.path.split_once('/') {
        Some((outer, inner)) => (field(properties, outer)?, inner),
        None => (properties, way.path),
    };
    let set = field(within, property);
    Some(match way.how {
        How::Value("true") => set.is_some_and(|set| matches!(set.json, Json::Bool(true))),
        How::Value(value) => set.is_some_and(|set| text(set) == Some(value)),
        How::Specifications => {
            set.is_some_and(|set| items(set).any(|item| field(item, "ResourceType").and_then(text) == Some(way.to)))
        }
    })
}

fn section(model: &Model, entries: &[Entry]) -> Section {
    let common = |entry: &Entry| -> BTreeSet<&str> {
        let stack = model.stacks.iter().find(|stack| stack.name.as_str() == entry.stack);
        let tags = model.tags.iter().chain(stack.into_iter().flat_map(|stack| &stack.tags));
        tags.map(|tag| tag.key.as_str()).collect()
    };
    let row = |entry: &Entry| {
        let common = common(entry);
        let more: Vec<&str> = entry.keys.iter().map(String::as_str).filter(|key| !common.contains(key)).collect();
        let verdict = match &entry.verdict {
            Verdict::Waived(keys) | Verdict::Lacks(keys) if !keys.is_empty() => {
                format!("{}: no {}", entry.verdict.word(), keys.join(", "))
            }
            Verdict::Tagged | Verdict::TakesNone | Verdict::Unknown | Verdict::Waived(_) | Verdict::Lacks(_) => {
                entry.verdict.word().to_owned()
            }
        };
        let verdict = if entry.fixed && matches!(entry.verdict, Verdict::Tagged) {
            format!("{verdict}, for good")
        } else {
            verdict
        };
        let creates: Vec<String> = entry
            .creates
            .iter()
            .map(|(what, tagged)| if *tagged { (*what).to_owned() } else { format!("not {what}") })
            .collect();
        vec![verdict, entry.ty.clone(), entry.title.clone(), more.join(", "), creates.join(", ")]
    };
    let mut rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    rows.sort();
    let count = |wanted: &dyn Fn(&Verdict) -> bool| entries.iter().filter(|entry| wanted(&entry.verdict)).count();
    let tagged = count(&|verdict| matches!(verdict, Verdict::Tagged));
    let waived = count(&|verdict| matches!(verdict, Verdict::Waived(_)));
    let lacking = count(&|verdict| matches!(verdict, Verdict::Lacks(_)));
    let none = count(&|verdict| matches!(verdict, Verdict::TakesNone));
    let unknown = count(&|verdict| matches!(verdict, Verdict::Unknown));
    let mut notes = Vec::new();
    let common: Vec<&str> = model.tags.iter().map(|tag| tag.key.as_str()).collect();
    if !common.is_empty() {
        notes.push(format!("what is tagged has {}, and what its stack and its own line say", common.join(", ")));
    }
    let mut sum = format!("{tagged} of {} that take tags are tagged", tagged + waived + lacking);
    for (count, word) in [(waived, "waived"), (unknown, "of types that are not known")] {
        if count > 0 {
            sum.push_str(&format!(", {count} {word}"));
        }
    }
    notes.push(format!("{sum}; {none} take none"));
    Section {
        title: format!("what is tagged in `{}`", model.environment.name),
        columns: ["tags", "type", "what", "further keys", "goes on to"].map(str::to_owned).to_vec(),
        rows,
        notes,
    }
}

fn data(model: &Model, entries: &[Entry]) -> Value {
    let one = |entry: &Entry| {
        let lacks = match &entry.verdict {
            Verdict::Waived(keys) | Verdict::Lacks(keys) => keys.clone(),
            Verdict::Tagged | Verdict::TakesNone | Verdict::Unknown => Vec::new(),
        };
        json!({
            "stack": entry.stack,
            "logicalId": entry.id,
            "what": entry.title,
            "type": entry.ty,
            "verdict": entry.verdict.word(),
            "property": entry.property,
            "keys": entry.keys,
            "lacks": lacks,
            "changeable": !entry.fixed,
            "creates": entry.creates.iter().map(|(what, tagged)| json!({ "what": what, "tagged": tagged })).collect::<Vec<_>>(),
        })
    };
    let all: Vec<Value> = entries.iter().map(one).collect();
    json!({ "environment": model.environment.name.as_str(), "resources": all })
}
