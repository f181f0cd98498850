//! What becomes public, and what loses protection.

use crate::base::Span;
use crate::cfn::{Evaluated, Resource, Value};
use crate::diff::statements::{Statement, shown, statements};
use crate::diff::{Action, Pair, ResourceDifference, facts};
use facts::Sign;

/// A resource that is open to more, or protected by less.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// Which of both.
    pub change: ExposureChange,
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub ty: String,
    /// The path within it, as a JSON pointer.
    pub path: String,
    /// What it is about, in a few words.
    pub about: String,
    /// The old value, if there was one.
    pub from: Option<Value>,
    /// The new value, if there is one.
    pub to: Option<Value>,
    /// Where.
    pub span: Span,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExposureChange {
    /// The public can reach it.
    Public,
    /// Something that protected it does so no more, or less.
    Weakened,
}

/// Everything that becomes public or loses protection.
pub(super) fn compare(pair: &Pair<'_>, resources: &[ResourceDifference]) -> Vec<Exposure> {
    let mut found = Vec::new();
    for difference in resources {
        let id = difference.logical_id.as_str();
        let (was, is) = pair.resource(id);
        match (difference.action, is) {
            (Action::Add | Action::Modify | Action::Move, Some(is)) => {
                switches(id, was, is, &mut found);
                rules(id, was, is, &mut found);
                if let Some(was) = was {
                    policies(id, was, is, &mut found);
                }
            }
            (Action::Remove, _) => removed(difference, &mut found),
            (Action::Add | Action::Modify | Action::Move | Action::None, _) => {}
        }
    }
    if let Some(new) = pair.new {
        everyone(pair.old, new, &mut found);
    }
    found
}

fn exposure(change: ExposureChange, id: &str, ty: &str, path: String, about: &str, span: Span) -> Exposure {
    let (logical_id, ty, about) = (id.to_owned(), ty.to_owned(), about.to_owned());
    Exposure { change, logical_id, ty, path, about, from: None, to: None, span }
}

fn switches(id: &str, was: Option<&Resource>, is: &Resource, found: &mut Vec<Exposure>) {
    for switch in facts::SWITCHES.iter().filter(|switch| switch.ty == is.ty) {
        let steps: Vec<&str> = switch.path.split('/').collect();
        let olds = was.map(|was| values(&was.properties, &steps)).unwrap_or_default();
        let news = values(&is.properties, &steps);
        let count = olds.len().max(news.len());
        for at in 0..count {
            let (from, to) = (olds.get(at), news.get(at));
            let Some(change) = change(switch.sign, was.is_some(), from.map(|pair| pair.1), to.map(|pair| pair.1))
            else {
                continue;
            };
            let path = to.or(from).map_or_else(String::new, |pair| format!("/Properties/{}", pair.0));
            let span = to.map_or(is.span, |pair| pair.1.span);
            let mut made = exposure(change, id, &is.ty, path, switch.about, span);
            made.from = from.map(|pair| pair.1.clone());
            made.to = to.map(|pair| pair.1.clone());
            found.push(made);
        }
    }
}

/// The values at a path, in which `*` is each item, with the paths they stand at.
fn values<'v>(value: &'v Value, steps: &[&str]) -> Vec<(String, &'v Value)> {
    let Some((first, rest)) = steps.split_first() else { return vec![(String::new(), value)] };
    let below = |step: &str, inner: &'v Value| -> Vec<(String, &'v Value)> {
        let all = values(inner, rest).into_iter();
        all.map(|(path, value)| (if path.is_empty() { step.to_owned() } else { format!("{step}/{path}") }, value))
            .collect()
    };
    if *first == "*" {
        let items = value.list().unwrap_or_default().iter().enumerate();
        return items.flat_map(|(at, item)| below(&at.to_string(), item)).collect();
    }
    value.get(first).map(|inner| below(first, inner)).unwrap_or_default()
}

fn change(sign: Sign, existed: bool, from: Option<&Value>, to: Option<&Value>) -> Option<ExposureChange> {
    let word = |value: Option<&Value>| value.and_then(Value::scalar).unwrap_or_default();
    let (was, is) = (word(from), word(to));
    let is_unknown = to.is_some_and(Value::is_open);
    let becomes = |wanted: &str| is == wanted && was != wanted;
    let leaves = |wanted: &str| existed && was == wanted && is != wanted && !is_unknown;
    let public = |happens: bool| happens.then_some(ExposureChange::Public);
    let weakened = |happens: bool| happens.then_some(ExposureChange::Weakened);
    match sign {
        Sign::PublicIfTrue => public(becomes("true")),
        Sign::PublicIf(wanted) => public(becomes(wanted)),
        Sign::ProtectsIfTrue => weakened(leaves("true")),
        Sign::ProtectsIf(wanted) => weakened(leaves(wanted)),
        Sign::WeakensIfTrue => weakened(existed && becomes("true")),
        Sign::WeakensIf(wanted) => weakened(existed && becomes(wanted)),
        Sign::ProtectsIfSet => weakened(from.is_some() && to.is_none()),
        Sign::MoreIsSafer => {
            let number = |text: &str| text.parse::<f64>().ok();
            weakened(matches!((number(&was), number(&is)), (Some(was), Some(is)) if is < was))
        }
    }
}

