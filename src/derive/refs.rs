//! What a gap in text stands for: a reference, a derived name, an ARN written out. Nothing here changes anything; whether a
//! reference crosses stacks is settled in [`super::build`].

use crate::base::Symbol;
use crate::catalog::{Obtain, catalog};
use crate::derive::facts;
use crate::eval::model::{ExternalId, ExternalSource, Model, Resource, ResourceId, StackId};
use crate::eval::value::{AssetPart, Attribute, Hole, NodeKind, Piece, Pseudo, Template, asset_key};

/// How a template gets at a resource's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt`.
    GetAtt(Symbol),
}

/// A part of a text, names and ARNs written out, references still open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// Known when built.
    Text(String),
    /// `${x}`, passed through.
    Variable(Symbol),
    /// A pseudo parameter.
    Pseudo(Pseudo),
    /// A value of a resource, in this stack or another.
    Resource(ResourceId, Reference),
    /// A `deploy param`.
    Param(Symbol),
    /// A parameter for what an external system offers.
    External(ExternalId, Symbol),
    /// The bucket of an asset.
    Asset(Symbol),
    /// An export of an external system.
    Export(ExternalId, Symbol),
    /// Takes no room: says that what stands around it was written out from another stack's resource.
    Mention(ResourceId, Attribute),
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The stack in whose template.
    pub stack: StackId,
    /// In a policy: what can be written out is, so that no policy makes one resource wait for another.
    pub policy: bool,
}

/// A text's atoms at a place.
pub fn expand(model: &Model, text: &Template, place: Place) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for piece in text.pieces.iter() {
        match piece {
            Piece::Literal(literal) => atoms.push(Atom::Text(literal.to_string())),
            Piece::Hole(hole) => expand_hole(model, *hole, place, &mut atoms),
        }
    }
    atoms
}

/// The same of a text whose pseudo parameters mean another stack than the one where it is written.
pub fn expand_for(model: &Model, text: &Template, home: StackId, place: Place) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for piece in text.pieces.iter() {
        match piece {
            Piece::Literal(literal) => atoms.push(Atom::Text(literal.to_string())),
            Piece::Hole(Hole::Pseudo(pseudo)) => atoms.push(of_stack(model, *pseudo, home, place.stack)),
            Piece::Hole(hole) => expand_hole(model, *hole, place, &mut atoms),
        }
    }
    atoms
}

fn expand_hole(model: &Model, hole: Hole, place: Place, atoms: &mut Vec<Atom>) {
    match hole {
        Hole::Resource(id, attribute) => expand_resource(model, id, attribute, place, atoms),
        Hole::Pseudo(Pseudo::RegionOf(home)) => {
            atoms.push(region_of(model, home, &model.stack(place.stack).region));
        }
        Hole::Pseudo(pseudo) => atoms.push(Atom::Pseudo(pseudo)),
        Hole::Param(name) => atoms.push(Atom::Param(name)),
        Hole::Variable(name) => atoms.push(Atom::Variable(name)),
        Hole::External(id, name) => expand_external(model, id, name, place, atoms),
        Hole::Asset(file, AssetPart::Bucket) => atoms.push(Atom::Asset(file)),
        Hole::Asset(file, AssetPart::Key) => atoms.push(Atom::Text(asset_key(file.as_str()))),
    }
}

fn expand_resource(model: &Model, id: ResourceId, attribute: Attribute, place: Place, atoms: &mut Vec<Atom>) {
    let resource = model.resource(id);
    let elsewhere = resource.stack != place.stack;
    match attribute {
        Attribute::Id => {
            if (elsewhere || place.policy) && ref_is_name(resource) {
                expand_name(model, id, attribute, place, atoms);
            } else {
                atoms.push(Atom::Resource(id, Reference::Ref));
            }
        }
        Attribute::Name => {
            if has_name(resource) {
                expand_name(model, id, attribute, place, atoms);
            } else {
                atoms.push(Atom::Resource(id, Reference::Ref));
            }
        }
        Attribute::Arn => expand_arn(model, id, place, atoms),
        Attribute::Named(name) => {
            let obtained = catalog().resource_type(resource.ty.as_str()).and_then(|ty| ty.arn());
            if place.policy && obtained == Some(Obtain::GetAtt(name.as_str())) {
                expand_arn(model, id, place, atoms);
            } else {
                atoms.push(Atom::Resource(id, Reference::GetAtt(name)));
            }
        }
    }
}

