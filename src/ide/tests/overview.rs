//! Hints, colours, and what is around a place.

use super::System;
use crate::ide;

const HEAD: &str = "system shop
param size: int(1..10) = 2
environment test { account = \"111122223333\", region = \"eu-west-1\" }
environment live { account = \"111122223333\", region = \"eu-west-1\", size = 3 }
naming { default = \"{system}-{env}-{id}\" }
";

fn system(rest: &str) -> System {
    System::of(&[("/shop/main.infra", &format!("{HEAD}{rest}"))])
}

#[test]
fn hints_tell_what_names_and_values_become() {
    let system = system(
        "let twice = size * 2
let plain = 4
let range = 10.0.0.0/16
stack A {
  orders = AWS::SQS::Queue { DelaySeconds = twice }
  for k in [\"a\", \"longer\"] { part[k] = AWS::SQS::Queue { DelaySeconds = plain } }
  vpc = AWS::EC2::VPC { CidrBlock = range }
}
",
    );
    let shown = system.view(|view| {
        let mut text = view.text(system.file).to_owned();
        for hint in ide::hints(view, system.file, 0, u32::MAX).iter().rev() {
            text.insert_str(hint.after.hi as usize, &format!(" ⟨{}⟩", hint.text));
        }
        text
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn words_have_colours() {
    let system = system("stack A {\n  b = Bucket { versioned = size > 2 }\n  output o = b.arn\n}\n");
    let shown = system.view(|view| {
        let one = |colored: &ide::Colored| {
            let marks = match (colored.declared, colored.library) {
                (true, _) => ", declared",
                (false, true) => ", library",
                (false, false) => "",
            };
            format!("{}: {:?}{marks}", view.sources.slice(colored.place), colored.token)
        };
        ide::tokens(view, system.file).iter().map(one).collect::<Vec<String>>().join("\n")
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn a_selection_grows_from_piece_to_piece() {
    let system = system("stack A {\n  q = AWS::SQS::Queue { DelaySeconds = si‸ze * 2, FifoQueue = true }\n}\n");
    let shown: Vec<String> = system.view(|view| {
        let pieces = ide::pieces(view, system.file, system.offset);
        pieces.iter().map(|piece| view.sources.slice(*piece).to_owned()).collect()
    });
    let item = "q = AWS::SQS::Queue { DelaySeconds = size * 2, FifoQueue = true }";
    assert_eq!(shown[..4], ["size", "size * 2", "DelaySeconds = size * 2", item]);
    assert_eq!(shown.last().unwrap(), system.outline.sources.text(system.file));
}

#[test]
fn calls_tell_their_values() {
    let call = |rest: &str| {
        let system = system(rest);
        system.view(|view| ide::call(view, system.file, system.offset))
    };
    let found = call("fn f(a: int, b: text = \"x\") -> int = a\nlet c = f(1, ‸\"y\")\n").unwrap();
    assert_eq!(found.forms[0].text, "f(a: int, b: text = \"x\")");
    assert_eq!(found.at, 1);
    let found = call("let c = join(\"-\", lower(‸\"A\"))\n").unwrap();
    assert_eq!((found.forms[0].text.as_str(), found.at), ("lower(text)", 0));
    let found = call("let c = min(‸)\n").unwrap();
    assert_eq!(found.forms.len(), 2);
    assert_eq!(found.forms[1].params, ["metric", "5min"]);
    assert!(call("let c = ‸lower(\"A\")\n").is_none());
}

fn changed(system: &System, action: Option<ide::Action>) -> String {
    let action = action.unwrap();
    let mut text = system.outline.sources.text(system.file).to_owned();
    assert_eq!(action.edits.len(), 1);
    let edit = &action.edits[0];
    text.replace_range(edit.span.range(), &edit.text);
    text.strip_prefix(HEAD).unwrap().to_owned()
}

#[test]
fn what_must_be_set_is_set() {
    let set = |rest: &str| {
        let system = system(rest);
        let action = system.view(|view| ide::add_required(view, system.file, system.offset));
        changed(&system, action)
    };
    assert_eq!(set("stack A { s = AWS::EC2::Sub‸net {} }\n"), "stack A { s = AWS::EC2::Subnet { VpcId = none } }\n");
    assert_eq!(
        set("stack A {\n  t = AWS::Dyna‸moDB::Table {\n    BillingMode = \"PAY_PER_REQUEST\"\n  }\n}\n"),
        "stack A {\n  t = AWS::DynamoDB::Table {\n    BillingMode = \"PAY_PER_REQUEST\"\n    KeySchema = none\n  }\n}\n"
    );
    let whole = system("stack A { q = AWS::SQS::Qu‸eue {} }\n");
    assert!(whole.view(|view| ide::add_required(view, whole.file, whole.offset)).is_none());
}

#[test]
fn a_waiver_stands_before_its_statement() {
    let system = system("stack A {\n  q = AWS::SQS::Queue {\n    Del‸aySeconds = 1\n  }\n}\n");
    let place = crate::base::Span { file: system.file, lo: system.offset, hi: system.offset + 1 };
    let code = crate::diag::codes::UNUSED_PARAM;
    let action = system.view(|view| ide::waive(view, code, place));
    let text = changed(&system, action);
    assert!(text.starts_with("stack A {\n  @waive(unused_param, because \"\")\n  q = AWS"), "{text}");
    assert!(system.view(|view| ide::waive(view, crate::diag::codes::SYNTAX_ERROR, place)).is_none());
}
