//! What must not be in the system.

use serde_json::json;

use crate::plants::{Plant, open, plant, policy};

/// Everything that is planted.
pub static PLANTS: [Plant; 9] = [
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 5432)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupEgress[]", || open("-1", -1)),
    plant("AWS::IAM::Role", "", "ManagedPolicyArns[]", || json!("arn:aws:iam::aws:policy/AdministratorAccess")),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("s3:*"), json!("*"))),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("s3:GetObject"), json!("*"))),
    plant(
        "AWS::S3::Bucket",
        "",
        "CorsConfiguration.CorsRules[]",
        || json!({"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}),
    ),
    plant("AWS::Cognito::UserPoolClient", "", "ExplicitAuthFlows[]", || json!("ALLOW_USER_PASSWORD_AUTH")),
    plant("AWS::Cognito::IdentityPoolRoleAttachment", "", "Roles.unauthenticated", || {
        json!("arn:aws:iam::1:role/guest")
    }),
    plant("AWS::EC2::Subnet", "", "MapPublicIpOnLaunch", || json!(true)),
];
