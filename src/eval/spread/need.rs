//! The type with which a param would do: found by trying, and proved before it is proposed.

use std::sync::Arc;

use super::fit::{Limits, Problem, keeps};
use super::language::{Row, domain};
use super::{Domain, LeafId, Part};
use crate::types::text::{CharSet, Languages, Link};

/// A type to write instead of a param's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Better {
    /// The param.
    pub leaf: LeafId,
    /// As it is written.
    pub ty: String,
    /// No other param is in what breaks the limits: this type is the one right answer, as long as the rule stays.
    pub only: bool,
    /// The less, the narrower is the type.
    pub rank: u32,
}

/// The param to blame, and a better type for it if one is found.
pub(super) fn better(
    row: &Row<'_>,
    table: &mut Languages,
    parts: &[Part],
    limits: &Limits<'_>,
    problem: &Problem,
    blamed: Option<LeafId>,
) -> (Option<LeafId>, Option<Better>) {
    let mut leaves = leaves(parts);
    let only = leaves.len() == 1;
    if let Some(blamed) = blamed {
        leaves.retain(|leaf| *leaf == blamed);
    }
    // The param that can give way most comes first.
    let room = |leaf: &LeafId| match row.spreads.leaf(*leaf).map(|leaf| &leaf.domain) {
        Some(Domain::Text { least, most, .. }) => most.map_or(u32::MAX, |most| most - least.min(&most)),
        _ => 0,
    };
    leaves.sort_by_key(|leaf| std::cmp::Reverse(room(leaf)));
    // With the length mended, the pattern may still be broken: then both are proposed at once, or else the length alone.
    let lengths = Limits { least: limits.least, most: limits.most, ..Limits::default() };
    let of_length = !matches!(problem, Problem::Pattern | Problem::Word);
    for leaf in &leaves {
        let Some(of) = row.spreads.leaf(*leaf) else { continue };
        let first = candidates(table, &of.domain, limits, problem, row, parts, *leaf);
        let mut all: Vec<(Domain, &Domain)> = first.iter().map(|candidate| (candidate.clone(), &of.domain)).collect();
        if of_length {
            for candidate in &first {
                let more = candidates(table, candidate, limits, &Problem::Pattern, row, parts, *leaf);
                all.extend(more.into_iter().map(|more| (more, candidate)));
            }
        }
        let whole = all.into_iter().find(|(candidate, before)| {
            holds(row, table, parts, limits, *leaf, candidate) && is_within(table, candidate, before)
        });
        let whole = whole.map(|(candidate, _)| candidate);
        let mended = |candidate: &Domain| of_length && holds(row, table, parts, &lengths, *leaf, candidate);
        if let Some(found) = whole.or_else(|| first.into_iter().find(mended)) {
            let rank = rank(&found, problem);
            return (Some(*leaf), Some(Better { leaf: *leaf, ty: written(&found), only, rank }));
        }
    }
    (leaves.first().copied(), None)
}

/// The less, the narrower is a domain that mends a problem.
fn rank(domain: &Domain, problem: &Problem) -> u32 {
    match (domain, problem) {
        (Domain::Text { most, .. }, Problem::TooLong(..)) => most.unwrap_or(u32::MAX),
        (Domain::Text { least, .. }, Problem::TooShort(..)) => u32::MAX - least,
        (Domain::Words(words), _) => u32::try_from(words.len()).unwrap_or(u32::MAX),
        (Domain::Text { .. } | Domain::Whole(_) | Domain::Amount(_) | Domain::Anything, _) => 0,
    }
}

fn leaves(parts: &[Part]) -> Vec<LeafId> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Given(leaf) => found.push(*leaf),
            Part::Changed(_, inner) => found.extend(leaves(inner)),
            Part::Either(_, several) => several.iter().for_each(|parts| found.extend(leaves(parts))),
            Part::Text(_) | Part::Env(_) | Part::Hole(_) | Part::Lost(_) => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Narrower domains that may do.
