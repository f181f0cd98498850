//! What is deleted, or was never written.

use crate::chance::Chance;
use crate::mistake::{Edit, KEYWORDS, KindOfMistake, View, replaced};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "lost sign", certain: false, make: sign },
    KindOfMistake { name: "lost opening bracket", certain: true, make: opener },
    KindOfMistake { name: "lost closing bracket", certain: true, make: closer },
    KindOfMistake { name: "lost opening quote", certain: true, make: opening_quote },
    KindOfMistake { name: "lost closing quote", certain: true, make: closing_quote },
    KindOfMistake { name: "lost line", certain: false, make: line },
    KindOfMistake { name: "lost definition", certain: false, make: definition },
    KindOfMistake { name: "lost word", certain: false, make: word },
    KindOfMistake { name: "lost value", certain: true, make: value },
    KindOfMistake { name: "lost part of a path", certain: true, make: part },
    KindOfMistake { name: "lost rest of the file", certain: true, make: rest },
];

fn sign(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Sign)?;
    replaced(view, at, "")
}

fn opener(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at =
        view.choose(chance, |view, at| view.kind(at) == Kind::Bracket && matches!(view.word(at), "{" | "(" | "["))?;
    replaced(view, at, "")
}

fn closer(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at =
        view.choose(chance, |view, at| view.kind(at) == Kind::Bracket && matches!(view.word(at), "}" | ")" | "]"))?;
    replaced(view, at, "")
}

fn opening_quote(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Text)?;
    let start = view.range(at).start;
    Some(vec![Edit { range: start..start + 1, text: String::new() }])
}

fn closing_quote(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Text)?;
    let end = view.range(at).end;
    Some(vec![Edit { range: end - 1..end, text: String::new() }])
}

fn line(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_first(at) && view.is_key(at) && one_line(view, at))?;
    Some(vec![Edit { range: view.unit(at), text: String::new() }])
}

fn one_line(view: &View<'_>, at: usize) -> bool {
    view.source.text[view.unit(at)].matches('\n').count() == 1
}

/// A whole declaration, as long as it may be.
fn definition(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let is_instance = view.is_key(at) && view.word(at + 3) == "{";
        view.is_first(at) && (is_instance || matches!(view.word(at), "param" | "let" | "environment" | "fn" | "type"))
    })?;
    Some(vec![Edit { range: view.unit(at), text: String::new() }])
}

fn word(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        KEYWORDS.contains(&view.word(at)) && !matches!(view.word(at + 1), "=" | ":" | ".") && view.before(at) != "="
    })?;
    replaced(view, at, "")
}

fn value(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let ends = !matches!(view.word(at + 1), "." | "[" | "(" | "{" | "+" | "++" | "-" | "*" | "==" | "??");
        view.before(at) == "=" && matches!(view.kind(at), Kind::Word | Kind::Number | Kind::Text) && ends
    })?;
    replaced(view, at, "")
}

/// `Network.group.rds` without its first or second part.
fn part(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Word && view.word(at + 1) == "." && view.tokens().len() > at + 2
    })?;
    Some(vec![Edit { range: view.range(at).start..view.range(at + 2).start, text: String::new() }])
}

/// A file of which only the beginning was saved.
fn rest(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let mut depth = 0;
    let mut inside = Vec::new();
    for (at, token) in view.tokens().iter().enumerate().filter(|(_, token)| token.kind == Kind::Bracket) {
        depth += if matches!(&view.source.text[token.range.clone()], "{" | "[" | "(") { 1 } else { -1 };
        if depth > 0 {
            inside.push(at);
        }
    }
    let from = view.line_end(view.range(*chance.one_of(&inside)?).start);
    // Not between two declarations, where a file may well end.
    let open: i32 = view
        .tokens()
        .iter()
        .take_while(|token| token.range.start < from)
        .filter(|token| token.kind == Kind::Bracket)
        .map(|token| if matches!(&view.source.text[token.range.clone()], "{" | "[" | "(") { 1 } else { -1 })
        .sum();
    (open > 0 && from < view.source.text.len())
        .then(|| vec![Edit { range: from..view.source.text.len(), text: String::new() }])
}
