//! Section 8: the secret's attachment and rotation.

use super::{Fact, data, fact, network};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

/// What completes the secret with the database's place.
pub fn attachment<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("secrets", "AWS::SecretsManager::SecretTargetAttachment")
}

/// The schedule of rotation.
pub fn rotation<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("secrets", "AWS::SecretsManager::RotationSchedule")
}

/// That the secret is completed from this database: Secrets Manager then writes engine, host, port and dbname.
fn completed(env: &Env) -> Check {
    let attachment = attachment(env)?;
    attachment.points("SecretId", &data::secret(env)?)?;
    attachment.points("TargetId", &data::database(env)?)?;
    attachment.is("TargetType", "AWS::RDS::DBInstance")
}

/// The password's rotation happens every 30 days, however it is said.
fn monthly(rules: &Res) -> Check {
    let days = rules.get("RotationRules.AutomaticallyAfterDays");
    let schedule = rules.get("RotationRules.ScheduleExpression");
    let by_days = plain(&days) == "30" && schedule.is_null();
    let by_schedule = plain(&schedule) == "rate(30 days)" && days.is_null();
    want(by_days || by_schedule, || format!("rotation after {days}, {schedule}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [rotation_facts(), content_facts()].concat()
}

fn rotation_facts() -> Vec<Fact> {
    vec![
        fact("HR-178", completed),
        fact("HR-179", |e| attachment(e)?.points("SecretId", &data::secret(e)?)),
        fact("HR-180", |e| attachment(e)?.points("TargetId", &data::database(e)?)),
        fact("HR-181", |e| attachment(e)?.is("TargetType", "AWS::RDS::DBInstance")),
        fact("HR-182", |e| {
            rotation(e)?.points("SecretId", &data::secret(e)?)?;
            monthly(&rotation(e)?)
        }),
        fact("HR-183", |e| {
            let rotation = rotation(e)?;
            rotation.is("HostedRotationLambda.RotationType", "PostgreSQLSingleUser")?;
            rotation.lacks("HostedRotationLambda.SuperuserSecretArn")
        }),
        fact("HR-184", |e| {
            let subnets = network::private(e)?.map(|subnet| plain(&subnet.reference()));
            let found = rotation(e)?.text("HostedRotationLambda.VpcSubnetIds")?;
            want(found == subnets.join(",") || found == format!("{},{}", subnets[1], subnets[0]), || {
                format!("subnets {found}")
            })
        }),
        fact("HR-185", |e| rotation(e)?.is("HostedRotationLambda.VpcSecurityGroupIds", network::group_id(e, "ec2")?)),
        fact("HR-186", |e| rotation(e)?.is("HostedRotationLambda.RotationLambdaName", e.name("db-rotation"))),
        fact("HR-187", |e| {
            let (own, first) = (
                rotation(e)?.get("HostedRotationLambda.ExcludeCharacters"),
                data::secret(e)?.get("GenerateSecretString.ExcludeCharacters"),
            );
            want(data::same_characters(&own, &first), || format!("the secret excludes {first}, rotation {own}"))
        }),
        fact("HR-188", |e| rotation(e)?.waits_for(&attachment(e)?)),
        fact("HR-196", |e| {
            let transform = e.frame("secrets")?.get("Transform").map(plain).unwrap_or_default();
            let known = ["AWS::SecretsManager-2024-09-16", "AWS::SecretsManager-2020-07-23"];
            want(known.iter().any(|name| transform == *name || transform == format!("[\"{name}\"]")), || {
                format!("transform {transform}")
            })?;
            let found = super::plan::capabilities(e, "secrets")?;
            let granted = |name: &str| found.iter().any(|other| other == name);
            let iam = granted("CAPABILITY_IAM") || granted("CAPABILITY_NAMED_IAM");
            want(granted("CAPABILITY_AUTO_EXPAND") && iam, || format!("capabilities {found:?}"))
        }),
    ]
}

/// What the database is registered with must be what the attachment writes into the secret.
fn content_facts() -> Vec<Fact> {
    vec![
        fact("HR-189", |e| {
            data::user_name(e)?;
            let found = data::database(e)?.get("MasterUsername");
            want(data::field(e, "username")?.contains(&plain(&found)), || format!("user {found}"))
        }),
        fact("HR-190", |e| {
            data::secret(e)?.is("GenerateSecretString.GenerateStringKey", "password")?;
            let found = data::database(e)?.get("MasterUserPassword");
            want(data::field(e, "password")?.contains(&plain(&found)), || "the password is another one".into())
        }),
        fact("HR-191", |e| {
            completed(e)?;
            data::database(e)?.is("Engine", "postgres")
        }),
        fact("HR-192", |e| {
            completed(e)?;
            e.has_output("data", "endpoint", &data::database(e)?.attribute("Endpoint.Address"))
        }),
        fact("HR-193", |e| {
            completed(e)?;
            data::database(e)?.is("Port", 5432)
        }),
        fact("HR-194", |e| {
            completed(e)?;
            data::database(e)?.is("DBName", "hrappdb")
        }),
        fact("HR-195", |e| {
            e.has_output("secrets", "secret's ARN", &data::secret(e)?.reference())?;
            e.has_output("secrets", "secret's name", &data::secret(e)?.get("Name"))
        }),
    ]
}
