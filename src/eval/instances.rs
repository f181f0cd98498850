//! Instances: their settings, the content of their components, and what they are called in ids.

use std::cell::RefCell;

use crate::base::{IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::Evaluator;
use crate::eval::model::{self, InstanceId, ResourceId};
use crate::eval::naming::{kebab, pascal};
use crate::eval::origin::Origin;
use crate::eval::renamed::Was;
use crate::eval::scope::{BodyId, Member, Owner, Placed, Scope, State};
use crate::eval::value::{Kind, Node, NodeKind, Value};
use crate::resolve::words;
use crate::syntax::ast::{self, Component, Entry, EntryKey, ItemKind, With};

pub(super) use crate::resolve::words::COMMON_SETTINGS;

/// What is known of an instance beyond the model.
pub(super) struct InstanceData<'p> {
    pub(super) item: &'p ast::Item,
    pub(super) syntax: &'p ast::Instance,
    /// The names that hold where it stands.
    pub(super) scope: Scope<'p>,
    pub(super) component: Option<&'p Component>,
    /// The content of its component, once opened.
    pub(super) body: Option<BodyId>,
    /// `with` entries for this one, from outside, with the names that hold there.
    pub(super) withs: Vec<(&'p With, Scope<'p>)>,
    /// `extend` entries.
    pub(super) extensions: Vec<(&'p Entry, Scope<'p>)>,
    /// Settings already found.
    pub(super) found: IndexMap<Symbol, Value>,
    /// What led here, for origins.
    pub(super) through: Origin,
    /// Its path from the stack on, in Pascal case: its logical id, if it is a resource.
    pub(super) logical: String,
    /// Its path as the source spells it.
    pub(super) path: String,
    /// Its path in kebab case, once asked for.
    pub(super) id: Option<String>,
    /// Where `main` stands.
    pub(super) main: bool,
    /// What it was called when it was first deployed.
    pub(super) was: Option<Was>,
}

