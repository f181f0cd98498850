//! The standard library: written in the language, read when infrac is built, decoded on first use.

use std::sync::OnceLock;

use crate::base::Symbol;
use crate::syntax::ast::{AccessOn, Item, ItemKind};

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// A handle on the standard library. It costs nothing to copy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library;

/// One declaration: its name, where it is found, its encoded tree, and the tree once decoded.
struct Declaration {
    name: &'static str,
    from: usize,
    to: usize,
    decoded: OnceLock<Option<Item>>,
}

impl Declaration {
    const fn new(name: &'static str, from: usize, to: usize) -> Declaration {
        Declaration { name, from, to, decoded: OnceLock::new() }
    }

    fn item(&'static self) -> Option<&'static Item> {
        let decode = || postcard::from_bytes(ENCODED.get(self.from..self.to)?).ok();
        self.decoded.get_or_init(decode).as_ref()
    }
}

impl Library {
    /// A component, type or function by its name.
    pub fn item(self, name: Symbol) -> Option<&'static Item> {
        let at = DECLARATIONS.binary_search_by(|declaration| declaration.name.cmp(name.as_str())).ok()?;
        DECLARATIONS.get(at)?.item()
    }

    /// What is known of granting on, and connecting to, a plain resource type.
    pub fn access_on(self, ty: Symbol) -> Option<&'static AccessOn> {
        match &self.item(Symbol::new(&format!("access on {ty}")))?.kind {
            ItemKind::AccessOn(access) => Some(access),
            _ => None,
        }
    }

    /// The names of all components, types, functions and policies that a system may use.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        DECLARATIONS
            .iter()
            .map(|declaration| declaration.name)
            .filter(|name| !name.contains(' ') && !PROTECTIONS.contains(name))
    }

    /// The policies that hold for every system.
    pub fn standing(self) -> impl Iterator<Item = &'static Item> {
        STANDING.iter().filter_map(move |name| self.item(Symbol::new(name)))
    }

    /// The functions that tell how strong a protection is.
    pub fn protections(self) -> impl Iterator<Item = &'static Item> {
        PROTECTIONS.iter().filter_map(move |name| self.item(Symbol::new(name)))
    }

    /// Every declaration.
    pub fn items(self) -> impl Iterator<Item = &'static Item> {
        DECLARATIONS.iter().filter_map(Declaration::item)
    }

    /// The source files, by name, in the order of their numbers from [`crate::base::FileId::STDLIB`].
    pub fn sources(self) -> &'static [(&'static str, &'static str)] {
        SOURCES
    }
}
