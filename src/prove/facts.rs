//! The few types whose meaning a proof must know.

/// A role.
pub(super) const ROLE: &str = "AWS::IAM::Role";
/// The property with a role's trust policy.
pub(super) const TRUST: &str = "AssumeRolePolicyDocument";
/// Policies of principals, which name them with `Roles`.
pub(super) const POLICIES: [&str; 2] = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"];
/// A policy of one role, which it names with `RoleName`.
pub(super) const ROLE_POLICY: &str = "AWS::IAM::RolePolicy";
/// Who acts, in a condition.
pub(super) const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

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
