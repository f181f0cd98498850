//! What an account has once, and account ids.

use std::collections::BTreeMap;

use crate::base::{HashMap, Span, Symbol};
use crate::catalog::{NameScope, catalog};
use crate::check::World;
use crate::derive::template::{Json, Tree};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
use crate::eval::origin::Origin;

/// Of which types there may be only one, and where: what the catalog says is looked up once.
#[derive(Default)]
struct Singletons(HashMap<Symbol, Option<NameScope>>);

/// Where there may be only one of a resource's type.
fn key(model: &Model, singletons: &mut Singletons, id: ResourceId) -> Option<(String, String)> {
    let resource = model.resource(id);
    let scope = *singletons
        .0
        .entry(resource.ty)
        .or_insert_with(|| catalog().resource_type(resource.ty.as_str()).and_then(|ty| ty.singleton()));
    let scope = scope?;
    let (account, region) = (&model.environment.account, &model.stack(resource.stack).region);
    let scope = match scope {
        NameScope::Global | NameScope::Account => format!("account {account}"),
        NameScope::AccountRegion => format!("account {account} and region {region}"),
        NameScope::Parent | NameScope::Nowhere => return None,
    };
    Some((resource.ty.as_str().to_owned(), scope))
}

/// An environment has one of what there may be one of.
pub(super) fn one_for_each_account(world: &mut World<'_>) {
    let model = world.model;
    let mut seen: BTreeMap<(String, String), ResourceId> = BTreeMap::new();
    let mut singletons = Singletons::default();
    for id in model.resource_ids() {
        let Some(key) = key(model, &mut singletons, id) else { continue };
        if let Some(first) = seen.get(&key) {
            let (first, second) = (model.resource(*first), model.resource(id));
            let message = format!("{} can have only one `{}`, and there are two", key.1, key.0);
            let diagnostic = Diagnostic::new(codes::ACCOUNT_SINGLETON, model.origins.user_span(second.origin), message)
                .here("the second one")
                .label(model.origins.user_span(first.origin), "the first one")
                .help(format!("keep `{}` alone and refer to it", first.path));
            world.found.push(diagnostic);
        } else {
            seen.insert(key, id);
        }
    }
}

/// So do all environments of an account together, but for stacks that they share.
pub(super) fn one_across_environments(models: &[&Model]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<(String, String), (usize, ResourceId)> = BTreeMap::new();
    let mut singletons = Singletons::default();
    for (number, model) in models.iter().enumerate() {
        for id in model.resource_ids() {
            let stack = model.stack(model.resource(id).stack);
            let Some(key) = key(model, &mut singletons, id).filter(|_| !stack.per_account) else { continue };
            match seen.get(&key) {
                Some((other, first)) if *other != number => {
                    let (one, two) = (models[*other].environment.name, model.environment.name);
                    let message =
                        format!("{} can have only one `{}`, and `{one}` and `{two}` both make it", key.1, key.0);
                    let at = model.origins.user_span(model.resource(id).origin);
                    let mut diagnostic = Diagnostic::new(codes::ACCOUNT_SINGLETON, at, message);
                    let first = models[*other].origins.user_span(models[*other].resource(*first).origin);
                    if first != at {
                        diagnostic = diagnostic.label(first, format!("the one of `{one}`"));
                    }
                    let diagnostic = diagnostic
                        .label(model.origins.user_span(stack.origin), "built for each environment")
                        .help(format!("write `stack {} per account`: it is built once and shared", stack.name));
                    found.push(diagnostic);
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

/// No template holds the environment's own account as digits: it would be wrong in every other one.
pub(super) fn no_literal_account(world: &mut World<'_>) {
    let (model, derived) = (world.model, world.derived);
    for template in &derived.templates {
        for resource in template.resources.values() {
            let mut search = Search { model, found: Vec::new() };
            search.tree(&resource.properties, resource.origin);
            // Another account is meant as such: its id is the same wherever this stack is deployed.
            world.found.extend(search.told(resource.origin, &format!("`{}`", resource.title)));
        }
        for (name, output) in &template.outputs {
            let mut search = Search { model, found: Vec::new() };
            search.tree(&output.value, output.origin);
            let what = format!("output `{name}` of stack `{}`", model.stack(template.stack).name);
            world.found.extend(search.told(output.origin, &what));
        }
    }
}

/// Looks for the account in what a template holds.
struct Search<'m> {
    model: &'m Model,
    found: Vec<Span>,
}

impl Search<'_> {
    fn tree(&mut self, tree: &Tree, around: Origin) {
        let origin = if tree.origin == Origin::INHERITED { around } else { tree.origin };
        match &tree.json {
            Json::Text(text) if holds(text, &self.model.environment.account) => {
                self.found.push(self.model.origins.user_span(origin));
            }
            Json::List(items) => items.iter().for_each(|item| self.tree(item, origin)),
            Json::Map(map) => map.values().for_each(|value| self.tree(value, origin)),
            Json::Text(_) | Json::Bool(_) | Json::Int(_) | Json::Float(_) => {}
        }
    }

    /// One diagnostic for each place that holds it.
    fn told(self, origin: Origin, what: &str) -> Vec<Diagnostic> {
        let (model, account) = (self.model, &self.model.environment.account);
        let mut places: Vec<Span> = Vec::new();
        for span in self.found {
            let span = if span.is_none() { model.origins.user_span(origin) } else { span };
            if !places.contains(&span) {
                places.push(span);
            }
        }
        let at = model.origins.user_span(origin);
        let tell = |span| {
            let message = format!("{what} has the account id `{account}` written out");
            let diagnostic = Diagnostic::new(codes::LITERAL_ACCOUNT_ID, span, message).help("write `{account}`");
            if span == at { diagnostic } else { diagnostic.label(at, "written into this") }
        };
        places.into_iter().map(tell).collect()
    }
}

/// Whether an account id stands in a text, and is no part of a longer number.
fn holds(text: &str, account: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    // Most texts have not even so many digits.
    !account.is_empty()
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= account.len()
        && text.match_indices(account).any(|(at, _)| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !digit(before) && !digit(bytes.get(at + account.len()))
        })
}