impl<'p> Evaluator<'p> {
    pub(super) fn data(&self, id: InstanceId) -> Option<&InstanceData<'p>> {
        self.instances.get(id.index())
    }

    /// Declares `name = Type { … }` in a body.
    pub(super) fn declare_instance(&mut self, body: BodyId, placed: &Placed<'p>, instance: &'p ast::Instance) {
        // Outside of any stack: reported where it was read.
        let Some(stack) = self.stack_of(placed.owner) else { return };
        let key = match &instance.key {
            Some(key) => match self.instance_key(key, &placed.scope) {
                Some(key) => Some(key),
                None => return self.could_not_declare(body, instance.name.name),
            },
            None => None,
        };
        if self.is_declared(body, instance, key) {
            return;
        }
        let ty = self.program.whole_name(instance.ty.name, instance.ty.span.file);
        let component = self.component(ty);
        let unchecked = words::is_unchecked(placed.item) && ty.as_str().contains("::");
        if component.is_none() && !unchecked && !self.is_resource_type(ty) {
            self.report(self.program.unknown_instance_type(instance.ty));
            return self.could_not_declare(body, instance.name.name);
        }
        let parent = match placed.owner {
            Owner::Component(parent) => Some(parent),
            Owner::System | Owner::Stack(_) => None,
        };
        let outer = parent.and_then(|parent| self.data(parent)).map_or(Origin::INHERITED, |data| data.through);
        let origin = self.model.origins.add(instance.name.span, "", outer);
        let id = InstanceId(u32::try_from(self.model.instances.len()).unwrap_or(u32::MAX));
        let was = self.was(placed.item);
        let (logical, path) = self.paths(parent, instance, key, stack, was.as_ref());
        self.model.instances.push(model::Instance {
            stack,
            parent,
            name: instance.name.name,
            key,
            ty,
            resource: None,
            origin,
        });
        let withs = self.withs_for(parent, instance.name.name);
        self.instances.push(InstanceData {
            item: placed.item,
            syntax: instance,
            scope: placed.scope.clone(),
            component,
            body: None,
            withs,
            extensions: Vec::new(),
            found: IndexMap::default(),
            through: origin,
            logical,
            path,
            id: None,
            main: instance.main.is_some(),
            was,
        });
        if component.is_none() {
            self.declare_resource(id, stack, origin);
        }
        let Some(body) = self.body_mut(body) else { return };
        match key {
            None => {
                body.members.insert(instance.name.name, Member::Instance(id));
            }
            Some(key) => {
                match body.members.entry(instance.name.name).or_insert_with(|| Member::Family(IndexMap::default())) {
                    Member::Family(family) => {
                        family.insert(key, id);
                    }
                    Member::Instance(_) => {}
                }
            }
        }
    }

    fn could_not_declare(&mut self, body: BodyId, name: Symbol) {
        if let Some(body) = self.body_mut(body) {
            body.broken.insert(name);
        }
    }

    /// Why nothing is checked of a resource, if so.
    fn unchecked(&mut self, id: InstanceId, ty: Symbol) -> Option<String> {
        let (item, scope) = self.data(id).map(|data| (data.item, data.scope.clone()))?;
        let mark = item.marks.iter().find(|mark| mark.name.name == words::UNCHECKED);
        let because = mark.into_iter().flat_map(|mark| &mark.arguments).find_map(|argument| match argument {
            ast::MarkArgument::Because(reason) => Some(reason),
            ast::MarkArgument::Word(_)
            | ast::MarkArgument::Until(_)
            | ast::MarkArgument::On(_)
            | ast::MarkArgument::Entry(_) => None,
        });
        match because {
            Some(reason) => Some(self.known_text(reason, &scope)),
            None if mark.is_some() => Some(String::new()),
            None if self.catalog.resource_type(ty.as_str()).is_none() => {
                Some(String::from("only its own function knows what it takes"))
            }
            None => None,
        }
    }

    fn declare_resource(&mut self, id: InstanceId, stack: model::StackId, origin: Origin) {
        let Some(data) = self.data(id) else { return };
        let (path, logical_id, ty) = (data.path.clone(), data.logical.clone(), data.syntax.ty.name);
        let resource = ResourceId(u32::try_from(self.model.resources.len()).unwrap_or(u32::MAX));
        let moved_from = self.moved_from(id, stack);
        let unchecked = self.unchecked(id, ty);
        self.model.resources.push(model::Resource {
            stack,
            instance: id,
            ty,
            path,
            logical_id,
            id: String::new(),
            moved_from,
            name: None,
            properties: Node::new(NodeKind::Map(IndexMap::default()), origin),
            tags: Vec::new(),
            on_delete: None,
            depends_on: Vec::new(),
            attributes: IndexMap::default(),
            unchecked,
            origin,
        });
        if let Some(instance) = self.model.instances.get_mut(id.index()) {
            instance.resource = Some(resource);
        }
    }

    fn instance_key(&mut self, key: &'p ast::Expr, scope: &Scope<'p>) -> Option<Symbol> {
        let value = self.evaluate(key, scope);
        match &value.kind {
            Kind::Int(number) => Some(Symbol::new(&number.to_string())),
            Kind::Text(text) => match self.by_value(text) {
                Some(text) => Some(Symbol::new(&text)),
                None => {
                    let message = "an instance's key must be known when built: it decides which resource it is";
                    let diagnostic = self.deployed(&value, key.span, message);
                    self.report(diagnostic.help("go through a list that stands in the source or comes from a `param`"));
                    None
                }
            },
            Kind::Error => None,
            _ => {
                self.wrong_type(&value, key.span, "an instance's key is a text or a number");
                None
            }
        }
    }

    fn is_declared(&mut self, body: BodyId, instance: &'p ast::Instance, key: Option<Symbol>) -> bool {
        let name = instance.name;
        let first = match (self.body(body).and_then(|body| body.members.get(&name.name)), key) {
            (None, _) => return false,
            (Some(Member::Family(family)), Some(key)) => match family.get(&key) {
                None => return false,
                Some(first) => *first,
            },
            (Some(Member::Instance(first)), _) => *first,
            (Some(Member::Family(family)), None) => match family.values().next() {
                None => return false,
                Some(first) => *first,
            },
        };
        let place = self.data(first).map_or(Span::NONE, |first| first.syntax.name.span);
        let again = place == name.span;
        let what = key.map_or_else(|| format!("`{}`", name.name), |key| format!("`{}[\"{key}\"]`", name.name));
        let mut diagnostic =
            Diagnostic::new(codes::DUPLICATE_DEFINITION, name.span, format!("{what} is defined twice"));
        diagnostic = if again {
            diagnostic.here("in another round of the same loop").help(match key {
                None => format!("give each its key: `{}[…] = …`", name.name),
                Some(_) => String::from("the keys of a loop's instances must differ"),
            })
        } else {
            diagnostic.here("defined again here").label(place, "first defined here").help("rename one of the two")
        };
        diagnostic.rests_on = self.program.copied_part(name.span);
        self.report(diagnostic);
        true
    }

    /// The component of a name.
    pub(super) fn component(&self, name: Symbol) -> Option<&'p Component> {
        self.program.component(name)
    }

    /// Whether a name is a resource type that can be emitted: one of the catalog's, or a custom one.
    pub(super) fn is_resource_type(&self, name: Symbol) -> bool {
        words::is_resource_type(name)
    }

    /// What stands in `with { name { … } }` for an inner instance, at its component's instance.
    fn withs_for(&self, parent: Option<InstanceId>, name: Symbol) -> Vec<(&'p With, Scope<'p>)> {
        let Some(parent) = parent.and_then(|parent| self.data(parent)) else { return Vec::new() };
        let own = parent.syntax.with.iter().map(|with| (with, &parent.scope));
        let outer = parent.withs.iter().flat_map(|(with, scope)| with.inner.iter().map(move |inner| (inner, scope)));
        own.chain(outer)
            .filter(|(with, _)| with.target.name == name)
            .map(|(with, scope)| (with, scope.clone()))
            .collect()
    }

    /// The stack that the resource of an instance, or what the instance is a part of, once stood in.
    fn moved_from(&self, id: InstanceId, stack: model::StackId) -> Option<(Symbol, Span)> {
        let now = self.model.stacks.get(stack.index())?;
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some(was) = self.data(id).and_then(|data| data.was.as_ref())
                && let Some(before) = was.stack
            {
                return (before != now.name && Some(before) != now.was).then_some((before, was.span));
            }
            at = self.model.instances.get(id.index()).and_then(|instance| instance.parent);
        }
        None
    }

    /// An instance's part of logical ids, and its whole path as the source spells it.
    fn paths(
        &self,
        parent: Option<InstanceId>,
        instance: &'p ast::Instance,
        key: Option<Symbol>,
        stack: model::StackId,
        was: Option<&Was>,
    ) -> (String, String) {
        let name = instance.name.name;
        let spelled = key.map_or_else(|| name.as_str().to_owned(), |key| format!("{name}[{:?}]", key.as_str()));
        let called = was.map_or_else(|| pascal(name.as_str()), Was::logical);
        let own = format!("{called}{}", key.map(|key| pascal_key(key.as_str())).unwrap_or_default());
        match parent.and_then(|parent| self.data(parent)) {
            Some(parent) => {
                let adds_nothing = instance.main.is_some() && was.is_none();
                let logical = if adds_nothing { parent.logical.clone() } else { format!("{}{own}", parent.logical) };
                (logical, format!("{}.{spelled}", parent.path))
            }
            None => {
                let stack = self.model.stacks.get(stack.index()).map_or("", |stack| stack.name.as_str());
                (own, format!("{stack}.{spelled}"))
            }
        }
    }

    /// `{id}`: the path in kebab case, unless the source says otherwise.
    pub(super) fn instance_id_text(&mut self, id: InstanceId) -> String {
        if let Some(known) = self.data(id).and_then(|data| data.id.clone()) {
            return known;
        }
        let outside = self.with_setting(id, "id");
        let own = match outside {
            Some(value) => Some((value, true)),
            None => self.setting_if_set(id, Symbol::new("id")).map(|value| (value, false)),
        };
        let spoken = own.and_then(|(value, whole)| {
            let span = self.model.origins.span(value.origin);
            match &value.kind {
                Kind::Text(text) => match self.by_value(text) {
                    Some(text) => Some((text, whole)),
                    None => {
                        let diagnostic = self.deployed(&value, span, "an `id` must be known when built");
                        self.report(diagnostic.help("write it out, or put params into it"));
                        None
                    }
                },
                Kind::Error | Kind::None => None,
                _ => {
                    self.wrong_type(&value, span, "an `id` is a text");
                    None
                }
            }
        });
        let Some(instance) = self.model.instances.get(id.index()) else { return String::new() };
        let (parent, name, key) = (instance.parent, instance.name, instance.key);
        let was = self.data(id).and_then(|data| data.was.as_ref()).map(Was::id);
        let main = was.is_none() && self.data(id).is_some_and(|data| data.main);
        let prefix = parent.map(|parent| self.instance_id_text(parent));
        let text = match (spoken, prefix) {
            (Some((whole, true)), _) | (Some((whole, false)), None) => whole,
            (Some((part, false)), Some(prefix)) if part.is_empty() => prefix,
            (Some((part, false)), Some(prefix)) => format!("{prefix}-{part}"),
            (None, Some(prefix)) if main => prefix,
            (None, prefix) => {
                let mut own = was.unwrap_or_else(|| kebab(name.as_str()));
                if let Some(key) = key {
                    own = format!("{own}-{}", kebab(key.as_str()));
                }
                prefix.map_or(own.clone(), |prefix| format!("{prefix}-{own}"))
            }
        };
        if let Some(data) = self.instances.get_mut(id.index()) {
            data.id = Some(text.clone());
        }
        text
    }

    /// A setting that stands in a `with` outside.
    pub(super) fn with_setting(&mut self, id: InstanceId, name: &str) -> Option<Value> {
        let found = self.data(id)?.withs.iter().find_map(|(with, scope)| {
            with.entries
                .iter()
                .find(|entry| matches!(&entry.entry.key, EntryKey::Word(word) if word.name == *name))
                .map(|entry| (&entry.entry.value, scope.clone()))
        })?;
        Some(self.evaluate(found.0, &found.1))
    }

    /// What an instance sets, evaluated once; `None` if it sets nothing of that name.
    pub(super) fn setting_if_set(&mut self, id: InstanceId, name: Symbol) -> Option<Value> {
        let data = self.data(id)?;
        if let Some(found) = data.found.get(&name) {
            return Some(found.clone());
        }
        let entry = data
            .syntax
            .settings
            .iter()
            .find(|entry| matches!(&entry.key, EntryKey::Word(word) if word.name == name))?;
        let scope = data.scope.clone();
        let outer = outer_origin(self, id);
        let before = std::mem::replace(&mut self.through, outer);
        let value = self.evaluate(&entry.value, &scope);
        self.through = before;
        if let Some(data) = self.instances.get_mut(id.index()) {
            data.found.insert(name, value.clone());
        }
        Some(value)
    }

    /// Opens the content of a component's instance; does nothing for a plain resource.
    pub(super) fn open_instance(&mut self, id: InstanceId) {
        let Some(data) = self.data(id) else { return };
        let (Some(component), None) = (data.component, data.body) else { return };
        let item_span = data.syntax.name.span;
        // A component that contains itself would be opened without end.
        let mut at = self.model.instances.get(id.index()).and_then(|instance| instance.parent);
        while let Some(parent) = at {
            if self
                .data(parent)
                .is_some_and(|parent| parent.component.is_some_and(|outer| std::ptr::eq(outer, component)))
            {
                let diagnostic = Diagnostic::new(
                    codes::DEFINITION_CYCLE,
                    item_span,
                    format!("component `{}` contains itself", component.name.name),
                )
                .label(component.name.span, "defined here")
                .help("a component can only use others; go through a list with `for` where something repeats");
                self.report(diagnostic);
                return;
            }
            at = self.model.instances.get(parent.index()).and_then(|instance| instance.parent);
        }
        let scope = self.root(false);
        let items: Vec<&'p ast::Item> = component.body.iter().collect();
        let body = self.new_body(Owner::Component(id), &scope, &items);
        let params = component.body.iter().filter_map(|item| match &item.kind {
            ItemKind::Param(param) => Some((param.name.name, (param, RefCell::new(State::Unknown)))),
            _ => None,
        });
        if let Some(body) = self.bodies.get_mut(body.0) {
            body.params = params.collect();
        }
        if let Some(data) = self.instances.get_mut(id.index()) {
            data.body = Some(body);
        }
        self.check_settings(id, component);
        let main =
            component.body.iter().any(|item| matches!(&item.kind, ItemKind::Instance(inner) if inner.main.is_some()));
        if main {
            self.find_main(id, body);
        }
    }

    /// Finds the resource that a component's instance stands for.
    fn find_main(&mut self, id: InstanceId, body: BodyId) {
        let component = self.data(id).and_then(|data| data.component);
        let Some(name) = component.and_then(|component| {
            component.body.iter().find_map(|item| match &item.kind {
                ItemKind::Instance(inner) if inner.main.is_some() => Some(inner.name),
                _ => None,
            })
        }) else {
            return;
        };
        let Some(Value { kind: Kind::Instance(inner), .. }) = self.member(body, name.name, name.span) else { return };
        self.open_instance(inner);
        let resource = self.model.instances.get(inner.index()).and_then(|inner| inner.resource);
        if let Some(instance) = self.model.instances.get_mut(id.index()) {
            instance.resource = resource;
        }
    }

    /// Unknown settings, and params without a value.
    fn check_settings(&mut self, id: InstanceId, component: &'p Component) {
        let Some(data) = self.data(id) else { return };
        let syntax = data.syntax;
        let params: Vec<&'p ast::Param> = component
            .body
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Param(param) => Some(param),
                _ => None,
            })
            .collect();
        let mut seen: Vec<(Symbol, Span)> = Vec::new();
        let mut unknown: Vec<(Symbol, Span)> = Vec::new();
        for entry in &syntax.settings {
            let EntryKey::Word(word) = &entry.key else {
                self.report(
                    Diagnostic::new(
                        codes::UNKNOWN_SETTING,
                        entry.span,
                        "a component's settings have plain names, not quoted ones",
                    )
                    .help("write the name without quotes"),
                );
                continue;
            };
            if let Some((_, first)) = seen.iter().find(|(name, _)| *name == word.name) {
                let diagnostic =
                    Diagnostic::new(codes::DUPLICATE_KEY, word.span, format!("`{}` is set twice", word.name))
                        .help("remove one of the two")
                        .label(*first, "first set here");
                self.report(diagnostic);
                continue;
            }
            seen.push((word.name, word.span));
            let known = params.iter().any(|param| param.name.name == word.name)
                || COMMON_SETTINGS.contains(&word.name.as_str());
            if !known {
                unknown.push((word.name, word.span));
            }
        }
        words::unknown_settings(component, syntax.ty, &unknown).into_iter().for_each(|found| self.report(found));
        let mut missing: Vec<&'p ast::Param> = Vec::new();
        for param in params {
            let optional = matches!(param.ty.kind, ast::TypeExprKind::Optional(_));
            let set = seen.iter().any(|(name, _)| *name == param.name.name);
            let extended = self.data(id).is_some_and(|data| {
                data.withs
                    .iter()
                    .any(|(with, _)| with.entries.iter().any(|entry| entry_is(&entry.entry, param.name.name)))
            });
            if !set && !optional && param.default.is_none() && !extended {
                missing.push(param);
            }
        }
        if !missing.is_empty() {
            let (name, ty) = (syntax.name.name, component.name.name);
            let names = missing.iter().map(|param| param.name.name.as_str());
            let message = format!("`{name}` is a `{ty}` without its {}", quoted_list(names.clone(), missing.len()));
            let settings: Vec<String> = names.map(|name| format!("{name} = …")).collect();
            let settings = quoted_list(settings.iter().map(String::as_str), missing.len());
            let diagnostic = Diagnostic::new(codes::MISSING_PARAM, syntax.name.span, message);
            let diagnostic = missing.iter().fold(diagnostic, |diagnostic, param| {
                diagnostic.label(param.name.span, "declared here, without a default")
            });
            self.report(diagnostic.help(format!("add {settings} to its settings")));
        }
    }

    /// The value of a component's param, for one instance.
    pub(super) fn component_param(&mut self, body: BodyId, name: Symbol, span: Span) -> Value {
        let Some(Owner::Component(id)) = self.body(body).map(|body| body.owner) else {
            return self.value(Kind::Error, span);
        };
        let Some((param, state)) =
            self.body(body).and_then(|body| body.params.get(&name)).map(|(param, state)| (*param, state))
        else {
            return self.value(Kind::Error, span);
        };
        state.replace(State::Busy);
        let scope = self.body(body).map_or_else(Scope::empty, |body| body.scope.clone());
        let place = self
            .data(id)
            .and_then(|data| data.syntax.settings.iter().find(|entry| entry_is(entry, name)))
            .map_or(param.name.span, |entry| entry.value.span);
        let outside = self.with_setting(id, name.as_str());
        let given = outside.or_else(|| self.setting_if_set(id, name));
        let given = self.with_extensions(id, name, given);
        let value = match (given, &param.default) {
            (Some(value), Some(default)) if matches!(value.kind, Kind::None) && !is_optional(&param.ty) => {
                // `none` leaves a setting out, so its default holds.
                let value = self.evaluate(default, &scope);
                self.conform(value, &param.ty, &scope, default.span, name.as_str())
            }
            (Some(value), _) => self.conform(value, &param.ty, &scope, place, name.as_str()),
            (None, Some(default)) => {
                let value = self.evaluate(default, &scope);
                self.conform(value, &param.ty, &scope, default.span, name.as_str())
            }
            (None, None) if is_optional(&param.ty) => self.value(Kind::None, param.name.span),
            // Reported where the instance stands.
            (None, None) => self.value(Kind::Error, param.name.span),
        };
        if let Some((_, state)) = self.body(body).and_then(|body| body.params.get(&name)) {
            state.replace(State::Known(value.clone()));
        }
        value
    }

    /// The value of a component's output, for one instance; `None` if it has none of that name.
    pub(super) fn component_output(&mut self, id: InstanceId, name: Symbol, span: Span) -> Option<Value> {
        self.open_instance(id);
        let body = self.data(id)?.body?;
        if !self.body(body)?.outputs.contains_key(&name) {
            // An output may stand in an `if`, which is only looked at now.
            self.declare_all(body);
        }
        let (output, placed, state) = self.body(body)?.outputs.get(&name)?;
        let (output, scope, known) = (*output, placed.scope.clone(), state.borrow().clone());
        match known {
            State::Known(value) => return Some(value),
            State::Busy => return Some(self.circle(name, span, "output")),
            State::Unknown => {
                state.replace(State::Busy);
            }
        }
        let value = self.evaluate(&output.value, &scope);
        if let Some((_, _, state)) = self.body(body).and_then(|body| body.outputs.get(&name)) {
            state.replace(State::Known(value.clone()));
        }
        Some(value)
    }
}

/// The origin that a setting's value continues: what led to the instance.
fn outer_origin(evaluator: &Evaluator<'_>, id: InstanceId) -> Origin {
    evaluator
        .model
        .instances
        .get(id.index())
        .and_then(|instance| instance.parent)
        .and_then(|parent| evaluator.data(parent))
        .map_or(Origin::INHERITED, |parent| parent.through)
}

pub(super) fn entry_is(entry: &Entry, name: Symbol) -> bool {
    matches!(&entry.key, EntryKey::Word(word) if word.name == name)
}

pub(super) fn is_optional(ty: &ast::TypeExpr) -> bool {
    matches!(ty.kind, ast::TypeExprKind::Optional(_))
}

/// A key as a part of a logical id. Where characters are lost, four hexadecimal digits of its hash keep it apart from others.
fn pascal_key(key: &str) -> String {
    let plain = pascal(key);
    let lossless = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | '/'));
    if lossless { plain } else { format!("{plain}{}", crate::eval::builtins::short_hash(key, 4)) }
}
