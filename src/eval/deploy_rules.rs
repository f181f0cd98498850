//! `ensure` over `deploy param`s: a rule of the template, which CloudFormation checks before it deploys anything.

use std::ops::RangeInclusive;

use crate::base::{IndexMap, Symbol, limits};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::deploy_defaults;
use crate::eval::model::DeployRule;
use crate::eval::origin::Origin;
use crate::eval::scope::Scope;
use crate::eval::value::{Hole, Kind, Node, NodeKind};
use crate::resolve::Global;
use crate::syntax::ast::{BinaryOp, CompareOp, Expr, ExprKind, TextPiece, UnaryOp};

/// So many conditions `Fn::And` and `Fn::Or` take.
const MAX_CONDITIONS: usize = 10;

impl<'p> Evaluator<'p> {
    /// The `deploy param`s that a condition reads.
    pub(super) fn deploy_params_in(&self, condition: &Expr) -> Vec<Symbol> {
        let mut found = Vec::new();
        each_name(condition, &mut |name| {
            let deployed = matches!(self.program.globals.get(&name), Some(Global::Param(_, param)) if param.deploy);
            if deployed && !found.contains(&name) {
                found.push(name);
            }
        });
        found
    }

    /// Makes a rule of an `ensure`, or says why it cannot be one.
    pub(super) fn deploy_rule(
        &mut self,
        condition: &'p Expr,
        scope: &Scope<'p>,
        text: Option<&str>,
        params: Vec<Symbol>,
    ) {
        let Some(node) = self.rule_node(condition, scope) else {
            let said = text.map_or_else(|| String::from("this"), |text| format!("“{text}”"));
            let diagnostic = Diagnostic::new(
                codes::CANNOT_BE_DECIDED,
                condition.span,
                format!("{said} cannot be checked at deployment"),
            )
            .here("CloudFormation's rules know `==`, `!=`, `in`, `and`, `or` and `not`, and numbers of few values")
            .help("say it with those, or as the param's own limits: `text(3..20) matching /…/`, `int(1..20)`");
            self.report(diagnostic);
            return;
        };
        if deploy_defaults::holds(&node, &self.model.deploy_params) == Some(false) {
            let said = text.map_or_else(|| String::from("this"), |text| format!("“{text}”"));
            let mut diagnostic =
                Diagnostic::new(codes::ENSURE_FAILED, condition.span, format!("{said} does not hold for the defaults"))
                    .here("CloudFormation would refuse to deploy what nobody has set otherwise")
                    .help("take another default, or none: then whoever deploys must say it");
            for name in &params {
                if let Some(Node { origin, .. }) =
                    self.model.deploy_params.get(name).and_then(|own| own.default.as_ref())
                {
                    diagnostic = diagnostic.label(self.model.origins.user_span(*origin), "a default");
                }
            }
            self.report(diagnostic);
            return;
        }
        let origin = self.model.origins.add(condition.span, "", Origin::INHERITED);
        let text = text.unwrap_or("the parameters fit together").to_owned();
        let rule = DeployRule { text, condition: node, params, origin };
        if !self.model.deploy_rules.contains(&rule) {
            self.model.deploy_rules.push(rule);
        }
    }

