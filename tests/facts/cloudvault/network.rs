//! Section 4: the network.

use serde_json::{Value, json};

use super::{Fact, config, each, fact};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role, statements};
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "network";

/// The network.
pub fn vpc<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::EC2::VPC")
}

/// The three subnets of a kind, in the order of their zones.
pub fn subnets<'t>(env: &Env<'t>, kind: &str) -> Result<Vec<Res<'t>>, String> {
    let mut found: Vec<_> = env
        .all(STACK, "AWS::EC2::Subnet")?
        .into_iter()
        .filter(|res| res.tag("Name").as_deref() == Some(kind))
        .collect();
    found.sort_by_key(|res| plain(&res.get("AvailabilityZone")));
    if found.len() == 3 { Ok(found) } else { Err(format!("{} subnets called {kind}", found.len())) }
}

fn ranges(env: &Env, kind: &str, wanted: [&str; 3]) -> Check {
    let found: Vec<String> = subnets(env, kind)?.iter().map(|res| plain(&res.get("CidrBlock"))).collect();
    want(found == wanted, || format!("{kind}: {found:?}"))
}

/// Three blocks of 256 addresses each, none of another kind's.
fn masks(env: &Env, kind: &str) -> Check {
    let all = env.all(STACK, "AWS::EC2::Subnet")?;
    each(3, subnets(env, kind)?, |res| {
        let range = plain(&res.get("CidrBlock"));
        let alone = all.iter().filter(|other| plain(&other.get("CidrBlock")) == range).count() == 1;
        want(alone && range.ends_with("/24"), || format!("{} is {range}", res.place()))
    })
}

fn in_zones(env: &Env, kind: &str) -> Check {
    for (index, res) in subnets(env, kind)?.iter().enumerate() {
        res.is("AvailabilityZone", format!("‹zone {index}›"))?;
    }
    Ok(())
}

fn in_order(env: &Env, kind: &str, launches: bool) -> Check {
    in_zones(env, kind)?;
    each(3, subnets(env, kind)?, |res| res.is("MapPublicIpOnLaunch", launches))
}

/// The table of a subnet.
fn table<'t>(env: &Env<'t>, subnet: &Res) -> Result<Res<'t>, String> {
    let mut tables = Vec::new();
    for link in env.all(STACK, "AWS::EC2::SubnetRouteTableAssociation")? {
        if link.points("SubnetId", subnet).is_ok() {
            tables.push(plain(&link.get("RouteTableId")));
        }
    }
    let all = env.all(STACK, "AWS::EC2::RouteTable")?;
    let found: Vec<_> = all.into_iter().filter(|res| tables.contains(&plain(&res.reference()))).collect();
    match (&found[..], tables.len()) {
        ([only], 1) => Ok(*only),
        _ => Err(format!("{} has {tables:?}", subnet.place())),
    }
}

/// The tables of a kind, each once.
fn tables<'t>(env: &Env<'t>, kind: &str) -> Result<Vec<Res<'t>>, String> {
    let mut found: Vec<Res> = Vec::new();
    for subnet in subnets(env, kind)? {
        let table = table(env, &subnet)?;
        if !found.iter().any(|other| other.unit == table.unit) {
            found.push(table);
        }
    }
    Ok(found)
}

/// The routes of a table.
fn routes<'t>(env: &Env<'t>, table: &Res) -> Result<Vec<Res<'t>>, String> {
    let all = env.all(STACK, "AWS::EC2::Route")?;
    Ok(all.into_iter().filter(|route| route.points("RouteTableId", table).is_ok()).collect())
}

/// The only route of a table.
fn way<'t>(env: &Env<'t>, table: &Res) -> Result<Res<'t>, String> {
    match routes(env, table)?[..] {
        [only] => Ok(only),
        ref other => Err(format!("{} has the routes {other:?}", table.place())),
    }
}

fn gateway<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::EC2::InternetGateway")
}

fn attachment<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::EC2::VPCGatewayAttachment")
}

fn nats<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(config(env).nats, STACK, "AWS::EC2::NatGateway")
}

fn public_way<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    match tables(env, "Public")?[..] {
        [only] => way(env, &only),
        ref other => Err(format!("public tables {other:?}")),
    }
}

