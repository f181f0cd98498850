//! From the dialects in which AWS writes patterns (ECMA's, Java's, Python's) to the one that `regex-syntax` reads.
//!
//! Look-around is taken out and leaves a private character in its place, because no parser of regular languages knows it. Inside
//! brackets all but letters and digits are written by their numbers, so that no dialect's special signs are left.

use std::fmt::Write;

/// The first of the characters that stand for a look-around.
const FIRST_LOOK: u32 = 0x000F_0000;
/// How many there can be in one pattern.
const MAX_LOOKS: u32 = 0x1000;

/// `(?=…)` and its kin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// It looks at what stands before.
    pub behind: bool,
    /// It forbids.
    pub negative: bool,
    /// The pattern inside.
    pub inner: String,
}

/// The character in place of the n-th look-around.
fn mark(number: usize) -> Option<char> {
    let number = u32::try_from(number).ok().filter(|number| *number < MAX_LOOKS)?;
    char::from_u32(FIRST_LOOK + number)
}

/// Which look-around a character stands for.
pub fn marked(letter: char) -> Option<usize> {
    let number = u32::from(letter).checked_sub(FIRST_LOOK)?;
    (number < MAX_LOOKS).then(|| usize::try_from(number).ok()).flatten()
}

/// The pattern for `regex-syntax`, and the look-arounds in it. `None`: its brackets do not close.
pub fn translate(pattern: &str) -> Option<(String, Vec<Look>)> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut looks = Vec::new();
    while let Some(letter) = letters.get(at) {
        match letter {
            '\\' => {
                let next = letters.get(at + 1)?;
                match next {
                    // The end of the text: before a line break at its end or not makes no difference to a name.
                    'Z' => text.push_str("\\z"),
                    '<' | '>' | '"' | '\'' => text.push(*next),
                    _ => {
                        text.push('\\');
                        text.push(*next);
                    }
                }
                at += 2;
            }
            '[' => at = class(&letters, at, &mut text)?,
            '(' => {
                let rest = letters.get(at + 1..).unwrap_or_default();
                let (behind, negative, skip) = match rest {
                    ['?', '=', ..] => (false, false, 3),
                    ['?', '!', ..] => (false, true, 3),
                    ['?', '<', '=', ..] => (true, false, 4),
                    ['?', '<', '!', ..] => (true, true, 4),
                    _ => {
                        text.push('(');
                        at += 1;
                        continue;
                    }
                };
                let end = closing(&letters, at)?;
                let inner: String = letters.get(at + skip..end)?.iter().collect();
                // A flag that was set before holds inside as well.
                text.push(mark(looks.len())?);
                looks.push(Look { behind, negative, inner });
                at = end + 1;
            }
            _ => {
                text.push(*letter);
                at += 1;
            }
        }
    }
    Some((text, looks))
}

