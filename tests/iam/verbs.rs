//! What the library's verbs mean, held against IAM's own list of actions, resources and condition keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use infrac::base::FileId;
use infrac::catalog::{Action, catalog};
use infrac::check::access::Holdings;
use infrac::check::iam::{Scope, Statement};
use infrac::driver::{self, Modelled, Options};
use infrac::syntax::ast::ItemKind;
use infrac::world::{Disk, find_systems};

fn modelled(folder: &str) -> Modelled {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let system = find_systems(&Disk, &[path]).unwrap().systems.pop().unwrap();
    let modelled = driver::models(&Disk, &system, &Options::default()).unwrap();
    assert!(!modelled.models.is_empty(), "{:?}", modelled.checked.diagnostics);
    modelled
}

/// Whether an ARN fits a form such as `arn:${Partition}:s3:::${BucketName}`. Wildcards of the ARN stand for themselves.
fn fits(form: &str, arn: &str) -> bool {
    let form = form.replace(":*:", ":${Any}:");
    let mut rest = arn;
    let mut first = true;
    for part in form.split("${") {
        let text = if first { part } else { part.split_once('}').unwrap().1 };
        if first {
            let Some(behind) = rest.strip_prefix(text) else { return false };
            rest = behind;
        } else if text.is_empty() {
            // The last gap takes what is left, but no further level of names.
            return !rest.is_empty();
        } else {
            let Some(at) = rest.find(text) else { return false };
            rest = &rest[at + text.len()..];
        }
        first = false;
    }
    rest.is_empty()
}

fn takes(action: Action, arn: &str) -> bool {
    let mut kinds = action.resources().filter_map(|resource| resource.resource_kind()).peekable();
    if kinds.peek().is_none() {
        return arn == "*";
    }
    kinds.any(|kind| fits(kind.arn(), arn))
}

fn knows(action: Action, key: &str) -> bool {
    let stands = |known: &str| {
        let open = known.find(['$', '<']).map_or(known, |at| &known[..at]);
        known.eq_ignore_ascii_case(key)
            || (open.len() < known.len() && key.to_lowercase().starts_with(&open.to_lowercase()))
    };
    let of_resources = action.resources().flat_map(|resource| {
        resource.resource_kind().into_iter().flat_map(|kind| kind.condition_keys()).collect::<Vec<_>>()
    });
    let of_uses = action.resources().flat_map(|resource| resource.conditions.collect::<Vec<_>>());
    action.condition_keys().chain(of_resources).chain(of_uses).any(stands)
        || catalog().global_condition_keys().any(|known| known.stands_for(key))
}

fn mistakes(statement: &Statement, found: &mut Vec<String>) {
    let (Scope::Of(actions), Some(Scope::Of(resources))) = (&statement.actions, &statement.resources) else {
        found.push(format!("a verb has exceptions: {statement:?}"));
        return;
    };
    for name in actions {
        let Some(action) = catalog().action(name) else {
            found.push(format!("there is no action {name}"));
            continue;
        };
        found.extend(
            // What is AWS's to name, where the catalog has no form for it, cannot be held against one.
            resources
                .iter()
                .filter(|arn| !arn.starts_with('⟨') && !takes(action, arn))
                .map(|arn| format!("{name} does not take {arn}")),
        );
        let keys = statement.conditions.iter().map(|condition| condition.key.as_str());
        found.extend(keys.filter(|key| !knows(action, key)).map(|key| format!("{name} knows no {key}")));
    }
}

