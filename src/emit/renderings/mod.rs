//! The plan for other engines: a workflow of GitHub Actions, a pipeline of AWS CodePipeline, stack sets. Each is made from the files of a build,
//! and each says what it cannot carry.

mod facts;
mod github;
mod pipeline;
mod stack_sets;

use serde_json::Value;

use crate::emit::script::word;
use crate::emit::{Files, json};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rendering {
    /// A workflow, a job for each step.
    GithubActions,
    /// A template with a pipeline, a stage for each wave.
    CodePipeline,
    /// A template with stack sets, for environments whose templates are the same.
    StackSets,
}

/// What is written for an engine.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The files, by their paths in the build's folder.
    pub files: Files,
    /// What they do not carry: a file and a sentence.
    pub lost: Vec<(String, String)>,
}

/// A folder of a build.
struct Folder<'b> {
    /// Its name.
    name: &'b str,
    plan: Value,
    files: &'b Files,
}

/// What is written beside a build for some engines.
pub fn renderings(files: &Files, wanted: &[Rendering]) -> Rendered {
    let mut rendered = Rendered::default();
    let folders: Vec<Folder<'_>> = files
        .iter()
        .filter_map(|(path, bytes)| {
            let name = path.strip_suffix("/plan.json")?;
            Some(Folder { name, plan: serde_json::from_slice(bytes).ok()?, files })
        })
        .collect();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    for wanted in wanted {
        match wanted {
            Rendering::GithubActions => folders.iter().for_each(|folder| github::render(folder, &mut rendered)),
            Rendering::CodePipeline => folders.iter().for_each(|folder| pipeline::render(folder, &mut rendered)),
            Rendering::StackSets => stack_sets::render(&folders, &mut rendered),
        }
    }
    rendered
}

impl Folder<'_> {
    fn file(&self, name: &str) -> Option<&Vec<u8>> {
        self.files.get(&format!("{}/{name}", self.name))
    }

    /// The environment, or the folder of what environments share.
    fn deployment(&self) -> &str {
        match word(&self.plan, "environment") {
            "" => self.name,
            environment => environment,
        }
    }

    fn confirms(&self) -> bool {
        self.plan.get("confirm").and_then(Value::as_bool).unwrap_or(false)
    }

    fn stack(&self, name: &str) -> &Value {
        self.plan.get("stacks").and_then(|stacks| stacks.get(name)).unwrap_or(&Value::Null)
    }
}

impl Rendered {
    fn put(&mut self, path: String, document: &Value) {
        self.files.insert(path, json::pretty(document));
    }

    fn loses(&mut self, file: &str, what: impl Into<String>) {
        let lost = (file.to_owned(), what.into());
        if !self.lost.contains(&lost) {
            self.lost.push(lost);
        }
    }
}

/// What a parameter's value comes from.
fn source(parameter: &Value) -> &str {
    parameter.get("from").map_or("", |from| word(from, "kind"))
}

fn is_secret(parameter: &Value) -> bool {
    parameter.get("secret").and_then(Value::as_bool).unwrap_or(false)
}

/// A region as part of a logical id.
fn regional(region: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    region.split('-').map(part).collect()
}

/// A name as a logical id.
fn logical(name: &str) -> String {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).map(regional).collect()
}
