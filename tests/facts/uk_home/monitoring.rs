//! Section 4.6: who is told of what.

use serde_json::Value;

use super::{api, compute, data, edge, fact_full, foundation, full, trusted_by};
use crate::meaning::{plain, same};
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// How many alarms there are everywhere, and how many more where monitoring is full.
pub const CRITICAL: usize = 10;
/// How many more there are where monitoring is full.
pub const WARNING: usize = 6;

/// The dashboard.
pub fn dashboard<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::CloudWatch::Dashboard")
}

/// What the dashboard says.
pub fn dashboard_text(env: &Env) -> Result<String, String> {
    let text = dashboard(env)?.text("DashboardBody")?;
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))?;
    Ok(body.get("widgets").ok_or("no widgets")?.to_string())
}

fn shows(env: &Env, what: &[&str]) -> Check {
    let text = dashboard_text(env)?;
    let missing: Vec<_> = what.iter().filter(|one| !text.contains(&format!("\"{one}\""))).collect();
    want(missing.is_empty(), || format!("the dashboard does not show {missing:?}"))
}

/// A topic.
pub fn topic<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with("main", "AWS::SNS::Topic", "TopicName", &env.name(name))
}

fn subscriptions<'t>(env: &Env<'t>, protocol: &str) -> Result<Vec<Res<'t>>, String> {
    let all = env.all("main", "AWS::SNS::Subscription")?;
    Ok(all.into_iter().filter(|one| plain(&one.get("Protocol")) == protocol).collect())
}

fn phone<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    match subscriptions(env, "sms")?[..] {
        [only] => Ok(only),
        _ => Err("not exactly one phone".to_owned()),
    }
}

fn slack<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Chatbot::SlackChannelConfiguration")
}

fn slack_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let wanted = slack(env)?.get("IamRoleArn");
    let found = env.all("main", "AWS::IAM::Role")?.into_iter().find(|role| same(&role.attribute("Arn"), &wanted));
    found.ok_or_else(|| format!("no role {wanted}"))
}

/// What an alarm looks at: the metrics' names, and the dimensions' values.
fn looks_at(alarm: &Res) -> (Vec<String>, Vec<String>) {
    let mut metrics: Vec<(Value, Vec<Value>)> = vec![(alarm.get("MetricName"), alarm.items("Dimensions"))];
    for query in alarm.items("Metrics") {
        if let Some(metric) = query.pointer("/MetricStat/Metric") {
            let dimensions = metric.get("Dimensions").and_then(Value::as_array).cloned().unwrap_or_default();
            metrics.push((metric.get("MetricName").cloned().unwrap_or_default(), dimensions));
        }
    }
    let names = metrics.iter().filter(|(name, _)| !name.is_null()).map(|(name, _)| plain(name)).collect();
    let values = metrics.iter().flat_map(|(_, all)| all.iter().filter_map(|one| one.get("Value").map(plain))).collect();
    (names, values)
}

/// The alarm on a metric of a thing.
fn alarm<'t>(env: &Env<'t>, metric: &str, of: &Value) -> Result<Res<'t>, String> {
    let of = plain(of);
    let suits = |alarm: &&Res| {
        let (names, values) = looks_at(alarm);
        names.iter().any(|name| name == metric) && values.contains(&of)
    };
    let all = env.all("main", "AWS::CloudWatch::Alarm")?;
    match all.iter().filter(suits).collect::<Vec<_>>()[..] {
        [only] => Ok(*only),
        ref found => Err(format!("{} alarms on {metric} of {of}", found.len())),
    }
}

