//! Small models for tests, written by hand.
#![expect(clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]
#![allow(clippy::new_without_default, reason = "tests")]

use std::sync::Arc;

use serde_json::Value as Js;

use crate::base::{FileId, IndexMap, Span, Symbol};
use crate::derive::template::{Derived, Tree};
use crate::derive::text::canonical;
use crate::eval::model::*;
use crate::eval::origin::Origin;
use crate::eval::spread::Spread;
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Piece, Pseudo, Template};
use crate::syntax::ast::{ConditionOperator, Side};

/// A model under construction. Every declaration gets a place of its own, ten bytes long.
pub struct Fixture {
    pub model: Model,
    next: usize,
}

impl Fixture {
    pub fn new() -> Fixture {
        let mut model = Model::empty(Symbol::new("hrapp"), Symbol::new("team01"));
        model.environment.account = "123456789012".into();
        model.environment.region = "us-east-1".into();
        Fixture { model, next: 0 }
    }

    /// A new place.
    pub fn span(&mut self) -> Span {
        self.next += 10;
        Span::new(FileId(0), self.next, self.next + 9)
    }

    pub fn origin(&mut self) -> Origin {
        let span = self.span();
        self.model.origins.add(span, "", Origin::INHERITED)
    }

    pub fn stack(&mut self, name: &str) -> StackId {
        let origin = self.origin();
        let id = StackId(self.model.stacks.len() as u32);
        self.model.stacks.push(Stack {
            name: Symbol::new(name),
            was: None,
            title: None,
            physical_name: format!("hrapp-team01-{}", name.to_lowercase()),
            name_spread: Spread::NONE,
            region: "us-east-1".into(),
            per_account: false,
            after: Vec::new(),
            tags: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
            origin,
        });
        id
    }

    /// A resource with properties in JSON, in which `{0.arn}` and `{account}` are gaps.
    pub fn resource(&mut self, stack: StackId, name: &str, ty: &str, properties: Js) -> ResourceId {
        let origin = self.origin();
        let id = ResourceId(self.model.resources.len() as u32);
        let instance = InstanceId(self.model.instances.len() as u32);
        let stack_name = self.model.stack(stack).name;
        self.model.instances.push(Instance {
            stack,
            parent: None,
            name: Symbol::new(name),
            key: None,
            ty: Symbol::new(ty),
            resource: Some(id),
            origin,
        });
        let properties = self.node(&properties);
        self.model.resources.push(Resource {
            stack,
            instance,
            ty: Symbol::new(ty),
            path: format!("{stack_name}.{name}"),
            logical_id: crate::derive::text::pascal(name),
            moved_from: None,
            id: name.replace('_', "-"),
            name: None,
            properties,
            tags: Vec::new(),
            on_delete: None,
            depends_on: Vec::new(),
            attributes: IndexMap::default(),
            unchecked: None,
            origin,
        });
        self.model.stacks[stack.index()].resources.push(id);
        id
    }

    /// Gives a resource a name by a property.
    pub fn named(&mut self, id: ResourceId, property: &str, text: &str) -> ResourceId {
        let origin = self.origin();
        let property = (!property.is_empty()).then(|| property.to_owned());
        self.model.resources[id.index()].name =
            Some(Name { text: template(text), origin, property, spread: Spread::NONE, excused: false });
        id
    }

    pub fn output(&mut self, stack: StackId, name: &str, value: &str) {
        let origin = self.origin();
        let value = Node::new(NodeKind::Text(template(value)), origin);
        self.model.stacks[stack.index()].outputs.push(Output {
            name: Symbol::new(name),
            value,
            description: None,
            export: None,
            origin,
        });
    }

    pub fn tag(&mut self, key: &str, value: &str) -> Tag {
        let origin = self.origin();
        Tag { key: Symbol::new(key), value: template(value), origin, spread: Spread::NONE }
    }

    /// `grant role VERB on target`.
    pub fn grant(
        &mut self,
        role: ResourceId,
        target: Option<ResourceId>,
        actions: &[&str],
        resources: &[&str],
    ) -> &mut Statement {
        self.statement(Effect::Allow, Who::Role(role), target, actions, resources)
    }

