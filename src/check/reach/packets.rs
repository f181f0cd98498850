//! Sets of packets: from where, to where, and what they carry.

use crate::check::reach::ranges::Ranges;

/// What a packet carries is its protocol and its port, in one number: ports of the first protocol, of the second, and so on.
/// ICMP has types and codes in the place of ports.
const PORTS: u128 = 1 << 16;
/// There are so many protocols.
const PROTOCOLS: u128 = 256;

/// TCP's number.
pub const TCP: u8 = 6;
/// UDP's number.
pub const UDP: u8 = 17;
/// ICMP's number.
pub const ICMP: u8 = 1;
/// The number of ICMP for IPv6.
pub const ICMP6: u8 = 58;

/// Ports from which a client may ask, and to which it is answered. Which part of them one uses depends on its operating
/// system; AWS's own devices use all.
pub const CLIENT_PORTS: (u16, u16) = (1024, 65_535);

/// What packets of a protocol carry, on some of its ports.
pub fn carried(protocol: u8, first: u16, last: u16) -> Ranges {
    let base = u128::from(protocol) * PORTS;
    Ranges::span(base + u128::from(first), base + u128::from(last))
}

/// All that packets of a protocol can carry.
pub fn all_of(protocol: u8) -> Ranges {
    carried(protocol, 0, u16::MAX)
}

/// All that packets can carry.
pub fn anything() -> Ranges {
    Ranges::span(0, PROTOCOLS * PORTS - 1)
}

/// The protocol and the port of what a packet carries.
pub fn protocol_and_port(carried: u128) -> (u8, u16) {
    (u8::try_from(carried / PORTS).unwrap_or(u8::MAX), u16::try_from(carried % PORTS).unwrap_or(u16::MAX))
}

/// All packets from some addresses to some addresses that carry certain things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube {
    /// From where.
    pub from: Ranges,
    /// To where.
    pub to: Ranges,
    /// What they carry.
    pub on: Ranges,
}

impl Cube {
    /// All packets.
    pub fn all() -> Cube {
        Cube { from: Ranges::all(), to: Ranges::all(), on: anything() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.from.is_empty() || self.to.is_empty() || self.on.is_empty()
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Cube) -> Cube {
        Cube { from: self.from.and(&other.from), to: self.to.and(&other.to), on: self.on.and(&other.on) }
    }

    fn meets(&self, other: &Cube) -> bool {
        self.from.meets(&other.from) && self.to.meets(&other.to) && self.on.meets(&other.on)
    }

    /// What is in this one alone, in up to three parts that are apart, added to others.
    fn minus(&self, other: &Cube, parts: &mut Vec<Cube>) {
        if !self.meets(other) {
            parts.push(self.clone());
            return;
        }
        let mut add = |part: Cube| {
            if !part.is_empty() {
                parts.push(part);
            }
        };
        add(Cube { from: self.from.minus(&other.from), to: self.to.clone(), on: self.on.clone() });
        let from = self.from.and(&other.from);
        add(Cube { from: from.clone(), to: self.to.minus(&other.to), on: self.on.clone() });
        add(Cube { from, to: self.to.and(&other.to), on: self.on.minus(&other.on) });
    }
}

/// A set of packets: cubes that are apart, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packets(Vec<Cube>);

impl Packets {
    /// None.
    pub fn none() -> Packets {
        Packets(Vec::new())
    }

    /// All of them.
    pub fn all() -> Packets {
        Packets(vec![Cube::all()])
    }

