//! Sections 4 and 12: the network, and the rules of its groups.

use super::{Fact, data, each, fact};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role, statements};
use crate::rules::{Rule, rules};
use crate::tree::{Check, Env, Res, want};

/// The one VPC.
pub fn vpc<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::EC2::VPC")
}

/// The private subnets, by zone.
pub fn private<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(2, "data", "AWS::EC2::Subnet")
}

fn table<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::EC2::RouteTable")
}

fn endpoint<'t>(env: &Env<'t>, service: &str) -> Result<Res<'t>, String> {
    let name = format!("com.amazonaws.${{AWS::Region}}.{service}");
    env.with("data", "AWS::EC2::VPCEndpoint", "ServiceName", &name)
}

fn flow_log<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("data", "AWS::EC2::FlowLog")
}

fn flow_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let name = plain(&flow_log(env)?.get("LogGroupName"));
    env.with("data", "AWS::Logs::LogGroup", "LogGroupName", &name)
}

fn flow_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let arn = flow_log(env)?.get("DeliverLogsPermissionArn");
    let found = env.all("data", "AWS::IAM::Role")?.into_iter().find(|role| role.attribute("Arn") == arn);
    found.ok_or_else(|| format!("no role is {arn}"))
}

/// The one group that a resource wears, by the property that lists its groups.
pub fn group<'t>(env: &Env<'t>, wearer: &Res, path: &str) -> Result<Res<'t>, String> {
    let worn = wearer.items(path);
    let groups = env.all("data", "AWS::EC2::SecurityGroup")?;
    let found: Vec<_> = groups.into_iter().filter(|group| worn == [group.reference()]).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} wears {worn:?}", wearer.place())),
    }
}

fn database_group<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    group(env, &data::cluster(env)?, "VpcSecurityGroupIds")
}

fn function_group<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    group(env, &data::function(env)?, "VpcConfig.SecurityGroupIds")
}

fn endpoint_group<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    group(env, &endpoint(env, "secretsmanager")?, "SecurityGroupIds")
}

fn id(group: &Res) -> String {
    plain(&group.reference())
}

/// That a group lets in this alone.
fn lets_in(env: &Env, group: &Res, wanted: &Rule) -> Check {
    let found = rules(env, group, true)?;
    want(found == [wanted.clone()], || format!("{} lets in {found:?}", group.place()))
}

fn database_is_asked_by_its_function(env: &Env) -> Check {
    lets_in(env, &database_group(env)?, &Rule::tcp(5432, &id(&function_group(env)?)))
}

fn database_asks_nobody(env: &Env) -> Check {
    asks_nobody(env, &database_group(env)?)
}

/// A group without a rule would be opened; this one has a rule that matches nothing.
fn asks_nobody(env: &Env, group: &Res) -> Check {
    let found = rules(env, group, false)?;
    let closed = found.len() == 1 && found[0].peer == "255.255.255.255/32";
    want(closed, || format!("{} asks {found:?}", group.place()))
}

fn endpoint_is_asked_by_the_function(env: &Env) -> Check {
    asks_nobody(env, &endpoint_group(env)?)?;
    lets_in(env, &endpoint_group(env)?, &Rule::tcp(443, &id(&function_group(env)?)))
}

/// The database, the endpoint of secrets, and AWS's list of S3's addresses; nobody asks it.
fn function_asks(env: &Env) -> Check {
    let asked = rules(env, &function_group(env)?, true)?;
    want(asked.is_empty(), || format!("the function lets in {asked:?}"))?;
    let found = rules(env, &function_group(env)?, false)?;
    let mut wanted = [
        Rule::tcp(5432, &id(&database_group(env)?)),
        Rule::tcp(443, &id(&endpoint_group(env)?)),
        Rule::tcp(443, "‹parameter S3PrefixList›"),
    ];
    wanted.sort();
    want(found == wanted, || format!("the function asks {found:?}, not {wanted:?}"))
}

fn no_addresses(env: &Env) -> Check {
    let found = rules(env, &database_group(env)?, true)?;
    want(!found.is_empty() && found.iter().all(|rule| rule.peer.starts_with('‹')), || format!("{found:?}"))
}

/// The facts of these sections.
pub fn facts() -> Vec<Fact> {
    [network_facts(), log_facts(), rule_facts()].concat()
}

