//! Facts about resource types.

use super::super::{Availability, Dimension, Kind, NameCase, NameScope, Obtain, TagStyle, catalog};
use super::of;

#[test]
fn every_type_of_every_region_is_there() {
    assert!(catalog().resource_types().count() >= 1_890);
    assert!(catalog().regions().count() >= 40 && catalog().has_region("eu-west-2"));
    assert_eq!(catalog().date(), "2026-10-20");
    assert!(catalog().sources().any(|(name, version)| name == "cfn-lint" && version == "1.58.0"));
}

#[test]
fn a_property_has_its_limits() {
    let memory = of("AWS::Lambda::Function").property("MemorySize").unwrap().shape();
    assert_eq!((memory.kind(), memory.minimum(), memory.maximum()), (Kind::Integer, Some(128.0), Some(32768.0)));
    let retention = of("AWS::Logs::LogGroup").property("RetentionInDays").unwrap().shape();
    assert!(retention.enum_values().has("30") && !retention.enum_values().has("31"));
    let engine = of("AWS::RDS::DBInstance").property("AllocatedStorage").unwrap().shape();
    assert_eq!((engine.kind(), engine.pattern()), (Kind::String, Some("^[0-9]*$")));
    assert_eq!(of("AWS::SQS::Queue").property("FifoQueue").unwrap().shape().kind(), Kind::Boolean);
    assert_eq!(of("AWS::IAM::Role").property("AssumeRolePolicyDocument").unwrap().shape().kind(), Kind::Json);
    let variables = of("AWS::Lambda::Function").shape().find("Environment/Variables").unwrap().shape();
    assert_eq!((variables.kind(), variables.items().unwrap().kind()), (Kind::Map, Kind::Json));
    assert!(variables.key_pattern().is_some());
    assert!(of("AWS::Lambda::Function").property("Role").unwrap().required());
}

#[test]
fn what_replaces_a_resource_is_marked_also_when_nested() {
    let vpc = of("AWS::EC2::VPC");
    assert!(vpc.property("CidrBlock").unwrap().create_only());
    assert!(vpc.property("InstanceTenancy").unwrap().conditional_create_only());
    assert!(!vpc.property("EnableDnsSupport").unwrap().create_only());
    assert!(vpc.property("VpcId").unwrap().read_only());
    let table = of("AWS::DynamoDB::Table");
    assert!(table.property("TableName").unwrap().create_only());
    assert!(of("AWS::Backup::BackupVault").shape().find("LockConfiguration/ChangeableForDays").unwrap().write_only());
    assert!(of("AWS::RDS::DBInstance").shape().find("Endpoint/Address").unwrap().read_only());
    assert!(of("AWS::RDS::DBInstance").property("Endpoint").unwrap().read_only());
    assert!(of("AWS::RDS::DBInstance").property("TdeCredentialArn").unwrap().deprecated());
}

#[test]
fn attributes_are_what_get_att_gives() {
    let database = of("AWS::RDS::DBInstance");
    assert_eq!(database.attribute("Endpoint.Address").unwrap().kind(), Kind::String);
    assert!(database.attribute("Endpoint.Nothing").is_none());
    assert!(of("AWS::ElasticLoadBalancingV2::LoadBalancer").attribute("DNSName").is_some());
    assert!(of("AWS::CloudFormation::Stack").attribute("Outputs.Anything").is_some());
    assert!(of("AWS::CloudFormation::Stack").attribute("Outputs.").is_none());
    assert!(of("AWS::CloudFormation::CustomResource").attribute("Anything").is_some());
    assert!(of("AWS::S3::Bucket").attribute("RegionalDomainName").is_some());
}

#[test]
fn ref_gives_what_aws_says() {
    for (name, path) in [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateId"),
        ("AWS::SQS::Queue", "QueueUrl"),
        ("AWS::SNS::Topic", "TopicArn"),
        ("AWS::EC2::EIP", "PublicIp"),
        ("AWS::EC2::VPC", "VpcId"),
        ("AWS::KMS::Key", "KeyId"),
        ("AWS::ApiGateway::Stage", "StageName"),
        ("AWS::ApplicationAutoScaling::ScalingPolicy", "Arn"),
        ("AWS::ECS::Service", "ServiceArn"),
        ("AWS::Cognito::UserPoolClient", "ClientId"),
    ] {
        assert_eq!(of(name).ref_value().only(), Some(path), "{name}");
    }
}

