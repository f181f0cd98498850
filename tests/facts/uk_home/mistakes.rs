//! C facts that the compiler must diagnose: each is tried with a mistake in the source.

use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 12] = [
    Mistake {
        fact: "UK-268",
        name: "an-administrator",
        make: |source| {
            source.only("dev");
            source.add("stack Main {\n  boss = Role { trusted = \"ec2.amazonaws.com\", managed = [\"AdministratorAccess\"] }\n}\n");
        },
        codes: &["administrator_policy"],
        exit: 1,
    },
    Mistake {
        fact: "UK-300",
        name: "cold-storage-for-daily-backups",
        make: |source| {
            source.only("prod");
            source.replace("kept = 30d, copies", "kept = 30d, cold_after = 7d, copies");
        },
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "UK-301",
        name: "the-same-names-everywhere-in-one-account",
        make: |source| {
            source.replace("per env { prod = system, else = \"{system}-{env}\" }", "system");
            source.replace("account = \"345678901234\"", "account = \"456789012345\"");
        },
        codes: &["name_clash", "name_can_clash"],
        exit: 1,
    },
    Mistake {
        fact: "UK-302",
        name: "less-in-production-than-in-staging",
        make: |source| {
            source.replace("environment prod from full { ", "environment prod from full { backed_up = false, ")
        },
        codes: &["weaker_protection"],
        exit: 1,
    },
    Mistake {
        fact: "UK-303",
        name: "an-output-of-a-vault-that-is-not-there",
        make: |source| {
            source.only("dev");
            source.remove_line("output BackupVaultName");
            source.add("stack Main {\n  output BackupVaultName = vault.name\n}\n");
        },
        codes: &["absent_instance"],
        exit: 1,
    },
    Mistake {
        fact: "UK-304",
        name: "a-switch-that-changes-nothing",
        make: |source| source.add("param multi_az: bool = true\n"),
        codes: &["unused_param"],
        exit: 0,
    },
    Mistake {
        fact: "UK-305",
        name: "the-site-s-firewall-in-its-region",
        make: |source| {
            source.only("prod");
            source.replace(" in \"us-east-1\" if firewalls", " if firewalls");
        },
        codes: &["not_at_the_edge"],
        exit: 1,
    },
    Mistake {
        fact: "UK-312",
        name: "two-environments-in-one-account",
        make: |source| source.replace("account = \"345678901234\"", "account = \"456789012345\""),
        codes: &["account_singleton"],
        exit: 1,
    },
    Mistake {
        fact: "UK-316",
        name: "a-stack-of-six-hundred-resources",
        make: |source| {
            source.only("dev");
            source.add("stack Main {\n  for n in range(600) {\n    part[n] = AWS::SNS::Topic {}\n  }\n}\n");
        },
        codes: &["quota_exceeded"],
        exit: 1,
    },
    Mistake {
        fact: "UK-307",
        name: "a-key-of-the-document-in-the-source",
        make: |source| {
            source.only("dev");
            source.replace("EVENT_BUS       = bus.name", "EVENT_BUS       = \"sk_live_notReallyASecret0\"");
        },
        codes: &["literal_secret"],
        exit: 1,
    },
    Mistake {
        fact: "UK-311",
        name: "a-version-of-tls-for-a-certificate-of-aws",
        make: |source| {
            source.only("dev");
            source.replace(
                "firewall    = if firewalls then Edge.acl\n  }",
                "firewall    = if firewalls then Edge.acl\n  }\n  \
                 old = AWS::CloudFront::Distribution {\n    DistributionConfig = {\n      Enabled = true\n      \
                 Origins = [{ Id = \"pages\", DomainName = frontend_origin_domain, \
                 CustomOriginConfig = { OriginProtocolPolicy = \"https-only\" } }]\n      \
                 DefaultCacheBehavior = { TargetOriginId = \"pages\", ViewerProtocolPolicy = \"https-only\" }\n      \
                 ViewerCertificate = { CloudFrontDefaultCertificate = true, MinimumProtocolVersion = \"TLSv1.2_2021\" }\n    }\n  }",
            );
        },
        codes: &["oldest_tls_ignored"],
        exit: 0,
    },
    Mistake {
        fact: "UK-314",
        name: "the-developers-version-as-a-runtime",
        make: |source| {
            source.only("dev");
            source.replace("\"nodejs24.x\"", "\"nodejs18.x\"");
        },
        codes: &["runtime_retired"],
        exit: 1,
    },
];
