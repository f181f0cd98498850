//! What the catalog says of AWS, and that all of it can be read.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "iam/facts.rs"]
mod iam;
#[path = "types/facts.rs"]
mod types;
mod walk;

use super::{ResourceType, catalog};

fn of(name: &str) -> ResourceType {
    catalog().resource_type(name).unwrap_or_else(|| panic!("no type {name}"))
}
