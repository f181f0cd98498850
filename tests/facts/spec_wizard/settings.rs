//! The document's configuration: each variable reaches what it is for. The Wizard is built with other values for all of them,
//! and once without distribution.

use serde_json::json;

use super::{api, cdn, database, email, monitoring, storage};
use crate::broken::Source;
use crate::system::{Environment, Variant};
use crate::tree::{Check, Env, want};

const ORIGINS: &str = "allowed_origins = [\"https://dev.wizard.flowency.build\"]";

/// Other values for what `dev` leaves at its default.
const OTHER: &str = r#"
  from_email        = "post@example.com"
  alert_email       = "night@example.com"
  domain_name       = "wizard.example.com"
  certificate_arn   = "arn:aws:acm:us-east-1:999999999999:certificate/11112222-3333-4444-5555-666677778888"
  billing_mode      = "PROVISIONED"
  s3_lifecycle_days = 60d
  log_retention     = { application = 14d, errors = 60d }"#;

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:999999999999:certificate/11112222-3333-4444-5555-666677778888";

fn set(source: &mut Source, more: &str) {
    source.replace(ORIGINS, &format!("{ORIGINS}{more}"));
}

fn own_name(env: &Env) -> Check {
    cdn::is(env, "Aliases", json!(["wizard.example.com"]))?;
    storage::bucket(env)?.is("CorsConfiguration.CorsRules[0].AllowedOrigins", json!(["https://wizard.example.com"]))
}

fn certificate(env: &Env) -> Check {
    cdn::is(env, "ViewerCertificate.AcmCertificateArn", CERTIFICATE)
}

/// Reading and writing of the table and of its index grow and shrink, each by itself.
fn scaling(env: &Env) -> Check {
    let targets = env.exactly(4, "database", "AWS::ApplicationAutoScaling::ScalableTarget")?;
    let policies = env.exactly(4, "database", "AWS::ApplicationAutoScaling::ScalingPolicy")?;
    let table = format!("table/{}", env.name("sessions"));
    for (resource, of) in [(table.clone(), "table"), (format!("{table}/index/GSI1"), "index")] {
        for what in ["Read", "Write"] {
            let dimension = format!("dynamodb:{of}:{what}CapacityUnits");
            let found: Vec<_> =
                targets.iter().filter(|one| one.get("ScalableDimension") == dimension.as_str()).collect();
            let [target] = found[..] else { return Err(format!("{} of {dimension}", found.len())) };
            target.is("ResourceId", resource.as_str())?;
            target.is("ServiceNamespace", "dynamodb")?;
            target.is("MinCapacity", 5)?;
            target.is("MaxCapacity", 100)?;
            let policy = policies.iter().find(|one| one.get("ScalingTargetId") == target.reference());
            let policy = policy.ok_or_else(|| format!("nothing scales {dimension}"))?;
            policy.is("TargetTrackingScalingPolicyConfiguration.TargetValue", 70)?;
            let metric = "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType";
            policy.is(metric, format!("DynamoDB{what}CapacityUtilization"))?;
        }
    }
    Ok(())
}

fn bought(env: &Env) -> Check {
    let units = json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 5});
    let table = database::table(env)?;
    table.is("BillingMode", "PROVISIONED")?;
    table.is("ProvisionedThroughput", units.clone())?;
    table.is("GlobalSecondaryIndexes[0].ProvisionedThroughput", units)
}

fn kept(env: &Env) -> Check {
    monitoring::group(env, "application")?.is("RetentionInDays", 14)?;
    monitoring::group(env, "error")?.is("RetentionInDays", 60)?;
    let connect = format!("/aws/lambda/{}", env.name("connect"));
    api::log_group(env, "apigateway", &connect)?.is("RetentionInDays", 14)
}

fn cold_after(env: &Env) -> Check {
    let days = storage::moves_after(env, "GLACIER")?;
    want(days == Some(60), || format!("Glacier after {days:?} days"))
}

type Setting = (&'static str, fn(&Env) -> Check);

const SETTINGS: [Setting; 11] = [
    ("SW-013", |e| email::sender(e)?.is("EmailIdentity", "post@example.com")),
    ("SW-014", |e| monitoring::subscription(e)?.is("Endpoint", "night@example.com")),
    ("SW-015", own_name),
    ("SW-016", certificate),
    ("SW-018", bought),
    ("SW-019", cold_after),
    ("SW-082", scaling),
    ("SW-120", |e| cdn::is(e, "ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021")),
    ("SW-125", own_name),
    ("SW-127", |e| cdn::is(e, "ViewerCertificate.SslSupportMethod", "sni-only")),
    ("SW-272", kept),
];

const DEV: Environment = Environment { folder: "dev", id: "dev" };

/// The Wizard with other settings.
pub static VARIANTS: [Variant; 3] = [
    Variant {
        facts: &[
            "SW-013", "SW-014", "SW-015", "SW-016", "SW-018", "SW-019", "SW-082", "SW-083", "SW-084", "SW-085",
            "SW-086", "SW-120", "SW-125", "SW-126", "SW-127", "SW-270", "SW-272", "SW-274", "SW-275", "SW-276",
        ],
        name: "each-variable-has-another-value",
        make: |source| set(source, OTHER),
        environment: DEV,
        check: |e| SETTINGS.iter().try_for_each(|(id, check)| check(e).map_err(|message| format!("{id}: {message}"))),
    },
    Variant {
        facts: &["SW-017", "SW-273"],
        name: "without-a-distribution",
        make: |source| set(source, "\n  enable_cloudfront = false"),
        environment: DEV,
        check: |e| {
            want(e.stack("cdn").is_err(), || "there is a cdn stack".into())?;
            let count = e.plan()?.get("stacks").and_then(serde_json::Value::as_object).map(serde_json::Map::len);
            want(count == Some(6), || format!("{count:?} stacks"))?;
            for ty in ["AWS::S3::BucketPolicy", "AWS::KMS::Key"] {
                let stack = if ty == "AWS::KMS::Key" { "security" } else { "storage" };
                for res in e.all(stack, ty)? {
                    let told = res.body().to_string().contains("cloudfront");
                    want(!told, || format!("{} lets CloudFront in", res.place()))?;
                }
            }
            Ok(())
        },
    },
    Variant {
        facts: &["SW-271"],
        name: "without-versions",
        make: |source| set(source, "\n  versioning_enabled = false"),
        environment: DEV,
        check: |e| storage::bucket(e)?.lacks("VersioningConfiguration"),
    },
];
