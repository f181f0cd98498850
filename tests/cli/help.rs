//! What `--help`, `explain` and `completions` say.

use std::path::Path;

use crate::run;

const COMMANDS: [&str; 14] = [
    "check",
    "build",
    "plan",
    "diff",
    "test",
    "can",
    "who-can",
    "why",
    "fmt",
    "report",
    "iam",
    "explain",
    "init",
    "completions",
];

#[test]
fn the_help_names_every_command() {
    let run = run(Path::new("."), &["--help"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn the_help_of_every_command_has_an_example() {
    for command in COMMANDS {
        let run = run(Path::new("."), &[command, "--help"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{command}");
        assert!(run.out.contains(&format!("Example: infrac {command}")), "{command}");
    }
}

#[test]
fn the_help_of_check_shows_its_contract() {
    insta::assert_snapshot!(run(Path::new("."), &["check", "-h"]).out);
}

#[test]
fn wrong_arguments_end_with_2_and_say_so_on_standard_error() {
    for arguments in [
        &["chekc"][..],
        &[],
        &["check", "--format", "pretty"],
        &["check", "--set", "x"],
        &["check", "--as-of", "2027-02-30"],
        &["check", "--jobs", "0"],
        &["build"],
        &["plan", "--why", "A"],
    ] {
        let run = run(Path::new("."), arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_code_is_explained_as_it_is_shown() {
    let plain = run(Path::new("."), &["explain", "unknown_name"]);
    assert_eq!(plain.code, 0);
    assert!(plain.out.starts_with("# unknown_name\n"));
    assert_eq!(run(Path::new("."), &["explain", "error[unknown_name]"]).out, plain.out);
}

#[test]
fn an_unknown_code_is_met_with_the_nearest_one() {
    let run = run(Path::new("."), &["explain", "unknow_name"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: there is no diagnostic `unknow_name`\ndid you mean `unknown_name`?\n");
}

#[test]
fn without_a_code_all_of_them_are_listed_by_level() {
    let run = run(Path::new("."), &["explain"]);
    assert_eq!(run.code, 0);
    let at = |text: &str| run.out.find(text).unwrap_or_else(|| panic!("`{text}` is not listed"));
    assert!(at("Errors\n") < at("  wrong_type "));
    assert!(at("  wrong_type ") < at("Guarded errors"));
    assert!(at("Guarded errors") < at("  hand_written_policy "));
    assert!(at("Warnings\n") < at("  unused_param "));
    assert!(at("Advice\n") < at("  open_to_the_world "));
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run(Path::new("."), &["completions", shell]);
        assert_eq!(run.code, 0, "{shell}");
        for command in COMMANDS {
            assert!(run.out.contains(command), "{shell} knows `{command}`");
        }
    }
}

#[test]
fn every_command_gets_a_manual_page() {
    let folder = crate::folder(&[]);
    let man = run(folder.path(), &["man", "."]);
    assert_eq!((man.code, man.err.as_str()), (0, ""));
    for command in COMMANDS {
        let page = std::fs::read_to_string(folder.path().join(format!("infrac-{command}.1"))).expect(command);
        assert!(page.contains(".TH infrac") && page.contains("Example: infrac"), "{page}");
    }
    assert!(folder.path().join("infrac.1").exists());
    assert_eq!(run(folder.path(), &["man", "nowhere"]).code, 2);
}
