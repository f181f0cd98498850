//! Sections 4.7 and 9: who did what, and what is kept.

use serde_json::{Value, json};

use super::{blocks_public, data, edge, fact_full, foundation, output, retained};
use crate::meaning::{plain, same};
use crate::policy::{of_bucket, statements};
use crate::system::Fact;
use crate::tree::{Check, Env, Res, want};

/// The trail.
pub fn trail<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::CloudTrail::Trail")
}

/// Where the trail's records lie.
fn records<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let wanted = trail(env)?.get("S3BucketName");
    let found = env.all("main", "AWS::S3::Bucket")?.into_iter().find(|bucket| same(&bucket.reference(), &wanted));
    found.ok_or_else(|| format!("no bucket {wanted}"))
}

/// The vault.
pub fn vault<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Backup::BackupVault")
}

/// The vault in the other region.
pub fn far_vault<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("dr", "AWS::Backup::BackupVault")
}

fn plan<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Backup::BackupPlan")
}

/// A rule of the plan: daily first, then weekly.
fn rule(env: &Env, index: usize, path: &str) -> Result<Value, String> {
    Ok(plan(env)?.get(&format!("BackupPlan.BackupPlanRule[{index}].{path}")))
}

fn rule_is(env: &Env, index: usize, path: &str, value: impl Into<Value>) -> Check {
    let (found, value) = (rule(env, index, path)?, value.into());
    want(same(&found, &value), || format!("rule {index}: {path} is {found}, not {value}"))
}

/// That a rule's backups move to cold storage after so many days, or never.
pub fn cold_after(env: &Env, index: usize, days: Value) -> Check {
    rule_is(env, index, "Lifecycle.MoveToColdStorageAfterDays", days)
}

fn selection<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let selection = env.one("main", "AWS::Backup::BackupSelection")?;
    selection.points("BackupPlanId", &plan(env)?)?;
    Ok(selection)
}

/// The role that makes backups.
pub fn role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let wanted = selection(env)?.get("BackupSelection.IamRoleArn");
    let found = env.all("main", "AWS::IAM::Role")?.into_iter().find(|role| same(&role.attribute("Arn"), &wanted));
    found.ok_or_else(|| format!("no role {wanted}"))
}

fn test<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Backup::RestoreTestingPlan")
}

fn tested<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("main", "AWS::Backup::RestoreTestingSelection")
}

fn copies(env: &Env) -> Check {
    let copies = rule(env, 0, "CopyActions")?;
    want(copies.as_array().is_some_and(|list| list.len() == 1), || format!("copies {copies}"))?;
    edge::parameter(&plan(env)?, "BackupPlan.BackupPlanRule[0].CopyActions[0].DestinationBackupVaultArn", "DrVaultArn")
}

/// What the trail watches of one kind.
fn watched(env: &Env, kind: &str) -> Result<Vec<String>, String> {
    let all = trail(env)?.items("EventSelectors[0].DataResources");
    let found = all.iter().find(|one| one.get("Type").is_some_and(|ty| ty == kind));
    let values =
        found.and_then(|one| one.get("Values")).and_then(Value::as_array).ok_or_else(|| format!("no {kind}"))?;
    let mut values: Vec<String> = values.iter().map(plain).collect();
    values.sort();
    Ok(values)
}

fn watches_data(env: &Env) -> Check {
    trail(env)?.is("EventSelectors[0].ReadWriteType", "All")?;
    trail(env)?.is("EventSelectors[0].IncludeManagementEvents", true)?;
    let objects = watched(env, "AWS::S3::Object")?;
    let wanted = format!("{}/", plain(&data::files(env)?.attribute("Arn")));
    want(objects == [wanted.clone()], || format!("watched are {objects:?}, not {wanted}"))?;
    let mut tables: Vec<String> = data::tables(env)?.iter().map(|table| plain(&table.attribute("Arn"))).collect();
    tables.sort();
    let items = watched(env, "AWS::DynamoDB::Table")?;
    want(items == tables, || format!("watched are {items:?}"))
}

