//! C facts that the compiler must diagnose: each is tried with a mistake in the source.

use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 18] = [
    Mistake::error("JU-007", "the-document-s-placeholder", &["ensure_failed"], |system| {
        system.replace("matching /https:\\/\\/[^*]+/", "matching /https:\\/\\/[^*]+/ = \"https://yourdomain.com\"")
    }),
    Mistake::error("JU-200", "a-wildcard-of-actions", &["action_wildcard"], |system| {
        system.replace("grant processor read on", "grant processor s3:* on")
    }),
    Mistake::error("JU-200", "anything-that-iam-knows", &["resource_wildcard", "unscoped_action"], |system| {
        system.replace("grant processor start on Workflow.generation", "grant processor states:StartExecution on \"*\"")
    }),
    Mistake::error("JU-234", "a-function-whose-errors-nobody-watches", &["function_without_alarm"], |system| {
        system.replace("sum(bedrock.metric(\"Errors\"), 5min)", "sum(bedrock.metric(\"Throttles\"), 5min)")
    }),
    Mistake::error("JU-247", "an-administrator", &["administrator_policy"], |system| {
        let role =
            "stack Data {\n  all = Role { trusted = \"ec2.amazonaws.com\", managed = [\"AdministratorAccess\"] }\n}\n";
        system.add(role);
    }),
    Mistake::error("JU-253", "an-office-at-the-database", &["address_in_group", "ensure_failed"], |system| {
        system.add("connect 203.0.113.0/24 -> Data.cluster\n")
    }),
    Mistake::error("JU-268", "the-placeholder-as-the-default", &["ensure_failed"], |system| {
        system.replace("matching /https:\\/\\/[^*]+/", "matching /https:\\/\\/[^*]+/ = \"https://yourdomain.com\"")
    }),
    Mistake::error("JU-269", "every-page-at-the-buckets", &["any_origin"], |system| {
        system.replace("origins = [allowed_origin]", "origins = [\"*\"]")
    }),
    Mistake::error("JU-269", "every-page-at-the-api", &["any_origin"], |system| {
        system.replace("cors        = { origin = allowed_origin }", "cors        = { origin = \"*\" }")
    }),
    Mistake::error("JU-270", "two-alarms-of-one-name", &["name_clash"], |system| {
        system.replace("\"processor-error-alarm\"", "\"database-error-alarm\"")
    }),
    Mistake::error("JU-271", "looking-for-attacks-without-the-plan", &["ensure_failed"], |system| {
        system.replace("\"PLUS\"", "\"ESSENTIALS\"")
    }),
    Mistake::warning("JU-272", "bodies-that-are-blocked", &["large_bodies_blocked"], |system| {
        system.replace(", counted = [\"SizeRestrictions_BODY\"]", "")
    }),
    Mistake::warning("JU-274", "alarms-that-tell-nobody-without-a-waiver", &["alarm_without_action"], |system| {
        system.remove_line("@waive(alarm_without_action")
    }),
    Mistake::error("JU-275", "an-alarm-that-begins-without-data", &["alarm_without_data"], |system| {
        system.replace("\"notBreaching\"", "\"missing\"")
    }),
    Mistake::error("JU-278", "more-calls-than-there-are", &["ensure_failed"], |system| {
        system.replace("processor = 20", "processor = 900")
    }),
    Mistake::error("JU-279", "one-address-at-the-database", &["address_in_group", "ensure_failed"], |system| {
        system.add("connect 198.51.100.7/32 -> Data.cluster on tcp 5432\n")
    }),
    Mistake::error("JU-280", "an-engine-without-its-version", &["missing_param"], |system| {
        system.remove_line("\"17.7\"")
    }),
    Mistake::warning("JU-281", "a-second-factor-by-choice-without-a-waiver", &["password_alone"], |system| {
        system.remove_line("@waive(password_alone")
    }),
];
