//! What the checks of policies must know of AWS. Nothing else in this folder names one of its types or actions.

use crate::check::iam::Kind;

/// For which resource a service acts.
pub(super) const SOURCE_ARN: &str = "aws:SourceArn";
/// The condition keys that say on whose behalf a service acts.
pub(super) const ON_BEHALF_OF: &[&str] = &[SOURCE_ARN, "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// The condition keys, in lower case, that say which resources are meant by a name other than their ARN
/// ("Use aliases to control access to KMS keys", AWS KMS developer guide).
pub(super) const NAME_THE_RESOURCE: &[&str] = &["kms:requestalias", "kms:resourcealiases"];

/// Services that tell on whose behalf they assume a role (each service's own page on "cross-service confused deputy prevention").
pub(super) const DEPUTIES: &[&str] = &[
    "appsync.amazonaws.com",
    "bedrock.amazonaws.com",
    "codebuild.amazonaws.com",
    "dms.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "ecs.amazonaws.com",
    "events.amazonaws.com",
    "glue.amazonaws.com",
    "iot.amazonaws.com",
    "pipes.amazonaws.com",
    "sagemaker.amazonaws.com",
    "scheduler.amazonaws.com",
    "ssm.amazonaws.com",
    "states.amazonaws.com",
    "transfer.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
];

/// Services that tell on whose behalf they use a resource that lets them in.
pub(super) const SENDERS: &[&str] = &[
    "apigateway.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudfront.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "codestar-notifications.amazonaws.com",
    "config.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "events.amazonaws.com",
    "iot.amazonaws.com",
    "logging.s3.amazonaws.com",
    "logs.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "ses.amazonaws.com",
    "sns.amazonaws.com",
    "vpc-lattice.amazonaws.com",
];

/// Services that act for others, as policies name them; for "did you mean" alone.
pub(super) const SERVICES: &[&str] = &[
    "airflow",
    "amplify",
    "apigateway",
    "appflow",
    "application-autoscaling",
    "apprunner",
    "appsync",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "budgets",
    "build.apprunner",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "codestar-notifications",
    "cognito-idp",
    "config",
    "connect",
    "datapipeline",
    "datasync",
    "delivery.logs",
    "dlm",
    "dms",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "ecs-tasks",
    "edgelambda",
    "eks",
    "eks-fargate-pods",
    "elasticache",
    "elasticbeanstalk",
    "elasticfilesystem",
    "elasticloadbalancing",
    "elasticmapreduce",
    "events",
    "firehose",
    "fsx",
    "gamelift",
    "glue",
    "guardduty",
    "iot",
    "kafka",
    "kafkaconnect",
    "kinesis",
    "kinesisanalytics",
    "lakeformation",
    "lambda",
    "lex",
    "logging.s3",
    "logdelivery.elasticloadbalancing",
    "logs",
    "macie",
    "medialive",
    "mediaconvert",
    "mq",
    "monitoring.rds",
    "opensearchservice",
    "pipes",
    "pods.eks",
    "quicksight",
    "rds",
    "redshift",
    "rekognition",
    "replicator.lambda",
    "s3",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "serverlessrepo",
    "ses",
    "sns",
    "spotfleet",
    "ssm",
    "states",
    "storagegateway",
    "sqs",
    "tasks.apprunner",
    "transfer",
    "vpc-flow-logs",
    "vpc-lattice",
    "wafv2",
    "workspaces",
];

/// The end of a service's name in policies.
pub(super) const SERVICE_ENDS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".aws.internal"];

/// Keys that say who asks, or from where: with one of these, everyone is somebody.
pub(super) const NARROWS: &[&str] = &[
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:SourceIp",
    "aws:userid",
    "aws:PrincipalServiceName",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "elasticfilesystem:AccessedViaMountTarget",
];

/// The address that a request comes from.
pub(super) const SOURCE_IP: &str = "aws:SourceIp";
/// All addresses.
pub(super) const ANYWHERE: [&str; 3] = ["0.0.0.0/0", "::/0", "*"];

/// A secret between two accounts.
pub(super) const EXTERNAL_ID: &str = "sts:ExternalId";
/// Becoming a role, and its ways for those whom an identity provider vouches for.
pub(super) const ASSUME: &str = "sts:AssumeRole";
/// See there.
pub(super) const ASSUME_SAML: &str = "sts:AssumeRoleWithSAML";
/// See there.
pub(super) const ASSUME_WEB: &str = "sts:AssumeRoleWithWebIdentity";
/// What may go with any of them.
pub(super) const BESIDE_ASSUMING: &[&str] = &["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"];
/// The identity provider of GitHub's jobs.
pub(super) const GITHUB: &str = "token.actions.githubusercontent.com";
/// Amazon Cognito's.
pub(super) const COGNITO: &str = "cognito-identity.amazonaws.com";

/// Making the role that a service keeps for itself, and the key that says of which service.
pub(super) const MAKE_SERVICE_ROLE: &str = "iam:CreateServiceLinkedRole";
/// See there.
pub(super) const SERVICE_NAME: &str = "iam:AWSServiceName";

