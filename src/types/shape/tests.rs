//! Values as plain JSON, held against the catalog's types.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::{Fault, Place, Problem, Subject, Truth, View, faults, holds};
use crate::catalog::{Shape, catalog};

impl<'a> Subject<'a> for &'a Value {
    fn view(self) -> View<'a> {
        match self {
            Value::Null => View::Open,
            Value::Bool(known) => View::Bool(*known),
            Value::Number(number) => match number.as_i64() {
                Some(number) => View::Int(number),
                None => View::Float(number.as_f64().unwrap()),
            },
            Value::String(text) => View::Text(text.as_str().into()),
            Value::Array(_) => View::List,
            Value::Object(_) => View::Object,
        }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.as_array().into_iter().flatten()
    }

    fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    fn equals(self, other: Self) -> bool {
        self == other
    }
}

const HERE: Place<'_> = Place { region: "eu-west-1" };

fn shape(name: &str) -> Shape {
    catalog().resource_type(name).unwrap().shape()
}

/// What is wrong, as "path: problem".
fn told(name: &str, value: &Value) -> Vec<String> {
    faults(value, shape(name), HERE).iter().map(line).collect()
}

fn line(fault: &Fault<&Value>) -> String {
    let problem = match &fault.problem {
        Problem::Missing { names, one, needed_by } => {
            let by = needed_by.map(|(name, _)| format!(" for {name}")).unwrap_or_default();
            format!("missing {}{}{by}", if *one { "one of " } else { "" }, names.join(" "))
        }
        Problem::Excluded { other } => match other {
            Some((name, _)) => format!("excluded by {name}"),
            None => String::from("excluded"),
        },
        Problem::NotAllowed { shown, .. } => format!("not allowed: {shown}"),
        Problem::OtherRegion { shown, .. } => format!("of another region: {shown}"),
        Problem::Range { shown, limit, bound } => format!("{shown} is not {bound:?} {limit}"),
        Problem::Length { count, limit, bound } => format!("{count} characters, {bound:?} {limit}"),
        Problem::Items { count, limit, bound } => format!("{count} items, {bound:?} {limit}"),
        Problem::Pattern { shown, .. } => format!("off the pattern: {shown}"),
        Problem::Format { shown, .. } => format!("off the format: {shown}"),
        Problem::Unknown { .. } => String::from("unknown"),
        Problem::ReadOnly => String::from("read-only"),
        Problem::Twice { .. } => String::from("twice"),
        Problem::Deprecated => String::from("deprecated"),
        other => format!("{other:?}"),
    };
    let mut because: Vec<&str> = fault.because.iter().map(|reason| reason.name).collect();
    because.sort_unstable();
    match because.is_empty() {
        true => format!("{}: {problem}", fault.path),
        false => format!("{}: {problem} because of {}", fault.path, because.join(", ")),
    }
}

#[test]
fn what_is_right_is_not_wrong() {
    let queue = json!({"VisibilityTimeout": 30, "FifoQueue": true, "QueueName": "a.fifo", "Tags": [{"Key": "a", "Value": "b"}]});
    assert_eq!(told("AWS::SQS::Queue", &queue), Vec::<String>::new());
}

#[test]
fn keywords_of_one_value() {
    let queue = json!({"VisibilityTimeout": 43201, "Arn": "arn:aws:sqs:::a", "DelaySecond": 1});
    assert_eq!(
        told("AWS::SQS::Queue", &queue),
        ["VisibilityTimeout: 43201 is not Most 43200", "Arn: read-only", "DelaySecond: unknown"]
    );
    let alarm = json!({
        "ComparisonOperator": "Greater", "EvaluationPeriods": 0, "MetricName": "", "Namespace": "a", "Period": 60,
        "Statistic": "Sum", "Threshold": 1,
    });
    assert_eq!(
        told("AWS::CloudWatch::Alarm", &alarm),
        [
            "ComparisonOperator: not allowed: \"Greater\"",
            "EvaluationPeriods: 0 is not Least 1",
            "MetricName: 0 characters, Least 1",
        ]
    );
}

