//! An update in as many phases as it takes: what each stack's template is in each, in which order, and from where there is no way back.

mod beside;
mod hybrid;
mod rules;
pub(super) mod shared;

use std::collections::BTreeSet;

use crate::cfn::{Node, Parameters};
use crate::diff::moves::Refactoring;
use crate::diff::{Action, Blocked, Data, Pair, ResourceDifference, Stack};
use crate::order::phases::{Rounds, Task, TaskKind, Work, rounds, tasks};
use shared::Value;

/// An update in phases.
#[derive(Debug, Default)]
pub struct Phases {
    /// In order.
    pub phases: Vec<Phase>,
    /// Whether the stacks could be updated in the usual order, what gives before what takes, each once.
    pub usual: bool,
    /// Why there is no way, if there is none.
    pub impossible: Option<String>,
}

/// One phase.
#[derive(Debug)]
pub struct Phase {
    /// `update`, or `expand`, `migrate` and `contract`.
    pub id: String,
    /// What it does, in a sentence.
    pub why: String,
    /// The updates, in order.
    pub updates: Vec<Update>,
}

/// The update of one stack.
#[derive(Debug)]
pub struct Update {
    /// The stack.
    pub stack: String,
    /// What becomes of it.
    pub kind: UpdateKind,
    /// Whether data is lost for good by it: there is no way back from here.
    pub loses: bool,
    /// What it does to what stacks share.
    pub because: Vec<String>,
}

/// What becomes of a stack in a phase.
#[derive(Debug)]
pub enum UpdateKind {
    /// It has the template of the new build.
    Final,
    /// It has a template for the time being.
    Passing(Box<Node>),
    /// It is deleted.
    Delete,
    /// It is refactored together with others, and nothing else changes.
    Refactor(Box<Refactoring>),
}

/// Everything that a plan in phases is made from.
struct Context<'d> {
    pairs: &'d [Pair<'d>],
    /// The documents of each pair.
    documents: Vec<(Option<&'d Node>, Option<&'d Node>)>,
    resources: Vec<&'d [ResourceDifference]>,
    values: Vec<Value>,
    /// The values of each pair's parameters in the new.
    parameters: Vec<Parameters>,
}

/// A task beyond what is shared: a resource must go before it can be made again.
const FREE: TaskKind = TaskKind::Withdraw;
const REMAKE: TaskKind = TaskKind::Provide;

