//! One run: sources to models, templates and plans, with everything that was found on the way.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::base::{Span, Symbol};
use crate::check;
use crate::derive::{derive, template::Derived};
use crate::diag::{Code, Diagnostic, Level, Sink, codes};
use crate::driver::lints::Lints;
use crate::driver::load::{Loaded, load};
use crate::driver::others::Session;
use crate::driver::{Accepted, Checked, Options};
use crate::emit;
use crate::eval::model::Model;
use crate::eval::value::Value;
use crate::eval::{Evaluated, Given, evaluate};
use crate::order::{Plan, order};
use crate::resolve::{self, Program};
use crate::syntax::ast::Date;
use crate::world::{Sources, SystemFolder, World, WorldError};

/// What a run found and made.
pub(super) struct Run {
    pub(super) sources: Sources,
    /// The system's name, if it has one.
    pub(super) system: Option<Symbol>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many environments were looked at.
    pub(super) environments: usize,
    /// One for each environment; empty if there is an error.
    pub(super) builds: Vec<(Model, Derived, Plan)>,
    /// The stacks that are asked for; none: all.
    pub(super) chosen: Vec<Symbol>,
    /// What was found and is accepted.
    pub(super) accepted: BTreeSet<Accepted>,
    /// What is known of each environment besides its build, if that is asked for.
    pub(super) known: Vec<Known>,
}

/// What is known of an environment besides its build.
#[derive(Default)]
pub(super) struct Known {
    /// As far as it could be evaluated, where something is wrong with it.
    pub(super) partial: Option<Model>,
    /// What params and `let`s turned out to be, by the places of their names.
    pub(super) values: Vec<(Span, Value)>,
}

impl Run {
    /// What was found, without the builds.
    pub(super) fn checked(self) -> Checked {
        Checked {
            sources: self.sources,
            diagnostics: self.diagnostics,
            environments: self.environments,
            system: self.system,
            accepted: self.accepted,
        }
    }
}

/// The world's day, as the language writes it.
fn today(world: &dyn World) -> Option<Date> {
    world.today().map(|day| Date { year: day.year, month: day.month, day: day.day })
}

/// The options with the world's day, where they say none.
pub(super) fn dated(world: &dyn World, options: &Options) -> Options {
    Options { as_of: options.as_of.or_else(|| today(world)), ..options.clone() }
}

