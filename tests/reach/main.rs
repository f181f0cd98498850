//! The solver against a second implementation that walks single packets: on random small networks both say the same, and every way
//! that is shown can be walked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test may fail")]
#![allow(clippy::needless_range_loop, reason = "networks are built by number")]

mod agree;
mod flows;
mod generate;
mod naive;
mod replay;
mod rules;
mod tables;
