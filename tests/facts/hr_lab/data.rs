//! Section 7: the database and its secret.

use serde_json::{Value, json};

use super::{Fact, fact, network};
use crate::meaning::{plain, same};
use crate::tree::{Env, Res, want};

/// The database.
pub fn database<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::RDS::DBInstance")
}

/// The master user's secret.
pub fn secret<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::SecretsManager::Secret")
}

/// What `Ref` of the secret gives, as text.
pub fn secret_arn(env: &Env) -> Result<String, String> {
    Ok(plain(&secret(env)?.reference()))
}

fn subnets<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::RDS::DBSubnetGroup")
}

fn parameters<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::RDS::DBParameterGroup")
}

/// The names of the settings every connection must meet.
const SETTINGS: [&str; 3] = ["rds.force_ssl", "log_connections", "log_disconnections"];

/// The dynamic reference to one field of the secret.
pub fn field(env: &Env, name: &str) -> Result<[String; 2], String> {
    let arn = secret_arn(env)?;
    let by_arn = format!("{{{{resolve:secretsmanager:{arn}:SecretString:{name}}}}}");
    let by_name = format!("{{{{resolve:secretsmanager:{}:SecretString:{name}}}}}", env.name("db-credentials"));
    Ok([by_arn, by_name])
}

fn template(env: &Env) -> Result<Value, String> {
    let text = secret(env)?.text("GenerateSecretString.SecretStringTemplate")?;
    serde_json::from_str(&text).map_err(|error| format!("the secret's template is no JSON: {error}"))
}

/// The user name in the secret's template.
pub fn user_name(env: &Env) -> Result<String, String> {
    let template = template(env)?;
    let only_key = template.as_object().is_some_and(|map| map.len() == 1);
    let name = template.get("username").and_then(Value::as_str).unwrap_or("").to_owned();
    // A user name of RDS: a letter first, then letters and digits.
    let legal = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if only_key && legal { Ok(name) } else { Err(format!("the secret's template is {template}")) }
}

/// The characters that a password of RDS may not hold.
pub fn excludes_what_rds_refuses(excluded: &str) -> bool {
    ['"', '/', '@', '\\', ' '].iter().all(|c| excluded.contains(*c))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [group_facts(), secret_facts(), instance_facts(), more_instance_facts()].concat()
}

fn group_facts() -> Vec<Fact> {
    vec![
        fact("HR-138", |e| subnets(e)?.lists("SubnetIds", &network::private(e)?)),
        fact("HR-139", |e| subnets(e)?.is("DBSubnetGroupName", e.name("db-subnets"))),
        fact("HR-140", |e| {
            let text = subnets(e)?.text("DBSubnetGroupDescription")?;
            want(text.trim().len() >= 8, || "no description".into())
        }),
        fact("HR-141", |e| {
            let found = parameters(e)?.get("Parameters");
            want(SETTINGS.iter().all(|name| found.get(name).is_some()), || format!("settings {found}"))
        }),
        fact("HR-142", |e| parameters(e)?.is("Family", "postgres15")),
        fact("HR-143", |e| {
            parameters(e)?.is("Parameters", json!({"rds.force_ssl": 1, "log_connections": 1, "log_disconnections": 1}))
        }),
    ]
}

fn secret_facts() -> Vec<Fact> {
    vec![
        fact("HR-144", |e| {
            let secret = secret(e)?;
            want(secret.get("GenerateSecretString").is_object(), || "the secret is not generated".into())?;
            secret.lacks("SecretString")?;
            e.has_output("data", "secret's ARN", &secret.reference())
        }),
        fact("HR-145", |e| secret(e)?.is("GenerateSecretString.GenerateStringKey", "password")),
        fact("HR-146", |e| {
            let name = user_name(e)?;
            want(name == "hrappadmin", || format!("user {name}"))
        }),
        fact("HR-147", |e| {
            let text = secret(e)?.text("GenerateSecretString.ExcludeCharacters")?;
            want(excludes_what_rds_refuses(&text), || format!("passwords without {text}"))
        }),
        fact("HR-148", |e| secret(e)?.is("GenerateSecretString.PasswordLength", 32)),
        fact("HR-149", |e| secret(e)?.is("Name", e.name("db-credentials"))),
        fact("HR-150", |e| secret(e)?.lacks("KmsKeyId")),
    ]
}

