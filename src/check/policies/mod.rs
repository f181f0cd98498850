//! Policies, statement by statement: what IAM would refuse or ignore, what is wider than anybody needs, and who is trusted too far.
//!
//! All of it holds for grants, for statements that are written by hand, and for documents.

mod breadth;
mod conditions;
mod deployers;
mod facts;
mod form;
mod outsiders;
mod said;
mod trust;
mod uses;
pub(super) mod words;

use crate::check::World;
use crate::diag::Diagnostic;
use crate::eval::model::Model;

use said::Said;

/// A check of one statement.
type Check = fn(&Model, &Said) -> Vec<Diagnostic>;

const CHECKS: &[Check] = &[
    form::arns_are_whole,
    form::actions_meet_their_resources,
    form::variables_are_known,
    form::patterns_match_actions,
    conditions::keys_come_with_the_request,
    conditions::operators_fit_their_keys,
    breadth::nothing_is_as_good_as_everything,
    breadth::what_has_no_resource_is_scoped,
    breadth::roles_are_passed_to_who_takes_them,
    breadth::documents_pass_to_a_service,
    breadth::service_roles_are_of_a_service,
    breadth::rights_are_not_handed_out,
    trust::outsiders_prove_who_they_are,
    trust::actions_fit_who_is_trusted,
    trust::services_exist,
    trust::services_act_for_somebody_known,
    outsiders::nobody_is_public,
    outsiders::accounts_are_known,
    outsiders::keys_are_not_handed_on,
    outsiders::administrators_stay_in,
];

/// Every statement is sound.
pub(super) fn statements_are_sound(world: &mut World<'_>) {
    let all = said::all(world.model);
    for said in &all {
        for check in CHECKS {
            world.found.extend(check(world.model, said));
        }
    }
    world.found.extend(form::documents_are_well_formed(world.model));
    world.found.extend(form::nothing_is_said_twice(world.model, &all));
    world.found.extend(outsiders::functions_know_who_calls(world.model));
    world.found.extend(breadth::policies_of_others_are_named(world.model));
    world.found.extend(breadth::nobody_has_lasting_keys(world.model));
    world.found.extend(breadth::roles_have_one_use(world.model));
    world.found.extend(deployers::deployers_only_deploy(world.model, &all));
    world.found.extend(uses::trust_is_used(world.model, &all));
    world.found.extend(outsiders::guests_are_meant(world.model));
    world.found.extend(outsiders::lists_let_nobody_in(world.model));
}
