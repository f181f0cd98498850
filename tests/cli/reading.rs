//! What is wrong with the sources as files: 1 for wrong contents, 2 for what the machine refuses.

use std::process::Command;

use crate::{folder, run};

#[test]
fn an_empty_folder_is_no_system() {
    // What lies in the folders above a repository does not concern it.
    let folder = folder(&[(".git/HEAD", b"")]);
    let run = run(folder.path(), &["check", "--format", "short"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert_eq!(run.out, "error[not_a_system]: `.` holds no `.infra` files\n");
}

#[test]
fn a_folder_without_a_system_line_is_no_system() {
    let folder = folder(&[(".git/HEAD", b""), ("shop/a.infra", b"stack A {}\n"), ("shop/b.infra", b"stack B {}\n")]);
    let run = run(folder.path(), &["check", "shop", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.out, "error[not_a_system]: `shop` is no system: none of 2 `.infra` files holds a `system` line\n");
}

#[test]
fn a_path_that_leads_nowhere_ends_with_2() {
    let folder = folder(&[]);
    let run = run(folder.path(), &["check", "nowhere"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: cannot read `nowhere`: no such file or directory\n");
}

#[test]
fn bytes_that_are_no_text_are_shown_where_they_are() {
    let folder = folder(&[("main.infra", b"system shop\n// caf\xe9 and more\n")]);
    let run = run(folder.path(), &["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    insta::assert_snapshot!(run.out);
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let big = vec![b'\n'; (4 << 20) + 1];
    let folder = folder(&[("main.infra", b"system shop\n"), ("big.infra", &big)]);
    let run = run(folder.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[file_too_large]: `big.infra` has more than 4 MiB\n"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_broken_link_among_the_sources_ends_with_2() {
    let folder = folder(&[("main.infra", b"system shop\n")]);
    std::os::unix::fs::symlink("gone", folder.path().join("other.infra")).unwrap();
    let run = run(folder.path(), &["check"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: cannot read `other.infra`: no such file or directory\n");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_ends_with_2_and_the_reason() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("shop/main.infra", b"system shop\n"), ("shop/closed/x.infra", b"stack A {}\n")]);
    let closed = folder.path().join("shop/closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything; then there is nothing to see here.
    if std::fs::read_dir(&closed).is_err() {
        let run = run(folder.path(), &["check", "shop"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert_eq!(run.err, "error: cannot read the folder `shop/closed`: permission denied\n");
    }
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_neither_a_file_nor_a_folder() {
    let folder = folder(&[]);
    let run = run(folder.path(), &["check", "/dev/zero"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.err, "error: cannot read `/dev/zero`: it is neither a file nor a folder\n");
}

#[test]
fn a_command_on_one_system_wants_one() {
    let folder = folder(&[("a/main.infra", b"system a\n"), ("b/main.infra", b"system b\n")]);
    let run = run(folder.path(), &["plan"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("there are 2 systems below it"), "{}", run.err);
}

#[test]
fn nothing_is_written_when_there_is_an_error() {
    let folder = folder(&[("main.infra", b"system shop\n// \xff\n")]);
    let run = run(folder.path(), &["build", "-o", "out", "--format", "short"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[invalid_utf8]"), "diagnostics of a build go to standard error");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn the_right_place_is_found_from_inside_a_system() {
    let folder = folder(&[("shop/main.infra", b"system shop\n"), ("shop/deep/er/x.infra", b"// \xff\n")]);
    for (place, path) in [("shop/deep/er", "."), ("shop/deep", "er/x.infra"), (".", "shop"), ("shop", "..")] {
        let run = run(&folder.path().join(place), &["check", path, "--format", "short"]);
        assert_eq!(run.code, 1, "{place} {path}: {}{}", run.out, run.err);
        assert!(run.out.contains("x.infra:1:4: error[invalid_utf8]"), "{place} {path}: {}", run.out);
    }
}

#[test]
fn a_panic_is_reported_as_our_bug() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "reading::panics_on_purpose", "--nocapture"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(101));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("this is a bug in infrac") && told.contains("on purpose"), "{told}");
}

#[test]
#[ignore = "run by the test before"]
fn panics_on_purpose() {
    infrac::cli::install_panic_hook();
    panic!("on purpose");
}
