//! Section 4: the database, its secret and its function.

use serde_json::{Value, json};

use super::{Fact, fact, network};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role};
use crate::tree::{Check, Env, Res, want};

/// The cluster.
pub fn cluster<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::RDS::DBCluster")
}

fn instance<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let instance = env.one("data", "AWS::RDS::DBInstance")?;
    instance.points("DBClusterIdentifier", &cluster(env)?)?;
    Ok(instance)
}

/// The secret with its user and password.
pub fn secret<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::SecretsManager::Secret")
}

/// The function of the database.
pub fn function<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::Lambda::Function")
}

/// The role that a function acts as.
pub fn role_of<'t>(env: &Env<'t>, stack: &str, function: &Res) -> Result<Res<'t>, String> {
    let arn = function.get("Role");
    let found = env.all(stack, "AWS::IAM::Role")?.into_iter().find(|role| role.attribute("Arn") == arn);
    found.ok_or_else(|| format!("no role is {arn}"))
}

/// That a function's log group is its own and keeps lines for 30 days.
pub fn logs_are_kept(env: &Env, stack: &str, function: &Res) -> Check {
    let name = plain(&function.get("LoggingConfig.LogGroup"));
    let wanted = format!("/aws/lambda/{}", function.text("FunctionName")?);
    want(name == wanted, || format!("{} logs to {name}", function.place()))?;
    env.with(stack, "AWS::Logs::LogGroup", "LogGroupName", &name)?.is("RetentionInDays", 30)
}

/// That a role writes to its function's log group, and to no other.
pub fn writes_own_logs(env: &Env, role: &Res, function: &Res) -> Check {
    let name = plain(&function.get("LoggingConfig.LogGroup"));
    let streams =
        format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{name}:log-stream:*");
    let granted = of_role(env, role)?;
    allowed_only_on(&granted, "logs:CreateLogStream", std::slice::from_ref(&streams))?;
    allowed_only_on(&granted, "logs:PutLogEvents", &[streams])
}

fn field_of_secret(env: &Env, property: &str, field: &str) -> Check {
    let secret = plain(&secret(env)?.reference());
    cluster(env)?.is(property, format!("{{{{resolve:secretsmanager:{secret}:SecretString:{field}}}}}"))
}

/// Minutes of `hh:mm`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}

/// Reading the secret, and no other.
pub fn reads_the_secret(env: &Env) -> Check {
    let granted = of_role(env, &role_of(env, "data", &function(env)?)?)?;
    allowed_only_on(&granted, "secretsmanager:GetSecretValue", &[plain(&secret(env)?.reference())])
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [secret_facts(), cluster_facts(), instance_facts(), function_facts()].concat()
}

