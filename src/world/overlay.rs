//! A world with some files changed that are not saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Day, Entry, Kind, Revision, World, WorldError};

/// Another world, with these texts instead of some files' own.
pub struct Overlay<'w> {
    below: &'w dyn World,
    texts: BTreeMap<PathBuf, Arc<str>>,
}

impl<'w> Overlay<'w> {
    /// The world as it is.
    pub fn over(below: &'w dyn World) -> Overlay<'w> {
        Overlay { below, texts: BTreeMap::new() }
    }

    /// Gives a file another text, also one that is not there yet. It must be named as it will be read.
    pub fn set(&mut self, path: &Path, text: impl Into<Arc<str>>) {
        self.texts.insert(path.to_owned(), text.into());
    }

    /// The files with another text.
    pub fn into_texts(self) -> BTreeMap<PathBuf, String> {
        self.texts.into_iter().map(|(path, text)| (path, text.to_string())).collect()
    }

    /// The files in a folder that have another text.
    fn inside(&self, folder: &Path) -> impl Iterator<Item = &PathBuf> {
        self.texts.keys().filter(move |path| path.parent() == Some(folder))
    }
}

impl World for Overlay<'_> {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError> {
        let mut entries = self.below.list(folder)?;
        for path in self.inside(folder) {
            if let Err(at) = entries.binary_search_by(|entry| entry.path.cmp(path)) {
                entries.insert(at, Entry { path: path.clone(), kind: Kind::File });
            }
        }
        Ok(entries)
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
        if self.texts.contains_key(path) { Ok(Kind::File) } else { self.below.kind(path) }
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError> {
        self.below.canonical(path).or_else(|refused| match (path.parent(), path.file_name()) {
            // A file that is not there yet lies where its folder does.
            (Some(folder), Some(name)) if self.texts.contains_key(path) => Ok(self.below.canonical(folder)?.join(name)),
            _ => Err(refused),
        })
    }

    fn today(&self) -> Option<Day> {
        self.below.today()
    }

    fn revision(&self, name: &str, path: &Path) -> Result<Option<Revision>, WorldError> {
        self.below.revision(name, path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, find_systems};
    use super::*;

    #[test]
    fn a_file_that_is_not_saved_yet_belongs_to_its_folder() {
        let below = Memory::with([("/a/main.infra", "system a\n")]);
        let mut world = Overlay::over(&below);
        world.set(Path::new("/a/new.infra"), "stack N {}\n");
        world.set(Path::new("/a/main.infra"), "system b\n");
        let found = find_systems(&world, &[PathBuf::from("/a/new.infra")]).unwrap_or_default();
        let files: Vec<_> = found.systems.iter().flat_map(|system| &system.files).collect();
        assert_eq!(files, [Path::new("/a/main.infra"), Path::new("/a/new.infra")]);
        assert_eq!(world.read(Path::new("/a/main.infra")).unwrap_or_default(), b"system b\n");
    }
}
