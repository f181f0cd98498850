#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;
use crate::base::{FileId, Symbol};
use crate::derive::template::{Json, TemplateResource, Tree};
use crate::emit::{Files, Location, SourceNames, emit};
use crate::eval::model::{
    Condition, ConditionValue, Connection, Effect, End, InstanceId, Permission, Ports, ResourceId, ResourcePolicyForm,
    StackId, Statement, Who,
};
use crate::eval::origin::Origin;
use crate::eval::value::{Attribute, Hole, Piece, Principal, Pseudo, Template as Text};
use crate::order::order;
use crate::order::sample::{Sample, empty, shop};
use crate::syntax::ast::{ConditionOperator, Side};

struct Names;

impl SourceNames for Names {
    fn locate(&self, span: Span) -> Option<Location> {
        (span.file != FileId::NONE).then(|| Location { file: String::from("a.infra"), line: 1, column: 1 })
    }
}

fn built(sample: Sample) -> (Model, Files) {
    let (plan, _) = order(&sample.model, &sample.derived);
    let builds = [(sample.model, sample.derived, plan)];
    let (files, diagnostics) = emit(&builds, &Names, &std::collections::BTreeMap::new());
    assert!(diagnostics.is_empty());
    let [(model, _, _)] = builds;
    (model, files)
}

/// The messages and witnesses.
fn proved(model: &Model, files: &Files) -> Vec<String> {
    prove(model, files).iter().map(|found| format!("{}: {}", found.message, found.labels[0].text)).collect()
}

fn tree(value: &Value) -> Tree {
    match value {
        Value::Object(map) => Tree::map(map.iter().map(|(key, item)| (key, tree(item)))),
        Value::Array(items) => Tree::list(items.iter().map(tree)),
        Value::Bool(yes) => Tree::new(Json::Bool(*yes), Origin::INHERITED),
        Value::Number(number) => Tree::new(Json::Int(number.as_i64().unwrap()), Origin::INHERITED),
        Value::String(text) => Tree::text(text),
        Value::Null => Tree::text(""),
    }
}

/// Changes a template and proves again.
fn damaged(model: &Model, files: &Files, template: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut files = files.clone();
    let bytes = files.get_mut(template).unwrap();
    let mut json: Value = serde_json::from_slice(bytes).unwrap();
    change(&mut json);
    *bytes = serde_json::to_vec(&json).unwrap();
    proved(model, &files)
}

#[test]
fn a_true_build_is_proved() {
    let (model, files) = built(shop("dev"));
    assert_eq!(proved(&model, &files), [""; 0]);
}

#[test]
fn a_file_that_is_no_json_is_found() {
    let (model, mut files) = built(shop("dev"));
    files.get_mut("dev/shop-dev-app.template.json").unwrap().truncate(40);
    assert!(proved(&model, &files)[0].starts_with("the template of stack `App` cannot be read back"));
}

#[test]
fn references_without_a_target_are_found() {
    let (model, files) = built(shop("dev"));
    let file = "dev/shop-dev-data.template.json";
    let targets = [
        json!({ "Ref": "Gone" }),
        json!({ "Fn::GetAtt": ["Gone", "Arn"] }),
        json!({ "Fn::Sub": "a-${Gone.Arn}-${!kept}" }),
        json!({ "Fn::Sub": ["a-${Own}-${Gone}", { "Own": "x" }] }),
    ];
    for target in targets {
        let found = damaged(&model, &files, file, |json| json["Resources"]["Db"]["Properties"]["X"] = target);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("the template refers to a resource `Gone` that it does not have"), "{found:?}");
    }
    let found = damaged(&model, &files, file, |json| json["Resources"]["Db"]["DependsOn"] = json!("Gone"));
    assert!(found[0].ends_with("dev/shop-dev-data.template.json#/Resources/Db/DependsOn"), "{found:?}");
}

#[test]
fn imports_need_one_exporter_that_is_deployed_before() {
    let (model, files) = built(shop("dev"));
    let data = "dev/shop-dev-data.template.json";
    let found = damaged(&model, &files, data, |json| {
        json["Resources"]["Db"]["Properties"]["Group"]["Fn::ImportValue"] = json!("nobody");
    });
    assert!(found[0].starts_with("the template imports `nobody`, which nobody exports"), "{found:?}");
    let network = "dev/shop-dev-network.template.json";
    let found = damaged(&model, &files, network, |json| {
        json["Resources"]["Vpc"]["Properties"]["X"] = json!({ "Fn::ImportValue": "shop-dev-data-DbId" });
    });
    assert!(found[0].starts_with("`shop-dev-data` is not deployed before `shop-dev-network`"), "{found:?}");
    let found = damaged(&model, &files, network, |json| {
        json["Outputs"]["Twice"] = json!({ "Value": "x", "Export": { "Name": "shop-dev-network-VpcId" } });
    });
    assert!(found[0].contains("is exported by both"), "{found:?}");
}

