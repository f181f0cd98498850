//! What is asked of the model: `ensure`, policy rules, `assert`.

use std::sync::Arc;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{End, InstanceId, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::paths::{Answer, ConnectsQuestion};
use crate::eval::scope::{Placed, Scope};
use crate::eval::value::{Kind, Node, NodeKind, Value};
use crate::resolve::{Definition, Global, Owner};
use crate::syntax::ast::{self, Argument, BinaryOp, Expr, ExprKind, Forbid, ItemKind, Quantifier};

/// The answer to a question about the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Holds,
    /// It is not so.
    Broken,
    /// It depends on what is known only when deployed.
    Unknown,
    /// The question itself is wrong; a diagnostic says why.
    Wrong,
}

/// How many resources that break a condition are pointed at.
const MAX_BREACHES: usize = 5;

impl<'p> Evaluator<'p> {
    /// Decides every `ensure`, every forbidden path, and every rule of the policies in use.
    pub(super) fn check_invariants(&mut self) {
        self.querying = true;
        for placed in self.statements.clone() {
            match &placed.item.kind {
                ItemKind::Ensure(ensure) => {
                    let text = ensure.text.as_ref().map(|text| self.known_text(text, &placed.scope));
                    for condition in &ensure.body {
                        self.check_invariant(condition, &placed.scope, text.as_deref(), Some(&placed));
                    }
                }
                ItemKind::UsePolicy(path) => self.check_policy(path),
                ItemKind::Forbid(Forbid::Grant(grant)) => self.check_forbidden_grant(grant, &placed),
                ItemKind::Forbid(Forbid::Path(path)) => self.check_forbidden_path(path, &placed),
                _ => {}
            }
        }
        self.check_standing_policies();
        self.crossings();
        self.querying = false;
    }

    fn check_policy(&mut self, path: &'p ast::Path) {
        let Some(name) = path.names.last() else { return };
        let found = self.program.find(name.name, name.span.file);
        let Some(Definition { global: Global::Policy(policy), owner }) = found else {
            let known = self.program.globals.iter().filter(|(_, global)| matches!(global, Global::Policy(_)));
            let known = known.map(|(name, _)| *name).chain(self.program.imports.keys().copied());
            let is_policy = |name: &&str| {
                let item = self.program.library.item(Symbol::new(name));
                item.is_some_and(|item| matches!(item.kind, ItemKind::Policy(_)))
            };
            let library = self.program.library.names().filter(is_policy);
            let known = known.map(|name| name.as_str()).chain(library);
            let mut known: Vec<&str> = known.collect();
            known.sort_unstable();
            let diagnostic =
                Diagnostic::new(codes::UNKNOWN_NAME, path.span, format!("there is no policy `{}`", name.name))
                    .did_you_mean(path.span, name.name.as_str(), known);
            self.report(diagnostic);
            return;
        };
        self.check_rules(policy, owner == Owner::System, true);
    }

