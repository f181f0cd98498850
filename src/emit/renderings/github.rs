//! `workflow.yml`: a job for each step of the plan, each after those that it needs. A job takes its step with `deploy.sh`, so that all that the
//! script knows is done the same here.

use std::fmt::{self, Write as _};

use serde_json::Value;

use super::{Folder, Rendered, is_secret, source};
use crate::emit::script::{list, quote, word};

const FILE: &str = "workflow.yml";

pub(super) fn render(folder: &Folder<'_>, rendered: &mut Rendered) {
    let path = format!("{}/{FILE}", folder.name);
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, folder);
    rendered.files.insert(path.clone(), text.into_bytes());
    let environment = folder.deployment();
    if folder.confirms() {
        let lost = format!(
            "who is asked before a change: give the GitHub environment `{environment}` required reviewers; they do not see the change set"
        );
        rendered.loses(&path, lost);
    }
    let by_hand = list(&folder.plan, "steps").find(|step| is_by_hand(folder, step));
    if let Some(step) = by_hand {
        let lost = format!(
            "who says that `{}` is done: give the GitHub environment `{environment}-by-hand` required reviewers",
            word(step, "id")
        );
        rendered.loses(&path, lost);
    }
    for step in list(&folder.plan, "steps") {
        if word(step, "do") == "external" && !is_by_hand(folder, step) {
            rendered.loses(&path, format!("that `{}` is there: nothing waits for it", word(step, "id")));
        }
    }
    rendered.loses(&path, "updates in phases: `infrac diff --output` writes a script for them");
}

/// Whether somebody has to say that a step is done.
fn is_by_hand(folder: &Folder<'_>, step: &Value) -> bool {
    match word(step, "do") {
        "manual" => true,
        // What nothing comes before is a condition for everything.
        "external" => list(&folder.plan, "edges").any(|edge| word(edge, "after") == word(step, "id")),
        _ => false,
    }
}

fn write(text: &mut String, folder: &Folder<'_>) -> fmt::Result {
    let plan = &folder.plan;
    let environment = folder.deployment();
    let title = format!("Deploy {} to {environment}", word(plan, "system"));
    let group = format!("infrac-{}-{environment}", word(plan, "system"));
    let account = word(plan, "account");
    writeln!(
        text,
        "# The order of plan.json for GitHub Actions. Made by infrac; changes are lost with the next build."
    )?;
    writeln!(
        text,
        "# Put it into .github/workflows. In the repository's settings, or in those of the environment, it wants the variables"
    )?;
    writeln!(
        text,
        "#   INFRAC_BUILD             the folder of the build in the repository (`build`, if it is not set)"
    )?;
    writeln!(text, "#   INFRAC_ROLE_{account} the role that GitHub's tokens may assume in the account")?;
    writeln!(
        text,
        "#   INFRAC_S3_BUCKET         a bucket for code, files and large templates, if there are any; {{region}} stands for the region"
    )?;
    writeln!(text, "name: {}", yaml(&title))?;
    writeln!(
        text,
        "on:\n  workflow_dispatch:\n    inputs:\n      task:\n        type: choice\n        options: [deploy, destroy]\n        default: deploy"
    )?;
    writeln!(text, "permissions:\n  contents: read\n  id-token: write")?;
    writeln!(text, "concurrency:\n  group: {}\n  cancel-in-progress: false", yaml(&group))?;
    writeln!(text, "jobs:")?;
    for step in list(plan, "steps") {
        let id = word(step, "id");
        if is_by_hand(folder, step) {
            head(text, folder, step, &format!("{environment}-by-hand"), "deploy")?;
            let said = format!("echo {}", quote(&one_line(word(step, "text"))));
            writeln!(text, "    steps:\n      - name: It is done, says who approved\n        run: {}", yaml(&said))?;
        } else if word(step, "do") != "external" {
            head(text, folder, step, environment, "deploy")?;
            let values = given(folder, step);
            take(text, folder, &values, &format!("--step {}", quote(id)))?;
        }
    }
    writeln!(text, "  destroy:\n    if: inputs.task == 'destroy'\n    runs-on: ubuntu-latest")?;
    writeln!(text, "    environment: {}", yaml(environment))?;
    take(text, folder, &[], "--destroy")
}

fn head(text: &mut String, folder: &Folder<'_>, step: &Value, environment: &str, task: &str) -> fmt::Result {
    let id = word(step, "id");
    writeln!(text, "  {}:\n    name: {}\n    if: inputs.task == '{task}'", job(id), yaml(id))?;
    let needs = needs(folder, id);
    if !needs.is_empty() {
        writeln!(text, "    needs: [{}]", needs.join(", "))?;
    }
    writeln!(text, "    runs-on: ubuntu-latest\n    environment: {}", yaml(environment))
}

/// The steps of a job that calls the script.
fn take(text: &mut String, folder: &Folder<'_>, values: &[&Value], words: &str) -> fmt::Result {
    let (account, region) = (word(&folder.plan, "account"), word(&folder.plan, "region"));
    writeln!(text, "    steps:\n      - uses: actions/checkout@v5")?;
    writeln!(text, "      - uses: aws-actions/configure-aws-credentials@v5\n        with:")?;
    writeln!(text, "          role-to-assume: ${{{{ vars.INFRAC_ROLE_{account} }}}}\n          aws-region: {region}")?;
    writeln!(text, "      - working-directory: ${{{{ vars.INFRAC_BUILD || 'build' }}}}/{}", folder.name)?;
    writeln!(text, "        env:\n          INFRAC_S3_BUCKET: ${{{{ vars.INFRAC_S3_BUCKET }}}}")?;
    for value in values {
        let (name, from) = (word(value, "name"), if is_secret(value) { "secrets" } else { "vars" });
        writeln!(text, "          GIVEN_{name}: ${{{{ {from}.INFRAC_PARAMETER_{} }}}}", name.to_uppercase())?;
    }
    writeln!(text, "        run: |")?;
    for value in values {
        let name = word(value, "name");
        writeln!(
            text,
            "          if [ -n \"$GIVEN_{name}\" ]; then export INFRAC_PARAMETER_{name}=\"$GIVEN_{name}\"; fi"
        )?;
    }
    writeln!(text, "          bash deploy.sh --yes {words}")
}

/// The parameters to which whoever deploys gives a value.
fn given<'f>(folder: &'f Folder<'_>, step: &Value) -> Vec<&'f Value> {
    let parameters = list(folder.stack(word(step, "stack")), "parameters");
    parameters.filter(|parameter| source(parameter) == "deployer").collect()
}

/// The jobs that come right before a step's. What is only said is no job, and those before it take its place.
fn needs(folder: &Folder<'_>, id: &str) -> Vec<String> {
    let before = list(&folder.plan, "edges").filter(|edge| word(edge, "after") == id).map(|edge| word(edge, "before"));
    let is_job = |id: &str| {
        let step = list(&folder.plan, "steps").find(|step| word(step, "id") == id);
        step.is_some_and(|step| word(step, "do") != "external" || is_by_hand(folder, step))
    };
    before.filter(|id| is_job(id)).map(job).collect()
}

/// A step's id as a job's.
fn job(id: &str) -> String {
    id.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' }).collect()
}

fn one_line(text: &str) -> String {
    // In a workflow `${{` begins an expression, also within quotes.
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("${{", "$ {{")
}

/// A text in YAML: JSON's form of it.
fn yaml(text: &str) -> String {
    Value::from(text).to_string()
}
