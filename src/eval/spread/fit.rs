//! Whether all that a text may be keeps limits; if not, a shortest text that breaks them, the param to blame, and the type it would
//! need.

use super::language::{Row, Values, domain};
use super::need::{self, Better};
use super::{LeafId, Part, Spreads};
use crate::eval::model::Model;
use crate::eval::value::{Hole, Pseudo};
use crate::types::text::{self, CharSet, Found, Lang, Languages, Link, Witness};

/// Values of so many lengths are tried for a param that stands there twice.
const TRIES: u32 = 48;

/// What a text must keep.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits<'a> {
    /// Fewest characters.
    pub least: Option<u32>,
    /// Most characters.
    pub most: Option<u32>,
    /// A pattern, and whether all of the text must match it.
    pub pattern: Option<(&'a str, bool)>,
    /// The only words; empty: any.
    pub words: Vec<&'a str>,
    /// The case of those words is ignored.
    pub any_case: bool,
}

/// Why a text does not keep limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// So many characters are more than these.
    TooLong(usize, u32),
    /// So many characters are fewer than these.
    TooShort(usize, u32),
    /// It does not match.
    Pattern,
    /// It is none of the words.
    Word,
}

/// A text that params can make, and that does not keep the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// What is wrong with it.
    pub problem: Problem,
    /// The text: a shortest one of its kind.
    pub text: String,
    /// The same, with `{env}`, `{account}` and the like for what each environment has of its own.
    pub shown: String,
    /// The values that make it.
    pub values: Values,
    /// The param to blame.
    pub blame: Option<LeafId>,
    /// A type for that param with which all is well.
    pub better: Option<Better>,
}

/// The answer for all values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All texts keep the limits.
    Fits,
    /// One does not.
    Breaks(Box<Break>),
    /// It is not decided: a part of the text is not followed, or it was too costly.
    Unknown,
}

impl Limits<'_> {
    /// What is wrong with one text.
    pub fn refuse(&self, text: &str) -> Option<Problem> {
        let count = text.chars().count();
        let reaches = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        if !self.words.is_empty() {
            let same = |word: &&str| *word == text || (self.any_case && word.eq_ignore_ascii_case(text));
            return (!self.words.iter().any(same)).then_some(Problem::Word);
        }
        if let Some(most) = self.most.filter(|most| count > reaches(*most)) {
            return Some(Problem::TooLong(count, most));
        }
        if let Some(least) = self.least.filter(|least| count < reaches(*least)) {
            return Some(Problem::TooShort(count, least));
        }
        let matches =
            self.pattern.and_then(
                |(pattern, whole)| {
                    if whole { text::matches(pattern, text) } else { text::contains(pattern, text) }
                },
            );
        (matches == Some(false)).then_some(Problem::Pattern)
    }

    /// The language of the pattern, or of the words.
    fn language(&self, table: &mut Languages) -> Option<Lang> {
        if self.words.is_empty() {
            let (pattern, whole) = self.pattern?;
            return if whole { table.whole(pattern) } else { table.found_in(pattern) };
        }
        let mut all = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let letters: Vec<Lang> = word
                .chars()
                .map(|letter| {
                    let letter = CharSet::one(letter);
                    table.set(if self.any_case { letter.in_both_cases() } else { letter })
                })
                .collect();
            all.push(table.row(&letters));
        }
        Some(table.either(all))
    }
}

/// Holds all that a text may be against limits.
pub fn fit(spreads: &Spreads, parts: &[Part], limits: &Limits<'_>, model: &Model) -> Verdict {
    let row = Row { spreads, model, instead: None };
    text::with(|table| {
        let Some(links) = row.links(table, parts) else { return Verdict::Unknown };
        let Some(found) = breaking(table, &links, limits) else { return Verdict::Unknown };
        let Some((witness, against)) = found else { return Verdict::Fits };
        let settled = settle(&row, table, parts, &links, witness, against);
        let Some((witness, values)) = settled else { return Verdict::Unknown };
        let text = witness.text.clone();
        // The values really make the text, and it is held against the limits as any other is.
        if row.text(parts, &values).is_some_and(|made| made != text) {
            return Verdict::Unknown;
        }
        let Some(problem) = limits.refuse_in(table, &text) else { return Verdict::Unknown };
        let blamed = match problem {
            Problem::TooLong(..) | Problem::TooShort(..) => None,
            Problem::Pattern | Problem::Word => leaf_at(parts, witness.blame),
        };
        let by_length = matches!(problem, Problem::TooLong(..) | Problem::TooShort(..));
        let (blame, better) = if by_length || blamed.is_some() {
            need::better(&row, table, parts, limits, &problem, blamed)
        } else {
            (None, None)
        };
        let shown = parts.iter().zip(&witness.parts).map(|(part, share)| shown(part, share)).collect();
        Verdict::Breaks(Box::new(Break { problem, text, shown, values, blame, better }))
    })
}

impl Limits<'_> {
    /// As [`Limits::refuse`], where the table is at hand.
    pub(super) fn refuse_in(&self, table: &mut Languages, text: &str) -> Option<Problem> {
        let plain = Limits { pattern: None, ..self.clone() };
        if let Some(problem) = plain.refuse(text) {
            return Some(problem);
        }
        if !self.words.is_empty() {
            return None;
        }
        let lang = self.language(table)?;
        (table.matches(lang, text) == Some(false)).then_some(Problem::Pattern)
    }
}

