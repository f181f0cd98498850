//! Paths and places, as the protocol counts them.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{Position, Range, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::base::{LineColumn, LineIndex, Span};

/// What stands in the path of a URI as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The file that a URI names; nothing for one that names none.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // Of a host, only this machine has files here.
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(rest).decode_utf8().ok()?;
    // `/c:/systems` on a machine with drives.
    let drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    let path = if drive { path.trim_start_matches('/') } else { &*path };
    let path = PathBuf::from(path);
    path.is_absolute().then_some(path)
}

/// The URI of a file; nothing for a path that is not absolute, such as those of the standard library.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    if !path.is_absolute() {
        return None;
    }
    let path = path.to_string_lossy().replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Uri::from_str(&format!("file://{slash}{}", utf8_percent_encode(&path, PLAIN))).ok()
}

/// A place in a text.
pub(super) fn range(lines: &LineIndex, text: &str, span: Span) -> Range {
    let position = |offset: u32| {
        let LineColumn { line, column } = lines.utf16(text, offset);
        Position { line, character: column }
    };
    Range { start: position(span.lo), end: position(span.hi.max(span.lo)) }
}

/// The offset of a place; what lies behind a line's end is its end, and behind the text's end the text's.
pub(super) fn offset(lines: &LineIndex, text: &str, position: Position) -> usize {
    if position.line >= lines.lines() {
        return text.len();
    }
    let start = lines.start(position.line) as usize;
    let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut units = position.character as usize;
    let mut at = start;
    for letter in line.chars() {
        if units < letter.len_utf16() {
            break;
        }
        units -= letter.len_utf16();
        at += letter.len_utf8();
    }
    at
}
