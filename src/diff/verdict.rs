//! What to make of it all.

use crate::diff::access::{Access, AccessChange};
use crate::diff::{Action, Difference, Exposure, Phases, Replacement, ResourceDifference, StackDifference};

/// What to make of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing changes.
    None,
    /// Nothing is replaced, lost or opened.
    Safe,
    /// A person should look.
    Review,
    /// One update cannot do it; several can.
    Phased,
    /// No sequence of updates is known to do it without loss.
    Unsafe,
}

impl Verdict {
    /// The exit code of a comparison.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::None => 0,
            Verdict::Safe => 3,
            Verdict::Review => 4,
            Verdict::Phased => 5,
            Verdict::Unsafe => 6,
        }
    }
}

/// The same difference with a verdict on all that is known of it now.
pub(super) fn again(difference: Difference) -> Difference {
    let Difference { stacks, access, exposure, phases, .. } = difference;
    sum_up(stacks, access, exposure, phases)
}

/// The whole difference, with its verdict.
pub(super) fn sum_up(
    stacks: Vec<StackDifference>,
    access: Vec<Access>,
    exposure: Vec<Exposure>,
    phases: Phases,
) -> Difference {
    let of_resources = stacks.iter().flat_map(|stack| &stack.resources).map(of_resource).max();
    let mut verdict = of_resources.unwrap_or(Verdict::None);
    if stacks.iter().any(|stack| !stack.outputs.is_empty()) {
        verdict = verdict.max(Verdict::Safe);
    }
    // An export that goes away or changes may be in use where it cannot be seen from here.
    if stacks.iter().flat_map(|stack| &stack.outputs).any(|output| output.export.is_some()) {
        verdict = verdict.max(Verdict::Review);
    }
    let opens = |access: &Access| matches!(access.change, AccessChange::Gained | AccessChange::Broadened);
    if !exposure.is_empty() || access.iter().any(opens) {
        verdict = verdict.max(Verdict::Review);
    }
    if !phases.usual {
        verdict = verdict.max(Verdict::Phased);
    }
    if phases.impossible.is_some() {
        verdict = Verdict::Unsafe;
    }
    Difference { stacks, access, exposure, phases, verdict }
}

fn of_resource(resource: &ResourceDifference) -> Verdict {
    match resource.action {
        Action::None => Verdict::None,
        Action::Add => Verdict::Safe,
        Action::Remove => Verdict::Review,
        Action::Move | Action::Modify => {
            if resource.replacement > Replacement::Never || resource.downtime {
                Verdict::Review
            } else {
                Verdict::Safe
            }
        }
    }
}
