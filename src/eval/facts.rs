//! The few AWS types that evaluation must know by name.

/// Types whose content is fetched with `.field("…")`.
pub(super) fn is_secret(ty: &str) -> bool {
    ty == "AWS::SecretsManager::Secret"
}

/// The type that a principal stands for in the end.
pub(super) const ROLE: &str = "AWS::IAM::Role";

/// The type that an end of a connection stands for in the end.
pub(super) const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";

/// What says where something listens: the type, the property that names what listens, that for the port, and that for the protocol.
pub(super) const LISTENER: (&str, &str, &str, &str) =
    ("AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn", "Port", "Protocol");

/// What protocols of listeners come to.
pub(super) fn carried_by(protocol: Option<&str>) -> &'static [&'static str] {
    match protocol {
        Some("UDP" | "QUIC") => &["udp"],
        Some("TCP_UDP" | "TCP_QUIC") => &["tcp", "udp"],
        Some(_) | None => &["tcp"],
    }
}

/// How the keys that AWS keeps for its services are called.
pub const KEYS_OF_AWS: &str = "alias/aws/";

/// Maps with keys of the user's own that AWS keeps to itself.
pub(super) const TAKES_SECRETS: [&str; 2] = ["ConnectionProperties", "ProviderDetails"];

/// Whether what stands under this property can be read by whoever may look at the resource, whatever its keys are called.
pub(super) fn is_shown(property: &str) -> bool {
    // Each of these words begins with a capital, and few letters are one.
    let capitals = property.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
    let mut words = capitals.filter_map(|(at, _)| property.get(at..));
    words.any(|rest| SHOWN.iter().any(|word| rest.starts_with(word)))
}

const SHOWN: [&str; 9] =
    ["Environment", "Variables", "Tag", "Description", "UserData", "Label", "Metadata", "Substitutions", "ZipFile"];
