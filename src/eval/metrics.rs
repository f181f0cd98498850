//! Metrics: what a resource publishes, what is made of it, and when it is too much.

use std::sync::Arc;

use crate::base::{IndexMap, Span, Symbol};
use crate::catalog::{Dimension, Metrics, ResourceType, Texts};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::Evaluator;
use crate::eval::model::ResourceId;
use crate::eval::origin::Origin;
use crate::eval::scope::Scope;
use crate::eval::value::{Attribute, Hole, Kind, Metric, Pseudo, Series, Template, Threshold, Value};
use crate::syntax::ast::{Argument, BinaryOp, CompareOp};

/// What can be made of a metric's values within a period: the function, and what CloudWatch calls it.
const STATISTICS: [(&str, &str); 5] =
    [("sum", "Sum"), ("average", "Average"), ("min", "Minimum"), ("max", "Maximum"), ("samples", "SampleCount")];

/// The fields of metrics and of conditions on them.
const FIELDS: [&str; 3] = ["queries", "operator", "bound"];

impl<'p> Evaluator<'p> {
    /// `x.metric("Errors", Stage = "live")`: a metric of one resource; further dimensions by their names.
    pub(super) fn metric_of(
        &mut self,
        resource: ResourceId,
        arguments: &'p [Argument],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let Some((names, given)) = self.metric_arguments(arguments, 1, span, scope) else {
            return self.value(Kind::Error, span);
        };
        let [(name, place)] = names.as_slice() else { return self.value(Kind::Error, span) };
        let Some(declared) = self.model.resources.get(resource.index()) else { return self.value(Kind::Error, span) };
        let (ty, instance, stack) = (declared.ty, declared.instance, declared.stack);
        let Some(known) = self.catalog.resource_type(ty.as_str()) else {
            return self.unknown_metric(ty.as_str(), name, *place, &[]);
        };
        let own: Vec<(&'static str, Template)> = known
            .dimensions()
            .map(|(dimension, source)| {
                let filled = match source {
                    Dimension::Ref => Template::hole(Hole::Resource(resource, Attribute::Id)),
                    Dimension::Name => Template::hole(Hole::Resource(resource, Attribute::Name)),
                    Dimension::Attribute(name) => {
                        Template::hole(Hole::Resource(resource, Attribute::Named(Symbol::new(name))))
                    }
                    Dimension::Region => Template::hole(Hole::Pseudo(Pseudo::RegionOf(stack))),
                    Dimension::Text(text) => Template::literal(text),
                };
                (dimension, filled)
            })
            .collect();
        let of_its_kind = self.metrics_of_its_kind(known, instance);
        let is_its = |group: &Metrics| { group.dimensions }.any(|each| own.iter().any(|(its, _)| *its == each));
        let published = |found: &str| of_its_kind.is_none_or(|names| names.has(found));
        let groups: Vec<Metrics> = known.metrics().filter(is_its).collect();
        let with_name: Vec<&Metrics> = groups.iter().filter(|group| group.names.has(name) && published(name)).collect();
        if with_name.is_empty() {
            let all: Vec<&str> = groups.iter().flat_map(|group| group.names).filter(|found| published(found)).collect();
            return self.unknown_metric(ty.as_str(), name, *place, &all);
        }
        let filled = |dimension: &str| {
            own.iter().any(|(its, _)| *its == dimension) || given.iter().any(|(its, _)| *its == *dimension)
        };
        // Of those that are filled and use all that is given, the one that says most of the resource.
        let fitting = with_name
            .iter()
            .filter(|group| { group.dimensions }.all(filled))
            .filter(|group| given.iter().all(|(dimension, _)| group.dimensions.has(dimension.as_str())))
            .max_by_key(|group| group.dimensions.len());
        let Some(group) = fitting else {
            let ways: Vec<String> = with_name
                .iter()
                .map(|group| {
                    let further = group.dimensions.filter(|each| !own.iter().any(|(its, _)| its == each));
                    further.map(|each| format!("{each} = …")).collect::<Vec<_>>().join(", ")
                })
                .map(|further| if further.is_empty() { String::from("no further dimension") } else { further })
                .collect();
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_METRIC,
                span,
                format!("`{ty}` publishes `{name}` with other dimensions than these"),
            )
            .help(format!("it takes, besides the name, {}", quoted_list(ways.iter().map(String::as_str), 4)));
            return self.error(diagnostic);
        };
        let dimensions = group.dimensions.filter_map(|dimension| {
            let its = own.iter().find(|(its, _)| *its == dimension).map(|(_, filled)| filled);
            let text = its.or_else(|| given.iter().find(|(its, _)| *its == *dimension).map(|(_, filled)| filled))?;
            Some((Symbol::new(dimension), text.clone()))
        });
        let series = Series {
            namespace: Template::literal(group.namespace),
            name: Symbol::new(name),
            dimensions: dimensions.collect(),
            reduced: None,
        };
        self.value(Kind::Metric(Arc::new(Metric::Series(series))), span)
    }

    /// `metric("Shop", "Orders", Country = "de")`: a metric by its namespace, its name and its dimensions.
    pub(super) fn metric_by_name(&mut self, arguments: &'p [Argument], span: Span, scope: &Scope<'p>) -> Value {
        let Some((names, dimensions)) = self.metric_arguments(arguments, 2, span, scope) else {
            return self.value(Kind::Error, span);
        };
        let [(namespace, _), (name, _)] = names.as_slice() else { return self.value(Kind::Error, span) };
        let series =
            Series { namespace: Template::literal(namespace), name: Symbol::new(name), dimensions, reduced: None };
        self.value(Kind::Metric(Arc::new(Metric::Series(series))), span)
    }

    /// Texts that are known when built, and named dimensions behind them. `None`: something is wrong, and was reported.
    #[expect(clippy::type_complexity, reason = "the two parts of one call, taken apart at once")]
    fn metric_arguments(
        &mut self,
        arguments: &'p [Argument],
        texts: usize,
        span: Span,
        scope: &Scope<'p>,
    ) -> Option<(Vec<(String, Span)>, Vec<(Symbol, Template)>)> {
        let mut names = Vec::new();
        let mut dimensions: Vec<(Symbol, Template)> = Vec::new();
        for argument in arguments {
            let value = self.evaluate(&argument.value, scope);
            let place = argument.value.span;
            let (text, secret) = self.as_template(&value, place)?;
            if secret {
                self.secret_exposed(&value, place, "a metric");
                return None;
            }
            match argument.name {
                Some(name) => dimensions.push((name.name, text)),
                None => match self.by_value(&text) {
                    Some(known) => names.push((known, place)),
                    None => {
                        let message = "what a metric is called must be known when built";
                        let diagnostic = self.deployed(&value, place, message);
                        self.report(diagnostic.help("write its name out: `x.metric(\"Errors\")`"));
                        return None;
                    }
                },
            }
        }
        if names.len() != texts {
            let usage = match texts {
                1 => {
                    "it takes the metric's name, and further dimensions by name: `x.metric(\"Errors\", Stage = \"live\")`"
                }
                _ => {
                    "it takes a namespace, a name, and dimensions by name: `metric(\"Shop\", \"Orders\", Country = \"de\")`"
                }
            };
            let count = names.len();
            let message = format!("`metric` does not take {count} texts without a name");
            self.report(Diagnostic::new(codes::WRONG_ARGUMENTS, span, message).help(usage));
            return None;
        }
        Some((names, dimensions))
    }

    /// The metrics that there are with the values of its properties; `None`: all of its type's.
    fn metrics_of_its_kind(&mut self, ty: ResourceType, instance: crate::eval::model::InstanceId) -> Option<Texts> {
        for (property, value, names) in ty.metric_kinds() {
            let Some(set) = self.setting_if_set(instance, Symbol::new(property)) else { continue };
            let Kind::Text(text) = &set.kind else { continue };
            if self.by_value(text).as_deref() == Some(value) {
                return Some(names);
            }
        }
        None
    }

    fn unknown_metric(&mut self, ty: &str, name: &str, span: Span, known: &[&str]) -> Value {
        let mut diagnostic =
            Diagnostic::new(codes::UNKNOWN_METRIC, span, format!("`{ty}` publishes no metric `{name}`"));
        if let Some(near) = crate::diag::nearest(name, known.iter().copied()) {
            diagnostic = diagnostic
                .suggest(format!("write {near:?}"), span, format!("{near:?}"))
                .help(format!("did you mean {near:?}?"));
        } else {
            let mut sorted: Vec<&str> = known.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            let known = if sorted.is_empty() {
                String::from("infrac knows of no metrics of this type")
            } else {
                format!("it publishes {}", quoted_list(sorted, 8))
            };
            diagnostic = diagnostic
                .help(format!("{known}; any other is written `metric(\"NAMESPACE\", {name:?}, DIMENSION = …)`"));
        }
        self.error(diagnostic)
    }

    /// `sum(metric, 5min)`, `percentile(metric, 99, 5min)`: what is made of the values of each period. `None`: the call is another one.
    pub(super) fn reduce(&mut self, name: &str, arguments: &[(&Kind, Span)]) -> Option<Result<Kind, Diagnostic>> {
        let (metric, statistic, (period, place)) = match (name, arguments) {
            ("percentile", [(Kind::Metric(metric), _), (rank, rank_place), (Kind::Duration(period), place)]) => {
                #[expect(clippy::cast_precision_loss, reason = "a percentile has few digits")]
                let rank = match rank {
                    Kind::Int(rank) => *rank as f64,
                    Kind::Float(rank) | Kind::Percent(rank) => *rank,
                    _ => return None,
                };
                if !(0.0..=100.0).contains(&rank) {
                    let message = format!("a percentile lies between 0 and 100, not at {rank}");
                    return Some(Err(Diagnostic::new(codes::VALUE_OUT_OF_RANGE, *rank_place, message).help("the median is `percentile(x, 50, 5min)`, what one in a hundred exceeds `percentile(x, 99, 5min)`")));
                }
                (metric, format!("p{rank}"), (*period, *place))
            }
            (_, [(Kind::Metric(metric), _), (Kind::Duration(period), place)]) => {
                let (_, statistic) = STATISTICS.iter().find(|(function, _)| *function == name)?;
                (metric, (*statistic).to_owned(), (*period, *place))
            }
            _ => return None,
        };
        // CloudWatch knows 1, 5, 10, 20 and 30 seconds, and whole minutes.
        let fits = [1_000, 5_000, 10_000, 20_000, 30_000].contains(&period) || (period > 0 && period % 60_000 == 0);
        if !fits {
            let message = "there are no periods of this length";
            let diagnostic = Diagnostic::new(codes::VALUE_OUT_OF_RANGE, place, message)
                .help("take 1s, 5s, 10s, 20s, 30s, or whole minutes");
            return Some(Err(diagnostic));
        }
        if !metric.is_raw() {
            let message = "this says already what is made of the values";
            let (_, place) = arguments.first().copied().unwrap_or((&Kind::None, Span::NONE));
            let diagnostic = Diagnostic::new(codes::WRONG_ARGUMENTS, place, message)
                .help("calculate with the results: `sum(a, 5min) + sum(b, 5min)`");
            return Some(Err(diagnostic));
        }
        Some(Ok(Kind::Metric(Arc::new(reduced(metric, &statistic, period)))))
    }

    /// A calculation in which one side is a metric.
    pub(super) fn metric_arithmetic(
        &mut self,
        operator: BinaryOp,
        sides: (&Value, &Value),
        span: Span,
    ) -> Option<Kind> {
        let (first, second) = (as_metric(&sides.0.kind)?, as_metric(&sides.1.kind)?);
        let operator = match operator {
            BinaryOp::Add => '+',
            BinaryOp::Subtract => '-',
            BinaryOp::Multiply => '*',
            BinaryOp::Divide => '/',
            BinaryOp::And | BinaryOp::Or | BinaryOp::Else | BinaryOp::In | BinaryOp::NotIn | BinaryOp::Join => {
                return None;
            }
        };
        let has_both = |metric: &Metric| {
            let series = metric.series();
            series.iter().any(|one| one.reduced.is_none()) && series.iter().any(|one| one.reduced.is_some())
        };
        let calculation = Metric::Calculation(operator, Box::new(first), Box::new(second));
        if has_both(&calculation) {
            let message = "one side says what is made of its values, the other does not";
            let diagnostic = Diagnostic::new(codes::WRONG_TYPE, span, message)
                .help("say it of both: `sum(a, 5min) + sum(b, 5min)`, or of the whole: `sum(a + b, 5min)`");
            self.report(diagnostic);
            return Some(Kind::Error);
        }
        Some(Kind::Metric(Arc::new(calculation)))
    }

    /// A comparison in which one side is a metric. `None`: neither is.
    pub(super) fn metric_comparison(
        &mut self,
        operator: CompareOp,
        sides: (&Value, &Value),
        alone: bool,
        span: Span,
    ) -> Option<Value> {
        let number = |kind: &Kind| {
            #[expect(clippy::cast_precision_loss, reason = "limits of metrics are small")]
            match kind {
                Kind::Int(number) => Some(*number as f64),
                Kind::Float(number) | Kind::Percent(number) => Some(*number),
                _ => None,
            }
        };
        let (metric, operator, bound) = match (&sides.0.kind, &sides.1.kind) {
            (Kind::Metric(metric), other) => (metric, operator, number(other)),
            (other, Kind::Metric(metric)) => (metric, turned(operator), number(other)),
            _ => return None,
        };
        let wrong = match (bound, operator) {
            _ if metric.is_raw() => Some((
                "a metric has many values, and this does not say which of them is compared",
                "say what is made of the values of each period: `sum(metric, 5min) > 10`",
            )),
            _ if !alone => Some(("a metric is compared with one number", "write two alarms, one for each end")),
            (None, _) => Some((
                "a metric is compared with a number",
                "bring the other metric over to this side: `sum(a, 5min) - sum(b, 5min) > 0`",
            )),
            (_, CompareOp::Equal | CompareOp::NotEqual) => {
                Some(("an alarm cannot ask whether a metric is just this number", "write `<`, `<=`, `>` or `>=`"))
            }
            (Some(_), CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual) => None,
        };
        if let Some((message, help)) = wrong {
            return Some(self.error(Diagnostic::new(codes::WRONG_TYPE, span, message).help(help)));
        }
        let threshold = Threshold { metric: metric.as_ref().clone(), operator, bound: bound.unwrap_or_default() };
        Some(self.value(Kind::Threshold(Arc::new(threshold)), span))
    }

    /// What a component reads of a metric: `queries`; and of a condition, besides: `operator` and `bound`.
    pub(super) fn metric_field(&mut self, value: &Value, name: Symbol, field: Span, span: Span) -> Value {
        let metric = match &value.kind {
            Kind::Metric(metric) => metric.as_ref(),
            Kind::Threshold(threshold) => &threshold.metric,
            _ => return self.value(Kind::Error, span),
        };
        let kind = match (name.as_str(), &value.kind) {
            ("queries", _) => queries(&[(None, metric)], value.origin),
            ("operator", Kind::Threshold(threshold)) => Kind::Text(Template::literal(spelled(threshold.operator))),
            ("bound", Kind::Threshold(threshold)) => Kind::Float(threshold.bound),
            _ => {
                let found = self.describe(value);
                let known = FIELDS.iter().take(if matches!(value.kind, Kind::Metric(_)) { 1 } else { 3 });
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("{found} has no `{name}`"))
                    .did_you_mean(field, name.as_str(), known.copied());
                return self.error(diagnostic);
            }
        };
        Value::new(kind, value.origin)
    }
}

