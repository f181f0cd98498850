//! Section 4.1: the key and the secrets.

use serde_json::Value;

use super::retained;
use crate::policy::{Statement, statements};
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The key of the environment.
pub fn key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::KMS::Key")
}

/// What the key's policy says.
pub fn key_policy(env: &Env) -> Result<Vec<Statement>, String> {
    statements(&key(env)?.get("KeyPolicy"))
}

/// That the key's policy lets somebody do something.
fn lets(env: &Env, principal: &str, action: &str) -> Check {
    let policy = key_policy(env)?;
    let found = policy.iter().any(|s| {
        s.allows && s.principals.iter().any(|who| who == principal) && s.actions.iter().any(|other| other == action)
    });
    want(found, || format!("{principal} may not {action}"))
}

/// A secret, by the end of its name.
pub fn secret<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let middle = if env.at.id == "prod" { String::new() } else { format!("{}/", env.at.id) };
    env.with("main", "AWS::SecretsManager::Secret", "Name", &format!("uk-home-improvement/{middle}{name}"))
}

/// The fields that a secret begins with.
pub fn fields(secret: &Res) -> Result<Value, String> {
    let text = secret.text("GenerateSecretString.SecretStringTemplate")?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", secret.place()))
}

/// That a secret begins with these placeholders, and makes up one more field.
fn begins_with(env: &Env, name: &str, placeholders: &[&str]) -> Check {
    let fields = fields(&secret(env, name)?)?;
    let map = fields.as_object().ok_or("no fields")?;
    let all = placeholders.iter().all(|key| map.get(*key).and_then(Value::as_str).is_some_and(|text| !text.is_empty()));
    want(all && map.len() == placeholders.len(), || format!("{name} begins with {fields}"))
}

fn has_keys(env: &Env, name: &str, keys: &[&str]) -> Check {
    let secret = secret(env, name)?;
    let fields = fields(&secret)?;
    let mut found: Vec<String> = fields.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect();
    found.push(secret.text("GenerateSecretString.GenerateStringKey")?);
    let mut wanted: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    found.sort();
    wanted.sort();
    want(found == wanted, || format!("{name} has {found:?}"))
}

fn generates(env: &Env, name: &str, key: &str) -> Check {
    secret(env, name)?.is("GenerateSecretString.GenerateStringKey", key)
}

fn encrypted(env: &Env, name: &str) -> Check {
    secret(env, name)?.is("KmsKeyId", key(env)?.attribute("Arn"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("UK-035", |e| key(e).map(drop)),
        fact("UK-036", |e| key(e)?.is("EnableKeyRotation", true)),
        fact("UK-037", |e| {
            let found = key(e)?.text("Description")?;
            let all = ["tables", "buckets", "secrets", "log groups"].iter().all(|what| found.contains(what));
            want(all, || format!("a key that {found}"))
        }),
        fact("UK-038", |e| {
            lets(e, "AWS:arn:${AWS::Partition}:iam::${AWS::AccountId}:root", "kms:*")?;
            lets(e, "Service:logs.${AWS::Region}.amazonaws.com", "kms:GenerateDataKey")?;
            if super::full(e) {
                lets(e, "Service:cloudtrail.amazonaws.com", "kms:GenerateDataKey")?;
                let role = super::backup::role(e)?.attribute("Arn");
                lets(e, &format!("AWS:{}", crate::meaning::plain(&role)), "kms:GenerateDataKey")?;
            }
            Ok(())
        }),
        fact("UK-039", |e| key(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("UK-040", |e| key(e)?.policy("UpdateReplacePolicy", &["Retain"])),
        fact("UK-041", |e| {
            let alias = e.one("main", "AWS::KMS::Alias")?;
            alias.is("AliasName", format!("alias/{}", e.name("data")))?;
            alias.is("TargetKeyId", key(e)?.attribute("Arn"))
        }),
        fact("UK-042", |e| secret(e, "stripe").map(drop)),
        fact("UK-043", |e| has_keys(e, "stripe", &["secretKey", "publishableKey", "webhookSecret"])),
        fact("UK-044", |e| begins_with(e, "stripe", &["secretKey", "publishableKey"])),
        fact("UK-045", |e| generates(e, "stripe", "webhookSecret")),
        fact("UK-046", |e| encrypted(e, "stripe")),
        fact("UK-047", |e| retained(&secret(e, "stripe")?)),
        fact("UK-048", |e| secret(e, "docusign").map(drop)),
        fact("UK-049", |e| has_keys(e, "docusign", &["integrationKey", "userId", "accountId", "privateKey"])),
        fact("UK-050", |e| begins_with(e, "docusign", &["integrationKey", "userId", "accountId"])),
        fact("UK-051", |e| generates(e, "docusign", "privateKey")),
        fact("UK-052", |e| encrypted(e, "docusign")),
        fact("UK-053", |e| retained(&secret(e, "docusign")?)),
        fact("UK-054", |e| secret(e, "claude").map(drop)),
        fact("UK-055", |e| has_keys(e, "claude", &["apiKey", "model", "maxTokens"])),
        fact("UK-056", |e| {
            let found = fields(&secret(e, "claude")?)?;
            let wanted = serde_json::json!({"model": "claude-3-sonnet-20240229", "maxTokens": 4096});
            want(found == wanted, || format!("claude begins with {found}"))
        }),
        fact("UK-057", |e| generates(e, "claude", "apiKey")),
        fact("UK-058", |e| encrypted(e, "claude")),
        fact("UK-059", |e| retained(&secret(e, "claude")?)),
    ]
}
