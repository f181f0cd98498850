//! The document's parameters: each reaches what it is for. The lab is built once more with other values for all of them.

use serde_json::Value;

use super::{compute, data, network, user_data};
use crate::rules;
use crate::script::template;
use crate::system::{Environment, Variant};
use crate::tree::{Check, Env, want};

/// Other values for all parameters of `team01`.
const OTHER: &str = r#"deployment_id = "blue7", owner = "somebody else", allowed_ingress_cidr = 203.0.113.0/24, nat_mode = "dual",
  db_multi_az = true, ec2_instance_type = "t3.small", db_instance_class = "db.t3.small", db_storage = 40GiB,
  fleet_size = { min = 2, desired = 3, max = 5 }, app_port = 8080, log_level = "DEBUG", deletion_protection = false }"#;

const WHERE: &str = r#"environment team01 { account = "123456789012", region = "us-east-1""#;

fn sizes(env: &Env) -> Check {
    let fleet = compute::fleet(env)?;
    fleet.is("MinSize", 2)?;
    fleet.is("DesiredCapacity", 3)?;
    fleet.is("MaxSize", 5)
}

/// The port is the application's, the target group's, and that of the rules between them.
fn port(env: &Env) -> Check {
    user_data::variable_is(env, "APP_PORT", "8080")?;
    compute::targets(env)?.is("Port", 8080)?;
    let rules = rules::rules(env, &network::group(env, "ec2")?, true)?;
    want(rules.len() == 1 && network::opens(&rules[0], 8080), || format!("{rules:?}"))
}

fn callers(env: &Env) -> Check {
    let rules = rules::rules(env, &network::group(env, "alb")?, true)?;
    want(rules.len() == 2 && rules.iter().all(|rule| rule.peer == "203.0.113.0/24"), || format!("{rules:?}"))
}

fn tagged(env: &Env, key: &str, value: &str) -> Check {
    let found = network::vpc(env)?.tag(key);
    want(found.as_deref() == Some(value), || format!("{key} is {found:?}"))
}

type Setting = (&'static str, fn(&Env) -> Check);

const SETTINGS: [Setting; 12] = [
    ("HR-007", |e| tagged(e, "DeploymentID", "blue7")),
    ("HR-008", |e| tagged(e, "Owner", "somebody else")),
    ("HR-009", callers),
    ("HR-010", |e| e.exactly(2, "network", "AWS::EC2::NatGateway").map(|_| ())),
    ("HR-011", |e| data::database(e)?.is("MultiAZ", true)),
    ("HR-012", |e| template(e)?.is("LaunchTemplateData.InstanceType", "t3.small")),
    ("HR-013", |e| data::database(e)?.is("DBInstanceClass", "db.t3.small")),
    ("HR-014", |e| data::database(e)?.is("AllocatedStorage", Value::from(40))),
    ("HR-015", sizes),
    ("HR-016", port),
    ("HR-017", |e| user_data::variable_is(e, "LOG_LEVEL", "DEBUG")),
    ("HR-018", |e| data::database(e)?.is("DeletionProtection", false)),
];

/// The lab with all of them.
pub const VARIANT: Variant = Variant {
    facts: &[
        "HR-007", "HR-008", "HR-009", "HR-010", "HR-011", "HR-012", "HR-013", "HR-014", "HR-015", "HR-016", "HR-017",
        "HR-018",
    ],
    name: "each-parameter-has-another-value",
    make: |lab| lab.replace(&format!("{WHERE} }}"), &format!("{WHERE}, {OTHER}")),
    environment: Environment { folder: "team01", id: "blue7" },
    check: |e| {
        network::group(e, "alb")?.is("GroupName", "hrapp-blue7-alb-sg")?;
        SETTINGS.iter().try_for_each(|(id, check)| check(e).map_err(|message| format!("{id}: {message}")))
    },
};