/// Whether the resource's physical name is decided by us.
pub fn has_name(resource: &Resource) -> bool {
    resource.name.as_ref().is_some_and(|name| name.property.is_some())
}

/// Whether `Ref` gives the name that we decided.
pub fn ref_is_name(resource: &Resource) -> bool {
    let Some(property) = resource.name.as_ref().and_then(|name| name.property.as_deref()) else { return false };
    let ty = catalog().resource_type(resource.ty.as_str());
    ty.is_some_and(|ty| ty.ref_value().only() == Some(property))
}

/// The name's own text. Its pseudo parameters mean the stack where the resource stands.
fn expand_name(model: &Model, id: ResourceId, attribute: Attribute, place: Place, atoms: &mut Vec<Atom>) {
    let resource = model.resource(id);
    let Some(name) = &resource.name else { return };
    if resource.stack != place.stack {
        atoms.push(Atom::Mention(id, attribute));
    }
    for piece in name.text.pieces.iter() {
        match piece {
            Piece::Literal(literal) => atoms.push(Atom::Text(literal.to_string())),
            Piece::Hole(Hole::Pseudo(pseudo)) => atoms.push(of_stack(model, *pseudo, resource.stack, place.stack)),
            Piece::Hole(hole) => expand_hole(model, *hole, place, atoms),
        }
    }
}

/// A pseudo parameter of one stack, as another stack writes it.
fn of_stack(model: &Model, pseudo: Pseudo, home: StackId, here: StackId) -> Atom {
    let (home, here) = (model.stack(home), model.stack(here));
    match pseudo {
        Pseudo::Region if home.region != here.region => Atom::Text(home.region.clone()),
        Pseudo::StackName if home.physical_name != here.physical_name => Atom::Text(home.physical_name.clone()),
        Pseudo::RegionOf(own) => region_of(model, own, &here.region),
        Pseudo::Account | Pseudo::Region | Pseudo::Partition | Pseudo::UrlSuffix | Pseudo::StackName => {
            Atom::Pseudo(pseudo)
        }
    }
}

/// A stack's region, as it is written in another one.
fn region_of(model: &Model, stack: StackId, here: &str) -> Atom {
    let home = &model.stack(stack).region;
    if home == here { Atom::Pseudo(Pseudo::Region) } else { Atom::Text(home.clone()) }
}

fn expand_arn(model: &Model, id: ResourceId, place: Place, atoms: &mut Vec<Atom>) {
    let resource = model.resource(id);
    let elsewhere = resource.stack != place.stack;
    let ty = catalog().resource_type(resource.ty.as_str());
    let reference = ty.and_then(|ty| ty.arn()).map(|obtain| match obtain {
        Obtain::Ref => Reference::Ref,
        Obtain::GetAtt(name) => Reference::GetAtt(Symbol::new(name)),
    });
    let is_pattern = facts::ARN_ATTRIBUTE_IS_PATTERN.contains(&resource.ty.as_str());
    let template = ty.and_then(|ty| ty.arn_template());
    let written = template.and_then(|template| written_arn(resource, template));
    match (reference, written, template) {
        (Some(reference), None, _) if !is_pattern => atoms.push(Atom::Resource(id, reference)),
        (Some(reference), Some(_), _) if !elsewhere && !place.policy && !is_pattern => {
            atoms.push(Atom::Resource(id, reference));
        }
        (_, Some(parts), _) => {
            for part in parts {
                expand_arn_part(model, id, &part, place, atoms);
            }
        }
        (_, None, Some(template)) if ref_fills(resource, template) => {
            for part in split(template) {
                match part {
                    ArnPart::Variable(name) if pseudo_of(&name).is_none() => {
                        atoms.push(Atom::Resource(id, Reference::Ref));
                    }
                    part => expand_arn_part(model, id, &part, place, atoms),
                }
            }
        }
        // The type has no ARN that we know of: its attribute of that name, which the checks of attributes have judged.
        (reference, None, _) => {
            atoms.push(Atom::Resource(id, reference.unwrap_or(Reference::GetAtt(Symbol::new("Arn")))));
        }
    }
}

