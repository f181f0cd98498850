//! Facts about IAM.

use super::super::{AccessLevel, KeyType, catalog};

#[test]
fn every_service_is_there() {
    assert!(catalog().services().count() >= 456);
    assert!(catalog().service("s3").is_some_and(|service| service.name() == "Amazon S3"));
    assert_eq!(catalog().iam_date(), "2026-09-26");
}

#[test]
fn an_action_knows_its_resources_and_levels() {
    let get = catalog().action("s3:GetObject").unwrap();
    assert!(get.levels().eq([AccessLevel::Read]));
    let object = get.resources().find(|resource| resource.kind == "object").unwrap();
    assert_eq!(object.resource_kind().unwrap().arn(), "arn:${Partition}:s3:::${BucketName}/${ObjectName}");
    assert!(get.condition_keys().has("s3:ExistingObjectTag/<key>"));
    let tag = catalog().action("ec2:CreateTags").unwrap();
    assert!(tag.levels().any(|level| level == AccessLevel::Tagging));
    assert!(catalog().action("ec2:DescribeInstances").unwrap().resources().next().is_none());
    let run = catalog().action("ecs:RunTask").unwrap();
    assert!(run.resources().any(|resource| resource.kind == "task-definition" && resource.required));
    assert!(run.dependents().has("iam:PassRole"));
}

#[test]
fn actions_are_found_without_regard_to_case_and_by_pattern() {
    assert_eq!(catalog().action("S3:getobject").unwrap().to_string(), "s3:GetObject");
    assert!(catalog().action("s3:GetObjects").is_none());
    assert!(catalog().action("GetObject").is_none());
    let s3 = catalog().service("s3").unwrap();
    assert!(s3.actions_like("get*acl").any(|action| action.name() == "GetBucketAcl"));
    assert!(s3.actions_like("Get?bject").all(|action| action.name() == "GetObject"));
    assert_eq!(s3.actions_like("*").count(), s3.actions().count());
    assert_eq!(s3.actions_like("").count(), 0);
}

#[test]
fn condition_keys_have_types() {
    let source = catalog().condition_key("aws:SourceArn").unwrap();
    assert_eq!((source.value, source.many), (KeyType::Arn, false));
    let keys = catalog().condition_key("aws:TagKeys").unwrap();
    assert_eq!((keys.value, keys.many), (KeyType::String, true));
    assert_eq!(catalog().condition_key("aws:PrincipalTag/team").unwrap().name, "aws:PrincipalTag/tag-key");
    assert_eq!(catalog().condition_key("s3:ExistingObjectTag/team").unwrap().name, "s3:ExistingObjectTag/<key>");
    assert_eq!(catalog().condition_key("aws:securetransport").unwrap().value, KeyType::Bool);
    assert!(catalog().condition_key("aws:PrincipalTag/").is_none());
    assert!(catalog().condition_key("aws:Nonsense").is_none());
}
