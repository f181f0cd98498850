//! Section 11: what the functions may do.

use super::{Fact, api, arn, database, fact, security, storage};
use crate::meaning::plain;
use crate::policy::{Statement, allowed_only_on, of_role};
use crate::tree::{Check, Env, Res, want};

/// The functions' role.
pub fn role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("security", "AWS::IAM::Role")
}

/// All that the role's policies say, wherever they stand.
pub fn granted(env: &Env) -> Result<Vec<Statement>, String> {
    of_role(env, &role(env)?)
}

fn each_only_on(env: &Env, actions: &[&str], resources: &[String]) -> Check {
    let granted = granted(env)?;
    actions.iter().try_for_each(|action| allowed_only_on(&granted, action, resources))
}

/// That a key may be used through a service alone.
fn through(env: &Env, key: &Res, service: &str) -> Check {
    let (granted, key) = (granted(env)?, plain(&key.attribute("Arn")));
    let via = format!("{service}.${{AWS::Region}}.amazonaws.com");
    for action in ["kms:Decrypt", "kms:GenerateDataKey"] {
        let of_key: Vec<_> = granted
            .iter()
            .filter(|s| s.resources.contains(&key) && s.actions.iter().any(|other| other == action))
            .collect();
        let right =
            |s: &&Statement| s.allows && s.resources.len() == 1 && s.when("StringEquals", "kms:ViaService", &via);
        want(!of_key.is_empty() && of_key.iter().all(right), || format!("{action} on {key}: {of_key:?}"))?;
    }
    Ok(())
}

/// Sending names the sender, how it is sent and what is sent, and always from the one address.
fn sends(env: &Env) -> Check {
    let identity = arn("ses", "identity/noreply@flowency.build");
    let set = arn("ses", &format!("configuration-set/spec-wizard-{}", env.at.id));
    let templates = ["export", "submission"].map(|id| arn("ses", &format!("template/{}", env.name(id))));
    each_only_on(env, &["ses:SendEmail", "ses:SendRawEmail"], &[set.clone(), identity.clone()])?;
    let all = [set, identity, templates[0].clone(), templates[1].clone()];
    each_only_on(env, &["ses:SendTemplatedEmail"], &all)?;
    let granted = granted(env)?;
    let of_mail = granted.iter().filter(|s| s.actions.iter().any(|action| action.starts_with("ses:")));
    let mut from_one = of_mail.map(|s| s.when("StringEquals", "ses:FromAddress", "noreply@flowency.build"));
    want(from_one.all(|right| right), || format!("{granted:?}"))
}

fn logs(env: &Env) -> Check {
    let groups = ["connect", "disconnect", "message"].map(|id| format!("/aws/lambda/{}", env.name(id)));
    let more = ["application", "error"].map(|id| format!("/spec-wizard/{}/{id}", env.at.id));
    let streams = |group: &String| arn("logs", &format!("log-group:{group}:log-stream:*"));
    let resources: Vec<String> = groups.iter().chain(&more).map(streams).collect();
    each_only_on(env, &["logs:CreateLogStream", "logs:PutLogEvents"], &resources)
}

/// That no action and no resource stands for all.
pub fn narrow(env: &Env) -> Check {
    let granted = granted(env)?;
    for statement in &granted {
        let narrow = statement.allows
            && !statement.excludes
            && !statement.actions.is_empty()
            && !statement.resources.is_empty()
            && statement.actions.iter().all(|action| !action.contains('*'))
            && statement.resources.iter().all(|resource| {
                (resource.starts_with("arn:") || resource.starts_with('‹'))
                    && !resource.contains(":::*")
                    && (!resource.ends_with(":*") || resource.ends_with(":log-stream:*"))
            });
        want(narrow, || format!("too wide: {statement:?}"))?;
    }
    role(env)?.lacks("ManagedPolicyArns")?;
    want(granted.len() >= 6, || format!("only {} statements", granted.len()))
}

/// That the functions may send over connections of this API and stage, and of no other.
pub fn manages_connections(env: &Env) -> Check {
    let (api, stage) = (plain(&api::api(env)?.reference()), plain(&api::stage(env)?.get("StageName")));
    let mut found = Vec::new();
    for statement in granted(env)?.iter().filter(|s| s.actions.iter().any(|a| a == "execute-api:ManageConnections")) {
        found.extend(statement.resources.clone());
    }
    let start = arn("execute-api", &format!("{api}/{stage}/"));
    let right = |resource: &String| {
        let rest = resource.strip_prefix(&start);
        rest == Some("POST/@connections/*") || rest == Some("*/@connections/*")
    };
    want(!found.is_empty() && found.iter().all(right), || format!("connections of {found:?}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("SW-257", |e| {
            let table = database::table_arn(e);
            let actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
            each_only_on(e, &actions, std::slice::from_ref(&table))?;
            each_only_on(e, &["dynamodb:Query"], &[table.clone(), format!("{table}/index/GSI1")])
        }),
        fact("SW-258", |e| {
            let objects = [storage::bucket_arn(e, "/*")];
            each_only_on(e, &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], &objects)
        }),
        fact("SW-259", sends),
        fact("SW-260", logs),
        fact("SW-261", |e| {
            through(e, &security::dynamodb_key(e)?, "dynamodb")?;
            through(e, &security::s3_key(e)?, "s3")
        }),
        fact("SW-262", |e| {
            let secrets = ["openai-api-key", "anthropic-api-key"].map(|id| security::secret_arn(e, id));
            each_only_on(e, &["secretsmanager:GetSecretValue"], &secrets)
        }),
        fact("SW-263", manages_connections),
        fact("SW-264", narrow),
    ]
}
