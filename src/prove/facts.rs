//! The few types and names whose meaning a proof must know.

use crate::check::iam::{Operator, Qualifier, Test};
use crate::eval::value::Pseudo;

/// A role.
pub(super) const ROLE: &str = "AWS::IAM::Role";
/// The property with a role's trust policy.
pub(super) const TRUST: &str = "AssumeRolePolicyDocument";
/// Policies of principals, which name them with `Roles`.
pub(super) const POLICIES: [&str; 2] = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"];
/// A policy of one role, which it names with `RoleName`.
pub(super) const ROLE_POLICY: &str = "AWS::IAM::RolePolicy";
/// By way of which service a key is used, in a condition.
pub(super) const VIA_SERVICE: &str = "kms:ViaService";
/// Who acts, in a condition.
pub(super) const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// Whether a comparison of that key names principals and no others. Whoever belongs to an account has the key.
pub(super) fn names_one_principal(operator: Operator, of_account: bool) -> bool {
    let equal = matches!(operator.test, Test::Arn { negated: false } | Test::Text { negated: false, .. });
    equal && operator.qualifier == Qualifier::None && (of_account || !operator.if_exists)
}

/// Whether a key, in small letters, says which identity of an account asks: a service has none ("AWS global condition context keys":
/// users, roles, their sessions and the root).
pub(super) fn says_whose_identity(key: &str) -> bool {
    matches!(key, "aws:principalarn" | "aws:username")
}

/// Whether a key, in small letters, is "always included in the request context" ("AWS global condition context keys", availability).
pub(super) fn comes_with_every_request(key: &str) -> bool {
    matches!(
        key,
        "aws:currenttime" | "aws:epochtime" | "aws:requestedregion" | "aws:securetransport" | "aws:viaawsservice"
    )
}

/// Whether a key with many values tells what somebody or something is.
pub(super) fn is_of_a_kind(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let of_services = ["kms:resourcealiases", "payment-cryptography:resourcealiases", "sts:requestcontextproviders"];
    let global = key.starts_with("aws:") && key != "aws:tagkeys";
    global || key.starts_with("saml:") || key.ends_with("orgpaths") || of_services.contains(&key.as_str())
}

/// A security group.
pub(super) const GROUP: &str = "AWS::EC2::SecurityGroup";
/// A rule for what comes in.
pub(super) const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
/// A rule for what goes out.
pub(super) const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
/// The only destination of a group that may reach nothing.
pub(super) const NOWHERE: &str = "255.255.255.255/32";

/// Types that are added to a model's own resources, besides the resource policies that the model names.
pub(super) const ADDED: [&str; 6] =
    [INGRESS, EGRESS, "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Permission"];

/// The service's name in ARNs, where it is not that in the type's own name.
const SERVICES: [(&str, &str); 12] = [
    ("ElasticLoadBalancingV2", "elasticloadbalancing"),
    ("ElasticLoadBalancing", "elasticloadbalancing"),
    ("StepFunctions", "states"),
    ("OpenSearchService", "es"),
    ("Elasticsearch", "es"),
    ("EFS", "elasticfilesystem"),
    ("KinesisFirehose", "firehose"),
    ("Cognito", "cognito-idp"),
    ("ApiGateway", "execute-api"),
    ("ApiGatewayV2", "execute-api"),
    ("CertificateManager", "acm"),
    ("MSK", "kafka"),
];

/// The service's name in the ARNs of a type.
pub(super) fn service(ty: &str) -> String {
    let name = ty.split("::").nth(1).unwrap_or_default();
    SERVICES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| name.to_lowercase(), |(_, service)| (*service).to_owned())
}

/// Types whose ARN ends in letters that AWS chooses.
pub(super) const ARN_ENDS_AT_RANDOM: [&str; 3] =
    ["AWS::SecretsManager::Secret", "AWS::Events::ApiDestination", "AWS::Events::Connection"];
/// Types whose attribute `Arn` is a pattern, and not the ARN: a log group's ends in `:*`.
pub(super) const ARN_ATTRIBUTE_IS_PATTERN: [&str; 1] = ["AWS::Logs::LogGroup"];
/// The parameter for the bucket of assets.
pub(super) const ASSET_BUCKET: &str = "AssetBucket";

/// A pseudo parameter's name in templates.
pub(super) fn pseudo_parameter(pseudo: Pseudo) -> &'static str {
    match pseudo {
        Pseudo::Account => "AWS::AccountId",
        Pseudo::Region | Pseudo::RegionOf(_) => "AWS::Region",
        Pseudo::Partition => "AWS::Partition",
        Pseudo::UrlSuffix => "AWS::URLSuffix",
        Pseudo::StackName => "AWS::StackName",
    }
}

/// The pseudo parameter of a name in templates.
pub(super) fn pseudo_of_parameter(name: &str) -> Option<Pseudo> {
    let all = [Pseudo::Account, Pseudo::Region, Pseudo::Partition, Pseudo::UrlSuffix, Pseudo::StackName];
    all.into_iter().find(|pseudo| pseudo_parameter(*pseudo) == name)
}
