//! The few AWS types that evaluation must know by name.

use crate::eval::value::Attribute;

/// Types whose content is fetched with `.field("…")`.
pub(super) fn is_secret(ty: &str) -> bool {
    ty == "AWS::SecretsManager::Secret"
}

/// The type that a principal stands for in the end.
pub(super) const ROLE: &str = "AWS::IAM::Role";

/// The type that an end of a connection stands for in the end.
pub(super) const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";

/// Namespace, dimension and the attribute that fills it, for the metrics of a type.
/// Source: the services' CloudWatch metric pages ("dimensions").
pub(super) fn metric_dimension(ty: &str) -> Option<(&'static str, &'static str, Attribute)> {
    Some(match ty {
        "AWS::Lambda::Function" => ("AWS/Lambda", "FunctionName", Attribute::Id),
        "AWS::SQS::Queue" => ("AWS/SQS", "QueueName", Attribute::Name),
        "AWS::SNS::Topic" => ("AWS/SNS", "TopicName", Attribute::Name),
        "AWS::DynamoDB::Table" => ("AWS/DynamoDB", "TableName", Attribute::Id),
        "AWS::RDS::DBInstance" => ("AWS/RDS", "DBInstanceIdentifier", Attribute::Id),
        "AWS::RDS::DBCluster" => ("AWS/RDS", "DBClusterIdentifier", Attribute::Id),
        "AWS::AutoScaling::AutoScalingGroup" => ("AWS/EC2", "AutoScalingGroupName", Attribute::Id),
        "AWS::StepFunctions::StateMachine" => ("AWS/States", "StateMachineArn", Attribute::Id),
        "AWS::S3::Bucket" => ("AWS/S3", "BucketName", Attribute::Id),
        _ => return None,
    })
}
