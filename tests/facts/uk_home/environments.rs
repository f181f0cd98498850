//! Section 1: the three environments, and what each of them has.

use super::{anywhere, backup, data, fact_full, foundation, full, monitoring};
use crate::meaning::plain;
use crate::system::{Fact, fact, fact_of_all};
use crate::tree::{Check, Env, want};

/// That an environment has so many of a type where it has everything, and none in development.
fn only_in_full(env: &Env, ty: &str, count: usize) -> Check {
    let (found, wanted) = (anywhere(env, ty)?.len(), if full(env) { count } else { 0 });
    want(found == wanted, || format!("{found} {ty} in {}, not {wanted}", env.at.id))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        fact_of_all("UK-001", |tree| {
            let plans: Vec<String> = super::environments(tree)
                .map(|env| Ok(env.plan()?.get("environment").map(plain).unwrap_or_default()))
                .collect::<Result<_, String>>()?;
            want(tree.folders == ["dev", "prod", "staging"] && plans == ["dev", "staging", "prod"], || {
                format!("folders {:?} of {plans:?}", tree.folders)
            })
        }),
        fact("UK-008", |e| super::plan::in_region(e, "main", "eu-west-2")),
        fact("UK-010", |e| {
            for table in data::tables(e)? {
                table.is("SSESpecification.KMSMasterKeyId", foundation::key(e)?.attribute("Arn"))?;
            }
            for bucket in anywhere(e, "AWS::S3::Bucket")? {
                data::encrypted(&bucket)?;
            }
            for secret in e.exactly(3, "main", "AWS::SecretsManager::Secret")? {
                secret.is("KmsKeyId", foundation::key(e)?.attribute("Arn"))?;
            }
            Ok(())
        }),
        fact("UK-011", |e| {
            only_in_full(e, "AWS::WAFv2::WebACL", 2)?;
            only_in_full(e, "AWS::WAFv2::WebACLAssociation", 1)
        }),
        fact("UK-012", |e| only_in_full(e, "AWS::CloudTrail::Trail", 1)),
        fact("UK-013", |e| {
            only_in_full(e, "AWS::Backup::BackupPlan", 1)?;
            for table in data::tables(e)? {
                table.is("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", full(e))?;
            }
            Ok(())
        }),
        // All of these services spread over zones by themselves; nothing in the templates stands in one zone.
        fact("UK-014", |e| {
            data::tables(e)?;
            for stack in super::stacks(e) {
                for res in e.resources(stack)? {
                    let zonal =
                        ["AWS::EC2::", "AWS::RDS::", "AWS::ElastiCache::"].iter().any(|at| res.ty().starts_with(at));
                    want(!zonal, || format!("{} stands in a zone", res.place()))?;
                }
            }
            Ok(())
        }),
        fact("UK-015", |e| {
            let (critical, all) = (monitoring::CRITICAL, e.all("main", "AWS::CloudWatch::Alarm")?.len());
            let wanted = if full(e) { critical + monitoring::WARNING } else { critical };
            want(all == wanted, || format!("{all} alarms, not {wanted}"))
        }),
        fact("UK-016", |e| only_in_full(e, "AWS::WAFv2::WebACL", 2)),
        fact("UK-017", |e| only_in_full(e, "AWS::CloudTrail::Trail", 1)),
        fact("UK-018", |e| {
            only_in_full(e, "AWS::Backup::BackupVault", 2)?;
            only_in_full(e, "AWS::Backup::BackupPlan", 1)?;
            only_in_full(e, "AWS::Backup::BackupSelection", 1)
        }),
        fact("UK-020", super::outputs::asks_less),
        fact("UK-019", |e| {
            monitoring::dashboard(e)?;
            let text = monitoring::dashboard_text(e)?;
            want(
                text.contains("AWS/DynamoDB") && text.contains("AWS/Lambda") && text.contains("AWS/ApiGateway"),
                || "the dashboard lacks a service".into(),
            )?;
            let business = text.contains("UKHomeImprovement/");
            want(business == full(e), || format!("business metrics: {business}"))?;
            only_in_full(e, "AWS::Chatbot::SlackChannelConfiguration", 1)?;
            only_in_full(e, "AWS::Logs::MetricFilter", 2)?;
            let phones =
                e.all("main", "AWS::SNS::Subscription")?.iter().filter(|s| plain(&s.get("Protocol")) == "sms").count();
            want(phones == usize::from(full(e)), || format!("{phones} phones"))
        }),
    ];
    facts.extend(fact_full("UK-009", |e| {
        super::plan::in_region(e, "dr", "eu-west-1")?;
        backup::far_vault(e).map(drop)
    }));
    facts
}
