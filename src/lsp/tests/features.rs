//! What goes beyond one text and one check: parts of texts, changes of form, calls, links, lenses, work that is called off.

use serde_json::{Value, json};

use super::{Editor, MAIN, SYSTEM, codes};

/// From one place to another.
fn range(from: (u32, u32), to: (u32, u32)) -> Value {
    let place = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
    json!({ "start": place(from), "end": place(to) })
}

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": MAIN }, "position": { "line": line, "character": character } })
}

/// A text after edits.
pub(super) fn edited(text: &str, edits: &Value) -> String {
    let lines = crate::base::LineIndex::new(text);
    let offset = |place: &Value| {
        let number = |of: &str| u32::try_from(place[of].as_u64().unwrap()).unwrap();
        super::places::offset(&lines, text, lsp_types::Position::new(number("line"), number("character")))
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let place = &edit["range"];
            (offset(&place["start"]), offset(&place["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (from, to, new) in edits.into_iter().rev() {
        text.replace_range(from..to, new);
    }
    text
}

/// What becomes of a system when the action whose title begins so is taken.
fn acted(text: &str, selection: Value, title: &str) -> Option<String> {
    let mut after = None;
    Editor::over(&[("/shop/main.infra", text)], |editor| {
        editor.open(MAIN, text);
        let asked = json!({ "textDocument": { "uri": MAIN }, "range": selection, "context": { "diagnostics": [] } });
        let actions = editor.ask("textDocument/codeAction", asked);
        let found = actions.as_array().unwrap().iter().find(|one| one["title"].as_str().unwrap().starts_with(title));
        after = found.map(|action| edited(text, &action["edit"]["changes"][MAIN]));
    });
    after
}

#[test]
fn a_part_of_a_text_is_formatted_alone() {
    let text = format!("{SYSTEM}let  a=1\nlet  b=2\nlet  c=3\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let asked = json!({ "textDocument": { "uri": MAIN }, "range": range((3, 0), (3, 3)), "options": options });
        let edits = editor.ask("textDocument/rangeFormatting", asked);
        assert_eq!(edited(&text, &edits), format!("{SYSTEM}let  a=1\nlet b = 2\nlet  c=3\n"));
        // Behind a line's end, the line before is brought into form, and nothing behind it.
        let asked = json!({ "textDocument": { "uri": MAIN }, "position": { "line": 3, "character": 0 }, "ch": "\n", "options": options });
        let edits = editor.ask("textDocument/onTypeFormatting", asked);
        assert_eq!(edited(&text, &edits), format!("{SYSTEM}let a = 1\nlet  b=2\nlet  c=3\n"));
    });
}

#[test]
fn a_closing_brace_formats_its_block() {
    let block = "stack A {\n    q = AWS::SQS::Queue {  VisibilityTimeout=3 }\n}";
    let text = format!("{SYSTEM}let  a=1\n{block}\nlet  b=2\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let asked = json!({ "textDocument": { "uri": MAIN }, "position": { "line": 5, "character": 1 }, "ch": "}", "options": options });
        let edits = editor.ask("textDocument/onTypeFormatting", asked);
        let block = "stack A {\n  q = AWS::SQS::Queue { VisibilityTimeout = 3 }\n}";
        assert_eq!(edited(&text, &edits), format!("{SYSTEM}let  a=1\n{block}\nlet  b=2\n"));
    });
}

#[test]
fn values_get_names() {
    let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{ VisibilityTimeout = 30 + 1 }}\n}}\n");
    let after = acted(&text, range((3, 44), (3, 50)), "give this value a name").unwrap();
    let stack = "stack A {\n  let visibility_timeout = 30 + 1\n  q = AWS::SQS::Queue { VisibilityTimeout = visibility_timeout }\n}\n";
    assert_eq!(after, format!("{SYSTEM}{stack}"));
    // The name of a loop means nothing outside of it.
    let text = format!("{SYSTEM}let a = [for x in [1]: x + 1]\n");
    assert_eq!(acted(&text, range((2, 23), (2, 28)), "give this value a name"), None);
}