/// Rules of security groups that let everyone in.
fn rules(id: &str, was: Option<&Resource>, is: &Resource, found: &mut Vec<Exposure>) {
    let open = |resource: &Resource| -> Vec<(String, String, Span)> {
        let (root, rules): (&str, Vec<&Value>) = match resource.ty.as_str() {
            facts::INGRESS => ("/Properties", vec![&resource.properties]),
            facts::GROUP => (
                "/Properties/SecurityGroupIngress",
                resource.properties.get(facts::GROUP_INGRESS).and_then(Value::list).into_iter().flatten().collect(),
            ),
            _ => return Vec::new(),
        };
        let alone = resource.ty == facts::INGRESS;
        let everyone = rules.into_iter().enumerate().filter(|(_, rule)| is_everyone(rule));
        everyone
            .map(|(at, rule)| {
                let path = if alone { root.to_owned() } else { format!("{root}/{at}") };
                (path, ports(rule), rule.span)
            })
            .collect()
    };
    let before: Vec<String> = was.map(open).unwrap_or_default().into_iter().map(|(_, ports, _)| ports).collect();
    for (path, ports, span) in open(is) {
        if !before.contains(&ports) {
            let about = format!("everyone on the internet reaches {ports}");
            found.push(exposure(ExposureChange::Public, id, &is.ty, path, &about, span));
        }
    }
}

fn is_everyone(rule: &Value) -> bool {
    let is = |name: &str, wanted: &str| rule.get(name).and_then(Value::scalar).is_some_and(|cidr| cidr == wanted);
    is("CidrIp", "0.0.0.0/0") || is("CidrIpv6", "::/0")
}

fn ports(rule: &Value) -> String {
    let part = |name: &str| rule.get(name).map(shown);
    let protocol = part("IpProtocol").unwrap_or_else(|| String::from("-1"));
    if protocol == "-1" {
        return String::from("every port");
    }
    match (part("FromPort"), part("ToPort")) {
        (Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
        (Some(from), Some(to)) => format!("{protocol} {from} to {to}"),
        (Some(_) | None, Some(_) | None) => protocol,
    }
}

/// Policies that kept a resource's data and do so no more.
fn policies(id: &str, was: &Resource, is: &Resource, found: &mut Vec<Exposure>) {
    for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let policy = |resource: &Resource| resource.attributes.get(name).cloned();
        let word =
            |value: &Option<Value>| value.as_ref().and_then(Value::scalar).unwrap_or_else(|| String::from("Delete"));
        let (from, to) = (policy(was), policy(is));
        let rank = |word: &str| match word {
            "Retain" | "RetainExceptOnCreate" => 2,
            "Snapshot" => 1,
            _ => 0,
        };
        if rank(&word(&to)) < rank(&word(&from)) {
            let about = "its data is kept when it goes away";
            let span = to.as_ref().map_or(is.span, |value| value.span);
            let mut made = exposure(ExposureChange::Weakened, id, &is.ty, format!("/{name}"), about, span);
            (made.from, made.to) = (from, to);
            found.push(made);
        }
    }
}

fn removed(difference: &ResourceDifference, found: &mut Vec<Exposure>) {
    if let Some(about) = facts::protects(&difference.ty) {
        let id = difference.logical_id.as_str();
        found.push(exposure(ExposureChange::Weakened, id, &difference.ty, String::new(), about, difference.span));
    }
}

/// Statements that name everyone, without a condition.
fn everyone(old: Option<&Evaluated>, new: &Evaluated, found: &mut Vec<Exposure>) {
    let open = |template: &Evaluated| -> Vec<Statement> {
        let all = statements(template).into_iter();
        all.filter(|statement| statement.allows && statement.principal == "*" && statement.condition.is_empty())
            .collect()
    };
    let before = old.map(open).unwrap_or_default();
    for statement in open(new) {
        let is_known = |known: &Statement| known.action == statement.action && known.resource == statement.resource;
        if before.iter().any(is_known) {
            continue;
        }
        let about = format!("everyone may {} on {}", statement.action, statement.resource);
        let owner = new.resources.iter().find(|(_, resource)| holds(&resource.properties, statement.span));
        let (id, ty) = owner.map_or(("", ""), |(id, resource)| (id.as_str(), resource.ty.as_str()));
        found.push(exposure(ExposureChange::Public, id, ty, String::from("/Properties"), &about, statement.span));
    }
}

/// Whether a value stands inside of another, by their places.
fn holds(outer: &Value, inner: Span) -> bool {
    outer.span.contains(inner)
}
