//! Grants that something else takes back.

use crate::check::access::ask::{Asked, permitted};
use crate::check::access::{Holdings, texts};
use crate::check::iam::Layer;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Effect, Who};

/// What is granted is not denied, and lies within the boundary of who gets it.
pub(super) fn grants_have_an_effect(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let model = holdings.model;
    let mut found: Vec<Diagnostic> = Vec::new();
    for statement in model.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        let Who::Role(role) = statement.who else { continue };
        let denies = |rules: &[crate::check::access::Rule]| {
            rules.iter().any(|rule| rule.statement.effect == crate::check::iam::Effect::Deny)
        };
        let limited = holdings.boundary(role).is_some()
            || denies(holdings.of_role(role))
            || statement.target.is_some_and(|target| denies(holdings.of_resource(target)));
        let Some(caller) = holdings.caller(role).filter(|_| limited) else { continue };
        for permission in &statement.permissions {
            let home = model.resource(statement.target.unwrap_or(role)).stack;
            let arn = |text| texts::written(model, text, home).replace('*', "…");
            let mut arns: Vec<String> = permission.resources.iter().map(arn).collect();
            if arns.is_empty() || arns == ["…"] {
                arns = vec![String::from("*")];
            }
            let asked = Asked { resource: statement.target, arns };
            for action in &permission.actions {
                let Err(denied) = permitted(holdings, &caller, Some(role), action.as_str(), &asked) else { continue };
                let why = match (denied.explicit, denied.layer) {
                    (true, Layer::Resource) => "the policy of the resource denies it",
                    (true, _) => "something denies it to the same principal",
                    (false, Layer::Boundary) => "it is beyond the boundary of who gets it",
                    // Whatever else is missing is told where it is missing.
                    (false, _) => continue,
                };
                let at = model.origins.user_span(statement.origin);
                let message = format!("`{action}` is granted and stays forbidden: {why}");
                let mut diagnostic = Diagnostic::new(codes::GRANT_WITHOUT_EFFECT, at, message)
                    .help("take one of them back, or add to the denial a condition that spares this");
                for place in denied.places.iter().filter(|place| !place.is_none() && **place != at) {
                    diagnostic = diagnostic.label(*place, "denied here");
                }
                if !found.contains(&diagnostic) {
                    found.push(diagnostic);
                }
            }
        }
    }
    found
}