#[test]
fn an_id_a_name_and_an_arn_can_be_obtained() {
    let obtain = |name: &str, attribute: &str| of(name).obtain(attribute);
    assert_eq!(obtain("AWS::EC2::SecurityGroup", "Id"), Some(Obtain::Ref));
    assert_eq!(obtain("AWS::EC2::Subnet", "Id"), Some(Obtain::Ref));
    assert_eq!(obtain("AWS::EC2::EIP", "AllocationId"), Some(Obtain::GetAtt("AllocationId")));
    assert_eq!(obtain("AWS::IAM::Role", "Arn"), Some(Obtain::GetAtt("Arn")));
    assert_eq!(obtain("AWS::IAM::Role", "Name"), Some(Obtain::Ref));
    assert_eq!(obtain("AWS::SNS::Topic", "Arn"), Some(Obtain::Ref));
    assert_eq!(obtain("AWS::SQS::Queue", "Name"), Some(Obtain::GetAtt("QueueName")));
    assert_eq!(obtain("AWS::RDS::DBInstance", "Arn"), Some(Obtain::GetAtt("DBInstanceArn")));
    assert_eq!(obtain("AWS::S3::Bucket", "Nothing"), None);
}

#[test]
fn tags_are_taken_in_four_styles() {
    let style = |name: &str| of(name).tagging().map(|tagging| (tagging.property(), tagging.style()));
    assert_eq!(style("AWS::S3::Bucket"), Some(("Tags", TagStyle::List)));
    assert_eq!(style("AWS::SecurityHub::Hub"), Some(("Tags", TagStyle::Map)));
    assert_eq!(style("AWS::Backup::BackupVault"), Some(("BackupVaultTags", TagStyle::Map)));
    assert_eq!(style("AWS::AutoScaling::AutoScalingGroup"), Some(("Tags", TagStyle::Propagate)));
    assert_eq!(style("AWS::Cognito::UserPool"), Some(("UserPoolTags", TagStyle::Map)));
    assert_eq!(style("AWS::IAM::InstanceProfile"), None);
}

#[test]
fn a_property_says_what_it_refers_to() {
    let refers = |name: &str, path: &str, to: &str| {
        let shape = of(name).shape().find(path).unwrap().shape();
        let shape = if shape.kind() == Kind::List { shape.items().unwrap() } else { shape };
        shape.references().any(|reference| format!("{}.{}", reference.type_name, reference.attribute) == to)
    };
    assert!(refers("AWS::Lambda::Function", "Role", "AWS::IAM::Role.Arn"));
    assert!(refers("AWS::Lambda::Function", "VpcConfig/SecurityGroupIds", "AWS::EC2::SecurityGroup.Id"));
    assert!(refers("AWS::Lambda::Function", "VpcConfig/SubnetIds", "AWS::EC2::Subnet.SubnetId"));
    assert!(refers("AWS::EC2::Subnet", "VpcId", "AWS::EC2::VPC.Id"));
    assert!(refers("AWS::SecretsManager::SecretTargetAttachment", "SecretId", "AWS::SecretsManager::Secret.Id"));
    assert!(refers("AWS::WAFv2::WebACLAssociation", "WebACLArn", "AWS::WAFv2::WebACL.Arn"));
    assert!(refers("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN", "AWS::Lambda::Function.Arn"));
    assert!(refers("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket.BucketName"));
}

#[test]
fn combinations_are_kept() {
    let rule = of("AWS::Events::Rule").shape();
    assert!(rule.required_or().has("EventPattern") && rule.required_or().has("ScheduleExpression"));
    let group = of("AWS::AutoScaling::AutoScalingGroup").shape();
    assert!(group.required_xor().has("LaunchTemplate") && group.required().has("MinSize"));
    let subnet = of("AWS::EC2::Subnet").shape();
    assert!(subnet.dependent_excluded().any(|(name, others)| name == "CidrBlock" && others.has("Ipv4IpamPoolId")));
    assert!(
        subnet.dependent_required().any(|(name, others)| name == "Ipv4IpamPoolId" && others.has("Ipv4NetmaskLength"))
    );
    assert!(of("AWS::DynamoDB::Table").shape().is_closed());
}

