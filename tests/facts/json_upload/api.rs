//! Section 8: what browsers ask, and what stands before it and behind it.

use serde_json::{Value, json};

use super::{Fact, auth, data, each, fact, storage, workflow};
use crate::meaning::{plain, same};
use crate::policy::{allowed_only_on, of_role, statements};
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "jsonupload";

/// The API.
pub fn api<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::ApiGateway::RestApi")
}

/// Its stage.
pub fn stage<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let stage = env.one(STACK, "AWS::ApiGateway::Stage")?;
    stage.points("RestApiId", &api(env)?)?;
    Ok(stage)
}

/// The function that takes documents in.
pub fn processor<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Lambda::Function")
}

fn authorizer<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::ApiGateway::Authorizer")
}

fn method<'t>(env: &Env<'t>, verb: &str) -> Result<Res<'t>, String> {
    let method = env.with(STACK, "AWS::ApiGateway::Method", "HttpMethod", verb)?;
    method.points("RestApiId", &api(env)?)?;
    method.points("ResourceId", &env.one(STACK, "AWS::ApiGateway::Resource")?)?;
    Ok(method)
}

fn firewall<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::WAFv2::WebACL")
}

/// The rule of the firewall with this kind of statement.
fn rule(env: &Env, kind: &str) -> Result<Value, String> {
    let rules = firewall(env)?.items("Rules");
    let found: Vec<&Value> = rules.iter().filter_map(|rule| rule.pointer(&format!("/Statement/{kind}"))).collect();
    match found[..] {
        [only] => Ok(only.clone()),
        _ => Err(format!("{} rules are {kind}", found.len())),
    }
}

fn rule_has(env: &Env, kind: &str, path: &str, value: Value) -> Check {
    let rule = rule(env, kind)?;
    want(rule.pointer(path).is_some_and(|found| same(found, &value)), || format!("{rule} has no {path} {value}"))
}

/// The queue that has dead letters, and that of the dead letters.
fn queues<'t>(env: &Env<'t>) -> Result<(Res<'t>, Res<'t>), String> {
    let all = env.exactly(2, STACK, "AWS::SQS::Queue")?;
    let (sources, dead): (Vec<Res>, Vec<Res>) = all.into_iter().partition(|q| q.get("RedrivePolicy").is_object());
    match (&sources[..], &dead[..]) {
        ([queue], [failed]) => Ok((*queue, *failed)),
        _ => Err("not one queue with dead letters".to_owned()),
    }
}

fn mapping<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let mapping = env.one(STACK, "AWS::Lambda::EventSourceMapping")?;
    let function = processor(env)?;
    let name = plain(&mapping.get("FunctionName"));
    let right = name == plain(&function.reference()) || name == plain(&function.attribute("Arn"));
    want(right, || format!("{name} is called"))?;
    Ok(mapping)
}

const ORIGIN: &str = "'‹parameter AllowedOrigin›'";

/// The processor may take from its queue, read uploads, and start the workflow.
pub fn processor_may(env: &Env) -> Check {
    let granted = of_role(env, &data::role_of(env, STACK, &processor(env)?)?)?;
    let uploads = plain(&storage::uploads(env)?.attribute("Arn"));
    allowed_only_on(&granted, "s3:GetObject", &[format!("{uploads}/*")])?;
    let (queue, _) = queues(env)?;
    let arns = [plain(&queue.attribute("Arn")), arn_by_name("sqs", "", &queue.text("QueueName")?)];
    for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"] {
        let on = arns.iter().any(|arn| allowed_only_on(&granted, action, std::slice::from_ref(arn)).is_ok());
        want(on, || format!("{action} is not allowed on the queue alone"))?;
    }
    let machine = arn_by_name("states", "stateMachine:", &workflow::machine(env)?.text("StateMachineName")?);
    allowed_only_on(&granted, "states:StartExecution", &[machine])?;
    let mut services: Vec<&str> =
        granted.iter().flat_map(|s| &s.actions).filter_map(|action| Some(action.split_once(':')?.0)).collect();
    services.sort_unstable();
    services.dedup();
    want(services == ["logs", "s3", "sqs", "states", "xray"], || format!("grants of {services:?}"))
}

fn arn_by_name(service: &str, kind: &str, name: &str) -> String {
    format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{kind}{name}")
}

/// The facts of this section, without its alarms.
pub fn facts() -> Vec<Fact> {
    [api_facts(), stage_facts(), firewall_facts(), function_facts(), queue_facts()].concat()
}

