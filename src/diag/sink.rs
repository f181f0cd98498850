//! Where diagnostics are collected: one root cause, one diagnostic.

use crate::base::Symbol;
use crate::diag::{Diagnostic, Level};

/// Diagnostics of a run, equal ones united.
#[derive(Debug, Default, Clone)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// An empty one.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Adds a diagnostic. One with the same code at the same places and with the same message is not added again;
    /// the environments are united.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let same = self.found.iter_mut().find(|known| {
            known.code == diagnostic.code
                && known.span() == diagnostic.span()
                && (known.labels == diagnostic.labels || known.span().is_none())
                && known.message == diagnostic.message
        });
        match same {
            Some(known) => {
                if diagnostic.environments.is_empty() {
                    known.environments.clear();
                } else if !known.environments.is_empty() {
                    for environment in diagnostic.environments {
                        if !known.environments.contains(&environment) {
                            known.environments.push(environment);
                        }
                    }
                }
            }
            None => self.found.push(diagnostic),
        }
    }

    /// Adds several.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Adds what was found in one environment.
    pub fn extend_in(&mut self, environment: Symbol, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for mut diagnostic in diagnostics {
            diagnostic.environments = vec![environment];
            self.push(diagnostic);
        }
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found so far, in the order of finding.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// All of it, sorted by file and place, errors first at the same place. `environments` is the number of all environments: what
    /// holds in each of several is said without naming them.
    pub fn finish(mut self, environments: usize) -> Vec<Diagnostic> {
        for diagnostic in &mut self.found {
            if diagnostic.environments.len() == environments && environments > 1 {
                diagnostic.environments.clear();
            }
        }
        self.found.sort_by(|a, b| {
            (a.span(), a.level, a.code.name(), &a.message).cmp(&(b.span(), b.level, b.code.name(), &b.message))
        });
        self.found
    }
}
