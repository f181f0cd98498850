//! An editor that talks to the server, and what it is told.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod features;

use std::path::Path;
use std::thread;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{completion, places, server};
use crate::world::{Memory, Shelf};

const MAIN: &str = "file:///shop/main.infra";
const SYSTEM: &str = "system shop\nenvironment test { account = \"111122223333\", region = \"eu-west-1\" }\n";

/// An editor with a world behind it. What takes longer than this is a hang.
struct Editor {
    connection: Connection,
    number: i32,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl Editor {
    /// Starts a server over these files and greets it.
    fn over(files: &[(&str, &str)], session: impl FnOnce(&mut Editor)) {
        Editor::that(&json!({}), files, session);
    }

    /// The same with an editor that can do more.
    fn that(can: &Value, files: &[(&str, &str)], session: impl FnOnce(&mut Editor)) {
        let mut world = Memory::new();
        for (path, text) in files {
            world.set(path, *text);
        }
        let (here, there) = Connection::memory();
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path().to_owned());
        thread::scope(|scope| {
            let server = scope.spawn(move || server::run(&there, &world, &shelf));
            let mut editor = Editor { connection: here, number: 0 };
            let greeting = editor.ask("initialize", json!({ "capabilities": can, "rootUri": "file:///shop" }));
            assert_eq!(greeting["serverInfo"]["name"], "infrac");
            editor.tell("initialized", json!({}));
            session(&mut editor);
            assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
            editor.tell("exit", Value::Null);
            server.join().unwrap().unwrap();
        });
    }

    fn tell(&self, method: &str, params: Value) {
        self.connection.sender.send(Message::Notification(Notification::new(method.to_owned(), params))).unwrap();
    }

