//! Realistic mistakes: one thing in a working system is edited as people do, and what `check` says of it is judged.
//!
//! - The first diagnostic is at the edited line or names what was edited, in at least 95 % of the mistakes.
//! - At most two diagnostics follow it, in at least 95 %.
//! - What nobody could mean is refused, but for 1 % that nobody thought of yet.
//!
//! The mistakes come from a seed, which is printed with the figures, and are the same on every machine:
//! `cargo test --test mistakes -- --nocapture`. With `INFRAC_THOROUGH=1` there are many more of them;
//! `INFRAC_MISTAKES=LIST` prints each that falls short, `INFRAC_SEED` chooses others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::print_stdout, reason = "the figures are shown with `--nocapture`")]

mod chance;
mod copies;
mod habits;
mod judge;
mod losses;
mod mistake;
mod swaps;
mod systems;
mod tokens;
mod typos;
mod values;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chance::Chance;
use judge::{Verdict, judge};
use mistake::{KindOfMistake, Mistake, View, mistake};
use systems::{System, systems};

const SEED: u64 = 20_261_122;

/// At least so many percent are told at their place, and with few diagnostics.
const BAR: f64 = 95.0;
/// At most so many percent are accepted that nobody could mean.
const UNSEEN: f64 = 1.0;

/// Every kind of mistake.
fn kinds() -> Vec<&'static KindOfMistake> {
    [typos::KINDS, losses::KINDS, swaps::KINDS, values::KINDS, copies::KINDS, habits::KINDS]
        .into_iter()
        .flatten()
        .collect()
}

/// Up to so many mistakes of each kind in a system, no two the same.
fn mistakes(system: &System, each: usize, seed: u64) -> Vec<Mistake> {
    let mut made = Vec::new();
    for (number, kind) in kinds().into_iter().enumerate() {
        let mut chance = Chance::new(seed ^ (u64::try_from(number).unwrap() << 32));
        let mut seen = BTreeSet::new();
        let mut count = 0;
        for _ in 0..each * 8 {
            if count == each {
                break;
            }
            let source = chance.one_of(&system.sources).unwrap();
            let Some(edits) = (kind.make)(&View { system, source }, &mut chance) else { continue };
            let one = mistake(kind, source, edits);
            if one.text != source.text && seen.insert((one.path.clone(), one.text.clone())) {
                made.push(one);
                count += 1;
            }
        }
    }
    made
}

/// What is said of each mistake, in order.
fn verdicts(system: &System, mistakes: &[Mistake]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, mistake)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    mistakes.get(at).map(|mistake| (at, mistake))
                } {
                    let verdict = judge(system, mistake);
                    done.lock().unwrap().push((at, verdict));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, verdict)| verdict).collect()
}

/// A share in percent.
fn percent(part: usize, all: usize) -> f64 {
    100.0 * f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all.max(1)).unwrap())
}

#[test]
fn mistakes_are_told_where_they_were_made_and_once() {
    let seed = std::env::var("INFRAC_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let systems = systems();
    // Enough for the figures; more of them where time does not matter.
    let each = if std::env::var_os("INFRAC_THOROUGH").is_some() { 20 } else { 4_usize.div_ceil(systems.len()) };
    let list = std::env::var_os("INFRAC_MISTAKES").is_some();
    let (mut told, mut at_place, mut elsewhere, mut named, mut quiet) = (0, 0, 0, 0, 0);
    let (mut accepted, mut unseen) = (0, Vec::new());
    let mut short = Vec::new();
    for system in &systems {
        let made = mistakes(system, each, seed);
        for (mistake, verdict) in made.iter().zip(verdicts(system, &made)) {
            match verdict {
                Verdict::Accepted if mistake.certain => unseen.push(format!("{}: {}", mistake.kind, mistake.shown)),
                Verdict::Accepted => accepted += 1,
                Verdict::Told { place, follow, said } => {
                    told += 1;
                    at_place += usize::from(place == judge::Place::First);
                    elsewhere += usize::from(place == judge::Place::Other);
                    named += usize::from(place == judge::Place::Named);
                    quiet += usize::from(follow <= 2);
                    if place == judge::Place::Missed || follow > 2 {
                        let why = if place == judge::Place::Missed { "elsewhere" } else { "a flood" };
                        short.push(format!("{why}: {}: {}\n{said}", mistake.kind, mistake.shown));
                    }
                }
            }
        }
    }
    println!(
        "seed {seed}: {told} mistakes told; the first diagnostic is at the edited line in {:.1} %, has another place \
         there in {:.1} %, names what was edited in {:.1} %; at most two follow in {:.1} %; {accepted} gave a correct \
         system, {} should not have",
        percent(at_place, told),
        percent(elsewhere, told),
        percent(named, told),
        percent(quiet, told),
        unseen.len(),
    );
    if list {
        for text in unseen.iter().map(|unseen| format!("accepted: {unseen}\n")).chain(short) {
            println!("{text}");
        }
    }
    assert!(told >= 200, "too few mistakes: {told}");
    assert!(percent(at_place + elsewhere + named, told) >= BAR, "mistakes are told in other places");
    assert!(percent(quiet, told) >= BAR, "too much follows");
    assert!(percent(unseen.len(), told) <= UNSEEN, "mistakes are accepted:\n{}", unseen.join("\n"));
}

#[test]
fn the_same_seed_makes_the_same_mistakes() {
    let systems = systems();
    let shown = |seed| mistakes(&systems[0], 2, seed).iter().map(|one| one.shown.clone()).collect::<Vec<_>>();
    assert_eq!(shown(SEED), shown(SEED));
    assert_ne!(shown(SEED), shown(SEED + 1));
}
