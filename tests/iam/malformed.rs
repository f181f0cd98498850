//! What is no request is refused, with its place.

use infrac::check::iam::simulate;
use serde_json::{Value, json};

fn request() -> Value {
    json!({
        "CallerArn": "arn:aws:iam::111122223333:role/app",
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::reports/a.csv"],
        "PolicyInputList": [{"Version": "2012-10-17", "Statement": []}],
    })
}

fn refusal(input: &str) -> String {
    match simulate(input) {
        Ok(results) => panic!("it was decided: {results}\n{input}"),
        Err(malformed) => malformed.to_string(),
    }
}

#[test]
fn every_place_is_named() {
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let with = |name: &str, value: Value| {
        let mut statement = statement.clone();
        statement[name] = value;
        json!([{"Version": "2012-10-17", "Statement": [statement]}])
    };
    let without = |name: &str| {
        let mut statement = statement.clone();
        statement.as_object_mut().unwrap().remove(name);
        json!([{"Version": "2012-10-17", "Statement": statement}])
    };
    let mut refusals = String::new();
    for (field, value) in [
        ("CallerArn", json!("app")),
        ("CallerArn", json!("arn:aws:iam::111122223333:group/staff")),
        ("CallerArn", json!("arn:aws:sts::111122223333:assumed-role/app")),
        ("CallerArn", json!(7)),
        ("ActionNames", json!([])),
        ("ActionNames", json!(["GetObject"])),
        ("ActionNames", json!(["s3:Get*"])),
        ("ActionNames", json!("s3:GetObject")),
        ("ResourceArns", json!([1])),
        ("ResourceOwner", json!("1111")),
        ("PolicyInputLists", json!([])),
        ("ContextEntries", json!({})),
        ("ContextEntries", json!([{"ContextKeyName": "a:b"}])),
        ("ContextEntries", json!([{"ContextKeyName": "a:b", "ContextKeyType": "text", "ContextKeyValues": []}])),
        ("ContextEntries", json!([{"ContextKeyName": "a:b", "ContextKeyType": "string", "ContextKeyValues": [{}]}])),
        (
            "ContextEntries",
            json!([
                {"ContextKeyName": "a:b", "ContextKeyType": "string", "ContextKeyValues": ["1"]},
                {"ContextKeyName": "A:B", "ContextKeyType": "string", "ContextKeyValues": ["2"]}
            ]),
        ),
        ("PolicyInputList", json!({})),
        ("PolicyInputList", json!([7])),
        ("PolicyInputList", json!(["{"])),
        ("PolicyInputList", json!([{"Version": "2012-10-17"}])),
        ("PolicyInputList", json!([{"Version": "2013-01-01", "Statement": []}])),
        ("PolicyInputList", json!([{"Version": "2012-10-17", "Statement": ["x"]}])),
        ("PolicyInputList", json!([{"Version": "2012-10-17", "Statements": []}])),
        ("PolicyInputList", with("Effect", json!("allow"))),
        ("PolicyInputList", with("Actions", json!("s3:GetObject"))),
        ("PolicyInputList", with("NotAction", json!("s3:GetObject"))),
        ("PolicyInputList", with("NotResource", json!("*"))),
        ("PolicyInputList", with("Action", json!(["s3:GetObject", "GetObject"]))),
        ("PolicyInputList", with("Action", json!([null]))),
        ("PolicyInputList", with("Resource", json!({"Ref": "Bucket"}))),
        ("PolicyInputList", with("Principal", json!("*"))),
        ("PolicyInputList", with("NotPrincipal", json!("*"))),
        ("PolicyInputList", with("Condition", json!({"StringSame": {"aws:PrincipalArn": "x"}}))),
        ("PolicyInputList", with("Condition", json!({"ForAllValues:Null": {"aws:PrincipalArn": "true"}}))),
        ("PolicyInputList", with("Condition", json!({"NullIfExists": {"aws:PrincipalArn": "true"}}))),
        ("PolicyInputList", with("Condition", json!({"StringEquals": "x"}))),
        ("PolicyInputList", with("Condition", json!({"StringEquals": {"a:b/c": {"x": 1}}}))),
        ("PolicyInputList", without("Effect")),
        ("PolicyInputList", without("Action")),
        ("PolicyInputList", without("Resource")),
        ("ResourcePolicy", json!([])),
        ("ResourcePolicy", json!({"Statement": [statement]})),
        ("ResourcePolicy", json!({"Statement": [{"Effect": "Allow", "Principal": "ada", "Action": "*"}]})),
        ("ResourcePolicy", json!({"Statement": [{"Effect": "Allow", "Principal": {"Aws": "*"}, "Action": "*"}]})),
        ("ServiceControlPolicyInputList", json!([{"Statement": []}])),
        ("ServiceControlPolicyInputList", json!([[], [{"Statement": 1}]])),
    ] {
        let mut request = request();
        request[field] = value;
        let refusal = refusal(&request.to_string());
        assert!(refusal.starts_with("at `/"), "{refusal}");
        refusals.push_str(&format!("{refusal}\n"));
    }
    insta::assert_snapshot!(refusals);
}

#[test]
fn what_is_missing_is_named() {
    for field in ["CallerArn", "ActionNames"] {
        let mut request = request();
        request.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(&request.to_string()), format!("at `/`: there is no `{field}`"));
        assert_eq!(refusal(&json!([request]).to_string()), format!("at `/0`: there is no `{field}`"));
    }
}

#[test]
fn what_is_no_json_is_told_with_line_and_column() {
    for (input, place) in [
        ("", "line 1 column 0"),
        ("{\"CallerArn\": }", "line 1 column 15"),
        ("[\n  {\"a\": 1, \"a\": 2}\n]", "`a` is there twice at line 2 column 18"),
        (&"[".repeat(100_000), "recursion limit exceeded at line 1 column 128"),
    ] {
        let refusal = refusal(input);
        assert!(refusal.contains(place), "{refusal}");
    }
}

#[test]
fn a_policy_that_says_a_thing_twice_is_refused() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}, "Condition": {}}]}"#;
    let mut request = request();
    request["PolicyInputList"] = json!([text]);
    assert!(refusal(&request.to_string()).contains("`Condition` is there twice"));
}
