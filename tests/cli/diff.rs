//! `infrac diff` as a script sees it.

use std::fs;

use crate::run;

const OLD: &str = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: x}}}\n";

fn code(new: &str) -> i32 {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.yaml"), OLD).unwrap();
    fs::write(folder.path().join("new.yaml"), new).unwrap();
    let run = run(folder.path(), &["diff", "old.yaml", "new.yaml"]);
    assert!(run.code == 1 || run.err.is_empty(), "{}", run.err);
    run.code
}

#[test]
fn the_exit_code_is_the_verdict() {
    assert_eq!(code(OLD), 0);
    assert_eq!(code(&OLD.replace(": x", ": y")), 3);
    assert_eq!(code(&OLD.replace(": a,", ": b,")), 4);
    assert_eq!(code(&OLD.replace("SNS::Topic", "SQS::Queue")), 5);
    assert_eq!(code("Resources: ["), 1);
}

#[test]
fn a_file_that_is_not_there_is_the_machines_refusal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.yaml"), OLD).unwrap();
    let run = run(folder.path(), &["diff", "old.yaml", "new.yaml"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("cannot read `new.yaml`"), "{}", run.err);
}

#[test]
fn parameters_and_places_reach_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Parameters:\n  N: {Type: String}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref N\n";
    fs::write(folder.path().join("t.yaml"), text).unwrap();
    fs::write(folder.path().join("a.json"), r#"{"N": "a"}"#).unwrap();
    fs::write(folder.path().join("b.json"), r#"[{"ParameterKey": "N", "ParameterValue": "b"}]"#).unwrap();
    let arguments =
        ["diff", "t.yaml", "t.yaml", "--old-parameters", "a.json", "--new-parameters", "b.json", "--format", "json"];
    let run = run(folder.path(), &arguments);
    assert_eq!(run.code, 4);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let resource = &answer["stacks"][0]["resources"][0];
    assert_eq!(resource["replacement"], "always");
    assert_eq!(resource["causes"][0]["source"], "t.yaml:7:18");
    assert_eq!(resource["causes"][0]["to"], "b");
}

const SHOP: &str = "system shop\n\
    environment test { account = \"111122223333\", region = \"eu-west-1\" }\n\
    stack Base {\n  topic = AWS::SNS::Topic { TopicName = \"one\" }\n}\n\
    stack Use {\n  subscription = AWS::SNS::Subscription { TopicArn = Base.topic, Protocol = \"sqs\", Endpoint = \"arn:aws:sqs:eu-west-1:{account}:q\" }\n}\n";

/// The replaced resources of an answer, each with where the first cause stands.
fn replaced(answer: &str) -> Vec<String> {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    let stacks = answer["stacks"].as_array().unwrap().iter();
    let resources = stacks.flat_map(|stack| stack["resources"].as_array().unwrap());
    let replaced = resources.filter(|resource| resource["replacement"] == "always");
    let mut all: Vec<String> =
        replaced.map(|it| format!("{} {}", it["logical_id"].as_str().unwrap(), it["causes"][0]["source"])).collect();
    all.sort();
    all
}

#[test]
fn two_builds_are_compared_across_their_stacks_with_places_in_the_sources() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("old", SHOP.to_owned()), ("new", SHOP.replace("\"one\"", "\"two\""))] {
        let system = folder.path().join(name);
        fs::create_dir(&system).unwrap();
        fs::write(system.join("main.infra"), text).unwrap();
        let built = run(folder.path(), &["build", name, "-o", &format!("{name}-out")]);
        assert_eq!(built.code, 0, "{}", built.err);
    }
    let built = run(folder.path(), &["diff", "old-out", "new-out", "--format", "json"]);
    assert_eq!(replaced(&built.out), ["Subscription \"main.infra:7\"", "Topic \"main.infra:4\""]);
    // A build and the sources of another one; and one folder of a build.
    let sources = run(folder.path(), &["diff", "old-out", "new", "--format", "json"]);
    assert_eq!(sources.out, built.out);
    let part = run(folder.path(), &["diff", "old-out/test", "new-out/test", "--format", "json"]);
    assert_eq!(part.out, built.out);
    assert_eq!(run(folder.path(), &["diff", "old-out", "old-out"]).code, 0);
}

#[test]
fn a_git_revision_is_compared_with_the_working_tree() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let output = std::process::Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let system = folder.path().join("shop");
    fs::create_dir(&system).unwrap();
    fs::write(system.join("main.infra"), SHOP).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "first"]);
    assert_eq!(run(folder.path(), &["diff", "HEAD", "shop"]).code, 0);
    fs::write(system.join("main.infra"), SHOP.replace("\"one\"", "\"two\"")).unwrap();
    let answer = run(folder.path(), &["diff", "HEAD", "shop", "--format", "json"]);
    assert_eq!(replaced(&answer.out), ["Subscription \"main.infra:7\"", "Topic \"main.infra:4\""]);
    // From within the system's folder, too.
    assert_eq!(run(&system, &["diff", "HEAD", "."]).code, 5);
    let unknown = run(folder.path(), &["diff", "HEAD~7", "shop"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("cannot read `HEAD~7`"), "{}", unknown.err);
}
