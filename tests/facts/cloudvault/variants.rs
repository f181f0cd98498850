//! Other forms of the system: an environment for unit tests, constructs of one's own, and a foundation that Amplify deploys.

use serde_json::Value;

use super::{STACKS, api, functions};
use crate::broken::Source;
use crate::meaning::plain;
use crate::system::{Environment, Variant};
use crate::tree::{Check, Env, want};

/// Every form that is tried.
pub const VARIANTS: [Variant; 3] = [
    Variant {
        facts: &["CV-004", "CV-331"],
        name: "an-environment-for-unit-tests",
        make: |source| source.add("environment test from dev {}\n"),
        environment: Environment { folder: "test", id: "test" },
        check: |e| {
            api::api(e)?.is("Name", "cloudvault-test-api")?;
            api::api(e)?.is("ProtocolType", "HTTP")?;
            functions::variable(e, "ENVIRONMENT", |_| "test".to_owned())
        },
    },
    // The functions' construct is `Service` in the source itself.
    Variant {
        facts: &["CV-010"],
        name: "routes-and-alarms-by-constructs-of-one-s-own",
        make: |source| source.add(CONSTRUCTS),
        environment: Environment { folder: "dev", id: "dev" },
        check: |e| {
            functions::named(e)?;
            let route = e.with("api", "AWS::ApiGatewayV2::Route", "RouteKey", "GET /api/health")?;
            route.is("AuthorizationType", "JWT")?;
            let alarms = e.all("monitoring", "AWS::CloudWatch::Alarm")?;
            let slow = alarms.iter().filter(|res| res.get("MetricName") == "Duration").count();
            want(slow == 6 && alarms.len() == 18, || format!("{slow} of {} alarms", alarms.len()))
        },
    },
    Variant {
        facts: &["CV-186", "CV-187"],
        name: "a-foundation-that-amplify-deploys",
        make: imported,
        environment: Environment { folder: "production", id: "production" },
        check: |e| {
            want(e.stack("foundation").is_err(), || "the foundation is built".into())?;
            taken_as_parameters(e)?;
            stands_by_itself(e)
        },
    },
];

/// The other stacks keep all they say; what they took from components they take by name.
fn imported(source: &mut Source) {
    source.replace_file("foundation.infra", include_str!("amplify.infra"));
    for (old, new) in [
        ("Foundation.user_pool.issuer", r#""https://cognito-idp.{region}.amazonaws.com/{Foundation.user_pool_id}""#),
        ("Foundation.client.id", "Foundation.user_pool_client_id"),
        (
            "Foundation.user_pool.arn",
            r#""arn:{partition}:cognito-idp:{region}:{account}:userpool/{Foundation.user_pool_id}""#,
        ),
        (
            "HttpRoutes { api, authorizer, keys, to = Foundation.fn[name] }",
            "NamedRoutes { api, authorizer, keys, called = services[name] }",
        ),
        ("UploadTrigger { from = Foundation.files, under = \"uploads/\", to = Foundation.fn.fileProcessor }", UPLOADS),
        (
            "cron(\"0 2 * * ? *\"), to = Foundation.fn.backupService",
            "cron(\"0 2 * * ? *\"), called = services.backupService",
        ),
        ("daily   = Schedule", "daily   = NamedRule"),
        (
            "QueueTrigger { from = notifications, to = Foundation.fn.notificationService, batch = 10, window = 5s }",
            CONSUMER,
        ),
        ("name, function in Foundation.fn", "name, function in services"),
        ("name, table in Foundation.table", "name, table in tables"),
        ("table.metric(m)", "metric(\"AWS/DynamoDB\", m, TableName = table)"),
        ("\"replica\", \"foundation\", \"api\"", "\"replica\", \"api\""),
    ] {
        source.replace_all(old, new);
    }
    for metric in ["Errors", "Throttles", "Invocations", "Duration"] {
        let by_name = format!("metric(\"AWS/Lambda\", \"{metric}\", FunctionName = function)");
        source.replace_all(&format!("function.metric(\"{metric}\")"), &by_name);
    }
}

const UPLOADS: &str = r#"NamedRule {
    pattern = {
      source        = ["aws.s3"]
      "detail-type" = ["Object Created"]
      detail        = { bucket = { name = [Foundation.storage_bucket_name] }, object = { key = [{ prefix = "uploads/" }] } }
    }
    called = services.fileProcessor
  }"#;

