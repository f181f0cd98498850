//! Section 6: who may come in.

use serde_json::{Value, json};

use super::{Fact, fact, storage};
use crate::meaning::plain;
use crate::policy::{Statement, of_role, statements};
use crate::tree::{Check, Env, Res, want};

/// The user pool.
pub fn pool<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("auth", "AWS::Cognito::UserPool")
}

/// Its client.
pub fn client<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let client = env.one("auth", "AWS::Cognito::UserPoolClient")?;
    client.points("UserPoolId", &pool(env)?)?;
    Ok(client)
}

/// The identity pool.
pub fn identities<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("auth", "AWS::Cognito::IdentityPool")
}

fn signed_in<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("auth", "AWS::IAM::Role")
}

fn logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("auth", "AWS::Logs::LogGroup")
}

fn delivery<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("auth", "AWS::Cognito::LogDeliveryConfiguration")
}

fn flows(env: &Env) -> Result<Vec<String>, String> {
    let mut flows: Vec<String> = client(env)?.items("ExplicitAuthFlows").iter().map(plain).collect();
    flows.sort();
    Ok(flows)
}

/// For how many minutes a token is good.
fn lifetime(env: &Env, token: &str) -> Result<f64, String> {
    let client = client(env)?;
    let number = client.get(&format!("{token}TokenValidity")).as_f64().ok_or("no lifetime")?;
    match client.text(&format!("TokenValidityUnits.{token}Token"))?.as_str() {
        "minutes" => Ok(number),
        "days" => Ok(number * 24.0 * 60.0),
        unit => Err(format!("a lifetime in {unit}")),
    }
}

fn lives(env: &Env, token: &str, minutes: f64) -> Check {
    let found = lifetime(env, token)?;
    want((found - minutes).abs() < 0.01, || format!("the {token} token lives for {found} minutes"))
}

const OWN: &str = "private/${cognito-identity.amazonaws.com:sub}/*";

