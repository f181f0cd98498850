//! Whether all texts of a row belong to a language, without a shortest text that does not.
//!
//! What is left of a language after a text depends on that text alone, so it is enough to know, behind each link, all that can be
//! left there. A link's share of that is kept: the same few params stand before the same few patterns in every name and tag.

use std::rc::Rc;

use super::language::{Lang, Languages};
use super::walk::Link;
use crate::base::{HashSet, limits};

/// What can be left of a language behind all texts of another one. `None`: nothing good, or more than is followed.
pub(super) type Through = Option<Rc<[Lang]>>;

impl Languages {
    /// Whether all that the links can give certainly belongs to a language. What is not certain is found by a search.
    pub(super) fn all_belong(&mut self, links: &[Link], lang: Lang) -> bool {
        let mut left = vec![lang];
        for link in links {
            match link {
                Link::Text(text) => {
                    for one in &mut left {
                        let Some(after) = self.after_text(*one, text) else { return false };
                        *one = after;
                    }
                }
                Link::Any(inner) => {
                    let mut behind = Vec::new();
                    for one in left {
                        let Some(some) = self.through(*inner, one) else { return false };
                        behind.extend_from_slice(&some);
                    }
                    left = behind;
                }
            }
            if left.contains(&Lang::NOTHING) || left.len() > limits::MAX_TEXT_STATES {
                return false;
            }
            // Behind that, everything belongs to it.
            left.retain(|one| *one != Lang::ALL);
            left.sort_unstable();
            left.dedup();
        }
        left.into_iter().all(|one| self.is_nullable(one))
    }

    /// What is left after a text. `None`: the question has become too costly.
    fn after_text(&mut self, lang: Lang, text: &str) -> Option<Lang> {
        let mut left = lang;
        for letter in text.chars() {
            left = self.after(left, letter)?;
            if left == Lang::NOTHING || left == Lang::ALL {
                break;
            }
        }
        Some(left)
    }

    fn through(&mut self, inner: Lang, lang: Lang) -> Through {
        if let Some(known) = self.throughs.get(&(inner, lang)) {
            return known.clone();
        }
        let found = self.walk_through(inner, lang).map(Rc::from);
        self.throughs.insert((inner, lang), found.clone());
        found
    }

    fn walk_through(&mut self, inner: Lang, lang: Lang) -> Option<Vec<Lang>> {
        let mut behind = Vec::new();
        let mut seen = HashSet::default();
        seen.insert((inner, lang));
        let mut waiting = vec![(inner, lang)];
        while let Some((inner, left)) = waiting.pop() {
            if self.is_nullable(inner) {
                behind.push(left);
            }
            if seen.len() > limits::MAX_TEXT_STATES {
                return None;
            }
            let (ours, theirs) = (self.steps(inner)?, self.steps(left)?);
            for (ours, inner) in ours.iter().filter(|(_, inner)| *inner != Lang::NOTHING) {
                for (theirs, left) in theirs.iter() {
                    if self.meet(*ours, *theirs).is_none() {
                        continue;
                    }
                    if *left == Lang::NOTHING {
                        return None;
                    }
                    if *left != Lang::ALL && seen.insert((*inner, *left)) {
                        waiting.push((*inner, *left));
                    }
                }
            }
        }
        behind.sort_unstable();
        behind.dedup();
        Some(behind)
    }
}
