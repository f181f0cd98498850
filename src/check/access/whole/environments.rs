//! Environments: nobody of one reaches what belongs to another.

use std::collections::BTreeMap;

use crate::check::access::Holdings;
use crate::check::iam::{Effect, Scope, Who};
use crate::check::policies::words::meet;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};

/// No principal of an environment may do something with what belongs to another one. Those that ask before they are deployed may look
/// down on those that do not.
pub(in crate::check) fn nobody_crosses(models: &[&Model]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if models.len() < 2 {
        return found;
    }
    let all: Vec<Side<'_>> = models.iter().map(|model| Side::of(model)).collect();
    for (at, lower) in all.iter().enumerate() {
        for (other, higher) in all.iter().enumerate() {
            let down = lower.confirms() && !higher.confirms();
            if at != other && !down {
                crosses(lower, higher, &mut found);
            }
        }
    }
    found
}

/// An environment, with the ARNs that are its own.
struct Side<'m> {
    holdings: Holdings<'m>,
    arns: BTreeMap<String, ResourceId>,
}

impl<'m> Side<'m> {
    fn of(model: &'m Model) -> Side<'m> {
        let holdings = Holdings::of(model);
        let own = |id: &ResourceId| !model.stack(model.resource(*id).stack).per_account;
        let named = model.resource_ids().filter(own).map(|id| (holdings.arn(id), id));
        let arns = named.filter(|(arn, _)| arn.starts_with("arn:") && !arn.contains('⟨')).collect();
        Side { holdings, arns }
    }

    fn confirms(&self) -> bool {
        self.holdings.model.environment.confirm
    }
}

fn crosses(from: &Side<'_>, to: &Side<'_>, found: &mut Vec<Diagnostic>) {
    let (own, other) = (from.holdings.model, to.holdings.model);
    // In another account the resource's policy has to agree, which is looked at there.
    let same_account = own.environment.account == other.environment.account;
    for role in from.holdings.roles() {
        for rule in from.holdings.of_role(role).iter().filter(|rule| rule.statement.effect == Effect::Allow) {
            let (Some(Scope::Of(patterns)), true) = (&rule.statement.resources, same_account) else { continue };
            let reached =
                patterns.iter().filter(|pattern| *pattern != "*").find_map(|pattern| reached(pattern, from, to));
            let Some(id) = reached else { continue };
            let actions = match &rule.statement.actions {
                Scope::Of(actions) => actions.join(", "),
                Scope::AllBut(_) => String::from("almost everything"),
            };
            let message = format!(
                "`{}` of `{}` may {actions} on `{}` of `{}`",
                from.holdings.called(role),
                own.environment.name,
                other.resource(id).path,
                other.environment.name
            );
            found.push(diagnostic(own.origins.user_span(rule.origin), message));
        }
    }
    // Whom the other environment's resources name.
    let roles: BTreeMap<String, ResourceId> = from
        .holdings
        .roles()
        .map(|role| (from.holdings.arn(role), role))
        .filter(|(arn, _)| !arn.contains('⟨'))
        .collect();
    for id in to.holdings.resources() {
        for rule in to.holdings.of_resource(id).iter().filter(|rule| rule.statement.effect == Effect::Allow) {
            let Some(Who::Of(who)) = &rule.statement.who else { continue };
            let Some(role) = who.aws.iter().find_map(|name| roles.get(name)) else { continue };
            if to.holdings.roles().any(|own| to.holdings.arn(own) == from.holdings.arn(*role)) {
                continue;
            }
            let message = format!(
                "`{}` of `{}` lets in `{}` of `{}`",
                other.resource(id).path,
                other.environment.name,
                from.holdings.called(*role),
                own.environment.name
            );
            found.push(diagnostic(other.origins.user_span(rule.origin), message));
        }
    }
}

fn diagnostic(at: crate::base::Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::ENVIRONMENT_CROSSED, at, message).help(
        "name what belongs to the environment: a reference does, and a pattern that begins with `{system}-{env}-`",
    )
}

/// A resource of the other environment that a pattern means, and that is none of the own one.
fn reached(pattern: &str, from: &Side<'_>, to: &Side<'_>) -> Option<ResourceId> {
    let start = pattern.split(['*', '?', '$']).next().unwrap_or_default();
    let below =
        |arn: &str| arn == pattern || pattern.strip_prefix(arn).is_some_and(|rest| rest.starts_with(['/', ':']));
    // What it names with its whole name, or what begins as it does.
    let parts = pattern.rmatch_indices(['/', ':']).map(|(end, _)| end);
    let exact = std::iter::once(pattern.len())
        .chain(parts)
        .find_map(|end| to.arns.get_key_value(pattern.get(..end)?).filter(|(arn, _)| below(arn)));
    let wide = || {
        to.arns
            .range(start.to_owned()..)
            .take_while(|(arn, _)| arn.starts_with(start))
            .find(|(arn, _)| ["", "/*", ":*"].iter().any(|below| meet(pattern, &format!("{arn}{below}"))))
    };
    let (arn, id) = exact.or_else(wide)?;
    (!from.arns.contains_key(arn)).then_some(*id)
}
