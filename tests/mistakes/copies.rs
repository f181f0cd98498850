//! What is copied and not changed, or not enough.

use crate::chance::Chance;
use crate::mistake::{Edit, KindOfMistake, View};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "copied entry", certain: true, make: entry },
    KindOfMistake { name: "copied declaration", certain: true, make: declaration },
    KindOfMistake { name: "copied statement", certain: false, make: statement },
    KindOfMistake { name: "copied and only renamed", certain: false, make: renamed },
    KindOfMistake { name: "copied into another file", certain: false, make: elsewhere },
];

fn twice(view: &View<'_>, at: usize) -> Vec<Edit> {
    let unit = view.unit(at);
    let text = view.source.text[unit.clone()].to_owned();
    vec![Edit { range: unit.end..unit.end, text }]
}

fn entry(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_first(at) && view.is_key(at))?;
    Some(twice(view, at))
}

fn declaration(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let words = ["param", "let", "output", "environment", "external", "component", "fn", "type", "system"];
    let at = view.choose(chance, |view, at| {
        view.is_first(at) && words.contains(&view.word(at)) && view.kind(at) == Kind::Word && view.word(at + 1) != "="
    })?;
    Some(twice(view, at))
}

fn statement(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let words = ["grant", "deny", "connect", "ensure", "forbid", "stack", "tags", "naming", "test"];
    let at = view
        .choose(chance, |view, at| view.is_first(at) && words.contains(&view.word(at)) && view.word(at + 1) != "=")?;
    Some(twice(view, at))
}

fn renamed(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let is_instance = view.is_key(at) && view.word(at + 3) == "{";
        view.is_first(at) && (is_instance || view.word(at) == "environment")
    })?;
    let name = if view.word(at) == "environment" { at + 1 } else { at };
    let (unit, name) = (view.unit(at), view.range(name));
    let text = &view.source.text;
    let copy = format!("{}{}2{}", &text[unit.start..name.start], &text[name.clone()], &text[name.end..unit.end]);
    Some(vec![Edit { range: unit.end..unit.end, text: copy }])
}

/// A declaration of another file, at the end of this one.
fn elsewhere(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let others: Vec<_> = view.system.sources.iter().filter(|source| source.path != view.source.path).collect();
    let source = *chance.one_of(&others)?;
    let other = View { system: view.system, source };
    let at = other.choose(chance, |view, at| {
        let words = ["param", "connect", "grant", "stack", "ensure", "test", "environment"];
        view.is_first(at) && words.contains(&view.word(at)) && !view.source.text[view.unit(at)].starts_with(' ')
    })?;
    let end = view.source.text.len();
    Some(vec![Edit { range: end..end, text: source.text[other.unit(at)].to_owned() }])
}
