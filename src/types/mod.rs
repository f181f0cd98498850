//! What values may be: not one value but all of them.
//!
//! Limits travel: what is put together from limited parts has limits of its own. This room decides, without a model, whether
//! everything that one description allows is allowed by another, and shows a smallest value for which it is not so.

pub mod shape;
pub mod text;
