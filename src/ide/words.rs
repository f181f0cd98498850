//! Values as an editor shows them: as the language writes them, on one line.

use crate::eval::model::Model;
use crate::eval::units;
use crate::eval::value::{Attribute, Hole, Kind, Metric, Node, NodeKind, Piece, Principal, Pseudo, Template, Value};

/// A list or a record shows this many of its parts, and a text this many letters.
const PARTS: usize = 6;
const LETTERS: usize = 120;

/// A value. `None` for one that says nothing to a person.
pub(super) fn value(model: &Model, value: &Value) -> Option<String> {
    of_kind(model, &value.kind, 0)
}

fn of_kind(model: &Model, kind: &Kind, depth: usize) -> Option<String> {
    Some(match kind {
        Kind::Error | Kind::Builtin(_) => return None,
        Kind::None | Kind::Absent(_) => String::from("none"),
        Kind::Bool(known) => known.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::Float(number) => number.to_string(),
        Kind::Text(text) => quoted(&template(model, text)),
        Kind::Duration(time) => units::time(*time),
        Kind::Size(bytes) => units::size(*bytes),
        Kind::Percent(percent) => format!("{percent}%"),
        Kind::Cidr(cidr) => cidr.to_string(),
        Kind::Date(date) => format!("{:04}-{:02}-{:02}", date.year, date.month, date.day),
        Kind::Every(time) => format!("every {}", units::time(*time)),
        Kind::Cron(text) => format!("cron({})", quoted(&template(model, text))),
        Kind::List(items) => {
            let parts = items.iter().take(PARTS).filter_map(|item| of_kind(model, &item.kind, depth + 1)).collect();
            format!("[{}]", several(parts, items.len(), depth))
        }
        Kind::Record(fields) => {
            let field = |(name, value): (&crate::base::Symbol, &Value)| {
                Some(format!("{name} = {}", of_kind(model, &value.kind, depth + 1)?))
            };
            let parts = fields.iter().take(PARTS).filter_map(field).collect();
            format!("{{ {} }}", several(parts, fields.len(), depth))
        }
        Kind::Instance(id) => {
            let instance = model.instances.get(id.index())?;
            match instance.resource.and_then(|resource| model.resources.get(resource.index())) {
                Some(resource) => resource.path.clone(),
                None => instance.name.to_string(),
            }
        }
        Kind::Family(all) => format!("{} instances", all.len()),
        Kind::Stack(id) => model.stacks.get(id.index())?.name.to_string(),
        Kind::External(id) => model.externals.get(id.index())?.name.to_string(),
        Kind::AttributePath(id, name) => format!("{}.{name}", model.resources.get(id.index())?.path),
        Kind::Secret(_) => String::from("(a secret)"),
        Kind::Principal(principal) => match principal {
            Principal::Service(text) => format!("service({})", quoted(&template(model, text))),
            Principal::Everyone => String::from("everyone"),
            Principal::Account => String::from("account"),
            Principal::Arn(text) | Principal::Federated(text) => quoted(&template(model, text)),
        },
        Kind::Type(name) => name.to_string(),
        Kind::Json(_) => String::from("(JSON)"),
        Kind::Base64(_) => String::from("(base64)"),
        Kind::Zone(at) => format!("zone({at})"),
        Kind::Asset(name) => model.assets.get(name).map_or_else(|| name.to_string(), |asset| asset.path.clone()),
        Kind::Metric(metric) => of_metric(metric, depth),
        Kind::Threshold(threshold) => of_metric(&threshold.metric, depth),
    })
}

fn of_metric(metric: &Metric, depth: usize) -> String {
    match metric {
        Metric::Series(series) => series.name.to_string(),
        Metric::Number(number) => number.to_string(),
        Metric::Calculation(..) if depth > PARTS => String::from("…"),
        Metric::Calculation(operator, left, right) => {
            format!("{} {operator} {}", of_metric(left, depth + 1), of_metric(right, depth + 1))
        }
    }
}

fn several(parts: Vec<String>, all: usize, depth: usize) -> String {
    if depth > 3 {
        return String::from("…");
    }
    let more = if all > PARTS { ", …" } else { "" };
    format!("{}{more}", parts.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

/// A text on one line that is not too long.
pub(super) fn shortened(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if line.chars().count() <= LETTERS {
        return line;
    }
    let kept: String = line.chars().take(LETTERS).collect();
    format!("{kept}…")
}

/// A text; what is known only when it is deployed stands in braces.
pub(super) fn template(model: &Model, text: &Template) -> String {
    let mut out = String::new();
    for piece in text.pieces.iter() {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Hole(hole) => out.push_str(&of_hole(model, *hole)),
        }
    }
    out
}

fn of_hole(model: &Model, hole: Hole) -> String {
    match hole {
        Hole::Resource(id, attribute) => {
            let path = model.resources.get(id.index()).map_or("?", |resource| resource.path.as_str());
            let attribute = match attribute {
                Attribute::Id => "id",
                Attribute::Name => "name",
                Attribute::Arn => "arn",
                Attribute::Named(name) => name.as_str(),
            };
            format!("{{{path}.{attribute}}}")
        }
        Hole::Pseudo(Pseudo::Account) => model.environment.account.clone(),
        Hole::Pseudo(Pseudo::Region) => model.environment.region.clone(),
        Hole::Pseudo(Pseudo::RegionOf(stack)) => {
            model.stacks.get(stack.index()).map_or(&model.environment.region, |stack| &stack.region).clone()
        }
        Hole::Pseudo(Pseudo::Partition) => model.environment.partition.clone(),
        Hole::Pseudo(Pseudo::UrlSuffix) => String::from("{url_suffix}"),
        Hole::Pseudo(Pseudo::StackName) => String::from("{stack}"),
        Hole::Param(name) => format!("{{{name}}}"),
        Hole::External(id, name) => {
            let external = model.externals.get(id.index()).map_or("?", |external| external.name.as_str());
            format!("{{{external}.{name}}}")
        }
        Hole::Variable(name) => format!("${{{name}}}"),
        Hole::Asset(name, _) => model.assets.get(&name).map_or_else(|| name.to_string(), |asset| asset.path.clone()),
    }
}

/// A property's value.
pub(super) fn node(model: &Model, node: &Node) -> Option<String> {
    of_node(model, node, 0)
}

fn of_node(model: &Model, node: &Node, depth: usize) -> Option<String> {
    Some(match &node.kind {
        NodeKind::Error => return None,
        NodeKind::Bool(known) => known.to_string(),
        NodeKind::Int(number) => number.to_string(),
        NodeKind::Float(number) => number.to_string(),
        NodeKind::Text(text) => quoted(&template(model, text)),
        NodeKind::List(items) => {
            let parts = items.iter().take(PARTS).filter_map(|item| of_node(model, item, depth + 1)).collect();
            format!("[{}]", several(parts, items.len(), depth))
        }
        NodeKind::Map(entries) => {
            let entry = |(name, value): (&crate::base::Symbol, &Node)| {
                Some(format!("{name} = {}", of_node(model, value, depth + 1)?))
            };
            let parts = entries.iter().take(PARTS).filter_map(entry).collect();
            format!("{{ {} }}", several(parts, entries.len(), depth))
        }
        NodeKind::Json(_) => String::from("(JSON)"),
        NodeKind::Base64(_) => String::from("(base64)"),
        NodeKind::Zone(at) => format!("zone({at})"),
    })
}
