//! Section 1: deployments and what their parameters come to.

use super::{
    Fact, STACKS, compute, data, environments as all, fact, fact_in, fact_of_all, names_tags, network, plan, user_data,
};
use crate::meaning::plain;
use crate::rules;
use crate::script::template;
use crate::tree::{Env, Tree, want};

fn team<'t>(tree: &'t Tree, id: &str) -> Env<'t> {
    all(tree).find(|env| env.at.id == id).unwrap()
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [environments(), parameters()].concat()
}

fn environments() -> Vec<Fact> {
    vec![
        fact_of_all("HR-001", names_tags::apart),
        fact_in("team01", "HR-002", |e| {
            let vpc = network::vpc(e)?;
            names_tags::three(e, "", |key| vpc.tag(key), "team01")
        }),
        fact_of_all("HR-003", |tree| {
            for (id, nats, zones) in [("team01", 1, false), ("team02", 2, true)] {
                let env = team(tree, id);
                env.exactly(nats, "network", "AWS::EC2::NatGateway")?;
                data::database(&env)?.is("MultiAZ", zones)?;
            }
            Ok(())
        }),
        fact("HR-006", |e| {
            for stack in STACKS {
                let region = plan::region(e, stack)?;
                want(region == "us-east-1", || format!("{stack} in {region}"))?;
            }
            Ok(())
        }),
    ]
}

fn parameters() -> Vec<Fact> {
    vec![
        fact("HR-007", |e| {
            let id = network::vpc(e)?.tag("DeploymentID").unwrap_or_default();
            let legal =
                (4..=20).contains(&id.len()) && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            want(legal && id == e.at.id, || format!("deployment `{id}`"))?;
            for stack in STACKS {
                e.stack(stack)?;
            }
            Ok(())
        }),
        fact("HR-008", |e| {
            let owner = network::vpc(e)?.tag("Owner").unwrap_or_default();
            want(owner == super::team(e).owner && (1..=50).contains(&owner.chars().count()), || {
                format!("owner `{owner}`")
            })
        }),
        fact("HR-009", |e| {
            let found = rules::rules(e, &network::group(e, "alb")?, true)?;
            want(found.len() == 2 && found.iter().all(|rule| rule.peer == "0.0.0.0/0"), || format!("{found:?}"))
        }),
        fact("HR-010", |e| e.exactly(super::team(e).nats, "network", "AWS::EC2::NatGateway").map(|_| ())),
        fact("HR-011", |e| data::database(e)?.is("MultiAZ", super::team(e).multi_az)),
        fact("HR-012", |e| template(e)?.is("LaunchTemplateData.InstanceType", "t3.micro")),
        fact("HR-013", |e| data::database(e)?.is("DBInstanceClass", "db.t3.micro")),
        fact("HR-014", |e| data::database(e)?.is("AllocatedStorage", 20)),
        fact("HR-015", |e| {
            let fleet = compute::fleet(e)?;
            let size = |path: &str| plain(&fleet.get(path)).parse::<u32>().unwrap_or(u32::MAX);
            let found = [size("MinSize"), size("DesiredCapacity"), size("MaxSize")];
            want(found == [1, 2, 4] && found.is_sorted(), || format!("sizes {found:?}"))
        }),
        fact("HR-016", |e| {
            user_data::variable_is(e, "APP_PORT", "5000")?;
            compute::targets(e)?.is("Port", 5000)
        }),
        fact("HR-017", |e| user_data::variable_is(e, "LOG_LEVEL", "INFO")),
        fact("HR-018", |e| data::database(e)?.is("DeletionProtection", true)),
        fact("HR-019", |e| {
            e.exactly(super::team(e).nats, "network", "AWS::EC2::NatGateway")?;
            data::database(e)?.is("MultiAZ", super::team(e).multi_az)?;
            // Fixed when built: no template leaves a choice open.
            let open = |stack: &&str| {
                e.frame(stack).is_ok_and(|frame| frame.get("Conditions").is_some() || frame.get("Parameters").is_some())
            };
            want(!STACKS.iter().any(open), || "a template with open parameters".into())?;
            plan::order(e).map(|_| ())
        }),
    ]
}
