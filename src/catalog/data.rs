//! The embedded bytes, and the few ways to look at them. Nothing is checked beforehand: what lies outside reads as
//! [`NONE`], an empty list or an empty text, so that no input can make a reader panic.

use super::layout::{EMPTY, H_TEXT, HEADER_WORDS, NONE};

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

fn word_at(byte: usize) -> u32 {
    match BYTES.get(byte..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => u32::from_le_bytes(*chunk),
        None => NONE,
    }
}

/// A word of the header.
pub(super) fn header(index: usize) -> u32 {
    word_at(index * 4)
}

/// A word of a record.
pub(super) fn word(record: u32, index: usize) -> u32 {
    word_at((HEADER_WORDS + record as usize + index) * 4)
}

/// A word of a record that counts something, if it is there.
pub(super) fn number(record: u32, index: usize) -> Option<u32> {
    some(word(record, index))
}

/// `None` instead of [`NONE`].
pub(super) fn some(word: u32) -> Option<u32> {
    (word != NONE).then_some(word)
}

/// The bytes of a text.
pub(super) fn bytes(at: u32) -> &'static [u8] {
    if at == NONE {
        return &[];
    }
    let start = header(H_TEXT) as usize + at as usize;
    let length = word_at(start) as usize;
    BYTES.get(start + 4..).and_then(|rest| rest.get(..length)).unwrap_or_default()
}

/// A text.
pub(super) fn text(at: u32) -> &'static str {
    std::str::from_utf8(bytes(at)).unwrap_or_default()
}

/// A text of a record, if it is there.
pub(super) fn maybe_text(record: u32, index: usize) -> Option<&'static str> {
    number(record, index).map(text)
}

/// The number whose bits stand in two words.
pub(super) fn float(at: u32) -> f64 {
    f64::from_bits(u64::from(word(at, 0)) | u64::from(word(at, 1)) << 32)
}

/// A list of words.
#[derive(Copy, Clone)]
pub(super) struct List {
    at: u32,
    len: u32,
}

impl List {
    /// The list at an index.
    pub(super) fn at(at: u32) -> List {
        let len = if at == NONE { 0 } else { word(at, 0) };
        List { at, len: if len == NONE { 0 } else { len } }
    }

    /// The list that a record's word points to.
    pub(super) fn of(record: u32, index: usize) -> List {
        List::at(word(record, index))
    }

    pub(super) fn empty() -> List {
        List::at(EMPTY)
    }

    /// Entries of so many words each.
    pub(super) fn count(self, size: u32) -> u32 {
        self.len / size
    }

    pub(super) fn get(self, index: u32) -> u32 {
        if index < self.len { word(self.at, index as usize + 1) } else { NONE }
    }

    pub(super) fn words(self) -> impl Iterator<Item = u32> + Clone + use<> {
        (0..self.len).map(move |index| self.get(index))
    }

    /// The entries of a list of pairs.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u32, u32)> + Clone + use<> {
        (0..self.count(2)).map(move |index| (self.get(2 * index), self.get(2 * index + 1)))
    }

    /// The entries of a list of triples.
    pub(super) fn triples(self) -> impl Iterator<Item = (u32, u32, u32)> + Clone + use<> {
        (0..self.count(3)).map(move |index| (self.get(3 * index), self.get(3 * index + 1), self.get(3 * index + 2)))
    }

    /// Binary search among entries of so many words, by what `key` makes of an entry's first word.
    pub(super) fn find(self, size: u32, wanted: impl Fn(u32) -> std::cmp::Ordering) -> Option<u32> {
        let (mut low, mut high) = (0, self.count(size));
        while low < high {
            let middle = low.midpoint(high);
            match wanted(self.get(middle * size)) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle * size),
            }
        }
        None
    }

    /// Binary search among entries that begin with a text.
    pub(super) fn find_text(self, size: u32, name: &str) -> Option<u32> {
        self.find(size, |at| bytes(at).cmp(name.as_bytes()))
    }
}

/// Texts of the catalog, one after the other.
#[derive(Copy, Clone)]
pub struct Texts {
    list: List,
    next: u32,
}

impl Texts {
    pub(super) fn of(record: u32, index: usize) -> Texts {
        Texts::at(word(record, index))
    }

    pub(super) fn at(at: u32) -> Texts {
        Texts { list: List::at(at), next: 0 }
    }

    pub(super) fn none() -> Texts {
        Texts { list: List::empty(), next: 0 }
    }

    /// How many are left.
    pub fn len(self) -> usize {
        self.list.count(1).saturating_sub(self.next) as usize
    }

    /// Whether there are none left.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The only one, if there is exactly one.
    pub fn only(mut self) -> Option<&'static str> {
        let first = self.next()?;
        self.is_empty().then_some(first)
    }

    /// Whether one of them equals `text`.
    pub fn has(self, text: &str) -> bool {
        self.place_of(text).is_some()
    }

    /// Which of those that are left equals `text`.
    pub(super) fn place_of(self, text: &str) -> Option<usize> {
        let mut left = (self.next..self.list.count(1)).map(|at| bytes(self.list.get(at)));
        left.position(|each| each == text.as_bytes())
    }
}

impl Default for Texts {
    fn default() -> Texts {
        Texts::none()
    }
}

impl Iterator for Texts {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        if self.is_empty() {
            return None;
        }
        self.next += 1;
        Some(text(self.list.get(self.next - 1)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}
