//! Who can do something in the end: by themselves, or by way of others whom they can act as.

use std::collections::BTreeMap;

use crate::catalog::catalog;
use crate::check::access::ask::{Asked, Given, Unknown, allowed_with, permitted, something};
use crate::check::access::facts::{self, On, Way};
use crate::check::access::holdings::Holdings;
use crate::check::iam::{Caller, Effect, Who};
use crate::eval::model::ResourceId;
use crate::eval::value::{Hole, NodeKind};

/// Somebody who can.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Who: a role's path, a service, an ARN, everyone.
    pub name: String,
    /// How they come to it; nothing if they have it themselves.
    pub path: Vec<Step>,
    /// What they can, at the end of the path; none where they can change the policy that decides it.
    pub given: Option<Given>,
}

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done, in words: "replaces the code of `Api.handler`".
    pub does: String,
    /// As whom they act from then on; none at the end.
    pub then: Option<String>,
}

/// Everybody who can do something, those first who can it themselves.
pub fn who_can(holdings: &Holdings<'_>, action: &str, on: &str) -> Result<Vec<Holder>, Unknown> {
    let asked = something(holdings, action, on)?;
    let mut holders = Vec::new();
    let mut reached: BTreeMap<ResourceId, Holder> = BTreeMap::new();
    let mut queue = Vec::new();
    for role in holdings.roles() {
        let Some(caller) = holdings.caller(role) else { continue };
        let holder = match permitted(holdings, &caller, Some(role), action, &asked) {
            Ok(given) => Some(Holder { name: path(holdings, role), path: Vec::new(), given: Some(given) }),
            Err(_) => rewrites(holdings, (&caller, role), &asked).or_else(|| empowers(holdings, (&caller, role))),
        };
        if let Some(holder) = holder {
            reached.insert(role, holder);
            queue.push(role);
        }
    }
    for (name, caller) in others(holdings, asked.resource) {
        if let Ok(given) = permitted(holdings, &caller, None, action, &asked) {
            holders.push(Holder { name, path: Vec::new(), given: Some(given) });
        }
    }
    let mut next = 0;
    while let Some(to) = queue.get(next).copied() {
        next += 1;
        for from in holdings.roles() {
            if reached.contains_key(&from) {
                continue;
            }
            let Some(does) = way(holdings, from, to) else { continue };
            let Some(beyond) = reached.get(&to).cloned() else { continue };
            let mut path_of = vec![Step { does, then: Some(path(holdings, to)) }];
            path_of.extend(beyond.path);
            reached.insert(from, Holder { name: path(holdings, from), path: path_of, given: beyond.given });
            queue.push(from);
        }
    }
    let mut all: Vec<Holder> = reached.into_values().chain(holders).collect();
    all.sort_by(|a, b| (a.path.len(), &a.name).cmp(&(b.path.len(), &b.name)));
    Ok(all)
}

fn path(holdings: &Holdings<'_>, id: ResourceId) -> String {
    holdings.called(id).to_owned()
}

/// Whom the policy of a resource names besides roles of the program.
fn others(holdings: &Holdings<'_>, target: Option<ResourceId>) -> Vec<(String, Caller)> {
    let mut found: Vec<(String, Caller)> = Vec::new();
    let ours: Vec<String> = holdings.roles().map(|role| holdings.arn(role)).collect();
    for rule in target.map_or(&[][..], |target| holdings.of_resource(target)) {
        let (Some(Who::Of(who)), Effect::Allow) = (&rule.statement.who, rule.statement.effect) else { continue };
        let named = who.aws.iter().chain(&who.services).chain(&who.federated).map(String::as_str);
        for name in named.chain(who.everyone.then_some("*")) {
            let account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
            let caller = if account { format!("arn:aws:iam::{name}:root") } else { name.to_owned() };
            let Some(caller) = Caller::parse(&caller) else { continue };
            let name = if name == "*" { "everyone" } else { name };
            if !ours.contains(&caller.name) && !found.iter().any(|(known, _)| known == name) {
                found.push((name.to_owned(), caller));
            }
        }
    }
    found
}

/// Whether a role can change the policy of what is asked for, and so let itself in.
fn rewrites(holdings: &Holdings<'_>, (caller, role): (&Caller, ResourceId), asked: &Asked) -> Option<Holder> {
    let target = asked.resource?;
    let ty = holdings.model.resource(target).ty;
    let action = facts::REWRITES.iter().find(|(own, action)| {
        ty == **own && grants(holdings, role, action) && allowed(holdings, (caller, role), action, target)
    });
    let (_, action) = action?;
    let does = format!("changes the policy of `{}` with {action}", path(holdings, target));
    Some(Holder { name: path(holdings, role), path: vec![Step { does, then: None }], given: None })
}

