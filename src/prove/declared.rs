//! Permissions as the model declares them: by grants, denials and statements, and in documents that stand in properties as written.

use crate::check::iam::Operator;
use crate::eval::model::{
    ConditionValue, Effect, Permission, Resource, ResourceId, ResourcePolicyForm, StackId, Statement, Who,
};
use crate::eval::origin::Origin;
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Principal, Template as Text};
use crate::prove::claims::{Channel, Claim, Form, Party, Raw, Source, everything, folded};
use crate::prove::conditions::{Comparison, Condition, present, said};
use crate::prove::facts;
use crate::prove::letters::{Letters, Scribe};
use crate::prove::read::Emitted;
use crate::syntax::ast::{ConditionOperator, Side};

/// A permission, and where it may stand.
pub(super) struct Declared {
    /// The same, once for each policy that may hold it.
    pub(super) claims: Vec<Claim>,
    /// Whether all of these policies must hold it, and not only one.
    pub(super) everywhere: bool,
}

/// All of them.
pub(super) fn permissions(all: &Emitted<'_>, scribe: &mut Scribe<'_>) -> Vec<Declared> {
    let model = all.model;
    let mut walk = Walk { all, scribe, found: Vec::new() };
    for statement in &model.statements {
        for permission in &statement.permissions {
            let declared = walk.said(statement, permission);
            walk.found.push(declared);
        }
    }
    for id in model.resource_ids() {
        walk.documents(id);
    }
    walk.found
}

struct Walk<'w, 'a> {
    all: &'w Emitted<'w>,
    scribe: &'w mut Scribe<'a>,
    found: Vec<Declared>,
}

impl Walk<'_, '_> {
    /// One permission of a statement. Where it may stand follows from its effect, its side, and who and what it is about.
    fn said(&mut self, statement: &Statement, permission: &Permission) -> Declared {
        let model = self.all.model;
        let has_policy = |id: &ResourceId| model.resource_policies.contains_key(&model.resource(*id).ty);
        // What a verb says of another resource than its target, such as a key, stands in that one's policy.
        let spoken_of = permission.resources.iter().map(|text| match text.single_hole() {
            Some(Hole::Resource(id, Attribute::Id | Attribute::Arn)) => Some(id),
            Some(_) | None => None,
        });
        let spoken_of: Option<Vec<ResourceId>> = spoken_of.collect();
        let other = match spoken_of.as_deref() {
            Some([first, rest @ ..]) if rest.iter().all(|id| id == first) => Some(*first),
            Some(_) | None => None,
        };
        let target = statement.target.filter(has_policy);
        let target = target.map(|own| other.filter(has_policy).unwrap_or(own));
        let role = match &statement.who {
            Who::Role(role) => Some(*role),
            Who::Other(_) => None,
        };
        // What a text of a grant calls `region` is that of what it is about.
        let home = statement.target.or(role).map_or(StackId(0), |id| model.resource(id).stack);
        let at = if permission.origin == Origin::INHERITED { statement.origin } else { permission.origin };
        let actions =
            permission.actions.iter().map(|action| folded(self.scribe.declared(&Text::literal(action.as_str()), home)));
        let actions = actions.collect();
        let mut resources: Vec<Letters> =
            permission.resources.iter().map(|resource| self.scribe.declared(resource, home)).collect();
        if resources.is_empty() {
            resources.push(everything());
        }
        // A service calls a key itself: it comes by way of no other.
        let by_itself = matches!(statement.who, Who::Other(Principal::Service(_)));
        let held = permission.conditions.iter().filter(|held| !by_itself || held.key != *facts::VIA_SERVICE);
        let of = held.flat_map(|condition| self.condition(condition, statement.effect, home));
        let conditions = of.collect();
        let claim = |channel: Channel, party: Party| Claim {
            effect: statement.effect,
            channel,
            party,
            actions,
            resources,
            conditions,
            form: Form::Named,
            source: Source { span: model.origins.user_span(at), at: String::new() },
        };
        let claim = claim(Channel::Document(String::new()), Party::Holder);
        let mut claims = Vec::new();
        if let Some(role) = role.filter(|_| statement.side != Side::Resource || target.is_none()) {
            claims.push(Claim { channel: Channel::Identity(role), ..claim.clone() });
        }
        let in_resource = statement.side != Side::Principal || role.is_none() || statement.effect == Effect::Deny;
        if let Some(target) = target.filter(|_| in_resource) {
            let party = self.party(&statement.who, home);
            let form = match (statement.effect, role, statement.side) {
                (Effect::Allow, Some(_), Side::Both) => Form::Both,
                (Effect::Allow, Some(_), Side::Principal | Side::Resource) => Form::Alone,
                (Effect::Allow | Effect::Deny, _, _) => Form::Named,
            };
            claims.push(Claim { channel: Channel::Resource(target), party, form, ..claim });
        }
        // A denial belongs to what it protects; within a role's policies it would only bind that role.
        let everywhere = statement.side == Side::Both;
        Declared { claims, everywhere }
    }

