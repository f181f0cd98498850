//! One kind of statement after the other.

use super::super::ast::{
    Claim, Component, Environment, Expr, ExprKind, Extend, Instance, Item, ItemKind, Let, NamingRule, NamingSubject,
    Output, Param, RequireTag, Stack, TypeAlias, Use,
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

    pub(super) fn first(&self, node: &Node<'t>, rule: Rule) -> super::super::ast::Ident {
        match Self::child(node, rule) {
            Some(word) => self.ident(&word),
            None => self.nameless(self.span(node)),
        }
    }

    /// The name that a statement declares, which must be free to be referred to.
    pub(super) fn declared(&mut self, node: &Node<'t>) -> super::super::ast::Ident {
        let name = self.first(node, Rule::word);
        self.not_reserved(name);
        name
    }

    pub(super) fn not_reserved(&mut self, name: super::super::ast::Ident) {
        if super::super::RESERVED.contains(&name.name.as_str()) {
            self.report(
                Diagnostic::new(codes::RESERVED_WORD, name.span, format!("`{}` cannot be a name", name.name))
                    .help("it has a meaning wherever it stands; choose another name"),
            );
        }
    }

    pub(super) fn own_value(&mut self, node: &Node<'t>) -> Expr {
        match Self::child(node, Rule::expr) {
            Some(value) => self.expr(value),
            None => self.error_at(self.span(node)),
        }
    }

    pub(super) fn own_text(&mut self, node: &Node<'t>) -> Expr {
        match Self::child(node, Rule::text) {
            Some(text) => self.text(text),
            None => self.error_at(self.span(node)),
        }
    }

    pub(super) fn own_type(&mut self, node: &Node<'t>) -> super::super::ast::TypeExpr {
        match Self::child(node, Rule::type_expr) {
            Some(ty) => self.type_expr(ty),
            None => self.no_type(self.span(node)),
        }
    }

    pub(super) fn own_body(&mut self, node: &Node<'t>) -> Vec<Item> {
        Self::child(node, Rule::body).map(|body| self.body(body)).unwrap_or_default()
    }

    pub(super) fn block_entries(&mut self, node: &Node<'t>) -> Vec<super::super::ast::Entry> {
        Self::child(node, Rule::settings).map(|settings| self.settings(settings)).unwrap_or_default()
    }

    pub(super) fn param(&mut self, node: Node<'t>) -> Param {
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

    pub(super) fn paths(&mut self, node: &Node<'t>) -> Vec<super::super::ast::Path> {
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
                .suggest("write `let`", start, "let ")
        });
        ItemKind::Let(Let { name, ty: None, value })
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
