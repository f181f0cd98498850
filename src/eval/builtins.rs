//! Functions that infrac itself has.

use std::sync::Arc;

use ipnet::IpNet;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{Asset, Model};
use crate::eval::naming::{kebab, lower, pascal};
use crate::eval::origin::Origin;
use crate::eval::scope::Scope;
use crate::eval::spread::{Part, Reads, Spread, What};
use crate::eval::value::{Hole, Kind, Node, NodeKind, Piece, Principal, Template, Value};
use crate::syntax::ast::Argument;

pub(super) use crate::resolve::words::BUILTINS as NAMES;

pub(super) fn is_builtin(name: &str) -> bool {
    NAMES.contains(&name)
}

/// A text as far as it is written, with `…` for what is known only when deployed.
fn written(text: &Template) -> Template {
    let pieces = text.pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => literal,
        Piece::Hole(_) => "…",
    });
    Template::literal(&pieces.collect::<String>())
}

/// The first digits of a text's hash, in hexadecimal.
pub(super) fn short_hash(text: &str, digits: usize) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(text.as_bytes());
    let mut whole: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    whole.truncate(digits);
    whole
}

impl<'p> Evaluator<'p> {
    pub(super) fn call_builtin(
        &mut self,
        name: Symbol,
        arguments: &'p [Argument],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        if matches!(name.as_str(), "count" | "all") {
            return self.model_call(name, arguments, span, scope);
        }
        if name == "metric" {
            return self.metric_by_name(arguments, span, scope);
        }
        if let ("used", [argument]) = (name.as_str(), arguments) {
            return self.is_used(argument, span, scope);
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            if let Some(named) = argument.name {
                return self.error(
                    Diagnostic::new(
                        codes::WRONG_ARGUMENTS,
                        named.span,
                        format!("`{name}` takes its values without names"),
                    )
                    .help("write the values alone, in their order"),
                );
            }
            let value = self.evaluate(&argument.value, scope);
            if value.is_error() {
                return value;
            }
            values.push((value, argument.value.span));
        }
        let mut spread = Spread::NONE;
        let arguments: Vec<(&Kind, Span)> = values.iter().map(|(value, span)| (&value.kind, *span)).collect();
        match self.reduce(name.as_str(), &arguments) {
            Some(Ok(kind)) => return self.value(kind, span),
            Some(Err(diagnostic)) => return self.error(diagnostic),
            None => {}
        }
        let kind = match (name.as_str(), arguments.as_slice()) {
            ("min" | "max", [(Kind::List(items), place)]) => {
                let items: Vec<(Value, Span)> = items.iter().map(|item| (item.clone(), *place)).collect();
                return self.extreme(name, &items, span);
            }
            ("min" | "max", [_, _, ..]) => return self.extreme(name, &values, span),
            ("length", [(Kind::List(items), _)]) => count(items.len()),
            ("length", [(Kind::Record(record), _)]) => count(record.len()),
            ("length", [(Kind::Family(family), _)]) => count(family.len()),
            ("length", [(Kind::None | Kind::Absent(_), _)]) => Kind::Int(0),
            ("length", [(Kind::Text(text), _)]) => match self.by_value(text) {
                Some(text) => count(text.chars().count()),
                None => return self.asks_too_early(&values),
            },
            ("range", [(Kind::Int(end), _)]) => return self.range(0, *end, span),
            ("range", [(Kind::Int(start), _), (Kind::Int(end), _)]) => return self.range(*start, *end, span),
            ("zip", [(Kind::List(first), _), (Kind::List(second), _)]) => {
                let pairs = first
                    .iter()
                    .zip(second.iter())
                    .map(|(a, b)| Value::new(Kind::List(Arc::new(vec![a.clone(), b.clone()])), a.origin));
                Kind::List(Arc::new(pairs.collect()))
            }
            ("lower" | "upper" | "kebab" | "pascal" | "flat", [(Kind::Text(template), _)]) => {
                let Some(text) = self.by_value(template) else { return self.asks_too_early(&values) };
                let template = template.clone();
                if let Some((value, _)) = values.first() {
                    spread = self.changed(name.as_str(), value, &template);
                }
                // The account stays what the template is deployed into.
                let lower = (name.as_str() == "lower").then(|| lower(&template)).flatten();
                Kind::Text(lower.unwrap_or_else(|| {
                    Template::literal(&match name.as_str() {
                        "lower" => text.to_lowercase(),
                        "upper" => text.to_uppercase(),
                        "kebab" => kebab(&text),
                        "pascal" => pascal(&text),
                        _ => text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase(),
                    })
                }))
            }
            ("join", [(Kind::Text(separator), _), (Kind::List(items), place)]) => {
                let (separator, items, place) = (separator.clone(), items.clone(), *place);
                let (mut pieces, mut parts): (Vec<Piece>, Vec<Part>) = (Vec::new(), Vec::new());
                let between = values.first().map(|(value, _)| self.parts_of(value, &separator)).unwrap_or_default();
                // A list that others make of params may be longer or shorter.
                let list = values.get(1).map_or(Spread::NONE, |(list, _)| list.spread);
                let varies = !matches!(self.model.spreads.what(list), None | Some(What::Parts));
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        pieces.extend(separator.pieces.iter().cloned());
                        parts.extend(between.iter().cloned());
                    }
                    match self.as_template(item, place) {
                        Some((text, false)) => {
                            parts.extend(self.parts_of(item, &text));
                            pieces.extend(text.pieces.iter().cloned());
                        }
                        Some((_, true)) => {
                            self.secret_exposed(item, place, "a joined text");
                            return self.value(Kind::Error, span);
                        }
                        None => return self.value(Kind::Error, span),
                    }
                }
                if !varies {
                    spread = self.model.spreads.text(parts);
                }
                Kind::Text(Template::from_pieces(pieces))
            }
            ("queries", [(Kind::List(_) | Kind::Record(_), place)]) => {
                let place = *place;
                match values.first().and_then(|(value, _)| crate::eval::metrics::queries_of(value)) {
                    Some(kind) => kind,
                    None => {
                        let message = "`queries` takes metrics, in a list or under their labels";
                        let help = "write `queries([function.metric(\"Errors\")])`";
                        return self.error(Diagnostic::new(codes::WRONG_ARGUMENTS, place, message).help(help));
                    }
                }
            }
            ("concat", [(Kind::List(lists), place)]) => {
                let (lists, place) = (lists.clone(), *place);
                let mut whole: Vec<Value> = Vec::new();
                for list in lists.iter() {
                    match &list.kind {
                        Kind::List(items) => whole.extend(items.iter().cloned()),
                        Kind::None => {}
                        _ => return self.wrong_type(list, place, "`concat` joins lists"),
                    }
                }
                Kind::List(Arc::new(whole))
            }
            ("unique", [(Kind::List(items), _)]) => {
                let mut kept: Vec<Value> = Vec::new();
                for item in items.iter() {
                    if !kept.iter().any(|known| self.equal(known, item) == Some(true)) {
                        kept.push(item.clone());
                    }
                }
                Kind::List(Arc::new(kept))
            }
            ("split", [(Kind::Text(text), _), (Kind::Text(separator), _)]) => {
                let (Some(text), Some(separator)) = (self.by_value(text), self.by_value(separator)) else {
                    return self.asks_too_early(&values);
                };
                if separator.is_empty() {
                    return self.error(
                        Diagnostic::new(codes::WRONG_ARGUMENTS, span, "`split` needs something to split at")
                            .help("write what stands between the parts: `split(text, \",\")`"),
                    );
                }
                let parts: Vec<Value> =
                    text.split(separator.as_str()).map(|part| self.symbol_value(Symbol::new(part), span)).collect();
                Kind::List(Arc::new(parts))
            }
            ("json", [_]) => {
                let Some((value, place)) = values.first() else { return self.value(Kind::Error, span) };
                match self.plain_node(value, *place) {
                    Some(node) => Kind::Json(Arc::new(node)),
                    None => return self.value(Kind::Error, span),
                }
            }
            ("written", [(Kind::Text(text) | Kind::Base64(text), _)]) => Kind::Text(written(text)),
            ("written", [(Kind::None, _)]) => Kind::None,
            ("base64", [(Kind::Text(text), _)]) => Kind::Base64(text.clone()),
            ("base64", [(Kind::Secret(_), place)]) => {
                let place = *place;
                if let Some((value, _)) = values.first() {
                    self.secret_exposed(value, place, "user data");
                }
                Kind::Error
            }
            ("hash", [_]) => {
                let Some((value, place)) = values.first() else { return self.value(Kind::Error, span) };
                let Some(node) = self.plain_node(value, *place) else { return self.value(Kind::Error, span) };
                Kind::Text(Template::literal(&short_hash(&canonical(&node, &self.model), 8)))
            }
            ("subnets", [(Kind::Cidr(cidr), place), (Kind::Int(mask), mask_place)]) => {
                let (cidr, mask, place, mask_place) = (*cidr, *mask, *place, *mask_place);
                return self.subnets(cidr, mask, place, mask_place, span);
            }
            ("zone", [(Kind::Int(index), place)]) => {
                if !(0..=5).contains(index) {
                    let place = *place;
                    return self.error(
                        Diagnostic::new(
                            codes::NO_SUCH_ELEMENT,
                            place,
                            format!("no region is sure to have a zone {index}"),
                        )
                        .help("zones are counted from 0; most regions have three, some six"),
                    );
                }
                Kind::Zone(*index)
            }
            ("file", [(Kind::Text(path), place)]) => {
                let place = *place;
                let Some(path) = self.by_value(path) else { return self.asks_too_early(&values) };
                match self.given.files.text(place.file, &path) {
                    Ok(text) => Kind::Text(Template::literal(text.strip_suffix('\n').unwrap_or(&text))),
                    Err(reason) => {
                        return self.error(
                            Diagnostic::new(codes::MISSING_FILE, place, format!("`{path}` cannot be read: {reason}"))
                                .help("the path is relative to the file that names it"),
                        );
                    }
                }
            }
            ("asset", [(Kind::Text(path), place)]) => {
                let place = *place;
                let Some(path) = self.by_value(path) else { return self.asks_too_early(&values) };
                match self.given.files.asset(place.file, &path) {
                    Ok((file, path, location)) => {
                        let file = Symbol::new(&file);
                        self.model.assets.entry(file).or_insert_with(|| Asset { path, location, span: place });
                        Kind::Asset(file)
                    }
                    Err(reason) => {
                        return self.error(
                            Diagnostic::new(
                                codes::MISSING_FILE,
                                place,
                                format!("`{path}` cannot be uploaded: {reason}"),
                            )
                            .help("the path is relative to the file that names it"),
                        );
                    }
                }
            }
            ("service", [(Kind::Text(name), _)]) => Kind::Principal(Principal::Service(name.clone())),
            ("ssm", [(Kind::Text(path), _)]) => {
                Kind::Text(Template::literal("{{resolve:ssm:").then(path).then(&Template::literal("}}")))
            }
            ("cron", [(Kind::Text(text), _)]) => Kind::Cron(text.clone()),
            _ if values.iter().any(|(value, _)| self.is_deployed(value)) => return self.asks_too_early(&values),
            _ => {
                let found: Vec<String> = values.iter().map(|(value, _)| self.describe(value)).collect();
                let found = if found.is_empty() { String::from("nothing") } else { found.join(" and ") };
                let diagnostic =
                    Diagnostic::new(codes::WRONG_ARGUMENTS, span, format!("`{name}` does not take {found}"))
                        .help(format!("it is written `{}`", usage(name.as_str())));
                return self.error(diagnostic);
            }
        };
        self.value(kind, span).spread(spread)
    }

    /// A function asks for what is known only when deployed.
    fn asks_too_early(&mut self, values: &[(Value, Span)]) -> Value {
        let Some((value, span)) = values.iter().find(|(value, _)| self.is_deployed(value)) else {
            return Value::new(Kind::Error, Origin::INHERITED);
        };
        let diagnostic = self.deployed(value, *span, "a function takes what is known when built");
        self.error(diagnostic.help("take it from a `param`, a `let` or a text that is written out"))
    }

    fn extreme(&mut self, name: Symbol, values: &[(Value, Span)], span: Span) -> Value {
        let Some((first, rest)) = values.split_first() else {
            return self.error(
                Diagnostic::new(codes::WRONG_ARGUMENTS, span, format!("`{name}` of nothing has no value"))
                    .help("give it values, or a list that is not empty"),
            );
        };
        let mut best = first.0.clone();
        for (value, place) in rest {
            match self.ordering(value, &best) {
                Some(order) => {
                    if order.is_lt() == (name == "min") && order.is_ne() {
                        best = value.clone();
                    }
                }
                None => {
                    return self.wrong_type(
                        value,
                        *place,
                        &format!("`{name}` compares numbers, times or sizes of one kind"),
                    );
                }
            }
        }
        // Another one might be it if params were otherwise.
        let reads = values.iter().fold(Reads::NONE, |reads, (one, _)| reads.and(self.model.spreads.reads(one.spread)));
        best.spread(self.model.spreads.lost(reads))
    }

    fn range(&mut self, start: i64, end: i64, span: Span) -> Value {
        let limit = i64::try_from(crate::base::limits::MAX_STEPS).unwrap_or(i64::MAX);
        if end.saturating_sub(start) > limit {
            let diagnostic = Diagnostic::new(
                codes::TOO_MANY_STEPS,
                span,
                format!(
                    "a range of {} numbers is longer than anything that can be gone through",
                    end.saturating_sub(start)
                ),
            )
            .help(format!("the limit is {limit} steps for everything together"));
            return self.error(diagnostic);
        }
        let origin = self.model.origins.add(span, "", self.through);
        let numbers = (start..end).map(|number| Value::new(Kind::Int(number), origin)).collect();
        Value::new(Kind::List(Arc::new(numbers)), origin)
    }

    fn subnets(&mut self, cidr: IpNet, mask: i64, place: Span, mask_place: Span, span: Span) -> Value {
        let Some(found) = u8::try_from(mask).ok().and_then(|mask| cidr.subnets(mask).ok()) else {
            return self.error(
                Diagnostic::new(
                    codes::INVALID_CIDR,
                    mask_place,
                    format!("`{cidr}` has no parts with a mask of {mask}"),
                )
                .help(format!("take a mask from {} to {}", cidr.prefix_len(), cidr.max_prefix_len()))
                .label(place, "this range"),
            );
        };
        let origin = self.model.origins.add(span, "", self.through);
        let ranges = found.take(4096).map(|range| Value::new(Kind::Cidr(range), origin)).collect();
        Value::new(Kind::List(Arc::new(ranges)), origin)
    }
}

