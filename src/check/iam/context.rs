//! The keys of a request and their values.

use std::collections::BTreeMap;

/// What is known of a request. Names of keys have no case.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    values: Vec<String>,
    many: bool,
}

impl Context {
    /// Sets a key. Without a value it counts as absent.
    pub fn set(&mut self, key: &str, values: Vec<String>, many: bool) {
        if !values.is_empty() {
            self.keys.insert(key.to_ascii_lowercase(), Entry { values, many });
        }
    }

    /// Sets a key to one value, if it has none.
    pub fn fall_back(&mut self, key: &str, value: &str) {
        let entry = Entry { values: vec![value.to_owned()], many: false };
        self.keys.entry(key.to_ascii_lowercase()).or_insert(entry);
    }

    /// Whether the request has the key.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains_key(&key.to_ascii_lowercase())
    }

    /// The values of a key; none if the request does not have it.
    pub fn values(&self, key: &str) -> &[String] {
        self.keys.get(&key.to_ascii_lowercase()).map_or(&[], |entry| &entry.values)
    }

    /// The value of a key that has one by its nature. Only such keys can be variables.
    pub fn single(&self, key: &str) -> Option<&str> {
        let entry = self.keys.get(&key.to_ascii_lowercase())?;
        entry.values.first().filter(|_| !entry.many).map(String::as_str)
    }
}