fn api_facts() -> Vec<Fact> {
    vec![
        fact("JU-171", |e| {
            api(e)?;
            let association = e.one(STACK, "AWS::WAFv2::WebACLAssociation")?;
            association.is("WebACLArn", firewall(e)?.attribute("Arn"))
        }),
        fact("JU-172", |e| api(e)?.is("EndpointConfiguration.Types", json!(["REGIONAL"]))),
        fact("JU-173", |e| {
            authorizer(e)?.is("Type", "COGNITO_USER_POOLS")?;
            authorizer(e)?.is("ProviderARNs", json!([auth::pool(e)?.attribute("Arn")]))
        }),
        fact("JU-174", |e| {
            let resource = e.one(STACK, "AWS::ApiGateway::Resource")?;
            resource.is("ParentId", api(e)?.attribute("RootResourceId"))?;
            resource.is("PathPart", "upload")
        }),
        fact("JU-175", |e| {
            let answers = method(e, "OPTIONS")?.items("Integration.IntegrationResponses");
            let header = "method.response.header.Access-Control-Allow-Origin";
            let origins: Vec<_> = answers.iter().map(|one| one["ResponseParameters"][header].clone()).collect();
            want(origins == [ORIGIN], || format!("{origins:?} may ask"))
        }),
        fact("JU-176", |e| {
            method(e, "POST")?.is("AuthorizationType", "COGNITO_USER_POOLS")?;
            method(e, "POST")?.points("AuthorizerId", &authorizer(e)?)?;
            method(e, "OPTIONS")?.is("AuthorizationType", "NONE")
        }),
        fact("JU-177", |e| {
            method(e, "POST")?.is("Integration.Type", "AWS_PROXY")?;
            let function = plain(&processor(e)?.attribute("Arn"));
            let start = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions";
            method(e, "POST")?.is("Integration.Uri", format!("{start}/{function}/invocations"))?;
            method(e, "OPTIONS")?.is("Integration.Type", "MOCK")
        }),
        fact("JU-178", |e| {
            let all = e.exactly(2, STACK, "AWS::ApiGateway::GatewayResponse")?;
            let mut kinds: Vec<String> = all.iter().map(|one| plain(&one.get("ResponseType"))).collect();
            kinds.sort();
            want(kinds == ["DEFAULT_4XX", "DEFAULT_5XX"], || format!("{kinds:?}"))?;
            each(2, all, |one| {
                let parameters = one.get("ResponseParameters");
                let origin = &parameters["gatewayresponse.header.Access-Control-Allow-Origin"];
                want(*origin == ORIGIN, || format!("{parameters}"))
            })
        }),
        fact("JU-179", |e| {
            let deployment = e.one(STACK, "AWS::ApiGateway::Deployment")?;
            deployment.points("RestApiId", &api(e)?)?;
            ["POST", "OPTIONS"].iter().try_for_each(|verb| deployment.waits_for(&method(e, verb)?))
        }),
    ]
}

fn stage_facts() -> Vec<Fact> {
    vec![
        fact("JU-180", |e| {
            stage(e)?.points("DeploymentId", &e.one(STACK, "AWS::ApiGateway::Deployment")?)?;
            stage(e)?.is("StageName", "prod")
        }),
        fact("JU-181", |e| stage(e)?.is("TracingEnabled", true)),
        fact("JU-182", |e| access_logs(e).map(|_| ())),
        fact("JU-183", |e| access_logs(e)?.is("RetentionInDays", 30)),
        fact("JU-225", |e| {
            let account = e.one(STACK, "AWS::ApiGateway::Account")?;
            account.is("CloudWatchRoleArn", logging_role(e)?.attribute("Arn"))?;
            stage(e)?.waits_for(&account)
        }),
        fact("JU-226", |e| {
            let trust = statements(&logging_role(e)?.get("AssumeRolePolicyDocument"))?;
            let right = trust.len() == 1 && trust[0].principals == ["Service:apigateway.amazonaws.com"];
            want(right && trust[0].allows && trust[0].actions == ["sts:AssumeRole"], || format!("{trust:?}"))
        }),
    ]
}

fn access_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = stage(env)?.text("AccessLogSetting.DestinationArn")?;
    let name = arn.rsplit_once(":log-group:").ok_or_else(|| format!("{arn} is no log group"))?.1.to_owned();
    env.with(STACK, "AWS::Logs::LogGroup", "LogGroupName", name.trim_end_matches(":*"))
}

fn logging_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = env.one(STACK, "AWS::ApiGateway::Account")?.get("CloudWatchRoleArn");
    let found = env.all(STACK, "AWS::IAM::Role")?.into_iter().find(|role| role.attribute("Arn") == arn);
    found.ok_or_else(|| format!("no role is {arn}"))
}

const RATE: &str = "RateBasedStatement";
const MANAGED: &str = "ManagedRuleGroupStatement";

