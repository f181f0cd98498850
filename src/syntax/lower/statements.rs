//! One kind of statement after the other.

use super::super::ast::{
    Claim, Component, Ensure, Environment, Expr, ExprKind, Extend, External, ExternalOutput, ExternalSource, Fn, For,
    Forbid, If, Instance, Item, ItemKind, Let, Match, MatchArm, NamingRule, NamingSubject, Output, Param, Policy,
    PolicyRule, RequireTag, Stack, Step, Test, TestBody, TypeAlias, Use,
};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};

impl<'t> Lower<'t> {
    pub(super) fn statement(&mut self, node: Node<'t>) -> ItemKind {
        match node.as_rule() {
            Rule::system => ItemKind::System(self.first(&node, Rule::label)),
            Rule::param => ItemKind::Param(self.param(node)),
            Rule::environment => self.environment(node),
            Rule::naming => ItemKind::Naming(self.naming(node)),
            Rule::tags => ItemKind::Tags(self.block_entries(&node)),
            Rule::lints => ItemKind::Lints(self.block_entries(&node)),
            Rule::claim => ItemKind::Claim(Claim { text: self.own_text(&node), entries: self.block_entries(&node) }),
            Rule::require_tag => self.require_tag(node),
            Rule::stack => self.stack(node),
            Rule::instance => self.instance(node),
            Rule::stray_value => self.stray_value(node),
            Rule::extend => {
                let entries = self.block_entries(&node);
                ItemKind::Extend(Extend { target: self.only_chain(node), entries })
            }
            Rule::output => {
                let (name, value) = (self.first(&node, Rule::word), self.own_value(&node));
                let as_name = Self::child(&node, Rule::chain).map(|chain| self.chain(chain));
                ItemKind::Output(Output { name, value, as_name })
            }
            Rule::component => {
                let name = self.declared(&node);
                ItemKind::Component(Component { name, body: self.own_body(&node) })
            }
            Rule::access => ItemKind::Access(self.access(node)),
            Rule::access_on => self.access_on(node),
            Rule::principal => ItemKind::Principal(self.own_value(&node)),
            Rule::endpoint => ItemKind::Endpoint(self.endpoint(node)),
            Rule::grant => ItemKind::Grant(Box::new(self.granted(&node))),
            Rule::deny => ItemKind::Deny(Box::new(self.granted(&node))),
            Rule::permit => self.permit(&node),
            Rule::connect => ItemKind::Connect(self.connect(node)),
            Rule::external => self.external(node),
            Rule::step => self.step(node),
            Rule::ensure => self.ensure(node),
            Rule::forbid => self.forbid(node),
            Rule::policy => self.policy(node),
            Rule::use_policy => match Self::child(&node, Rule::path) {
                Some(path) => ItemKind::UsePolicy(self.path(path)),
                None => ItemKind::Error,
            },
            Rule::use_item => {
                let names = Self::children(&node, Rule::word).map(|word| self.ident(&word)).collect();
                ItemKind::Use(Use { names, path: self.own_text(&node) })
            }
            Rule::test => self.test(node),
            Rule::if_item => self.if_item(node),
            Rule::for_item => self.for_item(node),
            Rule::match_item => self.match_item(node),
            Rule::let_item => {
                let name = self.declared(&node);
                let ty = Self::child(&node, Rule::type_expr).map(|ty| self.type_expr(ty));
                ItemKind::Let(Let { name, ty, value: self.own_value(&node) })
            }
            Rule::fn_item => self.fn_item(node),
            Rule::type_item => {
                let name = self.declared(&node);
                let ty = self.own_type(&node);
                ItemKind::Type(TypeAlias { name, ty })
            }
            _ => ItemKind::Error,
        }
    }

    fn first(&self, node: &Node<'t>, rule: Rule) -> super::super::ast::Ident {
        match Self::child(node, rule) {
            Some(word) => self.ident(&word),
            None => self.nameless(self.span(node)),
        }
    }

    /// The name that a statement declares, which must be free to be referred to.
    fn declared(&mut self, node: &Node<'t>) -> super::super::ast::Ident {
        let name = self.first(node, Rule::word);
        self.not_reserved(name);
        name
    }

