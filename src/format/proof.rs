//! The proof that formatting changed nothing but blanks, line ends and commas.

use super::meaning::meaning;
use crate::base::FileId;
use crate::syntax::{self, Parsed};

/// Why a formatted text is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// A character was lost or added.
    Characters,
    /// Its tree is another.
    Meaning,
    /// A comment was lost, added or changed.
    Comments,
    /// Something else is wrong with it than before.
    Mistakes,
    /// To format it again would change it.
    Unstable,
}

/// Whether a text says what another says.
pub(super) fn prove(file: FileId, source: &str, before: &Parsed, formatted: &str) -> Result<(), Unproved> {
    let after = syntax::parse(file, formatted);
    if essence(source, before) != essence(formatted, &after) {
        return Err(Unproved::Characters);
    }
    // A new line or a comma between two things may mend a mistake, but nothing may become one.
    let mut left: Vec<_> = before.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    for diagnostic in &after.diagnostics {
        let known = left.iter().position(|code| *code == diagnostic.code).ok_or(Unproved::Mistakes)?;
        left.swap_remove(known);
    }
    if meaning(&before.file).is_none_or(|before| Some(before) != meaning(&after.file)) {
        return Err(Unproved::Meaning);
    }
    let comments = |parsed: &Parsed| parsed.comments.iter().map(|comment| comment.text.clone()).collect::<Vec<_>>();
    if comments(before) != comments(&after) {
        return Err(Unproved::Comments);
    }
    Ok(())
}

/// All characters but those that formatting may change or move.
fn essence(text: &str, parsed: &Parsed) -> String {
    let mut essence = String::with_capacity(text.len());
    let mut from = 0;
    let mut keep = |part: &str| {
        essence.extend(part.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '\u{feff}')));
    };
    for comment in &parsed.comments {
        keep(text.get(from..comment.span.lo as usize).unwrap_or_default());
        from = comment.span.hi as usize;
    }
    keep(text.get(from..).unwrap_or_default());
    essence
}
