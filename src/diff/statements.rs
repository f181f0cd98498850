//! The statements of every policy in a template, one for each principal, action and resource.

use indexmap::IndexMap;

use crate::base::Span;
use crate::cfn::{Evaluated, Open, Resource, Value, ValueKind};
use crate::diff::facts;

/// One principal, action and resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) allows: bool,
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) resource: String,
    /// The conditions as text that is equal where they are.
    pub(super) condition: String,
    pub(super) span: Span,
}

/// All statements of a template.
pub(super) fn statements(template: &Evaluated) -> Vec<Statement> {
    let mut found = Vec::new();
    for (id, resource) in &template.resources {
        let holders = holders(id, resource);
        for (path, document) in documents(&resource.properties) {
            let role = facts::policy_role(&resource.ty, &path);
            for statement in items(document.get("Statement")) {
                expand(id, &holders, role, statement, &mut found);
            }
        }
        if let Some(statement) = permission(id, resource) {
            found.push(statement);
        }
        for arn in resource.properties.get(facts::MANAGED_POLICIES).and_then(Value::list).into_iter().flatten() {
            found.extend(holders.iter().map(|holder| Statement {
                allows: true,
                principal: holder.clone(),
                action: format!("whatever {} allows", shown(arn)),
                resource: String::from("*"),
                condition: String::new(),
                span: arn.span,
            }));
        }
    }
    found
}

/// Whose permissions the policies of a resource are: of the principals it names, or its own. One of this template goes by its logical id.
fn holders(id: &str, resource: &Resource) -> Vec<String> {
    let named = facts::holders(&resource.ty).iter().filter_map(|name| resource.properties.get(name));
    let one = |value: &Value| match &value.kind {
        ValueKind::Open(Open::Resource(id)) => id.clone(),
        ValueKind::Open(_)
        | ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::Text(_)
        | ValueKind::List(_)
        | ValueKind::Map(_) => shown(value),
    };
    let named: Vec<String> = named.flat_map(|value| items(Some(value))).map(one).collect();
    if named.is_empty() { vec![id.to_owned()] } else { named }
}

/// Every policy document in a value, with the path of keys to it.
fn documents(value: &Value) -> Vec<(Vec<String>, &Value)> {
    let mut found = Vec::new();
    search(value, &mut Vec::new(), &mut found);
    found
}

fn search<'v>(value: &'v Value, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, &'v Value)>) {
    let is_statement = |item: &Value| item.get("Effect").is_some();
    if items(value.get("Statement")).into_iter().any(is_statement) {
        found.push((path.clone(), value));
        return;
    }
    for (key, inner) in value.map().into_iter().flatten() {
        path.push(key.clone());
        search(inner, path, found);
        path.pop();
    }
    value.list().into_iter().flatten().for_each(|item| search(item, path, found));
}

/// A list's items; of anything else, itself.
fn items(value: Option<&Value>) -> Vec<&Value> {
    value.map_or_else(Vec::new, |value| value.list().map_or_else(|| vec![value], |items| items.iter().collect()))
}

fn expand(id: &str, holders: &[String], role: facts::PolicyRole, statement: &Value, found: &mut Vec<Statement>) {
    let allows = statement.get("Effect").and_then(Value::scalar).is_some_and(|effect| effect == "Allow");
    let (principals, resources) = match role {
        facts::PolicyRole::Identity => (holders.to_vec(), listed(statement, "Resource", "NotResource")),
        facts::PolicyRole::Trust => (principals(statement), vec![id.to_owned()]),
        facts::PolicyRole::Resource => {
            let resources = listed(statement, "Resource", "NotResource");
            (principals(statement), if resources.is_empty() { vec![id.to_owned()] } else { resources })
        }
    };
    let condition = statement.get("Condition").map(canonical).unwrap_or_default();
    for principal in &principals {
        for action in listed(statement, "Action", "NotAction") {
            for resource in &resources {
                found.push(Statement {
                    allows,
                    principal: principal.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    condition: condition.clone(),
                    span: statement.span,
                });
            }
        }
    }
}

/// What a statement lists; what it excepts is one entry, which only equals itself.
fn listed(statement: &Value, key: &str, except: &str) -> Vec<String> {
    if let Some(value) = statement.get(key) {
        return items(Some(value)).into_iter().map(shown).collect();
    }
    let mut excepted: Vec<String> = items(statement.get(except)).into_iter().map(shown).collect();
    excepted.sort();
    if excepted.is_empty() { Vec::new() } else { vec![format!("all but {}", excepted.join(", "))] }
}

fn principals(statement: &Value) -> Vec<String> {
    let one = |value: &Value| match value.map() {
        None => vec![shown(value)],
        Some(map) => map.values().flat_map(|value| items(Some(value))).map(shown).collect(),
    };
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(value), _) => one(value),
        (None, Some(value)) => vec![format!("all but {}", one(value).join(", "))],
        (None, None) => vec![String::from("*")],
    }
}

/// A permission that is a resource of its own.
fn permission(id: &str, resource: &Resource) -> Option<Statement> {
    let (principal, action, target, conditions) = facts::permission(&resource.ty)?;
    let text = |name: &str| resource.properties.get(name).map(shown);
    let conditions: IndexMap<&str, String> = conditions.iter().filter_map(|name| Some((*name, text(name)?))).collect();
    let condition: Vec<String> = conditions.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    Some(Statement {
        allows: true,
        principal: text(principal)?,
        action: text(action)?,
        resource: text(target).unwrap_or_else(|| id.to_owned()),
        condition: condition.join(", "),
        span: resource.span,
    })
}

/// A value as text that is equal where values are: keys sorted, lists as sets.
fn canonical(value: &Value) -> String {
    if let Some(map) = value.map() {
        let mut entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}={}", canonical(value))).collect();
        entries.sort();
        return format!("{{{}}}", entries.join(","));
    }
    let mut all: Vec<String> = items(Some(value)).into_iter().map(shown).collect();
    all.sort();
    all.join("|")
}

/// A value as people read it in a line.
pub(super) fn shown(value: &Value) -> String {
    match &value.kind {
        ValueKind::Open(open) => match (open, value.to_json()) {
            (Open::Resource(name) | Open::Pseudo(name) | Open::Parameter(name), _) => format!("${{{name}}}"),
            (Open::Attribute(id, attribute), _) => format!("${{{id}.{attribute}}}"),
            (_, json) => match json.get("Fn::Sub").and_then(serde_json::Value::as_str) {
                Some(text) => text.to_owned(),
                None => json.as_str().map_or_else(|| json.to_string(), str::to_owned),
            },
        },
        ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::Text(_)
        | ValueKind::List(_)
        | ValueKind::Map(_) => value.scalar().unwrap_or_else(|| value.to_json().to_string()),
    }
}
