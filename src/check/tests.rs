//! Each check finds what it is for, and nothing in a sound model.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::json;

use crate::check::{check, check_environments, waive};
use crate::derive::derive;
use crate::derive::fixture::{Fixture, when};
use crate::diag::{Code, Diagnostic, codes};
use crate::eval::model::*;
use crate::syntax::ast::{ConditionOperator, Date};

const TODAY: Date = Date { year: 2026, month: 11, day: 22 };

fn found(fixture: &Fixture) -> Vec<Diagnostic> {
    let (derived, _) = derive(&fixture.model);
    check(&fixture.model, &derived, &crate::check::Reach::default(), None)
}

fn across(one: &Fixture, two: &Fixture) -> Vec<Diagnostic> {
    let ((first, _), (second, _)) = (derive(&one.model), derive(&two.model));
    check_environments(&[(&one.model, &first), (&two.model, &second)])
}

fn codes_of(diagnostics: &[Diagnostic]) -> Vec<Code> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn equal_names_meet_in_their_scope_only() {
    let mut f = Fixture::new();
    let stack = f.stack("Storage");
    let one = f.resource(stack, "one", "AWS::S3::Bucket", json!({}));
    let two = f.resource(stack, "two", "AWS::S3::Bucket", json!({}));
    let queue = f.resource(stack, "three", "AWS::SQS::Queue", json!({}));
    f.named(one, "BucketName", "files-{account}");
    f.named(two, "BucketName", "files-123456789012");
    f.named(queue, "QueueName", "files-123456789012");
    let mut diagnostics = found(&f);
    diagnostics.retain(|diagnostic| diagnostic.code != codes::LITERAL_ACCOUNT_ID);
    assert_eq!(codes_of(&diagnostics), [codes::NAME_CLASH]);
    assert_eq!(diagnostics[0].message, "`Storage.one` and `Storage.two` are both named `files-123456789012`");
    assert_eq!(diagnostics[0].labels.len(), 3);
}

#[test]
fn names_are_held_against_their_types_rules() {
    let mut f = Fixture::new();
    let stack = f.stack("Storage");
    let long = f.resource(stack, "long", "AWS::S3::Bucket", json!({}));
    let upper = f.resource(stack, "upper", "AWS::S3::Bucket", json!({}));
    f.named(long, "BucketName", &"a".repeat(64));
    f.named(upper, "BucketName", "Upper");
    let diagnostics = found(&f);
    assert_eq!(codes_of(&diagnostics), [codes::NAME_TOO_LONG, codes::NAME_INVALID]);
    assert!(diagnostics[0].message.contains("64 characters, 1 more"), "{}", diagnostics[0].message);
}

#[test]
fn environments_of_one_account_meet_but_for_shared_stacks() {
    let world = |environment: &str| {
        let mut f = Fixture::new();
        f.model.environment.name = environment.into();
        let stack = f.stack("Security");
        f.resource(stack, "hub", "AWS::SecurityHub::Hub", json!({}));
        let bucket = f.resource(stack, "logs", "AWS::S3::Bucket", json!({}));
        f.named(bucket, "BucketName", "logs");
        f
    };
    let (mut one, mut two) = (world("team01"), world("team02"));
    let diagnostics = across(&one, &two);
    assert_eq!(codes_of(&diagnostics), [codes::ACCOUNT_SINGLETON, codes::NAME_CLASH, codes::NAME_CLASH]);
    assert!(diagnostics[0].message.ends_with("`team01` and `team02` both make it"));
    assert_eq!(diagnostics[0].help.as_deref(), Some("write `stack Security per account`: it is built once and shared"));
    one.model.stacks[0].per_account = true;
    two.model.stacks[0].per_account = true;
    assert_eq!(across(&one, &two), []);
}

#[test]
fn an_account_id_in_an_arn_is_noticed() {
    let mut f = Fixture::new();
    let stack = f.stack("App");
    f.resource(
        stack,
        "topic",
        "AWS::SNS::Topic",
        json!({ "X": "arn:aws:sns:us-east-1:123456789012:a", "Y": "123456789012" }),
    );
    let diagnostics = found(&f);
    // Both are told: they stand in one place here.
    assert_eq!(codes_of(&diagnostics), [codes::LITERAL_ACCOUNT_ID]);
    assert_eq!(diagnostics[0].help.as_deref(), Some("write `{account}`"));
}

#[test]
fn quotas_are_counted() {
    let mut f = Fixture::new();
    let stack = f.stack("App");
    for number in 0..=500 {
        f.resource(stack, &format!("r{number}"), "AWS::EC2::Route", json!({}));
    }
    let diagnostics = found(&f);
    assert_eq!(diagnostics[0].message, "stack `App` has 501 resources, 500 are the most");
}

