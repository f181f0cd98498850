//! Whether two texts with holes are apart: for one filling of the holes, or for two.
//!
//! The holes stand for values that a deployment has. Within one deployment a hole has one value wherever it stands; another deployment
//! may have others, but must differ in what tells deployments apart. A text in which a hole stands twice is no regular language: then
//! some values are tried, and if none is found and not all were, the answer is that it is not decided.

use std::collections::BTreeMap;

use super::Link;
use super::language::{Lang, Languages};
use super::meet::{Piece, links};
use super::walk::Found;

/// How many values of a hole that stands twice are tried.
const TRIES: usize = 40;

/// How the fillings of two texts are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fillings {
    /// One deployment: the same values.
    Same,
    /// Two deployments: at least one of the holes that tell them apart has two values.
    Differ,
    /// Two deployments that differ in something else: any values.
    Any,
}

/// What holes there are.
#[derive(Debug, Clone, Default)]
pub struct Holes {
    /// Their languages.
    pub langs: Vec<Lang>,
    /// Those that tell deployments apart.
    pub telling: Vec<bool>,
}

/// Values of holes.
pub type Filling = BTreeMap<usize, String>;

/// Whether two texts can be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Apart {
    /// They never are.
    Always,
    /// They are with these values.
    Meet {
        /// What both are.
        text: String,
        /// The values of the first.
        first: Filling,
        /// The values of the second.
        second: Filling,
    },
    /// It is not decided.
    Unknown,
}

impl Languages {
    /// Whether two texts can be equal. For one text in two deployments, it is given twice.
    pub fn apart(&mut self, first: &[Piece], second: &[Piece], holes: &Holes, fillings: Fillings) -> Apart {
        match fillings {
            Fillings::Same => self.same(first, second, holes, TRIES),
            Fillings::Any => self.independent(first, second, holes, |_, _| true),
            Fillings::Differ => self.differ(first, second, holes),
        }
    }

    fn differ(&mut self, first: &[Piece], second: &[Piece], holes: &Holes) -> Apart {
        let telling: Vec<usize> =
            (0..holes.langs.len()).filter(|hole| holes.telling.get(*hole) == Some(&true)).collect();
        // What one of the two does not show can differ while they are equal.
        let free =
            telling.iter().find(|hole| !(has(first, **hole) && has(second, **hole)) && self.has_two(holes, **hole));
        if let Some(free) = free.copied() {
            return match self.independent(first, second, holes, |_, _| true) {
                Apart::Meet { text, mut first, mut second } => match self.two_values(holes, free, &first, &second) {
                    Some((one, other)) => {
                        first.insert(free, one);
                        second.insert(free, other);
                        Apart::Meet { text, first, second }
                    }
                    None => Apart::Unknown,
                },
                other => other,
            };
        }
        // What stands at one place in both of an equal text has one value there.
        let settled = self.settled(first, second, holes);
        let telling: Vec<usize> = telling.into_iter().filter(|hole| !settled.contains(hole)).collect();
        if telling.is_empty() {
            return Apart::Always;
        }
        let unlike = |first: &Filling, second: &Filling| {
            telling.iter().any(|hole| first.get(hole).zip(second.get(hole)).is_some_and(|(a, b)| a != b))
        };
        if first == second {
            return self.ambiguous(first, holes, &unlike);
        }
        self.independent(first, second, holes, unlike)
    }

    /// The holes that have one value wherever both texts are equal: from one end on, both show the same, and where each share ends is seen.
    fn settled(&mut self, first: &[Piece], second: &[Piece], holes: &Holes) -> Vec<usize> {
        let mut settled = Vec::new();
        for backwards in [false, true] {
            let from = |pieces: &[Piece], at: usize| {
                let at = if backwards { pieces.len().checked_sub(at + 1)? } else { at };
                pieces.get(at).cloned()
            };
            for at in 0..first.len().min(second.len()) {
                let (Some(one), Some(other)) = (from(first, at), from(second, at)) else { break };
                if one != other {
                    break;
                }
                let Piece::Hole(hole) = one else { continue };
                let Some(lang) = holes.langs.get(hole).copied() else { break };
                let long = self.lengths(&[Link::Any(lang)]);
                let fixed = long.is_some_and(|(least, most)| most == Some(least));
                let alphabet = self.alphabet(lang);
                let ends = |next: Option<Piece>| match next {
                    Some(Piece::Text(text)) => {
                        let sign = if backwards { text.chars().next_back() } else { text.chars().next() };
                        sign.is_some_and(|sign| !alphabet.contains(sign))
                    }
                    Some(Piece::Hole(_)) => false,
                    None => true,
                };
                if !(fixed || ends(from(first, at + 1)) && ends(from(second, at + 1))) {
                    break;
                }
                settled.push(hole);
            }
        }
        settled
    }

