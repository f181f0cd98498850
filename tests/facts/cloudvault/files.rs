//! Section 7: the buckets, and how files are copied to another region.

use serde_json::Value;

use super::{Fact, config, each, fact, network, security};
use crate::meaning::{plain, same};
use crate::policy::of_bucket;
use crate::resource::walk;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "foundation";
const ENCRYPTED: &str = "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault";

/// People's files.
pub fn files<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::S3::Bucket", "BucketName", &env.name("storage-files"))
}

/// The exports of the users.
pub fn backups<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::S3::Bucket", "BucketName", &env.name("storage-backups"))
}

/// Nothing in the bucket can be public.
pub fn closed(bucket: &Res) -> Check {
    ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        .iter()
        .try_for_each(|name| bucket.is(&format!("PublicAccessBlockConfiguration.{name}"), true))
}

/// Everything over plain HTTP is denied to everyone, and nothing is allowed to everyone.
pub fn over_tls(env: &Env, stack: &str, bucket: &Res) -> Check {
    let statements = of_bucket(env, stack, bucket)?;
    let arn = plain(&bucket.attribute("Arn"));
    let denied = statements.iter().any(|s| {
        s.denies
            && s.of_everyone()
            && s.actions == ["s3:*"]
            && s.when("Bool", "aws:SecureTransport", "false")
            && [arn.clone(), format!("{arn}/*")].iter().all(|part| s.resources.contains(part))
    });
    let open = statements.iter().any(|s| s.allows && s.of_everyone());
    want(denied && !open, || format!("{}: {statements:?}", bucket.place()))
}

/// Whether one of the rules of a bucket's life cycle says this.
fn some_rule(bucket: &Res, path: &str, value: impl Into<Value>) -> Check {
    let (rules, value) = (bucket.items("LifecycleConfiguration.Rules"), value.into());
    let says = |rule: &Value| {
        rule.get("Status").is_some_and(|status| status == "Enabled")
            && walk(rule, path).is_some_and(|found| same(found, &value))
    };
    want(rules.iter().any(says), || format!("{} has no rule with {path} {value}: {rules:?}", bucket.place()))
}

/// After how many days backups are deleted.
pub fn backups_expire(env: &Env, days: u32) -> Check {
    some_rule(&backups(env)?, "ExpirationInDays", days)
}

fn copied(env: &Env, path: &str, value: impl Into<Value>) -> Check {
    files(env)?.is(&format!("ReplicationConfiguration.Rules[0].{path}"), value)
}

/// The role that copies.
fn copier<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = files(env)?.get("ReplicationConfiguration.Role");
    let all = env.all(STACK, "AWS::IAM::Role")?;
    all.into_iter().find(|role| role.attribute("Arn") == arn).ok_or_else(|| format!("no role {arn}"))
}

fn replica_arn(env: &Env) -> String {
    format!("arn:${{AWS::Partition}}:s3:::{}", env.name("storage-files-replica"))
}

