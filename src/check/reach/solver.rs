//! What has been worked out about a network, kept so that nothing is worked out twice.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::HashMap;
use crate::check::reach::fabric::{Arrival, Crossing, Hop, Mode, Spot, Start};
use crate::check::reach::filters::{Direction, Part, longest_prefix};
use crate::check::reach::legs::{Party, Stretch};
use crate::check::reach::network::{
    AclId, GroupId, InspectorId, InterfaceId, Network, ServiceId, SubnetId, Sure, TableId, VpcId,
};
use crate::check::reach::packets::{Bounds, CLIENT_PORTS, ICMP, ICMP6, Packets, TCP, UDP, all_of, anything, carried};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::search::{Search, candidates, local_destinations, outset};

/// A way between subnets, or to or from the world outside, on which answers come back.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The way; its packets are those that are answered.
    pub way: Arrival,
}

type Cache<K, V> = RefCell<HashMap<K, Rc<V>>>;

/// A network, and what has been worked out about it.
pub struct Solver {
    pub(super) network: Network,
    wearers: HashMap<GroupId, Vec<InterfaceId>>,
    acls: Cache<(AclId, Direction), Bounds>,
    routes: Cache<(TableId, VpcId), Vec<Part<Option<usize>>>>,
    searches: Cache<(Start, Mode, Option<ServiceId>), Vec<Arrival>>,
    passages: Cache<(Start, Spot, Option<ServiceId>), Vec<Passage>>,
    pub(super) stretches: Cache<(Party, Party), Vec<Rc<Stretch>>>,
    questions: Cache<Answered, Bounds>,
}

/// From where answers come, where they arrive, and past whom.
type Answered = (Start, Spot, Vec<InspectorId>);

impl std::fmt::Debug for Solver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Solver of {} interfaces", self.network.interfaces.len())
    }
}

