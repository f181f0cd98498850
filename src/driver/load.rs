//! From a system's folder, and those it uses, to a program.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::base::{FileId, HashMap, Symbol, limits};
use crate::diag::{Diagnostic, Level, Sink, codes};
use crate::driver::folders::{read_demanded, read_used};
use crate::driver::others::{self, Session};
use crate::driver::run::{environments, may_be_hidden};
use crate::driver::trees::Trees;
use crate::driver::{Options, diagnostic_of};
use crate::eval::{Files, Given};
use crate::resolve::{self, Library, Program, ProgramFiles};
use crate::syntax::{self, ast};
use crate::world::{Reading, Source, Sources, SystemFolder, World, WorldError, pack};

/// What was read and gathered, for as long as a closure runs: a program borrows its files.
pub(super) struct Loaded<'p> {
    pub(super) program: &'p Program<'p>,
    pub(super) given: &'p Given<'p>,
    /// The environments to look at.
    pub(super) environments: Vec<Symbol>,
    /// Whether a part of the sources could not be read, so that what is missing may only be hidden.
    pub(super) damaged: bool,
    /// Warnings about names, which waivers may lift.
    pub(super) warnings: Vec<Diagnostic>,
    /// Whether a declaration is known to need itself; whatever evaluation says of it would only repeat that.
    pub(super) circular: bool,
    /// How much source text there is.
    pub(super) bytes: usize,
}

impl Loaded<'_> {
    /// How many threads may share so many pieces of work, each over the whole system. To start one costs more than a small
    /// system does.
    pub(super) fn threads(&self, options: &Options, pieces: usize) -> usize {
        if let Some(jobs) = options.jobs {
            jobs
        } else if self.bytes.saturating_mul(pieces) < limits::BYTES_WORTH_THREADS {
            1
        } else {
            std::thread::available_parallelism().map_or(1, usize::from)
        }
    }
}

/// The files that a program names, read from the world.
struct Reader<'w> {
    world: &'w dyn World,
    root: PathBuf,
    sources: Sources,
    /// Whether assets are read, and not only looked for.
    contents: bool,
    /// The names of assets by their place: environments ask for the same ones.
    assets: Mutex<HashMap<PathBuf, Result<String, String>>>,
}

impl Reader<'_> {
    /// A path that a source file names, relative to the system's folder.
    fn relative(&self, from: FileId, path: &str) -> Result<PathBuf, String> {
        let relative = Path::new(path);
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(String::from("it does not lie in the system's folder"));
        }
        let folder = self.sources.get(from).map(|source| Path::new(&source.relative).parent().unwrap_or(Path::new("")));
        Ok(folder.unwrap_or(Path::new("")).join(relative))
    }
}

impl Files for Reader<'_> {
    fn asset(&self, from: FileId, path: &str) -> Result<(String, String, PathBuf), String> {
        let relative = self.relative(from, path)?;
        let whole = self.root.join(&relative);
        let mut known = self.assets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let file = known.entry(whole.clone()).or_insert_with(|| {
            let mut pack = pack(self.world, &whole, self.contents).map_err(|error| error.to_string())?;
            if !self.contents {
                // Looked at alone: the place tells one from the other.
                pack.files.push((String::new(), whole.to_string_lossy().as_bytes().to_vec()));
            }
            Ok(pack.file_name())
        });
        let relative = relative.to_string_lossy().replace('\\', "/");
        Ok((file.clone()?, relative, whole))
    }

    fn text(&self, from: FileId, path: &str) -> Result<String, String> {
        let whole = self.root.join(self.relative(from, path)?);
        let limit = crate::base::limits::MAX_FILE_BYTES as u64;
        let bytes = self.world.read_at_most(&whole, limit + 1).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > limit {
            return Err(String::from("it is larger than 4 MiB"));
        }
        String::from_utf8(bytes).map_err(|_| String::from("it is not UTF-8 text"))
    }
}

/// What reading found so far.
#[derive(Default)]
pub(super) struct Parsed<'t> {
    /// Trees of earlier runs.
    pub(super) trees: Option<&'t Trees>,
    /// What became of each file.
    pub(super) files: Vec<(FileId, Arc<syntax::Parsed>)>,
    /// Mistakes of syntax, of encoding, of paths.
    pub(super) found: Vec<Diagnostic>,
    /// Whether a part of the sources could not be read.
    pub(super) damaged: bool,
}

