//! What the evaluator must know of single services, each with the document that says so.

use crate::check::iam::caller::Identity;

/// Actions that need the role's own trust, besides an identity's policy.
/// "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access"
/// (IAM User Guide, policy evaluation logic within a single account).
const TRUST: &str = "sts:";
const ROLE: &str = ":role/";

/// The service whose keys need their own policy to allow.
const KEYS: &str = "kms";

/// Whether a request needs an `Allow` in the policy of the resource itself, also within an account.
pub(super) fn needs_resource_policy(action: &str, resource: &str) -> bool {
    let service = resource.split(':').nth(2).unwrap_or_default();
    let of_role = service == "iam" && resource.contains(ROLE);
    let of_key = service == KEYS && resource.split(':').nth(5).is_some_and(|part| part.starts_with("key/"));
    (of_role && starts(action, TRUST)) || (of_key && starts(action, "kms:"))
}

/// Actions that need no permission, and that no policy can deny (API reference of STS): "No permissions are required to perform this
/// operation", and of a user's or root's own session token "You cannot use policies to control authentication operations".
pub(super) fn needs_no_permission(action: &str, identity: &Identity) -> bool {
    let lasting = matches!(identity, Identity::User { .. } | Identity::Root { .. });
    action.eq_ignore_ascii_case("sts:GetCallerIdentity")
        || (lasting && action.eq_ignore_ascii_case("sts:GetSessionToken"))
}

/// What an account's root may do with the policy of its own bucket, whatever that policy denies
/// (API reference of S3, `PutBucketPolicy`).
pub(super) fn root_always_may(action: &str) -> bool {
    let actions = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
    actions.iter().any(|own| own.eq_ignore_ascii_case(action))
}

/// The path of roles that organisations' policies do not restrict (Organizations User Guide, SCPs and RCPs).
pub(super) const SERVICE_LINKED: &str = ":role/aws-service-role/";

/// The service whose requests carry the resource's account under a name of their own.
pub(super) const OBJECTS: &str = "s3:";

/// The service whose requests carry the caller's account under a name of their own.
pub(super) const KEYS_ACTIONS: &str = "kms:";

fn starts(action: &str, prefix: &str) -> bool {
    action.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether an action belongs to a service, given as `service:`.
pub(super) fn is_of(action: &str, service: &str) -> bool {
    starts(action, service)
}
