//! Words that are written wrong.

use crate::chance::Chance;
use crate::mistake::{Edit, KEYWORDS, KindOfMistake, View, replaced};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "misspelt reference", certain: true, make: reference },
    KindOfMistake { name: "misspelt reference in a text", certain: true, make: in_text },
    KindOfMistake { name: "misspelt key or definition", certain: false, make: key },
    KindOfMistake { name: "misspelt word of the language", certain: true, make: keyword },
    KindOfMistake { name: "misspelt type", certain: true, make: type_name },
    KindOfMistake { name: "misspelt type of AWS", certain: true, make: aws_type },
    KindOfMistake { name: "misspelt text", certain: false, make: text },
    KindOfMistake { name: "upper and lower case mixed up", certain: true, make: case },
    KindOfMistake { name: "singular for plural, plural for singular", certain: true, make: number },
];

/// A word as a hurried hand writes it.
fn misspelt(word: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let length = letters.len();
    for _ in 0..20 {
        // The first letter is seldom wrong.
        let at = 1 + chance.below(length - 1);
        match chance.below(4) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            2 if at + 1 < length => letters.swap(at, at + 1),
            2 => letters.swap(at - 1, at),
            _ => letters[at] = beside(letters[at]),
        }
        let wrong: String = letters.iter().collect();
        if wrong != word {
            return wrong;
        }
    }
    format!("{word}{word}")
}

/// A key beside another one.
fn beside(c: char) -> char {
    let rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let row = rows.iter().find(|row| row.contains(c.to_ascii_lowercase()));
    let Some(row) = row else { return 'x' };
    let at = row.find(c.to_ascii_lowercase()).unwrap();
    let near = row[..at].chars().next_back().or_else(|| row[at + 1..].chars().next()).unwrap();
    if c.is_ascii_uppercase() { near.to_ascii_uppercase() } else { near }
}

fn reference(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_reference(at) && view.word(at).len() > 3)?;
    replaced(view, at, misspelt(view.word(at), chance))
}

fn in_text(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let all: Vec<usize> =
        (0..view.tokens().len()).filter(|at| view.tokens()[*at].in_text && view.word(*at).len() > 3).collect();
    let at = *chance.one_of(&all)?;
    replaced(view, at, misspelt(view.word(at), chance))
}

fn key(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_key(at) && !view.word(at).contains(':'))?;
    replaced(view, at, misspelt(view.word(at), chance))
}

fn keyword(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let word = view.word(at);
        KEYWORDS.contains(&word) && word.len() > 3 && !matches!(view.word(at + 1), "=" | ":" | ".")
    })?;
    replaced(view, at, misspelt(view.word(at), chance))
}

fn type_name(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Word
            && view.before(at) == "="
            && view.word(at + 1) == "{"
            && view.word(at).starts_with(|c: char| c.is_ascii_uppercase())
    })?;
    replaced(view, at, misspelt(view.word(at), chance))
}

fn aws_type(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.word(at).starts_with("AWS::"))?;
    let (space, last) = view.word(at).rsplit_once("::")?;
    replaced(view, at, format!("{space}::{}", misspelt(last, chance)))
}

fn text(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Text && view.word(at).len() > 5 && !view.word(at).contains(' ')
    })?;
    let quoted = view.word(at);
    let inside = &quoted[1..quoted.len() - 1];
    replaced(view, at, format!("\"{}\"", misspelt(inside, chance)))
}

fn case(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    // `arn` is a word of ours as well as AWS's `Arn`.
    let at = view.choose(chance, |view, at| view.is_reference(at) && view.word(at).to_lowercase() != "arn")?;
    let word = view.word(at);
    let camel = || {
        let mut parts = word.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |word, part| word + &part[..1].to_uppercase() + &part[1..])
    };
    let wrong = if word.contains('_') {
        camel()
    } else if word.starts_with(|c: char| c.is_ascii_uppercase()) {
        word.to_lowercase()
    } else {
        word[..1].to_uppercase() + &word[1..]
    };
    replaced(view, at, wrong)
}

fn number(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, View::is_reference)?;
    let word = view.word(at);
    let wrong = word.strip_suffix('s').map_or_else(|| format!("{word}s"), str::to_owned);
    replaced(view, at, wrong)
}
