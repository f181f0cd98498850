//! A world in memory: for tests, and for editors whose texts are not saved yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::{Day, Entry, Kind, World, WorldError};

/// Files by path. Folders are there because something is in them, or because they were made.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    refused: BTreeMap<PathBuf, String>,
    today: Option<Day>,
}

impl Memory {
    /// An empty world without a calendar.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// A world with these files.
    pub fn with<P: AsRef<Path>, T: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, T)>) -> Memory {
        let mut world = Memory::new();
        for (path, text) in files {
            world.set(path, text);
        }
        world
    }

    /// Adds or replaces a file.
    pub fn set(&mut self, path: impl AsRef<Path>, text: impl Into<Vec<u8>>) {
        self.files.insert(clean(path.as_ref()), text.into());
    }

    /// Adds a folder, which may stay empty.
    pub fn make_folder(&mut self, path: impl AsRef<Path>) {
        self.folders.insert(clean(path.as_ref()));
    }

    /// Refuses to read a path, with a reason.
    pub fn refuse(&mut self, path: impl AsRef<Path>, reason: impl Into<String>) {
        self.refused.insert(clean(path.as_ref()), reason.into());
    }

    /// Sets today's date.
    pub fn set_today(&mut self, today: Day) {
        self.today = Some(today);
    }

    fn check(&self, path: &Path) -> Result<(), WorldError> {
        match self.refused.get(&clean(path)) {
            Some(reason) => Err(WorldError { path: path.to_owned(), wanted: "read", reason: reason.clone() }),
            None => Ok(()),
        }
    }

    fn absent(path: &Path) -> WorldError {
        WorldError { path: path.to_owned(), wanted: "read", reason: String::from("no such file or directory") }
    }
}

impl World for Memory {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError> {
        self.check(folder)?;
        let cleaned = clean(folder);
        let mut entries = BTreeSet::new();
        let mut add = |path: &Path, kind: Kind| {
            if let Ok(rest) = path.strip_prefix(&cleaned) {
                let mut parts = rest.components();
                if let Some(first) = parts.next() {
                    let kind = if parts.next().is_some() { Kind::Folder } else { kind };
                    let prefix = if folder.as_os_str() == "." { Path::new("") } else { folder };
                    entries.insert(Entry { path: prefix.join(first), kind });
                }
            }
        };
        self.files.keys().for_each(|path| add(path, Kind::File));
        self.folders.iter().for_each(|path| add(path, Kind::Folder));
        match self.kind(folder)? {
            Kind::Folder => Ok(entries.into_iter().collect()),
            Kind::File | Kind::Other => Err(Memory::absent(folder)),
        }
    }

    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        self.check(path)?;
        let bytes = self.files.get(&clean(path)).ok_or_else(|| Memory::absent(path))?;
        Ok(bytes.iter().copied().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    fn kind(&self, path: &Path) -> Result<Kind, WorldError> {
        let cleaned = clean(path);
        if self.files.contains_key(&cleaned) {
            return Ok(Kind::File);
        }
        let inside = |known: &PathBuf| known.starts_with(&cleaned);
        if self.files.keys().any(inside) || self.folders.iter().any(inside) || cleaned.as_os_str().is_empty() {
            return Ok(Kind::Folder);
        }
        Err(Memory::absent(path))
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError> {
        Ok(clean(path))
    }

    fn today(&self) -> Option<Day> {
        self.today
    }
}

/// A path without `.` and, as far as it goes, `..`.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => cleaned.push(part),
        }
    }
    cleaned
}
