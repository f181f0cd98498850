//! Permissions as the model declares them: by grants, denials and statements, and in documents that stand in properties as written.

use crate::base::{Span, Symbol};
use crate::eval::model::{ConditionValue, Effect, Model, Resource, ResourceId, Statement, Who};
use crate::eval::origin::Origin;
use crate::eval::value::{Hole, Node, NodeKind, Principal, Template as Text};
use crate::prove::facts;
use crate::syntax::ast::{ConditionOperator, Side};

/// One action on one resource for one principal.
pub(super) struct Permission {
    pub(super) effect: Effect,
    pub(super) who: Named,
    pub(super) action: Text,
    /// `None` in a trust policy.
    pub(super) resource: Option<Text>,
    pub(super) conditions: Vec<Condition>,
    /// The resource whose policy may hold it.
    pub(super) target: Option<ResourceId>,
    /// Whether it must be in the policies of both.
    pub(super) both: bool,
    pub(super) span: Span,
}

/// Who.
#[derive(Clone)]
pub(super) enum Named {
    Role(ResourceId),
    Principal(Principal),
    /// `AWS`, `Service` …, and a text.
    Written(String, Text),
    /// Whoever the policy is attached to.
    Holder,
}

/// A condition.
pub(super) struct Condition {
    pub(super) operator: Operator,
    pub(super) key: Symbol,
    pub(super) values: Vec<Text>,
}

/// How it compares.
#[derive(Clone)]
pub(super) enum Operator {
    Said(ConditionOperator),
    Written(Symbol),
}

/// All of them.
pub(super) fn permissions(model: &Model) -> Vec<Permission> {
    let mut found = Vec::new();
    for statement in &model.statements {
        said(model, statement, &mut found);
    }
    for (id, resource) in model.resource_ids().zip(&model.resources) {
        let mut walk = Written { model, resource, id, found: &mut found };
        let holders = walk.holders();
        walk.node(&resource.properties, &holders, resource.origin);
    }
    found
}

fn said(model: &Model, statement: &Statement, found: &mut Vec<Permission>) {
    let who = match &statement.who {
        Who::Role(id) => Named::Role(*id),
        Who::Other(principal) => Named::Principal(principal.clone()),
    };
    for permission in &statement.permissions {
        let at = if permission.origin == Origin::INHERITED { statement.origin } else { permission.origin };
        let everything = [Text::literal("*")];
        let resources = if permission.resources.is_empty() { everything.as_slice() } else { &permission.resources };
        for action in &permission.actions {
            for resource in resources {
                let conditions = permission.conditions.iter().map(|condition| {
                    // A boolean is denied by comparing with its opposite.
                    let negated = condition.operator == ConditionOperator::NotEqual;
                    let is_bool = condition.values.iter().all(|value| matches!(value, ConditionValue::Bool(_)));
                    let operator = if negated && is_bool { ConditionOperator::Equal } else { condition.operator };
                    let values = condition.values.iter().map(|value| match value {
                        ConditionValue::Text(text) => text.clone(),
                        ConditionValue::Bool(value) => Text::literal(&(*value != negated).to_string()),
                        ConditionValue::Int(number) => Text::literal(&number.to_string()),
                    });
                    Condition { operator: Operator::Said(operator), key: condition.key, values: values.collect() }
                });
                found.push(Permission {
                    effect: statement.effect,
                    who: who.clone(),
                    action: Text::literal(action.as_str()),
                    resource: Some(resource.clone()),
                    conditions: conditions.collect(),
                    target: statement.target,
                    both: statement.side == Side::Both,
                    span: model.origins.user_span(at),
                });
            }
        }
    }
}

struct Written<'a> {
    model: &'a Model,
    resource: &'a Resource,
    id: ResourceId,
    found: &'a mut Vec<Permission>,
}

impl Written<'_> {
    fn holders(&self) -> Vec<Named> {
        let ty = self.resource.ty.as_str();
        let role = |node: &Node| match &node.kind {
            NodeKind::Text(text) => match text.single_hole() {
                Some(Hole::Resource(id, _)) => Named::Role(id),
                Some(_) | None => Named::Holder,
            },
            _ => Named::Holder,
        };
        if ty == facts::ROLE {
            vec![Named::Role(self.id)]
        } else if facts::POLICIES.contains(&ty) {
            let roles: Vec<Named> = items(self.resource.properties.get("Roles")).into_iter().map(role).collect();
            if roles.is_empty() { vec![Named::Holder] } else { roles }
        } else if ty == facts::ROLE_POLICY {
            self.resource.properties.get("RoleName").map(role).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    fn node(&mut self, node: &Node, holders: &[Named], above: Origin) {
        let at = if node.origin == Origin::INHERITED { above } else { node.origin };
        match &node.kind {
            NodeKind::Map(map) => {
                if let Some(statements) = node.get("Statement") {
                    for statement in items(Some(statements)) {
                        self.statement(statement, holders, at);
                    }
                    return;
                }
                for (key, item) in map {
                    let holders = if *key == *facts::TRUST { &[] } else { holders };
                    self.node(item, holders, at);
                }
            }
            NodeKind::List(list) => list.iter().for_each(|item| self.node(item, holders, at)),
            NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
    }

    fn statement(&mut self, statement: &Node, holders: &[Named], above: Origin) {
        let at = if statement.origin == Origin::INHERITED { above } else { statement.origin };
        let is_deny = texts(statement.get("Effect")).iter().any(|text| text.known() == Some("Deny"));
        let mut who = holders.to_vec();
        match statement.get("Principal") {
            Some(Node { kind: NodeKind::Map(kinds), .. }) => {
                for (kind, values) in kinds {
                    who.extend(texts(Some(values)).into_iter().map(|text| Named::Written(kind.to_string(), text)));
                }
            }
            everyone => who.extend(texts(everyone).into_iter().map(|text| Named::Written(String::from("AWS"), text))),
        }
        let mut resources: Vec<Option<Text>> = texts(statement.get("Resource")).into_iter().map(Some).collect();
        if resources.is_empty() {
            resources.push(None);
        }
        for who in &who {
            for action in texts(statement.get("Action")) {
                for resource in &resources {
                    self.found.push(Permission {
                        effect: if is_deny { Effect::Deny } else { Effect::Allow },
                        who: who.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        conditions: conditions(statement.get("Condition")),
                        target: Some(self.id),
                        both: false,
                        span: self.model.origins.user_span(at),
                    });
                }
            }
        }
    }
}

fn conditions(node: Option<&Node>) -> Vec<Condition> {
    let mut found = Vec::new();
    let Some(Node { kind: NodeKind::Map(operators), .. }) = node else { return found };
    for (operator, keys) in operators {
        let NodeKind::Map(keys) = &keys.kind else { continue };
        for (key, values) in keys {
            found.push(Condition { operator: Operator::Written(*operator), key: *key, values: texts(Some(values)) });
        }
    }
    found
}

/// A list's items, or the one that stands for a list of itself.
pub(super) fn items(node: Option<&Node>) -> Vec<&Node> {
    match node {
        None => Vec::new(),
        Some(Node { kind: NodeKind::List(items), .. }) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

fn texts(node: Option<&Node>) -> Vec<Text> {
    let text = |node: &Node| match &node.kind {
        NodeKind::Text(text) => Some(text.clone()),
        NodeKind::Bool(value) => Some(Text::literal(&value.to_string())),
        NodeKind::Int(number) => Some(Text::literal(&number.to_string())),
        NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    };
    items(node).into_iter().filter_map(text).collect()
}
