//! Section 3: names and tags.

use super::{Fact, STACKS, api, cicd, events, fact, fact_in, files, functions, monitoring, network, security, tables};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

/// The properties that name a thing, by its type.
const NAMES: [(&str, &str); 27] = [
    ("AWS::EC2::SecurityGroup", "GroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::ApiGatewayV2::Api", "Name"),
    ("AWS::WAFv2::WebACL", "Name"),
    ("AWS::CloudTrail::Trail", "TrailName"),
    ("AWS::Cognito::UserPool", "UserPoolName"),
    ("AWS::Cognito::UserPoolClient", "ClientName"),
    ("AWS::Cognito::IdentityPool", "IdentityPoolName"),
    ("AWS::CodePipeline::Pipeline", "Name"),
    ("AWS::CodeBuild::Project", "Name"),
    ("AWS::CodeConnections::Connection", "ConnectionName"),
    ("AWS::EC2::VPC", "Tags"),
    ("AWS::EC2::NatGateway", "Tags"),
    ("AWS::EC2::EIP", "Tags"),
    ("AWS::EC2::RouteTable", "Tags"),
    ("AWS::EC2::InternetGateway", "Tags"),
];

/// The types that take no tags, so that a new type must be thought of here.
const UNTAGGABLE: [&str; 26] = [
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::KMS::Alias",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SNS::Subscription",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::Lambda::Permission",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::CloudWatch::Dashboard",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::CloudFormation::WaitConditionHandle",
];

fn name_of(res: &Res) -> Option<String> {
    let (_, property) = NAMES.iter().find(|(ty, _)| *ty == res.ty())?;
    Some(match *property {
        "Tags" => res.tag("Name").unwrap_or_default(),
        _ => plain(&res.get(property)),
    })
}

/// Every name begins with system and environment, after what AWS wants before it.
fn names(env: &Env) -> Check {
    let mut count = 0;
    for stack in STACKS {
        for res in env.resources(stack)? {
            let Some(name) = name_of(&res) else { continue };
            let own = ["/aws/lambda/", "alias/"].iter().find_map(|start| name.strip_prefix(start)).unwrap_or(&name);
            let rest = own.strip_prefix(&env.name("")).unwrap_or("");
            let legal =
                !rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            want(legal, || format!("{} is called {name}", res.place()))?;
            count += 1;
        }
    }
    want(count > 75, || format!("only {count} names"))
}

fn two_tags(env: &Env, res: &Res) -> Check {
    let found = [res.tag("Environment"), res.tag("Project")];
    let right = found[0].as_deref() == Some(env.at.folder) && found[1].as_deref() == Some("CloudVault");
    want(right, || format!("{} has the tags {found:?}", res.place()))
}

/// Both tags of every resource that takes any.
pub fn tagged(env: &Env) -> Check {
    for stack in STACKS {
        for res in env.resources(stack)? {
            if !UNTAGGABLE.contains(&res.ty()) {
                two_tags(env, &res)?;
            }
        }
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("CV-056", names),
        fact("CV-057", |e| files::files(e)?.is("BucketName", e.name("storage-files"))),
        fact("CV-058", |e| tables::table(e, "users")?.is("TableName", e.name("data-users"))),
        fact("CV-059", |e| {
            functions::function(e, "fileProcessor")?.is("FunctionName", e.name("function-fileprocessor"))
        }),
        fact("CV-060", functions::named),
        fact("CV-061", |e| api::api(e)?.is("Name", e.name("api"))),
        fact("CV-062", |e| {
            events::queue(e)?.is("QueueName", e.name("notifications"))?;
            events::failed(e)?.is("QueueName", e.name("notifications-dlq"))
        }),
        fact("CV-063", |e| monitoring::dashboard(e)?.is("DashboardName", e.name("ops"))),
        fact("CV-064", |e| security::api_keys(e)?.is("Name", e.name("api-keys"))),
        fact("CV-065", |e| want(network::vpc(e)?.tag("Name") == Some(e.name("vpc")), || "the network's name".into())),
        fact("CV-066", |e| cicd::pipeline(e)?.is("Name", e.name("pipeline"))),
        fact("CV-067", |e| functions::all(e)?.iter().try_for_each(|res| two_tags(e, res))),
        fact_in("production", "CV-068", |e| security::hub(e)?.is("Tags.Environment", "production")),
        fact("CV-069", tagged),
        fact("CV-070", |e| {
            api::api(e)?.is("Name", e.name("api"))?;
            monitoring::dashboard(e)?.is("DashboardName", e.name("ops"))?;
            events::queue(e)?.is("QueueName", e.name("notifications"))?;
            cicd::pipeline(e)?.is("Name", e.name("pipeline"))?;
            want(network::vpc(e)?.tag("Name") == Some(e.name("vpc")), || "the network's name".into())
        }),
    ]
}
