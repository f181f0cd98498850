//! The rules of security groups, wherever a build wrote them.

use serde_json::Value;

use crate::meaning::plain;
use crate::tree::{Env, Res};

/// A security-group rule, wherever it stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub protocol: String,
    /// The first port.
    pub from: String,
    /// The last port.
    pub to: String,
    /// A CIDR, or the normal form of a group.
    pub peer: String,
}

impl Rule {
    /// TCP on one port.
    pub fn tcp(port: u16, peer: &str) -> Rule {
        Rule { protocol: "tcp".into(), from: port.to_string(), to: port.to_string(), peer: peer.into() }
    }

    fn read(get: impl Fn(&str) -> Value) -> Rule {
        let keys = [
            "CidrIp",
            "CidrIpv6",
            "SourceSecurityGroupId",
            "DestinationSecurityGroupId",
            "SourcePrefixListId",
            "DestinationPrefixListId",
        ];
        let peers: Vec<String> =
            keys.iter().map(|key| get(key)).filter(|peer| !peer.is_null()).map(|peer| plain(&peer)).collect();
        Rule {
            protocol: plain(&get("IpProtocol")),
            from: plain(&get("FromPort")),
            to: plain(&get("ToPort")),
            peer: peers.join(" and "),
        }
    }
}

/// The rules written in the group itself.
pub fn inline(group: &Res, list: &str) -> Vec<Rule> {
    group.items(list).iter().map(|item| Rule::read(|key| item.get(key).cloned().unwrap_or(Value::Null))).collect()
}

/// All rules of a group in one direction: inline, and as resources in any stack.
pub fn rules(env: &Env, group: &Res, incoming: bool) -> Result<Vec<Rule>, String> {
    let (list, ty) = if incoming {
        ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress")
    } else {
        ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress")
    };
    let (mut all, id) = (inline(group, list), plain(&group.reference()));
    for rule in env.everywhere(ty)? {
        if plain(&rule.get("GroupId")) == id {
            all.push(Rule::read(|key| rule.get(key)));
        }
    }
    all.sort();
    Ok(all)
}
