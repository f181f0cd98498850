//! Grants, denials, connections: who may do what to whom, verbs resolved to actions, instances to roles and groups.

use crate::base::{IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{self, Condition, ConditionValue, Effect, InstanceId, Permission, ResourceId, Statement, Who};
use crate::eval::origin::Origin;
use crate::eval::scope::{FrameKind, Owner, Placed, Scope};
use crate::eval::value::{Attribute, Hole, Kind, Principal, Template, Value};
use crate::eval::{Evaluator, facts};
use crate::syntax::ast::{self, AccessItem, AccessStatement, ConditionOperator, ExprKind, Grant, ItemKind, Verb};

/// What a verb means.
struct Meant<'p> {
    verb: &'p Verb,
    scope: Scope<'p>,
    /// Whether it is said of a type of AWS's, and not by a component.
    of_type: bool,
}

/// What a grant is about.
#[derive(Clone)]
struct Target {
    instance: Option<InstanceId>,
    resource: Option<ResourceId>,
    text: Option<Template>,
    span: Span,
}

impl<'p> Evaluator<'p> {
    /// Grants and the rest, once all instances have their properties.
    pub(super) fn finish_statements(&mut self) {
        for placed in self.statements.clone() {
            if self.exhausted {
                break;
            }
            let before = self.through;
            if let Owner::Component(instance) = placed.owner {
                self.through = self.data(instance).map_or(before, |data| data.through);
            }
            match &placed.item.kind {
                ItemKind::Grant(grant) => self.grant(grant, Effect::Allow, None, &placed),
                ItemKind::Deny(grant) => self.grant(grant, Effect::Deny, None, &placed),
                ItemKind::Permit(permit) => {
                    let because = permit.because.as_ref().map(|because| self.known_text(because, &placed.scope));
                    self.grant(&permit.grant, Effect::Allow, Some(because.unwrap_or_default()), &placed);
                }
                ItemKind::Connect(connect) => self.connect(connect, &placed),
                ItemKind::Claim(claim) => {
                    let text = self.known_text(&claim.text, &placed.scope);
                    let mut figures = Vec::new();
                    for entry in &claim.entries {
                        if let Some((key, _)) = self.entry_key(entry, &placed.scope) {
                            let value = self.evaluate(&entry.value, &placed.scope);
                            figures.push((key, value));
                        }
                    }
                    self.model.claims.push(model::Claim { text, figures, span: placed.item.span });
                }
                _ => {}
            }
            self.through = before;
        }
        self.resource_policy_forms();
    }

    fn grant(&mut self, grant: &'p Grant, effect: Effect, because: Option<String>, placed: &Placed<'p>) {
        let who = self.evaluate(&grant.who, &placed.scope);
        let actors = self.actors(&who, grant.who.span, effect);
        let on = self.evaluate(&grant.on, &placed.scope);
        let mut targets = Vec::new();
        self.targets(&on, grant.on.span, &mut targets);
        let under = self.under(grant, &placed.scope);
        let conditions = self.conditions(&grant.when, &placed.scope);
        let origin = self.model.origins.add(placed.item.span, "", self.through);
        let within = match placed.owner {
            Owner::Component(_) => self.stack_of(placed.owner),
            Owner::System | Owner::Stack(_) => None,
        };
        for (who, actor) in &actors {
            for target in &targets {
                let mut permissions = Vec::new();
                for verb in &grant.verbs {
                    self.permissions(verb, target, &under, &conditions, effect, *actor, &mut permissions);
                }
                if permissions.is_empty() {
                    continue;
                }
                self.model.statements.push(Statement {
                    effect,
                    who: who.clone(),
                    actor: *actor,
                    target: target.resource,
                    verbs: grant.verbs.iter().map(|verb| verb.name).collect(),
                    permissions,
                    side: if effect == Effect::Deny { ast::Side::Resource } else { grant.side },
                    because: because.clone(),
                    within,
                    origin,
                });
            }
        }
    }

