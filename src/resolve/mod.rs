//! Names to definitions, across files, the standard library and imports.

pub mod library;
mod names;
mod package;
mod program;
pub mod words;

pub use library::Library;
pub use names::check;
pub use package::{Definition, Folder, Owner, Package, uses};
pub use program::{Global, Program, ProgramFiles, StackDefinition};
