//! Sections 5 and 6: keys, secret, protections; and the copies in another region.

use serde_json::{Value, json};

use super::{Fact, config, fact, fact_in, files, functions, tables};
use crate::meaning::plain;
use crate::policy::{of_role, statements};
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "security";

/// A key, by what it says it is for.
pub fn key<'t>(env: &Env<'t>, what: &str) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::KMS::Key", "Description", &format!("KMS key for {what} encryption"))
}

/// The key of the buckets.
pub fn s3_key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    key(env, "S3 bucket")
}

/// The key of the tables.
pub fn dynamo_key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    key(env, "DynamoDB")
}

/// Keys of other people's services.
pub fn api_keys<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SecretsManager::Secret")
}

/// What filters requests.
pub fn waf<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::WAFv2::WebACL")
}

/// Where findings come together.
pub fn hub<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SecurityHub::Hub")
}

fn detector<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::GuardDuty::Detector")
}

fn replica<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("replica", "AWS::S3::Bucket", "BucketName", &env.name("storage-files-replica"))
}

fn replica_key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("replica", "AWS::KMS::Key")
}

/// The account administers it, and nobody else is named.
fn only_the_account(key: &Res) -> Check {
    let all = statements(&key.get("KeyPolicy"))?;
    let right = all.len() == 1
        && all[0].allows
        && all[0].principals == ["AWS:arn:${AWS::Partition}:iam::${AWS::AccountId}:root"]
        && all[0].actions == ["kms:*"]
        && all[0].resources == ["*"];
    want(right, || format!("{} lets in {all:?}", key.place()))
}

/// Who may use a key may do so through one service alone.
fn only_through(env: &Env, key: &Res, service: &str) -> Check {
    let (arn, via) = (plain(&key.attribute("Arn")), format!("{service}.${{AWS::Region}}.amazonaws.com"));
    let mut users = 0;
    for role in env.all("foundation", "AWS::IAM::Role")? {
        for statement in of_role(env, &role)?.iter().filter(|s| s.resources.contains(&arn)) {
            users += 1;
            let right = statement.when("StringEquals", "kms:ViaService", &via);
            want(right, || format!("{} may use the key otherwise: {statement:?}", role.place()))?;
        }
    }
    want(users > 4, || format!("{users} users of {}", key.place()))
}

/// That an alias of this name stands for a key.
pub fn alias(env: &Env, stack: &str, name: &str, key: &Res) -> Check {
    let alias = env.with(stack, "AWS::KMS::Alias", "AliasName", &format!("alias/{}", env.name(name)))?;
    let target = alias.get("TargetKeyId");
    want(target == key.attribute("Arn") || target == key.reference(), || format!("{} is {target}", alias.place()))
}

/// The facts of these sections.
pub fn facts() -> Vec<Fact> {
    [key_facts(), secret_facts(), rule_facts(), account_facts(), replica_facts()].concat()
}

