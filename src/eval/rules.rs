//! Rules of policies: those that a system uses, and those of the standard library that always stand.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Level, codes};
use crate::eval::Evaluator;
use crate::eval::query::Verdict;
use crate::eval::scope::Scope;
use crate::eval::value::{Kind, Value};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, ItemKind, Pattern, Policy, PolicyRule, Quantifier, RuleLevel};

/// A thing that breaks a condition.
pub(super) struct Breach {
    /// The place to mend: a property's value, or else the instance.
    pub(super) place: Span,
    /// The instance, if that is another place.
    instance: Option<Span>,
    /// What was found there.
    pub(super) found: String,
}

impl<'p> Evaluator<'p> {
    /// The policies that hold for every system: the library's, and those that are demanded of it.
    pub(super) fn check_standing_policies(&mut self) {
        let library = self.program.library;
        for item in library.standing() {
            if let ItemKind::Policy(policy) = &item.kind {
                self.check_rules(policy, false, true);
            }
        }
        for policy in self.program.demanded.clone() {
            self.check_rules(policy, false, false);
        }
    }

    /// Each rule of a policy. `system`: it sees the system's names; `waivable`: a waiver may lift it.
    pub(super) fn check_rules(&mut self, policy: &'p Policy, system: bool, waivable: bool) {
        let scope = self.root(system);
        for rule in &policy.rules {
            for condition in &rule.body {
                self.check_rule((policy, waivable), rule, condition, &scope);
            }
        }
    }

    fn check_rule(
        &mut self,
        (policy, waivable): (&'p Policy, bool),
        rule: &'p PolicyRule,
        condition: &'p Expr,
        scope: &Scope<'p>,
    ) {
        // Known before it is broken: a waiver may name it where it holds, too.
        let code = code_of(policy, rule, waivable);
        let verdict = self.decide(condition, scope);
        let said = match &rule.text {
            Some(text) => self.known_text(text, scope),
            None => rule.name.name.to_string(),
        };
        match verdict {
            Verdict::Holds | Verdict::Wrong => {}
            Verdict::Unknown if rule.level != RuleLevel::Error => {}
            Verdict::Unknown => self.report(
                Diagnostic::new(codes::CANNOT_BE_DECIDED, condition.span, format!("“{said}” cannot be decided"))
                    .here("this depends on what is known only when deployed")
                    .help("ask about what is known when built: params, names, structure, properties as they are set"),
            ),
            Verdict::Broken => {
                let message = format!("“{said}” does not hold");
                let breaches = self.breaches(condition, scope);
                if breaches.is_empty() {
                    let found = self.explain(condition, scope).unwrap_or_else(|| String::from("this is false"));
                    self.report(Diagnostic::new(code, condition.span, message).here(found));
                    return;
                }
                for breach in breaches {
                    let mut diagnostic = Diagnostic::new(code, breach.place, message.clone()).here(breach.found);
                    if let Some(instance) = breach.instance {
                        diagnostic = diagnostic.label(instance, "of this instance");
                    }
                    if !condition.span.file.is_stdlib() {
                        diagnostic = diagnostic.label(condition.span, "asked for here");
                    }
                    self.report(diagnostic);
                }
            }
        }
    }

    /// What breaks a condition over several things.
    pub(super) fn breaches(&mut self, condition: &'p Expr, scope: &Scope<'p>) -> Vec<Breach> {
        let before = self.diagnostics.len();
        let mut found = Vec::new();
        self.find_breaches(condition, scope, &mut found);
        self.diagnostics.truncate(before);
        found
    }

    fn find_breaches(&mut self, condition: &'p Expr, scope: &Scope<'p>, found: &mut Vec<Breach>) {
        match &condition.kind {
            ExprKind::Binary(BinaryOp::And, left, right) => {
                self.find_breaches(left, scope, found);
                self.find_breaches(right, scope, found);
            }
            ExprKind::Quantified(quantifier, binder, source, body) => {
                let broken = match quantifier {
                    Quantifier::Every => false,
                    Quantifier::No => true,
                    // Nothing in particular is at fault where one would have been enough.
                    Quantifier::Some => return,
                };
                for round in self.rounds(std::slice::from_ref(binder), source, scope) {
                    if !matches!(self.evaluate(body, &round).kind, Kind::Bool(known) if known == broken) {
                        continue;
                    }
                    let thing = self.name(binder.name, binder.span, &round);
                    let Kind::Instance(id) = thing.kind else { continue };
                    let through = self.data(id).map(|data| data.through);
                    let Some(instance) = through.map(|through| self.model.origins.user_span(through)) else { continue };
                    let set = self.set_in(body, &round).filter(|span| *span != instance);
                    let values = self.explain(body, &round);
                    found.push(Breach {
                        place: set.unwrap_or(instance),
                        instance: set.map(|_| instance),
                        found: values.unwrap_or_else(|| String::from("it breaks the rule")),
                    });
                }
            }
            _ => {}
        }
    }

    /// Where the user set the property that a comparison asks about.
    fn set_in(&mut self, body: &'p Expr, scope: &Scope<'p>) -> Option<Span> {
        let asked = match &body.kind {
            ExprKind::Compare(first, _) | ExprKind::Matching(first, _) => first,
            _ => return None,
        };
        let value = self.evaluate(asked, scope);
        if value.is_none() {
            return None;
        }
        let span = self.model.origins.user_span(value.origin);
        (!span.is_none() && !span.file.is_stdlib()).then_some(span)
    }

    /// `x matching /…/`. What is known only when deployed may hold anything.
    pub(super) fn matching(&mut self, text: &'p Expr, pattern: &'p Pattern, span: Span, scope: &Scope<'p>) -> Value {
        let value = self.evaluate(text, scope);
        let known = match &value.kind {
            Kind::Error => return value,
            // What is not set has no form.
            Kind::None => return self.value(Kind::Bool(false), span),
            Kind::Text(text) | Kind::Base64(text) => self.by_value(text),
            _ => return self.wrong_type(&value, text.span, "`matching` takes a text"),
        };
        let Some(known) = known else { return value };
        match crate::types::text::matches(&format!("(?s){}", pattern.text), &known) {
            Some(matches) => self.value(Kind::Bool(matches), span),
            None => self.error(
                Diagnostic::new(codes::INVALID_PATTERN, pattern.span, "this pattern cannot be decided")
                    .help("use letters, classes, groups, `|`, `?`, `*`, `+` and `{n,m}`"),
            ),
        }
    }
}

fn code_of(policy: &Policy, rule: &PolicyRule, waivable: bool) -> Code {
    let level = match rule.level {
        RuleLevel::Error => Level::Error,
        RuleLevel::Warning => Level::Warning,
        RuleLevel::Advice => Level::Advice,
    };
    let first = rule.doc.as_ref().and_then(|doc| doc.text.split("\n\n").next());
    let why = match first {
        Some(paragraph) => paragraph.split_whitespace().collect::<Vec<_>>().join(" "),
        None => format!("policy `{}` asks for it", policy.name.name),
    };
    Code::rule(rule.name.name.as_str(), level, waivable, &why)
}
