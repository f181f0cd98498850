//! Network ACLs and security groups, with the rules that connections become.

use super::{Reader, Ref, add, values};
use crate::check::reach::facts;
use crate::check::reach::filters::Direction;
use crate::check::reach::network::{Acl, AclId, AclRule, Group, GroupId, Named, Peer, Rule, Sure, VpcId};
use crate::check::reach::packets::anything;
use crate::check::reach::ranges::Ranges;
use crate::eval::model::{Connection, End, Ports, ResourceId};
use crate::eval::origin::Origin;
use crate::eval::value::Node;

/// The numbers of the rules that AWS gives the ACL of a VPC.
const DEFAULT_RULES: [i64; 2] = [100, 101];

impl Reader<'_> {
    pub(super) fn acls(&mut self) {
        for id in self.all(facts::ACL) {
            let acl = Acl { named: self.named(id), ingress: Vec::new(), egress: Vec::new() };
            let acl = add!(self.acls, AclId, acl);
            self.acls.insert(id, acl);
        }
        for id in self.all(facts::ACL_ENTRY) {
            let Some(Ref::Resource(named, attribute)) =
                self.property(id, "NetworkAclId").and_then(|node| values::refs(node).into_iter().next())
            else {
                continue;
            };
            let default = attribute.is_some_and(|attribute| attribute == *facts::DEFAULT_ACL);
            let acl = if default {
                self.vpcs.get(&named).copied().map(|vpc| self.default_acl(vpc))
            } else {
                self.acls.get(&named).copied()
            };
            let rule = self.acl_rule(id);
            let egress = self.is(id, "Egress", false);
            let Some(acl) = acl.and_then(|acl| self.net.acls.get_mut(acl.0)) else { continue };
            // Where the direction is not known, the rule is doubtful in both.
            let doubtful = AclRule { peer: None, ..rule.clone() };
            match egress {
                Sure::Yes => acl.egress.push(rule),
                Sure::No => acl.ingress.push(rule),
                Sure::Unknown => {
                    acl.egress.push(doubtful.clone());
                    acl.ingress.push(doubtful);
                }
            }
        }
    }

    fn acl_rule(&self, id: ResourceId) -> AclRule {
        let text = |property: &str| self.property(id, property).map(|node| values::known(self.model, id, node));
        let range = self.property(id, "PortRange");
        let icmp = self.property(id, "Icmp");
        let part = |node: Option<&Node>, key: &str| {
            let part = node.and_then(|node| node.get(key))?;
            Some(values::number(self.model, id, Some(part)))
        };
        let (first, last) = match icmp {
            Some(_) => (part(icmp, "Type"), part(icmp, "Code")),
            None => (part(range, "From"), part(range, "To")),
        };
        let on = values::on(text("Protocol"), first, last);
        let action = text("RuleAction").flatten();
        let peer = ["CidrBlock", "Ipv6CidrBlock"]
            .iter()
            .find_map(|property| self.property(id, property))
            .and_then(|node| values::net(self.model, id, node))
            .map(Ranges::of);
        let number = values::number(self.model, id, self.property(id, "RuleNumber")).unwrap_or(i64::MAX);
        let allow = action.as_deref() == Some("allow");
        // A rule whose action is not known may do either.
        let peer = if action.is_some() { peer } else { None };
        AclRule { named: self.named(id), number, allow, peer, on }
    }

    /// The ACL of subnets that name none: it lets everything pass, unless rules of the model come before.
    pub(super) fn default_acl(&mut self, vpc: VpcId) -> AclId {
        if let Some(known) = self.default_acls.get(&vpc) {
            return *known;
        }
        let own = self.net.vpc(vpc).named.clone();
        let named = Named { name: format!("the default network ACL of `{}`", own.name), ..own };
        let families = [Ranges::v4(), Ranges::v6()];
        let rules = DEFAULT_RULES.into_iter().zip(families).map(|(number, family)| AclRule {
            named: named.clone(),
            number,
            allow: true,
            peer: Some(family),
            on: Some(anything()),
        });
        let rules: Vec<AclRule> = rules.collect();
        let acl = add!(self.acls, AclId, Acl { named, ingress: rules.clone(), egress: rules });
        self.default_acls.insert(vpc, acl);
        acl
    }

    pub(super) fn groups(&mut self) {
        for id in self.all(facts::GROUP) {
            let vpc = self.property(id, "VpcId").map(|_| self.vpc_at(id, "VpcId"));
            let group = Group { named: self.named(id), vpc, ingress: Vec::new(), egress: Vec::new(), complete: true };
            let group = add!(self.groups, GroupId, group);
            self.groups.insert(id, group);
        }
    }

    /// The group that is named so, also one that is not of the model.
    pub(super) fn group(&mut self, named: &Ref) -> GroupId {
        if let Ref::Resource(id, attribute) = named {
            if let Some(known) = self.groups.get(id) {
                return *known;
            }
            let default = attribute.is_some_and(|attribute| attribute == *facts::DEFAULT_GROUP);
            if let (true, Some(vpc)) = (default, self.vpcs.get(id)) {
                return self.default_group(*vpc);
            }
        }
        self.unknown_group(named.without_attribute(), format!("the group {named}"))
    }

    /// A group of which only its name is known.
    pub(super) fn unknown_group(&mut self, key: Ref, name: String) -> GroupId {
        if let Some(known) = self.unknown_groups.get(&key) {
            return *known;
        }
        let group =
            Group { named: Named::new(name), vpc: None, ingress: Vec::new(), egress: Vec::new(), complete: false };
        let group = add!(self.groups, GroupId, group);
        self.unknown_groups.insert(key, group);
        group
    }

    /// The group of what names none: it lets everything out, and its own wearers in.
    pub(super) fn default_group(&mut self, vpc: VpcId) -> GroupId {
        if let Some(known) = self.default_groups.get(&vpc) {
            return *known;
        }
        let own = self.net.vpc(vpc).named.clone();
        let named = Named { name: format!("the default group of `{}`", own.name), resource: None, ..own };
        let id = GroupId(self.net.groups.len());
        let rule = |peer: Peer| Rule { named: named.clone(), peer, on: Some(anything()) };
        let (ingress, egress) = (vec![rule(Peer::Group(id))], vec![rule(Peer::Addresses(Ranges::all()))]);
        self.net.groups.push(Group { named, vpc: Some(vpc), ingress, egress, complete: true });
        self.default_groups.insert(vpc, id);
        id
    }

    /// The rules that stand in properties, then those of connections.
    pub(super) fn rules(&mut self) {
        for id in self.all(facts::GROUP) {
            for (property, direction) in facts::INLINE_RULES.into_iter().zip([Direction::In, Direction::Out]) {
                for node in values::items(self.property(id, property)) {
                    let rule = self.written_rule(id, node);
                    self.add_rule(self.groups.get(&id).copied(), direction, rule);
                }
            }
        }
        for (ty, direction) in [(facts::INGRESS, Direction::In), (facts::EGRESS, Direction::Out)] {
            for id in self.all(ty) {
                let named = self.property(id, "GroupId").and_then(|node| values::refs(node).into_iter().next());
                let Some(named) = named else { continue };
                let group = self.group(&named);
                let rule = self.written_rule(id, &self.resource(id).properties);
                self.add_rule(Some(group), direction, rule);
            }
        }
        for connection in &self.model.connections {
            for ports in &connection.ports {
                self.connection(connection, ports);
            }
        }
    }

    fn add_rule(&mut self, group: Option<GroupId>, direction: Direction, rule: Rule) {
        let Some(group) = group.and_then(|group| self.net.groups.get_mut(group.0)) else { return };
        match direction {
            Direction::In => group.ingress.push(rule),
            Direction::Out => group.egress.push(rule),
        }
    }

    fn written_rule(&mut self, id: ResourceId, node: &Node) -> Rule {
        let text = |key: &str| node.get(key).map(|node| values::known(self.model, id, node));
        let port = |key: &str| node.get(key).map(|node| values::number(self.model, id, Some(node)));
        let on = values::on(text("IpProtocol"), port("FromPort"), port("ToPort"));
        let named = self.named_at(id, node);
        Rule { named, peer: self.peer(id, node), on }
    }

    fn peer(&mut self, id: ResourceId, node: &Node) -> Peer {
        for key in facts::RULE_GROUPS {
            if let Some(named) = node.get(key).and_then(|node| values::refs(node).into_iter().next()) {
                return Peer::Group(self.group(&named));
            }
        }
        for key in ["CidrIp", "CidrIpv6"] {
            if let Some(node) = node.get(key) {
                return values::net(self.model, id, node).map_or(Peer::Unknown, |net| Peer::Addresses(Ranges::of(net)));
            }
        }
        for key in facts::RULE_LISTS {
            if let Some(node) = node.get(key) {
                let list = values::resource(Some(node)).and_then(|list| self.list(list));
                return list.map_or(Peer::Unknown, |nets| Peer::Addresses(nets.into_iter().map(Ranges::of).collect()));
            }
        }
        Peer::Unknown
    }

    /// The ranges of a list, if all of them are known.
    pub(super) fn list(&self, id: ResourceId) -> Option<Vec<ipnet::IpNet>> {
        if self.resource(id).ty != *facts::PREFIX_LIST {
            return None;
        }
        let entries = values::items(self.property(id, "Entries"));
        entries.iter().map(|entry| values::net(self.model, id, entry.get("Cidr")?)).collect()
    }

    fn connection(&mut self, connection: &Connection, ports: &Ports) {
        // Ports that an endpoint of the library says belong to the connection that uses them.
        let stated = self.model.origins.span(ports.origin);
        let own = ports.origin != Origin::INHERITED && !stated.file.is_stdlib();
        let origin = if own { ports.origin } else { connection.origin };
        let named = Named { name: format!("connect {}", connection.text), origin, resource: None };
        let on = on_ports(ports);
        let rule = |peer: Peer| Rule { named: named.clone(), peer, on: Some(on.clone()) };
        for (own, other, direction) in
            [(&connection.from, &connection.to, Direction::Out), (&connection.to, &connection.from, Direction::In)]
        {
            let End::Group(own, _) = own else { continue };
            let peer = match other {
                End::Group(other, _) => Peer::Group(self.group(&Ref::Resource(*other, None))),
                End::Cidr(net) => Peer::Addresses(Ranges::of(*net)),
                // The rule that is made of it is for IPv4.
                End::Internet => Peer::Addresses(Ranges::v4()),
            };
            let own = self.group(&Ref::Resource(*own, None));
            self.add_rule(Some(own), direction, rule(peer));
        }
    }
}

/// What is carried on the ports of a connection.
pub(in crate::check::reach) fn on_ports(ports: &Ports) -> Ranges {
    let (first, last) = ports.range;
    values::on(Some(Some(ports.protocol.clone())), Some(Some(first)), Some(Some(last))).unwrap_or_else(anything)
}
