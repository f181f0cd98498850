//! Section 10: what was decided where the document contradicts itself. What the compiler says of it stands in `mistakes`.

use serde_json::json;

use super::{anywhere, api, backup, data, fact_full, foundation, full, plan};
use crate::meaning::plain;
use crate::system::{Fact, fact};
use crate::tree::{Env, want};

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact("UK-060", |e| {
            plan::tells(e, "real values")?;
            for secret in e.exactly(3, "main", "AWS::SecretsManager::Secret")? {
                secret.lacks("SecretString")?;
            }
            Ok(())
        }),
        fact("UK-062", |e| {
            for (name, id) in [("stripe", "Stripe"), ("docusign", "Docusign"), ("claude", "Claude")] {
                let found = foundation::secret(e, name)?.logical_id();
                want(found == id, || format!("{name} is {found}"))?;
            }
            Ok(())
        }),
        fact("UK-302", |e| {
            for table in data::tables(e)? {
                table.is("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", full(e))?;
            }
            Ok(())
        }),
        fact("UK-308", |e| {
            for (name, fields) in [("stripe", 2), ("docusign", 3), ("claude", 2)] {
                let secret = foundation::secret(e, name)?;
                let found = foundation::fields(&secret)?.as_object().map_or(0, serde_json::Map::len);
                want(found == fields, || format!("{name} begins with {found} fields"))?;
                secret.text("GenerateSecretString.GenerateStringKey")?;
            }
            Ok(())
        }),
    ];
    for more in [
        fact_full("UK-228", |e| {
            backup::cold_after(e, 0, json!(null))?;
            backup::cold_after(e, 1, json!(7))
        }),
        fact_full("UK-306", |e| {
            for acl in anywhere(e, "AWS::WAFv2::WebACL")? {
                api::own_rule(&acl)?;
            }
            api::regional(e).map(drop)
        }),
        fact_full("UK-310", monthly),
        fact_full("UK-315", |e| plan::tells(e, "advanced features for DynamoDB")),
    ] {
        facts.extend(more);
    }
    facts
}

fn monthly(env: &Env) -> Result<(), String> {
    let plan = env.one("main", "AWS::Backup::RestoreTestingPlan")?;
    let found = plain(&plan.get("ScheduleExpression"));
    want(found == "cron(0 6 1 * ? *)", || format!("restored at {found}"))
}
