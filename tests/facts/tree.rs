//! The emitted tree, read as a stranger would: the templates and plans of a build, cut into units.
//!
//! A unit is what a damage replaces and what a check is known to have read: one resource, one output, the rest of a
//! template, or a folder's plan. Every reading marks its unit, so that a damage runs again only the checks it can
//! reach.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

pub use crate::env::Env;
pub use crate::resource::{Res, tag_in};

/// What a check answers: nothing, or what is wrong.
pub type Check = Result<(), String>;

/// What a unit is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One resource of a template.
    Resource,
    /// One output of a template.
    Output,
    /// A template without its resources and outputs.
    Frame,
    /// A folder's `plan.json`.
    Plan,
}

/// The smallest part of the tree that is read or damaged as a whole.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The template, an index into [`Tree::stacks`]; for a plan the folder, an index into [`Tree::folders`].
    pub place: usize,
    /// What it is.
    pub kind: Kind,
    /// Logical id or output name; empty for the others.
    pub name: Arc<str>,
    /// Its JSON; none once it was removed.
    pub body: Option<Arc<Value>>,
    ty: Arc<str>,
    export: Option<Arc<str>>,
}

impl Unit {
    /// A resource's type; empty for the others.
    pub fn ty(&self) -> &str {
        &self.ty
    }

    fn new(place: usize, kind: Kind, name: &str, body: Option<Arc<Value>>, stack: &str) -> Unit {
        let field = |key: &str| body.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str).unwrap_or("");
        let ty = if kind == Kind::Resource { Arc::from(field("Type")) } else { Arc::from("") };
        let export = match (kind, &body) {
            (Kind::Output, Some(body)) => body.pointer("/Export/Name").and_then(|name| export_name(name, stack)),
            _ => None,
        };
        Unit { place, kind, name: Arc::from(name), body, ty, export }
    }
}

/// An export's name: plain text, or text with the stack's own name in it.
fn export_name(value: &Value, stack: &str) -> Option<Arc<str>> {
    let text = value.as_str().or_else(|| value.get("Fn::Sub").and_then(Value::as_str))?;
    Some(Arc::from(text.replace("${AWS::StackName}", stack)))
}

/// One template's place in the tree.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The physical name of the stack.
    pub name: String,
    /// The folder it lies in, an index into [`Tree::folders`].
    pub folder: usize,
}

/// Everything a build wrote that facts speak of.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Folder names: environments, and one for each account and region with stacks of its own.
    pub folders: Vec<String>,
    /// All templates.
    pub stacks: Vec<Stack>,
    /// All units.
    pub units: Vec<Unit>,
    read: Vec<Cell<bool>>,
}

impl Tree {
    /// Reads the tree that a build left in `dir`.
    pub fn load(dir: &Path) -> Tree {
        let mut tree = Tree { folders: Vec::new(), stacks: Vec::new(), units: Vec::new(), read: Vec::new() };
        for folder in sorted(dir).into_iter().filter(|path| path.is_dir()) {
            let place = tree.folders.len();
            tree.folders.push(file_name(&folder));
            for file in sorted(&folder) {
                let name = file_name(&file);
                if let Some(stack) = name.strip_suffix(".template.json") {
                    tree.add_template(place, stack, read_json(&file));
                } else if name == "plan.json" {
                    tree.units.push(Unit::new(place, Kind::Plan, "", Some(Arc::new(read_json(&file))), ""));
                }
            }
        }
        tree.read = vec![Cell::new(false); tree.units.len()];
        tree
    }

