//! Cases from AWS's documents: a request, the decision, and the rule that makes it so.
//!
//! Each file of `cases/` has a request that its cases change in parts.

use std::path::Path;

use infrac::check::iam::simulate;
use serde_json::Value;

#[test]
fn every_case_is_decided_as_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iam/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in cases["cases"].as_array().unwrap() {
            count += 1;
            let name = case["name"].as_str().unwrap();
            assert!(!case["rule"].as_str().unwrap().is_empty(), "{name} cites no rule");
            let mut request = cases["base"].clone();
            for (field, value) in case["request"].as_object().unwrap() {
                request[field] = value.clone();
            }
            let results = simulate(&request.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let result = &results[0]["EvaluationResults"][0];
            let decided_by = case.get("by").unwrap_or(&result["DecidedBy"]);
            if result["EvalDecision"] != case["expect"] || result["DecidedBy"] != *decided_by {
                let file = file.file_stem().unwrap().display();
                wrong.push(format!("{file}: {name}\n  expected {}, is {result}\n  {}", case["expect"], case["rule"]));
            }
        }
    }
    assert!(count >= 300, "{count} cases are left");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