/// Whether a role can give more to itself, or to one that it can act as.
pub(super) fn empowers(holdings: &Holdings<'_>, (caller, role): (&Caller, ResourceId)) -> Option<Holder> {
    let name = path(holdings, role);
    facts::EMPOWERS.iter().filter(|action| grants(holdings, role, action)).find_map(|action| {
        let given = |to: &ResourceId| allowed(holdings, (caller, role), action, *to);
        holdings.roles().filter(given).find_map(|to| {
            let does = format!("gives more to `{}` with {action}", path(holdings, to));
            let gives = Step { does, then: None };
            let path_of = if to == role {
                vec![gives]
            } else {
                let does = way(holdings, role, to)?;
                vec![Step { does, then: Some(path(holdings, to)) }, gives]
            };
            Some(Holder { name: name.clone(), path: path_of, given: None })
        })
    })
}

/// Actions in a sentence.
fn listed(actions: &[&str]) -> String {
    match actions {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether a role has a statement that allows an action on anything.
fn grants(holdings: &Holdings<'_>, role: ResourceId, action: &str) -> bool {
    holdings
        .of_role(role)
        .iter()
        .any(|rule| rule.statement.effect == Effect::Allow && rule.statement.actions.has_action(action))
}

fn allowed(holdings: &Holdings<'_>, (caller, role): (&Caller, ResourceId), action: &str, target: ResourceId) -> bool {
    let Some(known) = catalog().action(action) else { return false };
    let arns = super::ask::of_resource(holdings, known, target, "");
    let asked = Asked { resource: Some(target), arns };
    permitted(holdings, caller, Some(role), action, &asked).is_ok()
}

/// How one role comes to act as another one, if it can.
fn way(holdings: &Holdings<'_>, from: ResourceId, to: ResourceId) -> Option<String> {
    if from == to {
        return None;
    }
    let caller = holdings.caller(from)?;
    let who = (&caller, from);
    let trusted = holdings.of_resource(to).iter().any(|rule| rule.statement.actions.has_action(facts::ASSUME));
    if trusted && allowed(holdings, who, facts::ASSUME, to) {
        return Some(format!("assumes `{}` with {}", path(holdings, to), facts::ASSUME));
    }
    way_of(holdings, from, to).map(|(does, _)| does)
}

/// The same without becoming the role by its own trust: by what one makes others do. With the actions that it takes.
pub(super) fn way_of(
    holdings: &Holdings<'_>,
    from: ResourceId,
    to: ResourceId,
) -> Option<(String, &'static [&'static str])> {
    let caller = holdings.caller(from)?;
    facts::WAYS.iter().find_map(|way| {
        // Most roles have none of these actions.
        if !way.actions.iter().all(|action| grants(holdings, from, action)) {
            return None;
        }
        taken(holdings, (&caller, from), to, way).map(|does| (does, way.actions))
    })
}

fn taken(holdings: &Holdings<'_>, who: (&Caller, ResourceId), to: ResourceId, way: &Way) -> Option<String> {
    let model = holdings.model;
    let with = listed(way.actions);
    match way.on {
        On::Role => {
            let all = way.actions.iter().all(|action| allowed(holdings, who, action, to));
            all.then(|| format!("{} `{}` with {with}", way.words, path(holdings, to)))
        }
        On::Carrier(ty, property) => {
            let carriers = model.resource_ids().filter(|id| {
                let resource = model.resource(*id);
                let acts_as = resource.properties.get(property).map(|node| &node.kind);
                let named = match acts_as {
                    Some(NodeKind::Text(text)) => text.single_hole(),
                    Some(_) | None => None,
                };
                resource.ty == *ty && matches!(named, Some(Hole::Resource(id, _)) if id == to)
            });
            carriers
                .into_iter()
                .find(|carrier| {
                    way.actions.iter().all(|action| {
                        let on = if *action == facts::PASS { to } else { *carrier };
                        allowed(holdings, who, action, on)
                    })
                })
                .map(|carrier| format!("{} `{}` with {with}, which acts as it", way.words, path(holdings, carrier)))
        }
        On::New(service) => {
            let (caller, from) = who;
            let service_may = Caller::parse(service).is_some_and(|service| {
                let asked = Asked { resource: Some(to), arns: vec![holdings.arn(to)] };
                permitted(holdings, &service, None, facts::ASSUME, &asked).is_ok()
            });
            let passes = grants(holdings, from, facts::PASS)
                && allowed_with(holdings, (caller, Some(from)), facts::PASS, to, (facts::PASSED_TO, service));
            (service_may && passes).then(|| {
                format!("{} that acts as `{}`, with {} and {with}", way.words, path(holdings, to), facts::PASS)
            })
        }
    }
}
