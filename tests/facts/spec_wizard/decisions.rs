//! Section 14: what was decided where the document contradicts itself, as it stands in what is built. Of what the compiler says,
//! `mistakes` holds the rest.

use serde_json::Value;

use super::stacks::{list, text};
use super::{Fact, STACKS, api, cdn, database, fact, iam, monitoring, production, security, storage};
use crate::meaning::{plain, refers_to};
use crate::tree::{Check, Env, want};

/// That one stack takes nothing from another by import.
fn imports_nothing(env: &Env, stack: &str, from: &str) -> Check {
    let (home, mut names) = (env.stack_name(from), Vec::new());
    for res in env.resources(stack)? {
        imported(res.body(), &mut names);
    }
    let taken: Vec<_> = names.into_iter().filter(|name| name.starts_with(&home)).collect();
    want(taken.is_empty(), || format!("{stack} imports {taken:?}"))
}

fn imported(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| imported(item, names)),
        Value::Object(map) => {
            names.extend(map.get("Fn::ImportValue").map(plain));
            map.values().for_each(|inner| imported(inner, names));
        }
        _ => {}
    }
}

/// What stays when the environment is destroyed, as (stack, logical id).
fn left_behind(env: &Env) -> Result<Vec<(String, String)>, String> {
    let destroy = env.plan()?.get("destroy").ok_or("the plan does not say how to destroy")?;
    Ok(list(destroy, "left_behind")?.iter().map(|one| (text(one, "stack"), text(one, "id"))).collect())
}

fn destroyed(env: &Env) -> Check {
    let left = left_behind(env)?;
    let (table, bucket, key) = (database::table(env)?, storage::bucket(env)?, security::s3_key(env)?);
    for (stack, res) in [("database", table), ("storage", bucket), ("security", key)] {
        let stays = left.contains(&(env.stack_name(stack), res.logical_id().to_owned()));
        want(stays == production(env), || format!("{} stays: {stays}", res.place()))?;
    }
    table.is("DeletionProtectionEnabled", production(env))
}

fn increasing(env: &Env) -> Check {
    let warm = storage::moves_after(env, "INTELLIGENT_TIERING")?;
    let cold = storage::moves_after(env, "GLACIER")?;
    want(warm < cold && cold < Some(365) && warm == Some(30), || format!("moves after {warm:?} and {cold:?}"))
}

fn no_account(env: &Env) -> Check {
    for stack in STACKS {
        for res in env.resources(stack)? {
            for account in ["123456789012", "234567890123", "345678901234"] {
                want(!res.body().to_string().contains(account), || format!("{} names {account}", res.place()))?;
            }
        }
    }
    storage::bucket(env)?.is("BucketName", storage::bucket_name(env))
}

fn verified_by_hand(env: &Env) -> Check {
    let plan = env.plan()?;
    let steps = list(plan, "steps")?;
    let by_hand = |step: &&Value| {
        text(step, "do") == "manual"
            && step.to_string().contains("noreply@flowency.build")
            && step.to_string().contains("sandbox")
    };
    let found = steps.iter().find(by_hand).ok_or("nobody verifies the sender")?;
    let order: Vec<String> = list(plan, "order")?.iter().map(plain).collect();
    let when = |step: &str| order.iter().position(|other| other == step);
    let email = format!("deploy:{}", env.stack_name("email"));
    want(when(&email).is_some() && when(&email) < when(&text(found, "id")), || format!("{order:?}"))
}

/// The facts of this section that what is built shows.
pub fn facts() -> Vec<Fact> {
    [circles(), services(), decisions()].concat()
}

fn circles() -> Vec<Fact> {
    vec![
        fact("SW-034", |e| {
            imports_nothing(e, "security", "database")?;
            imports_nothing(e, "security", "storage")?;
            database::table(e)?.is("SSESpecification.KMSMasterKeyId", security::dynamodb_key(e)?.attribute("Arn"))
        }),
        fact("SW-296", |e| {
            imports_nothing(e, "security", "storage")?;
            let arn = storage::bucket_arn(e, "/*");
            want(iam::granted(e)?.iter().any(|s| s.resources == [arn.clone()]), || format!("nothing on {arn}"))
        }),
        fact("SW-297", |e| {
            imports_nothing(e, "storage", "cdn")?;
            imports_nothing(e, "security", "cdn")?;
            security::for_cloudfront(e)
        }),
    ]
}

fn services() -> Vec<Fact> {
    vec![
        fact("SW-292", |e| {
            let access = e.one("cdn", "AWS::CloudFront::OriginAccessControl")?;
            cdn::is(e, "Origins[0].OriginAccessControlId", access.reference())?;
            security::for_cloudfront(e)
        }),
        fact("SW-298", monitoring::api_failures),
        fact("SW-299", |e| storage::bucket(e)?.is("MetricsConfigurations[0].Id", "EntireBucket")),
        fact("SW-300", |e| {
            let account = e.one("apigateway", "AWS::ApiGateway::Account")?;
            account.policy("DeletionPolicy", &["Retain"])?;
            let role = e.one("apigateway", "AWS::IAM::Role")?;
            want(refers_to(account.body(), role.logical_id()), || "the account logs as another role".into())
        }),
        fact("SW-303", |e| {
            let rules = storage::bucket(e)?.items("LifecycleConfiguration.Rules");
            let ends = |rule: &Value| rule.pointer("/NoncurrentVersionExpiration/NoncurrentDays").is_some();
            want(rules.iter().any(ends), || format!("{rules:?}"))
        }),
        fact("SW-304", |e| api::route(e, "$connect")?.is("AuthorizationType", "NONE")),
    ]
}

fn decisions() -> Vec<Fact> {
    vec![
        fact("SW-301", |e| {
            let days = storage::moves_after(e, "GLACIER")?;
            want(days == Some(90), || format!("Glacier after {days:?} days"))
        }),
        fact("SW-302", increasing),
        fact("SW-306", |e| api::function(e, "message")?.is("Runtime", "nodejs24.x")),
        fact("SW-307", destroyed),
        fact("SW-308", no_account),
        fact("SW-310", |e| {
            for purpose in ["read-throttle", "write-throttle", "s3-4xx", "s3-5xx", "api-5xx"] {
                monitoring::alarm(e, purpose)?.is("ComparisonOperator", "GreaterThanThreshold")?;
            }
            Ok(())
        }),
        fact("SW-311", verified_by_hand),
    ]
}
