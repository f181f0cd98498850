//! `test` blocks: each on a model of its own.

use crate::base::Symbol;
use crate::diag::{Diagnostic, Level, Sink, codes};
use crate::driver::load::{Loaded, load};
use crate::driver::others::Session;
use crate::driver::run::{examined, in_parallel};
use crate::driver::{Checked, Options, TestResult, Tested, run};
use crate::eval::{Given, Verdict};
use crate::resolve::words::unknown_environment;
use crate::syntax::ast::{EntryKey, Test, TestBody, TextPiece};
use crate::syntax::ast::{Expr, ExprKind};
use crate::world::{SystemFolder, World, WorldError};

/// Runs every test of a system in each of its environments.
pub(super) fn tests(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Tested, WorldError> {
    // What is wrong with the system itself is said once, not by every test.
    let mut checked = run::run(world, system, options)?.checked();
    let mut found = std::mem::take(&mut checked.diagnostics);
    if found.iter().any(|diagnostic| diagnostic.level == Level::Error) {
        let checked = Checked { diagnostics: found, ..checked };
        return Ok(Tested { checked, results: Vec::new() });
    }
    let mut sink = Sink::new();
    let mut session = Session::new(world);
    let results = load(&mut session, system, options, &mut sink, |loaded, sink| {
        let mut jobs: Vec<(&Test, Symbol)> = Vec::new();
        for (_, test) in &loaded.program.tests {
            jobs.extend(environments_of(test, loaded, sink).into_iter().map(|environment| (*test, environment)));
        }
        let threads = loaded.threads(options, jobs.len());
        let results = in_parallel(&jobs, threads, |(test, environment)| one(loaded, test, *environment, options));
        let mut finished = Vec::with_capacity(results.len());
        for (result, diagnostics) in results {
            sink.extend(diagnostics);
            finished.push(result);
        }
        finished
    })?;
    found.extend(sink.finish(0).into_iter().filter(|diagnostic| !is_known(diagnostic)));
    let checked = Checked { sources: session.sources, diagnostics: found, ..checked };
    Ok(Tested { checked, results: results.unwrap_or_default() })
}

/// What the run before the tests has said already.
fn is_known(diagnostic: &Diagnostic) -> bool {
    diagnostic.code != codes::TEST_FAILED
        && diagnostic.code != codes::UNKNOWN_CODE
        && diagnostic.code != codes::UNKNOWN_ENVIRONMENT
}

fn environments_of(test: &Test, loaded: &Loaded<'_>, sink: &mut Sink) -> Vec<Symbol> {
    if test.environments.is_empty() {
        return loaded.environments.clone();
    }
    let mut environments = Vec::new();
    for name in &test.environments {
        if loaded.program.environments.contains_key(&name.name) {
            if loaded.environments.contains(&name.name) {
                environments.push(name.name);
            }
        } else {
            sink.push(unknown_environment(loaded.program, name.name, name.span));
        }
    }
    environments
}

fn one(loaded: &Loaded<'_>, test: &Test, environment: Symbol, options: &Options) -> (TestResult, Vec<Diagnostic>) {
    let mut set: Vec<(Symbol, &Expr)> = test
        .with
        .iter()
        .filter_map(|entry| match &entry.key {
            EntryKey::Word(word) => Some((word.name, &entry.value)),
            EntryKey::Text(_) => None,
        })
        .collect();
    set.extend(loaded.given.set.iter().copied());
    let given = Given { set, files: loaded.given.files, others: loaded.given.others };
    // The program outlives the test; only the given values are the test's own.
    let loaded = Loaded {
        program: loaded.program,
        given: &given,
        environments: Vec::new(),
        damaged: loaded.damaged,
        warnings: loaded.warnings.clone(),
        circular: loaded.circular,
        bytes: loaded.bytes,
    };
    let name = literal(&test.name);
    let mut failures: Vec<Diagnostic> = Vec::new();
    let asserts: &[Expr] = match &test.body {
        TestBody::Asserts(asserts) => asserts,
        TestBody::Fails(_) => &[],
    };
    let outcome = examined(&loaded, &given, environment, options, |evaluated| {
        let mut wrong = Vec::new();
        for assert in asserts {
            let (verdict, found) = evaluated.decide(assert);
            wrong.extend(found);
            let what = match verdict {
                Verdict::Holds | Verdict::Wrong => continue,
                Verdict::Broken => "does not hold",
                Verdict::Unknown => "cannot be decided: it depends on what is known only when deployed",
            };
            failures.push(
                Diagnostic::new(codes::TEST_FAILED, assert.span, format!("test “{name}” failed in `{environment}`"))
                    .here(format!("this {what}")),
            );
        }
        wrong
    });
    let errors: Vec<&Diagnostic> =
        outcome.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error).collect();
    match &test.body {
        TestBody::Asserts(_) => {
            if let Some(first) = errors.first() {
                failures.push(
                    Diagnostic::new(
                        codes::TEST_FAILED,
                        test.name.span,
                        format!("test “{name}” failed in `{environment}`"),
                    )
                    .here("the system has an error there")
                    .label(first.span(), format!("{}: {}", first.code.name(), first.message)),
                );
            }
        }
        TestBody::Fails(code) => {
            if crate::diag::Code::find(code.name.as_str()).is_none() {
                let known = codes::ALL.iter().map(|code| code.name());
                failures.push(
                    Diagnostic::new(codes::UNKNOWN_CODE, code.span, format!("there is no diagnostic `{}`", code.name))
                        .did_you_mean(code.span, code.name.as_str(), known),
                );
            } else if !outcome.diagnostics.iter().any(|diagnostic| diagnostic.code.name() == code.name.as_str()) {
                let instead = errors.first().map_or_else(
                    || String::from("the system has no error there"),
                    |first| format!("there is `{}` instead: {}", first.code.name(), first.message),
                );
                failures.push(
                    Diagnostic::new(codes::TEST_FAILED, code.span, format!("test “{name}” failed in `{environment}`"))
                        .here(format!("`{}` was expected, and {instead}", code.name)),
                );
            }
        }
    }
    let failure = failures.first().map(|first| {
        let said = first.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
        if said.is_empty() { first.message.clone() } else { said.to_owned() }
    });
    (TestResult { name, environment: Some(environment), place: test.name.span, failure }, failures)
}

fn literal(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Text(text) => text
            .pieces
            .iter()
            .map(|piece| match piece {
                TextPiece::Literal(literal, _) => literal.as_str(),
                TextPiece::Interpolation(_) | TextPiece::Variable(..) => "…",
            })
            .collect(),
        _ => String::new(),
    }
}
