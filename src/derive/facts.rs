//! What derivation must know of single AWS types: the shapes that no schema tells. Nothing else in this room names one.

/// The pseudo parameters, as CloudFormation spells them.
pub mod pseudo {
    /// The account's id.
    pub const ACCOUNT: &str = "AWS::AccountId";
    /// The region's name.
    pub const REGION: &str = "AWS::Region";
    /// The partition's name.
    pub const PARTITION: &str = "AWS::Partition";
    /// The domain of AWS in the partition.
    pub const URL_SUFFIX: &str = "AWS::URLSuffix";
    /// The stack's name.
    pub const STACK_NAME: &str = "AWS::StackName";
    /// What leaves a property out.
    pub const NO_VALUE: &str = "AWS::NoValue";
    /// All of them begin with this.
    pub const PREFIX: &str = "AWS::";
}

/// A role.
pub const ROLE: &str = "AWS::IAM::Role";
/// A role's attribute for its ARN.
pub const ROLE_ARN: &str = "Arn";
/// The keys of a policy's statement under which principals stand.
pub const PRINCIPALS: &[&str] = &["Principal", "NotPrincipal"];
/// A role's property for inline policies.
pub const ROLE_POLICIES: &str = "Policies";
/// A policy that stands beside its roles.
pub const POLICY: &str = "AWS::IAM::Policy";
/// A security group.
pub const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";
/// A rule for what may come in.
pub const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
/// A rule for what may go out.
pub const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
/// The attribute by which rules name a group.
pub const GROUP_ID: &str = "GroupId";
/// A group's inline rules for what may come in, and for what may go out.
pub const INLINE_RULES: (&str, &str) = ("SecurityGroupIngress", "SecurityGroupEgress");
/// The key that carries by way of which service a role uses a key.
pub const VIA_SERVICE: &str = "kms:ViaService";
/// The key that carries who asks, in resource policies.
pub const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// EC2's console and tools call a thing by its `Name` tag, also where the type has a name property.
pub fn shows_name_tag(ty: &str) -> bool {
    ty.starts_with("AWS::EC2::")
}

/// The rule of a group that may send nothing: CloudFormation opens a group without egress to everywhere, and EC2 has no empty
/// list. No packet can carry this destination, and the type and code of this ICMP message do not exist (the CDK uses the same).
pub const NOWHERE: Nowhere =
    Nowhere { cidr: "255.255.255.255/32", protocol: "icmp", from: 252, to: 86, description: "nothing may leave" };

/// The placeholder rule's properties.
#[derive(Debug)]
pub struct Nowhere {
    /// The destination.
    pub cidr: &'static str,
    /// The protocol.
    pub protocol: &'static str,
    /// ICMP type.
    pub from: i64,
    /// ICMP code.
    pub to: i64,
    /// What the rule says of itself.
    pub description: &'static str,
}

/// Types whose ARN ends in something that AWS makes up, although the ARN template looks as if the name were all of it.
pub const ARN_ENDS_AT_RANDOM: &[&str] =
    &["AWS::SecretsManager::Secret", "AWS::Events::ApiDestination", "AWS::Events::Connection"];

/// Types whose `Arn` attribute is not the ARN that policies and other services take: a log group's ends in `:*`.
pub const ARN_ATTRIBUTE_IS_PATTERN: &[&str] = &["AWS::Logs::LogGroup"];

/// Properties whose resource AWS looks up while it creates the other one: a name that is written out would not wait for it, so
/// that the two could come in the wrong order.
pub const LOOKED_UP: &[(&str, &str)] = &[
    ("AWS::AutoScaling::LifecycleHook", "AutoScalingGroupName"),
    ("AWS::AutoScaling::ScalingPolicy", "AutoScalingGroupName"),
    ("AWS::Lambda::Alias", "FunctionName"),
    ("AWS::Lambda::EventInvokeConfig", "FunctionName"),
    ("AWS::Lambda::EventSourceMapping", "FunctionName"),
    ("AWS::Lambda::Permission", "FunctionName"),
    ("AWS::Lambda::Version", "FunctionName"),
    ("AWS::Logs::MetricFilter", "LogGroupName"),
    ("AWS::Logs::SubscriptionFilter", "LogGroupName"),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"),
    ("AWS::RDS::DBInstance", "DBSubnetGroupName"),
    ("AWS::S3::BucketPolicy", "Bucket"),
    ("AWS::SecretsManager::SecretTargetAttachment", "TargetId"),
];

