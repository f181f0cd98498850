//! From one party to another without anybody between who opens what is sent: what may pass, and what certainly does.

use std::borrow::Cow;
use std::rc::Rc;

use crate::base::limits;
use crate::check::reach::fabric::{Arrival, Spot, Start};
use crate::check::reach::filters::{Direction, family, with_peer};
use crate::check::reach::network::{
    GroupId, Interface, InterfaceId, Listens, OutsideId, Peer, ServiceId, SubnetId, Sure,
};
use crate::check::reach::packets::{Bounds, Cube, Packets, anything};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::solver::{Solver, kept};

/// Who sends, or who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Party {
    /// Something of the model.
    Interface(InterfaceId),
    /// Whatever may wear a group in a subnet.
    Wearer(GroupId, SubnetId),
    /// Whoever may have one of these addresses in a subnet. Nothing is known of it.
    Host(SubnetId, Ranges),
    /// Somebody on the internet with one of these addresses.
    Internet(Ranges),
    /// Somebody in another network with one of these addresses.
    Outside(OutsideId, Ranges),
    /// An API of AWS.
    Service(ServiceId),
}

/// One way from one party to another, and what passes on it.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// The way.
    pub way: Arrival,
    /// What passes on it, as the sender sent it.
    pub packets: Bounds,
}

/// What passes from one party to another.
#[derive(Debug, Clone)]
pub struct Leg {
    /// All that may be carried.
    pub may: Ranges,
    /// All that is certainly carried, whatever address each party turns out to have.
    pub must: Ranges,
    /// By which ways.
    pub stretches: Vec<Rc<Stretch>>,
}

/// The addresses of a party, and how it is spoken of.
struct Addresses {
    /// All that it may have.
    all: Ranges,
    /// Whether one of them is enough: it stands for anybody.
    any: bool,
    /// Whether it certainly has one of IPv6, if any of them is.
    v6: bool,
}

impl Solver {
    /// What passes from one party to another, by ways that are not to be avoided.
    pub fn leg(&self, from: &Party, to: &Party, avoid: &dyn Fn(&Arrival) -> bool) -> Leg {
        self.leg_let_in(from, to, avoid, None)
    }

    /// The same, where what the other party's groups let in is already known.
    pub(super) fn leg_let_in(
        &self,
        from: &Party,
        to: &Party,
        avoid: &dyn Fn(&Arrival) -> bool,
        inward: Option<&Bounds>,
    ) -> Leg {
        let stretches = match inward {
            None => self.stretches(from, to),
            Some(_) => Rc::new(self.all_stretches(from, to, inward)),
        };
        let stretches: Vec<Rc<Stretch>> = stretches.iter().filter(|one| !avoid(&one.way)).cloned().collect();
        let (mut may, mut must) = (Ranges::none(), Packets::none());
        for stretch in &stretches {
            may = may.or(&stretch.packets.may.carried());
            must = must.or(&stretch.packets.must);
        }
        let must = if must.is_empty() {
            Ranges::none()
        } else {
            for_all_addresses(&must, &self.addresses(from), &self.addresses(to))
        };
        Leg { may, must, stretches }
    }

    /// All that may be carried from one party to another, by ways that are not to be avoided.
    pub fn open(&self, from: &Party, to: &Party, avoid: &dyn Fn(&Arrival) -> bool) -> Ranges {
        let stretches = self.stretches(from, to);
        stretches.iter().filter(|one| !avoid(&one.way)).map(|one| one.packets.may.carried()).collect()
    }

    /// All ways from one party to another, and what passes on them.
    fn stretches(&self, from: &Party, to: &Party) -> Rc<Vec<Rc<Stretch>>> {
        // A report asks for each pair once; then they would only fill the memory.
        if self.stretches.borrow().len() > limits::MAX_NETWORK_KEPT {
            return Rc::new(self.all_stretches(from, to, None));
        }
        kept(&self.stretches, (from.clone(), to.clone()), || self.all_stretches(from, to, None))
    }

