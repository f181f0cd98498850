//! Section 3: names and tags, in the form of each type.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fact, STACKS, compute, environments, fact, iam, network, storage};
use crate::meaning::plain;
use crate::script::template;
use crate::tree::{Check, Env, Res, Tree, tag_in, want};

/// The properties that name a thing in an account.
const NAMES: [(&str, &str); 21] = [
    ("AWS::EC2::SecurityGroup", "GroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName"),
    ("AWS::RDS::DBParameterGroup", "DBParameterGroupName"),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::SecretsManager::RotationSchedule", "HostedRotationLambda.RotationLambdaName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateName"),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::EC2::KeyPair", "KeyName"),
];

/// The types of the lab that take tags.
const TAGGABLE: [&str; 22] = [
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::EIP",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::SecurityHub::Hub",
    "AWS::Lambda::Function",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::RDS::DBSubnetGroup",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBInstance",
    "AWS::SecretsManager::Secret",
    "AWS::EC2::LaunchTemplate",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::CloudWatch::Alarm",
];

/// The types of the lab that take none, so that a new type must be thought of here.
const UNTAGGABLE: [&str; 14] = [
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::SecurityHub::Standard",
    "AWS::SecurityHub::ProductSubscription",
    "Custom::InspectorEnabler",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
];

/// All physical names of a stack, with what they name.
pub fn physical_names<'t>(env: &Env<'t>, stack: &str) -> Result<Vec<(Res<'t>, String)>, String> {
    let mut names = Vec::new();
    for (ty, property) in NAMES {
        for res in env.all(stack, ty)? {
            let name = res.get(property);
            if !name.is_null() {
                names.push((res, plain(&name)));
            }
        }
    }
    Ok(names)
}

/// How many things of one deployment have names of their own.
const NAMED_THINGS: usize = 17;

fn names_match(env: &Env) -> Check {
    let mut count = 0;
    for stack in STACKS {
        for (res, name) in physical_names(env, stack)? {
            let (plain, path) = if stack == "security" {
                ("hrapp-".to_owned(), "/hrapp/".to_owned())
            } else {
                (env.name(""), format!("/hrapp/{}/", env.at.id))
            };
            let rest = if res.ty() == "AWS::Logs::LogGroup" {
                name.strip_prefix(&path).or(name.strip_prefix("/aws/lambda/hrapp-")).or(name.strip_prefix(&plain))
            } else {
                name.strip_prefix(&plain)
            };
            let legal = |rest: &str| {
                rest.starts_with(|c: char| c.is_ascii_lowercase())
                    && rest.chars().all(|c| {
                        c.is_ascii_lowercase()
                            || c.is_ascii_digit()
                            || "-/${}:".contains(c)
                            || "AWSAccountId".contains(c)
                    })
            };
            want(rest.is_some_and(legal), || format!("{} is called {name}", res.place()))?;
            count += usize::from(stack != "security");
        }
    }
    want(count >= NAMED_THINGS, || format!("only {count} things have names of their own"))
}

/// That the three tags of a deployment are among some tags; `only` narrows it to one of them.
pub fn three(env: &Env, only: &str, tag: impl Fn(&str) -> Option<String>, place: &str) -> Check {
    tags_are(env.at.id, super::team(env).owner, only, tag, place)
}

fn tags_are(id: &str, owner: &str, only: &str, tag: impl Fn(&str) -> Option<String>, place: &str) -> Check {
    for (key, value) in [("Project", "HRAppLab"), ("DeploymentID", id), ("Owner", owner)] {
        if only.is_empty() || only == key {
            let found = tag(key);
            want(found.as_deref() == Some(value), || format!("{place}: tag {key} is {found:?}, not {value}"))?;
        }
    }
    Ok(())
}

/// The tags a launch template gives to one kind of thing; `path` says which of its two lists.
pub fn specified(template: &Res, path: &str, kind: &str) -> Result<Vec<Value>, String> {
    let all = template.items(path);
    let found = all.iter().find(|item| item.get("ResourceType").and_then(Value::as_str) == Some(kind));
    let tags = found.and_then(|item| item.get("Tags")).and_then(Value::as_array);
    tags.cloned().ok_or_else(|| format!("{} {path} says nothing of {kind}", template.place()))
}

/// That every taggable resource carries the tags (or the one tag), in the way of its type.
pub fn tagged(env: &Env, only: &str) -> Check {
    for stack in STACKS {
        let id = if stack == "security" { "shared" } else { env.at.id };
        for res in env.resources(stack)? {
            if res.ty() == "AWS::EC2::LaunchTemplate" {
                let tags = specified(&res, "TagSpecifications", "launch-template")?;
                tags_are(id, super::team(env).owner, only, |key| tag_in(&tags, key), &res.place())?;
            } else if TAGGABLE.contains(&res.ty()) {
                tags_are(id, super::team(env).owner, only, |key| res.tag(key), &res.place())?;
            } else {
                want(UNTAGGABLE.contains(&res.ty()), || format!("{}: is {} taggable?", res.place(), res.ty()))?;
            }
        }
    }
    Ok(())
}

