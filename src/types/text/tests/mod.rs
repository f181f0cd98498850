//! The engine against slow, obvious readings of the same patterns.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;

use proptest::prelude::*;

mod apart;

use super::tree::{self, Tree};
use super::{Found, Lang, Languages, Link, Witness};
use crate::catalog::{Kind, Shape, catalog};

/// How many random cases, also where the thorough run asks for more.
fn cases(few: u32) -> ProptestConfig {
    let thorough = std::env::var_os("INFRAC_THOROUGH").is_some();
    ProptestConfig {
        cases: if thorough { few * 40 } else { few },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Where a match of a tree that begins at a place can end: by trying everything.
fn ends(tree: &Tree, text: &[char], at: usize) -> BTreeSet<usize> {
    let word = |place: Option<usize>| {
        place.and_then(|place| text.get(place)).is_some_and(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
    };
    let here = |holds: bool| if holds { BTreeSet::from([at]) } else { BTreeSet::new() };
    match tree {
        Tree::Empty => here(true),
        Tree::Set(set) => match text.get(at) {
            Some(letter) if set.contains(*letter) => BTreeSet::from([at + 1]),
            _ => BTreeSet::new(),
        },
        Tree::Start => here(at == 0),
        Tree::End => here(at == text.len()),
        Tree::WordBoundary(wanted) => here((word(at.checked_sub(1)) != word(Some(at))) == *wanted),
        Tree::Seq(parts) => {
            parts.iter().fold(here(true), |from, part| from.into_iter().flat_map(|at| ends(part, text, at)).collect())
        }
        Tree::Either(parts) => parts.iter().flat_map(|part| ends(part, text, at)).collect(),
        Tree::Repeat(inner, least, most) => {
            let (mut found, mut from) = (BTreeSet::new(), here(true));
            // More rounds than characters take nothing new.
            for round in 0..=most.unwrap_or(u32::MAX).min(least + 8) {
                if round >= *least {
                    found.extend(&from);
                }
                from = from.into_iter().flat_map(|at| ends(inner, text, at)).collect();
            }
            found
        }
        Tree::Ahead { inner, negative } => here(ends(inner, text, at).is_empty() == *negative),
        Tree::Behind { inner, negative } => {
            here((0..=at).any(|start| ends(inner, text, start).contains(&at)) != *negative)
        }
    }
}

fn found_in(tree: &Tree, text: &[char]) -> bool {
    (0..=text.len()).any(|at| !ends(tree, text, at).is_empty())
}

/// All texts over a small alphabet, shortest first.
fn texts(alphabet: &str, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| alphabet.chars().map(move |letter| format!("{text}{letter}"))).collect();
        all.extend(last.clone());
    }
    all
}

/// Patterns with everything that AWS's patterns have, over few characters.
fn patterns(look_around: bool) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "-", "[ab]", "[^a]", "[a-]", r"\w", ".", "ab"]).prop_map(str::to_owned),
        1 => Just(String::new()),
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let counted = (inner.clone(), prop::sample::select(vec!["*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}"]));
        let parts = prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            2 => counted.prop_map(|(inner, count)| format!("({inner}){count}")),
        ]
        .boxed();
        if !look_around {
            return parts;
        }
        let looks = (inner.clone(), prop::sample::select(vec!["(?=", "(?!", "(?<=", "(?<!"]));
        prop_oneof![
            4 => parts,
            1 => looks.prop_map(|(inner, look)| format!("{look}{inner})")),
            1 => inner.clone().prop_map(|inner| format!("^{inner}")),
            1 => inner.clone().prop_map(|inner| format!("{inner}$")),
            1 => (inner.clone(), any::<bool>()).prop_map(|(inner, on)| format!("{}{inner}", if on { r"\b" } else { r"\B" })),
        ]
        .boxed()
    })
    .boxed()
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_pattern_is_found_where_trying_everything_finds_it(pattern in patterns(true)) {
        let mut table = Languages::new();
        let (Some(tree), Some(lang)) = (tree::parse(&pattern), table.found_in(&pattern)) else { return Ok(()) };
        for text in texts("ab-", 4) {
            let letters: Vec<char> = text.chars().collect();
            prop_assert_eq!(table.matches(lang, &text), Some(found_in(&tree, &letters)), "{} in {:?}", pattern, text);
        }
    }

    #[test]
    fn patterns_without_look_around_are_always_read(pattern in patterns(false)) {
        let mut table = Languages::new();
        prop_assert!(table.whole(&pattern).is_some() && table.found_in(&pattern).is_some());
    }

    #[test]
    fn a_counterexample_is_a_shortest_one_and_a_proof_has_none(
        before in patterns(false), inner in patterns(false), outer in patterns(true), whole in any::<bool>(),
    ) {
        let mut table = Languages::new();
        let outer = if whole { table.whole(&outer) } else { table.found_in(&outer) };
        let (Some(before), Some(inner), Some(outer)) = (table.whole(&before), table.whole(&inner), outer) else {
            return Ok(());
        };
        let links = [Link::Any(before), Link::Text("a".into()), Link::Any(inner)];
        let all = table.joined(&links);
        let broken = texts("ab-", 5).into_iter().find(|text| {
            table.matches(all, text) == Some(true) && table.matches(outer, text) == Some(false)
        });
        match (table.outside(&links, outer), broken) {
            (Found::Witness(Witness { text, parts, .. }), broken) => {
                prop_assert_eq!(parts.concat(), text.as_str());
                prop_assert_eq!(table.matches(before, &parts[0]), Some(true));
                prop_assert_eq!(table.matches(inner, &parts[2]), Some(true));
                prop_assert_eq!(table.matches(outer, &text), Some(false));
                prop_assert!(broken.is_none_or(|broken| text.chars().count() <= broken.chars().count()));
            }
            (Found::None, broken) => prop_assert_eq!(broken, None),
            (Found::Unknown, _) => prop_assert!(false, "given up"),
        }
        let (least, most) = table.lengths(&links).unwrap_or((0, None));
        for text in texts("ab-", 5) {
            if table.matches(all, &text) == Some(true) {
                let count = text.chars().count() as u64;
                prop_assert!(least <= count && most.is_none_or(|most| count <= most));
            }
        }
    }

    #[test]
    fn a_change_of_case_changes_every_text(pattern in patterns(false)) {
        let mut table = Languages::new();
        let Some(lang) = table.whole(&pattern) else { return Ok(()) };
        let upper = table.changed(lang, &|letter| letter.to_uppercase().collect()).unwrap();
        for text in texts("ab-", 4) {
            if table.matches(lang, &text) == Some(true) {
                prop_assert_eq!(table.matches(upper, &text.to_uppercase()), Some(true));
            }
        }
        for text in texts("AB-", 3) {
            let lower = text.to_lowercase();
            let mixed = texts("abAB-", 3).into_iter().filter(|one| one.to_uppercase() == text);
            let some = mixed.chain([lower]).any(|one| table.matches(lang, &one) == Some(true));
            prop_assert_eq!(table.matches(upper, &text), Some(some), "{} to {:?}", pattern, text);
        }
    }
}

