//! From the paths of a command line to systems, and from a system's folder to its texts.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::system_line::{has_system_line, misspelt_system_line};
use super::{Entry, Kind, MAX_FOLDER_DEPTH, MAX_SOURCE_BYTES, Source, Sources, World, WorldError, shown};
use crate::base::{FileId, Span};

/// Folders that hold no sources of ours, besides hidden ones.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// A system's folder and the paths of its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemFolder {
    /// The folder, as the user named it or below that.
    pub root: PathBuf,
    /// Its `.infra` files and those below, sorted; without those of systems below.
    pub files: Vec<PathBuf>,
}

/// What the paths of a command line lead to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Each system once, in the order of the paths and of their names below those.
    pub systems: Vec<SystemFolder>,
    /// What is wrong with what is there.
    pub problems: Vec<Problem>,
}

/// Wrong contents: the user's mistake, not the machine's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no `system` line in, below or above the path.
    NotASystem {
        /// The path as shown.
        path: String,
        /// How many `.infra` files are in or below it.
        sources: usize,
        /// A line that may be meant as one: its file, its number and its first word.
        like: Option<(String, usize, String)>,
    },
    /// The path is a file, but not an `.infra` file.
    NotASource {
        /// The path as shown.
        path: String,
    },
    /// A file is not UTF-8 text.
    InvalidUtf8 {
        /// The bytes that are not; the file's text holds what could be read.
        span: Span,
        /// The first of them.
        byte: u8,
    },
    /// A file has more than [`MAX_SOURCE_BYTES`].
    FileTooLarge {
        /// The path as shown.
        path: String,
    },
    /// Folders are nested deeper than [`MAX_FOLDER_DEPTH`].
    TooDeep {
        /// The path as shown.
        path: String,
    },
}

/// A system's texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The files that are text, in the order of their paths.
    pub files: Vec<FileId>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Finds the systems that paths mean: a system's folder, a file in it, or a folder with systems below.
/// Without a path, the current folder is meant.
pub fn find_systems(world: &dyn World, paths: &[PathBuf]) -> Result<Found, WorldError> {
    let here = [PathBuf::from(".")];
    let mut finder = Finder::new(world);
    for path in if paths.is_empty() { &here[..] } else { paths } {
        finder.path(path)?;
    }
    Ok(finder.found)
}

