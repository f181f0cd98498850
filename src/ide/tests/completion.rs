//! What is offered at a place, the best first.

use super::System;
use crate::ide;

const HEAD: &str = "system shop
param size: int(1..10) = 2
param mode: \"small\" | \"large\" = \"small\"
environment test { account = \"111122223333\", region = \"eu-west-1\" }
environment live from test {}
let part = \"x\"
fn twice(a: int) -> int = a * 2
stack Net {
  key    = AWS::KMS::Key {}
  vpc    = AWS::EC2::VPC { CidrBlock = \"10.0.0.0/16\" }
  public = AWS::EC2::Subnet { VpcId = vpc }
  clerk  = Role { trusted = \"lambda.amazonaws.com\" }
  letters = Desk { kind = \"small\" }
}
component Desk {
  param kind: \"small\" | \"wide\"
  param key: AWS::KMS::Key? = none
  main letters = AWS::S3::Bucket {}
  access browse { s3:ListBucket on \"{arn}\" }
  output place = letters.name
}
";

fn offered(rest: &str) -> ide::Completions {
    let text = format!("{HEAD}{rest}");
    let system = System::of(&[("/shop/main.infra", &text)]);
    ide::complete(&system.outline, Some(&system.known), system.file, system.offset)
}

/// The first labels that are offered at each place.
fn first(places: &[&str]) -> String {
    let mut told = String::new();
    for place in places {
        let offered = offered(place);
        let labels: Vec<&str> = offered.items.iter().take(9).map(|offer| offer.label.as_str()).collect();
        let more = if offered.items.len() > 9 { ", …" } else { "" };
        told.push_str(&format!("{}\n    {}{more}\n", place.trim_end(), labels.join(", ")));
    }
    told
}

#[test]
fn properties_come_with_those_that_must_be_set_first() {
    insta::assert_snapshot!(first(&[
        "stack A { s = AWS::EC2::Subnet { ‸ } }\n",
        "stack A { s = AWS::EC2::Subnet { VpcId = Net.vpc, Cidr‸ } }\n",
        "stack A {\n  s = AWS::EC2::Subnet {\n    VpcId = Net.vpc\n    Av‸\n    CidrBlock = \"10.0.0.0/24\"\n  }\n}\n",
        "stack A { d = Desk { ‸ } }\n",
        "stack A { b = AWS::S3::Bucket { VersioningConfiguration = { ‸ } } }\n",
        "stack A { d = Desk {} with { ‸ } }\n",
        "stack A { d = Desk {} with { letters { Acc‸ } } }\n",
        "environment next { ‸ }\n",
        "test \"t\" with { ‸ } { assert true }\n",
        "lints { unused_w‸ }\n",
    ]));
}

#[test]
fn values_fit_what_is_wanted() {
    insta::assert_snapshot!(first(&[
        "stack A { s = AWS::EC2::Subnet { VpcId = ‸ } }\n",
        "stack A { q = AWS::SQS::Queue { KmsMasterKeyId = ‸ } }\n",
        "stack A { d = Desk { kind = ‸ } }\n",
        "stack A { t = AWS::DynamoDB::Table { BillingMode = ‸ } }\n",
        "stack A { t = AWS::DynamoDB::Table { BillingMode = \"‸\" } }\n",
        "stack A { t = AWS::DynamoDB::Table { DeletionProtectionEnabled = ‸ } }\n",
        "environment next { mode = ‸ }\n",
        "let a = pa‸\n",
        "let a = \"{si‸}\"\n",
        "let a = per env { ‸ }\n",
        "let a = if mode == ‸\n",
    ]));
}

#[test]
fn what_stands_behind_a_dot() {
    insta::assert_snapshot!(first(&[
        "let a = Net.‸\n",
        "let a = Net.vpc.‸\n",
        "let a = Net.letters.‸\n",
        "stack A { output o = Net.‸ }\n",
        "let a = 5min.‸\n",
        "stack A {\n  grant Net.clerk read on Net.‸\n}\n",
    ]));
}

#[test]
fn permissions_and_connections() {
    insta::assert_snapshot!(first(&[
        "grant ‸\n",
        "grant Net.clerk br‸\n",
        "grant Net.clerk br‸ on Net.letters\n",
        "grant Net.clerk read, br‸ on Net.letters\n",
        "grant Net.clerk read on ‸\n",
        "permit Net.clerk s3:GetOb‸ on Net.letters because \"x\"\n",
        "permit Net.clerk s3:GetOb‸\n",
        "connect ‸\n",
        "connect Net.vpc -> ‸\n",
        "grant Net.clerk read on Net.letters when aws:Source‸\n",
    ]));
}

#[test]
fn words_statements_and_types() {
    insta::assert_snapshot!(first(&[
        "‸",
        "st‸\n",
        "stack A {\n  ‸\n}\n",
        "stack A {\n  gr‸\n}\n",
        "component C {\n  ‸\n}\n",
        "stack A {\n  q = AWS::SQS::Queu‸\n}\n",
        "stack A {\n  q = AWS::SQS::‸\n}\n",
        "stack A {\n  q = Buck‸ {}\n}\n",
        "param p: ‸\n",
        "stack A after ‸ {}\n",
        "environment next from ‸\n",
        "test \"t\" in ‸ { assert true }\n",
        "use policy Databas‸\n",
        "@‸\nstack A {}\n",
        "@waive(open_to‸, because \"x\")\nstack A {}\n",
        "// stack ‸\n",
    ]));
}

#[test]
fn nothing_is_offered_twice_or_beside_itself() {
    let labels = |rest: &str| offered(rest).items.into_iter().map(|offer| offer.label).collect::<Vec<String>>();
    let set = labels("stack A { s = AWS::EC2::Subnet { VpcId = Net.vpc, ‸ } }\n");
    assert!(!set.contains(&String::from("VpcId")) && set.contains(&String::from("CidrBlock")));
    let mut all = labels("let a = ‸\n");
    let before = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), before);
}