fn records_policy(env: &Env) -> Check {
    let bucket = records(env)?;
    data::tls_only(env, "main", &bucket)?;
    let arn = plain(&bucket.attribute("Arn"));
    let trail = super::arn("cloudtrail", &format!("trail/{}", plain(&trail(env)?.get("TrailName"))));
    let policy = of_bucket(env, "main", &bucket)?;
    for (action, on) in
        [("s3:GetBucketAcl", arn.clone()), ("s3:PutObject", format!("{arn}/AWSLogs/${{AWS::AccountId}}/*"))]
    {
        let lets = policy.iter().any(|s| {
            s.allows
                && s.principals == ["Service:cloudtrail.amazonaws.com"]
                && s.actions == [action]
                && s.resources == [on.clone()]
                && (s.when("ArnEquals", "aws:SourceArn", &trail) || s.when("StringEquals", "aws:SourceArn", &trail))
        });
        want(lets, || format!("{trail} may not {action} on {on}"))?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [audit_facts(), backup_facts(), restore_facts()].concat()
}

fn audit_facts() -> Vec<Fact> {
    [
        fact_full("UK-213", |e| trail(e).map(drop)),
        fact_full("UK-214", |e| trail(e)?.is("IsLogging", true)),
        fact_full("UK-215", |e| trail(e)?.is("EnableLogFileValidation", true)),
        fact_full("UK-216", |e| trail(e)?.is("IsMultiRegionTrail", true)),
        fact_full("UK-217", |e| trail(e)?.is("KMSKeyId", foundation::key(e)?.attribute("Arn"))),
        fact_full("UK-218", watches_data),
        fact_full("UK-219", |e| blocks_public(&records(e)?)),
        fact_full("UK-220", |e| retained(&records(e)?)),
        fact_full("UK-221", records_policy),
        fact_full("UK-285", |e| {
            trail(e)?.is("IsLogging", true)?;
            watches_data(e)
        }),
    ]
    .concat()
}

fn backup_facts() -> Vec<Fact> {
    [
        fact_full("UK-222", |e| {
            vault(e)?.is("BackupVaultName", e.name("vault"))?;
            let found = plain(&output(e, "BackupVaultName")?);
            want(
                [vault(e)?.get("BackupVaultName"), vault(e)?.reference()].iter().any(|one| plain(one) == found),
                || format!("BackupVaultName is {found}"),
            )
        }),
        fact_full("UK-223", |e| vault(e)?.is("EncryptionKeyArn", foundation::key(e)?.attribute("Arn"))),
        fact_full("UK-224", |e| retained(&vault(e)?)),
        fact_full("UK-225", |e| {
            let rules = plan(e)?.items("BackupPlan.BackupPlanRule");
            let into = vault(e)?;
            let sound = rules.iter().all(|rule| {
                let to = rule.get("TargetBackupVault").map(plain).unwrap_or_default();
                to == plain(&into.reference()) || to == plain(&into.get("BackupVaultName"))
            });
            want(rules.len() == 2 && sound, || format!("rules {rules:?}"))
        }),
        fact_full("UK-226", |e| rule_is(e, 0, "ScheduleExpression", "cron(0 3 * * ? *)")),
        fact_full("UK-227", |e| rule_is(e, 0, "Lifecycle.DeleteAfterDays", 30)),
        fact_full("UK-229", |e| rule_is(e, 1, "ScheduleExpression", "cron(0 4 ? * SUN *)")),
        fact_full("UK-230", |e| rule_is(e, 1, "Lifecycle.DeleteAfterDays", 365)),
        fact_full("UK-231", |e| cold_after(e, 1, json!(7))),
        fact_full("UK-232", copies),
        fact_full("UK-233", |e| {
            copies(e)?;
            let (stack, output) = super::plan::source(e, "DrVaultArn")?;
            want(stack == e.stack_name("dr"), || format!("from {stack} {output}"))
        }),
        fact_full("UK-234", |e| rule_is(e, 0, "CopyActions[0].Lifecycle.DeleteAfterDays", 30)),
        fact_full("UK-235", |e| {
            let mut found: Vec<String> = selection(e)?.items("BackupSelection.Resources").iter().map(plain).collect();
            let mut wanted: Vec<String> = data::tables(e)?.iter().map(|table| plain(&table.attribute("Arn"))).collect();
            found.sort();
            wanted.sort();
            want(found == wanted, || format!("backed up are {found:?}"))
        }),
        fact_full("UK-236", |e| {
            let trust = statements(&role(e)?.get("AssumeRolePolicyDocument"))?;
            want(trust.iter().any(|s| s.principals == ["Service:backup.amazonaws.com"]), || format!("{trust:?}"))
        }),
        fact_full("UK-237", |e| {
            let of_aws = |name: &str| format!("arn:${{AWS::Partition}}:iam::aws:policy/service-role/{name}");
            let both = ["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"].map(of_aws);
            role(e)?.is("ManagedPolicyArns", both.to_vec())
        }),
        fact_full("UK-276", |e| {
            rule_is(e, 0, "ScheduleExpression", "cron(0 3 * * ? *)")?;
            rule_is(e, 0, "Lifecycle.DeleteAfterDays", 30)
        }),
        fact_full("UK-277", |e| {
            rule_is(e, 1, "ScheduleExpression", "cron(0 4 ? * SUN *)")?;
            rule_is(e, 1, "Lifecycle.DeleteAfterDays", 365)
        }),
        fact_full("UK-278", |e| cold_after(e, 1, json!(7))),
    ]
    .concat()
}

fn restore_facts() -> Vec<Fact> {
    [
        fact_full("UK-238", |e| {
            let name = test(e)?.text("RestoreTestingPlanName")?;
            let of = tested(e)?.get("RestoreTestingPlanName");
            want([plain(&test(e)?.reference()), name].contains(&plain(&of)), || format!("tested is {of}"))
        }),
        fact_full("UK-239", |e| test(e)?.is("ScheduleExpression", "cron(0 6 1 * ? *)")),
        fact_full("UK-240", |e| {
            let name = test(e)?.text("RestoreTestingPlanName")?;
            want(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), || name.clone())
        }),
        fact_full("UK-241", |e| test(e)?.is("RecoveryPointSelection.Algorithm", "LATEST_WITHIN_WINDOW")),
        fact_full("UK-242", |e| {
            test(e)?.is("RecoveryPointSelection.IncludeVaults", vec![vault(e)?.attribute("BackupVaultArn")])
        }),
        fact_full("UK-243", |e| test(e)?.is("RecoveryPointSelection.RecoveryPointTypes", vec!["SNAPSHOT"])),
        fact_full("UK-244", |e| tested(e)?.is("ProtectedResourceType", "DynamoDB")),
        fact_full("UK-245", |e| tested(e)?.is("IamRoleArn", role(e)?.attribute("Arn"))),
    ]
    .concat()
}
