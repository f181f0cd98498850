//! Section 8: who may do what.

use serde_json::json;

use super::{arn, backup, compute, data, fact_full, foundation};
use crate::meaning::plain;
use crate::policy::{Statement, allowed_only_on, of_role};
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, want};

/// Actions for which IAM knows no resource.
const WITHOUT_RESOURCE: [&str; 12] = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
];

/// That every role of the platform has actions by name, on things by name.
fn least(env: &Env) -> Check {
    for role in env.all("main", "AWS::IAM::Role")? {
        for s in of_role(env, &role)?.iter().filter(|s| s.allows) {
            let named = s.actions.iter().all(|action| !action.contains('*')) && !s.excludes;
            want(named, || format!("{} may {:?}", role.place(), s.actions))?;
            let everything = s.resources.iter().any(|on| on == "*");
            let must = s.actions.iter().all(|action| WITHOUT_RESOURCE.contains(&action.as_str()));
            want(!everything || must, || format!("{} may {:?} on everything", role.place(), s.actions))?;
        }
        let admin = role.items("ManagedPolicyArns").iter().any(|one| plain(one).ends_with("AdministratorAccess"));
        want(!admin, || format!("{} may do everything", role.place()))?;
    }
    Ok(())
}

fn function_may(env: &Env, name: &str) -> Result<Vec<Statement>, String> {
    of_role(env, &compute::role(env, name)?)
}

fn secret_ids(env: &Env, names: &[&str]) -> Result<Vec<String>, String> {
    names.iter().map(|name| Ok(plain(&foundation::secret(env, name)?.reference()))).collect()
}

/// Tables, and their indexes.
fn table_and_index(env: &Env, names: &[&str]) -> (Vec<String>, Vec<String>) {
    let tables: Vec<String> = names.iter().map(|name| data::table_arn(env, name)).collect();
    let mut both = tables.clone();
    both.extend(tables.iter().map(|arn| format!("{arn}/index/*")));
    (tables, both)
}

fn api(env: &Env) -> Check {
    let mine = function_may(env, "api")?;
    let names = data::TABLES.map(|(name, ..)| name);
    let (tables, both) = table_and_index(env, &names);
    for action in ["GetItem", "PutItem", "UpdateItem", "DeleteItem"] {
        allowed_only_on(&mine, &format!("dynamodb:{action}"), &tables)?;
    }
    allowed_only_on(&mine, "dynamodb:Query", &both)?;
    allowed_only_on(
        &mine,
        "states:StartExecution",
        &[arn("states", &format!("stateMachine:{}", env.name("workflow")))],
    )?;
    let bus = plain(&compute::bus(env)?.get("Name"));
    allowed_only_on(&mine, "events:PutEvents", &[arn("events", &format!("event-bus/{bus}"))])?;
    allowed_only_on(&mine, "secretsmanager:GetSecretValue", &secret_ids(env, &["stripe", "docusign"])?)
}

fn agents(env: &Env) -> Check {
    let files = plain(&data::files(env)?.attribute("Arn"));
    for (name, own) in
        [("scope", ["users", "projects"]), ("quote", ["projects", "quotes"]), ("contract", ["quotes", "contracts"])]
    {
        let mine = function_may(env, &format!("{name}-agent"))?;
        let (tables, both) = table_and_index(env, &own);
        allowed_only_on(&mine, "dynamodb:GetItem", &tables)?;
        allowed_only_on(&mine, "dynamodb:UpdateItem", &tables)?;
        allowed_only_on(&mine, "dynamodb:Query", &both)?;
        allowed_only_on(&mine, "dynamodb:DeleteItem", &[])?;
        for action in ["s3:GetObject", "s3:PutObject"] {
            allowed_only_on(&mine, action, &[format!("{files}/{name}/*")])?;
        }
        allowed_only_on(&mine, "secretsmanager:GetSecretValue", &secret_ids(env, &["claude"])?)?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-123", least),
        fact("UK-268", least),
        fact("UK-269", api),
        fact("UK-270", agents),
        fact("UK-271", |e| {
            let key = [plain(&foundation::key(e)?.attribute("Arn"))];
            for (name, ..) in compute::FUNCTIONS {
                let mine = function_may(e, name)?;
                allowed_only_on(&mine, "sqs:SendMessage", &[arn("sqs", &e.name(&format!("{name}-dlq")))])?;
                allowed_only_on(&mine, "kms:Decrypt", &key)?;
                allowed_only_on(&mine, "kms:GenerateDataKey", &key)?;
                for action in ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] {
                    allowed_only_on(&mine, action, &["*".to_owned()])?;
                }
            }
            Ok(())
        }),
        fact("UK-272", |e| {
            let mine = of_role(e, &compute::workflow_role(e)?)?;
            let agents: Vec<String> =
                compute::AGENTS.iter().map(|name| arn("lambda", &format!("function:{}", e.name(name)))).collect();
            allowed_only_on(&mine, "lambda:InvokeFunction", &agents)
        }),
        fact("UK-273", |e| {
            let mine = of_role(e, &compute::rule_role(e)?)?;
            let wanted = arn("states", &format!("stateMachine:{}", e.name("workflow")));
            allowed_only_on(&mine, "states:StartExecution", &[wanted])
        }),
    ];
    for more in [
        fact_full("UK-274", |e| {
            super::trusted_by(&backup::role(e)?, "backup.amazonaws.com")?;
            let found = backup::role(e)?.items("ManagedPolicyArns");
            let ours = found.iter().all(|one| plain(one).contains("policy/service-role/AWSBackupServiceRolePolicyFor"));
            want(ours && found.len() == 2, || json!(found).to_string())
        }),
        fact_full("UK-275", |e| {
            let mine = of_role(e, &data::replication_role(e)?)?;
            let files = plain(&data::files(e)?.attribute("Arn"));
            allowed_only_on(&mine, "s3:GetReplicationConfiguration", std::slice::from_ref(&files))?;
            allowed_only_on(&mine, "s3:GetObjectVersionForReplication", &[format!("{files}/*")])?;
            let to = mine.iter().any(|s| {
                s.allows
                    && s.actions.iter().any(|a| a == "s3:ReplicateObject")
                    && s.resources.iter().all(|on| on.contains("DrReplicaBucketArn"))
            });
            want(to, || format!("copies may not be written: {mine:?}"))?;
            allowed_only_on(&mine, "kms:Decrypt", &[plain(&foundation::key(e)?.attribute("Arn"))])?;
            let there = mine.iter().any(|s| {
                s.allows && s.actions == ["kms:Encrypt"] && s.resources.iter().all(|on| on.contains(":kms:eu-west-1:"))
            });
            want(there, || format!("copies may not be encrypted: {mine:?}"))
        }),
    ] {
        facts.extend(more);
    }
    facts
}
