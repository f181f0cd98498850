//! What values may be beyond this environment: for every value that the types of params allow.
//!
//! A value is found for one environment, and remembers beside it how it depends on params. Like an origin this is a number, which
//! fits into the gap behind the origin; what it stands for is kept once per model ([`Spreads`]). A value that depends on no param has
//! none. What is made of params in a way that is not followed is marked as such ([`What::Lost`]), so that nothing is called proved
//! that is not.

mod fit;
mod language;
mod need;
mod numbers;
pub mod say;
mod tracking;
mod travel;

use std::sync::Arc;

use crate::base::{HashMap, Span, Symbol};
use crate::eval::value::{Hole, Piece, Template};

pub use fit::{Break, Limits, Problem, Verdict, fit};
pub use language::{Values, allows as allowed, language_of, two_before, value_before};
pub use need::Better;

/// How a value depends on params: an index into [`Spreads`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Spread(u32);

impl Spread {
    /// It is the same whatever the params.
    pub const NONE: Spread = Spread(0);

    /// Whether it is the same whatever the params.
    pub fn is_none(self) -> bool {
        self == Spread::NONE
    }
}

/// Which params were read. Those beyond the 63rd share one bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reads(u64);

impl Reads {
    /// No param.
    pub const NONE: Reads = Reads(0);

    /// Whether no param was read.
    pub fn is_none(self) -> bool {
        self == Reads::NONE
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Reads) -> Reads {
        Reads(self.0 | other.0)
    }

    /// Whether a param may be in both.
    pub fn meets(self, other: Reads) -> bool {
        self.0 & other.0 != 0
    }
}

/// A param, or a field of one, and what its type allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// As the source spells it: `fleet_size.min`.
    pub name: Symbol,
    /// What its type allows.
    pub domain: Domain,
    /// Where its type is stated.
    pub ty: Span,
    /// The type's name, without its limits.
    pub word: Symbol,
    /// Left open until deployment.
    pub deploy: bool,
    reads: Reads,
}

/// A leaf: an index into [`Spreads`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafId(u32);

/// What a type allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Domain {
    /// Texts of so many characters that match a pattern.
    Text {
        /// Fewest characters.
        least: u32,
        /// Most characters.
        most: Option<u32>,
        /// What the whole text matches.
        pattern: Option<Arc<str>>,
    },
    /// One of these.
    Words(Arc<[Arc<str>]>),
    /// Whole numbers from one to another.
    Whole(Interval),
    /// Times in milliseconds, or sizes in bytes.
    Amount(Interval),
    /// More than is followed.
    Anything,
}

/// From one number to another, both included; an open end is open.
pub type Interval = (Option<i64>, Option<i64>);

/// What a spread stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Whatever a param's type allows.
    Given(LeafId),
    /// Texts made of parts.
    Text(Arc<[Part]>),
    /// Whole numbers, calculated.
    Whole(Interval),
    /// A record or list that is the same whatever the params, but for its parts, which say so themselves.
    Parts,
    /// It depends on params in a way that is not followed.
    Lost,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The same whatever the params.
    Text(Arc<str>),
    /// The environment's name.
    Env(Arc<str>),
    /// Whatever a param's type allows.
    Given(LeafId),
    /// With the case changed.
    Changed(Change, Arc<[Part]>),
    /// One of several, as a condition over these params decides.
    Either(Reads, Arc<[Arc<[Part]>]>),
    /// Known when deployed.
    Hole(Hole),
    /// It depends on these params in a way that is not followed.
    Lost(Reads),
}

/// A change of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// `lower`
    Lower,
    /// `upper`
    Upper,
    /// `flat`: letters and digits alone, in lower case.
    Flat,
}

impl Change {
    /// What becomes of one character.
    pub fn letter(self, letter: char) -> Vec<char> {
        match self {
            Change::Lower => letter.to_lowercase().collect(),
            Change::Upper => letter.to_uppercase().collect(),
            Change::Flat if letter.is_ascii_alphanumeric() => vec![letter.to_ascii_lowercase()],
            Change::Flat => Vec::new(),
        }
    }

    /// What becomes of a text.
    pub fn text(self, text: &str) -> String {
        text.chars().flat_map(|letter| self.letter(letter)).collect()
    }
}

#[derive(Debug, Clone)]
struct Entry {
    what: What,
    reads: Reads,
}

/// All spreads of one model.
#[derive(Debug, Clone)]
pub struct Spreads {
    entries: Vec<Entry>,
    leaves: Vec<Leaf>,
    params: Vec<Symbol>,
    lost: HashMap<Reads, Spread>,
    parts: HashMap<Reads, Spread>,
}

impl Default for Spreads {
    fn default() -> Spreads {
        Spreads {
            entries: vec![Entry { what: What::Parts, reads: Reads::NONE }],
            leaves: Vec::new(),
            params: Vec::new(),
            lost: HashMap::default(),
            parts: HashMap::default(),
        }
    }
}

impl Spreads {
    /// What a spread stands for; nothing for [`Spread::NONE`].
    pub fn what(&self, spread: Spread) -> Option<&What> {
        if spread.is_none() { None } else { self.entries.get(spread.0 as usize).map(|entry| &entry.what) }
    }

    /// Which params a value depends on.
    pub fn reads(&self, spread: Spread) -> Reads {
        self.entries.get(spread.0 as usize).map_or(Reads::NONE, |entry| entry.reads)
    }

    /// A leaf.
    pub fn leaf(&self, id: LeafId) -> Option<&Leaf> {
        self.leaves.get(id.0 as usize)
    }

