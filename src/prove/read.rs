//! The emitted files, parsed again.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diag::Diagnostic;
use crate::eval::model::{Model, ResourceId, Stack, StackId};
use crate::prove::failed;

/// The templates of a model's stacks and the order of their deployment.
pub(super) struct Emitted<'a> {
    pub(super) model: &'a Model,
    pub(super) templates: Vec<Template<'a>>,
    /// Steps by stack: when it is deployed.
    pub(super) position: BTreeMap<String, usize>,
    /// Parameters that a plan fills with another stack's output: by stack and parameter, stack and output.
    filled: BTreeMap<(String, String), (String, String)>,
}

/// One template.
pub(super) struct Template<'a> {
    pub(super) id: StackId,
    pub(super) stack: &'a Stack,
    pub(super) file: String,
    pub(super) json: Value,
}

/// Parses every template of the model's stacks, and the plan.
pub(super) fn read<'a>(model: &'a Model, files: &BTreeMap<String, Vec<u8>>) -> (Emitted<'a>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut templates = Vec::new();
    let environment = &model.environment;
    for id in model.stack_ids() {
        let stack = model.stack(id);
        let folder = if stack.per_account {
            format!("account-{}-{}", environment.account, stack.region)
        } else {
            environment.name.to_string()
        };
        let file = format!("{folder}/{}.template.json", stack.physical_name);
        let span = model.origins.user_span(stack.origin);
        match parsed(files, &file) {
            Ok(json) => templates.push(Template { id, stack, file, json }),
            Err(why) => {
                found.push(failed(span, format!("the template of stack `{}` cannot be read back", stack.name), why))
            }
        }
    }
    let file = format!("{}/plan.json", environment.name);
    let plan = parsed(files, &file).unwrap_or_else(|why| {
        found.push(failed(environment.span, "the plan cannot be read back", why));
        Value::Null
    });
    let mut position = BTreeMap::new();
    for (at, step) in list(&plan, "order").enumerate() {
        if let Some(stack) = step.as_str().and_then(|id| id.strip_prefix("deploy:").or(id.strip_prefix("account:"))) {
            position.insert(stack.to_owned(), at);
        }
    }
    let mut filled = BTreeMap::new();
    for (stack, value) in plan.get("stacks").and_then(Value::as_object).into_iter().flatten() {
        for parameter in list(value, "parameters") {
            let from = |key: &str| parameter.get("from").and_then(|from| from.get(key)).and_then(Value::as_str);
            if let (Some(name), Some(producer), Some(output)) = (text(parameter, "name"), from("stack"), from("output"))
            {
                filled.insert((stack.clone(), name.to_owned()), (producer.to_owned(), output.to_owned()));
            }
        }
    }
    (Emitted { model, templates, position, filled }, found)
}

fn parsed(files: &BTreeMap<String, Vec<u8>>, file: &str) -> Result<Value, String> {
    let bytes = files.get(file).ok_or_else(|| format!("{file} is not there"))?;
    serde_json::from_slice(bytes).map_err(|error| format!("{file}: {error}"))
}

/// A text in an object.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The items of a list in an object.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

impl<'a> Template<'a> {
    /// The resources, by logical id.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.json.get("Resources").and_then(Value::as_object).into_iter().flatten()
    }

    /// The outputs, by logical id.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.json.get("Outputs").and_then(Value::as_object).into_iter().flatten()
    }

    /// Whether a section has an entry.
    pub(super) fn has(&self, section: &str, id: &str) -> bool {
        self.json.get(section).and_then(|section| section.get(id)).is_some()
    }
}

impl<'a> Emitted<'a> {
    /// The template of a stack's physical name.
    pub(super) fn called(&self, physical_name: &str) -> Option<&Template<'a>> {
        self.templates.iter().find(|template| template.stack.physical_name == physical_name)
    }

    /// The model's resource with a logical id.
    pub(super) fn resource(&self, template: &Template<'_>, logical_id: &str) -> Option<ResourceId> {
        let ids = &template.stack.resources;
        ids.iter().copied().find(|id| self.model.resource(*id).logical_id == logical_id)
    }

    /// Whose output fills a parameter, and which.
    pub(super) fn filled(&self, template: &Template<'_>, parameter: &str) -> Option<(&str, &str)> {
        let key = (template.stack.physical_name.clone(), parameter.to_owned());
        self.filled.get(&key).map(|(stack, output)| (stack.as_str(), output.as_str()))
    }
}
