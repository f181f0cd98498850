//! The policies of a model: those of each role, and the one of each resource.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::base::Symbol;
use crate::check::access::names::Names;
use crate::check::access::{facts, texts};
use crate::check::iam::{self, Caller, Kind, Policies, Policy};
use crate::check::items;
use crate::derive;
use crate::eval::model::{
    Condition, ConditionValue, Effect, Model, Permission, ResourceId, ResourcePolicyForm, StackId, Statement, Who,
};
use crate::eval::origin::Origin;
use crate::eval::value::{Hole, Node, NodeKind, Principal};
use crate::syntax::ast::{ConditionOperator, Side};

/// A statement of a policy, with its cause.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The statement, as IAM reads it.
    pub statement: iam::Statement,
    /// The verb or the action that it was said with; none if it stands in a document.
    pub verb: Option<Symbol>,
    /// Whether a reason is written with it.
    pub because: bool,
    /// What made it.
    pub origin: Origin,
}

/// Who holds which policies.
pub struct Holdings<'m> {
    /// The model that they come from.
    pub model: &'m Model,
    /// What its resources are called.
    pub names: Names,
    roles: BTreeMap<ResourceId, Vec<Rule>>,
    resources: BTreeMap<ResourceId, Vec<Rule>>,
    boundaries: BTreeMap<ResourceId, Vec<Rule>>,
    /// Policies that AWS writes, by role: what they say is not known here.
    foreign: BTreeMap<ResourceId, Vec<String>>,
}

impl<'m> Holdings<'m> {
    /// The policies that a model makes.
    pub fn of(model: &'m Model) -> Holdings<'m> {
        let empty = BTreeMap::new;
        let (names, foreign) = (Names::of(model), BTreeMap::new());
        let mut holdings = Holdings { model, names, roles: empty(), resources: empty(), boundaries: empty(), foreign };
        for id in model.resource_ids() {
            if model.resource(id).ty == *facts::ROLE {
                holdings.roles.insert(id, Vec::new());
            }
        }
        for statement in &model.statements {
            for permission in &statement.permissions {
                holdings.said(statement, permission);
            }
        }
        for id in model.resource_ids() {
            holdings.documents(id);
        }
        holdings
    }

    /// All roles.
    pub fn roles(&self) -> impl Iterator<Item = ResourceId> + '_ {
        self.roles.keys().copied()
    }

    /// What stands in a role's own policies.
    pub fn of_role(&self, role: ResourceId) -> &[Rule] {
        self.roles.get(&role).map_or(&[], Vec::as_slice)
    }

    /// What stands in the policy of a resource; for a role, whom it trusts.
    pub fn of_resource(&self, id: ResourceId) -> &[Rule] {
        self.resources.get(&id).map_or(&[], Vec::as_slice)
    }

