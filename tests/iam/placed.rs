//! Where permissions are placed: in policies that are short enough, in stacks that do not need each other in a circle.

use std::collections::BTreeSet;
use std::fmt::Write;

use infrac::driver::{self, Built, Options};
use infrac::world::{Disk, find_systems};
use serde_json::Value;

const ACCOUNT: &str = "123456789012";

/// A role that is granted something on many queues, each under a condition of its own, so that nothing can be merged.
fn program(queues: usize, beside: bool) -> String {
    let mut text = String::from(
        "system crowd\n\nenvironment production { account = \"123456789012\", region = \"eu-west-2\" }\n\n\
         stack People {\n  clerk = Role { trusted = \"ecs-tasks.amazonaws.com\" }\n}\n\nstack Post {\n",
    );
    for number in 0..queues {
        let _ = writeln!(text, "  queue{number} = AWS::SQS::Queue {{}}");
        // A queue that names the role would have to come after it, and the role's policy after the queue.
        let place = if beside && number == 0 { " in both policies" } else { "" };
        let _ = writeln!(
            text,
            "  grant People.clerk send, consume on queue{number} when aws:SourceIp == \"192.0.2.{number}/32\"{place}"
        );
    }
    text.push_str("}\n");
    text
}

fn build(program: &str) -> Built {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.infra"), program).unwrap();
    let system = find_systems(&Disk, &[folder.path().join("main.infra")]).unwrap().systems.pop().unwrap();
    driver::build(&Disk, &system, &Options::default()).unwrap()
}

fn templates(built: Built) -> Vec<Value> {
    let files = built.files.unwrap_or_else(|| panic!("{:?}", built.checked.diagnostics));
    let is_template = |path: &String| path.ends_with(".template.json");
    files
        .into_iter()
        .filter(|(path, _)| is_template(path))
        .map(|(_, bytes)| serde_json::from_slice(&bytes).unwrap())
        .collect()
}

/// A value as IAM gets it: pseudo parameters replaced, references by something as long as they can be.
fn filled(value: &Value) -> Value {
    let pseudo = |text: &str| {
        text.replace("${AWS::Partition}", "aws")
            .replace("${AWS::AccountId}", ACCOUNT)
            .replace("${AWS::Region}", "eu-west-2")
    };
    match value {
        Value::Object(map) if map.contains_key("Fn::Sub") => Value::from(pseudo(map["Fn::Sub"].as_str().unwrap())),
        Value::Object(map) if ["Fn::GetAtt", "Ref", "Fn::ImportValue"].iter().any(|name| map.contains_key(*name)) => {
            // A queue's ARN with the longest name that AWS makes.
            Value::from("x".repeat(150))
        }
        Value::Object(map) => Value::Object(map.iter().map(|(key, item)| (key.clone(), filled(item))).collect()),
        Value::Array(items) => items.iter().map(filled).collect(),
        other => other.clone(),
    }
}

/// Documents of role's own policies, and of those that are attached.
fn documents(templates: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (mut own, mut attached) = (Vec::new(), Vec::new());
    for resource in templates.iter().flat_map(|template| template["Resources"].as_object().unwrap().values()) {
        let properties = &resource["Properties"];
        match resource["Type"].as_str().unwrap() {
            "AWS::IAM::Role" => {
                let policies = properties["Policies"].as_array().into_iter().flatten();
                own.extend(policies.map(|policy| filled(&policy["PolicyDocument"])));
            }
            "AWS::IAM::Policy" => own.push(filled(&properties["PolicyDocument"])),
            "AWS::IAM::ManagedPolicy" => attached.push(filled(&properties["PolicyDocument"])),
            _ => {}
        }
    }
    (own, attached)
}

fn characters(document: &Value) -> usize {
    document.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

/// Every permission that documents give: action, resource, conditions.
fn permissions(documents: &[Value]) -> BTreeSet<String> {
    let list = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let statements = documents.iter().flat_map(|document| document["Statement"].as_array().unwrap());
    statements
        .flat_map(|statement| {
            list(&statement["Action"]).into_iter().flat_map(move |action| {
                list(&statement["Resource"])
                    .into_iter()
                    .map(move |resource| format!("{action} {resource} {}", statement["Condition"]))
            })
        })
        .collect()
}

#[test]
fn a_role_with_much_gets_several_policies_and_each_is_short_enough() {
    for (queues, beside) in [(5, false), (60, false), (120, false), (60, true)] {
        let templates = templates(build(&program(queues, beside)));
        let (own, attached) = documents(&templates);
        let total: usize = own.iter().map(characters).sum();
        assert!(total <= 10_240, "{queues} queues: {total} characters in the role's own policies");
        assert!(attached.iter().all(|document| characters(document) <= 6_144), "{queues} queues");
        assert_eq!(attached.is_empty(), queues == 5, "{queues} queues");
        // No more policies than needed, give or take one.
        let all = total + attached.iter().map(characters).sum::<usize>();
        assert!(attached.len() <= all.saturating_sub(10_240) / 6_144 + 2, "{queues} queues: {}", attached.len());
        let all: Vec<Value> = own.into_iter().chain(attached).collect();
        // Sending, receiving, deleting, asking what it is like: on each queue, under the condition of that queue.
        assert_eq!(permissions(&all).len(), 4 * queues);
    }
}

#[test]
fn more_than_all_policies_can_hold_is_refused() {
    let built = build(&program(250, false));
    let found: Vec<&str> = built.checked.diagnostics.iter().map(|found| found.code.name()).collect();
    assert!(built.files.is_none() && found.iter().all(|code| *code == "quota_exceeded"), "{found:?}");
    assert!(built.checked.diagnostics.iter().any(|found| found.message.contains("more than the policies of a role")));
}

/// Two stacks with a role and a queue each, whose names AWS chooses.
fn neighbours(grants: &str) -> String {
    format!(
        "system neighbours\n\nenvironment production {{ account = \"123456789012\", region = \"eu-west-2\" }}\n\n\
         stack Left {{\n  role  = Role {{ trusted = \"ecs-tasks.amazonaws.com\" }}\n  queue = AWS::SQS::Queue {{}}\n}}\n\n\
         stack Right {{\n  role  = Role {{ trusted = \"ecs-tasks.amazonaws.com\" }}\n  queue = AWS::SQS::Queue {{}}\n}}\n\n{grants}"
    )
}

#[test]
fn grants_across_stacks_in_both_directions_make_no_circle() {
    let all = [
        "grant Left.role send on Right.queue\ngrant Right.role send on Left.queue\n",
        "grant Left.role send on Right.queue\ngrant Right.role consume on Left.queue\ngrant Left.role consume on Right.queue\n",
        "grant Left.role send on Right.queue in both policies\n",
        "grant Left.role send on Right.queue\ngrant Left.role consume on Right.queue in its policy\n",
        "grant Left.role send on Right.queue\ngrant Right.role send on Left.queue in its policy\n",
    ];
    for grants in all {
        let built = build(&neighbours(grants));
        // The proof has seen all of it.
        assert!(built.files.is_some(), "{grants}{:#?}", built.checked.diagnostics);
    }
}
