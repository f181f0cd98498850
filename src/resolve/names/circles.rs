//! What needs itself: `let`s, functions, components.

use crate::base::{IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};

/// A kind of declaration that may go in circles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A `let`.
    Let,
    /// A function.
    Function,
    /// A component.
    Component,
}

/// Which declarations need which, by the place of their names.
#[derive(Default)]
pub(super) struct Circles {
    nodes: IndexMap<Span, (Symbol, Kind)>,
    edges: IndexMap<Span, Vec<(Span, Span)>>,
    inside: Vec<Span>,
}

impl Circles {
    /// What is read from here on is read by this declaration.
    pub(super) fn enter(&mut self, name: Symbol, span: Span, kind: Kind) {
        self.nodes.insert(span, (name, kind));
        self.inside.push(span);
    }

    /// The declaration ends.
    pub(super) fn leave(&mut self) {
        self.inside.pop();
    }

    /// Whether this is the declaration that is being read.
    pub(super) fn is_inside(&self, declaration: Span) -> bool {
        self.inside.contains(&declaration)
    }

    /// The declaration that is being read needs another one. A `let` needs only what it reads in any case.
    pub(super) fn needs(&mut self, other: Span, place: Span, certain: bool) {
        let Some(inside) = self.inside.last().copied() else { return };
        let lazy = matches!(self.nodes.get(&inside), Some((_, Kind::Let)));
        if certain || !lazy {
            self.edges.entry(inside).or_default().push((other, place));
        }
    }

    /// Tells each circle once.
    pub(super) fn report(&self, found: &mut Vec<Diagnostic>) {
        let mut done: Vec<Span> = Vec::new();
        for start in self.nodes.keys() {
            // Each way from here is followed once; what was followed from an earlier start has no new circles.
            let mut way: Vec<(Span, usize, Span)> = vec![(*start, 0, Span::NONE)];
            while let Some((at, next, _)) = way.last().copied() {
                if done.contains(&at) {
                    way.pop();
                    continue;
                }
                let Some((to, place)) = self.edges.get(&at).and_then(|edges| edges.get(next)).copied() else {
                    done.push(at);
                    way.pop();
                    continue;
                };
                if let Some((_, next, _)) = way.last_mut() {
                    *next += 1;
                }
                match way.iter().position(|(known, ..)| *known == to) {
                    Some(first) => {
                        let steps: Vec<Span> = way.iter().skip(first + 1).map(|(_, _, place)| *place).collect();
                        found.extend(self.circle(to, place, &steps));
                    }
                    None => way.push((to, 0, place)),
                }
            }
        }
    }

    fn circle(&self, of: Span, place: Span, steps: &[Span]) -> Option<Diagnostic> {
        let (name, kind) = self.nodes.get(&of)?;
        let (message, help) = match kind {
            Kind::Let => (
                format!("the value of `let` `{name}` needs itself"),
                "break the circle: give one of the values that it goes through without the others",
            ),
            Kind::Function => (
                format!("function `{name}` calls itself"),
                "nothing in the language goes on without end; go through a list with `[for x in list: …]`",
            ),
            Kind::Component => (
                format!("component `{name}` contains itself"),
                "a component can only use others; go through a list with `for` where something repeats",
            ),
        };
        let mut diagnostic = Diagnostic::new(codes::DEFINITION_CYCLE, place, message)
            .here("here the circle closes")
            .label(of, "it begins here")
            .help(help);
        for step in steps {
            diagnostic = diagnostic.label(*step, "and goes through here");
        }
        Some(diagnostic)
    }
}
