//! Section 4.3: tables and files.

use serde_json::{Value, json};

use super::{arn, blocks_public, fact_full, foundation, full, output, retained, trusted_by};
use crate::meaning::{plain, same};
use crate::policy::of_bucket;
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The four tables, with the attribute of their index, and whether their load can be predicted.
pub const TABLES: [(&str, &str, bool); 4] = [
    ("users", "email", true),
    ("projects", "userId", false),
    ("quotes", "projectId", false),
    ("contracts", "projectId", true),
];

/// A table.
pub fn table<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with("main", "AWS::DynamoDB::Table", "TableName", &env.name(name))
}

/// All four.
pub fn tables<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(4, "main", "AWS::DynamoDB::Table")
}

/// A table's ARN, as policies write it.
pub fn table_arn(env: &Env, name: &str) -> String {
    arn("dynamodb", &format!("table/{}", env.name(name)))
}

fn every(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    tables(env)?.iter().try_for_each(check)
}

/// The bucket of files: the one whose name is an output.
pub fn files<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let name = output(env, "FileStorageBucketName")?;
    let found = env.all("main", "AWS::S3::Bucket")?.into_iter().find(|bucket| same(&bucket.reference(), &name));
    found.ok_or_else(|| format!("no bucket is {name}"))
}

/// That a bucket is encrypted with a key of KMS.
pub fn encrypted(bucket: &Res) -> Check {
    bucket.is(
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm",
        "aws:kms",
    )
}

/// The rules of the bucket of files.
fn lifecycle(env: &Env) -> Result<Vec<Value>, String> {
    let rules = files(env)?.items("LifecycleConfiguration.Rules");
    let on = rules.iter().all(|rule| rule.get("Status").is_some_and(|status| status == "Enabled"));
    want(!rules.is_empty() && on, || format!("rules {rules:?}"))?;
    Ok(rules)
}

/// That a bucket takes requests over TLS alone.
pub fn tls_only(env: &Env, stack: &str, bucket: &Res) -> Check {
    let denied = of_bucket(env, stack, bucket)?.iter().any(|s| {
        s.denies && s.of_everyone() && s.actions == ["s3:*"] && s.when("Bool", "aws:SecureTransport", "false")
    });
    want(denied, || format!("{} may be asked without TLS", bucket.place()))
}

fn scaled<'t>(env: &Env<'t>, ty: &str) -> Result<Vec<Res<'t>>, String> {
    // Reading and writing of two tables, and of their indexes, which have a capacity of their own.
    env.exactly(8, "main", ty)
}

fn each_scaled(env: &Env, ty: &str, path: &str, value: impl Into<Value>) -> Check {
    let value = value.into();
    scaled(env, ty)?.iter().try_for_each(|res| res.is(path, value.clone()))
}

const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [table_facts(), scaling_facts(), file_facts()].concat()
}

fn table_facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-078", |e| tables(e).map(drop)),
        fact("UK-079", |e| TABLES.iter().try_for_each(|(name, ..)| table(e, name).map(drop))),
        fact("UK-080", |e| every(e, |table| table.is("SSESpecification.SSEEnabled", true))),
        fact("UK-081", |e| every(e, |table| table.is("SSESpecification.SSEType", "KMS"))),
        fact("UK-082", |e| {
            let key = foundation::key(e)?.attribute("Arn");
            every(e, |table| table.is("SSESpecification.KMSMasterKeyId", key.clone()))
        }),
        fact("UK-085", |e| {
            for (name, _, steady) in TABLES {
                if !steady || !full(e) {
                    table(e, name)?.is("BillingMode", "PAY_PER_REQUEST")?;
                    table(e, name)?.lacks("ProvisionedThroughput")?;
                }
            }
            Ok(())
        }),
        fact("UK-087", |e| {
            every(e, |table| {
                want(!table.items("GlobalSecondaryIndexes").is_empty(), || format!("{} has no index", table.place()))
            })
        }),
        fact("UK-088", |e| {
            for (name, by, _) in TABLES {
                let table = table(e, name)?;
                table.is("GlobalSecondaryIndexes[0].KeySchema", json!([{"AttributeName": by, "KeyType": "HASH"}]))?;
                let typed = table.items("AttributeDefinitions");
                let wanted = json!({"AttributeName": by, "AttributeType": "S"});
                want(typed.iter().any(|one| same(one, &wanted)), || format!("{name}: {typed:?}"))?;
            }
            Ok(())
        }),
        fact("UK-089", |e| {
            every(e, |table| {
                table.is("KeySchema", json!([{"AttributeName": "id", "KeyType": "HASH"}]))?;
                table.is("AttributeDefinitions[0]", json!({"AttributeName": "id", "AttributeType": "S"}))
            })
        }),
        fact("UK-091", |e| every(e, retained)),
        fact("UK-092", |e| every(e, |table| table.policy("UpdateReplacePolicy", &["Retain"]))),
    ];
    for more in [
        fact_full("UK-083", |e| {
            every(e, |table| table.is("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", true))
        }),
        fact_full("UK-084", |e| {
            every(e, |table| table.is("PointInTimeRecoverySpecification.RecoveryPeriodInDays", 35))
        }),
        fact_full("UK-086", |e| {
            for (name, ..) in TABLES.iter().filter(|(_, _, steady)| *steady) {
                table(e, name)?.is("BillingMode", "PROVISIONED")?;
                table(e, name)?
                    .is("ProvisionedThroughput", json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}))?;
            }
            Ok(())
        }),
        fact_full("UK-090", |e| every(e, |table| table.is("DeletionProtectionEnabled", true))),
    ] {
        facts.extend(more);
    }
    facts
}

