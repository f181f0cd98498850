//! Nesting: a reasonable depth is read, an unreasonable one is refused at once, and nothing ever overflows the stack.

use std::time::{Duration, Instant};

use super::{good, parse};
use crate::base::FileId;
use crate::diag::codes;

/// Programs nested `depth` deep, in every way there is.
fn nested(depth: usize) -> Vec<(&'static str, String)> {
    let times = |text: &str| text.repeat(depth);
    vec![
        ("parentheses", format!("let a = {}1{}", times("("), times(")"))),
        ("lists", format!("let a = {}1{}", times("["), times("]"))),
        ("records", format!("let a = {}1{}", times("{ a = "), times("}"))),
        ("calls", format!("let a = {}1{}", times("f("), times(")"))),
        ("minus", format!("let a = {}1", times("- "))),
        ("not", format!("let a = {}b", times("not "))),
        ("sums", format!("let a = 1{}", times(" + 1"))),
        ("fields", format!("let a = b{}", times(".c"))),
        ("choices", format!("let a = {}1", times("if a then b else "))),
        ("inner choices", format!("let a = {}1", times("if a then "))),
        ("quantifiers", format!("ensure \"x\" {{ {} a }}", times("every x in y: "))),
        ("if", format!("stack A {{ {}{} }}", times("if a {\n"), times("}"))),
        ("else if", format!("stack A {{ if a {{}} {} }}", times("else if b {}\n"))),
        ("types", format!("param a: {}int{}", times("["), times("]"))),
        ("texts", format!("let a = {}x{}", times("\"{"), times("}\""))),
        ("per", format!("let a = {}1{}", times("per env { a = "), times("}"))),
        ("comprehensions", format!("let a = {}1{}", times("[for x in y: "), times("]"))),
        ("access", format!("component A {{ access r {{ {}{} }} }}", times("if a {\n"), times("}"))),
    ]
}

#[test]
fn forty_levels_are_read() {
    for (name, text) in nested(40) {
        let parsed = good(&text);
        assert_eq!(parsed.file.items.len(), 1, "{name}");
    }
}

#[test]
fn ten_thousand_levels_are_refused_at_once() {
    for (name, text) in nested(10_000) {
        let start = Instant::now();
        let parsed = parse(FileId(0), &text);
        let took = start.elapsed();
        assert!(
            parsed.diagnostics.iter().any(|found| found.code == codes::TOO_DEEP),
            "{name}: {:?}",
            parsed.diagnostics
        );
        assert!(took < Duration::from_secs(20), "{name} took {took:?}");
        drop(parsed);
    }
}

#[test]
fn nesting_costs_no_more_than_its_length() {
    // Alternatives with a common beginning would double the time with each level.
    for (name, text) in nested(40) {
        let start = Instant::now();
        parse(FileId(0), &text);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "{name} took {took:?}");
    }
}

#[test]
fn unclosed_and_stray_brackets_and_quotes_by_the_thousand_end_soon() {
    for piece in [
        "(", "[", "{", "}", ")", "{\n", "a {", "\"", "'", "\"{", "\"\"\"\n", "'''\n", "/*", "#\n", "${", "@a(", ";",
        "x = ", "let ",
    ] {
        let start = Instant::now();
        let parsed = parse(FileId(0), &piece.repeat(10_000));
        let took = start.elapsed();
        assert!(!parsed.diagnostics.is_empty(), "{piece}");
        assert!(took < Duration::from_secs(20), "{piece} took {took:?}");
    }
}
