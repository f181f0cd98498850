//! Values to properties: what the catalog's shape wants, or a diagnostic.

use crate::base::{IndexMap, Span, Symbol, limits};
use crate::catalog::{Kind as ShapeKind, Shape};
use crate::diag::{Diagnostic, codes};
use crate::eval::late::Late;
use crate::eval::origin::Origin;
use crate::eval::references::types_of;
use crate::eval::spread::Spread;
use crate::eval::value::{AssetPart, Hole, Kind, Node, NodeKind, Template, Value};
use crate::eval::{Evaluator, units};
use crate::syntax::instead_of;
use crate::types::shape::property_of;

/// Why a property's type matters.
pub(super) const REFUSED: &str = "AWS refuses a property of another type";

/// How properties are called that say together where something lies.
const ASSET_PLACES: [(&str, &str); 2] = [("S3Bucket", "S3Key"), ("Bucket", "Key")];

/// The reason that provenance gives for tags.
pub(super) const TAGGED: &str = "tagged here";

/// Where a value goes.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    /// The resource's type.
    pub(super) ty: &'a str,
    /// The property's path, dots between its parts.
    pub(super) path: &'a str,
    /// Where the property of the resource is set that holds it.
    pub(super) key: Span,
    /// Where the value is given.
    pub(super) span: Span,
}

