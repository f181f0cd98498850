//! Every place in the compiler that makes a diagnostic is reached by a program here: nobody gets to see a sentence that
//! nobody has read before. Whoever adds a diagnostic adds its program to `tests/messages/wrong`, where a snapshot shows
//! what is said of it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use infrac::base::FileId;
use infrac::cli::render::{self, Batch, Format, Look};
use infrac::diag::codes::ALL;
use infrac::driver::{self, Checked, Options};
use infrac::world::{MAX_FOLDER_DEPTH, MAX_SOURCE_BYTES, Memory, find_systems};

use crate::programs::{Program, of_cases, of_pages, of_subjects, options};
use crate::sources::places;

/// What no small program can cause: a file, words that stand near the place, and the reason.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("src/prove/mod.rs", "this is a fault of infrac", "infrac itself would have to be wrong; its own tests make it so"),
    ("src/check/names/free.rs", "has the same name in", "needs many deployments; `check::names` has tests of it"),
    ("src/check/names/free.rs", "it is not proved that", "needs more states than a question may have"),
    ("src/check/names/free.rs", "there are too many names", "needs thousands of names"),
    (
        "src/derive/deletion.rs",
        "has no snapshots",
        "evaluation tells it first; a model that was made otherwise could have it",
    ),
    ("src/syntax/explain.rs", "nested too deeply around here", "the parser's own limit, behind two of ours"),
    ("src/eval/query.rs", "there is no type", "told where names are looked up, before anything is asked"),
    (
        "src/eval/rules.rs",
        "this pattern cannot be decided",
        "needs a pattern beyond the limits of all questions about texts",
    ),
];

/// What is said, one line each, with what to write instead.
fn told(checked: &Checked) -> String {
    let look = Look { color: false, unicode: true, width: 100 };
    let mut text = String::new();
    for found in &checked.diagnostics {
        let one = [found.clone()];
        let batch = Batch { sources: &checked.sources, diagnostics: &one };
        text.push_str(&render::render(Format::Short, &[batch], look));
        for label in found.labels.iter().filter(|label| !label.text.is_empty()) {
            let _ = writeln!(text, "    {}", label.text);
        }
        for help in found.help.iter().chain(found.fixes.iter().map(|fix| &fix.title)) {
            let _ = writeln!(text, "  = {}", without_the_library(help));
        }
    }
    text
}

/// Without the list of all that the library has: it grows, and says nothing of the program.
fn without_the_library(help: &str) -> &str {
    let lists_it = help.starts_with("there is `Alarm`, ");
    if lists_it { "there is … and more" } else { help }
}

#[test]
fn what_is_said_of_each_subject_reads_well() {
    let mut silent = Vec::new();
    for (subject, programs) in of_subjects() {
        let mut text = String::new();
        for program in programs {
            let said = program.said();
            silent.extend(said.diagnostics.is_empty().then(|| format!("{subject}: {}", program.name)));
            let _ = writeln!(text, "── {}\n{}", program.name, told(&said));
        }
        insta::assert_snapshot!(subject, text);
    }
    assert!(silent.is_empty(), "nothing is said of\n{}", silent.join("\n"));
}

