//! `--policy`: what a platform team demands of every system.

use std::fs;
use std::path::Path;

use crate::{folder, run};

const SYSTEM: &str = "system shop
environment live { account = \"123456789012\", region = \"eu-west-2\" }
stack Web {
  letters = Bucket {}
}
";

const PACK: &str = "fn kept(status: text?) -> bool = status == \"Enabled\"

policy Platform {
  /// What is overwritten in a bucket without old versions is lost.
  rule old_versions \"buckets keep old versions\" {
    every bucket in all(AWS::S3::Bucket): kept(bucket.VersioningConfiguration.Status)
  }
}
";

fn check(root: &Path, arguments: &[&str]) -> (i32, String) {
    let run = run(root, &[&["check", "shop", "--format", "short"], arguments].concat());
    (run.code, format!("{}{}", run.out, run.err))
}

#[test]
fn policies_of_a_folder_bind_a_system_that_does_not_name_them() {
    let root = folder(&[("shop/main.infra", SYSTEM.as_bytes()), ("pack/pack.infra", PACK.as_bytes())]);
    assert_eq!(check(root.path(), &[]), (0, String::new()));
    let broken = "shop/main.infra:4:3: error[old_versions]: “buckets keep old versions” does not hold (in live)\n";
    assert_eq!(check(root.path(), &["--policy", "pack"]), (1, broken.to_owned()));
    fs::write(root.path().join("shop/main.infra"), SYSTEM.replace("Bucket {}", "Bucket { versioned = true }")).unwrap();
    assert_eq!(check(root.path(), &["--policy", "pack"]), (0, String::new()));
}

#[test]
fn nothing_of_the_system_lifts_them() {
    let root = folder(&[("shop/main.infra", SYSTEM.as_bytes()), ("pack/pack.infra", PACK.as_bytes())]);
    let demanding = ["--policy", "pack"];
    let waived = SYSTEM.replace("  letters", "  @waive(old_versions, because \"we never look back\")\n  letters");
    fs::write(root.path().join("shop/main.infra"), &waived).unwrap();
    let (code, told) = check(root.path(), &demanding);
    assert_eq!(code, 1);
    assert!(told.contains("error[not_waivable]: `old_versions` is demanded of every system"), "{told}");
    assert!(told.contains("error[old_versions]"), "{told}");

    // A policy of its own with the same rule can be waived, and the demanded one still stands.
    fs::write(root.path().join("shop/main.infra"), format!("{waived}{PACK}use policy Platform\n")).unwrap();
    assert_eq!(check(root.path(), &[]).0, 0);
    let (code, told) = check(root.path(), &demanding);
    assert_eq!(code, 1, "{told}");

    fs::write(root.path().join("shop/main.infra"), SYSTEM).unwrap();
    check(root.path(), &["--policy", "pack", "--baseline", "known.json", "--write-baseline"]);
    assert_eq!(check(root.path(), &["--policy", "pack", "--baseline", "known.json"]).0, 1);
}

#[test]
fn a_folder_without_policies_is_wrong_and_one_that_is_not_there_is_refused() {
    let root = folder(&[("shop/main.infra", SYSTEM.as_bytes()), ("pack/notes.txt", b"x")]);
    let said = (1, String::from("error[unusable_folder]: `pack` holds no policy\n"));
    assert_eq!(check(root.path(), &["--policy", "pack"]), said);
    assert_eq!(check(root.path(), &["--policy", "none"]).0, 2);
}

#[test]
fn a_system_sets_the_levels_of_the_rules_that_it_uses_and_not_of_those_that_are_demanded() {
    let pack = PACK.replace("old versions\" {", "old versions\" warning {");
    let own = format!("{SYSTEM}{pack}use policy Platform\nlints {{ old_versions = off }}\n");
    let root = folder(&[("shop/main.infra", own.as_bytes()), ("pack/pack.infra", pack.as_bytes())]);
    assert_eq!(check(root.path(), &[]), (0, String::new()));
    let (code, told) = check(root.path(), &["--policy", "pack", "--deny", "warnings"]);
    assert_eq!(code, 1);
    assert!(told.contains("error[old_versions]"), "{told}");
    let (code, told) = {
        let raised = own.replace("old_versions = off", "old_versions = error");
        fs::write(root.path().join("shop/main.infra"), raised).unwrap();
        check(root.path(), &[])
    };
    assert_eq!(code, 1);
    assert!(told.contains("error[old_versions]"), "{told}");
}
