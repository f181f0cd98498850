//! Section 10: alarms, logs, what is counted, and the dashboard.

use serde_json::{Value, json};

use super::{Fact, api, database, fact, storage};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

/// An alarm, by its purpose.
pub fn alarm<'t>(env: &Env<'t>, purpose: &str) -> Result<Res<'t>, String> {
    env.with("monitoring", "AWS::CloudWatch::Alarm", "AlarmName", &env.name(purpose))
}

fn topic<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("monitoring", "AWS::SNS::Topic")
}

fn tells(env: &Env, purpose: &str) -> Check {
    alarm(env, purpose)?.lists("AlarmActions", &[topic(env)?])
}

/// Who is told of alarms.
pub fn subscription<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("monitoring", "AWS::SNS::Subscription")
}

fn of_table(env: &Env, purpose: &str) -> Check {
    let dimensions = json!([{"Name": "TableName", "Value": database::table(env)?.reference()}]);
    alarm(env, purpose)?.is("Dimensions", dimensions)
}

fn of_bucket(env: &Env, purpose: &str) -> Check {
    let found = alarm(env, purpose)?.items("Dimensions");
    let bucket = storage::bucket(env)?.reference();
    let has = |name: &str, value: &Value| found.contains(&json!({"Name": name, "Value": value}));
    let right = has("BucketName", &bucket) && has("FilterId", &json!("EntireBucket")) && found.len() == 2;
    want(right, || format!("{purpose} looks at {found:?}"))
}

/// The API has no metric of failures on its side: two are added.
pub fn api_failures(env: &Env) -> Check {
    let alarm = alarm(env, "api-5xx")?;
    alarm.lacks("MetricName")?;
    let (api, queries) = (api::api(env)?.reference(), alarm.items("Metrics"));
    let mut names = Vec::new();
    for query in queries.iter().filter(|query| query.get("MetricStat").is_some()) {
        let metric = &query["MetricStat"]["Metric"];
        let right = metric["Namespace"] == "AWS/ApiGateway"
            && metric["Dimensions"] == json!([{"Name": "ApiId", "Value": api}])
            && query["MetricStat"]["Stat"] == "Sum"
            && query["MetricStat"]["Period"] == 300
            && query["ReturnData"] == false;
        want(right, || format!("{query}"))?;
        names.push((plain(&metric["MetricName"]), plain(&query["Id"])));
    }
    names.sort();
    let [(first, a), (second, b)] = &names[..] else { return Err(format!("{names:?}")) };
    want(first == "ExecutionError" && second == "IntegrationError", || format!("{names:?}"))?;
    let shown: Vec<_> = queries.iter().filter(|query| query["ReturnData"] == true).collect();
    let sum =
        shown.len() == 1 && [format!("{a} + {b}"), format!("{b} + {a}")].contains(&plain(&shown[0]["Expression"]));
    want(sum && queries.len() == 3, || format!("{queries:?}"))
}

const ABOVE: &str = "GreaterThanThreshold";

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [throttles(), bucket_errors(), api_errors(), logs(), dashboard()].concat()
}

fn throttles() -> Vec<Fact> {
    vec![
        fact("SW-211", |e| {
            of_table(e, "read-throttle")?;
            alarm(e, "read-throttle")?.is("MetricName", "ReadThrottleEvents")
        }),
        fact("SW-212", |e| alarm(e, "read-throttle")?.is("Threshold", 10)),
        fact("SW-213", |e| alarm(e, "read-throttle")?.is("ComparisonOperator", ABOVE)),
        fact("SW-214", |e| alarm(e, "read-throttle")?.is("Period", 300)),
        fact("SW-215", |e| alarm(e, "read-throttle")?.is("Namespace", "AWS/DynamoDB")),
        fact("SW-216", |e| alarm(e, "read-throttle")?.is("Statistic", "Sum")),
        fact("SW-217", |e| alarm(e, "read-throttle")?.is("EvaluationPeriods", 1)),
        fact("SW-218", |e| alarm(e, "read-throttle")?.is("TreatMissingData", "notBreaching")),
        fact("SW-219", |e| tells(e, "read-throttle")),
        fact("SW-220", |e| {
            of_table(e, "write-throttle")?;
            alarm(e, "write-throttle")?.is("MetricName", "WriteThrottleEvents")
        }),
        fact("SW-221", |e| alarm(e, "write-throttle")?.is("Threshold", 10)),
        fact("SW-222", |e| alarm(e, "write-throttle")?.is("ComparisonOperator", ABOVE)),
        fact("SW-223", |e| alarm(e, "write-throttle")?.is("Period", 300)),
        fact("SW-224", |e| tells(e, "write-throttle")),
    ]
}

