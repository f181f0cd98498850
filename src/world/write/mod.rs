//! Writing a build: whole or not at all.
//!
//! New files are first written beside the old ones, in `STAGING`, and forced to the disk. Then a journal says what is
//! going to be moved and removed; from that moment on the write happens, also if it is interrupted: whoever writes next
//! finishes it first. Before that moment, nothing but the staging folder has been touched. If a move fails, those
//! before it are undone.
//!
//! [`MADE`] lists what a build made, so that the next one removes what is no longer made and touches nothing else.

mod journal;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::WorldError;
use journal::Journal;
use record::Record;

/// The list of a build's files, in the build's folder.
pub const MADE: &str = ".infrac-build.json";
/// Where files stand until all of them are written.
const STAGING: &str = ".infrac-build.new";

/// What a write did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteReport {
    /// Files that are new or have another content now.
    pub written: Vec<String>,
    /// Files that were right already; their times did not change.
    pub unchanged: Vec<String>,
    /// Files of earlier builds that are no longer made.
    pub removed: Vec<String>,
}

/// Why nothing was written.
pub type WriteError = WorldError;

/// How a folder differs from what a build would write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The file, relative to the build's folder.
    pub path: String,
    /// In what.
    pub kind: DifferenceKind,
}

/// In what a file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// It would be written and is not there.
    Missing,
    /// It is there with another content.
    Changed,
    /// An earlier build made it, and this one would not.
    Extra,
}

/// Writes a build's files, given by their paths relative to `dir`. Those ending in `.sh` can be run.
pub fn write_build(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<WriteReport, WriteError> {
    let made = Folders::make(dir)?;
    let result = write_into(dir, files);
    if result.is_err() {
        made.remove();
    }
    result
}

/// Writes a single file whole or not at all, such as a report.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let name = path.file_name().ok_or_else(|| refuse(path, "it is no name of a file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(".new");
    let draft = path.with_file_name(beside);
    fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path)).map_err(|error| {
        let _ = fs::remove_file(&draft);
        refused(path, &error)
    })
}

/// Writes files that are not there yet, given by their paths relative to `dir`: all of them or none. What is there stays as it is.
pub fn write_new(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), WriteError> {
    if let Some(path) = files.keys().find(|path| dir.join(path).symlink_metadata().is_ok()) {
        return Err(refuse(&dir.join(path), "it is there already"));
    }
    let mut made = vec![Folders::make(dir)?];
    let mut written: Vec<PathBuf> = Vec::new();
    let mut write = |path: &str, bytes: &[u8]| {
        let path = dir.join(path);
        made.push(Folders::make(path.parent().unwrap_or(dir))?);
        let mut file = fs::File::create_new(&path).map_err(|error| refused(&path, &error))?;
        written.push(path.clone());
        file.write_all(bytes).map_err(|error| refused(&path, &error))
    };
    let result = files.iter().try_for_each(|(path, bytes)| write(path, bytes));
    if result.is_err() {
        for path in written {
            let _ = fs::remove_file(path);
        }
        made.into_iter().rev().for_each(Folders::remove);
    }
    result
}

