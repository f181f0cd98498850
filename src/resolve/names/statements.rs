//! Declarations and statements.

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::resolve::names::circles::Kind;
use crate::resolve::names::{Known, Meaning, Walker};
use crate::resolve::words::{self, COMMON_SETTINGS};
use crate::syntax::ast::{
    AccessItem, Component, Condition, Connect, Entry, EntryKey, External, ExternalSource, Fn, Forbid, Grant, Ident,
    Instance, Item, ItemKind, Let, MarkArgument, Param, PathSentence, PortSpec, Test, TestBody, With,
};

impl<'p> Walker<'p> {
    pub(super) fn param(&mut self, param: &'p Param) {
        self.ty(&param.ty);
        param.default.iter().for_each(|default| self.expr(default));
    }

    pub(super) fn binding(&mut self, binding: &'p Let) {
        binding.ty.iter().for_each(|ty| self.ty(ty));
        self.circles.enter(binding.name.name, binding.name.span, Kind::Let);
        let before = std::mem::replace(&mut self.certain, true);
        self.expr(&binding.value);
        self.certain = before;
        self.circles.leave();
    }

    pub(super) fn function(&mut self, function: &'p Fn) {
        self.no_two(function.params.iter().map(|param| param.name), "param");
        let mut names = Vec::new();
        self.circles.enter(function.name.name, function.name.span, Kind::Function);
        for param in &function.params {
            self.must_hide_nothing(param.name);
            self.param(param);
            names.push(Known::new(param.name, Meaning::Param(&param.ty)));
        }
        function.result.iter().for_each(|result| self.ty(result));
        self.within(names, |walker| walker.expr(&function.body));
        self.circles.leave();
    }

    pub(super) fn component(&mut self, component: &'p Component) {
        let system = std::mem::replace(&mut self.system, false);
        let params = component.body.iter().filter_map(|item| match &item.kind {
            ItemKind::Param(param) => Some(Known::new(param.name, Meaning::Param(&param.ty))),
            _ => None,
        });
        let params: Vec<Known<'p>> = params.collect();
        self.circles.enter(component.name.name, component.name.span, Kind::Component);
        let items: Vec<&'p Item> = component.body.iter().collect();
        self.body(&items, params);
        self.circles.leave();
        self.system = system;
    }

    pub(super) fn external(&mut self, external: &'p External) {
        external.title.iter().chain(&external.from).for_each(|expr| self.expr(expr));
        self.entries(&external.settings);
        self.no_two(external.outputs.iter().map(|output| output.name), "output");
        for output in &external.outputs {
            self.ty(&output.ty);
            match &output.source {
                ExternalSource::Parameter => {}
                ExternalSource::Export(name) | ExternalSource::Ssm(name) | ExternalSource::Name(name) => {
                    self.expr(name);
                }
            }
        }
    }

    pub(super) fn test(&mut self, test: &'p Test) {
        for environment in &test.environments {
            if !self.program.environments.contains_key(&environment.name) {
                let program = self.program;
                self.report(words::unknown_environment(program, environment.name, environment.span));
            }
        }
        self.entries(&test.with);
        match &test.body {
            TestBody::Asserts(asserts) => self.exprs(asserts),
            TestBody::Fails(code) => self.expected(code),
        }
    }

