//! What must not be in the Wizard.

use serde_json::json;

use crate::plants::{Plant, plant, policy};

/// Everything that is planted.
pub static PLANTS: [Plant; 12] = [
    plant("AWS::IAM::Role", "security-dev", "ManagedPolicyArns[]", || {
        json!("arn:aws:iam::aws:policy/AdministratorAccess")
    }),
    plant("AWS::IAM::Role", "security-dev", "Policies[]", || policy(json!("s3:*"), json!("*"))),
    plant("AWS::IAM::Role", "security-dev", "Policies[]", || {
        policy(json!("dynamodb:DeleteItem"), json!("arn:aws:dynamodb:us-east-1:1:table/other"))
    }),
    plant("AWS::SecretsManager::Secret", "", "SecretString", || json!("sk-0123456789abcdef")),
    plant("AWS::Lambda::Function", "", "ReservedConcurrentExecutions", || json!(1)),
    plant(
        "AWS::DynamoDB::Table",
        "",
        "ProvisionedThroughput",
        || json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
    ),
    plant("AWS::S3::Bucket", "storage-dev", "LoggingConfiguration", || json!({"LogFilePrefix": "logs/"})),
    plant("AWS::CloudFront::Distribution", "cdn-dev", "DistributionConfig.Logging", || json!({"Bucket": "logs"})),
    plant(
        "AWS::S3::BucketPolicy",
        "",
        "PolicyDocument.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}),
    ),
    plant(
        "AWS::KMS::Key",
        "",
        "KeyPolicy.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}),
    ),
    plant(
        "AWS::SNS::TopicPolicy",
        "email-dev",
        "PolicyDocument.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}),
    ),
    plant("AWS::CloudWatch::Alarm", "", "AlarmActions[]", || json!("arn:aws:sns:us-east-1:1:other")),
];