fn network_facts() -> Vec<Fact> {
    vec![
        fact("JU-024", |e| {
            vpc(e)?;
            each(2, private(e)?, |subnet| subnet.points("VpcId", &vpc(e)?))
        }),
        fact("JU-025", |e| vpc(e)?.is("CidrBlock", "10.0.0.0/16")),
        fact("JU-026", |e| vpc(e)?.is("EnableDnsSupport", true)),
        fact("JU-027", |e| vpc(e)?.is("EnableDnsHostnames", true)),
        fact("JU-028", |e| {
            let zones: Vec<String> = private(e)?.iter().map(|subnet| plain(&subnet.get("AvailabilityZone"))).collect();
            want(zones == ["‹zone 0›", "‹zone 1›"], || format!("zones {zones:?}"))
        }),
        fact("JU-029", |e| {
            let mut found: Vec<String> = private(e)?.iter().map(|subnet| plain(&subnet.get("CidrBlock"))).collect();
            found.sort();
            want(found == ["10.0.11.0/24", "10.0.12.0/24"], || format!("subnets {found:?}"))
        }),
        fact("JU-030", |e| each(2, private(e)?, |subnet| subnet.is("MapPublicIpOnLaunch", false))),
        fact("JU-031", |e| {
            table(e)?.points("VpcId", &vpc(e)?)?;
            want(e.everywhere("AWS::EC2::Route")?.is_empty(), || "a route".into())
        }),
        fact("JU-032", |e| {
            let all = e.exactly(2, "data", "AWS::EC2::SubnetRouteTableAssociation")?;
            let mut of: Vec<String> = all.iter().map(|one| plain(&one.get("SubnetId"))).collect();
            let mut subnets: Vec<String> = private(e)?.iter().map(id).collect();
            of.sort();
            subnets.sort();
            want(of == subnets, || format!("associations of {of:?}"))?;
            each(2, all, |one| one.points("RouteTableId", &table(e)?))
        }),
        fact("JU-033", |e| {
            let endpoint = endpoint(e, "s3")?;
            endpoint.is("VpcEndpointType", "Gateway")?;
            endpoint.lists("RouteTableIds", &[table(e)?])
        }),
        fact("JU-034", |e| {
            let endpoint = endpoint(e, "secretsmanager")?;
            endpoint.is("VpcEndpointType", "Interface")?;
            endpoint.lists("SubnetIds", &private(e)?)
        }),
        fact("JU-035", |e| endpoint(e, "secretsmanager")?.is("PrivateDnsEnabled", true)),
    ]
}

fn log_facts() -> Vec<Fact> {
    vec![
        fact("JU-036", |e| {
            flow_log(e)?.points("ResourceId", &vpc(e)?)?;
            flow_log(e)?.is("TrafficType", "ALL")
        }),
        fact("JU-037", |e| flow_log(e)?.is("ResourceType", "VPC")),
        fact("JU-038", |e| flow_log(e)?.is("LogDestinationType", "cloud-watch-logs")),
        fact("JU-039", |e| flow_logs(e)?.is("RetentionInDays", 30)),
        fact("JU-040", |e| {
            let trust = statements(&flow_role(e)?.get("AssumeRolePolicyDocument"))?;
            let right = trust.len() == 1 && trust[0].principals == ["Service:vpc-flow-logs.amazonaws.com"];
            want(right && trust[0].allows && trust[0].actions == ["sts:AssumeRole"], || format!("{trust:?}"))
        }),
        fact("JU-041", |e| {
            let granted = of_role(e, &flow_role(e)?)?;
            let group = format!(
                "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{}",
                flow_logs(e)?.text("LogGroupName")?
            );
            for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
                allowed_only_on(&granted, action, &[format!("{group}:log-stream:*")])?;
            }
            let within = granted.iter().flat_map(|s| &s.resources).all(|resource| resource.starts_with(&group));
            want(within, || format!("{granted:?}"))
        }),
    ]
}

fn rule_facts() -> Vec<Fact> {
    vec![
        fact("JU-042", no_addresses),
        fact("JU-043", database_is_asked_by_its_function),
        fact("JU-044", database_asks_nobody),
        fact("JU-045", function_asks),
        fact("JU-046", endpoint_is_asked_by_the_function),
        fact("JU-047", |e| {
            let (database, function) = (id(&database_group(e)?), id(&function_group(e)?));
            let all = e.all("data", "AWS::EC2::SecurityGroupIngress")?;
            let between = |rule: &&Res| {
                plain(&rule.get("GroupId")) == database && plain(&rule.get("SourceSecurityGroupId")) == function
            };
            let found = all.iter().filter(between).count();
            want(found == 1, || format!("{found} rules from the function to the database"))
        }),
        fact("JU-253", no_addresses),
        fact("JU-254", database_is_asked_by_its_function),
        fact("JU-255", database_asks_nobody),
        fact("JU-256", function_asks),
        fact("JU-257", endpoint_is_asked_by_the_function),
    ]
}
