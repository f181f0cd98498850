//! The graph itself: cycles found and named, weak edges that give way, a stable topological order, waves.

use crate::base::IndexMap;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use crate::derive::template::EdgeKind;
use crate::diag::{Diagnostic, codes};
use crate::order::plan::{Because, Edge, PlanStep, StepKind};

/// Steps and what orders them, while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Graph {
    steps: IndexMap<String, PlanStep>,
    reasons: IndexMap<(usize, usize), Vec<Because>>,
}

/// A graph in order.
#[derive(Debug)]
pub(super) struct Sorted {
    pub(super) steps: Vec<PlanStep>,
    pub(super) edges: Vec<Edge>,
    pub(super) given_way: Vec<Edge>,
    pub(super) order: Vec<String>,
    pub(super) waves: Vec<Vec<String>>,
}

/// Where a step stands among those that could all be taken next: in which layer and beside which stack, before or behind it, and its own
/// number.
type Rank = (usize, usize, Side, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    Itself,
    Behind,
}

impl Graph {
    /// Adds a step, unless it is there. Steps are added in the order of their declaration, stacks first.
    pub(super) fn step(&mut self, step: PlanStep) {
        self.steps.entry(step.id.clone()).or_insert(step);
    }

    /// Adds a reason for one step to come before another. A step that is not there orders nothing.
    pub(super) fn edge(&mut self, before: &str, after: &str, because: Because) {
        let (Some(before), Some(after)) = (self.steps.get_index_of(before), self.steps.get_index_of(after)) else {
            return;
        };
        let reasons = self.reasons.entry((before, after)).or_default();
        let known = reasons.iter().any(|known| {
            known.kind == because.kind
                && known.span == because.span
                && (known.from == because.from || because.kind == EdgeKind::Explicit)
        });
        if !known {
            reasons.push(because);
        }
    }

    /// Every pair of an environment's own stack and a shared one that, directly or not, would have to wait for it.
    pub(super) fn shared_behind_own(&self) -> Vec<(&PlanStep, &PlanStep, &Because)> {
        let mut found = Vec::new();
        for (own, step) in self.steps.values().enumerate() {
            if !matches!(step.kind, StepKind::Deploy { .. }) {
                continue;
            }
            let mut seen = BTreeSet::from([own]);
            let mut queue = VecDeque::from([own]);
            while let Some(at) = queue.pop_front() {
                for ((before, after), reasons) in &self.reasons {
                    let (Some(target), Some(reason)) = (self.node(*after), reasons.first()) else { continue };
                    if *before != at || !seen.insert(*after) {
                        continue;
                    }
                    match target.kind {
                        StepKind::Account { .. } => found.push((step, target, reason)),
                        StepKind::Manual { .. } | StepKind::External { .. } => queue.push_back(*after),
                        StepKind::Deploy { .. } | StepKind::Upload { .. } => {}
                    }
                }
            }
        }
        found
    }

    /// Brings the steps into order.
    pub(super) fn sort(mut self) -> (Sorted, Vec<Diagnostic>) {
        for reasons in self.reasons.values_mut() {
            reasons.sort_by_key(|because| because.kind);
        }
        let mut kept: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut weak: Vec<(usize, usize)> = Vec::new();
        for (&(before, after), reasons) in &self.reasons {
            if reasons.first().is_none_or(|because| because.kind == EdgeKind::Name) {
                weak.push((before, after));
            } else {
                kept.insert((before, after));
            }
        }
        let mut diagnostics = Vec::new();
        while let Some(circle) = self.shortest_circle(&kept) {
            diagnostics.push(self.circle_found(&circle));
            if let (Some(&last), Some(&first)) = (circle.last(), circle.first()) {
                kept.remove(&(last, first));
            }
        }
        // A weak edge that agrees with the order of declaration is the one to keep of two that contradict each other.
        weak.sort_by_key(|(before, after)| before > after);
        let mut given_way = Vec::new();
        for (before, after) in weak {
            if before == after || reaches(&kept, after, before) {
                given_way.push((before, after));
            } else {
                kept.insert((before, after));
            }
        }
        let order = self.topological(&kept);
        let waves = waves(&order, &kept);
        let mut position = vec![0; self.steps.len()];
        for (at, &node) in order.iter().enumerate() {
            if let Some(slot) = position.get_mut(node) {
                *slot = at;
            }
        }
        let mut sorted_edges: Vec<(usize, usize)> = kept.into_iter().collect();
        sorted_edges.sort_by_key(|(before, after)| (position.get(*after).copied(), position.get(*before).copied()));
        let id = |node: &usize| self.node(*node).map(|step| step.id.clone()).unwrap_or_default();
        let sorted = Sorted {
            steps: order.iter().filter_map(|node| self.node(*node).cloned()).collect(),
            edges: sorted_edges.iter().filter_map(|pair| self.finished(*pair)).collect(),
            given_way: given_way.iter().filter_map(|pair| self.finished(*pair)).collect(),
            order: order.iter().map(id).collect(),
            waves: waves.iter().map(|wave| wave.iter().map(id).collect()).collect(),
        };
        (sorted, diagnostics)
    }