    /// Whom a value names, each with its instance.
    pub(super) fn actors(&mut self, value: &Value, span: Span, effect: Effect) -> Vec<(Who, Option<InstanceId>)> {
        match &value.kind {
            Kind::Error => Vec::new(),
            Kind::Absent(name) => {
                self.absent(*name, span);
                Vec::new()
            }
            Kind::List(items) => {
                let items = items.clone();
                items.iter().flat_map(|item| self.actors(item, span, effect)).collect()
            }
            Kind::Family(family) => {
                let ids: Vec<InstanceId> = family.values().copied().collect();
                ids.into_iter()
                    .filter_map(|id| self.role_of(id, span).map(|role| (Who::Role(role), Some(id))))
                    .collect()
            }
            Kind::Instance(id) => {
                let id = *id;
                self.role_of(id, span).map(|role| (Who::Role(role), Some(id))).into_iter().collect()
            }
            Kind::Principal(Principal::Everyone) if effect == Effect::Allow => {
                self.report(
                    Diagnostic::new(codes::PUBLIC_PRINCIPAL, span, "a grant to everyone would be public")
                        .help("name who needs it; `everyone` stands in a `deny` only"),
                );
                Vec::new()
            }
            Kind::Principal(principal) => vec![(Who::Other(principal.clone()), None)],
            Kind::Text(text) => vec![(Who::Other(Principal::Arn(text.clone())), None)],
            _ => {
                self.wrong_type(value, span, "a grant is for an instance, a role or a service");
                Vec::new()
            }
        }
    }

    /// The role that an instance acts as.
    fn role_of(&mut self, id: InstanceId, span: Span) -> Option<ResourceId> {
        match self.find_role(id, 0) {
            Some(role) => Some(role),
            None => {
                let ty = self.instance_type(id);
                let diagnostic = Diagnostic::new(
                    codes::NO_PRINCIPAL,
                    span,
                    format!("`{ty}` acts as nobody, so nothing can be granted to it"),
                )
                .help("name its role; in a component, `principal ROLE` says which one it acts as");
                self.report(diagnostic.rests_on(self.declaration(id)));
                None
            }
        }
    }

    fn find_role(&mut self, id: InstanceId, depth: u32) -> Option<ResourceId> {
        if depth > 16 {
            return None;
        }
        if self.instance_type(id) == facts::ROLE {
            return self.model.instances.get(id.index())?.resource;
        }
        if let Some(body) = self.data(id)?.body {
            let stated = self.body(body)?.statements.iter().find_map(|placed| match &placed.item.kind {
                ItemKind::Principal(principal) => Some((principal, placed.scope.clone())),
                _ => None,
            });
            if let Some((principal, scope)) = stated {
                return match self.evaluate(principal, &scope).kind {
                    Kind::Instance(role) => self.find_role(role, depth + 1),
                    _ => None,
                };
            }
        }
        let resource = self.model.instances.get(id.index())?.resource?;
        let resource = self.model.resources.get(resource.index())?;
        let (instance, ty) = (resource.instance, resource.ty);
        if ty == facts::ROLE {
            return self.model.instances.get(instance.index())?.resource;
        }
        let principal = self.program.access_on(ty).find_map(|access| access.principal.as_ref())?;
        let scope = self.properties_scope(instance);
        match self.evaluate(principal, &scope).kind {
            Kind::Instance(role) => self.find_role(role, depth + 1),
            _ => None,
        }
    }

