//! After structure: `extend`, properties, names, tags, outputs, waivers.

use crate::base::{IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::instances::{COMMON_SETTINGS, entry_is};
use crate::eval::late::Late;
use crate::eval::model::{self, InstanceId, ResourceId};
use crate::eval::origin::Origin;
use crate::eval::properties::Slot;
use crate::eval::scope::{Owner, Placed, Scope};
use crate::eval::value::{Hole, Kind, Node, NodeKind, Template, Value};
use crate::resolve::words::{UNCHECKED, is_unchecked};
use crate::syntax::ast::{self, Entry, EntryKey, ItemKind, Mark, MarkArgument, With};

/// The marks that are not for one of CloudFormation's attributes.
const MARKS: [&str; 7] = ["waive", "was", "retain", "update", "creation", "metadata", UNCHECKED];

/// A setting's value, where it is said and, for an override, why.
struct Setting {
    key: Symbol,
    key_span: Span,
    value: Value,
}

impl<'p> Evaluator<'p> {
    /// Hands the entries of every `extend` to their targets.
    pub(super) fn apply_extensions(&mut self) {
        for placed in self.statements.clone() {
            let ItemKind::Extend(extend) = &placed.item.kind else { continue };
            let target = self.evaluate(&extend.target, &placed.scope);
            let ids: Vec<InstanceId> = match &target.kind {
                Kind::Instance(id) => vec![*id],
                Kind::Family(family) => family.values().copied().collect(),
                Kind::Error => continue,
                Kind::Absent(name) => {
                    self.absent(*name, extend.target.span);
                    continue;
                }
                Kind::External(_) => {
                    self.report(
                        Diagnostic::new(
                            codes::EXTEND_REPLACES,
                            extend.target.span,
                            "what is external cannot be extended from here",
                        )
                        .help("it is deployed by others; change it there"),
                    );
                    continue;
                }
                _ => {
                    self.wrong_type(&target, extend.target.span, "`extend` adds to an instance");
                    continue;
                }
            };
            for id in ids {
                for entry in &extend.entries {
                    self.extend_instance(id, entry, &placed.scope);
                }
            }
        }
    }

    fn extend_instance(&mut self, id: InstanceId, entry: &'p Entry, scope: &Scope<'p>) {
        let EntryKey::Word(word) = &entry.key else { return };
        let used = self.data(id).and_then(|data| data.body).and_then(|body| self.body(body)).is_some_and(|body| {
            body.params
                .get(&word.name)
                .is_some_and(|(_, state)| !matches!(*state.borrow(), crate::eval::scope::State::Unknown))
        });
        if used {
            let diagnostic = Diagnostic::new(
                codes::EXTEND_REPLACES,
                word.span,
                format!("`{}` decides what is built there, so it cannot be extended from elsewhere", word.name),
            )
            .help("set it where the instance stands");
            self.report(diagnostic);
            return;
        }
        if let Some(component) = self.data(id).and_then(|data| data.component) {
            let known: Vec<&str> = component
                .body
                .iter()
                .filter_map(|item| match &item.kind {
                    ItemKind::Param(param) => Some(param.name.name.as_str()),
                    _ => None,
                })
                .collect();
            if !known.contains(&word.name.as_str()) && !COMMON_SETTINGS.contains(&word.name.as_str()) {
                let diagnostic = Diagnostic::new(
                    codes::UNKNOWN_SETTING,
                    word.span,
                    format!("`{}` has no setting `{}`", component.name.name, word.name),
                )
                .did_you_mean(word.span, word.name.as_str(), known);
                self.report(diagnostic);
                return;
            }
        }
        if let Some(data) = self.instances.get_mut(id.index()) {
            data.extensions.push((entry, scope.clone()));
        }
    }

    /// A setting's value with what `extend` adds to it.
    pub(super) fn with_extensions(&mut self, id: InstanceId, name: Symbol, value: Option<Value>) -> Option<Value> {
        let extensions: Vec<(&'p Entry, Scope<'p>)> = self
            .data(id)
            .map(|data| data.extensions.iter().filter(|(entry, _)| entry_is(entry, name)).cloned().collect())
            .unwrap_or_default();
        let mut value = value;
        for (entry, scope) in extensions {
            let added = self.evaluate(&entry.value, &scope);
            value = Some(match value {
                None => added,
                Some(before) if before.is_none() => added,
                Some(before) => self.extended(&before, &added, entry),
            });
        }
        value
    }

    fn extended(&mut self, before: &Value, added: &Value, entry: &'p Entry) -> Value {
        match (&before.kind, &added.kind) {
            (Kind::Error, _) | (_, Kind::Error) => before.clone(),
            // Said twice, meant once.
            (Kind::Bool(a), Kind::Bool(b)) if a == b => before.clone(),
            (Kind::List(a), Kind::List(b)) => {
                let joined = a.iter().chain(b.iter()).cloned().collect();
                Value::new(Kind::List(std::sync::Arc::new(joined)), before.origin)
            }
            (Kind::Record(a), Kind::Record(b)) if b.keys().all(|key| !a.contains_key(key)) => {
                let joined = a.iter().chain(b.iter()).map(|(key, value)| (*key, value.clone())).collect();
                Value::new(Kind::Record(std::sync::Arc::new(joined)), before.origin)
            }
            _ => {
                let place = self.model.origins.user_span(before.origin);
                let diagnostic =
                    Diagnostic::new(codes::EXTEND_REPLACES, entry.span, "this is set already, and `extend` only adds")
                        .label(place, "set here")
                        .help("add elements to a list or keys to a map; what is set otherwise changes where it stands");
                self.report(diagnostic);
                before.clone()
            }
        }
    }

    /// Properties, names, tags and the rest of every resource.
    pub(super) fn finish_resources(&mut self) {
        for id in self.model.resource_ids() {
            if self.exhausted {
                break;
            }
            self.finish_resource(id);
        }
        self.finish_stacks();
    }

    fn finish_stacks(&mut self) {
        let scope = self.root(true);
        let tags = self.program.tags.clone();
        self.model.tags = self.tags_of(tags, &scope);
        for placed in self.statements.clone() {
            let (ItemKind::Tags(entries), Owner::Stack(stack)) = (&placed.item.kind, placed.owner) else { continue };
            let tags = self.tags_of(entries, &placed.scope);
            if let Some(stack) = self.model.stacks.get_mut(stack.index()) {
                stack.tags.extend(tags);
            }
        }
        let environment = self.environment;
        let lower = self.program.at_least.iter().filter(|(_, one)| one.higher.name == environment);
        self.model.at_least = lower.map(|(item, one)| (one.lower.name, item.span)).collect();
        for (item, required) in self.program.required_tags.clone() {
            self.model.required_tags.push(model::RequiredTag {
                key: required.name.name,
                pattern: required.pattern.as_ref().map(|pattern| pattern.text.clone()),
                span: item.span,
            });
        }
    }

    fn finish_resource(&mut self, id: ResourceId) {
        let Some(resource) = self.model.resources.get(id.index()) else { return };
        let (instance, ty, stack, origin) = (resource.instance, resource.ty, resource.stack, resource.origin);
        if let Some(stack) = self.model.stacks.get_mut(stack.index()) {
            stack.resources.push(id);
        }
        let whole_id = self.instance_id_text(instance);
        if let Some(resource) = self.model.resources.get_mut(id.index()) {
            resource.id = whole_id;
        }
        let unchecked = self.data(instance).is_some_and(|data| is_unchecked(data.item));
        let known = self.catalog.resource_type(ty.as_str());
        let settings = self.settings_of(instance);
        let mut properties: IndexMap<Symbol, Node> = IndexMap::default();
        for setting in &settings {
            if COMMON_SETTINGS.contains(&setting.key.as_str()) {
                continue;
            }
            let node = if unchecked { self.taken_as_written(ty, setting) } else { self.property_of(ty, setting) };
            if let Some(node) = node {
                properties.insert(setting.key, node);
            }
        }
        // The name comes first, where readers look for it.
        let name_property = known.and_then(|known| known.name_rules()).map(|rules| rules.property());
        let name = match name_property.and_then(|path| named_in(&properties, path)) {
            Some(node) => match &node.kind {
                NodeKind::Text(text) => Some(model::Name {
                    text: text.clone(),
                    origin: node.origin,
                    property: name_property.map(str::to_owned),
                    spread: node.spread,
                    excused: false,
                }),
                _ => None,
            },
            // Within a record that the source does not give, there is nothing to name.
            None => self.resource_name(id, name_property.filter(|path| takes_name(&properties, path))),
        };
        let mut derived = None;
        if let (Some(name), Some(path)) = (&name, name_property)
            && named_in(&properties, path).is_none()
        {
            derived = Some(path);
            let node = Node::new(NodeKind::Text(name.text.clone()), name.origin).spread(name.spread);
            put_name(&mut properties, path, node);
        }
        let tags = self.tags_setting(instance);
        let on_delete = self.on_delete(instance, known.is_some_and(|known| known.takes_snapshots()));
        let depends_on = self.after_setting(instance);
        let attributes = self.attribute_marks(instance);
        let properties = Node::new(NodeKind::Map(properties), origin);
        self.check_secrecy(known, ty.as_str(), instance, &properties);
        if let Some(known) = known.filter(|_| !unchecked) {
            let region = self.model.stacks.get(stack.index()).map(|stack| stack.region.clone()).unwrap_or_default();
            self.check_shape(known, instance, &properties, &region, derived);
            self.check_spread_properties(&properties, known.shape(), instance, derived);
        }
        if let Some(resource) = self.model.resources.get_mut(id.index()) {
            resource.properties = properties;
            resource.name = name;
            resource.tags = tags;
            resource.on_delete = on_delete;
            resource.depends_on = depends_on;
            resource.attributes = attributes;
        }
    }

    /// What an instance's own block says, what stands in a `with` around it, and what `extend` adds.
    fn settings_of(&mut self, id: InstanceId) -> Vec<Setting> {
        let Some(data) = self.data(id) else { return Vec::new() };
        let (syntax, withs) = (data.syntax, data.withs.clone());
        let scope = data.scope.clone();
        let mut settings: Vec<Setting> = Vec::new();
        for entry in &syntax.settings {
            let Some((key, key_span)) = self.entry_key(entry, &scope) else { continue };
            if let Some(first) = settings.iter().find(|setting| setting.key == key) {
                let diagnostic = Diagnostic::new(codes::DUPLICATE_KEY, key_span, format!("`{key}` is set twice"))
                    .help("remove one of the two")
                    .label(first.key_span, "first set here");
                self.report(diagnostic);
                continue;
            }
            let value = match &entry.key {
                EntryKey::Word(_) => self.setting_if_set(id, key),
                EntryKey::Text(_) => Some(self.evaluate(&entry.value, &scope)),
            };
            if let Some(value) = value {
                settings.push(Setting { key, key_span, value });
            }
        }
        for (with, scope) in withs {
            self.apply_with(with, &scope, &mut settings);
        }
        let added: Vec<Symbol> = self
            .data(id)
            .map(|data| {
                data.extensions
                    .iter()
                    .filter_map(|(entry, _)| match &entry.key {
                        EntryKey::Word(word) => Some(word.name),
                        EntryKey::Text(_) => None,
                    })
                    .collect()
            })
            .unwrap_or_default();
        for key in added {
            let before = settings.iter().position(|setting| setting.key == key);
            let value = before.and_then(|at| settings.get(at)).map(|setting| setting.value.clone());
            let Some(value) = self.with_extensions(id, key, value) else { continue };
            match before.and_then(|at| settings.get_mut(at)) {
                Some(setting) => setting.value = value,
                None => settings.push(Setting { key, key_span: self.model.origins.span(value.origin), value }),
            }
        }
        settings
    }

    fn apply_with(&mut self, with: &'p With, scope: &Scope<'p>, settings: &mut Vec<Setting>) {
        for entry in &with.entries {
            let Some((key, key_span)) = self.entry_key(&entry.entry, scope) else { continue };
            let value = self.evaluate(&entry.entry.value, scope);
            let reason = entry.because.as_ref().map(|because| self.known_text(because, scope));
            match settings.iter_mut().find(|setting| setting.key == key) {
                None => settings.push(Setting { key, key_span, value }),
                Some(setting) if COMMON_SETTINGS.contains(&key.as_str()) || setting.value.is_none() => {
                    setting.value = value
                }
                Some(setting) => {
                    let place = setting.key_span;
                    if entry.overrides.is_some() && reason.is_some_and(|reason| !reason.trim().is_empty()) {
                        setting.value = value;
                    } else {
                        let diagnostic = Diagnostic::new(
                            codes::OVERRIDE_WITHOUT_REASON,
                            key_span,
                            format!("the component sets `{key}` itself"),
                        )
                        .label(place, "set here")
                        .help(format!("write `override {key} = … because \"…\"` if it must be otherwise"));
                        self.report(diagnostic);
                    }
                }
            }
        }
    }

    /// A property of an instance that is marked as unchecked: as its shape would have it where it has that, else as it stands.
    fn taken_as_written(&mut self, ty: Symbol, setting: &Setting) -> Option<Node> {
        let before = self.diagnostics.len();
        let node = self.property_of(ty, setting);
        if self.diagnostics.len() == before {
            return node;
        }
        self.diagnostics.truncate(before);
        let is_whole = |node: &Node| !node.has_error();
        let span = self.model.origins.span(setting.value.origin);
        node.filter(is_whole).or_else(|| self.plain_node(&setting.value, span))
    }

    fn property_of(&mut self, ty: Symbol, setting: &Setting) -> Option<Node> {
        let key = setting.key;
        let span = self.model.origins.span(setting.value.origin);
        let Some(known) = self.catalog.resource_type(ty.as_str()) else {
            return self.plain_node(&setting.value, span);
        };
        match known.property(key.as_str()) {
            Some(property) => self.property_node(
                &setting.value,
                property.shape(),
                Slot { ty: ty.as_str(), path: key.as_str(), key: setting.key_span, span },
            ),
            None => {
                self.report(crate::resolve::words::unknown_property(ty.as_str(), key, setting.key_span));
                None
            }
        }
    }

    /// The outputs of stacks.
    pub(super) fn finish_outputs(&mut self) {
        let mut bodies: Vec<(model::StackId, crate::eval::scope::BodyId)> =
            self.stack_bodies.values().flatten().copied().collect();
        bodies.sort_unstable_by_key(|(stack, _)| *stack);
        for (stack, body) in bodies {
            let outputs: Vec<(&'p ast::Output, Placed<'p>)> = self
                .body(body)
                .map(|body| body.outputs.values().map(|(output, placed, _)| (*output, placed.clone())).collect())
                .unwrap_or_default();
            for (output, placed) in outputs {
                if let Some(output) = self.stack_output(output, &placed)
                    && let Some(stack) = self.model.stacks.get_mut(stack.index())
                {
                    stack.outputs.push(output);
                }
            }
        }
    }

    fn stack_output(&mut self, output: &'p ast::Output, placed: &Placed<'p>) -> Option<model::Output> {
        let value = self.evaluate(&output.value, &placed.scope);
        let node = match &value.kind {
            Kind::Secret(_) => {
                self.secret_exposed(&value, output.value.span, "an output");
                return None;
            }
            Kind::Instance(id) => {
                let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource)?;
                let attribute = crate::eval::value::Attribute::Id;
                Node::new(NodeKind::Text(Template::hole(Hole::Resource(resource, attribute))), value.origin)
            }
            Kind::List(_) => {
                self.report(
                    Diagnostic::new(codes::WRONG_TYPE, output.value.span, "an output is one text, not a list")
                        .help("join it: `join(\",\", [for x in list: x.id])`"),
                );
                return None;
            }
            Kind::Text(text) if self.late(text) == Some(Late::List) => {
                self.wrong_type(&value, output.value.span, "an output is one text");
                return None;
            }
            _ => self.plain_node(&value, output.value.span)?,
        };
        self.check_shown(&node, output.value.span, "an output");
        let export = match (&output.as_name, placed.owner) {
            (Some(name), _) => {
                let (text, spread) = self.spread_text_of(name, &placed.scope);
                if text.holes().any(|hole| matches!(hole, Hole::Resource(..))) && self.by_value(&text).is_none() {
                    let value = self.value(Kind::Text(text.clone()), name.span);
                    let message = "an export's name cannot depend on what is deployed";
                    let diagnostic = self.deployed(&value, name.span, message);
                    self.report(diagnostic.help("use params, `stack`, `env`, `account` and `region` in it"));
                }
                let origin = self.model.origins.add(name.span, "", Origin::INHERITED);
                Some(model::Export { text, origin, spread })
            }
            (None, Owner::Stack(stack)) => self.export_name(stack, output.name.name),
            (None, Owner::System | Owner::Component(_)) => None,
        };
        let origin = self.model.origins.add(output.name.span, "", Origin::INHERITED);
        Some(model::Output {
            name: output.name.name,
            value: node,
            description: placed.item.doc.as_ref().map(|doc| doc.text.clone()),
            export,
            origin,
        })
    }

    /// Waivers, and marks that nothing knows.
    pub(super) fn gather_waivers(&mut self) {
        let scope = self.root(true);
        for (mark, item) in self.program.marks.clone() {
            let name = mark.name.name;
            if name == "waive" {
                self.waive(mark, item, &scope);
            } else if name == "was" {
                self.check_place_of_was(mark, item);
            } else if name == UNCHECKED {
                self.check_unchecked(mark, item);
            } else if !MARKS.contains(&name.as_str()) {
                let diagnostic =
                    Diagnostic::new(codes::UNKNOWN_MARK, mark.name.span, format!("there is no mark `@{name}`"))
                        .did_you_mean(mark.name.span, name.as_str(), MARKS);
                self.report(diagnostic);
            }
        }
    }

    /// The mark gives its reason, and stands before an instance of a CloudFormation type.
    fn check_unchecked(&mut self, mark: &'p Mark, item: &'p ast::Item) {
        let of_a_type = matches!(&item.kind, ItemKind::Instance(instance) if instance.ty.name.as_str().contains("::"));
        if !of_a_type {
            let diagnostic = Diagnostic::new(
                codes::MISPLACED,
                mark.span,
                "`@unchecked` stands before an instance of a CloudFormation type",
            )
            .label(item.span, "this is none")
            .help("what a component makes is checked; `with` and `override … because` change it");
            self.report(diagnostic);
        }
        let reasoned = mark.arguments.iter().any(|argument| matches!(argument, MarkArgument::Because(_)));
        if !reasoned {
            let diagnostic = Diagnostic::new(
                codes::WAIVER_WITHOUT_REASON,
                mark.span,
                "this does not say why nothing is to be checked",
            )
            .help("write `@unchecked(because \"…\")`");
            self.report(diagnostic);
        }
    }

    /// One waiver for each rule that the mark names.
    fn waive(&mut self, mark: &'p Mark, item: &'p ast::Item, scope: &Scope<'p>) {
        let mut rules = Vec::new();
        let mut types = Vec::new();
        let mut because = None;
        let mut until = None;
        for argument in &mark.arguments {
            match argument {
                MarkArgument::Word(word) => rules.push(*word),
                MarkArgument::On(ty) => {
                    if self.waived_type(*ty) {
                        types.push(*ty);
                    }
                }
                MarkArgument::Because(reason) => because = Some(self.known_text(reason, scope)),
                MarkArgument::Until(date) => match self.evaluate(date, scope).kind {
                    Kind::Date(date) => until = Some(date),
                    Kind::Error => {}
                    _ => self.report(
                        Diagnostic::new(codes::WRONG_TYPE, date.span, "`until` takes a date such as `2027-01-31`")
                            .help("write the date as it is, without quotes"),
                    ),
                },
                MarkArgument::Entry(entry) => {
                    self.report(
                        Diagnostic::new(
                            codes::UNKNOWN_SETTING,
                            entry.span,
                            "a waiver takes rules, `on TYPE`, `because \"…\"` and `until DATE`",
                        )
                        .help("leave this out"),
                    );
                }
            }
        }
        if rules.is_empty() {
            self.report(
                Diagnostic::new(codes::UNKNOWN_CODE, mark.span, "this waiver does not say which rule it lifts")
                    .help("write `@waive(rule, because \"…\")`"),
            );
        }
        for ty in &types {
            if let Some(own) = rules.iter().find(|rule| !rule.name.as_str().contains('.')) {
                let message = format!("`{}` is a rule of infrac's, which a type does not narrow", own.name);
                self.report(
                    Diagnostic::new(codes::UNKNOWN_SETTING, ty.span, message)
                        .label(own.span, "this rule")
                        .help("take the type away: the mark is about what stands behind it"),
                );
            }
        }
        self.model.waivers.extend(rules.into_iter().map(|rule| model::Waiver {
            rule: rule.name,
            rule_span: rule.span,
            because: because.clone(),
            until,
            covers: item.span,
            everywhere: matches!(item.kind, ItemKind::System(_) | ItemKind::Lints(_)),
            types: types.iter().map(|ty| ty.name).collect(),
            span: mark.span,
        }));
    }

    /// Whether CloudFormation has such a type.
    fn waived_type(&mut self, ty: ast::TypeName) -> bool {
        let known = self.catalog.resource_type(ty.name.as_str()).is_some();
        if !known {
            let message = format!("CloudFormation has no type `{}`", ty.name);
            self.report(
                Diagnostic::new(codes::UNKNOWN_TYPE, ty.span, message)
                    .help("outside judges see templates, which hold types of CloudFormation: `on AWS::S3::Bucket`")
                    .did_you_mean(ty.span, ty.name.as_str(), self.catalog.resource_types().map(|ty| ty.name())),
            );
        }
        known
    }
}

/// What stands at the path of a name.
fn named_in<'n>(properties: &'n IndexMap<Symbol, Node>, path: &str) -> Option<&'n Node> {
    let mut steps = path.split('/');
    let first = properties.get(&Symbol::new(steps.next()?))?;
    steps.try_fold(first, |node, step| node.get(step))
}

/// Whether there is a record around the path of a name.
fn takes_name(properties: &IndexMap<Symbol, Node>, path: &str) -> bool {
    let around = path.rsplit_once('/').map(|(around, _)| named_in(properties, around));
    around.is_none_or(|node| node.is_some_and(|node| matches!(node.kind, NodeKind::Map(_))))
}

/// Puts a name first in the record at its path.
fn put_name(properties: &mut IndexMap<Symbol, Node>, path: &str, name: Node) {
    match path.split_once('/') {
        None => {
            properties.shift_insert(0, Symbol::new(path), name);
        }
        Some((outer, inner)) => {
            if let Some(Node { kind: NodeKind::Map(fields), .. }) = properties.get_mut(&Symbol::new(outer)) {
                put_name(fields, inner, name);
            }
        }
    }
}
