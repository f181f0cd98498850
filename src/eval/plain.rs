//! Values where a shape is free: JSON as written.

use crate::base::{IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::value::{Hole, Kind, Node, NodeKind, Principal, Template, Value};
use crate::eval::{Evaluator, units};

impl Evaluator<'_> {
    /// A value where the shape is free: JSON as written. Instances must say what is meant of them.
    pub(super) fn plain_node(&mut self, value: &Value, span: Span) -> Option<Node> {
        let span = self.value_span(value, span);
        let kind = match &value.kind {
            Kind::Error | Kind::None => return None,
            Kind::Bool(known) => NodeKind::Bool(*known),
            Kind::Int(number) => NodeKind::Int(*number),
            Kind::Float(number) | Kind::Percent(number) => NodeKind::Float(*number),
            Kind::Text(text) | Kind::Secret(text) => NodeKind::Text(text.clone()),
            Kind::Cidr(cidr) => NodeKind::Text(Template::literal(&cidr.to_string())),
            Kind::Every(time) => NodeKind::Text(Template::literal(&units::rate(*time))),
            Kind::Cron(text) => NodeKind::Text(Template::literal("cron(").then(text).then(&Template::literal(")"))),
            Kind::Json(document) => NodeKind::Json(Box::new((**document).clone())),
            Kind::Base64(text) => NodeKind::Base64(text.clone()),
            Kind::Zone(index) => NodeKind::Zone(*index),
            Kind::List(items) => {
                let items = items.clone();
                NodeKind::List(items.iter().filter_map(|item| self.plain_node(item, span)).collect())
            }
            Kind::Record(record) => {
                let record = record.clone();
                let mut map = IndexMap::with_capacity_and_hasher(record.len(), Default::default());
                for (key, item) in record.iter() {
                    if let Some(node) = self.plain_node(item, span) {
                        map.insert(*key, node);
                    }
                }
                NodeKind::Map(map)
            }
            Kind::Principal(principal) => principal_node(principal, value.origin),
            Kind::Absent(name) => {
                self.absent(*name, span);
                return None;
            }
            Kind::Duration(_) | Kind::Size(_) => {
                let found = self.describe(value);
                self.report(
                    Diagnostic::new(codes::WRONG_TYPE, span, format!("in which unit is {found} meant here?"))
                        .help("write `x.seconds`, `x.days`, `x.MiB` and the like"),
                );
                return None;
            }
            Kind::Date(_) => NodeKind::Text(self.as_template(value, span)?.0),
            Kind::Instance(_)
            | Kind::Family(_)
            | Kind::Stack(_)
            | Kind::External(_)
            | Kind::AttributePath(..)
            | Kind::Type(_)
            | Kind::Asset(_)
            | Kind::Metric(_)
            | Kind::Threshold(_)
            | Kind::Builtin(_) => {
                let found = self.describe(value);
                self.report(
                    Diagnostic::new(codes::WRONG_TYPE, span, format!("{found} is no value that a template can hold"))
                        .help("for an instance, write `.id`, `.name`, `.arn` or an attribute behind it"),
                );
                return None;
            }
        };
        Some(Node::new(kind, value.origin).spread(value.spread))
    }
}

/// A principal as policies write it.
fn principal_node(principal: &Principal, origin: crate::eval::origin::Origin) -> NodeKind {
    let one = |key: &str, text: &Template| {
        NodeKind::Map([(Symbol::new(key), Node::new(NodeKind::Text(text.clone()), origin))].into_iter().collect())
    };
    match principal {
        Principal::Service(text) => one("Service", text),
        Principal::Arn(text) => one("AWS", text),
        Principal::Federated(text) => one("Federated", text),
        Principal::Everyone => NodeKind::Text(Template::literal("*")),
        Principal::Account => one("AWS", &Template::hole(Hole::Pseudo(crate::eval::value::Pseudo::Account))),
    }
}
