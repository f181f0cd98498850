//! Where statements stand: in the role, in a policy beside it, or in the one policy of the resource they are about.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{IndexMap, Symbol};
use crate::derive::build::Build;
use crate::derive::depends::Added;
use crate::derive::facts::{self, policy};
use crate::derive::graph;
use crate::derive::places::Awaited;
use crate::derive::quota;
use crate::derive::refs::{Atom, Place, Reference, expand, joined, written_in_policy};
use crate::derive::statements::{Open, Who, merged};
use crate::derive::template::{EdgeKind, Json, TemplateResource, Tree};
use crate::derive::text::pascal;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{
    Effect, Model, Permission, Resource, ResourceId, ResourcePolicyForm, StackId, Statement, Who as Said,
};
use crate::eval::origin::Origin;
use crate::eval::value::{Attribute, Hole, NodeKind, Piece, Principal, Pseudo, Template};
use crate::syntax::ast::Side;

/// The name of the policy that holds what was granted.
const ACCESS: &str = "access";

/// The resource in whose policy a permission stands that was granted on `target`: what a verb says of another resource, such as the
/// key of an encrypted queue, stands in that one's.
pub fn holder(model: &Model, permission: &Permission, target: ResourceId) -> ResourceId {
    let mut spoken_of = permission.resources.iter().map(|text| match text.single_hole() {
        Some(Hole::Resource(id, Attribute::Id | Attribute::Arn)) if id != target => Some(id),
        Some(_) | None => None,
    });
    let Some(Some(first)) = spoken_of.next() else { return target };
    let has_policy = model.resource_policies.contains_key(&model.resource(first).ty);
    if has_policy && spoken_of.all(|other| other == Some(first)) { first } else { target }
}

/// Whether a condition can hold of who was granted something: a service uses a key itself, and comes by way of no other.
pub fn is_asked_of(condition: &str, who: &Said) -> bool {
    condition != facts::VIA_SERVICE || !matches!(who, Said::Other(Principal::Service(_)))
}

