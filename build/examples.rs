//! The systems of `specs/examples`, which `infrac init` offers: every file of each.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FOLDER: &str = "specs/examples";

/// Writes `examples.rs`: names, and the files of each with their paths below it, sorted.
pub(crate) fn build() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut table = String::from("&[\n");
    for example in sorted(&folder)? {
        if !example.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        below(&example, &mut files)?;
        let name = example.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(table, "    Example {{ name: {name:?}, files: &[")?;
        for file in files {
            let shown = file.strip_prefix(&example)?.to_string_lossy().replace('\\', "/");
            writeln!(table, "        ({shown:?}, include_str!({:?})),", file.display().to_string())?;
        }
        table.push_str("    ] },\n");
    }
    table.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("examples.rs"), table)?;
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    paths.sort_unstable();
    Ok(paths)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), std::io::Error> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for path in sorted(folder)? {
        if path.is_dir() { below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
