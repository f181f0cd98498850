//! Section 4.5: the API and its firewall.

use serde_json::{Value, json};

use super::{compute, fact_full, identity, trusted_by};
use crate::meaning::plain;
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The API.
pub fn api<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("main", "AWS::ApiGateway::RestApi", "Name", &env.name("api"))
}

/// The API's stage.
pub fn stage<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::ApiGateway::Stage")
}

fn authorizer<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::ApiGateway::Authorizer")
}

/// One of the two methods.
pub fn method<'t>(env: &Env<'t>, verb: &str) -> Result<Res<'t>, String> {
    env.exactly(2, "main", "AWS::ApiGateway::Method")?;
    let method = env.with("main", "AWS::ApiGateway::Method", "HttpMethod", verb)?;
    method.points("ResourceId", &env.one("main", "AWS::ApiGateway::Resource")?)?;
    Ok(method)
}

fn access_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    compute::logs(env, "api-access")
}

/// The firewall in front of the API.
pub fn regional<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::WAFv2::WebACL")
}

fn statement<'v>(rules: &'v [Value], path: &str) -> Vec<&'v Value> {
    rules.iter().filter_map(|rule| rule.pointer(path)).collect()
}

/// That a firewall has a group of AWS's, and does what it says.
fn has_group(acl: &Res, name: &str) -> Check {
    let rules = acl.items("Rules");
    let found = rules.iter().any(|rule| {
        rule.pointer("/Statement/ManagedRuleGroupStatement/Name").is_some_and(|found| found == name)
            && rule.pointer("/Statement/ManagedRuleGroupStatement/VendorName").is_some_and(|vendor| vendor == "AWS")
            && rule.pointer("/OverrideAction/None").is_some()
    });
    want(found, || format!("{} lacks {name}", acl.place()))
}

/// The rule against too many requests.
fn rate(acl: &Res) -> Result<Value, String> {
    let rules = acl.items("Rules");
    let found = rules.iter().find(|rule| rule.pointer("/Statement/RateBasedStatement").is_some());
    found.cloned().ok_or_else(|| format!("{} counts no requests", acl.place()))
}

fn rate_is(acl: &Res, key: &str, value: impl Into<Value>) -> Check {
    let (found, value) = (rate(acl)?, value.into());
    let found = found.pointer(&format!("/Statement/RateBasedStatement/{key}")).cloned().unwrap_or_default();
    want(found == value, || format!("{key} is {found}"))
}

/// The rule of our own: people from elsewhere at the administration.
pub fn own_rule(acl: &Res) -> Check {
    let rules = acl.items("Rules");
    let own = statement(&rules, "/Statement/AndStatement/Statements");
    let text = own.iter().map(|one| plain(one)).collect::<String>();
    let sound = own.len() == 1 && text.contains("/admin") && text.contains("NotStatement") && text.contains("\"GB\"");
    want(sound, || format!("{} has rules of its own: {text}", acl.place()))?;
    let blocks = rules.iter().filter(|rule| rule.pointer("/Statement/AndStatement").is_some());
    want(blocks.clone().count() == 1 && blocks.clone().all(|rule| rule.pointer("/Action/Block").is_some()), || {
        "it does not block".into()
    })
}

/// That a firewall has all of the rules.
pub fn all_rules(acl: &Res) -> Check {
    for group in ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet"]
    {
        has_group(acl, group)?;
    }
    rate_is(acl, "Limit", 2000)?;
    rate_is(acl, "EvaluationWindowSec", 300)?;
    rate_is(acl, "AggregateKeyType", "IP")?;
    own_rule(acl)
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [api_facts(), stage_facts(), firewall_facts()].concat()
}

fn api_facts() -> Vec<Fact> {
    vec![
        fact("UK-148", |e| api(e).map(drop)),
        fact("UK-149", |e| api(e)?.is("Name", e.name("api"))),
        fact("UK-150", |e| api(e)?.is("EndpointConfiguration.Types", json!(["REGIONAL"]))),
        fact("UK-151", |e| authorizer(e)?.is("Type", "COGNITO_USER_POOLS")),
        fact("UK-152", |e| authorizer(e)?.is("IdentitySource", "method.request.header.Authorization")),
        fact("UK-153", |e| authorizer(e)?.is("ProviderARNs", json!([identity::pool(e)?.attribute("Arn")]))),
        fact("UK-154", |e| {
            let resource = e.one("main", "AWS::ApiGateway::Resource")?;
            resource.is("PathPart", "{proxy+}")?;
            resource.is("ParentId", api(e)?.attribute("RootResourceId"))
        }),
        fact("UK-155", |e| {
            method(e, "ANY")?.is("AuthorizationType", "COGNITO_USER_POOLS")?;
            method(e, "ANY")?.points("AuthorizerId", &authorizer(e)?)?;
            method(e, "OPTIONS")?.is("AuthorizationType", "NONE")
        }),
        fact("UK-156", |e| {
            method(e, "ANY")?.is("Integration.Type", "AWS_PROXY")?;
            method(e, "OPTIONS")?.is("Integration.Type", "AWS_PROXY")
        }),
        fact("UK-157", |e| {
            let deployment = e.one("main", "AWS::ApiGateway::Deployment")?;
            for verb in ["ANY", "OPTIONS"] {
                deployment.waits_for(&method(e, verb)?)?;
            }
            let id = deployment.logical_id();
            let hash = &id[id.len().saturating_sub(8)..];
            want(hash.chars().all(|c| c.is_ascii_hexdigit()), || format!("deployment {id} has no hash"))?;
            stage(e)?.points("DeploymentId", &deployment)
        }),
    ]
}

