//! A model of CloudFormation's rules about shared values, and every order of updates tried in it.
//!
//! The rules concern one value at a time. So each value has a small machine of its own (what each stack has of it), and an order of updates
//! does for all values what it does for each. For every kind of change of one value and every sequence of rounds it is computed once whether
//! the sequence can do it; a change of several values needs a sequence that does all of them.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it looked at")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// What a stack has of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Part {
    /// The resource behind the old value, behind the new one, and a copy of the new one beside the old.
    old: bool,
    new: bool,
    beside: bool,
    /// What is exported under the value's name, and under the name for the time being.
    name: Option<Copy>,
    other: Option<Copy>,
    /// What is imported.
    takes: Option<Way>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Copy {
    Old,
    New,
    Beside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Name,
    Other,
}

type State = Vec<Part>;

/// One value's machine.
struct Machine {
    stacks: usize,
    shared: Shared,
}

impl Machine {
    fn start(&self) -> State {
        self.state(self.shared.old.as_ref(), |part| (part.old, part.name) = (true, Some(Copy::Old)))
    }

    fn end(&self) -> State {
        let stays = self.shared.stays;
        self.state(self.shared.new.as_ref(), |part| {
            if stays {
                (part.old, part.name) = (true, Some(Copy::Old));
            } else {
                (part.new, part.name) = (true, Some(Copy::New));
            }
        })
    }

    fn state(&self, side: Option<&Side>, produce: impl Fn(&mut Part)) -> State {
        let mut state = vec![Part::default(); self.stacks];
        if let Some(side) = side {
            produce(&mut state[side.producer]);
            side.consumers.iter().for_each(|stack| state[*stack].takes = Some(Way::Name));
        }
        state
    }

    /// Whether a stack uses the value all the time: before and after.
    fn needs(&self, stack: usize) -> bool {
        let uses = |side: &Option<Side>| {
            side.as_ref().is_some_and(|side| side.producer == stack || side.consumers.contains(&stack))
        };
        uses(&self.shared.old) && uses(&self.shared.new)
    }

    /// Everything that a template of a stack may say of the value.
    fn parts(&self, stack: usize) -> Vec<Part> {
        let was = self.shared.old.as_ref().is_some_and(|side| side.producer == stack);
        let is = self.shared.new.as_ref().is_some_and(|side| side.producer == stack) && !self.shared.stays;
        let bools = |possible: bool| if possible { vec![false, true] } else { vec![false] };
        let mut parts = Vec::new();
        for old in bools(was) {
            for new in bools(is) {
                for beside in bools(was && is) {
                    // The old and the new one have the same logical id.
                    if old && new {
                        continue;
                    }
                    let copies: Vec<Copy> = [(old, Copy::Old), (new, Copy::New), (beside, Copy::Beside)]
                        .into_iter()
                        .filter_map(|(there, copy)| there.then_some(copy))
                        .collect();
                    let choices = || std::iter::once(None).chain(copies.iter().copied().map(Some));
                    for name in choices() {
                        for other in choices().filter(|copy| *copy != Some(Copy::Old)) {
                            for takes in [None, Some(Way::Name), Some(Way::Other)] {
                                parts.push(Part { old, new, beside, name, other, takes });
                            }
                        }
                    }
                }
            }
        }
        parts.retain(|part| !self.needs(stack) || part.old || part.new || part.beside || part.takes.is_some());
        parts
    }

    /// Whether CloudFormation takes an update of a stack.
    fn is_legal(&self, state: &State, stack: usize, part: Part) -> bool {
        let others = || state.iter().enumerate().filter(|(other, _)| *other != stack).map(|(_, part)| part);
        let was = state[stack];
        let in_use = |way: Way| others().any(|other| other.takes == Some(way));
        // An export in use is neither removed nor changed.
        if was.name.is_some() && was.name != part.name && in_use(Way::Name)
            || was.other.is_some() && was.other != part.other && in_use(Way::Other)
        {
            return false;
        }
        // Two stacks cannot have one name.
        if part.name.is_some() && others().any(|other| other.name.is_some())
            || part.other.is_some() && others().any(|other| other.other.is_some())
        {
            return false;
        }
        // What is imported is there, and not one's own.
        match part.takes {
            None => true,
            Some(Way::Name) => others().any(|other| other.name.is_some()),
            Some(Way::Other) => others().any(|other| other.other.is_some()),
        }
    }
}

