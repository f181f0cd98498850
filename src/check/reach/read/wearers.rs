//! What stands in subnets: whatever names subnets, itself or through a subnet group, with the groups that it names.
//!
//! The catalog and the names of properties say which leaves are subnets and groups; so a type need not be known here.

use super::{Reader, Ref, add, values};
use crate::base::Symbol;
use crate::catalog::{Kind, Shape, catalog};
use crate::check::reach::facts;
use crate::check::reach::network::{Interface, InterfaceId, Listens, SubnetId, Sure};
use crate::check::reach::packets::{TCP, carried};
use crate::check::reach::ranges::{Ranges, number};
use crate::eval::model::ResourceId;
use crate::eval::value::{Node, NodeKind};

/// What a part of a resource names.
#[derive(Default)]
struct Placement<'n> {
    subnets: Vec<Ref>,
    groups: Vec<Ref>,
    /// Whether groups could be named here, and are not.
    part: Option<&'n Node>,
}

/// Deeper properties do not say where a thing is.
const DEEPEST: usize = 12;

impl<'m> Reader<'m> {
    pub(super) fn wearers(&mut self) {
        for id in self.model.resource_ids() {
            let ty = self.resource(id).ty.as_str();
            // Only endpoints of one kind have addresses of their own.
            let kind = self.property(id, "VpcEndpointType").and_then(|node| values::known(self.model, id, node));
            let no_card = ty == facts::ENDPOINT && kind.as_deref() != Some("Interface");
            if !no_card && !Self::wears_nothing(ty) {
                self.wearer(id);
            }
        }
        self.elastic_addresses();
    }

    fn wearer(&mut self, id: ResourceId) {
        let resource = self.resource(id);
        let shape = catalog().resource_type(resource.ty.as_str()).map(|ty| ty.shape());
        let mut placements = Vec::new();
        let mut whole = self.placed(&resource.properties, shape, 0, &mut placements);
        // What is lent: by subnet groups and launch templates.
        for lender in self.lenders_of(id) {
            let lent = self.resource(lender);
            let is_template = lent.ty == *facts::LAUNCH_TEMPLATE;
            let shape = catalog().resource_type(lent.ty.as_str()).map(|ty| ty.shape());
            let mut inner = Vec::new();
            let mut own = self.placed(&lent.properties, shape, 0, &mut inner);
            inner.push(std::mem::take(&mut own));
            for mut one in inner {
                if whole.subnets.is_empty() || !is_template {
                    whole.subnets.append(&mut one.subnets);
                }
                whole.groups.append(&mut one.groups);
            }
        }
        whole.part = Some(&resource.properties);
        if !whole.subnets.is_empty() {
            placements.push(whole);
        } else if !whole.groups.is_empty() {
            // Groups without a subnet: launched in a VPC that the account has, or that a cluster of instances says.
            self.in_default_subnet(id, &mut placements, whole);
        }
        for placement in placements {
            self.stand(id, &placement);
        }
    }

    /// What lends a resource its subnets or groups: subnet groups, launch templates, the cluster that it is a member of.
    fn lenders_of(&self, id: ResourceId) -> Vec<ResourceId> {
        let named = |id: ResourceId| {
            let all = lenders(&self.resource(id).properties).into_iter();
            all.filter(|lender| {
                let ty = self.resource(*lender).ty.as_str();
                ty == facts::LAUNCH_TEMPLATE || facts::SUBNET_GROUPS.contains(&ty)
            })
        };
        let ty = self.resource(id).ty.as_str();
        let of = facts::MEMBERS.iter().find(|(member, _)| *member == ty);
        let cluster = of.and_then(|(_, property)| values::resource(self.property(id, property)));
        named(id).chain(cluster).chain(cluster.into_iter().flat_map(named)).collect()
    }