#[test]
fn grants_become_narrower() {
    let stack = "stack A {\n  b = Bucket {}\n  r = AWS::IAM::Role { AssumeRolePolicyDocument = {} }\n  grant r read, write on b\n}\n";
    let text = format!("{SYSTEM}{stack}");
    let after = acted(&text, range((5, 12), (5, 12)), "grant only `read`").unwrap();
    assert!(after.contains("  grant r read on b\n"), "{after}");
}

#[test]
fn an_environment_is_built_from_another() {
    let text = String::from(SYSTEM);
    let after = acted(&text, range((1, 14), (1, 14)), "add an environment").unwrap();
    assert!(after.ends_with("}\nenvironment staging from test {}\n"), "{after}");
}

#[test]
fn statements_become_a_component() {
    let stack =
        "stack A {\n  let size = 3\n  q = AWS::SQS::Queue { VisibilityTimeout = size }\n  d = AWS::SQS::Queue {}\n}\n";
    let text = format!("{SYSTEM}{stack}");
    let after = acted(&text, range((4, 0), (5, 0)), "make a component").unwrap();
    let stack = "stack A {\n  let size = 3\n  part = Part { size }\n  d = AWS::SQS::Queue {}\n}\n\n";
    let component = "component Part {\n  param size: int\n  q = AWS::SQS::Queue { VisibilityTimeout = size }\n}\n";
    assert_eq!(after, format!("{SYSTEM}{stack}{component}"));
    // What others name stays where it is.
    let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{}}\n  output o = q.arn\n}}\n");
    assert_eq!(acted(&text, range((3, 0), (4, 0)), "make a component"), None);
}

#[test]
fn calls_lead_both_ways() {
    let rest = "component Inner { main q = AWS::SQS::Queue {} }\ncomponent Outer { i = Inner {} }\nstack A {\n  o = Outer {}\n  p = Inner {}\n}\n";
    let text = format!("{SYSTEM}{rest}");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let items = editor.ask("textDocument/prepareCallHierarchy", at(2, 12));
        assert_eq!(items[0]["name"], "Inner");
        let incoming = editor.ask("callHierarchy/incomingCalls", json!({ "item": items[0] }));
        let from: Vec<&str> =
            incoming.as_array().unwrap().iter().map(|call| call["from"]["name"].as_str().unwrap()).collect();
        assert_eq!(from, ["Outer", "A"]);
        assert_eq!(incoming[1]["fromRanges"][0], range((6, 6), (6, 11)));
        let outgoing = editor.ask("callHierarchy/outgoingCalls", json!({ "item": incoming[1]["from"] }));
        let to: Vec<&str> =
            outgoing.as_array().unwrap().iter().map(|call| call["to"]["name"].as_str().unwrap()).collect();
        assert_eq!(to, ["Outer", "Inner"]);
        // An instance stands for its component.
        assert_eq!(editor.ask("textDocument/prepareCallHierarchy", at(5, 2))[0]["name"], "Outer");

        let made = editor.ask("textDocument/implementation", at(2, 12));
        let lines: Vec<u64> =
            made.as_array().unwrap().iter().map(|place| place["range"]["start"]["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [3, 6]);
    });
}

