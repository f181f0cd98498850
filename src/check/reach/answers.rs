//! Answers to what a system asks about its network.

use std::cell::OnceCell;

use crate::check::reach::ends::belongs;
use crate::check::reach::filters::Direction;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{GroupId, InterfaceId, OutsideId, Peer, Rule};
use crate::check::reach::paths::{Touching, Way};
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::read::{Read, read};
use crate::check::reach::trails::RuleAt;
use crate::eval::model::{End, InstanceId, Model, ResourceId};
use crate::eval::paths::{Answer, ConnectsQuestion, PathQuestion, Shown, Truth, Waypoint, Ways};

/// The network of one environment, read when it is first asked about.
#[derive(Debug, Default)]
pub struct Reach {
    network: OnceCell<Read>,
}

impl Reach {
    /// The network.
    pub fn network(&self, model: &Model) -> &Read {
        self.network.get_or_init(|| read(model))
    }
}

impl Ways for Reach {
    fn path(&self, model: &Model, question: &PathQuestion) -> Answer {
        if let Some(answer) = self.by_edges(model, question) {
            return answer;
        }
        let read = self.network(model);
        let on = Read::carried(&question.on);
        let from: Vec<Party> = question.from.iter().flat_map(|end| read.path_parties(model, end)).collect();
        let to: Vec<Party> = question.to.iter().flat_map(|end| read.path_parties(model, end)).collect();
        let (stops, touchings) = route(read, model, question, from, to);
        let (way, failed) = read.way_by_stops(&stops, &touchings, &on);
        if way.truth != Truth::No {
            return read.answer(model, way, (&[], &[]), &on);
        }
        // There may be a way that is not the one that is wanted.
        let any: Vec<Touching> = touchings.iter().map(|_| Touching::default()).collect();
        let (other, _) = read.way_by_stops(&stops, &any, &on);
        if other.truth == Truth::Yes {
            let words = Some(String::from("every way goes through what it may not, or past what it has to go through"));
            return Answer { truth: Truth::No, shown: read.solver.told(model, &other.trail), words };
        }
        let stop = |at: usize| stops.get(at).map_or(&[] as &[Party], Vec::as_slice);
        let on = if failed + 1 == stops.len() { on } else { crate::check::reach::packets::anything() };
        read.answer(model, way, (stop(failed.saturating_sub(1)), stop(failed)), &on)
    }

    fn connects(&self, model: &Model, question: &ConnectsQuestion) -> Answer {
        let read = self.network(model);
        let on = Read::carried(&question.on);
        let meant: Vec<Party> = question.from.iter().flat_map(|end| read.parties(model, end, false)).collect();
        let mut worst: Option<Answer> = None;
        for end in &question.to {
            let to = read.parties(model, end, false);
            let way = read.solver.way(&meant, &to, &on, &Touching::default());
            let connected = read.answer(model, way, (&meant, &to), &on);
            let answer = if question.only && connected.truth != Truth::No {
                read.nobody_else(model, question, &to, &on, connected)
            } else {
                connected
            };
            worst = Some(match worst {
                Some(before) if before.truth <= answer.truth => before,
                Some(_) | None => answer,
            });
        }
        worst.unwrap_or(Answer { truth: Truth::Yes, shown: Vec::new(), words: None })
    }
}

/// The stops of a way, and what it touches between them.
fn route(
    read: &Read,
    model: &Model,
    question: &PathQuestion,
    from: Vec<Party>,
    to: Vec<Party>,
) -> (Vec<Vec<Party>>, Vec<Touching>) {
    let mut base = Touching::default();
    for waypoint in &question.without {
        match waypoint {
            Waypoint::Internet => base.without_internet = true,
            Waypoint::AnyOf(instances) => base.without.extend(resources_of(model, instances)),
        }
    }
    let (mut stops, mut touchings) = (vec![from], vec![base.clone()]);
    for waypoint in &question.through {
        match waypoint {
            Waypoint::Internet => {
                if let Some(last) = touchings.last_mut() {
                    last.over_internet = true;
                }
            }
            Waypoint::AnyOf(instances) => {
                let own: Vec<ResourceId> = resources_of(model, instances).collect();
                let parties: Vec<Party> = own
                    .iter()
                    .flat_map(|resource| read.interfaces.get(resource).into_iter().flatten())
                    .map(|interface| Party::Interface(*interface))
                    .collect();
                if parties.is_empty() {
                    if let Some(last) = touchings.last_mut() {
                        last.through.push(own);
                    }
                } else {
                    stops.push(parties);
                    touchings.push(base.clone());
                }
            }
        }
    }
    stops.push(to);
    (stops, touchings)
}

