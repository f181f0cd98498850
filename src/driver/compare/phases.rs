//! The files of a plan in phases: for each environment its templates, phase by phase, and a script that carries them out.

use serde_json::{Value, json};

use crate::diff::{Difference, Stack, Update, UpdateKind};
use crate::emit::{Files, ScriptPhase, ScriptUpdate, hash, phased_script, pretty};

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

/// An update that is written: the file's path below the folder, and its contents.
struct Written<'a> {
    update: &'a Update,
    template: Option<(String, Vec<u8>)>,
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
        for (file, bytes) in phases.iter().flat_map(|(_, _, updates)| updates).filter_map(|it| it.template.as_ref()) {
            files.insert(format!("{prefix}{file}"), bytes.clone());
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
        let of = |side: Side<'a>| side.0.iter().find(|it| it.name == update.stack && it.folder == self.folder);
        let stack = of(self.new).or(of(self.old))?;
        // A template of its own has a file's name already.
        let file = stack.name.rsplit('/').next().unwrap_or(&stack.name).split('.').next().unwrap_or(&stack.name);
        let named = format!("phase-{phase}/{file}.template.json");
        let template = match &update.kind {
            UpdateKind::Final => Some((named, pretty(&stack.document.to_json()))),
            UpdateKind::Passing(document) => Some((named, pretty(&document.to_json()))),
            UpdateKind::Delete => None,
        };
        Some(Written { update, template })
    }
}

fn document(written: &Written<'_>) -> Value {
    let update = written.update;
    let mut entry = json!({ "stack": update.stack });
    if let Some(entry) = entry.as_object_mut() {
        match &written.template {
            Some((file, bytes)) => {
                entry.insert("do".into(), "deploy".into());
                entry.insert("template".into(), json!({ "file": file, "sha256": hash(bytes), "bytes": bytes.len() }));
                entry.insert("passing".into(), matches!(update.kind, UpdateKind::Passing(_)).into());
            }
            None => {
                entry.insert("do".into(), "delete".into());
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
        later.filter(|it| it.update.stack == stack).filter_map(|it| Some(hash(&it.template.as_ref()?.1))).collect()
    };
    phases
        .iter()
        .map(|(at, phase, updates)| ScriptPhase {
            title: format!("{}: {}", phase.id, phase.why),
            updates: updates
                .iter()
                .map(|it| match &it.template {
                    Some((file, bytes)) => ScriptUpdate::Deploy {
                        stack: it.update.stack.clone(),
                        file: file.clone(),
                        bytes: bytes.len(),
                        hash: hash(bytes),
                        later: later(*at, &it.update.stack),
                    },
                    None => ScriptUpdate::Delete { stack: it.update.stack.clone() },
                })
                .collect(),
        })
        .collect()
}