fn candidates(
    table: &mut Languages,
    of: &Domain,
    limits: &Limits<'_>,
    problem: &Problem,
    row: &Row<'_>,
    parts: &[Part],
    leaf: LeafId,
) -> Vec<Domain> {
    if let Domain::Words(words) = of {
        let does = |word: &&Arc<str>| {
            let alone = Domain::Words(Arc::from([Arc::clone(word)]));
            holds(row, table, parts, limits, leaf, &alone)
        };
        let kept: Vec<Arc<str>> = words.iter().filter(does).cloned().collect();
        return if kept.is_empty() { Vec::new() } else { vec![Domain::Words(kept.into())] };
    }
    let Domain::Text { least, most, pattern } = of else { return Vec::new() };
    let times = u64::try_from(parts.iter().filter(|part| matches!(part, Part::Given(other) if *other == leaf)).count());
    let times = times.unwrap_or(1).max(1);
    match problem {
        Problem::TooLong(_, limit) => {
            // What the others may take at most, this one included no more.
            let others = others(row, table, parts, leaf).and_then(|(_, most)| most);
            let left = others.and_then(|others| u64::from(*limit).checked_sub(others)).map(|left| left / times);
            let left = left.and_then(|left| u32::try_from(left).ok()).filter(|left| left >= least && *left > 0);
            left.map(|left| Domain::Text { least: *least, most: Some(left), pattern: pattern.clone() })
                .into_iter()
                .collect()
        }
        Problem::TooShort(_, limit) => {
            let others = others(row, table, parts, leaf).map(|(least, _)| least);
            let need = others.map(|others| u64::from(*limit).saturating_sub(others).div_ceil(times));
            let need =
                need.and_then(|need| u32::try_from(need).ok()).filter(|need| most.is_none_or(|most| *need <= most));
            need.map(|need| Domain::Text { least: need, most: *most, pattern: pattern.clone() }).into_iter().collect()
        }
        Problem::Word => {
            let words: Vec<_> = limits.words.iter().map(|word| Arc::from(*word)).collect();
            if words.len() <= 6 { vec![Domain::Words(words.into())] } else { Vec::new() }
        }
        Problem::Pattern => {
            let Some((text, whole)) = limits.pattern else { return Vec::new() };
            let lang = if whole { table.whole(text) } else { table.found_in(text) };
            let (Some(lang), Some(own)) = (lang, domain(table, of)) else { return Vec::new() };
            let common = table.alphabet(lang).intersection(&table.alphabet(own));
            let classes = classes(&common);
            // Where it cannot be empty, people write `+`.
            let (usual, other) = if *least > 0 { ("+", "*") } else { ("*", "+") };
            let patterns = classes.iter().flat_map(|class| {
                [
                    format!("{class}{usual}"),
                    format!("{class}{other}"),
                    format!("[a-z]{class}*"),
                    format!("[a-z]({class}*[a-z0-9])?"),
                ]
            });
            let narrower = |pattern: String| Domain::Text { least: *least, most: *most, pattern: Some(pattern.into()) };
            patterns.map(narrower).collect()
        }
    }
}

/// Whether a domain with another pattern allows nothing that was not allowed before.
fn is_within(table: &mut Languages, candidate: &Domain, before: &Domain) -> bool {
    let pattern = |of: &Domain| match of {
        Domain::Text { pattern, .. } => pattern.clone(),
        Domain::Words(_) | Domain::Whole(_) | Domain::Amount(_) | Domain::Anything => None,
    };
    if pattern(candidate).is_none() || pattern(candidate) == pattern(before) {
        return true;
    }
    match (domain(table, candidate), domain(table, before)) {
        (Some(inner), Some(outer)) => table.is_proved(&[Link::Any(inner)], outer),
        _ => false,
    }
}

/// Fewest and most characters of all parts but those of one param.
fn others(row: &Row<'_>, table: &mut Languages, parts: &[Part], leaf: LeafId) -> Option<(u64, Option<u64>)> {
    let rest: Vec<Part> =
        parts.iter().filter(|part| !matches!(part, Part::Given(other) if *other == leaf)).cloned().collect();
    let links = row.links(table, &rest)?;
    table.lengths(&links)
}

/// Classes of characters as people write them, the widest first, within what is allowed.
fn classes(allowed: &CharSet) -> Vec<String> {
    let pieces = ["a-z", "A-Z", "0-9"];
    let whole = |piece: &str| {
        let mut letters = piece.split('-').filter_map(|end| end.chars().next());
        letters.next().zip(letters.next()).is_some_and(|(low, high)| {
            let range = CharSet::range(low, high);
            allowed.intersection(&range) == range
        })
    };
    let kept: Vec<&str> = pieces.into_iter().filter(|piece| whole(piece)).collect();
    if kept.is_empty() {
        return Vec::new();
    }
    let signs: String = "_.:/=+@ -".chars().filter(|sign| allowed.contains(*sign)).collect();
    let written = |signs: &str| format!("[{}{}]", kept.concat(), signs);
    let mut classes = vec![written(&signs)];
    for fewer in ["_-", "-", ""] {
        let fewer: String = fewer.chars().filter(|sign| allowed.contains(*sign)).collect();
        classes.push(written(&fewer));
    }
    classes.push(String::from("[a-z0-9]"));
    classes.dedup();
    classes
}

/// Whether all texts keep the limits if one param has another domain.
fn holds(
    row: &Row<'_>,
    table: &mut Languages,
    parts: &[Part],
    limits: &Limits<'_>,
    leaf: LeafId,
    candidate: &Domain,
) -> bool {
    let row = Row { instead: Some((leaf, candidate)), ..*row };
    let links = row.links(table, parts);
    links.is_some_and(|links| keeps(table, &links, limits))
}

/// A type as it is written.
fn written(domain: &Domain) -> String {
    match domain {
        Domain::Text { least, most, pattern } => {
            let range = match (least, most) {
                (0, None) => String::new(),
                (least, None) => format!("({least}..)"),
                (0, Some(most)) => format!("(..{most})"),
                (least, Some(most)) => format!("({least}..{most})"),
            };
            let pattern =
                pattern.as_ref().map(|pattern| format!(" matching /{}/", slashed(pattern))).unwrap_or_default();
            format!("text{range}{pattern}")
        }
        Domain::Words(words) => words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" | "),
        Domain::Whole(interval) => {
            let end = |end: Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
            format!("int({}..{})", end(interval.0), end(interval.1))
        }
        Domain::Amount(_) | Domain::Anything => String::from("text"),
    }
}

/// A pattern between slashes.
fn slashed(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut escaped = false;
    for letter in pattern.chars() {
        if letter == '/' && !escaped {
            written.push('\\');
        }
        escaped = letter == '\\' && !escaped;
        written.push(letter);
    }
    written
}
