//! Transit gateways: what they connect, and how they route.

use super::{Reader, Ref, add, values};
use crate::check::reach::facts;
use crate::check::reach::network::{
    Attachment, AttachmentEnd, AttachmentId, Destination, Named, Sure, Transit, TransitId, TransitRoute, TransitTable,
    TransitTableId,
};
use crate::check::reach::ranges::Ranges;
use crate::eval::model::ResourceId;

impl Reader<'_> {
    pub(super) fn transit(&mut self) {
        for id in self.all(facts::TRANSIT) {
            let referencing =
                self.property(id, "SecurityGroupReferencingSupport").map(|node| values::known(self.model, id, node));
            let groups = match referencing {
                None => Sure::No,
                Some(Some(said)) => Sure::of(said == "enable"),
                Some(None) => Sure::Unknown,
            };
            let transit = add!(self.transits, TransitId, Transit { named: self.named(id), groups });
            self.transits.insert(id, transit);
        }
        self.attach();
        self.transit_tables();
    }

    /// The gateway that a property names, also one that is not of the model.
    fn transit_at(&mut self, id: ResourceId) -> TransitId {
        let named = values::resource(self.property(id, "TransitGatewayId"));
        if let Some(known) = named.and_then(|named| self.transits.get(&named)) {
            return *known;
        }
        let other = self.property(id, "TransitGatewayId").and_then(|node| values::refs(node).into_iter().next());
        let name =
            other.map_or_else(|| String::from("a transit gateway"), |other| format!("the transit gateway {other}"));
        if let Some(at) = self.net.transits.iter().position(|known| known.named.name == name) {
            return TransitId(at);
        }
        add!(self.transits, TransitId, Transit { named: Named::new(name), groups: Sure::Unknown })
    }

    fn attach(&mut self) {
        for ty in facts::TRANSIT_VPC_ATTACHMENTS {
            for id in self.all(ty) {
                let transit = self.transit_at(id);
                let vpc = self.vpc_at(id, "VpcId");
                let subnets = self.property(id, "SubnetIds").map(values::refs).unwrap_or_default();
                let subnets = subnets.iter().map(|subnet| self.subnet(subnet)).collect();
                self.attachment(id, transit, AttachmentEnd::Vpc(vpc, subnets));
            }
        }
        for id in self.all(facts::VPN_CONNECTION) {
            if let Some(gateway) = values::resource(self.property(id, "TransitGatewayId")) {
                let transit = self.transit_at(id);
                let outside = self.behind_vpn(gateway, "TransitGatewayId");
                self.attachment(id, transit, AttachmentEnd::Outside(outside));
            }
        }
        for id in self.all(facts::TRANSIT_PEERING) {
            let transit = self.transit_at(id);
            let named = Named { name: format!("what is behind `{}`", self.resource(id).path), ..self.named(id) };
            let outside = self.outside(Ref::Resource(id, None), named, None);
            self.attachment(id, transit, AttachmentEnd::Outside(outside));
        }
    }

    fn attachment(&mut self, id: ResourceId, transit: TransitId, end: AttachmentEnd) {
        let attachment = Attachment { named: self.named(id), transit, end, table: None };
        let attachment = add!(self.attachments, AttachmentId, attachment);
        self.attachments.insert(id, attachment);
    }

    fn transit_tables(&mut self) {
        for id in self.all(facts::TRANSIT_TABLE) {
            let table = TransitTable { named: self.named(id), routes: Vec::new() };
            let table = add!(self.transit_tables, TransitTableId, table);
            self.transit_tables.insert(id, table);
        }
        for id in self.all(facts::TRANSIT_ASSOCIATION) {
            let (attachment, table) = self.attachment_and_table(id);
            if let (Some(attachment), Some(table)) = (attachment, table)
                && let Some(attachment) = self.net.attachments.get_mut(attachment.0)
            {
                attachment.table = Some(table);
            }
        }
        for id in self.all(facts::TRANSIT_PROPAGATION) {
            let (attachment, table) = self.attachment_and_table(id);
            if let (Some(attachment), Some(table)) = (attachment, table) {
                let route = self.learned(self.named(id), attachment);
                self.add_transit_route(table, route);
            }
        }
        for id in self.all(facts::TRANSIT_ROUTE) {
            let (to_attachment, table) = self.attachment_and_table(id);
            let net = self.property(id, "DestinationCidrBlock").and_then(|node| values::net(self.model, id, node));
            let to = net.map_or_else(|| Destination::SomeOf(Ranges::all()), |net| Destination::Nets(vec![net]));
            if let Some(table) = table {
                let route = TransitRoute { named: self.named(id), to, to_attachment, learned: false };
                self.add_transit_route(table, route);
            }
        }
        self.default_tables();
    }

    fn attachment_and_table(&self, id: ResourceId) -> (Option<AttachmentId>, Option<TransitTableId>) {
        let attachment = values::resource(self.property(id, "TransitGatewayAttachmentId"));
        let table = values::resource(self.property(id, "TransitGatewayRouteTableId"));
        let attachment = attachment.and_then(|named| self.attachments.get(&named)).copied();
        (attachment, table.and_then(|named| self.transit_tables.get(&named)).copied())
    }

    fn add_transit_route(&mut self, table: TransitTableId, route: TransitRoute) {
        if let Some(table) = self.net.transit_tables.get_mut(table.0) {
            table.routes.push(route);
        }
    }

    /// The route that an attachment tells of.
    fn learned(&self, named: Named, attachment: AttachmentId) -> TransitRoute {
        let to = match &self.net.attachment(attachment).end {
            AttachmentEnd::Vpc(vpc, _) => match &self.net.vpc(*vpc).nets {
                Some(nets) => Destination::Nets(nets.clone()),
                None => Destination::SomeOf(Ranges::all()),
            },
            AttachmentEnd::Outside(outside) => {
                Destination::SomeOf(self.net.outside(*outside).addresses.clone().unwrap_or_else(Ranges::all))
            }
        };
        TransitRoute { named, to, to_attachment: Some(attachment), learned: true }
    }

    /// Attachments that are in no table are in the gateway's default one, and tell it of their ranges, unless it says no.
    fn default_tables(&mut self) {
        for id in self.all(facts::TRANSIT) {
            let Some(transit) = self.transits.get(&id).copied() else { continue };
            let said = |property: &str| {
                let text = self.property(id, property).and_then(|node| values::known(self.model, id, node));
                text.as_deref() != Some("disable")
            };
            let (associates, propagates) = (said("DefaultRouteTableAssociation"), said("DefaultRouteTablePropagation"));
            self.default_table(transit, associates, propagates, Vec::new());
        }
        for at in 0..self.net.transits.len() {
            let transit = TransitId(at);
            if !self.transits.values().any(|known| *known == transit) {
                // A gateway of others routes as they like.
                let named = self.net.transit(transit).named.clone();
                let outside = self.outside(Ref::Other(named.name.clone()), named.clone(), None);
                let end = AttachmentEnd::Outside(outside);
                let own = Attachment { named: named.clone(), transit, end, table: None };
                let own = add!(self.attachments, AttachmentId, own);
                let others = (0..self.net.attachments.len()).map(AttachmentId);
                let others: Vec<AttachmentId> =
                    others.filter(|id| *id == own || self.net.attachment(*id).transit == transit).collect();
                let anything = |to: AttachmentId| TransitRoute {
                    named: named.clone(),
                    to: Destination::SomeOf(Ranges::all()),
                    to_attachment: Some(to),
                    learned: true,
                };
                let routes = others.into_iter().map(anything).collect();
                self.default_table(transit, true, false, routes);
            }
        }
    }

    fn default_table(&mut self, transit: TransitId, associates: bool, propagates: bool, routes: Vec<TransitRoute>) {
        let own = self.net.transit(transit).named.clone();
        let named = Named { name: format!("the default route table of `{}`", own.name), ..own.clone() };
        let table = add!(self.transit_tables, TransitTableId, TransitTable { named, routes });
        for at in 0..self.net.attachments.len() {
            let id = AttachmentId(at);
            if self.net.attachment(id).transit != transit {
                continue;
            }
            if propagates {
                let route = self.learned(self.net.attachment(id).named.clone(), id);
                self.add_transit_route(table, route);
            }
            if associates
                && let Some(attachment) = self.net.attachments.get_mut(at)
                && attachment.table.is_none()
            {
                attachment.table = Some(table);
            }
        }
    }
}
