//! Parts of texts as languages, and back: which values of params make a text.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Change, Domain, Interval, LeafId, Part, Reads, Spreads};
use crate::eval::model::Model;
use crate::eval::value::{Hole, Piece, Template};
use crate::types::text::{CharSet, Found, Lang, Languages, Link};

/// So many numbers are listed one by one.
const FEW_NUMBERS: i64 = 2_000;

/// Values of params: one for each leaf.
pub type Values = BTreeMap<LeafId, String>;

/// The languages of the parts of one text, in one environment.
pub(super) struct Row<'a> {
    pub(super) spreads: &'a Spreads,
    pub(super) model: &'a Model,
    /// What a param would allow if it had another type.
    pub(super) instead: Option<(LeafId, &'a Domain)>,
}

impl Row<'_> {
    /// Each part as a link. `None`: one of them is not followed, or known only when deployed.
    pub(super) fn links(&self, table: &mut Languages, parts: &[Part]) -> Option<Vec<Link>> {
        parts.iter().map(|part| self.link(table, part)).collect()
    }

    fn link(&self, table: &mut Languages, part: &Part) -> Option<Link> {
        Some(match part {
            Part::Text(text) | Part::Env(text) => Link::Text(text.to_string()),
            Part::Hole(hole) => Link::Text(self.settled(*hole)?),
            Part::Given(leaf) => {
                let other = self.instead.filter(|(instead, _)| instead == leaf).map(|(_, domain)| domain);
                Link::Any(domain(table, other.unwrap_or(&self.spreads.leaf(*leaf)?.domain))?)
            }
            Part::Changed(change, parts) => {
                let links = self.links(table, parts)?;
                let lang = table.joined(&links);
                Link::Any(table.changed(lang, &|letter| change.letter(letter))?)
            }
            Part::Either(_, several) => {
                let mut all = Vec::with_capacity(several.len());
                for parts in several.iter() {
                    let links = self.links(table, parts)?;
                    all.push(table.joined(&links));
                }
                Link::Any(table.either(all))
            }
            Part::Lost(_) => return None,
        })
    }

    /// What this environment knows of a gap.
    fn settled(&self, hole: Hole) -> Option<String> {
        self.model.fill(&Template { pieces: Arc::new(vec![Piece::Hole(hole)]) })
    }

    /// The text that parts make of values. `None`: a value is missing, or a condition decides.
    pub(super) fn text(&self, parts: &[Part], values: &Values) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) | Part::Env(part) => text.push_str(part),
                Part::Hole(hole) => text.push_str(&self.settled(*hole)?),
                Part::Given(leaf) => text.push_str(values.get(leaf)?),
                Part::Changed(change, parts) => text.push_str(&change.text(&self.text(parts, values)?)),
                Part::Either(..) | Part::Lost(_) => return None,
            }
        }
        Some(text)
    }

    /// Values with which each part gives its share of a text. `None`: a param would need two values at once, or a condition
    /// over the same params has a say in it.
    pub(super) fn assign(&self, table: &mut Languages, parts: &[Part], shares: &[String]) -> Option<Values> {
        let mut values = Values::new();
        let mut conditions = Reads::NONE;
        self.assign_to(table, parts, shares, &mut values, &mut conditions)?;
        let reads = values.keys().filter_map(|leaf| self.spreads.leaf(*leaf)).map(|leaf| leaf.reads);
        let reads = reads.fold(Reads::NONE, Reads::and);
        (!reads.meets(conditions)).then_some(values)
    }

    fn assign_to(
        &self,
        table: &mut Languages,
        parts: &[Part],
        shares: &[String],
        values: &mut Values,
        conditions: &mut Reads,
    ) -> Option<()> {
        for (part, share) in parts.iter().zip(shares) {
            match part {
                Part::Text(_) | Part::Env(_) | Part::Hole(_) => {}
                Part::Given(leaf) => {
                    let known = values.entry(*leaf).or_insert_with(|| share.clone());
                    if known != share || !allows(table, &self.spreads.leaf(*leaf)?.domain, share) {
                        return None;
                    }
                }
                Part::Changed(change, inner) => {
                    let links = self.links(table, inner)?;
                    let before = unchanged(table, &links, *change, share)?;
                    self.assign_to(table, inner, &before, values, conditions)?;
                }
                Part::Either(by, several) => {
                    *conditions = conditions.and(*by);
                    let found = several.iter().find_map(|parts| {
                        let links = self.links(table, parts)?;
                        let shares = table.divided(&links, share)?;
                        let mut tried = values.clone();
                        self.assign_to(table, parts, &shares, &mut tried, conditions)?;
                        Some(tried)
                    });
                    *values = found?;
                }
                Part::Lost(_) => return None,
            }
        }
        Some(())
    }
}

/// The texts of a domain.
pub(super) fn domain(table: &mut Languages, domain: &Domain) -> Option<Lang> {
    Some(match domain {
        Domain::Text { least, most, pattern } => {
            let length = table.of_length(*least, *most);
            match pattern {
                Some(pattern) => {
                    let pattern = table.whole(pattern)?;
                    table.both([pattern, length])
                }
                None => length,
            }
        }
        Domain::Words(words) => {
            let words: Vec<Lang> = words.iter().map(|word| table.literal(word)).collect();
            table.either(words)
        }
        Domain::Whole(interval) => decimal(table, *interval),
        Domain::Amount(_) | Domain::Anything => return None,
    })
}