pub(super) fn resources_of<'a>(model: &'a Model, instances: &'a [InstanceId]) -> impl Iterator<Item = ResourceId> + 'a {
    let one_of = move |resource: ResourceId| instances.iter().any(|instance| belongs(model, resource, *instance));
    model.resource_ids().filter(move |resource| one_of(*resource))
}

impl Read {
    /// The best way by some stops; an API is reached by its endpoints, too.
    fn way_by_stops(&self, stops: &[Vec<Party>], touchings: &[Touching], on: &Ranges) -> (Way, usize) {
        let mut stops = stops.to_vec();
        let before: Vec<Party> = stops.len().checked_sub(2).and_then(|at| stops.get(at)).cloned().unwrap_or_default();
        if let Some(last) = stops.last_mut() {
            let mut all = Vec::new();
            for party in last.iter() {
                match party {
                    Party::Service(service) => {
                        all.extend(before.iter().flat_map(|from| self.ways_to_service(from, *service)));
                    }
                    Party::Interface(_)
                    | Party::Wearer(..)
                    | Party::Host(..)
                    | Party::Internet(_)
                    | Party::Outside(..) => all.push(party.clone()),
                }
            }
            let mut once: Vec<Party> = Vec::new();
            for party in all {
                if !once.contains(&party) {
                    once.push(party);
                }
            }
            *last = once;
        }
        match (stops.as_slice(), touchings) {
            ([from, to], [touching]) => (self.solver.way(from, to, on, touching), 1),
            _ => self.solver.way_through(&stops, touchings, on),
        }
    }

    /// Whether a network outside could hand on from some ends to others: it is reached, and reaches them. What it does, it alone knows.
    pub fn by_networks_outside(&self, model: &Model, question: &PathQuestion) -> Option<Answer> {
        let on = Read::carried(&question.on);
        let parties = |ends: &[crate::eval::paths::PathEnd]| -> Vec<Party> {
            ends.iter().flat_map(|end| self.path_parties(model, end)).collect()
        };
        let (from, to) = (parties(&question.from), parties(&question.to));
        // Those outside that may have somebody's address, as they are seen from here.
        let posing = |as_these: &[Party]| -> Vec<Party> {
            let all: Ranges = as_these.iter().map(|party| self.solver.all_addresses(party).0).collect();
            let outsides = self.solver.network().outsides.iter().enumerate();
            let seen = outsides.map(|(at, outside)| {
                let own = outside.addresses.as_ref().map_or_else(|| all.clone(), |own| own.and(&all));
                (OutsideId(at), own)
            });
            seen.filter(|(_, own)| !own.is_empty()).map(|(at, own)| Party::Outside(at, own)).collect()
        };
        let out = self.solver.way(&from, &posing(&to), &on, &Touching::default());
        let back_in = self.solver.way(&posing(&from), &to, &on, &Touching::default());
        if out.truth == Truth::No || back_in.truth == Truth::No {
            return None;
        }
        let mut shown = self.solver.told(model, &out.trail);
        shown.extend(self.solver.told(model, &back_in.trail));
        let words = Some(String::from("a network outside may hand on what gets there"));
        if let (Some(last), Some(words)) = (shown.last_mut(), &words) {
            last.text = format!("{}; {words}", last.text);
        }
        Some(Answer { truth: Truth::Unknown, shown, words })
    }

    /// A way, or why there is none, as an answer.
    fn answer(&self, model: &Model, way: Way, (from, to): (&[Party], &[Party]), on: &Ranges) -> Answer {
        match way.truth {
            Truth::Yes => Answer { truth: Truth::Yes, shown: self.solver.told(model, &way.trail), words: None },
            Truth::Unknown => {
                let doubts = way.trail.doubts.join(" and ");
                let words = (!doubts.is_empty()).then(|| format!("{doubts} is known only when deployed"));
                let mut shown = self.solver.told(model, &way.trail);
                if let (Some(last), Some(words)) = (shown.last_mut(), &words) {
                    last.text = format!("{}; {words}", last.text);
                }
                Answer { truth: Truth::Unknown, shown, words }
            }
            Truth::No => {
                let (Some(from), Some(to)) = (from.first(), to.first()) else {
                    let words = Some(String::from("one of the ends stands for nothing in the network"));
                    return Answer { truth: Truth::No, shown: Vec::new(), words };
                };
                let shown = match self.solver.balancer_of(from) {
                    Some(balancer) => self.solver.told_targets(balancer, to),
                    None => self.solver.told_barrier(from, to, on, &self.solver.blocked(from, to, on)),
                };
                let placed = !model.origins.user_span(shown.origin).is_none();
                let words = Some(if placed {
                    String::from("there is no such way")
                } else {
                    format!("there is no such way: {}", shown.text)
                });
                Answer { truth: Truth::No, shown: vec![shown], words }
            }
        }
    }

