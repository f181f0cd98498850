//! Requests of which not everything is known: what may be allowed, and what is whatever the rest turns out to be.

use crate::check::iam::condition;
use crate::check::iam::context::Context;
use crate::check::iam::decide::{Answer, Decision, Matched, Policies, Request, decide, described};
use crate::check::iam::policy::{Condition, Effect, Policy, Scope, Statement};

/// What can be said of a request whose keys are known only in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed, whatever the rest is.
    Allowed(Vec<Matched>),
    /// There is such a request that is allowed, by these statements, if their conditions hold and no denial's do.
    AllowedIf(Vec<Matched>),
    /// It is denied, whatever the rest is.
    Denied(Answer),
}

/// How what is unknown is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// So that more is allowed.
    Well,
    /// So that less is allowed.
    Ill,
}

/// Decides a request. Keys that it does not have may be there or not, with any value.
pub fn ask(request: &Request, policies: &Policies) -> Verdict {
    let context = described(request);
    let well = decide(request, &assumed(policies, &context, Taken::Well));
    if well.decision != Decision::Allowed {
        return Verdict::Denied(well);
    }
    let ill = decide(request, &assumed(policies, &context, Taken::Ill));
    if ill.decision == Decision::Allowed { Verdict::Allowed(ill.matched) } else { Verdict::AllowedIf(well.matched) }
}

/// The conditions of a statement that a request does not decide.
pub fn open<'s>(statement: &'s Statement, request: &Request) -> Vec<&'s Condition> {
    let context = described(request);
    statement.conditions.iter().filter(|condition| !is_known(condition, &context)).collect()
}

fn assumed(policies: &Policies, context: &Context, taken: Taken) -> Policies {
    let list =
        |list: &[Policy]| -> Vec<Policy> { list.iter().map(|policy| of_policy(policy, context, taken)).collect() };
    Policies {
        identity: list(&policies.identity),
        resource: policies.resource.as_ref().map(|policy| of_policy(policy, context, taken)),
        boundary: list(&policies.boundary),
        session: list(&policies.session),
        service_control: policies.service_control.iter().map(|level| list(level)).collect(),
        resource_control: policies.resource_control.iter().map(|level| list(level)).collect(),
        endpoint: list(&policies.endpoint),
    }
}

fn of_policy(policy: &Policy, context: &Context, taken: Taken) -> Policy {
    let statements =
        policy.statements.iter().map(|statement| of_statement(statement, policy.variables, context, taken));
    Policy { variables: policy.variables, statements: statements.collect() }
}

/// A statement that may apply is made to apply, or not to.
fn of_statement(statement: &Statement, variables: bool, context: &Context, taken: Taken) -> Statement {
    let applies = (statement.effect == Effect::Allow) == (taken == Taken::Well);
    let mut statement = statement.clone();
    let before = statement.conditions.len();
    statement.conditions.retain(|condition| is_known(condition, context));
    let open = statement.conditions.len() < before;
    if open && !applies {
        statement.actions = Scope::Of(Vec::new());
    }
    if variables && applies {
        match statement.resources.as_mut() {
            Some(Scope::Of(patterns)) => patterns.iter_mut().for_each(|pattern| *pattern = widened(pattern, context)),
            Some(Scope::AllBut(patterns)) => patterns.retain(|pattern| widened(pattern, context) == *pattern),
            None => {}
        }
    }
    statement
}

fn is_known(condition: &Condition, context: &Context) -> bool {
    context.has(&condition.key)
        && condition.values.iter().all(|value| condition::is_resolved(condition, value, context))
}

/// A pattern in which variables without a value are any text.
fn widened(pattern: &str, context: &Context) -> String {
    let mut whole = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, after)) = behind.split_once('}') else { break };
        whole.push_str(before);
        let key = name.split(',').next().unwrap_or_default().trim();
        if matches!(name, "*" | "?" | "$") || context.has(key) {
            whole.push_str(&format!("${{{name}}}"));
        } else {
            whole.push('*');
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}
