//! The command as a script sees it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn simulate(file: &str, input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_infrac"))
        .args(["iam", "simulate", file])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn request(actions: &[&str]) -> Value {
    json!({
        "CallerArn": "arn:aws:iam::111122223333:role/app",
        "ActionNames": actions,
        "ResourceArns": ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"],
        "PolicyInputList": [
            {"Version": "2012-10-17", "Statement": [
                {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
            ]},
            {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}}
        ],
    })
}

#[test]
fn one_result_for_each_action_and_resource_in_order() {
    let output = simulate("-", &request(&["s3:GetObject", "s3:PutObject"]).to_string());
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn a_list_of_requests_is_a_list_of_results_in_order() {
    let input = json!([request(&["s3:PutObject"]), request(&["s3:GetObject"])]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requests.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let output = simulate(file.to_str().unwrap(), "");
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let decisions: Vec<Vec<&str>> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["EvaluationResults"].as_array().unwrap().iter())
        .map(|results| results.map(|result| result["EvalDecision"].as_str().unwrap()).collect())
        .collect();
    assert_eq!(decisions, [["explicitDeny", "explicitDeny"], ["allowed", "implicitDeny"]]);
}

#[test]
fn an_empty_list_has_an_empty_answer() {
    let output = simulate("-", "[]");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"[]\n"[..]));
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    for (file, input, reason) in [
        ("nowhere.json", "", "error: cannot read `nowhere.json`: no such file or directory\n"),
        ("-", "{", "error: standard input: at `/`: this is not JSON: EOF while parsing an object at line 1 column 1\n"),
        ("-", "[{}]", "error: standard input: at `/0`: there is no `CallerArn`\n"),
    ] {
        let output = simulate(file, input);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), reason);
    }
}