/// What is wrong with files, folders and arguments, rather than with a program.
fn outside() -> Vec<Checked> {
    let mut all = Vec::new();
    let mut world = Memory::new();
    world.set("plain/notes.txt", "x");
    world.set("bytes/main.infra", b"system shop\n// caf\xe9\n".to_vec());
    world.set("large/main.infra", "system shop\n");
    world.set("large/more.infra", vec![b'\n'; usize::try_from(MAX_SOURCE_BYTES).unwrap() + 1]);
    let deep = "d/".repeat(MAX_FOLDER_DEPTH + 2);
    world.set(PathBuf::from("deep").join(deep).join("main.infra"), "system shop\n");
    world.set("built/test/plan.json", "{}");
    world.set("torn/test/plan.json", r#"{"stacks": {"s": {"template": {"file": "s.template.json"}}}}"#);
    world.set("bytes.json", b"{\"a\": \"\xff\"}".to_vec());
    world.set("large.json", vec![b' '; usize::try_from(MAX_SOURCE_BYTES).unwrap() + 1]);
    world.set("empty.json", "{\"Resources\": {}}");
    for path in ["plain", "plain/notes.txt", "deep"] {
        let found = find_systems(&world, &[PathBuf::from(path)]).unwrap();
        let diagnostics = found.problems.iter().map(driver::diagnostic_of).collect();
        all.push(Checked { diagnostics, ..Checked::default() });
    }
    for path in ["bytes", "large"] {
        let found = find_systems(&world, &[PathBuf::from(path)]).unwrap();
        all.push(driver::check(&world, &found.systems[0], &options()).unwrap());
    }
    for path in ["built", "torn", "bytes.json", "large.json"] {
        let side = |path| driver::Side { path, parameters: None };
        let compared =
            driver::compare(&world, side(Path::new(path)), side(Path::new("empty.json")), &options()).unwrap();
        all.extend(compared.checked);
    }
    let shop = Program::of(
        "shop",
        "system shop\nenvironment test { account = \"111122223333\", region = \"eu-west-1\" }\nstack A { q = AWS::SQS::Queue {} }\n",
    );
    let odd = Options {
        environments: vec![String::from("tset")],
        stacks: vec![String::from("B")],
        set: vec![(String::from("nothing"), String::from("1"))],
        ..options()
    };
    all.push(driver::check(&shop.world, &shop.system().unwrap(), &odd).unwrap());
    let odd = Options { environments: Vec::new(), ..odd };
    all.push(driver::check(&shop.world, &shop.system().unwrap(), &odd).unwrap());
    let odd = Options { set: Vec::new(), ..odd };
    all.push(driver::check(&shop.world, &shop.system().unwrap(), &odd).unwrap());
    let mut shop = Program::of(
        "shop",
        "system shop\nenvironment test { account = \"111122223333\", region = \"eu-west-1\" }\n@waive(none, because \"it is small\")\nstack A { q = AWS::SQS::Queue {} }\n",
    );
    shop.world
        .set("pack/none.infra", "policy Pack { rule none \"there are no queues\" { count(AWS::SQS::Queue) == 0 } }\n");
    shop.world.set("empty/notes.txt", "x");
    let demanding = Options { policies: vec![PathBuf::from("pack"), PathBuf::from("empty")], ..options() };
    all.push(driver::check(&shop.world, &shop.system().unwrap(), &demanding).unwrap());
    let large = syntax_of(&"\n".repeat(usize::try_from(MAX_SOURCE_BYTES).unwrap() + 1));
    all.push(Checked { diagnostics: large, ..Checked::default() });
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{{ a = ", "}}"),
        ("-", ""),
        ("not ", ""),
        ("f(", ")"),
        ("\"{", "}\""),
        ("if a then ", " else 1"),
    ] {
        let nested = format!("let a = {}1{}\n", open.repeat(300), close.repeat(300));
        all.push(Checked { diagnostics: syntax_of(&nested), ..Checked::default() });
    }
    all
}

fn syntax_of(text: &str) -> Vec<infrac::diag::Diagnostic> {
    infrac::syntax::parse(FileId(0), text).diagnostics
}

/// Whether a place is one of those that no small program reaches.
fn is_elsewhere(file: &str, line: u32) -> bool {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let first = usize::try_from(line).unwrap().saturating_sub(8);
    let near: Vec<&str> = text.lines().skip(first).take(14).collect();
    ELSEWHERE.iter().any(|(known, words, _)| *known == file && near.iter().any(|line| line.contains(words)))
}

#[test]
fn every_code_is_told_of_some_program() {
    let subjects = of_subjects().into_iter().flat_map(|(_, programs)| programs);
    let programs = of_pages("Wrong").into_iter().chain(of_cases()).chain(subjects);
    let said = programs.map(|program| program.said()).chain(outside());
    let told: BTreeSet<&str> = said.flat_map(|checked| checked.diagnostics).map(|found| found.code.name()).collect();
    let missing: Vec<&str> = ALL.iter().map(|code| code.name()).filter(|code| !told.contains(code)).collect();
    // A difference between what is declared and what is emitted would be infrac's own mistake.
    assert_eq!(missing, ["proof_failed"]);
}

#[test]
fn every_place_that_makes_a_diagnostic_is_reached() {
    if !cfg!(debug_assertions) {
        return;
    }
    let subjects = of_subjects().into_iter().flat_map(|(_, programs)| programs);
    for program in of_pages("Wrong").into_iter().chain(of_pages("Right")).chain(of_cases()).chain(subjects) {
        program.said();
    }
    outside();
    let reached: BTreeSet<(&str, u32)> = infrac::diag::sites::reached().into_iter().collect();
    let all = places("Diagnostic::new(");
    let missing: Vec<String> = all
        .iter()
        .filter(|(file, line)| !reached.contains(&(file.as_str(), *line)) && !is_elsewhere(file, *line))
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {} are not reached; add to tests/messages/wrong a program that\n{}",
        missing.len(),
        all.len(),
        missing.join("\n")
    );
}
