//! The stacks of a build, on disk or made just now, and where their parts come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Reading;
use crate::base::{FileId, IndexMap, Span};
use crate::cfn::{Item, Node, Parameters};
use crate::diag::{Diagnostic, codes};
use crate::diff::Stack;
use crate::driver::{self, Built};
use crate::emit::Files;
use crate::world::{Kind, World, WorldError, find_systems};

/// The name of the file with the deploy order.
const PLAN: &str = "plan.json";

/// The files of a build below a folder, by their paths relative to it: of a whole build, or of one of its folders. Nothing if there is no build.
pub(super) fn files(world: &dyn World, folder: &Path) -> Result<Files, WorldError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(String::new(), folder.to_owned())];
    for entry in world.list(folder)? {
        if entry.kind == Kind::Folder
            && let Some(name) = entry.path.file_name()
        {
            folders.push((format!("{}/", name.to_string_lossy()), entry.path.clone()));
        }
    }
    for (prefix, folder) in folders {
        if !world.exists(&folder.join(PLAN)) {
            continue;
        }
        let mut inside = vec![(prefix, folder)];
        while let Some((prefix, folder)) = inside.pop() {
            for entry in world.list(&folder)? {
                let name = entry.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                match entry.kind {
                    Kind::File => {
                        found.insert(format!("{prefix}{name}"), world.read(&entry.path)?);
                    }
                    // Code and files that are uploaded lie in folders of their own; other builds do not.
                    Kind::Folder if !world.exists(&entry.path.join(PLAN)) => {
                        inside.push((format!("{prefix}{name}/"), entry.path));
                    }
                    Kind::Folder | Kind::Other => {}
                }
            }
        }
    }
    Ok(found)
}

impl Reading<'_> {
    /// Builds a system and reads what would be written.
    pub(super) fn system(&mut self, world: &dyn World, path: &Path) -> Result<Option<Vec<Stack>>, WorldError> {
        let found = find_systems(world, &[PathBuf::from(path)])?;
        let problems: Vec<Diagnostic> = found.problems.iter().map(driver::diagnostic_of).collect();
        if !problems.is_empty() {
            self.diagnostics.extend(problems);
            return Ok(None);
        }
        let mut all = Vec::new();
        for system in found.systems {
            let Built { checked, files, .. } = driver::build(world, &system, self.options)?;
            // What is not wrong was said when it was checked.
            let is_wrong = checked.has_errors();
            if is_wrong {
                self.others.push(checked);
            }
            let Some(files) = files else { return Ok(None) };
            let shown = system.root.to_string_lossy().into_owned();
            all.extend(self.build(&shown, &files).unwrap_or_default());
        }
        Ok(Some(all))
    }

    /// The stacks of a build.
    pub(super) fn build(&mut self, shown: &str, files: &Files) -> Option<Vec<Stack>> {
        self.builds.push(files.clone());
        let mut stacks = Vec::new();
        for (path, bytes) in files.iter().filter(|(path, _)| *path == PLAN || path.ends_with(&format!("/{PLAN}"))) {
            let folder = path.strip_suffix(PLAN).unwrap_or_default();
            let environment = folder.trim_end_matches('/');
            let asked = &self.options.environments;
            if !asked.is_empty() && !asked.iter().any(|name| name == environment) {
                continue;
            }
            let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
            let plan = json(bytes);
            let Some(entries) = plan.get("stacks").and_then(Value::as_object) else {
                let message = format!("`{shown}/{path}` is no plan of a build");
                self.diagnostics.push(Diagnostic::new(codes::MALFORMED_TEMPLATE, Span::NONE, message));
                return None;
            };
            let provenance = files.get(&format!("{folder}provenance.json")).map(|bytes| json(bytes));
            // In the order of deployment.
            let order: Vec<&str> =
                plan.get("order").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            let position = |name: &str| order.iter().position(|id| id.strip_prefix("deploy:") == Some(name));
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| position(name));
            for (name, entry) in entries {
                let file = text(entry, &["template", "file"]).unwrap_or_default();
                let Some(bytes) = files.get(&format!("{folder}{file}")) else {
                    let message = format!("`{shown}/{folder}{file}` is not there, but its plan names it");
                    self.diagnostics.push(Diagnostic::new(codes::MISSING_FILE, Span::NONE, message));
                    return None;
                };
                let (id, node) = self.text(format!("{shown}/{folder}{file}"), bytes)?;
                if let Some(provenance) = &provenance {
                    self.provenance.add(id, file, &node, provenance);
                }
                let place = ["account", "region"].map(|key| text(entry, &[key]).unwrap_or_default());
                let values = parameters(name, entry);
                let template = self.evaluated(node.clone(), &values)?;
                let mut stack = Stack::new(name.clone(), place.join("/"), node, values, template);
                stack.settings = settings(entry);
                stack.folder = environment.to_owned();
                text(entry, &["stack"]).unwrap_or_default().clone_into(&mut stack.source);
                let moved = plan.get("moved").and_then(Value::as_array).into_iter().flatten();
                stack.moved = moved
                    .filter(|it| text(it, &["stack"]) == Some(name))
                    .filter_map(|it| Some((text(it, &["id"])?.to_owned(), text(it, &["from"])?.to_owned())))
                    .collect();
                stacks.push(stack);
            }
        }
        Some(stacks)
    }
}

fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

/// What a plan knows of a stack's parameters, and of where it stands.
fn parameters(name: &str, entry: &Value) -> Parameters {
    let mut values = Parameters::default();
    let region = text(entry, &["region"]).unwrap_or_default();
    let (partition, suffix) = match region.split('-').next() {
        Some("cn") => ("aws-cn", "amazonaws.com.cn"),
        _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
        _ => ("aws", "amazonaws.com"),
    };
    let account = text(entry, &["account"]).unwrap_or_default();
    for (pseudo, value) in [
        ("AWS::AccountId", account),
        ("AWS::Region", region),
        ("AWS::StackName", name),
        ("AWS::Partition", partition),
        ("AWS::URLSuffix", suffix),
    ] {
        if !value.is_empty() {
            values.give(pseudo, value);
        }
    }
    for parameter in entry.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let of = |path: &[&str]| text(parameter, path);
        if let (Some(name), Some(stack), Some(output)) =
            (of(&["name"]), of(&["from", "stack"]), of(&["from", "output"]))
        {
            values.give_output(name, stack, output);
        }
    }
    values
}

/// What a deployment tells CloudFormation of a stack beside its template.
fn settings(entry: &Value) -> IndexMap<String, String> {
    let mut settings = IndexMap::default();
    for (name, shown) in [
        ("tags", "the stack's tags, which CloudFormation passes on to its resources"),
        ("termination_protection", "termination protection"),
        ("stack_policy", "the stack policy"),
        ("rollback", "rollback alarms"),
    ] {
        if let Some(value) = entry.get(name) {
            settings.insert(shown.to_owned(), value.to_string());
        }
    }
    settings
}

/// Where the parts of built templates come from.
#[derive(Debug, Default)]
pub(super) struct Provenance {
    /// By file, the places of its parts, each with where it comes from.
    files: BTreeMap<FileId, BTreeMap<(u32, u32), String>>,
}

impl Provenance {
    fn add(&mut self, id: FileId, file: &str, node: &Node, provenance: &Value) {
        let Some(entries) = provenance.get("entries") else { return };
        let mut places = BTreeMap::new();
        walk(node, &mut format!("{file}#"), "", entries, &mut places);
        self.files.insert(id, places);
    }

    /// Where what stands at a place comes from.
    pub(super) fn place(&self, span: Span) -> Option<String> {
        self.files.get(&span.file)?.get(&(span.lo, span.hi)).filter(|place| !place.is_empty()).cloned()
    }
}

fn walk(node: &Node, pointer: &mut String, above: &str, entries: &Value, places: &mut BTreeMap<(u32, u32), String>) {
    let own = entries.get(pointer.as_str()).and_then(|entry| {
        let file = entry.get("file")?.as_str()?;
        Some(format!("{file}:{}", entry.get("line")?.as_u64()?))
    });
    let own = own.unwrap_or_else(|| above.to_owned());
    places.insert((node.span.lo, node.span.hi), own.clone());
    let length = pointer.len();
    match &node.item {
        Item::Map(map) => {
            for (key, (span, inner)) in map {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                walk(inner, pointer, &own, entries, places);
                // A resource is named by the place of its logical id.
                if let Some(place) = places.get(&(inner.span.lo, inner.span.hi)).cloned() {
                    places.insert((span.lo, span.hi), place);
                }
                pointer.truncate(length);
            }
        }
        Item::List(items) => {
            for (at, inner) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&at.to_string());
                walk(inner, pointer, &own, entries, places);
                pointer.truncate(length);
            }
        }
        Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) => {}
    }
}
