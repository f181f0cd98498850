//! Section 6: the bucket of uploads.

use serde_json::json;

use super::{Fact, fact};
use crate::policy::{Statement, of_bucket};
use crate::tree::{Check, Env, Res, want};

/// The bucket of uploads.
pub fn bucket<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("storage", "AWS::S3::Bucket")
}

/// The bucket's name.
pub fn bucket_name(env: &Env) -> String {
    env.name("uploads-${AWS::AccountId}")
}

/// The ARN of the bucket or of something in it.
pub fn bucket_arn(env: &Env, rest: &str) -> String {
    format!("arn:${{AWS::Partition}}:s3:::{}{rest}", bucket_name(env))
}

/// The statements of the bucket's policy.
pub fn policy(env: &Env) -> Result<Vec<Statement>, String> {
    of_bucket(env, "storage", &bucket(env)?)
}

/// That a bucket is closed to the public on all four ways.
pub fn blocks_public(bucket: &Res) -> Check {
    let all = json!({"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true});
    bucket.is("PublicAccessBlockConfiguration", all)
}

/// That a bucket encrypts with its own keys of S3.
pub fn encrypts(bucket: &Res) -> Check {
    bucket.is(
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault",
        json!({"SSEAlgorithm": "AES256"}),
    )
}

/// The one statement that allows the application its objects.
pub fn application_statement(env: &Env) -> Result<Statement, String> {
    let allows: Vec<_> = policy(env)?.into_iter().filter(|s| s.allows).collect();
    match &allows[..] {
        [only] => Ok(only.clone()),
        _ => Err(format!("{} statements allow something", allows.len())),
    }
}

fn denies_everyone(env: &Env, wanted: impl Fn(&Statement) -> bool) -> Check {
    let statements = policy(env)?;
    let mut both = [bucket_arn(env, ""), bucket_arn(env, "/*")];
    both.sort();
    let matching = |s: &Statement| {
        let mut resources = s.resources.clone();
        resources.sort();
        s.denies
            && !s.excludes
            && s.of_everyone()
            && s.actions == ["s3:*"]
            && resources == both
            && s.conditions.len() == 1
            && wanted(s)
    };
    want(statements.iter().any(matching), || format!("no such deny statement in {statements:?}"))
}

fn denies_other_accounts(env: &Env) -> Check {
    denies_everyone(env, |s| s.when("StringNotEquals", "aws:PrincipalAccount", "${AWS::AccountId}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("HR-121", |e| bucket(e)?.is("BucketName", bucket_name(e))),
        fact("HR-122", |e| encrypts(&bucket(e)?)),
        fact("HR-123", |e| bucket(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("HR-124", |e| blocks_public(&bucket(e)?)),
        fact("HR-126", |e| bucket(e)?.is("OwnershipControls.Rules[0].ObjectOwnership", "BucketOwnerEnforced")),
        // Access logging is left to the reader; where it is off, nothing of it may be left behind.
        fact("HR-127", |e| {
            let logging = bucket(e)?.get("LoggingConfiguration");
            want(logging.is_null() || logging.get("DestinationBucketName").is_some(), || {
                format!("logging to nowhere: {logging}")
            })
        }),
        fact("HR-128", |e| bucket(e)?.policy("DeletionPolicy", &["Retain", "Delete"])),
        fact("HR-129", |e| e.has_output("storage", "bucket's ARN", &bucket(e)?.attribute("Arn"))),
        fact("HR-130", denies_other_accounts),
        fact("HR-131", |e| {
            let mut statement = application_statement(e)?;
            statement.actions.sort();
            want(statement.actions == ["s3:GetObject", "s3:PutObject"], || format!("{:?}", statement.actions))?;
            want(statement.resources == [bucket_arn(e, "/uploads/*")], || format!("{:?}", statement.resources))
        }),
        fact("HR-132", |e| {
            denies_other_accounts(e)?;
            denies_everyone(e, |s| s.when("Bool", "aws:SecureTransport", "false"))
        }),
        fact("HR-133", |e| {
            let statement = application_statement(e)?;
            let root = "AWS:arn:${AWS::Partition}:iam::${AWS::AccountId}:root";
            let account = statement.principals == [root] || statement.principals == ["AWS:${AWS::AccountId}"];
            let role = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{}", e.name("ec2-role"));
            let role_alone = statement.conditions.len() == 1 && statement.when("ArnEquals", "aws:PrincipalArn", &role);
            want(account && role_alone, || format!("{statement:?}"))
        }),
        fact("HR-134", |e| {
            let statements = policy(e)?;
            want(!statements.iter().any(|s| s.allows && (s.of_everyone() || s.excludes)), || {
                "a statement allows everyone".into()
            })
        }),
        fact("HR-137", |e| {
            let bucket = bucket(e)?;
            e.has_output("storage", "bucket's name", &bucket.reference())?;
            e.has_output("storage", "bucket's ARN", &bucket.attribute("Arn"))
        }),
    ]
}
