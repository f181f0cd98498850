//! The types that renderings make.

/// A stack in several accounts and regions.
pub(super) const STACK_SET: &str = "AWS::CloudFormation::StackSet";
/// Stages, one after the other.
pub(super) const PIPELINE: &str = "AWS::CodePipeline::Pipeline";
