//! Expressions: from a flat chain of operands and operators to a tree.

use super::super::ast::{
    Argument, BinaryOp, CompareOp, Comprehension, Entry, EntryKey, Expr, ExprKind, PerArm, PerKey, Quantifier, UnaryOp,
};
use super::super::explain::{self, Context};
use super::super::grammar::{Node, Rule};
use super::Lower;
use super::chains::{Chain, Link};
use super::entries::Before;
use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};

impl<'t> Lower<'t> {
    /// What stands where nothing could be read.
    pub(super) fn error_at(&self, span: Span) -> Expr {
        Expr { span, kind: ExprKind::Error }
    }

    pub(super) fn expr(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut links = Vec::new();
        let mut levels = 1;
        // What is lowered below counts the whole chain: a chain of n operators can be n levels deep.
        let children: Vec<Node<'t>> = node.into_inner().collect();
        levels += children
            .iter()
            .filter(|child| matches!(child.as_rule(), Rule::op | Rule::clause_op | Rule::prefix))
            .count();
        if !self.enter(levels, span) {
            return self.error_at(span);
        }
        let mut ternary = None;
        for child in children {
            if child.as_rule() == Rule::op
                && child.as_str().trim_ascii_end() == "="
                && self.begins_entry(&mut links, &child)
            {
                break;
            }
            match child.as_rule() {
                Rule::prefix => links.push(Link::Prefix(self.prefix(&child), self.span(&child))),
                Rule::op | Rule::clause_op => links.push(Link::Op(self.operator(&child))),
                Rule::connects | Rule::can => {
                    let who = match links.pop() {
                        Some(Link::Operand(who)) => who,
                        _ => self.error_at(span),
                    };
                    links.push(Link::Operand(self.sentence(who, child, None)));
                }
                Rule::matching => {
                    let text = match links.pop() {
                        Some(Link::Operand(text)) => text,
                        _ => self.error_at(span),
                    };
                    links.push(Link::Operand(self.matching(text, &child)));
                }
                Rule::ternary => ternary = Some(child),
                _ => links.push(Link::Operand(self.operand(child))),
            }
        }
        let value = Chain::new(links).read(span);
        let value = match ternary {
            Some(ternary) => self.ternary(value, ternary),
            None => value,
        };
        self.leave(levels);
        value
    }

    /// Whether the name before an `=` begins the next entry, because the one before lacks its value, or because entries are
    /// written as in YAML. Then it is reported, and the name is no part of this value.
    fn begins_entry(&mut self, links: &mut Vec<Link>, sign: &Node<'t>) -> bool {
        let Some(Link::Operand(Expr { kind: ExprKind::Name(_) | ExprKind::TypeName(_), span: name })) = links.last()
        else {
            return false;
        };
        let (name, sign) = (*name, self.span(sign));
        let before = self.text.get(..name.lo as usize).unwrap_or_default();
        let line = before.rfind('\n').map_or(before, |end| before.get(end + 1..).unwrap_or_default());
        let broken = self.text.get(name.hi as usize..sign.lo as usize).is_some_and(|gap| gap.contains('\n'));
        let above = before.trim_ascii_end();
        let diagnostic = match line.trim_ascii() {
            _ if broken => return false,
            "-" if links.len() > 1 => {
                let dash = self.at(above.len() - 1, above.len());
                Diagnostic::new(codes::FOREIGN_SYNTAX, dash, "`-` begins no entry here")
                    .help("entries stand on their lines as they are; a list is `[a, b]`")
                    .fix("remove it", self.at(above.len() - 1, name.lo as usize), "")
            }
            "" => {
                let operator = above.get(above.trim_end_matches(explain::is_sign).len()..).unwrap_or_default();
                // In a block of conditions, `a = b` on a line of its own is a comparison.
                if operator.is_empty() {
                    return false;
                }
                let message = format!("expected a value after `{operator}`, found the end of the line");
                Diagnostic::new(codes::SYNTAX_ERROR, self.at(above.len(), above.len()), message)
                    .label(name, "the next entry begins here")
                    .help("write the value, or remove the entry")
            }
            _ => return false,
        };
        self.report(diagnostic);
        links.pop();
        if matches!(links.last(), Some(Link::Op(_) | Link::Prefix(..))) {
            links.pop();
        }
        true
    }

    fn operand(&mut self, node: Node<'t>) -> Expr {
        match node.as_rule() {
            Rule::chain => self.chain(node),
            Rule::if_expr => self.if_expr(node),
            Rule::per_expr => self.per_expr(node),
            Rule::every_time => {
                let span = self.span(&node);
                let time = self.only_chain(node);
                Expr { span, kind: ExprKind::Every(Box::new(time)) }
            }
            Rule::quantified => self.quantified(node),
            Rule::path_sentence => {
                let span = self.span(&node);
                Expr { span, kind: ExprKind::Path(Box::new(self.path_sentence(node))) }
            }
            Rule::only_sentence => self.only_sentence(node),
            _ => self.error_at(self.span(&node)),
        }
    }

