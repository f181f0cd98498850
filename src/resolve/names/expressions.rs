//! Expressions, types, and the arms of `per` and `match`.

use crate::base::{Span, Symbol, limits};
use crate::diag::{Diagnostic, codes};
use crate::resolve::names::{Meaning, Walker};
use crate::resolve::words::{self, PRIMITIVES};
use crate::syntax::ast::{
    Comprehension, Expr, ExprKind, Ident, Match, PerArm, PerKey, Text, TextPiece, TypeExpr, TypeExprKind, TypeName,
};

/// How many types may stand for one another before a circle among them is taken for one.
const MAX_ALIASES: u32 = 16;

impl<'p> Walker<'p> {
    pub(super) fn expr(&mut self, expr: &'p Expr) {
        // What is deeper is refused when it is evaluated.
        if self.depth >= limits::MAX_EVALUATION_DEPTH {
            return;
        }
        self.depth += 1;
        self.expr_kind(expr);
        self.depth -= 1;
    }

    /// What is only evaluated if something else says so.
    fn perhaps(&mut self, expr: &'p Expr) {
        let before = std::mem::replace(&mut self.certain, false);
        self.expr(expr);
        self.certain = before;
    }

    fn expr_kind(&mut self, expr: &'p Expr) {
        match &expr.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Percent(_)
            | ExprKind::Cidr(_)
            | ExprKind::Date(_)
            | ExprKind::Error => {}
            ExprKind::Name(name) => {
                if self.look_up(*name, expr.span).is_none() {
                    let known = self.visible();
                    let diagnostic = words::unknown_name(*name, expr.span, &known);
                    let near = diagnostic.suggested().map(|near| Ident { name: Symbol::new(near), span: expr.span });
                    let place = near.and_then(|near| self.hidden_by(near)).unwrap_or(Span::NONE);
                    self.report(diagnostic.label(place, "defined here"));
                }
            }
            ExprKind::TypeName(name) => {
                if !words::is_resource_type(*name) {
                    let program = self.program;
                    self.report(program.unknown_type(TypeName { name: *name, span: expr.span }));
                }
            }
            ExprKind::Text(text) => self.text(text),
            ExprKind::Every(inner) | ExprKind::Field(inner, _) | ExprKind::Unary(_, inner) => self.expr(inner),
            ExprKind::Index(of, key) => {
                self.expr(of);
                self.expr(key);
            }
            ExprKind::Call(callee, arguments) => {
                self.expr(callee);
                arguments.iter().for_each(|argument| self.expr(&argument.value));
            }
            ExprKind::List(items) => self.exprs(items),
            ExprKind::Record(entries) => self.entries(entries),
            ExprKind::ListFor(comprehension, body) => {
                self.comprehension(comprehension, |walker| walker.perhaps(body));
            }
            ExprKind::RecordFor(comprehension, entry) => {
                self.comprehension(comprehension, |walker| walker.entry(entry));
            }
            ExprKind::Binary(operator, left, right) => {
                use crate::syntax::ast::BinaryOp;
                self.expr(left);
                match operator {
                    BinaryOp::And | BinaryOp::Or | BinaryOp::Else => self.perhaps(right),
                    BinaryOp::Add
                    | BinaryOp::Subtract
                    | BinaryOp::Multiply
                    | BinaryOp::Divide
                    | BinaryOp::Join
                    | BinaryOp::In
                    | BinaryOp::NotIn => self.expr(right),
                }
            }
            ExprKind::Compare(first, rest) => {
                self.expr(first);
                rest.iter().for_each(|(_, other)| self.expr(other));
                self.comparison(first, rest);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.perhaps(then);
                otherwise.iter().for_each(|otherwise| self.perhaps(otherwise));
            }
            ExprKind::Per(subject, arms) => {
                self.expr(subject);
                self.per_arms(expr.span, subject, arms);
                for arm in arms {
                    if let Some(PerKey::Literal(literal)) = &arm.key {
                        self.perhaps(literal);
                    }
                    self.perhaps(&arm.value);
                }
            }
            ExprKind::Quantified(_, binder, source, body) => {
                self.expr(source);
                self.bound(std::slice::from_ref(binder), |walker| walker.perhaps(body));
            }
            ExprKind::Connects { from, to, ports, .. } => {
                self.expr(from);
                self.expr(to);
                self.ports(ports);
            }
            ExprKind::Path(path) => self.path_sentence(path),
            ExprKind::Matching(text, _) => self.expr(text),
            ExprKind::Can { who, on, .. } => {
                self.expr(who);
                self.expr(on);
            }
        }
    }

    fn text(&mut self, text: &'p Text) {
        for piece in &text.pieces {
            if let TextPiece::Interpolation(inner) = piece {
                self.expr(inner);
            }
        }
    }

    fn comprehension(&mut self, comprehension: &'p Comprehension, body: impl FnOnce(&mut Self)) {
        self.expr(&comprehension.source);
        let before = std::mem::replace(&mut self.certain, false);
        self.bound(&comprehension.binders, |walker| {
            comprehension.condition.iter().for_each(|condition| walker.expr(condition));
            body(walker);
        });
        self.certain = before;
    }

    pub(super) fn ty(&mut self, ty: &'p TypeExpr) {
        if let Some(range) = &ty.range {
            range.lo.iter().chain(&range.hi).for_each(|end| self.expr(end));
            self.limits(ty, range);
        }
        match &ty.kind {
            TypeExprKind::Named(named) => {
                let name = named.name;
                let known = PRIMITIVES.contains(&name.as_str())
                    || self.program.type_alias(*named).is_some()
                    || self.program.component_at(*named).is_some()
                    || words::is_resource_type(name);
                if !known {
                    let program = self.program;
                    self.report(program.unknown_type(*named));
                }
            }
            TypeExprKind::List(inner) | TypeExprKind::Map(inner) | TypeExprKind::Optional(inner) => self.ty(inner),
            TypeExprKind::Record(fields) => {
                self.no_two(fields.iter().map(|field| field.name), "field");
                for field in fields {
                    self.ty(&field.ty);
                    field.default.iter().for_each(|default| self.expr(default));
                }
            }
            TypeExprKind::Union(members) => members.iter().for_each(|member| self.ty(member)),
            TypeExprKind::Literal(literal) => self.expr(literal),
            TypeExprKind::Error => {}
        }
    }

    /// All values that a param of this type can have, if they are written out.
    fn values_of(&self, ty: &'p TypeExpr, depth: u32) -> Option<Vec<Case>> {
        match &ty.kind {
            TypeExprKind::Union(members) => members
                .iter()
                .map(|member| match &member.kind {
                    TypeExprKind::Literal(literal) => word_of(literal),
                    _ => None,
                })
                .collect(),
            TypeExprKind::Named(named) if named.name == "bool" => Some(vec![Case::plain("true"), Case::plain("false")]),
            TypeExprKind::Named(named) if depth < MAX_ALIASES => {
                self.values_of(&self.program.type_alias(*named)?.ty, depth + 1)
            }
            _ => None,
        }
    }

    /// The values of what arms ask for, and where they are stated.
    pub(super) fn values_at(&mut self, subject: &'p Expr) -> Option<(Vec<Case>, Span)> {
        let ExprKind::Name(name) = &subject.kind else { return None };
        match self.look_up(*name, subject.span)? {
            Meaning::Param(ty) => Some((self.values_of(ty, 0)?, ty.span)),
            Meaning::Value | Meaning::Let => None,
        }
    }

    /// The values that no arm serves.
    fn unserved(&mut self, values: &[Case], said: &[(Case, Span)], place: Span, subject: Span, what: &str) {
        for value in values.iter().filter(|value| !said.iter().any(|(known, _)| known.word == value.word)) {
            let message = format!("no arm of this `{what}` serves {}", value.shown);
            let diagnostic = if what == "match" {
                Diagnostic::new(codes::INCOMPLETE_MATCH, place, message).help("add an arm for it, or `else { … }`")
            } else {
                Diagnostic::new(codes::INCOMPLETE_PER, place, message)
                    .label(subject, "of this")
                    .help(format!("add `{} = …`, or `else = …` for all others", value.word))
            };
            self.report(diagnostic);
        }
    }

    fn per_arms(&mut self, place: Span, subject: &'p Expr, arms: &'p [PerArm]) {
        let by_environment = matches!(&subject.kind, ExprKind::Name(name) if *name == "env");
        let values = self.values_at(subject);
        let mut said: Vec<(Case, Span)> = Vec::new();
        for arm in arms {
            let word = match &arm.key {
                Some(PerKey::Word(word)) => Case::plain(word.as_str()),
                Some(PerKey::Literal(literal)) => match word_of(literal) {
                    Some(word) => word,
                    None => continue,
                },
                None => continue,
            };
            if by_environment && !self.program.environments.contains_key(&Symbol::new(&word.word)) {
                let known: Vec<&str> = self.program.environments.keys().map(|name| name.as_str()).collect();
                let diagnostic = self
                    .unreachable(
                        arm.span,
                        format!("there is no environment `{}` that this arm could serve", word.word),
                        Span::NONE,
                        "",
                    )
                    .did_you_mean(arm.span, &word.word, known);
                self.report(diagnostic);
            }
            self.arm(word, arm.span, values.as_ref(), &mut said);
        }
        if let (Some((values, _)), true) = (&values, arms.iter().all(|arm| arm.key.is_some())) {
            self.unserved(values, &said, place, subject.span, "per");
        }
    }

    pub(super) fn match_arms(&mut self, choice: &'p Match) {
        let values = self.values_at(&choice.subject);
        let mut said: Vec<(Case, Span)> = Vec::new();
        for value in choice.arms.iter().flat_map(|arm| &arm.values) {
            if let Some(word) = word_of(value) {
                self.arm(word, value.span, values.as_ref(), &mut said);
            }
        }
        if let (Some((values, _)), true) = (&values, choice.arms.iter().all(|arm| !arm.values.is_empty())) {
            self.unserved(values, &said, choice.subject.span, choice.subject.span, "match");
        }
    }

    fn arm(&mut self, case: Case, place: Span, values: Option<&(Vec<Case>, Span)>, said: &mut Vec<(Case, Span)>) {
        let word = case.word.as_str();
        if let Some((_, first)) = said.iter().find(|(known, _)| known.word == word) {
            let message = format!("an arm before this one serves `{word}` already");
            let diagnostic = self.unreachable(place, message, *first, "this one");
            self.report(diagnostic);
            return;
        }
        if let Some((values, stated)) = values
            && !values.iter().any(|value| value.word == word)
        {
            let message = format!("no value that this arm could serve is `{word}`");
            let diagnostic = self.unreachable(place, message, *stated, "these are the values").did_you_mean(
                place,
                word,
                values.iter().map(|value| value.word.as_str()),
            );
            self.report(diagnostic);
        }
        said.push((case, place));
    }
}

/// A value that an arm may serve.
#[derive(Clone)]
pub(super) struct Case {
    /// As an arm says it.
    pub(super) word: String,
    /// In words.
    pub(super) shown: String,
}

impl Case {
    fn plain(word: &str) -> Case {
        let shown = if matches!(word, "true" | "false") { format!("`{word}`") } else { format!("the text {word:?}") };
        Case { word: word.to_owned(), shown }
    }
}

/// A literal as the case that an arm says.
pub(super) fn word_of(literal: &Expr) -> Option<Case> {
    match &literal.kind {
        ExprKind::Bool(known) => Some(Case::plain(if *known { "true" } else { "false" })),
        ExprKind::Int(number) => Some(Case { word: number.to_string(), shown: format!("the number `{number}`") }),
        ExprKind::Text(text) => match text.pieces.as_slice() {
            [] => Some(Case::plain("")),
            [TextPiece::Literal(word, _)] => Some(Case::plain(word)),
            _ => None,
        },
        _ => None,
    }
}