fn scaling_facts() -> Vec<Fact> {
    [
        fact_full("UK-093", |e| {
            let mut found: Vec<String> = Vec::new();
            for target in scaled(e, TARGET)? {
                found.push(format!("{} {}", plain(&target.get("ResourceId")), plain(&target.get("ScalableDimension"))));
            }
            for (name, ..) in TABLES.iter().filter(|(_, _, steady)| *steady) {
                let id = format!("table/{}", plain(&table(e, name)?.reference()));
                for what in ["Read", "Write"] {
                    let wanted = format!("{id} dynamodb:table:{what}CapacityUnits");
                    want(found.contains(&wanted), || format!("{wanted} is not among {found:?}"))?;
                }
            }
            Ok(())
        }),
        fact_full("UK-094", |e| each_scaled(e, TARGET, "MinCapacity", 5)),
        fact_full("UK-095", |e| each_scaled(e, TARGET, "MaxCapacity", 100)),
        fact_full("UK-096", |e| each_scaled(e, TARGET, "ServiceNamespace", "dynamodb")),
        fact_full("UK-097", |e| each_scaled(e, POLICY, "TargetTrackingScalingPolicyConfiguration.TargetValue", 70)),
        fact_full("UK-098", |e| {
            each_scaled(e, POLICY, "PolicyType", "TargetTrackingScaling")?;
            let mut on: Vec<String> = scaled(e, POLICY)?.iter().map(|one| plain(&one.get("ScalingTargetId"))).collect();
            let mut wanted: Vec<String> = scaled(e, TARGET)?.iter().map(|one| plain(&one.reference())).collect();
            on.sort();
            wanted.sort();
            want(on == wanted, || format!("policies on {on:?}"))
        }),
    ]
    .concat()
}

fn file_facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-099", |e| files(e).map(drop)),
        fact("UK-100", |e| encrypted(&files(e)?)),
        fact("UK-101", |e| {
            let path =
                "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID";
            files(e)?.is(path, foundation::key(e)?.attribute("Arn"))
        }),
        fact("UK-102", |e| {
            files(e)?.is("BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled", true)
        }),
        fact("UK-103", |e| {
            let rules = lifecycle(e)?;
            let moves = rules.iter().any(|rule| rule.get("Transitions").is_some());
            let clears = rules.iter().any(|rule| rule.get("NoncurrentVersionExpiration").is_some());
            want(moves && clears, || format!("rules {rules:?}"))
        }),
        fact("UK-104", |e| {
            let wanted = json!({"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30});
            let found = lifecycle(e)?[0].pointer("/Transitions/0").cloned().unwrap_or_default();
            want(same(&found, &wanted), || format!("first moves {found}"))
        }),
        fact("UK-105", |e| {
            let rules = lifecycle(e)?;
            let found: Vec<_> =
                rules.iter().filter_map(|rule| rule.pointer("/NoncurrentVersionExpiration/NoncurrentDays")).collect();
            want(found.len() == 1 && plain(found[0]) == "90", || format!("old versions are kept {found:?}"))
        }),
        fact("UK-106", |e| files(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("UK-107", |e| blocks_public(&files(e)?)),
        fact("UK-109", |e| files(e)?.lacks("BucketName")),
        fact("UK-110", |e| retained(&files(e)?)),
        fact("UK-111", |e| {
            tls_only(e, "main", &files(e)?)?;
            let site = super::edge::distribution_arn(e)?;
            let lets = of_bucket(e, "main", &files(e)?)?.into_iter().any(|s| {
                s.allows
                    && s.principals == ["Service:cloudfront.amazonaws.com"]
                    && s.actions == ["s3:GetObject"]
                    && (s.when("ArnEquals", "aws:SourceArn", &site) || s.when("StringEquals", "aws:SourceArn", &site))
            });
            want(lets, || format!("{site} may not read files"))
        }),
    ];
    for more in [
        fact_full("UK-108", |e| {
            let bucket = files(e)?;
            bucket.is("ReplicationConfiguration.Rules[0].Status", "Enabled")?;
            let (stack, output) = super::plan::source(e, "DrReplicaBucketArn")?;
            want(stack == e.stack_name("dr"), || format!("copies go to {stack} {output}"))?;
            let to = bucket.text("ReplicationConfiguration.Rules[0].Destination.Bucket")?;
            want(to.contains("DrReplicaBucketArn"), || format!("copies go to {to}"))?;
            bucket.is("ReplicationConfiguration.Role", replication_role(e)?.attribute("Arn"))
        }),
        fact_full("UK-112", |e| trusted_by(&replication_role(e)?, "s3.amazonaws.com")),
    ] {
        facts.extend(more);
    }
    facts
}

/// The role that copies files.
pub fn replication_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("main", "AWS::IAM::Role", "RoleName", &env.name("files-replication"))
}
