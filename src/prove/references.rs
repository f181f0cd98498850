//! Every reference leads somewhere: within a template, and from stack to stack in the order of deployment.

use serde_json::Value;

use crate::diag::Diagnostic;
use crate::eval::model::ExternalSource;
use crate::prove::read::{Emitted, Template};
use crate::prove::text;
use crate::prove::{failed, functions};

/// References without a target, imports without exactly one exporter that is deployed before.
pub(super) fn prove(emitted: &Emitted<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut exports: Vec<(String, &Template<'_>)> = Vec::new();
    for template in &emitted.templates {
        for (_, output) in template.outputs() {
            if let Some(name) = output.get("Export").and_then(|export| export.get("Name")) {
                exports.push((text::emitted(emitted, template, name), template));
            }
        }
    }
    for template in &emitted.templates {
        let mut check = Check { emitted, exports: &exports, template, found: &mut found, pointer: String::new() };
        check.value(&template.json);
        for (id, resource) in template.resources() {
            let depends = resource.get("DependsOn");
            let several = depends.and_then(Value::as_array).into_iter().flatten();
            for target in depends.filter(|value| value.is_string()).into_iter().chain(several) {
                check.pointer = format!("/Resources/{id}/DependsOn");
                check.resource(target.as_str().unwrap_or_default());
            }
        }
    }
    found
}

struct Check<'a, 'b> {
    emitted: &'a Emitted<'b>,
    exports: &'a [(String, &'a Template<'b>)],
    template: &'a Template<'b>,
    found: &'a mut Vec<Diagnostic>,
    pointer: String,
}

impl Check<'_, '_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, item) in map {
                    match key.as_str() {
                        "Ref" if map.len() == 1 => self.name(item.as_str().unwrap_or_default()),
                        "Fn::GetAtt" => self.resource(functions::attribute(item).0),
                        "Fn::Sub" => self.sub(item),
                        "Fn::ImportValue" => self.import(item),
                        _ => {}
                    }
                    let length = self.pointer.len();
                    self.pointer.push('/');
                    self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.value(item);
                    self.pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let length = self.pointer.len();
                    self.pointer.push('/');
                    self.pointer.push_str(&index.to_string());
                    self.value(item);
                    self.pointer.truncate(length);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn fail(&mut self, what: String) {
        let span = self.emitted.model.origins.user_span(self.template.stack.origin);
        let witness = format!("{}#{}", self.template.file, self.pointer);
        self.found.push(failed(span, what, witness));
    }

    fn resource(&mut self, target: &str) {
        if !self.template.has("Resources", target) {
            self.fail(format!("the template refers to a resource `{target}` that it does not have"));
        }
    }

    fn name(&mut self, target: &str) {
        if !target.starts_with("AWS::") && !self.template.has("Parameters", target) {
            self.resource(target);
        }
    }

    fn sub(&mut self, value: &Value) {
        let (pattern, own) = functions::sub(value);
        for hole in functions::holes(pattern).filter(|hole| own.is_none_or(|own| !own.contains_key(*hole))) {
            match hole.split_once('.') {
                Some((resource, _)) => self.resource(resource),
                None => self.name(hole),
            }
        }
    }

    fn import(&mut self, name: &Value) {
        let name = text::emitted(self.emitted, self.template, name);
        let producers: Vec<_> =
            self.exports.iter().filter(|(export, _)| *export == name).map(|(_, from)| *from).collect();
        match producers.as_slice() {
            [] if self.is_external(&name) => {}
            [] => self.fail(format!("the template imports `{}`, which nobody exports", text::shown(&name))),
            [producer] => {
                let at = |template: &Template<'_>| self.emitted.position.get(&template.stack.physical_name).copied();
                if at(producer).is_none() || at(producer) >= at(self.template) {
                    let (one, two) = (&producer.stack.physical_name, &self.template.stack.physical_name);
                    self.fail(format!(
                        "`{one}` is not deployed before `{two}`, which imports `{}`",
                        text::shown(&name)
                    ));
                }
            }
            [one, two, ..] => {
                let (one, two) = (&one.stack.physical_name, &two.stack.physical_name);
                self.fail(format!("`{}` is exported by both `{one}` and `{two}`", text::shown(&name)));
            }
        }
    }

    fn is_external(&self, name: &str) -> bool {
        let outputs = self.emitted.model.externals.iter().flat_map(|external| external.outputs.values());
        outputs.into_iter().any(|output| match &output.source {
            ExternalSource::Export(text) => text::matches(self.emitted.model, text, name),
            ExternalSource::Parameter | ExternalSource::Ssm(_) | ExternalSource::Name(_) => false,
        })
    }
}