/// Versions there and nothing but copies here; each key for what it is for.
fn copier_rights(env: &Env) -> Check {
    let files = plain(&files(env)?.attribute("Arn"));
    let copies = format!("{}/*", replica_arn(env));
    let key = plain(&security::s3_key(env)?.attribute("Arn"));
    let of_region = "arn:${AWS::Partition}:kms:us-west-2:${AWS::AccountId}:key/*".to_owned();
    network::may_only(
        env,
        &copier(env)?,
        &[
            (&["s3:GetReplicationConfiguration", "s3:ListBucket"], vec![files.clone()]),
            (
                &["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
                vec![format!("{files}/*")],
            ),
            (&["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], vec![copies]),
            (&["kms:Decrypt"], vec![key]),
            (&["kms:Encrypt"], vec![of_region]),
        ],
    )?;
    let alias = format!("alias/{}", env.name("replica"));
    let given = crate::policy::of_role(env, &copier(env)?)?;
    let bound = given
        .iter()
        .filter(|s| s.actions.iter().any(|action| action == "kms:Encrypt"))
        .all(|s| s.when("ForAnyValue:StringEquals", "kms:ResourceAliases", &alias));
    want(bound, || format!("the copier may encrypt with {given:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [bucket_facts(), copy_facts(), backup_facts()].concat()
}

fn bucket_facts() -> Vec<Fact> {
    vec![
        fact("CV-229", |e| files(e).map(|_| ())),
        fact("CV-230", |e| files(e)?.is(&format!("{ENCRYPTED}.SSEAlgorithm"), "aws:kms")),
        fact("CV-231", |e| files(e)?.is(&format!("{ENCRYPTED}.KMSMasterKeyID"), security::s3_key(e)?.attribute("Arn"))),
        fact("CV-232", |e| {
            files(e)?.is("BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled", true)
        }),
        fact("CV-233", |e| files(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("CV-234", |e| some_rule(&files(e)?, "Transitions[0].StorageClass", "INTELLIGENT_TIERING")),
        fact("CV-235", |e| {
            files(e)?.is("LifecycleConfiguration.Rules[0].Transitions[0].StorageClass", "INTELLIGENT_TIERING")?;
            let days = files(e)?.get("LifecycleConfiguration.Rules[0].Transitions[0].TransitionInDays");
            want(days.as_u64().is_some_and(|days| days <= 30), || format!("moved after {days}"))
        }),
        fact("CV-236", |e| some_rule(&files(e)?, "NoncurrentVersionExpiration.NoncurrentDays", config(e).backups)),
        fact("CV-237", |e| some_rule(&files(e)?, "AbortIncompleteMultipartUpload.DaysAfterInitiation", 7)),
        fact("CV-238", |e| closed(&files(e)?)),
        fact("CV-245", |e| files(e)?.is("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", true)),
        fact("CV-246", |e| files(e)?.is("CorsConfiguration.CorsRules[0].AllowedOrigins", vec![config(e).origin])),
        fact("CV-247", |e| files(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-248", |e| {
            over_tls(e, STACK, &files(e)?)?;
            over_tls(e, STACK, &backups(e)?)
        }),
        // The pattern as it is stated: no account in the name, and legal as a bucket's.
        fact("CV-512", |e| {
            each(2, e.all(STACK, "AWS::S3::Bucket")?, |res| {
                let name = res.text("BucketName")?;
                let legal = (3..=63).contains(&name.len())
                    && name.starts_with(&e.name("storage-"))
                    && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                want(legal, || format!("bucket {name}"))
            })
        }),
        fact("CV-513", |e| {
            each(2, e.all(STACK, "AWS::S3::Bucket")?, |res| {
                res.text("BucketName")?;
                res.policy("UpdateReplacePolicy", &["Retain"])
            })
        }),
        fact("CV-514", |e| {
            over_tls(e, STACK, &files(e)?)?;
            over_tls(e, STACK, &backups(e)?)?;
            let replica = e.with("replica", "AWS::S3::Bucket", "BucketName", &e.name("storage-files-replica"))?;
            over_tls(e, "replica", &replica)
        }),
    ]
}

fn copy_facts() -> Vec<Fact> {
    vec![
        fact("CV-239", |e| {
            copied(e, "Status", "Enabled")?;
            copied(e, "Destination.Bucket", replica_arn(e))
        }),
        fact("CV-240", |e| copied(e, "Destination.ReplicationTime.Time.Minutes", 15)),
        fact("CV-241", |e| copied(e, "Destination.ReplicationTime.Status", "Enabled")),
        fact("CV-242", |e| copied(e, "Destination.Metrics.EventThreshold.Minutes", 15)),
        fact("CV-243", |e| {
            let alias =
                format!("arn:${{AWS::Partition}}:kms:us-west-2:${{AWS::AccountId}}:alias/{}", e.name("replica"));
            copied(e, "Destination.EncryptionConfiguration.ReplicaKmsKeyID", alias)
        }),
        fact("CV-244", |e| copied(e, "SourceSelectionCriteria.SseKmsEncryptedObjects.Status", "Enabled")),
        fact("CV-255", |e| network::trusts(&copier(e)?, "s3.amazonaws.com")),
        fact("CV-256", copier_rights),
    ]
}

fn backup_facts() -> Vec<Fact> {
    vec![
        fact("CV-249", |e| backups(e).map(|_| ())),
        fact("CV-250", |e| backups(e)?.is("BucketName", e.name("storage-backups"))),
        fact("CV-251", |e| backups_expire(e, config(e).backups)),
        fact("CV-252", |e| backups(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("CV-253", |e| closed(&backups(e)?)),
        fact("CV-254", |e| {
            backups(e)?.is(&format!("{ENCRYPTED}.SSEAlgorithm"), "aws:kms")?;
            backups(e)?.is(&format!("{ENCRYPTED}.KMSMasterKeyID"), security::s3_key(e)?.attribute("Arn"))
        }),
    ]
}