fn bucket_errors() -> Vec<Fact> {
    vec![
        fact("SW-225", |e| alarm(e, "s3-4xx")?.is("MetricName", "4xxErrors")),
        fact("SW-226", |e| alarm(e, "s3-4xx")?.is("Threshold", 50)),
        fact("SW-227", |e| alarm(e, "s3-4xx")?.is("ComparisonOperator", ABOVE)),
        fact("SW-228", |e| alarm(e, "s3-4xx")?.is("Period", 300)),
        fact("SW-229", |e| alarm(e, "s3-4xx")?.is("Namespace", "AWS/S3")),
        fact("SW-230", |e| of_bucket(e, "s3-4xx")),
        fact("SW-231", |e| tells(e, "s3-4xx")),
        fact("SW-232", |e| {
            of_bucket(e, "s3-5xx")?;
            alarm(e, "s3-5xx")?.is("MetricName", "5xxErrors")
        }),
        fact("SW-233", |e| alarm(e, "s3-5xx")?.is("Threshold", 10)),
        fact("SW-234", |e| alarm(e, "s3-5xx")?.is("ComparisonOperator", ABOVE)),
        fact("SW-235", |e| alarm(e, "s3-5xx")?.is("Period", 300)),
        fact("SW-236", |e| tells(e, "s3-5xx")),
    ]
}

fn api_errors() -> Vec<Fact> {
    vec![
        fact("SW-237", |e| alarm(e, "api-5xx")?.is("Threshold", 10)),
        fact("SW-238", |e| alarm(e, "api-5xx")?.is("ComparisonOperator", ABOVE)),
        fact("SW-239", api_failures),
        fact("SW-240", |e| tells(e, "api-5xx")),
        fact("SW-241", |e| topic(e)?.is("TopicName", e.name("alarms"))),
        fact("SW-242", |e| {
            subscription(e)?.points("TopicArn", &topic(e)?)?;
            subscription(e)?.is("Endpoint", "alerts@flowency.build")
        }),
        fact("SW-243", |e| subscription(e)?.is("Protocol", "email")),
        fact("SW-256", |e| {
            for purpose in ["read-throttle", "write-throttle", "s3-4xx", "s3-5xx", "api-5xx"] {
                alarm(e, purpose)?;
            }
            e.exactly(5, "monitoring", "AWS::CloudWatch::Alarm").map(|_| ())
        }),
    ]
}

/// A log group of the application, by the end of its name.
pub fn group<'t>(env: &Env<'t>, id: &str) -> Result<Res<'t>, String> {
    api::log_group(env, "monitoring", &format!("/spec-wizard/{}/{id}", env.at.id))
}

/// What is counted, with what is added for each line.
const COUNTED: [(&str, &str); 3] =
    [("SessionsCreated", "1"), ("SubmissionsCompleted", "1"), ("SessionDuration", "$.durationSeconds")];

fn counted(env: &Env) -> Check {
    let filters = env.exactly(3, "monitoring", "AWS::Logs::MetricFilter")?;
    for (name, adds) in COUNTED {
        let of_it = |res: &&Res| res.get("MetricTransformations[0].MetricName") == name;
        let found = filters.iter().find(of_it).ok_or_else(|| format!("nothing counts {name}"))?;
        found.points("LogGroupName", &group(env, "application")?)?;
        found.is("MetricTransformations[0].MetricNamespace", format!("SpecWizard/{}", env.at.id))?;
        found.is("MetricTransformations[0].MetricValue", adds)?;
        let pattern = found.text("FilterPattern")?;
        want(pattern.starts_with("{ $.event = \"") && pattern.ends_with("\" }"), || format!("lines {pattern}"))?;
    }
    Ok(())
}

fn logs() -> Vec<Fact> {
    vec![
        fact("SW-244", |e| group(e, "application")?.is("RetentionInDays", 30)),
        fact("SW-245", |e| group(e, "application").map(|_| ())),
        fact("SW-246", |e| group(e, "error")?.is("RetentionInDays", 90)),
        fact("SW-247", |e| group(e, "error").map(|_| ())),
        fact("SW-248", counted),
    ]
}

/// One line of a diagram: namespace, name, dimensions, and how it is shown.
#[derive(Debug)]
struct Line {
    widget: usize,
    names: Vec<String>,
    shown: Value,
}

