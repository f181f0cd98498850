//! The reader itself: two ways to say the same thing are one, and other things stay apart.

use std::fs;

use serde_json::{Value, json};

use crate::built::scratch;
use crate::meaning;
use crate::script::Script;
use crate::tree::Tree;

/// Two templates of one deployment, the second importing from the first.
fn tree(name: &str) -> Tree {
    let dir = scratch(name);
    fs::create_dir_all(dir.join("team01")).unwrap();
    let first = json!({
        "Resources": {
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "files-${AWS::AccountId}"}}},
            "Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key"}},
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {}},
            "Loop": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Loop"}}},
        },
        "Outputs": {"Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}, "Export": {"Name": "one-Group"}}},
    });
    fs::write(dir.join("team01/one.template.json"), first.to_string()).unwrap();
    fs::write(dir.join("team01/two.template.json"), json!({"Resources": {}}).to_string()).unwrap();
    Tree::load(&dir)
}

fn of(tree: &Tree, stack: &str, value: Value) -> Value {
    meaning::of(tree, tree.stack(stack).unwrap(), &value)
}

#[test]
fn an_arn_written_out_and_one_asked_for_are_the_same() {
    let tree = tree("arn");
    let written = of(
        &tree,
        "two",
        json!({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::files-", {"Ref": "AWS::AccountId"}]]}),
    );
    assert_eq!(written, of(&tree, "one", json!({"Fn::GetAtt": "Files.Arn"})));
    assert_eq!(written, of(&tree, "one", json!({"Fn::Sub": "${Files.Arn}"})));
    assert_eq!(written, "arn:${AWS::Partition}:s3:::files-${AWS::AccountId}");
}

#[test]
fn an_import_means_what_is_exported() {
    let tree = tree("import");
    let here = of(&tree, "one", json!({"Ref": "Group"}));
    assert_eq!(here, of(&tree, "two", json!({"Fn::ImportValue": "one-Group"})));
    assert_ne!(here, of(&tree, "two", json!({"Fn::ImportValue": "one-Other"})));
    assert_ne!(here, of(&tree, "two", json!({"Ref": "Group"})));
}

#[test]
fn a_secret_keeps_the_six_characters_that_aws_adds() {
    let tree = tree("secret");
    let arn = of(&tree, "one", json!({"Ref": "Key"}));
    assert_eq!(arn, "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:key-??????");
}

#[test]
fn a_circle_ends() {
    let tree = tree("circle");
    assert_eq!(of(&tree, "one", json!({"Ref": "Loop"})), "‹circle›");
}

#[test]
fn literal_dollars_and_no_value_are_understood() {
    let tree = tree("literal");
    assert_eq!(
        of(&tree, "one", json!({"Fn::Sub": ["${!HOME} ${x}", {"x": {"Ref": "AWS::Region"}}]})),
        "${HOME} ${AWS::Region}"
    );
    assert_eq!(
        of(&tree, "one", json!({"A": {"Ref": "AWS::NoValue"}, "B": [1, {"Ref": "AWS::NoValue"}]})),
        json!({"B": [1]})
    );
}

#[test]
fn a_script_is_taken_apart_into_commands_and_files() {
    let script = Script::read(
        "#!/bin/bash\ndnf install -y \\\n  a b\ncat > /etc/systemd/system/x.service <<'END'\n[Service]\nType=simple\nEnvironmentFile=/etc/x.env\nEND\ntee /etc/x.env <<E\nKEY=value=1\nE\nsystemctl enable --now x\n",
    );
    assert_eq!(script.installed_by("dnf"), ["dnf", "install", "-y", "a", "b"]);
    assert_eq!(script.unit_values("Service", "Type"), Ok(vec!["simple".to_owned()]));
    assert_eq!(script.unit_values("Unit", "Type"), Ok(vec![]));
    assert_eq!(script.variable("KEY"), Ok("value=1".to_owned()));
    assert_eq!(script.service(), Ok("x"));
    assert!(script.runs(&["systemctl", "enable", "--now"]));
    assert!(!script.runs(&["systemctl", "start"]));
    assert!(script.files[0].quoted && !script.files[1].quoted);
}

#[test]
fn the_shell_fills_in_its_variables_where_the_marker_has_no_quotes() {
    let script = Script::read(
        "LOG=/a\nLOG_GROUP=/b\ncat > /x <<END\n$LOG_GROUP ${LOG} $PATH\nEND\ncat > /y <<'END'\n$LOG\nEND\n",
    );
    assert_eq!(script.written(&script.files[0], &script.files[0].lines[0]), "/b /a $PATH");
    assert_eq!(script.written(&script.files[1], &script.files[1].lines[0]), "$LOG");
}
