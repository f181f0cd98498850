//! Questions about ways through the network: `path A -> B`, `A connects to B`. Whoever knows the network answers them; here they
//! are only put.

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::connections::NoGroup;
use crate::eval::model::{self, End, InstanceId, Model, Ports, ResourceId};
use crate::eval::origin::Origin;
use crate::eval::scope::{Placed, Scope};
use crate::eval::value::{Hole, Kind, Template, Value};
use crate::syntax::ast::{Expr, PathSentence};

/// An end of a way.
#[derive(Debug, Clone, PartialEq)]
pub enum PathEnd {
    /// As of a connection.
    Of(End),
    /// A resource whose group the language does not know: where it stands, or else the API by which it is used, as of a bucket.
    Resource(ResourceId),
}

/// Something that a way goes through, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waypoint {
    /// The internet.
    Internet,
    /// One of these: load balancers, gateways, endpoints, or whatever takes something in and sends something on.
    AnyOf(Vec<InstanceId>),
}

/// `path A -> B [on …] [through …] [without …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct PathQuestion {
    /// From any of these.
    pub from: Vec<PathEnd>,
    /// To any of these.
    pub to: Vec<PathEnd>,
    /// On what the end is asked; empty: on anything.
    pub on: Vec<Ports>,
    /// Through all of these, in this order.
    pub through: Vec<Waypoint>,
    /// Through none of these.
    pub without: Vec<Waypoint>,
}

/// `[only] A connects to B [on …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectsQuestion {
    /// Whether anybody else connects is asked, too.
    pub only: bool,
    /// From any of these.
    pub from: Vec<End>,
    /// To each of these.
    pub to: Vec<End>,
    /// On what; empty: on anything.
    pub on: Vec<Ports>,
}

/// A place that an answer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The place.
    pub origin: Origin,
    /// What it has to do with the answer.
    pub text: String,
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It is not so.
    No,
    /// It depends on what is known only when deployed.
    Unknown,
    /// It is so.
    Yes,
}

/// An answer, with the hops or the obstacle that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub truth: Truth,
    /// The hops of a way in order, each with its place; of none, what stands against it.
    pub shown: Vec<Shown>,
    /// In one sentence, if there is more to say than yes or no.
    pub words: Option<String>,
}

/// Somebody who knows which ways there are.
pub trait Ways {
    /// Whether there is such a way.
    fn path(&self, model: &Model, question: &PathQuestion) -> Answer;
    /// Whether it connects, and if asked, nobody else.
    fn connects(&self, model: &Model, question: &ConnectsQuestion) -> Answer;
}

impl<'p> Evaluator<'p> {
    /// `forbid path A -> B`.
    pub(super) fn check_forbidden_path(&mut self, path: &'p PathSentence, placed: &Placed<'p>) {
        let Some(question) = self.path_question(path, &placed.scope) else { return };
        let Some(ways) = self.ways.clone() else { return };
        let answer = ways.path(&self.model, &question);
        let diagnostic = match answer.truth {
            Truth::No => return,
            Truth::Yes => Diagnostic::new(codes::FORBIDDEN_PATH, placed.item.span, "this path is open")
                .here("forbidden here")
                .help("take away one of its hops: the connection, the public address, or the route"),
            Truth::Unknown => {
                let message = "whether this path is open cannot be decided";
                Diagnostic::new(codes::CANNOT_BE_DECIDED, placed.item.span, message)
                    .here("forbidden here")
                    .help("a hop is known only when deployed; say in the source what it is, or close another one")
            }
        };
        let diagnostic = self.showing(diagnostic, &answer.shown);
        self.report(diagnostic);
    }

    /// The ends of paths between environments that are in this one. Whether there is such a path is known where both are at hand.
    pub(super) fn crossings(&mut self) {
        for (item, crossing) in self.program.crossings.clone() {
            let ends = [&crossing.from, &crossing.to];
            if ends.iter().all(|end| end.environment.name != self.environment) {
                continue;
            }
            let scope = self.root(true);
            let before = self.diagnostics.len();
            let [from, to] = ends.map(|end| model::CrossingEnd {
                environment: end.environment.name,
                what: end.what.as_ref().map(|what| match end.environment.name == self.environment {
                    true => self.path_ends(what, &scope),
                    false => Vec::new(),
                }),
            });
            let on = self.ports(&crossing.ports, &scope);
            if self.diagnostics.len() == before {
                let forbidden = crossing.forbidden;
                self.model.crossings.push(model::Crossing { at: item.span, forbidden, from, to, on });
            }
        }
    }

