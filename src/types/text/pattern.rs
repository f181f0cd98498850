//! Patterns as languages: anchors and look-around become intersection and complement with what comes next.

use std::rc::Rc;

use super::language::{Before, Lang, Languages, Rest, Rounds, Term, at};
use super::set::CharSet;
use super::tree::{self, Tree, word};

/// The last code point that may have a case.
const LAST_WITH_CASE: u32 = 0x1_FFFF;

/// So many repetitions are counted in any case.
const FEW: u32 = 3;

/// Nothing is asked of what comes next.
const FREE: Rest = [Lang::ALL; 3];

impl Languages {
    /// The texts that a pattern matches as a whole. `None`: it is not regular, or of a dialect that is not known.
    pub fn whole(&mut self, pattern: &str) -> Option<Lang> {
        self.read(pattern, true)
    }

    /// The texts in which a pattern is found, as JSON schemas mean it. `None` also for one that no text can meet.
    pub fn found_in(&mut self, pattern: &str) -> Option<Lang> {
        self.read(pattern, false)
    }

    fn read(&mut self, pattern: &str, whole: bool) -> Option<Lang> {
        let [found, all] = &self.patterns;
        if let Some(known) = (if whole { all } else { found }).get(pattern) {
            return *known;
        }
        self.refuel();
        let lang = tree::parse(pattern).and_then(|tree| {
            let tree = Rc::new(tree);
            if whole {
                return Some(at(self.build(&tree, [Lang::EMPTY; 3])?, Before::Start));
            }
            let [start, after_word, after_other] = self.build(&tree, FREE)?;
            let later = if after_word == after_other {
                let any = self.any();
                self.row(&[Lang::ALL, any, after_word])
            } else {
                let (word, other) = (self.set(word()), self.set(word().complement()));
                let after_word = self.row(&[Lang::ALL, word, after_word]);
                let after_other = self.row(&[Lang::ALL, other, after_other]);
                self.either([after_word, after_other])
            };
            let lang = self.either([start, later]);
            // A slip of whoever wrote it: a pattern is there to be met.
            (!self.is_void(lang)).then_some(lang)
        });
        let [found, all] = &mut self.patterns;
        (if whole { all } else { found }).insert(pattern.to_owned(), lang);
        lang
    }

    /// What a tree matches, followed by a rest.
    fn build(&mut self, tree: &Rc<Tree>, rest: Rest) -> Option<Rest> {
        if !tree.asserts() {
            let lang = self.plain(tree)?;
            return Some(self.before(lang, rest));
        }
        Some(match &**tree {
            Tree::Empty | Tree::Set(_) => return None,
            Tree::Start => [at(rest, Before::Start), Lang::NOTHING, Lang::NOTHING],
            Tree::End => rest.map(|lang| self.both([lang, Lang::EMPTY])),
            Tree::WordBoundary(wanted) => {
                let word = self.set(word());
                let on_word = self.seq(word, Lang::ALL);
                let off_word = self.not(on_word);
                let [start, after_word, after_other] = rest;
                let (outside, inside) = if *wanted { (on_word, off_word) } else { (off_word, on_word) };
                [self.both([start, outside]), self.both([after_word, inside]), self.both([after_other, outside])]
            }
            Tree::Seq(parts) => self.build_row(parts, rest)?,
            Tree::Either(parts) => {
                let mut all = [Lang::NOTHING; 3];
                for part in parts {
                    let one = self.build(part, rest)?;
                    all = join(all, one, |a, b| self.either([a, b]));
                }
                all
            }
            Tree::Repeat(inner, least, most) => match (least, most) {
                (_, Some(0)) => rest,
                (1, Some(1)) => self.build(inner, rest)?,
                (0, Some(1)) => {
                    let once = self.build(inner, rest)?;
                    join(once, rest, |a, b| self.either([a, b]))
                }
                // A look around from the same place shows the same, however often.
                _ if inner.lengths().1 == Some(0) => {
                    let once = self.build(inner, rest)?;
                    if *least == 0 { join(once, rest, |a, b| self.either([a, b])) } else { once }
                }
                // A round that may take nothing would look around at the same place for ever.
                _ if inner.lengths().0 == 0 => return None,
                _ => {
                    // Whether a round can be read is found out now, not when it is unfolded.
                    self.build(inner, FREE)?;
                    self.looped(Rounds { body: Rc::clone(inner), least: *least, most: *most, rest })
                }
            },
            Tree::Ahead { inner, negative } => {
                let seen = self.build(inner, FREE)?;
                join(rest, seen, |rest, seen| {
                    let seen = if *negative { self.not(seen) } else { seen };
                    self.both([rest, seen])
                })
            }
            Tree::Behind { .. } => return None,
        })
    }

