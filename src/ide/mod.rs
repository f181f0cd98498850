//! What an editor asks of a system: positions in, answers out. Nothing here knows a protocol, or changes anything.
//!
//! ```text
//! outline, analysis ─ view (program, trees, what is known) ─ walk (names, values, what is wanted) ─▶ one file per question
//! ```

mod complete;
mod hover;
mod limits;
mod names;
mod own;
mod rename;
mod scope;
mod target;
#[cfg(test)]
mod tests;
mod ty;
mod view;
mod walk;
mod words;

pub use complete::{Completion, Completions, Offer, complete};
pub use hover::{Hover, hover};
#[cfg(test)]
use names::unresolved;
pub use names::{Name, definition, highlights, name_at, references, type_definition};
pub use rename::{Asked, rename, renameable};
pub use target::{Identity, Own, Target};
pub use view::{View, with_view};
pub use walk::Role;
