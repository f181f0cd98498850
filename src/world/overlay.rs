//! A world with some files changed that are not saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Day, Entry, Kind, Revision, World, WorldError};

/// Another world, with these texts instead of some files' own.
pub struct Overlay<'w> {
    below: &'w dyn World,
    texts: BTreeMap<PathBuf, String>,
}

impl<'w> Overlay<'w> {
    /// The world as it is.
    pub fn over(below: &'w dyn World) -> Overlay<'w> {
        Overlay { below, texts: BTreeMap::new() }
    }

    /// Gives a file another text. The file must be there, and be named as it will be read.
    pub fn set(&mut self, path: &Path, text: String) {
        self.texts.insert(path.to_owned(), text);
    }

    /// The files with another text.
    pub fn into_texts(self) -> BTreeMap<PathBuf, String> {
        self.texts
    }
}

impl World for Overlay<'_> {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError> {
        self.below.list(folder)
    }

    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        match self.texts.get(path) {
            Some(text) => {
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                Ok(text.as_bytes().iter().copied().take(limit).collect())
            }
            None => self.below.read_at_most(path, limit),
        }
    }

    fn kind(&self, path: &Path) -> Result<Kind, WorldError> {
        self.below.kind(path)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError> {
        self.below.canonical(path)
    }

    fn today(&self) -> Option<Day> {
        self.below.today()
    }

    fn revision(&self, name: &str, path: &Path) -> Result<Option<Revision>, WorldError> {
        self.below.revision(name, path)
    }
}
