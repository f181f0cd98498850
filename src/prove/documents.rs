//! Policy documents as emitted, taken apart into single permissions.

use serde_json::Value;

use crate::eval::model::{Effect, ResourceId};
use crate::prove::facts;
use crate::prove::read::{Emitted, Template, list, text};
use crate::prove::text::{emitted as flat, resource};

/// One action on one resource for one principal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Permission {
    pub(super) effect: Effect,
    /// Who.
    pub(super) who: Who,
    /// `service:Action`.
    pub(super) action: String,
    /// A flat text; `None` in a trust policy, which is about its role.
    pub(super) resource: Option<String>,
    /// Operator, key and values, all flat; sorted.
    pub(super) conditions: Vec<(String, String, Vec<String>)>,
    /// The resource whose own property the document is.
    pub(super) own: Option<ResourceId>,
    /// Template and JSON pointer of the statement.
    pub(super) at: String,
}

/// Who a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Who {
    /// The role that has the policy.
    Role(ResourceId),
    /// Who a resource's policy names: `AWS`, `Service` …, and a flat text.
    Named(String, String),
    /// Something that policies of principals can belong to besides: users, groups, resources of their own.
    Other(String),
}

/// All permissions of all policy documents in a template.
pub(super) fn permissions(all: &Emitted<'_>, template: &Template<'_>) -> Vec<Permission> {
    let mut found = Vec::new();
    for (id, value) in template.resources() {
        let Some(properties) = value.get("Properties") else { continue };
        let owner = all.resource(template, id);
        let ty = text(value, "Type").unwrap_or_default();
        let mut walk = Walk { all, template, owner, found: &mut found };
        let pointer = format!("/Resources/{id}/Properties");
        let holders = walk.holders(ty, properties, owner);
        walk.value(properties, &pointer, &holders);
    }
    found
}

struct Walk<'a, 'b> {
    all: &'a Emitted<'b>,
    template: &'a Template<'b>,
    owner: Option<ResourceId>,
    found: &'a mut Vec<Permission>,
}

impl Walk<'_, '_> {
    /// Whose policies a resource holds, if it is one that holds principals' policies.
    fn holders(&self, ty: &str, properties: &Value, owner: Option<ResourceId>) -> Vec<Who> {
        let role = |value: &Value| self.role(value);
        if ty == facts::ROLE {
            owner.map(Who::Role).into_iter().collect()
        } else if facts::POLICIES.contains(&ty) {
            let roles: Vec<Who> = list(properties, "Roles").map(role).collect();
            if roles.is_empty() { vec![Who::Other(String::from("whoever it is attached to"))] } else { roles }
        } else if ty == facts::ROLE_POLICY {
            properties.get("RoleName").map(role).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn role(&self, value: &Value) -> Who {
        let name = flat(self.all, self.template, value);
        let model = self.all.model;
        let by_name = || {
            model.resource_ids().find(|id| {
                let resource = model.resource(*id);
                let name_of = resource.name.as_ref().filter(|_| resource.ty == *facts::ROLE);
                name_of.is_some_and(|own| crate::prove::text::matches(model, &own.text, &name))
            })
        };
        resource(model, &name).or_else(by_name).map_or(Who::Other(name), Who::Role)
    }

    fn value(&mut self, value: &Value, pointer: &str, holders: &[Who]) {
        match value {
            Value::Object(map) => {
                if let Some(statements) = map.get("Statement") {
                    let several = statements.as_array().into_iter().flatten();
                    for (at, statement) in
                        statements.is_object().then_some(statements).into_iter().chain(several).enumerate()
                    {
                        self.statement(statement, &format!("{pointer}/Statement/{at}"), holders);
                    }
                    return;
                }
                for (key, item) in map {
                    let holders = if key == facts::TRUST { &[] } else { holders };
                    self.value(item, &format!("{pointer}/{key}"), holders);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &format!("{pointer}/{index}"), holders);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn flats(&self, value: Option<&Value>) -> Vec<String> {
        match value {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(|item| flat(self.all, self.template, item)).collect(),
            Some(one) => vec![flat(self.all, self.template, one)],
        }
    }

    fn statement(&mut self, statement: &Value, pointer: &str, holders: &[Who]) {
        let effect = if text(statement, "Effect") == Some("Deny") { Effect::Deny } else { Effect::Allow };
        let mut conditions = Vec::new();
        for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let mut values = self.flats(Some(values));
                values.sort();
                conditions.push((operator.clone(), key.clone(), values));
            }
        }
        conditions.sort();
        let mut who: Vec<Who> = holders.to_vec();
        match statement.get("Principal") {
            Some(Value::Object(kinds)) => {
                for (kind, values) in kinds {
                    who.extend(self.flats(Some(values)).into_iter().map(|value| Who::Named(kind.clone(), value)));
                }
            }
            Some(everyone) => {
                who.extend(self.flats(Some(everyone)).into_iter().map(|value| Who::Named(String::from("AWS"), value)));
            }
            None => {}
        }
        // Wholesale forms are never declared, so they match nothing and are reported as they stand.
        for (key, word) in
            [("NotAction", "everything but "), ("NotResource", "everywhere but "), ("NotPrincipal", "everyone but ")]
        {
            if let Some(value) = statement.get(key) {
                who = vec![Who::Other(format!("{word}{value}"))];
            }
        }
        let mut resources: Vec<Option<String>> = self.flats(statement.get("Resource")).into_iter().map(Some).collect();
        if resources.is_empty() {
            resources.push(None);
        }
        for who in &who {
            for action in self.flats(statement.get("Action")) {
                for resource in &resources {
                    self.found.push(Permission {
                        effect,
                        who: who.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        conditions: conditions.clone(),
                        own: self.owner,
                        at: format!("{}#{pointer}", self.template.file),
                    });
                }
            }
        }
    }
}