#[test]
fn grants_carry_no_wildcard_that_iam_does_not_force() {
    let mut f = Fixture::new();
    let stack = f.stack("App");
    let role = f.resource(stack, "app", "AWS::IAM::Role", json!({}));
    f.grant(role, None, &["s3:Get*"], &["arn:aws:s3:::x"]);
    f.grant(role, None, &["s3:GetObject"], &["*"]);
    f.grant(role, None, &["ec2:DescribeRegions"], &["*"]);
    assert_eq!(codes_of(&found(&f)), [codes::ACTION_WILDCARD, codes::RESOURCE_WILDCARD]);
}

#[test]
fn a_role_is_passed_to_a_named_service() {
    let mut f = Fixture::new();
    let stack = f.stack("App");
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" },
    });
    let role = f.resource(stack, "app", "AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": trust }));
    f.grant(role, None, &["iam:PassRole"], &["{0.arn}"]);
    assert_eq!(codes_of(&found(&f)), [codes::PASS_ROLE_WITHOUT_SERVICE]);
    let to = ConditionValue::Text(crate::derive::fixture::template("ec2.amazonaws.com"));
    let condition = when("iam:PassedToService", ConditionOperator::Equal, to);
    f.model.statements[0].permissions[0].conditions.push(condition);
    assert_eq!(found(&f), []);
}

#[test]
fn documents_by_hand_are_reported_and_read() {
    let mut f = Fixture::new();
    let stack = f.stack("App");
    let arn = "arn:{partition}:iam::aws:policy/AdministratorAccess";
    f.resource(stack, "admin", "AWS::IAM::Role", json!({ "ManagedPolicyArns": [arn] }));
    let statements = json!([
        { "Effect": "Allow", "Action": ["s3:*", "s3:GetObjekt", "s3:GetObject"], "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:*", "Resource": "*" },
    ]);
    f.resource(
        stack,
        "extra",
        "AWS::IAM::Policy",
        json!({ "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } }),
    );
    let public = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "s3:GetObject", "Resource": "*" } });
    f.resource(stack, "open", "AWS::S3::BucketPolicy", json!({ "PolicyDocument": public }));
    let diagnostics = found(&f);
    let expected = [
        codes::ADMINISTRATOR_POLICY,
        codes::HAND_WRITTEN_POLICY,
        codes::ACTION_WILDCARD,
        codes::UNKNOWN_ACTION,
        codes::RESOURCE_WILDCARD,
        codes::PUBLIC_PRINCIPAL,
    ];
    assert_eq!(codes_of(&diagnostics), expected);
    assert_eq!(diagnostics[3].help.as_deref(), Some("did you mean `s3:GetObject`?"));
}

#[test]
fn subnets_lie_in_their_network_and_apart() {
    let mut f = Fixture::new();
    let stack = f.stack("Network");
    f.resource(stack, "vpc", "AWS::EC2::VPC", json!({ "CidrBlock": "10.0.0.0/16" }));
    for (name, range) in [("a", "10.0.0.0/24"), ("b", "10.0.0.128/25"), ("c", "10.1.0.0/24"), ("d", "10.0.1.0/24")] {
        f.resource(stack, name, "AWS::EC2::Subnet", json!({ "VpcId": "{0.id}", "CidrBlock": range }));
    }
    let diagnostics = found(&f);
    assert_eq!(codes_of(&diagnostics), [codes::SUBNET_OUTSIDE_VPC, codes::SUBNET_OVERLAP]);
    assert_eq!(diagnostics[1].message, "`10.0.0.128/25` of `Network.b` overlaps `10.0.0.0/24` of `Network.a`");
    f.resource(stack, "more", "AWS::EC2::VPCCidrBlock", json!({ "VpcId": "{0.id}", "CidrBlock": "10.1.0.0/16" }));
    assert_eq!(codes_of(&found(&f)), [codes::SUBNET_OVERLAP]);
}

fn load_balancer(listener: serde_json::Value) -> Fixture {
    let mut f = Fixture::new();
    let stack = f.stack("Web");
    f.resource(stack, "group", "AWS::EC2::SecurityGroup", json!({}));
    let placed = json!({ "SecurityGroups": ["{0.GroupId}"], "Subnets": ["{4.id}"] });
    f.resource(stack, "alb", "AWS::ElasticLoadBalancingV2::LoadBalancer", placed);
    f.resource(stack, "http", "AWS::ElasticLoadBalancingV2::Listener", listener);
    f.resource(stack, "vpc", "AWS::EC2::VPC", json!({ "CidrBlock": "10.0.0.0/16" }));
    f.resource(stack, "subnet", "AWS::EC2::Subnet", json!({ "VpcId": "{3.id}", "CidrBlock": "10.0.0.0/24" }));
    f.connect(
        "10.0.0.0/8 -> alb",
        End::Cidr("10.0.0.0/8".parse().expect("a range")),
        End::Group(ResourceId(0), None),
        443,
    );
    f
}

