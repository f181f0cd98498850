//! The editors' lists of words are those of the grammar.

use std::collections::BTreeSet;
use std::fs;

use crate::root;

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .collect()
}

fn known() -> BTreeSet<&'static str> {
    infrac::syntax::keywords().into_iter().collect()
}

#[test]
fn vim_knows_the_words_of_the_grammar() {
    let syntax = fs::read_to_string(root().join("editors/vim/syntax/infra.vim")).unwrap();
    let mut listed = BTreeSet::new();
    for line in syntax.lines() {
        for group in ["syntax keyword infraKeyword ", "syntax keyword infraConstant "] {
            listed.extend(line.strip_prefix(group).map(words).unwrap_or_default());
        }
    }
    assert_eq!(listed, known());
}

#[test]
fn the_textmate_grammar_knows_the_words_of_the_grammar() {
    let text = fs::read_to_string(root().join("editors/vscode/syntaxes/infra.tmLanguage.json")).unwrap();
    let grammar: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut listed = BTreeSet::new();
    for group in ["keywords", "constants"] {
        let pattern = grammar["repository"][group]["match"].as_str().unwrap();
        // The words stand in the one group that is captured.
        let from = pattern.split_inclusive(')').find(|part| part.contains('|')).unwrap();
        listed.extend(words(from));
    }
    assert_eq!(listed, known());
    let plain = grammar["repository"]["primitives"]["match"].as_str().unwrap();
    let plain = words(plain.split("]))(").last().unwrap().split(")(").last().unwrap().split("\\b").next().unwrap());
    for name in infrac::resolve::words::PRIMITIVES {
        assert!(plain.contains(name), "{name}: {plain:?}");
    }
}

#[test]
fn every_part_of_the_grammar_that_is_named_is_there() {
    let text = fs::read_to_string(root().join("editors/vscode/syntaxes/infra.tmLanguage.json")).unwrap();
    let grammar: serde_json::Value = serde_json::from_str(&text).unwrap();
    let parts = grammar["repository"].as_object().unwrap();
    for named in text.split("\"include\": \"#").skip(1) {
        let name = named.split('"').next().unwrap();
        assert!(parts.contains_key(name), "`#{name}` is not there");
    }
}

#[test]
fn the_tree_sitter_grammar_knows_the_words_of_the_grammar() {
    let grammar = fs::read_to_string(root().join("editors/tree-sitter/grammar.js")).unwrap();
    let queries = fs::read_to_string(root().join("editors/tree-sitter/queries/highlights.scm")).unwrap();
    for word in known() {
        let quoted = format!("\"{word}\"");
        // What has a value is an ordinary name to the grammar; protocols are parts of ports.
        let constant = ["true", "false", "none"].contains(&word);
        assert!(constant || grammar.contains(&quoted), "{word} is missing in grammar.js");
        let protocol = ["tcp", "udp", "icmp", "icmpv6", "all"].contains(&word);
        assert!(protocol || queries.contains(&quoted), "{word} is missing in highlights.scm");
    }
    let listed = |name: &str| -> BTreeSet<String> {
        let text = grammar.split(&format!("const {name} = [")).nth(1).unwrap().split("];").next().unwrap();
        words(text).into_iter().map(str::to_owned).collect()
    };
    let strange: Vec<String> =
        listed("SOFT").union(&listed("RESERVED")).filter(|word| !known().contains(word.as_str())).cloned().collect();
    assert!(strange.is_empty(), "no words of the language: {strange:?}");
}

#[test]
fn every_word_of_the_grammar_is_in_the_tests_of_colours() {
    let text = fs::read_to_string(root().join("editors/vscode/tests/constructs.txt")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("// ")).collect();
    let written = lines.join("\n");
    let missing: Vec<&str> = known().difference(&words(&written)).copied().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn snippets_are_of_the_language() {
    let text = fs::read_to_string(root().join("editors/vscode/snippets/infra.json")).unwrap();
    let snippets: serde_json::Value = serde_json::from_str(&text).unwrap();
    let stop = regex_lite::Regex::new(r"\$\{\d+:([^}]*)\}").unwrap();
    for (name, snippet) in snippets.as_object().unwrap() {
        let lines: Vec<&str> = snippet["body"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        let body = stop.replace_all(&lines.join("\n"), "$1").replace("$0", "");
        let parsed = infrac::syntax::parse(infrac::base::FileId(0), &body);
        assert!(parsed.diagnostics.is_empty(), "{name}: {:?}\n{body}", parsed.diagnostics);
    }
}
