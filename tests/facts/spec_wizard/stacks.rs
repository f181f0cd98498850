//! Sections 1 to 3 and 12: environments, stacks and their order, names, tags, outputs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fact, STACKS, SYSTEM, api, cdn, database, fact, fact_of_all, fate, production, security, storage};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, Tree, want};

/// The properties that name a thing in an account.
const NAMES: [(&str, &str); 16] = [
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::CloudFront::CachePolicy", "CachePolicyConfig.Name"),
    ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig.Name"),
    ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig.Name"),
    ("AWS::SES::ConfigurationSet", "Name"),
    ("AWS::SES::Template", "Template.TemplateName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::ApiGatewayV2::Api", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
];

/// The types of the Wizard that take tags.
const TAGGABLE: [&str; 17] = [
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::IAM::Role",
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::CloudFront::Distribution",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::Template",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Topic",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::ApplicationAutoScaling::ScalableTarget",
];

/// The types of the Wizard that take none, so that a new type must be thought of here.
const UNTAGGABLE: [&str; 15] = [
    "AWS::KMS::Alias",
    "AWS::S3::BucketPolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::TopicPolicy",
    "AWS::SNS::Subscription",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Integration",
    "AWS::Lambda::Permission",
    "AWS::ApiGateway::Account",
    "AWS::IAM::Policy",
    "AWS::Logs::MetricFilter",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
];

/// A list of the plan.
pub fn list<'v>(plan: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    plan.get(key).and_then(Value::as_array).ok_or_else(|| format!("the plan has no {key}"))
}

/// A text of an entry of the plan.
pub fn text(value: &Value, key: &str) -> String {
    value.get(key).map(plain).unwrap_or_default()
}

fn entry<'t>(env: &Env<'t>, stack: &str) -> Result<&'t Value, String> {
    let name = env.stack_name(stack);
    let entry = env.plan()?.get("stacks").and_then(|stacks| stacks.get(&name));
    entry.ok_or_else(|| format!("the plan has no stack {name}"))
}

fn planned(env: &Env, key: &str, value: &str) -> Check {
    let found = text(env.plan()?, key);
    want(found == value, || format!("{key} of the plan is {found}"))
}

fn account(env: &Env) -> &'static str {
    match env.at.id {
        "dev" => "123456789012",
        "staging" => "234567890123",
        _ => "345678901234",
    }
}

/// That a stack is there, holds this, and is deployed after all that it uses; what it uses stands before it in the facts' order.
fn in_order(env: &Env, stack: &str, holds: &[(&str, usize)]) -> Check {
    for (ty, count) in holds {
        env.exactly(*count, stack, ty)?;
    }
    let place = |name: &str| STACKS.iter().position(|stack| name == format!("deploy:{}", env.stack_name(stack)));
    let plan = env.plan()?;
    let own = place(&format!("deploy:{}", env.stack_name(stack)));
    let order: Vec<String> = list(plan, "order")?.iter().map(plain).collect();
    let when = |step: &str| order.iter().position(|other| other == step);
    let mine = format!("deploy:{}", env.stack_name(stack));
    want(when(&mine).is_some(), || format!("{stack} is not deployed"))?;
    for edge in list(plan, "edges")?.iter().filter(|edge| text(edge, "after") == mine) {
        let before = text(edge, "before");
        want(when(&before) < when(&mine), || format!("{mine} does not wait for {before}"))?;
        want(place(&before).is_none() || place(&before) < own, || format!("{mine} needs {before}"))?;
    }
    Ok(())
}

/// That a stack waits for others, as the plan says it.
fn needs(env: &Env, stack: &str, others: &[&str]) -> Check {
    let plan = env.plan()?;
    let step = |stack: &str| format!("deploy:{}", env.stack_name(stack));
    for other in others {
        let edge = |edge: &Value| text(edge, "after") == step(stack) && text(edge, "before") == step(other);
        want(list(plan, "edges")?.iter().any(edge), || format!("{stack} does not wait for {other}"))?;
    }
    Ok(())
}

fn regions(env: &Env) -> Check {
    for stack in STACKS {
        let region = text(entry(env, stack)?, "region");
        want(region == "us-east-1", || format!("{stack} in {region}"))?;
    }
    planned(env, "region", "us-east-1")
}

