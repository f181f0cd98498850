//! Folders that sources name: those of `use … from`, and where `external … from` leads.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::{HashMap, Span};
use crate::diag::{Diagnostic, codes};
use crate::resolve::{Folder, ProgramFiles, uses};
use crate::syntax::ast::{Expr, ExprKind, File, Item, ItemKind, TextPiece};
use crate::world::{Kind, Sources, SystemFolder, World, WorldError};

use super::load::{Parsed, parse};

/// A folder that a source names.
pub(super) struct Named {
    /// Its path, from where the command runs.
    pub(super) path: PathBuf,
    /// The one path among all that lead to it.
    pub(super) canonical: PathBuf,
    /// Its path from the system's folder, with forward slashes.
    pub(super) relative: String,
}

/// Finds the folders that a source names.
pub(super) struct Finder<'w> {
    world: &'w dyn World,
    root: &'w Path,
    /// The system's folder, and the repository's if it is in one.
    canonical_root: PathBuf,
    repository: Option<PathBuf>,
}

impl<'w> Finder<'w> {
    /// For a system's folder.
    pub(super) fn new(world: &'w dyn World, root: &'w Path) -> Result<Finder<'w>, WorldError> {
        let canonical_root = world.canonical(root)?;
        let repository = canonical_root.ancestors().find(|folder| world.exists(&folder.join(".git")));
        Ok(Finder { world, root, repository: repository.map(Path::to_owned), canonical_root })
    }

    /// The folder that a text names, seen from a source's folder (relative to the system's).
    pub(super) fn find(&self, from: &Path, path: &Expr) -> Result<Named, Box<Diagnostic>> {
        let wrong = |message: String| Diagnostic::new(codes::UNUSABLE_FOLDER, path.span, message);
        let Some(text) = plain(path) else {
            let diagnostic = wrong(String::from("a folder's path is a plain text"));
            return Err(Box::new(diagnostic.help("write it out, without `{…}`")));
        };
        let relative = Path::new(&text);
        if relative.is_absolute() {
            let diagnostic = wrong(format!("`{text}` is not relative"));
            return Err(Box::new(diagnostic.help("write the path from the folder of this file, such as \"../lib\"")));
        }
        let relative = folded(&from.join(relative));
        let whole = folded(&self.root.join(&relative));
        let missing = |error: WorldError| {
            let message = format!("there is no folder `{}`: {}", shown(&whole), error.reason);
            Box::new(wrong(message).help("write the path from the folder of this file, such as \"../lib\""))
        };
        if self.world.kind(&whole).map_err(missing)? != Kind::Folder {
            let diagnostic = wrong(format!("`{}` is not a folder", shown(&whole)));
            return Err(Box::new(diagnostic.help("name the folder; every `.infra` file in it is read")));
        }
        let canonical = self.world.canonical(&whole).map_err(missing)?;
        if let Some(repository) = &self.repository
            && !canonical.starts_with(repository)
        {
            let diagnostic = wrong(format!("`{}` lies outside of the repository", shown(&whole)))
                .help("what is used is kept with the system, so that everybody who checks it reads the same");
            return Err(Box::new(diagnostic));
        }
        if canonical == self.canonical_root {
            let diagnostic = wrong(String::from("this is the system's own folder"))
                .help("what the system defines is known in all of its files; remove this line");
            return Err(Box::new(diagnostic));
        }
        Ok(Named { path: whole, canonical, relative: shown(&relative) })
    }
}