    fn all_stretches(&self, from: &Party, to: &Party, inward: Option<&Bounds>) -> Vec<Rc<Stretch>> {
        if !self.can_talk(from, to) {
            return Vec::new();
        }
        let (sender, asked) = (self.addresses(from), self.addresses(to));
        let ways = self.ways(from, to).into_iter();
        ways.filter_map(|way| self.stretch((from, &sender), (to, &asked), way, inward)).map(Rc::new).collect()
    }

    /// What may be sent at all, and where it is heard at all.
    fn can_talk(&self, from: &Party, to: &Party) -> bool {
        let sends = self.card(from).is_none_or(|own| own.sends) && !matches!(from, Party::Service(_));
        let hears = self.card(to).is_none_or(|own| own.listens != Listens::Nowhere);
        // Those who wear one group are many, and can talk to each other.
        sends && hears && (from != to || !matches!(from, Party::Interface(_)))
    }

    /// What a party has in its subnet, if it wears groups there.
    pub(super) fn card(&self, party: &Party) -> Option<Cow<'_, Interface>> {
        match party {
            Party::Interface(id) => Some(Cow::Borrowed(self.network.interface(*id))),
            Party::Wearer(group, subnet) => {
                let place = self.network.subnet(*subnet);
                let v6 = if place.addresses.meets(&Ranges::v6()) { Sure::Unknown } else { Sure::No };
                Some(Cow::Owned(Interface {
                    named: self.network.group(*group).named.clone(),
                    subnet: *subnet,
                    groups: vec![*group],
                    addresses: place.addresses.clone(),
                    v6,
                    public: Sure::Unknown,
                    sends: true,
                    listens: Listens::Anywhere,
                    forwards: false,
                }))
            }
            Party::Host(..) | Party::Internet(_) | Party::Outside(..) | Party::Service(_) => None,
        }
    }

    fn addresses(&self, party: &Party) -> Addresses {
        match party {
            Party::Interface(_) | Party::Wearer(..) => {
                let Some(own) = self.card(party) else {
                    return Addresses { all: Ranges::none(), any: false, v6: false };
                };
                let all = match own.v6 {
                    Sure::No => own.addresses.and(&Ranges::v4()),
                    Sure::Unknown | Sure::Yes => own.addresses.clone(),
                };
                Addresses { all, any: false, v6: own.v6 == Sure::Yes }
            }
            Party::Host(subnet, addresses) => {
                let all = addresses.and(&self.network.subnet(*subnet).addresses);
                Addresses { all, any: true, v6: true }
            }
            Party::Internet(addresses) => Addresses { all: addresses.and(internet()), any: true, v6: true },
            Party::Outside(_, addresses) => Addresses { all: addresses.clone(), any: true, v6: true },
            // Which of its addresses an API has today, nobody knows.
            Party::Service(_) => Addresses { all: internet().and(&Ranges::v4()), any: false, v6: false },
        }
    }

    /// All addresses that a party may have, and whether it stands for anybody who has one of them.
    pub(super) fn all_addresses(&self, party: &Party) -> (Ranges, bool) {
        let addresses = self.addresses(party);
        (addresses.all, addresses.any)
    }

    /// The subnet that a party is in.
    pub(super) fn place(&self, party: &Party) -> Option<SubnetId> {
        match party {
            Party::Interface(id) => Some(self.network.interface(*id).subnet),
            Party::Wearer(_, subnet) | Party::Host(subnet, _) => Some(*subnet),
            Party::Internet(_) | Party::Outside(..) | Party::Service(_) => None,
        }
    }

    /// The beginning of a party's ways.
    pub(super) fn start(&self, party: &Party) -> Option<Start> {
        match party {
            Party::Interface(id) => {
                let own = self.network.interface(*id);
                Some(Start::Subnet(own.subnet, own.public))
            }
            Party::Wearer(_, subnet) | Party::Host(subnet, _) => Some(Start::Subnet(*subnet, Sure::Unknown)),
            Party::Internet(_) => Some(Start::Internet),
            Party::Outside(outside, _) => Some(Start::Outside(*outside)),
            Party::Service(_) => None,
        }
    }

    fn ways(&self, from: &Party, to: &Party) -> Vec<Arrival> {
        let here = self.place(from);
        if here.is_some() && here == self.place(to) {
            // Neighbours meet without routes and network ACLs.
            return here.map(direct).into_iter().collect();
        }
        let Some(start) = self.start(from) else { return Vec::new() };
        let (spot, aim) = match to {
            Party::Interface(id) => (Spot::Subnet(self.network.interface(*id).subnet), None),
            Party::Wearer(_, subnet) | Party::Host(subnet, _) => (Spot::Subnet(*subnet), None),
            Party::Internet(_) => (Spot::Internet, None),
            Party::Outside(outside, _) => (Spot::Outside(*outside), None),
            Party::Service(service) => (Spot::Service(*service), Some(*service)),
        };
        self.passages(start, spot, aim).iter().map(|passage| passage.way.clone()).collect()
    }

    fn stretch(
        &self,
        (from, sender): (&Party, &Addresses),
        (to, asked): (&Party, &Addresses),
        mut way: Arrival,
        inward: Option<&Bounds>,
    ) -> Option<Stretch> {
        let service = match to {
            Party::Service(service) => Some(*service),
            _ => None,
        };
        let mut packets = way.packets.cut(|packets| packets.to(&asked.all));
        if let Some(own) = self.card(from) {
            packets = packets.and(&self.guard(&own, to, service, way.groups, Direction::Out));
        }
        if let Some(own) = self.card(to) {
            packets = match inward {
                Some(inward) => packets.and(inward),
                None => packets.and(&self.guard(&own, from, None, way.groups, Direction::In)),
            };
            if let Listens::On(on) = &own.listens {
                packets = packets.cut(|packets| packets.on(on));
            }
            if let Party::Internet(_) = from {
                packets = by_public_address(packets, &own);
            }
        }
        let first = way.crossings.first_mut().map_or(&mut way.packets, |crossing| &mut crossing.before);
        *first = first.cut(|packets| packets.from(&sender.all));
        if way.crossings.is_empty() {
            packets = packets.cut(|packets| packets.from(&sender.all));
        }
        // Nothing goes from one family of addresses to the other.
        packets = family(&packets, false).or(&family(&packets, true));
        way.packets = packets.clone();
        // Behind a NAT gateway whatever it passes has its address, which is not known; before it, the packet is another one.
        for crossing in way.crossings.iter().rev() {
            let behind = self.whichever_address(&packets, &self.network.nat(crossing.nat).addresses);
            packets = crossing.before.and(&behind);
        }
        (!packets.is_empty()).then_some(Stretch { way, packets })
    }

    /// The packets, from wherever, that look like one of these from some address; and certainly from every one.
    fn whichever_address(&self, packets: &Bounds, addresses: &Ranges) -> Bounds {
        let every = Ranges::all();
        let all = Packets::of(Cube { from: addresses.clone(), to: every.clone(), on: anything() });
        let lost = all.minus(&packets.must).coming_from(&every);
        Bounds { may: packets.may.coming_from(&every), must: Packets::all().minus(&lost) }
    }

    /// What the groups of an interface let pass to or from another party.
    pub(super) fn guard(
        &self,
        own: &Interface,
        other: &Party,
        service: Option<ServiceId>,
        by_group: Sure,
        direction: Direction,
    ) -> Bounds {
        if own.groups.is_empty() {
            return Bounds::all();
        }
        let other_card = self.card(other);
        let worn: &[GroupId] = other_card.as_ref().map_or(&[], |other| &other.groups);
        let addresses = self.addresses(other).all;
        // What NAT gateways and machines make of addresses is looked at packet by packet.
        let (mut may, mut must) = (Ranges::none(), Ranges::none());
        let mut partly: Vec<(Cube, bool)> = Vec::new();
        for group in &own.groups {
            let group = self.network.group(*group);
            if !group.complete {
                may = anything();
            }
            let rules = match direction {
                Direction::In => &group.ingress,
                Direction::Out => &group.egress,
            };
            for rule in rules {
                let all = anything();
                let on = rule.on.as_ref().unwrap_or(&all);
                let fits = match &rule.peer {
                    Peer::Addresses(range) if by_group == Sure::Yes && range.covers(&addresses) => Sure::Yes,
                    Peer::Addresses(range) if by_group == Sure::Yes && !range.meets(&addresses) => Sure::No,
                    Peer::Addresses(range) => {
                        partly.push((with_peer(direction, range, on), rule.on.is_some()));
                        Sure::No
                    }
                    Peer::Group(peer) if worn.contains(peer) => by_group,
                    Peer::Group(_) => Sure::No,
                    Peer::Service(named) => Sure::of(service == Some(*named)),
                    Peer::Unknown => Sure::Unknown,
                };
                if fits != Sure::No {
                    may = may.or(on);
                }
                if fits == Sure::Yes && rule.on.is_some() {
                    must = must.or(on);
                }
            }
        }
        let whole = |on: Ranges| Packets::of(Cube { from: Ranges::all(), to: Ranges::all(), on });
        let mut bounds = Bounds { may: whole(may), must: whole(must) };
        for (cube, certain) in partly {
            if certain {
                bounds.must.add(cube.clone());
            }
            bounds.may.add(cube);
        }
        bounds
    }
}

