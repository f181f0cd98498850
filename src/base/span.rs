//! Places in source files.

use serde::{Deserialize, Serialize};

/// A source file, by its number in the [`crate::world::Sources`] of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The file of things that no source spells, such as `env` or a value given with `--set`.
    pub const NONE: FileId = FileId(u32::MAX);
    /// The standard library's files are numbered from here, in the order of their names.
    pub const STDLIB: u32 = 1 << 24;

    /// Whether this file belongs to the standard library.
    pub fn is_stdlib(self) -> bool {
        self != FileId::NONE && self.0 >= FileId::STDLIB
    }
}

/// A range of bytes in a file: `lo` is the first byte, `hi` the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub lo: u32,
    /// Offset after the last byte.
    pub hi: u32,
}

impl Span {
    /// The place of what stands in no file.
    pub const NONE: Span = Span { file: FileId::NONE, lo: 0, hi: 0 };

    /// A span from byte offsets.
    pub fn new(file: FileId, lo: usize, hi: usize) -> Span {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file, lo: clamp(lo), hi: clamp(hi) }
    }

    /// The smallest span that holds both; the other one's file is assumed to be the same.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// Whether nothing in a file stands behind this span.
    pub fn is_none(self) -> bool {
        self.file == FileId::NONE
    }

    /// Whether another span of the same file lies in it.
    pub fn contains(self, inner: Span) -> bool {
        self.file == inner.file && self.lo <= inner.lo && inner.hi <= self.hi
    }

    /// The bytes, as a range.
    pub fn range(self) -> std::ops::Range<usize> {
        self.lo as usize..self.hi as usize
    }
}
