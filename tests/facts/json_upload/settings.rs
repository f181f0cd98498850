//! The settings that are fixed when the system is built: each reaches what it is for.

use super::{api, data, workflow};
use crate::system::{Environment, Variant};
use crate::tree::{Check, Env, want};

const WHERE: &str = r#"account = "123456789012", region = "us-east-1", confirm = true"#;

fn kept(env: &Env, days: u64) -> Check {
    let all = env.everywhere("AWS::Logs::LogGroup")?;
    want(all.len() == 7, || format!("{} log groups", all.len()))?;
    all.iter().try_for_each(|group| group.is("RetentionInDays", days))
}

/// The system with other settings, and with somebody who is told.
pub static VARIANTS: [Variant; 3] = [
    Variant {
        facts: &["JU-238"],
        name: "log-lines-are-kept-for-longer",
        make: |system| system.replace(WHERE, &format!("{WHERE}, log_retention = 90d")),
        environment: Environment { folder: "prod", id: "prod" },
        check: |e| kept(e, 90),
    },
    Variant {
        facts: &["JU-241"],
        name: "functions-have-other-shares-of-calls",
        make: |system| {
            let shares = "concurrency = { database = 3, bedrock = 2, processor = 7 }";
            system.replace(WHERE, &format!("{WHERE}, {shares}"));
        },
        environment: Environment { folder: "prod", id: "prod" },
        check: |e| {
            let share = "ReservedConcurrentExecutions";
            data::function(e)?.is(share, 3)?;
            workflow::bedrock(e)?.is(share, 2)?;
            api::processor(e)?.is(share, 7)
        },
    },
    Variant {
        facts: &["JU-274"],
        name: "somebody-is-told",
        make: |system| system.replace(WHERE, &format!("{WHERE}, alarm_email = \"ops@json-upload.dev\"")),
        environment: Environment { folder: "prod", id: "prod" },
        check: |e| {
            let topic = e.one("data", "AWS::SNS::Topic")?;
            let all = e.everywhere("AWS::CloudWatch::Alarm")?;
            want(all.len() == 7, || format!("{} alarms", all.len()))?;
            all.iter().try_for_each(|alarm| {
                let told = alarm.items("AlarmActions");
                let by_name = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:json-upload-prod-alerts";
                want(told == [topic.reference()] || told == [by_name], || format!("{} tells {told:?}", alarm.place()))
            })
        },
    },
];
