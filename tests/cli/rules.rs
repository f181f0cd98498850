//! What becomes of `ensure` over deploy params, decided as CloudFormation does.

use serde_json::Value;

use crate::run;

const SHOP: &str = r#"system shop
environment production { account = "123456789012", region = "eu-west-2" }
deploy param least: int(0..12) = 1
deploy param most: int(0..12) = 1
ensure "the bounds are in order" { 0 < least <= most }
stack Files {
  note = AWS::SSM::Parameter { Type = "String", Value = "{least} to {most}" }
}
"#;

#[test]
fn an_order_of_numbers_is_listed_and_means_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.infra"), SHOP).unwrap();
    let built = run(folder.path(), &["build", "-o", "out"]);
    assert_eq!((built.code, built.err.as_str()), (0, ""));
    let template = folder.path().join("out/production/shop-production-files.template.json");
    let template: Value = serde_json::from_str(&std::fs::read_to_string(template).unwrap()).unwrap();
    let rule = template["Rules"].as_object().unwrap().values().next().unwrap();
    let condition = &rule["Assertions"][0]["Assert"];
    for least in 0..=12 {
        for most in 0..=12 {
            let holds = decided(condition, &least.to_string(), &most.to_string());
            assert_eq!(holds, 0 < least && least <= most, "{least} {most}");
        }
    }
}

/// A condition for two values, with the limits that CloudFormation has.
fn decided(condition: &Value, least: &str, most: &str) -> bool {
    let (function, arguments) = condition.as_object().unwrap().iter().next().unwrap();
    let arguments = arguments.as_array().unwrap();
    let value = |side: &Value| match side["Ref"].as_str() {
        Some("Least") => least.to_owned(),
        Some("Most") => most.to_owned(),
        _ => side.as_str().unwrap().to_owned(),
    };
    let each = || {
        assert!((2..=10).contains(&arguments.len()), "{function} of {}", arguments.len());
        arguments.iter().map(|argument| decided(argument, least, most))
    };
    match function.as_str() {
        "Fn::And" => each().all(|holds| holds),
        "Fn::Or" => each().any(|holds| holds),
        "Fn::Not" => !decided(&arguments[0], least, most),
        "Fn::Equals" => value(&arguments[0]) == value(&arguments[1]),
        "Fn::Contains" => arguments[0].as_array().unwrap().iter().any(|one| value(one) == value(&arguments[1])),
        other => panic!("{other} is no function of rules"),
    }
}

const WEB: &str = r#"system shop
environment production { account = "123456789012", region = "eu-west-2" }
stack Web {
  vpc  = Vpc { cidr = 10.0.0.0/16, public = [10.0.0.0/24, 10.0.1.0/24] }
  door = LoadBalancer { network = vpc.public, scheme = "internet-facing" }
  web  = Fleet { network = vpc.public, size = { min = 1, desired = 1, max = 2 } }
  open = Forward { from = door, port = 8443, to = web, at = 8080 }
  gate = Forward { from = door, port = 9443, to = web, at = 8080 }
  connect internet -> door
  connect door -> web on tcp 8080
}
"#;

#[test]
fn a_connection_to_a_load_balancer_takes_the_ports_of_its_listeners() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.infra"), WEB).unwrap();
    let told = run(folder.path(), &["report", "network", "--format", "json"]);
    let data: Value = serde_json::from_str(&told.out).unwrap();
    let flows = data["entries"][0]["flows"].as_array().unwrap();
    let in_by_the_door = flows.iter().find(|flow| flow["from"] == "the internet").unwrap();
    assert_eq!(
        (&in_by_the_door["to"], &in_by_the_door["on"]),
        (&"Web.door".into(), &"tcp 8443, tcp 9443".into()),
        "{data:#}"
    );
}
