//! What a template's functions give.

use indexmap::IndexMap;

use crate::base::Span;
use crate::cfn::document::Node;
use crate::cfn::evaluate::Evaluator;
use crate::cfn::facts::NO_VALUE;
use crate::cfn::value::{Open, Truth, Value, ValueKind};

impl Evaluator<'_> {
    /// A function's value; nothing for `AWS::NoValue`. What cannot be computed stays as it is written, its arguments evaluated.
    pub(super) fn call(&mut self, name: &str, argument: &Node, span: Span) -> Option<Value> {
        let computed = match name {
            "Ref" => return self.reference(argument.text().unwrap_or_default(), span),
            "Fn::If" => return self.choice(argument, span),
            "Fn::GetAtt" => self.attribute(argument, span),
            "Fn::Sub" => self.substitution(argument, span),
            "Fn::Join" => self.join(argument, span),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument, span),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Length" => self.length(argument, span),
            "Fn::ToJsonString" => self.json_string(argument, span),
            "Fn::ImportValue" => self.value(argument).map(|name| Value::open(Open::Import(Box::new(name)), span)),
            "Fn::GetStackOutput" => self.stack_output(argument, span),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => Some(self.condition_value(name, argument, span)),
            _ => None,
        };
        Some(computed.unwrap_or_else(|| self.as_written(name, argument, span)))
    }

    fn as_written(&mut self, name: &str, argument: &Node, span: Span) -> Value {
        let arguments = match argument.list() {
            Some(items) => items.iter().filter_map(|item| self.value(item)).collect(),
            None => self.value(argument).into_iter().collect(),
        };
        Value::open(Open::Call(name.to_owned(), arguments), span)
    }

    fn condition_value(&mut self, name: &str, argument: &Node, span: Span) -> Value {
        let node = Node {
            item: crate::cfn::document::Item::Map(IndexMap::from([(name.to_owned(), (span, argument.clone()))])),
            span,
        };
        match self.truth(&node) {
            Truth::Yes => Value::new(ValueKind::Bool(true), span),
            Truth::No => Value::new(ValueKind::Bool(false), span),
            Truth::Open(value) => value,
        }
    }

    fn choice(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let [condition, then, otherwise] = argument.list().unwrap_or_default() else {
            return Some(self.as_written("Fn::If", argument, span));
        };
        let truth = match condition.text() {
            Some(name) => self.condition(name),
            None => self.truth(condition),
        };
        match truth {
            Truth::Yes => self.value(then),
            Truth::No => self.value(otherwise),
            Truth::Open(condition) => {
                let nothing = || Value::open(Open::Pseudo(NO_VALUE.to_owned()), span);
                let then = self.value(then).unwrap_or_else(nothing);
                let otherwise = self.value(otherwise).unwrap_or_else(nothing);
                Some(Value::open(Open::Either(Box::new([condition, then, otherwise])), span))
            }
        }
    }

    fn attribute(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let (id, attribute) = match argument.list() {
            Some([id, rest @ ..]) if !rest.is_empty() => {
                let parts: Option<Vec<String>> =
                    rest.iter().map(|part| self.value(part).and_then(|part| part.scalar())).collect();
                (id.text()?.to_owned(), parts?.join("."))
            }
            _ => argument.text()?.split_once('.').map(|(id, rest)| (id.to_owned(), rest.to_owned()))?,
        };
        Some(Value::open(Open::Attribute(id, attribute), span))
    }

    fn substitution(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let (text, own) = match argument.list() {
            Some([text, variables]) => {
                let variables = variables.map()?.iter();
                let own: IndexMap<String, Value> =
                    variables.filter_map(|(name, (_, node))| Some((name.clone(), self.value(node)?))).collect();
                (text.text()?, own)
            }
            Some([text]) => (text.text()?, IndexMap::new()),
            _ => (argument.text()?, IndexMap::new()),
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            parts.push(Value::text(before, span));
            let Some((name, after)) = after.split_once('}') else {
                parts.push(Value::text(format!("${{{after}"), span));
                return Some(concatenated(parts, span));
            };
            if let Some(literal) = name.strip_prefix('!') {
                parts.push(Value::text(format!("${{{literal}}}"), span));
            } else if let Some(value) = own.get(name.trim()) {
                parts.push(value.clone());
            } else {
                let name = name.trim();
                let value = match name.split_once('.') {
                    Some((id, attribute)) => {
                        Some(Value::open(Open::Attribute(id.to_owned(), attribute.to_owned()), span))
                    }
                    None => self.reference(name, span),
                };
                parts.extend(value);
            }
            rest = after;
        }
        parts.push(Value::text(rest, span));
        Some(concatenated(parts, span))
    }

    fn join(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let [delimiter, items] = argument.list()? else { return None };
        let delimiter = self.value(delimiter)?.scalar()?;
        let items = self.value(items)?;
        let mut parts = Vec::new();
        for (at, item) in items.list()?.iter().enumerate() {
            if at > 0 {
                parts.push(Value::text(delimiter.clone(), span));
            }
            parts.push(item.clone());
        }
        Some(concatenated(parts, span))
    }

    fn select(&mut self, argument: &Node) -> Option<Value> {
        let [index, items] = argument.list()? else { return None };
        let index: usize = self.value(index)?.scalar()?.parse().ok()?;
        self.value(items)?.list()?.get(index).cloned()
    }

    fn split(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let [delimiter, text] = argument.list()? else { return None };
        let delimiter = self.value(delimiter)?.scalar().filter(|delimiter| !delimiter.is_empty())?;
        let text = self.value(text)?;
        let parts = match &text.kind {
            // Where the delimiter stands in the known parts only, the open ones keep their place between them.
            ValueKind::Open(Open::Text(parts)) => split_parts(parts, &delimiter, span)?,
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_) => {
                text.scalar()?.split(delimiter.as_str()).map(|part| Value::text(part, span)).collect()
            }
        };
        Some(Value::new(ValueKind::List(parts), span))
    }

    fn find_in_map(&mut self, argument: &Node) -> Option<Value> {
        let (map, first, second, rest) = match argument.list()? {
            [map, first, second, rest @ ..] => (map, first, second, rest.first()),
            _ => return None,
        };
        let map = self.value(map)?.scalar()?;
        let (first, second) = (self.value(first)?.scalar()?, self.value(second)?.scalar()?);
        let mappings = self.mappings;
        let entry = mappings.get(&map).and_then(|(_, map)| map.get(&first)).and_then(|map| map.get(&second));
        match (entry, rest.and_then(|rest| rest.get("DefaultValue"))) {
            (Some(node), _) | (None, Some(node)) => self.value(node),
            (None, None) => None,
        }
    }

    fn stack_output(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let part = |evaluator: &mut Self, name| evaluator.value(argument.get(name)?)?.scalar();
        let (stack, output) = (part(self, "StackName")?, part(self, "OutputName")?);
        Some(Value::open(Open::Output(stack, output), span))
    }

    fn length(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let length = self.value(argument)?.list()?.len();
        Some(Value::new(ValueKind::Number(length.to_string()), span))
    }

    fn json_string(&mut self, argument: &Node, span: Span) -> Option<Value> {
        let value = self.value(argument)?;
        (!value.is_open()).then(|| Value::text(value.to_json().to_string(), span))
    }
}

