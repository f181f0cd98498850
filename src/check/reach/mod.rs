//! Who reaches whom: the network of an environment, and how packets fare in it.
//!
//! - [`network`] is the network as plain data; `read` makes it from the model, and `facts` knows AWS's types.
//! - [`ranges`] and [`packets`] are sets of addresses and of packets.
//! - [`filters`] is what network ACLs and route tables do to sets, [`fabric`] the hops by which sets move from subnet to subnet,
//!   `search` and `handing` move them, [`solver`] keeps which of them are answered, [`legs`] what security groups let pass from one party to another.
//! - [`edges`] are in no VPC, such as API gateways: they take what the internet asks.
//! - [`paths`] puts legs together, [`trails`] is one packet's way hop by hop, `blocked` why there is none, `tell` says both in
//!   words, [`flows`] says who may talk to whom at all, and [`Reach`] answers what a system asks.

mod answers;
pub mod blocked;
pub mod edges;
mod ends;
pub mod fabric;
mod facts;
pub mod filters;
pub mod flows;
mod handing;
mod join;
pub mod legs;
pub mod network;
pub mod packets;
pub mod paths;
pub mod ranges;
mod read;
mod search;
pub mod solver;
pub mod tell;
pub mod trails;

pub use answers::Reach;
pub use blocked::Barrier;
pub use ends::service_of_action;
pub use facts::is_edge;
pub use flows::{Flow, Flows, Speaker};
pub use join::{Joined, join};
pub use read::{Read, read};
