//! `infrac catalog`.

use std::path::Path;

use super::run;

fn catalog(arguments: &[&str]) -> super::Run {
    run(Path::new("."), &[&["catalog"], arguments].concat())
}

#[test]
fn a_type_is_shown_with_all_that_is_known_of_it() {
    let shown = catalog(&["AWS::SQS::Queue"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    insta::with_settings!({ filters => vec![(r"\d{4}-\d\d-\d\d", "[date]")] }, {
        insta::assert_snapshot!("catalog_type", shown.out);
    });
}

#[test]
fn a_part_of_a_type_and_an_action_have_pages_too() {
    let part = catalog(&["AWS::EC2::Instance.BlockDeviceMappings"]);
    assert!(part.out.contains("Ebs") && part.out.contains("VolumeSize"), "{}", part.out);
    let action = catalog(&["s3:getobject"]);
    assert!(
        action.out.starts_with("s3:GetObject\n") && action.out.contains("arn:${Partition}:s3:::"),
        "{}",
        action.out
    );
    let all = catalog(&[]);
    assert!(all.out.contains("resource types") && all.out.contains("actions"), "{}", all.out);
}

#[test]
fn the_same_is_there_as_data() {
    for what in [&["AWS::RDS::DBInstance"][..], &["AWS::S3::Bucket.Tags"], &["kms:Decrypt"], &[]] {
        let shown = catalog(&[what, &["--format", "json"]].concat());
        let data: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(data["format"], 1, "{what:?}");
    }
    let data: serde_json::Value =
        serde_json::from_str(&catalog(&["AWS::RDS::DBInstance", "--format", "json"]).out).unwrap();
    assert_eq!(data["properties"]["DBInstanceClass"]["kind"], "text");
    assert!(data["permissions"]["create"].as_array().unwrap().iter().any(|action| action == "rds:CreateDBInstance"));
}

#[test]
fn what_is_unknown_is_refused_with_what_is_near() {
    for (what, said) in [
        ("AWS::SQS::Quee", "did you mean `AWS::SQS::Queue`?"),
        ("AWS::S3::Bucket.BuckName", "did you mean `BucketName`?"),
        ("s3:GetObjct", "did you mean `GetObject`?"),
        ("s4:GetObject", "`s4:GetObject` is no resource type and no action"),
        ("", "`` is no resource type and no action"),
    ] {
        let shown = catalog(&[what]);
        assert_eq!((shown.code, shown.out.as_str()), (2, ""), "{what}");
        assert!(shown.err.contains(said), "{what}: {}", shown.err);
    }
}
