//! What becomes of a resource's data.

use crate::cfn::Resource;
use crate::diff::classify::Known;
use crate::diff::{Data, facts};

/// What is left of a resource that goes away. The policy of the template that is deployed governs.
pub(super) fn when_removed(old: &Resource) -> Data {
    let default = if facts::leaves_a_snapshot(&old.ty, old.properties.get(facts::CLUSTER_OF_INSTANCE).is_some()) {
        "Snapshot"
    } else {
        "Delete"
    };
    left(old, &policy(old, "DeletionPolicy").unwrap_or_else(|| default.to_owned()))
}

/// What is left of a resource that is replaced. The policy of the template that is being deployed governs; without one the old is deleted.
pub(super) fn when_replaced(old: &Resource, new: &Resource) -> Data {
    left(old, &policy(new, "UpdateReplacePolicy").unwrap_or_else(|| String::from("Delete")))
}

fn policy(resource: &Resource, name: &str) -> Option<String> {
    resource.attributes.get(name)?.scalar()
}

fn left(old: &Resource, policy: &str) -> Data {
    let known = Known::of(&old.ty);
    // What nothing is known of may hold data.
    let holds_data = match known {
        Known::Type(ty) => ty.is_stateful(),
        Known::Custom(_) => false,
        Known::Nothing => true,
    };
    match policy {
        "Retain" | "RetainExceptOnCreate" => Data::Retained,
        "Snapshot" if known.ty().is_some_and(|ty| ty.takes_snapshots()) => Data::Snapshot,
        _ if holds_data => Data::Lost,
        _ => Data::Kept,
    }
}
