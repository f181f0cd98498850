#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::*;
use crate::base::{FileId, Span};
use crate::derive::template::{Json, Tree};
use crate::diag::codes;
use crate::eval::origin::Origin;
use crate::order::sample::{Sample, at, shop};

/// Files named by their numbers, 100 bytes to a line.
struct Names;

impl SourceNames for Names {
    fn locate(&self, span: Span) -> Option<Location> {
        if span.file == FileId::NONE {
            return None;
        }
        let folder = if span.file.is_stdlib() { "stdlib/" } else { "" };
        let file = format!("{folder}f{}.infra", span.file.0 % FileId::STDLIB);
        Some(Location { file, line: span.lo as usize / 100, column: span.lo as usize % 100 + 1 })
    }
}

fn built(samples: Vec<Sample>) -> (Files, Vec<Diagnostic>) {
    let builds: Vec<_> = samples
        .into_iter()
        .map(|sample| {
            let (plan, diagnostics) = order::order(&sample.model, &sample.derived);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            (sample.model, sample.derived, plan)
        })
        .collect();
    emit(&builds, &Names, &BTreeMap::new())
}

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).unwrap()
}

fn json(files: &Files, path: &str) -> Value {
    serde_json::from_slice(&files[path]).unwrap()
}

#[test]
fn each_environment_and_each_account_has_its_folder() {
    let (files, diagnostics) = built(vec![shop("dev"), shop("prod")]);
    assert!(diagnostics.is_empty());
    let common = ["deploy.sh", "manifest.json", "plan.json", "provenance.json"];
    let mut expected: Vec<String> = vec![String::from("account-123456789012-us-east-1/shop-security.template.json")];
    expected.extend(common.map(|file| format!("account-123456789012-us-east-1/{file}")));
    for environment in ["dev", "prod"] {
        expected.extend(common.map(|file| format!("{environment}/{file}")));
        let stacks = ["network", "storage", "data", "app"];
        expected.extend(stacks.map(|stack| format!("{environment}/shop-{environment}-{stack}.template.json")));
    }
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(built(vec![shop("dev"), shop("prod")]).0, files);
}

#[test]
fn a_template_reads_in_a_sensible_order() {
    let (files, _) = built(vec![shop("dev")]);
    insta::assert_snapshot!(text(&files, "dev/shop-dev-data.template.json"));
}

#[test]
fn the_plan_says_everything_with_its_reasons() {
    let (files, _) = built(vec![shop("dev")]);
    // The hash covers the catalog's date, which changes with the catalog.
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("sha256:[0-9a-f]{64}", "sha256:…");
    settings.add_filter(r#""catalog": "[0-9-]+""#, r#""catalog": "…""#);
    settings.bind(|| insta::assert_snapshot!(text(&files, "dev/plan.json")));
}

#[test]
fn the_plans_hash_is_that_of_the_plan_without_it() {
    let (files, _) = built(vec![shop("dev")]);
    let mut plan = json(&files, "dev/plan.json");
    let hash = plan["plan_hash"].as_str().unwrap().to_owned();
    plan["plan_hash"] = Value::from("");
    assert_eq!(hash, format!("sha256:{}", plan_json::hex(plan.to_string().as_bytes())));
    let stack = &plan["stacks"]["shop-dev-data"]["template"];
    assert_eq!(stack["sha256"], plan_json::hex(&files["dev/shop-dev-data.template.json"]));
    assert_eq!(stack["bytes"], files["dev/shop-dev-data.template.json"].len());
}

#[test]
fn an_assembly_passes_over_manual_steps_and_says_what_it_lacks() {
    let (files, _) = built(vec![shop("dev")]);
    insta::assert_snapshot!(text(&files, "dev/manifest.json"));
}

#[test]
fn every_leaf_has_a_cause() {
    let (files, _) = built(vec![shop("dev"), shop("prod")]);
    for folder in ["dev", "prod", "account-123456789012-us-east-1"] {
        let provenance = json(&files, &format!("{folder}/provenance.json"));
        let prefix = format!("{folder}/");
        for path in files.keys().filter(|path| path.starts_with(&prefix) && path.ends_with(".template.json")) {
            let name = path.strip_prefix(&prefix).unwrap();
            let mut leaves = Vec::new();
            leaves_of(&json(&files, path), &mut format!("{name}#"), &mut leaves);
            assert!(leaves.len() >= 3);
            for leaf in leaves {
                let entry = nearest(&provenance["entries"], &leaf);
                assert!(entry["line"].as_u64().unwrap() > 0, "{leaf}");
                assert!(!entry["reason"].as_str().unwrap().is_empty(), "{leaf}");
                assert!(provenance["files"].as_array().unwrap().contains(&entry["file"]), "{leaf}");
            }
        }
    }
    let provenance = json(&files, "dev/provenance.json");
    let own = "shop-dev-data.template.json#/Resources/Db/Properties/DeletionProtection";
    assert_eq!(nearest(&provenance["entries"], own)["file"], "f2.infra");
    let inherited = "shop-dev-data.template.json#/Resources/Db/Properties/Engine";
    assert_eq!(nearest(&provenance["entries"], inherited)["file"], "f1.infra");
}

fn leaves_of(value: &Value, pointer: &mut String, leaves: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, item)| (json::token(key), item)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => {
            leaves.push(pointer.clone());
            return;
        }
    };
    for (key, item) in children {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key);
        leaves_of(item, pointer, leaves);
        pointer.truncate(length);
    }
}