/// The ten alarms that every environment has, with their lines.
fn critical<'t>(env: &Env<'t>) -> Result<Vec<(Res<'t>, i64)>, String> {
    let mut found = Vec::new();
    for (name, ..) in compute::FUNCTIONS {
        found.push((alarm(env, "Errors", &compute::function(env, name)?.reference())?, 5));
    }
    for (name, ..) in data::TABLES {
        let table = data::table(env, name)?;
        let one = alarm(env, "ReadThrottleEvents", &table.reference())
            .or_else(|_| alarm(env, "ReadThrottleEvents", &table.get("TableName")))?;
        let (names, _) = looks_at(&one);
        want(names.contains(&"WriteThrottleEvents".to_owned()), || format!("{} overlooks writes", one.place()))?;
        found.push((one, 10));
    }
    found.push((alarm(env, "5XXError", &api::api(env)?.get("Name"))?, 10));
    found.push((alarm(env, "ExecutionsFailed", &compute::workflow(env)?.reference())?, 1));
    Ok(found)
}

/// The six alarms of full monitoring, and whether each looks at 95 of 100 values.
fn warning<'t>(env: &Env<'t>) -> Result<Vec<(Res<'t>, bool)>, String> {
    let mut found = Vec::new();
    for (name, ..) in compute::FUNCTIONS {
        found.push((alarm(env, "Duration", &compute::function(env, name)?.reference())?, true));
    }
    let api = api::api(env)?.get("Name");
    found.push((alarm(env, "Latency", &api)?, true));
    found.push((alarm(env, "4XXError", &api)?, false));
    Ok(found)
}

fn notifies(alarm: &Res, topic: &Res) -> Check {
    alarm.is("AlarmActions", vec![topic.reference()])
}

/// That an alarm adds up over five minutes, and goes off at a line.
fn sums_to(alarm: &Res, line: i64) -> Check {
    alarm.is("Threshold", line)?;
    alarm.is("ComparisonOperator", "GreaterThanOrEqualToThreshold")?;
    if alarm.get("Metrics").is_null() {
        alarm.is("Statistic", "Sum")?;
        return alarm.is("Period", 300);
    }
    for query in alarm.items("Metrics") {
        let Some(stat) = query.get("MetricStat") else { continue };
        let sum = stat.get("Stat").is_some_and(|stat| stat == "Sum");
        want(sum && stat.get("Period").map(plain).as_deref() == Some("300"), || {
            format!("{} has {stat}", alarm.place())
        })?;
    }
    Ok(())
}

fn filters<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(2, "main", "AWS::Logs::MetricFilter")
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [dashboard_and_topics(), alarms(), people()].concat()
}

fn dashboard_and_topics() -> Vec<Fact> {
    vec![
        fact("UK-187", |e| {
            shows(
                e,
                &[
                    "ConsumedReadCapacityUnits",
                    "ConsumedWriteCapacityUnits",
                    "ReadThrottleEvents",
                    "WriteThrottleEvents",
                ],
            )?;
            shows(e, &["Count", "4XXError", "5XXError", "Invocations", "Errors", "Duration"])?;
            if full(e) { shows(e, &["registrations", "projects"]) } else { Ok(()) }
        }),
        fact("UK-188", |e| dashboard(e)?.is("DashboardName", e.name("monitoring"))),
        fact("UK-189", |e| {
            let text = dashboard_text(e)?;
            let more = text.contains("\"title\":\"Business\"") && text.contains("\"title\":\"Agents\"");
            want(more == full(e), || format!("business and agents are shown: {more}"))?;
            shows(e, &["AWS/DynamoDB", "AWS/Lambda", "AWS/ApiGateway", "AWS/States"])
        }),
        fact("UK-190", |e| topic(e, "critical-alerts").map(drop)),
        fact("UK-191", |e| topic(e, "critical-alerts").map(drop)),
        fact("UK-192", |e| {
            topic(e, "critical-alerts")?.is("KmsMasterKeyId", foundation::key(e)?.attribute("Arn"))?;
            let lets = foundation::key_policy(e)?.iter().any(|s| {
                let both =
                    ["kms:Decrypt", "kms:GenerateDataKey"].iter().all(|action| s.actions.iter().any(|a| a == action));
                s.allows && s.principals == ["Service:cloudwatch.amazonaws.com"] && both
            });
            want(lets, || "CloudWatch may not use the topic's key".into())
        }),
        fact("UK-193", |e| topic(e, "warning-alerts").map(drop)),
        fact("UK-194", |e| topic(e, "warning-alerts")?.is("TopicName", e.name("warning-alerts"))),
        fact("UK-195", |e| {
            let mut on: Vec<String> =
                subscriptions(e, "email")?.iter().map(|one| plain(&one.get("TopicArn"))).collect();
            let mut both = Vec::new();
            for name in ["critical-alerts", "warning-alerts"] {
                both.push(plain(&topic(e, name)?.reference()));
            }
            on.sort();
            both.sort();
            want(on == both, || format!("e-mail for {on:?}"))
        }),
        fact("UK-196", |e| {
            subscriptions(e, "email")?.iter().try_for_each(|one| edge::parameter(one, "Endpoint", "AlertEmail"))
        }),
    ]
}

