//! Section 4.4: functions, the workflow, and events.

use serde_json::{Value, json};

use super::{arn, fact_full, foundation, full, output};
use crate::meaning::{plain, same};
use crate::policy::{allowed_only_on, of_role};
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, Res, want};

/// The four functions, with memory and time.
pub const FUNCTIONS: [(&str, i64, i64); 4] =
    [("api", 512, 30), ("scope-agent", 1024, 300), ("quote-agent", 1024, 300), ("contract-agent", 1024, 300)];

/// The three agents, in their order.
pub const AGENTS: [&str; 3] = ["scope-agent", "quote-agent", "contract-agent"];

/// A function.
pub fn function<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with("main", "AWS::Lambda::Function", "FunctionName", &env.name(name))
}

fn every(env: &Env, check: impl Fn(&str, &Res) -> Check) -> Check {
    env.exactly(4, "main", "AWS::Lambda::Function")?;
    FUNCTIONS.iter().try_for_each(|(name, ..)| check(name, &function(env, name)?))
}

/// The role of a function.
pub fn role<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let wanted = function(env, name)?.get("Role");
    let found = env.all("main", "AWS::IAM::Role")?.into_iter().find(|role| same(&role.attribute("Arn"), &wanted));
    found.ok_or_else(|| format!("no role {wanted}"))
}

/// The log group of a function.
pub fn logs<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with("main", "AWS::Logs::LogGroup", "LogGroupName", &format!("/uk-home-improvement/{}/{name}", env.at.id))
}

fn logs_kept(env: &Env) -> i64 {
    if full(env) { 90 } else { 14 }
}

/// The queue of what a function could not handle.
pub fn dead_letters<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    env.with("main", "AWS::SQS::Queue", "QueueName", &env.name(&format!("{name}-dlq")))
}

/// The workflow.
pub fn workflow<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with("main", "AWS::StepFunctions::StateMachine", "StateMachineName", &env.name("workflow"))
}

/// The workflow's role.
pub fn workflow_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let wanted = workflow(env)?.get("RoleArn");
    let found = env.all("main", "AWS::IAM::Role")?.into_iter().find(|role| same(&role.attribute("Arn"), &wanted));
    found.ok_or_else(|| format!("no role {wanted}"))
}

/// The states of the workflow from its start to its end, each with its name.
fn states(env: &Env) -> Result<Vec<(String, Value)>, String> {
    let text = workflow(env)?.text("DefinitionString")?;
    let definition: Value = serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))?;
    let mut next = definition.get("StartAt").and_then(Value::as_str).map(str::to_owned);
    let mut found = Vec::new();
    while let Some(name) = next {
        let state =
            definition.get("States").and_then(|all| all.get(&name)).ok_or_else(|| format!("no state {name}"))?;
        want(found.len() < 10, || "a circle of states".into())?;
        next = state.get("Next").and_then(Value::as_str).map(str::to_owned);
        want(next.is_some() != state.get("End").is_some(), || format!("{name} neither goes on nor ends"))?;
        for way in state.get("Catch").and_then(Value::as_array).into_iter().flatten() {
            let to = way.get("Next").map(plain).unwrap_or_default();
            let there = definition.pointer(&format!("/States/{to}/Type")).is_some_and(|ty| ty == "Fail");
            want(there, || format!("{name} fails to {to}"))?;
        }
        found.push((name, state.clone()));
    }
    Ok(found)
}

/// The bus of the platform.
pub fn bus<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Events::EventBus")
}

/// The rule that starts the workflow.
pub fn rule<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Events::Rule")
}

/// The rule's role.
pub fn rule_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let wanted = rule(env)?.get("Targets[0].RoleArn");
    let found = env.all("main", "AWS::IAM::Role")?.into_iter().find(|role| same(&role.attribute("Arn"), &wanted));
    found.ok_or_else(|| format!("no role {wanted}"))
}

/// The alias of the API's function.
pub fn alias<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let alias = env.one("main", "AWS::Lambda::Alias")?;
    alias.is("FunctionName", function(env, "api")?.reference())?;
    let version = env.one("main", "AWS::Lambda::Version")?;
    alias.is("FunctionVersion", version.attribute("Version"))?;
    Ok(alias)
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [function_facts(), version_facts(), workflow_facts()].concat()
}