fn firewall_facts() -> Vec<Fact> {
    vec![
        fact("JU-184", |e| firewall(e)?.is("Scope", "REGIONAL")),
        fact("JU-185", |e| rule_has(e, RATE, "/Limit", json!(2000))),
        fact("JU-186", |e| rule_has(e, RATE, "/AggregateKeyType", json!("IP"))),
        fact("JU-187", |e| rule_has(e, RATE, "/EvaluationWindowSec", json!(300))),
        fact("JU-188", |e| rule_has(e, MANAGED, "/Name", json!("AWSManagedRulesCommonRuleSet"))),
        fact("JU-189", |e| rule_has(e, MANAGED, "/VendorName", json!("AWS"))),
        fact("JU-190", |e| {
            let counted = json!([{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]);
            rule_has(e, MANAGED, "/RuleActionOverrides", counted)
        }),
        fact("JU-191", |e| {
            let rules = firewall(e)?.items("Rules");
            let seen = |rule: &Value| rule.pointer("/VisibilityConfig/CloudWatchMetricsEnabled") == Some(&json!(true));
            want(rules.len() == 2 && rules.iter().all(seen), || format!("{rules:?}"))
        }),
        fact("JU-192", |e| firewall(e)?.is("VisibilityConfig.CloudWatchMetricsEnabled", true)),
        fact("JU-193", |e| firewall(e)?.is("VisibilityConfig.SampledRequestsEnabled", true)),
        fact("JU-194", |e| firewall(e)?.is("DefaultAction", json!({"Allow": {}}))),
        fact("JU-195", |e| {
            let (api, stage) = (plain(&api(e)?.reference()), plain(&stage(e)?.reference()));
            let arn = format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/{api}/stages/{stage}");
            e.one(STACK, "AWS::WAFv2::WebACLAssociation")?.is("ResourceArn", arn)
        }),
    ]
}

fn function_facts() -> Vec<Fact> {
    vec![
        fact("JU-196", |e| processor(e)?.is("FunctionName", e.name("processor"))),
        fact("JU-197", |e| processor(e)?.is("ReservedConcurrentExecutions", 20)),
        fact("JU-198", |e| processor(e)?.is("Timeout", 60)),
        fact("JU-199", |e| processor(e)?.is("TracingConfig.Mode", "Active")),
        fact("JU-200", processor_may),
        fact("JU-201", processor_may),
        fact("JU-202", |e| data::logs_are_kept(e, STACK, &processor(e)?)),
        fact("JU-203", |e| {
            let permission = e.one(STACK, "AWS::Lambda::Permission")?;
            permission.is("Principal", "apigateway.amazonaws.com")?;
            let api = plain(&api(e)?.reference());
            permission.is("SourceArn", arn_by_name("execute-api", "", &format!("{api}/*/POST/upload")))
        }),
        fact("JU-250", processor_may),
    ]
}

fn queue_facts() -> Vec<Fact> {
    vec![
        fact("JU-204", |e| queues(e)?.0.policy("DeletionPolicy", &["Retain"])),
        fact("JU-205", |e| queues(e)?.0.policy("UpdateReplacePolicy", &["Retain"])),
        fact("JU-206", |e| {
            let (queue, failed) = queues(e)?;
            queue.is("RedrivePolicy.deadLetterTargetArn", failed.attribute("Arn"))
        }),
        fact("JU-207", |e| queues(e)?.0.is("RedrivePolicy.maxReceiveCount", 3)),
        fact("JU-208", |e| {
            let (queue, function) = (queues(e)?.0, processor(e)?);
            queue.is("VisibilityTimeout", 360)?;
            let six_times = function.get("Timeout").as_u64().map(|time| time * 6);
            want(six_times == Some(360), || format!("six times the function's time is {six_times:?}"))
        }),
        fact("JU-209", |e| queues(e)?.0.is("SqsManagedSseEnabled", true)),
        fact("JU-210", |e| queues(e)?.1.is("MessageRetentionPeriod", 1_209_600)),
        fact("JU-211", |e| queues(e)?.1.policy("DeletionPolicy", &["Retain"])),
        fact("JU-212", |e| queues(e)?.1.policy("UpdateReplacePolicy", &["Retain"])),
        fact("JU-213", |e| queues(e)?.1.is("SqsManagedSseEnabled", true)),
        fact("JU-214", |e| mapping(e)?.is("EventSourceArn", queues(e)?.0.attribute("Arn"))),
        fact("JU-215", |e| mapping(e)?.is("BatchSize", 10)),
        fact("JU-216", |e| mapping(e)?.is("FunctionResponseTypes", json!(["ReportBatchItemFailures"]))),
    ]
}
