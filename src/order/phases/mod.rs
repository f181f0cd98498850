//! Updates that CloudFormation does not take in one step, in as few as it takes: expand, migrate, contract.
//!
//! What stacks share is a value under an export's name. While a stack imports it, CloudFormation refuses to take it away, to change it, or to
//! let another stack have the name. [`tasks`] says what must happen to each value, and what before what; [`rounds`] puts the tasks into as few
//! rounds as possible, in each of which every stack is updated at most once. Nothing here knows what a template is: a model in `check` tries
//! every order of updates and finds that none needs fewer rounds.

#[cfg(test)]
mod check;
mod rounds;

use std::collections::BTreeSet;

pub use rounds::{Rounds, Update, rounds};

/// A value that stacks share under a name, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Who gives and who takes it now.
    pub old: Option<Side>,
    /// Who gives and who takes it in the end.
    pub new: Option<Side>,
    /// Whether it stays the same value of the same stack.
    pub stays: bool,
}

/// Who gives a value and who takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The stack that exports it.
    pub producer: usize,
    /// The stacks that import it.
    pub consumers: BTreeSet<usize>,
}

/// What must happen to a value, in an update of one stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Which value.
    pub value: usize,
    /// In which stack.
    pub stack: usize,
    /// What.
    pub kind: TaskKind,
}

/// What can happen to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// Its producer has the new one beside the old one, under a name for the time being.
    AddBeside,
    /// A consumer takes the new one by that name.
    TakeBeside,
    /// A consumer stops taking it.
    Stop,
    /// The old one goes away, and its name with it.
    Withdraw,
    /// The new one has the name.
    Provide,
    /// The old one goes away and the new one has the name: both in one stack.
    Replace,
    /// A consumer takes it by its name.
    Take,
    /// The name for the time being goes away.
    RemoveBeside,
}

/// Tasks, and which must come before which.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// Pairs of tasks: the first must be done before the second.
    pub before: Vec<(usize, usize)>,
}

/// What must be done to get from the old sharing to the new one.
pub fn tasks(values: &[Shared]) -> Work {
    let mut work = Work::default();
    for (value, shared) in values.iter().enumerate() {
        work.value(value, shared);
    }
    work
}

impl Work {
    fn task(&mut self, value: usize, stack: usize, kind: TaskKind) -> usize {
        self.tasks.push(Task { value, stack, kind });
        self.tasks.len() - 1
    }

    fn all(&mut self, value: usize, stacks: impl IntoIterator<Item = usize>, kind: TaskKind) -> Vec<usize> {
        stacks.into_iter().map(|stack| self.task(value, stack, kind)).collect()
    }

    /// Each of these before each of those.
    fn order(&mut self, first: &[usize], then: &[usize]) {
        for one in first {
            self.before.extend(then.iter().map(|other| (*one, *other)));
        }
    }

    fn value(&mut self, value: usize, shared: &Shared) {
        match (&shared.old, &shared.new) {
            (None, None) => {}
            (None, Some(new)) => {
                let provide = [self.task(value, new.producer, TaskKind::Provide)];
                let take = self.all(value, new.consumers.iter().copied(), TaskKind::Take);
                self.order(&provide, &take);
            }
            (Some(old), None) => {
                let stop = self.all(value, old.consumers.iter().copied(), TaskKind::Stop);
                let withdraw = [self.task(value, old.producer, TaskKind::Withdraw)];
                self.order(&stop, &withdraw);
            }
            (Some(old), Some(new)) if shared.stays && old.producer == new.producer => {
                self.all(value, old.consumers.difference(&new.consumers).copied(), TaskKind::Stop);
                self.all(value, new.consumers.difference(&old.consumers).copied(), TaskKind::Take);
            }
            (Some(old), Some(new)) => self.changed(value, old, new),
        }
    }

    fn changed(&mut self, value: usize, old: &Side, new: &Side) {
        let staying: Vec<usize> = old.consumers.intersection(&new.consumers).copied().collect();
        let stop = self.all(value, old.consumers.difference(&new.consumers).copied(), TaskKind::Stop);
        let (withdraw, provide) = if old.producer == new.producer {
            let replace = self.task(value, old.producer, TaskKind::Replace);
            (replace, replace)
        } else {
            let withdraw = self.task(value, old.producer, TaskKind::Withdraw);
            let provide = self.task(value, new.producer, TaskKind::Provide);
            self.order(&[withdraw], &[provide]);
            (withdraw, provide)
        };
        let start = self.all(value, new.consumers.difference(&old.consumers).copied(), TaskKind::Take);
        self.order(&stop, &[withdraw]);
        self.order(&[provide], &start);
        if staying.is_empty() {
            return;
        }
        let add = [self.task(value, new.producer, TaskKind::AddBeside)];
        let beside = self.all(value, staying.iter().copied(), TaskKind::TakeBeside);
        let take = self.all(value, staying.iter().copied(), TaskKind::Take);
        let remove = [self.task(value, new.producer, TaskKind::RemoveBeside)];
        self.order(&add, &beside);
        self.order(&beside, &[withdraw]);
        self.order(&[provide], &take);
        self.order(&take, &remove);
    }
}