fn lines(env: &Env) -> Result<Vec<Line>, String> {
    let text = env.one("monitoring", "AWS::CloudWatch::Dashboard")?.text("DashboardBody")?;
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("the dashboard is no JSON: {error}"))?;
    let mut lines = Vec::new();
    for (widget, one) in body["widgets"].as_array().into_iter().flatten().enumerate() {
        let region = &one["properties"]["region"];
        want(region == "${AWS::Region}", || format!("a diagram of {region}"))?;
        for metric in one["properties"]["metrics"].as_array().into_iter().flatten() {
            let mut names: Vec<String> = metric.as_array().into_iter().flatten().map(plain).collect();
            let shown = metric.as_array().and_then(|parts| parts.last()).cloned().unwrap_or_default();
            if shown.is_object() {
                names.pop();
            }
            lines.push(Line { widget, names, shown });
        }
    }
    Ok(lines)
}

/// That each of these is in some diagram, with these dimensions.
fn drawn(env: &Env, namespace: &str, names: &[&str], dimensions: &[String]) -> Check {
    let lines = lines(env)?;
    for name in names {
        let is_it = |line: &&Line| {
            line.names.len() >= 2
                && line.names[0] == namespace
                && line.names[1] == *name
                && dimensions.iter().all(|dimension| line.names[2..].contains(dimension))
        };
        want(lines.iter().any(|line| is_it(&line)), || format!("no diagram of {name} of {dimensions:?}"))?;
    }
    Ok(())
}

/// That a metric of the business is shown, with this statistic, of each day.
fn shown(env: &Env, name: &str, statistic: &str) -> Check {
    let lines = lines(env)?;
    let namespace = format!("SpecWizard/{}", env.at.id);
    let right = |line: &&Line| {
        line.names == [namespace.as_str(), name]
            && line.shown["stat"] == statistic
            && line.shown["period"] == 86_400
            && line.shown.get("visible").is_none()
    };
    want(lines.iter().any(|line| right(&line)), || format!("{name} is not shown"))
}

fn rate(env: &Env) -> Check {
    let (lines, namespace) = (lines(env)?, format!("SpecWizard/{}", env.at.id));
    for line in lines.iter().filter(|line| line.shown.get("expression").is_some()) {
        let id = |name: &str| {
            let same = |other: &&Line| other.widget == line.widget && other.names == [namespace.as_str(), name];
            lines.iter().find(same).filter(|line| line.shown["visible"] == false).map(|line| plain(&line.shown["id"]))
        };
        if let (Some(created), Some(done)) = (id("SessionsCreated"), id("SubmissionsCompleted"))
            && plain(&line.shown["expression"]) == format!("100 * {done} / {created}")
        {
            return Ok(());
        }
    }
    Err(format!("no rate in {lines:?}"))
}

fn dashboard() -> Vec<Fact> {
    vec![
        fact("SW-209", |e| {
            let lines = lines(e)?;
            let widgets = lines.last().map_or(0, |line| line.widget + 1);
            want(widgets >= 8, || format!("{widgets} diagrams"))?;
            for namespace in ["AWS/DynamoDB", "AWS/S3", "AWS/ApiGateway", &format!("SpecWizard/{}", e.at.id)] {
                let some = lines.iter().any(|line| line.names.first().is_some_and(|first| first == namespace));
                want(some, || format!("no diagram of {namespace}"))?;
            }
            Ok(())
        }),
        fact("SW-210", |e| {
            let name = format!("spec-wizard-{}", e.at.id);
            e.one("monitoring", "AWS::CloudWatch::Dashboard")?.is("DashboardName", name)
        }),
        fact("SW-249", |e| {
            let names = [
                "ConsumedReadCapacityUnits",
                "ConsumedWriteCapacityUnits",
                "ReadThrottleEvents",
                "WriteThrottleEvents",
                "SuccessfulRequestLatency",
            ];
            drawn(e, "AWS/DynamoDB", &names, &["TableName".to_owned(), e.name("sessions")])
        }),
        fact("SW-250", |e| {
            let of_it =
                ["BucketName".to_owned(), storage::bucket_name(e), "FilterId".to_owned(), "EntireBucket".to_owned()];
            drawn(e, "AWS/S3", &["AllRequests", "4xxErrors", "5xxErrors"], &of_it)
        }),
        fact("SW-251", |e| {
            let of_it = ["ApiId".to_owned(), plain(&api::api(e)?.reference())];
            drawn(e, "AWS/ApiGateway", &["ConnectCount", "MessageCount", "IntegrationLatency"], &of_it)
        }),
        fact("SW-252", |e| shown(e, "SessionsCreated", "Sum")),
        fact("SW-253", |e| shown(e, "SubmissionsCompleted", "Sum")),
        fact("SW-254", |e| shown(e, "SessionDuration", "Average")),
        fact("SW-255", rate),
    ]
}
