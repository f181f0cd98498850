//! What is wrong with a finished resource, by the catalog's shape of its type; and how that is said.

use std::borrow::Cow;

use crate::base::{Span, Symbol};
use crate::catalog::ResourceType;
use crate::diag::{Code, Diagnostic, codes, nearest, quoted_list};
use crate::eval::Evaluator;
use crate::eval::model::{InstanceId, Model};
use crate::eval::origin::Origin;
use crate::eval::properties::{REFUSED, describe_shape};
use crate::eval::value::{Hole, Node, NodeKind, Template};
use crate::types::shape::{Bound, Fault, Place, Problem, Subject, View, faults};

/// What AWS fills in at deployment: the text alone does not show what it will be.
const DYNAMIC: &str = "{{resolve:";

/// A node, in an environment.
#[derive(Clone, Copy)]
struct Seen<'a> {
    node: &'a Node,
    model: &'a Model,
}

impl<'a> Subject<'a> for Seen<'a> {
    fn view(self) -> View<'a> {
        match &self.node.kind {
            NodeKind::Error => View::Broken,
            NodeKind::Bool(known) => View::Bool(*known),
            NodeKind::Int(number) => View::Int(*number),
            NodeKind::Float(number) => View::Float(*number),
            NodeKind::Text(text) => text_view(text, self.model),
            NodeKind::List(_) => View::List,
            NodeKind::Map(_) => View::Object,
            NodeKind::Json(_) | NodeKind::Base64(_) | NodeKind::Zone(_) => View::SomeText,
        }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        let items: &'a [Node] = if let NodeKind::List(items) = &self.node.kind { items } else { &[] };
        items.iter().map(move |node| Seen { node, ..self })
    }

    fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let map = if let NodeKind::Map(map) = &self.node.kind { Some(map) } else { None };
        map.into_iter().flatten().map(move |(key, node)| (key.as_str(), Seen { node, ..self }))
    }

    fn get(self, key: &str) -> Option<Self> {
        self.node.get(key).map(|node| Seen { node, ..self })
    }

    fn equals(self, other: Self) -> bool {
        is_same(self.node, other.node)
    }
}

fn text_view<'a>(text: &'a Template, model: &Model) -> View<'a> {
    if let Some(known) = text.known() {
        return if known.starts_with(DYNAMIC) { View::Open } else { View::Text(Cow::Borrowed(known)) };
    }
    if text.holes().any(|hole| matches!(hole, Hole::Variable(_))) {
        return View::SomeText;
    }
    match model.fill(text) {
        Some(known) => View::Text(Cow::Owned(known)),
        None if text.single_hole().is_some() => View::Open,
        None => View::SomeText,
    }
}

/// Whether two nodes are certainly equal, wherever they come from.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::Error, _) | (_, NodeKind::Error) => false,
        (NodeKind::List(one), NodeKind::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (NodeKind::Map(one), NodeKind::Map(other)) => {
            let same = |(key, value): (&Symbol, &Node)| other.get(key).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        (NodeKind::Json(one), NodeKind::Json(other)) => is_same(one, other),
        (one, other) => one == other,
    }
}

