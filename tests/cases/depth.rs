//! Nesting without end: refused with a place, never a crash.

use std::fs;

use crate::{infrac, told};

const HEAD: &str = "system shop\nenvironment production { account = \"111122223333\", region = \"eu-west-1\" }\n";
const DEPTH: usize = 10_000;

/// What is said of a program, without the nested line itself.
fn said(program: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.infra"), format!("{HEAD}{program}\n")).unwrap();
    let run = infrac(folder.path(), &["check", "--format", "short"]);
    let told = told(&run);
    assert_eq!(run.code, 1, "{told}");
    assert!(told.contains("too_deep"), "{told}");
    assert!(told.len() < 2000, "too much is said of one mistake:\n{told}");
    told
}

#[test]
fn nesting_has_a_limit_everywhere() {
    let nested = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let programs = [
        ("lists", format!("let deep = {}", nested("[", "1", "]"))),
        ("records", format!("let deep = {}", nested("{ a = ", "1", " }"))),
        ("parentheses", format!("let deep = {}", nested("(", "1", ")"))),
        ("calls", format!("let deep = {}", nested("min(1, ", "1", ")"))),
        ("texts", format!("let deep = {}", nested("\"{", "1", "}\""))),
        ("negations", format!("let deep = {}true", "not ".repeat(DEPTH))),
        ("conditions", format!("let deep = {}1", "if true then 1 else ".repeat(DEPTH))),
        ("types", format!("param deep: {} = 1", nested("[", "int", "]"))),
        ("blocks", format!("stack S {{ {} }}", nested("if true {\n", "a = Bucket {}", "\n}"))),
        ("stacks", nested("stack S {\n", "", "\n}")),
    ];
    let mut whole = String::new();
    for (name, program) in &programs {
        whole.push_str(&format!("== {name}\n{}\n", said(program)));
    }
    // The column where the parser gives up changes with every rule of the grammar.
    insta::with_settings!({ filters => vec![(r"main\.infra:(\d+):\d+", "main.infra:$1:COLUMN")] }, {
        insta::assert_snapshot!("nesting", whole);
    });
}

#[test]
fn brackets_that_are_all_open_are_counted_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.infra"), format!("{HEAD}let deep = {}", "[".repeat(DEPTH))).unwrap();
    let run = infrac(folder.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.out.lines().count(), 1, "{}", told(&run));
    assert!(run.out.contains("error[too_deep]: brackets are nested more than 64 deep"), "{}", told(&run));
}

#[test]
fn long_chains_are_no_nesting() {
    let sum = vec!["1"; DEPTH].join(" + ");
    let folder = tempfile::tempdir().unwrap();
    let program =
        format!("{HEAD}let long = {sum}\nstack S {{ q = AWS::SQS::Queue {{ QueueName = \"q{{long}}\" }} }}\n");
    fs::write(folder.path().join("main.infra"), program).unwrap();
    let run = infrac(folder.path(), &["check", "--format", "short"]);
    assert!(run.code == 0 || run.out.contains("too_deep"), "{}", told(&run));
}