/// The sources that paths mean: files, and all `.infra` files in and below folders, whatever system they belong to. Without a
/// path, the current folder is meant.
pub fn find_sources(world: &dyn World, paths: &[PathBuf]) -> Result<Vec<PathBuf>, WorldError> {
    let here = [PathBuf::from(".")];
    let mut finder = Finder::new(world);
    let mut files = Vec::new();
    for path in if paths.is_empty() { &here[..] } else { paths } {
        match world.kind(path)? {
            Kind::Folder => finder.all_below(path, 0, &mut files)?,
            Kind::File | Kind::Other => files.push(path.clone()),
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

impl SystemFolder {
    /// The sources in and below a folder that another source names (`use … from`, `external … from`), whether or not it
    /// holds a `system` line. Systems below it are left out, as always.
    pub fn at(world: &dyn World, root: &Path) -> Result<SystemFolder, WorldError> {
        let mut finder = Finder::new(world);
        let mut files = Vec::new();
        finder.collect(root, 0, &mut files)?;
        files.sort_unstable();
        Ok(SystemFolder { root: root.to_owned(), files })
    }

    /// Reads its files. The machine's refusal ends it; wrong contents do not.
    pub fn read(&self, world: &dyn World, sources: &mut Sources) -> Result<Reading, WorldError> {
        self.read_as(world, sources, "")
    }

    /// The same for a folder that another system uses: `prefix` is its path from that system's folder.
    pub fn read_as(&self, world: &dyn World, sources: &mut Sources, prefix: &str) -> Result<Reading, WorldError> {
        let mut reading = Reading::default();
        for path in &self.files {
            let bytes = world.read_at_most(path, MAX_SOURCE_BYTES + 1)?;
            let relative = shown(&Path::new(prefix).join(path.strip_prefix(&self.root).unwrap_or(path)));
            if bytes.len() as u64 > MAX_SOURCE_BYTES {
                reading.problems.push(Problem::FileTooLarge { path: shown(path) });
                continue;
            }
            match String::from_utf8(bytes) {
                Ok(text) => reading.files.push(sources.add(Source::new(shown(path), relative, text))),
                Err(error) => {
                    let wrong = error.utf8_error();
                    let at = wrong.valid_up_to();
                    let bytes = error.into_bytes();
                    // Up to the first wrong byte the replaced text is the same, so places before it stay right.
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let file = sources.add(Source::new(shown(path), relative, text));
                    let span = Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                    reading.problems.push(Problem::InvalidUtf8 { span, byte: bytes.get(at).copied().unwrap_or(0) });
                }
            }
        }
        Ok(reading)
    }
}

struct Finder<'a> {
    world: &'a dyn World,
    /// The systems found so far, by their canonical folder.
    known: BTreeSet<PathBuf>,
    /// The folders on the way of one search, so that a link back ends it.
    visited: BTreeSet<PathBuf>,
    found: Found,
}

impl<'a> Finder<'a> {
    fn new(world: &'a dyn World) -> Finder<'a> {
        Finder { world, known: BTreeSet::new(), visited: BTreeSet::new(), found: Found::default() }
    }

    fn path(&mut self, path: &Path) -> Result<(), WorldError> {
        match self.world.kind(path)? {
            Kind::Folder => self.folder(path),
            Kind::File if is_source(path) => {
                let folder = above(path).unwrap_or_else(|| PathBuf::from("."));
                if !self.enclosing(&folder)? {
                    self.found.problems.push(Problem::NotASystem {
                        path: shown(path),
                        sources: 1,
                        like: self.like(path),
                    });
                }
                Ok(())
            }
            Kind::File => {
                self.found.problems.push(Problem::NotASource { path: shown(path) });
                Ok(())
            }
            Kind::Other => Err(WorldError {
                path: path.to_owned(),
                wanted: "read",
                reason: String::from("it is neither a file nor a folder"),
            }),
        }
    }

    fn folder(&mut self, path: &Path) -> Result<(), WorldError> {
        let entries = self.world.list(path)?;
        if self.is_system(&entries)? {
            return self.system(path);
        }
        self.visited.clear();
        let before = self.known.len();
        let systems_before = self.found.systems.len();
        let mut sources = Vec::new();
        self.below(path, 0, &mut sources)?;
        // A system that another path already named counts as found.
        let nothing = self.known.len() == before && self.found.systems.len() == systems_before;
        if nothing && !self.known_below(path)? && !self.enclosing(path)? {
            let like = sources.iter().find_map(|source| self.like(source));
            self.found.problems.push(Problem::NotASystem { path: shown(path), sources: sources.len(), like });
        }
        Ok(())
    }

    fn known_below(&self, path: &Path) -> Result<bool, WorldError> {
        let canonical = self.world.canonical(path)?;
        Ok(self.known.iter().any(|known| known.starts_with(&canonical)))
    }

    /// A line of a source that may be meant as its `system` line.
    fn like(&self, source: &Path) -> Option<(String, usize, String)> {
        let bytes = self.world.read_at_most(source, MAX_SOURCE_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (line, word) = misspelt_system_line(&text)?;
        Some((shown(source), line, word.to_owned()))
    }

    /// Takes the systems below a folder that is none itself; gathers the sources on the way.
    fn below(&mut self, folder: &Path, depth: usize, sources: &mut Vec<PathBuf>) -> Result<(), WorldError> {
        if !self.visited.insert(self.world.canonical(folder)?) {
            return Ok(());
        }
        if depth > MAX_FOLDER_DEPTH {
            self.found.problems.push(Problem::TooDeep { path: shown(folder) });
            return Ok(());
        }
        let entries = self.world.list(folder)?;
        if self.is_system(&entries)? {
            return self.system(folder);
        }
        for entry in entries {
            match entry.kind {
                Kind::Folder if !is_skipped(&entry.path) => self.below(&entry.path, depth + 1, sources)?,
                Kind::File if is_source(&entry.path) => sources.push(entry.path),
                Kind::Folder | Kind::File | Kind::Other => {}
            }
        }
        Ok(())
    }

    /// Takes the system that a folder belongs to. A repository's root is the last folder that is looked at.
    fn enclosing(&mut self, folder: &Path) -> Result<bool, WorldError> {
        let mut folder = folder.to_owned();
        let mut last = None;
        loop {
            let canonical = self.world.canonical(&folder)?;
            if last.as_ref() == Some(&canonical) {
                return Ok(false);
            }
            // Nobody promised that the folders above can be read.
            let Ok(entries) = self.world.list(&folder) else { return Ok(false) };
            if self.is_system(&entries)? {
                self.system(&folder)?;
                return Ok(true);
            }
            if entries.iter().any(|entry| entry.path.file_name().is_some_and(|name| name == ".git")) {
                return Ok(false);
            }
            let Some(next) = above(&folder) else { return Ok(false) };
            folder = next;
            last = Some(canonical);
        }
    }

    fn is_system(&self, entries: &[Entry]) -> Result<bool, WorldError> {
        for entry in entries.iter().filter(|entry| entry.kind == Kind::File && is_source(&entry.path)) {
            let bytes = self.world.read_at_most(&entry.path, MAX_SOURCE_BYTES)?;
            if has_system_line(&String::from_utf8_lossy(&bytes)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn system(&mut self, root: &Path) -> Result<(), WorldError> {
        if !self.known.insert(self.world.canonical(root)?) {
            return Ok(());
        }
        let mut files = Vec::new();
        self.visited.clear();
        self.collect(root, 0, &mut files)?;
        files.sort_unstable();
        self.found.systems.push(SystemFolder { root: root.to_owned(), files });
        Ok(())
    }

    fn all_below(&mut self, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), WorldError> {
        if depth > MAX_FOLDER_DEPTH || !self.visited.insert(self.world.canonical(folder)?) {
            return Ok(());
        }
        for entry in self.world.list(folder)? {
            match entry.kind {
                Kind::Folder if !is_skipped(&entry.path) => self.all_below(&entry.path, depth + 1, files)?,
                Kind::File if is_source(&entry.path) => files.push(entry.path),
                Kind::Folder | Kind::File | Kind::Other => {}
            }
        }
        Ok(())
    }

    fn collect(&mut self, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), WorldError> {
        if !self.visited.insert(self.world.canonical(folder)?) {
            return Ok(());
        }
        if depth > MAX_FOLDER_DEPTH {
            self.found.problems.push(Problem::TooDeep { path: shown(folder) });
            return Ok(());
        }
        let entries = self.world.list(folder)?;
        if depth > 0 && self.is_system(&entries)? {
            return Ok(());
        }
        for entry in entries {
            match entry.kind {
                Kind::Folder if !is_skipped(&entry.path) => self.collect(&entry.path, depth + 1, files)?,
                Kind::File if is_source(&entry.path) => files.push(entry.path),
                Kind::Folder | Kind::File | Kind::Other => {}
            }
        }
        Ok(())
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "infra") && !is_hidden(path)
}

fn is_skipped(path: &Path) -> bool {
    is_hidden(path) || path.file_name().is_some_and(|name| SKIPPED.iter().any(|skipped| name == *skipped))
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The folder that holds a path, spelt from where the path is spelt from.
fn above(path: &Path) -> Option<PathBuf> {
    match path.components().next_back() {
        Some(Component::Normal(_)) => {
            let parent = path.parent().unwrap_or(Path::new(""));
            Some(if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() })
        }
        Some(Component::CurDir) | None => Some(PathBuf::from("..")),
        Some(Component::ParentDir) => Some(path.join("..")),
        Some(Component::RootDir | Component::Prefix(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    fn roots(world: &Memory, paths: &[&str]) -> (Vec<String>, Vec<Problem>) {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let found = find_systems(world, &paths).unwrap_or_default();
        (found.systems.iter().map(|system| shown(&system.root)).collect(), found.problems)
    }

    fn two_systems() -> Memory {
        Memory::with([
            ("specs/a/main.infra", "system a\n"),
            ("specs/a/net/vpc.infra", "stack N {}\n"),
            ("specs/a/inner/x.infra", "system inner\n"),
            ("specs/a/.hidden/x.infra", "system hidden\n"),
            ("specs/a/target/x.infra", "junk"),
            ("specs/b/one.infra", "stack X {}\n"),
            ("specs/b/two.infra", "system b\n"),
            ("specs/notes.txt", "system c\n"),
        ])
    }

    #[test]
    fn several_paths_of_one_system_are_one() {
        let (systems, problems) =
            roots(&two_systems(), &["specs/a/net/vpc.infra", "specs/a", "specs/a/net", "specs/a/"]);
        assert_eq!(systems, ["specs/a"]);
        assert!(problems.is_empty());
    }

    #[test]
    fn a_folder_of_systems_is_each_of_them() {
        let (systems, problems) = roots(&two_systems(), &["specs"]);
        assert_eq!(systems, ["specs/a", "specs/b"]);
        assert!(problems.is_empty());
        let (systems, problems) = roots(&two_systems(), &["specs/a", "specs/b", "specs"]);
        assert_eq!(systems, ["specs/a", "specs/b"]);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_system_below_a_system_is_another_one() {
        let found = find_systems(&two_systems(), &[PathBuf::from("specs/a")]).unwrap_or_default();
        let files: Vec<String> =
            found.systems.iter().flat_map(|system| &system.files).map(|file| shown(file)).collect();
        assert_eq!(files, ["specs/a/main.infra", "specs/a/net/vpc.infra"]);
        assert_eq!(roots(&two_systems(), &["specs/a/inner"]).0, ["specs/a/inner"]);
        let named = SystemFolder::at(&two_systems(), Path::new("specs/a/net")).map(|folder| folder.files);
        assert_eq!(named, Ok(vec![PathBuf::from("specs/a/net/vpc.infra")]));
    }

    #[test]
    fn what_is_no_system_is_said_with_what_is_there() {
        let mut world = Memory::with([("x/loose.infra", "stack A {}\n"), ("x/deep/y.infra", ""), ("t.json", "{}")]);
        world.make_folder("empty");
        let (systems, problems) = roots(&world, &["x", "empty", "t.json"]);
        assert!(systems.is_empty());
        assert_eq!(
            problems,
            [
                Problem::NotASystem { path: "x".into(), sources: 2, like: None },
                Problem::NotASystem { path: "empty".into(), sources: 0, like: None },
                Problem::NotASource { path: "t.json".into() },
            ]
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_the_machines_refusal() {
        let error = find_systems(&two_systems(), &[PathBuf::from("specs/c")]).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("cannot read `specs/c`: no such file or directory"));
        let mut world = two_systems();
        world.refuse("specs/a/net", "permission denied");
        let error = find_systems(&world, &[PathBuf::from("specs/a")]).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("cannot read `specs/a/net`: permission denied"));
    }

    #[test]
    fn texts_that_are_not_texts_are_problems_at_their_byte() {
        let mut bytes = b"system a\n// \xc3\xa4 ".to_vec();
        bytes.extend(b"\xff\xfe rest");
        let mut world = Memory::with([("a/main.infra", bytes)]);
        world.set("a/big.infra", vec![b' '; usize::try_from(MAX_SOURCE_BYTES).unwrap_or(0) + 1]);
        let found = find_systems(&world, &[PathBuf::from("a")]).unwrap_or_default();
        let mut sources = Sources::new();
        let reading =
            found.systems.first().and_then(|system| system.read(&world, &mut sources).ok()).unwrap_or_default();
        assert!(reading.files.is_empty());
        assert_eq!(
            reading.problems,
            [
                Problem::FileTooLarge { path: "a/big.infra".into() },
                Problem::InvalidUtf8 { span: Span::new(FileId(0), 15, 18), byte: 0xff },
            ]
        );
        let place = sources.place(Span::new(FileId(0), 15, 18)).map(|place| (place.start.line, place.start.column));
        assert_eq!(place, Some((1, 5)));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_back_end_the_search() {
        let folder = tempfile::tempdir().map(|folder| {
            let a = folder.path().join("a");
            let made = std::fs::create_dir(&a)
                .and_then(|()| std::fs::write(a.join("main.infra"), "system a\n"))
                .and_then(|()| std::os::unix::fs::symlink(&a, a.join("again")))
                .and_then(|()| std::os::unix::fs::symlink(folder.path(), a.join("up")));
            (folder, made.is_ok())
        });
        let Ok((folder, true)) = folder else { return };
        let found = find_systems(&super::super::Disk, &[folder.path().to_owned()]).unwrap_or_default();
        assert_eq!(found.systems.len(), 1);
        assert_eq!(found.systems.first().map(|system| system.files.len()), Some(1));
    }
}
