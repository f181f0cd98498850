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
/// Two networks that reach each other.
pub const PEERING: &str = "AWS::EC2::VPCPeeringConnection";
/// A route of a table.
pub const ROUTE: &str = "AWS::EC2::Route";
/// The properties of a route, one of which says where it leads.
pub const DESTINATIONS: &[&str] = &["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];
/// The masks that EC2 takes. Source: <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html> and
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>.
pub const RANGE_SIZES: &[(&str, &str, &[u8])] = &[
    (VPC, "CidrBlock", IPV4_MASKS),
    (VPC_RANGE, "CidrBlock", IPV4_MASKS),
    (SUBNET, "CidrBlock", IPV4_MASKS),
    (SUBNET, "Ipv6CidrBlock", &[44, 48, 52, 56, 60, 64]),
];
const IPV4_MASKS: &[u8] = &[16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28];
/// So many addresses of each subnet are EC2's own. Source as above.
pub const KEPT_ADDRESSES: i64 = 5;
/// What a type asks of the subnets that it is put into.
pub struct Room {
    /// The type.
    pub ty: &'static str,
    /// Only where this property has this value, or is not set.
    pub only: Option<(&'static str, &'static str)>,
    /// Where the subnets stand.
    pub subnets: &'static [&'static str],
    /// The longest mask of each subnet.
    pub mask: Option<u8>,
    /// How many there may be, each with an address of its own.
    pub count: Option<&'static str>,
}
/// Those of which something is known. Source of the mask:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>.
pub const ROOMS: &[Room] = &[
    Room {
        ty: "AWS::ElasticLoadBalancingV2::LoadBalancer",
        only: Some(("Type", "application")),
        subnets: &["Subnets", "SubnetMappings"],
        mask: Some(27),
        count: None,
    },
    Room {
        ty: "AWS::AutoScaling::AutoScalingGroup",
        only: None,
        subnets: &["VPCZoneIdentifier"],
        mask: None,
        count: Some("MaxSize"),
    },
    Room {
        ty: "AWS::ECS::Service",
        only: None,
        subnets: &["NetworkConfiguration.AwsvpcConfiguration.Subnets"],
        mask: None,
        count: Some("DesiredCount"),
    },
];
/// Types with rules about ports, and the property that lists them; empty: the type is one rule.
pub const PORT_RULES: &[(&str, &str)] = &[
    ("AWS::EC2::SecurityGroup", "SecurityGroupIngress"),
    ("AWS::EC2::SecurityGroup", "SecurityGroupEgress"),
    ("AWS::EC2::SecurityGroupIngress", ""),
    ("AWS::EC2::SecurityGroupEgress", ""),
    ("AWS::EC2::NetworkAclEntry", ""),
];
/// Protocols that have ports, by name and number.
pub const WITH_PORTS: &[&str] = &["tcp", "udp", "6", "17"];
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
    /// Secrets and parameters that a template reads while it is deployed.
    pub const DYNAMIC_REFERENCES: usize = 60;
    /// Bytes of a template's description.
    pub const DESCRIPTION: usize = 1024;
    /// Types, and the list that may have only so many items.
    pub const LISTS: &[(&str, &str, usize)] = &[("AWS::IAM::Role", "ManagedPolicyArns", 10)];
    /// Types, and the map whose keys and values may have only so many bytes together.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
    pub const MAPS: &[(&str, &str, &str, usize)] = &[("AWS::Lambda::Function", "Environment", "Variables", 4096)];
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

