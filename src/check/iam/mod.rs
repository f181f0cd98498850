//! What IAM decides: a request held against policies of every kind, as AWS documents it.
//!
//! This is a stranger to the rest of infrac: it knows policies, callers and requests, and shares no code with what writes policies.
//!
//! ```text
//! JSON ─ policy ─┐
//!                ├─ decide ─▶ allowed, implicitDeny or explicitDeny, and which layer says so
//! JSON ─ request ┘
//! ```

mod assume;
mod caller;
mod condition;
mod context;
mod decide;
mod facts;
mod glyphs;
mod json;
mod parse;
mod policy;
mod simulate;
mod statement;
mod values;

pub use assume::{Verdict, ask, open};
pub use caller::{Caller, Identity};
pub use context::Context;
pub use decide::{Answer, Decision, Layer, Matched, Policies, Request, decide};
pub(super) use glyphs::matches_action;
pub use parse::{Malformed, parse};
pub use policy::{
    Condition, Effect, Kind, Operator, Order, Policy, Principals, Qualifier, Scope, Statement, Test, Who,
};
pub use simulate::simulate;
