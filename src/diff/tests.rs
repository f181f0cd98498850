#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::base::FileId;
use crate::cfn::{self, Parameters};

fn stack(file: u32, name: &str, text: &str) -> Stack {
    let (node, found) = cfn::document(FileId(file), text);
    assert!(found.is_empty(), "{found:?}");
    let document = node.unwrap();
    let (template, found) = cfn::template(document.clone());
    assert!(found.is_empty(), "{found:?}");
    let template = cfn::evaluate(&template.unwrap(), &Parameters::default()).0;
    Stack::new(name.to_owned(), String::new(), document, Parameters::default(), template)
}

fn difference(old: &str, new: &str) -> Difference {
    compare(&[stack(0, "stack", old)], &[stack(1, "stack", new)])
}

/// The difference of two templates' resources, as people read it.
fn told(old: &str, new: &str) -> String {
    let wrap = |resources: &str| format!("Resources:\n{resources}");
    to_text(&difference(&wrap(old), &wrap(new)), &|_| None)
}

#[test]
fn nothing_changes_where_only_the_spelling_does() {
    let old = r#"
  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5, Tags: [{Key: a, Value: "1"}, {Key: b, Value: x}]}}
  T: {Type: AWS::SNS::Topic, DependsOn: Q, Properties: {TopicName: !Join ["-", [a, b]]}}"#;
    let new = r#"
  T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "a-b"}}
  Q: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: b, Value: x}, {Key: a, Value: 1}], DelaySeconds: "5"}}"#;
    insta::assert_snapshot!(told(old, new), @r"
    stack (2 unchanged)

    nothing changes
    ");
}

#[test]
fn a_replacement_is_carried_to_those_that_refer_to_it() {
    let old = "
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: one}}
  Inner: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: x}}
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Topic], Threshold: 1}}
  Apart: {Type: AWS::SQS::Queue}";
    let new = old.replace("one", "two");
    insta::assert_snapshot!(told(old, &new), @r"
    stack (1 unchanged)
      ! Topic (AWS::SNS::Topic) is replaced
          /Properties/TopicName: one → two  replaces it
      ! Inner (AWS::SNS::Subscription) is replaced
          /Properties/TopicArn: follows Topic  replaces it
      ~ Alarm (AWS::CloudWatch::Alarm) changes in place
          /Properties/AlarmActions/0: follows Topic

    a person should look at this
    ");
}

#[test]
fn a_change_in_place_reaches_only_what_reads_it() {
    let old = "
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: one, DisplayName: a}}
  ByRef: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Topic}}
  ByName: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Topic.TopicName}}
  ByDisplay: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Topic.DisplayName}}";
    let new = old.replace("DisplayName: a", "DisplayName: b");
    insta::assert_snapshot!(told(old, &new), @"
    stack (2 unchanged)
      ~ Topic (AWS::SNS::Topic) changes in place
          /Properties/DisplayName: a → b
      ~ ByDisplay (AWS::SSM::Parameter) changes in place
          /Properties/Value: follows Topic.DisplayName

    safe: nothing is replaced, lost or opened
    ");
}

#[test]
fn data_is_kept_by_the_policy_that_governs() {
    let table = |attributes: &str, name: &str| {
        format!(
            "  T: {{Type: AWS::DynamoDB::Table, {attributes} Properties: {{TableName: {name}, KeySchema: [{{AttributeName: a, KeyType: HASH}}]}}}}"
        )
    };
    let data = |old: &str, new: &str| {
        let wrap = |resources: &str| format!("Resources:\n  Other: {{Type: AWS::SQS::Queue}}\n{resources}");
        let difference = difference(&wrap(old), &wrap(new));
        difference.stacks[0].resources.iter().find(|resource| resource.action != Action::None).unwrap().data
    };
    assert_eq!(data(&table("", "a"), &table("", "b")), Data::Lost);
    // What is replaced goes by the new template's policy, what is removed by the old one's.
    assert_eq!(data(&table("UpdateReplacePolicy: Retain,", "a"), &table("", "b")), Data::Lost);
    assert_eq!(data(&table("", "a"), &table("UpdateReplacePolicy: Retain,", "b")), Data::Retained);
    assert_eq!(data(&table("DeletionPolicy: Retain,", "a"), &table("DeletionPolicy: Retain,", "b")), Data::Lost);
    assert_eq!(data(&table("DeletionPolicy: Retain,", "a"), ""), Data::Retained);
    assert_eq!(data(&table("", "a"), ""), Data::Lost);
    // A snapshot is made where there are any.
    assert_eq!(data(&table("DeletionPolicy: Snapshot,", "a"), ""), Data::Lost);
    assert_eq!(data("  V: {Type: AWS::EC2::Volume, DeletionPolicy: Snapshot}", ""), Data::Snapshot);
    assert_eq!(data("  D: {Type: AWS::RDS::DBInstance}", ""), Data::Snapshot);
    assert_eq!(data("  D: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: c}}", ""), Data::Lost);
    assert_eq!(data("  A: {Type: AWS::SNS::Topic}", ""), Data::Kept);
}