/// A shortest text of the links that does not keep the limits, with the language that it leaves. `None`: it is not decided.
fn breaking(table: &mut Languages, links: &[Link], limits: &Limits<'_>) -> Option<Option<(Witness, Lang)>> {
    for lang in wanted(table, links, limits)? {
        match table.outside(links, lang) {
            Found::None => {}
            Found::Witness(witness) => return Some(Some((witness, lang))),
            Found::Unknown => return None,
        }
    }
    Some(None)
}

/// Whether it is proved that all texts of the links keep the limits.
pub(super) fn keeps(table: &mut Languages, links: &[Link], limits: &Limits<'_>) -> bool {
    wanted(table, links, limits).is_some_and(|wanted| wanted.into_iter().all(|lang| table.is_proved(links, lang)))
}

/// The languages that texts of the links have to belong to, but for those that their lengths put them into. `None`: one is not known.
fn wanted(table: &mut Languages, links: &[Link], limits: &Limits<'_>) -> Option<Vec<Lang>> {
    let mut wanted = Vec::new();
    if limits.words.is_empty() {
        let (least, most) = table.lengths(links)?;
        if let Some(limit) = limits.most.filter(|limit| most.is_none_or(|most| most > u64::from(*limit))) {
            wanted.push(table.of_length(0, Some(limit)));
        }
        if let Some(limit) = limits.least.filter(|limit| least < u64::from(*limit)) {
            wanted.push(table.of_length(limit, None));
        }
        if limits.pattern.is_some() {
            wanted.push(limits.language(table)?);
        }
    } else {
        wanted.push(limits.language(table)?);
    }
    Some(wanted)
}

/// A witness with one value for each param: the one that was found, or the shortest of some others.
fn settle(
    row: &Row<'_>,
    table: &mut Languages,
    parts: &[Part],
    links: &[Link],
    witness: Witness,
    against: Lang,
) -> Option<(Witness, Values)> {
    if let Some(values) = row.assign(table, parts, &witness.parts) {
        return Some((witness, values));
    }
    // A param that stands there twice was given two values: one after the other is tried for all its places.
    let twice = |leaf: LeafId| {
        let places = parts.iter().filter(|part| matches!(part, Part::Given(other) if *other == leaf));
        places.count() > 1
    };
    let mut candidates: Vec<(LeafId, String)> = Vec::new();
    for (part, share) in parts.iter().zip(&witness.parts) {
        let Part::Given(leaf) = part else { continue };
        if !twice(*leaf) {
            continue;
        }
        candidates.push((*leaf, share.clone()));
        let lang = domain(table, &row.spreads.leaf(*leaf)?.domain)?;
        for length in 0..TRIES {
            let at_least = table.of_length(length, None);
            let some = table.both([lang, at_least]);
            if let Found::Witness(one) = table.shortest(some) {
                candidates.push((*leaf, one.text));
            }
        }
    }
    candidates.sort();
    candidates.dedup();
    let mut best: Option<(Witness, Values)> = None;
    for (leaf, value) in candidates {
        let fixed: Vec<Link> = parts
            .iter()
            .zip(links)
            .map(|(part, link)| match part {
                Part::Given(other) if *other == leaf => Link::Text(value.clone()),
                _ => link.clone(),
            })
            .collect();
        let Found::Witness(found) = table.outside(&fixed, against) else { continue };
        let shorter = best.as_ref().is_none_or(|(best, _)| found.text.chars().count() < best.text.chars().count());
        if let Some(values) = row.assign(table, parts, &found.parts).filter(|_| shorter) {
            best = Some((found, values));
        }
    }
    best
}

/// A share of a text as an example shows it in all environments.
fn shown(part: &Part, share: &str) -> String {
    let pseudo = |pseudo: Pseudo| match pseudo {
        Pseudo::Account => "{account}",
        Pseudo::Region | Pseudo::RegionOf(_) => "{region}",
        Pseudo::Partition => "{partition}",
        Pseudo::UrlSuffix => "{url_suffix}",
        Pseudo::StackName => "{stack}",
    };
    match part {
        Part::Env(_) => String::from("{env}"),
        Part::Hole(Hole::Pseudo(one)) => pseudo(*one).to_owned(),
        Part::Text(_) | Part::Given(_) | Part::Changed(..) | Part::Either(..) | Part::Hole(_) | Part::Lost(_) => {
            share.to_owned()
        }
    }
}

/// The param that a part shows.
fn leaf_at(parts: &[Part], at: usize) -> Option<LeafId> {
    match parts.get(at)? {
        Part::Given(leaf) => Some(*leaf),
        Part::Changed(_, inner) => inner.iter().enumerate().find_map(|(at, _)| leaf_at(inner, at)),
        // Nothing that a param shows; the one before it let it come to this.
        Part::Text(_) | Part::Env(_) | Part::Hole(_) | Part::Lost(_) | Part::Either(..) => {
            parts.get(..at)?.iter().enumerate().rev().find_map(|(at, part)| match part {
                Part::Given(_) | Part::Changed(..) => leaf_at(parts, at),
                Part::Text(_) | Part::Env(_) | Part::Hole(_) | Part::Lost(_) | Part::Either(..) => None,
            })
        }
    }
}
