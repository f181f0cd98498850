//! Security-group rules, from connections. Egress stands inline in the source's group, ingress as a resource of its own in the
//! stack of the source's group; only between groups that connect to each other is egress a resource, too.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::base::{IndexMap, Symbol};
use crate::derive::build::Build;
use crate::derive::facts;
use crate::derive::graph::components;
use crate::derive::refs::{Atom, Place, Reference};
use crate::derive::template::{Json, TemplateResource, Tree};
use crate::derive::text::{canonical, pascal};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Connection, End, Model, Ports, Resource, ResourceId, StackId};
use crate::eval::origin::Origin;

/// Longest description of a rule.
const LONGEST_DESCRIPTION: usize = 255;

impl Build<'_> {
    /// The rules of all connections, then the placeholder of groups that may send nothing.
    pub fn rules(&mut self) {
        let model = self.model;
        let mutual = mutual(model);
        for connection in &model.connections {
            for ports in &connection.ports {
                match (&connection.from, &connection.to) {
                    (End::Group(from, _), End::Group(to, _)) => {
                        // Inline rules along a chain that comes back would be a circle of references.
                        let circle = mutual.get(from) == mutual.get(to);
                        self.between(connection, ports, *from, *to, circle);
                    }
                    (End::Group(from, _), End::Cidr(_) | End::Internet) => {
                        let rule = self.inline(connection, ports, address(&connection.to));
                        self.add_inline(*from, facts::INLINE_RULES.1, rule);
                    }
                    (End::Cidr(_) | End::Internet, End::Group(to, _)) => {
                        let rule = self.inline(connection, ports, address(&connection.from));
                        self.add_inline(*to, facts::INLINE_RULES.0, rule);
                    }
                    // Neither end is ours.
                    (End::Cidr(_) | End::Internet, End::Cidr(_) | End::Internet) => {}
                }
            }
        }
        self.close();
    }

    /// Both rules between two groups. They stand in the stack of the source's group, unless the target's stack must come later:
    /// then both stand there.
    fn between(&mut self, connection: &Connection, ports: &Ports, from: ResourceId, to: ResourceId, mutual: bool) {
        let model = self.model;
        let (source, target) = (model.resource(from), model.resource(to));
        let later = source.stack != target.stack && self.precedes(source.stack, target.stack);
        let stack = if later { target.stack } else { source.stack };
        self.within = connection.origin;
        let description = description(connection, ports);
        // Groups of several stacks may have one id in their own.
        let called = |group: &Resource| match group.stack == stack {
            true => group.logical_id.clone(),
            false => format!("{}{}", pascal(model.stack(group.stack).name.as_str()), group.logical_id),
        };
        let id = format!("{}From{}{}", called(target), called(source), port_id(ports));
        let peer = |build: &mut Self, group| build.group_id(group, stack, connection.origin);
        let (own, other) = (peer(self, to), peer(self, from));
        let ingress = rule(ports, &description, [("GroupId", own), ("SourceSecurityGroupId", other)]);
        self.add_rule(stack, id, facts::INGRESS, ingress, connection);
        let (own, other) = (peer(self, from), peer(self, to));
        if mutual || later {
            let id = format!("{}To{}{}", called(source), called(target), port_id(ports));
            let egress = rule(ports, &description, [("GroupId", own), ("DestinationSecurityGroupId", other)]);
            self.add_rule(stack, id, facts::EGRESS, egress, connection);
        } else {
            let egress = rule(ports, &description, [("DestinationSecurityGroupId", other)]);
            self.add_inline(from, facts::INLINE_RULES.1, egress.because(ports_origin(connection, ports)));
        }
    }

    fn group_id(&mut self, group: ResourceId, stack: StackId, origin: Origin) -> Tree {
        let reference = Reference::GetAtt(Symbol::new(facts::GROUP_ID));
        self.tree(vec![Atom::Resource(group, reference)], Place { stack, policy: false }, origin)
    }

    fn inline(&mut self, connection: &Connection, ports: &Ports, address: (&'static str, String)) -> Tree {
        let (key, range) = address;
        rule(ports, &description(connection, ports), [(key, Tree::text(range))])
            .because(ports_origin(connection, ports))
    }

    fn add_inline(&mut self, group: ResourceId, property: &str, rule: Tree) {
        let model = self.model;
        let Some(Json::Map(properties)) = self.properties(model.resource(group)) else { return };
        let list = properties.entry(property.to_owned()).or_insert_with(|| Tree::list([]).because(rule.origin));
        if let Json::List(rules) = &mut list.json
            && !rules.iter().any(|known| same_rule(known, &rule))
        {
            rules.push(rule);
        }
    }

    fn add_rule(&mut self, stack: StackId, id: String, ty: &str, properties: Tree, connection: &Connection) {
        let origin = connection.origin;
        let added = TemplateResource {
            resource: None,
            title: format!("connect {}", connection.text),
            ty: ty.to_owned(),
            properties: properties.because(origin),
            depends_on: Vec::new(),
            deletion: None,
            attributes: IndexMap::default(),
            origin,
        };
        let Some(known) = self.template(stack).resources.get(&id) else {
            self.template(stack).resources.insert(id, added);
            return;
        };
        // The same connection may be said twice.
        if !same_rule(&known.properties, &added.properties) {
            let message = format!("`{}` and `{}` both get the logical id `{id}`", known.title, added.title);
            let first = known.origin;
            let diagnostic = Diagnostic::new(codes::LOGICAL_ID_CLASH, self.span(origin), message)
                .label(self.span(first), "the first one")
                .help("give one of the groups another name");
            self.diagnostics.push(diagnostic);
        }
    }

    /// A group without a rule for what may leave would be open to everywhere.
    fn close(&mut self) {
        let model = self.model;
        for id in model.resource_ids() {
            let group = model.resource(id);
            if group.ty != *facts::SECURITY_GROUP {
                continue;
            }
            let Some(Json::Map(properties)) = self.properties(group) else { continue };
            let list = properties.entry(facts::INLINE_RULES.1.to_owned()).or_insert_with(|| Tree::list([]));
            if let Json::List(rules) = &mut list.json
                && rules.is_empty()
            {
                let nowhere = facts::NOWHERE;
                let number = |value| Tree::new(Json::Int(value), Origin::INHERITED);
                rules.push(Tree::map([
                    ("CidrIp", Tree::text(nowhere.cidr)),
                    ("IpProtocol", Tree::text(nowhere.protocol)),
                    ("FromPort", number(nowhere.from)),
                    ("ToPort", number(nowhere.to)),
                    ("Description", Tree::text(nowhere.description)),
                ]));
            }
        }
    }
}

