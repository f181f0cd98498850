//! Times and sizes in the units that properties want.

use crate::eval::value::Kind;

const MILLISECONDS: [(&str, i64); 5] =
    [("milliseconds", 1), ("seconds", 1_000), ("minutes", 60_000), ("hours", 3_600_000), ("days", 86_400_000)];
const BYTES: [(&str, i64); 5] = [("bytes", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];
const CIDR: [&str; 3] = ["address", "mask", "size"];

/// A time or size counted in a unit: `x.days`. `None` if there is no such unit; an error if it is no whole number of them.
pub(super) fn field(value: &Kind, name: &str) -> Option<Result<Kind, String>> {
    match value {
        Kind::Duration(time) => in_unit(*time, name, &MILLISECONDS),
        Kind::Size(size) => in_unit(*size, name, &BYTES),
        Kind::Percent(percent) => (name == "percent").then_some(Ok(Kind::Float(*percent))),
        Kind::Cidr(cidr) => match name {
            "address" => Some(Ok(Kind::Text(crate::eval::value::Template::literal(&cidr.network().to_string())))),
            "mask" => Some(Ok(Kind::Int(i64::from(cidr.prefix_len())))),
            "size" => {
                let bits = u32::from(cidr.max_prefix_len() - cidr.prefix_len());
                Some(
                    1_i64
                        .checked_shl(bits)
                        .filter(|_| bits < 63)
                        .map(Kind::Int)
                        .ok_or_else(|| String::from("this range has more addresses than a number can hold")),
                )
            }
            _ => None,
        },
        _ => None,
    }
}

/// The names that [`field`] takes.
pub(super) fn fields_of(value: &Kind) -> impl Iterator<Item = &'static str> {
    let units: Vec<&'static str> = match value {
        Kind::Duration(_) => MILLISECONDS.iter().map(|(name, _)| *name).collect(),
        Kind::Size(_) => BYTES.iter().map(|(name, _)| *name).collect(),
        Kind::Percent(_) => vec!["percent"],
        Kind::Cidr(_) => CIDR.to_vec(),
        _ => Vec::new(),
    };
    units.into_iter()
}

/// How much of the smallest unit another one is.
pub(super) fn unit(value: &Kind, name: &str) -> Option<i64> {
    let units: &[(&str, i64)] = match value {
        Kind::Duration(_) => &MILLISECONDS,
        Kind::Size(_) => &BYTES,
        _ => return None,
    };
    units.iter().find(|(unit, _)| *unit == name).map(|(_, amount)| *amount)
}

fn in_unit(amount: i64, name: &str, units: &[(&'static str, i64)]) -> Option<Result<Kind, String>> {
    let (_, unit) = units.iter().find(|(unit, _)| *unit == name)?;
    Some(if amount % unit == 0 {
        Ok(Kind::Int(amount / unit))
    } else {
        Err(format!("this is no whole number of {name}"))
    })
}

/// The unit of a property, from the words of its name. What AWS names otherwise is an override of the catalog.
pub(super) fn unit_of_name(property: &str) -> Option<&'static str> {
    const ENDINGS: [(&str, &str); 14] = [
        ("InMillis", "milliseconds"),
        ("Millis", "milliseconds"),
        ("Milliseconds", "milliseconds"),
        ("Seconds", "seconds"),
        ("Secs", "seconds"),
        ("Sec", "seconds"),
        ("Minutes", "minutes"),
        ("Hours", "hours"),
        ("Days", "days"),
        ("InGB", "GiB"),
        ("InGiB", "GiB"),
        ("InMB", "MiB"),
        ("InMiB", "MiB"),
        ("InBytes", "bytes"),
    ];
    ENDINGS.iter().find(|(ending, _)| property.ends_with(ending)).map(|(_, unit)| *unit)
}

/// A time as the language writes it, in the largest unit that counts it whole.
pub fn time(milliseconds: i64) -> String {
    const WRITTEN: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];
    written(milliseconds, &WRITTEN)
}

/// A size as the language writes it, in the largest unit that counts it whole.
pub fn size(bytes: i64) -> String {
    const WRITTEN: [(&str, i64); 5] =
        [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    written(bytes, &WRITTEN)
}

fn written(amount: i64, units: &[(&str, i64)]) -> String {
    let fits = units.iter().find(|(_, unit)| amount != 0 && amount % unit == 0).or(units.iter().rev().nth(1));
    fits.map_or_else(|| amount.to_string(), |(name, unit)| format!("{}{name}", amount / unit))
}

/// A time as a schedule expression: `rate(30 days)`.
pub(super) fn rate(milliseconds: i64) -> String {
    for (name, unit) in MILLISECONDS.iter().rev().filter(|(name, _)| matches!(*name, "days" | "hours" | "minutes")) {
        if milliseconds % unit == 0 {
            let count = milliseconds / unit;
            let name = if count == 1 { name.trim_end_matches('s') } else { name };
            return format!("rate({count} {name})");
        }
    }
    format!("rate({} minutes)", (milliseconds + 59_999) / 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_whole_units_only() {
        assert_eq!(field(&Kind::Duration(7 * 86_400_000), "days"), Some(Ok(Kind::Int(7))));
        assert!(matches!(field(&Kind::Duration(90_000), "minutes"), Some(Err(_))));
        assert_eq!(field(&Kind::Duration(1), "weeks"), None);
    }

    #[test]
    fn times_and_sizes_are_shown_as_the_language_writes_them() {
        assert_eq!(time(70 * 86_400_000), "70d");
        assert_eq!(time(90_000), "90s");
        assert_eq!(time(0), "0s");
        assert_eq!(size(20 << 30), "20GiB");
    }

    #[test]
    fn rates_are_written_as_aws_wants_them() {
        assert_eq!(rate(86_400_000), "rate(1 day)");
        assert_eq!(rate(30 * 86_400_000), "rate(30 days)");
        assert_eq!(rate(90 * 60_000), "rate(90 minutes)");
    }

    #[test]
    fn units_are_read_from_names() {
        assert_eq!(unit_of_name("RetentionInDays"), Some("days"));
        assert_eq!(unit_of_name("HealthCheckIntervalSeconds"), Some("seconds"));
        assert_eq!(unit_of_name("BucketName"), None);
    }
}
