//! Section 6: the exports, and the logs of who asked for them.

use serde_json::{Value, json};

use super::{Fact, fact, fact_in, fate, production, security};
use crate::meaning::plain;
use crate::policy::{Statement, of_bucket};
use crate::tree::{Check, Env, Res, want};

/// The bucket of exports.
pub fn bucket<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("storage", "AWS::S3::Bucket", "BucketName", &bucket_name(env))
}

/// The bucket's name.
pub fn bucket_name(env: &Env) -> String {
    format!("{}-${{AWS::AccountId}}", env.name("exports"))
}

/// The ARN of the bucket or of something in it.
pub fn bucket_arn(env: &Env, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:s3:::{}{rest}", bucket_name(env))
}

/// The bucket of access logs, which production has.
pub fn log_bucket<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("storage", "AWS::S3::Bucket", "BucketName", &log_bucket_name(env))
}

fn log_bucket_name(env: &Env) -> String {
    format!("{}-${{AWS::AccountId}}", env.name("access-logs"))
}

/// That requests are logged in production, and nowhere else.
pub fn logged_in_production(env: &Env) -> Check {
    let bucket = bucket(env)?;
    if production(env) {
        bucket.is("LoggingConfiguration.DestinationBucketName", log_bucket(env)?.reference())
    } else {
        bucket.lacks("LoggingConfiguration")
    }
}

fn rules(bucket: &Res) -> Vec<Value> {
    let rules = bucket.items("LifecycleConfiguration.Rules");
    rules.into_iter().filter(|rule| rule.get("Status").is_some_and(|status| status == "Enabled")).collect()
}

/// After how many days objects move to this storage.
pub fn moves_after(env: &Env, class: &str) -> Result<Option<u64>, String> {
    let mut days = Vec::new();
    for rule in rules(&bucket(env)?) {
        for step in rule.get("Transitions").and_then(Value::as_array).into_iter().flatten() {
            if step.get("StorageClass").is_some_and(|found| found == class) {
                days.extend(step.get("TransitionInDays").and_then(Value::as_u64));
            }
        }
    }
    want(days.len() <= 1, || format!("{class} after {days:?}"))?;
    Ok(days.first().copied())
}

fn moves(env: &Env, class: &str, days: u64) -> Check {
    let found = moves_after(env, class)?;
    want(found == Some(days), || format!("{class} after {found:?} days"))
}

/// That some rule of the bucket has this value, and none another.
fn rule_has(bucket: &Res, pointer: &str, value: u64) -> Check {
    let found: Vec<Value> = rules(bucket).iter().filter_map(|rule| rule.pointer(pointer).cloned()).collect();
    want(found == [json!(value)], || format!("{} {pointer} is {found:?}", bucket.place()))
}