/// Where the parenthesis that opens at a place closes.
fn closing(letters: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    loop {
        match letters.get(at)? {
            '\\' => at += 1,
            '[' => at = class(letters, at, &mut String::new())? - 1,
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// What stands in brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Letter(u32),
    /// `\w` and the like: from here to there in the source.
    Class(usize, usize),
}

/// Copies what stands in brackets, signs by their numbers. Gives the place behind the closing bracket.
fn class(letters: &[char], open: usize, text: &mut String) -> Option<usize> {
    let mut at = open + 1;
    text.push('[');
    if letters.get(at) == Some(&'^') {
        text.push('^');
        at += 1;
    }
    let start = at;
    loop {
        match letters.get(at)? {
            ']' if at > start => {
                text.push(']');
                return Some(at + 1);
            }
            // Java's intersection of sets.
            '&' if letters.get(at + 1..at + 3) == Some(&['&', '[']) => {
                text.push_str("&&");
                at = class(letters, at + 2, text)?;
                continue;
            }
            _ => {}
        }
        let (low, after) = item(letters, at)?;
        at = after;
        let span = letters.get(at) == Some(&'-') && letters.get(at + 1).is_some_and(|next| *next != ']');
        match low {
            Item::Letter(low) if span => match item(letters, at + 1)? {
                (Item::Letter(high), after) => {
                    range(low, high, text)?;
                    at = after;
                }
                (Item::Class(..), _) => range(low, low, text)?,
            },
            Item::Letter(low) => range(low, low, text)?,
            Item::Class(from, to) => {
                text.extend(letters.get(from..to)?);
                if span {
                    text.push_str("\\-");
                    at += 1;
                }
            }
        }
    }
}

fn item(letters: &[char], at: usize) -> Option<(Item, usize)> {
    let letter = letters.get(at)?;
    if *letter != '\\' {
        return Some((Item::Letter(u32::from(*letter)), at + 1));
    }
    let next = letters.get(at + 1)?;
    let hexadecimal = |from: usize, to: usize| -> Option<u32> {
        let digits: String = letters.get(from..to)?.iter().collect();
        u32::from_str_radix(&digits, 16).ok()
    };
    Some(match next {
        'u' | 'x' if letters.get(at + 2) == Some(&'{') => {
            let end = at + 3 + letters.get(at + 3..)?.iter().position(|letter| *letter == '}')?;
            (Item::Letter(hexadecimal(at + 3, end)?), end + 1)
        }
        'u' => (Item::Letter(hexadecimal(at + 2, at + 6)?), at + 6),
        'x' => (Item::Letter(hexadecimal(at + 2, at + 4)?), at + 4),
        'n' => (Item::Letter(10), at + 2),
        't' => (Item::Letter(9), at + 2),
        'r' => (Item::Letter(13), at + 2),
        'f' => (Item::Letter(12), at + 2),
        'v' => (Item::Letter(11), at + 2),
        'b' => (Item::Letter(8), at + 2),
        'p' | 'P' if letters.get(at + 2) == Some(&'{') => {
            let end = at + 3 + letters.get(at + 3..)?.iter().position(|letter| *letter == '}')? + 1;
            (Item::Class(at, end), end)
        }
        'p' | 'P' => (Item::Class(at, at + 3), at + 3),
        'd' | 'D' | 'w' | 'W' | 's' | 'S' => (Item::Class(at, at + 2), at + 2),
        other => (Item::Letter(u32::from(*other)), at + 2),
    })
}

/// A range, by numbers. Halves of surrogate pairs stand for all that is written with such pairs.
fn range(low: u32, high: u32, text: &mut String) -> Option<()> {
    let half = |code: u32| (0xD800..=0xDFFF).contains(&code);
    let (low, high) = if half(low) || half(high) { (0x1_0000, 0x0010_FFFF) } else { (low, high) };
    if low > high {
        return None;
    }
    written(low, text)?;
    if low < high {
        text.push('-');
        written(high, text)?;
    }
    Some(())
}

/// A character that stands for itself within brackets, whatever stands beside it.
fn written(code: u32, text: &mut String) -> Option<()> {
    match char::from_u32(code).filter(char::is_ascii_alphanumeric) {
        // By far the most frequent ones, and the cheapest to read.
        Some(plain) => text.push(plain),
        None => write!(text, "\\x{{{code:X}}}").ok()?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(pattern: &str) -> String {
        translate(pattern).map(|(text, _)| text).unwrap_or_default()
    }

    #[test]
    fn brackets_are_written_by_number() {
        assert_eq!(translated(r"[\w-/.]"), r"[\w\-\x{2F}\x{2E}]");
        assert_eq!(translated(r"[a-c[\]&&-]"), r"[a-c\x{5B}\x{5D}\x{26}\x{26}\x{2D}]");
        assert_eq!(translated(r"[^]a]"), r"[^\x{5D}a]");
        assert_eq!(translated(r"[\uD800\uDBFF-\uDC00\t]"), r"[\x{10000}-\x{10FFFF}\x{10000}-\x{10FFFF}\x{9}]");
        assert_eq!(translated(r"[\p{L}&&[^a]]"), r"[\p{L}&&[^a]]");
        assert_eq!(translate("[z-a]"), None);
        assert_eq!(translate("[abc"), None);
    }

    #[test]
    fn look_around_leaves_a_mark() {
        let look = |behind: bool, inner: &str| Look { behind, negative: true, inner: inner.to_owned() };
        assert_eq!(
            translate(r"^(?!aws:[)(])a(?<!x)\Z"),
            Some(("^\u{F0000}a\u{F0001}\\z".to_owned(), vec![look(false, "aws:[)(]"), look(true, "x")]))
        );
        assert_eq!(marked('\u{F0001}'), Some(1));
        assert_eq!(marked('a'), None);
    }
}
