//! The texts that are open in the editor, as they are now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::base::LineIndex;
use crate::lsp::places;
use crate::world::{Overlay, World};

/// An open text.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// As the editor calls it.
    pub(super) uri: Uri,
    /// What it says, saved or not.
    pub(super) text: String,
    /// The editor's number of this text.
    pub(super) version: i32,
}

/// All open texts.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// A text was opened.
    pub(super) fn open(&mut self, uri: Uri, text: String, version: i32) -> Option<PathBuf> {
        let path = places::path(&uri)?;
        self.open.insert(path.clone(), Document { uri, text, version });
        Some(path)
    }

    /// A text was changed, in parts or as a whole.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Option<PathBuf> {
        let path = places::path(uri)?;
        let document = self.open.get_mut(&path)?;
        document.version = version;
        for change in changes {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let lines = LineIndex::new(&document.text);
            let from = places::offset(&lines, &document.text, range.start);
            let to = places::offset(&lines, &document.text, range.end).max(from);
            document.text.replace_range(from..to, &change.text);
        }
        Some(path)
    }

    /// A text was closed: what is on the disk counts again.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = places::path(uri)?;
        self.open.remove(&path).map(|_| path)
    }

    /// An open text.
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The paths of all open texts.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// The world as the editor sees it.
    pub(super) fn over<'w>(&self, world: &'w dyn World) -> Overlay<'w> {
        let mut overlay = Overlay::over(world);
        for (path, document) in &self.open {
            overlay.set(path, document.text.clone());
        }
        overlay
    }
}
