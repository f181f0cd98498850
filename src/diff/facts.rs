//! What an update means for types of AWS, beyond what the catalog says.

/// The type that stands for every custom resource.
pub const CUSTOM: &str = "AWS::CloudFormation::CustomResource";
/// The property of a custom resource that no update may change.
pub const SERVICE_TOKEN: &str = "ServiceToken";

/// Whether a type is a custom resource.
pub fn is_custom(ty: &str) -> bool {
    ty == CUSTOM || ty.starts_with("Custom::")
}

/// A resource that is nothing at all, for templates that would have none: CloudFormation wants one.
pub const PLACEHOLDER: &str = "AWS::CloudFormation::WaitConditionHandle";

const CLUSTER: &str = "AWS::RDS::DBCluster";
const INSTANCE: &str = "AWS::RDS::DBInstance";

/// Whether a resource without `DeletionPolicy` leaves a snapshot. Clusters do, and instances that belong to none.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
pub fn leaves_a_snapshot(ty: &str, belongs_to_a_cluster: bool) -> bool {
    ty == CLUSTER || ty == INSTANCE && !belongs_to_a_cluster
}

/// The property that makes a database instance one of a cluster's.
pub const CLUSTER_OF_INSTANCE: &str = "DBClusterIdentifier";

/// The transform that needs no knowledge of types: loops and a few functions.
pub const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Changes that stop a resource for a while though it stays the same one ("some interruptions" in its reference).
const INTERRUPTING: [(&str, &str); 25] = [
    ("AWS::EC2::Instance", "InstanceType"),
    ("AWS::EC2::Instance", "EbsOptimized"),
    ("AWS::EC2::Instance", "UserData"),
    ("AWS::EC2::Instance", "KernelId"),
    ("AWS::EC2::Instance", "RamdiskId"),
    ("AWS::EC2::Instance", "AdditionalInfo"),
    ("AWS::RDS::DBInstance", "DBInstanceClass"),
    ("AWS::RDS::DBInstance", "EngineVersion"),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"),
    ("AWS::RDS::DBInstance", "OptionGroupName"),
    ("AWS::RDS::DBInstance", "CACertificateIdentifier"),
    ("AWS::RDS::DBInstance", "PreferredMaintenanceWindow"),
    ("AWS::RDS::DBInstance", "StorageType"),
    ("AWS::RDS::DBCluster", "EngineVersion"),
    ("AWS::RDS::DBCluster", "DBClusterParameterGroupName"),
    ("AWS::ElastiCache::CacheCluster", "EngineVersion"),
    ("AWS::ElastiCache::CacheCluster", "CacheParameterGroupName"),
    ("AWS::ElastiCache::ReplicationGroup", "EngineVersion"),
    ("AWS::Redshift::Cluster", "NodeType"),
    ("AWS::Redshift::Cluster", "NumberOfNodes"),
    ("AWS::Redshift::Cluster", "ClusterType"),
    ("AWS::DMS::ReplicationInstance", "ReplicationInstanceClass"),
    ("AWS::AmazonMQ::Broker", "EngineVersion"),
    ("AWS::AmazonMQ::Broker", "HostInstanceType"),
    ("AWS::Neptune::DBInstance", "DBInstanceClass"),
];

/// Whether a change of a property stops the resource for a while.
pub fn interrupts(ty: &str, property: &str) -> bool {
    INTERRUPTING.contains(&(ty, property))
}

