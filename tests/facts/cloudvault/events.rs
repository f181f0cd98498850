//! Section 9: what happens when files come, every night, and when somebody is to be told.

use serde_json::{Value, json};

use super::functions::{function, role};
use super::{Fact, fact, files};
use crate::meaning::plain;
use crate::policy::statements;
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "events";
const RECEIVE: [&str; 3] = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

/// What is to be told.
pub fn queue<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::SQS::Queue", "QueueName", &env.name("notifications"))
}

/// What could not be told.
pub fn failed<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::SQS::Queue", "QueueName", &env.name("notifications-dlq"))
}

/// The rule that calls a function.
fn rule<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let arn = function(env, name)?.attribute("Arn");
    let all = env.exactly(2, STACK, "AWS::Events::Rule")?;
    let found: Vec<_> = all.into_iter().filter(|res| res.get("Targets[0].Arn") == arn).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} rules call {name}", found.len())),
    }
}

fn uploads<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    rule(env, "fileProcessor")
}

fn daily<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    rule(env, "backupService")
}

/// What lets a rule call a function.
fn permission<'t>(env: &Env<'t>, name: &str) -> Result<Res<'t>, String> {
    let arn = function(env, name)?.attribute("Arn");
    let all = env.exactly(2, STACK, "AWS::Lambda::Permission")?;
    let found: Vec<_> = all.into_iter().filter(|res| res.get("FunctionName") == arn).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} permissions to call {name}", found.len())),
    }
}

/// The rule may call, and nothing else may.
fn lets(env: &Env, name: &str, rule: &Res) -> Check {
    let permission = permission(env, name)?;
    permission.is("Action", "lambda:InvokeFunction")?;
    permission.is("SourceArn", rule.attribute("Arn"))
}

fn consumer<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Lambda::EventSourceMapping")
}

fn consumer_policy<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::IAM::Policy")
}

fn pattern(env: &Env) -> Value {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [env.name("storage-files")]},
            "object": {"key": [{"prefix": "uploads/"}]},
        },
    })
}

/// Files tell EventBridge, and no function by themselves: there is one of the two forms.
fn one_form(env: &Env) -> Check {
    uploads(env)?;
    let told = files::files(env)?;
    for bucket in env.all("foundation", "AWS::S3::Bucket")? {
        bucket.lacks("NotificationConfiguration.LambdaConfigurations")?;
    }
    told.is("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", true)
}