enum ArnPart {
    Text(String),
    Variable(String),
    Name,
}

fn expand_arn_part(model: &Model, id: ResourceId, part: &ArnPart, place: Place, atoms: &mut Vec<Atom>) {
    match part {
        ArnPart::Text(text) => atoms.push(Atom::Text(text.clone())),
        ArnPart::Name => expand_name(model, id, Attribute::Arn, place, atoms),
        ArnPart::Variable(variable) => {
            if let Some(pseudo) = pseudo_of(variable) {
                atoms.push(of_stack(model, pseudo, model.resource(id).stack, place.stack));
            }
        }
    }
}

/// `${Partition}` and its kin in ARN templates.
fn pseudo_of(variable: &str) -> Option<Pseudo> {
    match variable {
        "Partition" => Some(Pseudo::Partition),
        "Region" => Some(Pseudo::Region),
        "Account" => Some(Pseudo::Account),
        _ => None,
    }
}

fn split(template: &str) -> Vec<ArnPart> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once("${") {
        let Some((variable, tail)) = tail.split_once('}') else { break };
        if !text.is_empty() {
            parts.push(ArnPart::Text(text.to_owned()));
        }
        parts.push(ArnPart::Variable(variable.to_owned()));
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(ArnPart::Text(rest.to_owned()));
    }
    parts
}

/// Whether the ARN can be written with what `Ref` gives.
fn ref_fills(resource: &Resource, template: &str) -> bool {
    let reference = catalog().resource_type(resource.ty.as_str()).and_then(|ty| ty.ref_value().only());
    let mut own = split(template).into_iter().filter_map(|part| match part {
        ArnPart::Variable(name) if pseudo_of(&name).is_none() => Some(name),
        ArnPart::Variable(_) | ArnPart::Text(_) | ArnPart::Name => None,
    });
    matches!((own.next(), own.next(), reference), (Some(name), None, Some(reference)) if name == reference)
}

/// The ARN's parts, if the derived name is all it needs.
fn written_arn(resource: &Resource, template: &str) -> Option<Vec<ArnPart>> {
    let property = resource.name.as_ref()?.property.as_deref()?;
    if facts::ARN_ENDS_AT_RANDOM.contains(&resource.ty.as_str()) || has_other_identity(resource, property) {
        return None;
    }
    let mut names = 0;
    let mut parts = Vec::new();
    for part in split(template) {
        match part {
            ArnPart::Variable(variable) if pseudo_of(&variable).is_none() => {
                names += 1;
                let (plain, path) = match variable.strip_suffix("WithPath") {
                    Some(plain) => (plain.to_owned(), Some(path_of(resource)?)),
                    None => (variable, None),
                };
                if !is_name(resource, property, &plain) {
                    return None;
                }
                if let Some(path) = path.filter(|path| !path.is_empty()) {
                    parts.push(ArnPart::Text(path));
                }
                parts.push(ArnPart::Name);
            }
            part => parts.push(part),
        }
    }
    (names == 1).then_some(parts)
}

/// Whether an ARN's variable is the name property, by another name: `EventBusName` for `Name`, `PolicyName` for
/// `ManagedPolicyName`, `DbInstanceName` for an identifier that `Ref` gives.
fn is_name(resource: &Resource, property: &str, variable: &str) -> bool {
    let property = property.rsplit('/').next().unwrap_or(property);
    let kind = resource.ty.as_str().rsplit("::").next().unwrap_or_default();
    let is_kind_name = variable.eq_ignore_ascii_case(&format!("{kind}Name"));
    variable == property
        || (variable.ends_with("Name") && property.ends_with(variable))
        || (is_kind_name && (property == "Name" || ref_is_name(resource)))
        || (variable.ends_with("Name") && property == "Name" && kind.ends_with(variable.trim_end_matches("Name")))
}

