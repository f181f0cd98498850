//! Physical names: as AWS takes them, and each once in its scope.

mod clash;
mod fit;

pub(super) use clash::{exports_differ, names_differ, names_differ_across_environments};
pub(super) use fit::{names_fit, stacks_fit};