    fn check_invariant(
        &mut self,
        condition: &'p Expr,
        scope: &Scope<'p>,
        text: Option<&str>,
        placed: Option<&Placed<'p>>,
    ) {
        let params = self.deploy_params_in(condition);
        if !params.is_empty() {
            return self.deploy_rule(condition, scope, text, params);
        }
        self.evidence.clear();
        let verdict = self.decide(condition, scope);
        let evidence = std::mem::take(&mut self.evidence);
        let said = text.map_or_else(|| String::from("this"), |text| format!("“{text}”"));
        let diagnostic = match verdict {
            Verdict::Holds | Verdict::Wrong => return,
            Verdict::Broken => {
                let found = self.explain(condition, scope).or_else(|| words_of(&evidence));
                let mut diagnostic =
                    Diagnostic::new(codes::ENSURE_FAILED, condition.span, format!("{said} does not hold"))
                        .here(found.unwrap_or_else(|| String::from("this is false")));
                for breach in self.breaches(condition, scope).into_iter().take(MAX_BREACHES) {
                    diagnostic = diagnostic.label(breach.place, breach.found);
                }
                diagnostic
            }
            Verdict::Unknown => {
                Diagnostic::new(codes::CANNOT_BE_DECIDED, condition.span, format!("{said} cannot be decided"))
                    .here(
                        words_of(&evidence)
                            .unwrap_or_else(|| String::from("this depends on what is known only when deployed")),
                    )
                    .help("ask about what is known when built: params, names, structure, properties as they are set")
            }
        };
        let diagnostic = evidence.iter().fold(diagnostic, |diagnostic, answer| self.showing(diagnostic, &answer.shown));
        // A component's condition is about the instance that sets its params.
        let instance = placed.and_then(|placed| match placed.owner {
            crate::eval::scope::Owner::Component(instance) => self.data(instance).map(|data| data.through),
            crate::eval::scope::Owner::System | crate::eval::scope::Owner::Stack(_) => None,
        });
        let diagnostic = match instance {
            Some(through) => {
                let place = self.model.origins.user_span(through);
                let mut blamed = diagnostic;
                if let Some(first) = blamed.labels.first_mut()
                    && first.span.file.is_stdlib()
                {
                    let stated = first.clone();
                    first.span = place;
                    first.text = String::from("of this instance");
                    blamed.labels.push(stated);
                    blamed
                } else {
                    blamed.label(place, "of this instance")
                }
            }
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    /// The values that a comparison found, in words.
    pub(super) fn explain(&mut self, condition: &'p Expr, scope: &Scope<'p>) -> Option<String> {
        let before = self.diagnostics.len();
        let found = match &condition.kind {
            ExprKind::Compare(first, rest) => {
                let mut parts = Vec::new();
                for expr in std::iter::once(&**first).chain(rest.iter().map(|(_, expr)| expr)) {
                    let value = self.evaluate(expr, scope);
                    let literal =
                        matches!(expr.kind, ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Text(_) | ExprKind::None);
                    if !literal {
                        parts.push(self.describe(&value));
                    }
                }
                (!parts.is_empty()).then(|| format!("this is {}", parts.join(" and ")))
            }
            _ => None,
        };
        self.diagnostics.truncate(before);
        found
    }

    /// Whether a condition holds.
    pub(super) fn decide(&mut self, condition: &'p Expr, scope: &Scope<'p>) -> Verdict {
        let before = std::mem::replace(&mut self.querying, true);
        let value = self.evaluate(condition, scope);
        self.querying = before;
        match &value.kind {
            Kind::Bool(true) => Verdict::Holds,
            Kind::Bool(false) => Verdict::Broken,
            Kind::Error => Verdict::Wrong,
            _ if self.is_deployed(&value) => Verdict::Unknown,
            _ => {
                self.wrong_type(&value, condition.span, "a condition is true or false");
                Verdict::Wrong
            }
        }
    }

    /// `count(…)` and `all(…)`.
    pub(super) fn model_call(
        &mut self,
        name: Symbol,
        arguments: &'p [Argument],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        if !self.querying {
            return self.structure_question(span);
        }
        let [argument] = arguments else {
            return self.error(
                Diagnostic::new(codes::WRONG_ARGUMENTS, span, format!("`{name}` takes one type"))
                    .help(format!("write `{name}(AWS::S3::Bucket)` or `{name}(AWS::S3::Bucket in Storage)`")),
            );
        };
        let (ty, stack) = match &argument.value.kind {
            ExprKind::Binary(BinaryOp::In, ty, stack) => (&**ty, Some(&**stack)),
            _ => (&argument.value, None),
        };
        let within = match stack.map(|stack| (self.evaluate(stack, scope), stack.span)) {
            None => None,
            Some((Value { kind: Kind::Stack(id), .. }, _)) => Some(Some(id)),
            // A stack that is not built has nothing in it.
            Some((Value { kind: Kind::Absent(_), .. }, _)) => Some(None),
            Some((value, _)) if value.is_error() => return value,
            Some((value, place)) => return self.wrong_type(&value, place, "`in` names a stack"),
        };
        let wanted = self.evaluate(ty, scope);
        let found: Vec<Value> = match &wanted.kind {
            Kind::Type(wanted_type) => {
                let wanted_type = *wanted_type;
                if self.component(wanted_type).is_none() && !self.is_resource_type(wanted_type) {
                    let diagnostic =
                        Diagnostic::new(codes::UNKNOWN_TYPE, ty.span, format!("there is no type `{wanted_type}`"))
                            .did_you_mean(
                                ty.span,
                                wanted_type.as_str(),
                                self.catalog.resource_types().map(|ty| ty.name()),
                            );
                    return self.error(diagnostic);
                }
                self.instances_of(wanted_type, within)
                    .into_iter()
                    .map(|id| Value::new(Kind::Instance(id), Origin::INHERITED))
                    .collect()
            }
            Kind::List(items) if within.is_none() => items.to_vec(),
            Kind::Family(family) if within.is_none() => {
                family.values().map(|id| Value::new(Kind::Instance(*id), Origin::INHERITED)).collect()
            }
            Kind::Error => return wanted,
            _ => return self.wrong_type(&wanted, ty.span, &format!("`{name}` takes a type or a list")),
        };
        let kind = if name == "count" {
            Kind::Int(i64::try_from(found.len()).unwrap_or(i64::MAX))
        } else {
            Kind::List(Arc::new(found))
        };
        self.value(kind, span)
    }

    /// `used(x.attribute)`: whether a property, an output or a permission takes what is known of a resource when deployed.
    pub(super) fn is_used(&mut self, argument: &'p Argument, span: Span, scope: &Scope<'p>) -> Value {
        if !self.querying {
            return self.structure_question(span);
        }
        let value = self.evaluate(&argument.value, scope);
        let hole = match &value.kind {
            Kind::Error => return value,
            Kind::Text(text) => text.single_hole(),
            _ => None,
        };
        let Some(hole) = hole else {
            return self.wrong_type(&value, argument.value.span, "`used` takes an attribute of a resource");
        };
        let model = &self.model;
        let outputs = model.stacks.iter().flat_map(|stack| &stack.outputs);
        let permissions = model.statements.iter().flat_map(|statement| &statement.permissions);
        let used = model.resources.iter().any(|resource| resource.properties.has_hole(hole))
            || outputs.into_iter().any(|output| output.value.has_hole(hole))
            || permissions
                .flat_map(|permission| &permission.resources)
                .any(|arn| arn.holes().any(|found| found == hole));
        self.value(Kind::Bool(used), span)
    }

    fn structure_question(&mut self, span: Span) -> Value {
        self.error(
            Diagnostic::new(codes::MISPLACED, span, "the model cannot be asked while it is being built")
                .help("ask in an `ensure`, a policy's `rule` or a test; let what is built depend on params"),
        )
    }

    /// The instances of a type; for a component's name, of that component.
    fn instances_of(&self, ty: Symbol, within: Option<Option<StackId>>) -> Vec<InstanceId> {
        (0..u32::try_from(self.model.instances.len()).unwrap_or(u32::MAX))
            .map(InstanceId)
            .zip(&self.model.instances)
            .filter(|(_, instance)| instance.ty == ty && within.is_none_or(|stack| stack == Some(instance.stack)))
            .map(|(id, _)| id)
            .collect()
    }

    /// Sentences about the model that are no function calls.
    pub(super) fn model_sentence(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Value {
        if !self.querying {
            return self.structure_question(expr.span);
        }
        match &expr.kind {
            ExprKind::Quantified(quantifier, binder, source, body) => {
                self.quantified(*quantifier, binder, source, body, expr.span, scope)
            }
            ExprKind::Connects { only, from, to, ports } => {
                let (from, to) = (self.query_ends(from, scope), self.query_ends(to, scope));
                let on = self.ports(ports, scope);
                let (Some(from), Some(to)) = (from, to) else { return self.value(Kind::Error, expr.span) };
                self.connects_value(&ConnectsQuestion { only: *only, from, to, on }, expr.span)
            }
            ExprKind::Path(path) => self.path_value(path, expr.span, scope),
            ExprKind::Can { only, who, action, on } => self.can(*only, who, action, on, expr.span, scope),
            _ => self.value(Kind::Error, expr.span),
        }
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        binder: &'p ast::Ident,
        source: &'p Expr,
        body: &'p Expr,
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let binders = std::slice::from_ref(binder);
        let mut unknown: Option<Value> = None;
        let mut any = false;
        let mut all = true;
        for round in self.rounds(binders, source, scope) {
            let value = self.evaluate(body, &round);
            match &value.kind {
                Kind::Bool(true) => any = true,
                Kind::Bool(false) => all = false,
                Kind::Error => return value,
                _ if self.is_deployed(&value) => unknown = Some(value),
                _ => return self.wrong_type(&value, body.span, "a condition is true or false"),
            }
        }
        let (known, decided) = match quantifier {
            Quantifier::Every => (all, !all),
            Quantifier::Some => (any, any),
            Quantifier::No => (!any, any),
        };
        match unknown {
            Some(unknown) if !decided => unknown,
            _ => self.value(Kind::Bool(known), span),
        }
    }

    fn query_ends(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Option<Vec<End>> {
        let value = self.evaluate(expr, scope);
        let before = self.diagnostics.len();
        let ends = self.end_points(&value, expr.span);
        (self.diagnostics.len() == before).then_some(ends)
    }

    /// A property of a finished resource, by AWS's name, where the model is asked.
    pub(super) fn finished_property(&mut self, resource: ResourceId, name: Symbol, span: Span) -> Option<Value> {
        let ty = self.model.resources.get(resource.index())?.ty;
        let known = self.catalog.resource_type(ty.as_str());
        let node = self.model.resources.get(resource.index())?.properties.get(name.as_str()).cloned();
        match node {
            Some(node) => Some(node_value(&node)),
            None if known.is_none_or(|known| known.property(name.as_str()).is_some()) => {
                Some(self.value(Kind::None, span))
            }
            None => None,
        }
    }
}

/// What answers about the network say for themselves.
fn words_of(evidence: &[Answer]) -> Option<String> {
    let words: Vec<&str> = evidence.iter().filter_map(|answer| answer.words.as_deref()).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// A finished property as a value that can be compared.
fn node_value(node: &Node) -> Value {
    let kind = match &node.kind {
        NodeKind::Error => Kind::Error,
        NodeKind::Bool(known) => Kind::Bool(*known),
        NodeKind::Int(number) => Kind::Int(*number),
        NodeKind::Float(number) => Kind::Float(*number),
        NodeKind::Text(text) => Kind::Text(text.clone()),
        NodeKind::Base64(text) => Kind::Base64(text.clone()),
        NodeKind::Zone(index) => Kind::Zone(*index),
        NodeKind::Json(inner) => Kind::Json(Arc::new((**inner).clone())),
        NodeKind::List(items) => Kind::List(Arc::new(items.iter().map(node_value).collect())),
        NodeKind::Map(map) => Kind::Record(Arc::new(map.iter().map(|(key, node)| (*key, node_value(node))).collect())),
    };
    Value::new(kind, node.origin)
}