    /// All resources that have a policy; for a role, whom it trusts.
    pub fn resources(&self) -> impl Iterator<Item = ResourceId> + '_ {
        self.resources.keys().copied()
    }

    /// What a role's boundary leaves, if it has one that is known.
    pub fn boundary(&self, role: ResourceId) -> Option<&[Rule]> {
        self.boundaries.get(&role).map(Vec::as_slice)
    }

    /// The policies of AWS that a role has attached.
    pub fn foreign(&self, role: ResourceId) -> &[String] {
        self.foreign.get(&role).map_or(&[], Vec::as_slice)
    }

    /// A resource's ARN.
    pub fn arn(&self, id: ResourceId) -> String {
        texts::arn(self.model, id)
    }

    /// What a role is called: the instance that acts as it, if it is inside of that, or its own path.
    pub fn called(&self, role: ResourceId) -> &str {
        let own = self.names.path(role);
        let acting = self.model.statements.iter().filter_map(|statement| match (&statement.who, statement.actor) {
            (Who::Role(id), Some(actor)) if *id == role => Some(self.names.instance(actor)),
            (Who::Role(_) | Who::Other(_), Some(_) | None) => None,
        });
        let around = |name: &&str| own.strip_prefix(*name).is_some_and(|rest| rest.starts_with('.'));
        acting.filter(around).min_by_key(|name| name.len()).unwrap_or(own)
    }

    /// A role as it makes requests.
    pub fn caller(&self, role: ResourceId) -> Option<Caller> {
        let arn = self.arn(role);
        // What AWS names still has an account.
        Caller::parse(&arn).or_else(|| {
            let environment = &self.model.environment;
            let path = &self.model.resource(role).path;
            Caller::parse(&format!("arn:{}:iam::{}:role/⟨{path}⟩", environment.partition, environment.account))
        })
    }

    /// The policies that decide a request of a role, or of somebody else, on a resource.
    pub fn policies(&self, role: Option<ResourceId>, target: Option<ResourceId>) -> Policies {
        let policy = |rules: &[Rule]| Policy {
            variables: true,
            statements: rules.iter().map(|rule| rule.statement.clone()).collect(),
        };
        let identity = role.map(|role| policy(self.of_role(role))).into_iter().collect();
        let boundary = role.and_then(|role| self.boundary(role)).map(policy).into_iter().collect();
        let resource = target.and_then(|target| self.resources.get(&target)).map(|rules| policy(rules));
        Policies { identity, resource, boundary, ..Policies::default() }
    }

    /// One permission, in the policies where it stands.
    fn said(&mut self, statement: &Statement, permission: &Permission) {
        let model = self.model;
        let form = |target: &ResourceId| model.resource_policies.contains_key(&model.resource(*target).ty);
        let target = statement.target.filter(form).map(|own| derive::holder(model, permission, own));
        let role = match &statement.who {
            Who::Role(role) => Some(*role),
            Who::Other(_) => None,
        };
        let home = statement.target.or(role).map_or(StackId(0), |id| model.resource(id).stack);
        let mut value = Map::new();
        let effect = match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        value.insert(String::from("Effect"), Value::from(effect));
        value.insert(String::from("Action"), permission.actions.iter().map(|action| action.as_str()).collect());
        let mut resources: Vec<String> =
            permission.resources.iter().map(|resource| texts::written(model, resource, home)).collect();
        if resources.is_empty() {
            resources.push(String::from("*"));
        }
        value.insert(String::from("Resource"), resources.into());
        let mut conditions = Map::new();
        let asked_of = |held: &&Condition| derive::is_asked_of(held.key.as_str(), &statement.who);
        for condition in permission.conditions.iter().filter(asked_of) {
            let asks = derive::asks(condition, statement.effect);
            let mut add = |operator: String, values: Value| {
                let keys = conditions.entry(operator).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(keys) = keys {
                    keys.insert(condition.key.to_string(), values);
                }
            };
            if asks.present {
                add(String::from("Null"), Value::from("false"));
            }
            add(asks.operator, values_of(model, condition, home));
        }
        if !conditions.is_empty() {
            value.insert(String::from("Condition"), Value::Object(conditions));
        }
        let in_identity = role.filter(|_| statement.side != Side::Resource || target.is_none());
        if let Some(role) = in_identity {
            let mut rules =
                read(&Value::Object(value.clone()), Kind::Identity, statement.origin, Some(permission.verb));
            rules.iter_mut().for_each(|rule| rule.because = statement.because.is_some());
            self.roles.entry(role).or_default().extend(rules);
        }
        let elsewhere = statement.side != Side::Principal || role.is_none() || statement.effect == Effect::Deny;
        if let Some(target) = target.filter(|_| elsewhere) {
            value.insert(String::from("Principal"), self.principal(&statement.who, home));
            let rules = read(&Value::Object(value), Kind::Resource, statement.origin, Some(permission.verb));
            self.resources.entry(target).or_default().extend(rules);
        }
    }

    fn principal(&self, who: &Who, home: StackId) -> Value {
        let model = self.model;
        let one = |kind: &str, name: String| Value::Object(Map::from_iter([(kind.to_owned(), Value::from(name))]));
        match who {
            Who::Role(role) => one("AWS", self.arn(*role)),
            Who::Other(Principal::Everyone) => Value::from("*"),
            Who::Other(Principal::Account) => one("AWS", model.environment.account.clone()),
            Who::Other(Principal::Service(name)) => one("Service", texts::written(model, name, home)),
            Who::Other(Principal::Federated(name)) => one("Federated", texts::written(model, name, home)),
            Who::Other(Principal::Arn(name)) => one("AWS", texts::written(model, name, home)),
        }
    }

    /// The documents in a resource's properties, as written.
    fn documents(&mut self, id: ResourceId) {
        let model = self.model;
        let resource = model.resource(id);
        let ty = resource.ty.as_str();
        let properties = &resource.properties;
        if ty == facts::ROLE {
            let trust = self.read_in(properties.get(facts::TRUST), Kind::Resource, id);
            self.resources.entry(id).or_default().extend(trust);
            for policy in items(properties.get(facts::INLINE)) {
                let rules = self.read_in(policy.get(facts::DOCUMENT), Kind::Identity, id);
                self.roles.entry(id).or_default().extend(rules);
            }
            for attached in items(properties.get(facts::ATTACHED)) {
                match reference(attached).filter(|id| model.resource(*id).ty == *facts::MANAGED_POLICY) {
                    Some(policy) => {
                        let document = model.resource(policy).properties.get(facts::DOCUMENT);
                        let rules = self.read_in(document, Kind::Identity, policy);
                        self.roles.entry(id).or_default().extend(rules);
                    }
                    None => {
                        let name = text(model, attached, resource.stack);
                        self.foreign.entry(id).or_default().push(name);
                    }
                }
            }
            if let Some(boundary) = properties.get(facts::BOUNDARY).and_then(reference) {
                let document = model.resource(boundary).properties.get(facts::DOCUMENT);
                let rules = self.read_in(document, Kind::Boundary, boundary);
                self.boundaries.insert(id, rules);
            }
        } else if let Some((_, property)) = facts::POLICIES.iter().find(|(own, _)| *own == ty) {
            let rules = self.read_in(properties.get(facts::DOCUMENT), Kind::Identity, id);
            for role in items(properties.get(property)).iter().filter_map(reference) {
                self.roles.entry(role).or_default().extend(rules.iter().cloned());
            }
        } else if ty == facts::FUNCTION_PERMISSION {
            self.function_permission(id);
        } else if let Some(ResourcePolicyForm::Property(property)) = model.resource_policies.get(&resource.ty) {
            let rules = self.read_in(properties.get(property.as_str()), Kind::Resource, id);
            self.resources.entry(id).or_default().extend(rules);
        } else {
            let form = model.resource_policies.values().find_map(|form| match form {
                ResourcePolicyForm::Resource { ty: own, target, document, .. } if own.as_str() == ty => {
                    Some((*target, *document))
                }
                ResourcePolicyForm::Resource { .. } | ResourcePolicyForm::Property(_) => None,
            });
            let Some((target, document)) = form else { return };
            let rules = self.read_in(properties.get(document.as_str()), Kind::Resource, id);
            for target in items(properties.get(target.as_str())).iter().filter_map(reference) {
                self.resources.entry(target).or_default().extend(rules.iter().cloned());
            }
        }
    }

    /// A statement in the form that functions have for theirs.
    fn function_permission(&mut self, id: ResourceId) {
        let model = self.model;
        let resource = model.resource(id);
        let property = |name: &str| resource.properties.get(name).map(|node| text(model, node, resource.stack));
        let Some(function) = resource.properties.get("FunctionName").and_then(reference) else { return };
        let principal = property("Principal").unwrap_or_default();
        let kind = if principal.contains(".amazonaws.com") { "Service" } else { "AWS" };
        let mut value = Map::new();
        value.insert(String::from("Effect"), Value::from("Allow"));
        value.insert(String::from("Action"), Value::from(property("Action").unwrap_or_default()));
        value.insert(String::from("Resource"), Value::from(self.arn(function)));
        value.insert(String::from("Principal"), Value::Object(Map::from_iter([(kind.to_owned(), principal.into())])));
        let mut conditions = Map::new();
        for (property_name, operator, key) in [
            ("SourceArn", "ArnLike", "aws:SourceArn"),
            ("SourceAccount", "StringEquals", "aws:SourceAccount"),
            ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
            ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ] {
            let Some(own) = property(property_name) else { continue };
            let keys = conditions.entry(operator).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(keys) = keys {
                keys.insert(key.to_owned(), Value::from(own));
            }
        }
        if !conditions.is_empty() {
            value.insert(String::from("Condition"), Value::Object(conditions));
        }
        let rules = read(&Value::Object(value), Kind::Resource, resource.origin, None);
        self.resources.entry(function).or_default().extend(rules);
    }

    /// The statements of a document. What IAM would refuse is told by the checks of documents.
    fn read_in(&self, document: Option<&Node>, kind: Kind, owner: ResourceId) -> Vec<Rule> {
        let resource = self.model.resource(owner);
        let Some(document) = document else { return Vec::new() };
        let mut rules = Vec::new();
        for statement in items(document.get("Statement")) {
            let origin = if statement.origin == Origin::INHERITED { document.origin } else { statement.origin };
            let origin = if origin == Origin::INHERITED { resource.origin } else { origin };
            rules.extend(read(&json(self.model, statement, resource.stack), kind, origin, None));
        }
        rules
    }
}