    fn add_template(&mut self, folder: usize, name: &str, mut template: Value) {
        let place = self.stacks.len();
        self.stacks.push(Stack { name: name.to_owned(), folder });
        let mut take = |key: &str| match template.as_object_mut().and_then(|map| map.remove(key)) {
            Some(Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        let (resources, outputs) = (take("Resources"), take("Outputs"));
        for (kind, parts) in [(Kind::Resource, resources), (Kind::Output, outputs)] {
            for (id, body) in parts {
                self.units.push(Unit::new(place, kind, &id, Some(Arc::new(body)), name));
            }
        }
        self.units.push(Unit::new(place, Kind::Frame, "", Some(Arc::new(template)), name));
    }

    /// Puts another body in a unit's place, and gives back the old unit for [`Tree::restore`].
    pub fn replace(&mut self, unit: usize, body: Option<Arc<Value>>) -> Unit {
        let old = self.units[unit].clone();
        let stack = if old.kind == Kind::Plan { "" } else { self.stacks[old.place].name.as_str() };
        let new = Unit::new(old.place, old.kind, &old.name, body, stack);
        self.units[unit] = new;
        old
    }

    /// Undoes a [`Tree::replace`].
    pub fn restore(&mut self, unit: usize, old: Unit) {
        self.units[unit] = old;
    }

    /// Runs a check and says which units it read.
    pub fn reads_of(&self, check: impl FnOnce(&Tree) -> Check) -> (Check, Vec<bool>) {
        self.read.iter().for_each(|cell| cell.set(false));
        let answer = check(self);
        (answer, self.read.iter().map(Cell::get).collect())
    }

    /// A unit's body, marked as read.
    pub fn body(&self, unit: usize) -> Option<&Value> {
        self.read[unit].set(true);
        self.units[unit].body.as_deref()
    }

    /// The template of this physical name.
    pub fn stack(&self, name: &str) -> Result<usize, String> {
        self.stacks
            .iter()
            .position(|stack| stack.name == name)
            .ok_or_else(|| format!("there is no template of stack `{name}`"))
    }

    /// The unit of this kind and name in a template or folder.
    pub fn unit(&self, place: usize, kind: Kind, name: &str) -> Option<usize> {
        self.units.iter().position(|unit| unit.place == place && unit.kind == kind && *unit.name == *name)
    }

    /// The unit of the output that exports `name`, as one environment in `folder` sees it.
    pub fn export(&self, folder: usize, name: &str) -> Option<usize> {
        let visible = |unit: &Unit| {
            let home = self.stacks[unit.place].folder;
            home == folder || self.folders[home].starts_with("account-")
        };
        let wanted = |unit: &Unit| unit.kind == Kind::Output && unit.export.as_deref() == Some(name) && visible(unit);
        self.units.iter().position(wanted)
    }

    /// All export names of a folder's templates.
    pub fn exports(&self, folder: usize) -> Vec<String> {
        let mut names = Vec::new();
        for (index, unit) in self.units.iter().enumerate() {
            if unit.kind == Kind::Output && self.stacks[unit.place].folder == folder {
                self.read[index].set(true);
                names.extend(unit.export.as_deref().map(str::to_owned));
            }
        }
        names
    }

    /// A resource's type, without counting as a reading of it.
    pub fn type_of(&self, unit: usize) -> &str {
        &self.units[unit].ty
    }

    /// The folder a unit lies in.
    pub fn folder_of(&self, unit: usize) -> &str {
        let unit = &self.units[unit];
        let folder = if unit.kind == Kind::Plan { unit.place } else { self.stacks[unit.place].folder };
        &self.folders[folder]
    }

    /// Where a unit stands, for messages.
    pub fn place_of(&self, unit: usize) -> String {
        let unit = &self.units[unit];
        match unit.kind {
            Kind::Plan => format!("{}/plan.json", self.folders[unit.place]),
            Kind::Frame => self.stacks[unit.place].name.clone(),
            Kind::Resource => format!("{}/Resources/{}", self.stacks[unit.place].name, unit.name),
            Kind::Output => format!("{}/Outputs/{}", self.stacks[unit.place].name, unit.name),
        }
    }
}

fn sorted(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A check in one line: the message is made only if it fails.
pub fn want(holds: bool, message: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(message()) }
}
