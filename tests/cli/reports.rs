//! `infrac report`.

use std::path::Path;

use serde_json::Value;

use crate::run;

const SHOP: &str = "tests/iam/systems/shop";

#[test]
fn access_is_told_with_conditions_and_places() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "access", SHOP]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (access, deploying) = run.out.split_once("\ndeploying production").unwrap();
    insta::assert_snapshot!(access);
    // What the handlers of the types ask for, on the resources themselves where IAM takes them.
    let files = deploying.lines().skip_while(|line| !line.starts_with("Files")).collect::<Vec<_>>().join("\n");
    assert!(
        files.contains("arn:aws:s3:::shop-production-photos-123456789012") && files.contains("s3:CreateBucket"),
        "{files}"
    );
}

#[test]
fn the_smallest_role_that_deploys_a_stack_is_a_policy() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "access", SHOP, "--format", "json"]);
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let people = &data["entries"][0]["deploy"]["People"]["policy"]["Statement"];
    let of = |action: &str| {
        let has = |statement: &&Value| statement["Action"].as_array().unwrap().iter().any(|own| own == action);
        people.as_array().unwrap().iter().find(has).map(|statement| statement["Resource"].clone())
    };
    let created = of("iam:CreateRole").unwrap();
    let roles: Vec<&str> = created.as_array().unwrap().iter().map(|arn| arn.as_str().unwrap()).collect();
    // The policy beside a role that stands in its stack has no name that is known.
    assert!(roles.iter().all(|arn| arn.starts_with("arn:aws:iam::123456789012:role/")), "{roles:?}");
    assert_eq!(of("s3:CreateBucket"), None);
}

#[test]
fn access_as_data_says_the_same() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "access", SHOP, "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let access = data["entries"][0]["access"].as_array().unwrap();
    let of_vault: Vec<&Value> =
        access.iter().filter(|entry| entry["resources"][0] == "Files.vault" && entry["verb"] == "decrypt").collect();
    // Said in two policies, and told once.
    assert_eq!(of_vault.len(), 1);
    insta::assert_snapshot!(serde_json::to_string_pretty(of_vault[0]).unwrap());
    let star = access.iter().find(|entry| entry["arns"][0] == "*").unwrap();
    assert_eq!(star["everything"]["ec2:DescribeVpcs"], "IAM has no resource for it");
}

#[test]
fn an_unknown_table_ends_with_2_and_names_those_that_there_are() {
    let run = run(Path::new("."), &["report", "axess"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("possible values: access"), "{}", run.err);
}

const LAB: &str = "specs/hr-lab";

#[test]
fn the_network_is_told_with_its_lines() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "network", LAB, "--env", "team02"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn the_network_as_data_says_the_same() {
    let run =
        run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "network", LAB, "--env", "team01", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let entry = &data["entries"][0];
    assert_eq!((&entry["environment"], &entry["complete"]), (&Value::from("team01"), &Value::from(true)));
    let flows = entry["flows"].as_array().unwrap();
    let to_database = flows.iter().find(|flow| flow["from"] == "Compute.app" && flow["to"] == "Data.db").unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(to_database).unwrap());
}

#[test]
fn the_network_is_drawn() {
    let run = run(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        &["report", "network", LAB, "--env", "team01", "--format", "mermaid"],
    );
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "access", SHOP, "--format", "mermaid"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("there is no drawing of `access`"), "{}", run.err);
}

#[test]
fn waivers_are_told_with_their_reasons() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "waivers", LAB]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn a_waiver_of_one_environment_is_told_with_its_name_and_its_day() {
    let system = b"system shop
environment live { account = \"123456789012\", region = \"eu-west-2\" }
environment trial { account = \"123456789012\", region = \"eu-west-2\" }
naming { default = \"{system}-{env}-{id}\" }
stack Web {
  two = AWS::SSM::Parameter { Type = \"String\", Value = \"x\" }
  if env == \"trial\" {
    @waive(literal_account_id, because \"the partner's topic\", until 2099-01-31)
    one = AWS::SSM::Parameter { Type = \"String\", Value = \"arn:aws:sns:eu-west-2:999999999999:news\" }
  }
}
";
    let folder = crate::folder(&[("main.infra", system)]);
    let said = run(folder.path(), &["report", "waivers", "--format", "json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&said.out).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&data["entries"]).unwrap());
    let none = crate::folder(&[(
        "main.infra",
        b"system shop\nenvironment live { account = \"123456789012\", region = \"eu-west-2\" }\n",
    )]);
    assert!(run(none.path(), &["report", "waivers"]).out.contains("nothing is waived"));
}

#[test]
fn tags_are_read_from_the_templates() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "tags", LAB, "--env", "team01"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn what_is_not_tagged_is_told_and_what_is_waived_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.infra"), UNTAGGED).unwrap();
    let run = run(folder.path(), &["report", "tags", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let of = |what: &str| {
        let all = data["entries"][0]["resources"].as_array().unwrap();
        all.iter().find(|one| one["what"] == what).unwrap().clone()
    };
    assert_eq!((&of("Files.letters")["verdict"], &of("Files.letters")["keys"][0]), (&"tagged".into(), &"Cost".into()));
    assert_eq!((&of("Files.old")["verdict"], &of("Files.old")["lacks"][0]), (&"waived".into(), &"Cost".into()));
    assert_eq!(of("Files.key")["changeable"], Value::from(false));
    assert_eq!(of("Files.name")["verdict"], Value::from("takes no tags"));
    assert_eq!(of("Files.server")["creates"][0], serde_json::json!({ "what": "volumes", "tagged": true }));
}

const UNTAGGED: &str = r#"system shop
environment production { account = "123456789012", region = "eu-west-2" }
require tag Cost
stack Files {
  letters = AWS::SQS::Queue { tags = { Cost = "1" } }
  @waive(missing_tag, because "goes next week")
  old = AWS::SQS::Queue {}
  key = AWS::EC2::KeyPair { KeyName = "shop", tags = { Cost = "1" } }
  name = AWS::KMS::Alias { AliasName = "alias/shop", TargetKeyId = "1234abcd-12ab-34cd-56ef-1234567890ab" }
  server = AWS::EC2::Instance { ImageId = "ami-12345678", tags = { Cost = "1" } }
}
"#;

#[test]
fn names_are_told_with_their_rules_and_scopes() {
    let run =
        run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "names", LAB, "--env", "team02", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let names = data["entries"][0]["names"].as_array().unwrap();
    let of = |what: &str| names.iter().find(|one| one["what"] == what).unwrap();
    let kept = ["Storage.uploads.bucket", "Compute.app.instances", "Network.vpc.vpc", "Compute", "Network.VpcId"];
    insta::assert_snapshot!(serde_json::to_string_pretty(&kept.map(of)).unwrap());
}

#[test]
fn environments_stand_side_by_side() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "environments", LAB]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn environments_as_data_say_the_same() {
    let run = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["report", "environments", LAB, "--format", "json"]);
    let data: Value = serde_json::from_str(&run.out).unwrap();
    let differs = &data["entries"][0]["tables"]["in_what_it_differs"];
    assert_eq!(differs[0]["about"], serde_json::json!(["Data.Db", "MultiAZ"]));
    assert_eq!(differs[0]["values"], serde_json::json!({ "team01": "false", "team02": "true" }));
}