impl Build<'_> {
    /// All policies. Identities first: where they stand decides which references between resources exist.
    pub fn policies(&mut self) -> Vec<Added> {
        let model = self.model;
        let mut inline: BTreeMap<ResourceId, Vec<Open>> = BTreeMap::new();
        let mut beside: BTreeMap<(StackId, ResourceId), Vec<Open>> = BTreeMap::new();
        let mut owned: BTreeMap<ResourceId, Vec<(&Statement, &Permission)>> = BTreeMap::new();
        let sides: Vec<Sides> = model.statements.iter().map(|statement| self.sides(statement)).collect();
        let mut awaited = Awaited::default();
        for sides in &sides {
            if let (Some(role), Some(target)) = (sides.role, sides.target) {
                awaited.named(self, role, target);
            }
        }
        for (statement, sides) in model.statements.iter().zip(&sides) {
            if let (Some(role), true) = (sides.role, sides.identity) {
                for permission in &statement.permissions {
                    let home = model.resource(role).stack;
                    let open = |stack| Open::of(model, statement, permission, Place { stack, policy: true });
                    let here = open(home);
                    let beside_it = statement.within.filter(|stack| *stack != home && !self.precedes(*stack, home));
                    match beside_it.or_else(|| awaited.obstacle(self, role, &here)) {
                        None => {
                            awaited.written(self, &here, home);
                            inline.entry(role).or_default().push(here);
                        }
                        Some(stack) => {
                            let there = open(stack);
                            awaited.written(self, &there, stack);
                            beside.entry((stack, role)).or_default().push(there);
                        }
                    }
                }
            }
            if let Some(target) = sides.target {
                for permission in &statement.permissions {
                    let holder = holder(model, permission, target);
                    owned.entry(holder).or_default().push((statement, permission));
                }
            }
        }
        let mut added = Vec::new();
        let mut rooms: BTreeMap<ResourceId, Room> = BTreeMap::new();
        for (role, statements) in inline {
            let room = rooms.entry(role).or_insert_with(|| self.room(role));
            let (own, rest) = room.portions(model, statements);
            if !own.is_empty() {
                self.inline_policy(role, own);
            }
            let stack = model.resource(role).stack;
            added.extend(self.attached(stack, role, room, rest));
        }
        for ((stack, role), statements) in beside {
            let room = rooms.entry(role).or_insert_with(|| self.room(role));
            let (own, rest) = room.portions(model, statements);
            if !own.is_empty() {
                added.push(self.policy_beside(stack, role, own));
            }
            added.extend(self.attached(stack, role, room, rest));
        }
        for (role, room) in rooms {
            self.few_enough(role, &room);
        }
        for (target, statements) in owned {
            added.extend(self.resource_policy(target, &statements));
        }
        added
    }

    /// Which policies a statement goes into. What cannot go where it was meant to is reported.
    fn sides(&mut self, statement: &Statement) -> Sides {
        let model = self.model;
        let role = match &statement.who {
            Said::Role(role) => Some(*role),
            Said::Other(_) => None,
        };
        // A denial belongs to what it protects; who is no role of ours has no policy of ours.
        let prefers_resource = statement.effect == Effect::Deny || role.is_none();
        let wants = match statement.side {
            Side::Resource | Side::Both => true,
            Side::Principal => prefers_resource,
        };
        let form = |target: &ResourceId| model.resource_policies.contains_key(&model.resource(*target).ty);
        let target = statement.target.filter(|_| wants);
        let held = target.filter(form);
        let fallback = statement.side == Side::Principal && held.is_none() && role.is_some();
        let identity = match statement.side {
            Side::Both => true,
            Side::Principal => !prefers_resource || fallback,
            Side::Resource => false,
        };
        if wants && held.is_none() && !fallback {
            self.homeless(statement);
        }
        Sides { role, identity, target: held }
    }

    fn homeless(&mut self, statement: &Statement) {
        let model = self.model;
        let diagnostic = match statement.target {
            Some(target) => {
                let resource = model.resource(target);
                let message = format!("no policy can hold this: `{}` has no resource policy of its own", resource.path);
                Diagnostic::new(codes::NO_PRINCIPAL, self.span(statement.origin), message)
                    .label(self.span(resource.origin), format!("a `{}`", resource.ty))
                    .why("a statement stands in the policy of a role of this system or in that of the resource")
            }
            None => {
                let message = "no policy can hold this: neither who nor what is a resource of this system";
                Diagnostic::new(codes::NO_PRINCIPAL, self.span(statement.origin), message)
            }
        };
        self.diagnostics.push(diagnostic.help("grant it to an instance with a role: `grant app read on …`"));
    }

    fn inline_policy(&mut self, role: ResourceId, statements: Vec<Open>) {
        let model = self.model;
        let resource = model.resource(role);
        let document = self.document(statements, Place { stack: resource.stack, policy: true });
        let policy = Tree::map([("PolicyName", Tree::text(ACCESS)), ("PolicyDocument", document)]);
        if let Some(Json::Map(properties)) = self.properties(resource) {
            let list = properties.entry(facts::ROLE_POLICIES.to_owned()).or_insert_with(|| Tree::list([]));
            if let Json::List(policies) = &mut list.json {
                policies.push(policy);
            }
        }
    }

    /// What a role's policies can hold besides what the source writes.
    fn room(&self, role: ResourceId) -> Room {
        let resource = self.model.resource(role);
        let written = resource.properties.get(facts::ROLE_POLICIES).map_or(0, quota::of_value);
        let attached = match resource.properties.get(facts::ROLE_ATTACHMENTS).map(|node| &node.kind) {
            Some(NodeKind::List(items)) => items.len(),
            Some(_) | None => 0,
        };
        Room { own: policy::INLINE.saturating_sub(written), attached, added: 0 }
    }

    /// A role has no more policies attached than it may have.
    fn few_enough(&mut self, role: ResourceId, room: &Room) {
        let all = room.attached + room.added;
        if room.added == 0 || all <= policy::ATTACHMENTS {
            return;
        }
        let resource = self.model.resource(role);
        let message = format!("`{}` is granted more than the policies of a role can say", resource.path);
        let many = format!("it would have {all} policies attached, {} are the most", policy::ATTACHMENTS);
        self.diagnostics.push(
            Diagnostic::new(codes::QUOTA_EXCEEDED, self.span(resource.origin), message)
                .here(many)
                .help("give what does different things roles of their own"),
        );
    }

    /// What a role's own policies cannot hold, in policies that are attached to it.
    fn attached(&mut self, stack: StackId, role: ResourceId, room: &mut Room, portions: Vec<Vec<Open>>) -> Vec<Added> {
        let model = self.model;
        let resource = model.resource(role);
        let place = Place { stack, policy: true };
        let mut added = Vec::new();
        for statements in portions {
            let origin = statements.first().map_or(resource.origin, |open| open.origin);
            room.added += 1;
            let number = room.added + 1;
            let id = if resource.stack == stack {
                format!("{}AccessPolicy{number}", resource.logical_id)
            } else {
                format!(
                    "{}{}AccessPolicy{number}",
                    pascal(model.stack(resource.stack).name.as_str()),
                    resource.logical_id
                )
            };
            let document = self.document(statements, place);
            let name = self.role_name(role, stack, origin);
            let properties = Tree::map([("PolicyDocument", document), ("Roles", Tree::list([name]))]);
            let title = format!("more access of {}", resource.path);
            self.add(stack, &id, facts::MANAGED_POLICY, title, properties, origin);
            added.push(Added { stack, id, of: role });
        }
        added
    }

    /// A role's name, as a policy beside it names it. Within a stack the policy waits for its role.
    fn role_name(&mut self, role: ResourceId, stack: StackId, origin: Origin) -> Tree {
        let model = self.model;
        let place = Place { stack, policy: true };
        let resource = model.resource(role);
        let name = if resource.stack == stack {
            vec![Atom::Resource(role, Reference::Ref)]
        } else {
            let what = format!("{}.name", resource.path);
            self.edge(resource.stack, stack, EdgeKind::Name, what, None, origin);
            expand(model, &Template::hole(Hole::Resource(role, Attribute::Id)), place)
        };
        self.tree(joined(name), place, origin)
    }

    fn policy_beside(&mut self, stack: StackId, role: ResourceId, statements: Vec<Open>) -> Added {
        let model = self.model;
        let resource = model.resource(role);
        let place = Place { stack, policy: true };
        let origin = statements.first().map_or(resource.origin, |open| open.origin);
        let document = self.document(statements, place);
        let name = self.role_name(role, stack, origin);
        let (id, policy_name) = if resource.stack == stack {
            (format!("{}AccessPolicy", resource.logical_id), format!("{ACCESS}-beside"))
        } else {
            let home = pascal(model.stack(resource.stack).name.as_str());
            let here = model.stack(stack).name.as_str().to_ascii_lowercase();
            (format!("{home}{}AccessPolicy", resource.logical_id), format!("{ACCESS}-{here}"))
        };
        let properties = Tree::map([
            ("PolicyName", Tree::text(policy_name)),
            ("PolicyDocument", document),
            ("Roles", Tree::list([name])),
        ]);
        let title = format!("access of {}", resource.path);
        self.add(stack, &id, facts::POLICY, title, properties, origin);
        Added { stack, id, of: role }
    }

    fn add(&mut self, stack: StackId, id: &str, ty: &str, title: String, properties: Tree, origin: Origin) {
        let resource = TemplateResource {
            resource: None,
            title,
            ty: ty.to_owned(),
            properties: properties.because(origin),
            depends_on: Vec::new(),
            deletion: None,
            attributes: IndexMap::default(),
            origin,
        };
        if let Some(known) = self.templates[stack.index()].resources.get(id) {
            let message = format!("the {} would be called `{id}`, as `{}` is", resource.title, known.title);
            let diagnostic = Diagnostic::new(codes::LOGICAL_ID_CLASH, self.span(known.origin), message)
                .label(self.span(origin), "added for this")
                .help("give the instance another name");
            self.diagnostics.push(diagnostic);
            return;
        }
        self.template(stack).resources.insert(id.to_owned(), resource);
    }

    /// The one policy of a resource, in its own stack.
    fn resource_policy(&mut self, target: ResourceId, said: &[(&Statement, &Permission)]) -> Option<Added> {
        let model = self.model;
        let resource = model.resource(target);
        let form = model.resource_policies.get(&resource.ty)?;
        let place = Place { stack: resource.stack, policy: true };
        let mut statements = Vec::new();
        for (statement, permission) in said {
            let mut open = Open::of(model, statement, permission, place);
            if let ResourcePolicyForm::Property(_) = form {
                this_resource(model, target, &mut open);
            }
            open.conditions.retain(|(_, key), _| is_asked_of(key, &statement.who));
            self.name_principal(statement, target, &mut open);
            statements.push(open);
        }
        match form {
            ResourcePolicyForm::Property(property) => {
                self.extend_document(resource.stack, &resource.logical_id, property.as_str(), statements);
                None
            }
            ResourcePolicyForm::Resource { ty, target: names, list, document } => {
                let by_hand = model.stack(resource.stack).resources.iter().find(|id| {
                    let other = model.resource(**id);
                    other.ty == *ty && names_target(other, *names, target)
                });
                if let Some(by_hand) = by_hand {
                    let id = model.resource(*by_hand).logical_id.clone();
                    self.extend_document(resource.stack, &id, document.as_str(), statements);
                    return None;
                }
                let id = format!("{}Policy", resource.logical_id);
                let reference = self.tree(vec![Atom::Resource(target, Reference::Ref)], place, Origin::INHERITED);
                let named = if *list { Tree::list([reference]) } else { reference };
                let written = self.document(statements, place);
                let properties = Tree::map([(names.as_str(), named), (document.as_str(), written)]);
                let title = format!("policy of {}", resource.path);
                self.add(resource.stack, &id, ty.as_str(), title, properties, resource.origin);
                Some(Added { stack: resource.stack, id, of: target })
            }
        }
    }

    /// Adds statements to a document that may be there already.
    fn extend_document(&mut self, stack: StackId, id: &str, property: &str, statements: Vec<Open>) {
        let place = Place { stack, policy: true };
        let known =
            self.templates[stack.index()].resources.get(id).and_then(|resource| field(&resource.properties, property));
        let taken: BTreeSet<String> = known.map(sids).unwrap_or_default();
        let exists = known.is_some();
        if !exists {
            let document = self.document(statements, place);
            if let Some(TemplateResource { properties: Tree { json: Json::Map(entries), .. }, .. }) =
                self.template(stack).resources.get_mut(id)
            {
                entries.insert(property.to_owned(), document);
            }
            return;
        }
        let trees = self.statement_trees(statements, place, &taken);
        if let Some(resource) = self.template(stack).resources.get_mut(id)
            && let Json::Map(entries) = &mut resource.properties.json
            && let Some(Tree { json: Json::Map(document), .. }) = entries.get_mut(property)
        {
            let list = document.entry("Statement".to_owned()).or_insert_with(|| Tree::list([]));
            if let Json::List(known) = &mut list.json {
                known.extend(trees);
            } else {
                let only = std::mem::replace(list, Tree::list([]));
                *list = Tree::list(std::iter::once(only).chain(trees));
            }
        }
    }

    /// Who, as a resource's policy says it.
    fn name_principal(&mut self, statement: &Statement, target: ResourceId, open: &mut Open) {
        let model = self.model;
        let stack = model.resource(target).stack;
        let place = Place { stack, policy: true };
        let write = |text: &Template| joined(expand(model, text, place));
        open.principal = Some(match &statement.who {
            Said::Other(Principal::Everyone) => Who::Everyone,
            Said::Other(Principal::Service(name)) => Who::One("Service", write(name)),
            Said::Other(Principal::Federated(name)) => Who::One("Federated", write(name)),
            Said::Other(Principal::Arn(arn)) => Who::One("AWS", write(arn)),
            Said::Other(Principal::Account) => Who::One("AWS", account_root()),
            Said::Role(role) => self.role_principal(*role, target, statement, open),
        });
    }

    /// A role that may not exist yet when the policy is made is written with its ARN as a condition: IAM refuses a policy that names
    /// nobody. Its account stands for it where the role's own policies say the same; alone, the account would only hand on, so it is
    /// everyone whose ARN that is.
    fn role_principal(&self, role: ResourceId, target: ResourceId, statement: &Statement, open: &mut Open) -> Who {
        let model = self.model;
        let stack = model.resource(target).stack;
        let holder = model.resource(role);
        let reference = Atom::Resource(role, Reference::GetAtt(Symbol::new("Arn")));
        let written = written_in_policy(model, role, stack);
        let exists = if holder.stack == stack {
            let graph = graph::references(&self.templates[stack.index()]);
            !graph::reaches(&graph, &holder.logical_id, &model.resource(target).logical_id)
        } else {
            self.precedes(holder.stack, stack)
        };
        match written {
            Some(arn) if !exists => {
                let key = ("ArnEquals".to_owned(), facts::PRINCIPAL_ARN.to_owned());
                open.conditions.entry(key).or_default().insert(arn);
                let said_twice = statement.side == Side::Both || statement.effect == Effect::Deny;
                if said_twice { Who::One("AWS", account_root()) } else { Who::Everyone }
            }
            Some(arn) if holder.stack != stack => Who::One("AWS", arn),
            Some(_) | None => Who::One("AWS", vec![reference]),
        }
    }
}

