//! Where a mistake is told: at what the user wrote, also if it shows in the middle of the library.

use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::InstanceId;
use crate::eval::scope::{FrameKind, Owner, Scope};
use crate::eval::value::{Attribute, Hole, Kind, Template, Value};

/// So many sources are shown of one value.
const MOST_SOURCES: usize = 4;

impl Evaluator<'_> {
    /// Adds where a value comes from, if that is another place than where it was found wrong.
    pub(super) fn and_its_source(&self, diagnostic: Diagnostic, value: &Value, place: Span) -> Diagnostic {
        let origin = self.model.origins.span(value.origin);
        let is_elsewhere = origin.file != place.file || origin.hi <= place.lo || place.hi <= origin.lo;
        if is_elsewhere && !origin.file.is_stdlib() {
            diagnostic.label(origin, "the value comes from here")
        } else {
            diagnostic
        }
    }

    /// A value is known only when deployed, and is needed now: what makes it so.
    pub(super) fn deployed(&self, value: &Value, place: Span, message: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(codes::DEPLOYED_VALUE, place, message);
        for hole in self.open_holes(value) {
            let (span, what) = match hole {
                Hole::Param(name) => {
                    let span = self.model.deploy_params.get(&name).map(|param| param.span);
                    (span, format!("`{name}` is left open until deployment"))
                }
                Hole::Resource(id, attribute) => match self.model.resources.get(id.index()) {
                    Some(resource) => {
                        let asked = match attribute {
                            Attribute::Id => String::from("id"),
                            Attribute::Name => String::from("name"),
                            Attribute::Arn => String::from("ARN"),
                            Attribute::Named(name) => format!("`{name}`"),
                        };
                        let span = self.written_by_the_user(resource.instance).map(|(name, _)| name);
                        (span, format!("AWS makes the {asked} of `{}`", resource.path))
                    }
                    None => (None, String::new()),
                },
                Hole::External(id, output) => {
                    let external = self.model.externals.get(id.index());
                    let what =
                        external.map(|external| format!("`{}.{output}` is found out at deployment", external.name));
                    (external.map(|external| external.span), what.unwrap_or_default())
                }
                Hole::Pseudo(_) | Hole::Variable(_) | Hole::Asset(..) => (None, String::new()),
            };
            let Some(span) = span.filter(|span| !span.is_none() && !span.file.is_stdlib()) else { continue };
            if diagnostic.labels.len() < MOST_SOURCES {
                diagnostic = diagnostic.label(span, what);
            }
        }
        let origin = self.model.origins.span(value.origin);
        if diagnostic.labels.iter().any(|label| label.span == origin) {
            return diagnostic;
        }
        self.and_its_source(diagnostic, value, place)
    }

    /// What fills the gaps of a value only when it is deployed, each once.
    fn open_holes(&self, value: &Value) -> Vec<Hole> {
        let mut found: Vec<Hole> = Vec::new();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match &value.kind {
                Kind::Text(text) | Kind::Secret(text) | Kind::Base64(text) => {
                    for hole in text.holes() {
                        if self.by_value(&Template::hole(hole)).is_none() && !found.contains(&hole) {
                            found.push(hole);
                        }
                    }
                }
                Kind::List(items) => open.extend(items.iter().rev()),
                Kind::Record(record) => open.extend(record.values().rev()),
                _ => {}
            }
        }
        found
    }

    /// The whole declaration that an instance is a part of, as the user wrote it.
    pub(super) fn declaration(&self, id: InstanceId) -> Span {
        self.written_by_the_user(id).map_or(Span::NONE, |(_, declaration)| declaration)
    }

    /// What was found since `before` in the library's text, and has no place in the user's: it belongs to the instance whose
    /// content is being looked at.
    pub(super) fn told_where_it_is_used(&mut self, before: usize, scope: &Scope<'_>) {
        let Some((name, declaration)) = owner(self, scope).and_then(|id| self.written_by_the_user(id)) else { return };
        let found = self.diagnostics.split_off(before);
        self.diagnostics.extend(found.into_iter().map(|found| {
            if found.span().file.is_stdlib() {
                found.label(name, "in what this is made of").rests_on(declaration).outside_library()
            } else {
                found
            }
        }));
    }

    /// The name and the declaration of the outermost instance around one, or of itself.
    fn written_by_the_user(&self, id: InstanceId) -> Option<(Span, Span)> {
        let mut at = Some(id);
        while let Some(id) = at {
            let data = self.data(id)?;
            if !data.syntax.name.span.file.is_stdlib() {
                return Some((data.syntax.name.span, data.item.span));
            }
            at = self.model.instances.get(id.index())?.parent;
        }
        None
    }
}

/// The instance whose content a place belongs to.
fn owner(evaluator: &Evaluator<'_>, scope: &Scope<'_>) -> Option<InstanceId> {
    let mut at = scope.frame();
    while let Some(frame) = at {
        if let FrameKind::Body(body) = frame.kind
            && let Some(Owner::Component(id)) = evaluator.body(body).map(|body| body.owner)
        {
            return Some(id);
        }
        at = frame.outer.frame();
    }
    None
}
