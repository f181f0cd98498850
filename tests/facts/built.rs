//! What is built for the tests: each system once, or as it lies below `INFRAC_FACTS_DIR`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::System;

/// The compiler under test.
pub fn infrac() -> Command {
    Command::new(env!("CARGO_BIN_EXE_infrac"))
}

/// A system's source.
pub fn source(system: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs").join(system)
}

/// A folder of this name for what tests write.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("facts-{name}"));
    if dir.exists() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The folder with what a build of a system writes.
pub fn dir(system: &System) -> PathBuf {
    match std::env::var_os("INFRAC_FACTS_DIR") {
        Some(dir) => PathBuf::from(dir).join(system.name),
        None => build(&source(system.name), system.name, &[]),
    }
}

/// Builds a system into a folder of this name.
pub fn build(system: &Path, name: &str, more: &[&str]) -> PathBuf {
    let out = scratch(name);
    let run = infrac().arg("build").arg(system).arg("-o").arg(&out).args(more).output().unwrap();
    assert!(run.status.success(), "infrac build fails:\n{}", String::from_utf8_lossy(&run.stderr));
    out
}