fn count(number: usize) -> Kind {
    Kind::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A document as a text that two equal ones share.
fn canonical(node: &Node, model: &Model) -> String {
    format!("{:?}", Canonical { node, model })
}

struct Canonical<'a> {
    node: &'a Node,
    model: &'a Model,
}

impl<'a> Canonical<'a> {
    fn inner(&self, node: &'a Node) -> Canonical<'a> {
        Canonical { node, model: self.model }
    }
}

impl std::fmt::Debug for Canonical<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.node.kind {
            NodeKind::List(items) => f.debug_list().entries(items.iter().map(|item| self.inner(item))).finish(),
            NodeKind::Map(map) => f.debug_map().entries(map.iter().map(|(key, node)| (key, self.inner(node)))).finish(),
            NodeKind::Json(inner) => self.inner(inner).fmt(f),
            NodeKind::Text(text)
                if text.pieces.iter().any(|piece| matches!(piece, Piece::Hole(Hole::Resource(..)))) =>
            {
                // By its path: its number changes with whatever else there is.
                let pieces = text.pieces.iter().map(|piece| match piece {
                    Piece::Hole(Hole::Resource(id, what)) => format!("{} {what:?}", self.model.resource(*id).path),
                    other => format!("{other:?}"),
                });
                f.debug_list().entries(pieces).finish()
            }
            other => other.fmt(f),
        }
    }
}