    pub fn statement(
        &mut self,
        effect: Effect,
        who: Who,
        target: Option<ResourceId>,
        actions: &[&str],
        resources: &[&str],
    ) -> &mut Statement {
        let origin = self.origin();
        self.model.statements.push(Statement {
            effect,
            who,
            actor: None,
            target,
            verbs: vec![Symbol::new("read")],
            permissions: vec![Permission {
                verb: Symbol::new("read"),
                actions: actions.iter().map(|action| Symbol::new(action)).collect(),
                resources: resources.iter().map(|resource| template(resource)).collect(),
                conditions: Vec::new(),
                origin,
            }],
            side: Side::Principal,
            because: None,
            within: None,
            origin,
        });
        self.model.statements.last_mut().expect("one was added")
    }

    pub fn connect(&mut self, text: &str, from: End, to: End, port: i64) {
        let origin = self.origin();
        self.model.connections.push(Connection {
            from,
            to,
            ports: vec![Ports { protocol: "tcp".into(), range: (port, port), origin }],
            stack: None,
            text: text.into(),
            origin,
        });
    }

    pub fn node(&mut self, value: &Js) -> Node {
        let origin = Origin::INHERITED;
        let kind = match value {
            Js::Null => unreachable!("templates have no null"),
            Js::Bool(value) => NodeKind::Bool(*value),
            Js::Number(number) => number.as_i64().map_or(NodeKind::Float(0.5), NodeKind::Int),
            Js::String(text) => NodeKind::Text(template(text)),
            Js::Array(items) => NodeKind::List(items.iter().map(|item| self.node(item)).collect()),
            Js::Object(entries) => match entries.iter().next() {
                Some((key, inner)) if key == "@json" => NodeKind::Json(Box::new(self.node(inner))),
                Some((key, Js::String(text))) if key == "@base64" => NodeKind::Base64(template(text)),
                _ => NodeKind::Map(entries.iter().map(|(key, item)| (Symbol::new(key), self.node(item))).collect()),
            },
        };
        Node::new(kind, origin)
    }
}

/// A condition.
pub fn when(key: &str, operator: ConditionOperator, value: ConditionValue) -> Condition {
    Condition { key: Symbol::new(key), operator, values: vec![value], origin: Origin::INHERITED }
}

/// Text in which `{0.arn}`, `{account}` are gaps and `${x}` passes through.
pub fn template(text: &str) -> Template {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let (inner, after) = tail.split_once('}').expect("braces are closed");
        let (literal, variable) = match before.strip_suffix('$') {
            Some(literal) => (literal, true),
            None => (before, false),
        };
        pieces.push(Piece::Literal(Arc::from(literal)));
        pieces.push(Piece::Hole(if variable { Hole::Variable(Symbol::new(inner)) } else { hole(inner) }));
        rest = after;
    }
    pieces.push(Piece::Literal(Arc::from(rest)));
    Template::from_pieces(pieces)
}

fn hole(inner: &str) -> Hole {
    match inner {
        "account" => Hole::Pseudo(Pseudo::Account),
        "region" => Hole::Pseudo(Pseudo::Region),
        "partition" => Hole::Pseudo(Pseudo::Partition),
        _ => match inner.split_once('.') {
            Some((id, attribute)) => {
                let attribute = match attribute {
                    "id" => Attribute::Id,
                    "name" => Attribute::Name,
                    "arn" => Attribute::Arn,
                    other => Attribute::Named(Symbol::new(other)),
                };
                Hole::Resource(ResourceId(id.parse().expect("a resource's number")), attribute)
            }
            None => Hole::Param(Symbol::new(inner)),
        },
    }
}

/// A tree as plain JSON.
pub fn js(tree: &Tree) -> Js {
    serde_json::from_str(&canonical(tree)).expect("what is written can be read")
}

/// A resource's properties as plain JSON.
pub fn properties(derived: &Derived, stack: StackId, id: &str) -> Js {
    let resource = derived.templates[stack.index()].resources.get(id);
    js(&resource.unwrap_or_else(|| panic!("there is no `{id}`: {:?}", ids(derived, stack))).properties)
}

/// The logical ids of a stack.
pub fn ids(derived: &Derived, stack: StackId) -> Vec<&str> {
    derived.templates[stack.index()].resources.keys().map(String::as_str).collect()
}
