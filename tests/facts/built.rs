//! The tree under test: built once for each run of the tests, or named by `INFRAC_FACTS_DIR`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The compiler under test.
pub fn infrac() -> Command {
    Command::new(env!("CARGO_BIN_EXE_infrac"))
}

/// The lab's source.
pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/hr-lab")
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

/// The folder with what a build of the lab writes.
pub fn dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| match std::env::var_os("INFRAC_FACTS_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => build(&source(), "hr-lab", &[]),
    })
}

/// Builds a system into a folder of this name.
pub fn build(system: &Path, name: &str, more: &[&str]) -> PathBuf {
    let out = scratch(name);
    let run = infrac().arg("build").arg(system).arg("-o").arg(&out).args(more).output().unwrap();
    assert!(run.status.success(), "infrac build fails:\n{}", String::from_utf8_lossy(&run.stderr));
    out
}
