//! Trust that nothing needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::access::texts;
use crate::check::facts::{PASS_ROLE, PASSED_TO, refused};
use crate::check::policies::facts;
use crate::check::policies::said::{Kind, Said};
use crate::check::refused::{at, named};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Hole, Piece};

/// A role trusts the services by way of which something acts as it, and no others beside these.
pub(super) fn trust_is_used(model: &Model, all: &[Said]) -> Vec<Diagnostic> {
    let uses = uses(model);
    let mut found = Vec::new();
    for said in all.iter().filter(|said| said.kind == Kind::Trust && said.allows()) {
        let Some((role, (services, user))) = said.about.and_then(|role| Some((role, uses.get(&role)?))) else {
            continue;
        };
        let Some(services) = services else { continue };
        let named = said.who.iter().filter(|named| named.kind == "Service").map(|named| &named.name);
        let knows = |service: &str| taken().any(|(_, _, known)| known == service);
        for service in named.filter(|service| knows(&service.text) && !services.contains(service.text.as_str())) {
            // A role that no trusted service takes is told as that.
            let taken = all.iter().any(|said| {
                said.about == Some(role) && said.who.iter().any(|named| services.contains(named.name.text.as_str()))
            });
            if !taken || is_passed_to(model, all, role, &service.text) {
                continue;
            }
            let path = &model.resource(role).path;
            let message = format!("`{path}` trusts `{}`, and nothing there acts as it", service.text);
            found.push(
                Diagnostic::new(codes::UNUSED_TRUST, service.at, message)
                    .label(
                        model.origins.user_span(model.resource(*user).origin),
                        format!("`{}` acts as it", model.resource(*user).path),
                    )
                    .help("leave the service out"),
            );
        }
    }
    found
}

/// The properties that hand a role to a service: the type, the path, and the service.
fn taken() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    refused::ROLES_OF.iter().copied().chain([facts::PROFILE])
}

/// The services that take a role, and something that acts as it.
type Use = (Option<BTreeSet<&'static str>>, ResourceId);

/// How each role is used; no services where something uses it in a way that is not known.
fn uses(model: &Model) -> BTreeMap<ResourceId, Use> {
    let mut uses: BTreeMap<ResourceId, Use> = BTreeMap::new();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let mut known = BTreeSet::new();
        for (_, path, service) in taken().filter(|(ty, ..)| resource.ty == **ty) {
            let Some(role) = at(&resource.properties, path).and_then(named) else { continue };
            known.insert(role);
            let (services, _) = uses.entry(role).or_insert_with(|| (Some(BTreeSet::new()), id));
            if let Some(services) = services {
                services.insert(service);
            }
        }
        if resource.ty.as_str().starts_with(facts::POLICIES_OF_IAM) {
            continue;
        }
        resource.properties.each_template(&mut |text, _| {
            for piece in text.pieces.iter() {
                let Piece::Hole(Hole::Resource(role, _)) = piece else { continue };
                if model.resource(*role).ty == *facts::ROLE && !known.contains(role) {
                    uses.insert(*role, (None, id));
                }
            }
        });
    }
    uses
}

/// Whether somebody may hand the role to the service.
fn is_passed_to(model: &Model, all: &[Said], role: ResourceId, service: &str) -> bool {
    let arn = texts::arn(model, role);
    all.iter().any(|said| {
        let to = said.conditions.iter().filter(|asked| asked.key.text.eq_ignore_ascii_case(PASSED_TO));
        said.allows()
            && said.names(PASS_ROLE)
            && said.resources.iter().any(|word| crate::check::policies::words::meet(&word.text, &arn))
            && to.flat_map(|asked| &asked.values).any(|value| value.text == service || value.text.contains('*'))
    })
}
