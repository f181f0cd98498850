//! Files and folders that are uploaded: read whole, and named by what is in them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Kind, MAX_FOLDER_DEPTH, World, WorldError};

/// All files of one asset may have this many bytes together: AWS unpacks no more for a function.
pub const MAX_ASSET_BYTES: u64 = 250 << 20;
/// One asset may have this many files.
pub const MAX_ASSET_FILES: usize = 20_000;
/// What tools leave in a folder; it differs from one machine to the next, and nothing runs because of it.
const LEFTOVERS: [&str; 3] = [".git", "__pycache__", ".DS_Store"];

/// A file, or all files of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Whether it is a folder, which is uploaded as an archive.
    pub folder: bool,
    /// Paths within the folder, with `/` between names, and contents; sorted. A file alone has its own name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Why something cannot be packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpackable {
    /// It is not there, or cannot be read.
    Refused(WorldError),
    /// A folder without files.
    Empty,
    /// Too many bytes.
    TooLarge,
    /// Too many files.
    TooMany,
    /// Folders in folders without end.
    TooDeep,
    /// A file whose name is not UTF-8.
    Name(PathBuf),
}

impl std::fmt::Display for Unpackable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unpackable::Refused(error) => error.fmt(f),
            Unpackable::Empty => write!(f, "there is no file in it"),
            Unpackable::TooLarge => write!(f, "it has more than {} MiB", MAX_ASSET_BYTES >> 20),
            Unpackable::TooMany => write!(f, "it has more than {MAX_ASSET_FILES} files"),
            Unpackable::TooDeep => write!(f, "its folders are nested more than {MAX_FOLDER_DEPTH} deep"),
            Unpackable::Name(path) => write!(f, "the name of `{}` is not UTF-8", path.display()),
        }
    }
}

impl Pack {
    /// The name that no other content has: sixty-four hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(if self.folder { b"folder" } else { b"file" });
        for (path, bytes) in &self.files {
            // A file alone is what is in it, whatever it is called.
            if self.folder {
                add(path.as_bytes());
            }
            add(bytes);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The name of the file that is uploaded.
    pub fn file_name(&self) -> String {
        let alone = self.files.first().filter(|_| !self.folder).and_then(|(path, _)| path.rsplit_once('.'));
        let end = if self.folder { "zip" } else { alone.map_or("bin", |(_, end)| end) };
        format!("{}.{end}", self.hash())
    }
}

/// Reads a file or a folder. Without `contents` it only looks what is there: the names are right, the hash is not that of a build.
pub fn pack(world: &dyn World, path: &Path, contents: bool) -> Result<Pack, Unpackable> {
    let mut reading = Reading { world, contents, files: Vec::new(), bytes: 0 };
    let folder = match world.kind(path).map_err(Unpackable::Refused)? {
        Kind::Folder => true,
        Kind::File | Kind::Other => false,
    };
    if folder {
        reading.folder(path, "", 0)?;
    } else {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Unpackable::Name(path.to_owned()))?;
        reading.file(path, name.to_owned())?;
    }
    let mut files = reading.files;
    if files.is_empty() {
        return Err(Unpackable::Empty);
    }
    files.sort_unstable();
    Ok(Pack { folder, files })
}

struct Reading<'w> {
    world: &'w dyn World,
    contents: bool,
    files: Vec<(String, Vec<u8>)>,
    bytes: u64,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), Unpackable> {
        if depth > MAX_FOLDER_DEPTH {
            return Err(Unpackable::TooDeep);
        }
        for entry in self.world.list(folder).map_err(Unpackable::Refused)? {
            let name = entry.path.file_name().and_then(|name| name.to_str());
            let Some(name) = name else { return Err(Unpackable::Name(entry.path)) };
            if LEFTOVERS.contains(&name) {
                continue;
            }
            let inner = format!("{prefix}{name}");
            match entry.kind {
                Kind::Folder => self.folder(&entry.path, &format!("{inner}/"), depth + 1)?,
                Kind::File => self.file(&entry.path, inner)?,
                Kind::Other => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), Unpackable> {
        if self.files.len() == MAX_ASSET_FILES {
            return Err(Unpackable::TooMany);
        }
        let mut bytes = Vec::new();
        if self.contents {
            let left = MAX_ASSET_BYTES - self.bytes;
            bytes = self.world.read_at_most(path, left + 1).map_err(Unpackable::Refused)?;
            self.bytes += bytes.len() as u64;
            if self.bytes > MAX_ASSET_BYTES {
                return Err(Unpackable::TooLarge);
            }
        }
        self.files.push((name, bytes));
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use crate::world::Memory;

    fn packed(files: &[(&str, &str)], path: &str) -> Result<Pack, Unpackable> {
        pack(&Memory::with(files.iter().copied()), Path::new(path), true)
    }

    #[test]
    fn a_folder_is_named_by_its_files_and_not_by_where_it_is() {
        let one = packed(&[("a/b/x.js", "1"), ("a/y.js", "2")], "a").expect("it can be packed");
        assert_eq!(one.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["b/x.js", "y.js"]);
        assert!(one.file_name().ends_with(".zip") && one.hash().len() == 64);
        assert_eq!(
            packed(&[("other/y.js", "2"), ("other/b/x.js", "1")], "other").expect("it can be packed").hash(),
            one.hash()
        );
        for changed in [[("a/b/x.js", "1"), ("a/y.js", "3")], [("a/b/x.js", "1"), ("a/z.js", "2")]] {
            assert_ne!(packed(&changed, "a").expect("it can be packed").hash(), one.hash());
        }
        // The border between a name and a content, and between two files, counts.
        assert_ne!(
            packed(&[("a/y.js", "2b")], "a").expect("it can be packed").hash(),
            packed(&[("a/y.js2", "b")], "a").expect("it can be packed").hash()
        );
    }

    #[test]
    fn a_file_keeps_its_end() {
        assert!(
            packed(&[("a/layer.tar.gz", "1")], "a/layer.tar.gz")
                .expect("it can be packed")
                .file_name()
                .ends_with(".gz")
        );
        assert!(packed(&[("a/layer", "1")], "a/layer").expect("it can be packed").file_name().ends_with(".bin"));
    }

    #[test]
    fn leftovers_change_nothing() {
        let one = packed(&[("a/x.py", "1")], "a").expect("it can be packed");
        let two = packed(&[("a/x.py", "1"), ("a/__pycache__/x.pyc", "?"), ("a/.git/HEAD", "?")], "a")
            .expect("it can be packed");
        assert_eq!(one, two);
    }

    #[test]
    fn what_cannot_be_packed_says_why() {
        assert!(matches!(packed(&[("a/x", "1")], "b"), Err(Unpackable::Refused(_))));
        assert_eq!(packed(&[("a/.DS_Store", "1")], "a"), Err(Unpackable::Empty));
        let mut world = Memory::with([("a/x", "1")]);
        world.refuse("a/x", "permission denied");
        assert!(matches!(pack(&world, Path::new("a"), true), Err(Unpackable::Refused(_))));
        assert!(pack(&world, Path::new("a"), false).is_ok(), "looking needs no reading");
    }
}