    fn node(&self, at: usize) -> Option<&PlanStep> {
        self.steps.get_index(at).map(|(_, step)| step)
    }

    fn finished(&self, pair: (usize, usize)) -> Option<Edge> {
        let because = self.reasons.get(&pair)?.clone();
        let kind = because.first()?.kind;
        Some(Edge { before: self.node(pair.0)?.id.clone(), after: self.node(pair.1)?.id.clone(), kind, because })
    }

    /// The shortest circle, from its first step on; of several, the one that is declared first.
    fn shortest_circle(&self, edges: &BTreeSet<(usize, usize)>) -> Option<Vec<usize>> {
        let mut best: Option<Vec<usize>> = None;
        for start in 0..self.steps.len() {
            let Some(circle) = path(edges, start, start) else { continue };
            if best.as_ref().is_none_or(|best| circle.len() < best.len()) {
                best = Some(circle);
            }
        }
        best
    }

    fn circle_found(&self, circle: &[usize]) -> Diagnostic {
        let name = |node: usize| self.node(node).map_or("?", |step| step.name.as_str());
        let links: Vec<(usize, usize)> =
            circle.iter().copied().zip(circle.iter().copied().cycle().skip(1)).take(circle.len()).collect();
        let names: Vec<String> = circle.iter().map(|node| format!("`{}`", name(*node))).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} would have to be deployed before itself"),
            [first, second] => format!("{first} and {second} each have to be deployed before the other"),
            [rest @ .., last] => {
                format!("{} and {last} have to be deployed each before the next, in a circle", rest.join(", "))
            }
            [] => String::from("the order of deployment is a circle"),
        };
        let mut labels = links.iter().filter_map(|pair| {
            let because = self.reasons.get(pair)?.first()?;
            let (first, then) = (name(pair.0), name(pair.1));
            let text = match because.kind {
                EdgeKind::Explicit => format!("`{then}` comes after `{first}`"),
                EdgeKind::Import | EdgeKind::Parameter | EdgeKind::Upload | EdgeKind::Name => {
                    format!("`{then}` uses `{}`, so it comes after `{first}`", because.from)
                }
            };
            Some((because.span, text))
        });
        let (span, text) = labels.next().unwrap_or((crate::base::Span::NONE, String::new()));
        let start = Diagnostic::new(codes::STACK_CYCLE, span, message).here(text);
        labels
            .fold(start, |diagnostic, (span, text)| diagnostic.label(span, text))
            .help("move what both need into a stack of its own, or drop an `after` that nothing requires")
    }

    /// Kahn's algorithm; of the steps that could be next, one of the first layer that is not finished, and there the one that is declared
    /// first. A step of people stands right behind what it comes after, or right before what needs it.
    fn topological(&self, edges: &BTreeSet<(usize, usize)>) -> Vec<usize> {
        let count = self.steps.len();
        // Uploads can be done at any time: they do not move stacks into later layers.
        let is_upload = |at: usize| self.node(at).is_some_and(|step| matches!(step.kind, StepKind::Upload { .. }));
        let levels = levels(count, &edges.iter().copied().filter(|(before, _)| !is_upload(*before)).collect());
        let mut waiting = vec![0_usize; count];
        for (_, after) in edges {
            if let Some(slot) = waiting.get_mut(*after) {
                *slot += 1;
            }
        }
        let mut ranks: Vec<Option<Rank>> = vec![None; count];
        let mut ready: BinaryHeap<Reverse<(Rank, usize)>> = BinaryHeap::new();
        for node in 0..count {
            if waiting.get(node) == Some(&0) {
                let rank = self.rank(node, edges, &levels, &ranks);
                ready.push(Reverse((rank, node)));
            }
        }
        let mut order = Vec::with_capacity(count);
        while let Some(Reverse((rank, node))) = ready.pop() {
            order.push(node);
            if let Some(slot) = ranks.get_mut(node) {
                *slot = Some(rank);
            }
            for (_, after) in edges.iter().filter(|(before, _)| *before == node) {
                let Some(slot) = waiting.get_mut(*after) else { continue };
                *slot = slot.saturating_sub(1);
                if *slot == 0 {
                    let rank = self.rank(*after, edges, &levels, &ranks);
                    ready.push(Reverse((rank, *after)));
                }
            }
        }
        order
    }

    fn rank(&self, node: usize, edges: &BTreeSet<(usize, usize)>, levels: &[usize], ranks: &[Option<Rank>]) -> Rank {
        let level = |node: usize| levels.get(node).copied().unwrap_or_default();
        if self.is_stack(node) {
            return (level(node), node, Side::Itself, node);
        }
        let behind = edges
            .iter()
            .filter(|(_, after)| *after == node)
            .filter_map(|(before, _)| ranks.get(*before).copied().flatten())
            .max();
        if let Some((level, stack, side, _)) = behind {
            return (level, stack, side.max(Side::Behind), node);
        }
        let later = (0..self.steps.len()).filter(|other| self.is_stack(*other) && reaches(edges, node, *other));
        let (level, next) = later.map(|other| (level(other), other)).min().unwrap_or((usize::MAX, usize::MAX));
        (level, next, Side::Before, node)
    }

    fn is_stack(&self, node: usize) -> bool {
        self.node(node).is_some_and(|step| matches!(step.kind, StepKind::Deploy { .. } | StepKind::Account { .. }))
    }
}

