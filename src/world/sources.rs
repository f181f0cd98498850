//! The source files of a run: their paths, texts and lines.

use std::sync::{Arc, OnceLock};

use crate::base::{FileId, LineColumn, LineIndex, Span};

/// One file.
#[derive(Debug, Clone)]
pub struct Source {
    /// As the user wrote it on the command line, or below that.
    pub shown: String,
    /// Relative to the system's folder, with forward slashes: the same wherever the command runs.
    pub relative: String,
    /// The contents. Where they are not UTF-8, the part that is not is replaced from its first byte on.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// A file.
    pub fn new(shown: impl Into<String>, relative: impl Into<String>, text: impl Into<Arc<str>>) -> Source {
        Source { shown: shown.into(), relative: relative.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Where its lines begin.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// Where a span begins and ends, as people count but from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, as shown.
    pub file: &'a str,
    /// Its first character.
    pub start: LineColumn,
    /// The character after its last.
    pub end: LineColumn,
}

/// All files of a run. The standard library's are there without being read: their numbers begin at [`FileId::STDLIB`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
    library: &'static [(&'static str, &'static str)],
    /// The library's files, once one is asked for: a run without mistakes never needs them.
    library_files: OnceLock<Vec<Source>>,
}

impl Sources {
    /// No files.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// No files yet but the standard library's, given as path and text in the order of their numbers.
    pub fn with_library(library: &'static [(&'static str, &'static str)]) -> Sources {
        Sources { library, ..Sources::default() }
    }

    /// Adds a file.
    pub fn add(&mut self, source: Source) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(FileId::STDLIB - 1));
        self.files.push(source);
        id
    }

    /// A file.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        if file == FileId::NONE {
            None
        } else if file.is_stdlib() {
            let read = || self.library.iter().map(|(path, text)| Source::new(*path, *path, *text)).collect();
            self.library_files.get_or_init(read).get((file.0 - FileId::STDLIB) as usize)
        } else {
            self.files.get(file.0 as usize)
        }
    }

    /// The text of a file; empty for one that is not there.
    pub fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", |source| &source.text)
    }

    /// The text of a span; empty where there is none.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or("")
    }

    /// The files that were read, without the standard library's.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, source)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }

    /// How many files were read.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether none was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Where a span stands; nothing for one that stands in no file.
    pub fn place(&self, span: Span) -> Option<Place<'_>> {
        let source = self.get(span.file)?;
        let lines = source.lines();
        Some(Place {
            file: &source.shown,
            start: lines.characters(&source.text, span.lo),
            end: lines.characters(&source.text, span.hi.max(span.lo)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_the_library_are_told_apart() {
        let mut sources = Sources::with_library(&[("stdlib/a.infra", "component A {}")]);
        let file = sources.add(Source::new("x/main.infra", "main.infra", "system x\n"));
        assert_eq!(sources.slice(Span::new(file, 7, 8)), "x");
        assert_eq!(sources.text(FileId(FileId::STDLIB)), "component A {}");
        assert!(sources.get(FileId::NONE).is_none());
        assert!(sources.get(FileId(7)).is_none());
        let place = sources.place(Span::new(file, 7, 8));
        assert_eq!(place.map(|place| (place.file, place.start.line, place.start.column)), Some(("x/main.infra", 0, 7)));
        assert_eq!(sources.slice(Span::new(file, 5, 500)), "");
    }
}
