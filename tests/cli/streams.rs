//! Where text goes, in which form, and when nobody listens.

use std::io::Read;
use std::process::Stdio;

use crate::{finish, folder, infrac, run};

const BROKEN: &[(&str, &[u8])] = &[("main.infra", b"system shop\n// \xff\n")];

#[test]
fn diagnostics_are_the_answer_of_check() {
    let folder = folder(BROKEN);
    for format in ["human", "plain", "short", "json", "sarif", "github"] {
        let run = run(folder.path(), &["check", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{format}");
        assert!(run.out.contains("invalid_utf8"), "{format}");
    }
}

#[test]
fn documents_are_whole() {
    let folder = folder(BROKEN);
    let json: serde_json::Value =
        serde_json::from_str(&run(folder.path(), &["check", "--format", "json"]).out).expect("a JSON document");
    assert_eq!(json["format"], 1);
    assert_eq!(json["errors"], 1);
    assert_eq!(json["diagnostics"][0]["places"][0]["line"], 2);
    let sarif: serde_json::Value =
        serde_json::from_str(&run(folder.path(), &["check", "--format", "sarif"]).out).expect("a JSON document");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "invalid_utf8");
    assert!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap().starts_with('#'));
}

#[test]
fn colours_are_shown_only_where_they_are_seen_or_asked_for() {
    let folder = folder(BROKEN);
    let arguments = ["check", "--color"];
    assert!(!run(folder.path(), &["check"]).out.contains('\u{1b}'), "a pipe is no terminal");
    assert!(run(folder.path(), &[arguments[0], arguments[1], "always"]).out.contains('\u{1b}'));
    assert!(!run(folder.path(), &[arguments[0], arguments[1], "never"]).out.contains('\u{1b}'));
    let no_color = finish(infrac(folder.path(), &["check"]).env("NO_COLOR", "1"));
    assert!(!no_color.out.contains('\u{1b}'));
}

#[test]
fn a_locale_without_unicode_gets_plain_lines() {
    let folder = folder(&[("main.infra", b"system shop\n// \xff\n")]);
    let run = finish(infrac(folder.path(), &["check"]).env("LC_ALL", "C"));
    assert!(!run.out.contains('╭'), "{}", run.out);
    assert!(run.out.contains("main.infra:2:4"), "{}", run.out);
}

#[test]
fn a_closed_pipe_ends_the_command_quietly() {
    let folder = folder(&[]);
    let mut child = infrac(folder.path(), &["explain"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The reader goes away before a byte is read.
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((status.code(), told.as_str()), (Some(0), ""));
}

#[test]
fn closed_standard_error_does_not_matter() {
    let folder = folder(BROKEN);
    let mut child =
        infrac(folder.path(), &["build", "-o", "out"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_answer_is_said() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let folder = folder(&[]);
    let output = infrac(folder.path(), &["explain"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write the answer"));
}