/// A machine with its transitions computed.
struct Table {
    /// For each state and stack, the states after an update.
    after: Vec<Vec<Vec<usize>>>,
    start: usize,
    end: usize,
}

impl Table {
    fn of(machine: &Machine) -> Table {
        let parts: Vec<Vec<Part>> = (0..machine.stacks).map(|stack| machine.parts(stack)).collect();
        let mut known: BTreeMap<State, usize> = BTreeMap::new();
        let mut states = vec![machine.start()];
        known.insert(machine.start(), 0);
        let mut after = Vec::new();
        let mut at = 0;
        while at < states.len() {
            let state = states[at].clone();
            let mut of_state = Vec::new();
            for (stack, parts) in parts.iter().enumerate() {
                let mut of_stack = Vec::new();
                for part in parts.iter().copied().filter(|part| machine.is_legal(&state, stack, *part)) {
                    let mut next = state.clone();
                    next[stack] = part;
                    let number = known.len();
                    let number = *known.entry(next.clone()).or_insert_with(|| {
                        states.push(next);
                        number
                    });
                    of_stack.push(number);
                }
                of_state.push(of_stack);
            }
            after.push(of_state);
            at += 1;
        }
        let end = known.get(&machine.end()).copied().unwrap_or(usize::MAX);
        Table { after, start: 0, end }
    }

    /// For each sequence of rounds, whether it leads to the end: a bit for each.
    fn reaches(&self, orders: &[Vec<usize>], rounds: usize) -> Vec<u64> {
        // Sets of states by number: few are ever met.
        let mut sets: Vec<BTreeSet<usize>> = vec![BTreeSet::from([self.start])];
        let mut numbers: BTreeMap<BTreeSet<usize>, usize> = BTreeMap::from([(sets[0].clone(), 0)]);
        let mut next_of: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut at: Vec<usize> = vec![0];
        for _ in 0..rounds {
            let mut next = Vec::with_capacity(at.len() * orders.len());
            for set in at {
                for (number, order) in orders.iter().enumerate() {
                    let reached = *next_of.entry((set, number)).or_insert_with(|| {
                        let reached = self.round(&sets[set], order);
                        let count = sets.len();
                        *numbers.entry(reached.clone()).or_insert_with(|| {
                            sets.push(reached);
                            count
                        })
                    });
                    next.push(reached);
                }
            }
            at = next;
        }
        let ends: Vec<bool> = sets.iter().map(|set| set.contains(&self.end)).collect();
        let mut bits = vec![0; at.len().div_ceil(64)];
        for (sequence, _) in at.into_iter().enumerate().filter(|(_, set)| ends[*set]) {
            bits[sequence / 64] |= 1_u64 << (sequence % 64);
        }
        bits
    }

    /// The states after a round: a stack need not be updated.
    fn round(&self, set: &BTreeSet<usize>, order: &[usize]) -> BTreeSet<usize> {
        let mut set = set.clone();
        for stack in order {
            let more: Vec<usize> = set.iter().flat_map(|state| self.after[*state][*stack].iter().copied()).collect();
            set.extend(more);
        }
        set
    }
}

fn permutations(stacks: usize) -> Vec<Vec<usize>> {
    if stacks == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(stacks - 1);
    let insert = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, stacks - 1);
        order
    };
    shorter.iter().flat_map(|order| (0..stacks).map(|at| insert(order, at)).collect::<Vec<_>>()).collect()
}

