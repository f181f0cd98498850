//! Values to properties: what the catalog's shape wants, or a diagnostic.

use crate::base::{IndexMap, Span, Symbol};
use crate::catalog::{Kind as ShapeKind, Obtain, Shape};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::ResourceId;
use crate::eval::spread::Spread;
use crate::eval::value::{AssetPart, Attribute, Hole, Kind, Node, NodeKind, Principal, Template, Value};
use crate::eval::{Evaluator, units};

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
    /// Where the value is given.
    pub(super) span: Span,
}

impl<'p> Evaluator<'p> {
    /// A value as a property of this shape. `None`: it is left out, or was reported.
    pub(super) fn property_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let span = self.value_span(value, slot.span);
        let slot = Slot { span, ..slot };
        match &value.kind {
            Kind::Error | Kind::None => return None,
            Kind::Absent(name) => {
                self.absent(*name, span);
                return None;
            }
            Kind::Instance(id) => {
                let id = *id;
                if shape.kind() == ShapeKind::List {
                    return self.wrong_property(value, shape, slot);
                }
                return self.reference(id, shape, value, slot);
            }
            _ => {}
        }
        let node = match shape.kind() {
            ShapeKind::Union => return self.union_node(value, shape, slot),
            ShapeKind::Json => return self.plain_node(value, span),
            ShapeKind::String => self.string_node(value, slot),
            ShapeKind::Integer | ShapeKind::Number => self.number_node(value, shape, slot),
            ShapeKind::Boolean => match &value.kind {
                Kind::Bool(known) => Some(NodeKind::Bool(*known)),
                Kind::Text(text) if text.single_hole().is_some() => Some(NodeKind::Text(text.clone())),
                _ => None,
            },
            ShapeKind::List => return self.list_node(value, shape, slot),
            ShapeKind::Map => return self.map_node(value, shape, slot),
            ShapeKind::Object => return self.object_node(value, shape, slot),
        };
        let Some(node) = node else { return self.wrong_property(value, shape, slot) };
        let spread = self.property_spread(value, slot);
        let node = Node::new(node, value.origin).spread(spread);
        self.check_node(&node, shape, slot);
        Some(node)
    }

    fn value_span(&self, value: &Value, otherwise: Span) -> Span {
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

    fn wrong_property(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        if value.is_error() {
            return None;
        }
        let wanted = describe_shape(shape);
        let found = self.describe(value);
        let mut diagnostic = Diagnostic::new(
            codes::WRONG_TYPE,
            slot.span,
            format!("`{}` of `{}` is {wanted}, not {found}", slot.path, slot.ty),
        );
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
        self.report(diagnostic);
        None
    }

    /// Text, and what AWS writes as text.
    fn string_node(&mut self, value: &Value, slot: Slot<'_>) -> Option<NodeKind> {
        Some(NodeKind::Text(match &value.kind {
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

    fn number_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<NodeKind> {
        let whole = shape.kind() == ShapeKind::Integer;
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
            Kind::Text(text) if text.single_hole().is_some() => NodeKind::Text(text.clone()),
            _ => return None,
        })
    }

    fn list_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let item_shape = shape.items();
        let items: Vec<Value> = match &value.kind {
            Kind::List(items) => items.to_vec(),
            Kind::Family(family) => family.values().map(|id| Value::new(Kind::Instance(*id), value.origin)).collect(),
            // A list that is known only when deployed.
            Kind::Text(text) if text.single_hole().is_some() => {
                return Some(Node::new(NodeKind::Text(text.clone()), value.origin).spread(value.spread));
            }
            _ => return self.wrong_property(value, shape, slot),
        };
        let count = items.len();
        let nodes: Vec<Node> = items
            .iter()
            .filter_map(|item| match item_shape {
                Some(item_shape) => self.property_node(item, item_shape, slot),
                None => self.plain_node(item, slot.span),
            })
            .collect();
        let too_few = shape.min_items().is_some_and(|least| count < least as usize);
        let too_many = shape.max_items().is_some_and(|most| count > most as usize);
        if too_few || too_many {
            let limit = if too_few {
                format!("at least {}", shape.min_items().unwrap_or_default())
            } else {
                format!("at most {}", shape.max_items().unwrap_or_default())
            };
            self.report(Diagnostic::new(
                codes::VALUE_OUT_OF_RANGE,
                slot.span,
                format!("`{}` of `{}` takes {limit} elements, not {count}", slot.path, slot.ty),
            ));
        }
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
        let mut map = IndexMap::with_capacity_and_hasher(record.len(), Default::default());
        for (key, item) in record.clone().iter() {
            let path = format!("{}.{key}", slot.path);
            let span = self.value_span(item, slot.span);
            let slot = Slot { path: &path, span, ..slot };
            match shape.property(key.as_str()) {
                Some(property) => {
                    if let Some(node) = self.property_node(item, property.shape(), slot) {
                        map.insert(*key, node);
                    }
                }
                None if !shape.is_closed() => {
                    if let Some(node) = self.plain_node(item, slot.span) {
                        map.insert(*key, node);
                    }
                }
                None => {
                    let known = shape.properties().map(|property| property.name());
                    let mut diagnostic = Diagnostic::new(
                        codes::UNKNOWN_PROPERTY,
                        slot.span,
                        format!("`{}` has no property `{path}`", slot.ty),
                    )
                    .did_you_mean(slot.span, key.as_str(), known);
                    diagnostic.fixes.clear();
                    self.report(diagnostic);
                }
            }
        }
        for name in shape.required() {
            let misspelt = record.keys().any(|key| {
                shape.property(key.as_str()).is_none() && crate::diag::nearest(key.as_str(), [name]).is_some()
            });
            if misspelt {
                continue;
            }
            if !map.contains_key(&Symbol::new(name)) && !record.get(&Symbol::new(name)).is_some_and(Value::is_error) {
                let diagnostic = Diagnostic::new(
                    codes::MISSING_PROPERTY,
                    slot.span,
                    format!("`{}` of `{}` lacks its `{name}`", slot.path, slot.ty),
                )
                .help(format!("add `{name} = …`"));
                self.report(diagnostic);
            }
        }
        Some(Node::new(NodeKind::Map(map), value.origin))
    }

    fn union_node(&mut self, value: &Value, shape: Shape, slot: Slot<'_>) -> Option<Node> {
        let alternatives: Vec<Shape> = shape.one_of().chain(shape.any_of()).collect();
        for alternative in &alternatives {
            let before = self.diagnostics.len();
            let node = self.property_node(value, *alternative, slot);
            let silent = self.diagnostics.len() == before;
            if node.is_some() && silent {
                return node;
            }
            self.diagnostics.truncate(before);
        }
        let kinds: Vec<ShapeKind> = shape.primitives().collect();
        let node = match &value.kind {
            Kind::Record(_) if kinds.contains(&ShapeKind::Object) && shape.properties().next().is_some() => {
                return self.object_node(value, shape, slot);
            }
            Kind::Record(_) | Kind::List(_) => return self.plain_node(value, slot.span),
            Kind::Bool(known) if kinds.contains(&ShapeKind::Boolean) => Some(NodeKind::Bool(*known)),
            Kind::Int(number) if kinds.contains(&ShapeKind::Integer) || kinds.contains(&ShapeKind::Number) => {
                Some(NodeKind::Int(*number))
            }
            _ if kinds.contains(&ShapeKind::String) || kinds.is_empty() => self.string_node(value, slot),
            _ => None,
        };
        match node {
            Some(node) => Some(Node::new(node, value.origin).spread(value.spread)),
            None if alternatives.is_empty() => self.plain_node(value, slot.span),
            None => self.wrong_property(value, shape, slot),
        }
    }

    /// An instance where a value of this shape is wanted: its id, an attribute, or its ARN.
    fn reference(
        &mut self,
        id: crate::eval::model::InstanceId,
        shape: Shape,
        value: &Value,
        slot: Slot<'_>,
    ) -> Option<Node> {
        let Some(resource) = self.model.instances.get(id.index()).and_then(|instance| instance.resource) else {
            let ty = self.instance_type(id);
            self.report(
                Diagnostic::new(
                    codes::MISSING_MAIN,
                    slot.span,
                    format!("`{ty}` has no `main` instance, so it stands for nothing"),
                )
                .help("use one of its outputs"),
            );
            return None;
        };
        let attribute = self.wanted_attribute(resource, shape, slot)?;
        Some(Node::new(NodeKind::Text(Template::hole(Hole::Resource(resource, attribute))), value.origin))
    }

    fn wanted_attribute(&mut self, resource: ResourceId, shape: Shape, slot: Slot<'_>) -> Option<Attribute> {
        let ty = self.model.resources.get(resource.index())?.ty;
        let mut references: Vec<(&'static str, &'static str)> = references_of(shape);
        references.dedup();
        if let Some((_, attribute)) = references.iter().find(|(target, _)| *target == ty.as_str()) {
            let known = self.catalog.resource_type(ty.as_str())?;
            let obtained = known.obtain(attribute);
            return Some(match obtained {
                Some(Obtain::Ref) => Attribute::Id,
                Some(found) if known.arn() == Some(found) => Attribute::Arn,
                Some(Obtain::GetAtt(name)) => Attribute::Named(Symbol::new(name)),
                None if *attribute == "Arn" => Attribute::Arn,
                None => Attribute::Id,
            });
        }
        if !references.is_empty() {
            let mut wanted: Vec<&str> = references.iter().map(|(target, _)| *target).collect();
            wanted.dedup();
            let diagnostic = Diagnostic::new(
                codes::WRONG_REFERENCE_KIND,
                slot.span,
                format!("`{}` of `{}` takes {}, and this is a `{ty}`", slot.path, slot.ty, quoted_list(wanted, 3)),
            )
            .help("refer to an instance of that type; if AWS takes this one as well, write `.id`, `.name` or `.arn` behind it");
            self.report(diagnostic);
            return None;
        }
        let name = last(slot.path);
        Some(if name.ends_with("Arn") || name.ends_with("ARN") || name.ends_with("Arns") {
            Attribute::Arn
        } else {
            Attribute::Id
        })
    }

    /// A reference that is spelled out (`queue.arn`) must fit as well as one that is not.
    fn check_reference(&mut self, hole: Hole, shape: Shape, slot: Slot<'_>) {
        let Hole::Resource(resource, Attribute::Id | Attribute::Arn) = hole else { return };
        let references = references_of(shape);
        let Some(ty) = self.model.resources.get(resource.index()).map(|resource| resource.ty) else { return };
        if references.is_empty() || references.iter().any(|(target, _)| *target == ty.as_str()) {
            return;
        }
        let mut wanted: Vec<&str> = references.iter().map(|(target, _)| *target).collect();
        wanted.dedup();
        let diagnostic = Diagnostic::new(
            codes::WRONG_REFERENCE_KIND,
            slot.span,
            format!("`{}` of `{}` takes {}, and this is a `{ty}`", slot.path, slot.ty, quoted_list(wanted, 3)),
        )
        .help("refer to an instance of that type");
        self.report(diagnostic);
    }

    /// Limits of a scalar: allowed values, pattern, length, range.
    fn check_node(&mut self, node: &Node, shape: Shape, slot: Slot<'_>) {
        match &node.kind {
            NodeKind::Text(text) => {
                if let Some(hole) = text.single_hole() {
                    self.check_reference(hole, shape, slot);
                }
                if text.holes().any(|hole| matches!(hole, Hole::Variable(_))) {
                    return;
                }
                let Some(known) = self.by_value(text) else { return };
                if known.starts_with("{{resolve:") {
                    return;
                }
                self.check_text(&known, shape, slot);
            }
            NodeKind::Int(number) => {
                #[expect(clippy::cast_precision_loss, reason = "limits are small")]
                self.check_range(*number as f64, &number.to_string(), shape, slot);
            }
            NodeKind::Float(number) => self.check_range(*number, &number.to_string(), shape, slot),
            NodeKind::Bool(_)
            | NodeKind::List(_)
            | NodeKind::Map(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => {}
        }
    }

    fn check_text(&mut self, text: &str, shape: Shape, slot: Slot<'_>) {
        let mut allowed = shape.enum_values().peekable();
        if allowed.peek().is_some() {
            let fits = if shape.enum_ignores_case() {
                shape.enum_values().any(|value| value.eq_ignore_ascii_case(text))
            } else {
                shape.enum_values().has(text)
            };
            if !fits {
                let values: Vec<&str> = allowed.collect();
                let diagnostic = Diagnostic::new(
                    codes::VALUE_NOT_ALLOWED,
                    slot.span,
                    format!("`{}` of `{}` cannot be {text:?}", slot.path, slot.ty),
                )
                .help(format!("AWS accepts {}", quoted_list(values.iter().copied(), 12)));
                let diagnostic = match crate::diag::nearest(text, values.iter().copied()) {
                    Some(near) => diagnostic.help(format!("did you mean {near:?}?")).fix(
                        format!("write {near:?}"),
                        slot.span,
                        format!("{near:?}"),
                    ),
                    None => diagnostic,
                };
                self.report(diagnostic);
                return;
            }
        }
        let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let short = shape.min_length().filter(|least| count < *least);
        let long = shape.max_length().filter(|most| count > *most);
        if let Some(limit) = short.or(long) {
            let bound = if short.is_some() { "at least" } else { "at most" };
            let diagnostic = Diagnostic::new(
                codes::VALUE_OUT_OF_RANGE,
                slot.span,
                format!("`{}` of `{}` has {bound} {limit} characters, and this has {count}", slot.path, slot.ty),
            );
            self.report(diagnostic);
            return;
        }
        if let Some(pattern) = shape.pattern()
            && crate::types::text::contains(pattern, text) == Some(false)
        {
            let diagnostic = Diagnostic::new(
                codes::PATTERN_MISMATCH,
                slot.span,
                format!("{text:?} is no `{}` of `{}`", slot.path, slot.ty),
            )
            .help(format!("it must match `{pattern}`"));
            self.report(diagnostic);
        }
    }

    fn check_range(&mut self, number: f64, shown: &str, shape: Shape, slot: Slot<'_>) {
        let mut allowed = shape.enum_values().peekable();
        if allowed.peek().is_some() && !shape.enum_values().has(shown) {
            let values: Vec<&str> = allowed.collect();
            let diagnostic = Diagnostic::new(
                codes::VALUE_NOT_ALLOWED,
                slot.span,
                format!("`{}` of `{}` cannot be {shown}", slot.path, slot.ty),
            )
            .help(format!("AWS accepts {}", quoted_list(values, 30)));
            self.report(diagnostic);
            return;
        }
        let low = shape.minimum().filter(|least| number < *least);
        let high = shape.maximum().filter(|most| number > *most);
        if let Some(limit) = low.or(high) {
            let bound = if low.is_some() { "at least" } else { "at most" };
            let diagnostic = Diagnostic::new(
                codes::VALUE_OUT_OF_RANGE,
                slot.span,
                format!("`{}` of `{}` is {bound} {limit}, and this is {shown}", slot.path, slot.ty),
            );
            self.report(diagnostic);
        }
    }

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

/// What a shape, or one of its alternatives, refers to.
fn references_of(shape: Shape) -> Vec<(&'static str, &'static str)> {
    shape
        .references()
        .chain(
            shape
                .one_of()
                .chain(shape.any_of())
                .chain(shape.all_of())
                .flat_map(|inner| inner.references().collect::<Vec<_>>()),
        )
        .map(|reference| (reference.type_name, reference.attribute))
        .collect()
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What a shape takes, in words.
fn describe_shape(shape: Shape) -> String {
    match shape.kind() {
        ShapeKind::String => {
            let references = references_of(shape);
            match references.first() {
                Some((target, _)) => format!("a text or a `{target}`"),
                None => String::from("a text"),
            }
        }
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
