//! Sections 6 and 7: what the templates give, and what they ask.

use serde_json::Value;

use super::{api, backup, data, fact_full, full, monitoring, output, plan};
use crate::meaning::{plain, same};
use crate::system::{Fact, fact};
use crate::tree::{Check, Env, want};

fn gives(env: &Env, name: &str, value: &Value) -> Check {
    let found = output(env, name)?;
    want(same(&found, value), || format!("{name} is {found}, not {value}"))
}

/// A parameter of the main template.
fn parameter<'t>(env: &Env<'t>, name: &str) -> Result<&'t Value, String> {
    let all = env.frame("main")?.get("Parameters");
    all.and_then(|all| all.get(name)).ok_or_else(|| format!("no parameter {name}"))
}

/// That a parameter is a text without a value of its own.
fn asked(env: &Env, name: &str) -> Check {
    let found = parameter(env, name)?;
    let text = found.get("Type").is_some_and(|ty| ty == "String");
    want(text && found.get("Default").is_none(), || format!("{name} is {found}"))
}

/// That a parameter takes some values, by a word that its pattern has.
fn matches(env: &Env, name: &str, part: &str) -> Check {
    asked(env, name)?;
    let found = parameter(env, name)?.get("AllowedPattern").map(plain).unwrap_or_default();
    want(found.contains(part), || format!("{name} takes {found}"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-254", |e| gives(e, "UserPoolId", &super::identity::pool(e)?.reference())),
        fact("UK-255", |e| gives(e, "UserPoolClientId", &super::identity::client(e)?.reference())),
        fact("UK-256", |e| gives(e, "FileStorageBucketName", &data::files(e)?.reference())),
        fact("UK-257", |e| {
            let name = plain(&monitoring::dashboard(e)?.get("DashboardName"));
            let at = "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}";
            gives(e, "MonitoringDashboardUrl", &Value::from(format!("{at}#dashboards:name={name}")))
        }),
        fact("UK-258", |e| gives(e, "CriticalAlertsTopicArn", &monitoring::topic(e, "critical-alerts")?.reference())),
        fact("UK-260", |e| {
            gives(e, "WorkflowArn", &super::compute::workflow(e)?.reference())?;
            gives(e, "DistributionDomain", &super::edge::site(e)?.attribute("DomainName"))?;
            let url = plain(&output(e, "ApiUrl")?);
            let (api, stage) = (plain(&api::api(e)?.reference()), plain(&api::stage(e)?.reference()));
            want(url == format!("https://{api}.execute-api.${{AWS::Region}}.amazonaws.com/{stage}"), || url.clone())
        }),
        // The environment is chosen when the system is built; what was built says which one it is.
        fact("UK-261", |e| {
            let found = e.plan()?.get("environment").map(plain).unwrap_or_default();
            want(found == e.at.id, || format!("the plan of {found}"))
        }),
        fact("UK-262", |e| matches(e, "AlertEmail", "@")),
        fact("UK-265", |e| matches(e, "FrontendOriginDomain", "a-z0-9")),
    ];
    for more in [
        fact_full("UK-259", |e| {
            let found = plain(&output(e, "BackupVaultName")?);
            let vault = backup::vault(e)?;
            want([vault.get("BackupVaultName"), vault.reference()].iter().any(|one| plain(one) == found), || {
                found.clone()
            })
        }),
        fact_full("UK-263", |e| matches(e, "AlertPhone", "\\+")),
        fact_full("UK-264", |e| {
            matches(e, "SlackWorkspaceId", "A-Z")?;
            matches(e, "SlackChannelId", "A-Z")
        }),
        fact_full("UK-266", |e| matches(e, "CertificateArn", "acm:us-east-1")),
        fact_full("UK-267", |e| {
            let from = [("EdgeWebAclArn", "edge"), ("DrVaultArn", "dr"), ("DrReplicaBucketArn", "dr")];
            from.iter().try_for_each(|(name, stack)| {
                asked(e, name)?;
                let (found, output) = plan::source(e, name)?;
                want(found == e.stack_name(stack), || format!("{name} from {found} {output}"))?;
                want(e.outputs(stack)?.iter().any(|(other, _)| *other == output), || format!("{stack} has no {output}"))
            })
        }),
    ] {
        facts.extend(more);
    }
    facts
}

/// That development asks for less: there is nobody to call, and nothing to copy to.
pub fn asks_less(env: &Env) -> Check {
    for name in ["AlertPhone", "SlackWorkspaceId", "CertificateArn", "EdgeWebAclArn", "DrVaultArn"] {
        want(parameter(env, name).is_ok() == full(env), || format!("{name} in {}", env.at.id))?;
    }
    Ok(())
}
