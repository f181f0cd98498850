//! Grants, what verbs mean, connections.

use super::super::ast::{
    AccessItem, AccessOn, AccessStatement, Condition, ConditionOperator, Connect, Endpoint, Grant, ItemKind,
    PathSentence, Permit, PortSpec, ResourcePolicy, Side, Verb,
};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::Span;
use crate::diag::{Diagnostic, codes};

impl<'t> Lower<'t> {
    /// What `grant`, `deny`, `permit` and `forbid grant` have in common.
    pub(super) fn granted(&mut self, node: &Node<'t>) -> Grant {
        let span = self.span(node);
        let Some(granted) = Self::child(node, Rule::granted) else {
            let nobody = self.error_at(span);
            return Grant {
                on: nobody.clone(),
                who: nobody,
                verbs: Vec::new(),
                under: None,
                when: Vec::new(),
                side: Side::Principal,
            };
        };
        let mut ends = Vec::new();
        let (mut verbs, mut under, mut when, mut side) = (Vec::new(), None, Vec::new(), None);
        for child in granted.into_inner() {
            match child.as_rule() {
                Rule::chain => ends.push(self.chain(child)),
                Rule::verb => verbs.push(self.ident(&child)),
                Rule::under => {
                    let place = self.span(&child);
                    if under.is_some() {
                        self.twice("under", place);
                    }
                    under = Some(self.only_chain(child));
                }
                Rule::when => {
                    let place = self.span(&child);
                    if !when.is_empty() {
                        self.twice("when", place);
                    }
                    when.extend(self.when(child));
                }
                Rule::side => {
                    let place = self.span(&child);
                    if side.is_some() {
                        self.twice("in … policy", place);
                    }
                    let both = Self::child(&child, Rule::both_policies).is_some();
                    side = Some(if both { Side::Both } else { Side::Resource });
                }
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        let who = ends.next().unwrap_or_else(|| self.error_at(span));
        let on = ends.next().unwrap_or_else(|| self.error_at(span));
        Grant { who, verbs, on, under, when, side: side.unwrap_or(Side::Principal) }
    }

    /// A clause that stands twice.
    pub(super) fn twice(&mut self, clause: &str, place: Span) {
        self.report(
            Diagnostic::new(codes::SYNTAX_ERROR, place, format!("`{clause}` stands here a second time"))
                .help("each clause stands once; several values go into one list"),
        );
    }

    pub(super) fn permit(&mut self, node: &Node<'t>) -> ItemKind {
        let grant = self.granted(node);
        let because = Self::child(node, Rule::because).map(|because| self.only_chain(because));
        ItemKind::Permit(Box::new(Permit { grant, because }))
    }

    fn when(&mut self, node: Node<'t>) -> Vec<Condition> {
        Self::children(&node, Rule::condition).filter_map(|condition| self.condition(condition)).collect()
    }

    fn condition(&mut self, node: Node<'t>) -> Option<Condition> {
        let span = self.span(&node);
        let mut key = self.nameless(span);
        let mut operator = ConditionOperator::Equal;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::condition_key => key = self.ident(&child),
                Rule::condition_op => {
                    operator = match child.as_str() {
                        "!=" => ConditionOperator::NotEqual,
                        "like" => ConditionOperator::Like,
                        "in" => ConditionOperator::In,
                        "<" => ConditionOperator::Less,
                        "<=" => ConditionOperator::LessEqual,
                        ">" => ConditionOperator::Greater,
                        ">=" => ConditionOperator::GreaterEqual,
                        "=" => {
                            let place = self.span(&child);
                            self.report(
                                Diagnostic::new(codes::FOREIGN_SYNTAX, place, "`=` compares nothing")
                                    .help("write `==`")
                                    .fix("write `==`", place, "=="),
                            );
                            ConditionOperator::Equal
                        }
                        _ => ConditionOperator::Equal,
                    };
                }
                Rule::chain => {
                    let value = self.chain(child);
                    return Some(Condition { key, operator, value, span });
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn access(&mut self, node: Node<'t>) -> Verb {
        let span = self.span(&node);
        let mut verb = Verb { name: self.nameless(span), body: Vec::new() };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::word => verb.name = self.ident(&child),
                Rule::access_body => verb.body = self.access_body(child),
                _ => {}
            }
        }
        verb
    }

    fn access_body(&mut self, node: Node<'t>) -> Vec<AccessItem> {
        let mut items = Vec::new();
        let span = self.span(&node);
        if !self.enter(1, span) {
            return items;
        }
        let mut before = None;
        for child in node.into_inner() {
            let place = self.span(&child);
            match child.as_rule() {
                Rule::access_statement => {
                    before = self.separated(before, place, false);
                    items.extend(self.access_statement(child).map(AccessItem::Statement));
                }
                Rule::access_if => {
                    before = self.separated(before, place, false);
                    items.extend(self.access_if(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_access, Context::Access),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        self.leave(1);
        items
    }

    fn access_statement(&mut self, node: Node<'t>) -> Option<AccessStatement> {
        let span = self.span(&node);
        let (mut actions, mut on, mut when) = (Vec::new(), None, Vec::new());
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::action => actions.push(self.ident(&child)),
                Rule::chain => on = Some(self.chain(child)),
                Rule::when => when = self.when(child),
                _ => {}
            }
        }
        Some(AccessStatement { actions, on: on?, when, span })
    }

    fn access_if(&mut self, node: Node<'t>) -> Option<AccessItem> {
        let whole = self.span(&node);
        let mut conditions = Vec::new();
        let mut bodies = Vec::new();
        let levels = Self::children(&node, Rule::expr).count().saturating_sub(1);
        if !self.enter(levels, whole) {
            return None;
        }
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::expr => conditions.push(self.expr(child)),
                Rule::access_body => bodies.push(self.access_body(child)),
                _ => {}
            }
        }
        self.leave(levels);
        let mut otherwise = if bodies.len() > conditions.len() { bodies.pop().unwrap_or_default() } else { Vec::new() };
        let mut result = None;
        while let (Some(condition), Some(then)) = (conditions.pop(), bodies.pop()) {
            let span = if conditions.is_empty() { whole } else { condition.span.to(whole) };
            if let Some(inner) = result.take() {
                otherwise = vec![inner];
            }
            result = Some(AccessItem::If { condition, then, otherwise: std::mem::take(&mut otherwise), span });
        }
        result
    }

    pub(super) fn access_on(&mut self, node: Node<'t>) -> ItemKind {
        let span = self.span(&node);
        let nameless = self.nameless(span);
        let ty = super::super::ast::TypeName { name: nameless.name, span };
        let mut on = AccessOn { ty, verbs: Vec::new(), policy: None, principal: None, endpoint: None };
        let mut before = None;
        for child in node.into_inner() {
            let place = self.span(&child);
            if matches!(child.as_rule(), Rule::verb_block | Rule::resource_policy | Rule::principal | Rule::endpoint) {
                before = self.separated(before, place, false);
            }
            match child.as_rule() {
                Rule::type_name => on.ty = self.type_name(&child),
                Rule::verb_block => on.verbs.push(self.access(child)),
                Rule::resource_policy => {
                    if on.policy.is_some() {
                        self.twice("policy", place);
                    }
                    on.policy = Some(self.resource_policy(child));
                }
                Rule::principal => {
                    if on.principal.is_some() {
                        self.twice("principal", place);
                    }
                    on.principal = Self::child(&child, Rule::expr).map(|value| self.expr(value));
                }
                Rule::endpoint => {
                    if on.endpoint.is_some() {
                        self.twice("endpoint", place);
                    }
                    on.endpoint = Some(self.endpoint(child));
                }
                Rule::bad_entry => {
                    before = self.bad_entry(&child, before, None, Rule::one_access_on, Context::AccessOn)
                }
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::AccessOn(on)
    }

    fn resource_policy(&mut self, node: Node<'t>) -> ResourcePolicy {
        let span = self.span(&node);
        let mut policy = ResourcePolicy { ty: None, entries: Vec::new(), property: None, span };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::type_name => policy.ty = Some(self.type_name(&child)),
                Rule::word => policy.property = Some(self.ident(&child)),
                Rule::settings => policy.entries = self.settings(child),
                _ => {}
            }
        }
        policy
    }

    pub(super) fn endpoint(&mut self, node: Node<'t>) -> Endpoint {
        let ports = Self::child(&node, Rule::on_ports).map(|ports| self.ports(ports)).unwrap_or_default();
        Endpoint { group: self.only_chain(node), ports }
    }

    pub(super) fn connect(&mut self, node: Node<'t>) -> Connect {
        let ports = Self::child(&node, Rule::on_ports).map(|ports| self.ports(ports)).unwrap_or_default();
        let (from, to) = self.two_chains(node);
        Connect { from, to, ports }
    }

    /// `path A -> B`, with its clauses in any order.
    pub(super) fn path_sentence(&mut self, node: Node<'t>) -> PathSentence {
        let span = self.span(&node);
        let mut ends = Vec::new();
        let mut sentence = PathSentence {
            from: self.error_at(span),
            to: self.error_at(span),
            ports: Vec::new(),
            through: None,
            without: None,
        };
        for child in node.into_inner() {
            let place = self.span(&child);
            match child.as_rule() {
                Rule::chain => ends.push(self.chain(child)),
                Rule::on_ports => {
                    if !sentence.ports.is_empty() {
                        self.twice("on", place);
                    }
                    sentence.ports = self.ports(child);
                }
                Rule::through => {
                    if sentence.through.is_some() {
                        self.twice("through", place);
                    }
                    sentence.through = Some(self.only_chain(child));
                }
                Rule::without => {
                    if sentence.without.is_some() {
                        self.twice("without", place);
                    }
                    sentence.without = Some(self.only_chain(child));
                }
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
            (sentence.from, sentence.to) = (from, to);
        }
        sentence
    }

    pub(super) fn ports(&mut self, node: Node<'t>) -> Vec<PortSpec> {
        Self::children(&node, Rule::port).map(|port| self.port(port)).collect()
    }

    fn port(&mut self, node: Node<'t>) -> PortSpec {
        let span = self.span(&node);
        let mut port = PortSpec { protocol: self.nameless(span), from: None, to: None, span };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::port_protocol | Rule::plain_protocol => port.protocol = self.ident(&child),
                Rule::chain if port.from.is_none() => port.from = Some(self.chain(child)),
                Rule::chain => port.to = Some(self.chain(child)),
                _ => {}
            }
        }
        port
    }
}