/// An order that CloudFormation cannot infer from references.
#[derive(Debug)]
pub struct Wait {
    /// What waits.
    pub waits: &'static str,
    /// For which other resources of its stack.
    pub on: &'static str,
    /// Only for those that use the same resource of this type; empty: for all.
    pub through: &'static str,
    /// Why.
    pub because: &'static str,
}

/// Orders between resources of one stack that no reference shows.
pub const WAITS: &[Wait] = &[
    Wait {
        waits: "AWS::EC2::Route",
        on: "AWS::EC2::VPCGatewayAttachment",
        through: "AWS::EC2::InternetGateway",
        because: "a route needs its gateway attached",
    },
    Wait {
        waits: "AWS::EC2::Route",
        on: "AWS::EC2::VPCGatewayAttachment",
        through: "AWS::EC2::VPNGateway",
        because: "a route needs its gateway attached",
    },
    Wait {
        waits: "AWS::EC2::VPNGatewayRoutePropagation",
        on: "AWS::EC2::VPCGatewayAttachment",
        through: "AWS::EC2::VPNGateway",
        because: "routes are propagated from an attached gateway",
    },
    Wait {
        waits: "AWS::EC2::EIP",
        on: "AWS::EC2::VPCGatewayAttachment",
        through: "",
        because: "an address in a VPC needs the VPC's gateway attached",
    },
    Wait {
        waits: "AWS::SecretsManager::RotationSchedule",
        on: "AWS::SecretsManager::SecretTargetAttachment",
        through: "AWS::SecretsManager::Secret",
        because: "the first rotation reads host and port from the secret",
    },
    Wait {
        waits: "AWS::SecurityHub::Standard",
        on: "AWS::SecurityHub::Hub",
        through: "",
        because: "a standard is enabled in an enabled hub",
    },
    Wait {
        waits: "AWS::SecurityHub::ProductSubscription",
        on: "AWS::SecurityHub::Hub",
        through: "",
        because: "findings are subscribed to in an enabled hub",
    },
    Wait {
        waits: "AWS::ECS::Service",
        on: "AWS::ElasticLoadBalancingV2::Listener",
        through: "AWS::ElasticLoadBalancingV2::TargetGroup",
        because: "a service's target group must be attached to a load balancer",
    },
    Wait {
        waits: "AWS::ECS::Service",
        on: "AWS::ElasticLoadBalancingV2::ListenerRule",
        through: "AWS::ElasticLoadBalancingV2::TargetGroup",
        because: "a service's target group must be attached to a load balancer",
    },
    Wait {
        waits: "AWS::RDS::DBInstance",
        on: "AWS::EC2::VPCGatewayAttachment",
        through: "AWS::EC2::InternetGateway",
        because: "a public address needs the VPC's gateway attached",
    },
    Wait {
        waits: "AWS::ApiGateway::Deployment",
        on: "AWS::ApiGateway::Method",
        through: "AWS::ApiGateway::RestApi",
        because: "a deployment is a snapshot of the methods that exist",
    },
    Wait {
        waits: "AWS::ApiGateway::Deployment",
        on: "AWS::ApiGateway::GatewayResponse",
        through: "AWS::ApiGateway::RestApi",
        because: "a deployment is a snapshot of the answers that exist",
    },
    Wait {
        waits: "AWS::ApiGateway::Stage",
        on: "AWS::ApiGateway::Account",
        through: "",
        because: "a stage writes logs as the account's role",
    },
    Wait {
        waits: "AWS::ApiGatewayV2::Stage",
        on: "AWS::ApiGateway::Account",
        through: "",
        because: "a stage of a WebSocket API writes logs as the account's role",
    },
    Wait {
        waits: "AWS::ApiGatewayV2::Deployment",
        on: "AWS::ApiGatewayV2::Route",
        through: "AWS::ApiGatewayV2::Api",
        because: "a deployment is a snapshot of the routes that exist",
    },
    // The account's role is what every REST API of the account and region writes its logs with.
    Wait {
        waits: "AWS::ApiGateway::Stage",
        on: "AWS::ApiGateway::Account",
        through: "",
        because: "a stage that logs needs the account's role for it",
    },
    // Recorder and channel are not ordered: each waits for the other, and both are made together.
    Wait {
        waits: "AWS::Config::ConfigRule",
        on: "AWS::Config::ConfigurationRecorder",
        through: "",
        because: "a rule looks at what is recorded",
    },
    Wait {
        waits: "AWS::Config::ConfigRule",
        on: "AWS::Config::DeliveryChannel",
        through: "",
        because: "a recorder records only once it has a channel",
    },
];

