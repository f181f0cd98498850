//! Where names lead.

use super::System;
use crate::base::Span;
use crate::ide::{self, Role, View};

const MAIN: &str = "system shop
param size: int(1..10) = 2
environment test { account = \"111122223333\", region = \"eu-west-1\", size = 3 }
";

fn shown(view: &View<'_>, span: Span) -> String {
    let source = view.sources.get(span.file).unwrap();
    let line = source.lines().line(span.lo).0;
    let text = source.text.lines().nth(line as usize).unwrap();
    format!("{}:{}: {}", source.shown, line + 1, text.trim())
}

fn definition(files: &[(&str, &str)]) -> Vec<String> {
    let system = System::of(files);
    system.view(|view| {
        let found = ide::definition(view, system.file, system.offset);
        found.iter().map(|span| shown(view, *span)).collect()
    })
}

/// The definition in one file below the usual head.
fn leads(rest: &str) -> String {
    definition(&[("/shop/main.infra", &format!("{MAIN}{rest}"))]).join("\n")
}

fn references(rest: &str) -> Vec<(u32, Role)> {
    let text = format!("{MAIN}{rest}");
    let system = System::of(&[("/shop/main.infra", &text)]);
    system.view(|view| {
        let name = ide::name_at(view, system.file, system.offset).unwrap();
        let lines = view.sources.get(system.file).unwrap().lines();
        let all = ide::references(view, system.file, name.target.identity());
        all.iter().map(|name| (lines.line(name.place.lo).0 + 1, name.role)).collect()
    })
}

#[test]
fn values_lead_to_where_they_are_declared() {
    let param = "/shop/main.infra:2: param size: int(1..10) = 2";
    assert_eq!(leads("let a = si‸ze + 1\n"), param);
    assert_eq!(leads("let a = \"{size‸}\"\n"), param);
    assert_eq!(leads("test \"t\" with { si‸ze = 4 } { assert size == 4 }\n"), param);
    assert_eq!(leads("fn f(a: int) -> int = ‸a + 1\n"), "/shop/main.infra:4: fn f(a: int) -> int = a + 1");
    assert_eq!(leads("let a = [for x in [1, 2]: ‸x]\n"), "/shop/main.infra:4: let a = [for x in [1, 2]: x]");
    assert_eq!(leads("let a = env‸\n"), "");
}

#[test]
fn files_of_a_system_lead_to_each_other() {
    let files =
        [("/shop/main.infra", MAIN), ("/shop/a.infra", "let part = \"x\"\n"), ("/shop/b.infra", "let b = pa‸rt\n")];
    assert_eq!(definition(&files), ["/shop/a.infra:1: let part = \"x\""]);
}

#[test]
fn instances_lead_across_stacks_and_branches() {
    let rest = "stack A {
  if size > 2 { q = AWS::SQS::Queue {} } else { q = AWS::SQS::Queue { DelaySeconds = 1 } }
  for k in [\"x\"] { t[k] = AWS::SNS::Topic {} }
}
stack B {
  output a = A.q.arn
  output b = A.t[\"x\"].arn
}
";
    let at = |mark: &str| leads(&rest.replace(mark, &format!("‸{mark}")));
    assert_eq!(at("A.q").lines().count(), 1);
    assert!(at("A.q").ends_with(":4: stack A {"), "{}", at("A.q"));
    // Both branches declare it.
    assert_eq!(at("q.arn").lines().count(), 2);
    assert!(at("t[\"x\"].arn").contains(":6:"));
    assert_eq!(references(&rest.replace("q.arn", "‸q.arn")).len(), 3);
}

#[test]
fn components_lead_into_the_standard_library_and_out_of_it() {
    let bucket = leads("stack A { b = Bu‸cket {} }\n");
    assert!(bucket.starts_with("stdlib/bucket.infra:") && bucket.ends_with("component Bucket {"), "{bucket}");
    let param = leads("stack A { b = Bucket { versio‸ned = true } }\n");
    assert!(param.starts_with("stdlib/bucket.infra:") && param.contains("param versioned: bool"), "{param}");
    let verb = leads("stack A { b = Bucket {}\n r = Role { for_service = \"ec2\" }\n grant r rea‸d on b\n}\n");
    assert!(verb.starts_with("stdlib/") && verb.contains("read {"), "{verb}");
}

#[test]
fn a_shorthand_entry_is_both_its_key_and_its_value() {
    let rest = "let versioned = true\nstack A { b = Bucket { vers‸ioned } }\n";
    assert_eq!(leads(rest), "/shop/main.infra:4: let versioned = true");
    assert_eq!(references(rest), [(4, Role::Declared), (5, Role::ShorthandValue)]);
}

#[test]
fn what_is_used_is_told_by_what_it_does() {
    assert_eq!(
        references("let a = si‸ze + size\n"),
        [(2, Role::Declared), (3, Role::Set), (4, Role::Read), (4, Role::Read)]
    );
    // Another thing of the same name is not told.
    assert_eq!(references("fn f(size: int) -> int = si‸ze\n").len(), 2);
}

#[test]
fn mistakes_hide_nothing_that_can_be_read() {
    let rest = "let a = si‸ze\nstack A { q = AWS::SQS::Queue { = } \n x y z\n r = }\n";
    assert_eq!(leads(rest), "/shop/main.infra:2: param size: int(1..10) = 2");
}

#[test]
fn environments_and_codes_are_names_too() {
    assert!(leads("let a = per env { te‸st = 1 }\n").contains("environment test"));
    assert!(leads("environment b from te‸st {}\n").contains("environment test"));
    assert!(leads("test \"t\" in te‸st { assert true }\n").contains("environment test"));
}

#[test]
fn types_lead_to_components() {
    let text = format!("{MAIN}stack A {{ ‸b = Bucket {{}} }}\n");
    let system = System::of(&[("/shop/main.infra", &text)]);
    let found = system.view(|view| {
        let found = ide::type_definition(view, system.file, system.offset);
        found.iter().map(|span| shown(view, *span)).collect::<Vec<String>>().join("\n")
    });
    assert!(found.starts_with("stdlib/bucket.infra:"), "{found}");
}
