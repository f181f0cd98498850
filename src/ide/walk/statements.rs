//! Declarations and statements.

use crate::base::Symbol;
use crate::catalog::catalog;
use crate::ide::scope::{Local, Scope};
use crate::ide::target::{Own, Target};
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::walk::{Role, Walk, Word};
use crate::resolve::Global;
use crate::syntax::ast::{
    AccessItem, Condition, Expr, ExternalSource, Forbid, Grant, Ident, Instance, Item, ItemKind, Mark, MarkArgument,
    NamingSubject, Param, Path, PortSpec, Stack, Test, TestBody, Verb, With,
};

impl<'p> Walk<'_, 'p> {
    pub(super) fn statement(&mut self, item: &'p Item, scope: &Scope<'_, 'p>) {
        item.marks.iter().for_each(|mark| self.mark(mark, scope));
        match &item.kind {
            ItemKind::System(name) => self.declares(Target::System(*name)),
            ItemKind::Param(param) => self.param(param, scope),
            ItemKind::Environment(environment) => {
                self.declares(Target::Environment(environment));
                environment.from.iter().for_each(|from| self.environment(*from));
                self.entries(&environment.entries, Keys::Params(true), scope);
            }
            ItemKind::Naming(rules) => {
                for rule in rules {
                    if let NamingSubject::Type(ty) = rule.subject {
                        self.type_name(ty, false);
                    }
                    let given = self.given(&["stack", "id", "output", "name"]);
                    self.value(&rule.value, Wanted::Any, &scope.with(given));
                }
            }
            ItemKind::Tags(entries) => self.entries(entries, Keys::Tags, scope),
            ItemKind::RequireTag(_) | ItemKind::Error => {}
            ItemKind::Stack(stack) => self.stack(stack, scope),
            ItemKind::Instance(instance) => self.instance(instance, scope),
            ItemKind::Extend(extend) => {
                self.value(&extend.target, Wanted::What, scope);
                let ty = self.view.infer(&extend.target, scope, 0);
                let keys = self.view.settings(&ty);
                self.entries(&extend.entries, keys, scope);
            }
            ItemKind::Output(output) => {
                self.declares(Target::Output(output));
                self.value(&output.value, Wanted::Any, scope);
                output.as_name.iter().for_each(|name| self.value(name, Wanted::Prose, scope));
            }
            ItemKind::Component(component) => {
                self.declares(Target::Component(component));
                let inside = self.view.component_scope(component);
                self.block(&component.body, &inside);
            }
            ItemKind::Access(verb) => self.verb_block(verb, scope, &Ty::Unknown),
            ItemKind::AccessOn(access) => {
                self.type_name(access.ty, false);
                let ty = self.view.of_type(access.ty);
                let properties = self.properties(&ty);
                let inside = scope.with(properties);
                access.verbs.iter().for_each(|verb| self.verb_block(verb, &inside, &ty));
                if let Some(policy) = &access.policy {
                    let given = self.given(&["it", "document"]);
                    let keys = match policy.ty {
                        Some(ty) => {
                            self.type_name(ty, false);
                            self.view.settings(&self.view.of_type(ty))
                        }
                        None => Keys::Any,
                    };
                    self.entries(&policy.entries, keys, &inside.with(given));
                }
                access.principal.iter().for_each(|principal| self.value(principal, Wanted::Who, &inside));
                if let Some(endpoint) = &access.endpoint {
                    self.value(&endpoint.group, Wanted::Any, &inside);
                    self.ports(&endpoint.ports, &inside);
                }
            }
            ItemKind::Principal(principal) => self.value(principal, Wanted::Who, scope),
            ItemKind::Endpoint(endpoint) => {
                self.value(&endpoint.group, Wanted::Any, scope);
                self.ports(&endpoint.ports, scope);
            }
            ItemKind::Grant(grant) | ItemKind::Deny(grant) => self.grant(grant, false, scope),
            ItemKind::Permit(permit) => {
                self.grant(&permit.grant, true, scope);
                permit.because.iter().for_each(|because| self.value(because, Wanted::Prose, scope));
            }
            ItemKind::Connect(connect) => {
                self.value(&connect.from, Wanted::End, scope);
                self.value(&connect.to, Wanted::End, scope);
                self.ports(&connect.ports, scope);
            }
            ItemKind::External(external) => {
                self.declares(Target::External(external));
                external.title.iter().chain(&external.from).for_each(|text| self.value(text, Wanted::Prose, scope));
                external.after.iter().chain(&external.before).for_each(|path| self.path(path));
                self.entries(&external.settings, Keys::Any, scope);
                for output in &external.outputs {
                    self.declares(Target::ExternalOutput(output));
                    self.ty(&output.ty, scope);
                    match &output.source {
                        ExternalSource::Parameter => {}
                        ExternalSource::Export(name) | ExternalSource::Ssm(name) | ExternalSource::Name(name) => {
                            self.value(name, Wanted::Prose, scope);
                        }
                    }
                }
            }
            ItemKind::Step(step) => {
                self.declares(Target::Step(step));
                step.text.iter().for_each(|text| self.value(text, Wanted::Prose, scope));
                step.after.iter().chain(&step.before).for_each(|path| self.path(path));
                self.entries(&step.settings, Keys::Any, scope);
            }
            ItemKind::Ensure(ensure) => {
                ensure.text.iter().for_each(|text| self.value(text, Wanted::Prose, scope));
                ensure.body.iter().for_each(|condition| self.value(condition, Wanted::Truth, scope));
            }
            ItemKind::AtLeast(held) => {
                self.environment(held.higher);
                self.environment(held.lower);
            }
            ItemKind::Crossing(crossing) => {
                for end in [&crossing.from, &crossing.to] {
                    end.what.iter().for_each(|what| self.value(what, Wanted::End, scope));
                    self.environment(end.environment);
                }
                self.ports(&crossing.ports, scope);
            }
            ItemKind::Forbid(Forbid::Path(path)) => self.sentence(path, scope),
            ItemKind::Forbid(Forbid::Grant(grant)) => self.grant(grant, true, scope),
            ItemKind::Policy(policy) => {
                self.declares(Target::Policy(policy));
                for rule in &policy.rules {
                    self.declares(Target::Rule(rule));
                    rule.text.iter().for_each(|text| self.value(text, Wanted::Prose, scope));
                    rule.body.iter().for_each(|condition| self.value(condition, Wanted::Truth, scope));
                }
            }
            ItemKind::UsePolicy(path) => {
                if let Some(name) = path.names.last() {
                    let target = self.global(*name);
                    self.word(*name, Word::Policy, target);
                }
            }
            ItemKind::Use(uses) => {
                for name in &uses.names {
                    if let Some(target) = self.global(*name) {
                        self.name(*name, target, Role::Read);
                    }
                }
                self.value(&uses.path, Wanted::Prose, scope);
            }
            ItemKind::Test(test) => self.test(test, scope),
            ItemKind::Claim(claim) => {
                self.value(&claim.text, Wanted::Prose, scope);
                self.entries(&claim.entries, Keys::Any, scope);
            }
            ItemKind::Lints(entries) => self.entries(entries, Keys::Lints, scope),
            ItemKind::If(branch) => {
                self.value(&branch.condition, Wanted::Truth, scope);
                self.block(&branch.then, scope);
                self.block(&branch.otherwise, scope);
            }
            ItemKind::For(each) => {
                self.value(&each.source, Wanted::Any, scope);
                let names = self.bound(&each.binders, &each.source, scope);
                self.block(&each.body, &scope.with(names));
            }
            ItemKind::Match(choice) => {
                self.value(&choice.subject, Wanted::Any, scope);
                for arm in &choice.arms {
                    arm.values.iter().for_each(|value| self.value(value, Wanted::Any, scope));
                    self.block(&arm.body, scope);
                }
            }
            ItemKind::Let(binding) => {
                self.declares(Target::Let(binding));
                binding.ty.iter().for_each(|ty| self.ty(ty, scope));
                let wanted = binding.ty.as_ref().map_or(Wanted::Any, Wanted::Declared);
                self.value(&binding.value, wanted, scope);
            }
            ItemKind::Fn(function) => {
                self.declares(Target::Fn(function));
                let mut names = Vec::new();
                for param in &function.params {
                    self.param(param, scope);
                    let (target, ty) = (Target::Param(param), Ty::Declared(&param.ty));
                    names.push(Local { name: param.name.name, target, ty });
                }
                function.result.iter().for_each(|ty| self.ty(ty, scope));
                let wanted = function.result.as_ref().map_or(Wanted::Any, Wanted::Declared);
                self.value(&function.body, wanted, &scope.with(names));
            }
            ItemKind::Type(alias) => {
                self.declares(Target::Type(alias));
                self.ty(&alias.ty, scope);
            }
        }
    }

    fn param(&mut self, param: &'p Param, scope: &Scope<'_, 'p>) {
        self.declares(Target::Param(param));
        self.ty(&param.ty, scope);
        param.default.iter().for_each(|default| self.value(default, Wanted::Declared(&param.ty), scope));
    }

    fn stack(&mut self, stack: &'p Stack, scope: &Scope<'_, 'p>) {
        let global = self.view.program.globals.get(&stack.name.name);
        let found = if let Some(Global::Stack(at)) = global { Some(*at) } else { None };
        let first = found.and_then(|at| self.view.program.stacks.get(at)).map_or(stack.name, |stack| stack.name);
        self.listener.name(stack.name.span, Target::Stack(first), Role::Declared);
        stack.title.iter().chain(&stack.as_name).for_each(|text| self.value(text, Wanted::Prose, scope));
        stack.region.iter().for_each(|region| self.value(region, Wanted::Any, scope));
        stack.condition.iter().for_each(|condition| self.value(condition, Wanted::Truth, scope));
        stack.after.iter().for_each(|path| self.path(path));
        let members = found.map(|at| self.view.stack_members(at)).unwrap_or_default();
        let scope = scope.with(members);
        // What one opening of a stack says, the others can see.
        let parts = found.and_then(|at| self.view.program.stacks.get(at)).map_or(&[][..], |stack| &stack.parts);
        let lets = parts.iter().flat_map(|(_, part)| self.lets(&part.body, &scope)).collect();
        self.block(&stack.body, &scope.with(lets));
    }

    fn instance(&mut self, instance: &'p Instance, scope: &Scope<'_, 'p>) {
        // Branches may declare the same instance each: what is asked for is the first one.
        let first = scope.locals().find(|local| local.name == instance.name.name).map(|local| local.target);
        let first = first.filter(|first| matches!(first, Target::Instance(_)));
        self.name(instance.name, first.unwrap_or(Target::Instance(instance)), Role::Declared);
        instance.key.iter().for_each(|key| self.value(key, Wanted::Any, scope));
        self.type_name(instance.ty, true);
        let ty = self.view.of_type(instance.ty);
        let keys = self.view.settings(&ty);
        self.entries(&instance.settings, keys, scope);
        instance.with.iter().for_each(|with| self.with(with, &ty, scope));
    }

    fn with(&mut self, with: &'p With, of: &Ty<'p>, scope: &Scope<'_, 'p>) {
        let inner = of.component().and_then(|component| {
            self.listener.inner(with.target, component);
            let inside = self.view.component_scope(component);
            let named = inside.locals().find(|local| local.name == with.target.name);
            named.map(|local| (local.target, local.ty.clone()))
        });
        if let Some((target, _)) = &inner {
            self.name(with.target, *target, Role::Read);
        }
        let ty = match inner {
            Some((_, Ty::Family(inner))) => *inner,
            Some((_, ty)) => ty,
            None => Ty::Unknown,
        };
        let keys = self.view.settings(&ty);
        let beside: Vec<Ident> = with.entries.iter().filter_map(|entry| super::blocks::word(&entry.entry)).collect();
        for entry in &with.entries {
            self.entry(&entry.entry, keys, &beside, scope);
            entry.because.iter().for_each(|because| self.value(because, Wanted::Prose, scope));
        }
        with.inner.iter().for_each(|inner| self.with(inner, &ty, scope));
    }

    fn grant(&mut self, grant: &'p Grant, action: bool, scope: &Scope<'_, 'p>) {
        self.value(&grant.who, Wanted::Who, scope);
        let ty = match &grant.on.kind {
            crate::syntax::ast::ExprKind::List(items) => {
                items.first().map_or(Ty::Unknown, |item| self.view.infer(item, scope, 0))
            }
            _ => self.view.infer(&grant.on, scope, 0),
        };
        grant.verbs.iter().for_each(|verb| self.verb(*verb, &ty, action));
        self.value(&grant.on, Wanted::What, scope);
        grant.under.iter().for_each(|under| self.value(under, Wanted::Prose, scope));
        self.conditions(&grant.when, scope);
    }

    pub(super) fn verb(&mut self, verb: Ident, on: &Ty<'p>, action: bool) {
        self.listener.verb(verb, on, action);
        if verb.name.as_str().contains(':') {
            if let Some(action) = catalog().action(verb.name.as_str()) {
                self.name(verb, Target::Action(action), Role::Read);
            }
        } else if let Some(known) = self.view.verbs(on, 0).into_iter().find(|known| known.name.name == verb.name) {
            self.name(verb, Target::Verb(known), Role::Read);
        }
    }

    fn verb_block(&mut self, verb: &'p Verb, scope: &Scope<'_, 'p>, ty: &Ty<'p>) {
        self.declares(Target::Verb(verb));
        let given = self.given(&["arn", "id", "name", "it", "under", "principal"]);
        self.access(&verb.body, &scope.with(given), ty);
    }

    fn access(&mut self, items: &'p [AccessItem], scope: &Scope<'_, 'p>, ty: &Ty<'p>) {
        for item in items {
            match item {
                AccessItem::Statement(statement) => {
                    statement.actions.iter().for_each(|action| self.verb(*action, ty, true));
                    self.value(&statement.on, Wanted::What, scope);
                    self.conditions(&statement.when, scope);
                }
                AccessItem::If { condition, then, otherwise, .. } => {
                    self.value(condition, Wanted::Truth, scope);
                    self.access(then, scope, ty);
                    self.access(otherwise, scope, ty);
                }
            }
        }
    }

    fn conditions(&mut self, conditions: &'p [Condition], scope: &Scope<'_, 'p>) {
        for condition in conditions {
            self.word(condition.key, Word::ConditionKey, None);
            self.value(&condition.value, Wanted::Any, scope);
        }
    }

    pub(super) fn ports(&mut self, ports: &'p [PortSpec], scope: &Scope<'_, 'p>) {
        for port in ports {
            port.from.iter().chain(&port.to).for_each(|end| self.value(end, Wanted::Any, scope));
        }
    }

    fn test(&mut self, test: &'p Test, scope: &Scope<'_, 'p>) {
        self.value(&test.name, Wanted::Prose, scope);
        test.environments.iter().for_each(|environment| self.environment(*environment));
        self.entries(&test.with, Keys::Params(false), scope);
        match &test.body {
            TestBody::Asserts(asserts) => asserts.iter().for_each(|assert| self.value(assert, Wanted::Truth, scope)),
            TestBody::Fails(code) => self.code(*code),
        }
    }

    fn mark(&mut self, mark: &'p Mark, scope: &Scope<'_, 'p>) {
        self.word(mark.name, Word::Mark, None);
        for argument in &mark.arguments {
            match argument {
                MarkArgument::Word(word) if mark.name.name == "waive" => self.code(*word),
                MarkArgument::Word(_) => {}
                MarkArgument::On(ty) => self.type_name(*ty, false),
                MarkArgument::Because(text) | MarkArgument::Until(text) => self.value(text, Wanted::Prose, scope),
                MarkArgument::Entry(entry) => self.entry(entry, Keys::Any, &[], scope),
            }
        }
    }

    fn code(&mut self, code: Ident) {
        let rule = self.view.program.policies().find(|rule| rule.name.name == code.name);
        let target = match rule {
            Some(rule) => Some(Target::Rule(rule)),
            None => crate::diag::codes::Code::find(code.name.as_str()).map(|_| Target::Code(code.name)),
        };
        self.word(code, Word::Code, target);
    }

    pub(super) fn environment(&mut self, name: Ident) {
        let target = self.view.program.environments.get(&name.name).map(|(_, found)| Target::Environment(found));
        self.word(name, Word::Environment, target);
    }

    fn path(&mut self, path: &'p Path) {
        if let Some(name) = path.names.first() {
            let target = self.global(*name);
            self.word(*name, Word::Stack, target);
        }
    }

    fn global(&self, name: Ident) -> Option<Target<'p>> {
        let found = self.view.program.find(name.name, name.span.file)?;
        Some(self.view.of_global(found.global, 0).0)
    }

    /// Names with a value that nothing declares.
    fn given(&self, names: &[&str]) -> Vec<Local<'p>> {
        let given = |name: &&str| {
            let name = Symbol::new(name);
            Local { name, target: Target::Own(Own::Value, name), ty: Ty::Plain("text") }
        };
        names.iter().map(given).collect()
    }

    /// The properties of a type as names, as in `access on`.
    fn properties(&self, ty: &Ty<'p>) -> Vec<Local<'p>> {
        let Ty::Resource(ty) = ty else { return Vec::new() };
        let local = |property: crate::catalog::Property| Local {
            name: Symbol::new(property.name()),
            target: Target::Property(*ty, property),
            ty: Ty::Unknown,
        };
        ty.properties().map(local).collect()
    }

    pub(super) fn bound(&mut self, binders: &'p [Ident], source: &'p Expr, scope: &Scope<'_, 'p>) -> Vec<Local<'p>> {
        binders.iter().for_each(|binder| self.declares(Target::Binder(*binder)));
        self.view.bound(binders, source, scope, 0)
    }
}
