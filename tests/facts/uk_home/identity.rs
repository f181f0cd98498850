//! Section 4.2: who uses the platform.

use serde_json::json;

use super::{fact_full, output, retained};
use crate::meaning::same;
use crate::system::{Fact, fact};
use crate::tree::{Env, Res, want};

/// The users.
pub fn pool<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Cognito::UserPool")
}

/// The site, as the user pool knows it.
pub fn client<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Cognito::UserPoolClient")
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-064", |e| pool(e).map(drop)),
        fact("UK-065", |e| {
            let (found, wanted) = (output(e, "UserPoolId")?, pool(e)?.reference());
            want(same(&found, &wanted), || format!("UserPoolId is {found}, not {wanted}"))
        }),
        fact("UK-066", |e| pool(e)?.is("UserPoolName", e.name("users"))),
        fact("UK-067", |e| pool(e)?.is("UsernameAttributes", json!(["email"]))),
        fact("UK-068", |e| pool(e)?.is("AutoVerifiedAttributes", json!(["email"]))),
        fact("UK-069", |e| pool(e)?.is("Policies.PasswordPolicy.MinimumLength", 12)),
        fact("UK-070", |e| pool(e)?.is("MfaConfiguration", "OPTIONAL")),
        fact("UK-071", |e| pool(e)?.is("EnabledMfas", json!(["SOFTWARE_TOKEN_MFA"]))),
        fact("UK-073", |e| retained(&pool(e)?)),
        fact("UK-074", |e| {
            client(e)?.points("UserPoolId", &pool(e)?)?;
            let (found, wanted) = (output(e, "UserPoolClientId")?, client(e)?.reference());
            want(same(&found, &wanted), || format!("UserPoolClientId is {found}, not {wanted}"))
        }),
        fact("UK-075", |e| client(e)?.is("GenerateSecret", false)),
        fact("UK-076", |e| {
            client(e)?.is("ExplicitAuthFlows", json!(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]))
        }),
        fact("UK-077", |e| client(e)?.is("PreventUserExistenceErrors", "ENABLED")),
    ];
    facts.extend(fact_full("UK-072", |e| pool(e)?.is("DeletionProtection", "ACTIVE")));
    facts
}
