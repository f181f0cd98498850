//! Texts of a model as IAM will read them, as far as that is known when built: what only a deployment knows is shown as `⟨Stack.name⟩`.

use crate::catalog::{Obtain, ResourceType, catalog};
use crate::check::access::facts;
use crate::eval::model::{ExternalSource, Model, Resource, ResourceId, StackId};
use crate::eval::value::{Attribute, Hole, Piece, Pseudo, Template, asset_key};

/// Names in names.
const DEPTH: usize = 8;

/// A text that stands in a stack.
pub(in crate::check) fn written(model: &Model, text: &Template, home: StackId) -> String {
    let mut whole = String::new();
    pieces(model, text, home, &mut whole, DEPTH);
    whole
}

/// A resource's ARN: from its name if we decide it, else with its path where AWS chooses.
pub(in crate::check) fn arn(model: &Model, id: ResourceId) -> String {
    let resource = model.resource(id);
    let Some(template) = type_of(resource).and_then(ResourceType::arn_template) else {
        return format!("⟨{}.arn⟩", resource.path);
    };
    let own = if facts::ends_at_random(resource.ty.as_str()) { None } else { name(model, id) };
    let own = own.unwrap_or_else(|| format!("⟨{}⟩", resource.path));
    let mut whole = String::new();
    let mut rest = template;
    let mut filled = false;
    while let Some((text, tail)) = rest.split_once("${") {
        whole.push_str(text);
        let (variable, tail) = tail.split_once('}').unwrap_or((tail, ""));
        match variable {
            "Partition" => pseudo(model, Pseudo::Partition, resource.stack, &mut whole),
            "Region" => pseudo(model, Pseudo::Region, resource.stack, &mut whole),
            "Account" => pseudo(model, Pseudo::Account, resource.stack, &mut whole),
            _ if filled => whole.push_str(&format!("⟨{}.{variable}⟩", resource.path)),
            _ => {
                filled = true;
                if variable.ends_with("WithPath") {
                    whole.push_str(&path(model, resource));
                }
                whole.push_str(&own);
            }
        }
        rest = tail;
    }
    whole.push_str(rest);
    whole
}

/// The name that we decide.
fn name(model: &Model, id: ResourceId) -> Option<String> {
    let resource = model.resource(id);
    let name = resource.name.as_ref().filter(|name| name.property.is_some())?;
    Some(written(model, &name.text, resource.stack))
}

fn path(model: &Model, resource: &Resource) -> String {
    match resource.properties.get("Path").map(|node| &node.kind) {
        Some(crate::eval::value::NodeKind::Text(text)) => {
            written(model, text, resource.stack).trim_start_matches('/').to_owned()
        }
        Some(_) | None => String::new(),
    }
}

fn pieces(model: &Model, text: &Template, home: StackId, whole: &mut String, depth: usize) {
    for piece in text.pieces.iter() {
        match piece {
            Piece::Literal(literal) => whole.push_str(literal),
            Piece::Hole(hole) => fill(model, *hole, home, whole, depth),
        }
    }
}

fn fill(model: &Model, hole: Hole, home: StackId, whole: &mut String, depth: usize) {
    match hole {
        Hole::Resource(id, attribute) => {
            let resource = model.resource(id);
            let ty = type_of(resource);
            let obtained = ty.and_then(ResourceType::arn);
            let is_arn = match attribute {
                Attribute::Arn => true,
                Attribute::Id => obtained == Some(Obtain::Ref),
                Attribute::Named(name) => matches!(obtained, Some(Obtain::GetAtt(own)) if name == *own),
                Attribute::Name => false,
            };
            let property = resource.name.as_ref().and_then(|name| name.property.as_deref());
            let is_name = match attribute {
                Attribute::Name => true,
                Attribute::Id => property.is_some() && ty.and_then(|ty| ty.ref_value().only()) == property,
                Attribute::Arn | Attribute::Named(_) => false,
            };
            let known = if is_name && depth > 0 { name(model, id) } else { None };
            match (is_arn, known) {
                (true, _) => whole.push_str(&arn(model, id)),
                (false, Some(name)) => whole.push_str(&name),
                (false, None) => {
                    let part = match attribute {
                        Attribute::Named(name) => name.to_string(),
                        Attribute::Id | Attribute::Name | Attribute::Arn => String::from("id"),
                    };
                    whole.push_str(&format!("⟨{}.{part}⟩", resource.path));
                }
            }
        }
        Hole::Pseudo(own) => pseudo(model, own, home, whole),
        Hole::Param(name) => whole.push_str(&format!("⟨{name}⟩")),
        Hole::Variable(name) => whole.push_str(&format!("${{{name}}}")),
        Hole::Asset(file, _) => whole.push_str(&asset_key(file.as_str())),
        Hole::External(id, output) => {
            let external = model.externals.get(id.index());
            let source = external.and_then(|external| external.outputs.get(&output)).map(|output| &output.source);
            match source {
                Some(ExternalSource::Name(name)) if depth > 0 => pieces(model, name, home, whole, depth - 1),
                Some(_) | None => {
                    let system = external.map(|external| external.name.as_str()).unwrap_or_default();
                    whole.push_str(&format!("⟨{system}.{output}⟩"));
                }
            }
        }
    }
}

fn pseudo(model: &Model, pseudo: Pseudo, home: StackId, whole: &mut String) {
    let (stack, environment) = (model.stack(home), &model.environment);
    whole.push_str(match pseudo {
        Pseudo::Account => &environment.account,
        Pseudo::Region => &stack.region,
        Pseudo::RegionOf(own) => &model.stack(own).region,
        Pseudo::Partition => &environment.partition,
        Pseudo::UrlSuffix => "amazonaws.com",
        Pseudo::StackName => &stack.physical_name,
    });
}

fn type_of(resource: &Resource) -> Option<ResourceType> {
    catalog().resource_type(resource.ty.as_str())
}