    /// Parts one after another, from the last to the first. What looks behind restricts the parts before it.
    fn build_row(&mut self, parts: &[Rc<Tree>], rest: Rest) -> Option<Rest> {
        let mut rest = rest;
        let mut end = parts.len();
        while let Some(last) = end.checked_sub(1) {
            let part = parts.get(last)?;
            end = last;
            let Tree::Behind { inner, negative } = &**part else {
                rest = self.build(part, rest)?;
                continue;
            };
            let first = parts.get(..last)?.iter().rposition(|part| part.asserts()).map_or(0, |at| at + 1);
            let seen = Rc::new(Tree::Seq(parts.get(first..last)?.to_vec()));
            let whole = parts.get(..first)?.iter().all(|part| part.lengths().1 == Some(0))
                && parts.get(..first)?.iter().any(|part| matches!(&**part, Tree::Start));
            let enough = inner.lengths().1.is_some_and(|most| most <= seen.lengths().0);
            if inner.asserts() || !(whole || enough) {
                return None;
            }
            let (seen, inner) = (self.plain(&seen)?, self.plain(inner)?);
            let ends = self.seq(Lang::ALL, inner);
            let ends = if *negative { self.not(ends) } else { ends };
            let restricted = self.both([seen, ends]);
            rest = self.before(restricted, rest);
            end = first;
        }
        Some(rest)
    }

    /// A language without assertions before a rest.
    fn before(&mut self, lang: Lang, rest: Rest) -> Rest {
        let [start, after_word, after_other] = rest;
        if after_word != after_other {
            // Only the last character tells the two apart.
            let (word, other) = (self.set(word()), self.set(word().complement()));
            let (ends_word, ends_other) = (self.seq(Lang::ALL, word), self.seq(Lang::ALL, other));
            let (ends_word, ends_other) = (self.both([lang, ends_word]), self.both([lang, ends_other]));
            let (ends_word, ends_other) = (self.seq(ends_word, after_word), self.seq(ends_other, after_other));
            let taken = self.either([ends_word, ends_other]);
            return if self.is_nullable(lang) { rest.map(|rest| self.either([taken, rest])) } else { [taken; 3] };
        }
        let taken = self.seq(lang, after_word);
        // What may take nothing leaves the next part where it stood.
        let first = if self.is_nullable(lang) && start != after_word { self.either([taken, start]) } else { taken };
        [first, taken, taken]
    }

    /// What a tree without assertions matches.
    fn plain(&mut self, tree: &Tree) -> Option<Lang> {
        Some(match tree {
            Tree::Empty => Lang::EMPTY,
            Tree::Set(set) => self.set(set.clone()),
            Tree::Seq(parts) => {
                let parts = parts.iter().map(|part| self.plain(part)).collect::<Option<Vec<_>>>()?;
                self.row(&parts)
            }
            Tree::Either(parts) => {
                let parts = parts.iter().map(|part| self.plain(part)).collect::<Option<Vec<_>>>()?;
                self.either(parts)
            }
            Tree::Repeat(inner, least, most) => {
                let inner = self.plain(inner)?;
                self.repeat(inner, *least, *most)
            }
            Tree::Start | Tree::End | Tree::WordBoundary(_) | Tree::Ahead { .. } | Tree::Behind { .. } => return None,
        })
    }

    /// One more round of a repetition.
    pub(super) fn unfold(&mut self, rounds: u32, before: Before) -> Option<Lang> {
        let Rounds { body, least, most, rest } = self.rounds.get(rounds as usize)?.clone();
        let again = match most {
            Some(0 | 1) => rest,
            _ => self.looped(Rounds {
                body: Rc::clone(&body),
                least: least.saturating_sub(1),
                most: most.map(|most| most - 1),
                rest,
            }),
        };
        let taken = at(self.build(&body, again)?, before);
        Some(if least == 0 { self.either([taken, at(rest, before)]) } else { taken })
    }