/// How a property says that a resource is open to more, or protected by less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `true` makes it public.
    PublicIfTrue,
    /// This word makes it public.
    PublicIf(&'static str),
    /// `true` protects it.
    ProtectsIfTrue,
    /// `true` takes protection away.
    WeakensIfTrue,
    /// Being set protects it.
    ProtectsIfSet,
    /// This word protects it.
    ProtectsIf(&'static str),
    /// This word takes protection away.
    WeakensIf(&'static str),
    /// More of it protects it better.
    MoreIsSafer,
}

/// A property with a sign, and what it is about.
pub struct Switch {
    /// The type.
    pub ty: &'static str,
    /// The path of the property; `*` is each item.
    pub path: &'static str,
    /// How to read it.
    pub sign: Sign,
    /// What it is about, in a few words.
    pub about: &'static str,
}

macro_rules! switches {
    ($($ty:literal $path:literal $sign:ident $(($word:literal))? $about:literal;)*) => {
        /// What opens a resource to the public or protects it.
        pub const SWITCHES: &[Switch] = &[
            $(Switch { ty: $ty, path: $path, sign: Sign::$sign $(($word))?, about: $about }),*
        ];
    };
}

switches! {
    // Open to the public.
    "AWS::AmazonMQ::Broker" "PubliclyAccessible" PublicIfTrue "the broker is reachable from the internet";
    "AWS::ApiGateway::Method" "AuthorizationType" PublicIf("NONE") "the method can be called without authorization";
    "AWS::ApiGatewayV2::Route" "AuthorizationType" PublicIf("NONE") "the route can be called without authorization";
    "AWS::DMS::ReplicationInstance" "PubliclyAccessible" PublicIfTrue "the instance is reachable from the internet";
    "AWS::EC2::Instance" "NetworkInterfaces/*/AssociatePublicIpAddress" PublicIfTrue "the instance has a public address";
    "AWS::EC2::LaunchTemplate" "LaunchTemplateData/NetworkInterfaces/*/AssociatePublicIpAddress" PublicIfTrue "instances have a public address";
    "AWS::EC2::Subnet" "MapPublicIpOnLaunch" PublicIfTrue "instances in the subnet get a public address";
    "AWS::ECS::Service" "NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp" PublicIf("ENABLED") "tasks have a public address";
    "AWS::EKS::Cluster" "ResourcesVpcConfig/EndpointPublicAccess" PublicIfTrue "the cluster's endpoint is public";
    "AWS::ElasticLoadBalancing::LoadBalancer" "Scheme" PublicIf("internet-facing") "the load balancer faces the internet";
    "AWS::ElasticLoadBalancingV2::LoadBalancer" "Scheme" PublicIf("internet-facing") "the load balancer faces the internet";
    "AWS::Lambda::Url" "AuthType" PublicIf("NONE") "the function can be called by everyone";
    "AWS::MSK::Cluster" "BrokerNodeGroupInfo/ConnectivityInfo/PublicAccess/Type" PublicIf("SERVICE_PROVIDED_EIPS") "brokers are reachable from the internet";
    "AWS::Neptune::DBInstance" "PubliclyAccessible" PublicIfTrue "the database is reachable from the internet";
    "AWS::RDS::DBCluster" "PubliclyAccessible" PublicIfTrue "the database is reachable from the internet";
    "AWS::RDS::DBInstance" "PubliclyAccessible" PublicIfTrue "the database is reachable from the internet";
    "AWS::Redshift::Cluster" "PubliclyAccessible" PublicIfTrue "the warehouse is reachable from the internet";
    "AWS::RedshiftServerless::Workgroup" "PubliclyAccessible" PublicIfTrue "the warehouse is reachable from the internet";
    "AWS::S3::Bucket" "AccessControl" PublicIf("PublicRead") "everyone can read the bucket";
    "AWS::S3::Bucket" "AccessControl" PublicIf("PublicReadWrite") "everyone can write to the bucket";
    "AWS::SageMaker::NotebookInstance" "DirectInternetAccess" PublicIf("Enabled") "the notebook reaches the internet directly";

    // Who gets in.
    "AWS::IAM::Role" "PermissionsBoundary" ProtectsIfSet "the boundary limits what the role may ever do";
    "AWS::IAM::User" "PermissionsBoundary" ProtectsIfSet "the boundary limits what the user may ever do";
    "AWS::S3::Bucket" "PublicAccessBlockConfiguration/BlockPublicAcls" ProtectsIfTrue "public access is blocked";
    "AWS::S3::Bucket" "PublicAccessBlockConfiguration/BlockPublicPolicy" ProtectsIfTrue "public access is blocked";
    "AWS::S3::Bucket" "PublicAccessBlockConfiguration/IgnorePublicAcls" ProtectsIfTrue "public access is blocked";
    "AWS::S3::Bucket" "PublicAccessBlockConfiguration/RestrictPublicBuckets" ProtectsIfTrue "public access is blocked";
    "AWS::S3::AccessPoint" "PublicAccessBlockConfiguration/BlockPublicPolicy" ProtectsIfTrue "public access is blocked";
    "AWS::Cognito::UserPool" "MfaConfiguration" WeakensIf("OFF") "users sign in with a second factor";
    "AWS::EC2::Instance" "MetadataOptions/HttpTokens" ProtectsIf("required") "instance metadata needs a token";
    "AWS::EC2::LaunchTemplate" "LaunchTemplateData/MetadataOptions/HttpTokens" ProtectsIf("required") "instance metadata needs a token";
    "AWS::ElasticLoadBalancingV2::Listener" "Protocol" WeakensIf("HTTP") "traffic to the listener is encrypted";
    "AWS::CloudFront::Distribution" "DistributionConfig/DefaultCacheBehavior/ViewerProtocolPolicy" WeakensIf("allow-all") "viewers use HTTPS";
    "AWS::CloudFront::Distribution" "DistributionConfig/WebACLId" ProtectsIfSet "a firewall stands before the distribution";
    "AWS::RDS::DBInstance" "EnableIAMDatabaseAuthentication" ProtectsIfTrue "people sign in with IAM";
    "AWS::ElastiCache::ReplicationGroup" "TransitEncryptionEnabled" ProtectsIfTrue "traffic is encrypted";
    "AWS::OpenSearchService::Domain" "DomainEndpointOptions/EnforceHTTPS" ProtectsIfTrue "traffic is encrypted";
    "AWS::OpenSearchService::Domain" "NodeToNodeEncryptionOptions/Enabled" ProtectsIfTrue "traffic is encrypted";

    // Encryption at rest.
    "AWS::S3::Bucket" "BucketEncryption" ProtectsIfSet "objects are encrypted as the bucket says";
    "AWS::SNS::Topic" "KmsMasterKeyId" ProtectsIfSet "messages are encrypted with a key of one's own";
    "AWS::SQS::Queue" "KmsMasterKeyId" ProtectsIfSet "messages are encrypted with a key of one's own";
    "AWS::SQS::Queue" "SqsManagedSseEnabled" ProtectsIfTrue "messages are encrypted";
    "AWS::DynamoDB::Table" "SSESpecification/SSEEnabled" ProtectsIfTrue "the table is encrypted with a key of one's own";
    "AWS::RDS::DBInstance" "StorageEncrypted" ProtectsIfTrue "the storage is encrypted";
    "AWS::RDS::DBCluster" "StorageEncrypted" ProtectsIfTrue "the storage is encrypted";
    "AWS::Redshift::Cluster" "Encrypted" ProtectsIfTrue "the storage is encrypted";
    "AWS::EC2::Volume" "Encrypted" ProtectsIfTrue "the volume is encrypted";
    "AWS::EFS::FileSystem" "Encrypted" ProtectsIfTrue "the file system is encrypted";
    "AWS::ElastiCache::ReplicationGroup" "AtRestEncryptionEnabled" ProtectsIfTrue "the data is encrypted";
    "AWS::OpenSearchService::Domain" "EncryptionAtRestOptions/Enabled" ProtectsIfTrue "the data is encrypted";
    "AWS::Kinesis::Stream" "StreamEncryption" ProtectsIfSet "the stream is encrypted";
    "AWS::Logs::LogGroup" "KmsKeyId" ProtectsIfSet "logs are encrypted with a key of one's own";
    "AWS::CloudTrail::Trail" "KMSKeyId" ProtectsIfSet "the trail is encrypted with a key of one's own";
    "AWS::KMS::Key" "EnableKeyRotation" ProtectsIfTrue "the key is rotated";
    "AWS::KMS::Key" "Enabled" ProtectsIfTrue "the key can be used";
    "AWS::KMS::Key" "PendingWindowInDays" MoreIsSafer "a deletion of the key can be undone for a while";

    // Against deletion.
    "AWS::RDS::DBInstance" "DeletionProtection" ProtectsIfTrue "it is protected from deletion";
    "AWS::RDS::DBCluster" "DeletionProtection" ProtectsIfTrue "it is protected from deletion";
    "AWS::RDS::GlobalCluster" "DeletionProtection" ProtectsIfTrue "it is protected from deletion";
    "AWS::DocDB::DBCluster" "DeletionProtection" ProtectsIfTrue "it is protected from deletion";
    "AWS::Neptune::DBCluster" "DeletionProtection" ProtectsIfTrue "it is protected from deletion";
    "AWS::DynamoDB::Table" "DeletionProtectionEnabled" ProtectsIfTrue "it is protected from deletion";
    "AWS::Cognito::UserPool" "DeletionProtection" ProtectsIf("ACTIVE") "it is protected from deletion";
    "AWS::EC2::Instance" "DisableApiTermination" ProtectsIfTrue "it is protected from deletion";
    "AWS::S3::Bucket" "VersioningConfiguration/Status" ProtectsIf("Enabled") "what is overwritten or deleted can be had back";
    "AWS::S3::Bucket" "ObjectLockConfiguration" ProtectsIfSet "objects cannot be deleted for a while";
    "AWS::S3::Bucket" "ReplicationConfiguration" ProtectsIfSet "objects are replicated";
    "AWS::ECR::Repository" "ImageTagMutability" ProtectsIf("IMMUTABLE") "a tag stays what it is";

    // Backups and how long things are kept.
    "AWS::RDS::DBInstance" "BackupRetentionPeriod" MoreIsSafer "backups are kept";
    "AWS::RDS::DBCluster" "BackupRetentionPeriod" MoreIsSafer "backups are kept";
    "AWS::DocDB::DBCluster" "BackupRetentionPeriod" MoreIsSafer "backups are kept";
    "AWS::Neptune::DBCluster" "BackupRetentionPeriod" MoreIsSafer "backups are kept";
    "AWS::Redshift::Cluster" "AutomatedSnapshotRetentionPeriod" MoreIsSafer "backups are kept";
    "AWS::ElastiCache::ReplicationGroup" "SnapshotRetentionLimit" MoreIsSafer "backups are kept";
    "AWS::DynamoDB::Table" "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled" ProtectsIfTrue "the table can be had back as it was";
    "AWS::EFS::FileSystem" "BackupPolicy/Status" ProtectsIf("ENABLED") "backups are made";
    "AWS::Logs::LogGroup" "RetentionInDays" MoreIsSafer "logs are kept";
    "AWS::Kinesis::Stream" "RetentionPeriodHours" MoreIsSafer "records are kept";
    "AWS::SQS::Queue" "MessageRetentionPeriod" MoreIsSafer "messages are kept";

    // Who watches.
    "AWS::CloudTrail::Trail" "IsLogging" ProtectsIfTrue "calls are recorded";
    "AWS::CloudTrail::Trail" "EnableLogFileValidation" ProtectsIfTrue "a change of the records is noticed";
    "AWS::CloudTrail::Trail" "IsMultiRegionTrail" ProtectsIfTrue "calls in every region are recorded";
    "AWS::GuardDuty::Detector" "Enable" ProtectsIfTrue "threats are looked for";
    "AWS::S3::Bucket" "LoggingConfiguration" ProtectsIfSet "access is recorded";
    "AWS::CloudFront::Distribution" "DistributionConfig/Logging" ProtectsIfSet "access is recorded";
    "AWS::RDS::DBInstance" "EnableCloudwatchLogsExports" ProtectsIfSet "logs are exported";
}

/// Types that protect others: without one of them there is less protection.
const PROTECTORS: [(&str, &str); 14] = [
    ("AWS::AccessAnalyzer::Analyzer", "access from outside is looked for"),
    ("AWS::Backup::BackupPlan", "backups are made"),
    ("AWS::Backup::BackupSelection", "backups are made"),
    ("AWS::CloudTrail::Trail", "calls are recorded"),
    ("AWS::CloudWatch::Alarm", "somebody is told"),
    ("AWS::Config::ConfigRule", "changes are judged"),
    ("AWS::Config::ConfigurationRecorder", "changes are recorded"),
    ("AWS::EC2::FlowLog", "traffic is recorded"),
    ("AWS::GuardDuty::Detector", "threats are looked for"),
    ("AWS::Inspector2::Filter", "findings are filtered"),
    ("AWS::SecretsManager::RotationSchedule", "the secret is rotated"),
    ("AWS::SecurityHub::Hub", "findings are collected"),
    ("AWS::WAFv2::WebACL", "requests are filtered"),
    ("AWS::WAFv2::WebACLAssociation", "requests are filtered"),
];

/// What is no longer so once a resource of this type goes away.
pub fn protects(ty: &str) -> Option<&'static str> {
    PROTECTORS.iter().find(|(known, _)| *known == ty).map(|(_, about)| *about)
}

/// The rules that let traffic in: of a group itself, and as resources of their own.
pub const GROUP: &str = "AWS::EC2::SecurityGroup";
/// The property of a group with its rules.
pub const GROUP_INGRESS: &str = "SecurityGroupIngress";
/// A rule that is a resource.
pub const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";

/// Whose statements a policy document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyRole {
    /// What the holder may do.
    Identity,
    /// Who may become it.
    Trust,
    /// Who may do something with the resource.
    Resource,
}