    /// Whether one text can be read in two ways that differ in what tells deployments apart.
    fn ambiguous(&mut self, pieces: &[Piece], holes: &Holes, unlike: &dyn Fn(&Filling, &Filling) -> bool) -> Apart {
        let mut own: Vec<usize> = shown(pieces);
        own.sort_unstable();
        own.dedup();
        // A single value gives the length away, and so its places.
        if own.len() < 2 {
            return Apart::Always;
        }
        let found = self.meetings(&[pieces], &holes.langs);
        match (found.found.first(), found.complete) {
            (None, true) => Apart::Always,
            (None, false) => Apart::Unknown,
            (Some(meeting), _) => {
                let text = meeting.text.clone();
                let ways = self.ways(pieces, holes, &text);
                let two = ways.iter().find_map(|one| Some((one, ways.iter().find(|other| unlike(one, other))?)));
                match two {
                    Some((first, second)) => Apart::Meet { text, first: first.clone(), second: second.clone() },
                    None => Apart::Unknown,
                }
            }
        }
    }

    /// Fillings that make a text: as many as are found by giving each hole the shortest and the longest share.
    fn ways(&mut self, pieces: &[Piece], holes: &Holes, text: &str) -> Vec<Filling> {
        let mut ways = Vec::new();
        let letters: Vec<char> = text.chars().collect();
        self.divide(pieces, holes, &letters, Filling::new(), &mut ways);
        ways
    }

    fn divide(&mut self, pieces: &[Piece], holes: &Holes, text: &[char], filling: Filling, ways: &mut Vec<Filling>) {
        if ways.len() >= TRIES {
            return;
        }
        match pieces.split_first() {
            None if text.is_empty() => ways.push(filling),
            None => {}
            Some((Piece::Text(part), rest)) => {
                let part: Vec<char> = part.chars().collect();
                if let Some(text) = text.strip_prefix(part.as_slice()) {
                    self.divide(rest, holes, text, filling, ways);
                }
            }
            Some((Piece::Hole(hole), rest)) => {
                for length in 0..=text.len() {
                    let Some((share, left)) = text.split_at_checked(length) else { continue };
                    let share: String = share.iter().collect();
                    let known = filling.get(hole).is_none_or(|known| *known == share);
                    let fits =
                        known && holes.langs.get(*hole).is_some_and(|lang| self.matches(*lang, &share) == Some(true));
                    if fits {
                        let mut filling = filling.clone();
                        filling.insert(*hole, share);
                        self.divide(rest, holes, left, filling, ways);
                    }
                }
            }
        }
    }

    /// Two texts with a filling each.
    fn independent(
        &mut self,
        first: &[Piece],
        second: &[Piece],
        holes: &Holes,
        wanted: impl Fn(&Filling, &Filling) -> bool,
    ) -> Apart {
        let (one, other) = (links(first, &holes.langs), links(second, &holes.langs));
        let text = match self.common(&one, &other) {
            Found::None => return Apart::Always,
            Found::Unknown => return Apart::Unknown,
            Found::Witness(witness) => witness.text,
        };
        if let Some((a, b)) = self.fillings(first, second, holes, &text, &wanted) {
            return Apart::Meet { text, first: a, second: b };
        }
        // With some values for what stands twice.
        let mut all = true;
        for (a, whole_a) in self.instances(first, holes) {
            all &= whole_a;
            for (b, whole_b) in self.instances(second, holes) {
                all &= whole_b;
                let (one, other) = (links(&a, &holes.langs), links(&b, &holes.langs));
                match self.common(&one, &other) {
                    Found::None => {}
                    Found::Unknown => all = false,
                    Found::Witness(witness) => {
                        match self.fillings(first, second, holes, &witness.text, &wanted) {
                            Some((a, b)) => return Apart::Meet { text: witness.text, first: a, second: b },
                            // Another text might do.
                            None => all = false,
                        }
                    }
                }
            }
        }
        if all { Apart::Always } else { Apart::Unknown }
    }

    fn fillings(
        &mut self,
        first: &[Piece],
        second: &[Piece],
        holes: &Holes,
        text: &str,
        wanted: &impl Fn(&Filling, &Filling) -> bool,
    ) -> Option<(Filling, Filling)> {
        let (ours, theirs) = (self.ways(first, holes, text), self.ways(second, holes, text));
        ours.iter().find_map(|a| theirs.iter().find(|b| wanted(a, b)).map(|b| (a.clone(), b.clone())))
    }

