//! C facts that the compiler must diagnose: each is tried with a mistake in the lab's source.

use super::SYSTEM;
use crate::broken::Source;
use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 33] = [
    Mistake::error("HR-019", "a-nat-mode-outside-the-enum", &["param_out_of_range"], |lab| {
        lab.replace("nat_mode = \"dual\"", "nat_mode = \"triple\"")
    }),
    Mistake::error(
        "HR-019",
        "a-standby-that-is-neither-true-nor-false",
        &["wrong_type", "param_out_of_range"],
        |lab| lab.replace("db_multi_az = true", "db_multi_az = \"maybe\""),
    ),
    Mistake::error("HR-097", "instances-open-to-the-internet", &["ensure_failed", "forbidden_path"], |lab| {
        lab.add("connect 0.0.0.0/0 -> Compute.app on tcp 5000\n")
    }),
    Mistake::error("HR-098", "a-tier-named-by-its-range", &["ensure_failed", "forbidden_path"], |lab| {
        lab.replace("connect Compute.app -> Data.db", "connect 10.0.0.0/16 -> Data.db on tcp 5432")
    }),
    Mistake::error("HR-134", "everyone-may-read", &["public_principal"], |lab| {
        lab.replace("  output bucket_arn", "  grant everyone s3:GetObject on uploads\n  output bucket_arn")
    }),
    Mistake::error("HR-202", "an-administrator", &["administrator_policy"], |lab| {
        let role = r#"
stack Compute {
  everything = Role { trusted = "ec2.amazonaws.com", managed = ["AdministratorAccess"] }
}
"#;
        lab.add(role);
    }),
    Mistake::warning("HR-267", "the-bill-watched-in-another-region", &["metric_elsewhere"], |lab| {
        lab.replace("if region == \"us-east-1\" {", "if true {");
        lab.replace("region = \"us-east-1\"", "region = \"eu-west-1\"");
    }),
    Mistake::error("HR-269", "instance-ids-of-a-fleet", &["unknown_attribute", "unknown_field"], |lab| {
        lab.replace("= app.name", "= app.InstanceIds")
    }),
    Mistake::error("HR-276", "a-wildcard-of-actions", &["action_wildcard"], |lab| {
        lab.replace("grant app read, write on Storage.uploads", "grant app s3:* on Storage.uploads")
    }),
    Mistake::error("HR-293", "a-secret-in-the-script", &["wrong_type", "secret_exposed"], |lab| {
        lab.replace("SECRET_KEY=$(openssl rand -hex 32)", "SECRET_KEY={Data.db_credentials.field(\"password\")}")
    }),
    Mistake::warning("HR-298", "a-level-of-logs-that-nobody-reads", &["unused_param"], |lab| {
        lab.remove_line("LOG_LEVEL=")
    }),
    Mistake::error("HR-366", "the-secret-in-the-stack-that-needs-the-database", &["stack_cycle"], |lab| {
        lab.replace("credentials  = db_credentials", "credentials  = Secrets.moved");
        lab.add("stack Secrets {\n  moved = Secret { fields = { username = \"hrappadmin\" }, generated = \"password\" }\n}\n");
    }),
    Mistake::warning("HR-367", "a-password-that-rds-manages", &["managed_password"], |lab| {
        let database = r#"
stack Data {
  second = AWS::RDS::DBInstance {
    DBInstanceClass = "db.t3.micro", Engine = "postgres", EngineVersion = "15.17", AllocatedStorage = "20"
    StorageEncrypted = true, MasterUsername = "hrappadmin", ManageMasterUserPassword = true
  }
  output second_login = second.MasterUserSecret.SecretArn
}
"#;
        lab.add(database);
    }),
    Mistake::error("HR-370", "a-policy-by-hand-for-a-later-role", &["stack_cycle"], |lab| {
        let policy = r#"
stack Storage {
  by_hand = AWS::S3::BucketPolicy {
    Bucket = letters
    PolicyDocument = {
      Version = "2012-10-17"
      Statement = [{
        Effect = "Allow", Action = ["s3:GetObject"], Resource = "{letters.arn}/*"
        Principal = { AWS = Compute.app.role.arn }
      }]
    }
  }
  letters = AWS::S3::Bucket {}
}
"#;
        lab.add(policy);
        lab.replace("after Secrets {", "after Secrets, Storage {");
    }),
    Mistake::warning("HR-377", "an-enabler-without-a-waiver", &["custom_resource"], |lab| {
        lab.remove_line("@waive(custom_resource")
    }),
    Mistake::warning("HR-380", "the-system-s-python", &["script_python"], |lab| {
        lab.replace("/usr/bin/python3.11 ", "/usr/bin/python3 ")
    }),
    Mistake::warning("HR-381", "a-key-for-each-instance-and-visitors-that-wander", &["key_per_instance"], |lab| {
        lab.remove_line("sticky = 30min")
    }),
    Mistake::warning("HR-383", "a-permission-without-an-agent", &["logs_without_writer"], |lab| {
        lab.replace(" amazon-cloudwatch-agent\n", "\n");
        lab.remove_line("/opt/aws/amazon-cloudwatch-agent/bin");
        lab.remove_line("cat > /opt/aws/amazon-cloudwatch-agent");
        lab.remove_line("-c file:/opt/aws");
    }),
    Mistake::error("HR-368", "a-rotation-without-a-way-to-its-database", &["rotation_without_way"], |lab| {
        lab.replace(
            "  network       = Network.vpc.private\n    group         = Network.group.ec2\n    function_name",
            "  network       = Network.vpc.private\n    group         = Network.group.alb\n    function_name",
        )
    }),
    Mistake::error("HR-368", "a-rotation-without-a-way-to-the-api", &["rotation_without_way"], |lab| {
        lab.replace("connect Compute.app -> internet on tcp 443, tcp 80", "connect Compute.app -> internet on tcp 80")
    }),
    Mistake::error("HR-369", "a-generated-user-name", &["wrong_type"], |lab| {
        lab.replace("generated = \"password\"", "generated = [\"username\", \"password\"]")
    }),
    Mistake::warning("HR-373", "443-open-without-a-waiver", &["open_port_without_listener"], |lab| {
        lab.remove_line("@waive(open_port_without_listener")
    }),
    Mistake::warning("HR-374", "plain-http-without-a-waiver", &["plaintext_listener"], |lab| {
        lab.remove_line("@waive(plaintext_listener")
    }),
    Mistake::error("HR-376", "a-hub-for-each-team", &["account_singleton"], |lab| lab.replace(" per account {", " {")),
    Mistake::error("HR-378", "an-arn-that-inspector-does-not-have", &["unknown_attribute", "unknown_field"], |lab| {
        lab.replace("= hub.ARN", "= hub.InspectorArn")
    }),
    Mistake::warning("HR-382", "a-setting-that-misses-in-the-unit", &["unused_param"], |lab| {
        lab.remove_line("LOG_LEVEL=")
    }),
    Mistake::warning("HR-385", "the-whole-lab-in-another-region", &["metric_elsewhere"], |lab| {
        lab.replace("if region == \"us-east-1\" {", "if region != \"us-east-1\" {");
        lab.replace("region = \"us-east-1\"", "region = \"eu-central-1\"");
    }),
    Mistake::warning("HR-387", "a-version-without-its-minor", &["version_left_open"], |lab| {
        lab.replace("\"15.17\"", "\"15\"")
    }),
    Mistake::error(
        "HR-390",
        "a-health-check-that-outlasts-its-interval",
        &["ensure_failed", "value_out_of_range"],
        |lab| lab.replace("within = 5s", "within = 40s"),
    ),
    Mistake::error("HR-392", "an-arm-type-with-an-x86-image", &["ensure_failed"], |lab| {
        lab.replace("= \"t3.micro\"", "= \"t4g.micro\"")
    }),
    Mistake::error("HR-393", "a-letter-beyond-ascii", &["param_out_of_range"], |lab| {
        lab.replace("deployment_id = \"team02\"", "deployment_id = \"téam02\"")
    }),
    Mistake::error("HR-394", "an-id-that-is-too-long-for-a-balancer", &["param_too_wide"], |lab| {
        lab.replace("text(4..20)", "text(4..23)")
    }),
    Mistake::warning("HR-395", "one-more-image-that-moves", &["moving_reference"], |lab| {
        let template = r#"
stack Compute {
  spare = AWS::EC2::LaunchTemplate {
    LaunchTemplateData = { ImageId = ssm("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64") }
  }
}
"#;
        lab.add(template);
    }),
];

#[test]
fn a_lab_open_to_a_few_is_not_said_to_be_open_to_all() {
    // HR-375: the advice follows the range.
    let code = "open_to_the_world";
    let intact = Source::of(&SYSTEM).check("open");
    let mut source = Source::of(&SYSTEM);
    source.replace("= 0.0.0.0/0", "= 203.0.113.0/24");
    let closed = source.check("closed");
    assert!(intact.times(code) > closed.times(code), "{:?} and {:?}", intact.codes, closed.codes);
}

#[test]
fn the_lab_is_told_that_its_image_moves() {
    // HR-395: the advice is about the fleet's image, and an image that stays gets none.
    let code = "moving_reference";
    let intact = Source::of(&SYSTEM).check("moving");
    let mut source = Source::of(&SYSTEM);
    let spare = "spare = AWS::EC2::LaunchTemplate { LaunchTemplateData = { ImageId = \"ami-0123456789abcdef0\" } }";
    source.add(&format!("stack Compute {{\n  {spare}\n}}\n"));
    let staying = source.check("staying");
    assert_eq!((intact.times(code), staying.times(code)), (1, 1), "{:?} and {:?}", intact.codes, staying.codes);
}