const IDENTITY_TYPES: [&str; 8] = [
    "AWS::IAM::Group",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::User",
    "AWS::IAM::UserPolicy",
];
const TRUST: &str = "AssumeRolePolicyDocument";

/// Whose statements a document at a path of a type's properties holds.
pub fn policy_role(ty: &str, path: &[String]) -> PolicyRole {
    if path.first().is_some_and(|first| first == TRUST) {
        PolicyRole::Trust
    } else if IDENTITY_TYPES.contains(&ty) {
        PolicyRole::Identity
    } else {
        PolicyRole::Resource
    }
}

/// The properties of a policy that name who holds it.
pub fn holders(ty: &str) -> &'static [&'static str] {
    match ty {
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => &["Roles", "Users", "Groups"],
        "AWS::IAM::RolePolicy" => &["RoleName"],
        "AWS::IAM::UserPolicy" => &["UserName"],
        "AWS::IAM::GroupPolicy" => &["GroupName"],
        _ => &[],
    }
}

/// The property of a principal that names policies written elsewhere.
pub const MANAGED_POLICIES: &str = "ManagedPolicyArns";

/// A type that is one permission: its properties for the principal, the action, the target, and the conditions.
pub fn permission(ty: &str) -> Option<(&'static str, &'static str, &'static str, &'static [&'static str])> {
    let conditions = &["SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType"];
    (ty == "AWS::Lambda::Permission").then_some(("Principal", "Action", "FunctionName", conditions))
}
