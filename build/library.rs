//! The standard library: parsed once here, and stored as one encoded syntax tree for each declaration.
//!
//! To read all of it would cost every run more than its own sources do.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::base::FileId;
use crate::syntax::ast::{Item, ItemKind};

const FOLDER: &str = "stdlib";

pub fn build() -> Result<(), Box<dyn Error>> {
    let mut files: Vec<PathBuf> = Vec::new();
    println!("cargo::rerun-if-changed={FOLDER}");
    for folder in [PathBuf::from(FOLDER), Path::new(FOLDER).join("policies")] {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "infra") {
                println!("cargo::rerun-if-changed={}", path.display());
                files.push(path);
            }
        }
    }
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut declarations: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut sources = String::new();
    let mut standing: Vec<String> = Vec::new();
    let mut protections: Vec<String> = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let text = fs::read_to_string(path)?;
        let file = FileId(FileId::STDLIB + u32::try_from(index)?);
        let parsed = crate::syntax::parse(file, &text);
        if let Some(first) = parsed.diagnostics.first() {
            let line = text.get(..first.span().lo as usize).unwrap_or(&text).lines().count();
            return Err(format!("{}:{line}: {} ({})", path.display(), first.message, first.code.name()).into());
        }
        for item in &parsed.file.items {
            let name =
                name_of(item).ok_or_else(|| format!("{}: the library holds declarations only", path.display()))?;
            if item.marks.iter().any(|mark| mark.name.name == "standing") {
                standing.push(name.clone());
            }
            if item.marks.iter().any(|mark| mark.name.name == "protection") {
                protections.push(name.clone());
            }
            if declarations.insert(name.clone(), postcard::to_stdvec(item)?).is_some() {
                return Err(format!("{}: `{name}` is defined twice in the library", path.display()).into());
            }
        }
        let shown = path.to_string_lossy().replace('\\', "/");
        let absolute = fs::canonicalize(path)?;
        writeln!(sources, "    ({shown:?}, include_str!({:?})),", absolute.to_string_lossy())?;
    }
    standing.sort();
    protections.sort();
    let mut heap: Vec<u8> = Vec::new();
    let mut table = String::new();
    for (name, encoded) in &declarations {
        writeln!(table, "    Declaration::new({name:?}, {}, {}),", heap.len(), heap.len() + encoded.len())?;
        heap.extend(encoded);
    }
    fs::write(out.join("library.bin"), heap)?;
    let generated = format!(
        "static DECLARATIONS: [Declaration; {}] = [\n{table}];\n\
         static STANDING: &[&str] = &{standing:?};\n\
         static PROTECTIONS: &[&str] = &{protections:?};\n\
         static SOURCES: &[(&str, &str)] = &[\n{sources}];\n\
         static ENCODED: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/library.bin\"));\n",
        declarations.len()
    );
    fs::write(out.join("library.rs"), generated)?;
    Ok(())
}

/// What a declaration is found under.
fn name_of(item: &Item) -> Option<String> {
    Some(match &item.kind {
        ItemKind::Component(component) => component.name.name.to_string(),
        ItemKind::Fn(function) => function.name.name.to_string(),
        ItemKind::Type(alias) => alias.name.name.to_string(),
        ItemKind::Let(binding) => binding.name.name.to_string(),
        ItemKind::Policy(policy) => policy.name.name.to_string(),
        ItemKind::AccessOn(access) => format!("access on {}", access.ty.name),
        _ => return None,
    })
}
