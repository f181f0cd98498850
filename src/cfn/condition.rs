//! Conditions, decided as far as their parameters are known.

use crate::base::Span;
use crate::cfn::document::{Item, Node};
use crate::cfn::evaluate::Evaluator;
use crate::cfn::value::{Open, Truth, Value, ValueKind, same};

impl Evaluator<'_> {
    /// Whether a condition holds, by its name. One that is not there, or needs itself, is open.
    pub(super) fn condition(&mut self, name: &str) -> Truth {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let unknown =
            |span| Truth::Open(Value::open(Open::Call("Condition".into(), vec![Value::text(name, span)]), span));
        let Some((_, node)) = self.conditions.get(name) else { return unknown(Span::NONE) };
        if self.asked.iter().any(|asked| asked == name) {
            return unknown(node.span);
        }
        self.asked.push(name.to_owned());
        let truth = self.truth(node);
        self.asked.pop();
        self.known.insert(name.to_owned(), truth.clone());
        truth
    }

    /// Whether an expression of conditions holds.
    pub(super) fn truth(&mut self, node: &Node) -> Truth {
        let open = |evaluator: &mut Self| match evaluator.value(node) {
            Some(value) => Truth::Open(value),
            None => Truth::No,
        };
        let Some((function, argument)) = node.only() else {
            return match (&node.item, node.scalar().as_deref()) {
                (_, Some("true")) => Truth::Yes,
                (_, Some("false")) => Truth::No,
                (Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) | Item::List(_) | Item::Map(_), _) => {
                    open(self)
                }
            };
        };
        let arguments = argument.list().unwrap_or_default();
        match (function, arguments) {
            ("Condition", _) => match argument.text() {
                Some(name) => self.condition(name),
                None => open(self),
            },
            ("Fn::Equals", [one, other]) => self.equals(one, other, node.span),
            ("Fn::Not", [one]) => match self.truth(one) {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Open(value) => Truth::Open(call(function, vec![value], node.span)),
            },
            ("Fn::And", _) => self.joined(function, arguments, &Truth::No, node.span),
            ("Fn::Or", _) => self.joined(function, arguments, &Truth::Yes, node.span),
            _ => match self.value(node) {
                Some(value) if value.scalar().as_deref() == Some("true") => Truth::Yes,
                Some(value) if value.scalar().as_deref() == Some("false") => Truth::No,
                Some(value) => Truth::Open(value),
                None => Truth::No,
            },
        }
    }

    fn equals(&mut self, one: &Node, other: &Node, span: Span) -> Truth {
        let (Some(one), Some(other)) = (self.value(one), self.value(other)) else { return Truth::No };
        // The value of a secret decides, but is not shown.
        let (first, second) = (revealed(&one), revealed(&other));
        if same(&first, &second) {
            Truth::Yes
        } else if first.is_open() || second.is_open() {
            Truth::Open(call("Fn::Equals", vec![one, other], span))
        } else {
            Truth::No
        }
    }

    /// `Fn::And` and `Fn::Or`: one part may decide, else all do.
    fn joined(&mut self, function: &str, parts: &[Node], decides: &Truth, span: Span) -> Truth {
        let mut open = Vec::new();
        for part in parts {
            match self.truth(part) {
                Truth::Open(value) => open.push(value),
                truth if truth == *decides => return truth,
                Truth::Yes | Truth::No => {}
            }
        }
        match open.len() {
            0 if *decides == Truth::Yes => Truth::No,
            0 => Truth::Yes,
            1 => open.pop().map_or(Truth::Yes, Truth::Open),
            _ => Truth::Open(call(function, open, span)),
        }
    }
}

fn call(function: &str, arguments: Vec<Value>, span: Span) -> Value {
    Value::open(Open::Call(function.to_owned(), arguments), span)
}

fn revealed(value: &Value) -> Value {
    match &value.kind {
        ValueKind::Open(Open::Secret(_, text)) => Value::text(text.clone(), value.span),
        ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::Text(_)
        | ValueKind::List(_)
        | ValueKind::Map(_)
        | ValueKind::Open(_) => value.clone(),
    }
}