/// That an Auto Scaling group's tags go to its instances.
pub fn propagated(env: &Env, fleet: &Res) -> Check {
    three(env, "", |key| fleet.tag(key), &fleet.place())?;
    let tags = fleet.items("Tags");
    let all = tags.iter().all(|tag| tag.get("PropagateAtLaunch").is_some_and(|value| plain(value) == "true"));
    want(all, || format!("{}: {tags:?}", fleet.place()))
}

/// EC2 things without a name property: their `Name` tag says it, each another.
fn name_tags(env: &Env) -> Check {
    let mut seen = BTreeSet::new();
    for ty in ["VPC", "Subnet", "NatGateway", "RouteTable", "SecurityGroup", "InternetGateway", "EIP"] {
        for res in env.all("network", &format!("AWS::EC2::{ty}"))? {
            let name = res.tag("Name").unwrap_or_default();
            let legal =
                name.strip_prefix(&env.name("")).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            want(legal && seen.insert(name.clone()), || format!("{} is called `{name}`", res.place()))?;
        }
    }
    for tier in ["alb", "ec2", "rds"] {
        let group = network::group(env, tier)?;
        want(group.tag("Name") == Some(plain(&group.get("GroupName"))), || {
            format!("{}: Name is not its name", group.place())
        })?;
    }
    want(seen.len() >= 13, || format!("only {} names", seen.len()))?;
    let by_template = specified(&template(env)?, "LaunchTemplateData.TagSpecifications", "instance")?;
    let by_fleet = compute::fleet(env)?.items("Tags");
    let name = tag_in(&by_template, "Name").or(tag_in(&by_fleet, "Name")).unwrap_or_default();
    want(name.starts_with(&env.name("")), || format!("instances are called `{name}`"))
}

/// That two deployments share neither names nor exports.
pub fn apart(tree: &Tree) -> Check {
    let mut all: [BTreeSet<String>; 2] = [BTreeSet::new(), BTreeSet::new()];
    let mut things = Vec::new();
    for (names, env) in all.iter_mut().zip(environments(tree)) {
        for stack in STACKS.into_iter().filter(|stack| *stack != "security") {
            names.extend(physical_names(&env, stack)?.into_iter().map(|(_, name)| name));
            names.insert(env.stack_name(stack));
        }
        things.push(names.len());
        let folder = tree.folders.iter().position(|folder| folder == env.at.folder).ok_or("no folder")?;
        let exports = tree.exports(folder);
        let own = exports.iter().all(|name| name.starts_with(&env.name("")));
        want(own && exports.len() >= 10, || format!("exports {exports:?}"))?;
        names.extend(exports);
    }
    want(things[0] == things[1], || format!("the deployments name {things:?} things"))?;
    let both: Vec<_> = all[0].intersection(&all[1]).collect();
    want(both.is_empty() && all.iter().all(|names| names.len() > NAMED_THINGS), || {
        format!("both deployments have {both:?}")
    })
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("HR-035", names_match),
        fact("HR-036", |e| {
            for tier in ["alb", "ec2", "rds"] {
                network::group(e, tier)?;
            }
            Ok(())
        }),
        fact("HR-037", |e| storage::bucket(e)?.is("BucketName", storage::bucket_name(e))),
        fact("HR-038", |e| {
            let name = storage::bucket(e)?.text("BucketName")?;
            want(name.starts_with(&e.name("uploads")), || format!("bucket {name}"))
        }),
        fact("HR-039", |e| iam::role(e)?.is("RoleName", e.name("ec2-role"))),
        fact("HR-040", |e| tagged(e, "Project")),
        fact("HR-041", |e| tagged(e, "DeploymentID")),
        fact("HR-042", |e| tagged(e, "Owner")),
        fact("HR-044", name_tags),
        fact("HR-045", |e| {
            propagated(e, &compute::fleet(e)?)?;
            for kind in ["instance", "volume"] {
                let tags = specified(&template(e)?, "LaunchTemplateData.TagSpecifications", kind)?;
                three(e, "", |key| tag_in(&tags, key), kind)?;
            }
            let hub = super::security::hub(e)?;
            want(hub.get("Tags").is_object(), || "the hub's tags are no map".into())?;
            for stack in STACKS {
                for res in env_untaggable(e, stack)? {
                    want(res.get("Tags").is_null(), || format!("{} has tags", res.place()))?;
                }
            }
            Ok(())
        }),
    ]
}

fn env_untaggable<'t>(env: &Env<'t>, stack: &str) -> Result<Vec<Res<'t>>, String> {
    Ok(env.resources(stack)?.into_iter().filter(|res| UNTAGGABLE.contains(&res.ty())).collect())
}