#[test]
fn a_name_blocks_a_replacement() {
    let old = "
  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: a, KeySchema: [{AttributeName: a, KeyType: HASH}]}}
  G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: g, Port: 80, Protocol: HTTP, VpcId: v}}";
    let new = old.replace("Port: 80", "Port: 81");
    insta::assert_snapshot!(told(old, &new));
}

#[test]
fn what_is_not_known_is_never_called_safe() {
    let old = "
  N: {Type: Some::Private::Type, Properties: {A: 1}}
  C: {Type: Custom::Thing, Properties: {ServiceToken: arn, A: 1}}
  Q: {Type: AWS::SQS::Queue, Properties: {NoSuchProperty: 1}}
  S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: arn, Protocol: sqs}}";
    let new = old.replace(": 1}", ": 2}").replace("TopicArn: arn", "TopicArn: !ImportValue x");
    insta::assert_snapshot!(told(old, &new), @r#"
    stack
      ? N (Some::Private::Type) may be replaced; its data may be lost
          /Properties/A: 1 → 2  nothing is known of this; it may replace it
      ? C (Custom::Thing) may be replaced
          /Properties/A: 1 → 2  nothing is known of this; it may replace it
      ? Q (AWS::SQS::Queue) may be replaced; its data may be lost
          /Properties/NoSuchProperty: 1 → 2  nothing is known of this; it may replace it
      ? S (AWS::SNS::Subscription) may be replaced
          /Properties/TopicArn: arn → {"Fn::ImportValue":"x"}  replaces it if the value differs

    a person should look at this
    "#);
}

#[test]
fn another_type_under_one_logical_id_is_refused() {
    let text = told("  A: {Type: AWS::SNS::Topic}", "  A: {Type: AWS::SQS::Queue}");
    insta::assert_snapshot!(text);
}

#[test]
fn access_is_compared_as_sets() {
    let role = |statements: &str| {
        format!(
            "  App: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]}}, \
             Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statements}]}}}}]}}}}"
        )
    };
    let changes = |old: &str, new: &str| {
        let wrap = |text: &str| format!("Resources:\n{}", role(text));
        let all = difference(&wrap(old), &wrap(new)).access;
        all.iter()
            .map(|it| format!("{:?} {} {} {}", it.change, it.principal, it.action, it.resource))
            .collect::<Vec<_>>()
    };
    let wide = "{Effect: Allow, Action: 's3:*', Resource: '*'}";
    let narrow = "{Effect: Allow, Action: s3:GetObject, Resource: '*'}";
    assert_eq!(changes(wide, narrow), ["Narrowed App s3:* *"]);
    assert_eq!(changes(narrow, wide), ["Broadened App s3:* *"]);
    assert_eq!(
        changes(narrow, "{Effect: Allow, Action: [s3:GetObject, s3:PutObject], Resource: '*'}"),
        ["Gained App s3:PutObject *"]
    );
    assert_eq!(
        changes("{Effect: Allow, Action: sqs:SendMessage, Resource: a}", narrow),
        ["Gained App s3:GetObject *", "Lost App sqs:SendMessage a"]
    );
    let only = "{Effect: Allow, Action: s3:GetObject, Resource: '*', Condition: {Bool: {aws:SecureTransport: true}}}";
    assert_eq!(changes(only, narrow), ["Broadened App s3:GetObject *"]);
    let deny = format!("{narrow}, {{Effect: Deny, Action: s3:GetObject, Resource: secret}}");
    assert_eq!(changes(&deny, narrow), ["Broadened App s3:GetObject (denied) secret"]);
    assert_eq!(changes(&format!("{wide}, {narrow}"), &format!("{narrow}, {wide}")), Vec::<String>::new());
}

