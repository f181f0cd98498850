//! Whether every text of a pattern is one of some others' texts.
//!
//! A pattern is a word of letters with wildcards: an automaton whose states are the places in it. The others run beside it, all at
//! once, as a set of places. A text that leads the first to its end and none of the others is a witness.

use std::collections::HashSet;

use crate::base::limits::MAX_PROOF_STATES;
use crate::prove::letters::{ANY, Letter, Letters, ONE, OTHER, SEPARATOR, is_symbol};

/// What a comparison gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inclusion {
    /// Every text is one of the others'.
    Holds,
    /// This one is not.
    Fails(Letters),
    /// There are too many states to say.
    Unknown,
}

/// Whether every text of `pattern` is a text of one of `others`.
pub(super) fn included(pattern: &[Letter], others: &[&[Letter]]) -> Inclusion {
    let machine = Machine::new(others);
    let mut nodes = vec![Node { at: 0, places: machine.start(), came: None }];
    let mut seen: HashSet<(usize, Places)> = HashSet::new();
    let mut next = 0;
    while let Some(node) = nodes.get(next).cloned() {
        let index = next;
        next += 1;
        if !seen.insert((node.at, node.places.clone())) {
            continue;
        }
        if seen.len() > MAX_PROOF_STATES {
            return Inclusion::Unknown;
        }
        match pattern.get(node.at).copied() {
            None if machine.accepts(&node.places) => {}
            None => return Inclusion::Fails(path(&nodes, index)),
            Some(ANY) => {
                nodes.push(Node { at: node.at + 1, places: node.places.clone(), came: Some((index, None)) });
                for letter in &machine.letters {
                    let places = machine.step(&node.places, *letter);
                    nodes.push(Node { at: node.at, places, came: Some((index, Some(*letter))) });
                }
            }
            Some(ONE) => {
                for letter in &machine.letters {
                    let places = machine.step(&node.places, *letter);
                    nodes.push(Node { at: node.at + 1, places, came: Some((index, Some(*letter))) });
                }
            }
            Some(letter) => {
                let places = machine.step(&node.places, letter);
                nodes.push(Node { at: node.at + 1, places, came: Some((index, Some(letter))) });
            }
        }
    }
    Inclusion::Holds
}

/// Whether a pattern matches every text of another one.
pub(super) fn covers(pattern: &[Letter], other: &[Letter]) -> bool {
    pattern == other || included(other, &[pattern]) == Inclusion::Holds
}

#[derive(Clone)]
struct Node {
    at: usize,
    places: Places,
    /// From which node, by which letter.
    came: Option<(usize, Option<Letter>)>,
}

fn path(nodes: &[Node], end: usize) -> Letters {
    let mut letters = Letters::new();
    let mut at = Some(end);
    while let Some(node) = at.and_then(|index| nodes.get(index)) {
        letters.extend(node.came.and_then(|(_, letter)| letter));
        at = node.came.map(|(before, _)| before);
    }
    letters.reverse();
    letters
}

/// A set of places in all of the others, one bit each.
type Places = Vec<u64>;

struct Machine {
    /// The others one behind the other, each with a place for its end.
    places: Vec<Option<Letter>>,
    /// Where each begins.
    starts: Vec<usize>,
    /// The characters that a wildcard has to be tried with.
    letters: Vec<Letter>,
}

impl Machine {
    fn new(others: &[&[Letter]]) -> Machine {
        let mut places = Vec::new();
        let mut starts = Vec::new();
        for other in others {
            starts.push(places.len());
            places.extend(other.iter().copied().map(Some));
            places.push(None);
        }
        let named = places.iter().flatten().copied();
        let mut letters: Vec<Letter> =
            named.filter(|letter| !matches!(*letter, ANY | ONE | SEPARATOR) && !is_symbol(*letter)).collect();
        letters.push(OTHER);
        letters.sort_unstable();
        letters.dedup();
        Machine { places, starts, letters }
    }

    fn empty(&self) -> Places {
        vec![0; self.places.len().div_ceil(64)]
    }

    fn start(&self) -> Places {
        let mut set = self.empty();
        self.starts.iter().for_each(|start| self.enter(&mut set, *start));
        set
    }

    /// Adds a place, and those that a `*` lets through without a letter.
    fn enter(&self, set: &mut Places, mut place: usize) {
        loop {
            if let Some(word) = set.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
            if self.places.get(place).copied().flatten() != Some(ANY) {
                return;
            }
            place += 1;
        }
    }

