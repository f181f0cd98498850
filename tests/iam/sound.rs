//! What the checks of whole programs say, and where they keep silent.

use infrac::diag::Level;
use infrac::driver::{self, Options};
use infrac::world::{Memory, find_systems};

const HEAD: &str = "system shop\nenvironment test { account = \"123456789012\", region = \"eu-west-2\" }\n";

/// The errors and warnings of a program, by code.
fn codes(program: &str) -> Vec<&'static str> {
    let world = Memory::with(vec![(std::path::PathBuf::from("shop/main.infra"), program.to_owned())]);
    let system = find_systems(&world, &[std::path::PathBuf::from("shop")]).unwrap().systems.pop().unwrap();
    let checked = driver::check(&world, &system, &Options::default()).unwrap();
    let told = checked.diagnostics.iter().filter(|found| found.level != Level::Advice);
    told.map(|found| found.code.name()).collect()
}

fn of(body: &str) -> Vec<&'static str> {
    codes(&format!("{HEAD}stack A {{\n{body}\n}}\n"))
}

const FUNCTION: &str = r#"
  clerk  = Role { trusted = "lambda.amazonaws.com" }
  lister = AWS::Lambda::Function {
    Role        = clerk
    Runtime     = "python3.13"
    Handler     = "index.handler"
    Code        = { ZipFile = "def handler(event, context): pass" }
    Environment = { Variables = { ORDERS = orders.QueueUrl } }
  }
"#;

#[test]
fn secrets_that_are_read_for_a_task_need_no_right_of_its_own() {
    let task = |told: &str| {
        of(&format!(
            r#"
  code = AWS::SecretsManager::Secret {{}}
  own  = Role {{ trusted = "ecs-tasks.amazonaws.com" }}
  task = AWS::ECS::TaskDefinition {{
    TaskRoleArn          = own.arn
    ContainerDefinitions = [{{ Name = "app", Image = "public.ecr.aws/docker/library/busybox:1", {told} }}]
  }}"#
        ))
    };
    assert_eq!(task(r#"Secrets = [{ Name = "CODE", ValueFrom = code.arn }]"#), [""; 0]);
    assert_eq!(task(r#"Environment = [{ Name = "CODE", Value = code.arn }]"#), ["use_without_grant"]);
}

#[test]
fn what_code_is_told_of_it_may_use() {
    assert_eq!(of(&format!("orders = AWS::SQS::Queue {{}}\n{FUNCTION}")), ["use_without_grant"]);
    assert_eq!(of(&format!("orders = AWS::SQS::Queue {{}}\n{FUNCTION}\ngrant clerk send on orders")), [""; 0]);
    assert_eq!(
        of(&format!("orders = AWS::SQS::Queue {{}}\n{FUNCTION}\ngrant clerk send on orders in its policy")),
        [""; 0]
    );
}

#[test]
fn a_grant_that_is_always_denied_has_no_effect() {
    let files = |rest: &str| {
        of(&format!(
            "files = Bucket {{}}\nclerk = Role {{ trusted = \"lambda.amazonaws.com\" }}\ngrant clerk read on files\n{rest}"
        ))
    };
    // The bucket denies what is not encrypted, and requests are.
    assert_eq!(files(""), [""; 0]);
    assert_eq!(files("deny clerk s3:GetObject on files"), ["grant_without_effect"]);
    assert_eq!(files("deny clerk s3:GetObject on files when aws:SourceVpc == \"vpc-0abc\""), [""; 0]);
    assert_eq!(files("deny clerk s3:PutObject on files"), [""; 0]);
}

#[test]
fn environments_that_ask_first_may_look_down_and_not_up() {
    let both = |low: &str, high: &str| {
        codes(&format!(
            "system shop\n\
             environment test {{ account = \"123456789012\", region = \"eu-west-2\" }}\n\
             environment production {{ account = \"123456789012\", region = \"eu-west-2\", confirm = true }}\n\
             naming {{ default = \"{{system}}-{{env}}-{{id}}\" }}\n\
             stack A {{\n  files = Bucket {{}}\n  clerk = Role {{ trusted = \"lambda.amazonaws.com\" }}\n\
             if env == \"test\" {{ {low} }}\n  if env == \"production\" {{ {high} }}\n}}\n"
        ))
    };
    let reads = |of: &str| format!("grant clerk s3:GetObject on \"arn:{{partition}}:s3:::shop-{of}-files/*\"");
    assert_eq!(both(&reads("production"), ""), ["environment_crossed"]);
    assert_eq!(both("", &reads("test")), [""; 0]);
    assert_eq!(both(&reads("test"), &reads("production")), [""; 0]);
}
