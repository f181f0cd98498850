//! The proof is not asleep: policies that were emitted are changed, and every change that alters a decision is found.
//!
//! What a change alters is said by a naive evaluator, which asks the same requests of both policies and compares the answers. It shares
//! nothing with the proof: it reads the documents as IAM does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use infrac::check::iam::{Caller, Context, Kind, Policies, Policy, Request, decide, parse};
use infrac::driver::{self, Emission, Options};
use infrac::eval::model::Model;
use infrac::prove::prove;
use infrac::world::{Disk, find_systems};
use serde_json::{Value, json};

/// How many requests are asked of each pair of documents where time is short.
const QUICK: usize = 100;
const ACCOUNT: &str = "123456789012";

fn emission(folder: &str) -> Emission {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let system = find_systems(&Disk, &[path]).unwrap().systems.pop().unwrap();
    let emission = driver::emission(&Disk, &system, &Options::default()).unwrap();
    assert!(!emission.models.is_empty(), "{:?}", emission.checked.diagnostics);
    emission
}

/// A statement in an emitted template.
#[derive(Clone)]
struct Place {
    file: String,
    /// Of the document's list of statements.
    list: String,
    at: usize,
}

impl Place {
    fn statement<'v>(&self, templates: &'v mut BTreeMap<String, Value>) -> &'v mut Value {
        &mut self.list(templates)[self.at]
    }

    fn list<'v>(&self, templates: &'v mut BTreeMap<String, Value>) -> &'v mut Vec<Value> {
        templates.get_mut(&self.file).unwrap().pointer_mut(&self.list).unwrap().as_array_mut().unwrap()
    }
}

