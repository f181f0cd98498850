//! Expressions to values.

use std::sync::Arc;

use crate::base::{IndexMap, Span, Symbol, limits};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::late::Late;
use crate::eval::model::StackId;
use crate::eval::scope::{FrameKind, Scope, State};
use crate::eval::spread::{Part, Spread};
use crate::eval::value::{Attribute, Hole, Kind, Piece, Template, Value};
use crate::eval::{Evaluator, builtins};
use crate::resolve::{Global, Owner, words};
use crate::syntax::ast::{
    self, Argument, Comprehension, Entry, EntryKey, Expr, ExprKind, PerArm, PerKey, TextPiece, UnaryOp,
};
use crate::syntax::instead_of;

impl<'p> Evaluator<'p> {
    /// The value of an expression where these names hold.
    pub(super) fn evaluate(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Value {
        if !self.step(expr.span) {
            return self.value(Kind::Error, expr.span);
        }
        if self.depth >= limits::MAX_EVALUATION_DEPTH {
            let diagnostic = Diagnostic::new(codes::TOO_DEEP, expr.span, "this value is nested too deeply to be found")
                .help("give a part of it a name with `let`, and use that");
            return self.error(diagnostic);
        }
        self.depth += 1;
        let before = std::mem::take(&mut self.reading);
        let found = self.diagnostics.len();
        let value = self.evaluate_kind(expr, scope);
        let value = self.tracked(value, before);
        self.depth -= 1;
        if self.diagnostics.len() > found && expr.span.file.is_stdlib() {
            self.told_where_it_is_used(found, scope);
        }
        value
    }

    fn evaluate_kind(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Value {
        let span = expr.span;
        let kind = match &expr.kind {
            ExprKind::Error => Kind::Error,
            ExprKind::None => Kind::None,
            ExprKind::Bool(value) => Kind::Bool(*value),
            ExprKind::Int(value) => Kind::Int(*value),
            ExprKind::Float(value) => Kind::Float(*value),
            ExprKind::Duration(value) => Kind::Duration(*value),
            ExprKind::Size(value) => Kind::Size(*value),
            ExprKind::Percent(value) => Kind::Percent(*value),
            ExprKind::Cidr(value) => Kind::Cidr(*value),
            ExprKind::Date(value) => Kind::Date(*value),
            ExprKind::TypeName(name) => Kind::Type(*name),
            ExprKind::Text(text) => return self.text(text, span, scope),
            ExprKind::Every(inner) => {
                let value = self.evaluate(inner, scope);
                match value.kind {
                    Kind::Duration(time) if time > 0 => Kind::Every(time),
                    Kind::Error => Kind::Error,
                    _ => {
                        return self.error(
                            Diagnostic::new(
                                codes::WRONG_TYPE,
                                inner.span,
                                "`every` takes a time that is longer than none, such as `every 30d`",
                            )
                            .help("write how often it happens: `every 30d`"),
                        );
                    }
                }
            }
            ExprKind::Name(name) => return self.name(*name, span, scope),
            ExprKind::Field(of, field) => return self.field(of, field, span, scope),
            ExprKind::Index(of, key) => return self.index(of, key, span, scope),
            ExprKind::Call(callee, arguments) => return self.call(callee, arguments, span, scope),
            ExprKind::List(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.evaluate(item, scope)).collect();
                let spread = self.spread_of_parts(items.iter());
                return self.value(Kind::List(Arc::new(items)), span).spread(spread);
            }
            ExprKind::Record(entries) => return self.record_literal(entries, span, scope),
            ExprKind::ListFor(comprehension, body) => {
                let mut items = Vec::new();
                for inner in self.comprehend(comprehension, scope) {
                    items.push(self.evaluate(body, &inner));
                    if self.exhausted {
                        break;
                    }
                }
                Kind::List(Arc::new(items))
            }
            ExprKind::RecordFor(comprehension, entry) => {
                let mut record = IndexMap::default();
                for inner in self.comprehend(comprehension, scope) {
                    self.record_entry(entry, &inner, &mut record);
                    if self.exhausted {
                        break;
                    }
                }
                Kind::Record(Arc::new(record))
            }
            ExprKind::Unary(operator, operand) => {
                let value = self.evaluate(operand, scope);
                match (operator, &value.kind) {
                    (_, Kind::Error) => Kind::Error,
                    (UnaryOp::Not, Kind::Bool(known)) => Kind::Bool(!known),
                    (UnaryOp::Negate, Kind::Int(number)) => match number.checked_neg() {
                        Some(number) => Kind::Int(number),
                        None => return self.overflow(span),
                    },
                    (UnaryOp::Negate, Kind::Float(number)) => Kind::Float(-number),
                    (UnaryOp::Negate, Kind::Duration(time)) => Kind::Duration(-time),
                    (UnaryOp::Not, _) if self.querying && self.is_deployed(&value) => return value,
                    (UnaryOp::Not, _) => return self.wrong_type(&value, operand.span, "`not` takes true or false"),
                    (UnaryOp::Negate, _) => return self.wrong_type(&value, operand.span, "`-` takes a number"),
                }
            }
            ExprKind::Binary(operator, left, right) => return self.binary(*operator, left, right, span, scope),
            ExprKind::Compare(first, rest) => return self.compare(first, rest, span, scope),
            ExprKind::If(condition, then, otherwise) => {
                let decided = self.condition(condition, scope);
                let by = std::mem::take(&mut self.reading);
                let (taken, other) = match decided {
                    Some(true) => (self.evaluate(then, scope), otherwise.as_deref()),
                    Some(false) => match otherwise {
                        Some(otherwise) => (self.evaluate(otherwise, scope), Some(&**then)),
                        None => (self.value(Kind::None, span), Some(&**then)),
                    },
                    None => return self.value(Kind::Error, span),
                };
                return self.or_others(taken, by, other.as_slice(), scope);
            }
            ExprKind::Per(subject, arms) => return self.per(subject, arms, span, scope),
            ExprKind::Matching(text, pattern) => return self.matching(text, pattern, span, scope),
            ExprKind::Quantified(..) | ExprKind::Connects { .. } | ExprKind::Path(..) | ExprKind::Can { .. } => {
                return self.model_sentence(expr, scope);
            }
        };
        self.value(kind, span)
    }

    /// A condition that must be known when built.
    pub(super) fn condition(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Option<bool> {
        let value = self.evaluate(expr, scope);
        match &value.kind {
            Kind::Bool(known) => Some(*known),
            Kind::Error => None,
            _ if self.is_deployed(&value) => {
                let diagnostic = self.deployed(&value, expr.span, "this condition is known only when deployed");
                self.report(diagnostic.help(
                    "what is built can depend on params (`param`, not `deploy param`), names and other conditions only",
                ));
                None
            }
            _ => {
                self.wrong_type(&value, expr.span, "a condition is true or false");
                None
            }
        }
    }

    /// Whether a value has a part that is known only when deployed.
    pub(super) fn is_deployed(&self, value: &Value) -> bool {
        match &value.kind {
            Kind::Text(text) | Kind::Secret(text) => self.by_value(text).is_none(),
            Kind::List(items) => items.iter().any(|item| self.is_deployed(item)),
            _ => false,
        }
    }

    pub(super) fn name(&mut self, name: Symbol, span: Span, scope: &Scope<'p>) -> Value {
        // To find it for the first time may open a stack or a component, whose conditions are no part of its value.
        let before = self.reading;
        let found = self.look_up(name, span, scope);
        self.reading = before;
        match found {
            Some(value) => value,
            None => {
                let known = self.visible_names(scope);
                self.error(words::unknown_name(name, span, &known))
            }
        }
    }

    /// What a name stands for, or nothing.
    pub(super) fn look_up(&mut self, name: Symbol, span: Span, scope: &Scope<'p>) -> Option<Value> {
        let mut at = scope.frame();
        let mut stack = None;
        while let Some(frame) = at {
            match &frame.kind {
                FrameKind::Binding(bound, value) if *bound == name => return Some(value.clone()),
                FrameKind::Binding(..) => {}
                FrameKind::Values(values) => {
                    if let Some(value) = values.get(&name) {
                        return Some(value.clone());
                    }
                }
                FrameKind::Lets(cells) => {
                    if let Some(cell) = cells.iter().find(|cell| cell.name == name) {
                        return Some(self.let_cell(cell, span, scope_at(&frame)));
                    }
                }
                FrameKind::Body(body) => {
                    if let Some(value) = self.member(*body, name, span) {
                        return Some(value);
                    }
                    let owner = self.body(*body).map(|body| body.owner);
                    stack = stack.or_else(|| self.stack_of(owner?));
                }
                FrameKind::Properties(instance) => {
                    if let Some(value) = self.setting_if_set(*instance, name) {
                        return Some(value);
                    }
                    let ty = self.instance_type(*instance);
                    if self.catalog.resource_type(ty.as_str()).is_some_and(|ty| ty.property(name.as_str()).is_some()) {
                        return Some(self.value(Kind::None, span));
                    }
                    let own = self.model.instances.get(instance.index()).map(|instance| instance.stack);
                    stack = stack.or(own);
                }
                FrameKind::Root(system) => return self.global(name, span, *system, stack),
            }
            at = frame.outer.frame();
        }
        None
    }

    fn let_cell(&mut self, cell: &crate::eval::scope::LetCell<'p>, span: Span, scope: Scope<'p>) -> Value {
        let state = cell.state.borrow().clone();
        match state {
            State::Known(value) => value,
            State::Busy => self.circle(cell.name, span, "`let`"),
            State::Unknown => {
                cell.state.replace(State::Busy);
                let mut value = self.evaluate(cell.value, &scope);
                if let Some(ty) = &cell.of.ty {
                    value = self.conform(value, ty, &scope, cell.value.span, cell.name.as_str());
                }
                cell.state.replace(State::Known(value.clone()));
                value
            }
        }
    }

    fn global(&mut self, name: Symbol, span: Span, system: bool, stack: Option<StackId>) -> Option<Value> {
        if let Some(value) = self.intrinsic(name, span, stack) {
            return Some(value);
        }
        if let Some(found) = self.program.find(name, span.file) {
            let whole = self.program.whole_name(name, span.file);
            let own = found.owner == Owner::System;
            match found.global {
                Global::Param(..) if system => return Some(self.param(name, span)),
                Global::Let(binding) if own && system => return Some(self.global_let(name, binding, span)),
                // What others define depends on nothing of the system.
                Global::Let(binding) if !own => {
                    let scope = self.root(false);
                    return Some(self.evaluate(&binding.value, &scope));
                }
                Global::Stack(index) if system => return Some(self.stack_value(index, span)),
                Global::External(_) if system => {
                    let id = self.externals.get(&name).copied()?;
                    return Some(self.value(Kind::External(id), span));
                }
                Global::Fn(_) => return Some(self.value(Kind::Builtin(whole), span)),
                Global::Component(_) => return Some(self.value(Kind::Type(whole), span)),
                Global::Param(..)
                | Global::Let(_)
                | Global::Stack(_)
                | Global::External(_)
                | Global::Type(_)
                | Global::Step(_)
                | Global::Policy(_) => {}
            }
        }
        match name.as_str() {
            "everyone" => Some(self.value(Kind::Principal(crate::eval::value::Principal::Everyone), span)),
            _ if builtins::is_builtin(name.as_str()) => Some(self.value(Kind::Builtin(name), span)),
            _ => None,
        }
    }

    fn global_let(&mut self, name: Symbol, binding: &'p ast::Let, span: Span) -> Value {
        self.used.insert(name);
        let state = self.lets.entry(name).or_insert_with(|| std::cell::RefCell::new(State::Unknown)).borrow().clone();
        match state {
            State::Known(value) => value,
            State::Busy => self.circle(name, span, "`let`"),
            State::Unknown => {
                self.lets.insert(name, std::cell::RefCell::new(State::Busy));
                let scope = self.root(true);
                let mut value = self.evaluate(&binding.value, &scope);
                if let Some(ty) = &binding.ty {
                    value = self.conform(value, ty, &scope, binding.value.span, name.as_str());
                }
                self.lets.insert(name, std::cell::RefCell::new(State::Known(value.clone())));
                value
            }
        }
    }

    /// Every name that could be meant at a place, for suggestions.
    fn visible_names(&self, scope: &Scope<'p>) -> Vec<Symbol> {
        let mut names = Vec::new();
        let mut at = scope.frame();
        while let Some(frame) = at {
            match &frame.kind {
                FrameKind::Binding(name, _) => names.push(*name),
                FrameKind::Values(values) => names.extend(values.keys().copied()),
                FrameKind::Lets(cells) => names.extend(cells.iter().map(|cell| cell.name)),
                FrameKind::Body(body) => names.extend(self.names_in(*body)),
                FrameKind::Properties(_) => {}
                FrameKind::Root(system) => {
                    let mut globals: Vec<Symbol> = self
                        .program
                        .globals
                        .iter()
                        .filter(|(_, global)| *system || matches!(global, Global::Fn(_)))
                        .map(|(name, _)| *name)
                        .collect();
                    globals.sort();
                    names.extend(globals);
                    names.extend(["env", "system", "account", "region", "partition", "everyone"].map(Symbol::new));
                    names.extend(builtins::NAMES.iter().map(|name| Symbol::new(name)));
                }
            }
            at = frame.outer.frame();
        }
        names
    }

    /// A text: its pieces, with interpolations filled in.
    fn text(&mut self, text: &'p ast::Text, span: Span, scope: &Scope<'p>) -> Value {
        let mut pieces = Vec::with_capacity(text.pieces.len());
        let mut parts = Vec::with_capacity(text.pieces.len());
        let (mut secret, mut foreign) = (None, false);
        for piece in &text.pieces {
            match piece {
                TextPiece::Literal(literal, _) => {
                    let literal: Arc<str> = Arc::from(literal.as_str());
                    parts.push(Part::Text(Arc::clone(&literal)));
                    pieces.push(Piece::Literal(literal));
                }
                TextPiece::Variable(name, place) => {
                    // `${env}` where `{env}` is meant would reach AWS as it stands.
                    let word = Symbol::new(name);
                    if self.is_meant(name, text.style, scope) {
                        self.report(foreign_variable(name, *place, text.style));
                        foreign = true;
                    }
                    let hole = crate::eval::value::Hole::Variable(word);
                    parts.push(Part::Hole(hole));
                    pieces.push(Piece::Hole(hole));
                }
                TextPiece::Interpolation(inner) => {
                    let value = self.evaluate(inner, scope);
                    match self.as_template(&value, inner.span) {
                        Some((template, hidden)) => {
                            if hidden {
                                secret = Some(value.origin);
                            }
                            parts.extend(self.parts_of(&value, &template));
                            pieces.extend(template.pieces.iter().cloned());
                        }
                        None => return self.value(Kind::Error, span),
                    }
                }
            }
        }
        if foreign {
            return self.value(Kind::Error, span);
        }
        let template = Template::from_pieces(pieces);
        let spread = self.model.spreads.text(parts);
        let Some(part) = secret else { return self.value(Kind::Text(template), span).spread(spread) };
        let made = self.value(Kind::Secret(template), span).spread(spread);
        if made.origin != part {
            self.secret_parts.insert(made.origin, part);
        }
        made
    }

    /// Whether `${name}` names something of ours. In a script a name alone may well be one of the shell's, a path never is.
    fn is_meant(&self, name: &str, style: ast::TextStyle, scope: &Scope<'p>) -> bool {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        let (first, is_path) = name.split_once('.').map_or((name, false), |(first, _)| (first, true));
        plain && (is_path || style != ast::TextStyle::Block) && self.is_ours(Symbol::new(first), scope)
    }

    fn is_ours(&self, name: Symbol, scope: &Scope<'p>) -> bool {
        self.visible_names(scope).contains(&name) && !builtins::is_builtin(name.as_str())
    }

    /// A value as a part of text; the flag says that it is secret.
    pub(super) fn as_template(&mut self, value: &Value, span: Span) -> Option<(Template, bool)> {
        match &value.kind {
            Kind::Error => None,
            Kind::Text(text) if self.late(text) == Some(Late::List) => {
                self.wrong_type(value, span, "this cannot be a part of text");
                None
            }
            Kind::Text(text) => Some((text.clone(), false)),
            Kind::Secret(text) => Some((text.clone(), true)),
            Kind::Int(number) => Some((Template::literal(&number.to_string()), false)),
            Kind::Float(number) => Some((Template::literal(&number.to_string()), false)),
            Kind::Bool(known) => Some((Template::literal(&known.to_string()), false)),
            Kind::Cidr(cidr) => Some((Template::literal(&cidr.to_string()), false)),
            Kind::Date(date) => {
                Some((Template::literal(&format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)), false))
            }
            // A property that names a resource holds what `Ref` gives.
            Kind::Instance(id) if self.unset_is_none => {
                let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource)?;
                Some((Template::hole(Hole::Resource(resource, Attribute::Id)), false))
            }
            Kind::Instance(_) => {
                let diagnostic = Diagnostic::new(codes::WRONG_TYPE, span, "an instance stands for several texts")
                    .here("which of them is meant?")
                    .help("write `.id`, `.name` or `.arn` behind it, or an attribute in AWS's spelling");
                self.report(diagnostic);
                None
            }
            Kind::Absent(name) => {
                self.absent(*name, span);
                None
            }
            _ => {
                self.wrong_type(value, span, "this cannot be a part of text");
                None
            }
        }
    }

