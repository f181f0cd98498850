//! What must be known of AWS to follow permissions from one principal to another.

/// A role.
pub(super) const ROLE: &str = "AWS::IAM::Role";
/// The property with its trust.
pub(super) const TRUST: &str = "AssumeRolePolicyDocument";
/// The property with its own policies.
pub(super) const INLINE: &str = "Policies";
/// The property with policies that are attached to it.
pub(super) const ATTACHED: &str = "ManagedPolicyArns";
/// The property with its boundary.
pub(super) const BOUNDARY: &str = "PermissionsBoundary";
/// Policies that name their roles, and the property.
pub(super) const POLICIES: [(&str, &str); 3] =
    [("AWS::IAM::Policy", "Roles"), ("AWS::IAM::ManagedPolicy", "Roles"), ("AWS::IAM::RolePolicy", "RoleName")];
/// The property of a policy's document.
pub(super) const DOCUMENT: &str = "PolicyDocument";
/// A policy that roles attach.
pub(super) const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
/// One statement of a function's policy, in a form of its own.
pub(super) const FUNCTION_PERMISSION: &str = "AWS::Lambda::Permission";

/// Whether AWS ends a type's ARNs with letters of its own.
pub(super) fn ends_at_random(ty: &str) -> bool {
    matches!(ty, "AWS::SecretsManager::Secret" | "AWS::Events::ApiDestination" | "AWS::Events::Connection")
}

/// Becoming a role itself.
pub(super) const ASSUME: &str = "sts:AssumeRole";
/// Handing a role to a service.
pub(super) const PASS: &str = "iam:PassRole";
/// To which service.
pub(super) const PASSED_TO: &str = "iam:PassedToService";

/// A way from one principal to another role.
pub(super) struct Way {
    /// All of these actions are needed.
    pub(super) actions: &'static [&'static str],
    /// What they are done on.
    pub(super) on: On,
    /// In words, before the name of what they are done on.
    pub(super) words: &'static str,
}