/// The phases of an update.
pub(super) fn phases(
    pairs: &[Pair<'_>],
    sides: &[(Option<&Stack>, Option<&Stack>)],
    resources: &[&[ResourceDifference]],
    outputs_differ: &[bool],
) -> Phases {
    let documents = sides.iter().map(|(old, new)| (old.map(|it| &it.document), new.map(|it| &it.document))).collect();
    let values = shared::values(pairs, resources);
    let parameters = sides.iter().map(|(old, new)| new.or(*old).map(|it| it.parameters.clone()).unwrap_or_default());
    let parameters = parameters.collect();
    let context = Context { pairs, documents, resources: resources.to_vec(), values, parameters };
    let changed: Vec<usize> =
        (0..pairs.len()).filter(|at| context.changes(*at) || outputs_differ.get(*at) == Some(&true)).collect();
    if changed.is_empty() {
        return Phases { usual: true, ..Phases::default() };
    }
    let (work, remade) = context.work();
    let Some(rounds) = rounds(&work) else {
        let why = "what stacks share would have to change in a circle";
        return Phases { impossible: Some(why.to_owned()), ..Phases::default() };
    };
    context.lay_out(&changed, &work, &remade, rounds)
}

/// Resources that are taken away in one phase and made again in the next, by the place of their pair.
type Remade = Vec<(usize, BTreeSet<String>)>;

impl Phases {
    /// Puts refactorings before everything else.
    pub(super) fn after_moves(mut self, refactorings: Vec<Refactoring>) -> Phases {
        let updates = refactorings.into_iter().map(|refactoring| Update {
            stack: refactoring.moves.first().map(|it| it.to.clone()).unwrap_or_default(),
            because: refactoring.moves.iter().map(|it| format!("takes `{}` from `{}`", it.id, it.from)).collect(),
            kind: UpdateKind::Refactor(Box::new(refactoring)),
            loses: false,
        });
        let why = String::from("what goes to another stack goes there as it is");
        self.phases.insert(0, Phase { id: String::from("move"), why, updates: updates.collect() });
        self.usual = false;
        self
    }
}

impl Context<'_> {
    fn changes(&self, at: usize) -> bool {
        let resources = self.resources.get(at).copied().unwrap_or_default();
        resources.iter().any(|resource| resource.action != Action::None)
    }

    fn is_deleted(&self, at: usize) -> bool {
        self.pairs.get(at).is_some_and(|pair| pair.new.is_none())
    }

    fn work(&self) -> (Work, Remade) {
        let shared: Vec<_> = self.values.iter().map(|value| value.shared.clone()).collect();
        let mut work = tasks(&shared);
        let mut remade = Vec::new();
        for (at, resources) in self.resources.iter().enumerate() {
            let blocked: BTreeSet<String> =
                resources.iter().filter(|it| it.blocked.is_some()).map(|it| it.logical_id.clone()).collect();
            if blocked.is_empty() {
                continue;
            }
            // Beyond the shared values: nothing asks what this one is.
            let value = self.values.len() + remade.len();
            let first = work.tasks.len();
            work.tasks.push(Task { value, stack: at, kind: FREE });
            work.tasks.push(Task { value, stack: at, kind: REMAKE });
            work.before.push((first, first + 1));
            remade.push((at, self.with_users(at, blocked)));
        }
        self.join_deletions(&mut work);
        (work, remade)
    }

    /// A stack is deleted at once, and so are all its tasks done.
    fn join_deletions(&self, work: &mut Work) {
        let one_of = |work: &Work, at: usize| {
            let stack = work.tasks.get(at).map(|task| task.stack)?;
            if !self.is_deleted(stack) {
                return Some(at);
            }
            work.tasks.iter().position(|task| task.stack == stack)
        };
        let edges: Vec<(usize, usize)> = work
            .before
            .iter()
            .filter_map(|(first, then)| Some((one_of(work, *first)?, one_of(work, *then)?)))
            .filter(|(first, then)| first != then)
            .collect();
        // What is joined to another task waits for what that one waits for, so both are done in the same update.
        let mut joined = edges.clone();
        for at in 0..work.tasks.len() {
            if let Some(one) = one_of(work, at).filter(|one| *one != at) {
                joined.extend(edges.iter().filter(|(_, then)| *then == one).map(|(first, _)| (*first, at)));
            }
        }
        work.before = joined;
    }

    /// Resources and all that refer to them.
    fn with_users(&self, at: usize, mut ids: BTreeSet<String>) -> BTreeSet<String> {
        let Some(new) = self.pairs.get(at).and_then(|pair| pair.new) else { return ids };
        loop {
            let more: Vec<String> = new
                .resources
                .iter()
                .filter(|(id, _)| !ids.contains(*id))
                .filter(|(_, resource)| !shared::references(resource).is_disjoint(&ids))
                .map(|(id, _)| id.clone())
                .collect();
            if more.is_empty() {
                return ids;
            }
            ids.extend(more);
        }
    }

    fn lay_out(&self, changed: &[usize], work: &Work, remade: &Remade, rounds: Rounds) -> Phases {
        if let Some(why) = self.cannot_be_remade(remade) {
            return Phases { impossible: Some(why), ..Phases::default() };
        }
        let count = rounds.rounds.len().max(1);
        let mut done = vec![false; work.tasks.len()];
        let mut state = rules::State::of(self.pairs, &self.parameters);
        let mut phases = Phases { usual: true, ..Phases::default() };
        let mut left: Vec<usize> = changed.to_vec();
        for number in 0..count {
            let planned = rounds.rounds.get(number).map(Vec::as_slice).unwrap_or_default();
            let order = self.order(work, planned, &left, number + 1 == count);
            let mut updates = Vec::new();
            for at in order {
                let own: Vec<usize> =
                    planned.iter().filter(|it| it.stack == at).flat_map(|it| it.tasks.clone()).collect();
                for task in &own {
                    if let Some(done) = done.get_mut(*task) {
                        *done = true;
                    }
                }
                let is_last = work.tasks.iter().zip(&done).all(|(task, done)| task.stack != at || *done);
                let because = own.iter().filter_map(|task| self.told(work.tasks.get(*task)?)).collect();
                let kind = if is_last && self.is_deleted(at) {
                    UpdateKind::Delete
                } else if is_last {
                    UpdateKind::Final
                } else {
                    match self.hybrid(at, work, &done, remade) {
                        Ok(document) => UpdateKind::Passing(Box::new(document)),
                        Err(why) => return Phases { impossible: Some(why), ..Phases::default() },
                    }
                };
                if is_last {
                    left.retain(|other| *other != at);
                }
                if let Err(why) = state.update(at, &kind) {
                    return Phases { impossible: Some(why), ..Phases::default() };
                }
                let loses = is_last && self.loses(at);
                updates.push(Update { stack: self.name(at), kind, loses, because });
            }
            phases.usual &= self.is_usual(work, planned);
            let (id, why) = named(number, count);
            phases.phases.push(Phase { id: id.to_owned(), why: why.to_owned(), updates });
        }
        phases.usual &= count == 1 && !changed.iter().any(|at| self.is_deleted(*at));
        phases
    }

    fn name(&self, at: usize) -> String {
        self.pairs.get(at).map(|pair| pair.name.to_owned()).unwrap_or_default()
    }

    /// The stacks of a round in order: as their tasks want it, else what gives before what takes. What has no task in any round comes in the
    /// last one, but deletions come last of all.
    fn order(
        &self,
        work: &Work,
        planned: &[crate::order::phases::Update],
        left: &[usize],
        is_last: bool,
    ) -> Vec<usize> {
        let mut stacks: Vec<usize> = planned.iter().map(|update| update.stack).collect();
        if is_last {
            stacks.extend(left.iter().copied().filter(|at| !work.tasks.iter().any(|task| task.stack == *at)));
        }
        let of = |task: usize| planned.iter().find(|update| update.tasks.contains(&task)).map(|update| update.stack);
        let mut before: Vec<(usize, usize)> = Vec::new();
        for (first, then) in &work.before {
            if let (Some(first), Some(then)) = (of(*first), of(*then)) {
                before.push((first, then));
            }
        }
        let mut order = Vec::new();
        stacks.sort_by_key(|at| (self.is_deleted(*at), *at));
        while !stacks.is_empty() {
            let is_free =
                |at: &usize| !before.iter().any(|(first, then)| then == at && stacks.contains(first) && first != then);
            let next = stacks.iter().position(is_free).unwrap_or(0);
            order.push(stacks.remove(next));
        }
        order
    }

    /// Whether the usual order does what a round has to do: that of the new plan, in which nothing is deleted.
    fn is_usual(&self, work: &Work, planned: &[crate::order::phases::Update]) -> bool {
        let of = |task: usize| planned.iter().find(|update| update.tasks.contains(&task)).map(|update| update.stack);
        work.before.iter().all(|(first, then)| match (of(*first), of(*then)) {
            (Some(first), Some(then)) => first <= then,
            (Some(_) | None, Some(_) | None) => true,
        })
    }

    fn loses(&self, at: usize) -> bool {
        self.resources.get(at).copied().unwrap_or_default().iter().any(|resource| resource.data == Data::Lost)
    }

    /// What is taken away for a while must not hold data, and nobody elsewhere may need it.
    fn cannot_be_remade(&self, remade: &Remade) -> Option<String> {
        for (at, ids) in remade {
            let resources = self.resources.get(*at).copied().unwrap_or_default();
            for resource in resources.iter().filter(|it| it.blocked.is_some()) {
                if resource.data != Data::Kept {
                    let what = match &resource.blocked {
                        Some(Blocked::Named(_, name)) => format!("is called `{name}` before and after"),
                        Some(Blocked::Type(_) | Blocked::Fixed(_)) | None => String::from("cannot be changed"),
                    };
                    return Some(format!("`{}` {what}, and its data would not come back", resource.logical_id));
                }
            }
            let (old, new) = self.pairs.get(*at).map(|pair| (pair.old, pair.new))?;
            for (id, resource) in old.into_iter().flat_map(|old| &old.resources).filter(|(id, _)| ids.contains(*id)) {
                if crate::diff::data::when_removed(resource) == Data::Lost {
                    return Some(format!(
                        "`{id}` would be deleted with what it refers to, and its data would not come back"
                    ));
                }
            }
            for (id, output) in new.into_iter().flat_map(|new| &new.outputs) {
                let uses = !shared::references_of(&output.value).is_disjoint(ids);
                let is_taken = self.values.iter().any(|value| {
                    value.new.as_ref() == Some(&(*at, id.clone()))
                        && [&value.shared.old, &value.shared.new]
                            .into_iter()
                            .flatten()
                            .any(|side| !side.consumers.is_empty())
                });
                if uses && is_taken {
                    return Some(format!(
                        "other stacks use what the output `{id}` gives, and it would be away for a while"
                    ));
                }
            }
        }
        None
    }

    /// A task in words.
    fn told(&self, task: &Task) -> Option<String> {
        let Some(value) = self.values.get(task.value) else {
            return Some(String::from(match task.kind {
                TaskKind::Withdraw => "takes away what has to be made anew",
                TaskKind::Provide
                | TaskKind::AddBeside
                | TaskKind::TakeBeside
                | TaskKind::Stop
                | TaskKind::Replace
                | TaskKind::Take
                | TaskKind::RemoveBeside => "makes it anew",
            }));
        };
        let name = &value.name;
        Some(match task.kind {
            TaskKind::AddBeside => format!("has the new `{name}` beside the old one"),
            TaskKind::TakeBeside => format!("takes the new `{name}`"),
            TaskKind::Stop => format!("takes `{name}` no longer"),
            TaskKind::Withdraw => format!("gives `{name}` no longer"),
            TaskKind::Provide => format!("gives `{name}`"),
            TaskKind::Replace => format!("gives the new `{name}` in place of the old one"),
            TaskKind::Take => format!("takes `{name}`"),
            TaskKind::RemoveBeside => format!("has `{name}` under its own name alone"),
        })
    }
}

fn named(number: usize, count: usize) -> (&'static str, &'static str) {
    match (count, number) {
        (1, _) => ("update", "every stack once"),
        (_, 0) => ("expand", "the new is made beside the old, and taken where it can be"),
        (_, number) if number + 1 == count => ("contract", "what nobody needs any more goes away"),
        _ => ("migrate", "what used the old uses the new"),
    }
}
