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

const WITH_CODE: &[u8] = br#"system demo
environment test { account = "123456789012", region = "eu-west-2" }
environment live { account = "210987654321", region = "eu-west-2" }

stack Work in "us-east-1" {
  role = Role { trusted = "lambda.amazonaws.com" }
  first = AWS::Lambda::Function { Runtime = "nodejs24.x", Handler = "index.handler", Role = role, Code = asset("code") }
  layer = AWS::Lambda::LayerVersion { Content = asset("layer.zip") }
  note = AWS::SSM::Parameter { Type = "String", Value = "s3://{asset("code").bucket}/{asset("code").key}" }
}
stack Rest { topic = AWS::SNS::Topic {} }
"#;

#[test]
fn code_is_packed_named_by_what_is_in_it_and_uploaded_before_what_runs_it() {
    let sources: &[(&str, &[u8])] =
        &[("demo.infra", WITH_CODE), ("code/index.js", b"1"), ("code/lib/a.js", b"2"), ("layer.zip", b"PK")];
    let folder = folder(sources);
    let build = || {
        let built = run(folder.path(), &["build", "-o", "out", "--quiet"]);
        assert_eq!((built.code, built.err.as_str()), (0, ""));
        let template = json(&folder.path().join("out/test/demo-test-work.template.json"));
        let code = &template["Resources"]["First"]["Properties"]["Code"];
        assert_eq!(code["S3Bucket"], serde_json::json!({ "Ref": "AssetBucket" }));
        assert!(template["Parameters"]["AssetBucket"].is_object());
        code["S3Key"].as_str().unwrap().to_owned()
    };
    let key = build();
    assert!(key.starts_with("assets/") && key.ends_with(".zip"), "{key}");
    let archive = std::fs::read(folder.path().join("out/live").join(&key)).unwrap();
    assert!(archive.starts_with(b"PK\x03\x04"));
    let plan = json(&folder.path().join("out/test/plan.json"));
    let step = plan["steps"].as_array().unwrap().iter().find(|step| step["do"] == "upload").unwrap();
    assert_eq!(step["region"], "us-east-1");
    assert_eq!(step["files"][0], serde_json::json!({ "file": key, "from": "code" }));
    assert_eq!(step["files"][1]["from"], "layer.zip");
    let edge = &plan["edges"][0];
    assert_eq!((&edge["before"], &edge["after"]), (&step["id"], &Value::from("deploy:demo-test-work")));
    assert_eq!(plan["stacks"]["demo-test-work"]["parameters"][0]["from"]["kind"], "asset_bucket");

    // The same again is the same; another content has another name, and what nothing names any more goes away.
    assert_eq!(build(), key);
    std::fs::write(folder.path().join("code/lib/a.js"), "3").unwrap();
    assert_ne!(build(), key);
    assert!(!folder.path().join("out/live").join(&key).exists());
}

#[test]
fn an_assembly_uploads_what_its_stacks_name() {
    let folder = folder(&[("demo.infra", WITH_CODE), ("code/index.js", b"1"), ("layer.zip", b"PK")]);
    assert_eq!(run(folder.path(), &["build", "-o", "out", "--quiet"]).code, 0);
    let manifest = json(&folder.path().join("out/test/manifest.json"));
    let stack = &manifest["artifacts"]["demo-test-work"];
    let bucket = &stack["properties"]["parameters"]["AssetBucket"];
    assert_eq!(stack["dependencies"], serde_json::json!(["demo-test-work.assets"]));
    let file = manifest["artifacts"]["demo-test-work.assets"]["properties"]["file"].as_str().unwrap();
    let files = json(&folder.path().join("out/test").join(file));
    for entry in files["files"].as_object().unwrap().values() {
        let place = &entry["destinations"]["123456789012-us-east-1"];
        assert_eq!((&place["bucketName"], &place["objectKey"]), (bucket, &entry["source"]["path"]));
        assert!(folder.path().join("out/test").join(entry["source"]["path"].as_str().unwrap()).is_file());
    }
    assert!(manifest["artifacts"]["demo-test-rest"]["properties"].get("parameters").is_none());
}

