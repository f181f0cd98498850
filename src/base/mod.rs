//! What every room speaks: files, places in them, interned names, and the limits that keep a run finite.

pub mod limits;
mod line_index;
mod maps;
mod span;
mod symbol;

pub use line_index::{LineColumn, LineIndex};
pub use maps::{HashMap, HashSet, IndexMap, IndexSet};
pub use span::{FileId, Span};
pub use symbol::Symbol;
