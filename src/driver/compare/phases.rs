//! The files of a plan in phases: for each environment its templates, phase by phase, and a script that carries them out.

use serde_json::{Value, json};

use crate::cfn::Node;
use crate::diff::{Difference, Stack, Update, UpdateKind};
use crate::emit::{Files, ScriptPhase, ScriptTemplate, ScriptUpdate, hash, phased_script, pretty};

/// A side: its stacks, and the files of its builds.
type Side<'a> = (&'a [Stack], &'a [Files]);

/// Everything that is written for a plan in phases.
pub(super) fn files(difference: &Difference, old: Side<'_>, new: Side<'_>) -> Files {
    let phases = &difference.phases;
    let mut files = Files::new();
    if phases.usual || phases.impossible.is_some() {
        return files;
    }
    let mut folders: Vec<&str> = new.0.iter().chain(old.0).map(|stack| stack.folder.as_str()).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        Folder { folder, difference, old, new }.write(&mut files);
    }
    files
}

/// One environment's part.
struct Folder<'a> {
    folder: &'a str,
    difference: &'a Difference,
    old: Side<'a>,
    new: Side<'a>,
}

/// An update that is written: for each stack that it concerns the file's path below the folder, and its contents.
struct Written<'a> {
    update: &'a Update,
    templates: Vec<Template>,
}

/// The template of a stack in a phase.
struct Template {
    stack: String,
    region: String,
    file: String,
    bytes: Vec<u8>,
}