    fn party(&mut self, who: &Who, home: StackId) -> Party {
        let mut named = |kind: &str, text: &Text| Party::Named(kind.to_owned(), self.scribe.declared(text, home));
        match who {
            Who::Role(role) => Party::Named(String::from("AWS"), self.scribe.arn(*role)),
            Who::Other(Principal::Service(text)) => named("Service", text),
            Who::Other(Principal::Federated(text)) => named("Federated", text),
            Who::Other(Principal::Everyone) => Party::Everyone,
            Who::Other(Principal::Account) => Party::Account,
            Who::Other(Principal::Arn(text)) => {
                let letters = self.scribe.declared(text, home);
                self.scribe.principal("AWS", letters)
            }
        }
    }

    fn condition(
        &mut self,
        condition: &crate::eval::model::Condition,
        effect: Effect,
        home: StackId,
    ) -> Vec<Condition> {
        let is_bool = condition.values.iter().any(|value| matches!(value, ConditionValue::Bool(_)));
        let is_number = condition.values.iter().any(|value| matches!(value, ConditionValue::Int(_)));
        let negated = condition.operator == ConditionOperator::NotEqual;
        let values = condition.values.iter().map(|value| match value {
            ConditionValue::Text(text) => self.scribe.declared(text, home),
            // There is no operator for "not this boolean": the opposite is asked for.
            ConditionValue::Bool(value) => self.scribe.declared(&Text::literal(&(*value != negated).to_string()), home),
            ConditionValue::Int(number) => self.scribe.declared(&Text::literal(&number.to_string()), home),
        });
        let values = values.collect();
        let key = condition.key.as_str();
        let (comparison, there) = said(key, condition.operator, effect, (is_bool, is_number));
        let mut conditions = vec![Condition::new(key, comparison, values)];
        conditions.extend(there.then(|| present(key)));
        conditions
    }

    /// The documents in a resource's properties.
    fn documents(&mut self, id: ResourceId) {
        let model = self.all.model;
        let resource = model.resource(id);
        let whole = self.channels(id, resource);
        if let NodeKind::Map(properties) = &resource.properties.kind {
            for (property, value) in properties {
                let (channels, about) = if resource.ty == *facts::ROLE && *property == *facts::TRUST
                    || matches!(model.resource_policies.get(&resource.ty), Some(ResourcePolicyForm::Property(own)) if own == property)
                {
                    (vec![Channel::Resource(id)], Some(id))
                } else {
                    (whole.clone(), None)
                };
                self.node(value, id, &channels, about, resource.origin);
            }
        }
    }