/// Types that hold no data where this property is set: what it names holds it, and has the snapshots.
pub const DATA_ELSEWHERE: &[(&str, &str)] = &[
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
    ("AWS::DocDB::DBInstance", "DBClusterIdentifier"),
    ("AWS::Neptune::DBInstance", "DBClusterIdentifier"),
];

/// Types that try their access to what they use while they are created: they wait for the policies that allow it.
pub const TRIES_ACCESS: &[&str] = &[
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::CloudTrail::Trail",
    "AWS::S3::Bucket",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Pipes::Pipe",
    "AWS::EC2::FlowLog",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Config::DeliveryChannel",
    "AWS::ECS::Service",
    "AWS::CodeBuild::Project",
    "AWS::StepFunctions::StateMachine",
    "AWS::SES::ConfigurationSetEventDestination",
];

/// A resource of this type that calls code of ours while it is created waits for the policies of that code's role.
pub fn is_custom(ty: &str) -> bool {
    ty.starts_with("Custom::") || ty == "AWS::CloudFormation::CustomResource"
}

/// Types for which the deployer must agree that the stack changes who may do what.
pub const IAM_TYPES: &[&str] = &[
    "AWS::IAM::AccessKey",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::UserToGroupAddition",
];

/// Properties that give an IAM resource a name: the deployer must agree to that, too.
pub const IAM_NAMES: &[(&str, &str)] = &[
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
];

/// Properties that work only with a transform.
pub const TRANSFORM_PROPERTIES: &[(&str, &str, &str)] =
    &[("AWS::SecretsManager::RotationSchedule", "HostedRotationLambda", "AWS::SecretsManager-2024-09-16")];

/// The transform of a family of types.
pub fn transform_of(ty: &str) -> Option<&'static str> {
    ty.starts_with("AWS::Serverless::").then_some("AWS::Serverless-2016-10-31")
}

/// Transforms that add roles when they are expanded.
pub const TRANSFORMS_WITH_ROLES: &[&str] = &["AWS::SecretsManager-2024-09-16", "AWS::Serverless-2016-10-31"];

/// What a deployer agrees to.
pub mod capability {
    /// The stack changes who may do what.
    pub const IAM: &str = "CAPABILITY_IAM";
    /// It also gives names to roles and the like.
    pub const NAMED_IAM: &str = "CAPABILITY_NAMED_IAM";
    /// The template is expanded by a transform.
    pub const AUTO_EXPAND: &str = "CAPABILITY_AUTO_EXPAND";
}

/// Whether a key with many values says what somebody or something is, and not what a request touches: the paths of its organisation,
/// the services that act for it, the groups that an identity provider puts it in.
pub fn says_what_one_is(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    (key.starts_with("aws:") && key != "aws:tagkeys")
        || key.starts_with("saml:")
        || key.ends_with("orgpaths")
        || matches!(
            key.as_str(),
            "kms:resourcealiases" | "payment-cryptography:resourcealiases" | "sts:requestcontextproviders"
        )
}

/// How long policies may be, in characters without white space (IAM User Guide, "IAM and AWS STS quotas").
pub mod policy {
    /// All policies in a role together.
    pub const INLINE: usize = 10_240;
    /// A policy that is attached.
    pub const ATTACHED: usize = 6_144;
    /// How many can be attached to a role, unless AWS has been asked for more.
    pub const ATTACHMENTS: usize = 10;
    /// A document around its statements.
    pub const FRAME: usize = 50;
    /// A value that only a deployment knows: the ARN of a resource with a long name.
    pub const UNKNOWN: usize = 150;
    /// A region's name.
    pub const REGION: usize = 14;
}

/// The property of a role that names what is attached to it.
pub const ROLE_ATTACHMENTS: &str = "ManagedPolicyArns";
/// A policy that is attached to roles.
pub const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
