//! What a write is about to do, on disk before it is done.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{MADE, STAGING, WriteError, folders_of, is_inside, refuse, refused, remove_staging};
use crate::world::WorldError;

/// The journal's name; while it is there, a write is not finished.
const JOURNAL: &str = ".infrac-build.journal";
/// The staged files' place before the journal is complete.
const DRAFT: &str = "journal";
/// Where replaced and removed files are kept until all is done, below the staging folder.
const KEPT: &str = ".kept";

/// The files to be moved from the staging folder to their places, and those to be removed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) moved: Vec<String>,
    pub(super) removed: Vec<String>,
}

/// Finishes a write that was interrupted after its journal was complete; clears away one that was interrupted before.
pub(super) fn recover(dir: &Path) -> Result<(), WriteError> {
    let path = dir.join(JOURNAL);
    match fs::read(&path) {
        Ok(bytes) => {
            let journal: Journal = serde_json::from_slice(&bytes)
                .map_err(|_| refuse(&path, "it is not a journal that this version of infrac wrote"))?;
            if !journal.moved.iter().chain(&journal.removed).all(|file| is_inside(file)) {
                return Err(refuse(&path, "it is not a journal that this version of infrac wrote"));
            }
            journal.finish(dir)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let staging = dir.join(STAGING);
            match fs::remove_dir_all(&staging) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(&staging, &error)),
                Ok(()) | Err(_) => Ok(()),
            }
        }
        Err(error) => Err(WorldError::new(&path, "read", &error)),
    }
}

impl Journal {
    /// Puts the journal in its place, which begins the write.
    pub(super) fn begin(&self, dir: &Path) -> Result<(), WriteError> {
        let draft = dir.join(STAGING).join(DRAFT);
        let place = dir.join(JOURNAL);
        let put = || -> io::Result<()> {
            let mut file = fs::File::create(&draft)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            fs::rename(&draft, &place)
        };
        put().map_err(|error| refused(&place, &error))
    }

    /// Does what the journal says. What was done already stays done; what fails undoes the rest.
    pub(super) fn finish(&self, dir: &Path) -> Result<(), WriteError> {
        let staging = dir.join(STAGING);
        let kept = staging.join(KEPT);
        let mut done = Vec::new();
        let moved = self.moved.iter().map(String::as_str).chain([MADE]);
        let steps = moved.map(|path| (path, true)).chain(self.removed.iter().map(|path| (path.as_str(), false)));
        for (path, arrives) in steps {
            if let Err(error) = step(dir, &staging, &kept, path, arrives) {
                for path in done.into_iter().rev() {
                    undo(dir, &kept, path);
                }
                let _ = fs::remove_file(dir.join(JOURNAL));
                remove_staging(&staging);
                self.remove_empty_folders(dir, &self.moved);
                return Err(refused(&dir.join(path), &error));
            }
            done.push(path);
        }
        fs::remove_file(dir.join(JOURNAL)).map_err(|error| refused(&dir.join(JOURNAL), &error))?;
        remove_staging(&staging);
        self.remove_empty_folders(dir, &self.removed);
        Ok(())
    }

    /// Folders that hold nothing any more were made by a build; those that hold anything else are not empty.
    fn remove_empty_folders(&self, dir: &Path, paths: &[String]) {
        for folder in folders_of(paths) {
            let _ = fs::remove_dir(dir.join(folder));
        }
    }
}

/// Moves one file to its place, or removes it; the file that was there is kept for undoing.
fn step(dir: &Path, staging: &Path, kept: &Path, path: &str, arrives: bool) -> io::Result<()> {
    let (new, place, old) = (staging.join(path), dir.join(path), kept.join(path));
    if arrives && new.symlink_metadata().is_err() {
        // An interrupted write moved it already.
        return Ok(());
    }
    for folder in [place.parent(), old.parent()].into_iter().flatten() {
        fs::create_dir_all(folder)?;
    }
    let is_there = place.symlink_metadata().is_ok();
    if arrives {
        if is_there && old.symlink_metadata().is_err() && fs::hard_link(&place, &old).is_err() {
            fs::copy(&place, &old)?;
        }
        fs::rename(&new, &place)
    } else if is_there {
        fs::rename(&place, &old)
    } else {
        Ok(())
    }
}

fn undo(dir: &Path, kept: &Path, path: &str) {
    let (place, old) = (dir.join(path), kept.join(path));
    // This is the way out of an error; there is nobody left to tell of another one.
    let _ = if old.symlink_metadata().is_ok() { fs::rename(old, place) } else { fs::remove_file(place) };
}
