//! Where a secret may go, and what in a source looks like one.
//!
//! A secret reaches a template as a dynamic reference, or as a parameter that is not shown. Where AWS keeps it to itself again, in
//! a password or a token, that is what it is for. Anywhere else it can be read, and so it is refused, with the way that it took.

mod forms;

use crate::base::{Span, Symbol, limits};
use crate::catalog::{ResourceType, Shape};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::InstanceId;
use crate::eval::origin::Origin;
use crate::eval::value::{Hole, Node, NodeKind, Piece, Template, Value};
use crate::eval::{Evaluator, facts};
use crate::syntax::ast::{EntryKey, Expr, ExprKind};
use crate::types::shape::property_of;

/// How AWS is asked for a secret at deployment.
const DYNAMIC: [&str; 2] = ["{{resolve:secretsmanager:", "{{resolve:ssm-secure:"];
/// A text under the name of a secret is taken for one from this length on.
const LEAST: usize = 8;

/// A step on the way into a value.
#[derive(Clone, Copy)]
enum Step {
    Key(Symbol),
    Item(usize),
}

/// A place within the properties of a resource.
#[derive(Clone, Copy)]
struct Spot {
    shape: Option<Shape>,
    /// The schema has a property of this name; otherwise it is a key that somebody chose.
    declared: bool,
    /// Within text or a document that is shown as it stands.
    shown: bool,
}

/// What is told of one place.
enum Finding {
    Exposed { user_data: bool },
    Literal(String),
}

/// Looks through the properties of one resource.
struct Search<'a, 'p> {
    evaluator: &'a Evaluator<'p>,
    known: Option<ResourceType>,
    way: Vec<Step>,
    found: Vec<(Vec<Step>, Origin, Finding)>,
}

impl Search<'_, '_> {
    fn node(&mut self, node: &Node, spot: Spot) {
        if self.way.len() > limits::MAX_DEPTH {
            return;
        }
        match &node.kind {
            NodeKind::Text(text) => self.text(text, node.origin, spot),
            NodeKind::Base64(text) => {
                if self.evaluator.holds_secret(text) {
                    self.found.push((self.way.clone(), node.origin, Finding::Exposed { user_data: true }));
                }
                self.forms(text, node.origin);
            }
            NodeKind::Json(inner) => {
                // A document in a secret is as secret as a text there.
                let shown = spot.shown || !forms::is_secret(self.key());
                self.node(inner, Spot { shape: None, declared: !shown, shown });
            }
            NodeKind::List(items) => {
                let shape = spot.shape.and_then(Shape::items);
                for (at, item) in items.iter().enumerate() {
                    self.inside(Step::Item(at), |search| search.node(item, Spot { shape, ..spot }));
                }
            }
            NodeKind::Map(entries) => {
                let is_set = |name: &str| entries.keys().any(|key| *key == name);
                for (key, item) in entries {
                    let property = spot.shape.and_then(|shape| property_of(shape, key.as_str(), &is_set));
                    let shape = property.map_or_else(|| spot.shape.and_then(Shape::items), |found| Some(found.shape()));
                    let secret = spot.shape.is_none() && spot.declared;
                    let free = secret
                        || self.known.is_none() && !spot.shown
                        || self.way.last().is_some_and(|step| is_of_secrets(*step));
                    let inner = Spot {
                        shape,
                        declared: property.is_some() || free,
                        shown: spot.shown || facts::is_shown(key.as_str()),
                    };
                    self.inside(Step::Key(*key), |search| search.node(item, inner));
                }
            }
            NodeKind::Error | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Zone(_) => {}
        }
    }

    /// The name that is nearest.
    fn key(&self) -> &'static str {
        let key = self.way.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        });
        key.unwrap_or_default()
    }

    fn inside(&mut self, step: Step, work: impl FnOnce(&mut Self)) {
        self.way.push(step);
        work(self);
        self.way.pop();
    }

    fn text(&mut self, text: &Template, origin: Origin, spot: Spot) {
        let key = self.key();
        let is_for_it = forms::is_secret(key);
        if self.evaluator.holds_secret(text) {
            let is_name = self.known.and_then(ResourceType::name_rules).is_some_and(|rules| rules.property() == key);
            let fits = spot.declared && !spot.shown && !is_name && (is_for_it || forms::is_user(key));
            if !fits {
                self.found.push((self.way.clone(), origin, Finding::Exposed { user_data: false }));
            }
            return;
        }
        let listed = spot.shape.is_some_and(|shape| shape.enum_values().next().is_some());
        match text.known() {
            Some(known) if is_for_it && !listed && stands_for_one(known, spot) => {
                let what = format!("`{key}` is a secret, and this is its text");
                self.found.push((self.way.clone(), origin, Finding::Literal(what)));
            }
            Some(_) | None => self.forms(text, origin),
        }
    }

    fn forms(&mut self, text: &Template, origin: Origin) {
        if let Some(what) = literals(text).find_map(forms::recognise) {
            self.found.push((self.way.clone(), origin, Finding::Literal(format!("this looks like {what}"))));
        }
    }
}

/// Whether a known text under the name of a secret is that secret. Under a key that somebody chose it could also say where the
/// secret lies, or whether there is one.
fn stands_for_one(text: &str, spot: Spot) -> bool {
    let is_reference = text.starts_with(DYNAMIC_ANY) || text.starts_with("arn:");
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let closed = !text.contains(['/', ':', ' ', '{']);
    if spot.declared && !spot.shown {
        return !text.is_empty() && !is_reference;
    }
    text.len() >= LEAST && mixed && closed && !is_reference
}

