//! Section 5: the table.

use serde_json::json;

use super::{Fact, arn, fact, fact_in, fate, production, security};
use crate::tree::{Check, Env, Res, want};

/// The table.
pub fn table<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("database", "AWS::DynamoDB::Table")
}

/// The table's ARN, from its name.
pub fn table_arn(env: &Env) -> String {
    arn("dynamodb", &format!("table/{}", env.name("sessions")))
}

/// Whether one can go back to any second.
pub fn recovers(env: &Env, whether: bool) -> Check {
    let table = table(env)?;
    let path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    if !whether && table.get(path).is_null() { Ok(()) } else { table.is(path, whether) }
}

fn keys(hash: &str, range: &str) -> serde_json::Value {
    json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}])
}

/// The facts of this section that hold as the system stands; those about bought capacity are shown by a variant.
pub fn facts() -> Vec<Fact> {
    [shape(), safety()].concat()
}

fn shape() -> Vec<Fact> {
    vec![
        fact("SW-064", |e| table(e)?.is("TableName", e.name("sessions"))),
        fact("SW-065", |e| table(e)?.is("KeySchema", keys("PK", "SK"))),
        fact("SW-066", |e| {
            let mut found: Vec<String> =
                table(e)?.items("AttributeDefinitions").iter().map(ToString::to_string).collect();
            let name = |name: &str| json!({"AttributeName": name, "AttributeType": "S"}).to_string();
            let mut wanted = ["PK", "SK", "GSI1PK", "GSI1SK"].map(name);
            found.sort();
            wanted.sort();
            want(found == wanted, || format!("{found:?}"))
        }),
        fact("SW-067", |e| {
            let table = table(e)?;
            let count = table.items("GlobalSecondaryIndexes").len();
            want(count == 1, || format!("{count} indexes"))?;
            table.is("GlobalSecondaryIndexes[0].IndexName", "GSI1")
        }),
        fact("SW-068", |e| table(e)?.is("GlobalSecondaryIndexes[0].KeySchema", keys("GSI1PK", "GSI1SK"))),
        fact("SW-069", |e| table(e)?.is("GlobalSecondaryIndexes[0].Projection.ProjectionType", "ALL")),
        fact("SW-070", |e| table(e)?.is("TimeToLiveSpecification.Enabled", true)),
        fact("SW-071", |e| table(e)?.is("TimeToLiveSpecification.AttributeName", "ttl")),
        fact("SW-077", |e| {
            table(e)?.is("BillingMode", "PAY_PER_REQUEST")?;
            table(e)?.lacks("ProvisionedThroughput")
        }),
        fact("SW-078", |e| table(e)?.is("StreamSpecification.StreamViewType", "NEW_AND_OLD_IMAGES")),
    ]
}

fn safety() -> Vec<Fact> {
    vec![
        fact_in("prod", "SW-072", |e| recovers(e, true)),
        fact_in("dev", "SW-073", |e| recovers(e, false)),
        fact_in("staging", "SW-073", |e| recovers(e, false)),
        fact("SW-074", |e| table(e)?.is("SSESpecification.SSEEnabled", true)),
        fact("SW-075", |e| table(e)?.is("SSESpecification.SSEType", "KMS")),
        fact("SW-076", |e| {
            let (found, key) = (table(e)?.get("SSESpecification.KMSMasterKeyId"), security::dynamodb_key(e)?);
            want(found == key.attribute("Arn") || found == key.reference(), || format!("encrypted with {found}"))
        }),
        fact_in("prod", "SW-079", |e| table(e)?.is("DeletionProtectionEnabled", production(e))),
        fact("SW-080", |e| table(e)?.policy("DeletionPolicy", &[fate(e)])),
        fact("SW-081", |e| table(e)?.policy("UpdateReplacePolicy", &[fate(e)])),
    ]
}