/// Who has signed in may do this to the own folder of the uploads, and nothing else anywhere.
pub fn own_folder(env: &Env) -> Check {
    let granted = of_role(env, &signed_in(env)?)?;
    let bucket = plain(&storage::uploads(env)?.attribute("Arn"));
    let objects = format!("{bucket}/{OWN}");
    let of_objects =
        |s: &Statement| s.resources == [objects.clone()] && s.actions.iter().all(|a| a.ends_with("Object"));
    let of_list = |s: &Statement| {
        s.resources == [bucket.clone()] && s.actions == ["s3:ListBucket"] && s.when("StringLike", "s3:prefix", OWN)
    };
    want(granted.iter().all(|s| s.allows && !s.excludes && (of_objects(s) || of_list(s))), || format!("{granted:?}"))?;
    let mut actions: Vec<&String> = granted.iter().flat_map(|s| &s.actions).collect();
    actions.sort();
    want(actions == ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"], || format!("{actions:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [pool_facts(), client_facts(), identity_facts(), log_facts()].concat()
}

fn pool_facts() -> Vec<Fact> {
    vec![
        fact("JU-118", |e| pool(e)?.is("UserPoolAddOns.AdvancedSecurityMode", "ENFORCED")),
        fact("JU-119", |e| pool(e)?.is("UserPoolTier", "PLUS")),
        fact("JU-120", |e| pool(e)?.is("MfaConfiguration", "OPTIONAL")),
        fact("JU-121", |e| pool(e)?.is("EnabledMfas", json!(["SOFTWARE_TOKEN_MFA"]))),
        fact("JU-122", |e| pool(e)?.is("UsernameAttributes", json!(["email"]))),
        fact("JU-123", |e| pool(e)?.is("Policies.PasswordPolicy.MinimumLength", 12)),
        fact("JU-124", |e| pool(e)?.policy("DeletionPolicy", &["Retain"])),
    ]
}

fn client_facts() -> Vec<Fact> {
    vec![
        fact("JU-125", |e| {
            let flows = flows(e)?;
            want(!flows.is_empty() && flows.iter().all(|flow| !flow.contains("PASSWORD")), || format!("{flows:?}"))
        }),
        fact("JU-126", |e| {
            let flows = flows(e)?;
            want(flows == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], || format!("{flows:?}"))
        }),
        fact("JU-127", |e| {
            let short = lifetime(e, "Access")? <= 60.0 && lifetime(e, "Id")? <= 60.0;
            want(short && lifetime(e, "Refresh")? < 30.0 * 24.0 * 60.0, || "tokens live long".into())
        }),
        fact("JU-128", |e| lives(e, "Access", 30.0)),
        fact("JU-129", |e| lives(e, "Id", 30.0)),
        fact("JU-130", |e| lives(e, "Refresh", 24.0 * 60.0)),
        fact("JU-131", |e| client(e)?.is("TokenValidityUnits.AccessToken", "minutes")),
        fact("JU-132", |e| client(e)?.is("TokenValidityUnits.IdToken", "minutes")),
        fact("JU-133", |e| client(e)?.is("TokenValidityUnits.RefreshToken", "days")),
        fact("JU-134", |e| client(e)?.is("EnableTokenRevocation", true)),
        fact("JU-135", |e| client(e)?.is("PreventUserExistenceErrors", "ENABLED")),
        fact("JU-136", |e| client(e)?.is("GenerateSecret", false)),
    ]
}

fn identity_facts() -> Vec<Fact> {
    vec![
        fact("JU-137", |e| identities(e)?.is("AllowUnauthenticatedIdentities", false)),
        fact("JU-138", |e| {
            let roles = e.one("auth", "AWS::Cognito::IdentityPoolRoleAttachment")?;
            roles.points("IdentityPoolId", &identities(e)?)?;
            roles.is("Roles", json!({"authenticated": signed_in(e)?.attribute("Arn")}))
        }),
        fact("JU-139", own_folder),
        fact("JU-140", own_folder),
        // It must reach IAM as it is, and not be taken for a thing of the template.
        fact("JU-141", |e| {
            let written = signed_in(e)?.get("Policies").to_string();
            let raw = signed_in(e)?.body().to_string();
            let kept = written.contains("${cognito-identity.amazonaws.com:sub}");
            want(kept && raw.contains("/private/${!cognito-identity.amazonaws.com:sub}/*"), || raw.clone())
        }),
        fact("JU-142", |e| {
            let trust = statements(&signed_in(e)?.get("AssumeRolePolicyDocument"))?;
            let pool = plain(&identities(e)?.reference());
            let right = |s: &Statement| {
                s.allows
                    && s.principals == ["Federated:cognito-identity.amazonaws.com"]
                    && s.actions == ["sts:AssumeRoleWithWebIdentity"]
                    && s.when("StringEquals", "cognito-identity.amazonaws.com:aud", &pool)
                    && s.when("ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr", "authenticated")
            };
            want(trust.len() == 1 && trust.iter().all(right), || format!("{trust:?}"))
        }),
        fact("JU-248", own_folder),
    ]
}

fn log_facts() -> Vec<Fact> {
    vec![
        fact("JU-143", |e| delivery(e)?.waits_for(&logs(e)?)),
        fact("JU-144", |e| logs(e)?.is("LogGroupName", "/aws/vendedlogs/cognito/json-upload-prod")),
        fact("JU-145", |e| logs(e)?.is("RetentionInDays", 30)),
        fact("JU-146", |e| delivery(e)?.points("UserPoolId", &pool(e)?)),
        fact("JU-147", |e| delivery(e)?.is("LogConfigurations[0].EventSource", "userAuthEvents")),
        fact("JU-148", |e| delivery(e)?.is("LogConfigurations[0].LogLevel", "INFO")),
        fact("JU-149", |e| {
            let name = logs(e)?.text("LogGroupName")?;
            let arn = format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{name}");
            delivery(e)?.is("LogConfigurations[0].CloudWatchLogsConfiguration.LogGroupArn", Value::from(arn))
        }),
    ]
}