fn stage_facts() -> Vec<Fact> {
    vec![
        fact("UK-158", |e| stage(e)?.is("StageName", e.at.id)),
        fact("UK-159", |e| stage(e)?.is("TracingEnabled", true)),
        fact("UK-160", |e| {
            stage(e)?.is("MethodSettings[0].MetricsEnabled", true)?;
            stage(e)?.is("MethodSettings[0].ResourcePath", "/*")
        }),
        fact("UK-161", |e| {
            let (found, group) = (stage(e)?.text("AccessLogSetting.DestinationArn")?, access_logs(e)?);
            let wanted = plain(&group.attribute("Arn"));
            want(found == wanted.trim_end_matches(":*") || found == wanted, || format!("logs to {found}, not {wanted}"))
        }),
        fact("UK-162", |e| access_logs(e).map(drop)),
        fact("UK-163", |e| {
            let role = logs_role(e)?;
            e.one("main", "AWS::ApiGateway::Account")?.is("CloudWatchRoleArn", role.attribute("Arn"))?;
            let wanted = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";
            role.is("ManagedPolicyArns", json!([wanted]))
        }),
        fact("UK-164", |e| trusted_by(&logs_role(e)?, "apigateway.amazonaws.com")),
        fact("UK-165", |e| {
            let id = plain(&api(e)?.reference());
            for permission in e.all("main", "AWS::Lambda::Permission")? {
                permission.is("Principal", "apigateway.amazonaws.com")?;
                permission.is("Action", "lambda:InvokeFunction")?;
                let found = permission.text("SourceArn")?;
                let start = super::arn("execute-api", &format!("{id}/"));
                want(found.starts_with(&start), || format!("called by {found}, not {start}"))?;
            }
            want(!e.all("main", "AWS::Lambda::Permission")?.is_empty(), || "nobody calls the function".into())
        }),
    ]
}

fn logs_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("main", "AWS::IAM::Role", "RoleName", &env.name("api-logs-role"))
}

fn firewall_facts() -> Vec<Fact> {
    [
        fact_full("UK-166", |e| regional(e)?.is("Scope", "REGIONAL")),
        fact_full("UK-167", |e| {
            let rule = rate(&regional(e)?)?;
            want(rule.pointer("/Action/Block").is_some(), || format!("{rule}"))
        }),
        fact_full("UK-168", |e| rate_is(&regional(e)?, "Limit", 2000)),
        fact_full("UK-169", |e| rate_is(&regional(e)?, "AggregateKeyType", "IP")),
        fact_full("UK-170", |e| rate_is(&regional(e)?, "EvaluationWindowSec", 300)),
        fact_full("UK-171", |e| has_group(&regional(e)?, "AWSManagedRulesCommonRuleSet")),
        fact_full("UK-172", |e| has_group(&regional(e)?, "AWSManagedRulesKnownBadInputsRuleSet")),
        fact_full("UK-173", |e| own_rule(&regional(e)?)),
        fact_full("UK-174", |e| {
            has_group(&regional(e)?, "AWSManagedRulesSQLiRuleSet")?;
            own_rule(&regional(e)?)
        }),
        fact_full("UK-175", |e| {
            let rules = regional(e)?.items("Rules");
            let groups = rules.iter().filter(|rule| rule.pointer("/Statement/ManagedRuleGroupStatement").is_some());
            let sound = groups.clone().all(|rule| rule.get("OverrideAction") == Some(&json!({"None": {}})));
            want(sound && groups.count() == 3, || format!("{rules:?}"))
        }),
        fact_full("UK-176", |e| regional(e)?.is("DefaultAction", json!({"Allow": {}}))),
        fact_full("UK-177", |e| {
            let on = e.one("main", "AWS::WAFv2::WebACLAssociation")?;
            on.is("WebACLArn", regional(e)?.attribute("Arn"))?;
            let (api, stage) = (plain(&api(e)?.reference()), plain(&stage(e)?.reference()));
            let wanted = format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/{api}/stages/{stage}");
            on.is("ResourceArn", wanted)
        }),
    ]
    .concat()
}
