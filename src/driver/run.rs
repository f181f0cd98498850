//! One run: sources to models, templates and plans, with everything that was found on the way.

use std::path::{Component, Path, PathBuf};

use crate::base::{FileId, Span, Symbol};
use crate::check;
use crate::derive::{derive, template::Derived};
use crate::diag::{Code, Diagnostic, Level, Sink, codes};
use crate::driver::{Checked, Options, diagnostic_of};
use crate::emit;
use crate::eval::model::Model;
use crate::eval::{Evaluated, Files, Given, evaluate};
use crate::order::{Plan, order};
use crate::resolve::{self, Library, Program};
use crate::syntax::{self, ast};
use crate::world::{Source, Sources, SystemFolder, World, WorldError};

/// What a run found and made.
pub(super) struct Run {
    pub(super) sources: Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many environments were looked at.
    pub(super) environments: usize,
    /// One for each environment; empty if there is an error.
    pub(super) builds: Vec<(Model, Derived, Plan)>,
    /// The stacks that are asked for; none: all.
    pub(super) chosen: Vec<Symbol>,
}

impl Run {
    /// What was found, without the builds.
    pub(super) fn checked(self) -> Checked {
        Checked { sources: self.sources, diagnostics: self.diagnostics, environments: self.environments }
    }
}

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
}

/// The files that a program names, read from the world.
struct Reader<'w> {
    world: &'w dyn World,
    root: PathBuf,
    sources: Sources,
}

impl Files for Reader<'_> {
    fn text(&self, from: FileId, path: &str) -> Result<String, String> {
        let relative = Path::new(path);
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(String::from("it does not lie in the system's folder"));
        }
        let folder = self.sources.get(from).map(|source| Path::new(&source.relative).parent().unwrap_or(Path::new("")));
        let whole = self.root.join(folder.unwrap_or(Path::new(""))).join(relative);
        let limit = crate::base::limits::MAX_FILE_BYTES as u64;
        let bytes = self.world.read_at_most(&whole, limit + 1).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > limit {
            return Err(String::from("it is larger than 4 MiB"));
        }
        String::from_utf8(bytes).map_err(|_| String::from("it is not UTF-8 text"))
    }
}

