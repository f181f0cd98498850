//! `DependsOn`: what the source says with `after`, and orders that CloudFormation cannot infer from references.

use std::collections::BTreeSet;

use crate::derive::build::Build;
use crate::derive::facts;
use crate::derive::graph::{reaches, references};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::value::{Hole, Node};

/// A policy that derivation added, and whom it lets do something.
#[derive(Debug, Clone)]
pub struct Added {
    /// Its template.
    pub stack: StackId,
    /// Its logical id.
    pub id: String,
    /// The resource whose policy it is, or the role that holds it.
    pub of: ResourceId,
}

impl Build<'_> {
    /// All `DependsOn`.
    pub fn depends(&mut self, policies: &[Added]) {
        self.said();
        self.known_waits();
        for policy in policies {
            self.wait_for_policy(policy);
        }
        for template in &mut self.templates {
            for resource in template.resources.values_mut() {
                resource.depends_on.sort_by(|a, b| a.0.cmp(&b.0));
                resource.depends_on.dedup_by(|a, b| a.0 == b.0);
            }
        }
    }

    fn said(&mut self) {
        let model = self.model;
        for id in model.resource_ids() {
            let resource = model.resource(id);
            for (on, origin) in &resource.depends_on {
                let other = model.resource(*on);
                if other.stack == resource.stack {
                    self.wait(resource.stack, &resource.logical_id, &other.logical_id, *origin);
                } else {
                    let message =
                        format!("`{}` cannot wait for `{}`, which is in another stack", resource.path, other.path);
                    let (stack, first) = (model.stack(resource.stack).name, model.stack(other.stack).name);
                    let diagnostic = Diagnostic::new(codes::MISPLACED, self.span(*origin), message)
                        .label(self.span(other.origin), "declared here")
                        .why("CloudFormation orders resources within a stack only; stacks are ordered as a whole")
                        .help(format!("write `after {first}` behind `stack {stack}`"));
                    self.diagnostics.push(diagnostic);
                }
            }
        }
    }

    fn wait(&mut self, stack: StackId, waits: &str, on: &str, origin: Origin) {
        if let Some(resource) = self.templates[stack.index()].resources.get_mut(waits) {
            resource.depends_on.push((on.to_owned(), origin));
        }
    }

    /// Adds a wait that derivation knows of, unless a reference shows it already or it would close a circle.
    fn infer(&mut self, stack: StackId, waits: &str, on: &str, origin: Origin) {
        let template = &self.templates[stack.index()];
        let graph = references(template);
        let is_shown = graph.get(waits).is_some_and(|known| known.contains_key(on));
        if waits != on && !is_shown && !reaches(&graph, on, waits) {
            self.wait(stack, waits, on, origin);
        }
    }

    fn known_waits(&mut self) {
        let model = self.model;
        for stack in model.stack_ids() {
            let resources = &model.stack(stack).resources;
            for wait in facts::WAITS {
                let of = |ty: &str| -> Vec<ResourceId> {
                    resources.iter().copied().filter(|id| model.resource(*id).ty == *ty).collect()
                };
                let others = of(wait.on);
                if others.is_empty() {
                    continue;
                }
                for waits in of(wait.waits) {
                    let used = used(model, waits, wait.through);
                    for on in &others {
                        let shares =
                            wait.through.is_empty() || !used.is_disjoint(&self::used(model, *on, wait.through));
                        if shares {
                            let (waits, on) = (model.resource(waits), model.resource(*on));
                            self.infer(stack, &waits.logical_id, &on.logical_id, waits.origin);
                        }
                    }
                }
            }
        }
    }

    /// What uses the policy's subject and tries its access while it is created waits for the policy.
    fn wait_for_policy(&mut self, policy: &Added) {
        let model = self.model;
        let subject = model.resource(policy.of);
        let role_users = self.users_of(policy);
        let mut waiting = Vec::new();
        for id in &model.stack(policy.stack).resources {
            let resource = model.resource(*id);
            let tries = facts::TRIES_ACCESS.contains(&resource.ty.as_str()) || facts::is_custom(resource.ty.as_str());
            if *id == policy.of || !tries {
                continue;
            }
            let uses = uses(model, *id);
            let indirectly = uses.iter().any(|used| role_users.contains(used));
            if uses.contains(&policy.of) || (subject.ty == *facts::ROLE && indirectly) {
                waiting.push((resource.logical_id.clone(), resource.origin));
            }
        }
        for (waits, origin) in waiting {
            self.infer(policy.stack, &waits, &policy.id, origin);
        }
    }

    /// The resources that act with the role whose policy it is.
    fn users_of(&self, policy: &Added) -> BTreeSet<ResourceId> {
        let model = self.model;
        let users = model.resource_ids().filter(|id| uses(model, *id).contains(&policy.of));
        users.collect()
    }
}

/// The resources that a resource's properties speak of, by whatever attribute, stacks regardless.
pub fn uses(model: &Model, id: ResourceId) -> BTreeSet<ResourceId> {
    spoken_of(&model.resource(id).properties)
}

fn spoken_of(node: &Node) -> BTreeSet<ResourceId> {
    let mut found = BTreeSet::new();
    node.each_template(&mut |text, _| {
        for hole in text.holes() {
            if let Hole::Resource(used, _) = hole {
                found.insert(used);
            }
        }
    });
    found
}

fn used(model: &Model, id: ResourceId, ty: &str) -> BTreeSet<ResourceId> {
    let all = uses(model, id);
    all.into_iter().filter(|used| model.resource(*used).ty == *ty).collect()
}
