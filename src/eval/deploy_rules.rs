//! `ensure` over `deploy param`s: a rule of the template, which CloudFormation checks before it deploys anything.

use crate::base::{IndexMap, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::DeployRule;
use crate::eval::origin::Origin;
use crate::eval::scope::Scope;
use crate::eval::value::{Hole, Kind, Node, NodeKind};
use crate::resolve::Global;
use crate::syntax::ast::{BinaryOp, CompareOp, Expr, ExprKind, TextPiece, UnaryOp};

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
            .here("CloudFormation's rules know `==`, `!=`, `in`, `and`, `or` and `not`, over params and fixed texts")
            .help("say it with those, or as the param's own limits: `text(3..20) matching /…/`");
            self.report(diagnostic);
            return;
        };
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
                let [(operator @ (CompareOp::Equal | CompareOp::NotEqual), second)] = rest.as_slice() else {
                    return None;
                };
                let equals = call("Fn::Equals", vec![self.rule_value(first, scope)?, self.rule_value(second, scope)?]);
                Some(if *operator == CompareOp::Equal { equals } else { call("Fn::Not", vec![equals]) })
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