/// What services refuse beyond their schemas.
pub mod refused {
    /// Types, and the properties with the subnets and groups they stand in.
    pub const IN_A_NETWORK: &[(&str, &[&str])] = &[
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["Subnets", "SecurityGroups"]),
        ("AWS::RDS::DBSubnetGroup", &["SubnetIds"]),
        ("AWS::ElastiCache::SubnetGroup", &["SubnetIds"]),
        ("AWS::Redshift::ClusterSubnetGroup", &["SubnetIds"]),
        ("AWS::Neptune::DBSubnetGroup", &["SubnetIds"]),
        ("AWS::DocDB::DBSubnetGroup", &["SubnetIds"]),
        ("AWS::AutoScaling::AutoScalingGroup", &["VPCZoneIdentifier"]),
        ("AWS::Lambda::Function", &["VpcConfig/SubnetIds", "VpcConfig/SecurityGroupIds"]),
        (
            "AWS::ECS::Service",
            &[
                "NetworkConfiguration/AwsvpcConfiguration/Subnets",
                "NetworkConfiguration/AwsvpcConfiguration/SecurityGroups",
            ],
        ),
        ("AWS::EKS::Cluster", &["ResourcesVpcConfig/SubnetIds", "ResourcesVpcConfig/SecurityGroupIds"]),
        ("AWS::EC2::VPCEndpoint", &["SubnetIds", "SecurityGroupIds"]),
    ];
    /// Types, and the property with subnets that must lie in two availability zones.
    pub const IN_TWO_ZONES: &[(&str, &str)] = &[
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets"),
        ("AWS::RDS::DBSubnetGroup", "SubnetIds"),
        ("AWS::Neptune::DBSubnetGroup", "SubnetIds"),
        ("AWS::DocDB::DBSubnetGroup", "SubnetIds"),
        ("AWS::EKS::Cluster", "ResourcesVpcConfig/SubnetIds"),
    ];
    /// Kinds of load balancers that one zone suffices.
    pub const ONE_ZONE_KINDS: &[&str] = &["network", "gateway"];
    /// Types with keys over attributes.
    pub const TABLES: &[&str] = &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];
    /// What hands messages to a function.
    pub const EVENT_SOURCE: &str = "AWS::Lambda::EventSourceMapping";
    /// A queue, and how many seconds it hides a message that is being worked on.
    pub const QUEUE: &str = "AWS::SQS::Queue";
    /// See there.
    pub const DEFAULT_VISIBILITY: i64 = 30;
    /// A function, and how many seconds it may work.
    pub const FUNCTION: &str = "AWS::Lambda::Function";
    /// See there.
    pub const DEFAULT_TIMEOUT: i64 = 3;
    /// What serves at the world's edge, what it reads, and where it looks for that.
    pub const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";
    /// See there.
    pub const READ_AT_THE_EDGE: &[&str] =
        &["DistributionConfig/ViewerCertificate/AcmCertificateArn", "DistributionConfig/WebACLId"];
    /// See there.
    pub const EDGE_REGION: &str = "us-east-1";
    /// A firewall, and the word for one at the edge.
    pub const FIREWALL: &str = "AWS::WAFv2::WebACL";
    /// See there.
    pub const EDGE_SCOPE: &str = "CLOUDFRONT";
    /// A role.
    pub const ROLE: &str = "AWS::IAM::Role";
    /// Types that act with a role: the property, and the service that must be able to become it.
    pub const ROLES_OF: &[(&str, &str, &str)] = &[
        ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "apigateway.amazonaws.com"),
        ("AWS::Backup::BackupSelection", "BackupSelection/IamRoleArn", "backup.amazonaws.com"),
        ("AWS::CloudTrail::Trail", "CloudWatchLogsRoleArn", "cloudtrail.amazonaws.com"),
        ("AWS::CodeBuild::Project", "ServiceRole", "codebuild.amazonaws.com"),
        ("AWS::CodeDeploy::DeploymentGroup", "ServiceRoleArn", "codedeploy.amazonaws.com"),
        ("AWS::CodePipeline::Pipeline", "RoleArn", "codepipeline.amazonaws.com"),
        ("AWS::Config::ConfigurationRecorder", "RoleARN", "config.amazonaws.com"),
        ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
        ("AWS::ECS::TaskDefinition", "ExecutionRoleArn", "ecs-tasks.amazonaws.com"),
        ("AWS::ECS::TaskDefinition", "TaskRoleArn", "ecs-tasks.amazonaws.com"),
        ("AWS::EKS::Cluster", "RoleArn", "eks.amazonaws.com"),
        ("AWS::Glue::Crawler", "Role", "glue.amazonaws.com"),
        ("AWS::Glue::Job", "Role", "glue.amazonaws.com"),
        ("AWS::Lambda::Function", "Role", "lambda.amazonaws.com"),
        ("AWS::Pipes::Pipe", "RoleArn", "pipes.amazonaws.com"),
        ("AWS::Scheduler::Schedule", "Target/RoleArn", "scheduler.amazonaws.com"),
        ("AWS::StepFunctions::StateMachine", "RoleArn", "states.amazonaws.com"),
    ];
}

/// What services try while a resource is made.
pub mod tried {
    /// A bucket, the service behind it, and whom it tells: the list, the property of the target, what it must be let do.
    pub const BUCKET: &str = "AWS::S3::Bucket";
    /// See there.
    pub const STORAGE: &str = "s3.amazonaws.com";
    /// See there.
    pub const NOTICES: &[(&str, &str, &str)] = &[
        ("NotificationConfiguration/LambdaConfigurations", "Function", "lambda:InvokeFunction"),
        ("NotificationConfiguration/QueueConfigurations", "Queue", "sqs:SendMessage"),
        ("NotificationConfiguration/TopicConfigurations", "Topic", "sns:Publish"),
    ];
    /// What hands messages to a function, and what the function's role must be let do.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
    pub const EVENT_SOURCE: &str = "AWS::Lambda::EventSourceMapping";
    /// See there.
    pub const READ: &[(&str, &[&str])] = &[
        ("AWS::SQS::Queue", &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
        ("AWS::Kinesis::Stream", &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"]),
    ];
    /// A role.
    pub const ROLE: &str = "AWS::IAM::Role";
    /// A key, its policy, what must stay possible, and the property that gives it up.
    pub const KEY: &str = "AWS::KMS::Key";
    /// See there.
    pub const KEY_POLICY: &str = "KeyPolicy";
    /// See there.
    pub const GOVERN: &str = "kms:PutKeyPolicy";
    /// See there.
    pub const LOCKOUT_ACCEPTED: &str = "BypassPolicyLockoutSafetyCheck";
    /// A certificate, and how its domain is proved.
    pub const CERTIFICATE: &str = "AWS::CertificateManager::Certificate";
    /// See there.
    pub const BY_DNS: &str = "DNS";
    /// See there.
    pub const BY_MAIL: &str = "EMAIL";
}