    fn rule_node(&mut self, condition: &'p Expr, scope: &Scope<'p>) -> Option<Node> {
        match &condition.kind {
            ExprKind::Binary(BinaryOp::And, left, right) => self.rule_pair("Fn::And", left, right, scope),
            ExprKind::Binary(BinaryOp::Or, left, right) => self.rule_pair("Fn::Or", left, right, scope),
            ExprKind::Binary(operator @ (BinaryOp::In | BinaryOp::NotIn), item, list) => {
                let value = self.evaluate(list, scope);
                let Kind::List(_) = value.kind else { return None };
                let list = self.plain_node(&value, list.span)?;
                let item = self.rule_value(item, scope)?;
                let contains = call("Fn::Contains", vec![list, item]);
                Some(if *operator == BinaryOp::In { contains } else { call("Fn::Not", vec![contains]) })
            }
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let inner = self.rule_node(inner, scope)?;
                Some(call("Fn::Not", vec![inner]))
            }
            ExprKind::Compare(first, rest) => {
                let mut left: &'p Expr = first;
                let mut all = Vec::with_capacity(rest.len());
                for (operator, right) in rest {
                    all.push(self.rule_comparison(left, *operator, right, scope)?);
                    left = right;
                }
                joined("Fn::And", all)
            }
            ExprKind::Name(_) => {
                let value = self.rule_value(condition, scope)?;
                Some(call("Fn::Equals", vec![value, Node::text("true", Origin::INHERITED)]))
            }
            _ => None,
        }
    }

    fn rule_pair(&mut self, function: &str, left: &'p Expr, right: &'p Expr, scope: &Scope<'p>) -> Option<Node> {
        let left = self.rule_node(left, scope)?;
        let right = self.rule_node(right, scope)?;
        Some(call(function, vec![left, right]))
    }

    fn rule_comparison(
        &mut self,
        left: &'p Expr,
        operator: CompareOp,
        right: &'p Expr,
        scope: &Scope<'p>,
    ) -> Option<Node> {
        let equals = |walker: &mut Self| {
            Some(call("Fn::Equals", vec![walker.rule_value(left, scope)?, walker.rule_value(right, scope)?]))
        };
        match operator {
            CompareOp::Equal => equals(self),
            CompareOp::NotEqual => Some(call("Fn::Not", vec![equals(self)?])),
            CompareOp::Less => self.rule_order(left, right, scope, |a, b| a < b),
            CompareOp::LessEqual => self.rule_order(left, right, scope, |a, b| a <= b),
            CompareOp::Greater => self.rule_order(left, right, scope, |a, b| a > b),
            CompareOp::GreaterEqual => self.rule_order(left, right, scope, |a, b| a >= b),
        }
    }

    /// CloudFormation's rules know no order: of numbers with few values, those that stand in it are listed.
    fn rule_order(
        &mut self,
        left: &'p Expr,
        right: &'p Expr,
        scope: &Scope<'p>,
        stands: fn(i64, i64) -> bool,
    ) -> Option<Node> {
        let (one, ones) = self.rule_number(left, scope)?;
        let (other, others) = self.rule_number(right, scope)?;
        let listed = |numbers: Vec<i64>| {
            let texts = numbers.iter().map(|number| Node::text(&number.to_string(), Origin::INHERITED));
            Node::new(NodeKind::List(texts.collect()), Origin::INHERITED)
        };
        // Held against one number, the values of the other are enough.
        let (few, many) = (ones.clone().take(2).count(), others.clone().take(2).count());
        if few == 1 || many == 1 {
            let pairs = ones.flat_map(|a| others.clone().map(move |b| (a, b))).take(limits::MAX_RULE_VALUES + 1);
            let all: Vec<(i64, i64)> = pairs.collect();
            let fitting: Vec<(i64, i64)> = all.iter().copied().filter(|(a, b)| stands(*a, *b)).collect();
            if all.len() > limits::MAX_RULE_VALUES || fitting.is_empty() {
                return None;
            }
            let (numbers, asked) = if many == 1 {
                (fitting.iter().map(|(a, _)| *a).collect(), one)
            } else {
                (fitting.iter().map(|(_, b)| *b).collect(), other)
            };
            return Some(call("Fn::Contains", vec![listed(numbers), asked]));
        }
        let mut ways = Vec::new();
        let mut count = 0;
        for a in ones {
            let fitting: Vec<i64> = others.clone().filter(|b| stands(a, *b)).collect();
            count += 1 + fitting.len();
            if count > limits::MAX_RULE_VALUES {
                return None;
            }
            if !fitting.is_empty() {
                let is = call("Fn::Equals", vec![one.clone(), Node::text(&a.to_string(), Origin::INHERITED)]);
                let fits = call("Fn::Contains", vec![listed(fitting), other.clone()]);
                ways.push(call("Fn::And", vec![is, fits]));
            }
        }
        joined("Fn::Or", ways)
    }

    /// A number in a comparison, and what it can be.
    fn rule_number(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Option<(Node, RangeInclusive<i64>)> {
        let value = self.evaluate(expr, scope);
        match &value.kind {
            Kind::Int(number) => Some((Node::text(&number.to_string(), Origin::INHERITED), *number..=*number)),
            Kind::Text(text) => {
                let Some(Hole::Param(name)) = text.single_hole() else { return None };
                let param = self.model.deploy_params.get(&name).filter(|param| param.ty == "Number")?;
                let (Some(least), Some(most)) = param.limits else { return None };
                Some((Node::new(NodeKind::Text(text.clone()), Origin::INHERITED), least..=most))
            }
            _ => None,
        }
    }

    /// A side of a comparison: a param, or what is known.
    fn rule_value(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Option<Node> {
        let value = self.evaluate(expr, scope);
        let text = match &value.kind {
            Kind::Text(text) => match text.single_hole() {
                Some(Hole::Param(_)) => return Some(Node::new(NodeKind::Text(text.clone()), Origin::INHERITED)),
                _ => self.by_value(text)?,
            },
            Kind::Int(number) => number.to_string(),
            Kind::Bool(known) => known.to_string(),
            Kind::None => String::new(),
            _ => return None,
        };
        Some(Node::text(&text, Origin::INHERITED))
    }
}

/// Several conditions as one: CloudFormation takes up to ten at a time. `None`: there is none.
fn joined(function: &str, mut all: Vec<Node>) -> Option<Node> {
    while all.len() > 1 {
        let mut fewer = Vec::with_capacity(all.len() / MAX_CONDITIONS + 1);
        while !all.is_empty() {
            let rest = all.split_off(all.len().min(MAX_CONDITIONS));
            let group = std::mem::replace(&mut all, rest);
            fewer.extend(if group.len() == 1 { group } else { vec![call(function, group)] });
        }
        all = fewer;
    }
    all.pop()
}

fn call(function: &str, arguments: Vec<Node>) -> Node {
    let list = Node::new(NodeKind::List(arguments), Origin::INHERITED);
    Node::new(NodeKind::Map(IndexMap::from_iter([(Symbol::new(function), list)])), Origin::INHERITED)
}

/// Calls a function for every name in a condition.
fn each_name(expr: &Expr, visit: &mut impl FnMut(Symbol)) {
    match &expr.kind {
        ExprKind::Name(name) => visit(*name),
        ExprKind::Binary(_, left, right) => {
            each_name(left, visit);
            each_name(right, visit);
        }
        ExprKind::Unary(_, inner) | ExprKind::Field(inner, _) => each_name(inner, visit),
        ExprKind::Compare(first, rest) => {
            each_name(first, visit);
            rest.iter().for_each(|(_, expr)| each_name(expr, visit));
        }
        ExprKind::List(items) => items.iter().for_each(|item| each_name(item, visit)),
        ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| each_name(&argument.value, visit)),
        ExprKind::Text(text) => {
            for piece in &text.pieces {
                if let TextPiece::Interpolation(inner) = piece {
                    each_name(inner, visit);
                }
            }
        }
        _ => {}
    }
}
