//! The list of the files that a build made.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{MADE, WriteError, is_inside, refuse};
use crate::world::WorldError;

/// The files of the last build, relative to its folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) files: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    /// The form of this document.
    format: u32,
    files: Vec<String>,
}

const FORMAT: u32 = 1;

impl Record {
    /// Reads it; a folder without one holds nothing of ours.
    pub(super) fn read(dir: &Path) -> Result<Record, WriteError> {
        let path = dir.join(MADE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => return Ok(Record::default()),
            Err(error) => return Err(WorldError::new(&path, "read", &error)),
        };
        match serde_json::from_slice::<Document>(&bytes) {
            // A path that leads out of the folder was not written by us, and must never be removed by us.
            Ok(document) if document.format == FORMAT && document.files.iter().all(|file| is_inside(file)) => {
                Ok(Record { files: document.files.into_iter().collect() })
            }
            Ok(_) | Err(_) => {
                Err(refuse(&path, "it is not a list of a build's files that this version of infrac wrote"))
            }
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let document = Document { format: FORMAT, files: self.files.iter().cloned().collect() };
        let mut bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
