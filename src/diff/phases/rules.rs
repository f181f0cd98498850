//! CloudFormation's rules, held against every update of a plan in phases, one after the other.

use std::collections::BTreeSet;

use crate::catalog::{NameScope, catalog};
use crate::cfn::{self, Evaluated, Parameters};
use crate::diff::phases::UpdateKind;
use crate::diff::phases::shared::{imports, references_of};
use crate::diff::statements::shown;
use crate::diff::{Pair, Replacement, resources};

/// What is deployed.
pub(super) struct State<'p> {
    pairs: &'p [Pair<'p>],
    parameters: &'p [Parameters],
    deployed: Vec<Option<Evaluated>>,
}

impl<'p> State<'p> {
    /// What is deployed before the first update.
    pub(super) fn of(pairs: &'p [Pair<'p>], parameters: &'p [Parameters]) -> State<'p> {
        State { pairs, parameters, deployed: pairs.iter().map(|pair| pair.old.cloned()).collect() }
    }

    /// Updates a stack; a sentence says what CloudFormation would say against it.
    pub(super) fn update(&mut self, at: usize, kind: &UpdateKind) -> Result<(), String> {
        let Some(pair) = self.pairs.get(at) else { return Ok(()) };
        let next = match kind {
            // The state begins where refactorings end.
            UpdateKind::Refactor(_) => return Ok(()),
            UpdateKind::Delete => None,
            UpdateKind::Final => pair.new.cloned(),
            UpdateKind::Passing(document) => {
                let read = cfn::template((**document).clone()).0;
                let Some(template) = read else {
                    return Err(format!("the template of `{}` for the time being would be none", pair.name));
                };
                let values = self.parameters.get(at).cloned().unwrap_or_default();
                let evaluated = cfn::evaluate(&template, &values).0;
                if evaluated.resources.is_empty() {
                    return Err(format!("`{}` would have no resource for a while", pair.name));
                }
                Some(evaluated)
            }
        };
        self.check(at, pair.name, next.as_ref())?;
        if let Some(slot) = self.deployed.get_mut(at) {
            *slot = next;
        }
        Ok(())
    }

    /// The other stacks of the same account and region.
    fn others(&self, at: usize) -> impl Iterator<Item = &Evaluated> {
        let place = |at: usize| self.pairs.get(at).map(|pair| pair.place);
        let there = move |other: usize| other != at && place(other) == place(at);
        self.deployed.iter().enumerate().filter(move |(other, _)| there(*other)).filter_map(|(_, it)| it.as_ref())
    }

    fn check(&self, at: usize, name: &str, next: Option<&Evaluated>) -> Result<(), String> {
        let before = self.deployed.get(at).and_then(Option::as_ref);
        let exports = |side: Option<&Evaluated>| -> Vec<(String, cfn::Value)> {
            let outputs = side.into_iter().flat_map(|side| side.outputs.values());
            outputs.filter_map(|output| Some((shown(output.export.as_ref()?), output.value.clone()))).collect()
        };
        let in_use: BTreeSet<String> = self.others(at).flat_map(imports).collect();
        let elsewhere: BTreeSet<String> =
            self.others(at).flat_map(|other| exports(Some(other))).map(|(export, _)| export).collect();
        let place = self.pairs.get(at).map_or("", |pair| pair.place);
        let pair = Pair { name, place, old: before, new: next };
        let outcome = resources::compare(&[pair]);
        let replaced: BTreeSet<&str> = outcome
            .iter()
            .flatten()
            .filter(|resource| resource.replacement == Replacement::Always)
            .map(|resource| resource.logical_id.as_str())
            .collect();
        let after = exports(next);
        for (export, value) in exports(before).into_iter().filter(|(export, _)| in_use.contains(export)) {
            let Some((_, now)) = after.iter().find(|(other, _)| *other == export) else {
                return Err(format!("export `{export}` of `{name}` would be removed while it is in use"));
            };
            let changes = !cfn::same(&value, now) || references_of(now).iter().any(|id| replaced.contains(id.as_str()));
            if changes {
                return Err(format!("export `{export}` of `{name}` would change while it is in use"));
            }
        }
        if let Some((export, _)) = after.iter().find(|(export, _)| elsewhere.contains(export)) {
            return Err(format!("another stack still has the export `{export}`"));
        }
        if let Some((ty, held)) = self.held_elsewhere(at, before, next) {
            return Err(format!("`{name}` would make another {ty} called `{held}` while there is one"));
        }
        let own: BTreeSet<&String> = after.iter().map(|(export, _)| export).collect();
        // What is imported before and after may come from outside of what is compared.
        let imported = before.map(imports).unwrap_or_default();
        let missing = next.map(imports).unwrap_or_default().into_iter().find(|import| {
            let is_plan_output = import.contains('.') && !elsewhere.contains(import);
            !elsewhere.contains(import) && !own.contains(import) && !imported.contains(import) && !is_plan_output
        });
        match missing {
            Some(import) if self.is_ours(&import) => {
                Err(format!("`{name}` would import `{import}` before it is there"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A name that a new resource would have while another one has it.
    fn held_elsewhere(
        &self,
        at: usize,
        before: Option<&Evaluated>,
        next: Option<&Evaluated>,
    ) -> Option<(String, String)> {
        let others: Vec<(String, String)> = self.others(at).flat_map(|other| names(other, None)).collect();
        let own: Vec<(String, String)> = before.map(|before| names(before, None)).unwrap_or_default();
        names(next?, before).into_iter().find(|name| others.contains(name) || own.contains(name))
    }

    /// Whether one of the compared stacks exports it, before or after.
    fn is_ours(&self, export: &str) -> bool {
        let sides = self.pairs.iter().flat_map(|pair| [pair.old, pair.new]).flatten();
        let mut names =
            sides.flat_map(|side| side.outputs.values()).filter_map(|output| output.export.as_ref().map(shown));
        names.any(|name| name == export)
    }
}

/// The physical names in a template that only one resource can have, each with its type; of resources that are not in another template.
fn names(template: &Evaluated, without: Option<&Evaluated>) -> Vec<(String, String)> {
    let is_new = |id: &str| without.is_none_or(|without| !without.resources.contains_key(id));
    let resources = template.resources.iter().filter(|(id, _)| is_new(id));
    resources
        .filter_map(|(_, resource)| {
            let rules = catalog().resource_type(&resource.ty)?.name_rules()?;
            match rules.scope()? {
                NameScope::Global | NameScope::Account | NameScope::AccountRegion => {}
                NameScope::Parent | NameScope::Nowhere => return None,
            }
            let path: Vec<&str> = rules.property().split('/').collect();
            Some((resource.ty.clone(), shown(resource.properties.at(&path)?)))
        })
        .collect()
}
