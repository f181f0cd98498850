//! `infrac fmt`: what it writes, what it says, and how it ends.

use std::io::Write;
use std::process::Stdio;

use crate::{folder, infrac, run};

const LOOSE: &str = "system   shop\n";
const CANONICAL: &str = "system shop\n";

#[test]
fn files_are_brought_into_canonical_form_and_named() {
    let folder =
        folder(&[("a.infra", LOOSE.as_bytes()), ("b/b.infra", CANONICAL.as_bytes()), ("target/c.infra", b"x   y")]);
    let first = run(folder.path(), &["fmt"]);
    assert_eq!((first.code, first.out.as_str(), first.err.as_str()), (0, "a.infra\n", ""));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.infra")).unwrap(), CANONICAL);
    let second = run(folder.path(), &["fmt"]);
    assert_eq!((second.code, second.out.as_str()), (0, ""));
}

#[test]
fn a_check_writes_nothing_and_fails_where_something_would_change() {
    let folder = folder(&[("a.infra", LOOSE.as_bytes()), ("b.infra", CANONICAL.as_bytes())]);
    let check = run(folder.path(), &["fmt", "--check", "a.infra", "b.infra"]);
    assert_eq!((check.code, check.out.as_str(), check.err.as_str()), (1, "a.infra\n", ""));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.infra")).unwrap(), LOOSE);
    assert_eq!(run(folder.path(), &["fmt", "--check", "b.infra"]).code, 0);
}

#[test]
fn standard_input_goes_to_standard_output() {
    for (arguments, code, out) in [(&["fmt", "-"][..], 0, CANONICAL), (&["fmt", "--check", "-"], 1, "")] {
        let folder = folder(&[]);
        let mut command = infrac(folder.path(), arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(LOOSE.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(code), out));
    }
}

#[test]
fn a_broken_file_is_formatted_where_it_can_be_read() {
    let folder = folder(&[("a.infra", b"system   shop\nstack A {\n    grant   x\n    a=T{}\n}\n")]);
    assert_eq!(run(folder.path(), &["fmt"]).code, 0);
    let text = std::fs::read_to_string(folder.path().join("a.infra")).unwrap();
    assert_eq!(text, "system shop\nstack A {\n  grant   x\n  a = T {}\n}\n");
}

#[test]
fn what_is_no_text_or_not_there_is_told() {
    let folder = folder(&[("a.infra", b"system \xff\n")]);
    let wrong = run(folder.path(), &["fmt"]);
    assert_eq!((wrong.code, wrong.err.as_str()), (1, "error: `a.infra` is not UTF-8 text\n"));
    let absent = run(folder.path(), &["fmt", "b.infra"]);
    assert_eq!(absent.code, 2);
    assert!(absent.err.starts_with("error: cannot read `b.infra`"), "{}", absent.err);
}
