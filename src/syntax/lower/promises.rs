//! What a system promises, is promised, and must hold: externals, steps, invariants, policies, tests.

use super::super::ast::{
    AtLeast, Crossing, CrossingEnd, Ensure, Expr, External, ExternalOutput, ExternalSource, Forbid, ItemKind, Policy,
    PolicyRule, RuleLevel, Step, Test, TestBody,
};
use super::super::explain::Context;
use super::super::grammar::{Node, Rule};
use super::Lower;
use crate::base::Span;

impl<'t> Lower<'t> {
    pub(super) fn external(&mut self, node: Node<'t>) -> ItemKind {
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

    pub(super) fn external_body(&mut self, node: Node<'t>, external: &mut External) {
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

    pub(super) fn external_output(&mut self, node: Node<'t>, span: Span) -> ExternalOutput {
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

    pub(super) fn step(&mut self, node: Node<'t>) -> ItemKind {
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

    pub(super) fn ensure(&mut self, node: Node<'t>) -> ItemKind {
        let mut ensure = Ensure { text: None, body: Vec::new() };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::text => ensure.text = Some(self.text(child)),
                Rule::conditions => ensure.body = self.conditions(child),
                Rule::expr => ensure.body.push(self.expr(child)),
                Rule::at_least => {
                    let mut labels = child.into_inner().filter(|word| word.as_rule() == Rule::label);
                    if let (Some(higher), Some(lower)) = (labels.next(), labels.next()) {
                        return ItemKind::AtLeast(AtLeast { higher: self.ident(&higher), lower: self.ident(&lower) });
                    }
                }
                Rule::crossing => return self.crossing(child, false),
                _ => {}
            }
        }
        ItemKind::Ensure(ensure)
    }

    fn crossing(&mut self, node: Node<'t>, forbidden: bool) -> ItemKind {
        let (mut ends, mut ports) = (Vec::new(), Vec::new());
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::crossing_end => ends.push(self.crossing_end(child)),
                Rule::on_ports => ports = self.ports(child),
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        match (ends.next(), ends.next()) {
            (Some(from), Some(to)) => ItemKind::Crossing(Crossing { forbidden, from, to, ports }),
            _ => ItemKind::Error,
        }
    }

    fn crossing_end(&mut self, node: Node<'t>) -> CrossingEnd {
        let mut end = CrossingEnd { what: None, environment: self.nameless(self.span(&node)) };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::chain => end.what = Some(self.chain(child)),
                Rule::label => end.environment = self.ident(&child),
                _ => {}
            }
        }
        end
    }

    pub(super) fn conditions(&mut self, node: Node<'t>) -> Vec<Expr> {
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

    pub(super) fn forbid(&mut self, node: Node<'t>) -> ItemKind {
        let what =
            |child: &Node<'t>| matches!(child.as_rule(), Rule::crossing | Rule::forbid_path | Rule::forbid_grant);
        match node.into_inner().find(what) {
            Some(child) if child.as_rule() == Rule::crossing => self.crossing(child, true),
            Some(child) if child.as_rule() == Rule::forbid_path => match Self::child(&child, Rule::path_sentence) {
                Some(sentence) => ItemKind::Forbid(Forbid::Path(Box::new(self.path_sentence(sentence)))),
                None => ItemKind::Error,
            },
            Some(child) => ItemKind::Forbid(Forbid::Grant(Box::new(self.granted(&child)))),
            None => ItemKind::Error,
        }
    }

    pub(super) fn policy(&mut self, node: Node<'t>) -> ItemKind {
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
                    let level = match Self::child(&child, Rule::rule_level).map(|level| level.as_str()) {
                        Some("warning") => RuleLevel::Warning,
                        Some("advice") => RuleLevel::Advice,
                        _ => RuleLevel::Error,
                    };
                    policy.rules.push(PolicyRule { doc, name, text, level, body, span });
                }
                Rule::bad_item => self.bad(&child, Rule::one_rule, Context::Rule),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        ItemKind::Policy(policy)
    }

    pub(super) fn test(&mut self, node: Node<'t>) -> ItemKind {
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

    pub(super) fn asserts(&mut self, node: Node<'t>) -> Vec<Expr> {
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
}
