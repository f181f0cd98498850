//! Section 7: the workflow, and the function that asks a model.

use serde_json::Value;

use super::{Fact, data, fact, storage};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role};
use crate::tree::{Check, Env, Res, want};

/// The state machine.
pub fn machine<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("workflow", "AWS::StepFunctions::StateMachine")
}

/// The function that asks a model.
pub fn bedrock<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("workflow", "AWS::Lambda::Function")
}

/// The role that the state machine acts as.
pub fn role_of_machine<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = machine(env)?.get("RoleArn");
    let found = env.all("workflow", "AWS::IAM::Role")?.into_iter().find(|role| role.attribute("Arn") == arn);
    found.ok_or_else(|| format!("no role is {arn}"))
}

fn definition(env: &Env) -> Result<Value, String> {
    let text = machine(env)?.text("DefinitionString")?;
    serde_json::from_str(&text).map_err(|error| format!("the definition is no JSON: {error}"))
}

fn functions(env: &Env) -> Result<Vec<String>, String> {
    let mut arns = vec![plain(&bedrock(env)?.attribute("Arn")), plain(&data::function(env)?.attribute("Arn"))];
    arns.sort();
    Ok(arns)
}

/// The machine calls both functions, and may call no others.
pub fn calls_two_functions(env: &Env) -> Check {
    let definition = definition(env)?;
    let states = definition.get("States").and_then(Value::as_object).ok_or("no states")?;
    let mut called: Vec<String> = states.values().filter_map(|state| state.get("Resource")).map(plain).collect();
    called.sort();
    let functions = functions(env)?;
    want(called == functions, || format!("{called:?} are called"))?;
    allowed_only_on(&of_role(env, &role_of_machine(env)?)?, "lambda:InvokeFunction", &functions)
}

/// The function may ask the one model, and write components.
pub fn asks_one_model(env: &Env) -> Check {
    let granted = of_role(env, &data::role_of(env, "workflow", &bedrock(env)?)?)?;
    let model = "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/‹parameter BedrockModelId›";
    allowed_only_on(&granted, "bedrock:InvokeModel", &[model.to_owned()])?;
    let components = plain(&storage::components(env)?.attribute("Arn"));
    allowed_only_on(&granted, "s3:PutObject", &[format!("{components}/*")])
}

/// The facts of this section, without its alarms.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("JU-150", |e| {
            let definition = definition(e)?;
            want(definition.get("TimeoutSeconds").is_some_and(|time| *time == 1800), || format!("{definition}"))
        }),
        fact("JU-151", |e| machine(e)?.is("StateMachineType", "STANDARD")),
        fact("JU-152", |e| machine(e)?.is("TracingConfiguration.Enabled", true)),
        fact("JU-153", |e| machine(e)?.is("LoggingConfiguration.Level", "ERROR")),
        fact("JU-154", calls_two_functions),
        fact("JU-155", |e| {
            let arn = machine(e)?.text("LoggingConfiguration.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn")?;
            let groups = e.all("workflow", "AWS::Logs::LogGroup")?;
            let found = groups.iter().find(|group| plain(&group.attribute("Arn")) == arn);
            // Step Functions wants the group's ARN with what stands for its streams.
            want(arn.ends_with(":*"), || arn.clone())?;
            found.ok_or_else(|| format!("no log group is {arn}"))?.is("RetentionInDays", 30)
        }),
        fact("JU-156", |e| bedrock(e)?.is("FunctionName", e.name("bedrock"))),
        fact("JU-157", |e| bedrock(e)?.is("ReservedConcurrentExecutions", 5)),
        fact("JU-158", |e| bedrock(e)?.is("Timeout", 300)),
        fact("JU-159", |e| bedrock(e)?.is("Environment.Variables.BEDROCK_MODEL_ID", "‹parameter BedrockModelId›")),
        fact("JU-160", asks_one_model),
        fact("JU-161", |e| data::logs_are_kept(e, "workflow", &bedrock(e)?)),
        fact("JU-251", asks_one_model),
        fact("JU-252", calls_two_functions),
    ]
}