fn function_facts() -> Vec<Fact> {
    vec![
        fact("UK-113", |e| every(e, |_, _| Ok(()))),
        fact("UK-114", |e| every(e, |_, function| function.is("Runtime", "nodejs24.x"))),
        fact("UK-115", |e| every(e, |_, function| want(!function.get("MemorySize").is_null(), || "no memory".into()))),
        fact("UK-116", |e| {
            FUNCTIONS.iter().try_for_each(|(name, memory, _)| function(e, name)?.is("MemorySize", *memory))
        }),
        fact("UK-117", |e| FUNCTIONS.iter().try_for_each(|(name, _, time)| function(e, name)?.is("Timeout", *time))),
        fact("UK-118", |e| {
            every(e, |name, function| {
                function.is("DeadLetterConfig.TargetArn", dead_letters(e, name)?.attribute("Arn"))
            })
        }),
        fact("UK-119", |e| every(e, |_, function| function.is("TracingConfig.Mode", "Active"))),
        fact("UK-120", |e| every(e, |name, function| function.points("LoggingConfig.LogGroup", &logs(e, name)?))),
        fact("UK-121", |e| every(e, |_, function| function.is("KmsKeyArn", foundation::key(e)?.attribute("Arn")))),
        fact("UK-122", |e| {
            every(e, |name, function| {
                let variables = function.get("Environment.Variables");
                let values: Vec<String> =
                    variables.as_object().into_iter().flat_map(|map| map.values().map(plain)).collect();
                let files = plain(&super::data::files(e)?.reference());
                let secrets: &[&str] = if name == "api" { &["stripe", "docusign"] } else { &["claude"] };
                let mut wanted = vec![files];
                for secret in secrets {
                    wanted.push(plain(&foundation::secret(e, secret)?.reference()));
                }
                let missing: Vec<_> = wanted.iter().filter(|one| !values.contains(one)).collect();
                want(missing.is_empty(), || format!("{name} is not told of {missing:?}"))?;
                let tables = super::data::tables(e)?;
                let named = tables.iter().filter(|table| {
                    values.contains(&plain(&table.get("TableName"))) || values.contains(&plain(&table.reference()))
                });
                want(named.count() >= 2, || format!("{name} is not told of its tables"))?;
                want(!values.iter().any(|value| value.contains("resolve:")), || {
                    format!("{name} is told a secret's value")
                })
            })
        }),
        fact("UK-124", |e| {
            let files = super::data::files(e)?;
            for (name, ..) in FUNCTIONS {
                let mine = of_role(e, &role(e, name)?)?;
                let key = [plain(&foundation::key(e)?.attribute("Arn"))];
                allowed_only_on(&mine, "kms:Decrypt", &key)?;
                allowed_only_on(&mine, "sqs:SendMessage", &[arn("sqs", &e.name(&format!("{name}-dlq")))])?;
                allowed_only_on(&mine, "xray:PutTraceSegments", &["*".to_owned()])?;
                if let Some(folder) = name.strip_suffix("-agent") {
                    let own = format!("{}/{folder}/*", plain(&files.attribute("Arn")));
                    allowed_only_on(&mine, "s3:GetObject", std::slice::from_ref(&own))?;
                    allowed_only_on(&mine, "s3:PutObject", &[own])?;
                }
            }
            Ok(())
        }),
        fact("UK-125", |e| FUNCTIONS.iter().try_for_each(|(name, ..)| logs(e, name).map(drop))),
        fact("UK-126", |e| {
            FUNCTIONS.iter().try_for_each(|(name, ..)| logs(e, name)?.is("RetentionInDays", logs_kept(e)))
        }),
        fact("UK-127", |e| {
            let key = foundation::key(e)?.attribute("Arn");
            FUNCTIONS.iter().try_for_each(|(name, ..)| logs(e, name)?.is("KmsKeyId", key.clone()))
        }),
        fact("UK-128", |e| {
            FUNCTIONS.iter().try_for_each(|(name, ..)| dead_letters(e, name)?.is("MessageRetentionPeriod", 1209600))
        }),
        fact("UK-129", |e| {
            let key = foundation::key(e)?.attribute("Arn");
            FUNCTIONS.iter().try_for_each(|(name, ..)| dead_letters(e, name)?.is("KmsMasterKeyId", key.clone()))
        }),
    ]
}

