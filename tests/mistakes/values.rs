//! Values of the wrong kind, unit or size.

use crate::chance::Chance;
use crate::mistake::{Edit, KindOfMistake, View, replaced};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "number without its unit", certain: true, make: no_unit },
    KindOfMistake { name: "number with another unit", certain: false, make: other_unit },
    KindOfMistake { name: "number with a unit too much", certain: true, make: added_unit },
    KindOfMistake { name: "unknown unit", certain: true, make: unknown_unit },
    KindOfMistake { name: "value in quotes", certain: false, make: quoted },
    KindOfMistake { name: "text without quotes", certain: true, make: unquoted },
    KindOfMistake { name: "number out of range", certain: false, make: out_of_range },
    KindOfMistake { name: "address range without a mask", certain: true, make: no_mask },
    KindOfMistake { name: "address range with another mask", certain: false, make: other_mask },
    KindOfMistake { name: "one value for a list", certain: false, make: no_list },
    KindOfMistake { name: "a list for one value", certain: true, make: list },
    KindOfMistake { name: "true for a value", certain: false, make: bool },
    KindOfMistake { name: "text emptied", certain: false, make: emptied },
    KindOfMistake { name: "space or sign in a text", certain: false, make: odd_text },
];

fn has_unit(view: &View<'_>, at: usize) -> bool {
    view.kind(at) == Kind::Number
        && view.word(at).ends_with(|c: char| c.is_ascii_alphabetic() || c == '%')
        && view.word(at) != "0"
}

fn digits(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%')
}

fn no_unit(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, has_unit)?;
    replaced(view, at, digits(view.word(at)))
}

fn other_unit(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, has_unit)?;
    let others: Vec<&str> = ["s", "min", "h", "d", "MiB", "GiB", "TiB", "%"]
        .into_iter()
        .filter(|unit| !view.word(at).ends_with(*unit) || view.word(at).len() == unit.len())
        .collect();
    replaced(view, at, format!("{}{}", digits(view.word(at)), chance.one_of(&others)?))
}

fn is_plain(view: &View<'_>, at: usize) -> bool {
    view.kind(at) == Kind::Number && view.word(at).chars().all(|c| c.is_ascii_digit())
}

fn added_unit(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    // What a metric is compared with may have any unit.
    let at = view.choose(chance, |view, at| is_plain(view, at) && !matches!(view.before(at), "<" | ">"))?;
    replaced(view, at, format!("{}{}", view.word(at), chance.one_of(&["s", "GiB", "d", "%"])?))
}

fn unknown_unit(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, has_unit)?;
    replaced(
        view,
        at,
        format!("{}{}", digits(view.word(at)), chance.one_of(&["sec", "m", "GB", "days", "hours", "mb"])?),
    )
}

fn quoted(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Number || matches!(view.word(at), "true" | "false") && view.before(at) == "="
    })?;
    replaced(view, at, format!("\"{}\"", view.word(at)))
}

fn unquoted(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Text && view.word(at).len() > 3)?;
    let quoted = view.word(at);
    replaced(view, at, &quoted[1..quoted.len() - 1])
}

fn out_of_range(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| is_plain(view, at) || has_unit(view, at))?;
    let word = view.word(at);
    let wrong = match chance.below(3) {
        0 => format!("-{word}"),
        1 => format!("0{}", &word[digits(word).len()..]),
        _ => format!("{}00000{}", digits(word), &word[digits(word).len()..]),
    };
    replaced(view, at, wrong)
}

fn is_range(view: &View<'_>, at: usize) -> bool {
    view.kind(at) == Kind::Number && view.word(at).contains('/')
}

fn no_mask(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_range)?;
    replaced(view, at, view.word(at).split('/').next()?)
}

fn other_mask(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_range)?;
    replaced(view, at, format!("{}/{}", view.word(at).split('/').next()?, chance.one_of(&["8", "12", "28", "33"])?))
}

/// A list with one entry, without its brackets.
fn no_list(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.word(at) == "[" && view.before(at) == "=" && view.word(at + 2) == "]" && view.kind(at + 1) != Kind::Bracket
    })?;
    Some(vec![
        Edit { range: view.range(at), text: String::new() },
        Edit { range: view.range(at + 2), text: String::new() },
    ])
}

fn list(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let alone = !matches!(view.word(at + 1), "." | "[" | "(" | "{" | "+" | "++" | "-" | "*" | "|");
        view.before(at) == "=" && alone && matches!(view.kind(at), Kind::Number | Kind::Word)
    })?;
    replaced(view, at, format!("[{}]", view.word(at)))
}

fn bool(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at =
        view.choose(chance, |view, at| view.before(at) == "=" && matches!(view.kind(at), Kind::Number | Kind::Text))?;
    replaced(view, at, *chance.one_of(&["true", "false"])?)
}

fn emptied(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Text && view.word(at).len() > 2)?;
    replaced(view, at, "\"\"")
}

fn odd_text(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Text && view.word(at).len() > 4 && !view.word(at).contains(' ')
    })?;
    let word = view.word(at);
    replaced(view, at, format!("{}{}{}", &word[..2], chance.one_of(&[" ", "_", "/", "ü", "."])?, &word[2..]))
}
