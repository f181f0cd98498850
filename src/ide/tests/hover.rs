//! What is told of the thing under the cursor.

use super::System;
use crate::ide;

const HEAD: &str = "system shop
/// How many there are.
param size: int(1..10) = 2
environment test { account = \"111122223333\", region = \"eu-west-1\" }
environment live { account = \"111122223333\", region = \"eu-west-1\", size = 3 }
naming { default = \"{system}-{env}-{id}\" }
";

fn told(rest: &str) -> String {
    let text = format!("{HEAD}{rest}");
    let system = System::of(&[("/shop/main.infra", &text)]);
    let found = system.view(|view| ide::hover(view, system.file, system.offset));
    found.map(|told| told.text).unwrap_or_default()
}

/// One line for each place that is asked about, so that a reader sees all at once.
fn all(places: &[&str]) -> String {
    places.iter().map(|place| format!("{place}\n{}\n", told(place))).collect::<Vec<String>>().join("\n────\n")
}

#[test]
fn values_are_told_with_what_they_are_in_each_environment() {
    insta::assert_snapshot!(all(&[
        "let a = si‸ze * 2\noutput o = a\n",
        "let a‸ = size * 2\nstack S { q = AWS::SQS::Queue { DelaySeconds = a } }\n",
        "let a‸ = 5min\nstack S { q = AWS::SQS::Queue { DelaySeconds = a } }\n",
        "fn f(a: int) -> int = a\nlet b = f‸(1)\n",
        "let b = le‸ngth([1])\n",
        "let b = en‸v\n",
        "param p: dura‸tion = 5min\n",
    ]));
}

#[test]
fn what_aws_knows_is_told_with_its_page() {
    insta::assert_snapshot!(all(&[
        "stack S { q = AWS::SQS::Qu‸eue {} }\n",
        "stack S { q = AWS::SQS::Queue { VisibilityTime‸out = size * 30 } }\n",
        "stack S { q = AWS::SQS::Queue { FifoQ‸ueue = true } }\n",
        "stack S { t = AWS::DynamoDB::Table { BillingM‸ode = \"PAY_PER_REQUEST\" } }\n",
        "stack S { q = AWS::SQS::Queue {}\n output o = q.QueueN‸ame }\n",
        "stack S { q = AWS::SQS::Queue {}\n r = Role { for_service = \"ec2\" }\n permit r sqs:SendM‸essage on q because \"x\" }\n",
    ]));
}

#[test]
fn instances_are_told_with_their_names() {
    insta::assert_snapshot!(all(&[
        "stack S { ord‸ers = AWS::SQS::Queue {} }\n",
        "stack S‸ \"What is sold\" { orders = AWS::SQS::Queue {} }\n",
        "/// Where letters lie.\ncomponent Desk {\n  /// How wide.\n  param wide: bool = false\n  main q = AWS::SQS::Queue {}\n  output o = q.arn\n}\nstack S { d = De‸sk {} }\n",
        "component Desk {\n  /// How wide.\n  param wide: bool = false\n  main q = AWS::SQS::Queue { FifoQueue = wide }\n}\nstack S { d = Desk { wi‸de = size > 2 } }\n",
        "component Desk {\n  main q = AWS::SQS::Queue {}\n  access put { sqs:SendMessage on \"{arn}\" }\n}\nstack S { d = Desk {}\n r = Role { trusted = \"lambda.amazonaws.com\" }\n grant r pu‸t on d }\n",
        "let a = per env { te‸st = 1, else = 2 }\n",
    ]));
}

#[test]
fn a_system_with_mistakes_tells_what_it_can() {
    let text = told("let a = si‸ze\nstack S { q = AWS::SQS::Quue {} }\n");
    assert!(text.contains("param size: int(1..10) = 2") && text.contains("How many there are."), "{text}");
}