    fn all<'s>(&'s self, set: &'s Places) -> impl Iterator<Item = usize> + 's {
        set.iter().enumerate().flat_map(|(index, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(index * 64 + bit)
            })
        })
    }

    fn step(&self, set: &Places, letter: Letter) -> Places {
        let mut next = self.empty();
        for place in self.all(set) {
            match self.places.get(place).copied().flatten() {
                Some(ANY) if letter != SEPARATOR => self.enter(&mut next, place),
                Some(ONE) if letter != SEPARATOR && !is_symbol(letter) => self.enter(&mut next, place + 1),
                Some(own) if own == letter => self.enter(&mut next, place + 1),
                Some(_) | None => {}
            }
        }
        next
    }

    fn accepts(&self, set: &Places) -> bool {
        self.all(set).any(|place| self.places.get(place).copied().flatten().is_none())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(text: &str) -> Letters {
        let letter = |character| match character {
            '*' => ANY,
            '?' => ONE,
            ' ' => SEPARATOR,
            // A symbol.
            '§' => OTHER + 1,
            other => u32::from(other),
        };
        text.chars().map(letter).collect()
    }

    fn holds(pattern: &str, others: &[&str]) -> bool {
        let others: Vec<Letters> = others.iter().map(|other| letters(other)).collect();
        let others: Vec<&[Letter]> = others.iter().map(Vec::as_slice).collect();
        included(&letters(pattern), &others) == Inclusion::Holds
    }

    #[test]
    fn inclusion_of_patterns() {
        for (pattern, others) in [
            ("a", &["a"][..]),
            ("a", &["b", "a*"]),
            ("a*", &["*"]),
            ("a*b", &["a*"]),
            ("a*", &["a", "a?*"]),
            ("?", &["*"]),
            ("*", &["", "?*"]),
            ("s3:GetObject §/a/b", &["s3:* §/*"]),
            ("* §", &["* *"]),
            ("§", &["§"]),
            ("§/x", &["*"]),
            ("*a*", &["*"]),
            ("ab*", &["a*b*", "x"]),
        ] {
            assert!(holds(pattern, others), "{pattern} {others:?}");
        }
        for (pattern, others) in [
            ("a", &["b"][..]),
            ("a*", &["a"]),
            ("*", &["a*"]),
            ("*", &["?*"]),
            ("a", &[]),
            ("§", &["?"]),
            ("§x", &["§"]),
            ("a b", &["*"]),
            ("* a", &["*a"]),
            ("a*", &["ab*", "ac*"]),
        ] {
            assert!(!holds(pattern, others), "{pattern} {others:?}");
        }
    }

    #[test]
    fn a_witness_is_a_text_of_the_one_and_of_none_of_the_others() {
        let found = included(&letters("a*"), &[&letters("a"), &letters("ab*")]);
        assert_eq!(found, Inclusion::Fails(vec![u32::from('a'), u32::from('a')]));
    }

    /// All texts of `a`, `b` and a letter of no pattern, up to four long.
    fn texts() -> Vec<Letters> {
        let mut all = vec![Letters::new()];
        let mut from = 0;
        for _ in 0..4 {
            let until = all.len();
            for index in from..until {
                for letter in [u32::from('a'), u32::from('b'), OTHER] {
                    let mut longer = all[index].clone();
                    longer.push(letter);
                    all.push(longer);
                }
            }
            from = until;
        }
        all
    }

    fn matches(pattern: &[Letter], text: &[Letter]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((&ANY, rest)), _) if matches(rest, text) => true,
            (Some((&ANY, _)), Some((_, behind))) => matches(pattern, behind),
            (Some((&ONE, rest)), Some((_, behind))) => matches(rest, behind),
            (Some((own, rest)), Some((letter, behind))) => own == letter && matches(rest, behind),
            (Some(_) | None, _) => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn inclusion_is_that_of_the_texts(pattern in "[ab*?]{0,4}", others in prop::collection::vec("[ab*?]{0,3}", 0..4)) {
            let pattern = letters(&pattern);
            let others: Vec<Letters> = others.iter().map(|other| letters(other)).collect();
            let slices: Vec<&[Letter]> = others.iter().map(Vec::as_slice).collect();
            let of_others = |text: &[Letter]| others.iter().any(|other| matches(other, text));
            match included(&pattern, &slices) {
                Inclusion::Holds => {
                    let found = texts().into_iter().find(|text| matches(&pattern, text) && !of_others(text));
                    prop_assert_eq!(found, None);
                }
                Inclusion::Fails(text) => prop_assert!(matches(&pattern, &text) && !of_others(&text)),
                Inclusion::Unknown => prop_assert!(false),
            }
        }
    }
}
