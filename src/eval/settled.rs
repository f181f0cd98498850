//! What params and `let`s turned out to be, for editors.

use std::rc::Rc;

use crate::base::{HashSet, Span};
use crate::eval::Evaluated;
use crate::eval::scope::{FrameKind, Scope, State};
use crate::eval::value::Value;

impl Evaluated<'_> {
    /// What was asked for of params and `let`s, by the places of their names. Inside of a component, each of its instances has
    /// its own.
    pub fn settled(&self) -> Vec<(Span, Value)> {
        let evaluator = &self.evaluator;
        let mut found: Vec<(Span, Value)> = Vec::new();
        let mut add = |place: Span, state: &State| match state {
            State::Known(value) => found.push((place, value.clone())),
            State::Unknown | State::Busy => {}
        };
        for (name, state) in evaluator.params.iter().chain(&evaluator.lets) {
            if let Some(found) = evaluator.program.named(*name) {
                add(found.global.place(), &state.borrow());
            }
        }
        let mut seen = HashSet::default();
        for body in &evaluator.bodies {
            for (param, state) in body.params.values() {
                add(param.name.span, &state.borrow());
            }
            for (placed, _) in &body.items {
                each_let(&placed.scope, &mut seen, &mut add);
            }
            for placed in &body.statements {
                each_let(&placed.scope, &mut seen, &mut add);
            }
        }
        found.sort_by_key(|(place, _)| *place);
        found
    }
}

/// The `let`s that can be seen in a scope, each once.
fn each_let(scope: &Scope<'_>, seen: &mut HashSet<usize>, add: &mut impl FnMut(Span, &State)) {
    let mut next = scope.frame();
    while let Some(frame) = next {
        // What is further out was seen with this frame.
        if !seen.insert(Rc::as_ptr(&frame).addr()) {
            return;
        }
        if let FrameKind::Lets(cells) = &frame.kind {
            for cell in cells {
                add(cell.of.name.span, &cell.state.borrow());
            }
        }
        next = frame.outer.frame();
    }
}
