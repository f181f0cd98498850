//! Who must not hold two rights at once.

use crate::check::access::{Holdings, Rule, facts};
use crate::check::iam::Effect;
use crate::diag::{Diagnostic, codes};

/// Nobody both changes data and deletes its copies, or both asks for a change and approves it.
pub(super) fn duties_are_apart(holdings: &Holdings<'_>) -> Vec<Diagnostic> {
    let model = holdings.model;
    let mut found = Vec::new();
    for role in holdings.roles() {
        let gives = |actions: &[&str]| {
            actions.iter().find_map(|action| {
                let has =
                    |rule: &&Rule| rule.statement.effect == Effect::Allow && rule.statement.actions.has_action(action);
                holdings.of_role(role).iter().find(has).map(|rule| (rule, (*action).to_owned()))
            })
        };
        for duty in facts::DUTIES {
            let Some((second, undoes)) = gives(duty.second) else { continue };
            let Some((first, does)) = gives(duty.first) else { continue };
            if first.because || second.because {
                continue;
            }
            let message = format!("`{}` {}: {does} and {undoes}", holdings.called(role), duty.words);
            found.push(
                Diagnostic::new(codes::DUTIES_NOT_SEPARATED, model.origins.user_span(second.origin), message)
                    .label(model.origins.user_span(first.origin), "the other one")
                    .help("give one of them to a role of its own, which nobody assumes in a day's work"),
            );
        }
    }
    found
}
