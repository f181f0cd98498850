//! A network as its packets meet it: plain data, without templates. What is known only when deployed is said to be unknown.

use ipnet::IpNet;

use crate::check::reach::ranges::{Ranges, internet};
use crate::eval::model::ResourceId;
use crate::eval::origin::Origin;

/// How certain something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sure {
    /// It is not so.
    No,
    /// It is known only when deployed.
    Unknown,
    /// It is so.
    Yes,
}

impl Sure {
    /// It is, or it is not.
    pub fn of(is: bool) -> Sure {
        if is { Sure::Yes } else { Sure::No }
    }
}

/// What something is called, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As the source spells it, or a few words.
    pub name: String,
    /// The place.
    pub origin: Origin,
    /// The resource that it is, or that it belongs to.
    pub resource: Option<ResourceId>,
}

impl Named {
    /// Something that no source spells.
    pub fn new(name: impl Into<String>) -> Named {
        Named { name: name.into(), origin: Origin::INHERITED, resource: None }
    }
}

macro_rules! things {
    ($($id:ident $thing:ident $list:ident $one:ident $what:literal;)*) => {
        $(
            #[doc = $what]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $id(pub usize);
        )*

        /// A network.
        #[derive(Debug, Clone, Default)]
        pub struct Network {
            $(
                #[doc = $what]
                pub $list: Vec<$thing>,
            )*
        }

        impl Network {
            $(
                #[doc = concat!("One of these: ", $what)]
                ///
                /// # Panics
                /// Never for an id of this network.
                pub fn $one(&self, id: $id) -> &$thing {
                    &self.$list[id.0]
                }
            )*
        }
    };
}

things! {
    VpcId Vpc vpcs vpc "Virtual networks.";
    SubnetId Subnet subnets subnet "Subnets.";
    TableId Table tables table "Route tables.";
    AclId Acl acls acl "Network ACLs.";
    GroupId Group groups group "Security groups.";
    InterfaceId Interface interfaces interface "What stands in a subnet and has an address there.";
    GatewayId Gateway gateways gateway "Gateways of a VPC.";
    NatId Nat nats nat "NAT gateways.";
    PeeringId Peering peerings peering "Connections of two VPCs.";
    TransitId Transit transits transit "Transit gateways.";
    AttachmentId Attachment attachments attachment "What a transit gateway connects.";
    TransitTableId TransitTable transit_tables transit_table "Route tables of transit gateways.";
    InspectorId Inspector inspectors inspector "Devices that packets are sent through, and that pass them on.";
    ServiceId Service services service "APIs of AWS.";
    EndpointId Endpoint endpoints endpoint "Ways from a VPC to an API of AWS without the internet.";
    OutsideId Outside outsides outside "Networks that are not of this model.";
    BalancerId Balancer balancers balancer "Load balancers.";
    TargetsId Targets target_groups targets "Where load balancers hand on to.";
}

/// A virtual network.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// What it is.
    pub named: Named,
    /// Its ranges; `None`: known only when deployed.
    pub nets: Option<Vec<IpNet>>,
    /// Whether AWS gives it a range of IPv6, too.
    pub given_v6: bool,
}

impl Vpc {
    /// Its addresses, or all that they may be.
    pub fn addresses(&self) -> Ranges {
        match &self.nets {
            Some(nets) => {
                let known: Ranges = nets.iter().map(|net| Ranges::of(*net)).collect();
                if self.given_v6 { known.or(&internet().and(&Ranges::v6())) } else { known }
            }
            None => Ranges::all(),
        }
    }
}

/// A subnet.
#[derive(Debug, Clone)]
pub struct Subnet {
    /// What it is.
    pub named: Named,
    /// Its network.
    pub vpc: VpcId,
    /// Its addresses; where they are not known, all that they may be.
    pub addresses: Ranges,
    /// Whether they are known.
    pub exact: bool,
    /// Its availability zone, if it is known.
    pub zone: Option<String>,
    /// Its routes; `None`: known only when deployed.
    pub table: Option<TableId>,
    /// Its network ACL; `None`: known only when deployed.
    pub acl: Option<AclId>,
}

/// A route table. The routes within its VPC are not written in it, but always there.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it is.
    pub named: Named,
    /// In any order: the longest prefix decides.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Debug, Clone)]
