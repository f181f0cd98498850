//! Whether a statement applies to a request.

use crate::check::iam::caller::{Caller, Reach};
use crate::check::iam::condition::holds;
use crate::check::iam::context::Context;
use crate::check::iam::glyphs::{expand, matches};
use crate::check::iam::policy::{Effect, Scope, Statement};

/// A request as statements see it.
pub(super) struct Asked<'a> {
    pub(super) caller: &'a Caller,
    /// Whether the caller has a boundary.
    pub(super) bounded: bool,
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    pub(super) context: &'a Context,
}

impl Asked<'_> {
    /// How a statement applies, if it does. One that names no principal is the caller's own.
    pub(super) fn meets(&self, statement: &Statement, variables: bool) -> Option<Reach> {
        let reach = match &statement.who {
            Some(who) => self.caller.meant_by(who, statement.effect == Effect::Deny, self.bounded)?,
            None => Reach::Direct,
        };
        let applies = statement.actions.has_action(self.action)
            && statement.resources.as_ref().is_none_or(|resources| self.touches(resources, variables))
            && statement.conditions.iter().all(|condition| holds(condition, variables, self.context));
        applies.then_some(reach)
    }

    fn touches(&self, resources: &Scope, variables: bool) -> bool {
        match resources {
            Scope::Of(patterns) => patterns.iter().any(|pattern| self.lies_in(pattern, variables) == Some(true)),
            // What a variable without a value stands for cannot be spared: the statement says nothing.
            Scope::AllBut(patterns) => patterns.iter().all(|pattern| self.lies_in(pattern, variables) == Some(false)),
        }
    }

    /// Whether a pattern of ARNs matches the resource; none if it has a variable without a value, or one where IAM reads none:
    /// before the fifth colon.
    fn lies_in(&self, pattern: &str, variables: bool) -> Option<bool> {
        let before = pattern.match_indices(':').nth(4).map_or(pattern.len(), |(at, _)| at);
        if variables && pattern.get(..before).is_some_and(|start| start.contains("${")) {
            return None;
        }
        expand(pattern, variables, self.context).map(|pattern| matches(&pattern, self.resource))
    }
}
