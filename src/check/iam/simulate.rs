//! `infrac iam simulate`: requests and policies as JSON, decisions as JSON.

use serde_json::{Map, Value, json};

use crate::check::iam::caller::Caller;
use crate::check::iam::context::Context;
use crate::check::iam::decide::{Answer, Decision, Layer, Matched, Policies, Request, decide};
use crate::check::iam::json;
use crate::check::iam::parse::{Malformed, object, only, parse, scalars, shape, text, texts};
use crate::check::iam::policy::{Kind, Policy};

const FIELDS: [&str; 12] = [
    "CallerArn",
    "ActionNames",
    "ResourceArns",
    "ResourceOwner",
    "ContextEntries",
    "PolicyInputList",
    "ResourcePolicy",
    "PermissionsBoundaryPolicyInputList",
    "SessionPolicyInputList",
    "ServiceControlPolicyInputList",
    "ResourceControlPolicyInputList",
    "EndpointPolicyInputList",
];

/// Decides one request or a list of them; the answer is a list in the same order.
pub fn simulate(input: &str) -> Result<Value, Malformed> {
    let input = json::read(input)
        .map_err(|error| Malformed { place: String::new(), reason: format!("this is not JSON: {error}") })?;
    let results: Vec<Value> = match &input {
        Value::Array(requests) => {
            requests.iter().enumerate().map(|(at, one)| request(one, &format!("/{at}"))).collect::<Result<_, _>>()?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            vec![request(&input, "")?]
        }
    };
    Ok(Value::Array(results))
}

fn request(value: &Value, place: &str) -> Result<Value, Malformed> {
    let entries = object(value, place)?;
    only(entries, &FIELDS, place)?;
    let at = |name: &str| format!("{place}/{name}");
    let needed = |name: &str| entries.get(name).ok_or_else(|| Malformed::new(place, format!("there is no `{name}`")));
    let name = text(needed("CallerArn")?, &at("CallerArn"))?;
    let caller = Caller::parse(name).ok_or_else(|| {
        let reason = format!(
            "`{name}` is no caller: write the ARN of a user, role, session, federated user or root, a service as in \
             `lambda.amazonaws.com`, or `anonymous`"
        );
        Malformed::new(&at("CallerArn"), reason)
    })?;
    let actions = list(needed("ActionNames")?, &at("ActionNames"))?;
    for (index, action) in actions.iter().enumerate() {
        let whole = action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !whole || action.contains(['*', '?']) {
            let reason = format!("`{action}` is no action: write one as in `s3:GetObject`");
            return Err(Malformed::new(&at(&format!("ActionNames/{index}")), reason));
        }
    }
    let resources = match entries.get("ResourceArns") {
        Some(value) => list(value, &at("ResourceArns"))?,
        None => vec![String::from("*")],
    };
    let owner = entries.get("ResourceOwner").filter(|owner| !owner.is_null());
    let owner = owner.map(|owner| account(owner, &at("ResourceOwner"))).transpose()?;
    let context = context(entries.get("ContextEntries"), &at("ContextEntries"))?;
    let policies = policies(entries, place)?;
    let mut results = Vec::new();
    for action in &actions {
        for resource in &resources {
            let request = Request {
                caller: caller.clone(),
                action: action.clone(),
                resource: resource.clone(),
                owner: owner.clone(),
                context: context.clone(),
            };
            results.push(result(&request, &policies));
        }
    }
    Ok(json!({ "EvaluationResults": results }))
}

fn result(request: &Request, policies: &Policies) -> Value {
    let Answer { decision, decided_by, matched } = decide(request, policies);
    let decision = match decision {
        Decision::Allowed => "allowed",
        Decision::ImplicitDeny => "implicitDeny",
        Decision::ExplicitDeny => "explicitDeny",
    };
    let matched: Vec<Value> = matched.iter().map(|matched| shown(matched, policies)).collect();
    json!({
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision,
        "DecidedBy": layer(decided_by),
        "MatchedStatements": matched,
    })
}

fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::ResourceControl => "resource control",
        Layer::ServiceControl => "service control",
        Layer::Endpoint => "endpoint",
        Layer::Resource => "resource",
        Layer::Identity => "identity",
        Layer::Boundary => "boundary",
        Layer::Session => "session",
    }
}