/// Parses what was read.
pub(super) fn parse(reading: &Reading, sources: &Sources, parsed: &mut Parsed<'_>) -> Vec<Arc<ast::File>> {
    parsed.damaged |= !reading.problems.is_empty();
    parsed.found.extend(reading.problems.iter().map(diagnostic_of));
    let mut files = Vec::with_capacity(reading.files.len());
    for id in &reading.files {
        let file = match (parsed.trees, sources.get(*id)) {
            (Some(trees), Some(source)) => trees.of(*id, source),
            (Some(_), None) | (None, _) => Arc::new(syntax::parse(*id, sources.text(*id))),
        };
        parsed.damaged |= file.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
        parsed.found.extend(file.diagnostics.iter().cloned());
        files.push(Arc::clone(&file.file));
        parsed.files.push((*id, file));
    }
    files
}

/// Reads a system's files, those of the folders that it uses, and the policies that are demanded of it.
pub(super) fn read<'t>(
    session: &mut Session<'t>,
    system: &SystemFolder,
    demanded: &[PathBuf],
) -> Result<(ProgramFiles, Parsed<'t>), WorldError> {
    let reading = system.read(session.world, &mut session.sources)?;
    let mut parsed = Parsed { trees: session.trees, ..Parsed::default() };
    let files = parse(&reading, &session.sources, &mut parsed);
    let mut files = read_used(session.world, &system.root, files, &mut session.sources, &mut parsed)?;
    read_demanded(session.world, demanded, &mut session.sources, &mut parsed, &mut files)?;
    Ok((files, parsed))
}

/// Reads a system and hands it to `work`, with the sink for what is found. Without a program, `work` is not called.
pub(super) fn load<T>(
    session: &mut Session<'_>,
    system: &SystemFolder,
    options: &Options,
    sink: &mut Sink,
    work: impl FnOnce(&Loaded<'_>, &mut Sink) -> T,
) -> Result<Option<T>, WorldError> {
    let world = session.world;
    let (read, parsed) = read(session, system, &options.policies)?;
    let damaged = parsed.damaged;
    sink.extend(parsed.found);
    let settings = command_line(options, &mut session.sources, sink);
    let (program, found) = Program::gather(&read, Library);
    sink.extend(found);
    let Some(program) = program else { return Ok(None) };
    let mut named = resolve::check(&program);
    if damaged {
        named.retain(|diagnostic| !may_be_hidden(diagnostic.code));
    }
    let circular = named.iter().any(|diagnostic| diagnostic.code == codes::DEFINITION_CYCLE);
    let (warnings, errors): (Vec<_>, Vec<_>) = named.into_iter().partition(|diagnostic| diagnostic.code.waivable());
    sink.extend(errors);
    let environments = environments(&program, options, sink);
    let others = others::read(session, system, &program, options, sink)?;
    let reader = Reader {
        world,
        root: system.root.clone(),
        sources: session.sources.clone(),
        contents: options.contents,
        assets: Mutex::default(),
    };
    let set = settings.iter().map(|(name, value)| (*name, value)).collect();
    let given = Given { set, files: &reader, others: &others };
    let bytes = session.sources.iter().map(|(_, source)| source.text.len()).sum();
    let loaded = Loaded { program: &program, given: &given, environments, damaged, warnings, circular, bytes };
    Ok(Some(work(&loaded, sink)))
}

/// Values from `--set name=value`, read as the language reads them; a bare word is a text.
fn command_line(options: &Options, sources: &mut Sources, sink: &mut Sink) -> Vec<(Symbol, ast::Expr)> {
    let mut settings = Vec::new();
    for (name, value) in &options.set {
        let read = |sources: &mut Sources, value: &str| {
            let text = format!("environment line {{ {name} = {value} }}\n");
            let id = sources.add(Source::new(format!("--set {name}={value}"), format!("--set {name}"), text.clone()));
            let parsed = syntax::parse(id, &text);
            let entry = parsed.file.items.iter().find_map(|item| match &item.kind {
                ast::ItemKind::Environment(environment) => environment.entries.first().cloned(),
                _ => None,
            });
            (entry, parsed.diagnostics)
        };
        let (entry, diagnostics) = read(sources, value);
        let plain = diagnostics.is_empty()
            && entry
                .as_ref()
                .is_some_and(|entry| !matches!(entry.value.kind, ast::ExprKind::Name(_) | ast::ExprKind::Binary(..)));
        let (entry, diagnostics) = if plain { (entry, diagnostics) } else { read(sources, &format!("{value:?}")) };
        sink.extend(diagnostics);
        if let Some(entry) = entry {
            settings.push((Symbol::new(name), entry.value));
        }
    }
    settings
}
