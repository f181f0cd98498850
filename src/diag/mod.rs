//! Diagnostics as data. Nothing here knows how they are shown.

pub mod codes;
mod diagnostic;
mod nearest;
mod sink;
pub mod sites;

pub use codes::{Code, Level};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub use nearest::{nearest, quoted_list};
pub use sink::Sink;