#[test]
fn a_resource_that_is_missing_or_unexplained_is_found() {
    let (model, files) = built(shop("dev"));
    let file = "dev/shop-dev-app.template.json";
    let found = damaged(&model, &files, file, |json| json["Resources"]["Table"]["Type"] = json!("AWS::SQS::Queue"));
    assert_eq!(found, ["`App.Table` is declared, but its template has no such resource: AWS::DynamoDB::Table `Table`"]);
    let found = damaged(&model, &files, file, |json| json["Resources"]["Extra"] = json!({ "Type": "AWS::SQS::Queue" }));
    assert!(found[0].starts_with("stack `App` has a resource that nothing declares"), "{found:?}");
}

/// A role that may read below a bucket's prefix, said in both policies, and a denial for everyone.
fn access() -> Sample {
    let mut s = empty("dev");
    let stack = s.stack("App", "app", 1);
    let role = s.resource(stack, "AWS::IAM::Role", "Role", &[]);
    let bucket = s.resource(stack, "AWS::S3::Bucket", "Uploads", &[]);
    s.named(role, "RoleName", Text::literal("app-role"));
    let name = Text::from_pieces([Piece::Literal("up-".into()), Piece::Hole(Hole::Pseudo(Pseudo::Account))]);
    s.named(bucket, "BucketName", name);
    let origin = s.origin(0, 9);
    let arn = Text::hole(Hole::Resource(bucket, Attribute::Arn));
    let permission = |action: &str, resource: &Text, conditions: Vec<Condition>| Permission {
        verb: Symbol::new(action),
        actions: vec![Symbol::new(action)],
        resources: vec![resource.clone()],
        conditions,
        origin,
    };
    let below = arn.then(&Text::literal("/a/*"));
    let statement = |who: Who, effect: Effect, permission: Permission, side: Side| Statement {
        effect,
        who,
        actor: None,
        target: Some(bucket),
        verbs: Vec::new(),
        permissions: vec![permission],
        side,
        because: None,
        within: None,
        origin,
    };
    s.model.statements.push(statement(
        Who::Role(role),
        Effect::Allow,
        permission("s3:GetObject", &below, vec![]),
        Side::Both,
    ));
    let elsewhere = Condition {
        key: Symbol::new("aws:PrincipalAccount"),
        operator: ConditionOperator::NotEqual,
        values: vec![ConditionValue::Text(Text::hole(Hole::Pseudo(Pseudo::Account)))],
        origin,
    };
    let deny = permission("s3:*", &arn, vec![elsewhere]);
    s.model.statements.push(statement(Who::Other(Principal::Everyone), Effect::Deny, deny, Side::Principal));
    let form = ResourcePolicyForm::Resource {
        ty: Symbol::new("AWS::S3::BucketPolicy"),
        target: Symbol::new("Bucket"),
        list: false,
        document: Symbol::new("PolicyDocument"),
    };
    s.model.resource_policies.insert(Symbol::new("AWS::S3::Bucket"), form);
    let written = "arn:${AWS::Partition}:s3:::up-${AWS::AccountId}";
    s.emitted(role).properties =
        tree(&json!({ "Policies": [{ "PolicyName": "access", "PolicyDocument": { "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": { "Fn::Sub": format!("{written}/a/*") } }
    ] } }] }));
    let root = json!({ "AWS": { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" } });
    let policy = json!({ "Bucket": { "Ref": "Uploads" }, "PolicyDocument": { "Statement": [
        { "Effect": "Allow", "Principal": root, "Action": "s3:GetObject",
          "Resource": { "Fn::Join": ["", [{ "Fn::GetAtt": ["Uploads", "Arn"] }, "/a/*"]] },
          "Condition": { "ArnEquals": { "aws:PrincipalArn": { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app-role" } } } },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": { "Fn::Sub": written },
          "Condition": { "StringNotEquals": { "aws:PrincipalAccount": { "Ref": "AWS::AccountId" } } } }
    ] } });
    add(&mut s, stack, "UploadsPolicy", "AWS::S3::BucketPolicy", &policy);
    s
}

fn add(s: &mut Sample, stack: StackId, id: &str, ty: &str, properties: &Value) {
    let added = TemplateResource {
        resource: None,
        title: id.to_owned(),
        ty: ty.to_owned(),
        properties: tree(properties),
        depends_on: Vec::new(),
        deletion: None,
        attributes: crate::base::IndexMap::default(),
        origin: Origin::INHERITED,
    };
    s.derived.templates[stack.index()].resources.insert(id.to_owned(), added);
}

#[test]
fn permissions_are_compared_however_they_are_written() {
    let (model, files) = built(access());
    assert_eq!(proved(&model, &files), [""; 0]);
}

#[test]
fn every_change_to_a_permission_is_found() {
    let (model, files) = built(access());
    let identity = "/Resources/Role/Properties/Policies/0/PolicyDocument/Statement/0";
    let allow = "/Resources/UploadsPolicy/Properties/PolicyDocument/Statement/0";
    let deny = "/Resources/UploadsPolicy/Properties/PolicyDocument/Statement/1";
    let changes = [
        (format!("{identity}/Action/0"), json!("s3:*")),
        (format!("{identity}/Action/0"), json!("s3:PutObject")),
        (format!("{identity}/Effect"), json!("Deny")),
        (format!("{identity}/Resource"), json!("*")),
        (format!("{identity}/Resource/Fn::Sub"), json!("arn:${AWS::Partition}:s3:::up-${AWS::AccountId}/*")),
        (format!("{identity}/Resource/Fn::Sub"), json!("arn:${AWS::Partition}:s3:::*up-${AWS::AccountId}/a/*")),
        (format!("{identity}/Resource/Fn::Sub"), json!("arn:${AWS::Partition}:sqs:::up-${AWS::AccountId}/a/*")),
        (format!("{allow}/Condition"), json!({})),
        (format!("{allow}/Condition/ArnEquals/aws:PrincipalArn"), json!("*")),
        (format!("{allow}/Principal"), json!("*")),
        (format!("{deny}/Condition/StringNotEquals/aws:PrincipalAccount"), json!("123456789012")),
        (
            format!("{deny}/Condition"),
            json!({ "StringEquals": { "aws:PrincipalAccount": { "Ref": "AWS::AccountId" } } }),
        ),
        (format!("{deny}/Principal"), json!({ "Service": "lambda.amazonaws.com" })),
    ];
    for (pointer, value) in changes {
        // The account's number is the account.
        let same = value == json!("123456789012");
        let found = damaged(&model, &files, "dev/app.template.json", |json| {
            *json.pointer_mut(&pointer).unwrap() = value.clone()
        });
        assert_eq!(found.is_empty(), same, "{pointer} {value}: {found:?}");
    }
    let found = damaged(&model, &files, "dev/app.template.json", |json| {
        json.pointer_mut("/Resources/Role/Properties").unwrap()["Policies"] = json!([]);
    });
    assert_eq!(
        found,
        ["a declared permission stands in no emitted policy: App.Role may s3:getobject on ⟨App.Uploads.arn⟩/a/*"]
    );
}

/// Two groups of which one talks to the other, and to the internet.
fn network() -> (Sample, ResourceId) {
    let mut s = empty("dev");
    let stack = s.stack("Net", "net", 1);
    let from = s.resource(stack, "AWS::EC2::SecurityGroup", "From", &[]);
    let to = s.resource(stack, "AWS::EC2::SecurityGroup", "To", &[]);
    let origin = s.origin(0, 9);
    let ports = |port: i64| vec![Ports { protocol: String::from("tcp"), range: (port, port), origin }];
    let connection = |from: End, to: End, port: i64| Connection {
        from,
        to,
        ports: ports(port),
        stack: None,
        text: String::from("a -> b"),
        origin,
    };
    let group = |id: ResourceId| End::Group(id, None::<InstanceId>);
    s.model.connections = vec![connection(group(from), group(to), 5432), connection(group(from), End::Internet, 443)];
    let target = json!({ "Fn::GetAtt": ["To", "GroupId"] });
    s.emitted(from).properties = tree(&json!({ "SecurityGroupEgress": [
        { "DestinationSecurityGroupId": target, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432 },
        { "CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443 }
    ] }));
    s.emitted(to).properties = tree(&json!({ "SecurityGroupEgress": [
        { "CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86 }
    ] }));
    let source = json!({ "Fn::GetAtt": ["From", "GroupId"] });
    let rule = json!({ "GroupId": target, "SourceSecurityGroupId": source, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432 });
    add(&mut s, stack, "ToFromFromTcp5432", "AWS::EC2::SecurityGroupIngress", &rule);
    (s, to)
}

#[test]
fn every_change_to_a_rule_is_found() {
    let (sample, _) = network();
    let (model, files) = built(sample);
    assert_eq!(proved(&model, &files), [""; 0]);
    let changes = [
        ("/Resources/From/Properties/SecurityGroupEgress/0/ToPort", json!(5433)),
        ("/Resources/From/Properties/SecurityGroupEgress/1/CidrIp", json!("10.0.0.0/8")),
        ("/Resources/From/Properties/SecurityGroupEgress/1/IpProtocol", json!("-1")),
        ("/Resources/From/Properties/SecurityGroupEgress", json!([])),
        ("/Resources/To/Properties/SecurityGroupEgress/0/CidrIp", json!("0.0.0.0/0")),
        ("/Resources/To/Properties", json!({})),
        ("/Resources/ToFromFromTcp5432/Properties/SourceSecurityGroupId/Fn::GetAtt/0", json!("To")),
        ("/Resources/ToFromFromTcp5432/Properties/GroupId/Fn::GetAtt/0", json!("From")),
    ];
    for (pointer, value) in changes {
        let found = damaged(&model, &files, "dev/net.template.json", |json| {
            *json.pointer_mut(pointer).unwrap() = value.clone()
        });
        assert!(!found.is_empty(), "{pointer} {value}");
    }
}