fn closed(bucket: &Res) -> Check {
    let all = json!({"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true});
    bucket.is("PublicAccessBlockConfiguration", all)
}

const RULE: &str = "BucketEncryption.ServerSideEncryptionConfiguration[0]";

fn denies_plain(said: &[Statement], arn: &str) -> Check {
    let mut both = [arn.to_owned(), format!("{arn}/*")];
    both.sort();
    let right = |s: &Statement| {
        let mut resources = s.resources.clone();
        resources.sort();
        s.denies
            && s.of_everyone()
            && s.actions == ["s3:*"]
            && resources == both
            && s.conditions.len() == 1
            && s.when("Bool", "aws:SecureTransport", "false")
    };
    want(said.iter().any(right), || format!("{said:?}"))
}

fn policy(env: &Env) -> Result<Vec<Statement>, String> {
    of_bucket(env, "storage", &bucket(env)?)
}

fn cloudfront_reads(env: &Env) -> Check {
    let said = policy(env)?;
    let distributions = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*";
    let allows: Vec<&Statement> = said.iter().filter(|s| s.allows).collect();
    let right = |s: &Statement| {
        s.principals == ["Service:cloudfront.amazonaws.com"]
            && s.actions == ["s3:GetObject"]
            && s.resources == [bucket_arn(env, "/*")]
            && s.when("ArnLike", "aws:SourceArn", distributions)
            && s.when("StringEquals", "aws:SourceAccount", "${AWS::AccountId}")
    };
    want(allows.len() == 1 && allows.iter().all(|s| right(s)), || format!("{said:?}"))
}

fn logs_are_delivered(env: &Env) -> Check {
    let logs = log_bucket(env)?;
    let (said, name) = (of_bucket(env, "storage", &logs)?, plain(&logs.reference()));
    let arn = format!("arn:${{AWS::Partition}}:s3:::{name}");
    denies_plain(&said, &arn)?;
    let prefix = bucket(env)?.text("LoggingConfiguration.LogFilePrefix")?;
    let allows: Vec<&Statement> = said.iter().filter(|s| s.allows).collect();
    let right = |s: &Statement| {
        s.principals == ["Service:logging.s3.amazonaws.com"]
            && s.actions == ["s3:PutObject"]
            && s.resources == [format!("{arn}/{prefix}*")]
            && s.when("ArnEquals", "aws:SourceArn", &bucket_arn(env, ""))
    };
    want(allows.len() == 1 && allows.iter().all(|s| right(s)), || format!("{said:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [exports(), lifecycle(), policies(), access_logs()].concat()
}

fn exports() -> Vec<Fact> {
    vec![
        fact("SW-091", |e| bucket(e).map(|_| ())),
        fact("SW-092", |e| bucket(e)?.is(&format!("{RULE}.ServerSideEncryptionByDefault.SSEAlgorithm"), "aws:kms")),
        fact("SW-093", |e| {
            let found = bucket(e)?.get(&format!("{RULE}.ServerSideEncryptionByDefault.KMSMasterKeyID"));
            let key = security::s3_key(e)?;
            want(found == key.attribute("Arn") || found == key.reference(), || format!("encrypted with {found}"))
        }),
        fact("SW-094", |e| bucket(e)?.is(&format!("{RULE}.BucketKeyEnabled"), true)),
        fact("SW-095", |e| bucket(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("SW-096", |e| {
            let count = bucket(e)?.items("CorsConfiguration.CorsRules").len();
            want(count == 1, || format!("{count} rules for other pages"))
        }),
        fact("SW-097", |e| {
            let origin = match e.at.id {
                "prod" => "https://wizard.flowency.build".to_owned(),
                id => format!("https://{id}.wizard.flowency.build"),
            };
            bucket(e)?.is("CorsConfiguration.CorsRules[0].AllowedOrigins", json!([origin]))
        }),
        fact("SW-098", |e| {
            bucket(e)?.is("CorsConfiguration.CorsRules[0].AllowedMethods", json!(["GET", "PUT", "POST"]))
        }),
        fact("SW-107", |e| closed(&bucket(e)?)),
        fact("SW-108", |e| bucket(e)?.is("OwnershipControls.Rules[0].ObjectOwnership", "BucketOwnerEnforced")),
        fact("SW-109", |e| bucket(e)?.is("MetricsConfigurations[0].Id", "EntireBucket")),
        fact("SW-110", |e| bucket(e)?.policy("DeletionPolicy", &[fate(e)])),
    ]
}

fn lifecycle() -> Vec<Fact> {
    vec![
        fact("SW-099", |e| moves(e, "INTELLIGENT_TIERING", 30)),
        fact("SW-100", |e| moves(e, "INTELLIGENT_TIERING", 30)),
        fact("SW-101", |e| moves(e, "GLACIER", 90)),
        fact("SW-102", |e| moves(e, "GLACIER", 90)),
        fact("SW-103", |e| rule_has(&bucket(e)?, "/ExpirationInDays", 365)),
        fact("SW-104", |e| rule_has(&bucket(e)?, "/NoncurrentVersionExpiration/NoncurrentDays", 90)),
        fact("SW-105", |e| rule_has(&bucket(e)?, "/AbortIncompleteMultipartUpload/DaysAfterInitiation", 7)),
    ]
}

fn policies() -> Vec<Fact> {
    vec![
        fact_in("prod", "SW-106", |e| {
            bucket(e)?.is("LoggingConfiguration.DestinationBucketName", log_bucket(e)?.reference())
        }),
        fact("SW-111", |e| denies_plain(&policy(e)?, &bucket_arn(e, ""))),
        fact("SW-112", cloudfront_reads),
    ]
}

fn access_logs() -> Vec<Fact> {
    vec![
        fact_in("prod", "SW-113", |e| log_bucket(e).map(|_| ())),
        fact_in("prod", "SW-114", |e| {
            log_bucket(e)?.is("OwnershipControls.Rules[0].ObjectOwnership", "BucketOwnerPreferred")
        }),
        fact_in("prod", "SW-115", |e| closed(&log_bucket(e)?)),
        fact_in("prod", "SW-116", |e| log_bucket(e)?.is("LifecycleConfiguration.Rules[0].ExpirationInDays", 90)),
        fact_in("prod", "SW-117", |e| {
            log_bucket(e)?.is(&format!("{RULE}.ServerSideEncryptionByDefault.SSEAlgorithm"), "AES256")
        }),
        fact_in("prod", "SW-118", logs_are_delivered),
    ]
}