fn key_facts() -> Vec<Fact> {
    vec![
        fact("CV-135", |e| s3_key(e).map(|_| ())),
        fact("CV-136", |e| s3_key(e)?.is("EnableKeyRotation", true)),
        fact("CV-137", |e| s3_key(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-138", |e| s3_key(e)?.policy("UpdateReplacePolicy", &["Retain"])),
        fact("CV-139", |e| {
            only_the_account(&s3_key(e)?)?;
            only_through(e, &s3_key(e)?, "s3")
        }),
        fact("CV-140", |e| s3_key(e)?.is("RotationPeriodInDays", 365)),
        fact("CV-141", |e| dynamo_key(e).map(|_| ())),
        fact("CV-142", |e| dynamo_key(e)?.is("EnableKeyRotation", true)),
        fact("CV-143", |e| dynamo_key(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-144", |e| dynamo_key(e)?.policy("UpdateReplacePolicy", &["Retain"])),
        fact("CV-145", |e| {
            only_the_account(&dynamo_key(e)?)?;
            only_through(e, &dynamo_key(e)?, "dynamodb")
        }),
        fact("CV-146", |e| {
            alias(e, STACK, "s3", &s3_key(e)?)?;
            alias(e, STACK, "dynamodb", &dynamo_key(e)?)
        }),
    ]
}

fn secret_facts() -> Vec<Fact> {
    vec![
        fact("CV-147", |e| api_keys(e)?.is("Name", e.name("api-keys"))),
        fact("CV-148", |e| api_keys(e)?.is("Description", "API keys for external services")),
        fact("CV-149", |e| api_keys(e)?.is("GenerateSecretString.SecretStringTemplate", "{}")),
        fact("CV-150", |e| api_keys(e)?.is("GenerateSecretString.GenerateStringKey", "apiKey")),
        fact("CV-151", |e| api_keys(e)?.lacks("SecretString")),
        // No literal secret anywhere: what is secret is generated, and no variable or parameter takes one.
        fact("CV-173", |e| {
            api_keys(e)?.lacks("SecretString")?;
            want(api_keys(e)?.get("GenerateSecretString").is_object(), || "the secret is not generated".into())?;
            functions::all(e)?.iter().try_for_each(|function| {
                let names: Vec<String> = match function.get("Environment.Variables") {
                    Value::Object(map) => map.keys().map(|key| key.to_lowercase()).collect(),
                    _ => Vec::new(),
                };
                let secret = names
                    .iter()
                    .find(|name| ["secret", "password", "token", "apikey"].iter().any(|w| name.contains(w)));
                want(secret.is_none(), || format!("{} has a variable {secret:?}", function.place()))
            })
        }),
        fact("CV-174", |e| {
            e.has_output(STACK, "S3 key", &s3_key(e)?.attribute("Arn"))?;
            e.has_output(STACK, "DynamoDB key", &dynamo_key(e)?.attribute("Arn"))?;
            e.has_output(STACK, "secret", &api_keys(e)?.reference())?;
            if config(e).full { e.has_output(STACK, "WAF", &waf(e)?.attribute("Arn")) } else { Ok(()) }
        }),
    ]
}

fn rule_facts() -> Vec<Fact> {
    let production = |id, check| fact_in("production", id, check);
    vec![
        production("CV-152", |e| waf(e)?.is("Scope", "REGIONAL")),
        production("CV-153", |e| waf(e)?.is("DefaultAction", json!({"Allow": {}}))),
        production("CV-154", |e| waf(e)?.is("Rules[0].Name", "RateLimitRule")),
        production("CV-155", |e| waf(e)?.is("Rules[0].Priority", 1)),
        production("CV-156", |e| waf(e)?.is("Rules[0].Statement.RateBasedStatement.Limit", 2000)),
        production("CV-157", |e| waf(e)?.is("Rules[0].Statement.RateBasedStatement.AggregateKeyType", "IP")),
        production("CV-158", |e| waf(e)?.is("Rules[0].Statement.RateBasedStatement.EvaluationWindowSec", 300)),
        production("CV-159", |e| waf(e)?.is("Rules[0].Action", json!({"Block": {}}))),
        production("CV-160", |e| waf(e)?.is("Rules[0].VisibilityConfig.SampledRequestsEnabled", true)),
        production("CV-161", |e| waf(e)?.is("Rules[0].VisibilityConfig.CloudWatchMetricsEnabled", true)),
        production("CV-162", |e| waf(e)?.is("Rules[0].VisibilityConfig.MetricName", "RateLimitRule")),
        production("CV-163", |e| waf(e)?.is("VisibilityConfig.SampledRequestsEnabled", true)),
        production("CV-164", |e| waf(e)?.is("VisibilityConfig.CloudWatchMetricsEnabled", true)),
        production("CV-165", |e| waf(e)?.is("VisibilityConfig.MetricName", "CloudVaultWAF")),
        production("CV-166", |e| waf(e)?.is("Name", e.name("api-waf"))),
    ]
}

fn account_facts() -> Vec<Fact> {
    vec![
        fact_in("production", "CV-167", |e| hub(e).map(|_| ())),
        fact_in("production", "CV-168", |e| hub(e)?.is("Tags.Environment", "production")),
        fact_in("production", "CV-169", |e| detector(e)?.is("Enable", true)),
        fact_in("production", "CV-170", |e| detector(e)?.is("FindingPublishingFrequency", "FIFTEEN_MINUTES")),
        fact("CV-485", |e| {
            let count = usize::from(config(e).full);
            e.exactly(count, STACK, "AWS::SecurityHub::Hub")?;
            e.exactly(count, STACK, "AWS::GuardDuty::Detector").map(|_| ())
        }),
        fact_in("production", "CV-516", |e| {
            want(hub(e)?.get("Tags").is_object(), || "the hub's tags are no map".into())?;
            want(detector(e)?.get("Tags").is_array(), || "the detector's tags are no list".into())
        }),
    ]
}

fn replica_facts() -> Vec<Fact> {
    vec![
        fact("CV-175", |e| replica(e).map(|_| ())),
        fact("CV-176", |e| replica(e)?.is("VersioningConfiguration.Status", "Enabled")),
        fact("CV-177", |e| {
            let own = "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault";
            replica(e)?.is(&format!("{own}.SSEAlgorithm"), "aws:kms")?;
            replica(e)?.is(&format!("{own}.KMSMasterKeyID"), replica_key(e)?.attribute("Arn"))
        }),
        fact("CV-178", |e| files::closed(&replica(e)?)),
        fact("CV-179", |e| replica(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-180", |e| replica_key(e)?.is("EnableKeyRotation", true)),
        fact("CV-181", |e| replica_key(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-182", |e| alias(e, "replica", "replica", &replica_key(e)?)),
        fact("CV-183", |e| files::over_tls(e, "replica", &replica(e)?)),
        fact("CV-496", |e| tables::reaching_back(e, config(e).backups.min(35))),
    ]
}