/// Reads a system and hands it to `work`, with the sink for what is found. Without a program, `work` is not called.
pub(super) fn load<T>(
    world: &dyn World,
    system: &SystemFolder,
    options: &Options,
    sink: &mut Sink,
    work: impl FnOnce(&Loaded<'_>, &mut Sink) -> T,
) -> Result<(Sources, Option<T>), WorldError> {
    let library = Library;
    let mut sources = Sources::with_library(library.sources());
    let reading = system.read(world, &mut sources)?;
    sink.extend(reading.problems.iter().map(diagnostic_of));
    let mut files = Vec::with_capacity(reading.files.len());
    let mut damaged = !reading.problems.is_empty();
    for id in &reading.files {
        let parsed = syntax::parse(*id, sources.text(*id));
        damaged |= parsed.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
        sink.extend(parsed.diagnostics);
        files.push(parsed.file);
    }
    let settings = command_line(options, &mut sources, sink);
    let (program, found) = Program::gather(&files, library);
    sink.extend(found);
    let Some(program) = program else { return Ok((sources, None)) };
    let mut named = resolve::check(&program);
    if damaged {
        named.retain(|diagnostic| !may_be_hidden(diagnostic.code));
    }
    let circular = named.iter().any(|diagnostic| diagnostic.code == codes::DEFINITION_CYCLE);
    let (warnings, errors): (Vec<_>, Vec<_>) = named.into_iter().partition(|diagnostic| diagnostic.code.waivable());
    sink.extend(errors);
    let environments = environments(&program, options, sink);
    let reader = Reader { world, root: system.root.clone(), sources: sources.clone() };
    let given = Given { set: settings.iter().map(|(name, value)| (*name, value)).collect(), files: &reader };
    let loaded = Loaded { program: &program, given: &given, environments, damaged, warnings, circular };
    let result = work(&loaded, sink);
    Ok((sources, Some(result)))
}

/// Everything, for the environments that are asked for.
pub(super) fn run(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Run, WorldError> {
    let mut sink = Sink::new();
    let (sources, builds) = load(world, system, options, &mut sink, |loaded, sink| {
        let found = in_parallel(&loaded.environments, options.jobs, |environment| {
            environment_of(loaded, *environment, options)
        });
        let mut builds = Vec::with_capacity(found.len());
        // A param is unused if no environment reads it.
        let everywhere = |span: &Span| found.iter().all(|one| one.unused.iter().any(|(_, other)| other == span));
        let unused: Vec<Span> =
            found.iter().flat_map(|one| one.unused.iter().map(|(_, span)| *span)).filter(everywhere).collect();
        let used: Vec<Span> = found
            .iter()
            .filter_map(|one| Some((&one.build.as_ref()?.0, &one.diagnostics)))
            .flat_map(|(model, left)| check::used_waivers(model, left))
            .collect();
        for (environment, mut one) in loaded.environments.iter().zip(found) {
            // A waiver is unused if it lifts nothing in any environment.
            one.diagnostics.retain(|left| left.code != codes::UNUSED_WAIVER || !used.contains(&left.span()));
            one.diagnostics.retain(|found| found.code != codes::UNUSED_PARAM || unused.contains(&found.span()));
            sink.extend_in(*environment, one.diagnostics);
            builds.extend(one.build);
        }
        if builds.len() == loaded.environments.len() {
            sink.extend(check::check_environments(
                &builds.iter().map(|(model, derived, _)| (model, derived)).collect::<Vec<_>>(),
            ));
            sink.extend(emit::disagreements(&builds));
        }
        (builds, loaded.environments.len())
    })?;
    let (builds, environments) = builds.unwrap_or_default();
    let chosen = chosen_stacks(&builds, options, &mut sink);
    let builds = if sink.has_errors() { Vec::new() } else { builds };
    let diagnostics = sink.finish(environments);
    Ok(Run { sources, diagnostics, environments, builds, chosen })
}

/// The stacks that are asked for; none: all.
fn chosen_stacks(builds: &[(Model, Derived, Plan)], options: &Options, sink: &mut Sink) -> Vec<Symbol> {
    let mut known: Vec<Symbol> =
        builds.iter().flat_map(|(model, ..)| model.stacks.iter().map(|stack| stack.name)).collect();
    known.sort();
    known.dedup();
    if known.is_empty() {
        return Vec::new();
    }
    let mut chosen = Vec::new();
    for name in &options.stacks {
        let symbol = Symbol::new(name);
        if known.contains(&symbol) {
            chosen.push(symbol);
        } else {
            sink.push(
                Diagnostic::new(codes::UNKNOWN_STACK, Span::NONE, format!("there is no stack `{name}`"))
                    .help(format!("there is {}", crate::diag::quoted_list(known.iter().map(|name| name.as_str()), 12))),
            );
        }
    }
    chosen
}

/// What became of one environment.
pub(super) struct One {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) unused: Vec<(Symbol, Span)>,
    pub(super) build: Option<(Model, Derived, Plan)>,
}

/// Evaluates, derives, checks and orders one environment.
pub(super) fn environment_of(loaded: &Loaded<'_>, environment: Symbol, options: &Options) -> One {
    examined(loaded, loaded.given, environment, options, |_| Vec::new())
}

/// The same with other values for params, and questions to the model before it is derived.
pub(super) fn examined<'p>(
    loaded: &Loaded<'p>,
    given: &'p Given<'p>,
    environment: Symbol,
    options: &Options,
    ask: impl FnOnce(&mut Evaluated<'p>) -> Vec<Diagnostic>,
) -> One {
    let (mut evaluated, mut diagnostics) = evaluate(loaded.program, environment, given);
    if loaded.damaged {
        diagnostics.retain(|diagnostic| !may_be_hidden(diagnostic.code));
    }
    if loaded.circular {
        let follows = [codes::DEFINITION_CYCLE, codes::TOO_DEEP, codes::TOO_MANY_STEPS];
        diagnostics.retain(|diagnostic| !follows.contains(&diagnostic.code));
    }
    diagnostics.extend(loaded.warnings.iter().cloned());
    let broken =
        |diagnostics: &[Diagnostic]| diagnostics.iter().any(|one| one.level == Level::Error && !one.code.waivable());
    if loaded.damaged || broken(&diagnostics) {
        // Where evaluation stopped, nobody knows what the rest would have read.
        return One { diagnostics, unused: Vec::new(), build: None };
    }
    diagnostics.extend(evaluated.invariants());
    diagnostics.extend(ask(&mut evaluated));
    let unused = evaluated.unused_params();
    if options.set.is_empty() {
        diagnostics.extend(unused.iter().map(|(name, span)| unused_param(*name, *span)));
    }
    let model = evaluated.into_model();
    let (derived, found) = derive(&model);
    diagnostics.extend(found);
    diagnostics.extend(check::check(&model, &derived));
    let (plan, found) = order(&model, &derived);
    // A circle of stacks that references close is told with them already.
    let told = diagnostics.iter().any(|diagnostic| diagnostic.code == codes::STACK_CYCLE);
    diagnostics.extend(found.into_iter().filter(|found| !(told && found.code == codes::STACK_CYCLE)));
    let diagnostics = check::waive(diagnostics, &model, options.as_of);
    One { diagnostics, unused, build: Some((model, derived, plan)) }
}

/// What a syntax error elsewhere may cause: something is missing that only could not be read.
fn may_be_hidden(code: Code) -> bool {
    [
        codes::UNKNOWN_NAME,
        codes::UNKNOWN_TYPE,
        codes::UNKNOWN_ENVIRONMENT,
        codes::UNREACHABLE_ARM,
        codes::UNUSED_LET,
        codes::UNKNOWN_FIELD,
        codes::UNKNOWN_STACK,
        codes::UNKNOWN_PARAM,
        codes::UNKNOWN_SETTING,
        codes::UNKNOWN_VERB,
        codes::MISSING_PARAM,
        codes::MISSING_PROPERTY,
        codes::MISSING_MAIN,
        codes::NO_PRINCIPAL,
        codes::NO_ENDPOINT,
        codes::ABSENT_INSTANCE,
        codes::INCOMPLETE_PER,
        codes::INCOMPLETE_MATCH,
        codes::ENSURE_FAILED,
        codes::UNUSED_WAIVER,
        codes::NO_SUCH_ELEMENT,
    ]
    .contains(&code)
}

fn unused_param(name: Symbol, span: Span) -> Diagnostic {
    Diagnostic::new(codes::UNUSED_PARAM, span, format!("nothing reads param `{name}`"))
        .help("remove it, or use it where its value should matter")
}

/// The environments to look at, and what is wrong with them.
fn environments(program: &Program<'_>, options: &Options, sink: &mut Sink) -> Vec<Symbol> {
    for (_, environment) in program.environments.values() {
        let Some(from) = environment.from else { continue };
        if !program.environments.contains_key(&from.name) {
            sink.push(resolve::words::unknown_environment(program, from.name, from.span));
        }
        let chain = program.chain(environment.name.name);
        let back = chain
            .last()
            .and_then(|last| last.from)
            .filter(|from| chain.iter().any(|known| known.name.name == from.name));
        if let Some(back) = back
            && back.name == environment.name.name
            // Each environment of the circle could tell of it; the first one does.
            && program.environments.keys().find(|name| chain.iter().any(|other| other.name.name == **name))
                == Some(&environment.name.name)
        {
            let mut diagnostic = Diagnostic::new(
                codes::DEFINITION_CYCLE,
                from.span,
                format!("environment `{}` is built from itself", environment.name.name),
            )
            .help("let one of them stand without `from`");
            for other in chain.iter().skip(1) {
                if let Some(from) = other.from {
                    diagnostic =
                        diagnostic.label(from.span, format!("`{}` is built from `{}`", other.name.name, from.name));
                }
            }
            sink.push(diagnostic);
        }
    }
    let built: Vec<Symbol> = program.built_environments().map(|(_, environment)| environment.name.name).collect();
    if built.is_empty() {
        sink.push(
            Diagnostic::new(
                codes::UNKNOWN_ENVIRONMENT,
                program.system.span,
                format!("system `{}` has no environment", program.system.name),
            )
            .help("add one: `environment production { account = \"123456789012\", region = \"eu-west-1\" }`"),
        );
    }
    if options.environments.is_empty() {
        return built;
    }
    let mut chosen = Vec::new();
    for name in &options.environments {
        let symbol = Symbol::new(name);
        if built.contains(&symbol) {
            if !chosen.contains(&symbol) {
                chosen.push(symbol);
            }
        } else {
            let known: Vec<&str> = built.iter().map(|name| name.as_str()).collect();
            sink.push(
                Diagnostic::new(codes::UNKNOWN_ENVIRONMENT, Span::NONE, format!("there is no environment `{name}`"))
                    .help(format!("there is {}", crate::diag::quoted_list(known.iter().copied(), 8))),
            );
        }
    }
    chosen
}

/// Values from `--set name=value`, read as the language reads them; a bare word is a text.
fn command_line(options: &Options, sources: &mut Sources, sink: &mut Sink) -> Vec<(Symbol, ast::Expr)> {
    let mut settings = Vec::new();
    for (name, value) in &options.set {
        let read = |sources: &mut Sources, value: &str| {
            let text = format!("environment line {{ {name} = {value} }}\n");
            let id = sources.add(Source::new(format!("--set {name}={value}"), format!("--set {name}"), text.clone()));
            let parsed = syntax::parse(id, &text);
            let entry = parsed.file.items.into_iter().find_map(|item| match item.kind {
                ast::ItemKind::Environment(environment) => environment.entries.into_iter().next(),
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

/// The results of `work` for each item, in order, with at most `jobs` threads.
pub(super) fn in_parallel<I: Sync, T: Send>(items: &[I], jobs: Option<usize>, work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let machine = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = jobs.unwrap_or(machine).clamp(1, items.len().max(1));
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    let size = items.len().div_ceil(threads);
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> =
            items.chunks(size).map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<T>>())).collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(results) => results,
                // A bug in infrac: reported as such by whoever started us.
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