/// Each private subnet leaves by the NAT gateway of its zone, or by the only one.
fn private_ways(env: &Env) -> Check {
    let (private, public, nats) = (subnets(env, "Private")?, subnets(env, "Public")?, nats(env)?);
    for (subnet, zone) in private.iter().zip(&public) {
        let way = way(env, &table(env, subnet)?)?;
        let nat = match nats[..] {
            [only] => only,
            _ => *nats.iter().find(|nat| nat.points("SubnetId", zone).is_ok()).ok_or("a zone without a NAT gateway")?,
        };
        way.points("NatGatewayId", &nat)?;
        way.lacks("GatewayId")?;
    }
    Ok(())
}

/// Each NAT gateway stands in another public subnet, the first ones first.
fn placed(env: &Env) -> Check {
    let (public, nats) = (subnets(env, "Public")?, nats(env)?);
    for subnet in public.iter().take(nats.len()) {
        let here = nats.iter().filter(|nat| nat.points("SubnetId", subnet).is_ok()).count();
        want(here == 1, || format!("{here} NAT gateways in {}", subnet.place()))?;
    }
    Ok(())
}

fn endpoint<'t>(env: &Env<'t>, kind: &str) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::EC2::VPCEndpoint", "VpcEndpointType", kind)
}

/// The group of the functions.
pub fn functions<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.with(STACK, "AWS::EC2::SecurityGroup", "GroupDescription", "Security group for Lambda functions")
}

fn endpoints<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let found = env.exactly(2, STACK, "AWS::EC2::SecurityGroup")?;
    let functions = functions(env)?;
    found.into_iter().find(|res| res.unit != functions.unit).ok_or("no group of endpoints".to_owned())
}

/// What a group lets in or out, inline and as rules of their own.
pub fn rules(env: &Env, group: &Res, ingress: bool) -> Result<Vec<Value>, String> {
    let (inline, ty) = if ingress {
        ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress")
    } else {
        ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress")
    };
    let mut all = group.items(inline);
    for rule in env.all(STACK, ty)? {
        if rule.points("GroupId", group).is_ok() {
            all.push(rule.get_all());
        }
    }
    Ok(all)
}

/// Whether a rule opens everything to an address range.
pub fn opens_all(rule: &Value, range: &str) -> bool {
    rule.get("CidrIp").is_some_and(|value| value == range) && rule.get("IpProtocol").is_some_and(|value| value == "-1")
}

fn flow<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::EC2::FlowLog")
}

fn flow_logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::Logs::LogGroup")
}

fn flow_role<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::IAM::Role")
}

/// That a role is for this service alone.
pub fn trusts(role: &Res, service: &str) -> Check {
    let trust = statements(&role.get("AssumeRolePolicyDocument"))?;
    let principal = format!("Service:{service}");
    let right = trust.len() == 1
        && trust[0].allows
        && !trust[0].excludes
        && trust[0].principals == [principal]
        && trust[0].actions == ["sts:AssumeRole"];
    want(right, || format!("{} is trusted to {trust:?}", role.place()))
}

/// That a role may do these things on these resources, and nothing else.
pub fn may_only(env: &Env, role: &Res, all: &[(&[&str], Vec<String>)]) -> Check {
    let given = of_role(env, role)?;
    let mut known = Vec::new();
    for (actions, resources) in all {
        for action in *actions {
            allowed_only_on(&given, action, resources)?;
            known.push(*action);
        }
    }
    let more = given.iter().flat_map(|s| &s.actions).find(|action| !known.contains(&action.as_str()));
    want(more.is_none() && given.iter().all(|s| s.allows && !s.excludes), || {
        format!("{} also has {more:?}", role.place())
    })
}

fn flow_rights(env: &Env) -> Check {
    let group = plain(&flow_logs(env)?.reference());
    let arn = format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}");
    let streams = vec![format!("{arn}:log-stream:*")];
    may_only(
        env,
        &flow_role(env)?,
        &[
            (&["logs:CreateLogStream", "logs:PutLogEvents"], streams),
            (&["logs:DescribeLogStreams"], vec![format!("{arn}:*")]),
        ],
    )
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [vpc_facts(), subnet_facts(), gateway_facts(), route_facts(), endpoint_facts(), group_facts(), flow_facts()]
        .concat()
}

