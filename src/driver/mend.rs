//! `check --fix`: the fixes with one right answer, applied until there are none left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::{FileId, limits};
use crate::diag::{Edit, Fix};
use crate::driver::{Checked, Options, check};
use crate::world::{Overlay, Sources, SystemFolder, World, WorldError, shown};

/// A system with its certain fixes applied. Nothing is written yet.
#[derive(Debug)]
pub struct Mended {
    /// What the check finds afterwards.
    pub checked: Checked,
    /// The texts that differ from the files', by path.
    pub texts: BTreeMap<PathBuf, String>,
    /// What was done, in the order of doing.
    pub applied: Vec<Applied>,
}

/// A fix that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The file, as it is shown.
    pub file: String,
    /// The line of the first edit, from 1, as the text stood then.
    pub line: u32,
    /// What it did.
    pub title: String,
}

/// Checks a system and applies each fix that is certain, again and again: a mistake may hide behind another one.
pub fn mend(world: &dyn World, system: &SystemFolder, options: &Options) -> Result<Mended, WorldError> {
    let mut overlay = Overlay::over(world);
    let mut applied = Vec::new();
    let mut checked = check(&overlay, system, options)?;
    for _ in 0..limits::MAX_FIX_ROUNDS {
        let files = files(system, &checked.sources);
        let fixes = chosen(&checked, &files);
        if fixes.is_empty() {
            break;
        }
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            edits.entry(edit.span.file).or_default().push(edit);
        }
        applied.extend(fixes.iter().filter_map(|fix| {
            let place = checked.sources.place(fix.edits.first()?.span)?;
            Some(Applied { file: place.file.to_owned(), line: place.start.line + 1, title: fix.title.clone() })
        }));
        for (file, edits) in edits {
            if let Some(path) = files.get(&file) {
                overlay.set(path, edited(checked.sources.text(file), edits));
            }
        }
        checked = check(&overlay, system, options)?;
    }
    Ok(Mended { checked, texts: overlay.into_texts(), applied })
}

/// The system's own files: what it takes from elsewhere belongs to others.
fn files<'s>(system: &'s SystemFolder, sources: &Sources) -> BTreeMap<FileId, &'s Path> {
    let path = |name: &str| system.files.iter().find(|path| shown(path) == name);
    sources.iter().filter_map(|(file, source)| Some((file, path(&source.shown)?.as_path()))).collect()
}

/// The fixes of one round: certain, in the system's own files, and none at the place of another.
fn chosen<'c>(checked: &'c Checked, files: &BTreeMap<FileId, &Path>) -> Vec<&'c Fix> {
    let mut chosen: Vec<&Fix> = Vec::new();
    for fix in checked.diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes).filter(|fix| fix.certain) {
        let own = fix.edits.iter().all(|edit| files.contains_key(&edit.span.file));
        let taken = chosen.iter().flat_map(|other| &other.edits);
        let meets = |edit: &Edit| {
            taken.clone().any(|other| {
                let (a, b) = (edit.span, other.span);
                a.file == b.file && a.lo <= b.hi && b.lo <= a.hi
            })
        };
        if own && !fix.edits.iter().any(meets) {
            chosen.push(fix);
        }
    }
    chosen
}

/// A text with edits applied. A line on which nothing is left goes.
fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.lo);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let (mut lo, mut hi) = (edit.span.lo as usize, edit.span.hi as usize);
        if edit.text.is_empty() {
            (lo, hi) = emptied(text, lo, hi).unwrap_or((lo, without_gap(text, lo, hi)));
        }
        result.push_str(text.get(done..lo.max(done)).unwrap_or_default());
        result.push_str(&edit.text);
        done = hi.max(done);
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

/// The end of a range with the blanks behind it, if there are blanks before it as well.
fn without_gap(text: &str, lo: usize, hi: usize) -> usize {
    let before = text.get(..lo).unwrap_or_default();
    let behind = text.get(hi..).unwrap_or_default();
    let blanks = behind.len() - behind.trim_start_matches(' ').len();
    if hi > lo && before.ends_with([' ', '\n']) { hi + blanks } else { hi }
}

/// The whole lines around a range, if nothing but the range stands on them.
fn emptied(text: &str, lo: usize, hi: usize) -> Option<(usize, usize)> {
    let start = text.get(..lo)?.rfind('\n').map_or(0, |end| end + 1);
    let end = text.get(hi..)?.find('\n').map_or(text.len(), |end| hi + end + 1);
    let blank = |range: std::ops::Range<usize>| text.get(range).is_some_and(|text| text.trim().is_empty());
    (hi > lo && blank(start..lo) && blank(hi..end)).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    fn edit(lo: usize, hi: usize, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), lo, hi), text: text.to_owned() }
    }

    #[test]
    fn edits_are_applied_from_the_front_whatever_their_order() {
        let (one, two) = (edit(2, 3, "=="), edit(0, 1, "b"));
        assert_eq!(edited("a = c\n", vec![&one, &two]), "b == c\n");
    }

    #[test]
    fn a_line_on_which_nothing_is_left_goes() {
        let mark = edit(8, 13, "");
        assert_eq!(edited("stack {\n @mark\n x = 1\n}\n", vec![&edit(9, 14, "")]), "stack {\n x = 1\n}\n");
        assert_eq!(edited("stack { @mark x }\n", vec![&mark]), "stack { x }\n");
    }
}
