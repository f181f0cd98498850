//! The canonical form of a source: where lines break, how they are indented, what stands below what.
//!
//! ```text
//! source, tree ─ build (cursor, statements, exprs, types) ─▶ document ─ print ─▶ text ─ proof ─▶ formatted
//! ```
//!
//! Formatting changes blanks, line ends and commas, and proves that it changed nothing else. A part that cannot be read stays as it
//! stands. The order of things, empty lines (one at most) and which entries share a line are the writer's.

mod build;
mod cursor;
mod doc;
mod exprs;
mod meaning;
mod print;
mod proof;
mod statements;
#[cfg(test)]
mod tests;
mod texts;
mod types;

pub use proof::Unproved;

use build::{Builder, Care};

use crate::base::FileId;
use crate::syntax::{self, Parsed};

/// The canonical form of a source. An error is a mistake of ours: then nothing is to be written.
pub fn format(source: &str) -> Result<String, Unproved> {
    let parsed = syntax::parse(FileId(0), source);
    let is_broken = !parsed.diagnostics.is_empty();
    formatted(source, &parsed, Care::Fine).or_else(|unproved| match unproved {
        _ if !is_broken => Err(unproved),
        // Where brackets and quotes do not match, all of it may be a broken part.
        _ => Ok(formatted(source, &parsed, Care::Coarse).unwrap_or_else(|_| source.to_owned())),
    })
}

/// How often a source is formatted until it stays as it is.
const MOST_ROUNDS: usize = 4;

fn formatted(source: &str, parsed: &Parsed, care: Care) -> Result<String, Unproved> {
    let mut formatted = printed(source, parsed, care);
    // A comment that moves behind its line may free what stood around it.
    for _ in 0..MOST_ROUNDS {
        let again = printed(&formatted, &syntax::parse(FileId(0), &formatted), care);
        if again == formatted {
            proof::prove(FileId(0), source, parsed, &formatted)?;
            return Ok(formatted);
        }
        formatted = again;
    }
    Err(Unproved::Unstable)
}

fn printed(source: &str, parsed: &Parsed, care: Care) -> String {
    let mut builder = Builder::new(source, parsed, care);
    let rows = builder.file(parsed.file.items.iter().map(statements::statement).collect());
    print::print(&rows)
}
