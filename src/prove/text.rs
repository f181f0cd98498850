//! Text on both sides, brought to one form.
//!
//! What is emitted becomes a flat text in which references are marks such as `⟨Network.vpc!Arn⟩`. What is declared stays in pieces, and is matched
//! against such a text: a piece may be written in several ways that mean the same.

use serde_json::Value;

use crate::eval::model::{ExternalSource, Model, ResourceId};
use crate::eval::value::{AssetPart, Attribute, Hole, Piece, Pseudo, Template as Text};
use crate::prove::facts;
use crate::prove::functions::{SubPart, Written, attribute, parts, sub};
use crate::prove::read::{Emitted, Template};

/// Marks stand between these; neither occurs in ARNs, names or policies.
const OPEN: char = '\u{2}';
const CLOSE: char = '\u{3}';
/// Outputs that refer to parameters that refer to outputs.
const DEPTH: usize = 16;

/// The flat text of an emitted value.
pub(super) fn emitted(emitted: &Emitted<'_>, template: &Template<'_>, value: &Value) -> String {
    flat(emitted, template, value, DEPTH)
}

fn flat(all: &Emitted<'_>, template: &Template<'_>, value: &Value, depth: usize) -> String {
    match Written::of(value) {
        Written::Text(text) => text.to_owned(),
        Written::Scalar => value.to_string(),
        Written::Ref(name) => reference(all, template, name, depth),
        Written::GetAtt(item) => {
            let (resource, name) = attribute(item);
            mark(&owner(all, template, resource), name)
        }
        Written::Sub(item) => substituted(all, template, item, depth),
        Written::Join(between, items) => {
            let items: Vec<String> = items.iter().map(|item| flat(all, template, item, depth)).collect();
            items.join(between)
        }
        Written::Import(name) => imported(all, template, name, depth),
        Written::Unknown => mark(&value.to_string(), "value"),
    }
}

fn mark(what: &str, part: &str) -> String {
    format!("{OPEN}{what}!{part}{CLOSE}")
}

fn owner(all: &Emitted<'_>, template: &Template<'_>, logical_id: &str) -> String {
    match all.resource(template, logical_id) {
        Some(id) => all.model.resource(id).path.clone(),
        None => format!("{}:{logical_id}", template.stack.physical_name),
    }
}

fn reference(all: &Emitted<'_>, template: &Template<'_>, name: &str, depth: usize) -> String {
    if name.starts_with("AWS::") {
        return mark(name, "pseudo");
    }
    if template.has("Resources", name) {
        return mark(&owner(all, template, name), "Ref");
    }
    let filled = all.filled(template, name).filter(|_| depth > 0);
    let output = filled.and_then(|(stack, output)| {
        let producer = all.called(stack)?;
        let (_, value) = producer.outputs().find(|(id, _)| *id == output)?;
        Some(flat(all, producer, value.get("Value")?, depth - 1))
    });
    output.unwrap_or_else(|| mark(name, "parameter"))
}

fn substituted(all: &Emitted<'_>, template: &Template<'_>, item: &Value, depth: usize) -> String {
    let (pattern, own) = sub(item);
    let mut text = String::new();
    for part in parts(pattern) {
        match part {
            SubPart::Text(literal) => text.push_str(literal),
            SubPart::Escaped(name) => {
                text.push_str("${");
                text.push_str(name);
                text.push('}');
            }
            SubPart::Hole(name) => match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                (Some(value), _) => text.push_str(&flat(all, template, value, depth)),
                (None, Some((resource, part))) => text.push_str(&mark(&owner(all, template, resource), part)),
                (None, None) => text.push_str(&reference(all, template, name, depth)),
            },
        }
    }
    text
}

