//! Systems with a mark where the cursor stands, and what is answered there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod completion;
mod hover;
mod names;
mod overview;
mod renaming;
mod specs;

use std::path::{Path, PathBuf};

use crate::base::FileId;
use crate::driver::{Analysis, Options, Outline, Trees, analyse, outline};
use crate::ide::{self, View, with_view};
use crate::world::{Memory, Sources, SystemFolder, World, find_systems};

/// The cursor.
const CURSOR: char = '‸';

/// A system in memory, and a place in it.
struct System {
    world: Memory,
    folder: SystemFolder,
    outline: Outline,
    trees: Trees,
    known: Analysis,
    /// Where the cursor stands.
    file: FileId,
    offset: u32,
}

impl System {
    /// The system of these files; the cursor stands in one of them, or at the beginning of the first.
    fn of(files: &[(&str, &str)]) -> System {
        let mut world = Memory::new();
        let mut cursor = (String::new(), 0);
        for (path, text) in files {
            if let Some(at) = text.find(CURSOR) {
                cursor = ((*path).to_owned(), at);
            }
            world.set(path, text.replace(CURSOR, ""));
        }
        let mut system = System::at(world, Path::new(files[0].0));
        if !cursor.0.is_empty() {
            system.file = file(&system.outline.sources, &cursor.0);
            system.offset = u32::try_from(cursor.1).unwrap();
        }
        system
    }

    fn at(world: Memory, path: &Path) -> System {
        let found = find_systems(&world, &[path.to_owned()]).unwrap();
        let folder = found.systems.into_iter().next().unwrap();
        let trees = Trees::new();
        let outline = outline(&world, &folder, &trees).unwrap();
        let known = analyse(&world, &folder, &Options::default(), &trees).unwrap();
        System { world, folder, outline, trees, known, file: FileId(0), offset: 0 }
    }

    fn view<T>(&self, work: impl FnOnce(&View<'_>) -> T) -> T {
        with_view(&self.outline, Some(&self.known), work)
    }

    /// The texts after a new name was given to what stands at the cursor, or why that was refused.
    fn rename(&self, new: &str) -> Result<String, String> {
        let asked = ide::Asked {
            world: &self.world,
            system: Some(&self.folder),
            outline: &self.outline,
            trees: &self.trees,
            file: self.file,
            offset: self.offset,
            new,
        };
        let mut edits = ide::rename(&asked)?;
        edits.reverse();
        let mut texts = Vec::new();
        for (file, source) in self.outline.sources.iter() {
            let mut text = source.text.to_string();
            for edit in edits.iter().filter(|edit| edit.span.file == file) {
                text.replace_range(edit.span.range(), &edit.text);
            }
            texts.push(text);
        }
        Ok(texts.join("\n"))
    }
}

fn file(sources: &Sources, path: &str) -> FileId {
    sources.iter().find(|(_, source)| source.shown == path).unwrap().0
}

/// Every file below a folder of the repository, as a world of its own under `/`.
fn repository(folder: &str) -> Memory {
    let mut world = Memory::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut waiting: Vec<PathBuf> = vec![root.clone()];
    while let Some(next) = waiting.pop() {
        for entry in crate::world::Disk.list(&next).unwrap() {
            match entry.kind {
                crate::world::Kind::Folder => waiting.push(entry.path),
                crate::world::Kind::File => {
                    let path = Path::new("/").join(entry.path.strip_prefix(&root).unwrap());
                    world.set(path, crate::world::Disk.read(&entry.path).unwrap());
                }
                crate::world::Kind::Other => {}
            }
        }
    }
    world
}
