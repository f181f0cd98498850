//! The language server: what an editor is told over the language server protocol. Nothing else knows the protocol.
//!
//! ```text
//! messages ─ documents (unsaved texts) ─ checking (whole systems, after a pause) ─▶ diagnostics
//!                                      ├ answers (one text, at once) ─▶ fixes, formatting, symbols
//!                                      ╰ systems, asked (a place in a system, at once) ─▶ what `ide` answers
//! ```

mod answers;
mod asked;
mod checking;
mod completion;
mod documents;
mod overview;
mod places;
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