    fn prefix(&mut self, node: &Node<'t>) -> UnaryOp {
        match node.as_str() {
            "-" => UnaryOp::Negate,
            "!" => {
                self.foreign_operator(node, "not ");
                UnaryOp::Not
            }
            _ => UnaryOp::Not,
        }
    }

    fn operator(&mut self, node: &Node<'t>) -> super::chains::Operator {
        use super::chains::Operator::{Binary, Compare};
        match node.as_str() {
            "??" => Binary(BinaryOp::Else),
            "++" => Binary(BinaryOp::Join),
            "+" => Binary(BinaryOp::Add),
            "-" => Binary(BinaryOp::Subtract),
            "*" => Binary(BinaryOp::Multiply),
            "/" => Binary(BinaryOp::Divide),
            "<=" => Compare(CompareOp::LessEqual),
            "<" => Compare(CompareOp::Less),
            ">=" => Compare(CompareOp::GreaterEqual),
            ">" => Compare(CompareOp::Greater),
            "==" => Compare(CompareOp::Equal),
            "!=" => Compare(CompareOp::NotEqual),
            "=" => {
                self.foreign_operator(node, "==");
                Compare(CompareOp::Equal)
            }
            "&&" => {
                self.foreign_operator(node, "and");
                Binary(BinaryOp::And)
            }
            "||" => {
                self.foreign_operator(node, "or");
                Binary(BinaryOp::Or)
            }
            "and" => Binary(BinaryOp::And),
            "or" => Binary(BinaryOp::Or),
            "in" => Binary(BinaryOp::In),
            _ => Binary(BinaryOp::NotIn),
        }
    }

    fn foreign_operator(&mut self, node: &Node<'t>, right: &str) {
        let span = self.span(node);
        let word = right.trim_end();
        let message = match node.as_str() {
            "=" => String::from("`=` compares nothing"),
            other => format!("`{other}` is no operator here"),
        };
        self.report(Diagnostic::new(codes::FOREIGN_SYNTAX, span, message).help(format!("write `{word}`")).fix(
            format!("write `{word}`"),
            span,
            right,
        ));
    }

    /// `c ? a : b`, as other languages write it.
    fn ternary(&mut self, condition: Expr, node: Node<'t>) -> Expr {
        let span = condition.span.to(self.span(&node));
        let mut values = node.into_inner().filter(|child| child.as_rule() == Rule::expr);
        let (Some(then), Some(otherwise)) = (values.next(), values.next()) else { return condition };
        let text = |span: Span| self.source.get(span.range()).unwrap_or_default();
        let right =
            format!("if {} then {} else {}", text(condition.span), text(self.span(&then)), text(self.span(&otherwise)));
        self.report(
            Diagnostic::new(codes::FOREIGN_SYNTAX, span, "a choice is not written with `?` and `:`")
                .help("write `if condition then a else b`")
                .fix("write it with `if`, `then` and `else`", span, right),
        );
        let (then, otherwise) = (self.expr(then), self.expr(otherwise));
        Expr { span, kind: ExprKind::If(Box::new(condition), Box::new(then), Some(Box::new(otherwise))) }
    }

    fn if_expr(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut values = node.into_inner().filter(|child| child.as_rule() == Rule::expr);
        let (Some(condition), Some(then)) = (values.next(), values.next()) else { return self.error_at(span) };
        let condition = Box::new(self.expr(condition));
        let then = Box::new(self.expr(then));
        let otherwise = values.next().map(|value| Box::new(self.expr(value)));
        Expr { span, kind: ExprKind::If(condition, then, otherwise) }
    }

