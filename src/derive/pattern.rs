//! Whether a known text matches an anchored pattern: for short texts, by following every way at once.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The most steps that are spent on one text; patterns with large counted repetitions end here undecided.
const MOST_STEPS: usize = 200_000;

/// Whether all of a text matches; `None` if the pattern is not regular (look-around, back-references) or costs too much.
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    let hir = regex_syntax::ParserBuilder::new().build().parse(pattern).ok()?;
    let letters: Vec<char> = text.chars().collect();
    let mut steps = 0;
    let ends = ends(&hir, &letters, &BTreeSet::from([0]), &mut steps)?;
    Some(ends.contains(&letters.len()))
}

/// Whether some part of a text matches: what a schema's pattern without anchors asks.
pub fn contains(pattern: &str, text: &str) -> Option<bool> {
    let hir = regex_syntax::ParserBuilder::new().build().parse(pattern).ok()?;
    let letters: Vec<char> = text.chars().collect();
    let mut steps = 0;
    let starts: BTreeSet<usize> = (0..=letters.len()).collect();
    Some(!ends(&hir, &letters, &starts, &mut steps)?.is_empty())
}

/// Where a match can end that starts at one of the given places.
fn ends(hir: &Hir, text: &[char], starts: &BTreeSet<usize>, steps: &mut usize) -> Option<BTreeSet<usize>> {
    *steps += starts.len() + 1;
    if *steps > MOST_STEPS {
        return None;
    }
    let result = match hir.kind() {
        HirKind::Empty => starts.clone(),
        HirKind::Literal(literal) => {
            let wanted: Vec<char> = std::str::from_utf8(&literal.0).ok()?.chars().collect();
            let at = |start: &usize| text.get(*start..).is_some_and(|rest| rest.starts_with(&wanted));
            starts.iter().filter(|start| at(start)).map(|start| start + wanted.len()).collect()
        }
        HirKind::Class(class) => {
            let takes = |letter: &char| holds(class, *letter);
            starts.iter().filter(|start| text.get(**start).is_some_and(takes)).map(|start| start + 1).collect()
        }
        HirKind::Look(look) => {
            let at = |start: &usize| match look {
                Look::Start => Some(*start == 0),
                Look::End => Some(*start == text.len()),
                _ => None,
            };
            let mut kept = BTreeSet::new();
            for start in starts {
                if at(start)? {
                    kept.insert(*start);
                }
            }
            kept
        }
        HirKind::Repetition(repetition) => {
            let mut reached = starts.clone();
            for _ in 0..repetition.min {
                reached = ends(&repetition.sub, text, &reached, steps)?;
                if reached.is_empty() {
                    return Some(reached);
                }
            }
            let mut all = reached.clone();
            let mut round = repetition.min;
            while repetition.max.is_none_or(|max| round < max) {
                let next = ends(&repetition.sub, text, &reached, steps)?;
                reached = next.difference(&all).copied().collect();
                if reached.is_empty() {
                    break;
                }
                all.extend(&reached);
                round += 1;
            }
            all
        }
        HirKind::Capture(capture) => ends(&capture.sub, text, starts, steps)?,
        HirKind::Concat(parts) => {
            let mut reached = starts.clone();
            for part in parts {
                reached = ends(part, text, &reached, steps)?;
            }
            reached
        }
        HirKind::Alternation(parts) => {
            let mut reached = BTreeSet::new();
            for part in parts {
                reached.extend(ends(part, text, starts, steps)?);
            }
            reached
        }
    };
    Some(result)
}

fn holds(class: &Class, letter: char) -> bool {
    match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&letter)),
        Class::Bytes(class) => {
            class.ranges().iter().any(|range| (char::from(range.start())..=char::from(range.end())).contains(&letter))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_text_must_match() {
        assert_eq!(matches("[a-z0-9]+", "team01"), Some(true));
        assert_eq!(matches("[a-z0-9]+", "Team"), Some(false));
        assert_eq!(matches("(ab|a)(c|bcd)", "abcd"), Some(true));
        assert_eq!(matches("^a{2,3}$", "aaaa"), Some(false));
        assert_eq!(matches("", ""), Some(true));
    }

    #[test]
    fn a_pattern_that_is_not_regular_is_not_decided() {
        assert_eq!(matches("(?!x)y", "y"), None);
        assert_eq!(matches("((a|aa)*b?){50}", &"a".repeat(900)), None);
    }

    #[test]
    fn a_part_is_enough_without_anchors() {
        assert_eq!(contains("[a-z]", "A-b"), Some(true));
        assert_eq!(contains("^[a-z]+$", "A-b"), Some(false));
    }
}
