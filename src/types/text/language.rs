//! Regular languages as terms that are built once and compared lazily.
//!
//! A language is a number into one table, in which equal terms stand once. What is left of a language after a character is found when
//! it is first asked for ([`Languages::steps`]) and then kept: the automaton of a pattern is made only as far as somebody walks
//! it, character classes taken together. Intersection and complement are terms like any others, so look-around needs no automaton of
//! its own, and a counted repetition stays a number.

use std::rc::Rc;

use super::belong::Through;
use super::set::CharSet;
use super::tree::Tree;
use super::walk::Found;
use crate::base::{HashMap, limits};

/// So many letters has ASCII.
const ASCII: usize = 128;

/// A language: an index into the table of a [`Languages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang(u32);

impl Lang {
    /// No text at all.
    pub const NOTHING: Lang = Lang(0);
    /// The empty text alone.
    pub const EMPTY: Lang = Lang(1);
    /// Every text.
    pub const ALL: Lang = Lang(2);
}

/// Stands for what nobody asked for yet.
const UNKNOWN: Lang = Lang(u32::MAX);

/// A set of characters: an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SetId(u32);

/// What stood before a place: needed for `^` and `\b` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Before {
    Start,
    Word,
    Other,
}

/// The rest of a pattern, for each of what can stand before it.
pub(super) type Rest = [Lang; 3];

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Term {
    Nothing,
    Empty,
    Set(SetId),
    Seq(Lang, Lang),
    Either(Rc<[Lang]>),
    Both(Rc<[Lang]>),
    Not(Lang),
    /// `None`: as often as one likes.
    Repeat(Lang, u32, Option<u32>),
    /// A repetition whose body looks around, unfolded round by round.
    Loop(u32, Before),
}

/// A repetition whose body looks around: what is repeated, how often, and what comes then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rounds {
    pub(super) body: Rc<Tree>,
    pub(super) least: u32,
    pub(super) most: Option<u32>,
    pub(super) rest: Rest,
}

/// What is left after each character: sets that cover all characters without overlap, and what is left after one of them.
pub(super) type Steps = Rc<[(SetId, Lang)]>;

/// The table of languages.
pub struct Languages {
    terms: Vec<Term>,
    ids: HashMap<Term, Lang>,
    nullable: Vec<bool>,
    steps: Vec<Option<Steps>>,
    sets: Vec<CharSet>,
    set_ids: HashMap<CharSet, SetId>,
    meets: HashMap<(SetId, SetId), Option<SetId>>,
    pub(super) rounds: Vec<Rounds>,
    pub(super) round_ids: HashMap<Rounds, u32>,
    /// Patterns that were read: as found in a text, and as all of it.
    pub(super) patterns: [HashMap<String, Option<Lang>>; 2],
    /// What is left after each letter of ASCII, as far as somebody asked.
    letters: Vec<Option<Box<[Lang; ASCII]>>>,
    pub(super) throughs: HashMap<(Lang, Lang), Through>,
    pub(super) shortest: HashMap<Lang, Found>,
    /// What one question may still cost.
    fuel: u32,
    any: SetId,
}

impl Default for Languages {
    fn default() -> Languages {
        Languages::new()
    }
}

impl Languages {
    /// An empty table.
    pub fn new() -> Languages {
        let mut table = Languages {
            terms: Vec::new(),
            ids: HashMap::default(),
            nullable: Vec::new(),
            steps: Vec::new(),
            sets: Vec::new(),
            set_ids: HashMap::default(),
            meets: HashMap::default(),
            rounds: Vec::new(),
            round_ids: HashMap::default(),
            patterns: Default::default(),
            letters: Vec::new(),
            throughs: HashMap::default(),
            shortest: HashMap::default(),
            fuel: limits::MAX_TEXT_WORK,
            any: SetId(0),
        };
        table.any = table.set_id(CharSet::all());
        // Every text is any character as often as one likes; the character comes behind it, as the fourth.
        let one = Term::Set(table.any);
        let all = Term::Repeat(Lang(3), 0, None);
        for (term, nullable) in [(Term::Nothing, false), (Term::Empty, true), (all, true), (one, false)] {
            table.add(term, nullable);
        }
        table
    }

    pub(super) fn term(&self, lang: Lang) -> &Term {
        self.terms.get(lang.0 as usize).unwrap_or(&Term::Nothing)
    }

    /// Whether the empty text belongs to it.
    pub fn is_nullable(&self, lang: Lang) -> bool {
        self.nullable.get(lang.0 as usize).copied().unwrap_or(false)
    }