/// How every dynamic reference begins.
const DYNAMIC_ANY: &str = "{{resolve:";

fn is_of_secrets(step: Step) -> bool {
    matches!(step, Step::Key(key) if facts::TAKES_SECRETS.contains(&key.as_str()))
}

fn literals(text: &Template) -> impl Iterator<Item = &str> {
    text.pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(&**literal),
        Piece::Hole(_) => None,
    })
}

impl<'p> Evaluator<'p> {
    /// Whether a text would show a secret if it were not one itself.
    fn holds_secret(&self, text: &Template) -> bool {
        let hidden = |name: Symbol| self.model.deploy_params.get(&name).is_some_and(|param| param.secret);
        text.holes().any(|hole| matches!(hole, Hole::Param(name) if hidden(name)))
            || literals(text).any(|literal| DYNAMIC.iter().any(|start| literal.contains(start)))
    }

    /// Secrets go only where AWS keeps them to itself, and none is written out.
    pub(super) fn check_secrecy(&mut self, known: Option<ResourceType>, ty: &str, id: InstanceId, properties: &Node) {
        let spot = Spot { shape: known.map(ResourceType::shape), declared: true, shown: false };
        let mut search = Search { evaluator: self, known, way: Vec::new(), found: Vec::new() };
        search.node(properties, spot);
        for (way, origin, finding) in search.found {
            let written = self.written_at(id, &way);
            let place = written.unwrap_or_else(|| self.model.origins.user_span(origin));
            let place = if place.is_none() { self.declaration(id) } else { place };
            match finding {
                Finding::Exposed { user_data: true } => self.exposed(origin, place, "user data"),
                Finding::Exposed { user_data: false } => {
                    let place_in_words = format!("`{}` of `{ty}`", dotted(&way));
                    self.exposed(origin, place, &place_in_words);
                }
                Finding::Literal(what) => self.written_out(what, origin, place),
            }
        }
    }

    /// No secret is in a value that is shown, and none is written out there.
    pub(super) fn check_shown(&mut self, node: &Node, span: Span, place: &str) {
        let mut search = Search { evaluator: self, known: None, way: Vec::new(), found: Vec::new() };
        search.node(node, Spot { shape: None, declared: false, shown: true });
        for (_, origin, finding) in search.found {
            match finding {
                Finding::Exposed { .. } => self.exposed(origin, span, place),
                Finding::Literal(what) => self.written_out(what, origin, span),
            }
        }
    }

    /// Reports a secret on its way to where it can be read.
    pub(super) fn secret_exposed(&mut self, value: &Value, span: Span, place: &str) {
        self.exposed(value.origin, span, place);
    }

    fn exposed(&mut self, origin: Origin, span: Span, place: &str) {
        let mut diagnostic =
            Diagnostic::new(codes::SECRET_EXPOSED, span, format!("a secret would be readable in {place}"))
                .help("hand over the secret's ARN or name, and let the program read it when it runs");
        let mut at = Some(origin);
        let mut shown = vec![span];
        // Each text is made of earlier ones, so this ends.
        while let Some(origin) = at {
            let before = self.secret_parts.get(&origin).copied();
            let here = self.model.origins.span(origin);
            let covered = shown.iter().any(|known| known.contains(here));
            if !here.is_none() && !here.file.is_stdlib() && !covered {
                let what = if before.is_some() { "it is a part of this text" } else { "the secret comes from here" };
                diagnostic = diagnostic.label(here, what);
                shown.push(here);
            }
            at = before;
        }
        self.report(diagnostic);
    }

    fn written_out(&mut self, what: String, origin: Origin, span: Span) {
        let here = self.model.origins.user_span(origin);
        let mut diagnostic = Diagnostic::new(codes::LITERAL_SECRET, span, what)
            .help("keep it in a `Secret` and write `secret.field(\"…\")`, or take it as `deploy param NAME: secret`");
        let inside = span.contains(here);
        if !here.is_none() && !inside {
            diagnostic = diagnostic.label(here, "it is written here");
        }
        self.report(diagnostic);
    }

    /// Where the source says what stands at a place of an instance's properties, as far as it does so by itself.
    fn written_at(&self, id: InstanceId, way: &[Step]) -> Option<Span> {
        let (Step::Key(first), rest) = way.split_first().map(|(first, rest)| (*first, rest))? else { return None };
        let settings = &self.data(id)?.syntax.settings;
        let entry = settings.iter().find(|entry| matches!(&entry.key, EntryKey::Word(word) if word.name == first))?;
        let mut at: &Expr = &entry.value;
        for step in rest {
            let inner = match (step, &at.kind) {
                (Step::Key(key), ExprKind::Record(entries)) => entries
                    .iter()
                    .find(|entry| matches!(&entry.key, EntryKey::Word(word) if word.name == *key))
                    .map(|entry| &entry.value),
                (Step::Item(index), ExprKind::List(items)) => items.get(*index),
                (Step::Key(_) | Step::Item(_), _) => None,
            };
            match inner {
                Some(inner) => at = inner,
                None => break,
            }
        }
        (!at.span.file.is_stdlib()).then_some(at.span)
    }
}

/// A way as diagnostics spell it: the names, dots between them.
fn dotted(way: &[Step]) -> String {
    let names = way.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Item(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}
