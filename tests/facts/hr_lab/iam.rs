//! Sections 9 and 9.1: what the instances may do.

use super::{Fact, data, fact, storage};
use crate::policy::{Statement, allowed_only_on, of_role, statements};
use crate::tree::{Check, Env, Res, want};

/// The instances' role.
pub fn role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::IAM::Role")
}

/// All that the role's own policies say.
pub fn granted(env: &Env) -> Result<Vec<Statement>, String> {
    of_role(env, &role(env)?)
}

/// The managed policy of Session Manager.
pub const SSM_CORE: &str = "arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore";

/// Where the application may write its logs: the group, its streams, or both.
fn log_arns(env: &Env) -> [String; 2] {
    let group =
        format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:/hrapp/{}/app", env.at.id);
    [format!("{group}:*"), format!("{group}:log-stream:*")]
}

fn writes_logs(env: &Env) -> Check {
    let (granted, legal) = (granted(env)?, log_arns(env));
    for action in ["logs:PutLogEvents", "logs:CreateLogStream"] {
        let on_one = legal.iter().any(|arn| allowed_only_on(&granted, action, std::slice::from_ref(arn)).is_ok());
        want(on_one, || format!("{action} is not allowed on one of {legal:?} alone"))?;
    }
    Ok(())
}

fn reads_secret(env: &Env, action: &str) -> Check {
    allowed_only_on(&granted(env)?, action, &[data::secret_arn(env)?])
}

fn uses_uploads(env: &Env) -> Check {
    let (granted, uploads) = (granted(env)?, [storage::bucket_arn(env, "/uploads/*")]);
    allowed_only_on(&granted, "s3:PutObject", &uploads)?;
    allowed_only_on(&granted, "s3:GetObject", &uploads)
}

fn only_session_manager(env: &Env) -> Check {
    role(env)?.is("ManagedPolicyArns", vec![SSM_CORE])
}

/// The services whose actions stand in the role, in order.
fn services(env: &Env) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = granted(env)?
        .iter()
        .flat_map(|s| &s.actions)
        .filter_map(|action| Some(action.split_once(':')?.0.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// That nothing in the role reaches further than it names.
pub fn narrow(env: &Env) -> Check {
    for statement in granted(env)? {
        let narrow = statement.allows
            && !statement.excludes
            && !statement.actions.is_empty()
            && !statement.resources.is_empty()
            && statement.actions.iter().all(|action| !action.contains('*'))
            && statement.resources.iter().all(|resource| {
                resource.starts_with("arn:") && !resource.contains(":::*") && !resource.contains(":*:")
            });
        want(narrow, || format!("too wide: {statement:?}"))?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("HR-198", |e| role(e)?.is("RoleName", e.name("ec2-role"))),
        fact("HR-199", |e| {
            let trust = statements(&role(e)?.get("AssumeRolePolicyDocument"))?;
            let right = |s: &Statement| {
                s.allows && s.principals == ["Service:ec2.amazonaws.com"] && s.actions == ["sts:AssumeRole"]
            };
            want(trust.len() == 1 && trust.iter().all(right), || format!("{trust:?}"))
        }),
        fact("HR-200", only_session_manager),
        fact("HR-201", |e| {
            reads_secret(e, "secretsmanager:GetSecretValue")?;
            uses_uploads(e)?;
            writes_logs(e)?;
            let services = services(e)?;
            want(services == ["logs", "s3", "secretsmanager"], || format!("grants of {services:?}"))
        }),
        fact("HR-202", |e| {
            let arns = role(e)?.items("ManagedPolicyArns");
            let harmless = |arn: &serde_json::Value| arn.as_str().is_some_and(|arn| arn == SSM_CORE);
            want(!arns.is_empty() && arns.iter().all(harmless), || format!("managed policies {arns:?}"))
        }),
        fact("HR-203", |e| e.has_output("compute", "role's ARN", &role(e)?.attribute("Arn"))),
        fact("HR-271", |e| reads_secret(e, "secretsmanager:GetSecretValue")),
        fact("HR-272", uses_uploads),
        fact("HR-273", writes_logs),
        fact("HR-274", only_session_manager),
        // Reading the secret's description is harmless and may be left out.
        fact("HR-275", |e| {
            let named =
                granted(e)?.iter().any(|s| s.actions.iter().any(|action| action == "secretsmanager:DescribeSecret"));
            if named {
                reads_secret(e, "secretsmanager:DescribeSecret")
            } else {
                reads_secret(e, "secretsmanager:GetSecretValue")
            }
        }),
        fact("HR-276", narrow),
        fact("HR-277", |e| {
            let services = services(e)?;
            want(!services.is_empty() && !services.iter().any(|name| name == "kms"), || {
                format!("grants of {services:?}")
            })?;
            data::secret(e)?.lacks("KmsKeyId")?;
            data::database(e)?.lacks("KmsKeyId")?;
            storage::encrypts(&storage::bucket(e)?)
        }),
    ]
}
