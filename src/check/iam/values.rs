//! Numbers, dates and addresses as conditions compare them.

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::check::iam::policy::Order;

/// Whether an ordering is what an operator asks for.
pub(super) fn fits(order: Order, found: Ordering) -> bool {
    match order {
        // The opposite is taken where all values are looked at together.
        Order::Equals | Order::NotEquals => found.is_eq(),
        Order::LessThan => found.is_lt(),
        Order::LessThanEquals => found.is_le(),
        Order::GreaterThan => found.is_gt(),
        Order::GreaterThanEquals => found.is_ge(),
    }
}

/// A whole or decimal number, of any size.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    whole: String,
    part: String,
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(part) || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let zero = whole.is_empty() && part.is_empty();
        Some(Number { negative: negative && !zero, whole: whole.to_owned(), part: part.to_owned() })
    }

    fn size(&self, other: &Number) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(&other.whole));
        whole.then_with(|| self.part.cmp(&other.part))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

/// A moment: seconds since 1970, and billionths.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64, u32);

impl Moment {
    /// A date of ISO 8601 as the W3C narrows it, or seconds since 1970.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.len() != 4 {
            return text.parse().ok().map(|seconds| Moment(seconds, 0));
        }
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days(date)?;
        let (seconds, billionths) = time.map_or(Some((0, 0)), clock)?;
        Some(Moment(days.checked_mul(86_400)?.checked_add(seconds)?, billionths))
    }
}

fn digits(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days since 1970 of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if parts.next().is_some() || !(1..=length).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Seconds of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s` with `Z` or an offset; without either it is UTC.
fn clock(time: &str) -> Option<(i64, u32)> {
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(zone)?;
    let offset = match zone.chars().next() {
        None => 0,
        Some('Z' | 'z') if zone.len() == 1 => 0,
        Some(sign) => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let seconds = digits(hours, 2)? * 3_600 + digits(minutes, 2)? * 60;
            if sign == '-' { -seconds } else { seconds }
        }
    };
    let mut parts = time.split(':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (seconds, part) = match parts.next() {
        Some(part) => part.split_once('.').unwrap_or((part, "0")),
        None => ("00", "0"),
    };
    let seconds = digits(seconds, 2)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let billionths: String = part.chars().chain("000000000".chars()).take(9).collect();
    Some((hours * 3_600 + minutes * 60 + seconds - offset, billionths.parse().ok()?))
}

/// Whether an address, or a range of them, lies within a range. An address alone is a range of one.
pub(super) fn within(address: &str, range: &str) -> bool {
    let net =
        |text: &str| -> Option<IpNet> { text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)) };
    match (net(address), net(range)) {
        (Some(address), Some(range)) => range.contains(&address),
        (Some(_) | None, Some(_) | None) => false,
    }
}