/// The way between neighbours.
fn direct(subnet: SubnetId) -> Arrival {
    Arrival {
        at: Spot::Subnet(subnet),
        packets: Bounds::all(),
        hops: Vec::new(),
        groups: Sure::Yes,
        inspectors: Vec::new(),
        crossings: Vec::new(),
    }
}

/// From the internet one is reached at a public address of IPv4, or at any of IPv6.
fn by_public_address(packets: Bounds, own: &Interface) -> Bounds {
    let new = packets.cut(|packets| packets.to(&Ranges::v6()));
    match own.public {
        Sure::Yes => packets,
        Sure::No => new,
        Sure::Unknown => Bounds { may: packets.may, must: new.must },
    }
}

/// What is carried whatever address each party has; of a party that stands for anybody one is enough.
fn for_all_addresses(packets: &Packets, from: &Addresses, to: &Addresses) -> Ranges {
    let mut carried = Ranges::none();
    for (family, new) in [(Ranges::v4(), false), (Ranges::v6(), true)] {
        let (senders, asked) = (from.all.and(&family), to.all.and(&family));
        let certain = !new || ((from.any || from.v6) && (to.any || to.v6));
        if senders.is_empty() || asked.is_empty() || !certain {
            continue;
        }
        let within = packets.within(&Cube { from: senders.clone(), to: asked.clone(), on: anything() });
        carried = carried.or(&match (from.any, to.any) {
            (true, true) => within.carried(),
            (false, false) => {
                let all = Packets::of(Cube { from: senders, to: asked, on: anything() });
                anything().minus(&all.minus(&within).carried())
            }
            (true, false) => wherever(&within, &asked, |cube| &cube.to),
            (false, true) => wherever(&within, &senders, |cube| &cube.from),
        });
    }
    carried
}

/// What is carried from, or to, each of some addresses.
fn wherever(packets: &Packets, addresses: &Ranges, side: impl Fn(&Cube) -> &Ranges) -> Ranges {
    let mut cuts: Vec<u128> = Vec::new();
    for (low, high) in packets.cubes().iter().flat_map(|cube| cube.on.iter()) {
        cuts.extend([low, high + 1]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut carried = Ranges::none();
    for pair in cuts.windows(2) {
        let (Some(low), Some(next)) = (pair.first(), pair.last()) else { continue };
        let part = packets.cubes().iter().filter(|cube| cube.on.contains(*low));
        let covered = part.fold(Ranges::none(), |all, cube| all.or(side(cube)));
        if covered.covers(addresses) {
            carried = carried.or(&Ranges::span(*low, next - 1));
        }
    }
    carried
}
