//! Who reaches whom: the network of an environment, and how packets fare in it.
//!
//! - [`network`] is the network as plain data; `read` makes it from the model, and `facts` knows AWS's types.
//! - [`ranges`] and [`packets`] are sets of addresses and of packets.
//! - `filters` is what network ACLs and route tables do to sets, [`fabric`] how sets move from subnet to subnet, `solver` which
//!   of them are answered, [`legs`] what security groups let pass from one party to another.

pub mod fabric;
mod facts;
pub mod filters;
pub mod legs;
pub mod network;
pub mod packets;
pub mod ranges;
mod read;
pub mod solver;

pub use read::{Read, read};