impl Solver {
    /// Begins with nothing worked out.
    pub fn new(network: Network) -> Solver {
        let mut wearers: HashMap<GroupId, Vec<InterfaceId>> = HashMap::default();
        for (at, interface) in network.interfaces.iter().enumerate() {
            for group in &interface.groups {
                wearers.entry(*group).or_default().push(InterfaceId(at));
            }
        }
        Solver {
            network,
            wearers,
            acls: Cache::default(),
            routes: Cache::default(),
            searches: Cache::default(),
            passages: Cache::default(),
            stretches: Cache::default(),
            questions: Cache::default(),
        }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whatever wears a group, in order.
    pub fn wearers(&self, group: GroupId) -> &[InterfaceId] {
        self.wearers.get(&group).map_or(&[], Vec::as_slice)
    }

    /// What the ACL of a subnet lets through; `None`: that is known only when deployed.
    pub(super) fn acl_of(&self, subnet: SubnetId, direction: Direction) -> Option<Rc<Bounds>> {
        let acl = self.network.subnet(subnet).acl?;
        Some(kept(&self.acls, (acl, direction), || self.network.acl(acl).lets_through(direction)))
    }

    /// Which route takes which addresses.
    pub(super) fn routes_of(&self, table: TableId, vpc: VpcId) -> Rc<Vec<Part<Option<usize>>>> {
        kept(&self.routes, (table, vpc), || {
            let local = local_destinations(&self.network, vpc);
            longest_prefix(&candidates(&self.network, table, &local))
        })
    }

    fn search(&self, start: Start, mode: Mode, aim: Option<ServiceId>) -> Rc<Vec<Arrival>> {
        kept(&self.searches, (start, mode, aim), || {
            let packets = outset(&self.network, start, mode, aim);
            let search = Search::run(self, start, packets.clone(), mode, aim);
            let mut arrivals = search.arrivals;
            if search.exhausted {
                // Whatever was not looked at may be.
                arrivals.iter_mut().for_each(|arrival| arrival.packets.must = Packets::none());
                let anywhere = |at: Spot| Arrival {
                    at,
                    packets: packets.clone().doubted(),
                    hops: Vec::new(),
                    groups: Sure::Unknown,
                    inspectors: Vec::new(),
                    crossings: Vec::new(),
                };
                let subnets = (0..self.network.subnets.len()).map(|at| Spot::Subnet(SubnetId(at)));
                arrivals.extend(subnets.chain([Spot::Internet]).map(anywhere));
            }
            arrivals
        })
    }

    /// All ways from a start to a spot on which answers come back.
    pub(super) fn passages(&self, start: Start, spot: Spot, aim: Option<ServiceId>) -> Rc<Vec<Passage>> {
        kept(&self.passages, (start, spot, aim), || {
            let ways = self.search(start, Mode::Ask, aim);
            let there = ways.iter().filter(|arrival| arrival.at == spot);
            there.filter_map(|arrival| self.answered(start, arrival)).collect()
        })
    }

    /// The packets of a way that are answered.
    fn answered(&self, start: Start, way: &Arrival) -> Option<Passage> {
        let mut way = way.clone();
        let mut crossings: Vec<Crossing> = std::mem::take(&mut way.crossings);
        let last = crossings.last().map_or(start, |crossing| {
            let nat = self.network.nat(crossing.nat);
            Start::Subnet(nat.subnet, Sure::of(nat.public))
        });
        // AWS answers from the internet, too, unless a gateway endpoint leads to it.
        let by_endpoint = matches!(way.hops.last(), Some(Hop::Endpoint(_)));
        way.packets = match way.at {
            Spot::Service(_) if by_endpoint => self.with_answers_of_service(&way.packets, last),
            Spot::Service(_) => self.with_answers(&way.packets, Start::Internet, last, &way.inspectors),
            Spot::Subnet(subnet) => {
                self.with_answers(&way.packets, Start::Subnet(subnet, Sure::Yes), last, &way.inspectors)
            }
            Spot::Internet => self.with_answers(&way.packets, Start::Internet, last, &way.inspectors),
            Spot::Outside(outside) => self.with_answers(&way.packets, Start::Outside(outside), last, &way.inspectors),
        };
        for crossing in &mut crossings {
            let nat = self.network.nat(crossing.nat).subnet;
            let nat = Start::Subnet(nat, Sure::Yes);
            crossing.before = self.with_answers(&crossing.before, nat, crossing.begun, &[]);
        }
        let lost = way.packets.is_empty() || crossings.iter().any(|crossing| crossing.before.is_empty());
        way.crossings = crossings;
        (!lost).then_some(Passage { way })
    }

    /// The part of a set of packets whose answers find their way back.
    fn with_answers(&self, packets: &Bounds, from: Start, to: Start, inspectors: &[InspectorId]) -> Bounds {
        let back = match to {
            Start::Subnet(subnet, _) => Spot::Subnet(subnet),
            Start::Internet => Spot::Internet,
            Start::Outside(outside) => Spot::Outside(outside),
        };
        // Within a subnet nothing stands between.
        if let (Start::Subnet(from, _), Spot::Subnet(back)) = (from, back)
            && from == back
        {
            return packets.clone();
        }
        let questions = kept(&self.questions, (from, back, inspectors.to_vec()), || {
            let mut answers = Bounds::none();
            for arrival in self.search(from, Mode::Answer, None).iter().filter(|arrival| arrival.at == back) {
                let same = inspectors.iter().rev().eq(arrival.inspectors.iter());
                let back = if same { arrival.packets.clone() } else { arrival.packets.clone().doubted() };
                answers = answers.or(&back);
            }
            questions_of(&answers)
        });
        packets.and(&questions)
    }

    /// What comes back through a gateway endpoint passes the ACL of the subnet, and nothing else.
    fn with_answers_of_service(&self, packets: &Bounds, to: Start) -> Bounds {
        match to {
            Start::Subnet(subnet, _) => match self.acl_of(subnet, Direction::In) {
                Some(lets_in) => packets.and(&questions_of(&lets_in)),
                None => packets.clone().doubted(),
            },
            Start::Internet | Start::Outside(_) => Bounds::none(),
        }
    }
}

pub(super) fn kept<K: Eq + std::hash::Hash, V>(cache: &Cache<K, V>, key: K, make: impl FnOnce() -> V) -> Rc<V> {
    if let Some(known) = cache.borrow().get(&key) {
        return Rc::clone(known);
    }
    let made = Rc::new(make());
    cache.borrow_mut().insert(key, Rc::clone(&made));
    made
}

/// The protocols with client's ports, and those whose answers are of other kinds than their questions.
const ANSWERED_ELSEWHERE: [u8; 4] = [TCP, UDP, ICMP, ICMP6];

/// What answers to a protocol's packets carry.
fn answer_to(protocol: u8) -> Ranges {
    match protocol {
        TCP | UDP => carried(protocol, CLIENT_PORTS.0, CLIENT_PORTS.1),
        other => all_of(other),
    }
}

/// The questions whose answers are among these packets. It may be that an answer passes if one port of a client passes; it is
/// certain if all do.
fn questions_of(answers: &Bounds) -> Bounds {
    // Where nobody looks at what is carried, whoever is answered with anything may ask with anything.
    let whole = |packets: &Packets| packets.cubes().iter().all(|cube| cube.on == anything());
    if whole(&answers.may) && whole(&answers.must) {
        return answers.cut(Packets::turned);
    }
    let mut rest = anything();
    let mut questions = Bounds::none();
    for protocol in ANSWERED_ELSEWHERE {
        let (all, back) = (all_of(protocol), answer_to(protocol));
        rest = rest.minus(&all);
        let may = answers.may.on(&back).carrying(&all).turned();
        let lost = Packets::all().on(&back).minus(&answers.must).carrying(&all);
        let must = Packets::all().on(&all).minus(&lost).turned();
        questions = questions.or(&Bounds { may, must });
    }
    // Other protocols have no ports; their answers are of their own kind.
    questions.or(&answers.cut(|packets| packets.on(&rest).turned()))
}
