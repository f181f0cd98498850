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
