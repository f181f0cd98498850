//! Section 3: names and tags.

use serde_json::Value;

use super::{data, stacks};
use crate::meaning::plain;
use crate::system::{Fact, fact, fact_in};
use crate::tree::{Check, Env, Res, want};

/// The types of the platform that take tags, and where.
const TAGGED: [(&str, &str); 25] = [
    ("AWS::ApiGateway::RestApi", "Tags"),
    ("AWS::ApiGateway::Stage", "Tags"),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "Tags"),
    ("AWS::Backup::BackupPlan", "BackupPlanTags"),
    ("AWS::Backup::BackupVault", "BackupVaultTags"),
    ("AWS::Backup::RestoreTestingPlan", "Tags"),
    ("AWS::Chatbot::SlackChannelConfiguration", "Tags"),
    ("AWS::CloudFront::Distribution", "Tags"),
    ("AWS::CloudTrail::Trail", "Tags"),
    ("AWS::CloudWatch::Alarm", "Tags"),
    ("AWS::CloudWatch::Dashboard", "Tags"),
    ("AWS::Cognito::UserPool", "UserPoolTags"),
    ("AWS::DynamoDB::Table", "Tags"),
    ("AWS::Events::EventBus", "Tags"),
    ("AWS::Events::Rule", "Tags"),
    ("AWS::IAM::Role", "Tags"),
    ("AWS::KMS::Key", "Tags"),
    ("AWS::Lambda::Function", "Tags"),
    ("AWS::Logs::LogGroup", "Tags"),
    ("AWS::S3::Bucket", "Tags"),
    ("AWS::SNS::Topic", "Tags"),
    ("AWS::SQS::Queue", "Tags"),
    ("AWS::SecretsManager::Secret", "Tags"),
    ("AWS::StepFunctions::StateMachine", "Tags"),
    ("AWS::WAFv2::WebACL", "Tags"),
];

/// The types that take none, so that a new type must be thought of here.
const UNTAGGED: [&str; 22] = [
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Resource",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::RestoreTestingSelection",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::Cognito::UserPoolClient",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::KMS::Alias",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACLAssociation",
];

fn tag(res: &Res, property: &str, key: &str) -> Option<String> {
    match res.get(property) {
        Value::Object(map) => map.get(key).map(plain),
        Value::Array(items) => crate::tree::tag_in(&items, key),
        _ => None,
    }
}

fn tagged(env: &Env) -> Check {
    for stack in stacks(env) {
        for res in env.resources(stack)? {
            let Some((_, property)) = TAGGED.iter().find(|(ty, _)| *ty == res.ty()) else {
                want(UNTAGGED.contains(&res.ty()), || format!("{}: does {} take tags?", res.place(), res.ty()))?;
                continue;
            };
            for (key, value) in [("Project", "uk-home-improvement"), ("Environment", env.at.id)] {
                let found = tag(&res, property, key);
                want(found.as_deref() == Some(value), || format!("{}: tag {key} is {found:?}", res.place()))?;
            }
            want(tag(&res, property, "DataClassification").is_some(), || format!("{} is not classified", res.place()))?;
        }
    }
    Ok(())
}

/// The names of the three secrets.
pub fn secret_names(env: &Env) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for secret in env.exactly(3, "main", "AWS::SecretsManager::Secret")? {
        names.push(secret.text("Name")?);
    }
    names.sort();
    Ok(names)
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact_in("prod", "UK-029", |e| {
            e.with("main", "AWS::DynamoDB::Table", "TableName", "uk-home-improvement-users").map(drop)
        }),
        fact_in("prod", "UK-030", |e| {
            let found = secret_names(e)?;
            let wanted = ["claude", "docusign", "stripe"].map(|name| format!("uk-home-improvement/{name}"));
            want(found == wanted, || format!("secrets {found:?}"))
        }),
        fact("UK-031", |e| {
            for group in e.exactly(6, "main", "AWS::Logs::LogGroup")? {
                let found = group.text("LogGroupName")?;
                want(found.starts_with(&format!("/uk-home-improvement/{}/", e.at.id)), || found.clone())?;
            }
            Ok(())
        }),
        fact("UK-032", |e| {
            for name in ["projects", "quotes", "contracts"] {
                data::table(e, name)?;
            }
            Ok(())
        }),
        fact("UK-034", tagged),
    ];
    for folder in ["dev", "staging"] {
        facts.push(fact_in(folder, "UK-033", |e| {
            let found = secret_names(e)?;
            let wanted = ["claude", "docusign", "stripe"].map(|name| format!("uk-home-improvement/{}/{name}", e.at.id));
            want(found == wanted, || format!("secrets {found:?}"))
        }));
    }
    facts
}
