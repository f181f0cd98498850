//! Examples in the language: a plain one is a system without a mistake, one that fails gives its code and no other error, a
//! fragment can be read.

use infrac::base::FileId;
use infrac::diag::codes;
use infrac::syntax;

use crate::blocks::Block;
use crate::command;

/// The day on which the examples are checked.
const TODAY: &str = "2026-11-22";

/// A diagnostic of an example.
struct Found {
    code: String,
    level: String,
    message: String,
    line: u64,
}

/// What is wrong with an example, if something is.
pub fn mistake(block: &Block) -> Option<String> {
    let (told, right) = match block.info.strip_prefix("infra") {
        Some("") => {
            let found = diagnostics(block);
            let right = found.iter().all(|one| one.level == "advice");
            (found, right)
        }
        Some(",fragment") => return unreadable(block),
        Some(said) => {
            let code = said.strip_prefix(",fails(").and_then(|rest| rest.strip_suffix(')'));
            let code = code.unwrap_or_else(|| panic!("{}: no example is called `{}`", block.place, block.info));
            let found = diagnostics(block);
            let right = found.iter().any(|one| one.code == code)
                && found.iter().all(|one| one.code == code || one.level != "error");
            (found, right)
        }
        None => panic!("{}: this is no example", block.place),
    };
    let told: String =
        told.iter().map(|one| format!("\n  line {}: {}[{}]: {}", one.line, one.level, one.code, one.message)).collect();
    (!right)
        .then(|| format!("{}: `{}` gives{}", block.place, block.info, if told.is_empty() { " nothing" } else { &told }))
}

/// The files of an example, by their paths from the system's folder: a comment that is nothing but a path begins another one.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![(String::from("main.infra"), String::new())];
    for line in text.lines() {
        match line.strip_prefix("// ").filter(|path| path.ends_with(".infra") && !path.contains(' ')) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => files.last_mut().expect("there is a first one").1.push_str(&format!("{line}\n")),
        }
    }
    files
}

/// What the command says of an example, its tests included.
fn diagnostics(block: &Block) -> Vec<Found> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let system = folder.path().join("system");
    for (path, text) in files(&block.text) {
        let path = system.join(path);
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("folders can be made");
        std::fs::write(path, text).expect("the folder can be written to");
    }
    let output = command(env!("CARGO_BIN_EXE_infrac"), &system)
        .args(["test", "--format", "json", "--as-of", TODAY])
        .output()
        .expect("the command starts");
    let told = String::from_utf8_lossy(&output.stderr);
    let document: serde_json::Value =
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{}: {error}: {told}", block.place));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let diagnostics = document["diagnostics"].as_array().expect("a list of diagnostics");
    let found = |one: &serde_json::Value| Found {
        code: text(&one["code"]),
        level: text(&one["level"]),
        message: text(&one["message"]),
        line: one["places"][0]["line"].as_u64().unwrap_or_default(),
    };
    diagnostics.iter().map(found).collect()
}

/// Why a fragment cannot be read. Where it would stand is not known.
fn unreadable(block: &Block) -> Option<String> {
    let found = syntax::parse(FileId(0), &block.text).diagnostics;
    let found = found.iter().filter(|one| one.code != codes::MISPLACED).map(|one| format!("\n  {}", one.message));
    let told: String = found.collect();
    (!told.is_empty()).then(|| format!("{}: this fragment cannot be read:{told}", block.place))
}

#[test]
fn examples_that_are_called_wrongly_are_noticed() {
    let block = |info: &str, text: &str| Block {
        place: String::from("x.md:1"),
        info: info.to_owned(),
        text: text.to_owned(),
        range: 0..0,
    };
    let right =
        "system a\nenvironment b { account = \"123456789012\", region = \"eu-west-2\" }\nstack C { d = Bucket {} }\n";
    let wrong = right.replace("eu-west-2", "eu-west-99");
    assert_eq!(mistake(&block("infra", right)), None);
    assert!(mistake(&block("infra", &wrong)).is_some_and(|told| told.contains("param_out_of_range")));
    assert_eq!(mistake(&block("infra,fails(param_out_of_range)", &wrong)), None);
    assert!(mistake(&block("infra,fails(param_out_of_range)", right)).is_some());
    assert!(mistake(&block("infra,fails(unknown_name)", &wrong)).is_some());
    assert_eq!(mistake(&block("infra,fragment", "x = Bucket {}\n")), None);
    assert!(mistake(&block("infra,fragment", "x = Bucket {\n")).is_some());
}