    /// Those of a cube.
    pub fn of(cube: Cube) -> Packets {
        if cube.is_empty() { Packets::none() } else { Packets(vec![cube]) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The cubes.
    pub fn cubes(&self) -> &[Cube] {
        &self.0
    }

    /// Those that are in a cube.
    #[must_use]
    pub fn within(&self, cube: &Cube) -> Packets {
        Packets(self.0.iter().filter(|own| own.meets(cube)).map(|own| own.and(cube)).collect())
    }

    /// Those from certain addresses.
    #[must_use]
    pub fn from(&self, from: &Ranges) -> Packets {
        self.each(|cube| Cube { from: cube.from.and(from), ..cube.clone() })
    }

    /// Those to certain addresses.
    #[must_use]
    pub fn to(&self, to: &Ranges) -> Packets {
        self.each(|cube| Cube { to: cube.to.and(to), ..cube.clone() })
    }

    /// Those that carry certain things.
    #[must_use]
    pub fn on(&self, on: &Ranges) -> Packets {
        self.each(|cube| Cube { on: cube.on.and(on), ..cube.clone() })
    }

    /// A part of each cube.
    fn each(&self, part: impl Fn(&Cube) -> Cube) -> Packets {
        Packets(self.0.iter().map(part).filter(|cube| !cube.is_empty()).collect())
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Packets) -> Packets {
        let mut both = Vec::with_capacity(self.0.len().max(other.0.len()));
        for cube in &other.0 {
            both.extend(self.0.iter().filter(|own| own.meets(cube)).map(|own| own.and(cube)));
        }
        Packets(both)
    }

    /// Those that are in either.
    #[must_use]
    pub fn or(&self, other: &Packets) -> Packets {
        let mut all = self.clone();
        for cube in &other.0 {
            all.add(cube.clone());
        }
        all
    }

    /// Adds those of a cube.
    pub fn add(&mut self, cube: Cube) {
        if cube.is_empty() {
            return;
        }
        let mut new = vec![cube];
        for own in &self.0 {
            if !new.iter().any(|part| part.meets(own)) {
                continue;
            }
            let mut left = Vec::with_capacity(new.len() + 1);
            new.iter().for_each(|part| part.minus(own, &mut left));
            new = left;
            if new.is_empty() {
                return;
            }
        }
        self.0.extend(new);
    }

    /// Those that are not in the cube.
    #[must_use]
    pub fn without(&self, cube: &Cube) -> Packets {
        let mut left = Vec::with_capacity(self.0.len());
        self.0.iter().for_each(|own| own.minus(cube, &mut left));
        Packets(left)
    }

    /// Those that are in this set alone.
    #[must_use]
    pub fn minus(&self, other: &Packets) -> Packets {
        other.0.iter().fold(self.clone(), |left, cube| left.without(cube))
    }

    /// The answers' directions: from where these go, to where they come from.
    #[must_use]
    pub fn turned(&self) -> Packets {
        self.each(|cube| Cube { from: cube.to.clone(), to: cube.from.clone(), on: cube.on.clone() })
    }

    /// All packets that have the same ends as one of these, whatever they carry, made to carry certain things.
    #[must_use]
    pub fn carrying(&self, on: &Ranges) -> Packets {
        self.spread(|cube| Cube { on: on.clone(), ..cube.clone() })
    }

    /// All packets that differ from one of these in nothing but where they come from, from certain addresses.
    #[must_use]
    pub fn coming_from(&self, from: &Ranges) -> Packets {
        self.spread(|cube| Cube { from: from.clone(), ..cube.clone() })
    }

    fn spread(&self, change: impl Fn(&Cube) -> Cube) -> Packets {
        let mut all = Packets::none();
        for cube in &self.0 {
            all.add(change(cube));
        }
        all
    }

    /// All that these carry.
    pub fn carried(&self) -> Ranges {
        self.0.iter().fold(Ranges::none(), |all, cube| all.or(&cube.on))
    }

    /// Whether a single packet is among them.
    pub fn contains(&self, from: u128, to: u128, on: u128) -> bool {
        self.0.iter().any(|cube| cube.from.contains(from) && cube.to.contains(to) && cube.on.contains(on))
    }
}

/// A set of packets between two bounds, where not everything is known before deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// All that may be in it; what is not here is certainly not.
    pub may: Packets,
    /// All that are certainly in it.
    pub must: Packets,
}

impl Bounds {
    /// A set that is known.
    pub fn known(packets: Packets) -> Bounds {
        Bounds { may: packets.clone(), must: packets }
    }

