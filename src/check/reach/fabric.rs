//! From a subnet, the internet or another network through routes, gateways and network ACLs: where packets arrive, and by which
//! hops. Security groups are not looked at here; they depend on who sends and who is asked (see [`legs`](super::legs)).
//!
//! A packet has one way, as routes depend on where it goes alone. So sets of packets are pushed along and divided; a set that comes
//! back to where it was goes round for ever, and is lost. Where something is known only when deployed, a set goes all ways that it
//! may, and nothing about it is certain any more.

use crate::check::reach::filters::Direction;
use crate::check::reach::network::{
    AttachmentId, EndpointId, GatewayId, InspectorId, InterfaceId, NatId, OutsideId, PeeringId, ServiceId, SubnetId,
    Sure, TableId, TransitTableId, VpcId,
};
use crate::check::reach::packets::Bounds;

/// Where packets begin, seen without security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Start {
    /// In a subnet; whether the sender has a public address of IPv4.
    Subnet(SubnetId, Sure),
    /// On the internet.
    Internet,
    /// In a network that is not of the model.
    Outside(OutsideId),
}

/// Where packets end, seen without security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// In a subnet.
    Subnet(SubnetId),
    /// On the internet.
    Internet,
    /// In a network that is not of the model.
    Outside(OutsideId),
    /// At an API of AWS.
    Service(ServiceId),
}

/// Packets that ask, or those that answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// What opens a connection.
    Ask,
    /// What comes back. It needs routes and network ACLs as well, but nothing translates it that did not translate the question.
    Answer,
}

/// One hop of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hop {
    /// Past the network ACL, out of a subnet.
    Leaves(SubnetId),
    /// Past the network ACL, into a subnet.
    Enters(SubnetId),
    /// By the route within a VPC that every table has.
    Local(VpcId),
    /// By a route of a table.
    Route(TableId, usize),
    /// Through a gateway of a VPC.
    Gateway(GatewayId),
    /// Through a NAT gateway, with its address from here on.
    Nat(NatId),
    /// Into the other VPC.
    Peering(PeeringId),
    /// Into a transit gateway, by an attachment.
    Transit(AttachmentId),
    /// By a route of a transit gateway, to its attachment.
    TransitRoute(TransitTableId, usize),
    /// Through a device.
    Inspector(InspectorId),
    /// Through a machine that may hand on what is not for it.
    Forwarder(InterfaceId),
    /// Through an endpoint that routes lead to.
    Endpoint(EndpointId),
    /// By routes that are known only when deployed.
    UnknownRoutes(SubnetId),
    /// By a route whose target is known only when deployed.
    UnknownTarget(TableId, usize),
}

/// A NAT gateway on a way: what got as far as there, and what it looked like from there on.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// The gateway.
    pub nat: NatId,
    /// The packets as they came to it.
    pub before: Bounds,
    /// Where they had begun: the sender's subnet, or that of the gateway before.
    pub begun: Start,
}

/// Packets that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where.
    pub at: Spot,
    /// Which; behind a NAT gateway they come from that.
    pub packets: Bounds,
    /// By which hops.
    pub hops: Vec<Hop>,
    /// Whether rules can tell the sender by its groups.
    pub groups: Sure,
    /// Devices on the way.
    pub inspectors: Vec<InspectorId>,
    /// NAT gateways on the way.
    pub crossings: Vec<Crossing>,
}

/// Where a set of packets came to nothing, and by which hops it had come there.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The hops before.
    pub hops: Vec<Hop>,
    /// What stopped it.
    pub at: Obstacle,
}

/// What stops packets between subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The network ACL of a subnet.
    Acl(SubnetId, Direction),
    /// No route of the subnet is for it.
    NoRoute(SubnetId),
    /// The table of a transit gateway has no route for it.
    NoTransitRoute(TransitTableId),
    /// A route that leads nowhere.
    Nowhere(TableId, usize),
    /// A route of a transit gateway that leads nowhere.
    TransitNowhere(TransitTableId, usize),
    /// The sender has no public address, so the internet gateway does not pass it.
    NoPublicAddress(GatewayId),
    /// The gateway is attached to another VPC, or to none.
    Detached(TableId, usize),
    /// The target does not carry such packets: the wrong family, the wrong addresses.
    NotCarried(Hop),
    /// No subnet has the address.
    NoSubnet(VpcId),
    /// The attachment has no subnet in the sender's zone.
    NoZone(AttachmentId),
    /// A transit gateway's attachment is in no table.
    NoTransitTable(AttachmentId),
    /// The VPC has no way in from there.
    NoEntrance,
    /// It goes round in a circle.
    Circle(SubnetId),
    /// An answer would be translated by a NAT gateway and not be known as one.
    AnswerTranslated(NatId),
}
