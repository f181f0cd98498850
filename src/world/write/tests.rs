use super::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn build(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// Every file below a folder with its text, besides our record.
fn tree(dir: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name != MADE {
                found.insert(name, fs::read_to_string(path)?);
            }
        }
    }
    Ok(found)
}

#[test]
fn a_build_replaces_adds_and_removes_only_its_own() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("deep/out");
    let report = write_build(&out, &build(&[("a/x.json", "1"), ("a/deploy.sh", "run"), ("b/y.json", "2")]))?;
    assert_eq!(report.written, ["a/deploy.sh", "a/x.json", "b/y.json"]);
    fs::write(out.join("b/notes.txt"), "mine")?;
    fs::write(out.join("readme"), "mine")?;
    let time = fs::metadata(out.join("a/deploy.sh"))?.modified()?;

    let report = write_build(&out, &build(&[("a/x.json", "1+"), ("a/deploy.sh", "run"), ("c/z.json", "3")]))?;
    assert_eq!(report.written, ["a/x.json", "c/z.json"]);
    assert_eq!(report.unchanged, ["a/deploy.sh"]);
    assert_eq!(report.removed, ["b/y.json"]);
    assert_eq!(fs::metadata(out.join("a/deploy.sh"))?.modified()?, time);
    let expected: BTreeMap<String, String> =
        [("a/x.json", "1+"), ("a/deploy.sh", "run"), ("c/z.json", "3"), ("b/notes.txt", "mine"), ("readme", "mine")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into();
    assert_eq!(tree(&out)?, expected);

    write_build(&out, &build(&[("a/x.json", "1+")]))?;
    assert!(!out.join("c").exists(), "a folder that holds nothing any more stays");
    assert!(out.join("b/notes.txt").exists());
    Ok(())
}

#[cfg(unix)]
#[test]
fn scripts_can_be_run() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir()?;
    let files = build(&[("a/deploy.sh", "#!/bin/sh\n"), ("a/plan.json", "{}")]);
    write_build(dir.path(), &files)?;
    let mode = |path: &str| fs::metadata(dir.path().join(path)).map(|metadata| metadata.permissions().mode() & 0o777);
    assert_eq!(mode("a/deploy.sh")?, 0o755);
    assert_eq!(mode("a/plan.json")? & 0o111, 0);
    fs::set_permissions(dir.path().join("a/deploy.sh"), fs::Permissions::from_mode(0o644))?;
    assert_eq!(write_build(dir.path(), &files)?.written, ["a/deploy.sh"]);
    assert_eq!(mode("a/deploy.sh")?, 0o755);
    Ok(())
}

#[test]
fn what_no_build_made_is_never_overwritten() -> Outcome {
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("a"))?;
    fs::write(dir.path().join("a/x.json"), "mine")?;
    let before = tree(dir.path())?;
    let error = write_build(dir.path(), &build(&[("a/w.json", "new"), ("a/x.json", "theirs")])).err();
    assert!(error.is_some_and(|error| error.to_string().contains("no build of infrac made")));
    assert_eq!(tree(dir.path())?, before);
    assert!(!dir.path().join(MADE).exists());
    // The same content may be taken over.
    write_build(dir.path(), &build(&[("a/x.json", "mine")]))?;
    assert_eq!(write_build(dir.path(), &build(&[("a/x.json", "next")]))?.written, ["a/x.json"]);
    Ok(())
}

#[test]
fn a_folder_that_is_a_file_is_refused_and_left() -> Outcome {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("out");
    fs::write(&file, "mine")?;
    for target in [file.clone(), file.join("below")] {
        let error = write_build(&target, &build(&[("a", "1")])).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.ends_with("it is a file, not a folder")));
    }
    assert_eq!(fs::read_to_string(file)?, "mine");
    Ok(())
}

