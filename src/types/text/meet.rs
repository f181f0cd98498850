//! Which of many texts can be equal: all pairs at once.
//!
//! The texts are rows of known pieces and of holes that take any text of a language. They are laid into one tree of their beginnings,
//! and two readers walk it side by side on the same characters. As long as both stand at the same place nothing is to be decided, and
//! that part of the tree costs nothing; only where a hole could go on while what follows it begins, the two can part. So ten thousand
//! names that share a rule are decided by looking at each of their characters once.
//!
//! The holes of the two readers are filled independently: two texts that do not meet here never do. Two that do must still be asked
//! whether one filling can be had, where a hole stands in them twice or in both.

use std::collections::BTreeMap;

use super::language::{Lang, Languages};
use super::set::CharSet;
use super::walk::{Found, Link};
use crate::base::{HashMap, limits};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// Any text of a language, by its number.
    Hole(usize),
}

/// Two texts that can be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The number of the first text.
    pub first: usize,
    /// The number of the second; the same for a text that can be read in two ways.
    pub second: usize,
    /// What both can be.
    pub text: String,
}

/// What became of the search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meetings {
    /// Pairs that can be equal: one for each pair of places where they end.
    pub found: Vec<Meeting>,
    /// Whether all pairs were looked at.
    pub complete: bool,
}

/// What is read at a place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Letter(char),
    Hole(usize),
}

struct Node {
    token: Token,
    parent: usize,
    children: Vec<usize>,
    /// The texts that end here.
    ends: Vec<usize>,
    /// The shortest way here, in characters.
    length: usize,
}

/// Where a reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Reader {
    /// Behind a place of the tree.
    Behind(usize),
    /// In the hole of a place, with this left of its language.
    Within(usize, Lang),
}

/// Two readers; whether they have parted.
type Pair = (Reader, Reader, bool);

struct Reached {
    pair: Pair,
    from: Option<usize>,
    letter: Option<char>,
    /// What both read before they could part.
    start: Option<String>,
}

struct Tree<'a> {
    nodes: Vec<Node>,
    holes: &'a [Lang],
    shortest: Vec<String>,
}

const ROOT: usize = 0;

impl Languages {
    /// All pairs among texts that can be equal, the languages of the holes given by number. Equal rows of pieces are not looked for.
    pub fn meetings(&mut self, texts: &[&[Piece]], holes: &[Lang]) -> Meetings {
        self.refuel();
        let mut shortest = Vec::with_capacity(holes.len());
        for hole in holes {
            match self.shortest(*hole) {
                Found::Witness(witness) => shortest.push(witness.text),
                Found::None | Found::Unknown => return Meetings::default(),
            }
        }
        let tree = Tree::of(texts, holes, shortest);
        self.refuel();
        self.walk(&tree).unwrap_or_default()
    }