    /// Adds the places of an answer to a diagnostic.
    pub(super) fn showing(&self, diagnostic: Diagnostic, shown: &[Shown]) -> Diagnostic {
        shown.iter().fold(diagnostic, |diagnostic, shown| {
            diagnostic.label(self.model.origins.user_span(shown.origin), shown.text.clone())
        })
    }

    /// Whether there is a way, as a value; what it rests on is kept for whoever reports it.
    pub(super) fn path_value(&mut self, path: &'p PathSentence, span: Span, scope: &Scope<'p>) -> Value {
        let Some(question) = self.path_question(path, scope) else { return self.value(Kind::Error, span) };
        let Some(ways) = self.ways.clone() else { return self.undecided(span) };
        let answer = ways.path(&self.model, &question);
        self.answered(answer, span)
    }

    /// `[only] A connects to B [on …]`, as a value.
    pub(super) fn connects_value(&mut self, question: &ConnectsQuestion, span: Span) -> Value {
        let Some(ways) = self.ways.clone() else { return self.undecided(span) };
        let answer = ways.connects(&self.model, question);
        self.answered(answer, span)
    }

    fn answered(&mut self, answer: Answer, span: Span) -> Value {
        let truth = answer.truth;
        self.evidence.push(answer);
        match truth {
            Truth::Yes => self.value(Kind::Bool(true), span),
            Truth::No => self.value(Kind::Bool(false), span),
            Truth::Unknown => self.undecided(span),
        }
    }

    /// A truth that only a deployment knows.
    fn undecided(&mut self, span: Span) -> Value {
        self.value(Kind::Text(Template::hole(Hole::Variable(Symbol::new("path")))), span)
    }

    fn path_question(&mut self, path: &'p PathSentence, scope: &Scope<'p>) -> Option<PathQuestion> {
        let before = self.diagnostics.len();
        let from = self.path_ends(&path.from, scope);
        let to = self.path_ends(&path.to, scope);
        let on = self.ports(&path.ports, scope);
        let through = self.waypoints(path.through.as_ref(), scope);
        let without = self.waypoints(path.without.as_ref(), scope);
        (self.diagnostics.len() == before).then_some(PathQuestion { from, to, on, through, without })
    }

    fn path_ends(&mut self, expr: &'p Expr, scope: &Scope<'p>) -> Vec<PathEnd> {
        let value = self.evaluate(expr, scope);
        self.path_ends_of(&value, expr.span)
    }

    fn path_ends_of(&mut self, value: &Value, span: Span) -> Vec<PathEnd> {
        match &value.kind {
            Kind::List(items) => {
                let items = items.clone();
                items.iter().flat_map(|item| self.path_ends_of(item, span)).collect()
            }
            Kind::Instance(id) => self.path_end(*id, span).into_iter().collect(),
            Kind::Family(family) => {
                let ids: Vec<InstanceId> = family.values().copied().collect();
                ids.into_iter().filter_map(|id| self.path_end(id, span)).collect()
            }
            _ => self.end_points(value, span).into_iter().map(PathEnd::Of).collect(),
        }
    }

    /// What has a group is reached there; what has none, wherever it is.
    fn path_end(&mut self, id: InstanceId, span: Span) -> Option<PathEnd> {
        match self.find_group(id, id, 0) {
            Ok(found) => Some(PathEnd::Of(found.end)),
            Err(NoGroup::Reported) => None,
            Err(NoGroup::Unknown) => {
                let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource);
                if resource.is_none() {
                    self.no_group(id, span);
                }
                resource.map(PathEnd::Resource)
            }
        }
    }

    fn waypoints(&mut self, expr: Option<&'p Expr>, scope: &Scope<'p>) -> Vec<Waypoint> {
        let Some(expr) = expr else { return Vec::new() };
        let value = self.evaluate(expr, scope);
        self.waypoints_of(&value, expr.span)
    }

    fn waypoints_of(&mut self, value: &Value, span: Span) -> Vec<Waypoint> {
        match &value.kind {
            Kind::Error => Vec::new(),
            Kind::Builtin(name) if *name == "internet" => vec![Waypoint::Internet],
            Kind::Instance(id) => vec![Waypoint::AnyOf(vec![*id])],
            Kind::Family(family) => vec![Waypoint::AnyOf(family.values().copied().collect())],
            Kind::Absent(name) => {
                self.absent(*name, span);
                Vec::new()
            }
            Kind::List(items) => {
                let items = items.clone();
                items.iter().flat_map(|item| self.waypoints_of(item, span)).collect()
            }
            _ => {
                self.wrong_type(value, span, "a way goes through an instance, or through `internet`");
                Vec::new()
            }
        }
    }
}
