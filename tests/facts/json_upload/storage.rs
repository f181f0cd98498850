//! Section 5: the buckets.

use serde_json::{Value, json};

use super::{Fact, each, fact};
use crate::policy::of_bucket;
use crate::tree::{Check, Env, Res, want};

fn buckets<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(2, "storage", "AWS::S3::Bucket")
}

/// Where people put documents: the bucket in which who has signed in has a folder.
pub fn uploads<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    super::called(env, "storage", "AWS::S3::Bucket", "BucketUploads")
}

/// Where what was made of them goes.
pub fn components<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    super::called(env, "storage", "AWS::S3::Bucket", "BucketComponents")
}

/// The rule of a bucket's life that has this in it.
fn rule(bucket: &Res, key: &str) -> Result<Value, String> {
    let rules = bucket.items("LifecycleConfiguration.Rules");
    let found: Vec<&Value> = rules.iter().filter(|rule| rule.get(key).is_some()).collect();
    match found[..] {
        [only] if only.get("Status").is_some_and(|status| status == "Enabled") => Ok(only.clone()),
        _ => Err(format!("{} has rules {rules:?}", bucket.place())),
    }
}

fn moves(bucket: &Res, index: usize, class: &str, days: u64) -> Check {
    let rule = rule(bucket, "Transitions")?;
    let found = rule.get("Transitions").and_then(|all| all.get(index)).cloned().unwrap_or_default();
    want(found == json!({"StorageClass": class, "TransitionInDays": days}), || format!("{found}"))
}

fn of_each(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    each(2, buckets(env)?, check)
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("JU-104", |e| {
            uploads(e)?;
            components(e).map(|_| ())
        }),
        fact("JU-105", |e| of_each(e, |bucket| bucket.policy("DeletionPolicy", &["Retain"]))),
        fact("JU-106", |e| of_each(e, |bucket| bucket.policy("UpdateReplacePolicy", &["Retain"]))),
        fact("JU-107", |e| of_each(e, |bucket| bucket.is("VersioningConfiguration.Status", "Enabled"))),
        fact("JU-108", |e| of_each(e, |bucket| rule(bucket, "Transitions").map(|_| ()))),
        fact("JU-109", |e| of_each(e, |bucket| moves(bucket, 0, "STANDARD_IA", 30))),
        fact("JU-110", |e| of_each(e, |bucket| moves(bucket, 1, "GLACIER", 90))),
        fact("JU-111", |e| {
            of_each(e, |bucket| {
                let rule = rule(bucket, "NoncurrentVersionExpiration")?;
                let days = rule.pointer("/NoncurrentVersionExpiration/NoncurrentDays");
                want(days.is_some_and(|days| *days == 30), || format!("{rule}"))
            })
        }),
        fact("JU-112", |e| {
            of_each(e, |bucket| {
                want(bucket.items("CorsConfiguration.CorsRules").len() == 1, || "several rules".into())?;
                bucket.is("CorsConfiguration.CorsRules[0].AllowedOrigins", json!(["‹parameter AllowedOrigin›"]))
            })
        }),
        fact("JU-113", |e| {
            of_each(e, |bucket| {
                bucket.is("CorsConfiguration.CorsRules[0].AllowedMethods", json!(["GET", "PUT", "POST"]))
            })
        }),
        fact("JU-114", |e| {
            of_each(e, |bucket| {
                let headers = bucket.items("CorsConfiguration.CorsRules[0].AllowedHeaders");
                let named = |header: &Value| header.as_str().is_some_and(|text| !text.contains('*'));
                want(headers.len() == 6 && headers.iter().all(named), || format!("{headers:?}"))
            })
        }),
        fact("JU-115", |e| {
            of_each(e, |bucket| {
                let start = "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault";
                bucket.is(&format!("{start}.SSEAlgorithm"), "AES256")
            })
        }),
        fact("JU-116", |e| {
            of_each(e, |bucket| {
                ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
                    .iter()
                    .try_for_each(|key| bucket.is(&format!("PublicAccessBlockConfiguration.{key}"), true))
            })
        }),
        fact("JU-117", |e| {
            of_each(e, |bucket| {
                let statements = of_bucket(e, "storage", bucket)?;
                let denies = statements.iter().any(|s| {
                    s.denies
                        && s.of_everyone()
                        && s.actions == ["s3:*"]
                        && s.when("Bool", "aws:SecureTransport", "false")
                });
                want(denies, || format!("{statements:?}"))
            })
        }),
    ]
}
