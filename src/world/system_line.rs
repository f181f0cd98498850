//! Whether a file holds a `system` line: just enough reading to find the systems below a folder.

/// Whether one of the lines is `system NAME`, outside comments and multi-line text.
pub fn has_system_line(text: &str) -> bool {
    let mut closing: Option<&str> = None;
    for line in text.lines() {
        let mut rest = line;
        if closing.is_none() && names_a_system(line) {
            return true;
        }
        loop {
            closing = match closing {
                Some(quotes) => match rest.split_once(quotes) {
                    Some((_, after)) => {
                        rest = after;
                        None
                    }
                    None => break,
                },
                None => match opening(rest) {
                    Some((quotes, after)) => {
                        rest = after;
                        Some(quotes)
                    }
                    None => break,
                },
            };
        }
    }
    false
}

/// The number of the first line, and its first word, that may be meant as `system NAME`: a misspelt word before a name.
pub(super) fn misspelt_system_line(text: &str) -> Option<(usize, &str)> {
    text.lines().enumerate().find_map(|(number, line)| {
        let (word, name) = line.trim_start_matches('\u{feff}').split_once(' ')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        (is_name && word != "system" && crate::diag::nearest(word, ["system"]).is_some()).then_some((number + 1, word))
    })
}

fn names_a_system(line: &str) -> bool {
    let Some(rest) = line.trim_start_matches(['\u{feff}', ' ', '\t']).strip_prefix("system") else { return false };
    rest.starts_with([' ', '\t']) && rest.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The first multi-line quotes that a line opens, and what follows them. Other text ends on its line; a comment ends the line.
fn opening(line: &str) -> Option<(&'static str, &str)> {
    let mut rest = line;
    loop {
        let at = rest.find(['"', '\'', '/'])?;
        let found = rest.get(at..)?;
        if let Some(after) = found.strip_prefix("\"\"\"") {
            return Some(("\"\"\"", after));
        }
        if let Some(after) = found.strip_prefix("'''") {
            return Some(("'''", after));
        }
        if found.starts_with("//") {
            return None;
        }
        let quote = found.chars().next()?;
        let after = found.get(1..)?;
        rest = if quote == '/' { after } else { skip_text(after, quote) };
    }
}

/// What follows a one-line text; the text's opening quote is already behind.
fn skip_text(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' && quote == '"' {
            escaped = true;
        } else if letter == quote {
            return text.get(at + 1..).unwrap_or("");
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_line_is_found_where_it_means_one() {
        for text in ["system a", "/// doc\n  system hr-lab\n", "\u{feff}system a\r\n", "x = \"\"\"a\"\"\"\nsystem b"] {
            assert!(has_system_line(text), "{text:?}");
        }
    }

    #[test]
    fn the_same_words_elsewhere_mean_nothing() {
        for text in [
            "",
            "system",
            "system = 1",
            "systems a",
            "// system a",
            "x = \"\"\"\n  system a\n  \"\"\"",
            "x = '''\nsystem a\n'''",
            "x = \"it's\" + \"\"\"\nsystem a\n\"\"\"",
        ] {
            assert!(!has_system_line(text), "{text:?}");
        }
    }

    #[test]
    fn a_misspelt_line_is_found() {
        assert_eq!(misspelt_system_line("/// A shop\nsystme shop\n"), Some((2, "systme")));
        assert_eq!(misspelt_system_line("System shop\n"), Some((1, "System")));
        assert_eq!(misspelt_system_line("system shop\nstack A {\n"), None);
    }

    #[test]
    fn a_quote_in_a_comment_opens_nothing() {
        assert!(has_system_line("// it's \"\"\" fine\nsystem a"));
        assert!(has_system_line("a = '\"\"\"'\nsystem a"));
    }
}