/// Everything, for the environments that are asked for.
pub(super) fn run(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Run, WorldError> {
    let mut session = Session::new(world);
    let mut sink = Sink::new();
    let options = dated(world, options);
    let mut run = run_in(&mut session, system, &options, &mut sink)?;
    run.diagnostics.splice(0..0, session.found);
    run.sources = session.sources;
    Ok(run)
}

/// The same for one of the systems of a run; its sources stay with the session.
pub(super) fn run_in(
    session: &mut Session<'_>,
    system: &SystemFolder,
    options: &Options,
    sink: &mut Sink,
) -> Result<Run, WorldError> {
    let loaded = load(session, system, options, sink, |loaded, sink| {
        let found =
            in_parallel(&loaded.environments, loaded.threads(options, loaded.environments.len()), |environment| {
                environment_of(loaded, *environment, options)
            });
        let mut builds = Vec::with_capacity(found.len());
        // A param is unused if no environment reads it.
        let everywhere = |span: &Span| found.iter().all(|one| one.unused.iter().any(|(_, other)| other == span));
        let unused: Vec<Span> =
            found.iter().flat_map(|one| one.unused.iter().map(|(_, span)| *span)).filter(everywhere).collect();
        let (mut across, lifting) = across(&found, options);
        let used: Vec<Span> = found
            .iter()
            .filter_map(|one| Some((&one.build.as_ref()?.0, &one.diagnostics)))
            .flat_map(|(model, left)| check::used_waivers(model, left))
            .chain(lifting)
            .collect();
        let mut known = Vec::new();
        let (lints, wrong) = Lints::of(loaded.program);
        sink.extend(wrong);
        for (environment, mut one) in loaded.environments.iter().zip(found) {
            // A waiver is unused if it lifts nothing in any environment.
            one.diagnostics.retain(|left| left.code != codes::UNUSED_WAIVER || !used.contains(&left.span()));
            one.diagnostics.retain(|found| found.code != codes::UNUSED_PARAM || unused.contains(&found.span()));
            // Nobody knows what an environment that is not looked at would have used.
            if !options.environments.is_empty() {
                one.diagnostics.retain(|left| ![codes::UNUSED_WAIVER, codes::UNUSED_PARAM].contains(&left.code));
            }
            lints.apply(&mut one.diagnostics);
            sink.extend_in(*environment, one.diagnostics);
            builds.extend(one.build);
            known.push(one.known);
        }
        if builds.len() == loaded.environments.len() {
            lints.apply(&mut across);
            sink.extend(across);
            sink.extend(emit::disagreements(&builds));
        }
        (builds, loaded.environments.len(), loaded.program.system.name, known)
    })?;
    let system = loaded.as_ref().map(|(_, _, name, _)| *name);
    let loaded = loaded.map(|(builds, environments, _, known)| (builds, environments, known));
    let (builds, environments, known) = loaded.unwrap_or_default();
    let chosen = chosen_stacks(&builds, options, sink);
    let mut diagnostics = std::mem::take(sink).finish(environments);
    if diagnostics.iter().any(|one| one.level == Level::Error && one.code != codes::EMPTY_STACK) {
        // Where something is wrong, what would fill the stack may be missing for that reason.
        diagnostics.retain(|one| one.code != codes::EMPTY_STACK);
    }
    let accepted = match &options.baseline {
        Some(baseline) => baseline.take(&mut diagnostics, system, &session.sources),
        None => BTreeSet::new(),
    };
    let wrong = diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
    let builds = if wrong && !options.partial { Vec::new() } else { builds };
    Ok(Run { sources: Sources::new(), system, diagnostics, environments, builds, chosen, accepted, known })
}

/// What is wrong with all environments together, if all of them could be built, and the waivers that lift something of it.
fn across(found: &[One], options: &Options) -> (Vec<Diagnostic>, Vec<Span>) {
    let all: Option<Vec<(&Model, &Derived)>> =
        found.iter().map(|one| one.build.as_ref().map(|(model, derived, _)| (model, derived))).collect();
    let Some(all) = all else { return (Vec::new(), Vec::new()) };
    let models: Vec<&Model> = all.iter().map(|(model, _)| *model).collect();
    check::waive_across(check::check_environments(&all), &models, options.as_of)
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
    pub(super) known: Known,
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
        let known = known_of(evaluated, options);
        return One { diagnostics, unused: Vec::new(), build: None, known };
    }
    let reach = Rc::new(check::Reach::default());
    evaluated.consult(reach.clone());
    diagnostics.extend(evaluated.invariants());
    diagnostics.extend(ask(&mut evaluated));
    if options.compares || !loaded.program.at_least.is_empty() {
        evaluated.compared();
    }
    let unused = evaluated.unused_params();
    if options.set.is_empty() {
        diagnostics.extend(unused.iter().map(|(name, span)| unused_param(*name, *span)));
    }
    let values = if options.partial { evaluated.settled() } else { Vec::new() };
    let model = evaluated.into_model();
    let (derived, found) = derive(&model);
    diagnostics.extend(found);
    diagnostics.extend(check::check(&model, &derived, &reach, options.as_of));
    let (plan, found) = order(&model, &derived);
    // A circle of stacks that references close is told with them already.
    let told = diagnostics.iter().any(|diagnostic| diagnostic.code == codes::STACK_CYCLE);
    diagnostics.extend(found.into_iter().filter(|found| !(told && found.code == codes::STACK_CYCLE)));
    let diagnostics = check::waive(diagnostics, &model, options.as_of);
    One { diagnostics, unused, build: Some((model, derived, plan)), known: Known { partial: None, values } }
}

/// What is known where something is wrong.
fn known_of(evaluated: Evaluated<'_>, options: &Options) -> Known {
    if options.partial {
        let values = evaluated.settled();
        Known { partial: Some(evaluated.into_model()), values }
    } else {
        Known::default()
    }
}

/// What a syntax error elsewhere may cause: something is missing that only could not be read.
pub(super) fn may_be_hidden(code: Code) -> bool {
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
pub(super) fn environments(program: &Program<'_>, options: &Options, sink: &mut Sink) -> Vec<Symbol> {
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
    // Without what it is built from, nothing can be said of an environment.
    let is_whole = |name: &Symbol| {
        let from = program.chain(*name).last().and_then(|last| last.from);
        from.is_none_or(|from| program.environments.contains_key(&from.name))
    };
    let built: Vec<Symbol> = built.into_iter().filter(is_whole).collect();
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

/// The results of `work` for each item, in order, with at most `jobs` threads.
pub(super) fn in_parallel<I: Sync, T: Send>(items: &[I], jobs: usize, work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let threads = jobs.clamp(1, items.len().max(1));
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
