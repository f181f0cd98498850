//! What a build writes, as a script finds it.

use serde_json::Value;

use crate::{folder, run};

const SYSTEM: &[u8] = br#"system demo
environment test { account = "123456789012", region = "eu-west-2" }
environment live { account = "210987654321", region = "eu-west-2" }

/// Who may call.
deploy param origin: text(9..253) matching /https:\/\/[^*]+/
ensure "no placeholder" { origin != "https://yourdomain.com" }

stack Front "What is called" {
  topic = AWS::SNS::Topic { DisplayName = "called by {origin}" }
}
stack Back "What is not" {
  queue = AWS::SQS::Queue { VisibilityTimeout = 30 }
}
"#;

fn json(path: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_condition_on_a_deployed_param_becomes_a_rule_of_the_templates_that_take_it() {
    let folder = folder(&[("demo.infra", SYSTEM)]);
    let built = run(folder.path(), &["build", "-o", "out", "--quiet"]);
    assert_eq!((built.code, built.err.as_str()), (0, ""));
    let front = json(&folder.path().join("out/test/demo-test-front.template.json"));
    let rule = &front["Rules"]["Origin1"]["Assertions"][0];
    assert_eq!(rule["AssertDescription"], "no placeholder");
    assert_eq!(rule["Assert"]["Fn::Not"][0]["Fn::Equals"][0]["Ref"], "Origin");
    assert_eq!(front["Parameters"]["Origin"]["AllowedPattern"], "https://[^*]+");
    let back = json(&folder.path().join("out/test/demo-test-back.template.json"));
    assert!(back.get("Rules").is_none() && back.get("Parameters").is_none());
}

#[test]
fn a_condition_that_cloudformation_cannot_check_is_refused() {
    let text = String::from_utf8(SYSTEM.to_vec())
        .unwrap()
        .replace("origin != \"https://yourdomain.com\"", "length(origin) > 12");
    let folder = folder(&[("demo.infra", text.as_bytes())]);
    let checked = run(folder.path(), &["check", "--format", "short"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("demo.infra:7:27: error["), "{}", checked.out);
}

#[test]
fn some_stacks_can_be_built_alone() {
    let folder = folder(&[("demo.infra", SYSTEM)]);
    let built = run(folder.path(), &["build", "-o", "out", "--stack", "Back", "--env", "live", "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let out = folder.path().join("out");
    assert!(out.join("live/demo-live-back.template.json").is_file());
    assert!(!out.join("live/demo-live-front.template.json").exists() && !out.join("test").exists());
    assert_eq!(json(&out.join("live/plan.json"))["order"], serde_json::json!(["deploy:demo-live-back"]));
    let unknown = run(folder.path(), &["build", "-o", "out", "--stack", "Bakc"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("there is no stack `Bakc`"), "{}", unknown.err);
}
