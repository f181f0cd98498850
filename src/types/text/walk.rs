//! Walks through languages side by side, breadth first: the first text found is a shortest one.

use std::collections::VecDeque;
use std::hash::Hash;

use super::language::{Lang, Languages, Term};
use super::set::CharSet;
use crate::base::{HashMap, limits};

/// A part of a text that is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It stands there as it is.
    Text(String),
    /// Any text of a language.
    Any(Lang),
}

/// The answer to a question about all texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// There is no such text.
    None,
    /// A shortest one.
    Witness(Witness),
    /// It was too costly to tell.
    Unknown,
}

/// A text, and which of its characters each link gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// All of it.
    pub text: String,
    /// What each link gave.
    pub parts: Vec<String>,
    /// The link after whose characters nothing could be saved any more; for a text that only ends too soon, the last one.
    pub blame: usize,
}

/// A place within a row of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// In a text, before one of its characters.
    Text(usize, usize),
    /// In a language, with this left.
    Lang(usize, Lang),
    /// Behind everything.
    End,
}

impl Place {
    fn start(links: &[Link], link: usize) -> Place {
        match links.get(link) {
            Some(Link::Text(_)) => Place::Text(link, 0),
            Some(Link::Any(lang)) => Place::Lang(link, *lang),
            None => Place::End,
        }
    }
}

/// A state that was reached.
struct Reached<S> {
    state: S,
    /// The one before it.
    from: Option<usize>,
    /// The character between them, and its link.
    by: Option<(char, usize)>,
    /// The characters on the way.
    length: usize,
}

/// The states of a walk.
struct Trail<S> {
    seen: HashMap<S, usize>,
    reached: Vec<Reached<S>>,
    waiting: VecDeque<usize>,
}

impl<S: Copy + Eq + Hash> Trail<S> {
    fn new(start: S) -> Trail<S> {
        let mut trail = Trail { seen: HashMap::default(), reached: Vec::new(), waiting: VecDeque::new() };
        trail.reach(start, None, None);
        trail
    }

    /// Steps without a character are taken first, so that what waits is sorted by length. A state that was reached with a character
    /// more is reached anew.
    fn reach(&mut self, state: S, from: Option<usize>, by: Option<(char, usize)>) {
        let before = from.and_then(|from| self.reached.get(from)).map_or(0, |before| before.length);
        let length = before + usize::from(by.is_some());
        let known = self.seen.get(&state).and_then(|number| self.reached.get(*number));
        if known.is_some_and(|known| known.length <= length) {
            return;
        }
        let number = self.reached.len();
        self.seen.insert(state, number);
        self.reached.push(Reached { state, from, by, length });
        if by.is_some() {
            self.waiting.push_back(number);
        } else {
            self.waiting.push_front(number);
        }
    }

    fn next(&mut self) -> Option<(usize, S)> {
        loop {
            let number = self.waiting.pop_front()?;
            let state = self.reached.get(number)?.state;
            // Unless it was reached anew since.
            if self.seen.get(&state) == Some(&number) {
                return Some((number, state));
            }
        }
    }

    /// The characters on the way to a state, each with its link, and the states before each of them.
    fn way(&self, end: usize) -> Vec<(char, usize)> {
        let mut way = Vec::new();
        let mut at = Some(end);
        while let Some(reached) = at.and_then(|at| self.reached.get(at)) {
            way.extend(reached.by);
            at = reached.from;
        }
        way.reverse();
        way
    }
}

impl Languages {
    /// A shortest text of a language.
    pub fn shortest(&mut self, lang: Lang) -> Found {
        if let Some(known) = self.shortest.get(&lang) {
            return known.clone();
        }
        self.refuel();
        let found = self.search(&[Link::Any(lang)], Lang::NOTHING);
        if found != Found::Unknown {
            self.shortest.insert(lang, found.clone());
        }
        found
    }

    /// A shortest text that the links can give and that does not belong to a language: [`Found::None`] proves that all belong to it.
    pub fn outside(&mut self, links: &[Link], lang: Lang) -> Found {
        if self.is_proved(links, lang) { Found::None } else { self.search(links, lang) }
    }

    /// Whether it is proved that all that the links can give belongs to a language. Where no example is wanted, this is cheaper than
    /// [`Languages::outside`].
    pub fn is_proved(&mut self, links: &[Link], lang: Lang) -> bool {
        self.refuel();
        let widened: Vec<Link> = links
            .iter()
            .map(|link| match link {
                Link::Any(lang) => Link::Any(self.widened(*lang)),
                Link::Text(text) => Link::Text(text.clone()),
            })
            .collect();
        self.all_belong(&widened, lang) || (widened != links && self.all_belong(links, lang))
    }

