//! Section 7: the tables.

use serde_json::json;

use super::{Fact, config, each, fact, fact_in, security};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "foundation";

/// The five tables.
pub const TABLES: [&str; 5] = ["users", "files", "folders", "analytics", "notifications"];

/// One of them.
pub fn table<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::DynamoDB::Table", "TableName", &env.name(&format!("data-{name}")))
}

/// All of them.
pub fn all<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    TABLES.iter().map(|name| table(env, name)).collect()
}

fn of_all(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    each(5, all(env)?, check)
}

/// How capacity is bought.
pub fn billing(env: &Env) -> Check {
    of_all(env, |res| res.is("BillingMode", if config(env).full { "PROVISIONED" } else { "PAY_PER_REQUEST" }))
}

/// For how many days a table can be set back.
pub fn reaching_back(env: &Env, days: u32) -> Check {
    of_all(env, |res| {
        res.is("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", true)?;
        res.is("PointInTimeRecoverySpecification.RecoveryPeriodInDays", days)
    })
}

fn temporary(env: &Env, path: &str, value: serde_json::Value) -> Check {
    for name in TABLES {
        let table = table(env, name)?;
        if ["analytics", "notifications"].contains(&name) {
            table.is(&format!("TimeToLiveSpecification.{path}"), value.clone())?;
        } else {
            table.lacks("TimeToLiveSpecification")?;
        }
    }
    Ok(())
}

/// What grows and shrinks, for one table and one dimension.
fn target<'t>(env: &Env<'t>, table: &Res, dimension: &str) -> Result<Res<'t>, String> {
    let id = format!("table/{}", plain(&table.reference()));
    let all = env.all(STACK, "AWS::ApplicationAutoScaling::ScalableTarget")?;
    let found: Vec<_> = all
        .into_iter()
        .filter(|res| res.is("ResourceId", id.clone()).is_ok() && res.is("ScalableDimension", dimension).is_ok())
        .collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} {dimension} of {id}", found.len())),
    }
}

const DIMENSIONS: [(&str, &str); 2] = [
    ("dynamodb:table:ReadCapacityUnits", "DynamoDBReadCapacityUtilization"),
    ("dynamodb:table:WriteCapacityUnits", "DynamoDBWriteCapacityUtilization"),
];

fn of_targets(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    env.exactly(10, STACK, "AWS::ApplicationAutoScaling::ScalableTarget")?;
    for table in all(env)? {
        for (dimension, _) in DIMENSIONS {
            check(&target(env, &table, dimension)?)?;
        }
    }
    Ok(())
}

fn of_policies(env: &Env, check: impl Fn(&Res, &str) -> Check) -> Check {
    let policies = env.exactly(10, STACK, "AWS::ApplicationAutoScaling::ScalingPolicy")?;
    for table in all(env)? {
        for (dimension, metric) in DIMENSIONS {
            let target = target(env, &table, dimension)?;
            let own = policies.iter().find(|policy| policy.points("ScalingTargetId", &target).is_ok());
            check(own.ok_or_else(|| format!("{} does not scale", target.place()))?, metric)?;
        }
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [table_facts(), more_table_facts(), scaling_facts()].concat()
}

fn table_facts() -> Vec<Fact> {
    vec![
        fact("CV-207", |e| e.exactly(5, STACK, "AWS::DynamoDB::Table").map(|_| ())),
        fact("CV-208", |e| table(e, "users").map(|_| ())),
        fact("CV-209", |e| all(e).map(|_| ())),
        fact("CV-210", |e| {
            of_all(e, |res| {
                res.is("KeySchema", json!([{"AttributeName": "id", "KeyType": "HASH"}]))?;
                res.is("AttributeDefinitions", json!([{"AttributeName": "id", "AttributeType": "S"}]))
            })
        }),
        fact("CV-211", |e| of_all(e, |res| res.is("SSESpecification.SSEEnabled", true))),
        fact("CV-212", |e| of_all(e, |res| res.is("SSESpecification.SSEType", "KMS"))),
        fact("CV-213", |e| {
            let key = security::dynamo_key(e)?.attribute("Arn");
            of_all(e, |res| res.is("SSESpecification.KMSMasterKeyId", key.clone()))
        }),
        fact("CV-214", |e| {
            of_all(e, |res| res.is("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", true))
        }),
        fact("CV-215", |e| reaching_back(e, config(e).backups.min(35))),
    ]
}

fn more_table_facts() -> Vec<Fact> {
    vec![
        fact_in("dev", "CV-216", billing),
        fact_in("production", "CV-217", |e| {
            billing(e)?;
            of_targets(e, |res| {
                res.is("MinCapacity", 5)?;
                res.is("MaxCapacity", 100)
            })
        }),
        fact("CV-218", |e| temporary(e, "Enabled", json!(true))),
        fact("CV-219", |e| temporary(e, "AttributeName", json!("expiresAt"))),
        fact("CV-220", |e| of_all(e, |res| res.policy("DeletionPolicy", &["Retain"]))),
        fact("CV-221", |e| of_all(e, |res| res.policy("UpdateReplacePolicy", &["Retain"]))),
        fact_in("production", "CV-222", |e| of_all(e, |res| res.is("DeletionProtectionEnabled", true))),
        fact("CV-494", |e| {
            billing(e)?;
            let count = e.all(STACK, "AWS::ApplicationAutoScaling::ScalableTarget")?.len();
            want(count == if config(e).full { 10 } else { 0 }, || format!("{count} of them scale"))
        }),
        // Reserved capacity is a purchase: the flag only chooses how capacity is billed.
        fact("CV-495", billing),
    ]
}

fn scaling_facts() -> Vec<Fact> {
    let production = |id, check| fact_in("production", id, check);
    vec![
        production("CV-223", |e| of_targets(e, |res| res.is("MinCapacity", 5))),
        production("CV-224", |e| of_targets(e, |res| res.is("MaxCapacity", 100))),
        production("CV-225", |e| of_targets(e, |_| Ok(()))),
        production("CV-226", |e| of_targets(e, |res| res.is("ServiceNamespace", "dynamodb"))),
        production("CV-227", |e| of_policies(e, |res, _| res.is("PolicyType", "TargetTrackingScaling"))),
        production("CV-228", |e| {
            of_policies(e, |res, metric| {
                let own = "TargetTrackingScalingPolicyConfiguration";
                res.is(&format!("{own}.TargetValue"), 70)?;
                res.is(&format!("{own}.PredefinedMetricSpecification.PredefinedMetricType"), metric)
            })
        }),
    ]
}
