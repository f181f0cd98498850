//! Whether a value has a shape of the catalog, and what is wrong if it has not.
//!
//! The value may be known in part only: a text that is known when deployed, a list that a function returns. What is not known is
//! never held against it. So a question has three answers ([`Truth`]), and a fault is something that is certain.

mod alternatives;
mod fault;
mod formats;
mod holds;
mod scalar;
mod subject;
#[cfg(test)]
mod tests;
mod walk;

pub use fault::{Bound, Fault, Problem, Reason};
pub use holds::{Truth, holds};
pub use subject::{Subject, View};
pub use walk::{faults, property_of};

/// What a question depends on besides the value.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The region in which the resource stands.
    pub region: &'a str,
}