#[test]
fn what_opens_to_the_public_or_loses_protection_is_told() {
    let old = "
  B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: {PublicAccessBlockConfiguration: {BlockPublicPolicy: true}, VersioningConfiguration: {Status: Enabled}}}
  D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false, BackupRetentionPeriod: 7}}
  G: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}
  W: {Type: AWS::WAFv2::WebACLAssociation}";
    let new = "
  B: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Suspended}}}
  D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: true, BackupRetentionPeriod: 1}}
  G: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]}}
  P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: x}]}}}
  U: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE}}";
    let wrap = |resources: &str| format!("Resources:\n{resources}");
    let found = difference(&wrap(old), &wrap(new)).exposure;
    let told: Vec<String> = found.iter().map(|it| format!("{:?} {}: {}", it.change, it.logical_id, it.about)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn outputs_are_compared_and_exports_named() {
    let template = |value: &str| {
        format!("Resources: {{Q: {{Type: AWS::SQS::Queue}}}}\nOutputs: {{O: {{Value: {value}, Export: {{Name: e}}}}}}")
    };
    let found = difference(&template("a"), &template("b"));
    assert_eq!(found.verdict, Verdict::Review);
    assert_eq!(found.stacks[0].outputs[0].output, "O");
}

#[test]
fn the_document_for_programs_keeps_its_form() {
    let old = "  T: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}";
    let wrap = |resources: &str| format!("Resources:\n{resources}");
    let found = difference(&wrap(old), &wrap(&old.replace("a}", "b}")));
    insta::assert_snapshot!(serde_json::to_string_pretty(&to_json(&found, &|_| None)).unwrap());
}

/// The phases of an update of several stacks, each `NAME: RESOURCES…` with `---` between them, and the templates on the way.
fn phased(olds: &[(&str, &str)], news: &[(&str, &str)]) -> String {
    phased_with(olds, news, &[])
}

/// The same, where a resource of a stack stood in another one: the stack, the id, and the other stack.
fn phased_with(olds: &[(&str, &str)], news: &[(&str, &str)], moved: &[(&str, &str, &str)]) -> String {
    let stacks = |file: u32, all: &[(&str, &str)]| -> Vec<Stack> {
        let made = all.iter().zip(file..).map(|((name, text), file)| {
            let mut stack = stack(file, name, text);
            stack.source = (*name).to_owned();
            let own = moved.iter().filter(|(to, _, _)| to == name && file >= 10);
            stack.moved = own.map(|(_, id, from)| ((*id).to_owned(), (*from).to_owned())).collect();
            stack
        });
        made.collect()
    };
    let found = compare(&stacks(0, olds), &stacks(10, news));
    let mut text = format!("{:?}\n", found.verdict);
    if let Some(why) = &found.phases.impossible {
        text.push_str(&format!("impossible: {why}\n"));
    }
    for phase in &found.phases.phases {
        text.push_str(&format!("{}\n", phase.id));
        for update in &phase.updates {
            let template = match &update.kind {
                UpdateKind::Final => String::from("the new template"),
                UpdateKind::Delete => String::from("deleted"),
                UpdateKind::Passing(document) => document.to_json().to_string(),
                UpdateKind::Refactor(it) => {
                    let stacks =
                        it.stacks.iter().map(|(name, document)| format!("\n    {name}: {}", document.to_json()));
                    stacks.collect()
                }
            };
            text.push_str(&format!("  {} ({}): {template}\n", update.stack, update.because.join(", ")));
        }
    }
    text
}

const GIVES: &str = "
Resources:
  T: {Type: AWS::SNS::Topic, Properties: {TopicName: one}}
  Own: {Type: AWS::SQS::Queue}
Outputs:
  T: {Value: !Ref T, Export: {Name: topic}}";
const TAKES: &str = "
Resources:
  S: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !ImportValue topic}}";
const ALONE: &str = "
Resources:
  S: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: none}}";
const NOTHING: &str = "
Resources:
  Own: {Type: AWS::SQS::Queue}";

#[test]
fn an_export_goes_away_after_its_last_user() {
    insta::assert_snapshot!(phased(&[("a", GIVES), ("b", TAKES)], &[("a", NOTHING), ("b", ALONE)]));
    insta::assert_snapshot!(phased(&[("a", GIVES), ("b", TAKES)], &[("a", NOTHING)]));
}

#[test]
fn an_export_comes_before_its_first_user() {
    insta::assert_snapshot!(phased(&[("a", NOTHING), ("b", ALONE)], &[("a", GIVES), ("b", TAKES)]));
}

#[test]
fn what_is_replaced_and_used_stands_beside_the_old_one_for_a_while() {
    let new = GIVES.replace("one", "two");
    insta::assert_snapshot!(phased(&[("a", GIVES), ("b", TAKES)], &[("a", &new), ("b", TAKES)]));
}

#[test]
fn an_export_moves_to_another_stack() {
    let moved = GIVES.replace("TopicName: one", "DisplayName: x");
    let old = [("a", moved.as_str()), ("b", NOTHING), ("c", TAKES)];
    let new = [("a", NOTHING), ("b", moved.as_str()), ("c", TAKES)];
    insta::assert_snapshot!(phased(&old, &new));
}

#[test]
fn an_export_does_not_move_with_a_name_that_only_one_can_have() {
    let named = GIVES.replace("Type: AWS::SNS::Topic", "Type: AWS::DynamoDB::Table").replace("TopicName", "TableName");
    let old = [("a", named.as_str()), ("b", NOTHING), ("c", TAKES)];
    let new = [("a", NOTHING), ("b", named.as_str()), ("c", TAKES)];
    insta::assert_snapshot!(phased(&old, &new));
}