    fn search(&mut self, links: &[Link], lang: Lang) -> Found {
        let mut trail = Trail::new((Place::start(links, 0), lang));
        while let Some((number, (place, left))) = trail.next() {
            if left == Lang::ALL {
                continue;
            }
            if trail.reached.len() > limits::MAX_TEXT_STATES {
                return Found::Unknown;
            }
            match place {
                Place::End if !self.is_nullable(left) => {
                    let witness = self.witness(&trail.way(number), links.len(), lang);
                    return witness.map_or(Found::Unknown, Found::Witness);
                }
                Place::End => {}
                Place::Text(link, at) => {
                    let Some(Link::Text(text)) = links.get(link) else { continue };
                    match text.get(at..).and_then(|rest| rest.chars().next()) {
                        Some(letter) => {
                            let Some(left) = self.after(left, letter) else { return Found::Unknown };
                            let next = Place::Text(link, at + letter.len_utf8());
                            trail.reach((next, left), Some(number), Some((letter, link)));
                        }
                        None => trail.reach((Place::start(links, link + 1), left), Some(number), None),
                    }
                }
                Place::Lang(link, inner) => {
                    if self.is_nullable(inner) {
                        trail.reach((Place::start(links, link + 1), left), Some(number), None);
                    }
                    let (Some(ours), Some(theirs)) = (self.steps(inner), self.steps(left)) else {
                        return Found::Unknown;
                    };
                    for (ours, inner) in ours.iter().filter(|(_, inner)| *inner != Lang::NOTHING) {
                        for (theirs, left) in theirs.iter() {
                            let Some(common) = self.meet(*ours, *theirs) else { continue };
                            let Some(letter) = self.chars(common).and_then(CharSet::example) else { continue };
                            trail.reach((Place::Lang(link, *inner), *left), Some(number), Some((letter, link)));
                        }
                    }
                }
            }
        }
        Found::None
    }

    /// A shortest text that both rows of links can give; the parts are those of the first.
    pub fn common(&mut self, first: &[Link], second: &[Link]) -> Found {
        let second = self.joined(second);
        let others = self.not(second);
        self.outside(first, others)
    }

    /// The language of a row of links.
    pub fn joined(&mut self, links: &[Link]) -> Lang {
        links.iter().rev().fold(Lang::EMPTY, |rest, link| match link {
            Link::Any(lang) => self.seq(*lang, rest),
            Link::Text(text) => {
                let text = self.literal(text);
                self.seq(text, rest)
            }
        })
    }

    /// How a text can be divided among links, the first ones as short as possible.
    pub fn divided(&mut self, links: &[Link], text: &str) -> Option<Vec<String>> {
        let whole = self.literal(text);
        let others = self.not(whole);
        match self.outside(links, others) {
            Found::Witness(witness) => Some(witness.parts),
            Found::None | Found::Unknown => None,
        }
    }

    fn witness(&mut self, way: &[(char, usize)], links: usize, lang: Lang) -> Option<Witness> {
        let mut parts = vec![String::new(); links];
        let mut text = String::new();
        let mut left = lang;
        let mut blame = None;
        for (letter, link) in way {
            text.push(*letter);
            parts.get_mut(*link)?.push(*letter);
            left = self.after(left, *letter)?;
            if blame.is_none() && self.is_void(left) {
                blame = Some(*link);
            }
        }
        let last = way.last().map_or(0, |(_, link)| *link);
        Some(Witness { text, parts, blame: blame.unwrap_or(last) })
    }

    /// Whether it is plain from how a language is written that some text belongs to it.
    fn has_some(&self, lang: Lang) -> bool {
        self.is_nullable(lang)
            || match self.term(lang) {
                Term::Nothing | Term::Both(_) | Term::Not(_) | Term::Loop(..) => false,
                Term::Empty => true,
                Term::Set(id) => self.chars(*id).is_some_and(|set| set.example().is_some()),
                Term::Seq(first, then) => self.has_some(*first) && self.has_some(*then),
                Term::Either(members) => members.iter().any(|member| self.has_some(*member)),
                Term::Repeat(inner, ..) => self.has_some(*inner),
            }
    }

    /// Whether no text belongs to a language, as far as that is told soon.
    pub fn is_void(&mut self, lang: Lang) -> bool {
        if lang == Lang::NOTHING || self.has_some(lang) {
            return lang == Lang::NOTHING;
        }
        let mut trail = Trail::new(lang);
        while let Some((number, lang)) = trail.next() {
            if self.is_nullable(lang) || trail.reached.len() > limits::MAX_TEXT_STATES {
                return false;
            }
            let Some(steps) = self.steps(lang) else { return false };
            for (set, left) in steps.iter().filter(|(_, left)| *left != Lang::NOTHING) {
                let Some(letter) = self.chars(*set).and_then(CharSet::example) else { continue };
                trail.reach(*left, Some(number), Some((letter, 0)));
            }
        }
        true
    }

    /// Fewest and most characters of what links can give; `None`: no most is known.
    pub fn lengths(&mut self, links: &[Link]) -> Option<(u64, Option<u64>)> {
        let (mut least, mut most) = (0_u64, Some(0_u64));
        for link in links {
            let (from, to) = match link {
                Link::Text(text) => {
                    let count = text.chars().count() as u64;
                    (count, Some(count))
                }
                Link::Any(lang) => {
                    let Found::Witness(shortest) = self.shortest(*lang) else { return None };
                    (shortest.text.chars().count() as u64, self.longest(*lang))
                }
            };
            least = least.saturating_add(from);
            most = most.zip(to).map(|(a, b)| a.saturating_add(b));
        }
        Some((least, most))
    }
}
