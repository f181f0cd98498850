//! Endpoints: by routes to an API, by addresses to an API, and to devices that inspect.

use super::{Reader, add, values};
use crate::check::reach::facts;
use crate::check::reach::network::{
    Destination, Endpoint, EndpointId, EndpointKind, Inspector, InspectorId, Route, Target,
};

impl Reader<'_> {
    pub(super) fn endpoints(&mut self) {
        for id in self.all(facts::ENDPOINT) {
            let text =
                |property: &str| self.property(id, property).and_then(|node| values::known(self.model, id, node));
            let kind = text("VpcEndpointType").unwrap_or_else(|| String::from("Gateway"));
            let name = text("ServiceName").map_or_else(String::new, |name| service_of(&name).to_owned());
            let vpc = self.vpc_at(id, "VpcId");
            match kind.as_str() {
                "Gateway" => {
                    let service = self.service(&name);
                    let endpoint = Endpoint { named: self.named(id), vpc, service, kind: EndpointKind::Gateway };
                    let endpoint = add!(self.endpoints, EndpointId, endpoint);
                    let tables = self.property(id, "RouteTableIds").map(values::refs).unwrap_or_default();
                    for table in tables.iter().filter_map(|table| self.tables.get(&table.resource()?).copied()) {
                        let route = Route {
                            named: self.named(id),
                            to: Destination::Service(service),
                            target: Target::Endpoint(endpoint),
                            learned: false,
                        };
                        if let Some(table) = self.net.tables.get_mut(table.0) {
                            table.routes.push(route);
                        }
                    }
                }
                "Interface" => {
                    let service = self.service(&name);
                    let interfaces = self.interfaces.get(&id).cloned().unwrap_or_default();
                    let usual_name = self.is(id, "PrivateDnsEnabled", false);
                    let kind = EndpointKind::Interface { interfaces, usual_name };
                    let endpoint = Endpoint { named: self.named(id), vpc, service, kind };
                    add!(self.endpoints, EndpointId, endpoint);
                }
                "GatewayLoadBalancer" => self.inspector(id, "SubnetIds"),
                _ => {}
            }
        }
        for id in self.all(facts::FIREWALL) {
            self.inspector(id, "SubnetMappings");
        }
    }

    fn inspector(&mut self, id: super::ResourceId, property: &str) {
        let named = self.property(id, property).map(values::refs).unwrap_or_default();
        let subnets = named.iter().filter(|named| named.resource().is_some()).map(|named| self.subnet(named)).collect();
        let inspector = add!(self.inspectors, InspectorId, Inspector { named: self.named(id), subnets });
        self.inspectors.insert(id, inspector);
    }
}

/// The API of an endpoint service: `com.amazonaws.eu-west-2.s3` is `s3`.
fn service_of(name: &str) -> &str {
    let mut parts = name.splitn(4, '.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("com"), Some("amazonaws"), Some(_), Some(service)) => service,
        _ => name,
    }
}
