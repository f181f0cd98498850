//! Whether a known text matches a pattern.

/// Whether all of a text matches; `None` if the pattern is of a dialect that cannot be decided here.
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    contains(&format!("^(?:{pattern})$"), text)
}

/// Whether some part of a text matches: what a schema's pattern without anchors asks.
pub fn contains(pattern: &str, text: &str) -> Option<bool> {
    Some(regex_lite::Regex::new(pattern).ok()?.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_text_must_match() {
        assert_eq!(matches("[a-z0-9]+", "team01"), Some(true));
        assert_eq!(matches("a|b", "ab"), Some(false));
        assert_eq!(contains("a|b", "xb"), Some(true));
    }

    #[test]
    fn a_pattern_of_another_dialect_is_not_decided() {
        assert_eq!(matches("(?!x)y", "y"), None);
    }
}