#[test]
fn what_is_missing_or_too_much() {
    assert_eq!(told("AWS::EC2::VPC", &json!({})), [": missing one of CidrBlock Ipv4IpamPoolId"]);
    let both = json!({"CidrBlock": "10.0.0.0/16", "Ipv4IpamPoolId": "a", "Ipv4NetmaskLength": 16});
    assert_eq!(told("AWS::EC2::VPC", &both).first().unwrap(), "Ipv4IpamPoolId: excluded by CidrBlock");
    let table = json!({"AttributeDefinitions": [], "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {"RecoveryPeriodInDays": 3}, "BillingMode": "PAY_PER_REQUEST"});
    assert_eq!(
        told("AWS::DynamoDB::Table", &table),
        ["PointInTimeRecoverySpecification: missing PointInTimeRecoveryEnabled for RecoveryPeriodInDays"]
    );
}

#[test]
fn alternatives_say_what_the_nearest_one_lacks() {
    let retriever = |configuration: Value| {
        json!({"ApplicationId": "0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f", "DisplayName": "a", "Type": "NATIVE_INDEX",
            "Configuration": configuration})
    };
    let of = |configuration: Value| told("AWS::QBusiness::Retriever", &retriever(configuration));
    assert_eq!(of(json!({})), ["Configuration: missing one of NativeIndexConfiguration KendraIndexConfiguration"]);
    let index = json!({"IndexId": "0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f"});
    assert_eq!(of(json!({"NativeIndexConfiguration": index})), Vec::<String>::new());
    assert_eq!(
        of(json!({"NativeIndexConfiguration": index, "KendraIndexConfiguration": index})),
        ["Configuration.KendraIndexConfiguration: excluded by NativeIndexConfiguration"]
    );
    assert_eq!(
        of(json!({"NativeIndexConfiguration": {}})),
        ["Configuration.NativeIndexConfiguration: missing IndexId"]
    );
    assert_eq!(of(json!({"NativeIndex": {}})), ["Configuration.NativeIndex: unknown"]);
}

#[test]
fn conditions_name_what_they_are_about() {
    let database = |engine: &str, version: &str, class: &str| json!({"Engine": engine, "EngineVersion": version, "DBInstanceClass": class, "BackupRetentionPeriod": 7});
    let of = |engine, version, class| told("AWS::RDS::DBInstance", &database(engine, version, class));
    assert_eq!(
        of("postgres", "3.1", "db.t4g.micro").first().unwrap(),
        "EngineVersion: not allowed: \"3.1\" because of Engine, EngineVersion"
    );
    assert!(of("Postgres", "17.6", "db.t4g.micro").iter().all(|line| !line.starts_with("EngineVersion")));
    let instance = |class: &str| told("AWS::EC2::Instance", &json!({"InstanceType": class}));
    assert_eq!(instance("t3.tiny"), ["InstanceType: not allowed: \"t3.tiny\""]);
    assert_eq!(instance("t3.micro"), Vec::<String>::new());
    let function = json!({"Role": "arn:aws:iam::111122223333:role/a", "Code": {"ZipFile": "a"}, "Handler": "a.b"});
    assert_eq!(told("AWS::Lambda::Function", &function), [": missing Runtime because of Code"]);
}

#[test]
fn what_is_not_known_is_not_held_against_it() {
    let database =
        json!({"Engine": null, "EngineVersion": "3.1", "DBInstanceClass": null, "BackupRetentionPeriod": null});
    assert_eq!(told("AWS::RDS::DBInstance", &database), Vec::<String>::new());
    let vpc = json!({"CidrBlock": null});
    assert_eq!(told("AWS::EC2::VPC", &vpc), Vec::<String>::new());
    assert_eq!(holds(&json!(null), shape("AWS::EC2::VPC"), HERE), Truth::Unknown);
}

#[test]
fn lists_hold_things_once() {
    let list = json!({"Domains": ["a.example.com", "b.example.com", "a.example.com"]});
    assert_eq!(told("AWS::Route53Resolver::FirewallDomainList", &list), ["Domains: twice"]);
}

#[test]
fn a_map_that_may_also_be_a_text_is_still_a_map() {
    let with = |parameters| json!({"Name": "some", "Parameters": parameters});
    let told = |parameters| told("AWS::ApiGateway::RestApi", &with(parameters));
    assert_eq!(told(json!({"endpointConfigurationTypes": "REGIONAL"})), Vec::<String>::new());
    assert_eq!(told(json!("some")), Vec::<String>::new());
    let key = told(json!({"_": "some"}));
    assert!(key[0].starts_with("Parameters._: Key {") && key.len() == 1, "{key:?}");
    let kind = told(json!({"a": {"b": 1}}));
    assert!(kind[0].starts_with("Parameters.a: Kind(") && kind.len() == 1, "{kind:?}");
}