    /// The names that hold in `access on`: the properties of the resource, `it`, and what grants speak of.
    pub(super) fn properties_scope(&mut self, instance: InstanceId) -> Scope<'p> {
        let it = Value::new(Kind::Instance(instance), Origin::INHERITED);
        self.root(false)
            .with(FrameKind::Properties(instance))
            .with(FrameKind::Values([(Symbol::new("it"), it)].into_iter().collect()))
    }

    fn targets(&mut self, value: &Value, span: Span, found: &mut Vec<Target>) {
        match &value.kind {
            Kind::Error => {}
            Kind::Absent(name) => {
                self.absent(*name, span);
            }
            Kind::List(items) => {
                let items = items.clone();
                items.iter().for_each(|item| self.targets(item, span, found));
            }
            Kind::Family(family) => {
                let ids: Vec<InstanceId> = family.values().copied().collect();
                for id in ids {
                    let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource);
                    found.push(Target { instance: Some(id), resource, text: None, span });
                }
            }
            Kind::Instance(id) => {
                let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource);
                found.push(Target { instance: Some(*id), resource, text: None, span });
            }
            Kind::Text(text) => found.push(Target { instance: None, resource: None, text: Some(text.clone()), span }),
            _ => {
                self.wrong_type(value, span, "a grant is on an instance or an ARN");
            }
        }
    }

    fn under(&mut self, grant: &'p Grant, scope: &Scope<'p>) -> Vec<Template> {
        let Some(under) = &grant.under else { return vec![Template::literal("*")] };
        let value = self.evaluate(under, scope);
        match &value.kind {
            Kind::Text(text) => vec![text.clone()],
            Kind::List(items) => {
                let items = items.clone();
                items.iter().filter_map(|item| self.as_template(item, under.span).map(|(text, _)| text)).collect()
            }
            Kind::Error => Vec::new(),
            _ => {
                self.wrong_type(&value, under.span, "`under` takes a text or a list of texts");
                Vec::new()
            }
        }
    }

    fn conditions(&mut self, when: &'p [ast::Condition], scope: &Scope<'p>) -> Vec<Condition> {
        when.iter().filter_map(|condition| self.one_condition(condition, scope)).collect()
    }

    fn one_condition(&mut self, condition: &'p ast::Condition, scope: &Scope<'p>) -> Option<Condition> {
        if self.catalog.condition_key(condition.key.name.as_str()).is_none() {
            let prefix = condition.key.name.as_str().split(':').next().unwrap_or_default();
            let known: Vec<&str> = self
                .catalog
                .global_condition_keys()
                .map(|key| key.name)
                .chain(
                    self.catalog
                        .service(prefix)
                        .into_iter()
                        .flat_map(|service| service.condition_keys().map(|key| key.name)),
                )
                .collect();
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_CONDITION_KEY,
                condition.key.span,
                format!("there is no condition key `{}`", condition.key.name),
            )
            .did_you_mean(condition.key.span, condition.key.name.as_str(), known);
            self.report(diagnostic);
            return None;
        }
        let value = self.evaluate(&condition.value, scope);
        let items = match (&value.kind, condition.operator) {
            (Kind::Error, _) => return None,
            (Kind::List(items), _) => items.to_vec(),
            (_, ConditionOperator::In) => {
                self.wrong_type(&value, condition.value.span, "`in` compares with a list");
                return None;
            }
            _ => vec![value.clone()],
        };
        let mut values = Vec::with_capacity(items.len());
        for item in &items {
            values.push(match &item.kind {
                Kind::Bool(known) => ConditionValue::Bool(*known),
                Kind::Int(number) => ConditionValue::Int(*number),
                Kind::Duration(time) => ConditionValue::Int(time / 1000),
                Kind::Instance(id) => {
                    let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource)?;
                    ConditionValue::Text(Template::hole(Hole::Resource(resource, Attribute::Arn)))
                }
                _ => ConditionValue::Text(self.as_template(item, condition.value.span)?.0),
            });
        }
        let origin = self.model.origins.add(condition.span, "", self.through);
        Some(Condition { key: condition.key.name, operator: condition.operator, values, origin })
    }

    #[expect(clippy::too_many_arguments, reason = "one verb of one grant on one target: these are its parts")]
    fn permissions(
        &mut self,
        verb: &'p ast::Ident,
        target: &Target,
        under: &[Template],
        conditions: &[Condition],
        effect: Effect,
        actor: Option<InstanceId>,
        found: &mut Vec<Permission>,
    ) {
        if verb.name.as_str().contains(':') {
            if let Some(permission) = self.single_action(verb, target, under, conditions, effect) {
                found.push(permission);
            }
            return;
        }
        let Some(instance) = target.instance else {
            self.report(
                Diagnostic::new(codes::UNKNOWN_VERB, verb.span, format!("an ARN has no verbs such as `{}`", verb.name))
                    .label(target.span, "this is a text, not an instance")
                    .help("name the actions themselves: `grant … s3:GetObject on \"arn:…\"`"),
            );
            return;
        };
        let Some(Meant { verb: declared, scope: outer, of_type }) = self.verb(instance, verb.name) else {
            let known = self.verbs_of(instance);
            let ty = self.instance_type(instance);
            let mut diagnostic =
                Diagnostic::new(codes::UNKNOWN_VERB, verb.span, format!("`{ty}` has no verb `{}`", verb.name))
                    .rests_on(self.declaration(instance))
                    .label(target.span, "the target")
                    .did_you_mean(verb.span, verb.name.as_str(), known.iter().map(|name| name.as_str()));
            let verbs = quoted_list(known.iter().map(|name| name.as_str()), 12);
            let near = diagnostic.suggested().map(|near| format!("did you mean `{near}`? "));
            diagnostic = diagnostic.help(format!("{}it has {verbs}", near.unwrap_or_default()));
            self.report(diagnostic);
            return;
        };
        for under in under {
            let scope = self.access_scope(&outer, target, under, actor);
            let before = std::mem::replace(&mut self.unset_is_none, of_type);
            self.access_items(verb.name, &declared.body, &scope, conditions, found);
            self.unset_is_none = before;
        }
    }

    /// `arn`, `id`, `name`, `it` and `under` around what an access block sees otherwise.
    fn access_scope(
        &mut self,
        outer: &Scope<'p>,
        target: &Target,
        under: &Template,
        actor: Option<InstanceId>,
    ) -> Scope<'p> {
        let mut values: IndexMap<Symbol, Value> = IndexMap::default();
        if let Some(resource) = target.resource {
            for (name, attribute) in [("arn", Attribute::Arn), ("id", Attribute::Id), ("name", Attribute::Name)] {
                let text = Template::hole(Hole::Resource(resource, attribute));
                values.insert(Symbol::new(name), Value::new(Kind::Text(text), Origin::INHERITED));
            }
        }
        if let Some(instance) = target.instance {
            values.insert(Symbol::new("it"), Value::new(Kind::Instance(instance), Origin::INHERITED));
        }
        if let Some(actor) = actor {
            values.insert(Symbol::new("principal"), Value::new(Kind::Instance(actor), Origin::INHERITED));
        }
        values.insert(Symbol::new("under"), Value::new(Kind::Text(under.clone()), Origin::INHERITED));
        outer.with(FrameKind::Values(values))
    }

    fn access_items(
        &mut self,
        verb: Symbol,
        items: &'p [AccessItem],
        scope: &Scope<'p>,
        conditions: &[Condition],
        found: &mut Vec<Permission>,
    ) {
        for item in items {
            match item {
                AccessItem::Statement(statement) => {
                    if let Some(permission) = self.access_statement(verb, statement, scope, conditions) {
                        found.push(permission);
                    }
                }
                AccessItem::If { condition, then, otherwise, .. } => match self.condition(condition, scope) {
                    Some(true) => self.access_items(verb, then, scope, conditions, found),
                    Some(false) => self.access_items(verb, otherwise, scope, conditions, found),
                    None => {}
                },
            }
        }
    }

    fn access_statement(
        &mut self,
        verb: Symbol,
        statement: &'p AccessStatement,
        scope: &Scope<'p>,
        conditions: &[Condition],
    ) -> Option<Permission> {
        let value = self.evaluate(&statement.on, scope);
        let items = match &value.kind {
            Kind::Error => return None,
            Kind::List(items) => items.to_vec(),
            _ => vec![value.clone()],
        };
        let mut resources = Vec::new();
        for item in &items {
            match &item.kind {
                // AWS's own keys let everyone of the account in, through their service, and no policy can name them.
                Kind::Text(text) if text.known().is_some_and(|text| text.starts_with(facts::KEYS_OF_AWS)) => {}
                Kind::Text(text) => resources.push(match text.single_hole() {
                    // A resource can be named by other things than its ARN, but here only that is meant.
                    Some(Hole::Resource(id, Attribute::Id | Attribute::Name)) => {
                        Template::hole(Hole::Resource(id, Attribute::Arn))
                    }
                    Some(_) | None => text.clone(),
                }),
                Kind::Instance(id) => {
                    let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource)?;
                    resources.push(Template::hole(Hole::Resource(resource, Attribute::Arn)));
                }
                Kind::Absent(name) => {
                    self.absent(*name, statement.on.span);
                    return None;
                }
                _ => {
                    self.wrong_type(item, statement.on.span, "an access statement is on an ARN or an instance");
                    return None;
                }
            }
        }
        if resources.is_empty() {
            return None;
        }
        let mut all = self.conditions(&statement.when, scope);
        // A key of one service says nothing of another one's actions, and would only keep them from ever being allowed.
        let concerns = |condition: &&Condition| {
            let service = |name: &str| name.split_once(':').map(|(service, _)| service.to_ascii_lowercase());
            let of = service(condition.key.as_str());
            of.as_deref() == Some("aws") || statement.actions.iter().any(|action| service(action.name.as_str()) == of)
        };
        all.extend(conditions.iter().filter(concerns).cloned());
        let origin = self.model.origins.add(statement.span, "", self.through);
        Some(Permission {
            verb,
            actions: statement.actions.iter().map(|action| action.name).collect(),
            resources,
            conditions: all,
            origin,
        })
    }

    /// A verb of an instance: its component's, its `main`'s, or its type's.
    fn verb(&mut self, id: InstanceId, name: Symbol) -> Option<Meant<'p>> {
        if let Some(body) = self.data(id).and_then(|data| data.body) {
            let found = self.body(body).and_then(|body| {
                body.statements.iter().find_map(|placed| match &placed.item.kind {
                    ItemKind::Access(verb) if verb.name.name == name => {
                        Some(Meant { verb, scope: placed.scope.clone(), of_type: false })
                    }
                    _ => None,
                })
            });
            if found.is_some() {
                return found;
            }
            let main = self.main_of(id);
            return main.and_then(|main| self.verb(main, name));
        }
        let resource = self.model.instances.get(id.index())?.resource?;
        let ty = self.model.resources.get(resource.index())?.ty;
        let verb = self.program.access_on(ty).flat_map(|access| &access.verbs).find(|verb| verb.name.name == name)?;
        let scope = self.properties_scope(id);
        Some(Meant { verb, scope, of_type: true })
    }

    fn main_of(&self, id: InstanceId) -> Option<InstanceId> {
        let body = self.body(self.data(id)?.body?)?;
        body.members.values().flat_map(Self::instances_in).find(|inner| self.data(*inner).is_some_and(|data| data.main))
    }

    fn verbs_of(&self, id: InstanceId) -> Vec<Symbol> {
        let mut names: Vec<Symbol> = Vec::new();
        let mut at = Some(id);
        while let Some(instance) = at {
            let body = self.data(instance).and_then(|data| data.body).and_then(|body| self.body(body));
            if let Some(body) = body {
                names.extend(body.statements.iter().filter_map(|placed| match &placed.item.kind {
                    ItemKind::Access(verb) => Some(verb.name.name),
                    _ => None,
                }));
            }
            at = self.main_of(instance);
            if at.is_none() {
                let resource = self.model.instances.get(instance.index()).and_then(|instance| instance.resource);
                let ty = resource
                    .and_then(|resource| self.model.resources.get(resource.index()))
                    .map(|resource| resource.ty);
                let verbs = ty.into_iter().flat_map(|ty| self.program.access_on(ty)).flat_map(|access| &access.verbs);
                names.extend(verbs.map(|verb| verb.name.name));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// An action named in a grant itself: on the target's ARN, or what lies below it, whichever IAM says the action takes.
    fn single_action(
        &mut self,
        verb: &'p ast::Ident,
        target: &Target,
        under: &[Template],
        conditions: &[Condition],
        effect: Effect,
    ) -> Option<Permission> {
        let wildcard = verb.name.as_str().contains('*');
        if wildcard && effect == Effect::Allow {
            self.report(
                Diagnostic::new(
                    codes::ACTION_WILDCARD,
                    verb.span,
                    format!("`{}` grants more than can be named today", verb.name),
                )
                .help("name the actions, or use one of the target's verbs"),
            );
            return None;
        }
        let action = self.catalog.action(verb.name.as_str());
        if action.is_none() && !wildcard {
            let (prefix, _) = verb.name.as_str().split_once(':').unwrap_or_default();
            let known: Vec<String> = match self.catalog.service(prefix) {
                Some(service) => service.actions().map(|action| action.to_string()).collect(),
                None => Vec::new(),
            };
            let diagnostic =
                Diagnostic::new(codes::UNKNOWN_ACTION, verb.span, format!("IAM knows no action `{}`", verb.name))
                    .did_you_mean(verb.span, verb.name.as_str(), known.iter().map(String::as_str));
            self.report(diagnostic);
            return None;
        }
        let mut resources: Vec<Template> = Vec::new();
        if let Some(text) = &target.text {
            resources.push(text.clone());
        } else if let Some(resource) = target.resource {
            let arn = Template::hole(Hole::Resource(resource, Attribute::Arn));
            let endings = self.arn_endings(resource, action, verb.name);
            if endings.is_empty() {
                let ty = self.model.resources.get(resource.index()).map_or("", |resource| resource.ty.as_str());
                let diagnostic = Diagnostic::new(
                    codes::ACTION_NOT_APPLICABLE,
                    verb.span,
                    format!("`{}` does not apply to `{ty}`", verb.name),
                )
                .help("name an action that does, or one of the target's verbs")
                .rests_on(target.instance.map_or(Span::NONE, |id| self.declaration(id)))
                .label(target.span, "the target");
                self.report(diagnostic);
                return None;
            }
            for ending in endings {
                match ending {
                    Ending::Itself => resources.push(arn.clone()),
                    Ending::Below(before) => {
                        for under in under {
                            resources.push(arn.then(&Template::literal(&before)).then(under));
                        }
                    }
                    Ending::Everything => resources.push(Template::literal("*")),
                }
            }
        }
        let origin = self.model.origins.add(verb.span, "", self.through);
        Some(Permission {
            verb: verb.name,
            actions: vec![verb.name],
            resources,
            conditions: conditions.to_vec(),
            origin,
        })
    }

    /// How the resources that an action takes are written, beginning with the target's ARN.
    fn arn_endings(&self, resource: ResourceId, action: Option<crate::catalog::Action>, name: Symbol) -> Vec<Ending> {
        let ty = self.model.resources.get(resource.index()).map_or("", |resource| resource.ty.as_str());
        let own = self.catalog.resource_type(ty).and_then(|ty| ty.arn_template()).map(skeleton);
        let kinds: Vec<&'static str> = match action {
            Some(action) => {
                let kinds: Vec<&'static str> =
                    action.resources().filter_map(|resource| resource.resource_kind()).map(|kind| kind.arn()).collect();
                if kinds.is_empty() {
                    return vec![Ending::Everything];
                }
                kinds
            }
            None => {
                let prefix = name.as_str().split(':').next().unwrap_or_default();
                match self.catalog.service(prefix) {
                    Some(service) => service.resource_kinds().map(|kind| kind.arn()).collect(),
                    None => Vec::new(),
                }
            }
        };
        let Some(own) = own else { return vec![Ending::Itself] };
        let mut endings = Vec::new();
        for kind in kinds {
            let kind = skeleton(kind);
            if kind == own {
                endings.push(Ending::Itself);
            } else if let Some(rest) = kind.strip_prefix(own.as_str())
                && rest.starts_with(['/', ':'])
            {
                let before = rest.split('*').next().unwrap_or("/").to_owned();
                endings.push(Ending::Below(before));
            }
        }
        endings.dedup();
        endings
    }

    /// The roles that a value acts as.
    pub(super) fn roles_of(&mut self, value: &Value, span: Span) -> Vec<ResourceId> {
        self.actors(value, span, Effect::Deny)
            .into_iter()
            .filter_map(|(who, _)| match who {
                Who::Role(role) => Some(role),
                Who::Other(_) => None,
            })
            .collect()
    }

    /// How the resource policies of the types in this model are written.
    fn resource_policy_forms(&mut self) {
        let mut types: Vec<Symbol> = self.model.resources.iter().map(|resource| resource.ty).collect();
        types.sort();
        types.dedup();
        for ty in types {
            let Some(form) = self.program.access_on(ty).find_map(|access| access.policy.as_ref()) else { continue };
            let written = match (form.ty, form.property) {
                (None, Some(property)) => model::ResourcePolicyForm::Property(property.name),
                (Some(policy), _) => {
                    let named = |wanted: &str| {
                        form.entries.iter().find_map(|entry| {
                            let ast::EntryKey::Word(key) = &entry.key else { return None };
                            match &entry.value.kind {
                                ExprKind::Name(name) if *name == wanted => Some((key.name, false)),
                                ExprKind::List(items)
                                    if matches!(items.as_slice(), [ast::Expr { kind: ExprKind::Name(name), .. }] if *name == wanted) =>
                                {
                                    Some((key.name, true))
                                }
                                _ => None,
                            }
                        })
                    };
                    let (Some((target, list)), Some((document, _))) = (named("it"), named("document")) else {
                        continue;
                    };
                    model::ResourcePolicyForm::Resource { ty: policy.name, target, list, document }
                }
                (None, None) => continue,
            };
            self.model.resource_policies.insert(ty, written);
        }
    }
}

/// How an action's resource is written, from the target's ARN.
#[derive(Debug, Clone, PartialEq)]
enum Ending {
    /// The ARN itself.
    Itself,
    /// The ARN, this, and what `under` says.
    Below(String),
    /// `*`: the action takes no resource.
    Everything,
}

/// An ARN's form with every placeholder made `*`.
fn skeleton(arn: &str) -> String {
    let mut skeleton = String::with_capacity(arn.len());
    let mut rest = arn;
    while let Some(start) = rest.find("${") {
        skeleton.push_str(rest.get(..start).unwrap_or_default());
        skeleton.push('*');
        let after = rest.get(start..).unwrap_or_default();
        match after.find('}') {
            Some(end) => rest = after.get(end + 1..).unwrap_or_default(),
            None => return skeleton,
        }
    }
    skeleton.push_str(rest);
    skeleton
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_arns_are_made_stars() {
        assert_eq!(skeleton("arn:${Partition}:s3:::${BucketName}/${ObjectName}"), "arn:*:s3:::*/*");
        assert_eq!(skeleton("arn:${Partition"), "arn:*");
    }
}
