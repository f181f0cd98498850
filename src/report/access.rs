//! Who may do what on which resource: each permission with its actions, its conditions and the line that gives it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::base::Symbol;
use crate::catalog::catalog;
use crate::check::access::{Holdings, Rule};
use crate::check::iam::{Condition, Effect, Principals, Scope, Who};
use crate::eval::model::{Model, ResourceId};
use crate::report::{Report, Section, System, deploy};

/// What a principal may, or may not, on one line of a source.
struct Entry {
    who: String,
    effect: Effect,
    /// The verb; an action is its own.
    verb: Option<Symbol>,
    actions: Vec<String>,
    /// ARNs and patterns, as IAM reads them.
    arns: Vec<String>,
    /// The same with the names of resources.
    on: Vec<String>,
    conditions: Vec<Condition>,
    /// File and line.
    source: Option<String>,
    /// Why `*` stands there, by action.
    everything: BTreeMap<String, String>,
}

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let mut report = Report::default();
    for (model, derived, _) in system.builds {
        let holdings = Holdings::of(model);
        let called = Called::of(&holdings);
        let entries = entries(&holdings, &called, system);
        report.sections.push(section(model, &holdings, &entries));
        report.sections.push(deploy::section(model, derived, &holdings));
        let mut data = data(model, &holdings, &entries);
        if let Value::Object(fields) = &mut data {
            fields.insert(String::from("deploy"), deploy::data(model, derived, &holdings));
        }
        report.data.push(data);
    }
    report
}

/// What resources are called, by their ARNs.
struct Called(BTreeMap<String, String>);

impl Called {
    fn of(holdings: &Holdings<'_>) -> Called {
        let named = holdings.model.resource_ids().map(|id| (holdings.arn(id), holdings.names.path(id).to_owned()));
        Called(named.filter(|(arn, path)| arn.starts_with("arn:") && !path.is_empty()).collect())
    }

    /// A pattern of ARNs with the resource's own name instead of its ARN.
    fn short(&self, arn: &str) -> String {
        let own = self.0.iter().rev().find_map(|(known, path)| {
            let rest = arn.strip_prefix(known.as_str())?;
            (rest.is_empty() || rest.starts_with(['/', ':'])).then(|| format!("{path}{rest}"))
        });
        own.unwrap_or_else(|| arn.to_owned())
    }
}

/// All permissions and denials of a model, sorted by who, on what, and where it is said.
fn entries(holdings: &Holdings<'_>, called: &Called, system: System<'_>) -> Vec<Entry> {
    let mut all = Vec::new();
    for role in holdings.roles() {
        for rule in holdings.of_role(role) {
            all.push(entry((holdings, called), system, rule, holdings.called(role).to_owned(), None));
        }
    }
    let roles: BTreeMap<String, String> =
        holdings.roles().map(|role| (holdings.arn(role), holdings.called(role).to_owned())).collect();
    for resource in holdings.resources() {
        for rule in holdings.of_resource(resource) {
            for who in people(rule.statement.who.as_ref(), &roles) {
                all.push(entry((holdings, called), system, rule, who, Some(resource)));
            }
        }
    }
    all.sort_by(|a, b| key(a).cmp(&key(b)));
    // What both policies say is said once.
    all.dedup_by(|b, a| key(a) == key(b) && a.conditions == b.conditions && a.source == b.source);
    all
}

fn key(entry: &Entry) -> (&str, bool, &[String], &[String], &Option<String>) {
    (&entry.who, entry.effect == Effect::Deny, &entry.on, &entry.actions, &entry.source)
}