    fn walk(&mut self, tree: &Tree<'_>) -> Option<Meetings> {
        let mut reached: Vec<Reached> = Vec::new();
        let mut seen: HashMap<Pair, ()> = HashMap::default();
        // By the length of what was read.
        let mut waiting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut lengths: Vec<usize> = Vec::new();
        let mut reach =
            |reached: &mut Vec<Reached>, waiting: &mut BTreeMap<usize, Vec<usize>>, one: Reached, length: usize| {
                let (a, b, parted) = one.pair;
                let key = (a.min(b), a.max(b), parted);
                if (a == b && !parted) || seen.insert(key, ()).is_some() {
                    return;
                }
                waiting.entry(length).or_default().push(reached.len());
                lengths.push(length);
                reached.push(one);
            };
        for (pair, start) in self.partings(tree)? {
            let length = start.chars().count();
            reach(&mut reached, &mut waiting, Reached { pair, from: None, letter: None, start: Some(start) }, length);
        }
        let mut found: BTreeMap<(usize, usize), Meeting> = BTreeMap::new();
        while let Some(mut entry) = waiting.first_entry() {
            let length = *entry.key();
            let Some(number) = entry.get_mut().pop() else {
                entry.remove();
                continue;
            };
            if reached.len() > limits::MAX_NAME_STATES || found.len() > limits::MAX_NAME_MEETINGS {
                return Some(Meetings { found: found.into_values().collect(), complete: false });
            }
            let (a, b, parted) = reached.get(number)?.pair;
            if let (Reader::Behind(x), Reader::Behind(y)) = (a, b)
                && (parted || x != y)
            {
                let (x, y) = (tree.nodes.get(x)?, tree.nodes.get(y)?);
                if let (Some(first), Some(second)) = (x.ends.first(), y.ends.first()) {
                    let (first, second) = (*first.min(second), *first.max(second));
                    found.entry((first, second)).or_insert_with(|| Meeting {
                        first,
                        second,
                        text: way(&reached, number),
                    });
                }
            }
            for (next, steps) in [(a, b), (b, a)] {
                // One of the two goes on without a character.
                for moved in self.silent(tree, next)? {
                    let one = Reached { pair: (moved, steps, parted), from: Some(number), letter: None, start: None };
                    reach(&mut reached, &mut waiting, one, length);
                }
            }
            let (ours, theirs) = (self.moves(tree, a)?, self.moves(tree, b)?);
            for (set, place, next) in &ours {
                for (other, at, then) in &theirs {
                    let common = set.intersection(other);
                    let Some(letter) = common.example() else { continue };
                    let pair = (*next, *then, parted || place != at);
                    let one = Reached { pair, from: Some(number), letter: Some(letter), start: None };
                    reach(&mut reached, &mut waiting, one, length + 1);
                }
            }
        }
        Some(Meetings { found: found.into_values().collect(), complete: true })
    }

    /// Where two readers that stand at one place can part, each with the shortest text that leads there.
    fn partings(&mut self, tree: &Tree<'_>) -> Option<Vec<(Pair, String)>> {
        // What can be left of each hole's language, with a shortest text after which it is.
        let mut left: Vec<Vec<(Lang, String)>> = Vec::with_capacity(tree.holes.len());
        for hole in tree.holes {
            left.push(self.states(*hole)?);
        }
        let mut partings = Vec::new();
        for (number, node) in tree.nodes.iter().enumerate() {
            if let Token::Hole(hole) = node.token
                && number != ROOT
            {
                let before = tree.start(node.parent)?;
                for (lang, text) in left.get(hole)?.iter().filter(|(lang, _)| self.is_nullable(*lang)) {
                    // One is through with the hole, the other goes on in it.
                    let pair = (Reader::Within(number, *lang), Reader::Behind(number), false);
                    partings.push((pair, format!("{before}{text}")));
                }
            }
            for child in &node.children {
                let Token::Hole(hole) = tree.nodes.get(*child)?.token else { continue };
                if node.children.len() > 1 || !node.ends.is_empty() {
                    let pair = (Reader::Within(*child, *tree.holes.get(hole)?), Reader::Behind(number), false);
                    partings.push((pair, tree.start(number)?));
                }
            }
        }
        Some(partings)
    }

    /// Everything that can be left of a language.
    fn states(&mut self, lang: Lang) -> Option<Vec<(Lang, String)>> {
        let mut found = vec![(lang, String::new())];
        let mut seen: HashMap<Lang, ()> = [(lang, ())].into_iter().collect();
        let mut at = 0;
        while let Some((lang, text)) = found.get(at).cloned() {
            at += 1;
            if found.len() > limits::MAX_TEXT_STATES {
                return None;
            }
            for (set, next) in self.steps(lang)?.iter().filter(|(_, next)| *next != Lang::NOTHING) {
                let Some(letter) = self.chars(*set).and_then(CharSet::example) else { continue };
                if seen.insert(*next, ()).is_none() {
                    found.push((*next, format!("{text}{letter}")));
                }
            }
        }
        Some(found)
    }

