//! Section 10: alarms, the dashboard, and the audit.

use serde_json::Value;

use super::functions::{self, FUNCTIONS};
use super::{Fact, api, config, fact, fact_in, tables};
use crate::meaning::plain;
use crate::policy::of_bucket;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "monitoring";

/// Whom alarms tell.
pub fn topic<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SNS::Topic")
}

/// The person behind it.
pub fn email<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SNS::Subscription")
}

/// What people look at.
pub fn dashboard<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::CloudWatch::Dashboard")
}

/// The alarm of a function about this metric.
fn alarm<'t>(env: &Env<'t>, function: &str, metric: &str) -> Result<Res<'t>, String> {
    let name = functions::name(env, function);
    let of_it = |res: &Res| {
        let dimensions = res.items("Dimensions");
        let right = |d: &Value| d["Name"] == "FunctionName" && d["Value"] == name;
        dimensions.len() == 1 && right(&dimensions[0]) && res.get("MetricName") == metric
    };
    let found: Vec<_> =
        env.exactly(12, STACK, "AWS::CloudWatch::Alarm")?.into_iter().filter(|res| of_it(res)).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} alarms about {metric} of {function}", found.len())),
    }
}

fn errors(env: &Env, path: &str, value: impl Into<Value> + Clone) -> Check {
    FUNCTIONS.iter().try_for_each(|name| alarm(env, name, "Errors")?.is(path, value.clone()))
}

fn throttles(env: &Env, path: &str, value: impl Into<Value> + Clone) -> Check {
    FUNCTIONS.iter().try_for_each(|name| alarm(env, name, "Throttles")?.is(path, value.clone()))
}

/// It tells the topic, and is not turned off: CloudFormation's default is on.
fn tells(env: &Env, metric: &str) -> Check {
    FUNCTIONS.iter().try_for_each(|name| {
        let alarm = alarm(env, name, metric)?;
        let enabled = alarm.get("ActionsEnabled");
        want(enabled.is_null() || enabled == true, || format!("{} does nothing", alarm.place()))?;
        alarm.lists("AlarmActions", &[topic(env)?])
    })
}

/// A widget of the dashboard: its title, and its metrics as (namespace, metric, dimension, value).
type Widget = (String, Vec<[String; 4]>);

fn widgets(env: &Env) -> Result<Vec<Widget>, String> {
    let text = dashboard(env)?.text("DashboardBody")?;
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("the dashboard is no JSON: {error}"))?;
    let all = body["widgets"].as_array().ok_or("no widgets")?;
    let read = |widget: &Value| {
        let own = &widget["properties"];
        let region = own["region"] == "${AWS::Region}" && widget["type"] == "metric";
        let metrics = own["metrics"].as_array().into_iter().flatten().map(|line| [0, 1, 2, 3].map(|i| plain(&line[i])));
        if region { Ok((plain(&own["title"]), metrics.collect())) } else { Err(format!("a widget {widget}")) }
    };
    all.iter().map(read).collect()
}

/// That a widget of this title shows these metrics of one thing.
fn shows(env: &Env, title: &str, metrics: &[&str], of: (&str, &str, &str)) -> Check {
    let widgets = widgets(env)?;
    let found: Vec<_> = widgets.iter().filter(|(own, _)| own == title).collect();
    let [(_, lines)] = found[..] else { return Err(format!("{} widgets called {title}", found.len())) };
    let (namespace, dimension, value) = of;
    let wanted: Vec<[String; 4]> =
        metrics.iter().map(|metric| [namespace, metric, dimension, value].map(str::to_owned)).collect();
    want(*lines == wanted, || format!("{title} shows {lines:?}"))
}

fn records<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::S3::Bucket")
}

fn trail<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::CloudTrail::Trail")
}

