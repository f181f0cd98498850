//! What must not be in the lab.

use serde_json::json;

use crate::plants::{Plant, open, plant, policy};

/// Everything that is planted.
pub static PLANTS: [Plant; 16] = [
    plant("AWS::SecretsManager::Secret", "", "KmsKeyId", || json!("alias/other")),
    plant("AWS::RDS::DBInstance", "", "KmsKeyId", || json!("alias/other")),
    plant("AWS::RDS::DBInstance", "", "ManageMasterUserPassword", || json!(true)),
    plant("AWS::RDS::DBInstance", "", "EnableCloudwatchLogsExports", || json!(["audit"])),
    plant("AWS::EC2::LaunchTemplate", "", "LaunchTemplateData.KeyName", || json!("key")),
    plant(
        "AWS::EC2::LaunchTemplate",
        "",
        "LaunchTemplateData.NetworkInterfaces[]",
        || json!({"DeviceIndex": 0, "AssociatePublicIpAddress": true}),
    ),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 22)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 5000)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupEgress[]", || open("-1", -1)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupEgress[]", || open("udp", 53)),
    plant("AWS::IAM::Role", "", "ManagedPolicyArns[]", || json!("arn:aws:iam::aws:policy/AdministratorAccess")),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("s3:*"), json!("*"))),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("kms:Decrypt"), json!("arn:aws:kms:eu-west-1:1:key/1"))),
    plant(
        "AWS::S3::BucketPolicy",
        "",
        "PolicyDocument.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}),
    ),
    plant("AWS::S3::Bucket", "-storage", "LoggingConfiguration", || json!({"LogFilePrefix": "logs/"})),
    plant("AWS::SecretsManager::RotationSchedule", "", "HostedRotationLambda.SuperuserSecretArn", || json!("arn")),
];