/// Whether a domain has a text: exactly, also where its language has more.
pub fn allows(table: &mut Languages, of: &Domain, text: &str) -> bool {
    let in_language = domain(table, of).and_then(|lang| table.matches(lang, text)) == Some(true);
    let in_range = match of {
        Domain::Whole((least, most)) => text
            .parse::<i64>()
            .is_ok_and(|number| least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)),
        Domain::Text { .. } | Domain::Words(_) | Domain::Amount(_) | Domain::Anything => true,
    };
    in_language && in_range
}

/// The texts of a domain, their case perhaps changed. `None`: they are not followed.
pub fn language_of(table: &mut Languages, of: &Domain, change: Option<Change>) -> Option<Lang> {
    let lang = domain(table, of)?;
    match change {
        Some(change) => table.changed(lang, &|letter| change.letter(letter)),
        None => Some(lang),
    }
}

/// A text of a domain that becomes another one when its case is changed.
pub fn value_before(table: &mut Languages, of: &Domain, change: Change, text: &str) -> Option<String> {
    let lang = domain(table, of)?;
    unchanged(table, &[Link::Any(lang)], change, text).map(|parts| parts.concat())
}

/// Two texts of a domain that become one when their case is changed. They are looked for among letters of ASCII.
pub fn two_before(table: &mut Languages, of: &Domain, change: Change) -> Option<(String, String)> {
    let lang = domain(table, of)?;
    let alphabet = table.alphabet(lang);
    let letters: Vec<char> = (' '..='~').filter(|letter| alphabet.contains(*letter)).collect();
    for (at, one) in letters.iter().enumerate() {
        let others = letters.iter().skip(at + 1).filter(|other| change.letter(**other) == change.letter(*one));
        for other in others {
            let single = table.set(CharSet::one(*one));
            let with = table.row(&[Lang::ALL, single, Lang::ALL]);
            let with = table.both([lang, with]);
            let Found::Witness(witness) = table.shortest(with) else { continue };
            let second = witness.text.replacen(*one, &other.to_string(), 1);
            if allows(table, of, &witness.text) && allows(table, of, &second) {
                return Some((witness.text, second));
            }
        }
    }
    None
}

/// Numbers as texts. Where there are many it holds more than those between the ends, but none with fewer or more digits.
fn decimal(table: &mut Languages, (least, most): Interval) -> Lang {
    if let (Some(least), Some(most)) = (least, most)
        && most.saturating_sub(least) <= FEW_NUMBERS
    {
        let words: Vec<Lang> = (least..=most).map(|number| table.literal(&number.to_string())).collect();
        return table.either(words);
    }
    let digits = |number: i64| u32::try_from(number.unsigned_abs().to_string().len()).unwrap_or(19);
    let unsigned = |table: &mut Languages, least: u64, most: Option<u32>| {
        let (first, digit) = (table.set(CharSet::range('1', '9')), table.set(CharSet::range('0', '9')));
        let least_digits = u32::try_from(least.to_string().len()).unwrap_or(19) - 1;
        let rest = table.repeat(digit, least_digits, Some(most.unwrap_or(19).max(1) - 1));
        let number = table.seq(first, rest);
        let zero = table.literal("0");
        if least == 0 { table.either([number, zero]) } else { number }
    };
    let mut all = Vec::new();
    if most.is_none_or(|most| most >= 0) {
        let from = least.map_or(0, |least| u64::try_from(least).unwrap_or(0));
        all.push(unsigned(table, from, most.map(digits)));
    }
    if least.is_none_or(|least| least < 0) {
        let from = most.filter(|most| *most < 0).map_or(1, i64::unsigned_abs);
        let number = unsigned(table, from, least.map(digits));
        let minus = table.literal("-");
        all.push(table.seq(minus, number));
    }
    table.either(all)
}

/// Shares of links whose texts become a text when its case is changed.
fn unchanged(table: &mut Languages, links: &[Link], change: Change, text: &str) -> Option<Vec<String>> {
    // All characters that are near: what is written with others is not looked for.
    let near = CharSet::range('\0', '\u{7f}').union(&CharSet::of(text));
    let letters: Vec<char> =
        near.ranges().iter().flat_map(|(low, high)| (*low..=*high).filter_map(char::from_u32)).collect();
    let becoming = |wanted: &[char]| {
        let codes = letters.iter().filter(|letter| change.letter(**letter) == wanted).map(|letter| u32::from(*letter));
        CharSet::from_ranges(codes.map(|code| (code, code)))
    };
    let dropped = becoming(&[]);
    let dropped = table.set(dropped);
    let dropped = table.repeat(dropped, 0, None);
    let mut row = vec![dropped];
    for letter in text.chars() {
        let letters = becoming(&[letter]);
        row.extend([table.set(letters), dropped]);
    }
    let before = table.row(&row);
    let others = table.not(before);
    match table.outside(links, others) {
        Found::Witness(witness) => Some(witness.parts),
        Found::None | Found::Unknown => None,
    }
}