/// What a role's policies can still hold.
struct Room {
    /// Characters of its own policies.
    own: usize,
    /// Policies that the source attaches.
    attached: usize,
    /// Those that were added.
    added: usize,
}

impl Room {
    /// Statements in portions: what its own policies hold, and the rest for policies that are attached.
    fn portions(&mut self, model: &Model, statements: Vec<Open>) -> (Vec<Open>, Vec<Vec<Open>>) {
        let (own, rest) = quota::portions(model, merged(statements), self.own.saturating_sub(policy::FRAME));
        if !own.is_empty() {
            let used: usize = own.iter().map(|open| quota::length(model, open)).sum();
            self.own = self.own.saturating_sub(used + policy::FRAME);
        }
        (own, rest)
    }
}

/// Where a statement goes.
struct Sides {
    role: Option<ResourceId>,
    identity: bool,
    target: Option<ResourceId>,
}

/// `arn:aws:iam::123456789012:root`: everybody whom the account itself lets.
fn account_root() -> Vec<Atom> {
    vec![
        Atom::Text("arn:".into()),
        Atom::Pseudo(Pseudo::Partition),
        Atom::Text(":iam::".into()),
        Atom::Pseudo(Pseudo::Account),
        Atom::Text(":root".into()),
    ]
}

/// In a policy that is a property of its resource, the resource is `*`: it cannot refer to itself.
fn this_resource(model: &crate::eval::model::Model, target: ResourceId, open: &mut Open) {
    let place = Place { stack: model.resource(target).stack, policy: true };
    let own = joined(expand(model, &Template::hole(Hole::Resource(target, Attribute::Arn)), place));
    if open.resources.remove(&own) {
        open.resources.insert(vec![Atom::Text("*".into())]);
    }
}

fn names_target(resource: &Resource, property: Symbol, target: ResourceId) -> bool {
    let mut names = false;
    if let Some(node) = resource.properties.get(property.as_str()) {
        node.each_template(&mut |text, _| {
            names |=
                text.pieces.iter().any(|piece| matches!(piece, Piece::Hole(Hole::Resource(id, _)) if *id == target));
        });
    }
    names
}

fn field<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    match &tree.json {
        Json::Map(entries) => entries.get(key),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
    }
}

fn sids(document: &Tree) -> BTreeSet<String> {
    let statements: Vec<&Tree> = match field(document, "Statement").map(|tree| &tree.json) {
        Some(Json::List(items)) => items.iter().collect(),
        Some(Json::Map(_)) => field(document, "Statement").into_iter().collect(),
        Some(Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_)) | None => Vec::new(),
    };
    statements
        .into_iter()
        .filter_map(|statement| match field(statement, "Sid").map(|sid| &sid.json) {
            Some(Json::Text(sid)) => Some(sid.clone()),
            Some(Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::List(_) | Json::Map(_)) | None => None,
        })
        .collect()
}
