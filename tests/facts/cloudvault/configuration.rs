//! Section 1: the environments, and where each field of their configuration shows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fact, STACKS, config, each, environments, fact, fact_in, fact_of_all};
use super::{api, cicd, files, functions, monitoring, network, security, stacks, tables};
use crate::meaning::plain;
use crate::tree::{Check, Env, Tree, want};

fn plan_says(env: &Env, key: &str, value: &str) -> Check {
    let found = env.plan()?.get(key).map(plain).unwrap_or_default();
    want(found == value, || format!("the plan's {key} is {found}"))
}

/// Both environments have the same resources, apart from those that a flag decides.
fn one_definition(tree: &Tree) -> Check {
    const BY_FLAG: [&str; 12] = [
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
        "AWS::SecurityHub::Hub",
        "AWS::GuardDuty::Detector",
        "AWS::CloudTrail::Trail",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EIP",
        "AWS::EC2::RouteTable",
        "AWS::EC2::Route",
        "AWS::SNS::Subscription",
    ];
    let mut sides: Vec<BTreeSet<String>> = Vec::new();
    for env in environments(tree) {
        let mut ids = BTreeSet::new();
        for stack in STACKS {
            for res in env.resources(stack)? {
                // The audit's bucket comes with the trail.
                if !BY_FLAG.contains(&res.ty()) && !res.logical_id().starts_with("Records") {
                    ids.insert(format!("{stack}/{} {}", res.logical_id(), res.ty()));
                }
            }
        }
        sides.push(ids);
    }
    let apart: Vec<_> = sides[0].symmetric_difference(&sides[1]).collect();
    want(apart.is_empty() && sides[0].len() > 80, || format!("only one of them has {apart:?}"))
}

/// What one stack takes from another is exported there, or a parameter that the plan fills.
fn loosely_coupled(env: &Env) -> Check {
    for stack in STACKS {
        let parameters = stacks::entry(env, stack)?.get("parameters").cloned().unwrap_or_default();
        let filled: Vec<String> = parameters
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter.get("from").is_some_and(Value::is_object))
            .map(|parameter| plain(&parameter["name"]))
            .collect();
        for name in env.frame(stack)?.get("Parameters").and_then(Value::as_object).into_iter().flatten() {
            want(filled.contains(name.0), || format!("nothing fills {} of {stack}", name.0))?;
        }
        for (home, name) in stacks::imports(env, stack)? {
            want(home.is_some(), || format!("{stack} imports {name}, which nothing exports"))?;
        }
    }
    Ok(())
}

fn flag(env: &Env, stack: &str, ty: &str, count: usize) -> Check {
    env.exactly(if config(env).full { count } else { 0 }, stack, ty).map(|_| ())
}

fn scaling(env: &Env, property: &str, value: u32) -> Check {
    let all = env.all("foundation", "AWS::ApplicationAutoScaling::ScalableTarget")?;
    each(if config(env).full { 10 } else { 0 }, all, |res| res.is(property, value))
}

/// Every group of log lines is kept as long as the environment says.
pub fn logs_kept(env: &Env) -> Check {
    let mut count = 0;
    for stack in STACKS {
        for group in env.all(stack, "AWS::Logs::LogGroup")? {
            group.is("RetentionInDays", config(env).logs)?;
            count += 1;
        }
    }
    want(count == 9, || format!("{count} log groups"))
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [environment_facts(), field_facts(), effect_facts()].concat()
}

fn environment_facts() -> Vec<Fact> {
    vec![
        fact_of_all("CV-003", |tree| {
            want(tree.folders == ["dev", "production"], || format!("{:?}", tree.folders))?;
            environments(tree).try_for_each(|env| plan_says(&env, "environment", env.at.folder))
        }),
        fact("CV-005", |e| {
            plan_says(e, "system", "cloudvault")?;
            STACKS.iter().try_for_each(|stack| stacks::entry(e, stack).map(|_| ()))
        }),
        fact_of_all("CV-006", one_definition),
        fact("CV-007", loosely_coupled),
        fact("CV-011", |e| {
            loosely_coupled(e)?;
            stacks::in_order(e)
        }),
    ]
}

