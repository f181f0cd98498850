//! Syntax trees that outlive a run: an editor asks again after every keystroke, and most files are as they were.

use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{FileId, HashMap};
use crate::syntax::{self, Parsed};
use crate::world::Source;

/// The trees of files, as they were last read.
#[derive(Debug, Default)]
pub struct Trees {
    known: Mutex<HashMap<String, Tree>>,
}

/// One of them.
#[derive(Debug)]
struct Tree {
    /// Its places name this number.
    file: FileId,
    text: Arc<str>,
    parsed: Arc<Parsed>,
}

impl Trees {
    /// None yet.
    pub fn new() -> Trees {
        Trees::default()
    }

    /// The tree of a file, which is parsed only if its text is another one, or its number.
    pub fn of(&self, file: FileId, source: &Source) -> Arc<Parsed> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(tree) = known.get(&source.shown).filter(|tree| tree.file == file && tree.text == source.text) {
                return Arc::clone(&tree.parsed);
            }
        }
        let parsed = Arc::new(syntax::parse(file, &source.text));
        let tree = Tree { file, text: Arc::clone(&source.text), parsed: Arc::clone(&parsed) };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(source.shown.clone(), tree);
        parsed
    }

    /// Forgets files that are not asked for any more.
    pub fn retain(&self, keep: impl Fn(&str) -> bool) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|path, _| keep(path));
    }
}
