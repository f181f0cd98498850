//! Sections 1 and 2: the environment, its stacks, and the order of work; section 10: parameters and outputs.

use serde_json::{Value, json};

use super::{Fact, STACKS, api, auth, data, fact, storage, workflow};
use crate::meaning::plain;
use crate::tree::{Check, Env, want};

/// The stacks in the order the plan deploys them, by their short names.
fn order(env: &Env) -> Result<Vec<&'static str>, String> {
    let plan = env.plan()?;
    let steps = plan.get("steps").and_then(Value::as_array).ok_or("a plan without steps")?;
    let mut order = Vec::new();
    for id in plan.get("order").and_then(Value::as_array).ok_or("a plan without an order")? {
        let step = steps.iter().find(|step| step.get("id") == Some(id)).ok_or_else(|| format!("no step {id}"))?;
        let deployed = step.get("stack").map(plain).filter(|_| step.get("do").is_some_and(|what| what == "deploy"));
        order.extend(STACKS.iter().copied().find(|short| Some(env.stack_name(short)) == deployed));
    }
    Ok(order)
}

/// That a stack is deployed once, after these.
fn after(env: &Env, stack: &str, others: &[&str]) -> Check {
    let order = order(env)?;
    let at = |short: &str| order.iter().position(|other| *other == short);
    let right = at(stack).is_some_and(|here| others.iter().all(|other| at(other).is_some_and(|there| there < here)));
    want(right && order.len() == STACKS.len(), || format!("{stack} comes after {others:?} in {order:?}"))
}

/// That a stack holds such things, and is deployed after these.
fn holds(env: &Env, stack: &str, types: &[&str], others: &[&str]) -> Check {
    for ty in types {
        want(!env.all(stack, ty)?.is_empty(), || format!("{stack} has no {ty}"))?;
    }
    after(env, stack, others)
}

/// The definition of a parameter in every template that has one of this name.
fn parameter<'t>(env: &Env<'t>, name: &str) -> Result<Vec<&'t Value>, String> {
    let mut found = Vec::new();
    for stack in STACKS {
        found.extend(env.frame(stack)?.get("Parameters").and_then(|all| all.get(name)));
    }
    if found.is_empty() { Err(format!("no template has a parameter {name}")) } else { Ok(found) }
}

/// That a parameter is a text of this form, with this default.
fn text(env: &Env, name: &str, pattern: &str, default: Option<&str>) -> Check {
    parameter(env, name)?.into_iter().try_for_each(|found| {
        // CloudFormation holds the whole value against the pattern.
        let right = found.get("Type").is_some_and(|ty| ty == "String")
            && found.get("AllowedPattern").is_some_and(|own| own == pattern)
            && found.get("Default").and_then(Value::as_str) == default;
        want(right, || format!("{name} is {found}"))
    })
}

/// That the templates with the parameter refuse the document's placeholder before anything is deployed.
fn placeholder_is_refused(env: &Env) -> Check {
    let refused = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "AllowedOrigin"}, "https://yourdomain.com"]}]});
    for stack in ["storage", "jsonupload"] {
        let rules = env.frame(stack)?.get("Rules").and_then(Value::as_object).cloned().unwrap_or_default();
        let asserted =
            rules.values().filter_map(|rule| rule.pointer("/Assertions/0/Assert")).any(|own| *own == refused);
        want(asserted, || format!("{stack} takes the placeholder"))?;
    }
    Ok(())
}

/// That an output of this name has this value.
fn output(env: &Env, stack: &str, name: &str, value: &Value) -> Check {
    let outputs = env.outputs(stack)?;
    want(outputs.iter().any(|(own, found)| own == name && found == value), || {
        format!("{stack} has no {name} {value}; there are {outputs:?}")
    })
}

/// The facts of these sections.
pub fn facts() -> Vec<Fact> {
    [environment_facts(), stack_facts(), parameter_facts(), output_facts()].concat()
}

fn environment_facts() -> Vec<Fact> {
    vec![
        fact("JU-002", |e| {
            let plan = e.plan()?;
            want(plan.get("environment").is_some_and(|name| name == "prod"), || "not of prod".into())?;
            want(e.tree.folders == ["prod"], || format!("{:?}", e.tree.folders))
        }),
        fact("JU-003", |e| {
            want(e.plan()?.get("system").is_some_and(|name| name == "json-upload"), || "another system".into())
        }),
        fact("JU-004", |e| {
            let stacks = e.plan()?.get("stacks").and_then(Value::as_object).ok_or("no stacks")?;
            let there = |stack: &Value| stack.get("region").is_some_and(|region| region == "us-east-1");
            want(stacks.len() == STACKS.len() && stacks.values().all(there), || "another region".into())
        }),
        // Nobody has to answer anything in between: all steps are uploads and deployments.
        fact("JU-006", |e| {
            let steps = e.plan()?.get("steps").and_then(Value::as_array).ok_or("no steps")?;
            let of_itself = |step: &Value| {
                ["upload", "deploy"].contains(&step.get("do").and_then(Value::as_str).unwrap_or_default())
            };
            want(steps.iter().all(of_itself), || format!("{steps:?}"))?;
            want(order(e)?.len() == STACKS.len(), || "not all stacks".into())
        }),
    ]
}