#[test]
fn code_that_is_not_there_is_said_and_a_check_does_not_read_it() {
    let folder = folder(&[("demo.infra", WITH_CODE), ("code/index.js", b"1")]);
    let checked = run(folder.path(), &["check", "--format", "short"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("error[missing_file]: `layer.zip` cannot be uploaded"), "{}", checked.out);
    std::fs::write(folder.path().join("layer.zip"), "PK").unwrap();
    assert_eq!(run(folder.path(), &["check"]).code, 0);
    std::fs::remove_file(folder.path().join("code/index.js")).unwrap();
    let checked = run(folder.path(), &["check", "--format", "short"]);
    assert!(checked.out.contains("there is no file in it"), "{}", checked.out);
}

#[test]
fn a_region_is_that_of_the_stack_in_which_it_is_written() {
    let source = br#"system demo
environment test { account = "123456789012", region = "us-east-1" }
naming { default = "{system}-{id}" }
stack Far in "us-west-2" {
  key = Key {}
  here = AWS::SSM::Parameter { Type = "String", Value = "in {region}" }
}
stack Near {
  there = AWS::SSM::Parameter { Type = "String", Value = Far.key.alias_arn }
  here = AWS::SSM::Parameter { Type = "String", Value = "in {region}" }
}
"#;
    let folder = folder(&[("demo.infra", source)]);
    assert_eq!(run(folder.path(), &["build", "-o", "out", "--quiet"]).code, 0);
    let value = |stack: &str, id: &str| {
        let template = json(&folder.path().join(format!("out/test/demo-test-{stack}.template.json")));
        template["Resources"][id]["Properties"]["Value"]["Fn::Sub"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(value("far", "Here"), "in ${AWS::Region}");
    assert_eq!(value("near", "Here"), "in ${AWS::Region}");
    assert_eq!(value("near", "There"), "arn:${AWS::Partition}:kms:us-west-2:${AWS::AccountId}:alias/demo-key");
}

#[test]
fn outputs_are_exported_and_things_are_labelled_by_rule() {
    let source = br#"system demo
environment test { account = "123456789012", region = "us-east-1" }
naming { default = "{system}-{id}", export = "{system}-{env}-{output}", AWS::SQS::Queue = generated }
stack Main {
  group = AWS::EC2::SecurityGroup { GroupDescription = "Web" }
  queue = AWS::SQS::Queue {}
  table = AWS::ApiGatewayV2::Api { ProtocolType = "HTTP" }
  part = Part {}
  output groupId = group.GroupId
  output label = "{table.label} {if queue.label == none then "generated" else "named"}"
  output part = part.label
}
component Part { main topic = AWS::SNS::Topic {}, other = AWS::SSM::Parameter { id = "", Type = "String", Value = topic.name } }
"#;
    let source = String::from_utf8(source.to_vec()).unwrap().replace("{}, other", "{}\n  other");
    let folder = folder(&[("demo.infra", source.as_bytes())]);
    let built = run(folder.path(), &["build", "-o", "out", "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let template = json(&folder.path().join("out/test/demo-test-main.template.json"));
    assert_eq!(template["Outputs"]["GroupId"]["Export"]["Name"], "demo-test-groupId");
    assert_eq!(template["Outputs"]["Label"]["Value"], "demo-table generated");
    assert_eq!(template["Outputs"]["Part"]["Value"], "demo-part");
    // An empty `id` adds nothing to that of what it is in.
    assert_eq!(template["Resources"]["PartOther"]["Properties"]["Name"], "demo-part");
}

#[test]
fn a_test_may_ask_for_an_environment_of_another_name() {
    let source = br#"system demo
environment dev { account = "123456789012", region = "us-east-1" }
naming { default = "{system}-{env}-{id}" }
stack Main { topic = AWS::SNS::Topic {} }
test "another name" in dev with { env = "trial-1" } { assert Main.topic.TopicName == "demo-trial-1-topic" }
test "no name" in dev with { env = "a b" } fails param_out_of_range
"#;
    let folder = folder(&[("demo.infra", source)]);
    let tested = run(folder.path(), &["test"]);
    assert_eq!(tested.code, 0, "{}{}", tested.out, tested.err);
}

#[test]
fn what_a_component_needs_stands_beside_it_and_what_a_key_allows_in_its_policy() {
    let source = br#"system demo
environment test { account = "123456789012", region = "us-east-1" }
naming { default = "{system}-{id}" }
stack Code {
  worker = Function { runtime = "nodejs24.x", inline = 'exports.handler = async () => 1' }
}
stack Work {
  key = Key {}
  queue = Queue { visible_after = 1min, key }
  work = QueueTrigger { from = queue, to = Code.worker }
  grant service("events.amazonaws.com") send on queue when aws:SourceAccount == account
}
"#;
    let folder = folder(&[("demo.infra", source)]);
    let built = run(folder.path(), &["build", "-o", "out", "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let template = json(&folder.path().join("out/test/demo-test-work.template.json"));
    let resources = template["Resources"].as_object().unwrap();
    let policy = resources.iter().find(|(_, one)| one["Type"] == "AWS::IAM::Policy").unwrap();
    assert_eq!(policy.1["Properties"]["Roles"], serde_json::json!(["demo-worker-role"]));
    let waits = resources["Work"]["DependsOn"].as_array().unwrap();
    assert!(waits.contains(&Value::from(policy.0.as_str())), "{waits:?}");
    let statements = resources["Key"]["Properties"]["KeyPolicy"]["Statement"].as_array().unwrap();
    let service = statements.iter().find(|one| one["Principal"]["Service"] == "events.amazonaws.com").unwrap();
    assert_eq!(service["Action"], serde_json::json!(["kms:Decrypt", "kms:GenerateDataKey"]));
    assert_eq!(service["Resource"], "*");
    let conditions = service["Condition"].to_string();
    assert!(conditions.contains("aws:SourceAccount") && !conditions.contains("ViaService"), "{conditions}");
    let queue = resources["QueuePolicy"]["Properties"]["PolicyDocument"].to_string();
    assert!(queue.contains("sqs:SendMessage") && !queue.contains("kms:"), "{queue}");
}

#[test]
fn several_systems_are_built_side_by_side_or_not_at_all() {
    let other =
        |name: &str| String::from_utf8(SYSTEM.to_vec()).unwrap().replace("system demo", &format!("system {name}"));
    let (one, two) = (other("one"), other("two"));
    let folder = folder(&[("all/one/one.infra", one.as_bytes()), ("all/more/two/two.infra", two.as_bytes())]);
    let built = run(folder.path(), &["build", "all", "-o", "out"]);
    assert_eq!((built.code, built.err.as_str()), (0, ""));
    assert!(built.out.contains("out/one: ") && built.out.contains("out/more/two: "), "{}", built.out);
    assert!(folder.path().join("out/one/live/one-live-back.template.json").is_file());
    assert!(folder.path().join("out/more/two/test/two-test-front.template.json").is_file());
    assert_eq!(run(folder.path(), &["build", "all", "-o", "out", "--check"]).code, 0);
    // From below, the paths are the same.
    assert_eq!(run(&folder.path().join("all"), &["build", "-o", "../out", "--check"]).code, 0);

    std::fs::write(folder.path().join("all/one/one.infra"), one.replace("30", "\"thirty\"")).unwrap();
    std::fs::write(folder.path().join("all/more/two/two.infra"), two.replace("30", "60")).unwrap();
    let refused = run(folder.path(), &["build", "all", "-o", "out"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let text = std::fs::read_to_string(folder.path().join("out/more/two/live/two-live-back.template.json")).unwrap();
    assert!(text.contains("30") && !text.contains("60"), "an error in one system, and none is written");
}
