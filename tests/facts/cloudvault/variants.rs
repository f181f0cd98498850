//! Other forms of the system: an environment for unit tests, and constructs of one's own.

use super::{api, functions};
use crate::system::{Environment, Variant};
use crate::tree::want;

/// Every form that is tried.
pub const VARIANTS: [Variant; 2] = [
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
];

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
