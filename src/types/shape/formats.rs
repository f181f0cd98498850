//! Forms that schemas call by a name.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What a text should be, in words, if it is not. Forms that nothing is known of ask nothing.
pub(super) fn wanted(format: &str, text: &str) -> Option<&'static str> {
    let (fits, words) = match format {
        "date-time" | "timestamp" => (is_date_time(text), "a date and time such as `2027-01-31T12:00:00Z`"),
        "ipv4" => (text.parse::<Ipv4Addr>().is_ok(), "an IPv4 address such as `192.0.2.1`"),
        "ipv6" => (text.parse::<Ipv6Addr>().is_ok(), "an IPv6 address such as `2001:db8::1`"),
        "ipv4-network" => (is_network::<Ipv4Addr>(text, 32), "an IPv4 address range such as `10.0.0.0/16`"),
        "ipv6-network" => (is_network::<Ipv6Addr>(text, 128), "an IPv6 address range such as `2001:db8::/56`"),
        _ => return None,
    };
    (!fits).then_some(words)
}

fn is_network<A: std::str::FromStr>(text: &str, most: u32) -> bool {
    match text.split_once('/') {
        Some((address, mask)) => {
            address.parse::<A>().is_ok()
                && mask.bytes().all(|byte| byte.is_ascii_digit())
                && mask.parse().is_ok_and(|mask: u32| mask <= most)
        }
        None => text.parse::<A>().is_ok(),
    }
}

/// A date, alone or with a time, as RFC 3339 writes them; with or without a zone, as services differ in that.
fn is_date_time(text: &str) -> bool {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    is_date(date) && time.is_none_or(is_time)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, digits: usize| (text.len() == digits).then(|| text.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(zone).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let two = |part: Option<&str>, most: u32| {
        part.is_some_and(|part| part.len() == 2 && part.parse().is_ok_and(|number: u32| number <= most))
    };
    let seconds = |part: Option<&str>| {
        part.is_none_or(|part| {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
            two(Some(whole), 60) && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    two(parts.next(), 23) && two(parts.next(), 59) && seconds(parts.next()) && parts.next().is_none() && is_zone(zone)
}

fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | [b'Z' | b'z'] => true,
        [b'+' | b'-', rest @ ..] => rest.iter().filter(|byte| byte.is_ascii_digit()).count() == 4,
        _ => false,
    }
}