impl Metric {
    /// All series that it is calculated from, each once, in the order in which they stand.
    fn series(&self) -> Vec<&Series> {
        let mut found = Vec::new();
        self.gather(&mut found);
        found
    }

    fn gather<'m>(&'m self, found: &mut Vec<&'m Series>) {
        match self {
            Metric::Series(series) if found.contains(&series) => {}
            Metric::Series(series) => found.push(series),
            Metric::Number(_) => {}
            Metric::Calculation(_, first, second) => {
                first.gather(found);
                second.gather(found);
            }
        }
    }

    /// Whether it does not say yet what is made of the values of a period.
    fn is_raw(&self) -> bool {
        self.series().iter().any(|series| series.reduced.is_none())
    }

    /// As CloudWatch writes it, each series by its id.
    fn expression(&self, series: &[&Series]) -> String {
        match self {
            Metric::Series(one) => {
                let at = series.iter().position(|known| *known == one).unwrap_or_default();
                series_id(at)
            }
            Metric::Number(number) if *number < 0.0 => format!("({number})"),
            Metric::Number(number) => number.to_string(),
            Metric::Calculation(operator, first, second) => {
                let (left, right) = (first.expression(series), second.expression(series));
                let strength = strength(*operator);
                let left = if first.strength() < strength { format!("({left})") } else { left };
                let looser = second.strength() < strength;
                let turned = second.strength() == strength && matches!(operator, '-' | '/');
                let right = if looser || turned { format!("({right})") } else { right };
                format!("{left} {operator} {right}")
            }
        }
    }

    fn strength(&self) -> u8 {
        match self {
            Metric::Series(_) | Metric::Number(_) => u8::MAX,
            Metric::Calculation(operator, ..) => strength(*operator),
        }
    }
}