#[test]
fn a_failing_write_leaves_everything_as_it_was() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("new/out");
    // A file and a folder of one name cannot both be written: staging fails after the first.
    assert!(write_build(&out, &build(&[("a", "1"), ("a/b", "2")])).is_err());
    assert!(!dir.path().join("new").exists());

    write_build(&out, &build(&[("x/one", "1"), ("y/two", "2")]))?;
    let before = tree(&out)?;
    // A foreign folder stands where a file shall go.
    fs::create_dir_all(out.join("z/three/inner"))?;
    assert!(write_build(&out, &build(&[("x/one", "1+"), ("z/three", "3")])).is_err());
    assert_eq!(tree(&out)?, before);
    Ok(())
}

#[test]
fn a_move_that_fails_undoes_those_before_it() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path();
    write_build(out, &build(&[("a", "old"), ("gone", "old")]))?;
    let before = tree(out)?;
    // Staged as a write would, but the last move is onto a folder that is not empty.
    fs::create_dir_all(out.join(STAGING))?;
    fs::create_dir_all(out.join("z/inner"))?;
    for name in ["a", "new", "z"] {
        fs::write(out.join(STAGING).join(name), "new")?;
    }
    let journal = Journal { moved: ["a", "new", "z"].map(String::from).to_vec(), removed: vec!["gone".into()] };
    journal.begin(out)?;
    assert!(journal.finish(out).is_err());
    assert_eq!(tree(out)?, before);
    Ok(())
}

#[test]
fn an_interrupted_write_is_finished_or_cleared_by_the_next() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path();
    let old = build(&[("a", "old"), ("b", "old"), ("gone", "old")]);
    let new = build(&[("a", "new"), ("b", "new")]);
    write_build(out, &old)?;

    // Interrupted while staging: nothing happened.
    fs::create_dir(out.join(STAGING))?;
    fs::write(out.join(STAGING).join("a"), "ne")?;
    assert_eq!(write_build(out, &old)?.written, Vec::<String>::new());
    assert!(!out.join(STAGING).exists());

    // Interrupted after the first move: it is finished, whatever the next build is.
    let written = ["a", "b"].map(String::from);
    stage(&out.join(STAGING), &new, &written, &Record { files: new.keys().cloned().collect() })?;
    let journal = Journal { moved: written.to_vec(), removed: vec!["gone".into()] };
    journal.begin(out)?;
    fs::rename(out.join(STAGING).join("a"), out.join("a"))?;
    let report = write_build(out, &new)?;
    assert_eq!(report.unchanged, ["a", "b"]);
    let expected: BTreeMap<String, String> = [("a", "new"), ("b", "new")].map(|(p, t)| (p.into(), t.into())).into();
    assert_eq!(tree(out)?, expected);
    Ok(())
}

#[test]
fn differences_are_named_and_nothing_is_written() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("out");
    let files = build(&[("a", "1"), ("b", "2"), ("c", "3")]);
    assert_eq!(compare_build(&out, &files)?.len(), 3);
    assert!(!out.exists());
    write_build(&out, &files)?;
    assert!(compare_build(&out, &files)?.is_empty());
    fs::write(out.join("a"), "x")?;
    let differences = compare_build(&out, &build(&[("a", "1"), ("b", "2"), ("d", "4")]))?;
    let named: Vec<(&str, DifferenceKind)> = differences.iter().map(|d| (d.path.as_str(), d.kind)).collect();
    assert_eq!(named, [("a", DifferenceKind::Changed), ("c", DifferenceKind::Extra), ("d", DifferenceKind::Missing)]);
    Ok(())
}

#[test]
fn a_record_that_leads_outside_removes_nothing() -> Outcome {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("out");
    fs::create_dir(&out)?;
    fs::write(dir.path().join("precious"), "mine")?;
    fs::write(out.join(MADE), r#"{"format": 1, "files": ["../precious"]}"#)?;
    assert!(write_build(&out, &build(&[("a", "1")])).is_err());
    assert_eq!(fs::read_to_string(dir.path().join("precious"))?, "mine");
    Ok(())
}
