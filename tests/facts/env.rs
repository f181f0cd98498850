//! One environment of a system, as its facts see it.

use serde_json::Value;

use crate::meaning;
use crate::resource::Res;
use crate::system::{Environment, System};
use crate::tree::{Check, Kind, Tree, want};

/// One environment: its templates, those of its account, and its plan.
#[derive(Clone, Copy)]
pub struct Env<'t> {
    /// The tree it is part of.
    pub tree: &'t Tree,
    /// The system.
    pub system: &'static System,
    /// Which environment it is.
    pub at: &'static Environment,
}

impl<'t> Env<'t> {
    /// What a thing is called, by the end of its name.
    pub fn name(&self, rest: &str) -> String {
        (self.system.name_of)(self.at, rest)
    }

    /// The physical name of a stack.
    pub fn stack_name(&self, short: &str) -> String {
        (self.system.stack_name)(self.at, short)
    }

    /// The template of a stack.
    pub fn stack(&self, short: &str) -> Result<usize, String> {
        self.tree.stack(&self.stack_name(short))
    }

    /// All resources of a stack.
    pub fn resources(&self, short: &str) -> Result<Vec<Res<'t>>, String> {
        self.resources_where(short, |_| true)
    }

    /// All resources of one type in a stack.
    pub fn all(&self, short: &str, ty: &str) -> Result<Vec<Res<'t>>, String> {
        self.resources_where(short, |other| other == ty)
    }

    fn resources_where(&self, short: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Res<'t>>, String> {
        let (stack, tree) = (self.stack(short)?, self.tree);
        let units = tree.units.iter().enumerate();
        let here = units.filter(|(_, unit)| unit.place == stack && unit.kind == Kind::Resource && wanted(unit.ty()));
        Ok(here.filter(|(index, _)| tree.body(*index).is_some()).map(|(unit, _)| Res { env: *self, unit }).collect())
    }

    /// All resources of one type in all stacks that this environment has.
    pub fn everywhere(&self, ty: &str) -> Result<Vec<Res<'t>>, String> {
        let mut found = Vec::new();
        for stack in self.system.stacks.iter().filter(|stack| self.stack(stack).is_ok()) {
            found.extend(self.all(stack, ty)?);
        }
        Ok(found)
    }

    /// Exactly `count` resources of one type.
    pub fn exactly(&self, count: usize, short: &str, ty: &str) -> Result<Vec<Res<'t>>, String> {
        let found = self.all(short, ty)?;
        if found.len() == count { Ok(found) } else { Err(format!("{} {ty} in {short}, not {count}", found.len())) }
    }

    /// The only resource of one type.
    pub fn one(&self, short: &str, ty: &str) -> Result<Res<'t>, String> {
        Ok(self.exactly(1, short, ty)?[0])
    }

    /// The only resource of one type whose property has this value.
    pub fn with(&self, short: &str, ty: &str, path: &str, value: &str) -> Result<Res<'t>, String> {
        let all = self.all(short, ty)?;
        let found: Vec<_> = all.into_iter().filter(|res| res.get(path).as_str() == Some(value)).collect();
        match found[..] {
            [only] => Ok(only),
            _ => Err(format!("{} {ty} in {short} with {path} `{value}`", found.len())),
        }
    }

    /// The meaning of every output of a stack.
    pub fn outputs(&self, short: &str) -> Result<Vec<(String, Value)>, String> {
        let (stack, tree) = (self.stack(short)?, self.tree);
        let mut outputs = Vec::new();
        for (index, unit) in tree.units.iter().enumerate() {
            if unit.place == stack
                && unit.kind == Kind::Output
                && let Some(value) = tree.body(index).and_then(|body| body.get("Value"))
            {
                outputs.push((unit.name.to_string(), meaning::of(tree, stack, value)));
            }
        }
        Ok(outputs)
    }

    /// That one of a stack's outputs has this value.
    pub fn has_output(&self, short: &str, what: &str, value: &Value) -> Check {
        let outputs = self.outputs(short)?;
        want(outputs.iter().any(|(_, other)| meaning::same(other, value)), || {
            format!("no output of {short} is the {what}, {value}; there are {outputs:?}")
        })
    }

    /// A template without its resources and outputs.
    pub fn frame(&self, short: &str) -> Result<&'t Value, String> {
        let stack = self.stack(short)?;
        let unit = self.tree.unit(stack, Kind::Frame, "").ok_or("no template")?;
        self.tree.body(unit).ok_or_else(|| format!("no template {short}"))
    }

    /// This environment's plan.
    pub fn plan(&self) -> Result<&'t Value, String> {
        self.plan_of(self.at.folder)
    }

    /// The plan of a folder.
    pub fn plan_of(&self, folder: &str) -> Result<&'t Value, String> {
        let tree = self.tree;
        let place = tree.folders.iter().position(|name| name == folder).ok_or_else(|| format!("no folder {folder}"))?;
        let unit = tree.unit(place, Kind::Plan, "").ok_or_else(|| format!("no plan in {folder}"))?;
        tree.body(unit).ok_or_else(|| format!("no plan in {folder}"))
    }
}
