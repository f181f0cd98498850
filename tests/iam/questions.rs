//! `infrac can` and `infrac who-can`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn infrac(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iam/systems");
    Command::new(env!("CARGO_BIN_EXE_infrac")).args(arguments).current_dir(folder).output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = infrac(arguments);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    format!("$ infrac {}\n{out}{err}=> {}\n", arguments.join(" "), output.status.code().unwrap())
}

#[test]
fn everybody_who_can_is_found_with_the_way() {
    insta::assert_snapshot!(said(&["who-can", "s3:GetObject", "Vault.gold", "ladder"]));
    let far = said(&["who-can", "s3:GetObject", "Vault.gold/large/x", "ladder"]);
    assert!(!far.contains("heir") && !far.contains("friend") && far.contains("judge"), "{far}");
    assert_eq!(
        said(&["who-can", "s3:DeleteObject", "Vault.gold/large/x", "ladder"])
            .lines()
            .filter(|line| !line.starts_with("    "))
            .collect::<Vec<_>>(),
        [
            "$ infrac who-can s3:DeleteObject Vault.gold/large/x ladder",
            "production:",
            "  People.locksmith",
            "  People.monarch",
            "=> 0"
        ]
    );
}

#[test]
fn services_that_a_resource_names_are_among_those_who_can() {
    insta::assert_snapshot!(said(&["who-can", "sqs:SendMessage", "Orders.orders", "shop"]));
}

#[test]
fn questions_are_answered_with_conditions_and_places() {
    let questions = [
        ["People.clerk", "s3:GetObject", "Files.letters"],
        ["People.clerk", "s3:GetObject", "Files.letters/outbox/x"],
        ["People.desk", "s3:GetObject", "production.Files.letters"],
        ["People.porter", "s3:GetObject", "Files.letters/blue/x"],
        ["People.porter", "s3:GetBucketLocation", "Files.photos"],
        ["People.clerk", "kms:Decrypt", "Files.vault"],
        ["People.clerk", "kms:Encrypt", "Files.vault"],
        ["People.desk", "secretsmanager:GetSecretValue", "Files.code"],
        ["People.clerk", "sqs:ReceiveMessage", "Orders.orders"],
        ["People.desk", "ec2:DescribeVpcs", "*"],
        ["People.clerk", "s3:GetObject", "arn:aws:s3:::elsewhere/x"],
        ["sns.amazonaws.com", "sqs:SendMessage", "Orders.orders"],
        ["arn:aws:iam::999988887777:user/eve", "s3:DeleteObject", "Files.letters"],
        ["anonymous", "s3:GetObject", "Files.letters"],
        ["lambda.amazonaws.com", "sts:AssumeRole", "People.desk"],
        ["ec2.amazonaws.com", "sts:AssumeRole", "People.desk"],
    ];
    let answers: Vec<String> = questions.iter().map(|[who, what, on]| said(&["can", who, what, on, "shop"])).collect();
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn what_is_not_there_is_met_with_what_is() {
    let questions = [
        ["People.clrk", "s3:GetObject", "Files.letters"],
        ["People.clerk", "s3:GetObjekt", "Files.letters"],
        ["People.clerk", "s3:GetObject", "Files.leters"],
    ];
    let answers: Vec<String> = questions.iter().map(|[who, what, on]| said(&["can", who, what, on, "shop"])).collect();
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn an_expectation_decides_the_exit_code() {
    for (who, what, expected, code) in [
        ("People.clerk", "s3:GetObject", "allowed", 0),
        ("People.clerk", "s3:GetObject", "denied", 1),
        ("People.clerk", "s3:DeleteObject", "denied", 0),
        ("People.clerk", "s3:DeleteObject", "allowed", 1),
        // Under a condition is allowed.
        ("People.desk", "s3:GetObject", "allowed", 0),
        ("People.desk", "s3:GetObject", "denied", 1),
    ] {
        let output = infrac(&["can", who, what, "Files.letters", "shop", "--expect", expected]);
        assert_eq!(output.status.code(), Some(code), "{who} {what} {expected}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn answers_can_be_had_as_json() {
    let json = |arguments: &[&str]| -> Value { serde_json::from_slice(&infrac(arguments).stdout).unwrap() };
    let can = json(&["can", "People.desk", "s3:GetObject", "Files.letters", "shop", "--format", "json"]);
    assert_eq!(can[0]["decision"], "conditional");
    assert_eq!(can[0]["given"]["when"][0], "aws:SourceVpc StringEquals vpc-0abc");
    let who = json(&["who-can", "s3:GetObject", "Vault.gold", "ladder", "--format", "json"]);
    let coder = who[0]["who"].as_array().unwrap().iter().find(|who| who["principal"] == "People.coder").unwrap();
    assert_eq!(coder["path"][0]["then"], "Vault.owner");
}
