//! From the resources and connections of an environment to its network.
//!
//! Whatever a template leaves to the deployment is read as unknown: subnets and groups that come from elsewhere, ranges that are
//! parameters, routes that a gateway tells of.

mod balancers;
mod edges;
mod endpoints;
mod firewalls;
mod places;
mod routes;
mod transit;
mod values;
mod wearers;

use std::collections::HashMap;

use crate::check::reach::edges::Edge;
use crate::check::reach::ends::{service_of, service_of_action};
use crate::check::reach::facts;
use crate::check::reach::network::{
    AclId, AttachmentId, BalancerId, GatewayId, GroupId, InspectorId, InterfaceId, Named, NatId, Network, Outside,
    OutsideId, PeeringId, Service, ServiceId, Subnet, SubnetId, Sure, TableId, TargetsId, TransitId, TransitTableId,
    Vpc, VpcId,
};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::solver::Solver;
use crate::eval::model::{Model, Resource, ResourceId};
use crate::eval::origin::Origin;
use crate::eval::value::Node;

pub(super) use firewalls::on_ports;
use values::Ref;

/// A network, and which parts of the model its parts are.
#[derive(Debug)]
pub struct Read {
    /// The network.
    pub solver: Solver,
    /// Groups by their resources.
    pub groups: HashMap<ResourceId, GroupId>,
    /// What a resource has in subnets.
    pub interfaces: HashMap<ResourceId, Vec<InterfaceId>>,
    /// Load balancers by their resources.
    pub balancers: HashMap<ResourceId, BalancerId>,
    /// Resources that name no group where one can be named.
    pub groupless: Vec<ResourceId>,
    /// What stands at the edge of the internet, in no VPC.
    pub edges: Vec<Edge>,
}

/// Reads an environment.
pub fn read(model: &Model) -> Read {
    let mut reader = Reader::new(model);
    reader.vpcs();
    reader.gateways();
    reader.tables();
    reader.acls();
    reader.subnets();
    reader.groups();
    reader.wearers();
    reader.endpoints();
    reader.nats();
    reader.peerings();
    reader.transit();
    reader.routes();
    reader.rules();
    reader.balancers();
    reader.services_in_use();
    reader.comparable_zones();
    let edges = reader.edges();
    Read {
        solver: Solver::new(reader.net),
        groups: reader.groups,
        interfaces: reader.interfaces,
        balancers: reader.balancers,
        groupless: reader.groupless,
        edges,
    }
}

struct Reader<'m> {
    model: &'m Model,
    net: Network,
    by_type: HashMap<&'static str, Vec<ResourceId>>,
    vpcs: HashMap<ResourceId, VpcId>,
    unknown_vpc: Option<VpcId>,
    subnets: HashMap<Ref, SubnetId>,
    tables: HashMap<ResourceId, TableId>,
    gateways: HashMap<ResourceId, GatewayId>,
    acls: HashMap<ResourceId, AclId>,
    default_acls: HashMap<VpcId, AclId>,
    main_tables: HashMap<VpcId, TableId>,
    groups: HashMap<ResourceId, GroupId>,
    default_groups: HashMap<VpcId, GroupId>,
    unknown_groups: HashMap<Ref, GroupId>,
    interfaces: HashMap<ResourceId, Vec<InterfaceId>>,
    groupless: Vec<ResourceId>,
    nats: HashMap<ResourceId, NatId>,
    peerings: HashMap<ResourceId, PeeringId>,
    transits: HashMap<ResourceId, TransitId>,
    attachments: HashMap<ResourceId, AttachmentId>,
    transit_tables: HashMap<ResourceId, TransitTableId>,
    inspectors: HashMap<ResourceId, InspectorId>,
    services: HashMap<String, ServiceId>,
    outsides: HashMap<Ref, OutsideId>,
    balancers: HashMap<ResourceId, BalancerId>,
    target_groups: HashMap<ResourceId, TargetsId>,
}

/// Adds a thing to its list.
macro_rules! add {
    ($reader:ident . $list:ident, $id:ident, $thing:expr) => {{
        let id = $id($reader.net.$list.len());
        let thing = $thing;
        $reader.net.$list.push(thing);
        id
    }};
}
use add;

impl<'m> Reader<'m> {
    fn new(model: &'m Model) -> Reader<'m> {
        let mut by_type: HashMap<&'static str, Vec<ResourceId>> = HashMap::new();
        for id in model.resource_ids() {
            by_type.entry(model.resource(id).ty.as_str()).or_default().push(id);
        }
        Reader {
            model,
            net: Network::default(),
            by_type,
            vpcs: HashMap::new(),
            unknown_vpc: None,
            subnets: HashMap::new(),
            tables: HashMap::new(),
            gateways: HashMap::new(),
            acls: HashMap::new(),
            default_acls: HashMap::new(),
            main_tables: HashMap::new(),
            groups: HashMap::new(),
            default_groups: HashMap::new(),
            unknown_groups: HashMap::new(),
            interfaces: HashMap::new(),
            groupless: Vec::new(),
            nats: HashMap::new(),
            peerings: HashMap::new(),
            transits: HashMap::new(),
            attachments: HashMap::new(),
            transit_tables: HashMap::new(),
            inspectors: HashMap::new(),
            services: HashMap::new(),
            outsides: HashMap::new(),
            balancers: HashMap::new(),
            target_groups: HashMap::new(),
        }
    }

    /// The resources of a type.
    fn all(&self, ty: &str) -> Vec<ResourceId> {
        self.by_type.get(ty).cloned().unwrap_or_default()
    }

    fn resource(&self, id: ResourceId) -> &'m Resource {
        self.model.resource(id)
    }

