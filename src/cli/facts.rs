//! The types of AWS that help texts name.

/// How `infrac catalog` is asked.
pub(super) const CATALOG_EXAMPLES: &str = "Examples: infrac catalog AWS::SQS::Queue\n          infrac catalog AWS::S3::Bucket.LifecycleConfiguration\n          infrac catalog s3:GetObject";