    /// Which policies the documents of a resource are.
    fn channels(&mut self, id: ResourceId, resource: &Resource) -> Vec<Channel> {
        let model = self.all.model;
        let ty = resource.ty.as_str();
        let other = || vec![Channel::Document(resource.path.clone())];
        let named = |node: Option<&Node>| -> Vec<ResourceId> {
            texts(node)
                .iter()
                .filter_map(|text| match text.single_hole() {
                    Some(Hole::Resource(id, _)) => Some(id),
                    Some(_) | None => None,
                })
                .collect()
        };
        if ty == facts::ROLE {
            return vec![Channel::Identity(id)];
        }
        let property = if facts::POLICIES.contains(&ty) {
            Some("Roles")
        } else if ty == facts::ROLE_POLICY {
            Some("RoleName")
        } else {
            None
        };
        let channels: Vec<Channel> = match property {
            Some(property) => named(resource.properties.get(property)).into_iter().map(Channel::Identity).collect(),
            None => {
                let form = model.resource_policies.values().find_map(|form| match form {
                    ResourcePolicyForm::Resource { ty: own, target, .. } => (own.as_str() == ty).then_some(*target),
                    ResourcePolicyForm::Property(_) => None,
                });
                let targets = form.map(|target| named(resource.properties.get(target.as_str()))).unwrap_or_default();
                targets.into_iter().map(Channel::Resource).collect()
            }
        };
        if channels.is_empty() { other() } else { channels }
    }

    fn node(&mut self, node: &Node, id: ResourceId, channels: &[Channel], about: Option<ResourceId>, above: Origin) {
        let at = if node.origin == Origin::INHERITED { above } else { node.origin };
        match &node.kind {
            NodeKind::Map(map) => {
                if let Some(statements) = node.get("Statement") {
                    for statement in items(Some(statements)) {
                        self.statement(statement, id, channels, about, at);
                    }
                    return;
                }
                map.values().for_each(|item| self.node(item, id, channels, about, at));
            }
            NodeKind::List(list) => list.iter().for_each(|item| self.node(item, id, channels, about, at)),
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
    }

    fn statement(
        &mut self,
        node: &Node,
        id: ResourceId,
        channels: &[Channel],
        about: Option<ResourceId>,
        above: Origin,
    ) {
        let model = self.all.model;
        let home = model.resource(id).stack;
        let at = if node.origin == Origin::INHERITED { above } else { node.origin };
        let is_deny = texts(node.get("Effect")).iter().any(|text| text.known() == Some("Deny"));
        let mut letters = |node: Option<&Node>| -> Vec<Letters> {
            texts(node).iter().map(|text| self.scribe.declared(text, home)).collect()
        };
        let actions = letters(node.get("Action"));
        let resources = letters(node.get("Resource"));
        let excepted = [letters(node.get("NotAction")), letters(node.get("NotResource"))];
        let principals = |scribe: &mut Scribe<'_>, node: Option<&Node>| match node {
            Some(Node { kind: NodeKind::Map(kinds), .. }) => kinds
                .iter()
                .flat_map(|(kind, values)| texts(Some(values)).into_iter().map(move |text| (kind.to_string(), text)))
                .map(|(kind, text)| {
                    let letters = scribe.declared(&text, home);
                    scribe.principal(&kind, letters)
                })
                .collect(),
            Some(_) => vec![Party::Everyone],
            None => Vec::new(),
        };
        let parties: Vec<Party> = principals(self.scribe, node.get("Principal"));
        let others: Vec<Party> = principals(self.scribe, node.get("NotPrincipal"));
        let conditions = self.conditions(node.get("Condition"), home);
        let source = Source { span: model.origins.user_span(at), at: String::new() };
        let effect = if is_deny { Effect::Deny } else { Effect::Allow };
        let raw = Raw { effect, actions, resources, excepted, parties, others, conditions, about, source };
        for channel in channels {
            for claim in raw.claims(channel, self.scribe) {
                self.found.push(Declared { claims: vec![claim], everywhere: false });
            }
        }
    }

    fn conditions(&mut self, node: Option<&Node>, home: StackId) -> Vec<Condition> {
        let mut found = Vec::new();
        let Some(Node { kind: NodeKind::Map(operators), .. }) = node else { return found };
        for (operator, keys) in operators {
            let NodeKind::Map(keys) = &keys.kind else { continue };
            for (key, values) in keys {
                let values = texts(Some(values)).iter().map(|text| self.scribe.declared(text, home)).collect();
                found.push(Condition::new(key.as_str(), Comparison(Operator::parse(operator.as_str())), values));
            }
        }
        found.sort();
        found
    }
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
        NodeKind::Error
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    };
    items(node).into_iter().filter_map(text).collect()
}
