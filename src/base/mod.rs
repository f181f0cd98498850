//! What every room speaks: files, places in them, and interned names.

mod line_index;
mod span;
mod symbol;

pub use line_index::{LineColumn, LineIndex};
pub use span::{FileId, Span};
pub use symbol::Symbol;