pub struct Route {
    /// What it is.
    pub named: Named,
    /// For which packets.
    pub to: Destination,
    /// To where.
    pub target: Target,
    /// Whether a gateway told of it; a route that is written wins over it.
    pub learned: bool,
}

/// What a route is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Packets to these addresses.
    Nets(Vec<IpNet>),
    /// Packets to an API of AWS, by AWS's list of its addresses.
    Service(ServiceId),
    /// Packets to some of these addresses; which, is known only when deployed.
    SomeOf(Ranges),
}

/// Where a route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To a gateway of the VPC.
    Gateway(GatewayId),
    /// To a NAT gateway.
    Nat(NatId),
    /// To the other VPC.
    Peering(PeeringId),
    /// To a transit gateway.
    Transit(TransitId),
    /// Through a device that inspects.
    Inspector(InspectorId),
    /// To a machine that hands packets on, or not.
    Interface(InterfaceId),
    /// To an API of AWS.
    Endpoint(EndpointId),
    /// Nowhere: what is routed there is lost.
    Nowhere,
    /// Known only when deployed.
    Unknown,
}

/// A network ACL: rules in order, the first that fits decides, and what fits none is refused. It knows no connections.
#[derive(Debug, Clone)]
pub struct Acl {
    /// What it is.
    pub named: Named,
    /// For what comes into a subnet.
    pub ingress: Vec<AclRule>,
    /// For what leaves it.
    pub egress: Vec<AclRule>,
}

/// A rule of a network ACL.
#[derive(Debug, Clone)]
pub struct AclRule {
    /// What it is.
    pub named: Named,
    /// Its place among the others; the lowest comes first.
    pub number: i64,
    /// Allows or refuses.
    pub allow: bool,
    /// The other side's addresses; `None`: known only when deployed.
    pub peer: Option<Ranges>,
    /// What is carried; `None`: known only when deployed.
    pub on: Option<Ranges>,
}

/// A security group: whatever a rule allows. It knows connections: answers to what was allowed are allowed.
#[derive(Debug, Clone)]
pub struct Group {
    /// What it is.
    pub named: Named,
    /// Its network, if it is known.
    pub vpc: Option<VpcId>,
    /// For what comes in.
    pub ingress: Vec<Rule>,
    /// For what goes out.
    pub egress: Vec<Rule>,
    /// Whether these are all of its rules.
    pub complete: bool,
}

/// A rule of a security group.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What it is.
    pub named: Named,
    /// The other side.
    pub peer: Peer,
    /// What is carried; `None`: known only when deployed.
    pub on: Option<Ranges>,
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Addresses.
    Addresses(Ranges),
    /// Whatever wears a group.
    Group(GroupId),
    /// An API of AWS, by AWS's list of its addresses.
    Service(ServiceId),
    /// Known only when deployed.
    Unknown,
}

/// Something in a subnet that has an address there. What stands in several subnets is one for each.
#[derive(Debug, Clone)]
pub struct Interface {
    /// What it is.
    pub named: Named,
    /// Where it is.
    pub subnet: SubnetId,
    /// Its groups. Nothing holds back what has none.
    pub groups: Vec<GroupId>,
    /// All addresses that it may have: usually all of its subnet.
    pub addresses: Ranges,
    /// Whether it has an address of IPv6, if its subnet has such.
    pub v6: Sure,
    /// Whether it has a public address of IPv4, too.
    pub public: Sure,
    /// Whether it asks others.
    pub sends: bool,
    /// Where it can be asked at all.
    pub listens: Listens,
    /// Whether it hands on packets that are for others.
    pub forwards: bool,
}

/// Where something can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listens {
    /// That is its own matter.
    Anywhere,
    /// Nowhere: AWS lets nothing in.
    Nowhere,
    /// On these alone.
    On(Ranges),
}

/// A gateway of a VPC.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// What it is.
    pub named: Named,
    /// The VPC to which it is attached.
    pub vpc: Option<VpcId>,
    /// What is behind it.
    pub kind: GatewayKind,
    /// Where packets go that come in through it, if not simply to their subnet.
    pub edge: Option<TableId>,
}

/// What is behind a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayKind {
    /// The internet.
    Internet,
    /// The internet, for IPv6, and only on the way out.
    EgressOnly,
    /// Another network.
    Private(OutsideId),
}