/// Every side that a value can have, and that it is not there.
fn sides(stacks: usize) -> Vec<Option<Side>> {
    let mut sides = vec![None];
    for producer in 0..stacks {
        for bits in 0..1_usize << stacks {
            let consumers: BTreeSet<usize> = (0..stacks).filter(|stack| bits >> stack & 1 == 1).collect();
            if !consumers.contains(&producer) {
                sides.push(Some(Side { producer, consumers }));
            }
        }
    }
    sides
}

/// Every change of one value.
fn changes(stacks: usize) -> Vec<Shared> {
    let mut all = Vec::new();
    for old in sides(stacks) {
        for new in sides(stacks) {
            let one_producer = match (&old, &new) {
                (Some(old), Some(new)) => old.producer == new.producer,
                (Some(_) | None, Some(_) | None) => false,
            };
            for stays in [false, true] {
                if !stays || one_producer {
                    all.push(Shared { old: old.clone(), new: new.clone(), stays });
                }
            }
        }
    }
    all
}

/// Whether the stacks of one version can be put into an order.
fn can_be_ordered(stacks: usize, sides: &[Option<&Side>]) -> bool {
    let edges: Vec<(usize, usize)> = sides
        .iter()
        .flatten()
        .flat_map(|side| side.consumers.iter().map(|consumer| (side.producer, *consumer)))
        .collect();
    let mut placed: BTreeSet<usize> = BTreeSet::new();
    for _ in 0..stacks {
        let free: Vec<usize> = (0..stacks)
            .filter(|stack| !placed.contains(stack))
            .filter(|stack| edges.iter().all(|(before, after)| after != stack || placed.contains(before)))
            .collect();
        placed.extend(free);
    }
    placed.len() == stacks
}

/// Everything about the changes of single values among some stacks.
struct World {
    stacks: usize,
    changes: Vec<Shared>,
    orders: Vec<Vec<usize>>,
    tables: Vec<Table>,
    /// For each number of rounds and each change, which sequences do it.
    done: Vec<Vec<Vec<u64>>>,
    /// For each renaming of the stacks, which change becomes which.
    renamed: Vec<Vec<usize>>,
}

/// What a run of the check looked at.
#[derive(Debug, Default)]
struct Looked {
    cases: usize,
    states: usize,
    by_rounds: BTreeMap<usize, usize>,
}

impl World {
    fn new(stacks: usize) -> World {
        let changes = changes(stacks);
        let machine = |shared: &Shared| Machine { stacks, shared: shared.clone() };
        let tables = changes.iter().map(|shared| Table::of(&machine(shared))).collect();
        let orders = permutations(stacks);
        let rename = |side: &Option<Side>, to: &[usize]| {
            side.as_ref().map(|side| Side {
                producer: to[side.producer],
                consumers: side.consumers.iter().map(|stack| to[*stack]).collect(),
            })
        };
        let renamed = |to: &Vec<usize>| {
            let one = |it: &Shared| Shared { old: rename(&it.old, to), new: rename(&it.new, to), stays: it.stays };
            changes.iter().map(|it| changes.iter().position(|other| *other == one(it)).unwrap()).collect()
        };
        let renamed = orders.iter().map(renamed).collect();
        World { stacks, changes, orders, tables, done: Vec::new(), renamed }
    }

    /// Whether no renaming of the stacks makes of this combination one that comes before it.
    fn is_first(&self, values: &[usize]) -> bool {
        self.renamed.iter().all(|renamed| {
            let mut other: Vec<usize> = values.iter().map(|value| renamed[*value]).collect();
            other.sort_unstable();
            other.as_slice() >= values
        })
    }

    fn done(&mut self, rounds: usize) -> &Vec<Vec<u64>> {
        while self.done.len() <= rounds {
            let rounds = self.done.len();
            let done = self.tables.iter().map(|table| table.reaches(&self.orders, rounds)).collect();
            self.done.push(done);
        }
        &self.done[rounds]
    }