/// Says how `dir` differs from what [`write_build`] would make of it. Writes nothing.
pub fn compare_build(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Difference>, WriteError> {
    let mut differences = Vec::new();
    for (path, bytes) in files {
        let kind = match state(&dir.join(path), path, bytes)? {
            State::Same => continue,
            State::Absent => DifferenceKind::Missing,
            State::Different => DifferenceKind::Changed,
        };
        differences.push(Difference { path: path.clone(), kind });
    }
    for path in Record::read(dir)?.files {
        if !files.contains_key(&path) && dir.join(&path).symlink_metadata().is_ok() {
            differences.push(Difference { path, kind: DifferenceKind::Extra });
        }
    }
    differences.sort_unstable();
    Ok(differences)
}

fn write_into(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<WriteReport, WriteError> {
    journal::recover(dir)?;
    let before = Record::read(dir)?;
    let mut report = WriteReport::default();
    for (path, bytes) in files {
        if !is_inside(path) {
            return Err(refuse(&dir.join(path), "it does not lie in the build's folder"));
        }
        match state(&dir.join(path), path, bytes)? {
            State::Same => report.unchanged.push(path.clone()),
            State::Different if !before.files.contains(path) => {
                return Err(refuse(&dir.join(path), "another file is in its place that no build of infrac made"));
            }
            State::Absent | State::Different => report.written.push(path.clone()),
        }
    }
    report.removed = before
        .files
        .iter()
        .filter(|path| !files.contains_key(*path) && dir.join(path).symlink_metadata().is_ok())
        .cloned()
        .collect();
    let after = Record { files: files.keys().cloned().collect() };
    if report.written.is_empty() && report.removed.is_empty() && after == before {
        return Ok(report);
    }

    let staging = dir.join(STAGING);
    let staged = stage(&staging, files, &report.written, &after);
    if let Err(error) = staged {
        remove_staging(&staging);
        return Err(error);
    }
    let journal = Journal { moved: report.written.clone(), removed: report.removed.clone() };
    if let Err(error) = journal.begin(dir) {
        remove_staging(&staging);
        return Err(error);
    }
    journal.finish(dir)?;
    Ok(report)
}

/// Writes everything new into the staging folder and forces it to the disk.
fn stage(
    staging: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    written: &[String],
    record: &Record,
) -> Result<(), WriteError> {
    fs::create_dir(staging).map_err(|error| refused(staging, &error))?;
    let mut open = Vec::new();
    let mut add = |path: &str, bytes: &[u8]| {
        let target = staging.join(path);
        let write = || -> io::Result<fs::File> {
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = fs::File::create(&target)?;
            file.write_all(bytes)?;
            make_runnable(&file, path)?;
            Ok(file)
        };
        write().map(|file| open.push(file)).map_err(|error| refused(&target, &error))
    };
    for path in written {
        if let Some(bytes) = files.get(path) {
            add(path, bytes)?;
        }
    }
    add(MADE, &record.encode())?;
    // All are written before the first is forced: the disk then takes them together.
    open.iter().try_for_each(fs::File::sync_all).map_err(|error| refused(staging, &error))
}

enum State {
    Absent,
    Same,
    Different,
}

/// How a path stands to what it should hold. A folder in its place is refused.
fn state(target: &Path, path: &str, bytes: &[u8]) -> Result<State, WriteError> {
    match fs::metadata(target) {
        Ok(metadata) if metadata.is_dir() => Err(refuse(target, "a folder is in its place")),
        Ok(metadata) if metadata.len() != bytes.len() as u64 || !is_runnable_as_needed(&metadata, path) => {
            Ok(State::Different)
        }
        Ok(_) => {
            let there = fs::read(target).map_err(|error| WorldError::new(target, "read", &error))?;
            Ok(if there == bytes { State::Same } else { State::Different })
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => Ok(State::Absent),
        Err(error) => Err(refused(target, &error)),
    }
}

#[cfg(unix)]
fn make_runnable(file: &fs::File, path: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if path.ends_with(".sh") { file.set_permissions(fs::Permissions::from_mode(0o755)) } else { Ok(()) }
}

#[cfg(unix)]
fn is_runnable_as_needed(metadata: &fs::Metadata, path: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    !path.ends_with(".sh") || metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn make_runnable(_: &fs::File, _: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_runnable_as_needed(_: &fs::Metadata, _: &str) -> bool {
    true
}

/// Whether a relative path stays inside the folder it is relative to.
fn is_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn remove_staging(staging: &Path) {
    // If it cannot be removed now, the next write does it.
    let _ = fs::remove_dir_all(staging);
}

fn refused(path: &Path, error: &io::Error) -> WriteError {
    WorldError::new(path, "write", error)
}

fn refuse(path: &Path, reason: &str) -> WriteError {
    WorldError { path: path.to_owned(), wanted: "write", reason: reason.to_owned() }
}

/// The folders that had to be made for a build's folder to be there.
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(dir: &Path) -> Result<Folders, WriteError> {
        let mut missing: Vec<PathBuf> = Vec::new();
        for folder in dir.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
            match fs::metadata(folder) {
                Ok(metadata) if metadata.is_dir() => break,
                Ok(_) => return Err(refuse(folder, "it is a file, not a folder")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
                Err(error) => return Err(refused(folder, &error)),
            }
        }
        missing.reverse();
        let mut made = Folders(Vec::new());
        for folder in missing {
            if let Err(error) = fs::create_dir(&folder) {
                made.remove();
                return Err(refused(&folder, &error));
            }
            made.0.push(folder);
        }
        Ok(made)
    }

    /// Removes them again, as far as they are empty.
    fn remove(self) {
        for folder in self.0.iter().rev() {
            if fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

/// The folders on the way to files, deepest first.
fn folders_of<'a>(paths: impl IntoIterator<Item = &'a String>) -> Vec<&'a Path> {
    let folders: BTreeSet<&Path> = paths
        .into_iter()
        .flat_map(|path| Path::new(path).ancestors().skip(1))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    folders.into_iter().rev().collect()
}

#[cfg(test)]
mod tests;
