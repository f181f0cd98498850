//! The language server: what an editor is told over the language server protocol. Nothing else knows the protocol.
//!
//! ```text
//! messages ─ documents (unsaved texts) ─ checking (whole systems, after a pause) ─▶ diagnostics
//!                                      ╰ answers (one text, at once) ─▶ fixes, formatting, symbols
//! ```

mod answers;
mod checking;
mod documents;
mod places;
mod server;
#[cfg(test)]
mod tests;

use lsp_server::Connection;

use crate::world::World;

/// Serves an editor over standard input and output until it says that it leaves. An error is the protocol's or the machine's.
pub fn serve(world: &dyn World) -> Result<(), String> {
    let (connection, threads) = Connection::stdio();
    let served = server::run(&connection, world);
    drop(connection);
    let joined = threads.join().map_err(|error| error.to_string());
    served.and(joined)
}
