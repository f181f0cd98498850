//! Where a place in the sources is, in words. The sources themselves are elsewhere.

use std::fmt;

use crate::base::Span;
use crate::world::Sources;

/// Names places in the sources.
pub trait SourceNames {
    /// Where a span begins; `None` if no file stands behind it.
    fn locate(&self, span: Span) -> Option<Location>;
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the system's folder, with `/` between names.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl SourceNames for Sources {
    fn locate(&self, span: Span) -> Option<Location> {
        let source = self.get(span.file)?;
        let at = source.lines().characters(&source.text, span.lo);
        Some(Location { file: source.relative.clone(), line: at.line as usize + 1, column: at.column as usize + 1 })
    }
}

/// `file:line:col`, or nothing for what stands in no file.
pub(super) fn place(sources: &dyn SourceNames, span: Span) -> Option<String> {
    sources.locate(span).map(|location| location.to_string())
}