    /// The answer to a request; what else is told meanwhile is left aside.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        let number = self.begin(method, params);
        self.answer(number)
    }

    /// Sends a request, and does not wait.
    fn begin(&mut self, method: &str, params: Value) -> i32 {
        self.number += 1;
        let request = Request::new(RequestId::from(self.number), method.to_owned(), params);
        self.connection.sender.send(Message::Request(request)).unwrap();
        self.number
    }

    fn answer(&self, number: i32) -> Value {
        let id = RequestId::from(number);
        loop {
            if let Message::Response(response) = self.connection.receiver.recv_timeout(PATIENCE).unwrap()
                && response.id == id
            {
                let said = response.error.map(|error| json!({ "error": error.message }));
                return said.or(response.result).unwrap_or_default();
            }
        }
    }

    fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "infra", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces from one place to another.
    fn change(&self, uri: &str, from: (u32, u32), to: (u32, u32), text: &str) {
        let place = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": place(from), "end": place(to) }, "text": text });
        let document = json!({ "uri": uri, "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// The next diagnostics of a file.
    fn told(&self, uri: &str) -> Vec<Value> {
        loop {
            if let Message::Notification(told) = self.connection.receiver.recv_timeout(PATIENCE).unwrap()
                && told.method == "textDocument/publishDiagnostics"
                && told.params["uri"] == uri
            {
                return told.params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

#[test]
fn mistakes_come_and_go_with_what_is_typed() {
    let text = format!("{SYSTEM}stack A {{ q = AWS::SQS::Quue {{}} }}\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let told = editor.told(MAIN);
        assert_eq!(codes(&told), ["unknown_type"]);
        assert_eq!(told[0]["range"]["start"], json!({ "line": 2, "character": 14 }));
        assert_eq!(told[0]["severity"], 1);
        let message = told[0]["message"].as_str().unwrap();
        assert!(message.contains("\nhelp: did you mean `AWS::SQS::Queue`?\nwhy: "), "{message}");

        let asked =
            json!({ "textDocument": { "uri": MAIN }, "range": told[0]["range"], "context": { "diagnostics": [] } });
        let actions = editor.ask("textDocument/codeAction", asked);
        assert_eq!(actions[0]["title"], "write `AWS::SQS::Queue`");
        assert_eq!(actions[0]["edit"]["changes"][MAIN][0]["newText"], "AWS::SQS::Queue");

        editor.change(MAIN, (2, 14), (2, 28), "AWS::SQS::Queue");
        assert_eq!(codes(&editor.told(MAIN)), [""; 0]);
    });
}

#[test]
fn files_of_a_system_are_checked_together_and_as_they_are_unsaved() {
    let main = format!("{SYSTEM}stack A {{ b = Bucket {{ id = part }} }}\n");
    let files = [("/shop/main.infra", main.as_str()), ("/shop/parts.infra", "let part = \"inbox\"\n")];
    let parts = "file:///shop/parts.infra";
    Editor::over(&files, |editor| {
        editor.open(parts, "let part = \"inbox\"\n");
        assert!(editor.told(parts).is_empty());
        editor.change(parts, (0, 4), (0, 8), "piece");
        // The mistake is in a file that is not open.
        assert_eq!(codes(&editor.told(MAIN)), ["unknown_name"]);
        editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": parts } }));
        assert!(editor.told(MAIN).is_empty());
    });
}

#[test]
fn a_file_of_no_system_is_held_against_the_grammar() {
    let uri = "file:///notes/a%20b.infra";
    Editor::over(&[("/notes/a b.infra", "")], |editor| {
        editor.open(uri, "let a = \n");
        assert_eq!(codes(&editor.told(uri)), ["syntax_error"]);
    });
}

#[test]
fn one_text_answers_for_itself() {
    let text = format!(
        "{SYSTEM}// What is sold,\n// and how.\nstack A \"Orders\" {{\n  if true {{\n    q=AWS::SQS::Queue{{}}\n  }}\n}}\n"
    );
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let document = json!({ "textDocument": { "uri": MAIN } });
        let symbols = editor.ask("textDocument/documentSymbol", document.clone());
        let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["shop", "test", "A"]);
        assert_eq!(symbols[2]["children"][0]["name"], "q");
        assert_eq!(symbols[2]["children"][0]["detail"], "AWS::SQS::Queue");
        assert_eq!(symbols[2]["children"][0]["selectionRange"]["start"], json!({ "line": 6, "character": 4 }));

        let folds = editor.ask("textDocument/foldingRange", document);
        let lines: Vec<(u64, u64)> = folds
            .as_array()
            .unwrap()
            .iter()
            .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
            .collect();
        assert_eq!(lines, [(2, 3), (4, 8), (5, 7)]);

        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let edits =
            editor.ask("textDocument/formatting", json!({ "textDocument": { "uri": MAIN }, "options": options }));
        let formatted = features::edited(&text, &edits);
        assert!(formatted.contains("    q = AWS::SQS::Queue {}\n"), "{formatted}");
        assert_eq!(formatted, crate::format::format(&text).unwrap());
    });
}

#[test]
fn names_lead_to_files_and_can_be_renamed() {
    let main = format!("{SYSTEM}stack A {{\n  b = Bucket {{ id = part }}\n}}\n");
    let parts = "file:///shop/parts.infra";
    let files = [("/shop/main.infra", main.as_str()), ("/shop/parts.infra", "let part = \"inbox\"\n")];
    Editor::over(&files, |editor| {
        editor.open(MAIN, &main);
        let at = |line: u32, character: u32| json!({ "textDocument": { "uri": MAIN }, "position": { "line": line, "character": character } });
        let found = editor.ask("textDocument/definition", at(3, 20));
        let place = json!({ "start": { "line": 0, "character": 4 }, "end": { "line": 0, "character": 8 } });
        assert_eq!(found, json!([{ "uri": parts, "range": place }]));

        // The library's file is on the disk, so that any editor can show it, and answers as well.
        let found = editor.ask("textDocument/definition", at(3, 8));
        let library = found[0]["uri"].as_str().unwrap();
        assert!(library.starts_with("file:///") && library.ends_with("/stdlib/bucket.infra"), "{library}");
        let text = std::fs::read_to_string(places::path(&library.parse().unwrap()).unwrap()).unwrap();
        let line = found[0]["range"]["start"]["line"].as_u64().unwrap();
        assert!(text.lines().nth(usize::try_from(line).unwrap()).unwrap().contains("component Bucket"));
        editor.open(library, &text);
        assert!(editor.told(library).is_empty());
        let asked = json!({ "textDocument": { "uri": library }, "position": found[0]["range"]["start"] });
        assert_eq!(editor.ask("textDocument/definition", asked)[0]["uri"], library);

        let mut asked = at(3, 20);
        asked["context"] = json!({ "includeDeclaration": false });
        assert_eq!(editor.ask("textDocument/references", asked).as_array().unwrap().len(), 1);
        assert_eq!(editor.ask("textDocument/documentHighlight", at(3, 20))[0]["kind"], 2);
        assert_eq!(editor.ask("textDocument/prepareRename", at(3, 20))["placeholder"], "part");

        let mut asked = at(3, 20);
        asked["newName"] = json!("piece");
        let changes = editor.ask("textDocument/rename", asked)["changes"].clone();
        assert_eq!(changes[parts][0]["newText"], "piece");
        assert_eq!(changes[MAIN].as_array().unwrap().len(), 1);
        let mut asked = at(3, 20);
        asked["newName"] = json!("for");
        assert_eq!(
            editor.ask("textDocument/rename", asked)["error"],
            "`for` has a meaning of its own wherever it stands"
        );
    });
}

#[test]
fn completions_replace_what_is_written() {
    let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{ Visi }}\n}}\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let asked = json!({ "textDocument": { "uri": MAIN }, "position": { "line": 3, "character": 28 } });
        let offered = editor.ask("textDocument/completion", asked);
        assert_eq!(offered["items"][0]["label"], "VisibilityTimeout");
        let edit = &offered["items"][0]["textEdit"];
        assert_eq!(edit["newText"], "VisibilityTimeout = ");
        assert_eq!(edit["range"]["start"]["character"], 24);
        assert_eq!(edit["range"]["end"]["character"], 28);
    });
    assert_eq!(completion::plain("a \\$b ${1:c} $2d$0"), "a $b c d");
}