    /// Whether nobody but those who are meant may connect to some parties: no rule of theirs lets anybody else in, and nobody else has
    /// a way to what wears no group.
    fn nobody_else(
        &self,
        model: &Model,
        question: &ConnectsQuestion,
        to: &[Party],
        on: &Ranges,
        connected: Answer,
    ) -> Answer {
        let mut doubtful: Option<Answer> = None;
        for party in to {
            let Some(own) = self.solver.card(party) else { continue };
            if own.groups.is_empty() {
                let answer = self.no_other_way(model, question, party, on);
                match answer.as_ref().map(|answer| answer.truth) {
                    Some(Truth::No) => return answer.unwrap_or(connected),
                    Some(Truth::Unknown) => doubtful = doubtful.or(answer),
                    Some(Truth::Yes) | None => {}
                }
            }
            for (id, group) in own.groups.iter().map(|id| (*id, self.solver.network().group(*id))) {
                if !group.complete {
                    let words = Some(format!("what {} lets in is known only when deployed", group.named.name));
                    doubtful = doubtful.or(Some(Answer { truth: Truth::Unknown, shown: Vec::new(), words }));
                }
                for (index, rule) in group.ingress.iter().enumerate() {
                    if rule.on.as_ref().is_some_and(|own| !own.meets(on)) {
                        continue;
                    }
                    let truth = self.admits_others(question, rule);
                    let others = self.solver.peer(&rule.peer);
                    let text = format!("{} lets {others} in, too", self.solver.name(party));
                    let at = RuleAt { group: id, direction: Direction::In, index };
                    let shown = vec![Shown { origin: self.solver.rule_place(at).unwrap_or(group.named.origin), text }];
                    match truth {
                        Truth::No => {}
                        Truth::Yes => {
                            let words = Some(String::from("others connect, too"));
                            return Answer { truth: Truth::No, shown, words };
                        }
                        Truth::Unknown => {
                            let words = Some(String::from("whom a rule lets in is known only when deployed"));
                            doubtful = doubtful.or(Some(Answer { truth: Truth::Unknown, shown, words }));
                        }
                    }
                }
            }
        }
        doubtful.unwrap_or(connected)
    }

    /// Whether a rule lets in anybody who is not meant.
    fn admits_others(&self, question: &ConnectsQuestion, rule: &Rule) -> Truth {
        let meant = |group: &GroupId| {
            question.from.iter().any(|end| match end {
                End::Group(own, _) => self.groups.get(own) == Some(group),
                End::Cidr(_) | End::Internet => false,
            })
        };
        let ranges: Ranges = question
            .from
            .iter()
            .filter_map(|end| match end {
                End::Cidr(net) => Some(Ranges::of(*net)),
                End::Internet => Some(Ranges::all()),
                End::Group(..) => None,
            })
            .collect();
        match &rule.peer {
            Peer::Group(group) if meant(group) => Truth::No,
            Peer::Addresses(addresses) if ranges.covers(addresses) => Truth::No,
            Peer::Group(_) | Peer::Addresses(_) | Peer::Service(_) => Truth::Yes,
            Peer::Unknown => Truth::Unknown,
        }
    }

    /// Whether anybody else has a way to something that no group guards.
    fn no_other_way(&self, model: &Model, question: &ConnectsQuestion, to: &Party, on: &Ranges) -> Option<Answer> {
        let network = self.solver.network();
        let meant: Vec<Party> = question.from.iter().flat_map(|end| self.parties(model, end, false)).collect();
        let everybody = (0..network.interfaces.len()).map(|at| Party::Interface(InterfaceId(at)));
        let outside =
            network.outsides.iter().enumerate().map(|(at, outside)| {
                Party::Outside(OutsideId(at), outside.addresses.clone().unwrap_or_else(Ranges::all))
            });
        let mut found = None;
        for other in everybody.chain([Party::Internet(internet().clone())]).chain(outside) {
            if meant.contains(&other) || other == *to {
                continue;
            }
            let (from, asked) = (std::slice::from_ref(&other), std::slice::from_ref(to));
            let way = self.solver.way(from, asked, on, &Touching::default());
            let name = self.solver.name(&other);
            match way.truth {
                Truth::No => {}
                Truth::Yes => {
                    let words = Some(format!("{name} connects, too"));
                    return Some(Answer { truth: Truth::No, shown: self.solver.told(model, &way.trail), words });
                }
                Truth::Unknown => {
                    let answer = self.answer(model, way, (from, asked), on);
                    let words = answer.words.map(|words| format!("{name} may connect, too: {words}"));
                    found = found.or(Some(Answer { truth: Truth::Unknown, words, ..answer }));
                }
            }
        }
        found
    }
}
