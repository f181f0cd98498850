//! Fixes: each that is certain leaves a program that compiles, and changes nothing that is built; each that is a guess
//! removes what it is for.

use std::collections::BTreeMap;
use std::path::Path;

use infrac::diag::{Fix, Level};
use infrac::driver;
use infrac::world::{Memory, World};

use crate::programs::{Program, of_cases, of_pages, options};

/// A stack with something in it; every fix is tried there.
const AROUND: &str = "system shop\n\
    param size: int(0..900) = 3\n\
    param big: bool = false\n\
    environment test { account = \"111122223333\", region = \"eu-west-1\" }\n";

/// Programs with mistakes that have one right answer, and what they are afterwards.
const FIXED: &[(&str, &str, &str)] = &[
    (
        "signs of others between a name and its value",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds: size, FifoQueue := big }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = size, FifoQueue = big }\n}\n",
    ),
    (
        "a comparison where a value is given",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds == size, FifoQueue == big }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = size, FifoQueue = big }\n}\n",
    ),
    (
        "operators of others",
        "stack A {\n  if big && !big || size > 2 {\n    q = AWS::SQS::Queue {}\n  }\n}\n",
        "stack A {\n  if big and not big or size > 2 {\n    q = AWS::SQS::Queue {}\n  }\n}\n",
    ),
    (
        "an equals sign that should compare",
        "ensure \"small\" { size = 3 }\nstack A { q = AWS::SQS::Queue {} }\n",
        "ensure \"small\" { size == 3 }\nstack A { q = AWS::SQS::Queue {} }\n",
    ),
    (
        "a choice with a question mark",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = big ? 1 : size }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = if big then 1 else size }\n}\n",
    ),
    (
        "a comma that is missing",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 1 FifoQueue = big }\n  let l = [1 2]\n  output n = length(l)\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 1, FifoQueue = big }\n  let l = [1, 2]\n  output n = length(l)\n}\n",
    ),
    (
        "units of others, and apart from their number",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 3sec }\n  r = AWS::SQS::Queue { DelaySeconds = 30 s }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 3s }\n  r = AWS::SQS::Queue { DelaySeconds = 30s }\n}\n",
    ),
    (
        "words of others",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = null, FifoQueue = True }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = none, FifoQueue = true }\n}\n",
    ),
    (
        "words of others as a name",
        "stack A {\n  q = AWS::SQS::Queue { FifoQueue = yes }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { FifoQueue = true }\n}\n",
    ),
    (
        "entries as YAML writes a list",
        "stack A {\n  q = AWS::SQS::Queue {\n    - DelaySeconds = 1\n    - FifoQueue = big\n  }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue {\n    DelaySeconds = 1\n    FifoQueue = big\n  }\n}\n",
    ),
    (
        "an entry behind a dash",
        "stack A {\n  q = AWS::SQS::Queue {\n    DelaySeconds = 1\n    - FifoQueue = big\n  }\n}\n",
        "stack A {\n  q = AWS::SQS::Queue {\n    DelaySeconds = 1\n    FifoQueue = big\n  }\n}\n",
    ),
    (
        "a brace in a text",
        "stack A \"a } b\" {\n  q = AWS::SQS::Queue {}\n}\n",
        "stack A \"a }} b\" {\n  q = AWS::SQS::Queue {}\n}\n",
    ),
    (
        "a dynamic reference",
        "stack A {\n  q = AWS::SSM::Parameter { Type = \"String\", Value = \"{{resolve:ssm:/shop/a}}\" }\n}\n",
        "stack A {\n  q = AWS::SSM::Parameter { Type = \"String\", Value = ssm(\"/shop/a\") }\n}\n",
    ),
    ("an instance without braces", "stack A {\n  q = AWS::SQS::Queue\n}\n", "stack A {\n  q = AWS::SQS::Queue {}\n}\n"),
    (
        "semicolons",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 1; };\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { DelaySeconds = 1 }\n}\n",
    ),
    (
        "comments of others",
        "# one\nstack A {\n  /* two */\n  q = AWS::SQS::Queue {} /// three\n}\n",
        "// one\nstack A {\n  // two\n  q = AWS::SQS::Queue {} // three\n}\n",
    ),
    (
        "dollars before braces",
        "stack A {\n  q = AWS::SQS::Queue { QueueName = \"shop-${env}\" }\n  output t = \"\"\"\n    echo ${q.arn} $HOME ${HOME}\n    \"\"\"\n}\n",
        "stack A {\n  q = AWS::SQS::Queue { QueueName = \"shop-{env}\" }\n  output t = \"\"\"\n    echo {q.arn} $HOME ${HOME}\n    \"\"\"\n}\n",
    ),
    (
        "a condition with one equals sign",
        "stack A {\n  q = AWS::SQS::Queue {}\n  r = Role { trusted = \"lambda.amazonaws.com\" }\n  grant r consume on q when aws:SourceAccount = account\n}\n",
        "stack A {\n  q = AWS::SQS::Queue {}\n  r = Role { trusted = \"lambda.amazonaws.com\" }\n  grant r consume on q when aws:SourceAccount == account\n}\n",
    ),
    ("`main` in a stack", "stack A {\n  main q = AWS::SQS::Queue {}\n}\n", "stack A {\n  q = AWS::SQS::Queue {}\n}\n"),
    (
        "a text that may be too long",
        "param team: text(1..90) matching /[a-z_]+/ = \"books\"\nstack A {\n  q = AWS::SQS::Queue { QueueName = \"shop-{team}\" }\n}\n",
        "param team: text(1..75) matching /[a-z_]+/ = \"books\"\nstack A {\n  q = AWS::SQS::Queue { QueueName = \"shop-{team}\" }\n}\n",
    ),
    (
        "a number that may be too great",
        "param tries: int = 3\nstack A {\n  q = AWS::SQS::Queue { DelaySeconds = tries }\n}\n",
        "param tries: int(0..900) = 3\nstack A {\n  q = AWS::SQS::Queue { DelaySeconds = tries }\n}\n",
    ),
    (
        "a waiver that lifts nothing",
        "stack A {\n  @waive(unused_let, because \"later\")\n  q = AWS::SQS::Queue {}\n}\n",
        "stack A {\n  q = AWS::SQS::Queue {}\n}\n",
    ),
];