fn strength(operator: char) -> u8 {
    u8::from(matches!(operator, '*' | '/'))
}

fn series_id(at: usize) -> String {
    format!("m{}", at + 1)
}

/// The metric with a statistic for each of its series.
fn reduced(metric: &Metric, statistic: &str, period: i64) -> Metric {
    match metric {
        Metric::Series(series) => {
            Metric::Series(Series { reduced: Some((Symbol::new(statistic), period)), ..series.clone() })
        }
        Metric::Number(number) => Metric::Number(*number),
        Metric::Calculation(operator, first, second) => Metric::Calculation(
            *operator,
            Box::new(reduced(first, statistic, period)),
            Box::new(reduced(second, statistic, period)),
        ),
    }
}

fn as_metric(kind: &Kind) -> Option<Metric> {
    #[expect(clippy::cast_precision_loss, reason = "factors are small")]
    match kind {
        Kind::Metric(metric) => Some(metric.as_ref().clone()),
        Kind::Int(number) => Some(Metric::Number(*number as f64)),
        Kind::Float(number) => Some(Metric::Number(*number)),
        _ => None,
    }
}

/// The operator with its sides exchanged.
fn turned(operator: CompareOp) -> CompareOp {
    match operator {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => operator,
    }
}

fn spelled(operator: CompareOp) -> &'static str {
    match operator {
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
    }
}

