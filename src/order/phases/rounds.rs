//! Tasks in as few rounds as possible.

use std::collections::BTreeSet;

use crate::order::phases::Work;

/// How many states are looked at before the search is content with what it has.
const MAX_STATES: usize = 200_000;

/// Rounds of updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounds {
    /// In each round every stack is updated at most once, in this order.
    pub rounds: Vec<Vec<Update>>,
    /// Whether it is certain that fewer rounds do not do it.
    pub fewest: bool,
}

/// One update of a stack, and which tasks it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The stack.
    pub stack: usize,
    /// The places of the tasks.
    pub tasks: Vec<usize>,
}

/// The tasks that are done.
type Done = Vec<u64>;

/// Puts tasks into as few rounds as possible. Nothing comes back if they wait for each other in a circle.
///
/// A task that can be done never stands in the way of another one, so an update does all it can, and a round goes on as long as some stack
/// that was not updated in it can do something. What remains to be chosen is which stack comes next.
pub fn rounds(work: &Work) -> Option<Rounds> {
    let search = Search::new(work);
    let all = search.all();
    let mut ends: Vec<(Done, Vec<Vec<Update>>)> = vec![(vec![0; all.len()], Vec::new())];
    let mut seen: BTreeSet<Done> = BTreeSet::new();
    let mut budget = MAX_STATES;
    loop {
        if let Some((_, rounds)) = ends.iter().find(|(done, _)| *done == all) {
            return Some(Rounds { rounds: rounds.clone(), fewest: budget > 0 });
        }
        let mut next = Vec::new();
        for (done, rounds) in &ends {
            for (end, round) in search.round(done, &mut budget) {
                if seen.insert(end.clone()) {
                    let mut longer = rounds.clone();
                    longer.push(round);
                    next.push((end, longer));
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        ends = best(next);
    }
}

/// Without those that have done less than another one.
fn best(ends: Vec<(Done, Vec<Vec<Update>>)>) -> Vec<(Done, Vec<Vec<Update>>)> {
    let less = |one: &Done, other: &Done| one != other && one.iter().zip(other).all(|(one, other)| one & !other == 0);
    let dones: Vec<Done> = ends.iter().map(|(done, _)| done.clone()).collect();
    ends.into_iter().filter(|(done, _)| !dones.iter().any(|other| less(done, other))).collect()
}

struct Search<'w> {
    work: &'w Work,
    stacks: Vec<usize>,
    /// For each task, those before it.
    needs: Vec<Done>,
}

impl<'w> Search<'w> {
    fn new(work: &'w Work) -> Search<'w> {
        let words = work.tasks.len().div_ceil(64).max(1);
        let mut needs = vec![vec![0; words]; work.tasks.len()];
        for (first, then) in &work.before {
            if let Some(needs) = needs.get_mut(*then) {
                set(needs, *first);
            }
        }
        let stacks: BTreeSet<usize> = work.tasks.iter().map(|task| task.stack).collect();
        Search { work, stacks: stacks.into_iter().collect(), needs }
    }

    fn all(&self) -> Done {
        let mut all = vec![0; self.work.tasks.len().div_ceil(64).max(1)];
        (0..self.work.tasks.len()).for_each(|task| set(&mut all, task));
        all
    }

    /// What an update of a stack can do now.
    fn ready(&self, done: &Done, stack: usize) -> Vec<usize> {
        let tasks = self.work.tasks.iter().enumerate();
        tasks
            .filter(|(at, task)| task.stack == stack && !has(done, *at))
            .filter(|(at, _)| {
                let needs = self.needs.get(*at).into_iter().flatten();
                needs.zip(done).all(|(needs, done)| needs & !done == 0)
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// Every way in which a round can end.
    fn round(&self, done: &Done, budget: &mut usize) -> Vec<(Done, Vec<Update>)> {
        let mut ends = Vec::new();
        let mut seen: BTreeSet<(Done, Vec<usize>)> = BTreeSet::new();
        let mut open: Vec<(Done, Vec<Update>)> = vec![(done.clone(), Vec::new())];
        while let Some((done, updates)) = open.pop() {
            let mut updated: Vec<usize> = updates.iter().map(|update| update.stack).collect();
            updated.sort_unstable();
            let free = self.stacks.iter().copied().filter(|stack| !updated.contains(stack));
            let can: Vec<Update> = free
                .map(|stack| Update { stack, tasks: self.ready(&done, stack) })
                .filter(|update| !update.tasks.is_empty())
                .collect();
            if can.is_empty() {
                if !updates.is_empty() {
                    ends.push((done, updates));
                }
                continue;
            }
            if !seen.insert((done.clone(), updated)) {
                continue;
            }
            *budget = budget.saturating_sub(1);
            // Beyond the budget the first way is as good as any.
            let ways = if *budget == 0 { 1 } else { can.len() };
            for update in can.into_iter().take(ways) {
                let mut more = done.clone();
                update.tasks.iter().for_each(|task| set(&mut more, *task));
                let mut longer = updates.clone();
                longer.push(update);
                open.push((more, longer));
            }
        }
        ends
    }
}

fn set(done: &mut Done, task: usize) {
    if let Some(word) = done.get_mut(task / 64) {
        *word |= 1 << (task % 64);
    }
}

fn has(done: &Done, task: usize) -> bool {
    done.get(task / 64).is_some_and(|word| word >> (task % 64) & 1 == 1)
}
