//! What an editor asks of a system: positions in, answers out. Nothing here knows a protocol, or changes anything.
//!
//! ```text
//! outline, analysis ─ view (program, trees, what is known) ─ walk (names, values, what is wanted) ─▶ one file per question
//! ```

mod actions;
mod around;
mod calls;
mod complete;
mod extract;
mod hints;
mod hover;
mod lenses;
mod limits;
mod links;
mod names;
mod own;
mod refactor;
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
pub use calls::{Callable, Calls, callable, incoming, outgoing};
pub use complete::{Completion, Completions, Offer, complete};
pub use extract::extract_component;
pub use hints::{Hint, hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, lenses};
pub use links::{Link, Place, links};
#[cfg(test)]
use names::unresolved;
pub use names::{Name, definition, highlights, implementation, name_at, references, type_definition};
pub use refactor::{add_environment, extract_let, narrow};
pub use rename::{Asked, keeps_right, rename, renameable};
pub use target::{Identity, Own, Target};
pub use tokens::{Colored, Token, tokens};
pub use view::{Declared, Parts, View, parts, with_view};
pub use walk::Role;
