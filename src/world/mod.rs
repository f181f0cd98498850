//! Everything that enters from outside: sources, and today's date. On disk, and in memory for tests and editors.
//!
//! Nothing here knows what a source means; what is wrong with the outside is data ([`WorldError`], [`Problem`]).

mod disk;
mod find;
mod git;
mod memory;
mod overlay;
mod pack;
mod shelf;
mod sources;
mod system_line;
pub mod write;

use std::fmt;
use std::path::{Path, PathBuf};

pub use disk::Disk;
pub use find::{Found, Problem, Reading, SystemFolder, find_sources, find_systems};
pub use git::Revision;
pub use memory::Memory;
pub use overlay::Overlay;
pub use pack::{MAX_ASSET_BYTES, Pack, Unpackable, pack};
pub use shelf::Shelf;
pub use sources::{Place, Source, Sources};
pub use system_line::has_system_line;

/// A source file may have this many bytes. The largest that a person maintains is far smaller; a wrong path is often larger.
pub const MAX_SOURCE_BYTES: u64 = 4 << 20;
/// Folders may be nested this deep below a system.
pub const MAX_FOLDER_DEPTH: usize = 64;

/// The one way in.
pub trait World: Sync {
    /// What is in a folder, sorted by name. Links are followed.
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, WorldError>;

    /// The bytes of a file, but at most `limit` of them.
    fn read_at_most(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError>;

    /// What a path is. A path that leads nowhere is an error.
    fn kind(&self, path: &Path) -> Result<Kind, WorldError>;

    /// The one path among all that lead to the same place.
    fn canonical(&self, path: &Path) -> Result<PathBuf, WorldError>;

    /// Today, if this world has a calendar. It reaches diagnostics only, never output.
    fn today(&self) -> Option<Day>;

    /// The git revision of this name in the repository that a path stands in, as a world of its own; nothing if there is none.
    fn revision(&self, _name: &str, _path: &Path) -> Result<Option<Revision>, WorldError> {
        Ok(None)
    }

    /// All bytes of a file.
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        self.read_at_most(path, u64::MAX)
    }

    /// Whether a path leads anywhere.
    fn exists(&self, path: &Path) -> bool {
        self.kind(path).is_ok()
    }
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The folder's path and the name.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file that can be read to its end.
    File,
    /// A folder.
    Folder,
    /// A device, a pipe, a socket.
    Other,
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Day {
    /// The day of `YYYY-MM-DD`, if it is in the calendar.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.split('-');
        let mut number = |length: usize| {
            parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let day = Day { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        (parts.next().is_none() && day.is_in_the_calendar()).then_some(day)
    }

    /// Whether there is such a day.
    pub fn is_in_the_calendar(self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let length = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        (1..=length).contains(&self.day)
    }

    /// The day that lies so many days after 1970-01-01.
    pub fn from_days(days: u64) -> Day {
        // Years are counted from March, so that the leap day is the last of its year; 400 years have 146,097 days.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Day {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What the machine refuses: the command cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldError {
    /// Where.
    pub path: PathBuf,
    /// What was wanted: "read", "list", "write".
    pub wanted: &'static str,
    /// In the machine's words.
    pub reason: String,
}

impl WorldError {
    /// The machine's refusal.
    pub fn new(path: &Path, wanted: &'static str, error: &std::io::Error) -> WorldError {
        WorldError { path: path.to_owned(), wanted, reason: reason(error) }
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.wanted, self.path.display(), self.reason)
    }
}

impl std::error::Error for WorldError {}

/// The machine's words for an error, without its number, in the case of a sentence's middle.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if letters.clone().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A path as it is shown, by which a [`Source`] names its file: without a leading `./`, with forward slashes.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    if text.is_empty() { String::from(".") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_849, "2027-01-31"),
            (47_540, "2100-02-28"),
        ] {
            assert_eq!(Day::from_days(days).to_string(), text);
            assert_eq!(Day::parse(text), Some(Day::from_days(days)));
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for wrong in
            ["2027-02-29", "2100-02-29", "2027-13-01", "2027-00-10", "2027-1-1", "2027-01-01-", "+027-01-01", ""]
        {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_machines_words_fit_into_a_sentence() {
        let error = std::io::Error::from_raw_os_error(13);
        let refusal = WorldError::new(Path::new("a/b"), "read", &error);
        assert_eq!(refusal.to_string(), "cannot read `a/b`: permission denied");
    }
}