/// Reads the folders that a system's files use, and those that these use.
pub(super) fn read_used(
    world: &dyn World,
    root: &Path,
    system: Vec<Arc<File>>,
    sources: &mut Sources,
    parsed: &mut Parsed<'_>,
) -> Result<ProgramFiles, WorldError> {
    let mut read = ProgramFiles { system, ..ProgramFiles::default() };
    if !read.system.iter().any(|file| uses(file).next().is_some()) {
        return Ok(read);
    }
    let finder = Finder::new(world, root)?;
    let mut known: HashMap<PathBuf, usize> = HashMap::default();
    let mut waiting: Vec<(Span, Result<Named, Box<Diagnostic>>)> = Vec::new();
    find_uses(&finder, &read.system, sources, &mut waiting);
    while let Some((place, named)) = waiting.pop() {
        let named = match named {
            Ok(named) => named,
            Err(diagnostic) => {
                parsed.found.push(*diagnostic);
                parsed.damaged = true;
                continue;
            }
        };
        if let Some(at) = known.get(&named.canonical) {
            read.used.insert(place, *at);
            continue;
        }
        let at = read.folders.len();
        known.insert(named.canonical, at);
        read.used.insert(place, at);
        let folder = SystemFolder::at(world, &named.path)?;
        let reading = folder.read_as(world, sources, &named.relative)?;
        let ids = reading.files.clone();
        let files = parse(&reading, sources, parsed);
        if files.is_empty() {
            parsed.found.push(
                Diagnostic::new(codes::UNUSABLE_FOLDER, place, format!("`{}` holds no `.infra` files", named.relative))
                    .help("name the folder that holds what you want to use"),
            );
        }
        find_uses(&finder, &files, sources, &mut waiting);
        read.folders.push(Folder { shown: named.relative, files: ids.into_iter().zip(files).collect() });
    }
    Ok(read)
}

/// Reads the folders whose policies are demanded. They stand by themselves: what a policy uses is defined beside it.
pub(super) fn read_demanded(
    world: &dyn World,
    folders: &[PathBuf],
    sources: &mut Sources,
    parsed: &mut Parsed,
    read: &mut ProgramFiles,
) -> Result<(), WorldError> {
    for path in folders {
        let name = shown(path);
        let reading = SystemFolder::at(world, path)?.read_as(world, sources, &name)?;
        let ids = reading.files.clone();
        let files = parse(&reading, sources, parsed);
        let policy = |item: &Item| matches!(item.kind, ItemKind::Policy(_));
        if !files.iter().flat_map(|file| &file.items).any(policy) {
            parsed.found.push(
                Diagnostic::new(codes::UNUSABLE_FOLDER, Span::NONE, format!("`{name}` holds no policy"))
                    .help("name a folder with `policy NAME { rule NAME \"…\" { … } }` in one of its `.infra` files"),
            );
        }
        read.demanded.push(read.folders.len());
        read.folders.push(Folder { shown: name, files: ids.into_iter().zip(files).collect() });
    }
    Ok(())
}

fn find_uses(
    finder: &Finder<'_>,
    files: &[Arc<File>],
    sources: &Sources,
    waiting: &mut Vec<(Span, Result<Named, Box<Diagnostic>>)>,
) {
    for uses in files.iter().flat_map(|file| uses(file)) {
        let from = folder_of(sources, uses.path.span);
        waiting.push((uses.path.span, finder.find(&from, &uses.path)));
    }
}

/// The folder of the file that a span stands in, relative to the system's.
pub(super) fn folder_of(sources: &Sources, span: Span) -> PathBuf {
    let file = sources.get(span.file).map_or("", |source| source.relative.as_str());
    Path::new(file).parent().map(Path::to_owned).unwrap_or_default()
}

fn plain(path: &Expr) -> Option<String> {
    let ExprKind::Text(text) = &path.kind else { return None };
    let mut whole = String::new();
    for piece in &text.pieces {
        match piece {
            TextPiece::Literal(literal, _) => whole.push_str(literal),
            TextPiece::Interpolation(_) | TextPiece::Variable(..) => return None,
        }
    }
    Some(whole)
}

/// A path without `.`, and without what its `..` take back.
fn folded(path: &Path) -> PathBuf {
    let mut folded = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match folded.components().next_back() {
                Some(Component::Normal(_)) => {
                    folded.pop();
                }
                _ => folded.push(".."),
            },
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => folded.push(component),
        }
    }
    if folded.as_os_str().is_empty() { PathBuf::from(".") } else { folded }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_folded_as_they_are_read() {
        for (path, expected) in
            [("a/../lib", "lib"), ("./a/./b", "a/b"), ("../../x", "../../x"), ("a/..", "."), ("a/../../b", "../b")]
        {
            assert_eq!(shown(&folded(Path::new(path))), expected, "{path}");
        }
    }
}