    /// A text with values for what stands in it twice; and whether these are all values that there are.
    fn instances(&mut self, pieces: &[Piece], holes: &Holes) -> Vec<(Vec<Piece>, bool)> {
        let all = shown(pieces);
        let mut twice: Vec<usize> =
            all.iter().copied().filter(|hole| all.iter().filter(|other| *other == hole).count() > 1).collect();
        twice.sort_unstable();
        twice.dedup();
        let mut instances = vec![(pieces.to_vec(), true)];
        for hole in twice {
            let Some(lang) = holes.langs.get(hole).copied() else { continue };
            let (values, whole) = self.members(lang, TRIES);
            instances = instances
                .into_iter()
                .flat_map(|(pieces, before)| {
                    let filled = |value: &String| {
                        let fill = |piece: &Piece| match piece {
                            Piece::Hole(other) if *other == hole => Piece::Text(value.clone()),
                            piece => piece.clone(),
                        };
                        (pieces.iter().map(fill).collect(), before && whole)
                    };
                    values.iter().map(filled).collect::<Vec<(Vec<Piece>, bool)>>()
                })
                .collect();
            if instances.len() > TRIES * 2 {
                instances.truncate(TRIES * 2);
                instances.iter_mut().for_each(|(_, whole)| *whole = false);
            }
        }
        instances
    }

    /// The first texts of a language, the shortest first; and whether these are all.
    pub fn members(&mut self, lang: Lang, most: usize) -> (Vec<String>, bool) {
        let mut found = Vec::new();
        let mut left = lang;
        while found.len() < most {
            match self.shortest(left) {
                Found::Witness(witness) => {
                    let one = self.literal(&witness.text);
                    let others = self.not(one);
                    left = self.both([left, others]);
                    found.push(witness.text);
                }
                Found::None => return (found, true),
                Found::Unknown => return (found, false),
            }
        }
        let whole = self.shortest(left) == Found::None;
        (found, whole)
    }

    fn has_two(&mut self, holes: &Holes, hole: usize) -> bool {
        holes.langs.get(hole).is_some_and(|lang| self.members(*lang, 2).0.len() > 1)
    }

    /// Two values of a hole that one of two texts does not show: it must be another than the one that the other shows.
    fn two_values(
        &mut self,
        holes: &Holes,
        hole: usize,
        first: &Filling,
        second: &Filling,
    ) -> Option<(String, String)> {
        let (values, _) = self.members(*holes.langs.get(hole)?, 2);
        let other = |shown: &String| values.iter().find(|value| *value != shown).cloned();
        Some(match (first.get(&hole), second.get(&hole)) {
            (Some(shown), _) => (shown.clone(), other(shown)?),
            (None, Some(shown)) => (other(shown)?, shown.clone()),
            (None, None) => {
                let mut values = values.into_iter();
                (values.next()?, values.next()?)
            }
        })
    }

    /// Two texts with one filling.
    fn same(&mut self, first: &[Piece], second: &[Piece], holes: &Holes, tries: usize) -> Apart {
        if first == second {
            return Apart::Always;
        }
        let (mut ours, mut theirs) = (shown(first), shown(second));
        let in_order = ours == theirs;
        ours.sort_unstable();
        theirs.sort_unstable();
        if ours == theirs {
            // The holes are equally long on both sides, so all else must be so, too.
            let known = |pieces: &[Piece]| {
                let length = |piece: &Piece| match piece {
                    Piece::Text(text) => text.chars().count(),
                    Piece::Hole(_) => 0,
                };
                pieces.iter().map(length).sum::<usize>()
            };
            if known(first) != known(second) || (in_order && aligned(first, second)) {
                return Apart::Always;
            }
            if let ([hole], true) = (ours.as_slice(), in_order) {
                return self.shifted(first, second, *hole, holes);
            }
        }
        // Values that both can have at once: those of one text that fit the other as well.
        let wanted = |first: &Filling, second: &Filling| {
            first.iter().all(|(hole, value)| second.get(hole).is_none_or(|other| other == value))
        };
        let disjoint = !ours.iter().any(|hole| theirs.contains(hole));
        let found = self.independent(first, second, holes, wanted);
        match found {
            Apart::Unknown if !disjoint => self.tried(first, second, holes, tries),
            other => other,
        }
    }

