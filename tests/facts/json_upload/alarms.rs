//! The alarms of sections 4, 7 and 8, and their summary in section 9.

use serde_json::{Value, json};

use super::{Fact, api, called, data, fact, workflow};
use crate::tree::{Check, Env, Res, want};

const ALARM: &str = "AWS::CloudWatch::Alarm";

fn alarm<'t>(env: &Env<'t>, stack: &str, id: &str) -> Result<Res<'t>, String> {
    called(env, stack, ALARM, id)
}

fn cpu<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "data", "DatabaseCPUAlarm")
}

fn connections<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "data", "DatabaseConnectionsAlarm")
}

fn database_errors<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "data", "LambdaErrorAlarm")
}

fn processor_errors<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "jsonupload", "LambdaErrorAlarm")
}

fn refused<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "jsonupload", "APIGateway4XXErrorAlarm")
}

fn failures<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "workflow", "StepFunctionFailureAlarm")
}

fn bedrock_errors<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    alarm(env, "workflow", "BedrockLambdaErrorAlarm")
}

fn at_or_above(alarm: &Res) -> Check {
    alarm.is("ComparisonOperator", "GreaterThanOrEqualToThreshold")
}

fn well_without_data(alarm: &Res) -> Check {
    alarm.is("TreatMissingData", "notBreaching")
}

/// That it watches this metric, from this threshold on, of this thing.
fn watches(alarm: &Res, metric: &str, threshold: u64, of: &Value) -> Check {
    alarm.is("MetricName", metric)?;
    alarm.is("Threshold", threshold)?;
    want(alarm.get("Dimensions") == *of, || format!("{} watches {}", alarm.place(), alarm.get("Dimensions")))
}

fn one(name: &str, value: Value) -> Value {
    json!([{"Name": name, "Value": value}])
}

fn of_cluster(env: &Env) -> Result<Value, String> {
    Ok(one("DBClusterIdentifier", data::cluster(env)?.reference()))
}

fn of_api(env: &Env) -> Result<Value, String> {
    let (api, stage) = (api::api(env)?.get("Name"), api::stage(env)?.get("StageName"));
    Ok(json!([{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": stage}]))
}

fn of_function(function: &Res) -> Value {
    one("FunctionName", function.reference())
}

/// The facts of these sections.
pub fn facts() -> Vec<Fact> {
    [database_facts(), function_facts(), workflow_facts(), api_facts(), summary()].concat()
}

fn database_facts() -> Vec<Fact> {
    vec![
        fact("JU-081", |e| cpu(e)?.is("Threshold", 80)),
        fact("JU-082", |e| cpu(e)?.is("MetricName", "CPUUtilization")),
        fact("JU-083", |e| cpu(e)?.is("Namespace", "AWS/RDS")),
        fact("JU-084", |e| cpu(e)?.is("Dimensions", of_cluster(e)?)),
        fact("JU-085", |e| at_or_above(&cpu(e)?)),
        fact("JU-086", |e| cpu(e)?.is("Statistic", "Average")),
        fact("JU-087", |e| cpu(e)?.is("Period", 300)),
        fact("JU-088", |e| cpu(e)?.is("EvaluationPeriods", 2)),
        fact("JU-089", |e| well_without_data(&cpu(e)?)),
        fact("JU-090", |e| connections(e)?.is("Threshold", 80)),
        fact("JU-091", |e| connections(e)?.is("MetricName", "DatabaseConnections")),
        fact("JU-092", |e| connections(e)?.is("Namespace", "AWS/RDS")),
        fact("JU-093", |e| at_or_above(&connections(e)?)),
        fact("JU-094", |e| connections(e)?.is("Statistic", "Average")),
        fact("JU-095", |e| connections(e)?.is("EvaluationPeriods", 2)),
        fact("JU-096", |e| well_without_data(&connections(e)?)),
    ]
}

fn function_facts() -> Vec<Fact> {
    vec![
        fact("JU-097", |e| database_errors(e)?.is("Threshold", 1)),
        fact("JU-098", |e| database_errors(e)?.is("MetricName", "Errors")),
        fact("JU-099", |e| database_errors(e)?.is("Namespace", "AWS/Lambda")),
        fact("JU-100", |e| at_or_above(&database_errors(e)?)),
        fact("JU-101", |e| database_errors(e)?.is("Statistic", "Sum")),
        fact("JU-102", |e| database_errors(e)?.is("EvaluationPeriods", 1)),
        fact("JU-103", |e| well_without_data(&database_errors(e)?)),
    ]
}

fn workflow_facts() -> Vec<Fact> {
    vec![
        fact("JU-162", |e| failures(e)?.is("MetricName", "ExecutionsFailed")),
        fact("JU-163", |e| failures(e)?.is("Namespace", "AWS/States")),
        fact("JU-164", |e| failures(e)?.is("Threshold", 1)),
        fact("JU-165", |e| failures(e)?.is("Statistic", "Sum")),
        fact("JU-166", |e| well_without_data(&failures(e)?)),
        fact("JU-167", |e| bedrock_errors(e)?.is("MetricName", "Errors")),
        fact("JU-168", |e| bedrock_errors(e)?.is("Namespace", "AWS/Lambda")),
        fact("JU-169", |e| bedrock_errors(e)?.is("Threshold", 1)),
        fact("JU-170", |e| well_without_data(&bedrock_errors(e)?)),
    ]
}

fn api_facts() -> Vec<Fact> {
    vec![
        fact("JU-217", |e| processor_errors(e)?.is("MetricName", "Errors")),
        fact("JU-218", |e| processor_errors(e)?.is("Threshold", 1)),
        fact("JU-219", |e| well_without_data(&processor_errors(e)?)),
        fact("JU-220", |e| refused(e)?.is("MetricName", "4XXError")),
        fact("JU-221", |e| refused(e)?.is("Namespace", "AWS/ApiGateway")),
        fact("JU-222", |e| {
            refused(e)?.is("Period", 300)?;
            refused(e)?.is("Threshold", 50)
        }),
        fact("JU-223", |e| refused(e)?.is("Dimensions", of_api(e)?)),
        fact("JU-224", |e| well_without_data(&refused(e)?)),
    ]
}

fn summary() -> Vec<Fact> {
    vec![
        fact("JU-227", |e| watches(&cpu(e)?, "CPUUtilization", 80, &of_cluster(e)?)),
        fact("JU-228", |e| watches(&connections(e)?, "DatabaseConnections", 80, &of_cluster(e)?)),
        fact("JU-229", |e| watches(&database_errors(e)?, "Errors", 1, &of_function(&data::function(e)?))),
        fact("JU-230", |e| watches(&processor_errors(e)?, "Errors", 1, &of_function(&api::processor(e)?))),
        fact("JU-231", |e| watches(&refused(e)?, "4XXError", 50, &of_api(e)?)),
        fact("JU-232", |e| {
            let machine = workflow::machine(e)?;
            let by_arn =
                watches(&failures(e)?, "ExecutionsFailed", 1, &one("StateMachineArn", machine.attribute("Arn")));
            by_arn.or_else(|_| {
                watches(&failures(e)?, "ExecutionsFailed", 1, &one("StateMachineArn", machine.reference()))
            })
        }),
        fact("JU-233", |e| watches(&bedrock_errors(e)?, "Errors", 1, &of_function(&workflow::bedrock(e)?))),
        fact("JU-235", |e| {
            let count = e.everywhere(ALARM)?.len();
            want(count == 7, || format!("{count} alarms"))
        }),
    ]
}