/// A NAT gateway: what leaves through it has its address; only answers come back.
#[derive(Debug, Clone)]
pub struct Nat {
    /// What it is.
    pub named: Named,
    /// Where it is.
    pub subnet: SubnetId,
    /// Its private addresses, or all that they may be.
    pub addresses: Ranges,
    /// Whether it has a public address, too.
    pub public: bool,
}

/// A connection of two VPCs.
#[derive(Debug, Clone)]
pub struct Peering {
    /// What it is.
    pub named: Named,
    /// Its ends.
    pub ends: [PeeringEnd; 2],
    /// Whether rules can name groups of the other side.
    pub groups: Sure,
}

/// An end of a peering connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeeringEnd {
    /// A VPC.
    Vpc(VpcId),
    /// One that is not of this model.
    Outside(OutsideId),
}

/// A transit gateway.
#[derive(Debug, Clone)]
pub struct Transit {
    /// What it is.
    pub named: Named,
    /// Whether rules can name groups of other attached VPCs.
    pub groups: Sure,
}

/// What a transit gateway connects.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is.
    pub named: Named,
    /// The gateway.
    pub transit: TransitId,
    /// What it leads to.
    pub end: AttachmentEnd,
    /// The table by which packets from there are routed; `None`: they are not.
    pub table: Option<TransitTableId>,
}

/// What an attachment leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentEnd {
    /// A VPC, by these subnets of it.
    Vpc(VpcId, Vec<SubnetId>),
    /// Another network.
    Outside(OutsideId),
}

/// A route table of a transit gateway.
#[derive(Debug, Clone)]
pub struct TransitTable {
    /// What it is.
    pub named: Named,
    /// Its routes.
    pub routes: Vec<TransitRoute>,
}

/// A route of a transit gateway.
#[derive(Debug, Clone)]
pub struct TransitRoute {
    /// What it is.
    pub named: Named,
    /// For which packets.
    pub to: Destination,
    /// To where; `None`: they are lost.
    pub to_attachment: Option<AttachmentId>,
    /// Whether the attachment told of it; a route that is written wins over it.
    pub learned: bool,
}

/// A device that packets are sent through, such as a firewall. What it refuses is not known here.
#[derive(Debug, Clone)]
pub struct Inspector {
    /// What it is.
    pub named: Named,
    /// Where it stands.
    pub subnets: Vec<SubnetId>,
}

/// An API of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name in endpoints, such as `secretsmanager`.
    pub name: String,
}

/// A way from a VPC to an API without the internet.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What it is.
    pub named: Named,
    /// Where it is.
    pub vpc: VpcId,
    /// To which API.
    pub service: ServiceId,
    /// How.
    pub kind: EndpointKind,
}

/// How an endpoint works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointKind {
    /// By routes.
    Gateway,
    /// By addresses of its own in the VPC.
    Interface {
        /// Those.
        interfaces: Vec<InterfaceId>,
        /// Whether the API's usual name leads to them in the whole VPC.
        usual_name: Sure,
    },
}

/// A network that is not of this model.
#[derive(Debug, Clone)]
pub struct Outside {
    /// What it is.
    pub named: Named,
    /// Its addresses; `None`: known only when deployed.
    pub addresses: Option<Ranges>,
}

/// A load balancer.
#[derive(Debug, Clone)]
pub struct Balancer {
    /// What it is.
    pub named: Named,
    /// It itself, once for each subnet.
    pub interfaces: Vec<InterfaceId>,
    /// Whether it hands on what it gets without opening it.
    pub passes: bool,
    /// Whether it hands on to other zones.
    pub crosses_zones: Sure,
    /// Where it listens.
    pub listeners: Vec<Listener>,
}

/// A port on which a load balancer listens.
#[derive(Debug, Clone)]
pub struct Listener {
    /// What it is.
    pub named: Named,
    /// On what it can be asked.
    pub on: Ranges,
    /// Where it hands on to.
    pub targets: Vec<TargetsId>,
}

/// Where a load balancer hands on to.
#[derive(Debug, Clone)]
pub struct Targets {
    /// What it is.
    pub named: Named,
    /// On what it asks them.
    pub on: Ranges,
    /// On what it asks how they are.
    pub health: Ranges,
    /// Those that are known.
    pub members: Vec<InterfaceId>,
    /// Whether they see their client's address instead of the load balancer's.
    pub sees_client: Sure,
}