    /// A set of which nothing is certain but that it has no others than these.
    pub fn at_most(packets: Packets) -> Bounds {
        Bounds { may: packets, must: Packets::none() }
    }

    /// All packets.
    pub fn all() -> Bounds {
        Bounds::known(Packets::all())
    }

    /// No packet.
    pub fn none() -> Bounds {
        Bounds::known(Packets::none())
    }

    /// Whether there can be none.
    pub fn is_empty(&self) -> bool {
        self.may.is_empty()
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Bounds) -> Bounds {
        Bounds { may: self.may.and(&other.may), must: self.must.and(&other.must) }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Bounds) -> Bounds {
        Bounds { may: self.may.or(&other.may), must: self.must.or(&other.must) }
    }

    /// The part of both bounds that a function cuts out.
    #[must_use]
    pub fn cut(&self, part: impl Fn(&Packets) -> Packets) -> Bounds {
        Bounds { may: part(&self.may), must: part(&self.must) }
    }

    /// The same without any certainty.
    #[must_use]
    pub fn doubted(self) -> Bounds {
        Bounds::at_most(self.may)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dimension() -> impl Strategy<Value = Ranges> {
        proptest::collection::vec((0u128..4, 0u128..2), 1..3)
            .prop_map(|parts| parts.into_iter().map(|(low, more)| Ranges::span(low, low + more)).collect())
    }

    fn packets() -> impl Strategy<Value = Packets> {
        proptest::collection::vec((dimension(), dimension(), dimension()), 0..4).prop_map(|cubes| {
            let mut all = Packets::none();
            cubes.into_iter().for_each(|(from, to, on)| all.add(Cube { from, to, on }));
            all
        })
    }

    fn each(mut visit: impl FnMut(u128, u128, u128)) {
        for number in 0..6 * 6 * 6 {
            visit(number / 36, number / 6 % 6, number % 6);
        }
    }

    proptest! {
        #[test]
        fn sets_are_what_their_packets_say(a in packets(), b in packets()) {
            let (and, or, minus, turned) = (a.and(&b), a.or(&b), a.minus(&b), a.turned());
            each(|from, to, on| {
                let (in_a, in_b) = (a.contains(from, to, on), b.contains(from, to, on));
                assert_eq!(and.contains(from, to, on), in_a && in_b);
                assert_eq!(or.contains(from, to, on), in_a || in_b);
                assert_eq!(minus.contains(from, to, on), in_a && !in_b);
                assert_eq!(turned.contains(to, from, on), in_a);
            });
            for set in [and, or, minus] {
                each(|from, to, on| {
                    let holding = |cube: &&Cube| cube.from.contains(from) && cube.to.contains(to) && cube.on.contains(on);
                    assert!(set.cubes().iter().filter(holding).count() <= 1);
                });
            }
        }

        #[test]
        fn what_is_forgotten_may_be_anything(a in packets()) {
            let (ends, carrying) = (a.carrying(&Ranges::span(7, 9)), a.coming_from(&Ranges::one(5)));
            each(|from, to, on| {
                let any = |test: &dyn Fn(u128) -> bool| (0..6).any(test);
                assert_eq!(ends.contains(from, to, 8), any(&|on| a.contains(from, to, on)));
                assert_eq!(carrying.contains(5, to, on), any(&|from| a.contains(from, to, on)));
            });
        }
    }

    #[test]
    fn what_is_carried_has_a_protocol_and_a_port() {
        let https = carried(TCP, 443, 443);
        assert_eq!(https.first().map(protocol_and_port), Some((TCP, 443)));
        assert!(all_of(TCP).covers(&https) && !all_of(UDP).meets(&https) && anything().covers(&all_of(255)));
    }
}
