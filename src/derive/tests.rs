//! What becomes of small models.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::json;

use crate::derive::derive;
use crate::derive::fixture::{Fixture, ids, js, properties, template, when};
use crate::derive::template::{Derived, EdgeKind, ParameterSource};
use crate::diag::codes;
use crate::eval::model::*;
use crate::eval::value::Principal;
use crate::syntax::ast::{ConditionOperator, Side};

fn clean(fixture: &Fixture) -> Derived {
    let (derived, diagnostics) = derive(&fixture.model);
    assert_eq!(diagnostics, []);
    derived
}

fn edges(fixture: &Fixture, derived: &Derived) -> Vec<(String, String, EdgeKind)> {
    let name = |stack| fixture.model.stack(stack).name.to_string();
    derived.edges.iter().map(|edge| (name(edge.before), name(edge.after), edge.kind)).collect()
}

#[test]
fn references_within_a_stack_are_plain_and_text_is_substituted() {
    let mut f = Fixture::new();
    let network = f.stack("Network");
    f.resource(network, "vpc", "AWS::EC2::VPC", json!({ "CidrBlock": "10.0.0.0/16" }));
    let text = "$a-{0.id}-${HOSTNAME}-{region}";
    f.resource(network, "subnet", "AWS::EC2::Subnet", json!({ "VpcId": "{0.id}", "Note": text, "Raw": "${HOSTNAME}" }));
    f.resource(network, "script", "AWS::EC2::Instance", json!({ "UserData": { "@base64": "x={0.CidrBlock}" } }));
    let derived = clean(&f);
    let subnet = properties(&derived, network, "Subnet");
    assert_eq!(subnet["VpcId"], json!({ "Ref": "Vpc" }));
    assert_eq!(subnet["Note"], json!({ "Fn::Sub": "$a-${Vpc}-${!HOSTNAME}-${AWS::Region}" }));
    assert_eq!(subnet["Raw"], json!("${HOSTNAME}"));
    let script = properties(&derived, network, "Script");
    assert_eq!(script["UserData"], json!({ "Fn::Base64": { "Fn::Sub": "x=${Vpc.CidrBlock}" } }));
    assert!(derived.edges.is_empty() && derived.templates[0].outputs.is_empty());
}

#[test]
fn what_crosses_stacks_is_exported_once_and_a_declared_output_carries_it() {
    let mut f = Fixture::new();
    let (network, compute) = (f.stack("Network"), f.stack("Compute"));
    f.resource(network, "vpc", "AWS::EC2::VPC", json!({ "CidrBlock": "10.0.0.0/16" }));
    f.output(network, "vpc_id", "{0.id}");
    f.output(network, "unused", "{0.CidrBlock}");
    f.resource(compute, "one", "AWS::EC2::Subnet", json!({ "VpcId": "{0.id}", "Acl": "{0.DefaultNetworkAcl}" }));
    f.resource(compute, "two", "AWS::EC2::Subnet", json!({ "VpcId": "in {0.id}" }));
    let derived = clean(&f);
    let outputs = &derived.templates[0].outputs;
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["VpcId", "Unused", "VpcDefaultNetworkAcl"]);
    assert_eq!(outputs["VpcId"].export.as_ref().map(js), Some(json!("hrapp-team01-network-VpcId")));
    assert_eq!(outputs["Unused"].export, None);
    let one = properties(&derived, compute, "One");
    assert_eq!(one["VpcId"], json!({ "Fn::ImportValue": "hrapp-team01-network-VpcId" }));
    assert_eq!(one["Acl"], json!({ "Fn::ImportValue": "hrapp-team01-network-VpcDefaultNetworkAcl" }));
    let import = json!({ "NetworkVpcId": { "Fn::ImportValue": "hrapp-team01-network-VpcId" } });
    assert_eq!(properties(&derived, compute, "Two")["VpcId"], json!({ "Fn::Sub": ["in ${NetworkVpcId}", import] }));
    assert_eq!(derived.edges.len(), 2);
    assert!(derived.edges.iter().all(|edge| edge.kind == EdgeKind::Import));
}