/// The trail may look at the bucket and write there, for itself alone.
fn trail_writes(env: &Env) -> Check {
    let said = of_bucket(env, STACK, &records(env)?)?;
    let start = "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/";
    let trail = format!("{start}{}", plain(&trail(env)?.reference()));
    let bucket = plain(&records(env)?.attribute("Arn"));
    let rights =
        [("s3:GetBucketAcl", bucket.clone()), ("s3:PutObject", format!("{bucket}/AWSLogs/${{AWS::AccountId}}/*"))];
    for (action, resource) in rights {
        let given = said.iter().any(|s| {
            s.allows
                && s.principals == ["Service:cloudtrail.amazonaws.com"]
                && s.actions == [action]
                && s.resources == [resource.clone()]
                && (s.when("ArnEquals", "aws:SourceArn", &trail) || s.when("StringEquals", "aws:SourceArn", &trail))
        });
        want(given, || format!("the trail may not {action}: {said:?}"))?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [error_facts(), throttle_facts(), topic_facts(), dashboard_facts(), audit_facts()].concat()
}

fn error_facts() -> Vec<Fact> {
    vec![
        fact("CV-364", |e| dashboard(e)?.is("DashboardName", e.name("ops"))),
        fact("CV-366", |e| {
            FUNCTIONS.iter().try_for_each(|name| {
                let wanted = e.name(&format!("{}-errors", name.to_lowercase()));
                alarm(e, name, "Errors")?.is("AlarmName", wanted)
            })
        }),
        fact("CV-367", |e| errors(e, "MetricName", "Errors")),
        fact("CV-368", |e| errors(e, "Namespace", "AWS/Lambda")),
        fact("CV-369", |e| errors(e, "Threshold", 10)),
        fact("CV-370", |e| errors(e, "EvaluationPeriods", 2)),
        fact("CV-371", |e| {
            FUNCTIONS.iter().try_for_each(|name| {
                alarm(e, name, "Errors")?.is("AlarmDescription", format!("{name} error rate exceeded threshold"))
            })
        }),
        fact("CV-372", |e| tells(e, "Errors")),
        fact("CV-373", |e| errors(e, "Period", 300)),
        fact("CV-374", |e| errors(e, "Statistic", "Sum")),
        fact("CV-375", |e| errors(e, "ComparisonOperator", "GreaterThanOrEqualToThreshold")),
        fact("CV-376", |e| errors(e, "TreatMissingData", "notBreaching")),
        fact("CV-377", |e| tells(e, "Errors")),
        fact("CV-378", |e| FUNCTIONS.iter().try_for_each(|name| alarm(e, name, "Errors").map(|_| ()))),
        // One alarm for what the document says twice.
        fact("CV-401", |e| FUNCTIONS.iter().try_for_each(|name| alarm(e, name, "Errors").map(|_| ()))),
        fact("CV-509", |e| FUNCTIONS.iter().try_for_each(|name| alarm(e, name, "Errors").map(|_| ()))),
        fact("CV-510", |e| {
            tells(e, "Errors")?;
            tells(e, "Throttles")
        }),
    ]
}

fn throttle_facts() -> Vec<Fact> {
    vec![
        fact("CV-379", |e| throttles(e, "MetricName", "Throttles")),
        fact("CV-380", |e| throttles(e, "Namespace", "AWS/Lambda")),
        fact("CV-381", |e| throttles(e, "Threshold", 5)),
        fact("CV-382", |e| throttles(e, "EvaluationPeriods", 1)),
        fact("CV-383", |e| throttles(e, "Period", 300)),
        fact("CV-384", |e| throttles(e, "Statistic", "Sum")),
        fact("CV-385", |e| throttles(e, "ComparisonOperator", "GreaterThanOrEqualToThreshold")),
        fact("CV-386", |e| tells(e, "Throttles")),
    ]
}

fn topic_facts() -> Vec<Fact> {
    vec![
        fact("CV-387", |e| topic(e).map(|_| ())),
        fact("CV-388", |e| topic(e)?.is("TopicName", e.name("alarms"))),
        // CloudWatch cannot use the key of AWS's own; without a key of ours it stays without.
        fact("CV-389", |e| topic(e)?.lacks("KmsMasterKeyId")),
        fact("CV-390", |e| {
            email(e)?.is("Endpoint", config(e).email)?;
            email(e)?.points("TopicArn", &topic(e)?)
        }),
        fact("CV-391", |e| email(e)?.is("Protocol", "email")),
    ]
}

fn api_widget(env: &Env) -> Check {
    let id = plain(&api::api(env)?.reference());
    shows(env, "API Gateway Requests", &["Count", "4xx", "5xx"], ("AWS/ApiGateway", "ApiId", &id))
}

fn dashboard_facts() -> Vec<Fact> {
    vec![
        fact("CV-365", |e| {
            let count = widgets(e)?.len();
            want(count == 12, || format!("{count} widgets"))
        }),
        fact("CV-397", api_widget),
        fact("CV-398", |e| {
            FUNCTIONS.iter().try_for_each(|name| {
                let of = ("AWS/Lambda", "FunctionName", functions::name(e, name));
                shows(e, &format!("{name} Metrics"), &["Invocations", "Errors", "Duration"], (of.0, of.1, &of.2))
            })
        }),
        fact("CV-399", |e| {
            tables::TABLES.iter().try_for_each(|name| {
                let of = ("AWS/DynamoDB", "TableName", e.name(&format!("data-{name}")));
                let metrics = ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"];
                shows(e, &format!("{name} Table Metrics"), &metrics, (of.0, of.1, &of.2))
            })
        }),
        fact("CV-508", api_widget),
    ]
}

fn audit_facts() -> Vec<Fact> {
    let production = |id, check| fact_in("production", id, check);
    vec![
        production("CV-392", |e| trail(e)?.points("S3BucketName", &records(e)?)),
        production("CV-393", trail_writes),
        production("CV-394", |e| trail(e)?.is("IsLogging", true)),
        production("CV-395", |e| trail(e)?.is("EnableLogFileValidation", true)),
        production("CV-396", |e| trail(e)?.is("IsMultiRegionTrail", true)),
    ]
}
