//! The texts that are open in the editor, as they are now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::base::LineIndex;
use crate::lsp::places;
use crate::world::{Overlay, World, has_system_line};

/// An open text.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// As the editor calls it.
    pub(super) uri: Uri,
    /// What it says, saved or not.
    pub(super) text: Arc<str>,
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
    pub(super) fn open(&mut self, uri: Uri, text: &str, version: i32) -> Option<PathBuf> {
        let path = places::path(&uri)?;
        self.open.insert(path.clone(), Document { uri, text: Arc::from(text), version });
        Some(path)
    }

    /// A text was changed, in parts or as a whole; whether it began or ceased to name a system.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Option<(PathBuf, bool)> {
        let path = places::path(uri)?;
        let document = self.open.get_mut(&path)?;
        document.version = version;
        let mut text = document.text.to_string();
        for change in changes {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let lines = LineIndex::new(&text);
            let from = places::offset(&lines, &text, range.start);
            let to = places::offset(&lines, &text, range.end).max(from);
            text.replace_range(from..to, &change.text);
        }
        let moved = has_system_line(&document.text) != has_system_line(&text);
        document.text = Arc::from(text);
        Some((path, moved))
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
            overlay.set(path, Arc::clone(&document.text));
        }
        overlay
    }

    /// All open texts.
    pub(super) fn texts(&self) -> Vec<(PathBuf, Arc<str>)> {
        self.open.iter().map(|(path, document)| (path.clone(), Arc::clone(&document.text))).collect()
    }

    /// The editor's numbers of them.
    pub(super) fn versions(&self) -> BTreeMap<PathBuf, i32> {
        self.open.iter().map(|(path, document)| (path.clone(), document.version)).collect()
    }
}
