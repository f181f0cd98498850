//! What an editor asks of a system: positions in, answers out. Nothing here knows a protocol, or changes anything.
//!
//! ```text
//! outline, analysis ─ view (program, trees, what is known) ─ walk (names, values, what is wanted) ─▶ one file per question
//! ```

mod actions;
mod around;
mod complete;
mod hints;
mod hover;
mod limits;
mod names;
mod own;
mod rename;
mod scope;
mod target;
#[cfg(test)]
mod tests;
mod tokens;
mod ty;
mod view;
mod walk;
mod words;

pub use actions::{Action, add_required, waive};
pub use around::{Call, Form, call, pieces};
pub use complete::{Completion, Completions, Offer, complete};
pub use hints::{Hint, hints};
pub use hover::{Hover, hover};
#[cfg(test)]
use names::unresolved;
pub use names::{Name, definition, highlights, name_at, references, type_definition};
pub use rename::{Asked, rename, renameable};
pub use target::{Identity, Own, Target};
pub use tokens::{Colored, Token, tokens};
pub use view::{Declared, Parts, View, parts, with_view};
pub use walk::Role;
