//! A template with its parameters: which resources and outputs exist, and what their values are.

use indexmap::IndexMap;

use crate::base::Span;
use crate::cfn::document::{Item, Map, Node};
use crate::cfn::facts::NO_VALUE;
use crate::cfn::loops;
use crate::cfn::parameters::Parameters;
use crate::cfn::template::Template;
use crate::cfn::value::{Open, Truth, Value, ValueKind};
use crate::diag::Diagnostic;

/// A template's evaluation.
#[derive(Debug, Clone, Default)]
pub struct Evaluated {
    /// Resources that exist or may exist, by logical id.
    pub resources: IndexMap<String, Resource>,
    /// Outputs that exist or may exist, by logical id.
    pub outputs: IndexMap<String, Output>,
    /// The template's transforms.
    pub transforms: Vec<String>,
}

/// A resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its type.
    pub ty: String,
    /// Whether it exists.
    pub exists: Truth,
    /// Its properties: always an object.
    pub properties: Value,
    /// Its other attributes, such as `DeletionPolicy`, in CloudFormation's spelling; without `DependsOn`.
    pub attributes: IndexMap<String, Value>,
    /// What it waits for.
    pub depends_on: Vec<String>,
    /// Where its logical id stands.
    pub span: Span,
    /// Where its type stands.
    pub type_span: Span,
}

/// An output.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its value.
    pub value: Value,
    /// Under which name it is exported.
    pub export: Option<Value>,
    /// Whether it exists.
    pub exists: Truth,
    /// Where its logical id stands.
    pub span: Span,
}

/// Evaluates a template.
pub fn evaluate(template: &Template, parameters: &Parameters) -> (Evaluated, Vec<Diagnostic>) {
    let values = parameters.values(template);
    let transforms: Vec<String> = template.transforms().into_iter().map(str::to_owned).collect();
    let mut diagnostics = Vec::new();
    let unfolded = loops::unfold(template, &values, &mut diagnostics);
    let section = |name: &str| unfolded.get(name).and_then(Node::map);
    let none = Map::new();
    let mut evaluator = Evaluator {
        parameters,
        values,
        mappings: section("Mappings").unwrap_or(&none),
        conditions: section("Conditions").unwrap_or(&none),
        known: IndexMap::new(),
        asked: Vec::new(),
    };
    let mut evaluated = Evaluated { transforms, ..Evaluated::default() };
    for (id, (span, node)) in section("Resources").into_iter().flatten() {
        if let Some(resource) = evaluator.resource(*span, node) {
            evaluated.resources.insert(id.clone(), resource);
        }
    }
    for (id, (span, node)) in section("Outputs").into_iter().flatten() {
        if let Some(output) = evaluator.output(*span, node) {
            evaluated.outputs.insert(id.clone(), output);
        }
    }
    (evaluated, diagnostics)
}

/// What evaluation knows.
pub(super) struct Evaluator<'t> {
    pub(super) parameters: &'t Parameters,
    pub(super) values: IndexMap<String, Value>,
    pub(super) mappings: &'t Map,
    pub(super) conditions: &'t Map,
    /// Conditions that are decided.
    pub(super) known: IndexMap<String, Truth>,
    /// Conditions that are being decided.
    pub(super) asked: Vec<String>,
}

impl Evaluator<'_> {
    fn resource(&mut self, span: Span, node: &Node) -> Option<Resource> {
        let exists = self.exists(node)?;
        let ty = node.get("Type")?;
        let properties = node.get("Properties").and_then(|properties| self.value(properties));
        let properties = properties.filter(|value| value.map().is_some()).unwrap_or_else(|| Value::empty(node.span));
        let depends_on = node.get("DependsOn").map(|on| match on.list() {
            Some(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
            None => on.text().map(str::to_owned).into_iter().collect(),
        });
        let mut attributes = IndexMap::new();
        for (name, (_, attribute)) in node.map()? {
            if !matches!(name.as_str(), "Type" | "Properties" | "DependsOn" | "Condition")
                && let Some(value) = self.value(attribute)
            {
                attributes.insert(name.clone(), value);
            }
        }
        Some(Resource {
            ty: ty.text()?.to_owned(),
            exists,
            properties,
            attributes,
            depends_on: depends_on.unwrap_or_default(),
            span,
            type_span: ty.span,
        })
    }

    fn output(&mut self, span: Span, node: &Node) -> Option<Output> {
        let exists = self.exists(node)?;
        let value = node.get("Value").and_then(|value| self.value(value))?;
        let export = node.get("Export").and_then(|export| export.get("Name")).and_then(|name| self.value(name));
        Some(Output { value, export, exists, span })
    }

    /// Whether the condition of a resource or an output holds; nothing if it does not.
    fn exists(&mut self, node: &Node) -> Option<Truth> {
        let truth = match node.get("Condition").and_then(Node::text) {
            Some(name) => self.condition(name),
            None => Truth::Yes,
        };
        (truth != Truth::No).then_some(truth)
    }

    /// A value; nothing for `AWS::NoValue`.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        let span = node.span;
        let kind = match &node.item {
            Item::Null => ValueKind::Null,
            Item::Bool(truth) => ValueKind::Bool(*truth),
            Item::Number(text) => ValueKind::Number(text.clone()),
            Item::Text(text) => ValueKind::Text(text.clone()),
            Item::List(items) => ValueKind::List(items.iter().filter_map(|item| self.value(item)).collect()),
            Item::Map(map) => {
                if let Some((name, argument)) = node.only()
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument, span);
                }
                let entries = map.iter().filter_map(|(key, (_, item))| Some((key.clone(), self.value(item)?)));
                ValueKind::Map(entries.collect())
            }
        };
        Some(Value::new(kind, span))
    }

    /// `Ref`; nothing for `AWS::NoValue`.
    pub(super) fn reference(&mut self, name: &str, span: Span) -> Option<Value> {
        if name == NO_VALUE {
            return None;
        }
        if let Some(value) = self.values.get(name) {
            return Some(Value { kind: value.kind.clone(), span });
        }
        if name.starts_with("AWS::") {
            let known = self.parameters.get(name).map(|text| Value::text(text, span));
            return Some(known.unwrap_or_else(|| Value::open(Open::Pseudo(name.to_owned()), span)));
        }
        Some(Value::open(Open::Resource(name.to_owned()), span))
    }
}
