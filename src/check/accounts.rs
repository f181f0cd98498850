//! What an account has once, and account ids.

use std::collections::BTreeMap;

use crate::base::{HashMap, Symbol};
use crate::catalog::{NameScope, catalog};
use crate::check::World;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::Piece;

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

/// No ARN holds the environment's own account as digits.
pub(super) fn no_literal_account(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let mut literal = Vec::new();
        resource.properties.each_template(&mut |text, origin| {
            for piece in text.pieces.iter() {
                if let Piece::Literal(text) = piece {
                    literal.extend(account_in(text).map(|account| (account.to_owned(), origin)));
                }
            }
        });
        for (account, origin) in literal {
            // Another account is meant as such: its id is the same wherever this stack is deployed.
            if account != model.environment.account || model.origins.span(origin).file.is_stdlib() {
                continue;
            }
            let span = model.origins.user_span(origin);
            let span = if span.is_none() { model.origins.user_span(resource.origin) } else { span };
            let message = format!("`{}` has the account id `{account}` written out", resource.path);
            world.found.push(Diagnostic::new(codes::LITERAL_ACCOUNT_ID, span, message).help("write `{account}`"));
        }
    }
}

/// The account's id in an ARN: its fifth field.
fn account_in(text: &str) -> Option<&str> {
    let at = text.find("arn:")?;
    let account = text.get(at..)?.split(':').nth(4)?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}