fn denies_plain(env: &Env, queue: &Res) -> Check {
    let url = plain(&queue.reference());
    let arn = plain(&queue.attribute("Arn"));
    let all = env.all(STACK, "AWS::SQS::QueuePolicy")?;
    let own: Vec<_> = all.into_iter().filter(|res| res.items("Queues").iter().map(plain).any(|q| q == url)).collect();
    let [only] = own[..] else { return Err(format!("{} policies of {}", own.len(), queue.place())) };
    let said = statements(&only.get("PolicyDocument"))?;
    let denied = said.iter().any(|s| {
        s.denies
            && s.of_everyone()
            && s.actions == ["sqs:*"]
            && s.resources == [arn.clone()]
            && s.when("Bool", "aws:SecureTransport", "false")
    });
    want(denied && said.iter().all(|s| s.denies), || format!("{said:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [rule_facts(), queue_facts(), consumer_facts()].concat()
}

fn rule_facts() -> Vec<Fact> {
    vec![
        fact("CV-332", one_form),
        fact("CV-333", |e| uploads(e)?.is("EventPattern", pattern(e))),
        fact("CV-334", |e| uploads(e)?.is("State", "ENABLED")),
        fact("CV-335", |e| uploads(e)?.is("EventPattern", pattern(e))),
        fact("CV-336", |e| permission(e, "fileProcessor")?.is("Principal", "events.amazonaws.com")),
        fact("CV-337", |e| lets(e, "fileProcessor", &uploads(e)?)),
        // The rule's form: the account stands in the rule's ARN.
        fact("CV-338", |e| {
            let source = plain(&permission(e, "fileProcessor")?.get("SourceArn"));
            want(source.contains(":${AWS::AccountId}:rule/"), || format!("called by {source}"))
        }),
        fact("CV-339", |e| daily(e)?.is("ScheduleExpression", "cron(0 2 * * ? *)")),
        fact("CV-340", |e| daily(e)?.is("State", "ENABLED")),
        fact("CV-341", |e| daily(e).map(|_| ())),
        fact("CV-342", |e| permission(e, "backupService")?.is("Principal", "events.amazonaws.com")),
        fact("CV-343", |e| lets(e, "backupService", &daily(e)?)),
        fact("CV-498", |e| {
            one_form(e)?;
            let name = plain(&files::files(e)?.get("BucketName"));
            uploads(e)?.is("EventPattern.detail.bucket.name", vec![name])
        }),
    ]
}

fn queue_facts() -> Vec<Fact> {
    vec![
        fact("CV-344", |e| queue(e).map(|_| ())),
        fact("CV-345", |e| queue(e)?.is("VisibilityTimeout", 300)),
        fact("CV-346", |e| queue(e)?.is("MessageRetentionPeriod", 1_209_600)),
        fact("CV-347", |e| queue(e)?.is("RedrivePolicy.maxReceiveCount", 3)),
        fact("CV-348", |e| queue(e)?.is("RedrivePolicy.deadLetterTargetArn", failed(e)?.attribute("Arn"))),
        fact("CV-349", |e| queue(e)?.is("SqsManagedSseEnabled", true)),
        fact("CV-350", |e| failed(e).map(|_| ())),
        fact("CV-351", |e| failed(e)?.is("MessageRetentionPeriod", 1_209_600)),
        fact("CV-352", |e| {
            failed(e)?.is("RedriveAllowPolicy.redrivePermission", "byQueue")?;
            let queue = plain(&queue(e)?.attribute("Arn"));
            failed(e)?.is("RedriveAllowPolicy.sourceQueueArns", vec![queue])
        }),
        fact("CV-353", |e| failed(e)?.is("SqsManagedSseEnabled", true)),
        fact("CV-361", |e| {
            denies_plain(e, &queue(e)?)?;
            denies_plain(e, &failed(e)?)
        }),
        fact("CV-362", |e| {
            let seconds =
                |res: &Res, path: &str| res.get(path).as_u64().ok_or_else(|| format!("{} {path}", res.place()));
            let (visible, call) = (seconds(&queue(e)?, "VisibilityTimeout")?, function(e, "notificationService")?);
            let window = seconds(&consumer(e)?, "MaximumBatchingWindowInSeconds")?;
            let needed = 6 * seconds(&call, "Timeout")? + window;
            want(visible >= needed, || format!("hidden for {visible} s, and {needed} s are needed"))
        }),
        fact("CV-363", |e| failed(e)?.is("MessageRetentionPeriod", queue(e)?.get("MessageRetentionPeriod"))),
        fact("CV-511", |e| failed(e)?.is("MessageRetentionPeriod", 1_209_600)),
    ]
}

fn consumer_facts() -> Vec<Fact> {
    vec![
        fact("CV-354", |e| consumer(e)?.is("EventSourceArn", queue(e)?.attribute("Arn"))),
        fact("CV-355", |e| consumer(e)?.is("FunctionName", function(e, "notificationService")?.attribute("Arn"))),
        fact("CV-356", |e| consumer(e)?.is("BatchSize", 10)),
        fact("CV-357", |e| consumer(e)?.is("MaximumBatchingWindowInSeconds", 5)),
        fact("CV-358", |e| consumer(e)?.waits_for(&consumer_policy(e)?)),
        fact("CV-359", |e| {
            let said = statements(&consumer_policy(e)?.get("PolicyDocument"))?;
            let [only] = &said[..] else { return Err(format!("{said:?}")) };
            let mut actions = only.actions.clone();
            actions.sort();
            let right = only.allows && actions == RECEIVE && only.resources == [plain(&queue(e)?.attribute("Arn"))];
            want(right, || format!("{only:?}"))
        }),
        fact("CV-360", |e| consumer_policy(e)?.lists("Roles", &[role(e, "notificationService")?])),
        // What a later stack says of an earlier one's role, function or bucket is a resource of its own.
        fact("CV-497", |e| {
            consumer_policy(e)?.lists("Roles", &[role(e, "notificationService")?])?;
            one_form(e)
        }),
    ]
}