#[test]
fn a_type_may_be_missing_from_a_region() {
    let guard = of("AWS::GuardDuty::Detector");
    assert_eq!(guard.availability("eu-west-2"), Availability::Available);
    assert_eq!(guard.availability("us-iso-east-1"), Availability::Unknown);
    assert_eq!(guard.availability("mars-north-1"), Availability::Unknown);
    let absent = catalog().resource_types().filter(|each| each.availability("cn-north-1") == Availability::Absent);
    assert!(absent.count() > 900);
}

#[test]
fn a_shape_may_contain_itself() {
    let statement = of("AWS::WAFv2::WebACL").shape().find("Rules/Statement").unwrap().shape();
    let inner = statement.find("AndStatement/Statements").unwrap().shape().items().unwrap();
    assert_eq!(inner.find("AndStatement/Statements").unwrap().shape().items(), Some(inner));
}

#[test]
fn metrics_and_handlers_are_known() {
    let database = of("AWS::RDS::DBInstance");
    let known = |name: &str| database.metrics().any(|group| group.namespace == "AWS/RDS" && group.names.has(name));
    assert!(known("CPUUtilization") && !known("Nonsense"));
    assert_eq!(database.dimensions().collect::<Vec<_>>(), [("DBInstanceIdentifier", Dimension::Ref)]);
    // Not stated anywhere: the dimension is called like what `Ref` gives.
    assert!(of("AWS::Lambda::Function").dimensions().eq([("FunctionName", Dimension::Ref)]));
    let api = of("AWS::ApiGatewayV2::Api");
    let of_kind = |kind: &str| api.metric_kinds().find(|(_, value, _)| *value == kind).map(|(.., names)| names);
    assert!(of_kind("HTTP").is_some_and(|names| names.has("5xx") && !names.has("ExecutionError")));
    assert!(
        database.handlers().any(|(operation, actions)| operation == "create" && actions.has("rds:CreateDBInstance"))
    );
    assert!(of("AWS::DynamoDB::Table").is_stateful());
    assert_eq!(of("AWS::Serverless::Function").transform(), Some("AWS::Serverless-2016-10-31"));
    assert_eq!(of("AWS::S3::Bucket").arn_template(), Some("arn:${Partition}:s3:::${BucketName}"));
}

#[test]
fn names_have_rules_with_their_source() {
    let rules = |name: &str| of(name).name_rules().unwrap();
    let bucket = rules("AWS::S3::Bucket");
    assert_eq!((bucket.property(), bucket.min(), bucket.max()), ("BucketName", Some(3), Some(63)));
    assert_eq!((bucket.scope(), bucket.case()), (Some(NameScope::Global), Some(NameCase::Lower)));
    assert!(bucket.source().is_some_and(|source| source.starts_with("https://docs.aws.amazon.com/")));
    assert_eq!(rules("AWS::DynamoDB::Table").max(), Some(255));
    assert_eq!(rules("AWS::ElasticLoadBalancingV2::LoadBalancer").max(), Some(32));
    assert_eq!(rules("AWS::IAM::Role").scope(), Some(NameScope::Account));
    assert_eq!(rules("AWS::Events::Rule").scope(), Some(NameScope::Parent));
    assert_eq!(rules("AWS::SES::Template").property(), "Template/TemplateName");
    assert!(of("AWS::EC2::VPC").name_rules().is_none());
}

#[test]
fn what_exists_once_and_what_holds_data_is_known() {
    assert_eq!(of("AWS::GuardDuty::Detector").singleton(), Some(NameScope::AccountRegion));
    assert!(of("AWS::GuardDuty::Detector").singleton_source().is_some());
    assert_eq!(of("AWS::S3::Bucket").singleton(), None);
    assert!(of("AWS::RDS::DBInstance").takes_snapshots() && of("AWS::RDS::DBInstance").is_stateful());
    assert!(!of("AWS::S3::Bucket").takes_snapshots() && of("AWS::S3::Bucket").is_stateful());
    assert_eq!(of("AWS::SecretsManager::Secret").arn(), Some(Obtain::Ref));
    assert_eq!(of("AWS::EC2::LaunchTemplate").tagging().unwrap().style(), TagStyle::Specifications);
}
