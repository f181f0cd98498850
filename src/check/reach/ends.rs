//! Which parties the ends of a question stand for.

use crate::check::reach::fabric::{Arrival, Hop};
use crate::check::reach::facts;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{EndpointKind, GroupId, OutsideId, ServiceId, SubnetId, Sure, VpcId};
use crate::check::reach::packets::{TCP, anything, carried};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::read::{Read, on_ports};
use crate::eval::model::{End, InstanceId, Model, Ports, ResourceId};
use crate::eval::paths::PathEnd;

impl Read {
    /// The parties that an end stands for. An instance that shares its group with others is meant alone if `narrow` says so.
    pub fn parties(&self, model: &Model, end: &End, narrow: bool) -> Vec<Party> {
        match end {
            End::Internet => vec![Party::Internet(internet().clone())],
            End::Cidr(net) => self.at_addresses(&Ranges::of(*net)),
            End::Group(group, wearer) => {
                let Some(id) = self.groups.get(group).copied() else { return Vec::new() };
                let all = self.solver.wearers(id);
                let mut meant: Vec<Party> = Vec::new();
                if let (true, Some(wearer)) = (narrow, wearer) {
                    let own = all.iter().filter(|interface| {
                        let resource = self.solver.network().interface(**interface).named.resource;
                        resource.is_some_and(|resource| belongs(model, resource, *wearer))
                    });
                    meant.extend(own.map(|interface| Party::Interface(*interface)));
                }
                if meant.is_empty() {
                    meant.extend(all.iter().map(|interface| Party::Interface(*interface)));
                }
                if meant.is_empty() { self.imagined(id) } else { meant }
            }
        }
    }

    /// A group that nothing wears yet stands for whatever may wear it, wherever in its network.
    pub(super) fn imagined(&self, group: GroupId) -> Vec<Party> {
        let network = self.solver.network();
        let vpc = network.group(group).vpc;
        let subnets = network.subnets.iter().enumerate().filter(|(_, subnet)| Some(subnet.vpc) == vpc);
        subnets.map(|(at, _)| Party::Wearer(group, SubnetId(at))).collect()
    }

    /// Whoever may have one of these addresses.
    pub(super) fn at_addresses(&self, addresses: &Ranges) -> Vec<Party> {
        let network = self.solver.network();
        let mut parties = Vec::new();
        let public = addresses.and(internet());
        if !public.is_empty() {
            parties.push(Party::Internet(public));
        }
        for (at, subnet) in network.subnets.iter().enumerate() {
            if subnet.addresses.meets(addresses) && network.vpc(subnet.vpc).nets.is_some() {
                parties.push(Party::Host(SubnetId(at), addresses.and(&subnet.addresses)));
            }
        }
        for (at, outside) in network.outsides.iter().enumerate() {
            let behind = outside.addresses.as_ref().map_or_else(|| addresses.clone(), |own| own.and(addresses));
            if !behind.is_empty() {
                parties.push(Party::Outside(OutsideId(at), behind));
            }
        }
        parties
    }

    /// The parties of an end of a path.
    pub fn path_parties(&self, model: &Model, end: &PathEnd) -> Vec<Party> {
        match end {
            PathEnd::Of(end) => self.parties(model, end, true),
            PathEnd::Resource(resource) if self.interfaces.contains_key(resource) => {
                let own = self.interfaces.get(resource).into_iter().flatten();
                own.map(|interface| Party::Interface(*interface)).collect()
            }
            PathEnd::Resource(resource) => {
                let name = service_of(model.resource(*resource).ty.as_str());
                let asked = self.service(&name).map(Party::Service);
                // What stands at the edge of the internet asks as what it has inside, too.
                self.edge(*resource).into_iter().flat_map(Read::sent_by).chain(asked).collect()
            }
        }
    }

    /// The API of a name. One that no endpoint leads to is reached over the internet alone.
    pub fn service(&self, name: &str) -> Option<ServiceId> {
        let services = &self.solver.network().services;
        services.iter().position(|service| service.name == name).map(ServiceId)
    }