/// A record for each series, and one more for each calculation with them. What was asked for is `shown`, under its label if it has one.
fn queries(metrics: &[(Option<Symbol>, &Metric)], origin: Origin) -> Kind {
    let mut series: Vec<&Series> = Vec::new();
    for (_, metric) in metrics {
        metric.gather(&mut series);
    }
    let value = |kind: Kind| Value::new(kind, origin);
    let text = |text: &str| value(Kind::Text(Template::literal(text)));
    let none = || value(Kind::None);
    let named = |label: Option<Symbol>| label.map_or_else(none, |label| text(label.as_str()));
    let record = |entries: [(&str, Value); 9]| {
        let entries = entries.into_iter().map(|(key, value)| (Symbol::new(key), value));
        value(Kind::Record(Arc::new(entries.collect())))
    };
    let mut records: Vec<Value> = Vec::with_capacity(series.len() + metrics.len());
    for (at, one) in series.iter().enumerate() {
        let dimensions: IndexMap<Symbol, Value> =
            one.dimensions.iter().map(|(name, filled)| (*name, value(Kind::Text(filled.clone())))).collect();
        let (statistic, period) = match &one.reduced {
            Some((statistic, period)) => (text(statistic.as_str()), value(Kind::Duration(*period))),
            None => (none(), none()),
        };
        let asked = metrics.iter().find(|(_, metric)| matches!(metric, Metric::Series(own) if own == *one));
        records.push(record([
            ("id", text(&series_id(at))),
            ("label", named(asked.and_then(|(label, _)| *label))),
            ("namespace", value(Kind::Text(one.namespace.clone()))),
            ("name", text(one.name.as_str())),
            ("dimensions", value(Kind::Record(Arc::new(dimensions)))),
            ("statistic", statistic),
            ("period", period),
            ("expression", none()),
            ("shown", value(Kind::Bool(asked.is_some()))),
        ]));
    }
    let calculated = metrics.iter().filter(|(_, metric)| !matches!(metric, Metric::Series(_)));
    for (at, (label, metric)) in calculated.enumerate() {
        records.push(record([
            ("id", text(&format!("e{}", at + 1))),
            ("label", named(*label)),
            ("namespace", none()),
            ("name", none()),
            ("dimensions", none()),
            ("statistic", none()),
            ("period", none()),
            ("expression", text(&metric.expression(&series))),
            ("shown", value(Kind::Bool(true))),
        ]));
    }
    Kind::List(Arc::new(records))
}

