//! Where a mistake is told: at what the user wrote, also if it shows in the middle of the library.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::Evaluator;
use crate::eval::model::InstanceId;
use crate::eval::scope::{FrameKind, Owner, Scope};
use crate::eval::value::Value;

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
