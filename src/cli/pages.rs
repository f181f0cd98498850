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

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::Path;

    use super::*;
    use crate::base::FileId;
    use crate::cli::commands::GROUPS;
    use crate::diag::Code;
    use crate::diag::codes::ALL;

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let without: Vec<&str> = ALL.iter().map(|code| code.name()).filter(|name| page(name).is_none()).collect();
        assert!(without.is_empty(), "codes without a page in docs/diagnostics: {without:?}");
        let of_nothing: Vec<&str> = codes().filter(|name| Code::find(name).is_none()).collect();
        assert!(of_nothing.is_empty(), "pages of codes that do not exist: {of_nothing:?}");
    }

    #[test]
    fn every_page_has_the_sections_of_a_page() {
        for code in ALL {
            let Some(page) = page(code.name()) else { continue };
            let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
            let title = format!("# {}", code.name());
            let mut expected = vec![title.as_str(), "## Why", "## Wrong", "## Right"];
            if code.waivable() {
                expected.push("## How to waive");
            }
            assert_eq!(headings, expected, "{}", code.name());
            assert_eq!(page.matches("\n```").count(), 4, "{} has one example in each of two sections", code.name());
            let program_or_text = page.matches("\n```infra\n").count() == 2 || page.matches("\n```text\n").count() == 2;
            assert!(program_or_text, "{}: both examples are programs, or both are text", code.name());
        }
    }

    /// The programs of a page: the wrong one and the right one.
    fn programs(page: &str) -> Vec<&str> {
        let parts = page.split("\n```infra\n").skip(1);
        parts.filter_map(|part| part.split_once("```")).map(|(program, _)| program).collect()
    }

    #[test]
    fn programs_on_pages_can_be_read_unless_that_is_their_mistake() {
        let mut mistakes = String::new();
        for code in codes() {
            for (at, program) in programs(page(code).unwrap_or_default()).into_iter().enumerate() {
                for found in crate::syntax::parse(FileId(0), program).diagnostics {
                    if at == 1 || found.code.name() != code {
                        let which = if at == 0 { "wrong" } else { "right" };
                        let _ = writeln!(mistakes, "{code} ({which}): {}: {}", found.code.name(), found.message);
                    }
                }
            }
        }
        assert!(mistakes.is_empty(), "{mistakes}");
    }

    #[test]
    fn the_index_is_fresh() -> Result<(), Box<dyn std::error::Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics/README.md");
        let mut index = String::from(
            "# Diagnostics\n\nEach has a page, which `infrac explain CODE` shows, too. This index is generated: \
             `UPDATE_DOCS=1 cargo test --lib pages`.\n",
        );
        for (title, belongs) in GROUPS {
            write!(index, "\n## {title}\n\n")?;
            for code in ALL.iter().filter(|code| belongs(**code)) {
                writeln!(index, "- [`{0}`]({0}.md): {1}", code.name(), code.why())?;
            }
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &index)?;
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == index, "the index is stale; run `UPDATE_DOCS=1 cargo test --lib pages`");
        Ok(())
    }
}