    /// Reports the use of an instance that this environment does not build.
    pub(super) fn absent(&mut self, name: Symbol, span: Span) -> Value {
        let mut diagnostic =
            Diagnostic::new(codes::ABSENT_INSTANCE, span, format!("`{name}` is not built, and is used all the same"))
                .root(name)
                .here("used here without a condition")
                .help(format!("use it under the same condition, or write `if {name} != none then …`"));
        // Two of one name in two places: which one is meant is not kept.
        if let Some([condition]) = self.conditions.get(&name).map(Vec::as_slice)
            && !condition.file.is_stdlib()
        {
            diagnostic = diagnostic.label(*condition, "this decides whether it is built");
        }
        self.error(diagnostic)
    }

    /// The left side of `??`: what is asked of something that is not built is not there either.
    pub(super) fn if_there(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Value {
        if let ExprKind::Field(of, _) = &expr.kind {
            let owner = self.if_there(of, scope);
            if matches!(owner.kind, Kind::Absent(_)) {
                return owner;
            }
        }
        self.evaluate(expr, scope)
    }

    /// A text that must be known when built; reports and gives an empty one otherwise.
    pub(super) fn known_text(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> String {
        let value = self.evaluate(expr, scope);
        let template = self.text_in(&value, expr.span);
        match self.by_value(&template) {
            Some(text) => text,
            None => {
                let diagnostic = self.deployed(&value, expr.span, "this text must be known when built");
                self.report(diagnostic.help("take it from a `param`, a `let` or a text that is written out"));
                String::new()
            }
        }
    }

    /// A text, perhaps with gaps; reports and gives an empty one for anything else.
    pub(super) fn text_of(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Template {
        self.spread_text_of(expr, scope).0
    }

    /// The same, with what it could be otherwise.
    pub(super) fn spread_text_of(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> (Template, Spread) {
        let value = self.evaluate(expr, scope);
        (self.text_in(&value, expr.span), value.spread)
    }

    fn text_in(&mut self, value: &Value, span: Span) -> Template {
        match &value.kind {
            Kind::Text(text) => text.clone(),
            Kind::Error => Template::default(),
            Kind::Secret(_) => {
                self.secret_exposed(value, span, "a plain text");
                Template::default()
            }
            _ => {
                self.wrong_type(value, span, "a text is wanted here");
                Template::default()
            }
        }
    }

    fn record_literal(&mut self, entries: &'p [Entry], span: Span, scope: &Scope<'p>) -> Value {
        let mut record = IndexMap::with_capacity_and_hasher(entries.len(), Default::default());
        for entry in entries {
            self.record_entry(entry, scope, &mut record);
        }
        let spread = self.spread_of_parts(record.values());
        self.value(Kind::Record(Arc::new(record)), span).spread(spread)
    }

    fn record_entry(&mut self, entry: &'p Entry, scope: &Scope<'p>, record: &mut IndexMap<Symbol, Value>) {
        let Some((key, place)) = self.entry_key(entry, scope) else { return };
        let value = self.evaluate(&entry.value, scope);
        if record.contains_key(&key) {
            self.report(
                Diagnostic::new(codes::DUPLICATE_KEY, place, format!("the key `{key}` stands here twice"))
                    .help("remove one of the two"),
            );
        }
        record.insert(key, value);
    }

    /// The key of an entry, which must be known when built.
    pub(super) fn entry_key(&mut self, entry: &'p Entry, scope: &Scope<'p>) -> Option<(Symbol, Span)> {
        match &entry.key {
            EntryKey::Word(word) => Some((word.name, word.span)),
            EntryKey::Text(text) => {
                let value = self.evaluate(text, scope);
                let known = match &value.kind {
                    Kind::Text(template) => self.by_value(template),
                    Kind::Error => return None,
                    _ => None,
                };
                match known {
                    Some(known) => Some((Symbol::new(&known), text.span)),
                    None => {
                        let diagnostic = self.deployed(&value, text.span, "a key must be known when built");
                        self.report(diagnostic.help("take it from a `param`, a `let` or a text that is written out"));
                        None
                    }
                }
            }
        }
    }

    /// The scopes of all rounds of a comprehension.
    fn comprehend(&mut self, comprehension: &'p Comprehension, scope: &Scope<'p>) -> Vec<Scope<'p>> {
        let rounds = self.rounds(&comprehension.binders, &comprehension.source, scope);
        let Some(condition) = &comprehension.condition else { return rounds };
        let mut kept = Vec::with_capacity(rounds.len());
        for round in rounds {
            if self.condition(condition, &round) == Some(true) {
                kept.push(round);
            }
        }
        kept
    }

    /// The scopes of all rounds of a loop.
    pub(super) fn rounds(&mut self, binders: &'p [ast::Ident], source: &'p Expr, scope: &Scope<'p>) -> Vec<Scope<'p>> {
        self.rounds_if_known(binders, source, scope).unwrap_or_default()
    }

    /// The same; nothing where it was reported that there is nothing to go through.
    pub(super) fn rounds_if_known(
        &mut self,
        binders: &'p [ast::Ident],
        source: &'p Expr,
        scope: &Scope<'p>,
    ) -> Option<Vec<Scope<'p>>> {
        let value = self.evaluate(source, scope);
        let pairs: Vec<(Value, Value)> = match &value.kind {
            Kind::Error => return None,
            Kind::None => Vec::new(),
            Kind::List(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    (Value::new(Kind::Int(i64::try_from(at).unwrap_or(i64::MAX)), item.origin), item.clone())
                })
                .collect(),
            Kind::Record(record) => {
                record.iter().map(|(key, item)| (Value::text(key.as_str(), item.origin), item.clone())).collect()
            }
            Kind::Family(family) => family
                .iter()
                .map(|(key, id)| {
                    (Value::text(key.as_str(), value.origin), Value::new(Kind::Instance(*id), value.origin))
                })
                .collect(),
            _ if self.is_deployed(&value) => {
                let diagnostic = self.deployed(&value, source.span, "a loop's range must be known when built");
                self.report(diagnostic.help("go through a list that stands in the source or comes from a `param`"));
                return None;
            }
            _ => {
                self.wrong_type(&value, source.span, "a loop goes through a list, a map or instances with keys");
                return None;
            }
        };
        let keyed = matches!(value.kind, Kind::Record(_) | Kind::Family(_));
        let mut rounds = Vec::with_capacity(pairs.len().min(4096));
        for (key, item) in pairs {
            if !self.step(source.span) {
                break;
            }
            rounds.push(match binders {
                [one] if keyed && matches!(value.kind, Kind::Record(_)) && binders.len() == 1 => {
                    // One name over a map is its keys' values; the key is asked for with a second name.
                    scope.bind(one.name, item)
                }
                [one] => scope.bind(one.name, item),
                [first, second, ..] => scope.bind(first.name, key).bind(second.name, item),
                [] => scope.clone(),
            });
        }
        Some(rounds)
    }

    fn per(&mut self, subject: &'p Expr, arms: &'p [PerArm], span: Span, scope: &Scope<'p>) -> Value {
        let by_environment = matches!(&subject.kind, ExprKind::Name(name) if name == "env");
        if by_environment {
            let chain = self.chain.clone();
            for name in chain {
                for arm in arms {
                    if matches!(&arm.key, Some(PerKey::Word(word)) if *word == name) {
                        return self.evaluate(&arm.value, scope);
                    }
                }
            }
        } else {
            let value = self.evaluate(subject, scope);
            if value.is_error() {
                return value;
            }
            let by = std::mem::take(&mut self.reading);
            let others = |taken: &PerArm| -> Vec<&'p Expr> {
                arms.iter().filter(|arm| !std::ptr::eq(*arm, taken)).map(|arm| &arm.value).collect()
            };
            for arm in arms {
                let matched = match &arm.key {
                    Some(PerKey::Word(word)) => self.equals_word(&value, *word),
                    Some(PerKey::Literal(literal)) => {
                        let other = self.evaluate(literal, scope);
                        self.equal(&value, &other) == Some(true)
                    }
                    None => false,
                };
                if matched {
                    let taken = self.evaluate(&arm.value, scope);
                    return self.or_others(taken, by, &others(arm), scope);
                }
            }
            if let Some(otherwise) = arms.iter().find(|arm| arm.key.is_none()) {
                let taken = self.evaluate(&otherwise.value, scope);
                return self.or_others(taken, by, &others(otherwise), scope);
            }
        }
        if let Some(otherwise) = arms.iter().find(|arm| arm.key.is_none()) {
            return self.evaluate(&otherwise.value, scope);
        }
        let diagnostic = if by_environment {
            Diagnostic::new(codes::INCOMPLETE_PER, span, format!("no arm serves environment `{}`", self.environment))
                .label(self.model.environment.span, "this environment")
                .help(format!("add `{} = …`, or `else = …` for all others", self.environment))
        } else {
            let shown: Vec<String> = arms
                .iter()
                .filter_map(|arm| match &arm.key {
                    Some(PerKey::Word(word)) => Some(word.as_str().to_owned()),
                    _ => None,
                })
                .collect();
            let found = self.evaluate(subject, scope);
            let found = self.describe(&found);
            Diagnostic::new(codes::INCOMPLETE_PER, span, format!("no arm of this `per` serves {found}"))
                .label(subject.span, "of this")
                .help(format!(
                    "there are arms for {}; add one, or `else = …`",
                    quoted_list(shown.iter().map(String::as_str), 6)
                ))
        };
        self.error(diagnostic)
    }

    fn equals_word(&self, value: &Value, word: Symbol) -> bool {
        match &value.kind {
            Kind::Text(text) => self.by_value(text).as_deref() == Some(word.as_str()),
            Kind::Bool(known) => (if *known { "true" } else { "false" }) == word.as_str(),
            _ => false,
        }
    }

    fn call(&mut self, callee: &'p Expr, arguments: &'p [Argument], span: Span, scope: &Scope<'p>) -> Value {
        if let ExprKind::Field(of, method) = &callee.kind {
            return self.method(of, method, arguments, span, scope);
        }
        let value = self.evaluate(callee, scope);
        match value.kind {
            Kind::Builtin(name) => {
                let defined = self.program.named(name).and_then(|found| match found.global {
                    Global::Fn(function) => Some((function, found.owner == Owner::System)),
                    _ => None,
                });
                match defined {
                    Some((function, system)) => self.call_function(function, system, arguments, span, scope),
                    None => self.call_builtin(name, arguments, span, scope),
                }
            }
            Kind::Error => value,
            // Told when it was read.
            Kind::Type(name) if instead_of(name.as_str()).is_some() => self.value(Kind::Error, span),
            _ => {
                let diagnostic = Diagnostic::new(codes::NOT_CALLABLE, callee.span, "this is no function")
                    .help("remove the parentheses, or define it with `fn name(…) = …`");
                self.error(diagnostic)
            }
        }
    }

    fn call_function(
        &mut self,
        function: &'p ast::Fn,
        system: bool,
        arguments: &'p [Argument],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let mut inner = self.root(system);
        let mut positional = arguments.iter().filter(|argument| argument.name.is_none());
        for param in &function.params {
            let named =
                arguments.iter().find(|argument| argument.name.is_some_and(|name| name.name == param.name.name));
            let given = named.or_else(|| positional.next());
            let value = match (given, &param.default) {
                (Some(argument), _) => {
                    let value = self.evaluate(&argument.value, scope);
                    self.conform(value, &param.ty, &inner, argument.value.span, param.name.name.as_str())
                }
                (None, Some(default)) => {
                    let value = self.evaluate(default, &inner);
                    self.conform(value, &param.ty, &inner, default.span, param.name.name.as_str())
                }
                (None, None) => {
                    let diagnostic = Diagnostic::new(
                        codes::WRONG_ARGUMENTS,
                        span,
                        format!("`{}` is called without `{}`", function.name.name, param.name.name),
                    )
                    .label(param.name.span, "declared here, without a default")
                    .help(format!("add `{} = …`", param.name.name));
                    self.error(diagnostic)
                }
            };
            inner = inner.bind(param.name.name, value);
        }
        let known: Vec<&str> = function.params.iter().map(|param| param.name.name.as_str()).collect();
        for argument in arguments {
            if let Some(name) = argument.name
                && !known.contains(&name.name.as_str())
            {
                self.report(
                    Diagnostic::new(
                        codes::WRONG_ARGUMENTS,
                        name.span,
                        format!("`{}` takes no `{}`", function.name.name, name.name),
                    )
                    .did_you_mean(name.span, name.name.as_str(), known.iter().copied()),
                );
            }
        }
        if let Some(extra) = positional.next() {
            self.report(
                Diagnostic::new(
                    codes::WRONG_ARGUMENTS,
                    extra.value.span,
                    format!("`{}` takes {} values, not more", function.name.name, function.params.len()),
                )
                .help("leave out what is too much")
                .label(function.name.span, "defined here"),
            );
        }
        let value = self.evaluate(&function.body, &inner);
        match &function.result {
            Some(result) => {
                let root = self.root(system);
                self.conform(value, result, &root, function.body.span, function.name.name.as_str())
            }
            None => value,
        }
    }

    /// Reports a value of a wrong type.
    pub(super) fn wrong_type(&mut self, value: &Value, span: Span, wanted: &str) -> Value {
        if value.is_error() {
            return value.clone();
        }
        let found = self.describe(value);
        let diagnostic = Diagnostic::new(codes::WRONG_TYPE, span, format!("{wanted}, not {found}"));
        self.error(self.and_its_source(diagnostic, value, span))
    }

    pub(super) fn overflow(&mut self, span: Span) -> Value {
        self.error(
            Diagnostic::new(codes::OVERFLOW, span, "this number is too large to be held")
                .help("whole numbers reach from -9223372036854775808 to 9223372036854775807"),
        )
    }

    /// A value in words: "a text", "the number `3`", "an instance of `Vpc`".
    pub(super) fn describe(&self, value: &Value) -> String {
        match &value.kind {
            Kind::Error => String::from("a mistake"),
            Kind::None => String::from("`none`"),
            Kind::Absent(name) => format!("`{name}`, which is not built here"),
            Kind::Bool(known) => format!("`{known}`"),
            Kind::Int(number) => format!("the number `{number}`"),
            Kind::Float(number) => format!("the number `{number}`"),
            Kind::Text(text) => match self.by_value(text) {
                Some(known) if known.chars().count() <= 40 => format!("the text {known:?}"),
                Some(_) => String::from("a long text"),
                None => self.late(text).unwrap_or(Late::Text).words().to_owned(),
            },
            Kind::Duration(_) | Kind::Every(_) => String::from("a time"),
            Kind::Size(_) => String::from("a size"),
            Kind::Percent(_) => String::from("a percentage"),
            Kind::Cidr(cidr) => format!("the address range `{cidr}`"),
            Kind::Date(_) => String::from("a date"),
            Kind::Cron(_) => String::from("a schedule"),
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Record(_) => String::from("a record"),
            Kind::Instance(id) => format!("an instance of `{}`", self.instance_type(*id)),
            Kind::Family(_) => String::from("several instances with keys"),
            Kind::Stack(_) => String::from("a stack"),
            Kind::External(_) => String::from("an external system"),
            Kind::AttributePath(_, name) => format!("the beginning of the attribute `{name}`"),
            Kind::Secret(_) => String::from("a secret"),
            Kind::Principal(_) => String::from("a principal"),
            Kind::Type(name) => format!("the type `{name}`"),
            Kind::Json(_) => String::from("a JSON document"),
            Kind::Base64(_) => String::from("a text in base64"),
            Kind::Zone(_) => String::from("an availability zone"),
            Kind::Asset(_) => String::from("an asset"),
            Kind::Metric(_) => String::from("a metric"),
            Kind::Threshold(_) => String::from("a condition on a metric"),
            Kind::Builtin(name) => format!("the function `{name}`"),
        }
    }
}

/// The scope that begins with a frame.
fn scope_at<'p>(frame: &std::rc::Rc<crate::eval::scope::Frame<'p>>) -> Scope<'p> {
    Scope::from_frame(frame.clone())
}

/// `${name}` where `{name}` is meant.
fn foreign_variable(name: &str, place: Span, style: ast::TextStyle) -> Diagnostic {
    let message = format!("`${{{name}}}` is passed through as written, but `{name}` is a name of this system");
    let diagnostic = Diagnostic::new(codes::FOREIGN_SYNTAX, place, message);
    let filled = format!("{{{name}}}");
    match style {
        ast::TextStyle::Quoted => diagnostic
            .help(format!("write `{filled}` to fill it in; `\\${{{filled}}}` if the text is really meant"))
            .fix(format!("write `{filled}`"), place, filled),
        ast::TextStyle::Block => {
            diagnostic.help(format!("write `{filled}` to fill it in")).fix(format!("write `{filled}`"), place, filled)
        }
        ast::TextStyle::Raw | ast::TextStyle::RawBlock => {
            diagnostic.help(format!("write `{filled}` in a text with double quotes to fill it in"))
        }
    }
}
