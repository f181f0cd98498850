//! infrac: a declarative language for AWS infrastructure, and its compiler.
//!
//! The folders are the pipeline; find a thing by asking when it happens:
//!
//! ```text
//! .infra files ─ syntax ─ resolve ─ types ─ eval ─ derive ─ check ─ order ─ emit ─ prove ─▶ templates, plan, assembly
//! ```

pub mod base;
pub mod catalog;
pub mod cfn;
pub mod check;
pub mod cli;
pub mod derive;
pub mod diag;
pub mod diff;
pub mod driver;
pub mod emit;
pub mod eval;
pub mod format;
pub mod ide;
pub mod lsp;
pub mod order;
pub mod prove;
pub mod report;
pub mod resolve;
pub mod syntax;
pub mod types;
pub mod world;