#[test]
fn what_is_named_can_be_opened() {
    let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{ QueueName = file(\"name.txt\") }}\n}}\n");
    Editor::over(&[("/shop/main.infra", &text), ("/shop/name.txt", "orders")], |editor| {
        editor.open(MAIN, &text);
        let links = editor.ask("textDocument/documentLink", json!({ "textDocument": { "uri": MAIN } }));
        assert!(links[0]["target"].as_str().unwrap().ends_with("/aws-resource-sqs-queue.html"), "{links}");
        assert_eq!(links[1]["target"], "file:///shop/name.txt");
        assert_eq!(links[1]["range"], range((3, 41), (3, 51)));
    });
}

#[test]
fn stacks_say_what_they_come_to() {
    let text = format!("{SYSTEM}stack A {{\n  q = AWS::SQS::Queue {{}}\n}}\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": MAIN } }));
        assert_eq!(lenses[0]["command"]["title"], "template: 1 resource");
        assert_eq!(lenses[1]["command"]["title"], "plan: wave 1 of 1");
        let shown =
            |editor: &mut Editor, at: usize| editor.ask("workspace/executeCommand", lenses[at]["command"].clone());
        assert!(shown(editor, 0)["text"].as_str().unwrap().contains("AWS::SQS::Queue"));
        assert!(shown(editor, 1)["text"].as_str().unwrap().contains("shop"));
        let asked = json!({ "command": "infrac.access", "arguments": [MAIN] });
        assert!(editor.ask("workspace/executeCommand", asked)["text"].is_string());
        let asked = json!({ "command": "infrac.moon", "arguments": [MAIN] });
        assert_eq!(editor.ask("workspace/executeCommand", asked)["error"], "infrac has no command `infrac.moon`");
    });
}

#[test]
fn an_editor_that_asks_for_diagnostics_is_not_told_unasked() {
    let can =
        json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
    let text = format!("{SYSTEM}stack A {{ q = AWS::SQS::Quue {{}} }}\n");
    Editor::that(&can, &[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let report = editor.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": MAIN } }));
        assert_eq!(report["kind"], "full");
        assert_eq!(codes(report["items"].as_array().unwrap()), ["unknown_type"]);
        let asked = json!({ "textDocument": { "uri": MAIN }, "previousResultId": report["resultId"] });
        assert_eq!(editor.ask("textDocument/diagnostic", asked)["kind"], "unchanged");
        editor.change(MAIN, (2, 14), (2, 28), "AWS::SQS::Queue");
        let report = editor.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": MAIN } }));
        assert_eq!(report["items"], json!([]));
    });
}

#[test]
fn what_is_called_off_is_not_done() {
    let text = String::from(SYSTEM);
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        // By the turn of the last, it is called off.
        let asked = json!({ "textDocument": { "uri": MAIN } });
        let mut last = 0;
        for _ in 0..500 {
            last = editor.begin("textDocument/semanticTokens/full", asked.clone());
        }
        editor.tell("$/cancelRequest", json!({ "id": last }));
        assert_eq!(editor.answer(last)["error"], "it was called off");
    });
}

#[test]
fn long_work_is_shown_to_whoever_asks() {
    let text = format!("{SYSTEM}let a = 1\n");
    Editor::over(&[("/shop/main.infra", &text)], |editor| {
        editor.open(MAIN, &text);
        let mut asked = at(2, 4);
        asked["context"] = json!({ "includeDeclaration": true });
        asked["workDoneToken"] = json!("token");
        let number = editor.begin("textDocument/references", asked);
        let mut seen = Vec::new();
        while seen.len() < 2 {
            if let lsp_server::Message::Notification(told) =
                editor.connection.receiver.recv_timeout(super::PATIENCE).unwrap()
                && told.method == "$/progress"
            {
                assert_eq!(told.params["token"], "token");
                seen.push(told.params["value"]["kind"].clone());
            }
        }
        assert_eq!(seen, ["begin", "end"]);
        assert!(editor.answer(number).is_array());
    });
}

#[test]
fn systems_that_are_not_open_have_symbols_too() {
    let other =
        "system store\nenvironment test { account = \"111122223333\", region = \"eu-west-1\" }\nlet shelf = 1\n";
    Editor::over(&[("/shop/main.infra", SYSTEM), ("/shop/store/store.infra", other)], |editor| {
        editor.open(MAIN, SYSTEM);
        let found = editor.ask("workspace/symbol", json!({ "query": "" }));
        assert!(found.as_array().unwrap().iter().all(|symbol| symbol["name"] != "shelf"));
        let added = json!({ "event": { "added": [{ "uri": "file:///shop/store", "name": "store" }], "removed": [] } });
        editor.tell("workspace/didChangeWorkspaceFolders", added);
        let found = editor.ask("workspace/symbol", json!({ "query": "shel" }));
        assert_eq!(found[0]["location"]["uri"], "file:///shop/store/store.infra");
    });
}
