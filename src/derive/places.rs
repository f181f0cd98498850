//! In which stack what a role is granted stands, so that no stacks need each other in a circle.

use std::collections::BTreeSet;

use crate::derive::build::Build;
use crate::derive::graph;
use crate::derive::refs::{Atom, written_in_policy};
use crate::derive::statements::Open;
use crate::eval::model::{ResourceId, StackId};

/// Which stacks will need which, once the policies that are placed already are written.
#[derive(Default)]
pub struct Awaited(BTreeSet<(StackId, StackId)>);

impl Awaited {
    /// The policy of a resource names a role: where the role's ARN is not known, its stack has to be there first.
    pub fn named(&mut self, build: &Build<'_>, role: ResourceId, target: ResourceId) {
        let (holder, owner) = (build.model.resource(role).stack, build.model.resource(target).stack);
        if holder != owner && written_in_policy(build.model, role, owner).is_none() {
            self.0.insert((holder, owner));
        }
    }

    /// What a policy in a stack refers to has to be there first.
    pub fn written(&mut self, build: &Build<'_>, open: &Open, stack: StackId) {
        for used in references(open).map(|id| build.model.resource(id).stack).filter(|used| *used != stack) {
            self.0.insert((used, stack));
        }
    }

    /// The stack where a statement must stand instead, if in its role it would close a circle.
    pub fn obstacle(&self, build: &Build<'_>, role: ResourceId, open: &Open) -> Option<StackId> {
        let model = build.model;
        let home = model.resource(role).stack;
        let graph = graph::references(&build.templates[home.index()]);
        let own = &model.resource(role).logical_id;
        references(open).find_map(|id| {
            let used = model.resource(id);
            if used.stack != home && self.precedes(build, home, used.stack) {
                return Some(used.stack);
            }
            let circle = used.stack == home && id != role && graph::reaches(&graph, &used.logical_id, own);
            circle.then_some(home)
        })
    }

    /// Whether a stack must be there before another.
    fn precedes(&self, build: &Build<'_>, first: StackId, second: StackId) -> bool {
        if self.0.is_empty() {
            return build.precedes(first, second);
        }
        let mut reached = vec![first];
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            if at == second {
                return true;
            }
            let awaited = self.0.iter().filter(|(before, _)| *before == at).map(|(_, after)| *after);
            for after in awaited.chain(build.after(at)) {
                if !reached.contains(&after) {
                    reached.push(after);
                }
            }
            next += 1;
        }
        false
    }
}

fn references(open: &Open) -> impl Iterator<Item = ResourceId> {
    open.atoms().filter_map(|atom| match atom {
        Atom::Resource(id, _) => Some(*id),
        Atom::Text(_)
        | Atom::Variable(_)
        | Atom::Pseudo(_)
        | Atom::Param(_)
        | Atom::External(..)
        | Atom::Asset(_)
        | Atom::Export(..)
        | Atom::Mention(..) => None,
    })
}