/// `queries(…)`: what several metrics need together, from a list, or from a map with a label for each.
pub(super) fn queries_of(value: &Value) -> Option<Kind> {
    let metric = |value: &Value| match &value.kind {
        Kind::Metric(metric) => Some(Arc::clone(metric)),
        _ => None,
    };
    let found: Vec<(Option<Symbol>, Arc<Metric>)> = match &value.kind {
        Kind::List(items) => items.iter().map(|item| Some((None, metric(item)?))).collect::<Option<_>>()?,
        Kind::Record(record) => {
            record.iter().map(|(label, item)| Some((Some(*label), metric(item)?))).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let asked: Vec<(Option<Symbol>, &Metric)> = found.iter().map(|(label, metric)| (*label, metric.as_ref())).collect();
    Some(queries(&asked, value.origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str) -> Metric {
        Metric::Series(Series {
            namespace: Template::literal("Shop"),
            name: Symbol::new(name),
            dimensions: Vec::new(),
            reduced: None,
        })
    }

    fn of(operator: char, first: Metric, second: Metric) -> Metric {
        Metric::Calculation(operator, Box::new(first), Box::new(second))
    }

    fn written(metric: &Metric) -> String {
        metric.expression(&metric.series())
    }

    #[test]
    fn a_calculation_has_the_brackets_that_it_needs() {
        let (a, b, c) = (series("a"), series("b"), series("c"));
        assert_eq!(written(&of('+', a.clone(), of('+', b.clone(), c.clone()))), "m1 + m2 + m3");
        assert_eq!(written(&of('-', a.clone(), of('-', b.clone(), c.clone()))), "m1 - (m2 - m3)");
        assert_eq!(written(&of('/', of('+', a.clone(), b.clone()), c.clone())), "(m1 + m2) / m3");
        assert_eq!(written(&of('/', a.clone(), of('*', b.clone(), c))), "m1 / (m2 * m3)");
        assert_eq!(written(&of('/', of('*', Metric::Number(100.0), a), b)), "100 * m1 / m2");
    }

    #[test]
    fn a_series_that_stands_twice_is_asked_for_once() {
        let (a, b) = (series("a"), series("b"));
        let share = of('/', a.clone(), of('+', a, b));
        assert_eq!(share.series().len(), 2);
        assert_eq!(written(&share), "m1 / (m1 + m2)");
    }
}
