//! What IAM decides: the cases of its documents, and what must hold for all policies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and counts aloud"
)]

mod checked;
mod command;
mod documented;
mod malformed;
mod mutants;
mod peers;
mod placed;
mod properties;
mod questions;
mod sound;
mod verbs;
