//! Section 9: the WebSocket API and the functions that answer.

use serde_json::Value;

use super::{Fact, email, fact, iam, security, storage};
use crate::meaning::plain;
use crate::policy::statements;
use crate::tree::{Check, Env, Res, want};

/// Each route's key, with the purpose of its function.
const ROUTES: [(&str, &str); 3] = [("$connect", "connect"), ("$disconnect", "disconnect"), ("sendMessage", "message")];

/// The API.
pub fn api<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("apigateway", "AWS::ApiGatewayV2::Api")
}

/// Its stage.
pub fn stage<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("apigateway", "AWS::ApiGatewayV2::Stage")
}

/// A route, by its key.
pub fn route<'t>(env: &Env<'t>, key: &str) -> Result<Res<'t>, String> {
    env.with("apigateway", "AWS::ApiGatewayV2::Route", "RouteKey", key)
}

/// A function, by its purpose.
pub fn function<'t>(env: &Env<'t>, purpose: &str) -> Result<Res<'t>, String> {
    env.with("apigateway", "AWS::Lambda::Function", "FunctionName", &env.name(purpose))
}

/// The integration a route leads to.
fn integration<'t>(env: &Env<'t>, key: &str) -> Result<Res<'t>, String> {
    let target = route(env, key)?.text("Target")?;
    let all = env.all("apigateway", "AWS::ApiGatewayV2::Integration")?;
    let found = all.into_iter().find(|one| target == format!("integrations/{}", plain(&one.reference())));
    found.ok_or_else(|| format!("{key} leads to {target}"))
}

/// A log group, by its name.
pub fn log_group<'t>(env: &Env<'t>, stack: &str, name: &str) -> Result<Res<'t>, String> {
    env.with(stack, "AWS::Logs::LogGroup", "LogGroupName", name)
}

fn function_logs<'t>(env: &Env<'t>, purpose: &str) -> Result<Res<'t>, String> {
    log_group(env, "apigateway", &format!("/aws/lambda/{}", env.name(purpose)))
}

fn access_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    log_group(env, "apigateway", &format!("/spec-wizard/{}/ws-logs", env.at.id))
}

fn each_function(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    env.exactly(3, "apigateway", "AWS::Lambda::Function")?;
    ROUTES.iter().try_for_each(|(_, purpose)| check(&function(env, purpose)?))
}

fn each_route(env: &Env, check: impl Fn(&Res) -> Check) -> Check {
    env.exactly(3, "apigateway", "AWS::ApiGatewayV2::Route")?;
    ROUTES.iter().try_for_each(|(key, _)| check(&route(env, key)?))
}

fn variables(env: &Env, function: &Res) -> Check {
    let wanted = [
        ("TABLE_NAME", Value::from(env.name("sessions"))),
        ("BUCKET_NAME", Value::from(storage::bucket_name(env))),
        ("OPENAI_SECRET_ARN", security::secret(env, "openai-api-key")?.reference()),
        ("ANTHROPIC_SECRET_ARN", security::secret(env, "anthropic-api-key")?.reference()),
        ("CONFIGURATION_SET", email::set(env)?.reference()),
    ];
    wanted.into_iter().try_for_each(|(name, value)| function.is(&format!("Environment.Variables.{name}"), value))
}

/// Each function may be called by its route of this API, and by nothing else.
fn permissions(env: &Env, check: impl Fn(&str, &Res) -> Check) -> Check {
    let all = env.exactly(3, "apigateway", "AWS::Lambda::Permission")?;
    for (key, purpose) in ROUTES {
        let function = function(env, purpose)?;
        let of_it = |one: &Res| {
            let name = one.get("FunctionName");
            name == function.reference() || name == function.attribute("Arn")
        };
        let found: Vec<_> = all.iter().filter(|one| of_it(one)).collect();
        let [permission] = found[..] else { return Err(format!("{} permissions of {purpose}", found.len())) };
        permission.is("Action", "lambda:InvokeFunction")?;
        check(key, permission)?;
    }
    Ok(())
}

