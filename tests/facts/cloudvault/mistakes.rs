//! C facts that the compiler must diagnose: each is tried with a mistake in the source.

use crate::broken::Source;
use crate::system::Mistake;

const IN_PRODUCTION: &str = "confirm                    = true\n";

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 39] = [
    Mistake::error("CV-459", "an-environment-based-on-none", &["unknown_environment"], |s| {
        s.replace("environment dev {", "environment dev from nowhere {");
    }),
    Mistake::error("CV-460", "an-api-for-every-page", &["param_out_of_range"], |s| {
        s.replace(r#"["https://app.cloudvault.com"]"#, r#"["*"]"#);
    }),
    Mistake::error("CV-028", "no-page-may-use-the-api", &["missing_param"], |s| {
        s.remove_line("https://app.cloudvault.com")
    }),
    Mistake::error("CV-461", "an-address-without-a-host", &["param_out_of_range"], |s| {
        s.replace("\"ops-team@cloudvault.com\"", "\"ops-team\"");
    }),
    Mistake::error("CV-462", "a-branch-with-spaces", &["param_out_of_range"], |s| {
        s.replace("\"main\"", "\"the main one\"")
    }),
    Mistake::error("CV-463", "a-level-that-nobody-knows", &["param_out_of_range"], |s| {
        s.replace(IN_PRODUCTION, "confirm                    = true\n  log_level = \"LOUD\"\n");
    }),
    Mistake::error("CV-464", "a-call-of-sixteen-minutes", &["param_out_of_range"], |s| {
        of_functions(s, "timeout = 16min")
    }),
    Mistake::error("CV-465", "too-little-memory", &["param_out_of_range"], |s| of_functions(s, "memory = 64MiB")),
    Mistake::error("CV-466", "less-than-no-call-at-once", &["param_out_of_range"], |s| {
        of_functions(s, "concurrency = -1")
    }),
    Mistake::error("CV-133", "subnets-that-overlap", &["subnet_overlap"], |s| {
        s.replace("blocks[3 + i]", "blocks[2 + i]")
    }),
    Mistake::error("CV-133", "subnets-outside-the-network", &["subnet_outside_vpc"], |s| {
        s.replace("subnets(10.0.0.0/16, 24)", "subnets(10.1.0.0/16, 24)");
    }),
    Mistake::error("CV-173", "a-secret-in-a-variable", &["wrong_type", "secret_exposed"], |s| {
        s.replace("USER_POOL_ID = user_pool.id", "USER_POOL_ID = Security.api_keys.field(\"apiKey\")");
    }),
    Mistake::error("CV-275", "a-verb-that-gives-everything", &["unknown_verb"], |s| {
        s.replace("fn.folderService query_index", "fn.folderService administrate");
    }),
    Mistake::error("CV-289", "every-action-of-a-service", &["action_wildcard"], |s| {
        s.replace("fileService read, write, delete on", "fileService s3:* on");
    }),
    Mistake::error("CV-319", "a-wall-before-the-api", &["wrong_reference_kind"], wall_before_api),
    Mistake::error("CV-483", "a-wall-before-the-api", &["wrong_reference_kind"], wall_before_api),
    Mistake::error("CV-362", "messages-come-back-too-soon", &["visibility_too_short"], |s| {
        s.replace("visible_after = 300s", "visible_after = 20s");
    }),
    Mistake::error("CV-363", "what-failed-is-lost-first", &["ensure_failed"], |s| {
        s.replace("after = 3, kept = 14d", "after = 3, kept = 4d")
    }),
    Mistake::error("CV-511", "what-failed-is-lost-first", &["ensure_failed"], |s| {
        s.replace("after = 3, kept = 14d", "after = 3, kept = 4d");
    }),
    Mistake::warning("CV-401", "an-alarm-twice", &["duplicate_alarm"], alarm_twice),
    Mistake::warning("CV-509", "an-alarm-twice", &["duplicate_alarm"], alarm_twice),
    Mistake::warning("CV-510", "alarms-that-nobody-hears", &["alarm_without_action"], |s| {
        s.replace("without_data = \"notBreaching\"\n      notify       = [alarms]", "without_data = \"notBreaching\"");
    }),
    Mistake::error("CV-407", "a-token-in-the-pipeline", &["unknown_field"], token),
    Mistake::error("CV-502", "a-token-in-the-pipeline", &["unknown_field"], token),
    Mistake::error("CV-417", "an-administrator-deploys", &["administrator_policy"], administrator),
    Mistake::error("CV-503", "an-administrator-deploys", &["administrator_policy"], administrator),
    Mistake::error("CV-446", "a-command-that-leaves-the-folder", &["param_out_of_range"], leaves_the_folder),
    Mistake::error("CV-506", "a-command-that-leaves-the-folder", &["param_out_of_range"], leaves_the_folder),
    Mistake::warning("CV-484", "a-flag-that-nobody-reads", &["unused_param"], |s| {
        s.replace("if enable_waf {\n    // It protects", "if true {\n    // It protects");
        s.replace("if enable_waf {\n    protection", "if true {\n    protection");
    }),
    Mistake::error("CV-485", "two-hubs-in-one-account", &["account_singleton"], |s| {
        s.replace("enable_guard_duty          = false", "enable_guard_duty          = true");
    }),
    Mistake::error("CV-486", "the-account-in-a-template", &["literal_account_id"], |s| {
        s.replace(
            "iam::{account}:role/{system}-{target}-deployer",
            "iam::123456789012:role/{system}-{target}-deployer",
        );
    }),
    Mistake::error("CV-487", "a-public-name-that-dynamodb-does-not-have", &["ensure_failed"], |s| {
        s.replace("private_dns = false", "private_dns = true");
    }),
    Mistake::error("CV-491", "a-runtime-past-its-end", &["runtime_retired"], |s| {
        s.replace("\"nodejs24.x\"", "\"nodejs20.x\"")
    }),
    Mistake::error("CV-493", "a-name-among-the-variables", &["wrong_type"], |s| {
        s.replace("variables = variables\n", "variables = env\n")
    }),
    Mistake::error("CV-496", "tables-set-back-by-ninety-days", &["param_out_of_range"], |s| {
        s.replace("min(35d, backup_retention)", "backup_retention");
    }),
    Mistake::error("CV-497", "what-another-tool-made-is-extended", &["wrong_type"], extends_external),
    Mistake::error("CV-187", "what-another-tool-made-is-extended", &["wrong_type"], extends_external),
    Mistake::error("CV-499", "a-function-that-refers-to-itself", &["resource_cycle"], |s| {
        s.replace("AWS_XRAY_TRACING_NAME = function.name", "AWS_XRAY_TRACING_NAME = function.id");
    }),
    Mistake::error("CV-500", "the-endpoint-among-the-foundation-s-outputs", &["stack_cycle"], |s| {
        s.replace(
            "  output region            = region",
            "  output region            = region\n  output endpoint = Api.api.ApiEndpoint",
        );
    }),
];

fn of_functions(source: &mut Source, setting: &str) {
    source.replace(
        "logs_kept = log_retention\n      variables",
        &format!("logs_kept = log_retention\n      {setting}\n      variables"),
    );
}

fn wall_before_api(source: &mut Source) {
    source.replace("ResourceArn = Foundation.user_pool.arn", "ResourceArn = api.arn");
}

fn alarm_twice(source: &mut Source) {
    let alarm = r#"
stack Monitoring {
  again = Alarm {
    when         = sum(Foundation.fn.fileService.metric("Errors"), 5min) >= 10
    times        = 2
    without_data = "notBreaching"
    notify       = [alarms]
  }
}
"#;
    source.add(alarm);
}

fn token(source: &mut Source) {
    source.replace(
        "repository = \"BPSDynamic/cloudvault\", branch",
        "repository = \"BPSDynamic/cloudvault\", branch, oauth_token = \"x\"",
    );
}

fn administrator(source: &mut Source) {
    source.replace(
        "trusted = \"cloudformation.amazonaws.com\"",
        "trusted = \"cloudformation.amazonaws.com\", managed = [\"AdministratorAccess\"]",
    );
}

fn leaves_the_folder(source: &mut Source) {
    source.replace("\"(cd infrastructure && npm run build)\"", "\"cd infrastructure && npm run build\"");
}

fn extends_external(source: &mut Source) {
    let external = r#"
external Amplify "What Amplify deploys" {
  files: AWS::S3::Bucket name "amplify-files"
}
extend Amplify.files { event_bridge = true }
"#;
    source.add(external);
}
