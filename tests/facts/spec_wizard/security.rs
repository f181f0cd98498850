//! Section 4: keys, secrets, and the functions' role.

use serde_json::{Value, json};

use super::{Fact, arn, fact, fact_in, iam};
use crate::policy::{Statement, statements};
use crate::tree::{Check, Env, Res, want};

fn key<'t>(env: &Env<'t>, tag: &str) -> Result<Res<'t>, String> {
    let keys = env.exactly(2, "security", "AWS::KMS::Key")?;
    let name = env.name(tag);
    let alias = env.with("security", "AWS::KMS::Alias", "AliasName", &format!("alias/{name}"))?;
    let target = alias.get("TargetKeyId");
    let found = keys.into_iter().find(|key| target == key.reference() || target == key.attribute("Arn"));
    found.ok_or_else(|| format!("no key is called {name}"))
}

/// The key of the table.
pub fn dynamodb_key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    key(env, "dynamodb")
}

/// The key of the exports.
pub fn s3_key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    key(env, "s3")
}

/// A secret, by the end of its name.
pub fn secret<'t>(env: &Env<'t>, id: &str) -> Result<Res<'t>, String> {
    env.with("security", "AWS::SecretsManager::Secret", "Name", &format!("spec-wizard/{}/{id}", env.at.id))
}

/// What `Ref` of a secret with a fixed name gives.
pub fn secret_arn(env: &Env, id: &str) -> String {
    arn("secretsmanager", &format!("secret:spec-wizard/{}/{id}-??????", env.at.id))
}

fn key_policy(key: &Res) -> Result<Vec<Statement>, String> {
    statements(&key.get("KeyPolicy"))
}

fn root_administers(key: &Res) -> Check {
    let said = key_policy(key)?;
    let root = |s: &Statement| {
        s.allows
            && s.principals == ["AWS:arn:${AWS::Partition}:iam::${AWS::AccountId}:root"]
            && s.actions == ["kms:*"]
            && s.resources == ["*"]
            && s.conditions.is_empty()
    };
    want(said.iter().filter(|s| root(s)).count() == 1, || format!("{said:?}"))
}

/// DynamoDB uses the key as whoever reads and writes the table: IAM allows that, the key's policy nothing besides.
fn for_dynamodb(env: &Env) -> Check {
    let key = dynamodb_key(env)?;
    root_administers(&key)?;
    let said = key_policy(&key)?;
    want(said.len() == 1, || format!("{said:?}"))
}

/// That CloudFront, for distributions of this account alone, may use the key of the exports.
pub fn for_cloudfront(env: &Env) -> Check {
    let key = s3_key(env)?;
    root_administers(&key)?;
    let said = key_policy(&key)?;
    let distributions = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*";
    let right = |s: &Statement| {
        let mut actions = s.actions.clone();
        actions.sort();
        s.allows
            && s.principals == ["Service:cloudfront.amazonaws.com"]
            && actions == ["kms:Decrypt", "kms:GenerateDataKey"]
            && s.resources == ["*"]
            && s.conditions.len() == 2
            && s.when("ArnLike", "aws:SourceArn", distributions)
            && s.when("StringEquals", "aws:SourceAccount", "${AWS::AccountId}")
    };
    want(said.len() == 2 && said.iter().any(right), || format!("{said:?}"))
}

fn generated(env: &Env, id: &str) -> Check {
    let secret = secret(env, id)?;
    secret.lacks("SecretString")?;
    want(secret.get("GenerateSecretString").is_object(), || format!("{} is not generated", secret.place()))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [keys(), secrets(), role()].concat()
}

fn keys() -> Vec<Fact> {
    vec![
        fact("SW-041", |e| dynamodb_key(e).map(|_| ())),
        fact("SW-042", |e| dynamodb_key(e)?.is("EnableKeyRotation", true)),
        fact("SW-043", for_dynamodb),
        fact_in("prod", "SW-044", |e| dynamodb_key(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("SW-045", |e| s3_key(e).map(|_| ())),
        fact("SW-046", |e| s3_key(e)?.is("EnableKeyRotation", true)),
        fact("SW-047", for_cloudfront),
        fact_in("prod", "SW-048", |e| s3_key(e)?.policy("DeletionPolicy", &["Retain"])),
    ]
}

fn secrets() -> Vec<Fact> {
    vec![
        fact("SW-050", |e| generated(e, "openai-api-key")),
        fact("SW-051", |e| secret(e, "openai-api-key").map(|_| ())),
        fact("SW-052", |e| secret(e, "openai-api-key")?.is("GenerateSecretString.GenerateStringKey", "apiKey")),
        fact("SW-053", |e| {
            let text = secret(e, "openai-api-key")?.text("GenerateSecretString.SecretStringTemplate")?;
            let template: Value = serde_json::from_str(&text).map_err(|error| format!("{text}: {error}"))?;
            want(template == json!({}), || format!("a template {template}"))
        }),
        fact("SW-054", |e| generated(e, "anthropic-api-key")),
        fact("SW-055", |e| secret(e, "anthropic-api-key").map(|_| ())),
        fact("SW-056", |e| secret(e, "anthropic-api-key")?.is("GenerateSecretString.GenerateStringKey", "apiKey")),
    ]
}

fn role() -> Vec<Fact> {
    vec![
        fact("SW-057", iam::narrow),
        fact("SW-058", |e| iam::role(e)?.is("RoleName", e.name("lambda"))),
        fact("SW-059", |e| {
            let trust = statements(&iam::role(e)?.get("AssumeRolePolicyDocument"))?;
            let right = |s: &Statement| {
                s.allows && s.principals == ["Service:lambda.amazonaws.com"] && s.actions == ["sts:AssumeRole"]
            };
            want(trust.len() == 1 && trust.iter().all(right), || format!("{trust:?}"))
        }),
        fact("SW-060", |e| {
            let granted = iam::granted(e)?;
            for start in ["dynamodb:", "s3:", "ses:Send", "logs:"] {
                let some = granted.iter().any(|s| s.allows && s.actions.iter().any(|action| action.starts_with(start)));
                want(some, || format!("nothing of {start} is granted"))?;
            }
            Ok(())
        }),
    ]
}
