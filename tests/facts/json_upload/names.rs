//! Section 3: ids, names and tags.

use serde_json::Value;

use super::{Fact, called, fact};
use crate::meaning::plain;
use crate::tree::{Check, Env, Res, tag_in, want};

/// Names of things, and the properties that hold them.
const NAMED: [(&str, &str, &str, &[&str]); 9] = [
    ("jsonupload", "AWS::SQS::Queue", "QueueName", &["processing", "processing-dlq"]),
    ("data", "AWS::Lambda::Function", "FunctionName", &["database"]),
    ("workflow", "AWS::Lambda::Function", "FunctionName", &["bedrock"]),
    ("jsonupload", "AWS::Lambda::Function", "FunctionName", &["processor"]),
    ("jsonupload", "AWS::ApiGateway::RestApi", "Name", &["api"]),
    ("jsonupload", "AWS::ApiGateway::Authorizer", "Name", &["api-authorizer"]),
    ("jsonupload", "AWS::WAFv2::WebACL", "Name", &["firewall"]),
    ("workflow", "AWS::StepFunctions::StateMachine", "StateMachineName", &["generation"]),
    ("auth", "AWS::Cognito::UserPool", "UserPoolName", &["user-pool"]),
];

/// The types of the system that take tags, and where.
const TAGGED: [(&str, &str); 27] = [
    ("AWS::EC2::VPC", "Tags"),
    ("AWS::EC2::Subnet", "Tags"),
    ("AWS::EC2::RouteTable", "Tags"),
    ("AWS::EC2::SecurityGroup", "Tags"),
    ("AWS::EC2::VPCEndpoint", "Tags"),
    ("AWS::EC2::FlowLog", "Tags"),
    ("AWS::Logs::LogGroup", "Tags"),
    ("AWS::IAM::Role", "Tags"),
    ("AWS::RDS::DBSubnetGroup", "Tags"),
    ("AWS::RDS::DBClusterParameterGroup", "Tags"),
    ("AWS::RDS::DBCluster", "Tags"),
    ("AWS::RDS::DBInstance", "Tags"),
    ("AWS::SecretsManager::Secret", "Tags"),
    ("AWS::Lambda::Function", "Tags"),
    ("AWS::Lambda::EventSourceMapping", "Tags"),
    ("AWS::CloudWatch::Alarm", "Tags"),
    ("AWS::S3::Bucket", "Tags"),
    ("AWS::Cognito::UserPool", "UserPoolTags"),
    ("AWS::Cognito::IdentityPool", "IdentityPoolTags"),
    ("AWS::StepFunctions::StateMachine", "Tags"),
    ("AWS::SQS::Queue", "Tags"),
    ("AWS::ApiGateway::RestApi", "Tags"),
    ("AWS::ApiGateway::Stage", "Tags"),
    ("AWS::WAFv2::WebACL", "Tags"),
    ("AWS::EC2::SecurityGroupIngress", ""),
    ("AWS::ApiGateway::Deployment", ""),
    ("AWS::ApiGateway::Authorizer", ""),
];

/// That a resource carries both tags, in the form of its type.
fn tagged(res: &Res, property: &str) -> Check {
    let found = res.get(property);
    let value = |key: &str| match &found {
        Value::Object(map) => map.get(key).map(plain),
        Value::Array(items) => tag_in(items, key),
        _ => None,
    };
    let right = value("Project").as_deref() == Some("JsonUpload") && value("Environment").as_deref() == Some("prod");
    want(right, || format!("{} has {property} {found}", res.place()))
}

fn all_tagged(env: &Env) -> Check {
    for (ty, property) in TAGGED {
        let all = env.everywhere(ty)?;
        want(!all.is_empty(), || format!("no {ty}"))?;
        for res in all {
            if property.is_empty() { res.lacks("Tags")? } else { tagged(&res, property)? }
        }
    }
    Ok(())
}

fn all_named(env: &Env) -> Check {
    for (stack, ty, property, ends) in NAMED {
        let mut found = Vec::new();
        for res in env.all(stack, ty)? {
            found.push(res.text(property)?);
        }
        found.sort();
        let wanted: Vec<String> = ends.iter().map(|end| env.name(end)).collect();
        want(found == wanted, || format!("{ty} in {stack} is called {found:?}, not {wanted:?}"))?;
    }
    Ok(())
}

const ALARM: &str = "AWS::CloudWatch::Alarm";

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("JU-014", |e| called(e, "data", ALARM, "DatabaseCPUAlarm").map(|_| ())),
        fact("JU-015", |e| called(e, "data", ALARM, "DatabaseConnectionsAlarm").map(|_| ())),
        fact("JU-016", |e| {
            called(e, "data", ALARM, "LambdaErrorAlarm")?;
            called(e, "jsonupload", ALARM, "LambdaErrorAlarm").map(|_| ())
        }),
        fact("JU-017", |e| called(e, "jsonupload", ALARM, "APIGateway4XXErrorAlarm").map(|_| ())),
        fact("JU-018", |e| called(e, "workflow", ALARM, "StepFunctionFailureAlarm").map(|_| ())),
        fact("JU-019", |e| called(e, "workflow", ALARM, "BedrockLambdaErrorAlarm").map(|_| ())),
        fact("JU-020", |e| called(e, "data", "AWS::EC2::FlowLog", "VPCFlowLog").map(|_| ())),
        fact("JU-021", |e| called(e, "auth", "AWS::Logs::LogGroup", "CognitoLogGroup").map(|_| ())),
        fact("JU-022", all_named),
        fact("JU-023", all_tagged),
        // Ids are those of their stack; what they are called in the account differs.
        fact("JU-270", |e| {
            let mut names = Vec::new();
            for alarm in e.everywhere(ALARM)? {
                names.push(alarm.text("AlarmName")?);
            }
            names.sort();
            names.dedup();
            want(names.len() == 7, || format!("alarms {names:?}"))
        }),
    ]
}