fn secret_facts() -> Vec<Fact> {
    vec![
        fact("JU-048", |e| {
            let group = e.one("data", "AWS::RDS::DBSubnetGroup")?;
            cluster(e)?.points("DBSubnetGroupName", &group)?;
            group.lists("SubnetIds", &network::private(e)?)
        }),
        fact("JU-049", |e| secret(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("JU-050", |e| secret(e)?.policy("UpdateReplacePolicy", &["Retain"])),
        fact("JU-051", |e| secret(e)?.is("GenerateSecretString.GenerateStringKey", "password")),
        fact("JU-052", |e| {
            let text = secret(e)?.text("GenerateSecretString.SecretStringTemplate")?;
            let template: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            want(template == json!({"username": "uploader"}), || format!("{template}"))
        }),
        fact("JU-053", |e| {
            let text = secret(e)?.text("GenerateSecretString.ExcludeCharacters")?;
            want(['"', '/', '@', '\\', ' '].iter().all(|c| text.contains(*c)), || format!("without {text}"))
        }),
        fact("JU-054", |e| {
            let attachment = e.one("data", "AWS::SecretsManager::SecretTargetAttachment")?;
            attachment.points("SecretId", &secret(e)?)?;
            attachment.points("TargetId", &cluster(e)?)?;
            attachment.is("TargetType", "AWS::RDS::DBCluster")
        }),
    ]
}

fn cluster_facts() -> Vec<Fact> {
    vec![
        fact("JU-055", |e| cluster(e)?.is("DeletionProtection", true)),
        fact("JU-056", |e| cluster(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("JU-057", |e| cluster(e)?.policy("UpdateReplacePolicy", &["Retain"])),
        fact("JU-058", |e| cluster(e)?.is("BackupRetentionPeriod", 7)),
        fact("JU-059", |e| cluster(e)?.is("PreferredBackupWindow", "‹parameter BackupWindow›")),
        fact("JU-060", |e| cluster(e)?.is("StorageEncrypted", true)),
        fact("JU-061", |e| {
            let window = cluster(e)?.text("PreferredMaintenanceWindow")?;
            let parameter = e.frame("data")?.pointer("/Parameters/BackupWindow/Default").map(plain);
            let backup_ends = parameter.as_deref().and_then(|all| minutes(all.split_once('-')?.1));
            let begins = window.strip_prefix("sun:").and_then(|all| minutes(all.split_once('-')?.0));
            want(window == "sun:04:30-sun:05:30" && backup_ends < begins && backup_ends.is_some(), || window.clone())
        }),
        fact("JU-062", |e| cluster(e)?.is("Engine", "aurora-postgresql")),
        fact("JU-063", |e| cluster(e)?.is("ServerlessV2ScalingConfiguration.MinCapacity", 0.5)),
        fact("JU-064", |e| cluster(e)?.is("ServerlessV2ScalingConfiguration.MaxCapacity", 4)),
        fact("JU-065", |e| field_of_secret(e, "MasterUsername", "username")),
        fact("JU-066", |e| field_of_secret(e, "MasterUserPassword", "password")),
        fact("JU-067", |e| cluster(e)?.is("EnableCloudwatchLogsExports", json!(["postgresql"]))),
        fact("JU-068", |e| network::group(e, &cluster(e)?, "VpcSecurityGroupIds")?.points("VpcId", &network::vpc(e)?)),
        // Whoever tears it down is told what stays, and that it must be let go first.
        fact("JU-277", |e| {
            let left = e.plan()?.pointer("/destroy/left_behind").and_then(Value::as_array).cloned().unwrap_or_default();
            let said = left.iter().any(|one| one.get("type").is_some_and(|ty| ty == "AWS::RDS::DBCluster"));
            want(said, || format!("left behind: {left:?}"))
        }),
    ]
}

fn instance_facts() -> Vec<Fact> {
    vec![
        fact("JU-069", |e| instance(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("JU-070", |e| instance(e)?.is("DBInstanceClass", "db.serverless")),
        fact("JU-071", |e| instance(e)?.is("PubliclyAccessible", false)),
        fact("JU-072", |e| instance(e)?.is("Engine", "aurora-postgresql")),
    ]
}

fn function_facts() -> Vec<Fact> {
    vec![
        fact("JU-073", |e| function(e)?.is("FunctionName", e.name("database"))),
        fact("JU-074", |e| function(e)?.is("ReservedConcurrentExecutions", 10)),
        fact("JU-075", |e| function(e)?.lists("VpcConfig.SubnetIds", &network::private(e)?)),
        fact("JU-076", |e| function(e)?.is("Runtime", "nodejs24.x")),
        fact("JU-077", |e| {
            let function = function(e)?;
            function.is("Environment.Variables.DB_SECRET_ARN", secret(e)?.reference())?;
            function.is("Environment.Variables.DB_HOST", cluster(e)?.attribute("Endpoint.Address"))
        }),
        fact("JU-078", |e| {
            reads_the_secret(e)?;
            let function = function(e)?;
            writes_own_logs(e, &role_of(e, "data", &function)?, &function)
        }),
        fact("JU-079", |e| {
            let wanted = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
            role_of(e, "data", &function(e)?)?.is("ManagedPolicyArns", json!([wanted]))
        }),
        fact("JU-080", |e| logs_are_kept(e, "data", &function(e)?)),
        fact("JU-249", reads_the_secret),
    ]
}
