//! What the machine refuses: folders that cannot be read or written. Exit 2, and nothing half written.

use std::fs;
use std::path::Path;

use crate::{infrac, told};

const GOOD: &str = "system shop\n\nenvironment production { account = \"111122223333\", region = \"eu-west-1\" }\n\nstack Storage {\n  uploads = Bucket {}\n}\n";

fn good(folder: &Path) {
    fs::write(folder.join("main.infra"), GOOD).unwrap();
}

#[test]
fn an_empty_folder_is_no_system() {
    let folder = tempfile::tempdir().unwrap();
    // What lies in the folders above a repository does not concern it.
    fs::create_dir(folder.path().join(".git")).unwrap();
    let run = infrac(folder.path(), &["check"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!("empty_folder", told(&run));
}

#[test]
fn a_path_that_is_not_there_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let run = infrac(folder.path(), &["check", "nowhere"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!("missing_path", told(&run));
}

#[cfg(unix)]
#[test]
fn a_source_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    // A link to nowhere cannot be opened by anyone, not even by root.
    std::os::unix::fs::symlink("nowhere.infra", folder.path().join("storage.infra")).unwrap();
    let run = infrac(folder.path(), &["check"]);
    assert_eq!(run.code, 2, "{}", told(&run));
    insta::assert_snapshot!("unreadable_source", told(&run));
}

#[test]
fn a_file_where_the_output_should_go_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    fs::write(folder.path().join("out"), "mine").unwrap();
    let run = infrac(folder.path(), &["build", "-o", "out"]);
    assert_eq!(run.code, 2, "{}", told(&run));
    assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "mine");
    insta::assert_snapshot!("output_is_a_file", told(&run));
}

#[test]
fn a_file_where_an_environment_should_go_stops_the_whole_write() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/production"), "mine").unwrap();
    let run = infrac(folder.path(), &["build", "-o", "out"]);
    assert_eq!(run.code, 2, "{}", told(&run));
    assert_eq!(fs::read_to_string(folder.path().join("out/production")).unwrap(), "mine");
    let left: Vec<_> =
        fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["production"], "something is left half written");
    insta::assert_snapshot!("environment_is_a_file", told(&run));
}
