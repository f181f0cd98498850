//! What must not be in CloudVault.

use serde_json::json;

use crate::plants::{Plant, open, plant, policy};

/// Everything that is planted.
pub static PLANTS: [Plant; 15] = [
    plant("AWS::SecretsManager::Secret", "", "SecretString", || json!("hunter2")),
    plant("AWS::Lambda::Function", "", "ReservedConcurrentExecutions", || json!(5)),
    plant("AWS::Lambda::Function", "", "Environment.Variables.API_TOKEN", || json!("hunter2")),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 22)),
    plant("AWS::IAM::Role", "foundation", "Policies[]", || policy(json!("s3:*"), json!("*"))),
    plant("AWS::IAM::Role", "foundation", "Policies[]", || {
        policy(json!("kms:Decrypt"), json!("arn:aws:kms:us-east-1:1:key/1"))
    }),
    plant("AWS::IAM::Role", "cicd", "Policies[]", || policy(json!("iam:*"), json!("*"))),
    plant("AWS::IAM::Role", "cicd", "ManagedPolicyArns[]", || json!("arn:aws:iam::aws:policy/AdministratorAccess")),
    plant(
        "AWS::S3::BucketPolicy",
        "foundation",
        "PolicyDocument.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}),
    ),
    plant(
        "AWS::KMS::Key",
        "security",
        "KeyPolicy.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}),
    ),
    plant("AWS::ApiGatewayV2::Api", "", "CorsConfiguration.AllowCredentials", || json!(true)),
    plant("AWS::CloudWatch::Alarm", "", "ActionsEnabled", || json!(false)),
    plant("AWS::SNS::Topic", "monitoring", "KmsMasterKeyId", || json!("alias/aws/sns")),
    plant("AWS::SNS::Topic", "", "DisplayName", || json!("account 123456789012")),
    plant(
        "AWS::S3::Bucket",
        "foundation",
        "NotificationConfiguration.LambdaConfigurations[]",
        || json!({"Event": "s3:ObjectCreated:*", "Function": "f"}),
    ),
];