const CONSUMER: &str = r#"AWS::Lambda::EventSourceMapping {
    EventSourceArn                 = notifications.arn
    FunctionName                   = services.notificationService
    BatchSize                      = 10
    MaximumBatchingWindowInSeconds = 5
  }
  grant Foundation.notification_role consume, inspect on notifications"#;

/// What Amplify gives comes in by parameters, which whoever deploys fills; it is deployed before those that take it.
fn taken_as_parameters(env: &Env) -> Check {
    let wanted = [
        ("api", &["UserPoolId", "UserPoolClientId", "FileService", "FolderService", "AnalyticsService"][..]),
        ("events", &["StorageBucketName", "FileProcessor", "BackupService", "NotificationService"][..]),
        ("monitoring", &["FileService", "NotificationService", "Users", "Notifications"][..]),
    ];
    for (stack, names) in wanted {
        let plan = super::stacks::entry(env, stack)?;
        let filled: Vec<String> = plan["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["from"]["kind"] == "deployer")
            .map(|parameter| plain(&parameter["name"]))
            .collect();
        for name in names {
            let name = format!("Foundation{name}");
            let taken = env.frame(stack)?.pointer(&format!("/Parameters/{name}/Type")).is_some_and(|ty| ty == "String");
            want(taken && filled.contains(&name), || format!("{stack} does not take {name}: {filled:?}"))?;
        }
    }
    let order: Vec<String> = env.plan()?["order"].as_array().into_iter().flatten().map(plain).collect();
    let place = |step: String| order.iter().position(|other| *other == step);
    let amplify = place("external:Foundation".to_owned());
    let later = ["api", "events", "monitoring"].iter().all(|stack| {
        let step = place(format!("deploy:{}", env.stack_name(stack)));
        amplify.is_some() && step > amplify
    });
    want(later, || format!("deployed as {order:?}"))
}

/// Rules, permissions and the queue's policy are resources of the stacks that want them; nothing of Amplify's is changed.
fn stands_by_itself(env: &Env) -> Check {
    env.exactly(2, "events", "AWS::Events::Rule")?;
    env.exactly(2, "events", "AWS::Lambda::Permission")?;
    env.exactly(3, "api", "AWS::Lambda::Permission")?;
    let mapping = env.one("events", "AWS::Lambda::EventSourceMapping")?;
    let policies = env.all("events", "AWS::SQS::QueuePolicy")?;
    let lets = |statement: &Value| {
        statement["Principal"]["AWS"] == "‹parameter FoundationNotificationRole›" && statement["Effect"] == "Allow"
    };
    let own = policies.iter().find(|policy| policy.items("PolicyDocument.Statement").iter().any(lets));
    mapping.waits_for(own.ok_or("the queue does not let the function read")?)?;
    for stack in STACKS.into_iter().filter(|stack| *stack != "foundation") {
        want(env.all(stack, "AWS::Lambda::Function")?.is_empty(), || format!("{stack} makes functions"))?;
    }
    Ok(())
}

const CONSTRUCTS: &str = r#"
component ApiRoute {
  param path: text
  param to: AWS::Lambda::Function
  param api: AWS::ApiGatewayV2::Api
  param authorizer: AWS::ApiGatewayV2::Authorizer
  main routes = HttpRoutes { api, authorizer, to, keys = ["GET /api/{path}"] }
}
component AlarmSet {
  param of: AWS::Lambda::Function
  param tell: AWS::SNS::Topic
  main slow = Alarm { when = average(of.metric("Duration"), 5min) > 10000, notify = [tell] }
}
stack Api {
  health = ApiRoute { path = "health", to = Foundation.fn.fileService, api, authorizer }
}
stack Monitoring {
  for name, function in Foundation.fn {
    slow[name] = AlarmSet { of = function, tell = alarms }
  }
}
"#;
