//! Checks of one environment, and of all together: one small function each, in a file per subject, all called from the lists below.

pub mod access;
mod accounts;
mod catalog;
mod facts;
pub mod iam;
mod limits;
mod metrics;
mod moving;
mod names;
mod network;
mod policies;
mod privilege;
mod protections;
pub mod reach;
mod refused;
mod tags;
#[cfg(test)]
mod tests;
mod tried;
mod waive;

use crate::base::Span;
use crate::derive::template::Derived;
use crate::diag::Diagnostic;
use crate::eval::model::{Model, StackId};
use crate::eval::value::{Node, NodeKind};
use crate::syntax::ast::Date;

pub use reach::Reach;
pub use waive::{day, used_waivers, waive, waive_across};

/// One environment, evaluated and lowered.
struct World<'a> {
    model: &'a Model,
    derived: &'a Derived,
    reach: &'a Reach,
    /// The day that lifecycles are held against.
    today: Option<Date>,
    found: Vec<Diagnostic>,
}

/// A check of one environment.
type Check = fn(&mut World<'_>);

/// All of them.
const CHECKS: &[Check] = &[
    names::names_differ,
    names::exports_differ,
    names::names_fit,
    names::stacks_fit,
    tags::required_tags_are_there,
    tags::tags_fit,
    tags::keys_differ_in_more_than_case,
    accounts::one_for_each_account,
    accounts::no_literal_account,
    limits::templates_fit,
    limits::policies_fit,
    privilege::no_wildcards,
    privilege::roles_are_passed_to_a_service,
    privilege::no_administrators,
    privilege::no_hand_written_policies,
    privilege::documents_are_sound,
    policies::statements_are_sound,
    access::whole::programs_are_sound,
    network::subnets_lie_in_their_network,
    network::subnets_do_not_overlap,
    network::ranges::ranges_have_a_size,
    network::ranges::ranges_do_not_overlap,
    network::ranges::routes_differ,
    network::ranges::subnets_have_room,
    network::ranges::ports_are_in_order,
    network::groups::open_ports_have_listeners,
    network::listeners_encrypt,
    network::groups::the_world_is_let_in_on_purpose,
    network::ways::connections_get_through,
    network::ways::rotations_reach_their_databases,
    network::ways::grants_reach_their_services,
    network::balancers::targets_are_in_reach,
    network::balancers::targets_are_in_zones,
    network::groups::ranges_name_no_neighbours,
    network::groups::ranges_fit_what_listens,
    network::groups::rules_are_needed,
    network::groups::groups_are_worn,
    network::groups::default_groups_rest,
    network::routes::private_subnets_are_private,
    metrics::metrics_are_published_there,
    metrics::alarms_tell_somebody,
    metrics::alarms_differ,
    refused::one_network_for_each,
    refused::two_zones_where_needed,
    refused::keys_are_defined,
    refused::queues_wait_for_functions,
    refused::the_edge_finds_what_it_reads,
    refused::roles_trust_their_service,
    tried::notifications_are_taken,
    tried::sources_can_be_read,
    tried::keys_stay_governed,
    tried::certificates_are_validated,
    moving::versions_are_complete,
    moving::references_stay,
    catalog::types_exist_there,
    catalog::the_unchecked_is_told,
    catalog::nothing_goes_away,
    catalog::custom_resources_are_meant,
    catalog::logical_ids_differ,
];

/// Checks one environment.
pub fn check(model: &Model, derived: &Derived, reach: &Reach, today: Option<Date>) -> Vec<Diagnostic> {
    let mut world = World { model, derived, reach, today, found: Vec::new() };
    for check in CHECKS {
        check(&mut world);
    }
    world.found
}

/// So many resources are worth a second thread.
const MANY: usize = 20_000;

/// Checks environments against each other: what may exist once in an account and region, and names.
pub fn check_environments(environments: &[(&Model, &Derived)]) -> Vec<Diagnostic> {
    let models: Vec<&Model> = environments.iter().map(|(model, _)| *model).collect();
    let today = || {
        let mut found = accounts::one_across_environments(&models);
        found.extend(names::names_differ_across_environments(environments));
        found.extend(protections::higher_is_never_weaker(&models));
        found.extend(access::whole::nobody_crosses(&models));
        found.extend(network::crossings::environments_are_apart(&models));
        found
    };
    let count: usize = models.iter().map(|model| model.resources.len()).sum();
    let (mut found, free) = if count < MANY {
        (today(), names::names_are_free(environments))
    } else {
        std::thread::scope(|scope| {
            let free = scope.spawn(|| names::names_are_free(environments));
            let found = today();
            match free.join() {
                Ok(free) => (found, free),
                // A bug in infrac: reported as such by whoever started us.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    };
    // What two declared environments have in common need not be said of all others.
    let clashes: Vec<Span> = found.iter().map(Diagnostic::span).collect();
    found.extend(free.into_iter().filter(|diagnostic| !clashes.contains(&diagnostic.span())));
    found
}

/// The text of a node, with the environment's values, if all of it is known.
fn known(model: &Model, stack: StackId, node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Text(text) => crate::derive::known_text(model, stack, text),
        NodeKind::Bool(value) => Some(value.to_string()),
        NodeKind::Int(value) => Some(value.to_string()),
        NodeKind::Error
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}

/// The items of a list; a single value stands for a list of one, as it does for AWS.
fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| (&node.kind, node)) {
        Some((NodeKind::List(items), _)) => items,
        Some((_, node)) => std::slice::from_ref(node),
        None => &[],
    }
}
