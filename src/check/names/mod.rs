//! Physical names: as AWS takes them, and each once in its scope.

mod clash;
mod fit;
mod free;
mod gather;

pub(super) use clash::{exports_differ, names_differ, names_differ_across_environments};
pub(super) use fit::{names_fit, stacks_fit};
pub(super) use free::names_are_free;