/// A statement as IAM reads it.
fn read(statement: &Value, kind: Kind, origin: Origin, verb: Option<Symbol>) -> Vec<Rule> {
    let document = serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] });
    let policy = iam::parse(&document, kind, "");
    let statements = policy.map(|policy| policy.statements).unwrap_or_default();
    statements.into_iter().map(|statement| Rule { statement, verb, because: false, origin }).collect()
}

/// The resource that a value is a reference to.
fn reference(node: &Node) -> Option<ResourceId> {
    match &node.kind {
        NodeKind::Text(text) => match text.single_hole() {
            Some(Hole::Resource(id, _)) => Some(id),
            Some(_) | None => None,
        },
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}

fn text(model: &Model, node: &Node, home: StackId) -> String {
    match json(model, node, home) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A value as JSON, with what is not known shown.
pub(in crate::check) fn json(model: &Model, node: &Node, home: StackId) -> Value {
    match &node.kind {
        NodeKind::Bool(value) => Value::from(*value),
        NodeKind::Int(number) => Value::from(*number),
        NodeKind::Float(number) => Value::from(*number),
        NodeKind::Text(text) => Value::from(texts::written(model, text, home)),
        NodeKind::List(list) => list.iter().map(|item| json(model, item, home)).collect(),
        NodeKind::Map(map) => {
            Value::Object(map.iter().map(|(key, item)| (key.to_string(), json(model, item, home))).collect())
        }
        NodeKind::Json(inner) => json(model, inner, home),
        NodeKind::Base64(text) => Value::from(texts::written(model, text, home)),
        NodeKind::Zone(zone) => Value::from(*zone),
        NodeKind::Error => Value::Null,
    }
}

/// The values of a condition.
fn values_of(model: &Model, condition: &Condition, home: StackId) -> Value {
    let negated = condition.operator == ConditionOperator::NotEqual;
    let values = condition.values.iter().map(|value| match value {
        ConditionValue::Text(text) => Value::from(texts::written(model, text, home)),
        ConditionValue::Bool(value) => Value::from((*value != negated).to_string()),
        ConditionValue::Int(number) => Value::from(number.to_string()),
    });
    values.collect()
}
