//! What the checks must know of single AWS types and actions. Nothing else in this room names one.

/// The attached policies of a role, user or group.
pub const MANAGED_POLICIES: &str = "ManagedPolicyArns";
/// Endings of the ARNs of AWS's own policies with which one can do everything, or give it to oneself.
pub const ADMINISTRATOR_POLICIES: &[&str] =
    &[":policy/AdministratorAccess", ":policy/PowerUserAccess", ":policy/IAMFullAccess"];
/// Types and properties that hold a principal's own policy.
pub const IDENTITY_POLICIES: &[(&str, &str)] = &[
    ("AWS::IAM::Policy", "PolicyDocument"),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    ("AWS::IAM::RolePolicy", "PolicyDocument"),
    ("AWS::IAM::UserPolicy", "PolicyDocument"),
    ("AWS::IAM::GroupPolicy", "PolicyDocument"),
    ("AWS::IAM::Role", "Policies"),
    ("AWS::IAM::User", "Policies"),
    ("AWS::IAM::Group", "Policies"),
];
/// The right to hand a role to a service.
pub const PASS_ROLE: &str = "iam:PassRole";
/// The condition that names the service.
pub const PASSED_TO: &str = "iam:PassedToService";

/// A network.
pub const VPC: &str = "AWS::EC2::VPC";
/// A part of it.
pub const SUBNET: &str = "AWS::EC2::Subnet";
/// A further range of a network.
pub const VPC_RANGE: &str = "AWS::EC2::VPCCidrBlock";
/// What listens on a load balancer.
pub const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";

/// What changes a secret again and again, and the property that names the function which does it.
pub const ROTATION: &str = "AWS::SecretsManager::RotationSchedule";
/// The property that names a function of one's own; without, AWS makes one.
pub const ROTATION_FUNCTION: &str = "RotationLambdaARN";
/// What a secret is for.
pub const SECRET_ATTACHMENT: &str = "AWS::SecretsManager::SecretTargetAttachment";
/// The API that keeps secrets, as endpoints call it.
pub const SECRETS_SERVICE: &str = "secretsmanager";

/// Whom a role trusts.
pub const TRUST: &str = "AssumeRolePolicyDocument";
/// A way to a service that does not leave the network.
pub const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
/// A role.
pub const ROLE: &str = "AWS::IAM::Role";
/// A function.
pub const FUNCTION: &str = "AWS::Lambda::Function";
/// What lets Lambda read a stream or a queue for a function.
pub const EVENT_SOURCE: &str = "AWS::Lambda::EventSourceMapping";
/// What runs code of the system, with a role.
pub const WORKLOADS: &[&str] = &[
    FUNCTION,
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CodeBuild::Project",
    "AWS::EC2::Instance",
    "AWS::ECS::Service",
    "AWS::ECS::TaskSet",
    "AWS::Events::Rule",
    "AWS::Scheduler::Schedule",
];
/// What stands between a workload and its role.
pub const LEND_ROLES: &[&str] = &["AWS::EC2::LaunchTemplate", "AWS::IAM::InstanceProfile", "AWS::ECS::TaskDefinition"];
/// The condition by which an action is done by another service, on behalf of the one who asks that.
pub const VIA: &str = "kms:ViaService";
/// Services that Lambda asks for a function, from outside of its VPC.
pub const ASKED_FOR_FUNCTIONS: &[&str] = &["ec2", "logs", "xray"];
/// Services whose actions are decided, but not asked for by workloads.
pub const ASKED_BY_NOBODY: &[&str] = &["iam"];
/// APIs with endpoints that cost nothing.
pub const FREE_ENDPOINTS: &[&str] = &["s3", "dynamodb"];
/// A group and its rules.
pub const GROUP_TYPES: &[&str] =
    &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"];

/// All APIs are asked by HTTPS.
pub fn https() -> super::reach::ranges::Ranges {
    super::reach::packets::carried(super::reach::packets::TCP, 443, 443)
}

/// Metrics that are published in one region only: of services that are not regional.
pub const GLOBAL_METRICS: &[(&str, &str)] =
    &[("AWS/Billing", "us-east-1"), ("AWS/CloudFront", "us-east-1"), ("AWS/Route53", "us-east-1")];
/// A type that watches metrics.
pub const ALARM: &str = "AWS::CloudWatch::Alarm";
/// Its properties that say whom it tells, and the one that switches that off.
pub const ALARM_ACTIONS: &[&str] = &["AlarmActions", "OKActions", "InsufficientDataActions"];
/// See there.
pub const ALARM_SWITCH: &str = "ActionsEnabled";
/// Its properties that say what it asks.
pub const ALARM_QUESTION: &[&str] = &[
    "Namespace",
    "MetricName",
    "Dimensions",
    "Metrics",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Threshold",
    "ComparisonOperator",
];

/// Fewest and most characters of a stack's name, and what it must match. Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>.
pub const STACK_NAME: (u32, u32, &str) = (1, 128, "[a-zA-Z][-a-zA-Z0-9]*");
/// The same of an export's name. Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>.
pub const EXPORT_NAME: (u32, u32, &str) = (1, 255, "[a-zA-Z0-9:-]+");

/// CloudFormation's quotas for one template.
pub mod quota {
    /// Resources.
    pub const RESOURCES: usize = 500;
    /// Outputs.
    pub const OUTPUTS: usize = 200;
    /// Parameters.
    pub const PARAMETERS: usize = 200;
    /// Bytes of a template that is uploaded.
    pub const BYTES: usize = 1_000_000;
    /// Characters of a logical id, a parameter's or an output's name.
    pub const ID: usize = 255;
    /// Characters of policies, white space aside: the type, the property that holds the document, and the most (the services' own
    /// pages on quotas; a role's trust can be raised to 8,192 on request).
    pub const POLICIES: &[(&str, &str, usize)] = &[
        ("AWS::IAM::ManagedPolicy", "PolicyDocument", 6_144),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument", 2_048),
        ("AWS::S3::BucketPolicy", "PolicyDocument", 20_480),
        ("AWS::SQS::QueuePolicy", "PolicyDocument", 8_192),
        ("AWS::SNS::TopicPolicy", "PolicyDocument", 30_720),
        ("AWS::KMS::Key", "KeyPolicy", 32_768),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", 20_480),
    ];
}

/// Types that run an engine, and their properties for its name and its version.
pub const ENGINES: &[(&str, &str, &str)] =
    &[("AWS::RDS::DBInstance", "Engine", "EngineVersion"), ("AWS::RDS::DBCluster", "Engine", "EngineVersion")];
/// How many parts the version of an engine has. With fewer, AWS takes its default of the day.
pub const VERSION_PARTS: &[(&str, usize)] = &[("postgres", 2), ("aurora-postgresql", 2), ("mysql", 3), ("mariadb", 3)];

/// How a template asks for the value of a parameter.
pub const OF_A_PARAMETER: &str = "{{resolve:ssm:";
/// Parameters that AWS keeps, and sets anew with each release.
pub const AWS_PARAMETERS: &str = "/aws/service/";

/// What a tag's key or value may not begin with, in any case.
/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
pub const RESERVED_TAGS: &str = "aws:";
/// So many characters a tag's key and value may have.
pub const TAG_SIZES: (usize, usize) = (128, 256);
/// Of what a tag's value is made, in all services.
pub const TAG_LETTERS: &str = r"^[\p{L}\p{Z}\p{N}_.:/=+@-]*$";
/// How it does not begin.
pub const TAG_BEGINNING: &str = "^(?![aA][wW][sS]:)";
/// So many tags a resource may have.
pub const MAX_TAGS: usize = 50;
