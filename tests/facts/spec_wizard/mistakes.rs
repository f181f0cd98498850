//! C facts that the compiler must diagnose: each is tried with a mistake in the Wizard's source.

use crate::broken::Source;
use crate::system::Mistake;

const ACCOUNT: &str = "\"234567890123\"";

/// Every mistake that is tried.
pub static MISTAKES: [Mistake; 25] = [
    Mistake {
        fact: "SW-004",
        name: "the-account-in-a-name",
        make: |source| source.replace("{system}-{id}-{env}-{account}", "{system}-{id}-{env}-123456789012"),
        codes: &["literal_account_id"],
        exit: 1,
    },
    Mistake {
        fact: "SW-034",
        name: "a-key-stack-that-needs-the-table",
        make: |source| source.add("stack Security { output changes = Database.sessions.StreamArn }\n"),
        codes: &["stack_cycle"],
        exit: 1,
    },
    Mistake {
        fact: "SW-063",
        name: "a-key-in-an-environment-variable",
        make: |source| {
            source.replace(
                "FROM_EMAIL           =",
                "API_KEY = Security.openai_api_key.field(\"apiKey\")\n        FROM_EMAIL =",
            );
        },
        codes: &["secret_exposed", "wrong_type"],
        exit: 1,
    },
    Mistake {
        fact: "SW-089",
        name: "an-attribute-that-is-no-key",
        make: |source| source.add(ATTRIBUTE),
        codes: &["key_attributes_differ"],
        exit: 1,
    },
    Mistake {
        fact: "SW-090",
        name: "capacity-of-a-table-that-is-paid-for-by-use",
        make: |source| source.add(CAPACITY),
        codes: &["value_not_allowed"],
        exit: 1,
    },
    Mistake {
        fact: "SW-176",
        name: "one-sender-in-two-environments-of-an-account",
        make: |source| source.replace(ACCOUNT, "\"123456789012\""),
        codes: &["name_clash"],
        exit: 1,
    },
    Mistake {
        fact: "SW-264",
        name: "everything-on-the-table",
        make: |source| source.add("grant Security.lambda dynamodb:* on Database.sessions\n"),
        codes: &["action_wildcard"],
        exit: 1,
    },
    Mistake {
        fact: "SW-264",
        name: "a-secret-whichever-it-is",
        make: |source| source.add("grant Security.lambda secretsmanager:GetSecretValue on \"*\"\n"),
        codes: &["resource_wildcard"],
        exit: 1,
    },
    Mistake {
        fact: "SW-292",
        name: "an-identity-where-the-bucket-has-a-key",
        make: |source| source.add(IDENTITY),
        codes: &["origin_access_identity"],
        exit: 0,
    },
    Mistake {
        fact: "SW-293",
        name: "a-distribution-without-a-certificate",
        make: |source| source.remove_line("@waive(old_tls_taken"),
        codes: &["old_tls_taken"],
        exit: 0,
    },
    Mistake {
        fact: "SW-293",
        name: "an-oldest-version-that-nobody-reads",
        make: |source| source.add(OLDEST),
        codes: &["oldest_tls_ignored"],
        exit: 0,
    },
    Mistake {
        fact: "SW-294",
        name: "a-certificate-of-another-region",
        make: |source| {
            set(
                source,
                "domain_name = \"a.example.com\"\n  certificate_arn = \"arn:aws:acm:eu-west-1:999999999999:certificate/1\"",
            );
        },
        codes: &["param_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "SW-295",
        name: "a-name-without-a-certificate",
        make: |source| set(source, "domain_name = \"a.example.com\""),
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "SW-296",
        name: "a-role-that-needs-the-bucket-itself",
        make: |source| source.add("stack Security { output exports = Storage.exports.RegionalDomainName }\n"),
        codes: &["stack_cycle"],
        exit: 1,
    },
    Mistake {
        fact: "SW-297",
        name: "a-bucket-for-one-distribution-alone",
        make: |source| source.remove_line("alone "),
        codes: &["stack_cycle"],
        exit: 1,
    },
    Mistake {
        fact: "SW-298",
        name: "a-metric-that-this-kind-of-api-has-not",
        make: |source| source.replace("metric(\"ExecutionError\")", "metric(\"5xx\")"),
        codes: &["unknown_metric"],
        exit: 1,
    },
    Mistake {
        fact: "SW-299",
        name: "requests-that-nobody-measures",
        make: |source| source.remove_line("request_metrics "),
        codes: &["requests_not_measured"],
        exit: 0,
    },
    Mistake {
        fact: "SW-300",
        name: "two-environments-that-set-the-account-up",
        make: |source| source.replace(ACCOUNT, "\"123456789012\""),
        codes: &["account_singleton"],
        exit: 1,
    },
    Mistake {
        fact: "SW-301",
        name: "glacier-before-intelligent-tiering",
        make: |source| set(source, "s3_lifecycle_days = 20d"),
        codes: &["param_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "SW-302",
        name: "two-steps-on-the-same-day",
        make: |source| source.replace("after = 30d", "after = 90d"),
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "SW-303",
        name: "old-versions-that-stay",
        make: |source| source.remove_line("old_versions_kept"),
        codes: &["old_versions_for_ever"],
        exit: 0,
    },
    Mistake {
        fact: "SW-304",
        name: "nobody-decides-who-connects",
        make: |source| source.remove_line("@waive(public_websocket"),
        codes: &["public_websocket"],
        exit: 0,
    },
    Mistake {
        fact: "SW-305",
        name: "a-placeholder-in-production",
        make: |source| source.remove_line("@waive(placeholder_in_production"),
        codes: &["placeholder_in_production"],
        exit: 0,
    },
    Mistake {
        fact: "SW-306",
        name: "a-runtime-past-its-end",
        make: |source| source.replace("nodejs24.x", "nodejs18.x"),
        codes: &["runtime_retired"],
        exit: 1,
    },
    Mistake {
        fact: "SW-309",
        name: "one-role-for-different-code",
        make: |source| source.add(SECOND),
        codes: &["shared_role"],
        exit: 0,
    },
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