fn example(table: &mut Languages, pattern: &str) -> String {
    let lang = table.found_in(pattern).unwrap();
    match table.shortest(lang) {
        Found::Witness(witness) => witness.text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn look_around_is_intersection_and_complement() {
    let mut table = Languages::new();
    let bucket = r"(?=^.{3,63}$)(?!^(\d+\.)+\d+$)(^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])$)";
    assert_eq!(example(&mut table, bucket).len(), 3);
    let lang = table.found_in(bucket).unwrap();
    for (text, fits) in [("my-bucket", true), ("1.2.3", false), ("a-.b", false), ("ab", false), ("a.b", true)] {
        assert_eq!(table.matches(lang, text), Some(fits), "{text}");
    }
    let dashes = table.found_in("^(?!tg-)(?![-])(?!.*[-]$)(?!.*[-]{2})[a-z0-9-]+$").unwrap();
    let any = table.whole("[a-z0-9-]{3,40}").unwrap();
    let Found::Witness(witness) = table.outside(&[Link::Any(any)], dashes) else { panic!() };
    assert_eq!(witness.text.len(), 3);
    let letters = table.whole("[a-f]{1,40}(-[0-9]+)?").unwrap();
    assert_eq!(table.outside(&[Link::Text("x".into()), Link::Any(letters)], dashes), Found::None);
}

#[test]
fn counts_are_walked_only_as_far_as_needed() {
    let mut table = Languages::new();
    let long = table.whole("[a-z]{0,60000}").unwrap();
    let all = table.found_in("^[a-z]*$").unwrap();
    assert_eq!(
        table.outside(&[Link::Any(long)], all),
        Found::None,
        "nothing can go wrong any more after the first step"
    );
    let short = table.of_length(0, Some(20));
    let Found::Witness(witness) = table.outside(&[Link::Text("shop-".into()), Link::Any(long)], short) else {
        panic!()
    };
    assert_eq!(witness.text, format!("shop-{}", "a".repeat(16)));
    let twice = table.found_in("^.{0,100}x.{0,100}$").unwrap();
    assert_eq!(table.matches(twice, &"x".repeat(150)), Some(true));
    assert!(table.size() < 20_000, "{}", table.size());
}

#[test]
fn what_is_not_regular_is_refused() {
    let mut table = Languages::new();
    for pattern in [r"(a)\1", "(", "[", "(?m)^a$", r"(?<!aa)b"] {
        assert_eq!(table.found_in(pattern), None, "{pattern}");
    }
    assert!(table.found_in(&"(".repeat(5000)).is_none());
    assert_eq!(table.shortest(Lang::NOTHING), Found::None);
}

/// Every pattern of the schemas.
fn schema_patterns() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut seen: crate::base::HashSet<Shape> = crate::base::HashSet::default();
    let mut waiting: Vec<Shape> = catalog().resource_types().map(|ty| ty.shape()).collect();
    while let Some(shape) = waiting.pop() {
        if !seen.insert(shape) {
            continue;
        }
        found.extend(shape.pattern());
        found.extend(shape.key_pattern());
        waiting.extend(shape.properties().map(|property| property.shape()));
        waiting.extend(shape.items());
        waiting.extend(
            shape
                .prefix_items()
                .chain(shape.one_of())
                .chain(shape.any_of())
                .chain(shape.all_of())
                .chain(shape.conditions()),
        );
        waiting.extend(shape.excluded());
        waiting.extend(shape.dependent_shapes().map(|(_, shape)| shape));
        if let Some(conditional) = shape.conditional() {
            waiting
                .extend([Some(conditional.condition), conditional.then, conditional.otherwise].into_iter().flatten());
        }
    }
    assert!(waiting.is_empty() && seen.iter().any(|shape| shape.kind() == Kind::String));
    found
}

/// Those that cannot be decided, and why: a list that may only get shorter.
const UNDECIDED: &[&str] = &[
    // No text can meet it: a quote stands before its `^`.
    r#""^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/.+$""#,
    // It refers back to what its groups took.
    r"^([\+-]?\d{4}(?!\d{2}))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?|W([0-4]\d|5[0-2])(-?[1-7])?|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))([tT]((([01]\d|2[0-3])((:?)[0-5]\d)?|24\:?00)([\.,]\d+(?!:))?)?(\17[0-5]\d([\.,]\d+)?)?([zZ]|([\+-])([01]\d|2[0-3]):?([0-5]\d)?)?)?)?$",
    // No text can meet it: it goes on before its second `^`.
    r"^arn:aws([a-z-]+)?:ec2:[a-z\d-]+:\d{12}:placement-group/^.{1,255}$",
];

#[test]
fn the_patterns_of_all_schemas_are_decided() {
    let mut table = Languages::new();
    let patterns = schema_patterns();
    let (mut refused, mut compared) = (Vec::new(), 0);
    for pattern in &patterns {
        let Some(lang) = table.found_in(pattern) else {
            refused.push(*pattern);
            continue;
        };
        match table.shortest(lang) {
            Found::Witness(witness) => {
                assert_eq!(table.matches(lang, &witness.text), Some(true), "{pattern}");
                if let Ok(other) = regex_lite::Regex::new(pattern) {
                    compared += 1;
                    assert!(other.is_match(&witness.text), "{pattern} does not match {:?}", witness.text);
                }
            }
            Found::None | Found::Unknown => refused.push(*pattern),
        }
    }
    assert_eq!(refused, UNDECIDED, "of {} patterns", patterns.len());
    assert!(patterns.len() > 2900 && compared > 2700, "{} of {}", compared, patterns.len());
}