    fn property(&self, id: ResourceId, name: &str) -> Option<&'m Node> {
        self.resource(id).properties.get(name)
    }

    /// What a resource is called, and where it stands.
    fn named(&self, id: ResourceId) -> Named {
        let resource = self.resource(id);
        Named { name: resource.path.clone(), origin: resource.origin, resource: Some(id) }
    }

    /// The same, at the place of a part of it.
    fn named_at(&self, id: ResourceId, node: &Node) -> Named {
        let origin = if node.origin == Origin::INHERITED { self.resource(id).origin } else { node.origin };
        Named { origin, ..self.named(id) }
    }

    fn service(&mut self, name: &str) -> ServiceId {
        if let Some(known) = self.services.get(name) {
            return *known;
        }
        let id = add!(self.services, ServiceId, Service { name: name.to_owned() });
        self.services.insert(name.to_owned(), id);
        id
    }

    /// The APIs by which resources of the model are used.
    fn services_in_use(&mut self) {
        let mut types: Vec<&str> = self.by_type.keys().copied().collect();
        types.sort_unstable();
        for ty in types {
            self.service(&service_of(ty));
        }
        let actions = self.model.statements.iter().flat_map(|statement| &statement.permissions);
        for action in actions.flat_map(|permission| &permission.actions) {
            let prefix = action.as_str().split(':').next().unwrap_or_default();
            if let Some(service) = service_of_action(prefix) {
                self.service(service);
            }
        }
    }

    /// A network that is not of the model.
    fn outside(&mut self, key: Ref, named: Named, addresses: Option<Ranges>) -> OutsideId {
        if let Some(known) = self.outsides.get(&key) {
            return *known;
        }
        let id = add!(self.outsides, OutsideId, Outside { named, addresses });
        self.outsides.insert(key, id);
        id
    }

    /// The VPC of which nothing is known.
    fn unknown_vpc(&mut self) -> VpcId {
        if let Some(known) = self.unknown_vpc {
            return known;
        }
        let named = Named::new("a VPC that is known only when deployed");
        let id = add!(self.vpcs, VpcId, Vpc { named, nets: None, given_v6: false });
        self.unknown_vpc = Some(id);
        id
    }

    /// The VPC that a property names.
    fn vpc_at(&mut self, id: ResourceId, property: &str) -> VpcId {
        let named = self.property(id, property).and_then(|node| values::refs(node).into_iter().next());
        match named {
            Some(Ref::Resource(resource, _)) if self.vpcs.contains_key(&resource) => {
                self.vpcs.get(&resource).copied().unwrap_or_else(|| self.unknown_vpc())
            }
            Some(_) | None => self.unknown_vpc(),
        }
    }

    /// The subnet that is named so, also one that is not of the model.
    fn subnet(&mut self, named: &Ref) -> SubnetId {
        let key = named.without_attribute();
        if let Some(known) = self.subnets.get(&key) {
            return *known;
        }
        let vpc = self.unknown_vpc();
        let id = add!(
            self.subnets,
            SubnetId,
            Subnet {
                named: Named::new(format!("the subnet {named}")),
                vpc,
                addresses: Ranges::all(),
                exact: false,
                zone: None,
                table: None,
                acl: None,
            }
        );
        self.subnets.insert(key, id);
        id
    }

    /// Zones by number and zones by name cannot be compared.
    fn comparable_zones(&mut self) {
        let numbered = |subnet: &Subnet| subnet.zone.as_ref().map(|zone| zone.starts_with('#'));
        let kinds: Vec<bool> = self.net.subnets.iter().filter_map(numbered).collect();
        if kinds.contains(&true) && kinds.contains(&false) {
            self.net.subnets.iter_mut().for_each(|subnet| subnet.zone = None);
        }
    }

    fn is(&self, id: ResourceId, property: &str, otherwise: bool) -> Sure {
        match self.property(id, property) {
            None => Sure::of(otherwise),
            Some(node) => match values::known(self.model, id, node).as_deref() {
                Some("true") => Sure::Yes,
                Some("false") => Sure::No,
                Some(_) | None => Sure::Unknown,
            },
        }
    }

    /// Whether a type wears no groups although it names such.
    fn wears_nothing(ty: &str) -> bool {
        facts::NO_WEARERS.contains(&ty) || facts::SUBNET_GROUPS.contains(&ty)
    }
}