fn stack_names(env: &Env) -> Check {
    for stack in STACKS {
        let name = text(entry(env, stack)?, "name");
        want(name == format!("spec-wizard-{stack}-{}", env.at.id), || format!("{stack} is called {name}"))?;
    }
    let count = env.plan()?.get("stacks").and_then(Value::as_object).map(serde_json::Map::len);
    want(count == Some(STACKS.len()), || format!("{count:?} stacks"))
}

/// All names of a stack, with what they name.
fn physical_names<'t>(env: &Env<'t>, stack: &str) -> Result<Vec<(Res<'t>, String)>, String> {
    let mut names = Vec::new();
    for (ty, property) in NAMES {
        for res in env.all(stack, ty)? {
            let name = res.text(property)?;
            names.push((res, name));
        }
    }
    Ok(names)
}

fn names_match(env: &Env) -> Check {
    let (id, mut seen) = (env.at.id, BTreeSet::new());
    for stack in STACKS {
        for (res, name) in physical_names(env, stack)? {
            let usual = || {
                let purpose = name.strip_prefix("spec-wizard-")?.strip_suffix(&format!("-{id}"))?;
                Some(purpose.starts_with(|c: char| c.is_ascii_lowercase()))
            };
            let right = match res.ty() {
                "AWS::KMS::Alias" => name.starts_with("alias/spec-wizard-") && name.ends_with(&format!("-{id}")),
                "AWS::SecretsManager::Secret" => name.starts_with(&format!("spec-wizard/{id}/")),
                "AWS::S3::Bucket" => {
                    name.starts_with("spec-wizard-") && name.ends_with(&format!("-{id}-${{AWS::AccountId}}"))
                }
                "AWS::Logs::LogGroup" => {
                    let function = name.starts_with("/aws/lambda/spec-wizard-") && name.ends_with(&format!("-{id}"));
                    function || name.starts_with(&format!("/spec-wizard/{id}/"))
                }
                "AWS::SES::ConfigurationSet" | "AWS::CloudWatch::Dashboard" => name == format!("spec-wizard-{id}"),
                _ => usual() == Some(true),
            };
            want(right, || format!("{} is called {name}", res.place()))?;
            want(seen.insert((res.ty(), name.clone())), || format!("two things are called {name}"))?;
        }
    }
    want(seen.len() >= 30, || format!("only {} things have names", seen.len()))
}

fn tagged(env: &Env) -> Check {
    for stack in STACKS {
        for res in env.resources(stack)? {
            if TAGGABLE.contains(&res.ty()) {
                for (key, value) in [("Project", "spec-wizard"), ("Environment", env.at.id)] {
                    let found = res.tag(key);
                    want(found.as_deref() == Some(value), || format!("{}: {key} is {found:?}", res.place()))?;
                }
            } else {
                want(UNTAGGABLE.contains(&res.ty()), || format!("{}: is {} taggable?", res.place(), res.ty()))?;
                want(res.get("Tags").is_null(), || format!("{} has tags", res.place()))?;
            }
        }
    }
    Ok(())
}

fn three_environments(tree: &Tree) -> Check {
    want(tree.folders == ["dev", "prod", "staging"], || format!("{:?}", tree.folders))?;
    for at in SYSTEM.environments {
        let env = Env { tree, system: &SYSTEM, at };
        planned(&env, "environment", at.folder)?;
    }
    Ok(())
}

/// That the account stands in the plan, and in no template.
fn account_in_the_plan_alone(env: &Env) -> Check {
    planned(env, "account", account(env))?;
    for stack in STACKS {
        for res in env.resources(stack)? {
            want(!res.body().to_string().contains(account(env)), || format!("{} names the account", res.place()))?;
        }
    }
    Ok(())
}

/// That an output of this name has this value.
fn output(env: &Env, stack: &str, name: &str, value: &Value) -> Check {
    let outputs = env.outputs(stack)?;
    let id = name.replace('_', "");
    let found = outputs.iter().find(|(other, _)| *other == id).map(|(_, value)| value);
    want(found.is_some_and(|found| crate::meaning::same(found, value)), || {
        format!("{name} of {stack} is {found:?}, not {value}")
    })
}

fn deletion(env: &Env) -> Check {
    let fate = fate(env);
    let mut data = env.all("security", "AWS::KMS::Key")?;
    data.extend(env.all("storage", "AWS::S3::Bucket")?);
    data.push(database::table(env)?);
    data.iter().try_for_each(|res| res.policy("DeletionPolicy", &[fate]))
}

/// The facts of these sections.
pub fn facts() -> Vec<Fact> {
    [environments(), stack_facts(), name_facts(), output_facts()].concat()
}

