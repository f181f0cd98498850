//! What must not be there, planted.

use serde_json::json;

use crate::plants::{Plant, plant, policy};

/// Every plant.
pub const PLANTS: [Plant; 5] = [
    plant("AWS::S3::Bucket", "Dev", "BucketName", || json!("uk-home-improvement-files")),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!(["dynamodb:*"]), json!(["*"]))),
    plant("AWS::SecretsManager::Secret", "", "SecretString", || json!("placed-by-hand")),
    plant(
        "AWS::CloudFront::Distribution",
        "Dev",
        "DistributionConfig.ViewerCertificate",
        || json!({"CloudFrontDefaultCertificate": true}),
    ),
    plant("AWS::DynamoDB::Table", "", "TableName", || json!("uk-home-improvement-tables")),
];