#[test]
fn whole_files_are_shown_with_hints_colours_and_symbols() {
    let stack = "stack A {\n  let size = min(1, 2)\n  vpc = AWS::EC2::VPC { CidrBlock = 10.0.0.0/24 }\n}\n";
    let text = format!("{SYSTEM}{stack}");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        editor.told(MAIN);
        let document = json!({ "uri": MAIN });
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let hints = editor.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": range }));
        let labels: Vec<&str> = hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
        assert!(labels.contains(&"256 addresses"), "{labels:?}");

        let colors = editor.ask("textDocument/semanticTokens/full", json!({ "textDocument": document }));
        // `shop`: on the first line, behind `system `, a namespace that is declared there.
        assert_eq!(colors["data"].as_array().unwrap()[..5], [json!(0), json!(7), json!(4), json!(0), json!(1)]);

        let at = json!({ "line": 3, "character": 20 });
        let around = editor.ask("textDocument/selectionRange", json!({ "textDocument": document, "positions": [at] }));
        assert!(around[0]["parent"]["range"]["start"].is_object());

        let asked = json!({ "textDocument": document, "position": at });
        let help = editor.ask("textDocument/signatureHelp", asked);
        assert_eq!(help["signatures"][0]["label"], "min(a, b)");
        assert_eq!(help["activeParameter"], 1);

        let symbols = editor.ask("workspace/symbol", json!({ "query": "vp" }));
        assert_eq!(symbols[0]["name"], "vpc");
        assert_eq!(symbols[0]["containerName"], "A");
    });
}

#[test]
fn an_instance_gets_what_must_be_set() {
    let text = format!("{SYSTEM}stack A {{\n  s = AWS::EC2::Subnet {{ CidrBlock = 10.0.0.0/24 }}\n}}\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let place = json!({ "line": 3, "character": 8 });
        let asked = json!({ "textDocument": { "uri": MAIN }, "range": { "start": place, "end": place }, "context": { "diagnostics": [] } });
        let actions = editor.ask("textDocument/codeAction", asked);
        let titles: Vec<&str> = actions.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap()).collect();
        assert!(titles.contains(&"set `VpcId`"), "{titles:?}");
        let at = titles.iter().position(|title| *title == "set `VpcId`").unwrap();
        assert_eq!(actions[at]["edit"]["changes"][MAIN][0]["newText"], ", VpcId = none");
    });
}

#[test]
fn what_the_server_does_not_know_is_said() {
    Editor::over(&[], |editor| {
        let answer = editor.ask("textDocument/moonPhase", json!({}));
        assert_eq!(answer["error"], "infrac does not know `textDocument/moonPhase`");
        let answer = editor.ask("textDocument/formatting", json!({ "textDocument": 7 }));
        assert!(answer["error"].as_str().unwrap().contains("invalid type"), "{answer}");
    });
}

#[test]
fn paths_survive_the_way_through_uris() {
    for path in ["/shop/main.infra", "/a b/ü.infra", "/100%/#1?/c.infra"] {
        let uri = places::uri(Path::new(path)).unwrap();
        assert_eq!(places::path(&uri).unwrap(), Path::new(path), "{}", uri.as_str());
    }
    assert!(places::uri(Path::new("stdlib/bucket.infra")).is_none());
}

/// How many sessions of random edits are tried: few in the ordinary tests.
fn sessions() -> u32 {
    if std::env::var_os("INFRAC_THOROUGH").is_some() { 100 } else { 2 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sessions(), ..ProptestConfig::default() })]

    #[test]
    fn no_edit_breaks_it_and_no_place_is_outside_of_the_text(
        edits in prop::collection::vec(
            ((0u32..12, 0u32..60), (0u32..3, 0u32..20), prop_oneof!["[a-z{}\\[\\]\"=. \n𝄞ü]{0,6}", Just(String::from("q = Bucket {}\n"))]),
            100,
        )
    ) {
        let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{ QueueName = \"ü𝄞\" }}\n}}\n");
        Editor::over(&[("/shop/main.infra", &text)], |editor| {
            editor.open(MAIN, &text);
            for ((line, column), (lines, columns), new) in &edits {
                editor.change(MAIN, (*line, *column), (line + lines, column + columns), new);
            }
            let symbols = editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": MAIN } }));
            assert!(symbols.is_array());
            let told = editor.told(MAIN);
            for diagnostic in told {
                let end = &diagnostic["range"]["end"];
                assert!(end["line"].as_u64().unwrap() < 1000 && end["character"].as_u64().unwrap() < 10_000);
            }
        });
    }
}
