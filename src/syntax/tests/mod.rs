//! Tests of the room: programs, every construct, wrong inputs, and whatever else may come.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod anything;
mod constructs;
mod deep;
mod programs;
mod values;
mod wrong;

use super::ast::{Expr, ExprKind, Item, ItemKind};
use super::{Parsed, parse};
use crate::base::{FileId, LineIndex};

/// Diagnostics as text: `code @line:column message`.
fn shown(text: &str) -> String {
    let lines = LineIndex::new(text);
    let mut shown = String::new();
    for diagnostic in parse(FileId(0), text).diagnostics {
        let at = lines.characters(text, diagnostic.span().lo);
        shown.push_str(&format!(
            "{} @{}:{} {}\n",
            diagnostic.code.name(),
            at.line + 1,
            at.column + 1,
            diagnostic.message
        ));
    }
    shown
}

/// A program without mistakes.
fn good(text: &str) -> Parsed {
    assert_eq!(shown(text), "", "{text}");
    parse(FileId(0), text)
}

/// The one declaration of a program without mistakes.
fn item(text: &str) -> ItemKind {
    let mut items = good(text).file.items.clone();
    assert_eq!(items.len(), 1, "{text}");
    items.remove(0).kind
}

/// The statements of a stack without mistakes.
fn in_stack(text: &str) -> Vec<Item> {
    match item(&format!("stack S {{\n{text}\n}}")) {
        ItemKind::Stack(stack) => stack.body,
        other => panic!("{other:?}"),
    }
}

/// A value without mistakes.
fn value(text: &str) -> Expr {
    match item(&format!("let x = {text}")) {
        ItemKind::Let(declared) => declared.value,
        other => panic!("{other:?}"),
    }
}

/// A value as one reads its structure: every operator with its operands in parentheses.
fn structure(text: &str) -> String {
    written(&value(text))
}

fn written(value: &Expr) -> String {
    let all = |values: &[Expr]| values.iter().map(written).collect::<Vec<_>>().join(" ");
    match &value.kind {
        ExprKind::Int(number) => number.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::None => String::from("none"),
        ExprKind::Name(name) | ExprKind::TypeName(name) => name.to_string(),
        ExprKind::Field(of, name) => format!("{}.{}", written(of), name.name),
        ExprKind::Index(of, at) => format!("{}[{}]", written(of), written(at)),
        ExprKind::Call(of, arguments) => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|argument| match argument.name {
                    Some(name) => format!("{}={}", name.name, written(&argument.value)),
                    None => written(&argument.value),
                })
                .collect();
            format!("{}({})", written(of), arguments.join(" "))
        }
        ExprKind::List(values) => format!("[{}]", all(values)),
        ExprKind::Unary(op, of) => format!("({op:?} {})", written(of)),
        ExprKind::Binary(op, left, right) => format!("({op:?} {} {})", written(left), written(right)),
        ExprKind::Compare(first, rest) => {
            let rest: Vec<String> = rest.iter().map(|(op, value)| format!("{op:?} {}", written(value))).collect();
            format!("({} {})", written(first), rest.join(" "))
        }
        ExprKind::If(condition, then, otherwise) => {
            let otherwise = otherwise.as_ref().map_or(String::from("-"), |value| written(value));
            format!("(if {} {} {otherwise})", written(condition), written(then))
        }
        ExprKind::Quantified(quantifier, name, source, body) => {
            format!("({quantifier:?} {} {} {})", name.name, written(source), written(body))
        }
        ExprKind::Connects { only, from, to, ports } => {
            format!("(connects {only} {} {} {})", written(from), written(to), ports.len())
        }
        ExprKind::Matching(text, pattern) => format!("(matching {} {})", written(text), pattern.text),
        ExprKind::Path(path) => format!("(path {} {})", written(&path.from), written(&path.to)),
        ExprKind::Can { only, who, action, on } => {
            format!("(can {only} {} {} {})", written(who), action.name, written(on))
        }
        ExprKind::Every(time) => format!("(every {})", written(time)),
        other => format!("{other:?}"),
    }
}