fn vpc_facts() -> Vec<Fact> {
    vec![
        fact("CV-071", |e| vpc(e).map(|_| ())),
        fact("CV-072", |e| vpc(e)?.is("CidrBlock", "10.0.0.0/16")),
        fact("CV-073", |e| vpc(e)?.is("EnableDnsSupport", true)),
        fact("CV-074", |e| vpc(e)?.is("EnableDnsHostnames", true)),
        fact("CV-075", |e| want(vpc(e)?.tag("Name") == Some(e.name("vpc")), || "the network's name".into())),
    ]
}

fn subnet_facts() -> Vec<Fact> {
    vec![
        fact("CV-076", |e| in_zones(e, "Public")),
        fact("CV-077", |e| masks(e, "Public")),
        fact("CV-078", |e| ranges(e, "Public", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"])),
        fact("CV-079", |e| in_order(e, "Public", false)),
        fact("CV-080", |e| in_zones(e, "Public")),
        fact("CV-081", |e| each(3, subnets(e, "Public")?, |res| res.points("VpcId", &vpc(e)?))),
        fact("CV-082", |e| {
            in_zones(e, "Private")?;
            private_ways(e)
        }),
        fact("CV-083", |e| masks(e, "Private")),
        fact("CV-084", |e| ranges(e, "Private", ["10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24"])),
        fact("CV-085", |e| each(3, subnets(e, "Private")?, |res| res.points("VpcId", &vpc(e)?))),
        fact("CV-086", |e| in_order(e, "Private", false)),
        fact("CV-087", |e| {
            for table in tables(e, "Isolated")? {
                let ways = routes(e, &table)?;
                want(ways.is_empty(), || format!("isolated subnets have {ways:?}"))?;
            }
            Ok(())
        }),
        fact("CV-088", |e| masks(e, "Isolated")),
        fact("CV-089", |e| ranges(e, "Isolated", ["10.0.6.0/24", "10.0.7.0/24", "10.0.8.0/24"])),
        fact("CV-090", |e| each(3, subnets(e, "Isolated")?, |res| res.points("VpcId", &vpc(e)?))),
        fact("CV-091", |e| in_order(e, "Isolated", false)),
        fact("CV-131", |e| {
            e.exactly(9, STACK, "AWS::EC2::Subnet")?;
            ["Public", "Private", "Isolated"].iter().try_for_each(|kind| in_zones(e, kind))
        }),
    ]
}

fn gateway_facts() -> Vec<Fact> {
    vec![
        fact("CV-092", |e| gateway(e).map(|_| ())),
        fact("CV-093", |e| attachment(e)?.points("VpcId", &vpc(e)?)),
        fact("CV-094", |e| attachment(e)?.points("InternetGatewayId", &gateway(e)?)),
        fact("CV-095", |e| nats(e).map(|_| ())),
        fact("CV-096", placed),
        fact("CV-097", |e| {
            let addresses = e.exactly(config(e).nats, STACK, "AWS::EC2::EIP")?;
            let ids: Vec<Value> = addresses.iter().map(|res| res.attribute("AllocationId")).collect();
            let mut seen = Vec::new();
            each(config(e).nats, nats(e)?, |nat| {
                want(ids.contains(&nat.get("AllocationId")), || format!("{} has no address of ours", nat.place()))
            })?;
            for nat in nats(e)? {
                let id = nat.get("AllocationId");
                want(!seen.contains(&id), || "two NAT gateways with one address".into())?;
                seen.push(id);
            }
            Ok(())
        }),
        fact("CV-098", |e| each(config(e).nats, e.all(STACK, "AWS::EC2::EIP")?, |res| res.is("Domain", "vpc"))),
    ]
}

fn route_facts() -> Vec<Fact> {
    vec![
        fact("CV-099", |e| each(1, tables(e, "Public")?, |res| res.points("VpcId", &vpc(e)?))),
        fact("CV-100", |e| each(config(e).nats, tables(e, "Private")?, |res| res.points("VpcId", &vpc(e)?))),
        fact("CV-101", |e| {
            each(1, tables(e, "Isolated")?, |res| {
                let ways = routes(e, res)?;
                want(ways.is_empty(), || format!("isolated subnets have {ways:?}"))
            })
        }),
        fact("CV-102", |e| public_way(e)?.is("DestinationCidrBlock", "0.0.0.0/0")),
        fact("CV-103", |e| public_way(e)?.points("GatewayId", &gateway(e)?)),
        fact("CV-104", |e| public_way(e)?.waits_for(&attachment(e)?)),
        fact("CV-105", |e| {
            each(config(e).nats, tables(e, "Private")?, |res| way(e, res)?.is("DestinationCidrBlock", "0.0.0.0/0"))
        }),
        fact("CV-106", private_ways),
        fact("CV-107", |e| {
            e.exactly(9, STACK, "AWS::EC2::SubnetRouteTableAssociation")?;
            for kind in ["Public", "Private", "Isolated"] {
                tables(e, kind)?;
            }
            Ok(())
        }),
    ]
}

fn endpoint_facts() -> Vec<Fact> {
    vec![
        fact("CV-108", |e| endpoint(e, "Gateway")?.points("VpcId", &vpc(e)?)),
        fact("CV-109", |e| endpoint(e, "Gateway")?.is("ServiceName", "com.amazonaws.${AWS::Region}.s3")),
        fact("CV-110", |e| {
            let all = [tables(e, "Private")?, tables(e, "Isolated")?].concat();
            endpoint(e, "Gateway")?.lists("RouteTableIds", &all)
        }),
        fact("CV-111", |e| endpoint(e, "Interface")?.points("VpcId", &vpc(e)?)),
        fact("CV-112", |e| endpoint(e, "Interface")?.is("ServiceName", "com.amazonaws.${AWS::Region}.dynamodb")),
        fact("CV-113", |e| endpoint(e, "Interface")?.is("PrivateDnsEnabled", false)),
        fact("CV-114", |e| endpoint(e, "Interface")?.lists("SubnetIds", &subnets(e, "Private")?)),
        fact("CV-115", |e| endpoint(e, "Interface")?.lists("SecurityGroupIds", &[endpoints(e)?])),
        fact("CV-487", |e| {
            endpoint(e, "Interface")?.is("ServiceName", "com.amazonaws.${AWS::Region}.dynamodb")?;
            endpoint(e, "Interface")?.is("PrivateDnsEnabled", false)
        }),
    ]
}

fn group_facts() -> Vec<Fact> {
    vec![
        fact("CV-116", |e| functions(e).map(|_| ())),
        fact("CV-117", |e| functions(e)?.points("VpcId", &vpc(e)?)),
        fact("CV-118", |e| {
            let out = rules(e, &functions(e)?, false)?;
            want(out.iter().any(|rule| opens_all(rule, "0.0.0.0/0")), || format!("functions reach {out:?}"))
        }),
        fact("CV-119", |e| {
            let into = rules(e, &functions(e)?, true)?;
            want(into.is_empty(), || format!("functions are reached by {into:?}"))
        }),
        fact("CV-120", |e| {
            let (into, peer) = (rules(e, &endpoints(e)?, true)?, functions(e)?.attribute("GroupId"));
            let [only] = &into[..] else { return Err(format!("endpoints are reached by {into:?}")) };
            let ports = [&only["IpProtocol"], &only["FromPort"], &only["ToPort"]].map(plain);
            want(ports == ["tcp", "443", "443"] && only["SourceSecurityGroupId"] == peer, || format!("{only}"))
        }),
        fact("CV-121", |e| {
            let out = rules(e, &endpoints(e)?, false)?;
            let nothing = |rule: &Value| rule["CidrIp"] == json!("255.255.255.255/32") && rule["IpProtocol"] == "icmp";
            want(out.len() == 1 && nothing(&out[0]), || format!("endpoints reach {out:?}"))
        }),
    ]
}

fn flow_facts() -> Vec<Fact> {
    vec![
        fact("CV-122", |e| flow(e)?.is("ResourceType", "VPC")),
        fact("CV-123", |e| flow(e)?.is("TrafficType", "ALL")),
        fact("CV-124", |e| flow(e)?.is("LogDestinationType", "cloud-watch-logs")),
        fact("CV-125", |e| flow(e)?.points("ResourceId", &vpc(e)?)),
        fact("CV-126", |e| flow(e)?.points("LogGroupName", &flow_logs(e)?)),
        fact("CV-127", |e| flow(e)?.is("DeliverLogsPermissionArn", flow_role(e)?.attribute("Arn"))),
        fact("CV-128", |e| flow_logs(e)?.is("RetentionInDays", config(e).logs)),
        fact("CV-129", |e| trusts(&flow_role(e)?, "vpc-flow-logs.amazonaws.com")),
        fact("CV-130", flow_rights),
    ]
}