fn imported(all: &Emitted<'_>, template: &Template<'_>, name: &Value, depth: usize) -> String {
    let name = flat(all, template, name, depth);
    if depth > 0 {
        for producer in &all.templates {
            for (_, output) in producer.outputs() {
                let export = output.get("Export").and_then(|export| export.get("Name"));
                let same = export.is_some_and(|export| flat(all, producer, export, depth - 1) == name);
                if let (true, Some(value)) = (same, output.get("Value")) {
                    return flat(all, producer, value, depth - 1);
                }
            }
        }
    }
    mark(&name, "import")
}

/// A flat text as people read it.
pub(super) fn shown(text: &str) -> String {
    text.replace(OPEN, "⟨").replace(CLOSE, "⟩")
}

/// The resource that a flat text stands for, if it is nothing but a reference to one.
pub(super) fn resource(model: &Model, text: &str) -> Option<ResourceId> {
    let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    let (path, part) = inner.rsplit_once('!')?;
    if matches!(part, "pseudo" | "parameter" | "import" | "value") {
        return None;
    }
    model.resource_ids().find(|id| model.resource(*id).path == path)
}

/// Whether an emitted text is one of the ways to write a declared one.
pub(super) fn matches(model: &Model, declared: &Text, emitted: &str) -> bool {
    rest(model, &declared.pieces, emitted)
}

fn rest(model: &Model, pieces: &[Piece], text: &str) -> bool {
    let Some((first, others)) = pieces.split_first() else { return text.is_empty() };
    match first {
        Piece::Literal(literal) => text.strip_prefix(&**literal).is_some_and(|text| rest(model, others, text)),
        Piece::Hole(hole) => ways(model, *hole, text).into_iter().any(|text| rest(model, others, text)),
    }
}

/// What is left of a text behind each way to write a hole at its beginning.
fn ways<'a>(model: &Model, hole: Hole, text: &'a str) -> Vec<&'a str> {
    match hole {
        Hole::Resource(id, attribute) => of_resource(model, id, attribute, text),
        Hole::Pseudo(pseudo) => {
            let name = match pseudo {
                Pseudo::Account => "AWS::AccountId",
                Pseudo::Region => "AWS::Region",
                Pseudo::RegionOf(stack) => {
                    let region = model.stack(stack).region.as_str();
                    let written = text.strip_prefix(region);
                    return written
                        .or_else(|| text.strip_prefix(mark("AWS::Region", "pseudo").as_str()))
                        .into_iter()
                        .collect();
                }
                Pseudo::Partition => "AWS::Partition",
                Pseudo::UrlSuffix => "AWS::URLSuffix",
                Pseudo::StackName => "AWS::StackName",
            };
            text.strip_prefix(mark(name, "pseudo").as_str()).into_iter().collect()
        }
        Hole::Param(name) => parameter(text, name.as_str()),
        Hole::External(id, output) => {
            let source = model.externals.get(id.index()).and_then(|external| external.outputs.get(&output));
            match source.map(|output| &output.source) {
                Some(ExternalSource::Name(name)) => prefixes(model, name, text),
                Some(ExternalSource::Export(_)) => marked(text, "import"),
                Some(ExternalSource::Ssm(_) | ExternalSource::Parameter) | None => marked(text, "parameter"),
            }
        }
        Hole::Asset(_, AssetPart::Bucket) => parameter(text, "AssetBucket"),
        Hole::Asset(file, AssetPart::Key) => text.strip_prefix(format!("assets/{file}").as_str()).into_iter().collect(),
        Hole::Variable(name) => text.strip_prefix(format!("${{{name}}}").as_str()).into_iter().collect(),
    }
}

