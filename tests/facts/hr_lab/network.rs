//! Section 4: the VPC, its routes, and the rules between its groups.

use serde_json::Value;

use super::{Fact, fact};
use crate::meaning::plain;
use crate::rules::{Rule, inline, rules};
use crate::tree::{Check, Env, Res, want};

/// The group of this tier: `alb`, `ec2`, `rds`.
pub fn group<'t>(env: &Env<'t>, tier: &str) -> Result<Res<'t>, String> {
    env.with("network", "AWS::EC2::SecurityGroup", "GroupName", &env.name(&format!("{tier}-sg")))
}

/// What a group's `Ref` gives, as text.
pub fn group_id(env: &Env, tier: &str) -> Result<String, String> {
    Ok(plain(&group(env, tier)?.reference()))
}

fn exactly(env: &Env, tier: &str, incoming: bool, mut wanted: Vec<Rule>) -> Check {
    let found = rules(env, &group(env, tier)?, incoming)?;
    wanted.sort();
    want(found == wanted, || format!("the {tier} group has {found:?}, not {wanted:?}"))
}

fn has(env: &Env, tier: &str, incoming: bool, wanted: &Rule) -> Check {
    let found = rules(env, &group(env, tier)?, incoming)?;
    want(found.contains(wanted), || format!("the {tier} group has {found:?}, without {wanted:?}"))
}

/// The separate rule from one tier into another.
fn ingress<'t>(env: &Env<'t>, from: &str, into: &str) -> Result<Res<'t>, String> {
    let (source, group) = (group_id(env, from)?, group_id(env, into)?);
    let all = env.everywhere("AWS::EC2::SecurityGroupIngress")?;
    let matching =
        |rule: &&Res| plain(&rule.get("SourceSecurityGroupId")) == source && plain(&rule.get("GroupId")) == group;
    let found: Vec<&Res> = all.iter().filter(matching).collect();
    match found[..] {
        [only] => Ok(*only),
        _ => Err(format!("{} ingress rules from {from} into {into}", found.len())),
    }
}

/// The one VPC.
pub fn vpc<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("network", "AWS::EC2::VPC")
}

/// Public subnets, then private ones, by their stated ranges.
pub fn subnet<'t>(env: &Env<'t>, cidr: &str) -> Result<Res<'t>, String> {
    env.with("network", "AWS::EC2::Subnet", "CidrBlock", cidr)
}

/// The public subnets, by zone.
pub fn public<'t>(env: &Env<'t>) -> Result<[Res<'t>; 2], String> {
    Ok([subnet(env, "10.0.1.0/24")?, subnet(env, "10.0.2.0/24")?])
}

/// The private subnets, by zone.
pub fn private<'t>(env: &Env<'t>) -> Result<[Res<'t>; 2], String> {
    Ok([subnet(env, "10.0.11.0/24")?, subnet(env, "10.0.12.0/24")?])
}

fn zoned(env: &Env, subnets: [Res; 2]) -> Check {
    let zones = subnets.map(|subnet| subnet.get("AvailabilityZone"));
    let expected = ["‹zone 0›", "‹zone 1›"];
    let stated = zones.iter().zip(expected).all(|(zone, mark)| plain(zone) == mark);
    let written = zones.iter().all(|zone| plain(zone).starts_with("us-east-1")) && zones[0] != zones[1];
    want(stated || written, || format!("{}: zones {zones:?}", env.at.id))?;
    let vpc = vpc(env)?;
    subnets.iter().try_for_each(|subnet| subnet.points("VpcId", &vpc))
}

/// The NAT gateways, ordered by the public subnets they stand in.
pub fn nats<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    let all = env.exactly(super::team(env).nats, "network", "AWS::EC2::NatGateway")?;
    let subnets = public(env)?;
    let mut ordered = Vec::new();
    for subnet in subnets {
        ordered.extend(all.iter().filter(|nat| nat.get("SubnetId") == subnet.reference()).copied());
    }
    Ok(ordered)
}

fn eips<'t>(env: &Env<'t>) -> Result<Vec<Res<'t>>, String> {
    env.exactly(super::team(env).nats, "network", "AWS::EC2::EIP")
}

fn internet_gateway<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("network", "AWS::EC2::InternetGateway")
}

fn attachment<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("network", "AWS::EC2::VPCGatewayAttachment")
}

