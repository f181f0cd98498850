//! Physical names: each once in its scope, in all environments as they are declared.

use std::collections::{BTreeMap, HashMap};

use crate::base::Span;
use crate::check::World;
use crate::check::names::gather::{Kind, Scope, kind_of};
use crate::derive::known_text;
use crate::derive::template::{Derived, Json};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId};

/// In what two equal names meet, and the name as AWS compares it.
fn key(model: &Model, id: ResourceId) -> Option<(String, String)> {
    let resource = model.resource(id);
    let (kind, name) = kind_of(model, id)?;
    let text = known_text(model, resource.stack, &name.text)?;
    let text = if kind.folded { text.to_lowercase() } else { text };
    Some((place(model, &kind, &model.stack(resource.stack).region), text))
}

fn place(model: &Model, kind: &Kind, region: &str) -> String {
    let account = &model.environment.account;
    match kind.scope {
        Scope::Global => kind.what.clone(),
        Scope::Account => format!("{} {account}", kind.what),
        Scope::AccountRegion => format!("{} {account} {region}", kind.what),
    }
}

/// No two resources of an environment have the same name where it must be unique.
pub(in crate::check) fn names_differ(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: HashMap<(String, String), ResourceId> = HashMap::new();
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
        .root_at(&[place(first), place(second)])
        .label(place(first), "the first one");
    if let Some(rule) = &second.name {
        diagnostic = diagnostic.label(model.origins.user_span(rule.origin), "the rule that names them");
    }
    diagnostic.help("set another `id = \"…\"` on one of them, or let the naming rule tell them apart")
}

/// A name of one environment.
struct Known {
    environment: usize,
    whose: String,
    at: Span,
}

/// Two environments of one account do not meet in a name. What they share on purpose is built once.
pub(in crate::check) fn names_differ_across_environments(environments: &[(&Model, &Derived)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen: HashMap<(String, String), Known> = HashMap::new();
    for (number, (model, derived)) in environments.iter().enumerate() {
        let mut meet = |key: (String, String), whose: String, at: Span| {
            let Some(first) = seen.get(&key) else {
                seen.insert(key, Known { environment: number, whose, at });
                return;
            };
            let Some((other, _)) = environments.get(first.environment).filter(|_| first.environment != number) else {
                return;
            };
            let (one, two) = (other.environment.name, model.environment.name);
            let message = format!("{whose} is named `{}` in `{one}` and in `{two}`, which share an account", key.1);
            let mut diagnostic = Diagnostic::new(codes::NAME_CLASH, at, message);
            if first.whose != whose {
                diagnostic = diagnostic.label(first.at, format!("the one in `{one}`"));
            }
            found.push(
                diagnostic
                    .root_at(&[other.environment.span, model.environment.span])
                    .label(model.environment.span, format!("`{two}` is declared here"))
                    .label(other.environment.span, format!("`{one}` is declared here"))
                    .help("put what differs into the naming rule: `default = \"{system}-{env}-{id}\"`"),
            );
        };
        for stack in model.stacks.iter().filter(|stack| !stack.per_account) {
            let kind = Kind { what: String::from("stack"), scope: Scope::AccountRegion, folded: false };
            let key = (place(model, &kind, &stack.region), stack.physical_name.clone());
            meet(key, format!("stack `{}`", stack.name), model.origins.user_span(stack.origin));
        }
        for id in model.resource_ids() {
            let resource = model.resource(id);
            let Some(key) = key(model, id).filter(|_| !model.stack(resource.stack).per_account) else { continue };
            meet(key, format!("`{}`", resource.path), model.origins.user_span(resource.origin));
        }
        for template in &derived.templates {
            let stack = model.stack(template.stack);
            for (name, output) in &template.outputs {
                let Some(Json::Text(export)) = output.export.as_ref().map(|export| &export.json) else { continue };
                if stack.per_account {
                    continue;
                }
                let kind = Kind { what: String::from("export"), scope: Scope::AccountRegion, folded: false };
                let key = (place(model, &kind, &stack.region), export.clone());
                let whose = format!("the export of output `{name}` of stack `{}`", stack.name);
                meet(key, whose, model.origins.user_span(output.origin));
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
