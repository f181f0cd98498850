//! The working systems below `specs/`, as they are before anything goes wrong.

use std::fs;
use std::path::{Path, PathBuf};

use infrac::driver::{self, Checked, Options};
use infrac::syntax::ast::Date;
use infrac::world::{Memory, find_systems};

use crate::tokens::{Token, tokens};

/// A system that compiles.
pub struct System {
    pub name: String,
    /// Its sources, sorted by path.
    pub sources: Vec<Source>,
    world: Memory,
    /// What is said of it as it is: code and message.
    pub said: Vec<(String, String)>,
}

/// One of its `.infra` files.
pub struct Source {
    pub path: PathBuf,
    pub text: String,
    pub tokens: Vec<Token>,
}

/// All of them, in order.
pub fn systems() -> Vec<System> {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut folders: Vec<PathBuf> = fs::read_dir(&specs).unwrap().map(|entry| entry.unwrap().path()).collect();
    // What people start from is in a folder of its own, and no system of ours.
    folders.retain(|folder| folder.is_dir() && !folder.ends_with("examples"));
    folders.sort();
    folders.iter().map(|folder| system(&specs, folder)).collect()
}

fn system(specs: &Path, folder: &Path) -> System {
    let mut world = Memory::new();
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let shown = path.strip_prefix(specs).unwrap().to_owned();
            world.set(&shown, bytes.clone());
            // The names of other tools' rules are theirs: any of them is taken as it is written.
            let names_rules_of_others = path.ends_with("judges.infra");
            if path.extension().is_some_and(|extension| extension == "infra") && !names_rules_of_others {
                let text = String::from_utf8(bytes).unwrap();
                sources.push(Source { path: shown, tokens: tokens(&text), text });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let mut system = System { name, sources, world, said: Vec::new() };
    let checked = system.check(system.world.clone(), false);
    assert!(!checked.has_errors(), "{} does not compile", system.name);
    system.said = checked.diagnostics.iter().map(|said| (said.code.name().to_owned(), said.message.clone())).collect();
    system
}

impl System {
    /// What is said of it with one file changed.
    pub fn with(&self, path: &Path, text: &str) -> Checked {
        let mut world = self.world.clone();
        world.set(path, text);
        self.check(world, text.lines().any(|line| line.starts_with("test \"")))
    }

    /// Where tests were edited, they are run, too.
    fn check(&self, world: Memory, tested: bool) -> Checked {
        let found = find_systems(&world, &[PathBuf::from(&self.name)]).unwrap();
        let Some(folder) = found.systems.first() else {
            let diagnostics = found.problems.iter().map(driver::diagnostic_of).collect();
            return Checked { diagnostics, ..Checked::default() };
        };
        let as_of = Some(Date { year: 2026, month: 11, day: 22 });
        let options = Options { as_of, jobs: Some(1), ..Options::default() };
        if tested {
            driver::test(&world, folder, &options).unwrap().checked
        } else {
            driver::check(&world, folder, &options).unwrap()
        }
    }
}