#[test]
fn another_region_is_reached_by_a_parameter() {
    let mut f = Fixture::new();
    let (edge, main) = (f.stack("Edge"), f.stack("Main"));
    f.model.stacks[0].region = "eu-west-2".into();
    f.resource(edge, "acl", "AWS::WAFv2::WebACL", json!({}));
    let copy = f.resource(edge, "copy", "AWS::S3::Bucket", json!({}));
    f.named(copy, "BucketName", "copy-{region}");
    f.resource(main, "cdn", "AWS::CloudFront::Distribution", json!({ "Acl": "{0.arn}", "Copy": "{1.name}" }));
    let derived = clean(&f);
    let cdn = properties(&derived, main, "Cdn");
    assert_eq!(cdn["Acl"], json!({ "Ref": "EdgeAclArn" }));
    // The name means the region where the bucket stands.
    assert_eq!(cdn["Copy"], json!("copy-eu-west-2"));
    let source = &derived.templates[1].parameters["EdgeAclArn"].source;
    assert_eq!(*source, ParameterSource::Output { stack: edge, output: "AclArn".into() });
    assert_eq!(derived.templates[0].outputs["AclArn"].export, None);
}

#[test]
fn names_and_arns_are_written_out_across_stacks_unless_aws_adds_to_them() {
    let mut f = Fixture::new();
    let (storage, compute) = (f.stack("Storage"), f.stack("Compute"));
    let bucket = f.resource(storage, "uploads", "AWS::S3::Bucket", json!({}));
    f.named(bucket, "BucketName", "hrapp-uploads-{account}");
    let secret = f.resource(storage, "secret", "AWS::SecretsManager::Secret", json!({}));
    f.named(secret, "Name", "hrapp-secret");
    let props = json!({ "A": "{0.arn}/*", "B": "{0.name}", "C": "{0.id}", "D": "{1.arn}", "E": "{1.name}" });
    f.resource(compute, "app", "Custom::App", props);
    let derived = clean(&f);
    let app = properties(&derived, compute, "App");
    assert_eq!(app["A"], json!({ "Fn::Sub": "arn:${AWS::Partition}:s3:::hrapp-uploads-${AWS::AccountId}/*" }));
    assert_eq!(app["B"], json!({ "Fn::Sub": "hrapp-uploads-${AWS::AccountId}" }));
    assert_eq!(app["C"], app["B"]);
    assert!(app["D"]["Fn::ImportValue"].is_string());
    assert_eq!(app["E"], json!("hrapp-secret"));
    let uploads = properties(&derived, storage, "Uploads");
    assert_eq!(uploads["BucketName"], json!({ "Fn::Sub": "hrapp-uploads-${AWS::AccountId}" }));
    let kinds: Vec<EdgeKind> = derived.edges.iter().map(|edge| edge.kind).collect();
    assert_eq!(kinds, [EdgeKind::Import, EdgeKind::Name, EdgeKind::Name, EdgeKind::Name, EdgeKind::Name]);
}

#[test]
fn what_aws_looks_up_is_asked_for_in_its_stack_and_waited_for() {
    let mut f = Fixture::new();
    let (data, secrets) = (f.stack("Data"), f.stack("Secrets"));
    let db = f.resource(data, "db", "AWS::RDS::DBInstance", json!({}));
    f.named(db, "DBInstanceIdentifier", "hrapp-db");
    let props = json!({ "SecretId": "s", "TargetId": "{0.id}", "TargetType": "AWS::RDS::DBInstance" });
    f.resource(secrets, "link", "AWS::SecretsManager::SecretTargetAttachment", props);
    let derived = clean(&f);
    let link = properties(&derived, secrets, "Link");
    assert_eq!(link["TargetId"], json!({ "Fn::ImportValue": "hrapp-team01-data-Db" }));
    let kinds: Vec<EdgeKind> = derived.edges.iter().map(|edge| edge.kind).collect();
    assert_eq!(kinds, [EdgeKind::Import]);
}

