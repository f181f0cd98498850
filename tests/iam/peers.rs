//! What other tools grant for the same purpose: the table in `docs/tighter.md`, in which ours is never larger.

use std::fmt::Write;
use std::path::Path;

use infrac::catalog::catalog;
use infrac::driver::{self, Options};
use infrac::world::{Disk, find_systems};
use serde_json::Value;

const TABLE: &str = r#"AWS::DynamoDB::Table {
    BillingMode           = "PAY_PER_REQUEST"
    AttributeDefinitions  = [{ AttributeName = "id", AttributeType = "S" }]
    KeySchema             = [{ AttributeName = "id", KeyType = "HASH" }]
    StreamSpecification   = { StreamViewType = "NEW_IMAGE" }
  }"#;
const FUNCTION: &str = r#"AWS::Lambda::Function {
    Role    = other.arn
    Runtime = "python3.13"
    Handler = "index.handler"
    Code    = { ZipFile = "def handler(event, context): pass" }
  }"#;
const MACHINE: &str = r#"AWS::StepFunctions::StateMachine {
    RoleArn          = other.arn
    DefinitionString = json({ StartAt = "Done", States = { Done = { Type = "Succeed" } } })
  }"#;

/// What a set of statements comes to: pairs of an action and a kind of resource that IAM takes together, and the same on everything.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Reach {
    pairs: usize,
    everything: usize,
    /// Said and ignored by IAM: actions that do not exist, or not on that resource.
    ignored: usize,
}

impl Reach {
    fn shown(self) -> String {
        match self.everything {
            0 => self.pairs.to_string(),
            some => format!("{} ({some} on `*`)", self.pairs),
        }
    }
}

fn words(value: &Value) -> Vec<&str> {
    value.as_str().unwrap().split(' ').collect()
}

/// What a peer's statements come to.
fn theirs(says: &Value) -> Reach {
    let mut reach = Reach::default();
    for statement in says.as_array().unwrap() {
        for pattern in words(&statement[0]) {
            let (prefix, name) = pattern.split_once(':').unwrap();
            let actions: Vec<_> = catalog().service(prefix).unwrap().actions_like(name).collect();
            if actions.is_empty() {
                reach.ignored += 1;
            }
            for action in actions {
                for kind in statement[1].as_str().unwrap().split('|') {
                    let takes = action.resources().any(|resource| resource.kind == kind);
                    let alone = action.resources().next().is_none();
                    if kind == "*" {
                        reach.pairs += 1;
                        reach.everything += 1;
                    } else if takes {
                        reach.pairs += 1;
                    } else if alone {
                        reach.ignored += 1;
                    }
                }
            }
        }
    }
    reach
}

/// What ours come to: read from what is emitted for a grant.
fn ours(wanted: &Value) -> Reach {
    let make = match wanted[0].as_str().unwrap() {
        "TABLE" => TABLE,
        "FUNCTION" => FUNCTION,
        "MACHINE" => MACHINE,
        other => other,
    };
    // A machine acts with a role that trusts its service.
    let service = if wanted[0] == "MACHINE" { "states" } else { "lambda" };
    let verbs = words(&wanted[1]).join(", ");
    let program = format!(
        "system peers\nenvironment production {{ account = \"123456789012\", region = \"eu-west-2\" }}\n\
         stack A {{\n  app   = Role {{ trusted = \"ec2.amazonaws.com\" }}\n  other = Role {{ trusted = \"{service}.amazonaws.com\" }}\n\
         thing = {make}\n  grant app {verbs} on thing\n}}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.infra"), &program).unwrap();
    let system = find_systems(&Disk, &[folder.path().join("main.infra")]).unwrap().systems.pop().unwrap();
    let emission = driver::emission(&Disk, &system, &Options::default()).unwrap();
    let mut reach = Reach::default();
    assert!(!emission.models.is_empty(), "{program}{:?}", emission.checked.diagnostics);
    for (_, bytes) in emission.files.iter().filter(|(path, _)| path.ends_with(".template.json")) {
        let template: Value = serde_json::from_slice(bytes).unwrap();
        for resource in template["Resources"].as_object().unwrap().values() {
            let own = resource["Properties"]["Policies"].as_array().into_iter().flatten();
            let beside = [&resource["Properties"]["PolicyDocument"]]
                .into_iter()
                .filter(|_| resource["Type"] == "AWS::IAM::Policy");
            for document in own.map(|policy| &policy["PolicyDocument"]).chain(beside) {
                for statement in document["Statement"].as_array().unwrap() {
                    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    let (actions, resources) = (list(&statement["Action"]), list(&statement["Resource"]));
                    let star = resources.iter().filter(|resource| *resource == "*").count();
                    reach.pairs += actions.len() * resources.len();
                    reach.everything += actions.len() * star;
                }
            }
        }
    }
    reach
}

#[test]
fn ours_is_never_larger_than_what_others_grant() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("tests/iam/peers.json")).unwrap();
    let peers: Value = serde_json::from_str(&text).unwrap();
    let mut page = String::from(
        "# Tighter than others\n\n\
         What a grant comes to, in infrac and in others: pairs of an action and a kind of resource that IAM takes together, wildcards\n\
         expanded to the actions that there are today. What IAM ignores is not counted, but told. This page is generated:\n\
         `UPDATE_DOCS=1 cargo test --test iam peers`; the same test holds that ours is never larger.\n",
    );
    for peer in ["cdk", "sam"].map(|name| &peers[name]) {
        let (title, version, source) = (&peer["title"], &peer["version"], &peer["source"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let _ = write!(page, "\n## {}\n\n{}: {}.\n\n", text(title), text(version), text(source));
        page.push_str("| grant | theirs | ignored by IAM | ours | with |\n| --- | --- | --- | --- | --- |\n");
        for grant in peer["grants"].as_array().unwrap() {
            let (theirs, ours) = (theirs(&grant["says"]), ours(&grant["ours"]));
            let name = grant["grant"].as_str().unwrap();
            assert!(ours.pairs > 0, "{name}");
            assert!(
                ours.pairs <= theirs.pairs && ours.everything <= theirs.everything,
                "{name}: {ours:?} and {theirs:?}"
            );
            let verbs = words(&grant["ours"][1]).iter().map(|verb| format!("`{verb}`")).collect::<Vec<_>>().join(", ");
            let ignored = if theirs.ignored == 0 { String::new() } else { theirs.ignored.to_string() };
            let _ = writeln!(page, "| `{name}` | {} | {ignored} | {} | {verbs} |", theirs.shown(), ours.shown());
        }
    }
    let path = root.join("docs/tighter.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/tighter.md is stale: run `UPDATE_DOCS=1 cargo test --test iam peers`");
}
