//! Texts: regular languages, their lengths, and shortest examples of what does not fit.
//!
//! A pattern is read once, in whatever dialect AWS wrote it ([`Languages::found_in`], [`Languages::whole`]). A text that is put together
//! is a row of [`Link`]s. [`Languages::outside`] proves that all it can be belongs to a language, or gives a shortest text that does
//! not, with the link to blame.
//!
//! ```
//! use infrac::types::text::{Found, Languages, Link};
//!
//! let mut table = Languages::new();
//! let allowed = table.found_in("^[a-z0-9-]{1,32}$").unwrap();
//! let owner = table.whole("[a-z_]{1,3}").unwrap();
//! let links = [Link::Text("shop-".into()), Link::Any(owner)];
//! let Found::Witness(witness) = table.outside(&links, allowed) else { panic!() };
//! assert_eq!((witness.text.as_str(), witness.blame), ("shop-_", 1));
//! ```

mod apart;
mod belong;
mod dialect;
mod language;
mod meet;
mod pattern;
mod set;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use std::cell::RefCell;

use crate::base::limits;

pub use apart::{Apart, Filling, Fillings, Holes, filled, joined};
pub use language::{Lang, Languages};
pub use meet::{Meeting, Meetings, Piece};
pub use set::CharSet;
pub use walk::{Found, Link, Witness};

thread_local! {
    /// The languages that this thread has met: the same few patterns and params come again with every resource.
    static TABLE: RefCell<Languages> = RefCell::new(Languages::new());
}

/// Asks the thread's own table of languages. A [`Lang`] is good only until `ask` ends.
pub fn with<T>(ask: impl FnOnce(&mut Languages) -> T) -> T {
    TABLE.with(|table| match table.try_borrow_mut() {
        Ok(mut table) => {
            if table.size() > limits::MAX_TEXT_TERMS {
                *table = Languages::new();
            }
            ask(&mut table)
        }
        // A question within a question.
        Err(_) => ask(&mut Languages::new()),
    })
}

/// Whether all of a text matches a pattern; `None` if the pattern cannot be decided.
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    with(|table| {
        let lang = table.whole(pattern)?;
        table.matches(lang, text)
    })
}

/// Whether a pattern is found in a text, as JSON schemas mean it; `None` if the pattern cannot be decided.
pub fn contains(pattern: &str, text: &str) -> Option<bool> {
    with(|table| {
        let lang = table.found_in(pattern)?;
        table.matches(lang, text)
    })
}