/// The route table a subnet is associated with.
fn table_of(env: &Env, subnet: &Res) -> Result<String, String> {
    let all = env.all("network", "AWS::EC2::SubnetRouteTableAssociation")?;
    let of_it: Vec<_> = all.iter().filter(|one| one.get("SubnetId") == subnet.reference()).collect();
    match of_it[..] {
        [only] => Ok(plain(&only.get("RouteTableId"))),
        _ => Err(format!("{} has {} associations", subnet.place(), of_it.len())),
    }
}

/// The only route of a subnet's table.
pub fn route_of<'t>(env: &Env<'t>, subnet: &Res) -> Result<Res<'t>, String> {
    let table = table_of(env, subnet)?;
    let all = env.all("network", "AWS::EC2::Route")?;
    let of_it: Vec<_> = all.iter().filter(|one| plain(&one.get("RouteTableId")) == table).collect();
    match of_it[..] {
        [only] => Ok(*only),
        _ => Err(format!("{} routes in the table of {}", of_it.len(), subnet.place())),
    }
}

/// The route tables of both subnets are tables of this VPC.
fn tables_exist(env: &Env, subnets: [Res; 2], count: std::ops::RangeInclusive<usize>) -> Check {
    let (vpc, tables) = (vpc(env)?, env.all("network", "AWS::EC2::RouteTable")?);
    let mut used: Vec<String> = subnets.iter().map(|subnet| table_of(env, subnet)).collect::<Result<_, _>>()?;
    used.sort();
    used.dedup();
    want(count.contains(&used.len()), || format!("{} route tables, not {count:?}", used.len()))?;
    for id in used {
        let table =
            tables.iter().find(|table| plain(&table.reference()) == id).ok_or_else(|| format!("no table {id}"))?;
        table.points("VpcId", &vpc)?;
    }
    Ok(())
}

const ANYWHERE: &str = "0.0.0.0/0";

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [vpc_facts(), route_facts(), group_facts(), rule_table(), outputs()].concat()
}

fn vpc_facts() -> Vec<Fact> {
    vec![
        fact("HR-046", |e| vpc(e)?.is("CidrBlock", "10.0.0.0/16")),
        fact("HR-047", |e| vpc(e)?.is("EnableDnsSupport", true)),
        fact("HR-048", |e| vpc(e)?.is("EnableDnsHostnames", true)),
        fact("HR-049", |e| want(e.everywhere("AWS::EC2::VPC")?.len() == 1, || "not exactly one VPC".into())),
        fact("HR-050", |e| {
            let zones = public(e)?.map(|subnet| subnet.get("AvailabilityZone"));
            want(zones[0] != zones[1], || format!("public subnets in {zones:?}"))
        }),
        fact("HR-051", |e| zoned(e, public(e)?)),
        fact("HR-052", |e| public(e)?.iter().try_for_each(|subnet| subnet.is("MapPublicIpOnLaunch", false))),
        fact("HR-053", |e| zoned(e, private(e)?)),
        fact("HR-054", |e| e.exactly(4, "network", "AWS::EC2::Subnet").map(|_| ())),
        fact("HR-055", |e| private(e)?.iter().try_for_each(|subnet| subnet.is("MapPublicIpOnLaunch", false))),
        fact("HR-056", |e| {
            internet_gateway(e)?;
            attachment(e)?.points("VpcId", &vpc(e)?)
        }),
        fact("HR-057", |e| attachment(e)?.points("InternetGatewayId", &internet_gateway(e)?)),
    ]
}