    /// The fewest rounds in which any order of updates does all the changes.
    fn fewest(&mut self, values: &[usize]) -> usize {
        for rounds in 0..=4 {
            let done = self.done(rounds);
            let words = done[0].len();
            if (0..words).any(|at| values.iter().fold(u64::MAX, |bits, value| bits & done[*value][at]) != 0) {
                return rounds;
            }
        }
        usize::MAX
    }

    fn is_possible(&self, values: &[usize]) -> bool {
        let of = |pick: fn(&Shared) -> Option<&Side>| -> Vec<Option<&Side>> {
            values.iter().map(|value| pick(&self.changes[*value])).collect()
        };
        can_be_ordered(self.stacks, &of(|shared| shared.old.as_ref()))
            && can_be_ordered(self.stacks, &of(|shared| shared.new.as_ref()))
    }

    /// Holds the rounds that are derived against the model.
    fn check(&mut self, values: &[usize], looked: &mut Looked) {
        if !self.is_possible(values) {
            return;
        }
        let shared: Vec<Shared> = values.iter().map(|value| self.changes[*value].clone()).collect();
        let work = tasks(&shared);
        let found = rounds(&work).unwrap();
        assert!(found.fewest);
        assert_eq!(found.rounds.len(), self.fewest(values), "{shared:#?}\n{found:#?}");
        // Each value's machine can follow the updates, and ends where it should.
        for value in values {
            let table = &self.tables[*value];
            let mut states = BTreeSet::from([table.start]);
            for round in &found.rounds {
                let order: Vec<usize> = round.iter().map(|update| update.stack).collect();
                let distinct: BTreeSet<&usize> = order.iter().collect();
                assert_eq!(distinct.len(), order.len(), "a stack is updated twice in one round");
                states = table.round(&states, &order);
            }
            assert!(states.contains(&table.end), "{shared:#?}\n{found:#?}");
        }
        looked.cases += 1;
        looked.states += values.iter().map(|value| self.tables[*value].after.len()).sum::<usize>();
        *looked.by_rounds.entry(found.rounds.len()).or_default() += 1;
    }

    /// Every combination of so many values, up to renaming of the values and of the stacks.
    fn check_all(&mut self, values: usize) -> Looked {
        let mut looked = Looked::default();
        let mut chosen = vec![0; values];
        loop {
            if self.is_first(&chosen) {
                self.check(&chosen, &mut looked);
            }
            // The next combination whose numbers do not fall.
            let Some(at) = (0..values).rev().find(|at| chosen[*at] + 1 < self.changes.len()) else { break };
            let next = chosen[at] + 1;
            chosen[at..].fill(next);
        }
        looked
    }

    fn check_random(&mut self, values: usize, count: usize) -> Looked {
        let mut looked = Looked::default();
        let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
        while looked.cases < count {
            let chosen: Vec<usize> = (0..values)
                .map(|_| {
                    // A linear generator: the same cases on every machine.
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    usize::try_from(seed >> 33).unwrap() % self.changes.len()
                })
                .collect();
            self.check(&chosen, &mut looked);
        }
        looked
    }
}

fn thorough() -> bool {
    std::env::var_os("INFRAC_THOROUGH").is_some()
}

#[test]
fn no_order_of_updates_needs_fewer_rounds_among_three_stacks() {
    let mut world = World::new(3);
    eprintln!("3 stacks, 1 value: {:?}", world.check_all(1));
    if thorough() {
        eprintln!("3 stacks, 2 values: {:?}", world.check_all(2));
        eprintln!("3 stacks, 3 values: {:?}", world.check_all(3));
    } else {
        eprintln!("3 stacks, 3 values: {:?}", world.check_random(3, 1_000));
    }
}

#[test]
fn no_order_of_updates_needs_fewer_rounds_among_four_stacks() {
    if !thorough() {
        return;
    }
    let mut world = World::new(4);
    eprintln!("4 stacks, 2 values: {:?}", world.check_all(2));
    eprintln!("4 stacks, 3 values: {:?}", world.check_random(3, 1_000_000));
}
