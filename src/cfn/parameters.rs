//! Values for a template's parameters, from outside or by default.

use indexmap::IndexMap;

use crate::cfn::document::Node;
use crate::cfn::facts::STORED;
use crate::cfn::malformed;
use crate::cfn::template::Template;
use crate::cfn::value::{Open, Value, ValueKind};
use crate::diag::Diagnostic;

/// Values given from outside, by parameter.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    given: IndexMap<String, String>,
    outputs: IndexMap<String, (String, String)>,
}

/// Reads the values of parameters: an object of names and values, or the list that the AWS CLI takes.
pub fn parameters(node: &Node) -> (Parameters, Vec<Diagnostic>) {
    let mut given = IndexMap::new();
    let mut found = Vec::new();
    let mut put = |name: &str, value: &Node, found: &mut Vec<Diagnostic>| match text(value) {
        Some(text) => {
            given.insert(name.to_owned(), text);
        }
        None => {
            let message = format!("the value of parameter `{name}` is text, and this is {}", value.kind());
            found.push(*malformed(value.span, message));
        }
    };
    if let Some(map) = node.map() {
        map.iter().for_each(|(name, (_, value))| put(name, value, &mut found));
    } else if let Some(items) = node.list() {
        for item in items {
            match (item.get("ParameterKey").and_then(Node::text), item.get("ParameterValue")) {
                (Some(name), Some(value)) => put(name, value, &mut found),
                (None, _) | (_, None) => {
                    let message = "a parameter has a `ParameterKey` and a `ParameterValue`";
                    found.push(*malformed(item.span, message));
                }
            }
        }
    } else {
        let message = format!("the values of parameters are an object, and this is {}", node.kind());
        found.push(*malformed(node.span, message));
    }
    (Parameters { given, ..Parameters::default() }, found)
}

fn text(node: &Node) -> Option<String> {
    node.scalar().or_else(|| {
        let items: Option<Vec<String>> = node.list()?.iter().map(Node::scalar).collect();
        Some(items?.join(","))
    })
}

impl Parameters {
    /// Gives a parameter a value.
    pub fn give(&mut self, name: &str, value: &str) {
        self.given.insert(name.to_owned(), value.to_owned());
    }

    /// Says that a parameter has the value of another stack's output, whatever that is.
    pub fn give_output(&mut self, name: &str, stack: &str, output: &str) {
        self.outputs.insert(name.to_owned(), (stack.to_owned(), output.to_owned()));
    }

    /// What was given for a pseudo parameter or a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// The value of each declared parameter.
    pub(super) fn values(&self, template: &Template) -> IndexMap<String, Value> {
        let declared = template.section("Parameters").into_iter().flatten();
        declared.map(|(name, (_, declaration))| (name.clone(), self.value(name, declaration))).collect()
    }

    fn value(&self, name: &str, declaration: &Node) -> Value {
        if let Some((stack, output)) = self.outputs.get(name) {
            let output = Open::Output(stack.clone(), output.clone());
            return Value::open(output, declaration.span);
        }
        let default = declaration.get("Default");
        let span = default.map_or(declaration.span, |default| default.span);
        let given = self.get(name).map(str::to_owned).or_else(|| default.and_then(text));
        let ty = declaration.get("Type").and_then(Node::text).unwrap_or("String");
        let is_secret = declaration.get("NoEcho").and_then(Node::scalar).is_some_and(|word| word == "true");
        match given {
            None => Value::open(Open::Parameter(name.to_owned()), span),
            Some(text) if is_secret => Value::open(Open::Secret(name.to_owned(), text), span),
            // What the store holds is not known; the same name is taken to give the same value.
            Some(text) if ty.starts_with(STORED) => Value::text(format!("{{{{resolve:ssm:{text}}}}}"), span),
            Some(text) if ty == "CommaDelimitedList" || ty.starts_with("List<") => {
                let items = text.split(',').filter(|item| !item.is_empty());
                Value::new(ValueKind::List(items.map(|item| Value::text(item.trim(), span)).collect()), span)
            }
            Some(text) => Value::text(text, span),
        }
    }
}
