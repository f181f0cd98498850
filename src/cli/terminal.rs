//! What the reader's side can show.

use std::env;
use std::io::IsTerminal;

use super::args::Color;
use super::render::Look;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Lines are at least and at most this long, whatever the terminal says.
const WIDTH: std::ops::RangeInclusive<usize> = 40..=120;
/// Where there is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// What can be shown on a stream.
pub(super) fn look(stream: Stream, color: Color) -> Look {
    let is_terminal = match stream {
        Stream::Out => std::io::stdout().is_terminal(),
        Stream::Err => std::io::stderr().is_terminal(),
    };
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb,
    };
    let width = if is_terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    let width = width.map_or(DEFAULT_WIDTH, |width| width.clamp(*WIDTH.start(), *WIDTH.end()));
    Look { color, unicode: is_unicode(), width }
}

/// Whether the locale's encoding is UTF-8; without a locale, any log of today takes it.
fn is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
