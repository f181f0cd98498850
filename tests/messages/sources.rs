//! infrac's own source, as a text.

use std::fs;
use std::path::Path;

/// The files and lines below `src/` that hold a text, outside of comments and tests.
pub fn places(wanted: &str) -> Vec<(String, u32)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if name != "tests" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "fixture.rs" {
                let shown = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
                let code = code.filter(|(_, line)| line.split("//").next().unwrap_or_default().contains(wanted));
                found.extend(code.map(|(number, _)| (shown.clone(), u32::try_from(number).unwrap() + 1)));
            }
        }
    }
    found.sort();
    found
}
