//! A system's source with one mistake in it, and what the compiler says of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::built::{infrac, scratch, source};
use crate::system::System;

/// A system's files, by their path within it.
#[derive(Clone, Debug)]
pub struct Source {
    system: &'static str,
    files: BTreeMap<PathBuf, String>,
    environment: Option<&'static str>,
}

impl Source {
    /// A system as it stands.
    pub fn of(system: &'static System) -> Source {
        let (root, mut files) = (source(system.name), BTreeMap::new());
        read(&root, &root, &mut files);
        Source { system: system.name, files, environment: None }
    }

    /// Replaces a text that stands somewhere in the source.
    pub fn replace(&mut self, old: &str, new: &str) {
        let file = self.files.values_mut().find(|text| text.contains(old));
        let text = file.unwrap_or_else(|| panic!("the source of {} no longer says `{old}`", self.system));
        *text = text.replacen(old, new, 1);
    }

    /// Takes away the line that holds this text.
    pub fn remove_line(&mut self, text: &str) {
        let file = self.files.values_mut().find(|file| file.contains(text));
        let file = file.unwrap_or_else(|| panic!("the source of {} no longer says `{text}`", self.system));
        let kept: Vec<&str> = file.lines().filter(|line| !line.contains(text)).collect();
        *file = kept.join("\n") + "\n";
    }

    /// Replaces a text wherever it stands.
    pub fn replace_all(&mut self, old: &str, new: &str) {
        let found = self.files.values().any(|text| text.contains(old));
        assert!(found, "the source of {} no longer says `{old}`", self.system);
        self.files.values_mut().for_each(|text| *text = text.replace(old, new));
    }

    /// Puts another file in a file's place.
    pub fn replace_file(&mut self, path: &str, text: &str) {
        let old = self.files.insert(PathBuf::from(path), text.to_owned());
        assert!(old.is_some(), "the source of {} has no file {path}", self.system);
    }

    /// Lets the compiler look at one environment alone, which is quicker.
    pub fn only(&mut self, environment: &'static str) {
        self.environment = Some(environment);
    }

    /// Adds a file.
    pub fn add(&mut self, text: &str) {
        self.files.insert(PathBuf::from("added.infra"), text.to_owned());
    }

    /// Writes it into a folder of this name.
    pub fn write(&self, name: &str) -> PathBuf {
        let dir = scratch(&format!("{}-source-{name}", self.system));
        for (path, text) in &self.files {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    /// What the compiler says of it.
    pub fn check(&self, name: &str) -> Said {
        self.check_with(name, &[])
    }

    /// What the compiler says of it in one environment.
    pub fn check_in(&self, name: &str, environment: &str) -> Said {
        self.check_with(name, &["--env", environment])
    }

    fn check_with(&self, name: &str, more: &[&str]) -> Said {
        let dir = self.write(name);
        let only = self.environment.into_iter().flat_map(|environment| ["--env", environment]);
        let run = infrac().arg("check").arg(&dir).args(["--format", "json"]).args(more).args(only).output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        let mut codes = BTreeMap::new();
        for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            let document = document.unwrap_or_else(|error| panic!("{name}: diagnostics are no JSON: {error}\n{text}"));
            count_codes(&document, &mut codes);
        }
        Said { exit: run.status.code(), codes, text }
    }
}

fn read(root: &Path, dir: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let inner = path.strip_prefix(root).unwrap().to_path_buf();
            files.insert(inner, fs::read_to_string(&path).unwrap());
        }
    }
}

fn count_codes(value: &Value, codes: &mut BTreeMap<String, usize>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| count_codes(item, codes)),
        Value::Object(map) => {
            if let Some(code) = map.get("code").and_then(Value::as_str) {
                *codes.entry(code.to_owned()).or_default() += 1;
            }
            map.values().for_each(|inner| count_codes(inner, codes));
        }
        _ => {}
    }
}

/// What a check said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its exit code.
    pub exit: Option<i32>,
    /// How often it gave each code.
    pub codes: BTreeMap<String, usize>,
    /// All it wrote.
    pub text: String,
}

impl Said {
    /// How often it gave a code.
    pub fn times(&self, code: &str) -> usize {
        self.codes.get(code).copied().unwrap_or(0)
    }
}
