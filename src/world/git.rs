//! A git revision as a world of its own, read through the `git` command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Day, Disk, Entry, Kind, World, WorldError};

/// The files of a repository as they are at a revision.
#[derive(Debug)]
pub struct Revision {
    /// The repository's top folder.
    top: PathBuf,
    /// The folder that relative paths begin at.
    here: PathBuf,
    /// The object of each file, by its absolute path.
    files: BTreeMap<PathBuf, String>,
    folders: BTreeSet<PathBuf>,
}

impl Revision {
    /// The revision of this name in the repository that a path stands in; nothing if there is no such revision.
    pub(super) fn open(name: &str, path: &Path) -> Result<Option<Revision>, WorldError> {
        let refused = |error: std::io::Error| WorldError::new(path, "ask git about", &error);
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // A name that looks like an option is none.
        if name.starts_with('-') {
            return Ok(None);
        }
        let Some(top) = ask(folder, &["rev-parse", "--show-toplevel"]).map_err(refused)? else { return Ok(None) };
        let commit = format!("{name}^{{commit}}");
        let Some(commit) = ask(folder, &["rev-parse", "--verify", "--quiet", &commit]).map_err(refused)? else {
            return Ok(None);
        };
        let top = PathBuf::from(line(&top));
        let Some(listing) = ask(&top, &["ls-tree", "-r", "-z", "--full-tree", &line(&commit)]).map_err(refused)? else {
            return Ok(None);
        };
        let mut files = BTreeMap::new();
        let mut folders = BTreeSet::from([top.clone()]);
        for entry in String::from_utf8_lossy(&listing).split('\0') {
            // `100644 blob 1234…<tab>path`; what is no file (a submodule) is left out.
            let Some((head, name)) = entry.split_once('\t') else { continue };
            let mut words = head.split(' ');
            let (Some(_), Some("blob"), Some(object)) = (words.next(), words.next(), words.next()) else { continue };
            let path = top.join(name);
            folders.extend(path.ancestors().skip(1).take_while(|folder| folder.starts_with(&top)).map(Path::to_owned));
            files.insert(path, object.to_owned());
        }
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).map_err(refused)?;
        Ok(Some(Revision { top, here, files, folders }))
    }

    /// A path without `.` and `..`, from the root on.
    fn absolute(&self, path: &Path) -> PathBuf {
        let mut clean = PathBuf::new();
        for part in self.here.join(path).components() {
            match part {
                Component::ParentDir => {
                    clean.pop();
                }
                Component::CurDir => {}
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(part),
            }
        }
        clean
    }

    fn absent(path: &Path) -> WorldError {
        WorldError { path: path.to_owned(), wanted: "read", reason: String::from("it is not in that revision") }
    }
}

impl World for Revision {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError> {
        let inside = self.absolute(folder);
        if !self.folders.contains(&inside) {
            return Err(Revision::absent(folder));
        }
        let of = |paths: &mut dyn Iterator<Item = &PathBuf>, kind: Kind| -> Vec<Entry> {
            let direct = paths.filter(|path| path.parent() == Some(inside.as_path()));
            let name = |path: &PathBuf| path.file_name().map(|name| folder.join(name));
            direct.filter_map(|path| Some(Entry { path: name(path)?, kind })).collect()
        };
        let mut entries = of(&mut self.files.keys(), Kind::File);
        entries.extend(of(&mut self.folders.iter(), Kind::Folder));
        entries.sort_unstable();
        Ok(entries)
    }

    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        let object = self.files.get(&self.absolute(path)).ok_or_else(|| Revision::absent(path))?;
        let refused = |error: std::io::Error| WorldError::new(path, "ask git about", &error);
        let mut bytes =
            ask(&self.top, &["cat-file", "blob", object]).map_err(refused)?.ok_or_else(|| Revision::absent(path))?;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    fn kind(&self, path: &Path) -> Result<Kind, WorldError> {
        let inside = self.absolute(path);
        if self.files.contains_key(&inside) {
            Ok(Kind::File)
        } else if self.folders.contains(&inside) {
            Ok(Kind::Folder)
        } else {
            Err(Revision::absent(path))
        }
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError> {
        self.kind(path)?;
        Ok(self.absolute(path))
    }

    fn today(&self) -> Option<Day> {
        Disk.today()
    }
}

/// What git answers; nothing if it refuses.
fn ask(folder: &Path, arguments: &[&str]) -> std::io::Result<Option<Vec<u8>>> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).stdin(Stdio::null()).output()?;
    Ok(output.status.success().then_some(output.stdout))
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}