/// A statement: where it stands in the request, and its name.
fn shown(matched: &Matched, policies: &Policies) -> Value {
    let Matched { level, policy, statement, .. } = *matched;
    let flat =
        |name: &str, list: &[Policy]| (format!("/{name}/{policy}/Statement/{statement}"), sid(list, policy, statement));
    let nested = |name: &str, list: &[Vec<Policy>]| {
        let own = list.get(level).map_or(&[][..], Vec::as_slice);
        (format!("/{name}/{level}/{policy}/Statement/{statement}"), sid(own, policy, statement))
    };
    let (place, sid) = match matched.layer {
        Layer::Identity => flat("PolicyInputList", &policies.identity),
        Layer::Boundary => flat("PermissionsBoundaryPolicyInputList", &policies.boundary),
        Layer::Session => flat("SessionPolicyInputList", &policies.session),
        Layer::Endpoint => flat("EndpointPolicyInputList", &policies.endpoint),
        Layer::ServiceControl => nested("ServiceControlPolicyInputList", &policies.service_control),
        Layer::ResourceControl => nested("ResourceControlPolicyInputList", &policies.resource_control),
        Layer::Resource => {
            (format!("/ResourcePolicy/Statement/{statement}"), sid(policies.resource.as_slice(), 0, statement))
        }
    };
    match sid {
        Some(sid) => json!({ "Layer": layer(matched.layer), "Place": place, "Sid": sid }),
        None => json!({ "Layer": layer(matched.layer), "Place": place }),
    }
}

fn sid(list: &[Policy], policy: usize, statement: usize) -> Option<String> {
    list.get(policy)?.statements.get(statement)?.sid.clone()
}

/// A list of texts that is not empty.
fn list(value: &Value, place: &str) -> Result<Vec<String>, Malformed> {
    let list = match value {
        Value::Array(_) => texts(value, place)?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(Malformed::new(place, format!("a list of texts has to be here, and this is {}", shape(value))));
        }
    };
    if list.is_empty() { Err(Malformed::new(place, "the list is empty")) } else { Ok(list) }
}

/// An account: its number, or the ARN of its root.
fn account(value: &Value, place: &str) -> Result<String, Malformed> {
    let written = text(value, place)?;
    let number = if written.starts_with("arn:") { written.split(':').nth(4).unwrap_or_default() } else { written };
    if number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(number.to_owned());
    }
    Err(Malformed::new(place, format!("`{written}` is no account: write its 12 digits, or the ARN of its root")))
}

const TYPES: [&str; 12] = [
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
];

fn context(value: Option<&Value>, place: &str) -> Result<Context, Malformed> {
    let mut context = Context::default();
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(context) };
    let Value::Array(entries) = value else {
        return Err(Malformed::new(place, format!("a list of entries has to be here, and this is {}", shape(value))));
    };
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("{place}/{index}");
        let entry = object(entry, &place)?;
        only(entry, &["ContextKeyName", "ContextKeyType", "ContextKeyValues"], &place)?;
        let needed =
            |name: &str| entry.get(name).ok_or_else(|| Malformed::new(&place, format!("there is no `{name}`")));
        let at = format!("{place}/ContextKeyName");
        let key = text(needed("ContextKeyName")?, &at)?;
        if context.has(key) {
            return Err(Malformed::new(&at, format!("`{key}` has values already")));
        }
        let at = format!("{place}/ContextKeyType");
        let kind = entry.get("ContextKeyType").map(|kind| text(kind, &at)).transpose()?.unwrap_or("string");
        if !TYPES.contains(&kind) {
            return Err(Malformed::new(&at, format!("there is no type `{kind}`; there is {}", TYPES.join(", "))));
        }
        let values = scalars(needed("ContextKeyValues")?, &format!("{place}/ContextKeyValues"))?;
        context.set(key, values, kind.ends_with("List"));
    }
    Ok(context)
}

fn policies(entries: &Map<String, Value>, place: &str) -> Result<Policies, Malformed> {
    let flat = |name: &str, kind: Kind| match entries.get(name).filter(|value| !value.is_null()) {
        Some(value) => each(value, &format!("{place}/{name}"), |value, place| parse(value, kind, place)),
        None => Ok(Vec::new()),
    };
    let nested = |name: &str, kind: Kind| match entries.get(name).filter(|value| !value.is_null()) {
        Some(value) => each(value, &format!("{place}/{name}"), |level, place| {
            each(level, place, |value, place| parse(value, kind, place))
        }),
        None => Ok(Vec::new()),
    };
    let resource = entries.get("ResourcePolicy").filter(|value| !value.is_null());
    Ok(Policies {
        identity: flat("PolicyInputList", Kind::Identity)?,
        resource: resource.map(|value| parse(value, Kind::Resource, &format!("{place}/ResourcePolicy"))).transpose()?,
        boundary: flat("PermissionsBoundaryPolicyInputList", Kind::Boundary)?,
        session: flat("SessionPolicyInputList", Kind::Session)?,
        service_control: nested("ServiceControlPolicyInputList", Kind::ServiceControl)?,
        resource_control: nested("ResourceControlPolicyInputList", Kind::ResourceControl)?,
        endpoint: flat("EndpointPolicyInputList", Kind::Endpoint)?,
    })
}

fn each<T>(
    value: &Value,
    place: &str,
    read: impl Fn(&Value, &str) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let Value::Array(items) = value else {
        return Err(Malformed::new(place, format!("a list has to be here, and this is {}", shape(value))));
    };
    items.iter().enumerate().map(|(index, item)| read(item, &format!("{place}/{index}"))).collect()
}
