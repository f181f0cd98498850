//! Sets of characters.

/// The last code point.
const LAST: u32 = 0x0010_FFFF;

/// Characters, as sorted ranges that neither touch nor overlap. Both ends belong to a range.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CharSet {
    ranges: Vec<(u32, u32)>,
}

impl CharSet {
    /// Every character.
    pub fn all() -> CharSet {
        CharSet { ranges: vec![(0, LAST)] }
    }

    /// From ranges in any order.
    pub fn from_ranges(ranges: impl IntoIterator<Item = (u32, u32)>) -> CharSet {
        let mut sorted: Vec<(u32, u32)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match joined.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
                _ => joined.push((low, high)),
            }
        }
        CharSet { ranges: joined }
    }

    /// One character.
    pub fn one(letter: char) -> CharSet {
        CharSet { ranges: vec![(u32::from(letter), u32::from(letter))] }
    }

    /// From one character to another.
    pub fn range(low: char, high: char) -> CharSet {
        CharSet::from_ranges([(u32::from(low), u32::from(high))])
    }

    /// The letters, digits and signs of a text.
    pub fn of(letters: &str) -> CharSet {
        CharSet::from_ranges(letters.chars().map(|letter| (u32::from(letter), u32::from(letter))))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether a character belongs to it.
    pub fn contains(&self, letter: char) -> bool {
        let code = u32::from(letter);
        self.ranges
            .binary_search_by(|(low, high)| {
                if *high < code {
                    std::cmp::Ordering::Less
                } else if *low > code {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok()
    }

    /// Those of either.
    #[must_use]
    pub fn union(&self, other: &CharSet) -> CharSet {
        CharSet::union_of([self, other])
    }

    /// Those of any of several.
    pub fn union_of<'s>(sets: impl IntoIterator<Item = &'s CharSet>) -> CharSet {
        CharSet::from_ranges(sets.into_iter().flat_map(|set| set.ranges.iter().copied()))
    }

    /// Those of both.
    #[must_use]
    pub fn intersection(&self, other: &CharSet) -> CharSet {
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut common = Vec::new();
        while let (Some((a, b)), Some((c, d))) = (left.peek(), right.peek()) {
            if a.max(c) <= b.min(d) {
                common.push((*a.max(c), *b.min(d)));
            }
            if b < d {
                left.next();
            } else {
                right.next();
            }
        }
        CharSet { ranges: common }
    }

    /// Those that do not belong to it.
    #[must_use]
    pub fn complement(&self) -> CharSet {
        let mut rest = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for (low, high) in &self.ranges {
            if next < *low {
                rest.push((next, low - 1));
            }
            next = high.saturating_add(1);
        }
        if next <= LAST {
            rest.push((next, LAST));
        }
        CharSet { ranges: rest }
    }

    /// Those that do not belong to another.
    #[must_use]
    pub fn without(&self, other: &CharSet) -> CharSet {
        self.intersection(&other.complement())
    }

    /// The ranges, sorted.
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// The character that reads best in an example: a small letter, a digit, a capital, something visible, anything.
    pub fn example(&self) -> Option<char> {
        let plain = [('a', 'z'), ('0', '9'), ('A', 'Z'), ('!', '~'), (' ', ' '), ('\u{a1}', '\u{ff}')];
        plain.iter().find_map(|(low, high)| self.first_within(*low, *high)).or_else(|| self.first())
    }

    /// The first character from one to another.
    fn first_within(&self, low: char, high: char) -> Option<char> {
        let at = self.ranges.partition_point(|(_, end)| *end < u32::from(low));
        let (start, _) = self.ranges.get(at)?;
        char::from_u32((*start).max(u32::from(low))).filter(|letter| *letter <= high)
    }

    fn first(&self) -> Option<char> {
        self.ranges.iter().find_map(|(low, high)| {
            // What lies between stands for no character of its own.
            let surrogate = (0xD800..=0xDFFF).contains(low);
            let low = if surrogate { 0xE000 } else { *low };
            (low <= *high).then(|| char::from_u32(low)).flatten()
        })
    }

    /// With the other case of its letters of ASCII.
    #[must_use]
    pub fn in_both_cases(&self) -> CharSet {
        let shifted = |low: char, high: char, by: i32| {
            let letters = self.intersection(&CharSet::range(low, high));
            let ranges = letters.ranges.into_iter();
            CharSet::from_ranges(
                ranges.map(|(low, high)| (low.saturating_add_signed(by), high.saturating_add_signed(by))),
            )
        };
        self.union(&shifted('a', 'z', -32)).union(&shifted('A', 'Z', 32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_what_their_names_say() {
        let letters = CharSet::range('a', 'f').union(&CharSet::of("xg"));
        assert_eq!(letters.ranges(), [(97, 103), (120, 120)]);
        assert!(letters.contains('g') && !letters.contains('h'));
        assert_eq!(letters.intersection(&CharSet::range('f', 'x')).ranges(), [(102, 103), (120, 120)]);
        assert_eq!(letters.complement().complement(), letters);
        assert!(letters.intersection(&letters.complement()).is_empty());
        assert_eq!(CharSet::all().without(&CharSet::range('\u{1}', '\u{10FFFF}')).ranges(), [(0, 0)]);
    }

    #[test]
    fn an_example_reads_well() {
        assert_eq!(CharSet::all().example(), Some('a'));
        assert_eq!(CharSet::of("-Z9").example(), Some('9'));
        assert_eq!(CharSet::of("\n").example(), Some('\n'));
        assert_eq!(CharSet::from_ranges([(0xD800, 0xE001)]).example(), Some('\u{E000}'));
    }
}