    pub(super) fn intern(&mut self, term: Term) -> Lang {
        if let Some(known) = self.ids.get(&term) {
            return *known;
        }
        let nullable = match &term {
            Term::Nothing | Term::Set(_) => false,
            Term::Empty => true,
            Term::Seq(first, then) => self.is_nullable(*first) && self.is_nullable(*then),
            Term::Either(members) => members.iter().any(|member| self.is_nullable(*member)),
            Term::Both(members) => members.iter().all(|member| self.is_nullable(*member)),
            Term::Not(inner) => !self.is_nullable(*inner),
            Term::Repeat(inner, least, _) => *least == 0 || self.is_nullable(*inner),
            // A round takes at least one character.
            Term::Loop(rounds, before) => self
                .rounds
                .get(*rounds as usize)
                .is_some_and(|rounds| rounds.least == 0 && self.is_nullable(at(rounds.rest, *before))),
        };
        self.add(term, nullable)
    }

    fn add(&mut self, term: Term, nullable: bool) -> Lang {
        let lang = Lang(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        self.terms.push(term.clone());
        self.nullable.push(nullable);
        self.steps.push(None);
        self.letters.push(None);
        self.ids.insert(term, lang);
        lang
    }

    pub(super) fn set_id(&mut self, set: CharSet) -> SetId {
        if let Some(known) = self.set_ids.get(&set) {
            return *known;
        }
        let id = SetId(u32::try_from(self.sets.len()).unwrap_or(u32::MAX));
        self.sets.push(set.clone());
        self.set_ids.insert(set, id);
        id
    }

    pub(super) fn chars(&self, id: SetId) -> Option<&CharSet> {
        self.sets.get(id.0 as usize)
    }

    /// What two sets have in common; `None`: nothing.
    pub(super) fn meet(&mut self, a: SetId, b: SetId) -> Option<SetId> {
        if a == b || b == self.any {
            return Some(a);
        }
        if a == self.any {
            return Some(b);
        }
        let key = (a.min(b), a.max(b));
        if let Some(known) = self.meets.get(&key) {
            return *known;
        }
        let common = match (self.chars(a), self.chars(b)) {
            (Some(a), Some(b)) => a.intersection(b),
            _ => CharSet::default(),
        };
        let met = (!common.is_empty()).then(|| self.set_id(common));
        self.meets.insert(key, met);
        met
    }

    /// One character of a set.
    pub fn set(&mut self, set: CharSet) -> Lang {
        if set.is_empty() {
            return Lang::NOTHING;
        }
        let id = self.set_id(set);
        self.intern(Term::Set(id))
    }

    /// One character, whichever.
    pub fn any(&mut self) -> Lang {
        self.intern(Term::Set(self.any))
    }

    /// A text.
    pub fn literal(&mut self, text: &str) -> Lang {
        let letters: Vec<char> = text.chars().collect();
        letters.into_iter().rev().fold(Lang::EMPTY, |rest, letter| {
            let first = self.set(CharSet::one(letter));
            self.seq(first, rest)
        })
    }

    /// All texts of so many characters.
    pub fn of_length(&mut self, least: u32, most: Option<u32>) -> Lang {
        let any = self.any();
        self.repeat(any, least, most)
    }

    /// One of the first, then one of the second.
    pub fn seq(&mut self, first: Lang, then: Lang) -> Lang {
        match (first, then) {
            (Lang::NOTHING, _) | (_, Lang::NOTHING) => Lang::NOTHING,
            (Lang::EMPTY, other) | (other, Lang::EMPTY) => other,
            (Lang::ALL, Lang::ALL) => Lang::ALL,
            (Lang::ALL, other) if matches!(self.term(other), Term::Seq(Lang::ALL, _)) => other,
            _ => match self.term(first).clone() {
                Term::Seq(head, tail) => {
                    let rest = self.seq(tail, then);
                    self.seq(head, rest)
                }
                _ => self.intern(Term::Seq(first, then)),
            },
        }
    }

    /// All of a row, one after another.
    pub fn row(&mut self, parts: &[Lang]) -> Lang {
        parts.iter().rev().fold(Lang::EMPTY, |rest, part| self.seq(*part, rest))
    }

    /// So often; without `most` as often as one likes.
    pub fn repeat(&mut self, inner: Lang, least: u32, most: Option<u32>) -> Lang {
        let least = if self.is_nullable(inner) { 0 } else { least };
        match (inner, most) {
            (_, Some(0)) | (Lang::EMPTY, _) => return Lang::EMPTY,
            (Lang::NOTHING, _) => return if least == 0 { Lang::EMPTY } else { Lang::NOTHING },
            (_, Some(most)) if most < least => return Lang::NOTHING,
            (_, Some(1)) if least == 1 => return inner,
            _ => {}
        }
        // Repetitions without an end, repeated.
        if let Term::Repeat(once, from @ (0 | 1), None) = *self.term(inner) {
            return self.repeat(once, from * least, None);
        }
        self.intern(Term::Repeat(inner, least, most))
    }

    /// One of several.
    pub fn either(&mut self, members: impl IntoIterator<Item = Lang>) -> Lang {
        let mut flat = Vec::new();
        let mut set: Option<CharSet> = None;
        for member in members {
            match self.term(member).clone() {
                Term::Nothing => {}
                Term::Either(inner) => {
                    for one in inner.iter() {
                        match self.term(*one) {
                            Term::Set(id) => set = Some(join(set, self.chars(*id))),
                            _ => flat.push(*one),
                        }
                    }
                }
                Term::Set(id) => set = Some(join(set, self.chars(id))),
                _ => flat.push(member),
            }
        }
        if let Some(set) = set {
            flat.push(self.set(set));
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.contains(&Lang::ALL) || self.has_opposites(&flat) {
            return Lang::ALL;
        }
        if flat.contains(&Lang::EMPTY) && flat.iter().any(|one| *one != Lang::EMPTY && self.is_nullable(*one)) {
            flat.retain(|one| *one != Lang::EMPTY);
        }
        self.join_counts(&mut flat);
        match flat.as_slice() {
            [] => Lang::NOTHING,
            [one] => *one,
            _ => self.intern(Term::Either(flat.into())),
        }
    }

    /// `x{2,3}y|x{4,7}y` is `x{2,7}y`: without this, a repetition that may begin at several places would count each by itself.
    fn join_counts(&mut self, members: &mut Vec<Lang>) {
        let counted = |table: &Languages, lang: Lang| -> Option<(Lang, u32, Option<u32>, Lang)> {
            match *table.term(lang) {
                Term::Repeat(inner, least, most) => Some((inner, least, most, Lang::EMPTY)),
                Term::Seq(head, tail) => match *table.term(head) {
                    Term::Repeat(inner, least, most) => Some((inner, least, most, tail)),
                    _ => None,
                },
                _ => None,
            }
        };
        let mut at = 0;
        while let Some(one) = members.get(at).copied() {
            at += 1;
            let Some((inner, least, most, tail)) = counted(self, one) else { continue };
            let other = members.iter().enumerate().find_map(|(place, other)| {
                // The tail alone stands for none of it.
                let (from, to) = match counted(self, *other) {
                    Some((same, from, to, behind)) if same == inner && behind == tail => (from, to),
                    _ if *other == tail && *other != one => (0, Some(0)),
                    _ => return None,
                };
                let ends = |end: Option<u32>, start: u32| end.is_none_or(|end| start <= end.saturating_add(1));
                (*other != one && ends(most, from) && ends(to, least)).then_some((place, from, to))
            });
            let Some((place, from, to)) = other else { continue };
            let most = most.zip(to).map(|(a, b)| a.max(b));
            let joined = self.repeat(inner, least.min(from), most);
            let joined = self.seq(joined, tail);
            members.remove(place);
            members.retain(|member| *member != one);
            members.push(joined);
            members.sort_unstable();
            members.dedup();
            at = 0;
        }
    }

    fn has_opposites(&self, sorted: &[Lang]) -> bool {
        sorted.iter().any(|one| match self.term(*one) {
            Term::Not(inner) => sorted.binary_search(inner).is_ok(),
            _ => false,
        })
    }

    /// What belongs to all of several.
    pub fn both(&mut self, members: impl IntoIterator<Item = Lang>) -> Lang {
        let mut flat = Vec::new();
        // Characters of one set, so many of them: the most frequent kind meets without a term.
        let mut counted: Option<(CharSet, u32, Option<u32>)> = None;
        let mut waiting: Vec<Lang> = members.into_iter().collect();
        while let Some(member) = waiting.pop() {
            match self.term(member).clone() {
                Term::Nothing => return Lang::NOTHING,
                Term::Both(inner) => waiting.extend(inner.iter()),
                _ if member == Lang::ALL => {}
                _ => match self.plain_count(member) {
                    Some((set, least, most)) => {
                        counted = Some(match counted {
                            None => (set, least, most),
                            Some((other, from, to)) => (
                                other.intersection(&set),
                                from.max(least),
                                match (to, most) {
                                    (Some(a), Some(b)) => Some(a.min(b)),
                                    (a, b) => a.or(b),
                                },
                            ),
                        });
                    }
                    None => flat.push(member),
                },
            }
        }
        if let Some((set, least, most)) = counted {
            let one = self.set(set);
            let one = self.repeat(one, least, most);
            if one == Lang::NOTHING {
                return Lang::NOTHING;
            }
            if one != Lang::ALL {
                flat.push(one);
            }
        }
        flat.sort_unstable();
        flat.dedup();
        if self.has_opposites(&flat) {
            return Lang::NOTHING;
        }
        if flat.contains(&Lang::EMPTY) {
            let all = flat.iter().all(|one| self.is_nullable(*one));
            return if all { Lang::EMPTY } else { Lang::NOTHING };
        }
        match flat.as_slice() {
            [] => Lang::ALL,
            [one] => *one,
            _ => self.intern(Term::Both(flat.into())),
        }
    }

    /// The set and the number, if a language is so many characters of one set.
    pub(super) fn plain_count(&self, lang: Lang) -> Option<(CharSet, u32, Option<u32>)> {
        match *self.term(lang) {
            Term::Set(id) => Some((self.chars(id)?.clone(), 1, Some(1))),
            Term::Repeat(inner, least, most) => match *self.term(inner) {
                Term::Set(id) => Some((self.chars(id)?.clone(), least, most)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Every text that does not belong to it.
    pub fn not(&mut self, lang: Lang) -> Lang {
        match *self.term(lang) {
            Term::Nothing => Lang::ALL,
            Term::Not(inner) => inner,
            _ if lang == Lang::ALL => Lang::NOTHING,
            _ => self.intern(Term::Not(lang)),
        }
    }

    pub(super) fn looped(&mut self, rounds: Rounds) -> Rest {
        let id = match self.round_ids.get(&rounds) {
            Some(known) => *known,
            None => {
                let id = u32::try_from(self.rounds.len()).unwrap_or(u32::MAX);
                self.rounds.push(rounds.clone());
                self.round_ids.insert(rounds, id);
                id
            }
        };
        [Before::Start, Before::Word, Before::Other].map(|before| self.intern(Term::Loop(id, before)))
    }

    /// Begins a new question, which may cost so much again.
    pub(super) fn refuel(&mut self) {
        self.fuel = limits::MAX_TEXT_WORK;
    }

    /// What is left after each character. `None`: the question has become too costly.
    pub(super) fn steps(&mut self, lang: Lang) -> Option<Steps> {
        if let Some(Some(known)) = self.steps.get(lang.0 as usize) {
            return Some(Rc::clone(known));
        }
        let any = self.any;
        let found: Vec<(SetId, Lang)> = match self.term(lang).clone() {
            Term::Nothing | Term::Empty => vec![(any, Lang::NOTHING)],
            Term::Set(id) => {
                let mut found = vec![(id, Lang::EMPTY)];
                let others = self.chars(id).map(CharSet::complement).unwrap_or_default();
                if !others.is_empty() {
                    found.push((self.set_id(others), Lang::NOTHING));
                }
                found
            }
            Term::Seq(first, then) => {
                let mut found = self.steps_then(first, then)?;
                if self.is_nullable(first) {
                    let skipped = self.steps(then)?;
                    found = self.product(&found, &skipped, |table, a, b| table.either([a, b]))?;
                }
                found
            }
            Term::Either(members) => {
                let mut found = vec![(any, Lang::NOTHING)];
                for member in members.iter() {
                    let one = self.steps(*member)?;
                    found = self.product(&found, &one, |table, a, b| table.either([a, b]))?;
                }
                found
            }
            Term::Both(members) => {
                let mut found = vec![(any, Lang::ALL)];
                for member in members.iter() {
                    let one = self.steps(*member)?;
                    found = self.product(&found, &one, |table, a, b| table.both([a, b]))?;
                }
                found
            }
            Term::Not(inner) => {
                let inner = self.steps(inner)?;
                inner.iter().map(|(set, left)| (*set, self.not(*left))).collect()
            }
            Term::Repeat(inner, least, most) => {
                let again = self.repeat(inner, least.saturating_sub(1), most.map(|most| most.saturating_sub(1)));
                self.steps_then(inner, again)?
            }
            Term::Loop(rounds, before) => {
                let unfolded = self.unfold(rounds, before)?;
                self.steps(unfolded)?.to_vec()
            }
        };
        let found = self.merge(found)?;
        let found: Steps = found.into();
        if let Some(place) = self.steps.get_mut(lang.0 as usize) {
            *place = Some(Rc::clone(&found));
        }
        Some(found)
    }

    fn steps_then(&mut self, first: Lang, then: Lang) -> Option<Vec<(SetId, Lang)>> {
        let first = self.steps(first)?;
        Some(first.iter().map(|(set, left)| (*set, self.seq(*left, then))).collect())
    }

    fn product(
        &mut self,
        left: &[(SetId, Lang)],
        right: &[(SetId, Lang)],
        join: impl Fn(&mut Languages, Lang, Lang) -> Lang,
    ) -> Option<Vec<(SetId, Lang)>> {
        let mut found = Vec::with_capacity(left.len().max(right.len()));
        for (a, after_a) in left {
            for (b, after_b) in right {
                self.fuel = self.fuel.checked_sub(1)?;
                if let Some(common) = self.meet(*a, *b) {
                    found.push((common, join(self, *after_a, *after_b)));
                }
            }
        }
        self.merge(found)
    }

    /// Takes together the sets after which the same is left.
    fn merge(&mut self, mut found: Vec<(SetId, Lang)>) -> Option<Vec<(SetId, Lang)>> {
        if found.len() < 2 {
            return Some(found);
        }
        found.sort_by_key(|(_, left)| *left);
        let mut merged: Vec<(SetId, Lang)> = Vec::with_capacity(found.len());
        let mut rest = found.as_slice();
        while let Some((_, left)) = rest.first() {
            let same = rest.iter().take_while(|(_, other)| other == left).count();
            let (group, others) = rest.split_at(same);
            self.fuel = self.fuel.checked_sub(1)?;
            let set = match group {
                [(only, _)] => *only,
                _ => {
                    let ranges: Vec<(u32, u32)> = group
                        .iter()
                        .filter_map(|(set, _)| self.chars(*set))
                        .flat_map(|set| set.ranges().iter().copied())
                        .collect();
                    self.set_id(CharSet::from_ranges(ranges))
                }
            };
            merged.push((set, *left));
            rest = others;
        }
        Some(merged)
    }

    /// What is left after one character.
    pub fn after(&mut self, lang: Lang, letter: char) -> Option<Lang> {
        let code = letter as usize;
        if let Some(Some(known)) = self.letters.get(lang.0 as usize)
            && let Some(left) = known.get(code)
            && *left != UNKNOWN
        {
            return Some(*left);
        }
        let steps = self.steps(lang)?;
        let left = steps
            .iter()
            .find(|(set, _)| self.chars(*set).is_some_and(|set| set.contains(letter)))
            .map_or(Lang::NOTHING, |(_, left)| *left);
        if code < ASCII
            && let Some(known) = self.letters.get_mut(lang.0 as usize)
            && let Some(known) = known.get_or_insert_with(|| Box::new([UNKNOWN; ASCII])).get_mut(code)
        {
            *known = left;
        }
        Some(left)
    }

    /// Whether a text belongs to a language. `None`: it is too costly to tell.
    pub fn matches(&mut self, lang: Lang, text: &str) -> Option<bool> {
        self.refuel();
        let mut left = lang;
        for letter in text.chars() {
            left = self.after(left, letter)?;
            if left == Lang::NOTHING {
                return Some(false);
            }
        }
        Some(self.is_nullable(left))
    }

    /// A bound on the number of characters that no text of it passes; `None`: none is known.
    pub fn longest(&self, lang: Lang) -> Option<u64> {
        match self.term(lang) {
            Term::Nothing | Term::Empty => Some(0),
            Term::Set(_) => Some(1),
            Term::Seq(first, then) => Some(self.longest(*first)?.saturating_add(self.longest(*then)?)),
            Term::Either(members) => {
                members.iter().map(|member| self.longest(*member)).try_fold(0, |most, one| Some(u64::max(most, one?)))
            }
            Term::Both(members) => members.iter().filter_map(|member| self.longest(*member)).min(),
            Term::Not(_) | Term::Loop(..) => None,
            Term::Repeat(inner, _, most) => Some(self.longest(*inner)?.saturating_mul(u64::from((*most)?))),
        }
    }

    /// The number of terms: a measure of what was built.
    pub fn size(&self) -> usize {
        self.terms.len()
    }
}

pub(super) fn at(rest: Rest, before: Before) -> Lang {
    let [start, word, other] = rest;
    match before {
        Before::Start => start,
        Before::Word => word,
        Before::Other => other,
    }
}

fn join(set: Option<CharSet>, other: Option<&CharSet>) -> CharSet {
    match (set, other) {
        (Some(set), Some(other)) => set.union(other),
        (Some(set), None) => set,
        (None, Some(other)) => other.clone(),
        (None, None) => CharSet::default(),
    }
}
