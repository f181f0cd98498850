//! The world as it is.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Day, Entry, Kind, Revision, World, WorldError};

/// The file system and the clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl World for Disk {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError> {
        let refused = |error| WorldError::new(folder, "read the folder", &error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let file_type = entry.file_type().map_err(refused)?;
            let path = if folder.as_os_str() == "." { PathBuf::from(entry.file_name()) } else { entry.path() };
            let kind = if file_type.is_symlink() {
                // A link that leads nowhere counts as a file: who reads it is told why it cannot be.
                fs::metadata(&path).map_or(Kind::File, |metadata| kind_of(metadata.file_type()))
            } else {
                kind_of(file_type)
            };
            entries.push(Entry { path, kind });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        let refused = |error| WorldError::new(path, "read", &error);
        let file = fs::File::open(path).map_err(refused)?;
        let mut bytes =
            Vec::with_capacity(usize::try_from(file.metadata().map_or(0, |m| m.len().min(limit))).unwrap_or(0));
        file.take(limit).read_to_end(&mut bytes).map_err(refused)?;
        Ok(bytes)
    }

    fn kind(&self, path: &Path) -> Result<Kind, WorldError> {
        let metadata = fs::metadata(path).map_err(|error| WorldError::new(path, "read", &error))?;
        Ok(kind_of(metadata.file_type()))
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError> {
        fs::canonicalize(path).map_err(|error| WorldError::new(path, "read", &error))
    }

    fn revision(&self, name: &str, path: &Path) -> Result<Option<Revision>, WorldError> {
        Revision::open(name, path)
    }

    fn today(&self) -> Option<Day> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Some(Day::from_days(seconds / 86_400))
    }
}

fn kind_of(file_type: fs::FileType) -> Kind {
    if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}
