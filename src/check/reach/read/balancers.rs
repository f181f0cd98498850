//! Load balancers: where they listen, and to whom they hand on.

use super::{Reader, Ref, add, values};
use crate::check::reach::facts;
use crate::check::reach::network::{Balancer, BalancerId, InterfaceId, Listener, Listens, Sure, Targets, TargetsId};
use crate::check::reach::packets::{TCP, UDP, all_of, carried};
use crate::check::reach::ranges::Ranges;
use crate::eval::model::ResourceId;
use crate::eval::value::Node;

impl Reader<'_> {
    pub(super) fn balancers(&mut self) {
        self.target_groups();
        for id in self.all(facts::BALANCER) {
            let kind = self.text(id, "Type").unwrap_or_else(|| String::from("application"));
            let passes = kind == "network";
            let crosses_zones = self.attribute(id, "LoadBalancerAttributes", facts::CROSS_ZONE, kind == "application");
            let interfaces = self.interfaces.get(&id).cloned().unwrap_or_default();
            let balancer = Balancer { named: self.named(id), interfaces, passes, crosses_zones, listeners: Vec::new() };
            let balancer = add!(self.balancers, BalancerId, balancer);
            self.balancers.insert(id, balancer);
        }
        self.listeners();
        for id in self.all(facts::CLASSIC_BALANCER) {
            self.classic(id);
        }
        // A load balancer is heard where it listens, and nowhere else.
        for at in 0..self.net.balancers.len() {
            let balancer = self.net.balancer(BalancerId(at)).clone();
            let on = balancer.listeners.into_iter().map(|listener| listener.on).collect();
            for interface in balancer.interfaces {
                if let Some(interface) = self.net.interfaces.get_mut(interface.0) {
                    interface.listens = Listens::On(Ranges::clone(&on));
                }
            }
        }
    }

    fn text(&self, id: ResourceId, property: &str) -> Option<String> {
        self.property(id, property).and_then(|node| values::known(self.model, id, node))
    }

    /// What a list of keys and values says under a key.
    fn attribute(&self, id: ResourceId, property: &str, key: &str, otherwise: bool) -> Sure {
        for item in values::items(self.property(id, property)) {
            let named = item.get("Key").and_then(|node| values::known(self.model, id, node));
            if named.as_deref() == Some(key) {
                let said = item.get("Value").and_then(|node| values::known(self.model, id, node));
                return match said.as_deref() {
                    Some("true") => Sure::Yes,
                    Some("false") => Sure::No,
                    Some(_) | None => Sure::Unknown,
                };
            }
        }
        Sure::of(otherwise)
    }

    fn listeners(&mut self) {
        for id in self.all(facts::LISTENER) {
            let balancer = values::resource(self.property(id, "LoadBalancerArn"));
            let Some(balancer) = balancer.and_then(|named| self.balancers.get(&named)).copied() else { continue };
            let on = self.port(id, self.property(id, "Port"), self.text(id, "Protocol").as_deref());
            let mut targets = self.targets_in(&self.resource(id).properties);
            for rule in self.all(facts::LISTENER_RULE) {
                if values::resource(self.property(rule, "ListenerArn")) == Some(id) {
                    targets.extend(self.targets_in(&self.resource(rule).properties));
                }
            }
            targets.sort_unstable();
            targets.dedup();
            let listener = Listener { named: self.named(id), on, targets };
            if let Some(balancer) = self.net.balancers.get_mut(balancer.0) {
                balancer.listeners.push(listener);
            }
        }
    }

    fn targets_in(&self, node: &Node) -> Vec<TargetsId> {
        values::refs(node).iter().filter_map(|named| self.target_groups.get(&named.resource()?).copied()).collect()
    }

    /// A port of a protocol of load balancers; all ports, if it is known only when deployed.
    fn port(&self, id: ResourceId, node: Option<&Node>, protocol: Option<&str>) -> Ranges {
        let port = values::number(self.model, id, node).and_then(|port| u16::try_from(port).ok());
        let protocols: &[u8] = match protocol {
            Some("UDP") => &[UDP],
            Some("TCP_UDP") => &[TCP, UDP],
            Some(_) | None => &[TCP],
        };
        let each = protocols.iter().map(|protocol| match port {
            Some(port) => carried(*protocol, port, port),
            None => all_of(*protocol),
        });
        each.collect()
    }

    fn target_groups(&mut self) {
        for id in self.all(facts::TARGET_GROUP) {
            let protocol = self.text(id, "Protocol");
            let on = self.port(id, self.property(id, "Port"), protocol.as_deref());
            let asked = self.text(id, "HealthCheckPort").filter(|port| port != "traffic-port");
            let health = match asked {
                Some(_) => self.port(id, self.property(id, "HealthCheckPort"), Some("TCP")),
                None => on.clone(),
            };
            let opens = protocol.as_deref().is_some_and(|name| facts::OPENING_PROTOCOLS.contains(&name));
            // By default targets that are named by instance see the client; those named by address do so for UDP alone.
            let by_instance = self.text(id, "TargetType").is_none_or(|ty| ty == "instance");
            let udp = matches!(protocol.as_deref(), Some("UDP" | "TCP_UDP"));
            let sees_client = if opens {
                Sure::No
            } else {
                self.attribute(id, "TargetGroupAttributes", facts::KEEPS_CLIENT, by_instance || udp)
            };
            let members = self.members(id);
            let targets = Targets { named: self.named(id), on, health, members, sees_client };
            let targets = add!(self.target_groups, TargetsId, targets);
            self.target_groups.insert(id, targets);
        }
    }

    /// What is registered in a target group: by itself, or by whatever names the group.
    fn members(&self, id: ResourceId) -> Vec<InterfaceId> {
        let mut members: Vec<InterfaceId> = Vec::new();
        let named = self.property(id, "Targets").map(values::refs).unwrap_or_default();
        for named in named.iter().filter_map(Ref::resource) {
            members.extend(self.interfaces.get(&named).into_iter().flatten());
        }
        for (other, interfaces) in &self.interfaces {
            let ty = self.resource(*other).ty.as_str();
            if ty != facts::BALANCER
                && values::refs(&self.resource(*other).properties).contains(&Ref::Resource(id, None))
            {
                members.extend(interfaces);
            }
        }
        members.sort_unstable();
        members.dedup();
        members
    }

    fn classic(&mut self, id: ResourceId) {
        let interfaces = self.interfaces.get(&id).cloned().unwrap_or_default();
        let named = self.property(id, "Instances").map(values::refs).unwrap_or_default();
        let mut members: Vec<InterfaceId> = Vec::new();
        for named in named.iter().filter_map(Ref::resource) {
            members.extend(self.interfaces.get(&named).into_iter().flatten());
        }
        for (other, interfaces) in &self.interfaces {
            let ty = self.resource(*other).ty.as_str();
            if facts::LAUNCHED.contains(&ty)
                && values::refs(&self.resource(*other).properties).contains(&Ref::Resource(id, None))
            {
                members.extend(interfaces);
            }
        }
        members.sort_unstable();
        members.dedup();
        let mut listeners = Vec::new();
        for item in values::items(self.property(id, "Listeners")) {
            let on = self.port(id, item.get("LoadBalancerPort"), None);
            let to = self.port(id, item.get("InstancePort"), None);
            let named = self.named_at(id, item);
            let targets = Targets {
                named: named.clone(),
                on: to.clone(),
                health: to,
                members: members.clone(),
                sees_client: Sure::No,
            };
            let targets = add!(self.target_groups, TargetsId, targets);
            listeners.push(Listener { named, on, targets: vec![targets] });
        }
        let crosses_zones = self.is(id, "CrossZone", false);
        let balancer = Balancer { named: self.named(id), interfaces, passes: false, crosses_zones, listeners };
        let balancer = add!(self.balancers, BalancerId, balancer);
        self.balancers.insert(id, balancer);
    }
}