fn places(file: &str, value: &Value, pointer: &str, found: &mut Vec<Place>) {
    match value {
        Value::Object(map) => {
            for (key, item) in map {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                match item {
                    Value::Array(list) if key == "Statement" => {
                        let place = |at| Place { file: file.to_owned(), list: pointer.clone(), at };
                        found.extend((0..list.len()).map(place));
                    }
                    _ => places(file, item, &pointer, found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(file, item, &format!("{pointer}/{at}"), found));
        }
        _ => {}
    }
}

/// A change to a statement, or to the list that it stands in.
type Change = Box<dyn Fn(&mut Vec<Value>, usize)>;

/// Appends to a text, also within `Fn::Sub`.
fn appended(value: &Value, end: &str) -> Value {
    match value {
        Value::String(text) => json!(format!("{text}{end}")),
        Value::Object(map) if map.contains_key("Fn::Sub") => {
            json!({ "Fn::Sub": format!("{}{end}", map["Fn::Sub"].as_str().unwrap()) })
        }
        other => json!({ "Fn::Join": ["", [other, end]] }),
    }
}

/// A text without its last part.
fn shortened(value: &Value) -> Option<Value> {
    let cut = |text: &str| text.rsplit_once(['/', ':']).map(|(start, _)| format!("{start}*"));
    match value {
        Value::String(text) => cut(text).map(Value::String),
        Value::Object(map) => cut(map.get("Fn::Sub")?.as_str()?).map(|text| json!({ "Fn::Sub": text })),
        _ => None,
    }
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

fn change(changes: &mut Vec<(String, Change)>, name: &str, change: impl Fn(&mut Vec<Value>, usize) + 'static) {
    changes.push((name.to_owned(), Box::new(change)));
}

/// All changes to one statement.
fn changes(statement: &Value) -> Vec<(String, Change)> {
    let mut all: Vec<(String, Change)> = Vec::new();
    change(&mut all, "drop the statement", |list, at| {
        list.remove(at);
    });
    change(&mut all, "say it twice", |list, at| list.push(list[at].clone()));
    change(&mut all, "turn the order", |list, _| list.reverse());
    let turned = if statement["Effect"] == "Allow" { "Deny" } else { "Allow" };
    change(&mut all, "turn the effect", move |list, at| list[at]["Effect"] = json!(turned));
    let actions = listed(&statement["Action"]);
    for (index, action) in actions.iter().enumerate() {
        let action = action.as_str().unwrap().to_owned();
        let (service, _) = action.split_once(':').unwrap_or(("s3", ""));
        let service = service.to_owned();
        let replace = |with: String| {
            let mut actions = actions.clone();
            actions[index] = json!(with);
            move |list: &mut Vec<Value>, at: usize| list[at]["Action"] = json!(actions)
        };
        change(&mut all, &format!("{action} becomes all of its service"), replace(format!("{service}:*")));
        change(&mut all, &format!("{action} becomes a prefix"), replace(format!("{action}*")));
        change(&mut all, &format!("{action} becomes everything"), replace(String::from("*")));
        change(&mut all, &format!("{action} in capitals"), replace(action.to_uppercase()));
        change(&mut all, &format!("{action} becomes another"), replace(format!("{service}:TagResource")));
        let mut fewer = actions.clone();
        fewer.remove(index);
        if !fewer.is_empty() {
            change(&mut all, &format!("drop {action}"), move |list, at| list[at]["Action"] = json!(fewer));
            let (mut one, mut rest) = (actions.clone(), vec![actions[index].clone()]);
            std::mem::swap(&mut one, &mut rest);
            rest.remove(index);
            change(&mut all, &format!("split off {action}"), move |list, at| {
                let mut other = list[at].clone();
                list[at]["Action"] = json!(one);
                other["Action"] = json!(rest);
                list.push(other);
            });
        }
    }
    let mut more = actions.clone();
    more.push(json!("s3:PutBucketPolicy"));
    change(&mut all, "add an action", move |list, at| list[at]["Action"] = json!(more));
    let mut again = actions.clone();
    again.push(actions[0].clone());
    change(&mut all, "add an action that is there", move |list, at| list[at]["Action"] = json!(again));
    if let Some(resource) = statement.get("Resource") {
        let resources = listed(resource);
        for (index, resource) in resources.iter().enumerate() {
            let replace = |with: Value| {
                let mut resources = resources.clone();
                resources[index] = with;
                move |list: &mut Vec<Value>, at: usize| list[at]["Resource"] = json!(resources)
            };
            let name = |what: &str| format!("resource {index} {what}");
            change(&mut all, &name("becomes everything"), replace(json!("*")));
            change(&mut all, &name("becomes a prefix"), replace(appended(resource, "*")));
            change(&mut all, &name("gets a part below"), replace(appended(resource, "/x")));
            change(&mut all, &name("gets a letter more"), replace(appended(resource, "x")));
            if let Some(short) = shortened(resource) {
                change(&mut all, &name("loses its last part"), replace(short));
            }
            let mut fewer = resources.clone();
            fewer.remove(index);
            if !fewer.is_empty() {
                change(&mut all, &name("is dropped"), move |list, at| list[at]["Resource"] = json!(fewer));
            }
            let mut more = resources.clone();
            more.push(appended(resource, "/below/*"));
            change(&mut all, &name("is joined by one below"), move |list, at| list[at]["Resource"] = json!(more));
            let mut again = resources.clone();
            again.push(resource.clone());
            change(&mut all, &name("is said twice"), move |list, at| list[at]["Resource"] = json!(again));
        }
    }
    for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().unwrap() {
            let (operator, key, values) = (operator.clone(), key.clone(), values.clone());
            let name = |what: &str| format!("{operator} {key} {what}");
            let under = |operator: String| {
                let (own, key, values) = (operator, key.clone(), values.clone());
                move |list: &mut Vec<Value>, at: usize, old: &str| {
                    let conditions = list[at]["Condition"].as_object_mut().unwrap();
                    conditions[old].as_object_mut().unwrap().remove(&key);
                    conditions.entry(own.clone()).or_insert(json!({}))[&key] = values.clone();
                }
            };
            let old = operator.clone();
            let dropped = key.clone();
            change(&mut all, &name("is dropped"), move |list, at| {
                list[at]["Condition"][&old].as_object_mut().unwrap().remove(&dropped);
            });
            // `Null` itself asks whether there is something.
            let if_exists = if operator == "Null" { operator.clone() } else { format!("{operator}IfExists") };
            for with in [if_exists, negated(&operator), loose(&operator)] {
                let (old, to) = (operator.clone(), under(with.clone()));
                if with != operator {
                    change(&mut all, &name(&format!("becomes {with}")), move |list, at| to(list, at, &old));
                }
            }
            let set = |with: Value| {
                let (operator, key) = (operator.clone(), key.clone());
                move |list: &mut Vec<Value>, at: usize| list[at]["Condition"][&operator][&key] = with.clone()
            };
            let list = listed(&values);
            let mut more = list.clone();
            more.push(json!(if operator.contains("Ip") { "203.0.113.0/24" } else { "elsewhere" }));
            change(&mut all, &name("has a value more"), set(json!(more)));
            change(&mut all, &name("has another value"), set(json!([more[more.len() - 1].clone()])));
            change(&mut all, &name("turns its values"), set(json!(list.iter().rev().collect::<Vec<_>>())));
            if operator.contains("Like") {
                change(&mut all, &name("becomes a star"), set(json!("*")));
            }
        }
    }
    if let Some(principal) = statement.get("Principal") {
        let set = |with: Value| move |list: &mut Vec<Value>, at: usize| list[at]["Principal"] = with.clone();
        change(&mut all, "everyone", set(json!("*")));
        change(&mut all, "everyone in AWS", set(json!({ "AWS": "*" })));
        change(&mut all, "another account", set(json!({ "AWS": "999988887777" })));
        change(&mut all, "another service", set(json!({ "Service": "ec2.amazonaws.com" })));
        if let Some(kinds) = principal.as_object() {
            let mut more = kinds.clone();
            more.insert(String::from("Service"), json!(["ec2.amazonaws.com"]));
            change(&mut all, "a service more", set(json!(more)));
        }
    }
    all
}

fn negated(operator: &str) -> String {
    match operator {
        "Bool" | "Null" => operator.to_owned(),
        "IpAddress" => String::from("NotIpAddress"),
        "NumericLessThan" => String::from("NumericGreaterThan"),
        _ if operator.contains("Not") => operator.replace("Not", ""),
        _ => operator.replace("Equals", "NotEquals").replace("Like", "NotLike"),
    }
}

fn loose(operator: &str) -> String {
    if operator.contains("Not") { operator.to_owned() } else { operator.replace("StringEquals", "StringLike") }
}

/// Functions replaced by what they could give.
fn filled(value: &Value) -> Value {
    match value {
        Value::Object(map) => match map.iter().next() {
            Some((key, Value::String(name))) if key == "Ref" => {
                json!(pseudo(name).unwrap_or(format!("value-of-{name}")))
            }
            Some((key, item)) if key == "Fn::GetAtt" || key == "Fn::ImportValue" => {
                json!(format!("arn:aws:x:::{item}"))
            }
            Some((key, Value::String(text))) if key == "Fn::Sub" => {
                let mut text = text.clone();
                for name in ["AWS::Partition", "AWS::AccountId", "AWS::Region"] {
                    text = text.replace(&format!("${{{name}}}"), &pseudo(name).unwrap());
                }
                json!(text.replace("${!", "${"))
            }
            Some((key, Value::Array(parts))) if key == "Fn::Join" => {
                let parts: Vec<String> =
                    parts[1].as_array().unwrap().iter().map(|part| filled(part).as_str().unwrap().to_owned()).collect();
                json!(parts.concat())
            }
            _ => Value::Object(map.iter().map(|(key, item)| (key.clone(), filled(item))).collect()),
        },
        Value::Array(items) => items.iter().map(filled).collect(),
        other => other.clone(),
    }
}

fn pseudo(name: &str) -> Option<String> {
    match name {
        "AWS::Partition" => Some(String::from("aws")),
        "AWS::AccountId" => Some(String::from(ACCOUNT)),
        "AWS::Region" => Some(String::from("eu-west-2")),
        _ => None,
    }
}

/// The requests that could tell two documents apart.
fn requests(documents: [&Value; 2], of_resource: bool) -> Vec<Request> {
    let (mut actions, mut resources, mut callers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut keys: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
    callers.insert(format!("arn:aws:iam::{ACCOUNT}:role/somebody"));
    if of_resource {
        callers.extend(["ec2.amazonaws.com", "arn:aws:iam::999988887777:user/stranger", "anonymous"].map(String::from));
    }
    for statement in documents.iter().flat_map(|document| document["Statement"].as_array().unwrap()) {
        for action in listed(&statement["Action"]) {
            let action = action.as_str().unwrap();
            let action = if action == "*" { "s3:PutBucketAcl" } else { action };
            actions.insert(action.replace('*', "Something"));
            actions.insert(action.replace('*', ""));
        }
        for resource in statement.get("Resource").map(listed).unwrap_or_default() {
            let resource = resource.as_str().unwrap().replace("${aws:PrincipalTag/team}", "blue");
            for with in ["", "x", "a/b", "x:y"] {
                resources.insert(resource.replace('*', with));
            }
            resources.insert(format!("{}x", resource.replace('*', "y")));
            resources.insert(format!("{}/below/x", resource.trim_end_matches('*').trim_end_matches('/')));
            resources.insert(format!("{}/x", resource.replace('*', "y")));
            if let Some((short, _)) = resource.rsplit_once(['/', ':']) {
                resources.insert(format!("{short}-other"));
            }
        }
        for (operator, conditions) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
            for (key, values) in conditions.as_object().unwrap() {
                let key = key.to_lowercase();
                let own = keys.entry(key.clone()).or_default();
                own.insert(Vec::new());
                own.insert(vec![String::from("elsewhere")]);
                for value in listed(values) {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    if key == "aws:principalarn" && !value.contains('*') {
                        callers.insert(value.clone());
                    }
                    let one = if operator.contains("Ip") { value.replace("/24", "") } else { value.replace('*', "x") };
                    if let Ok(number) = one.parse::<i64>() {
                        own.insert(vec![(number - 1).to_string()]);
                        own.insert(vec![(number + 1).to_string()]);
                    }
                    own.insert(vec![one.clone(), String::from("elsewhere")]);
                    own.insert(vec![one]);
                }
                own.insert(vec![String::from("true")]);
            }
        }
        if let Some(kinds) = statement.get("Principal").and_then(Value::as_object) {
            for name in kinds.values().flat_map(listed) {
                let name = name.as_str().unwrap().to_owned();
                let account = name.len() == 12;
                callers.insert(if account { format!("arn:aws:iam::{name}:user/somebody") } else { name });
            }
        }
    }
    actions.retain(|action| action.contains(':') && !action.ends_with(':'));
    // What a wildcard more would take in, of another service.
    actions.insert(String::from("ec2:Something"));
    if actions.iter().any(|action| action.starts_with("kms:")) {
        resources.insert(format!("arn:aws:kms:eu-west-2:{ACCOUNT}:key/1234abcd"));
    }
    resources.insert(String::from("arn:aws:s3:::elsewhere"));
    let contexts = contexts(&keys);
    let mut requests = Vec::new();
    for caller in callers.iter().filter_map(|caller| Caller::parse(caller)) {
        for action in &actions {
            for resource in &resources {
                for context in &contexts {
                    let (caller, context) = (caller.clone(), context.clone());
                    let owner = Some(String::from(ACCOUNT));
                    requests.push(Request {
                        caller,
                        action: action.clone(),
                        resource: resource.clone(),
                        owner,
                        context,
                    });
                }
            }
        }
    }
    requests
}

/// Keys that every request has.
const ALWAYS: [&str; 2] = ["aws:requestedregion", "aws:securetransport"];

/// Which of a key's values are usual.
type Base<'a> = &'a dyn Fn(&[String]) -> bool;

/// Each key with each of its values: the others with one that a policy names, with another one, or missing.
fn contexts(keys: &BTreeMap<String, BTreeSet<Vec<String>>>) -> Vec<Context> {
    let named = |values: &[String]| values.len() == 1 && !["elsewhere", "true"].contains(&&*values[0]);
    let other = |values: &[String]| values.len() == 1 && !named(values);
    let bases: [Base<'_>; 3] = [&named, &other, &|values: &[String]| values.is_empty()];
    let mut all: BTreeSet<BTreeMap<&str, Vec<String>>> = BTreeSet::new();
    let keys: BTreeMap<_, _> = keys.iter().filter(|(key, _)| *key != "aws:principalarn").collect();
    for base in bases {
        let usual: BTreeMap<&str, Vec<String>> = keys
            .iter()
            .map(|(key, values)| (key.as_str(), values.iter().find(|values| base(values)).cloned().unwrap_or_default()))
            .collect();
        for (key, values) in &keys {
            all.extend(values.iter().map(|values| {
                let mut changed = usual.clone();
                changed.insert(key, values.clone());
                changed
            }));
        }
        all.insert(usual);
    }
    let context = |entries: BTreeMap<&str, Vec<String>>| {
        let mut context = Context::default();
        if !entries.contains_key("aws:principaltag/team") {
            context.set("aws:PrincipalTag/team", vec![String::from("blue")], false);
        }
        for (key, mut values) in entries {
            if values.is_empty() && ALWAYS.contains(&key) {
                values = vec![String::from("true")];
            }
            let many = values.len() > 1;
            context.set(key, values, many);
        }
        context
    };
    all.into_iter().map(context).collect()
}

/// The policies among which a document is looked at: by itself, beside an identity that allows everything, and, where it belongs to a
/// resource, also as one that has to allow besides everybody else, which is what a policy with principals says by itself.
fn settings(document: &Value, of_resource: bool) -> Vec<Policies> {
    let everything =
        json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let everything: Policy = parse(&everything, Kind::Identity, "").unwrap();
    let read = |kind| parse(document, kind, "").unwrap();
    if of_resource {
        let resource = Some(read(Kind::Resource));
        vec![
            Policies { resource: resource.clone(), ..Policies::default() },
            Policies { identity: vec![everything.clone()], resource, ..Policies::default() },
            Policies { identity: vec![everything], endpoint: vec![read(Kind::Endpoint)], ..Policies::default() },
        ]
    } else {
        let own = read(Kind::Identity);
        vec![
            Policies { identity: vec![own.clone()], ..Policies::default() },
            Policies { identity: vec![own, everything], ..Policies::default() },
        ]
    }
}

/// The first request that is decided differently over two documents.
fn told_apart<'r>(
    documents: [&Value; 2],
    of_resource: bool,
    requests: impl Iterator<Item = &'r Request>,
) -> Option<&'r Request> {
    let [before, after] = documents.map(|document| settings(document, of_resource));
    let mut requests = requests;
    requests.find(|request| {
        before
            .iter()
            .zip(&after)
            .any(|(before, after)| decide(request, before).decision != decide(request, after).decision)
    })
}

/// The document of a list of statements, as JSON without functions.
fn document(list: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": filled(&Value::Array(list.to_vec())) })
}

#[derive(Default)]
struct Counts {
    made: usize,
    found: usize,
    equal: usize,
    /// Found, though no request is decided differently.
    cautious: Vec<String>,
}

impl Counts {
    fn and(self, other: Counts) -> Counts {
        Counts {
            made: self.made + other.made,
            found: self.found + other.found,
            equal: self.equal + other.equal,
            cautious: [self.cautious, other.cautious].concat(),
        }
    }
}

/// Changes statements in every way, one at a time, and proves each time.
fn tried(
    model: &Model,
    files: &BTreeMap<String, Vec<u8>>,
    templates: &BTreeMap<String, Value>,
    places: &[Place],
) -> Counts {
    let thorough = std::env::var_os("INFRAC_THOROUGH").is_some();
    let mut counts = Counts::default();
    for place in places {
        let statement = place.statement(&mut templates.clone()).clone();
        let of_resource = statement.get("Principal").is_some();
        for (index, (name, change)) in changes(&statement).into_iter().enumerate() {
            if !thorough && index % 3 == 2 {
                continue;
            }
            let mut templates = templates.clone();
            let before = document(place.list(&mut templates));
            change(place.list(&mut templates), place.at);
            let after = document(place.list(&mut templates));
            let mut changed = files.clone();
            changed.insert(place.file.clone(), serde_json::to_vec(&templates[&place.file]).unwrap());
            counts.made += 1;
            let caught = !prove(model, &changed).is_empty();
            counts.found += usize::from(caught);
            counts.equal += usize::from(!caught);
            // What was found is confirmed by one request, and what was not by all that there are, or by some where time is short.
            if caught && !thorough {
                continue;
            }
            let requests = requests([&before, &after], of_resource);
            let stride = if thorough { 1 } else { requests.len().div_ceil(QUICK) };
            let apart = told_apart([&before, &after], of_resource, requests.iter().step_by(stride));
            let at = format!("{}#{}/{}: {name}", place.file, place.list, place.at);
            assert!(caught || apart.is_none(), "{at} is not found\n{after:#}\n{apart:?}");
            if caught && apart.is_none() {
                counts.cautious.push(at);
            }
        }
    }
    counts
}

#[test]
fn every_change_that_alters_a_decision_is_found() {
    let Emission { models, files, .. } = emission("tests/iam/systems/shop");
    let [model] = models.as_slice() else { panic!("one environment") };
    assert!(prove(model, &files).is_empty(), "{:?}", prove(model, &files));
    let templates: BTreeMap<String, Value> = files
        .iter()
        .filter(|(name, _)| name.ends_with(".template.json"))
        .map(|(name, bytes)| (name.clone(), serde_json::from_slice(bytes).unwrap()))
        .collect();
    let mut all = Vec::new();
    templates.iter().for_each(|(file, template)| places(file, template, "", &mut all));
    let halves = all.split_at(all.len() / 2);
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| tried(model, &files, &templates, halves.1));
        (tried(model, &files, &templates, halves.0), other.join().unwrap())
    });
    let Counts { made, found, equal, cautious } = one.and(other);
    assert!(cautious.is_empty(), "found, and no request that is asked tells them apart:\n{}", cautious.join("\n"));
    let counts = format!("{made} changes: {found} found, {equal} equal");
    assert!(made >= 500 && found >= 300 && equal >= 80, "{counts}");
    println!("{counts}");
}
