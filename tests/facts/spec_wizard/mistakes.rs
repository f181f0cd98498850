//! C facts that the compiler must diagnose: each is tried with a mistake in the Wizard's source.

use crate::broken::Source;
use crate::system::Mistake;

const ACCOUNT: &str = "\"234567890123\"";

/// Every mistake that is tried.
pub static MISTAKES: [Mistake; 25] = [
    Mistake::error("SW-004", "the-account-in-a-name", &["literal_account_id"], |source| {
        source.replace("{system}-{id}-{env}-{account}", "{system}-{id}-{env}-123456789012")
    }),
    Mistake::error("SW-034", "a-key-stack-that-needs-the-table", &["stack_cycle"], |source| {
        source.add("stack Security { output changes = Database.sessions.StreamArn }\n")
    }),
    Mistake::error("SW-063", "a-key-in-an-environment-variable", &["secret_exposed", "wrong_type"], |source| {
        source.replace(
            "FROM_EMAIL           =",
            "API_KEY = Security.openai_api_key.field(\"apiKey\")\n        FROM_EMAIL =",
        );
    }),
    Mistake::error("SW-089", "an-attribute-that-is-no-key", &["key_attributes_differ"], |source| source.add(ATTRIBUTE)),
    Mistake::error("SW-090", "capacity-of-a-table-that-is-paid-for-by-use", &["value_not_allowed"], |source| {
        source.add(CAPACITY)
    }),
    Mistake::error("SW-176", "one-sender-in-two-environments-of-an-account", &["name_clash"], |source| {
        source.replace(ACCOUNT, "\"123456789012\"")
    }),
    Mistake::error("SW-264", "everything-on-the-table", &["action_wildcard"], |source| {
        source.add("grant Security.lambda dynamodb:* on Database.sessions\n")
    }),
    Mistake::error("SW-264", "a-secret-whichever-it-is", &["resource_wildcard"], |source| {
        source.add("grant Security.lambda secretsmanager:GetSecretValue on \"*\"\n")
    }),
    Mistake::warning("SW-292", "an-identity-where-the-bucket-has-a-key", &["origin_access_identity"], |source| {
        source.add(IDENTITY)
    }),
    Mistake::warning("SW-293", "a-distribution-without-a-certificate", &["old_tls_taken"], |source| {
        source.remove_line("@waive(old_tls_taken")
    }),
    Mistake::warning("SW-293", "an-oldest-version-that-nobody-reads", &["oldest_tls_ignored"], |source| {
        source.add(OLDEST)
    }),
    Mistake::error("SW-294", "a-certificate-of-another-region", &["param_out_of_range"], |source| {
        set(
            source,
            "domain_name = \"a.example.com\"\n  certificate_arn = \"arn:aws:acm:eu-west-1:999999999999:certificate/1\"",
        );
    }),
    Mistake::error("SW-295", "a-name-without-a-certificate", &["ensure_failed"], |source| {
        set(source, "domain_name = \"a.example.com\"")
    }),
    Mistake::error("SW-296", "a-role-that-needs-the-bucket-itself", &["stack_cycle"], |source| {
        source.add("stack Security { output exports = Storage.exports.RegionalDomainName }\n")
    }),
    Mistake::error("SW-297", "a-bucket-for-one-distribution-alone", &["stack_cycle"], |source| {
        source.remove_line("alone ")
    }),
    Mistake::error("SW-298", "a-metric-that-this-kind-of-api-has-not", &["unknown_metric"], |source| {
        source.replace("metric(\"ExecutionError\")", "metric(\"5xx\")")
    }),
    Mistake::warning("SW-299", "requests-that-nobody-measures", &["requests_not_measured"], |source| {
        source.remove_line("request_metrics ")
    }),
    Mistake::error("SW-300", "two-environments-that-set-the-account-up", &["account_singleton"], |source| {
        source.replace(ACCOUNT, "\"123456789012\"")
    }),
    Mistake::error("SW-301", "glacier-before-intelligent-tiering", &["param_out_of_range"], |source| {
        set(source, "s3_lifecycle_days = 20d")
    }),
    Mistake::error("SW-302", "two-steps-on-the-same-day", &["ensure_failed"], |source| {
        source.replace("after = 30d", "after = 90d")
    }),
    Mistake::warning("SW-303", "old-versions-that-stay", &["old_versions_for_ever"], |source| {
        source.remove_line("old_versions_kept")
    }),
    Mistake::warning("SW-304", "nobody-decides-who-connects", &["public_websocket"], |source| {
        source.remove_line("@waive(public_websocket")
    }),
    Mistake::warning("SW-305", "a-placeholder-in-production", &["placeholder_in_production"], |source| {
        source.remove_line("@waive(placeholder_in_production")
    }),
    Mistake::error("SW-306", "a-runtime-past-its-end", &["runtime_retired"], |source| {
        source.replace("nodejs24.x", "nodejs18.x")
    }),
    Mistake::warning("SW-309", "one-role-for-different-code", &["shared_role"], |source| source.add(SECOND)),
];

const ORIGINS: &str = "allowed_origins = [\"https://dev";

fn set(source: &mut Source, setting: &str) {
    source.replace(ORIGINS, &format!("{setting}\n  {ORIGINS}"));
}

/// A table that has an attribute too many.
const ATTRIBUTE: &str = r#"
stack Database {
  second = AWS::DynamoDB::Table {
    BillingMode           = "PAY_PER_REQUEST"
    KeySchema             = [{ AttributeName = "PK", KeyType = "HASH" }]
    AttributeDefinitions  = [
      { AttributeName = "PK", AttributeType = "S" },
      { AttributeName = "created", AttributeType = "S" },
    ]
  }
}
"#;

/// A table that is paid for by use, and has capacity of its own.
const CAPACITY: &str = r#"
stack Database {
  second = AWS::DynamoDB::Table {
    BillingMode           = "PAY_PER_REQUEST"
    ProvisionedThroughput = { ReadCapacityUnits = 5, WriteCapacityUnits = 5 }
    KeySchema             = [{ AttributeName = "PK", KeyType = "HASH" }]
    AttributeDefinitions  = [{ AttributeName = "PK", AttributeType = "S" }]
  }
}
"#;

const SECOND: &str = r#"
stack Apigateway {
  second = Function { runtime = "nodejs24.x", inline = "exports.handler = 1", role = Security.lambda, traced = false }
}
"#;

const IDENTITY: &str = r#"
stack Cdn {
  reader = AWS::CloudFront::CloudFrontOriginAccessIdentity {
    CloudFrontOriginAccessIdentityConfig = { Comment = "Reads exports" }
  }
}
"#;

const OLDEST: &str = r#"
stack Cdn {
  second = AWS::CloudFront::Distribution {
    DistributionConfig = {
      Enabled              = true
      Origins              = [{ Id = "a", DomainName = "a.example.com", CustomOriginConfig = { OriginProtocolPolicy = "https-only" } }]
      DefaultCacheBehavior = {
        TargetOriginId       = "a"
        ViewerProtocolPolicy = "https-only"
        CachePolicyId        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
      }
      ViewerCertificate = { CloudFrontDefaultCertificate = true, MinimumProtocolVersion = "TLSv1.2_2021" }
    }
  }
}
"#;
