//! What a build writes: CloudFormation templates, the plan, a cloud assembly, a script, and where every leaf comes from.
//!
//! Everything is a function of its input, down to the byte. What the files mean is said in the reference; their quotas are checked before.

mod archive;
mod assembly;
mod diagrams;
mod facts;
mod json;
mod plan_json;
mod plan_text;
mod provenance;
mod renderings;
mod script;
mod shared;
mod source;
mod template;

use std::collections::{BTreeMap, BTreeSet};

pub use archive::uploaded;
pub use diagrams::{dot, mermaid};
pub use plan_text::{plan_text, why_text};
pub use renderings::{Rendered, Rendering, renderings};
pub use script::{ScriptPhase, ScriptTemplate, ScriptUpdate, phased_script};
pub use source::{Location, SourceNames};

use crate::derive::template::Derived;
use crate::diag::Diagnostic;
use crate::eval::model::{Model, StackId};
use crate::order::{self, Plan, StepKind};

/// A document as it is written: indented, with a line feed at its end.
pub fn pretty(document: &serde_json::Value) -> Vec<u8> {
    json::pretty(document)
}

/// The SHA-256 of a file, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    plan_json::hex(bytes)
}

/// Files by their path relative to the build's folder, with `/` between names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What is emitted of a stack.
pub(crate) struct Part<'a> {
    /// The stack's physical name.
    pub(crate) name: String,
    pub(crate) model: &'a Model,
    pub(crate) template: &'a crate::derive::template::Template,
    /// Its template as JSON.
    pub(crate) bytes: Vec<u8>,
    /// Its template's file name.
    pub(crate) file: String,
}

/// All files of a build: one folder for each environment, and one for each account and region with stacks that environments share.
///
/// The diagnostics are about shared stacks that differ between environments; there are no files for those.
///
/// `assets` holds what is uploaded, by name.
pub fn emit(
    builds: &[(Model, Derived, Plan)],
    sources: &dyn SourceNames,
    assets: &BTreeMap<String, Vec<u8>>,
) -> (Files, Vec<Diagnostic>) {
    let mut files = Files::new();
    let mut diagnostics = Vec::new();
    for (model, derived, plan) in builds {
        folder(plan, &[(model, derived)], sources, assets, &mut files);
    }
    for (account, region) in shared_places(builds) {
        let there = environments_of(builds, &account);
        let differences = shared::differences(&there, &region);
        let Some((plan, found)) = order::account(&there, &account, &region) else { continue };
        if differences.is_empty() {
            folder(&plan, &there, sources, assets, &mut files);
        }
        diagnostics.extend(differences);
        diagnostics.extend(found);
    }
    (files, diagnostics)
}

/// What environments that share stacks do not agree on, as [`emit`] would tell it.
pub fn disagreements(builds: &[(Model, Derived, Plan)]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (account, region) in shared_places(builds) {
        let there = environments_of(builds, &account);
        diagnostics.extend(shared::differences(&there, &region));
        diagnostics.extend(order::account(&there, &account, &region).into_iter().flat_map(|(_, found)| found));
    }
    diagnostics
}

fn environments_of<'b>(builds: &'b [(Model, Derived, Plan)], account: &str) -> Vec<(&'b Model, &'b Derived)> {
    let there = builds.iter().filter(|(model, _, _)| model.environment.account == account);
    there.map(|(model, derived, _)| (model, derived)).collect()
}

/// One environment's plan as `plan.json` holds it.
pub fn plan_json(model: &Model, derived: &Derived, plan: &Plan, sources: &dyn SourceNames) -> serde_json::Value {
    plan_json::plan_json(plan, &parts(plan, &[(model, derived)]), sources)
}

/// Accounts and regions in which environments share stacks.
fn shared_places(builds: &[(Model, Derived, Plan)]) -> BTreeSet<(String, String)> {
    let stacks = builds.iter().flat_map(|(model, _, _)| model.stacks.iter().map(move |stack| (model, stack)));
    stacks
        .filter(|(_, stack)| stack.per_account)
        .map(|(model, stack)| (model.environment.account.clone(), stack.region.clone()))
        .collect()
}

/// The templates of a plan, each from the first model that has it, in the plan's order of stacks.
fn parts<'a>(plan: &Plan, models: &[(&'a Model, &'a Derived)]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for name in plan.stacks.keys() {
        let found = models.iter().find_map(|(model, derived)| {
            let id = stack_called(model, name)?;
            Some((*model, derived.templates.iter().find(|template| template.stack == id)?))
        });
        let Some((model, template)) = found else { continue };
        let bytes = json::pretty(&json::value(&template::document(model, template)));
        parts.push(Part { name: name.clone(), model, template, bytes, file: format!("{name}.template.json") });
    }
    parts
}

fn stack_called(model: &Model, physical_name: &str) -> Option<StackId> {
    model.stack_ids().find(|id| model.stack(*id).physical_name == physical_name)
}

fn folder(
    plan: &Plan,
    models: &[(&Model, &Derived)],
    sources: &dyn SourceNames,
    assets: &BTreeMap<String, Vec<u8>>,
    files: &mut Files,
) {
    let folder = plan.folder();
    let parts = parts(plan, models);
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("{folder}/{name}"), bytes);
    let document = plan_json::plan_json(plan, &parts, sources);
    put("plan.json", json::pretty(&document));
    put("manifest.json", json::pretty(&assembly::manifest(plan, &parts)));
    put("deploy.sh", script::script(&document).into_bytes());
    put("provenance.json", provenance::provenance(&parts, sources));
    for (name, document) in assembly::asset_manifests(plan, &parts) {
        put(&name, json::pretty(&document));
    }
    for step in &plan.steps {
        let StepKind::Upload { files, .. } = &step.kind else { continue };
        for (file, _) in files {
            let name = file.rsplit('/').next().unwrap_or(file);
            if let Some(bytes) = assets.get(name) {
                put(file, bytes.clone());
            }
        }
    }
    for part in parts {
        put(&part.file, part.bytes);
    }
}

#[cfg(test)]
mod tests;