fn stack_facts() -> Vec<Fact> {
    vec![
        fact("JU-008", |e| {
            let types = [
                "AWS::EC2::VPC",
                "AWS::EC2::FlowLog",
                "AWS::RDS::DBCluster",
                "AWS::SecretsManager::Secret",
                "AWS::Lambda::Function",
                "AWS::CloudWatch::Alarm",
            ];
            holds(e, "data", &types, &[])
        }),
        fact("JU-009", |e| holds(e, "storage", &["AWS::S3::Bucket"], &[])),
        fact("JU-010", |e| {
            let types = [
                "AWS::Cognito::UserPool",
                "AWS::Cognito::UserPoolClient",
                "AWS::Cognito::IdentityPool",
                "AWS::IAM::Role",
                "AWS::Logs::LogGroup",
            ];
            holds(e, "auth", &types, &["storage"])
        }),
        fact("JU-011", |e| {
            let types = ["AWS::StepFunctions::StateMachine", "AWS::Lambda::Function", "AWS::CloudWatch::Alarm"];
            holds(e, "workflow", &types, &["data", "storage"])
        }),
        fact("JU-012", |e| {
            let types = [
                "AWS::ApiGateway::RestApi",
                "AWS::WAFv2::WebACL",
                "AWS::Lambda::Function",
                "AWS::SQS::Queue",
                "AWS::CloudWatch::Alarm",
            ];
            holds(e, "jsonupload", &types, &["data", "storage", "auth", "workflow"])
        }),
        // No `after` in the source: each edge of the plan is a use.
        fact("JU-013", |e| {
            let edges = e.plan()?.get("edges").and_then(Value::as_array).ok_or("no edges")?;
            let derived = |edge: &Value| edge.get("kind").is_some_and(|kind| kind != "explicit");
            want(!edges.is_empty() && edges.iter().all(derived), || format!("{edges:?}"))?;
            after(e, "auth", &["storage"])?;
            after(e, "workflow", &["data", "storage"])?;
            after(e, "jsonupload", &["storage", "auth", "workflow"])
        }),
    ]
}

fn parameter_facts() -> Vec<Fact> {
    vec![
        fact("JU-007", placeholder_is_refused),
        fact("JU-237", |e| {
            text(e, "AllowedOrigin", "https://[^*]+", None)?;
            placeholder_is_refused(e)
        }),
        fact("JU-239", |e| text(e, "BedrockModelId", "[a-z0-9.:-]+", None)),
        fact("JU-240", |e| {
            let hour = "([01]\\d|2[0-3]):[0-5]\\d";
            text(e, "BackupWindow", &format!("{hour}-{hour}"), Some("03:00-04:00"))
        }),
    ]
}

fn output_facts() -> Vec<Fact> {
    vec![
        fact("JU-242", |e| {
            let (api, stage) = (plain(&api::api(e)?.reference()), plain(&api::stage(e)?.reference()));
            let url = format!("https://{api}.execute-api.${{AWS::Region}}.amazonaws.com/{stage}");
            output(e, "jsonupload", "ApiUrl", &Value::from(url))
        }),
        fact("JU-243", |e| {
            output(e, "auth", "UserPoolId", &auth::pool(e)?.reference())?;
            output(e, "auth", "UserPoolClientId", &auth::client(e)?.reference())?;
            output(e, "auth", "IdentityPoolId", &auth::identities(e)?.reference())
        }),
        fact("JU-244", |e| {
            output(e, "storage", "UploadBucketName", &storage::uploads(e)?.reference())?;
            output(e, "storage", "ComponentBucketName", &storage::components(e)?.reference())
        }),
        fact("JU-245", |e| {
            output(e, "data", "ClusterEndpoint", &data::cluster(e)?.attribute("Endpoint.Address"))?;
            output(e, "data", "DatabaseSecretArn", &data::secret(e)?.reference())
        }),
        fact("JU-246", |e| {
            let machine = workflow::machine(e)?;
            let found = e.outputs("workflow")?.into_iter().find(|(name, _)| name == "StateMachineArn");
            let right = found
                .as_ref()
                .is_some_and(|(_, value)| *value == machine.attribute("Arn") || *value == machine.reference());
            want(right, || format!("{found:?}"))
        }),
    ]
}