    fn not_reserved(&mut self, name: super::super::ast::Ident) {
        if super::super::RESERVED.contains(&name.name.as_str()) {
            self.report(
                Diagnostic::new(codes::RESERVED_WORD, name.span, format!("`{}` cannot be a name", name.name))
                    .help("it has a meaning wherever it stands; choose another name"),
            );
        }
    }

    fn own_value(&mut self, node: &Node<'t>) -> Expr {
        match Self::child(node, Rule::expr) {
            Some(value) => self.expr(value),
            None => self.error_at(self.span(node)),
        }
    }

    fn own_text(&mut self, node: &Node<'t>) -> Expr {
        match Self::child(node, Rule::text) {
            Some(text) => self.text(text),
            None => self.error_at(self.span(node)),
        }
    }

    fn own_type(&mut self, node: &Node<'t>) -> super::super::ast::TypeExpr {
        match Self::child(node, Rule::type_expr) {
            Some(ty) => self.type_expr(ty),
            None => self.no_type(self.span(node)),
        }
    }

    fn own_body(&mut self, node: &Node<'t>) -> Vec<Item> {
        Self::child(node, Rule::body).map(|body| self.body(body)).unwrap_or_default()
    }

    fn block_entries(&mut self, node: &Node<'t>) -> Vec<super::super::ast::Entry> {
        Self::child(node, Rule::settings).map(|settings| self.settings(settings)).unwrap_or_default()
    }

    fn param(&mut self, node: Node<'t>) -> Param {
        let deploy = Self::child(&node, Rule::kw_deploy).is_some();
        let name = self.declared(&node);
        let ty = self.own_type(&node);
        let default = Self::child(&node, Rule::expr).map(|value| self.expr(value));
        Param { deploy, name, ty, default }
    }

    fn environment(&mut self, node: Node<'t>) -> ItemKind {
        let base = Self::child(&node, Rule::kw_base).is_some();
        let mut labels = Self::children(&node, Rule::label).map(|label| self.ident(&label));
        let name = labels.next().unwrap_or_else(|| self.nameless(self.span(&node)));
        let from = labels.next();
        ItemKind::Environment(Environment { base, name, from, entries: self.block_entries(&node) })
    }

    fn naming(&mut self, node: Node<'t>) -> Vec<NamingRule> {
        let mut rules = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::naming_rule => {
                    before = self.separated(before, span, false);
                    rules.extend(self.naming_rule(child, span));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_naming, Context::Naming),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        rules
    }

