//! C facts that the compiler must diagnose: each is tried with a mistake in the source.

use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 12] = [
    Mistake::error("UK-268", "an-administrator", &["administrator_policy"], |source| {
        source.only("dev");
        source.add(
            "stack Main {\n  boss = Role { trusted = \"ec2.amazonaws.com\", managed = [\"AdministratorAccess\"] }\n}\n",
        );
    }),
    Mistake::error("UK-300", "cold-storage-for-daily-backups", &["ensure_failed"], |source| {
        source.only("prod");
        source.replace("kept = 30d, copies", "kept = 30d, cold_after = 7d, copies");
    }),
    Mistake::error("UK-301", "the-same-names-everywhere-in-one-account", &["name_clash", "name_can_clash"], |source| {
        source.replace("per env { prod = system, else = \"{system}-{env}\" }", "system");
        source.replace("account = \"345678901234\"", "account = \"456789012345\"");
    }),
    Mistake::error("UK-302", "less-in-production-than-in-staging", &["weaker_protection"], |source| {
        source.replace("environment prod from full { ", "environment prod from full { backed_up = false, ")
    }),
    Mistake::error("UK-303", "an-output-of-a-vault-that-is-not-there", &["absent_instance"], |source| {
        source.only("dev");
        source.remove_line("output BackupVaultName");
        source.add("stack Main {\n  output BackupVaultName = vault.name\n}\n");
    }),
    Mistake::warning("UK-304", "a-switch-that-changes-nothing", &["unused_param"], |source| {
        source.add("param multi_az: bool = true\n")
    }),
    Mistake::error("UK-305", "the-site-s-firewall-in-its-region", &["not_at_the_edge"], |source| {
        source.only("prod");
        source.replace(" in \"us-east-1\" if firewalls", " if firewalls");
    }),
    Mistake::error("UK-312", "two-environments-in-one-account", &["account_singleton"], |source| {
        source.replace("account = \"345678901234\"", "account = \"456789012345\"")
    }),
    Mistake::error("UK-316", "a-stack-of-six-hundred-resources", &["quota_exceeded"], |source| {
        source.only("dev");
        source.add("stack Main {\n  for n in range(600) {\n    part[n] = AWS::SNS::Topic {}\n  }\n}\n");
    }),
    Mistake::error("UK-307", "a-key-of-the-document-in-the-source", &["literal_secret"], |source| {
        source.only("dev");
        source.replace("EVENT_BUS       = bus.name", "EVENT_BUS       = \"sk_live_notReallyASecret0\"");
    }),
    Mistake::warning("UK-311", "a-version-of-tls-for-a-certificate-of-aws", &["oldest_tls_ignored"], |source| {
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
    }),
    Mistake::error("UK-314", "the-developers-version-as-a-runtime", &["runtime_retired"], |source| {
        source.only("dev");
        source.replace("\"nodejs24.x\"", "\"nodejs18.x\"");
    }),
];