    /// The names of params, for what reads them.
    pub fn names(&self, reads: Reads) -> Vec<Symbol> {
        let read = |at: &usize| reads.meets(bit(*at));
        (0..self.params.len()).filter(read).filter_map(|at| self.params.get(at).copied()).collect()
    }

    fn add(&mut self, what: What, reads: Reads) -> Spread {
        let spread = Spread(u32::try_from(self.entries.len()).unwrap_or(0));
        self.entries.push(Entry { what, reads });
        spread
    }

    /// A param's number among those that are read.
    pub(super) fn param(&mut self, name: Symbol) -> Reads {
        let at = self.params.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.params.push(name);
            self.params.len() - 1
        });
        bit(at)
    }

    /// Whatever a leaf's type allows.
    pub(super) fn given(&mut self, leaf: Leaf) -> Spread {
        let reads = leaf.reads;
        let at = self.leaves.iter().position(|known| *known == leaf).unwrap_or_else(|| {
            self.leaves.push(leaf);
            self.leaves.len() - 1
        });
        self.add(What::Given(LeafId(u32::try_from(at).unwrap_or(u32::MAX))), reads)
    }

    /// Something that is made of params in a way that is not followed.
    pub(super) fn lost(&mut self, reads: Reads) -> Spread {
        if reads.is_none() {
            return Spread::NONE;
        }
        if let Some(known) = self.lost.get(&reads) {
            return *known;
        }
        let spread = self.add(What::Lost, reads);
        self.lost.insert(reads, spread);
        spread
    }

    /// A record or list with parts that depend on params.
    pub(super) fn parted(&mut self, reads: Reads) -> Spread {
        if reads.is_none() {
            return Spread::NONE;
        }
        if let Some(known) = self.parts.get(&reads) {
            return *known;
        }
        let spread = self.add(What::Parts, reads);
        self.parts.insert(reads, spread);
        spread
    }

    /// Texts made of parts; nothing, if all of them are the same whatever the params.
    pub(super) fn text(&mut self, parts: Vec<Part>) -> Spread {
        let fixed = |part: &Part| matches!(part, Part::Text(_) | Part::Hole(_));
        if parts.iter().all(fixed) {
            return Spread::NONE;
        }
        let reads = parts.iter().fold(Reads::NONE, |reads, part| reads.and(self.reads_of(part)));
        self.add(What::Text(parts.into()), reads)
    }

    pub(super) fn whole(&mut self, interval: Interval, reads: Reads) -> Spread {
        if reads.is_none() { Spread::NONE } else { self.add(What::Whole(interval), reads) }
    }

    /// Which params parts depend on.
    pub fn reads_in(&self, parts: &[Part]) -> Reads {
        parts.iter().fold(Reads::NONE, |reads, part| reads.and(self.reads_of(part)))
    }

    fn reads_of(&self, part: &Part) -> Reads {
        match part {
            Part::Text(_) | Part::Env(_) | Part::Hole(_) => Reads::NONE,
            Part::Lost(reads) => *reads,
            Part::Given(leaf) => self.leaf(*leaf).map_or(Reads::NONE, |leaf| leaf.reads),
            Part::Changed(_, parts) => parts.iter().fold(Reads::NONE, |reads, part| reads.and(self.reads_of(part))),
            Part::Either(by, several) => {
                several.iter().flat_map(|parts| parts.iter()).fold(*by, |reads, part| reads.and(self.reads_of(part)))
            }
        }
    }

    /// The parts of a text with a spread. `template` is the text in this environment.
    pub fn parts(&self, spread: Spread, template: &Template) -> Vec<Part> {
        match self.what(spread) {
            Some(What::Text(parts)) => parts.to_vec(),
            Some(What::Given(leaf)) => match self.leaf(*leaf).map(|leaf| &leaf.domain) {
                Some(Domain::Text { .. } | Domain::Words(_) | Domain::Whole(_)) => vec![Part::Given(*leaf)],
                Some(Domain::Amount(_) | Domain::Anything) | None => vec![Part::Lost(self.reads(spread))],
            },
            Some(What::Whole(_) | What::Lost | What::Parts) => vec![Part::Lost(self.reads(spread))],
            None => fixed(template),
        }
    }

    /// The same, if they are kept as they are.
    pub fn text_parts(&self, spread: Spread) -> Option<&[Part]> {
        match self.what(spread)? {
            What::Text(parts) => Some(parts),
            What::Given(_) | What::Whole(_) | What::Parts | What::Lost => None,
        }
    }

    /// What a number may be, if that is followed.
    pub fn interval(&self, spread: Spread) -> Option<Interval> {
        match self.what(spread)? {
            What::Whole(interval) => Some(*interval),
            What::Given(leaf) => match &self.leaf(*leaf)?.domain {
                Domain::Whole(interval) | Domain::Amount(interval) => Some(*interval),
                Domain::Text { .. } | Domain::Words(_) | Domain::Anything => None,
            },
            What::Text(_) | What::Parts | What::Lost => None,
        }
    }
}

fn bit(at: usize) -> Reads {
    Reads(1_u64 << at.min(63))
}

/// The parts of a text that is the same whatever the params.
fn fixed(template: &Template) -> Vec<Part> {
    let part = |piece: &Piece| match piece {
        Piece::Literal(text) => Part::Text(Arc::clone(text)),
        Piece::Hole(hole) => Part::Hole(*hole),
    };
    template.pieces.iter().map(part).collect()
}
