//! VPCs, subnets, and what stands at their edges.

use ipnet::IpNet;

use super::{Reader, Ref, add, values};
use crate::check::reach::facts;
use crate::check::reach::network::{
    Gateway, GatewayId, GatewayKind, Named, Nat, NatId, Peering, PeeringEnd, PeeringId, Subnet, SubnetId, Sure, Table,
    TableId, Vpc, VpcId,
};
use crate::check::reach::ranges::{Ranges, internet, number};
use crate::eval::model::ResourceId;
use crate::eval::value::NodeKind;

impl Reader<'_> {
    pub(super) fn vpcs(&mut self) {
        for id in self.all(facts::VPC) {
            let net = self.property(id, "CidrBlock").and_then(|node| values::net(self.model, id, node));
            let nets = net.map(|net| vec![net]);
            let vpc = add!(self.vpcs, VpcId, Vpc { named: self.named(id), nets, given_v6: false });
            self.vpcs.insert(id, vpc);
        }
        for id in self.all(facts::VPC_RANGE) {
            let vpc = self.vpc_at(id, "VpcId");
            let ranges = ["CidrBlock", "Ipv6CidrBlock"].map(|property| self.property(id, property));
            let known: Vec<IpNet> =
                ranges.iter().flatten().filter_map(|node| values::net(self.model, id, node)).collect();
            let Some(vpc) = self.net.vpcs.get_mut(vpc.0) else { continue };
            match &mut vpc.nets {
                Some(nets) if !known.is_empty() => nets.extend(known),
                Some(_) if ranges[0].is_none() => vpc.given_v6 = true,
                // A range of IPv4 that nobody knows.
                Some(_) | None => vpc.nets = None,
            }
        }
    }

    pub(super) fn gateways(&mut self) {
        for ty in facts::INTERNET_GATEWAYS {
            for id in self.all(ty) {
                let egress_only = ty == facts::EGRESS_ONLY_GATEWAY;
                let kind = if egress_only { GatewayKind::EgressOnly } else { GatewayKind::Internet };
                let vpc = egress_only.then(|| self.vpc_at(id, "VpcId"));
                let gateway = add!(self.gateways, GatewayId, Gateway { named: self.named(id), vpc, kind, edge: None });
                self.gateways.insert(id, gateway);
            }
        }
        for id in self.all(facts::VPN_GATEWAY) {
            let outside = self.behind_vpn(id, "VpnGatewayId");
            let kind = GatewayKind::Private(outside);
            let gateway =
                add!(self.gateways, GatewayId, Gateway { named: self.named(id), vpc: None, kind, edge: None });
            self.gateways.insert(id, gateway);
        }
        let (attachment, properties) = facts::GATEWAY_ATTACHMENT;
        for id in self.all(attachment) {
            let vpc = self.vpc_at(id, "VpcId");
            let named = properties.iter().find_map(|property| values::resource(self.property(id, property)));
            if let Some(gateway) = named.and_then(|named| self.gateways.get(&named).copied())
                && let Some(gateway) = self.net.gateways.get_mut(gateway.0)
            {
                gateway.vpc = Some(vpc);
            }
        }
    }

    /// The network behind the VPN connections of a gateway. Its ranges are known if all of them are written.
    pub(super) fn behind_vpn(&mut self, gateway: ResourceId, property: &str) -> super::OutsideId {
        let connections: Vec<ResourceId> = self
            .all(facts::VPN_CONNECTION)
            .into_iter()
            .filter(|id| values::resource(self.property(*id, property)) == Some(gateway))
            .collect();
        let fixed = |id: &ResourceId| self.is(*id, "StaticRoutesOnly", false) == Sure::Yes;
        let mut ranges = (!connections.is_empty() && connections.iter().all(fixed)).then(Ranges::none);
        for id in self.all(facts::VPN_ROUTE) {
            let of = values::resource(self.property(id, "VpnConnectionId"));
            if of.is_some_and(|of| connections.contains(&of)) {
                let net = self.property(id, "DestinationCidrBlock").and_then(|node| values::net(self.model, id, node));
                ranges = match (ranges, net) {
                    (Some(ranges), Some(net)) => Some(ranges.or(&Ranges::of(net))),
                    (None, _) | (_, None) => None,
                };
            }
        }
        let named =
            Named { name: format!("the network behind `{}`", self.resource(gateway).path), ..self.named(gateway) };
        self.outside(Ref::Resource(gateway, None), named, ranges)
    }

    pub(super) fn tables(&mut self) {
        for id in self.all(facts::ROUTE_TABLE) {
            let table = add!(self.tables, TableId, Table { named: self.named(id), routes: Vec::new() });
            self.tables.insert(id, table);
        }
        for id in self.all(facts::TABLE_OF_GATEWAY) {
            let gateway = values::resource(self.property(id, "GatewayId"));
            let table = values::resource(self.property(id, "RouteTableId"));
            let gateway = gateway.and_then(|gateway| self.gateways.get(&gateway)).copied();
            let table = table.and_then(|table| self.tables.get(&table)).copied();
            if let Some(gateway) = gateway.and_then(|gateway| self.net.gateways.get_mut(gateway.0)) {
                gateway.edge = table;
            }
        }
    }

    /// The table of subnets that name none: it leads nowhere else.
    fn main_table(&mut self, vpc: VpcId) -> TableId {
        if let Some(known) = self.main_tables.get(&vpc) {
            return *known;
        }
        let own = self.net.vpc(vpc).named.clone();
        let named = Named { name: format!("the main route table of `{}`", own.name), ..own };
        let table = add!(self.tables, TableId, Table { named, routes: Vec::new() });
        self.main_tables.insert(vpc, table);
        table
    }

    pub(super) fn subnets(&mut self) {
        for id in self.all(facts::SUBNET) {
            let vpc = self.vpc_at(id, "VpcId");
            let (addresses, exact) = self.addresses_of(id, vpc);
            let zone = self.property(id, "AvailabilityZone").and_then(|node| match &node.kind {
                NodeKind::Zone(number) => Some(format!("#{number}")),
                _ => values::known(self.model, id, node),
            });
            let known = self.net.vpc(vpc).nets.is_some();
            let acl = known.then(|| self.default_acl(vpc));
            let table = known.then(|| self.main_table(vpc));
            let subnet = Subnet { named: self.named(id), vpc, addresses, exact, zone, table, acl };
            let subnet = add!(self.subnets, SubnetId, subnet);
            self.subnets.insert(Ref::Resource(id, None), subnet);
        }
        for (ty, property) in [(facts::TABLE_OF_SUBNET, "RouteTableId"), (facts::ACL_OF_SUBNET, "NetworkAclId")] {
            for id in self.all(ty) {
                let Some(subnet) = self.property(id, "SubnetId").and_then(|node| values::refs(node).into_iter().next())
                else {
                    continue;
                };
                let subnet = self.subnet(&subnet);
                let named = values::resource(self.property(id, property));
                let (table, acl) =
                    (named.and_then(|id| self.tables.get(&id)).copied(), named.and_then(|id| self.acls.get(&id)));
                let acl = acl.copied();
                let Some(subnet) = self.net.subnets.get_mut(subnet.0) else { continue };
                if ty == facts::TABLE_OF_SUBNET { subnet.table = table } else { subnet.acl = acl }
            }
        }
        self.imagined_subnets();
    }

    /// A VPC without subnets of this model gets one that stands for whatever may be in it.
    fn imagined_subnets(&mut self) {
        for at in 0..self.net.vpcs.len() {
            let vpc = VpcId(at);
            if self.net.subnets.iter().any(|subnet| subnet.vpc == vpc) {
                continue;
            }
            let own = self.net.vpc(vpc).clone();
            let known = own.nets.is_some();
            let table = known.then(|| self.main_table(vpc));
            let acl = known.then(|| self.default_acl(vpc));
            self.net.subnets.push(Subnet {
                named: Named { name: format!("a subnet of `{}`", own.named.name), ..own.named.clone() },
                vpc,
                addresses: own.addresses(),
                exact: false,
                zone: None,
                table,
                acl,
            });
        }
    }

    /// The addresses of a subnet, and whether they are known.
    fn addresses_of(&self, id: ResourceId, vpc: VpcId) -> (Ranges, bool) {
        let whole = self.net.vpc(vpc).addresses();
        let (mut addresses, mut exact) = (Ranges::none(), true);
        let more: Vec<ResourceId> = self
            .all(facts::SUBNET_RANGE)
            .into_iter()
            .filter(|range| values::resource(self.property(*range, "SubnetId")) == Some(id))
            .collect();
        let own = [(id, "CidrBlock"), (id, "Ipv6CidrBlock")];
        let added = more.into_iter().map(|range| (range, "Ipv6CidrBlock"));
        for (of, property) in own.into_iter().chain(added) {
            let Some(node) = self.property(of, property) else { continue };
            match values::net(self.model, of, node) {
                Some(net) => addresses = addresses.or(&Ranges::of(net)),
                None => {
                    exact = false;
                    let family = if property == "CidrBlock" { Ranges::v4() } else { internet().and(&Ranges::v6()) };
                    addresses = addresses.or(&whole.and(&family));
                }
            }
        }
        if addresses.is_empty() { (whole, false) } else { (addresses, exact) }
    }

    pub(super) fn nats(&mut self) {
        for id in self.all(facts::NAT_GATEWAY) {
            let Some(subnet) = self.property(id, "SubnetId").and_then(|node| values::refs(node).into_iter().next())
            else {
                continue;
            };
            let subnet = self.subnet(&subnet);
            let own = self.property(id, "PrivateIpAddress").and_then(|node| values::known(self.model, id, node));
            let own = own.and_then(|text| text.parse().ok()).map(|address| Ranges::one(number(address)));
            let addresses = own.unwrap_or_else(|| self.net.subnet(subnet).addresses.and(&Ranges::v4()));
            let kind = self.property(id, "ConnectivityType").and_then(|node| values::known(self.model, id, node));
            let public = kind.as_deref() != Some("private");
            let nat = add!(self.nats, NatId, Nat { named: self.named(id), subnet, addresses, public });
            self.nats.insert(id, nat);
        }
    }

    pub(super) fn peerings(&mut self) {
        for id in self.all(facts::PEERING) {
            let own_region = self.property(id, "PeerRegion").and_then(|node| values::known(self.model, id, node));
            let here = &self.model.stack(self.resource(id).stack).region;
            let groups = Sure::of(own_region.is_none_or(|region| region == *here));
            let mut ends = Vec::new();
            for property in ["VpcId", "PeerVpcId"] {
                let named = values::resource(self.property(id, property));
                ends.push(match named.and_then(|named| self.vpcs.get(&named)) {
                    Some(vpc) => PeeringEnd::Vpc(*vpc),
                    None => {
                        let named = Named {
                            name: format!("the VPC on the other side of `{}`", self.resource(id).path),
                            ..self.named(id)
                        };
                        let key = Ref::Resource(id, Some(crate::base::Symbol::new(property)));
                        PeeringEnd::Outside(self.outside(key, named, None))
                    }
                });
            }
            let [one, two] = ends[..] else { continue };
            let peering = Peering { named: self.named(id), ends: [one, two], groups };
            let peering = add!(self.peerings, PeeringId, peering);
            self.peerings.insert(id, peering);
        }
    }
}
