//! The canonical form of a text, of a part of it, or of what was just typed.

use lsp_types::{Position, Range, TextEdit};

use crate::format::format;

/// The edits that bring a text into canonical form; none if it is in it. Lines that stay as they are are not touched, so that
/// whatever an editor keeps by lines stays where it is.
pub(super) fn formatting(text: &str) -> Vec<TextEdit> {
    changed(text).unwrap_or_default().into_iter().map(|change| change.edit(text)).collect()
}

/// The same of the lines in a range alone.
pub(super) fn in_range(text: &str, range: Range) -> Vec<TextEdit> {
    some(text, |change| change.from <= range.end.line as usize && change.to > range.start.line as usize)
}

/// What typing asks for: behind `}` its block, behind a line's end what stands before it.
pub(super) fn on_type(text: &str, at: Position, typed: &str) -> Vec<TextEdit> {
    let line = at.line as usize;
    if typed == "}" {
        let open = opening(text, at).unwrap_or(line);
        some(text, |change| change.from >= open && change.to <= line + 1)
    } else {
        some(text, |change| change.to <= line && change.from + 1 >= line)
    }
}

/// Some of the changes, if the text that they make has the same canonical form.
fn some(text: &str, wanted: impl Fn(&Change) -> bool) -> Vec<TextEdit> {
    let Some(mut changes) = changed(text) else { return Vec::new() };
    changes.retain(wanted);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut partly = String::with_capacity(text.len());
    let mut at = 0;
    for change in &changes {
        partly.extend(lines.get(at..change.from).unwrap_or_default().iter().copied());
        partly.push_str(&change.new);
        at = change.to;
    }
    partly.extend(lines.get(at..).unwrap_or_default().iter().copied());
    match (format(text), format(&partly)) {
        (Ok(whole), Ok(part)) if whole == part => changes.into_iter().map(|change| change.edit(text)).collect(),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Vec::new(),
    }
}

/// Lines that become others.
struct Change {
    /// The first of them, from 0.
    from: usize,
    /// The line behind them.
    to: usize,
    new: String,
}

impl Change {
    fn edit(self, text: &str) -> TextEdit {
        let place = |line: usize| {
            let count = text.split_inclusive('\n').count();
            // Behind the last line there is none.
            if line >= count && !text.ends_with('\n') && !text.is_empty() {
                let last = text.rsplit('\n').next().unwrap_or_default();
                let units = last.chars().map(char::len_utf16).sum::<usize>();
                return Position::new(number(count.saturating_sub(1)), number(units));
            }
            Position::new(number(line.min(count)), 0)
        };
        TextEdit { range: Range { start: place(self.from), end: place(self.to) }, new_text: self.new }
    }
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// How many lines around a change are looked through for those that stay. Beyond it, all lines between count as changed.
const WINDOW: usize = 64;

/// What canonical form changes in a text; nothing if it cannot be proved to say the same.
fn changed(text: &str) -> Option<Vec<Change>> {
    let formatted = format(text).ok()?;
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let new: Vec<&str> = formatted.split_inclusive('\n').collect();
    let mut changes = Vec::new();
    let (mut at, mut other) = (0, 0);
    while at < old.len() || other < new.len() {
        if old.get(at) == new.get(other) {
            (at, other) = (at + 1, other + 1);
            continue;
        }
        let (from, to) = meeting(old.get(at..).unwrap_or_default(), new.get(other..).unwrap_or_default());
        let before = old.get(at..at + from).unwrap_or_default();
        let after = new.get(other..other + to).unwrap_or_default();
        // Where each line became one, each is a change of its own.
        if from == to && before.iter().zip(after).all(|(before, after)| bare(before) == bare(after)) {
            let pairs = (at..).zip(before.iter().zip(after)).filter(|(_, (before, after))| before != after);
            changes.extend(pairs.map(|(line, (_, after))| Change {
                from: line,
                to: line + 1,
                new: (*after).to_owned(),
            }));
        } else {
            changes.push(Change { from: at, to: at + from, new: after.concat() });
        }
        (at, other) = (at + from, other + to);
    }
    Some(changes)
}

/// A line without its blanks.
fn bare(line: &str) -> String {
    line.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// How many lines of each text are passed until both go on alike.
fn meeting(old: &[&str], new: &[&str]) -> (usize, usize) {
    let reach = WINDOW.min(old.len().max(new.len()));
    for sum in 1..=2 * reach {
        for from in 0..=sum.min(old.len()) {
            let to = sum - from;
            // A line that says nothing may stand anywhere.
            let alike = |line: &&&str| !line.trim().is_empty() && line.trim() != "}";
            if to <= new.len()
                && let (Some(one), Some(other)) = (old.get(from), new.get(to))
                && one == other
                && alike(&one)
            {
                return (from, to);
            }
        }
    }
    (old.len(), new.len())
}

/// The line of the brace that a closing one belongs to.
fn opening(text: &str, at: Position) -> Option<usize> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut depth = 0_i32;
    for (number, line) in lines.iter().enumerate().take(at.line as usize + 1).rev() {
        let code = if number == at.line as usize {
            let mut units = at.character as usize;
            let end = line.char_indices().find(|(_, letter)| {
                let done = units == 0;
                units = units.saturating_sub(letter.len_utf16());
                done
            });
            line.get(..end.map_or(line.len(), |(end, _)| end)).unwrap_or_default()
        } else {
            line
        };
        for letter in code.chars().rev() {
            match letter {
                '}' => depth += 1,
                '{' => depth -= 1,
                _ => {}
            }
            if depth == 0 && letter == '{' {
                return Some(number);
            }
        }
    }
    None
}