#[test]
fn documents_in_text_are_escaped_json() {
    let mut f = Fixture::new();
    let stack = f.stack("Workflow");
    f.resource(stack, "fun", "AWS::Lambda::Function", json!({}));
    let definition = json!({ "@json": { "Say \"hi\"": ["{0.arn}", 3, true], "x": "a\nb" } });
    f.resource(stack, "machine", "AWS::StepFunctions::StateMachine", json!({ "DefinitionString": definition }));
    let derived = clean(&f);
    let text = r#"{"Say \"hi\"":["${Fun.Arn}",3,true],"x":"a\nb"}"#;
    assert_eq!(properties(&derived, stack, "Machine")["DefinitionString"], json!({ "Fn::Sub": text }));
}

#[test]
fn stacks_in_a_circle_are_reported_with_each_edge_and_names_give_way() {
    let mut f = Fixture::new();
    let (a, b) = (f.stack("A"), f.stack("B"));
    f.resource(a, "one", "AWS::EC2::VPC", json!({ "X": "{1.id}" }));
    f.resource(b, "two", "AWS::EC2::VPC", json!({ "X": "{0.id}" }));
    let (_, diagnostics) = derive(&f.model);
    let circle = diagnostics.iter().find(|found| found.code == codes::STACK_CYCLE).expect("a circle");
    assert_eq!(circle.labels.len(), 2);
    assert_eq!(circle.message, "stacks need each other in a circle: `B` before `A` before `B`");

    let mut f = Fixture::new();
    let (a, b) = (f.stack("A"), f.stack("B"));
    let one = f.resource(a, "one", "AWS::S3::Bucket", json!({ "X": "{1.id}" }));
    f.named(one, "BucketName", "one");
    f.resource(b, "two", "AWS::EC2::VPC", json!({ "X": "{0.name}" }));
    let derived = clean(&f);
    assert_eq!(edges(&f, &derived), [("B".to_owned(), "A".to_owned(), EdgeKind::Import)]);
}

#[test]
fn tags_take_each_types_form_and_the_nearest_wins() {
    let mut f = Fixture::new();
    let stack = f.stack("Compute");
    f.model.tags = vec![f.tag("Project", "HR"), f.tag("Owner", "admin")];
    f.model.stacks[0].tags = vec![f.tag("Owner", "team")];
    let vpc = f.resource(stack, "vpc", "AWS::EC2::VPC", json!({ "Tags": [{ "Key": "Project", "Value": "mine" }] }));
    f.named(vpc, "", "hrapp-vpc");
    let group = f.resource(stack, "asg", "AWS::AutoScaling::AutoScalingGroup", json!({}));
    f.named(group, "AutoScalingGroupName", "hrapp-asg");
    let lt = f.resource(stack, "lt", "AWS::EC2::LaunchTemplate", json!({ "LaunchTemplateData": {} }));
    f.named(lt, "LaunchTemplateName", "hrapp-lt");
    f.resource(stack, "parameter", "AWS::SSM::Parameter", json!({}));
    f.resource(stack, "route", "AWS::EC2::Route", json!({}));
    let derived = clean(&f);
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let vpc = properties(&derived, stack, "Vpc");
    assert_eq!(vpc["Tags"], json!([tag("Owner", "team"), tag("Name", "hrapp-vpc"), tag("Project", "mine")]));
    let asg = &properties(&derived, stack, "Asg")["Tags"];
    assert_eq!(asg[0], json!({ "Key": "Project", "Value": "HR", "PropagateAtLaunch": true }));
    assert_eq!(asg.as_array().map(Vec::len), Some(2));
    let lt = properties(&derived, stack, "Lt");
    assert_eq!(lt["TagSpecifications"][0]["ResourceType"], json!("launch-template"));
    let launched = lt["LaunchTemplateData"]["TagSpecifications"].as_array().expect("a list");
    let kinds: Vec<&str> = launched.iter().filter_map(|kind| kind["ResourceType"].as_str()).collect();
    assert_eq!(kinds, ["instance", "volume", "network-interface"]);
    assert_eq!(launched[1]["Tags"][2], tag("Name", "hrapp-lt"));
    assert_eq!(properties(&derived, stack, "Parameter")["Tags"], json!({ "Project": "HR", "Owner": "team" }));
    assert_eq!(properties(&derived, stack, "Route"), json!({}));
    assert_eq!(derived.templates[0].tags["Owner"], "team");
}

