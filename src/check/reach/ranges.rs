//! Sets of numbers, as intervals: addresses, and what packets carry.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use ipnet::IpNet;

/// Where IPv4 addresses lie among those of IPv6: `::ffff:0:0/96` (RFC 4291).
const MAPPED: u128 = 0xffff << 32;
/// How many there are.
const V4: u128 = 1 << 32;

/// A set of numbers: sorted intervals, ends included, no two of which touch. Nearly all sets are a single one, which asks for no memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ranges(Kept);

/// The intervals of a set. There is one way to keep each set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
enum Kept {
    #[default]
    None,
    One((u128, u128)),
    /// Two or more.
    Several(Arc<[(u128, u128)]>),
}

/// Intervals that come in order, taken together where they touch.
#[derive(Default)]
struct Row {
    last: Option<(u128, u128)>,
    before: Vec<(u128, u128)>,
}

impl Row {
    fn push(&mut self, low: u128, high: u128) {
        match &mut self.last {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(last) => self.before.push(std::mem::replace(last, (low, high))),
            none @ None => *none = Some((low, high)),
        }
    }

    fn finish(mut self) -> Ranges {
        Ranges(match self.last {
            None => Kept::None,
            Some(only) if self.before.is_empty() => Kept::One(only),
            Some(last) => {
                self.before.push(last);
                Kept::Several(self.before.into())
            }
        })
    }
}

impl Ranges {
    /// The empty set.
    pub const fn none() -> Ranges {
        Ranges(Kept::None)
    }

    /// All numbers from the first to the last.
    pub const fn span(low: u128, high: u128) -> Ranges {
        Ranges(if low > high { Kept::None } else { Kept::One((low, high)) })
    }

    /// All numbers.
    pub const fn all() -> Ranges {
        Ranges::span(0, u128::MAX)
    }

    /// One number.
    pub fn one(number: u128) -> Ranges {
        Ranges::span(number, number)
    }

    /// The addresses of a network. `::/0` does not hold those of IPv4.
    pub fn of(net: IpNet) -> Ranges {
        match net {
            IpNet::V4(net) => {
                let number = |address: std::net::Ipv4Addr| MAPPED + u128::from(u32::from(address));
                Ranges::span(number(net.network()), number(net.broadcast()))
            }
            IpNet::V6(net) => {
                let whole = Ranges::span(u128::from(net.network()), u128::from(net.broadcast()));
                if net.prefix_len() >= 96 { whole } else { whole.minus(&Ranges::v4()) }
            }
        }
    }

    /// All addresses of IPv4.
    pub const fn v4() -> Ranges {
        Ranges::span(MAPPED, MAPPED + V4 - 1)
    }

    /// All addresses of IPv6.
    pub fn v6() -> Ranges {
        static ADDRESSES: LazyLock<Ranges> = LazyLock::new(|| Ranges::all().minus(&Ranges::v4()));
        ADDRESSES.clone()
    }

    /// The intervals.
    fn kept(&self) -> &[(u128, u128)] {
        match &self.0 {
            Kept::None => &[],
            Kept::One(only) => std::slice::from_ref(only),
            Kept::Several(all) => all,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Kept::None)
    }