fn field_facts() -> Vec<Fact> {
    vec![
        fact("CV-015", |e| functions::variable(e, "ENVIRONMENT", |_| e.at.folder.to_owned())),
        fact("CV-016", |e| {
            plan_says(e, "region", "us-east-1")?;
            STACKS.iter().filter(|stack| **stack != "replica").try_for_each(|stack| {
                let region = stacks::entry(e, stack)?.get("region").map(plain);
                want(region.as_deref() == Some("us-east-1"), || format!("{stack} in {region:?}"))
            })
        }),
        fact("CV-017", |e| plan_says(e, "account", "123456789012")),
        fact("CV-018", |e| scaling(e, "MinCapacity", config(e).min)),
        fact("CV-019", |e| scaling(e, "MaxCapacity", config(e).max)),
        fact("CV-020", logs_kept),
        fact("CV-021", |e| files::backups_expire(e, config(e).backups)),
        fact("CV-022", tables::billing),
        fact("CV-023", |e| flag(e, "security", "AWS::WAFv2::WebACL", 1)),
        fact("CV-024", |e| flag(e, "security", "AWS::GuardDuty::Detector", 1)),
        fact("CV-025", |e| api::stage(e)?.is("DefaultRouteSettings.DetailedMetricsEnabled", config(e).full)),
        fact("CV-026", |e| monitoring::email(e)?.is("Endpoint", config(e).email)),
        fact("CV-027", |e| e.exactly(config(e).nats, "network", "AWS::EC2::NatGateway").map(|_| ())),
        fact("CV-028", |e| api::api(e)?.is("CorsConfiguration.AllowOrigins", vec![config(e).origin])),
        fact("CV-029", |e| cicd::branch(e, config(e).branch)),
        fact("CV-030", |e| functions::variable(e, "LOG_LEVEL", |_| "INFO".to_owned())),
        fact("CV-031", |e| {
            let region = stacks::entry(e, "replica")?.get("region").map(plain);
            want(region.as_deref() == Some("us-west-2"), || format!("copies in {region:?}"))
        }),
    ]
}

fn effect_facts() -> Vec<Fact> {
    vec![
        fact("CV-032", |e| {
            scaling(e, "MinCapacity", config(e).min)?;
            scaling(e, "MaxCapacity", config(e).max)
        }),
        fact("CV-033", logs_kept),
        fact("CV-034", |e| {
            files::backups_expire(e, config(e).backups)?;
            tables::reaching_back(e, config(e).backups.min(35))
        }),
        fact("CV-035", tables::billing),
        fact("CV-036", |e| {
            flag(e, "security", "AWS::WAFv2::WebACL", 1)?;
            flag(e, "api", "AWS::WAFv2::WebACLAssociation", 1)
        }),
        fact("CV-037", |e| flag(e, "security", "AWS::GuardDuty::Detector", 1)),
        fact("CV-038", |e| api::stage(e)?.is("DefaultRouteSettings.DetailedMetricsEnabled", config(e).full)),
        fact("CV-039", |e| {
            monitoring::email(e)?.is("Endpoint", config(e).email)?;
            monitoring::email(e)?.points("TopicArn", &monitoring::topic(e)?)?;
            cicd::asked(e)?.is("Endpoint", config(e).email)?;
            cicd::asked(e)?.points("TopicArn", &cicd::approvals(e)?)
        }),
        fact("CV-134", |e| {
            let all: Result<Vec<_>, String> =
                environments(e.tree).map(|env| Ok(env.everywhere("AWS::EC2::EIP")?.len())).collect();
            let sum: usize = all?.iter().sum();
            want(sum == 4, || format!("{sum} addresses in one account"))
        }),
        fact_in("production", "CV-484", |e| {
            security::waf(e)?;
            flag(e, "security", "AWS::GuardDuty::Detector", 1)
        }),
        fact("CV-133", |e| {
            let mut blocks = Vec::new();
            for kind in ["Public", "Private", "Isolated"] {
                for subnet in network::subnets(e, kind)? {
                    let range = plain(&subnet.get("CidrBlock"));
                    let inside = range.starts_with("10.0.") && range.ends_with(".0/24") && !blocks.contains(&range);
                    want(inside, || format!("{} is {range}", subnet.place()))?;
                    blocks.push(range);
                }
            }
            network::vpc(e)?.is("CidrBlock", "10.0.0.0/16")
        }),
    ]
}