fn nearest<'a>(entries: &'a Value, pointer: &str) -> &'a Value {
    let mut at = pointer;
    loop {
        if let Some(entry) = entries.get(at) {
            return entry;
        }
        at = &at[..at.rfind('/').unwrap()];
    }
}

#[test]
fn a_cause_in_the_library_names_the_users_place_and_the_librarys() {
    let mut sample = shop("dev");
    let user = sample.origin(3, 33);
    let library = Span::new(FileId(FileId::STDLIB + 4), 500, 501);
    let origin = sample.model.origins.add(library, "set by the component", user);
    let id = sample.model.resource_ids().next().unwrap();
    sample.emitted(id).properties.origin = origin;
    let (files, _) = built(vec![sample]);
    let provenance = json(&files, "dev/provenance.json");
    let entry = &provenance["entries"]["shop-dev-network.template.json#/Resources/Vpc/Properties"];
    assert_eq!(entry["file"], "f3.infra");
    assert_eq!(entry["line"], 33);
    assert_eq!(entry["reason"], "set by the component");
    assert_eq!(entry["library"], "stdlib/f4.infra:5:1");
}

#[test]
fn shared_stacks_must_be_the_same_in_each_environment() {
    let dev = shop("dev");
    let mut prod = shop("prod");
    let hub = prod.model.resource_ids().nth(1).unwrap();
    let origin = prod.origin(5, 55);
    prod.emitted(hub).properties = Tree::map([("Tags", Tree::text("prod").because(origin))]);
    let (files, diagnostics) = built(vec![dev, prod]);
    assert!(files.keys().all(|path| !path.starts_with("account-")));
    assert_eq!(diagnostics.len(), 1);
    let found = &diagnostics[0];
    assert_eq!(found.code, codes::PER_ACCOUNT_DIFFERS);
    assert!(
        found.message.ends_with("`dev` and `prod` make it differ at `/Resources/Hub/Properties`"),
        "{}",
        found.message
    );
    assert_eq!(found.labels[0].text, "`nothing` in `dev`, `{\"Tags\":\"prod\"}` in `prod`");
}

#[test]
fn the_place_of_a_difference_is_the_values_own() {
    let mut samples = vec![shop("dev"), shop("prod")];
    for (sample, line) in samples.iter_mut().zip([70, 71]) {
        let hub = sample.model.resource_ids().nth(1).unwrap();
        let origin = sample.origin(5, line);
        let value = Tree::new(Json::Int(i64::try_from(line).unwrap()), origin);
        sample.emitted(hub).properties = Tree::map([("a/b", value)]).because(Origin::INHERITED);
    }
    let (_, diagnostics) = built(samples);
    assert!(diagnostics[0].message.ends_with("at `/Resources/Hub/Properties/a~1b`"));
    let spans: Vec<Span> = diagnostics[0].labels.iter().map(|label| label.span).collect();
    assert_eq!(spans, [at(5, 70), at(5, 71), at(0, 20)]);
}

#[test]
fn the_plan_as_people_read_it() {
    let sample = shop("dev");
    let (plan, _) = order::order(&sample.model, &sample.derived);
    insta::assert_snapshot!(plan_text(&plan));
}

#[test]
fn the_plan_as_pictures() {
    let sample = shop("dev");
    let (plan, _) = order::order(&sample.model, &sample.derived);
    insta::assert_snapshot!("mermaid", mermaid(&plan));
    insta::assert_snapshot!("dot", dot(&plan));
}

#[test]
fn why_one_step_comes_before_another() {
    let sample = shop("dev");
    let (plan, _) = order::order(&sample.model, &sample.derived);
    let chain = order::why(&plan, "Network", "App").unwrap();
    insta::assert_snapshot!(why_text(&plan, &chain, &Names));
}