fn alarms() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-205", |e| {
            let found = critical(e)?.len();
            want(found == CRITICAL, || format!("{found} alarms"))
        }),
        fact("UK-206", |e| {
            let topic = topic(e, "critical-alerts")?;
            critical(e)?.iter().try_for_each(|(alarm, _)| notifies(alarm, &topic))
        }),
        fact("UK-207", |e| critical(e)?.iter().try_for_each(|(alarm, line)| sums_to(alarm, *line))),
        fact("UK-208", |e| critical(e)?.iter().try_for_each(|(alarm, _)| alarm.is("TreatMissingData", "notBreaching"))),
    ];
    for more in [
        fact_full("UK-209", |e| {
            let topic = topic(e, "warning-alerts")?;
            warning(e)?.iter().try_for_each(|(alarm, _)| notifies(alarm, &topic))
        }),
        fact_full("UK-210", |e| {
            warning(e)?.iter().filter(|(_, most)| *most).try_for_each(|(alarm, _)| alarm.is("ExtendedStatistic", "p95"))
        }),
    ] {
        facts.extend(more);
    }
    facts
}

fn people() -> Vec<Fact> {
    [
        fact_full("UK-197", |e| phone(e)?.points("TopicArn", &topic(e, "critical-alerts")?)),
        fact_full("UK-198", |e| edge::parameter(&phone(e)?, "Endpoint", "AlertPhone")),
        fact_full("UK-199", |e| slack(e).map(drop)),
        fact_full("UK-200", |e| edge::parameter(&slack(e)?, "SlackWorkspaceId", "SlackWorkspaceId")),
        fact_full("UK-201", |e| edge::parameter(&slack(e)?, "SlackChannelId", "SlackChannelId")),
        fact_full("UK-202", |e| {
            slack(e)?.lists("SnsTopicArns", &[topic(e, "critical-alerts")?, topic(e, "warning-alerts")?])
        }),
        fact_full("UK-203", |e| {
            let read = "arn:${AWS::Partition}:iam::aws:policy/CloudWatchReadOnlyAccess";
            slack_role(e)?.is("ManagedPolicyArns", vec![read])?;
            slack_role(e)?.lacks("Policies")?;
            slack(e)?.is("GuardrailPolicies", vec![read])
        }),
        fact_full("UK-204", |e| trusted_by(&slack_role(e)?, "chatbot.amazonaws.com")),
        fact_full("UK-211", |e| {
            let logs = compute::logs(e, "api")?;
            let mut events = Vec::new();
            for filter in filters(e)? {
                filter.points("LogGroupName", &logs)?;
                filter.is("MetricTransformations[0].MetricValue", "1")?;
                events.push(filter.text("FilterPattern")?);
            }
            events.sort();
            let wanted = ["ProjectCreated", "UserRegistered"].map(|event| format!("{{ $.event = \"{event}\" }}"));
            want(events == wanted, || format!("counted are {events:?}"))
        }),
        fact_full("UK-212", |e| {
            let wanted = format!("UKHomeImprovement/{}", e.at.id);
            filters(e)?
                .iter()
                .try_for_each(|filter| filter.is("MetricTransformations[0].MetricNamespace", wanted.clone()))
        }),
    ]
    .concat()
}