    /// The intervals.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.kept().iter().copied()
    }

    /// The least number.
    pub fn first(&self) -> Option<u128> {
        self.kept().first().map(|(low, _)| *low)
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: u128) -> bool {
        self.holds(number, number)
    }

    /// Whether all numbers from one to another are in it.
    fn holds(&self, low: u128, high: u128) -> bool {
        let kept = self.kept();
        let at = kept.partition_point(|(start, _)| *start <= low);
        at.checked_sub(1).and_then(|at| kept.get(at)).is_some_and(|(_, end)| high <= *end)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Ranges) -> Ranges {
        match (&self.0, &other.0) {
            (Kept::Several(_), Kept::One((low, high))) if self.lies_within(*low, *high) => self.clone(),
            (Kept::One((low, high)), Kept::Several(_)) if other.lies_within(*low, *high) => other.clone(),
            _ => {
                let mut both = Row::default();
                self.pairs(other, |low, high| {
                    both.push(low, high);
                    true
                });
                both.finish()
            }
        }
    }

    /// Whether all of it lies between two numbers.
    fn lies_within(&self, low: u128, high: u128) -> bool {
        let kept = self.kept();
        kept.first().zip(kept.last()).is_some_and(|(first, last)| low <= first.0 && last.1 <= high)
    }

    /// Whether anything is in both.
    pub fn meets(&self, other: &Ranges) -> bool {
        let mut any = false;
        self.pairs(other, |_, _| {
            any = true;
            false
        });
        any
    }

    /// Calls a function for each interval that is in both, until it has enough.
    fn pairs(&self, other: &Ranges, mut visit: impl FnMut(u128, u128) -> bool) {
        let (mut ours, mut theirs) = (self.kept().iter().peekable(), other.kept().iter().peekable());
        while let (Some((low, high)), Some((other_low, other_high))) = (ours.peek(), theirs.peek()) {
            let (from, to) = (*low.max(other_low), *high.min(other_high));
            if from <= to && !visit(from, to) {
                return;
            }
            if high < other_high {
                ours.next()
            } else {
                theirs.next()
            };
        }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Ranges) -> Ranges {
        if self.covers(other) {
            return self.clone();
        }
        if other.covers(self) {
            return other.clone();
        }
        let (mut ours, mut theirs) = (self.kept().iter().peekable(), other.kept().iter().peekable());
        let mut either = Row::default();
        loop {
            let next = match (ours.peek(), theirs.peek()) {
                (Some(own), Some(other)) if own.0 <= other.0 => ours.next(),
                (_, Some(_)) => theirs.next(),
                (_, None) => ours.next(),
            };
            let Some((low, high)) = next else { return either.finish() };
            either.push(*low, *high);
        }
    }

    /// What is in this one alone.
    #[must_use]
    pub fn minus(&self, other: &Ranges) -> Ranges {
        let mut left = Row::default();
        for (low, high) in self.iter() {
            let mut from = Some(low);
            for (cut_low, cut_high) in other.iter() {
                let Some(start) = from else { break };
                if cut_high < start {
                    continue;
                }
                if cut_low > high {
                    break;
                }
                if cut_low > start {
                    left.push(start, cut_low - 1);
                }
                from = cut_high.checked_add(1).filter(|next| *next <= high);
            }
            if let Some(start) = from {
                left.push(start, high);
            }
        }
        left.finish()
    }

    /// Whether all of the other set is in this one.
    pub fn covers(&self, other: &Ranges) -> bool {
        other.iter().all(|(low, high)| self.holds(low, high))
    }
}

impl FromIterator<Ranges> for Ranges {
    fn from_iter<I: IntoIterator<Item = Ranges>>(sets: I) -> Ranges {
        sets.into_iter().fold(Ranges::none(), |all, one| all.or(&one))
    }
}

/// The number of an address.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => MAPPED + u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address of a number.
pub fn address(number: u128) -> IpAddr {
    let mapped = number.checked_sub(MAPPED).filter(|rest| *rest < V4).and_then(|rest| u32::try_from(rest).ok());
    match mapped {
        Some(rest) => IpAddr::V4(rest.into()),
        None => IpAddr::V6(number.into()),
    }
}

/// Addresses that the internet does not carry: private, shared, local, for groups of receivers, or kept for later.
/// Source: the special-purpose registries of IANA. Ranges for documentation count as public, as examples mean them so.
const OFF_THE_INTERNET: [&str; 10] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The addresses of the internet: of IPv4 all but those of special use, of IPv6 `2000::/3`.
pub fn internet() -> &'static Ranges {
    static ADDRESSES: LazyLock<Ranges> = LazyLock::new(|| {
        let off: Ranges = OFF_THE_INTERNET.iter().filter_map(|net| net.parse().ok()).map(Ranges::of).collect();
        Ranges::v4().minus(&off).or(&Ranges::span(0x2000 << 112, (0x4000 << 112) - 1))
    });
    &ADDRESSES
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> impl Strategy<Value = Ranges> {
        proptest::collection::vec((0u128..40, 0u128..6), 0..6)
            .prop_map(|parts| parts.into_iter().map(|(low, more)| Ranges::span(low, low + more)).collect())
    }

    proptest! {
        #[test]
        fn sets_are_what_their_members_say(a in small(), b in small()) {
            let (and, or, minus) = (a.and(&b), a.or(&b), a.minus(&b));
            for number in 0..50 {
                let (in_a, in_b) = (a.contains(number), b.contains(number));
                prop_assert_eq!(and.contains(number), in_a && in_b);
                prop_assert_eq!(or.contains(number), in_a || in_b);
                prop_assert_eq!(minus.contains(number), in_a && !in_b);
            }
            prop_assert_eq!(a.meets(&b), !and.is_empty());
            prop_assert_eq!(a.covers(&b), b.minus(&a).is_empty());
            for set in [and, or, minus] {
                prop_assert!(set.kept().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
            }
        }
    }

    #[test]
    fn the_families_are_apart() {
        let every = Ranges::of("::/0".parse().expect("a range"));
        assert!(!every.meets(&Ranges::v4()));
        assert_eq!(Ranges::v4().or(&Ranges::v6()), Ranges::all());
        let net: IpNet = "10.0.1.0/24".parse().expect("a range");
        let host: IpAddr = "10.0.1.7".parse().expect("an address");
        assert!(Ranges::of(net).contains(number(host)));
        assert_eq!(address(number(host)), host);
        assert!(!internet().meets(&Ranges::of(net)));
        assert!(internet().contains(number("203.0.113.9".parse().expect("an address"))));
        assert!(internet().contains(number("2001:db8::1".parse().expect("an address"))));
    }
}