/// An `aws` that notes what it is asked, and knows a few stacks.
const AWS: &str = r#"
aws() {
  printf 'aws %s\n' "$*" >&2
  case "$*" in
    *get-caller-identity*) echo "${ACCOUNT:-123456789012}" ;;
    *OutputKey*) echo 'db, with a "comma"' ;;
    *Stacks*StackStatus*)
      case "$*" in
        *shop-dev-network*) echo UPDATE_COMPLETE ;;
        *) echo 'Stack with id x does not exist'; return 255 ;;
      esac ;;
    *change-set-create-complete*shop-dev-network*) return 255 ;;
    *StatusReason*) echo "The submitted information didn't contain changes. Submit different information to create a change set." ;;
  esac
}
bash() { printf 'bash %s\n' "$*" >&2; }
"#;

/// Runs a script with the `aws` above; standard output, then what it called.
fn run(script: &str, arguments: &str, before: &str) -> (bool, String, String) {
    let mut child = Command::new("bash")
        .args(["-s", "--"])
        .args(arguments.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = format!("{before}{AWS}{script}");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_script_deploys_in_order_and_finds_what_is_done() {
    let (files, _) = built(vec![shop("dev")]);
    let script = text(&files, "dev/deploy.sh");
    let (success, shown, called) = run(&script, "--yes --parameter Image=a=b", "");
    assert!(success, "{called}");
    assert!(shown.contains("[1/7] deploy:shop-dev-network\n    unchanged\n"), "{shown}");
    assert!(called.contains("bash ../account-123456789012-us-east-1/deploy.sh --yes --parameter Image=a=b"));
    let executed: Vec<&str> = called.lines().filter(|line| line.contains(" execute-change-set ")).collect();
    let stacks: Vec<&str> = executed.iter().map(|line| line.split(' ').nth(6).unwrap()).collect();
    assert_eq!(stacks, ["shop-dev-storage", "shop-dev-data", "shop-dev-app"]);
    assert!(called.contains(
        r#"--parameters [{"ParameterKey":"DataDbId","ParameterValue":"db, with a \"comma\""},{"ParameterKey":"Image","ParameterValue":"a=b"}] --tags [{"Key":"Project","Value":"Shop"}] --capabilities CAPABILITY_NAMED_IAM"#
    ));
}

#[test]
fn the_script_refuses_another_account_and_missing_answers() {
    let (files, _) = built(vec![shop("dev")]);
    let script = text(&files, "dev/deploy.sh");
    let (success, _, called) = run(&script, "--yes", "ACCOUNT=999999999999\n");
    assert!(!success && !called.contains("create-change-set"));
    assert!(called.contains("error: this plan is for account 123456789012, but the credentials are for 999999999999"));
    let (success, _, called) = run(&script, "--yes", "");
    assert!(!success && called.contains("shop-dev-app needs a value for Image"), "{called}");
}

#[test]
fn the_script_destroys_backwards() {
    let (files, _) = built(vec![shop("dev")]);
    // Defined later than the other `aws`, this one counts.
    let script = text(&files, "dev/deploy.sh").replace("set -euo pipefail\n", &format!("set -euo pipefail\n{EXISTS}"));
    let (success, shown, called) = run(&script, "--yes --destroy", "");
    assert!(success, "{called}");
    let deleted: Vec<&str> = called.lines().filter(|line| line.contains(" delete-stack ")).collect();
    let stacks: Vec<&str> = deleted.iter().map(|line| line.split(' ').nth(6).unwrap()).collect();
    assert_eq!(stacks, ["shop-dev-app", "shop-dev-data", "shop-dev-storage", "shop-dev-network"]);
    let unprotect = called.find("rds modify-db-instance --no-deletion-protection").unwrap();
    assert!(unprotect < called.find("delete-stack --stack-name shop-dev-data").unwrap());
    assert!(shown.contains("left behind: Table of shop-dev-app (DeletionPolicy RetainExceptOnCreate)"));
    assert!(shown.contains("not touched: shop-security"));
}

/// Every stack is there and every bucket is empty.
const EXISTS: &str = r#"
aws() {
  printf 'aws %s\n' "$*" >&2
  case "$*" in
    *get-caller-identity*) echo 123456789012 ;;
    *StackStatus*) echo CREATE_COMPLETE ;;
    *PhysicalResourceId*) echo physical ;;
    *list-object-versions*) echo 0 ;;
  esac
}
"#;

#[test]
fn any_text_is_one_word_of_the_shell() {
    let nasty = "a'b\"c$d`e\\f\n!*;&|\u{1F600}";
    let (success, shown, _) = run(&format!("printf '%s' {}", script::quote(nasty)), "", "");
    assert!(success);
    assert_eq!(shown, nasty);
}
