//! The few AWS types that evaluation must know by name.

/// Types whose content is fetched with `.field("…")`.
pub(super) fn is_secret(ty: &str) -> bool {
    ty == "AWS::SecretsManager::Secret"
}

/// The type that a principal stands for in the end.
pub(super) const ROLE: &str = "AWS::IAM::Role";

/// The type that an end of a connection stands for in the end.
pub(super) const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";

/// How the keys that AWS keeps for its services are called.
pub const KEYS_OF_AWS: &str = "alias/aws/";