/// A rule on a bus of its own, for instance, has the bus in its ARN, which the template does not show.
fn has_other_identity(resource: &Resource, property: &str) -> bool {
    let Some(ty) = catalog().resource_type(resource.ty.as_str()) else { return true };
    ty.ref_value().count() > 1 && ty.ref_value().any(|part| part != property && resource.properties.get(part).is_some())
}

/// What stands before a name with a path, if that is known: nothing, or `teams/hr/`.
fn path_of(resource: &Resource) -> Option<String> {
    match resource.properties.get("Path").map(|node| &node.kind) {
        None => Some(String::new()),
        Some(NodeKind::Text(text)) => text.known().map(|path| path.trim_start_matches('/').to_owned()),
        Some(_) => None,
    }
}

/// What an external system offers, as its source says. `files.arn` asks for the ARN of an output of a known type.
fn expand_external(model: &Model, id: ExternalId, name: Symbol, place: Place, atoms: &mut Vec<Atom>) {
    let Some(external) = model.externals.get(id.index()) else { return };
    let (output, wants_arn) = match (external.outputs.get(&name), name.as_str().rsplit_once('.')) {
        (Some(output), _) => (output, false),
        (None, Some((base, attribute))) => match external.outputs.get(&Symbol::new(base)) {
            Some(output) => (output, attribute.eq_ignore_ascii_case("arn")),
            None => return,
        },
        (None, None) => return,
    };
    let template = output.ty.and_then(|ty| catalog().resource_type(ty.as_str())).and_then(|ty| ty.arn_template());
    let mut value = Vec::new();
    match &output.source {
        ExternalSource::Parameter => value.push(Atom::External(id, name)),
        ExternalSource::Export(_) => value.push(Atom::Export(id, name)),
        ExternalSource::Ssm(path) => {
            value.push(Atom::Text("{{resolve:ssm:".to_owned()));
            value.extend(expand(model, path, place));
            value.push(Atom::Text("}}".to_owned()));
        }
        ExternalSource::Name(text) => value.extend(expand(model, text, place)),
    }
    match (template, &output.source) {
        (Some(template), ExternalSource::Name(_)) if wants_arn => {
            for part in split(template) {
                match part {
                    ArnPart::Text(text) => atoms.push(Atom::Text(text)),
                    ArnPart::Name => atoms.append(&mut value.clone()),
                    ArnPart::Variable(variable) => match pseudo_of(&variable) {
                        Some(pseudo) => atoms.push(Atom::Pseudo(pseudo)),
                        None => atoms.append(&mut value.clone()),
                    },
                }
            }
        }
        (Some(_) | None, _) => atoms.append(&mut value),
    }
}

/// Neighbouring texts joined, empty ones dropped; what a text says, whatever its pieces were.
pub fn joined(atoms: Vec<Atom>) -> Vec<Atom> {
    let mut result: Vec<Atom> = Vec::new();
    for atom in atoms {
        match (atom, result.last_mut()) {
            (Atom::Text(text), _) if text.is_empty() => {}
            (Atom::Text(text), Some(Atom::Text(before))) => before.push_str(&text),
            (atom, _) => result.push(atom),
        }
    }
    result
}

/// The ARN that a policy names a resource by, if it can be written out without a reference to it.
pub fn written_in_policy(model: &Model, id: ResourceId, stack: StackId) -> Option<Vec<Atom>> {
    let mut atoms = Vec::new();
    expand_arn(model, id, Place { stack, policy: true }, &mut atoms);
    let refers = atoms.iter().any(|atom| matches!(atom, Atom::Resource(..)));
    (!refers).then_some(atoms)
}
