//! Physical names: each once in its scope, and as AWS takes them.

use std::collections::BTreeMap;

use crate::catalog::{NameCase, NameScope, catalog};
use crate::check::World;
use crate::derive::known_text;
use crate::derive::template::Json;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId};
use crate::eval::value::Attribute;
use crate::types::text::contains;

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
pub(super) fn names_differ(world: &mut World<'_>) {
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
pub(super) fn names_differ_across_environments(models: &[&Model]) -> Vec<Diagnostic> {
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
pub(super) fn exports_differ(world: &mut World<'_>) {
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

/// Every name is as long, and of such letters, as its type allows.
pub(super) fn names_fit(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(name) = resource.name.as_ref().filter(|name| name.property.is_some()) else { continue };
        let rules = catalog().resource_type(resource.ty.as_str()).and_then(|ty| ty.name_rules());
        let (Some(rules), Some(text)) = (rules, known_text(model, resource.stack, &name.text)) else { continue };
        let length = text.chars().count();
        let limit = |limit: Option<u32>| limit.and_then(|limit| usize::try_from(limit).ok());
        let (code, problem, help) = if let Some(max) = limit(rules.max()).filter(|max| length > *max) {
            let over = length - max;
            (
                codes::NAME_TOO_LONG,
                format!("has {length} characters, {over} more than a `{}` may have", resource.ty),
                "shorter",
            )
        } else if let Some(min) = limit(rules.min()).filter(|min| length < *min) {
            (codes::NAME_INVALID, format!("has {length} characters, a `{}` needs {min}", resource.ty), "longer")
        } else if let Some(pattern) = rules.pattern().filter(|pattern| contains(pattern, &text) == Some(false)) {
            (codes::NAME_INVALID, format!("does not match `/{pattern}/`, as a `{}` must", resource.ty), "allowed")
        } else {
            continue;
        };
        let message = format!("the name `{text}` of `{}` {problem}", resource.path);
        let diagnostic = Diagnostic::new(code, model.origins.user_span(resource.origin), message)
            .label(model.origins.user_span(name.origin), "named here")
            .help(format!("give it a part of the name that is {help} with `id = \"…\"`, or give the type a rule of its own in `naming`"));
        world.found.push(diagnostic);
    }
}