impl Evaluator<'_> {
    /// Holds a resource's properties against the shape of its type. `derived` is the one that holds a derived name: whether that
    /// fits is checked with all names.
    pub(super) fn check_shape(
        &mut self,
        known: ResourceType,
        id: InstanceId,
        properties: &Node,
        region: &str,
        derived: Option<&str>,
    ) {
        let place = Place { region };
        let found = faults(Seen { node: properties, model: &self.model }, known.shape(), place);
        let found = found.iter().filter(|fault| derived != Some(fault.path.as_str()));
        let found: Vec<Diagnostic> = found.filter_map(|fault| self.said(fault, known.name(), id, region)).collect();
        for diagnostic in found {
            self.report(diagnostic);
        }
    }

    /// The place of a value, or of the instance where the value is all of its properties.
    fn place_of(&self, path: &str, origin: Origin, id: InstanceId) -> Span {
        let span = self.model.origins.span(origin);
        let whole = path.is_empty() || span.is_none();
        if whole { self.data(id).map_or(Span::NONE, |data| data.syntax.name.span) } else { span }
    }

    fn said(&self, fault: &Fault<Seen<'_>>, ty: &str, id: InstanceId, region: &str) -> Option<Diagnostic> {
        let path = fault.path.as_str();
        let span = self.place_of(path, fault.at.node.origin, id);
        let mut diagnostic = match &fault.problem {
            // At the top, names are checked where they stand.
            Problem::Unknown { .. } if !path.contains('.') => return None,
            Problem::Missing { names, one, needed_by } => self.missing(names, *one, *needed_by, fault, ty, id),
            Problem::Excluded { other } => {
                let mut diagnostic = match other {
                    Some((name, _)) => Diagnostic::new(
                        codes::CONFLICTING_PROPERTIES,
                        span,
                        format!("`{path}` of `{ty}` cannot be set together with `{name}`"),
                    )
                    .help("leave one of them out"),
                    None => Diagnostic::new(
                        codes::CONFLICTING_PROPERTIES,
                        span,
                        format!("`{path}` of `{ty}` cannot be set here"),
                    )
                    .help("leave it out, or set what it goes with"),
                };
                if let Some((name, other)) = other {
                    diagnostic =
                        diagnostic.label(self.place_of(path, other.node.origin, id), format!("`{name}` is set here"));
                }
                diagnostic
            }
            Problem::Twice { first, keys } => {
                let keys: Vec<&str> = keys.collect();
                let what = match keys.as_slice() {
                    [] => String::from("the same"),
                    keys => format!("the same in {}", quoted_list(keys.iter().copied(), 4)),
                };
                Diagnostic::new(codes::DUPLICATE_ITEM, span, format!("`{path}` of `{ty}` holds {what} twice"))
                    .label(self.place_of(path, first.node.origin, id), "the first one")
                    .help("each may stand there once")
            }
            problem => plain(problem, path, ty, span, region)?,
        };
        let mut unset: Vec<&str> = Vec::new();
        for reason in &fault.because {
            let is_it = path.rsplit('.').next() == Some(reason.name);
            match &reason.value {
                Some(value) if !is_it => {
                    let place = self.place_of(path, value.node.origin, id);
                    diagnostic = diagnostic.label(place, format!("because of this `{}`", reason.name));
                }
                None if !is_it => unset.push(reason.name),
                Some(_) | None => {}
            }
        }
        if let ([_, ..], true) = (unset.as_slice(), diagnostic.labels.len() < 2) {
            diagnostic = diagnostic.help(format!("this holds because {} is not set", quoted_list(unset, 3)));
        }
        Some(diagnostic)
    }

    fn missing(
        &self,
        names: &[&'static str],
        one: bool,
        needed_by: Option<(&'static str, Seen<'_>)>,
        fault: &Fault<Seen<'_>>,
        ty: &str,
        id: InstanceId,
    ) -> Diagnostic {
        let path = fault.path.as_str();
        let owner = self.place_of(path, fault.at.node.origin, id);
        let listed = match (names, one) {
            ([name], _) => format!("`{name}`"),
            (_, true) => format!("one of {}", quoted_list(names.iter().copied(), 8)),
            (_, false) => quoted_list(names.iter().copied(), 8),
        };
        let (span, message) = match needed_by {
            Some((name, value)) => {
                (self.place_of("-", value.node.origin, id), format!("`{name}` of `{ty}` needs {listed} as well"))
            }
            None if path.is_empty() && names.len() == 1 => (owner, format!("`{ty}` needs its property {listed}")),
            None if path.is_empty() => (owner, format!("`{ty}` needs {listed}")),
            None if names.len() == 1 => (owner, format!("`{path}` of `{ty}` lacks its {listed}")),
            None => (owner, format!("`{path}` of `{ty}` needs {listed}")),
        };
        let mut diagnostic = Diagnostic::new(codes::MISSING_PROPERTY, span, message);
        if let Some(name) = names.first() {
            diagnostic = diagnostic.help(format!("add `{name} = …`"));
        }
        if needed_by.is_some() && owner != span {
            diagnostic = diagnostic.label(owner, "to be set here");
        }
        if path.is_empty() {
            let through = self.data(id).map_or(Origin::INHERITED, |data| data.through);
            let user = self.model.origins.user_span(through);
            if user != owner {
                diagnostic = diagnostic.label(user, "in this instance");
            }
        }
        diagnostic
    }
}

