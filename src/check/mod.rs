//! Invariants of the derived model, and the waivers that lift them.

use crate::derive::template::Derived;
use crate::diag::Diagnostic;
use crate::eval::model::Model;
use crate::syntax::ast::Date;

/// Everything that is wrong with one environment.
pub fn check(_model: &Model, _derived: &Derived) -> Vec<Diagnostic> {
    Vec::new()
}

/// Everything that is wrong between environments.
pub fn check_environments(_environments: &[(&Model, &Derived)]) -> Vec<Diagnostic> {
    Vec::new()
}

/// What remains when the waivers of a model are heeded.
pub fn waive(diagnostics: Vec<Diagnostic>, _model: &Model, _today: Option<Date>) -> Vec<Diagnostic> {
    diagnostics
}
