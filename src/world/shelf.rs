//! A folder where editors find the standard library's files: they are part of infrac, and an editor opens files.

use std::fs;
use std::path::{Path, PathBuf};

use super::WorldError;

/// That folder, if there is one.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    folder: Option<PathBuf>,
}

impl Shelf {
    /// A folder of one's own.
    pub fn at(folder: PathBuf) -> Shelf {
        Shelf { folder: Some(folder) }
    }

    /// The user's, for this version of infrac: what the machine keeps for later and can make again.
    pub fn of_user() -> Shelf {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = set("XDG_CACHE_HOME")
            .or_else(|| set("LOCALAPPDATA"))
            .or_else(|| set("HOME").map(|home| home.join(".cache")))
            .filter(|folder| folder.is_absolute());
        Shelf { folder: cache.map(|folder| folder.join("infrac").join(env!("CARGO_PKG_VERSION"))) }
    }

    /// Where a file stands, written anew if it says something else; nothing without a folder.
    pub fn put(&self, name: &str, text: &str) -> Result<Option<PathBuf>, WorldError> {
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(name)) else { return Ok(None) };
        if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
            return Ok(Some(path));
        }
        let refused = |error| WorldError::new(&path, "write", &error);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(refused)?;
        // Another editor may be reading it.
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&beside, text).map_err(refused)?;
        fs::rename(&beside, &path).map_err(refused)?;
        Ok(Some(path))
    }

    /// The name of a file that stands there.
    pub fn name<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(self.folder.as_ref()?).ok()
    }
}