    fn naming_rule(&mut self, node: Node<'t>, span: Span) -> Option<NamingRule> {
        let mut subject = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::naming_subject => {
                    let inner = child.into_inner().next()?;
                    subject = Some(match (inner.as_rule(), inner.as_str()) {
                        (Rule::per_account, _) => NamingSubject::PerAccount,
                        (_, "default") => NamingSubject::Default,
                        (_, "stack") => NamingSubject::Stack,
                        (_, "export") => NamingSubject::Export,
                        (_, word) => {
                            if !word.contains("::") && !word.starts_with(|c: char| c.is_ascii_uppercase()) {
                                let place = self.span(&inner);
                                self.report(
                                    Diagnostic::new(
                                        codes::SYNTAX_ERROR,
                                        place,
                                        format!("`{word}` is nothing that is named"),
                                    )
                                    .help("a naming rule is for `default`, `stack`, `export`, `per account` or a type")
                                    .did_you_mean(
                                        place,
                                        word,
                                        ["default", "stack", "export"],
                                    ),
                                );
                            }
                            NamingSubject::Type(self.type_name(&inner))
                        }
                    });
                }
                Rule::assign => self.assign(&child),
                Rule::expr => return Some(NamingRule { subject: subject?, value: self.expr(child), span }),
                _ => {}
            }
        }
        None
    }

    fn require_tag(&mut self, node: Node<'t>) -> ItemKind {
        let mut tag = RequireTag { name: self.nameless(self.span(&node)), pattern: None };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::label => tag.name = self.ident(&child),
                Rule::text => {
                    let span = self.span(&child);
                    let name = child.as_str().get(1..child.as_str().len().saturating_sub(1)).unwrap_or_default();
                    tag.name = super::super::ast::Ident { name: Symbol::new(name), span };
                }
                Rule::matching => {
                    if let Some(pattern) = Self::child(&child, Rule::pattern) {
                        tag.pattern = Some(self.pattern(&pattern));
                    }
                }
                _ => {}
            }
        }
        ItemKind::RequireTag(tag)
    }

    fn stack(&mut self, node: Node<'t>) -> ItemKind {
        let mut stack = Stack::named(self.declared(&node));
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::text => stack.title = Some(self.text(child)),
                Rule::as_clause => {
                    if stack.as_name.is_some() {
                        self.twice("as", span);
                    }
                    stack.as_name = Some(self.only_chain(child));
                }
                Rule::in_clause => {
                    if stack.region.is_some() {
                        self.twice("in", span);
                    }
                    stack.region = Some(self.only_chain(child));
                }
                Rule::if_clause => {
                    if stack.condition.is_some() {
                        self.twice("if", span);
                    }
                    stack.condition = Self::child(&child, Rule::clause_expr).map(|condition| self.expr(condition));
                }
                Rule::per_account => {
                    if stack.per_account.is_some() {
                        self.twice("per account", span);
                    }
                    stack.per_account = Some(span);
                }
                Rule::after => stack.after.extend(self.paths(&child)),
                Rule::body => stack.body = self.body(child),
                _ => {}
            }
        }
        ItemKind::Stack(Box::new(stack))
    }

    fn paths(&mut self, node: &Node<'t>) -> Vec<super::super::ast::Path> {
        Self::children(node, Rule::path).map(|path| self.path(path)).collect()
    }

    fn instance(&mut self, node: Node<'t>) -> ItemKind {
        let name = self.declared(&node);
        let ty = super::super::ast::TypeName { name: name.name, span: name.span };
        let mut instance = Instance { main: None, name, key: None, ty, settings: Vec::new(), with: Vec::new() };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::main_mark => instance.main = Some(self.span(&child)),
                Rule::index => instance.key = Some(self.bracketed(child)),
                Rule::type_name => instance.ty = self.type_name(&child),
                Rule::settings => instance.settings = self.settings(child),
                Rule::with => instance.with = self.with(child),
                _ => {}
            }
        }
        ItemKind::Instance(Box::new(instance))
    }

    /// `name = value` where only instances are declared.
    fn stray_value(&mut self, node: Node<'t>) -> ItemKind {
        let span = self.span(&node);
        let name = self.first(&node, Rule::word);
        let keyed = Self::child(&node, Rule::index).is_some();
        let value = self.own_value(&node);
        let diagnostic = Diagnostic::new(
            codes::SYNTAX_ERROR,
            span,
            format!("`{}` is given a value, but only instances are declared like this", name.name),
        );
        let is_type = matches!(&value.kind, ExprKind::Name(name) if name.as_str().starts_with(|c: char| c.is_ascii_uppercase()))
            || matches!(value.kind, ExprKind::TypeName(_));
        let end = self.at(span.hi as usize, span.hi as usize);
        self.report(if is_type {
            diagnostic.help("an instance has its settings in braces, even if there are none").fix(
                "write `{}`",
                end,
                " {}",
            )
        } else if keyed {
            diagnostic.help("an instance is `name[key] = Type { … }`")
        } else {
            let start = self.at(span.lo as usize, span.lo as usize);
            diagnostic
                .help(format!("a value has `let`: `let {} = …`; an instance is `name = Type {{ … }}`", name.name))
                .fix("write `let`", start, "let ")
        });
        ItemKind::Let(Let { name, ty: None, value })
    }

    fn external(&mut self, node: Node<'t>) -> ItemKind {
        let mut external = External {
            name: self.first(&node, Rule::word),
            title: None,
            from: None,
            after: Vec::new(),
            before: Vec::new(),
            settings: Vec::new(),
            outputs: Vec::new(),
        };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::text => external.title = Some(self.text(child)),
                Rule::from_folder => external.from = Some(self.own_text(&child)),
                Rule::after => external.after.extend(self.paths(&child)),
                Rule::before => external.before.extend(self.paths(&child)),
                Rule::external_body => self.external_body(child, &mut external),
                _ => {}
            }
        }
        ItemKind::External(Box::new(external))
    }

    fn external_body(&mut self, node: Node<'t>, external: &mut External) {
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::ext_output => {
                    before = self.separated(before, span, false);
                    let output = self.external_output(child, span);
                    external.outputs.push(output);
                }
                Rule::entry => {
                    before = self.separated(before, span, false);
                    external.settings.extend(self.entry(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_output, Context::External),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
    }

    fn external_output(&mut self, node: Node<'t>, span: Span) -> ExternalOutput {
        let name = self.first(&node, Rule::word);
        let ty = self.own_type(&node);
        let mut source = ExternalSource::Parameter;
        if let Some(from) = Self::child(&node, Rule::ext_source) {
            let text = self.own_text(&from);
            for child in from.into_inner() {
                match child.as_rule() {
                    Rule::kw_export => source = ExternalSource::Export(text.clone()),
                    Rule::kw_ssm => source = ExternalSource::Ssm(text.clone()),
                    Rule::kw_name => source = ExternalSource::Name(text.clone()),
                    _ => {}
                }
            }
        }
        ExternalOutput { name, ty, source, span }
    }

    fn step(&mut self, node: Node<'t>) -> ItemKind {
        let mut step = Step {
            name: self.first(&node, Rule::label),
            text: None,
            after: Vec::new(),
            before: Vec::new(),
            settings: Vec::new(),
        };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::text => step.text = Some(self.text(child)),
                Rule::after => step.after.extend(self.paths(&child)),
                Rule::before => step.before.extend(self.paths(&child)),
                Rule::settings => step.settings = self.settings(child),
                _ => {}
            }
        }
        ItemKind::Step(step)
    }

    fn ensure(&mut self, node: Node<'t>) -> ItemKind {
        let mut ensure = Ensure { text: None, body: Vec::new() };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::text => ensure.text = Some(self.text(child)),
                Rule::conditions => ensure.body = self.conditions(child),
                Rule::expr => ensure.body.push(self.expr(child)),
                _ => {}
            }
        }
        ItemKind::Ensure(ensure)
    }

    fn conditions(&mut self, node: Node<'t>) -> Vec<Expr> {
        let mut conditions = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::expr => {
                    before = self.separated(before, span, false);
                    conditions.push(self.expr(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_value, Context::Value),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        conditions
    }

    fn forbid(&mut self, node: Node<'t>) -> ItemKind {
        match node.into_inner().find(|child| matches!(child.as_rule(), Rule::forbid_path | Rule::forbid_grant)) {
            Some(child) if child.as_rule() == Rule::forbid_path => ItemKind::Forbid(Forbid::Path(self.connect(child))),
            Some(child) => ItemKind::Forbid(Forbid::Grant(Box::new(self.granted(&child)))),
            None => ItemKind::Error,
        }
    }

    fn policy(&mut self, node: Node<'t>) -> ItemKind {
        let mut policy = Policy { name: self.first(&node, Rule::word), rules: Vec::new() };
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::policy_rule => {
                    let doc = self.docs.remove(&(span.lo as usize));
                    let name = self.first(&child, Rule::word);
                    let text = Self::child(&child, Rule::text).map(|text| self.text(text));
                    let body =
                        Self::child(&child, Rule::conditions).map(|body| self.conditions(body)).unwrap_or_default();
                    policy.rules.push(PolicyRule { doc, name, text, body, span });
                }
                Rule::bad_item => self.bad(&child, Rule::one_rule, Context::Rule),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Policy(policy)
    }

    fn test(&mut self, node: Node<'t>) -> ItemKind {
        let name = self.own_text(&node);
        let with = self.block_entries(&node);
        let mut environments = Vec::new();
        let mut body = TestBody::Asserts(Vec::new());
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::in_environments => {
                    environments = Self::children(&child, Rule::label).map(|label| self.ident(&label)).collect();
                }
                Rule::fails => body = TestBody::Fails(self.first(&child, Rule::word)),
                Rule::asserts => body = TestBody::Asserts(self.asserts(child)),
                _ => {}
            }
        }
        ItemKind::Test(Test { name, environments, with, body })
    }

    fn asserts(&mut self, node: Node<'t>) -> Vec<Expr> {
        let mut asserts = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::assert => {
                    before = self.separated(before, span, false);
                    asserts.push(self.own_value(&child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_assert, Context::Assert),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        asserts
    }

    /// `if … { } else if … { } else { }`: the grammar reads it flat, the tree nests it.
    fn if_item(&mut self, node: Node<'t>) -> ItemKind {
        let whole = self.span(&node);
        // The body itself counts one; each `else if` is one deeper.
        let levels = Self::children(&node, Rule::expr).count().saturating_sub(1);
        if !self.enter(levels, whole) {
            return ItemKind::Error;
        }
        let (mut conditions, mut bodies) = (Vec::new(), Vec::new());
        let mut starts = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_if => starts.push(self.span(&child)),
                Rule::expr => conditions.push(self.expr(child)),
                Rule::body => bodies.push(self.body(child)),
                _ => {}
            }
        }
        self.leave(levels);
        let mut otherwise = if bodies.len() > conditions.len() { bodies.pop().unwrap_or_default() } else { Vec::new() };
        while let (Some(condition), Some(then)) = (conditions.pop(), bodies.pop()) {
            let kind = ItemKind::If(If { condition, then, otherwise: std::mem::take(&mut otherwise) });
            if conditions.is_empty() {
                return kind;
            }
            let span = starts.get(conditions.len()).map_or(whole, |start| start.to(whole));
            let span = Span { lo: starts.get(conditions.len()).map_or(span.lo, |start| start.lo), ..span };
            otherwise = vec![Item { span, doc: None, marks: Vec::new(), kind }];
        }
        ItemKind::Error
    }

    fn for_item(&mut self, node: Node<'t>) -> ItemKind {
        let binders: Vec<_> = Self::children(&node, Rule::word).map(|word| self.ident(&word)).collect();
        for binder in &binders {
            self.not_reserved(*binder);
        }
        let source = self.own_value(&node);
        ItemKind::For(For { binders, source, body: self.own_body(&node) })
    }

    fn match_item(&mut self, node: Node<'t>) -> ItemKind {
        let subject = self.own_value(&node);
        let mut arms = Vec::new();
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::match_arm => {
                    let (mut values, mut body) = (Vec::new(), Vec::new());
                    for part in child.into_inner() {
                        match part.as_rule() {
                            Rule::expr => values.push(self.expr(part)),
                            Rule::body => body = self.body(part),
                            _ => {}
                        }
                    }
                    arms.push(MatchArm { values, body, span });
                }
                Rule::bad_item => self.bad(&child, Rule::one_match_arm, Context::MatchArm),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Match(Match { subject, arms })
    }

    fn fn_item(&mut self, node: Node<'t>) -> ItemKind {
        let name = self.declared(&node);
        let result = Self::child(&node, Rule::type_expr).map(|ty| self.type_expr(ty));
        let mut params = Vec::new();
        let mut before = None;
        for child in node.clone().into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::fn_param => {
                    before = self.comma_before(before, span, "parameters");
                    params.push(self.param(child));
                }
                Rule::bad_element => before = self.bad_element(&child, before, Rule::one_fn_param, Context::FnParam),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Fn(Fn { name, params, result, body: self.own_value(&node) })
    }
}

impl Stack {
    /// A stack of which only the name is known.
    pub(super) fn named(name: super::super::ast::Ident) -> Stack {
        Stack {
            name,
            title: None,
            as_name: None,
            region: None,
            condition: None,
            per_account: None,
            after: Vec::new(),
            body: Vec::new(),
        }
    }
}