/// What can be said without looking at anything else.
fn plain(problem: &Problem<Seen<'_>>, path: &str, ty: &str, span: Span, region: &str) -> Option<Diagnostic> {
    let say = |code: Code, message: String| Some(Diagnostic::new(code, span, message));
    match problem {
        Problem::Kind(shape) => say(codes::WRONG_TYPE, format!("`{path}` of `{ty}` is {}", describe_shape(*shape)))
            .map(|diagnostic| diagnostic.why(REFUSED)),
        Problem::NotAllowed { shown, allowed } => {
            let diagnostic = say(codes::VALUE_NOT_ALLOWED, format!("`{path}` of `{ty}` cannot be {shown}"));
            diagnostic.map(|diagnostic| with_values(diagnostic, shown, allowed, span, "AWS accepts"))
        }
        Problem::OtherRegion { shown, allowed } => {
            let message = format!("`{path}` of `{ty}` cannot be {shown} in region `{region}`");
            let diagnostic = say(codes::VALUE_NOT_ALLOWED, message);
            diagnostic.map(|diagnostic| with_values(diagnostic, shown, allowed, span, "the region has"))
        }
        Problem::Forbidden { shown } => say(codes::VALUE_NOT_ALLOWED, format!("`{path}` of `{ty}` cannot be {shown}")),
        Problem::Pattern { shown, pattern } => {
            say(codes::PATTERN_MISMATCH, format!("{shown} is no `{path}` of `{ty}`"))
                .map(|diagnostic| diagnostic.help(format!("it must match `{pattern}`")))
        }
        Problem::Format { shown, wanted } => say(codes::PATTERN_MISMATCH, format!("{shown} is no `{path}` of `{ty}`"))
            .map(|diagnostic| diagnostic.help(format!("write {wanted}"))),
        Problem::Length { count, limit, bound } => {
            let bound = words(*bound);
            let message = format!("`{path}` of `{ty}` has {bound} {limit} characters, and this has {count}");
            say(codes::VALUE_OUT_OF_RANGE, message)
        }
        Problem::Range { shown, limit, bound } => {
            let bound = words(*bound);
            say(codes::VALUE_OUT_OF_RANGE, format!("`{path}` of `{ty}` is {bound} {limit}, and this is {shown}"))
        }
        Problem::Items { count, limit, bound } => {
            let bound = words(*bound);
            say(codes::VALUE_OUT_OF_RANGE, format!("`{path}` of `{ty}` takes {bound} {limit} elements, not {count}"))
        }
        Problem::Keys { count, limit, bound } => {
            let bound = words(*bound);
            say(codes::VALUE_OUT_OF_RANGE, format!("`{path}` of `{ty}` takes {bound} {limit} keys, not {count}"))
        }
        Problem::LacksItem => {
            say(codes::VALUE_NOT_ALLOWED, format!("no element of `{path}` of `{ty}` is what at least one must be"))
        }
        Problem::Unknown { key, known } => {
            let diagnostic = say(codes::UNKNOWN_PROPERTY, format!("`{ty}` has no property `{path}`"))?;
            let mut diagnostic = diagnostic.did_you_mean(span, key, known.iter().copied());
            // The edit would replace the value, not the key, whose place is not kept.
            diagnostic.fixes.clear();
            Some(diagnostic)
        }
        Problem::Key { key, pattern } => match pattern {
            Some(pattern) => say(codes::PATTERN_MISMATCH, format!("{key:?} is no key of `{}` of `{ty}`", holder(path)))
                .map(|diagnostic| diagnostic.help(format!("a key must match `{pattern}`"))),
            None => say(codes::VALUE_NOT_ALLOWED, format!("`{}` of `{ty}` cannot have the key {key:?}", holder(path)))
                .map(|diagnostic| diagnostic.help("give it another name: the service keeps this one for itself")),
        },
        Problem::ReadOnly => say(codes::READ_ONLY_PROPERTY, format!("AWS sets `{path}` of `{ty}` itself"))
            .map(|diagnostic| diagnostic.help("remove it; others can refer to it as an attribute")),
        Problem::Deprecated => say(codes::DEPRECATED_VALUE, format!("AWS gives up this `{path}` of `{ty}`"))
            .map(|diagnostic| diagnostic.help("leave it out, or use what AWS names in its place")),
        Problem::Alternatives => {
            say(codes::WRONG_TYPE, format!("`{path}` of `{ty}` has none of the forms that it may have"))
                .map(|diagnostic| diagnostic.why(REFUSED))
        }
        Problem::Missing { .. } | Problem::Excluded { .. } | Problem::Twice { .. } => None,
    }
}

fn with_values(diagnostic: Diagnostic, shown: &str, allowed: &[&str], span: Span, lead: &str) -> Diagnostic {
    let text = shown.trim_matches('"');
    let numbers = allowed.iter().all(|value| value.parse::<f64>().is_ok());
    let most = if numbers { 30 } else { 12 };
    let diagnostic = diagnostic.help(format!("{lead} {}", quoted_list(allowed.iter().copied(), most)));
    match nearest(text, allowed.iter().copied()) {
        Some(near) if shown.starts_with('"') => diagnostic.help(format!("did you mean {near:?}?")).suggest(
            format!("write {near:?}"),
            span,
            format!("{near:?}"),
        ),
        Some(_) | None => diagnostic,
    }
}

fn holder(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(holder, _)| holder)
}

fn words(bound: Bound) -> &'static str {
    match bound {
        Bound::Least => "at least",
        Bound::Most => "at most",
        Bound::Above => "more than",
        Bound::Below => "less than",
        Bound::Multiple => "a multiple of",
    }
}
