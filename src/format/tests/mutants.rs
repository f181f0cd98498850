//! Sources that somebody or something has damaged. Formatting proves itself whenever it runs; here it must also come to an end and
//! be idempotent, whatever it is given.

use proptest::prelude::*;

use super::super::{Unproved, format};
use super::corpus;

/// What is put into a source.
const PIECES: &[&str] = &[
    "{", "}", "[", "]", "(", ")", ",", ";", "=", "\"", "'", "\"\"\"", "'''", "// c", "// c\n", "/// d\n", "\n", "\n\n",
    " ", "x", "let ", "grant ", "if ", "else ", "-", "->", ":", "::", "..", "@", "@was(a)", "$", "${", "{{", "#", "/*",
    "*/", "\t", "\r\n", "/", "é", "not ", "in ", "1", "20GiB", "=>", "with {", "+",
];

#[derive(Debug, Clone)]
enum Damage {
    Remove { at: prop::sample::Index, length: usize },
    Insert { at: prop::sample::Index, piece: &'static str },
    Copy { from: prop::sample::Index, length: usize, to: prop::sample::Index },
    JoinLines { at: prop::sample::Index },
    SplitLine { at: prop::sample::Index, with: &'static str },
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), 1..9_usize).prop_map(|(at, length)| Damage::Remove { at, length }),
        (index(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Damage::Insert { at, piece }),
        (index(), 1..200_usize, index()).prop_map(|(from, length, to)| Damage::Copy { from, length, to }),
        index().prop_map(|at| Damage::JoinLines { at }),
        (index(), prop::sample::select(&["\n", " // c\n", "\n// d\n", "  "][..]))
            .prop_map(|(at, with)| Damage::SplitLine { at, with }),
    ]
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn hurt(text: &mut String, damage: &Damage) {
    let place = |index: &prop::sample::Index| boundary(text, index.index(text.len() + 1));
    match damage {
        Damage::Remove { at, length } => {
            let from = place(at);
            let to = boundary(text, from + length);
            text.replace_range(from..to, "");
        }
        Damage::Insert { at, piece } => {
            let at = place(at);
            text.insert_str(at, piece);
        }
        Damage::Copy { from, length, to } => {
            let (from, to) = (place(from), place(to));
            let copied = text[from..boundary(text, from + length)].to_owned();
            text.insert_str(to, &copied);
        }
        Damage::JoinLines { at } => {
            let from = place(at);
            if let Some(end) = text[from..].find('\n') {
                text.replace_range(from + end..=from + end, " ");
            }
        }
        Damage::SplitLine { at, with } => {
            let from = place(at);
            if let Some(blank) = text[from..].find(' ') {
                text.replace_range(from + blank..=from + blank, with);
            }
        }
    }
}

#[test]
fn damaged_sources_are_formatted_without_loss_and_only_once() {
    let thorough = std::env::var_os("INFRAC_THOROUGH").is_some();
    let corpus = corpus();
    let cases =
        ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(if thorough { 10_000 } else { 150 }) };
    proptest!(cases, |(file in any::<prop::sample::Index>(), all in prop::collection::vec(damage(), 1..4))| {
        let mut text = file.get(&corpus).1.clone();
        all.iter().for_each(|damage| hurt(&mut text, damage));
        let formatted = format(&text).map_err(|unproved: Unproved| TestCaseError::fail(format!("{unproved:?}:\n{text}")))?;
        prop_assert_eq!(format(&formatted), Ok(formatted));
    });
}