    fn per_expr(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut subject = self.error_at(span);
        let mut arms = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let place = self.span(&child);
            match child.as_rule() {
                Rule::path => subject = self.path_value(child),
                Rule::per_arm => {
                    before = self.separated(before, place, false);
                    arms.extend(self.per_arm(child));
                }
                Rule::bad_entry => before = self.bad_entry(&child, before, None, Rule::one_arm, Context::Arm),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        Expr { span, kind: ExprKind::Per(Box::new(subject), arms) }
    }

    fn per_arm(&mut self, node: Node<'t>) -> Option<PerArm> {
        let mut key = None;
        let mut span = self.span(&node);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::per_key => {
                    span = self.span(&child);
                    let inner = child.into_inner().next()?;
                    let place = self.span(&inner);
                    key = match inner.as_rule() {
                        Rule::text => {
                            let text = self.text(inner);
                            Some(PerKey::Literal(text))
                        }
                        Rule::number => Some(PerKey::Literal(self.number(&inner))),
                        _ => match inner.as_str() {
                            "else" => None,
                            word @ ("true" | "false") => {
                                Some(PerKey::Literal(Expr { span: place, kind: ExprKind::Bool(word == "true") }))
                            }
                            "none" => Some(PerKey::Literal(Expr { span: place, kind: ExprKind::None })),
                            word => Some(PerKey::Word(Symbol::new(word))),
                        },
                    };
                }
                Rule::assign => self.assign(&child),
                Rule::expr => return Some(PerArm { key, span, value: self.expr(child) }),
                _ => {}
            }
        }
        None
    }

    fn quantified(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut quantifier = Quantifier::Every;
        let mut binder = self.nameless(span);
        let mut values = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::kw_some => quantifier = Quantifier::Some,
                Rule::kw_no => quantifier = Quantifier::No,
                Rule::word => binder = self.ident(&child),
                Rule::expr => values.push(self.expr(child)),
                _ => {}
            }
        }
        let mut values = values.into_iter();
        let (Some(source), Some(body)) = (values.next(), values.next()) else { return self.error_at(span) };
        Expr { span, kind: ExprKind::Quantified(quantifier, binder, Box::new(source), Box::new(body)) }
    }

    fn only_sentence(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        let mut who = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::chain => who = Some(self.chain(child)),
                Rule::connects | Rule::can => {
                    let who = who.take().unwrap_or_else(|| self.error_at(span));
                    return self.sentence(who, child, Some(span));
                }
                _ => {}
            }
        }
        self.error_at(span)
    }

    /// `connects to B on …` or `can ACTION on WHAT`, said of somebody.
    fn sentence(&mut self, who: Expr, node: Node<'t>, only: Option<Span>) -> Expr {
        let span = only.unwrap_or(who.span).to(self.span(&node));
        let is_can = node.as_rule() == Rule::can;
        let mut object = None;
        let mut action = self.nameless(span);
        let mut ports = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::chain => object = Some(self.chain(child)),
                Rule::verb => action = self.ident(&child),
                Rule::on_ports => ports = self.ports(child),
                _ => {}
            }
        }
        let object = Box::new(object.unwrap_or_else(|| self.error_at(span)));
        let (who, only) = (Box::new(who), only.is_some());
        let kind = if is_can {
            ExprKind::Can { only, who, action, on: object }
        } else {
            ExprKind::Connects { only, from: who, to: object, ports }
        };
        Expr { span, kind }
    }

    /// `x matching /…/`.
    fn matching(&mut self, text: Expr, node: &Node<'t>) -> Expr {
        let span = text.span.to(self.span(node));
        match Self::child(node, Rule::pattern).map(|pattern| self.pattern(&pattern)) {
            Some(pattern) => Expr { span, kind: ExprKind::Matching(Box::new(text), pattern) },
            None => self.error_at(span),
        }
    }

    /// `a.b.c` where only a path may stand.
    fn path_value(&mut self, node: Node<'t>) -> Expr {
        let mut words = node.into_inner();
        let Some(first) = words.next() else { return self.error_at(Span::NONE) };
        let mut value = self.name(&first);
        for word in words {
            let field = self.ident(&word);
            value = Expr { span: value.span.to(field.span), kind: ExprKind::Field(Box::new(value), field) };
        }
        value
    }

    /// A name, or a literal that is spelt as a word, or the name of a resource type.
    pub(super) fn name(&mut self, node: &Node<'t>) -> Expr {
        let span = self.span(node);
        let word = node.as_str();
        let kind =
            match word {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "none" => ExprKind::None,
                "null" | "nil" | "True" | "False" | "None" | "undefined" => {
                    let right = match word {
                        "True" => "true",
                        "False" => "false",
                        _ => "none",
                    };
                    self.report(
                        Diagnostic::new(codes::FOREIGN_SYNTAX, span, format!("`{word}` is written `{right}` here"))
                            .fix(format!("write `{right}`"), span, right),
                    );
                    match right {
                        "none" => ExprKind::None,
                        _ => ExprKind::Bool(right == "true"),
                    }
                }
                _ if word.contains("::") => ExprKind::TypeName(Symbol::new(word)),
                _ => ExprKind::Name(Symbol::new(word)),
            };
        Expr { span, kind }
    }

    pub(super) fn record(&mut self, node: Node<'t>) -> ExprKind {
        let mut children = node.clone().into_inner().peekable();
        if children.peek().is_none_or(|child| child.as_rule() != Rule::record_for) {
            return ExprKind::Record(self.entries(node.into_inner()));
        }
        let mut kind = ExprKind::Error;
        for child in children {
            match child.as_rule() {
                Rule::record_for => {
                    if let Some((comprehension, entry)) = self.record_for(child) {
                        kind = ExprKind::RecordFor(Box::new(comprehension), Box::new(entry));
                    }
                }
                _ => self.bad_rest(&child),
            }
        }
        kind
    }

    fn record_for(&mut self, node: Node<'t>) -> Option<(Comprehension, Entry)> {
        let mut comprehension = None;
        let mut key = None;
        let mut span = self.span(&node);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::for_in => comprehension = self.for_in(child),
                Rule::word => {
                    span = self.span(&child);
                    key = Some(EntryKey::Word(self.ident(&child)));
                }
                Rule::text => {
                    span = self.span(&child);
                    key = Some(EntryKey::Text(self.text(child)));
                }
                Rule::assign => self.assign(&child),
                Rule::expr => {
                    let value = self.expr(child);
                    let entry = Entry { key: key?, span: span.to(value.span), value, shorthand: false };
                    return Some((comprehension?, entry));
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn list(&mut self, node: Node<'t>) -> ExprKind {
        let mut items = Vec::new();
        let mut kind = None;
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::list_for => {
                    let mut comprehension = None;
                    for part in child.into_inner() {
                        match part.as_rule() {
                            Rule::for_in => comprehension = self.for_in(part),
                            Rule::expr => {
                                let value = self.expr(part);
                                kind =
                                    comprehension.take().map(|all| ExprKind::ListFor(Box::new(all), Box::new(value)));
                            }
                            _ => {}
                        }
                    }
                }
                Rule::expr => {
                    before = self.comma_before(before, span, "list items");
                    items.push(self.expr(child));
                }
                Rule::bad_element => before = self.bad_element(&child, before, Rule::one_value, Context::Item),
                Rule::bad_rest => self.bad_rest(&child),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        kind.unwrap_or(ExprKind::List(items))
    }

    /// Checks that a comma stands before an item of a list: newlines do not separate those.
    pub(super) fn comma_before(&mut self, before: Option<Before>, span: Span, what: &str) -> Option<Before> {
        if let Some(last) = before
            && last.good
        {
            let gap = self.text.get(last.span.hi as usize..span.lo as usize).unwrap_or_default();
            if !gap.contains([',', ';']) {
                let place = self.at(last.span.hi as usize, last.span.hi as usize);
                self.report(
                    Diagnostic::new(codes::SYNTAX_ERROR, span, format!("{what} take a comma between them"))
                        .label(last.span, "the one before")
                        .fix("write a comma", place, ","),
                );
            }
        }
        Some(Before { span, good: true })
    }

    pub(super) fn bad_element(
        &mut self,
        node: &Node<'t>,
        before: Option<Before>,
        rule: Rule,
        context: Context,
    ) -> Option<Before> {
        let span = self.span(node);
        let follows = before.is_some_and(|before| {
            !self.text.get(before.span.hi as usize..span.lo as usize).unwrap_or_default().contains([',', ';'])
        });
        match before {
            Some(before) if follows => {
                if before.good {
                    let diagnostic = super::super::explain::trailing(self.file, self.written(), before.span, span);
                    self.report(diagnostic);
                }
            }
            _ => self.bad(node, rule, context),
        }
        Some(Before { span, good: false })
    }

    /// What stands behind a value where its bracket should close.
    pub(super) fn bad_rest(&mut self, node: &Node<'t>) {
        if node.as_rule() == Rule::bad_rest {
            self.bad(node, Rule::one_value, Context::Rest);
        }
    }

    fn for_in(&mut self, node: Node<'t>) -> Option<Comprehension> {
        let mut binders = Vec::new();
        let mut values = Vec::new();
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::word => binders.push(self.ident(&child)),
                Rule::expr => values.push(self.expr(child)),
                _ => {}
            }
        }
        let mut values = values.into_iter();
        Some(Comprehension { binders, source: values.next()?, condition: values.next() })
    }

    pub(super) fn arguments(&mut self, node: Node<'t>) -> Vec<Argument> {
        let mut arguments = Vec::new();
        let mut before = None;
        for child in node.into_inner() {
            let span = self.span(&child);
            match child.as_rule() {
                Rule::argument => {
                    before = self.comma_before(before, span, "arguments");
                    let mut name = None;
                    for part in child.into_inner() {
                        match part.as_rule() {
                            Rule::argument_name => name = Some(self.ident(&part)),
                            Rule::expr => arguments.push(Argument { name: name.take(), value: self.expr(part) }),
                            _ => {}
                        }
                    }
                }
                Rule::bad_element => before = self.bad_element(&child, before, Rule::one_argument, Context::Argument),
                Rule::semicolon => self.semicolon(&child),
                _ => {}
            }
        }
        arguments
    }
}