/// The templates that are built. What stands beside them tells places in the sources, which move with their lines.
fn built(world: &Memory, program: &Program) -> Option<BTreeMap<String, Vec<u8>>> {
    let built = driver::build(world, &program.system()?, &options()).unwrap().files?;
    Some(built.into_iter().filter(|(path, _)| path.ends_with(".template.json")).collect())
}

/// A program after `check --fix`.
fn fixed(program: &Program) -> (Memory, driver::Mended) {
    let mended = driver::mend(&program.world, &program.system().unwrap(), &options()).unwrap();
    let mut world = program.world.clone();
    mended.texts.iter().for_each(|(path, text)| world.set(path, text.clone()));
    (world, mended)
}

fn errors(said: &[infrac::diag::Diagnostic]) -> Vec<String> {
    let errors = said.iter().filter(|found| found.level == Level::Error);
    errors.map(|found| format!("{}: {}", found.code.name(), found.message)).collect()
}

#[test]
fn what_has_one_right_answer_compiles_when_it_is_fixed() {
    for (name, wrong, right) in FIXED {
        let program = Program::of(name, &format!("{AROUND}{wrong}"));
        let (world, mended) = fixed(&program);
        let text = world.read(Path::new("system/main.infra")).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), format!("{AROUND}{right}"), "{name}");
        assert!(errors(&mended.checked.diagnostics).is_empty(), "{name}: {:?}", errors(&mended.checked.diagnostics));
        assert!(!mended.applied.is_empty(), "{name}");
    }
}

#[test]
fn every_place_that_offers_a_certain_fix_is_tried() {
    if !cfg!(debug_assertions) {
        return;
    }
    for (name, wrong, _) in FIXED {
        Program::of(name, &format!("{AROUND}{wrong}")).said();
    }
    let reached = infrac::diag::sites::reached();
    let missing: Vec<String> = crate::sources::places(".fix(")
        .into_iter()
        .filter(|(file, line)| !reached.contains(&(file.as_str(), *line)))
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    assert!(missing.is_empty(), "no program of this test is fixed by\n{}", missing.join("\n"));
}

#[test]
fn no_fix_changes_what_is_built() {
    for program in of_pages("Wrong").into_iter().chain(of_cases()) {
        if program.system().is_none() {
            continue;
        }
        let (world, mended) = fixed(&program);
        let Some(before) = built(&program.world, &program).filter(|_| !mended.applied.is_empty()) else { continue };
        assert!(Some(before) == built(&world, &program), "{}: {:?}", program.name, mended.applied);
    }
}

#[test]
fn fixing_ends_and_leaves_nothing_that_could_be_fixed() {
    for program in of_pages("Wrong").into_iter().chain(of_cases()).filter(|program| program.system().is_some()) {
        let (_, mended) = fixed(&program);
        let left = mended.checked.diagnostics.iter().flat_map(|found| &found.fixes).filter(|fix| fix.certain);
        assert_eq!(left.count(), 0, "{}", program.name);
    }
}

#[test]
fn a_guess_removes_what_it_is_for() {
    let mut wrong = Vec::new();
    for program in of_pages("Wrong").into_iter().chain(of_cases()) {
        let said = program.said();
        for found in &said.diagnostics {
            for fix in found.fixes.iter().filter(|fix| !fix.certain) {
                let world = with(&program, &said, fix);
                let after = Program { name: program.name.clone(), world, folder: program.folder.clone() }.said();
                let same =
                    |other: &&infrac::diag::Diagnostic| other.code == found.code && other.message == found.message;
                if after.diagnostics.iter().any(|other| same(&other)) {
                    wrong.push(format!("{}: `{}` after “{}”", program.name, found.message, fix.title));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A program's files with one fix applied.
fn with(program: &Program, said: &infrac::driver::Checked, fix: &Fix) -> Memory {
    let mut world = program.world.clone();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in edits {
        let path = Path::new(&said.sources.get(edit.span.file).unwrap().shown);
        let mut text = String::from_utf8(world.read(path).unwrap()).unwrap();
        text.replace_range(edit.span.range(), &edit.text);
        world.set(path, text);
    }
    world
}