#[test]
fn an_open_port_has_a_listener_that_encrypts() {
    let listener = |port: i64, protocol: &str, action: &str| json!({ "LoadBalancerArn": "{1.id}", "Port": port, "Protocol": protocol, "DefaultActions": [{ "Type": action }] });
    let diagnostics = found(&load_balancer(listener(80, "HTTP", "forward")));
    assert_eq!(codes_of(&diagnostics), [codes::OPEN_PORT_WITHOUT_LISTENER, codes::PLAINTEXT_LISTENER]);
    assert_eq!(diagnostics[0].message, "nothing listens on tcp 443 of `Web.alb`");
    assert_eq!(found(&load_balancer(listener(443, "HTTPS", "forward"))), []);
    let redirecting = found(&load_balancer(listener(80, "HTTP", "redirect")));
    assert_eq!(codes_of(&redirecting), [codes::OPEN_PORT_WITHOUT_LISTENER]);
}

#[test]
fn what_the_whole_internet_reaches_is_shown() {
    let mut f = Fixture::new();
    let stack = f.stack("Web");
    f.resource(stack, "group", "AWS::EC2::SecurityGroup", json!({}));
    let group = End::Group(ResourceId(0), None);
    f.connect("world -> web", End::Cidr("0.0.0.0/0".parse().expect("a range")), group.clone(), 80);
    f.connect("web -> internet", group, End::Internet, 443);
    f.output(stack, "group", "{0.GroupId}");
    let diagnostics = found(&f);
    assert_eq!(codes_of(&diagnostics), [codes::OPEN_TO_THE_WORLD]);
}

#[test]
fn a_metric_is_watched_where_it_is_published() {
    let mut f = Fixture::new();
    let stack = f.stack("Costs");
    f.resource(stack, "bill", "AWS::CloudWatch::Alarm", json!({ "Namespace": "AWS/Billing", "AlarmActions": ["arn"] }));
    assert_eq!(found(&f), []);
    f.model.stacks[0].region = "eu-west-2".into();
    let diagnostics = found(&f);
    assert_eq!(codes_of(&diagnostics), [codes::METRIC_ELSEWHERE]);
    assert_eq!(diagnostics[0].labels.len(), 2);
}

#[test]
fn an_alarm_tells_somebody_and_asks_what_no_other_asks() {
    let mut f = Fixture::new();
    let stack = f.stack("Costs");
    let asks = |bound: i64| json!({ "MetricName": "Errors", "Threshold": bound, "AlarmActions": ["arn"] });
    f.resource(stack, "first", "AWS::CloudWatch::Alarm", asks(10));
    f.resource(stack, "second", "AWS::CloudWatch::Alarm", asks(20));
    assert_eq!(found(&f), []);
    f.resource(stack, "third", "AWS::CloudWatch::Alarm", asks(10));
    assert_eq!(codes_of(&found(&f)), [codes::DUPLICATE_ALARM]);
    f.resource(stack, "mute", "AWS::CloudWatch::Alarm", json!({ "MetricName": "Errors", "Threshold": 30 }));
    let off = json!({ "MetricName": "Errors", "AlarmActions": ["arn"], "ActionsEnabled": false });
    f.resource(stack, "off", "AWS::CloudWatch::Alarm", off);
    let mute = codes::ALARM_WITHOUT_ACTION;
    assert_eq!(codes_of(&found(&f)), [mute, mute, codes::DUPLICATE_ALARM]);
}

fn waived(rule: &str, because: Option<&str>, until: Option<Date>) -> Vec<Diagnostic> {
    let mut f = Fixture::new();
    let stack = f.stack("Costs");
    let properties = json!({ "Namespace": "AWS/Billing", "AlarmActions": ["arn"] });
    let bill = f.resource(stack, "bill", "AWS::CloudWatch::Alarm", properties);
    f.model.stacks[0].region = "eu-west-2".into();
    let covers = f.model.origins.span(f.model.resource(bill).origin);
    let (rule_span, span) = (f.span(), f.span());
    let because = because.map(str::to_owned);
    f.model.waivers.push(Waiver {
        rule: rule.into(),
        rule_span,
        because,
        until,
        covers,
        everywhere: false,
        types: Vec::new(),
        span,
    });
    waive(found(&f), &f.model, Some(TODAY))
}

