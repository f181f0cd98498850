//! Where values come from. Every value carries a small number; what it stands for is kept here, once.

use crate::base::Span;

/// The cause of a value: an index into [`Origins`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(u32);

impl Origin {
    /// No cause of its own: its parent's stands for it.
    pub const INHERITED: Origin = Origin(0);

    /// The same, where so many causes come before those of its own table.
    #[must_use]
    pub fn behind(self, causes: u32) -> Origin {
        if self == Origin::INHERITED { self } else { Origin(self.0.saturating_add(causes)) }
    }
}

/// A cause: a place in the sources and what was done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The place.
    pub span: Span,
    /// What made the value, as in "named by the rule for stacks"; empty where the value stands there as written.
    pub reason: &'static str,
    /// The place that led there, such as the instance whose component sets a property.
    pub through: Origin,
}

/// All causes of one model.
#[derive(Debug, Clone)]
pub struct Origins {
    causes: Vec<Cause>,
}

impl Default for Origins {
    fn default() -> Origins {
        Origins { causes: vec![Cause { span: Span::NONE, reason: "", through: Origin::INHERITED }] }
    }
}

impl Origins {
    /// A new cause.
    pub fn add(&mut self, span: Span, reason: &'static str, through: Origin) -> Origin {
        if let Some(last) = self.causes.last()
            && last.span == span
            && last.reason == reason
            && last.through == through
            && self.causes.len() > 1
        {
            return Origin(index(self.causes.len() - 1));
        }
        self.causes.push(Cause { span, reason, through });
        Origin(index(self.causes.len() - 1))
    }

    /// Adds the causes of another model. How many come before them: its origins are [`Origin::behind`] those.
    pub fn append(&mut self, other: &Origins) -> u32 {
        let before = index(self.causes.len() - 1);
        let own = other.causes.iter().skip(1);
        self.causes.extend(own.map(|cause| Cause { through: cause.through.behind(before), ..cause.clone() }));
        before
    }

    /// What an origin stands for.
    pub fn get(&self, origin: Origin) -> Option<&Cause> {
        if origin == Origin::INHERITED { None } else { self.causes.get(origin.0 as usize) }
    }

    /// The place of an origin, or of nothing.
    pub fn span(&self, origin: Origin) -> Span {
        self.get(origin).map_or(Span::NONE, |cause| cause.span)
    }

    /// The place in the user's own files: the origin's own, or the nearest one that led there.
    pub fn user_span(&self, origin: Origin) -> Span {
        let mut at = origin;
        // A chain is as long as components are nested.
        while let Some(cause) = self.get(at) {
            if !cause.span.file.is_stdlib() && !cause.span.is_none() {
                return cause.span;
            }
            at = cause.through;
        }
        self.span(origin)
    }

    /// The number of causes.
    pub fn len(&self) -> usize {
        self.causes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.causes.len() <= 1
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
