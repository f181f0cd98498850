//! Statements of every kind in one form: what grants and hand-written statements mean, and what documents say.

use crate::base::Span;
use crate::check::access::texts;
use crate::check::{facts, items};
use crate::derive;
use crate::eval::model::{
    ConditionValue, Effect, Model, Permission, Resource, ResourceId, ResourcePolicyForm, StackId, Statement, Who,
};
use crate::eval::origin::Origin;
use crate::eval::value::{Node, NodeKind, Principal};
use crate::syntax::ast::{ConditionOperator, Side};

/// What a policy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A principal.
    Identity,
    /// A role: whom it trusts.
    Trust,
    /// Another resource.
    Resource,
    /// A VPC endpoint.
    Endpoint,
}

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The text; what only a deployment knows is `⟨…⟩`.
    pub(super) text: String,
    pub(super) at: Span,
}

/// One key of a condition.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) operator: String,
    pub(super) key: Word,
    pub(super) values: Vec<Word>,
}

/// A principal: the kind, as policies call it, and the name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) kind: String,
    pub(super) name: Word,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) kind: Kind,
    pub(super) effect: Effect,
    /// The principal whose policy it is.
    pub(super) role: Option<ResourceId>,
    /// The resource whose policy it is.
    pub(super) about: Option<ResourceId>,
    pub(super) who: Vec<Named>,
    pub(super) actions: Vec<Word>,
    pub(super) resources: Vec<Word>,
    /// Whether it speaks of all actions, resources or principals but these.
    pub(super) but: [bool; 3],
    pub(super) conditions: Vec<Asked>,
    /// Its place in the user's files.
    pub(super) at: Span,
    /// Whether it stands in a document.
    pub(super) document: bool,
    /// Whether somebody answers for it: the library's verbs, or a reason that is written.
    pub(super) answered: bool,
}