fn route_facts() -> Vec<Fact> {
    vec![
        fact("HR-058", |e| e.exactly(super::team(e).nats, "network", "AWS::EC2::NatGateway").map(|_| ())),
        fact("HR-059", |e| {
            let (ordered, subnets) = (nats(e)?, public(e)?);
            want(ordered.len() == super::team(e).nats, || "a NAT gateway outside the public subnets".into())?;
            ordered.iter().zip(&subnets).try_for_each(|(nat, subnet)| nat.points("SubnetId", subnet))
        }),
        fact("HR-060", |e| {
            let eips = eips(e)?;
            for nat in nats(e)? {
                let id = nat.get("AllocationId");
                want(eips.iter().any(|eip| eip.attribute("AllocationId") == id), || {
                    format!("{} has {id}", nat.place())
                })?;
            }
            Ok(())
        }),
        fact("HR-061", |e| {
            let mut used: Vec<String> = nats(e)?.iter().map(|nat| plain(&nat.get("AllocationId"))).collect();
            let mut own: Vec<String> = eips(e)?.iter().map(|eip| plain(&eip.attribute("AllocationId"))).collect();
            used.sort();
            own.sort();
            want(used == own, || format!("addresses {own:?}, used {used:?}"))
        }),
        fact("HR-062", |e| eips(e)?.iter().try_for_each(|eip| eip.is("Domain", "vpc"))),
        fact("HR-063", |e| tables_exist(e, public(e)?, 1..=2)),
        fact("HR-064", |e| {
            public(e)?.iter().try_for_each(|subnet| route_of(e, subnet)?.is("DestinationCidrBlock", ANYWHERE))
        }),
        fact("HR-065", |e| {
            let gateway = internet_gateway(e)?;
            public(e)?.iter().try_for_each(|subnet| route_of(e, subnet)?.points("GatewayId", &gateway))
        }),
        fact("HR-066", |e| {
            let attachment = attachment(e)?;
            public(e)?.iter().try_for_each(|subnet| route_of(e, subnet)?.waits_for(&attachment))
        }),
        fact("HR-067", |e| tables_exist(e, private(e)?, super::team(e).nats..=2)),
        fact("HR-068", |e| {
            private(e)?.iter().try_for_each(|subnet| route_of(e, subnet)?.is("DestinationCidrBlock", ANYWHERE))
        }),
        fact("HR-069", |e| {
            let nats = nats(e)?;
            for (zone, subnet) in private(e)?.iter().enumerate() {
                let nat = nats.get(zone).or(nats.first()).ok_or("no NAT gateway")?;
                route_of(e, subnet)?.points("NatGatewayId", nat)?;
            }
            Ok(())
        }),
        fact("HR-070", |e| {
            e.exactly(4, "network", "AWS::EC2::SubnetRouteTableAssociation")?;
            for subnet in public(e)?.iter().chain(&private(e)?) {
                table_of(e, subnet)?;
            }
            Ok(())
        }),
    ]
}

fn group_facts() -> Vec<Fact> {
    vec![
        fact("HR-071", |e| group(e, "alb")?.points("VpcId", &vpc(e)?)),
        fact("HR-072", |e| exactly(e, "alb", true, vec![Rule::tcp(80, ANYWHERE), Rule::tcp(443, ANYWHERE)])),
        fact("HR-073", |e| {
            let found = inline(&group(e, "alb")?, "SecurityGroupEgress");
            want(found == [Rule::tcp(5000, &group_id(e, "ec2")?)], || format!("{found:?}"))?;
            exactly(e, "alb", false, found)
        }),
        fact("HR-074", |e| group(e, "ec2")?.points("VpcId", &vpc(e)?)),
        fact("HR-075", |e| {
            exactly(
                e,
                "ec2",
                false,
                vec![Rule::tcp(5432, &group_id(e, "rds")?), Rule::tcp(443, ANYWHERE), Rule::tcp(80, ANYWHERE)],
            )
        }),
        fact("HR-076", |e| {
            let (group, alb) = (group(e, "ec2")?, group_id(e, "alb")?);
            let found = inline(&group, "SecurityGroupIngress");
            want(found.iter().all(|rule| rule.peer == alb), || format!("inline {found:?}"))?;
            let all = rules(e, &group, true)?;
            want(all.iter().all(|rule| !opens(rule, 22)), || format!("port 22 in {all:?}"))
        }),
        fact("HR-077", |e| group(e, "rds")?.points("VpcId", &vpc(e)?)),
        fact("HR-078", |e| e.exactly(3, "network", "AWS::EC2::SecurityGroup").map(|_| ())),
        fact("HR-079", |e| closed(e, "rds")),
        fact("HR-080", |e| ingress(e, "alb", "ec2")?.points("SourceSecurityGroupId", &group(e, "alb")?)),
        fact("HR-081", |e| {
            let rule = ingress(e, "alb", "ec2")?;
            rule.is("FromPort", 5000)?;
            rule.is("ToPort", 5000)
        }),
        fact("HR-082", |e| ingress(e, "alb", "ec2")?.is("IpProtocol", "tcp")),
        fact("HR-083", |e| ingress(e, "alb", "ec2")?.points("GroupId", &group(e, "ec2")?)),
        fact("HR-084", |e| {
            let found = rules(e, &group(e, "rds")?, true)?;
            let ec2 = group_id(e, "ec2")?;
            want(found.len() == 1 && found[0].peer == ec2, || format!("{found:?}"))
        }),
        fact("HR-085", |e| {
            let rule = ingress(e, "ec2", "rds")?;
            rule.is("FromPort", 5432)?;
            rule.is("ToPort", 5432)
        }),
        fact("HR-086", |e| ingress(e, "ec2", "rds")?.is("IpProtocol", "tcp")),
        fact("HR-087", |e| ingress(e, "ec2", "rds")?.points("GroupId", &group(e, "rds")?)),
    ]
}