#[test]
fn two_stacks_change_places_in_two_phases() {
    // a gave to b; then b gives to a.
    let takes_and_gives = |takes: &str, gives: &str| {
        format!(
            "Resources:\n  S: {{Type: AWS::SSM::Parameter, Properties: {{Type: String, Value: {takes}}}}}\n\
             Outputs:\n  O: {{Value: !Ref S, Export: {{Name: {gives}}}}}"
        )
    };
    let old = [("a", takes_and_gives("x", "from-a")), ("b", takes_and_gives("!ImportValue from-a", "other-b"))];
    let new = [("a", takes_and_gives("!ImportValue from-b", "other-a")), ("b", takes_and_gives("y", "from-b"))];
    let old: Vec<(&str, &str)> = old.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let new: Vec<(&str, &str)> = new.iter().map(|(name, text)| (*name, text.as_str())).collect();
    insta::assert_snapshot!(phased(&old, &new));
}

#[test]
fn a_named_resource_without_data_is_taken_away_and_made_again() {
    let group = "
Resources:
  G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: g, Port: 80, Protocol: HTTP, VpcId: v}}
  L: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: l, Priority: 1, Actions: [{Type: forward, TargetGroupArn: !Ref G}], Conditions: []}}
  Q: {Type: AWS::SQS::Queue}
Outputs:
  G: {Value: !Ref G}";
    insta::assert_snapshot!(phased(&[("a", group)], &[("a", &group.replace("80", "81"))]));
}

#[test]
fn a_named_resource_with_data_has_no_safe_way() {
    let table = "
Resources:
  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: t, KeySchema: [{AttributeName: a, KeyType: HASH}], LocalSecondaryIndexes: [{IndexName: x}]}}
  R: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceIdentifier: c, DBName: a}}";
    insta::assert_snapshot!(phased(&[("a", table)], &[("a", &table.replace("DBName: a", "DBName: b"))]));
}

const HOLDS: &str = "
Resources:
  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub 'of ${AWS::StackName}'}}
  P: {Type: AWS::SNS::TopicPolicy, DependsOn: [T, Own], Properties: {Topics: [!Ref T], PolicyDocument: {}}}
  Own: {Type: AWS::SQS::Queue}
  S: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub '${T.TopicName} of ${Own.Arn}'}}
Outputs:
  T: {Value: !Ref T, Export: {Name: topic}}";
const LEFT: &str = "
Resources:
  Own: {Type: AWS::SQS::Queue}
  S: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub ['${T} of ${Own.Arn}', {T: !ImportValue name}]}}";
const HAS: &str = "
Resources:
  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: new}}
  P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref T], PolicyDocument: {}}}
Outputs:
  N: {Value: !GetAtt T.TopicName, Export: {Name: name}}
  T: {Value: !Ref T, Export: {Name: topic}}";

#[test]
fn what_goes_to_another_stack_goes_first_and_as_it_is() {
    let moved = [("b", "T", "a")];
    insta::assert_snapshot!(phased_with(
        &[("a", HOLDS), ("c", TAKES)],
        &[("a", LEFT), ("b", HAS), ("c", TAKES)],
        &moved
    ));
}

#[test]
fn what_has_gone_already_does_not_go_again() {
    let moved = [("b", "T", "a")];
    let stacks = [("a", LEFT), ("b", HAS)];
    assert!(!phased_with(&stacks, &stacks, &moved).contains("move"));
}

#[test]
fn a_stack_is_not_left_empty_by_what_goes() {
    let told = phased_with(
        &[("a", NOTHING), ("b", TAKES)],
        &[("b", &format!("{TAKES}\n  Own: {{Type: AWS::SQS::Queue}}"))],
        &[("b", "Own", "a")],
    );
    assert!(told.contains("all that `a` has would move, and no stack can be empty"), "{told}");
}

#[test]
fn what_reads_a_parameter_does_not_go_where_there_is_none() {
    let old = "
Parameters: {X: {Type: String, Default: x}}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref X}}
  Own: {Type: AWS::SQS::Queue}";
    let new = "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: x}}";
    let told = phased_with(&[("a", old)], &[("a", NOTHING), ("b", new)], &[("b", "Q", "a")]);
    assert!(told.contains("reads the parameter `X`, which the other stack has not"), "{told}");
}

#[test]
fn stacks_that_would_need_each_other_are_not_refactored() {
    let old = "
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Own}}
  Own: {Type: AWS::SQS::Queue}
  S: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Q}}";
    let new = [("a", NOTHING), ("b", "Resources:\n  Q: {Type: AWS::SQS::Queue}")];
    let told = phased_with(&[("a", old)], &new, &[("b", "Q", "a")]);
    assert!(told.contains("what moves would make them need each other"), "{told}");
}