#[test]
fn tags_reach_what_a_resource_creates() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    f.model.tags = vec![f.tag("Owner", "team")];
    f.resource(stack, "server", "AWS::EC2::Instance", json!({}));
    f.resource(stack, "unlike", "AWS::EC2::Instance", json!({ "PropagateTagsToVolumeOnCreation": false }));
    f.resource(stack, "db", "AWS::RDS::DBInstance", json!({}));
    f.resource(stack, "replica", "AWS::RDS::DBInstance", json!({ "DBClusterIdentifier": "cluster" }));
    f.resource(stack, "service", "AWS::ECS::Service", json!({}));
    f.resource(stack, "project", "AWS::CodeBuild::Project", json!({}));
    f.resource(stack, "fleet", "AWS::EC2::EC2Fleet", json!({}));
    f.resource(stack, "channel", "AWS::MediaLive::Channel", json!({}));
    let derived = clean(&f);
    let of = |id: &str| properties(&derived, stack, id);
    assert_eq!(of("Server")["PropagateTagsToVolumeOnCreation"], json!(true));
    assert_eq!(of("Unlike")["PropagateTagsToVolumeOnCreation"], json!(false));
    assert_eq!(of("Db")["CopyTagsToSnapshot"], json!(true));
    assert_eq!(of("Replica").get("CopyTagsToSnapshot"), None);
    assert_eq!(of("Service")["PropagateTags"], json!("SERVICE"));
    // Older types, whose schemas do not say that they take tags.
    assert_eq!(of("Project")["Tags"], json!([{ "Key": "Owner", "Value": "team" }]));
    assert_eq!(of("Fleet")["TagSpecifications"][0]["ResourceType"], json!("fleet"));
    assert_eq!(of("Channel")["Tags"], json!({ "Owner": "team" }));
}

fn role(f: &mut Fixture, stack: StackId, name: &str) -> ResourceId {
    let role = f.resource(stack, name, "AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": {} }));
    f.named(role, "RoleName", &format!("hrapp-{name}"))
}

fn bucket_policies(f: &mut Fixture) {
    let form = ResourcePolicyForm::Resource {
        ty: "AWS::S3::BucketPolicy".into(),
        target: "Bucket".into(),
        list: false,
        document: "PolicyDocument".into(),
    };
    f.model.resource_policies.insert("AWS::S3::Bucket".into(), form);
}