#[test]
fn a_waiver_lifts_what_it_covers_and_is_judged_itself() {
    assert_eq!(waived("metric_elsewhere", Some("on purpose"), None), []);
    assert_eq!(waived("metric_elsewhere", Some("on purpose"), Some(TODAY)), []);
    let yesterday = Some(Date { year: 2026, month: 11, day: 21 });
    let codes_for = |rule, because, until| codes_of(&waived(rule, because, until));
    let kept = codes::METRIC_ELSEWHERE;
    assert_eq!(codes_for("metric_elsewhere", None, None), [codes::WAIVER_WITHOUT_REASON]);
    assert_eq!(codes_for("metric_elsewhere", Some("x"), yesterday), [kept, codes::WAIVER_EXPIRED]);
    assert_eq!(codes_for("plaintext_listener", Some("x"), None), [kept, codes::UNUSED_WAIVER]);
    assert_eq!(codes_for("name_clash", Some("x"), None), [kept, codes::NOT_WAIVABLE]);
    assert_eq!(codes_for("metric_elsewher", Some("x"), None), [kept, codes::UNKNOWN_CODE]);
    assert_eq!(codes_for("sonar.x", Some("x"), None), [kept, codes::UNKNOWN_CODE]);
    assert_eq!(codes_for("checkov.CKV_AWS_18", Some("x"), None), [kept]);
}

#[test]
fn a_database_version_needs_as_many_parts_as_its_engine_gives_it() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    for (name, engine, version) in [
        ("a", "postgres", "15"),
        ("b", "postgres", "15.17"),
        ("c", "mysql", "8.0"),
        ("d", "mysql", "8.0.40"),
        ("e", "db2-se", "11"),
    ] {
        f.resource(stack, name, "AWS::RDS::DBInstance", json!({ "Engine": engine, "EngineVersion": version }));
    }
    let diagnostics = found(&f);
    assert_eq!(codes_of(&diagnostics), [codes::VERSION_LEFT_OPEN, codes::VERSION_LEFT_OPEN]);
    assert!(diagnostics[0].message.starts_with("`Data.a` asks for `postgres` 15 "), "{}", diagnostics[0].message);
    assert!(diagnostics[1].message.starts_with("`Data.c` asks for `mysql` 8.0 "), "{}", diagnostics[1].message);
}

#[test]
fn a_required_tag_is_missed_and_its_pattern_is_held_against_the_value() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    f.resource(stack, "vpc", "AWS::EC2::VPC", json!({}));
    f.resource(stack, "route", "AWS::EC2::Route", json!({}));
    let (key, span) = (crate::base::Symbol::new("Cost"), f.span());
    f.model.required_tags.push(RequiredTag { key, pattern: Some("[0-9]+".into()), span });
    assert_eq!(found(&f)[0].message, "`Data.vpc` has no tag `Cost`, and none at all");
    f.model.tags = vec![f.tag("Cost", "x1")];
    assert_eq!(found(&f)[0].message, "the tag `Cost` is `x1`, which does not match `/[0-9]+/`");
    f.model.tags = vec![f.tag("Cost", "17")];
    assert_eq!(codes_of(&found(&f)), []);
}

#[test]
fn tags_are_held_against_what_services_take() {
    let with = |key: &str, value: &str| {
        let mut f = Fixture::new();
        let stack = f.stack("Data");
        f.resource(stack, "queue", "AWS::SQS::Queue", json!({}));
        f.model.tags = vec![f.tag(key, value)];
        codes_of(&found(&f))
    };
    assert_eq!(with("Owner", "Büro 17: a/b@c+d=e_f.g-h"), []);
    assert_eq!(with("Owner", ""), []);
    for (key, value) in [
        ("aws:owner", "x"),
        ("AWS:owner", "x"),
        ("owner", "aws:x"),
        ("", "x"),
        (&"k".repeat(129), "x"),
        ("owner", &"v".repeat(257)),
        ("own*er", "x"),
        ("owner", "x;y"),
    ] {
        assert_eq!(with(key, value), [codes::TAG_INVALID], "{key} = {value}");
    }
}

#[test]
fn no_resource_has_more_tags_than_it_may() {
    let with = |count: usize| {
        let mut f = Fixture::new();
        let stack = f.stack("Data");
        f.resource(stack, "queue", "AWS::SQS::Queue", json!({}));
        f.model.tags = (0..count).map(|number| f.tag(&format!("Tag{number}"), "x")).collect();
        codes_of(&found(&f))
    };
    assert_eq!(with(50), []);
    assert_eq!(with(51), [codes::TAG_INVALID]);
}

#[test]
fn keys_that_differ_in_case_alone_are_two_spellings_of_one() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    let vpc = f.resource(stack, "vpc", "AWS::EC2::VPC", json!({}));
    f.model.tags = vec![f.tag("name", "x")];
    assert_eq!(codes_of(&found(&f)), []);
    f.named(vpc, "", "shop-vpc");
    assert_eq!(codes_of(&found(&f)), [codes::TAG_KEYS_ALIKE]);
    f.model.tags = vec![f.tag("Owner", "x")];
    f.model.stacks[0].tags = vec![f.tag("OWNER", "y")];
    assert_eq!(codes_of(&found(&f)), [codes::TAG_KEYS_ALIKE]);
}
