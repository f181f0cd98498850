//! Who deploys: it may do what deploying takes, and nothing else.

use std::collections::BTreeSet;

use crate::catalog::catalog;
use crate::check::policies::facts;
use crate::check::policies::said::{Kind, Said, Word};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Model, ResourceId};

/// What CloudFormation acts as may do no more than the handlers of the types in the system ask for, as their registry schemas list it.
pub(super) fn deployers_only_deploy(model: &Model, all: &[Said]) -> Vec<Diagnostic> {
    let deployers: Vec<ResourceId> = all
        .iter()
        .filter(|said| said.kind == Kind::Trust && said.allows())
        .filter(|said| said.who.iter().any(|named| named.name.text == facts::DEPLOYS))
        .filter_map(|said| said.about)
        .collect();
    if deployers.is_empty() {
        return Vec::new();
    }
    let Some(needed) = needed(model) else { return Vec::new() };
    let mut found = Vec::new();
    for said in all.iter().filter(|said| said.allows() && !said.answered && !said.but[0]) {
        let Some(role) = said.role.filter(|role| said.kind == Kind::Identity && deployers.contains(role)) else {
            continue;
        };
        let known = |word: &&Word| catalog().action(&word.text).is_some();
        let more: Vec<&Word> = said
            .actions
            .iter()
            .filter(known)
            .filter(|word| !needed.contains(&word.text.to_ascii_lowercase()))
            .collect();
        let Some(first) = more.first() else { continue };
        let message = format!(
            "`{}` may {}, which deploying these stacks does not take",
            model.resource(role).path,
            quoted_list(more.iter().map(|word| word.text.as_str()), 4)
        );
        found.push(
            Diagnostic::new(codes::DEPLOYER_TOO_WIDE, first.at, message)
                .help("leave it out; `infrac report access` lists what each stack takes"),
        );
    }
    found
}

/// What deploying takes, in small letters; none if a type does not say it.
fn needed(model: &Model) -> Option<BTreeSet<String>> {
    let mut needed: BTreeSet<String> = facts::RESOLVES.iter().map(|action| action.to_ascii_lowercase()).collect();
    let types: BTreeSet<&str> = model.resource_ids().map(|id| model.resource(id).ty.as_str()).collect();
    for ty in types {
        let mut handlers = catalog().resource_type(ty)?.handlers().peekable();
        handlers.peek()?;
        needed.extend(handlers.flat_map(|(_, actions)| actions).map(str::to_ascii_lowercase));
    }
    Some(needed)
}