    /// How an API is reached from a subnet of a VPC: by the addresses of an endpoint, if its usual name leads there; else by those and
    /// by routes.
    pub fn ways_to_service(&self, from: &Party, service: ServiceId) -> Vec<Party> {
        let network = self.solver.network();
        let vpc = self.solver.place(from).map(|subnet| network.subnet(subnet).vpc);
        let mut by_address: Vec<Party> = Vec::new();
        let mut by_name_alone = Sure::No;
        for endpoint in &network.endpoints {
            if let EndpointKind::Interface { interfaces, usual_name } = &endpoint.kind
                && endpoint.service == service
                && Some(endpoint.vpc) == vpc
            {
                by_address.extend(interfaces.iter().map(|interface| Party::Interface(*interface)));
                by_name_alone = by_name_alone.max(*usual_name);
            }
        }
        if by_name_alone != Sure::Yes {
            by_address.push(Party::Service(service));
        }
        by_address
    }

    /// Whether an API may be asked from somewhere, by HTTPS; perhaps without the internet, and by endpoints that admit it.
    pub fn reaches_service(
        &self,
        from: &Party,
        service: ServiceId,
        privately: bool,
        admits: &dyn Fn(ResourceId) -> bool,
    ) -> bool {
        let https = carried(TCP, 443, 443);
        let network = self.solver.network();
        let refused = |way: &Arrival| {
            way.hops.iter().any(|hop| match hop {
                Hop::Endpoint(id) => network.endpoint(*id).named.resource.is_some_and(|id| !admits(id)),
                Hop::Gateway(_) => privately,
                _ => false,
            })
        };
        self.ways_to_service(from, service).iter().any(|to| {
            let own = match to {
                Party::Interface(id) => network.interface(*id).named.resource,
                _ => None,
            };
            own.is_none_or(admits) && self.solver.open(from, to, &refused).meets(&https)
        })
    }

    /// The endpoints of an API in the VPC of a party.
    pub fn endpoints_of(&self, from: &Party, service: ServiceId) -> Vec<ResourceId> {
        let vpc = self.vpc_of(from);
        let endpoints = self.solver.network().endpoints.iter();
        let own = endpoints.filter(|endpoint| endpoint.service == service && Some(endpoint.vpc) == vpc);
        own.filter_map(|endpoint| endpoint.named.resource).collect()
    }

    /// The VPC that a party is in.
    pub fn vpc_of(&self, party: &Party) -> Option<VpcId> {
        self.solver.place(party).map(|subnet| self.solver.network().subnet(subnet).vpc)
    }

    /// What is carried on ports; anything, if none are said.
    pub fn carried(ports: &[Ports]) -> Ranges {
        if ports.is_empty() { anything() } else { ports.iter().map(on_ports).collect() }
    }
}

/// The name of the API by which resources of a type are used.
pub fn service_of(ty: &str) -> String {
    let namespace = ty.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
    let known = facts::SERVICE_NAMES.iter().find(|(own, _)| *own == namespace);
    known.map_or(namespace.clone(), |(_, name)| (*name).to_owned())
}

/// The endpoint at which the actions of a prefix are asked for, if it is known.
pub fn service_of_action(prefix: &str) -> Option<&'static str> {
    let other = facts::ACTION_SERVICES.iter().find(|(own, _)| *own == prefix).map(|(_, name)| *name);
    other.or_else(|| facts::ASKED.iter().copied().find(|known| *known == prefix))
}

/// Whether a resource belongs to an instance: is it, or stands somewhere in its component.
pub fn belongs(model: &Model, resource: ResourceId, instance: InstanceId) -> bool {
    let mut at = Some(model.resource(resource).instance);
    while let Some(here) = at {
        if here == instance {
            return true;
        }
        at = model.instance(here).parent;
    }
    false
}