fn ports_origin(connection: &Connection, ports: &Ports) -> Origin {
    if ports.origin == Origin::INHERITED { connection.origin } else { ports.origin }
}

fn rule<const N: usize>(ports: &Ports, description: &str, peers: [(&str, Tree); N]) -> Tree {
    let mut entries: Vec<(&str, Tree)> = peers.into();
    entries.push(("IpProtocol", Tree::text(ports.protocol.clone())));
    if ports.protocol != "-1" {
        entries.push(("FromPort", Tree::new(Json::Int(ports.range.0), Origin::INHERITED)));
        entries.push(("ToPort", Tree::new(Json::Int(ports.range.1), Origin::INHERITED)));
    }
    entries.push(("Description", Tree::text(description)));
    Tree::map(entries)
}

/// EC2 refuses a second rule that differs in its description only.
fn same_rule(one: &Tree, other: &Tree) -> bool {
    let bare = |tree: &Tree| match &tree.json {
        Json::Map(entries) => {
            let rest: BTreeMap<&String, String> = entries
                .iter()
                .filter(|(key, _)| *key != "Description")
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            Some(format!("{rest:?}"))
        }
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
    };
    bare(one).is_some() && bare(one) == bare(other)
}

fn address(end: &End) -> (&'static str, String) {
    match end {
        End::Cidr(range @ IpNet::V6(_)) => ("CidrIpv6", range.to_string()),
        End::Cidr(range @ IpNet::V4(_)) => ("CidrIp", range.to_string()),
        End::Internet | End::Group(..) => ("CidrIp", "0.0.0.0/0".to_owned()),
    }
}

/// "alb to app on tcp 5000", in the letters that EC2 allows.
fn description(connection: &Connection, ports: &Ports) -> String {
    let text = connection.text.replace("->", "to");
    let on = match (ports.protocol.as_str(), ports.range) {
        ("-1", _) => "all traffic".to_owned(),
        (protocol, (-1, _)) => protocol.to_owned(),
        (protocol, (first, last)) if first == last => format!("{protocol} {first}"),
        (protocol, (first, last)) => format!("{protocol} {first}-{last}"),
    };
    let allowed = |c: char| if c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c) { c } else { '_' };
    format!("{text} on {on}").chars().map(allowed).take(LONGEST_DESCRIPTION).collect()
}

/// What tells rules between the same groups apart.
fn port_id(ports: &Ports) -> String {
    let protocol = match ports.protocol.as_str() {
        "-1" => "All",
        "tcp" => "Tcp",
        "udp" => "Udp",
        "icmp" => "Icmp",
        "icmpv6" => "Icmpv6",
        other => return format!("Protocol{other}From{}To{}", ports.range.0, ports.range.1),
    };
    match ports.range {
        (-1, _) => protocol.to_owned(),
        _ if ports.protocol == "-1" => protocol.to_owned(),
        (first, last) if first == last => format!("{protocol}{first}"),
        (first, last) => format!("{protocol}{first}To{last}"),
    }
}

/// Groups from each of which a chain of connections leads to the other: those with the same number.
fn mutual(model: &Model) -> BTreeMap<ResourceId, usize> {
    let mut next: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
    for connection in &model.connections {
        if let (End::Group(from, _), End::Group(to, _)) = (&connection.from, &connection.to) {
            next.entry(*from).or_default().push(*to);
        }
    }
    components(&next)
}
