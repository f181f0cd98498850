//! Names to definitions, across files, the standard library and imports.

pub mod library;
mod program;

pub use library::Library;
pub use program::{Global, Program, StackDefinition};