#[test]
fn statements_are_merged_into_one_inline_policy_with_written_arns() {
    let mut f = Fixture::new();
    let (storage, compute) = (f.stack("Storage"), f.stack("Compute"));
    let bucket = f.resource(storage, "uploads", "AWS::S3::Bucket", json!({}));
    f.named(bucket, "BucketName", "up-{account}");
    let secret = f.resource(storage, "secret", "AWS::SecretsManager::Secret", json!({}));
    let app = role(&mut f, compute, "app");
    f.grant(app, Some(bucket), &["s3:PutObject"], &["{0.arn}/uploads/*"]);
    f.grant(app, Some(bucket), &["s3:GetObject"], &["{0.arn}/uploads/*"]);
    f.grant(app, Some(secret), &["secretsmanager:GetSecretValue"], &["{1.id}"]);
    let derived = clean(&f);
    let policies = &properties(&derived, compute, "App")["Policies"];
    let statements = &policies[0]["PolicyDocument"]["Statement"];
    assert_eq!(policies[0]["PolicyName"], "access");
    assert_eq!(
        statements[0],
        json!({
            "Sid": "ReadUploads", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": [{ "Fn::Sub": "arn:${AWS::Partition}:s3:::up-${AWS::AccountId}/uploads/*" }]
        })
    );
    assert_eq!(statements[1]["Resource"], json!([{ "Fn::ImportValue": "hrapp-team01-storage-Secret" }]));
    // The bucket's name ties nothing; the secret's import does.
    assert_eq!(edges(&f, &derived), [("Storage".to_owned(), "Compute".to_owned(), EdgeKind::Import)]);
    assert_eq!(derived.templates[1].capabilities["CAPABILITY_NAMED_IAM"], ["App.RoleName"]);
}

#[test]
fn a_statement_that_would_close_a_circle_stands_beside_the_role() {
    let mut f = Fixture::new();
    let (security, api) = (f.stack("Security"), f.stack("Api"));
    let worker = role(&mut f, security, "worker");
    f.resource(api, "function", "AWS::Lambda::Function", json!({ "Role": "{0.arn}", "X": "{0.RoleId}" }));
    f.resource(api, "rest", "AWS::ApiGateway::RestApi", json!({ "Fun": "{1.arn}" }));
    f.grant(worker, None, &["execute-api:Invoke"], &["arn:{partition}:execute-api:{region}:{account}:{2.id}/*"]);
    let derived = clean(&f);
    assert_eq!(properties(&derived, security, "Worker").get("Policies"), None);
    let beside = properties(&derived, api, "SecurityWorkerAccessPolicy");
    assert_eq!(beside["Roles"], json!(["hrapp-worker"]));
    let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Rest}/*";
    assert_eq!(beside["PolicyDocument"]["Statement"][0]["Resource"], json!([{ "Fn::Sub": arn }]));

    // The same within one stack: the secret's rotation needs the role, the role reads the secret.
    let mut f = Fixture::new();
    let stack = f.stack("One");
    let worker = role(&mut f, stack, "worker");
    f.resource(stack, "queue", "AWS::SQS::Queue", json!({ "Owner": "{0.id}" }));
    f.grant(worker, None, &["sqs:SendMessage"], &["{1.Arn}"]);
    f.resource(stack, "source", "AWS::Lambda::EventSourceMapping", json!({ "FunctionName": "{3.id}" }));
    f.resource(stack, "function", "AWS::Lambda::Function", json!({ "Role": "{0.arn}" }));
    let derived = clean(&f);
    assert!(ids(&derived, stack).contains(&"WorkerAccessPolicy"));
    let depends = &derived.templates[0].resources["Source"].depends_on;
    assert_eq!(depends.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["WorkerAccessPolicy"]);
}

#[test]
fn a_resource_has_one_policy_and_a_role_that_may_not_exist_is_written_as_its_account() {
    let mut f = Fixture::new();
    bucket_policies(&mut f);
    let (storage, compute) = (f.stack("Storage"), f.stack("Compute"));
    let bucket = f.resource(storage, "uploads", "AWS::S3::Bucket", json!({}));
    f.named(bucket, "BucketName", "up");
    let app = role(&mut f, compute, "app");
    f.grant(app, Some(bucket), &["s3:GetObject"], &["{0.arn}/uploads/*"]).side = Side::Both;
    let everyone = Who::Other(Principal::Everyone);
    let deny = f.statement(Effect::Deny, everyone, Some(bucket), &["s3:*"], &["{0.arn}", "{0.arn}/*"]);
    let condition =
        when("aws:PrincipalAccount", ConditionOperator::NotEqual, ConditionValue::Text(template("{account}")));
    deny.permissions[0].conditions.push(condition);
    let near = role(&mut f, storage, "near");
    f.grant(near, Some(bucket), &["s3:PutObject"], &["{0.arn}/near/*"]).side = Side::Resource;
    let service = Who::Other(Principal::Service(template("logs.amazonaws.com")));
    let tls = f.statement(Effect::Allow, service, Some(bucket), &["s3:PutObject"], &["{0.arn}/logs/*"]);
    let secure = when("aws:SecureTransport", ConditionOperator::Equal, ConditionValue::Bool(true));
    tls.permissions[0].conditions.push(secure);
    let derived = clean(&f);
    assert_eq!(ids(&derived, storage), ["Uploads", "Near", "UploadsPolicy"]);
    let policy = properties(&derived, storage, "UploadsPolicy");
    assert_eq!(policy["Bucket"], json!({ "Ref": "Uploads" }));
    let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements").clone();
    let find = |action: &str, effect: &str| {
        let mut found = statements.iter().filter(|one| one["Action"][0] == action && one["Effect"] == effect);
        found.next().expect(action).clone()
    };
    let far = find("s3:GetObject", "Allow");
    assert_eq!(far["Principal"], json!({ "AWS": { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" } }));
    let arn = json!({ "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/hrapp-app" });
    assert_eq!(far["Condition"], json!({ "ArnEquals": { "aws:PrincipalArn": arn } }));
    let everyone = find("s3:*", "Deny");
    assert_eq!(everyone["Principal"], "*");
    let account = json!({ "StringNotEquals": { "aws:PrincipalAccount": { "Ref": "AWS::AccountId" } } });
    assert_eq!(everyone["Condition"], account);
    let principals: Vec<_> = statements.iter().map(|one| one["Principal"].clone()).collect();
    assert!(principals.contains(&json!({ "AWS": { "Fn::GetAtt": ["Near", "Arn"] } })));
    assert!(principals.contains(&json!({ "Service": "logs.amazonaws.com" })));
    assert!(statements.iter().any(|one| one["Condition"] == json!({ "Bool": { "aws:SecureTransport": "true" } })));
    assert_eq!(
        properties(&derived, compute, "App")["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"][0],
        "s3:GetObject"
    );
    assert_eq!(edges(&f, &derived), []);
}

#[test]
fn a_statement_that_nobody_can_hold_is_reported() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    let vpc = f.resource(stack, "vpc", "AWS::EC2::VPC", json!({}));
    f.statement(Effect::Allow, Who::Other(Principal::Account), Some(vpc), &["ec2:DescribeVpcs"], &["*"]);
    let (_, diagnostics) = derive(&f.model);
    assert_eq!(diagnostics[0].code, codes::NO_PRINCIPAL);
    assert_eq!(diagnostics[0].labels.len(), 2);
}

#[test]
fn connections_give_each_side_its_rule_and_the_unconnected_are_closed() {
    let mut f = Fixture::new();
    let network = f.stack("Network");
    for name in ["alb", "ec2", "rds"] {
        f.resource(network, name, "AWS::EC2::SecurityGroup", json!({}));
    }
    let group = |number| End::Group(ResourceId(number), None);
    let world = End::Cidr("0.0.0.0/0".parse().expect("a range"));
    f.connect("0.0.0.0/0 -> alb", world, group(0), 80);
    f.connect("alb -> app", group(0), group(1), 5000);
    f.connect("app -> db", group(1), group(2), 5432);
    f.connect("app -> internet", group(1), End::Internet, 443);
    let derived = clean(&f);
    assert_eq!(ids(&derived, network), ["Alb", "Ec2", "Rds", "Ec2FromAlbTcp5000", "RdsFromEc2Tcp5432"]);
    let alb = properties(&derived, network, "Alb");
    let id = |name: &str| json!({ "Fn::GetAtt": [name, "GroupId"] });
    assert_eq!(
        alb["SecurityGroupIngress"],
        json!([{ "CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                 "Description": "0.0.0.0/0 to alb on tcp 80" }])
    );
    assert_eq!(
        alb["SecurityGroupEgress"],
        json!([{ "DestinationSecurityGroupId": id("Ec2"), "IpProtocol": "tcp", "FromPort": 5000, "ToPort": 5000,
                 "Description": "alb to app on tcp 5000" }])
    );
    let ingress = properties(&derived, network, "RdsFromEc2Tcp5432");
    assert_eq!((&ingress["GroupId"], &ingress["SourceSecurityGroupId"]), (&id("Rds"), &id("Ec2")));
    let rds = properties(&derived, network, "Rds");
    assert_eq!(rds["SecurityGroupEgress"][0]["CidrIp"], "255.255.255.255/32");
    assert_eq!(properties(&derived, network, "Ec2")["SecurityGroupEgress"].as_array().map(Vec::len), Some(2));
}

#[test]
fn groups_that_connect_to_each_other_get_egress_rules_of_their_own() {
    let mut f = Fixture::new();
    let network = f.stack("Network");
    for name in ["a", "b"] {
        f.resource(network, name, "AWS::EC2::SecurityGroup", json!({}));
    }
    let group = |number| End::Group(ResourceId(number), None);
    f.connect("a -> b", group(0), group(1), 1);
    f.connect("b -> a", group(1), group(0), 2);
    f.connect("a -> a", group(0), group(0), 3);
    let derived = clean(&f);
    let added: Vec<&str> = ids(&derived, network).into_iter().skip(2).collect();
    assert_eq!(added, ["BFromATcp1", "AToBTcp1", "AFromBTcp2", "BToATcp2", "AFromATcp3", "AToATcp3"]);
    assert_eq!(properties(&derived, network, "A")["SecurityGroupEgress"][0]["CidrIp"], "255.255.255.255/32");
}

#[test]
fn data_stays_and_a_snapshot_is_made_where_there_is_one() {
    let mut f = Fixture::new();
    let stack = f.stack("Data");
    f.resource(stack, "db", "AWS::RDS::DBInstance", json!({}));
    // The cluster holds the data, and has the snapshots.
    f.resource(stack, "reader", "AWS::RDS::DBInstance", json!({ "DBClusterIdentifier": "cluster" }));
    f.resource(stack, "files", "AWS::S3::Bucket", json!({}));
    f.resource(stack, "vpc", "AWS::EC2::VPC", json!({}));
    let scratch = f.resource(stack, "scratch", "AWS::S3::Bucket", json!({}));
    let origin = f.origin();
    f.model.resources[scratch.index()].on_delete = Some((OnDelete::Delete, origin));
    let derived = clean(&f);
    let policy = |id: &str| derived.templates[0].resources[id].deletion.as_ref().map(|(word, _)| word.clone());
    assert_eq!(policy("Db").as_deref(), Some("Snapshot"));
    assert_eq!(policy("Files").as_deref(), Some("Retain"));
    assert_eq!((policy("Vpc"), policy("Reader")), (None, None));
    assert_eq!(policy("Scratch").as_deref(), Some("Delete"));
    f.model.resources[scratch.index()].on_delete = Some((OnDelete::Snapshot, origin));
    assert_eq!(derive(&f.model).1[0].code, codes::VALUE_NOT_ALLOWED);
}

#[test]
fn orders_that_no_reference_shows_are_added() {
    let mut f = Fixture::new();
    let stack = f.stack("Network");
    f.resource(stack, "gateway", "AWS::EC2::InternetGateway", json!({}));
    f.resource(stack, "attached", "AWS::EC2::VPCGatewayAttachment", json!({ "InternetGatewayId": "{0.id}" }));
    f.resource(stack, "route", "AWS::EC2::Route", json!({ "GatewayId": "{0.id}" }));
    f.resource(stack, "private", "AWS::EC2::Route", json!({ "NatGatewayId": "nat" }));
    f.resource(stack, "ip", "AWS::EC2::EIP", json!({}));
    let derived = clean(&f);
    let depends = |id: &str| -> Vec<&str> {
        derived.templates[0].resources[id].depends_on.iter().map(|(id, _)| id.as_str()).collect()
    };
    assert_eq!((depends("Route"), depends("Private"), depends("Ip")), (vec!["Attached"], vec![], vec!["Attached"]));
}

#[test]
fn a_rule_waits_for_recorder_and_channel_and_those_do_not_wait_for_each_other() {
    let mut f = Fixture::new();
    let stack = f.stack("Audit");
    f.resource(stack, "rule", "AWS::Config::ConfigRule", json!({}));
    f.resource(stack, "recorder", "AWS::Config::ConfigurationRecorder", json!({}));
    f.resource(stack, "channel", "AWS::Config::DeliveryChannel", json!({}));
    let derived = clean(&f);
    let depends = |id: &str| -> Vec<&str> {
        derived.templates[0].resources[id].depends_on.iter().map(|(id, _)| id.as_str()).collect()
    };
    assert_eq!(depends("Rule"), ["Channel", "Recorder"]);
    assert_eq!((depends("Recorder"), depends("Channel")), (vec![], vec![]));
}

#[test]
fn resources_in_a_circle_are_reported_with_each_edge() {
    let mut f = Fixture::new();
    let stack = f.stack("One");
    f.resource(stack, "a", "AWS::EC2::VPC", json!({ "X": "{1.id}" }));
    f.resource(stack, "b", "AWS::EC2::VPC", json!({ "X": "text {2.CidrBlock}" }));
    f.resource(stack, "c", "AWS::EC2::VPC", json!({ "X": "{0.id}" }));
    let (_, diagnostics) = derive(&f.model);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        diagnostics[0].message,
        "resources need each other in a circle: `One.a` needs `One.b` needs `One.c` needs `One.a`"
    );
    assert_eq!(diagnostics[0].labels.len(), 3);
}

#[test]
fn a_hosted_rotation_needs_its_transform_and_both_capabilities() {
    let mut f = Fixture::new();
    let stack = f.stack("Secrets");
    let lambda = json!({ "RotationType": "PostgreSQLSingleUser" });
    f.resource(stack, "rotation", "AWS::SecretsManager::RotationSchedule", json!({ "HostedRotationLambda": lambda }));
    let derived = clean(&f);
    assert_eq!(derived.templates[0].transforms, ["AWS::SecretsManager-2024-09-16"]);
    let keys: Vec<&String> = derived.templates[0].capabilities.keys().collect();
    assert_eq!(keys, ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
}

#[test]
fn a_waiver_of_the_whole_system_is_about_its_types_alone() {
    let mut f = Fixture::new();
    let stack = f.stack("Storage");
    f.resource(stack, "logs", "AWS::S3::Bucket", json!({}));
    f.resource(stack, "jobs", "AWS::SQS::Queue", json!({}));
    let (rule_span, covers, span) = (f.span(), f.span(), f.span());
    let (because, types) = (Some("logs of logs".to_owned()), vec!["AWS::S3::Bucket".into()]);
    let rule = "guard.s3_bucket_logging_enabled_check".into();
    f.model.waivers.push(Waiver { rule, rule_span, because, until: None, covers, everywhere: true, types, span });
    let derived = clean(&f);
    let template = &derived.templates[0];
    let metadata = js(&template.resources["Logs"].attributes["Metadata"]);
    assert_eq!(metadata, json!({ "guard": { "SuppressedRules": ["s3_bucket_logging_enabled_check"] } }));
    assert!(!template.resources["Jobs"].attributes.contains_key("Metadata"));
}

#[test]
fn a_waiver_for_an_outside_judge_becomes_its_suppression() {
    let mut f = Fixture::new();
    let stack = f.stack("Storage");
    let bucket = f.resource(stack, "logs", "AWS::S3::Bucket", json!({}));
    let covers = f.model.origins.span(f.model.resource(bucket).origin);
    for rule in ["cfn_lint.W3045", "checkov.CKV_AWS_18"] {
        let (rule_span, span) = (f.span(), f.span());
        let because = Some("logs of logs".to_owned());
        f.model.waivers.push(Waiver {
            rule: rule.into(),
            rule_span,
            because,
            until: None,
            covers,
            everywhere: false,
            types: Vec::new(),
            span,
        });
    }
    let derived = clean(&f);
    let metadata = js(&derived.templates[0].resources["Logs"].attributes["Metadata"]);
    let checkov = json!({ "skip": [{ "id": "CKV_AWS_18", "comment": "logs of logs" }] });
    assert_eq!(metadata, json!({ "cfn-lint": { "config": { "ignore_checks": ["W3045"] } }, "checkov": checkov }));
}
