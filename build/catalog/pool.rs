//! The words and texts of the file, each distinct one stored once.

use super::layout::*;
use std::collections::HashMap;

/// Everything written so far. Indices are handed out once and stay valid.
pub struct Pool {
    words: Vec<u32>,
    known: HashMap<Vec<u32>, u32>,
    text: Vec<u8>,
    texts: HashMap<String, u32>,
}

impl Pool {
    /// A pool that holds the empty list, at the index the reader expects.
    pub fn new() -> Pool {
        Pool { words: vec![0], known: HashMap::new(), text: Vec::new(), texts: HashMap::new() }
    }

    /// The offset of a text.
    pub fn text(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.texts.get(text) {
            return at;
        }
        let at = self.text.len() as u32;
        self.text.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.text.extend_from_slice(text.as_bytes());
        self.texts.insert(text.to_owned(), at);
        at
    }

    /// The offset of a text, or [`NONE`].
    pub fn maybe_text(&mut self, text: Option<&str>) -> u32 {
        text.map_or(NONE, |text| self.text(text))
    }

    /// The index of a record.
    pub fn record(&mut self, words: &[u32]) -> u32 {
        if let Some(&at) = self.known.get(words) {
            return at;
        }
        let at = self.words.len() as u32;
        self.words.extend_from_slice(words);
        self.known.insert(words.to_vec(), at);
        at
    }

    /// The index of a list.
    pub fn list(&mut self, words: &[u32]) -> u32 {
        if words.is_empty() {
            return EMPTY;
        }
        let mut list = Vec::with_capacity(words.len() + 1);
        list.push(words.len() as u32);
        list.extend_from_slice(words);
        self.record(&list)
    }

    /// The index of a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, texts: &[T]) -> u32 {
        let words: Vec<u32> = texts.iter().map(|text| self.text(text.as_ref())).collect();
        self.list(&words)
    }

    /// The index of a number's bits.
    pub fn float(&mut self, value: f64) -> u32 {
        let bits = value.to_bits();
        self.record(&[bits as u32, (bits >> 32) as u32])
    }

    /// Room for a record that something inside it will point to.
    pub fn reserve(&mut self, size: usize) -> u32 {
        let at = self.words.len() as u32;
        self.words.resize(self.words.len() + size, NONE);
        at
    }

    /// Fills reserved room.
    pub fn fill(&mut self, at: u32, words: &[u32]) {
        for (slot, word) in self.words.iter_mut().skip(at as usize).zip(words) {
            *slot = *word;
        }
    }

    /// The words of a record.
    pub fn read(&self, at: u32) -> &[u32] {
        self.words.get(at as usize..).unwrap_or_default()
    }

    /// The whole file.
    pub fn finish(self, mut header: [u32; HEADER_WORDS]) -> Vec<u8> {
        header[H_TEXT] = ((HEADER_WORDS + self.words.len()) * 4) as u32;
        let mut bytes = Vec::with_capacity(header[H_TEXT] as usize + self.text.len());
        for word in header.iter().chain(&self.words) {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.extend_from_slice(&self.text);
        bytes
    }
}
