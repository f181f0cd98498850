//! The systems that open texts belong to: how they are made now, and what was last found out about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::Position;

use crate::base::FileId;
use crate::diag::Edit;
use crate::driver::{self, Analysis, Outline, Trees};
use crate::ide::{self, Completions, View};
use crate::lsp::documents::Documents;
use crate::lsp::places;
use crate::resolve::Library;
use crate::world::{Shelf, Source, Sources, SystemFolder, World, find_systems, shown};

/// All of them.
pub(super) struct Systems<'t> {
    trees: &'t Trees,
    /// The system that a file belongs to, until files come, go or become another system's.
    folders: BTreeMap<PathBuf, Option<SystemFolder>>,
    /// What was last found out, by the system's folder.
    known: BTreeMap<PathBuf, Analysis>,
    /// The system that was last asked about, until some text changes.
    now: Option<Arc<Now>>,
}

/// A system, or a file by itself, as it is now.
struct Now {
    whose: Whose,
    outline: Outline,
}

/// Whose files they are.
enum Whose {
    System(SystemFolder),
    Nobody,
    Library,
}

impl<'t> Systems<'t> {
    /// None yet.
    pub(super) fn new(trees: &'t Trees) -> Systems<'t> {
        Systems { trees, folders: BTreeMap::new(), known: BTreeMap::new(), now: None }
    }

    /// Files may have come or gone, or may belong to another system.
    pub(super) fn moved(&mut self) {
        self.folders.clear();
    }

    /// Some text has changed.
    pub(super) fn changed(&mut self) {
        self.now = None;
    }

    /// The system that a file belongs to.
    pub(super) fn of(&mut self, world: &dyn World, documents: &Documents, file: &Path) -> Option<SystemFolder> {
        if let Some(known) = self.folders.get(file) {
            return known.clone();
        }
        let found = find_systems(&documents.over(world), &[file.to_owned()]).ok();
        let mut systems = found.map(|found| found.systems).unwrap_or_default().into_iter();
        let system = systems.find(|system| system.files.iter().any(|own| own == file));
        self.folders.insert(file.to_owned(), system.clone());
        system
    }

    /// Remembers what was found out about a system.
    pub(super) fn remember(&mut self, root: PathBuf, analysis: Analysis) {
        self.known.insert(root, analysis);
    }

    /// Asks something about a file; nothing if it cannot be read.
    pub(super) fn ask<T>(
        &mut self,
        world: &dyn World,
        documents: &Documents,
        shelf: &Shelf,
        path: &Path,
        work: impl FnOnce(&View<'_>, FileId) -> T,
    ) -> Option<T> {
        let (now, file) = self.now(world, documents, shelf, path)?;
        Some(ide::with_view(&now.outline, self.known(&now), |view| work(view, file)))
    }

    /// What could be written at a place, with the text that it is for.
    pub(super) fn complete(
        &mut self,
        world: &dyn World,
        documents: &Documents,
        shelf: &Shelf,
        path: &Path,
        position: Position,
    ) -> Option<(Completions, Source)> {
        let (now, file) = self.now(world, documents, shelf, path)?;
        let source = now.outline.sources.get(file)?;
        let offset = places::offset(source.lines(), &source.text, position);
        let found = ide::complete(&now.outline, self.known(&now), file, u32::try_from(offset).ok()?);
        Some((found, source.clone()))
    }

    /// What was last found out about a system.
    fn known(&self, now: &Now) -> Option<&Analysis> {
        match &now.whose {
            Whose::System(system) => self.known.get(&system.root),
            Whose::Nobody | Whose::Library => None,
        }
    }

    /// The edits that rename what stands at a place, with the sources that they are for.
    pub(super) fn rename(
        &mut self,
        world: &dyn World,
        documents: &Documents,
        shelf: &Shelf,
        path: &Path,
        (offset, new): (impl FnOnce(&str) -> u32, &str),
    ) -> Result<(Vec<Edit>, Sources), String> {
        let (now, file) = self.now(world, documents, shelf, path).ok_or("the file cannot be read")?;
        let system = match &now.whose {
            Whose::System(system) => Some(system),
            Whose::Nobody | Whose::Library => None,
        };
        let offset = offset(now.outline.sources.text(file));
        let overlay = documents.over(world);
        let asked = ide::Asked { world: &overlay, system, outline: &now.outline, trees: self.trees, file, offset, new };
        Ok((ide::rename(&asked)?, now.outline.sources.clone()))
    }

    /// Whether nothing becomes wrong with edits in the system of a file.
    pub(super) fn keeps_right(
        &mut self,
        world: &dyn World,
        documents: &Documents,
        shelf: &Shelf,
        path: &Path,
        edits: &[Edit],
    ) -> bool {
        let Some((now, file)) = self.now(world, documents, shelf, path) else { return false };
        let (Whose::System(system), Some(before)) = (&now.whose, self.known(&now)) else { return false };
        let overlay = documents.over(world);
        let (system, outline) = (Some(system), &now.outline);
        let asked = ide::Asked { world: &overlay, system, outline, trees: self.trees, file, offset: 0, new: "" };
        ide::keeps_right(&asked, before, edits)
    }

    /// The system of a file as it is now, and the file's number in it.
    fn now(
        &mut self,
        world: &dyn World,
        documents: &Documents,
        shelf: &Shelf,
        path: &Path,
    ) -> Option<(Arc<Now>, FileId)> {
        let name = shown(path);
        let number =
            |outline: &Outline| outline.sources.iter().find(|(_, source)| source.shown == name).map(|(file, _)| file);
        if let Some(now) = &self.now
            && let Some(file) = number(&now.outline)
        {
            return Some((Arc::clone(now), file));
        }
        if let Some(file) = shelf.name(path).and_then(library_file) {
            let sources = Sources::with_library(Library.sources());
            let outline = Outline { sources, ..Outline::default() };
            return Some((Arc::new(Now { whose: Whose::Library, outline }), file));
        }
        let overlay = documents.over(world);
        let (whose, folder) = match self.of(world, documents, path) {
            Some(system) => (Whose::System(system.clone()), system),
            None => {
                let root = path.parent().unwrap_or(path).to_owned();
                (Whose::Nobody, SystemFolder { root, files: vec![path.to_owned()] })
            }
        };
        let outline = driver::outline(&overlay, &folder, self.trees).ok()?;
        let file = number(&outline)?;
        let now = Arc::new(Now { whose, outline });
        self.now = Some(Arc::clone(&now));
        Some((now, file))
    }

    /// Forgets what no open text belongs to.
    pub(super) fn retain(&mut self, documents: &Documents) {
        self.known.retain(|root, _| documents.paths().any(|path| path.starts_with(root)));
        let folders: Vec<String> = documents.paths().filter_map(|path| path.parent().map(shown)).collect();
        let roots: Vec<String> = self.known.keys().map(|root| shown(root)).collect();
        self.trees.retain(|name| folders.iter().chain(&roots).any(|folder| name.starts_with(folder)));
    }
}

/// The number of a file of the standard library.
fn library_file(name: &Path) -> Option<FileId> {
    let at = Library.sources().iter().position(|(known, _)| Path::new(known) == name)?;
    Some(FileId(FileId::STDLIB + u32::try_from(at).ok()?))
}