/// How a function is called: one form, or several with "` or `" between them.
pub fn usage(name: &str) -> &'static str {
    match name {
        "min" => "min(a, b)` or `min(metric, 5min)",
        "max" => "max(a, b)` or `max(metric, 5min)",
        "sum" => "sum(metric, 5min)",
        "average" => "average(metric, 5min)",
        "samples" => "samples(metric, 5min)",
        "percentile" => "percentile(metric, 99, 5min)",
        "length" => "length(list)",
        "range" => "range(end)` or `range(start, end)",
        "zip" => "zip(list, list)",
        "lower" => "lower(text)",
        "upper" => "upper(text)",
        "kebab" => "kebab(text)",
        "pascal" => "pascal(text)",
        "flat" => "flat(text)",
        "join" => "join(separator, list)",
        "queries" => "queries(list of metrics)",
        "concat" => "concat(list of lists)",
        "unique" => "unique(list)",
        "split" => "split(text, separator)",
        "json" => "json(value)",
        "base64" => "base64(text)",
        "written" => "written(text)",
        "used" => "used(attribute)",
        "hash" => "hash(value)",
        "subnets" => "subnets(10.0.0.0/16, 24)",
        "zone" => "zone(0)",
        "file" => "file(\"path\")",
        "asset" => "asset(\"path\")",
        "service" => "service(\"lambda.amazonaws.com\")",
        "ssm" => "ssm(\"/path\")",
        "cron" => "cron(\"0 2 * * ? *\")",
        "count" => "count(TYPE)` or `count(TYPE in Stack)",
        _ => "all(TYPE)` or `all(TYPE in Stack)",
    }
}