/// The layer of each node, by the longest path to it; the edges have no circle.
fn levels(count: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut levels = vec![0; count];
    // A path has fewer edges than there are nodes, so that many rounds reach its end.
    for _ in 0..count {
        let mut moved = false;
        for &(before, after) in edges {
            let least = levels.get(before).map_or(0, |level| level + 1);
            if let Some(level) = levels.get_mut(after).filter(|level| **level < least) {
                *level = least;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    levels
}

/// The layers, each in the order of the steps.
fn waves(order: &[usize], edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let levels = levels(order.len(), edges);
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for &node in order {
        let at = levels.get(node).copied().unwrap_or_default();
        if waves.len() <= at {
            waves.resize(at + 1, Vec::new());
        }
        if let Some(wave) = waves.get_mut(at) {
            wave.push(node);
        }
    }
    waves
}

fn reaches(edges: &BTreeSet<(usize, usize)>, from: usize, to: usize) -> bool {
    path(edges, from, to).is_some()
}

/// The nodes of a shortest path of at least one edge, without its end.
fn path(edges: &BTreeSet<(usize, usize)>, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came: IndexMap<usize, usize> = IndexMap::default();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for &(_, next) in edges.range((at, 0)..=(at, usize::MAX)) {
            if next == to {
                let mut nodes = vec![at];
                let mut back = at;
                while back != from {
                    back = *came.get(&back)?;
                    nodes.push(back);
                }
                nodes.reverse();
                return Some(nodes);
            }
            if next != from && !came.contains_key(&next) {
                came.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}
