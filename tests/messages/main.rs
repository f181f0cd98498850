//! What is said of wrong programs, as a whole: fixes that do what they say, sentences that keep the law of messages, and
//! no place in the compiler whose message nobody ever saw.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod fixes;
mod law;
mod programs;
mod sites;
mod sources;
