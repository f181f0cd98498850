//! One thing in the place of another.

use crate::chance::Chance;
use crate::mistake::{Edit, KindOfMistake, View, replaced};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "two values swapped", certain: false, make: values },
    KindOfMistake { name: "two words swapped", certain: false, make: words },
    KindOfMistake { name: "another name of the system", certain: false, make: name },
    KindOfMistake { name: "another type", certain: false, make: type_name },
    KindOfMistake { name: "line moved out of its block", certain: false, make: moved_out },
    KindOfMistake { name: "line moved into another block", certain: false, make: moved_in },
    KindOfMistake { name: "another bracket", certain: true, make: bracket },
];

/// A value that is one token, behind `=`, at the end of its line.
fn is_whole_value(view: &View<'_>, at: usize) -> bool {
    let range = view.range(at);
    view.before(at) == "=" && view.source.text[range.end..view.line_end(range.end)].trim().is_empty()
}

fn values(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let value = |at: usize| {
        let first = view.is_first(at) && view.is_key(at) && view.source.text[view.unit(at)].matches('\n').count() == 1;
        let range = view.range(at + 2).start..view.unit(at).end - 1;
        first.then_some(range)
    };
    let keys: Vec<_> = (0..view.tokens().len()).filter(|at| view.is_key(*at)).filter_map(value).collect();
    let pairs: Vec<_> = keys
        .windows(2)
        .filter(|pair| view.line_end(pair[0].end) == view.line_start(pair[1].start))
        .filter(|pair| view.source.text[pair[0].clone()] != view.source.text[pair[1].clone()])
        .collect();
    let pair = chance.one_of(&pairs)?;
    let text = |at: usize| view.source.text[pair[at].clone()].to_owned();
    Some(vec![Edit { range: pair[0].clone(), text: text(1) }, Edit { range: pair[1].clone(), text: text(0) }])
}

fn words(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.tokens().len() > at + 1
            && view.kind(at) == Kind::Word
            && view.kind(at + 1) == Kind::Word
            && view.word(at) != view.word(at + 1)
            && !view.is_first(at + 1)
    })?;
    let text = |at: usize| view.word(at).to_owned();
    Some(vec![Edit { range: view.range(at), text: text(at + 1) }, Edit { range: view.range(at + 1), text: text(at) }])
}

fn name(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_reference(at) && is_whole_value(view, at))?;
    let other = view.choose(chance, |view, other| {
        view.is_reference(other) && is_whole_value(view, other) && view.word(other) != view.word(at)
    })?;
    replaced(view, at, view.word(other))
}

fn type_name(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let is_type = |view: &View<'_>, at: usize| view.before(at) == "=" && view.word(at + 1) == "{";
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Word && is_type(view, at))?;
    let others: Vec<&str> = view
        .system
        .sources
        .iter()
        .map(|source| View { system: view.system, source })
        .flat_map(|other| {
            (0..other.tokens().len())
                .filter(|at| is_type(&other, *at))
                .map(|at| &other.source.text[other.range(at)])
                .collect::<Vec<_>>()
        })
        .filter(|other| *other != view.word(at))
        .collect();
    replaced(view, at, *chance.one_of(&others)?)
}

/// An entry that stands behind the block it belongs to.
fn moved_out(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let opener = view.choose(chance, |view, at| {
        view.word(at) == "{" && view.tokens().len() > at + 1 && view.is_first(at + 1) && view.is_key(at + 1)
    })?;
    let line = view.unit(opener + 1);
    let mut depth = 1;
    let closer = (opener + 1..view.tokens().len()).find(|at| {
        depth += match view.word(*at) {
            "{" if view.kind(*at) == Kind::Bracket => 1,
            "}" if view.kind(*at) == Kind::Bracket => -1,
            _ => 0,
        };
        depth == 0
    })?;
    let to = view.line_end(view.range(closer).end);
    let text = view.source.text[line.clone()].to_owned();
    Some(vec![Edit { range: line, text: String::new() }, Edit { range: to..to, text }])
}

/// An entry of one block at the beginning of another one.
fn moved_in(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let is_block = |view: &View<'_>, at: usize| {
        view.word(at) == "{" && view.tokens().len() > at + 1 && view.is_first(at + 1) && view.is_key(at + 1)
    };
    let from = view.choose(chance, is_block)?;
    let to = view.choose(chance, |view, at| is_block(view, at) && at != from)?;
    let line = view.unit(from + 1);
    let to = view.line_end(view.range(to).start);
    if line.contains(&to) {
        return None;
    }
    let text = view.source.text[line.clone()].to_owned();
    Some(vec![Edit { range: line, text: String::new() }, Edit { range: to..to, text }])
}

fn bracket(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.kind(at) == Kind::Bracket)?;
    let other = match view.word(at) {
        "{" => "[",
        "}" => "]",
        "[" => "{",
        "]" => "}",
        "(" => "[",
        _ => "]",
    };
    replaced(view, at, other)
}