impl<'p> Evaluator<'p> {
    /// A value as a property of this shape. `None`: it is left out. What was reported becomes [`NodeKind::Error`].
    ///
    /// Only kinds are decided here. Whether the value is one that AWS takes is asked of the finished resource.
    pub(super) fn property_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let span = self.value_span(value, slot.span);
        let slot = Slot { span, ..slot };
        let node = match &value.kind {
            Kind::None => return None,
            Kind::Error => None,
            Kind::Absent(name) => {
                self.absent(*name, span);
                None
            }
            Kind::Instance(id) if shape.kind() != ShapeKind::List => self.reference(*id, shape, value, slot),
            _ => self.shaped(value, shape, slot),
        };
        Some(node.unwrap_or(Node::new(NodeKind::Error, value.origin)))
    }

    fn shaped(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        // Where anything may stand, nothing else tells that a function is none here.
        if matches!(shape.kind(), ShapeKind::Json | ShapeKind::Union)
            && let Some((origin, function, instead)) = function_within(value)
        {
            let written = self.model.origins.span(origin);
            return self.foreign_function(function, instead, if written.is_none() { slot.span } else { written });
        }
        let node = match shape.kind() {
            ShapeKind::Union => return self.union_node(value, shape, slot),
            ShapeKind::Json => return self.plain_node(value, slot.span),
            ShapeKind::String => self.string_node(value, slot),
            ShapeKind::Integer | ShapeKind::Number => self.number_node(value, shape.kind(), slot),
            ShapeKind::Boolean => self.boolean_node(value),
            ShapeKind::List => return self.list_node(value, shape, slot),
            ShapeKind::Map => return self.map_node(value, shape, slot),
            ShapeKind::Object => return self.object_node(value, shape, slot),
        };
        self.scalar(node, value, shape, slot)
    }

    /// A finished scalar; a reference in it must be of the right kind.
    fn scalar(&mut self, node: Option<NodeKind>, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let Some(node) = node else { return self.wrong_property(value, shape, slot) };
        if let NodeKind::Text(text) = &node
            && let Some(hole) = text.single_hole()
        {
            self.check_reference(hole, shape, slot);
        }
        let spread = self.property_spread(value, slot);
        Some(Node::new(node, value.origin).spread(spread))
    }

    pub(super) fn value_span(&self, value: &Value, otherwise: Span) -> Span {
        let span = self.model.origins.span(value.origin);
        if span.is_none() { otherwise } else { span }
    }

    /// How a property depends on params: as its value does, but for its unit.
    fn property_spread(&mut self, value: &Value, slot: Slot<'_>) -> Spread {
        match (&value.kind, units::unit_of_name(last(slot.path))) {
            (Kind::Duration(_) | Kind::Size(_), Some(unit)) if !value.spread.is_none() => {
                self.counted_spread(value, unit)
            }
            _ => value.spread,
        }
    }

    fn foreign_function(&mut self, function: Symbol, instead: &str, span: Span) -> Option<Node> {
        let message = format!("`{function}` is a function of CloudFormation's templates");
        self.report(Diagnostic::new(codes::FOREIGN_SYNTAX, span, message).help(instead));
        None
    }

    pub(super) fn wrong_property(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        if value.is_error() {
            return None;
        }
        if let Some((function, instead)) = written_function(value) {
            return self.foreign_function(function, instead, slot.span);
        }
        let wanted = describe_shape(shape);
        let found = self.describe(value);
        // What a param holds is not wrong where the param is declared.
        let declared = self.model.deploy_params.values().any(|param| param.span == slot.span);
        let place = if declared { slot.key } else { slot.span };
        let message = format!("`{}` of `{}` is {wanted}, not {found}", slot.path, slot.ty);
        let mut diagnostic = Diagnostic::new(codes::WRONG_TYPE, place, message).why(REFUSED);
        if declared {
            diagnostic = diagnostic.label(slot.span, "this is set there");
        }
        if shape.kind() == ShapeKind::List && !matches!(value.kind, Kind::Record(_)) {
            diagnostic = diagnostic.help("put it in brackets: `[…]`");
        }
        if let (ShapeKind::Integer | ShapeKind::Number | ShapeKind::String, Kind::Duration(_)) =
            (shape.kind(), &value.kind)
        {
            diagnostic = diagnostic.help("say in which unit: `x.seconds`, `x.minutes`, `x.hours` or `x.days`");
        }
        if let (ShapeKind::Integer | ShapeKind::Number | ShapeKind::String, Kind::Size(_)) = (shape.kind(), &value.kind)
        {
            diagnostic = diagnostic.help("say in which unit: `x.MiB` or `x.GiB`");
        }
        if slot.path == "Tags" {
            diagnostic =
                diagnostic.help("write `tags = { Key = \"value\" }`: every type gets them in the form it wants");
        }
        if let Some(bare) = without_quotes(value, shape.kind()) {
            diagnostic = diagnostic.suggest(format!("write `{bare}`, without quotes"), slot.span, bare);
        }
        self.report(diagnostic);
        None
    }

    fn boolean_node(&self, value: &Value) -> Option<NodeKind> {
        match &value.kind {
            Kind::Bool(known) => Some(NodeKind::Bool(*known)),
            Kind::Text(text) if text.single_hole().is_some() && self.late(text).is_none_or(Late::may_be_bool) => {
                Some(NodeKind::Text(text.clone()))
            }
            _ => None,
        }
    }

    /// Text, and what AWS writes as text.
    fn string_node(&mut self, value: &Value, slot: Slot<'_>) -> Option<NodeKind> {
        Some(NodeKind::Text(match &value.kind {
            Kind::Text(text) if self.late(text) == Some(Late::List) => return None,
            Kind::Text(text) | Kind::Secret(text) => text.clone(),
            Kind::Int(number) => Template::literal(&number.to_string()),
            Kind::Float(number) => Template::literal(&number.to_string()),
            Kind::Bool(known) => Template::literal(&known.to_string()),
            Kind::Cidr(cidr) => Template::literal(&cidr.to_string()),
            Kind::Every(time) => Template::literal(&units::rate(*time)),
            Kind::Cron(text) => Template::literal("cron(").then(text).then(&Template::literal(")")),
            Kind::Duration(_) | Kind::Size(_) => {
                let unit = units::unit_of_name(last(slot.path))?;
                match units::field(&value.kind, unit)? {
                    Ok(Kind::Int(number)) => Template::literal(&number.to_string()),
                    _ => return None,
                }
            }
            Kind::Base64(text) => return Some(NodeKind::Base64(text.clone())),
            Kind::Zone(index) => return Some(NodeKind::Zone(*index)),
            Kind::Json(document) => return Some(NodeKind::Json(Box::new((**document).clone()))),
            Kind::Date(_) => {
                let (text, _) = self.as_template(value, slot.span)?;
                text
            }
            _ => return None,
        }))
    }

    fn number_node(&mut self, value: &Value, kind: ShapeKind, slot: Slot<'_>) -> Option<NodeKind> {
        let whole = kind == ShapeKind::Integer;
        Some(match &value.kind {
            Kind::Int(number) => NodeKind::Int(*number),
            Kind::Float(number) | Kind::Percent(number) if !whole => NodeKind::Float(*number),
            #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small")]
            Kind::Float(number) | Kind::Percent(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                NodeKind::Int(*number as i64)
            }
            Kind::Duration(_) | Kind::Size(_) => {
                let unit = units::unit_of_name(last(slot.path))?;
                match units::field(&value.kind, unit)? {
                    Ok(Kind::Int(number)) => NodeKind::Int(number),
                    Ok(_) => return None,
                    Err(message) => {
                        self.report(
                            Diagnostic::new(
                                codes::VALUE_OUT_OF_RANGE,
                                slot.span,
                                format!("`{}`: {message}", slot.path),
                            )
                            .help(format!("AWS counts this property in whole {unit}")),
                        );
                        return None;
                    }
                }
            }
            Kind::Text(text) if text.single_hole().is_some() && self.late(text).is_none_or(Late::may_be_number) => {
                NodeKind::Text(text.clone())
            }
            _ => return None,
        })
    }

    fn list_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let items: Vec<Value> = match &value.kind {
            Kind::List(items) => items.to_vec(),
            Kind::Family(family) => family.values().map(|id| Value::new(Kind::Instance(*id), value.origin)).collect(),
            // A list that is known only when deployed.
            Kind::Text(text)
                if text.single_hole().is_some() && self.late(text).is_none_or(|late| late == Late::List) =>
            {
                return Some(Node::new(NodeKind::Text(text.clone()), value.origin).spread(value.spread));
            }
            _ => return self.wrong_property(value, shape, slot),
        };
        let mut first = shape.prefix_items();
        let nodes = items
            .iter()
            .filter_map(|item| match first.next().or(shape.items()) {
                Some(inner) => self.property_node(item, inner, slot),
                None => self.plain_node(item, slot.span),
            })
            .collect();
        Some(Node::new(NodeKind::List(nodes), value.origin))
    }

    fn map_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let Kind::Record(record) = &value.kind else { return self.wrong_property(value, shape, slot) };
        let mut map = IndexMap::with_capacity_and_hasher(record.len(), Default::default());
        for (key, item) in record.clone().iter() {
            let path = format!("{}.{key}", slot.path);
            let slot = Slot { path: &path, ..slot };
            let node = match shape.items() {
                Some(item_shape) => self.property_node(item, item_shape, slot),
                None => self.plain_node(item, slot.span),
            };
            if let Some(node) = node {
                map.insert(*key, node);
            }
        }
        Some(Node::new(NodeKind::Map(map), value.origin))
    }

    /// An asset where an object says in which bucket something lies, and under which key.
    fn asset_node(&mut self, value: &Value, file: Symbol, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let pair =
            ASSET_PLACES.iter().find(|(bucket, key)| [bucket, key].iter().all(|name| shape.property(name).is_some()));
        let Some((bucket, key)) = pair else {
            let mut diagnostic = Diagnostic::new(
                codes::WRONG_TYPE,
                slot.span,
                format!("`{}` of `{}` is no place for an asset", slot.path, slot.ty),
            );
            diagnostic = diagnostic.help("`x.bucket` and `x.key` say where it lies when it is uploaded");
            self.report(diagnostic);
            return None;
        };
        let part = |part| Node::new(NodeKind::Text(Template::hole(Hole::Asset(file, part))), value.origin);
        let map = [(Symbol::new(bucket), part(AssetPart::Bucket)), (Symbol::new(key), part(AssetPart::Key))];
        Some(Node::new(NodeKind::Map(map.into_iter().collect()), value.origin))
    }

    fn object_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        if let Kind::Asset(file) = value.kind {
            return self.asset_node(value, file, shape, slot);
        }
        let Kind::Record(record) = &value.kind else { return self.wrong_property(value, shape, slot) };
        let record = record.clone();
        let is_set = |name: &str| record.keys().any(|key| *key == name);
        let mut map = IndexMap::with_capacity_and_hasher(record.len(), Default::default());
        for (key, item) in record.iter() {
            let path = format!("{}.{key}", slot.path);
            let span = self.value_span(item, slot.span);
            let slot = Slot { path: &path, span, ..slot };
            let node = match property_of(shape, key.as_str(), &is_set) {
                Some(property) => self.property_node(item, property.shape(), slot),
                // What is unknown is told of the whole; what stands there matters no more.
                None => self.quietly(item.origin, |evaluator| evaluator.plain_node(item, slot.span)),
            };
            if let Some(node) = node {
                map.insert(*key, node);
            }
        }
        Some(Node::new(NodeKind::Map(map), value.origin))
    }

    /// What a value becomes where nothing is to be said of it.
    fn quietly(&mut self, origin: Origin, work: impl FnOnce(&mut Self) -> Option<Node>) -> Option<Node> {
        let before = self.diagnostics.len();
        let node = work(self);
        if self.diagnostics.len() > before {
            self.diagnostics.truncate(before);
            return Some(Node::new(NodeKind::Error, origin));
        }
        node
    }

    /// A value of one of several kinds, as the alternative that takes its kind wants it.
    fn union_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let alternatives = alternatives_of(shape);
        let of_kind = |kind: ShapeKind| alternatives.iter().copied().find(|inner| inner.kind() == kind);
        let takes = |kind: ShapeKind| shape.primitives().any(|own| own == kind) || of_kind(kind).is_some();
        let takes_nothing_else = alternatives.is_empty() && shape.primitives().next().is_none();
        let node = match &value.kind {
            Kind::Record(_) | Kind::Asset(_)
                if of_kind(ShapeKind::Object).is_some() || shape.properties().next().is_some() =>
            {
                return self.object_node(value, shape, slot);
            }
            Kind::Record(_) => match of_kind(ShapeKind::Map) {
                Some(map) => return self.map_node(value, map, slot),
                None => return self.plain_node(value, slot.span),
            },
            Kind::List(_) | Kind::Family(_) => match of_kind(ShapeKind::List) {
                Some(list) => return self.list_node(value, list, slot),
                None => return self.plain_node(value, slot.span),
            },
            Kind::Bool(_) if takes(ShapeKind::Boolean) => self.boolean_node(value),
            Kind::Int(_) | Kind::Float(_) | Kind::Percent(_) | Kind::Duration(_) | Kind::Size(_)
                if takes(ShapeKind::Number) =>
            {
                self.number_node(value, ShapeKind::Number, slot)
            }
            Kind::Int(_) | Kind::Float(_) | Kind::Percent(_) | Kind::Duration(_) | Kind::Size(_)
                if takes(ShapeKind::Integer) =>
            {
                self.number_node(value, ShapeKind::Integer, slot)
            }
            _ if takes(ShapeKind::String) || takes_nothing_else => self.string_node(value, slot),
            Kind::Text(text) if text.single_hole().is_some() => Some(NodeKind::Text(text.clone())),
            _ => None,
        };
        if node.is_none() && (takes_nothing_else || of_kind(ShapeKind::Json).is_some()) {
            return self.plain_node(value, slot.span);
        }
        self.scalar(node, value, shape, slot)
    }
}

