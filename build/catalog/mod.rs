//! Turns `stdlib/catalog/` into the one flat file that `src/catalog` reads.

mod iam;
mod pool;
mod references;
mod resource;
mod shape;

#[allow(dead_code, reason = "shared with the reader; the writer needs not every constant")]
#[path = "../../src/catalog/layout.rs"]
mod layout;

use layout::*;
use pool::Pool;
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// A mistake in the data, said so that its place is found.
pub type Fail = Box<dyn Error>;

/// Reads the JSON, writes `catalog.bin` into `OUT_DIR`.
pub fn build() -> Result<(), Fail> {
    println!("cargo::rerun-if-changed=stdlib/catalog");
    println!("cargo::rerun-if-changed=src/catalog/layout.rs");
    let root = Path::new("stdlib/catalog");
    let meta = read(&root.join("meta.json"))?;
    let overrides = read(&root.join("overrides.json"))?;
    let conditions = read(&root.join("conditions.json"))?;
    let mut pool = Pool::new();
    let regions = texts(&meta["regions"]);
    if regions.len() > 64 {
        return Err("the region bitset holds 64 regions".into());
    }
    let mut header = [EMPTY; HEADER_WORDS];
    let types = folder(&root.join("types"))?;
    // The names first, so that they stand side by side.
    types.iter().filter_map(|(_, file)| file.as_object()).flat_map(|file| file.keys()).for_each(|name| {
        pool.text(name);
    });
    let stated = resource::Stated { overrides: &overrides, conditions: &conditions, regions: &regions };
    let records = resource::write_all(&mut pool, &types, stated)?;
    header[H_TYPES] = pool.list(&records.values().copied().collect::<Vec<u32>>());
    header[H_TYPE_PLACES] = places(&mut pool, &records);
    header[H_SERVICES] =
        iam::write_all(&mut pool, &folder(&root.join("iam"))?, &read(&root.join("iam_overrides.json"))?)?;
    header[H_REGIONS] = pool.texts(&regions);
    header[H_REGIONS_UNKNOWN] = pool.texts(&texts(&meta["regionsUnknown"]));
    header[H_SCHEMA_DATE] = pool.text(string(&meta["schemaDate"]));
    header[H_IAM_DATE] = pool.text(string(&meta["iamDate"]));
    header[H_GLOBAL_KEYS] = pairs(&mut pool, &meta["globalConditionKeys"]);
    header[H_SOURCES] = pairs(&mut pool, &meta["sources"]);
    let target = Path::new(&env::var("OUT_DIR")?).join("catalog.bin");
    fs::write(target, pool.finish(header))?;
    Ok(())
}

/// The JSON files of a folder by their names without suffix, sorted.
fn folder(path: &Path) -> Result<Vec<(String, Value)>, Fail> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        files.push((stem, read(&path)?));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

fn read(path: &Path) -> Result<Value, Fail> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// A list of (key, value) texts, sorted by key.
fn pairs(pool: &mut Pool, table: &Value) -> u32 {
    let mut entries: Vec<_> = table.as_object().into_iter().flatten().collect();
    entries.sort_by(|a, b| a.0.cmp(b.0));
    let words: Vec<u32> = entries.iter().flat_map(|(key, value)| [pool.text(key), pool.text(string(value))]).collect();
    pool.list(&words)
}

/// The hash table of resource types, half empty.
fn places(pool: &mut Pool, records: &BTreeMap<String, u32>) -> u32 {
    let size = (2 * records.len()).next_power_of_two();
    let mut places = vec![NONE; 2 * size];
    for (name, record) in records {
        let mut at = hash(name) as usize % size;
        while places[2 * at] != NONE {
            at = (at + 1) % size;
        }
        places[2 * at] = pool.text(name);
        places[2 * at + 1] = *record;
    }
    pool.list(&places)
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