    /// A language with each character replaced: `change` gives by what. `None`: it holds intersections or complements, of
    /// which the change is not known.
    pub fn changed(&mut self, lang: Lang, change: &dyn Fn(char) -> Vec<char>) -> Option<Lang> {
        Some(match self.term(lang).clone() {
            Term::Nothing => Lang::NOTHING,
            Term::Empty => Lang::EMPTY,
            Term::Set(id) => {
                let set = self.chars(id)?.clone();
                self.changed_set(&set, change)
            }
            Term::Seq(first, then) => {
                let (first, then) = (self.changed(first, change)?, self.changed(then, change)?);
                self.seq(first, then)
            }
            Term::Either(members) => {
                let members = members.iter().map(|member| self.changed(*member, change)).collect::<Option<Vec<_>>>()?;
                self.either(members)
            }
            Term::Repeat(inner, least, most) => {
                let inner = self.changed(inner, change)?;
                self.repeat(inner, least, most)
            }
            Term::Both(_) | Term::Not(_) | Term::Loop(..) => return None,
        })
    }

    fn changed_set(&mut self, set: &CharSet, change: &dyn Fn(char) -> Vec<char>) -> Lang {
        let (mut letters, mut texts) = (Vec::new(), Vec::new());
        for (low, high) in set.ranges() {
            // Beyond, all characters are treated alike.
            let with_case = (*high).min(LAST_WITH_CASE);
            for letter in (*low..=with_case).filter_map(char::from_u32) {
                match change(letter).as_slice() {
                    [one] => letters.push((u32::from(*one), u32::from(*one))),
                    other => texts.push(other.iter().collect::<String>()),
                }
            }
            if *high > LAST_WITH_CASE {
                if char::from_u32(*high).is_some_and(|letter| change(letter) == [letter]) {
                    letters.push(((*low).max(LAST_WITH_CASE + 1), *high));
                } else {
                    texts.push(String::new());
                }
            }
        }
        texts.sort();
        texts.dedup();
        let mut members: Vec<Lang> = texts.iter().map(|text| self.literal(text)).collect();
        members.push(self.set(CharSet::from_ranges(letters)));
        self.either(members)
    }

    /// A language without the limits of its counts, which holds at least all of it. What is proved of it needs no counting.
    pub(super) fn widened(&mut self, lang: Lang) -> Lang {
        match self.term(lang).clone() {
            Term::Seq(first, then) => {
                let (first, then) = (self.widened(first), self.widened(then));
                self.seq(first, then)
            }
            Term::Either(members) => {
                let members: Vec<Lang> = members.iter().map(|member| self.widened(*member)).collect();
                self.either(members)
            }
            Term::Both(members) => {
                let members: Vec<Lang> = members.iter().map(|member| self.widened(*member)).collect();
                self.both(members)
            }
            Term::Repeat(inner, least, Some(most)) if most > FEW => {
                let inner = self.widened(inner);
                self.repeat(inner, least.min(1), None)
            }
            Term::Nothing | Term::Empty | Term::Set(_) | Term::Not(_) | Term::Loop(..) | Term::Repeat(..) => lang,
        }
    }

    /// Characters that texts of a language may have. It may name more, never fewer.
    pub fn alphabet(&self, lang: Lang) -> CharSet {
        match self.term(lang) {
            Term::Nothing | Term::Empty => CharSet::default(),
            Term::Set(id) => self.chars(*id).cloned().unwrap_or_default(),
            Term::Seq(first, then) => self.alphabet(*first).union(&self.alphabet(*then)),
            Term::Either(members) => {
                members.iter().fold(CharSet::default(), |set, member| set.union(&self.alphabet(*member)))
            }
            Term::Both(members) => {
                members.iter().fold(CharSet::all(), |set, member| set.intersection(&self.alphabet(*member)))
            }
            Term::Not(_) | Term::Loop(..) => CharSet::all(),
            Term::Repeat(inner, ..) => self.alphabet(*inner),
        }
    }
}

fn join(a: Rest, b: Rest, mut with: impl FnMut(Lang, Lang) -> Lang) -> Rest {
    let ([a, b, c], [x, y, z]) = (a, b);
    [with(a, x), with(b, y), with(c, z)]
}