fn logs_role(env: &Env) -> Result<Value, String> {
    env.one("apigateway", "AWS::ApiGateway::Account").map(|account| account.get("CloudWatchRoleArn"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [routes(), functions(), staging(), logging()].concat()
}

fn routes() -> Vec<Fact> {
    vec![
        fact("SW-178", |e| api(e)?.is("ProtocolType", "WEBSOCKET")),
        fact("SW-179", |e| api(e)?.is("RouteSelectionExpression", "$request.body.action")),
        fact("SW-180", |e| api(e)?.is("Name", e.name("ws"))),
        fact("SW-181", |e| each_route(e, |route| route.points("ApiId", &api(e)?))),
        fact("SW-182", |e| route(e, "$connect")?.is("AuthorizationType", "NONE")),
        fact("SW-183", |e| {
            let mut targets = Vec::new();
            for (key, _) in ROUTES {
                targets.push(integration(e, key)?.logical_id());
            }
            targets.sort_unstable();
            targets.dedup();
            want(targets.len() == 3, || format!("routes lead to {targets:?}"))
        }),
        fact("SW-184", |e| {
            e.exactly(3, "apigateway", "AWS::ApiGatewayV2::Integration")?;
            ROUTES.iter().try_for_each(|(key, _)| integration(e, key)?.points("ApiId", &api(e)?))
        }),
        fact("SW-185", |e| {
            ROUTES.iter().try_for_each(|(key, _)| integration(e, key)?.is("IntegrationType", "AWS_PROXY"))
        }),
        fact("SW-186", |e| {
            for (key, purpose) in ROUTES {
                let arn = plain(&function(e, purpose)?.attribute("Arn"));
                let start = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions";
                integration(e, key)?.is("IntegrationUri", format!("{start}/{arn}/invocations"))?;
            }
            Ok(())
        }),
    ]
}

fn functions() -> Vec<Fact> {
    vec![
        fact("SW-187", |e| {
            each_function(e, |function| {
                let code = function.text("Code.ZipFile")?;
                want(code.contains("placeholder:"), || format!("the code is {code}"))
            })
        }),
        fact("SW-188", |e| {
            each_function(e, |function| {
                let code = function.text("Code.ZipFile")?;
                let answers = code.ends_with("exports.handler = async () => ({ statusCode: 200 });");
                want(answers, || format!("the code is {code}"))
            })
        }),
        fact("SW-189", |e| each_function(e, |function| function.is("Runtime", "nodejs24.x"))),
        fact("SW-190", |e| each_function(e, |function| function.is("Handler", "index.handler"))),
        fact("SW-191", |e| each_function(e, |function| function.is("Role", iam::role(e)?.attribute("Arn")))),
        fact("SW-192", |e| each_function(e, |function| variables(e, function))),
        fact("SW-193", |e| each_function(e, |function| function.is("Timeout", 30))),
        fact("SW-194", |e| each_function(e, |function| function.lacks("ReservedConcurrentExecutions"))),
        fact("SW-195", |e| {
            ROUTES.iter().try_for_each(|(_, purpose)| {
                let group = function_logs(e, purpose)?;
                function(e, purpose)?.points("LoggingConfig.LogGroup", &group)?;
                group.is("RetentionInDays", 30)
            })
        }),
        fact("SW-196", |e| permissions(e, |_, one| one.is("Principal", "apigateway.amazonaws.com"))),
        fact("SW-197", |e| {
            permissions(e, |key, one| {
                let api = plain(&api(e)?.reference());
                one.is("SourceArn", super::arn("execute-api", &format!("{api}/*/{key}")))
            })
        }),
    ]
}

fn staging() -> Vec<Fact> {
    vec![
        fact("SW-198", |e| {
            stage(e)?.points("ApiId", &api(e)?)?;
            stage(e)?.is("StageName", e.at.id)
        }),
        fact("SW-199", |e| stage(e)?.is("DefaultRouteSettings.ThrottlingBurstLimit", 500)),
        fact("SW-200", |e| stage(e)?.is("DefaultRouteSettings.ThrottlingRateLimit", 100)),
        fact("SW-201", |e| {
            let group = access_logs(e)?;
            let arn = super::arn("logs", &format!("log-group:{}", plain(&group.reference())));
            stage(e)?.is("AccessLogSettings.DestinationArn", arn)?;
            stage(e)?.waits_for(&group)
        }),
        fact("SW-202", |e| {
            let text = stage(e)?.text("AccessLogSettings.Format")?;
            let format: Value = serde_json::from_str(&text).map_err(|error| format!("{text}: {error}"))?;
            for key in ["requestId", "connectionId", "eventType", "routeKey", "status"] {
                let found = format.get(key).and_then(Value::as_str);
                want(found == Some(&format!("$context.{key}")), || format!("{key} is {found:?}"))?;
            }
            Ok(())
        }),
        fact("SW-203", |e| stage(e)?.is("AutoDeploy", true)),
        fact("SW-204", |e| access_logs(e)?.is("RetentionInDays", 30)),
    ]
}

fn logging() -> Vec<Fact> {
    vec![
        fact("SW-205", |e| {
            let role = e.one("apigateway", "AWS::IAM::Role")?;
            let found = logs_role(e)?;
            want(found == role.attribute("Arn"), || format!("logs as {found}"))?;
            let policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";
            role.is("ManagedPolicyArns", vec![policy])?;
            stage(e)?.waits_for(&e.one("apigateway", "AWS::ApiGateway::Account")?)
        }),
        fact("SW-206", |e| {
            let trust = statements(&e.one("apigateway", "AWS::IAM::Role")?.get("AssumeRolePolicyDocument"))?;
            let [only] = &trust[..] else { return Err(format!("{trust:?}")) };
            let right = only.allows
                && only.actions == ["sts:AssumeRole"]
                && only.principals == ["Service:apigateway.amazonaws.com"];
            want(right, || format!("{trust:?}"))
        }),
        fact("SW-207", iam::manages_connections),
        fact("SW-208", |e| {
            let policy = e.one("apigateway", "AWS::IAM::Policy")?;
            policy.is("Roles", vec![iam::role(e)?.reference()])
        }),
    ]
}
