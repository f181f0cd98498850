//! From a model to what CloudFormation needs: references, tags, policies, security-group rules, deletion policies, `DependsOn`.
//!
//! The order of work, each in a file of its own:
//!
//! 1. `order`: what the source says about the order of stacks.
//! 2. `lower`: outputs and properties to JSON. References are found in `refs` and settled in `build`, which adds exports,
//!    parameters and edges where stacks use each other; `text` writes them down.
//! 3. `tags`, `rules`, `policies`, `deletion`, `depends`: what nobody writes, because it follows.
//! 4. `capabilities`, `cycles`, `suppress`, and the order again: what can only be said of the whole.
//!
//! Types of AWS whose shape no schema tells are named in [`facts`] alone.

mod build;
mod capabilities;
mod cycles;
mod deletion;
mod depends;
mod deploy_rules;
pub mod facts;
#[cfg(test)]
pub mod fixture;
mod graph;
mod lower;
mod order;
mod places;
mod policies;
mod quota;
mod refs;
mod rules;
mod statements;
mod suppress;
pub mod tags;
pub mod template;
#[cfg(test)]
mod tests;
mod text;

use crate::diag::Diagnostic;
use crate::eval::model::Model;
use build::Build;
use template::Derived;

pub use build::pseudo_name;
pub use depends::uses;
pub use facts::is_custom;
pub use lower::known_text;
pub use policies::{holder, is_asked_of};
pub use refs::{Atom, Place, Reference, expand, has_name, joined};
pub use statements::{Asks, asks};
pub use suppress::{JUDGES, covers, outside, within};

/// Lowers one environment.
pub fn derive(model: &Model) -> (Derived, Vec<Diagnostic>) {
    let mut build = Build::new(model);
    build.explicit_edges();
    build.declared_outputs();
    build.resources();
    build.stack_tags();
    build.tags();
    build.deploy_rules();
    build.rules();
    build.deletion();
    let policies = build.policies();
    build.depends(&policies);
    build.capabilities();
    build.cycles();
    build.suppressions();
    build.settle_order();
    build.sort_outputs();
    (Derived { templates: build.templates, edges: build.edges }, build.diagnostics)
}