fn environments() -> Vec<Fact> {
    vec![
        fact_of_all("SW-001", three_environments),
        fact("SW-003", regions),
        fact("SW-010", account_in_the_plan_alone),
        fact("SW-011", |e| planned(e, "region", "us-east-1")),
        fact("SW-012", |e| planned(e, "environment", e.at.id)),
        fact("SW-020", |e| database::recovers(e, production(e))),
        fact("SW-021", storage::logged_in_production),
        fact("SW-022", cdn::logged_in_production),
        fact("SW-024", deletion),
        fact("SW-025", |e| database::table(e)?.is("DeletionProtectionEnabled", production(e))),
    ]
}

fn stack_facts() -> Vec<Fact> {
    vec![
        fact("SW-026", |e| {
            let holds = [("AWS::KMS::Key", 2), ("AWS::IAM::Role", 1), ("AWS::SecretsManager::Secret", 2)];
            in_order(e, "security", &holds)
        }),
        fact("SW-027", |e| {
            in_order(e, "database", &[("AWS::DynamoDB::Table", 1)])?;
            needs(e, "database", &["security"])
        }),
        fact("SW-028", |e| {
            in_order(e, "storage", &[("AWS::S3::Bucket", if production(e) { 2 } else { 1 })])?;
            needs(e, "storage", &["security"])
        }),
        fact("SW-029", |e| in_order(e, "email", &[("AWS::SES::Template", 2)])),
        fact("SW-030", |e| {
            in_order(e, "cdn", &[("AWS::CloudFront::Distribution", 1)])?;
            needs(e, "cdn", &["storage"])
        }),
        fact("SW-031", |e| {
            in_order(e, "apigateway", &[("AWS::ApiGatewayV2::Api", 1)])?;
            needs(e, "apigateway", &["security"])
        }),
        fact("SW-032", |e| {
            in_order(e, "monitoring", &[("AWS::CloudWatch::Dashboard", 1)])?;
            needs(e, "monitoring", &["apigateway"])
        }),
        fact("SW-035", stack_names),
    ]
}

fn name_facts() -> Vec<Fact> {
    vec![
        fact("SW-036", |e| database::table(e)?.is("TableName", e.name("sessions"))),
        fact("SW-037", |e| storage::bucket(e)?.is("BucketName", storage::bucket_name(e))),
        fact("SW-038", |e| api::stage(e)?.is("StageName", e.at.id)),
        fact("SW-039", names_match),
        fact("SW-040", tagged),
        fact("SW-049", |e| {
            for (id, key) in [("dynamodb", security::dynamodb_key(e)?), ("s3", security::s3_key(e)?)] {
                let name = format!("alias/{}", e.name(id));
                let alias = e.with("security", "AWS::KMS::Alias", "AliasName", &name)?;
                let target = alias.get("TargetKeyId");
                let right = target == key.reference() || target == key.attribute("Arn");
                want(right, || format!("{name} is of {target}"))?;
            }
            e.exactly(2, "security", "AWS::KMS::Alias").map(|_| ())
        }),
    ]
}

fn output_facts() -> Vec<Fact> {
    vec![
        fact("SW-265", |e| output(e, "database", "DYNAMODB_TABLE_NAME", &Value::from(e.name("sessions")))),
        fact("SW-266", |e| output(e, "storage", "S3_BUCKET_NAME", &Value::from(storage::bucket_name(e)))),
        fact("SW-267", |e| output(e, "cdn", "CLOUDFRONT_DOMAIN", &cdn::distribution(e)?.attribute("DomainName"))),
        fact("SW-268", |e| {
            let api = plain(&api::api(e)?.reference());
            let url = format!("wss://{api}.execute-api.${{AWS::Region}}.amazonaws.com/{}", e.at.id);
            output(e, "apigateway", "WEBSOCKET_URL", &Value::from(url))
        }),
        // Underscores are no part of logical ids; what is left still tells the variables apart.
        fact("SW-269", |e| {
            for (stack, name) in [
                ("database", "DYNAMODBTABLENAME"),
                ("storage", "S3BUCKETNAME"),
                ("cdn", "CLOUDFRONTDOMAIN"),
                ("apigateway", "WEBSOCKETURL"),
            ] {
                let outputs = e.outputs(stack)?;
                want(outputs.iter().any(|(other, _)| other == name), || format!("{stack} has {outputs:?}"))?;
            }
            Ok(())
        }),
    ]
}
