//! Which instances and statements exist: the content of stacks and components, statement by statement, when first asked for.

use std::cell::RefCell;

use crate::base::{HashMap, HashSet, IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{self, StackId};
use crate::eval::scope::{Body, BodyId, FrameKind, LetCell, Member, Owner, Placed, Progress, Scope, State};
use crate::eval::spread::Spread;
use crate::eval::value::{Kind, Template, Value};
use crate::eval::{Evaluator, properties};
use crate::resolve::Global;
use crate::syntax::ast::{Item, ItemKind, MatchArm, Path};

impl<'p> Evaluator<'p> {
    /// A new body with these statements. Nothing in it is declared yet.
    pub(super) fn new_body(&mut self, owner: Owner, outer: &Scope<'p>, items: &[&'p Item]) -> BodyId {
        let id = BodyId(self.bodies.len());
        let mut scope = outer.with(FrameKind::Body(id));
        let lets = let_cells(items.iter().copied());
        if !lets.is_empty() {
            scope = scope.with(FrameKind::Lets(lets));
        }
        let mut possible: HashMap<Symbol, (Span, Vec<usize>)> = HashMap::default();
        for (index, item) in items.iter().enumerate() {
            for_each_declared(item, &mut |name, span| {
                possible.entry(name).or_insert_with(|| (span, Vec::new())).1.push(index);
            });
        }
        let placed =
            items.iter().map(|item| (Placed { item, scope: scope.clone(), owner }, Progress::Waiting)).collect();
        self.bodies.push(Body {
            owner,
            scope,
            items: placed,
            possible,
            broken: HashSet::default(),
            members: IndexMap::default(),
            params: HashMap::default(),
            outputs: IndexMap::default(),
            statements: Vec::new(),
        });
        id
    }

    /// Declares everything: the statements of the system, all stacks, all components' instances.
    pub(super) fn open_everything(&mut self) {
        let scope = self.root(true);
        let statements = self.program.statements.clone();
        let body = self.new_body(Owner::System, &scope, &statements);
        self.system_body = Some(body);
        for index in 0..self.program.stacks.len() {
            self.open_stack(index, self.program.stacks.get(index).map_or(Span::NONE, |stack| stack.name.span));
        }
        // Opening a component's instance may add bodies; the list grows until all are open.
        let mut at = 0;
        while at < self.bodies.len() && !self.exhausted {
            self.declare_all(BodyId(at));
            self.open_instances_of(BodyId(at));
            at += 1;
        }
        self.order_stacks();
        self.resolve_order();
    }

    fn open_instances_of(&mut self, body: BodyId) {
        let members: Vec<Member> =
            self.body(body).map(|body| body.members.values().cloned().collect()).unwrap_or_default();
        for member in members {
            match member {
                Member::Instance(id) => self.open_instance(id),
                Member::Family(family) => family.values().for_each(|id| self.open_instance(*id)),
            }
        }
    }

    /// Stacks are opened when first named; in the model they stand in the order of the source.
    fn order_stacks(&mut self) {
        let mut order: Vec<(usize, StackId)> =
            self.stack_bodies.iter().filter_map(|(index, opened)| opened.map(|(id, _)| (*index, id))).collect();
        order.sort_unstable();
        let mut renumbered = vec![StackId(0); self.model.stacks.len()];
        let mut stacks = Vec::with_capacity(order.len());
        for (new, (_, old)) in order.iter().enumerate() {
            let id = StackId(u32::try_from(new).unwrap_or(u32::MAX));
            if let Some(slot) = renumbered.get_mut(old.index()) {
                *slot = id;
            }
            if let Some(stack) = self.model.stacks.get(old.index()) {
                stacks.push(stack.clone());
            }
        }
        let renumber = |id: &mut StackId| {
            if let Some(new) = renumbered.get(id.index()) {
                *id = *new;
            }
        };
        self.model.stacks = stacks;
        self.model.instances.iter_mut().for_each(|instance| renumber(&mut instance.stack));
        self.model.resources.iter_mut().for_each(|resource| renumber(&mut resource.stack));
        for body in &mut self.bodies {
            if let Owner::Stack(stack) = &mut body.owner {
                renumber(stack);
            }
            for (placed, _) in &mut body.items {
                if let Owner::Stack(stack) = &mut placed.owner {
                    renumber(stack);
                }
            }
            for placed in body.statements.iter_mut().chain(body.outputs.values_mut().map(|(_, placed, _)| placed)) {
                if let Owner::Stack(stack) = &mut placed.owner {
                    renumber(stack);
                }
            }
        }
        for placed in &mut self.statements {
            if let Owner::Stack(stack) = &mut placed.owner {
                renumber(stack);
            }
        }
        for (id, _) in self.stack_bodies.values_mut().flatten() {
            renumber(id);
        }
    }

    /// `after` and `before` of stacks, steps and externals, once all have numbers.
    fn resolve_order(&mut self) {
        let program = self.program;
        for (index, definition) in program.stacks.iter().enumerate() {
            let Some(Some((id, _))) = self.stack_bodies.get(&index).copied() else { continue };
            let Some(head) = definition.head() else { continue };
            let after = self.order_of(&head.after);
            if let Some(stack) = self.model.stacks.get_mut(id.index()) {
                stack.after = after;
            }
        }
        let mut names: Vec<Symbol> = program.globals.keys().copied().collect();
        names.sort();
        for name in names {
            match program.globals.get(&name) {
                Some(Global::Step(step)) => {
                    let (after, before) = (self.order_of(&step.after), self.order_of(&step.before));
                    if let Some(id) = self.steps.get(&name)
                        && let Some(step) = self.model.steps.get_mut(id.index())
                    {
                        step.after = after;
                        step.before = before;
                    }
                }
                Some(Global::External(external)) => {
                    let (after, before) = (self.order_of(&external.after), self.order_of(&external.before));
                    if let Some(id) = self.externals.get(&name)
                        && let Some(external) = self.model.externals.get_mut(id.index())
                    {
                        external.after = after;
                        external.before = before;
                    }
                }
                _ => {}
            }
        }
    }

    fn order_of(&mut self, paths: &'p [Path]) -> Vec<(model::After, Span)> {
        let mut order = Vec::new();
        for path in paths {
            let Some(first) = path.names.first() else { continue };
            let found = match self.program.globals.get(&first.name) {
                Some(Global::Stack(index)) => match self.stack_bodies.get(index) {
                    Some(Some((id, _))) => Some(model::After::Stack(*id)),
                    // Not built in this environment: nothing to wait for.
                    _ => continue,
                },
                Some(Global::Step(_)) => self.steps.get(&first.name).copied().map(model::After::Step),
                Some(Global::External(_)) => self.externals.get(&first.name).copied().map(model::After::External),
                _ => None,
            };
            match found {
                Some(found) => order.push((found, path.span)),
                None => {
                    let mut known: Vec<&str> = self
                        .program
                        .globals
                        .iter()
                        .filter(|(_, global)| {
                            matches!(global, Global::Stack(_) | Global::Step(_) | Global::External(_))
                        })
                        .map(|(name, _)| name.as_str())
                        .collect();
                    known.sort_unstable();
                    let diagnostic = Diagnostic::new(
                        codes::UNKNOWN_STACK,
                        path.span,
                        format!("there is no stack, step or external system called `{}`", first.name),
                    )
                    .did_you_mean(path.span, first.name.as_str(), known);
                    self.report(diagnostic);
                }
            }
        }
        order
    }

    /// A stack as a value: opened if it is built here.
    pub(super) fn stack_value(&mut self, index: usize, span: Span) -> Value {
        let name = self.program.stacks.get(index).map_or_else(|| Symbol::new(""), |stack| stack.name.name);
        match self.open_stack(index, span) {
            Some((id, _)) => self.value(Kind::Stack(id), span),
            None => {
                let condition = self
                    .program
                    .stacks
                    .get(index)
                    .and_then(|stack| stack.parts.iter().find_map(|(_, head)| head.condition.as_ref()));
                if let Some(condition) = condition.map(|condition| condition.span) {
                    self.note_span(name, condition);
                }
                self.value(Kind::Absent(name), span)
            }
        }
    }

    /// The body of a stack, unless its `if` is false.
    pub(super) fn open_stack(&mut self, index: usize, span: Span) -> Option<(StackId, BodyId)> {
        if let Some(opened) = self.stack_bodies.get(&index) {
            return *opened;
        }
        let program = self.program;
        let definition = program.stacks.get(index)?;
        let head = definition.head()?;
        if self.stacks_busy.contains(&index) {
            self.circle(definition.name.name, span, "stack");
            return None;
        }
        self.stacks_busy.push(index);
        let scope = self.root(true);
        let built = head.condition.as_ref().is_none_or(|condition| self.condition(condition, &scope) == Some(true));
        let opened = built.then(|| {
            let id = StackId(u32::try_from(self.model.stacks.len()).unwrap_or(u32::MAX));
            let region = head.region.as_ref().map(|region| self.known_text(region, &scope));
            let origin = self.model.origins.add(definition.name.span, "", crate::eval::origin::Origin::INHERITED);
            let parts: Vec<&'p Item> = definition.parts.iter().map(|(item, _)| *item).collect();
            let was = self.stack_was(&parts);
            self.model.stacks.push(model::Stack {
                name: definition.name.name,
                was,
                title: None,
                physical_name: String::new(),
                name_spread: Spread::NONE,
                region: region.unwrap_or_else(|| self.model.environment.region.clone()),
                per_account: head.per_account.is_some(),
                after: Vec::new(),
                tags: Vec::new(),
                resources: Vec::new(),
                outputs: Vec::new(),
                origin,
            });
            let items: Vec<&'p Item> = definition.parts.iter().flat_map(|(_, stack)| &stack.body).collect();
            let body = self.new_body(Owner::Stack(id), &scope, &items);
            (id, body)
        });
        self.stack_bodies.insert(index, opened);
        if let Some((id, _)) = opened {
            let title = head.title.as_ref().map(|title| self.known_text(title, &scope));
            let called = self.model.stacks.get(id.index()).map_or(definition.name.name, model::Stack::called);
            let (name, spread) = self.stack_name(called, head, &scope);
            if let Some(stack) = self.model.stacks.get_mut(id.index()) {
                stack.title = title;
                stack.physical_name = name;
                stack.name_spread = spread;
            }
        }
        self.stacks_busy.pop();
        opened
    }

    /// Declares every statement of a body.
    pub(super) fn declare_all(&mut self, body: BodyId) {
        let count = self.body(body).map_or(0, |body| body.items.len());
        for index in 0..count {
            self.declare_item(body, index);
        }
    }

    fn declare_item(&mut self, body: BodyId, index: usize) {
        let Some((placed, progress)) = self.body_mut(body).and_then(|body| body.items.get_mut(index)) else { return };
        if *progress != Progress::Waiting {
            return;
        }
        *progress = Progress::Busy;
        let placed = placed.clone();
        self.declare(body, &placed);
        if let Some((_, progress)) = self.body_mut(body).and_then(|body| body.items.get_mut(index)) {
            *progress = Progress::Done;
        }
    }

    fn declare(&mut self, body: BodyId, placed: &Placed<'p>) {
        if !self.step(placed.item.span) {
            return;
        }
        match &placed.item.kind {
            ItemKind::Instance(instance) => self.declare_instance(body, placed, instance),
            ItemKind::If(branch) => match self.condition(&branch.condition, &placed.scope) {
                Some(true) => self.declare_block(body, placed, &branch.then, &placed.scope),
                Some(false) => self.declare_block(body, placed, &branch.otherwise, &placed.scope),
                None => self.is_broken(body, placed.item),
            },
            ItemKind::For(each) => {
                let Some(rounds) = self.rounds_if_known(&each.binders, &each.source, &placed.scope) else {
                    return self.is_broken(body, placed.item);
                };
                for round in rounds {
                    self.declare_block(body, placed, &each.body, &round);
                    if self.exhausted {
                        break;
                    }
                }
            }
            ItemKind::Match(choice) => {
                let subject = self.evaluate(&choice.subject, &placed.scope);
                if subject.is_error() {
                    return self.is_broken(body, placed.item);
                }
                let arm = self.matching_arm(&subject, &choice.arms, &placed.scope);
                match arm {
                    Some(arm) => self.declare_block(body, placed, &arm.body, &placed.scope),
                    None => {
                        let found = self.describe(&subject);
                        self.report(
                            Diagnostic::new(
                                codes::INCOMPLETE_MATCH,
                                choice.subject.span,
                                format!("no arm of this `match` serves {found}"),
                            )
                            .help("add an arm for it, or `else { … }`"),
                        );
                        self.is_broken(body, placed.item);
                    }
                }
            }
            ItemKind::Output(output) => {
                let known = self.body(body).and_then(|body| body.outputs.get(&output.name.name));
                if let Some((first, ..)) = known {
                    let diagnostic = Diagnostic::new(
                        codes::DUPLICATE_DEFINITION,
                        output.name.span,
                        format!("the output `{}` is defined twice", output.name.name),
                    )
                    .help("rename one of the two, or join their values into one")
                    .label(first.name.span, "first defined here");
                    self.report(diagnostic);
                    return;
                }
                if let Some(body) = self.body_mut(body) {
                    body.outputs.insert(output.name.name, (output, placed.clone(), RefCell::new(State::Unknown)));
                }
            }
            ItemKind::Param(_) | ItemKind::Let(_) | ItemKind::Error => {}
            ItemKind::Tags(_)
            | ItemKind::Naming(_)
            | ItemKind::Grant(_)
            | ItemKind::Deny(_)
            | ItemKind::Permit(_)
            | ItemKind::Connect(_)
            | ItemKind::Extend(_)
            | ItemKind::Ensure(_)
            | ItemKind::Forbid(_)
            | ItemKind::Claim(_)
            | ItemKind::UsePolicy(_)
            | ItemKind::Access(_)
            | ItemKind::Principal(_)
            | ItemKind::Endpoint(_) => {
                self.statements.push(placed.clone());
                if let Some(body) = self.body_mut(body) {
                    body.statements.push(placed.clone());
                }
            }
            ItemKind::System(_)
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
            | ItemKind::Type(_) => {}
        }
    }

    /// Remembers that what a statement would declare could not be, so that nothing more is said of it.
    fn is_broken(&mut self, body: BodyId, item: &'p Item) {
        let mut names = Vec::new();
        for_each_declared(item, &mut |name, _| names.push(name));
        if let Some(body) = self.body_mut(body) {
            body.broken.extend(names);
        }
    }

    fn declare_block(&mut self, body: BodyId, placed: &Placed<'p>, items: &'p [Item], scope: &Scope<'p>) {
        let lets = let_cells(items.iter());
        let scope = if lets.is_empty() { scope.clone() } else { scope.with(FrameKind::Lets(lets)) };
        for item in items {
            self.declare(body, &Placed { item, scope: scope.clone(), owner: placed.owner });
            if self.exhausted {
                break;
            }
        }
    }

    fn matching_arm(&mut self, subject: &Value, arms: &'p [MatchArm], scope: &Scope<'p>) -> Option<&'p MatchArm> {
        for arm in arms {
            for value in &arm.values {
                let value = self.evaluate(value, scope);
                if self.equal(subject, &value) == Some(true) {
                    return Some(arm);
                }
            }
        }
        arms.iter().find(|arm| arm.values.is_empty())
    }

    /// What a name in a body stands for; `None` if the body has no such name.
    pub(super) fn member(&mut self, id: BodyId, name: Symbol, span: Span) -> Option<Value> {
        let body = self.body(id)?;
        if let Some((_, state)) = body.params.get(&name) {
            let state = state.borrow().clone();
            return Some(match state {
                State::Known(value) => value,
                State::Busy => self.circle(name, span, "param"),
                State::Unknown => self.component_param(id, name, span),
            });
        }
        let (_, items) = body.possible.get(&name)?;
        let items = items.clone();
        let mut busy = false;
        for index in items {
            let progress = self.body(id).and_then(|body| body.items.get(index)).map(|(_, progress)| *progress);
            match progress {
                Some(Progress::Waiting) => self.declare_item(id, index),
                Some(Progress::Busy) => busy = true,
                Some(Progress::Done) | None => {}
            }
        }
        let member = self.body(id)?.members.get(&name).cloned();
        Some(match member {
            Some(Member::Instance(instance)) => self.value(Kind::Instance(instance), span),
            Some(Member::Family(family)) => self.value(Kind::Family(std::sync::Arc::new(family)), span),
            None if busy => {
                let diagnostic = Diagnostic::new(
                    codes::DEFINITION_CYCLE,
                    span,
                    format!("whether `{name}` exists depends on `{name}` itself"),
                )
                .help("let the `if` or `for` around it depend on params, not on what it declares");
                self.error(diagnostic)
            }
            None if self.body(id).is_some_and(|body| body.broken.contains(&name)) => self.value(Kind::Error, span),
            // A loop that went through nothing.
            None if self.is_family(id, name) => self.value(Kind::Family(std::sync::Arc::default()), span),
            None => {
                self.note_condition(id, name);
                self.value(Kind::Absent(name), span)
            }
        })
    }

    /// Remembers what decides that an instance is not built.
    fn note_condition(&mut self, id: BodyId, name: Symbol) {
        let Some(body) = self.body(id) else { return };
        let Some((_, items)) = body.possible.get(&name) else { return };
        let conditions = items.iter().filter_map(|index| match &body.items.get(*index)?.0.item.kind {
            ItemKind::If(inner) => Some(inner.condition.span),
            ItemKind::Match(inner) => Some(inner.subject.span),
            _ => None,
        });
        let found: Vec<Span> = conditions.collect();
        for span in found {
            self.note_span(name, span);
        }
    }

    fn note_span(&mut self, name: Symbol, span: Span) {
        let known = self.conditions.entry(name).or_default();
        if !known.contains(&span) {
            known.push(span);
        }
    }

    /// Whether all that is declared under a name stands in loops, so that the name is a map from keys to instances.
    fn is_family(&self, id: BodyId, name: Symbol) -> bool {
        let Some((_, items)) = self.body(id).and_then(|body| body.possible.get(&name)) else { return false };
        let item = |index: &usize| self.body(id).and_then(|body| body.items.get(*index)).map(|(placed, _)| placed.item);
        items.iter().filter_map(item).all(|item| matches!(item.kind, ItemKind::For(_)))
    }

    /// The names that a body has, for suggestions.
    pub(super) fn names_in(&self, id: BodyId) -> Vec<Symbol> {
        let Some(body) = self.body(id) else { return Vec::new() };
        let mut names: Vec<Symbol> = body.possible.keys().chain(body.params.keys()).copied().collect();
        names.sort();
        names
    }

    /// Tags that a list of entries states.
    pub(super) fn tags_of(
        &mut self,
        entries: impl IntoIterator<Item = &'p crate::syntax::ast::Entry>,
        scope: &Scope<'p>,
    ) -> Vec<model::Tag> {
        let mut tags: Vec<model::Tag> = Vec::new();
        for entry in entries {
            let Some((key, place)) = self.entry_key(entry, scope) else { continue };
            let value = self.evaluate(&entry.value, scope);
            if value.is_none() || value.is_error() {
                continue;
            }
            if matches!(value.kind, Kind::Secret(_)) {
                self.secret_exposed(&value, entry.value.span, "a tag");
                continue;
            }
            let Some((template, _)) = self.as_template(&value, entry.value.span) else { continue };
            self.push_tag(&mut tags, key, (template, value.spread), place);
        }
        tags
    }

    pub(super) fn push_tag(&mut self, tags: &mut Vec<model::Tag>, key: Symbol, value: (Template, Spread), place: Span) {
        if tags.iter().any(|tag| tag.key == key) {
            self.report(
                Diagnostic::new(codes::DUPLICATE_KEY, place, format!("the tag `{key}` is set twice here"))
                    .help("remove one of the two"),
            );
            return;
        }
        let origin = self.model.origins.add(place, properties::TAGGED, self.through);
        let (value, spread) = value;
        tags.push(model::Tag { key, value, origin, spread });
    }
}

/// The `let`s of a block.
fn let_cells<'p>(items: impl Iterator<Item = &'p Item>) -> Vec<LetCell<'p>> {
    items
        .filter_map(|item| match &item.kind {
            ItemKind::Let(binding) => Some(LetCell {
                name: binding.name.name,
                value: &binding.value,
                of: binding,
                state: RefCell::new(State::Unknown),
            }),
            _ => None,
        })
        .collect()
}

/// Calls a function for every instance that a statement may declare.
fn for_each_declared(item: &Item, visit: &mut impl FnMut(Symbol, Span)) {
    match &item.kind {
        ItemKind::Instance(instance) => visit(instance.name.name, instance.name.span),
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