/// Actions whose answer lets somebody act as somebody else, beyond those that the reference calls permissions management (the list of
/// cloudsplaining, 0.8, without those that only read how something is set).
pub(super) const GIVES_CREDENTIALS: &[&str] = &[
    "chime:CreateApiKey",
    "codepipeline:PollForJobs",
    "cognito-identity:GetOpenIdToken",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "cognito-identity:GetCredentialsForIdentity",
    "connect:GetFederationToken",
    "ec2:GetPasswordData",
    "gamelift:RequestUploadCredentials",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword",
    "redshift:GetClusterCredentials",
    "sso:GetRoleCredentials",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
];

/// A key, and all that can be done with it.
pub(super) const KEY: &str = "AWS::KMS::Key";
/// See there.
pub(super) const ALL_OF_KEYS: &str = "kms:*";

/// People with passwords and keys that last.
pub(super) const LASTING: &[&str] = &["AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::IAM::UserToGroupAddition"];

/// A role.
pub(super) const ROLE: &str = "AWS::IAM::Role";
/// The properties of what runs code that say as which role.
pub(super) const RUNS_AS: &[(&str, &str)] = &[
    ("AWS::Lambda::Function", "Role"),
    ("AWS::ECS::TaskDefinition", "TaskRoleArn"),
    ("AWS::StepFunctions::StateMachine", "RoleArn"),
    ("AWS::CodeBuild::Project", "ServiceRole"),
    ("AWS::Glue::Job", "Role"),
    ("AWS::IAM::InstanceProfile", "Roles"),
];

/// One statement of a function's policy, in a form of its own.
pub(super) const FUNCTION_PERMISSION: &str = "AWS::Lambda::Permission";
/// What becomes a role with a certificate, and all that the trust in it has to allow
/// ("Trust model in AWS Identity and Access Management Roles Anywhere").
pub(super) const ANYWHERE_SERVICE: &str = "rolesanywhere.amazonaws.com";
/// See there.
pub(super) const ANYWHERE_NEEDS: [&str; 3] = [ASSUME, "sts:TagSession", "sts:SetSourceIdentity"];

/// The beginnings of the ids that IAM writes instead of a role or user that was deleted
/// ("IAM identifiers", unique identifiers).
pub(super) const IDS_OF_THE_DELETED: [&str; 2] = ["AROA", "AIDA"];

/// The service that deploys, and what it reads for a template's dynamic references besides what a type's handlers do.
pub(super) const DEPLOYS: &str = "cloudformation.amazonaws.com";
/// See there.
pub(super) const RESOLVES: [&str; 3] = ["ssm:GetParameter", "ssm:GetParameters", "secretsmanager:GetSecretValue"];

/// Credentials for people of an application, and the property that gives some to those who have not signed in.
pub(super) const POOL: &str = "AWS::Cognito::IdentityPool";
/// See there.
pub(super) const GUESTS: &str = "AllowUnauthenticatedIdentities";

/// A bucket, and the lists of old that let in the world, or everybody with an account of AWS ("Access control list overview").
pub(super) const BUCKET: &str = "AWS::S3::Bucket";
/// See there.
pub(super) const CANNED: &str = "AccessControl";
/// See there.
pub(super) const OPEN_LISTS: [&str; 3] = ["PublicRead", "PublicReadWrite", "AuthenticatedRead"];

/// The types that say what roles may, and let nothing act as them.
pub(super) const POLICIES_OF_IAM: &str = "AWS::IAM::";

/// A virtual machine's role, by way of its profile, and the service that takes it.
pub(super) const PROFILE: (&str, &str, &str) = ("AWS::IAM::InstanceProfile", "Roles", "ec2.amazonaws.com");

/// The service whose ARNs have no account.
pub(super) const BUCKETS: &str = "s3.amazonaws.com";

/// The version of the policies' language that has no variables.
pub(super) const OLD_LANGUAGE: &str = "2008-10-17";

/// Types whose policy is a property of their own: `*` in it is the resource itself.
pub(super) const OWN_POLICY: &[&str] = &[
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Backup::BackupVault",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::OpenSearchService::Domain",
    "AWS::Elasticsearch::Domain",
    "AWS::ApiGateway::RestApi",
];

/// Which kind of document a property holds, where its statements do not tell.
pub(super) fn kind_of_document(ty: &str, property: &str) -> Option<Kind> {
    match (ty, property) {
        ("AWS::IAM::Role", "AssumeRolePolicyDocument") => Some(Kind::Resource),
        ("AWS::EC2::VPCEndpoint", _) => Some(Kind::Endpoint),
        (
            "AWS::IAM::Policy"
            | "AWS::IAM::ManagedPolicy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::GroupPolicy",
            "PolicyDocument",
        )
        | ("AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group", "Policies") => Some(Kind::Identity),
        ("AWS::Organizations::Policy", _) => Some(Kind::ServiceControl),
        (_, _) => None,
    }
}

/// Keys that a request can have whatever its action: those of the code that makes it, and of identity providers.
pub(super) fn is_carried_anywhere(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let prefix = key.split(':').next().unwrap_or_default();
    prefix.contains('.')
        || prefix == "saml"
        || matches!(
            key.as_str(),
            "lambda:sourcefunctionarn"
                | "ec2:sourceinstancearn"
                | "ec2:roledelivery"
                | "glue:roleassumedby"
                | "ssm:sourceinstancearn"
                | "identitystore:userid"
                | "kms:viaservice"
        )
}

/// Global keys that come with some actions only.
pub(super) fn is_of_tags(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["aws:resourcetag/", "aws:requesttag/", "aws:tagkeys"].iter().any(|start| key.starts_with(start))
}