/// Text from parts: known neighbours become one.
fn concatenated(parts: Vec<Value>, span: Span) -> Value {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        match part.kind {
            ValueKind::Open(Open::Text(inner)) => inner.into_iter().for_each(|part| push(&mut joined, part)),
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_) => push(&mut joined, part),
        }
    }
    match joined.as_slice() {
        [] => Value::text("", span),
        [one] if one.scalar().is_some() => Value { kind: one.kind.clone(), span },
        _ => Value::open(Open::Text(joined), span),
    }
}

fn push(joined: &mut Vec<Value>, part: Value) {
    let Some(text) = part.scalar() else {
        joined.push(part);
        return;
    };
    if text.is_empty() {
        return;
    }
    match joined.last_mut().map(|last| &mut last.kind) {
        Some(ValueKind::Text(before)) => before.push_str(&text),
        Some(
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_),
        )
        | None => joined.push(Value::text(text, part.span)),
    }
}

/// Splits text of several parts. Open parts are taken not to hold the delimiter, unless one is a list or a secret.
fn split_parts(parts: &[Value], delimiter: &str, span: Span) -> Option<Vec<Value>> {
    let mut items: Vec<Vec<Value>> = vec![Vec::new()];
    for part in parts {
        match part.scalar() {
            Some(text) => {
                for (at, piece) in text.split(delimiter).enumerate() {
                    if at > 0 {
                        items.push(Vec::new());
                    }
                    items.last_mut()?.push(Value::text(piece, span));
                }
            }
            None => items.last_mut()?.push(part.clone()),
        }
    }
    Some(items.into_iter().map(|parts| concatenated(parts, span)).collect())
}