/// What the actions of a way are done on.
pub(super) enum On {
    /// The role.
    Role,
    /// Something that acts as the role: its type, and the property that names the role.
    Carrier(&'static str, &'static str),
    /// Something new, which gets the role passed: the service that takes it.
    New(&'static str),
}

/// How one comes to act as another role, or to change what it may. The methods are those that pathfinding.cloud and cloudsplaining
/// list (2026), as far as they lead to a role of the program.
pub(super) const WAYS: &[Way] = &[
    Way { actions: &["iam:UpdateAssumeRolePolicy"], on: On::Role, words: "changes whom it trusts:" },
    Way {
        actions: &["lambda:UpdateFunctionCode"],
        on: carrier("AWS::Lambda::Function", "Role"),
        words: "replaces the code of",
    },
    Way {
        actions: &["lambda:UpdateFunctionConfiguration"],
        on: carrier("AWS::Lambda::Function", "Role"),
        words: "adds a layer to",
    },
    Way {
        actions: &["states:UpdateStateMachine"],
        on: carrier("AWS::StepFunctions::StateMachine", "RoleArn"),
        words: "rewrites",
    },
    Way {
        actions: &["codebuild:StartBuild"],
        on: carrier("AWS::CodeBuild::Project", "ServiceRole"),
        words: "runs commands of its own in",
    },
    Way {
        actions: &["codebuild:UpdateProject"],
        on: carrier("AWS::CodeBuild::Project", "ServiceRole"),
        words: "changes",
    },
    Way {
        actions: &["glue:UpdateJob", "glue:StartJobRun"],
        on: carrier("AWS::Glue::Job", "Role"),
        words: "replaces the script of",
    },
    Way {
        actions: &["ecs:RunTask", "iam:PassRole"],
        on: carrier("AWS::ECS::TaskDefinition", "TaskRoleArn"),
        words: "runs commands of its own in",
    },
    Way {
        actions: &["codepipeline:UpdatePipeline"],
        on: carrier("AWS::CodePipeline::Pipeline", "RoleArn"),
        words: "changes",
    },
    Way {
        actions: &["cloudformation:UpdateStack"],
        on: carrier("AWS::CloudFormation::Stack", "RoleARN"),
        words: "changes",
    },
    Way {
        actions: &["lambda:CreateFunction", "lambda:InvokeFunction"],
        on: On::New("lambda.amazonaws.com"),
        words: "creates and calls a function",
    },
    Way {
        actions: &["lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
        on: On::New("lambda.amazonaws.com"),
        words: "creates a function that a stream calls",
    },
    Way { actions: &["ec2:RunInstances"], on: On::New("ec2.amazonaws.com"), words: "starts an instance" },
    Way {
        actions: &["ecs:RegisterTaskDefinition", "ecs:RunTask"],
        on: On::New("ecs-tasks.amazonaws.com"),
        words: "runs a task of its own",
    },
    Way {
        actions: &["ecs:RegisterTaskDefinition", "ecs:CreateService"],
        on: On::New("ecs-tasks.amazonaws.com"),
        words: "runs a service of its own",
    },
    Way {
        actions: &["states:CreateStateMachine", "states:StartExecution"],
        on: On::New("states.amazonaws.com"),
        words: "creates and starts a state machine",
    },
    Way {
        actions: &["codebuild:CreateProject", "codebuild:StartBuild"],
        on: On::New("codebuild.amazonaws.com"),
        words: "creates and starts a build",
    },
    Way {
        actions: &["glue:CreateJob", "glue:StartJobRun"],
        on: On::New("glue.amazonaws.com"),
        words: "creates and starts a job",
    },
    Way {
        actions: &["glue:CreateDevEndpoint"],
        on: On::New("glue.amazonaws.com"),
        words: "creates a development endpoint",
    },
    Way {
        actions: &["cloudformation:CreateStack"],
        on: On::New("cloudformation.amazonaws.com"),
        words: "creates a stack",
    },
    Way {
        actions: &["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
        on: On::New("sagemaker.amazonaws.com"),
        words: "creates a notebook",
    },
    Way {
        actions: &["sagemaker:CreateTrainingJob"],
        on: On::New("sagemaker.amazonaws.com"),
        words: "starts a training job",
    },
    Way {
        actions: &["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"],
        on: On::New("datapipeline.amazonaws.com"),
        words: "creates a pipeline",
    },
    Way { actions: &["scheduler:CreateSchedule"], on: On::New("scheduler.amazonaws.com"), words: "creates a schedule" },
    Way {
        actions: &["apprunner:CreateService"],
        on: On::New("tasks.apprunner.amazonaws.com"),
        words: "creates a service",
    },
    Way {
        actions: &["batch:RegisterJobDefinition", "batch:SubmitJob"],
        on: On::New("ecs-tasks.amazonaws.com"),
        words: "submits a job of its own",
    },
];

const fn carrier(ty: &'static str, property: &'static str) -> On {
    On::Carrier(ty, property)
}

/// Actions that give a role more than it has.
pub(super) const EMPOWERS: [&str; 2] = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];

/// Actions that rewrite the policy of a resource, by its type.
pub(super) const REWRITES: &[(&str, &str)] = &[
    ("AWS::S3::Bucket", "s3:PutBucketPolicy"),
    ("AWS::SQS::Queue", "sqs:SetQueueAttributes"),
    ("AWS::SQS::Queue", "sqs:AddPermission"),
    ("AWS::SNS::Topic", "sns:SetTopicAttributes"),
    ("AWS::SNS::Topic", "sns:AddPermission"),
    ("AWS::KMS::Key", "kms:PutKeyPolicy"),
    ("AWS::KMS::Key", "kms:CreateGrant"),
    ("AWS::SecretsManager::Secret", "secretsmanager:PutResourcePolicy"),
    ("AWS::Lambda::Function", "lambda:AddPermission"),
    ("AWS::DynamoDB::Table", "dynamodb:PutResourcePolicy"),
    ("AWS::ECR::Repository", "ecr:SetRepositoryPolicy"),
    ("AWS::Events::EventBus", "events:PutPermission"),
    ("AWS::Kinesis::Stream", "kinesis:PutResourcePolicy"),
    ("AWS::EFS::FileSystem", "elasticfilesystem:PutFileSystemPolicy"),
    ("AWS::Backup::BackupVault", "backup:PutBackupVaultAccessPolicy"),
];

/// A key.
pub(super) const KEY: &str = "AWS::KMS::Key";

/// What can be encrypted with a key of one's own.
pub(super) struct Encrypted {
    /// Its type.
    pub(super) ty: &'static str,
    /// The property that names the key, at whatever depth.
    pub(super) key: &'static str,
    /// Actions on it, and what of the key each needs.
    pub(super) uses: &'static [(&'static str, &'static [&'static str])],
    /// The service that uses the key in its own name, before its region, and what it needs.
    pub(super) owner: Option<(&'static str, &'static [&'static str])>,
}

const READ: &[&str] = &["kms:Decrypt"];
const WRITE: &[&str] = &["kms:GenerateDataKey"];
const BOTH: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];

