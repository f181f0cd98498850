//! Names as whole programs say them, against trying every value: random naming rules over params of few values. What infrac says has
//! to be what the values show, and every counterexample that it shows has to be one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test may fail")]

mod fits;
mod fixes;
mod free;
mod rules;
