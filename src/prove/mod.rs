//! Reads what was emitted back as a stranger and holds it against what was declared.
//!
//! Nothing here calls the code that lowers a model: the two ways to the same answer are the proof. The emitted side knows only JSON,
//! CloudFormation's functions and the logical ids; the declared side only the model.

mod access;
mod automata;
mod claims;
mod conditions;
mod declared;
mod documents;
mod facts;
mod functions;
mod letters;
mod network;
mod read;
mod references;
mod resources;
mod text;

use std::collections::BTreeMap;

use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::Model;

/// Everything in which the files differ from what the model declares. The files are those of a whole build.
pub fn prove(model: &Model, files: &BTreeMap<String, Vec<u8>>) -> Vec<Diagnostic> {
    let (emitted, mut found) = read::read(model, files);
    found.extend(references::prove(&emitted));
    found.extend(resources::prove(&emitted));
    found.extend(access::prove(&emitted));
    found.extend(network::prove(&emitted));
    found
}

/// A difference, with its witness.
fn failed(span: Span, message: impl Into<String>, witness: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::PROOF_FAILED, span, message)
        .here(witness)
        .help("this is a fault of infrac, not of the source: please report it with this message")
}

#[cfg(test)]
mod tests;