    /// Where a reader can get without a character.
    fn silent(&mut self, tree: &Tree<'_>, reader: Reader) -> Option<Vec<Reader>> {
        Some(match reader {
            Reader::Within(node, lang) if self.is_nullable(lang) => vec![Reader::Behind(node)],
            Reader::Within(..) => Vec::new(),
            Reader::Behind(node) => {
                let mut holes = Vec::new();
                for child in &tree.nodes.get(node)?.children {
                    if let Token::Hole(hole) = tree.nodes.get(*child)?.token {
                        holes.push(Reader::Within(*child, *tree.holes.get(hole)?));
                    }
                }
                holes
            }
        })
    }

    /// Where a reader can get with one character, and at which place of the tree it is read.
    fn moves(&mut self, tree: &Tree<'_>, reader: Reader) -> Option<Vec<(CharSet, usize, Reader)>> {
        let mut moves = Vec::new();
        match reader {
            Reader::Within(node, lang) => {
                for (set, left) in self.steps(lang)?.iter().filter(|(_, left)| *left != Lang::NOTHING) {
                    moves.push((self.chars(*set)?.clone(), node, Reader::Within(node, *left)));
                }
            }
            Reader::Behind(node) => {
                for child in &tree.nodes.get(node)?.children {
                    if let Token::Letter(letter) = tree.nodes.get(*child)?.token {
                        moves.push((CharSet::one(letter), *child, Reader::Behind(*child)));
                    }
                }
            }
        }
        Some(moves)
    }
}

impl<'a> Tree<'a> {
    fn of(texts: &[&[Piece]], holes: &'a [Lang], shortest: Vec<String>) -> Tree<'a> {
        let root = Node { token: Token::Hole(0), parent: ROOT, children: Vec::new(), ends: Vec::new(), length: 0 };
        let mut tree = Tree { nodes: vec![root], holes, shortest };
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by(|a, b| texts.get(*a).cmp(&texts.get(*b)));
        for number in order {
            let mut at = ROOT;
            for piece in texts.get(number).into_iter().copied().flatten() {
                match piece {
                    Piece::Text(text) => {
                        for letter in text.chars() {
                            at = tree.child(at, Token::Letter(letter), 1);
                        }
                    }
                    Piece::Hole(hole) => {
                        let length = tree.shortest.get(*hole).map_or(0, |text| text.chars().count());
                        at = tree.child(at, Token::Hole(*hole), length);
                    }
                }
            }
            if let Some(node) = tree.nodes.get_mut(at) {
                node.ends.push(number);
            }
        }
        tree
    }

    /// The place behind another one after a token. Texts come in order, so it is among the last that were added, or new.
    fn child(&mut self, at: usize, token: Token, length: usize) -> usize {
        let Some(node) = self.nodes.get(at) else { return at };
        let known =
            node.children.iter().rev().find(|child| self.nodes.get(**child).is_some_and(|node| node.token == token));
        if let Some(known) = known {
            return *known;
        }
        let number = self.nodes.len();
        let length = node.length + length;
        self.nodes.push(Node { token, parent: at, children: Vec::new(), ends: Vec::new(), length });
        if let Some(node) = self.nodes.get_mut(at) {
            node.children.push(number);
        }
        number
    }

    /// A shortest text that leads to a place.
    fn start(&self, node: usize) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = node;
        while at != ROOT {
            let node = self.nodes.get(at)?;
            parts.push(match node.token {
                Token::Letter(letter) => letter.to_string(),
                Token::Hole(hole) => self.shortest.get(hole)?.clone(),
            });
            at = node.parent;
        }
        parts.reverse();
        Some(parts.concat())
    }
}

/// The text that led to a state.
fn way(reached: &[Reached], end: usize) -> String {
    let mut letters = Vec::new();
    let mut start = "";
    let mut at = reached.get(end);
    while let Some(one) = at {
        letters.extend(one.letter);
        if let Some(text) = &one.start {
            start = text;
        }
        at = one.from.and_then(|from| reached.get(from));
    }
    start.chars().chain(letters.into_iter().rev()).collect()
}

/// A row of pieces as links.
pub(super) fn links(pieces: &[Piece], holes: &[Lang]) -> Vec<Link> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Text(text) => Some(Link::Text(text.clone())),
            Piece::Hole(hole) => holes.get(*hole).map(|lang| Link::Any(*lang)),
        })
        .collect()
}