fn version_facts() -> Vec<Fact> {
    [
        fact_full("UK-130", |e| {
            e.one("main", "AWS::Lambda::Version")?.is("FunctionName", function(e, "api")?.attribute("Arn"))
        }),
        fact_full("UK-131", |e| alias(e)?.is("ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions", 2)),
        fact_full("UK-132", |e| alias(e)?.is("Name", "live")),
        fact_full("UK-146", |e| {
            want(!alias(e)?.get("ProvisionedConcurrencyConfig").is_null(), || "nothing is kept ready".into())
        }),
        fact_full("UK-317", |e| {
            alias(e)?;
            let calls = super::api::method(e, "ANY")?.text("Integration.Uri")?;
            let wanted = plain(&alias(e)?.reference());
            want(calls.contains(&wanted), || format!("{calls} does not call {wanted}"))
        }),
    ]
    .concat()
}

fn workflow_facts() -> Vec<Fact> {
    vec![
        fact("UK-133", |e| {
            let (found, wanted) = (output(e, "WorkflowArn")?, workflow(e)?.reference());
            want(same(&found, &wanted), || format!("WorkflowArn is {found}"))
        }),
        fact("UK-134", |e| {
            let states = states(e)?;
            want(states.len() == AGENTS.len(), || format!("states {states:?}"))?;
            for ((name, state), agent) in states.iter().zip(AGENTS) {
                let (calls, wanted) = (state.get("Resource").map(plain), plain(&function(e, agent)?.attribute("Arn")));
                want(calls.as_deref() == Some(&wanted), || format!("{name} calls {calls:?}, not {wanted}"))?;
                let there = |key: &str| state.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
                want(state.get("Type").is_some_and(|ty| ty == "Task") && there("Retry") && there("Catch"), || {
                    format!("{name} is {state}")
                })?;
            }
            Ok(())
        }),
        fact("UK-135", |e| workflow(e)?.is("StateMachineType", "STANDARD")),
        fact("UK-136", |e| workflow(e)?.is("TracingConfiguration.Enabled", true)),
        fact("UK-137", |e| workflow(e)?.is("LoggingConfiguration.Level", if full(e) { "ALL" } else { "ERROR" })),
        fact("UK-138", |e| {
            let mine = of_role(e, &workflow_role(e)?)?;
            let mut agents = Vec::new();
            for agent in AGENTS {
                agents.push(arn("lambda", &format!("function:{}", e.name(agent))));
            }
            allowed_only_on(&mine, "lambda:InvokeFunction", &agents)?;
            allowed_only_on(&mine, "logs:CreateLogDelivery", &["*".to_owned()])?;
            allowed_only_on(&mine, "xray:PutTraceSegments", &["*".to_owned()])
        }),
        fact("UK-139", |e| {
            let group = logs(e, "workflow")?;
            let path = "LoggingConfiguration.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn";
            workflow(e)?.is(path, group.attribute("Arn"))
        }),
        fact("UK-140", |e| bus(e).map(drop)),
        fact("UK-141", |e| {
            let whole = e.name("");
            bus(e)?.is("Name", whole.trim_end_matches('-'))
        }),
        fact("UK-142", |e| {
            let (found, bus) = (rule(e)?.get("EventBusName"), bus(e)?);
            let known = [bus.attribute("Arn"), bus.reference(), bus.get("Name")];
            want(known.iter().any(|one| same(one, &found)), || format!("a rule of {found}"))
        }),
        fact("UK-143", |e| {
            rule(e)?
                .is("EventPattern", json!({"source": ["uk-home-improvement"], "detail-type": ["ProjectCreated"]}))?;
            rule(e)?.is("State", "ENABLED")
        }),
        fact("UK-144", |e| rule(e)?.points("Targets[0].Arn", &workflow(e)?)),
        fact("UK-145", |e| {
            let mine = of_role(e, &rule_role(e)?)?;
            let wanted = arn("states", &format!("stateMachine:{}", e.name("workflow")));
            allowed_only_on(&mine, "states:StartExecution", &[wanted])?;
            want(mine.iter().all(|s| s.actions == ["states:StartExecution"]), || format!("{mine:?}"))
        }),
    ]
}
