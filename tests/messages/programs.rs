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

    /// What is said of it, tests included. Unoptimised code needs a deeper stack than a test's thread has.
    pub fn said(&self) -> Checked {
        std::thread::scope(|scope| {
            let deep = std::thread::Builder::new().stack_size(64 << 20);
            deep.spawn_scoped(scope, || self.said_here()).unwrap().join().unwrap()
        })
    }

    fn said_here(&self) -> Checked {
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

/// What stands before a program that does not say it itself.
const HEAD: &str = "system shop\nenvironment test { account = \"111122223333\", region = \"eu-west-1\" }\n";

/// The programs of `tests/messages/wrong`, by file.
pub fn of_subjects() -> Vec<(String, Vec<Program>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages/wrong");
    let mut files: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), of_subject(file))).collect()
}

fn of_subject(file: &Path) -> Vec<Program> {
    let text = fs::read_to_string(file).unwrap();
    let parts = text.split("=== ").skip(1).map(|part| part.split_once('\n').unwrap());
    let whole = |program: &str| {
        let first = program.split("\n// ../").next().unwrap_or_default();
        let head = if first.lines().any(|line| line.starts_with("system ")) { "" } else { HEAD };
        format!("{head}{}\n", program.trim_end())
    };
    parts.map(|(name, program)| Program::of(name, &whole(program))).collect()
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