/// What a value of a union may be, alternatives within alternatives included.
fn alternatives_of(shape: Shape) -> Vec<Shape> {
    let mut found: Vec<Shape> = shape.one_of().chain(shape.any_of()).chain(shape.all_of()).collect();
    let mut at = 0;
    while let Some(inner) = found.get(at).copied() {
        if inner.kind() == ShapeKind::Union {
            found.extend(inner.one_of().chain(inner.any_of()).chain(inner.all_of()).filter(|one| *one != inner));
        }
        at += 1;
        if at > limits::MAX_ALTERNATIVES {
            break;
        }
    }
    found
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What a shape takes, in words.
pub(super) fn describe_shape(shape: Shape) -> String {
    match shape.kind() {
        ShapeKind::String => match types_of(shape).first() {
            Some(target) => format!("a text or a `{target}`"),
            None => String::from("a text"),
        },
        ShapeKind::Integer => String::from("a whole number"),
        ShapeKind::Number => String::from("a number"),
        ShapeKind::Boolean => String::from("`true` or `false`"),
        ShapeKind::Object => String::from("a record"),
        ShapeKind::Map => String::from("a map"),
        ShapeKind::List => String::from("a list"),
        ShapeKind::Json => String::from("a JSON document"),
        ShapeKind::Union => String::from("one of several kinds of value"),
    }
}

/// A function of templates that is written out as a record: `{ Ref = "x" }`.
fn written_function(value: &Value) -> Option<(Symbol, &'static str)> {
    let Kind::Record(entries) = &value.kind else { return None };
    let mut keys = entries.keys();
    let (key, None) = (*keys.next()?, keys.next()) else { return None };
    let is_function = key == "Ref" || key.as_str().starts_with("Fn::");
    instead_of(key.as_str()).filter(|_| is_function).map(|instead| (key, instead))
}

/// The first of them in a value, and where it stands.
fn function_within(value: &Value) -> Option<(Origin, Symbol, &'static str)> {
    match &value.kind {
        Kind::Record(entries) => match written_function(value) {
            Some((function, instead)) => Some((value.origin, function, instead)),
            None => entries.values().find_map(function_within),
        },
        Kind::List(items) => items.iter().find_map(function_within),
        _ => None,
    }
}

/// A number or a truth in quotes, without them.
fn without_quotes(value: &Value, wanted: ShapeKind) -> Option<String> {
    let Kind::Text(text) = &value.kind else { return None };
    let text = text.known()?;
    let fits = match wanted {
        ShapeKind::Integer => text.parse::<i64>().is_ok(),
        ShapeKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        ShapeKind::Boolean => matches!(text, "true" | "false"),
        ShapeKind::String
        | ShapeKind::List
        | ShapeKind::Map
        | ShapeKind::Object
        | ShapeKind::Json
        | ShapeKind::Union => false,
    };
    fits.then(|| text.to_owned())
}
