//! `--baseline`: what was there when a system was first checked is accepted; what is new is told.

use std::fs;
use std::path::Path;

use crate::run;

const SYSTEM: &str = "system shop
environment live { account = \"123456789012\", region = \"eu-west-2\" }
stack Web {
  one = AWS::SSM::Parameter { Type = \"String\", Value = \"arn:aws:sns:eu-west-2:123456789012:news\" }
}
";

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.infra"), text).unwrap();
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["check", "--deny", "warnings", "--baseline", "known.json"];
    all.extend(arguments);
    let run = run(folder, &all);
    (run.code, format!("{}{}", run.out, run.err))
}

#[test]
fn what_is_written_is_accepted_wherever_it_moves_and_what_is_new_is_told() {
    let folder = folder(SYSTEM);
    let file = folder.path().join("main.infra");
    let (code, _) = check(folder.path(), &["--write-baseline"]);
    assert_eq!(code, 0);
    let written = fs::read_to_string(folder.path().join("known.json")).unwrap();
    insta::assert_snapshot!(written);

    let moved = SYSTEM.replace("stack Web {", "// A line more.\nstack Web {").replace("  one = AWS", "  one =   AWS");
    fs::write(&file, moved).unwrap();
    let (code, told) = check(folder.path(), &[]);
    assert_eq!(
        (code, told.as_str()),
        (0, "no mistakes in 1 file and 1 environment\n1 finding accepted by the baseline\n")
    );

    let more = SYSTEM.replace(
        "}\n}",
        "}\n  two = AWS::SSM::Parameter { Type = \"String\", Value = \"arn:aws:sns:eu-west-2:123456789012:more\" }\n}",
    );
    assert_ne!(more, SYSTEM);
    fs::write(&file, more).unwrap();
    let (code, told) = check(folder.path(), &["--format", "short"]);
    assert_eq!(code, 1);
    assert!(told.contains("main.infra:5:56: error[literal_account_id]"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn what_is_mended_is_counted_so_that_the_baseline_shrinks() {
    let folder = folder(SYSTEM);
    check(folder.path(), &["--write-baseline"]);
    fs::write(folder.path().join("main.infra"), SYSTEM.replace("123456789012:news", "{account}:news")).unwrap();
    let (code, told) = check(folder.path(), &[]);
    assert_eq!(code, 0);
    assert!(told.contains("0 findings accepted by the baseline\n1 finding of it is no longer found"), "{told}");
}

#[test]
fn what_would_fail_in_any_case_is_not_accepted() {
    let folder = folder(&SYSTEM.replace("Type =", "Typ ="));
    let (code, told) = check(folder.path(), &["--write-baseline", "--format", "short"]);
    assert_eq!(code, 1);
    assert!(told.contains("error[unknown_property]"), "{told}");
    assert!(!fs::read_to_string(folder.path().join("known.json")).unwrap().contains("unknown_property"));
}

#[test]
fn a_baseline_that_is_not_there_or_none_ends_with_2() {
    let folder = folder(SYSTEM);
    let (code, told) = check(folder.path(), &[]);
    assert_eq!((code, told.as_str()), (2, "error: cannot read `known.json`: no such file or directory\n"));
    for (text, wrong) in [
        ("{", "it is not JSON"),
        ("{\"format\": 2}", "it is not a baseline of format 1"),
        ("{\"format\": 1}", "it has no list of `findings`"),
        ("{\"format\": 1, \"findings\": [{\"code\": \"x\"}]}", "one of its findings lacks a field"),
    ] {
        fs::write(folder.path().join("known.json"), text).unwrap();
        let (code, told) = check(folder.path(), &[]);
        assert_eq!(code, 2);
        assert!(told.starts_with("error: cannot read `known.json`: ") && told.contains(wrong), "{told}");
    }
}

#[test]
fn a_build_takes_the_same_baseline() {
    let folder = folder(SYSTEM);
    check(folder.path(), &["--write-baseline"]);
    let build = ["build", "-o", "out", "--deny", "warnings", "--quiet"];
    assert_eq!(run(folder.path(), &build).code, 1);
    assert_eq!(run(folder.path(), &[&build[..], &["--baseline", "known.json"]].concat()).code, 0);
}

#[test]
fn who_wants_it_quiet_gets_no_advice() {
    let text = SYSTEM.replace("123456789012:news", "{account}:news");
    let with_advice = text.replace("stack Web {", "stack Web {\n  vpc = Vpc { cidr = 10.0.0.0/16, public = [10.0.0.0/24] }\n  g = SecurityGroup { vpc, description = \"g\" }\n  connect 0.0.0.0/0 -> g on tcp 80\n  output group = g.id\n");
    let folder = folder(&with_advice);
    let loud = run(folder.path(), &["check"]);
    assert!(loud.out.contains("advice["), "{}", loud.out);
    let quiet = run(folder.path(), &["check", "--quiet"]);
    assert_eq!((quiet.code, quiet.out.as_str()), (0, ""));
}