    /// A code that looks like one of ours and is none. Rules of policies have codes that are met later.
    fn expected(&mut self, code: &Ident) {
        let name = code.name.as_str();
        let known = || codes::ALL.iter().map(|code| code.name());
        if known().any(|known| known == name) || self.program.policies().any(|rule| rule.name.name == code.name) {
            return;
        }
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CODE, code.span, format!("there is no diagnostic `{name}`"))
            .did_you_mean(code.span, name, known());
        if !diagnostic.fixes.is_empty() {
            self.report(diagnostic);
        }
    }

    /// What stands in marks is read; whether it is right is seen where the mark has a meaning.
    pub(super) fn marks(&mut self) {
        self.quiet = true;
        for (mark, _) in &self.program.marks {
            self.mark_arguments(&mark.arguments);
        }
        self.quiet = false;
    }

    fn mark_arguments(&mut self, arguments: &'p [MarkArgument]) {
        for argument in arguments {
            match argument {
                MarkArgument::Word(_) | MarkArgument::On(_) => {}
                MarkArgument::Because(expr) | MarkArgument::Until(expr) => self.expr(expr),
                MarkArgument::Entry(entry) => self.entry(entry),
            }
        }
    }

    /// The content of a stack, a component or the system: its instances can be seen everywhere in it.
    pub(super) fn body(&mut self, items: &[&'p Item], params: Vec<Known<'p>>) {
        let mut names = params;
        let own = names.len();
        for item in items {
            for_each_declared(item, &mut |name| {
                if !names.iter().skip(own).any(|known| known.name == name.name) {
                    names.push(Known::new(name, Meaning::Value));
                }
            });
        }
        for known in names.clone() {
            self.must_hide_nothing(Ident { name: known.name, span: known.span });
        }
        self.within(names, |walker| walker.block(items));
    }

    /// The statements of a block, where its `let`s can be seen.
    fn block(&mut self, items: &[&'p Item]) {
        self.no_two_in(items);
        let lets: Vec<Ident> = items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Let(binding) => Some(binding.name),
                _ => None,
            })
            .collect();
        for name in &lets {
            let declared = |item: &&'p Item| match &item.kind {
                ItemKind::Instance(instance) => instance.name.name == name.name,
                ItemKind::Param(param) => param.name.name == name.name,
                _ => false,
            };
            // In one block it is a second definition, and told as such.
            if !items.iter().any(declared) {
                self.must_hide_nothing(*name);
            }
        }
        let names = lets.iter().map(|name| Known::new(*name, Meaning::Let)).collect();
        self.within(names, |walker| {
            items.iter().for_each(|item| walker.item(item));
        });
        for name in lets {
            self.unread(name);
        }
    }

    fn nested(&mut self, items: &'p [Item]) {
        let before = std::mem::replace(&mut self.certain, false);
        self.block(&items.iter().collect::<Vec<_>>());
        self.certain = before;
    }

    /// The names of a loop, and what is done with them.
    pub(super) fn bound(&mut self, binders: &'p [Ident], work: impl FnOnce(&mut Self)) {
        self.no_two(binders.iter().copied(), "name");
        for binder in binders {
            self.must_hide_nothing(*binder);
        }
        self.within(binders.iter().map(|binder| Known::new(*binder, Meaning::Value)).collect(), work);
    }

    fn item(&mut self, item: &'p Item) {
        let before = std::mem::replace(&mut self.quiet, true);
        item.marks.iter().for_each(|mark| self.mark_arguments(&mark.arguments));
        self.quiet = before;
        match &item.kind {
            ItemKind::Param(param) => self.param(param),
            ItemKind::Let(binding) => self.binding(binding),
            ItemKind::Instance(instance) => self.instance(instance, words::is_unchecked(item)),
            ItemKind::If(branch) => {
                self.expr(&branch.condition);
                self.nested(&branch.then);
                self.nested(&branch.otherwise);
            }
            ItemKind::For(each) => {
                self.expr(&each.source);
                self.bound(&each.binders, |walker| walker.nested(&each.body));
            }
            ItemKind::Match(choice) => {
                self.expr(&choice.subject);
                self.match_arms(choice);
                for arm in &choice.arms {
                    self.exprs(&arm.values);
                    self.nested(&arm.body);
                }
            }
            ItemKind::Output(output) => {
                self.expr(&output.value);
                output.as_name.iter().for_each(|name| self.expr(name));
            }
            ItemKind::Tags(entries) => self.entries(entries),
            ItemKind::Naming(rules) => self.naming_within(rules),
            ItemKind::Grant(grant) | ItemKind::Deny(grant) => self.grant(grant),
            ItemKind::Permit(permit) => {
                self.grant(&permit.grant);
                permit.because.iter().for_each(|because| self.expr(because));
            }
            ItemKind::Connect(connect) => self.connect(connect),
            ItemKind::Forbid(Forbid::Path(path)) => self.path_sentence(path),
            ItemKind::Forbid(Forbid::Grant(grant)) => self.grant(grant),
            ItemKind::Extend(extend) => {
                self.expr(&extend.target);
                self.entries(&extend.entries);
            }
            ItemKind::Ensure(ensure) => {
                ensure.text.iter().chain(&ensure.body).for_each(|expr| self.expr(expr));
            }
            ItemKind::Claim(claim) => {
                self.expr(&claim.text);
                self.entries(&claim.entries);
            }
            ItemKind::Access(verb) => {
                let given = ["arn", "id", "name", "it", "under", "principal"].map(Symbol::new);
                let given = given.map(|name| Known { name, span: Span::NONE, meaning: Meaning::Value });
                self.within(given.to_vec(), |walker| walker.access(&verb.body));
            }
            ItemKind::Principal(principal) => self.expr(principal),
            ItemKind::Endpoint(endpoint) => {
                self.expr(&endpoint.group);
                self.ports(&endpoint.ports);
            }
            // What a policy is called is looked up when its rules are decided; the rest declares nothing in a block.
            ItemKind::UsePolicy(_)
            | ItemKind::System(_)
            | ItemKind::Environment(_)
            | ItemKind::RequireTag(_)
            | ItemKind::AtLeast(_)
            | ItemKind::Crossing(_)
            | ItemKind::Stack(_)
            | ItemKind::Component(_)
            | ItemKind::AccessOn(_)
            | ItemKind::External(_)
            | ItemKind::Step(_)
            | ItemKind::Policy(_)
            | ItemKind::Use(_)
            | ItemKind::Test(_)
            | ItemKind::Lints(_)
            | ItemKind::Fn(_)
            | ItemKind::Type(_)
            | ItemKind::Error => {}
        }
    }

    fn instance(&mut self, instance: &'p Instance, unchecked: bool) {
        instance.key.iter().for_each(|key| self.expr(key));
        let ty = instance.ty;
        match self.program.component_at(ty) {
            Some(component) => {
                if !component.name.span.file.is_stdlib() {
                    self.circles.needs(component.name.span, instance.name.span, true);
                }
                let params = |name: Symbol| {
                    component
                        .body
                        .iter()
                        .any(|item| matches!(&item.kind, ItemKind::Param(param) if param.name.name == name))
                };
                let words = instance.settings.iter().filter_map(|entry| match &entry.key {
                    EntryKey::Word(word) => Some((word.name, word.span)),
                    EntryKey::Text(_) => None,
                });
                let unknown: Vec<_> =
                    words.filter(|(name, _)| !params(*name) && !COMMON_SETTINGS.contains(&name.as_str())).collect();
                words::unknown_settings(component, ty, &unknown).into_iter().for_each(|found| self.report(found));
            }
            None if unchecked && ty.name.as_str().contains("::") => {}
            None if words::is_resource_type(ty.name) => self.properties(instance),
            None => {
                let program = self.program;
                self.report(program.unknown_instance_type(ty));
            }
        }
        self.entries(&instance.settings);
        self.withs(&instance.with);
    }

    fn properties(&mut self, instance: &'p Instance) {
        let ty = instance.ty.name.as_str();
        let Some(known) = crate::catalog::catalog().resource_type(ty) else { return };
        for entry in &instance.settings {
            let EntryKey::Word(word) = &entry.key else { continue };
            let name = word.name.as_str();
            if known.property(name).is_none() && !COMMON_SETTINGS.contains(&name) {
                self.report(words::unknown_property(ty, word.name, word.span));
            }
        }
    }

    fn withs(&mut self, withs: &'p [With]) {
        for with in withs {
            for entry in &with.entries {
                self.entry(&entry.entry);
                entry.because.iter().for_each(|because| self.expr(because));
            }
            self.withs(&with.inner);
        }
    }

    fn grant(&mut self, grant: &'p Grant) {
        self.expr(&grant.who);
        self.expr(&grant.on);
        grant.under.iter().for_each(|under| self.expr(under));
        self.conditions(&grant.when);
    }

    fn conditions(&mut self, conditions: &'p [Condition]) {
        conditions.iter().for_each(|condition| self.expr(&condition.value));
    }

    fn connect(&mut self, connect: &'p Connect) {
        self.expr(&connect.from);
        self.expr(&connect.to);
        self.ports(&connect.ports);
    }

    pub(super) fn path_sentence(&mut self, path: &'p PathSentence) {
        [&path.from, &path.to].into_iter().chain(&path.through).chain(&path.without).for_each(|end| self.expr(end));
        self.ports(&path.ports);
    }

    pub(super) fn ports(&mut self, ports: &'p [PortSpec]) {
        for port in ports {
            port.from.iter().chain(&port.to).for_each(|expr| self.expr(expr));
        }
    }

    fn access(&mut self, items: &'p [AccessItem]) {
        for item in items {
            match item {
                AccessItem::Statement(statement) => {
                    self.expr(&statement.on);
                    self.conditions(&statement.when);
                }
                AccessItem::If { condition, then, otherwise, .. } => {
                    self.expr(condition);
                    self.access(then);
                    self.access(otherwise);
                }
            }
        }
    }

    pub(super) fn entries(&mut self, entries: &'p [Entry]) {
        entries.iter().for_each(|entry| self.entry(entry));
    }

    pub(super) fn entry(&mut self, entry: &'p Entry) {
        if let EntryKey::Text(key) = &entry.key {
            self.expr(key);
        }
        self.expr(&entry.value);
    }

    /// An arm that serves nothing.
    pub(super) fn unreachable(&mut self, place: Span, message: String, cause: Span, because: &str) -> Diagnostic {
        Diagnostic::new(codes::UNREACHABLE_ARM, place, message).label(cause, because).help("correct it, or remove it")
    }
}

/// Calls a function for every instance that a statement may declare.
fn for_each_declared(item: &Item, visit: &mut impl FnMut(Ident)) {
    match &item.kind {
        ItemKind::Instance(instance) => visit(instance.name),
        ItemKind::If(branch) => {
            branch.then.iter().chain(&branch.otherwise).for_each(|item| for_each_declared(item, visit));
        }
        ItemKind::For(each) => each.body.iter().for_each(|item| for_each_declared(item, visit)),
        ItemKind::Match(choice) => {
            choice.arms.iter().flat_map(|arm| &arm.body).for_each(|item| for_each_declared(item, visit));
        }
        _ => {}
    }
}