/// Whether a rule lets this TCP port through.
pub fn opens(rule: &Rule, port: u16) -> bool {
    let (from, to) = (rule.from.parse::<i64>(), rule.to.parse::<i64>());
    let within = matches!((from, to), (Ok(from), Ok(to)) if from <= i64::from(port) && i64::from(port) <= to);
    rule.protocol == "-1" || (rule.protocol != "icmp" && within)
}

/// That a group lets nothing out, and says so.
fn closed(env: &Env, tier: &str) -> Check {
    let found = rules(env, &group(env, tier)?, false)?;
    want(found.len() == 1 && found[0].peer == "255.255.255.255/32", || format!("the {tier} group has egress {found:?}"))
}

fn rule_table() -> Vec<Fact> {
    vec![
        fact("HR-088", |e| has(e, "alb", true, &Rule::tcp(80, ANYWHERE))),
        fact("HR-089", |e| has(e, "alb", true, &Rule::tcp(443, ANYWHERE))),
        fact("HR-090", |e| exactly(e, "alb", false, vec![Rule::tcp(5000, &group_id(e, "ec2")?)])),
        fact("HR-091", |e| exactly(e, "ec2", true, vec![Rule::tcp(5000, &group_id(e, "alb")?)])),
        fact("HR-092", |e| has(e, "ec2", false, &Rule::tcp(5432, &group_id(e, "rds")?))),
        fact("HR-093", |e| has(e, "ec2", false, &Rule::tcp(443, ANYWHERE))),
        fact("HR-094", |e| has(e, "ec2", false, &Rule::tcp(80, ANYWHERE))),
        fact("HR-095", |e| exactly(e, "rds", true, vec![Rule::tcp(5432, &group_id(e, "ec2")?)])),
        fact("HR-096", |e| closed(e, "rds")),
        fact("HR-097", |e| {
            for tier in ["ec2", "rds"] {
                let found = rules(e, &group(e, tier)?, true)?;
                want(found.iter().all(|rule| rule.peer != ANYWHERE), || format!("{tier} open to all: {found:?}"))?;
            }
            let open = rules(e, &group(e, "alb")?, true)?;
            want(open.iter().all(|rule| opens(rule, 80) || opens(rule, 443)), || format!("{open:?}"))
        }),
        fact("HR-098", |e| {
            for (tier, incoming, port) in
                [("alb", false, 5000), ("ec2", true, 5000), ("ec2", false, 5432), ("rds", true, 5432)]
            {
                let found = rules(e, &group(e, tier)?, incoming)?;
                let between: Vec<_> = found.iter().filter(|rule| opens(rule, port)).collect();
                want(!between.is_empty(), || format!("no rule on {port} of {tier}"))?;
                want(between.iter().all(|rule| rule.peer.starts_with('‹')), || format!("{tier} {between:?}"))?;
            }
            Ok(())
        }),
    ]
}

/// That all these are outputs, one by one or joined in order.
fn all_put_out(env: &Env, what: &str, values: &[Value]) -> Check {
    let joined = values.iter().map(plain).collect::<Vec<_>>().join(",");
    if env.has_output("network", what, &Value::from(joined)).is_ok() {
        return Ok(());
    }
    values.iter().try_for_each(|value| env.has_output("network", what, value))
}

fn outputs() -> Vec<Fact> {
    vec![
        fact("HR-099", |e| e.has_output("network", "VPC's id", &vpc(e)?.reference())),
        fact("HR-100", |e| all_put_out(e, "public subnets' ids", &public(e)?.map(|subnet| subnet.reference()))),
        fact("HR-101", |e| all_put_out(e, "private subnets' ids", &private(e)?.map(|subnet| subnet.reference()))),
        fact("HR-102", |e| {
            let groups = [group(e, "alb")?, group(e, "ec2")?, group(e, "rds")?];
            all_put_out(e, "groups' ids", &groups.map(|group| group.attribute("GroupId")))
        }),
        fact("HR-103", |e| all_put_out(e, "zones", &public(e)?.map(|subnet| subnet.attribute("AvailabilityZone")))),
    ]
}