fn entry(
    (holdings, called): (&Holdings<'_>, &Called),
    system: System<'_>,
    rule: &Rule,
    who: String,
    of: Option<ResourceId>,
) -> Entry {
    let statement = &rule.statement;
    let (actions, exceptions) = match &statement.actions {
        Scope::Of(actions) => (actions.clone(), false),
        Scope::AllBut(actions) => (actions.iter().map(|action| format!("all but {action}")).collect(), true),
    };
    let arns = match (&statement.resources, of) {
        (Some(Scope::Of(patterns)), None) => patterns.clone(),
        // In a resource's own policy, everything is the resource.
        (Some(Scope::Of(patterns)), Some(own)) => {
            patterns.iter().map(|arn| if arn == "*" { holdings.arn(own) } else { arn.clone() }).collect()
        }
        (Some(Scope::AllBut(patterns)), _) => patterns.iter().map(|arn| format!("all but {arn}")).collect(),
        (None, Some(own)) => vec![holdings.arn(own)],
        (None, None) => Vec::new(),
    };
    let star = statement.effect == Effect::Allow && arns.iter().any(|arn| arn == "*") && !exceptions;
    let everything = actions.iter().filter(|_| star).map(|action| (action.clone(), reason(action))).collect();
    Entry {
        who,
        effect: statement.effect,
        verb: rule.verb.filter(|verb| !verb.as_str().contains(':')),
        actions,
        on: arns.iter().map(|arn| called.short(arn)).collect(),
        arns,
        conditions: statement.conditions.clone(),
        source: system.place(holdings.model.origins.user_span(rule.origin)),
        everything,
    }
}

/// Why an action is granted on everything.
fn reason(action: &str) -> String {
    let Some(known) = catalog().action(action) else {
        return String::from("it is not one action");
    };
    let kinds: Vec<&str> = known.resources().map(|resource| resource.kind).collect();
    if kinds.is_empty() {
        String::from("IAM has no resource for it")
    } else {
        format!("it could be granted on a resource: {}", kinds.join(", "))
    }
}

/// Whom a statement names.
fn people(who: Option<&Who>, roles: &BTreeMap<String, String>) -> Vec<String> {
    let listed = |principals: &Principals| -> Vec<String> {
        let aws = principals.aws.iter().map(|name| match name.as_str() {
            account if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("account {account}")
            }
            name => roles.get(name).cloned().unwrap_or_else(|| name.to_owned()),
        });
        let others = principals.services.iter().chain(&principals.federated).chain(&principals.canonical);
        let everyone = principals.everyone.then(|| String::from("everyone"));
        aws.chain(others.cloned()).chain(everyone).collect()
    };
    match who {
        Some(Who::Of(principals)) => listed(principals),
        Some(Who::AllBut(principals)) => vec![format!("everyone but {}", listed(principals).join(", "))],
        None => Vec::new(),
    }
}

/// A condition on a line.
fn condition(condition: &Condition) -> String {
    format!("{} {} {}", condition.key, condition.operator, condition.values.join(" or "))
}

fn word(entry: &Entry) -> &str {
    match entry.effect {
        Effect::Allow => entry.verb.as_ref().map_or("", |verb| verb.as_str()),
        Effect::Deny => "denied",
    }
}

fn section(model: &Model, holdings: &Holdings<'_>, entries: &[Entry]) -> Section {
    let environment = &model.environment;
    let rows = entries.iter().map(|entry| {
        let mut on = entry.on.clone();
        on.extend(entry.conditions.iter().map(|known| format!("  when {}", condition(known))));
        vec![
            entry.who.clone(),
            on.join("\n"),
            word(entry).to_owned(),
            entry.actions.join("\n"),
            entry.source.clone().unwrap_or_default(),
        ]
    });
    Section {
        title: format!("access in {}: account {}, {}", environment.name, environment.account, environment.region),
        columns: ["who", "on", "verb", "actions", "said at"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        notes: notes(holdings, entries),
    }
}

fn notes(holdings: &Holdings<'_>, entries: &[Entry]) -> Vec<String> {
    let everything: BTreeMap<&String, &String> = entries.iter().flat_map(|entry| &entry.everything).collect();
    let stars = everything.iter().map(|(action, why)| format!("{action} is granted on `*`: {why}"));
    let foreign = holdings.roles().flat_map(|role| {
        let who = holdings.called(role);
        holdings.foreign(role).iter().map(move |name| format!("{who} also has `{name}`, which AWS writes"))
    });
    stars.chain(foreign.collect::<BTreeSet<String>>()).collect()
}

fn data(model: &Model, holdings: &Holdings<'_>, entries: &[Entry]) -> Value {
    let environment = &model.environment;
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let conditions: Vec<Value> = entry
                .conditions
                .iter()
                .map(
                    |known| json!({ "key": known.key, "operator": known.operator.to_string(), "values": known.values }),
                )
                .collect();
            json!({
                "principal": entry.who,
                "effect": match entry.effect { Effect::Allow => "Allow", Effect::Deny => "Deny" },
                "resources": entry.on,
                "arns": entry.arns,
                "verb": entry.verb.map(|verb| verb.as_str()),
                "actions": entry.actions,
                "conditions": conditions,
                "source": entry.source,
                "everything": entry.everything,
            })
        })
        .collect();
    let foreign: BTreeMap<&str, &[String]> = holdings
        .roles()
        .filter(|role| !holdings.foreign(*role).is_empty())
        .map(|role| (holdings.called(role), holdings.foreign(role)))
        .collect();
    json!({
        "environment": environment.name.as_str(),
        "account": environment.account,
        "region": environment.region,
        "access": entries,
        "written_by_aws": foreign,
    })
}
