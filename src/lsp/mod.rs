//! The language server: what an editor is told over the language server protocol. Nothing else knows the protocol.
//!
//! ```text
//! server (a queue) ─ documents (unsaved texts) ─ checker (whole systems, in a thread) ─ checking ─▶ diagnostics
//!        │                    ├ answers, formatting (one text) ─▶ symbols, folds, edits
//!        ╰ requests ──────────┴ systems ─ asked, overview, calls, changes, commands ─▶ what `ide` and `driver` answer
//! ```

mod answers;
mod asked;
mod calls;
mod capabilities;
mod changes;
mod checker;
mod checking;
mod commands;
mod completion;
mod documents;
mod formatting;
mod overview;
mod places;
mod progress;
mod requests;
mod server;
mod systems;
#[cfg(test)]
mod tests;

use lsp_server::Connection;

use crate::world::{Shelf, World};

/// Serves an editor over standard input and output until it says that it leaves. The standard library's files are shown from the
/// shelf. An error is the protocol's or the machine's.
pub fn serve(world: &dyn World, shelf: &Shelf) -> Result<(), String> {
    let (connection, threads) = Connection::stdio();
    let served = server::run(&connection, world, shelf);
    drop(connection);
    let joined = threads.join().map_err(|error| error.to_string());
    served.and(joined)
}
