//! What only shows when all policies of a program are looked at together.

mod duties;
mod effect;
mod environments;
mod escalation;
mod keys;
mod uses;

use crate::check::World;
use crate::check::access::Holdings;
use crate::diag::Diagnostic;

pub(in crate::check) use environments::nobody_crosses;

/// A check of all policies of an environment.
type Check = fn(&Holdings<'_>) -> Vec<Diagnostic>;

const CHECKS: &[Check] = &[
    effect::grants_have_an_effect,
    escalation::nobody_rises,
    keys::keys_let_in_who_needs_them,
    uses::names_come_with_rights,
    uses::rights_come_with_a_use,
    duties::duties_are_apart,
];

/// Policies are sound together.
pub(in crate::check) fn programs_are_sound(world: &mut World<'_>) {
    let model = world.model;
    let bare =
        model.statements.is_empty() && !model.resources.iter().any(|resource| resource.ty == *super::facts::ROLE);
    if bare {
        return;
    }
    let holdings = Holdings::of(model);
    for check in CHECKS {
        world.found.extend(check(&holdings));
    }
}
