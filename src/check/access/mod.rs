//! Who may do what in a whole program: the policies that a model makes, and questions to them.
//!
//! Everything is read from the model, so that it can be asked before anything is emitted; that what is emitted says the same is proved
//! at every build.

mod ask;
mod facts;
mod holdings;
mod names;
mod reach;
pub(super) mod texts;
pub(super) mod whole;

pub use ask::{Asked, Denied, Given, Question, Reply, Unknown, can};
pub(super) use holdings::json as value_of;
pub use holdings::{Holdings, Rule};
pub use names::Names;
pub use reach::{Holder, Step, who_can};
