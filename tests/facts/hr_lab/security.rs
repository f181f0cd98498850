//! Section 5: the account's scanning and findings.

use super::{Fact, fact};
use crate::policy::{Statement, allowed_only_on, of_role, statements};
use crate::tree::{Env, Res, want};

/// Security Hub.
pub fn hub<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "AWS::SecurityHub::Hub")
}

/// The standard Security Hub checks.
pub fn standard<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "AWS::SecurityHub::Standard")
}

/// The subscription to Inspector's findings.
pub fn subscription<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "AWS::SecurityHub::ProductSubscription")
}

/// The custom resource that enables Inspector.
pub fn enabler<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "Custom::InspectorEnabler")
}

fn function<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "AWS::Lambda::Function")
}

fn code(env: &Env) -> Result<String, String> {
    function(env)?.text("Code.ZipFile")
}

/// Runtimes that AWS still supports for new functions.
const RUNTIMES: [&str; 6] = ["python3.12", "python3.13", "python3.14", "nodejs22.x", "nodejs24.x", "python3.11"];

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("HR-104", |e| hub(e).map(|_| ())),
        fact("HR-105", |e| hub(e)?.is("EnableDefaultStandards", false)),
        fact("HR-106", |e| e.has_output("security", "hub's ARN", &hub(e)?.attribute("ARN"))),
        fact("HR-107", |e| {
            standard(e)?.is("StandardsArn", "arn:${AWS::Partition}:securityhub:${AWS::Region}::standards/aws-foundational-security-best-practices/v/1.0.0")
        }),
        fact("HR-108", |e| standard(e)?.waits_for(&hub(e)?)),
        fact("HR-109", |e| {
            subscription(e)?.is("ProductArn", "arn:${AWS::Partition}:securityhub:${AWS::Region}::product/aws/inspector")
        }),
        fact("HR-110", |e| subscription(e)?.waits_for(&hub(e)?)),
        fact("HR-111", |e| {
            let (types, code) = (enabler(e)?.items("ResourceTypes"), code(e)?);
            let calls = code.contains("inspector2") && code.contains("enable(");
            let scans_ec2 = types.iter().any(|ty| ty == "EC2") && code.contains("ResourceTypes");
            want(calls && scans_ec2, || format!("the handler does not enable EC2 scanning: {types:?}"))
        }),
        fact("HR-112", |e| {
            enabler(e)?.is("ServiceToken", function(e)?.attribute("Arn"))?;
            let code = code(e)?;
            want(code.contains("Delete") && !code.contains("disable("), || "deleting it disables Inspector".into())
        }),
        fact("HR-113", |e| {
            let (code, handler) = (code(e)?, function(e)?.text("Handler")?);
            let name = handler.strip_prefix("index.").ok_or_else(|| format!("inline code has no handler {handler}"))?;
            want(code.contains(&format!("def {name}(")) && code.contains("cfnresponse"), || {
                format!("no handler {name} that answers")
            })
        }),
        fact("HR-114", |e| {
            let runtime = function(e)?.text("Runtime")?;
            want(RUNTIMES.contains(&runtime.as_str()), || format!("runtime {runtime}"))
        }),
        fact("HR-115", |e| function(e)?.is("Timeout", 300)),
        fact("HR-116", |e| {
            let role = role(e)?;
            let statements = of_role(e, &role)?;
            for action in ["inspector2:Enable", "inspector2:BatchGetAccountStatus"] {
                allowed_only_on(&statements, action, &["*".to_owned()])?;
            }
            let linked: Vec<_> =
                statements.iter().filter(|s| s.actions.iter().any(|a| a == "iam:CreateServiceLinkedRole")).collect();
            let limited = |s: &Statement| {
                let arn = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/inspector2.amazonaws.com/AWSServiceRoleForAmazonInspector2";
                s.allows
                    && s.actions.len() == 1
                    && s.resources == [arn]
                    && s.conditions.iter().any(|(operator, key, values)| {
                        ["StringEquals", "StringLike"].contains(&operator.as_str())
                            && key == "iam:AWSServiceName"
                            && values[..] == ["inspector2.amazonaws.com"]
                    })
            };
            want(linked.len() == 1 && linked.iter().all(|s| limited(s)), || {
                format!("service-linked roles: {linked:?}")
            })?;
            let actions: usize = statements.iter().map(|s| s.actions.len()).sum();
            want(actions == 3, || format!("{actions} actions, not 3"))
        }),
        fact("HR-117", |e| {
            role(e)?.is(
                "ManagedPolicyArns",
                vec!["arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
            )
        }),
        fact("HR-118", |e| {
            let logs = e.one("security", "AWS::Logs::LogGroup")?;
            logs.is("RetentionInDays", 30)?;
            let (own, function) = (logs.reference(), function(e)?);
            let default = format!("/aws/lambda/{}", crate::meaning::plain(&function.reference()));
            want(function.get("LoggingConfig.LogGroup") == own || own == default.as_str(), || {
                "the handler logs elsewhere".into()
            })
        }),
        fact("HR-119", |e| e.has_output("security", "enabler's physical id", &enabler(e)?.reference())),
        fact("HR-120", |e| e.has_output("security", "hub's ARN", &hub(e)?.attribute("ARN"))),
    ]
}

/// The handler's role.
pub fn role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let role = env.one("security", "AWS::IAM::Role")?;
    function(env)?.is("Role", role.attribute("Arn"))?;
    let trust = statements(&role.get("AssumeRolePolicyDocument"))?;
    let right =
        |s: &Statement| s.allows && s.principals == ["Service:lambda.amazonaws.com"] && s.actions == ["sts:AssumeRole"];
    want(trust.len() == 1 && trust.iter().all(right), || format!("the handler's role trusts {trust:?}"))?;
    Ok(role)
}
