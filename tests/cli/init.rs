//! `infrac init`: every example is a system that has nothing wrong.

use std::fs;
use std::path::Path;

use crate::{folder, run};

/// The names of all examples.
fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/examples");
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn without_a_folder_the_examples_are_listed() {
    let said = run(Path::new("."), &["init"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out);
}

#[test]
fn every_example_is_a_system_without_a_warning() {
    let place = folder(&[]);
    for example in examples() {
        let said = run(place.path(), &["init", &format!("my-{example}"), "--from", &example]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{example}");
        let checked =
            run(place.path(), &["check", &format!("my-{example}"), "--deny", "warnings", "--format", "short"]);
        assert_eq!(checked.code, 0, "{example}: {}", checked.out);
    }
}

#[test]
fn the_system_is_called_as_its_folder_or_as_it_is_told() {
    let place = folder(&[]);
    let said = run(place.path(), &["init", "shop"]);
    insta::assert_snapshot!(said.out);
    let text = fs::read_to_string(place.path().join("shop/shop.infra")).unwrap();
    assert!(text.contains("\nsystem shop\n"), "{text}");
    let said = run(place.path(), &["init", "of my own", "--name", "mine", "--from", "queue-worker"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(place.path().join("of my own/mine.infra").is_file());
    assert!(place.path().join("of my own/functions/worker/worker.py").is_file());
}

#[test]
fn nothing_that_is_there_is_touched() {
    let place = folder(&[("shop/shop.infra", b"system shop\n"), ("other/functions/worker/worker.py", b"mine")]);
    let said = run(place.path(), &["init", "shop"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.err, @"error: `shop` has a source already, `shop.infra`: start in a folder of its own");
    let said = run(place.path(), &["init", "other", "--from", "queue-worker"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.err, @"error: cannot write `other/functions/worker/worker.py`: it is there already");
    assert!(!place.path().join("other/other.infra").exists());
    assert_eq!(fs::read(place.path().join("other/functions/worker/worker.py")).unwrap(), b"mine");
}

#[test]
fn what_cannot_be_a_name_or_is_no_example_is_said() {
    let place = folder(&[]);
    for (arguments, words) in [
        (&["init", "my shop"][..], "a system cannot be called `my shop`"),
        (&["init", "7"], "a system cannot be called `7`"),
        (&["init", "shop", "--name", "a/b"], "a system cannot be called `a/b`"),
        (&["init", "shop", "--from", "queue-wroker"], "is `queue-worker` meant?"),
    ] {
        let said = run(place.path(), arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(words), "{}", said.err);
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}
