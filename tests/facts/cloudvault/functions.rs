//! Section 7: the functions.

use serde_json::{Value, json};

use super::{Fact, config, fact, network};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "foundation";

/// The six functions.
pub const FUNCTIONS: [&str; 6] =
    ["fileService", "folderService", "analyticsService", "fileProcessor", "notificationService", "backupService"];

/// What a function is called.
pub fn name(env: &Env, function: &str) -> String {
    env.name(&format!("function-{}", function.to_lowercase()))
}

/// One of them.
pub fn function<'t>(env: &Env<'t>, function: &str) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::Lambda::Function", "FunctionName", &name(env, function))
}

/// All of them.
pub fn all<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    FUNCTIONS.iter().map(|name| function(env, name)).collect()
}

/// The role of one of them.
pub fn role<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let arn = function(env, name)?.get("Role");
    let all = env.all(STACK, "AWS::IAM::Role")?;
    all.into_iter().find(|role| role.attribute("Arn") == arn).ok_or_else(|| format!("no role {arn}"))
}

/// Its log group.
pub fn logs<'t>(env: &Env<'t>, function: &str) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::Logs::LogGroup", "LogGroupName", &format!("/aws/lambda/{}", name(env, function)))
}

fn of_all(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    all(env)?.iter().try_for_each(check)
}

/// That a variable of each function has a value.
pub fn variable(env: &Env, name: &str, value: impl Fn(&Res) -> String) -> Check {
    of_all(env, |res| res.is(&format!("Environment.Variables.{name}"), value(res)))
}

/// That all are there under their names.
pub fn named(env: &Env) -> Check {
    env.exactly(6, STACK, "AWS::Lambda::Function")?;
    all(env).map(|_| ())
}

/// Each function's code is the folder of its name.
fn code(env: &Env) -> Check {
    let steps = env.plan()?.get("steps").and_then(Value::as_array).ok_or("the plan has no steps")?;
    for function in FUNCTIONS {
        let key = plain(&self::function(env, function)?.get("Code.S3Key"));
        let uploaded = steps
            .iter()
            .filter(|step| step["do"] == "upload")
            .flat_map(|step| step["files"].as_array().into_iter().flatten())
            .any(|file| file["file"] == key && file["from"] == format!("functions/{function}"));
        want(uploaded, || format!("the code of {function}, {key}, is not uploaded"))?;
        self::function(env, function)?.is("Code.S3Bucket", "‹parameter AssetBucket›")?;
    }
    Ok(())
}

/// A runtime of Node that AWS still creates.
fn runtime(env: &Env) -> Check {
    of_all(env, |res| {
        let runtime = res.text("Runtime")?;
        let version = runtime.strip_prefix("nodejs").and_then(|rest| rest.strip_suffix(".x"));
        let new = version.and_then(|version| version.parse::<u32>().ok()).is_some_and(|version| version >= 22);
        want(new, || format!("{} runs on {runtime}", res.place()))
    })
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [function_facts(), variable_facts(), place_facts(), log_facts()].concat()
}

fn function_facts() -> Vec<Fact> {
    vec![
        fact("CV-257", named),
        fact("CV-258", |e| all(e).map(|_| ())),
        fact("CV-259", runtime),
        fact("CV-260", |e| of_all(e, |res| res.is("Handler", "index.handler"))),
        fact("CV-261", code),
        fact("CV-262", |e| of_all(e, |res| res.is("Timeout", 30))),
        fact("CV-263", |e| of_all(e, |res| res.is("MemorySize", 1024))),
        fact("CV-267", |e| of_all(e, |res| res.is("TracingConfig.Mode", "Active"))),
        fact("CV-268", |e| of_all(e, |res| res.lacks("ReservedConcurrentExecutions"))),
        fact("CV-269", |e| of_all(e, |res| res.is("Architectures", json!(["arm64"])))),
        fact("CV-464", |e| of_all(e, |res| res.is("Timeout", 30))),
        fact("CV-465", |e| of_all(e, |res| res.is("MemorySize", 1024))),
        fact("CV-466", |e| of_all(e, |res| res.lacks("ReservedConcurrentExecutions"))),
        fact("CV-467", code),
        fact("CV-491", runtime),
        fact("CV-492", |e| of_all(e, |res| res.is("Architectures", json!(["arm64"])))),
    ]
}

fn variable_facts() -> Vec<Fact> {
    vec![
        fact("CV-264", |e| variable(e, "ENVIRONMENT", |_| e.at.folder.to_owned())),
        fact("CV-265", |e| variable(e, "LOG_LEVEL", |_| "INFO".to_owned())),
        fact("CV-266", |e| variable(e, "AWS_XRAY_TRACING_NAME", |res| plain(&res.get("FunctionName")))),
        // The environment's name and the map of variables are two things.
        fact("CV-493", |e| {
            of_all(e, |res| {
                let variables = res.get("Environment.Variables");
                let map = variables.as_object().ok_or("no variables")?;
                want((3..=4).contains(&map.len()), || format!("{} has {variables}", res.place()))
            })?;
            variable(e, "ENVIRONMENT", |_| e.at.folder.to_owned())
        }),
        fact("CV-499", |e| {
            all(e)?.iter().try_for_each(|res| {
                let written = res.body().pointer("/Properties/Environment/Variables/AWS_XRAY_TRACING_NAME");
                want(written.is_some_and(Value::is_string), || format!("{} names itself by reference", res.place()))
            })
        }),
    ]
}

fn place_facts() -> Vec<Fact> {
    vec![
        fact("CV-270", |e| {
            let subnets = network::subnets(e, "Private")?;
            of_all(e, |res| res.lists("VpcConfig.SubnetIds", &subnets))
        }),
        fact("CV-271", |e| {
            let group = network::functions(e)?;
            of_all(e, |res| res.lists("VpcConfig.SecurityGroupIds", &[group]))
        }),
        fact("CV-272", |e| {
            FUNCTIONS.iter().try_for_each(|name| function(e, name)?.points("LoggingConfig.LogGroup", &logs(e, name)?))
        }),
        fact("CV-273", |e| {
            of_all(e, |res| {
                let tags = [res.tag("Environment"), res.tag("Project")];
                want(tags == [Some(e.at.folder.to_owned()), Some("CloudVault".to_owned())], || format!("{tags:?}"))
            })
        }),
        fact("CV-274", |e| {
            let mut seen = Vec::new();
            for name in FUNCTIONS {
                let role = role(e, name)?.unit;
                want(!seen.contains(&role), || format!("{name} shares its role"))?;
                seen.push(role);
            }
            Ok(())
        }),
    ]
}

fn log_facts() -> Vec<Fact> {
    vec![
        fact("CV-279", |e| FUNCTIONS.iter().try_for_each(|name| logs(e, name).map(|_| ()))),
        fact("CV-280", |e| FUNCTIONS.iter().try_for_each(|name| logs(e, name)?.is("RetentionInDays", config(e).logs))),
        fact("CV-490", |e| {
            want(e.everywhere("Custom::LogRetention")?.is_empty(), || "a custom resource".into())?;
            FUNCTIONS.iter().try_for_each(|name| {
                logs(e, name)?.is("RetentionInDays", config(e).logs)?;
                function(e, name)?.points("LoggingConfig.LogGroup", &logs(e, name)?)
            })
        }),
    ]
}
