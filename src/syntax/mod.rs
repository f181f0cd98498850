//! Text to syntax tree. Nothing else knows the parser behind it.

pub mod ast;