    /// An instance that names no subnet stands in a default one, which nobody knows here.
    fn in_default_subnet<'n>(&self, id: ResourceId, placements: &mut Vec<Placement<'n>>, mut whole: Placement<'n>) {
        if facts::LAUNCHED.contains(&self.resource(id).ty.as_str()) {
            whole.subnets.push(Ref::Other(String::from("of the account's default VPC")));
            placements.push(whole);
        }
    }

    /// Subnets and groups that a tree names. An item of a list that names both stands for itself.
    fn placed<'n>(
        &self,
        node: &'n Node,
        shape: Option<Shape>,
        depth: usize,
        found: &mut Vec<Placement<'n>>,
    ) -> Placement<'n> {
        let mut all = Placement::default();
        if depth > DEEPEST {
            return all;
        }
        match &node.kind {
            NodeKind::Map(map) => {
                // Free keys are not properties.
                if shape.is_some_and(|shape| matches!(shape.kind(), Kind::Map | Kind::Json)) {
                    return all;
                }
                for (key, inner) in map {
                    let known = shape.and_then(|shape| shape.property(key.as_str()));
                    let shape = known.map(|property| property.shape());
                    if known.is_none() && shape.is_none() && depth > 0 && facts::FREE_TEXT.contains(&key.as_str()) {
                        continue;
                    }
                    let mut part = if is_leaf(inner) {
                        self.named_by(*key, inner)
                    } else {
                        self.placed(inner, shape, depth + 1, found)
                    };
                    all.subnets.append(&mut part.subnets);
                    all.groups.append(&mut part.groups);
                }
            }
            NodeKind::List(items) => {
                let shape = shape.and_then(|shape| shape.items());
                for item in items {
                    let mut part = self.placed(item, shape, depth + 1, found);
                    if !part.subnets.is_empty() && !part.groups.is_empty() {
                        part.part = Some(item);
                        found.push(part);
                    } else {
                        all.subnets.append(&mut part.subnets);
                        all.groups.append(&mut part.groups);
                    }
                }
            }
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
        all
    }

    /// What a leaf names, by its property: subnets, groups, or something else.
    fn named_by(&self, key: Symbol, node: &Node) -> Placement<'m> {
        let mut part = Placement::default();
        let name = key.as_str();
        if facts::FREE_TEXT.contains(&name) {
            return part;
        }
        let speaks_of = |word: &str| name.to_ascii_lowercase().contains(word);
        for named in values::refs(node) {
            let of = named.resource().map(|id| self.resource(id).ty.as_str());
            let default_group =
                matches!(&named, Ref::Resource(_, Some(attribute)) if *attribute == *facts::DEFAULT_GROUP);
            match of {
                Some(facts::SUBNET) => part.subnets.push(named),
                Some(facts::GROUP) => part.groups.push(named),
                Some(facts::VPC) if default_group => part.groups.push(named),
                Some(_) => {}
                None if speaks_of("subnetid") || name == "Subnets" || name == "VPCZoneIdentifier" => {
                    part.subnets.push(named);
                }
                None if speaks_of("securitygroup") && !speaks_of("name") => part.groups.push(named),
                None => {}
            }
        }
        part
    }

    /// One interface for each subnet.
    fn stand(&mut self, id: ResourceId, placement: &Placement<'_>) {
        let resource = self.resource(id);
        let ty = resource.ty.as_str();
        let mut subnets: Vec<SubnetId> = Vec::new();
        for named in &placement.subnets {
            let subnet = self.subnet(named);
            if !subnets.contains(&subnet) {
                subnets.push(subnet);
            }
        }
        let mut groups = Vec::new();
        for named in &placement.groups {
            let group = self.group(named);
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        let bare = groups.is_empty() && !self.needs_no_group(id);
        let by_default = bare && facts::DEFAULT_WEARERS.contains(&ty);
        if by_default {
            self.groupless.push(id);
        } else if bare {
            let name = format!("the group that AWS gives `{}`", resource.path);
            groups.push(self.unknown_group(Ref::Other(resource.path.clone()), name));
        }
        let own = ["PrivateIpAddress"]
            .iter()
            .find_map(|key| placement.part.and_then(|part| part.get(key)))
            .and_then(|node| values::known(self.model, id, node))
            .and_then(|text| text.parse().ok())
            .map(|address| Ranges::one(number(address)));
        for subnet in subnets {
            let place = self.net.subnet(subnet);
            let (vpc, addresses) = (place.vpc, own.clone().unwrap_or_else(|| place.addresses.clone()));
            let place_resource = place.named.resource;
            let has_v6 = place.addresses.meets(&Ranges::v6());
            let mut worn = groups.clone();
            if by_default {
                worn.push(self.default_group(vpc));
            }
            let interface = Interface {
                named: self.named(id),
                subnet,
                groups: worn,
                addresses,
                v6: if has_v6 { self.has_v6(id, placement.part, place_resource) } else { Sure::No },
                public: self.is_public(id, placement.part, place_resource),
                sends: !facts::ANSWERERS.contains(&ty),
                listens: self.listens(id),
                forwards: self.is(id, facts::SOURCE_CHECK, true) != Sure::Yes,
            };
            let interface = add!(self.interfaces, InterfaceId, interface);
            self.interfaces.entry(id).or_default().push(interface);
        }
    }

    /// Where a service of AWS listens, if that is known.
    fn listens(&self, id: ResourceId) -> Listens {
        let ty = self.resource(id).ty.as_str();
        if facts::ASKERS.contains(&ty) {
            return Listens::Nowhere;
        }
        let said = facts::PORTS.iter().find(|(known, _)| *known == ty);
        let said = said.and_then(|(_, property)| values::number(self.model, id, self.property(id, property)));
        let fixed = facts::FIXED_PORTS.iter().find(|(known, _)| *known == ty).map(|(_, port)| *port);
        match said.and_then(|port| u16::try_from(port).ok()).or(fixed) {
            Some(port) => Listens::On(carried(TCP, port, port)),
            None => Listens::Anywhere,
        }
    }

    /// A network load balancer may do without; what inspects has none.
    fn needs_no_group(&self, id: ResourceId) -> bool {
        let resource = self.resource(id);
        let text = |property: &str| {
            self.property(id, property).and_then(|node| values::known(self.model, id, node)).unwrap_or_default()
        };
        match resource.ty.as_str() {
            facts::BALANCER => matches!(text("Type").as_str(), "network" | "gateway"),
            _ => false,
        }
    }

    /// Whether something has an address of IPv6 in a subnet that has such.
    fn has_v6(&self, id: ResourceId, part: Option<&Node>, subnet: Option<ResourceId>) -> Sure {
        let resource = self.resource(id);
        let ty = resource.ty.as_str();
        let own = part.unwrap_or(&resource.properties);
        if let Some((_, property, yes)) = facts::DUAL_STACK.iter().find(|(known, ..)| *known == ty) {
            return values::find(own, property).map_or(Sure::No, |node| {
                values::known(self.model, id, node).map_or(Sure::Unknown, |text| Sure::of(yes.contains(&text.as_str())))
            });
        }
        if !facts::CARDS.contains(&ty) {
            return Sure::Unknown;
        }
        let (count, list) = facts::V6_OF_CARDS;
        let templates = lenders(&resource.properties).into_iter().map(|id| &self.resource(id).properties);
        let said = [own, &resource.properties].into_iter().chain(templates).find_map(|node| {
            let listed = values::find(node, list).map(|_| Sure::Yes);
            let counted = values::find(node, count).map(|node| {
                values::number(self.model, id, Some(node)).map_or(Sure::Unknown, |count| Sure::of(count > 0))
            });
            listed.or(counted)
        });
        said.unwrap_or_else(|| match subnet {
            Some(subnet) if self.resource(subnet).ty == *facts::SUBNET => self.is(subnet, facts::V6_SUBNET, false),
            Some(_) | None => Sure::Unknown,
        })
    }

    fn is_public(&self, id: ResourceId, part: Option<&Node>, subnet: Option<ResourceId>) -> Sure {
        let resource = self.resource(id);
        let ty = resource.ty.as_str();
        let said = |node: &Node, property: &str, yes: &str| {
            values::find(node, property).map(|node| match values::known(self.model, id, node) {
                Some(text) => Sure::of(text == yes),
                None => Sure::Unknown,
            })
        };
        if let Some(setting) = facts::PUBLIC_SETTINGS.iter().find(|setting| setting.ty == ty) {
            let node = part.unwrap_or(&resource.properties);
            return said(node, setting.property, setting.yes).unwrap_or(match setting.unsaid {
                Some(public) => Sure::of(public),
                None => Sure::Unknown,
            });
        }
        if !facts::LAUNCHED.contains(&ty) {
            return Sure::No;
        }
        let templates = lenders(&resource.properties).into_iter().map(|id| &self.resource(id).properties);
        let card = part.into_iter().chain([&resource.properties]).chain(templates);
        let card = card.filter_map(|node| said(node, facts::PUBLIC_CARD, "true")).next();
        card.unwrap_or_else(|| match subnet {
            Some(subnet) if self.resource(subnet).ty == *facts::SUBNET => self.is(subnet, facts::PUBLIC_SUBNET, false),
            Some(_) | None => Sure::Unknown,
        })
    }

    /// Public addresses that are given to instances and network cards.
    fn elastic_addresses(&mut self) {
        for ty in facts::ELASTIC_ADDRESSES {
            for id in self.all(ty) {
                let named = ["InstanceId", "NetworkInterfaceId"].into_iter();
                let named = named.filter_map(|property| values::resource(self.property(id, property))).next();
                for interface in named.and_then(|named| self.interfaces.get(&named)).into_iter().flatten() {
                    if let Some(interface) = self.net.interfaces.get_mut(interface.0) {
                        interface.public = Sure::Yes;
                    }
                }
            }
        }
    }
}

/// All resources that a tree names.
pub(super) fn lenders(node: &Node) -> Vec<ResourceId> {
    let mut found: Vec<ResourceId> = values::refs(node).iter().filter_map(Ref::resource).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a node is one text, or a list of such.
fn is_leaf(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Text(_) => true,
        NodeKind::List(items) => items.iter().all(|item| matches!(item.kind, NodeKind::Text(_))),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => false,
    }
}
