//! Wrong programs from everywhere: the pages of diagnostics, and `tests/cases/programs`.

use std::fs;
use std::path::{Path, PathBuf};

use infrac::cli::pages;
use infrac::driver::{self, Checked, Options};
use infrac::syntax::ast::Date;
use infrac::world::{Memory, SystemFolder, World, find_systems};

/// A program: its files in memory, and the folder of its system.
pub struct Program {
    pub name: String,
    pub world: Memory,
    pub folder: PathBuf,
}

/// How the tests look at programs: on one day, so that it does not matter when they run.
pub fn options() -> Options {
    let as_of = Some(Date { year: 2026, month: 11, day: 22 });
    Options { as_of, jobs: Some(1), ..Options::default() }
}

impl Program {
    /// A program of one text; a comment that is nothing but a path begins another file.
    pub fn of(name: &str, text: &str) -> Program {
        let mut files = vec![(PathBuf::from("system/main.infra"), String::new())];
        for line in text.lines() {
            match line.strip_prefix("// ").filter(|path| path.ends_with(".infra") && !path.contains(' ')) {
                Some(path) => files.push((PathBuf::from(path.replace("../", "")), String::new())),
                None => files.last_mut().unwrap().1.push_str(&format!("{line}\n")),
            }
        }
        Program { name: name.to_owned(), world: Memory::with(files), folder: PathBuf::from("system") }
    }

    /// Its system, if it is one.
    pub fn system(&self) -> Option<SystemFolder> {
        find_systems(&self.world, std::slice::from_ref(&self.folder)).unwrap().systems.into_iter().next()
    }

    /// What is said of it, tests included.
    pub fn said(&self) -> Checked {
        match self.system() {
            Some(system) => driver::test(&self.world, &system, &options()).unwrap().checked,
            None => {
                let found = find_systems(&self.world, std::slice::from_ref(&self.folder)).unwrap();
                let diagnostics = found.problems.iter().map(driver::diagnostic_of).collect();
                Checked { diagnostics, ..Checked::default() }
            }
        }
    }
}

/// The programs of a section of all pages.
pub fn of_pages(section: &str) -> Vec<Program> {
    let program = |code: &str| {
        let (_, rest) = pages::page(code)?.split_once(&format!("\n## {section}\n"))?;
        let (_, rest) = rest.split_once("\n```infra\n")?;
        Some(Program::of(code, rest.split_once("```")?.0))
    };
    pages::codes().filter_map(program).collect()
}

/// The programs of `tests/cases/programs`.
pub fn of_cases() -> Vec<Program> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/programs");
    let mut names: Vec<String> =
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.into_iter().map(|name| case(&root, name)).collect()
}

fn case(root: &Path, name: String) -> Program {
    let mut world = Memory::new();
    let mut folders = vec![root.join(&name)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                world.set(path.strip_prefix(root).unwrap(), fs::read(&path).unwrap());
            }
        }
    }
    let shop = PathBuf::from(&name).join("shop");
    let folder = if world.kind(&shop).is_ok() { shop } else { PathBuf::from(&name) };
    Program { name, world, folder }
}