/// Each by its service's own page on encryption at rest.
pub(super) const ENCRYPTED: &[Encrypted] = &[
    Encrypted {
        ty: "AWS::S3::Bucket",
        key: "KMSMasterKeyID",
        uses: &[("s3:GetObject", READ), ("s3:PutObject", WRITE)],
        owner: None,
    },
    Encrypted {
        ty: "AWS::SQS::Queue",
        key: "KmsMasterKeyId",
        uses: &[("sqs:SendMessage", BOTH), ("sqs:ReceiveMessage", READ)],
        owner: None,
    },
    Encrypted { ty: "AWS::SNS::Topic", key: "KmsMasterKeyId", uses: &[("sns:Publish", BOTH)], owner: None },
    Encrypted {
        ty: "AWS::DynamoDB::Table",
        key: "KMSMasterKeyId",
        uses: &[("dynamodb:GetItem", READ), ("dynamodb:PutItem", READ), ("dynamodb:Query", READ)],
        owner: None,
    },
    Encrypted {
        ty: "AWS::SecretsManager::Secret",
        key: "KmsKeyId",
        uses: &[("secretsmanager:GetSecretValue", READ)],
        owner: None,
    },
    Encrypted {
        ty: "AWS::Kinesis::Stream",
        key: "KeyId",
        uses: &[("kinesis:PutRecord", WRITE), ("kinesis:GetRecords", READ)],
        owner: None,
    },
    Encrypted { ty: "AWS::Logs::LogGroup", key: "KmsKeyId", uses: &[], owner: Some(("logs", BOTH)) },
];

/// What runs code: its type, the property that names its role, and the one that holds what its code is told.
pub(super) const WORKLOADS: &[(&str, &str, &str)] = &[
    ("AWS::Lambda::Function", "Role", "Environment"),
    ("AWS::ECS::TaskDefinition", "TaskRoleArn", "ContainerDefinitions"),
];

/// Settings that something else reads before the code begins: not the code's role needs a right for them.
pub(super) const READ_FOR_IT: &[&str] =
    &["Secrets", "RepositoryCredentials", "LogConfiguration", "EnvironmentFiles", "FirelensConfiguration"];

/// What code is told of because it uses it by its API.
pub(super) const TOLD_OF: &[&str] = &[
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Kinesis::Stream",
    "AWS::Events::EventBus",
    "AWS::StepFunctions::StateMachine",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
];

/// Two rights that belong to two people.
pub(super) struct Duty {
    /// One of these actions.
    pub(super) first: &'static [&'static str],
    /// And one of these.
    pub(super) second: &'static [&'static str],
    /// What whoever has both can do.
    pub(super) words: &'static str,
}

/// Who spoils data and its copies leaves nothing; who asks and approves is not looked at by anybody.
pub(super) const DUTIES: &[Duty] = &[
    Duty {
        first: &[
            "s3:DeleteObject",
            "s3:PutObject",
            "dynamodb:DeleteItem",
            "dynamodb:DeleteTable",
            "rds:DeleteDBInstance",
            "rds:DeleteDBCluster",
            "ec2:DeleteVolume",
            "elasticfilesystem:DeleteFileSystem",
        ],
        second: &[
            "backup:DeleteRecoveryPoint",
            "backup:DeleteBackupVault",
            "dynamodb:DeleteBackup",
            "rds:DeleteDBSnapshot",
            "rds:DeleteDBClusterSnapshot",
            "ec2:DeleteSnapshot",
            "s3:DeleteObjectVersion",
        ],
        words: "can spoil data and delete its copies",
    },
    Duty {
        first: &["codepipeline:StartPipelineExecution", "codecommit:GitPush", "cloudformation:CreateChangeSet"],
        second: &["codepipeline:PutApprovalResult", "codecommit:UpdatePullRequestApprovalState"],
        words: "can ask for a change and approve it",
    },
];
