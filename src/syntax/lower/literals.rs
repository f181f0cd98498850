//! Numbers with and without units, dates, address ranges, patterns.

use super::super::ast::{Date, Expr, ExprKind, Pattern};
use super::super::grammar::Node;
use super::Lower;
use crate::base::Span;
use crate::diag::{Diagnostic, codes};

/// Units of time, in milliseconds.
const DURATIONS: &[(&str, i64)] = &[("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
/// Units of size, in bytes.
const SIZES: &[(&str, i64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];
/// How others write our units.
const FOREIGN_UNITS: &[(&str, &str)] = &[
    ("m", "min"),
    ("mins", "min"),
    ("minutes", "min"),
    ("sec", "s"),
    ("secs", "s"),
    ("seconds", "s"),
    ("hr", "h"),
    ("hours", "h"),
    ("hrs", "h"),
    ("day", "d"),
    ("days", "d"),
    ("K", "KiB"),
    ("k", "KiB"),
    ("KB", "KiB"),
    ("kB", "KiB"),
    ("kb", "KiB"),
    ("M", "MiB"),
    ("MB", "MiB"),
    ("mb", "MiB"),
    ("G", "GiB"),
    ("GB", "GiB"),
    ("gb", "GiB"),
    ("Gi", "GiB"),
    ("Mi", "MiB"),
    ("T", "TiB"),
    ("TB", "TiB"),
    ("tb", "TiB"),
    ("Ti", "TiB"),
];

/// Whether a word is a unit of ours or of others.
pub(super) fn is_unit(word: &str) -> bool {
    DURATIONS.iter().chain(SIZES).any(|(unit, _)| *unit == word) || FOREIGN_UNITS.iter().any(|(unit, _)| *unit == word)
}

impl<'t> Lower<'t> {
    pub(super) fn number(&mut self, node: &Node<'t>) -> Expr {
        let span = self.span(node);
        let kind = match number(node.as_str(), span) {
            Ok(kind) => kind,
            Err(diagnostic) => {
                self.report(*diagnostic);
                ExprKind::Error
            }
        };
        Expr { span, kind }
    }

    pub(super) fn date(&mut self, node: &Node<'t>) -> Expr {
        let span = self.span(node);
        let kind = match date(node.as_str()) {
            Some(date) => ExprKind::Date(date),
            None => {
                let message = format!("there is no day `{}` in the calendar", node.as_str());
                self.report(
                    Diagnostic::new(codes::INVALID_DATE, span, message)
                        .help("a date is written year-month-day, as in `2027-01-31`"),
                );
                ExprKind::Error
            }
        };
        Expr { span, kind }
    }

    pub(super) fn cidr(&mut self, node: &Node<'t>) -> Expr {
        let span = self.span(node);
        let kind = match cidr(node.as_str(), span) {
            Ok(net) => ExprKind::Cidr(net),
            Err(diagnostic) => {
                self.report(*diagnostic);
                ExprKind::Error
            }
        };
        Expr { span, kind }
    }

    pub(super) fn pattern(&mut self, node: &Node<'t>) -> Pattern {
        let span = self.span(node);
        let written = node.as_str();
        let inside = written.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).unwrap_or(written);
        let text = inside.replace("\\/", "/");
        if let Err(error) = regex_syntax::Parser::new().parse(&text) {
            let (place, kind) = match &error {
                regex_syntax::Error::Parse(error) => (error.span(), error.kind().to_string()),
                regex_syntax::Error::Translate(error) => (error.span(), error.kind().to_string()),
                other => return self.invalid_pattern(span, span, &other.to_string(), text),
            };
            // Before the mistake, each `\/` was one character longer.
            let widen = |offset: usize| {
                let mut at = 0;
                let mut left = offset;
                let bytes = inside.as_bytes();
                while left > 0 && at < bytes.len() {
                    at += if bytes.get(at..at + 2) == Some(b"\\/") { 2 } else { 1 };
                    left -= 1;
                }
                span.lo as usize + 1 + at
            };
            let at = self.at(widen(place.start.offset), widen(place.end.offset));
            return self.invalid_pattern(at, span, &kind, text);
        }
        Pattern { text, span }
    }

    fn invalid_pattern(&mut self, at: Span, whole: Span, why: &str, text: String) -> Pattern {
        let why = why.lines().last().unwrap_or(why).trim_end_matches('.');
        let help = if why.contains("look-around") {
            "say what may be there instead of what may not, or check it with an `ensure`"
        } else if why.contains("backreferences") {
            "write out what the group may be a second time"
        } else {
            "a character with a meaning of its own is written with a backslash, such as `\\.` or `\\[`"
        };
        self.report(
            Diagnostic::new(codes::INVALID_PATTERN, at, format!("this pattern cannot be read: {why}"))
                .label(whole, "the pattern")
                .help(help),
        );
        Pattern { text, span: whole }
    }
}

fn number(text: &str, span: Span) -> Result<ExprKind, Box<Diagnostic>> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (figure, unit) = text.split_at(digits);
    let invalid = |message: String| Diagnostic::new(codes::INVALID_NUMBER, span, message);
    let too_large = || Box::new(invalid(format!("`{text}` is too large")).help("a whole number has at most 63 bits"));
    let exact = |factor: i64, what: &str, smallest: &str| match figure.split_once('.') {
        None => figure.parse::<i64>().ok().and_then(|whole| whole.checked_mul(factor)).ok_or_else(too_large),
        Some((whole, part)) => fraction(whole, part, factor).ok_or_else(|| {
            Box::new(
                invalid(format!("`{text}` is no whole number of {what}"))
                    .help(format!("use a smaller unit; the smallest is `{smallest}`")),
            )
        }),
    };
    let float = || {
        let value: f64 = figure.parse().unwrap_or(f64::INFINITY);
        let figures = figure.trim_start_matches(['0', '.']).bytes().filter(u8::is_ascii_digit).count();
        if value.is_finite() && figures <= 15 {
            Ok(value)
        } else {
            Err(Box::new(
                invalid(format!("`{text}` cannot be held exactly"))
                    .help("a number with a fraction has at most 15 digits"),
            ))
        }
    };
    if let Some((_, factor)) = DURATIONS.iter().find(|(known, _)| *known == unit) {
        return exact(*factor, "milliseconds", "ms").map(ExprKind::Duration);
    }
    if let Some((_, factor)) = SIZES.iter().find(|(known, _)| *known == unit) {
        return exact(*factor, "bytes", "B").map(ExprKind::Size);
    }
    match unit {
        "" if figure.contains('.') => float().map(ExprKind::Float),
        "" => figure.parse().map(ExprKind::Int).map_err(|_| too_large()),
        "%" => float().map(ExprKind::Percent),
        _ => Err(Box::new(match FOREIGN_UNITS.iter().find(|(foreign, _)| *foreign == unit) {
            Some((_, right)) => {
                let right = format!("{figure}{right}");
                let message = if unit == "m" {
                    format!("`{text}` could mean minutes or months")
                } else {
                    format!("`{unit}` is no unit here")
                };
                let diagnostic = Diagnostic::new(codes::FOREIGN_SYNTAX, span, message).help(format!("write `{right}`"));
                let title = format!("write `{right}`");
                // A size in powers of ten is another size; months are no minutes.
                if unit == "m" || right.ends_with('B') {
                    diagnostic.suggest(title, span, right)
                } else {
                    diagnostic.fix(title, span, right)
                }
            }
            None => invalid(format!("`{text}` is neither a number nor a name"))
                .help("units are `ms s min h d`, `B KiB MiB GiB TiB` and `%`; a name begins with a letter"),
        })),
    }
}

/// `1.5` of something, if that is a whole number of its parts.
fn fraction(whole: &str, part: &str, factor: i64) -> Option<i64> {
    let scale = 10_i64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let parts = part.parse::<i64>().ok()?.checked_mul(factor)?;
    let rest = (parts % scale == 0).then_some(parts / scale)?;
    whole.parse::<i64>().ok()?.checked_mul(factor)?.checked_add(rest)
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let year: u16 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (year > 0 && (1..=days).contains(&day)).then_some(Date { year, month, day })
}

fn cidr(text: &str, span: Span) -> Result<ipnet::IpNet, Box<Diagnostic>> {
    let invalid = |message: String| Diagnostic::new(codes::INVALID_CIDR, span, message);
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    let Ok(ip) = address.parse::<std::net::IpAddr>() else {
        return Err(Box::new(
            invalid(format!("`{address}` is no address"))
                .help("four numbers from 0 to 255 without leading zeros, as in `10.0.0.0/16`"),
        ));
    };
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let Some(mask) = mask else {
        let right = format!("{address}/{most}");
        return Err(Box::new(
            invalid(format!("`{address}` has no mask"))
                .help(format!("one address alone is the range `{right}`"))
                .suggest(format!("write `{right}`"), span, right),
        ));
    };
    let net = mask.parse::<u8>().ok().and_then(|mask| ipnet::IpNet::new(ip, mask).ok());
    let Some(net) = net else {
        return Err(Box::new(
            invalid(format!("`/{mask}` is no mask")).help(format!("a mask is a number from 0 to {most}")),
        ));
    };
    if net.trunc() != net {
        let right = net.trunc().to_string();
        return Err(Box::new(
            invalid(format!("`{text}` has bits set behind its mask"))
                .help(format!("the range that holds it is `{right}`"))
                .suggest(format!("write `{right}`"), span, right),
        ));
    }
    Ok(net)
}