fn of_resource<'a>(model: &Model, id: ResourceId, attribute: Attribute, text: &'a str) -> Vec<&'a str> {
    let resource = model.resource(id);
    let own = |part: &str| text.strip_prefix(mark(&resource.path, part).as_str());
    let written = resource.name.as_ref().filter(|name| name.property.is_some());
    let by_name = || written.map(|name| prefixes(model, &name.text, text)).unwrap_or_default();
    match attribute {
        Attribute::Named(name) => {
            // A written-out ARN is also the attribute that is called so.
            let arn = if name.as_str().ends_with("Arn") { by_arn(model, id, text) } else { Vec::new() };
            own(name.as_str()).into_iter().chain(arn).collect()
        }
        Attribute::Id | Attribute::Name => {
            own("Ref").into_iter().chain(by_name()).chain(by_arn(model, id, text)).collect()
        }
        Attribute::Arn => {
            let inner = text.strip_prefix(OPEN).and_then(|text| text.split_once(CLOSE));
            let named = inner.filter(|(inner, _)| {
                inner
                    .strip_prefix(resource.path.as_str())
                    .is_some_and(|part| part.starts_with('!') && part.ends_with("Arn"))
            });
            let named = named.map(|(_, behind)| behind);
            own("Ref").into_iter().chain(named).chain(by_arn(model, id, text)).collect()
        }
    }
}

/// A written-out ARN: service, region and account fit, and it ends in the resource's name.
fn by_arn<'a>(model: &Model, id: ResourceId, text: &'a str) -> Vec<&'a str> {
    let resource = model.resource(id);
    let environment = &model.environment;
    let Some(name) = resource.name.as_ref().filter(|name| name.property.is_some()) else { return Vec::new() };
    let one_of = |text: &'a str, pseudo: &str, known: &str| {
        let marked = text.strip_prefix(mark(pseudo, "pseudo").as_str());
        marked.or_else(|| text.strip_prefix(known)).and_then(|text| text.strip_prefix(':'))
    };
    let found = text
        .strip_prefix("arn:")
        .and_then(|text| one_of(text, "AWS::Partition", &environment.partition))
        .and_then(|text| text.strip_prefix(facts::service(resource.ty.as_str()).as_str()))
        .and_then(|text| text.strip_prefix(':'))
        .and_then(|text| {
            text.strip_prefix(':').or_else(|| one_of(text, "AWS::Region", &model.stack(resource.stack).region))
        })
        .and_then(|text| text.strip_prefix(':').or_else(|| one_of(text, "AWS::AccountId", &environment.account)));
    let Some(path) = found else { return Vec::new() };
    // Before the name there is at most the kind of resource: `table/`, `log-group:`, `role/`.
    let kind = path.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(path.len());
    let behind_kind = path.get(kind..).and_then(|text| text.strip_prefix('/').or_else(|| text.strip_prefix(':')));
    let mut left = prefixes(model, &name.text, path);
    left.extend(behind_kind.map(|text| prefixes(model, &name.text, text)).unwrap_or_default());
    left
}

/// What is left behind each way to write a text at the beginning of another.
fn prefixes<'a>(model: &Model, declared: &Text, text: &'a str) -> Vec<&'a str> {
    let mut left = vec![text];
    for piece in declared.pieces.iter() {
        left = left
            .into_iter()
            .flat_map(|text| match piece {
                Piece::Literal(literal) => text.strip_prefix(&**literal).into_iter().collect(),
                Piece::Hole(hole) => ways(model, *hole, text),
            })
            .collect();
    }
    left
}

fn marked<'a>(text: &'a str, part: &str) -> Vec<&'a str> {
    let inner = text.strip_prefix(OPEN).and_then(|text| text.split_once(CLOSE));
    inner
        .filter(|(inner, _)| inner.rsplit_once('!').is_some_and(|(_, own)| own == part))
        .map(|(_, behind)| behind)
        .into_iter()
        .collect()
}

/// A template parameter is called like the param, whatever its case.
fn parameter<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let inner = text.strip_prefix(OPEN).and_then(|text| text.split_once(CLOSE));
    let same = inner.filter(|(inner, _)| inner.strip_suffix("!parameter").is_some_and(|own| plain(own) == plain(name)));
    same.map(|(_, behind)| behind).into_iter().collect()
}
