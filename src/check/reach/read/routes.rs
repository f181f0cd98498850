//! What stands in route tables.

use super::{Reader, Ref, values};
use crate::check::reach::facts::{self, Leads};
use crate::check::reach::network::{Destination, GatewayId, GatewayKind, Route, Target};
use crate::check::reach::ranges::Ranges;
use crate::eval::model::ResourceId;
use crate::eval::value::Node;

impl Reader<'_> {
    pub(super) fn routes(&mut self) {
        for id in self.all(facts::ROUTE) {
            let table = values::resource(self.property(id, "RouteTableId"));
            let Some(table) = table.and_then(|table| self.tables.get(&table)).copied() else { continue };
            let route =
                Route { named: self.named(id), to: self.destination(id), target: self.target(id), learned: false };
            if let Some(table) = self.net.tables.get_mut(table.0) {
                table.routes.push(route);
            }
        }
        for id in self.all(facts::ROUTE_PROPAGATION) {
            let gateway = values::resource(self.property(id, "VpnGatewayId"));
            let Some(gateway) = gateway.and_then(|gateway| self.gateways.get(&gateway)).copied() else { continue };
            let to = Destination::SomeOf(self.behind(gateway));
            let tables = self.property(id, "RouteTableIds").map(values::refs).unwrap_or_default();
            for table in tables.iter().filter_map(|table| self.tables.get(&table.resource()?).copied()) {
                let named = self.named(id);
                let route = Route { named, to: to.clone(), target: Target::Gateway(gateway), learned: true };
                if let Some(table) = self.net.tables.get_mut(table.0) {
                    table.routes.push(route);
                }
            }
        }
    }

    /// All addresses that may be behind a gateway.
    fn behind(&self, gateway: GatewayId) -> Ranges {
        match self.net.gateway(gateway).kind {
            GatewayKind::Private(outside) => self.net.outside(outside).addresses.clone().unwrap_or_else(Ranges::all),
            GatewayKind::Internet | GatewayKind::EgressOnly => Ranges::all(),
        }
    }

    fn destination(&self, id: ResourceId) -> Destination {
        let ranges = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"];
        let families = [Ranges::v4(), Ranges::v6()];
        for (property, family) in ranges.iter().zip(families) {
            if let Some(node) = self.property(id, property) {
                let net = values::net(self.model, id, node);
                return net.map_or(Destination::SomeOf(family), |net| Destination::Nets(vec![net]));
            }
        }
        let list = values::resource(self.property(id, "DestinationPrefixListId")).and_then(|list| self.list(list));
        list.map_or_else(|| Destination::SomeOf(Ranges::all()), Destination::Nets)
    }

    fn target(&self, id: ResourceId) -> Target {
        for (property, leads) in facts::ROUTE_TARGETS {
            if let Some(node) = self.property(id, property) {
                return self.target_of(node, leads).unwrap_or(Target::Unknown);
            }
        }
        Target::Nowhere
    }

    fn target_of(&self, node: &Node, leads: Leads) -> Option<Target> {
        let named = values::refs(node).iter().find_map(Ref::resource)?;
        match leads {
            Leads::Gateway => self.gateways.get(&named).map(|id| Target::Gateway(*id)),
            Leads::Nat => self.nats.get(&named).map(|id| Target::Nat(*id)),
            Leads::Peering => self.peerings.get(&named).map(|id| Target::Peering(*id)),
            Leads::Transit => self.transits.get(&named).map(|id| Target::Transit(*id)),
            Leads::Inspector => self.inspectors.get(&named).map(|id| Target::Inspector(*id)),
            Leads::Interface => self.interfaces.get(&named)?.first().map(|id| Target::Interface(*id)),
            Leads::Elsewhere => None,
        }
    }
}