    /// Values are tried for a hole that both texts have.
    fn tried(&mut self, first: &[Piece], second: &[Piece], holes: &Holes, tries: usize) -> Apart {
        let theirs = shown(second);
        let Some(hole) = shown(first).into_iter().find(|hole| theirs.contains(hole)) else { return Apart::Unknown };
        let Some(lang) = holes.langs.get(hole).copied() else { return Apart::Unknown };
        let (values, mut all) = self.members(lang, tries);
        for value in values {
            let fill = |pieces: &[Piece]| -> Vec<Piece> {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Hole(other) if *other == hole => Piece::Text(value.clone()),
                    piece => piece.clone(),
                });
                joined(pieces)
            };
            match self.same(&fill(first), &fill(second), holes, tries / 4) {
                Apart::Meet { text, mut first, mut second } => {
                    first.insert(hole, value.clone());
                    second.insert(hole, value);
                    return Apart::Meet { text, first, second };
                }
                // Equal, whatever the other holes hold.
                Apart::Always if fill(first) == fill(second) => {
                    let others = shown(&fill(first));
                    let mut filling = Filling::from([(hole, value)]);
                    for other in others {
                        let Some(lang) = holes.langs.get(other).copied() else { return Apart::Unknown };
                        let Found::Witness(shortest) = self.shortest(lang) else { return Apart::Unknown };
                        filling.insert(other, shortest.text);
                    }
                    let text = filled(first, &filling);
                    return Apart::Meet { text, first: filling.clone(), second: filling };
                }
                Apart::Always => {}
                Apart::Unknown => all = false,
            }
        }
        if all { Apart::Always } else { Apart::Unknown }
    }

    /// `u x v` and `s x t` with one value of `x`: if `s` is `u z`, then `v` must be `y t` and `x y` equal `z x`, which are the texts
    /// that repeat `z` and end within it.
    fn shifted(&mut self, first: &[Piece], second: &[Piece], hole: usize, holes: &Holes) -> Apart {
        let around = |pieces: &[Piece]| {
            let at = pieces.iter().position(|piece| *piece == Piece::Hole(hole)).unwrap_or(0);
            let text = |pieces: &[Piece]| filled(pieces, &Filling::new());
            (text(pieces.get(..at).unwrap_or_default()), text(pieces.get(at + 1..).unwrap_or_default()))
        };
        let (mut one, mut other) = (around(first), around(second));
        if one.0.len() > other.0.len() {
            std::mem::swap(&mut one, &mut other);
        }
        let (Some(z), Some(y)) = (other.0.strip_prefix(&one.0), one.1.strip_suffix(&other.1)) else {
            return Apart::Always;
        };
        let letters: Vec<char> = z.chars().collect();
        let Some(lang) = holes.langs.get(hole).copied() else { return Apart::Unknown };
        for cut in 0..letters.len() {
            let (Some(start), Some(rest)) = (letters.get(..cut), letters.get(cut..)) else { continue };
            let (start, rest): (String, String) = (start.iter().collect(), rest.iter().collect());
            if format!("{rest}{start}") != y {
                continue;
            }
            let (round, tail) = (self.literal(z), self.literal(&start));
            let rounds = self.repeat(round, 0, None);
            let rounds = self.seq(rounds, tail);
            let values = self.both([rounds, lang]);
            match self.shortest(values) {
                Found::Witness(witness) => {
                    let filling = Filling::from([(hole, witness.text)]);
                    return Apart::Meet { text: filled(first, &filling), first: filling.clone(), second: filling };
                }
                Found::None => {}
                Found::Unknown => return Apart::Unknown,
            }
        }
        Apart::Always
    }
}

/// The holes of a text, in order.
fn shown(pieces: &[Piece]) -> Vec<usize> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            Piece::Text(_) => None,
        })
        .collect()
}

fn has(pieces: &[Piece], hole: usize) -> bool {
    pieces.contains(&Piece::Hole(hole))
}

/// Whether what stands between the holes is equally long in both.
fn aligned(first: &[Piece], second: &[Piece]) -> bool {
    let lengths = |pieces: &[Piece]| {
        let mut lengths = vec![0];
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    if let Some(last) = lengths.last_mut() {
                        *last += text.chars().count();
                    }
                }
                Piece::Hole(_) => lengths.push(0),
            }
        }
        lengths
    };
    lengths(first) == lengths(second)
}

/// The text that values make.
pub fn filled(pieces: &[Piece], filling: &Filling) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Hole(hole) => filling.get(hole).map_or("", String::as_str),
        })
        .collect()
}

/// Pieces with texts that stand beside each other joined, and empty ones left out.
pub fn joined(pieces: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let mut row: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (piece, row.last_mut()) {
            (Piece::Text(text), _) if text.is_empty() => {}
            (Piece::Text(text), Some(Piece::Text(before))) => before.push_str(&text),
            (piece, _) => row.push(piece),
        }
    }
    row
}
