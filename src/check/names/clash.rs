//! Physical names: each once in its scope, in all environments as they are declared.

use std::collections::BTreeMap;

use crate::catalog::{NameCase, NameScope, catalog};
use crate::check::World;
use crate::derive::known_text;
use crate::derive::template::Json;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId};
use crate::eval::value::Attribute;

/// In what two equal names meet, and the name as AWS compares it.
fn key(model: &Model, id: ResourceId) -> Option<(String, String)> {
    let resource = model.resource(id);
    let name = resource.name.as_ref().filter(|name| name.property.is_some())?;
    let text = known_text(model, resource.stack, &name.text)?;
    let rules = catalog().resource_type(resource.ty.as_str())?.name_rules();
    let is_identity = crate::derive::expand(
        model,
        &crate::eval::value::Template::hole(crate::eval::value::Hole::Resource(id, Attribute::Id)),
        crate::derive::Place { stack: resource.stack, policy: true },
    );
    let identifies = !is_identity.iter().any(|atom| matches!(atom, crate::derive::Atom::Resource(..)));
    let scope = rules.and_then(|rules| rules.scope()).or(identifies.then_some(NameScope::AccountRegion))?;
    let (account, region) = (&model.environment.account, &model.stack(resource.stack).region);
    let scope = match scope {
        NameScope::Global => String::new(),
        NameScope::Account => account.clone(),
        NameScope::AccountRegion => format!("{account} {region}"),
        NameScope::Parent | NameScope::Nowhere => return None,
    };
    let folded = match rules.and_then(|rules| rules.case()) {
        Some(NameCase::Lower | NameCase::Ignored) => text.to_lowercase(),
        Some(NameCase::Sensitive) | None => text,
    };
    Some((format!("{} {scope}", resource.ty), folded))
}

/// No two resources of an environment have the same name where it must be unique.
pub(in crate::check) fn names_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: BTreeMap<(String, String), ResourceId> = BTreeMap::new();
    for id in model.resource_ids() {
        let Some(key) = key(model, id) else { continue };
        if let Some(first) = seen.get(&key) {
            let (first, second) = (model.resource(*first), model.resource(id));
            world.found.push(clash(model, second, first, &key.1));
        } else {
            seen.insert(key, id);
        }
    }
}

fn clash(model: &Model, second: &Resource, first: &Resource, name: &str) -> Diagnostic {
    let place = |resource: &Resource| model.origins.user_span(resource.origin);
    let message = format!("`{}` and `{}` are both named `{name}`", first.path, second.path);
    let mut diagnostic = Diagnostic::new(codes::NAME_CLASH, place(second), message)
        .here("the second one")
        .label(place(first), "the first one");
    if let Some(rule) = &second.name {
        diagnostic = diagnostic.label(model.origins.user_span(rule.origin), "the rule that names them");
    }
    diagnostic.help("set another `id = \"…\"` on one of them, or let the naming rule tell them apart")
}

/// Two environments of one account do not meet in a name. What they share on purpose is built once.
pub(in crate::check) fn names_differ_across_environments(models: &[&Model]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<(String, String), (usize, ResourceId)> = BTreeMap::new();
    for (number, model) in models.iter().enumerate() {
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let Some(key) = key(model, id).filter(|_| !model.stack(resource.stack).per_account) else { continue };
            match seen.get(&key) {
                Some((other, first)) if *other != number => {
                    let (one, two) = (models[*other].environment.name, model.environment.name);
                    let first = models[*other].resource(*first);
                    let message = format!(
                        "`{}` is named `{}` in `{one}` and in `{two}`, which share an account",
                        resource.path, key.1
                    );
                    let mut diagnostic =
                        Diagnostic::new(codes::NAME_CLASH, model.origins.user_span(resource.origin), message);
                    if first.path != resource.path {
                        let at = models[*other].origins.user_span(first.origin);
                        diagnostic = diagnostic.label(at, format!("the one in `{one}`"));
                    }
                    let diagnostic = diagnostic
                        .label(model.environment.span, format!("`{two}` is declared here"))
                        .label(models[*other].environment.span, format!("`{one}` is declared here"));
                    found.push(
                        diagnostic.help("put what differs into the naming rule: `default = \"{system}-{env}-{id}\"`"),
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert(key, (number, id));
                }
            }
        }
    }
    found
}

/// No two stacks of a region export under the same name.
pub(in crate::check) fn exports_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: BTreeMap<(&str, &str), crate::eval::origin::Origin> = BTreeMap::new();
    for template in &world.derived.templates {
        let region = model.stack(template.stack).region.as_str();
        for output in template.outputs.values() {
            let Some(Json::Text(name)) = output.export.as_ref().map(|export| &export.json) else { continue };
            if let Some(first) = seen.get(&(region, name.as_str())) {
                let message = format!("two outputs are exported as `{name}`");
                let diagnostic = Diagnostic::new(codes::NAME_CLASH, model.origins.user_span(output.origin), message)
                    .here("the second one")
                    .label(model.origins.user_span(*first), "the first one")
                    .help("write another name behind `as`");
                world.found.push(diagnostic);
            } else {
                seen.insert((region, name), output.origin);
            }
        }
    }
}