impl<'a> Folder<'a> {
    fn write(&self, files: &mut Files) {
        let phases: Vec<(usize, &crate::diff::Phase, Vec<Written<'a>>)> = self
            .difference
            .phases
            .phases
            .iter()
            .enumerate()
            .map(|(at, phase)| {
                (at + 1, phase, phase.updates.iter().filter_map(|it| self.written(at + 1, it)).collect())
            })
            .collect();
        if phases.iter().all(|(_, _, updates)| updates.is_empty()) {
            return;
        }
        let prefix = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        for it in phases.iter().flat_map(|(_, _, updates)| updates).flat_map(|it| &it.templates) {
            files.insert(format!("{prefix}{}", it.file), it.bytes.clone());
        }
        let documents: Vec<Value> = phases
            .iter()
            .map(|(at, phase, updates)| {
                let updates: Vec<Value> = updates.iter().map(|it| document(it)).collect();
                json!({ "phase": at, "id": phase.id, "why": phase.why, "updates": updates })
            })
            .collect();
        let document = json!({ "format": 1, "phases": documents });
        files.insert(format!("{prefix}phases.json"), pretty(&document));
        let plans = (plan(self.old.1, &prefix), plan(self.new.1, &prefix));
        let (Some(old), Some(new)) = (plans.0.or(plans.1.clone()), plans.1) else { return };
        files.insert(format!("{prefix}deploy.sh"), phased_script(&old, &new, &script(&phases)).into_bytes());
        // What the script uploads lies beside it.
        let assets = format!("{prefix}assets/");
        for (path, bytes) in self.new.1.iter().flatten().filter(|(path, _)| path.starts_with(&assets)) {
            files.insert(path.clone(), bytes.clone());
        }
    }

    fn written(&self, phase: usize, update: &'a Update) -> Option<Written<'a>> {
        let of = |side: Side<'a>, name: &str| side.0.iter().find(|it| it.name == name && it.folder == self.folder);
        let stack = of(self.new, &update.stack).or(of(self.old, &update.stack))?;
        let region = stack.place.rsplit('/').next().unwrap_or_default();
        let template = |name: &str, document: &Node| {
            // A template of its own has a file's name already.
            let short = name.rsplit('/').next().unwrap_or(name).split('.').next().unwrap_or(name);
            let file = format!("phase-{phase}/{short}.template.json");
            Template { stack: name.to_owned(), region: region.to_owned(), file, bytes: pretty(&document.to_json()) }
        };
        let templates = match &update.kind {
            UpdateKind::Final => vec![template(&stack.name, &stack.document)],
            UpdateKind::Passing(document) => vec![template(&stack.name, document)],
            UpdateKind::Delete => Vec::new(),
            UpdateKind::Refactor(it) => it.stacks.iter().map(|(name, document)| template(name, document)).collect(),
        };
        Some(Written { update, templates })
    }
}

fn document(written: &Written<'_>) -> Value {
    let update = written.update;
    let mut entry = json!({ "stack": update.stack });
    let template = |it: &Template| json!({ "file": it.file, "sha256": hash(&it.bytes), "bytes": it.bytes.len() });
    if let Some(entry) = entry.as_object_mut() {
        match &update.kind {
            UpdateKind::Final | UpdateKind::Passing(_) => {
                entry.insert("do".into(), "deploy".into());
                entry.insert("template".into(), written.templates.first().map(template).unwrap_or_default());
                entry.insert("passing".into(), matches!(update.kind, UpdateKind::Passing(_)).into());
            }
            UpdateKind::Delete => {
                entry.insert("do".into(), "delete".into());
            }
            UpdateKind::Refactor(refactoring) => {
                let stacks = written.templates.iter().map(|it| json!({ "stack": it.stack, "template": template(it) }));
                let moves = refactoring.moves.iter().map(|it| json!({ "id": it.id, "from": it.from, "to": it.to }));
                entry.insert("do".into(), "refactor".into());
                entry.insert("stacks".into(), stacks.collect());
                entry.insert("moves".into(), moves.collect());
                entry.insert("creates".into(), refactoring.creates.into());
            }
        }
        entry.insert("because".into(), json!(update.because));
        entry.insert("no_way_back".into(), update.loses.into());
    }
    entry
}

/// The plan of a folder.
fn plan(builds: &[Files], prefix: &str) -> Option<Value> {
    let bytes = builds.iter().find_map(|files| files.get(&format!("{prefix}plan.json")))?;
    serde_json::from_slice(bytes).ok()
}

fn script(phases: &[(usize, &crate::diff::Phase, Vec<Written<'_>>)]) -> Vec<ScriptPhase> {
    let later = |after: usize, stack: &str| -> Vec<String> {
        let later = phases.iter().filter(|(at, _, _)| *at > after).flat_map(|(_, _, updates)| updates);
        later.flat_map(|it| &it.templates).filter(|it| it.stack == stack).map(|it| hash(&it.bytes)).collect()
    };
    let template = |it: &Template| ScriptTemplate {
        stack: it.stack.clone(),
        file: it.file.clone(),
        bytes: it.bytes.len(),
        hash: hash(&it.bytes),
    };
    phases
        .iter()
        .map(|(at, phase, updates)| ScriptPhase {
            title: format!("{}: {}", phase.id, phase.why),
            updates: updates
                .iter()
                .map(|it| match (&it.update.kind, it.templates.first()) {
                    (UpdateKind::Refactor(refactoring), Some(first)) => ScriptUpdate::Refactor {
                        region: first.region.clone(),
                        templates: it.templates.iter().map(template).collect(),
                        moves: refactoring
                            .moves
                            .iter()
                            .map(|it| [it.id.clone(), it.from.clone(), it.to.clone()])
                            .collect(),
                        creates: refactoring.creates,
                    },
                    (UpdateKind::Final | UpdateKind::Passing(_), Some(first)) => {
                        ScriptUpdate::Deploy { template: template(first), later: later(*at, &it.update.stack) }
                    }
                    (UpdateKind::Delete | UpdateKind::Final | UpdateKind::Passing(_) | UpdateKind::Refactor(_), _) => {
                        ScriptUpdate::Delete { stack: it.update.stack.clone() }
                    }
                })
                .collect(),
        })
        .collect()
}