impl Said {
    pub(super) fn allows(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Whether a condition speaks of a key.
    pub(super) fn asks(&self, key: &str) -> bool {
        self.conditions.iter().any(|asked| asked.key.text.eq_ignore_ascii_case(key))
    }

    /// Whether an action is named, with or without wildcards.
    pub(super) fn names(&self, action: &str) -> bool {
        !self.but[0] && self.actions.iter().any(|word| crate::check::iam::matches_action(&word.text, action))
    }
}

/// All statements of a model.
pub(super) fn all(model: &Model) -> Vec<Said> {
    let mut found = Vec::new();
    for statement in &model.statements {
        for permission in &statement.permissions {
            found.push(granted(model, statement, permission));
        }
    }
    for id in model.resource_ids() {
        let resource = model.resource(id);
        if let NodeKind::Map(properties) = &resource.properties.kind {
            for (property, node) in properties {
                let kind = kind_of(model, resource, property.as_str());
                documents(model, id, kind, node, resource.origin, &mut found);
            }
        }
    }
    found
}

fn granted(model: &Model, statement: &Statement, permission: &Permission) -> Said {
    let role = match &statement.who {
        Who::Role(role) => Some(*role),
        Who::Other(_) => None,
    };
    let home = statement.target.or(role).map_or(StackId(0), |id| model.resource(id).stack);
    let own = model.origins.user_span(permission.origin);
    let whole = model.origins.user_span(statement.origin);
    let at = if own.is_none() { whole } else { own };
    let word = |text: String, at: Span| Word { text, at };
    let resources: Vec<Word> =
        permission.resources.iter().map(|text| word(texts::written(model, text, home), at)).collect();
    let conditions = permission.conditions.iter().map(|condition| {
        let there = model.origins.user_span(condition.origin);
        let there = if there.is_none() { at } else { there };
        let negated = condition.operator == ConditionOperator::NotEqual;
        let value = |value: &ConditionValue| match value {
            ConditionValue::Text(text) => texts::written(model, text, home),
            ConditionValue::Bool(value) => (*value != negated).to_string(),
            ConditionValue::Int(number) => number.to_string(),
        };
        Asked {
            operator: derive::asks(condition, statement.effect).operator,
            key: word(condition.key.to_string(), there),
            values: condition.values.iter().map(|known| word(value(known), there)).collect(),
        }
    });
    let has_form = |target: &ResourceId| model.resource_policies.contains_key(&model.resource(*target).ty);
    let target = statement.target.filter(has_form);
    let identity = role.is_some() && (statement.side != Side::Resource || target.is_none());
    let who = match &statement.who {
        Who::Role(role) => ("AWS", texts::arn(model, *role)),
        Who::Other(Principal::Everyone) => ("*", String::from("*")),
        Who::Other(Principal::Account) => ("AWS", model.environment.account.clone()),
        Who::Other(Principal::Service(name)) => ("Service", texts::written(model, name, home)),
        Who::Other(Principal::Federated(name)) => ("Federated", texts::written(model, name, home)),
        Who::Other(Principal::Arn(name)) => ("AWS", texts::written(model, name, home)),
    };
    Said {
        kind: if identity { Kind::Identity } else { Kind::Resource },
        effect: statement.effect,
        role,
        about: if identity { None } else { target },
        who: vec![Named { kind: who.0.to_owned(), name: word(who.1, whole) }],
        actions: permission.actions.iter().map(|action| word(action.to_string(), at)).collect(),
        resources: if resources.is_empty() { vec![word(String::from("*"), at)] } else { resources },
        but: [false; 3],
        conditions: conditions.collect(),
        at: whole,
        document: false,
        answered: statement.because.is_some() || !permission.verb.as_str().contains(':'),
    }
}

/// Which kind of policy a property of a resource holds, if it holds one.
fn kind_of(model: &Model, resource: &Resource, property: &str) -> Kind {
    let ty = resource.ty.as_str();
    if ty == facts::ROLE && property == facts::TRUST {
        return Kind::Trust;
    }
    if ty == facts::ENDPOINT {
        return Kind::Endpoint;
    }
    let identity = |(own, held): &(&str, &str)| *own == ty && *held == property;
    if facts::IDENTITY_POLICIES.iter().any(identity) {
        return Kind::Identity;
    }
    let of_resource = model.resource_policies.values().any(|form| match form {
        ResourcePolicyForm::Resource { ty: own, document, .. } => own.as_str() == ty && document.as_str() == property,
        ResourcePolicyForm::Property(own) => {
            model.resource_policies.contains_key(&resource.ty) && own.as_str() == property
        }
    });
    // Other documents with a principal are of a resource, too; those without are of whoever uses them.
    if of_resource { Kind::Resource } else { Kind::Identity }
}

fn documents(model: &Model, id: ResourceId, kind: Kind, node: &Node, above: Origin, found: &mut Vec<Said>) {
    let origin = if node.origin == Origin::INHERITED { above } else { node.origin };
    match &node.kind {
        NodeKind::Map(entries) => {
            let acts = node.get("Action").is_some() || node.get("NotAction").is_some();
            if node.get("Effect").is_some() && acts {
                found.push(in_document(model, id, kind, node, origin));
            } else {
                entries.values().for_each(|value| documents(model, id, kind, value, origin, found));
            }
        }
        NodeKind::List(list) => list.iter().for_each(|item| documents(model, id, kind, item, origin, found)),
        NodeKind::Json(inner) => documents(model, id, kind, inner, origin, found),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}

fn in_document(model: &Model, id: ResourceId, kind: Kind, node: &Node, origin: Origin) -> Said {
    let resource = model.resource(id);
    let place = |origin: Origin| model.origins.user_span(origin);
    let own = place(origin);
    let at = if own.is_none() { place(resource.origin) } else { own };
    let words = |node: Option<&Node>| -> Vec<Word> {
        let word = |item: &Node| {
            let there = place(item.origin);
            text(model, item, resource.stack).map(|text| Word { text, at: if there.is_none() { at } else { there } })
        };
        items(node).iter().filter_map(word).collect()
    };
    let pair = |one: &str, other: &str| match node.get(one) {
        Some(node) => (words(Some(node)), false),
        None => (words(node.get(other)), node.get(other).is_some()),
    };
    let (actions, but_actions) = pair("Action", "NotAction");
    let (resources, but_resources) = pair("Resource", "NotResource");
    let (principal, but_who) = match node.get("Principal") {
        Some(node) => (Some(node), false),
        None => (node.get("NotPrincipal"), node.get("NotPrincipal").is_some()),
    };
    let who = match principal.map(|node| (&node.kind, node)) {
        Some((NodeKind::Map(kinds), _)) => kinds
            .iter()
            .flat_map(|(kind, names)| words(Some(names)).into_iter().map(move |name| (kind.to_string(), name)))
            .map(|(kind, name)| Named { kind, name })
            .collect(),
        Some((_, node)) => words(Some(node)).into_iter().map(|name| Named { kind: String::from("*"), name }).collect(),
        None => Vec::new(),
    };
    let mut conditions = Vec::new();
    if let Some(NodeKind::Map(operators)) = node.get("Condition").map(|node| &node.kind) {
        for (operator, keys) in operators {
            let NodeKind::Map(keys) = &keys.kind else { continue };
            for (key, values) in keys {
                let there = place(values.origin);
                let there = if there.is_none() { at } else { there };
                conditions.push(Asked {
                    operator: operator.to_string(),
                    key: Word { text: key.to_string(), at: there },
                    values: words(Some(values)),
                });
            }
        }
    }
    let kind = if kind == Kind::Identity && principal.is_some() { Kind::Resource } else { kind };
    let denies = words(node.get("Effect")).iter().any(|word| word.text == "Deny");
    let of_role = resource.ty == *facts::ROLE && kind == Kind::Identity;
    Said {
        kind,
        effect: if denies { Effect::Deny } else { Effect::Allow },
        role: of_role.then_some(id),
        about: (kind != Kind::Identity).then_some(id),
        who,
        actions,
        resources,
        but: [but_actions, but_resources, but_who],
        conditions,
        at,
        document: true,
        answered: model.origins.span(origin).file.is_stdlib(),
    }
}

fn text(model: &Model, node: &Node, home: StackId) -> Option<String> {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Base64(text) => Some(texts::written(model, text, home)),
        NodeKind::Bool(value) => Some(value.to_string()),
        NodeKind::Int(number) => Some(number.to_string()),
        NodeKind::Error
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Zone(_) => None,
    }
}
