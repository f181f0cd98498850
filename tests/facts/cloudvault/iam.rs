//! Section 7.1: what each function may do, and nothing else.

use super::functions::{FUNCTIONS, function, logs, role};
use super::{Fact, each, events, fact, files, identity, network, security, tables};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role};
use crate::tree::{Check, Env, want};

const MANAGED: &str = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
const TRACES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
const LINES: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

type Right<'a> = (&'a [&'a str], Vec<String>);

fn streams(env: &Env, name: &str) -> Result<Vec<String>, String> {
    let group = plain(&logs(env, name)?.reference());
    Ok(vec![format!(
        "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}:log-stream:*"
    )])
}

fn table(env: &Env, name: &str) -> Result<String, String> {
    Ok(plain(&tables::table(env, name)?.attribute("Arn")))
}

fn objects(env: &Env, under: &str) -> Result<Vec<String>, String> {
    Ok(vec![format!("{}/{under}", plain(&files::files(env)?.attribute("Arn")))])
}

fn s3_key(env: &Env) -> Result<String, String> {
    Ok(plain(&security::s3_key(env)?.attribute("Arn")))
}

fn dynamo_key(env: &Env) -> Result<String, String> {
    Ok(plain(&security::dynamo_key(env)?.attribute("Arn")))
}

/// A function's rights are these and those that all have.
fn rights(env: &Env, name: &str, own: &[Right]) -> Check {
    let mut all = own.to_vec();
    all.push((&LINES, streams(env, name)?));
    all.push((&TRACES, vec!["*".to_owned()]));
    network::may_only(env, &role(env, name)?, &all)
}

fn with_index(tables: &[String]) -> Vec<String> {
    tables.iter().flat_map(|arn| [arn.clone(), format!("{arn}/index/*")]).collect()
}

const WORK: [&str; 4] = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

fn file_service(env: &Env) -> Check {
    let files = vec![table(env, "files")?];
    rights(
        env,
        "fileService",
        &[
            (&WORK, files.clone()),
            (&["dynamodb:Query"], with_index(&files)),
            (&["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects(env, "*")?),
            (&["kms:Decrypt"], vec![dynamo_key(env)?, s3_key(env)?]),
            (&["kms:GenerateDataKey"], vec![s3_key(env)?]),
        ],
    )
}

fn folder_service(env: &Env) -> Check {
    let both = vec![table(env, "folders")?, table(env, "files")?];
    let key = vec![dynamo_key(env)?];
    rights(
        env,
        "folderService",
        &[(&WORK, both.clone()), (&["dynamodb:Query"], with_index(&both)), (&["kms:Decrypt"], key)],
    )
}

fn analytics_service(env: &Env) -> Check {
    let own = vec![table(env, "analytics")?];
    let key = vec![dynamo_key(env)?];
    rights(
        env,
        "analyticsService",
        &[(&WORK[..3], own.clone()), (&["dynamodb:Query"], with_index(&own)), (&["kms:Decrypt"], key)],
    )
}

fn file_processor(env: &Env) -> Check {
    rights(
        env,
        "fileProcessor",
        &[
            (&["s3:GetObject"], objects(env, "uploads/*")?),
            (&["dynamodb:PutItem", "dynamodb:UpdateItem"], vec![table(env, "files")?]),
            (&["kms:Decrypt"], vec![dynamo_key(env)?, s3_key(env)?]),
        ],
    )
}

fn notification_service(env: &Env) -> Check {
    rights(
        env,
        "notificationService",
        &[
            (
                &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                vec![plain(&events::queue(env)?.attribute("Arn"))],
            ),
            (&["dynamodb:PutItem"], vec![table(env, "notifications")?]),
            (&["kms:Decrypt"], vec![dynamo_key(env)?]),
        ],
    )
}

fn backup_service(env: &Env) -> Check {
    let tables: Result<Vec<String>, String> = tables::TABLES.iter().map(|name| table(env, name)).collect();
    rights(
        env,
        "backupService",
        &[
            (
                &["cognito-idp:ListUsers", "cognito-idp:DescribeUserPool"],
                vec![plain(&identity::pool(env)?.attribute("Arn"))],
            ),
            (&["s3:PutObject"], vec![format!("{}/*", plain(&files::backups(env)?.attribute("Arn")))]),
            (&["dynamodb:CreateBackup"], tables?),
            (&["kms:GenerateDataKey"], vec![s3_key(env)?]),
        ],
    )
}

/// The traces stand in a statement of their own, the only one on everything.
fn traces(env: &Env) -> Check {
    for name in FUNCTIONS {
        let given = of_role(env, &role(env, name)?)?;
        for action in TRACES {
            allowed_only_on(&given, action, &["*".to_owned()])?;
        }
        let wide: Vec<_> = given.iter().filter(|s| s.resources == ["*"]).collect();
        let right = wide.len() == 1 && wide[0].actions.len() == 2;
        want(right, || format!("{name} may on everything {wide:?}"))?;
    }
    Ok(())
}

/// No action and no resource is a wildcard, but for traces.
fn no_wildcards(env: &Env) -> Check {
    for name in FUNCTIONS {
        for statement in of_role(env, &role(env, name)?)? {
            let traces = statement.actions.iter().all(|action| TRACES.contains(&action.as_str()));
            let wide = statement.actions.iter().any(|action| action.contains('*'))
                || statement.resources.iter().any(|arn| arn == "*") && !traces
                || statement.excludes;
            want(!wide, || format!("{name} has {statement:?}"))?;
        }
    }
    Ok(())
}

fn managed_only(env: &Env) -> Check {
    FUNCTIONS.iter().try_for_each(|name| role(env, name)?.is("ManagedPolicyArns", vec![MANAGED]))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("CV-275", |e| {
            let roles: Result<Vec<_>, String> = FUNCTIONS.iter().map(|name| role(e, name)).collect();
            each(6, roles?, |role| role.is("RoleName", plain(&role.reference())))?;
            no_wildcards(e)?;
            managed_only(e)
        }),
        fact("CV-276", |e| {
            FUNCTIONS.iter().try_for_each(|name| network::trusts(&role(e, name)?, "lambda.amazonaws.com"))
        }),
        fact("CV-277", managed_only),
        fact("CV-278", |e| {
            [file_service, folder_service, analytics_service, file_processor, notification_service, backup_service]
                .iter()
                .try_for_each(|check| check(e))
        }),
        fact("CV-281", traces),
        fact("CV-282", |e| {
            FUNCTIONS.iter().try_for_each(|name| {
                let given = of_role(e, &role(e, name)?)?;
                LINES.iter().try_for_each(|action| allowed_only_on(&given, action, &streams(e, name)?))
            })
        }),
        fact("CV-283", file_service),
        fact("CV-284", folder_service),
        fact("CV-285", analytics_service),
        fact("CV-286", file_processor),
        fact("CV-287", notification_service),
        fact("CV-288", backup_service),
        fact("CV-289", no_wildcards),
        fact("CV-400", |e| {
            traces(e)?;
            FUNCTIONS.iter().try_for_each(|name| {
                let function = function(e, name)?;
                function.is("Environment.Variables.AWS_XRAY_TRACING_NAME", function.get("FunctionName"))
            })
        }),
        fact("CV-489", traces),
    ]
}
