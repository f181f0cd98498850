//! C facts that the compiler must diagnose: each is tried with a mistake in the lab's source.

use super::SYSTEM;
use crate::broken::Source;
use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 33] = [
    Mistake {
        fact: "HR-019",
        name: "a-nat-mode-outside-the-enum",
        make: |lab| lab.replace("nat_mode = \"dual\"", "nat_mode = \"triple\""),
        codes: &["param_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "HR-019",
        name: "a-standby-that-is-neither-true-nor-false",
        make: |lab| lab.replace("db_multi_az = true", "db_multi_az = \"maybe\""),
        codes: &["wrong_type", "param_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "HR-097",
        name: "instances-open-to-the-internet",
        make: |lab| lab.add("connect 0.0.0.0/0 -> Compute.app on tcp 5000\n"),
        codes: &["ensure_failed", "forbidden_path"],
        exit: 1,
    },
    Mistake {
        fact: "HR-098",
        name: "a-tier-named-by-its-range",
        make: |lab| lab.replace("connect Compute.app -> Data.db", "connect 10.0.0.0/16 -> Data.db on tcp 5432"),
        codes: &["ensure_failed", "forbidden_path"],
        exit: 1,
    },
    Mistake {
        fact: "HR-134",
        name: "everyone-may-read",
        make: |lab| lab.replace("  output bucket_arn", "  grant everyone s3:GetObject on uploads\n  output bucket_arn"),
        codes: &["public_principal"],
        exit: 1,
    },
    Mistake {
        fact: "HR-202",
        name: "an-administrator",
        make: |lab| {
            let role = r#"
stack Compute {
  everything = Role { trusted = "ec2.amazonaws.com", managed = ["AdministratorAccess"] }
}
"#;
            lab.add(role);
        },
        codes: &["administrator_policy"],
        exit: 1,
    },
    Mistake {
        fact: "HR-267",
        name: "the-bill-watched-in-another-region",
        make: |lab| {
            lab.replace("if region == \"us-east-1\" {", "if true {");
            lab.replace("region = \"us-east-1\"", "region = \"eu-west-1\"");
        },
        codes: &["metric_elsewhere"],
        exit: 0,
    },
    Mistake {
        fact: "HR-269",
        name: "instance-ids-of-a-fleet",
        make: |lab| lab.replace("= app.name", "= app.InstanceIds"),
        codes: &["unknown_attribute", "unknown_field"],
        exit: 1,
    },
    Mistake {
        fact: "HR-276",
        name: "a-wildcard-of-actions",
        make: |lab| lab.replace("grant app read, write on Storage.uploads", "grant app s3:* on Storage.uploads"),
        codes: &["action_wildcard"],
        exit: 1,
    },
    Mistake {
        fact: "HR-293",
        name: "a-secret-in-the-script",
        make: |lab| {
            lab.replace("SECRET_KEY=$(openssl rand -hex 32)", "SECRET_KEY={Data.db_credentials.field(\"password\")}")
        },
        codes: &["wrong_type", "secret_exposed"],
        exit: 1,
    },
    Mistake {
        fact: "HR-298",
        name: "a-level-of-logs-that-nobody-reads",
        make: |lab| lab.remove_line("LOG_LEVEL="),
        codes: &["unused_param"],
        exit: 0,
    },
    Mistake {
        fact: "HR-366",
        name: "the-secret-in-the-stack-that-needs-the-database",
        make: |lab| {
            lab.replace("credentials  = db_credentials", "credentials  = Secrets.moved");
            lab.add("stack Secrets {\n  moved = Secret { fields = { username = \"hrappadmin\" }, generated = \"password\" }\n}\n");
        },
        codes: &["stack_cycle"],
        exit: 1,
    },
    Mistake {
        fact: "HR-367",
        name: "a-password-that-rds-manages",
        make: |lab| {
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
        },
        codes: &["managed_password"],
        exit: 0,
    },
    Mistake {
        fact: "HR-370",
        name: "a-policy-by-hand-for-a-later-role",
        make: |lab| {
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
        },
        codes: &["stack_cycle"],
        exit: 1,
    },
    Mistake {
        fact: "HR-377",
        name: "an-enabler-without-a-waiver",
        make: |lab| lab.remove_line("@waive(custom_resource"),
        codes: &["custom_resource"],
        exit: 0,
    },
    Mistake {
        fact: "HR-380",
        name: "the-system-s-python",
        make: |lab| lab.replace("/usr/bin/python3.11 ", "/usr/bin/python3 "),
        codes: &["script_python"],
        exit: 0,
    },
    Mistake {
        fact: "HR-381",
        name: "a-key-for-each-instance-and-visitors-that-wander",
        make: |lab| lab.remove_line("sticky = 30min"),
        codes: &["key_per_instance"],
        exit: 0,
    },
    Mistake {
        fact: "HR-383",
        name: "a-permission-without-an-agent",
        make: |lab| {
            lab.replace(" amazon-cloudwatch-agent\n", "\n");
            lab.remove_line("/opt/aws/amazon-cloudwatch-agent/bin");
            lab.remove_line("cat > /opt/aws/amazon-cloudwatch-agent");
            lab.remove_line("-c file:/opt/aws");
        },
        codes: &["logs_without_writer"],
        exit: 0,
    },
    Mistake {
        fact: "HR-368",
        name: "a-rotation-without-a-way-to-its-database",
        make: |lab| {
            lab.replace(
                "  network       = Network.vpc.private\n    group         = Network.group.ec2\n    function_name",
                "  network       = Network.vpc.private\n    group         = Network.group.alb\n    function_name",
            )
        },
        codes: &["rotation_without_way"],
        exit: 1,
    },
    Mistake {
        fact: "HR-368",
        name: "a-rotation-without-a-way-to-the-api",
        make: |lab| {
            lab.replace(
                "connect Compute.app -> internet on tcp 443, tcp 80",
                "connect Compute.app -> internet on tcp 80",
            )
        },
        codes: &["rotation_without_way"],
        exit: 1,
    },
    Mistake {
        fact: "HR-369",
        name: "a-generated-user-name",
        make: |lab| lab.replace("generated = \"password\"", "generated = [\"username\", \"password\"]"),
        codes: &["wrong_type"],
        exit: 1,
    },
    Mistake {
        fact: "HR-373",
        name: "443-open-without-a-waiver",
        make: |lab| lab.remove_line("@waive(open_port_without_listener"),
        codes: &["open_port_without_listener"],
        exit: 0,
    },
    Mistake {
        fact: "HR-374",
        name: "plain-http-without-a-waiver",
        make: |lab| lab.remove_line("@waive(plaintext_listener"),
        codes: &["plaintext_listener"],
        exit: 0,
    },
    Mistake {
        fact: "HR-376",
        name: "a-hub-for-each-team",
        make: |lab| lab.replace(" per account {", " {"),
        codes: &["account_singleton"],
        exit: 1,
    },
    Mistake {
        fact: "HR-378",
        name: "an-arn-that-inspector-does-not-have",
        make: |lab| lab.replace("= hub.ARN", "= hub.InspectorArn"),
        codes: &["unknown_attribute", "unknown_field"],
        exit: 1,
    },
    Mistake {
        fact: "HR-382",
        name: "a-setting-that-misses-in-the-unit",
        make: |lab| lab.remove_line("LOG_LEVEL="),
        codes: &["unused_param"],
        exit: 0,
    },
    Mistake {
        fact: "HR-385",
        name: "the-whole-lab-in-another-region",
        make: |lab| {
            lab.replace("if region == \"us-east-1\" {", "if region != \"us-east-1\" {");
            lab.replace("region = \"us-east-1\"", "region = \"eu-central-1\"");
        },
        codes: &["metric_elsewhere"],
        exit: 0,
    },
    Mistake {
        fact: "HR-387",
        name: "a-version-without-its-minor",
        make: |lab| lab.replace("\"15.17\"", "\"15\""),
        codes: &["version_left_open"],
        exit: 0,
    },
    Mistake {
        fact: "HR-390",
        name: "a-health-check-that-outlasts-its-interval",
        make: |lab| lab.replace("within = 5s", "within = 40s"),
        codes: &["ensure_failed", "value_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "HR-392",
        name: "an-arm-type-with-an-x86-image",
        make: |lab| lab.replace("= \"t3.micro\"", "= \"t4g.micro\""),
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "HR-393",
        name: "a-letter-beyond-ascii",
        make: |lab| lab.replace("deployment_id = \"team02\"", "deployment_id = \"téam02\""),
        codes: &["param_out_of_range"],
        exit: 1,
    },
    Mistake {
        fact: "HR-394",
        name: "an-id-that-is-too-long-for-a-balancer",
        make: |lab| lab.replace("text(4..20)", "text(4..23)"),
        codes: &["param_too_wide"],
        exit: 1,
    },
    Mistake {
        fact: "HR-395",
        name: "one-more-image-that-moves",
        make: |lab| {
            let template = r#"
stack Compute {
  spare = AWS::EC2::LaunchTemplate {
    LaunchTemplateData = { ImageId = ssm("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64") }
  }
}
"#;
            lab.add(template);
        },
        codes: &["moving_reference"],
        exit: 0,
    },
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
