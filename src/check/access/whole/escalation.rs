//! Who comes to more than was granted, by way of somebody else or of their own policies.

use crate::check::access::reach::{empowers, way_of};
use crate::check::access::{Holdings, Rule, facts};
use crate::check::iam::Effect;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::ResourceId;

/// Nobody can act as somebody who may more, or give themselves more, unless that is what was granted.
pub(super) fn nobody_rises(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for role in holdings.roles() {
        let rules = holdings.of_role(role);
        let Some(caller) = holdings.caller(role).filter(|_| rises(rules)) else { continue };
        if let Some(holder) = empowers(holdings, (&caller, role)) {
            let does: Vec<&str> = holder.path.iter().map(|step| step.does.as_str()).collect();
            let message = format!("`{}` can have whatever it wants: it {}", holdings.called(role), does.join(", and "));
            found.extend(told(holdings, rules, &facts::EMPOWERS, message));
            continue;
        }
        for to in holdings.roles().filter(|to| *to != role) {
            let Some((does, actions)) = way_of(holdings, role, to) else { continue };
            let Some(more) = more(holdings, role, to) else { continue };
            let message = format!("`{}` {does}, and so may {more}", holdings.called(role));
            found.extend(told(holdings, rules, actions, message));
        }
    }
    found
}

/// Whether there is an action among them that leads anywhere. Most roles have none.
fn rises(rules: &[Rule]) -> bool {
    let actions = facts::WAYS.iter().flat_map(|way| way.actions.iter()).chain(&facts::EMPOWERS);
    let mut all = actions.filter(|action| **action != facts::PASS);
    all.any(|action| gives(rules, action).is_some())
}

fn gives<'r>(rules: &'r [Rule], action: &str) -> Option<&'r Rule> {
    rules.iter().find(|rule| rule.statement.effect == Effect::Allow && rule.statement.actions.has_action(action))
}

/// An action that one role has and another one lacks.
fn more(holdings: &Holdings<'_>, less: ResourceId, more: ResourceId) -> Option<String> {
    let own = holdings.of_role(less);
    let said = |rule: &&Rule| rule.statement.effect == Effect::Allow;
    holdings.of_role(more).iter().filter(said).find_map(|rule| {
        let same = own.iter().any(|known| known.statement == rule.statement);
        let crate::check::iam::Scope::Of(actions) = &rule.statement.actions else { return None };
        let action = actions.first().filter(|_| !same)?;
        let on = match &rule.statement.resources {
            Some(crate::check::iam::Scope::Of(patterns)) => patterns.first().map_or("", String::as_str),
            Some(crate::check::iam::Scope::AllBut(_)) | None => "",
        };
        Some(format!("{action} on {on}"))
    })
}

/// At the line that gives the first of the actions. A reason that is written answers for it.
fn told(holdings: &Holdings<'_>, rules: &[Rule], actions: &[&str], message: String) -> Option<Diagnostic> {
    // What hands a role over stands behind all ways that need it.
    let all = actions.iter().chain([&facts::PASS]).filter_map(|action| gives(rules, action));
    let mut places = Vec::new();
    for rule in all {
        if rule.because {
            return None;
        }
        let at = holdings.model.origins.user_span(rule.origin);
        if !places.contains(&at) {
            places.push(at);
        }
    }
    let (first, others) = places.split_first()?;
    let help = "grant it on less, or to somebody who may as much; if it is meant: `permit … because \"…\"`";
    let mut diagnostic = Diagnostic::new(codes::PRIVILEGE_ESCALATION, *first, message).help(help);
    for other in others {
        diagnostic = diagnostic.label(*other, "together with this");
    }
    Some(diagnostic)
}
