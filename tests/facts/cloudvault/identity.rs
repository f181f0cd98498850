//! Section 7: who signs in, and what they may do.

use serde_json::{Value, json};

use super::{Fact, each, fact, fact_in, files, security};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role, statements};
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "foundation";

/// The users.
pub fn pool<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Cognito::UserPool")
}

/// The page that they use.
pub fn client<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Cognito::UserPoolClient")
}

/// Where they get keys for AWS.
pub fn identities<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Cognito::IdentityPool")
}

fn attached<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Cognito::IdentityPoolRoleAttachment")
}

fn signed_in<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = attached(env)?.get("Roles.authenticated");
    let all = env.all(STACK, "AWS::IAM::Role")?;
    all.into_iter().find(|role| role.attribute("Arn") == arn).ok_or_else(|| format!("no role {arn}"))
}

fn trusted_to_users(env: &Env) -> Check {
    let trust = statements(&signed_in(env)?.get("AssumeRolePolicyDocument"))?;
    let [only] = &trust[..] else { return Err(format!("{trust:?}")) };
    let pool = plain(&identities(env)?.reference());
    let right = only.allows
        && only.principals == ["Federated:cognito-identity.amazonaws.com"]
        && only.actions == ["sts:AssumeRoleWithWebIdentity"]
        && only.when("StringEquals", "cognito-identity.amazonaws.com:aud", &pool)
        && only.when("ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr", "authenticated");
    want(right, || format!("{only:?}"))
}

/// Objects below the caller's own prefix, and the key they are encrypted with.
fn own_files_only(env: &Env) -> Check {
    let given = of_role(env, &signed_in(env)?)?;
    let own = "private/${cognito-identity.amazonaws.com:sub}/*";
    let files = vec![format!("{}/{own}", plain(&files::files(env)?.attribute("Arn")))];
    let key = vec![plain(&security::s3_key(env)?.attribute("Arn"))];
    let mut known = Vec::new();
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        allowed_only_on(&given, action, &files)?;
        known.push(action);
    }
    for action in ["kms:Decrypt", "kms:GenerateDataKey"] {
        allowed_only_on(&given, action, &key)?;
        known.push(action);
    }
    let more = given.iter().flat_map(|s| &s.actions).find(|action| !known.contains(&action.as_str()));
    want(more.is_none(), || format!("who has signed in also has {more:?}"))
}

fn list_of(res: &Res, path: &str, wanted: &[&str]) -> Check {
    let mut found: Vec<String> = res.items(path).iter().map(plain).collect();
    let mut wanted: Vec<&str> = wanted.to_vec();
    found.sort();
    wanted.sort_unstable();
    want(found == wanted, || format!("{} {path} is {found:?}", res.place()))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [pool_facts(), client_facts(), identity_facts()].concat()
}

fn pool_facts() -> Vec<Fact> {
    vec![
        fact("CV-188", |e| pool(e).map(|_| ())),
        fact("CV-189", |e| pool(e)?.is("UserPoolName", e.name("auth-users"))),
        fact("CV-190", |e| pool(e)?.is("UsernameAttributes", json!(["email"]))),
        fact("CV-191", |e| pool(e)?.is("AutoVerifiedAttributes", json!(["email"]))),
        fact("CV-192", |e| pool(e)?.is("Policies.PasswordPolicy.MinimumLength", 12)),
        fact_in("production", "CV-193", |e| pool(e)?.is("DeletionProtection", "ACTIVE")),
        fact("CV-194", |e| pool(e)?.policy("DeletionPolicy", &["Retain"])),
        fact("CV-195", |e| e.has_output(STACK, "user pool", &pool(e)?.reference())),
    ]
}

fn client_facts() -> Vec<Fact> {
    vec![
        fact("CV-196", |e| client(e).map(|_| ())),
        fact("CV-197", |e| client(e)?.is("GenerateSecret", false)),
        fact("CV-198", |e| {
            list_of(&client(e)?, "ExplicitAuthFlows", &["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
        }),
        fact("CV-199", |e| client(e)?.is("PreventUserExistenceErrors", "ENABLED")),
        fact("CV-200", |e| client(e)?.points("UserPoolId", &pool(e)?)),
    ]
}

fn identity_facts() -> Vec<Fact> {
    vec![
        fact("CV-201", |e| e.has_output(STACK, "identity pool", &identities(e)?.reference())),
        fact("CV-202", |e| identities(e)?.is("AllowUnauthenticatedIdentities", false)),
        fact("CV-203", |e| {
            let all = identities(e)?.items("CognitoIdentityProviders");
            let [only] = &all[..] else { return Err(format!("{all:?}")) };
            let right = only["ClientId"] == client(e)?.reference()
                && only["ProviderName"] == pool(e)?.attribute("ProviderName");
            want(right, || format!("identities come from {only}"))
        }),
        fact("CV-204", |e| {
            attached(e)?.points("IdentityPoolId", &identities(e)?)?;
            signed_in(e)?;
            match attached(e)?.get("Roles") {
                Value::Object(map) if map.len() == 1 => Ok(()),
                other => Err(format!("roles {other}")),
            }
        }),
        fact("CV-205", trusted_to_users),
        fact("CV-206", own_files_only),
        fact("CV-320", |e| {
            let all = e.all("api", "AWS::WAFv2::WebACLAssociation")?;
            each(usize::from(super::config(e).full), all, |res| res.is("ResourceArn", pool(e)?.attribute("Arn")))
        }),
        fact_in("production", "CV-321", |e| {
            let link = e.one("api", "AWS::WAFv2::WebACLAssociation")?;
            link.is("WebACLArn", security::waf(e)?.attribute("Arn"))
        }),
    ]
}
