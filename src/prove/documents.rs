//! Policy documents as emitted, taken apart into permissions.

use serde_json::Value;

use crate::base::Span;
use crate::check::iam::Operator;
use crate::eval::model::{Effect, ResourceId, ResourcePolicyForm};
use crate::prove::claims::{Channel, Claim, Party, Raw, Source};
use crate::prove::conditions::{Comparison, Condition};
use crate::prove::facts;
use crate::prove::letters::{Letters, Scribe};
use crate::prove::read::{Emitted, Template, text};

/// All permissions of all policy documents in a template.
pub(super) fn permissions(all: &Emitted<'_>, template: &Template<'_>, scribe: &mut Scribe<'_>) -> Vec<Claim> {
    let model = all.model;
    let mut found = Vec::new();
    for (id, value) in template.resources() {
        let Some(Value::Object(properties)) = value.get("Properties") else { continue };
        let owner = scribe.resource(template, id);
        let ty = text(value, "Type").unwrap_or_default();
        let span = owner.map_or(Span::NONE, |id| model.origins.user_span(model.resource(id).origin));
        let span = if span.is_none() { model.origins.user_span(template.stack.origin) } else { span };
        let mut walk = Walk { all, template, scribe, span, found: &mut found };
        let whole = walk.channels(ty, id, value, owner);
        for (property, value) in properties {
            let own = owner.filter(|_| {
                let form = model.resource_policies.get(&crate::base::Symbol::new(ty));
                let in_property = matches!(form, Some(ResourcePolicyForm::Property(own)) if *own == property.as_str());
                in_property || (ty == facts::ROLE && property == facts::TRUST)
            });
            let channels = own.map_or_else(|| whole.clone(), |own| vec![Channel::Resource(own)]);
            walk.value(value, &format!("/Resources/{id}/Properties/{property}"), &channels, own);
        }
    }
    found
}

struct Walk<'w, 'a> {
    all: &'w Emitted<'w>,
    template: &'w Template<'w>,
    scribe: &'w mut Scribe<'a>,
    span: Span,
    found: &'w mut Vec<Claim>,
}

impl Walk<'_, '_> {
    /// Which policies the documents of a resource are.
    fn channels(&mut self, ty: &str, id: &str, value: &Value, owner: Option<ResourceId>) -> Vec<Channel> {
        let properties = value.get("Properties");
        if ty == facts::ROLE
            && let Some(owner) = owner
        {
            return vec![Channel::Identity(owner)];
        }
        let property = if facts::POLICIES.contains(&ty) {
            Some("Roles")
        } else if ty == facts::ROLE_POLICY {
            Some("RoleName")
        } else {
            None
        };
        let mut channels = Vec::new();
        if let Some(property) = property {
            for role in self.letters(properties.and_then(|all| all.get(property))) {
                channels.extend(self.scribe.stands_for(&role, |ty| ty == facts::ROLE).map(Channel::Identity));
            }
        } else {
            let model = self.all.model;
            let forms = model.resource_policies.iter().filter_map(|(of, form)| match form {
                ResourcePolicyForm::Resource { ty: own, target, .. } if own.as_str() == ty => Some((*of, *target)),
                ResourcePolicyForm::Resource { .. } | ResourcePolicyForm::Property(_) => None,
            });
            for (of, target) in forms {
                for target in self.letters(properties.and_then(|all| all.get(target.as_str()))) {
                    channels.extend(self.scribe.stands_for(&target, |ty| of == *ty).map(Channel::Resource));
                }
            }
        }
        if channels.is_empty() {
            let name = owner.map_or_else(
                || format!("{}:{id}", self.template.stack.physical_name),
                |owner| self.all.model.resource(owner).path.clone(),
            );
            channels.push(Channel::Document(name));
        }
        channels
    }

    fn value(&mut self, value: &Value, pointer: &str, channels: &[Channel], about: Option<ResourceId>) {
        match value {
            Value::Object(map) => {
                if let Some(statements) = map.get("Statement") {
                    let several = statements.as_array().into_iter().flatten();
                    let single = statements.is_object().then_some(statements);
                    for (at, statement) in single.into_iter().chain(several).enumerate() {
                        self.statement(statement, &format!("{pointer}/Statement/{at}"), channels, about);
                    }
                    return;
                }
                for (key, item) in map {
                    self.value(item, &format!("{pointer}/{key}"), channels, about);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &format!("{pointer}/{index}"), channels, about);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn letters(&mut self, value: Option<&Value>) -> Vec<Letters> {
        match value {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(|item| self.scribe.emitted(self.template, item)).collect(),
            Some(one) => vec![self.scribe.emitted(self.template, one)],
        }
    }

    fn principals(&mut self, value: Option<&Value>) -> Vec<Party> {
        match value {
            Some(Value::Object(kinds)) => {
                let mut parties = Vec::new();
                for (kind, values) in kinds {
                    for letters in self.letters(Some(values)) {
                        parties.push(self.scribe.principal(kind, letters));
                    }
                }
                parties
            }
            Some(_) => vec![Party::Everyone],
            None => Vec::new(),
        }
    }

    fn statement(&mut self, statement: &Value, pointer: &str, channels: &[Channel], about: Option<ResourceId>) {
        let effect = if text(statement, "Effect") == Some("Deny") { Effect::Deny } else { Effect::Allow };
        let mut conditions = Vec::new();
        for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values = self.letters(Some(values));
                conditions.push(Condition::new(key, Comparison(Operator::parse(operator)), values));
            }
        }
        conditions.sort();
        let raw = Raw {
            effect,
            actions: self.letters(statement.get("Action")),
            resources: self.letters(statement.get("Resource")),
            excepted: [self.letters(statement.get("NotAction")), self.letters(statement.get("NotResource"))],
            parties: self.principals(statement.get("Principal")),
            others: self.principals(statement.get("NotPrincipal")),
            conditions,
            about,
            source: Source { span: self.span, at: format!("{}#{pointer}", self.template.file) },
        };
        for channel in channels {
            self.found.extend(raw.claims(channel, self.scribe));
        }
    }
}
