//! The page of each diagnostic, compiled in.

/// Codes and pages, sorted by code.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.binary_search_by(|(name, _)| (*name).cmp(code)).ok().and_then(|at| PAGES.get(at)).map(|(_, page)| *page)
}

/// All codes that have a page, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}