#[test]
fn verbs_mean_actions_that_exist_on_resources_that_they_take() {
    let modelled = modelled("tests/iam/systems/verbs");
    let holdings = Holdings::of(&modelled.models[0]);
    let mut found = Vec::new();
    let mut count = 0;
    for role in holdings.roles() {
        for rule in holdings.of_role(role) {
            count += 1;
            mistakes(&rule.statement, &mut found);
        }
    }
    assert!(count >= 120, "{count} statements");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_verb_of_the_library_is_among_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/access.infra");
    let file = infrac::syntax::parse(FileId(0), &std::fs::read_to_string(path).unwrap()).file;
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in &file.items {
        if let ItemKind::AccessOn(access) = &item.kind {
            let verbs = access.verbs.iter().map(|verb| verb.name.name.to_string());
            said.entry(access.ty.name.to_string()).or_default().extend(verbs);
        }
    }
    let modelled = modelled("tests/iam/systems/verbs");
    let model = &modelled.models[0];
    for statement in &model.statements {
        let Some(target) = statement.target else { continue };
        if let Some(verbs) = said.get_mut(model.resource(target).ty.as_str()) {
            statement.verbs.iter().for_each(|verb| {
                verbs.remove(verb.as_str());
            });
        }
    }
    said.retain(|_, verbs| !verbs.is_empty());
    // These need more than a test should build: an instance in a network, a model, a cache without servers.
    let known: BTreeSet<&str> = [
        "AWS::RDS::DBInstance",
        "AWS::Bedrock::KnowledgeBase",
        "AWS::Bedrock::ApplicationInferenceProfile",
        "AWS::ElastiCache::ServerlessCache",
    ]
    .into();
    let missing: Vec<_> = said.iter().filter(|(ty, _)| !known.contains(ty.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_use_of_a_key_is_bound_to_its_service() {
    let modelled = modelled("tests/iam/systems/verbs");
    let holdings = Holdings::of(&modelled.models[0]);
    let mut count = 0;
    for rule in holdings.roles().flat_map(|role| holdings.of_role(role)) {
        let Scope::Of(actions) = &rule.statement.actions else { continue };
        // But for the verbs of the key itself.
        let direct = actions.len() == 1 && rule.statement.conditions.is_empty();
        if actions.iter().any(|action| action.starts_with("kms:")) && !direct {
            let verbs = ["kms:Verify", "kms:GenerateMac"];
            count += 1;
            assert!(
                rule.statement.conditions.iter().any(|condition| condition.key == "kms:ViaService")
                    || verbs.contains(&actions[0].as_str()),
                "{:?}",
                rule.statement
            );
        }
    }
    assert!(count >= 20, "{count}");
}

/// What programs do with the services that are used most, by service: the table of verbs that the library was written from.
const DONE: &[(&str, &str)] = &[
    (
        "s3",
        "GetObject ListBucket GetObjectVersion ListBucketVersions PutObject AbortMultipartUpload ListMultipartUploadParts ListBucketMultipartUploads DeleteObject GetObjectTagging PutObjectTagging GetBucketLocation",
    ),
    (
        "dynamodb",
        "GetItem BatchGetItem Query Scan PutItem UpdateItem DeleteItem BatchWriteItem ConditionCheckItem PartiQLSelect DescribeTable DescribeStream GetRecords GetShardIterator",
    ),
    (
        "sqs",
        "SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl PurgeQueue StartMessageMoveTask ListMessageMoveTasks CancelMessageMoveTask",
    ),
    ("sns", "Publish Subscribe"),
    ("lambda", "InvokeFunction InvokeFunctionUrl"),
    ("secretsmanager", "GetSecretValue PutSecretValue DescribeSecret UpdateSecretVersionStage GetRandomPassword"),
    ("kms", "Decrypt Encrypt GenerateDataKey Sign Verify GetPublicKey GenerateMac VerifyMac"),
    ("events", "PutEvents"),
    (
        "states",
        "StartExecution StartSyncExecution DescribeExecution GetExecutionHistory ListExecutions StopExecution RedriveExecution SendTaskSuccess SendTaskFailure SendTaskHeartbeat",
    ),
    ("kinesis", "PutRecord PutRecords DescribeStreamSummary ListShards GetShardIterator GetRecords SubscribeToShard"),
    ("firehose", "PutRecord PutRecordBatch"),
    ("rds-data", "ExecuteStatement BatchExecuteStatement BeginTransaction CommitTransaction RollbackTransaction"),
    ("rds-db", "connect"),
    (
        "cognito-idp",
        "AdminGetUser ListUsers AdminCreateUser AdminUpdateUserAttributes AdminDisableUser AdminEnableUser AdminDeleteUser AdminInitiateAuth AdminRespondToAuthChallenge",
    ),
    ("ses", "SendEmail SendRawEmail SendBulkEmail"),
    ("logs", "CreateLogStream PutLogEvents FilterLogEvents StartLiveTail StartQuery GetQueryResults GetLogEvents"),
    ("cloudwatch", "PutMetricData GetMetricData"),
    ("xray", "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets"),
    ("ssm", "GetParameter GetParameters GetParametersByPath PutParameter"),
    (
        "ecr",
        "BatchGetImage GetDownloadUrlForLayer GetAuthorizationToken BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage",
    ),
    ("ecs", "RunTask StopTask DescribeTasks ExecuteCommand"),
    ("iam", "PassRole"),
    ("execute-api", "ManageConnections Invoke"),
    ("bedrock", "InvokeModel InvokeModelWithResponseStream ApplyGuardrail Retrieve"),
    ("appconfig", "StartConfigurationSession GetLatestConfiguration"),
    ("backup", "StartBackupJob StartRestoreJob"),
    ("elasticfilesystem", "ClientMount ClientWrite ClientRootAccess"),
    ("es", "ESHttpGet ESHttpHead ESHttpPost ESHttpPut ESHttpDelete"),
    ("aoss", "APIAccessAll"),
    ("elasticache", "Connect"),
    ("scheduler", "CreateSchedule"),
    ("ec2", "CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSubnets"),
    ("sts", "AssumeRole"),
];

/// What belongs to no resource of a template, so that no type can have a verb for it, and how it is granted.
const OF_NO_TYPE: &[(&str, &str)] = &[
    ("secretsmanager:GetRandomPassword", "takes no resource"),
    ("xray:PutTraceSegments", "takes no resource; `Function` and `StateMachine` grant it where they trace"),
    ("xray:PutTelemetryRecords", "takes no resource; the same"),
    ("xray:GetSamplingRules", "takes no resource; the same"),
    ("xray:GetSamplingTargets", "takes no resource; the same"),
    ("cloudwatch:PutMetricData", "a metric is no resource of a template; `unscoped_action` asks for its namespace"),
    ("cloudwatch:GetMetricData", "a metric is no resource of a template"),
    ("ec2:CreateNetworkInterface", "done for functions within a network, by AWS's own policy for that"),
    ("ec2:DeleteNetworkInterface", "the same"),
    ("ec2:DescribeNetworkInterfaces", "takes no resource; the same"),
    ("ec2:DescribeSubnets", "takes no resource; the same"),
];

#[test]
fn what_programs_do_can_be_said_with_verbs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/access.infra");
    let text = std::fs::read_to_string(path).unwrap();
    let words: BTreeSet<&str> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-'))
        .filter(|word| word.contains(':'))
        .collect();
    let done = DONE.iter().flat_map(|(service, names)| names.split(' ').map(move |name| format!("{service}:{name}")));
    let mut count = 0;
    for name in done {
        count += 1;
        let known = catalog().action(&name).unwrap_or_else(|| panic!("there is no action {name}"));
        let elsewhere = OF_NO_TYPE.iter().find(|(action, _)| *action == name);
        assert!(words.contains(name.as_str()) != elsewhere.is_some(), "{name} is no verb's, and nothing says why");
        if let Some((_, why)) = elsewhere {
            let none = known.resources().next().is_none();
            assert!(none || !why.starts_with("takes no resource"), "{name} takes a resource");
        }
    }
    assert!(count >= 140, "{count}");
}
