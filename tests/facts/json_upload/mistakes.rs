//! C facts that the compiler must diagnose: each is tried with a mistake in the source.

use crate::system::Mistake;

/// Every mistake that is tried.
pub const MISTAKES: [Mistake; 18] = [
    Mistake {
        fact: "JU-007",
        name: "the-document-s-placeholder",
        make: |system| {
            system.replace("matching /https:\\/\\/[^*]+/", "matching /https:\\/\\/[^*]+/ = \"https://yourdomain.com\"")
        },
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-200",
        name: "a-wildcard-of-actions",
        make: |system| system.replace("grant processor read on", "grant processor s3:* on"),
        codes: &["action_wildcard"],
        exit: 1,
    },
    Mistake {
        fact: "JU-200",
        name: "anything-that-iam-knows",
        make: |system| {
            system.replace(
                "grant processor start on Workflow.generation",
                "grant processor states:StartExecution on \"*\"",
            )
        },
        codes: &["resource_wildcard", "unscoped_action"],
        exit: 1,
    },
    Mistake {
        fact: "JU-234",
        name: "a-function-whose-errors-nobody-watches",
        make: |system| {
            system.replace("sum(bedrock.metric(\"Errors\"), 5min)", "sum(bedrock.metric(\"Throttles\"), 5min)")
        },
        codes: &["function_without_alarm"],
        exit: 1,
    },
    Mistake {
        fact: "JU-247",
        name: "an-administrator",
        make: |system| {
            let role = "stack Data {\n  all = Role { trusted = \"ec2.amazonaws.com\", managed = [\"AdministratorAccess\"] }\n}\n";
            system.add(role);
        },
        codes: &["administrator_policy"],
        exit: 1,
    },
    Mistake {
        fact: "JU-253",
        name: "an-office-at-the-database",
        make: |system| system.add("connect 203.0.113.0/24 -> Data.cluster\n"),
        codes: &["address_in_group", "ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-268",
        name: "the-placeholder-as-the-default",
        make: |system| {
            system.replace("matching /https:\\/\\/[^*]+/", "matching /https:\\/\\/[^*]+/ = \"https://yourdomain.com\"")
        },
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-269",
        name: "every-page-at-the-buckets",
        make: |system| system.replace("origins = [allowed_origin]", "origins = [\"*\"]"),
        codes: &["any_origin"],
        exit: 1,
    },
    Mistake {
        fact: "JU-269",
        name: "every-page-at-the-api",
        make: |system| system.replace("cors        = { origin = allowed_origin }", "cors        = { origin = \"*\" }"),
        codes: &["any_origin"],
        exit: 1,
    },
    Mistake {
        fact: "JU-270",
        name: "two-alarms-of-one-name",
        make: |system| system.replace("\"processor-error-alarm\"", "\"database-error-alarm\""),
        codes: &["name_clash"],
        exit: 1,
    },
    Mistake {
        fact: "JU-271",
        name: "looking-for-attacks-without-the-plan",
        make: |system| system.replace("\"PLUS\"", "\"ESSENTIALS\""),
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-272",
        name: "bodies-that-are-blocked",
        make: |system| system.replace(", counted = [\"SizeRestrictions_BODY\"]", ""),
        codes: &["large_bodies_blocked"],
        exit: 0,
    },
    Mistake {
        fact: "JU-274",
        name: "alarms-that-tell-nobody-without-a-waiver",
        make: |system| system.remove_line("@waive(alarm_without_action"),
        codes: &["alarm_without_action"],
        exit: 0,
    },
    Mistake {
        fact: "JU-275",
        name: "an-alarm-that-begins-without-data",
        make: |system| system.replace("\"notBreaching\"", "\"missing\""),
        codes: &["alarm_without_data"],
        exit: 1,
    },
    Mistake {
        fact: "JU-278",
        name: "more-calls-than-there-are",
        make: |system| system.replace("processor = 20", "processor = 900"),
        codes: &["ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-279",
        name: "one-address-at-the-database",
        make: |system| system.add("connect 198.51.100.7/32 -> Data.cluster on tcp 5432\n"),
        codes: &["address_in_group", "ensure_failed"],
        exit: 1,
    },
    Mistake {
        fact: "JU-280",
        name: "an-engine-without-its-version",
        make: |system| system.remove_line("\"17.7\""),
        codes: &["missing_param"],
        exit: 1,
    },
    Mistake {
        fact: "JU-281",
        name: "a-second-factor-by-choice-without-a-waiver",
        make: |system| system.remove_line("@waive(password_alone"),
        codes: &["password_alone"],
        exit: 0,
    },
];