fn instance_facts() -> Vec<Fact> {
    vec![
        fact("HR-151", |e| database(e)?.is("Engine", "postgres")),
        fact("HR-152", |e| {
            let version = database(e)?.text("EngineVersion")?;
            let minor = version.strip_prefix("15.").and_then(|minor| minor.parse::<u32>().ok());
            want(minor.is_some_and(|minor| (10..100).contains(&minor)), || format!("version {version}"))
        }),
        fact("HR-153", |e| database(e)?.is("DBInstanceClass", "db.t3.micro")),
        fact("HR-154", |e| database(e)?.is("AllocatedStorage", 20)),
        fact("HR-155", |e| database(e)?.is("StorageType", "gp3")),
        fact("HR-156", |e| database(e)?.is("MultiAZ", super::team(e).multi_az)),
        fact("HR-157", |e| database(e)?.is("BackupRetentionPeriod", 7)),
        fact("HR-158", |e| database(e)?.is("StorageEncrypted", true)),
        fact("HR-159", |e| database(e)?.lacks("KmsKeyId")),
        fact("HR-160", |e| database(e)?.is("PubliclyAccessible", false)),
        fact("HR-161", |e| database(e)?.is("DeletionProtection", true)),
        fact("HR-162", |e| database(e)?.is("DBName", "hrappdb")),
        fact("HR-163", |e| database(e)?.is("Port", 5432)),
        fact("HR-164", |e| database(e)?.points("DBSubnetGroupName", &subnets(e)?)),
        fact("HR-165", |e| database(e)?.lists("VPCSecurityGroups", &[network::group(e, "rds")?])),
        fact("HR-166", |e| {
            for (property, name) in [("MasterUsername", "username"), ("MasterUserPassword", "password")] {
                let found = database(e)?.get(property);
                want(field(e, name)?.contains(&plain(&found)), || format!("{property} is {found}"))?;
            }
            Ok(())
        }),
    ]
}

fn more_instance_facts() -> Vec<Fact> {
    vec![
        fact("HR-167", |e| database(e)?.points("DBParameterGroupName", &parameters(e)?)),
        fact("HR-168", |e| database(e)?.is("DBInstanceIdentifier", e.name("db"))),
        fact("HR-169", |e| database(e)?.policy("DeletionPolicy", &["Snapshot"])),
        fact("HR-170", |e| database(e)?.policy("UpdateReplacePolicy", &["Snapshot"])),
        fact("HR-171", |e| database(e)?.is("AutoMinorVersionUpgrade", true)),
        fact("HR-172", |e| database(e)?.is("CopyTagsToSnapshot", true)),
        // Database logs are left to the reader; if they are exported, they are those of this engine.
        fact("HR-173", |e| {
            let found = database(e)?.items("EnableCloudwatchLogsExports");
            want(found.iter().all(|log| log == "postgresql" || log == "upgrade" || log == "iam-db-auth-error"), || {
                format!("logs {found:?}")
            })
        }),
        fact("HR-174", |e| e.has_output("data", "endpoint", &database(e)?.attribute("Endpoint.Address"))),
        fact("HR-175", |e| e.has_output("data", "port", &database(e)?.attribute("Endpoint.Port"))),
        fact("HR-177", |e| {
            let database = database(e)?;
            e.has_output("data", "endpoint", &database.attribute("Endpoint.Address"))?;
            e.has_output("data", "port", &database.attribute("Endpoint.Port"))?;
            e.has_output("data", "database's name", &database.get("DBName"))?;
            e.has_output("data", "secret's ARN", &secret(e)?.reference())
        }),
    ]
}

/// Whether two places of a password exclude the same characters.
pub fn same_characters(a: &Value, b: &Value) -> bool {
    let set = |value: &Value| plain(value).chars().collect::<std::collections::BTreeSet<_>>();
    !a.is_null() && (same(a, b) || set(a) == set(b))
}
